//! Sub-queries as values and as conditions.
//!
//! IN and EXISTS in WHERE, by themselves or beside AND, are semi joins, their negations anti joins. Anywhere else a sub-query is a
//! *lookup*: the query around is joined to it, at most one row to each, and the expression reads the columns that this adds. While
//! expressions are bound, a stand-in column beyond `SUBQUERY_BASE` is in its place.

use sqlparser::ast;

use super::QueryBinder;
use super::aggregate::{Grouped, is_one_row};
use super::coercion::{cast, comparable};
use super::dependent::{Links, Outer, Settled, equal, null};
use super::expr::{ExprBinder, bare};
use super::function::library_call;
use super::hint::InputHints;
use super::join;
use super::join::filtered;
use super::operator::binary;
use super::order::{Count, Ordered};
use super::scope::{Relation, ScopeField, span_of, unsupported};
use super::select::distinct;
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::logical::{Aggregate, Join, Plan, all_of, columns_of, shifted, substitute};
use crate::plan::physical::{AggregateCall, AggregateFunction, JoinKind};
use crate::types::{DataType, Field, Schema, Value};

/// Stand-in columns of sub-queries begin here.
pub const SUBQUERY_BASE: usize = 1 << 43;
/// In the expressions of a lookup, the columns that it adds begin here.
const ADDED_BASE: usize = 1 << 44;

/// Queries around one another that a sub-query may name columns of.
const OUTER_QUERIES_MAX: usize = 4;

/// A sub-query in an expression.
pub enum Asked<'a> {
    /// Its one value.
    Value(&'a ast::Query),
    /// Whether it has a row.
    Exists(&'a ast::Query),
    /// Its one row of so many values.
    Row(&'a ast::Query, usize),
    /// Whether it has this value, or this row of values.
    In(Vec<Expr>, &'a ast::Query, Span),
    /// How a value compares with those that it has.
    Compared(Expr, BinaryOp, Quantifier, &'a ast::Query, Span),
}

/// ANY or ALL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// Of one value at least.
    Any,
    /// Of every value.
    All,
}

/// Binds the sub-queries of expressions.
pub trait BindsSubqueries {
    /// What an expression reads in the place of a sub-query; `stage` says what will be joined to it.
    fn bind(&mut self, asked: Asked<'_>, stage: Stage) -> Result<Expr>;
}

/// What a sub-query of a SELECT is joined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows before they are grouped: it stands inside an aggregate, or is a key.
    Input,
    /// Rows as the select list sees them.
    Output,
}

/// The sub-queries found in the expressions over a relation.
pub struct Subqueries<'b, 'c> {
    binder: &'b mut QueryBinder<'c>,
    plan: &'b Plan,
    fields: &'b [ScopeField],
    lookups: Lookups,
}

/// Joins that a query needs for the sub-queries in its expressions.
#[derive(Default)]
pub struct Lookups {
    found: Vec<Lookup>,
    /// What expressions read, by stand-in: of which join, and what.
    values: Vec<(usize, Expr)>,
}

struct Lookup {
    plan: Plan,
    kind: JoinKind,
    /// When a row meets, over the query around and the columns added.
    condition: Vec<Expr>,
    stage: Stage,
}

impl<'b, 'c> Subqueries<'b, 'c> {
    /// Those over this relation.
    pub fn new(binder: &'b mut QueryBinder<'c>, relation: &'b Relation) -> Self {
        Self { binder, plan: &relation.plan, fields: &relation.fields, lookups: Lookups::default() }
    }

    /// The same, to which these joins belong too.
    #[must_use]
    pub fn with(self, lookups: Lookups) -> Self {
        Self { lookups, ..self }
    }

    /// The joins that they need.
    pub fn lookups(self) -> Lookups {
        self.lookups
    }

    fn add(&mut self, plan: Plan, kind: JoinKind, condition: Vec<Expr>, value: Expr, stage: Stage) -> Expr {
        self.lookups.found.push(Lookup { plan, kind, condition, stage });
        self.read(value)
    }

    /// A stand-in for a value of the last join.
    fn read(&mut self, value: Expr) -> Expr {
        let data_type = value.data_type();
        self.lookups.values.push((self.lookups.found.len() - 1, value));
        Expr::column(SUBQUERY_BASE + self.lookups.values.len() - 1, data_type)
    }

    fn dependent(&mut self, query: &ast::Query) -> Result<Dependent> {
        self.binder.dependent(query, self.plan, self.fields)
    }

    fn value(&mut self, query: &ast::Query, stage: Stage) -> Result<Expr> {
        let found = self.dependent(query)?;
        found.one_column("a sub-query as a value")?;
        if found.type_of(0) == DataType::Null {
            return Ok(null(&DataType::Null));
        }
        Ok(self.one_row_of(found, stage)?.remove(0))
    }

    /// Its one row, as a row of values.
    fn row(&mut self, query: &ast::Query, width: usize, stage: Stage) -> Result<Expr> {
        let found = self.dependent(query)?;
        found.columns("this", width)?;
        let span = found.span;
        library_call("ROW", self.one_row_of(found, stage)?, span)
    }

    /// The columns of a sub-query of one row at most.
    fn one_row_of(&mut self, mut found: Dependent, stage: Stage) -> Result<Vec<Expr>> {
        let condition = found.condition(ADDED_BASE);
        let mut values: Vec<Expr> = (0..found.width()).map(|at| Expr::column(ADDED_BASE + at, found.type_of(at))).collect();
        let mut kind = JoinKind::Left;
        match found.links.over_nothing.take() {
            _ if found.count == Count::Any => found.plan = found.single()?,
            None if found.count == Count::One && found.links.columns.is_empty() => kind = JoinKind::Inner,
            None => {}
            Some(nothing) => {
                let (plan, flag) = flagged(found.plan, ADDED_BASE);
                found.plan = plan;
                let missing = Expr::Unary { op: UnaryOp::IsNull, input: Box::new(flag) };
                for (value, nothing) in values.iter_mut().zip(nothing) {
                    *value = case(vec![(missing.clone(), cast(nothing, &value.data_type()))], value.clone());
                }
            }
        }
        self.lookups.found.push(Lookup { plan: found.plan, kind, condition, stage });
        Ok(values.into_iter().map(|value| self.read(value)).collect())
    }

    fn exists(&mut self, query: &ast::Query, stage: Stage) -> Result<Expr> {
        let found = self.dependent(query)?;
        if found.count == Count::One {
            return Ok(Expr::boolean(true));
        }
        Ok(self.has_any(&found, None, stage))
    }

    /// Whether there is a row, or one for which `filter` is TRUE.
    fn has_any(&mut self, found: &Dependent, filter: Option<Expr>, stage: Stage) -> Expr {
        let plan = filter.into_iter().fold(found.plan.clone(), Plan::filtered);
        let (plan, flag) = flagged(found.only_links(plan), ADDED_BASE);
        let found_one = Expr::Unary { op: UnaryOp::IsNotNull, input: Box::new(flag) };
        self.add(plan, JoinKind::Left, found.links_equal(0, ADDED_BASE), found_one, stage)
    }

    fn is_in(&mut self, value: Expr, query: &ast::Query, span: Span, stage: Stage) -> Result<Expr> {
        let mut found = self.dependent(query)?;
        found.one_column("IN")?;
        let value = found.comparable(value, span)?;
        let any = self.has_any(&found, None, stage);
        let is_null = |input: Expr| Expr::Unary { op: UnaryOp::IsNull, input: Box::new(input) };
        let any_null = self.has_any(&found, Some(is_null(found.column(0))), stage);
        let (plan, flag) = flagged(distinct(Relation::new(found.plan.clone(), None, None)).plan, ADDED_BASE);
        let mut condition = found.condition(ADDED_BASE);
        condition.extend(equal(value.clone(), Expr::column(ADDED_BASE, found.type_of(0)), false));
        let matched = Expr::Unary { op: UnaryOp::IsNotNull, input: Box::new(flag) };
        let matched = self.add(plan, JoinKind::Left, condition, matched, stage);
        let unknown = binary(BinaryOp::Or, is_null(value), any_null, span)?;
        let none = Expr::Unary { op: UnaryOp::Not, input: Box::new(any) };
        let no = Expr::boolean(false);
        Ok(case(vec![(matched, Expr::boolean(true)), (none, no.clone()), (unknown, null(&DataType::Boolean))], no))
    }

    /// IN over rows of values: one that is equal says yes; else one that NULLs leave open says that nobody knows.
    fn row_is_in(&mut self, values: Vec<Expr>, query: &ast::Query, span: Span, stage: Stage) -> Result<Expr> {
        let found = self.dependent(query)?;
        found.columns("IN", values.len())?;
        let around = self.plan.schema().fields.len();
        if values.iter().any(|value| !value.is_fixed() || columns_of(value).iter().any(|column| *column >= around)) {
            let hint = "it compares columns of the row; put aggregates and sub-queries into a sub-query in FROM";
            return Err(Error::sql("this row of values with IN is not supported here").at(span).hint(hint));
        }
        let compared = |base: usize| {
            let other = |at: usize| Expr::column(base + at, found.type_of(at));
            let parts = values.iter().enumerate().map(|(at, value)| binary(BinaryOp::Eq, value.clone(), other(at), span));
            parts.collect::<Result<Vec<_>>>()
        };
        let (plan, flag) = flagged(distinct(Relation::new(found.plan.clone(), None, None)).plan, ADDED_BASE);
        let condition = found.condition(ADDED_BASE).into_iter().chain(compared(ADDED_BASE)?).collect();
        let is_there = |flag: Expr| Expr::Unary { op: UnaryOp::IsNotNull, input: Box::new(flag) };
        let matched = self.add(plan, JoinKind::Left, condition, is_there(flag), stage);
        let open = found.left_open(self.plan, &values, compared(around)?);
        let (plan, flag) = flagged(open, ADDED_BASE);
        let mut condition = found.links_equal(values.len(), ADDED_BASE);
        let of_row = values.iter().enumerate();
        condition
            .extend(of_row.flat_map(|(at, value)| equal(value.clone(), Expr::column(ADDED_BASE + at, value.data_type()), true)));
        let open = self.add(plan, JoinKind::Left, condition, is_there(flag), stage);
        Ok(case(vec![(matched, Expr::boolean(true)), (open, null(&DataType::Boolean))], Expr::boolean(false)))
    }

    fn compared(
        &mut self,
        value: Expr,
        op: BinaryOp,
        quantifier: Quantifier,
        query: &ast::Query,
        span: Span,
        stage: Stage,
    ) -> Result<Expr> {
        use BinaryOp as B;
        let mut found = self.dependent(query)?;
        found.one_column("ANY and ALL")?;
        let value = found.comparable(value, span)?;
        let data_type = found.type_of(0);
        let (plan, [least, greatest, has_null]) = found.extremes()?;
        let [least, greatest] = [least, greatest].map(|column| Expr::column(ADDED_BASE + column, data_type.clone()));
        let has_null = Expr::column(ADDED_BASE + has_null, DataType::Int);
        let with = |op: B, end: &Expr| binary(op, value.clone(), end.clone(), span);
        let all = quantifier == Quantifier::All;
        let holds = match op {
            B::Gt | B::GtEq => with(op, if all { &greatest } else { &least })?,
            B::Lt | B::LtEq => with(op, if all { &least } else { &greatest })?,
            B::Eq => binary(B::And, with(op, &least)?, with(op, &greatest)?, span)?,
            _ => binary(B::Or, with(op, &least)?, with(op, &greatest)?, span)?,
        };
        let is_null = |input: &Expr| Expr::Unary { op: UnaryOp::IsNull, input: Box::new(input.clone()) };
        let one = Expr::Literal { value: Value::Int(1), data_type: DataType::Int };
        let unknown = binary(B::Or, binary(B::Eq, has_null.clone(), one, span)?, is_null(&value), span)?;
        let decided = if all { Expr::Unary { op: UnaryOp::Not, input: Box::new(holds) } } else { holds };
        let branches =
            vec![(is_null(&has_null), Expr::boolean(all)), (decided, Expr::boolean(!all)), (unknown, null(&DataType::Boolean))];
        let condition = found.links_equal(0, ADDED_BASE);
        Ok(self.add(plan, JoinKind::Left, condition, case(branches, Expr::boolean(all)), stage))
    }
}

impl BindsSubqueries for Subqueries<'_, '_> {
    fn bind(&mut self, asked: Asked<'_>, stage: Stage) -> Result<Expr> {
        match asked {
            Asked::Value(query) => self.value(query, stage),
            Asked::Row(query, width) => self.row(query, width, stage),
            Asked::Exists(query) => self.exists(query, stage),
            Asked::In(values, query, span) => match <[Expr; 1]>::try_from(values) {
                Ok([value]) => self.is_in(value, query, span, stage),
                Err(values) => self.row_is_in(values, query, span, stage),
            },
            Asked::Compared(value, op, quantifier, query, span) => self.compared(value, op, quantifier, query, span, stage),
        }
    }
}

/// The same before rows are grouped.
pub struct BeforeGrouping<'a, 'b, 'c>(pub &'a mut Subqueries<'b, 'c>);

impl BindsSubqueries for BeforeGrouping<'_, '_, '_> {
    fn bind(&mut self, asked: Asked<'_>, _: Stage) -> Result<Expr> {
        self.0.bind(asked, Stage::Input)
    }
}

/// Whether an expression reads a sub-query.
pub fn reads_subquery(expr: &Expr) -> bool {
    columns_of(expr).iter().any(|column| (SUBQUERY_BASE..ADDED_BASE).contains(column))
}

impl Lookups {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether one is joined at this stage.
    pub fn has(&self, stage: Stage) -> bool {
        self.found.iter().any(|lookup| lookup.stage == stage)
    }

    /// The same over a query whose own stand-in is settled.
    pub fn settle(&mut self, settled: &Settled) {
        for lookup in &mut self.found {
            let plan = std::mem::replace(&mut lookup.plan, Plan::empty());
            lookup.plan = settled.applied(plan);
        }
    }

    /// The same over the output of a grouping.
    pub fn place(&mut self, grouped: &Grouped, fields: &[ScopeField], span: Span) -> Result<()> {
        let is_output = |lookup: &Lookup| lookup.stage == Stage::Output;
        for (_, value) in self.values.iter_mut().filter(|(join, _)| is_output(&self.found[*join])) {
            *value = grouped.place(value, fields, span)?;
        }
        for lookup in self.found.iter_mut().filter(|lookup| is_output(lookup)) {
            for expr in &mut lookup.condition {
                *expr = grouped.place(expr, fields, span)?;
            }
        }
        Ok(())
    }

    /// `plan` with the columns of the lookups of a stage behind its own; `exprs` read them.
    pub fn over<'e>(&self, mut plan: Plan, stage: Stage, exprs: impl Iterator<Item = &'e mut Expr>) -> Plan {
        let mut values: Vec<Option<Expr>> = vec![None; self.values.len()];
        for (join, lookup) in self.found.iter().enumerate().filter(|(_, lookup)| lookup.stage == stage) {
            let first = plan.schema().fields.len();
            let added = lookup.plan.schema().types();
            let put = |expr: &Expr, values: &[Option<Expr>]| {
                substitute(expr, &|column| match column {
                    c if c >= ADDED_BASE => Some(Expr::column(first + c - ADDED_BASE, added[c - ADDED_BASE].clone())),
                    c if c >= SUBQUERY_BASE => values[c - SUBQUERY_BASE].clone(),
                    _ => None,
                })
            };
            let condition = all_of(lookup.condition.iter().map(|part| put(part, &values)).collect());
            plan = Plan::Join(Join::new(plan, lookup.plan.clone(), lookup.kind, condition));
            for (at, (_, value)) in self.values.iter().enumerate().filter(|(_, (of, _))| *of == join) {
                values[at] = Some(put(value, &values));
            }
        }
        for expr in exprs {
            *expr = substitute(expr, &|column| {
                (SUBQUERY_BASE..ADDED_BASE).contains(&column).then(|| values[column - SUBQUERY_BASE].clone()).flatten()
            });
        }
        plan
    }
}

/// A sub-query: the columns that it shows, then its links.
pub struct Dependent {
    /// Its rows.
    pub plan: Plan,
    /// The columns that it shows.
    pub names: Vec<String>,
    /// What it takes of the query around it.
    pub links: Links,
    link_types: Vec<DataType>,
    count: Count,
    span: Span,
}

impl Dependent {
    /// The rows of a query that stands within one of these columns.
    pub fn of_query(ordered: Ordered, around: &[ScopeField], span: Span) -> Dependent {
        let Ordered { relation, width, links, count, .. } = ordered;
        let total = relation.plan.schema().fields.len();
        let link_types: Vec<DataType> = links.columns.iter().map(|column| around[*column].data_type.clone()).collect();
        let kept = (0..width).chain(total - link_types.len()..total);
        let identity = relation.plan.identity();
        let columns = kept.map(|at| (format!("$column{at}"), identity[at].clone())).collect();
        let names = relation.fields[..width].iter().map(|field| field.name.clone()).collect();
        Dependent { plan: relation.plan.projected(columns), names, links, link_types, count, span }
    }

    /// `plan`, which has columns of the rows `around`, then these.
    pub fn of_rows(plan: Plan, fields: &[ScopeField], around: &Relation, links: Links, span: Span) -> Dependent {
        let own = around.fields.len();
        let link_types: Vec<DataType> = links.columns.iter().map(|link| around.fields[*link].data_type.clone()).collect();
        let identity = plan.identity();
        let kept = (own..own + fields.len()).chain(links.columns.iter().copied());
        let columns = kept.map(|at| (format!("$column{at}"), identity[at].clone())).collect();
        let names = fields.iter().map(|field| field.name.clone()).collect();
        Dependent { plan: plan.projected(columns), names, links, link_types, count: Count::Any, span }
    }

    /// Type of a column.
    pub fn type_of(&self, column: usize) -> DataType {
        self.plan.schema().fields[column].data_type.clone()
    }

    fn column(&self, column: usize) -> Expr {
        Expr::column(column, self.type_of(column))
    }

    fn width(&self) -> usize {
        self.names.len()
    }

    fn one_column(&self, what: &str) -> Result<()> {
        match self.width() {
            1 => Ok(()),
            n => Err(Error::sql(format!("{what} reads one column, but the sub-query has {n}")).at(self.span)),
        }
    }

    fn columns(&self, what: &str, wanted: usize) -> Result<()> {
        if self.width() == wanted {
            return Ok(());
        }
        let error = format!("{what} compares {wanted} with the {} columns of its sub-query", self.width());
        Err(Error::sql(error).at(self.span))
    }

    /// Which of the different `values` over `around`, each with its links, NULLs do not tell from some row: they are compared by `parts`.
    fn left_open(&self, around: &Plan, values: &[Expr], parts: Vec<Expr>) -> Plan {
        let width = around.schema().fields.len();
        let parts_open = all_of(parts).unwrap_or(Expr::boolean(true));
        let open = Expr::Unary { op: UnaryOp::IsNotFalse, input: Box::new(parts_open) };
        let condition = all_of(self.condition(width).into_iter().chain([open]).collect());
        let both = Plan::Join(Join::new(around.clone(), self.plan.clone(), JoinKind::Inner, condition));
        let links = (width + self.width()..).zip(&self.link_types).map(|(at, data_type)| Expr::column(at, data_type.clone()));
        let columns = values.iter().cloned().chain(links).enumerate().map(|(at, e)| (format!("$open{at}"), e)).collect();
        distinct(Relation::new(both.projected(columns), None, None)).plan
    }

    /// When a row of the query around meets the links, which stand from `base` on behind `before` other columns.
    fn links_equal(&self, before: usize, base: usize) -> Vec<Expr> {
        let links = self.links.columns.iter().zip(&self.link_types).enumerate();
        let condition = links.flat_map(|(at, (column, data_type))| {
            let link = Expr::column(base + before + at, data_type.clone());
            equal(Expr::column(*column, data_type.clone()), link, self.links.with_nulls)
        });
        condition.collect()
    }

    /// When a row of the query around meets one of this, whose columns stand from `base` on.
    pub fn condition(&self, base: usize) -> Vec<Expr> {
        self.links_equal(self.width(), base)
    }

    /// Makes its one column comparable with `value`; gives the value.
    fn comparable(&mut self, value: Expr, span: Span) -> Result<Expr> {
        if !value.is_fixed() {
            return Err(Error::sql("IN over what changes by itself").at(span).hint("compare a column of the row"));
        }
        let (value, own) = comparable(value, self.column(0), span)?;
        if !matches!(own, Expr::Column { .. }) {
            let links = self.plan.identity().into_iter().skip(1);
            let names = self.plan.schema().fields.iter().map(|field| field.name.clone());
            let columns = names.zip(std::iter::once(own).chain(links)).collect();
            let plan = std::mem::replace(&mut self.plan, Plan::empty());
            self.plan = plan.projected(columns);
        }
        Ok(value)
    }

    /// The different links of `plan`, which has the columns of this; without links, one row if it has any.
    fn only_links(&self, plan: Plan) -> Plan {
        if self.links.columns.is_empty() {
            return one_row(plan);
        }
        let links = plan.identity().into_iter().skip(self.width());
        let columns = links.enumerate().map(|(at, link)| (format!("$link{at}"), link)).collect();
        distinct(Relation::new(plan.projected(columns), None, None)).plan
    }

    /// An aggregate by the links; each call is over the one column. Gives the links, then the results.
    fn aggregated(&self, plan: Plan, calls: Vec<AggregateCall>) -> Plan {
        let keys: Vec<usize> = (self.width()..self.width() + self.links.columns.len()).collect();
        let mut fields: Vec<Field> = keys.iter().map(|key| plan.schema().fields[*key].clone()).collect();
        fields.extend(calls.iter().enumerate().map(|(at, call)| Field::new(format!("agg{at}"), call.data_type.clone())));
        Plan::Aggregate(Aggregate::new(plan, keys, calls, Schema::new(fields)))
    }

    fn extreme(&self, function: AggregateFunction, column: usize) -> Result<AggregateCall> {
        let data_type = self.type_of(column);
        match data_type {
            DataType::Array(_)
            | DataType::Row(_)
            | DataType::Map(..)
            | DataType::Multiset(_)
            | DataType::Json
            | DataType::Bytes => {
                let error = format!("a sub-query of any number of rows of {data_type} is not supported here");
                Err(Error::sql(error).at(self.span).hint("add LIMIT 1 to it"))
            }
            _ => Ok(AggregateCall::new(function, &[(column, data_type.clone())], data_type)),
        }
    }

    /// Its columns, then its links; a second row for the same links is an error of that row.
    fn single(&self) -> Result<Plan> {
        let (width, links) = (self.width(), self.links.columns.len());
        let mut calls = (0..width).map(|at| self.extreme(AggregateFunction::Min, at)).collect::<Result<Vec<_>>>()?;
        calls.push(AggregateCall::new(AggregateFunction::Count, &[], DataType::BigInt));
        let plan = self.aggregated(self.plan.clone(), calls);
        let plan = plan.filtered(is_one_row(Expr::column(links + width, DataType::BigInt))?);
        let mut columns = plan.identity();
        columns.truncate(links + width);
        columns.rotate_left(links);
        Ok(plan.projected(columns.into_iter().enumerate().map(|(at, e)| (format!("$value{at}"), e)).collect()))
    }

    /// By links: the links, then the least and the greatest value and whether one is NULL, 1 or 0; and where these stand.
    fn extremes(&self) -> Result<(Plan, [usize; 3])> {
        let ends = [self.extreme(AggregateFunction::Min, 0)?, self.extreme(AggregateFunction::Max, 0)?];
        let is_null = Expr::Unary { op: UnaryOp::IsNull, input: Box::new(self.column(0)) };
        let mut columns: Vec<Expr> = self.plan.identity();
        columns.push(cast(is_null, &DataType::Int));
        let flag = columns.len() - 1;
        let columns = columns.into_iter().enumerate().map(|(at, e)| (format!("$value{at}"), e)).collect();
        let [least, greatest] = ends;
        let has_null = AggregateCall::new(AggregateFunction::Max, &[(flag, DataType::Int)], DataType::Int);
        let plan = self.aggregated(self.plan.clone().projected(columns), vec![least, greatest, has_null]);
        let links = self.links.columns.len();
        Ok((plan, [links, links + 1, links + 2]))
    }
}

/// CASE WHEN ... ELSE otherwise END.
pub fn case(branches: Vec<(Expr, Expr)>, otherwise: Expr) -> Expr {
    let data_type = otherwise.data_type();
    Expr::Case { branches, otherwise: Some(Box::new(otherwise)), data_type }
}

/// `plan` with a last column that is TRUE, and that column where those of `plan` stand from `base` on.
pub fn flagged(plan: Plan, base: usize) -> (Plan, Expr) {
    let names: Vec<String> = plan.schema().fields.iter().map(|field| field.name.clone()).collect();
    let flag = Expr::column(base + names.len(), DataType::Boolean);
    let columns = names.into_iter().zip(plan.identity()).chain([("$found".to_owned(), Expr::boolean(true))]).collect();
    (plan.projected(columns), flag)
}

/// A sub-query of FROM and WHERE alone.
struct Plain<'r> {
    found: Relation,
    outer: Outer<'r>,
    /// Columns of the query around, then those of FROM.
    fields: Vec<ScopeField>,
    /// WHERE, over them.
    condition: Option<Expr>,
}

/// Whether a row stays that a sub-query finds, or one that it does not find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeps {
    Found,
    Missing,
}

impl Keeps {
    fn negated(self, negated: bool) -> Keeps {
        match (self, negated) {
            (Keeps::Found, false) | (Keeps::Missing, true) => Keeps::Found,
            _ => Keeps::Missing,
        }
    }

    fn join(self) -> JoinKind {
        match self {
            Keeps::Found => JoinKind::LeftSemi,
            Keeps::Missing => JoinKind::LeftAnti,
        }
    }
}

impl QueryBinder<'_> {
    /// A sub-query over the rows of `plan`: by itself if it can be, else with the columns around it in sight.
    pub(super) fn dependent(&mut self, query: &ast::Query, plan: &Plan, fields: &[ScopeField]) -> Result<Dependent> {
        let (depth, visible) = (self.depth(), self.ctes.len());
        let plain = self.ordered_query(query, None);
        let ordered = match plain {
            Err(_) if !fields.is_empty() && self.outer_queries < OUTER_QUERIES_MAX => {
                self.reset(depth, visible);
                self.outer_queries += 1;
                let outer = Outer::new(plan, fields, self.outer_queries);
                let found = self.ordered_query(query, Some((&outer, fields)));
                self.outer_queries -= 1;
                found?
            }
            plain => plain?,
        };
        Ok(Dependent::of_query(ordered, fields, span_of(query)))
    }

    /// The rows of `relation` that satisfy a condition of WHERE.
    pub(super) fn filtered(&mut self, mut relation: Relation, condition: &ast::Expr) -> Result<Relation> {
        let parts = conjuncts(condition);
        if !parts.iter().any(|part| is_subquery(part)) {
            return self.satisfying(relation, condition);
        }
        let (subqueries, plain): (Vec<&ast::Expr>, Vec<&ast::Expr>) = parts.into_iter().partition(|part| is_subquery(part));
        for part in plain {
            relation = self.satisfying(relation, part)?;
        }
        subqueries.into_iter().try_fold(relation, |relation, part| self.kept(relation, part, Keeps::Found))
    }

    /// The rows for which a condition is TRUE, whatever sub-queries it has.
    fn satisfying(&mut self, relation: Relation, condition: &ast::Expr) -> Result<Relation> {
        let mut subqueries = Subqueries::new(self, &relation);
        let mut filter = ExprBinder::new(&relation.fields).asking(&mut subqueries).condition(condition)?;
        let lookups = subqueries.lookups();
        if lookups.is_empty() {
            return Ok(filtered(relation, filter));
        }
        if !filter.is_fixed() {
            return Err(Error::sql("a condition with a sub-query changes by itself").at(span_of(condition)));
        }
        let names: Vec<String> = relation.plan.schema().fields.iter().map(|field| field.name.clone()).collect();
        let columns = names.into_iter().zip(relation.plan.identity()).collect();
        let plan = lookups.over(relation.plan, Stage::Output, std::iter::once(&mut filter));
        let plan = plan.filtered(filter).projected(columns);
        Ok(Relation { plan, fields: relation.fields, event_times: Vec::new(), windows: Vec::new() })
    }

    fn kept(&mut self, relation: Relation, part: &ast::Expr, keeps: Keeps) -> Result<Relation> {
        match part {
            ast::Expr::Nested(inner) => self.kept(relation, inner, keeps),
            ast::Expr::UnaryOp { op: ast::UnaryOperator::Not, expr } => self.kept(relation, expr, keeps.negated(true)),
            ast::Expr::InSubquery { expr, subquery, negated } => self.in_query(relation, expr, subquery, keeps.negated(*negated)),
            ast::Expr::Exists { subquery, negated } => self.exists(relation, subquery, keeps.negated(*negated)),
            other => Err(unsupported("this sub-query in a condition", "IN and EXISTS are there", other)),
        }
    }

    fn in_query(&mut self, relation: Relation, wanted: &ast::Expr, query: &ast::Query, keeps: Keeps) -> Result<Relation> {
        let wanted = match bare(wanted) {
            ast::Expr::Tuple(parts) => parts.iter().collect(),
            one => vec![one],
        };
        if let Some(joined) = self.in_over_time(&relation, &wanted, query, keeps) {
            return Ok(joined);
        }
        let found = self.dependent(query, &relation.plan, &relation.fields)?;
        found.columns("IN", wanted.len())?;
        let (width, mut values, mut equal_parts) = (relation.plan.schema().fields.len(), Vec::new(), Vec::new());
        for (column, e) in wanted.iter().enumerate() {
            let value = ExprBinder::new(&relation.fields).bind(e)?;
            if !value.is_fixed() {
                return Err(Error::sql("IN over what changes by itself").at(span_of(*e)).hint("compare a column of the row"));
            }
            let other = Expr::column(width + column, found.type_of(column));
            equal_parts.push(binary(BinaryOp::Eq, value.clone(), other, span_of(*e))?);
            values.push(value);
        }
        let links = found.condition(width);
        let with_links = |parts: Vec<Expr>| all_of(links.iter().cloned().chain(parts).collect());
        if keeps == Keeps::Found {
            return Ok(joined(relation, found.plan, JoinKind::LeftSemi, with_links(equal_parts)));
        }
        // x NOT IN (...) is TRUE where no value is equal, none may be for its NULL, and x is not NULL or there are none.
        let is_null = |input: Expr| Expr::Unary { op: UnaryOp::IsNull, input: Box::new(input) };
        let any_is_null = |exprs: Vec<Expr>| {
            let span = span_of(query);
            exprs.into_iter().map(is_null).map(Ok).reduce(|a, b| binary(BinaryOp::Or, a?, b?, span)).transpose()
        };
        let unequal = joined(relation, found.plan.clone(), JoinKind::LeftAnti, with_links(equal_parts.clone()));
        let nulls = any_is_null((0..found.width()).map(|column| found.column(column)).collect())?;
        let with_null = nulls.into_iter().fold(found.plan.clone(), Plan::filtered);
        let value_is_null = any_is_null(values)?;
        if found.width() == 1 {
            let on_links = |parts: Vec<Expr>| all_of(found.links_equal(0, width).into_iter().chain(parts).collect());
            let known = joined(unequal, found.only_links(with_null), JoinKind::LeftAnti, on_links(Vec::new()));
            let any = found.only_links(found.plan.clone());
            return Ok(joined(known, any, JoinKind::LeftAnti, on_links(value_is_null.into_iter().collect())));
        }
        // Of rows of values, those that NULLs leave open.
        let open = Expr::Unary { op: UnaryOp::IsNotFalse, input: Box::new(all_of(equal_parts).unwrap_or(Expr::boolean(true))) };
        let known = joined(unequal, with_null, JoinKind::LeftAnti, with_links(vec![open.clone()]));
        let parts = value_is_null.into_iter().chain([open]).collect();
        Ok(joined(known, found.plan, JoinKind::LeftAnti, with_links(parts)))
    }

    /// IN as one join over time, where its sub-query says by WHERE how far apart in time two rows that meet may lie.
    fn in_over_time(&mut self, relation: &Relation, wanted: &[&ast::Expr], query: &ast::Query, keeps: Keeps) -> Option<Relation> {
        let (depth, visible) = (self.depth(), self.ctes.len());
        let found = plain_select(query).and_then(|select| self.in_plain(relation, wanted, (select, query), keeps).ok());
        let found = found.filter(|found| matches!(&found.plan, Plan::Join(Join { time: Some(_), .. })));
        if found.is_none() {
            self.reset(depth, visible);
        }
        found
    }

    /// IN over a row of FROM for each that satisfies WHERE: a join by all of WHERE and by what is compared.
    fn in_plain(
        &mut self,
        relation: &Relation,
        wanted: &[&ast::Expr],
        (select, query): (&ast::Select, &ast::Query),
        keeps: Keeps,
    ) -> Result<Relation> {
        let Plain { found, outer, fields, condition } = self.plain(relation, select, query)?;
        if select.projection.len() != wanted.len() {
            return Err(Error::internal("another number of columns"));
        }
        let mut equal_parts = Vec::with_capacity(wanted.len());
        for (e, item) in wanted.iter().zip(&select.projection) {
            let (ast::SelectItem::UnnamedExpr(other) | ast::SelectItem::ExprWithAlias { expr: other, .. }) = item else {
                return Err(Error::internal("columns that are not named"));
            };
            let value = ExprBinder::new(&relation.fields).bind(e)?;
            let part = binary(BinaryOp::Eq, value, ExprBinder::new(&fields).bind(other)?, span_of(*e))?;
            if !part.is_fixed() {
                return Err(Error::internal("IN over what changes by itself"));
            }
            equal_parts.push(part);
        }
        outer.note_read_in(&relation.fields);
        let equal = all_of(equal_parts).unwrap_or(Expr::boolean(true));
        let compared = match keeps {
            Keeps::Found => equal,
            Keeps::Missing => Expr::Unary { op: UnaryOp::IsNotFalse, input: Box::new(equal) },
        };
        Ok(join::joined(relation.clone(), found, keeps.join(), all_of(condition.into_iter().chain([compared]).collect())))
    }

    /// FROM and WHERE of a sub-query beside the rows of the query around it.
    fn plain<'r>(&mut self, relation: &'r Relation, select: &ast::Select, query: &ast::Query) -> Result<Plain<'r>> {
        let hints = InputHints::of(select)?;
        let found = self.from(select, &hints, None)?;
        hints.check_taken()?;
        if relation.fields.len() != relation.plan.schema().fields.len() {
            return Err(Error::internal("columns without names"));
        }
        let outer = Outer::new(&relation.plan, &relation.fields, 0);
        let fields = outer.beside(Relation { plan: Plan::empty(), ..found.clone() }).fields;
        let condition = match &select.selection {
            Some(condition) => Some(ExprBinder::new(&fields).condition(condition)?),
            None => None,
        };
        if condition.as_ref().is_some_and(|condition| !condition.is_fixed()) {
            return Err(Error::sql("the condition of a sub-query depends on more than the two rows").at(span_of(query)));
        }
        Ok(Plain { found, outer, fields, condition })
    }

    fn exists(&mut self, relation: Relation, query: &ast::Query, keeps: Keeps) -> Result<Relation> {
        let (depth, visible) = (self.depth(), self.ctes.len());
        if let Some(select) = plain_select(query) {
            if let Ok(found) = self.exists_plain(&relation, select, query, keeps) {
                return Ok(found);
            }
            self.reset(depth, visible);
        }
        let found = self.dependent(query, &relation.plan, &relation.fields)?;
        if found.count == Count::One {
            let plan = relation.plan.filtered(Expr::boolean(keeps == Keeps::Found));
            return Ok(Relation { plan, ..relation });
        }
        let width = relation.plan.schema().fields.len();
        let condition = all_of(found.links_equal(0, width));
        let links = found.only_links(found.plan.clone());
        Ok(joined(relation, links, keeps.join(), condition))
    }

    /// EXISTS over a row of FROM for each that satisfies WHERE: a join by all of WHERE.
    fn exists_plain(&mut self, relation: &Relation, select: &ast::Select, query: &ast::Query, keeps: Keeps) -> Result<Relation> {
        let Plain { found, outer, condition, .. } = self.plain(relation, select, query)?;
        outer.note_read_in(&relation.fields);
        let width = relation.fields.len();
        if condition.iter().flat_map(columns_of).any(|column| column < width) {
            return Ok(join::joined(relation.clone(), found, keeps.join(), condition));
        }
        let filter = condition.map(|condition| shifted(&condition, width));
        let found = filter.into_iter().fold(found.plan, Plan::filtered);
        Ok(joined(relation.clone(), one_row(found), keeps.join(), None))
    }
}

/// The conditions that all must hold, in their order. A chain of ANDs may be longer than the stack is deep.
fn conjuncts(condition: &ast::Expr) -> Vec<&ast::Expr> {
    let (mut parts, mut rest) = (Vec::new(), vec![condition]);
    while let Some(next) = rest.pop() {
        match next {
            ast::Expr::Nested(inner) => rest.push(inner),
            ast::Expr::BinaryOp { left, op: ast::BinaryOperator::And, right } => rest.extend([&**right, &**left]),
            other => parts.push(other),
        }
    }
    parts
}

/// Whether a condition has a sub-query, as far as comparisons, AND, OR and NOT reach.
pub fn asks(condition: &ast::Expr) -> bool {
    use ast::Expr as E;
    conjuncts(condition).into_iter().any(|part| match part {
        E::Subquery(_) | E::InSubquery { .. } | E::Exists { .. } | E::AnyOp { .. } | E::AllOp { .. } => true,
        E::UnaryOp { expr, .. } | E::IsNull(expr) | E::IsNotNull(expr) => asks(expr),
        E::BinaryOp { left, right, .. } => asks(left) || asks(right),
        E::Between { expr, low, high, .. } => asks(expr) || asks(low) || asks(high),
        _ => false,
    })
}

fn is_subquery(part: &ast::Expr) -> bool {
    match part {
        ast::Expr::Exists { .. } => true,
        ast::Expr::InSubquery { expr, .. } => !asks(expr),
        ast::Expr::Nested(inner) | ast::Expr::UnaryOp { op: ast::UnaryOperator::Not, expr: inner } => is_subquery(inner),
        _ => false,
    }
}

/// The SELECT of a query that gives a row for each of FROM that satisfies WHERE.
fn plain_select(query: &ast::Query) -> Option<&ast::Select> {
    let ast::SetExpr::Select(select) = &*query.body else { return None };
    let bare = query.with.is_none() && query.limit_clause.is_none() && query.fetch.is_none();
    let ungrouped = matches!(&select.group_by, ast::GroupByExpr::Expressions(keys, _) if keys.is_empty());
    let computed = |item: &ast::SelectItem| match item {
        ast::SelectItem::UnnamedExpr(e) | ast::SelectItem::ExprWithAlias { expr: e, .. } => {
            !matches!(e, ast::Expr::Value(_) | ast::Expr::Identifier(_) | ast::Expr::CompoundIdentifier(_))
        }
        _ => false,
    };
    let plain = bare
        && ungrouped
        && select.having.is_none()
        && select.qualify.is_none()
        && select.top.is_none()
        && !select.projection.iter().any(computed);
    plain.then_some(select)
}

/// One row if `plan` has any.
fn one_row(plan: Plan) -> Plan {
    let one = plan.projected(vec![("found".to_owned(), Expr::boolean(true))]);
    distinct(Relation::new(one, None, None)).plan
}

fn joined(relation: Relation, found: Plan, kind: JoinKind, condition: Option<Expr>) -> Relation {
    debug_assert!(condition.as_ref().is_none_or(|condition| condition.data_type() == DataType::Boolean));
    let plan = Plan::Join(Join::new(relation.plan, found, kind, condition));
    Relation { plan, fields: relation.fields, event_times: Vec::new(), windows: Vec::new() }
}

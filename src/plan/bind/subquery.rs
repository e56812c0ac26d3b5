//! Sub-queries in expressions.
//!
//! But for those that WHERE makes joins of (`semi_join`), a sub-query is a *lookup*: the query around is joined to it, at most one row to
//! each, and the expression reads the columns that this adds. While expressions are bound, a stand-in column beyond `SUBQUERY_BASE` is in
//! its place.

use sqlparser::ast;

use super::QueryBinder;
use super::aggregate::{Grouped, is_one_row};
use super::coercion::{cast, comparable};
use super::dependent::{Links, Outer, Settled, equal, null};
use super::function::library_call;
use super::operator::{binary, by_order};
use super::order::{Count, Ordered};
use super::query::check_size;
use super::scope::{Relation, ScopeField, span_of};
use super::select::distinct;
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::logical::{Aggregate, Join, Plan, all_of, columns_of, substitute};
use crate::plan::parse::check_part;
use crate::plan::physical::{AggregateCall, AggregateFunction, JoinKind, Nulls, SortKey};
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
    /// The array of its values.
    Array(&'a ast::Query),
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
        if let Some(value) = self.computed(query) {
            return Ok(value);
        }
        let found = self.dependent(query)?;
        found.one_column("a sub-query as a value")?;
        if found.type_of(0) == DataType::Null {
            return Ok(null(&DataType::Null));
        }
        Ok(self.one_row_of(found, stage)?.remove(0))
    }

    /// The value of a SELECT without FROM that does no more than to compute with columns of the row around.
    fn computed(&mut self, query: &ast::Query) -> Option<Expr> {
        matches!(&*query.body, ast::SetExpr::Select(select) if select.from.is_empty()).then_some(())?;
        let around =
            Relation { plan: self.plan.clone(), fields: self.fields.to_vec(), event_times: Vec::new(), windows: Vec::new() };
        let (depth, visible) = (self.binder.depth(), self.binder.ctes.len());
        match self.binder.select_over(&around, query, around.fields.len()) {
            Ok(Ordered { width: 1, relation: Relation { plan: Plan::Calc(calc), .. }, .. }) if *calc.input == around.plan => {
                let value = calc.columns.into_iter().next()?;
                (calc.filter.is_none() && value.is_fixed() && !columns_of(&value).is_empty()).then_some(value)
            }
            _ => {
                self.binder.reset(depth, visible);
                None
            }
        }
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

    /// The array of its values, empty where there are none: in its order; if it says none, in that of the values, which no number of shards changes.
    fn array(&mut self, query: &ast::Query, stage: Stage) -> Result<Expr> {
        let span = span_of(query);
        let mut rows = self.binder.dependent_rows(query, self.plan, self.fields)?;
        if rows.width != 1 {
            return Err(one_column("ARRAY(query)", rows.width, span));
        }
        let types = rows.relation.plan.schema().types();
        let first_link = types.len() - rows.links.columns.len();
        check_part(&types[0], span)?;
        let data_type = DataType::Array(Box::new(types[0].clone()));
        let nothing = rows.links.over_nothing.take().into_iter().flatten().map(|value| cast(value, &types[0])).collect();
        let nothing = cast(library_call("ARRAY", nothing, span)?, &data_type);
        let by_value = SortKey { column: 0, descending: false, nulls_first: true };
        let order = if rows.keys.is_empty() { vec![by_value] } else { rows.keys };
        let call = AggregateCall {
            order_types: order.iter().map(|key| types[key.column].clone()).collect(),
            order,
            nulls: Nulls::Keep,
            ..AggregateCall::new(AggregateFunction::ArrayAgg, &[(0, types[0].clone())], data_type.clone())
        };
        let link_types = types[first_link..].to_vec();
        let plan = aggregated(rows.relation.plan, (first_link..types.len()).collect(), vec![call]);
        let mut columns = plan.identity();
        columns.rotate_right(1);
        let plan = plan.projected(columns.into_iter().enumerate().map(|(at, e)| (format!("$array{at}"), e)).collect());
        let names = vec!["array".to_owned()];
        let found = Dependent { plan, names, links: rows.links, link_types, count: Count::OneAtMost, span };
        let array = self.one_row_of(found, stage)?.remove(0);
        Ok(Expr::Coalesce { args: vec![array, nothing], data_type })
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
        condition.push(binary(BinaryOp::Eq, value.clone(), Expr::column(ADDED_BASE, found.type_of(0)), span)?);
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
            Asked::Array(query) => self.array(query, stage),
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

    /// Whether one that is joined to the output asks for each row of the query around, whose stand-in is about to be settled.
    pub fn read_rows_of(&self, settled: &Settled) -> bool {
        self.found.iter().any(|lookup| lookup.stage == Stage::Output && settled.is_in(&lookup.plan))
    }

    /// Those that are joined to the output ask for `others` instead of `rows`.
    pub fn stand_over(&mut self, rows: &Plan, others: &Plan) {
        for lookup in self.found.iter_mut().filter(|lookup| lookup.stage == Stage::Output) {
            let plan = std::mem::replace(&mut lookup.plan, Plan::empty());
            lookup.plan = plan.rewrite(&mut |part| if part == *rows { others.clone() } else { part });
        }
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
    /// How many rows it can have.
    pub count: Count,
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

    pub fn column(&self, column: usize) -> Expr {
        Expr::column(column, self.type_of(column))
    }

    pub fn width(&self) -> usize {
        self.names.len()
    }

    fn one_column(&self, what: &str) -> Result<()> {
        match self.width() {
            1 => Ok(()),
            width => Err(one_column(what, width, self.span)),
        }
    }

    pub fn columns(&self, what: &str, wanted: usize) -> Result<()> {
        if self.width() == wanted {
            return Ok(());
        }
        let error = format!("{what} compares {wanted} with the {} columns of its sub-query", self.width());
        Err(Error::sql(error).at(self.span).hint("both sides have the same number of columns: (a, b) IN (SELECT x, y FROM t)"))
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
    pub fn links_equal(&self, before: usize, base: usize) -> Vec<Expr> {
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
    pub fn only_links(&self, plan: Plan) -> Plan {
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
        aggregated(plan, keys, calls)
    }

    /// The least or the greatest value of a column: the first or the last one in the order of column `by`, where MIN and MAX are not there for its type.
    fn extreme(&self, function: AggregateFunction, column: usize, by: (usize, DataType), nulls: Nulls) -> AggregateCall {
        let data_type = self.type_of(column);
        let function = match (has_extremes(&data_type), function) {
            (true, function) => return AggregateCall::new(function, &[(column, data_type.clone())], data_type),
            (false, AggregateFunction::Max) => AggregateFunction::LastValue,
            (false, _) => AggregateFunction::FirstValue,
        };
        AggregateCall {
            order: vec![SortKey { column: by.0, descending: false, nulls_first: true }],
            order_types: vec![by.1],
            nulls,
            ..AggregateCall::new(function, &[(column, data_type.clone())], data_type)
        }
    }

    /// Its columns, then its links; a second row for the same links is an error of that row.
    fn single(&self) -> Result<Plan> {
        let (width, links) = (self.width(), self.links.columns.len());
        let only = |at: usize| self.extreme(AggregateFunction::Min, at, (at, self.type_of(at)), Nulls::Keep);
        let mut calls: Vec<AggregateCall> = (0..width).map(only).collect();
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
        let is_null = Expr::Unary { op: UnaryOp::IsNull, input: Box::new(self.column(0)) };
        let order = by_order(self.column(0), self.span)?;
        let mut columns: Vec<Expr> = self.plan.identity();
        let (flag, by) = (columns.len(), (columns.len() + 1, order.data_type()));
        columns.extend([cast(is_null, &DataType::Int), order]);
        let columns = columns.into_iter().enumerate().map(|(at, e)| (format!("$value{at}"), e)).collect();
        let end = |function: AggregateFunction| self.extreme(function, 0, by.clone(), Nulls::Skip);
        let has_null = AggregateCall::new(AggregateFunction::Max, &[(flag, DataType::Int)], DataType::Int);
        let calls = vec![end(AggregateFunction::Min), end(AggregateFunction::Max), has_null];
        let plan = self.aggregated(self.plan.clone().projected(columns), calls);
        let links = self.links.columns.len();
        Ok((plan, [links, links + 1, links + 2]))
    }
}

fn one_column(what: &str, width: usize, span: Span) -> Error {
    Error::sql(format!("{what} reads one column, but the sub-query has {width}")).at(span).hint("select the one that is meant")
}

/// Whether MIN and MAX are there for a type.
fn has_extremes(data_type: &DataType) -> bool {
    use DataType as T;
    !matches!(data_type, T::Array(_) | T::Row(_) | T::Map(..) | T::Multiset(_) | T::Json | T::Bitmap)
}

/// An aggregate by these columns: they, then the results.
fn aggregated(plan: Plan, keys: Vec<usize>, calls: Vec<AggregateCall>) -> Plan {
    let mut fields: Vec<Field> = keys.iter().map(|key| plan.schema().fields[*key].clone()).collect();
    fields.extend(calls.iter().enumerate().map(|(at, call)| Field::new(format!("agg{at}"), call.data_type.clone())));
    Plan::Aggregate(Aggregate::new(plan, keys, calls, Schema::new(fields)))
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

impl QueryBinder<'_> {
    /// A sub-query over the rows of `plan`: by itself if it can be, else with the columns around it in sight.
    pub(super) fn dependent(&mut self, query: &ast::Query, plan: &Plan, fields: &[ScopeField]) -> Result<Dependent> {
        Ok(Dependent::of_query(self.dependent_rows(query, plan, fields)?, fields, span_of(query)))
    }

    /// The same, with what it is ordered by.
    fn dependent_rows(&mut self, query: &ast::Query, plan: &Plan, fields: &[ScopeField]) -> Result<Ordered> {
        check_size(plan, query)?;
        let (depth, visible) = (self.depth(), self.ctes.len());
        let plain = self.ordered_query(query, None);
        match plain {
            Err(_) if !fields.is_empty() && self.outer_queries < OUTER_QUERIES_MAX => {
                self.reset(depth, visible);
                self.outer_queries += 1;
                let outer = Outer::new(plan, fields, self.outer_queries);
                let found = self.ordered_query(query, Some((&outer, fields)));
                self.outer_queries -= 1;
                found
            }
            plain => plain,
        }
    }
}

/// One row if `plan` has any.
pub fn one_row(plan: Plan) -> Plan {
    let one = plan.projected(vec![("found".to_owned(), Expr::boolean(true))]);
    distinct(Relation::new(one, None, None)).plan
}

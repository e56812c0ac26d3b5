//! Queries: WITH, UNION, and what stands behind a query.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlparser::ast::{self, Spanned};

use super::coercion::{cast, common_type};
use super::corresponding::{Corresponding, left_side};
use super::dependent::Outer;
use super::order::{Bounds, Ordered, items, ordered};
use super::scope::{Relation, ScopeField, name_span, span_of, unsupported};
use super::select::distinct_in_windows;
use super::unnamed::aligned;
use super::window::every;
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr};
use crate::limits::{NESTING_MAX, PLAN_DEPTH_MAX, PLAN_OPERATORS_MAX};
use crate::plan::catalog::Catalog;
use crate::plan::late::late_table;
use crate::plan::logical::{Aggregate, Plan, Rank, Union, all_of};
use crate::plan::physical::{AggregateCall, AggregateFunction, RankFunction, TimeBasis};
use crate::plan::processing_time::basis;
use crate::plan::statement::StreamQuery;
use crate::types::{DataType, Field, Schema, Value};

/// Binds one query.
pub struct QueryBinder<'a> {
    /// Tables and views.
    pub catalog: &'a mut Catalog,
    /// Common table expressions that can be seen here, innermost last.
    pub(super) ctes: Vec<(String, Cte)>,
    /// Queries around the one being bound whose columns it may name.
    pub(super) outer_queries: usize,
    depth: usize,
}

/// What the name of a common table expression stands for.
pub(super) enum Cte {
    /// These rows.
    Rows(Box<Relation>),
    /// A query that cannot be bound by itself, with the reason: where it stands in FROM it may name columns around it.
    Dependent(Box<DependentCte>),
}

pub(super) struct DependentCte {
    cte: ast::Cte,
    error: Error,
    is_read: AtomicBool,
}

impl DependentCte {
    /// The query and its name, to be bound where it is read.
    pub(super) fn read(&self) -> &ast::Cte {
        self.is_read.store(true, Ordering::Relaxed);
        &self.cte
    }

    /// Why it cannot be bound by itself.
    pub(super) fn error(&self) -> Error {
        self.error.clone()
    }
}

impl<'a> QueryBinder<'a> {
    /// Over these tables and views.
    pub fn new(catalog: &'a mut Catalog) -> Self {
        Self { catalog, ctes: Vec::new(), outer_queries: 0, depth: 0 }
    }

    /// A query with its EMIT, whose rows are written: in order, if it says so.
    pub fn written_query(&mut self, query: &StreamQuery) -> Result<Relation> {
        let rows = self.ordered_query(&query.query, None).map_err(|e| e.at(query.span))?;
        self.emitted(rows.sorted().shown(), query)
    }

    /// A query with its EMIT, whose rows others read, so that their order says nothing.
    pub fn stream_query(&mut self, query: &StreamQuery) -> Result<Relation> {
        let relation = self.query(&query.query).map_err(|e| e.at(query.span))?;
        self.emitted(relation, query)
    }

    /// What a query gives out, when its EMIT says.
    fn emitted(&self, mut relation: Relation, query: &StreamQuery) -> Result<Relation> {
        if let Some(emit) = query.emit {
            relation.plan.set_emit(emit);
        }
        let Some(interval) = &query.every else { return Ok(relation) };
        let nanos = every(interval)?;
        if let Some(table) = timeless(self.catalog, &relation.plan) {
            return Err(Error::sql(format!("EMIT CHANGES EVERY reads the time of rows, and '{table}' has none"))
                .at(span_of(&**interval))
                .hint("declare WATERMARK FOR a column of it, or one that is PROCTIME()"));
        }
        if relation.plan.retracts() && !relation.plan.knows_windows() {
            // Rows come when their time is long over.
            relation.event_times.clear();
            relation.windows.clear();
        }
        relation.plan.hold(nanos);
        Ok(relation)
    }

    /// A sub-query, with what is known of the time of its rows. Its order says nothing but which rows LIMIT leaves.
    pub(super) fn query(&mut self, query: &ast::Query) -> Result<Relation> {
        Ok(self.ordered_query(query, None)?.timed())
    }

    /// How deep the query being bound stands in others.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Goes back to where a query that could not be bound was begun.
    pub(super) fn reset(&mut self, depth: usize, ctes: usize) {
        self.depth = depth;
        self.ctes.truncate(ctes);
    }

    /// The rows of a query with what they are ordered by; `outer` is the query around it, if it may name its columns.
    pub(super) fn ordered_query(&mut self, query: &ast::Query, outer: Option<(&Outer<'_>, &[ScopeField])>) -> Result<Ordered> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(Error::limit(format!("sub-queries are nested deeper than {NESTING_MAX}")).hint("make views of them"));
        }
        refuse(query)?;
        let visible = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with, outer.is_some())?;
        }
        let (bounds, order) = (Bounds::of(query)?, items(query)?);
        let rows = match (&*query.body, outer) {
            (ast::SetExpr::Select(select), _) => self.select(select, order, outer)?,
            (ast::SetExpr::Query(inner), _) if order.is_empty() => self.ordered_query(inner, outer)?,
            (body, Some((outer, around))) => self.dependent_set(body, order, outer, around)?,
            (body, None) => {
                let relation = self.set(body, &mut VecDeque::new())?;
                let width = relation.width();
                ordered(relation, width, order)?
            }
        };
        self.leave(visible)?;
        self.depth -= 1;
        check_size(&rows.relation.plan, query)?;
        rows.limited(&bounds)
    }

    fn with(&mut self, with: &ast::With, within_another: bool) -> Result<()> {
        for cte in &with.cte_tables {
            if with.recursive {
                return Err(Error::sql("WITH RECURSIVE is not supported")
                    .at(name_span(&cte.alias.name))
                    .hint("leave RECURSIVE out where no table names itself"));
            }
            let name = cte.alias.name.value.clone();
            if with.cte_tables.iter().filter(|other| other.alias.name.value.eq_ignore_ascii_case(&name)).count() > 1 {
                return Err(Error::sql(format!("WITH gives the name '{name}' twice")).at(name_span(&cte.alias.name)));
            }
            let (depth, visible) = (self.depth, self.ctes.len());
            let rows = match self.query(&cte.query) {
                Ok(relation) => {
                    let names: Vec<_> = cte.alias.columns.iter().map(|c| (c.name.value.clone(), name_span(&c.name))).collect();
                    Cte::Rows(Box::new(relation.renamed(&names, &format!("WITH {name}"))?))
                }
                // It may name columns around this query, which are known where it stands in FROM.
                Err(error) if within_another => {
                    self.reset(depth, visible);
                    Cte::Dependent(Box::new(DependentCte { cte: cte.clone(), error, is_read: AtomicBool::new(false) }))
                }
                Err(error) => return Err(error),
            };
            self.ctes.push((name, rows));
        }
        Ok(())
    }

    /// Leaves the query whose common table expressions begin at `visible`.
    fn leave(&mut self, visible: usize) -> Result<()> {
        let unread = |cte: &(String, Cte)| match &cte.1 {
            Cte::Dependent(cte) if !cte.is_read.load(Ordering::Relaxed) => Err(cte.error()),
            _ => Ok(()),
        };
        self.ctes.drain(visible..).try_for_each(|cte| unread(&cte))
    }

    /// A set operation, with the operands, from left to right, that are bound already.
    pub(super) fn set(&mut self, body: &ast::SetExpr, bound: &mut VecDeque<Relation>) -> Result<Relation> {
        match body {
            ast::SetExpr::SetOperation { op: ast::SetOperator::Union, .. } => self.union(body, bound),
            ast::SetExpr::SetOperation { op, set_quantifier, left, right } => {
                let all = quantified(set_quantifier, right)?;
                let (left, corresponding) = left_side(left);
                let spans = [span_of(left), span_of(&**right)];
                let sides = [self.set(left, bound)?, self.set(right, bound)?];
                let sides = together(sides, corresponding)?;
                counted(op, all, sides.into_iter().zip(spans).collect())
            }
            operand => match (bound.pop_front(), operand) {
                (Some(relation), _) => Ok(relation),
                (None, ast::SetExpr::Select(select)) => Ok(self.select(select, &[], None)?.timed()),
                (None, ast::SetExpr::Query(query)) => self.query(query),
                (None, ast::SetExpr::Values(values)) => self.values(values),
                (None, other) => Err(unsupported("this query", "a SELECT is expected", other)),
            },
        }
    }

    /// A chain of UNION, taken apart without recursion.
    fn union(&mut self, body: &ast::SetExpr, bound: &mut VecDeque<Relation>) -> Result<Relation> {
        let mut branches = Vec::new();
        let mut rest = body;
        while let ast::SetExpr::SetOperation { left, op: ast::SetOperator::Union, set_quantifier, right } = rest {
            let (left, corresponding) = left_side(left);
            branches.push((quantified(set_quantifier, body)?, &**right, corresponding));
            rest = left;
        }
        let mut relation = self.set(rest, bound)?;
        while let Some((all, branch, corresponding)) = branches.pop() {
            let [left, right] = together([relation, self.set(branch, bound)?], corresponding)?;
            let mut operands = vec![(left, span_of(rest)), (right, span_of(branch))];
            // What follows with ALL joins the same union.
            while let (All::Yes, Some((All::Yes, next, None))) = (all, branches.last()) {
                operands.push((self.set(next, bound)?, span_of(*next)));
                branches.pop();
            }
            relation = union_all(operands)?;
            if all == All::No {
                relation = distinct_in_windows(relation, &|plan| late_table(self.catalog, plan, "window"))?;
            }
        }
        Ok(relation)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum All {
    Yes,
    No,
}

/// Refuses a plan that is deeper than a stack may be, or has more operators than can be planned in short time.
pub fn check_size(plan: &Plan, node: &impl Spanned) -> Result<()> {
    let mut count = 0_usize;
    plan.walk(&mut |_| count += 1);
    let error = match (plan.depth(), count) {
        (depth, _) if depth > PLAN_DEPTH_MAX => {
            format!("more than {PLAN_DEPTH_MAX} operators stand over one another, those of views and of WITH among them")
        }
        (_, count) if count > PLAN_OPERATORS_MAX => {
            format!(
                "the query has more than {PLAN_OPERATORS_MAX} operators, with those of a view and of WITH wherever it is read"
            )
        }
        _ => return Ok(()),
    };
    Err(Error::limit(error).at(span_of(node)).hint("INSERT INTO a memory table what a part of it gives, and read that"))
}

/// Two sides of a set operation, with the columns that CORRESPONDING says go together.
fn together([left, right]: [Relation; 2], corresponding: Option<Corresponding<'_>>) -> Result<[Relation; 2]> {
    match corresponding {
        Some(corresponding) => corresponding.sides(left, right),
        None => Ok([left, right]),
    }
}

/// The name of a table below whose rows say nothing about time.
fn timeless(catalog: &Catalog, plan: &Plan) -> Option<String> {
    match plan {
        // The clock goes for every table.
        Plan::Scan(scan) if scan.basis == TimeBasis::Processing => None,
        Plan::Scan(scan) => {
            let table = &catalog.tables[scan.table];
            table.event_times().is_empty().then(|| table.def.name.clone())
        }
        // The right one is not waited for.
        Plan::Join(join) if join.lookup.is_some() => timeless(catalog, &join.left),
        _ => plan.inputs().into_iter().find_map(|input| timeless(catalog, input)),
    }
}

fn refuse(query: &ast::Query) -> Result<()> {
    if !query.locks.is_empty() {
        return Err(unsupported("FOR UPDATE", "nobody else changes the rows of a job: leave it out", query));
    }
    if !query.pipe_operators.is_empty() || query.for_clause.is_some() || query.settings.is_some() || query.format_clause.is_some()
    {
        return Err(unsupported(
            "this clause behind a query",
            "SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... are there",
            query,
        ));
    }
    Ok(())
}

fn quantified(quantifier: &ast::SetQuantifier, body: &ast::SetExpr) -> Result<All> {
    match quantifier {
        ast::SetQuantifier::All => Ok(All::Yes),
        ast::SetQuantifier::None | ast::SetQuantifier::Distinct => Ok(All::No),
        _ => Err(unsupported("BY NAME", "select the columns in the same order", body)),
    }
}

/// INTERSECT and EXCEPT: how often each row is there on the left and on the right says how often it comes out.
fn counted(op: &ast::SetOperator, all: All, sides: Vec<(Relation, Span)>) -> Result<Relation> {
    let kept = match op {
        ast::SetOperator::Intersect => BinaryOp::Gt,
        ast::SetOperator::Except | ast::SetOperator::Minus => BinaryOp::Eq,
        ast::SetOperator::Union => return Err(Error::internal("UNION is no count")),
    };
    let sides = sides.into_iter().map(|(side, span)| (side.named(), span)).collect();
    let (fields, sides) = unified(sides, &op.to_string())?;
    let width = fields.len();
    let mut plans = Vec::with_capacity(2);
    for (side, plan) in sides.into_iter().enumerate() {
        // Of several equal rows, those of the same number belong together.
        let plan = if all == All::Yes { numbered(plan) } else { plan };
        let sides = (0..2).map(|own| (format!("$side{own}"), count_of(i64::from(own == side))));
        let names = plan.schema().fields.iter().map(|field| field.name.clone());
        let columns = names.zip(plan.identity()).chain(sides).collect();
        plans.push(plan.projected(columns));
    }
    let schema = plans[0].schema().clone();
    let keys = schema.fields.len() - 2;
    let sum = |column: usize| AggregateCall::new(AggregateFunction::Sum, &[(column, DataType::BigInt)], DataType::BigInt);
    let calls = vec![sum(keys), sum(keys + 1)];
    let input = Plan::Union(Union { inputs: plans, schema: schema.clone() });
    let counts = Plan::Aggregate(Aggregate::new(input, (0..keys).collect(), calls, schema));
    let compared = |op: BinaryOp, column: usize| Expr::Binary {
        op,
        left: Box::new(Expr::column(column, DataType::BigInt)),
        right: Box::new(count_of(0)),
        data_type: DataType::Boolean,
    };
    let filter = all_of(vec![compared(BinaryOp::Gt, keys), compared(kept, keys + 1)]);
    let plan = filter.into_iter().fold(counts, Plan::filtered);
    let columns = fields.iter().zip(plan.identity()).map(|(f, e)| (f.name.clone(), e)).take(width).collect();
    Ok(Relation::new(plan.projected(columns), None, None))
}

fn count_of(number: i64) -> Expr {
    Expr::Literal { value: Value::Int(number), data_type: DataType::BigInt }
}

/// `plan` with the number of each row among those equal to it.
fn numbered(plan: Plan) -> Plan {
    let keys = (0..plan.schema().fields.len()).collect();
    Plan::Rank(Rank::new(plan, RankFunction::RowNumber, keys, Vec::new()))
}

fn union_all(relations: Vec<(Relation, Span)>) -> Result<Relation> {
    let carries = |r: &Relation, time: usize, fields: &[Field]| {
        r.event_times.contains(&time) && r.fields[time].data_type == fields[time].data_type
    };
    let (sides, spans): (Vec<Relation>, Vec<Span>) = relations.into_iter().unzip();
    let (width, times) = (sides[0].width(), aligned(sides));
    let (fields, inputs) = unified(times.iter().cloned().zip(spans).collect(), "UNION")?;
    let event_times = (0..fields.len()).filter(|time| times.iter().all(|r| carries(r, *time, &fields))).collect();
    let plan = Plan::Union(Union { inputs, schema: Schema::new(fields) });
    // The clock and the time of rows are not the same time.
    let event_times = if basis(&plan).is_some() { event_times } else { Vec::new() };
    let (first, others) = (&times[0].windows, &times[1..]);
    let windows = first.iter().filter(|window| others.iter().all(|r| r.windows.contains(window))).copied().collect();
    Ok(Relation { event_times, windows, ..Relation::new(plan, None, None).naming(width) })
}

/// The columns of a set operation, and its sides with just these.
fn unified(relations: Vec<(Relation, Span)>, what: &str) -> Result<(Vec<Field>, Vec<Plan>)> {
    let mut fields: Vec<Field> = relations[0].0.fields.iter().map(|f| Field::new(f.name.clone(), f.data_type.clone())).collect();
    for (relation, span) in &relations[1..] {
        if relation.fields.len() != fields.len() {
            let error = format!("{what} of {} and {} columns", fields.len(), relation.fields.len());
            return Err(Error::sql(error).at(*span).hint("every SELECT of it has the same number of columns"));
        }
        for (field, other) in fields.iter_mut().zip(&relation.fields) {
            field.data_type = common_type(&field.data_type, &other.data_type).ok_or_else(|| {
                Error::sql(format!("column '{}' of {what} is {} here and {} there", field.name, field.data_type, other.data_type))
                    .at(*span)
                    .hint("CAST one of them")
            })?;
        }
    }
    for field in &mut fields {
        if field.data_type == DataType::Null {
            field.data_type = DataType::STRING;
        }
    }
    let plans = relations.into_iter().map(|(relation, _)| conformed(relation.plan, &fields)).collect();
    Ok((fields, plans))
}

/// `plan` with the names and types of `fields`.
fn conformed(plan: Plan, fields: &[Field]) -> Plan {
    if plan.schema().fields == fields {
        return plan;
    }
    let columns = plan.identity().into_iter().zip(fields).map(|(e, f)| (f.name.clone(), cast(e, &f.data_type))).collect();
    plan.projected(columns)
}

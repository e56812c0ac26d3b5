//! IN and EXISTS in WHERE, by themselves or beside AND, as semi joins, and their negations as anti joins.

use sqlparser::ast;

use super::QueryBinder;
use super::dependent::Outer;
use super::expr::{ExprBinder, bare};
use super::hint::InputHints;
use super::join;
use super::join::filtered;
use super::join_time::is_over_time;
use super::operator::binary;
use super::order::Count;
use super::scope::{Relation, ScopeField, span_of, unsupported};
use super::subquery::{Stage, Subqueries, one_row};
use super::top_n::ranked;
use crate::error::{Error, Result};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::logical::{Join, Plan, all_of, columns_of, shifted};
use crate::plan::physical::JoinKind;
use crate::types::DataType;

/// A sub-query of FROM and WHERE alone.
pub struct Plain<'r> {
    /// What hints say of FROM.
    pub hints: InputHints,
    /// FROM.
    pub found: Relation,
    /// The query around.
    pub outer: Outer<'r>,
    /// Columns of the query around, then those of FROM.
    pub fields: Vec<ScopeField>,
    /// WHERE, over them.
    pub condition: Option<Expr>,
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
            return Ok(filtered(ranked(relation, &filter), filter));
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
        let found = found.filter(|found| matches!(&found.plan, Plan::Join(join) if is_over_time(join)));
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
        let Plain { hints, found, outer, fields, condition } = self.plain(relation, select, query)?;
        hints.check_taken()?;
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
    pub(super) fn plain<'r>(&mut self, relation: &'r Relation, select: &ast::Select, query: &ast::Query) -> Result<Plain<'r>> {
        let hints = InputHints::of(select)?;
        let found = self.from(select, &hints, None)?;
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
        Ok(Plain { hints, found, outer, fields, condition })
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
        let Plain { hints, found, outer, condition, .. } = self.plain(relation, select, query)?;
        hints.check_taken()?;
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
fn asks(condition: &ast::Expr) -> bool {
    use ast::Expr as E;
    conjuncts(condition).into_iter().any(|part| match part {
        E::Subquery(_) | E::InSubquery { .. } | E::Exists { .. } => true,
        E::AnyOp { left, right, .. } | E::AllOp { left, right, .. } => asks(left) || asks(right),
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
    let computed = |item: &ast::SelectItem| match item {
        ast::SelectItem::UnnamedExpr(e) | ast::SelectItem::ExprWithAlias { expr: e, .. } => {
            !matches!(e, ast::Expr::Value(_) | ast::Expr::Identifier(_) | ast::Expr::CompoundIdentifier(_))
        }
        _ => false,
    };
    ungrouped_select(query).filter(|select| !select.projection.iter().any(computed))
}

/// The SELECT of a query without what counts, groups or limits rows, as far as its clauses say.
pub fn ungrouped_select(query: &ast::Query) -> Option<&ast::Select> {
    let ast::SetExpr::Select(select) = &*query.body else { return None };
    let bare = query.with.is_none() && query.limit_clause.is_none() && query.fetch.is_none();
    let ungrouped = matches!(&select.group_by, ast::GroupByExpr::Expressions(keys, _) if keys.is_empty());
    let plain = bare && ungrouped && select.having.is_none() && select.qualify.is_none() && select.top.is_none();
    plain.then_some(&**select)
}

fn joined(relation: Relation, found: Plan, kind: JoinKind, condition: Option<Expr>) -> Relation {
    debug_assert!(condition.as_ref().is_none_or(|condition| condition.data_type() == DataType::Boolean));
    let plan = Plan::Join(Join::new(relation.plan, found, kind, condition));
    Relation { plan, fields: relation.fields, event_times: Vec::new(), windows: Vec::new() }
}

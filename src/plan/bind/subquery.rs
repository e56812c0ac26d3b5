//! Sub-queries in WHERE: IN, EXISTS and their negations, as semi and anti joins.
//!
//! They stand by themselves or beside AND. A sub-query of EXISTS may name columns of the query around it; that of IN may not.

use sqlparser::ast;

use super::QueryBinder;
use super::expr::ExprBinder;
use super::join::filtered;
use super::operator::binary;
use super::scope::{Relation, Sight, span_of, unsupported};
use super::select::distinct;
use crate::error::{Error, Result};
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::logical::{Join, Plan, columns_of};
use crate::plan::physical::JoinKind;
use crate::types::DataType;

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
            let filter = ExprBinder::new(&relation.fields).condition(condition)?;
            return Ok(filtered(relation, filter));
        }
        let (subqueries, plain): (Vec<&ast::Expr>, Vec<&ast::Expr>) = parts.into_iter().partition(|part| is_subquery(part));
        for part in plain {
            let filter = ExprBinder::new(&relation.fields).condition(part)?;
            relation = filtered(relation, filter);
        }
        subqueries.into_iter().try_fold(relation, |relation, part| self.kept(relation, part, Keeps::Found))
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
        let found = self.query(query)?;
        let [field] = found.fields.as_slice() else {
            let error = format!("IN compares with one column, but its sub-query has {}", found.fields.len());
            return Err(Error::sql(error).at(span_of(query)));
        };
        let value = ExprBinder::new(&relation.fields).bind(wanted)?;
        if !value.is_fixed() {
            return Err(Error::sql("IN over what changes by itself").at(span_of(wanted)).hint("compare a column of the row"));
        }
        let (width, found_type) = (relation.fields.len(), field.data_type.clone());
        let equal = binary(BinaryOp::Eq, value.clone(), Expr::column(width, found_type.clone()), span_of(wanted))?;
        if keeps == Keeps::Found {
            return Ok(joined(relation, found.plan, JoinKind::LeftSemi, Some(equal)));
        }
        // x NOT IN (...) is TRUE where no value is equal, none is NULL, and x is not NULL or there are none.
        let is_null = |input: Expr| Expr::Unary { op: UnaryOp::IsNull, input: Box::new(input) };
        let any = one_row(found.plan.clone());
        let any_null = one_row(found.plan.clone().filtered(is_null(Expr::column(0, found_type))));
        let unequal = joined(relation, found.plan, JoinKind::LeftAnti, Some(equal));
        let known = joined(unequal, any_null, JoinKind::LeftAnti, None);
        Ok(joined(known, any, JoinKind::LeftAnti, Some(is_null(value))))
    }

    fn exists(&mut self, relation: Relation, query: &ast::Query, keeps: Keeps) -> Result<Relation> {
        let plain = query.with.is_none() && query.order_by.is_none() && query.limit_clause.is_none() && query.fetch.is_none();
        let select = match &*query.body {
            ast::SetExpr::Select(select) if plain && is_plain(select) => select,
            _ => {
                let hint = "SELECT ... FROM ... WHERE ... is there; use IN, or join with a sub-query in FROM";
                return Err(unsupported("this sub-query of EXISTS", hint, query));
            }
        };
        let found = self.from(select)?;
        let width = relation.fields.len();
        let mut fields = relation.fields.clone();
        fields.iter_mut().filter(|field| field.is_in_sight()).for_each(|field| field.sight = Sight::Outer);
        fields.extend(found.fields.iter().cloned());
        let condition = match &select.selection {
            Some(condition) => Some(ExprBinder::new(&fields).condition(condition)?),
            None => None,
        };
        if condition.as_ref().is_some_and(|condition| !condition.is_fixed()) {
            return Err(Error::sql("the condition of EXISTS depends on more than the two rows").at(span_of(query)));
        }
        let correlated = condition.iter().flat_map(columns_of).any(|column| column < width);
        if correlated {
            return Ok(super::join::joined(relation, found, keeps.join(), condition));
        }
        let filter = condition.map(|condition| crate::plan::logical::shifted(&condition, width));
        let found = filter.into_iter().fold(found.plan, Plan::filtered);
        Ok(joined(relation, one_row(found), keeps.join(), None))
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

fn is_subquery(part: &ast::Expr) -> bool {
    match part {
        ast::Expr::InSubquery { .. } | ast::Expr::Exists { .. } => true,
        ast::Expr::Nested(inner) | ast::Expr::UnaryOp { op: ast::UnaryOperator::Not, expr: inner } => is_subquery(inner),
        _ => false,
    }
}

/// Whether it gives a row for each of FROM that satisfies WHERE.
fn is_plain(select: &ast::Select) -> bool {
    let ungrouped = matches!(&select.group_by, ast::GroupByExpr::Expressions(keys, _) if keys.is_empty());
    let aggregates = |item: &ast::SelectItem| match item {
        ast::SelectItem::UnnamedExpr(e) | ast::SelectItem::ExprWithAlias { expr: e, .. } => {
            !matches!(e, ast::Expr::Value(_) | ast::Expr::Identifier(_) | ast::Expr::CompoundIdentifier(_))
        }
        _ => false,
    };
    ungrouped
        && select.having.is_none()
        && select.qualify.is_none()
        && select.top.is_none()
        && !select.projection.iter().any(aggregates)
}

/// One row if `plan` has any.
fn one_row(plan: Plan) -> Plan {
    let one = plan.projected(vec![("found".to_owned(), Expr::boolean(true))]);
    distinct(Relation::new(one, None, None)).plan
}

fn joined(relation: Relation, found: Plan, kind: JoinKind, condition: Option<Expr>) -> Relation {
    debug_assert!(condition.as_ref().is_none_or(|condition| condition.data_type() == DataType::Boolean));
    let plan = Plan::Join(Join::new(relation.plan, found, kind, condition));
    Relation { plan, fields: relation.fields, event_times: Vec::new(), window: None }
}

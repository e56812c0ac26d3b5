//! UNION, INTERSECT, EXCEPT and VALUES in a sub-query that names columns around it.
//!
//! Each operand is a sub-query of its own, with links of its own. All of them get the links of all, as columns behind those that they show,
//! and then the operation is made as any other: rows of different links are different rows.
//!
//! ```text
//!   an operand that has all links        as it is
//!   one that lacks some of them          joined to the different values of the links in the query around
//! ```

use std::collections::VecDeque;

use sqlparser::ast;

use super::QueryBinder;
use super::corresponding;
use super::dependent::{Links, Outer};
use super::order::{Count, Ordered, ordered};
use super::per_row::matched;
use super::scope::{Relation, ScopeField, span_of, unsupported};
use super::subquery::Dependent;
use super::values::union_of_rows;
use crate::error::{Error, Result};
use crate::expr::{Expr, UnaryOp};
use crate::plan::logical::Plan;
use crate::plan::physical::JoinKind;

impl QueryBinder<'_> {
    /// A set operation within `outer`, whose columns are `around`, with what stands in ORDER BY behind it.
    pub(super) fn dependent_set(
        &mut self,
        body: &ast::SetExpr,
        order: &[ast::OrderByExpr],
        outer: &Outer<'_>,
        around: &[ScopeField],
    ) -> Result<Ordered> {
        if let ast::SetExpr::Values(values) = body {
            return self.dependent_set(&union_of_rows(values)?, order, outer, around);
        }
        let mut operands = Vec::new();
        operands_of(body, &mut operands);
        corresponding::refuse(&operands)?;
        let found = operands.iter().map(|operand| self.operand(operand, outer, around)).collect::<Result<Vec<_>>>()?;
        let width = found[0].names.len();
        if let Some((other, operand)) = found.iter().zip(&operands).find(|(other, _)| other.names.len() != width) {
            let error = format!("a set operation of {width} and {} columns", other.names.len());
            return Err(Error::sql(error).at(span_of(*operand)).hint("every SELECT of it has the same number of columns"));
        }
        let mut columns: Vec<usize> = found.iter().flat_map(|found| found.links.columns.iter().copied()).collect();
        columns.sort_unstable();
        columns.dedup();
        let stands = |found: &Dependent| found.links.columns == columns && found.links.over_nothing.is_none();
        let with_nulls = found.iter().any(|found| !stands(found) || found.links.with_nulls);
        let values = outer.values(&columns);
        let rows = found.into_iter().map(|found| {
            let names = found.names.clone();
            let plan = match (stands(&found), with_nulls && !found.links.with_nulls) {
                (true, true) => without_null_links(found),
                (true, false) => found.plan,
                (false, _) => beside_values(values.clone(), &columns, found),
            };
            let names = names.into_iter().chain((0..columns.len()).map(|at| format!("$link{at}")));
            let columns = names.zip(plan.identity()).collect();
            Relation::new(plan.projected(columns), None, None)
        });
        let mut bound: VecDeque<Relation> = rows.collect();
        let relation = self.set(body, &mut bound)?;
        let rows = ordered(relation, width, order)?;
        Ok(Ordered { links: Links { columns, with_nulls, over_nothing: None }, count: Count::Any, ..rows })
    }

    fn operand(&mut self, operand: &ast::SetExpr, outer: &Outer<'_>, around: &[ScopeField]) -> Result<Dependent> {
        let (depth, visible) = (self.depth(), self.ctes.len());
        let rows = match self.rows_of(operand, None) {
            Ok(rows) => rows,
            Err(_) => {
                self.reset(depth, visible);
                let own = outer.again();
                self.rows_of(operand, Some((&own, around)))?
            }
        };
        Ok(Dependent::of_query(rows, around, span_of(operand)))
    }

    fn rows_of(&mut self, operand: &ast::SetExpr, outer: Option<(&Outer<'_>, &[ScopeField])>) -> Result<Ordered> {
        match (operand, outer) {
            (ast::SetExpr::Select(select), _) => self.select(select, &[], outer),
            (ast::SetExpr::Query(query), _) => self.ordered_query(query, outer),
            (ast::SetExpr::Values(values), None) => Ok(Ordered::plain(self.values(values)?)),
            (ast::SetExpr::Values(values), Some(_)) => self.rows_of(&union_of_rows(values)?, outer),
            (ast::SetExpr::SetOperation { .. }, Some((outer, around))) => self.dependent_set(operand, &[], outer, around),
            (other, _) => Err(unsupported("this query", "a SELECT is expected", other)),
        }
    }
}

/// What a set operation is made of, from left to right.
fn operands_of<'a>(body: &'a ast::SetExpr, operands: &mut Vec<&'a ast::SetExpr>) {
    let mut rest = vec![body];
    while let Some(next) = rest.pop() {
        match next {
            ast::SetExpr::SetOperation { left, right, .. } => rest.extend([&**right, &**left]),
            operand => operands.push(operand),
        }
    }
}

/// The rows of an operand whose links are equal to something of their own: what is NULL is equal to nothing.
fn without_null_links(found: Dependent) -> Plan {
    let links = found.plan.identity().split_off(found.names.len());
    let known = links.into_iter().map(|link| Expr::Unary { op: UnaryOp::IsNotNull, input: Box::new(link) });
    known.fold(found.plan, Plan::filtered)
}

/// What an operand shows, then these columns, for each of their `values`.
fn beside_values(values: Plan, columns: &[usize], found: Dependent) -> Plan {
    let around = values.schema().fields.len();
    let (plan, before, shown) = matched(values, around, found, JoinKind::Inner);
    let links = columns.iter().map(|column| before[*column].clone());
    let columns = shown.into_iter().chain(links).enumerate().map(|(at, e)| (format!("$column{at}"), e)).collect();
    plan.projected(columns)
}

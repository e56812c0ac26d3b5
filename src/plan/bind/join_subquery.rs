//! Joins whose ON has sub-queries, and LEFT JOIN with a condition on what is computed for each row.
//!
//! An inner join says no more than WHERE. Of an outer one, what meets a row is made as for a sub-query that names its columns:
//!
//! ```text
//!   a LEFT JOIN b ON c      a LEFT JOIN LATERAL (SELECT * FROM b WHERE c) ON TRUE
//!   a RIGHT JOIN b ON c     b LEFT JOIN a ON c, the columns of a first
//!   a FULL JOIN b ON c      a LEFT JOIN b ON c, and those of b that meet none
//! ```
//!
//! LEFT JOIN LATERAL of a SELECT that only computes goes the other way: it is a left join by its WHERE.

use sqlparser::ast;

use super::QueryBinder;
use super::dependent::{Outer, null};
use super::expr::ExprBinder;
use super::hint::Asked;
use super::join::{cross, joined, kind_of};
use super::per_row::{PerRow, matched};
use super::scope::{Relation, ScopeField, Sight, span_of, unsupported};
use super::select::computed_items;
use super::semi_join::{Plain, ungrouped_select};
use super::subquery::{self, BindsSubqueries, Dependent, Stage, case, flagged};
use super::values::one_row;
use crate::error::{Error, Result, Span};
use crate::expr::{Expr, UnaryOp};
use crate::plan::logical::{Join, Plan, Union, all_of};
use crate::plan::physical::JoinKind;
use crate::types::DataType;

/// The condition of a join of these two that has sub-queries, and which rows the join gives out.
pub fn asking_condition<'s>(step: &'s ast::Join, left: &Relation, right: &Relation) -> Option<(JoinKind, &'s ast::Expr)> {
    let Ok((kind, ast::JoinConstraint::On(condition))) = kind_of(step) else { return None };
    let both: Vec<ScopeField> = left.fields.iter().chain(&right.fields).cloned().collect();
    let mut noticed = Noticed(false);
    // What else is wrong with it is said where it is bound to stay.
    let _ = ExprBinder::new(&both).asking(&mut noticed).condition(condition);
    noticed.0.then_some((kind, condition))
}

/// Notices a sub-query.
struct Noticed(bool);

impl BindsSubqueries for Noticed {
    fn bind(&mut self, _: subquery::Asked<'_>, _: Stage) -> Result<Expr> {
        self.0 = true;
        Err(Error::internal("a sub-query that was only looked for"))
    }
}

impl QueryBinder<'_> {
    /// `left` joined to `right` on a condition that has sub-queries.
    pub(super) fn joined_asking(
        &mut self,
        left: Relation,
        right: Relation,
        kind: JoinKind,
        condition: &ast::Expr,
    ) -> Result<Relation> {
        match kind {
            JoinKind::Inner => self.filtered(cross(left, right), condition),
            JoinKind::Left => self.left_join(left, right, condition),
            JoinKind::Right => {
                let width = left.fields.len();
                Ok(turned(self.left_join(right, left, condition)?, width))
            }
            JoinKind::Full => {
                let unmatched = self.unmatched(&right, left.clone(), condition)?;
                let met = self.left_join(left, right, condition)?;
                let schema = met.plan.schema().clone();
                let plan = Plan::Union(Union { inputs: vec![met.plan, unmatched], schema });
                Ok(Relation { plan, fields: met.fields, event_times: Vec::new(), windows: Vec::new() })
            }
            _ => Err(unsupported("a sub-query in ON of this join", "say it with EXISTS in WHERE", condition)),
        }
    }

    /// Each row of `relation` beside what is computed for it and meets it, or beside NULLs; `meeting` leaves the pairs that meet.
    pub(super) fn left_join_per_row(
        &mut self,
        relation: Relation,
        per_row: &PerRow<'_>,
        meeting: impl FnOnce(&mut Self, Relation) -> Result<Relation>,
        span: Span,
    ) -> Result<Relation> {
        let (found, fields) = self.beside_each(&relation, span, |binder, outer| {
            let both = binder.per_row(outer.beside(one_row()), per_row, JoinKind::Inner)?;
            meeting(binder, both)
        })?;
        Ok(left_joined(relation, found, fields))
    }

    /// `relation LEFT JOIN LATERAL (SELECT ... FROM ... WHERE ...) ON TRUE` as a left join by this WHERE, and what the SELECT shows. An error says no
    /// more than that it does not go row by row.
    pub(super) fn left_joined_select(
        &mut self,
        relation: &Relation,
        query: &ast::Query,
    ) -> Result<(Relation, Vec<(String, Expr)>)> {
        let select = ungrouped_select(query).filter(|select| select.distinct.is_none() && query.order_by.is_none());
        let select = select.ok_or_else(|| Error::internal("a sub-query of more than FROM and WHERE"))?;
        let Plain { hints, mut found, outer, fields, condition } = self.plain(relation, select, query)?;
        let around = relation.fields.len();
        if found.fields.len() != found.plan.schema().fields.len() {
            return Err(Error::internal("columns without names"));
        }
        let pair = Relation { plan: Plan::empty(), fields, event_times: Vec::new(), windows: Vec::new() };
        let items = computed_items(select, &pair)?;
        outer.note_read_in(&relation.fields);
        let (plan, flag) = flagged(found.plan, around);
        found.plan = plan;
        found.fields.push(ScopeField { sight: Sight::Unnamed, ..ScopeField::own(None, "$found".to_owned(), DataType::Boolean) });
        let missing = Expr::Unary { op: UnaryOp::IsNull, input: Box::new(flag) };
        // What meets no row has NULL for all that is computed.
        let of_met = |(name, value): (String, Expr)| match value {
            Expr::Column { index, .. } if index >= around => (name, value),
            value => (name, case(vec![(missing.clone(), null(&value.data_type()))], value)),
        };
        let items = items.into_iter().map(of_met).collect();
        let mut both = joined(relation.clone(), found, JoinKind::Left, condition);
        if let [table] = select.from.as_slice() {
            hints.ask_of_join(&mut both.plan, [Asked::default(), hints.of_table(table)]);
        }
        hints.check_joins(&both.plan)?;
        hints.check_taken()?;
        Ok((both, items))
    }

    fn left_join(&mut self, left: Relation, right: Relation, condition: &ast::Expr) -> Result<Relation> {
        let meeting = |binder: &mut Self, outer: &Outer<'_>| binder.filtered(outer.beside(right), condition);
        let (found, fields) = self.beside_each(&left, span_of(condition), meeting)?;
        Ok(left_joined(left, found, fields))
    }

    /// The rows of `right` that meet none of `left`, behind NULLs.
    fn unmatched(&mut self, right: &Relation, left: Relation, condition: &ast::Expr) -> Result<Plan> {
        let meeting = |binder: &mut Self, outer: &Outer<'_>| binder.filtered(outer.beside(left), condition);
        let (found, fields) = self.beside_each(right, span_of(condition), meeting)?;
        let width = right.plan.schema().fields.len();
        let condition = all_of(found.condition(width));
        let (met, flag) = flagged(found.plan, width);
        let plan = Plan::Join(Join::new(right.plan.clone(), met, JoinKind::Left, condition));
        let none = Expr::Unary { op: UnaryOp::IsNull, input: Box::new(flag) };
        let nulls = fields.iter().map(|field| (field.name.clone(), null(&field.data_type)));
        let own = right.fields.iter().zip(plan.identity()).map(|(field, e)| (field.name.clone(), e));
        let columns = nulls.chain(own).collect();
        Ok(plan.filtered(none).projected(columns))
    }

    /// What is beside each row of `around`, as `make` makes it of a stand-in for these rows; and the names of its columns.
    fn beside_each(
        &mut self,
        around: &Relation,
        span: Span,
        make: impl FnOnce(&mut Self, &Outer<'_>) -> Result<Relation>,
    ) -> Result<(Dependent, Vec<ScopeField>)> {
        self.outer_queries += 1;
        let outer = Outer::new(&around.plan, &around.fields, self.outer_queries);
        let both = make(self, &outer);
        self.outer_queries -= 1;
        let Relation { plan, mut fields, .. } = both?;
        let settled = outer.settled(&plan, &around.fields);
        let fields = fields.split_off(around.fields.len());
        let found = Dependent::of_rows(settled.applied(plan), &fields, around, settled.links, span);
        Ok((found, fields))
    }
}

fn left_joined(left: Relation, found: Dependent, right: Vec<ScopeField>) -> Relation {
    let Relation { plan, mut fields, .. } = left;
    let (plan, own, values) = matched(plan, fields.len(), found, JoinKind::Left);
    fields.extend(right);
    let columns = fields.iter().map(|field| field.name.clone()).zip(own.into_iter().chain(values)).collect();
    Relation { plan: plan.projected(columns), fields, event_times: Vec::new(), windows: Vec::new() }
}

/// `relation` with its last `width` columns before the others.
fn turned(relation: Relation, width: usize) -> Relation {
    let Relation { plan, mut fields, .. } = relation;
    let (mut values, by) = (plan.identity(), fields.len() - width);
    values.rotate_left(by);
    fields.rotate_left(by);
    let columns = fields.iter().map(|field| field.name.clone()).zip(values).collect();
    Relation { plan: plan.projected(columns), fields, event_times: Vec::new(), windows: Vec::new() }
}

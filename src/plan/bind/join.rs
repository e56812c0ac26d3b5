//! Joins in FROM: which kind, and when two rows meet.

use sqlparser::ast;

use super::coercion::{cast, common_type};
use super::expr::ExprBinder;
use super::join_time::{clock_behind, clock_of, timed, timed_by};
use super::operator::binary;
use super::scope::{Relation, ScopeField, Sight, name_span, resolve, span_of, unsupported};
use crate::error::{Error, Result};
use crate::expr::{BinaryOp, Expr};
use crate::plan::logical::{Clock, Join, Plan, all_of};
use crate::plan::physical::JoinKind;

/// Every row of one relation beside every row of the other.
pub fn cross(left: Relation, right: Relation) -> Relation {
    joined(left, right, JoinKind::Inner, None)
}

/// `left` joined to `right` as this step of FROM says.
pub fn join(left: Relation, step: &ast::Join, right: Relation) -> Result<Relation> {
    let (kind, constraint) = kind_of(step)?;
    match constraint {
        ast::JoinConstraint::On(condition) => on(left, right, kind, condition),
        ast::JoinConstraint::Using(names) => {
            let ident = |name: &ast::ObjectName| match name.0.as_slice() {
                [ast::ObjectNamePart::Identifier(ident)] => Ok(ident.clone()),
                _ => Err(unsupported("this name in USING", "name columns that both tables have", name)),
            };
            using(left, right, kind, &names.iter().map(ident).collect::<Result<Vec<_>>>()?)
        }
        ast::JoinConstraint::Natural => {
            let names = common_names(&left.fields, &right.fields);
            using(left, right, kind, &names).map_err(|error| error.at(span_of(&step.relation)))
        }
        ast::JoinConstraint::None if matches!(step.join_operator, ast::JoinOperator::CrossJoin(_)) => Ok(cross(left, right)),
        ast::JoinConstraint::None => Err(Error::sql("a join without ON")
            .at(span_of(&step.relation))
            .hint("say with ON or USING when two rows meet; CROSS JOIN pairs all of them")),
    }
}

/// Which rows a step of FROM gives out, and when two meet.
pub fn kind_of(step: &ast::Join) -> Result<(JoinKind, &ast::JoinConstraint)> {
    use ast::JoinOperator as J;
    Ok(match &step.join_operator {
        J::Join(c) | J::Inner(c) | J::CrossJoin(c) => (JoinKind::Inner, c),
        J::Left(c) | J::LeftOuter(c) => (JoinKind::Left, c),
        J::Right(c) | J::RightOuter(c) => (JoinKind::Right, c),
        J::FullOuter(c) => (JoinKind::Full, c),
        J::Semi(c) | J::LeftSemi(c) => (JoinKind::LeftSemi, c),
        J::Anti(c) | J::LeftAnti(c) => (JoinKind::LeftAnti, c),
        _ => {
            let hint = "INNER, LEFT, RIGHT, FULL, CROSS, LEFT SEMI and LEFT ANTI JOIN are there";
            return Err(unsupported("this kind of join", hint, &step.relation));
        }
    })
}

fn on(left: Relation, right: Relation, kind: JoinKind, condition: &ast::Expr) -> Result<Relation> {
    let both: Vec<ScopeField> = left.fields.iter().chain(&right.fields).cloned().collect();
    let bound = ExprBinder::new(&both).condition(condition)?;
    if bound.is_fixed() {
        return Ok(joined(left, right, kind, Some(bound)));
    }
    Err(Error::sql("the condition of a join depends on more than the two rows")
        .at(span_of(condition))
        .hint("CURRENT_TIMESTAMP and its kin can stand in WHERE or in the select list"))
}

/// Rows meet that are equal in columns of these names. Each of them comes out once, before all others; with the name of its table,
/// each side's own can still be named.
fn using(left: Relation, right: Relation, kind: JoinKind, names: &[ast::Ident]) -> Result<Relation> {
    let width = left.fields.len();
    let (mut equal, mut merged, mut hidden) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let (l, r) = (resolve(&left.fields, None, name)?, resolve(&right.fields, None, name)?);
        let (l_type, r_type) = (left.fields[l].data_type.clone(), right.fields[r].data_type.clone());
        let common = common_type(&l_type, &r_type).ok_or_else(|| {
            let error = format!("column '{}' is {l_type} on the left and {r_type} on the right", name.value);
            Error::sql(error).at(name_span(name)).hint("join with ON, and CAST one of them")
        })?;
        let (l_value, r_value) = (Expr::column(l, l_type), Expr::column(width + r, r_type));
        equal.push(binary(BinaryOp::Eq, l_value.clone(), r_value.clone(), name_span(name))?);
        let value = match kind {
            JoinKind::Right => cast(r_value, &common),
            JoinKind::Full => {
                Expr::Coalesce { args: vec![cast(l_value, &common), cast(r_value, &common)], data_type: common.clone() }
            }
            _ => cast(l_value, &common),
        };
        let field = ScopeField { qualifier: None, name: name.value.clone(), data_type: common, sight: Sight::Own };
        merged.push((field, value));
        hidden.extend([l, width + r]);
    }
    let both = joined(left, right, kind, all_of(equal));
    if !kind.gives_pairs() || merged.is_empty() {
        return Ok(both);
    }
    let Relation { plan, mut fields, event_times, windows } = both;
    hidden.into_iter().for_each(|column| fields[column].sight = Sight::Qualified);
    let (first, values): (Vec<ScopeField>, Vec<Expr>) = merged.into_iter().unzip();
    let values = values.into_iter().chain(plan.identity());
    let fields: Vec<ScopeField> = first.into_iter().chain(fields).collect();
    let columns = fields.iter().map(|field| field.name.clone()).zip(values).collect();
    let before = fields.len() - plan.schema().fields.len();
    let event_times = event_times.into_iter().map(|time| before + time).collect();
    let windows = windows.iter().filter_map(|window| window.moved(|column| Some(before + column))).collect();
    Ok(Relation { plan: plan.projected(columns), fields, event_times, windows })
}

/// Names of columns that both sides have, in the order of the left.
fn common_names(left: &[ScopeField], right: &[ScopeField]) -> Vec<ast::Ident> {
    let seen = |fields: &[ScopeField], name: &str| fields.iter().any(|f| f.is_in_sight() && f.name.eq_ignore_ascii_case(name));
    let common = left.iter().filter(|field| field.is_in_sight() && seen(right, &field.name));
    common.map(|field| ast::Ident::new(field.name.clone())).collect()
}

/// Two relations joined. Event times and windows outlive it where the condition bounds the time between two rows; otherwise rows come out
/// in the order in which they meet.
pub fn joined(left: Relation, right: Relation, kind: JoinKind, condition: Option<Expr>) -> Relation {
    let clocks = Box::new([&left, &right].map(clock_of));
    let mut fields = left.fields;
    if kind.gives_pairs() {
        fields.extend(right.fields);
    }
    over_time(timed(Join { clocks, ..Join::new(left.plan, right.plan, kind, condition) }), fields)
}

/// The rows of `relation` that satisfy a condition of WHERE. Over a join it may be what bounds the time between two rows.
pub fn filtered(relation: Relation, condition: Expr) -> Relation {
    let timed = if let Plan::Join(join) = &relation.plan { timed_by(join, &condition) } else { None };
    match timed {
        Some(join) => over_time(join, relation.fields),
        None => Relation { plan: relation.plan.filtered(condition), ..relation },
    }
}

/// The relation of a join, with what it says about time.
pub fn over_time(join: Join, fields: Vec<ScopeField>) -> Relation {
    let Clock { times, windows, .. } = clock_behind(&join);
    Relation { plan: Plan::Join(join), fields, event_times: times, windows }
}

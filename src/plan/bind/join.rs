//! Joins in FROM: which kind, and when two rows meet.

use std::borrow::Cow;

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
use crate::types::DataType;

/// Every row of one relation beside every row of the other.
pub fn cross(left: Relation, right: Relation) -> Relation {
    joined(left, right, JoinKind::Inner, None)
}

/// `left` joined to `right` as this step of FROM says.
pub fn join(left: Relation, step: &ast::Join, right: Relation) -> Result<Relation> {
    let (kind, constraint) = kind_of(step)?;
    match constraint {
        ast::JoinConstraint::On(condition) => on(left, right, kind, condition),
        ast::JoinConstraint::Using(_) | ast::JoinConstraint::Natural => {
            let fields: Vec<ScopeField> = left.fields.iter().chain(&right.fields).cloned().collect();
            let names = names_of(constraint, &left.fields, &right.fields)?;
            let pairs = paired(&fields, left.fields.len(), &names).map_err(|error| error.at(span_of(&step.relation)))?;
            let condition = all_of(pairs.iter().map(|pair| pair.equal.clone()).collect());
            Ok(merged(joined(left, right, kind, condition), &pairs, kind))
        }
        ast::JoinConstraint::None if matches!(step.join_operator, ast::JoinOperator::CrossJoin(_)) => Ok(cross(left, right)),
        ast::JoinConstraint::None => Err(Error::sql("a join without ON")
            .at(span_of(&step.relation))
            .hint("say with ON or USING when two rows meet; CROSS JOIN pairs all of them")),
    }
}

/// A part of FROM whose RIGHT SEMI and RIGHT ANTI JOIN stand the other way round: `a RIGHT SEMI JOIN b` as `b LEFT SEMI JOIN (a)`.
pub fn mirrored(table: &ast::TableWithJoins) -> Cow<'_, ast::TableWithJoins> {
    use ast::JoinOperator as J;
    let turned = |step: &ast::Join| match &step.join_operator {
        J::RightSemi(c) => Some(J::LeftSemi(c.clone())),
        J::RightAnti(c) => Some(J::LeftAnti(c.clone())),
        _ => None,
    };
    let last = table.joins.iter().enumerate().rev().find_map(|(at, step)| Some((at, turned(step)?)));
    let Some((at, join_operator)) = last else { return Cow::Borrowed(table) };
    let before = ast::TableWithJoins { relation: table.relation.clone(), joins: table.joins[..at].to_vec() };
    let before = ast::TableFactor::NestedJoin { table_with_joins: Box::new(before), alias: None };
    let step = ast::Join { relation: before, global: false, join_operator };
    let joins = std::iter::once(step).chain(table.joins[at + 1..].iter().cloned()).collect();
    Cow::Owned(ast::TableWithJoins { relation: table.joins[at].relation.clone(), joins })
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
            let hint = "INNER, LEFT, RIGHT, FULL, CROSS, and SEMI and ANTI JOIN of a side are there";
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

/// A column of both sides of a join that USING or NATURAL names.
pub struct Pair {
    name: String,
    data_type: DataType,
    /// What it is on the left and on the right.
    values: [Expr; 2],
    places: [usize; 2],
    /// When two rows meet.
    pub equal: Expr,
}

/// The columns that USING or NATURAL names of two sides; none with ON.
pub fn names_of(constraint: &ast::JoinConstraint, left: &[ScopeField], right: &[ScopeField]) -> Result<Vec<ast::Ident>> {
    match constraint {
        ast::JoinConstraint::Using(names) => {
            let ident = |name: &ast::ObjectName| match name.0.as_slice() {
                [ast::ObjectNamePart::Identifier(ident)] => Ok(ident.clone()),
                _ => Err(unsupported("this name in USING", "name columns that both tables have", name)),
            };
            names.iter().map(ident).collect()
        }
        ast::JoinConstraint::Natural => Ok(common_names(left, right)),
        _ => Ok(Vec::new()),
    }
}

/// The columns of these names in a join whose left side has the first `width` of these fields.
pub fn paired(fields: &[ScopeField], width: usize, names: &[ast::Ident]) -> Result<Vec<Pair>> {
    let (left, right) = fields.split_at(width);
    let pair = |name: &ast::Ident| {
        let (l, r) = (resolve(left, None, name)?, resolve(right, None, name)?);
        let (l_type, r_type) = (left[l].data_type.clone(), right[r].data_type.clone());
        let data_type = common_type(&l_type, &r_type).ok_or_else(|| {
            let error = format!("column '{}' is {l_type} on the left and {r_type} on the right", name.value);
            Error::sql(error).at(name_span(name)).hint("join with ON, and CAST one of them")
        })?;
        let values = [Expr::column(l, l_type), Expr::column(width + r, r_type)];
        let equal = binary(BinaryOp::Eq, values[0].clone(), values[1].clone(), name_span(name))?;
        Ok(Pair { name: name.value.clone(), data_type, values, places: [l, width + r], equal })
    };
    names.iter().map(pair).collect()
}

/// A join of two sides, in which columns are named by USING or NATURAL: each of them comes out once, before all others but those of a query around;
/// with the name of its table, each side's own can still be named.
pub fn merged(both: Relation, pairs: &[Pair], kind: JoinKind) -> Relation {
    if !kind.gives_pairs() || pairs.is_empty() {
        return both;
    }
    let Relation { plan, mut fields, event_times, windows } = both;
    let around = fields.iter().take_while(|field| matches!(field.sight, Sight::Outer(_))).count();
    let mut columns = plan.identity();
    let own = (columns.split_off(around), fields.split_off(around));
    for pair in pairs {
        let [left, right] = pair.values.clone().map(|value| cast(value, &pair.data_type));
        columns.push(match kind {
            JoinKind::Right => right,
            JoinKind::Full => Expr::Coalesce { args: vec![left, right], data_type: pair.data_type.clone() },
            _ => left,
        });
        let (name, data_type) = (pair.name.clone(), pair.data_type.clone());
        fields.push(ScopeField { qualifier: None, name, data_type, sight: Sight::Own });
    }
    columns.extend(own.0);
    fields.extend(own.1);
    let moved = |column: usize| if column < around { column } else { column + pairs.len() };
    for place in pairs.iter().flat_map(|pair| pair.places) {
        fields[moved(place)].sight = Sight::Qualified;
    }
    let columns = fields.iter().map(|field| field.name.clone()).zip(columns).collect();
    let event_times = event_times.into_iter().map(moved).collect();
    // What comes out once says it too, where rows of its side are never missing: no others have windows.
    let once = |column: usize| {
        let is_it = |pair: &Pair| {
            let side = pair.places.iter().position(|place| *place == column);
            side.is_some_and(|side| pair.values[side].data_type() == pair.data_type)
        };
        pairs.iter().position(is_it).map_or_else(|| moved(column), |pair| around + pair)
    };
    let places = [&moved as &dyn Fn(usize) -> usize, &once];
    let windows = windows.iter().flat_map(|window| places.map(|place| window.moved(|column| Some(place(column)))));
    let mut windows: Vec<_> = windows.flatten().collect();
    windows.dedup();
    Relation { plan: plan.projected(columns), fields, event_times, windows }
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

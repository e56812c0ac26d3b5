//! Filters move towards the sources: through unions, window assignment and groupings, as far as they read what is there. Over a join they
//! move into its condition, and the parts of a condition that read one input move below the join, where its kind allows it.
//!
//! Through projections they move when projections are merged. A filter on keys does not move below a window aggregate with a
//! late table, because the late table gets the rows of all keys.

use crate::expr::{BinaryOp, CastFailure, Expr, UnaryOp};
use crate::plan::at_most::at_most;
use crate::plan::logical::{Calc, Join, Plan, Rank, RowPattern, all_of, columns_of, conjuncts, moved_columns, shifted};
use crate::plan::physical::{JoinKind, Window};
use crate::types::Value;

/// Moves every filter as far down as it goes.
pub fn push(plan: Plan) -> Plan {
    let mut plan = match plan {
        Plan::Calc(calc) => pushed(calc),
        Plan::Join(join) => Plan::Join(settled(join)),
        other => other,
    };
    for input in plan.inputs_mut() {
        let taken = std::mem::replace(input, Plan::empty());
        *input = push(taken);
    }
    plan
}

fn pushed(mut calc: Calc) -> Plan {
    let Some(filter) = calc.filter.take() else { return Plan::Calc(calc) };
    let mut stays = Vec::new();
    for part in conjuncts(&filter) {
        if let Plan::Join(join) = &mut *calc.input
            && (stays.is_empty() || !may_fail(&part))
            && joined(join, &part)
        {
            continue;
        }
        if let Plan::Rank(rank) = &mut *calc.input
            && limits(rank, &part)
        {
            continue;
        }
        match below(&calc.input, &part) {
            // A condition that may fail stays behind one that stays: that one may guard it.
            Some(target) if stays.is_empty() || !may_fail(&part) => place(&mut calc.input, target),
            _ => stays.push(part),
        }
    }
    calc.filter = all_of(stays);
    Plan::Calc(calc)
}

/// Makes `rank <= n` and the like part of a ranking; whether the ranking then says it all.
fn limits(rank: &mut Rank, part: &Expr) -> bool {
    let number = |e: &Expr| if let Expr::Literal { value: Value::Int(number), .. } = e { Some(*number) } else { None };
    let place = rank.schema.fields.len() - 1;
    let Some(bound) = at_most(part, &number).filter(|bound| rank.gives_rank && bound.column == place) else { return false };
    rank.limit = Some(rank.limit.map_or(bound.limit, |known| known.min(bound.limit)));
    bound.says_it_all
}

/// Makes a filter over the result of a join part of the join, if that gives the same.
fn joined(join: &mut Join, part: &Expr) -> bool {
    let side = side_of(join, part);
    if !part.is_fixed() || (join.has_versions() && side != Side::Left) {
        return false;
    }
    match (join.kind, side) {
        // What reads no column of a row that might be made of NULLs says the same of the row below.
        (JoinKind::Left | JoinKind::LeftSemi | JoinKind::LeftAnti, Side::Left) | (JoinKind::Right, Side::Right)
            if !may_fail(part) && !has_late_table(join, side) =>
        {
            place_below(join, side, part);
            true
        }
        (JoinKind::Inner, _) => {
            join.condition = all_of(join.condition.take().into_iter().chain([part.clone()]).collect());
            true
        }
        _ => false,
    }
}

/// Moves parts of the condition that read one input below the join. Rows of an outer input stay: they come out even if they meet
/// none. So do those of an input with a late table: it gets all that are late.
fn settled(mut join: Join) -> Join {
    if join.has_versions() {
        return join;
    }
    let Some(condition) = join.condition.take() else { return join };
    let mut stays = Vec::new();
    for part in conjuncts(&condition) {
        match (side_of(&join, &part), join.kind) {
            (side, _) if may_fail(&part) || has_late_table(&join, side) => stays.push(part),
            (side @ Side::Left, JoinKind::Inner | JoinKind::Right | JoinKind::LeftSemi)
            | (side @ Side::Right, JoinKind::Inner | JoinKind::Left | JoinKind::LeftSemi | JoinKind::LeftAnti) => {
                place_below(&mut join, side, &part);
            }
            _ => stays.push(part),
        }
    }
    join.condition = all_of(stays);
    join
}

/// Which input a condition reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    /// Both, or none.
    Neither,
}

fn side_of(join: &Join, part: &Expr) -> Side {
    let (columns, width) = (columns_of(part), join.width());
    match columns.as_slice() {
        [] => Side::Neither,
        columns if columns.iter().all(|column| *column < width) => Side::Left,
        columns if columns.iter().all(|column| *column >= width) => Side::Right,
        _ => Side::Neither,
    }
}

fn has_late_table(join: &Join, side: Side) -> bool {
    match side {
        Side::Left => join.late[0].is_some(),
        Side::Right => join.late[1].is_some(),
        Side::Neither => false,
    }
}

fn place_below(join: &mut Join, side: Side, part: &Expr) {
    let width = join.width();
    let (input, part) = match side {
        Side::Right => (&mut join.right, shifted(part, width)),
        _ => (&mut join.left, part.clone()),
    };
    let taken = std::mem::replace(&mut **input, Plan::empty());
    **input = super::merge_calcs::merge(taken.filtered(part));
}

/// Whether a row can fail in it: by overflow, a division or a bad cast.
pub(super) fn may_fail(part: &Expr) -> bool {
    use BinaryOp as B;
    let mut fails = false;
    part.walk(&mut |e| {
        fails |= matches!(
            e,
            Expr::Binary { op: B::Add | B::Subtract | B::Multiply | B::Divide | B::Modulo, .. }
                | Expr::Unary { op: UnaryOp::Negate, .. }
                | Expr::Call { .. }
                | Expr::Cast { on_failure: CastFailure::RowError, .. }
        );
    });
    fails
}

/// `part` over the columns below `plan`, if it can move there.
fn below(plan: &Plan, part: &Expr) -> Option<Expr> {
    let columns = columns_of(part);
    if columns.is_empty() {
        return None;
    }
    match plan {
        Plan::Union(_) => Some(part.clone()),
        Plan::WindowAssign(assign) => {
            let width = assign.input.schema().fields.len();
            // Rows make sessions together: only whole keys may be left out below.
            let moves = |c: usize| match assign.window {
                Window::Session { .. } => assign.keys.contains(&c),
                Window::Aligned(_) => c < width,
            };
            columns.iter().all(|&c| moves(c)).then(|| part.clone())
        }
        Plan::InTime(gate) if gate.late.is_none() => Some(part.clone()),
        Plan::Unnest(unnest) => columns.iter().all(|&c| c < unnest.width()).then(|| part.clone()),
        Plan::Expand(expand) => columns.iter().all(|&c| c < expand.width()).then(|| part.clone()),
        Plan::Aggregate(a) => over_keys(&a.keys, &columns, part),
        Plan::LastRow(last) => columns.iter().all(|column| last.keys.contains(column)).then(|| part.clone()),
        Plan::Over(over) if over.late.is_none() => columns.iter().all(|column| over.keys.contains(column)).then(|| part.clone()),
        Plan::Rank(rank) if rank.late.is_none() => columns.iter().all(|column| rank.keys.contains(column)).then(|| part.clone()),
        Plan::RowPattern(pattern) if pattern.late.is_none() => over_partition(pattern, &columns, part),
        Plan::WindowAggregate(a) if a.late.is_none() => over_keys(&a.keys, &columns, part),
        _ => None,
    }
}

fn over_keys(keys: &[usize], columns: &[usize], part: &Expr) -> Option<Expr> {
    if !columns.iter().all(|&c| c < keys.len()) {
        return None;
    }
    Some(moved_columns(part, &|column| keys[column]))
}

/// A condition on the partition says the same of all its rows.
fn over_partition(pattern: &RowPattern, columns: &[usize], part: &Expr) -> Option<Expr> {
    let given = pattern.given();
    let is_key = |column: &usize| given.get(*column).is_some_and(|below| pattern.keys.contains(below));
    columns.iter().all(is_key).then(|| moved_columns(part, &|column| given[column]))
}

fn place(plan: &mut Plan, filter: Expr) {
    for input in plan.inputs_mut() {
        let taken = std::mem::replace(input, Plan::empty());
        *input = super::merge_calcs::merge(taken.filtered(filter.clone()));
    }
}

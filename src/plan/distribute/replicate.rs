//! Which input of a join every shard gets all rows of: a small one that ends, one of a single row, or one that a hint names. Then the other need
//! not change shards.
//!
//! A row of the other input stands on one shard, so that each pair comes out once, and so does a row that meets none. Of the input that all
//! shards have, a row that meets none would come out on each of them: it is never an outer one.

use super::{Lowered, Lowering, Placed};
use crate::expr::Expr;
use crate::plan::logical::{Join, Plan, Spread};
use crate::plan::physical::{Changelog, JoinKind, RankFunction};
use crate::plan::values::bytes_of;

impl Lowering<'_> {
    /// The input that every shard gets all rows of, if one is.
    pub(super) fn replicated(&self, join: &Join, inputs: [(&Lowered, &[usize]); 2]) -> Option<usize> {
        let sides: &[usize] = match join.kind {
            JoinKind::Inner if join.lookup.is_none() => &[1, 0],
            JoinKind::Inner | JoinKind::Left | JoinKind::LeftSemi | JoinKind::LeftAnti => &[1],
            JoinKind::Right => &[0],
            JoinKind::Full => &[],
        };
        let plans = [&*join.left, &*join.right];
        let is_apart = plans.iter().any(|plan| is_taken_back_apart(plan));
        if join.time.is_some() || is_apart || join.spread.contains(&Some(Spread::ByKey)) {
            return None;
        }
        let moves = |(input, keys): (&Lowered, &[usize])| match &input.placed {
            Placed::OneShard => false,
            Placed::By(columns) => columns != keys || keys.is_empty(),
            Placed::Anywhere | Placed::Everywhere | Placed::Pinned(_) => true,
        };
        let mut sides = sides.iter().copied().filter(|side| moves(inputs[1 - side]));
        let is_asked = |side: &usize| join.spread[*side] == Some(Spread::Everywhere);
        sides.clone().find(is_asked).or_else(|| sides.find(|side| self.is_small(plans[*side])))
    }

    fn is_small(&self, plan: &Plan) -> bool {
        let Some(most) = self.settings.broadcast_bytes else { return false };
        is_one_row(plan) || self.bytes_read(plan).is_some_and(|bytes| bytes <= most)
    }

    /// Bytes that a plan reads, where that is known beforehand and what comes out of it is hardly more.
    fn bytes_read(&self, plan: &Plan) -> Option<u64> {
        match plan {
            Plan::Scan(scan) => self.source(scan.table).ok()?.bytes(),
            Plan::Values(values) => Some(bytes_of(&values.rows)),
            Plan::Calc(_) | Plan::Union(_) | Plan::Aggregate(_) | Plan::NewestRow(_) | Plan::LastRow(_) | Plan::Rank(_) => {
                plan.inputs().into_iter().map(|input| self.bytes_read(input)).sum()
            }
            _ => None,
        }
    }
}

/// Whether there is one row at the most, whatever is read for it.
fn is_one_row(plan: &Plan) -> bool {
    match plan {
        Plan::Aggregate(aggregate) => aggregate.keys.iter().all(|key| is_constant(&aggregate.input, *key)),
        Plan::Rank(rank) => {
            rank.function == RankFunction::RowNumber && rank.keys.is_empty() && rank.limit.is_some_and(|n| n <= 1)
        }
        Plan::Calc(calc) => is_one_row(&calc.input),
        Plan::Values(values) => values.rows.len() <= 1,
        _ => false,
    }
}

/// Whether a column has the same value in all rows.
fn is_constant(plan: &Plan, column: usize) -> bool {
    match plan {
        Plan::Calc(calc) => match &calc.columns[column] {
            Expr::Literal { .. } => true,
            Expr::Column { index, .. } => is_constant(&calc.input, *index),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a row may be taken back on another shard than it came to: changes of a table whose splits are read anywhere.
fn is_taken_back_apart(plan: &Plan) -> bool {
    match plan {
        Plan::Scan(scan) => scan.changelog == Changelog::Retract,
        Plan::Calc(_) | Plan::Union(_) | Plan::WindowAssign(_) | Plan::Expand(_) | Plan::Unnest(_) | Plan::InTime(_) => {
            plan.inputs().into_iter().any(is_taken_back_apart)
        }
        _ => false,
    }
}

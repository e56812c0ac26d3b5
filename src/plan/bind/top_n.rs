//! Filters on ranks. Of rows that only come, a rank in the order of event time is a number that stays: a function with OVER gives it when the watermark
//! has passed the row, and leaves late rows out. With a condition that only the first ranks meet it is a Top-N, as in Flink: that takes all rows, and
//! gives out what changes. The first row alone, by ROW_NUMBER, comes by the watermark. The newest row alone keeps its event time, also as in Flink.

use super::library::evaluate_constant;
use super::scope::Relation;
use crate::expr::Expr;
use crate::plan::at_most::{AtMost, at_most};
use crate::plan::logical::{Plan, Rank, RankTime, conjuncts};
use crate::types::Value;
use crate::types::over::{OverEmit, OverFunction};
use crate::types::relation::RankFunction;

/// What is to be filtered by a condition.
pub fn ranked(mut relation: Relation, condition: &Expr) -> Relation {
    let parts = conjuncts(condition);
    for bound in parts.iter().filter_map(|part| at_most(part, &constant)) {
        if is_top_n(&mut relation.plan, &bound) {
            (relation.event_times, relation.windows) = (Vec::new(), Vec::new());
        } else if bound.limit == 1
            && let Some(times) = keeps_newest(&mut relation.plan, bound.column)
        {
            relation.event_times = times;
        }
    }
    relation
}

fn constant(expr: &Expr) -> Option<i64> {
    match evaluate_constant(expr) {
        Ok(Some(Value::Int(number))) => Some(number),
        _ => None,
    }
}

/// Makes a ranking of the function with OVER that gives this column, if it gives a rank when the watermark passes, and more than the first row is asked
/// for; whether it did.
fn is_top_n(plan: &mut Plan, bound: &AtMost) -> bool {
    match plan {
        Plan::Calc(calc) => match calc.columns[bound.column] {
            Expr::Column { index, .. } => is_top_n(&mut calc.input, &AtMost { column: index, ..*bound }),
            _ => false,
        },
        Plan::Over(over) if over.emit == OverEmit::OnWatermark && bound.column == over.input.schema().fields.len() => {
            let [OverFunction::Rank(function)] = over.calls.iter().map(|call| &call.function).collect::<Vec<_>>()[..] else {
                return false;
            };
            if *function == RankFunction::RowNumber && bound.limit <= 1 {
                return false;
            }
            let (input, keys, order) =
                (std::mem::replace(&mut *over.input, Plan::empty()), over.keys.clone(), over.order.clone());
            *plan = Plan::Rank(Rank::new(input, *function, keys, order));
            true
        }
        _ => false,
    }
}

/// Makes the ranking that gives this column keep the event time of its first row, if that is the newest; the columns of `plan` that are that time.
fn keeps_newest(plan: &mut Plan, column: usize) -> Option<Vec<usize>> {
    match plan {
        Plan::Calc(calc) => {
            let Expr::Column { index, .. } = calc.columns[column] else { return None };
            let times = keeps_newest(&mut calc.input, index)?;
            let is_time = |at: &usize| matches!(&calc.columns[*at], Expr::Column { index, .. } if times.contains(index));
            Some((0..calc.columns.len()).filter(is_time).collect())
        }
        Plan::Rank(rank) if rank.time != RankTime::Lost && column == rank.input.schema().fields.len() => {
            (rank.time, rank.limit) = (RankTime::Newest, Some(1));
            rank.order.first().map(|newest| vec![newest.column])
        }
        _ => None,
    }
}

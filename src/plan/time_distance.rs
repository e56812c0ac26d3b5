//! How far two event times of one row lie apart, which a join over time has brought together.

use super::logical::{Calc, Join, Plan};
use crate::expr::Expr;

impl Plan {
    /// By how many nanoseconds the event time in column `other` may be older than the one in column `time` of the same row, at the most; `None` if nothing
    /// bounds that.
    pub fn may_be_older(&self, other: usize, time: usize) -> Option<i64> {
        match self {
            _ if other == time => Some(0),
            Plan::Calc(calc) => calc.input.may_be_older(copied(calc, other)?, copied(calc, time)?),
            Plan::Join(join) if join.has_versions() => join.left.may_be_older(other, time),
            Plan::Join(join) => beside(join, other, time),
            Plan::Union(union) => {
                let each: Option<Vec<i64>> = union.inputs.iter().map(|input| input.may_be_older(other, time)).collect();
                each?.into_iter().max()
            }
            _ => None,
        }
    }
}

/// Of two times that a join gives out: by way of those by which its rows meet.
fn beside(join: &Join, other: usize, time: usize) -> Option<i64> {
    let (met, width) = (join.time.as_ref()?, join.width());
    let [left, right] = met.columns;
    match (other.checked_sub(width), time.checked_sub(width)) {
        (None, None) => join.left.may_be_older(other, time),
        (Some(other), Some(time)) => join.right.may_be_older(other, time),
        (None, Some(time)) => {
            let apart = join.left.may_be_older(other, left)?.checked_sub(met.bounds.least)?;
            apart.checked_add(join.right.may_be_older(right, time)?)
        }
        (Some(other), None) => {
            let apart = join.right.may_be_older(other, right)?.checked_add(met.bounds.greatest)?;
            apart.checked_add(join.left.may_be_older(left, time)?)
        }
    }
}

/// The column of the input that a column of its result is.
fn copied(calc: &Calc, column: usize) -> Option<usize> {
    let mut expr = calc.columns.get(column)?;
    while let Expr::Cast { input, data_type, .. } = expr
        && data_type.holds_times_of(&input.data_type())
    {
        expr = input;
    }
    if let Expr::Column { index, .. } = expr { Some(*index) } else { None }
}

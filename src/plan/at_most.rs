//! Conditions that say how great a number is at the most: `rank <= 3`, `3 > rank`, `rank = 1`.

use crate::expr::{BinaryOp, Expr};

/// A column is no greater than a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtMost {
    /// The column.
    pub column: usize,
    /// The number, or 0 where it is less than that.
    pub limit: u64,
    /// Whether the condition says no more, of numbers from 1.
    pub says_it_all: bool,
}

/// What a condition says of a column, if it compares one with a number.
pub fn at_most(condition: &Expr, number: &impl Fn(&Expr) -> Option<i64>) -> Option<AtMost> {
    let Expr::Binary { op, left, right, .. } = condition else { return None };
    let (op, column, bound) = match (&**left, &**right) {
        (Expr::Column { index, .. }, other) => (*op, *index, number(other)?),
        (other, Expr::Column { index, .. }) => (mirrored(*op), *index, number(other)?),
        _ => return None,
    };
    let limit = match op {
        BinaryOp::LtEq | BinaryOp::Eq => bound,
        BinaryOp::Lt => bound.saturating_sub(1),
        _ => return None,
    };
    Some(AtMost { column, limit: u64::try_from(limit).unwrap_or(0), says_it_all: op != BinaryOp::Eq || bound == 1 })
}

/// The comparison with its sides changed.
fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::LtEq => BinaryOp::GtEq,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::GtEq => BinaryOp::LtEq,
        other => other,
    }
}

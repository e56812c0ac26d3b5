//! Which columns expressions read, what they are over other ones, and the parts of conditions.

use crate::expr::{BinaryOp, Expr};
use crate::types::DataType;

/// Positions of the columns an expression reads.
pub fn columns_of(expr: &Expr) -> Vec<usize> {
    let mut found = Vec::new();
    expr.walk(&mut |part| {
        if let Expr::Column { index, .. } = part {
            found.push(*index);
        }
    });
    found
}

/// `expr` with every column replaced by what `replace` gives for its position.
pub fn substitute(expr: &Expr, replace: &impl Fn(usize) -> Option<Expr>) -> Expr {
    expr.replaced(&|part| if let Expr::Column { index, .. } = part { replace(*index) } else { None })
}

/// `expr` with every column at the position that `to` gives for it.
pub fn moved_columns(expr: &Expr, to: &impl Fn(usize) -> usize) -> Expr {
    expr.replaced(&|part| match part {
        Expr::Column { index, data_type } => Some(Expr::column(to(*index), data_type.clone())),
        _ => None,
    })
}

/// `expr`, which reads columns from `width` on, over those columns alone.
pub fn shifted(expr: &Expr, width: usize) -> Expr {
    moved_columns(expr, &|column| column - width)
}

/// The parts of a condition that must all be TRUE.
pub fn conjuncts(filter: &Expr) -> Vec<Expr> {
    match filter {
        Expr::Binary { op: BinaryOp::And, left, right, .. } => {
            let mut parts = conjuncts(left);
            parts.extend(conjuncts(right));
            parts
        }
        other => vec![other.clone()],
    }
}

/// The condition that all parts are TRUE; `None` for no part.
pub fn all_of(parts: Vec<Expr>) -> Option<Expr> {
    parts.into_iter().reduce(|left, right| Expr::Binary {
        op: BinaryOp::And,
        left: Box::new(left),
        right: Box::new(right),
        data_type: DataType::Boolean,
    })
}

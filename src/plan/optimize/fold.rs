//! Constant folding: what reads no column and always gives the same is computed once, here.
//!
//! What fails when computed stays as it is, so that it fails row by row, as written.

use crate::error::Result;
use crate::expr::{BinaryOp, Expr};
use crate::plan::bind::evaluate_constant;
use crate::plan::logical::{Join, Plan};
use crate::types::Value;

/// Folds every expression of `plan`.
pub fn fold(plan: Plan) -> Result<Plan> {
    let mut failed = None;
    let plan = plan.rewrite(&mut |mut plan| {
        if let Plan::Calc(calc) = &mut plan {
            for expr in calc.filter.iter_mut().chain(&mut calc.columns) {
                if let Err(error) = fold_expr(expr) {
                    failed.get_or_insert(error);
                }
            }
            if calc.filter.as_ref().is_some_and(|f| *f == Expr::boolean(true)) {
                calc.filter = None;
            }
        }
        if let Plan::Join(Join { condition: Some(condition), .. }) = &mut plan
            && let Err(error) = fold_expr(condition)
        {
            failed.get_or_insert(error);
        }
        plan
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(plan),
    }
}

fn fold_expr(expr: &mut Expr) -> Result<()> {
    for child in expr.children_mut() {
        fold_expr(child)?;
    }
    if let Some(simpler) = simpler(expr) {
        *expr = simpler;
        return Ok(());
    }
    let fixed = !matches!(expr, Expr::Call { function, .. } if !function.is_deterministic());
    let children = expr.children();
    let constant = |e: &&Expr| matches!(e, Expr::Literal { .. });
    if children.is_empty() || !fixed || !children.iter().all(constant) {
        return Ok(());
    }
    if let Some(value) = evaluate_constant(expr)? {
        *expr = Expr::Literal { value, data_type: expr.data_type() };
    }
    Ok(())
}

/// `TRUE AND x`, `x AND TRUE`, `FALSE AND x` and the same of OR.
fn simpler(expr: &Expr) -> Option<Expr> {
    let Expr::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right, .. } = expr else { return None };
    let neutral = *op == BinaryOp::And;
    match (constant(left), constant(right)) {
        (Some(value), _) if value == neutral => Some((**right).clone()),
        (_, Some(value)) if value == neutral => Some((**left).clone()),
        (Some(value), _) => Some(Expr::boolean(value)),
        _ => None,
    }
}

fn constant(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Literal { value: Value::Bool(value), .. } => Some(*value),
        _ => None,
    }
}

//! Filters move towards the sources: through unions, window assignment and groupings, as far as they read what is there.
//!
//! Through projections they move when projections are merged. A filter on keys does not move below a window aggregate with a
//! late table, because the late table gets the rows of all keys.

use crate::expr::{BinaryOp, CastFailure, Expr, UnaryOp};
use crate::plan::logical::{Calc, Plan, all_of, columns_of, conjuncts, substitute};

/// Moves every filter as far down as it goes.
pub fn push(plan: Plan) -> Plan {
    let mut plan = match plan {
        Plan::Calc(calc) => pushed(calc),
        other => other,
    };
    for input in plan.inputs_mut() {
        let taken =
            std::mem::replace(input, Plan::Union(crate::plan::logical::Union { inputs: Vec::new(), schema: Default::default() }));
        *input = push(taken);
    }
    plan
}

fn pushed(mut calc: Calc) -> Plan {
    let Some(filter) = calc.filter.take() else { return Plan::Calc(calc) };
    let mut stays = Vec::new();
    for part in conjuncts(&filter) {
        match below(&calc.input, &part) {
            // A condition that may fail stays behind one that stays: that one may guard it.
            Some(target) if stays.is_empty() || !may_fail(&part) => place(&mut calc.input, target),
            _ => stays.push(part),
        }
    }
    calc.filter = all_of(stays);
    Plan::Calc(calc)
}

/// Whether a row can fail in it: by overflow, a division or a bad cast.
fn may_fail(part: &Expr) -> bool {
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
            columns.iter().all(|&c| c < width).then(|| part.clone())
        }
        Plan::Aggregate(a) => over_keys(&a.keys, &columns, part),
        Plan::WindowAggregate(a) if a.late.is_none() => over_keys(&a.keys, &columns, part),
        _ => None,
    }
}

fn over_keys(keys: &[usize], columns: &[usize], part: &Expr) -> Option<Expr> {
    if !columns.iter().all(|&c| c < keys.len()) {
        return None;
    }
    let mut moved = part.clone();
    moved = substitute_keys(&moved, keys);
    Some(moved)
}

fn substitute_keys(part: &Expr, keys: &[usize]) -> Expr {
    let mut types = Vec::new();
    part.walk(&mut |e| {
        if let Expr::Column { index, data_type } = e {
            types.push((*index, data_type.clone()));
        }
    });
    substitute(part, &|c| {
        let (_, data_type) = types.iter().find(|(i, _)| *i == c)?;
        Some(Expr::column(keys[c], data_type.clone()))
    })
}

fn place(plan: &mut Plan, filter: Expr) {
    for input in plan.inputs_mut() {
        let taken =
            std::mem::replace(input, Plan::Union(crate::plan::logical::Union { inputs: Vec::new(), schema: Default::default() }));
        *input = super::merge_calcs::merge(taken.filtered(filter.clone()));
    }
}

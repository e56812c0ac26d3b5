//! A filter or projection over another becomes one, unless that would compute something twice; those that change nothing go.

use crate::expr::Expr;
use crate::limits::NESTING_MAX;
use crate::plan::logical::{Calc, Plan, all_of, columns_of, substitute};

/// Merges wherever it pays.
pub fn merge(plan: Plan) -> Plan {
    plan.rewrite(&mut |plan| match plan {
        Plan::Calc(calc) => merged(calc),
        other => other,
    })
}

fn merged(outer: Calc) -> Plan {
    let input = match *outer.input {
        Plan::Calc(inner) if !repeats(&outer.filter, &outer.columns, &inner.columns) && !too_deep(&outer, &inner) => {
            let over = |e: &Expr| substitute(e, &|c| inner.columns.get(c).cloned());
            let filter = all_of(inner.filter.into_iter().chain(outer.filter.as_ref().map(over)).collect());
            let columns = outer.columns.iter().map(over).collect();
            return merged(Calc { input: inner.input, filter, columns, schema: outer.schema });
        }
        other => Box::new(other),
    };
    let outer = Calc { input, ..outer };
    if changes_nothing(&outer) { *outer.input } else { Plan::Calc(outer) }
}

/// Whether expressions would grow deeper than one that was written may be.
fn too_deep(outer: &Calc, inner: &Calc) -> bool {
    let deepest = |calc: &Calc| calc.columns.iter().chain(&calc.filter).map(depth).max().unwrap_or(0);
    let (above, below) = (deepest(outer), deepest(inner));
    below > 1 && above > 1 && above + below > NESTING_MAX
}

fn depth(expr: &Expr) -> usize {
    1 + expr.children().into_iter().map(depth).max().unwrap_or(0)
}

/// Whether merging would compute a column of the inner projection more than once.
fn repeats(filter: &Option<Expr>, outer: &[Expr], inner: &[Expr]) -> bool {
    let mut uses = vec![0usize; inner.len()];
    for expr in outer.iter().chain(filter) {
        for column in columns_of(expr) {
            if let Some(count) = uses.get_mut(column) {
                *count += 1;
            }
        }
    }
    let cheap = |e: &Expr| matches!(e, Expr::Column { .. } | Expr::Literal { .. });
    uses.iter().zip(inner).any(|(&count, e)| count > 1 && !cheap(e))
}

/// Whether all columns come out as they are.
pub(super) fn changes_nothing(calc: &Calc) -> bool {
    calc.filter.is_none()
        && calc.columns.len() == calc.input.schema().fields.len()
        && calc.columns.iter().enumerate().all(|(i, e)| matches!(e, Expr::Column { index, .. } if *index == i))
}

//! Which columns of a plan are the same in all rows that agree in others: those of a table where its PRIMARY KEY is the same, the results of groups
//! where the keys are, and what is computed of such columns. So GROUP BY may name the key of a table alone.

use super::logical::{Over, Plan, Rank};
use crate::expr::Expr;

impl Plan {
    /// Whether rows with the same values in the columns `known` have the same in `column`; `key_of` tells the PRIMARY KEY of a table, as columns of it.
    pub fn determines(&self, known: &[usize], column: usize, key_of: &dyn Fn(usize) -> Vec<usize>) -> bool {
        if known.contains(&column) {
            return true;
        }
        match self {
            Plan::Scan(scan) => {
                let key = key_of(scan.table);
                !key.is_empty() && key.iter().all(|part| known.iter().any(|at| scan.columns.get(*at) == Some(part)))
            }
            Plan::Calc(calc) => {
                let below = |at: &usize| match calc.columns.get(*at)? {
                    Expr::Column { index, .. } => Some(*index),
                    _ => None,
                };
                let known: Vec<usize> = known.iter().filter_map(below).collect();
                let is_determined = |of: usize| calc.input.determines(&known, of, key_of);
                calc.columns.get(column).is_some_and(|computed| computed.is_fixed() && reads_only(computed, &is_determined))
            }
            Plan::Join(join) => {
                let width = join.left.schema().fields.len();
                let side = |is_of: &dyn Fn(usize) -> Option<usize>| known.iter().filter_map(|at| is_of(*at)).collect::<Vec<_>>();
                // Where a side is missing it is NULL as a whole, whatever else would have been computed of it.
                match column.checked_sub(width) {
                    None if !join.kind.gives_unmatched(1) => {
                        join.left.determines(&side(&|at| (at < width).then_some(at)), column, key_of)
                    }
                    // Rows that are joined as of a time are of several versions of a key.
                    Some(column) if !join.kind.gives_unmatched(0) && join.time.is_none() && join.lookup.is_none() => {
                        join.right.determines(&side(&|at| at.checked_sub(width)), column, key_of)
                    }
                    _ => false,
                }
            }
            Plan::Aggregate(aggregate) => {
                let known: Vec<usize> = known.iter().filter_map(|at| aggregate.keys.get(*at).copied()).collect();
                aggregate.keys.iter().all(|key| aggregate.input.determines(&known, *key, key_of))
            }
            // What it adds may differ between rows that are the same below.
            Plan::Over(Over { input, .. }) | Plan::Rank(Rank { input, .. }) => {
                let width = input.schema().fields.len();
                let known: Vec<usize> = known.iter().copied().filter(|at| *at < width).collect();
                column < width && input.determines(&known, column, key_of)
            }
            Plan::Hold(hold) => hold.input.determines(known, column, key_of),
            Plan::InTime(gate) => gate.input.determines(known, column, key_of),
            Plan::LastRow(last) => last.input.determines(known, column, key_of),
            Plan::Sort(sort) => sort.input.determines(known, column, key_of),
            _ => false,
        }
    }
}

/// Whether all columns that an expression reads are such.
fn reads_only(expr: &Expr, is_such: &dyn Fn(usize) -> bool) -> bool {
    let mut all = true;
    expr.walk(&mut |part| {
        if let Expr::Column { index, .. } = part {
            all &= is_such(*index);
        }
    });
    all
}

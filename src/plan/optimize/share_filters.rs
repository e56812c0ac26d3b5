//! Queries that ask the same of the same rows ask it once: equal filters over equal inputs become one, which gives out the columns that any
//! of them reads, and each computes its own from those.
//!
//! What draws anew each time it is asked, such as a random number, is never shared. Columns are computed above the shared filter, so that a row
//! that fails in one query fails in that one alone.

use super::merge_calcs::changes_nothing;
use super::push_filter::may_fail;
use crate::expr::Expr;
use crate::plan::bind::Output;
use crate::plan::logical::{Calc, Plan, columns_of, conjuncts, moved_columns};
use crate::types::Schema;

/// A filter that several queries have over equal rows.
struct Asked {
    input: Plan,
    filter: Expr,
    /// The different things that are computed of the rows that pass.
    computed: Vec<Vec<Expr>>,
}

/// Shares the filters of all queries of a job.
pub fn share(outputs: &mut [Output]) {
    let mut asked: Vec<Asked> = Vec::new();
    for output in outputs.iter() {
        output.plan.walk(&mut |plan| {
            if let Plan::Calc(calc) = plan {
                note(&mut asked, calc);
            }
        });
    }
    asked.retain(|asked| asked.computed.len() > 1);
    if asked.is_empty() {
        return;
    }
    for output in outputs {
        output.plan = shared(std::mem::replace(&mut output.plan, Plan::empty()), &asked);
    }
}

fn note(asked: &mut Vec<Asked>, calc: &Calc) {
    let Some(filter) = calc.filter.as_ref().filter(|filter| filter.is_repeatable()) else { return };
    match asked.iter_mut().find(|asked| asked.is_by(calc)) {
        Some(known) if known.computed.contains(&calc.columns) => {}
        Some(known) => known.computed.push(calc.columns.clone()),
        None if calc.input.is_repeatable() => {
            let (input, computed) = ((*calc.input).clone(), vec![calc.columns.clone()]);
            asked.push(Asked { input, filter: filter.clone(), computed });
        }
        None => {}
    }
}

/// `plan` over the shared filters. A filter is found by what stood below it before, so parents come first.
fn shared(mut plan: Plan, all: &[Asked]) -> Plan {
    if let Plan::Calc(calc) = plan {
        return match all.iter().find(|asked| asked.is_by(&calc)) {
            Some(asked) => asked.projected(shared(*calc.input, all), calc.columns, calc.schema),
            None => Plan::Calc(Calc { input: Box::new(shared(*calc.input, all)), ..calc }),
        };
    }
    for input in plan.inputs_mut() {
        *input = shared(std::mem::replace(input, Plan::empty()), all);
    }
    plan
}

impl Asked {
    /// Whether `calc` asks this.
    fn is_by(&self, calc: &Calc) -> bool {
        calc.filter.as_ref().is_some_and(|filter| says_the_same(filter, &self.filter)) && *calc.input == self.input
    }

    /// `columns` of the rows of `input` that pass.
    fn projected(&self, input: Plan, columns: Vec<Expr>, schema: Schema) -> Plan {
        let read = self.columns_read();
        let fields: Vec<_> = read.iter().map(|column| input.schema().fields[*column].clone()).collect();
        let passed = Calc {
            columns: read.iter().zip(&fields).map(|(column, f)| Expr::column(*column, f.data_type.clone())).collect(),
            schema: Schema::new(fields),
            filter: Some(self.filter.clone()),
            input: Box::new(input),
        };
        let place = |column: usize| read.binary_search(&column).unwrap_or_default();
        let columns = columns.iter().map(|e| moved_columns(e, &place)).collect();
        let own = Calc { input: Box::new(Plan::Calc(passed)), filter: None, columns, schema };
        if changes_nothing(&own) { *own.input } else { Plan::Calc(own) }
    }

    /// Columns that are read of the rows that pass: one at least, since rows have some.
    fn columns_read(&self) -> Vec<usize> {
        let mut read: Vec<usize> = self.computed.iter().flatten().flat_map(columns_of).collect();
        read.sort_unstable();
        read.dedup();
        if read.is_empty() { vec![0] } else { read }
    }
}

/// Whether two conditions are of the same parts. One that may fail is guarded by those before it, so there the order counts.
fn says_the_same(one: &Expr, other: &Expr) -> bool {
    let in_any_order = || {
        let (ones, others) = (conjuncts(one), conjuncts(other));
        ones.iter().all(|part| others.contains(part) && !may_fail(part)) && others.iter().all(|part| ones.contains(part))
    };
    one == other || in_any_order()
}

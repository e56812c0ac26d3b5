//! Aggregates that DEFINE asks for while a match is being made: small values that a path hands on to each way that it goes on.

use crate::batch::Column;
use crate::operator::over::{Answers, DoubleSum, RunningSum, Sequence, Total, WideSum, double_value, whole_value};
use crate::state::cell;
use crate::types::pattern::Variables;
use crate::types::relation::{AggregateCall, AggregateFunction};
use crate::types::{DataType, Value};

/// One aggregate over the rows of a path that are mapped to some variables.
#[derive(Debug, Clone, PartialEq)]
pub struct TallyCall {
    call: AggregateCall,
    of: Variables,
}

/// What it comes to so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tally {
    /// Rows, or values that are not NULL.
    Count(i64),
    /// Of integers or units of a DECIMAL, with how many there are.
    Whole(WideSum, i64),
    /// Of FLOAT or DOUBLE.
    Double(DoubleSum, i64),
    /// Position of the row with the best value.
    Best(Option<usize>),
}

impl TallyCall {
    /// Of a call without DISTINCT or ORDER BY: COUNT, SUM, AVG, MIN or MAX.
    pub fn new(call: &AggregateCall, of: Variables) -> TallyCall {
        TallyCall { call: call.clone(), of }
    }

    /// The variables.
    pub fn of(&self) -> Variables {
        self.of
    }

    /// Over no rows.
    pub fn empty(&self) -> Tally {
        use AggregateFunction::{Avg, Count, Max, Min, Sum};
        match (&self.call.function, self.call.argument_types.first()) {
            (Count, _) => Tally::Count(0),
            (Sum | Avg, Some(DataType::Float | DataType::Double)) => Tally::Double(DoubleSum::default(), 0),
            (Sum | Avg, _) => Tally::Whole(WideSum::default(), 0),
            (Min | Max, _) => Tally::Best(None),
            (function, _) => unreachable!("{function:?} is no running aggregate of a pattern"),
        }
    }
}

impl Tally {
    /// Takes a row.
    pub fn add(&mut self, call: &TallyCall, rows: &Sequence, position: usize) {
        let AggregateCall { function, arguments, filter, .. } = &call.call;
        let is_left_out = filter.is_some_and(|filter| !rows.is_true(filter, position));
        if is_left_out || arguments.iter().any(|column| rows.is_null(*column, position)) {
            return;
        }
        let value = || rows.at(arguments[0], position);
        match self {
            Tally::Count(count) => *count += 1,
            Tally::Whole(sum, count) => {
                sum.add(whole_value(value().0, value().1));
                *count += 1;
            }
            Tally::Double(sum, count) => {
                sum.add(double_value(value().0, value().1));
                *count += 1;
            }
            Tally::Best(best) => {
                let (column, row) = value();
                let is_better = |held: usize| {
                    let order = cell::order(column, row, rows.at(arguments[0], held).1);
                    if *function == AggregateFunction::Max { order.is_gt() } else { order.is_lt() }
                };
                if best.is_none_or(is_better) {
                    *best = Some(position);
                }
            }
        }
    }

    /// Adds what it comes to to a column.
    pub fn result(&self, call: &TallyCall, rows: &Sequence, out: &mut Answers) {
        let AggregateCall { arguments, argument_types, data_type, .. } = &call.call;
        let total = || match call.call.function {
            AggregateFunction::Sum => Total::Sum,
            _ => Total::mean(&argument_types[0], data_type),
        };
        match self {
            Tally::Count(count) => out.column.push(&Value::Int(*count)),
            Tally::Whole(sum, count) => out.push_whole(sum, *count, total(), data_type),
            Tally::Double(sum, count) => out.push_double(sum, *count, total()),
            Tally::Best(None) => out.column.push_null(),
            Tally::Best(Some(position)) => {
                let (column, row): (&Column, usize) = rows.at(arguments[0], *position);
                cell::push(&mut out.column, column, row);
            }
        }
    }
}

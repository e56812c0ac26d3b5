//! OVER: functions of a row and of those around it in its partition. Row road.
//!
//! ```text
//!   rows as they come ---------------------------------> in_order: partitions in arrival order, given out at once
//!   rows in event time --> waiting (for the watermark) -> in_order: given out once
//!   rows that come and go -----------------------------> on_change: partitions in order, what changes is given out
//!                                                           |
//!                          sequence (rows of a partition) <-+-> state (one function over it)
//!                               rings (sums of last rows) <-+
//! ```
//! Columns of the input come out as they are, with a column for each function behind them.

mod in_order;
mod in_time;
mod lives;
mod on_change;
mod other;
mod rings;
mod sequence;
mod state;
mod sum;
#[cfg(test)]
mod tests;
mod waiting;

pub use in_order::InOrder;
pub use in_time::{TimeColumns, in_time};
pub use lives::Lives;
pub use on_change::OnChange;
pub use sequence::{Sequence, double_value, whole_value};
pub use state::{Answers, CallState, Total};
pub use sum::{DoubleSum, RunningSum, WideSum};
pub use waiting::Waiting;

use crate::types::over::OverCall;
use crate::types::relation::{OnError, SortKey};
use crate::types::{DataType, Nanos};

/// What an OVER does, as the plan has it.
pub struct OverShape {
    /// Columns of the partition.
    pub keys: Vec<usize>,
    /// The order of the rows of a partition.
    pub order: Vec<SortKey>,
    /// The functions.
    pub calls: Vec<OverCall>,
    /// How long a partition lives of which no row comes or goes.
    pub ttl: Option<Nanos>,
    /// What a row that fails does.
    pub on_error: OnError,
    /// Types of the columns of the input.
    pub types: Vec<DataType>,
}

/// The columns that functions read, and the functions over these.
struct Lanes {
    /// Columns of the input.
    columns: Vec<usize>,
    calls: Vec<OverCall>,
    /// What RANGE counts in.
    key: Option<SortKey>,
}

impl Lanes {
    /// Those of a shape; `kept` are there in any case.
    fn of(shape: &OverShape, kept: Vec<usize>) -> Lanes {
        let mut columns = kept;
        let mut place = |column: usize| {
            columns.iter().position(|known| *known == column).unwrap_or_else(|| {
                columns.push(column);
                columns.len() - 1
            })
        };
        let mut calls = shape.calls.clone();
        for call in &mut calls {
            call.columns_mut().into_iter().for_each(|column| *column = place(*column));
        }
        let counts = shape.calls.iter().any(|call| call.frame.counts_in_range());
        let key = shape.order.first().filter(|_| counts).map(|key| SortKey { column: place(key.column), ..*key });
        Lanes { columns, calls, key }
    }

    fn types(&self, types: &[DataType]) -> Vec<DataType> {
        self.columns.iter().map(|column| types[*column].clone()).collect()
    }
}

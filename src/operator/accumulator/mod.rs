//! Aggregate functions over groups: state in vectors by group number, updated in loops over a column.
//!
//! Rows with a NULL argument or a FILTER that is not TRUE are taken out of the selection before an accumulator sees them.
//! An accumulator that can fail (a sum that overflows) can also restore the groups it has saved, so that a bad row leaves no trace.

mod count;
mod distinct;
mod extreme;
mod sum;

use crate::batch::{Column, Selection};
use crate::types::DataType;
use crate::types::relation::{AggregateCall, AggregateFunction, Distinct, Retracts};

/// The rows an accumulator takes: groups and signs by row of the batch.
pub struct Rows<'a> {
    /// Group of each row; unspecified for those not selected.
    pub groups: &'a [u32],
    /// Which rows count.
    pub selection: &'a Selection,
    /// +1 or -1; `None` when all rows add.
    pub signs: Option<&'a [i8]>,
}

impl Rows<'_> {
    /// Calls `apply(row, group, sign)` for each selected row, in a loop of its own for batches that only add.
    #[inline]
    pub fn for_each(&self, mut apply: impl FnMut(usize, usize, i64)) {
        match (self.selection, self.signs) {
            (Selection::All(_), None) => self.groups.iter().enumerate().for_each(|(row, g)| apply(row, *g as usize, 1)),
            (selection, None) => selection.iter().for_each(|row| apply(row, self.groups[row] as usize, 1)),
            (selection, Some(signs)) => {
                selection.iter().for_each(|row| apply(row, self.groups[row] as usize, i64::from(signs[row])));
            }
        }
    }
}

/// State of one aggregate call for all groups.
pub trait Accumulator: Send {
    /// Makes room for groups below `bound`.
    fn resize(&mut self, bound: usize);
    /// Empties a group.
    fn reset(&mut self, group: usize);
    /// Takes rows. Rows that fail leave the state as it was and are added to `failed`. Hot: once per batch.
    fn update(&mut self, argument: Option<&Column>, rows: &Rows<'_>, failed: &mut Vec<u32>);
    /// Appends the results of these groups.
    fn write(&self, groups: &[u32], out: &mut Column);
    /// Why rows can fail; `None` if none can.
    fn failure(&self) -> Option<&'static str> {
        None
    }
    /// Keeps the state of these groups for `restore`.
    fn save(&mut self, _groups: &[u32]) {}
    /// Takes the groups saved, the same as then, back to what they were.
    fn restore(&mut self, _groups: &[u32]) {}
    /// Bytes held.
    fn state_bytes(&self) -> usize;
}

/// The accumulator of a call.
pub fn accumulator(call: &AggregateCall, retracts: Retracts) -> Box<dyn Accumulator> {
    use AggregateFunction::{Avg, Count, Max, Min, Sum};
    let inner: Box<dyn Accumulator> = match call.function {
        Count => Box::new(count::Count::default()),
        Min | Max => return extreme::extreme(call.function, &call.argument_type, retracts),
        Sum | Avg => sum::sum(call.function, &call.argument_type, &call.data_type),
    };
    match call.distinct {
        Distinct::All => inner,
        Distinct::Distinct => Box::new(distinct::DistinctValues::new(inner, &call.argument_type)),
    }
}

/// Makes `values` hold `bound` groups.
fn grow<T: Clone + Default>(values: &mut Vec<T>, bound: usize) {
    if values.len() < bound {
        values.resize(bound, T::default());
    }
}

/// Bytes a vector holds, those behind pointers not counted.
fn bytes_of<T>(values: &Vec<T>) -> usize {
    values.capacity() * size_of::<T>()
}

/// Scale of a DECIMAL, 0 of others.
fn scale_of(data_type: &DataType) -> u8 {
    if let DataType::Decimal { scale, .. } = data_type { *scale } else { 0 }
}

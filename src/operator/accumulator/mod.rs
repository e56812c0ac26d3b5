//! Aggregate functions over groups: state in a row store by group number, updated in loops over a column.
//!
//! Rows with a NULL in an argument or a FILTER that is not TRUE are taken out of the selection before an accumulator sees them, and how many
//! rows it was fed is kept outside of it. An update wraps where it overflows and says so; since wrapping addition has an inverse,
//! it can be undone exactly, so that a bad row leaves no trace and a good batch costs no copies.

mod bitmaps;
mod bits;
mod count;
mod distinct;
mod distinct_sketch;
mod exact;
mod extreme;
mod kept_rows;
mod logic;
mod moments;
mod ordered_bytes;
mod packed;
mod quantile_sketch;
mod reversible_sum;
mod row_op;
mod sum;

pub use row_op::{RowOp, add_f64};
pub use sum::mean;

use crate::batch::{Column, Selection};
use crate::state::{GroupWords, RowStore};
use crate::types::DataType;
use crate::types::relation::{AggregateCall, AggregateFunction, BitmapSet, Distinct, Retracts};

/// The rows an accumulator takes: groups and signs by row of the batch.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// Group of each row; unspecified for those not selected.
    pub groups: &'a [u32],
    /// Which rows count.
    pub selection: &'a Selection,
    /// +1 or -1; `None` when all rows add.
    pub signs: Option<&'a [i8]>,
    /// Rows that came before the first of these.
    pub arrived: u64,
}

impl Rows<'_> {
    /// Calls `apply(row, group, sign)` for each selected row, in a loop of its own for batches that only add.
    #[inline]
    pub fn for_each(&self, mut apply: impl FnMut(usize, usize, i64)) {
        match (self.selection, self.signs) {
            (Selection::All(_), None) => self.groups.iter().enumerate().for_each(|(row, g)| apply(row, *g as usize, 1)),
            (Selection::Rows(rows), None) => rows.iter().for_each(|r| apply(*r as usize, self.groups[*r as usize] as usize, 1)),
            (selection, Some(signs)) => {
                selection.iter().for_each(|row| apply(row, self.groups[row] as usize, i64::from(signs[row])));
            }
        }
    }

    /// Calls `apply(group, value, sign)` for each selected row. Hot: once per row.
    #[inline]
    pub fn for_each_value<T: Copy>(&self, values: &[T], mut apply: impl FnMut(usize, T, i64)) {
        match (self.selection, self.signs) {
            (Selection::All(_), None) => self.groups.iter().zip(values).for_each(|(g, value)| apply(*g as usize, *value, 1)),
            _ => self.for_each(|row, group, sign| apply(group, values[row], sign)),
        }
    }
}

/// Whether an update went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The state is what it should be.
    Sound,
    /// Some result does not fit its type: the update must be undone.
    Overflow,
}

/// What a function offers for rows that only add.
pub enum Offer<'a> {
    /// There is nothing to do.
    Nothing,
    /// A step for every row.
    Step(RowOp<'a>),
    /// It must be updated.
    Update,
}

/// State of one aggregate call for all groups.
pub trait Accumulator: Send {
    /// Makes room for groups below `bound` in what it keeps outside the row store.
    fn resize(&mut self, bound: usize);
    /// Empties a group in what it keeps outside the row store.
    fn reset(&mut self, group: usize);
    /// Takes rows, with a value of each argument. Hot: once per batch.
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict;
    /// What it does with each of these rows, all of which only add, if that is a step on words that cannot fail; the caller takes it
    /// for every row of the arguments.
    fn row_op<'a>(&mut self, arguments: &[&'a Column]) -> Offer<'a>;
    /// Takes the rows of the last update back, of those that can overflow.
    fn undo(&mut self, _store: &mut RowStore, _arguments: &[&Column], _rows: Rows<'_>) {}
    /// The states of these groups, one a row: what `merge` adds to others. Hot: once per batch of groups.
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column>;
    /// As `row_op`, with states of other groups for rows.
    fn state_op<'a>(&mut self, _states: &'a [Column]) -> Offer<'a> {
        Offer::Update
    }
    /// Takes the rows of other groups, by their states, each of which adds. Hot: once per batch of groups.
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict;
    /// Takes the states of the last merge back, of those that can overflow.
    fn unmerge(&mut self, _store: &mut RowStore, _states: &[Column], _rows: Rows<'_>) {}
    /// The results of these groups, of which each was fed so many rows. Hot: once per batch.
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column;
    /// What to say of the row that made the last update overflow; `None` if none can.
    fn failure(&self) -> Option<&str> {
        None
    }
    /// Whether nothing that `shares` such as this one have been fed can make their sum fail.
    fn leaves_room_for(&self, _shares: usize) -> bool {
        true
    }
    /// Bytes held outside the row store.
    fn state_bytes(&self) -> usize {
        0
    }
}

/// Makes the accumulators of an aggregate of the program.
pub struct MakeAccumulator(pub Box<dyn Fn() -> Box<dyn Accumulator> + Send + Sync>);

/// The accumulator of a call, with its words in the row store from `next_word` on, which moves behind them.
pub fn accumulator(call: &AggregateCall, retracts: Retracts, next_word: &mut usize) -> Box<dyn Accumulator> {
    use AggregateFunction as F;
    let inner: Box<dyn Accumulator> = match &call.function {
        F::Given(given) => match given.function.states.downcast_ref::<MakeAccumulator>() {
            Some(make) => make.0(),
            None => panic!("{given:?} makes no accumulators"),
        },
        F::Count => Box::new(count::Count),
        F::Sum | F::Avg => sum::sum(call, retracts, next_word),
        F::BitXor => bits::bits(call, retracts, next_word),
        F::Moment(moment) => Box::new(moments::Moments::new(*moment)),
        F::ApproxPercentile => Box::new(quantile_sketch::QuantileSketch::new(call)),
        F::ApproxCountDistinct => match retracts {
            Retracts::Never => return Box::new(distinct_sketch::DistinctSketch::default()),
            // What is estimated cannot be taken back.
            Retracts::Maybe => return Box::new(distinct::DistinctValues::new(Box::new(count::Count), &call.argument_types)),
        },
        F::Bitmap(BitmapSet::Xor, result) => bitmaps::bitmaps(call, BitmapSet::Xor, *result, retracts),
        // DISTINCT changes nothing for the others.
        F::Bitmap(set, result) => return bitmaps::bitmaps(call, *set, *result, retracts),
        F::Min | F::Max => return extreme::extreme(call, retracts, next_word),
        F::BitAnd | F::BitOr => return bits::bits(call, retracts, next_word),
        F::BoolAnd | F::BoolOr => {
            let at = *next_word;
            *next_word += 1;
            return Box::new(logic::Decision { at, by: call.function == F::BoolOr });
        }
        F::FirstValue
        | F::LastValue
        | F::ArrayAgg
        | F::ObjectAgg
        | F::Collect
        | F::StringAgg
        | F::Mode
        | F::PercentileCont
        | F::PercentileDisc => kept_rows::kept_rows(call, retracts),
    };
    match call.distinct {
        Distinct::All => inner,
        Distinct::Distinct => {
            let types: Vec<DataType> = call.column_types().cloned().collect();
            Box::new(distinct::DistinctValues::new(inner, &types))
        }
    }
}

/// Makes `values` hold `bound` groups.
pub fn grow<T: Clone + Default>(values: &mut Vec<T>, bound: usize) {
    if values.len() < bound {
        values.resize(bound, T::default());
    }
}

/// Bytes a vector holds, those behind pointers not counted.
pub fn bytes_of<T>(values: &Vec<T>) -> usize {
    values.capacity() * size_of::<T>()
}

/// Scale of a DECIMAL, 0 of others.
fn scale_of(data_type: &DataType) -> u8 {
    if let DataType::Decimal { scale, .. } = data_type { *scale } else { 0 }
}

/// NULL where a group was fed no row.
fn nulls_where_unfed(mut column: Column, fed: &[i64]) -> Column {
    if fed.contains(&0) {
        fed.iter().enumerate().filter(|(_, fed)| **fed == 0).for_each(|(row, _)| column.set_null(row));
    }
    column
}

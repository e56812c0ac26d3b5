//! Aggregates that have no short way of their own: their accumulator, fed one row at a time, with a single group.

use std::ops::Range;

use super::sequence::Sequence;
use crate::batch::{Column, Selection};
use crate::operator::accumulator::{Accumulator, Rows, Verdict, accumulator};
use crate::state::{FIRST_FUNCTION, GroupWords, RowStore};
use crate::types::over::Frame;
use crate::types::relation::{AggregateCall, Retracts};

/// An aggregate over the frame of one partition.
pub struct Other {
    accumulator: Box<dyn Accumulator>,
    store: RowStore,
    columns: Vec<usize>,
    /// How many of them keep a row away by being NULL.
    required: usize,
    /// Rows it was fed.
    fed: i64,
    /// Whether a row did not fit: then the frame is fed anew before each answer, until it fits.
    broken: bool,
}

impl Other {
    /// Over no rows.
    pub fn new(call: &AggregateCall, frame: &Frame) -> Other {
        let retracts = if frame.only_grows() { Retracts::Never } else { Retracts::Maybe };
        let mut words = FIRST_FUNCTION;
        let mut accumulator = accumulator(call, retracts, &mut words);
        let mut store = RowStore::new(words);
        store.grow(1);
        accumulator.resize(1);
        Other { accumulator, store, columns: call.columns().collect(), required: call.required(), fed: 0, broken: false }
    }

    /// Takes a row of the frame.
    pub fn add(&mut self, rows: &Sequence, row: usize) {
        self.feed(rows, row, 1);
    }

    /// Takes a row back.
    pub fn take_back(&mut self, rows: &Sequence, row: usize) {
        self.feed(rows, row, -1);
    }

    fn feed(&mut self, rows: &Sequence, row: usize, sign: i8) {
        if self.broken || self.columns[..self.required].iter().any(|column| rows.is_null(*column, row)) {
            return;
        }
        let value = |column: &usize| {
            let (column, row) = rows.at(*column, row);
            column.gather_rows(&[row as u32])
        };
        let values: Vec<Column> = self.columns.iter().map(value).collect();
        let values: Vec<&Column> = values.iter().collect();
        let signs = [sign];
        let signs = (sign < 0).then_some(signs.as_slice());
        let fed = Rows { groups: &[0], selection: &Selection::All(1), signs, arrived: row as u64 };
        match self.accumulator.update(&mut self.store, &values, fed) {
            Verdict::Sound => self.fed += i64::from(sign),
            Verdict::Overflow => {
                self.accumulator.undo(&mut self.store, &values, fed);
                self.broken = true;
            }
        }
    }

    /// The result over a frame, one row of a column, or why there is none. If the frame is given, it is fed anew where a row did not fit;
    /// `filter` says which of its rows count.
    pub fn result(&mut self, rows: &Sequence, frame: Option<Range<usize>>, filter: Option<usize>) -> Result<Column, &str> {
        if self.broken
            && let Some(mut frame) = frame.filter(|frame| frame.start >= rows.first())
        {
            self.broken = false;
            self.fed = 0;
            self.store.clear(0);
            self.accumulator.reset(0);
            frame
                .by_ref()
                .filter(|row| filter.is_none_or(|column| rows.is_true(column, *row)))
                .for_each(|row| self.add(rows, row));
        }
        match self.broken {
            true => Err(self.accumulator.failure().unwrap_or("aggregate failed")),
            false => Ok(self.accumulator.results(GroupWords::Stored(&self.store, &[0]), &[self.fed])),
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.accumulator.state_bytes() + self.store.memory_bytes()
    }
}

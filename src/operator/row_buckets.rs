//! Rows that wait for a time to pass: equal ones once, with how often they are there.
//!
//! ```text
//!   buckets[time]:  number number ...     rows by number in `table`; counts[number]: how often each is there, or is to be taken back
//! ```
//! Rows without a time wait for the end of input, and so do those that come when their time has passed.

use std::collections::BTreeMap;

use super::window_slice::is_passed;
use crate::batch::{Batch, Column, Selection, Values};
use crate::state::GroupTable;
use crate::types::{DataType, EventTime};

/// Where rows stand that wait for the end of input.
const AT_END: EventTime = EventTime::MAX;

/// In which bucket a row stands, and where there.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    bucket: EventTime,
    at: u32,
}

/// Rows by their time.
pub struct RowBuckets {
    /// Which of their columns is their time.
    time: Option<usize>,
    table: GroupTable,
    /// By row.
    counts: Vec<i64>,
    /// By row: where it stands.
    places: Vec<Place>,
    buckets: BTreeMap<EventTime, Vec<u32>>,
    /// Up to here time has passed.
    passed: EventTime,
    hashes: Vec<u64>,
    /// By row of the batch.
    numbers: Vec<u32>,
}

impl RowBuckets {
    /// No rows; they will have columns of these types.
    pub fn new(time: Option<usize>, types: &[DataType]) -> RowBuckets {
        RowBuckets {
            time,
            table: GroupTable::new(types),
            counts: Vec::new(),
            places: Vec::new(),
            buckets: BTreeMap::new(),
            passed: EventTime::MIN,
            hashes: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// Counts the selected rows of a batch; gives those back that would make a count less than `least`. Hot: once per batch.
    pub fn add(&mut self, batch: &Batch, selection: &Selection, least: i64) -> Vec<usize> {
        let (mut next_new, columns) = (self.table.made(), batch.columns.iter().collect::<Vec<&Column>>());
        self.table.group_ids(&columns, batch.rows(), selection, &mut self.hashes, &mut self.numbers);
        self.counts.resize(self.table.bound(), 0);
        self.places.resize(self.table.bound(), Place::default());
        let mut refused = Vec::new();
        for at in selection.iter() {
            let number = self.numbers[at];
            // Rows are made in the order in which they are met.
            if self.table.born(number) == next_new {
                next_new += 1;
                self.place(number);
            }
            let (count, sign) = (&mut self.counts[number as usize], batch.kind(at).sign());
            if *count + sign < least {
                refused.push(at);
            } else {
                *count += sign;
            }
        }
        self.sweep(selection);
        refused
    }

    /// Forgets rows of a batch that come to nothing.
    fn sweep(&mut self, selection: &Selection) {
        for at in selection.iter() {
            let number = self.numbers[at];
            if self.counts[number as usize] != 0 || !self.table.is_live(number) {
                continue;
            }
            let place = self.places[number as usize];
            if let Some(bucket) = self.buckets.get_mut(&place.bucket) {
                bucket.swap_remove(place.at as usize);
                if let Some(moved) = bucket.get(place.at as usize) {
                    self.places[*moved as usize] = place;
                }
                if bucket.is_empty() {
                    self.buckets.remove(&place.bucket);
                }
            }
            self.table.remove(number);
        }
    }

    /// Puts a new row where it waits.
    fn place(&mut self, number: u32) {
        let time = self.time.and_then(|column| time_of(&self.table.keys()[column], number as usize));
        let time = time.filter(|time| !is_passed(*time, self.passed)).unwrap_or(AT_END);
        let bucket = self.buckets.entry(time).or_default();
        self.places[number as usize] = Place { bucket: time, at: bucket.len() as u32 };
        bucket.push(number);
    }

    /// From here on rows come too late that lie in windows up to this time.
    pub fn pass(&mut self, time: EventTime) {
        self.passed = time;
    }

    /// Takes out the rows of the first time, if `is_due` says so of it. They are known by their numbers until they are forgotten.
    pub fn next_due(&mut self, is_due: impl Fn(EventTime) -> bool) -> Option<Vec<u32>> {
        let bucket = self.buckets.first_entry().filter(|bucket| is_due(*bucket.key()))?;
        Some(bucket.remove())
    }

    /// How often a row is there, which is not so any more.
    pub fn take_count(&mut self, number: u32) -> i64 {
        std::mem::take(&mut self.counts[number as usize])
    }

    /// The columns of all rows, by number.
    pub fn columns(&self) -> &[Column] {
        self.table.keys()
    }

    /// These rows, in this order.
    pub fn gather(&self, numbers: &[u32]) -> Vec<Column> {
        self.table.keys().iter().map(|column| column.gather_rows(numbers)).collect()
    }

    /// Forgets a row that has been taken out.
    pub fn forget(&mut self, number: u32) {
        self.table.remove(number);
    }

    /// Different rows there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        assert_eq!(self.buckets.values().map(Vec::len).sum::<usize>(), self.table.len());
        self.table.len()
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let buckets: usize = self.buckets.values().map(|bucket| bucket.capacity() * size_of::<u32>()).sum();
        let by_row = self.counts.capacity() * size_of::<i64>() + self.places.capacity() * size_of::<Place>();
        self.table.state_bytes() + buckets + by_row
    }
}

/// A time as it stands in a column, if it is not NULL.
pub fn time_of(column: &Column, row: usize) -> Option<EventTime> {
    match &column.values {
        Values::I64(times) if !column.is_null(row) => Some(times[row]),
        _ => None,
    }
}

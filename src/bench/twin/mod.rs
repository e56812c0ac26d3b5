//! The loops that somebody would write by hand for one query over arrays: no engine, no types of the engine, nothing general.
//!
//! They read the same arrays as the engine does, in parts of `PART_ROWS` rows with memory of their own, which come and go as batches do, and
//! write their output into buffers that are used again for every part, as long as a buffer of the engine lives.

mod best;
mod interval;
mod last_rows;
mod session;
#[cfg(test)]
mod tests;

pub use best::{PLACES, best};
pub use interval::{AFTER, BEFORE, interval_join};
pub use last_rows::{FRAME_ROWS, last_rows, last_rows_in_time};
pub use session::{GAP, session};

use super::input::Input;
use super::records::Records;
use crate::types::Nanos;
use std::hint::black_box;

/// Rows of a part of the records, and of an output buffer.
pub const PART_ROWS: usize = 1024;

/// Length of a window.
const SECOND: i64 = 1_000_000_000;

/// One group: in the slot of its key.
#[derive(Clone, Copy, Default)]
struct Group {
    key: i64,
    count: i64,
    sum: f64,
}

/// Open addressing over a power of two of slots, at most half of them in use; a count of 0 marks a free one.
struct Groups {
    slots: Vec<Group>,
    shift: u32,
}

impl Groups {
    fn new(keys: usize) -> Self {
        let slots = (keys * 2).next_power_of_two();
        Self { slots: vec![Group::default(); slots], shift: 64 - slots.trailing_zeros() }
    }

    /// Hot: once per row.
    #[inline]
    fn of(&mut self, key: i64) -> &mut Group {
        let mask = self.slots.len() - 1;
        let mut at = ((key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        while self.slots[at].count != 0 && self.slots[at].key != key {
            at = (at + 1) & mask;
        }
        let group = &mut self.slots[at];
        group.key = key;
        group
    }
}

/// Keys to numbers from 0, in the order in which keys come: open addressing, as `Groups`.
struct Numbers {
    slots: Vec<(i64, u32)>,
    shift: u32,
    count: u32,
}

const FREE: u32 = u32::MAX;

impl Numbers {
    fn new(keys: usize) -> Self {
        let slots = (keys * 2).next_power_of_two();
        Self { slots: vec![(0, FREE); slots], shift: 64 - slots.trailing_zeros(), count: 0 }
    }

    /// Hot: once per row.
    #[inline]
    fn of(&mut self, key: i64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = ((key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        while self.slots[at].1 != FREE && self.slots[at].0 != key {
            at = (at + 1) & mask;
        }
        if self.slots[at].1 == FREE {
            self.slots[at] = (key, self.count);
            self.count += 1;
        }
        self.slots[at].1 as usize
    }
}

/// Columns of output, written by place.
struct Buffer {
    keys: [i64; PART_ROWS],
    starts: [i64; PART_ROWS],
    counts: [i64; PART_ROWS],
    values: [f64; PART_ROWS],
}

impl Buffer {
    fn new() -> Box<Self> {
        Box::new(Self { keys: [0; PART_ROWS], starts: [0; PART_ROWS], counts: [0; PART_ROWS], values: [0.0; PART_ROWS] })
    }

    #[inline]
    fn put(&mut self, at: usize, group: &Group) {
        self.keys[at] = group.key;
        self.counts[at] = group.count;
        self.values[at] = group.sum;
    }

    /// The first so many rows, all columns.
    fn full(&self, rows: usize) -> Out<'_> {
        Out { keys: &self.keys[..rows], starts: &self.starts[..rows], counts: &self.counts[..rows], values: &self.values[..rows] }
    }
}

/// Rows that a loop gives, in columns; those that a query does not have are empty.
#[derive(Debug, Clone, Copy)]
pub struct Out<'a> {
    /// Id or key.
    pub keys: &'a [i64],
    /// Start of the window; of a pair, the id of its second row.
    pub starts: &'a [i64],
    /// Number of records, or number of the row.
    pub counts: &'a [i64],
    /// Value, or sum or mean of values.
    pub values: &'a [f64],
}

/// Takes the rows of a loop, a buffer at a time.
pub type Take<'t> = &'t mut dyn FnMut(Out<'_>);

/// Looks at nothing: for timing.
pub fn forget(out: Out<'_>) {
    black_box(out);
}

/// What a loop took and gave.
pub struct Twin {
    /// Nanoseconds.
    pub ns: Nanos,
    /// Rows it gave out.
    pub rows: u64,
}

/// `SELECT id, value FROM test WHERE value > 50`: columns of what passes, written without a branch.
pub fn filter(mut input: Input<'_, Records>, take: Take<'_>) -> Twin {
    let (mut ids, mut values) = (vec![0i64; PART_ROWS], vec![0f64; PART_ROWS]);
    let mut rows = 0;
    while let Some(part) = input.next(0) {
        let mut count = 0;
        for (id, value) in part.id.iter().zip(&part.value) {
            ids[count] = *id;
            values[count] = *value;
            count += usize::from(*value > 50.0);
        }
        take(Out { keys: &ids[..count], starts: &[], counts: &[], values: &values[..count] });
        rows += count as u64;
    }
    Twin { ns: input.elapsed_ns(), rows }
}

/// `SELECT key, COUNT(*), SUM(value) FROM test GROUP BY key`, a row of output for every record.
pub fn group(mut input: Input<'_, Records>, keys: usize, take: Take<'_>) -> Twin {
    let mut groups = Groups::new(keys);
    let mut out = Buffer::new();
    let mut given = 0;
    while let Some(part) = input.next(0) {
        for (at, (key, value)) in part.key.iter().zip(&part.value).enumerate() {
            let group = groups.of(*key);
            group.count += 1;
            group.sum += value;
            out.put(at, group);
        }
        let rows = part.len();
        given += rows as u64;
        take(Out { keys: &out.keys[..rows], starts: &[], counts: &out.counts[..rows], values: &out.values[..rows] });
    }
    Twin { ns: input.elapsed_ns(), rows: given }
}

/// The same by windows of a second, each given out when a record's time has passed its end.
pub fn tumble(mut input: Input<'_, Records>, keys: usize, take: Take<'_>) -> Twin {
    let mut groups = Groups::new(keys);
    let mut out = Buffer::new();
    let (mut end, mut rows) = (i64::MIN, 0);
    while let Some(part) = input.next(0) {
        for ((key, value), ts) in part.key.iter().zip(&part.value).zip(&part.ts) {
            if *ts >= end {
                rows += close(&mut groups, end, &mut out, take);
                end = ts - ts.rem_euclid(SECOND) + SECOND;
            }
            let group = groups.of(*key);
            group.count += 1;
            group.sum += value;
        }
    }
    rows += close(&mut groups, end, &mut out, take);
    Twin { ns: input.elapsed_ns(), rows }
}

/// Gives out the window that ends here and empties it; gives how many rows it had.
fn close(groups: &mut Groups, end: i64, out: &mut Buffer, take: Take<'_>) -> u64 {
    let (mut rows, mut at) = (0, 0);
    for group in groups.slots.iter_mut().filter(|group| group.count != 0) {
        out.put(at, group);
        out.starts[at] = end - SECOND;
        *group = Group::default();
        rows += 1;
        at += 1;
        if at == PART_ROWS {
            take(out.full(at));
            at = 0;
        }
    }
    take(out.full(at));
    rows
}

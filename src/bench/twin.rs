//! The loops that somebody would write by hand for one query over arrays: no engine, no types of the engine, nothing general.
//!
//! They write their output into buffers that are used again for every 1,024 rows, as long as a buffer of the engine lives.

use std::hint::black_box;
use std::time::Instant;

use super::records::Records;
use crate::types::Nanos;

/// Rows of an output buffer.
const BUFFER_ROWS: usize = 1024;

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

/// Columns of output, written by place.
struct Buffer {
    keys: [i64; BUFFER_ROWS],
    counts: [i64; BUFFER_ROWS],
    values: [f64; BUFFER_ROWS],
}

impl Buffer {
    fn new() -> Box<Self> {
        Box::new(Self { keys: [0; BUFFER_ROWS], counts: [0; BUFFER_ROWS], values: [0.0; BUFFER_ROWS] })
    }

    #[inline]
    fn put(&mut self, at: usize, group: &Group) {
        self.keys[at] = group.key;
        self.counts[at] = group.count;
        self.values[at] = group.sum;
    }
}

/// What a loop took and gave.
pub struct Twin {
    /// Nanoseconds.
    pub ns: Nanos,
    /// Rows it gave out.
    pub rows: u64,
}

/// `SELECT id, value FROM test WHERE value > 50`: columns of what passes, written without a branch.
pub fn filter(records: &Records) -> Twin {
    let (mut ids, mut values) = (vec![0i64; BUFFER_ROWS], vec![0f64; BUFFER_ROWS]);
    let mut rows = 0;
    let began = Instant::now();
    for (id, value) in records.id.chunks(BUFFER_ROWS).zip(records.value.chunks(BUFFER_ROWS)) {
        let mut count = 0;
        for (id, value) in id.iter().zip(value) {
            ids[count] = *id;
            values[count] = *value;
            count += usize::from(*value > 50.0);
        }
        black_box((&ids, &values));
        rows += count as u64;
    }
    Twin { ns: began.elapsed().as_nanos() as Nanos, rows }
}

/// `SELECT key, COUNT(*), SUM(value) FROM test GROUP BY key`, a row of output for every record.
pub fn group(records: &Records, keys: usize) -> Twin {
    let mut groups = Groups::new(keys);
    let mut out = Buffer::new();
    let began = Instant::now();
    for (keys, values) in records.key.chunks(BUFFER_ROWS).zip(records.value.chunks(BUFFER_ROWS)) {
        for (at, (key, value)) in keys.iter().zip(values).enumerate() {
            let group = groups.of(*key);
            group.count += 1;
            group.sum += value;
            out.put(at, group);
        }
        black_box(&out);
    }
    Twin { ns: began.elapsed().as_nanos() as Nanos, rows: records.len() as u64 }
}

/// The same by windows of a second, each given out when a record's time has passed its end.
pub fn tumble(records: &Records, keys: usize) -> Twin {
    let mut groups = Groups::new(keys);
    let mut out = Buffer::new();
    let (mut end, mut rows) = (i64::MIN, 0);
    let began = Instant::now();
    let mut close = |groups: &mut Groups, out: &mut Buffer| {
        for group in groups.slots.iter_mut().filter(|group| group.count != 0) {
            out.put(rows as usize % BUFFER_ROWS, group);
            *group = Group::default();
            rows += 1;
        }
        black_box(&out);
    };
    for ((key, value), ts) in records.key.iter().zip(&records.value).zip(&records.ts) {
        if *ts >= end {
            close(&mut groups, &mut out);
            end = ts - ts.rem_euclid(SECOND) + SECOND;
        }
        let group = groups.of(*key);
        group.count += 1;
        group.sum += value;
    }
    close(&mut groups, &mut out);
    Twin { ns: began.elapsed().as_nanos() as Nanos, rows }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::bench::records::Keys;

    #[test]
    fn loops_give_as_many_rows_as_sets_count() {
        let records = Records::new(30_000, Keys::Even(500));
        assert_eq!(filter(&records).rows, records.value.iter().filter(|value| **value > 50.0).count() as u64);
        assert_eq!(group(&records, 500).rows, 30_000);
        let windows: HashSet<(i64, i64)> = records.key.iter().zip(&records.ts).map(|(key, ts)| (*key, ts / SECOND)).collect();
        assert_eq!(tumble(&records, 500).rows, windows.len() as u64);
    }
}

//! The records of the benches: `test (id BIGINT, key BIGINT, value DOUBLE, ts TIMESTAMP(9))` as arrays, seeded.
//!
//! The same arrays feed the engine (cut into batches) and the loops written by hand.

use std::ops::Range;

use crate::batch::{Batch, Column, Values};
use crate::types::EventTime;

/// How keys are spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keys {
    /// Each of this many keys as often as any other.
    Even(u64),
    /// Key k of this many with a weight of 1 / (k + 1).
    Zipf(u64),
}

/// Records as arrays of equal length.
#[derive(Debug, Clone, PartialEq)]
pub struct Records {
    /// 0, 1, 2, ...
    pub id: Vec<i64>,
    /// Below the number of keys.
    pub key: Vec<i64>,
    /// Whole numbers and halves from 0 up to 100, so that sums are exact in any order.
    pub value: Vec<f64>,
    /// Event time, nanoseconds, rising by `STEP_NS` a record.
    pub ts: Vec<EventTime>,
}

/// Event time from one record to the next: a window of one second has a million records.
pub const STEP_NS: EventTime = 1_000;

/// Event time of the first record: 2026-01-01.
const START_NS: EventTime = 1_767_225_600_000_000_000;

/// SplitMix64: a full-period sequence that passes the usual tests (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }
}

impl Records {
    /// So many records with such keys.
    pub fn new(count: usize, keys: Keys) -> Self {
        Self::seeded(count, keys, 1)
    }

    /// As `new`, with keys and values that differ by seed.
    pub fn seeded(count: usize, keys: Keys, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let cumulated = match keys {
            Keys::Even(_) => Vec::new(),
            Keys::Zipf(n) => {
                (0..n).scan(0.0, |sum, k| Some(*sum).inspect(|s| *sum = s + 1.0 / (k + 1) as f64)).collect::<Vec<f64>>()
            }
        };
        let total = cumulated.last().copied().unwrap_or_default() + 1.0 / cumulated.len().max(1) as f64;
        let mut records =
            Self { id: Vec::new(), key: Vec::with_capacity(count), value: Vec::with_capacity(count), ts: Vec::new() };
        for _ in 0..count {
            let key = match keys {
                Keys::Even(n) => random.below(n),
                Keys::Zipf(_) => {
                    let point = random.below(1 << 53) as f64 / (1u64 << 53) as f64 * total;
                    (cumulated.partition_point(|c| *c <= point) - 1) as u64
                }
            };
            records.key.push(key as i64);
            records.value.push(random.below(200) as f64 / 2.0);
        }
        records.id = (0..count as i64).collect();
        records.ts = (0..count as EventTime).map(|i| START_NS + i * STEP_NS).collect();
        records
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// The records in parts of `rows` but the last, with memory of their own, as that of batches is.
    pub fn parts(&self, rows: usize) -> impl Iterator<Item = Self> {
        let part = move |start| {
            let range = start..self.len().min(start + rows);
            Self {
                id: self.id[range.clone()].to_vec(),
                key: self.key[range.clone()].to_vec(),
                value: self.value[range.clone()].to_vec(),
                ts: self.ts[range].to_vec(),
            }
        };
        (0..self.len()).step_by(rows).map(part)
    }

    /// Batches of the columns at these positions of (id, key, value, ts), of `rows` rows but the last. Every batch has memory of
    /// its own, as batches from a decoder have.
    pub fn batches<'r>(&'r self, projection: &[usize], rows: usize) -> impl Iterator<Item = Batch> + use<'r> {
        self.batches_of(0..self.len(), projection, rows)
    }

    /// As `batches`, of a part of the records.
    pub fn batches_of<'r>(
        &'r self,
        part: Range<usize>,
        projection: &[usize],
        rows: usize,
    ) -> impl Iterator<Item = Batch> + use<'r> {
        let projection = projection.to_vec();
        part.clone().step_by(rows).map(move |start| {
            let range = start..(start + rows).min(part.end);
            let columns = projection.iter().map(|column| {
                Column::from_values(match column {
                    0 => Values::I64(self.id[range.clone()].to_vec()),
                    1 => Values::I64(self.key[range.clone()].to_vec()),
                    2 => Values::F64(self.value[range.clone()].to_vec()),
                    _ => Values::I64(self.ts[range.clone()].to_vec()),
                })
            });
            Batch::new(columns.collect(), range.len(), 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_the_records_in_order() {
        let records = Records::new(1000, Keys::Even(10));
        let batches: Vec<Batch> = records.batches(&[1, 3], 64).collect();
        assert_eq!(batches.iter().map(Batch::rows).sum::<usize>(), 1000);
        assert_eq!(batches[15].columns[0].values, Values::I64(records.key[960..].to_vec()));
        assert_eq!(batches[1].columns[1].values, Values::I64(records.ts[64..128].to_vec()));
    }

    #[test]
    fn zipf_keys_fall_with_their_rank() {
        let records = Records::new(100_000, Keys::Zipf(1000));
        let count = |key: i64| records.key.iter().filter(|k| **k == key).count() as f64;
        assert!(records.key.iter().all(|k| (0..1000).contains(k)));
        assert!((count(0) / count(1) - 2.0).abs() < 0.2 && (count(0) / count(9) - 10.0).abs() < 2.0);
    }
}

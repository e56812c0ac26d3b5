//! APPROX_PERCENTILE: counts of values in buckets whose bounds grow by a fixed factor, so that an answer is off by a fixed share of its
//! value at the most (Masson, Rim and Lee, DDSketch, 2019). Counts go up and down, so that rows can be taken back, and add up.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::packed::{read_count, write_count};
use super::{Accumulator, Offer, Rows, Verdict, bytes_of, grow};
use crate::batch::{Column, StrColumn, Values};
use crate::state::{GroupWords, RowStore};
use crate::types::Value;
use crate::types::relation::AggregateCall;

/// The accumulator; its argument is a DOUBLE.
pub struct QuantileSketch {
    fraction: f64,
    /// The factor from one bound to the next.
    growth: f64,
    /// Counts by bucket: in the order of the values in them.
    groups: Vec<BTreeMap<i64, i64>>,
}

/// How far an answer may be off, as a share of its value, where the call does not say.
pub const ERROR_DEFAULT: f64 = 0.01;

/// Bucket of NaN and infinity, and with a minus of -infinity.
const BEYOND: i64 = i64::MAX;

/// Added to the number of a bucket, so that those of values below one are positive too, and the bucket of zero is 0.
const ORIGIN: i64 = 1 << 40;

impl QuantileSketch {
    /// For a call with a fraction, and the error that it allows.
    pub fn new(call: &AggregateCall) -> Self {
        let constant = |at: usize, default: f64| match call.constants.get(at) {
            Some(Value::Double(value)) => *value,
            _ => default,
        };
        let error = constant(1, ERROR_DEFAULT);
        Self { fraction: constant(0, 0.5), growth: (1.0 + error) / (1.0 - error), groups: Vec::new() }
    }

    fn bucket(&self, value: f64) -> i64 {
        match value {
            0.0 => 0,
            value if !value.is_finite() => {
                if value == f64::NEG_INFINITY {
                    -BEYOND
                } else {
                    BEYOND
                }
            }
            value => {
                let place = ORIGIN + (value.abs().ln() / self.growth.ln()).ceil() as i64;
                if value < 0.0 { -place } else { place }
            }
        }
    }

    fn value(&self, bucket: i64) -> f64 {
        match bucket {
            0 => 0.0,
            BEYOND => f64::INFINITY,
            bucket if bucket == -BEYOND => f64::NEG_INFINITY,
            bucket => {
                let middle = 2.0 * self.growth.powf((bucket.abs() - ORIGIN) as f64) / (self.growth + 1.0);
                if bucket < 0 { -middle } else { middle }
            }
        }
    }

    fn result(&self, group: &BTreeMap<i64, i64>) -> Option<f64> {
        let there = || group.iter().filter(|(_, count)| **count > 0);
        let rows: i64 = there().map(|(_, count)| count).sum();
        let mut at = (self.fraction * (rows - 1) as f64).floor() as i64;
        there()
            .find(|(_, count)| {
                at -= **count;
                at < 0
            })
            .map(|(bucket, _)| self.value(*bucket))
    }
}

fn add(group: &mut BTreeMap<i64, i64>, bucket: i64, count: i64) {
    match group.entry(bucket) {
        Entry::Vacant(place) => drop(place.insert(count)),
        Entry::Occupied(mut place) => {
            *place.get_mut() += count;
            if *place.get() == 0 {
                place.remove();
            }
        }
    }
}

impl Accumulator for QuantileSketch {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.groups, bound);
    }
    fn reset(&mut self, group: usize) {
        self.groups[group].clear();
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        if let Values::F64(values) = &arguments[0].values {
            rows.for_each(|row, group, sign| {
                let bucket = self.bucket(values[row]);
                add(&mut self.groups[group], bucket, sign);
            });
        }
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            self.groups[*group as usize]
                .iter()
                .flat_map(|(bucket, count)| [*bucket, *count])
                .for_each(|n| write_count(&mut bytes, n));
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let Values::Str(packed) = &states[0].values else { return Verdict::Sound };
        rows.for_each(|row, group, _| {
            let mut bytes = packed.bytes(row);
            while !bytes.is_empty() {
                let bucket = read_count(&mut bytes);
                add(&mut self.groups[group], bucket, read_count(&mut bytes));
            }
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, _fed: &[i64]) -> Column {
        let mut column = Column::from_values(Values::F64(Vec::with_capacity(groups.len())));
        for group in groups.numbers() {
            match (self.result(&self.groups[*group as usize]), &mut column.values) {
                (Some(value), Values::F64(values)) => {
                    values.push(value);
                    column.mark_valid();
                }
                _ => column.push_null(),
            }
        }
        column
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.groups) + self.groups.iter().map(|group| group.len() * size_of::<(i64, i64)>()).sum::<usize>()
    }
}

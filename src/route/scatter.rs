//! Cuts a batch into the parts of each shard. Row road, on the core that read the rows.

use std::ops::RangeInclusive;

use super::key_hash::hash_columns;
use super::{hashes_of, shard_of};
use crate::batch::compress::{count_ones, mask_of};
use crate::batch::{Batch, Column, Selection};

/// Scatters by the hash of key columns, with scratch memory that is kept between batches.
#[derive(Debug)]
pub struct Scatter {
    keys: Vec<usize>,
    hashes: Vec<u64>,
    parts: Parts,
}

/// The rows of each shard, found batch by batch.
#[derive(Debug)]
enum Parts {
    /// A bit for each row: for few shards, because each looks at all hashes.
    Masks { words: Vec<Vec<u64>>, owned: Vec<RangeInclusive<u64>> },
    /// The numbers of the rows.
    Rows(Vec<Vec<u32>>),
}

/// Shards up to which their rows are found by masks.
const SHARDS_BY_MASK_MAX: usize = 8;

impl Scatter {
    /// Scatters by these columns to this many shards.
    pub fn new(keys: Vec<usize>, shards: usize) -> Self {
        let parts = match shards <= SHARDS_BY_MASK_MAX {
            true => Parts::Masks {
                words: vec![Vec::new(); shards],
                owned: (0..shards).map(|shard| hashes_of(shard, shards)).collect(),
            },
            false => Parts::Rows(vec![Vec::new(); shards]),
        };
        Self { keys, hashes: Vec::new(), parts }
    }

    /// Gives each shard's part to `deliver`, in order of shards, empty parts left out. A batch that belongs to one shard as a
    /// whole is moved, not copied. Hot: once per batch.
    pub fn scatter(&mut self, batch: Batch, deliver: impl FnMut(usize, Batch)) {
        let keys: Vec<&Column> = self.keys.iter().map(|k| &batch.columns[*k]).collect();
        hash_columns(&keys, batch.rows(), &mut self.hashes);
        drop(keys);
        match &mut self.parts {
            Parts::Masks { words, owned } => scatter_by_masks(&self.hashes, words, owned, batch, deliver),
            Parts::Rows(rows) => scatter_by_rows(&self.hashes, rows, batch, deliver),
        }
    }
}

fn scatter_by_masks(
    hashes: &[u64],
    masks: &mut [Vec<u64>],
    owned: &[RangeInclusive<u64>],
    batch: Batch,
    mut deliver: impl FnMut(usize, Batch),
) {
    let mut left = batch.rows();
    for (shard, (words, owned)) in masks.iter_mut().zip(owned).enumerate() {
        let (first, last) = (*owned.start(), *owned.end());
        words.resize(hashes.len().div_ceil(64), 0);
        mask_of(hashes, |hash| (first <= hash) & (hash <= last), words);
        let count = count_ones(words);
        left -= count;
        if count == batch.rows() && count > 0 {
            return deliver(shard, batch);
        }
        if count > 0 {
            let columns = batch.columns.iter().map(|column| column.compress(words, count)).collect();
            deliver(shard, batch.compress_around(columns, words, count));
        }
    }
    assert_eq!(left, 0, "rows in = rows out");
}

fn scatter_by_rows(hashes: &[u64], parts: &mut [Vec<u32>], batch: Batch, mut deliver: impl FnMut(usize, Batch)) {
    let shards = parts.len();
    parts.iter_mut().for_each(Vec::clear);
    for (row, hash) in hashes.iter().enumerate() {
        parts[shard_of(*hash, shards)].push(row as u32);
    }
    assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), batch.rows(), "rows in = rows out");
    if let Some(owner) = parts.iter().position(|rows| rows.len() == batch.rows()) {
        return deliver(owner, batch);
    }
    for (shard, rows) in parts.iter_mut().enumerate() {
        if !rows.is_empty() {
            let selection = Selection::Rows(std::mem::take(rows));
            deliver(shard, batch.gather(&selection));
            if let Selection::Rows(scratch) = selection {
                *rows = scratch;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Values;
    use crate::types::{DataType, Value};

    #[test]
    fn every_row_arrives_once_at_the_shard_of_its_key() {
        let mut random = fastrand::Rng::with_seed(7);
        for shards in [1, 2, 3, 5, SHARDS_BY_MASK_MAX, SHARDS_BY_MASK_MAX + 1, 20] {
            let keys: Vec<i64> = (0..1000).map(|_| random.i64(..50)).collect();
            let ids: Vec<i64> = (0..1000).collect();
            let batch =
                Batch::new(vec![Column::from_values(Values::I64(keys.clone())), Column::from_values(Values::I64(ids))], 1000, 1);
            let mut home = std::collections::HashMap::new();
            let mut seen = vec![0; 1000];
            Scatter::new(vec![0], shards).scatter(batch, |shard, part| {
                for row in 0..part.rows() {
                    let (Value::Int(key), Value::Int(id)) =
                        (part.columns[0].value(row, &DataType::BigInt), part.columns[1].value(row, &DataType::BigInt))
                    else {
                        panic!("integers")
                    };
                    assert_eq!(keys[id as usize], key);
                    assert_eq!(*home.entry(key).or_insert(shard), shard, "one shard a key");
                    seen[id as usize] += 1;
                }
            });
            assert!(seen.iter().all(|n| *n == 1));
        }
    }
}

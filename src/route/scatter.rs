//! Cuts a batch into the parts of each shard. Row road, on the core that read the rows.

use super::key_hash::hash_columns;
use super::shard_of;
use crate::batch::{Batch, Column, Selection};

/// Scatters by the hash of key columns, with scratch memory that is kept between batches.
#[derive(Debug)]
pub struct Scatter {
    keys: Vec<usize>,
    hashes: Vec<u64>,
    rows: Vec<Vec<u32>>,
}

impl Scatter {
    /// Scatters by these columns to this many shards.
    pub fn new(keys: Vec<usize>, shards: usize) -> Self {
        Self { keys, hashes: Vec::new(), rows: vec![Vec::new(); shards] }
    }

    /// Gives each shard's part to `deliver`, in order of shards, empty parts left out. A batch that belongs to one shard as a
    /// whole is moved, not copied. Hot: once per batch.
    pub fn scatter(&mut self, batch: Batch, mut deliver: impl FnMut(usize, Batch)) {
        let shards = self.rows.len();
        let keys: Vec<&Column> = self.keys.iter().map(|k| &batch.columns[*k]).collect();
        hash_columns(&keys, batch.rows(), &mut self.hashes);
        drop(keys);
        self.rows.iter_mut().for_each(Vec::clear);
        for (row, hash) in self.hashes.iter().enumerate() {
            self.rows[shard_of(*hash, shards)].push(row as u32);
        }
        debug_assert_eq!(self.rows.iter().map(Vec::len).sum::<usize>(), batch.rows(), "rows in = rows out");
        if let Some(owner) = self.rows.iter().position(|r| r.len() == batch.rows()) {
            return deliver(owner, batch);
        }
        for (shard, rows) in self.rows.iter_mut().enumerate() {
            if !rows.is_empty() {
                let selection = Selection::Rows(std::mem::take(rows));
                deliver(shard, batch.gather(&selection));
                if let Selection::Rows(scratch) = selection {
                    *rows = scratch;
                }
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
        for shards in [1, 2, 3, 5] {
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

//! Keys to group numbers: an index over hashes, the keys themselves in columns.
//!
//! Numbers are dense from 0; those of removed groups are given out again. What else belongs to a group stands with its owner
//! under the same number. A hash is made once a row by `route::key_hash` and never again.

use super::cell;
use super::index::Index;
use crate::batch::{Column, Selection, Values};
use crate::types::DataType;

/// Dead bytes of removed text keys from which the text is written anew, once they are half of all.
const DEAD_BYTES_MIN: usize = 64 << 10;

/// Length from which a text stands outside its view.
const INLINE_BYTES: usize = 12;

/// The groups of one operator (or one of its panes) on one shard.
pub struct GroupTable {
    index: Index,
    /// Low halves of the hashes, by group.
    hashes: Vec<u32>,
    keys: Vec<Column>,
    /// When each group came, counted in groups; `VACANT` where the number is free.
    born: Vec<u64>,
    born_next: u64,
    free: Vec<u32>,
    dead_bytes: usize,
}

const VACANT: u64 = u64::MAX;

/// Stands for the group of a row whose key has none yet.
const STRANGER: u32 = u32::MAX;

impl GroupTable {
    /// No groups, with keys of these types; without keys there is one group at the most.
    pub fn new(key_types: &[DataType]) -> Self {
        Self {
            index: Index::default(),
            hashes: Vec::new(),
            keys: key_types.iter().map(|t| Column::with_capacity(t, 0)).collect(),
            born: Vec::new(),
            born_next: 0,
            free: Vec::new(),
            dead_bytes: 0,
        }
    }

    /// Groups there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// One more than the greatest group number ever in use: the length of columns by group number.
    pub fn bound(&self) -> usize {
        self.hashes.len()
    }

    /// Groups made so far, also those removed since; a group with `born(g) >= made()` of before is new since then.
    pub fn made(&self) -> u64 {
        self.born_next
    }

    /// When group `group` was made, counted in groups.
    pub fn born(&self, group: u32) -> u64 {
        self.born[group as usize]
    }

    /// Whether there is a group of this number.
    pub fn is_live(&self, group: u32) -> bool {
        self.born[group as usize] != VACANT
    }

    /// The groups in the order in which they came.
    pub fn in_order(&self) -> Vec<u32> {
        let mut groups: Vec<u32> = (0..self.bound() as u32).filter(|g| self.born(*g) != VACANT).collect();
        if self.born_next != self.bound() as u64 {
            groups.sort_unstable_by_key(|g| self.born(*g));
        }
        groups
    }

    /// The keys, by group number.
    pub fn keys(&self) -> &[Column] {
        &self.keys
    }

    /// Writes the group of every selected row to `out[row]`, making groups for new keys. `out` gets the length of `hashes`;
    /// what stands there for rows not selected is unspecified. Hot: once per batch.
    pub fn group_ids(&mut self, keys: &[&Column], hashes: &[u64], selection: &Selection, out: &mut Vec<u32>) {
        assert_eq!(keys.len(), self.keys.len());
        out.resize(hashes.len(), 0);
        let strangers = self.known(keys, hashes, selection, out);
        if strangers {
            self.admit(keys, hashes, selection, out);
        }
    }

    /// Writes the groups of keys that have one and `STRANGER` for the others; whether there are others.
    fn known(&self, keys: &[&Column], hashes: &[u64], selection: &Selection, out: &mut [u32]) -> bool {
        let index = &self.index;
        if let ([key], [stored]) = (keys, self.keys.as_slice())
            && key.validity.is_none()
            && stored.validity.is_none()
        {
            match (&key.values, &stored.values) {
                (Values::I64(v), Values::I64(s)) => return probe(index, hashes, selection, out, |g, row| s[g] == v[row]),
                (Values::I32(v), Values::I32(s)) => return probe(index, hashes, selection, out, |g, row| s[g] == v[row]),
                (Values::I128(v), Values::I128(s)) => return probe(index, hashes, selection, out, |g, row| s[g] == v[row]),
                (Values::Str(v), Values::Str(s)) => {
                    return probe(index, hashes, selection, out, |g, row| s.bytes(g) == v.bytes(row));
                }
                _ => {}
            }
        }
        probe(index, hashes, selection, out, |group, row| {
            self.keys.iter().zip(keys).all(|(stored, key)| cell::equal(stored, group, key, row))
        })
    }

    /// Makes groups for the strangers, in the order of their rows.
    #[cold]
    fn admit(&mut self, keys: &[&Column], hashes: &[u64], selection: &Selection, out: &mut [u32]) {
        for row in selection.iter().filter(|row| out[*row] == STRANGER).collect::<Vec<_>>() {
            let stored = &self.keys;
            let same = |g: u32| stored.iter().zip(keys).all(|(stored, key)| cell::equal(stored, g as usize, key, row));
            out[row] = match self.index.find(hashes[row], same) {
                Some(group) => group,
                None => self.insert(keys, hashes[row], row),
            };
        }
    }

    fn insert(&mut self, keys: &[&Column], hash: u64, row: usize) -> u32 {
        let group = match self.free.pop() {
            Some(group) => {
                let at = group as usize;
                self.hashes[at] = hash as u32;
                self.born[at] = self.born_next;
                self.keys.iter_mut().zip(keys).for_each(|(stored, key)| cell::set(stored, at, key, row));
                group
            }
            None => {
                self.hashes.push(hash as u32);
                self.born.push(self.born_next);
                self.keys.iter_mut().zip(keys).for_each(|(stored, key)| cell::push(stored, key, row));
                (self.hashes.len() - 1) as u32
            }
        };
        self.born_next += 1;
        self.index.insert(hash, group);
        group
    }

    /// Removes a group; its number may be given out again. Panics if it is not there.
    pub fn remove(&mut self, group: u32) {
        let at = group as usize;
        self.index.remove(self.hashes[at].into(), group);
        self.born[at] = VACANT;
        self.free.push(group);
        for column in &mut self.keys {
            if let Values::Str(strings) = &mut column.values {
                let len = strings.bytes(at).len();
                if len > INLINE_BYTES {
                    self.dead_bytes += len;
                    strings.set(at, b"");
                }
            }
        }
        if self.dead_bytes > DEAD_BYTES_MIN && self.dead_bytes > self.state_bytes() / 2 {
            let all: Vec<u32> = (0..self.bound() as u32).collect();
            self.keys.iter_mut().for_each(|column| *column = column.gather_rows(&all));
            self.dead_bytes = 0;
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.index.memory_bytes()
            + self.hashes.capacity() * size_of::<u32>()
            + self.born.capacity() * size_of::<u64>()
            + self.free.capacity() * size_of::<u32>()
            + self.keys.iter().map(Column::memory_bytes).sum::<usize>()
    }
}

/// The groups of the selected rows, `STRANGER` where there is none; whether there is such a row. Hot: once per row.
#[inline]
fn probe(index: &Index, hashes: &[u64], selection: &Selection, out: &mut [u32], same: impl Fn(usize, usize) -> bool) -> bool {
    let find = |row: usize| index.find(hashes[row], |group| same(group as usize, row)).unwrap_or(STRANGER);
    let mut strangers = false;
    match selection {
        Selection::All(_) => out.iter_mut().enumerate().for_each(|(row, group)| {
            *group = find(row);
            strangers |= *group == STRANGER;
        }),
        Selection::Rows(rows) => rows.iter().for_each(|row| {
            let group = find(*row as usize);
            out[*row as usize] = group;
            strangers |= group == STRANGER;
        }),
    }
    strangers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::key_hash::hash_columns;
    use crate::types::Value;
    use std::collections::HashMap;

    /// Random keys against a map from their text; groups are removed at random.
    fn check(types: &[DataType], seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut table = GroupTable::new(types);
        let mut naive: HashMap<String, u32> = HashMap::new();
        let (mut hashes, mut groups) = (Vec::new(), Vec::new());
        for _ in 0..50 {
            let mut columns: Vec<Column> = types.iter().map(|t| Column::with_capacity(t, 0)).collect();
            for _ in 0..100 {
                for (column, data_type) in columns.iter_mut().zip(types) {
                    column.push(&random_value(&mut random, data_type));
                }
            }
            let keys: Vec<&Column> = columns.iter().collect();
            hash_columns(&keys, 100, &mut hashes);
            let selection = Selection::All(100).filter(|_| random.u8(..4) > 0);
            table.group_ids(&keys, &hashes, &selection, &mut groups);
            for row in selection.iter() {
                let key: Vec<Value> = keys.iter().zip(types).map(|(c, t)| c.value(row, t)).collect();
                let group = *naive.entry(format!("{key:?}").replace("-0.0", "0.0")).or_insert(groups[row]);
                assert_eq!(group, groups[row], "{key:?}");
            }
            let removed: Vec<String> = naive.keys().filter(|_| random.u8(..5) == 0).cloned().collect();
            for key in removed {
                table.remove(naive.remove(&key).expect("a key just listed"));
            }
            assert_eq!(table.len(), naive.len());
            assert_eq!(table.in_order().len(), naive.len());
        }
    }

    fn random_value(random: &mut fastrand::Rng, data_type: &DataType) -> Value {
        match data_type {
            _ if random.u8(..8) == 0 => Value::Null,
            DataType::Double => Value::Double([0.0, -0.0, f64::NAN, 1.5, f64::INFINITY][random.usize(..5)]),
            DataType::Varchar(_) => Value::text("key".repeat(random.usize(..12))),
            DataType::Decimal { .. } => Value::Decimal(random.i128(-3..3)),
            _ => Value::Int(random.i64(-40..40)),
        }
    }

    #[test]
    fn groups_are_those_of_a_map() {
        check(&[DataType::BigInt], 1);
        check(&[DataType::Int], 2);
        check(&[DataType::STRING], 3);
        check(&[DataType::Double], 4);
        check(&[DataType::STRING, DataType::BigInt, DataType::Decimal { precision: 9, scale: 1 }], 5);
        check(&[], 6);
    }

    #[test]
    fn groups_come_in_order_of_their_making_also_after_reuse() {
        let mut table = GroupTable::new(&[DataType::BigInt]);
        let (mut hashes, mut groups) = (Vec::new(), Vec::new());
        let mut add = |table: &mut GroupTable, keys: &[i64]| {
            let column = Column::from_values(Values::I64(keys.to_vec()));
            hash_columns(&[&column], keys.len(), &mut hashes);
            table.group_ids(&[&column], &hashes, &Selection::All(keys.len()), &mut groups);
        };
        add(&mut table, &[1, 2, 3]);
        table.remove(0);
        add(&mut table, &[4]);
        assert_eq!(table.in_order(), [1, 2, 0]);
    }
}

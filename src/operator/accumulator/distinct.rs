//! DISTINCT: a table of (group, value) pairs with counts; only a pair's first row, and its last retraction, reach the function.

use super::{Accumulator, Rows, bytes_of, grow};
use crate::batch::{Column, Selection, Values};
use crate::route::key_hash::hash_columns;
use crate::state::GroupTable;
use crate::types::DataType;

/// Passes each value of a group on once.
pub struct DistinctValues {
    inner: Box<dyn Accumulator>,
    pairs: GroupTable,
    counts: Vec<i64>,
    hashes: Vec<u64>,
    ids: Vec<u32>,
    signs: Vec<i8>,
    /// Pairs and signs of the last update, for `restore`.
    applied: Vec<(u32, i64)>,
}

impl DistinctValues {
    /// Around the accumulator of the function.
    pub fn new(inner: Box<dyn Accumulator>, argument: &DataType) -> Self {
        let pairs = GroupTable::new(&[DataType::Int, argument.clone()]);
        let (counts, hashes, ids) = (Vec::new(), Vec::new(), Vec::new());
        Self { inner, pairs, counts, hashes, ids, signs: Vec::new(), applied: Vec::new() }
    }
}

impl Accumulator for DistinctValues {
    fn resize(&mut self, bound: usize) {
        self.inner.resize(bound);
    }
    fn reset(&mut self, group: usize) {
        self.inner.reset(group);
        let Values::I32(owners) = &self.pairs.keys()[0].values else { return };
        let owned: Vec<u32> = self.pairs.in_order().into_iter().filter(|p| owners[*p as usize] == group as i32).collect();
        for pair in owned {
            self.counts[pair as usize] = 0;
            self.pairs.remove(pair);
        }
    }
    fn update(&mut self, argument: Option<&Column>, rows: &Rows<'_>, failed: &mut Vec<u32>) {
        let Some(column) = argument else { return };
        let groups = Column::from_values(Values::I32(rows.groups.iter().map(|g| *g as i32).collect()));
        let keys = [&groups, column];
        hash_columns(&keys, column.len(), &mut self.hashes);
        self.pairs.group_ids(&keys, &self.hashes, rows.selection, &mut self.ids);
        grow(&mut self.counts, self.pairs.bound());
        self.signs.clear();
        self.signs.resize(column.len(), 1);
        self.applied.clear();
        let mut crossing = Vec::new();
        let (counts, signs, ids, applied) = (&mut self.counts, &mut self.signs, &self.ids, &mut self.applied);
        rows.for_each(|row, _, sign| {
            let count = &mut counts[ids[row] as usize];
            let before = *count > 0;
            *count += sign;
            signs[row] = sign as i8;
            applied.push((ids[row], sign));
            if before != (*count > 0) {
                crossing.push(row as u32);
            }
        });
        let selection = Selection::Rows(crossing);
        self.inner.update(argument, &Rows { groups: rows.groups, selection: &selection, signs: Some(&self.signs) }, failed);
        if rows.signs.is_some() && self.inner.failure().is_none() {
            for i in 0..self.applied.len() {
                let pair = self.applied[i].0;
                if self.counts[pair as usize] == 0 && self.pairs.is_live(pair) {
                    self.pairs.remove(pair);
                }
            }
        }
    }
    fn write(&self, groups: &[u32], out: &mut Column) {
        self.inner.write(groups, out);
    }
    fn failure(&self) -> Option<&'static str> {
        self.inner.failure()
    }
    fn save(&mut self, groups: &[u32]) {
        self.inner.save(groups);
        self.applied.clear();
    }
    fn restore(&mut self, groups: &[u32]) {
        self.inner.restore(groups);
        self.applied.drain(..).for_each(|(pair, sign)| self.counts[pair as usize] -= sign);
    }
    fn state_bytes(&self) -> usize {
        self.inner.state_bytes() + self.pairs.state_bytes() + bytes_of(&self.counts)
    }
}

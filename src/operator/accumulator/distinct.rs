//! DISTINCT: a table of (group, value) pairs with counts; only a pair's first row, and its last retraction, reach the function.

use super::{Accumulator, Offer, Rows, Verdict, bytes_of, grow};
use crate::batch::{Column, Selection, Values};
use crate::state::{GroupTable, GroupWords, RowStore};
use crate::types::DataType;

/// Passes each value of a group on once.
pub struct DistinctValues {
    inner: Box<dyn Accumulator>,
    pairs: GroupTable,
    /// Rows of each pair.
    counts: Vec<i64>,
    /// Pairs of each group: the rows that the function was fed.
    fed: Vec<i64>,
    hashes: Vec<u64>,
    ids: Vec<u32>,
    signs: Vec<i8>,
    /// Pairs and signs of the last update, and which of its rows reached the function; for `undo`.
    applied: Vec<(u32, i64)>,
    crossing: Selection,
}

impl DistinctValues {
    /// Around the accumulator of the function.
    pub fn new(inner: Box<dyn Accumulator>, argument: &DataType) -> Self {
        Self {
            inner,
            pairs: GroupTable::new(&[DataType::Int, argument.clone()]),
            counts: Vec::new(),
            fed: Vec::new(),
            hashes: Vec::new(),
            ids: Vec::new(),
            signs: Vec::new(),
            applied: Vec::new(),
            crossing: Selection::Rows(Vec::new()),
        }
    }

    fn forget_empty_pairs(&mut self) {
        for (pair, _) in &self.applied {
            if self.counts[*pair as usize] == 0 && self.pairs.is_live(*pair) {
                self.pairs.remove(*pair);
            }
        }
    }
}

impl Accumulator for DistinctValues {
    fn resize(&mut self, bound: usize) {
        self.inner.resize(bound);
        grow(&mut self.fed, bound);
    }
    fn reset(&mut self, group: usize) {
        self.inner.reset(group);
        self.fed[group] = 0;
        let Values::I32(owners) = &self.pairs.keys()[0].values else { return };
        let owned: Vec<u32> = self.pairs.in_order().into_iter().filter(|p| owners[*p as usize] == group as i32).collect();
        for pair in owned {
            self.counts[pair as usize] = 0;
            self.pairs.remove(pair);
        }
    }
    fn update(&mut self, store: &mut RowStore, argument: Option<&Column>, rows: Rows<'_>) -> Verdict {
        let Some(column) = argument else { return Verdict::Sound };
        let groups = Column::from_values(Values::I32(rows.groups.iter().map(|g| *g as i32).collect()));
        let keys = [&groups, column];
        self.pairs.group_ids(&keys, column.len(), rows.selection, &mut self.hashes, &mut self.ids);
        grow(&mut self.counts, self.pairs.bound());
        self.signs.clear();
        self.signs.resize(column.len(), 1);
        self.applied.clear();
        let mut crossing = Vec::new();
        let Self { counts, fed, signs, ids, applied, .. } = self;
        rows.for_each(|row, group, sign| {
            let count = &mut counts[ids[row] as usize];
            let before = *count > 0;
            *count += sign;
            signs[row] = sign as i8;
            applied.push((ids[row], sign));
            if before != (*count > 0) {
                crossing.push(row as u32);
                fed[group] += sign;
            }
        });
        self.crossing = Selection::Rows(crossing);
        let crossing = Rows { groups: rows.groups, selection: &self.crossing, signs: Some(&self.signs) };
        let verdict = self.inner.update(store, argument, crossing);
        if rows.signs.is_some() && self.inner.failure().is_none() {
            self.forget_empty_pairs();
        }
        verdict
    }
    fn row_op<'a>(&mut self, _argument: Option<&'a Column>) -> Offer<'a> {
        Offer::Update
    }
    fn undo(&mut self, store: &mut RowStore, argument: Option<&Column>, rows: Rows<'_>) {
        let crossing = Rows { groups: rows.groups, selection: &self.crossing, signs: Some(&self.signs) };
        self.inner.undo(store, argument, crossing);
        let (fed, signs) = (&mut self.fed, &self.signs);
        self.crossing.iter().for_each(|row| fed[rows.groups[row] as usize] -= i64::from(signs[row]));
        self.applied.drain(..).for_each(|(pair, sign)| self.counts[pair as usize] -= sign);
    }
    fn results(&self, groups: GroupWords<'_>, _fed: &[i64]) -> Column {
        let fed: Vec<i64> = groups.numbers().iter().map(|group| self.fed[*group as usize]).collect();
        self.inner.results(groups, &fed)
    }
    fn failure(&self) -> Option<&'static str> {
        self.inner.failure()
    }
    fn state_bytes(&self) -> usize {
        self.inner.state_bytes() + self.pairs.state_bytes() + bytes_of(&self.counts) + bytes_of(&self.fed)
    }
}

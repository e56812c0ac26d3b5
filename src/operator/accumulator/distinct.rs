//! DISTINCT: a table of (group, values) pairs with counts; only a pair's first row, and its last retraction, reach the function.

use super::packed::{read_count, read_value, write_count, write_value};
use super::{Accumulator, Offer, Rows, Verdict, bytes_of, grow};
use crate::batch::{Column, Selection, StrColumn, Values};
use crate::state::{GroupTable, GroupWords, RowStore};
use crate::types::DataType;

/// Passes the values of a group on once.
pub struct DistinctValues {
    inner: Box<dyn Accumulator>,
    types: Vec<DataType>,
    pairs: GroupTable,
    /// Rows of each pair.
    counts: Vec<i64>,
    /// The pairs before and behind each in the list of its group.
    neighbours: Vec<[u32; 2]>,
    /// Each group's first pair.
    first: Vec<u32>,
    /// Pairs of each group: the rows that the function was fed.
    fed: Vec<i64>,
    hashes: Vec<u64>,
    ids: Vec<u32>,
    signs: Vec<i8>,
    /// Pairs and what was added to their counts in the last update, and which of its rows reached the function; for `undo`.
    applied: Vec<(u32, i64)>,
    /// Whether some of those pairs may have no rows.
    emptied: bool,
    crossing: Selection,
    /// The rows of the last merge.
    merged: Merged,
}

/// States as rows: a pair's values, group and count.
#[derive(Default)]
struct Merged {
    values: Vec<Column>,
    groups: Vec<u32>,
    counts: Vec<i64>,
}

/// Where a list of pairs ends.
const NONE: u32 = u32::MAX;

impl DistinctValues {
    /// Around the accumulator of the function.
    pub fn new(inner: Box<dyn Accumulator>, types: &[DataType]) -> Self {
        let keys: Vec<DataType> = [DataType::Int].iter().chain(types).cloned().collect();
        Self {
            inner,
            types: types.to_vec(),
            pairs: GroupTable::new(&keys),
            counts: Vec::new(),
            neighbours: Vec::new(),
            first: Vec::new(),
            fed: Vec::new(),
            hashes: Vec::new(),
            ids: Vec::new(),
            signs: Vec::new(),
            applied: Vec::new(),
            emptied: false,
            crossing: Selection::Rows(Vec::new()),
            merged: Merged::default(),
        }
    }

    fn owner(&self, pair: u32) -> usize {
        let Values::I32(owners) = &self.pairs.keys()[0].values else { return 0 };
        owners[pair as usize] as usize
    }

    fn pairs_of(&self, group: usize) -> impl Iterator<Item = u32> + '_ {
        let there = |pair: u32| (pair != NONE).then_some(pair);
        let first = self.first.get(group).and_then(|pair| there(*pair));
        std::iter::successors(first, move |pair| there(self.neighbours[*pair as usize][1]))
    }

    /// Finds the pairs of rows, making new ones.
    fn find_pairs(&mut self, values: &[&Column], rows: Rows<'_>) {
        let groups = Column::from_values(Values::I32(rows.groups.iter().map(|g| *g as i32).collect()));
        let keys: Vec<&Column> = [&groups].into_iter().chain(values.iter().copied()).collect();
        let made = self.pairs.made();
        self.pairs.group_ids(&keys, rows.groups.len(), rows.selection, &mut self.hashes, &mut self.ids);
        grow(&mut self.counts, self.pairs.bound());
        grow(&mut self.neighbours, self.pairs.bound());
        if self.pairs.made() > made {
            let is_new = |row: &usize| self.pairs.born(self.ids[*row]) >= made;
            let mut new: Vec<u32> = rows.selection.iter().filter(is_new).map(|row| self.ids[row]).collect();
            new.sort_unstable();
            new.dedup();
            new.into_iter().for_each(|pair| self.link(pair));
        }
    }

    fn link(&mut self, pair: u32) {
        let owner = self.owner(pair);
        if self.first.len() <= owner {
            self.first.resize(owner + 1, NONE);
        }
        let next = std::mem::replace(&mut self.first[owner], pair);
        self.neighbours[pair as usize] = [NONE, next];
        if next != NONE {
            self.neighbours[next as usize][0] = pair;
        }
    }

    fn remove(&mut self, pair: u32) {
        let [before, behind] = self.neighbours[pair as usize];
        match before {
            NONE => {
                let owner = self.owner(pair);
                self.first[owner] = behind;
            }
            before => self.neighbours[before as usize][1] = behind,
        }
        if behind != NONE {
            self.neighbours[behind as usize][0] = before;
        }
        self.counts[pair as usize] = 0;
        self.pairs.remove(pair);
    }

    /// Forgets the pairs that the last update left without rows: not before the next, because it may be undone.
    fn forget_empty_pairs(&mut self) {
        let mut applied = std::mem::take(&mut self.applied);
        if std::mem::take(&mut self.emptied) {
            for (pair, _) in &applied {
                if self.pairs.is_live(*pair) && self.counts[*pair as usize] == 0 {
                    self.remove(*pair);
                }
            }
        }
        applied.clear();
        self.applied = applied;
    }

    /// Adds to the counts of the rows' pairs, and gives the function those that have come or gone.
    fn add(&mut self, store: &mut RowStore, values: &[&Column], rows: Rows<'_>, count_of: impl Fn(usize, i64) -> i64) -> Verdict {
        self.forget_empty_pairs();
        self.find_pairs(values, rows);
        self.signs.clear();
        self.signs.resize(rows.groups.len(), 1);
        let mut crossing = Vec::new();
        let Self { counts, fed, signs, ids, applied, emptied, .. } = self;
        rows.for_each(|row, group, sign| {
            let count = &mut counts[ids[row] as usize];
            let (before, added) = (*count > 0, count_of(row, sign));
            *count += added;
            applied.push((ids[row], added));
            *emptied |= *count == 0;
            if before != (*count > 0) {
                crossing.push(row as u32);
                signs[row] = if before { -1 } else { 1 };
                fed[group] += i64::from(signs[row]);
            }
        });
        self.crossing = Selection::Rows(crossing);
        let crossing = Rows { groups: rows.groups, selection: &self.crossing, signs: Some(&self.signs), arrived: rows.arrived };
        self.inner.update(store, values, crossing)
    }

    /// States as rows.
    fn unpacked(&self, states: &[Column], rows: Rows<'_>) -> Merged {
        let values = self.types.iter().map(|t| Column::with_capacity(t, rows.selection.len())).collect();
        let mut merged = Merged { values, groups: Vec::new(), counts: Vec::new() };
        let Some(Values::Str(packed)) = states.first().map(|column| &column.values) else { return merged };
        rows.for_each(|row, group, _| {
            let mut bytes = packed.bytes(row);
            while !bytes.is_empty() {
                merged.counts.push(read_count(&mut bytes));
                merged.groups.push(group as u32);
                merged.values.iter_mut().for_each(|column| read_value(&mut bytes, column));
            }
        });
        merged
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
        let owned: Vec<u32> = self.pairs_of(group).collect();
        owned.into_iter().for_each(|pair| self.remove(pair));
    }
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        self.add(store, arguments, rows, |_, sign| sign)
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn undo(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) {
        let crossing = Rows { groups: rows.groups, selection: &self.crossing, signs: Some(&self.signs), arrived: rows.arrived };
        self.inner.undo(store, arguments, crossing);
        let (fed, signs) = (&mut self.fed, &self.signs);
        self.crossing.iter().for_each(|row| fed[rows.groups[row] as usize] -= i64::from(signs[row]));
        self.applied.iter().for_each(|(pair, added)| self.counts[*pair as usize] -= added);
        self.emptied = true;
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            for pair in self.pairs_of(*group as usize).map(|pair| pair as usize).filter(|pair| self.counts[*pair] != 0) {
                write_count(&mut bytes, self.counts[pair]);
                self.pairs.keys()[1..].iter().for_each(|column| write_value(&mut bytes, column, pair));
            }
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let merged = self.unpacked(states, rows);
        let all = Selection::All(merged.groups.len());
        let values: Vec<&Column> = merged.values.iter().collect();
        let verdict = self.add(
            store,
            &values,
            Rows { groups: &merged.groups, selection: &all, signs: None, arrived: rows.arrived },
            |row, _| merged.counts[row],
        );
        self.merged = merged;
        verdict
    }
    fn unmerge(&mut self, store: &mut RowStore, _states: &[Column], rows: Rows<'_>) {
        let merged = std::mem::take(&mut self.merged);
        let all = Selection::All(merged.groups.len());
        let values: Vec<&Column> = merged.values.iter().collect();
        self.undo(store, &values, Rows { groups: &merged.groups, selection: &all, signs: None, arrived: rows.arrived });
    }
    fn results(&self, groups: GroupWords<'_>, _fed: &[i64]) -> Column {
        let fed: Vec<i64> = groups.numbers().iter().map(|group| self.fed[*group as usize]).collect();
        self.inner.results(groups, &fed)
    }
    fn failure(&self) -> Option<&str> {
        self.inner.failure()
    }
    fn leaves_room_for(&self, shares: usize) -> bool {
        self.inner.leaves_room_for(shares)
    }
    fn state_bytes(&self) -> usize {
        let lists = bytes_of(&self.neighbours) + bytes_of(&self.first) + bytes_of(&self.counts) + bytes_of(&self.fed);
        self.inner.state_bytes() + self.pairs.state_bytes() + lists
    }
}

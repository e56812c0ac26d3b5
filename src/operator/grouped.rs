//! Groups with their accumulators: the state that running and window aggregates share, and the changelog of a batch.
//!
//! Functions that can fail come first. Where a row fails, the batch's groups are restored and its rows taken one by one, so that
//! a bad row leaves no trace in any function and what is bad does not depend on the batch.

use std::borrow::Cow;

use super::accumulator::{Accumulator, Rows, accumulator};
use crate::batch::{Batch, Column, RowKind, Selection, Values};
use crate::route::key_hash::hash_columns;
use crate::state::{GroupTable, cell};
use crate::types::DataType;
use crate::types::relation::{AggregateCall, Retracts};

/// Keys and calls of an aggregate.
pub struct Shape {
    /// Key columns of the input.
    pub keys: Vec<usize>,
    /// Their types.
    pub key_types: Vec<DataType>,
    /// The aggregates.
    pub calls: Vec<AggregateCall>,
    /// Whether the input takes rows back.
    pub retracts: Retracts,
    /// Whether the one group without keys stays when its last row is taken back.
    pub keeps_empty: Retention,
}

/// What becomes of a group without rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// It is removed.
    Remove,
    /// It stays.
    Keep,
}

/// Vectors used anew for every batch.
#[derive(Default)]
pub struct Scratch {
    hashes: Vec<u64>,
    groups: Vec<u32>,
    signs: Option<Vec<i8>>,
    touched: Vec<u32>,
    failed: Vec<u32>,
    /// Rows that failed, with their reasons.
    pub errors: Vec<(usize, Cow<'static, str>)>,
}

impl Scratch {
    /// Hashes the keys and reads the signs of a batch.
    pub fn prepare(&mut self, batch: &Batch, shape: &Shape) {
        let keys: Vec<&Column> = shape.keys.iter().map(|k| &batch.columns[*k]).collect();
        hash_columns(&keys, batch.rows(), &mut self.hashes);
        self.signs = batch.kinds.as_ref().map(|kinds| kinds.iter().map(|k| k.sign() as i8).collect());
        self.errors.clear();
    }
}

/// A batch's changes to results: keys, results, kinds.
pub struct Changes {
    /// Key columns.
    pub keys: Vec<Column>,
    /// Result columns.
    pub results: Vec<Column>,
    /// Kinds of the rows.
    pub kinds: Vec<RowKind>,
}

/// Groups and their accumulators.
pub struct Grouped {
    table: GroupTable,
    accumulators: Vec<Box<dyn Accumulator>>,
    counts: Vec<i64>,
    marks: Vec<u32>,
    epoch: u32,
}

impl Grouped {
    /// No groups.
    pub fn new(shape: &Shape) -> Self {
        let accumulators = shape.calls.iter().map(|c| accumulator(c, shape.retracts)).collect();
        Self { table: GroupTable::new(&shape.key_types), accumulators, counts: Vec::new(), marks: Vec::new(), epoch: 0 }
    }

    /// Makes the one group of an aggregate without keys.
    pub fn make_global(&mut self) {
        let mut hashes = Vec::new();
        hash_columns(&[], 1, &mut hashes);
        self.table.group_ids(&[], &hashes, &Selection::All(1), &mut Vec::new());
        self.resize();
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The groups with rows, in the order in which they came.
    pub fn in_order(&self, shape: &Shape) -> Vec<u32> {
        let mut groups = self.table.in_order();
        if shape.retracts == Retracts::Maybe && shape.keeps_empty == Retention::Remove {
            groups.retain(|g| self.counts[*g as usize] > 0);
        }
        groups
    }

    /// Keys and results of these groups.
    pub fn read(&self, shape: &Shape, groups: &[u32]) -> (Vec<Column>, Vec<Column>) {
        let selection = Selection::Rows(groups.to_vec());
        (self.table.keys().iter().map(|c| c.gather(&selection)).collect(), self.results(shape, groups))
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let counts = self.counts.capacity() * size_of::<i64>() + self.marks.capacity() * size_of::<u32>();
        self.table.state_bytes() + counts + self.accumulators.iter().map(|a| a.state_bytes()).sum::<usize>()
    }

    fn results(&self, shape: &Shape, groups: &[u32]) -> Vec<Column> {
        let pairs = self.accumulators.iter().zip(&shape.calls);
        pairs
            .map(|(accumulator, call)| {
                let mut column = Column::with_capacity(&call.data_type, groups.len());
                accumulator.write(groups, &mut column);
                column
            })
            .collect()
    }

    fn resize(&mut self) {
        let bound = self.table.bound();
        if self.counts.len() < bound {
            self.counts.resize(bound, 0);
            self.marks.resize(bound, 0);
            self.accumulators.iter_mut().for_each(|a| a.resize(bound));
        }
    }

    /// Takes the selected rows of a prepared batch. Hot: once per batch.
    pub fn apply(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
        self.enter(shape, batch, selection, scratch);
        self.update(shape, batch, selection, scratch);
        self.leave(shape, &scratch.touched);
    }

    /// As `apply`, and gives the changes of results.
    pub fn apply_changes(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) -> Changes {
        let made = self.table.made();
        self.enter(shape, batch, selection, scratch);
        let existed = |me: &Self, g: u32| me.table.born(g) < made && me.exists(shape, g);
        let before: Vec<bool> = scratch.touched.iter().map(|g| existed(self, *g)).collect();
        let mut old = self.results(shape, &scratch.touched);
        self.update(shape, batch, selection, scratch);
        let (mut keys, new) = self.read(shape, &scratch.touched);
        let groups = scratch.touched.len() as u32;
        let (mut kinds, mut order) = (Vec::new(), Vec::new());
        for i in 0..groups {
            let at = i as usize;
            let same = |(old, new): (&Column, &Column)| cell::equal(old, at, new, at);
            match (before[at], self.exists(shape, scratch.touched[at])) {
                (false, true) => {
                    kinds.push(RowKind::Insert);
                    order.push(i + groups);
                }
                (true, true) if !old.iter().zip(&new).all(same) => {
                    kinds.extend([RowKind::UpdateBefore, RowKind::UpdateAfter]);
                    order.extend([i, i + groups]);
                }
                (true, false) => {
                    kinds.push(RowKind::Delete);
                    order.push(i);
                }
                _ => {}
            }
        }
        let key_order = Selection::Rows(order.iter().map(|i| i % groups.max(1)).collect());
        keys.iter_mut().for_each(|c| *c = c.gather(&key_order));
        let order = Selection::Rows(order);
        old.iter_mut().zip(&new).for_each(|(old, new)| old.append(new));
        let results = old.iter().map(|c| c.gather(&order)).collect();
        self.leave(shape, &scratch.touched);
        Changes { keys, results, kinds }
    }

    fn exists(&self, shape: &Shape, group: u32) -> bool {
        shape.keeps_empty == Retention::Keep || self.counts[group as usize] > 0
    }

    /// Finds the groups of the rows and which groups they touch.
    fn enter(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
        let keys: Vec<&Column> = shape.keys.iter().map(|k| &batch.columns[*k]).collect();
        self.table.group_ids(&keys, &scratch.hashes, selection, &mut scratch.groups);
        self.resize();
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.marks.fill(0);
            self.epoch = 1;
        }
        scratch.touched.clear();
        for row in selection.iter() {
            let group = scratch.groups[row];
            if std::mem::replace(&mut self.marks[group as usize], self.epoch) != self.epoch {
                scratch.touched.push(group);
            }
        }
    }

    fn update(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
        let touched = std::mem::take(&mut scratch.touched);
        scratch.failed.clear();
        let survived = match self.update_fallible(shape, batch, selection, scratch, &touched) {
            None => None,
            Some(_) => {
                self.restore(&touched, self.accumulators.len());
                Some(self.update_one_by_one(shape, batch, selection, scratch))
            }
        };
        scratch.touched = touched;
        let selection = survived.as_ref().unwrap_or(selection);
        for (accumulator, call) in self.accumulators.iter_mut().zip(&shape.calls) {
            if accumulator.failure().is_none() {
                feed(&mut **accumulator, call, batch, selection, scratch);
            }
        }
        let counts = self.counts.as_mut_slice();
        let signs = scratch.signs.as_deref();
        Rows { groups: &scratch.groups, selection, signs }.for_each(|_, group, sign| counts[group] += sign);
    }

    /// The number of the first function that failed.
    fn update_fallible(
        &mut self,
        shape: &Shape,
        batch: &Batch,
        rows: &Selection,
        scratch: &mut Scratch,
        touched: &[u32],
    ) -> Option<usize> {
        let mut first = None;
        for (i, (accumulator, call)) in self.accumulators.iter_mut().zip(&shape.calls).enumerate() {
            if accumulator.failure().is_some() {
                accumulator.save(touched);
                if first.is_none() {
                    feed(&mut **accumulator, call, batch, rows, scratch);
                    first = (!scratch.failed.is_empty()).then_some(i);
                }
            }
        }
        first
    }

    fn restore(&mut self, touched: &[u32], count: usize) {
        self.accumulators[..count].iter_mut().filter(|a| a.failure().is_some()).for_each(|a| a.restore(touched));
    }

    #[cold]
    fn update_one_by_one(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) -> Selection {
        let mut survived = Vec::new();
        for row in selection.iter() {
            scratch.failed.clear();
            let group = [scratch.groups[row]];
            let one = Selection::Rows(vec![row as u32]);
            match self.update_fallible(shape, batch, &one, scratch, &group) {
                None => survived.push(row as u32),
                Some(first) => {
                    self.restore(&group, self.accumulators.len());
                    let reason = self.accumulators[first].failure().unwrap_or("aggregate failed");
                    scratch.errors.push((row, Cow::Borrowed(reason)));
                }
            }
        }
        Selection::Rows(survived)
    }

    /// Removes the touched groups that have no rows.
    fn leave(&mut self, shape: &Shape, touched: &[u32]) {
        if shape.keeps_empty == Retention::Keep {
            return;
        }
        for group in touched {
            if self.counts[*group as usize] == 0 {
                self.accumulators.iter_mut().for_each(|a| a.reset(*group as usize));
                self.table.remove(*group);
            }
        }
    }
}

/// Gives a function the rows with an argument for which its FILTER is TRUE.
fn feed(accumulator: &mut dyn Accumulator, call: &AggregateCall, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
    let argument = call.argument.map(|a| &batch.columns[a]);
    let narrowed = narrow(call, batch, argument, selection);
    let selection = narrowed.as_ref().unwrap_or(selection);
    let rows = Rows { groups: &scratch.groups, selection, signs: scratch.signs.as_deref() };
    accumulator.update(argument, &rows, &mut scratch.failed);
}

fn narrow(call: &AggregateCall, batch: &Batch, argument: Option<&Column>, selection: &Selection) -> Option<Selection> {
    let argument = argument.filter(|c| c.has_nulls());
    let filter = call.filter.map(|f| &batch.columns[f]);
    if argument.is_none() && filter.is_none() {
        return None;
    }
    let is_true = |c: &Column, row: usize| !c.is_null(row) && matches!(&c.values, Values::Bool(v) if v[row]);
    Some(selection.filter(|row| argument.is_none_or(|c| !c.is_null(row)) && filter.is_none_or(|c| is_true(c, row))))
}

//! Groups with their accumulators: the state that running and window aggregates share.
//!
//! A batch goes through in passes: hashes, groups, which groups it touches, one pass a function, results of the touched groups. Functions
//! that can overflow come first. Where one does, the batch is undone and its rows taken one by one, so that a bad row leaves no trace in
//! any function and what is bad does not depend on the batch.

mod changes;
mod closing;
mod fed;
mod flat;
mod numbered;
mod shape;
mod states;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twins;

pub use closing::Closing;
pub use fed::Intake;
pub use numbered::NumberedGroups;
pub use shape::{Retention, Shape};
pub use states::{States, counts_of};

use std::borrow::Cow;

use self::flat::FlatGroups;
use super::accumulator::{RowOp, Rows, add_f64};
use crate::batch::{Batch, Column, Selection};
use crate::state::{Aging, FIRST_FUNCTION, GroupTable, GroupVisitor, MARK, ROWS};
use crate::types::relation::Retracts;

/// Vectors used anew for every batch.
#[derive(Default)]
pub struct Scratch {
    hashes: Vec<u64>,
    groups: Vec<u32>,
    signs: Option<Vec<i8>>,
    touched: Vec<u32>,
    /// Rows of each touched group before the batch.
    rows_before: Vec<i64>,
    /// Whether each touched group came with the batch.
    is_new: Vec<bool>,
    /// Rows of the batches before this one, and of this one.
    arrived: u64,
    rows: u64,
    /// Rows that failed, with their reasons.
    pub errors: Vec<(usize, Cow<'static, str>)>,
}

impl Scratch {
    /// Reads the signs of a batch.
    pub fn prepare(&mut self, batch: &Batch) {
        self.signs = batch.kinds.as_ref().map(|kinds| kinds.iter().map(|k| k.sign() as i8).collect());
        self.errors.clear();
        self.arrived += std::mem::replace(&mut self.rows, batch.rows() as u64);
    }

    /// Gets ready for states, all of which add.
    pub fn prepare_states(&mut self) {
        self.signs = None;
        self.errors.clear();
    }

    fn rows<'a>(&'a self, selection: &'a Selection) -> Rows<'a> {
        Rows { groups: &self.groups, selection, signs: self.signs.as_deref(), arrived: self.arrived }
    }
}

/// Groups and their accumulators.
pub struct Grouped {
    /// All groups, as long as it can take what comes; then they are in the table and the store.
    flat: Option<FlatGroups>,
    table: GroupTable,
    groups: NumberedGroups,
    /// The groups in the order in which they were last touched, where they are forgotten after a time.
    aging: Option<Aging>,
}

/// Whether a batch was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applied {
    All,
    Nothing,
}

/// Whether the groups that a batch touches are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listing {
    /// They are.
    Touched,
    /// They are not.
    Nothing,
}

/// Groups that move at a time from a flat table to the other.
const MOVED_GROUPS: usize = 1024;

impl Grouped {
    /// No groups.
    pub fn new(shape: &Shape) -> Self {
        Self::with_room(shape, 0)
    }

    /// No groups, and room for about so many.
    pub fn with_room(shape: &Shape, groups: usize) -> Self {
        let numbered = NumberedGroups::new(shape);
        let flat = FlatGroups::new(shape, numbered.words - FIRST_FUNCTION, groups);
        let (table, aging) = (GroupTable::new(&shape.key_types), shape.ttl.map(Aging::new));
        Self { flat, table, groups: numbered, aging }
    }

    /// No groups, which can be found and removed one by one.
    pub fn in_table(shape: &Shape) -> Self {
        Self { flat: None, ..Self::new(shape) }
    }

    /// Makes the one group of an aggregate without keys.
    pub fn make_global(&mut self) {
        self.table.group_ids(&[], 1, &Selection::All(1), &mut Vec::new(), &mut Vec::new());
        self.groups.grow(self.table.bound());
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.flat.as_ref().map_or(self.table.is_empty(), |flat| flat.groups() == 0)
    }

    /// Keys and results of these groups.
    fn read(&self, groups: &[u32]) -> (Vec<Column>, Vec<Column>) {
        let keys = self.table.keys().iter().map(|c| c.gather_rows(groups)).collect();
        let rows: Vec<i64> = groups.iter().map(|g| self.groups.rows_of(*g)).collect();
        (keys, self.groups.results(groups, &rows))
    }

    /// Keys and results of the groups that the flat table has listed.
    fn read_listed(&self, flat: &FlatGroups) -> (Vec<Column>, Vec<Column>) {
        let (groups, rows) = (flat.listed().groups(), flat.listed().rows());
        let results = self.groups.accumulators.iter().map(|a| a.results(groups, &rows));
        (vec![flat.keys()], results.collect())
    }

    /// Whether nothing that `shares` such as these have taken since they were made can make the sum of their groups fail.
    pub fn leave_room_for(&self, shares: usize) -> bool {
        self.groups.leave_room_for(shares)
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let flat = self.flat.as_ref().map_or(0, FlatGroups::state_bytes);
        let aging = self.aging.as_ref().map_or(0, Aging::state_bytes);
        flat + self.table.state_bytes() + self.groups.state_bytes() + aging
    }

    /// Takes the selected rows or states of a prepared intake in one go, if all of them only add and every function has a step for each: finds
    /// the group, counts the rows and feeds the functions while the group's line is at hand. States only where the table is flat. Hot: once
    /// per batch.
    fn apply_at_once(
        &mut self,
        shape: &Shape,
        intake: Intake<'_>,
        selection: &Selection,
        scratch: &mut Scratch,
        listing: Listing,
    ) -> Applied {
        let keys = intake.keys(shape);
        if keys.iter().any(|key| key.has_nulls()) {
            self.leave_flat();
        }
        let is_refused = matches!(intake, Intake::States(_)) && self.flat.is_none();
        if scratch.signs.is_some() || is_refused {
            return Applied::Nothing;
        }
        let Some(steps) = self.groups.steps(shape, intake) else { return Applied::Nothing };
        if let Some(flat) = &mut self.flat {
            let rows = if let Intake::States(states) = intake { Some(states.rows.as_slice()) } else { None };
            flat.apply(keys[0], selection, &steps, listing, rows);
            return Applied::All;
        }
        let input = (keys.as_slice(), intake.rows());
        match steps.as_slice() {
            [] => self.each_row(input, selection, scratch, listing, |_, _| {}),
            [RowOp::AddF64(at, v)] => {
                let (at, v) = (*at, *v);
                self.each_row(input, selection, scratch, listing, move |words, row| add_f64(&mut words[at], v[row]));
            }
            steps => self.each_row(input, selection, scratch, listing, |words, row| {
                steps.iter().for_each(|step| step.apply(words, row));
            }),
        }
        Applied::All
    }

    /// Moves all groups of a flat table to the other, for good.
    #[cold]
    fn leave_flat(&mut self) {
        let Some(mut flat) = self.flat.take() else { return };
        let (mut from, mut hashes, mut groups) = (Some(0), Vec::new(), Vec::new());
        while let Some(place) = from {
            from = flat.take(place, MOVED_GROUPS);
            let (listed, key) = (flat.listed(), flat.keys());
            let count = listed.len();
            self.table.group_ids(&[&key], count, &Selection::All(count), &mut hashes, &mut groups);
            self.groups.grow(self.table.bound());
            let (stride, epoch, width) = (self.groups.store.stride(), self.groups.epoch, self.groups.words);
            let words = self.groups.store.words_mut();
            for (at, group) in groups.iter().enumerate() {
                let row = &mut words[*group as usize * stride..][..width];
                listed.copy_to(at, row);
                // Of an older batch, and not of none.
                row[MARK] = epoch;
            }
        }
    }

    /// Finds each row's group, making groups for new keys, counts the row and takes a step on the group's words.
    fn each_row(
        &mut self,
        (keys, rows): (&[&Column], usize),
        selection: &Selection,
        scratch: &mut Scratch,
        listing: Listing,
        step: impl Fn(&mut [u64], usize) + Copy,
    ) {
        self.groups.epoch += 1;
        let Scratch { hashes, touched, is_new, .. } = scratch;
        if listing == Listing::Touched {
            touched.resize(selection.len(), 0);
            is_new.resize(selection.len(), false);
        }
        let (mut count, mut from) = (0, 0);
        loop {
            let (stride, epoch) = (self.groups.store.stride(), self.groups.epoch);
            let words = self.groups.store.words_mut();
            let take = Take { words, stride, epoch, listing, touched, is_new, count, step };
            let (stranger, take) = self.table.each_group(keys, rows, selection, hashes, from, take);
            count = take.count;
            let Some(at) = stranger else { break };
            self.table.admit(keys, selection, hashes, at);
            self.groups.grow(self.table.bound());
            from = at;
        }
        touched.truncate(count);
        is_new.truncate(count);
    }

    /// Takes the selected rows or states of a prepared intake. Hot: once per batch.
    pub fn take_in(&mut self, shape: &Shape, intake: Intake<'_>, selection: &Selection, scratch: &mut Scratch) {
        match intake {
            Intake::Batch(batch) => self.apply(shape, batch, selection, scratch),
            Intake::States(states) => self.take_states_in(shape, states, selection, scratch),
        }
    }

    /// Takes the selected rows of a prepared batch. Hot: once per batch.
    pub fn apply(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
        if self.apply_at_once(shape, Intake::Batch(batch), selection, scratch, Listing::Nothing) == Applied::All {
            return;
        }
        self.leave_flat();
        self.find_groups(shape, Intake::Batch(batch), selection, scratch);
        let failed_before = scratch.errors.len();
        self.groups.apply_in_passes(shape, batch, selection, scratch);
        self.leave(shape, scratch, failed_before);
    }

    /// Finds the groups of what is taken in.
    fn find_groups(&mut self, shape: &Shape, intake: Intake<'_>, selection: &Selection, scratch: &mut Scratch) {
        let bound = self.table.bound();
        self.table.group_ids(&intake.keys(shape), intake.rows(), selection, &mut scratch.hashes, &mut scratch.groups);
        if self.table.bound() > bound {
            self.groups.grow(self.table.bound());
        }
    }

    /// Removes the touched groups that have no rows: there can be some where rows are taken back, or have failed.
    fn leave(&mut self, shape: &Shape, scratch: &Scratch, failed_before: usize) {
        let all_stay = shape.retracts == Retracts::Never && scratch.errors.len() == failed_before;
        if all_stay || shape.keeps_empty == Retention::Keep {
            return;
        }
        for group in scratch.touched.iter().copied() {
            if self.groups.rows_of(group) == 0 {
                self.remove(group);
            }
        }
    }
}

/// Counts rows, lists the groups they touch and takes a step for each.
struct Take<'a, S> {
    words: &'a mut [u64],
    stride: usize,
    /// Number of the batch; a group with number 0 was never met.
    epoch: u64,
    listing: Listing,
    touched: &'a mut [u32],
    is_new: &'a mut [bool],
    count: usize,
    step: S,
}

impl<S: Fn(&mut [u64], usize)> GroupVisitor for Take<'_, S> {
    #[inline(always)]
    fn visit(&mut self, row: usize, group: u32) {
        let words = &mut self.words[group as usize * self.stride..][..self.stride];
        if self.listing == Listing::Touched {
            // Without a branch, because whether a group was met before in its batch is anybody's guess.
            self.touched[self.count] = group;
            self.is_new[self.count] = words[ROWS] == 0;
            self.count += usize::from(words[MARK] != self.epoch);
            words[MARK] = self.epoch;
        }
        words[ROWS] += 1;
        (self.step)(words, row);
    }
}

/// Stands for the rows of a group that no batch has touched before.
const NEVER: i64 = i64::MIN;

//! Groups with their accumulators: the state that running and window aggregates share.
//!
//! ```text
//!   row of the store, one group:  | rows | mark | words of the functions ... |
//! ```
//! A batch goes through in passes: hashes, groups, which groups it touches, one pass a function, results of the touched groups. Functions
//! that can overflow come first. Where one does, the batch is undone and its rows taken one by one, so that a bad row leaves no trace in
//! any function and what is bad does not depend on the batch.

mod changes;
mod closing;
mod fed;
mod flat;
mod shape;
mod states;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twins;

pub use closing::Closing;
pub use fed::Intake;
pub use shape::{Retention, Shape};
pub use states::{CallStates, Destination, States, counts_of};

use std::borrow::Cow;

use self::fed::{Fed, arguments};
use self::flat::FlatGroups;
use super::accumulator::{Accumulator, Offer, RowOp, Rows, Verdict, accumulator, add_f64, bytes_of, grow};
use crate::batch::{Batch, Column, Selection};
use crate::state::{Aging, FIRST_FUNCTION, GroupTable, GroupVisitor, GroupWords, MARK, ROWS, RowStore};
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
    store: RowStore,
    accumulators: Vec<Box<dyn Accumulator>>,
    /// The groups in the order in which they were last touched, where they are forgotten after a time.
    aging: Option<Aging>,
    /// By call: rows of each group that it was not fed, for NULL arguments and by its FILTER; empty until there is one.
    unfed: Vec<Vec<i64>>,
    /// Number of the batch; a group with number 0 was never met.
    epoch: u64,
    /// Words of a group, as far as the functions need them.
    words: usize,
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
        let mut words = FIRST_FUNCTION;
        let accumulators: Vec<_> = shape.calls.iter().map(|c| accumulator(c, shape.retracts, &mut words)).collect();
        let unfed = shape.calls.iter().map(|_| Vec::new()).collect();
        let flat = FlatGroups::new(shape, words - FIRST_FUNCTION, groups);
        let (table, store, aging) = (GroupTable::new(&shape.key_types), RowStore::new(words), shape.ttl.map(Aging::new));
        Self { flat, table, store, accumulators, aging, unfed, epoch: 1, words }
    }

    /// No groups, which can be found and removed one by one.
    pub fn in_table(shape: &Shape) -> Self {
        Self { flat: None, ..Self::new(shape) }
    }

    /// Makes the one group of an aggregate without keys.
    pub fn make_global(&mut self) {
        self.table.group_ids(&[], 1, &Selection::All(1), &mut Vec::new(), &mut Vec::new());
        self.resize();
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.flat.as_ref().map_or(self.table.is_empty(), |flat| flat.groups() == 0)
    }

    /// Keys and results of these groups.
    fn read(&self, groups: &[u32]) -> (Vec<Column>, Vec<Column>) {
        let keys = self.table.keys().iter().map(|c| c.gather_rows(groups)).collect();
        let rows: Vec<i64> = groups.iter().map(|g| self.rows_of(*g)).collect();
        (keys, self.results(groups, &rows))
    }

    /// Keys and results of the groups that the flat table has listed.
    fn read_listed(&self, flat: &FlatGroups) -> (Vec<Column>, Vec<Column>) {
        let (groups, rows) = (flat.listed().groups(), flat.listed().rows());
        let results = self.accumulators.iter().map(|a| a.results(groups, &rows));
        (vec![flat.keys()], results.collect())
    }

    /// Whether nothing that `shares` such as these have taken since they were made can make the sum of their groups fail.
    pub fn leave_room_for(&self, shares: usize) -> bool {
        self.accumulators.iter().all(|a| a.leaves_room_for(shares))
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let accumulators: usize = self.accumulators.iter().map(|a| a.state_bytes()).sum();
        let unfed: usize = self.unfed.iter().map(bytes_of).sum();
        let flat = self.flat.as_ref().map_or(0, FlatGroups::state_bytes);
        let aging = self.aging.as_ref().map_or(0, Aging::state_bytes);
        flat + self.table.state_bytes() + self.store.memory_bytes() + accumulators + unfed + aging
    }

    #[inline]
    fn rows_of(&self, group: u32) -> i64 {
        self.store.word(group as usize, ROWS) as i64
    }

    /// Results of groups that have so many rows.
    fn results(&self, groups: &[u32], rows: &[i64]) -> Vec<Column> {
        let fed = |unfed: &Vec<i64>| -> Option<Vec<i64>> {
            let of_group =
                |(group, rows): (&u32, &i64)| rows.wrapping_sub(unfed.get(*group as usize).copied().unwrap_or_default());
            (!unfed.is_empty()).then(|| groups.iter().zip(rows).map(of_group).collect())
        };
        let pairs = self.accumulators.iter().zip(&self.unfed);
        pairs
            .map(|(a, unfed)| a.results(GroupWords::Stored(&self.store, groups), fed(unfed).as_deref().unwrap_or(rows)))
            .collect()
    }

    fn resize(&mut self) {
        let bound = self.table.bound();
        self.store.grow(bound);
        self.accumulators.iter_mut().for_each(|a| a.resize(bound));
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
        let Some(steps) = self.steps(shape, intake) else { return Applied::Nothing };
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

    /// What the functions do with each row or state; `None` where that is not a step on words for all of them.
    fn steps<'a>(&mut self, shape: &Shape, intake: Intake<'a>) -> Option<Vec<RowOp<'a>>> {
        let mut steps = Vec::with_capacity(self.accumulators.len());
        for (i, (accumulator, call)) in self.accumulators.iter_mut().zip(&shape.calls).enumerate() {
            let (narrows, offer) = match intake {
                Intake::Batch(batch) => {
                    let arguments = arguments(call, batch);
                    let has_nulls = arguments[..call.required()].iter().any(|column| column.has_nulls());
                    (call.filter.is_some() || has_nulls, accumulator.row_op(&arguments))
                }
                Intake::States(states) => {
                    let CallStates { unfed, states } = &states.calls[i];
                    (!unfed.is_empty(), accumulator.state_op(states))
                }
            };
            match offer {
                _ if narrows => return None,
                Offer::Nothing => {}
                Offer::Step(step) => steps.push(step),
                Offer::Update => return None,
            }
        }
        Some(steps)
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
            self.resize();
            let (stride, words) = (self.store.stride(), self.store.words_mut());
            for (at, group) in groups.iter().enumerate() {
                let row = &mut words[*group as usize * stride..][..self.words];
                listed.copy_to(at, row);
                // Of an older batch, and not of none.
                row[MARK] = self.epoch;
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
        self.epoch += 1;
        let Scratch { hashes, touched, is_new, .. } = scratch;
        if listing == Listing::Touched {
            touched.resize(selection.len(), 0);
            is_new.resize(selection.len(), false);
        }
        let (mut count, mut from) = (0, 0);
        loop {
            let (stride, epoch) = (self.store.stride(), self.epoch);
            let words = self.store.words_mut();
            let take = Take { words, stride, epoch, listing, touched, is_new, count, step };
            let (stranger, take) = self.table.each_group(keys, rows, selection, hashes, from, take);
            count = take.count;
            let Some(at) = stranger else { break };
            self.table.admit(keys, selection, hashes, at);
            self.resize();
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
        if shape.retracts == Retracts::Maybe {
            self.touch(selection, scratch);
        }
        let failed_before = scratch.errors.len();
        let kept = self.refuse_strays(selection, scratch);
        self.update(shape, Intake::Batch(batch), kept.as_ref().unwrap_or(selection), scratch);
        if scratch.errors.len() > failed_before {
            self.touch(selection, scratch);
        }
        self.leave(shape, scratch, failed_before);
    }

    /// Finds the groups of what is taken in.
    fn find_groups(&mut self, shape: &Shape, intake: Intake<'_>, selection: &Selection, scratch: &mut Scratch) {
        self.find_groups_of(&intake.keys(shape), intake.rows(), selection, scratch);
    }

    fn find_groups_of(&mut self, keys: &[&Column], rows: usize, selection: &Selection, scratch: &mut Scratch) {
        let bound = self.table.bound();
        self.table.group_ids(keys, rows, selection, &mut scratch.hashes, &mut scratch.groups);
        if self.table.bound() > bound {
            self.resize();
        }
    }

    /// Lists the groups that the rows touch, and how many rows each had before. Hot: once per row.
    fn touch(&mut self, selection: &Selection, scratch: &mut Scratch) {
        self.epoch += 1;
        let (epoch, stride) = (self.epoch, self.store.stride());
        let words = self.store.words_mut();
        let Scratch { groups, touched, rows_before, .. } = scratch;
        touched.resize(selection.len(), 0);
        rows_before.resize(selection.len(), 0);
        let mut count = 0;
        // Without a branch, because whether a group was met before in its batch is anybody's guess.
        let mut meet = |group: u32| {
            let row = &mut words[group as usize * stride..][..FIRST_FUNCTION];
            touched[count] = group;
            rows_before[count] = if row[MARK] == 0 { NEVER } else { row[ROWS] as i64 };
            count += usize::from(row[MARK] != epoch);
            row[MARK] = epoch;
        };
        match selection {
            Selection::All(rows) => groups[..*rows].iter().for_each(|group| meet(*group)),
            Selection::Rows(rows) => rows.iter().for_each(|row| meet(groups[*row as usize])),
        }
        touched.truncate(count);
        rows_before.truncate(count);
    }

    /// The rows without those that are taken back from a group that has none; `None` where there are no such rows.
    fn refuse_strays(&mut self, selection: &Selection, scratch: &mut Scratch) -> Option<Selection> {
        if scratch.signs.as_ref().is_none_or(|signs| signs.iter().all(|sign| *sign > 0)) {
            return None;
        }
        let stride = self.store.stride();
        let words = self.store.words_mut();
        let Scratch { groups, signs, errors, .. } = scratch;
        let signs = signs.as_deref().unwrap_or_default();
        let count = |row: usize| groups[row] as usize * stride + ROWS;
        // Counted as if the rows were taken, then set back.
        let meets = |row: usize| {
            let rows = &mut words[count(row)];
            let meets = signs[row] > 0 || *rows as i64 > 0;
            if meets {
                *rows = rows.wrapping_add_signed(i64::from(signs[row]));
            }
            meets
        };
        let kept = selection.filter(meets);
        kept.iter().for_each(|row| words[count(row)] = words[count(row)].wrapping_add_signed(-i64::from(signs[row])));
        if kept.len() == selection.len() {
            return None;
        }
        let mut taken = kept.iter().peekable();
        let strays = selection.iter().filter(|row| taken.next_if_eq(row).is_none());
        errors.extend(strays.map(|row| (row, Cow::Borrowed("a row is taken back from a group that has none"))));
        Some(kept)
    }

    fn update(&mut self, shape: &Shape, intake: Intake<'_>, selection: &Selection, scratch: &mut Scratch) {
        let failed = self.update_fallible(shape, intake, selection, scratch);
        let survived = failed.map(|_| self.update_one_by_one(shape, intake, selection, scratch));
        let selection = survived.as_ref().unwrap_or(selection);
        for (i, call) in shape.calls.iter().enumerate() {
            let rows = scratch.rows(selection);
            let fed = Fed::new(call, i, intake, rows);
            if self.accumulators[i].failure().is_none() {
                let _cannot_overflow = fed.feed(&mut *self.accumulators[i], &mut self.store, rows);
            }
            match (&fed.narrowed, intake) {
                (Some(narrowed), _) => self.count_unfed(i, Rows { selection: &narrowed.unfed, ..rows }, |_, sign| sign),
                (None, Intake::States(states)) if !states.calls[i].unfed.is_empty() => {
                    self.count_unfed(i, rows, |row, _| states.calls[i].unfed[row]);
                }
                _ => {}
            }
        }
        let stride = self.store.stride();
        let words = self.store.words_mut();
        let mut count = |group: usize, added: i64| {
            let word = &mut words[group * stride + ROWS];
            *word = word.wrapping_add_signed(added);
        };
        match intake {
            Intake::Batch(_) => scratch.rows(selection).for_each(|_, group, sign| count(group, sign)),
            Intake::States(states) => scratch.rows(selection).for_each(|row, group, _| count(group, states.rows[row])),
        }
    }

    /// Notes the rows that call `i` was not fed.
    fn count_unfed(&mut self, i: usize, rows: Rows<'_>, count: impl Fn(usize, i64) -> i64) {
        if rows.selection.is_empty() {
            return;
        }
        let unfed = &mut self.unfed[i];
        grow(unfed, self.table.bound());
        rows.for_each(|row, group, sign| unfed[group] += count(row, sign));
    }

    /// Feeds the functions that can overflow. Where one does, takes everything back and gives its number.
    fn update_fallible(&mut self, shape: &Shape, intake: Intake<'_>, rows: &Selection, scratch: &Scratch) -> Option<usize> {
        let rows = scratch.rows(rows);
        let Self { store, accumulators, .. } = self;
        let fallible = |a: &dyn Accumulator| a.failure().is_some();
        for i in 0..accumulators.len() {
            if !fallible(&*accumulators[i]) {
                continue;
            }
            let fed = Fed::new(&shape.calls[i], i, intake, rows);
            if fed.feed(&mut *accumulators[i], store, rows) == Verdict::Overflow {
                for j in (0..=i).filter(|j| fallible(&*accumulators[*j])).collect::<Vec<_>>() {
                    Fed::new(&shape.calls[j], j, intake, rows).take_back(&mut *accumulators[j], store, rows);
                }
                return Some(i);
            }
        }
        None
    }

    #[cold]
    fn update_one_by_one(
        &mut self,
        shape: &Shape,
        intake: Intake<'_>,
        selection: &Selection,
        scratch: &mut Scratch,
    ) -> Selection {
        let mut survived = Vec::new();
        for row in selection.iter() {
            let one = Selection::Rows(vec![row as u32]);
            match self.update_fallible(shape, intake, &one, scratch) {
                None => survived.push(row as u32),
                Some(failed) => {
                    let reason = self.accumulators[failed].failure().unwrap_or("aggregate failed");
                    scratch.errors.push((row, Cow::Borrowed(reason)));
                }
            }
        }
        Selection::Rows(survived)
    }

    /// Removes the touched groups that have no rows: there can be some where rows are taken back, or have failed.
    fn leave(&mut self, shape: &Shape, scratch: &Scratch, failed_before: usize) {
        let all_stay = shape.retracts == Retracts::Never && scratch.errors.len() == failed_before;
        if all_stay || shape.keeps_empty == Retention::Keep {
            return;
        }
        for group in scratch.touched.iter().copied() {
            if self.rows_of(group) == 0 {
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

//! Groups by number: what an aggregate keeps of them besides their keys. Who numbers them knows which there are; a group without rows is as
//! one that never was.
//!
//! ```text
//!   row of the store, one group:  | rows | mark | words of the functions ... |
//! ```

use std::borrow::Cow;

use super::fed::{Fed, Intake, arguments};
use super::states::{CallStates, States};
use super::{NEVER, Scratch, Shape};
use crate::batch::{Batch, Column, Selection};
use crate::operator::accumulator::{Accumulator, Offer, RowOp, Rows, Verdict, accumulator, add_f64, bytes_of, grow};
use crate::state::{FIRST_FUNCTION, GroupWords, MARK, ROWS, RowStore};
use crate::types::relation::Retracts;

/// What the functions know of groups.
pub struct NumberedGroups {
    pub(super) store: RowStore,
    pub(super) accumulators: Vec<Box<dyn Accumulator>>,
    /// By call: rows of each group that it was not fed, for NULL arguments and by its FILTER; empty until there is one.
    unfed: Vec<Vec<i64>>,
    /// Number of the batch; a group with number 0 was never met.
    pub(super) epoch: u64,
    /// Words of a group, as far as the functions need them.
    pub(super) words: usize,
    /// One more than the greatest number there is room for.
    bound: usize,
}

impl NumberedGroups {
    /// No groups.
    pub fn new(shape: &Shape) -> Self {
        let mut words = FIRST_FUNCTION;
        let accumulators: Vec<_> = shape.calls.iter().map(|c| accumulator(c, shape.retracts, &mut words)).collect();
        let unfed = shape.calls.iter().map(|_| Vec::new()).collect();
        Self { store: RowStore::new(words), accumulators, unfed, epoch: 1, words, bound: 0 }
    }

    /// Makes room for groups below `bound`.
    pub fn grow(&mut self, bound: usize) {
        self.bound = self.bound.max(bound);
        self.store.grow(bound);
        self.accumulators.iter_mut().for_each(|a| a.resize(bound));
    }

    /// How many rows a group has.
    #[inline]
    pub fn rows_of(&self, group: u32) -> i64 {
        self.store.word(group as usize, ROWS) as i64
    }

    /// Takes the selected rows of a prepared batch, each into the group of this number; a group that is left without rows is reset. Hot: once
    /// per batch.
    pub fn apply(&mut self, shape: &Shape, batch: &Batch, (selection, groups): (&Selection, &[u32]), scratch: &mut Scratch) {
        let intake = Intake::Batch(batch);
        if scratch.signs.is_none()
            && let Some(steps) = self.steps(shape, intake)
        {
            return match steps.as_slice() {
                [RowOp::AddF64(at, v)] => {
                    let (at, v) = (*at, *v);
                    self.each_row(selection, groups, move |words, row| add_f64(&mut words[at], v[row]));
                }
                steps => self.each_row(selection, groups, |words, row| steps.iter().for_each(|step| step.apply(words, row))),
            };
        }
        scratch.groups.clear();
        scratch.groups.extend_from_slice(groups);
        let failed_before = scratch.errors.len();
        self.apply_in_passes(shape, batch, selection, scratch);
        if shape.retracts == Retracts::Never && scratch.errors.len() == failed_before {
            return;
        }
        for group in scratch.touched.iter().copied() {
            if self.rows_of(group) == 0 {
                self.reset(group);
            }
        }
    }

    /// Counts each row and takes a step on the words of its group. Hot: once per row.
    #[inline]
    fn each_row(&mut self, selection: &Selection, groups: &[u32], step: impl Fn(&mut [u64], usize)) {
        let stride = self.store.stride();
        let words = self.store.words_mut();
        let take = |row: usize| {
            let words = &mut words[groups[row] as usize * stride..][..stride];
            words[ROWS] += 1;
            step(words, row);
        };
        match selection {
            Selection::All(rows) => (0..*rows).for_each(take),
            Selection::Rows(rows) => rows.iter().map(|row| *row as usize).for_each(take),
        }
    }

    /// As `apply`, one function after the other. The touched groups are listed where one may be left without rows.
    pub(super) fn apply_in_passes(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
        if shape.retracts == Retracts::Maybe {
            self.touch(selection, scratch);
        }
        let failed_before = scratch.errors.len();
        let kept = self.refuse_strays(selection, scratch);
        self.update(shape, Intake::Batch(batch), kept.as_ref().unwrap_or(selection), scratch);
        if scratch.errors.len() > failed_before {
            self.touch(selection, scratch);
        }
    }

    /// What the functions do with each row or state; `None` where that is not a step on words for all of them.
    pub(super) fn steps<'a>(&mut self, shape: &Shape, intake: Intake<'a>) -> Option<Vec<RowOp<'a>>> {
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

    /// Lists the groups that the rows touch, and how many rows each had before. Hot: once per row.
    pub(super) fn touch(&mut self, selection: &Selection, scratch: &mut Scratch) {
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
    pub(super) fn refuse_strays(&mut self, selection: &Selection, scratch: &mut Scratch) -> Option<Selection> {
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

    pub(super) fn update(&mut self, shape: &Shape, intake: Intake<'_>, selection: &Selection, scratch: &mut Scratch) {
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
        grow(unfed, self.bound);
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
                    scratch.errors.push((row, Cow::Owned(reason.to_owned())));
                }
            }
        }
        Selection::Rows(survived)
    }

    /// Results of groups that have so many rows.
    pub(super) fn results(&self, groups: &[u32], rows: &[i64]) -> Vec<Column> {
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

    /// The states of these groups, without their keys.
    pub fn states(&self, groups: &[u32]) -> States {
        let rows = groups.iter().map(|g| self.rows_of(*g)).collect();
        let unfed = |i: usize| -> Vec<i64> {
            let unfed = &self.unfed[i];
            let of_group = |group: &u32| unfed.get(*group as usize).copied().unwrap_or_default();
            if unfed.is_empty() { Vec::new() } else { groups.iter().map(of_group).collect() }
        };
        let words = GroupWords::Stored(&self.store, groups);
        let calls = self.accumulators.iter().enumerate().map(|(i, a)| CallStates { unfed: unfed(i), states: a.states(words) });
        States { keys: Vec::new(), rows, calls: calls.collect() }
    }

    /// Makes each of some groups part of another. What cannot be, because a function overflows, is left out, and its number among them
    /// stands in `scratch.errors` then.
    pub fn merge(&mut self, shape: &Shape, (from, into): (&[u32], &[u32]), scratch: &mut Scratch) {
        let states = self.states(from);
        scratch.signs = None;
        scratch.groups.clear();
        scratch.groups.extend_from_slice(into);
        self.add_states(shape, &states, &Selection::All(into.len()), scratch);
        from.iter().for_each(|group| self.reset(*group));
    }

    /// Adds the selected states to the groups that the scratch has for them.
    pub(super) fn add_states(&mut self, shape: &Shape, states: &States, selection: &Selection, scratch: &mut Scratch) {
        self.update(shape, Intake::States(states), selection, scratch);
        // Met by a batch, though not by the last.
        let (stride, words) = (self.store.stride(), self.store.words_mut());
        for row in selection.iter() {
            let mark = &mut words[scratch.groups[row] as usize * stride + MARK];
            *mark = (*mark).max(1);
        }
    }

    /// Which of these groups have rows, and the results of those that have.
    pub fn peek(&self, groups: &[u32]) -> (Vec<bool>, Vec<Column>) {
        let there: Vec<bool> = groups.iter().map(|group| self.rows_of(*group) > 0).collect();
        let with_rows: Vec<u32> = groups.iter().zip(&there).filter(|(_, there)| **there).map(|(group, _)| *group).collect();
        let rows: Vec<i64> = with_rows.iter().map(|group| self.rows_of(*group)).collect();
        let results = self.results(&with_rows, &rows);
        (there, results)
    }

    /// As `peek`; the groups are as if they had never been then.
    pub fn take(&mut self, groups: &[u32]) -> (Vec<bool>, Vec<Column>) {
        let found = self.peek(groups);
        groups.iter().for_each(|group| self.reset(*group));
        found
    }

    /// Makes a group one that never was.
    pub fn reset(&mut self, group: u32) {
        self.accumulators.iter_mut().for_each(|a| a.reset(group as usize));
        self.unfed.iter_mut().filter_map(|unfed| unfed.get_mut(group as usize)).for_each(|unfed| *unfed = 0);
        self.store.clear(group as usize);
    }

    /// Whether nothing that `shares` such as these have taken since they were made can make the sum of their groups fail.
    pub fn leave_room_for(&self, shares: usize) -> bool {
        self.accumulators.iter().all(|a| a.leaves_room_for(shares))
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let accumulators: usize = self.accumulators.iter().map(|a| a.state_bytes()).sum();
        let unfed: usize = self.unfed.iter().map(bytes_of).sum();
        self.store.memory_bytes() + accumulators + unfed
    }
}

//! Groups with their accumulators: the state that running and window aggregates share, and the changelog of a batch.
//!
//! ```text
//!   row of the store, one group:  | rows | mark | words of the functions ... |
//! ```
//! A batch goes through in passes: hashes, groups, which groups it touches, one pass a function, results of the touched groups. Functions
//! that can overflow come first. Where one does, the batch is undone and its rows taken one by one, so that a bad row leaves no trace in
//! any function and what is bad does not depend on the batch.

use std::borrow::Cow;

use super::accumulator::{Accumulator, Offer, RowOp, Rows, Verdict, accumulator, add_f64, bytes_of, grow};
use crate::batch::{Batch, Column, RowKind, Selection, Values};
use crate::state::{GroupTable, GroupVisitor, RowStore, cell};
use crate::types::DataType;
use crate::types::relation::{AggregateCall, Changes, Retracts};

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
    /// Whether changes say what was before.
    pub changes: Changes,
}

impl Shape {
    /// Whether every row changes the results of its group, so that they need not be compared.
    fn always_changes(&self) -> bool {
        use crate::types::relation::{AggregateFunction::Count, Distinct::All};
        let counts = |c: &AggregateCall| c.function == Count && c.argument.is_none() && c.filter.is_none() && c.distinct == All;
        self.retracts == Retracts::Never && self.calls.iter().any(counts)
    }
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
    /// Rows of each touched group before the batch.
    rows_before: Vec<i64>,
    /// Whether each touched group came with the batch.
    is_new: Vec<bool>,
    /// Rows that failed, with their reasons.
    pub errors: Vec<(usize, Cow<'static, str>)>,
}

impl Scratch {
    /// Reads the signs of a batch.
    pub fn prepare(&mut self, batch: &Batch) {
        self.signs = batch.kinds.as_ref().map(|kinds| kinds.iter().map(|k| k.sign() as i8).collect());
        self.errors.clear();
    }

    fn rows<'a>(&'a self, selection: &'a Selection) -> Rows<'a> {
        Rows { groups: &self.groups, selection, signs: self.signs.as_deref() }
    }
}

/// A batch's changes to results: keys, results, kinds.
pub struct Changed {
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
    store: RowStore,
    accumulators: Vec<Box<dyn Accumulator>>,
    /// By call: rows of each group that it was not fed, for NULL arguments and by its FILTER; empty until there is one.
    unfed: Vec<Vec<i64>>,
    epoch: u64,
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
    Touched,
    Nothing,
}

/// Words of a group that belong to no function.
const ROWS: usize = 0;
const MARK: usize = 1;
const FIRST_FUNCTION: usize = 2;

impl Grouped {
    /// No groups.
    pub fn new(shape: &Shape) -> Self {
        let mut words = FIRST_FUNCTION;
        let accumulators: Vec<_> = shape.calls.iter().map(|c| accumulator(c, shape.retracts, &mut words)).collect();
        let unfed = shape.calls.iter().map(|_| Vec::new()).collect();
        Self { table: GroupTable::new(&shape.key_types), store: RowStore::new(words), accumulators, unfed, epoch: 0 }
    }

    /// Makes the one group of an aggregate without keys.
    pub fn make_global(&mut self) {
        self.table.group_ids(&[], 1, &Selection::All(1), &mut Vec::new(), &mut Vec::new());
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
            groups.retain(|g| self.rows_of(*g) > 0);
        }
        groups
    }

    /// Keys and results of these groups.
    pub fn read(&self, groups: &[u32]) -> (Vec<Column>, Vec<Column>) {
        let keys = self.table.keys().iter().map(|c| c.gather_rows(groups)).collect();
        let rows: Vec<i64> = groups.iter().map(|g| self.rows_of(*g)).collect();
        (keys, self.results(groups, &rows))
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let accumulators: usize = self.accumulators.iter().map(|a| a.state_bytes()).sum();
        self.table.state_bytes() + self.store.memory_bytes() + accumulators + self.unfed.iter().map(bytes_of).sum::<usize>()
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
        pairs.map(|(a, unfed)| a.results(&self.store, groups, fed(unfed).as_deref().unwrap_or(rows))).collect()
    }

    fn resize(&mut self) {
        let bound = self.table.bound();
        self.store.grow(bound);
        self.accumulators.iter_mut().for_each(|a| a.resize(bound));
    }

    /// Takes the selected rows of a prepared batch in one go, if all of them only add and every function has a step for each: finds the
    /// group, counts the row and feeds the functions while the group's line is at hand. Hot: once per batch.
    fn apply_at_once(
        &mut self,
        shape: &Shape,
        batch: &Batch,
        selection: &Selection,
        scratch: &mut Scratch,
        listing: Listing,
    ) -> Applied {
        if scratch.signs.is_some() {
            return Applied::Nothing;
        }
        let mut steps = Vec::with_capacity(self.accumulators.len());
        for (accumulator, call) in self.accumulators.iter_mut().zip(&shape.calls) {
            let argument = call.argument.map(|a| &batch.columns[a]);
            let narrows = call.filter.is_some() || argument.is_some_and(Column::has_nulls);
            match accumulator.row_op(argument) {
                _ if narrows => return Applied::Nothing,
                Offer::Nothing => {}
                Offer::Step(step) => steps.push(step),
                Offer::Update => return Applied::Nothing,
            }
        }
        let keys: Vec<&Column> = shape.keys.iter().map(|k| &batch.columns[*k]).collect();
        let input = (keys.as_slice(), batch.rows());
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

    /// Takes the selected rows of a prepared batch. Hot: once per batch.
    pub fn apply(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
        if self.apply_at_once(shape, batch, selection, scratch, Listing::Nothing) == Applied::All {
            return;
        }
        self.find_groups(shape, batch, selection, scratch);
        if shape.retracts == Retracts::Maybe {
            self.touch(selection, scratch);
        }
        let failed_before = scratch.errors.len();
        self.update(shape, batch, selection, scratch);
        if scratch.errors.len() > failed_before {
            self.touch(selection, scratch);
        }
        self.leave(shape, scratch, failed_before);
    }

    /// As `apply`, and gives the changes of results.
    pub fn apply_changes(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) -> Changed {
        let compares = shape.changes == Changes::BeforeAndAfter || !shape.always_changes();
        if !compares && self.apply_at_once(shape, batch, selection, scratch, Listing::Touched) == Applied::All {
            let (keys, results) = self.read(&scratch.touched);
            return self.upserts(scratch, keys, results);
        }
        self.find_groups(shape, batch, selection, scratch);
        self.touch(selection, scratch);
        let old = compares.then(|| self.results(&scratch.touched, &scratch.rows_before));
        let failed_before = scratch.errors.len();
        self.update(shape, batch, selection, scratch);
        let (keys, new) = self.read(&scratch.touched);
        let changed = match old {
            Some(old) => self.compared(shape, scratch, keys, (old, new)),
            None => {
                scratch.is_new.clear();
                scratch.is_new.extend(scratch.rows_before.iter().map(|rows| *rows <= 0));
                self.upserts(scratch, keys, new)
            }
        };
        self.leave(shape, scratch, failed_before);
        changed
    }

    /// The changes where all touched groups have changed, nothing is taken back and nobody asks what was before.
    fn upserts(&self, scratch: &Scratch, mut keys: Vec<Column>, mut results: Vec<Column>) -> Changed {
        let kind = |is_new: &bool| if *is_new { RowKind::Insert } else { RowKind::UpdateAfter };
        let mut kinds: Vec<RowKind> = scratch.is_new.iter().map(kind).collect();
        if !scratch.errors.is_empty() {
            let there = Selection::All(kinds.len()).filter(|i| self.rows_of(scratch.touched[i]) > 0);
            keys.iter_mut().chain(&mut results).for_each(|column| *column = column.gather(&there));
            kinds = there.iter().map(|i| kinds[i]).collect();
        }
        Changed { keys, results, kinds }
    }

    /// The changes of those touched groups whose results differ.
    fn compared(
        &self,
        shape: &Shape,
        scratch: &Scratch,
        keys: Vec<Column>,
        (mut old, new): (Vec<Column>, Vec<Column>),
    ) -> Changed {
        let groups = scratch.touched.len() as u32;
        let (mut kinds, mut order) =
            (Vec::with_capacity(2 * scratch.touched.len()), Vec::with_capacity(2 * scratch.touched.len()));
        let differs: Vec<bool> = match shape.always_changes() {
            true => vec![true; scratch.touched.len()],
            false => {
                let same = |at: usize| old.iter().zip(&new).all(|(old, new)| cell::equal(old, at, new, at));
                (0..scratch.touched.len()).map(|at| !same(at)).collect()
            }
        };
        for i in 0..groups {
            let at = i as usize;
            match (self.exists(shape, scratch.rows_before[at]), self.exists(shape, self.rows_of(scratch.touched[at]))) {
                (false, true) => {
                    kinds.push(RowKind::Insert);
                    order.push(i + groups);
                }
                (true, true) if differs[at] => {
                    if shape.changes == Changes::BeforeAndAfter {
                        kinds.push(RowKind::UpdateBefore);
                        order.push(i);
                    }
                    kinds.push(RowKind::UpdateAfter);
                    order.push(i + groups);
                }
                (true, false) => {
                    kinds.push(RowKind::Delete);
                    order.push(i);
                }
                _ => {}
            }
        }
        old.iter_mut().zip(&new).for_each(|(old, new)| old.append(new));
        let results = old.iter().map(|c| c.gather_rows(&order)).collect();
        let keyed: Vec<u32> = order.iter().map(|i| if *i < groups { *i } else { i - groups }).collect();
        Changed { keys: keys.iter().map(|c| c.gather_rows(&keyed)).collect(), results, kinds }
    }

    /// Whether a group with so many rows is one that others know of. The one group without keys is made by its first row.
    fn exists(&self, shape: &Shape, rows: i64) -> bool {
        rows > 0 || (shape.keeps_empty == Retention::Keep && rows != NEVER)
    }

    /// Finds the groups of the rows.
    fn find_groups(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
        let keys: Vec<&Column> = shape.keys.iter().map(|k| &batch.columns[*k]).collect();
        let bound = self.table.bound();
        self.table.group_ids(&keys, batch.rows(), selection, &mut scratch.hashes, &mut scratch.groups);
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

    fn update(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) {
        let failed = self.update_fallible(shape, batch, selection, scratch);
        let survived = failed.map(|_| self.update_one_by_one(shape, batch, selection, scratch));
        let selection = survived.as_ref().unwrap_or(selection);
        for (i, call) in shape.calls.iter().enumerate() {
            let rows = scratch.rows(selection);
            let fed = Fed::new(call, batch, rows);
            if self.accumulators[i].failure().is_none() {
                let _cannot_overflow = self.accumulators[i].update(&mut self.store, fed.argument, fed.rows(rows));
            }
            if let Some(narrowed) = &fed.narrowed {
                self.count_unfed(i, narrowed, rows);
            }
        }
        let stride = self.store.stride();
        let words = self.store.words_mut();
        scratch.rows(selection).for_each(|_, group, sign| {
            let word = &mut words[group * stride + ROWS];
            *word = word.wrapping_add_signed(sign);
        });
    }

    /// Notes the rows that call `i` was not fed.
    fn count_unfed(&mut self, i: usize, narrowed: &Selection, rows: Rows<'_>) {
        if narrowed.len() == rows.selection.len() {
            return;
        }
        let unfed = &mut self.unfed[i];
        grow(unfed, self.table.bound());
        let mut fed = narrowed.iter().peekable();
        rows.for_each(|row, group, sign| {
            if fed.next_if_eq(&row).is_none() {
                unfed[group] += sign;
            }
        });
    }

    /// Feeds the functions that can overflow. Where one does, takes everything back and gives its number.
    fn update_fallible(&mut self, shape: &Shape, batch: &Batch, rows: &Selection, scratch: &Scratch) -> Option<usize> {
        let rows = scratch.rows(rows);
        let Self { store, accumulators, .. } = self;
        let fallible = |a: &dyn Accumulator| a.failure().is_some();
        for i in 0..accumulators.len() {
            if !fallible(&*accumulators[i]) {
                continue;
            }
            let fed = Fed::new(&shape.calls[i], batch, rows);
            if accumulators[i].update(store, fed.argument, fed.rows(rows)) == Verdict::Overflow {
                for j in (0..=i).filter(|j| fallible(&*accumulators[*j])).collect::<Vec<_>>() {
                    let fed = Fed::new(&shape.calls[j], batch, rows);
                    accumulators[j].undo(store, fed.argument, fed.rows(rows));
                }
                return Some(i);
            }
        }
        None
    }

    #[cold]
    fn update_one_by_one(&mut self, shape: &Shape, batch: &Batch, selection: &Selection, scratch: &mut Scratch) -> Selection {
        let mut survived = Vec::new();
        for row in selection.iter() {
            let one = Selection::Rows(vec![row as u32]);
            match self.update_fallible(shape, batch, &one, scratch) {
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
                self.accumulators.iter_mut().for_each(|a| a.reset(group as usize));
                self.unfed.iter_mut().filter_map(|unfed| unfed.get_mut(group as usize)).for_each(|unfed| *unfed = 0);
                self.store.clear(group as usize);
                self.table.remove(group);
            }
        }
    }
}

/// Counts rows, lists the groups they touch and takes a step for each.
struct Take<'a, S> {
    words: &'a mut [u64],
    stride: usize,
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

/// What a function is given: its argument, and fewer rows than the batch has where some are NULL or fail its FILTER.
struct Fed<'a> {
    argument: Option<&'a Column>,
    narrowed: Option<Selection>,
}

impl<'a> Fed<'a> {
    fn new(call: &AggregateCall, batch: &'a Batch, rows: Rows<'_>) -> Self {
        let argument = call.argument.map(|a| &batch.columns[a]);
        Self { argument, narrowed: narrow(call, batch, argument, rows.selection) }
    }

    fn rows<'s>(&'s self, rows: Rows<'s>) -> Rows<'s> {
        Rows { selection: self.narrowed.as_ref().unwrap_or(rows.selection), ..rows }
    }
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

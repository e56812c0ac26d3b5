//! OVER of rows that come and go, or in an order in which they do not come: partitions are kept in order, and what a batch does to the
//! results of those that it touches is given out.
//!
//! Rows that the order leaves equal are ordered by all of their columns, so that the same rows have the same results however they came.

use std::cmp::Ordering;

use super::sequence::Sequence;
use super::state::{Answers, CallState};
use super::{Lanes, OverShape};
use crate::batch::{Batch, Column, RowKind, Selection};
use crate::error::Result;
use crate::operator::{Operator, Output, row_order, set_aside};
use crate::state::{GroupTable, cell};
use crate::types::{DataType, Nanos};

/// An OVER on one shard that gives out changes.
pub struct OnChange {
    shape: OverShape,
    lanes: Lanes,
    partitions: GroupTable,
    lists: Vec<List>,
    /// Different rows, by number.
    rows: GroupTable,
    /// How often each is there.
    counts: Vec<u64>,
    scratch: Scratch,
}

/// The rows of a partition.
#[derive(Default)]
struct List {
    /// Different ones, in their order.
    rows: Vec<u32>,
    given: Given,
    /// Those that failed when the results were made.
    failed: Vec<u32>,
}

/// What a partition has given out.
#[derive(Default)]
struct Given {
    /// Rows in their order, each as often as it is there.
    rows: Vec<u32>,
    /// The results of each.
    results: Vec<Column>,
}

/// Vectors used anew for every batch.
#[derive(Default)]
struct Scratch {
    hashes: Vec<u64>,
    /// By row of the batch.
    partitions: Vec<u32>,
    /// By row of the batch.
    rows: Vec<u32>,
    /// Partitions that the batch touches.
    touched: Vec<u32>,
    /// By partition: whether it stands among them.
    is_touched: Vec<bool>,
}

/// Rows on their way out.
struct Changes {
    rows: Vec<u32>,
    results: Vec<Column>,
    kinds: Vec<RowKind>,
}

impl Changes {
    fn push(&mut self, given: &Given, at: usize, kind: RowKind) {
        self.rows.push(given.rows[at]);
        self.results.iter_mut().zip(&given.results).for_each(|(own, from)| cell::push(own, from, at));
        self.kinds.push(kind);
    }
}

impl OnChange {
    /// Without rows.
    pub fn new(shape: OverShape) -> OnChange {
        let key_types: Vec<DataType> = shape.keys.iter().map(|key| shape.types[*key].clone()).collect();
        OnChange {
            lanes: Lanes::of(&shape, Vec::new()),
            partitions: GroupTable::new(&key_types),
            lists: Vec::new(),
            rows: GroupTable::new(&shape.types),
            counts: Vec::new(),
            scratch: Scratch::default(),
            shape,
        }
    }

    /// Numbers of the partitions and rows of a batch.
    fn look_up(&mut self, batch: &Batch, scratch: &mut Scratch) {
        let Scratch { hashes, partitions, rows, touched, is_touched } = scratch;
        let all = Selection::All(batch.rows());
        let keys: Vec<&Column> = self.shape.keys.iter().map(|key| &batch.columns[*key]).collect();
        self.partitions.group_ids(&keys, batch.rows(), &all, hashes, partitions);
        self.lists.resize_with(self.partitions.bound(), List::default);
        is_touched.resize(self.partitions.bound(), false);
        let columns: Vec<&Column> = batch.columns.iter().collect();
        self.rows.group_ids(&columns, batch.rows(), &all, hashes, rows);
        self.counts.resize(self.rows.bound(), 0);
        for partition in partitions.iter() {
            if !std::mem::replace(&mut is_touched[*partition as usize], true) {
                touched.push(*partition);
            }
        }
    }

    /// Takes one row. Hot: once per row.
    fn apply(&mut self, batch: &Batch, at: usize, scratch: &Scratch, out: &mut Output) -> Result<()> {
        let (partition, row) = (scratch.partitions[at] as usize, scratch.rows[at]);
        let (order, columns) = (&self.shape.order, self.rows.keys());
        let (list, count) = (&mut self.lists[partition].rows, &mut self.counts[row as usize]);
        let before = |other: &u32| row_order::order(order, columns, *other, row) == Ordering::Less;
        if batch.kind(at).sign() > 0 {
            *count += 1;
            if *count == 1 {
                let place = match list.last() {
                    Some(last) if before(last) => list.len(),
                    _ => list.partition_point(before),
                };
                list.insert(place, row);
            }
        } else if *count == 0 {
            let (types, on_error) = (&self.shape.types, self.shape.on_error);
            return set_aside(batch, at, types, "a row is taken back that is not there", on_error, out);
        } else {
            *count -= 1;
            if *count == 0 {
                let place = list.partition_point(before);
                list.remove(place);
            }
        }
        Ok(())
    }

    /// What a partition is to give out now. Rows whose results fail are left out, and go aside if they have not yet.
    fn results(&self, list: &mut List, out: &mut Output) -> Result<Given> {
        let mut rows: Vec<u32> = Vec::with_capacity(list.rows.len());
        for row in &list.rows {
            rows.extend(std::iter::repeat_n(*row, self.counts[*row as usize] as usize));
        }
        let columns = self.rows.keys();
        let mut peers = Vec::with_capacity(rows.len());
        let mut peer = 0;
        for (at, row) in rows.iter().enumerate() {
            let is_new = at > 0 && row_order::by_keys(&self.shape.order, columns, rows[at - 1], *row) != Ordering::Equal;
            peer += u64::from(is_new);
            peers.push(peer);
        }
        let lanes = self.lanes.columns.iter().map(|column| columns[*column].gather_rows(&rows)).collect();
        let (count, sequence) = (rows.len(), Sequence::of(lanes, peers));
        let (mut results, mut failed) = (Vec::with_capacity(self.lanes.calls.len()), Vec::new());
        for call in &self.lanes.calls {
            let mut answers = Answers::new(&call.data_type, count);
            CallState::new(call).answer(call, self.lanes.key.as_ref(), &sequence, 0..count, &mut answers);
            results.push(answers.column);
            failed.extend(answers.failed);
        }
        let mut given = Given { rows, results };
        if failed.is_empty() && list.failed.is_empty() {
            return Ok(given);
        }
        self.leave_out(&mut given, list, failed, out)?;
        Ok(given)
    }

    #[cold]
    fn leave_out(&self, given: &mut Given, list: &mut List, failed: Vec<(usize, &'static str)>, out: &mut Output) -> Result<()> {
        let failed_rows: Vec<u32> = failed.iter().map(|(at, _)| given.rows[*at]).collect();
        for ((_, why), row) in failed.iter().zip(&failed_rows) {
            if !list.failed.contains(row) {
                let columns = self.rows.keys().iter().map(|column| column.gather_rows(&[*row])).collect();
                set_aside(&Batch::new(columns, 1, 0), 0, &self.shape.types, *why, self.shape.on_error, out)?;
                list.failed.push(*row);
            }
        }
        list.failed = failed_rows;
        let stay = |at: &u32| !failed.iter().any(|(failed, _)| *failed == *at as usize);
        let stay: Vec<u32> = (0..given.rows.len() as u32).filter(stay).collect();
        given.rows = stay.iter().map(|at| given.rows[*at as usize]).collect();
        given.results.iter_mut().for_each(|column| *column = column.gather_rows(&stay));
        Ok(())
    }

    /// What became of a partition: both lists are in the same order.
    fn note_changes(&self, old: &Given, new: &Given, changes: &mut Changes) {
        let (mut at, mut to) = (0, 0);
        while at < old.rows.len() || to < new.rows.len() {
            let order = match (old.rows.get(at), new.rows.get(to)) {
                (Some(a), Some(b)) if a == b => Ordering::Equal,
                (Some(a), Some(b)) => row_order::order(&self.shape.order, self.rows.keys(), *a, *b),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            match order {
                Ordering::Less => changes.push(old, at, RowKind::Delete),
                Ordering::Greater => changes.push(new, to, RowKind::Insert),
                Ordering::Equal => {
                    let mut columns = old.results.iter().zip(&new.results);
                    if !columns.all(|(a, b)| cell::equal(a, at, b, to)) {
                        changes.push(old, at, RowKind::UpdateBefore);
                        changes.push(new, to, RowKind::UpdateAfter);
                    }
                }
            }
            at += usize::from(order != Ordering::Greater);
            to += usize::from(order != Ordering::Less);
        }
    }

    fn emit(&self, changes: Changes, stamp: Nanos, out: &mut Output) {
        let Changes { rows, results, kinds } = changes;
        let columns = self.rows.keys().iter().map(|column| column.gather_rows(&rows)).chain(results).collect();
        let mut batch = Batch::new(columns, rows.len(), stamp);
        batch.kinds = Some(kinds);
        out.emit(batch);
    }

    /// Forgets rows and partitions that are there no longer.
    fn sweep(&mut self, scratch: &mut Scratch) {
        for row in scratch.rows.drain(..) {
            if self.counts[row as usize] == 0 && self.rows.is_live(row) {
                self.rows.remove(row);
            }
        }
        for partition in scratch.touched.drain(..) {
            scratch.is_touched[partition as usize] = false;
            if self.lists[partition as usize].rows.is_empty() {
                self.lists[partition as usize] = List::default();
                self.partitions.remove(partition);
            }
        }
    }
}

impl Operator for OnChange {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let mut scratch = std::mem::take(&mut self.scratch);
        self.look_up(&batch, &mut scratch);
        for at in 0..batch.rows() {
            self.apply(&batch, at, &scratch, out)?;
        }
        let results = self.shape.calls.iter().map(|call| Column::with_capacity(&call.data_type, 0)).collect();
        let mut changes = Changes { rows: Vec::new(), results, kinds: Vec::new() };
        for partition in &scratch.touched {
            let mut list = std::mem::take(&mut self.lists[*partition as usize]);
            let new = self.results(&mut list, out)?;
            self.note_changes(&list.given, &new, &mut changes);
            list.given = new;
            self.lists[*partition as usize] = list;
        }
        self.emit(changes, batch.last_stamp(), out);
        self.sweep(&mut scratch);
        self.scratch = scratch;
        Ok(())
    }

    fn state_bytes(&self) -> usize {
        let numbers = |numbers: &Vec<u32>| numbers.capacity() * size_of::<u32>();
        let of = |list: &List| {
            let results: usize = list.given.results.iter().map(Column::memory_bytes).sum();
            numbers(&list.rows) + numbers(&list.given.rows) + results + size_of::<List>()
        };
        let lists: usize = self.lists.iter().map(of).sum();
        self.partitions.state_bytes() + self.rows.state_bytes() + lists + self.counts.capacity() * size_of::<u64>()
    }
}

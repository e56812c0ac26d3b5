//! OVER of rows that come and go, or in an order in which they do not come: partitions are kept in order, and what a batch does to the
//! results of those that it touches is given out.
//!
//! Rows that the order leaves equal are ordered by all of their columns, so that the same rows have the same results however they came.
//! Where each partition lies in a window (see `partition_windows`), it is forgotten when that is over.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::sequence::Sequence;
use super::state::{Answers, CallState};
use super::{Lanes, OverShape};
use crate::batch::{Batch, Column, RowKind, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::operator::partition_windows::PartitionWindows;
use crate::operator::partitions::{Numbers, Partitions, Step};
use crate::operator::{Operator, Output, Progress, row_order, set_aside};
use crate::state::cell;
use crate::types::Nanos;
use crate::types::relation::Deadline;

/// An OVER on one shard that gives out changes.
pub struct OnChange {
    shape: OverShape,
    lanes: Lanes,
    partitions: Partitions<Results>,
    /// Where each partition lies in a window.
    windows: Option<PartitionWindows>,
}

/// What is known of a partition besides its rows.
#[derive(Default)]
struct Results {
    given: Given,
    /// Rows that failed when the results were made.
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
    /// Without rows. Where each partition lies in a window, `window` has its end, and the hidden last column, if there is one.
    pub fn new(mut shape: OverShape, window: Option<(Deadline, Option<usize>)>) -> OnChange {
        if let Some((_, Some(hidden))) = window {
            shape.types.truncate(hidden);
        }
        let partitions = Partitions::new(shape.keys.clone(), &shape.types, shape.ttl);
        let windows = window.map(|(end, hidden)| PartitionWindows::new(end, hidden));
        OnChange { lanes: Lanes::of(&shape, Vec::new()), partitions, windows, shape }
    }

    /// Takes one row. Hot: once per row.
    fn apply(&mut self, batch: &Batch, at: usize, numbers: &Numbers, out: &mut Output) -> Result<()> {
        let (partition, row, comes) = (numbers.partitions[at], numbers.rows[at], batch.kind(at).sign() > 0);
        match self.partitions.step_in_order(partition, row, comes, &self.shape.order) {
            Step::Strays => {
                let (types, on_error) = (&self.shape.types, self.shape.on_error);
                set_aside(batch, at, types, "a row is taken back that is not there", on_error, out)
            }
            _ => Ok(()),
        }
    }

    /// What a partition is to give out now. Rows whose results fail are left out, and go aside if they have not yet.
    fn results(&self, partition: u32, last: &mut Results, out: &mut Output) -> Result<Given> {
        let list = self.partitions.list(partition);
        let mut rows: Vec<u32> = Vec::with_capacity(list.len());
        for row in list {
            rows.extend(std::iter::repeat_n(*row, self.partitions.count(*row) as usize));
        }
        let columns = self.partitions.columns();
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
        if failed.is_empty() && last.failed.is_empty() {
            return Ok(given);
        }
        self.leave_out(&mut given, last, failed, out)?;
        Ok(given)
    }

    #[cold]
    fn leave_out(
        &self,
        given: &mut Given,
        last: &mut Results,
        failed: Vec<(usize, Cow<'static, str>)>,
        out: &mut Output,
    ) -> Result<()> {
        let failed_rows: Vec<u32> = failed.iter().map(|(at, _)| given.rows[*at]).collect();
        for ((_, why), row) in failed.iter().zip(&failed_rows) {
            if !last.failed.contains(row) {
                let columns = self.partitions.columns().iter().map(|column| column.gather_rows(&[*row])).collect();
                set_aside(&Batch::new(columns, 1, 0), 0, &self.shape.types, why.clone(), self.shape.on_error, out)?;
                last.failed.push(*row);
            }
        }
        last.failed = failed_rows;
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
                (Some(a), Some(b)) => row_order::order(&self.shape.order, self.partitions.columns(), *a, *b),
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
        let columns = self.partitions.columns().iter().map(|column| column.gather_rows(&rows)).chain(results).collect();
        let mut batch = Batch::new(columns, rows.len(), stamp);
        batch.kinds = Some(kinds);
        out.emit(batch);
    }
}

impl Operator for OnChange {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let batch = match &self.windows {
            Some(windows) => windows.in_time(batch, out),
            None => batch,
        };
        let made = self.partitions.known().made();
        let numbers = self.partitions.look_up(&batch);
        if let Some(windows) = &mut self.windows {
            windows.note_new(&batch, &numbers.partitions, self.partitions.known(), made);
        }
        for at in 0..batch.rows() {
            self.apply(&batch, at, &numbers, out)?;
        }
        let results = self.shape.calls.iter().map(|call| Column::with_capacity(&call.data_type, 0)).collect();
        let mut changes = Changes { rows: Vec::new(), results, kinds: Vec::new() };
        for partition in &numbers.touched {
            let mut last = std::mem::take(self.partitions.more_mut(*partition));
            let new = self.results(*partition, &mut last, out)?;
            self.note_changes(&last.given, &new, &mut changes);
            last.given = new;
            *self.partitions.more_mut(*partition) = last;
        }
        self.emit(changes, batch.last_stamp(), out);
        match self.windows {
            None => self.partitions.sweep(numbers, std::iter::empty()),
            // Partitions of windows stay until these are over.
            Some(_) => self.partitions.sweep_within(numbers, std::iter::empty()),
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, _out: &mut Output) -> Result<Progress> {
        let Some(windows) = &mut self.windows else { return Ok(Progress::Done) };
        windows.pass(watermark.time);
        for _ in 0..TIMER_ROWS_PER_TURN {
            let Some(partition) = windows.next_over() else { return Ok(Progress::Done) };
            self.partitions.forget(partition);
        }
        Ok(Progress::More)
    }

    fn state_bytes(&self) -> usize {
        let windows = self.windows.as_ref().map_or(0, PartitionWindows::state_bytes);
        let partitions = self.partitions.state_bytes(|results| {
            let columns: usize = results.given.results.iter().map(Column::memory_bytes).sum();
            columns + (results.given.rows.capacity() + results.failed.capacity()) * size_of::<u32>()
        });
        partitions + windows
    }
}

//! The first of two phases of an aggregate: groups of rows where they were read, as states that the second phase adds up.
//!
//! ```text
//!   rows of a batch -> groups of that batch -> states ---exchange---> Aggregate, WindowAggregate
//!        \--- rows that are better sent as they are ---exchange--------/
//! ```
//! No group outlives its batch, so there is nothing to wait for and nothing to lose. A single row is sent as it is. So are all rows
//! once a sum over all shards might fail: what is set aside then is said of rows, one by one, as in one phase. And so are rows that are late by
//! the watermark of their own split, or have no place in time: what becomes of them is said in one place.
//!
//! Where that is asked for, batches are left as they are unless keys come again and again in them, as they do where one key has most of the rows. A
//! look at a few rows of a batch, now and then, tells: where no key does, nothing is done and little is looked at.

use std::borrow::Cow;

use super::grouped::{Grouped, Retention, Scratch, Shape, States};
use super::looks::Looks;
use super::window_rows::WindowRows;
use super::window_slice::Pane;
use super::{Operator, Output, set_aside};
use crate::batch::{Batch, Column, Selection, Values};
use crate::error::Result;
use crate::state::key_hash::hash_columns;
use crate::types::relation::{AggregateCall, Changes, OnError, Partial, Retracts, WindowTimes};
use crate::types::{DataType, EventTime};

/// Keyed aggregate of single batches. Its states have the columns that `physical::PartialAggregate` says.
pub struct PartialAggregate {
    shape: Shape,
    times: Option<WindowTimes>,
    when: Partial,
    /// Whether keys repeat.
    looks: Looks,
    /// Shards whose states are added up.
    shards: usize,
    groups: Grouped,
    scratch: Scratch,
    rows: WindowRows,
}

/// Rows of a batch that are looked at; a batch of fewer is left as it is.
const ROWS_LOOKED_AT: usize = 64;

/// Keys that they may have at the most for keys to repeat.
const KEYS_REPEAT_MAX: usize = ROWS_LOOKED_AT / 4;

impl PartialAggregate {
    /// Over these key columns, on one of so many shards.
    pub fn new(
        keys: Vec<usize>,
        calls: Vec<AggregateCall>,
        retracts: Retracts,
        (times, when): (Option<WindowTimes>, Partial),
        types: Vec<DataType>,
        shards: usize,
    ) -> Self {
        let key_types = keys.iter().map(|k| types[*k].clone()).collect();
        let (keeps_empty, changes) = (Retention::Remove, Changes::AfterOnly);
        let shape = Shape { keys, key_types, calls, retracts, keeps_empty, changes, ttl: None };
        let groups = Grouped::in_table(&shape);
        let (scratch, rows) = (Scratch::default(), WindowRows::default());
        Self { shape, times, when, looks: Looks::default(), shards, groups, scratch, rows }
    }

    /// Whether a batch is made into states, if they can stand for its rows. Hot: once per batch.
    fn is_wanted(&mut self, batch: &Batch) -> bool {
        match self.when {
            Partial::Always => batch.rows() > 1,
            Partial::WhereKeysRepeat if batch.rows() < ROWS_LOOKED_AT => false,
            Partial::WhereKeysRepeat => {
                if self.looks.is_due() {
                    let repeat = self.has_few_keys(batch);
                    self.looks.found(repeat);
                }
                self.looks.pays()
            }
        }
    }

    /// Whether some rows of a batch, as far from each other as can be, have few keys.
    fn has_few_keys(&self, batch: &Batch) -> bool {
        let rows: Vec<u32> = (0..ROWS_LOOKED_AT).map(|at| (at * batch.rows() / ROWS_LOOKED_AT) as u32).collect();
        let keys: Vec<Column> = self.shape.keys.iter().map(|key| batch.columns[*key].gather_rows(&rows)).collect();
        let mut hashes = Vec::new();
        hash_columns(&keys.iter().collect::<Vec<_>>(), rows.len(), &mut hashes);
        hashes.sort_unstable();
        hashes.dedup();
        hashes.len() <= KEYS_REPEAT_MAX
    }

    /// The states of the selected rows of a prepared batch; `None` where they cannot stand for them, whatever the other shards have.
    fn states(&mut self, batch: &Batch, rows: &Selection) -> Option<States> {
        self.groups.apply(&self.shape, batch, rows, &mut self.scratch);
        if self.scratch.errors.is_empty() && self.groups.leave_room_for(self.shards) {
            return Some(self.groups.take_states());
        }
        self.groups.remove_all();
        None
    }

    /// The states of each pane of a prepared batch.
    fn states_by_pane(&mut self, batch: &Batch) -> Option<Vec<Batch>> {
        let panes = std::mem::take(&mut self.rows.panes);
        let of_pane = |(pane, rows): &(Pane, Selection)| {
            let states = self.states(batch, rows)?.into_batch(batch.last_stamp());
            Some(with_pane(states, *pane, self.shape.keys.len()))
        };
        let states = panes.iter().map(of_pane).collect();
        self.rows.panes = panes;
        states
    }

    /// Gives out states for all rows that they can stand for, and the other rows.
    fn process_windows(&mut self, batch: Batch, times: &WindowTimes, out: &mut Output) {
        let (time, split) = (&batch.columns[times.time_column], &batch.columns[times.split_watermark_column]);
        self.rows.sort(&batch, &times.window, time, Some(split), EventTime::MIN);
        let Some(states) = self.states_by_pane(&batch) else { return out.emit(batch) };
        out.states.extend(states);
        out.filtered_rows += self.rows.outside;
        let mut others: Vec<u32> = self.rows.late.iter().chain(self.rows.failed.iter().map(|(row, _)| row)).copied().collect();
        if !others.is_empty() {
            others.sort_unstable();
            out.emit(batch.gather(&Selection::Rows(others)));
        }
    }
}

/// States with the pane that they are of, behind their keys.
fn with_pane(mut states: Batch, pane: Pane, keys: usize) -> Batch {
    let ends = [pane.first, pane.last].map(|end| Column::from_values(Values::I64(vec![end; states.rows()])));
    states.columns.splice(keys..keys, ends);
    states
}

#[cfg(test)]
impl PartialAggregate {
    /// Whether it holds no group.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

impl Operator for PartialAggregate {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        if !self.is_wanted(&batch) || !self.groups.leave_room_for(self.shards) {
            out.emit(batch);
            return Ok(());
        }
        self.scratch.prepare(&batch);
        match self.times {
            Some(times) => self.process_windows(batch, &times, out),
            None => match self.states(&batch, &Selection::All(batch.rows())) {
                Some(states) => out.states.push(states.into_batch(batch.last_stamp())),
                None => out.emit(batch),
            },
        }
        Ok(())
    }

    fn state_bytes(&self) -> usize {
        self.groups.state_bytes()
    }
}

/// Takes the rows of a state that failed out of the stream; of them only the key is known. Cold: rows of several shards have to make a sum
/// fail together.
#[cold]
pub(super) fn set_aside_states(
    states: &States,
    (at, reason): &(usize, Cow<'static, str>),
    shape: &Shape,
    on_error: OnError,
    out: &mut Output,
) -> Result<()> {
    let (keys, rows) = (Batch::new(states.keys.clone(), states.rows.len(), 0), states.rows[*at]);
    let reason = format!("{reason}, of {rows} rows that were added up where they were read");
    (0..rows).try_for_each(|_| set_aside(&keys, *at, &shape.key_types, reason.clone(), on_error, out))
}

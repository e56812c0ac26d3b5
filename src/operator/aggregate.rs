//! Running aggregate by key: a changelog after every batch, or all results once at the end of input.

use super::grouped::{Closing, Grouped, Retention, Scratch, Shape};
use super::{Operator, Output, Progress, set_aside};
use crate::batch::{Batch, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::types::relation::{AggregateCall, Changes, Emit, OnError, Retracts};
use crate::types::{DataType, Nanos};

/// Whether this instance owns the one group of an aggregate without keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobalGroup {
    /// It gives out a row even for no input.
    Owned,
    /// Another instance does.
    Elsewhere,
}

/// Keyed running aggregate. Output: keys, then results.
pub struct Aggregate {
    shape: Shape,
    emit: Emit,
    on_error: OnError,
    global: GlobalGroup,
    input_types: Vec<DataType>,
    groups: Grouped,
    scratch: Scratch,
    /// At the end of the input.
    closing: Option<Closing>,
    stamp: Nanos,
}

impl Aggregate {
    /// Over these key columns; DISTINCT without calls.
    #[expect(clippy::too_many_arguments, reason = "one for each field of the plan's node")]
    pub fn new(
        keys: Vec<usize>,
        calls: Vec<AggregateCall>,
        emit: Emit,
        changes: Changes,
        retracts: Retracts,
        on_error: OnError,
        global: GlobalGroup,
        input_types: Vec<DataType>,
    ) -> Self {
        let key_types = keys.iter().map(|k| input_types[*k].clone()).collect();
        let keeps_empty = if keys.is_empty() { Retention::Keep } else { Retention::Remove };
        let shape = Shape { keys, key_types, calls, retracts, keeps_empty, changes };
        let groups = Grouped::new(&shape);
        let scratch = Scratch::default();
        Self { shape, emit, on_error, global, input_types, groups, scratch, closing: None, stamp: 0 }
    }
}

impl Aggregate {
    /// What is given out at the end of the input.
    fn close(&mut self) -> Closing {
        let made = self.shape.keys.is_empty() && self.groups.is_empty() && self.global == GlobalGroup::Owned;
        if made {
            self.groups.make_global();
        }
        let groups = std::mem::replace(&mut self.groups, Grouped::new(&self.shape));
        match self.emit {
            Emit::OnChange if !made => Closing::none(groups),
            _ => Closing::all(groups, &self.shape),
        }
    }
}

impl Operator for Aggregate {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let all = Selection::All(batch.rows());
        self.scratch.prepare(&batch);
        self.stamp = batch.last_stamp();
        match self.emit {
            Emit::OnClose => self.groups.apply(&self.shape, &batch, &all, &mut self.scratch),
            Emit::OnChange => {
                let changes = self.groups.apply_changes(&self.shape, &batch, &all, &mut self.scratch);
                let rows = changes.kinds.len();
                let columns = changes.keys.into_iter().chain(changes.results).collect();
                let mut result = Batch::new(columns, rows, self.stamp);
                result.kinds = Some(changes.kinds);
                out.emit(result);
            }
        }
        for (row, reason) in std::mem::take(&mut self.scratch.errors) {
            set_aside(&batch, row, &self.input_types, reason, self.on_error, out)?;
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        if watermark.time != Watermark::MAX.time {
            return Ok(Progress::Done);
        }
        let mut closing = self.closing.take().unwrap_or_else(|| self.close());
        if !closing.is_done() {
            let (keys, results, rows) = closing.take(TIMER_ROWS_PER_TURN);
            out.emit(Batch::new(keys.into_iter().chain(results).collect(), rows, self.stamp));
        }
        let progress = if closing.is_done() { Progress::Done } else { Progress::More };
        self.closing = Some(closing);
        Ok(progress)
    }

    fn state_bytes(&self) -> usize {
        self.groups.state_bytes() + self.closing.as_ref().map_or(0, Closing::state_bytes)
    }
}

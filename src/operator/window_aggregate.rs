//! Aggregate by key over event-time windows: groups by window, closed in order when the watermark passes their end.
//!
//! What is late is decided by the watermark of the row's own split (and never opens a closed window): a window a row is too late
//! for does not get it, and a row too late for all of its windows is a late row.

use std::collections::BTreeMap;

use super::grouped::{Closing, Grouped, Retention, Scratch, Shape};
use super::window_assign::window_columns;
use super::window_rows::WindowRows;
use super::window_slice::is_passed;
use super::{Operator, Output, Progress, set_aside};
use crate::batch::{Batch, Column, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::types::relation::{AggregateCall, Aligned, Changes, Emit, OnError, Retracts};
use crate::types::{DataType, EventTime};

/// Window aggregate. Output: keys, window_start, window_end, window_time, results.
pub struct WindowAggregate {
    time_column: usize,
    split_watermark_column: Option<usize>,
    window: Aligned,
    shape: Shape,
    emit: Emit,
    on_error: OnError,
    input_types: Vec<DataType>,
    /// By end.
    windows: BTreeMap<EventTime, Grouped>,
    watermark: EventTime,
    scratch: Scratch,
    rows: WindowRows,
    /// The window being given out, and its end.
    closing: Option<(EventTime, Closing)>,
    /// Memory of a window given out, for the next.
    spare: Option<Grouped>,
}

impl WindowAggregate {
    /// Over these key columns and windows of `time_column`.
    #[expect(clippy::too_many_arguments, reason = "one for each field of the plan's node")]
    pub fn new(
        time_column: usize,
        split_watermark_column: Option<usize>,
        window: Aligned,
        keys: Vec<usize>,
        calls: Vec<AggregateCall>,
        emit: Emit,
        changes: Changes,
        retracts: Retracts,
        on_error: OnError,
        input_types: Vec<DataType>,
    ) -> Self {
        let key_types = keys.iter().map(|k| input_types[*k].clone()).collect();
        let shape = Shape { keys, key_types, calls, retracts, keeps_empty: Retention::Remove, changes };
        let (windows, scratch) = (BTreeMap::new(), Scratch::default());
        let watermark = EventTime::MIN;
        Self {
            time_column,
            split_watermark_column,
            window,
            shape,
            emit,
            on_error,
            input_types,
            windows,
            watermark,
            scratch,
            rows: WindowRows::default(),
            closing: None,
            spare: None,
        }
    }

    /// Sorts the rows of a batch by window; those that fail go aside, late ones are given out.
    fn assign(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        let (times, split) = (&batch.columns[self.time_column], self.split_watermark_column.map(|c| &batch.columns[c]));
        self.rows.sort(batch, &self.window, times, split, self.watermark);
        for (row, reason) in &self.rows.failed {
            set_aside(batch, *row as usize, &self.input_types, *reason, self.on_error, out)?;
        }
        out.filtered_rows += self.rows.outside;
        if !self.rows.late.is_empty() {
            out.late_rows += self.rows.late.len() as u64;
            out.late.push(batch.gather(&Selection::Rows(self.rows.late.clone())));
        }
        Ok(())
    }

    /// The next window that the watermark has passed.
    fn next_closed(&mut self) -> Option<(EventTime, Closing)> {
        let entry = self.windows.first_entry()?;
        if !is_passed(*entry.key(), self.watermark) {
            return None;
        }
        let (end, groups) = entry.remove_entry();
        let closing = match self.emit {
            Emit::OnClose => Closing::all(groups, &self.shape),
            Emit::OnChange => Closing::none(groups),
        };
        Some((end, closing))
    }

    /// Window columns of so many results of one window.
    fn window_columns(&self, end: EventTime, rows: usize) -> [Column; 3] {
        window_columns(vec![self.window.start_of(end); rows], vec![end; rows])
    }
}

impl Operator for WindowAggregate {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.assign(&batch, out)?;
        self.scratch.prepare(&batch);
        let newest = self.windows.last_key_value().map(|(end, groups)| (*end, groups.len()));
        let rows = std::mem::take(&mut self.rows);
        let each = rows.panes.iter().flat_map(|(pane, rows)| pane.ends(&self.window).map(move |end| (end, rows)));
        for (end, rows) in each {
            // A window that follows all others will have about as many groups as the last of them; of one in between nothing is known.
            let expected = newest.map_or(0, |(newest, groups)| if end > newest { groups } else { 0 });
            let fresh = || self.spare.take().unwrap_or_else(|| Grouped::with_room(&self.shape, expected));
            let groups = self.windows.entry(end).or_insert_with(fresh);
            match self.emit {
                Emit::OnClose => groups.apply(&self.shape, &batch, rows, &mut self.scratch),
                Emit::OnChange => {
                    let changes = groups.apply_changes(&self.shape, &batch, rows, &mut self.scratch);
                    let count = changes.kinds.len();
                    let window = self.window_columns(end, count);
                    let columns = changes.keys.into_iter().chain(window).chain(changes.results).collect();
                    let mut result = Batch::new(columns, count, batch.last_stamp());
                    result.kinds = Some(changes.kinds);
                    out.emit(result);
                }
            }
        }
        self.rows = rows;
        let mut errors = std::mem::take(&mut self.scratch.errors);
        errors.sort_by_key(|(row, _)| *row);
        errors.dedup_by_key(|(row, _)| *row);
        for (row, reason) in errors {
            set_aside(&batch, row, &self.input_types, reason, self.on_error, out)?;
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let mut budget = TIMER_ROWS_PER_TURN;
        loop {
            let closed = self.closing.take().or_else(|| self.next_closed());
            let Some((end, mut closing)) = closed else { return Ok(Progress::Done) };
            if !closing.is_done() {
                if budget == 0 {
                    self.closing = Some((end, closing));
                    return Ok(Progress::More);
                }
                let (keys, results, rows) = closing.take(budget);
                let window = self.window_columns(end, rows);
                out.emit(Batch::new(keys.into_iter().chain(window).chain(results).collect(), rows, watermark.stamp));
                budget -= rows;
            }
            match closing.is_done() {
                true => self.spare = closing.into_spare().or(self.spare.take()),
                false => self.closing = Some((end, closing)),
            }
        }
    }

    fn state_bytes(&self) -> usize {
        let closing = self.closing.as_ref().map_or(0, |(_, closing)| closing.state_bytes());
        let windows: usize = self.windows.values().chain(&self.spare).map(Grouped::state_bytes).sum();
        closing + windows
    }
}

//! Appends window_start, window_end and window_time of a row's session. Rows wait until their session has ended, because only then its
//! bounds are known.

use std::collections::BTreeMap;

use super::{SessionShape, Sessions};
use crate::batch::{Batch, Column, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::operator::window_assign::window_columns;
use crate::operator::{Operator, Output, Progress, set_aside};
use crate::types::relation::OnError;
use crate::types::{DataType, EventTime};

/// Assigns rows to sessions.
pub struct SessionAssign {
    sessions: Sessions,
    on_error: OnError,
    types: Vec<DataType>,
    /// Rows of each open session.
    rows: BTreeMap<i64, Waiting>,
    watermark: EventTime,
}

/// Rows of a session that has not ended.
struct Waiting {
    columns: Vec<Column>,
    rows: usize,
}

impl Waiting {
    fn add(&mut self, columns: &[Column], rows: usize) {
        self.columns.iter_mut().zip(columns).for_each(|(all, more)| all.append(more));
        self.rows += rows;
    }
}

impl SessionAssign {
    /// Of rows with columns of these types, none of which is ever taken back.
    pub fn new(shape: SessionShape, on_error: OnError, types: Vec<DataType>) -> Self {
        let sessions = Sessions::new(shape, &types);
        Self { sessions, on_error, types, rows: BTreeMap::new(), watermark: EventTime::MIN }
    }

    /// Puts the rows of a batch to those of their sessions.
    fn keep(&mut self, batch: &Batch) {
        let sorted = &self.sessions.sorted;
        for (from, into) in &sorted.merged {
            if let Some(gone) = self.rows.remove(from) {
                // Merged into one that is older, which came before the batch if this one did.
                match self.rows.get_mut(&sorted.final_id(*into)) {
                    Some(waiting) => waiting.add(&gone.columns, gone.rows),
                    None => drop(self.rows.insert(sorted.final_id(*into), gone)),
                }
            }
        }
        let mut by_session: Vec<(i64, u32)> = sorted.taken.iter().map(|row| (sorted.ids[*row as usize], *row)).collect();
        by_session.sort_unstable();
        for own in by_session.chunk_by(|a, b| a.0 == b.0) {
            let rows: Vec<u32> = own.iter().map(|(_, row)| *row).collect();
            let columns: Vec<Column> = batch.columns.iter().map(|column| column.gather_rows(&rows)).collect();
            match self.rows.get_mut(&own[0].0) {
                Some(waiting) => waiting.add(&columns, rows.len()),
                None => drop(self.rows.insert(own[0].0, Waiting { columns, rows: rows.len() })),
            }
        }
    }
}

impl Operator for SessionAssign {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.sessions.sort(&batch, self.watermark);
        for (row, reason) in &self.sessions.sorted.failed {
            set_aside(&batch, *row as usize, &self.types, *reason, self.on_error, out)?;
        }
        out.give_late(0, &batch, &Selection::Rows(self.sessions.sorted.late.clone()));
        self.keep(&batch);
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let mut budget = TIMER_ROWS_PER_TURN;
        loop {
            let closed = self.sessions.close(self.watermark, 1);
            let ([id], [start], [end]) = (closed.ids.as_slice(), closed.starts.as_slice(), closed.ends.as_slice()) else {
                return Ok(Progress::Done);
            };
            if let Some(Waiting { mut columns, rows }) = self.rows.remove(id) {
                columns.extend(window_columns(vec![*start; rows], vec![*end; rows]));
                out.emit(Batch::new(columns, rows, watermark.stamp));
                budget = budget.saturating_sub(rows);
            }
            if budget == 0 {
                return Ok(Progress::More);
            }
        }
    }

    fn state_bytes(&self) -> usize {
        let waiting = self.rows.values().flat_map(|waiting| &waiting.columns).map(Column::memory_bytes).sum::<usize>();
        self.sessions.state_bytes() + waiting
    }
}

//! Appends window_start, window_end and window_time of a row's session. Rows wait until their session has ended, because only then its
//! bounds are known; what is taken back meanwhile is not given out, but the session keeps the bounds that it gave it.

use std::collections::BTreeMap;

use super::{Before, SessionShape, Sessions, passes_on};
use crate::batch::{Batch, Column, Selection, Values, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::operator::window_assign::some_window_columns;
use crate::operator::{Consolidate, Operator, Output, Progress, set_aside};
use crate::types::relation::{Netting, OnError, Retracts, WindowColumn};
use crate::types::{DataType, EventTime};

/// What is taken back is left out of the rows that wait when it is more than one in so many.
const NET_IF_ONE_IN: usize = 4;

/// Assigns rows to sessions.
pub struct SessionAssign {
    sessions: Sessions,
    /// What stands behind the columns of a row.
    columns: Vec<WindowColumn>,
    on_error: OnError,
    types: Vec<DataType>,
    /// Rows of each open session.
    waiting: BTreeMap<u32, Waiting>,
    /// Where rows may be taken back: leaves out those that are.
    netting: Option<Consolidate>,
    watermark: EventTime,
}

/// Rows of a session that has not ended.
#[derive(Default)]
struct Waiting {
    rows: Batch,
    /// How many of them take others back that are still among them, or have not come.
    taking_back: usize,
}

impl Waiting {
    fn of(rows: Batch) -> Waiting {
        let taking_back = rows.kinds.as_ref().map_or(0, |kinds| kinds.iter().filter(|kind| kind.sign() < 0).count());
        Waiting { rows, taking_back }
    }

    fn add(&mut self, more: &Waiting) {
        // Of which all may have been taken back.
        if !more.rows.is_empty() {
            self.rows.append(&more.rows);
        }
        self.taking_back += more.taking_back;
    }

    /// Without rows that are taken back, and those that take them back.
    fn net(self, netting: &mut Consolidate) -> Result<Waiting> {
        let mut out = Output::default();
        netting.process(self.rows, &mut out)?;
        Ok(Waiting::of(out.batches.pop().unwrap_or_default()))
    }
}

impl SessionAssign {
    /// Of rows with columns of these types; appends these columns.
    pub fn new(
        shape: SessionShape,
        columns: Vec<WindowColumn>,
        retracts: Retracts,
        on_error: OnError,
        types: Vec<DataType>,
    ) -> Self {
        let sessions = Sessions::new(shape, &types, Before::Forgotten);
        let netting = (retracts == Retracts::Maybe).then(|| Consolidate::new(Netting::Always, &types));
        Self { sessions, columns, on_error, types, waiting: BTreeMap::new(), netting, watermark: EventTime::MIN }
    }

    /// Puts the rows of a batch to those of their sessions.
    fn keep(&mut self, batch: &Batch) -> Result<()> {
        let sorted = &self.sessions.sorted;
        for from in sorted.merged.keys() {
            if let Some(gone) = self.waiting.remove(from) {
                self.waiting.entry(sorted.final_id(*from)).or_default().add(&gone);
            }
        }
        let mut by_session: Vec<(u32, u32)> = sorted.taken().iter().map(|row| (sorted.ids[row], row as u32)).collect();
        by_session.sort_unstable();
        for own in by_session.chunk_by(|a, b| a.0 == b.0) {
            let rows = Selection::Rows(own.iter().map(|(_, row)| *row).collect());
            let waiting = self.waiting.entry(own[0].0).or_default();
            waiting.add(&Waiting::of(batch.gather(&rows)));
            if let Some(netting) = &mut self.netting
                && waiting.taking_back > waiting.rows.rows() / NET_IF_ONE_IN
            {
                *waiting = std::mem::take(waiting).net(netting)?;
            }
        }
        Ok(())
    }

    /// The rows that are left of a session.
    fn left(&mut self, mut waiting: Waiting, out: &mut Output) -> Result<Batch> {
        let Some(netting) = self.netting.as_mut().filter(|_| waiting.taking_back > 0) else { return Ok(waiting.rows) };
        waiting = waiting.net(netting)?;
        let all = Selection::All(waiting.rows.rows());
        for stray in all.filter(|row| waiting.rows.kind(row).sign() < 0).iter() {
            set_aside(&waiting.rows, stray, &self.types, "a row is taken back that is not there", self.on_error, out)?;
        }
        Ok(waiting.rows.gather(&all.filter(|row| waiting.rows.kind(row).sign() > 0)))
    }

    /// A batch whose rows are equal to those that take them back: the marks of their split are not theirs.
    fn unmarked(&self, mut batch: Batch) -> Batch {
        if self.netting.is_some() {
            let shape = &self.sessions.shape;
            for column in [shape.split_watermark_column, shape.split_column].into_iter().flatten() {
                batch.columns[column] = Column::from_values(Values::I64(vec![0; batch.rows()]));
            }
        }
        batch
    }
}

impl Operator for SessionAssign {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.sessions.sort(&batch, self.watermark);
        for (row, reason) in &self.sessions.sorted.failed {
            set_aside(&batch, *row as usize, &self.types, *reason, self.on_error, out)?;
        }
        out.give_late(0, &batch, &Selection::Rows(self.sessions.sorted.late.clone()));
        let batch = self.unmarked(batch);
        self.keep(&batch)
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let mut budget = TIMER_ROWS_PER_TURN;
        loop {
            let closed = self.sessions.close(self.watermark, 1);
            let ([id], [start], [end]) = (closed.ids.as_slice(), closed.starts.as_slice(), closed.ends.as_slice()) else {
                return Ok(Progress::Done);
            };
            if let Some(waiting) = self.waiting.remove(id) {
                let left = self.left(waiting, out)?;
                let rows = left.rows();
                let mut columns = left.columns;
                columns.extend(some_window_columns(&self.columns, vec![*start; rows], vec![*end; rows]));
                out.emit(Batch::new(columns, rows, watermark.stamp));
                budget = budget.saturating_sub(rows);
            }
            if budget == 0 {
                return Ok(Progress::More);
            }
        }
    }

    fn passes_on(&self, watermark: Watermark) -> Watermark {
        passes_on(watermark)
    }

    fn state_bytes(&self) -> usize {
        let columns = self.waiting.values().flat_map(|waiting| &waiting.rows.columns);
        let netting = self.netting.as_ref().map_or(0, Consolidate::state_bytes);
        self.sessions.state_bytes() + columns.map(Column::memory_bytes).sum::<usize>() + netting
    }
}

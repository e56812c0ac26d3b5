//! Aggregate by key over sessions: one group a session, by its number; groups of sessions that meet become one.

use super::{Before, Closed, SessionRef, SessionShape, Sessions, passes_on};
use crate::batch::{Batch, Column, RowKind, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::operator::grouped::{NumberedGroups, Retention, Scratch, Shape};
use crate::operator::window_assign::window_columns;
use crate::operator::{Operator, Output, Progress, set_aside};
use crate::state::cell;
use crate::types::relation::{AggregateCall, Changes, Emit, OnError, Retracts};
use crate::types::{DataType, EventTime, Nanos};

/// Session aggregate. Output: keys, window_start, window_end, window_time, results.
pub struct SessionAggregate {
    sessions: Sessions,
    shape: Shape,
    emit: Emit,
    on_error: OnError,
    types: Vec<DataType>,
    /// Types of the keys.
    key_types: Vec<DataType>,
    /// By number of the session.
    groups: NumberedGroups,
    scratch: Scratch,
    watermark: EventTime,
}

/// Sessions as they are given out.
struct Given {
    sessions: Vec<SessionRef>,
    columns: Vec<Column>,
}

impl SessionAggregate {
    /// Over rows with columns of these types.
    pub fn new(
        sessions: SessionShape,
        calls: Vec<AggregateCall>,
        emit: Emit,
        retracts: Retracts,
        on_error: OnError,
        types: Vec<DataType>,
    ) -> Self {
        let key_types = sessions.keys.iter().map(|key| types[*key].clone()).collect();
        // What tells groups apart is the number of the session.
        let shape = Shape {
            keys: Vec::new(),
            key_types: Vec::new(),
            calls,
            retracts,
            keeps_empty: Retention::Remove,
            changes: Changes::BeforeAndAfter,
            ttl: None,
        };
        let groups = NumberedGroups::new(&shape);
        let before = if emit == Emit::OnChange { Before::Noted } else { Before::Forgotten };
        let sessions = Sessions::new(sessions, &types, before);
        let (scratch, watermark) = (Scratch::default(), EventTime::MIN);
        Self { sessions, shape, emit, on_error, types, key_types, groups, scratch, watermark }
    }

    /// Makes the groups of sessions that have met one. What does not fit into a sum then goes aside.
    fn merge(&mut self, out: &mut Output) -> Result<()> {
        let sorted = &self.sessions.sorted;
        let with_rows = sorted.merged.keys().copied().filter(|from| self.groups.rows_of(*from) > 0);
        let (from, into): (Vec<u32>, Vec<u32>) = with_rows.map(|from| (from, sorted.final_id(from))).unzip();
        if from.is_empty() {
            return Ok(());
        }
        self.groups.merge(&self.shape, (&from, &into), &mut self.scratch);
        let errors = std::mem::take(&mut self.scratch.errors);
        if errors.is_empty() {
            return Ok(());
        }
        let keys: Vec<u32> = from.iter().map(|from| self.sessions.sorted.merged[from].key).collect();
        let lost = Batch::new(self.sessions.keys_of(&keys), keys.len(), 0);
        for (row, reason) in errors {
            set_aside(&lost, row, &self.key_types, reason, self.on_error, out)?;
        }
        Ok(())
    }

    /// The sessions with rows among these, and what is given out of them.
    fn given(&self, sessions: Vec<SessionRef>) -> Given {
        let ids: Vec<u32> = sessions.iter().map(|session| session.id).collect();
        let (there, results) = self.groups.peek(&ids);
        let with_rows = sessions.into_iter().zip(there).filter(|(_, there)| *there).map(|(session, _)| session);
        let sessions: Vec<SessionRef> = with_rows.collect();
        let keys: Vec<u32> = sessions.iter().map(|session| session.key).collect();
        let (starts, ends) = sessions.iter().map(|session| (session.start, session.end)).unzip();
        let columns = self.sessions.keys_of(&keys).into_iter().chain(window_columns(starts, ends)).chain(results).collect();
        Given { sessions, columns }
    }

    /// Gives out what has become of the sessions that a batch touched. The bounds of a session are part of what it is known by, so that
    /// a row is never replaced but taken back.
    fn emit_changes(&mut self, mut old: Given, stamp: Nanos, out: &mut Output) {
        let sorted = &self.sessions.sorted;
        let mut touched: Vec<(u32, u32)> =
            sorted.taken().iter().map(|row| (sorted.ids[row], self.sessions.key_of_row[row])).collect();
        touched.sort_unstable();
        touched.dedup();
        let current = touched.iter().filter_map(|(id, key)| self.sessions.current(*key, *id)).collect();
        let new = self.given(current);
        let count = old.sessions.len();
        let twin = |session: &SessionRef| old.sessions.iter().position(|other| other == session);
        let same = |(at, session): (usize, &SessionRef)| {
            twin(session).filter(|was| old.columns.iter().zip(&new.columns).all(|(a, b)| cell::equal(a, *was, b, at)))
        };
        let unchanged: Vec<Option<usize>> = new.sessions.iter().enumerate().map(same).collect();
        let gone = (0..count).filter(|at| !unchanged.contains(&Some(*at))).map(|at| (at as u32, RowKind::Delete));
        let come = (0..new.sessions.len()).filter(|at| unchanged[*at].is_none());
        let come = come.map(|at| ((count + at) as u32, RowKind::Insert));
        let (order, kinds): (Vec<u32>, Vec<RowKind>) = gone.chain(come).unzip();
        old.columns.iter_mut().zip(&new.columns).for_each(|(old, new)| old.append(new));
        let columns = old.columns.iter().map(|column| column.gather_rows(&order)).collect();
        let mut batch = Batch::new(columns, order.len(), stamp);
        batch.kinds = Some(kinds);
        out.emit(batch);
    }

    fn give_out(&mut self, closed: Closed, stamp: Nanos, out: &mut Output) {
        let Closed { ids, starts, ends, keys } = closed;
        let (there, results) = self.groups.take(&ids);
        if self.emit == Emit::OnChange {
            return;
        }
        let mut columns: Vec<Column> = keys.into_iter().chain(window_columns(starts, ends)).collect();
        if there.contains(&false) {
            let rows = Selection::All(there.len()).filter(|row| there[row]);
            columns.iter_mut().for_each(|column| *column = column.gather(&rows));
        }
        let rows = there.iter().filter(|there| **there).count();
        columns.extend(results);
        out.emit(Batch::new(columns, rows, stamp));
    }
}

impl Operator for SessionAggregate {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.scratch.prepare(&batch);
        self.sessions.sort(&batch, self.watermark);
        for (row, reason) in &self.sessions.sorted.failed {
            set_aside(&batch, *row as usize, &self.types, *reason, self.on_error, out)?;
        }
        out.give_late(0, &batch, &Selection::Rows(self.sessions.sorted.late.clone()));
        let old = match self.emit {
            Emit::OnClose => None,
            Emit::OnChange => Some(self.given(self.sessions.sorted.before.clone())),
        };
        self.groups.grow(self.sessions.sorted.bound as usize);
        self.merge(out)?;
        self.scratch.prepare(&batch);
        let taken = self.sessions.sorted.taken();
        self.groups.apply(&self.shape, &batch, (&taken, &self.sessions.sorted.ids), &mut self.scratch);
        for (row, reason) in std::mem::take(&mut self.scratch.errors) {
            set_aside(&batch, row, &self.types, reason, self.on_error, out)?;
        }
        if let Some(old) = old {
            self.emit_changes(old, batch.last_stamp(), out);
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let closed = self.sessions.close(self.watermark, TIMER_ROWS_PER_TURN);
        let progress = if closed.ids.len() < TIMER_ROWS_PER_TURN { Progress::Done } else { Progress::More };
        self.give_out(closed, watermark.stamp, out);
        Ok(progress)
    }

    fn passes_on(&self, watermark: Watermark) -> Watermark {
        passes_on(watermark)
    }

    fn state_bytes(&self) -> usize {
        self.sessions.state_bytes() + self.groups.state_bytes()
    }
}

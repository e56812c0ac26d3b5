//! Aggregate by key over aligned windows: groups by pane, made into windows in order when the watermark passes their end.
//!
//! ```text
//!   windows   [---------)              a row is counted in its pane alone; a window that closes is the panes in it, and a
//!                 [---------)          pane is forgotten with its last window
//!   panes     |---|-----|---|
//! ```
//! The panes of CUMULATE that lie in a window together lie in all later ones together: they become one. Where changes are given out, groups
//! are kept by window instead, because a row changes the results of each.
//!
//! A row that is taken back has to be taken from the pane that it is in, though by then it may be late for some windows of that pane, in which
//! it stays. So where rows may be taken back, all panes around are cut in two before the first window that such a row is not late for, and
//! rows that follow are divided likewise: those of one time, however late, are in the same panes as far as they are in the same windows.
//!
//! What is late is decided by the watermark of the row's own split (and never opens a closed window): a window a row is too late
//! for does not get it, and a row too late for all of its windows is a late row.
//!
//! The second input, where there is one, has states of groups by pane that a `PartialAggregate` has made.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::grouped::{Closing, Grouped, Intake, Retention, Scratch, Shape, States, counts_of};
use super::partial_aggregate::set_aside_states;
use super::window_assign::window_columns;
use super::window_rows::WindowRows;
use super::window_slice::{Pane, is_passed};
use super::{Operator, Output, Progress, set_aside};
use crate::batch::{Batch, Column, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::types::relation::{AggregateCall, Aligned, Changes, Emit, OnError, Retracts};
use crate::types::{DataType, EventTime, Nanos};

/// Window aggregate. Output: keys, window_start, window_end, window_time, results; the start of given windows is the last key.
pub struct WindowAggregate {
    time_column: usize,
    split_watermark_column: Option<usize>,
    window: Aligned,
    shape: Shape,
    emit: Emit,
    on_error: OnError,
    input_types: Vec<DataType>,
    /// Where changes are given out, each is one window.
    panes: BTreeMap<Pane, Grouped>,
    /// Of windows that are in some pane.
    ends: BTreeSet<EventTime>,
    /// Ends of the windows before which panes are cut.
    cuts: BTreeSet<EventTime>,
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
        let shape = Shape { keys, key_types, calls, retracts, keeps_empty: Retention::Remove, changes, ttl: None };
        let (panes, ends, cuts, scratch) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new(), Scratch::default());
        let watermark = EventTime::MIN;
        Self {
            time_column,
            split_watermark_column,
            window,
            shape,
            emit,
            on_error,
            input_types,
            panes,
            ends,
            cuts,
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
        out.give_late(0, batch, &Selection::Rows(self.rows.late.clone()));
        Ok(())
    }

    /// The next window that the watermark has passed.
    fn next_closed(&mut self, out: &mut Output) -> Result<Option<(EventTime, Closing)>> {
        let Some(end) = self.ends.first().copied().filter(|end| is_passed(*end, self.watermark)) else { return Ok(None) };
        self.ends.pop_first();
        self.scratch.errors.clear();
        let groups = self.window(end);
        self.set_panes_aside(end, out)?;
        let closing = match self.emit {
            Emit::OnClose => Closing::all(groups, &self.shape),
            Emit::OnChange => Closing::none(groups),
        };
        Ok(Some((end, closing)))
    }

    /// Sets aside the groups of panes that did not fit into those of others, in the window that ends there.
    fn set_panes_aside(&mut self, end: EventTime, out: &mut Output) -> Result<()> {
        let errors = std::mem::take(&mut self.scratch.errors);
        if errors.is_empty() {
            return Ok(());
        }
        let bounds = Batch::new(self.window_columns(end, 1), 1, 0);
        let types = vec![DataType::Timestamp(3); bounds.columns.len()];
        let mut reasons = errors.into_iter().map(|(_, reason)| format!("{reason}, of a pane in its window"));
        reasons.try_for_each(|reason| set_aside(&bounds, 0, &types, reason, self.on_error, out))
    }

    /// Cuts panes where rows of this batch are late for some of their windows, and divides the rows as panes are cut.
    fn cut_panes(&mut self, out: &mut Output) -> Result<()> {
        for end in std::mem::take(&mut self.rows.first_open) {
            self.cuts.insert(end);
            let around = self.panes.range(Pane { last: end, first: EventTime::MIN }..);
            let around: Vec<Pane> = around.map(|(pane, _)| *pane).filter(|pane| pane.first < end).collect();
            for pane in around {
                self.cut(pane, end);
                self.set_panes_aside(pane.last, out)?;
            }
        }
        // Nothing comes any more that is in a window before them.
        let (watermark, step) = (self.watermark, self.window.step());
        self.cuts.retain(|end| !is_passed(*end - step, watermark));
        self.rows.divide(&self.cuts, &self.window);
        Ok(())
    }

    /// Cuts a pane before the window with this end. What is left of windows that have been given out is forgotten.
    fn cut(&mut self, pane: Pane, end: EventTime) {
        let Some(mut groups) = self.panes.remove(&pane) else { return };
        let (before, behind) = (Pane { last: end - self.window.step(), ..pane }, Pane { first: end, ..pane });
        if self.ends.range(before.first..=before.last).next().is_some() {
            let copy = self.panes.entry(before).or_insert_with(|| Grouped::new(&self.shape));
            copy.merge(&self.shape, &groups, &mut self.scratch);
        }
        if let Some(others) = self.panes.remove(&behind) {
            groups.merge(&self.shape, &others, &mut self.scratch);
        }
        self.panes.insert(behind, groups);
    }

    /// The groups of a window, which is the next to close, made of the panes in it.
    fn window(&mut self, end: EventTime) -> Grouped {
        let behind = Pane { last: end.saturating_add(self.window.size()), first: EventTime::MAX };
        let within = self.panes.range(Pane { last: end, first: EventTime::MIN }..behind);
        let mut within: Vec<Pane> = within.map(|(pane, _)| *pane).filter(|pane| pane.first <= end).collect();
        // Panes that end together stay together from here on.
        within.dedup_by(|pane, kept| {
            let joins = pane.last == kept.last;
            if joins
                && let Some(groups) = self.panes.remove(pane)
                && let Some(into) = self.panes.get_mut(kept)
            {
                into.merge(&self.shape, &groups, &mut self.scratch);
            }
            joins
        });
        let ending = within.first().copied().filter(|pane| pane.last == end);
        let own = ending.and_then(|pane| self.panes.remove(&pane));
        let mut groups = own.unwrap_or_else(|| self.spare.take().unwrap_or_else(|| Grouped::new(&self.shape)));
        for pane in within.iter().filter_map(|pane| self.panes.get(pane)) {
            groups.merge(&self.shape, pane, &mut self.scratch);
        }
        groups
    }

    /// Takes a prepared intake by panes, and gives out what it changes where that is wanted.
    fn take(&mut self, intake: Intake<'_>, panes: &[(Pane, Selection)], stamp: Nanos, out: &mut Output) {
        if self.emit == Emit::OnClose {
            for (pane, rows) in panes {
                self.with_groups(*pane, |groups, shape, scratch| groups.take_in(shape, intake, rows, scratch));
            }
            return;
        }
        let window = self.window;
        for (end, rows) in panes.iter().flat_map(|(pane, rows)| pane.ends(&window).map(move |end| (end, rows))) {
            let changes = self.with_groups(Pane { first: end, last: end }, |groups, shape, scratch| {
                groups.apply_changes(shape, intake, rows, scratch)
            });
            let count = changes.kinds.len();
            let window = self.window_columns(end, count);
            let columns = changes.keys.into_iter().chain(window).chain(changes.results).collect();
            let mut result = Batch::new(columns, count, stamp);
            result.kinds = Some(changes.kinds);
            out.emit(result);
        }
    }

    /// States and the panes that they are of. A pane that is late here, though it was not where its rows were read, is counted.
    fn states_by_pane(&self, mut batch: Batch, out: &mut Output) -> (States, Vec<(Pane, Selection)>) {
        let keys = self.shape.keys.len();
        let mut ends = batch.columns.drain(keys..keys + 2).map(counts_of);
        let (first, last) = (ends.next().unwrap_or_default(), ends.next().unwrap_or_default());
        drop(ends);
        let states = States::of_batch(batch, &self.shape);
        let mut panes: BTreeMap<Pane, Vec<u32>> = BTreeMap::new();
        for (row, (first, last)) in first.into_iter().zip(last).enumerate() {
            match (Pane { first, last }).open(self.watermark, &self.window) {
                Some(pane) => panes.entry(pane).or_default().push(row as u32),
                None => out.late_rows += states.rows[row] as u64,
            }
        }
        (states, panes.into_iter().map(|(pane, rows)| (pane, Selection::Rows(rows))).collect())
    }

    /// What failed, each once, in the order of the batch.
    fn errors(&mut self) -> Vec<(usize, Cow<'static, str>)> {
        let mut errors = std::mem::take(&mut self.scratch.errors);
        errors.sort_by_key(|(row, _)| *row);
        errors.dedup_by_key(|(row, _)| *row);
        errors
    }

    /// What `work` makes of the groups of a pane, which are made if they are not there.
    fn with_groups<T>(&mut self, pane: Pane, work: impl FnOnce(&mut Grouped, &Shape, &mut Scratch) -> T) -> T {
        // A pane that follows all others will have about as many groups as the last of them; of one in between nothing is known.
        let newest = self.panes.last_key_value().map(|(newest, groups)| (*newest, groups.len()));
        let groups = self.panes.entry(pane).or_insert_with(|| {
            self.ends.extend(pane.ends(&self.window));
            let expected = newest.map_or(0, |(newest, groups)| if pane > newest { groups } else { 0 });
            self.spare.take().unwrap_or_else(|| Grouped::with_room(&self.shape, expected))
        });
        work(groups, &self.shape, &mut self.scratch)
    }

    /// Window columns of so many results of one window, without the start where that is a key.
    fn window_columns(&self, end: EventTime, rows: usize) -> Vec<Column> {
        let start = self.window.start_of(end);
        let columns = window_columns(vec![start.unwrap_or(end); rows], vec![end; rows]);
        columns.skip(usize::from(start.is_none())).collect()
    }
}

impl Operator for WindowAggregate {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.assign(&batch, out)?;
        match (self.shape.retracts, self.emit) {
            (Retracts::Never, _) => {}
            (Retracts::Maybe, Emit::OnClose) => self.cut_panes(out)?,
            (Retracts::Maybe, Emit::OnChange) => self.rows.divide_late(&self.window),
        }
        self.scratch.prepare(&batch);
        let rows = std::mem::take(&mut self.rows);
        self.take(Intake::Batch(&batch), &rows.panes, batch.last_stamp(), out);
        self.rows = rows;
        for (row, reason) in self.errors() {
            set_aside(&batch, row, &self.input_types, reason, self.on_error, out)?;
        }
        Ok(())
    }

    fn process_input(&mut self, input: usize, batch: Batch, out: &mut Output) -> Result<()> {
        if input == 0 {
            return self.process(batch, out);
        }
        let stamp = batch.last_stamp();
        let (states, panes) = self.states_by_pane(batch, out);
        self.scratch.prepare_states();
        self.take(Intake::States(&states), &panes, stamp, out);
        let errors = self.errors();
        errors.iter().try_for_each(|error| set_aside_states(&states, error, &self.shape, self.on_error, out))
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let mut budget = TIMER_ROWS_PER_TURN;
        loop {
            let closed = match self.closing.take() {
                Some(closing) => Some(closing),
                None => self.next_closed(out)?,
            };
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
        let panes: usize = self.panes.values().chain(&self.spare).map(Grouped::state_bytes).sum();
        closing + panes
    }
}

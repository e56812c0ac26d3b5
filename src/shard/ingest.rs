//! Reading of one scan on one shard: poll the reader, compute columns, make watermarks per split. Row road.
//!
//! Lateness is a matter of the split alone: every row carries the watermark of its own split as of that row in the hidden last
//! column, if somebody behind asks for it.

use super::aside::Aside;
use super::flow::Flow;
use super::gauge::Gauge;
use crate::batch::{Batch, Column, Mark, Selection, Values, Watermark};
use crate::compile::{ScanProgram, WatermarkProgram};
use crate::error::Result;
use crate::expr::RowErrors;
use crate::format::Decoded;
use crate::metrics::{Part, Stage, Work};
use crate::operator::{AsideRow, Operator, Output};
use crate::plan::physical::NodeId;
use crate::progress::Alignment;
use crate::source::{Polled, Reader};
use crate::sys::clock::Clock;
use crate::types::{EventTime, Nanos};

/// A scan with its reader.
pub(super) struct Ingest {
    node: NodeId,
    program: ScanProgram,
    reader: Box<dyn Reader>,
    decoded: Decoded,
    output: Output,
    splits: Vec<Split>,
    alignment: Alignment,
    state: State,
    /// Rows of the last poll that the flow was not told of yet.
    rows: u64,
}

/// Progress of one split.
#[derive(Debug, Clone, Copy)]
struct Split {
    watermark: EventTime,
    last_rows: Nanos,
    idle: bool,
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
}

/// What a turn of reading gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Something,
    Nothing { wake_at: Option<Nanos> },
    Ended,
}

/// What an ingest acts on.
pub(super) struct Around<'a, C> {
    pub flow: &'a mut Flow,
    pub aside: &'a mut Aside,
    pub gauge: &'a mut Gauge,
    pub clock: &'a mut C,
}

impl Ingest {
    pub(super) fn new(node: NodeId, program: ScanProgram, reader: Box<dyn Reader>, batch_rows: usize) -> Self {
        let decoded = Decoded::new(&program.read_types, batch_rows);
        Self {
            node,
            program,
            reader,
            decoded,
            output: Output::default(),
            splits: Vec::new(),
            alignment: Alignment::new(0),
            state: State::Reading,
            rows: 0,
        }
    }

    /// Tells the flow of the splits known from the start.
    pub(super) fn start(&mut self, now: Nanos) {
        for _ in 0..self.reader.splits() {
            self.open_split(now);
        }
    }

    /// The joint watermark of its splits.
    pub(super) fn watermark(&self) -> EventTime {
        self.alignment.time().time
    }

    /// Rows read since last asked.
    pub(super) fn take_rows_read(&mut self) -> u64 {
        std::mem::take(&mut self.rows)
    }

    /// Stops reading; what was read is still given out.
    pub(super) fn stop(&mut self) {
        self.reader.stop();
    }

    /// Descriptors to wait on while there is nothing to read.
    pub(super) fn wait_on(&self) -> Vec<std::os::fd::RawFd> {
        if self.state == State::Reading { self.reader.wait_on() } else { Vec::new() }
    }

    /// Reads at most one batch and queues it in the flow. Hot: once per batch.
    pub(super) fn turn<C: Clock>(&mut self, rows_max: usize, around: &mut Around<'_, C>) -> Result<Read> {
        if self.state == State::Ended {
            return Ok(Read::Ended);
        }
        around.gauge.enter(Part::Ingest, around.clock);
        let began = around.gauge.mark();
        let polled = self.reader.poll(began, rows_max, &mut self.decoded)?;
        let part = if matches!(polled, Polled::Rows { .. }) { Part::Decode } else { Part::Ingest };
        let spent = around.gauge.lap(part, Part::Operators, around.clock);
        let read = around.gauge.mark();
        if let Some(profile) = &mut around.flow.profile {
            profile.read(self.node, spent);
        }
        match polled {
            Polled::Rows { split, stamp } => {
                let rows = self.decoded.rows as u64;
                around.gauge.record(Stage::Ingest, began.saturating_sub(stamp), rows);
                around.gauge.record(Stage::Decode, spent, rows);
                let counters = around.gauge.counters();
                counters.rows_in += rows + self.decoded.bad.len() as u64;
                counters.batches_in += 1;
                self.rows = rows;
                self.take_rows_profiled(split, stamp, read, around)?;
                Ok(Read::Something)
            }
            Polled::Watermark { split, time } => {
                let state = self.split(split, read);
                state.watermark = state.watermark.max(time);
                self.mark(split, Watermark { time: self.splits[split].watermark, stamp: read }, around);
                Ok(Read::Something)
            }
            Polled::SplitEnd { split } => {
                self.split(split, read).ended = true;
                self.say(split, Mark::End, around);
                Ok(Read::Something)
            }
            Polled::Pending { wake_at } => {
                let idle_at = self.note_idle(read, around);
                Ok(Read::Nothing { wake_at: [wake_at, idle_at].into_iter().flatten().min() })
            }
            Polled::End => {
                self.state = State::Ended;
                around.flow.queue_mark(self.node, Mark::End);
                Ok(Read::Ended)
            }
        }
    }

    /// As `take_rows`, and says what it cost, if that is wanted.
    fn take_rows_profiled<C: Clock>(&mut self, split: usize, stamp: Nanos, now: Nanos, around: &mut Around<'_, C>) -> Result<()> {
        let Some(profile) = &mut around.flow.profile else { return self.take_rows(split, stamp, now, around) };
        let work = Work::Rows(self.decoded.rows as u64);
        profile.given(self.node, work);
        let began = profile.is_timed().then(|| around.clock.now());
        self.take_rows(split, stamp, now, around)?;
        if let (Some(began), Some(profile)) = (began, &mut around.flow.profile) {
            profile.timed(self.node, work, around.clock.now() - began);
        }
        Ok(())
    }

    fn take_rows<C: Clock>(&mut self, split: usize, stamp: Nanos, now: Nanos, around: &mut Around<'_, C>) -> Result<()> {
        if !self.decoded.bad.is_empty() {
            around.aside.bad_records(self.node, std::mem::take(&mut self.decoded.bad))?;
        }
        let state = self.split(split, now);
        // Not ended either: the first connection takes the place of the sender that stood for those to come.
        (state.last_rows, state.idle, state.ended) = (now, false, false);
        if self.decoded.rows == 0 {
            return Ok(());
        }
        let fresh = Decoded::new(&self.program.read_types, self.decoded.rows);
        let decoded = std::mem::replace(&mut self.decoded, fresh);
        self.program.calc.process(Batch::new(decoded.columns, decoded.rows, stamp), &mut self.output)?;
        let batches: Vec<Batch> = self.output.batches.drain(..).collect();
        for batch in batches {
            let batch = self.with_event_time(split, batch, around.clock);
            let watermark = Watermark { time: self.splits[split].watermark, stamp };
            around.flow.queue_batch(self.node, batch);
            self.mark(split, watermark, around);
        }
        if self.output.aside.is_empty() {
            Ok(())
        } else {
            around.aside.rows(Some(self.node), std::mem::take(&mut self.output.aside))
        }
    }

    /// Moves the split's watermark row by row and adds the hidden column where it is asked for.
    fn with_event_time(&mut self, split: usize, batch: Batch, clock: &mut impl Clock) -> Batch {
        let Self { program, splits, output, .. } = self;
        let Some(event_time) = &mut program.watermark else { return batch };
        let batch = refuse_future(event_time, &program.types, batch, output, clock);
        let mut errors = RowErrors::default();
        let mut wanted = event_time.program.evaluate(&batch, &Selection::All(batch.rows()), &mut errors);
        // A watermark that cannot be computed moves nothing; the row itself is sound.
        errors.take().iter().for_each(|failed| wanted.set_null(failed.row as usize));
        let per_row = advance(&wanted, &mut splits[split].watermark, program.spec.emits_split_watermark);
        let mut batch = batch;
        batch.columns.extend(per_row);
        batch
    }

    fn mark<C: Clock>(&mut self, split: usize, watermark: Watermark, around: &mut Around<'_, C>) {
        if watermark.time > EventTime::MIN {
            self.say(split, Mark::Watermark(watermark), around);
        }
    }

    fn say<C: Clock>(&mut self, split: usize, mark: Mark, around: &mut Around<'_, C>) {
        let mut joint = self.alignment.update(split, mark);
        while let Some(mark) = joint {
            // That all splits known so far have ended is not the end of a source that may open more: the reader says `End`.
            around.flow.queue_mark(self.node, if mark == Mark::End { Mark::Idle } else { mark });
            joint = self.alignment.joint();
        }
    }

    /// Marks splits idle that have been silent for too long; gives when the next one would be.
    fn note_idle<C: Clock>(&mut self, now: Nanos, around: &mut Around<'_, C>) -> Option<Nanos> {
        if self.splits.is_empty() && self.reader.opens_splits() && self.alignment.is_empty() {
            around.flow.queue_mark(self.node, Mark::Idle);
            // One sender that stands for the connections to come, so that this is said once.
            self.open_split(now);
            self.splits[0].ended = true;
            self.alignment.update(0, Mark::Idle);
        }
        let timeout = self.program.spec.idle_timeout_ns?;
        let mut next = None;
        for split in 0..self.splits.len() {
            let Split { last_rows, idle, ended, .. } = self.splits[split];
            if idle || ended {
                continue;
            }
            if now >= last_rows + timeout {
                self.splits[split].idle = true;
                self.say(split, Mark::Idle, around);
            } else {
                next = Some(next.unwrap_or(Nanos::MAX).min(last_rows + timeout));
            }
        }
        next
    }

    fn split(&mut self, split: usize, now: Nanos) -> &mut Split {
        while self.splits.len() <= split {
            self.open_split(now);
        }
        &mut self.splits[split]
    }

    fn open_split(&mut self, now: Nanos) {
        self.splits.push(Split { watermark: EventTime::MIN, last_rows: now, idle: false, ended: false });
        self.alignment.add();
    }
}

/// Sets rows aside whose event time lies too far ahead of the clock, so that one bad clock cannot close every window.
fn refuse_future(
    event_time: &WatermarkProgram,
    types: &[crate::types::DataType],
    batch: Batch,
    output: &mut Output,
    clock: &mut impl Clock,
) -> Batch {
    let Some(ahead) = event_time.max_ahead_ns else { return batch };
    let latest = clock.wall().saturating_add_unsigned(ahead);
    let column = &batch.columns[event_time.time_column];
    let Values::I64(times) = &column.values else { return batch };
    if times.iter().all(|t| *t <= latest) {
        return batch;
    }
    let is_ahead = |row: usize| !column.is_null(row) && times[row] > latest;
    let all = Selection::All(batch.rows());
    for row in all.iter().filter(|row| is_ahead(*row)) {
        output.aside.push(AsideRow {
            reason: "event time lies further ahead of the clock than 'watermark.max-ahead' allows".into(),
            text: crate::batch::text::row_text(&batch, row, types),
        });
    }
    batch.gather(&all.filter(|row| !is_ahead(row)))
}

/// Raises `watermark` to the greatest wanted so far; gives it per row where asked. Hot: once per row.
fn advance(wanted: &Column, watermark: &mut EventTime, per_row: bool) -> Option<Column> {
    let Values::I64(times) = &wanted.values else { return None };
    let mut running = *watermark;
    let mut rows = Vec::with_capacity(if per_row { times.len() } else { 0 });
    for (row, time) in times.iter().enumerate() {
        if *time > running && !wanted.is_null(row) {
            running = *time;
        }
        if per_row {
            rows.push(running);
        }
    }
    *watermark = running;
    per_row.then(|| Column::from_values(Values::I64(rows)))
}

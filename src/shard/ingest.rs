//! Reading of one scan on one shard: poll the reader, make rows of what it gives, join the watermarks of its splits. Row road.
//!
//! While batches come full there is a backlog, and a turn takes several of small ones: what a turn costs besides its rows (clock readings,
//! histogram records, a look at each ring) is spread over them. A batch that is not full ends the turn's reading, so that rows
//! that trickle in never wait for others.

use super::aside::Aside;
use super::flow::Flow;
use super::gauge::Gauge;
use crate::batch::{Batch, Column, Mark, Watermark};
use crate::compile::ScanProgram;
use crate::error::Result;
use crate::format::Decoded;
use crate::limits::{INGEST_BATCHES_PER_TURN, INGEST_ROWS_PER_TURN, PROCESSING_TIME_TICK_NS};
use crate::metrics::{Part, Stage, Work};
use crate::operator::Output;
use crate::plan::physical::NodeId;
use crate::progress::Alignment;
use crate::source::{Polled, Reader};
use crate::sys::clock::{Clock, HostClock};
use crate::sys::prefetch::prefetch;
use crate::types::relation::TimeBasis;
use crate::types::{EventTime, Nanos};

/// Nanoseconds of a millisecond, the precision of processing time.
const MILLISECOND: EventTime = 1_000_000;

/// A scan with its reader.
pub(super) struct Ingest {
    node: NodeId,
    program: ScanProgram,
    reader: Box<dyn Reader>,
    /// What the polls of a turn gave; the first `Poll`s of them are in use.
    decoded: Vec<Decoded>,
    /// Where the batches of this turn came from.
    polls: Vec<Poll>,
    output: Output,
    splits: Vec<Split>,
    alignment: Alignment,
    state: State,
    /// Rows of the last turn that the flow was not told of yet.
    rows: u64,
    /// No split falls idle before this time.
    idle_at: Nanos,
    /// Since when the reader has not been polled, although there was a turn.
    left_alone: Option<Nanos>,
}

/// A poll that gave rows.
#[derive(Debug, Clone, Copy)]
struct Poll {
    split: usize,
    stamp: Nanos,
}

/// Progress of one split.
#[derive(Debug, Clone, Copy)]
struct Split {
    watermark: EventTime,
    last_rows: Nanos,
    idle: bool,
    ended: bool,
}

impl Split {
    /// Rows came. Not ended either: the first connection takes the place of the sender that stood for those to come.
    fn gave_rows(&mut self, now: Nanos) {
        (self.last_rows, self.idle, self.ended) = (now, false, false);
    }
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
    pub(super) fn new(node: NodeId, program: ScanProgram, reader: Box<dyn Reader>) -> Self {
        Self {
            node,
            program,
            reader,
            decoded: Vec::new(),
            polls: Vec::new(),
            output: Output::default(),
            splits: Vec::new(),
            alignment: Alignment::new(0),
            state: State::Reading,
            rows: 0,
            idle_at: 0,
            left_alone: None,
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

    /// Whether it goes on as long as others do.
    pub(super) fn goes_on_with_others(&self) -> bool {
        self.reader.goes_on_with_others()
    }

    /// Whether there is nothing more to read.
    pub(super) fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Rows read since last asked.
    pub(super) fn take_rows_read(&mut self) -> u64 {
        std::mem::take(&mut self.rows)
    }

    /// Stops reading; what was read is still given out.
    pub(super) fn stop(&mut self) {
        self.reader.stop();
    }

    /// Descriptors to wait on while there is nothing to read. None while the reader is left alone: what is there to read must not wake a
    /// shard that has no room for it.
    pub(super) fn wait_on(&self) -> Vec<std::os::fd::RawFd> {
        let reads = self.state == State::Reading && self.left_alone.is_none();
        if reads { self.reader.wait_on() } else { Vec::new() }
    }

    /// Reads a batch, or several while they come full, and queues them in the flow. Hot: once per turn.
    pub(super) fn turn<C: Clock>(&mut self, rows_max: usize, around: &mut Around<'_, C>) -> Result<Read> {
        if self.state == State::Ended {
            return Ok(Read::Ended);
        }
        around.gauge.enter(Part::Ingest, around.clock);
        let began = around.gauge.mark();
        self.forgive(began);
        let last = self.poll(began, rows_max)?;
        let part = if self.polls.is_empty() { Part::Ingest } else { Part::Decode };
        let spent = around.gauge.lap(part, Part::Operators, around.clock);
        let read = around.gauge.mark();
        // A look that finds nothing is nobody's work: the turn may well be idle.
        if let (Some(profile), false) = (&mut around.flow.profile, self.polls.is_empty()) {
            profile.read(self.node, spent);
        }
        around.flow.stretch_begins(read);
        if !self.polls.is_empty() {
            self.take_polls(began, spent, around)?;
        }
        match last {
            None => {
                if read >= self.idle_at && self.reader.looks_at_all() {
                    self.note_idle(read, around);
                }
                Ok(Read::Something)
            }
            Some(polled) => self.take_event(polled, read, around),
        }
    }

    /// Polls the reader until it gives a batch that is not full, the turn has read enough, or there is something other than rows, which
    /// is given.
    fn poll(&mut self, now: Nanos, rows_max: usize) -> Result<Option<Polled>> {
        self.polls.clear();
        self.rows = 0;
        while self.polls.len() < INGEST_BATCHES_PER_TURN && (self.rows as usize) < INGEST_ROWS_PER_TURN {
            let at = self.polls.len();
            if at == self.decoded.len() {
                self.decoded.push(Decoded::new(&self.program.read_types, 0));
            }
            let into = &mut self.decoded[at];
            match self.reader.poll(now, rows_max, into)? {
                Polled::Rows { split, stamp } => {
                    if self.reader.brings_columns() {
                        into.columns.iter().for_each(prefetch);
                    }
                    self.polls.push(Poll { split, stamp });
                    self.rows += into.rows as u64;
                    if into.rows < rows_max {
                        break;
                    }
                }
                other => return Ok(Some(other)),
            }
        }
        Ok(None)
    }

    /// Takes the rows of this turn, whose reading began at `began` and took `spent`.
    fn take_polls<C: Clock>(&mut self, began: Nanos, spent: Nanos, around: &mut Around<'_, C>) -> Result<()> {
        let read = around.gauge.mark();
        around.gauge.record(Stage::Decode, spent, self.rows);
        let latest = self.program.max_ahead_ns.map(|ahead| around.clock.wall().saturating_add_unsigned(ahead));
        // Rows that arrived together waited together: one record.
        let mut together = (self.polls[0].stamp, 0);
        for at in 0..self.polls.len() {
            let Poll { split, stamp } = self.polls[at];
            let (rows, bad) = (self.decoded[at].rows as u64, self.decoded[at].bad.len() as u64);
            if stamp != together.0 {
                around.gauge.record(Stage::Ingest, began.saturating_sub(together.0), together.1);
                together = (stamp, 0);
            }
            together.1 += rows;
            let counters = around.gauge.counters();
            counters.rows_in += rows + bad;
            counters.batches_in += 1;
            self.state_of(split, read).gave_rows(read);
            self.take_rows_profiled(at, latest, around)?;
        }
        around.gauge.record(Stage::Ingest, began.saturating_sub(together.0), together.1);
        Ok(())
    }

    /// Takes what a poll gave that is not rows.
    fn take_event<C: Clock>(&mut self, polled: Polled, read: Nanos, around: &mut Around<'_, C>) -> Result<Read> {
        match polled {
            Polled::Rows { .. } => unreachable!("rows are taken with their poll"),
            // What a source says of event time, the clock does not follow.
            Polled::Watermark { .. } if self.program.basis == TimeBasis::Processing => Ok(Read::Something),
            Polled::Watermark { split, time } => {
                let state = self.state_of(split, read);
                state.watermark = state.watermark.max(time);
                self.mark(split, Watermark { time: self.splits[split].watermark, stamp: read }, around);
                Ok(Read::Something)
            }
            Polled::SplitEnd { split } => {
                self.state_of(split, read).ended = true;
                self.say(split, Mark::End, around);
                Ok(Read::Something)
            }
            Polled::Loaded(load) => {
                around.flow.queue_load(self.node, load);
                Ok(Read::Something)
            }
            Polled::Pending { wake_at } => {
                let idle_at = self.note_idle(read, around);
                let tick_at = self.tick(read, around);
                let wake_at = [wake_at, idle_at, tick_at].into_iter().flatten().min();
                Ok(if self.polls.is_empty() { Read::Nothing { wake_at } } else { Read::Something })
            }
            Polled::End => {
                self.state = State::Ended;
                around.flow.queue_mark(self.node, Mark::End);
                Ok(if self.polls.is_empty() { Read::Ended } else { Read::Something })
            }
        }
    }

    /// By processing time, says how late it is, although no rows come; gives when to say so again.
    fn tick<C: Clock>(&mut self, now: Nanos, around: &mut Around<'_, C>) -> Option<Nanos> {
        if self.program.basis == TimeBasis::Event {
            return None;
        }
        let time = HostClock::wall_of_zero().saturating_add_unsigned(now);
        // Rows that arrive in this millisecond have the time at which it began.
        let passed = time - time.rem_euclid(MILLISECOND) - 1;
        for split in 0..self.splits.len() {
            let Split { watermark, ended, .. } = &mut self.splits[split];
            if !*ended && passed > *watermark {
                *watermark = passed;
                self.mark(split, Watermark { time: passed, stamp: now }, around);
            }
        }
        Some(now + PROCESSING_TIME_TICK_NS)
    }

    /// As `take_rows`, and says what it cost, if that is wanted.
    fn take_rows_profiled<C: Clock>(&mut self, at: usize, latest: Option<EventTime>, around: &mut Around<'_, C>) -> Result<()> {
        let Some(profile) = &mut around.flow.profile else { return self.take_rows(at, latest, around) };
        let work = Work::Rows(self.decoded[at].rows as u64);
        profile.given(self.node, work);
        let began = profile.is_timed().then(|| around.clock.now());
        self.take_rows(at, latest, around)?;
        if let (Some(began), Some(profile)) = (began, &mut around.flow.profile) {
            profile.timed(self.node, work, began..around.clock.now());
        }
        Ok(())
    }

    /// Makes the rows given out of those of poll `at`. Hot: once per batch.
    fn take_rows<C: Clock>(&mut self, at: usize, latest: Option<EventTime>, around: &mut Around<'_, C>) -> Result<()> {
        let Self { program, splits, output, decoded, polls, .. } = self;
        let (decoded, Poll { split, stamp }) = (&mut decoded[at], polls[at]);
        if !decoded.bad.is_empty() {
            around.aside.bad_records(self.node, std::mem::take(&mut decoded.bad))?;
        }
        if decoded.rows == 0 {
            return Ok(());
        }
        let rows = std::mem::take(&mut decoded.rows);
        let fresh = if self.reader.brings_columns() {
            // Somebody else made them, long ago: while the batches of this turn are taken, their first lines come.
            decoded.columns.iter().for_each(Column::prefetch);
            Vec::new()
        } else {
            Decoded::new(&program.read_types, rows).columns
        };
        let columns = std::mem::replace(&mut decoded.columns, fresh);
        let mut batch = Batch::new(columns, rows, stamp);
        batch.kinds = decoded.kinds.take();
        let watermark = &mut splits[split].watermark;
        let given = program.rows.process(batch, split, latest, watermark, output)?;
        if let Some(batch) = given {
            around.flow.queue_batch(self.node, batch);
            let time = self.splits[split].watermark;
            self.mark(split, Watermark { time, stamp }, around);
        }
        if self.output.aside.is_empty() {
            Ok(())
        } else {
            around.aside.rows(Some(self.node), std::mem::take(&mut self.output.aside))
        }
    }

    fn mark<C: Clock>(&mut self, split: usize, watermark: Watermark, around: &mut Around<'_, C>) {
        if watermark.time > EventTime::MIN {
            self.say(split, Mark::Watermark(watermark), around);
        }
    }

    fn say<C: Clock>(&mut self, split: usize, mark: Mark, around: &mut Around<'_, C>) {
        let mut joint = self.alignment.update(split, mark);
        while let Some(mark) = joint {
            // That all splits known so far have ended is not the end of the source: the reader says `End`. Time goes on without it only
            // where it may open more; where it will not, what follows its end must find time where it stood.
            match mark {
                Mark::End if !self.reader.opens_splits() => {}
                Mark::End => around.flow.queue_mark(self.node, Mark::Idle),
                mark => around.flow.queue_mark(self.node, mark),
            }
            joint = self.alignment.joint();
        }
    }

    /// The reader is not polled in this turn, because what came before is still on its way.
    pub(super) fn leave_alone(&mut self, now: Nanos) {
        self.left_alone.get_or_insert(now);
    }

    /// Time in which the reader was left alone is nobody's silence.
    fn forgive(&mut self, now: Nanos) {
        if let Some(since) = self.left_alone.take() {
            let pause = now.saturating_sub(since);
            self.splits.iter_mut().for_each(|split| split.last_rows += pause);
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
        let timeout = self.program.idle_timeout_ns?;
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
        // A split that opens or wakes up later falls idle a timeout later, no sooner.
        self.idle_at = next.unwrap_or(now + timeout);
        next
    }

    /// The state of a split, opened now if it is new.
    fn state_of(&mut self, split: usize, now: Nanos) -> &mut Split {
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

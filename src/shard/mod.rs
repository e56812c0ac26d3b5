//! The runtime of one pinned core. `Shard::step` is the whole of it: synchronous, bounded, never blocking, and ignorant of
//! io_uring; time is given to it. The shells (`executor` on glommio, `thread` without) drive it and put the core to sleep.
//!
//! ```text
//!   step:  receive (all inboxes, bounded) -> resume held watermarks -> ingest (one batch per scan) -> flush outboxes -> flush sinks
//! ```
//! Receiving never stops. Ingest stops while a ring is full, a sink is behind or an operator is still closing windows: that is
//! the whole of back-pressure.

pub mod aside;
pub mod control;
pub mod emit;
pub mod executor;
mod flow;
pub mod gauge;
mod ingest;
pub mod park;
pub mod thread;

use std::ops::Range;
use std::sync::Arc;

use crate::batch::{Message, Payload};
use crate::compile::{Query, Role};
use crate::config::JobConfig;
use crate::error::{Error, Result};
use crate::limits::{INBOX_MESSAGES_PER_TURN, SINK_RETRY_NS};
use crate::metrics::{Interval, Part, Profile, ShardMetrics, Stage};
use crate::plan::physical::PhysicalPlan;
use crate::route::mesh::MeshEnd;
use crate::sink::{Flushed, Writer};
use crate::source::Reader;
use crate::sys::clock::Clock;
use crate::types::Nanos;

use aside::Aside;
use control::{Control, Phase};
use emit::Emitter;
use flow::{Flow, Item, Surroundings};
use gauge::Gauge;
use ingest::{Around, Ingest, Read};

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Something moved: call again soon.
    Busy,
    /// Nothing to do until a descriptor or the doorbell calls, or until this time.
    Idle {
        /// Monotonic nanoseconds.
        wake_at: Option<Nanos>,
    },
    /// All is read, processed and written.
    Done,
}

/// One shard: its part of every scan, the compiled query, its ends of the mesh, its writers, its counters.
pub struct Shard<'r> {
    flow: Flow,
    ingests: Vec<Ingest>,
    mesh: MeshEnd<'r>,
    emitter: Emitter,
    aside: Aside,
    gauge: Gauge,
    control: Arc<Control>,
    phase: Phase,
    batch_rows: usize,
    memory_limit: Option<u64>,
    life: Life,
    /// How many of the scans that end by themselves have; `None` where no other goes on as long as they do.
    ended: Option<usize>,
}

/// What became of the input in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ingested {
    /// Rows or marks were read.
    Something,
    /// There was nothing to read.
    Nothing,
    /// Some of it was not looked at, because what came before is still on its way.
    LeftAlone,
}

/// Where a shard is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    New,
    Running,
    Done,
}

/// What a shard is made of; readers and writers in order of the plan's scans and sinks.
pub struct Parts<'r> {
    /// The compiled plan.
    pub query: Query,
    /// One for each scan.
    pub readers: Vec<Box<dyn Reader>>,
    /// One for each sink; `None` where another shard writes.
    pub writers: Vec<Option<Box<dyn Writer>>>,
    /// Ends of the mesh.
    pub mesh: MeshEnd<'r>,
    /// Counters and histograms.
    pub gauge: Gauge,
    /// Stops it.
    pub control: Arc<Control>,
}

/// What a shard leaves behind.
pub struct Results {
    /// Counters and histograms.
    pub metrics: ShardMetrics,
    /// Intervals of the log.
    pub intervals: Vec<Interval>,
    /// From the first turn to the end of the last.
    pub span: Range<Nanos>,
    /// The first set-aside rows.
    pub aside: Vec<aside::ShownRow>,
    /// What each node cost, if that was wanted.
    pub profile: Option<Profile>,
}

impl<'r> Shard<'r> {
    /// Assembles a shard.
    pub fn new(plan: &PhysicalPlan, parts: Parts<'r>, config: &JobConfig) -> Self {
        let Parts { query, readers, writers, mesh, gauge, control } = parts;
        let batch_rows = config.batch_rows;
        let mut flow = Flow::new(query, mesh.shard(), mesh.shards());
        flow.profile = config.profile_every.map(|every| Profile::new(plan.nodes.len(), every));
        let mut readers = readers.into_iter();
        let mut ingests = Vec::new();
        for (id, node) in flow.query_mut().nodes.iter_mut().enumerate() {
            if matches!(node.role, Role::Scan(_))
                && let (Role::Scan(program), Some(reader)) = (std::mem::replace(&mut node.role, Role::Union), readers.next())
            {
                ingests.push(Ingest::new(id, program, reader));
            }
        }
        let aside = Aside::new(plan, control.clone(), config.errors_shown);
        let emitter = Emitter::new(writers);
        let (phase, memory_limit, life) = (Phase::Run, config.memory_limit, Life::New);
        let ended = ingests.iter().any(Ingest::goes_on_with_others).then_some(0);
        Self { flow, ingests, mesh, emitter, aside, gauge, control, phase, batch_rows, memory_limit, life, ended }
    }

    /// One turn. Hot: once per batch.
    pub fn step(&mut self, clock: &mut impl Clock) -> Result<Turn> {
        let began = clock.now();
        self.gauge.turn_begins(began);
        if let Some(profile) = &mut self.flow.profile {
            profile.turn();
        }
        let turn = self.work(clock, began)?;
        match turn {
            Turn::Idle { .. } => self.turn_was_idle(),
            Turn::Busy | Turn::Done => self.gauge.turn_ends(),
        }
        if self.gauge.is_due() {
            self.look_around()?;
        }
        Ok(turn)
    }

    fn turn_was_idle(&mut self) {
        self.gauge.turn_was_idle();
        if let Some(profile) = &mut self.flow.profile {
            profile.turn_was_idle();
        }
    }

    fn work(&mut self, clock: &mut impl Clock, now: Nanos) -> Result<Turn> {
        if self.life == Life::New {
            self.life = Life::Running;
            if let Some(profile) = &mut self.flow.profile {
                profile.calibrate(clock);
            }
            self.flow.start();
            self.ingests.iter_mut().for_each(|i| i.start(now));
            self.run_flow(clock, 0)?;
        }
        self.heed_control();
        if self.phase == Phase::Abort {
            return Err(Error::stopped());
        }
        let mut busy = self.receive(clock)?;
        busy |= self.resume(clock)?;
        let (read, wake_at) = self.ingest(clock)?;
        busy |= read == Ingested::Something;
        if !self.mesh.is_flushed() {
            self.gauge.enter(Part::Exchange, clock);
            self.mesh.flush(self.gauge.mark());
            // To wake a peer is a system call.
            self.gauge.leave(Part::Exchange, clock);
        }
        let flushed = self.emitter.flush(clock, &mut self.gauge)?;
        if self.is_done() && flushed == Flushed::All {
            return self.finish(clock);
        }
        // Input left alone calls for another turn at once, even if the flush has just made room: nothing else would wake the shard.
        let left_alone = read == Ingested::LeftAlone && !self.emitter.is_congested();
        let blocked = left_alone || self.mesh.is_congested() || self.flow.is_holding();
        Ok(if busy || blocked {
            Turn::Busy
        } else {
            let retry =
                (flushed == Flushed::Pending && self.emitter.wait_on().is_empty()).then_some(self.gauge.mark() + SINK_RETRY_NS);
            Turn::Idle { wake_at: [wake_at, self.mesh.due_at(), retry].into_iter().flatten().min() }
        })
    }

    /// Takes what the other shards sent.
    fn receive(&mut self, clock: &mut impl Clock) -> Result<bool> {
        let mut busy = false;
        for from in 0..self.mesh.shards() {
            for _ in 0..INBOX_MESSAGES_PER_TURN {
                let Some(Message { exchange, sent, payload }) = self.mesh.receive(from) else { break };
                busy = true;
                self.gauge.lap(Part::Exchange, Part::Operators, clock);
                let now = self.gauge.mark();
                self.flow.stretch_begins(now);
                let (item, rows) = match payload {
                    Payload::Batch(batch) => {
                        let rows = batch.rows() as u64;
                        self.gauge.record(Stage::ExchangeWait, now.saturating_sub(sent), rows);
                        (Item::Batch(batch), rows)
                    }
                    Payload::Mark(mark) => (Item::Mark(mark), 0),
                    Payload::Load(load) => (Item::Load(load), 0),
                };
                self.flow.receive(exchange, from, item);
                self.run_flow(clock, rows)?;
            }
        }
        Ok(busy)
    }

    /// Lets operators go on that had more to give than fits in a turn.
    fn resume(&mut self, clock: &mut impl Clock) -> Result<bool> {
        if !self.flow.is_holding() || self.mesh.is_congested() || self.emitter.is_congested() {
            return Ok(false);
        }
        let Self { flow, mesh, emitter, aside, gauge, .. } = self;
        gauge.enter(Part::Operators, clock);
        flow.stretch_begins(gauge.mark());
        flow.resume(&mut Surroundings { mesh, emitter, aside, gauge, clock })?;
        gauge.leave(Part::Operators, clock);
        flow.stretch_ends(gauge.mark());
        Ok(true)
    }

    /// Reads at most one batch from each scan; gives what came of it and when to look again.
    fn ingest(&mut self, clock: &mut impl Clock) -> Result<(Ingested, Option<Nanos>)> {
        let (mut ingested, mut wake_at) = (Ingested::Nothing, None::<Nanos>);
        for index in 0..self.ingests.len() {
            if self.mesh.is_congested() || self.emitter.is_congested() || self.flow.is_holding() {
                let now = self.gauge.mark();
                self.ingests[index..].iter_mut().for_each(|ingest| ingest.leave_alone(now));
                return Ok((Ingested::LeftAlone, wake_at));
            }
            let Self { flow, aside, gauge, ingests, .. } = self;
            let read = ingests[index].turn(self.batch_rows, &mut Around { flow, aside, gauge, clock })?;
            match read {
                Read::Something => ingested = Ingested::Something,
                Read::Nothing { wake_at: at } => wake_at = [wake_at, at].into_iter().flatten().min(),
                Read::Ended => {}
            }
            let rows = self.ingests[index].take_rows_read();
            self.run_flow(clock, rows)?;
        }
        self.note_ends();
        Ok((ingested, wake_at))
    }

    /// Where scans go on as long as others do, says how many of these have ended; with the last one of all shards the job is over.
    fn note_ends(&mut self) {
        let Some(before) = &mut self.ended else { return };
        let others = || self.ingests.iter().filter(|ingest| !ingest.goes_on_with_others());
        let ended = others().filter(|ingest| ingest.has_ended()).count();
        let more = ended - std::mem::replace(before, ended);
        if more > 0 && self.control.count_ended(more) == others().count() * self.mesh.shards() {
            self.control.advance(Phase::Drain);
        }
    }

    /// Runs the flow dry; what of it is neither exchange nor emit is put down to operators.
    fn run_flow(&mut self, clock: &mut impl Clock, rows: u64) -> Result<()> {
        let Self { flow, mesh, emitter, aside, gauge, .. } = self;
        let before = gauge.spent(Part::Operators);
        flow.run(&mut Surroundings { mesh, emitter, aside, gauge, clock })?;
        gauge.leave(Part::Operators, clock);
        flow.stretch_ends(gauge.mark());
        gauge.record(Stage::Operators, gauge.spent(Part::Operators) - before, rows);
        Ok(())
    }

    fn heed_control(&mut self) {
        let phase = self.control.phase();
        if phase != self.phase {
            self.phase = phase;
            self.ingests.iter_mut().for_each(Ingest::stop);
        }
    }

    /// Brings the counters up to date with what the parts counted.
    fn tally(&mut self) {
        let counters = self.gauge.counters();
        counters.rows_out = self.emitter.rows();
        counters.rows_filtered = self.flow.counts.filtered_rows;
        counters.rows_late = self.flow.counts.late_rows;
        counters.rows_aside = self.aside.count;
        counters.ring_full_count = self.mesh.ring_full_count();
    }

    /// What is done a few times a second: show where the job stands, hold the memory limit.
    #[cold]
    fn look_around(&mut self) -> Result<()> {
        self.tally();
        let watermark = self.ingests.iter().map(Ingest::watermark).min().unwrap_or(crate::types::EventTime::MIN);
        self.gauge.publish(watermark);
        self.flow.note_state();
        match self.memory_limit {
            Some(limit) if self.flow.state_by_node().sum::<usize>() as u64 > limit => Err(self.beyond(limit)),
            _ => Ok(()),
        }
    }

    #[cold]
    fn beyond(&self, limit: u64) -> Error {
        let state = self.state_by_node();
        let (most, node) = state.iter().zip(0..).max().unwrap_or((&0, 0));
        let (shard, total) = (self.id(), state.iter().sum::<usize>());
        Error::limit(format!(
            "shard {shard}: operators hold {total} bytes of state, more than 'runtime.memory_limit' = {limit}; #{node} alone holds {most}"
        ))
        .hint(format!("`corelane explain` shows which operator #{node} is, and what bounds its state"))
    }

    fn is_done(&self) -> bool {
        self.flow.has_ended() && self.mesh.is_flushed()
    }

    fn finish(&mut self, clock: &mut impl Clock) -> Result<Turn> {
        if self.life != Life::Done {
            self.life = Life::Done;
            self.emitter.finish(clock, &mut self.gauge)?;
            self.tally();
        }
        Ok(Turn::Done)
    }

    /// Whether a message waits; asked once more between announcing sleep and sleeping.
    pub fn has_mail(&self) -> bool {
        self.mesh.has_mail() || self.control.phase() != self.phase
    }

    /// Whether messages to other shards wait for room in a ring, or for company while they linger.
    pub fn has_unsent(&self) -> bool {
        !self.mesh.is_flushed()
    }

    /// Descriptors that become readable when there is something to read.
    pub fn readable_fds(&self) -> Vec<std::os::fd::RawFd> {
        self.ingests.iter().flat_map(Ingest::wait_on).collect()
    }

    /// Descriptors that become writable when a sink takes more.
    pub fn writable_fds(&self) -> Vec<std::os::fd::RawFd> {
        self.emitter.wait_on()
    }

    /// Number of the shard.
    pub fn id(&self) -> usize {
        self.mesh.shard()
    }

    /// The job's control.
    pub fn control(&self) -> &Arc<Control> {
        &self.control
    }

    /// The measuring, to be told of sleeps.
    pub fn gauge_mut(&mut self) -> &mut Gauge {
        &mut self.gauge
    }

    /// Bytes of state that each node of the plan holds.
    pub fn state_by_node(&self) -> Vec<usize> {
        self.flow.state_by_node().collect()
    }

    /// Gives up what was measured and the first set-aside rows, at the end.
    pub fn into_results(self) -> Results {
        let (metrics, intervals, span) = self.gauge.finish();
        Results { metrics, intervals, span, aside: self.aside.shown, profile: self.flow.profile }
    }
}

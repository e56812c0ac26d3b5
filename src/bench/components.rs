//! What each thing on a record's way costs by itself, next to what other designs would pay for the same.
//!
//! Measured on one core without the rest of the engine. `Costs` is what the account adds up.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::job::Query;
use super::records::Records;
use super::rig::{Feed, StoppedClock, with_shard};
use super::{Figure, Options, Show, Timing, repeat};
use crate::batch::Batch;
use crate::compile::compile;
use crate::error::{Error, Result};
use crate::limits::INGEST_BATCHES_PER_TURN;
use crate::metrics::{Account, Counters, Part, Recorder, ShardMetrics, Stage};
use crate::route::key_hash::hash_columns;
use crate::route::shard_of;
use crate::shard::Turn;
use crate::sys::affinity;
use crate::sys::clock::{Clock, ShardClock};
use crate::types::Nanos;

/// Rows of a batch where nothing else is said.
const BATCH: usize = 1024;

/// Nanoseconds of the parts that the runtime adds to a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// One reading of the clock.
    pub clock: f64,
    /// What a turn costs besides its batches, clocks stopped.
    pub turn: f64,
    /// What a batch of one row costs in a turn, the query included, clocks stopped.
    pub batch: f64,
    /// Clock readings of a turn.
    pub clock_reads: f64,
}

/// Shows all costs, queues aside.
pub fn figures(options: &Options, query: &Query, records: &Records, show: Show<'_>) -> Result<Costs> {
    let rounds = options.records.clamp(100, 1_000_000);
    // A pinned thread of its own: affinity would stay with the caller.
    let core = options.cores.first().copied();
    let mut figures = Vec::new();
    let costs = std::thread::scope(|scope| {
        let measure = || {
            core.map_or(Ok(()), affinity::pin_to)?;
            let mut bench = Bench { options, rounds, show: &mut |figure| figures.push(figure) };
            bench.batches(records)?;
            bench.outputs()?;
            bench.routing(records)?;
            bench.planning(query)?;
            bench.turns(query, records)
        };
        scope.spawn(measure).join().unwrap_or_else(|_| Err(Error::internal("a measurement panicked")))
    });
    figures.into_iter().for_each(show);
    costs
}

struct Bench<'a> {
    options: &'a Options,
    rounds: usize,
    show: Show<'a>,
}

impl Bench<'_> {
    /// Times `rounds` calls, each of which does something `per_call` times.
    fn time(&mut self, name: &str, per_call: usize, mut call: impl FnMut()) -> Result<f64> {
        let rounds = (self.rounds / per_call).max(10);
        let timing = repeat(self.options.repeat, || {
            let began = Instant::now();
            for _ in 0..rounds {
                call();
            }
            Ok(began.elapsed().as_nanos() as Nanos)
        })?;
        Ok(self.shown(name, timing, rounds * per_call))
    }

    fn shown(&mut self, name: &str, timing: Timing, count: usize) -> f64 {
        let ns = |total: Nanos| total as f64 / count as f64;
        (self.show)(Figure::new(name, ns(timing.best_ns), "ns").with_median(ns(timing.median_ns)));
        ns(timing.best_ns)
    }

    /// Handing a batch on: moved, copied or shared.
    fn batches(&mut self, records: &Records) -> Result<()> {
        let Some(batch) = records.batches(&[0, 2], BATCH).next() else { return Ok(()) };
        let mut queue = VecDeque::from([batch.clone()]);
        self.time("a batch of 1024 moved", 1, || {
            if let Some(batch) = queue.pop_front() {
                queue.push_back(black_box(batch));
            }
        })?;
        self.time("a batch of 1024 cloned", 16, || (0..16).for_each(|_| drop(black_box(batch.clone()))))?;
        let shared = Arc::new(batch);
        self.time("a batch of 1024 shared by Arc", 1, || drop(black_box(Arc::clone(&shared))))?;
        Ok(())
    }

    /// Adding a record of 16 bytes to an output buffer.
    fn outputs(&mut self) -> Result<()> {
        let record = (1i64, 2.0f64);
        let mut own: Vec<(i64, f64)> = Vec::with_capacity(BATCH);
        self.time("own output buffer, a record", BATCH, || {
            own.clear();
            (0..BATCH).for_each(|_| own.push(black_box(record)));
        })?;
        let locked = Mutex::new(Vec::with_capacity(BATCH));
        let fill = || {
            (0..BATCH).for_each(|_| {
                let mut buffer = locked.lock().unwrap_or_else(PoisonError::into_inner);
                if buffer.len() >= BATCH {
                    buffer.clear();
                }
                buffer.push(black_box(record));
            });
        };
        self.time("uncontended mutex, a record", BATCH, fill)?;
        let Some(&other) = self.options.cores.get(1) else { return Ok(()) };
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _unpinned_contends_too = affinity::pin_to(other);
                while !stop.load(Ordering::Relaxed) {
                    fill();
                }
            });
            let timed = self.time("contended mutex, a record", BATCH, fill);
            stop.store(true, Ordering::Relaxed);
            timed.map(|_| ())
        })
    }

    /// Which shard a record goes to.
    fn routing(&mut self, records: &Records) -> Result<()> {
        let shards = black_box(4);
        let keys: Vec<Batch> = records.batches(&[1], BATCH).take(64).collect();
        let (mut hashes, mut targets) = (Vec::new(), vec![0usize; BATCH]);
        let mut next = keys.iter().cycle();
        self.time("routing by hash, a record", BATCH, || {
            let Some(batch) = next.next() else { return };
            hash_columns(&[&batch.columns[0]], batch.rows(), &mut hashes);
            targets.iter_mut().zip(&hashes).for_each(|(target, hash)| *target = shard_of(*hash, shards));
            black_box(&targets);
        })?;
        let mut turn = 0;
        self.time("routing round robin, a record", BATCH, || {
            for target in &mut targets {
                turn = if turn + 1 == shards { 0 } else { turn + 1 };
                *target = turn;
            }
            black_box(&targets);
        })?;
        let mut split = 0;
        self.time("routing by source, a batch", 1, || {
            split = black_box(split + 1) % shards;
        })?;
        Ok(())
    }

    /// What happens once in a job's life.
    fn planning(&mut self, query: &Query) -> Result<()> {
        let rounds = self.rounds;
        self.rounds = (rounds / 1000).clamp(3, 200);
        let plan = &query.planned().plan;
        self.time("planning the query", 1, || drop(black_box(Query::new(super::overhead::FILTER, super::job::Check::Count))))?;
        self.time("compiling the query for one shard", 1, || drop(black_box(compile(plan, 0, 1))))?;
        self.rounds = rounds;
        Ok(())
    }

    /// Turns, clocks and what is written down once a batch.
    fn turns(&mut self, query: &Query, records: &Records) -> Result<Costs> {
        let mut clock = ShardClock::start();
        let clock_ns = self.time("a clock read", 1, || {
            black_box(clock.now());
        })?;
        let mut recorder = Recorder::default();
        let mut value = 0;
        self.time("a histogram record", 1, || {
            value = (value + 977) & 0xf_ffff;
            recorder.record_n(value, 1024);
        })?;
        let (mut metrics, mut account, mut counters) = (ShardMetrics::new(0), Account::default(), Counters::default());
        self.time("bookkeeping of a batch: histograms, counters, account", 1, || {
            for stage in [Stage::Ingest, Stage::Decode, Stage::Operators, Stage::EndToEnd] {
                metrics.record(stage, black_box(500), 1024);
            }
            for part in [Part::Decode, Part::Operators, Part::Emit, Part::Exchange] {
                account.add(part, black_box(500));
            }
            (counters.rows_in, counters.batches_in) = (counters.rows_in + 1024, counters.batches_in + 1);
            black_box((&metrics, &account, &counters));
        })?;
        let rounds = self.rounds;
        let idle = repeat(self.options.repeat, || {
            with_shard(query, Feed::Silence, BATCH, |shard| {
                let began = Instant::now();
                for _ in 0..rounds {
                    black_box(shard.step(&mut clock)?);
                }
                Ok(began.elapsed().as_nanos() as Nanos)
            })
        })?;
        self.shown("a turn of an idle shard", idle, rounds);
        let rows = rounds.min(200_000).min(records.len());
        let busy = repeat(self.options.repeat, || batches_of_one_row(query, records, rows, Turns::OfOne, &mut clock))?;
        self.shown("a turn with a batch of one row", busy, rows);
        let mut stopped = StoppedClock::default();
        let timeless = repeat(self.options.repeat, || {
            stopped.reads = 0;
            batches_of_one_row(query, records, rows, Turns::OfOne, &mut stopped)
        })?;
        let alone = self.shown("a turn with a batch of one row, clocks stopped", timeless, rows);
        let clock_reads = stopped.reads as f64 / rows as f64;
        (self.show)(Figure::new("clock reads of a turn with one batch", clock_reads, "reads"));
        let timeless = repeat(self.options.repeat, || batches_of_one_row(query, records, rows, Turns::OfMany, &mut stopped))?;
        let together = self.shown("a batch of one row among as many as a turn takes, clocks stopped", timeless, rows);
        // Alone a batch bears the whole turn, together each bears its part of one.
        let many = INGEST_BATCHES_PER_TURN as f64;
        let turn = (alone - together) * many / (many - 1.0);
        self.time("a yield to the kernel", 1, std::thread::yield_now)?;
        if let Some(timing) = super::queues::yield_check(self.options.repeat, rounds)? {
            self.shown("a look at whether to yield, glommio", timing, rounds);
        }
        Ok(Costs { clock: clock_ns, turn, batch: alone - turn, clock_reads })
    }
}

/// How many batches a turn takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turns {
    OfOne,
    OfMany,
}

/// Runs a shard over so many batches of one row; gives the time from when they are loaded.
fn batches_of_one_row(query: &Query, records: &Records, rows: usize, turns: Turns, clock: &mut impl Clock) -> Result<Nanos> {
    let batches = records.batches_of(0..rows, &query.projection(), 1).collect();
    let full = if turns == Turns::OfOne { BATCH } else { 1 };
    with_shard(query, Feed::Batches(batches), full, |shard| {
        shard.step(clock)?;
        let began = Instant::now();
        while shard.step(clock)? != Turn::Done {}
        Ok(began.elapsed().as_nanos() as Nanos)
    })
}

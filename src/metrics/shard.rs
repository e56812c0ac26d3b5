//! What one shard knows of itself: counters, histograms and where the time of its core went.
//!
//! Row road, owned by the shard as plain values; handed over whole when the shard ends. While it runs, only `Published` is seen by
//! others: one cache line per shard that its owner writes a few times a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::{LatencyHistogram, Recorder, Stage};
use crate::types::{EventTime, Nanos};

/// Counts of rows, batches and turns.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counters {
    /// Rows read by this shard's sources.
    pub rows_in: u64,
    /// Rows handed to sinks.
    pub rows_out: u64,
    /// Rows that a filter let fall.
    pub rows_filtered: u64,
    /// Rows set aside with an error.
    pub rows_aside: u64,
    /// Rows behind the watermark of their split.
    pub rows_late: u64,
    /// Batches read by this shard's sources.
    pub batches_in: u64,
    /// Offers that found a ring of the mesh full.
    pub ring_full_count: u64,
    /// Times the shard parked.
    pub parks: u64,
    /// Turns.
    pub turns: u64,
    /// Turns that found something to do.
    pub busy_turns: u64,
}

impl Counters {
    /// Adds those of another shard.
    pub fn merge(&mut self, other: &Counters) {
        self.rows_in += other.rows_in;
        self.rows_out += other.rows_out;
        self.rows_filtered += other.rows_filtered;
        self.rows_aside += other.rows_aside;
        self.rows_late += other.rows_late;
        self.batches_in += other.batches_in;
        self.ring_full_count += other.ring_full_count;
        self.parks += other.parks;
        self.turns += other.turns;
        self.busy_turns += other.busy_turns;
    }
}

/// A part of a core's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Part {
    /// Polling sources.
    Ingest,
    /// Making columns out of bytes.
    Decode,
    /// Running operators.
    Operators,
    /// Scattering, offering and taking batches.
    Exchange,
    /// Encoding and handing over to sinks.
    Emit,
    /// Nothing to do: spinning or parked.
    Idle,
    /// From one turn that found something to do to the next: the executor's loop, and how turns begin and end.
    Turns,
    /// Everything that no other part claims.
    Other,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 8] =
        [Part::Ingest, Part::Decode, Part::Operators, Part::Exchange, Part::Emit, Part::Idle, Part::Turns, Part::Other];

    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Part::Ingest => "ingest",
            Part::Decode => "decode",
            Part::Operators => "operators",
            Part::Exchange => "exchange",
            Part::Emit => "emit",
            Part::Idle => "idle",
            Part::Turns => "turns",
            Part::Other => "other",
        }
    }
}

/// Where the nanoseconds of a core went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    parts: [Nanos; Part::ALL.len()],
}

impl Account {
    /// Hot: once per part and turn.
    #[inline]
    pub fn add(&mut self, part: Part, ns: Nanos) {
        self.parts[part as usize] += ns;
    }

    /// Nanoseconds of one part.
    pub fn part(&self, part: Part) -> Nanos {
        self.parts[part as usize]
    }

    /// Nanoseconds of all parts.
    pub fn total(&self) -> Nanos {
        self.parts.iter().sum()
    }

    /// Puts the rest of `wall` to `other`, so that the parts add up to the wall time. Call once, when the shard ends.
    pub fn close(&mut self, wall: Nanos) {
        let rest = wall.saturating_sub(self.total());
        self.add(Part::Other, rest);
    }

    /// Adds the account of another core.
    pub fn merge(&mut self, other: &Account) {
        for (mine, theirs) in self.parts.iter_mut().zip(other.parts) {
            *mine += theirs;
        }
    }
}

/// One interval of one stage, for the log.
#[derive(Debug, Clone)]
pub struct Interval {
    /// The stage.
    pub stage: Stage,
    /// When it began: nanoseconds of the monotonic clock all shards share.
    pub start: Nanos,
    /// How long it lasted.
    pub length: Nanos,
    /// What was recorded in it: values with their counts, because few of a histogram's many buckets are in use.
    pub values: Vec<(Nanos, u64)>,
}

impl Interval {
    /// The values as a histogram.
    pub fn histogram(&self) -> LatencyHistogram {
        let mut histogram = LatencyHistogram::new();
        histogram.record_all(&self.values);
        histogram
    }
}

/// Intervals a shard keeps at the most for the log. More: the newest ones are joined into one.
pub const INTERVALS_MAX: usize = 4_096;

/// What one shard knows of itself.
#[derive(Debug, Clone)]
pub struct ShardMetrics {
    shard: usize,
    stages: [StageRecord; Stage::ALL.len()],
    interval_start: Nanos,
    /// Counts.
    pub counters: Counters,
    /// Where the core's time went.
    pub account: Account,
}

#[derive(Debug, Clone, Default)]
struct StageRecord {
    /// Everything up to the interval that is running; `None` as long as that is nothing.
    before: Option<LatencyHistogram>,
    /// The interval that is running.
    running: Recorder,
}

impl ShardMetrics {
    /// Empty, for shard number `shard`.
    pub fn new(shard: usize) -> Self {
        Self { shard, stages: Default::default(), interval_start: 0, counters: Counters::default(), account: Account::default() }
    }

    /// Number of the shard.
    pub fn shard(&self) -> usize {
        self.shard
    }

    /// Hot: once per arrival run. `count` rows took `ns` each in `stage`.
    #[inline]
    pub fn record(&mut self, stage: Stage, ns: Nanos, count: u64) {
        self.stages[stage as usize].running.record_n(ns, count);
    }

    /// The first interval begins now. Without it, it begins at 0 of the clock.
    pub fn begin(&mut self, now: Nanos) {
        self.interval_start = now;
    }

    /// When the interval that is running began.
    pub fn interval_start(&self) -> Nanos {
        self.interval_start
    }

    /// Ends the interval that is running, appends its stages that are not empty to `out` and begins the next one.
    pub fn take_interval(&mut self, now: Nanos, out: &mut Vec<Interval>) {
        let (start, length) = (self.interval_start, now.saturating_sub(self.interval_start));
        self.interval_start = now;
        for (stage, record) in Stage::ALL.into_iter().zip(&mut self.stages) {
            if record.running.is_empty() {
                continue;
            }
            let values = record.running.take();
            record.before.get_or_insert_default().record_all(&values);
            keep(Interval { stage, start, length, values }, out);
        }
    }

    /// Everything recorded for `stage`, the running interval included.
    pub fn total(&self, stage: Stage) -> LatencyHistogram {
        let record = &self.stages[stage as usize];
        let mut total = record.before.clone().unwrap_or_default();
        total.record_all(&record.running.values());
        total
    }

    /// The p99 of what was recorded for `stage` since the interval began, or before it if that is nothing. For the progress line.
    pub fn recent_p99(&self, stage: Stage) -> Nanos {
        let record = &self.stages[stage as usize];
        match &record.before {
            Some(before) if record.running.is_empty() => before.quantile(0.99),
            _ => record.running.quantile(0.99),
        }
    }
}

/// Keeps an interval; beyond the bound it is added to the last one of its stage.
fn keep(interval: Interval, out: &mut Vec<Interval>) {
    if out.len() >= INTERVALS_MAX
        && let Some(last) = out.iter_mut().rev().take(Stage::ALL.len()).find(|i| i.stage == interval.stage)
    {
        last.length = (interval.start + interval.length).saturating_sub(last.start);
        let mut joined = last.histogram();
        joined.record_all(&interval.values);
        last.values = joined.values();
    } else {
        out.push(interval);
    }
}

/// What the progress line shows of one shard; on a cache line of its own, because its owner writes it.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct PublishedShard {
    rows_in: AtomicU64,
    rows_out: AtomicU64,
    watermark: AtomicI64,
    p99: AtomicU64,
}

/// A look at one shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// Rows read.
    pub rows_in: u64,
    /// Rows handed to sinks.
    pub rows_out: u64,
    /// The shard's watermark; `EventTime::MIN` before the first.
    pub watermark: EventTime,
    /// Recent p99 from arrival to hand-over.
    pub p99: Nanos,
}

/// One line per shard, written by its owner about four times a second, read by the control thread.
#[derive(Debug, Clone)]
pub struct Published {
    shards: Arc<[PublishedShard]>,
}

impl Published {
    /// For that many shards.
    pub fn new(shards: usize) -> Self {
        let fresh = || PublishedShard { watermark: AtomicI64::new(EventTime::MIN), ..Default::default() };
        Self { shards: (0..shards).map(|_| fresh()).collect() }
    }

    /// Number of shards.
    pub fn shards(&self) -> usize {
        self.shards.len()
    }

    /// Writes the line of `shard`. Called by its owner only.
    pub fn write(&self, shard: usize, glance: Glance) {
        let line = &self.shards[shard];
        // Each number stands for itself, so that no order between them is promised.
        line.rows_in.store(glance.rows_in, Ordering::Relaxed);
        line.rows_out.store(glance.rows_out, Ordering::Relaxed);
        line.watermark.store(glance.watermark, Ordering::Relaxed);
        line.p99.store(glance.p99, Ordering::Relaxed);
    }

    /// Reads the line of `shard`.
    pub fn read(&self, shard: usize) -> Glance {
        let line = &self.shards[shard];
        Glance {
            rows_in: line.rows_in.load(Ordering::Relaxed),
            rows_out: line.rows_out.load(Ordering::Relaxed),
            watermark: line.watermark.load(Ordering::Relaxed),
            p99: line.p99.load(Ordering::Relaxed),
        }
    }

    /// All shards together: sums of rows, the lowest watermark, the highest p99.
    pub fn total(&self) -> Glance {
        let none = Glance { rows_in: 0, rows_out: 0, watermark: EventTime::MAX, p99: 0 };
        (0..self.shards.len()).map(|shard| self.read(shard)).fold(none, |sum, one| Glance {
            rows_in: sum.rows_in + one.rows_in,
            rows_out: sum.rows_out + one.rows_out,
            watermark: sum.watermark.min(one.watermark),
            p99: sum.p99.max(one.p99),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn total_is_what_the_intervals_add_up_to() {
        let mut rng = fastrand::Rng::with_seed(9);
        let mut metrics = ShardMetrics::new(2);
        let mut intervals = Vec::new();
        let mut recorded = 0;
        for turn in 1..=50 {
            for _ in 0..rng.usize(0..20) {
                let count = rng.u64(1..10);
                metrics.record(Stage::Operators, rng.u64(1..1_000_000), count);
                recorded += count;
            }
            metrics.take_interval(turn * 1_000, &mut intervals);
        }
        metrics.record(Stage::Operators, 5, 1);
        assert_eq!(intervals.iter().map(|i| i.histogram().count()).sum::<u64>(), recorded);
        assert_eq!(metrics.total(Stage::Operators).count(), recorded + 1);
        assert!(metrics.total(Stage::Emit).is_empty());
    }

    #[test]
    fn intervals_beyond_the_bound_are_joined_and_lose_no_row() {
        let mut metrics = ShardMetrics::new(0);
        let mut intervals: Vec<Interval> = Vec::new();
        let filler = Interval { stage: Stage::Emit, start: 0, length: 10, values: Vec::new() };
        intervals.resize(INTERVALS_MAX, filler);
        metrics.begin(10);
        metrics.record(Stage::Emit, 5, 3);
        metrics.take_interval(30, &mut intervals);
        let last = intervals.last().expect("some");
        assert_eq!((intervals.len(), last.length, last.histogram().count()), (INTERVALS_MAX, 30, 3));
    }

    #[test]
    fn account_adds_up_to_wall_time() {
        let mut account = Account::default();
        account.add(Part::Operators, 70);
        account.add(Part::Idle, 20);
        account.close(100);
        assert_eq!((account.total(), account.part(Part::Other)), (100, 10));
    }

    #[test]
    fn published_lines_are_far_apart_and_add_up() {
        assert_eq!(size_of::<PublishedShard>(), 128);
        let published = Published::new(2);
        published.write(0, Glance { rows_in: 1, rows_out: 2, watermark: 50, p99: 7 });
        assert_eq!(published.total().watermark, EventTime::MIN);
        published.write(1, Glance { rows_in: 10, rows_out: 20, watermark: 40, p99: 9 });
        assert_eq!(published.total(), Glance { rows_in: 11, rows_out: 22, watermark: 40, p99: 9 });
    }
}

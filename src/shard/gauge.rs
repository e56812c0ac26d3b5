//! What a shard measures of itself while it runs: its metrics, the intervals of the log, and the line that others may read. Row road.

use std::ops::Range;

use crate::config::{Histograms, JobConfig};
use crate::metrics::{Account, Counters, Glance, Interval, Part, Published, ShardMetrics, Stage};
use crate::sys::clock::Clock;
use crate::types::{EventTime, Nanos};

/// How often the line that others read is written.
const PUBLISH_EVERY: Nanos = 250_000_000;

/// The measuring of one shard.
pub struct Gauge {
    metrics: ShardMetrics,
    recording: Histograms,
    intervals: Vec<Interval>,
    interval: Nanos,
    began: Nanos,
    published: Published,
    publish_at: Nanos,
    /// Up to when the time of the core is put down.
    mark: Nanos,
    /// To what the time since then belongs.
    part: Part,
    /// When the running turn began, and the account then.
    turn: (Nanos, Account),
}

impl Gauge {
    /// For one shard of a job. Time counts from its first turn.
    pub fn new(shard: usize, config: &JobConfig, published: Published) -> Self {
        Self {
            metrics: ShardMetrics::new(shard),
            recording: config.histograms,
            intervals: Vec::new(),
            interval: config.interval,
            began: 0,
            published,
            publish_at: 0,
            mark: 0,
            part: Part::Other,
            turn: (0, Account::default()),
        }
    }

    /// `count` rows took `ns` each in `stage`. Hot: once per arrival run.
    #[inline]
    pub(super) fn record(&mut self, stage: Stage, ns: Nanos, count: u64) {
        if self.recording == Histograms::On && count > 0 {
            self.metrics.record(stage, ns, count);
        }
    }

    /// From now on time belongs to `part`; what passed until now belongs to the part before. A clock is read only where the part
    /// changes, and so the parts add up to the whole. Hot: a few times a turn.
    #[inline]
    pub(super) fn enter(&mut self, part: Part, clock: &mut impl Clock) {
        if part != self.part {
            self.settle(clock.now());
            self.part = part;
        }
    }

    /// Puts down what passed until `now`.
    #[inline]
    pub(super) fn settle(&mut self, now: Nanos) {
        self.metrics.account.add(self.part, now.saturating_sub(self.mark));
        self.mark = now;
    }

    /// Puts down what passed until now, if it belongs to `part`.
    #[inline]
    pub(super) fn leave(&mut self, part: Part, clock: &mut impl Clock) {
        if part == self.part {
            self.settle(clock.now());
        }
    }

    /// What passed since the last reading of the clock belongs to `part`, what follows to `next`. Gives what passed.
    #[inline]
    pub(super) fn lap(&mut self, part: Part, next: Part, clock: &mut impl Clock) -> Nanos {
        let began = self.mark;
        self.part = part;
        self.settle(clock.now());
        self.part = next;
        self.mark - began
    }

    /// To what the time since the last reading belongs.
    #[inline]
    pub(super) fn part(&self) -> Part {
        self.part
    }

    /// Nanoseconds put down to `part` so far.
    #[inline]
    pub(super) fn spent(&self, part: Part) -> Nanos {
        self.metrics.account.part(part)
    }

    /// When the clock was last read.
    #[inline]
    pub(super) fn mark(&self) -> Nanos {
        self.mark
    }

    /// The counters.
    pub(super) fn counters(&mut self) -> &mut Counters {
        &mut self.metrics.counters
    }

    /// A turn begins: what passed since the last one was rest, or the shell's.
    pub(super) fn turn_begins(&mut self, now: Nanos) {
        if self.metrics.counters.turns == 0 {
            self.metrics.begin(now);
            (self.began, self.publish_at, self.mark) = (now, now, now);
        }
        self.settle(now);
        self.part = Part::Ingest;
        self.metrics.counters.turns += 1;
        self.turn = (now, self.metrics.account.clone());
    }

    /// A turn that found something to do ends: what it has not put down, and what follows until the next, is the price of turns.
    pub(super) fn turn_ends(&mut self) {
        self.part = Part::Turns;
        self.metrics.counters.busy_turns += 1;
    }

    /// A turn that found nothing to do ends: it was idle as a whole, looking round included, and so is what follows.
    pub(super) fn turn_was_idle(&mut self) {
        let (began, account) = &self.turn;
        self.metrics.account = account.clone();
        self.mark = *began;
        self.part = Part::Idle;
    }

    /// Whether the line is due to be written or an interval to end.
    pub(super) fn is_due(&self) -> bool {
        self.mark >= self.publish_at
    }

    /// Writes the line that others read, and ends the interval if it is over.
    #[cold]
    pub(super) fn publish(&mut self, watermark: EventTime) {
        let now = self.mark;
        self.publish_at = now + PUBLISH_EVERY;
        let Counters { rows_in, rows_out, .. } = self.metrics.counters;
        let p99 = self.metrics.recent_p99(Stage::EndToEnd);
        self.published.write(self.metrics.shard(), Glance { rows_in, rows_out, watermark, p99 });
        if now >= self.metrics.interval_start() + self.interval {
            self.metrics.take_interval(now, &mut self.intervals);
        }
    }

    /// A sleep begins.
    pub fn parked(&mut self) {
        self.metrics.counters.parks += 1;
    }

    /// Closes the account at the end of the last turn and gives everything up: metrics, intervals, first and last moment.
    pub(super) fn finish(mut self) -> (ShardMetrics, Vec<Interval>, Range<Nanos>) {
        let ended = self.mark;
        self.metrics.take_interval(ended, &mut self.intervals);
        self.metrics.account.close(ended - self.began);
        (self.metrics, self.intervals, self.began..ended)
    }
}

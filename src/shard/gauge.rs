//! What a shard measures of itself while it runs: its metrics, the intervals of the log, and the line that others may read. Row road.

use std::ops::Range;

use crate::config::{Histograms, JobConfig};
use crate::metrics::{Account, Counters, Glance, Interval, Part, Published, ShardMetrics, Stage};
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
    /// When the last turn ended, and to what the time since then belongs.
    left: (Nanos, Part),
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
            left: (0, Part::Other),
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

    /// Puts time of the core down to a part. Hot: once per part and turn.
    #[inline]
    pub(super) fn add(&mut self, part: Part, ns: Nanos) {
        self.metrics.account.add(part, ns);
    }

    /// The counters.
    pub(super) fn counters(&mut self) -> &mut Counters {
        &mut self.metrics.counters
    }

    /// A turn begins: what passed since the last one was rest, or the shell's.
    pub(super) fn turn_begins(&mut self, now: Nanos) {
        if self.metrics.counters.turns == 0 {
            self.metrics.begin(now);
            (self.began, self.publish_at, self.left) = (now, now, (now, Part::Other));
        }
        let (left, part) = self.left;
        self.add(part, now.saturating_sub(left));
        self.metrics.counters.turns += 1;
        self.turn = (now, self.metrics.account.clone());
    }

    /// A turn ends: what of it no part has claimed belongs to `rest`, and so does what follows. A turn that found nothing to do
    /// was idle as a whole, looking round included.
    pub(super) fn turn_ends(&mut self, now: Nanos, rest: Part) {
        let (began, account) = &self.turn;
        if rest == Part::Idle {
            self.metrics.account = account.clone();
        }
        let claimed = self.metrics.account.total() - account.total();
        self.metrics.account.add(rest, now.saturating_sub(*began).saturating_sub(claimed));
        self.metrics.counters.busy_turns += u64::from(rest != Part::Idle);
        self.left = (now, rest);
    }

    /// Whether the line is due to be written or an interval to end.
    pub(super) fn is_due(&self, now: Nanos) -> bool {
        now >= self.publish_at
    }

    /// Writes the line that others read, and ends the interval if it is over.
    #[cold]
    pub(super) fn publish(&mut self, now: Nanos, watermark: EventTime) {
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
        let (ended, _) = self.left;
        self.metrics.take_interval(ended, &mut self.intervals);
        self.metrics.account.close(ended - self.began);
        (self.metrics, self.intervals, self.began..ended)
    }
}

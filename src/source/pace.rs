//! Open-loop generators: which rows are due, and when they were meant to be made.
//!
//! Row i of a generator belongs to split i % splits, whatever the number of shards. With a rate, tick t is due at
//! start + t / rate; a reader that comes late gives the rows with the time at which they were due, so waiting shows up in
//! the latencies. The start is the first poll of any shard.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::{Boundedness, Polled, Reader};
use crate::error::{Error, Result};
use crate::format::Decoded;
use crate::sys::clock::{Clock, HostClock};
use crate::types::{EventTime, Nanos, Options, time};

/// Longest time between the intended times of the first and the last row of one poll, which share a stamp.
const STAMP_SPAN: Nanos = 100_000;

/// Splits of a generator that is meant to be quick. More shards than splits: the others get rows by exchange only.
const SPLITS_MANY: u64 = 8;

/// Rows a second, or rows in all, from which on a generator has `SPLITS_MANY` splits; below, order is worth more than speed.
const MANY_ROWS: u64 = 100_000;

/// Most splits a table may ask for.
const SPLITS_MAX: u64 = 4096;

/// Rows of one split: `first`, `first + step`, ...
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    pub first: u64,
    pub step: u64,
    pub count: usize,
}

impl Rows {
    /// The row numbers.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = u64> {
        (0..self.count as u64).map(move |n| self.first + n * self.step)
    }
}

/// Wall time of ticks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// Tick t was meant for `start + t / rate`.
    Paced { start: EventTime, rate: u64 },
    /// All are made now.
    Now(EventTime),
}

impl Moment {
    /// When tick `tick` was meant to be made, wall time. Hot: once per value.
    #[inline]
    pub fn of(self, tick: u64) -> EventTime {
        match self {
            Moment::Paced { start, rate } => start.saturating_add(offset(tick, rate).min(i64::MAX as u64) as i64),
            Moment::Now(time) => time,
        }
    }
}

/// Nanoseconds from the start to tick `tick`.
#[inline]
fn offset(tick: u64, rate: u64) -> Nanos {
    let nanos = u128::from(tick) * time::SECOND as u128 / u128::from(rate);
    nanos.min(u128::from(u64::MAX)) as Nanos
}

/// Number of ticks due within `elapsed` nanoseconds of the start.
fn ticks_due(elapsed: Nanos, rate: u64) -> u64 {
    let ticks = ((u128::from(elapsed) + 1) * u128::from(rate)).div_ceil(time::SECOND as u128);
    ticks.min(u128::from(u64::MAX)) as u64
}

/// How fast, how much and in how many splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    /// Ticks a second; `None` is as fast as possible.
    pub rate: Option<u64>,
    /// Rows in all; `None` is without end.
    pub rows: Option<u64>,
    /// Number of splits.
    pub splits: u64,
}

impl Pace {
    /// Reads the option `splits`; without it the number depends on how many rows are to be made.
    pub fn new(options: &Options, rate: Option<u64>, rows: Option<u64>) -> Result<Self> {
        let quick = rate.is_none_or(|r| r >= MANY_ROWS) && rows.is_none_or(|r| r > MANY_ROWS);
        let splits = match options.parse("splits", "a number from 1 to 4096")? {
            Some(splits) if (1..=SPLITS_MAX).contains(&splits) => splits,
            Some(splits) => {
                let span = options.value("splits").map(|v| v.span).unwrap_or_default();
                return Err(Error::sql(format!("option 'splits' = '{splits}' is not a number from 1 to {SPLITS_MAX}")).at(span));
            }
            None if quick => SPLITS_MANY,
            None => 1,
        };
        Ok(Self { rate, rows, splits })
    }

    /// The option `key` as ticks a second: 0 and `unlimited` are as fast as possible.
    pub fn rate(options: &Options, key: &str, default: Option<u64>) -> Result<Option<u64>> {
        match options.text(key).map(str::trim) {
            None => Ok(default),
            Some("unlimited") => Ok(None),
            Some(_) => Ok(options.parse(key, "a whole number of rows a second, or 'unlimited'")?.filter(|rate| *rate > 0)),
        }
    }

    /// Whether it ends by itself.
    pub fn boundedness(&self) -> Boundedness {
        if self.rows.is_some() { Boundedness::Bounded } else { Boundedness::Unbounded }
    }

    /// In words, for EXPLAIN.
    pub fn describe(&self) -> String {
        let rate = self.rate.map_or("as fast as possible".to_owned(), |r| format!("{r} a second"));
        let rows = self.rows.map_or("without end".to_owned(), |r| format!("{r} rows"));
        format!("{rows}, {rate} ({} split{})", self.splits, if self.splits == 1 { "" } else { "s" })
    }
}

/// Makes the rows of a paced reader.
pub(super) trait Generate: Send {
    /// Number of rows whose ticks are below `ticks`.
    fn rows_before(&self, ticks: u64) -> u64 {
        ticks
    }
    /// The tick of row `row`.
    fn tick(&self, row: u64) -> u64 {
        row
    }
    /// Makes these rows. Hot: once per batch.
    fn fill(&mut self, rows: Rows, moment: Moment, into: &mut Decoded);
}

/// When the generator started, the same for the readers of all shards; 0 is not yet.
#[derive(Debug, Default)]
pub(super) struct Start {
    monotonic: AtomicU64,
    wall: AtomicI64,
}

impl Start {
    /// Notes the wall time, once, when the first reader is opened.
    pub fn note_wall(&self) {
        let _ = self.wall.compare_exchange(0, HostClock::start().wall(), Ordering::AcqRel, Ordering::Acquire);
    }

    /// The wall time noted, 0 before.
    pub fn wall(&self) -> EventTime {
        self.wall.load(Ordering::Acquire)
    }

    fn monotonic(&self, now: Nanos) -> Nanos {
        self.monotonic.compare_exchange(0, now, Ordering::AcqRel, Ordering::Acquire).map_or_else(|first| first, |_| now)
    }
}

/// One split's place.
#[derive(Debug)]
struct Split {
    next: u64,
    ended: bool,
}

/// Polls a generator for the splits of one shard.
pub(super) struct PacedReader<G> {
    generate: G,
    pace: Pace,
    shared: Arc<Start>,
    /// Of the first poll; 0 before it.
    start: Nanos,
    splits: Vec<Split>,
    /// The split to look at first.
    turn: usize,
    stopped: bool,
}

impl<G: Generate> PacedReader<G> {
    /// A reader of the splits of `shard`.
    pub fn new(generate: G, pace: Pace, shared: Arc<Start>, shard: usize, shards: usize) -> Self {
        shared.note_wall();
        let splits = (shard as u64..pace.splits).step_by(shards).map(|next| Split { next, ended: false }).collect();
        Self { generate, pace, shared, start: 0, splits, turn: 0, stopped: false }
    }

    /// Which rows of a split are due. Limited by the rows in all, `rows_max`, the time and the span of a stamp.
    fn due(&self, split: &Split, now: Nanos, rows_max: usize) -> usize {
        let mut end = self.pace.rows.unwrap_or(u64::MAX);
        if let Some(rate) = self.pace.rate {
            let first = offset(self.generate.tick(split.next), rate);
            let elapsed = now.saturating_sub(self.start);
            if first > elapsed {
                return 0;
            }
            end = end.min(self.generate.rows_before(ticks_due(elapsed.min(first.saturating_add(STAMP_SPAN)), rate)));
        }
        let rows = end.saturating_sub(split.next).div_ceil(self.pace.splits);
        rows.min(rows_max.max(1) as u64) as usize
    }

    /// The intended time of a split's next row, on the clock of `poll`.
    fn intended(&self, split: &Split, now: Nanos) -> Nanos {
        self.pace.rate.map_or(now, |rate| self.start.saturating_add(offset(self.generate.tick(split.next), rate)))
    }

    fn moment(&self, now: Nanos) -> Moment {
        let start = self.shared.wall();
        match self.pace.rate {
            Some(rate) => Moment::Paced { start, rate },
            None => Moment::Now(start.saturating_add(now.saturating_sub(self.start) as i64)),
        }
    }

    fn has_ended(&self, split: &Split) -> bool {
        self.pace.rows.is_some_and(|rows| split.next >= rows)
    }
}

impl<G: Generate> Reader for PacedReader<G> {
    fn splits(&self) -> usize {
        self.splits.len()
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        if self.stopped {
            return Ok(Polled::End);
        }
        if self.start == 0 {
            self.start = self.shared.monotonic(now.max(1));
        }
        let mut wake_at = None;
        for _ in 0..self.splits.len() {
            let at = self.turn;
            self.turn = (self.turn + 1) % self.splits.len();
            let split = &self.splits[at];
            if split.ended {
                continue;
            }
            if self.has_ended(split) {
                self.splits[at].ended = true;
                return Ok(Polled::SplitEnd { split: at });
            }
            let stamp = self.intended(split, now);
            let count = self.due(split, now, rows_max);
            if count == 0 {
                wake_at = Some(wake_at.map_or(stamp, |earliest: Nanos| earliest.min(stamp)));
                continue;
            }
            let rows = Rows { first: split.next, step: self.pace.splits, count };
            self.generate.fill(rows, self.moment(now), into);
            into.rows += count;
            self.splits[at].next += count as u64 * self.pace.splits;
            return Ok(Polled::Rows { split: at, stamp });
        }
        Ok(if wake_at.is_some() { Polled::Pending { wake_at } } else { Polled::End })
    }

    fn stop(&mut self) {
        self.stopped = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Generate for Nothing {
        fn fill(&mut self, _rows: Rows, _moment: Moment, _into: &mut Decoded) {}
    }

    #[test]
    fn ticks_are_due_exactly_at_their_time() {
        for rate in [1, 3, 7, 1_000, 999_999_937, 4_000_000_000] {
            for tick in [0, 1, 2, 10, 12_345, 1 << 30] {
                let at = offset(tick, rate);
                assert!(ticks_due(at, rate) > tick, "{rate} {tick}");
                assert!(at == 0 || ticks_due(at - 1, rate) <= tick, "{rate} {tick}");
            }
        }
    }

    #[test]
    fn rows_come_when_due_and_carry_their_intended_time() {
        let pace = Pace { rate: Some(1_000), rows: Some(10), splits: 1 };
        let mut reader = PacedReader::new(Nothing, pace, Arc::default(), 0, 1);
        let mut poll = |now| {
            let mut into = Decoded::default();
            (reader.poll(now, 100, &mut into).expect("poll"), into.rows)
        };
        let ms = 1_000_000;
        assert_eq!(poll(5), (Polled::Rows { split: 0, stamp: 5 }, 1));
        assert_eq!(poll(6), (Polled::Pending { wake_at: Some(5 + ms) }, 0));
        assert_eq!(poll(5 + 3 * ms), (Polled::Rows { split: 0, stamp: 5 + ms }, 1));
        assert_eq!(poll(5 + 3 * ms), (Polled::Rows { split: 0, stamp: 5 + 2 * ms }, 1));
        for row in 3..10 {
            assert_eq!(poll(5 + 60 * ms), (Polled::Rows { split: 0, stamp: 5 + row * ms }, 1));
        }
        assert_eq!(poll(5 + 60 * ms).0, Polled::SplitEnd { split: 0 });
        assert_eq!(poll(5 + 60 * ms).0, Polled::End);
    }

    #[test]
    fn rows_close_together_come_in_one_poll() {
        let pace = Pace { rate: Some(1_000_000), rows: None, splits: 1 };
        let mut reader = PacedReader::new(Nothing, pace, Arc::default(), 0, 1);
        let mut into = Decoded::default();
        assert_eq!(reader.poll(1, 1, &mut into).expect("poll"), Polled::Rows { split: 0, stamp: 1 });
        let mut into = Decoded::default();
        let polled = reader.poll(1_000_001, 4096, &mut into).expect("poll");
        assert_eq!((polled, into.rows), (Polled::Rows { split: 0, stamp: 1_001 }, 101));
    }
}

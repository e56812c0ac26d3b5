//! Measures the engine on the host it runs on: what a record costs, where that goes, and what a loop written by hand would cost.
//!
//! Used by `corelane bench` and by the files under `benches/`. Every comparison is a ratio within one run, because machines are noisy;
//! every timed region is checked by a checksum against a computation that shares no code with the engine.

pub mod answer;
pub mod by_hand;
pub mod cliffs;
pub mod components;
pub mod decode;
pub mod direct;
pub mod fit;
pub mod gate;
pub mod input;
pub mod job;
pub mod latency;
pub mod machine;
pub mod nexmark;
pub mod onebrc;
pub mod overhead;
mod preload;
pub mod queues;
pub mod records;
mod resident;
mod rig;
pub mod scaling;
pub mod twin;
pub mod whole;
pub mod workloads;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::types::Nanos;

/// What to measure with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Cores of the shards, one each.
    pub cores: Vec<usize>,
    /// Records of a measurement, where the measurement does not say otherwise.
    pub records: usize,
    /// How often a measurement is made; the best counts, the median is shown beside it.
    pub repeat: usize,
}

/// One measured figure. As JSON: `{"name": ..., "value": ..., "unit": ..., "limit": ..., "ok": ...}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured, in lower case: `filter over hand-written loop`.
    pub name: String,
    /// The best of the measurements.
    pub value: f64,
    /// Unit of `value`: `ns/record`, `x`, `rows/s`, ...
    pub unit: &'static str,
    /// What the value must not exceed (for `rows/s` and `x faster`: must not fall below), if there is such a limit.
    pub limit: Option<f64>,
    /// Whether the limit is kept; `None` without a limit.
    pub ok: Option<bool>,
    /// The one in the middle of the measurements; in JSON a figure of its own.
    #[serde(skip)]
    pub median: Option<f64>,
}

impl Figure {
    /// A figure without a limit.
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, limit: None, ok: None, median: None }
    }

    /// Nanoseconds a record.
    pub fn per_record(name: impl Into<String>, timing: Timing, records: usize) -> Self {
        let median = timing.median_ns as f64 / records.max(1) as f64;
        Self::new(name, timing.per_record(records), "ns/record").with_median(median)
    }

    /// With the one in the middle of the measurements.
    pub fn with_median(mut self, median: f64) -> Self {
        self.median = Some(median);
        self
    }

    /// With the greatest value that is allowed.
    pub fn at_most(mut self, limit: f64) -> Self {
        (self.limit, self.ok) = (Some(limit), Some(self.value <= limit));
        self
    }

    /// With the least value that is allowed.
    pub fn at_least(mut self, limit: f64) -> Self {
        (self.limit, self.ok) = (Some(limit), Some(self.value >= limit));
        self
    }
}

/// Takes figures as they are measured.
pub type Show<'a> = &'a mut dyn FnMut(Figure);

/// Times of repeated measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// The shortest.
    pub best_ns: Nanos,
    /// The one in the middle.
    pub median_ns: Nanos,
}

impl Timing {
    /// Nanoseconds a record, of the shortest.
    pub fn per_record(&self, records: usize) -> f64 {
        self.best_ns as f64 / records.max(1) as f64
    }
}

/// Summary of the times of several measurements. Panics without any.
pub fn summarise(mut times: Vec<Nanos>) -> Timing {
    times.sort_unstable();
    Timing { best_ns: times[0], median_ns: times[times.len() / 2] }
}

/// Times what `once` says it took, so many times.
pub fn repeat(times: usize, mut once: impl FnMut() -> Result<Nanos>) -> Result<Timing> {
    Ok(summarise((0..times.max(1)).map(|_| once()).collect::<Result<_>>()?))
}

/// An error unless a checksum is what a computation that shares no code with the engine gives. Shows it otherwise.
pub fn check(what: &str, found: i64, naive: i64, show: Show<'_>) -> Result<()> {
    if found != naive {
        return Err(Error::internal(format!("{what}: checksum {found}, a naive computation gives {naive}")));
    }
    // Below 2^53, so that it stands in JSON digit by digit.
    show(Figure::new(format!("{what}, checksum"), (found & ((1 << 52) - 1)) as f64, "checksum"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_and_median_are_those_of_the_sorted_times() {
        assert_eq!(summarise(vec![5, 1, 3]), Timing { best_ns: 1, median_ns: 3 });
    }

    #[test]
    fn limits_are_kept_or_not() {
        assert_eq!(Figure::new("a", 1.0, "x").at_most(1.5).ok, Some(true));
        assert_eq!(Figure::new("a", 1.0, "x").at_least(1.5).ok, Some(false));
        assert_eq!(Figure::new("a", 1.0, "x").ok, None);
    }
}

//! A latency histogram: nanoseconds from 1 ns to 1 h at 3 significant digits. The only home of `hdrhistogram`.
//!
//! Owned by one shard and recorded without a lock; merged only for reports. A value out of range is recorded at the nearest end,
//! so that no row is missing from a count.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};

use crate::types::Nanos;

/// Longest latency that is told apart; longer ones are recorded as this.
pub const LATENCY_MAX: Nanos = 3_600_000_000_000;

/// Digits of a value that are kept.
const SIGNIFICANT_DIGITS: u8 = 3;

/// Bytes of one serialised histogram that are read back at the most; ours have far fewer.
const SERIALISED_BYTES_MAX: usize = 4 << 20;

/// A histogram of nanoseconds.
#[derive(Debug, Clone)]
pub struct LatencyHistogram {
    inner: Histogram<u64>,
}

/// One line of a percentile distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PercentilePoint {
    /// Highest value at this percentile.
    pub value: Nanos,
    /// 0 to 1.
    pub quantile: f64,
    /// Recorded values up to `value`.
    pub count: u64,
}

impl Default for LatencyHistogram {
    fn default() -> Self {
        Self::new()
    }
}

impl LatencyHistogram {
    /// An empty one. All memory it will ever need is taken here.
    pub fn new() -> Self {
        let inner = Histogram::new_with_bounds(1, LATENCY_MAX, SIGNIFICANT_DIGITS).expect("the bounds are constants that fit");
        Self { inner }
    }

    /// Hot: once per arrival run. Records `count` values of `ns`; 0 counts as 1 ns, more than an hour as an hour.
    #[inline]
    pub fn record_n(&mut self, ns: Nanos, count: u64) {
        if count > 0 {
            self.inner.saturating_record_n(ns.clamp(1, LATENCY_MAX), count);
        }
    }

    /// Values recorded.
    pub fn count(&self) -> u64 {
        self.inner.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Value at `quantile` (0 to 1); 0 of an empty histogram.
    pub fn quantile(&self, quantile: f64) -> Nanos {
        if self.is_empty() { 0 } else { self.inner.value_at_quantile(quantile) }
    }

    /// Highest value; 0 of an empty histogram.
    pub fn max(&self) -> Nanos {
        if self.is_empty() { 0 } else { self.inner.max() }
    }

    /// Mean; 0 of an empty histogram.
    pub fn mean(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.inner.mean() }
    }

    /// Standard deviation; 0 of an empty histogram.
    pub fn standard_deviation(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.inner.stdev() }
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &LatencyHistogram) {
        if self.inner.add(&other.inner).is_err() {
            // Logs of other programs may hold values beyond our range.
            self.record_all(&other.values());
        }
    }

    /// The recorded values, ascending, with their counts.
    pub fn values(&self) -> Vec<(Nanos, u64)> {
        self.inner.iter_recorded().map(|step| (step.value_iterated_to(), step.count_at_value())).collect()
    }

    /// Records values with their counts.
    pub fn record_all(&mut self, values: &[(Nanos, u64)]) {
        for &(value, count) in values {
            self.record_n(value, count);
        }
    }

    /// Points of the percentile distribution: `ticks` per halving of the distance to 100 %.
    pub fn points(&self, ticks: u32) -> Vec<PercentilePoint> {
        let mut count = 0;
        let steps = self.inner.iter_quantiles(ticks);
        steps
            .map(|step| {
                count += step.count_since_last_iteration();
                PercentilePoint { value: step.value_iterated_to(), quantile: step.quantile_iterated_to(), count }
            })
            .collect()
    }

    /// Size of the bucket array: buckets and sub-buckets, as the footer of a percentile distribution names them.
    pub fn buckets(&self) -> (usize, usize) {
        let buckets = usize::from(self.inner.buckets());
        (buckets, self.inner.distinct_values() * 2 / (buckets + 1))
    }

    /// The compressed V2 encoding that HdrHistogram tools read.
    pub fn to_v2(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&self.inner, &mut bytes).expect("writing to memory does not fail");
        bytes
    }

    /// Reads a V2 encoding, compressed or not. The text of an error says what is wrong with the bytes.
    pub fn from_v2(bytes: &[u8]) -> std::result::Result<Self, String> {
        if bytes.len() > SERIALISED_BYTES_MAX {
            return Err(format!("a histogram of {} bytes is too large", bytes.len()));
        }
        // The decoder is not ours, and the bytes may be anybody's.
        let decoded = catch_unwind(AssertUnwindSafe(|| Deserializer::new().deserialize::<u64, _>(&mut &bytes[..])));
        match decoded {
            Ok(Ok(inner)) => Ok(Self { inner }),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("its counts are out of range".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares quantiles with a sorted vector: within the precision of 3 digits.
    fn check(values: &mut [u64]) {
        let mut histogram = LatencyHistogram::new();
        for &value in values.iter() {
            histogram.record_n(value, 1);
        }
        values.sort_unstable();
        assert_eq!(histogram.count(), values.len() as u64);
        for quantile in [0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0] {
            let rank = ((quantile * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let (expected, found) = (values[rank - 1] as f64, histogram.quantile(quantile) as f64);
            assert!((found - expected).abs() <= expected * 0.001 + 1.0, "{quantile}: {found} for {expected}");
        }
        let top = values[values.len() - 1] as f64;
        assert!((histogram.max() as f64 - top).abs() <= top * 0.001 + 1.0);
    }

    #[test]
    fn quantiles_agree_with_a_sorted_vector() {
        let mut rng = fastrand::Rng::with_seed(11);
        for size in [1, 2, 10, 1_000, 20_000] {
            check(&mut (0..size).map(|_| rng.u64(1..1 << 40) >> rng.u32(0..39)).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn values_out_of_range_are_recorded_at_the_ends() {
        let mut histogram = LatencyHistogram::new();
        histogram.record_n(0, 2);
        histogram.record_n(u64::MAX, 3);
        histogram.record_n(5, 0);
        assert_eq!(histogram.count(), 5);
        assert_eq!(histogram.quantile(0.0), 1);
        assert!(histogram.max() >= LATENCY_MAX);
    }

    #[test]
    fn merged_histograms_equal_one_that_saw_everything() {
        let mut rng = fastrand::Rng::with_seed(3);
        let (mut a, mut b, mut all) = (LatencyHistogram::new(), LatencyHistogram::new(), LatencyHistogram::new());
        for i in 0..10_000 {
            let (value, count) = (rng.u64(1..1 << 34), rng.u64(1..5));
            if i % 3 == 0 {
                a.record_n(value, count)
            } else {
                b.record_n(value, count)
            }
            all.record_n(value, count);
        }
        a.merge(&b);
        assert_eq!(a.inner, all.inner);
        assert_eq!(LatencyHistogram::from_v2(&all.to_v2()).expect("own bytes").inner, all.inner);
    }

    #[test]
    fn our_log_is_understood_by_the_reader_of_the_tools() {
        use crate::metrics::{Interval, Stage, hlog};
        use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
        let interval = Interval { stage: Stage::Emit, start: 2_000_000_000, length: 500_000_000, values: vec![(3_000_000, 5)] };
        let text = hlog::write(&[(7, interval)], 0, 9_000_000_000);
        let entries: Vec<LogEntry<'_>> = IntervalLogIterator::new(text.as_bytes()).map(|e| e.expect("parsed")).collect();
        let [LogEntry::StartTime(start), LogEntry::BaseTime(base), LogEntry::Interval(line)] = entries.as_slice() else {
            panic!("{entries:?}");
        };
        assert_eq!((start.as_secs(), base.as_secs()), (9, 9));
        assert_eq!(line.tag().map(|t| t.as_str()), Some("shard-7/emit"));
        assert_eq!((line.start_timestamp().as_millis(), line.duration().as_millis()), (2_000, 500));
        assert!((line.max() - 3.0).abs() < 0.01);
    }

    #[test]
    fn damaged_bytes_are_an_error_or_a_histogram_but_never_a_panic() {
        let mut histogram = LatencyHistogram::new();
        histogram.record_n(1_000, 7);
        let good = histogram.to_v2();
        for end in 0..good.len() {
            let _ = LatencyHistogram::from_v2(&good[..end]);
        }
        let mut rng = fastrand::Rng::with_seed(5);
        for _ in 0..200 {
            let mut bytes = good.clone();
            let place = rng.usize(8..bytes.len());
            bytes[place] ^= 1 << rng.u8(0..8);
            let _ = LatencyHistogram::from_v2(&bytes);
        }
    }
}

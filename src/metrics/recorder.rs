//! Latencies while they are being recorded: counts by bucket, and nothing else, so that a record is a shift and an addition. Row road.
//!
//! ```text
//!   value   0 .. 2047   one bucket each           2048 .. 4095  1,024 buckets of 2      4096 .. 8191  1,024 buckets of 4    ...
//! ```
//! These are the buckets of an HdrHistogram of 3 significant digits, so that a histogram which is given what was recorded is the one that would have
//! come of every single value. The layout is that of HdrHistogram's documentation (hdrhistogram.org).

use super::LATENCY_MAX;
use crate::types::Nanos;

/// Bits of a value that its bucket keeps.
const KEPT_BITS: u32 = 11;

/// Buckets of one power of two, from the second on; the first has twice as many.
const HALF: usize = 1 << (KEPT_BITS - 1);

/// Counts of latencies by bucket.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    /// Of no bucket until the first record, then of all.
    counts: Vec<u64>,
    /// Everything recorded.
    total: u64,
}

impl Recorder {
    /// Records `count` values of `ns`; 0 counts as 1 ns, more than an hour as an hour. Hot: a few times a turn.
    #[inline]
    pub fn record_n(&mut self, ns: Nanos, count: u64) {
        let bucket = bucket_of(ns.clamp(1, LATENCY_MAX));
        match self.counts.get_mut(bucket) {
            Some(counted) => *counted += count,
            None => self.begin(bucket, count),
        }
        self.total += count;
    }

    /// Takes all memory it will ever need, and the first record.
    #[cold]
    fn begin(&mut self, bucket: usize, count: u64) {
        self.counts = vec![0; bucket_of(LATENCY_MAX) + 1];
        self.counts[bucket] = count;
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// What is recorded, ascending: the highest value of each bucket with its count.
    pub fn values(&self) -> Vec<(Nanos, u64)> {
        let recorded = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        recorded.map(|(bucket, count)| (highest_of(bucket).min(LATENCY_MAX), *count)).collect()
    }

    /// As `values`, and forgets it all.
    pub fn take(&mut self) -> Vec<(Nanos, u64)> {
        let values = self.values();
        self.counts.fill(0);
        self.total = 0;
        values
    }

    /// Value at `quantile` (0 to 1); 0 if nothing is recorded.
    pub fn quantile(&self, quantile: f64) -> Nanos {
        let wanted = ((quantile * self.total as f64).ceil() as u64).max(1);
        let mut seen = 0;
        let found = self.values().into_iter().find(|(_, count)| {
            seen += count;
            seen >= wanted
        });
        found.map_or(0, |(value, _)| value)
    }
}

/// Hot: once per record.
#[inline]
fn bucket_of(value: u64) -> usize {
    let dropped = (u64::BITS - (value | ((1 << KEPT_BITS) - 1)).leading_zeros()) - KEPT_BITS;
    dropped as usize * HALF + (value >> dropped) as usize
}

/// The highest value that falls into a bucket.
fn highest_of(bucket: usize) -> u64 {
    let dropped = (bucket / HALF).saturating_sub(1);
    (((bucket - dropped * HALF) as u64 + 1) << dropped) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::LatencyHistogram;

    #[test]
    fn what_is_recorded_is_what_an_hdr_histogram_of_every_value_holds() {
        let mut random = fastrand::Rng::with_seed(13);
        let mut recorder = Recorder::default();
        for _ in 0..2 {
            let mut histogram = LatencyHistogram::new();
            let edges = (0..64).flat_map(|power| [0, 1, 2].map(|off| (1u64 << power).wrapping_add(off).wrapping_sub(1)));
            let values: Vec<u64> = (0..20_000).map(|_| random.u64(..) >> random.u32(0..64)).chain(edges).collect();
            for value in values {
                let count = random.u64(1..1000);
                recorder.record_n(value, count);
                histogram.record_n(value, count);
            }
            let capped: Vec<(Nanos, u64)> = histogram.values().into_iter().map(|(v, n)| (v.min(LATENCY_MAX), n)).collect();
            assert_eq!(recorder.values(), capped);
            for quantile in [0.0, 0.5, 0.9, 0.99, 1.0] {
                assert_eq!(recorder.quantile(quantile), histogram.quantile(quantile).min(LATENCY_MAX), "{quantile}");
            }
            assert_eq!(recorder.take(), capped);
            assert!(recorder.is_empty() && recorder.values().is_empty() && recorder.quantile(0.5) == 0);
        }
    }
}

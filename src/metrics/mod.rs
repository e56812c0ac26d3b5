//! Counters and latency histograms, owned by a shard as plain values and merged only for reports.

mod histogram;
mod shard;
mod stage;

pub use histogram::{LATENCY_MAX, LatencyHistogram, PercentilePoint};
pub use shard::{Account, Counters, Glance, INTERVALS_MAX, Interval, Part, Published, PublishedShard, ShardMetrics};
pub use stage::Stage;

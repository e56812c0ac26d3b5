//! Counters and latency histograms, owned by a shard as plain values and merged only for reports.

mod histogram;
pub mod hlog;
mod plot;
mod profile;
mod recorder;
mod report;
mod shard;
mod stage;
mod stall;

pub use histogram::{LATENCY_MAX, LatencyHistogram, PercentilePoint};
pub use plot::{Curve, Panel, svg};
pub use profile::{NodeProfile, Profile, Work};
pub use recorder::Recorder;
pub use report::{Report, align, format_nanos, json, latency_table, percentile_file, write_report};
pub use shard::{Account, Counters, Glance, INTERVALS_MAX, Interval, Part, Published, PublishedShard, ShardMetrics};
pub use stage::Stage;
pub use stall::{StallMeter, Watch};

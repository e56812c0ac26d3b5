//! Counters and latency histograms, owned by a shard as plain values and merged only for reports.

mod stage;

pub use stage::Stage;

//! A query in the whole runtime over records in memory, timed from the first row read to the last one written.

use super::job::{Query, Tally, settings};
use super::records::Records;
use super::{Timing, repeat};
use crate::batch::Batch;
use crate::config::{Driver, Histograms};
use crate::engine::Outcome;
use crate::error::Result;
use crate::sys::preflight::io_uring_usable;
use crate::types::Nanos;

/// What to run, and how.
#[derive(Clone, Copy)]
pub struct Whole<'a> {
    /// The query.
    pub query: &'a Query,
    /// Its input; every shard reads a part of equal length.
    pub records: &'a Records,
    /// How many of the records, from the first.
    pub rows: usize,
    /// Rows of a batch.
    pub batch_rows: usize,
    /// What drives the shards.
    pub driver: Driver,
    /// Cores of the shards.
    pub cores: &'a [usize],
    /// Whether latencies are recorded.
    pub histograms: Histograms,
    /// One turn of so many is timed by node, if the profile is on.
    pub profile_every: Option<u64>,
}

impl<'a> Whole<'a> {
    /// The query over all records in batches of 1024, on the best driver of this host.
    pub fn new(query: &'a Query, records: &'a Records, cores: &'a [usize]) -> Self {
        let driver = drivers(cores.len())[0];
        Self {
            query,
            records,
            rows: records.len(),
            batch_rows: 1024,
            driver,
            cores,
            histograms: Histograms::On,
            profile_every: None,
        }
    }

    /// The input of each shard.
    pub fn splits(&self) -> Vec<Vec<Batch>> {
        let (shards, projection) = (self.cores.len(), self.query.projection());
        let bound = |shard: usize| self.rows * shard / shards;
        (0..shards).map(|s| self.records.batches_of(bound(s)..bound(s + 1), &projection, self.batch_rows).collect()).collect()
    }

    /// One run.
    pub fn run(&self) -> Result<(Outcome, std::sync::Arc<Tally>)> {
        let Self { histograms, profile_every, .. } = *self;
        let config = crate::config::JobConfig { histograms, profile_every, ..settings(self.driver, self.batch_rows) };
        self.query.run(self.splits(), &config, self.cores)
    }

    /// The time of one run.
    pub fn once(&self) -> Result<Nanos> {
        Ok(self.run()?.1.elapsed_ns())
    }

    /// The times of several runs.
    pub fn time(&self, times: usize) -> Result<Timing> {
        repeat(times, || self.once())
    }
}

/// The drivers this host allows, the preferred one first.
pub fn drivers(shards: usize) -> Vec<Driver> {
    if io_uring_usable(shards).is_ok() { vec![Driver::Glommio, Driver::Thread] } else { vec![Driver::Thread] }
}

/// Name of a driver in figures.
pub fn driver_name(driver: Driver) -> &'static str {
    if driver == Driver::Thread { "thread" } else { "glommio" }
}

/// Rows for batches of this size, so that the number of batches stays within memory and patience.
pub fn rows_for(batch_rows: usize, rows: usize) -> usize {
    rows.min(batch_rows.saturating_mul(BATCHES_MAX))
}

/// Batches of one measurement at the most.
const BATCHES_MAX: usize = 500_000;

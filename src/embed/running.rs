//! A job that has been started: how the program stops it and learns what it came to.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::config::JobConfig;
use crate::engine::{self, Outcome};
use crate::error::{Error, Result};
use crate::metrics::{Counters, Published};
use crate::plan::physical::PhysicalPlan;
use crate::shard::control::{Control, Phase};

/// A job on its threads. Dropped, it stops at once.
#[derive(Debug)]
pub struct Running {
    control: Arc<Control>,
    /// Gone when the job has been waited for.
    engine: Option<JoinHandle<Result<Outcome>>>,
}

/// What a job came to.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Report {
    /// Rows that were read.
    pub rows_in: u64,
    /// Rows that were written.
    pub rows_out: u64,
    /// Rows that a filter let fall.
    pub rows_filtered: u64,
    /// Rows behind the watermark of their split.
    pub rows_late: u64,
    /// Rows that could not be processed.
    pub rows_aside: u64,
    /// The first of these, with their reasons: as many as `errors.shown`.
    pub aside: Vec<String>,
    /// From the first turn to the end of the last.
    pub elapsed: Duration,
}

pub(super) fn start(plan: PhysicalPlan, config: JobConfig, cores: Vec<usize>) -> Result<Running> {
    let control = Control::new(cores.len(), plan.nodes.len())?;
    let engine = {
        let control = control.clone();
        let run = move || engine::run(&plan, &config, &cores, &control, &Published::new(cores.len()));
        std::thread::Builder::new().name("engine".to_owned()).spawn(run).map_err(|e| Error::io("cannot start a thread", e))?
    };
    Ok(Running { control, engine: Some(engine) })
}

impl Running {
    /// Reads no more, which senders are told; what was sent is processed and written, windows that are open are closed.
    pub fn drain(&self) {
        self.control.advance(Phase::Drain);
    }

    /// Stops at once. `wait` then says that the job was stopped before it was done.
    pub fn stop(&self) {
        self.control.advance(Phase::Abort);
    }

    /// Whether the job has ended, be it done or not.
    pub fn has_ended(&self) -> bool {
        self.engine.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the end of the job: all inputs are closed or `drain` was called, and the outputs are read. The error is that which ended it.
    pub fn wait(mut self) -> Result<Report> {
        let Some(engine) = self.engine.take() else { return Err(Error::stopped()) };
        let outcome = engine.join().map_err(|_| Error::internal("the engine panicked"))??;
        Ok(Report::of(&outcome))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take() {
            self.stop();
            let _nobody_asks_any_more = engine.join();
        }
    }
}

impl Report {
    fn of(outcome: &Outcome) -> Self {
        let mut counters = Counters::default();
        outcome.shards.iter().for_each(|shard| counters.merge(&shard.counters));
        let Counters { rows_in, rows_out, rows_filtered, rows_late, rows_aside, .. } = counters;
        let aside = outcome.aside.iter().map(|row| row.line()).collect();
        let elapsed = Duration::from_nanos(outcome.elapsed_ns);
        Self { rows_in, rows_out, rows_filtered, rows_late, rows_aside, aside, elapsed }
    }
}

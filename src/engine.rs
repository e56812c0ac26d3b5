//! Assembly: plan once, open readers and writers, compile per shard on its own core, wire the mesh, start, join.
//!
//! Everything the shards share lives on this stack frame or in `Control`; the shards run in scoped threads and are joined before it
//! goes. Only here threads are made for shards.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::compile::compile;
use crate::config::{Driver, JobConfig, Pinning};
use crate::error::{Error, Result};
use crate::metrics::{Interval, Profile, Published, ShardMetrics};
use crate::plan::physical::{NodeKind, PhysicalPlan};
use crate::route::mesh::{Mesh, MeshEnd};
use crate::shard::aside::ShownRow;
use crate::shard::control::{Control, Phase};
use crate::shard::gauge::Gauge;
use crate::shard::{Parts, Results, Shard, executor, thread};
use crate::sink::{Placement, Writer};
use crate::source::Reader;
use crate::sys::clock::{Clock, HostClock};
use crate::sys::{affinity, preflight};
use crate::types::Nanos;

/// Which shell drives the shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// glommio executors.
    Glommio,
    /// Plain pinned threads.
    Thread,
}

/// What a job came to.
pub struct Outcome {
    /// Counters and histograms, by shard.
    pub shards: Vec<ShardMetrics>,
    /// Intervals of the log with the number of their shard.
    pub intervals: Vec<(usize, Interval)>,
    /// The first set-aside rows of each shard.
    pub aside: Vec<ShownRow>,
    /// What each node of the plan cost all shards, if that was wanted.
    pub profile: Option<Profile>,
    /// Monotonic moment of the first turn of any shard.
    pub start: Nanos,
    /// From the call to that moment: opening sources and sinks, starting threads and executors, compiling.
    pub startup_ns: Nanos,
    /// From the first turn to the end of the last, over all shards: from before the first poll to after the last hand-over.
    pub elapsed_ns: Nanos,
    /// What drove the shards.
    pub shell: Shell,
}

/// The shell this config means on this host. `auto` takes plain threads where io_uring cannot be used, and says why.
pub fn choose_shell(config: &JobConfig, shards: usize) -> Result<(Shell, Option<Error>)> {
    match config.driver {
        Driver::Thread => Ok((Shell::Thread, None)),
        Driver::Glommio => preflight::io_uring_usable(shards).map(|()| (Shell::Glommio, None)),
        Driver::Auto => Ok(match preflight::io_uring_usable(shards) {
            Ok(()) => (Shell::Glommio, None),
            Err(why) => (Shell::Thread, Some(why)),
        }),
    }
}

/// Runs a job to its end, one shard on each of `cores` (pinned there unless the config says otherwise). `control` and `published` must
/// have been made for as many shards, and `control` for the nodes of this plan.
pub fn run(
    plan: &PhysicalPlan,
    config: &JobConfig,
    cores: &[usize],
    control: &Arc<Control>,
    published: &Published,
) -> Result<Outcome> {
    let shards = cores.len();
    let mut clock = HostClock::start();
    let called = clock.now();
    let (shell, why_not) = choose_shell(config, shards)?;
    if let Some(why) = why_not {
        tracing::warn!("io_uring cannot be used, plain pinned threads drive the shards: {why}");
    }
    let mut mesh = Mesh::new(shards);
    let ends = mesh.ends(control.bells(), config.batch_rows, config.linger);
    let mut seats = Vec::with_capacity(shards);
    for (shard, mesh) in ends.into_iter().enumerate() {
        let (readers, writers) = (open_readers(plan, shard, shards)?, open_writers(plan, shard, shards)?);
        seats.push(Seat { shard, mesh, readers, writers, core: (config.pinning == Pinning::Pinned).then_some(cores[shard]) });
    }
    let results: Vec<Result<Results>> = std::thread::scope(|scope| {
        let handles: Vec<_> = seats
            .into_iter()
            .map(|seat| {
                let name = format!("shard-{}", seat.shard);
                let job = Job { plan, config, control, published, shell };
                std::thread::Builder::new()
                    .name(name)
                    .spawn_scoped(scope, move || sit(seat, &job))
                    .map_err(|e| Error::io("cannot start a thread", e))
                    .inspect_err(|_| control.advance(Phase::Abort))
            })
            .collect();
        handles.into_iter().map(|h| h?.join().unwrap_or_else(|panic| Err(panicked(&*panic)))).collect()
    });
    let results = first_error_first(results)?;
    let start = results.iter().map(|r| r.span.start).min().unwrap_or(called);
    let end = results.iter().map(|r| r.span.end).max().unwrap_or(called);
    let (startup_ns, elapsed_ns) = (start - called, end - start);
    let mut outcome = Outcome {
        shards: Vec::new(),
        intervals: Vec::new(),
        aside: Vec::new(),
        profile: None,
        start,
        startup_ns,
        elapsed_ns,
        shell,
    };
    for (shard, results) in results.into_iter().enumerate() {
        outcome.shards.push(results.metrics);
        outcome.intervals.extend(results.intervals.into_iter().map(|i| (shard, i)));
        outcome.aside.extend(results.aside);
        match (&mut outcome.profile, results.profile) {
            (Some(sum), Some(one)) => sum.merge(&one),
            (sum, one) => *sum = one,
        }
    }
    Ok(outcome)
}

/// What a shard needs before it is compiled on its own core.
struct Seat<'r> {
    shard: usize,
    mesh: MeshEnd<'r>,
    readers: Vec<Box<dyn Reader>>,
    writers: Vec<Option<Box<dyn Writer>>>,
    core: Option<usize>,
}

/// What all shards share, unchanged after start.
struct Job<'a> {
    plan: &'a PhysicalPlan,
    config: &'a JobConfig,
    control: &'a Arc<Control>,
    published: &'a Published,
    shell: Shell,
}

/// The life of a shard's thread: pin, compile, drive. Whatever ends it early stops the job.
fn sit(seat: Seat<'_>, job: &Job<'_>) -> Result<Results> {
    let shard = seat.shard;
    let result = catch_unwind(AssertUnwindSafe(|| live(seat, job)))
        .unwrap_or_else(|panic| Err(panicked(&*panic)))
        .map_err(|e| if e.kind() == crate::error::ErrorKind::Internal { e.in_shard(shard) } else { e });
    if result.is_err() {
        job.control.advance(Phase::Abort);
    }
    result
}

fn live(seat: Seat<'_>, job: &Job<'_>) -> Result<Results> {
    let Seat { shard, mesh, readers, writers, core } = seat;
    if let Some(core) = core {
        affinity::pin_to(core)?;
    }
    let query = compile(job.plan, shard, mesh.shards())?;
    let gauge = Gauge::new(shard, job.config, job.published.clone());
    let parts = Parts { query, readers, writers, mesh, gauge, control: job.control.clone() };
    let mut shard = Shard::new(job.plan, parts, job.config);
    job.control.count_running();
    match job.shell {
        Shell::Glommio => executor::drive(&mut shard, core, job.config)?,
        Shell::Thread => thread::drive(&mut shard, job.config)?,
    }
    Ok(shard.into_results())
}

fn open_readers(plan: &PhysicalPlan, shard: usize, shards: usize) -> Result<Vec<Box<dyn Reader>>> {
    let scans = plan.nodes.iter().filter_map(|n| if let NodeKind::Scan(scan) = &n.kind { Some(scan) } else { None });
    scans.map(|scan| scan.source.open(shard, shards, &scan.projection)).collect()
}

fn open_writers(plan: &PhysicalPlan, shard: usize, shards: usize) -> Result<Vec<Option<Box<dyn Writer>>>> {
    let mut writers = Vec::new();
    for node in &plan.nodes {
        if let NodeKind::Sink(write) = &node.kind {
            writers.push(match write.sink.placement() {
                Placement::OneShard if shard != 0 => None,
                _ => Some(write.sink.open(shard, shards, &node.schema)?),
            });
        }
    }
    Ok(writers)
}

/// All results, or the error that stopped the job: one that is not merely the echo of another shard's.
fn first_error_first(results: Vec<Result<Results>>) -> Result<Vec<Results>> {
    let mut finished = Vec::with_capacity(results.len());
    let mut errors = Vec::new();
    for result in results {
        match result {
            Ok(f) => finished.push(f),
            Err(e) => errors.push(e),
        }
    }
    errors.sort_by_key(Error::is_stopped);
    match errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(finished),
    }
}

#[cold]
fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    Error::internal(format!("panicked: {}", text.unwrap_or_else(|| "no message".to_owned())))
}

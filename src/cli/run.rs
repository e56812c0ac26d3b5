//! `corelane run`: plan, warn of what the host costs, run, show progress, report.
//!
//! The calling thread stays a control thread: it waits for the end, for signals and for the end of `--duration`.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::args::{RunArgs, exit_code};
use super::explain::print;
use super::job::{Job, prepare};
use super::profile::costs;
use crate::config::{Histograms, JobConfig, Pinning, Progress};
use crate::engine::{self, Outcome, Shell};
use crate::error::{Error, Result};
use crate::limits::{PROFILE_EVERY_DEFAULT, STOP_PATIENCE_MS};
use crate::metrics::{Profile, Published, Report, StallMeter, Watch, format_nanos, write_report};
use crate::shard::aside::ShownRow;
use crate::shard::control::{Control, Phase};
use crate::sys::affinity;
use crate::sys::clock::{Clock, HostClock};
use crate::sys::preflight::{Severity, check_host};
use crate::types::{EventTime, Nanos};

/// How often the progress line is drawn.
const REDRAW: Duration = Duration::from_millis(250);

/// How often to look whether the shards have begun.
const START_LOOK: Duration = Duration::from_millis(5);

const STOP_PATIENCE: Duration = Duration::from_millis(STOP_PATIENCE_MS);

/// What wakes the control thread.
enum Event {
    Signal,
    Ended(Box<Result<Outcome>>),
}

/// Runs a job to its end. `out` takes what EXPLAIN, SHOW and their kin print, EXPLAIN ANALYZE last; `notes` the summary.
pub fn run(args: &RunArgs, out: &mut dyn Write, notes: &mut dyn Write) -> Result<()> {
    let mut job = prepare(&args.job, |sets| args.job_config(sets))?;
    for answer in &job.planned.answers {
        print(out, &answer.to_string())?;
    }
    if job.planned.plan.nodes.is_empty() {
        if job.planned.answers.is_empty() {
            return Err(Error::sql("the job writes nothing").hint("add an INSERT INTO or a SELECT"));
        }
        return Ok(());
    }
    if job.planned.analyze {
        job.config.profile_every.get_or_insert(PROFILE_EVERY_DEFAULT);
    }
    let finished = execute(&job, args.duration)?;
    print(notes, &finished.summary(&job))?;
    if job.planned.analyze {
        print(out, &costs(&job, &finished))?;
    }
    match &job.config.report_dir {
        Some(dir) => write_report(dir, &finished.report),
        None => Ok(()),
    }
}

/// A job that has run.
pub(super) struct Finished {
    /// What was measured.
    pub(super) report: Report,
    /// What each node cost, if that was wanted.
    pub(super) profile: Option<Profile>,
    aside: Vec<ShownRow>,
    shell: Shell,
    startup_ns: Nanos,
}

impl Finished {
    /// Rows set aside, the table of latencies, what drove the shards.
    pub(super) fn summary(&self, job: &Job) -> String {
        let shown = self.aside.iter().take(job.config.errors_shown);
        let aside: String = shown.map(|row| format!("set aside: {}\n", row.line())).collect();
        let shell = if self.shell == Shell::Glommio { "glommio executors" } else { "plain pinned threads" };
        let (startup, shards) = (format_nanos(self.startup_ns), job.cores.len());
        format!("{aside}\n{}shards: {shards} on {shell}, started in {startup}\n", self.report.summary())
    }
}

/// Runs a job to its end, with warnings of the host before and its stalls measured beside.
pub(super) fn execute(job: &Job, duration: Option<Duration>) -> Result<Finished> {
    if let Some(dir) = &job.config.report_dir {
        std::fs::create_dir_all(dir).map_err(|e| Error::io(format!("cannot make '{}'", dir.display()), e))?;
    }
    warn_of_host(job);
    let watch = stay_off_the_shards(job)?;
    let stalls = if job.config.histograms == Histograms::On { Some(StallMeter::start(watch)?) } else { None };
    let start_wall = HostClock::start().wall();
    let Outcome { shards, intervals, aside, profile, start, startup_ns, elapsed_ns: wall, shell } = supervise(job, duration)?;
    let report = Report { shards, intervals, stalls: stalls.map(StallMeter::stop), start, start_wall, wall };
    Ok(Finished { report, profile, aside, shell, startup_ns })
}

/// The findings that cost latency, as warnings.
fn warn_of_host(job: &Job) {
    for finding in check_host(&job.cores, job.cores.len()) {
        if finding.severity != Severity::Ok {
            tracing::warn!("{}: {}; {}", finding.name, finding.found, finding.advice);
        }
    }
}

/// Keeps the control threads to their cores, or off the shards' cores where there are others, and says how the stall meter may watch.
/// All control threads are started by this one and inherit its cores.
fn stay_off_the_shards(job: &Job) -> Result<Watch> {
    if job.config.pinning == Pinning::Free {
        // Shards are started by the same threads, and would inherit the cores.
        return Ok(Watch::Sleep);
    }
    let spare = || Ok(affinity::allowed_cores()?.into_iter().filter(|core| !job.cores.contains(core)).collect());
    let cores: Vec<usize> = if job.control.is_empty() { spare()? } else { job.control.clone() };
    if !cores.is_empty() {
        affinity::pin_to_all(&cores)?;
    }
    Ok(Watch::Sleep)
}

/// Starts the engine on a thread of its own and stops it when asked to.
pub(super) fn supervise(job: &Job, duration: Option<Duration>) -> Result<Outcome> {
    let shards = job.cores.len();
    let control = Control::new(shards, job.planned.plan.nodes.len())?;
    let published = Published::new(shards);
    let (events, inbox) = channel();
    let signals = Signals::new([SIGINT, SIGTERM]).map_err(|e| Error::io("cannot listen for signals", e))?;
    let handle = signals.handle();
    let listener = listen(signals, events.clone())?;
    let result = std::thread::scope(|scope| {
        let (engine_control, engine_published) = (control.clone(), published.clone());
        let engine = move || {
            let result = engine::run(&job.planned.plan, &job.config, &job.cores, &engine_control, &engine_published);
            let _gone_only_with_the_job = events.send(Event::Ended(Box::new(result)));
        };
        std::thread::Builder::new()
            .name("engine".into())
            .spawn_scoped(scope, engine)
            .map_err(|e| Error::io("cannot start a thread", e))?;
        let mut line = ProgressLine::new(&job.config);
        let (mut deadline, mut give_up_at) = (None, None);
        loop {
            // The time that it takes to start does not count.
            if let (Some(duration), None, true) = (duration, deadline, control.is_running()) {
                deadline = Some(Instant::now() + duration);
            }
            let patience = if control.is_running() { until(deadline) } else { START_LOOK };
            match inbox.recv_timeout(patience) {
                Ok(Event::Ended(result)) => {
                    line.clear();
                    return *result;
                }
                Ok(Event::Signal) if control.phase() == Phase::Run => {
                    tracing::info!("stopping: what was read is processed and written; once more stops at once");
                    control.advance(Phase::Drain);
                }
                Ok(Event::Signal) => {
                    control.advance(Phase::Abort);
                    give_up_at.get_or_insert(Instant::now() + STOP_PATIENCE);
                }
                Err(RecvTimeoutError::Timeout) if give_up_at.is_some_and(|at| Instant::now() >= at) => give_up(),
                Err(RecvTimeoutError::Timeout) if deadline.is_some_and(|d| Instant::now() >= d) => control.advance(Phase::Drain),
                Err(RecvTimeoutError::Timeout) => line.draw(&published),
                Err(RecvTimeoutError::Disconnected) => return Err(Error::internal("the engine ended without a result")),
            }
        }
    });
    handle.close();
    let _its_only_work_is_done = listener.join();
    result
}

fn until(deadline: Option<Instant>) -> Duration {
    match deadline.map(|d| d.saturating_duration_since(Instant::now())) {
        Some(left) if !left.is_zero() => left.min(REDRAW),
        _ => REDRAW,
    }
}

/// Ends the program although a shard has not come back: it sits in a write to a pipe or terminal that nobody reads, and cannot be
/// called off.
fn give_up() -> ! {
    let error = Error::stopped();
    tracing::error!("{error}: a shard is still waiting to write");
    std::process::exit(exit_code(&error).into())
}

fn listen(mut signals: Signals, events: Sender<Event>) -> Result<std::thread::JoinHandle<()>> {
    let forward = move || {
        for _ in signals.forever() {
            if events.send(Event::Signal).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(forward).map_err(|e| Error::io("cannot start a thread", e))
}

/// Rows in, rows out, rate, p99 and watermark lag on stderr while the job runs.
struct ProgressLine {
    bar: Option<ProgressBar>,
    last: Option<(Instant, u64)>,
}

impl ProgressLine {
    fn new(config: &JobConfig) -> Self {
        let wanted = match config.progress {
            Progress::On => true,
            Progress::Off => false,
            Progress::Auto => std::io::stderr().is_terminal(),
        };
        let style =
            ProgressStyle::with_template("{spinner} {elapsed} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        Self { bar: wanted.then(|| ProgressBar::new_spinner().with_style(style)), last: None }
    }

    fn draw(&mut self, published: &Published) {
        let Some(bar) = &self.bar else { return };
        let glance = published.total();
        let now = Instant::now();
        let rate = match self.last {
            Some((at, rows)) => (glance.rows_in - rows) as f64 / now.duration_since(at).as_secs_f64(),
            None => 0.0,
        };
        self.last = Some((now, glance.rows_in));
        let lag = match glance.watermark {
            EventTime::MIN | EventTime::MAX => "none".to_owned(),
            time => format_nanos(HostClock::start().wall().saturating_sub(time).max(0) as u64),
        };
        let (rows_in, rows_out, p99) = (glance.rows_in, glance.rows_out, format_nanos(glance.p99));
        bar.set_message(format!("{rows_in} rows in, {rows_out} out, {rate:.0} rows/s, p99 {p99}, watermark lag {lag}"));
        bar.tick();
    }

    fn clear(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

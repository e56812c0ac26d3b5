//! Jobs on real threads that are stopped: drained, aborted, and ended by a shard that panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use corelane::batch::Batch;
use corelane::cli::args::exit_code;
use corelane::config::{Driver, Histograms, Idle, JobConfig, Pinning};
use corelane::engine::{self, Outcome};
use corelane::error::Result;
use corelane::metrics::{Counters, Published};
use corelane::plan::{Connectors, Planned, Script, plan};
use corelane::shard::control::{Control, Phase};
use corelane::sink::{Accepts, Flushed, Placement, Sink, Writer};
use corelane::source::{self, Source};
use corelane::types::{Schema, TableDef};

/// Rows without end, of which a filter lets half fall.
const ENDLESS: &str = "CREATE TABLE t (a BIGINT, n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = 'unlimited',
        'splits' = '4', 'fields.a.min' = '0', 'fields.a.max' = '99');
    CREATE TABLE o (a BIGINT, n BIGINT) WITH ('connector' = 'test');
    INSERT INTO o SELECT a, n FROM t WHERE a >= 50;";

const PATIENCE: Duration = Duration::from_secs(20);

/// Counts what it is given; panics in the shard it is told to.
#[derive(Debug, Default)]
struct Counting {
    written: Arc<AtomicU64>,
    finished: Arc<AtomicU64>,
    panics_in: Option<usize>,
}

impl Sink for Counting {
    fn describe(&self) -> String {
        "counting".to_owned()
    }

    fn delivery(&self) -> &'static str {
        "nothing is kept"
    }

    fn placement(&self) -> Placement {
        Placement::EachShard
    }

    fn accepts(&self) -> Accepts {
        Accepts::Changelog
    }

    fn open(&self, shard: usize, _shards: usize, _schema: &Schema) -> Result<Box<dyn Writer>> {
        let (written, finished) = (self.written.clone(), self.finished.clone());
        Ok(Box::new(CountingWriter { written, finished, panics: self.panics_in == Some(shard) }))
    }
}

struct CountingWriter {
    written: Arc<AtomicU64>,
    finished: Arc<AtomicU64>,
    panics: bool,
}

impl Writer for CountingWriter {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        assert!(!self.panics, "the writer broke");
        self.written.fetch_add(batch.rows() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn flush(&mut self) -> Result<Flushed> {
        Ok(Flushed::All)
    }

    fn backlog_bytes(&self) -> usize {
        0
    }

    fn finish(&mut self) -> Result<()> {
        self.finished.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

struct Test(Arc<Counting>);

impl Connectors for Test {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        source::create(table)
    }

    fn sink(&self, _table: &TableDef) -> Result<Arc<dyn Sink>> {
        Ok(self.0.clone())
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(self.0.clone())
    }
}

fn planned(sink: &Arc<Counting>) -> Planned {
    plan(&[Script { text: ENDLESS.to_owned(), file: "test.sql".to_owned() }], &[], &Test(sink.clone())).expect("plans")
}

/// Runs the job on two shards; once rows have been written it is told to go on to `phase`, if one is given.
fn run(sink: &Arc<Counting>, phase: Option<Phase>) -> Result<Outcome> {
    let planned = planned(sink);
    let config = JobConfig {
        pinning: Pinning::Free,
        driver: Driver::Thread,
        idle: Idle::Park,
        histograms: Histograms::Off,
        ..JobConfig::default()
    };
    let control = Control::new(2, planned.plan.nodes.len())?;
    std::thread::scope(|scope| {
        if let Some(phase) = phase {
            let control = control.clone();
            scope.spawn(move || {
                let deadline = Instant::now() + PATIENCE;
                while sink.written.load(Ordering::Relaxed) == 0 && Instant::now() < deadline {
                    std::thread::yield_now();
                }
                control.advance(phase);
            });
        }
        engine::run(&planned.plan, &config, &[0, 0], &control, &Published::new(2))
    })
}

#[test]
fn drained_job_ends_with_everything_written() {
    let sink = Arc::new(Counting::default());
    let outcome = run(&sink, Some(Phase::Drain)).expect("drains");
    let mut counters = Counters::default();
    outcome.shards.iter().for_each(|s| counters.merge(&s.counters));
    let written = sink.written.load(Ordering::Relaxed);
    assert!(written > 0);
    assert_eq!(counters.rows_out, written);
    assert_eq!(counters.rows_in, written + counters.rows_filtered);
    assert_eq!(sink.finished.load(Ordering::Relaxed), 2, "every writer was closed");
}

/// More shards than cores, each in its own executor: the host takes their threads away at any point, and none may sleep while it has
/// something to do.
#[test]
fn executors_that_share_a_core_go_on_until_they_are_told_to_stop() {
    for idle in [Idle::Spin, Idle::Park] {
        let sink = Arc::new(Counting::default());
        let planned = planned(&sink);
        let config =
            JobConfig { pinning: Pinning::Free, driver: Driver::Auto, idle, histograms: Histograms::Off, ..JobConfig::default() };
        let control = Control::new(4, planned.plan.nodes.len()).expect("control");
        let outcome = std::thread::scope(|scope| {
            let job = scope.spawn(|| engine::run(&planned.plan, &config, &[0; 4], &control, &Published::new(4)));
            let deadline = Instant::now() + PATIENCE;
            while sink.written.load(Ordering::Relaxed) < 100_000 && Instant::now() < deadline {
                std::thread::yield_now();
            }
            control.advance(Phase::Drain);
            job.join().expect("no panic")
        });
        outcome.expect("drains");
        assert!(sink.written.load(Ordering::Relaxed) >= 100_000, "{idle:?}: it went on until it was told to stop");
    }
}

#[test]
fn aborted_job_ends_at_once_and_says_so() {
    let sink = Arc::new(Counting::default());
    let error = run(&sink, Some(Phase::Abort)).err().expect("is stopped");
    assert!(error.is_stopped(), "{error}");
    assert_eq!(sink.finished.load(Ordering::Relaxed), 0, "no writer was closed as if all were well");
}

#[test]
fn panic_in_a_shard_ends_the_job_and_names_the_shard() {
    for shard in [0, 1] {
        let sink = Arc::new(Counting { panics_in: Some(shard), ..Counting::default() });
        let error = run(&sink, None).err().expect("fails");
        assert_eq!(error.message(), format!("shard {shard}: panicked: the writer broke"));
        assert_eq!(exit_code(&error), 101);
    }
}

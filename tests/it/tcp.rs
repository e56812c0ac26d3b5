//! A job fed over real connections, by every driver this host allows and every idle strategy.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use corelane::batch::Batch;
use corelane::config::{Driver, Histograms, Idle, JobConfig, Pinning};
use corelane::engine;
use corelane::error::Result;
use corelane::metrics::{Counters, Published};
use corelane::plan::{Connectors, Script, plan};
use corelane::shard::control::{Control, Phase};
use corelane::sink::Sink;
use corelane::sink::memory::MemorySink;
use corelane::source::{self, Source};
use corelane::sys::preflight;
use corelane::types::TableDef;

use corelane::cli::golden::{Written, sink_rows};

const SQL: &str = "CREATE TABLE t (a BIGINT, s STRING) WITH ('connector' = 'tcp', 'format' = 'json', 'listen' = '127.0.0.1:0',
        'tcp.end-after-connections' = '3');
    CREATE TABLE o (a BIGINT, n BIGINT) WITH ('connector' = 'memory');
    INSERT INTO o SELECT a, COUNT(*) FROM t GROUP BY a;";

const PATIENCE: Duration = Duration::from_secs(20);

/// How long a sender waits between its lines, so that shards fall asleep: far longer than they spin.
const SILENCE: Duration = Duration::from_millis(20);

/// Keeps the source to ask for its address.
#[derive(Default)]
struct Listening {
    source: Mutex<Option<Arc<dyn Source>>>,
    outlets: Mutex<Vec<(String, Receiver<Batch>)>>,
}

impl Connectors for Listening {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        let source = source::create(table)?;
        *self.source.lock().expect("sound") = Some(source.clone());
        Ok(source)
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        let (sink, receiver) = MemorySink::new();
        self.outlets.lock().expect("sound").push((table.name.clone(), receiver));
        Ok(sink)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        unreachable!("no bare SELECT is run")
    }
}

/// Waits until the job listens.
fn address(source: &Arc<dyn Source>) -> SocketAddr {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match source.listen_address() {
            Some(address) => return address,
            None => assert!(Instant::now() < deadline, "nobody listens"),
        }
        std::thread::yield_now();
    }
}

/// Three connections one after the other, with lines that are cut in two, garbage, and silences.
fn send(address: SocketAddr) {
    for connection in 0..3 {
        let mut stream = TcpStream::connect(address).expect("connects");
        stream.set_nodelay(true).expect("no delay");
        for part in ["{\"a\":1,\"s\":\"x\"}\n{\"a\":2", ",\"s\":\"y\"}\nrubbish\n", "{\"a\":\"no number\",\"s\":1}\n{\"a\":3}\n"]
        {
            stream.write_all(part.as_bytes()).expect("sends");
            std::thread::sleep(SILENCE);
        }
        writeln!(stream, "{{\"a\":{}}}", 10 + connection).expect("sends");
    }
}

fn run(driver: Driver, idle: Idle, shards: usize) -> (Written, u64) {
    let listening = Listening::default();
    let planned = plan(&[Script { text: SQL.to_owned(), file: "test.sql".to_owned() }], &[], &listening).expect("plans");
    let pinning = Pinning::Free;
    let config = JobConfig { pinning, driver, idle, histograms: Histograms::Off, ..JobConfig::default() };
    let control = Control::new(shards, planned.plan.nodes.len()).expect("control");
    let source = listening.source.lock().expect("sound").clone().expect("the source was made");
    let outcome = std::thread::scope(|scope| {
        let control = &control;
        let sender = scope.spawn(move || send(address(&source)));
        // A job that misses the end of its connections is stopped, so that the test fails instead of hanging.
        let (done, ended) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                control.advance(Phase::Abort);
            }
        });
        let outcome = engine::run(&planned.plan, &config, &vec![0; shards], control, &Published::new(shards));
        drop(done);
        sender.join().expect("sender");
        outcome.unwrap_or_else(|e| panic!("{driver:?} {idle:?} {shards} shards: {e}"))
    });
    let mut counters = Counters::default();
    outcome.shards.iter().for_each(|s| counters.merge(&s.counters));
    let mut rows = BTreeMap::new();
    for (table, receiver) in listening.outlets.into_inner().expect("sound") {
        let written = sink_rows(&planned.plan, &table, &receiver);
        rows.insert(table, written);
    }
    let turns = counters.turns;
    (Written { rows, counters }, turns)
}

fn check(driver: Driver, idle: Idle) {
    for shards in [1, 2] {
        let (written, turns) = run(driver, idle, shards);
        let what = format!("{driver:?} {idle:?} {shards} shards");
        assert_eq!(written.result("o"), ["[1, 3]", "[10, 1]", "[11, 1]", "[12, 1]", "[2, 3]", "[3, 3]"], "{what}");
        assert_eq!((written.counters.rows_aside, written.counters.rows_in), (6, 18), "{what}");
        match idle {
            Idle::Spin => assert_eq!(written.counters.parks, 0, "{what}"),
            // Asleep, a shard looks at its listener a thousand times a second at the most, and is never woken for nothing.
            Idle::Backoff | Idle::Park => assert!(written.counters.parks > 0, "{what}"),
        }
        if idle == Idle::Park {
            assert!(turns < 10_000, "{what}: {turns} turns in which there was nothing to do");
        }
    }
}

#[test]
fn connections_are_read_to_their_end_by_plain_threads() {
    [Idle::Spin, Idle::Backoff, Idle::Park].into_iter().for_each(|idle| check(Driver::Thread, idle));
}

#[test]
fn connections_are_read_to_their_end_by_glommio() {
    // Hosts that forbid io_uring are served by plain threads.
    if preflight::io_uring_usable(2).is_ok() {
        [Idle::Spin, Idle::Backoff, Idle::Park].into_iter().for_each(|idle| check(Driver::Glommio, idle));
    }
}

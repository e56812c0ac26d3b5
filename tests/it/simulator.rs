//! A simulator of turns: all shards of a job on one thread, stepped in an order and at times that a seed decides.
//!
//! It is as strict as the shells: a shard that says `Idle` is stepped again only when it has mail or its time has come, and one
//! that is `Done` never again. If no shard may be stepped and no time is awaited, progress was lost. The results must be those
//! of one shard stepped in order.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use corelane::batch::Batch;
use corelane::batch::text::row_text;
use corelane::compile::compile;
use corelane::config::{Histograms, JobConfig};
use corelane::error::Result;
use corelane::format::Decoded;
use corelane::limits::TIMER_ROWS_PER_TURN;
use corelane::metrics::{Counters, Published};
use corelane::plan::physical::{NodeKind, PhysicalPlan};
use corelane::plan::{Connectors, Script, plan};
use corelane::route::mesh::Mesh;
use corelane::shard::control::{Control, Phase};
use corelane::shard::gauge::Gauge;
use corelane::shard::{Parts, Shard, Turn};
use corelane::sink::memory::MemorySink;
use corelane::sink::{Placement, Sink};
use corelane::source::memory::{MemoryEvent, MemorySource};
use corelane::source::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use corelane::sys::clock::Clock;
use corelane::types::{EventTime, Nanos, TableDef, Value};

use corelane::cli::golden::{Written, sink_types};

/// Steps after which a simulation has lost its way; the longest takes a tenth of them.
const STEPS_MAX: usize = 400_000;

const SECOND: i64 = 1_000_000_000;

/// Time that moves only when the simulation says so.
pub struct ManualClock {
    pub now: Nanos,
}

impl Clock for ManualClock {
    fn now(&mut self) -> Nanos {
        self.now
    }

    fn wall(&mut self) -> EventTime {
        self.now as EventTime
    }
}

/// What may vary between two runs that must come to the same.
#[derive(Debug, Clone, Copy)]
struct World {
    seed: u64,
    shards: usize,
    batch_rows: usize,
    linger: Nanos,
    order: Order,
    /// Percent of polls that find nothing.
    pauses: u32,
    /// How long a reader waits between two polls that find something.
    every: Nanos,
    ending: Ending,
    /// Steps after which the job is drained.
    drain_after: Option<usize>,
}

/// What a split does when its events are given out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Ends,
    /// It stays silent, until the job is drained because nothing happens any more.
    Silent,
}

/// Which shard comes next.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Order {
    Turns,
    Random,
    /// Shard `.0` is stepped only once in `.1` times, or when no other may be.
    Starved(usize, usize),
}

impl World {
    /// One shard, in order, without pauses: what the others are compared with.
    fn plain() -> Self {
        Self {
            seed: 0,
            shards: 1,
            batch_rows: 1024,
            linger: 0,
            order: Order::Turns,
            pauses: 0,
            every: 0,
            ending: Ending::Ends,
            drain_after: None,
        }
    }
}

/// What a simulation came to.
struct Came {
    written: Written,
    /// By shard.
    ring_full: Vec<u64>,
    /// Steps after which messages of at least two shards waited for room.
    mutual: usize,
    largest_batch: usize,
    /// Rows written when nothing happened any more, where splits fall silent.
    when_still: u64,
}

/// A memory source whose readers pause.
#[derive(Debug)]
struct Fitful {
    inner: MemorySource,
    world: World,
}

impl Source for Fitful {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let random = fastrand::Rng::with_seed(self.world.seed ^ (shard as u64) << 32);
        let inner = self.inner.open(shard, shards, projection)?;
        // A reader without splits has nothing to be silent about.
        let ending = if inner.splits() == 0 { Ending::Ends } else { self.world.ending };
        let World { pauses, every, .. } = self.world;
        Ok(Box::new(FitfulReader { inner, random, pauses, every, next: 0, ending }))
    }
}

struct FitfulReader {
    inner: Box<dyn Reader>,
    random: fastrand::Rng,
    pauses: u32,
    every: Nanos,
    /// When something is there again.
    next: Nanos,
    ending: Ending,
}

impl Reader for FitfulReader {
    fn splits(&self) -> usize {
        self.inner.splits()
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        if self.random.u32(..100) < self.pauses {
            return Ok(Polled::Pending { wake_at: Some(now + self.random.u64(1..2_000_000_000)) });
        }
        if now < self.next {
            return Ok(Polled::Pending { wake_at: Some(self.next) });
        }
        self.next = now + self.every;
        match self.inner.poll(now, rows_max, into)? {
            Polled::SplitEnd { .. } if self.ending == Ending::Silent => Ok(Polled::Pending { wake_at: Some(now) }),
            Polled::End if self.ending == Ending::Silent => Ok(Polled::Pending { wake_at: None }),
            polled => Ok(polled),
        }
    }

    fn stop(&mut self) {
        (self.pauses, self.ending) = (0, Ending::Ends);
        self.inner.stop();
    }
}

struct Sinks<'a> {
    events: &'a [Vec<MemoryEvent>],
    world: World,
    outlets: Mutex<Vec<(String, Receiver<Batch>)>>,
}

impl Connectors for Sinks<'_> {
    fn source(&self, _table: &TableDef) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(Fitful { inner: MemorySource::new(self.events.to_vec()), world: self.world }))
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        let (sink, receiver) = MemorySink::new();
        self.outlets.lock().expect("one thread").push((table.name.clone(), receiver));
        Ok(sink)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        unreachable!("no bare SELECT is simulated")
    }
}

/// Runs `sql` over these events of its one source table, in the order that `world` decides.
fn simulate(sql: &str, events: &[Vec<MemoryEvent>], world: World) -> Came {
    let sinks = Sinks { events, world, outlets: Mutex::default() };
    let planned = plan(&[Script { text: sql.to_owned(), file: "test.sql".to_owned() }], &[], &sinks).expect("plans");
    let plan = &planned.plan;
    let config =
        JobConfig { histograms: Histograms::Off, batch_rows: world.batch_rows, linger: world.linger, ..JobConfig::default() };
    let control = Control::new(world.shards, plan.nodes.len()).expect("control");
    let mut mesh = Mesh::new(world.shards);
    let published = Published::new(world.shards);
    let mut clock = ManualClock { now: 1 };
    let ends = mesh.ends(control.bells(), config.batch_rows, config.linger);
    let mut shards: Vec<Shard<'_>> = ends
        .into_iter()
        .enumerate()
        .map(|(id, mesh)| {
            let query = compile(plan, id, world.shards).expect("compiles");
            let gauge = Gauge::new(id, &config, published.clone());
            let (readers, writers) = open(plan, id, world.shards);
            Shard::new(plan, Parts { query, readers, writers, mesh, gauge, control: control.clone() }, &config)
        })
        .collect();
    let (mutual, when_still) = Walk::new(world).run(&mut shards, &mut clock, &control, &published);
    let mut counters = Counters::default();
    let mut ring_full = Vec::new();
    for shard in shards {
        let metrics = shard.into_results().metrics;
        ring_full.push(metrics.counters.ring_full_count);
        counters.merge(&metrics.counters);
    }
    let (rows, largest_batch) = gather(plan, sinks.outlets.into_inner().expect("one thread"));
    Came { written: Written { rows, counters }, ring_full, mutual, largest_batch, when_still }
}

pub type Ways = (Vec<Box<dyn Reader>>, Vec<Option<Box<dyn corelane::sink::Writer>>>);

/// The readers and writers of one shard.
pub fn open(plan: &PhysicalPlan, shard: usize, shards: usize) -> Ways {
    let (mut readers, mut writers) = (Vec::new(), Vec::new());
    for node in &plan.nodes {
        match &node.kind {
            NodeKind::Scan(scan) => readers.push(scan.source.open(shard, shards, &scan.projection).expect("opens")),
            NodeKind::Sink(write) if write.sink.placement() == Placement::OneShard && shard != 0 => writers.push(None),
            NodeKind::Sink(write) => writers.push(Some(write.sink.open(shard, shards, &node.schema).expect("opens"))),
            _ => {}
        }
    }
    (readers, writers)
}

type Rows = BTreeMap<String, Vec<(char, String)>>;

fn gather(plan: &PhysicalPlan, outlets: Vec<(String, Receiver<Batch>)>) -> (Rows, usize) {
    let (mut rows, mut largest) = (Rows::new(), 0);
    for (table, receiver) in outlets {
        let types = sink_types(plan, &table);
        let written = rows.entry(table).or_default();
        for batch in receiver.try_iter() {
            largest = largest.max(batch.rows());
            let sign = |row| if batch.kind(row).sign() > 0 { '+' } else { '-' };
            written.extend((0..batch.rows()).map(|row| (sign(row), row_text(&batch, row, &types))));
        }
    }
    (rows, largest)
}

/// The way through the turns of all shards.
struct Walk {
    world: World,
    random: fastrand::Rng,
    /// What each shard said last.
    turns: Vec<Turn>,
    steps: usize,
}

impl Walk {
    fn new(world: World) -> Self {
        let random = fastrand::Rng::with_seed(world.seed);
        Self { world, random, turns: vec![Turn::Busy; world.shards], steps: 0 }
    }

    /// Steps until all are done; gives after how many of the steps at least two shards held messages back, and the rows written
    /// when nothing happened any more.
    fn run(
        mut self,
        shards: &mut [Shard<'_>],
        clock: &mut ManualClock,
        control: &Control,
        published: &Published,
    ) -> (usize, u64) {
        let (mut mutual, mut when_still) = (0, 0);
        while self.turns.iter().any(|t| *t != Turn::Done) {
            assert!(self.steps < STEPS_MAX, "no end after {} steps: {:?}", self.steps, self.turns);
            if self.world.drain_after == Some(self.steps) {
                control.advance(Phase::Drain);
            }
            let Some(next) = self.next(shards, clock.now) else {
                let times = self.turns.iter().filter_map(|t| if let Turn::Idle { wake_at } = t { *wake_at } else { None });
                if let Some(time) = times.min() {
                    clock.now = time.max(clock.now);
                    continue;
                }
                let still = self.world.ending == Ending::Silent && control.phase() == Phase::Run;
                assert!(still, "progress was lost: {:?}", self.turns);
                when_still = self.rows_written(shards, clock, published);
                control.advance(Phase::Drain);
                continue;
            };
            self.turns[next] = shards[next].step(clock).expect("steps");
            self.steps += 1;
            mutual += usize::from(shards.iter().filter(|s| s.has_unsent()).count() > 1);
            if self.world.order != Order::Turns {
                clock.now += self.random.u64(0..1_000_000);
            }
        }
        (mutual, when_still)
    }

    /// What shards that are stepped after a while say of themselves.
    fn rows_written(&self, shards: &mut [Shard<'_>], clock: &mut ManualClock, published: &Published) -> u64 {
        clock.now += SECOND as u64;
        for shard in shards.iter_mut() {
            shard.step(clock).expect("steps");
        }
        (0..shards.len()).map(|shard| published.read(shard).rows_out).sum()
    }

    /// One of the shards that the shells would step now.
    fn next(&mut self, shards: &[Shard<'_>], now: Nanos) -> Option<usize> {
        let may = |shard: &usize| match self.turns[*shard] {
            Turn::Busy => true,
            Turn::Idle { wake_at } => wake_at.is_some_and(|at| at <= now) || shards[*shard].has_mail(),
            Turn::Done => false,
        };
        let mut ready: Vec<usize> = (0..shards.len()).filter(may).collect();
        match self.world.order {
            Order::Turns => {
                return ready.iter().copied().min_by_key(|s| (s + shards.len() - self.steps % shards.len()) % shards.len());
            }
            Order::Starved(shard, times) if ready.len() > 1 && self.random.usize(..times) > 0 => ready.retain(|s| *s != shard),
            _ => {}
        }
        (!ready.is_empty()).then(|| ready[self.random.usize(..ready.len())])
    }
}

const TABLE: &str = "CREATE TABLE t (a BIGINT, b BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
    WITH ('connector' = 'memory');";

/// Two exchanges one after the other, a window and a gathered total of the same rows.
const JOB: &str = "
    CREATE TABLE twice (b BIGINT, n BIGINT, s BIGINT) WITH ('connector' = 'memory');
    CREATE TABLE windows (a BIGINT, w TIMESTAMP(3), n BIGINT, s BIGINT) WITH ('connector' = 'memory');
    CREATE TABLE total (n BIGINT, s BIGINT, lo BIGINT, hi BIGINT) WITH ('connector' = 'memory');
    INSERT INTO twice SELECT b, COUNT(*), SUM(n) FROM (SELECT a, b, COUNT(*) AS n FROM t GROUP BY a, b) GROUP BY b;
    INSERT INTO windows SELECT a, window_start, COUNT(*), SUM(v) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        GROUP BY a, window_start, window_end;
    INSERT INTO total SELECT COUNT(*), SUM(v), MIN(v), MAX(v) FROM t;";

const TABLES: [&str; 3] = ["twice", "windows", "total"];

/// Rows out of order, some of them late, in a few splits that say watermarks of their own now and then.
fn random_events(random: &mut fastrand::Rng, rows: usize, splits: usize) -> Vec<Vec<MemoryEvent>> {
    let mut splits = vec![Vec::new(); splits];
    let mut times = vec![0i64; splits.len()];
    let mut left = rows;
    while left > 0 {
        let split = random.usize(..splits.len());
        if random.u8(..8) == 0 {
            splits[split].push(MemoryEvent::Watermark(times[split] - random.i64(0..30) * SECOND));
            continue;
        }
        let count = random.usize(1..20).min(left);
        left -= count;
        let row = |_| {
            times[split] += random.i64(0..2_000) * 1_000_000;
            let back = if random.u8(..10) == 0 { 40 } else { 4 };
            let nullable = |n: i64| if n == 0 { Value::Null } else { Value::Int(n) };
            let time = times[split] - random.i64(0..back) * SECOND;
            vec![nullable(random.i64(0..12)), Value::Int(random.i64(0..5)), nullable(random.i64(-3..100)), Value::Int(time)]
        };
        let event = MemoryEvent::Rows((0..count).map(row).collect());
        splits[split].push(event);
    }
    splits
}

fn random_world(random: &mut fastrand::Rng) -> World {
    let shards = random.usize(1..5);
    let order = match random.u8(..4) {
        0 => Order::Turns,
        1 => Order::Random,
        _ => Order::Starved(random.usize(..shards), 1 << random.u32(2..10)),
    };
    World {
        seed: random.u64(..),
        shards,
        batch_rows: [1, 1, 2, 7, 64][random.usize(..5)],
        linger: [0, 0, 1_000_000, 50_000_000][random.usize(..4)],
        order,
        pauses: [0, 0, 10, 60][random.usize(..4)],
        every: 0,
        ending: Ending::Ends,
        drain_after: None,
    }
}

/// Runs `body` for each seed and says which one failed.
fn for_seeds(count: u64, body: impl Fn(&mut fastrand::Rng) + std::panic::RefUnwindSafe) {
    for seed in 0..count {
        let run = std::panic::catch_unwind(|| body(&mut fastrand::Rng::with_seed(seed)));
        if let Err(panic) = run {
            let text = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| format!("{:?}", panic.downcast_ref::<&str>()));
            panic!("seed {seed}: {text}");
        }
    }
}

fn sum_of(rows: &[String], column: usize) -> u64 {
    let field = |row: &String| row.trim_matches(['[', ']']).split(", ").nth(column).and_then(|f| f.parse::<u64>().ok());
    rows.iter().map(|row| field(row).unwrap_or_else(|| panic!("column {column} of {row}"))).sum()
}

/// Every row read is in the total, and in a window or late.
fn assert_all_rows_are_accounted_for(came: &Came) {
    let counters = &came.written.counters;
    assert_eq!(sum_of(&came.written.result("total"), 0), counters.rows_in, "total");
    assert_eq!(sum_of(&came.written.result("windows"), 2) + counters.rows_late, counters.rows_in, "windows and late rows");
    assert_eq!(sum_of(&came.written.result("twice"), 2), counters.rows_in, "twice");
}

fn assert_same(came: &Came, plain: &Came, world: World) {
    for table in TABLES {
        assert_eq!(came.written.result(table), plain.written.result(table), "{table} {world:?}");
    }
    assert_eq!(came.written.counters.rows_late, plain.written.counters.rows_late, "{world:?}");
    assert_eq!(came.written.counters.rows_in, plain.written.counters.rows_in, "{world:?}");
}

#[test]
fn every_order_of_turns_comes_to_the_result_of_one_shard() {
    let sql = format!("{TABLE}{JOB}");
    for_seeds(250, |random| {
        let rows = random.usize(0..150);
        let splits = random.usize(1..6);
        let events = random_events(random, rows, splits);
        let world = random_world(random);
        let (plain, came) = (simulate(&sql, &events, World::plain()), simulate(&sql, &events, world));
        assert_eq!(plain.written.counters.rows_in, rows as u64);
        assert_all_rows_are_accounted_for(&came);
        assert_same(&came, &plain, world);
    });
}

#[test]
fn starved_shard_fills_the_rings_and_nothing_is_lost() {
    let sql = format!("{TABLE}{JOB}");
    for_seeds(10, |random| {
        let shards = random.usize(2..5);
        let events = random_events(random, 600, shards);
        let order = Order::Starved(random.usize(..shards), 500);
        let world = World { shards, batch_rows: 1, order, seed: random.u64(..), ..World::plain() };
        let (plain, came) = (simulate(&sql, &events, World::plain()), simulate(&sql, &events, world));
        assert!(came.ring_full.iter().sum::<u64>() > 0, "no ring was full: {world:?}");
        assert_same(&came, &plain, world);
    });
}

/// One row for each of `windows` windows of 10 seconds, in two splits of as many rows.
fn rows_in_many_windows(windows: i64) -> Vec<Vec<MemoryEvent>> {
    let row = |n: i64, a: i64| vec![Value::Int(a), Value::Int(n % 101), Value::Int(1), Value::Int(n * 10 * SECOND)];
    // The same window for all rows of one time, and a watermark only at the end: all windows close at once.
    (0..2).map(|split| vec![MemoryEvent::Rows((0..windows).map(|n| row(n, n * 2 + split)).collect())]).collect()
}

#[test]
fn two_shards_with_full_rings_towards_each_other_make_progress() {
    let table = TABLE.replace("INTERVAL '5' SECOND", "INTERVAL '30' DAY");
    let sql = format!(
        "{table} CREATE TABLE o (b BIGINT, n BIGINT) WITH ('connector' = 'memory');
        INSERT INTO o SELECT b, SUM(n) FROM (SELECT a, MAX(b) AS b, window_start, COUNT(*) AS n
        FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY a, window_start, window_end) GROUP BY b;"
    );
    let events = rows_in_many_windows(1_000);
    let plain = simulate(&sql, &events, World::plain());
    for_seeds(10, |random| {
        let order = [Order::Turns, Order::Random][random.usize(..2)];
        let world = World { shards: 2, batch_rows: 1, order, seed: random.u64(..), ..World::plain() };
        let came = simulate(&sql, &events, world);
        assert!(came.ring_full.iter().all(|count| *count > 0) && came.mutual > 10, "{:?} {}", came.ring_full, came.mutual);
        assert_eq!(came.written.result("o"), plain.written.result("o"), "{world:?}");
    });
}

#[test]
fn closing_more_groups_than_a_turn_may_takes_several_turns() {
    let sql = format!(
        "{TABLE} CREATE TABLE o (a BIGINT, n BIGINT) WITH ('connector' = 'memory');
        INSERT INTO o SELECT a, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        GROUP BY a, window_start, window_end;"
    );
    let groups = 2 * TIMER_ROWS_PER_TURN + 5_000;
    let rows = (0..groups as i64).map(|a| vec![Value::Int(a), Value::Null, Value::Null, Value::Int(SECOND)]).collect();
    // Rows of later windows follow, so that there is something to hold back.
    let later = (0..500).map(|n| vec![Value::Int(n), Value::Null, Value::Null, Value::Int(n * SECOND)]).collect();
    let events = [vec![MemoryEvent::Rows(rows), MemoryEvent::Watermark(20 * SECOND), MemoryEvent::Rows(later)]];
    let plain = simulate(&sql, &events, World { batch_rows: 4096, ..World::plain() });
    assert_eq!(plain.largest_batch, TIMER_ROWS_PER_TURN);
    let order = Order::Starved(1, 5);
    let came = simulate(&sql, &events, World { shards: 2, order, batch_rows: 4096, ..World::plain() });
    assert_eq!(came.largest_batch, TIMER_ROWS_PER_TURN);
    assert_eq!(came.written.result("o"), plain.written.result("o"));
    assert_eq!(came.written.counters.rows_late, plain.written.counters.rows_late);
    assert_eq!(came.written.counters.rows_in, groups as u64 + 500);
}

#[test]
fn drained_job_accounts_for_every_row_it_has_read() {
    let sql = format!("{TABLE}{JOB}");
    let cut_short = std::sync::atomic::AtomicU64::new(0);
    for_seeds(150, |random| {
        let splits = random.usize(1..6);
        let events = random_events(random, 200, splits);
        let world = World { drain_after: Some(random.usize(..200)), ..random_world(random) };
        let came = simulate(&sql, &events, world);
        assert_all_rows_are_accounted_for(&came);
        let whole = came.written.counters.rows_in == 200;
        cut_short.fetch_add(u64::from(!whole), std::sync::atomic::Ordering::Relaxed);
    });
    assert!(cut_short.into_inner() > 30, "most jobs ended before they were drained");
}

#[test]
fn silent_splits_hold_windows_back_only_as_long_as_they_may() {
    let windows = "CREATE TABLE o (a BIGINT, n BIGINT) WITH ('connector' = 'memory');
        INSERT INTO o SELECT a, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        GROUP BY a, window_start, window_end;";
    let timeout = TABLE.replace("'memory'", "'memory', 'scan.watermark.idle-timeout' = '3 s'");
    for_seeds(50, |random| {
        // One row in each of twenty windows, of which the watermark five seconds behind passes all but two. The other splits never say anything.
        let rows = (0..20).map(|n| vec![Value::Int(n), Value::Null, Value::Null, Value::Int(n * 10 * SECOND)]).collect();
        let mut events = vec![Vec::new(); random.usize(2..6)];
        let talking = random.usize(..events.len());
        events[talking].push(MemoryEvent::Rows(rows));
        let world = World { ending: Ending::Silent, ..random_world(random) };
        let patient = simulate(&format!("{TABLE}{windows}"), &events, world);
        assert_eq!((patient.when_still, patient.written.counters.rows_out), (0, 20), "without a timeout {world:?}");
        let came = simulate(&format!("{timeout}{windows}"), &events, world);
        assert_eq!((came.when_still, came.written.counters.rows_out), (18, 20), "with a timeout {world:?}");
    });
}

/// Rows `(a, b, v, ts)` of one split, one an event.
fn one_by_one(rows: &[(i64, i64)]) -> Vec<Vec<MemoryEvent>> {
    let row = |(a, v): &(i64, i64)| MemoryEvent::Rows(vec![vec![Value::Int(*a), Value::Int(0), Value::Int(*v), Value::Int(0)]]);
    vec![rows.iter().map(row).collect()]
}

#[test]
fn state_that_is_not_touched_for_its_time_to_live_begins_anew() {
    // A row every four seconds; key 1 comes at 0, 8 and 20 seconds, key 2 at 4 and 16.
    let events = one_by_one(&[(1, 9), (2, 8), (1, 7), (3, 6), (2, 5), (1, 4)]);
    let job = format!(
        "{TABLE} SET 'table.exec.state.ttl' = '10 s';
        CREATE TABLE counts (a BIGINT, n BIGINT) WITH ('connector' = 'memory');
        CREATE TABLE best (a BIGINT, v BIGINT) WITH ('connector' = 'memory');
        CREATE TABLE pairs (v BIGINT, w BIGINT) WITH ('connector' = 'memory');
        INSERT INTO counts SELECT a, COUNT(*) FROM t GROUP BY a;
        INSERT INTO best SELECT a, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY a ORDER BY v DESC) AS n FROM t) WHERE n = 1;
        INSERT INTO pairs SELECT x.v, y.v FROM t AS x JOIN t AS y ON x.a = y.a AND x.v > y.v;"
    );
    for shards in 1..4 {
        let came = simulate(&job, &events, World { shards, every: 4 * SECOND as u64, ..World::plain() });
        let rows = |table: &str| {
            let mut rows: Vec<String> = came.written.rows[table].iter().map(|(sign, row)| format!("{sign}{row}")).collect();
            rows.sort();
            rows
        };
        assert_eq!(rows("counts"), ["+[1, 1]", "+[1, 1]", "+[1, 2]", "+[2, 1]", "+[2, 1]", "+[3, 1]", "-[1, 1]"]);
        assert_eq!(rows("best"), ["+[1, 4]", "+[1, 9]", "+[2, 5]", "+[2, 8]", "+[3, 6]"]);
        assert_eq!(rows("pairs"), ["+[9, 7]"], "each row lives by itself");
    }
}

//! The changelog law: after every batch of the input, the output so far, applied from the start, is the answer over the input so far.
//!
//! A seed makes a table whose rows come, change and go, in batches of a few changes, said row by row or by key, and a query. All shards are
//! stepped until nothing moves after every batch; then what was written so far is compared with what SQLite answers over the rows that are
//! there now. On one shard no row may ever be there less than zero times, on the way either; several shards agree on that when nothing moves.
//! With EMIT CHANGES EVERY the answer is there when the watermark has passed a multiple of the interval, and stays until the next.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use corelane::batch::{Batch, RowKind};
use corelane::compile::compile;
use corelane::config::{Histograms, JobConfig};
use corelane::error;
use corelane::format::Decoded;
use corelane::metrics::Published;
use corelane::plan::{Connectors, Script, plan};
use corelane::route::mesh::Mesh;
use corelane::shard::control::Control;
use corelane::shard::gauge::Gauge;
use corelane::shard::{Parts, Shard, Turn};
use corelane::sink::Sink;
use corelane::sink::memory::MemorySink;
use corelane::source::memory::{MemoryEvent, MemorySource};
use corelane::source::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use corelane::types::{Nanos, TableDef, Value};
use fastrand::Rng;

use super::oracle::{
    Agreed, Kind, Query, Schema, check_seeds, database, expected, is_beyond_sqlite, names, number, to_sqlite,
    without_negative_zero,
};
use super::simulator::{ManualClock, open};
use super::support::{phases, sink_rows};

/// Changes of an input, and of a batch of it.
const CHANGES_MAX: usize = 40;
const BATCH_MAX: usize = 7;

/// How far the watermark is behind the rows, in seconds: no row is late.
const DELAY: i64 = 7_200;

const SECOND: i64 = 1_000_000_000;

/// Queries of each kind; `LAW_QUERIES=1000 cargo test law` runs more of them.
fn queries_per_kind() -> u64 {
    number("LAW_QUERIES").unwrap_or(60)
}

/// How the input says what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// Rows only come.
    Append,
    /// Rows that go are named as a whole.
    Retract,
    /// A row takes the place of the one with its key.
    Upsert,
}

/// When the answer is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// After every batch.
    AtOnce,
    /// After those with which the watermark passes a multiple of so many seconds.
    Every(i64),
}

impl Pace {
    /// What stands behind the query.
    fn emit(self, kind: Kind) -> String {
        match self {
            Pace::AtOnce if kind.is_of_windows() => " EMIT CHANGES".to_owned(),
            Pace::AtOnce => String::new(),
            Pace::Every(seconds) => format!(" EMIT CHANGES EVERY INTERVAL '{seconds}' SECOND"),
        }
    }

    /// Changes of a batch: no row may stand behind the one with which a multiple is passed.
    fn batch_max(self) -> usize {
        if self == Pace::AtOnce { BATCH_MAX } else { 1 }
    }

    /// Behind which steps the answer is to be there; behind the last it always is.
    fn due(self, steps: &[Vec<(RowKind, Vec<Value>)>]) -> Vec<bool> {
        let Pace::Every(seconds) = self else { return vec![true; steps.len() + 1] };
        let (mut latest, mut passed) = (None, None);
        let mut passes = |step: &Vec<(RowKind, Vec<Value>)>| {
            let time = |row: &Vec<Value>| if let Some(Value::Int(time)) = row.last() { Some(*time) } else { None };
            latest = step.iter().filter_map(|(_, row)| time(row)).chain(latest).max();
            let multiple = latest.map(|time: i64| (time - DELAY * SECOND).div_euclid(seconds * SECOND));
            passed.replace(multiple).flatten().is_some_and(|before| multiple > Some(before))
        };
        let mut due: Vec<bool> = steps.iter().map(&mut passes).collect();
        due.push(true);
        due
    }
}

impl Input {
    /// One that the query takes: a session keeps the bounds that a row gave it when the row goes. Rows that only come are not held back.
    fn random(rng: &mut Rng, query: &Query, pace: Pace) -> Input {
        match rng.u8(0..3) {
            _ if query.text.ours.contains("SESSION(") => Input::Append,
            0 if pace == Pace::AtOnce => Input::Append,
            1 => Input::Upsert,
            _ => Input::Retract,
        }
    }

    /// The table `t`; no row is late. Only windows and intervals have event time: joins and functions with OVER would wait for it. The key of an upsert is
    /// none of its columns.
    fn table(self, schema: &Schema, kind: Kind, pace: Pace) -> String {
        let columns = schema.declared();
        let watermark = match kind.is_of_windows() || pace != Pace::AtOnce {
            true => format!(", WATERMARK FOR ts AS ts - INTERVAL '{DELAY}' SECOND"),
            false => String::new(),
        };
        match self {
            Input::Append => format!("CREATE TABLE t ({columns}{watermark}) WITH ('connector' = 'memory');\n"),
            Input::Retract => {
                format!("CREATE TABLE t ({columns}{watermark}) WITH ('connector' = 'memory', 'changelog' = 'retract');\n")
            }
            Input::Upsert => format!(
                "CREATE TABLE keyed (id BIGINT, {columns}{watermark}, PRIMARY KEY (id) NOT ENFORCED) \
                 WITH ('connector' = 'memory', 'changelog' = 'upsert');\nCREATE VIEW t AS SELECT {} FROM keyed;\n",
                names(&schema.columns)
            ),
        }
    }
}

/// A row comes, has another content, or goes.
#[derive(Debug, Clone)]
enum Change {
    Insert(i64, Vec<Value>),
    Update(i64, Vec<Value>),
    Delete(i64),
}

/// Batches of at most so many changes to rows that are there.
fn random_changes(rng: &mut Rng, schema: &Schema, input: Input, batch_max: usize) -> Vec<Vec<Change>> {
    let mut times = HashSet::new();
    let mut random_row = |rng: &mut Rng| loop {
        // Which of two rows of the same time is first would be left open.
        let row = schema.random_row(rng);
        if times.insert(format!("{:?}", row.last())) {
            return row;
        }
    };
    let (mut there, mut next, mut batches) = (Vec::new(), 0, Vec::new());
    let mut left = rng.usize(1..CHANGES_MAX);
    while left > 0 {
        let count = rng.usize(1..=batch_max.min(left));
        left -= count;
        let batch = (0..count).map(|_| match rng.u8(0..6) {
            0 | 1 if input != Input::Append && !there.is_empty() => Change::Delete(there.swap_remove(rng.usize(..there.len()))),
            2 if input != Input::Append && !there.is_empty() => Change::Update(there[rng.usize(..there.len())], random_row(rng)),
            _ => {
                there.push(next);
                next += 1;
                Change::Insert(next - 1, random_row(rng))
            }
        });
        batches.push(batch.collect());
    }
    batches
}

/// What the input says of these changes, by batch.
fn said(rng: &mut Rng, schema: &Schema, input: Input, batches: &[Vec<Change>]) -> Vec<Vec<(RowKind, Vec<Value>)>> {
    match input {
        Input::Upsert => batches.iter().map(|batch| batch.iter().map(|change| upsert(schema, change)).collect()).collect(),
        Input::Append | Input::Retract => changelog(rng, batches),
    }
}

/// A row with its key; of one that goes the key alone.
fn upsert(schema: &Schema, change: &Change) -> (RowKind, Vec<Value>) {
    let (kind, id, row) = match change {
        Change::Insert(id, row) => (RowKind::Insert, id, row.clone()),
        Change::Update(id, row) => (RowKind::UpdateAfter, id, row.clone()),
        Change::Delete(id) => (RowKind::Delete, id, vec![Value::Null; schema.columns.len()]),
    };
    (kind, std::iter::once(Value::Int(*id)).chain(row).collect())
}

/// The changelog that says these changes, by batch. An update is -U and +U, or -D and +I.
fn changelog(rng: &mut Rng, batches: &[Vec<Change>]) -> Vec<Vec<(RowKind, Vec<Value>)>> {
    let mut there: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    let mut of_change = |change: &Change| match change {
        Change::Insert(id, row) => {
            there.insert(*id, row.clone());
            vec![(RowKind::Insert, row.clone())]
        }
        Change::Update(id, row) => {
            let before = there.insert(*id, row.clone()).expect("a row that is there");
            let kinds = [[RowKind::UpdateBefore, RowKind::UpdateAfter], [RowKind::Delete, RowKind::Insert]][rng.usize(..2)];
            vec![(kinds[0], before), (kinds[1], row.clone())]
        }
        Change::Delete(id) => vec![(RowKind::Delete, there.remove(id).expect("a row that is there"))],
    };
    batches.iter().map(|batch| batch.iter().flat_map(&mut of_change).collect()).collect()
}

/// Applies a change to SQLite's table, whose row ids are ours.
fn apply(database: &rusqlite::Connection, schema: &Schema, change: &Change) {
    let applied = match change {
        Change::Insert(id, row) | Change::Update(id, row) => {
            let names: Vec<&str> = schema.columns.iter().map(|c| c.name.as_str()).collect();
            let sql = format!("REPLACE INTO t (rowid, {}) VALUES (?{})", names.join(", "), ", ?".repeat(names.len()));
            let values = std::iter::once((*id).into()).chain(row.iter().map(to_sqlite));
            database.execute(&sql, rusqlite::params_from_iter(values))
        }
        Change::Delete(id) => database.execute("DELETE FROM t WHERE rowid = ?", [id]),
    };
    assert_eq!(applied, Ok(1), "{change:?}");
}

/// One split whose rows are given out as far as the gate lets them.
#[derive(Debug)]
struct Gated {
    inner: MemorySource,
    gate: Arc<AtomicUsize>,
}

impl Source for Gated {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> error::Result<Box<dyn Reader>> {
        Ok(Box::new(GatedReader { inner: self.inner.open(shard, shards, projection)?, gate: self.gate.clone(), given: 0 }))
    }
}

struct GatedReader {
    inner: Box<dyn Reader>,
    gate: Arc<AtomicUsize>,
    given: usize,
}

impl Reader for GatedReader {
    fn splits(&self) -> usize {
        self.inner.splits()
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> error::Result<Polled> {
        match self.gate.load(Ordering::Relaxed) - self.given {
            0 if self.inner.splits() > 0 => Ok(Polled::Pending { wake_at: None }),
            may => {
                let polled = self.inner.poll(now, rows_max.min(may), into)?;
                self.given += into.rows;
                Ok(polled)
            }
        }
    }

    fn stop(&mut self) {
        self.inner.stop();
    }
}

/// The gated source and the sink of a job.
struct Ends {
    source: Arc<Gated>,
    outlet: Mutex<Option<Receiver<Batch>>>,
}

impl Connectors for Ends {
    fn source(&self, _table: &TableDef) -> error::Result<Arc<dyn Source>> {
        Ok(self.source.clone())
    }

    fn sink(&self, _table: &TableDef) -> error::Result<Arc<dyn Sink>> {
        unreachable!("a law has one bare SELECT")
    }

    fn print(&self) -> error::Result<Arc<dyn Sink>> {
        let (sink, receiver) = MemorySink::new();
        *self.outlet.lock().expect("one thread") = Some(receiver);
        Ok(sink)
    }
}

/// Runs a query over a changelog that comes step by step; `after` is given the number of each step and what it wrote. Gives how many rows
/// were set aside.
fn run_in_steps(
    sql: &str,
    steps: Vec<Vec<(RowKind, Vec<Value>)>>,
    (shard_count, batch_rows): (usize, usize),
    mut after: impl FnMut(usize, Vec<(char, String)>) -> Result<(), String>,
) -> Result<u64, String> {
    let lengths: Vec<usize> = steps.iter().map(Vec::len).collect();
    let gate = Arc::new(AtomicUsize::new(0));
    let source = Gated { inner: MemorySource::new(vec![vec![MemoryEvent::Changes(steps.concat())]]), gate: gate.clone() };
    let ends = Ends { source: Arc::new(source), outlet: Mutex::default() };
    let script = Script { text: sql.to_owned(), file: "law.sql".to_owned() };
    let settings: Vec<_> = phases(sql, shard_count).into_iter().collect();
    let planned = plan(&[script], &settings, &ends).map_err(|e| e.to_string())?;
    let receiver = ends.outlet.into_inner().expect("one thread").expect("a SELECT");
    let plan = &planned.plan;
    let config = JobConfig { histograms: Histograms::Off, batch_rows, linger: 0, ..JobConfig::default() };
    let control = Control::new(shard_count, plan.nodes.len()).expect("control");
    let mut mesh = Mesh::new(shard_count);
    let published = Published::new(shard_count);
    let mut clock = ManualClock { now: 1 };
    let mesh_ends = mesh.ends(control.bells(), config.batch_rows, config.linger);
    let shard_of = |(id, mesh)| {
        let (readers, writers) = open(plan, id, shard_count);
        let query = compile(plan, id, shard_count).expect("compiles");
        let gauge = Gauge::new(id, &config, published.clone());
        Shard::new(plan, Parts { query, readers, writers, mesh, gauge, control: control.clone() }, &config)
    };
    let mut shards: Vec<Shard<'_>> = mesh_ends.into_iter().enumerate().map(shard_of).collect();
    for (number, length) in lengths.iter().map(Some).chain([None]).enumerate() {
        match length {
            Some(rows) => _ = gate.fetch_add(*rows, Ordering::Relaxed),
            None => gate.store(usize::MAX, Ordering::Relaxed),
        }
        loop {
            let turns: Vec<Turn> = shards.iter_mut().map(|shard| shard.step(&mut clock).expect("steps")).collect();
            if turns.iter().all(|turn| *turn != Turn::Busy) && shards.iter().all(|shard| !shard.has_mail()) {
                break;
            }
        }
        after(number, sink_rows(plan, "print", &receiver))?;
    }
    Ok(shards.into_iter().map(|shard| shard.into_results().metrics.counters.rows_aside).sum())
}

/// How often each row is there.
#[derive(Default)]
struct Net(BTreeMap<String, i64>);

impl Net {
    /// With more changes; an error where a row is taken back that is not there, if `strictly` at any point.
    fn apply(&mut self, changes: Vec<(char, String)>, strictly: bool) -> Result<(), String> {
        for (sign, row) in changes {
            let count = self.0.entry(row.clone()).or_default();
            *count += if sign == '+' { 1 } else { -1 };
            if strictly && *count < 0 {
                return Err(format!("{row} is taken back more often than given"));
            }
        }
        match self.0.iter().find(|(_, count)| **count < 0) {
            Some((row, count)) => Err(format!("{row} is there {count} times")),
            None => Ok(()),
        }
    }

    /// The rows, with the sign of a zero left out, sorted.
    fn lines(&self) -> Vec<String> {
        let copies = |(row, count): (&String, &i64)| std::iter::repeat_n(without_negative_zero(row), *count as usize);
        let mut lines: Vec<String> = self.0.iter().flat_map(copies).collect();
        lines.sort();
        lines
    }
}

/// Whether rows wait until their window has closed, so that only the end is compared: those of sessions that are grouped by more than their key, and
/// those that meet others in their window.
fn waits_for_the_end(query: &Query, kind: Kind) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| query.text.ours.contains(word));
    has(&["SESSION("]) || kind == Kind::WindowRows && has(&[" JOIN ", "EXISTS (", "IN (SELECT"])
}

/// Whether the law holds, or where it is broken.
fn check(kind: Kind, pace: Pace, seed: u64) -> Result<Agreed, String> {
    let mut rng = Rng::with_seed(seed);
    let query = Query::random(&mut rng, kind);
    let (schema, input) = (&query.schema, Input::random(&mut rng, &query, pace));
    let changes = random_changes(&mut rng, schema, input, pace.batch_max());
    let shape = (rng.usize(1..=3), [1, 3, 1024][rng.usize(0..3)]);
    let database = database(schema, &[]);
    let steps = said(&mut rng, schema, input, &changes);
    let (mut net, mut telling, due, mut shown) = (Net::default(), false, pace.due(&steps), Vec::new());
    let sql = format!("{}{}{};", input.table(schema, kind, pace), query.text.ours, pace.emit(kind));
    let ran = run_in_steps(&sql, steps, shape, |step, written| {
        changes.get(step).into_iter().flatten().for_each(|change| apply(&database, schema, change));
        net.apply(written, shape.0 == 1).map_err(|e| format!("in step {step}: {e}"))?;
        let before = std::mem::replace(&mut shown, net.lines());
        if !due[step] && input != Input::Append {
            return if shown == before { Ok(()) } else { Err(format!("in step {step} something comes: {shown:#?}")) };
        }
        let theirs = match expected(&database, &query) {
            Err(error) if is_beyond_sqlite(&error) => return Ok(()),
            theirs => theirs.map_err(|e| format!("SQLite: {e}"))?,
        };
        telling |= !theirs.is_empty();
        if waits_for_the_end(&query, kind) && step < changes.len() {
            return Ok(());
        }
        match &shown {
            ours if *ours == theirs => Ok(()),
            ours => Err(format!("after step {step}\nSQLite: {theirs:#?}\nCorelane: {ours:#?}")),
        }
    });
    let changes: Vec<String> = changes.iter().map(|batch| format!("  {batch:?}")).collect();
    let ran = match ran {
        // Rows without a time are in no window.
        Ok(aside) if aside > 0 && kind.takes_rows_without_time() => Err(format!("{aside} rows were set aside")),
        ran => ran,
    };
    ran.map(|_| Agreed::on(telling)).map_err(|difference| {
        let (ours, theirs, changes) = (sql, &query.text.theirs, changes.join("\n"));
        format!("{kind:?} seed {seed}, {input:?}, shards and batch rows {shape:?}\n{ours}\n{theirs}\n{changes}\n{difference}")
    })
}

#[test]
fn joins_ranks_and_subqueries_say_what_changed() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Plain, Pace::AtOnce, seed));
}

#[test]
fn groupings_say_what_changed() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Grouped, Pace::AtOnce, seed));
}

#[test]
fn grouping_sets_say_what_changed() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Sets, Pace::AtOnce, seed));
}

#[test]
fn aggregates_over_everything_say_what_changed() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Global, Pace::AtOnce, seed));
}

#[test]
fn windows_that_emit_changes_say_what_changed() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Window, Pace::AtOnce, seed));
}

#[test]
fn functions_with_over_say_what_changed() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Over, Pace::AtOnce, seed));
}

#[test]
fn joins_of_times_and_nearest_rows_say_what_changed() {
    check_seeds(queries_per_kind(), |seed| check(Kind::IntervalJoin, Pace::AtOnce, seed));
}

#[test]
fn rows_of_windows_that_emit_changes_say_what_changed() {
    check_seeds(queries_per_kind(), |seed| check(Kind::WindowRows, Pace::AtOnce, seed));
}

#[test]
fn what_is_held_is_there_when_an_interval_is_over_and_not_before() {
    for (kind, seconds) in [(Kind::Plain, 1), (Kind::Grouped, 20), (Kind::Sets, 100), (Kind::Global, 400), (Kind::Window, 50)] {
        check_seeds(queries_per_kind() / 2, |seed| check(kind, Pace::Every(seconds), seed));
    }
}

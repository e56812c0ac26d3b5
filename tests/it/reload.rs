//! Tables that are read again while rows are looked up in them, under a clock that moves only when nothing happens: which reading a row meets
//! is worked out from the times alone, at any number of shards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use corelane::batch::Batch;
use corelane::compile::compile;
use corelane::config::{Histograms, JobConfig};
use corelane::error::{Error, Result};
use corelane::format::Decoded;
use corelane::metrics::Published;
use corelane::plan::{Connectors, Script, plan};
use corelane::route::mesh::Mesh;
use corelane::shard::control::Control;
use corelane::shard::gauge::Gauge;
use corelane::shard::{Parts, Shard, Turn};
use corelane::sink::Sink;
use corelane::sink::memory::MemorySink;
use corelane::source::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use corelane::types::{Nanos, TableDef, Value};

use crate::simulator::{ManualClock, open};
use corelane::cli::golden::sink_rows;

const SECOND: Nanos = 1_000_000_000;

/// Rows with the times at which they come, by split.
type Timed = Vec<Vec<(Nanos, Vec<i64>)>>;

/// A source of rows that come at given times; where it is read again, from `readings` on, one row a second.
#[derive(Debug)]
struct ByTime {
    splits: Timed,
    /// The rows of each reading; one without rows breaks off.
    readings: Vec<Vec<Vec<i64>>>,
    next: AtomicI64,
    bytes: Option<u64>,
}

impl Source for ByTime {
    fn describe(&self) -> String {
        "by time".to_owned()
    }
    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }
    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }
    fn bytes(&self) -> Option<u64> {
        self.bytes
    }
    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        if !self.readings.is_empty() && shard == 0 {
            return self.open_again(projection);
        }
        let splits = self.splits.iter().skip(shard).step_by(shards).cloned().collect();
        Ok(Box::new(ByTimeReader { splits, every: None, breaks: false, projection: projection.clone(), next: 0 }))
    }
    fn open_again(&self, projection: &Projection) -> Result<Box<dyn Reader>> {
        let number = self.next.fetch_add(1, Ordering::Relaxed) as usize;
        let rows = &self.readings[number.min(self.readings.len() - 1)];
        let breaks = rows.is_empty();
        let rows = if breaks { vec![vec![1, -1], vec![2, -1]] } else { rows.clone() };
        let splits = vec![rows.into_iter().map(|row| (0, row)).collect()];
        Ok(Box::new(ByTimeReader { splits, every: Some(SECOND), breaks, projection: projection.clone(), next: 0 }))
    }
}

struct ByTimeReader {
    splits: Timed,
    /// How long it waits behind each row, where rows have no times of their own.
    every: Option<Nanos>,
    breaks: bool,
    projection: Projection,
    next: Nanos,
}

impl Reader for ByTimeReader {
    fn splits(&self) -> usize {
        self.splits.len()
    }
    fn poll(&mut self, now: Nanos, _rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        if now < self.next {
            return Ok(Polled::Pending { wake_at: Some(self.next) });
        }
        let first = self.splits.iter().enumerate().filter_map(|(split, rows)| Some((rows.first()?.0, split))).min();
        let Some((time, split)) = first else {
            return if self.breaks { Err(Error::data("the table is gone")) } else { Ok(Polled::End) };
        };
        if time > now {
            return Ok(Polled::Pending { wake_at: Some(time) });
        }
        let (_, row) = self.splits[split].remove(0);
        into.columns.iter_mut().zip(&self.projection).for_each(|(column, at)| column.push(&Value::Int(row[*at])));
        into.rows = 1;
        self.next = self.every.map_or(0, |every| now + every);
        Ok(Polled::Rows { split, stamp: now })
    }
    fn stop(&mut self) {
        self.splits.clear();
    }
}

struct Tables {
    orders: Arc<ByTime>,
    table: Arc<ByTime>,
    outlet: Mutex<Vec<Receiver<Batch>>>,
}

impl Connectors for Tables {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        Ok(if table.name == "o" { self.orders.clone() } else { self.table.clone() })
    }
    fn sink(&self, _table: &TableDef) -> Result<Arc<dyn Sink>> {
        unreachable!("rows are printed")
    }
    fn print(&self) -> Result<Arc<dyn Sink>> {
        let (sink, receiver) = MemorySink::new();
        self.outlet.lock().expect("one thread").push(receiver);
        Ok(sink)
    }
}

/// The rows that a query gives, in order of their text.
fn given(
    sql: &str,
    orders: Timed,
    readings: Vec<Vec<Vec<i64>>>,
    bytes: Option<u64>,
    (shards, batch_rows): (usize, usize),
) -> Vec<String> {
    let source = |splits, readings| Arc::new(ByTime { splits, readings, next: AtomicI64::new(0), bytes });
    let (orders, table) = (source(orders, Vec::new()), source(Vec::new(), readings));
    let tables = Tables { orders, table, outlet: Mutex::default() };
    let planned = plan(&[Script { text: sql.to_owned(), file: "test.sql".to_owned() }], &[], &tables).expect("plans");
    let plan = &planned.plan;
    let config = JobConfig { histograms: Histograms::Off, batch_rows, ..JobConfig::default() };
    let control = Control::new(shards, plan.nodes.len()).expect("control");
    let (mut mesh, published) = (Mesh::new(shards), Published::new(shards));
    let ends = mesh.ends(control.bells(), config.batch_rows, 0).into_iter().enumerate();
    let shards = ends.map(|(id, mesh)| {
        let query = compile(plan, id, mesh.shards()).expect("compiles");
        let gauge = Gauge::new(id, &config, published.clone());
        let (readers, writers) = open(plan, id, mesh.shards());
        Shard::new(plan, Parts { query, readers, writers, mesh, gauge, control: control.clone() }, &config)
    });
    let last = run(shards.collect());
    assert!(last < 1_000 * SECOND, "the job went on after its orders had ended");
    let outlets = tables.outlet.into_inner().expect("one thread");
    let written = outlets.iter().flat_map(|outlet| sink_rows(plan, "print", outlet));
    let mut rows: Vec<String> = written.map(|(sign, row)| format!("{sign}{row}")).collect();
    rows.sort();
    rows
}

/// Steps all shards until they are done, and moves the clock when nothing else happens; gives the time at the end.
fn run(mut shards: Vec<Shard<'_>>) -> Nanos {
    let mut clock = ManualClock { now: 1 };
    let mut turns = vec![Turn::Busy; shards.len()];
    while turns.iter().any(|turn| *turn != Turn::Done) {
        let mut wakes = Vec::new();
        for (shard, turn) in shards.iter_mut().zip(&mut turns).filter(|(_, turn)| **turn != Turn::Done) {
            *turn = shard.step(&mut clock).expect("steps");
            wakes.extend(match turn {
                Turn::Idle { wake_at } => wake_at.map(|at| at.max(clock.now)),
                Turn::Busy => Some(clock.now),
                Turn::Done => None,
            });
        }
        let is_still = shards.iter().zip(&turns).all(|(shard, turn)| *turn == Turn::Done || !shard.has_mail());
        if is_still && turns.iter().any(|turn| *turn != Turn::Done) {
            clock.now = *wakes.iter().min().expect("somebody waits for a time");
        }
    }
    clock.now
}

const TABLES: &str = "CREATE TABLE o (id BIGINT, k BIGINT, proc AS PROCTIME()) WITH ('connector' = 'given');
    CREATE TABLE t (k BIGINT, v BIGINT) WITH ('connector' = 'given', 'lookup.cache' = 'FULL', \
        'lookup.full-cache.reload-strategy' = 'PERIODIC', 'lookup.full-cache.periodic-reload.interval' = '10 s');";

/// Runs it at all numbers of shards, by key and on every shard.
fn check(query: &str, orders: &Timed, readings: &[Vec<Vec<i64>>], wanted: &[String]) {
    let sql = format!("{TABLES}{query}");
    for shards in 1..=4 {
        for (batch_rows, bytes) in [(1, None), (1024, None), (1, Some(10)), (1024, Some(10))] {
            let given = given(&sql, orders.clone(), readings.to_vec(), bytes, (shards, batch_rows));
            assert_eq!(given, wanted, "{shards} shards, batches of {batch_rows}, {bytes:?} bytes");
        }
    }
}

/// The table as a row sees it that comes at `second`: its readings take a second a row, and ten seconds lie between them. Rows that come
/// before the first is there wait for it.
fn seen(readings: &[Vec<Vec<i64>>], second: f64) -> BTreeMap<i64, i64> {
    let (mut time, mut table) = (0.0, None);
    for reading in readings.iter().chain(std::iter::repeat(&readings[readings.len() - 1])) {
        time += if reading.is_empty() { 2.0 } else { reading.len() as f64 };
        if table.is_some() && time > second {
            break;
        }
        if !reading.is_empty() {
            table = Some(reading);
        }
        time += 10.0;
    }
    table.into_iter().flatten().map(|row| (row[0], row[1])).collect()
}

#[test]
fn rows_meet_the_last_reading_that_is_whole() {
    let reading = |version: i64, keys: &[i64]| keys.iter().map(|key| vec![*key, 100 * version + key]).collect::<Vec<_>>();
    // The third one breaks off, and the fifth is one row only.
    let readings = [reading(0, &[1, 2, 3]), reading(1, &[1, 3, 4]), Vec::new(), reading(3, &[2, 4]), reading(4, &[1])];
    let mut orders: Timed = vec![Vec::new(); 3];
    let mut wanted = Vec::new();
    for id in 0..300_i64 {
        // In the middle between two turns of the clock.
        let (second, key) = (id as f64 * 0.25 + 0.125, id % 5);
        orders[id as usize % 3].push(((second * SECOND as f64) as Nanos, vec![id, key]));
        let value = seen(&readings, second).get(&key).map_or("NULL".to_owned(), i64::to_string);
        wanted.push(format!("+[{id}, {value}]"));
    }
    wanted.sort();
    check("SELECT o.id, t.v FROM o LEFT JOIN t FOR SYSTEM_TIME AS OF o.proc ON o.k = t.k;", &orders, &readings, &wanted);
    wanted.retain(|row| !row.contains("NULL") && row.ends_with("1]"));
    let view = "CREATE VIEW odd AS SELECT k, v FROM t WHERE k = 1;
        SELECT o.id, odd.v FROM o JOIN odd FOR SYSTEM_TIME AS OF o.proc ON o.k = odd.k;";
    check(view, &orders, &readings, &wanted);
}

#[test]
fn orders_that_end_before_the_table_is_there_still_meet_it() {
    let orders = vec![vec![(1, vec![7, 1])], vec![(1, vec![8, 9])]];
    let wanted = ["+[7, 11]".to_owned(), "+[8, NULL]".to_owned()];
    let query = "SELECT o.id, t.v FROM o LEFT JOIN t FOR SYSTEM_TIME AS OF o.proc ON o.k = t.k;";
    check(query, &orders, &[vec![vec![1, 11], vec![2, 12]]], &wanted);
}

#[test]
fn a_table_that_is_also_read_as_a_stream_is_read_once_for_that() {
    let orders = vec![vec![(1, vec![7, 1]), (25 * SECOND + 1, vec![8, 1])]];
    let readings = [vec![vec![1, 11]], vec![vec![1, 12]], vec![vec![1, 13]]];
    // What is read as a stream and what is looked up are two readings; which of them comes first is open, so both see rows of their own.
    let query = "SELECT id, COUNT(v) FROM (SELECT o.id, t.v FROM o JOIN t FOR SYSTEM_TIME AS OF o.proc ON o.k = t.k
        UNION ALL SELECT k, v FROM t) GROUP BY id;";
    check(query, &orders, &readings, &["+[1, 1]", "+[7, 1]", "+[8, 1]"].map(str::to_owned));
}

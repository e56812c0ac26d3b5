//! Random rows and random queries, recomputed from scratch by SQLite.
//!
//! Every seed makes a table with NULLs, and a query: a projection with a filter, a grouping, or a tumbling window over typed
//! expressions of bounded depth; what is not windowed reads joins, ranks, groupings and sub-queries of the table, one over the other. The engine runs it at a random number of shards and batch size; SQLite runs it over the same rows;
//! both results are compared as sorted lines. Floats are small multiples of 1/8, so that sums are exact in any order.
//!
//! Where the two dialects differ, an expression has two texts. Left out, because SQLite means something else: division by a column
//! (NULL for zero), overflow (it turns to floats), MIN and MAX over no group (a row for no rows).

use corelane::source::memory::MemoryEvent;
use corelane::types::Value;
use fastrand::Rng;
use rusqlite::types::ValueRef;

use super::oracle_query::{Kind, Query};
use super::support::{Inputs, Shape, run};

const ROWS_MAX: usize = 40;
/// Queries of each kind; `ORACLE_QUERIES=3000 cargo test oracle` runs more of them.
fn queries_per_kind() -> u64 {
    std::env::var("ORACLE_QUERIES").ok().and_then(|count| count.parse().ok()).unwrap_or(120)
}

const TABLE: &str = "CREATE TABLE t (b BIGINT, i INT, d DOUBLE, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' HOUR) WITH ('connector' = 'memory');\n";

/// Type of a generated expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Bool,
    Int,
    BigInt,
    Double,
    Text,
    Time,
}

pub fn random_row(rng: &mut Rng) -> Vec<Value> {
    let row = vec![
        Value::Int(rng.i64(-9..10)),
        Value::Int(rng.i64(-100..100)),
        Value::Double(f64::from(rng.i32(-80..80)) / 8.0),
        Value::text(["", "a", "b", "ab", "B", "zebra", "a longer text that is not inlined", "\u{e4}\u{20ac}"][rng.usize(0..8)]),
        Value::Int(rng.i64(0..600_000) * 1_000_000),
    ];
    row.into_iter().map(|value| if rng.u8(0..8) == 0 { Value::Null } else { value }).collect()
}

fn inputs(rng: &mut Rng, rows: &[Vec<Value>]) -> Inputs {
    let mut splits = vec![Vec::new(); rng.usize(1..4)];
    let mut rest = rows;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(rng.usize(1..=rest.len()));
        let split = rng.usize(0..splits.len());
        splits[split].push(MemoryEvent::Rows(head.to_vec()));
        rest = tail;
    }
    Inputs::from([("t".to_owned(), splits)])
}

pub fn database(rows: &[Vec<Value>]) -> rusqlite::Connection {
    let database = rusqlite::Connection::open_in_memory().expect("memory is there");
    database.execute_batch("CREATE TABLE t (b INTEGER, i INTEGER, d REAL, s TEXT, ts INTEGER)").expect("a table");
    let mut insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)").expect("an insert");
    for row in rows {
        insert.execute(rusqlite::params_from_iter(row.iter().map(to_sqlite))).expect("a row");
    }
    drop(insert);
    database
}

pub fn to_sqlite(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Int(n) => (*n).into(),
        Value::Double(d) => (*d).into(),
        Value::Str(s) => s.to_string().into(),
        _ => rusqlite::types::Value::Null,
    }
}

/// What SQLite answers, each row written as the engine writes it, the sign of a zero left out, sorted.
pub fn expected(database: &rusqlite::Connection, query: &Query) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = database.prepare(&query.theirs)?;
    let mut found = statement.query([])?;
    let mut lines = Vec::new();
    while let Some(row) = found.next()? {
        let mut cells = Vec::new();
        for (at, data_type) in query.types.iter().enumerate() {
            cells.push(cell(row.get_ref(at)?, *data_type));
        }
        lines.push(without_negative_zero(&format!("[{}]", cells.join(", "))));
    }
    lines.sort();
    Ok(lines)
}

fn cell(value: ValueRef<'_>, data_type: Type) -> String {
    match (value, data_type) {
        (ValueRef::Null, _) => "NULL".to_owned(),
        (ValueRef::Integer(n), Type::Bool) => (n != 0).to_string(),
        (ValueRef::Integer(n), Type::Time) => time_text(n),
        (ValueRef::Integer(n), Type::Int | Type::BigInt) => n.to_string(),
        (ValueRef::Real(d), Type::Double) => zmij::Buffer::new().format(d).to_owned(),
        (ValueRef::Text(s), Type::Text) => String::from_utf8_lossy(s).into_owned(),
        (value, data_type) => format!("{value:?} is no {data_type:?}"),
    }
}

/// A time of 1970-01-01, or of the day before.
fn time_text(nanos: i64) -> String {
    let millis = nanos.div_euclid(1_000_000);
    let (day, of_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let date = if day == 0 { "1970-01-01" } else { "1969-12-31" };
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
    format!("{date} {hour:02}:{minute:02}:{second:02}.{:03}", of_day % 1_000)
}

/// A row's text with a zero as it is compared.
pub fn without_negative_zero(row: &str) -> String {
    row.replace("-0.0,", "0.0,").replace("-0.0]", "0.0]")
}

/// Result of the engine; the sign of a zero is not compared.
fn actual(query: &Query, inputs: &Inputs, shape: Shape) -> Result<Vec<String>, String> {
    let written = run(&format!("{TABLE}{};", query.ours), inputs, shape).map_err(|e| e.to_string())?;
    if written.counters.rows_aside > 0 && query.kind != Kind::Window {
        return Err(format!("{} rows were set aside", written.counters.rows_aside));
    }
    let mut lines: Vec<String> = written.result("print").iter().map(|row| without_negative_zero(row)).collect();
    lines.sort();
    Ok(lines)
}

/// Whether there was any row to compare, or what differs.
fn check(kind: Kind, seed: u64) -> Result<bool, String> {
    let mut rng = Rng::with_seed(seed);
    let rows: Vec<Vec<Value>> = (0..rng.usize(1..ROWS_MAX)).map(|_| random_row(&mut rng)).collect();
    let query = Query::random(&mut rng, kind);
    let shape = Shape { shards: rng.usize(1..=4), batch_rows: [1, 2, 7, 1024][rng.usize(0..4)] };
    let theirs = expected(&database(&rows), &query).map_err(|e| format!("SQLite: {e}\n{}", query.theirs))?;
    let ours = actual(&query, &inputs(&mut rng, &rows), shape);
    if ours.as_ref() == Ok(&theirs) {
        return Ok(!theirs.is_empty());
    }
    let rows: Vec<String> = rows.iter().map(|row| format!("  {row:?}")).collect();
    Err(format!(
        "{kind:?} seed {seed}, {shape:?}\n{}\n{}\nrows:\n{}\nSQLite: {theirs:#?}\nCorelane: {ours:#?}",
        query.ours,
        query.theirs,
        rows.join("\n")
    ))
}

fn check_seeds(kind: Kind) {
    let (mut failures, mut telling, queries) = (Vec::new(), 0, queries_per_kind());
    for seed in 0..queries {
        match check(kind, seed) {
            Ok(rows) => telling += u64::from(rows),
            Err(difference) => failures.push(difference),
        }
    }
    assert!(telling + failures.len() as u64 > queries / 2, "only {telling} queries have rows");
    assert!(failures.is_empty(), "{} of {queries} queries differ; the first:\n{}", failures.len(), failures[0]);
}

#[test]
fn projections_and_filters_agree_with_sqlite() {
    check_seeds(Kind::Plain);
}

#[test]
fn groupings_agree_with_sqlite() {
    check_seeds(Kind::Grouped);
}

#[test]
fn aggregates_over_everything_agree_with_sqlite() {
    check_seeds(Kind::Global);
}

#[test]
fn tumbling_windows_agree_with_sqlite() {
    check_seeds(Kind::Window);
}

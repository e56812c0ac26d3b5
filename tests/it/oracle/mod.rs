//! Random tables and random queries, recomputed from scratch by SQLite.
//!
//! Every seed makes a table of a few columns of any types, with NULLs, and a query over typed expressions of bounded depth: a projection with a filter, a
//! grouping, rows and aggregates of windows, also by their ROWs, functions with OVER, joins over time and to versions. What does not go by time reads joins, ranks, groupings,
//! unions and sub-queries of the table, one over the other. The engine runs it at a random number of shards and batch size, over rows that come in order
//! or as late as the watermark allows; SQLite runs it over the same rows; both results are compared as sorted lines. What goes by time is run over later rows
//! too: SQLite's text leaves them out by the watermark of their own split. Floats are small multiples of 1/8, so that sums are exact in any order.
//! `drawn` counts what the queries are made of.
//!
//! Where the two dialects differ, an expression has two texts. Aggregates that SQLite lacks are given to it
//! (`naive`). Left out, because SQLite means something else: division by a column
//! (NULL for zero), overflow (it turns to floats), MIN and MAX over no group (a row for no rows).

mod aggregate;
mod dialect;
mod drawn;
mod expression;
mod function;
mod input;
mod naive;
mod query;
mod relation;
mod timed;
mod window_values;
mod windows;

use std::collections::HashSet;

use corelane::types::Value;
use fastrand::Rng;

pub use self::dialect::{Type, to_sqlite};
use self::input::{Input, Lateness};
pub use self::query::{KINDS, Kind, Query, Schema};
pub use self::relation::names;
use corelane::cli::golden::{Inputs, Outside, Shape, play};

const ROWS_MAX: usize = 40;
/// Queries of each kind: 300 in all, or as many as `ORACLE_QUERIES=10000 cargo test oracle` says.
fn queries_per_kind() -> u64 {
    number("ORACLE_QUERIES").unwrap_or(300).div_ceil(KINDS.len() as u64)
}

/// A number that the environment gives.
pub fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// SQLite's table, with these rows, and `marks` with what the watermark of its split was before each of them; and before it went, for one that is no longer there.
pub fn database(schema: &Schema, rows: &[(Vec<Value>, Option<i64>)]) -> rusqlite::Connection {
    let database = rusqlite::Connection::open_in_memory().expect("memory is there");
    naive::register(&database).expect("functions");
    database.pragma_update(None, "case_sensitive_like", true).expect("a setting");
    let columns: Vec<String> = schema.columns.iter().map(|c| format!("{} {}", c.name, c.data_type.affinity())).collect();
    let tables = format!(
        "CREATE TABLE t ({}); CREATE TABLE marks (number INTEGER PRIMARY KEY, mark INTEGER, goes INTEGER)",
        columns.join(", ")
    );
    database.execute_batch(&tables).expect("tables");
    let places = vec!["?"; columns.len()].join(", ");
    let mut insert = database.prepare(&format!("INSERT INTO t VALUES ({places})")).expect("an insert");
    for (row, mark) in rows {
        insert.execute(rusqlite::params_from_iter(row.iter().map(to_sqlite))).expect("a row");
        database.execute("INSERT INTO marks VALUES (last_insert_rowid(), ?, NULL)", [mark]).expect("a mark");
    }
    drop(insert);
    database
}

/// `version_marks`: the same as `marks`, of the table of versions, by the times of its rows.
fn mark_versions(database: &rusqlite::Connection, versions: &Input) {
    database.execute_batch("CREATE TABLE version_marks (ts INTEGER, mark INTEGER)").expect("a table");
    for (row, mark) in versions.marked() {
        let time = row.last().map(to_sqlite);
        database.execute("INSERT INTO version_marks VALUES (?, ?)", rusqlite::params![time, mark]).expect("a mark");
    }
}

/// Whether SQLite refuses what is sound: it loses the names of joins below FULL and RIGHT JOIN now and then.
pub fn is_beyond_sqlite(error: &rusqlite::Error) -> bool {
    error.to_string().contains("ON clause references tables to its right")
}

/// What SQLite answers, each row written as the engine writes it, the sign of a zero left out, sorted.
pub fn expected(database: &rusqlite::Connection, query: &Query) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = database.prepare(&query.text.theirs)?;
    let mut found = statement.query([])?;
    let mut lines = Vec::new();
    while let Some(row) = found.next()? {
        let mut cells = Vec::new();
        for (at, data_type) in query.types.iter().enumerate() {
            cells.push(data_type.cell(row.get_ref(at)?));
        }
        lines.push(without_negative_zero(&format!("[{}]", cells.join(", "))));
    }
    lines.sort();
    Ok(lines)
}

/// A row's text with a zero as it is compared.
pub fn without_negative_zero(row: &str) -> String {
    row.replace("-0.0,", "0.0,").replace("-0.0]", "0.0]")
}

/// Result of the engine; the sign of a zero is not compared.
fn actual(sql: &str, kind: Kind, lateness: Lateness, inputs: &Inputs, shape: Shape) -> Result<Vec<String>, String> {
    let written = play(sql, inputs, Outside::Kept, shape).map_err(|e| e.to_string())?;
    // Rows without a time are in no window.
    if written.counters.rows_aside > 0 && kind.takes_rows_without_time() {
        return Err(format!("{} rows were set aside", written.counters.rows_aside));
    }
    if written.counters.rows_late > 0 && lateness == Lateness::Never {
        return Err(format!("{} rows were late", written.counters.rows_late));
    }
    let mut lines: Vec<String> = written.result("print").iter().map(|row| without_negative_zero(row)).collect();
    lines.sort();
    Ok(lines)
}

/// What a comparison came to, where nothing differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    /// There were rows to compare.
    Rows,
    /// Both had none.
    NoRows,
    /// SQLite does not answer.
    Refused,
}

impl Agreed {
    pub fn on(has_rows: bool) -> Agreed {
        if has_rows { Agreed::Rows } else { Agreed::NoRows }
    }
}

/// Whether both agree, or what differs.
fn check(kind: Kind, seed: u64) -> Result<Agreed, String> {
    let mut rng = Rng::with_seed(seed);
    let query = Query::random(&mut rng, kind);
    let mut rows: Vec<Vec<Value>> = (0..rng.usize(1..ROWS_MAX)).map(|_| query.schema.random_row(&mut rng)).collect();
    if matches!(kind, Kind::Over | Kind::Versions) || query.text.ours.contains(" ASOF ") {
        // Which of two rows of the same time is first would be left open.
        let mut times = HashSet::new();
        rows.retain(|row| times.insert(format!("{:?}", row.last())));
    }
    let shape = Shape { shards: rng.usize(1..=4), batch_rows: [1, 2, 7, 1024][rng.usize(0..4)] };
    let lateness = if query.takes_late_rows(kind) && rng.bool() { Lateness::NowAndThen } else { Lateness::Never };
    let input = Input::random(&mut rng, &rows, lateness);
    let again = input.again(&mut rng);
    let sql = format!("{}{};", input.tables(&query), query.text.ours);
    let database = database(&query.schema, &input.marked());
    mark_versions(&database, &again);
    let theirs = match expected(&database, &query) {
        Err(error) if is_beyond_sqlite(&error) => return Ok(Agreed::Refused),
        theirs => theirs.map_err(|e| format!("SQLite: {e}\n{}", query.text.theirs))?,
    };
    let inputs = [("t", &input), ("versions", &again)].map(|(name, input)| (name.to_owned(), input.events(&mut rng)));
    let ours = match actual(&sql, kind, lateness, &Inputs::from(inputs), shape) {
        Ok(ours) if ours == theirs => return Ok(Agreed::on(!theirs.is_empty())),
        ours => ours,
    };
    let rows: Vec<String> = rows.iter().map(|row| format!("  {row:?}")).collect();
    Err(format!(
        "{kind:?} seed {seed}, {shape:?}\n{sql}\n{}\nrows:\n{}\nSQLite: {theirs:#?}\nCorelane: {ours:#?}",
        query.text.theirs,
        rows.join("\n")
    ))
}

/// Runs `check` for so many seeds, from 0 or from `ORACLE_SEED`: some must have rows, all must agree. The differences of the first few are shown.
pub fn check_seeds(queries: u64, check: impl Fn(u64) -> Result<Agreed, String>) {
    const SHOWN: usize = 3;
    let first = number("ORACLE_SEED").unwrap_or(0);
    let (mut failures, mut telling, mut silent) = (Vec::new(), 0, 0);
    for seed in first..first + queries {
        match check(seed) {
            Ok(Agreed::Rows) => telling += 1,
            Ok(Agreed::NoRows) => silent += 1,
            Ok(Agreed::Refused) => {}
            Err(difference) => failures.push(difference),
        }
    }
    let shown = failures[..failures.len().min(SHOWN)].join("\n\n");
    assert!(failures.is_empty(), "{} of {queries} queries from seed {first} differ; the first:\n{shown}", failures.len());
    assert!(telling * 2 >= silent, "only {telling} of {} queries have rows", telling + silent);
}

#[test]
fn projections_and_filters_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Plain, seed));
}

#[test]
fn groupings_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Grouped, seed));
}

#[test]
fn aggregates_over_everything_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Global, seed));
}

#[test]
fn grouping_sets_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Sets, seed));
}

#[test]
fn windows_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Window, seed));
}

#[test]
fn ranks_and_joins_of_windows_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::WindowRows, seed));
}

#[test]
fn joins_of_what_windows_give_out_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::WindowJoins, seed));
}

#[test]
fn rows_before_a_row_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Over, seed));
}

#[test]
fn rows_within_an_interval_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::IntervalJoin, seed));
}

#[test]
fn versions_agree_with_sqlite() {
    check_seeds(queries_per_kind(), |seed| check(Kind::Versions, seed));
}

//! Random tables and random queries that SQLite cannot say, recomputed from scratch by DataFusion: statistics, bits, percentiles, arrays and texts
//! in an order or as they come, grouping sets, windows of every kind, and functions with OVER over frames of every kind.
//!
//! A seed makes a table and a query; the engine runs it at a random number of shards and batch size, over rows that only come or over a changelog that
//! leaves the same rows in the end. Results are compared as sorted rows, floats as numbers. Sketches are compared with exactly what they are about, within
//! the error that they state. Where DataFusion means something else, or is wrong, the generators say so and leave it out.

mod engine;
mod grouped;
mod over;
mod query;
mod table;
mod windows;

use corelane::batch::RowKind;
use corelane::cli::golden::{Inputs, Outside, Shape, play};
use corelane::source::memory::MemoryEvent;
use corelane::types::Value;
use fastrand::Rng;

use self::engine::{is_beyond_datafusion, rows_of};
use self::query::{Compared, Query};
use self::table::Table;

/// Queries of each kind, and the first seed: `ORACLE_QUERIES=10000 ORACLE_SEED=7 cargo test -p corelane-datafusion` runs others.
const QUERIES: u64 = 300;
const KINDS: u64 = 5;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// How the rows of the table come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coming {
    /// Each is one more.
    Only,
    /// The same, one after the other.
    InOneSplit,
    /// Others come and go between them.
    WithChanges,
}

/// The table as the engine reads it; rows come late by so many seconds at the most.
fn declared(table: &Table, coming: Coming, delay: i64) -> String {
    let columns = table.declared();
    match coming {
        Coming::Only | Coming::InOneSplit => format!(
            "CREATE TABLE t ({columns}, WATERMARK FOR ts AS ts - INTERVAL '{delay}' SECOND) WITH ('connector' = 'memory');\n"
        ),
        Coming::WithChanges => format!("CREATE TABLE t ({columns}) WITH ('connector' = 'memory', 'changelog' = 'retract');\n"),
    }
}

/// The rows of the table: in one to three splits, each in the order of time but for the delay, or in one as they are.
fn inputs(rng: &mut Rng, table: &Table, coming: Coming, delay: i64) -> Inputs {
    let mut rows = table.rows.clone();
    let mut splits = vec![Vec::new()];
    if coming == Coming::Only {
        rows.sort_by_cached_key(|row| match row.last() {
            Some(Value::Int(time)) => time + rng.i64(0..delay * 1_000_000_000),
            _ => 0,
        });
        splits.resize(rng.usize(1..4), Vec::new());
    }
    let mut rest = rows.as_slice();
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(rng.usize(1..=rest.len()));
        let split = rng.usize(0..splits.len());
        splits[split].push(match coming {
            Coming::Only | Coming::InOneSplit => MemoryEvent::Rows(head.to_vec()),
            Coming::WithChanges => MemoryEvent::Changes(changes(rng, table, head)),
        });
        rest = tail;
    }
    Inputs::from([("t".to_owned(), splits)])
}

/// Changes that leave these rows; those that come and go have ids of their own.
fn changes(rng: &mut Rng, table: &Table, rows: &[Vec<Value>]) -> Vec<(RowKind, Vec<Value>)> {
    let mut changes = Vec::new();
    for row in rows {
        let id = rng.i64(50..100);
        let other = table.random_row(rng, id);
        match rng.u8(0..3) {
            0 => changes.push((RowKind::Insert, row.clone())),
            1 => {
                changes.extend([(RowKind::Insert, other.clone()), (RowKind::Insert, row.clone()), (RowKind::Delete, other)]);
            }
            _ => {
                let update = [(RowKind::UpdateBefore, other.clone()), (RowKind::UpdateAfter, row.clone())];
                changes.push((RowKind::Insert, other));
                changes.extend(update);
            }
        }
    }
    changes
}

/// Rows with those cells in front by which they are told apart.
fn sorted(query: &Query, mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let exact = |row: &Vec<String>| -> Vec<String> {
        row.iter().zip(&query.compared).filter(|(_, how)| **how == Compared::Exactly).map(|(cell, _)| cell.clone()).collect()
    };
    rows.sort_by_cached_key(|row| exact(row));
    rows
}

fn actual(sql: &str, inputs: &Inputs, shape: Shape) -> Result<Vec<Vec<String>>, String> {
    let written = play(sql, inputs, Outside::Kept, shape).map_err(|e| e.to_string())?;
    match written.counters.rows_aside + written.counters.rows_late {
        0 => {
            Ok(written.result("print").iter().map(|row| row[1..row.len() - 1].split(", ").map(str::to_owned).collect()).collect())
        }
        lost => Err(format!("{lost} rows were set aside or late")),
    }
}

/// Whether two values of a column are the same in the way they are compared.
fn are_equal(ours: &str, theirs: &str, how: Compared) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let both = || number(ours).zip(number(theirs));
    match how {
        _ if ours == theirs => true,
        Compared::Exactly => false,
        Compared::AsDoubles => both().is_some_and(|(ours, theirs)| ours == theirs || ours.is_nan() && theirs.is_nan()),
        Compared::Nearly => both().is_some_and(|(ours, theirs)| (ours - theirs).abs() <= 1e-6 + 1e-9 * theirs.abs()),
        Compared::AsCounts => both().is_some_and(|(ours, theirs)| (ours - theirs).abs() <= 1.0 + 0.05 * theirs),
        Compared::AsItem => {
            let items: Vec<&str> = theirs.trim_matches(['[', ']']).split(',').map(|item| item.trim_matches('"')).collect();
            items.contains(&ours)
        }
        Compared::InList(fraction) => {
            let values: Vec<f64> = theirs.trim_matches(['[', ']']).split(',').filter_map(number).collect();
            match (number(ours), values.len()) {
                (None, 0) => ours == "NULL",
                (Some(ours), 1..) => {
                    let value = values[(fraction * (values.len() - 1) as f64).floor() as usize];
                    (ours - value).abs() <= 0.01 * value.abs() + f64::EPSILON
                }
                _ => false,
            }
        }
    }
}

/// Whether there were rows on which both agree, or what differs; `false` too where DataFusion does not answer.
fn check(make: impl Fn(&mut Rng, &Table) -> Query, comings: &[Coming], seed: u64) -> Result<bool, String> {
    let mut rng = Rng::with_seed(seed);
    let table = Table::random(&mut rng);
    let query = make(&mut rng, &table);
    let coming = rng.choice(comings.iter().copied()).expect("some");
    let shape = Shape { shards: rng.usize(1..=4), batch_rows: rng.choice([1, 2, 7, 1024]).expect("some") };
    let theirs = match rows_of(&query.theirs, &table) {
        Err(error) if is_beyond_datafusion(&error) => return Ok(false),
        theirs => sorted(&query, theirs.map_err(|e| format!("seed {seed}\nDataFusion: {e}\n{}", query.theirs))?),
    };
    // Rows in one split are as late as any.
    let delay = if coming == Coming::Only { rng.choice([1, 20, 7200]).expect("some") } else { 7200 };
    let sql = format!("{}{};", declared(&table, coming, delay), query.ours);
    let ours = actual(&sql, &inputs(&mut rng, &table, coming, delay), shape).map(|ours| sorted(&query, ours));
    let same = |(ours, theirs): (&Vec<String>, &Vec<String>)| {
        ours.len() == theirs.len()
            && ours.iter().zip(theirs).zip(&query.compared).all(|((ours, theirs), how)| are_equal(ours, theirs, *how))
    };
    if ours.as_ref().is_ok_and(|ours| ours.len() == theirs.len() && ours.iter().zip(&theirs).all(same)) {
        return Ok(!theirs.is_empty());
    }
    let lines = |rows: &Vec<Vec<String>>| rows.iter().map(|row| format!("  {}", row.join(", "))).collect::<Vec<_>>().join("\n");
    let rows: Vec<String> = table.rows.iter().map(|row| format!("  {row:?}")).collect();
    let differing = ours.as_ref().ok().map(|ours| {
        let differ = ours.iter().zip(&theirs).find(|pair| !same(*pair));
        format!("first difference: {differ:?}\n")
    });
    Err(format!(
        "seed {seed}, {shape:?}, {coming:?}\n{sql}\n{}\nrows:\n{}\n{}DataFusion:\n{}\nCorelane:\n{}",
        query.theirs,
        rows.join("\n"),
        differing.unwrap_or_default(),
        lines(&theirs),
        ours.as_ref().map_or_else(String::clone, lines)
    ))
}

/// Runs `check` for so many seeds: all must agree, most on some rows. The differences of the first few are shown.
fn check_seeds(make: impl Fn(&mut Rng, &Table) -> Query, comings: &[Coming]) {
    const SHOWN: usize = 3;
    let (queries, first) = (number("ORACLE_QUERIES").unwrap_or(QUERIES).div_ceil(KINDS), number("ORACLE_SEED").unwrap_or(0));
    let results: Vec<Result<bool, String>> = (first..first + queries).map(|seed| check(&make, comings, seed)).collect();
    let telling = results.iter().filter(|result| **result == Ok(true)).count();
    let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    let shown = failures[..failures.len().min(SHOWN)].join("\n\n");
    assert!(failures.is_empty(), "{} of {queries} queries from seed {first} differ; the first:\n{shown}", failures.len());
    assert!(telling as u64 * 2 >= queries, "only {telling} of {queries} have rows");
}

#[test]
fn groupings_agree_with_datafusion() {
    check_seeds(grouped::grouped, &[Coming::Only, Coming::WithChanges]);
}

#[test]
fn grouping_sets_agree_with_datafusion() {
    check_seeds(grouped::by_sets, &[Coming::Only, Coming::WithChanges]);
}

#[test]
fn windows_agree_with_datafusion() {
    check_seeds(grouped::windowed, &[Coming::Only]);
}

#[test]
fn aggregates_of_rows_as_they_come_agree_with_datafusion() {
    check_seeds(|rng, table| grouped::as_they_come(rng, table, |_| true), &[Coming::InOneSplit]);
    // A row that is taken back says by its value which one goes: of equal ones the first, so that the order of the others is another.
    check_seeds(|rng, table| grouped::as_they_come(rng, table, |column| column.name == "id"), &[Coming::WithChanges]);
}

#[test]
fn functions_with_over_agree_with_datafusion() {
    check_seeds(over::over, &[Coming::Only, Coming::WithChanges]);
}

//! Golden streams: `tests/sql/**/*.slt`, every case run at 1, 2, 3 and 4 shards and with batches of 1, 3 and 1,024 rows; at 2 shards with aggregates in
//! one phase, at 3 in two, unless the case says it.
//!
//! ```text
//! # How the expectations of this file were checked.
//! case name_of_the_case
//! sql
//!   CREATE TABLE t (...) WITH ('connector' = 'memory'); SELECT ...
//! rows t            (split 0; `rows t 1` is split 1; events of a split keep the order of the file)
//!   a | 1 | 2026-01-01 00:00:01
//!   NULL | 2 | 2026-01-01 00:00:02
//! watermark t 2026-01-01 00:00:10
//! changes t         (of a table that is a changelog, `'changelog' = 'retract'`: the kind, then the row)
//!   +I a | 1 | 2026-01-01 00:00:01
//! expect            (what is left of the changes, sorted; `expect name` for a table other than the printed one)
//!   [a, 1]
//! late 0            (optional, as are `aside N` and `error part of the message`)
//! ```
//! With the line `ordered` the first table must be written just so: in this order, and nothing taken back.
//!
//! A table that a case does not list must get no rows. A case with the line `sqlite` is recomputed by SQLite in the same run: the last
//! statement of its SQL over the same rows must give the same rows, written in the same way.
//!
//! `GOLDEN=join cargo test golden` runs only the files with `join` in their path.
//!
//! `UPDATE=1 cargo test golden` writes what comes out at one shard below the heads `expect`, `late`, `aside` and `error` that a case
//! has, and touches nothing else; then the files are checked as always. Whoever does so reads the difference through and keeps the
//! first line true.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use corelane::batch::RowKind;
use corelane::plan::parse::{NamedTypes, parse};
use corelane::plan::statement::{ColumnDefKind, Statement};
use corelane::source::memory::MemoryEvent;
use corelane::types::{DataType, Value, decimal, time, uuid};

use crate::support::{Inputs, Shape, Written, run};

const SHARDS: [usize; 4] = [1, 2, 3, 4];
const BATCH_ROWS: [usize; 3] = [1, 3, 1024];

/// Cases there are at least; a file that is lost must not go unseen.
const CASES_MIN: usize = 1380;

#[derive(Debug, Default)]
struct Case {
    name: String,
    sql: String,
    /// Lines `rows table [split]` and `watermark table [split] time` with what stands below them.
    events: Vec<(String, Vec<String>)>,
    expect: Vec<(String, Vec<String>)>,
    late: Option<u64>,
    aside: Option<u64>,
    error: Option<String>,
    sqlite: bool,
    ordered: bool,
}

fn read(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut section = String::new();
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
        if let Some(name) = line.strip_prefix("case ") {
            cases.push(Case { name: name.to_owned(), ..Case::default() });
            continue;
        }
        let case = cases.last_mut().unwrap_or_else(|| panic!("'{line}' stands before the first case"));
        if let Some(content) = line.strip_prefix("  ") {
            match section.split_whitespace().next() {
                Some("sql") => case.sql.push_str(&format!("{content}\n")),
                Some("rows" | "changes") => case.events.last_mut().expect("a section").1.push(content.to_owned()),
                Some("expect") => case.expect.last_mut().expect("a section").1.push(content.to_owned()),
                _ => panic!("'{line}' belongs to nothing"),
            }
            continue;
        }
        section = line.to_owned();
        match line.split_once(' ').unwrap_or((line, "")) {
            ("sql", _) => {}
            ("sqlite", _) => case.sqlite = true,
            ("ordered", _) => case.ordered = true,
            ("rows" | "changes" | "watermark", _) => case.events.push((line.to_owned(), Vec::new())),
            ("expect", table) => case.expect.push((if table.is_empty() { "print" } else { table }.to_owned(), Vec::new())),
            ("late", count) => case.late = Some(count.trim().parse().expect("a number")),
            ("aside", count) => case.aside = Some(count.trim().parse().expect("a number")),
            ("error", message) => case.error = Some(message.to_owned()),
            _ => panic!("'{line}' is no section"),
        }
    }
    cases
}

/// Types of the physical columns of every table of the script.
fn tables(sql: &str) -> BTreeMap<String, Vec<(String, DataType)>> {
    let mut tables = BTreeMap::new();
    for statement in parse(sql, &mut NamedTypes::default()).unwrap_or_default() {
        if let Statement::CreateTable(table) = statement {
            let columns = table.columns.iter().filter_map(|c| match &c.kind {
                ColumnDefKind::Physical { data_type, .. } => Some((c.name.text.clone(), data_type.clone())),
                _ => None,
            });
            tables.insert(table.name.text.clone(), columns.collect());
        }
    }
    tables
}

fn value(text: &str, data_type: &DataType) -> Value {
    let bytes = text.as_bytes();
    let read = || {
        Some(match data_type {
            _ if text == "NULL" => Value::Null,
            DataType::Boolean => Value::Bool(text.parse().ok()?),
            DataType::Float | DataType::Double => Value::Double(text.parse().ok()?),
            DataType::Decimal { precision, scale } => Value::Decimal(decimal::parse(bytes, *precision, *scale)?),
            DataType::Date => Value::Int(time::parse_date(bytes)?.into()),
            DataType::Uuid => Value::Decimal(uuid::parse(bytes)?),
            DataType::Time(_) => Value::Int(time::parse_time(bytes)?),
            DataType::Timestamp(_) | DataType::TimestampLtz(_) => Value::Int(time::parse_timestamp(bytes)?),
            integer if integer.is_integer() => Value::Int(text.parse().ok()?),
            _ => Value::text(text),
        })
    };
    read().unwrap_or_else(|| panic!("'{text}' is no {data_type}"))
}

fn kind(symbol: &str) -> RowKind {
    let kinds = [RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete];
    kinds.into_iter().find(|kind| kind.symbol() == symbol).unwrap_or_else(|| panic!("'{symbol}' is no kind of row"))
}

fn inputs(case: &Case) -> Inputs {
    let tables = tables(&case.sql);
    let mut inputs = Inputs::new();
    for (head, lines) in &case.events {
        let words: Vec<&str> = head.split_whitespace().collect();
        let numbered = words.get(2).and_then(|w| w.parse::<usize>().ok());
        let splits = inputs.entry(words[1].to_owned()).or_default();
        let split = numbered.unwrap_or(0);
        splits.resize_with(splits.len().max(split + 1), Vec::new);
        if words[0] == "watermark" {
            let text = words[if numbered.is_some() { 3 } else { 2 }..].join(" ");
            let at = time::parse_timestamp(text.as_bytes()).unwrap_or_else(|| panic!("'{text}' is no time"));
            splits[split].push(MemoryEvent::Watermark(at));
            continue;
        }
        let columns = tables.get(words[1]).unwrap_or_else(|| panic!("no table {}", words[1]));
        let row = |line: &str| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            assert_eq!(cells.len(), columns.len(), "cells of '{line}'");
            cells.iter().zip(columns).map(|(cell, (_, data_type))| value(cell, data_type)).collect()
        };
        splits[split].push(match words[0] {
            "changes" => MemoryEvent::Changes(lines.iter().map(|line| (kind(&line[..2]), row(&line[2..]))).collect()),
            _ => MemoryEvent::Rows(lines.iter().map(|line| row(line)).collect()),
        });
    }
    inputs
}

/// The rows of the case's last statement according to SQLite, written as the engine writes them.
fn by_sqlite(case: &Case) -> Vec<String> {
    let database = rusqlite::Connection::open_in_memory().expect("SQLite");
    for (name, columns) in tables(&case.sql) {
        let columns: Vec<String> = columns.iter().map(|(name, data_type)| format!("{name} {}", affinity(data_type))).collect();
        database.execute(&format!("CREATE TABLE {name} ({})", columns.join(", ")), []).expect("a table");
    }
    for (head, lines) in case.events.iter().filter(|(head, _)| !head.starts_with("watermark")) {
        let table = head.split_whitespace().nth(1).expect("a table");
        let columns = &tables(&case.sql)[table];
        for line in lines {
            let (kind, line) = if head.starts_with("changes") { line.split_at(2) } else { ("+I", line.as_str()) };
            let quoted = |cell: &str| if cell == "NULL" { cell.to_owned() } else { format!("'{}'", cell.replace('\'', "''")) };
            let cells: Vec<String> = line.split('|').map(|c| quoted(c.trim())).collect();
            let change = if kind.starts_with('+') {
                format!("INSERT INTO {table} VALUES ({})", cells.join(", "))
            } else {
                let same: Vec<String> = columns.iter().zip(&cells).map(|((name, _), cell)| format!("{name} IS {cell}")).collect();
                format!("DELETE FROM {table} WHERE rowid = (SELECT rowid FROM {table} WHERE {} LIMIT 1)", same.join(" AND "))
            };
            database.execute(&change, []).expect("a row");
        }
    }
    let query = case.sql.trim().trim_end_matches(';').rsplit(';').next().expect("a statement");
    let mut statement = database.prepare(query).unwrap_or_else(|e| panic!("{}: SQLite: {e}", case.name));
    let width = statement.column_count();
    let row =
        |row: &rusqlite::Row<'_>| Ok((0..width).map(|i| cell(row.get_ref(i).expect("a cell"))).collect::<Vec<_>>().join(", "));
    let mut rows: Vec<String> = statement.query_map([], row).expect("rows").map(|r| format!("[{}]", r.expect("a row"))).collect();
    if !case.ordered {
        rows.sort();
    }
    rows
}

fn affinity(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Double | DataType::Float => "REAL",
        data_type if data_type.is_integer() => "INTEGER",
        _ => "TEXT",
    }
}

fn cell(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(d) => zmij::Buffer::new().format(d).to_owned(),
        ValueRef::Text(t) | ValueRef::Blob(t) => String::from_utf8_lossy(t).into_owned(),
    }
}

fn check(case: &Case, shape: Shape) -> Result<(), String> {
    let written = match (run(&case.sql, &inputs(case), shape), &case.error) {
        (Ok(_), Some(message)) => return Err(format!("no error, but '{message}' was expected")),
        (Err(e), Some(message)) if e.to_string().contains(message.as_str()) => return Ok(()),
        (Err(e), _) => return Err(e.to_string()),
        (Ok(written), None) => written,
    };
    let listed = |table: &str| case.expect.iter().any(|(name, _)| name == table);
    if let Some((table, rows)) = written.rows.iter().find(|(table, rows)| !rows.is_empty() && !listed(table)) {
        return Err(format!("{table} got {} rows, but the case has no 'expect {table}'", rows.len()));
    }
    for (at, (table, lines)) in case.expect.iter().enumerate() {
        let (mut got, mut wanted) = (written.result(table), lines.clone());
        if case.ordered && at == 0 {
            got = in_order(&written, table)?;
        } else {
            wanted.sort();
        }
        if got != wanted {
            return Err(format!("{table}\n  wanted {wanted:#?}\n  got {got:#?}"));
        }
    }
    let counters = &written.counters;
    for (name, wanted, got) in [("late", case.late, counters.rows_late), ("aside", case.aside, counters.rows_aside)] {
        if wanted.is_some_and(|wanted| wanted != got) {
            return Err(format!("{name}: wanted {wanted:?}, got {got}"));
        }
    }
    Ok(())
}

/// The rows of a table as they were written.
fn in_order(written: &Written, table: &str) -> Result<Vec<String>, String> {
    let rows = written.rows.get(table).map(Vec::as_slice).unwrap_or_default();
    let row = |(sign, row): &(char, String)| if *sign == '+' { Ok(row.clone()) } else { Err(format!("{row} is taken back")) };
    rows.iter().map(row).collect()
}

/// The file with what its cases give now in place of what they expected; a line that is still right stays as it is.
fn updated(text: &str) -> String {
    let cases = read(text);
    let mut outcomes = cases.iter().map(|case| (case, run(&case.sql, &inputs(case), Shape { shards: 1, batch_rows: 1024 })));
    let mut outcome = None;
    let mut dropping = false;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let within = line.starts_with("  ") && !line.trim().is_empty();
        if within && dropping {
            continue;
        }
        dropping &= within || line.starts_with('#') || line.trim().is_empty();
        if line.starts_with("case ") {
            outcome = outcomes.next();
        }
        lines.push(line.to_owned());
        let head = lines.last_mut().expect("just pushed");
        match (line.split_once(' ').unwrap_or((line, "")), &outcome) {
            (("late", _), Some((_, Ok(written)))) => *head = format!("late {}", written.counters.rows_late),
            (("aside", _), Some((_, Ok(written)))) => *head = format!("aside {}", written.counters.rows_aside),
            (("error", part), Some((_, Err(error)))) if !error.to_string().contains(part) => {
                *head = format!("error {}", error.message().lines().next().unwrap_or_default());
            }
            (("expect", table), Some((case, Ok(written)))) => {
                let table = if table.is_empty() { "print" } else { table };
                let got = if case.ordered { in_order(written, table).unwrap_or_default() } else { written.result(table) };
                let in_order = |rows: &[String]| if case.ordered { rows.to_vec() } else { sorted(rows) };
                let right = case.expect.iter().any(|(name, wanted)| name == table && in_order(wanted) == got);
                if !right {
                    dropping = true;
                    lines.extend(got.iter().map(|row| format!("  {row}")));
                }
            }
            _ => {}
        }
    }
    lines.join("\n") + "\n"
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "slt") {
            found.push(path);
        }
    }
}

#[test]
fn update_keeps_everything_but_what_came_out() {
    let before = "# By hand.\n\ncase one\nsql\n  CREATE TABLE t (a INT) WITH ('connector' = 'memory');\n  SELECT a FROM t;\nrows t\n  1\n  2\n\
                  expect\n  [7]\n# a word\nlate 9\n\ncase two\nsql\n  SELECT FROM;\nerror nonsense\n";
    let after = updated(before);
    let kept = before.replace("  [7]\n", "  [1]\n  [2]\n").replace("late 9", "late 0");
    assert_eq!(after.split("error ").next(), kept.split("error ").next());
    assert!(!after.contains("nonsense"), "{after}");
    let cases = read(&after);
    assert!(cases.iter().all(|case| shapes().all(|shape| check(case, shape).is_ok())), "{after}");
    assert_eq!(updated(&after), after, "an update of what is right changes nothing");
}

#[test]
fn a_table_that_is_not_listed_must_get_no_rows() {
    let text = "case one\nsql\n  CREATE TABLE t (a INT) WITH ('connector' = 'memory');\n  CREATE TABLE o (a INT) WITH ('connector' = 'memory');\n  \
                INSERT INTO o SELECT a FROM t;\nrows t\n  1\nexpect\n";
    let wrong = check(&read(text)[0], Shape { shards: 1, batch_rows: 3 });
    assert!(wrong.is_err_and(|why| why.contains("no 'expect o'")));
}

/// Checks the cases of a file; how many they are, and what is wrong with them.
fn check_file(file: &Path) -> (usize, Vec<String>) {
    let mut text = fs::read_to_string(file).expect("readable file");
    if std::env::var_os("UPDATE").is_some() {
        text = updated(&text);
        fs::write(file, &text).expect("writable file");
    }
    assert!(text.starts_with("# "), "{}: the first line says how it was checked", file.display());
    let (cases, mut failures) = (read(&text), Vec::new());
    for case in &cases {
        assert!(case.error.is_some() || !case.expect.is_empty(), "{}: nothing expected", case.name);
        let place = format!("{}: {}", file.file_name().unwrap_or_default().to_string_lossy(), case.name);
        if case.sqlite && by_sqlite(case) != if case.ordered { case.expect[0].1.clone() } else { sorted(&case.expect[0].1) } {
            failures.push(format!("{place}: SQLite says {:#?}", by_sqlite(case)));
        }
        let wrong = shapes().find_map(|shape| check(case, shape).err().map(|why| format!("{place} at {shape:?}: {why}")));
        failures.extend(wrong);
    }
    (cases.len(), failures)
}

#[test]
fn golden_streams_come_out_at_every_shape() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql"), &mut found);
    found.sort();
    let wanted = std::env::var("GOLDEN").ok();
    found.retain(|file| wanted.as_ref().is_none_or(|part| file.to_string_lossy().contains(part.as_str())));
    let (left, results) = (Mutex::new(found), Mutex::new((0, Vec::new())));
    let next = || left.lock().expect("no check panics with the lock").pop();
    let work = || {
        while let Some(file) = next() {
            let (count, failures) = check_file(&file);
            let mut results = results.lock().expect("no check panics with the lock");
            results.0 += count;
            results.1.extend(failures);
        }
    };
    std::thread::scope(|scope| {
        (0..std::thread::available_parallelism().map_or(1, usize::from)).for_each(|_| drop(scope.spawn(work)));
    });
    let (count, failures) = results.into_inner().expect("no check panics with the lock");
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n\n"));
    assert!(wanted.is_some() || count >= CASES_MIN, "only {count} cases");
}

/// Every number of shards with every size of batches.
fn shapes() -> impl Iterator<Item = Shape> {
    SHARDS.into_iter().flat_map(|shards| BATCH_ROWS.map(|batch_rows| Shape { shards, batch_rows }))
}

fn sorted(lines: &[String]) -> Vec<String> {
    let mut lines = lines.to_vec();
    lines.sort();
    lines
}

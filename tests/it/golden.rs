//! Golden streams: `tests/sql/**/*.slt`, every case run at 1, 2, 3 and 4 shards and with batches of 1, 3 and 1,024 rows; at 2 shards with aggregates in
//! one phase, at 3 in two, unless the case says it. The format is that of `corelane test`.
//!
//! A case with the line `sqlite` is recomputed by SQLite in the same run: the last statement of its SQL over the same rows must give the same
//! rows, written in the same way.
//!
//! `GOLDEN=join cargo test golden` runs only the files with `join` in their path.
//!
//! `UPDATE=1 cargo test golden` writes what comes out at one shard below the heads `expect`, `late`, `aside` and `error` that a case
//! has, and touches nothing else; then the files are checked as always. Whoever does so reads the difference through and keeps the
//! first line true.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use corelane::cli::args::TestArgs;
use corelane::cli::golden::{Case, Shape, Verdict, check, read, run, tables, updated};
use corelane::plan::parse::Params;
use corelane::types::DataType;

const SHARDS: [usize; 4] = [1, 2, 3, 4];
const BATCH_ROWS: [usize; 3] = [1, 3, 1024];

/// Cases there are at least; a file that is lost must not go unseen.
const CASES_MIN: usize = 1380;

/// The rows of the case's last statement according to SQLite, written as the engine writes them.
fn by_sqlite(case: &Case) -> Vec<String> {
    let database = rusqlite::Connection::open_in_memory().expect("SQLite");
    for (name, columns) in tables(case) {
        let columns: Vec<String> = columns.iter().map(|(name, data_type)| format!("{name} {}", affinity(data_type))).collect();
        database.execute(&format!("CREATE TABLE {name} ({})", columns.join(", ")), []).expect("a table");
    }
    for (head, lines) in case.events.iter().filter(|(head, _)| !head.starts_with("watermark")) {
        let table = head.split_whitespace().nth(1).expect("a table");
        let columns = &tables(case)[table];
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
    let file = Path::new("t.slt");
    let after = updated(before, file, &Params::default()).unwrap();
    let kept = before.replace("  [7]\n", "  [1]\n  [2]\n").replace("late 9", "late 0");
    assert_eq!(after.split("error ").next(), kept.split("error ").next());
    assert!(!after.contains("nonsense"), "{after}");
    let cases = read(&after, file).unwrap();
    let passes = |case: &Case| shapes().all(|shape| matches!(check(case, shape), Ok(Verdict::Passed)));
    assert!(cases.iter().all(passes), "{after}");
    assert_eq!(updated(&after, file, &Params::default()).unwrap(), after, "an update of what is right changes nothing");
}

#[test]
fn parameters_hold_for_all_cases_and_one_that_none_asks_for_is_named() {
    let file = tempfile::NamedTempFile::with_suffix(".slt").expect("a file");
    let text = "case one\nsql\n  CREATE TABLE t (a INT DEFAULT :n) WITH ('connector' = 'memory');\n  SELECT a + :n AS b FROM t;\nrows t\n  1\n\
                expect\n\ncase two\nsql\n  SELECT 2 AS a;\nexpect\n  [2]\n";
    fs::write(&file, text).expect("a writable file");
    let ran = |update: bool, params: &[&str]| {
        let (paths, params) = (vec![file.path().to_owned()], params.iter().map(|&param| param.to_owned()).collect());
        let args = TestArgs { paths, shards: vec![1, 2], batch_rows: vec![1], only: None, update, params };
        run(&args, &mut Vec::new()).map_err(|error| error.to_string())
    };
    assert_eq!(ran(true, &["n=5"]), Ok(()));
    assert!(fs::read_to_string(&file).expect("readable file").contains("expect\n  [6]\n"));
    assert!(ran(false, &[]).is_err());
    let error = ran(false, &["n=5", "m=1"]).expect_err("nothing asks for it");
    assert!(error.starts_with("the SQL has no parameter ':m'"), "{error}");
}

#[test]
fn a_table_that_is_not_listed_must_get_no_rows() {
    let text = "case one\nsql\n  CREATE TABLE t (a INT) WITH ('connector' = 'memory');\n  CREATE TABLE o (a INT) WITH ('connector' = 'memory');\n  \
                INSERT INTO o SELECT a FROM t;\nrows t\n  1\nexpect\n";
    let case = &read(text, Path::new("t.slt")).unwrap()[0];
    let wrong = check(case, Shape { shards: 1, batch_rows: 3 }).unwrap();
    assert!(matches!(wrong, Verdict::Failed(why) if why.contains("no 'expect o'")));
}

/// Checks the cases of a file; how many they are, and what is wrong with them.
fn check_file(file: &Path) -> (usize, Vec<String>) {
    let mut text = fs::read_to_string(file).expect("readable file");
    if std::env::var_os("UPDATE").is_some() {
        text = updated(&text, file, &Params::default()).expect("cases");
        fs::write(file, &text).expect("writable file");
    }
    assert!(text.starts_with("# "), "{}: the first line says how it was checked", file.display());
    let (cases, mut failures) = (read(&text, file).unwrap_or_else(|e| panic!("{e}")), Vec::new());
    for case in &cases {
        let place = format!("{}: {}", file.file_name().unwrap_or_default().to_string_lossy(), case.name);
        if case.sqlite && by_sqlite(case) != if case.ordered { case.expect[0].1.clone() } else { sorted(&case.expect[0].1) } {
            failures.push(format!("{place}: SQLite says {:#?}", by_sqlite(case)));
        }
        let wrong = shapes().find_map(|shape| match check(case, shape) {
            Ok(Verdict::Passed) => None,
            Ok(Verdict::Failed(why)) => Some(format!("{place} at {shape:?}:\n{why}")),
            Err(error) => Some(format!("{place} at {shape:?}: {error}")),
        });
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

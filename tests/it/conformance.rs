//! Queries of other projects over their own data, with the rows that they say are right. The data is no part of this project: where it does
//! not lie beside it (or where the variable `CONFORMANCE` says), there is nothing to run.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is spelled differently, there and here.
const SPELLED: [(&str, &str); 1] = [("count_char(extra, 'c')", "CHAR_LENGTH(extra) - CHAR_LENGTH(REPLACE(extra, 'c', ''))")];

/// Where the data of this name lies, if it is there.
pub fn folder(name: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance");
    std::env::var_os("CONFORMANCE").map_or_else(beside, PathBuf::from).join(name)
}

fn tables(input: &Path) -> String {
    let columns = [
        ("person", "id BIGINT, name STRING, email_address STRING, credit_card STRING, city STRING, state STRING"),
        (
            "auction",
            "id BIGINT, item_name STRING, description STRING, initial_bid BIGINT, reserve BIGINT, expires TIMESTAMP(3), \
             seller BIGINT, category BIGINT",
        ),
        ("bid", "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING"),
    ];
    let order = |name: &str, columns: &str| match name {
        "auction" => columns.replace("expires", "date_time TIMESTAMP(3), expires"),
        _ => format!("{columns}, date_time TIMESTAMP(3)"),
    };
    let table = |(name, columns): (&str, &str)| {
        let (columns, path) = (order(name, columns), input.join(format!("{name}.ndjson")));
        format!(
            "CREATE TABLE {name} ({columns}, extra STRING, WATERMARK FOR date_time AS date_time - INTERVAL '4' SECOND) \
             WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'json');",
            path.display()
        )
    };
    columns.into_iter().map(table).collect::<Vec<_>>().join("\n")
}

/// What is left of printed changes, or the error.
fn run(sql: &str) -> Result<Vec<String>, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_corelane"))
        .args(["run", "--set", "cores.pin=false", "--cores", "2 cores", "-e", sql])
        .output()
        .expect("it starts");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut counts = BTreeMap::<String, i64>::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Some((kind, row)) = line.strip_suffix(']').and_then(|line| line.split_once('[')) else { continue };
        *counts.entry(words(&row.replace(", ", " "))).or_default() += if kind.starts_with('+') { 1 } else { -1 };
    }
    assert!(counts.values().all(|count| *count >= 0), "{sql}");
    Ok(counts.into_iter().flat_map(|(row, count)| std::iter::repeat_n(row, count as usize)).collect())
}

/// The words of a row with one space between them, numbers with a point as a DOUBLE has them, and times without zeros at their ends.
fn words(row: &str) -> String {
    let short = |word: &str| match word.split_once('.') {
        Some((_, digits)) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => match word.parse::<f64>() {
            Ok(number) => number.to_string(),
            Err(_) => word.trim_end_matches('0').trim_end_matches('.').to_owned(),
        },
        _ => word.to_owned(),
    };
    row.split_whitespace().map(short).collect::<Vec<_>>().join(" ")
}

#[test]
fn nexmark_over_a_small_input_gives_the_rows_that_others_found() {
    let folder = folder("nexmark-small");
    if !folder.is_dir() {
        let _ = writeln!(std::io::stdout(), "skipped, no conformance data");
        return;
    }
    let tables = tables(&folder.join("input"));
    let mut names: Vec<String> = std::fs::read_dir(folder.join("queries"))
        .expect("queries")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".sql")?.to_owned()))
        .collect();
    names.sort();
    assert_eq!(names.len(), 26);
    for name in names {
        let read = |path: String| std::fs::read_to_string(folder.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let query = read(format!("queries/{name}.sql"));
        let query = SPELLED.iter().fold(query, |query, (there, here)| query.replace(there, here));
        let select = read(format!("expected/{name}.select.sql")).to_ascii_lowercase();
        let select = select.split("order by").next().unwrap_or_default().trim().trim_end_matches(';').to_owned();
        let view = select.split("from").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a view");
        let made = run(&format!("{tables}\nCREATE VIEW {view} AS {};\n{select};", query.trim().trim_end_matches(';')));
        let mut rows = made.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut expected: Vec<String> =
            read(format!("expected/{name}.txt")).lines().map(words).filter(|row| !row.is_empty()).collect();
        expected.sort();
        rows.sort();
        assert_eq!(rows, expected, "{name}");
    }
}

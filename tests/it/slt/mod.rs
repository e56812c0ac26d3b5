//! Queries of other engines' sqllogictest files, with the rows that they say are right.
//!
//! The data is no part of this project (see `conformance`): where it is not there, nothing is run. A statement is left out only for a reason of `dialect`.
//! Queries whose answer is known to differ are listed in `failures.txt` with why: one that is listed and passes is an error, as is one that fails and is not listed.
//!
//! An ordinary run takes a sample of the queries; `SLT=all cargo test slt` takes all, and `SLT=group_by` those of files with this in their path.
//! `SLT_REPORT=file` writes what each failure expected and found.

mod dialect;
mod record;
mod spelling;
mod tables;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::record::{Outcome, Record, read};
use self::tables::Tables;
use self::values::Writing;
use crate::conformance::folder;
use corelane::cli::golden::Shape;

/// Of so many queries of a large file one is in the sample.
const SAMPLED_IN: u64 = 8;

/// Where the file of failures lies.
const FAILURES: &str = include_str!("failures.txt");

/// Share of the queries in the dialect that must pass, in percent.
const PASSED_MIN: f64 = 97.0;

/// Which records are run.
enum Choice {
    Sample,
    All,
    /// Of files with this in their path.
    Of(String),
}

impl Choice {
    fn of_environment() -> Choice {
        match std::env::var("SLT") {
            Err(_) => Choice::Sample,
            Ok(all) if all == "all" => Choice::All,
            Ok(part) => Choice::Of(part),
        }
    }

    fn takes(&self, file: &str, line: usize) -> bool {
        match self {
            Choice::All => true,
            Choice::Of(part) => file.contains(part.as_str()),
            Choice::Sample => mixed(line as u64 ^ (file.len() as u64) << 32).is_multiple_of(SAMPLED_IN),
        }
    }
}

/// How the query of a line is run: at one to four shards, with batches of one row, of few and of many.
fn shape(line: usize) -> Shape {
    let drawn = mixed(line as u64) as usize;
    Shape { shards: 1 + drawn % 4, batch_rows: [1, 3, 1024][drawn / 4 % 3] }
}

/// The finalizer of SplitMix64.
fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// What came of the records of one file.
#[derive(Default)]
struct Tally {
    file: String,
    passed: Vec<usize>,
    /// Queries, with what differs.
    failed: Vec<(usize, String)>,
    /// Statements that are refused.
    refused: Vec<(usize, String)>,
    /// Queries left out, by reason.
    skipped: BTreeMap<&'static str, usize>,
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable folder").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "slt" || e == "test") && !name.to_string_lossy().starts_with('_') {
            found.push(path);
        }
    }
}

fn run(root: &Path, path: &Path, choice: &Choice) -> Tally {
    let file = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
    let writing = if file.starts_with("sqlite") { Writing::Values } else { Writing::Rows };
    let mut tables = Tables::new(root.join("datafusion/data"));
    let mut tally = Tally { file, ..Tally::default() };
    for record in read(path) {
        let is_taken = choice.takes(&tally.file, record.line);
        match left_out(&record, &tables) {
            Some(why) => {
                if !record.is_query() && !record.is_foreign && record.outcome != Outcome::Error {
                    tables.lose(&record.sql);
                }
                *tally.skipped.entry(why).or_default() += usize::from(record.is_query() && is_taken);
            }
            None if record.is_query() => {
                tally.refused.append(&mut tables.settle());
                if is_taken {
                    let answer = tables.query(&tables::without_comments(&record.sql), shape(record.line));
                    match answer.and_then(|answer| values::compare(&record, &answer, writing)) {
                        Ok(()) => tally.passed.push(record.line),
                        Err(why) => tally.failed.push((record.line, format!("{why}\n{}", record.sql))),
                    }
                }
            }
            None => tally.refused.extend(tables.statement(record.line, &record.sql)),
        }
    }
    tally
}

/// Why a record is not run, if it is not.
fn left_out(record: &Record, tables: &Tables) -> Option<&'static str> {
    match record.outcome {
        _ if record.is_foreign => Some(dialect::FOREIGN),
        Outcome::Error => Some(dialect::REFUSAL),
        _ => dialect::outside(&record.sql).or_else(|| tables.is_of_lost(&record.sql).then_some(dialect::LOST)),
    }
}

/// Lines of known failures by file.
fn listed() -> BTreeMap<String, BTreeSet<usize>> {
    let mut listed: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for line in FAILURES.lines().filter_map(|line| line.strip_prefix("  ")) {
        let (file, lines) = line.split_once(": ").unwrap_or_else(|| panic!("'{line}' is no file and its lines"));
        let numbers = lines.split_whitespace().map(|n| n.parse::<usize>().unwrap_or_else(|_| panic!("'{n}' is no line")));
        for number in numbers {
            assert!(listed.entry(file.to_owned()).or_default().insert(number), "{file} {number} is listed twice");
        }
    }
    listed
}

/// Counts by folder and reason.
fn summary(tallies: &[Tally]) -> String {
    let mut by_folder: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for tally in tallies {
        let folder = tally.file.split('/').next().unwrap_or_default();
        for name in [folder, "all"] {
            let counts = by_folder.entry(name).or_default();
            let skipped: usize = tally.skipped.values().sum();
            let of_file = [tally.passed.len(), tally.failed.len(), skipped, tally.refused.len()];
            of_file.iter().zip(counts).for_each(|(n, count)| *count += n);
        }
        tally.skipped.iter().for_each(|(why, count)| *reasons.entry(why).or_default() += count);
    }
    let mut text = String::new();
    for (folder, [passed, failed, skipped, refused]) in by_folder {
        let counts = format!("{passed:>6} passed {failed:>5} failed {skipped:>5} not in the dialect");
        let _ = writeln!(text, "{folder:<12} {counts}; {refused} statements refused");
    }
    for (why, count) in reasons.iter().filter(|(_, count)| **count > 0) {
        let _ = writeln!(text, "  {count:>5} {why}");
    }
    text
}

#[test]
fn queries_of_other_engines_give_the_rows_that_they_say() {
    let root = folder("slt");
    if !root.is_dir() {
        let _ = writeln!(std::io::stdout(), "skipped, no conformance data");
        return;
    }
    let choice = Choice::of_environment();
    let mut paths = Vec::new();
    files(&root, &mut paths);
    paths.retain(|path| !matches!(&choice, Choice::Of(part) if !path.to_string_lossy().contains(part.as_str())));
    // The longest first.
    paths.sort_by_key(|path| (std::cmp::Reverse(path.metadata().map_or(0, |m| m.len())), path.clone()));
    let (next, tallies) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tally = run(&root, path, &choice);
                    tallies.lock().expect("nobody panics with it").push(tally);
                }
            });
        }
    });
    let mut tallies = tallies.into_inner().expect("all is done");
    tallies.sort_by(|one, other| one.file.cmp(&other.file));
    let summary = summary(&tallies);
    let _ = writeln!(std::io::stdout(), "{summary}");
    report(&tallies);
    let (mut surprises, listed) = (String::new(), listed());
    let none = BTreeSet::new();
    for tally in &tallies {
        let known = listed.get(&tally.file).unwrap_or(&none);
        for line in tally.passed.iter().filter(|line| known.contains(line)) {
            let _ = writeln!(surprises, "{} {line} is listed, and passes", tally.file);
        }
        for (line, why) in tally.failed.iter().chain(&tally.refused).filter(|(line, _)| !known.contains(line)) {
            let _ = writeln!(surprises, "{} {line} fails, and is not listed: {why}", tally.file);
        }
    }
    assert!(surprises.is_empty(), "{surprises}\n{summary}");
    let (passed, failed) = tallies.iter().fold((0, 0), |(p, f), tally| (p + tally.passed.len(), f + tally.failed.len()));
    let share = 100.0 * passed as f64 / (passed + failed) as f64;
    assert!(share >= PASSED_MIN || matches!(choice, Choice::Of(_)), "{share:.1} % pass\n{summary}");
}

/// Writes all failures where the environment says.
fn report(tallies: &[Tally]) {
    let Some(path) = std::env::var_os("SLT_REPORT") else { return };
    let mut text = String::new();
    for tally in tallies {
        for (line, why) in tally.failed.iter().chain(&tally.refused) {
            let _ = writeln!(text, "== {} {line}\n{why}\n", tally.file);
        }
    }
    std::fs::write(path, text).expect("a writable file");
}

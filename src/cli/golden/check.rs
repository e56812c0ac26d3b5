//! What a case gives beside what it expects.

use std::path::Path;

use similar::{ChangeTag, TextDiff};

use super::feed::inputs;
use super::play::{Shape, Written, play_case};
use super::{Case, read};
use crate::error::Result;
use crate::plan::parse::Params;

/// Whether a case gives what it expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Passed,
    /// It does not: why, with what is missing (`-`) and what is there instead (`+`).
    Failed(String),
}

/// Runs a case. An error is one that is not expected.
pub fn check(case: &Case, shape: Shape) -> Result<Verdict> {
    let written = match (play_case(case, &inputs(case)?, shape), &case.error) {
        (Ok(_), Some(message)) => return Ok(Verdict::Failed(format!("  no error, but '{message}' was expected"))),
        (Err(e), Some(message)) if e.to_string().contains(message.as_str()) => return Ok(Verdict::Passed),
        (Err(e), _) => return Err(e),
        (Ok(written), None) => written,
    };
    Ok(difference(case, &written).map_or(Verdict::Passed, Verdict::Failed))
}

fn difference(case: &Case, written: &Written) -> Option<String> {
    let listed = |table: &str| case.expect.iter().any(|(name, _)| name == table);
    if let Some((table, rows)) = written.rows.iter().find(|(table, rows)| !rows.is_empty() && !listed(table)) {
        return Some(format!("  {table} got {} rows, but the case has no 'expect {table}'", rows.len()));
    }
    for (at, (table, lines)) in case.expect.iter().enumerate() {
        let is_ordered = case.ordered && at == 0;
        let got = match is_ordered.then(|| in_order(written, table)) {
            Some(Err(row)) => return Some(format!("  {table}: {row} is taken back")),
            Some(Ok(rows)) => rows,
            None => written.result(table),
        };
        let wanted = if is_ordered { lines.clone() } else { sorted(lines) };
        if got != wanted {
            return Some(diff(table, &wanted, &got));
        }
    }
    let counters = &written.counters;
    let counts = [("late", case.late, counters.rows_late), ("aside", case.aside, counters.rows_aside)];
    let wrong = counts.into_iter().find_map(|(name, wanted, got)| Some((name, wanted.filter(|wanted| *wanted != got)?, got)));
    wrong.map(|(name, wanted, got)| format!("  {name}: wanted {wanted}, got {got}"))
}

fn diff(table: &str, wanted: &[String], got: &[String]) -> String {
    let [wanted, got] = [wanted, got].map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
    let mut text = format!("  expect {table}: - is missing, + is there instead\n");
    for change in TextDiff::from_slices(&wanted, &got).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        text.push_str(&format!("  {sign} {}\n", change.value()));
    }
    text
}

/// The rows of a table as they were written; a row that is taken back, if there is one.
fn in_order(written: &Written, table: &str) -> std::result::Result<Vec<String>, String> {
    let rows = written.rows.get(table).map(Vec::as_slice).unwrap_or_default();
    rows.iter().map(|(sign, row)| if *sign == '+' { Ok(row.clone()) } else { Err(row.clone()) }).collect()
}

fn sorted(lines: &[String]) -> Vec<String> {
    let mut lines = lines.to_vec();
    lines.sort();
    lines
}

/// The text with what its cases give now, on one shard, in place of what they expected below the heads `expect`, `late`, `aside` and `error`
/// that they have; a line that is still right stays as it is.
pub fn updated(text: &str, file: &Path, params: &Params) -> Result<String> {
    let mut cases = read(text, file)?;
    cases.iter_mut().for_each(|case| case.params = params.clone());
    let mut outcomes = Vec::with_capacity(cases.len());
    for case in &cases {
        outcomes.push((case, play_case(case, &inputs(case)?, Shape { shards: 1, batch_rows: 1024 })));
    }
    let mut outcomes = outcomes.iter();
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
        let mut head = line.to_owned();
        let mut below = Vec::new();
        match (line.split_once(' ').unwrap_or((line, "")), outcome) {
            (("late", _), Some((_, Ok(written)))) => head = format!("late {}", written.counters.rows_late),
            (("aside", _), Some((_, Ok(written)))) => head = format!("aside {}", written.counters.rows_aside),
            (("error", part), Some((_, Err(error)))) if !error.to_string().contains(part) => {
                head = format!("error {}", error.message().lines().next().unwrap_or_default());
            }
            (("expect", table), Some((case, Ok(written)))) => {
                let changed = changed(case, written, if table.is_empty() { "print" } else { table });
                dropping = changed.is_some();
                below = changed.unwrap_or_default();
            }
            _ => {}
        }
        lines.push(head);
        lines.extend(below.iter().map(|row| format!("  {row}")));
    }
    Ok(lines.join("\n") + "\n")
}

/// The rows of a table, if they are not those that the case expects.
fn changed(case: &Case, written: &Written, table: &str) -> Option<Vec<String>> {
    let got = if case.ordered { in_order(written, table).unwrap_or_default() } else { written.result(table) };
    let as_compared = |rows: &[String]| if case.ordered { rows.to_vec() } else { sorted(rows) };
    let is_right = case.expect.iter().any(|(name, wanted)| name == table && as_compared(wanted) == got);
    (!is_right).then_some(got)
}

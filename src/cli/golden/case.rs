//! A file of golden streams as cases.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};
use crate::plan::parse::Params;

/// One case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    /// Behind the word `case`.
    pub name: String,
    /// The line where it begins, from 1.
    pub line: usize,
    /// What is run.
    pub sql: String,
    /// Lines `rows table [split]` and `watermark table [split] time` with what stands below them.
    pub events: Vec<(String, Vec<String>)>,
    /// Tables and their rows.
    pub expect: Vec<(String, Vec<String>)>,
    /// How many rows are late.
    pub late: Option<u64>,
    /// How many rows are set aside.
    pub aside: Option<u64>,
    /// Part of the error that there is.
    pub error: Option<String>,
    /// Whether the rows of the first table come in this order, and stay.
    pub ordered: bool,
    /// What parameters in the SQL stand for.
    pub params: Params,
    /// Whether SQLite is to give the same rows; `corelane test` does not ask it.
    pub sqlite: bool,
}

/// The cases of a text; `file` says what paths in it are relative to.
pub fn read(text: &str, file: &Path) -> Result<Vec<Case>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut section = "";
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty()) {
        let wrong = |why: &str| Error::config(format!("{}:{}: {why}: '{line}'", file.display(), at + 1));
        if let Some(name) = line.strip_prefix("case ") {
            cases.push(Case { name: name.to_owned(), line: at + 1, ..Case::default() });
            section = "";
            continue;
        }
        let case = cases.last_mut().ok_or_else(|| wrong("this stands before the first case"))?;
        if let Some(content) = line.strip_prefix("  ") {
            let below = match section {
                "rows" | "changes" => case.events.last_mut(),
                "expect" => case.expect.last_mut(),
                "sql" => {
                    case.sql.push_str(&format!("{content}\n"));
                    continue;
                }
                _ => None,
            };
            below.ok_or_else(|| wrong("this belongs to nothing"))?.1.push(content.to_owned());
            continue;
        }
        let (head, rest) = line.split_once(' ').unwrap_or((line, ""));
        section = head;
        let count = || rest.trim().parse().map(Some).map_err(|_| wrong("a number should stand here"));
        match (head, rest.trim()) {
            ("sql", _) => {}
            ("job", path) => case.sql.push_str(&script(file, path).map_err(|e| wrong(&e))?),
            ("ordered", "") => case.ordered = true,
            ("rows" | "changes" | "watermark", table) if !table.is_empty() => case.events.push((line.to_owned(), Vec::new())),
            ("expect", table) => case.expect.push((if table.is_empty() { "print" } else { table }.to_owned(), Vec::new())),
            ("late", _) => case.late = count()?,
            ("aside", _) => case.aside = count()?,
            ("error", message) => case.error = Some(message.to_owned()),
            ("sqlite", "") => case.sqlite = true,
            _ => {
                return Err(wrong("no such section")
                    .hint("sections are sql, job, rows, changes, watermark, expect, late, aside, error, ordered"));
            }
        }
    }
    match cases.iter().find(|case| case.error.is_none() && case.expect.is_empty()) {
        Some(case) => Err(Error::config(format!("{}:{}: case {} expects nothing", file.display(), case.line, case.name))),
        None => Ok(cases),
    }
}

fn script(file: &Path, path: &str) -> std::result::Result<String, String> {
    let path = file.parent().unwrap_or(Path::new("")).join(path);
    fs::read_to_string(&path).map(|text| text + "\n").map_err(|e| format!("cannot read {}: {e}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str, part: &str) {
        let error = read(text, Path::new("a.slt")).expect_err(text).to_string();
        assert!(error.contains(part), "{text}\n{error}");
    }

    #[test]
    fn cases_have_their_parts() {
        let text = "# By hand.\n\ncase one\nordered\nsql\n  SELECT 1;\n  SELECT 2;\nrows t 1\n  1 | a\nwatermark t 2026-01-01\nexpect\n  [1]\nlate 2\n\ncase two\nsql\n  X\nerror no such\n";
        let cases = read(text, Path::new("a.slt")).expect("sound");
        assert_eq!(
            (cases[0].line, cases[0].sql.as_str(), cases[0].ordered, cases[0].late),
            (3, "SELECT 1;\nSELECT 2;\n", true, Some(2))
        );
        let events = [("rows t 1".to_owned(), vec!["1 | a".to_owned()]), ("watermark t 2026-01-01".to_owned(), Vec::new())];
        assert_eq!((cases[0].events.as_slice(), cases[0].expect.len()), (&events[..], 1));
        assert_eq!((cases[1].name.as_str(), cases[1].error.as_deref()), ("two", Some("no such")));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_named_by_its_line() {
        wrong("sql\n", "a.slt:1: this stands before the first case: 'sql'");
        wrong("case a\n  1\n", "a.slt:2: this belongs to nothing: '  1'");
        wrong("case a\nlate many\nexpect\n", "a.slt:2: a number should stand here: 'late many'");
        wrong("case a\nrow t\n", "a.slt:2: no such section: 'row t'");
        wrong("case a\norderd\n", "a.slt:2: no such section: 'orderd'");
        wrong("case a\nsql\n  SELECT 1;\n", "a.slt:1: case a expects nothing");
        wrong("case a\njob nowhere.sql\n", "cannot read nowhere.sql");
    }
}

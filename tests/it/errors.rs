//! Wrong statements: each file of `tests/errors` has some, with a blank line between them, and below each, behind `-- `, what a user reads: the
//! message, the place with a caret, and the hint. They are about the tables of `tables.sql`.
//!
//! `UPDATE=1` writes what is said now; whoever does so reads it as that user would and keeps the first line true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use corelane::cli::job::BuiltIn;
use corelane::plan::{Script, plan};

/// Wrong statements there are at least.
const COUNT_MIN: usize = 300;

/// What a user reads who gives out these statements.
fn said(tables: &str, wrong: &str) -> String {
    let script = |text: &str, file: &str| Script { text: text.to_owned(), file: file.to_owned() };
    match plan(&[script(tables, "tables.sql"), script(wrong, "q.sql")], &[], &BuiltIn) {
        Ok(_) => "nothing is wrong".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The statements of a block, and what stands below them.
fn split(block: &str) -> (String, String) {
    let (said, wrong): (Vec<&str>, Vec<&str>) = block.lines().partition(|line| line.starts_with("--"));
    let said = said.iter().map(|line| line.strip_prefix("-- ").unwrap_or_default());
    (wrong.join("\n"), said.collect::<Vec<_>>().join("\n"))
}

#[test]
fn wrong_statements_are_named_with_their_place_and_what_would_work() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let tables = fs::read_to_string(folder.join("tables.sql")).expect("readable file");
    let mut seen = BTreeSet::new();
    let mut failures = Vec::new();
    for entry in fs::read_dir(&folder).expect("readable folder").flatten().filter(|entry| entry.file_name() != "tables.sql") {
        let text = fs::read_to_string(entry.path()).expect("readable file");
        let mut blocks = text.trim_end().split("\n\n");
        let mut updated = vec![blocks.next().unwrap_or_default().to_owned()];
        assert!(updated[0].starts_with("-- "), "{:?}: the first line says how it was checked", entry.file_name());
        for block in blocks {
            let (wrong, wanted) = split(block);
            let said = said(&tables, &wrong);
            assert!(seen.insert(wrong.clone()), "twice: {wrong}");
            if said != wanted || !said.contains("--> q.sql:") {
                failures.push(format!("{wrong}\n{said}\ninstead of\n{wanted}"));
            }
            updated.push(format!("{wrong}\n{}", said.lines().map(|line| format!("-- {line}")).collect::<Vec<_>>().join("\n")));
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(entry.path(), updated.join("\n\n") + "\n").expect("writable file");
        }
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n\n"));
    assert!(seen.len() >= COUNT_MIN, "only {} wrong statements", seen.len());
}

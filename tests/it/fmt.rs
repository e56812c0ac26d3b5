//! `corelane fmt` over all SQL of the examples, golden plans and golden streams: what it lays out stays so, and plans as before.

use std::fs;
use std::path::Path;

use corelane::cli::args::FmtArgs;
use corelane::cli::fmt::{formatted, run};
use corelane::cli::golden::read;

/// SQL texts below a folder.
fn texts(folder: &Path, found: &mut Vec<String>) {
    for path in fs::read_dir(folder).expect("readable folder").flatten().map(|entry| entry.path()) {
        let read_text = || fs::read_to_string(&path).expect("readable file");
        match path.extension().and_then(|end| end.to_str()) {
            _ if path.is_dir() => texts(&path, found),
            Some("sql") => found.push(read_text().split("-- plan\n").next().unwrap_or_default().to_owned()),
            Some("slt") => found.extend(read(&read_text(), &path).expect("cases").into_iter().map(|case| case.sql)),
            _ => {}
        }
    }
}

#[test]
fn a_layout_stays_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    ["examples", "tests/plans", "tests/sql"].iter().for_each(|folder| texts(&root.join(folder), &mut found));
    let mut refused = Vec::new();
    for text in &found {
        match formatted(text) {
            Ok(laid_out) => assert_eq!(formatted(&laid_out).expect("the same tokens"), laid_out),
            Err(error) => refused.push(error.in_text("q.sql", text).to_string()),
        }
    }
    assert!(refused.len() * 100 <= found.len(), "{} of {}:\n{}", refused.len(), found.len(), refused.join("\n"));
}

#[test]
fn files_are_written_or_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (good, bad) = (folder.path().join("good.sql"), folder.path().join("bad.sql"));
    fs::write(&good, "select a,b from t where a>1 -- all\n").expect("a file");
    fs::write(&bad, "SELECT 'a").expect("a file");
    let mut named = Vec::new();
    let mut format = |path: &Path, check: bool| run(&FmtArgs { files: vec![path.to_owned()], check }, &mut named);
    assert!(format(&good, true).expect_err("not formatted").to_string().contains("1 of 1 files are not formatted"));
    format(&good, false).expect("is written");
    format(&good, true).expect("is formatted");
    assert!(format(&bad, false).is_err());
    assert_eq!(named, format!("{0}\n{0}\n", good.display()).into_bytes());
    let text = fs::read_to_string(&good).expect("readable file");
    assert!(text.contains("\nwhere\n") || text.contains("\nwhere a"), "{text}");
    assert_eq!(fs::read_to_string(&bad).expect("readable file"), "SELECT 'a");
}

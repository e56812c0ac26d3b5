//! `corelane fmt` over all SQL of the examples, golden plans and golden streams: what it lays out stays so, and plans as before.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use corelane::cli::args::FmtArgs;
use corelane::cli::fmt::{formatted, run};
use corelane::cli::golden::read;

/// Cases of the golden streams that are refused because sqlformat would take apart what belongs together.
const REFUSED: [(&str, &str); 6] = [
    ("a_text_goes_on_in_the_next_line", "a text that goes on in the next line is brought into one"),
    ("an_escape_of_unicode_that_is_none", "U& is cut off its text"),
    ("arrays_have_items_in_common", "the colon of a slice gets a blank behind it"),
    ("functions_of_arrays_are_aggregates", "the colon of aggregate:f gets a blank behind it"),
    ("slices_of_arrays", "the colon of a slice gets a blank behind it"),
    ("texts_with_escapes_of_unicode", "U& is cut off its text"),
];

/// SQL texts below a folder, by the names of their cases or files.
fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for path in fs::read_dir(folder).expect("readable folder").flatten().map(|entry| entry.path()) {
        let read_text = || fs::read_to_string(&path).expect("readable file");
        match path.extension().and_then(|end| end.to_str()) {
            _ if path.is_dir() => texts(&path, found),
            Some("sql") => {
                let text = read_text().split("-- plan\n").next().unwrap_or_default().to_owned();
                found.push((path.display().to_string(), text));
            }
            Some("slt") => found.extend(read(&read_text(), &path).expect("cases").into_iter().map(|case| (case.name, case.sql))),
            _ => {}
        }
    }
}

#[test]
fn a_layout_stays_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    ["examples", "tests/plans", "tests/sql"].iter().for_each(|folder| texts(&root.join(folder), &mut found));
    let mut refused = BTreeMap::new();
    for (name, text) in &found {
        match formatted(text) {
            Ok(laid_out) => assert_eq!(formatted(&laid_out).expect("the same tokens"), laid_out),
            Err(error) => drop(refused.insert(name.as_str(), error.in_text("q.sql", text).to_string())),
        }
    }
    assert!(refused.keys().copied().eq(REFUSED.map(|(name, _)| name)), "{refused:#?}");
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

/// What `corelane fmt` with these arguments makes of standard input: its exit code, what it writes, and what it says.
fn piped(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corelane"));
    command.arg("fmt").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // Who refuses the arguments reads nothing.
    let _may_be_gone = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn standard_input_is_written_to_standard_output() {
    let laid_out = formatted("select a,b from t where a>1 -- all\n").expect("a layout");
    let answer = |code: i32, out: &str| (Some(code), out.to_owned(), String::new());
    assert_eq!(piped(&["-"], "select a,b from t where a>1 -- all"), answer(0, &laid_out));
    assert_eq!(piped(&["-"], &laid_out), answer(0, &laid_out));
    assert_eq!(piped(&["-", "--check"], &laid_out), answer(0, ""));
    let (code, out, error) = piped(&["--check", "-"], "select 1");
    assert_eq!((code, out.as_str()), (Some(2), "<stdin>\n"), "{error}");
    assert!(error.contains("1 of 1 files are not formatted"), "{error}");
    let (code, out, error) = piped(&["-"], "SELECT 1;\nSELECT 'a");
    assert_eq!((code, out.as_str()), (Some(2), ""), "{error}");
    assert!(error.contains("--> <stdin>:2:8"), "{error}");
    let (code, out, error) = piped(&["-", "none.sql"], "SELECT 1");
    assert_eq!((code, out.as_str()), (Some(2), ""), "{error}");
    assert!(error.contains("standard input is formatted alone"), "{error}");
}

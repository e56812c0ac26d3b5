//! No text makes the SQL front end panic or take long: the SQL of the golden streams, plans and wrong statements, mutated at random by tokens and by
//! bytes, is parsed, bound and planned. (Not by cargo-fuzz, which needs a nightly compiler; mutants of what is nearly right get further than
//! bytes that are drawn.)
//!
//! `FUZZ_SECONDS=600 cargo test --release --test it fuzz` goes on for so long, from a seed of the time or `FUZZ_SEED`. The text that is being planned
//! lies in `tests/fuzz`, and stays there if it breaks the front end, be it by ending the whole process: each test run plans all texts of that folder.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime};

use corelane::cli::golden::read;
use corelane::cli::job::BuiltIn;
use corelane::error::ErrorKind;
use corelane::plan::{Script, explain, plan};
use fastrand::Rng;

/// Mutants that every test run plans.
const MUTANTS: usize = 400;

/// How long a text may take, in a build without optimisation on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is worth putting anywhere.
const WORDS: [&str; 40] = [
    "NULL",
    "NOT",
    "SELECT",
    "FROM",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ".",
    "*",
    "-",
    "::",
    ":x",
    "=>",
    "->",
    "'",
    "\"",
    "`",
    "/*",
    "--",
    "/*+",
    "CASE",
    "WHEN",
    "INTERVAL",
    "OVER",
    "GROUP BY",
    "UNION",
    "ARRAY[",
    "ROW(",
    "9223372036854775808",
    "-1",
    "1e400",
    "'9999-99-99'",
    "\u{1F600}",
    "\u{0}",
    "MATCH_RECOGNIZE (",
    "LATERAL",
    "IN (SELECT",
];

/// What is worth repeating, with what closes it.
const NESTS: [(&str, &str); 12] = [
    ("(", ")"),
    ("SELECT * FROM (", ") t"),
    ("(SELECT ", ")"),
    ("CASE WHEN TRUE THEN ", " END"),
    ("NOT ", ""),
    ("- ", ""),
    ("ARRAY[", "]"),
    ("CAST(", " AS STRING)"),
    ("COALESCE(1, ", ")"),
    ("1 + ", ""),
    ("ROW<a ", ">"),
    ("x -> ", ""),
];

/// Where texts lie that once broke the front end.
fn found() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

/// What is mutated. Wrong statements stand behind the tables that they are about.
fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let tables = fs::read_to_string(root.join("errors/tables.sql")).expect("readable file");
    let mut found = Vec::new();
    let mut folders = vec![root.join("sql"), root.join("plans"), root.join("errors")];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<_> = fs::read_dir(&folder).expect("readable folder").flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            match path.extension().and_then(|end| end.to_str()) {
                None => folders.push(path),
                Some("slt") => {
                    let text = fs::read_to_string(&path).expect("readable file");
                    found.extend(read(&text, &path).expect("cases").into_iter().map(|case| case.sql));
                }
                Some("sql") if folder.ends_with("errors") => {
                    let text = fs::read_to_string(&path).expect("readable file");
                    found.extend(text.split("\n\n").skip(1).map(|wrong| format!("{tables}{wrong}")));
                }
                Some("sql") => found.push(fs::read_to_string(&path).expect("readable file")),
                Some(_) => {}
            }
        }
    }
    found.retain(|text| text.len() < 4_000);
    found
}

/// Words, numbers, texts and single signs, with the blanks behind them.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut quoted = false;
    let mut last = ' ';
    for c in text.chars() {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let goes_on = quoted || c.is_whitespace() || (is_part(last) && is_part(c));
        quoted ^= c == '\'';
        match tokens.last_mut().filter(|_| goes_on) {
            Some(token) => token.push(c),
            None => tokens.push(c.to_string()),
        }
        last = c;
    }
    tokens
}

fn mutant(texts: &[String], rng: &mut Rng) -> String {
    let mut kept = tokens(rng.choice(texts).expect("texts"));
    // Half of them keep all but the last statement, which is what the others are made for.
    let before = kept[..kept.len().saturating_sub(1)].iter().rposition(|token| token.starts_with(';')).map_or(0, |at| at + 1);
    let mut tokens = kept.split_off(if rng.bool() { before } else { 0 });
    for _ in 0..rng.usize(1..5) {
        mutate(&mut tokens, texts, rng);
    }
    let text = kept.concat() + &tokens.concat();
    if rng.u8(0..4) > 0 {
        return text;
    }
    let mut bytes = text.into_bytes();
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(0..=bytes.len());
        match rng.u8(0..3) {
            0 => bytes.insert(at, rng.u8(..)),
            1 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(0..8),
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn mutate(tokens: &mut Vec<String>, texts: &[String], rng: &mut Rng) {
    if tokens.is_empty() {
        return;
    }
    let at = rng.usize(0..tokens.len());
    let other = rng.usize(0..tokens.len());
    match rng.u8(0..8) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(other, tokens[at].clone()),
        2 => tokens.swap(at, other),
        3 => tokens[at] = format!("{} ", rng.choice(WORDS).expect("words")),
        4 => tokens.insert(at, format!("{} ", rng.choice(WORDS).expect("words"))),
        // A part of another text in the place of a part of this.
        5 => {
            let from = self::tokens(rng.choice(texts).expect("texts"));
            let start = rng.usize(0..from.len().max(1)).min(from.len());
            let part = from[start..].iter().take(rng.usize(1..30)).cloned().collect::<Vec<_>>();
            tokens.splice(at..tokens.len().min(at + rng.usize(0..10)), part);
        }
        // The beginning of this, the end of another.
        6 => {
            let from = self::tokens(rng.choice(texts).expect("texts"));
            tokens.truncate(at);
            tokens.extend_from_slice(&from[rng.usize(0..=from.len())..]);
        }
        _ => {
            let (open, close) = rng.choice(NESTS).expect("nests");
            let depth = [2, 10, 70, 1_000][rng.usize(0..4)];
            let end = tokens.len().min(at + rng.usize(0..5));
            tokens.insert(end.max(at), close.repeat(depth));
            tokens.insert(at, open.repeat(depth));
        }
    }
}

/// Plans a text; what is wrong with that, if it is not the text.
fn fault(text: &str) -> Option<String> {
    let (sender, receiver) = channel();
    let script = Script { text: text.to_owned(), file: "fuzz.sql".to_owned() };
    let work = move || {
        let shown = plan(&[script], &[], &BuiltIn).map(|planned| explain(&planned, 2));
        let fault = shown.err().filter(|error| error.kind() == ErrorKind::Internal).map(|error| error.to_string());
        drop(sender.send(fault));
    };
    std::thread::spawn(work);
    match receiver.recv_timeout(PATIENCE) {
        Ok(fault) => fault,
        Err(RecvTimeoutError::Timeout) => Some("it takes too long".to_owned()),
        Err(RecvTimeoutError::Disconnected) => Some("it panics".to_owned()),
    }
}

#[test]
fn no_text_breaks_the_front_end() {
    let seconds: Option<u64> = std::env::var("FUZZ_SECONDS").ok().map(|seconds| seconds.parse().expect("a number"));
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time").as_nanos() as u64;
    let drawn = seconds.map_or(7, |_| now());
    let seed = std::env::var("FUZZ_SEED").ok().map_or(drawn, |seed| seed.parse().expect("a number"));
    let (texts, mut rng, begin) = (texts(), Rng::with_seed(seed), Instant::now());
    let running = found().join(format!("{seed}.sql"));
    let goes_on = |count: usize| seconds.map_or(count < MUTANTS, |seconds| begin.elapsed().as_secs() < seconds);
    let mut count = 0;
    while goes_on(count) {
        let text = mutant(&texts, &mut rng);
        if seconds.is_some() {
            fs::write(&running, &text).expect("a writable file");
        }
        if let Some(fault) = fault(&text) {
            panic!("{fault}, number {count} of seed {seed}:\n{text}");
        }
        count += 1;
    }
    if seconds.is_some() {
        fs::remove_file(&running).expect("it was written");
    }
    let _ = writeln!(std::io::stdout(), "{count} texts of seed {seed}");
}

#[test]
fn what_once_broke_the_front_end_no_longer_does() {
    let paths: Vec<_> = fs::read_dir(found()).expect("readable folder").flatten().map(|entry| entry.path()).collect();
    assert!(!paths.is_empty());
    for path in paths {
        let text = String::from_utf8_lossy(&fs::read(&path).expect("readable file")).into_owned();
        assert_eq!(fault(&text), None, "{}", path.display());
    }
}

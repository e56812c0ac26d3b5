//! Functions over random arguments, with what PostgreSQL answers.
//!
//! The files in `tests/answers` hold calls, each with the kinds of its arguments, arguments that were drawn of these kinds, and PostgreSQL's answers. They are
//! read as any test is. With a server at hand `POSTGRES='-h host -U user -d database' cargo test --test it answers` draws other arguments and asks it,
//! for as many rows as `ORACLE_QUERIES` says from `ORACLE_SEED` on; with `UPDATE=1` it writes the files anew.
//! What PostgreSQL lacks is compared with a plain function of its own in `twins`.

mod kind;
mod postgres;
mod proven;
mod question;
mod twins;

use std::fs;
use std::path::{Path, PathBuf};

use corelane::cli::golden::{Inputs, Outside, Shape, play};
use corelane::source::memory::MemoryEvent;
use corelane::types::Value;
use fastrand::Rng;

use self::question::Question;
use crate::oracle::number;

/// Rows of arguments of a call.
const ROWS: u64 = 20;

/// What a call gives for each of its rows of arguments.
type Answers = Vec<Answer>;
/// The arguments of one call, as texts; `None` is NULL.
type Arguments = Vec<Option<String>>;

/// What a call gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Null,
    /// The row is set aside.
    Fails,
    Is(String),
}

/// What the engine gives, in batches of a few rows.
fn ours(question: &Question, rows: &[Arguments]) -> Result<Answers, String> {
    let row = |(id, row): (usize, &Arguments)| {
        let values = row.iter().map(|value| value.as_deref().map_or(Value::Null, Value::text));
        std::iter::once(Value::Int(id as i64)).chain(values).collect()
    };
    let rows_of_table = rows.iter().enumerate().map(row).collect();
    let inputs = Inputs::from([("t".to_owned(), vec![vec![MemoryEvent::Rows(rows_of_table)]])]);
    let written = play(&question.sql(), &inputs, Outside::Kept, Shape { shards: 1, batch_rows: 7 }).map_err(|e| e.to_string())?;
    let missing = if question.gives_rows() { Answer::Null } else { Answer::Fails };
    let mut answers = vec![missing; rows.len()];
    for row in written.result("print") {
        let (id, value) = row[1..row.len() - 1].split_once(", ").expect("two columns");
        let id: usize = id.parse().expect("a number");
        answers[id] = match &answers[id] {
            Answer::Is(before) if question.gives_rows() => Answer::Is(format!("{before};{value}")),
            _ if value == "NULL" && !question.gives_rows() => Answer::Null,
            _ => Answer::Is(value.to_owned()),
        };
    }
    Ok(answers)
}

/// What differs.
fn differences(question: &Question, rows: &[Arguments], theirs: &[Answer]) -> Vec<String> {
    let ours = match ours(question, rows) {
        Ok(ours) => ours,
        Err(error) => return vec![format!("{}\n  {error}", question.call)],
    };
    let differs = |((row, ours), theirs): ((&Arguments, &Answer), &Answer)| {
        (!question.gives.is_same(ours, theirs))
            .then(|| format!("{} of {row:?}\n  gives {ours:?}\n  not   {theirs:?}", question.call))
    };
    rows.iter().zip(&ours).zip(theirs).filter_map(differs).collect()
}

/// Fails with the first of what differs.
fn assert_none(differences: &[String]) {
    const SHOWN: usize = 20;
    let shown = differences[..differences.len().min(SHOWN)].join("\n");
    assert!(differences.is_empty(), "{} answers differ:\n{shown}", differences.len());
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers");
    let mut files: Vec<_> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// Rows of arguments from this seed on.
fn drawn(question: &Question, seed: u64) -> Vec<Arguments> {
    let mut rng = Rng::with_seed(seed);
    let rows = if question.kinds.is_empty() { 1 } else { number("ORACLE_QUERIES").unwrap_or(ROWS) };
    (0..rows).map(|_| question.kinds.iter().map(|kind| kind.draw(&mut rng)).collect()).collect()
}

#[test]
fn functions_give_what_postgresql_gives() {
    let (mut found, server) = (Vec::new(), std::env::var("POSTGRES").ok());
    for file in files() {
        let text = fs::read_to_string(&file).expect("a file");
        let mut asked = question::read(&text);
        for (question, rows, answers) in &mut asked {
            if let Some(server) = &server {
                *rows = drawn(question, number("ORACLE_SEED").unwrap_or(0));
                *answers = postgres::answers(server, question, rows);
            }
            assert!(!rows.is_empty(), "{}: no answers; POSTGRES=... UPDATE=1 asks for them", question.call);
            found.extend(differences(question, rows, answers));
        }
        if server.is_some() && std::env::var_os("UPDATE").is_some() {
            fs::write(&file, question::written(&text, &asked)).expect("a file");
        }
    }
    assert_none(&found);
}

#[test]
fn functions_give_what_their_twins_give() {
    let mut found = Vec::new();
    for twin in twins::TWINS {
        let question = twin.question();
        let rows = drawn(&question, number("ORACLE_SEED").unwrap_or(0));
        let theirs: Answers = rows.iter().map(|row| twin.answer(row)).collect();
        found.extend(differences(&question, &rows, &theirs));
    }
    assert_none(&found);
}

//! Files of sqllogictest as records: a statement or a query, with what it must come to.
//!
//! ```text
//! skipif mysql # why            (or onlyif; belongs to the record below it)
//! query IT rowsort label        (a letter for each column: I integer, R number, T text and others; then how the rows are sorted)
//! SELECT ...
//! ----
//! rows or values, or `30 values hashing to <MD5>`
//! ```

use std::path::Path;

use super::spelling::standard;

/// What stands in for this engine where a file makes its tables in one way or another.
const FILLED_BY: &str = "DataFusion";

/// How the rows of a query are brought into an order before they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorting {
    /// As the query gives them.
    None,
    Rows,
    Values,
}

/// What a record must come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Lines(Vec<String>),
    /// MD5 of so many values.
    Hash(usize, String),
    /// It is refused, with whatever message.
    Error,
}

/// A statement or a query.
#[derive(Debug, Clone)]
pub struct Record {
    /// Where its first line stands in the file.
    pub line: usize,
    pub sql: String,
    /// Letters of the columns; empty for a statement.
    pub types: String,
    pub sorting: Sorting,
    pub outcome: Outcome,
    /// It is for another engine alone.
    pub is_foreign: bool,
}

impl Record {
    pub fn is_query(&self) -> bool {
        !self.types.is_empty()
    }
}

/// All records of a file and of those that it includes.
pub fn read(path: &Path) -> Vec<Record> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines: Vec<&str> = text.lines().collect();
    let mut records = Vec::new();
    let (mut at, mut is_foreign) = (0, false);
    while at < lines.len() {
        let words: Vec<&str> = lines[at].split_whitespace().collect();
        let begins = at;
        at += 1;
        match words.as_slice() {
            ["onlyif", engine, ..] => is_foreign = *engine != FILLED_BY,
            ["skipif", engine, ..] => is_foreign |= *engine == FILLED_BY,
            ["halt", ..] if !is_foreign => break,
            ["include", name, ..] => records.extend(read(&path.with_file_name(name))),
            [kind @ ("statement" | "query"), rest @ ..] => {
                let until = |at: usize, ends: &dyn Fn(&str) -> bool| {
                    at + lines[at..].iter().position(|line| ends(line)).unwrap_or(lines.len() - at)
                };
                let sql_ends = until(at, &|line| line.trim().is_empty() || line.trim() == "----");
                let sql = standard(&lines[at..sql_ends].join("\n"));
                at = sql_ends;
                let mut given = Vec::new();
                if lines.get(at).is_some_and(|line| line.trim() == "----") {
                    let ends = until(at, &|line| line.trim().is_empty());
                    let separators = lines[at..ends].iter().take_while(|line| line.trim() == "----").count();
                    given = lines[at + separators..ends].iter().map(|line| (*line).to_owned()).collect();
                    at = ends;
                }
                // How many rows a statement says that it wrote is not asked.
                let writes = ["INSERT", "COPY"].iter().any(|word| sql.trim_start().to_ascii_uppercase().starts_with(word));
                let is_query = *kind == "query" && !writes;
                let letters = rest.first().copied().unwrap_or_default();
                let outcome = match (letters, hash(&given)) {
                    ("error", _) => Outcome::Error,
                    _ if !is_query => Outcome::Done,
                    (_, Some((count, md5))) => Outcome::Hash(count, md5),
                    _ => Outcome::Lines(given),
                };
                let sorting = match rest.get(1).copied() {
                    Some("rowsort") => Sorting::Rows,
                    Some("valuesort") => Sorting::Values,
                    _ => Sorting::None,
                };
                let types = if is_query { letters.to_owned() } else { String::new() };
                records.push(Record { line: begins + 1, sql, types, sorting, outcome, is_foreign });
                is_foreign = false;
            }
            [] => {}
            _ => is_foreign &= words[0].starts_with('#'),
        }
    }
    records
}

/// `30 values hashing to <MD5>`
fn hash(lines: &[String]) -> Option<(usize, String)> {
    let [line] = lines else { return None };
    let (count, md5) = line.split_once(" values hashing to ")?;
    Some((count.parse().ok()?, md5.trim().to_owned()))
}

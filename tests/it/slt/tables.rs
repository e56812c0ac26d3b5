//! What the statements of a file leave behind: tables with their rows, and views.
//!
//! The engine runs jobs, not sessions. So every statement that fills a table is a job of its own, whose rows are kept here, and every query is a job over
//! the tables and views that it names, as memory tables with those rows.

use std::path::PathBuf;
use std::sync::LazyLock;

use corelane::cli::job::BuiltIn;
use corelane::plan::physical::NodeKind;
use corelane::plan::{Script, plan};
use corelane::source::memory::MemoryEvent;
use corelane::types::{DataType, Field, Value};
use regex::Regex;

use corelane::cli::golden::{Ended, Inputs, Outside, Shape, play_to_end};

/// How statements are run.
const PLAIN: Shape = Shape { shards: 1, batch_rows: 1024 };

/// Statements put off that one job may run.
const INSERTS_PER_JOB: usize = 64;

/// A table or a view.
struct Declared {
    /// In small letters.
    name: String,
    /// As its statement spells it.
    spelled: String,
    /// The statement that makes it in a job.
    ddl: String,
    /// Whether it stands in for one that a statement would have made or changed that is not run.
    is_lost: bool,
}

impl Declared {
    fn new(name: &str, ddl: String) -> Declared {
        Declared { name: plain(name), spelled: name.trim_matches('"').to_owned(), ddl, is_lost: false }
    }
}

/// Rows of a query: what its columns are, and their values.
pub struct Answer {
    pub types: Vec<DataType>,
    pub rows: Vec<Vec<Value>>,
}

/// An INSERT that waits for others.
struct Waiting {
    line: usize,
    table: String,
    sql: String,
}

/// Tables and views by the order in which they were made.
#[derive(Default)]
pub struct Tables {
    declared: Vec<Declared>,
    inputs: Inputs,
    waiting: Vec<Waiting>,
    /// Where files of CREATE EXTERNAL TABLE lie.
    data: PathBuf,
}

static CREATE_AS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"^CREATE (?:OR REPLACE )?(?:TEMP |TEMPORARY )?TABLE (?:IF NOT EXISTS )?([\w."]+)\s*(\((?:[^()]|\([^()]*\))*\)\s*)?AS\s*(.*)$"#,
    )
});
static CREATE_TABLE: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"^CREATE (?:OR REPLACE )?(?:TEMP |TEMPORARY )?TABLE (IF NOT EXISTS )?([\w."]+)\s*(\(.*\))$"#));
static CREATE_EXTERNAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(r#"^CREATE (?:UNBOUNDED )?EXTERNAL TABLE (?:IF NOT EXISTS )?([\w.]+)\s*(\(.*\))?\s*STORED AS CSV.*LOCATION '([^']*)'"#)
});
static CREATE_VIEW: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"^CREATE (?:OR REPLACE )?(?:TEMP |TEMPORARY )?VIEW ([\w."]+).*$"#));
static DROP: LazyLock<Regex> = LazyLock::new(|| regex(r#"^DROP (?:TABLE|VIEW) (?:IF EXISTS )?(.*)$"#));
static INSERT: LazyLock<Regex> = LazyLock::new(|| regex(r#"^INSERT INTO ([\w."]+)(.*)$"#));
static SELECTS: LazyLock<Regex> = LazyLock::new(|| regex(r"\bSELECT\b"));

/// A pattern of SQL: in either case, with any white space where it has a space.
pub fn regex(pattern: &str) -> Regex {
    Regex::new(&format!("(?is){}", pattern.replace(' ', r"\s+"))).unwrap_or_else(|error| panic!("{error}"))
}

impl Tables {
    /// None yet; files of CREATE EXTERNAL TABLE lie in `data`.
    pub fn new(data: PathBuf) -> Tables {
        Tables { data, ..Tables::default() }
    }

    /// Runs a statement, or puts it off; those that fail are told with their lines.
    pub fn statement(&mut self, line: usize, sql: &str) -> Vec<(usize, String)> {
        let sql = without_comments(sql);
        if let Some(insert) = INSERT.captures(&sql) {
            let mut failed = Vec::new();
            if SELECTS.is_match(&insert[2]) {
                failed = self.settle();
            }
            self.waiting.push(Waiting { line, table: insert[1].to_owned(), sql: sql.clone() });
            if self.waiting.len() == INSERTS_PER_JOB || SELECTS.is_match(&insert[2]) {
                failed.extend(self.settle());
            }
            return failed;
        }
        let mut failed = self.settle();
        failed.extend(self.at_once(&sql).err().map(|error| (line, error)));
        failed
    }

    fn at_once(&mut self, sql: &str) -> Result<(), String> {
        if let Some(create) = CREATE_EXTERNAL.captures(sql) {
            let (name, columns) = (&create[1], create.get(2).map(|m| m.as_str()).ok_or("the columns are read from the file")?);
            return self.external(name, columns, sql, &create[3]);
        }
        if let Some(create) = CREATE_AS.captures(sql) {
            return match create.get(2) {
                Some(columns) => {
                    self.declare(&create[1], &format!("CREATE TABLE {} {}", &create[1], columns.as_str()))?;
                    let insert = format!("INSERT INTO {} {}", &create[1], &create[3]);
                    self.fill(&create[1], &insert)
                }
                None => self.table_of_query(&create[1], &create[3]),
            };
        }
        if let Some(create) = CREATE_TABLE.captures(sql) {
            if create.get(1).is_some() && self.find(&create[2]).is_some() {
                return Ok(());
            }
            return self.declare(&create[2], &format!("CREATE TABLE {} {}", &create[2], &create[3]));
        }
        if let Some(create) = CREATE_VIEW.captures(sql) {
            self.forget(&create[1]);
            let ddl = sql.to_owned();
            check(&format!("{}{ddl};", self.named_by(&ddl)))?;
            self.declared.push(Declared::new(&create[1], ddl));
            return Ok(());
        }
        if let Some(drop) = DROP.captures(sql) {
            drop[1].split(',').for_each(|name| self.forget(name.trim()));
            return Ok(());
        }
        // A query that is run for its own sake.
        self.query(sql, PLAIN).map(|_| ())
    }

    /// The rows of a query that is run in this shape.
    pub fn query(&self, sql: &str, shape: Shape) -> Result<Answer, String> {
        let job = format!("{}{sql};", self.named_by(sql));
        let ended = play_to_end(&job, &self.inputs, Outside::Kept, shape).map_err(|error| error.to_string())?;
        if ended.counters.rows_aside > 0 {
            return Err(format!("{} rows were set aside", ended.counters.rows_aside));
        }
        let mut answers = Vec::new();
        for (table, _) in &ended.outlets {
            answers.extend((table == "print").then(|| answer(&ended, table)));
        }
        answers.pop().unwrap_or_else(|| Err("no query".to_owned()))
    }

    /// Runs what was put off; those that fail are told with their lines.
    pub fn settle(&mut self) -> Vec<(usize, String)> {
        let waiting = std::mem::take(&mut self.waiting);
        let mut tables: Vec<&str> = waiting.iter().map(|insert| insert.table.as_str()).collect();
        tables.sort_unstable();
        tables.dedup();
        let mut failed = Vec::new();
        for table in tables {
            let inserts: Vec<&Waiting> = waiting.iter().filter(|insert| insert.table == table).collect();
            let all: Vec<&str> = inserts.iter().map(|insert| insert.sql.as_str()).collect();
            if self.fill(table, &all.join(";\n")).is_err() {
                for insert in inserts {
                    failed.extend(self.fill(table, &insert.sql).err().map(|error| (insert.line, error)));
                }
            }
        }
        failed
    }

    /// Notes that the tables which a statement makes or changes are not what they should be, because it is not run.
    pub fn lose(&mut self, sql: &str) {
        static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r#"^(?:CREATE .*?(?:TABLE|VIEW|FUNCTION) (?:IF NOT EXISTS )?|INSERT INTO (?:TABLE )?|DELETE FROM |UPDATE |TRUNCATE (?:TABLE )?|ALTER TABLE |COPY )([\w."]+)"#,
            )
        });
        let sql = without_comments(sql);
        if let Some(changed) = CHANGED.captures(&sql) {
            self.forget(&changed[1]);
            self.declared.push(Declared { is_lost: true, ..Declared::new(&changed[1], String::new()) });
        }
    }

    /// Whether a statement names a table or a function that is lost.
    pub fn is_of_lost(&self, sql: &str) -> bool {
        self.needed(sql).iter().any(|declared| declared.is_lost)
    }

    /// Statements that make the tables and views which a query names.
    fn named_by(&self, sql: &str) -> String {
        self.needed(sql).iter().filter(|declared| !declared.is_lost).map(|declared| format!("{};\n", declared.ddl)).collect()
    }

    fn needed(&self, sql: &str) -> Vec<&Declared> {
        let mut texts = vec![sql.to_ascii_lowercase()];
        let mut needed = Vec::new();
        for declared in self.declared.iter().rev() {
            if texts.iter().any(|text| has_word(text, &declared.name)) {
                if CREATE_VIEW.is_match(&declared.ddl) {
                    texts.push(declared.ddl.to_ascii_lowercase());
                }
                needed.push(declared);
            }
        }
        needed.reverse();
        needed
    }

    fn find(&self, name: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.name == plain(name))
    }

    fn forget(&mut self, name: &str) {
        let name = plain(name);
        self.declared.retain(|declared| declared.name != name);
        self.inputs.retain(|table, _| !table.eq_ignore_ascii_case(&name));
    }

    fn declare(&mut self, name: &str, create: &str) -> Result<(), String> {
        self.forget(name);
        let ddl = format!("{create} WITH ('connector' = 'memory')");
        check(&format!("{ddl};"))?;
        self.declared.push(Declared::new(name, ddl));
        Ok(())
    }

    /// Adds the rows that INSERTs into a table come to.
    fn fill(&mut self, table: &str, inserts: &str) -> Result<(), String> {
        let job = format!("{}{inserts};", self.named_by(inserts));
        let ended = play_to_end(&job, &self.inputs, Outside::Kept, PLAIN).map_err(|error| error.to_string())?;
        if ended.counters.rows_aside > 0 {
            return Err(format!("{} rows were set aside", ended.counters.rows_aside));
        }
        let rows = answer_of_all(&ended, table)?;
        self.add(table, rows);
        Ok(())
    }

    fn add(&mut self, table: &str, rows: Vec<Vec<Value>>) {
        let spelled = self.find(table).map_or_else(|| plain(table), |declared| declared.spelled.clone());
        let splits = self.inputs.entry(spelled).or_default();
        splits.resize_with(1, Vec::new);
        splits[0].push(MemoryEvent::Rows(rows));
    }

    fn table_of_query(&mut self, name: &str, query: &str) -> Result<(), String> {
        let target = name.trim_matches('"');
        let query = within_parentheses(query.trim());
        let job = format!("{}CREATE TABLE {name} WITH ('connector' = 'memory') AS {query};", self.named_by(query));
        let ended = play_to_end(&job, &self.inputs, Outside::Kept, PLAIN).map_err(|error| error.to_string())?;
        let node = ended.plan.nodes.iter().find_map(|node| match &node.kind {
            NodeKind::Sink(sink) if sink.table.eq_ignore_ascii_case(target) => Some(&node.schema),
            _ => None,
        });
        let fields = &node.ok_or("the table is not written")?.fields;
        let named = |(at, field): (usize, &Field)| match field.name.strip_prefix("EXPR$") {
            // As columns of VALUES are called in the files.
            Some(_) => format!("column{} {}", at + 1, field.data_type),
            None => format!("`{}` {}", field.name, field.data_type),
        };
        let columns: Vec<String> = fields.iter().enumerate().map(named).collect();
        let rows = answer_of_all(&ended, target)?;
        self.declare(name, &format!("CREATE TABLE {name} ({})", columns.join(", ")))?;
        self.add(name, rows);
        Ok(())
    }

    /// A table with the rows of a file.
    fn external(&mut self, name: &str, columns: &str, sql: &str, location: &str) -> Result<(), String> {
        let folders = [("../../testing/data/csv", "testing/csv"), ("../core/tests/data", "core_tests_data")];
        let place = folders
            .iter()
            .find_map(|(theirs, ours)| Some(self.data.join(ours).join(location.strip_prefix(theirs)?.trim_start_matches('/'))));
        let path = place.filter(|path| path.is_file()).ok_or("the file is not there")?;
        let header = if regex("has_header' 'true'").is_match(sql) { ", 'csv.header' = 'true'" } else { "" };
        let read = format!(
            "CREATE TABLE read_of_{name} {columns} WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv'{header});",
            path.display()
        );
        let job = format!("{read} SELECT * FROM read_of_{name};");
        let ended = play_to_end(&job, &Inputs::new(), Outside::Kept, PLAIN).map_err(|error| error.to_string())?;
        let rows = answer_of_all(&ended, "print")?;
        self.declare(name, &format!("CREATE TABLE {name} {columns}"))?;
        self.add(name, rows);
        Ok(())
    }
}

/// Whether statements that run nothing are understood.
fn check(sql: &str) -> Result<(), String> {
    let script = Script { text: sql.to_owned(), file: "statement.sql".to_owned() };
    plan(&[script], &[], &BuiltIn).map(|_| ()).map_err(|error| error.to_string())
}

fn answer(ended: &Ended, table: &str) -> Result<Answer, String> {
    let rows = answer_of_all(ended, table)?;
    Ok(Answer { types: corelane::cli::golden::sink_types(&ended.plan, table), rows })
}

/// The rows that are left of what a job wrote into a table, in the order in which they came.
fn answer_of_all(ended: &Ended, table: &str) -> Result<Vec<Vec<Value>>, String> {
    let types = corelane::cli::golden::sink_types(&ended.plan, table);
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (_, receiver) in ended.outlets.iter().filter(|(name, _)| name.eq_ignore_ascii_case(table)) {
        for batch in receiver.try_iter() {
            for at in 0..batch.rows() {
                let row: Vec<Value> = batch.columns.iter().zip(&types).map(|(column, of)| column.value(at, of)).collect();
                if batch.kind(at).sign() > 0 {
                    rows.push(row);
                } else {
                    let gone = rows.iter().rposition(|there| format!("{there:?}") == format!("{row:?}"));
                    rows.remove(gone.ok_or_else(|| format!("{row:?} is taken back, but it is not there"))?);
                }
            }
        }
    }
    Ok(rows)
}

fn plain(name: &str) -> String {
    name.trim_end_matches(';').trim_matches('"').to_ascii_lowercase()
}

/// Whether a text has this name, not as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_part) && !text[at + word.len()..].chars().next().is_some_and(is_part)
    })
}

/// A query that stands in parentheses as a whole, without them.
fn within_parentheses(query: &str) -> &str {
    query.strip_prefix('(').and_then(|query| query.strip_suffix(')')).map_or(query, str::trim)
}

/// The statement on its own: without comments before it and the semicolon behind it.
pub fn without_comments(sql: &str) -> String {
    let lines: Vec<&str> = sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    lines.join("\n").trim().trim_end_matches(';').trim().to_owned()
}

//! The query road: SQL text to an immutable `PhysicalPlan` that every shard compiles for itself.
//!
//! ```text
//! text -> parse -> statements -> bind -> logical plan -> settle sorts, late tables -> optimize -> distribute -> physical plan
//!                                 ^ catalog                           ^ connectors
//! ```

mod at_most;
pub mod bind;
pub mod catalog;
mod create_text;
mod deadlines;
mod determined;
pub mod distribute;
mod early_fire;
pub mod explain;
pub mod functions;
mod hold;
mod job;
mod late;
mod like;
pub mod logical;
pub mod memory;
pub mod optimize;
pub mod parse;
pub mod physical;
mod processing_time;
mod row_pattern;
mod settings;
mod settle_sort;
mod show;
pub mod statement;
mod time_distance;
mod unique_keys;
mod unsteady;
pub mod values;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use self::bind::with_functions;
use self::job::Job;
use self::parse::{NamedTypes, Params};
use self::physical::PhysicalPlan;
use crate::error::{Error, Result};
use crate::sink::Sink;
use crate::source::Source;
use crate::types::{OptionValue, TableDef};

pub use self::bind::Given;
pub use self::explain::explain;

/// Makes sources and sinks of table definitions.
pub trait Connectors {
    /// The source that reads `table`.
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>>;
    /// The sink that writes `table`.
    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>>;
    /// The sink of a bare SELECT.
    fn print(&self) -> Result<Arc<dyn Sink>>;
    /// What becomes of INSERTs into memory tables that nothing reads: as here, where somebody looks on who takes them.
    fn unread(&self) -> Unread {
        Unread::Written
    }
}

/// What becomes of INSERTs into memory tables that nothing reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// They are written to a sink like others.
    Written,
    /// They are left out, with a warning; where the job writes nothing else that is a fault.
    LeftOutBesideOthers,
    /// They are left out.
    LeftOut,
}

/// A text with statements.
#[derive(Debug, Clone)]
pub struct Script {
    /// The SQL.
    pub text: String,
    /// Where it comes from, for errors.
    pub file: String,
}

/// A planned job.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What the shards run; without nodes where the scripts write nothing.
    pub plan: PhysicalPlan,
    /// The logical plan as text.
    pub logical: String,
    /// SET statements, overruled by `--set`.
    pub settings: BTreeMap<String, OptionValue>,
    /// What EXPLAIN, SHOW, DESCRIBE and SET without a key print before the job runs, in their order.
    pub answers: Vec<Answer>,
    /// Whether what each operator costs is wanted when the job has run: there was an EXPLAIN ANALYZE.
    pub analyze: bool,
    /// Memory tables that the scripts fill, and nothing reads.
    pub unread: Vec<String>,
    /// What else is not as it should be, though it runs.
    pub warnings: Vec<String>,
    /// The tables and views that there are behind the last statement.
    pub declared: Vec<Declared>,
}

/// The name of a table or view, with those of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its own.
    pub name: String,
    /// Those of its columns.
    pub columns: Vec<String>,
}

/// What a statement prints before the job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A plan.
    Plan(String),
    /// Rows, below the names of their columns.
    Rows(&'static [&'static str], Vec<Row>),
}

/// Texts, of which `None` is NULL.
pub type Row = Vec<Option<String>>;

/// A row as `print` shows it, without its kind.
pub fn row_text(row: &Row) -> String {
    format!("[{}]", row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join(", "))
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Plan(text) => f.write_str(text),
            Answer::Rows(_, rows) => rows.iter().try_for_each(|row| writeln!(f, "+I{}", row_text(row))),
        }
    }
}

/// Plans all statements of `scripts` as one job. Errors carry their line.
pub fn plan(scripts: &[Script], settings: &[(String, String)], connectors: &dyn Connectors) -> Result<Planned> {
    plan_with(scripts, settings, connectors, &Given::default(), Params::default())
}

/// The same with functions that the program brings along, and values for the parameters that stand in the scripts.
pub fn plan_with(
    scripts: &[Script],
    settings: &[(String, String)],
    connectors: &dyn Connectors,
    functions: &Given,
    params: Params,
) -> Result<Planned> {
    bind::check_names(functions)?;
    let job = parse::on_large_stack(|| read(scripts, Job::of(settings)?, functions, params));
    job.and_then(|job| job.planned(connectors)).map_err(|error| located(error, scripts))
}

/// Takes the statements of all scripts into a job. Their lines are counted through, so that a place says in which script it is.
fn read(scripts: &[Script], mut job: Job, functions: &Given, mut params: Params) -> Result<Job> {
    let (mut types, mut functions) = (NamedTypes::default(), functions.clone());
    let mut before = 0;
    for script in scripts {
        let text = "\n".repeat(before as usize) + &script.text;
        let statements = parse::parse(&text, &mut types, &mut params)?;
        with_functions(&mut functions, || statements.iter().try_for_each(|statement| job.statement(statement)))?;
        before += lines(script);
    }
    params.check_used()?;
    Ok(job)
}

/// The lines of a script; behind a line end is one more.
fn lines(script: &Script) -> u32 {
    u32::try_from(script.text.split('\n').count()).unwrap_or(u32::MAX)
}

/// An error with the line of the script in which its place is.
fn located(error: Error, scripts: &[Script]) -> Error {
    let Some(span) = error.span() else { return error };
    let mut before = 0;
    for script in scripts {
        if span.line <= before + lines(script) {
            return error.behind_lines(before).in_text(&script.file, &script.text);
        }
        before += lines(script);
    }
    error
}

#[cfg(test)]
mod tests;

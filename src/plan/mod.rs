//! The query road: SQL text to an immutable `PhysicalPlan` that every shard compiles for itself.
//!
//! ```text
//! text -> parse -> statements -> bind -> logical plan -> settle sorts, late tables -> optimize -> distribute -> physical plan
//!                                 ^ catalog                           ^ connectors
//! ```

mod at_most;
pub mod bind;
pub mod catalog;
mod deadlines;
mod determined;
pub mod distribute;
mod early_fire;
pub mod explain;
mod hold;
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
pub mod statement;
mod time_distance;
mod unique_keys;
mod unsteady;
pub mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::bind::{Output, Target};
use self::catalog::{Catalog, Entry};
use self::memory::Resolved;
use self::parse::NamedTypes;
use self::physical::PhysicalPlan;
use self::settings::QuerySettings;
use self::statement::{CreateTable, Insert, Name, Statement, StreamQuery};
use crate::error::{Error, Result, Span};
use crate::sink::Sink;
use crate::source::Source;
use crate::types::{OptionValue, Options, TableDef};

pub use self::explain::explain;

/// Makes sources and sinks of table definitions.
pub trait Connectors {
    /// The source that reads `table`.
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>>;
    /// The sink that writes `table`.
    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>>;
    /// The sink of a bare SELECT.
    fn print(&self) -> Result<Arc<dyn Sink>>;
    /// Whether somebody looks on who takes the rows of memory tables that nothing reads.
    fn looks_into_memory(&self) -> bool {
        true
    }
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
    /// What EXPLAIN statements print.
    pub explains: Vec<String>,
    /// Whether what each operator costs is wanted when the job has run: there was an EXPLAIN ANALYZE.
    pub analyze: bool,
    /// Memory tables that the scripts fill, and nothing reads.
    pub unread: Vec<String>,
    /// What else is not as it should be, though it runs.
    pub warnings: Vec<String>,
}

/// Plans all statements of `scripts` as one job. Errors carry their line.
pub fn plan(scripts: &[Script], settings: &[(String, String)], connectors: &dyn Connectors) -> Result<Planned> {
    let mut job = Job::of(settings)?;
    let mut types = NamedTypes::default();
    for (index, script) in scripts.iter().enumerate() {
        let read = parse::parse(&script.text, &mut types).and_then(|statements| {
            let job = &mut job;
            parse::on_large_stack(move || statements.iter().try_for_each(|statement| job.statement(statement, index)))
        });
        read.map_err(|e| e.in_text(&script.file, &script.text))?;
    }
    let mut explains = Vec::with_capacity(job.explained.len());
    for outputs in std::mem::take(&mut job.explained) {
        explains.push(explain(&job.finish(outputs, scripts, connectors)?, 1));
    }
    job.check_filled(scripts)?;
    let planned = job.finish(job.outputs.clone(), scripts, connectors)?;
    settings::take_out(&mut job.settings);
    Ok(Planned { settings: job.settings, explains, analyze: job.analyze, ..planned })
}

/// What the statements read so far amount to.
#[derive(Debug, Default)]
struct Job {
    catalog: Catalog,
    outputs: Vec<Output>,
    settings: BTreeMap<String, OptionValue>,
    /// Those that no SET changes.
    fixed: BTreeSet<String>,
    /// With what the next statement is planned.
    planning: QuerySettings,
    /// What EXPLAIN statements are about.
    explained: Vec<Vec<Output>>,
    /// Whether there was an EXPLAIN ANALYZE.
    analyze: bool,
    /// Tables without columns, each with its script: the first INSERT gives them those of its query.
    unfilled: Vec<(CreateTable, usize)>,
}

impl Job {
    /// With these settings, which overrule those of SET.
    fn of(settings: &[(String, String)]) -> Result<Job> {
        let value = |text: &String| OptionValue { text: text.clone(), span: Span::default() };
        let settings: BTreeMap<_, _> = settings.iter().map(|(key, text)| (key.clone(), value(text))).collect();
        let (fixed, planning) = (settings.keys().cloned().collect(), QuerySettings::of(&settings)?);
        Ok(Job { settings, fixed, planning, ..Job::default() })
    }

    fn set(&mut self, key: &Name, value: &Name) -> Result<()> {
        if !self.fixed.contains(&key.text) {
            self.settings.insert(key.text.clone(), OptionValue { text: value.text.clone(), span: value.span });
            self.planning = QuerySettings::of(&self.settings)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement, script: usize) -> Result<()> {
        match statement {
            Statement::CreateTable(create) => {
                let create = self.written_out(create)?;
                if create.columns.is_empty() && create.watermark.is_none() {
                    self.unfilled.push((create, script));
                    return Ok(());
                }
                let table = bind::table(&create, script)?;
                let is_there = matches!(self.catalog.find(&create.name.text), Some(Entry::Table(_)));
                if !(create.if_not_exists && is_there) {
                    self.catalog.add_table(table)?;
                }
            }
            Statement::CreateView { name, columns, query } => {
                let relation = bind::view(&mut self.catalog, name, columns, query)?;
                self.catalog.add_view(name, relation)?;
            }
            Statement::CreateSink { name, query, primary_key, options } => {
                let output = self.table_of_query(name, query, (primary_key, options), script)?;
                self.catalog.note_insert(&output);
                self.outputs.push(self.with_settings(output));
            }
            Statement::Set { key, value } => self.set(key, value)?,
            // The parser has put in what the name stands for.
            Statement::CreateType { .. } | Statement::DropType { .. } => {}
            Statement::Explain(inner) => {
                let mut outputs = self.outputs(inner, Target::Print, script)?;
                for output in &mut outputs {
                    if matches!(output.target, Target::Table(table) if self.catalog.tables[table].is_memory()) {
                        output.target = Target::Nowhere;
                    }
                }
                self.explained.push(outputs);
            }
            Statement::Analyze(inner) => {
                self.analyze = true;
                let outputs = self.outputs(inner, Target::Nowhere, script)?;
                self.outputs.extend(outputs);
            }
            writing => {
                let outputs = self.outputs(writing, Target::Print, script)?;
                outputs.iter().for_each(|output| self.catalog.note_insert(output));
                self.outputs.extend(outputs);
            }
        }
        Ok(())
    }

    /// Refuses tables without columns that nothing is inserted into.
    fn check_filled(&self, scripts: &[Script]) -> Result<()> {
        match self.unfilled.first() {
            Some((create, script)) => Err(without_columns(&create.name).in_text(&scripts[*script].file, &scripts[*script].text)),
            None => Ok(()),
        }
    }

    /// A CREATE TABLE with what it takes over of another table.
    fn written_out(&self, create: &CreateTable) -> Result<CreateTable> {
        let Some(like) = &create.like else { return Ok(create.clone()) };
        match self.catalog.find(&like.table.text) {
            Some(Entry::Table(base)) => like::merged(&self.catalog.tables[*base].declared, create, like),
            _ => Err(self.catalog.unknown(&like.table.text).at(like.table.span)),
        }
    }

    /// What a statement writes, by the settings that hold for it; the rows of a SELECT go to `target`.
    fn outputs(&mut self, statement: &Statement, target: Target, script: usize) -> Result<Vec<Output>> {
        let outputs = self.bound(statement, target, script)?;
        Ok(outputs.into_iter().map(|output| self.with_settings(output)).collect())
    }

    /// Defines a table with the columns of the query that it is written by.
    fn table_of_query(
        &mut self,
        name: &Name,
        query: &StreamQuery,
        key_and_options: (&[Name], &Options),
        script: usize,
    ) -> Result<Output> {
        let (table, mut output) = bind::sink(&mut self.catalog, name, query, key_and_options, script)?;
        output.target = Target::Table(self.catalog.tables.len());
        self.catalog.add_table(table)?;
        Ok(output)
    }

    fn insert(&mut self, insert: &Insert, script: usize) -> Result<Output> {
        if let Some(sink) = &insert.sink {
            self.catalog.add_sink(sink)?;
        }
        let is_it = |(create, _): &(CreateTable, usize)| create.name.text.eq_ignore_ascii_case(&insert.table.text);
        match self.unfilled.iter().position(is_it) {
            None => bind::insert(&mut self.catalog, insert, script),
            Some(at) if insert.columns.is_empty() && insert.partition.is_empty() && insert.on_conflict.is_none() => {
                let (create, declared_in) = self.unfilled.remove(at);
                let key_and_options = (create.primary_key.as_slice(), &create.options);
                let output = self.table_of_query(&create.name, &insert.query, key_and_options, declared_in)?;
                Ok(Output { span: insert.table.span, script, ..output })
            }
            Some(_) => Err(without_columns(&insert.table)),
        }
    }

    fn bound(&mut self, statement: &Statement, target: Target, script: usize) -> Result<Vec<Output>> {
        let mut insert = |insert: &Insert| self.insert(insert, script);
        match statement {
            Statement::Insert(one) => Ok(vec![insert(one)?]),
            Statement::StatementSet(several) => several.iter().map(insert).collect(),
            Statement::Select(query) => {
                let name = if target == Target::Print { "print" } else { "analyze" };
                let name = match self.outputs.iter().filter(|o| o.target == target).count() {
                    0 => name.to_owned(),
                    others => format!("{name} {}", others + 1),
                };
                Ok(vec![bind::selected(&mut self.catalog, query, target, name, script)?])
            }
            Statement::Explain(inner) | Statement::Analyze(inner) => self.bound(inner, target, script),
            Statement::CreateView { name, columns, query } => {
                bind::view(&mut self.catalog, name, columns, query)?;
                Ok(Vec::new())
            }
            Statement::CreateSink { name, query, .. } => {
                let target = Target::Nowhere;
                Ok(vec![bind::selected(&mut self.catalog, query, target, name.text.clone(), script)?])
            }
            Statement::CreateTable(_) | Statement::CreateType { .. } | Statement::DropType { .. } | Statement::Set { .. } => {
                Ok(Vec::new())
            }
        }
    }

    /// `output` as its statement asks for it that stands behind the settings so far.
    fn with_settings(&self, mut output: Output) -> Output {
        output.settings = self.planning;
        if let Some(delay) = self.planning.early_fire {
            early_fire::apply(&mut output.plan, delay);
        }
        output
    }

    fn finish(&mut self, outputs: Vec<Output>, scripts: &[Script], connectors: &dyn Connectors) -> Result<Planned> {
        let Resolved { outputs, unread } = memory::resolve(&mut self.catalog, &self.outputs, outputs, scripts, connectors)?;
        let outputs = settle_sort::settle(&self.catalog, outputs, scripts, connectors)?;
        let outputs = late::settle(&self.catalog, outputs, scripts)?;
        let outputs = optimize::optimize(&self.catalog, outputs)?;
        let logical = explain::logical(&outputs);
        let (plan, warnings) = distribute::distribute(&self.catalog, outputs, scripts, connectors)?;
        Ok(Planned { plan, logical, settings: BTreeMap::new(), explains: Vec::new(), analyze: false, unread, warnings })
    }
}

fn without_columns(table: &Name) -> Error {
    Error::sql(format!("table '{}' has no columns to read or write", table.text))
        .at(table.span)
        .hint("INSERT INTO it, without naming columns, gives it those of the query")
}

#[cfg(test)]
mod tests;

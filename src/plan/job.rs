//! The statements read so far, as one job: what they define, what they write, and what they ask for.

use std::collections::{BTreeMap, BTreeSet};

use super::bind::{self, Output, Target};
use super::catalog::{Catalog, Entry, View};
use super::memory::{self, Resolved};
use super::settings::{self, QuerySettings};
use super::statement::{CreateTable, Insert, Name, PlanForm, RelationKind, Statement, StreamQuery};
use super::{Answer, Connectors, Planned, Row, distribute, early_fire, explain, late, like, optimize, settle_sort, show};
use crate::error::{Error, Result, Span, nearest};
use crate::types::{OptionValue, Options};

/// What the statements read so far amount to.
#[derive(Debug, Default)]
pub struct Job {
    catalog: Catalog,
    outputs: Vec<Output>,
    settings: BTreeMap<String, OptionValue>,
    /// Those that no SET changes.
    fixed: BTreeSet<String>,
    /// With what the next statement is planned.
    planning: QuerySettings,
    /// What statements ask for.
    asked: Vec<Asked>,
    /// Whether there was an EXPLAIN ANALYZE.
    analyze: bool,
}

/// What a statement asks for that the job does not write.
#[derive(Debug)]
enum Asked {
    /// The plan of these.
    Plan(PlanForm, Vec<Output>),
    /// Rows that were there when it was read.
    Rows(&'static [&'static str], Vec<Row>),
}

impl Job {
    /// With these settings, which overrule those of SET.
    pub fn of(settings: &[(String, String)]) -> Result<Job> {
        let value = |text: &String| OptionValue { text: text.clone(), span: Span::default(), key: Span::default() };
        let settings: BTreeMap<_, _> = settings.iter().map(|(key, text)| (key.clone(), value(text))).collect();
        let (fixed, planning) = (settings.keys().cloned().collect(), QuerySettings::of(&settings)?);
        Ok(Job { settings, fixed, planning, ..Job::default() })
    }

    fn set(&mut self, key: &Name, value: &Name) -> Result<()> {
        if !self.fixed.contains(&key.text) {
            let said = OptionValue { text: value.text.clone(), span: value.span, key: key.span };
            self.settings.insert(key.text.clone(), said);
            self.planning = QuerySettings::of(&self.settings)?;
        }
        Ok(())
    }

    /// Forgets a setting, or all of them, but those that no SET changes.
    fn reset(&mut self, key: Option<&Name>) -> Result<()> {
        if let Some(key) = key.filter(|key| !self.settings.contains_key(&key.text)) {
            let error = Error::sql(format!("'{}' is not set", key.text)).at(key.span);
            return Err(match nearest(&key.text, self.settings.keys().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean '{near}'?")),
                None => error.hint("SET without a key shows what is set"),
            });
        }
        let Job { settings, fixed, .. } = self;
        settings.retain(|known, _| fixed.contains(known) || key.is_some_and(|key| key.text != *known));
        self.planning = QuerySettings::of(&self.settings)?;
        Ok(())
    }

    fn settings(&self) -> Vec<Row> {
        self.settings.iter().map(|(key, value)| vec![Some(key.clone()), Some(value.text.clone())]).collect()
    }

    /// Takes in one statement.
    pub fn statement(&mut self, statement: &Statement) -> Result<()> {
        match statement {
            Statement::CreateTable(create) => {
                let create = self.written_out(create)?;
                let is_there = matches!(self.catalog.find(&create.name.text), Some(Entry::Table(_) | Entry::Unfilled(_)));
                let stays = create.if_not_exists && is_there;
                if create.columns.is_empty() && create.watermark.is_none() {
                    return if stays { Ok(()) } else { self.catalog.add_unfilled(create) };
                }
                let table = bind::table(&create)?;
                if !stays {
                    self.catalog.add_table(table)?;
                }
            }
            Statement::CreateView { name, columns, query, text, comment } => {
                let relation = bind::view(&mut self.catalog, name, columns, query)?;
                let (columns, text, comment) = (columns.clone(), text.clone(), comment.clone());
                self.catalog.add_view(name, View::new(relation, columns, text, comment))?;
            }
            Statement::CreateSink { name, query, primary_key, options } => {
                let output = self.table_of_query(name, query, (primary_key, options))?;
                self.catalog.note_insert(&output);
                self.outputs.push(self.with_settings(output));
            }
            Statement::Set { key, value } => self.set(key, value)?,
            Statement::Reset(key) => self.reset(key.as_ref())?,
            Statement::Settings => self.asked.push(Asked::Rows(show::SETTINGS, self.settings())),
            Statement::Show(what) => self.asked.push(Asked::Rows(show::columns(&what.what), show::show(&self.catalog, what)?)),
            Statement::Describe { name, extended } => {
                let mut rows = show::describe(&self.catalog, name)?;
                if *extended {
                    rows.extend(show::describe_extended(&self.catalog, name)?);
                }
                self.asked.push(Asked::Rows(show::DESCRIPTION, rows));
            }
            Statement::Drop { kind, name, if_exists } => self.catalog.forget(*kind, name, *if_exists)?,
            Statement::Comment { kind, relation, column, text } => {
                self.catalog.comment((*kind, relation), column.as_ref(), text.as_deref())?;
            }
            Statement::CreateFunction(create) => bind::create_function(create, settings::wasm_limits(&self.settings)?)?,
            Statement::DropFunction { name, if_exists } => bind::drop_function(name, *if_exists)?,
            // The parser has put in what the name stands for.
            Statement::CreateType { .. } | Statement::DropType { .. } => {}
            Statement::Explain(form, inner) => {
                let mut outputs = self.outputs(inner, Target::Print)?;
                for output in &mut outputs {
                    if matches!(output.target, Target::Table(table) if self.catalog.tables[table].is_memory()) {
                        output.target = Target::Nowhere;
                    }
                }
                self.asked.push(Asked::Plan(*form, outputs));
            }
            Statement::Analyze(inner) => {
                self.analyze = true;
                let outputs = self.outputs(inner, Target::Nowhere)?;
                self.outputs.extend(outputs);
            }
            writing => {
                let outputs = self.outputs(writing, Target::Print)?;
                outputs.iter().for_each(|output| self.catalog.note_insert(output));
                self.outputs.extend(outputs);
            }
        }
        Ok(())
    }

    /// The job that runs, and what is printed before.
    pub fn planned(mut self, connectors: &dyn Connectors) -> Result<Planned> {
        let mut answers = Vec::with_capacity(self.asked.len());
        for asked in std::mem::take(&mut self.asked) {
            answers.push(match asked {
                Asked::Plan(form, outputs) => {
                    let planned = self.finish(outputs, connectors)?;
                    Answer::Plan(match form {
                        PlanForm::Text => explain(&planned, 1),
                        PlanForm::Json => explain::json(&planned.plan)?,
                    })
                }
                Asked::Rows(columns, rows) => Answer::Rows(columns, rows),
            });
        }
        self.catalog.check_filled()?;
        let planned = self.finish(self.outputs.clone(), connectors)?;
        settings::take_out(&mut self.settings);
        let declared = self.catalog.declared();
        Ok(Planned { settings: self.settings, answers, analyze: self.analyze, declared, ..planned })
    }

    /// A CREATE TABLE with what it takes over of another table.
    fn written_out(&self, create: &CreateTable) -> Result<CreateTable> {
        let Some(like) = &create.like else { return Ok(create.clone()) };
        match self.catalog.find(&like.table.text) {
            Some(Entry::Table(base)) => like::merged(&self.catalog.tables[*base].declared, create, like),
            Some(Entry::Unfilled(base)) => like::merged(base, create, like),
            Some(Entry::View(_)) => {
                let error = Error::sql(format!("'{}' is a view: it was declared with nothing to take over", like.table.text));
                Err(error
                    .at(like.table.span)
                    .hint("CREATE TABLE x WITH (...) AS SELECT * FROM it makes a table with its columns"))
            }
            None => Err(self.catalog.unknown(&like.table.text).at(like.table.span)),
        }
    }

    /// What a statement writes, by the settings that hold for it; the rows of a SELECT go to `target`.
    fn outputs(&mut self, statement: &Statement, target: Target) -> Result<Vec<Output>> {
        let outputs = self.bound(statement, target)?;
        Ok(outputs.into_iter().map(|output| self.with_settings(output)).collect())
    }

    /// Defines a table with the columns of the query that it is written by.
    fn table_of_query(&mut self, name: &Name, query: &StreamQuery, key_and_options: (&[Name], &Options)) -> Result<Output> {
        let (table, mut output) = bind::sink(&mut self.catalog, name, query, key_and_options)?;
        output.target = Target::Table(self.catalog.tables.len());
        self.catalog.add_table(table)?;
        Ok(output)
    }

    fn insert(&mut self, insert: &Insert) -> Result<Output> {
        if let Some(sink) = &insert.sink {
            self.catalog.add_sink(sink)?;
        }
        let takes_columns = insert.columns.is_empty() && insert.partition.is_empty() && insert.on_conflict.is_none();
        let Some(create) = takes_columns.then(|| self.catalog.take_unfilled(&insert.table)).flatten() else {
            return bind::insert(&mut self.catalog, insert);
        };
        let key_and_options = (create.primary_key.as_slice(), &create.options);
        let output = self.table_of_query(&create.name, &insert.query, key_and_options)?;
        if let Some(comment) = &create.comment {
            self.catalog.comment((RelationKind::Table, &create.name), None, Some(comment))?;
        }
        Ok(Output { span: insert.table.span, ..output })
    }

    fn bound(&mut self, statement: &Statement, target: Target) -> Result<Vec<Output>> {
        let mut insert = |insert: &Insert| self.insert(insert);
        match statement {
            Statement::Insert(one) => Ok(vec![insert(one)?]),
            Statement::StatementSet(several) => several.iter().map(insert).collect(),
            Statement::Select(query) => {
                let name = if target == Target::Print { "print" } else { "analyze" };
                let name = match self.outputs.iter().filter(|o| o.target == target).count() {
                    0 => name.to_owned(),
                    others => format!("{name} {}", others + 1),
                };
                Ok(vec![bind::selected(&mut self.catalog, query, target, name)?])
            }
            Statement::Explain(_, inner) | Statement::Analyze(inner) => self.bound(inner, target),
            Statement::CreateView { name, columns, query, .. } => {
                bind::view(&mut self.catalog, name, columns, query)?;
                Ok(Vec::new())
            }
            Statement::CreateSink { name, query, .. } => {
                let target = Target::Nowhere;
                Ok(vec![bind::selected(&mut self.catalog, query, target, name.text.clone())?])
            }
            _ => Ok(Vec::new()),
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

    fn finish(&mut self, outputs: Vec<Output>, connectors: &dyn Connectors) -> Result<Planned> {
        let Resolved { outputs, unread } = memory::resolve(&mut self.catalog, &self.outputs, outputs, connectors)?;
        let outputs = settle_sort::settle(&self.catalog, outputs, connectors)?;
        let outputs = late::settle(&self.catalog, outputs)?;
        let outputs = optimize::optimize(&self.catalog, outputs)?;
        let logical = explain::logical(&outputs);
        let (plan, warnings) = distribute::distribute(&self.catalog, outputs, connectors)?;
        let (settings, answers, declared) = (BTreeMap::new(), Vec::new(), Vec::new());
        Ok(Planned { plan, logical, settings, answers, analyze: false, unread, warnings, declared })
    }
}

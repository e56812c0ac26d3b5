//! What a shell remembers: the declarations so far, and how results are shown. Each statement is planned as a job of its own behind them.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::command::{Command, HELP, Switch};
use super::results::{Form, Results, SCREEN, Showing};
use crate::cli::args::JobArgs;
use crate::cli::explain::print;
use crate::cli::job::{BuiltIn, Job, prepared, read};
use crate::cli::profile::costs;
use crate::cli::run::{execute, supervise};
use crate::config::Progress;
use crate::error::Result;
use crate::limits::PROFILE_EVERY_DEFAULT;
use crate::metrics::format_nanos;
use crate::plan::parse::{Params, quoted, split};
use crate::plan::physical::{NodeKind, Writes};
use crate::plan::{Answer, Connectors, Declared, Script, Unread};
use crate::sink::Sink;
use crate::source::{Boundedness, Source};
use crate::types::TableDef;

/// Where statements come from, in errors.
const HERE: &str = "shell";

/// Whether the shell goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Go,
    Quit,
}

/// The connectors of Corelane, with the shell as what a SELECT writes to.
struct Screen;

impl Connectors for Screen {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        BuiltIn.source(table)
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        BuiltIn.sink(table)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(Arc::new(Results { form: Form::Table, showing: Showing::Changes }))
    }

    fn unread(&self) -> Unread {
        Unread::LeftOut
    }
}

/// The state of a shell.
pub(super) struct Session {
    settings: JobArgs,
    /// Statements that write nothing by themselves.
    declarations: Vec<Script>,
    declared: Vec<Declared>,
    form: Form,
    changes: Switch,
    timing: Switch,
}

impl Session {
    /// Without declarations.
    pub(super) fn new(settings: JobArgs, form: Form) -> Session {
        let (declarations, declared) = (Vec::new(), Vec::new());
        Session { settings, declarations, declared, form, changes: Switch::Off, timing: Switch::Off }
    }

    /// The tables and views that there are.
    pub(super) fn declared(&self) -> &[Declared] {
        &self.declared
    }

    /// Does what a whole input says: a command, or statements, of which the last may lack its `;`.
    pub(super) fn input(&mut self, text: &str, out: &mut dyn Write) -> Result<Next> {
        if text.trim_start().starts_with('\\') {
            return self.command(text, out);
        }
        self.statements(text, out).map(|()| Next::Go)
    }

    /// Runs the statements of a file.
    pub(super) fn file(&mut self, path: &Path, out: &mut dyn Write) -> Result<()> {
        let Script { text, .. } = read(path)?;
        self.statements(&text, out)
    }

    fn statements(&mut self, text: &str, out: &mut dyn Write) -> Result<()> {
        let found = split(text);
        let rest = Some(found.rest).filter(|rest| !rest.is_empty());
        found.whole.into_iter().chain(rest).filter(|text| *text != ";").try_for_each(|text| self.statement(text, out))
    }

    fn statement(&mut self, text: &str, out: &mut dyn Write) -> Result<()> {
        let one = Script { text: text.to_owned(), file: HERE.to_owned() };
        let scripts: Vec<Script> = self.declarations.iter().cloned().chain([one.clone()]).collect();
        let mut job = self.prepared(&scripts)?;
        for warning in &job.planned.warnings {
            tracing::warn!("{warning}");
        }
        for answer in &job.planned.answers {
            self.answer(answer, out)?;
        }
        let declared = std::mem::take(&mut job.planned.declared);
        match (job.planned.plan.nodes.is_empty(), job.planned.answers.is_empty()) {
            (true, true) => {
                self.declared = declared;
                self.declarations.push(one);
                Ok(())
            }
            (true, false) => Ok(()),
            (false, _) => {
                let made = self.made(&one, &declared)?;
                self.run(job, out)?;
                self.declared = declared;
                self.declarations.extend(made);
                Ok(())
            }
        }
    }

    /// Each statement asks for some of the parameters.
    fn prepared(&self, scripts: &[Script]) -> Result<Job> {
        let params = Params::read(&self.settings.params)?.shared();
        prepared(scripts, &self.settings, params, &Screen, |sets| self.settings.job_config(sets))
    }

    /// What declares the tables that a statement makes and fills, without filling them again.
    fn made(&self, one: &Script, declared: &[Declared]) -> Result<Vec<Script>> {
        let is_new = |table: &&Declared| self.declared.iter().all(|known| known.name != table.name);
        let mut made = Vec::new();
        for table in declared.iter().filter(is_new) {
            let show = Script { text: format!("SHOW CREATE TABLE {}", quoted(&table.name)), file: HERE.to_owned() };
            let scripts: Vec<Script> = self.declarations.iter().chain([one]).cloned().chain([show]).collect();
            let planned = self.prepared(&scripts)?.planned;
            if let Some(Answer::Rows(_, rows)) = planned.answers.into_iter().last() {
                let texts = rows.into_iter().flatten().flatten();
                made.extend(texts.map(|text| Script { text, file: HERE.to_owned() }));
            }
        }
        Ok(made)
    }

    fn answer(&self, answer: &Answer, out: &mut dyn Write) -> Result<()> {
        match answer {
            Answer::Plan(text) => print(out, text),
            Answer::Rows(columns, rows) => print(out, &Results::of_rows(self.form, columns, rows)?),
        }
    }

    fn run(&self, mut job: Job, out: &mut dyn Write) -> Result<()> {
        if job.planned.analyze {
            job.config.profile_every.get_or_insert(PROFILE_EVERY_DEFAULT);
            let finished = execute(&job, None)?;
            return print(out, &costs(&job, &finished));
        }
        self.show_results(&mut job);
        let outcome = supervise(&job, None)?;
        for row in outcome.aside.iter().take(job.config.errors_shown) {
            tracing::warn!("set aside: {}", row.line());
        }
        if self.timing == Switch::On {
            let rows: u64 = outcome.shards.iter().map(|shard| shard.counters.rows_in).sum();
            tracing::info!("{rows} rows in, {}", format_nanos(outcome.elapsed_ns));
        }
        Ok(())
    }

    /// Says how the rows of a SELECT are shown, now that it is known what they are.
    fn show_results(&self, job: &mut Job) {
        let nodes = &mut job.planned.plan.nodes;
        let scans = nodes.iter().filter_map(|node| if let NodeKind::Scan(scan) = &node.kind { Some(scan) } else { None });
        let ends = scans.map(|scan| scan.source.boundedness()).all(|boundedness| boundedness == Boundedness::Bounded);
        for node in nodes {
            let NodeKind::Sink(write) = &mut node.kind else { continue };
            if write.sink.describe() != SCREEN {
                continue;
            }
            let showing = match (&write.writes, self.changes) {
                (Writes::Append, _) => Showing::Rows,
                (_, Switch::Off) if ends => Showing::Result,
                _ => Showing::Changes,
            };
            write.sink = Arc::new(Results { form: self.form, showing });
            // Rows go to the terminal on which the line would be drawn.
            job.config.progress = Progress::Off;
        }
    }

    fn command(&mut self, text: &str, out: &mut dyn Write) -> Result<Next> {
        match Command::read(text)? {
            Command::Help => print(out, HELP)?,
            Command::Quit => return Ok(Next::Quit),
            Command::Statement(sql) => self.statement(&sql, out)?,
            Command::Form(form) => self.form = form,
            Command::Changes(switch) => self.changes = switch,
            Command::Timing(switch) => self.timing = switch,
            Command::Include(path) => self.file(&path, out)?,
            Command::Forget => (self.declarations, self.declared) = (Vec::new(), Vec::new()),
        }
        Ok(Next::Go)
    }
}

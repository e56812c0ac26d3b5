//! A job within another program: planned from SQL, fed and read by the program's threads. Above both roads; the shards know nothing of it.
//!
//! ```text
//!   the program                        the job
//!   Input  --> queue of a split  -->  shard 0 --+--> queue of a result --> Output
//!   Input  --> queue of a split  -->  shard 1 --'
//!   Running: drain, stop, wait
//! ```
//! Tables whose connector is `channel` are the program's: those that are read have inputs, those that are written outputs, and so has each
//! SELECT. All others do what they say. Nothing is planned to be fed or read by nobody: a job does not start before its inputs and outputs
//! are taken. What is wrong with rows is said to the one who sends them (`rows`), before they enter a queue.

#[cfg(feature = "arrow")]
mod arrow;
mod aggregate;
mod function;
mod input;
mod output;
mod parts;
mod program;
mod rows;
mod running;
mod states;
mod table_function;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::aggregate::{AggregateFunction, Outcome};
pub use self::function::{Argument, Arguments, Returned, ScalarFunction};
pub use self::input::Input;
pub use self::output::{Next, Output};
pub use self::parts::Parts;
pub use self::rows::{IntoRows, Rows};
pub use self::running::{Report, Running};
pub use self::table_function::{Columns, GivenRows, TableFunction};

use self::program::{Program, Received, Sent};
use crate::config::{JobConfig, Pinning, is_foreign};
use crate::error::{Error, Result, nearest};
use crate::limits::SHARDS_MAX;
use crate::plan::parse::Params;
use crate::plan::{Given, Planned, Script, explain, plan_with};

/// A planned job, to be given its inputs and outputs and started.
///
/// ```
/// use corelane::{Job, Value};
///
/// let mut job = Job::from_sql(
///     "CREATE TABLE trades (symbol STRING, size INT) WITH ('connector' = 'channel');
///      SELECT symbol, SUM(size) FROM trades GROUP BY symbol EMIT FINAL;",
/// )?;
/// let (mut trades, sums) = (job.input("trades")?, job.output("print")?);
/// let running = job.start()?;
/// trades.send([("ACME", 100), ("ACME", 50)].map(|(symbol, size)| vec![symbol.into(), size.into()]))?;
/// trades.close();
/// let rows: Vec<_> = sums.flat_map(|rows| rows.to_vec()).collect();
/// assert_eq!(rows, [vec![Value::text("ACME"), Value::Int(150)]]);
/// assert_eq!(running.wait()?.rows_in, 2);
/// # Ok::<(), corelane::Error>(())
/// ```
#[derive(Debug)]
pub struct Job {
    planned: Planned,
    config: JobConfig,
    /// Core of each shard.
    cores: Vec<usize>,
    /// The tables that are read and may have inputs.
    sent: BTreeMap<String, Sent>,
    /// The results that nobody has taken, by name.
    received: BTreeMap<String, Received>,
}

/// What a job is planned from.
#[derive(Debug, Default)]
pub struct JobBuilder {
    scripts: Vec<Script>,
    settings: Vec<(String, String)>,
    functions: Given,
    threads: Option<usize>,
}

impl JobBuilder {
    /// Adds statements. Errors show their line as one of `sql`, those of the second text as one of `sql 2`.
    #[must_use]
    pub fn sql(mut self, text: impl Into<String>) -> Self {
        let file = match self.scripts.len() {
            0 => "sql".to_owned(),
            before => format!("sql {}", before + 1),
        };
        self.scripts.push(Script { text: text.into(), file });
        self
    }

    /// Settles a key of the configuration, such as `cores.shards`, or one of SET. It overrules the SQL's SET.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((key.into(), value.into()));
        self
    }

    /// Adds a function that the SQL may call.
    #[must_use]
    pub fn function(mut self, function: ScalarFunction) -> Self {
        self.functions.functions.push(function.0);
        self
    }

    /// Adds an aggregate that the SQL may call.
    #[must_use]
    pub fn aggregate<S: Clone + Default + Send + 'static, A: Arguments>(mut self, function: AggregateFunction<S, A>) -> Self {
        self.functions.aggregates.push(Arc::new(function.given()));
        self
    }

    /// Adds a function whose rows the SQL may read.
    #[must_use]
    pub fn table_function(mut self, function: TableFunction) -> Self {
        self.functions.functions.push(function.0);
        self
    }

    /// Runs so many shards on threads that the host places, in place of one pinned to each core.
    #[must_use]
    pub fn threads(mut self, shards: usize) -> Self {
        self.threads = Some(shards);
        self
    }

    /// Plans the job.
    pub fn plan(self) -> Result<Job> {
        let program = Program::default();
        let planned = plan_with(&self.scripts, &self.settings, &program, &self.functions, Params::default())?;
        if planned.analyze || !planned.answers.is_empty() {
            let error = Error::sql(
                "EXPLAIN, SHOW, DESCRIBE and SET without a key print, and a job within a program has no place for that",
            );
            return Err(error.hint("Job::explain gives the plan"));
        }
        if planned.plan.nodes.is_empty() {
            return Err(Error::sql("the job writes nothing").hint("add an INSERT INTO or a SELECT"));
        }
        let mut config = JobConfig::load(None, &own_settings(&planned)?)?;
        warn_of(&planned);
        let cores = match self.threads {
            None => config.placement()?.shards,
            Some(shards) if (1..=SHARDS_MAX).contains(&shards) => {
                config.pinning = Pinning::Free;
                vec![0; shards]
            }
            Some(shards) => return Err(Error::config(format!("{shards} shards: a job has 1 to {SHARDS_MAX}"))),
        };
        let (sent, received) = program.ends(&planned.plan)?;
        Ok(Job { planned, config, cores, sent, received })
    }
}

impl Job {
    /// What jobs are planned from: SQL and settings.
    pub fn builder() -> JobBuilder {
        JobBuilder::default()
    }

    /// Plans the statements of `text`, with one shard pinned to each core.
    pub fn from_sql(text: impl Into<String>) -> Result<Job> {
        Job::builder().sql(text).plan()
    }

    /// The plan as EXPLAIN shows it.
    pub fn explain(&self) -> String {
        explain(&self.planned, self.cores.len())
    }

    /// A sender of rows of `table`. Each is a split: its rows come in order, and their lateness is told by its own watermark. The rows
    /// of all senders are those of the table.
    pub fn input(&mut self, table: &str) -> Result<Input> {
        let names: Vec<&str> = self.sent.keys().map(String::as_str).collect();
        let name = find(table, &names, "input")?.to_owned();
        let sent = self.sent.get_mut(&name).ok_or_else(|| Error::internal("a table that was found"))?;
        sent.is_fed = true;
        Ok(Input::new(sent.ends.feed()?, sent.table.clone()))
    }

    /// What the job writes to a table, or the result of a SELECT: the first is called `print`, the second `print 2`, as EXPLAIN calls them.
    /// It can be taken once.
    pub fn output(&mut self, name: &str) -> Result<Output> {
        let names: Vec<&str> = self.received.keys().map(String::as_str).collect();
        let name = find(name, &names, "output")?.to_owned();
        let Received { batches, schema } =
            self.received.remove(&name).ok_or_else(|| Error::internal("an output that was found"))?;
        Ok(Output::new(Arc::new(schema), batches))
    }

    /// Starts the job on threads of its own.
    pub fn start(self) -> Result<Running> {
        if let Some((name, _)) = self.sent.iter().find(|(_, sent)| !sent.is_fed) {
            let error = Error::config(format!("the job reads table '{name}', and nothing sends its rows"));
            return Err(error.hint(format!(
                "take Job::input(\"{name}\") before the start; one that is closed at once says that there are none"
            )));
        }
        if let Some(name) = self.received.keys().next() {
            let error = Error::config(format!("the job writes '{name}', and nothing takes its rows"));
            return Err(error.hint(format!(
                "take Job::output(\"{name}\") before the start; one that is dropped says that nobody wants them"
            )));
        }
        running::start(self.planned.plan, self.config, self.cores)
    }
}

/// The one of `names` that is meant, without regard to case.
fn find<'a>(name: &str, names: &[&'a str], role: &str) -> Result<&'a str> {
    names.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().ok_or_else(|| {
        let error = Error::config(format!("the job has no {role} '{name}' to take"));
        match nearest(name, names.iter().copied()) {
            Some(near) => error.hint(format!("did you mean '{near}'?")),
            None if names.is_empty() => {
                error.hint("an input is a table with 'connector' = 'channel' that the SQL reads; an output can be taken once")
            }
            None => error.hint(format!("there are: {}", names.join(", "))),
        }
    })
}

/// The settings of a planned job that the configuration knows; warns of those that say nothing here.
pub(crate) fn own_settings(planned: &Planned) -> Result<Vec<(String, String)>> {
    let mut own = Vec::with_capacity(planned.settings.len());
    for (key, value) in &planned.settings {
        if is_foreign(key, &value.text)? {
            tracing::warn!("SET '{key}' says nothing here");
        } else {
            own.push((key.clone(), value.text.clone()));
        }
    }
    Ok(own)
}

/// Warns of what is not as it should be in a job, though it runs.
pub(crate) fn warn_of(planned: &Planned) {
    for table in &planned.unread {
        tracing::warn!("nothing reads the memory table '{table}': what is inserted into it goes nowhere");
    }
    for warning in &planned.warnings {
        tracing::warn!("{warning}");
    }
}

//! What the verbs that take SQL share: reading scripts, planning them, choosing cores.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::args::JobArgs;
use crate::config::{JobConfig, split_override};
use crate::embed::{own_settings, warn_of};
use crate::error::{Error, Result};
use crate::plan::parse::Params;
use crate::plan::{Connectors, Given, Planned, Script, Unread, plan_with};
use crate::sink::{self, Sink};
use crate::source::{self, Source};
use crate::types::TableDef;

/// The connectors that come with Corelane.
pub struct BuiltIn;

impl Connectors for BuiltIn {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        source::create(table)
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        sink::create(table)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(sink::print::stdout())
    }

    fn unread(&self) -> Unread {
        Unread::LeftOutBesideOthers
    }
}

/// A job as far as it goes without running.
pub struct Job {
    /// The plan.
    pub planned: Planned,
    /// The settings.
    pub config: JobConfig,
    /// Core of each shard.
    pub cores: Vec<usize>,
    /// Cores of everything else; empty for any.
    pub control: Vec<usize>,
}

/// Reads and plans the scripts of the arguments, and warns of what is not as it should be; `config` makes the settings once the SQL's SET statements are known.
pub fn prepare(args: &JobArgs, config: impl FnOnce(&[(String, String)]) -> Result<JobConfig>) -> Result<Job> {
    let job = prepared(&scripts(args)?, args, Params::read(&args.params)?, &BuiltIn, config)?;
    warn_of(&job.planned);
    Ok(job)
}

/// Plans these scripts, with the settings of the arguments and these parameters.
pub(super) fn prepared(
    scripts: &[Script],
    args: &JobArgs,
    params: Params,
    connectors: &dyn Connectors,
    config: impl FnOnce(&[(String, String)]) -> Result<JobConfig>,
) -> Result<Job> {
    let settings = args.settings.iter().map(|s| split_override(s)).collect::<Result<Vec<_>>>()?;
    let planned = plan_with(scripts, &settings, connectors, &Given::default(), params)?;
    let config = config(&own_settings(&planned)?)?;
    let placement = config.placement()?;
    Ok(Job { planned, config, cores: placement.shards, control: placement.control })
}

fn scripts(args: &JobArgs) -> Result<Vec<Script>> {
    let mut scripts = args.files.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    for (index, text) in args.expressions.iter().enumerate() {
        let file = if args.expressions.len() == 1 { "-e".to_owned() } else { format!("-e {}", index + 1) };
        scripts.push(Script { text: text.clone(), file });
    }
    Ok(scripts)
}

/// The text of a file, or of standard input for `-`.
pub(super) fn read(path: &Path) -> Result<Script> {
    let file = path.display().to_string();
    if file == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|e| Error::config(format!("cannot read SQL from standard input: {e}")))?;
        return Ok(Script { text, file: "<stdin>".to_owned() });
    }
    let text = std::fs::read_to_string(path).map_err(|e| Error::config(format!("cannot read '{file}': {e}")))?;
    Ok(Script { text, file })
}

//! The command line as plain data. Says what was typed; whether it is sensible, others decide.
//!
//! Settings are laid over each other here: file, then the SQL's SET, then `--set`, then `--cores` and `--report`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::golden::Shape;
use super::shell::Form;
use crate::config::{CoreWish, JobConfig, split_override};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{BATCH_ROWS_MAX, SHARDS_MAX};
use crate::types::parse_duration;

/// What the exit code says; part of every help text.
const EXIT_CODES: &str = "\
Exit codes:
  0    the job ended, or was stopped and drained
  1    the job failed: reading, writing, or data beyond 'max.errors'
  2    wrong command line, SQL or config
  3    the host lacks or forbids something the job needs
  101  a fault of corelane itself";

/// Streaming SQL on one Linux host: one shard per core.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "corelane", version, about, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Verb {
    /// Run a job until its sources end, its duration is over or it is stopped
    #[command(after_help = format!(
        "Examples:\n  corelane run examples/quickstart.sql\n  corelane run job.sql --cores 2-5,8 --duration 30s --report out\n  \
         corelane run -e \"SELECT :n + 1\" --param n=1\n  cat job.sql | corelane run -\n\n{EXIT_CODES}"
    ))]
    Run(RunArgs),
    /// Run a job for a time and show what each operator costs, and where the time of the cores goes
    #[command(after_help = format!(
        "Example:\n  corelane profile job.sql --duration 5s\n\nEXPLAIN ANALYZE before a statement shows the same for a job that `run` runs.\n\n{EXIT_CODES}"
    ))]
    Profile(ProfileArgs),
    /// Show the logical and the physical plan; run nothing
    #[command(after_help = format!("Example:\n  corelane explain examples/quickstart.sql --cores \"4 cores\"\n\n{EXIT_CODES}"))]
    Explain(JobArgs),
    /// Parse, bind, plan, validate config and host; run nothing
    #[command(after_help = format!("Example:\n  corelane check job.sql --config tuning/latency.toml\n\n{EXIT_CODES}"))]
    Check(JobArgs),
    /// Run golden streams: SQL over given rows on virtual time, compared with what is expected, at several numbers of shards
    #[command(after_help = format!(
        "Examples:\n  corelane test tests/sql\n  corelane test trades.slt --only late --shards 1,4\n\n\
         A file has cases: 'case NAME', 'sql' or 'job FILE.sql', 'rows TABLE', 'watermark TABLE TIME', 'expect [TABLE]', each with its\n\
         lines below, two blanks before them; examples/csv_to_json.slt is one.\n\n{EXIT_CODES}"
    ))]
    Test(TestArgs),
    /// Show how functions are called and what they mean, each with an example
    #[command(after_help = format!(
        "Examples:\n  corelane functions substring\n  corelane functions 'array%'\n  corelane functions --markdown > functions.md\n\n{EXIT_CODES}"
    ))]
    Functions(FunctionsArgs),
    /// Run statements as they are typed, or as they come through a pipe
    #[command(after_help = format!(
        "Examples:\n  corelane shell\n  corelane shell tables.sql\n  corelane shell tables.sql --format csv -e \"SELECT * FROM trades LIMIT 10\"\n\n\
         \\? shows the commands of the shell.\n\n{EXIT_CODES}"
    ))]
    Shell(ShellArgs),
    /// Lay SQL files out in one way; what they say stays the same, token by token
    #[command(after_help = format!("Examples:\n  corelane fmt job.sql\n  corelane fmt --check examples/*.sql\n  corelane fmt - < job.sql\n\n{EXIT_CODES}"))]
    Fmt(FmtArgs),
    /// Show what of this host costs latency, and what to do about it
    #[command(after_help = format!("Example:\n  corelane doctor --cores 2-5\n\n{EXIT_CODES}"))]
    Doctor(DoctorArgs),
    /// Read histogram logs back: percentiles by stage and shard, several files side by side
    #[command(after_help = format!("Example:\n  corelane latency before/latency.hlog after/latency.hlog\n\n{EXIT_CODES}"))]
    Latency(LatencyArgs),
    /// Measure the engine on this host: what a record costs, where that goes, and what a loop written by hand would cost
    #[command(after_help = format!(
        "Examples:\n  corelane bench overhead --records 1000000\n  corelane bench onebrc --cores 2-5\n  \
         corelane bench latency --rates 50000,200000 --plot latency.svg\n  corelane bench gate --json\n\n\
         A limit that is not kept ends in exit code 1, in an optimised build; others do not judge.\n\n{EXIT_CODES}"
    ))]
    Bench(BenchArgs),
}

/// What `bench` measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BenchName {
    /// What the runtime adds to a query, and where that goes
    Overhead,
    /// What more shards give, beside loops by hand
    Scaling,
    /// Percentiles at fixed rates, in process and over loopback TCP
    Latency,
    /// JSON lines and CSV beside the usual crates
    Decode,
    /// The questions of the auction house, q0 to q22
    Nexmark,
    /// What streaming jobs mostly do: aggregates, windows, joins, over two orders of their rows
    Workloads,
    /// The One Billion Row Challenge as a job, beside a reader by hand
    Onebrc,
    /// What queries lose that no quick way covers: pairs of a plain query and a harder twin
    Cliffs,
    /// Queries called directly, beside loops by hand
    ByHand,
    /// Every limit that the engine is to keep
    Gate,
}

/// Arguments of `bench`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct BenchArgs {
    /// What to measure
    #[arg(value_name = "WHAT", value_enum)]
    pub what: BenchName,

    /// Cores of the shards: a list such as 2-5,8, `auto`, or a count such as '2 cores'
    #[arg(long, value_name = "CORES", default_value = "auto")]
    pub cores: String,

    /// Records of a measurement; without it as many as the measurement is meant for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub records: Option<u32>,

    /// How often each measurement is made; the best counts
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u16).range(1..))]
    pub repeat: u16,

    /// One JSON object a line instead of a table
    #[arg(long)]
    pub json: bool,

    /// `latency` only: rows a second to offer, one rate after the other as long as the host keeps up
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub rates: Vec<u64>,

    /// `latency` only: write the percentile plots as an SVG picture
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
}

/// SQL and settings of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct JobArgs {
    /// SQL files; several are one job; `-` reads standard input
    #[arg(value_name = "FILE.sql", required_unless_present = "expressions")]
    pub files: Vec<PathBuf>,

    /// SQL given inline; comes after the files
    #[arg(short = 'e', long = "execute", value_name = "SQL")]
    pub expressions: Vec<String>,

    /// Settings of the job
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,

    /// Cores of the shards: a list such as 2-5,8 (a bare 3 is core 3), `auto`, or a count such as '2 cores'
    #[arg(long, value_name = "CORES")]
    pub cores: Option<String>,

    /// One setting, as in the config file: --set runtime.idle=spin
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,

    /// What :NAME in the SQL stands for: a number, DATE '2026-01-01' or any other literal of SQL; all else is a text
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
}

/// Arguments of `run`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct RunArgs {
    /// SQL and settings.
    #[command(flatten)]
    pub job: JobArgs,

    /// Stop after this long, as if the sources had ended: 500ms, 30s, 5min
    #[arg(long, value_name = "TIME", value_parser = read_duration)]
    pub duration: Option<Duration>,

    /// Write report.json, latency.hlog and .hgrm files here
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
}

/// Arguments of `profile`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ProfileArgs {
    /// SQL and settings.
    #[command(flatten)]
    pub job: JobArgs,

    /// Stop after this long, unless the sources end before: 500ms, 30s, 5min
    #[arg(long, value_name = "TIME", value_parser = read_duration, default_value = "10s")]
    pub duration: Duration,
}

/// Arguments of `test`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct TestArgs {
    /// Files of golden streams, or folders with files whose names end in .slt
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,

    /// Numbers of shards to run each case at
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "1,2,3,4",
          value_parser = clap::value_parser!(u16).range(1..=SHARDS_MAX as i64))]
    pub shards: Vec<u16>,

    /// Rows of a batch to run each case with
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "1,3,1024",
          value_parser = clap::value_parser!(u32).range(1..=BATCH_ROWS_MAX as i64))]
    pub batch_rows: Vec<u32>,

    /// Run only the cases with this in their names
    #[arg(long, value_name = "PART")]
    pub only: Option<String>,

    /// Write what comes out at one shard into the files, in place of what they expect; then check them as always
    #[arg(long)]
    pub update: bool,

    /// What :NAME in the SQL stands for: a number, DATE '2026-01-01' or any other literal of SQL; all else is a text
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
}

impl TestArgs {
    /// Every number of shards with every size of batches.
    pub fn shapes(&self) -> impl Iterator<Item = Shape> + '_ {
        let sizes = |shards: u16| self.batch_rows.iter().map(move |rows| (shards, *rows));
        let shape = |(shards, rows)| Shape { shards: usize::from(shards), batch_rows: rows as usize };
        self.shards.iter().flat_map(move |shards| sizes(*shards)).map(shape)
    }
}

/// Arguments of `functions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct FunctionsArgs {
    /// A name, or a pattern of LIKE for several; without one, all functions
    #[arg(value_name = "NAME")]
    pub pattern: Option<String>,

    /// Write the page of a document
    #[arg(long)]
    pub markdown: bool,
}

/// Arguments of `shell`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ShellArgs {
    /// SQL files to run first
    #[arg(value_name = "FILE.sql")]
    pub files: Vec<PathBuf>,

    /// Run this and end
    #[arg(short = 'e', long = "execute", value_name = "SQL")]
    pub expressions: Vec<String>,

    /// What results look like
    #[arg(long, value_name = "FORM", value_enum, default_value = "table")]
    pub format: Form,

    /// Settings of every job
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,

    /// Cores of the shards: a list such as 2-5,8 (a bare 3 is core 3), `auto`, or a count such as '2 cores'
    #[arg(long, value_name = "CORES", default_value = "1 cores")]
    pub cores: String,

    /// One setting, as in the config file: --set runtime.idle=spin
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,

    /// What :NAME in the SQL stands for: a number, DATE '2026-01-01' or any other literal of SQL; all else is a text
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
}

impl ShellArgs {
    /// What holds for every job.
    pub fn settings(&self) -> JobArgs {
        let (config, settings, cores) = (self.config.clone(), self.settings.clone(), Some(self.cores.clone()));
        JobArgs { config, settings, cores, params: self.params.clone(), ..JobArgs::default() }
    }
}

/// Arguments of `fmt`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct FmtArgs {
    /// SQL files; `-` reads standard input and writes to standard output
    #[arg(value_name = "FILE.sql", required = true)]
    pub files: Vec<PathBuf>,

    /// Write nothing; name the files that are laid out otherwise, and fail if there are any
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct DoctorArgs {
    /// Look at the host as a job on these cores would: a list such as 2-5,8, `auto`, or '2 cores'
    #[arg(long, value_name = "CORES", default_value = "auto")]
    pub cores: String,
}

/// Arguments of `latency`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct LatencyArgs {
    /// Interval logs that `run --report` or another HdrHistogram tool wrote
    #[arg(value_name = "FILE.hlog", required = true)]
    pub files: Vec<PathBuf>,
}

impl JobArgs {
    /// The settings of the job. `sql` are its SET statements in their order.
    pub fn job_config(&self, sql: &[(String, String)]) -> Result<JobConfig> {
        let mut overrides = sql.to_vec();
        for setting in &self.settings {
            overrides.push(split_override(setting)?);
        }
        let mut config = JobConfig::load(self.config.as_deref(), &overrides)?;
        if let Some(cores) = &self.cores {
            config.shards = CoreWish::parse_argument(cores)?;
        }
        Ok(config)
    }
}

impl RunArgs {
    /// The settings of the job, `--report` included.
    pub fn job_config(&self, sql: &[(String, String)]) -> Result<JobConfig> {
        let mut config = self.job.job_config(sql)?;
        if let Some(dir) = &self.report {
            config.report_dir = Some(dir.clone());
        }
        Ok(config)
    }
}

/// The exit code of a job that ended with `error`.
pub fn exit_code(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Io | ErrorKind::Data | ErrorKind::Limit | ErrorKind::Stopped => 1,
        ErrorKind::Sql | ErrorKind::Config => 2,
        ErrorKind::Host => 3,
        ErrorKind::Internal => 101,
    }
}

fn read_duration(text: &str) -> std::result::Result<Duration, String> {
    match parse_duration(text) {
        Some(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("give a time such as 500ms, 30s or 5min".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn check(line: &str) -> std::result::Result<Verb, String> {
        Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.verb).map_err(|e| e.to_string())
    }

    #[test]
    fn definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn lines_become_data() {
        let Ok(Verb::Run(args)) = check(
            "corelane run a.sql b.sql --cores 2-5,8 --set a=1 --set b=2 --duration 30s --report out --config c.toml --param d=x",
        ) else {
            panic!("run");
        };
        assert_eq!(args.job.files, [PathBuf::from("a.sql"), PathBuf::from("b.sql")]);
        assert_eq!((args.job.settings, args.job.params), (vec!["a=1".to_owned(), "b=2".to_owned()], vec!["d=x".to_owned()]));
        assert_eq!((args.job.cores.as_deref(), args.duration), (Some("2-5,8"), Some(Duration::from_secs(30))));
        assert!(matches!(check("corelane run -"), Ok(Verb::Run(a)) if a.job.files == [PathBuf::from("-")]));
        assert!(matches!(check("corelane run -e SELECT"), Ok(Verb::Run(a)) if a.job.files.is_empty()));
        assert!(matches!(check("corelane profile a.sql"), Ok(Verb::Profile(a)) if a.duration == Duration::from_secs(10)));
        assert!(matches!(check("corelane test a --shards 1,2"), Ok(Verb::Test(a)) if a.shapes().count() == 6));
        assert!(matches!(check("corelane functions abs"), Ok(Verb::Functions(a)) if a.pattern.as_deref() == Some("abs")));
        assert!(matches!(check("corelane shell a.sql --format csv"), Ok(Verb::Shell(a)) if a.format == Form::Csv));
        assert!(matches!(check("corelane fmt a b --check"), Ok(Verb::Fmt(a)) if a.files.len() == 2 && a.check));
        assert!(matches!(check("corelane doctor"), Ok(Verb::Doctor(a)) if a.cores == "auto"));
        assert!(matches!(check("corelane latency a b"), Ok(Verb::Latency(a)) if a.files.len() == 2));
    }

    #[test]
    fn wrong_lines_are_refused() {
        for line in [
            "corelane",
            "corelane run",
            "corelane latency",
            "corelane test",
            "corelane fmt",
            "corelane test a --shards 0",
            "corelane run a.sql --duration soon",
            "corelane run a --duration 0s",
            "corelane fly",
        ] {
            assert!(check(line).is_err(), "{line}");
        }
    }

    #[test]
    fn every_verb_has_an_example_and_the_exit_codes() {
        for verb in Cli::command().get_subcommands_mut() {
            let help = verb.render_long_help().to_string();
            assert!(help.contains("Example") && help.contains("Exit codes"), "{help}");
        }
    }

    #[test]
    fn command_line_wins_over_the_sql() {
        let args = JobArgs { settings: vec!["runtime.idle=park".to_owned()], cores: Some("0".to_owned()), ..JobArgs::default() };
        let sql = [("runtime.idle".to_owned(), "spin".to_owned()), ("errors.shown".to_owned(), "3".to_owned())];
        let config = args.job_config(&sql).expect("valid");
        assert_eq!((config.idle, config.errors_shown), (crate::config::Idle::Park, 3));
        assert_eq!(config.shards, CoreWish::List(vec![0]));
    }
}

//! The settings of a job: what is true after validation.
//!
//! Query road, control core, once at start. Defaults, then the file, then `--set` and the SQL's SET statements in the order given;
//! the last one wins. Every key is known by one table in `parse.rs`, so that a wrong one can be answered with the nearest right one.
//! Keys of Flink that say how its cluster works are passed over in SQL (`foreign.rs`). `placement.rs` turns the wish for cores into cores
//! that this host has.

mod foreign;
mod parse;
mod placement;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::limits;
use crate::types::Nanos;

pub use foreign::is_foreign;
pub use parse::KEYS;
pub use placement::{CoreWish, Placement, format_cpulist, parse_cpulist};

/// Whether threads of shards stay on their cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pinning {
    /// Each shard is pinned to its core.
    Pinned,
    /// The kernel moves shards as it likes.
    Free,
}

/// What drives a shard's steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// glommio where io_uring may be used, otherwise a thread.
    Auto,
    /// A glommio executor; an error where io_uring may not be used.
    Glommio,
    /// A plain thread.
    Thread,
}

/// What a shard does when there is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// Never leaves the core.
    Spin,
    /// Spins for `spin_time`, then parks.
    Backoff,
    /// Parks at once.
    Park,
}

/// Whether latencies are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Histograms {
    /// Per stage and shard.
    On,
    /// Counters only.
    Off,
}

/// Whether the progress line is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// If stderr is a terminal.
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// The settings of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobConfig {
    /// `cores.shards`: which cores get a shard.
    pub shards: CoreWish,
    /// `cores.control`: cores of everything that is not a shard; empty: those that have no shard.
    pub control: Vec<usize>,
    /// `cores.pin`.
    pub pinning: Pinning,
    /// `runtime.driver`.
    pub driver: Driver,
    /// `runtime.idle`.
    pub idle: Idle,
    /// `runtime.spin_time`: how long `backoff` spins before it parks.
    pub spin_time: Nanos,
    /// `runtime.batch_rows`: rows of a batch at the most.
    pub batch_rows: usize,
    /// `runtime.linger`: how long a batch that is not full may wait for more rows.
    pub linger: Nanos,
    /// `runtime.memory_limit`: bytes of state per shard at the most.
    pub memory_limit: Option<u64>,
    /// `latency.histograms`.
    pub histograms: Histograms,
    /// `profile.every`: one turn of so many is timed node by node; `None`: nodes are neither timed nor counted.
    pub profile_every: Option<u64>,
    /// `latency.interval`: length of an interval of the log.
    pub interval: Nanos,
    /// `report.dir`: where reports are written; none without.
    pub report_dir: Option<PathBuf>,
    /// `progress.mode`.
    pub progress: Progress,
    /// `errors.shown`: set-aside rows that are shown with their reason.
    pub errors_shown: usize,
}

impl Default for JobConfig {
    fn default() -> Self {
        Self {
            shards: CoreWish::Auto,
            control: Vec::new(),
            pinning: Pinning::Pinned,
            driver: Driver::Auto,
            idle: Idle::Backoff,
            spin_time: 100_000,
            batch_rows: limits::BATCH_ROWS_DEFAULT,
            linger: 0,
            memory_limit: None,
            histograms: Histograms::On,
            profile_every: None,
            interval: 1_000_000_000,
            report_dir: None,
            progress: Progress::Auto,
            errors_shown: limits::ASIDE_SHOWN_DEFAULT,
        }
    }
}

impl JobConfig {
    /// Defaults, overlaid by the file if there is one, overlaid by `key=value` pairs in their order.
    pub fn load(file: Option<&Path>, overrides: &[(String, String)]) -> Result<JobConfig> {
        let mut config = JobConfig::default();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|e| Error::config(format!("cannot read config file '{}': {e}", path.display())))?;
            config.apply_file(&path.display().to_string(), &text)?;
        }
        for (key, value) in overrides {
            config.set(key, value)?;
        }
        Ok(config)
    }

    /// Applies the text of a config file; `name` is for messages.
    pub fn apply_file(&mut self, name: &str, text: &str) -> Result<()> {
        parse::file(self, name, text)
    }

    /// Sets one key as `--set key=value` and the SQL's SET do.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        parse::assign(self, key, value)
    }
}

/// Splits the `key=value` of `--set`.
pub fn split_override(text: &str) -> Result<(String, String)> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err(Error::config(format!("'{text}' is not key=value")).hint("for example --set runtime.idle=spin")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_loads() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tuning");
        let mut loaded = Vec::new();
        for entry in std::fs::read_dir(&folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.extension().is_some_and(|e| e == "toml") {
                let config = JobConfig::load(Some(&path), &[]).unwrap_or_else(|e| panic!("{e}"));
                assert_ne!(config, JobConfig::default(), "a profile says something");
                loaded.push(path);
            }
        }
        assert_eq!(loaded.len(), 4);
    }

    #[test]
    fn every_value_of_a_profile_has_its_reason() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tuning");
        for name in ["latency", "throughput", "shared-host", "laptop"] {
            let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).expect("profile");
            for line in text.lines().filter(|l| l.contains(" = ")) {
                assert!(line.contains("# "), "{name}: {line}");
            }
        }
    }

    #[test]
    fn documentation_names_every_key() {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tuning/README.md")).expect("page");
        for key in KEYS {
            assert!(text.contains(&format!("| `{key}` |")), "{key}");
        }
    }

    #[test]
    fn missing_file_is_an_error_that_names_it() {
        let error = JobConfig::load(Some(Path::new("/nonexistent.toml")), &[]).expect_err("missing");
        assert!(error.message().contains("/nonexistent.toml"));
    }

    #[test]
    fn overrides_are_split_at_the_first_sign() {
        assert_eq!(split_override("a.b = c=d").expect("pair"), ("a.b".to_owned(), "c=d".to_owned()));
        assert!(split_override("a.b").is_err() && split_override("=c").is_err());
    }
}

//! `corelane latency`: interval logs read back, percentiles by stage and shard, several files side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use super::args::LatencyArgs;
use crate::error::{Error, Result};
use crate::metrics::{LatencyHistogram, Stage, align, format_nanos, hlog, latency_table};

/// Bytes of a log that are read at the most. Larger: an error that says so.
const LOG_BYTES_MAX: u64 = 1 << 30;

/// Percentiles that are compared between files.
const COMPARED: [(&str, f64); 4] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)];

type Log = BTreeMap<String, LatencyHistogram>;

/// Reads the logs and writes their tables.
pub fn run(args: &LatencyArgs, out: &mut dyn Write) -> Result<()> {
    let mut logs = Vec::new();
    for file in &args.files {
        logs.push((file.display().to_string(), read_log(file)?));
    }
    let mut text = String::new();
    for (name, log) in &logs {
        text.push_str(&format!("{name}\n{}\n", one_log(log)));
    }
    if logs.len() > 1 {
        text.push_str(&side_by_side(&logs));
    }
    out.write_all(text.as_bytes()).map_err(|e| Error::io("cannot write the table", e))
}

fn read_log(path: &Path) -> Result<Log> {
    let name = path.display();
    let failed = |e| Error::io(format!("cannot read '{name}'"), e);
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(Error::data(format!("'{name}' is a folder")).hint("give the .hlog file in it"));
    }
    if metadata.len() > LOG_BYTES_MAX {
        return Err(Error::limit(format!("'{name}' is larger than {LOG_BYTES_MAX} bytes")));
    }
    hlog::read(&name.to_string(), &std::fs::read(path).map_err(failed)?)
}

/// All shards together by stage, then every tag on its own if there are several shards.
fn one_log(log: &Log) -> String {
    let stages = by_stage(log);
    let mut rows = ordered(&stages);
    if log.len() > stages.len() {
        rows.extend(ordered(log));
    }
    latency_table("stage", &rows)
}

/// Sums over shards: the part of a tag behind its last slash is the stage.
fn by_stage(log: &Log) -> Log {
    let mut stages = Log::new();
    for (tag, histogram) in log {
        stages.entry(stage_of(tag).to_owned()).or_default().merge(histogram);
    }
    stages
}

fn stage_of(tag: &str) -> &str {
    tag.rsplit('/').next().unwrap_or(tag)
}

/// In the order of a row's way, then of the tags.
fn ordered(log: &Log) -> Vec<(String, LatencyHistogram)> {
    let mut rows: Vec<(String, LatencyHistogram)> = log.iter().map(|(t, h)| (t.clone(), h.clone())).collect();
    rows.sort_by_key(|(tag, _)| (shard_of(tag), rank(stage_of(tag))));
    rows
}

fn rank(stage: &str) -> usize {
    Stage::ALL.iter().position(|s| s.tag() == stage).unwrap_or(Stage::ALL.len())
}

fn shard_of(tag: &str) -> Option<(usize, String)> {
    let shard = tag.split_once('/')?.0;
    let number = shard.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
    Some((number, shard.to_owned()))
}

/// One line per stage and percentile, one column per file.
fn side_by_side(logs: &[(String, Log)]) -> String {
    let sums: Vec<Log> = logs.iter().map(|(_, log)| by_stage(log)).collect();
    let mut stages: Vec<&String> = sums.iter().flat_map(Log::keys).collect::<BTreeSet<_>>().into_iter().collect();
    stages.sort_by_key(|stage| rank(stage));
    let mut cells = vec![vec!["side by side".to_owned()]];
    cells[0].extend(logs.iter().map(|(name, _)| name.clone()));
    for stage in stages {
        for (name, quantile) in COMPARED {
            let mut line = vec![format!("{stage} {name}")];
            let of = |log: &Log| log.get(stage).map_or("-".to_owned(), |h| format_nanos(h.quantile(quantile)));
            line.extend(sums.iter().map(of));
            cells.push(line);
        }
    }
    align(&cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Interval;

    fn log_text(shards: usize, ns: u64) -> String {
        let interval = |stage| Interval { stage, start: 0, length: 1_000, values: vec![(ns, 10)] };
        let stages = [Stage::Operators, Stage::Decode];
        let intervals: Vec<(usize, Interval)> = (0..shards).flat_map(|s| stages.map(|stage| (s, interval(stage)))).collect();
        hlog::write(&intervals, 0, 0)
    }

    fn check(texts: &[&str]) -> Result<String> {
        let dir = tempfile::tempdir().expect("folder");
        let mut args = LatencyArgs::default();
        for (i, text) in texts.iter().enumerate() {
            let path = dir.path().join(format!("{i}.hlog"));
            std::fs::write(&path, text).expect("file");
            args.files.push(path);
        }
        let mut out = Vec::new();
        run(&args, &mut out)?;
        Ok(String::from_utf8(out).expect("text"))
    }

    #[test]
    fn shards_are_shown_below_their_sum() {
        let text = check(&[&log_text(2, 500)]).expect("own log");
        let names: Vec<&str> = text.lines().skip(2).filter_map(|l| l.split_whitespace().next()).collect();
        let expected = ["decode", "operators", "shard-0/decode", "shard-0/operators", "shard-1/decode", "shard-1/operators"];
        assert_eq!(names, expected);
        assert!(text.lines().nth(2).expect("line").contains("20  500 ns"), "{text}");
    }

    #[test]
    fn several_files_stand_side_by_side() {
        let text = check(&[&log_text(1, 500), &log_text(1, 800)]).expect("own logs");
        let line = text.lines().find(|l| l.starts_with("decode p99 ")).expect("line");
        assert!(line.contains("500 ns") && line.contains("800 ns"), "{text}");
    }

    #[test]
    fn bad_files_give_clear_errors() {
        for (text, part) in [("", "no interval"), ("garbage", "line 1"), ("1,2,3,AAAA\n", "cannot be read")] {
            let error = check(&[text]).expect_err("bad");
            assert!(error.message().contains(part), "{error}");
        }
        let missing = LatencyArgs { files: vec!["/nonexistent/x.hlog".into()] };
        assert!(run(&missing, &mut Vec::new()).expect_err("missing").message().contains("cannot read"));
        let folder = LatencyArgs { files: vec!["/".into()] };
        assert!(run(&folder, &mut Vec::new()).expect_err("folder").message().contains("is a folder"));
    }
}

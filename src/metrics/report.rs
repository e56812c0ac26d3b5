//! What a job leaves behind: the table at exit, percentile files, an interval log and `report.json`.
//!
//! Control core, once, after the shards have ended and handed their metrics over.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::{Account, Counters, Interval, LatencyHistogram, Part, ShardMetrics, Stage, hlog};
use crate::error::{Error, Result};
use crate::types::{EventTime, Nanos};

/// Percentiles of the table, with their headings.
const PERCENTILES: [(&str, f64); 5] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999)];

/// Lines of a percentile file per halving of the distance to 100 %.
const HGRM_TICKS: u32 = 5;

/// Nanoseconds of the unit of percentile files, which is the microsecond.
const HGRM_UNIT: f64 = 1_000.0;

/// Everything measured in a job.
#[derive(Debug, Clone)]
pub struct Report {
    /// One per shard.
    pub shards: Vec<ShardMetrics>,
    /// Intervals with the number of their shard.
    pub intervals: Vec<(usize, Interval)>,
    /// Gaps the host itself made, if the stall meter ran.
    pub stalls: Option<LatencyHistogram>,
    /// Monotonic moment of the start.
    pub start: Nanos,
    /// The same moment on the wall clock.
    pub start_wall: EventTime,
    /// How long the job ran.
    pub wall: Nanos,
}

impl Report {
    /// Histogram of a stage over all shards.
    pub fn stage(&self, stage: Stage) -> LatencyHistogram {
        let mut sum = LatencyHistogram::new();
        for shard in &self.shards {
            sum.merge(&shard.total(stage));
        }
        sum
    }

    /// Counters of all shards.
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        self.shards.iter().for_each(|shard| sum.merge(&shard.counters));
        sum
    }

    /// Accounts of all cores.
    pub fn account(&self) -> Account {
        let mut sum = Account::default();
        self.shards.iter().for_each(|shard| sum.merge(&shard.account));
        sum
    }

    /// The table at exit: latencies by stage, rows, and where the time of the cores went.
    pub fn summary(&self) -> String {
        let mut rows: Vec<(String, LatencyHistogram)> =
            Stage::ALL.into_iter().map(|stage| (stage.name().to_owned(), self.stage(stage))).collect();
        rows.extend(self.stalls.iter().map(|stalls| ("host stalls".to_owned(), stalls.clone())));
        rows.retain(|(_, histogram)| !histogram.is_empty());
        let mut text = if rows.is_empty() { String::new() } else { latency_table("stage", &rows) };
        text.push_str(&rows_account(&self.counters(), self.wall));
        text.push_str(&time_account(&self.account()));
        text
    }
}

/// A table of percentiles: one line per named histogram, columns aligned.
pub fn latency_table(heading: &str, rows: &[(String, LatencyHistogram)]) -> String {
    let mut cells = vec![vec![heading.to_owned(), "count".to_owned()]];
    cells[0].extend(PERCENTILES.iter().map(|(name, _)| (*name).to_owned()));
    cells[0].push("max".to_owned());
    for (name, histogram) in rows {
        let mut line = vec![name.clone(), histogram.count().to_string()];
        line.extend(PERCENTILES.iter().map(|(_, q)| format_nanos(histogram.quantile(*q))));
        line.push(format_nanos(histogram.max()));
        cells.push(line);
    }
    align(&cells)
}

/// Lays cells out in columns: the first to the left, all others to the right.
pub fn align(cells: &[Vec<String>]) -> String {
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| cells.iter().filter_map(|l| l.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for line in cells {
        let mut out = String::new();
        for (i, cell) in line.iter().enumerate() {
            let width = widths[i];
            let _ = if i == 0 { write!(out, "{cell:<width$}") } else { write!(out, "  {cell:>width$}") };
        }
        text.push_str(out.trim_end());
        text.push('\n');
    }
    text
}

/// Nanoseconds with the unit that keeps three digits: `812 ns`, `5.45 us`, `1.20 s`.
pub fn format_nanos(ns: Nanos) -> String {
    let (value, unit) = match ns {
        0..1_000 => return format!("{ns} ns"),
        1_000..1_000_000 => (ns as f64 / 1e3, "us"),
        1_000_000..1_000_000_000 => (ns as f64 / 1e6, "ms"),
        _ => (ns as f64 / 1e9, "s"),
    };
    let digits = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.digits$} {unit}")
}

fn rows_account(counters: &Counters, wall: Nanos) -> String {
    let seconds = (wall as f64 / 1e9).max(1e-9);
    format!(
        "rows: {} in, {} out, {} filtered, {} set aside, {} late; {} in, {:.0} rows/s\n",
        counters.rows_in,
        counters.rows_out,
        counters.rows_filtered,
        counters.rows_aside,
        counters.rows_late,
        format_nanos(wall),
        counters.rows_in as f64 / seconds
    )
}

fn time_account(account: &Account) -> String {
    let total = account.total();
    if total == 0 {
        return String::new();
    }
    let share = |part: Part| format!("{} {:.1} %", part.name(), account.part(part) as f64 * 100.0 / total as f64);
    format!("time of the cores: {}\n", Part::ALL.map(share).join(", "))
}

/// A percentile distribution as the HdrHistogram plotter reads it, values in microseconds.
pub fn percentile_file(histogram: &LatencyHistogram) -> String {
    let mut text = format!("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    for point in histogram.points(HGRM_TICKS) {
        let value = point.value as f64 / HGRM_UNIT;
        let _ = write!(text, "{value:>12.3} {:>14.12} {:>10}", point.quantile, point.count);
        let _ = match 1.0 / (1.0 - point.quantile) {
            inverse if inverse.is_finite() => writeln!(text, " {inverse:>14.2}"),
            _ => writeln!(text),
        };
    }
    let (buckets, sub_buckets) = histogram.buckets();
    let (mean, deviation) = (histogram.mean() / HGRM_UNIT, histogram.standard_deviation() / HGRM_UNIT);
    let max = histogram.max() as f64 / HGRM_UNIT;
    let _ = writeln!(text, "#[Mean    = {mean:>12.3}, StdDeviation   = {deviation:>12.3}]");
    let _ = writeln!(text, "#[Max     = {max:>12.3}, Total count    = {:>12}]", histogram.count());
    let _ = writeln!(text, "#[Buckets = {buckets:>12}, SubBuckets     = {sub_buckets:>12}]");
    text
}

#[derive(Serialize)]
struct JsonReport {
    wall_ns: Nanos,
    shards: Vec<JsonShard>,
    stages: Vec<JsonStage>,
    host_stalls: Option<JsonStage>,
}

#[derive(Serialize)]
struct JsonShard {
    shard: usize,
    counters: Counters,
    time: Vec<JsonTime>,
    stages: Vec<JsonStage>,
}

#[derive(Serialize)]
struct JsonTime {
    part: &'static str,
    ns: Nanos,
}

#[derive(Serialize)]
struct JsonStage {
    stage: &'static str,
    count: u64,
    mean_ns: f64,
    p50_ns: Nanos,
    p90_ns: Nanos,
    p99_ns: Nanos,
    p99_9_ns: Nanos,
    p99_99_ns: Nanos,
    max_ns: Nanos,
}

fn json_stage(stage: &'static str, histogram: &LatencyHistogram) -> JsonStage {
    JsonStage {
        stage,
        count: histogram.count(),
        mean_ns: histogram.mean(),
        p50_ns: histogram.quantile(0.5),
        p90_ns: histogram.quantile(0.9),
        p99_ns: histogram.quantile(0.99),
        p99_9_ns: histogram.quantile(0.999),
        p99_99_ns: histogram.quantile(0.9999),
        max_ns: histogram.max(),
    }
}

fn json_shard(shard: &ShardMetrics) -> JsonShard {
    JsonShard {
        shard: shard.shard(),
        counters: shard.counters.clone(),
        time: Part::ALL.map(|part| JsonTime { part: part.name(), ns: shard.account.part(part) }).into(),
        stages: Stage::ALL.map(|stage| json_stage(stage.tag(), &shard.total(stage))).into(),
    }
}

/// The text of `report.json`.
pub fn json(report: &Report) -> Result<String> {
    let data = JsonReport {
        wall_ns: report.wall,
        shards: report.shards.iter().map(json_shard).collect(),
        stages: Stage::ALL.map(|stage| json_stage(stage.tag(), &report.stage(stage))).into(),
        host_stalls: report.stalls.as_ref().map(|stalls| json_stage("host_stalls", stalls)),
    };
    sonic_rs::to_string_pretty(&data).map_err(|e| Error::internal(format!("report.json: {e}")))
}

/// Writes `report.json`, `latency.hlog` and one `.hgrm` per stage that recorded anything into `dir`, which is made if missing.
pub fn write_report(dir: &Path, report: &Report) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|e| Error::io(format!("cannot make '{}'", dir.display()), e))?;
    write_file(dir, "report.json", &json(report)?)?;
    write_file(dir, "latency.hlog", &hlog::write(&report.intervals, report.start, report.start_wall))?;
    for stage in Stage::ALL {
        write_percentiles(dir, stage.tag(), &report.stage(stage))?;
    }
    report.stalls.as_ref().map_or(Ok(()), |stalls| write_percentiles(dir, "host_stalls", stalls))
}

fn write_percentiles(dir: &Path, name: &str, histogram: &LatencyHistogram) -> Result<()> {
    if histogram.is_empty() {
        return Ok(());
    }
    write_file(dir, &format!("{name}.hgrm"), &percentile_file(histogram))
}

fn write_file(dir: &Path, name: &str, text: &str) -> Result<()> {
    let path = dir.join(name);
    std::fs::write(&path, text).map_err(|e| Error::io(format!("cannot write '{}'", path.display()), e))
}

#[cfg(test)]
mod tests {
    use sonic_rs::{JsonContainerTrait, JsonValueTrait};

    use super::*;

    fn sample() -> Report {
        let mut shards = vec![ShardMetrics::new(0), ShardMetrics::new(1)];
        let mut intervals = Vec::new();
        for shard in &mut shards {
            for ns in 1..=1_000 {
                shard.record(Stage::EndToEnd, ns * 1_000, 1);
            }
            shard.counters.rows_in = 1_000;
            shard.counters.rows_out = 990;
            shard.account.close(2_000);
            let mut own = Vec::new();
            shard.take_interval(1_000_000_000, &mut own);
            intervals.extend(own.into_iter().map(|i| (shard.shard(), i)));
        }
        Report { shards, intervals, stalls: None, start: 0, start_wall: 0, wall: 1_000_000_000 }
    }

    #[test]
    fn summary_shows_the_stages_that_recorded_in_aligned_columns() {
        let text = sample().summary();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("stage") && lines[0].ends_with("max"));
        assert!(lines[1].starts_with("end to end") && lines[1].contains("2000"), "{text}");
        assert_eq!(lines[0].len(), lines[1].len());
        assert_eq!(lines[2], "rows: 2000 in, 1980 out, 0 filtered, 0 set aside, 0 late; 1.00 s in, 2000 rows/s");
        assert!(lines[3].contains("other 100.0 %"));
    }

    #[test]
    fn percentile_file_is_parsed_back() {
        let histogram = sample().stage(Stage::EndToEnd);
        let text = percentile_file(&histogram);
        let mut last = 0.0;
        for line in text.lines().skip(2).take_while(|l| !l.starts_with('#')) {
            let fields: Vec<f64> = line.split_whitespace().map(|f| f.parse().expect("number")).collect();
            assert!(fields[0] >= last);
            last = fields[0];
            // 1 to 1,000 us evenly, twice: the value is the share of the rows.
            assert!((fields[0] / 1_000.0 - fields[1]).abs() < 0.02, "{line}");
        }
        assert!((last - 1_000.0).abs() < 2.0);
        assert!(text.contains("#[Mean    =") && text.contains("Total count    =         2000]"), "{text}");
    }

    #[test]
    fn units_keep_three_digits() {
        for (ns, text) in
            [(0, "0 ns"), (999, "999 ns"), (5_450, "5.45 us"), (9_999, "10.0 us"), (60_450, "60.5 us"), (1_200_000_000, "1.20 s")]
        {
            assert_eq!(format_nanos(ns), text);
        }
    }

    #[test]
    fn report_is_written_and_read_back() {
        let dir = tempfile::tempdir().expect("folder");
        let inner = dir.path().join("made/on/the/way");
        write_report(&inner, &sample()).expect("write");
        let text = std::fs::read_to_string(inner.join("report.json")).expect("file");
        let value: sonic_rs::Value = sonic_rs::from_str(&text).expect("json");
        assert_eq!(value["shards"].as_array().map(|a| a.len()), Some(2));
        assert_eq!(value["shards"][0]["counters"]["rows_in"].as_u64(), Some(1_000));
        let log = std::fs::read(inner.join("latency.hlog")).expect("file");
        assert_eq!(hlog::read("log", &log).expect("own log")["shard-1/end_to_end"].count(), 1_000);
        assert!(inner.join("end_to_end.hgrm").exists() && !inner.join("decode.hgrm").exists());
    }
}

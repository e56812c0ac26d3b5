//! `corelane profile`, and what EXPLAIN ANALYZE prints: the plan as a tree with what each node cost, and the parts of the cores' time.
//!
//! The parts come from the account of the cores, which adds up by construction. The nodes, and what it takes to pass rows and marks on
//! between them, come from turns that were timed. What they do not explain of the operators' part, or explain in excess, is shown as
//! unaccounted, together with what no part claims.

use std::io::Write;

use super::args::ProfileArgs;
use super::explain::print;
use super::job::{Job, prepare};
use super::run::{Finished, execute};
use crate::error::{Error, Result};
use crate::limits::PROFILE_EVERY_DEFAULT;
use crate::metrics::{NodeProfile, Part, Profile, Report, align, format_nanos};
use crate::plan::explain::outline;
use crate::plan::physical::{NodeKind, PhysicalPlan};

/// Runs a job for a time and prints what each operator cost.
pub fn profile(args: &ProfileArgs, out: &mut dyn Write, notes: &mut dyn Write) -> Result<()> {
    let mut job = prepare(&args.job, |sets| args.job.job_config(sets))?;
    if job.planned.plan.nodes.is_empty() {
        return Err(Error::sql("the job writes nothing").hint("add an INSERT INTO or a SELECT"));
    }
    job.config.profile_every.get_or_insert(PROFILE_EVERY_DEFAULT);
    let finished = execute(&job, Some(args.duration))?;
    print(notes, &finished.summary(&job))?;
    print(out, &costs(&job, &finished))
}

/// The tree of a job that has run with its profile on.
pub(super) fn costs(job: &Job, finished: &Finished) -> String {
    let Some(profile) = &finished.profile else { return String::new() };
    format!(
        "{}\n{}",
        operators(&job.planned.plan, profile, &finished.report),
        parts(&job.planned.plan, profile, &finished.report)
    )
}

/// Nanoseconds of all cores together.
fn wall(report: &Report) -> f64 {
    report.account().total().max(1) as f64
}

fn operators(plan: &PhysicalPlan, profile: &Profile, report: &Report) -> String {
    let heading = ["operator", "rows in", "rows out", "batches", "rows/batch", "ns/row", "share of cores", "state KiB"];
    let mut cells = vec![heading.map(str::to_owned).to_vec()];
    for (id, line) in outline(plan) {
        let node = &profile.nodes()[id];
        let rows_out = if is_passage(&plan.nodes[id].kind) { node.rows_in } else { node.rows_out };
        let ns = node.work_ns() + node.read_ns as f64;
        cells.push(vec![
            line,
            node.rows_in.to_string(),
            rows_out.to_string(),
            node.batches.to_string(),
            format!("{:.1}", node.rows_in as f64 / node.batches.max(1) as f64),
            format!("{:.2}", ns / node.rows_in.max(1) as f64),
            format!("{:.2} %", ns * 100.0 / wall(report)),
            format!("{:.1}", node.state_bytes as f64 / 1024.0),
        ]);
    }
    align(&cells)
}

/// Whether all rows that come in go out.
fn is_passage(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::Union | NodeKind::Exchange(_) | NodeKind::Sink(_))
}

fn parts(plan: &PhysicalPlan, profile: &Profile, report: &Report) -> String {
    let (account, rows) = (report.account(), report.counters().rows_in.max(1) as f64);
    let unaccounted = unaccounted(plan, profile, report);
    let busy = wall(report) - account.part(Part::Idle) as f64;
    let mut cells = vec![["part", "time", "ns/row", "share of cores"].map(str::to_owned).to_vec()];
    let mut line = |name: &str, ns: f64| {
        let (time, per_row) = (format_nanos(ns as u64), format!("{:.2}", ns / rows));
        cells.push(vec![name.to_owned(), time, per_row, format!("{:.2} %", ns * 100.0 / wall(report))]);
    };
    Part::ALL.iter().for_each(|part| line(part.name(), account.part(*part) as f64));
    line("all cores", wall(report));
    line("of operators: nodes", nodes_ns(plan, profile));
    line("of operators: passing on", profile.passing_ns());
    line("unaccounted", unaccounted);
    let waits = report.stage(crate::metrics::Stage::ExchangeWait);
    format!(
        "{}\nring waits: p50 {}, p99 {}; rings found full {} times\nunaccounted: {:.1} % of busy time\n",
        align(&cells),
        format_nanos(waits.quantile(0.5)),
        format_nanos(waits.quantile(0.99)),
        report.counters().ring_full_count,
        unaccounted * 100.0 / busy.max(1.0)
    )
}

/// What the nodes cost that work in the operators' part.
fn nodes_ns(plan: &PhysicalPlan, profile: &Profile) -> f64 {
    let works = |kind: &NodeKind| !matches!(kind, NodeKind::Exchange(_) | NodeKind::Sink(_));
    plan.nodes.iter().zip(profile.nodes()).filter(|(n, _)| works(&n.kind)).map(|(_, n)| NodeProfile::work_ns(n)).sum()
}

/// What no part claims, and by how much the operators' part and what was timed of it differ.
fn unaccounted(plan: &PhysicalPlan, profile: &Profile, report: &Report) -> f64 {
    let account = report.account();
    let explained = nodes_ns(plan, profile) + profile.passing_ns();
    (account.part(Part::Operators) as f64 - explained).abs() + account.part(Part::Other) as f64
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::cli::args::{JobArgs, RunArgs};
    use crate::cli::run::run;

    /// The first three numbers of the line that has `text`: rows in, rows out, batches.
    fn numbers(table: &str, text: &str) -> Vec<u64> {
        let line = table.lines().find(|l| l.contains(text)).unwrap_or_else(|| panic!("{text} in {table}"));
        line.split("  ").filter_map(|cell| cell.trim().parse().ok()).collect()
    }

    fn explained(sql: &str) -> String {
        explained_at("1 core", sql)
    }

    fn explained_at(cores: &str, sql: &str) -> String {
        let sql = format!("SET 'profile.every' = '1'; SET 'cores.pin' = 'false'; {sql}");
        let job = JobArgs { expressions: vec![sql], cores: Some(cores.to_owned()), ..JobArgs::default() };
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        run(&RunArgs { job, ..RunArgs::default() }, &mut out, &mut notes).expect("runs");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn rows_that_two_queries_group_by_one_key_go_through_one_exchange() {
        let table = explained(
            "CREATE TABLE t (k INT, v INT, w INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1000');
             EXPLAIN ANALYZE SELECT k, SUM(v) FROM t GROUP BY k; EXPLAIN ANALYZE SELECT k, MAX(w) FROM t GROUP BY k;",
        );
        let lines: Vec<&str> =
            table.lines().filter(|line| line.contains("Exchange hash") && !line.contains("see above")).collect();
        assert_eq!(lines.len(), 1, "{table}");
        assert_eq!(numbers(lines[0], "Exchange")[..2], [1000, 1000]);
    }

    #[test]
    fn rows_of_a_hot_key_are_added_up_where_they_are_read() {
        // Nine rows of ten have the key 0, the others one of a hundred.
        let table = explained_at(
            "2 cores",
            "CREATE TABLE t (k INT, v INT) WITH ('connector' = 'datagen', 'number-of-rows' = '50000', 'rows-per-second' = '0', 'fields.k.min' = '1', 'fields.k.max' = '1000');
             CREATE VIEW u AS SELECT CASE WHEN k <= 900 THEN 0 ELSE k END AS k, v FROM t;
             EXPLAIN ANALYZE SELECT k, COUNT(*), SUM(v) FROM u GROUP BY k;",
        );
        let exchanges = table.lines().filter(|line| line.contains("Exchange hash"));
        let sent: u64 = exchanges.map(|line| numbers(line, "Exchange")[0]).sum();
        assert!(sent > 100 && sent * 5 < 50_000, "{sent} rows sent\n{table}");
    }

    #[test]
    fn counts_of_counts_get_few_changes() {
        let table = explained(
            "CREATE TABLE t (k INT) WITH ('connector' = 'datagen', 'number-of-rows' = '20000', 'rows-per-second' = '0', 'fields.k.min' = '1', 'fields.k.max' = '1000');
             EXPLAIN ANALYZE SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) GROUP BY n;",
        );
        let [given, left] = numbers(&table, "Consolidate where it pays")[..2] else { panic!("{table}") };
        assert_eq!(numbers(&table, "Exchange hash(n)")[0], left);
        assert!(left * 4 < given, "{left} of {given}\n{table}");
    }

    #[test]
    fn explain_analyze_counts_the_rows_of_every_operator() {
        let trades = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/data/trades.jsonl");
        let rows = std::fs::read_to_string(&trades).expect("example data").lines().count() as u64;
        let sql = format!(
            "CREATE TABLE trades (symbol STRING, quantity INT) WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'json');
             EXPLAIN ANALYZE SELECT symbol, COUNT(*) FROM trades WHERE quantity >= 0 GROUP BY symbol EMIT FINAL;",
            trades.display()
        );
        let table = explained(&sql);
        assert_eq!(numbers(&table, "Calc (symbol) where")[..2], [rows, rows]);
        assert_eq!(numbers(&table, "Exchange hash")[..2], [rows, rows]);
        let groups = numbers(&table, "Aggregate by (symbol)")[1];
        assert_eq!(numbers(&table, "Sink analyze")[0], groups);
        assert!(groups > 1 && table.contains("unaccounted"), "{table}");
        let state = |text: &str| {
            let line = table.lines().find(|line| line.contains(text)).unwrap_or_default();
            line.split_whitespace().next_back().and_then(|cell| cell.parse::<f64>().ok())
        };
        assert!(state("Aggregate by (symbol)") > Some(0.0) && state("Calc (symbol) where") == Some(0.0), "{table}");
    }
}

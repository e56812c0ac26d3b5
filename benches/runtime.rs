//! The whole runtime over a generated stream: filter, running GROUP BY and tumbling window, at one shard and at two.
//!
//! `cargo bench --bench runtime` runs it large; inside `cargo test` it runs small and only holds the checksums. Every job reads the
//! same seeded rows, so a checksum that differs between shard counts is a wrong result. Generating the rows is part of the time; the
//! pass-through line shows how much of it.

#![expect(clippy::print_stdout, reason = "its output is the result")]

use std::sync::Arc;

use corelane::batch::{Batch, Values};
use corelane::config::{Idle, JobConfig, Pinning};
use corelane::engine;
use corelane::error::Result;
use corelane::metrics::Published;
use corelane::plan::{Connectors, Script, plan};
use corelane::shard::control::Control;
use corelane::sink::memory::MemorySink;
use corelane::sink::{self, Sink};
use corelane::source::{self, Source};
use corelane::sys::affinity::allowed_cores;
use corelane::types::TableDef;

const QUERIES: [(&str, &str); 4] = [
    ("pass-through", "SELECT id FROM t"),
    ("filter", "SELECT id FROM t WHERE price > 50"),
    ("group by 1k", "SELECT SUM(id) AS total, k FROM t GROUP BY k EMIT FINAL"),
    (
        "tumbling 1 s",
        "SELECT SUM(id) AS total, k FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND)) \
         GROUP BY k, window_start, window_end",
    ),
];

struct BuiltIn {
    out: Arc<dyn Sink>,
}

impl Connectors for BuiltIn {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        source::create(table)
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        sink::create(table)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(self.out.clone())
    }
}

fn script(query: &str, rows: u64) -> Script {
    let text = format!(
        "CREATE TABLE t (id BIGINT, k INT, price DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH (
            'connector' = 'datagen', 'seed' = '1', 'splits' = '8', 'number-of-rows' = '{rows}', 'rows-per-second' = 'unlimited',
            'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{rows}',
            'fields.k.min' = '1', 'fields.k.max' = '1000', 'fields.price.min' = '0', 'fields.price.max' = '100',
            'fields.ts.kind' = 'sequence', 'fields.ts.start' = '2026-01-01 00:00:00', 'fields.ts.step' = '1 ms');
         {query};"
    );
    Script { text, file: "bench".to_owned() }
}

/// Sum of the one BIGINT column, and the time of the job from its first turn to the end of its last.
fn run(query: &str, rows: u64, cores: &[usize], pinning: Pinning) -> Result<(i128, u64)> {
    let (out, written) = MemorySink::new();
    let planned = plan(&[script(query, rows)], &[], &BuiltIn { out })?;
    let control = Control::new(cores.len(), planned.plan.nodes.len())?;
    let config = JobConfig { idle: Idle::Backoff, pinning, ..JobConfig::default() };
    let outcome = engine::run(&planned.plan, &config, cores, &control, &Published::new(cores.len()))?;
    Ok((written.try_iter().map(|batch| sum(&batch)).sum(), outcome.elapsed_ns))
}

fn sum(batch: &Batch) -> i128 {
    match &batch.columns[0].values {
        Values::I64(values) => values.iter().map(|v| i128::from(*v)).sum(),
        _ => 0,
    }
}

fn main() -> Result<()> {
    let large = std::env::args().any(|arg| arg == "--bench");
    let rows = if large { 10_000_000 } else { 20_000 };
    let cores = allowed_cores()?;
    println!("{} cores, {rows} rows, batches of {}", cores.len(), JobConfig::default().batch_rows);
    println!("{:<14}{:>8}{:>14}{:>16}  checksum", "query", "shards", "rows/s", "ns/row/core");
    let everything = i128::from(rows) * (i128::from(rows) + 1) / 2;
    for (name, query) in QUERIES {
        let mut checksums = Vec::new();
        for shards in [1, 2] {
            let (placed, pinning) = match cores.get(..shards) {
                Some(placed) => (placed.to_vec(), Pinning::Pinned),
                None => (vec![cores[0]; shards], Pinning::Free),
            };
            let best = (0..if large { 3 } else { 1 }).map(|_| run(query, rows, &placed, pinning)).collect::<Result<Vec<_>>>()?;
            let Some((checksum, ns)) = best.into_iter().min_by_key(|(_, ns)| *ns) else { continue };
            let per_second = rows as f64 / (ns as f64 / 1e9);
            let per_row = ns as f64 * shards as f64 / rows as f64;
            println!("{name:<14}{shards:>8}{per_second:>14.0}{per_row:>16.1}  {checksum}");
            checksums.push(checksum);
        }
        assert!(checksums.iter().all(|c| *c == checksums[0]), "{name}: results differ between shard counts");
        if name != "filter" {
            assert_eq!(checksums[0], everything, "{name}: every id is summed exactly once");
        }
    }
    Ok(())
}

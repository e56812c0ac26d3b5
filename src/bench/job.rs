//! Queries over the benches' records: planned once, then run by the whole runtime.
//!
//! The table `test` reads batches from memory, the bare SELECT goes to a sink that counts, or that sums what it is given.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::batch::text::row_text;
use crate::batch::{Batch, Values};
use crate::bench::preload::{Preloaded, StartLine};
use crate::config::{Driver, Idle, JobConfig, Pinning};
use crate::engine::{self, Outcome};
use crate::error::{Error, Result};
use crate::metrics::Published;
use crate::plan::physical::NodeKind;
use crate::plan::{Connectors, Planned, Script, plan};
use crate::shard::control::Control;
use crate::sink::{self, Accepts, Flushed, Placement, Sink, Writer};
use crate::source::columns::ColumnSource;
use crate::source::{self, Boundedness, Liveness, Projection, Reader, Source};
use crate::types::{DataType, Nanos, Schema, TableDef};

/// The table of the benches, for queries over `Records`.
pub const TABLE: &str = "CREATE TABLE test (id BIGINT, `key` BIGINT, `value` DOUBLE, ts TIMESTAMP(9), WATERMARK FOR ts AS ts) \
     WITH ('connector' = 'bench')";

/// Settings of a bench: pinned shards that never leave their cores, batches of at most `batch_rows` rows.
pub fn settings(driver: Driver, batch_rows: usize) -> JobConfig {
    JobConfig { driver, idle: Idle::Spin, pinning: Pinning::Pinned, batch_rows, ..JobConfig::default() }
}

/// Whether the sink looks at what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Rows are counted only: for timing.
    Count,
    /// All numbers are summed too: for the checksum.
    Sum,
    /// The hashes of the rows' texts are summed too: for the checksum of rows of any types.
    Digest,
}

/// What came out of a job.
#[derive(Debug)]
pub struct Tally {
    rows: AtomicU64,
    left: AtomicI64,
    sum: AtomicI64,
    line: Arc<StartLine>,
}

impl Tally {
    /// Rows written.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Rows that are left of the changes written.
    pub fn rows_left(&self) -> i64 {
        self.left.load(Ordering::Relaxed)
    }

    /// From the first row read, by when all shards were ready, to the last writer closed.
    pub fn elapsed_ns(&self) -> Nanos {
        self.line.elapsed_ns()
    }

    /// Sum over all numbers of all rows, each times 2 (so that halves are exact) and times the sign of its row's kind, wrapping. With
    /// `Check::Digest` the sum over `digest` of all rows, each times that sign: what takes rows back leaves nothing of them.
    pub fn sum(&self) -> i64 {
        self.sum.load(Ordering::Relaxed)
    }
}

/// Hash of a row's text `[a, b, NULL]` (FNV-1a, mixed once more so that sums of similar rows do not cancel out).
pub fn digest(row: &str) -> i64 {
    let hash = row.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed ^ (mixed >> 32)) as i64
}

fn digest_of(batch: &Batch, types: &[DataType]) -> i64 {
    let signed = |row| digest(&row_text(batch, row, types)).wrapping_mul(batch.kind(row).sign());
    (0..batch.rows()).fold(0, |sum, row| sum.wrapping_add(signed(row)))
}

/// What `Tally::sum` adds for a batch.
pub fn sum_of(batch: &Batch) -> i64 {
    (0..batch.rows()).fold(0, |sum, row| sum.wrapping_add(sum_of_row(batch, row).wrapping_mul(batch.kind(row).sign())))
}

/// Sum over the numbers of a row, each times 2 (decimals by their digits), whatever the kind of the row.
pub fn sum_of_row(batch: &Batch, row: usize) -> i64 {
    let value = |column: &crate::batch::Column| match &column.values {
        _ if column.is_null(row) => 0,
        Values::I64(v) => v[row].wrapping_mul(2),
        Values::I32(v) => i64::from(v[row]) * 2,
        Values::F64(v) => (v[row] * 2.0) as i64,
        Values::I128(v) => (v[row] as i64).wrapping_mul(2),
        _ => 0,
    };
    batch.columns.iter().fold(0, |sum, column| sum.wrapping_add(value(column)))
}

/// A planned query over tables in memory.
pub struct Query {
    planned: Planned,
    stage: Arc<Stage>,
}

/// What the connectors of a query work on in the next run.
#[derive(Debug, Default)]
struct Stage {
    /// By table.
    sources: Mutex<HashMap<String, Arc<ColumnSource>>>,
    run: Mutex<Option<Arc<Tally>>>,
    batch_rows: AtomicUsize,
}

impl Stage {
    fn tally(&self) -> Result<Arc<Tally>> {
        let tally = self.run.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tally.ok_or_else(|| Error::internal("a query of the bench is opened outside a run"))
    }
}

/// The connectors of a bench: `'bench'` reads memory, a bare SELECT counts; others are the built-in ones, read before the clock starts.
struct InMemory {
    stage: Arc<Stage>,
    sink: Arc<TallySink>,
}

/// A table's rows, all read before the first is given.
#[derive(Debug)]
struct Preload {
    /// `None`: the batches of the run.
    source: Option<Arc<dyn Source>>,
    table: String,
    stage: Arc<Stage>,
}

impl Query {
    /// Plans `sql` over `TABLE`: statements after the table's, the last a bare SELECT.
    pub fn new(sql: &str, check: Check) -> Result<Self> {
        Self::over(TABLE, sql, check)
    }

    /// Plans `sql` over the tables that the statements `tables` create. Tables of the connector 'bench' get the batches of the run.
    pub fn over(tables: &str, sql: &str, check: Check) -> Result<Self> {
        let stage = Arc::new(Stage::default());
        let sink = Arc::new(TallySink { stage: stage.clone(), check });
        let script = Script { text: format!("{tables};\n{sql};"), file: "bench".to_owned() };
        Ok(Self { planned: plan(&[script], &[], &InMemory { stage: stage.clone(), sink })?, stage })
    }

    /// The plan.
    pub fn planned(&self) -> &Planned {
        &self.planned
    }

    /// Columns that the query reads, in the order in which batches must have them; of the first table if there are several.
    pub fn projection(&self) -> Projection {
        self.scans().into_iter().next().map(|(_, projection)| projection).unwrap_or_default()
    }

    /// The tables that the query reads, and of each the columns, in the order in which batches must have them.
    pub fn scans(&self) -> Vec<(String, Projection)> {
        let scan = |kind: &NodeKind| match kind {
            NodeKind::Scan(scan) => Some((scan.table.clone(), scan.projection.clone())),
            _ => None,
        };
        self.planned.plan.nodes.iter().filter_map(|n| scan(&n.kind)).collect()
    }

    /// Runs it over these batches by split of its first table, one shard on each core; gives what the engine measured and what came out.
    pub fn run(&self, splits: Vec<Vec<Batch>>, config: &JobConfig, cores: &[usize]) -> Result<(Outcome, Arc<Tally>)> {
        let first = self.scans().into_iter().next();
        let sources = first.map(|(table, projection)| (table, ColumnSource::new(projection, splits)));
        self.run_over(sources.into_iter().collect(), config, cores)
    }

    /// Runs it over these tables, as `run` does.
    pub fn run_over(
        &self,
        sources: HashMap<String, Arc<ColumnSource>>,
        config: &JobConfig,
        cores: &[usize],
    ) -> Result<(Outcome, Arc<Tally>)> {
        let line = StartLine::new(cores.len() * self.scans().len());
        let tally = Arc::new(Tally { rows: AtomicU64::new(0), left: AtomicI64::new(0), sum: AtomicI64::new(0), line });
        *self.stage.sources.lock().unwrap_or_else(PoisonError::into_inner) = sources;
        *self.stage.run.lock().unwrap_or_else(PoisonError::into_inner) = Some(tally.clone());
        self.stage.batch_rows.store(config.batch_rows, Ordering::Relaxed);
        let plan = &self.planned.plan;
        let control = Control::new(cores.len(), plan.nodes.len())?;
        let outcome = engine::run(plan, config, cores, &control, &Published::new(cores.len()))?;
        Ok((outcome, tally))
    }
}

impl Connectors for InMemory {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        let source = match table.options.text("connector") {
            Some("bench") => None,
            _ => Some(source::create(table)?),
        };
        Ok(Arc::new(Preload { source, table: table.name.clone(), stage: self.stage.clone() }))
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        match table.options.text("connector") {
            Some("bench") => Ok(self.sink.clone()),
            _ => sink::create(table),
        }
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(self.sink.clone())
    }
}

impl Source for Preload {
    fn describe(&self) -> String {
        "rows in memory".to_owned()
    }

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let sources = || self.stage.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let batches = || sources().get(&self.table).cloned().map(|source| source as Arc<dyn Source>);
        let source = self.source.clone().or_else(batches).ok_or_else(|| Error::internal("a bench runs without records"))?;
        let inner = source.open(shard, shards, projection)?;
        let line = self.stage.tally()?.line.clone();
        Ok(Box::new(Preloaded::new(inner, self.stage.batch_rows.load(Ordering::Relaxed), line)))
    }
}

#[derive(Debug)]
struct TallySink {
    stage: Arc<Stage>,
    check: Check,
}

impl Sink for TallySink {
    fn describe(&self) -> String {
        "tally".to_owned()
    }

    fn delivery(&self) -> &'static str {
        "none (rows are counted)"
    }

    fn placement(&self) -> Placement {
        Placement::EachShard
    }

    fn accepts(&self) -> Accepts {
        if self.check == Check::Count { Accepts::AfterOnly } else { Accepts::Changelog }
    }

    fn open(&self, _shard: usize, _shards: usize, schema: &Schema) -> Result<Box<dyn Writer>> {
        let types = schema.types();
        Ok(Box::new(TallyWriter { tally: self.stage.tally()?, check: self.check, types, rows: 0, left: 0, sum: 0 }))
    }
}

/// Counts locally and adds up at the end.
struct TallyWriter {
    tally: Arc<Tally>,
    check: Check,
    types: Vec<DataType>,
    rows: u64,
    left: i64,
    sum: i64,
}

impl Writer for TallyWriter {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        self.rows += batch.rows() as u64;
        self.left += match &batch.kinds {
            None => batch.rows() as i64,
            Some(kinds) => kinds.iter().map(|kind| kind.sign()).sum(),
        };
        self.sum = self.sum.wrapping_add(match self.check {
            Check::Count => 0,
            Check::Sum => sum_of(batch),
            Check::Digest => digest_of(batch, &self.types),
        });
        Ok(())
    }

    fn flush(&mut self) -> Result<Flushed> {
        Ok(Flushed::All)
    }

    fn backlog_bytes(&self) -> usize {
        0
    }

    fn finish(&mut self) -> Result<()> {
        self.tally.rows.fetch_add(self.rows, Ordering::Relaxed);
        self.tally.left.fetch_add(self.left, Ordering::Relaxed);
        self.tally.sum.fetch_add(self.sum, Ordering::Relaxed);
        self.tally.line.end();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::records::{Keys, Records};
    use crate::config::Pinning;

    #[test]
    fn filter_gives_what_a_loop_gives() {
        let records = Records::new(5000, Keys::Even(100));
        let query = Query::new("SELECT id, `value` FROM test WHERE `value` > 50", Check::Sum).expect("plan");
        let config = JobConfig { pinning: Pinning::Free, ..JobConfig::default() };
        let half = |i: usize| records.batches_of(i * 2500..(i + 1) * 2500, &query.projection(), 64).collect();
        let (_, tally) = query.run(vec![half(0), half(1)], &config, &[0]).expect("run");
        let passed: Vec<usize> = (0..5000).filter(|i| records.value[*i] > 50.0).collect();
        assert_eq!(tally.rows(), passed.len() as u64);
        assert_eq!(tally.sum(), passed.iter().map(|i| records.id[*i] * 2 + (records.value[*i] * 2.0) as i64).sum::<i64>());
    }
}

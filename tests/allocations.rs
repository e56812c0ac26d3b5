//! After warm-up, a batch allocates a bounded number of times, however many rows a batch has.
//!
//! A binary of its own, with one test: its allocator counts what the one thread allocates while a shard is stepped over batches
//! of 1,024 rows and of 256 rows. What a batch costs (its columns, its selections) is bounded; what a row costs is nothing.
#![expect(unsafe_code, reason = "a global allocator can only be written with unsafe code")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use corelane::batch::Batch;
use corelane::compile::compile;
use corelane::config::{Histograms, JobConfig};
use corelane::error::Result;
use corelane::format::Decoded;
use corelane::metrics::Published;
use corelane::plan::physical::NodeKind;
use corelane::plan::{Connectors, Script, plan};
use corelane::route::mesh::Mesh;
use corelane::shard::control::Control;
use corelane::shard::gauge::Gauge;
use corelane::shard::{Parts, Shard};
use corelane::sink::{Accepts, Flushed, Placement, Sink, Writer};
use corelane::source::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use corelane::sys::clock::HostClock;
use corelane::types::{Nanos, Schema, TableDef, Value};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    /// Batches read.
    static BATCHES: Cell<u64> = const { Cell::new(0) };
}

struct CountingAllocator;

fn count_one() {
    // A thread that is being torn down is not measured.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call is passed on unchanged to the system's allocator, which keeps the contract; counting touches a plain cell of
// the calling thread that is initialized at compile time and so allocates nothing itself.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System` with this layout, because all of ours do.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count_one();
        // SAFETY: the pointer came from `System` with this layout, and the caller keeps the rest of the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Turns that bring every vector and every table to its size.
const WARM_UP: usize = 40;

/// Turns over which the mean is taken.
const MEASURED: u64 = 64;

/// Distinct keys.
const KEYS: i64 = 1_000;

/// The same rows again and again: a key, a number, a text, and a time that goes on by a second in 50,000 rows.
#[derive(Debug)]
struct Endless;

impl Source for Endless {
    fn describe(&self) -> String {
        "endless".to_owned()
    }

    fn boundedness(&self) -> Boundedness {
        Boundedness::Unbounded
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn open(&self, _shard: usize, _shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        Ok(Box::new(EndlessReader { next: 0, projection: projection.clone(), values: Vec::new() }))
    }
}

struct EndlessReader {
    next: i64,
    projection: Projection,
    /// The texts of all keys, made once.
    values: Vec<Value>,
}

impl Reader for EndlessReader {
    fn splits(&self) -> usize {
        1
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        if self.values.is_empty() {
            self.values = (0..KEYS).map(|k| Value::text(format!("text of the key {k}"))).collect();
        }
        for (column, index) in into.columns.iter_mut().zip(&self.projection) {
            for n in self.next..self.next + rows_max as i64 {
                match index {
                    0 => column.push(&Value::Int(n % KEYS)),
                    1 => column.push(&Value::Int(n * 7 % 1_001)),
                    2 => column.push(&self.values[(n % KEYS) as usize]),
                    _ => column.push(&Value::Int(n * 20_000)),
                }
            }
        }
        into.rows += rows_max;
        BATCHES.set(BATCHES.get() + 1);
        self.next += rows_max as i64;
        Ok(Polled::Rows { split: 0, stamp: now })
    }

    fn stop(&mut self) {}
}

/// Takes rows and forgets them.
#[derive(Debug)]
struct Nowhere;

impl Sink for Nowhere {
    fn describe(&self) -> String {
        "nowhere".to_owned()
    }

    fn delivery(&self) -> &'static str {
        "nothing is kept"
    }

    fn placement(&self) -> Placement {
        Placement::EachShard
    }

    fn accepts(&self) -> Accepts {
        Accepts::Changelog
    }

    fn open(&self, _shard: usize, _shards: usize, _schema: &Schema) -> Result<Box<dyn Writer>> {
        Ok(Box::new(Nowhere))
    }
}

impl Writer for Nowhere {
    fn write(&mut self, _batch: &Batch) -> Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> Result<Flushed> {
        Ok(Flushed::All)
    }

    fn backlog_bytes(&self) -> usize {
        0
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

struct Test;

impl Connectors for Test {
    fn source(&self, _table: &TableDef) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(Endless))
    }

    fn sink(&self, _table: &TableDef) -> Result<Arc<dyn Sink>> {
        Ok(Arc::new(Nowhere))
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(Arc::new(Nowhere))
    }
}

const TABLE: &str = "CREATE TABLE t (a BIGINT, v BIGINT, s STRING, ts TIMESTAMP(6), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
    WITH ('connector' = 'test');";

/// Allocations per batch, once everything is warm: the mean over `MEASURED` turns.
fn allocations_per_batch(query: &str, batch_rows: usize) -> u64 {
    let script = Script { text: format!("{TABLE} {query}"), file: "test.sql".to_owned() };
    let planned = plan(&[script], &[], &Test).expect("plans");
    let plan = &planned.plan;
    let config = JobConfig { histograms: Histograms::Off, batch_rows, ..JobConfig::default() };
    let control = Control::new(1, plan.nodes.len()).expect("control");
    let mut mesh = Mesh::new(1);
    let mesh = mesh.ends(control.bells(), batch_rows, 0).remove(0);
    let (mut readers, mut writers) = (Vec::new(), Vec::new());
    for node in &plan.nodes {
        match &node.kind {
            NodeKind::Scan(scan) => readers.push(scan.source.open(0, 1, &scan.projection).expect("opens")),
            NodeKind::Sink(write) => writers.push(Some(write.sink.open(0, 1, &node.schema).expect("opens"))),
            _ => {}
        }
    }
    let gauge = Gauge::new(0, &config, Published::new(1));
    let query = compile(plan, 0, 1).expect("compiles");
    let mut shard = Shard::new(plan, Parts { query, readers, writers, mesh, gauge, control: control.clone() }, &config);
    let mut clock = HostClock::start();
    for _ in 0..WARM_UP {
        shard.step(&mut clock).expect("steps");
    }
    let before = (ALLOCATIONS.get(), BATCHES.get());
    for _ in 0..MEASURED {
        shard.step(&mut clock).expect("steps");
    }
    (ALLOCATIONS.get() - before.0) / (BATCHES.get() - before.1)
}

/// At most `bound` allocations for a batch of 1,024 rows: about twice what they are.
fn check(name: &str, query: &str, bound: u64) {
    let (small, large) = (allocations_per_batch(query, 256), allocations_per_batch(query, 1024));
    assert!(
        large <= bound,
        "{name}: {large} allocations for a batch of 1,024 rows, {small} for 256; at most {bound} were expected"
    );
}

#[test]
fn a_batch_allocates_but_a_row_does_not() {
    check("filter and project", "SELECT a, v * 2 + 1, s FROM t WHERE v > 500 AND a <> 3;", 80);
    check("running count, sum, min and average", "SELECT a, COUNT(*), SUM(v), MIN(v), AVG(v) FROM t GROUP BY a;", 120);
    check("running count by text", "SELECT s, COUNT(*) FROM t GROUP BY s;", 160);
    check(
        "tumbling count",
        "SELECT a, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND))
         GROUP BY a, window_start, window_end;",
        40,
    );
}

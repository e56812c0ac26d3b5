//! Runs jobs in this process over rows given by a test, and gathers what they wrote.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use corelane::batch::Batch;
use corelane::batch::text::row_text;
use corelane::config::{Driver, Histograms, Idle, JobConfig, Pinning};
use corelane::engine;
use corelane::error::Result;
use corelane::metrics::{Counters, Published};
use corelane::plan::physical::{NodeKind, PhysicalPlan};
use corelane::plan::{Connectors, Script, plan};
use corelane::shard::control::Control;
use corelane::sink::memory::MemorySink;
use corelane::sink::{self, Sink};
use corelane::source::memory::{MemoryEvent, MemorySource};
use corelane::source::{self, Source};
use corelane::types::{DataType, TableDef};

/// Events of each table that says `'connector' = 'memory'`, by split; with `'bounded' = 'false'` it is planned as if they went on for ever.
pub type Inputs = BTreeMap<String, Vec<Vec<MemoryEvent>>>;

/// How a job is run.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub shards: usize,
    pub batch_rows: usize,
}

/// What a job wrote and counted.
#[derive(Debug)]
pub struct Written {
    /// Rows by table, each as its sign (`+` or `-`) and text, in the order they were written.
    pub rows: BTreeMap<String, Vec<(char, String)>>,
    pub counters: Counters,
}

impl Written {
    /// What is left of a table's changes: rows with how often they are there, sorted; rows taken back are gone.
    pub fn result(&self, table: &str) -> Vec<String> {
        let mut net: BTreeMap<&str, i64> = BTreeMap::new();
        for (sign, row) in self.rows.get(table).map(Vec::as_slice).unwrap_or_default() {
            *net.entry(row).or_default() += if *sign == '+' { 1 } else { -1 };
        }
        let mut lines = Vec::new();
        for (row, count) in net {
            assert!(count >= 0, "{row} was taken back more often than given");
            lines.extend((0..count).map(|_| row.to_owned()));
        }
        lines
    }
}

type Outlet = (String, Receiver<Batch>);

/// A job that has come to its end.
pub struct Ended {
    pub plan: PhysicalPlan,
    /// What was written, a table at a time; of `print` once for each SELECT.
    pub outlets: Vec<Outlet>,
    pub counters: Counters,
}

struct Memory<'a> {
    inputs: &'a Inputs,
    outlets: Mutex<Vec<Outlet>>,
}

impl Memory<'_> {
    fn outlet(&self, table: &str) -> Arc<dyn Sink> {
        let (sink, receiver) = MemorySink::new();
        self.outlets.lock().expect("one thread").push((table.to_owned(), receiver));
        sink
    }
}

impl Connectors for Memory<'_> {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        match table.options.text("connector") {
            Some("memory") => {
                let source = MemorySource::new(self.inputs.get(&table.name).cloned().unwrap_or_default());
                let endless = table.options.text("bounded") == Some("false");
                Ok(Arc::new(if endless { source.endless() } else { source }))
            }
            _ => source::create(table),
        }
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        match table.options.text("connector") {
            Some("memory") => Ok(self.outlet(&table.name)),
            _ => sink::create(table),
        }
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(self.outlet("print"))
    }
}

/// In how many phases aggregates are made on so many shards, so that all ways are taken; `sql` may say it itself.
pub fn phases(sql: &str, shards: usize) -> Option<(String, String)> {
    const SETTING: &str = "table.optimizer.agg-phase-strategy";
    let way = match shards {
        2 => "ONE_PHASE",
        3 => "TWO_PHASE",
        _ => "AUTO",
    };
    (!sql.contains(SETTING)).then(|| (SETTING.to_owned(), way.to_owned()))
}

/// Plans and runs `sql` to its end, and tells what it wrote as text.
pub fn run(sql: &str, inputs: &Inputs, shape: Shape) -> Result<Written> {
    let Ended { plan, outlets, counters } = run_to_end(sql, inputs, shape)?;
    let mut rows: BTreeMap<String, Vec<(char, String)>> = BTreeMap::new();
    for (table, receiver) in outlets {
        let written = sink_rows(&plan, &table, &receiver);
        rows.entry(table).or_default().extend(written);
    }
    Ok(Written { rows, counters })
}

/// Plans and runs `sql` to its end.
pub fn run_to_end(sql: &str, inputs: &Inputs, shape: Shape) -> Result<Ended> {
    let memory = Memory { inputs, outlets: Mutex::default() };
    let settings: Vec<_> = phases(sql, shape.shards).into_iter().collect();
    let planned = plan(&[Script { text: sql.to_owned(), file: "test.sql".to_owned() }], &settings, &memory)?;
    let config = JobConfig {
        pinning: Pinning::Free,
        driver: Driver::Thread,
        idle: Idle::Park,
        histograms: Histograms::Off,
        batch_rows: shape.batch_rows,
        ..JobConfig::default()
    };
    let control = Control::new(shape.shards, planned.plan.nodes.len())?;
    let outcome = engine::run(&planned.plan, &config, &vec![0; shape.shards], &control, &Published::new(shape.shards))?;
    let mut counters = Counters::default();
    outcome.shards.iter().for_each(|s| counters.merge(&s.counters));
    Ok(Ended { plan: planned.plan, outlets: memory.outlets.into_inner().expect("one thread"), counters })
}

/// What a table's sink was given: signs and texts of the rows.
pub fn sink_rows(plan: &PhysicalPlan, table: &str, receiver: &Receiver<Batch>) -> Vec<(char, String)> {
    let types = sink_types(plan, table);
    let mut written = Vec::new();
    for batch in receiver.try_iter() {
        written.extend((0..batch.rows()).map(|row| {
            let sign = if batch.kind(row).sign() > 0 { '+' } else { '-' };
            (sign, row_text(&batch, row, &types))
        }));
    }
    written
}

/// Column types of the sink that writes `table`.
pub fn sink_types(plan: &PhysicalPlan, table: &str) -> Vec<DataType> {
    let node = plan.nodes.iter().find(|n| matches!(&n.kind, NodeKind::Sink(s) if s.table.eq_ignore_ascii_case(table)));
    node.map(|n| n.schema.types()).unwrap_or_default()
}

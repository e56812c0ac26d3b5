//! Jobs run in this process over rows that are given, to their end, with what they write gathered.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use super::Case;
use super::feed::Inputs;
use crate::batch::Batch;
use crate::batch::text::row_text;
use crate::config::{Driver, Histograms, Idle, JobConfig, Pinning};
use crate::engine;
use crate::error::{Error, Result};
use crate::metrics::{Counters, Published};
use crate::plan::parse::Params;
use crate::plan::physical::{NodeKind, PhysicalPlan};
use crate::plan::{self, Answer, Connectors, Script, plan_with};
use crate::shard::control::Control;
use crate::sink::memory::MemorySink;
use crate::sink::{self, Accepts, Placement, Sink, Writer};
use crate::source::memory::MemorySource;
use crate::source::{self, Boundedness, Liveness, Projection, Reader, Readers, Source};
use crate::types::{DataType, Schema, TableDef};

/// How a job is run.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Shards, each a thread.
    pub shards: usize,
    /// Rows of a batch.
    pub batch_rows: usize,
}

/// What a job wrote and counted.
#[derive(Debug)]
pub struct Written {
    /// Rows by table, each as its sign (`+` or `-`) and text, in the order they were written.
    pub rows: BTreeMap<String, Vec<(char, String)>>,
    /// Of all shards.
    pub counters: Counters,
}

impl Written {
    /// What is left of a table's changes: rows with how often they are there, sorted; rows taken back are gone. Panics if a row is taken back
    /// more often than it was given, which is a fault of the engine.
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
    /// What was run.
    pub plan: PhysicalPlan,
    /// What was written, a table at a time; of `print` once for each SELECT.
    pub outlets: Vec<Outlet>,
    /// Of all shards.
    pub counters: Counters,
    /// What was printed before it ran.
    pub answers: Vec<Answer>,
}

/// Where sinks write that write outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// Nowhere: what they are given is kept.
    Kept,
    /// Where they say.
    Written,
}

/// Tables that are given rows, and sinks that keep what they are given.
struct Given<'a> {
    inputs: &'a Inputs,
    outside: Outside,
    outlets: Mutex<Vec<Outlet>>,
}

impl Given<'_> {
    fn outlet(&self, table: &str) -> Arc<dyn Sink> {
        let (sink, receiver) = MemorySink::new();
        self.outlets.lock().expect("one thread").push((table.to_owned(), receiver));
        sink
    }
}

impl Connectors for Given<'_> {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        let given = self.inputs.get(&table.name);
        let connector = table.options.text("connector");
        let is_endless = match connector {
            Some("memory") => table.options.text("bounded") == Some("false"),
            Some("tcp") if given.is_none() => {
                return Ok(Arc::new(Unheard { meant: source::create(table)?, table: table.name.clone() }));
            }
            _ if given.is_none() => return source::create(table),
            _ => source::create(table)?.boundedness() == Boundedness::Unbounded,
        };
        let source = MemorySource::new(given.cloned().unwrap_or_default());
        Ok(Arc::new(if is_endless { source.endless() } else { source }))
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        match table.options.text("connector") {
            Some("memory") => Ok(self.outlet(&table.name)),
            _ if self.outside == Outside::Written => sink::create(table),
            _ => Ok(Arc::new(Kept { meant: sink::create(table)?, kept: self.outlet(&table.name) })),
        }
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(self.outlet("print"))
    }
}

/// A source that would wait for the network: it is planned as it is meant, and cannot be run.
#[derive(Debug)]
struct Unheard {
    meant: Arc<dyn Source>,
    table: String,
}

impl Source for Unheard {
    fn describe(&self) -> String {
        self.meant.describe()
    }

    fn boundedness(&self) -> Boundedness {
        self.meant.boundedness()
    }

    fn liveness(&self) -> Liveness {
        self.meant.liveness()
    }

    fn readers(&self) -> Readers {
        self.meant.readers()
    }

    fn open(&self, _shard: usize, _shards: usize, _projection: &Projection) -> Result<Box<dyn Reader>> {
        let error = Error::config(format!("table '{}' reads from the network", self.table));
        Err(error.hint(format!("give it rows: 'rows {}'", self.table)))
    }
}

/// A sink that is planned as it is meant, and writes nothing outside.
#[derive(Debug)]
struct Kept {
    meant: Arc<dyn Sink>,
    kept: Arc<dyn Sink>,
}

impl Sink for Kept {
    fn describe(&self) -> String {
        self.meant.describe()
    }

    fn delivery(&self) -> &'static str {
        self.meant.delivery()
    }

    fn placement(&self) -> Placement {
        self.kept.placement()
    }

    fn accepts(&self) -> Accepts {
        self.meant.accepts()
    }

    fn open(&self, shard: usize, shards: usize, schema: &Schema) -> Result<Box<dyn Writer>> {
        self.kept.open(shard, shards, schema)
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
pub fn play(sql: &str, inputs: &Inputs, outside: Outside, shape: Shape) -> Result<Written> {
    play_to_end(sql, inputs, outside, shape).map(written)
}

/// The same of the SQL of a case, which writes nothing outside.
pub(super) fn play_case(case: &Case, inputs: &Inputs, shape: Shape) -> Result<Written> {
    run(&case.sql, case.params.clone(), inputs, Outside::Kept, shape).map(written)
}

fn written(ended: Ended) -> Written {
    let Ended { plan, outlets, counters, answers } = ended;
    let mut rows: BTreeMap<String, Vec<(char, String)>> = BTreeMap::new();
    for answer in answers {
        if let Answer::Rows(_, shown) = answer {
            rows.entry("print".to_owned()).or_default().extend(shown.iter().map(|row| ('+', plan::row_text(row))));
        }
    }
    for (table, receiver) in outlets {
        let written = sink_rows(&plan, &table, &receiver);
        rows.entry(table).or_default().extend(written);
    }
    Written { rows, counters }
}

/// Plans and runs `sql` to its end.
pub fn play_to_end(sql: &str, inputs: &Inputs, outside: Outside, shape: Shape) -> Result<Ended> {
    run(sql, Params::default(), inputs, outside, shape)
}

fn run(sql: &str, params: Params, inputs: &Inputs, outside: Outside, shape: Shape) -> Result<Ended> {
    let given = Given { inputs, outside, outlets: Mutex::default() };
    let settings: Vec<_> = phases(sql, shape.shards).into_iter().collect();
    let script = Script { text: sql.to_owned(), file: "test.sql".to_owned() };
    let planned = plan_with(&[script], &settings, &given, &plan::Given::default(), params)?;
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
    outcome.shards.iter().for_each(|shard| counters.merge(&shard.counters));
    let outlets = given.outlets.into_inner().expect("one thread");
    Ok(Ended { plan: planned.plan, outlets, counters, answers: planned.answers })
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

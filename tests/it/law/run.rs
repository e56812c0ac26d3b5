//! A job whose inputs come step by step, and what it has written after each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use corelane::batch::{Batch, RowKind};
use corelane::compile::compile;
use corelane::config::{Histograms, JobConfig};
use corelane::error;
use corelane::format::Decoded;
use corelane::metrics::Published;
use corelane::plan::physical::PhysicalPlan;
use corelane::plan::{Connectors, Script, plan};
use corelane::route::mesh::Mesh;
use corelane::shard::control::Control;
use corelane::shard::gauge::Gauge;
use corelane::shard::{Parts, Shard, Turn};
use corelane::sink::memory::MemorySink;
use corelane::sink::{Accepts, Placement, Sink, Writer};
use corelane::source::memory::{MemoryEvent, MemorySource};
use corelane::source::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use corelane::types::{Nanos, Schema, TableDef, Value};

use crate::simulator::{ManualClock, open};
use corelane::cli::golden::{phases, sink_rows};

/// The table that takes upserts.
pub const KEYED_SINK: &str = "written";

/// What passes between two steps.
const STEP: Nanos = 1_000_000;

/// A table whose splits give out their rows as far as the gate of each lets them.
#[derive(Debug)]
struct Gated(Vec<Split>);

#[derive(Debug)]
struct Split {
    rows: MemorySource,
    gate: Arc<AtomicUsize>,
}

impl Source for Gated {
    fn describe(&self) -> String {
        format!("gated ({} splits)", self.0.len())
    }

    fn boundedness(&self) -> Boundedness {
        self.0[0].rows.boundedness()
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> error::Result<Box<dyn Reader>> {
        let of_shard = self.0.iter().skip(shard).step_by(shards);
        let opened = |split: &Split| {
            Ok(OpenSplit { rows: split.rows.open(0, 1, projection)?, gate: split.gate.clone(), given: 0, has_ended: false })
        };
        Ok(Box::new(GatedReader { splits: of_shard.map(opened).collect::<error::Result<_>>()?, next: 0 }))
    }
}

struct OpenSplit {
    rows: Box<dyn Reader>,
    gate: Arc<AtomicUsize>,
    given: usize,
    has_ended: bool,
}

impl OpenSplit {
    /// How many rows it may give out.
    fn may_give(&self) -> usize {
        self.gate.load(Ordering::Relaxed) - self.given
    }
}

/// The splits of a shard, in turns.
struct GatedReader {
    splits: Vec<OpenSplit>,
    /// The split whose turn it is.
    next: usize,
}

impl Reader for GatedReader {
    fn splits(&self) -> usize {
        self.splits.len()
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> error::Result<Polled> {
        if self.splits.iter().all(|split| split.has_ended) {
            return Ok(Polled::End);
        }
        let count = self.splits.len();
        let mut turns = (self.next..self.next + count).map(|turn| turn % count);
        let Some(at) = turns.find(|at| !self.splits[*at].has_ended && self.splits[*at].may_give() > 0) else {
            return Ok(Polled::Pending { wake_at: None });
        };
        self.next = at + 1;
        let split = &mut self.splits[at];
        let polled = split.rows.poll(now, rows_max.min(split.may_give()), into)?;
        split.given += into.rows;
        Ok(match polled {
            Polled::Rows { stamp, .. } => Polled::Rows { split: at, stamp },
            Polled::SplitEnd { .. } => {
                split.has_ended = true;
                Polled::SplitEnd { split: at }
            }
            other => other,
        })
    }

    fn stop(&mut self) {
        self.splits.iter_mut().for_each(|split| split.rows.stop());
    }
}

/// A sink of upserts.
#[derive(Debug)]
struct Upserts(Arc<dyn Sink>);

impl Sink for Upserts {
    fn describe(&self) -> String {
        self.0.describe()
    }

    fn delivery(&self) -> &'static str {
        self.0.delivery()
    }

    fn placement(&self) -> Placement {
        self.0.placement()
    }

    fn accepts(&self) -> Accepts {
        Accepts::Upsert
    }

    fn open(&self, shard: usize, shards: usize, schema: &Schema) -> error::Result<Box<dyn Writer>> {
        self.0.open(shard, shards, schema)
    }
}

/// What comes step by step in one split.
pub type Steps = Vec<Vec<(RowKind, Vec<Value>)>>;

/// The gated sources, by table, and the sink of a job.
struct Ends {
    sources: BTreeMap<String, Arc<Gated>>,
    outlet: Mutex<Option<(String, Receiver<Batch>)>>,
}

impl Ends {
    fn outlet(&self, table: &str) -> Arc<dyn Sink> {
        let (sink, receiver) = MemorySink::new();
        *self.outlet.lock().expect("one thread") = Some((table.to_owned(), receiver));
        sink
    }
}

impl Connectors for Ends {
    fn source(&self, table: &TableDef) -> error::Result<Arc<dyn Source>> {
        Ok(self.sources[&table.name].clone())
    }

    fn sink(&self, table: &TableDef) -> error::Result<Arc<dyn Sink>> {
        Ok(Arc::new(Upserts(self.outlet(&table.name))))
    }

    fn print(&self) -> error::Result<Arc<dyn Sink>> {
        Ok(self.outlet("print"))
    }
}

/// A planned query and its inputs.
pub struct Job {
    pub plan: PhysicalPlan,
    /// The gate of each split of each table, and the rows of each step.
    gates: Vec<(Arc<AtomicUsize>, Vec<usize>)>,
    table: String,
    receiver: Receiver<Batch>,
}

impl Job {
    /// Plans a query over tables whose splits come in as many steps each.
    pub fn new(sql: &str, tables: &[(&str, &[Steps])], shard_count: usize) -> Result<Job, String> {
        Self::over(sql, tables, MemorySource::new, shard_count)
    }

    /// Plans it as if they went on for ever.
    pub fn endless(sql: &str, tables: &[(&str, &[Steps])], shard_count: usize) -> Result<Job, String> {
        Self::over(sql, tables, |splits| MemorySource::new(splits).endless(), shard_count)
    }

    fn over(
        sql: &str,
        tables: &[(&str, &[Steps])],
        source: fn(Vec<Vec<MemoryEvent>>) -> MemorySource,
        shard_count: usize,
    ) -> Result<Job, String> {
        let (mut sources, mut gates) = (BTreeMap::new(), Vec::new());
        for (table, splits) in tables {
            let mut gated = |steps: &Steps| {
                let gate = Arc::new(AtomicUsize::new(0));
                gates.push((gate.clone(), steps.iter().map(Vec::len).collect()));
                Split { rows: source(vec![vec![MemoryEvent::Changes(steps.concat())]]), gate }
            };
            sources.insert((*table).to_owned(), Arc::new(Gated(splits.iter().map(&mut gated).collect())));
        }
        let ends = Ends { sources, outlet: Mutex::default() };
        let script = Script { text: sql.to_owned(), file: "law.sql".to_owned() };
        let settings: Vec<_> = phases(sql, shard_count).into_iter().collect();
        let plan = plan(&[script], &settings, &ends).map_err(|e| e.to_string())?.plan;
        let (table, receiver) = ends.outlet.into_inner().expect("one thread").expect("a query that is written");
        Ok(Job { plan, gates, table, receiver })
    }

    /// Runs it; `after` is given the number of each step, what it wrote, and what each node of the plan holds. Gives how many rows were set aside, and how many were late.
    pub fn run(
        self,
        (shard_count, batch_rows): (usize, usize),
        mut after: impl FnMut(usize, Vec<(char, String)>, &[usize]) -> Result<(), String>,
    ) -> Result<(u64, u64), String> {
        let Job { plan, gates, table, receiver } = &self;
        let config = JobConfig { histograms: Histograms::Off, batch_rows, linger: 0, ..JobConfig::default() };
        let control = Control::new(shard_count, plan.nodes.len()).expect("control");
        let mut mesh = Mesh::new(shard_count);
        let published = Published::new(shard_count);
        let mut clock = ManualClock { now: 1 };
        let mesh_ends = mesh.ends(control.bells(), config.batch_rows, config.linger);
        let shard_of = |(id, mesh)| {
            let (readers, writers) = open(plan, id, shard_count);
            let query = compile(plan, id, shard_count).expect("compiles");
            let gauge = Gauge::new(id, &config, published.clone());
            Shard::new(plan, Parts { query, readers, writers, mesh, gauge, control: control.clone() }, &config)
        };
        let mut shards: Vec<Shard<'_>> = mesh_ends.into_iter().enumerate().map(shard_of).collect();
        let step_count = gates.iter().map(|(_, steps)| steps.len()).max().unwrap_or(0);
        for number in 0..=step_count {
            gates.iter().for_each(|(gate, steps)| match steps.get(number) {
                Some(rows) => _ = gate.fetch_add(*rows, Ordering::Relaxed),
                None => gate.store(usize::MAX, Ordering::Relaxed),
            });
            loop {
                let turns: Vec<Turn> = shards.iter_mut().map(|shard| shard.step(&mut clock).expect("steps")).collect();
                if turns.iter().all(|turn| *turn != Turn::Busy) && shards.iter().all(|shard| !shard.has_mail()) {
                    break;
                }
            }
            clock.now += STEP;
            let mut held = vec![0; plan.nodes.len()];
            shards.iter().for_each(|shard| held.iter_mut().zip(shard.state_by_node()).for_each(|(held, more)| *held += more));
            after(number, sink_rows(plan, table, receiver), &held)?;
        }
        let counters = shards.into_iter().map(|shard| shard.into_results().metrics.counters);
        Ok(counters.fold((0, 0), |(aside, late), counters| (aside + counters.rows_aside, late + counters.rows_late)))
    }
}

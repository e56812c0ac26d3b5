//! A compiled query called directly on batches: no shard, no clock, no sink.
//!
//! Batches of several tables come in turns, one of each. A watermark goes through the query behind them, as in a shard. After a run the
//! query has seen the end of its input: one with state is compiled anew for the next.

use std::hint::black_box;

use super::input::Input;
use super::job::Query;
use crate::batch::{Batch, Watermark};
use crate::compile::{Role, compile};
use crate::error::{Error, Result};
use crate::operator::{Operator, Output, Progress, ScanRows};
use crate::plan::physical::NodeId;
use crate::types::{EventTime, Nanos};

/// Takes the batches that come out.
pub type Take<'t> = &'t mut dyn FnMut(&Batch) -> Result<()>;

/// A query, ready to be called.
pub struct Direct {
    /// By id: inputs come before those that they feed.
    nodes: Vec<Node>,
    rows: u64,
}

/// A node of the plan.
struct Node {
    work: Work,
    inputs: Vec<NodeId>,
    /// Whom its rows go to: node and the number of the input there.
    consumers: Vec<(NodeId, usize)>,
    /// The watermark of its inputs.
    heard: EventTime,
    /// The one that it passes on.
    watermark: EventTime,
}

enum Work {
    Scan(ScanRows),
    Operator(Box<dyn Operator>, Output),
    /// Rows go on as they are.
    Pass,
    Sink,
}

impl Direct {
    /// Compiles it.
    pub fn new(query: &Query) -> Result<Self> {
        let plan = &query.planned().plan;
        let node = |(id, node): (NodeId, crate::compile::QueryNode)| Node {
            work: match node.role {
                Role::Scan(program) => Work::Scan(program.rows),
                Role::Operator(operator) => Work::Operator(operator, Output::default()),
                Role::Union | Role::Exchange { .. } => Work::Pass,
                Role::Sink { .. } => Work::Sink,
            },
            inputs: plan.nodes[id].inputs.clone(),
            consumers: node.consumers,
            heard: EventTime::MIN,
            watermark: EventTime::MIN,
        };
        Ok(Self { nodes: compile(plan, 0, 1)?.nodes.into_iter().enumerate().map(node).collect(), rows: 0 })
    }

    /// Runs batches through to the end of input, those of each table in the order of `Query::scans`; gives the time and the number of
    /// rows that came out.
    pub fn time(&mut self, input: Input<'_, Batch>) -> Result<(Nanos, u64)> {
        self.run(input, &mut |batch| {
            black_box(batch);
            Ok(())
        })
    }

    /// As `time`, and gives away what came out.
    pub fn run(&mut self, mut input: Input<'_, Batch>, take: Take<'_>) -> Result<(Nanos, u64)> {
        let scans: Vec<NodeId> = (0..self.nodes.len()).filter(|id| matches!(self.nodes[*id].work, Work::Scan(_))).collect();
        if scans.len() != input.tables() {
            return Err(Error::internal(format!("a query of {} scans is called with {} tables", scans.len(), input.tables())));
        }
        self.rows = 0;
        let mut has_read = true;
        while has_read {
            has_read = false;
            for (table, scan) in scans.iter().enumerate() {
                match input.next(table) {
                    Some(batch) => {
                        self.read(*scan, batch, take)?;
                        has_read = true;
                    }
                    None => self.nodes[*scan].watermark = EventTime::MAX,
                }
            }
            self.advance(take)?;
        }
        Ok((input.elapsed_ns(), self.rows))
    }

    fn read(&mut self, scan: NodeId, batch: Batch, take: Take<'_>) -> Result<()> {
        let Node { work: Work::Scan(rows), watermark, .. } = &mut self.nodes[scan] else { return Ok(()) };
        match rows.process(batch, 0, None, watermark, &mut Output::default())? {
            Some(batch) => self.give(scan, batch, take),
            None => Ok(()),
        }
    }

    /// Tells every node how far its inputs are.
    fn advance(&mut self, take: Take<'_>) -> Result<()> {
        for id in 0..self.nodes.len() {
            let Some(time) = self.nodes[id].inputs.iter().map(|input| self.nodes[*input].watermark).min() else { continue };
            if std::mem::replace(&mut self.nodes[id].heard, time) < time {
                self.nodes[id].watermark = self.hear(id, time, take)?;
            }
        }
        Ok(())
    }

    /// Tells a node the watermark of its inputs; gives the one that it passes on.
    fn hear(&mut self, id: NodeId, time: EventTime, take: Take<'_>) -> Result<EventTime> {
        let watermark = Watermark { time, stamp: 0 };
        let mut progress = Progress::More;
        while let (Progress::More, Work::Operator(operator, out)) = (progress, &mut self.nodes[id].work) {
            progress = operator.watermark(watermark, out)?;
            self.pass_on(id, take)?;
        }
        Ok(match &self.nodes[id].work {
            Work::Operator(operator, _) if time < EventTime::MAX => operator.passes_on(watermark).time,
            _ => time,
        })
    }

    fn feed(&mut self, id: NodeId, port: usize, batch: Batch, take: Take<'_>) -> Result<()> {
        match &mut self.nodes[id].work {
            Work::Operator(operator, out) => {
                operator.process_input(port, batch, out)?;
                self.pass_on(id, take)
            }
            Work::Sink => {
                self.rows += batch.rows() as u64;
                take(&batch)
            }
            Work::Scan(_) | Work::Pass => self.give(id, batch, take),
        }
    }

    /// Gives what an operator has made to its consumers.
    fn pass_on(&mut self, id: NodeId, take: Take<'_>) -> Result<()> {
        let Work::Operator(_, out) = &mut self.nodes[id].work else { return Ok(()) };
        let mut batches = std::mem::take(&mut out.batches);
        for batch in batches.drain(..) {
            self.give(id, batch, take)?;
        }
        if let Work::Operator(_, out) = &mut self.nodes[id].work {
            out.batches = batches;
        }
        Ok(())
    }

    fn give(&mut self, from: NodeId, batch: Batch, take: Take<'_>) -> Result<()> {
        let Some(last) = self.nodes[from].consumers.len().checked_sub(1) else { return Ok(()) };
        for at in 0..last {
            let (id, port) = self.nodes[from].consumers[at];
            self.feed(id, port, batch.clone(), take)?;
        }
        let (id, port) = self.nodes[from].consumers[last];
        self.feed(id, port, batch, take)
    }
}

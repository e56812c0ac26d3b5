//! Rows and marks on their way through the compiled query of a shard. Row road.
//!
//! Everything waits in one first-in-first-out queue, so that on every edge rows and marks keep their order. A node that could not
//! finish a watermark within its budget holds back what comes after it, and the shard ingests nothing until it is done.

use std::collections::VecDeque;

use super::aside::Aside;
use super::emit::Emitter;
use super::gauge::Gauge;
use crate::batch::{Batch, Load, Mark, Watermark};
use crate::compile::{Query, QueryNode, Role, Router};
use crate::error::Result;
use crate::metrics::{Part, Profile, Work};
use crate::operator::{Output, Progress};
use crate::plan::physical::NodeId;
use crate::progress::Alignment;
use crate::route::mesh::MeshEnd;
use crate::sink::Accepts;
use crate::sys::clock::Clock;
use crate::types::Nanos;

/// What moves along an edge.
#[derive(Debug)]
pub(super) enum Item {
    Batch(Batch),
    Mark(Mark),
    Load(Load),
}

/// What the flow acts on besides the query.
pub(super) struct Surroundings<'a, 'r, C> {
    pub mesh: &'a mut MeshEnd<'r>,
    pub emitter: &'a mut Emitter,
    pub aside: &'a mut Aside,
    pub gauge: &'a mut Gauge,
    pub clock: &'a mut C,
}

/// Counts of one shard's flow.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct FlowCounts {
    pub filtered_rows: u64,
    pub late_rows: u64,
}

/// The compiled query with what is on its way through it.
pub(super) struct Flow {
    query: Query,
    /// Joint marks of the inputs of each node; for exchanges, of the shards that send.
    alignments: Vec<Alignment>,
    /// Per node: the watermark it has not finished, and what came after it.
    held: Vec<Option<Held>>,
    held_count: usize,
    /// Node of each exchange by its number.
    exchanges: Vec<NodeId>,
    queue: VecDeque<(NodeId, usize, Item)>,
    output: Output,
    shard: usize,
    /// Ends still to come: one of each node's input, one of what each exchange receives.
    ends_awaited: usize,
    pub counts: FlowCounts,
    /// What each node costs, if that is wanted.
    pub profile: Option<Profile>,
}

struct Held {
    watermark: Watermark,
    mark: Mark,
    waiting: VecDeque<(usize, Item)>,
}

impl Flow {
    /// The flow of shard `shard` of `shards`.
    pub(super) fn new(query: Query, shard: usize, shards: usize) -> Self {
        let senders = |role: &Role, inputs: usize| match role {
            Role::Exchange { router: Router::Gather, .. } if shard != 0 => 0,
            Role::Exchange { .. } => shards,
            _ => inputs,
        };
        let mut alignments: Vec<Alignment> = query.nodes.iter().map(|n| Alignment::new(senders(&n.role, n.inputs))).collect();
        for (node, input) in query.nodes.iter().enumerate().filter_map(|(id, n)| Some((id, n.timeless?))) {
            // Its silence holds nobody up.
            let _: Option<Mark> = alignments[node].update(input, Mark::Idle);
        }
        let exchanges =
            query.nodes.iter().enumerate().filter(|(_, n)| matches!(n.role, Role::Exchange { .. })).map(|(id, _)| id).collect();
        let held = query.nodes.iter().map(|_| None).collect();
        let ends_awaited =
            query.nodes.iter().map(|n| usize::from(n.inputs > 0) + usize::from(matches!(n.role, Role::Exchange { .. }))).sum();
        Self {
            query,
            alignments,
            held,
            held_count: 0,
            exchanges,
            queue: VecDeque::new(),
            output: Output::default(),
            shard,
            ends_awaited,
            counts: FlowCounts::default(),
            profile: None,
        }
    }

    /// Says the end to consumers of exchanges from which nothing ever comes to this shard.
    pub(super) fn start(&mut self) {
        for node in self.exchanges.clone() {
            if self.alignments[node].is_empty()
                && let Some(mark) = self.alignments[node].joint()
            {
                self.received(node, mark);
            }
        }
    }

    /// Whether every node has got all it will ever get.
    pub(super) fn has_ended(&self) -> bool {
        self.ends_awaited == 0
    }

    /// Passes on the joint mark of those that send through an exchange to this shard.
    fn received(&mut self, node: NodeId, mark: Mark) {
        self.ends_awaited -= usize::from(mark == Mark::End);
        self.queue_mark(node, mark);
    }

    /// The compiled query's nodes, for whoever feeds scans.
    pub(super) fn query_mut(&mut self) -> &mut Query {
        &mut self.query
    }

    /// Whether some node has not finished a watermark.
    pub(super) fn is_holding(&self) -> bool {
        self.held_count > 0
    }

    /// Bytes of state, by node.
    pub(super) fn state_by_node(&self) -> impl Iterator<Item = usize> {
        self.query.nodes.iter().map(QueryNode::state_bytes)
    }

    /// Notes in the profile what each node holds.
    #[cold]
    pub(super) fn note_state(&mut self) {
        let Some(profile) = &mut self.profile else { return };
        self.query.nodes.iter().enumerate().for_each(|(id, node)| profile.holds(id, node.state_bytes()));
    }

    /// Gives rows that node `from` has made to its consumers.
    pub(super) fn queue_batch(&mut self, from: NodeId, batch: Batch) {
        if let Some(profile) = &mut self.profile {
            profile.gave(from, batch.rows() as u64);
        }
        fan_out(&mut self.queue, &self.query.nodes[from].consumers, batch);
    }

    /// Gives a mark of node `from` to all its consumers: the end first to those of states, for which nobody waits, so that they do not seem
    /// idle when the rows have ended.
    pub(super) fn queue_mark(&mut self, from: NodeId, mark: Mark) {
        let node = &self.query.nodes[from];
        let late = node.late_consumers.iter().flatten();
        let states = node.state_consumers.iter().filter(|_| mark == Mark::End);
        for (consumer, port) in states.chain(&node.consumers).chain(late) {
            self.queue.push_back((*consumer, *port, Item::Mark(mark)));
        }
    }

    /// Gives the end of a reading of a table, which node `from` has read or passes on, to its consumers.
    pub(super) fn queue_load(&mut self, from: NodeId, load: Load) {
        for (consumer, port) in &self.query.nodes[from].consumers {
            self.queue.push_back((*consumer, *port, Item::Load(load)));
        }
    }

    /// Takes what exchange number `exchange` received from shard `from`.
    pub(super) fn receive(&mut self, exchange: u16, from: usize, item: Item) {
        let node = self.exchanges[exchange as usize];
        match item {
            Item::Batch(batch) => self.queue_batch(node, batch),
            Item::Mark(mark) => self.receive_mark(node, from, mark),
            // Only one shard reads such a table.
            Item::Load(load) => self.queue_load(node, load),
        }
    }

    /// Takes a mark of shard `from`, which may be this one, at an exchange.
    fn receive_mark(&mut self, node: NodeId, from: usize, mark: Mark) {
        let mut joint = self.alignments[node].update(from, mark);
        while let Some(mark) = joint {
            self.received(node, mark);
            joint = self.alignments[node].joint();
        }
    }

    /// Operators are at work from `now` on.
    #[inline]
    pub(super) fn stretch_begins(&mut self, now: Nanos) {
        if let Some(profile) = &mut self.profile {
            profile.stretch_begins(now);
        }
    }

    /// Operators are at work no longer.
    #[inline]
    pub(super) fn stretch_ends(&mut self, now: Nanos) {
        if let Some(profile) = &mut self.profile {
            profile.stretch_ends(now);
        }
    }

    /// Runs until nothing is on its way. Hot: once per batch and node.
    pub(super) fn run<C: Clock>(&mut self, around: &mut Surroundings<'_, '_, C>) -> Result<()> {
        while let Some((node, port, item)) = self.queue.pop_front() {
            match &mut self.held[node] {
                Some(held) => held.waiting.push_back((port, item)),
                None if self.profile.is_some() => self.feed_profiled(node, port, item, around)?,
                None => self.feed(node, port, item, around)?,
            }
        }
        Ok(())
    }

    /// Lets the nodes that hold back go on, each once.
    pub(super) fn resume<C: Clock>(&mut self, around: &mut Surroundings<'_, '_, C>) -> Result<()> {
        for node in 0..self.held.len() {
            let Some(held) = self.held[node].take() else { continue };
            self.held_count -= 1;
            self.timed(node, Work::Mark, around, |me, around| me.advance(node, held.watermark, held.mark, around))?;
            match &mut self.held[node] {
                Some(again) => again.waiting = held.waiting,
                None => {
                    // What the node gave out just now stands before what its waiting input will make it give out.
                    self.run(around)?;
                    for (port, item) in held.waiting {
                        self.queue.push_back((node, port, item));
                    }
                }
            }
            self.run(around)?;
        }
        Ok(())
    }

    /// As `feed`, and says what it cost.
    fn feed_profiled<C: Clock>(
        &mut self,
        node: NodeId,
        port: usize,
        item: Item,
        around: &mut Surroundings<'_, '_, C>,
    ) -> Result<()> {
        let work = match &item {
            Item::Batch(batch) => Work::Rows(batch.rows() as u64),
            Item::Mark(_) | Item::Load(_) => Work::Mark,
        };
        if let Some(profile) = &mut self.profile {
            profile.given(node, work);
            if matches!(item, Item::Mark(Mark::End)) {
                // Much of it is given out and forgotten now.
                profile.holds(node, self.query.nodes[node].state_bytes());
            }
        }
        self.timed(node, work, around, |me, around| me.feed(node, port, item, around))
    }

    /// Runs `task`; in a turn that is timed, what it takes is put down to `node`.
    fn timed<C: Clock>(
        &mut self,
        node: NodeId,
        work: Work,
        around: &mut Surroundings<'_, '_, C>,
        task: impl FnOnce(&mut Self, &mut Surroundings<'_, '_, C>) -> Result<()>,
    ) -> Result<()> {
        if !self.profile.as_ref().is_some_and(Profile::is_timed) {
            return task(self, around);
        }
        let began = around.clock.now();
        task(self, around)?;
        let ended = around.clock.now();
        if let Some(profile) = &mut self.profile {
            profile.timed(node, work, began..ended);
            if around.gauge.part() != Part::Operators {
                profile.interrupt();
            }
        }
        Ok(())
    }

    fn feed<C: Clock>(&mut self, node: NodeId, port: usize, item: Item, around: &mut Surroundings<'_, '_, C>) -> Result<()> {
        match item {
            Item::Batch(batch) => self.feed_batch(node, port, batch, around),
            Item::Mark(mark) => self.feed_mark(node, port, mark, around),
            Item::Load(load) => self.feed_load(node, port, load, around),
        }
    }

    fn feed_batch<C: Clock>(
        &mut self,
        node: NodeId,
        port: usize,
        batch: Batch,
        around: &mut Surroundings<'_, '_, C>,
    ) -> Result<()> {
        let Self { query, queue, output, shard, .. } = self;
        let this = &mut query.nodes[node];
        match &mut this.role {
            Role::Operator(operator) => {
                around.gauge.enter(Part::Operators, around.clock);
                operator.process_input(port, batch, output)?;
                self.deliver(node, around)
            }
            Role::Union => {
                fan_out(queue, &this.consumers, batch);
                Ok(())
            }
            // With one shard all rows are where they must be.
            Role::Exchange { .. } if around.mesh.shards() == 1 => {
                fan_out(queue, &this.consumers, batch);
                Ok(())
            }
            Role::Exchange { number, router } => {
                around.gauge.enter(Part::Exchange, around.clock);
                let (number, now, shards) = (*number, around.gauge.mark(), around.mesh.shards());
                let mut deliver = |to: usize, part: Batch| {
                    if to == *shard {
                        fan_out(queue, &this.consumers, part)
                    } else {
                        around.mesh.send_batch(to, number, part, now)
                    }
                };
                match router {
                    Router::Hash(scatter) => scatter.scatter(batch, deliver),
                    Router::RoundRobin(next) => deliver(std::mem::replace(next, (*next + 1) % shards), batch),
                    Router::Gather => deliver(0, batch),
                    Router::Broadcast => {
                        (1..shards).for_each(|to| deliver(to, batch.clone()));
                        deliver(0, batch);
                    }
                }
                Ok(())
            }
            Role::Sink { number, accepts } => {
                // An aggregate says what was before where another reader asks.
                let batch = if *accepts == Accepts::Upsert { batch.after_only() } else { batch };
                around.emitter.write(*number, &batch, around.clock, around.gauge)
            }
            Role::Scan(_) => unreachable!("scans have no input"),
        }
    }

    fn feed_mark<C: Clock>(&mut self, node: NodeId, port: usize, mark: Mark, around: &mut Surroundings<'_, '_, C>) -> Result<()> {
        if let Role::Exchange { number, router } = &self.query.nodes[node].role {
            let (number, receivers) = (*number, router.receivers(around.mesh.shards()));
            self.ends_awaited -= usize::from(mark == Mark::End);
            for to in receivers {
                if to != self.shard {
                    around.mesh.send_mark(to, number, mark, around.gauge.mark());
                } else {
                    self.receive_mark(node, self.shard, mark);
                }
            }
            return Ok(());
        }
        if let (Role::Operator(operator), Mark::End) = (&mut self.query.nodes[node].role, mark) {
            around.gauge.enter(Part::Operators, around.clock);
            operator.input_ended(port, &mut self.output)?;
            self.deliver(node, around)?;
        }
        self.align(node, port, mark, around)
    }

    /// Takes the end of a reading of a table: whoever looks rows up in it takes it in, everybody else passes it on.
    fn feed_load<C: Clock>(&mut self, node: NodeId, port: usize, load: Load, around: &mut Surroundings<'_, '_, C>) -> Result<()> {
        let Self { query, output, shard, .. } = self;
        let this = &mut query.nodes[node];
        match &mut this.role {
            Role::Exchange { number, router } => {
                let (number, shard, receivers) = (*number, *shard, router.receivers(around.mesh.shards()));
                for to in receivers.clone().filter(|to| *to != shard) {
                    around.mesh.send_load(to, number, load, around.gauge.mark());
                }
                if receivers.contains(&shard) {
                    self.queue_load(node, load);
                }
                Ok(())
            }
            Role::Operator(operator) if this.reloaded == Some(port) => {
                around.gauge.enter(Part::Operators, around.clock);
                operator.table_read(load, output)?;
                self.deliver(node, around)?;
                match load {
                    // From now on nobody waits for this input.
                    Load::Whole => self.align(node, port, Mark::End, around),
                    Load::Broken => Ok(()),
                }
            }
            _ => {
                self.queue_load(node, load);
                Ok(())
            }
        }
    }

    /// Joins a mark of one input of a node with those of the others, and moves its time.
    fn align<C: Clock>(&mut self, node: NodeId, port: usize, mark: Mark, around: &mut Surroundings<'_, '_, C>) -> Result<()> {
        let mut joint = self.alignments[node].update(port, mark);
        while let Some(next) = joint {
            match next {
                Mark::Watermark(watermark) => self.advance(node, watermark, next, around)?,
                Mark::End => self.advance(node, Watermark::MAX, Mark::End, around)?,
                Mark::Idle => self.queue_mark(node, Mark::Idle),
            }
            if let Some(held) = &mut self.held[node] {
                // Said once more, so that what it leads to is not lost.
                held.waiting.push_back((port, Item::Mark(mark)));
                break;
            }
            joint = self.alignments[node].joint();
        }
        Ok(())
    }

    /// Moves a node's event time and passes the mark on, or holds the node if it needs more turns.
    fn advance<C: Clock>(
        &mut self,
        node: NodeId,
        watermark: Watermark,
        mark: Mark,
        around: &mut Surroundings<'_, '_, C>,
    ) -> Result<()> {
        let mut passed = mark;
        if let Role::Operator(operator) = &mut self.query.nodes[node].role {
            around.gauge.enter(Part::Operators, around.clock);
            let progress = operator.watermark(watermark, &mut self.output)?;
            if mark != Mark::End {
                passed = Mark::Watermark(operator.passes_on(watermark));
            }
            self.deliver(node, around)?;
            if progress == Progress::More {
                self.held[node] = Some(Held { watermark, mark, waiting: VecDeque::new() });
                self.held_count += 1;
                return Ok(());
            }
        }
        self.ends_awaited -= usize::from(mark == Mark::End);
        self.queue_mark(node, passed);
        Ok(())
    }

    /// Passes on what an operator has put into `output`.
    fn deliver<C: Clock>(&mut self, node: NodeId, around: &mut Surroundings<'_, '_, C>) -> Result<()> {
        let Self { query, queue, output, counts, profile, .. } = self;
        let this = &query.nodes[node];
        if let Some(profile) = profile {
            profile.gave(node, output.batches.iter().chain(&output.states).map(|b| b.rows() as u64).sum());
        }
        match output.batches.len() {
            0 => {}
            1 => output.batches.pop().into_iter().for_each(|batch| fan_out(queue, &this.consumers, batch)),
            _ => output.batches.drain(..).for_each(|batch| fan_out(queue, &this.consumers, batch)),
        }
        if !output.late.is_empty() {
            output.late.drain(..).for_each(|(input, batch)| fan_out(queue, &this.late_consumers[input], batch));
        }
        if !output.states.is_empty() {
            output.states.drain(..).for_each(|batch| fan_out(queue, &this.state_consumers, batch));
        }
        counts.filtered_rows += std::mem::take(&mut output.filtered_rows);
        counts.late_rows += std::mem::take(&mut output.late_rows);
        if output.aside.is_empty() { Ok(()) } else { around.aside.rows(this.origin, std::mem::take(&mut output.aside)) }
    }
}

/// Gives a batch to several consumers: moved to the last, copied for the others.
fn fan_out(queue: &mut VecDeque<(NodeId, usize, Item)>, consumers: &[(NodeId, usize)], batch: Batch) {
    let Some(((last, last_port), others)) = consumers.split_last() else { return };
    for (consumer, port) in others {
        queue.push_back((*consumer, *port, Item::Batch(batch.clone())));
    }
    queue.push_back((*last, *last_port, Item::Batch(batch)));
}

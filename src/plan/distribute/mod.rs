//! Logical trees to the physical plan: nodes in topological order, exchanges where rows must change shards, sinks at the end.
//!
//! Equal subtrees become one node. An exchange stands before a keyed operator unless its input already lies by a subset of the
//! keys: rows that agree on all keys agree on some of them, so they are on one shard already.

mod changes;
mod consolidate;
mod given;
mod in_order;
mod join;
mod nodes;
mod partitioning;
mod phases;
mod replicate;
mod share_exchanges;
mod sinks;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Connectors;
use super::bind::Output;
use super::catalog::Catalog;
use super::logical::{self, Plan};
use super::physical::{Exchange, Node, NodeId, NodeKind, OnError, PhysicalPlan, Port};
use super::settings::QuerySettings;
use crate::error::{Error, Result, Span};
use crate::source::Source;
pub use phases::PhaseStrategy;
use sinks::Sinks;

/// Where the rows of a node lie.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Placed {
    /// Anywhere.
    Anywhere,
    /// On the shard of the hash of these columns.
    By(Vec<usize>),
    /// On shard 0.
    OneShard,
    /// On every shard, all of them.
    Everywhere,
    /// On the shards that have read them, where they are to stay: so says the hint here.
    Pinned(Span),
}

/// A node and where its rows lie.
#[derive(Debug, Clone)]
struct Lowered {
    node: NodeId,
    placed: Placed,
}

struct Lowering<'a> {
    catalog: &'a Catalog,
    connectors: &'a dyn Connectors,
    /// By table: what reads it.
    sources: RefCell<BTreeMap<usize, Arc<dyn Source>>>,
    /// Those of the output whose plan is lowered.
    settings: QuerySettings,
    /// Inputs and keys of the aggregates by key that there are.
    grouped: Vec<phases::Keyed>,
    nodes: Vec<Node>,
    /// What has been lowered, and with which settings.
    known: Vec<(&'a Plan, QuerySettings, Lowered)>,
    /// What reads tables without a hint that says how their rows go.
    scans: Vec<(logical::Scan, Lowered)>,
    sinks: Sinks,
    /// The hint that says that rows stay which are sent elsewhere.
    moved: Option<Span>,
    /// What is not as it should be, though it runs.
    warnings: Vec<String>,
}

/// Makes the physical plan of all outputs, and says what it warns of.
pub fn distribute(catalog: &Catalog, outputs: Vec<Output>, connectors: &dyn Connectors) -> Result<(PhysicalPlan, Vec<String>)> {
    let (nodes, known, scans, sinks, warnings) = (Vec::new(), Vec::new(), Vec::new(), Sinks::default(), Vec::new());
    let (sources, grouped) = (RefCell::default(), phases::grouped(&outputs));
    let settings = QuerySettings::default();
    let moved = None;
    let mut lowering = Lowering { catalog, connectors, sources, settings, grouped, nodes, known, scans, sinks, moved, warnings };
    for output in &outputs {
        let before = lowering.known.len();
        lowering.settings = output.settings;
        let lowered = lowering.lower(&output.plan)?.released();
        lowering.check_pinned()?;
        lowering.write(output, lowered)?;
        // The copies of a sub-query within one query agree, but each query draws its own.
        let own = lowering.known.split_off(before);
        lowering.known.extend(own.into_iter().filter(|(plan, ..)| plan.is_repeatable()));
    }
    lowering.finish_sinks()?;
    let mut plan = PhysicalPlan { nodes: lowering.nodes };
    let (shares, consolidates) = (share_exchanges::share(&mut plan), consolidate::insert(&mut plan));
    if shares || consolidates {
        plan = in_order::in_order(&plan);
    }
    changes::settle(&mut plan);
    Ok((plan, lowering.warnings))
}

impl Placed {
    fn behind(exchange: &Exchange) -> Placed {
        match exchange {
            Exchange::RoundRobin => Placed::Anywhere,
            Exchange::Gather => Placed::OneShard,
            Exchange::Hash(keys) => Placed::By(keys.clone()),
            Exchange::Broadcast => Placed::Everywhere,
        }
    }
}

/// How rows that lie so get to where those with equal `keys` lie on one shard; `None` if they do.
fn exchange_for(placed: &Placed, keys: &[usize]) -> Option<Exchange> {
    match placed {
        Placed::OneShard => None,
        Placed::By(columns) if !columns.is_empty() && columns.iter().all(|c| keys.contains(c)) => None,
        _ if keys.is_empty() => Some(Exchange::Gather),
        _ => Some(Exchange::Hash(keys.to_vec())),
    }
}

impl<'a> Lowering<'a> {
    /// After how many nanoseconds without use state is forgotten for which a hint says this; 0 is never.
    fn ttl(&self, hinted: Option<u64>) -> Option<u64> {
        hinted.or(self.settings.ttl).filter(|ttl| *ttl > 0)
    }

    fn add(&mut self, node: Node) -> NodeId {
        debug_assert!(node.inputs.iter().all(|&i| i < self.nodes.len()), "inputs stand before their node");
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// What reads a table, the same whoever asks.
    fn source(&self, table: usize) -> Result<Arc<dyn Source>> {
        if let Some(known) = self.sources.borrow().get(&table) {
            return Ok(known.clone());
        }
        let source = self.catalog.tables[table].source(self.connectors)?;
        self.sources.borrow_mut().insert(table, source.clone());
        Ok(source)
    }

    /// The node for `plan`, the same one for equal plans with equal settings. A table is read once, whatever the settings.
    fn lower(&mut self, plan: &'a Plan) -> Result<Lowered> {
        let (settings, is_read) = (self.settings, plan.inputs().is_empty());
        let same = |(known, with, _): &&(&Plan, QuerySettings, Lowered)| *known == plan && (is_read || *with == settings);
        if let Some((.., lowered)) = self.known.iter().find(same) {
            return Ok(lowered.clone());
        }
        let inputs = plan.inputs().into_iter().map(|input| self.lower(input)).collect::<Result<Vec<_>>>()?;
        let lowered = self.node_of(plan, inputs)?;
        self.known.push((plan, settings, lowered.clone()));
        Ok(lowered)
    }

    /// `input` so that rows with equal `keys` lie on one shard.
    fn exchanged(&mut self, input: Lowered, keys: &[usize]) -> Lowered {
        match exchange_for(&input.placed, keys) {
            None => input,
            Some(exchange) => self.sent(input, exchange),
        }
    }

    /// `input` behind an exchange.
    fn sent(&mut self, input: Lowered, exchange: Exchange) -> Lowered {
        let placed = Placed::behind(&exchange);
        if let Placed::Pinned(hint) = input.placed {
            self.moved.get_or_insert(hint);
        }
        if let Some(node) = self.exchange_behind(input.node, &exchange) {
            return Lowered { node, placed };
        }
        let schema = self.nodes[input.node].schema.clone();
        let node = self.add(Node::new(NodeKind::Exchange(exchange), vec![input.node], schema));
        Lowered { node, placed }
    }

    /// The exchange of what a node gives out, if it is there.
    fn exchange_behind(&self, input: NodeId, exchange: &Exchange) -> Option<NodeId> {
        let same = |node: &Node| {
            node.inputs == [input] && node.reads == Port::Rows && matches!(&node.kind, NodeKind::Exchange(e) if e == exchange)
        };
        self.nodes.iter().position(same)
    }

    /// What a row that fails does: what the tables below say, the strictest first.
    fn on_error(&self, plan: &Plan) -> OnError {
        let mut fails = false;
        plan.walk(&mut |part| {
            if let Plan::Scan(scan) = part {
                fails |= self.catalog.tables[scan.table].options.on_error == OnError::Fail;
            }
        });
        if fails { OnError::Fail } else { OnError::SetAside }
    }

    /// `error` about a table, with its place.
    fn about_table(&self, error: Error, table: usize) -> Error {
        error.at(self.catalog.tables[table].def.span)
    }
}

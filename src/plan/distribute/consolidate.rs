//! Where changes of one batch may come to nothing, and are left out: before sinks that take changes, always; before operators that keep rows or
//! groups, where it pays.
//!
//! What an operator gives out of a batch is already the difference that it makes, but for joins. A projection may make the same of different rows:
//! counts without the keys they are of, keys without the counts that have changed.

use std::collections::BTreeMap;

use crate::expr::Expr;
use crate::plan::physical::{
    Calc, Changelog, Join, JoinKind, Netting, Node, NodeId, NodeKind, PhysicalPlan, Port, Retracts, Ties, TimeMeaning, Window,
};

/// An input of a node.
type Edge = (NodeId, usize);

/// Whether changes of one batch of this node may come to nothing, however seldom.
pub(super) fn may_cancel(nodes: &[Node], id: NodeId) -> bool {
    let node = &nodes[id];
    match &node.kind {
        NodeKind::Join(join) => {
            let meaning = join.time.as_ref().map(|time| time.meaning);
            !matches!(meaning, Some(TimeMeaning::Rows | TimeMeaning::Windows))
        }
        NodeKind::Scan(scan) => scan.changelog == Changelog::Retract,
        NodeKind::Calc(calc) => drops_columns(nodes, node, calc) || may_cancel(nodes, node.inputs[0]),
        NodeKind::Union | NodeKind::Exchange(_) => node.inputs.iter().any(|input| may_cancel(nodes, *input)),
        _ => false,
    }
}

/// Has changes left out before operators that work less without them, before rows change shards. Whether there are such.
pub(super) fn insert(plan: &mut PhysicalPlan) -> bool {
    let mut made: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    for (reader, input) in edges(plan) {
        let feeder = plan.nodes[reader].inputs[input];
        if !cancels(&plan.nodes, feeder) || is_raw(&plan.nodes, feeder) {
            continue;
        }
        let consolidated = *made.entry(feeder).or_insert_with(|| {
            let schema = plan.nodes[feeder].schema.clone();
            plan.nodes.push(Node::new(NodeKind::Consolidate(Netting::WhereItPays), vec![feeder], schema));
            plan.nodes.len() - 1
        });
        plan.nodes[reader].inputs[input] = consolidated;
    }
    !made.is_empty()
}

/// The inputs that take fewer rows gladly: those of exchanges whose readers all do, else of the readers.
fn edges(plan: &PhysicalPlan) -> Vec<Edge> {
    let all = plan.nodes.iter().enumerate().flat_map(|(id, node)| (0..node.inputs.len()).map(move |input| (id, input)));
    let glad: Vec<Edge> = all.clone().filter(|(id, input)| works_less(&plan.nodes[*id], *input)).collect();
    let mut found: Vec<Edge> = glad
        .iter()
        .map(|(id, input)| {
            let below = plan.nodes[*id].inputs[*input];
            let is_exchange = matches!(plan.nodes[below].kind, NodeKind::Exchange(_));
            let mut readers = all.clone().filter(|(id, input)| plan.nodes[*id].inputs[*input] == below);
            if is_exchange && readers.all(|reader| glad.contains(&reader)) { (below, 0) } else { (*id, *input) }
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a node does the same, but less, without changes that come to nothing: rows that go and come again neither get another place in
/// its order, nor do they keep state from growing old, nor are they late or widen a session.
fn works_less(node: &Node, input: usize) -> bool {
    let retracts = match &node.kind {
        NodeKind::Aggregate(aggregate) if aggregate.ttl.is_none() => aggregate.input_retracts,
        NodeKind::WindowAggregate(aggregate)
            if aggregate.split_watermark_column.is_none() && matches!(aggregate.window, Window::Aligned(_)) =>
        {
            aggregate.input_retracts
        }
        NodeKind::Join(join) if join.time.is_none() && join.lookup.is_none() && join.ttl == [None; 2] => {
            join.input_retracts[input]
        }
        NodeKind::Rank(rank) if rank.ttl.is_none() && rank.ties == Ties::ByColumns && rank.split_watermark_column.is_none() => {
            rank.input_retracts
        }
        NodeKind::Over(over) if over.ttl.is_none() && over.split_watermark_column.is_none() => over.input_retracts,
        _ => Retracts::Never,
    };
    retracts == Retracts::Maybe
}

/// Whether changes of one batch of this node often come to nothing.
fn cancels(nodes: &[Node], id: NodeId) -> bool {
    let node = &nodes[id];
    match &node.kind {
        NodeKind::Join(join) => brings_back(join),
        NodeKind::Calc(calc) => drops_columns(nodes, node, calc) || cancels(nodes, node.inputs[0]),
        NodeKind::Union | NodeKind::Exchange(_) => node.inputs.iter().any(|input| cancels(nodes, *input)),
        _ => false,
    }
}

/// Whether an update of the rows that are met makes rows go and come again: those that for a moment meet none.
fn brings_back(join: &Join) -> bool {
    let [left, right] = join.input_retracts.map(|retracts| retracts == Retracts::Maybe);
    match join.kind {
        _ if join.time.is_some() || join.lookup.is_some() => false,
        JoinKind::Inner => false,
        JoinKind::Left | JoinKind::LeftSemi | JoinKind::LeftAnti => right,
        JoinKind::Right => left,
        JoinKind::Full => left || right,
    }
}

/// Whether rows come as a table says them: then one that is taken back and was never there is to be seen.
fn is_raw(nodes: &[Node], id: NodeId) -> bool {
    let node = &nodes[id];
    match &node.kind {
        NodeKind::Scan(scan) => scan.changelog == Changelog::Retract,
        NodeKind::Calc(_)
        | NodeKind::Union
        | NodeKind::Exchange(_)
        | NodeKind::Expand(_)
        | NodeKind::Unnest(_)
        | NodeKind::InTime(_)
        | NodeKind::WindowAssign(_) => node.reads == Port::Rows && node.inputs.iter().any(|input| is_raw(nodes, *input)),
        _ => false,
    }
}

/// Whether a projection makes the same of different rows.
fn drops_columns(nodes: &[Node], node: &Node, calc: &Calc) -> bool {
    let kept = |column: usize| calc.columns.iter().any(|e| as_column(e) == Some(column));
    !(0..nodes[node.inputs[0]].schema.fields.len()).all(kept)
}

/// The column that an expression is, be it of another type.
fn as_column(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Column { index, .. } => Some(*index),
        Expr::Cast { input, .. } => as_column(input),
        _ => None,
    }
}

//! Rows that several parts of the plan send by the same keys cross over once, also where these want different columns of them.
//!
//! ```text
//!   Aggregate   Join                    Aggregate   Join
//!       |         |                         |         |
//!   Exchange   Exchange                  (k, v)    (k, w)
//!       |         |            ->             \     /
//!    (k, v)    (k, w)                        Exchange
//!        \     /                                |
//!          Scan                             (k, v, w)
//!                                               |
//!                                             Scan
//! ```
//!
//! The one exchange has the columns that any of them reads, and each computes behind it what it computed before. That is done where its rows have no
//! more columns than those of the others together: mostly so, because the keys are there once. Before an exchange that sends all rows to
//! one shard, or to every shard, what is computed stays where all shards compute.

use crate::expr::Expr;
use crate::plan::physical::{Calc, Exchange, Node, NodeId, NodeKind, OnError, PhysicalPlan, Port};
use crate::types::{Field, Schema};

/// An exchange as what it sends of the rows of a node.
struct Sent {
    exchange: NodeId,
    of: NodeId,
    /// Over the columns of that node.
    columns: Vec<Expr>,
    keys: Vec<Expr>,
    on_error: OnError,
}

/// Makes one exchange of those that can be one. Whether there are such.
pub(super) fn share(plan: &mut PhysicalPlan) -> bool {
    let mut together: Vec<Vec<Sent>> = Vec::new();
    for sent in (0..plan.nodes.len()).filter_map(|id| sent(plan, id)) {
        match together.iter_mut().find(|group| goes_with(plan, &group[0], &sent)) {
            Some(group) => group.push(sent),
            None => together.push(vec![sent]),
        }
    }
    together.retain(|group| group.len() > 1 && saves(group));
    for group in &together {
        join(plan, group);
    }
    !together.is_empty()
}

/// What node `id` sends, if it is an exchange of rows that may be made another.
fn sent(plan: &PhysicalPlan, id: NodeId) -> Option<Sent> {
    let node = &plan.nodes[id];
    let NodeKind::Exchange(exchange) = &node.kind else { return None };
    if node.reads != Port::Rows {
        return None;
    }
    let (of, columns, on_error) = computed(plan, node.inputs[0]);
    let keys: Vec<Expr> = match exchange {
        Exchange::Hash(keys) => keys.iter().map(|key| columns[*key].clone()).collect(),
        Exchange::Gather | Exchange::Broadcast if columns.iter().all(is_plain) => Vec::new(),
        Exchange::RoundRobin | Exchange::Gather | Exchange::Broadcast => return None,
    };
    keys.iter().all(Expr::is_repeatable).then_some(Sent { exchange: id, of, columns, keys, on_error })
}

/// Node `id` as expressions over the rows of a node: the one below it, where it only computes columns of those.
fn computed(plan: &PhysicalPlan, id: NodeId) -> (NodeId, Vec<Expr>, OnError) {
    let node = &plan.nodes[id];
    match &node.kind {
        NodeKind::Calc(calc) if calc.filter.is_none() && node.reads == Port::Rows => {
            (node.inputs[0], calc.columns.clone(), calc.on_error)
        }
        _ => (id, node.all_columns(), OnError::SetAside),
    }
}

fn is_plain(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { .. })
}

/// Whether both send the same rows to the same shards.
fn goes_with(plan: &PhysicalPlan, one: &Sent, other: &Sent) -> bool {
    let kind = |sent: &Sent| std::mem::discriminant(exchange(plan, sent));
    one.of == other.of && one.keys == other.keys && kind(one) == kind(other)
}

fn exchange<'a>(plan: &'a PhysicalPlan, sent: &Sent) -> &'a Exchange {
    match &plan.nodes[sent.exchange].kind {
        NodeKind::Exchange(exchange) => exchange,
        _ => unreachable!("what is sent goes through an exchange"),
    }
}

/// Whether the rows of one exchange for all have no more columns than those of theirs together.
fn saves(group: &[Sent]) -> bool {
    carried(group).len() <= group.iter().map(|sent| sent.columns.len()).sum()
}

/// What one exchange for all has to send: the columns that are read, then keys that are computed.
fn carried(group: &[Sent]) -> Vec<Expr> {
    let keys = &group[0].keys;
    let mut plain: Vec<(usize, Expr)> = Vec::new();
    for column in group.iter().flat_map(|sent| &sent.columns).filter(|column| !keys.contains(column) || is_plain(column)) {
        column.walk(&mut |part| {
            if let Expr::Column { index, .. } = part {
                plain.push((*index, part.clone()));
            }
        });
    }
    plain.sort_by_key(|(index, _)| *index);
    plain.dedup_by_key(|(index, _)| *index);
    let computed = keys.iter().enumerate().filter(|(at, key)| !is_plain(key) && !keys[..*at].contains(key));
    plain.into_iter().map(|(_, column)| column).chain(computed.map(|(_, key)| key.clone())).collect()
}

/// Puts one exchange in the place of those of `group`; they become what is computed behind it.
fn join(plan: &mut PhysicalPlan, group: &[Sent]) {
    let (of, carried) = (group[0].of, carried(group));
    let below = &plan.nodes[of].schema;
    let mut kind = exchange(plan, &group[0]).clone();
    if let Exchange::Hash(keys) = &mut kind {
        *keys = group[0].keys.iter().filter_map(|key| carried.iter().position(|column| column == key)).collect();
    }
    let (mut input, mut schema) = (of, below.clone());
    if carried != plan.nodes[of].all_columns() {
        schema = named(&carried, below, &group[0], &plan.nodes[group[0].exchange].schema);
        // All read the same tables, so a row that fails does the same to all.
        let narrowed = Calc { filter: None, columns: carried.clone(), on_error: group[0].on_error };
        input = add(plan, Node::new(NodeKind::Calc(narrowed), vec![of], schema.clone()));
    }
    let shared = add(plan, Node::new(NodeKind::Exchange(kind), vec![input], schema));
    for sent in group {
        let columns: Vec<Expr> = sent.columns.iter().map(|column| over(column, &carried)).collect();
        let node = &mut plan.nodes[sent.exchange];
        node.kind = NodeKind::Calc(Calc { filter: None, columns, on_error: sent.on_error });
        node.inputs = vec![shared];
    }
}

fn add(plan: &mut PhysicalPlan, node: Node) -> NodeId {
    plan.nodes.push(node);
    plan.nodes.len() - 1
}

/// The fields of `columns`: of the rows below, and keys by the names that `first` has for them.
fn named(columns: &[Expr], below: &Schema, first: &Sent, names: &Schema) -> Schema {
    let name = |column: &Expr| match column {
        Expr::Column { index, .. } => below.fields[*index].name.clone(),
        key => first.columns.iter().position(|own| own == key).map_or_else(String::new, |at| names.fields[at].name.clone()),
    };
    Schema::new(columns.iter().map(|column| Field::new(name(column), column.data_type())).collect())
}

/// `expr` over the columns that are carried.
fn over(expr: &Expr, carried: &[Expr]) -> Expr {
    let carried = |part: &Expr| carried.iter().position(|column| column == part);
    expr.replaced(&|part| Some(Expr::column(carried(part)?, part.data_type())))
}

//! The physical plan as text. A node with several consumers is shown under the first and named under the others.

use std::fmt::Write;

use super::expression::{calls, columns, expression, list, schema_columns};
use super::row_pattern::Matching;
use super::{
    calc_line, emit, hold_line, in_time_line, join_name, newest_line, over_line, rank_line, sets_line, sort_line, time_bounds,
    told_apart, unnest_line, window,
};
use crate::plan::physical::{
    Changelog, Changes, Emit, Exchange, Join, Netting, Node, NodeId, NodeKind, Partial, PhysicalPlan, Port, Retracts, Scan,
    Standing, TimeBasis, Window, Writes,
};
use crate::types::Schema;
use crate::types::over::OverEmit;

/// One line of the tree: a node where it is shown first, or a mention of it.
struct Branch {
    id: NodeId,
    depth: usize,
    first: bool,
}

/// Trees below all sinks.
pub fn physical(plan: &PhysicalPlan) -> String {
    let mut out = String::new();
    for branch in branches(plan) {
        let (id, indent) = (branch.id, "  ".repeat(branch.depth));
        let _ = writeln!(out, "{indent}{}", headline(plan, &branch));
        let node = &plan.nodes[id];
        for detail in details(plan, node).iter().filter(|_| branch.first) {
            let _ = writeln!(out, "{indent}     {detail}");
        }
    }
    out
}

/// The nodes as a tree, one line each, without details; every node with its number.
pub fn outline(plan: &PhysicalPlan) -> Vec<(NodeId, String)> {
    let first = branches(plan).into_iter().filter(|branch| branch.first);
    first.map(|branch| (branch.id, format!("{}{}", "  ".repeat(branch.depth), headline(plan, &branch)))).collect()
}

fn branches(plan: &PhysicalPlan) -> Vec<Branch> {
    let (mut found, mut shown) = (Vec::new(), vec![false; plan.nodes.len()]);
    for (id, node) in plan.nodes.iter().enumerate() {
        if matches!(node.kind, NodeKind::Sink(_)) {
            descend(plan, id, 0, &mut shown, &mut found);
        }
    }
    found
}

fn descend(plan: &PhysicalPlan, id: NodeId, depth: usize, shown: &mut [bool], found: &mut Vec<Branch>) {
    let first = !std::mem::replace(&mut shown[id], true);
    found.push(Branch { id, depth, first });
    for &input in plan.nodes[id].inputs.iter().filter(|_| first) {
        descend(plan, input, depth + 1, shown, found);
    }
}

/// The columns that a node reads: of a join, those of both inputs, one after the other.
fn below(plan: &PhysicalPlan, node: &Node) -> Schema {
    if node.reads == Port::States {
        return node.schema.clone();
    }
    let is_join = matches!(node.kind, NodeKind::Join(_));
    let inputs = node.inputs.iter().take(if is_join { 2 } else { 1 });
    let schema = Schema::new(inputs.flat_map(|&input| plan.nodes[input].schema.fields.clone()).collect());
    if is_join { told_apart(schema, width(plan, node)) } else { schema }
}

fn headline(plan: &PhysicalPlan, branch: &Branch) -> String {
    let id = branch.id;
    if branch.first { format!("#{id} {}", text(plan, &plan.nodes[id])) } else { format!("#{id} (see above)") }
}

/// What a node does, in a line.
pub(super) fn text(plan: &PhysicalPlan, node: &Node) -> String {
    line(node, &below(plan, node), width(plan, node))
}

/// Number of columns of the first input.
fn width(plan: &PhysicalPlan, node: &Node) -> usize {
    node.inputs.first().map_or(0, |&input| plan.nodes[input].schema.fields.len())
}

fn line(node: &Node, below: &Schema, width: usize) -> String {
    match &node.kind {
        NodeKind::Join(join) => join_line(join, below, width),
        NodeKind::Consolidate(Netting::Always) => "Consolidate".to_owned(),
        NodeKind::Consolidate(Netting::WhereItPays) => "Consolidate where it pays".to_owned(),
        NodeKind::NewestRow(newest) => newest_line(&newest.keys, &newest.order, below),
        NodeKind::LastRow(last) => {
            let name = match last.standing {
                Standing::First => "FirstRow",
                Standing::Last => "LastRow",
            };
            let every = if last.split_watermark_column.is_some() { ", every change" } else { "" };
            format!("{name} by ({}){every}{}", columns(&last.keys, below), without_before(last.changes))
        }
        NodeKind::Rank(r) => {
            rank_line(r.function, (&r.keys, &r.order, r.ties), (r.offset, r.limit), r.deadline.map(|_| r.emit), below)
        }
        NodeKind::Hold(hold) => {
            format!("{}{}", hold_line(hold.interval, hold.until, below), without_before(hold.changes))
        }
        NodeKind::InTime(gate) => in_time_line(gate.window_end, below),
        NodeKind::Sort(sort) => sort_line(&sort.order, sort.time.is_some(), below),
        NodeKind::Over(o) => over_line((&o.keys, &o.order), &o.calls, o.emit, below),
        NodeKind::RowPattern(p) => {
            let (order, conditions) = ((p.order.as_slice(), p.emit), p.conditions.as_slice());
            Matching { keys: &p.keys, order, shape: &p.shape, conditions, below }.line()
        }
        NodeKind::Scan(scan) => {
            let by_clock = scan.watermark.as_ref().is_some_and(|watermark| watermark.basis == TimeBasis::Processing);
            let time = if by_clock { " by processing time" } else { "" };
            format!("Scan {} ({}){time}", scan.table, schema_columns(&node.schema))
        }
        NodeKind::Calc(calc) => {
            // Late rows have the columns of the window's input, which have no names here.
            let names = if matches!(node.reads, Port::Late(_)) { &node.schema } else { below };
            calc_line(calc.filter.as_ref().map(|f| expression(f, names)), &late_or_list(node, &calc.columns, names))
        }
        NodeKind::WindowAssign(assign) => {
            format!("WindowAssign {} on {}", window(&assign.window), columns(&[assign.time_column], below))
        }
        NodeKind::Expand(expand) => sets_line(&expand.keys, &expand.sets, below),
        NodeKind::Unnest(unnest) => unnest_line(unnest.nested, unnest.kind),
        NodeKind::Aggregate(a) if a.calls.is_empty() => format!("Distinct ({})", schema_columns(&node.schema)),
        NodeKind::Aggregate(a) => {
            format!("Aggregate by ({}) {} {}", columns(&a.keys, below), calls(&a.calls, below), emitted(a.emit, a.changes))
        }
        NodeKind::WindowAggregate(a) => {
            let time = columns(&[a.time_column], below);
            let keys = columns(&a.keys, below);
            format!(
                "WindowAggregate {} on {time} by ({keys}) {} {}",
                window(&a.window),
                calls(&a.calls, below),
                emitted(a.emit, a.changes)
            )
        }
        NodeKind::Union => "Union".to_owned(),
        NodeKind::PartialAggregate(p) if p.calls.is_empty() => format!("PartialDistinct ({})", columns(&p.keys, below)),
        NodeKind::PartialAggregate(p) => {
            let times = p.window.as_ref().map(|times| {
                let on = columns(&[times.time_column], below);
                format!("{} on {on} ", window(&Window::Aligned(times.window)))
            });
            let times = times.unwrap_or_default();
            format!("PartialAggregate {times}by ({}) {}", columns(&p.keys, below), calls(&p.calls, below))
        }
        NodeKind::Exchange(exchange) => {
            let what = if node.reads == Port::States { " of states" } else { "" };
            match exchange {
                Exchange::Hash(keys) => format!("Exchange hash({}){what}", columns(keys, below)),
                Exchange::RoundRobin => "Exchange round robin".to_owned(),
                Exchange::Gather => format!("Exchange gather to shard 0{what}"),
                Exchange::Broadcast => format!("Exchange broadcast to every shard{what}"),
            }
        }
        NodeKind::Sink(write) => format!("Sink {} ({})", write.table, schema_columns(&node.schema)),
    }
}

/// `width`: columns of the left input.
fn join_line(join: &Join, below: &Schema, width: usize) -> String {
    let equal = join.left_keys.iter().zip(&join.right_keys);
    let equal = equal.map(|(left, right)| format!("{} = {}", columns(&[*left], below), columns(&[width + right], below)));
    let keys = equal.collect::<Vec<_>>().join(", ");
    let filter = join.filter.as_ref().map(|f| {
        let names = Schema::new(f.columns.iter().map(|column| below.fields[*column].clone()).collect());
        format!(" where {}", expression(&f.filter, &names))
    });
    let time = join.time.as_ref().map(|time| time_bounds(time, below, width));
    let (time, filter) = (time.unwrap_or_default(), filter.unwrap_or_default());
    format!("{}Join {} on ({keys}){time}{filter}", join_name(&join.time, join.lookup.is_some()), join.kind.name())
}

fn emitted(when: Emit, changes: Changes) -> String {
    let without = if when == Emit::OnChange { without_before(changes) } else { "" };
    format!("{}{without}", emit(when))
}

fn without_before(changes: Changes) -> &'static str {
    if changes == Changes::AfterOnly { ", without -U" } else { "" }
}

fn late_or_list(node: &Node, exprs: &[crate::expr::Expr], names: &Schema) -> String {
    if matches!(node.reads, Port::Late(_)) { schema_columns(&node.schema) } else { list(exprs, &node.schema, names) }
}

/// What is said of a node below its line.
pub(super) fn details(plan: &PhysicalPlan, node: &Node) -> Vec<String> {
    let below = &below(plan, node);
    let mut details = match &node.kind {
        NodeKind::Scan(scan) => scan_details(scan, &node.schema),
        NodeKind::Sink(write) => {
            let delivery = format!("delivery: {}", write.sink.delivery());
            vec![write.sink.describe(), format!("writes: {}", written(&write.writes, &node.schema)), delivery]
        }
        NodeKind::WindowAssign(a) if matches!(a.window, Window::Session { .. }) => of_changes(a.input_retracts),
        NodeKind::Aggregate(a) => of_changes(a.input_retracts),
        NodeKind::Rank(r) => {
            let late = r.deadline.map(|_| late_by(r.split_watermark_column, below));
            of_changes(r.input_retracts).into_iter().chain(late).collect()
        }
        NodeKind::Over(o) => {
            let asks = o.emit == OverEmit::OnWatermark || o.deadline.is_some();
            let late = asks.then(|| late_by(o.split_watermark_column, below));
            of_changes(o.input_retracts).into_iter().chain(late).collect()
        }
        NodeKind::RowPattern(p) if p.emit == OverEmit::OnWatermark => vec![late_by(p.split_watermark_column, below)],
        NodeKind::InTime(gate) => vec![late_by(gate.split_watermark_column, below)],
        NodeKind::WindowAggregate(a) => {
            of_changes(a.input_retracts).into_iter().chain([late_by(a.split_watermark_column, below)]).collect()
        }
        NodeKind::Join(Join { time: Some(time), .. }) if time.split_watermarks != [None; 2] => {
            vec!["late: by $watermark, the watermark of the row's split".to_owned()]
        }
        _ => Vec::new(),
    };
    if !node.state_bound.is_empty() {
        details.push(format!("state: {}", node.state_bound));
    }
    if let NodeKind::PartialAggregate(partial) = &node.kind {
        let when = match partial.when {
            Partial::Always => "",
            Partial::WhereKeysRepeat => " in which keys repeat",
        };
        details.push(format!("gives: states of the groups of each batch{when}, and rows as they are"));
    }
    if let Port::Late(input) = node.reads {
        let several = matches!(plan.nodes[node.inputs[0]].kind, NodeKind::Join(_));
        let whose = if several { ["the join's left input", "the join's right input"][input] } else { "its input" };
        details.push(format!("reads the late rows of {whose}"));
    }
    details
}

/// That rows may be taken back which a node keeps.
fn of_changes(retracts: Retracts) -> Vec<String> {
    if retracts == Retracts::Maybe { vec!["input: changelog".to_owned()] } else { Vec::new() }
}

fn written(writes: &Writes, schema: &Schema) -> String {
    match writes {
        Writes::Append => "append: the query takes no row back".to_owned(),
        Writes::Retract => "retract: the query takes rows back, whole".to_owned(),
        Writes::Upsert(key) => format!("upsert by ({}): a row takes the place of the one with its key", columns(key, schema)),
    }
}

fn late_by(split_watermark: Option<usize>, below: &Schema) -> String {
    match split_watermark {
        Some(column) => format!("late: by {}, the watermark of the row's split", columns(&[column], below)),
        None => "late: by the watermark of the operator".to_owned(),
    }
}

fn scan_details(scan: &Scan, schema: &Schema) -> Vec<String> {
    let watermark = scan.watermark.as_ref().map(|w| format!("watermark: {}", expression(&w.expr, schema)));
    let changelog = match scan.changelog {
        Changelog::Append => None,
        Changelog::Retract => Some("gives: changelog".to_owned()),
        Changelog::Upsert => Some("gives: the last row of each key".to_owned()),
    };
    [scan.source.describe()].into_iter().chain(changelog).chain(watermark).collect()
}

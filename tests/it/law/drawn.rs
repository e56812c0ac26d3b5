//! Which operators the law draws with changes to take or to give: all of them, but for those that have a reason. Joins to versions have a law of
//! their own.

use std::collections::BTreeMap;
use std::fmt::Debug;

use corelane::plan::physical::{
    Changelog, Emit, Join, JoinKind, NodeId, NodeKind, PhysicalPlan, Rank, TimeMeaning, Window, WindowAssign,
};
use corelane::types::over::OverEmit;

use super::input::{Input, Times};
use super::{Case, LAWS, Pace, queries};

/// What operators do with changes, and which of their inputs have some.
const FACES: [&str; 69] = [
    "Aggregate DISTINCT OnChange of changes",
    "Aggregate DISTINCT OnClose of changes",
    "Aggregate groups OnChange",
    "Aggregate groups OnChange of changes",
    "Aggregate groups OnClose of changes",
    "Aggregate one group OnChange",
    "Aggregate one group OnChange of changes",
    "Aggregate one group OnClose of changes",
    "Calc of changes",
    "Consolidate Always of changes",
    "Consolidate WhereItPays of changes",
    "Exchange Broadcast of changes",
    "Exchange Gather of changes",
    "Exchange Hash of changes",
    "Expand of changes",
    "Hold of changes",
    "Hold windows of changes",
    "InTime of changes",
    "Join full",
    "Join full of changes left",
    "Join full of changes left and right",
    "Join inner of changes left",
    "Join inner of changes left and right",
    "Join inner of changes right",
    "Join inner of windows of changes left and right",
    "Join left",
    "Join left anti",
    "Join left anti of changes left",
    "Join left anti of changes left and right",
    "Join left of changes left",
    "Join left of changes left and right",
    "Join left of changes right",
    "Join left of windows of changes left and right",
    "Join left semi of changes left",
    "Join left semi of changes left and right",
    "Join right",
    "Join right of changes left",
    "Join right of changes left and right",
    "LastRow First ByRow of changes",
    "LastRow First ByRow of windows of changes",
    "LastRow Last ByKey of changes",
    "LastRow Last ByRow of changes",
    "LastRow Last ByRow of windows of changes",
    "Over OnChange",
    "Over OnChange of changes",
    "Over OnChange of windows of changes",
    "Rank DENSE_RANK first of changes",
    "Rank RANK first of changes",
    "Rank ROW_NUMBER all",
    "Rank ROW_NUMBER all of changes",
    "Rank ROW_NUMBER behind of changes",
    "Rank ROW_NUMBER first",
    "Rank ROW_NUMBER first of changes",
    "Rank ROW_NUMBER first of windows of changes",
    "Scan Retract",
    "Scan Upsert",
    "Sink Retract of changes",
    "Sink Upsert of changes",
    "Sort of changes",
    "Union of changes left",
    "Union of changes left and right",
    "Unnest ARRAY of changes",
    "WindowAggregate sessions OnChange of changes",
    "WindowAggregate sessions OnClose of changes",
    "WindowAggregate windows OnChange",
    "WindowAggregate windows OnChange of changes",
    "WindowAggregate windows OnClose of changes",
    "WindowAssign sessions of changes",
    "WindowAssign windows of changes",
];

/// Kinds of nodes that take no changes, and why.
const NO_CHANGES: [(&str, &str); 3] = [
    (
        "PartialAggregate",
        "the first phase is left out over changes: a row taken back that was never there is told only among rows",
    ),
    ("RowPattern", "its rows only come, and what it gives out stays"),
    ("NewestRow", "its rows only come; `newest` has the windows over what it gives"),
];

/// Whether the rows that each node gives out may be taken back.
fn changing(plan: &PhysicalPlan) -> Vec<bool> {
    let mut changing: Vec<bool> = Vec::new();
    for node in &plan.nodes {
        let takes = node.inputs.iter().any(|input| changing[*input]);
        changing.push(match &node.kind {
            NodeKind::Scan(scan) => scan.changelog != Changelog::Append,
            NodeKind::Aggregate(a) => a.emit == Emit::OnChange && (takes || !a.calls.is_empty() || a.keys.is_empty()),
            NodeKind::WindowAggregate(aggregate) => aggregate.emit == Emit::OnChange,
            NodeKind::Join(Join { time: Some(time), .. }) => {
                matches!(time.meaning, TimeMeaning::Versions(_)) && changing[node.inputs[0]]
            }
            NodeKind::Join(Join { lookup: Some(_), .. }) => changing[node.inputs[0]],
            NodeKind::Sort(_) | NodeKind::RowPattern(_) => false,
            NodeKind::WindowAssign(WindowAssign { window: Window::Session { .. }, .. }) => false,
            NodeKind::Join(join) => takes || !matches!(join.kind, JoinKind::Inner | JoinKind::LeftSemi),
            NodeKind::NewestRow(_) | NodeKind::LastRow(_) => true,
            NodeKind::Rank(rank) => rank.emit == Emit::OnChange,
            NodeKind::Over(over) => over.emit == OverEmit::OnChange,
            NodeKind::Calc(_)
            | NodeKind::WindowAssign(_)
            | NodeKind::Expand(_)
            | NodeKind::Unnest(_)
            | NodeKind::PartialAggregate(_)
            | NodeKind::Consolidate(_)
            | NodeKind::Hold(_)
            | NodeKind::InTime(_)
            | NodeKind::Union
            | NodeKind::Exchange(_)
            | NodeKind::Sink(_) => takes,
        });
    }
    changing
}

fn window(window: &Window) -> &'static str {
    match window {
        Window::Session { .. } => "sessions",
        Window::Aligned(_) => "windows",
    }
}

/// What a node is and does with changes; `None` where it neither takes nor gives any.
fn face(plan: &PhysicalPlan, changing: &[bool], id: NodeId) -> Option<String> {
    let node = &plan.nodes[id];
    let takes: Vec<&str> =
        node.inputs.iter().zip(["left", "right"]).filter(|(input, _)| changing[**input]).map(|(_, side)| side).collect();
    if takes.is_empty() && !changing[id] {
        return None;
    }
    let does = match &node.kind {
        NodeKind::Scan(scan) => format!("{:?}", scan.changelog),
        NodeKind::WindowAssign(assign) => window(&assign.window).to_owned(),
        NodeKind::Aggregate(a) => {
            let keys = match (a.keys.is_empty(), a.calls.is_empty()) {
                (true, _) => "one group",
                (false, true) => "DISTINCT",
                (false, false) => "groups",
            };
            format!("{keys} {:?}", a.emit)
        }
        NodeKind::WindowAggregate(a) => format!("{} {:?}", window(&a.window), a.emit),
        NodeKind::Join(join) => match (&join.time, &join.lookup) {
            (Some(time), _) => format!("{} {}", join.kind.name(), variant(&time.meaning)),
            (None, Some(_)) => format!("{} Lookup", join.kind.name()),
            (None, None) => format!("{}{}", join.kind.name(), if join.deadline.is_some() { " of windows" } else { "" }),
        },
        NodeKind::Rank(rank) => ranks(rank),
        NodeKind::LastRow(last) => {
            let window = if last.deadline.is_some() { " of windows" } else { "" };
            format!("{:?} {:?}{window}", last.standing, last.deletion)
        }
        NodeKind::Consolidate(netting) => format!("{netting:?}"),
        NodeKind::Over(over) if over.deadline.is_some() => format!("{:?} of windows", over.emit),
        NodeKind::Over(over) => format!("{:?}", over.emit),
        NodeKind::Exchange(exchange) => variant(exchange),
        NodeKind::Unnest(unnest) => unnest.nested.name().to_owned(),
        NodeKind::Sink(write) => variant(&write.writes),
        NodeKind::Hold(hold) => if hold.until.is_some() { "windows" } else { "" }.to_owned(),
        NodeKind::Calc(_)
        | NodeKind::Expand(_)
        | NodeKind::PartialAggregate(_)
        | NodeKind::NewestRow(_)
        | NodeKind::RowPattern(_)
        | NodeKind::Sort(_)
        | NodeKind::InTime(_)
        | NodeKind::Union => String::new(),
    };
    let sides = if node.inputs.len() > 1 { takes.join(" and ") } else { String::new() };
    let takes = if takes.is_empty() { String::new() } else { format!("of changes {sides}") };
    let words = [variant(&node.kind), does, takes].map(|word| word.trim().to_owned());
    Some(words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// The name of a variant.
fn variant(thing: &impl Debug) -> String {
    let text = format!("{thing:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn ranks(rank: &Rank) -> String {
    let limit = match (rank.limit, rank.offset) {
        (None, _) => " all",
        (Some(_), 0) => " first",
        (Some(_), _) => " behind",
    };
    let window = if rank.deadline.is_some() { " of windows" } else { "" };
    format!("{}{limit}{window}", rank.function.name())
}

/// In how many queries each of them is, of those that are run.
fn histogram() -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (kind, pace) in LAWS {
        for seed in 0..queries(pace) {
            let job = Case::random(kind, pace, seed).job().expect("a sound query");
            let changing = changing(&job.plan);
            for face in (0..job.plan.nodes.len()).filter_map(|id| face(&job.plan, &changing, id)) {
                *counts.entry(face).or_default() += 1;
            }
        }
    }
    counts
}

/// The kinds of nodes that the plan knows, as they are declared.
pub fn declared_kinds() -> Vec<&'static str> {
    let source = include_str!("../../../src/plan/physical.rs");
    let (_, declared) = source.split_once("pub enum NodeKind {").expect("the kinds of nodes");
    let (declared, _) = declared.split_once("\n}").expect("their end");
    let lines = declared.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty());
    lines
        .map(|line| line.trim_end_matches(|c: char| c != '_' && !c.is_alphanumeric()).split('(').next().unwrap_or(line))
        .collect()
}

#[test]
fn every_operator_is_drawn_with_changes() {
    let histogram = histogram();
    let missing: Vec<&&str> = FACES.iter().filter(|face| !histogram.contains_key(**face)).collect();
    assert!(missing.is_empty(), "never drawn: {missing:#?}\nof {histogram:#?}");
}

#[test]
fn windows_are_drawn_over_late_changes_of_several_splits() {
    for (kind, pace) in LAWS.into_iter().filter(|(kind, pace)| kind.is_of_windows() && !matches!(pace, Pace::Every(_))) {
        let cases = (0..queries(pace)).map(|seed| Case::random(kind, pace, seed));
        let late = cases.filter(|case| case.times == Times::Late && case.input != Input::Append && case.splits.len() > 1);
        assert!(late.count() > 0, "none of {kind:?} {pace:?}");
    }
}

#[test]
fn every_kind_of_node_is_one_of_them() {
    let kinds = declared_kinds();
    assert!(kinds.len() > 15 && kinds.contains(&"Union"), "{kinds:?}");
    for kind in kinds {
        let is_drawn = FACES.iter().any(|face| face.split(' ').next() == Some(kind));
        let is_excused = NO_CHANGES.iter().any(|(excused, _)| *excused == kind);
        assert!(
            is_drawn != is_excused,
            "{kind} takes or gives changes, and the law draws it, or there is a reason that it does not"
        );
    }
}

//! Which changelogs must say what was before: aggregates whose changes reach only sinks that know by key what a row replaces, or do
//! not care, leave it out. Half of the rows need not be made.

use crate::plan::physical::{Changes, NodeKind, PhysicalPlan};
use crate::sink::Accepts;

/// Sets `changes` of every aggregate of the plan.
pub(super) fn settle(plan: &mut PhysicalPlan) {
    // Consumers stand behind what they consume.
    let mut asked = vec![false; plan.nodes.len()];
    for id in (0..plan.nodes.len()).rev() {
        let node = &mut plan.nodes[id];
        let changes = if asked[id] { Changes::BeforeAndAfter } else { Changes::AfterOnly };
        let asks = match &mut node.kind {
            NodeKind::Sink(write) => !matches!(write.sink.accepts(), Accepts::AfterOnly | Accepts::Upsert),
            // A filter may let the new row fall: then only the old one says that something is gone.
            NodeKind::Calc(calc) => asked[id] || calc.filter.is_some(),
            NodeKind::Aggregate(aggregate) => {
                aggregate.changes = changes;
                true
            }
            NodeKind::WindowAggregate(aggregate) => {
                aggregate.changes = changes;
                true
            }
            NodeKind::LastRow(last) => {
                last.changes = changes;
                true
            }
            NodeKind::Hold(hold) => {
                hold.changes = changes;
                true
            }
            // One of the two rows of an update may be late.
            NodeKind::InTime(_) => true,
            NodeKind::PartialAggregate(_)
            | NodeKind::Join(_)
            | NodeKind::Rank(_)
            | NodeKind::NewestRow(_)
            | NodeKind::Sort(_)
            | NodeKind::Over(_)
            | NodeKind::RowPattern(_) => true,
            NodeKind::Scan(_)
            | NodeKind::Union
            | NodeKind::Consolidate(_)
            | NodeKind::Exchange(_)
            | NodeKind::WindowAssign(_)
            | NodeKind::Expand(_) => asked[id],
            // Whose items went is not said by those that came.
            NodeKind::Unnest(_) => true,
        };
        for input in node.inputs.clone() {
            asked[input] |= asks;
        }
    }
}

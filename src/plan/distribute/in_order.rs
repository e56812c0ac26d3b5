//! Brings a plan into order again after nodes were put between others.

use crate::plan::physical::{Node, NodeId, NodeKind, PhysicalPlan, Port};

/// The nodes that lead to a sink, each behind its inputs, without those that give out what they are given.
pub(super) fn in_order(plan: &PhysicalPlan) -> PhysicalPlan {
    let (mut nodes, mut places) = (Vec::new(), vec![None; plan.nodes.len()]);
    for (id, node) in plan.nodes.iter().enumerate() {
        if matches!(node.kind, NodeKind::Sink(_)) {
            place(plan, id, &mut nodes, &mut places);
        }
    }
    PhysicalPlan { nodes }
}

fn place(plan: &PhysicalPlan, id: NodeId, nodes: &mut Vec<Node>, places: &mut [Option<NodeId>]) -> NodeId {
    if let Some(place) = places[id] {
        return place;
    }
    let mut node = plan.nodes[id].clone();
    let inputs: Vec<NodeId> = node.inputs.iter().map(|input| place(plan, *input, nodes, places)).collect();
    let changes_nothing = match (&node.kind, inputs.first()) {
        (NodeKind::Calc(calc), Some(input)) if calc.filter.is_none() && node.reads == Port::Rows => {
            calc.columns == nodes[*input].all_columns()
        }
        _ => false,
    };
    let place = if changes_nothing {
        inputs[0]
    } else {
        node.inputs = inputs;
        nodes.push(node);
        nodes.len() - 1
    };
    places[id] = Some(place);
    place
}

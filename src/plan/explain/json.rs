//! The physical plan as JSON, for programs that draw plans: named as Flink's `JSON_EXECUTION_PLAN` names its parts.

use serde::Serialize;

use super::physical::{details, text};
use crate::error::{Error, Result};
use crate::plan::physical::{Exchange, Node, NodeId, NodeKind, PhysicalPlan};

#[derive(Serialize)]
struct JsonPlan {
    /// Each behind those that it reads.
    nodes: Vec<JsonNode>,
}

#[derive(Serialize)]
struct JsonNode {
    id: NodeId,
    r#type: String,
    pact: &'static str,
    contents: String,
    details: Vec<String>,
    columns: Vec<JsonColumn>,
    predecessors: Vec<Predecessor>,
}

#[derive(Serialize)]
struct JsonColumn {
    name: String,
    r#type: String,
}

#[derive(Serialize)]
struct Predecessor {
    id: NodeId,
    ship_strategy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
}

/// The plan as a JSON object, `nodes`: numbers, lines and details are those of the text.
pub fn json(plan: &PhysicalPlan) -> Result<String> {
    let nodes = plan.nodes.iter().enumerate().map(|(id, node)| described(plan, id, node)).collect();
    let text = sonic_rs::to_string_pretty(&JsonPlan { nodes });
    text.map(|text| text + "\n").map_err(|e| Error::internal(format!("a plan as JSON: {e}")))
}

fn described(plan: &PhysicalPlan, id: NodeId, node: &Node) -> JsonNode {
    let contents = text(plan, node);
    let columns = node.schema.fields.iter();
    JsonNode {
        id,
        r#type: contents.split(' ').next().unwrap_or_default().to_owned(),
        pact: match node.kind {
            NodeKind::Scan(_) => "Data Source",
            NodeKind::Sink(_) => "Data Sink",
            _ => "Operator",
        },
        details: details(plan, node),
        columns: columns.map(|field| JsonColumn { name: field.name.clone(), r#type: field.data_type.to_string() }).collect(),
        predecessors: predecessors(node),
        contents,
    }
}

fn predecessors(node: &Node) -> Vec<Predecessor> {
    let ship_strategy = match node.kind {
        NodeKind::Exchange(Exchange::Hash(_)) => "HASH",
        NodeKind::Exchange(Exchange::RoundRobin) => "REBALANCE",
        NodeKind::Exchange(Exchange::Gather) => "GLOBAL",
        NodeKind::Exchange(Exchange::Broadcast) => "BROADCAST",
        _ => "FORWARD",
    };
    let sides: [Option<&str>; 2] =
        if matches!(node.kind, NodeKind::Join(_)) { [Some("first"), Some("second")] } else { [None; 2] };
    let inputs = node.inputs.iter().enumerate();
    inputs.map(|(at, &id)| Predecessor { id, ship_strategy, side: sides.get(at).copied().flatten() }).collect()
}

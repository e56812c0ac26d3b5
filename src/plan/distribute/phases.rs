//! Aggregates in two phases: partial where rows lie, added up where their keys are.

use super::{Lowered, Lowering, Placed, exchange_for};
use crate::expr::Expr;
use crate::plan::bind::Output;
use crate::plan::logical::{self, Plan};
use crate::plan::physical::{
    AggregateCall, Distinct, Exchange, Node, NodeId, NodeKind, Partial, PartialAggregate, Port, Retracts, Window, WindowTimes,
};
use crate::source::Liveness;
use crate::types::{DataType, Field, Schema};

/// Which aggregates are made in two phases, of those whose functions allow it: the setting `table.optimizer.agg-phase-strategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PhaseStrategy {
    /// Those that one shard makes of the rows of all; by key, the batches in which keys come again and again.
    #[default]
    Auto,
    /// None.
    OnePhase,
    /// All.
    TwoPhase,
}

impl PhaseStrategy {
    /// Of its name in SQL.
    pub fn of_name(name: &str) -> Option<PhaseStrategy> {
        let named = [("AUTO", Self::Auto), ("ONE_PHASE", Self::OnePhase), ("TWO_PHASE", Self::TwoPhase)];
        named.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, strategy)| strategy)
    }
}

/// Rows by keys.
pub(super) type Keyed = (Plan, Vec<Expr>);

/// Input and keys of each different aggregate by key.
pub(super) fn grouped(outputs: &[Output]) -> Vec<Keyed> {
    let mut aggregates: Vec<Plan> = Vec::new();
    for output in outputs {
        output.plan.walk(&mut |part| {
            if matches!(part, Plan::Aggregate(_) | Plan::WindowAggregate(_)) && !aggregates.contains(part) {
                aggregates.push(part.clone());
            }
        });
    }
    let input_and_keys = |aggregate: &Plan| match aggregate {
        Plan::Aggregate(aggregate) => Some(keyed(&aggregate.input, &aggregate.keys)),
        Plan::WindowAggregate(aggregate) => Some(keyed(&aggregate.input, &aggregate.keys)),
        _ => None,
    };
    aggregates.iter().filter_map(input_and_keys).collect()
}

/// `input` by these columns, without the columns that are computed of it: they may be computed behind an exchange for several.
fn keyed(input: &Plan, keys: &[usize]) -> Keyed {
    match input {
        Plan::Calc(calc) if calc.filter.is_none() => {
            ((*calc.input).clone(), keys.iter().map(|key| calc.columns[*key].clone()).collect())
        }
        other => {
            let columns = other.identity();
            (other.clone(), keys.iter().map(|key| columns[*key].clone()).collect())
        }
    }
}

/// Input, keys and calls of an aggregate.
pub(super) struct Grouping<'a> {
    pub input: &'a Plan,
    pub keys: &'a [usize],
    pub calls: &'a [AggregateCall],
    pub input_retracts: Retracts,
    pub window: Option<WindowTimes>,
}

impl Lowering<'_> {
    /// `input` so that rows with equal keys lie on one shard, and the states of those that were added up where they lay, if that is
    /// made in two phases.
    pub(super) fn phased(&mut self, input: Lowered, of: &Grouping<'_>) -> (Lowered, Option<NodeId>) {
        let Some(exchange) = exchange_for(&input.placed, of.keys) else { return (input, None) };
        let schema = &self.nodes[input.node].schema;
        let is_there = self.exchange_behind(input.node, &exchange).is_some();
        let stays = matches!(input.placed, Placed::Pinned(_));
        let (Some(when), Some(states)) = (self.first_phase(of, is_there, stays), of.state_schema(schema)) else {
            return (self.sent(input, exchange), None);
        };
        let kind = NodeKind::PartialAggregate(PartialAggregate {
            keys: of.keys.to_vec(),
            calls: of.calls.to_vec(),
            input_retracts: of.input_retracts,
            window: of.window,
            when,
        });
        let partial = self.add(Node::new(kind, vec![input.node], schema.clone()));
        let of_states = match &exchange {
            Exchange::Hash(keys) => Exchange::Hash((0..keys.len()).collect()),
            other => other.clone(),
        };
        let mut sent = Node::new(NodeKind::Exchange(of_states), vec![partial], states);
        sent.reads = Port::States;
        let states = self.add(sent);
        (self.sent(Lowered { node: partial, placed: input.placed }.released(), exchange), Some(states))
    }

    /// The windows of an aggregate, if it can be told where rows are read which of them a row is in.
    pub(super) fn window_times(&self, aggregate: &logical::WindowAggregate) -> Option<WindowTimes> {
        let (Window::Aligned(window), Some(split_watermark_column)) = (aggregate.window, aggregate.split_watermark_column) else {
            return None;
        };
        // A split that wakes up behind the others is late where the window is, and of states no rows are left for the late table.
        let loses_late_rows = aggregate.late.is_some() && self.may_wake_up(&aggregate.input);
        (!loses_late_rows).then_some(WindowTimes { time_column: aggregate.time_column, split_watermark_column, window })
    }

    /// Whether there may be splits that time does not wait for.
    fn may_wake_up(&self, plan: &Plan) -> bool {
        let mut found = false;
        plan.walk(&mut |part| {
            if let Plan::Scan(scan) = part {
                let is_live = self.source(scan.table).is_ok_and(|source| source.liveness() == Liveness::Live);
                found |= is_live || self.catalog.tables[scan.table].options.idle_timeout_ns.is_some();
            }
        });
        found
    }

    /// Whether other aggregates group the same rows by the same keys.
    fn is_shared(&self, of: &Grouping<'_>) -> bool {
        let own = keyed(of.input, of.keys);
        self.grouped.iter().filter(|other| **other == own).count() > 1
    }

    /// What the first phase does, if there is to be one; `is_there`: the exchange of the rows, for others; `stays`: rows are to stay.
    fn first_phase(&self, of: &Grouping<'_>, is_there: bool, stays: bool) -> Option<Partial> {
        match self.settings.phases {
            _ if stays => Some(Partial::Always),
            PhaseStrategy::OnePhase => None,
            // A state of all different values is no smaller than the rows.
            PhaseStrategy::Auto if of.calls.iter().any(|call| call.distinct == Distinct::Distinct) => None,
            // Rows that several need cross over once.
            PhaseStrategy::Auto if !of.keys.is_empty() && (is_there || self.is_shared(of)) => None,
            PhaseStrategy::Auto if !of.keys.is_empty() => Some(Partial::WhereKeysRepeat),
            PhaseStrategy::Auto | PhaseStrategy::TwoPhase => Some(Partial::Always),
        }
    }
}

impl Grouping<'_> {
    /// The columns of states of groups of rows with these columns; `None` where they cannot be added up, or stand for rows that are not there.
    fn state_schema(&self, rows: &Schema) -> Option<Schema> {
        if self.input_retracts == Retracts::Maybe {
            return None;
        }
        let count = |name: &str| Field::new(name.to_owned(), DataType::BigInt);
        let mut fields: Vec<Field> = self.keys.iter().map(|key| rows.fields[*key].clone()).collect();
        if self.window.is_some() {
            fields.extend([count("$first_end"), count("$last_end")]);
        }
        fields.push(count("$rows"));
        for call in self.calls {
            fields.push(count("$unfed"));
            fields.extend(call.state_types(self.input_retracts)?.into_iter().map(|t| Field::new("$state".to_owned(), t)));
        }
        Some(Schema::new(fields))
    }
}

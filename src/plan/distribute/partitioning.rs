//! How the rows of a table get to the shards that work on them, where a hint says so.
//!
//! Rows that go round robin, or by a hash of columns, overtake each other. Most of what is made of them is the same then; what goes by the order
//! in which rows come is refused, unless those that it takes together go one way: by a hash of some of its keys. Rows that are to stay where they are
//! read are refused to whatever sends them elsewhere; of those that an aggregate or a ranking has made fewer, what is left may go.

use super::{Lowered, Lowering, Placed};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::plan::logical::{PartitionStrategy, Partitioning, Plan, Scan};
use crate::plan::physical::{AggregateCall, AggregateFunction, Changelog, Exchange, Ties, TimeMeaning};
use crate::types::over::OverEmit;

impl Lowered {
    /// Its rows need not stay any longer where they were read.
    pub(super) fn released(self) -> Lowered {
        match self.placed {
            Placed::Pinned(_) => Lowered { placed: Placed::Anywhere, ..self },
            _ => self,
        }
    }
}

impl Lowering<'_> {
    /// A scan whose rows go as a hint says.
    pub(super) fn partitioned(&mut self, scan: &Scan, asked: &Partitioning) -> Result<Lowered> {
        let refused = |what: &str, hint: &str| {
            Err(Error::sql(format!("the rows of '{}' {what}", scan.name)).at(asked.span).hint(hint.to_owned()))
        };
        let input = self.scan(&Scan { partitioning: None, ..scan.clone() })?;
        if input.placed != Placed::Anywhere {
            return refused("are all read by one shard", "without the hint they go where they are needed");
        }
        let overtake = matches!(asked.strategy, PartitionStrategy::Hash(_) | PartitionStrategy::RoundRobin);
        if overtake && scan.changelog != Changelog::Append {
            return refused("are changes, which must not overtake each other", "FAN_IN and SOURCE_ALIGNED keep their order");
        }
        Ok(match &asked.strategy {
            PartitionStrategy::Hash(columns) => {
                let place = |column: &usize| scan.columns.iter().position(|own| own == column);
                self.sent(input, Exchange::Hash(columns.iter().filter_map(place).collect()))
            }
            PartitionStrategy::RoundRobin => self.sent(input, Exchange::RoundRobin),
            PartitionStrategy::FanIn => self.sent(input, Exchange::Gather),
            PartitionStrategy::SourceAligned => Lowered { placed: Placed::Pinned(asked.span), ..input },
        })
    }

    /// An error if rows that were to stay where they are read are sent elsewhere.
    pub(super) fn check_pinned(&self) -> Result<()> {
        let Some(span) = self.moved else { return Ok(()) };
        let error = Error::sql("rows that are to stay on the shard that reads them are needed together with others").at(span);
        Err(error.hint("without SOURCE_ALIGNED they go by the keys of what needs them"))
    }
}

/// Something that goes by the order in which rows come.
struct InOrder {
    what: &'static str,
    /// It takes rows together that agree on these columns of a plan.
    keys: Vec<usize>,
}

/// Refuses hints by which rows overtake each other where something goes by their order: a part of `plan`, or a sink that keeps the last row of
/// each `sink_key`.
pub(super) fn check_order(plan: &Plan, sink_key: Option<&[usize]>) -> Result<()> {
    let of_sink = sink_key.map(|key| InOrder { what: "the sink keeps the last row of each key", keys: key.to_vec() });
    check(plan, of_sink.into_iter().collect())
}

fn check(plan: &Plan, above: Vec<InOrder>) -> Result<()> {
    if let Plan::Scan(Scan { partitioning: Some(asked), columns, .. }) = plan {
        return above.iter().try_for_each(|needed| needed.check(asked, columns));
    }
    for (at, input) in plan.inputs().into_iter().enumerate() {
        let moved = |needed: &InOrder| InOrder {
            what: needed.what,
            keys: needed.keys.iter().filter_map(|key| place_below(plan, *key)).collect(),
        };
        check(input, above.iter().map(moved).chain(in_order(plan, at)).collect())?;
    }
    Ok(())
}

impl InOrder {
    /// Of a scan with these columns of its table.
    fn check(&self, asked: &Partitioning, columns: &[usize]) -> Result<()> {
        let is_kept = match &asked.strategy {
            PartitionStrategy::FanIn | PartitionStrategy::SourceAligned => true,
            PartitionStrategy::RoundRobin => false,
            PartitionStrategy::Hash(by) => by.iter().all(|column| self.keys.iter().any(|key| columns.get(*key) == Some(column))),
        };
        if is_kept {
            return Ok(());
        }
        let error = Error::sql(format!("{}, and sent this way rows overtake each other", self.what)).at(asked.span);
        Err(error.hint("FAN_IN and SOURCE_ALIGNED keep their order, as HASH by its keys does"))
    }
}

/// Where a column of a plan of one input stands in that, if it comes from there as it is; of less keys, less is allowed.
fn place_below(plan: &Plan, column: usize) -> Option<usize> {
    match plan {
        Plan::Calc(calc) => match calc.columns[column] {
            Expr::Column { index, .. } => Some(index),
            _ => None,
        },
        Plan::Aggregate(aggregate) => aggregate.keys.get(column).copied(),
        Plan::Unnest(unnest) => (column < unnest.width()).then_some(column),
        Plan::WindowAssign(_)
        | Plan::InTime(_)
        | Plan::Hold(_)
        | Plan::Rank(_)
        | Plan::Over(_)
        | Plan::Sort(_)
        | Plan::Union(_) => plan.inputs().iter().all(|input| column < input.schema().fields.len()).then_some(column),
        _ => None,
    }
}

/// What in a plan goes by the order of the rows of one of its inputs.
fn in_order(plan: &Plan, input: usize) -> Option<InOrder> {
    const LISTS: &str = "the first or last value, or a list of values, goes by the order in which rows come";
    let needed = |what: &'static str, keys: &[usize]| Some(InOrder { what, keys: keys.to_vec() });
    match plan {
        Plan::Aggregate(a) if a.calls.iter().any(is_by_arrival) => needed(LISTS, &a.keys),
        Plan::WindowAggregate(a) if a.calls.iter().any(is_by_arrival) => needed(LISTS, &a.keys),
        Plan::Rank(rank) if rank.ties != Ties::ByColumns => {
            needed("equal rows are ranked in the order in which they come", &rank.keys)
        }
        Plan::LastRow(last) => needed("of the rows of a key one stands, by the order in which they come", &last.keys),
        Plan::Over(over) if over.emit == OverEmit::AtOnce => needed("OVER takes rows as they come", &over.keys),
        Plan::RowPattern(pattern) if pattern.emit == OverEmit::AtOnce => {
            needed("MATCH_RECOGNIZE takes rows as they come", &pattern.keys)
        }
        Plan::Join(join)
            if input == 1 && join.time.as_ref().is_some_and(|time| matches!(time.meaning, TimeMeaning::Versions(_))) =>
        {
            needed("of the versions of one time the last one counts", &[])
        }
        _ => None,
    }
}

fn is_by_arrival(call: &AggregateCall) -> bool {
    use AggregateFunction as F;
    call.order.is_empty()
        && matches!(call.function, F::FirstValue | F::LastValue | F::ArrayAgg | F::ObjectAgg | F::StringAgg | F::Given(_))
}

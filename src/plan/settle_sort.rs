//! Where ORDER BY can be kept: rows come in order once no other can come before them, which is as the watermark passes where event time
//! is the first key, else at the end of input where all of it ends.
//!
//! Over input that goes on for ever, ORDER BY with LIMIT says which rows there are, as a changelog, which has no order.

use super::Connectors;
use super::bind::Output;
use super::catalog::Catalog;
use super::logical::{Plan, Sort};
use super::physical::{Aligned, Emit, SortTime, Window};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::source::Boundedness;

/// Decides for each sort of the job when it gives out rows.
pub fn settle(catalog: &Catalog, outputs: Vec<Output>, connectors: &dyn Connectors) -> Result<Vec<Output>> {
    let settled = |mut output: Output| {
        output.plan = settled(catalog, output.plan, connectors)?;
        Ok(output)
    };
    outputs.into_iter().map(settled).collect()
}

fn settled(catalog: &Catalog, mut plan: Plan, connectors: &dyn Connectors) -> Result<Plan> {
    let Plan::Sort(sort) = plan else {
        // A sort stands above all that SELECT does: below projections at the most.
        if let Plan::Calc(calc) = &mut plan {
            let input = std::mem::replace(&mut *calc.input, Plan::empty());
            *calc.input = settled(catalog, input, connectors)?;
        }
        return Ok(plan);
    };
    let chosen = if let Plan::Hold(hold) = &*sort.input { &hold.input } else { &sort.input };
    let limited = matches!(&**chosen, Plan::Rank(rank) if rank.window_end.is_none());
    if limited && sort.emit == Some(Emit::OnChange) {
        return Ok(*sort.input);
    }
    let at_end = sort.emit == Some(Emit::OnClose);
    let by_time = !at_end && !limited && sort.time.is_some() && !sort.input.retracts();
    match at_end || is_bounded(catalog, &sort.input, connectors)? {
        // Whether the input ends or goes on, a row behind the watermark is late.
        _ if by_time => Ok(Plan::Sort(sort)),
        true => Ok(Plan::Sort(Sort { time: None, ..sort })),
        false if limited => Ok(*sort.input),
        _ if let Some(by_window) = by_window(&sort) => Ok(by_window),
        _ => Err(Error::sql("ORDER BY without LIMIT over input that does not end: no row is known to be the first")
            .at(sort.span)
            .hint("add LIMIT, order by the event time first, or end the query with EMIT FINAL to have the rows when the job is stopped")),
    }
}

/// The sort by the end of the windows that its first key tells apart, where that is the order of the windows in time.
fn by_window(sort: &Sort) -> Option<Plan> {
    let first = sort.order.first().filter(|key| !key.descending)?;
    let (input, column) = with_window_end(&sort.input, first.column)?;
    let columns = sort.schema.fields.iter().zip(sort.input.identity()).map(|(f, e)| (f.name.clone(), e)).collect();
    let (schema, time) = (input.schema().clone(), Some(SortTime { column, split_watermark_column: None }));
    Some(Plan::Sort(Sort { input: Box::new(input), time, schema, ..sort.clone() }).projected(columns))
}

/// `plan` with the end of the windows as a column, and which one it is, if `column` is one of the window columns of an aggregate
/// that gives out each window once, and later ones later.
fn with_window_end(plan: &Plan, column: usize) -> Option<(Plan, usize)> {
    match plan {
        Plan::WindowAggregate(aggregate) if aggregate.emit != Some(Emit::OnChange) => {
            let end = aggregate.end();
            let in_order = match aggregate.window {
                Window::Aligned(Aligned::Tumble { .. } | Aligned::Hop { .. }) => end - 1..end + 2,
                // Windows with one start may have several ends.
                Window::Aligned(Aligned::Cumulate { .. } | Aligned::Given) | Window::Session { .. } => end..end + 2,
            };
            in_order.contains(&column).then(|| (plan.clone(), end))
        }
        Plan::Calc(calc) => {
            let Expr::Column { index, .. } = calc.columns.get(column)? else { return None };
            let (input, end) = with_window_end(&calc.input, *index)?;
            Some(calc.showing(input, end))
        }
        _ => None,
    }
}

fn is_bounded(catalog: &Catalog, plan: &Plan, connectors: &dyn Connectors) -> Result<bool> {
    let mut tables = Vec::new();
    plan.walk(&mut |part| {
        if let Plan::Scan(scan) = part {
            tables.push(scan.table);
        }
    });
    for table in tables {
        let table = &catalog.tables[table];
        if table.source(connectors).map_err(|error| error.at(table.def.span))?.boundedness() == Boundedness::Unbounded {
            return Ok(false);
        }
    }
    Ok(true)
}

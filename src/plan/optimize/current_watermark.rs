//! CURRENT_WATERMARK(ts): how far the event time of a table had come before the row, by the watermark of the row's own split, so that the
//! same rows pass `ts > CURRENT_WATERMARK(ts)` at any number of shards. NULL before the first watermark.
//!
//! It is made of the hidden column that windows ask for; behind windows, joins and aggregates there is none.

use super::split_watermark::with_watermark;
use crate::error::{Error, Result};
use crate::expr::{BinaryOp, Expr};
use crate::plan::catalog::Catalog;
use crate::plan::logical::{Calc, Plan};
use crate::plan::physical::TimeBasis;
use crate::types::over::OverEmit;
use crate::types::{DataType, EventTime, Value};

/// Puts the hidden column in the place of every call.
pub fn settle(catalog: &Catalog, plan: Plan) -> Result<Plan> {
    let mut failed = None;
    let plan = plan.rewrite(&mut |part| match part {
        Plan::Calc(calc) if calc.reads_watermark() => {
            if !calc.exprs().flat_map(times_asked).all(|time| is_event_time(catalog, &calc.input, &time)) {
                failed = Some(
                    Error::sql("CURRENT_WATERMARK takes the event time of a table, and stands where its rows still are those of the table")
                        .hint("declare WATERMARK FOR it, and ask below windows, joins and aggregates"),
                );
                return Plan::Calc(calc);
            }
            Plan::Calc(answered(calc))
        }
        other => other,
    });
    failed.map_or(Ok(plan), Err)
}

fn answered(calc: Calc) -> Calc {
    let input = Box::new(with_watermark(*calc.input));
    let hidden = input.schema().fields.len() - 1;
    let columns = calc.columns.iter().map(|e| replaced(e, hidden)).collect();
    Calc { filter: calc.filter.map(|e| replaced(&e, hidden)), columns, input, ..calc }
}

/// The times that calls in an expression name.
fn times_asked(expr: &Expr) -> Vec<Expr> {
    let mut found = Vec::new();
    expr.walk(&mut |part| {
        if let Expr::SplitWatermark { time } = part {
            found.push((**time).clone());
        }
    });
    found
}

/// `expr` with the hidden column for every call.
fn replaced(expr: &Expr, hidden: usize) -> Expr {
    expr.replaced(&|part| if let Expr::SplitWatermark { time } = part { Some(known(hidden, time.data_type())) } else { None })
}

/// The hidden column as a time; before the first watermark it has the lowest value.
fn known(hidden: usize, data_type: DataType) -> Expr {
    let lowest = Expr::Literal { value: Value::Int(EventTime::MIN), data_type: data_type.clone() };
    let column = Expr::column(hidden, data_type.clone());
    let (left, right) = (Box::new(column.clone()), Box::new(lowest));
    let is_lowest = Expr::Binary { op: BinaryOp::Eq, left, right, data_type: DataType::Boolean };
    let null = Expr::Literal { value: Value::Null, data_type: data_type.clone() };
    Expr::Case { branches: vec![(is_lowest, null)], otherwise: Some(Box::new(column)), data_type }
}

/// Whether a column is the event time of every table that the rows of `plan` may be of.
fn is_event_time(catalog: &Catalog, plan: &Plan, expr: &Expr) -> bool {
    let Expr::Column { index, .. } = expr else { return false };
    match plan {
        Plan::Scan(scan) => {
            let watermark = catalog.tables[scan.table].watermark.as_ref();
            scan.basis == TimeBasis::Event && watermark.is_some_and(|own| scan.columns.get(*index) == Some(&own.column))
        }
        Plan::Calc(calc) => calc.columns.get(*index).is_some_and(|below| is_event_time(catalog, &calc.input, below)),
        Plan::Over(over) if over.emit == OverEmit::AtOnce => is_event_time(catalog, &over.input, expr),
        Plan::Union(union) => union.inputs.iter().all(|input| is_event_time(catalog, input, expr)),
        _ => false,
    }
}

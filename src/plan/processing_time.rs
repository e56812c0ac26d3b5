//! Processing time: columns that say when a row came (PROCTIME() of a table, of a view or of a sub-query), and plans that go by the clock.
//!
//! All rows of one read have the same of these times, so what is ordered by them is ordered by the coming of the rows itself, as far as they
//! still stand in that order. A plan goes by the clock, or by the event time of its tables, as a whole: its scans say which.

use super::logical::{Join, Plan, Scan, WindowAssign};
use super::physical::{TimeBasis, Window};
use crate::expr::Expr;
use crate::types::over::OverEmit;

/// Whether an expression is PROCTIME(), or another function that gives the time at which the row came.
pub fn is_clock(expr: &Expr) -> bool {
    match expr {
        Expr::Arrival => true,
        Expr::Cast { input, data_type, .. } => data_type.is_timestamp() && is_clock(input),
        _ => false,
    }
}

/// Whether an expression over the columns of `plan` is the time at which a row came, somewhere.
pub fn is_moment(plan: &Plan, expr: &Expr) -> bool {
    match (plan, expr) {
        (Plan::Join(join), Expr::Column { index, .. }) => *index < join.width() && is_moment(&join.left, expr),
        _ => is_clock_below(plan, expr, &is_moment),
    }
}

/// Whether an expression over the columns of `plan` is the time at which a row came, and rows stand in the order in which they did.
pub fn is_arrival(plan: &Plan, expr: &Expr) -> bool {
    match (plan, expr) {
        (Plan::Join(Join { lookup: None, .. }), Expr::Column { .. }) => false,
        (Plan::Join(join), Expr::Column { index, .. }) => *index < join.width() && is_arrival(&join.left, expr),
        _ => is_clock_below(plan, expr, &is_arrival),
    }
}

/// Asks `below` of what gives a column of `plan`.
fn is_clock_below(plan: &Plan, expr: &Expr, below: &dyn Fn(&Plan, &Expr) -> bool) -> bool {
    let Expr::Column { index, .. } = expr else { return is_clock(expr) };
    match plan {
        Plan::Scan(scan) => scan.columns.get(*index).is_some_and(|column| scan.arrivals.contains(column)),
        Plan::Calc(calc) => below(&calc.input, &calc.columns[*index]),
        Plan::Union(union) => union.inputs.iter().all(|input| below(input, expr)),
        // Rows of a session wait for its end.
        Plan::WindowAssign(WindowAssign { window: Window::Session { .. }, .. }) => false,
        Plan::Over(over) if over.emit != OverEmit::AtOnce => false,
        // These add columns behind those of their input.
        Plan::WindowAssign(_) | Plan::Expand(_) | Plan::Unnest(_) | Plan::Over(_) => {
            let input = plan.inputs()[0];
            *index < input.schema().fields.len() && below(input, expr)
        }
        _ => false,
    }
}

/// What the time of a plan's rows is: that of all tables which it reads, but for those in which rows are only looked up. `None` where they
/// do not agree.
pub fn basis(plan: &Plan) -> Option<TimeBasis> {
    match plan {
        Plan::Scan(scan) => Some(scan.basis),
        Plan::Join(Join { lookup: Some(_), left, .. }) => basis(left),
        _ => {
            let mut inputs = plan.inputs().into_iter().map(basis);
            let first = inputs.next().unwrap_or(Some(TimeBasis::Event));
            first.filter(|_| inputs.all(|other| other == first))
        }
    }
}

/// Whether a plan can go by the clock: nothing in it stands on event time.
pub fn may_go_by_clock(plan: &Plan) -> bool {
    let mut may = true;
    plan.walk(&mut |part| may &= !part.asks_for_time() || basis(part) == Some(TimeBasis::Processing));
    may
}

/// `plan` with the arrival of rows as their time.
#[must_use]
pub fn by_clock(plan: Plan) -> Plan {
    plan.rewrite(&mut |part| match part {
        Plan::Scan(scan) => Plan::Scan(Scan { basis: TimeBasis::Processing, ..scan }),
        other => other,
    })
}

/// The scans of which a part of a plan asks how far their time has come.
pub fn scans_asked(plan: &Plan, found: &mut impl FnMut(&Scan)) {
    if let Plan::Scan(scan) = plan
        && scan.split_watermark
    {
        found(scan);
    }
    if plan.asks_for_time() {
        plan.walk(&mut |below| {
            if let Plan::Scan(scan) = below {
                found(scan);
            }
        });
    }
}

//! Values that differ between a row and the change that takes it back, because each is computed when it comes: random numbers, and the time at which a row
//! came. What compares rows with those that are to be taken back does not find them then.
//!
//! It matters only where rows are taken back, and until something keeps the row by a key and gives it out anew. A sink of upserts whose key has no such
//! value puts the new row in the place of the old one, whatever that was.

use super::catalog::{Catalog, TableColumnKind};
use super::logical::{Calc, Plan, Scan, columns_of};
use super::physical::{Changelog, Window};
use crate::expr::Expr;

/// What becomes of a query in which changes meet such a value that must not: the setting `table.optimizer.non-deterministic-update.strategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpdateStrategy {
    /// It runs, with a warning.
    #[default]
    Ignore,
    /// It is refused. What a lookup gives out is remembered in any case.
    TryResolve,
}

impl UpdateStrategy {
    /// Of its name in SQL.
    pub fn of_name(name: &str) -> Option<UpdateStrategy> {
        let named = [("IGNORE", Self::Ignore), ("TRY_RESOLVE", Self::TryResolve)];
        named.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, strategy)| strategy)
    }
}

/// By column of a changelog: what in it differs from change to change.
pub type Unsteady = Vec<Option<String>>;

/// The columns of `plan` that differ between a row and the change that takes it back; where a part of it meets such a value that must not, what that is.
pub fn unsteady(catalog: &Catalog, plan: &Plan) -> Result<Unsteady, String> {
    let none = || vec![None; plan.schema().fields.len()];
    if !plan.inputs().iter().any(|input| input.retracts()) {
        return Ok(if let Plan::Scan(scan) = plan { of_scan(catalog, scan) } else { none() });
    }
    let inputs = plan.inputs().into_iter().map(|input| unsteady(catalog, input)).collect::<Result<Vec<_>, _>>()?;
    let first = inputs.first().cloned().unwrap_or_default();
    match plan {
        Plan::Calc(calc) => of_calc(calc, &first),
        Plan::Union(_) => {
            let either = |at: usize| inputs.iter().find_map(|columns| columns[at].clone());
            Ok((0..plan.schema().fields.len()).map(either).collect())
        }
        Plan::Expand(expand) => {
            let copies = expand.keys.iter().map(|key| first[*key].clone());
            Ok(first.iter().cloned().chain(copies).chain([None]).collect())
        }
        Plan::WindowAssign(assign) if !matches!(assign.window, Window::Session { .. }) => {
            steady(&first[assign.time_column..=assign.time_column])?;
            Ok(behind(first, plan))
        }
        Plan::InTime(gate) => {
            steady(&first[gate.window_end..=gate.window_end])?;
            Ok(first)
        }
        Plan::Unnest(unnest) => {
            steady(&first[unnest.width()..])?;
            Ok(behind(first[..unnest.width()].to_vec(), plan))
        }
        // A row is found by its key alone.
        // Its rows only come, and go as they came.
        Plan::NewestRow(_) => Ok(none()),
        Plan::LastRow(last) => last.keys.iter().try_for_each(|key| steady(&first[*key..=*key])).map(|()| none()),
        _ => inputs.iter().try_for_each(|columns| steady(columns)).map(|()| none()),
    }
}

/// Those columns, and new ones behind them.
fn behind(mut columns: Unsteady, plan: &Plan) -> Unsteady {
    columns.resize(plan.schema().fields.len(), None);
    columns
}

/// What differs in one of these columns is an error.
pub fn steady(columns: &[Option<String>]) -> Result<(), String> {
    columns.iter().flatten().next().map_or(Ok(()), |what| Err(what.clone()))
}

/// The computed columns of a table whose changes say what they take back.
fn of_scan(catalog: &Catalog, scan: &Scan) -> Unsteady {
    let computed = |column: &usize| match &catalog.tables[scan.table].columns[*column].kind {
        TableColumnKind::Computed(expr) if scan.changelog == Changelog::Retract => what_differs(expr, &[]),
        _ => None,
    };
    let mut columns: Unsteady = scan.columns.iter().map(computed).collect();
    columns.resize(scan.schema.fields.len(), None);
    columns
}

fn of_calc(calc: &Calc, below: &[Option<String>]) -> Result<Unsteady, String> {
    if let Some(what) = calc.filter.as_ref().and_then(|filter| what_differs(filter, below)) {
        return Err(what);
    }
    Ok(calc.columns.iter().map(|column| what_differs(column, below)).collect())
}

/// What in an expression over these columns differs from change to change.
fn what_differs(expr: &Expr, below: &[Option<String>]) -> Option<String> {
    let mut found = columns_of(expr).into_iter().find_map(|column| below.get(column).cloned().flatten());
    expr.walk(&mut |part| {
        let what = match part {
            Expr::Arrival => "the time at which a row came".to_owned(),
            Expr::SplitWatermark { .. } => "CURRENT_WATERMARK".to_owned(),
            Expr::Call { function, .. } if !function.is_deterministic() => function.name().to_owned(),
            _ => return,
        };
        found.get_or_insert(what);
    });
    found
}

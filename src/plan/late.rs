//! Late tables: where the late rows of what decides by time go, and which columns they are written from.
//!
//! Windows and OVER ask for theirs while they are bound. Of a join and a sort only the whole query says whether rows can be late
//! there; they get theirs by `settle`, each input of a join its own.

use super::bind::Output;
use super::catalog::Catalog;
use super::logical::{InTime, Join, Late, Plan, Sort};
use super::statement::Name;
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::types::Schema;

/// Gives the joins over time and the sorts by time of the job the late tables of what they read.
pub fn settle(catalog: &Catalog, outputs: Vec<Output>) -> Result<Vec<Output>> {
    let settled = |mut output: Output| {
        let plan = std::mem::replace(&mut output.plan, Plan::empty());
        output.plan = settled(catalog, plan)?;
        Ok(output)
    };
    outputs.into_iter().map(settled).collect()
}

fn settled(catalog: &Catalog, plan: Plan) -> Result<Plan> {
    let mut failed = None;
    let plan = plan.rewrite(&mut |plan| {
        let settled = match plan {
            Plan::Join(join) if join.time.is_some() => of_join(catalog, join),
            Plan::InTime(gate) => of_gate(catalog, gate),
            Plan::Sort(sort) if sort.time.is_some() => of_sort(catalog, sort),
            other => return other,
        };
        settled.unwrap_or_else(|error| {
            failed.get_or_insert(error);
            Plan::empty()
        })
    });
    failed.map_or(Ok(plan), Err)
}

fn of_join(catalog: &Catalog, mut join: Join) -> Result<Plan> {
    join.late[0] = late_table(catalog, &join.left, "join")?;
    // A version is never late: it is valid from the watermark on.
    if !join.has_versions() {
        join.late[1] = late_table(catalog, &join.right, "join")?;
    }
    Ok(Plan::Join(join))
}

/// It stands below a join.
fn of_gate(catalog: &Catalog, mut gate: InTime) -> Result<Plan> {
    gate.late = late_table(catalog, &gate.input, "join")?;
    Ok(Plan::InTime(gate))
}

/// A sort stands above what SELECT computes, so its late rows get their columns from below.
fn of_sort(catalog: &Catalog, mut sort: Sort) -> Result<Plan> {
    let Some(name) = name_for(catalog, &sort.input, "sort")? else { return Ok(Plan::Sort(sort)) };
    let names = sort.schema.fields.iter().map(|field| field.name.clone());
    let shown = names.zip(sort.input.identity()).collect();
    sort.late = Some(late(catalog, &name, "sort", |column| reached(&mut sort.input, column))?);
    sort.schema = sort.input.schema().clone();
    Ok(Plan::Sort(sort).projected(shown))
}

/// The late table of the scans below `plan`, the input of a window, a join or OVER, with its columns as columns of `plan`.
pub fn late_table(catalog: &Catalog, plan: &Plan, reader: &str) -> Result<Option<Late>> {
    let name = name_for(catalog, plan, reader)?;
    name.map(|name| late(catalog, &name, reader, |column| plan.schema().index_of(column))).transpose()
}

fn name_for(catalog: &Catalog, plan: &Plan, reader: &str) -> Result<Option<Name>> {
    let mut name: Option<Name> = None;
    for table in rows_from(plan) {
        match (&name, &catalog.tables[table].options.late_table) {
            (None, found) => name.clone_from(found),
            (Some(a), Some(b)) if !a.text.eq_ignore_ascii_case(&b.text) => {
                let error = format!("the {reader} reads tables with different late tables, '{}' and '{}'", a.text, b.text);
                return Err(Error::sql(error).at(b.span).hint("give them the same 'late.table'"));
            }
            _ => {}
        }
    }
    Ok(name)
}

fn late(catalog: &Catalog, name: &Name, reader: &str, mut place: impl FnMut(&str) -> Option<usize>) -> Result<Late> {
    let table = catalog.table(name)?;
    let columns = catalog.tables[table].def.columns.iter().map(|column| {
        place(&column.name).ok_or_else(|| {
            Error::sql(format!("late rows go to '{}', but its column '{}' does not reach the {reader}", name.text, column.name))
                .at(name.span)
                .hint(format!("select {} in the query below the {reader}, or drop it from '{}'", column.name, name.text))
        })
    });
    Ok(Late { table, columns: columns.collect::<Result<_>>()? })
}

/// The column of this name below all that is computed, as a column of `plan`; a hidden last one where it does not come out as it is.
fn reached(plan: &mut Plan, name: &str) -> Option<usize> {
    let Plan::Calc(calc) = plan else { return plan.schema().index_of(name) };
    let below = reached(&mut calc.input, name)?;
    let field = calc.input.schema().fields[below].clone();
    let column = Expr::column(below, field.data_type.clone());
    if let Some(known) = calc.columns.iter().position(|known| *known == column) {
        return Some(known);
    }
    calc.columns.push(column);
    calc.schema = Schema::new(calc.schema.fields.drain(..).chain([field]).collect());
    Some(calc.columns.len() - 1)
}

/// Tables whose rows come out as rows, not as aggregates. What a join gives out is never late, but for one that looks rows up.
fn rows_from(plan: &Plan) -> Vec<usize> {
    match plan {
        Plan::Scan(scan) => vec![scan.table],
        _ => plan.row_inputs().into_iter().flat_map(rows_from).collect(),
    }
}

//! A table is read once: every scan of it is widened to the columns that any query of the job uses, and what its watermark
//! needs where a window asks for it; each query projects what it wants.

use super::split_watermark::{SPLIT, SPLIT_WATERMARK};
use crate::expr::Expr;
use crate::plan::bind::Output;
use crate::plan::catalog::{Catalog, Table};
use crate::plan::logical::{Plan, Scan, columns_of};
use crate::plan::physical::Window;
use crate::types::over::OverEmit;
use crate::types::{DataType, Field, Schema};

/// What all scans of a table together read.
#[derive(Debug, Default, Clone)]
struct Wanted {
    columns: Vec<usize>,
    event_time: bool,
    split_watermark: bool,
    split: bool,
}

/// Widens every scan of the job.
pub fn share(catalog: &Catalog, outputs: &mut [Output]) {
    let mut wanted = vec![Wanted::default(); catalog.tables.len()];
    for output in outputs.iter() {
        output.plan.walk(&mut |plan| match plan {
            Plan::Scan(scan) => {
                wanted[scan.table].columns.extend(&scan.columns);
                wanted[scan.table].split_watermark |= scan.split_watermark;
                wanted[scan.table].split |= scan.split;
            }
            Plan::WindowAssign(window) if matches!(window.window, Window::Session { .. }) => {
                ask_for_time(&window.input, &mut wanted);
            }
            Plan::WindowAggregate(window) => ask_for_time(&window.input, &mut wanted),
            Plan::Hold(hold) => ask_for_time(&hold.input, &mut wanted),
            Plan::Sort(sort) if sort.time.is_some() => ask_for_time(&sort.input, &mut wanted),
            Plan::Join(join) if join.time.is_some() => ask_for_time(plan, &mut wanted),
            Plan::Rank(rank) if rank.window_end.is_some() => ask_for_time(&rank.input, &mut wanted),
            Plan::Over(over) if over.emit == OverEmit::OnWatermark => ask_for_time(&over.input, &mut wanted),
            _ => {}
        });
    }
    for (wanted, table) in wanted.iter_mut().zip(&catalog.tables) {
        // Who says how far ahead of the clock a row may be wants rows looked at, with or without a window.
        wanted.event_time |= table.options.max_ahead_ns.is_some();
        if let (false, true, Some(watermark)) = (wanted.columns.is_empty(), wanted.event_time, &table.watermark) {
            wanted.columns.extend(columns_of(&watermark.expr));
            wanted.columns.push(watermark.column);
        }
        wanted.columns.sort_unstable();
        wanted.columns.dedup();
    }
    for output in outputs {
        output.plan = output.plan.clone().rewrite(&mut |plan| match plan {
            Plan::Scan(scan) => widened(&scan, &wanted[scan.table], &catalog.tables[scan.table]),
            other => other,
        });
    }
}

/// Notes that somebody above asks how far event time has come.
fn ask_for_time(plan: &Plan, wanted: &mut [Wanted]) {
    plan.walk(&mut |below| {
        if let Plan::Scan(scan) = below {
            wanted[scan.table].event_time = true;
        }
    });
}

fn widened(scan: &Scan, wanted: &Wanted, table: &Table) -> Plan {
    let mut fields: Vec<Field> =
        wanted.columns.iter().map(|&c| Field::new(table.columns[c].name.clone(), table.columns[c].data_type.clone())).collect();
    let positions = scan.columns.iter().filter_map(|column| wanted.columns.iter().position(|c| c == column));
    let hidden = scan.split_watermark.then_some(fields.len()).into_iter().chain(scan.split.then_some(fields.len() + 1));
    let positions: Vec<usize> = positions.chain(hidden).collect();
    if wanted.split_watermark {
        fields.push(Field::new(SPLIT_WATERMARK, DataType::BigInt));
    }
    if wanted.split {
        fields.push(Field::new(SPLIT, DataType::BigInt));
    }
    let columns = positions.into_iter().map(|p| (fields[p].name.clone(), Expr::column(p, fields[p].data_type.clone())));
    let columns = columns.collect();
    let shared = Scan {
        columns: wanted.columns.clone(),
        event_time: wanted.event_time,
        split_watermark: wanted.split_watermark,
        split: wanted.split,
        schema: Schema::new(fields),
        ..scan.clone()
    };
    Plan::Scan(shared).projected(columns)
}

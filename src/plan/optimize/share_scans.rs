//! A table is read once: every scan of it is widened to the columns that any query of the job uses, and what its watermark
//! needs where a window asks for it; each query projects what it wants. It is read twice where one query goes by its event time and another
//! by processing time.

use super::split_watermark::{SPLIT, SPLIT_WATERMARK};
use crate::expr::Expr;
use crate::plan::bind::Output;
use crate::plan::catalog::{Catalog, Table};
use crate::plan::logical::{PartitionStrategy, Partitioning, Plan, Scan, columns_of};
use crate::plan::physical::TimeBasis;
use crate::plan::processing_time::scans_asked;
use crate::types::{DataType, Field, Schema};

/// What all scans of a table together read.
#[derive(Debug, Default, Clone)]
struct Wanted {
    columns: Vec<usize>,
    event_time: bool,
    split_watermark: bool,
    split: bool,
}

/// What is wanted of each table, by the time that its rows are read by.
type ByTable = Vec<[Wanted; 2]>;

/// Widens every scan of the job.
pub fn share(catalog: &Catalog, outputs: &mut [Output]) {
    settle_basis(catalog, outputs);
    let mut wanted: ByTable = vec![Default::default(); catalog.tables.len()];
    for output in outputs.iter() {
        output.plan.walk(&mut |plan| match plan {
            Plan::Scan(scan) => {
                let wanted = &mut wanted[scan.table][scan.basis as usize];
                wanted.columns.extend(&scan.columns);
                if let Some(Partitioning { strategy: PartitionStrategy::Hash(columns), .. }) = &scan.partitioning {
                    wanted.columns.extend(columns);
                }
                wanted.split_watermark |= scan.split_watermark;
                wanted.split |= scan.split;
                wanted.event_time |= scan.split_watermark;
            }
            plan => scans_asked(plan, &mut |scan| wanted[scan.table][scan.basis as usize].event_time = true),
        });
    }
    for (wanted, table) in wanted.iter_mut().zip(&catalog.tables) {
        complete(wanted, table);
    }
    for output in outputs {
        output.plan = output.plan.clone().rewrite(&mut |plan| match plan {
            Plan::Scan(scan) => widened(&scan, &wanted[scan.table][scan.basis as usize], &catalog.tables[scan.table]),
            other => other,
        });
    }
}

/// Reads a table by one time where only one is asked for, so that it is read once.
fn settle_basis(catalog: &Catalog, outputs: &mut [Output]) {
    let mut asked = vec![[false; 2]; catalog.tables.len()];
    for output in outputs.iter() {
        output.plan.walk(&mut |plan| scans_asked(plan, &mut |scan| asked[scan.table][scan.basis as usize] = true));
    }
    for output in outputs {
        output.plan = output.plan.clone().rewrite(&mut |plan| match plan {
            Plan::Scan(scan) => {
                let basis = match asked[scan.table] {
                    [true, true] => scan.basis,
                    [false, true] => TimeBasis::Processing,
                    [_, false] => TimeBasis::Event,
                };
                Plan::Scan(Scan { basis, ..scan })
            }
            other => other,
        });
    }
}

/// Adds the columns that watermarks are made of.
fn complete(wanted: &mut [Wanted; 2], table: &Table) {
    // Who says how far ahead of the clock a row may be wants rows looked at, with or without a window.
    let looks = table.options.max_ahead_ns.is_some();
    for (wanted, basis) in wanted.iter_mut().zip([TimeBasis::Event, TimeBasis::Processing]) {
        let watermark = table.watermark.as_ref().filter(|watermark| watermark.basis == TimeBasis::Event);
        wanted.event_time |= looks && watermark.is_some();
        if let (false, true, Some(watermark)) = (wanted.columns.is_empty(), wanted.event_time, watermark) {
            if basis == TimeBasis::Event {
                wanted.columns.extend(columns_of(&watermark.expr));
            }
            wanted.columns.extend(Some(watermark.column).filter(|_| looks || basis == TimeBasis::Event));
        }
        wanted.columns.sort_unstable();
        wanted.columns.dedup();
    }
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

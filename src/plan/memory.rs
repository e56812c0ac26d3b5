//! Memory tables that a job writes and reads: a scan of one becomes the union of what is inserted into it, wherever the INSERT stands.
//!
//! ```text
//!   INSERT INTO m SELECT .. FROM a;  INSERT INTO m VALUES ..;  SELECT .. FROM m
//!
//!   Scan m   ->   Union of:  the query over a, with the columns of m
//!                            Scan m, whose rows are those of all VALUES, in their order: one split
//! ```
//! Rows of a query bring their event time with them; those of VALUES have that of the table's WATERMARK FOR. A table that is only
//! written or only read is left to the connectors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::bind::{Output, Target, evaluate_constant, written};
use super::catalog::{Catalog, Table, TableColumnKind};
use super::logical::{Plan, Scan, Union, columns_of, substitute};
use super::processing_time::{by_clock, may_go_by_clock, scans_asked};
use super::{Connectors, Unread};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::plan::physical::TimeBasis;
use crate::types::{ColumnKind, DataType, Value};

/// Which columns take no NULL.
pub const TAKES_NO_NULL: &str = "it is declared NOT NULL, or part of the enforced PRIMARY KEY of a memory table";

/// Name of the connector.
pub const MEMORY: &str = "memory";

/// What is inserted into a memory table.
#[derive(Debug, Default)]
struct Inserted {
    /// By queries.
    queries: Vec<Output>,
    /// By VALUES: one value for each column that the table's connector would deliver.
    rows: Vec<Vec<Value>>,
}

/// Outputs that need no memory table any more.
#[derive(Debug)]
pub struct Resolved {
    /// Without the INSERTs into memory tables, but for those that stay though nothing reads them.
    pub outputs: Vec<Output>,
    /// The memory tables whose INSERTs have been left out because nothing reads them.
    pub unread: Vec<String>,
}

/// `outputs` with what they read of memory tables put in place, and without the INSERTs that are read; `inserts` are all of the job.
pub fn resolve(catalog: &mut Catalog, inserts: &[Output], outputs: Vec<Output>, connectors: &dyn Connectors) -> Result<Resolved> {
    let mut resolving = Resolving { inserted: BTreeMap::new(), path: Vec::new() };
    for insert in inserts {
        if let Target::Table(index) = insert.target
            && catalog.tables[index].is_memory()
        {
            let taken = resolving.take(&catalog.tables[index], catalog.tables[index].home, insert);
            taken.map_err(|error| error.at(insert.span))?;
        }
    }
    for (index, inserted) in &mut resolving.inserted {
        let rows = (!inserted.rows.is_empty()).then(|| Arc::new(std::mem::take(&mut inserted.rows)));
        catalog.tables.iter_mut().filter(|table| table.home == *index).for_each(|table| table.rows.clone_from(&rows));
    }
    let mut resolved = Vec::with_capacity(outputs.len());
    for mut output in outputs {
        let plan = std::mem::replace(&mut output.plan, Plan::empty());
        let plan = resolving.plan(catalog, plan).and_then(|plan| refuse_changes(&plan).map(|()| plan));
        output.plan = plan.map_err(|error| error.at(output.span))?;
        resolved.push(output);
    }
    // What others read has gone into their plans.
    let mut read = vec![false; catalog.tables.len()];
    inserts.iter().chain(&resolved).for_each(|output| {
        output.plan.walk(&mut |plan| {
            if let Plan::Scan(scan) = plan {
                read[catalog.tables[scan.table].home] = true;
            }
        });
    });
    let is_read = |output: &Output| matches!(output.target, Target::Table(table) if catalog.tables[table].is_memory() && read[catalog.tables[table].home]);
    if let Some(insert) = inserts.iter().find(|insert| insert.on_conflict.is_some() && is_read(insert)) {
        let error = Error::sql(format!("ON CONFLICT of '{}', which is read, is not supported", insert.name)).at(insert.span);
        return Err(error.hint("a memory table that is read is all that is inserted into it"));
    }
    resolved.retain(|output| !is_read(output));
    let is_unread = |output: &Output| matches!(output.target, Target::Table(table) if catalog.tables[table].is_memory());
    let mut unread: Vec<String> = Vec::new();
    let leaves_out = match connectors.unread() {
        Unread::Written => false,
        Unread::LeftOutBesideOthers => !resolved.iter().all(is_unread),
        Unread::LeftOut => true,
    };
    if leaves_out {
        unread.extend(resolved.iter().filter(|output| is_unread(output)).map(|output| output.name.clone()));
        unread.sort_unstable();
        unread.dedup();
        resolved.retain(|output| !is_unread(output));
    }
    Ok(Resolved { outputs: resolved, unread })
}

struct Resolving {
    inserted: BTreeMap<usize, Inserted>,
    /// Tables whose queries are being put in place, outermost first.
    path: Vec<usize>,
}

impl Resolving {
    /// Notes an INSERT.
    fn take(&mut self, table: &Table, index: usize, insert: &Output) -> Result<()> {
        let inserted = self.inserted.entry(index).or_default();
        match constant_rows(&insert.plan) {
            Some(rows) => {
                for row in rows {
                    inserted.rows.push(delivered(table, row)?);
                }
                Ok(())
            }
            None => {
                inserted.queries.push(insert.clone());
                has_event_time(table, insert)
            }
        }
    }

    /// `plan` with the scans of memory tables replaced.
    fn plan(&mut self, catalog: &Catalog, plan: Plan) -> Result<Plan> {
        let (mut failed, mut asked) = (Ok(()), BTreeSet::new());
        plan.walk(&mut |part| scans_asked(part, &mut |scan| _ = asked.insert(scan.table)));
        let plan = plan.rewrite(&mut |plan| match plan {
            Plan::Scan(scan) if failed.is_ok() => match self.scan(catalog, &scan, asked.contains(&scan.table)) {
                Ok(replaced) => replaced.unwrap_or(Plan::Scan(scan)),
                Err(error) => {
                    failed = Err(error);
                    Plan::Scan(scan)
                }
            },
            other => other,
        });
        failed.map(|()| plan)
    }

    /// What stands for the scan of a table that queries insert into. Only where somebody `asks` for its time need these go by the same.
    fn scan(&mut self, catalog: &Catalog, scan: &Scan, asks: bool) -> Result<Option<Plan>> {
        let table = &catalog.tables[scan.table];
        let queries = match self.inserted.get(&table.home) {
            Some(inserted) if !inserted.queries.is_empty() => inserted.queries.clone(),
            _ => return Ok(None),
        };
        if let Some(asked) = &scan.partitioning {
            let error = Error::sql(format!("memory table '{}' is what queries of the job give", table.def.name)).at(asked.span);
            return Err(error.hint("put the hint behind the tables that they read"));
        }
        if table.reload.is_some() {
            let error = Error::sql(format!("memory table '{}' is what the job inserts, and is not read again", table.def.name));
            return Err(error.hint("take its 'lookup.' options off: rows are looked up in what has been inserted"));
        }
        if self.path.contains(&table.home) {
            let error = Error::sql(format!("memory table '{}' is filled from itself", table.def.name));
            return Err(error.hint("a memory table holds what is inserted into it; read another table in its INSERT"));
        }
        self.path.push(table.home);
        let mut inputs = Vec::with_capacity(queries.len() + 1);
        for query in queries {
            let plan = self.plan(catalog, query.plan)?;
            let plan = if asks && scan.basis == TimeBasis::Processing { going_by_clock(table, plan)? } else { plan };
            inputs.push(columns_of_table(table, plan));
        }
        self.path.pop();
        if table.rows.is_some() {
            inputs.push(Plan::Scan(scan.clone()));
        }
        Ok(Some(match inputs.len() {
            1 => inputs.remove(0),
            _ => Plan::Union(Union { inputs, schema: scan.schema.clone() }),
        }))
    }
}

/// Refuses changes where the query was read as if rows only came, because the INSERT that brings them stands behind it.
fn refuse_changes(plan: &Plan) -> Result<()> {
    let mut refused = false;
    plan.walk(&mut |part| {
        let new_rows_only = match part {
            // A row of the left side that takes one back meets the same version, or is remembered; versions replace each other by their key.
            Plan::Join(join) if join.has_versions() && join.clocks[1].times.is_empty() => Vec::new(),
            Plan::Join(join) if join.time.is_some() => part.inputs(),
            _ => Vec::new(),
        };
        refused |= new_rows_only.iter().any(|input| input.retracts());
    });
    match refused {
        true => Err(Error::sql("the query reads a memory table whose rows are taken back, and takes new rows only")
            .hint("put the INSERT INTO that table before the query: then it is read as the changelog that it is")),
        false => Ok(()),
    }
}

/// Whether a plan only computes on constants, so that its rows are known.
pub fn is_constant(plan: &Plan) -> bool {
    constant_rows(plan).is_some()
}

/// The rows of a plan that only computes on constants.
fn constant_rows(plan: &Plan) -> Option<Vec<Vec<Value>>> {
    match plan {
        Plan::Values(values) => Some(values.rows.clone()),
        Plan::Calc(calc) if calc.filter.is_none() => {
            let types = calc.input.schema().types();
            constant_rows(&calc.input)?
                .iter()
                .map(|row| calc.columns.iter().map(|e| computed(e, row, &types)).collect())
                .collect()
        }
        Plan::Union(union) => {
            let mut rows = Vec::new();
            for input in &union.inputs {
                rows.extend(constant_rows(input)?);
            }
            Some(rows)
        }
        _ => None,
    }
}

fn computed(expr: &Expr, row: &[Value], types: &[DataType]) -> Option<Value> {
    if let Expr::Column { index, .. } = expr {
        return row.get(*index).cloned();
    }
    let literal = |column: usize| Some(Expr::Literal { value: row.get(column)?.clone(), data_type: types.get(column)?.clone() });
    match substitute(expr, &literal) {
        Expr::Literal { value, .. } => Some(value),
        constant if columns_of(&constant).is_empty() => evaluate_constant(&constant).ok().flatten(),
        _ => None,
    }
}

/// A row of VALUES as the connector of the table would deliver it.
fn delivered(table: &Table, row: Vec<Value>) -> Result<Vec<Value>> {
    let mut values = row.into_iter();
    let mut delivered = Vec::with_capacity(table.def.columns.len());
    for column in &table.def.columns {
        let value = if column.kind == ColumnKind::Physical { values.next().unwrap_or(Value::Null) } else { Value::Null };
        if column.not_null && value == Value::Null {
            let error = Error::sql(format!("a row of VALUES has NULL for '{}', which takes none", column.name));
            return Err(error.hint(TAKES_NO_NULL));
        }
        delivered.push(value);
    }
    Ok(delivered)
}

/// A query that fills a table whose rows are read by when they come.
fn going_by_clock(table: &Table, plan: Plan) -> Result<Plan> {
    if may_go_by_clock(&plan) {
        return Ok(by_clock(plan));
    }
    let error = format!("'{}' is read by PROCTIME(), but the query that fills it goes by event time", table.def.name);
    Err(Error::sql(error).hint("a query goes by event time or by PROCTIME(), not by one on top of the other"))
}

/// Refuses a query whose rows have no event time in the column that the table says carries it.
fn has_event_time(table: &Table, insert: &Output) -> Result<()> {
    let Some(watermark) = table.watermark.as_ref().filter(|watermark| watermark.basis == TimeBasis::Event) else { return Ok(()) };
    let column = &table.columns[watermark.column];
    let at = written(&table.def.columns).position(|written| written.name == column.name);
    if at.is_some_and(|at| insert.event_times.contains(&at)) {
        return Ok(());
    }
    let error =
        Error::sql(format!("'{}' has WATERMARK FOR {}, but the query gives it no event time there", table.def.name, column.name));
    Err(error.hint("rows of a query bring their event time with them: insert the event-time column of the table that it reads"))
}

/// `plan`, which has the columns that are written, with all columns of the table.
fn columns_of_table(table: &Table, plan: Plan) -> Plan {
    let place = |index: usize| {
        let column = &table.def.columns[index];
        Some(match written(&table.def.columns).position(|c| c.name == column.name) {
            Some(at) => Expr::column(at, column.data_type.clone()),
            None => Expr::Literal { value: Value::Null, data_type: column.data_type.clone() },
        })
    };
    let columns = table.columns.iter().map(|column| {
        let expr = match &column.kind {
            TableColumnKind::Read(index) => {
                place(*index).unwrap_or(Expr::Literal { value: Value::Null, data_type: DataType::Null })
            }
            TableColumnKind::Computed(expr) => substitute(expr, &place),
        };
        (column.name.clone(), expr)
    });
    let columns = columns.collect();
    plan.projected(columns)
}

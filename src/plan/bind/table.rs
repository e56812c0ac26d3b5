//! CREATE TABLE: columns of all kinds, the watermark, and the options that belong to the plan.

use std::collections::BTreeSet;
use std::time::Duration;

use super::coercion::{assignable, cast, constant_cast, is_constant, takes_constant, with_conversion};
use super::expr::ExprBinder;
use super::reload::{RELOAD_OPTIONS, reload};
use super::scope::{ScopeField, Sight, span_of};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::format;
use crate::plan::catalog::{PlanOptions, Table, TableColumn, TableColumnKind, TableWatermark};
use crate::plan::memory::MEMORY;
use crate::plan::physical::{OnError, Standing, TimeBasis};
use crate::plan::statement::{ColumnDef, ColumnDefKind, Conflict, CreateTable, Formula, LateRows, Name, WatermarkFor};
use crate::types::relation::Changelog;
use crate::types::{Column, ColumnKind, DataType, Lengths, OptionValue, Options, TableDef};

/// Options that the connector does not see.
const PLAN_OPTIONS: [&str; 5] = ["late.table", "on.error", "max.errors", "watermark.max-ahead", "scan.watermark.idle-timeout"];

/// Option of a table without a connector, as Feldera has it: what it says nobody needs to know.
const APPEND_ONLY: &str = "append_only";

/// Checks a CREATE TABLE.
pub fn table(create: &CreateTable) -> Result<Table> {
    let (mut read, mut names) = (Vec::new(), BTreeSet::new());
    for column in &create.columns {
        if !names.insert(column.name.text.to_ascii_lowercase()) {
            return Err(Error::sql(format!("column '{}' is defined twice", column.name.text)).at(column.name.span));
        }
        read.extend(read_column(&column.name, &column.kind));
    }
    let fields: Vec<ScopeField> = read.iter().map(|c| field(&create.name, &c.name, &c.data_type)).collect();
    let mut columns = Vec::with_capacity(create.columns.len());
    for column in &create.columns {
        columns.push(table_column(&column.name, &column.kind, &fields, &columns)?);
    }
    let watermark = create.watermark.as_ref().map(|declared| watermark(create, declared, &columns)).transpose()?;
    let watermark = watermark.or_else(|| processing_time(create, &columns));
    if read.is_empty() {
        let error = Error::sql(format!("table '{}' has no columns to read or write", create.name.text)).at(create.name.span);
        return Err(error.hint("a column that is not computed has a type: name TYPE"));
    }
    check_partitions(create)?;
    let (mut options, plan_options) = split_options(&create.options)?;
    if create.options.iter().all(|(key, _)| key == APPEND_ONLY) {
        options = Options::default();
        options.set("connector", MEMORY, create.name.span);
    }
    let changelog = match format::changelog(&create.options)? {
        // Whoever fills the table is part of the job: the key can be enforced.
        Changelog::Append if create.is_key_enforced && options.text("connector") == Some(MEMORY) => Changelog::Upsert,
        Changelog::Upsert if create.primary_key.is_empty() => {
            let span = create.options.value("changelog").map_or(create.name.span, |value| value.span);
            let error = Error::sql(format!("table '{}' is one of upserts, but has no PRIMARY KEY", create.name.text)).at(span);
            return Err(error.hint("declare PRIMARY KEY (...) NOT ENFORCED: it says which row another takes the place of"));
        }
        changelog => changelog,
    };
    let conflict = match create.on_conflict {
        Some((_, span)) if changelog != Changelog::Upsert => {
            let error = Error::sql(format!("ON CONFLICT of '{}', where no two rows have one key", create.name.text)).at(span);
            return Err(error.hint("declare PRIMARY KEY (...) without NOT ENFORCED, in a table that the job itself fills"));
        }
        said => said.map_or(Conflict::Stays(Standing::Last), |(conflict, _)| conflict),
    };
    let primary_key = create.primary_key.iter().map(|name| key_column(name, &read)).collect::<Result<Vec<_>>>()?;
    if create.is_key_enforced && options.text("connector") == Some(MEMORY) {
        // Whoever fills the table is part of the job: no key is NULL.
        read.iter_mut().filter(|column| primary_key.contains(&column.name)).for_each(|column| column.not_null = true);
    }
    let event_time = watermark.as_ref().map(|w: &TableWatermark| columns[w.column].name.clone());
    let def =
        TableDef { name: create.name.text.clone(), span: create.name.span, columns: read, options, primary_key, event_time };
    Ok(Table {
        def,
        columns,
        watermark,
        changelog,
        conflict,
        options: plan_options,
        defaults: defaults(create)?,
        lengths: lengths(create),
        event_times: None,
        rows: None,
        declared: Box::new(create.clone()),
        home: 0,
        reload: None,
    })
}

/// PARTITIONED BY says in which directory a row lies; where rows lie in none, it says nothing.
fn check_partitions(create: &CreateTable) -> Result<()> {
    let has_column = |name: &&Name| create.columns.iter().any(|column| column.name.text.eq_ignore_ascii_case(&name.text));
    if let Some(name) = create.partitioned_by.iter().find(|name| !has_column(name)) {
        let error = Error::sql(format!("PARTITIONED BY: there is no column '{}'", name.text)).at(name.span);
        return Err(error.suggesting(&name.text, create.columns.iter().map(|column| column.name.text.as_str()), "columns here:"));
    }
    match create.partitioned_by.first() {
        Some(name) if create.options.text("connector") == Some("filesystem") => {
            let error = Error::sql("PARTITIONED BY of a filesystem table is not supported: it has no directory for each value");
            Err(error.at(name.span).hint("leave it out: the column is written like any other"))
        }
        _ => Ok(()),
    }
}

fn field(table: &Name, name: &str, data_type: &DataType) -> ScopeField {
    ScopeField { qualifier: Some(table.text.clone()), name: name.to_owned(), data_type: data_type.clone(), sight: Sight::Own }
}

fn read_column(name: &Name, kind: &ColumnDefKind) -> Option<Column> {
    let name = name.text.clone();
    match kind {
        ColumnDefKind::Physical { data_type, not_null, .. } => {
            Some(Column { name, data_type: data_type.clone(), kind: ColumnKind::Physical, not_null: *not_null })
        }
        ColumnDefKind::Metadata { data_type, key } => {
            Some(Column { name, data_type: data_type.clone(), kind: ColumnKind::Metadata(key.clone()), not_null: false })
        }
        ColumnDefKind::Computed { .. } => None,
    }
}

fn table_column(name: &Name, kind: &ColumnDefKind, read: &[ScopeField], before: &[TableColumn]) -> Result<TableColumn> {
    let (data_type, kind) = match kind {
        ColumnDefKind::Computed { expression, data_type } => {
            let expression = &expression.expr;
            let expr =
                ExprBinder::new(read).bind(expression).map_err(|error| match reads_computed(expression, before, read) {
                    true => error.hint("what is computed cannot be read here: write it out, or compute this column in a view"),
                    false => error.at(name.span),
                })?;
            let expr = match data_type {
                Some(declared) => assigned(name, expr, expression, declared)?,
                None if expr.data_type() == DataType::Null => cast(expr, &DataType::STRING),
                None => expr,
            };
            (expr.data_type(), TableColumnKind::Computed(expr))
        }
        _ => {
            let index = read.iter().position(|f| f.name == name.text);
            let index = index.ok_or_else(|| Error::internal(format!("column '{}' is not read", name.text)))?;
            (read[index].data_type.clone(), TableColumnKind::Read(index))
        }
    };
    Ok(TableColumn { name: name.text.clone(), data_type, kind })
}

/// Whether an expression reads columns that are computed, and would be right if they were not.
fn reads_computed(expression: &sqlparser::ast::Expr, before: &[TableColumn], read: &[ScopeField]) -> bool {
    let computed = before.iter().filter(|column| matches!(column.kind, TableColumnKind::Computed(_)));
    let computed = computed.map(|column| ScopeField::own(None, column.name.clone(), column.data_type.clone()));
    let all: Vec<ScopeField> = read.iter().cloned().chain(computed).collect();
    ExprBinder::new(&all).bind(expression).is_ok()
}

/// The expression of a column as the type that the column is declared with.
fn assigned(name: &Name, expr: Expr, written: &sqlparser::ast::Expr, declared: &DataType) -> Result<Expr> {
    let is_read = is_constant(&expr) && takes_constant(&expr.data_type(), declared);
    if !is_read && !assignable(&expr.data_type(), declared) {
        let error = Error::sql(format!("column '{}' is {declared}, its expression gives {}", name.text, expr.data_type()));
        return Err(with_conversion(error.at(span_of(written)), &expr.data_type(), declared, &written.to_string()));
    }
    constant_cast(expr, declared, span_of(written))
}

/// The lengths that written values have.
fn lengths(create: &CreateTable) -> Vec<(String, Lengths)> {
    let lengths = |column: &ColumnDef| match &column.kind {
        ColumnDefKind::Physical { lengths, .. } if !lengths.is_empty() => Some((column.name.text.clone(), lengths.clone())),
        _ => None,
    };
    create.columns.iter().filter_map(lengths).collect()
}

/// What is written to the columns that an INSERT does not name: their DEFAULT.
fn defaults(create: &CreateTable) -> Result<Vec<(String, Expr)>> {
    let mut defaults = Vec::new();
    for column in &create.columns {
        if let ColumnDefKind::Physical { data_type, default: Some(written), .. } = &column.kind {
            let expr = ExprBinder::new(&[]).bind(&written.expr)?;
            defaults.push((column.name.text.clone(), assigned(&column.name, expr, &written.expr, data_type)?));
        }
    }
    Ok(defaults)
}

fn watermark(create: &CreateTable, declared: &WatermarkFor, columns: &[TableColumn]) -> Result<TableWatermark> {
    let WatermarkFor { column: name, expression: Formula { expr: e, .. }, late } = declared;
    let Some(column) = columns.iter().position(|c| c.name.eq_ignore_ascii_case(&name.text)) else {
        let error = Error::sql(format!("WATERMARK FOR '{}': there is no such column", name.text)).at(name.span);
        return Err(error.suggesting(&name.text, columns.iter().map(|c| c.name.as_str()), "columns here:"));
    };
    if is_call(e, "SOURCE_WATERMARK") {
        return Err(Error::sql("no source here gives watermarks of its own, so SOURCE_WATERMARK() has none")
            .at(span_of(e))
            .hint(format!("say how far rows may be out of order: WATERMARK FOR {} AS {0} - INTERVAL '5' SECOND", name.text)));
    }
    let data_type = columns[column].data_type.clone();
    if !data_type.is_timestamp() {
        let what = if *late == LateRows::LeftOut { "LATENESS: " } else { "" };
        return Err(Error::sql(format!("{what}the event-time column '{}' is {data_type}, not a TIMESTAMP", name.text))
            .at(name.span)
            .hint("compute one, such as ts AS TO_TIMESTAMP_LTZ(millis, 3)"));
    }
    let fields: Vec<ScopeField> = columns.iter().map(|c| field(&create.name, &c.name, &c.data_type)).collect();
    let expr: Expr = ExprBinder::new(&fields).bind(e)?;
    if !expr.data_type().is_timestamp() || !assignable(&expr.data_type(), &data_type) {
        return Err(Error::sql(format!("a watermark must be a TIMESTAMP, this is {}", expr.data_type()))
            .at(span_of(e))
            .hint(format!("such as {} - INTERVAL '5' SECOND", name.text)));
    }
    Ok(TableWatermark { column, expr: cast(expr, &data_type), basis: TimeBasis::Event, late: *late })
}

/// The first column that is PROCTIME(): the time of a table without a watermark.
fn processing_time(create: &CreateTable, columns: &[TableColumn]) -> Option<TableWatermark> {
    let is_clock = |column: &ColumnDef| matches!(&column.kind, ColumnDefKind::Computed { expression, .. } if is_call(&expression.expr, "PROCTIME"));
    let column = create.columns.iter().position(is_clock)?;
    let expr = Expr::column(column, columns[column].data_type.clone());
    Some(TableWatermark { column, expr, basis: TimeBasis::Processing, late: LateRows::Kept })
}

/// Whether an expression is `NAME()`, be it without brackets.
fn is_call(e: &sqlparser::ast::Expr, name: &str) -> bool {
    e.to_string().to_ascii_uppercase().trim_end_matches("()") == name
}

fn key_column(name: &Name, read: &[Column]) -> Result<String> {
    match read.iter().find(|c| c.name.eq_ignore_ascii_case(&name.text)) {
        Some(column) => Ok(column.name.clone()),
        None => {
            let error = Error::sql(format!("PRIMARY KEY: there is no column '{}'", name.text)).at(name.span);
            Err(error.suggesting(&name.text, read.iter().map(|c| c.name.as_str()), "columns here:"))
        }
    }
}

/// What the connector sees, and what the plan takes out.
fn split_options(all: &Options) -> Result<(Options, PlanOptions)> {
    let mut rest = Options::default();
    for (key, value) in all.iter().filter(|(key, _)| !PLAN_OPTIONS.contains(key) && !RELOAD_OPTIONS.contains(key)) {
        rest.put(key, value.clone());
    }
    let options = PlanOptions {
        late_table: all.value("late.table").map(|OptionValue { text, span, .. }| Name { text: text.clone(), span: *span }),
        on_error: match all.choice("on.error", &["set-aside", "fail"])? {
            Some(1) => OnError::Fail,
            _ => OnError::SetAside,
        },
        errors_max: all.parse("max.errors", "a number")?,
        max_ahead_ns: all.duration("watermark.max-ahead")?.map(nanos),
        idle_timeout_ns: all.duration("scan.watermark.idle-timeout")?.map(nanos).filter(|&ns| ns > 0),
        reload: reload(all)?,
    };
    Ok((rest, options))
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

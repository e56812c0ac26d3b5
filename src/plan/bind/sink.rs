//! What is written where: INSERT checks columns against the table, a bare SELECT is printed.

use sqlparser::ast;

use super::coercion::{self, assignable, cast, constant_cast, read_as, takes_constant, with_conversion, with_example};
use super::default_value;
use super::expr::{ExprBinder, balanced, sized};
use super::library;
use super::query::QueryBinder;
use super::scope::{Relation, span_of};
use super::table::table;
use crate::error::{Error, Result, Span};
use crate::expr::function::REQUIRED;
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::catalog::{Catalog, Table};
use crate::plan::logical::Plan;
use crate::plan::memory::{TAKES_NO_NULL, is_constant};
use crate::plan::physical::Standing;
use crate::plan::settings::QuerySettings;
use crate::plan::statement::{ColumnDef, ColumnDefKind, CreateTable, Insert, Name, StreamQuery};
use crate::types::{Column, ColumnKind, DataType, Lengths, Options, Schema, TableDef, Value};

/// Where the rows of a query go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// To this table of the catalog.
    Table(usize),
    /// To whoever looks on.
    Print,
    /// Nowhere: a SELECT that EXPLAIN ANALYZE runs for its cost.
    Nowhere,
}

/// A query and where its rows go.
#[derive(Debug, Clone)]
pub struct Output {
    /// Where to.
    pub target: Target,
    /// Name of the table, or of the print.
    pub name: String,
    /// Makes the rows, with the columns of the table.
    pub plan: Plan,
    /// The columns by their final names, which the plan may lose.
    pub schema: Schema,
    /// Which of them carry event time.
    pub event_times: Vec<usize>,
    /// With what it is planned.
    pub settings: QuerySettings,
    /// Which of the rows of one PRIMARY KEY is written, where the statement says it.
    pub on_conflict: Option<Standing>,
    /// For errors.
    pub span: Span,
}

/// A bare SELECT.
pub fn selected(catalog: &mut Catalog, query: &StreamQuery, target: Target, name: String) -> Result<Output> {
    let relation = QueryBinder::new(catalog).written_query(query)?;
    let names = relation.fields.iter().map(|f| f.name.clone());
    let columns = names.zip(relation.plan.identity().into_iter().map(typed)).collect();
    let plan = relation.plan.projected(columns);
    let schema = plan.schema().clone();
    let (event_times, settings) = (relation.event_times, QuerySettings::default());
    Ok(Output { target, name, schema, event_times, settings, on_conflict: None, plan, span: query.span })
}

/// CREATE SINK, CREATE TABLE AS: a table with the columns of the query that it is written by, and that query.
pub fn sink(
    catalog: &mut Catalog,
    name: &Name,
    query: &StreamQuery,
    (primary_key, options): (&[Name], &Options),
) -> Result<(Table, Output)> {
    let output = selected(catalog, query, Target::Nowhere, name.text.clone())?;
    let columns = output.schema.fields.iter().map(|field| ColumnDef {
        name: Name { text: field.name.clone(), span: name.span },
        kind: ColumnDefKind::Physical {
            data_type: field.data_type.clone(),
            not_null: false,
            default: None,
            lengths: Lengths::default(),
        },
        comment: None,
    });
    let create = CreateTable {
        name: name.clone(),
        if_not_exists: false,
        columns: columns.collect(),
        watermark: None,
        primary_key: primary_key.to_vec(),
        partitioned_by: Vec::new(),
        like: None,
        is_key_enforced: false,
        on_conflict: None,
        comment: None,
        options: options.clone(),
    };
    Ok((table(&create)?, output))
}

/// A bare NULL column is printed as text.
fn typed(expr: Expr) -> Expr {
    if expr.data_type() == DataType::Null { cast(expr, &DataType::STRING) } else { expr }
}

/// CREATE VIEW.
pub fn view(catalog: &mut Catalog, name: &Name, columns: &[Name], query: &StreamQuery) -> Result<Relation> {
    let relation = QueryBinder::new(catalog).stream_query(query)?;
    let columns: Vec<_> = columns.iter().map(|c| (c.text.clone(), c.span)).collect();
    relation.renamed(&columns, &format!("view '{}'", name.text))
}

/// INSERT INTO.
pub fn insert(catalog: &mut Catalog, insert: &Insert) -> Result<Output> {
    let index = catalog.table(&insert.table)?;
    let index = match &insert.options {
        Some(options) => catalog.with_options(index, options)?,
        None => index,
    };
    let query = default_value::written_out(insert, &catalog.tables[index])?;
    let relation = QueryBinder::new(catalog).written_query(&query)?;
    let def = &catalog.tables[index].def;
    let targets: Vec<&Column> = written(&def.columns).collect();
    let constants = constants(insert, &targets)?;
    let mut positions = positions(insert, &targets, &constants)?;
    let defaults = &catalog.tables[index].defaults;
    let default = |c: &Column| defaults.iter().find(|(name, _)| *name == c.name).map(|(_, expr)| expr);
    if insert.columns.is_empty()
        && positions.iter().skip(relation.fields.len()).all(|&position| default(targets[position]).is_some())
    {
        positions.truncate(relation.fields.len());
    }
    if positions.len() != relation.fields.len() {
        let names: Vec<&str> = positions.iter().map(|&i| targets[i].name.as_str()).collect();
        let (takes, gives) = (names.len(), relation.fields.len());
        let given = relation.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ");
        let error = format!("'{}' takes {takes} columns ({}), the query gives {gives} ({given})", def.name, names.join(", "));
        let hint = match insert.columns.is_empty() && gives < takes {
            true => format!(
                "name those that it gives: INSERT INTO {} ({}); the others are NULL then",
                def.name,
                names[..gives].join(", ")
            ),
            false => "the query gives one for each of them, in this order".to_owned(),
        };
        return Err(Error::sql(error).at(insert.table.span).hint(hint));
    }
    let null = |c: &Column| Expr::Literal { value: Value::Null, data_type: c.data_type.clone() };
    let unnamed = |c: &Column| default(c).cloned().unwrap_or_else(|| null(c));
    let mut columns: Vec<(String, Expr)> = targets.iter().map(|c| (c.name.clone(), unnamed(c))).collect();
    let fields = relation.plan.identity().into_iter().zip(&relation.fields).zip(&positions);
    for (at, ((expr, field), &position)) in fields.enumerate() {
        let target = targets[position];
        let is_read = is_of_constants(&relation.plan, at) && takes_constant(&field.data_type, &target.data_type);
        if !assignable(&field.data_type, &target.data_type) && !is_read {
            let error = Error::sql(format!(
                "column '{}' of '{}' is {}, the query gives {} ('{}')",
                target.name, def.name, target.data_type, field.data_type, field.name
            ));
            let item = item_at(&insert.query.query.body, at);
            let written = item.map_or_else(|| field.name.clone(), ToString::to_string);
            let error = error.at(item.map_or(insert.table.span, span_of));
            return Err(with_conversion(error, &field.data_type, &target.data_type, &written));
        }
        if is_read {
            check_constants(insert, &relation.plan, at, &target.data_type)?;
        }
        check_values(insert, &relation.plan, at, target)?;
        columns[position].1 = match is_read {
            true => read_as(expr, &target.data_type, insert.table.span)?,
            false => cast(expr, &target.data_type),
        };
    }
    for (position, constant) in constants {
        columns[position].1 = constant;
    }
    for (name, value) in &mut columns {
        if let Some((_, lengths)) = catalog.tables[index].lengths.iter().find(|(of, _)| of == name) {
            *value = sized(value.clone(), lengths, insert.table.span)?;
        }
    }
    let event_times = positions.iter().enumerate().filter(|(field, position)| keeps_time(&relation, *field, targets[**position]));
    let event_times = event_times.map(|(_, position)| *position).collect();
    if let Some(said) = insert.adds_only.filter(|_| relation.plan.retracts()) {
        return Err(Error::sql(format!("the query for '{}' takes rows back", def.name))
            .at(said)
            .hint("leave 'force_append_only' out: the table holds what the query gives, with what it takes back"));
    }
    let (name, span) = (def.name.clone(), insert.table.span);
    let plan = relation.plan.projected(columns);
    // Constant rows of a memory table are checked one by one, where they are taken.
    let plan = if catalog.tables[index].is_memory() && is_constant(&plan) { plan } else { without_nulls(plan, &targets) };
    let on_conflict = insert.on_conflict.map(|(standing, span)| has_key(def, span).map(|()| standing)).transpose()?;
    let (target, schema, settings) = (Target::Table(index), plan.schema().clone(), QuerySettings::default());
    Ok(Output { target, name, schema, event_times, settings, on_conflict, plan, span })
}

/// `plan` without the rows that have NULL for a column that takes none: those are set aside.
fn without_nulls(plan: Plan, targets: &[&Column]) -> Plan {
    let is_present = |(at, column): (usize, &&Column)| {
        let value = Expr::column(at, column.data_type.clone());
        column.not_null.then(|| Expr::Unary { op: UnaryOp::IsNotNull, input: Box::new(value) })
    };
    let present: Vec<Expr> = targets.iter().enumerate().filter_map(is_present).collect();
    match library::lookup(REQUIRED) {
        Some(function) if !present.is_empty() => {
            let args = vec![balanced(BinaryOp::And, present)];
            plan.filtered(Expr::Call { function: function.into(), args, data_type: DataType::Boolean })
        }
        _ => plan,
    }
}

/// Whether there can be conflicts.
fn has_key(def: &TableDef, span: Span) -> Result<()> {
    match def.primary_key.is_empty() {
        true => Err(Error::sql(format!("'{}' has no PRIMARY KEY that rows could have in common", def.name))
            .at(span)
            .hint("declare PRIMARY KEY (...) NOT ENFORCED, or leave ON CONFLICT out")),
        false => Ok(()),
    }
}

/// Whether a column has only constants: texts among them are read as what the column holds that they are written to.
fn is_of_constants(plan: &Plan, column: usize) -> bool {
    match plan {
        Plan::Values(_) => true,
        Plan::Calc(calc) => match &calc.columns[column] {
            Expr::Column { index, .. } => is_of_constants(&calc.input, *index),
            other => coercion::is_constant(other),
        },
        Plan::Union(union) => union.inputs.iter().all(|input| is_of_constants(input, column)),
        _ => false,
    }
}

/// What a query gives in this column, where one item says it.
fn item_at(query: &ast::SetExpr, at: usize) -> Option<&ast::Expr> {
    let is_wildcard =
        |item: &ast::SelectItem| matches!(item, ast::SelectItem::Wildcard(_) | ast::SelectItem::QualifiedWildcard(..));
    match query {
        ast::SetExpr::Select(select) if !select.projection.iter().any(is_wildcard) => match select.projection.get(at)? {
            ast::SelectItem::UnnamedExpr(e) | ast::SelectItem::ExprWithAlias { expr: e, .. } => Some(e),
            _ => None,
        },
        ast::SetExpr::Values(values) => values.rows.first()?.content.get(at),
        _ => None,
    }
}

/// A constant that cannot be read as what its column holds is a mistake of the statement.
fn check_constants(insert: &Insert, plan: &Plan, column: usize, target: &DataType) -> Result<()> {
    let place = |row: usize| match &*insert.query.query.body {
        ast::SetExpr::Values(values) => values.rows.get(row).and_then(|row| row.content.get(column)).map(span_of),
        query => item_at(query, column).map(span_of),
    };
    for (row, constant) in constants_of(plan, column) {
        let read = constant_cast(constant, target, Span::default());
        read.map_err(|error| error.at(place(row).unwrap_or(insert.table.span)))?;
    }
    Ok(())
}

/// A value of VALUES that its column cannot hold is a mistake of the statement.
fn check_values(insert: &Insert, plan: &Plan, column: usize, target: &Column) -> Result<()> {
    let (ast::SetExpr::Values(written), Plan::Values(_)) = (&*insert.query.query.body, plan) else { return Ok(()) };
    for (row, constant) in constants_of(plan, column) {
        let is_null = matches!(constant, Expr::Literal { value: Value::Null, .. });
        let error = if is_null && target.not_null {
            Error::sql(format!("a row of VALUES has NULL for '{}', which takes none", target.name)).hint(TAKES_NO_NULL)
        } else if !is_null && library::evaluate_constant(&cast(constant, &target.data_type))?.is_none() {
            let error = Error::sql(format!("this does not fit into column '{}', which is {}", target.name, target.data_type));
            with_example(error, &target.data_type)
        } else {
            continue;
        };
        let place = written.rows.get(row).and_then(|row| row.content.get(column)).map(span_of);
        return Err(error.at(place.unwrap_or(insert.table.span)));
    }
    Ok(())
}

/// The constants of a column that has nothing else, each with the number of its row.
fn constants_of(plan: &Plan, column: usize) -> Vec<(usize, Expr)> {
    match plan {
        Plan::Values(values) => {
            let data_type = &values.schema.fields[column].data_type;
            let constant = |row: &Vec<Value>| Expr::Literal { value: row[column].clone(), data_type: data_type.clone() };
            values.rows.iter().map(constant).enumerate().collect()
        }
        Plan::Calc(calc) => match &calc.columns[column] {
            Expr::Column { index, .. } => constants_of(&calc.input, *index),
            other => vec![(0, other.clone())],
        },
        Plan::Union(union) => union.inputs.iter().flat_map(|input| constants_of(input, column)).collect(),
        _ => Vec::new(),
    }
}

/// Whether the event time of a field is that of the column that it is written to: nothing of it is cut off.
fn keeps_time(relation: &Relation, field: usize, target: &Column) -> bool {
    relation.event_times.contains(&field) && target.data_type.holds_times_of(&relation.fields[field].data_type)
}

/// The columns that a sink takes: the physical ones.
pub fn written(columns: &[Column]) -> impl Iterator<Item = &Column> {
    columns.iter().filter(|c| c.kind == ColumnKind::Physical)
}

/// The columns of PARTITION, with what they are.
pub fn constants(insert: &Insert, targets: &[&Column]) -> Result<Vec<(usize, Expr)>> {
    let mut constants: Vec<(usize, Expr)> = Vec::with_capacity(insert.partition.len());
    for (name, e) in &insert.partition {
        let position = position(insert, name, targets)?;
        if constants.iter().any(|(other, _)| *other == position) {
            return Err(named_twice(name));
        }
        let (constant, target) = (ExprBinder::new(&[]).bind(e)?, &targets[position].data_type);
        if !takes_constant(&constant.data_type(), target) {
            let error = format!("column '{}' is {target}, PARTITION gives {}", name.text, constant.data_type());
            return Err(Error::sql(error).at(span_of(e)));
        }
        constants.push((position, read_as(constant, target, span_of(e))?));
    }
    Ok(constants)
}

/// The columns that the query gives.
pub fn positions(insert: &Insert, targets: &[&Column], constants: &[(usize, Expr)]) -> Result<Vec<usize>> {
    let is_constant = |position: &usize| constants.iter().any(|(constant, _)| constant == position);
    if insert.columns.is_empty() {
        return Ok((0..targets.len()).filter(|position| !is_constant(position)).collect());
    }
    let mut positions = Vec::with_capacity(insert.columns.len());
    for name in &insert.columns {
        let position = position(insert, name, targets)?;
        if positions.contains(&position) || is_constant(&position) {
            return Err(named_twice(name));
        }
        positions.push(position);
    }
    Ok(positions)
}

fn named_twice(name: &Name) -> Error {
    Error::sql(format!("column '{}' is named twice", name.text)).at(name.span)
}

/// Where the column of this name stands in the table.
fn position(insert: &Insert, name: &Name, targets: &[&Column]) -> Result<usize> {
    targets.iter().position(|c| c.name.eq_ignore_ascii_case(&name.text)).ok_or_else(|| {
        let error = Error::sql(format!("'{}' has no column '{}'", insert.table.text, name.text)).at(name.span);
        error.suggesting(&name.text, targets.iter().map(|c| c.name.as_str()), "its columns are")
    })
}

/// Columns of `schema` cast to those of the table, matched by position.
pub fn conformed(schema: &Schema, columns: &[usize], targets: &[&Column]) -> Option<Vec<Expr>> {
    let pairs = columns.iter().zip(targets);
    pairs
        .map(|(&c, target)| {
            let data_type = &schema.fields[c].data_type;
            assignable(data_type, &target.data_type).then(|| cast(Expr::column(c, data_type.clone()), &target.data_type))
        })
        .collect()
}

//! VALUES, and a SELECT without FROM, which reads one row of nothing.

use sqlparser::ast;

use super::QueryBinder;
use super::coercion::{cast, unified};
use super::expr::ExprBinder;
use super::library;
use super::scope::{Relation, span_of};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::plan::logical::{Plan, Values};
use crate::types::{DataType, Field, Schema, Value};

impl QueryBinder<'_> {
    /// VALUES (...), (...): columns EXPR$0, EXPR$1, ... of the common types of their items; what is only NULL takes the type
    /// of what it stands beside.
    pub(super) fn values(&mut self, values: &ast::Values) -> Result<Relation> {
        let width = values.rows.first().map_or(0, |row| row.content.len());
        let mut columns: Vec<Vec<Expr>> = vec![Vec::with_capacity(values.rows.len()); width];
        let mut span = crate::error::Span::default();
        for row in &values.rows {
            span = row.content.first().map(span_of).unwrap_or_default();
            if row.content.len() != width || width == 0 {
                return Err(
                    Error::sql(format!("a row of VALUES has {} items, the first has {width}", row.content.len())).at(span)
                );
            }
            for (column, item) in columns.iter_mut().zip(&row.content) {
                column.push(ExprBinder::new(&[]).bind(item)?);
            }
        }
        let mut rows = vec![Vec::with_capacity(width); values.rows.len()];
        let mut fields = Vec::with_capacity(width);
        for (i, column) in columns.into_iter().enumerate() {
            let (column, data_type) = unified(column, "VALUES", span)?;
            for (row, item) in rows.iter_mut().zip(column) {
                row.push(constant(cast(item, &data_type)).map_err(|e| e.at(span))?);
            }
            fields.push(Field::new(format!("EXPR${i}"), data_type));
        }
        Ok(Relation::new(Plan::Values(Values { rows, schema: Schema::new(fields) }), None, None))
    }
}

fn constant(expr: Expr) -> Result<Value> {
    if let Expr::Literal { value, .. } = expr {
        return Ok(value);
    }
    library::evaluate_constant(&expr)?.ok_or_else(|| {
        Error::sql("an item of VALUES is no constant, or cannot be computed").hint("compute it in a SELECT over the VALUES")
    })
}

/// One row without columns that can be named.
pub fn one_row() -> Relation {
    let schema = Schema::new(vec![Field::new("$row", DataType::Boolean)]);
    let plan = Plan::Values(Values { rows: vec![vec![Value::Bool(true)]], schema });
    Relation { plan, fields: Vec::new(), event_times: Vec::new(), windows: Vec::new() }
}

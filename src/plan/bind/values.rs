//! VALUES, and a SELECT without FROM, which reads one row of nothing.
//!
//! Rows of constants are worked out when they are bound. With anything else among them, a sub-query, the clock or a column of the query around,
//! VALUES is the UNION ALL of a SELECT for each row.

use std::collections::VecDeque;

use sqlparser::ast;
use sqlparser::ast::helpers::attached_token::AttachedToken;

use super::QueryBinder;
use super::coercion::{cast, unified};
use super::expr::ExprBinder;
use super::library;
use super::scope::{Relation, span_of};
use super::subquery::Subqueries;
use crate::error::{Error, Result, Span};
use crate::expr::Expr;
use crate::plan::logical::{Plan, Values};
use crate::types::{DataType, Field, Schema, Value};

impl QueryBinder<'_> {
    /// VALUES (...), (...): columns EXPR$0, EXPR$1, ... of the common types of their items; what is only NULL takes the type
    /// of what it stands beside.
    pub(super) fn values(&mut self, values: &ast::Values) -> Result<Relation> {
        let width = width_of(values)?;
        let mut columns: Vec<Vec<Expr>> = vec![Vec::with_capacity(values.rows.len()); width];
        let mut span = Span::default();
        let around = one_row();
        for row in &values.rows {
            span = row.content.first().map(span_of).unwrap_or_default();
            for (column, item) in columns.iter_mut().zip(&row.content) {
                let mut subqueries = Subqueries::new(self, &around);
                let bound = ExprBinder::new(&[]).asking(&mut subqueries).bind(item)?;
                if !subqueries.lookups().is_empty() || !bound.is_fixed() {
                    return self.set(&union_of_rows(values)?, &mut VecDeque::new());
                }
                column.push(bound);
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

/// How many items each row has.
fn width_of(values: &ast::Values) -> Result<usize> {
    let width = values.rows.first().map_or(0, |row| row.content.len());
    match values.rows.iter().find(|row| row.content.len() != width || width == 0) {
        None => Ok(width),
        Some(row) => {
            let span = row.content.first().map(span_of).unwrap_or_default();
            let error = format!("a row of VALUES has {} items, the first has {width}", row.content.len());
            Err(Error::sql(error).at(span).hint("write NULL where there is no value"))
        }
    }
}

/// The same rows, a SELECT for each.
pub fn union_of_rows(values: &ast::Values) -> Result<ast::SetExpr> {
    width_of(values)?;
    let selects = values.rows.iter().map(|row| ast::SetExpr::Select(Box::new(select(&row.content))));
    union_of(selects).ok_or_else(|| Error::internal("VALUES without rows"))
}

/// All rows of all of these.
pub fn union_of(operands: impl Iterator<Item = ast::SetExpr>) -> Option<ast::SetExpr> {
    let union = |left, right| ast::SetExpr::SetOperation {
        op: ast::SetOperator::Union,
        set_quantifier: ast::SetQuantifier::All,
        left: Box::new(left),
        right: Box::new(right),
    };
    operands.reduce(union)
}

/// `SELECT item AS EXPR$0, ...`
fn select(items: &[ast::Expr]) -> ast::Select {
    let named = |(at, item): (usize, &ast::Expr)| ast::SelectItem::ExprWithAlias {
        expr: item.clone(),
        alias: ast::Ident::new(format!("EXPR${at}")),
    };
    bare_select(items.iter().enumerate().map(named).collect())
}

/// A SELECT of these items, and nothing behind them.
pub fn bare_select(projection: Vec<ast::SelectItem>) -> ast::Select {
    ast::Select {
        select_token: AttachedToken::empty(),
        optimizer_hints: Vec::new(),
        distinct: None,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection,
        exclude: None,
        into: None,
        from: Vec::new(),
        lateral_views: Vec::new(),
        prewhere: None,
        selection: None,
        connect_by: Vec::new(),
        group_by: ast::GroupByExpr::Expressions(Vec::new(), Vec::new()),
        cluster_by: Vec::new(),
        distribute_by: Vec::new(),
        sort_by: Vec::new(),
        having: None,
        named_window: Vec::new(),
        qualify: None,
        window_before_qualify: false,
        value_table_mode: None,
        flavor: ast::SelectFlavor::Standard,
    }
}

fn constant(expr: Expr) -> Result<Value> {
    if let Expr::Literal { value, .. } = expr {
        return Ok(value);
    }
    library::evaluate_constant(&expr)?.ok_or_else(|| {
        Error::sql("an item of VALUES cannot be computed").hint("it divides by zero, or is too large for its type")
    })
}

/// One row without columns that can be named.
pub fn one_row() -> Relation {
    let schema = Schema::new(vec![Field::new("$row", DataType::Boolean)]);
    let plan = Plan::Values(Values { rows: vec![vec![Value::Bool(true)]], schema });
    Relation { plan, fields: Vec::new(), event_times: Vec::new(), windows: Vec::new() }
}

//! DEFAULT among the VALUES of an INSERT: what its column has where no value is given.

use std::borrow::Cow;

use sqlparser::ast;

use super::sink::{constants, positions, written};
use crate::error::Result;
use crate::plan::catalog::Table;
use crate::plan::statement::{ColumnDefKind, Insert, StreamQuery};
use crate::types::Column;

/// The query of an INSERT into `table`, with what each DEFAULT stands for.
pub fn written_out<'i>(insert: &'i Insert, table: &Table) -> Result<Cow<'i, StreamQuery>> {
    let mut query = Cow::Borrowed(&insert.query);
    let has_default = match &*insert.query.query.body {
        ast::SetExpr::Values(values) => values.rows.iter().any(|row| row.content.iter().any(is_default)),
        _ => false,
    };
    if !has_default {
        return Ok(query);
    }
    let targets: Vec<&Column> = written(&table.def.columns).collect();
    let positions = positions(insert, &targets, &constants(insert, &targets)?)?;
    let defaults: Vec<ast::Expr> = positions.iter().map(|position| of_column(table, &targets[*position].name)).collect();
    if let ast::SetExpr::Values(values) = &mut *query.to_mut().query.body {
        for row in &mut values.rows {
            for (at, item) in row.content.iter_mut().enumerate().filter(|(_, item)| is_default(item)) {
                // Items beyond the columns are a fault that is found later.
                *item = defaults.get(at).cloned().unwrap_or_else(null);
            }
        }
    }
    Ok(query)
}

fn is_default(e: &ast::Expr) -> bool {
    matches!(e, ast::Expr::Identifier(name) if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("DEFAULT"))
}

/// What stands behind DEFAULT of a column; NULL without it.
fn of_column(table: &Table, name: &str) -> ast::Expr {
    let column = table.declared.columns.iter().find(|column| column.name.text == name);
    match column.map(|column| &column.kind) {
        Some(ColumnDefKind::Physical { default: Some(default), .. }) => default.expr.clone(),
        _ => null(),
    }
}

fn null() -> ast::Expr {
    ast::Expr::Value(ast::Value::Null.with_empty_span())
}

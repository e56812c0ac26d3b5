//! JSONB_TO_RECORD and JSONB_TO_RECORDSET in FROM: rows of the fields of JSON, whose columns are declared behind the call.

use sqlparser::ast;

use super::expr::ExprBinder;
use super::function::library_call;
use super::library;
use super::respelled::populated;
use super::scope::name_span;
use crate::error::{Error, Result, Span};
use crate::expr::Expr;
use crate::types::{DataType, Value};

/// Whether the function of this upper-case name is one of these.
pub fn makes_records(name: &str) -> bool {
    let behind = name.strip_prefix("JSONB").or_else(|| name.strip_prefix("JSON"));
    matches!(behind, Some("_TO_RECORD" | "_TO_RECORDSET"))
}

/// There are no columns where the function stands.
pub fn undeclared(name: &str) -> Error {
    Error::sql(format!("{name} takes one value of JSON, in FROM, and gives the columns that are declared behind it"))
        .hint(format!("FROM {name}(json) AS x(a INT, b STRING)"))
}

impl ExprBinder<'_> {
    /// The array of the rows that such a call gives.
    pub(super) fn records(
        &mut self,
        name: &str,
        args: &[&ast::Expr],
        alias: Option<&ast::TableAlias>,
        span: Span,
    ) -> Result<Expr> {
        let (&[json], Some(alias)) = (args, alias.filter(|alias| !alias.columns.is_empty())) else {
            return Err(undeclared(name).at(span));
        };
        let row = alias.columns.iter().map(declared).collect::<Result<_>>()?;
        let row = Expr::Literal { value: Value::Null, data_type: DataType::Row(row) };
        let json = self.bind(json)?;
        match name.ends_with("SET") {
            true => populated("$POPULATED_ALL", [row, json], span),
            false => library_call("ARRAY", vec![populated("$POPULATED", [row, json], span)?], span),
        }
    }
}

fn declared(column: &ast::TableAliasColumnDef) -> Result<(String, DataType)> {
    let (name, span) = (&column.name.value, name_span(&column.name));
    match &column.data_type {
        Some(written) => Ok((name.clone(), library::data_type(written).map_err(|error| error.at(span))?)),
        None => Err(Error::sql(format!("column '{name}' has no type")).at(span).hint(format!("declare it: AS x({name} STRING)"))),
    }
}

//! PIVOT and UNPIVOT behind a table of FROM.
//!
//! ```text
//!   t PIVOT (SUM(v) AS s FOR k IN (1 AS one, 2))  is  SELECT rest, SUM(v) FILTER (WHERE k = 1) AS one_s, ... FROM t GROUP BY rest
//!   t UNPIVOT (v FOR k IN (a, b))                 is  SELECT rest, 'a' AS k, a AS v FROM t WHERE a IS NOT NULL UNION ALL ...
//! ```
//!
//! The rest are the columns that are not named.

use std::collections::VecDeque;

use sqlparser::ast;

use super::QueryBinder;
use super::expr::ExprBinder;
use super::query::Cte;
use super::scope::{Relation, ScopeField, resolve, span_of, unsupported};
use super::values::{bare_select, union_of};
use crate::error::{Error, Result};
use crate::plan::logical::columns_of;

/// The name of the table in the query that PIVOT or UNPIVOT stands for.
const TABLE: &str = "$pivoted";

/// What PIVOT says.
pub struct Pivot<'a> {
    /// Aggregates, whose names stand behind those of the values.
    pub aggregates: &'a [ast::ExprWithAlias],
    /// What the values are of.
    pub keys: &'a [ast::Expr],
    /// The values.
    pub values: &'a ast::PivotValueSource,
    /// What stands in place of NULL.
    pub default: Option<&'a ast::Expr>,
}

/// What UNPIVOT says.
pub struct Unpivot<'a> {
    /// The column of values.
    pub value: &'a ast::Expr,
    /// The column that says where they were.
    pub name: &'a ast::Ident,
    /// The columns whose values these are, with what is said of each.
    pub columns: &'a [ast::ExprWithAlias],
    /// Whether rows come for NULLs.
    pub nulls: Option<&'a ast::NullInclusion>,
}

impl QueryBinder<'_> {
    /// `relation` with columns for values of its keys.
    pub(super) fn pivoted(&mut self, relation: Relation, pivot: &Pivot<'_>) -> Result<Relation> {
        let ast::PivotValueSource::List(values) = pivot.values else {
            let error = "PIVOT takes a list of values: the columns of a query are known before its rows";
            return Err(Error::sql(error).at(span_of(&pivot.keys[0])).hint("FOR k IN (1, 2, 3)"));
        };
        let rest = rest_of(&relation.fields, &pivot.read())?;
        let mut items: Vec<ast::SelectItem> = rest.iter().cloned().map(ast::SelectItem::UnnamedExpr).collect();
        for value in values {
            for aggregate in pivot.aggregates {
                items.push(ast::SelectItem::ExprWithAlias {
                    expr: pivot.of_value(aggregate, &value.expr)?,
                    alias: ast::Ident::with_quote('`', name_of(value, aggregate)),
                });
            }
        }
        let group_by = ast::GroupByExpr::Expressions(rest, Vec::new());
        let select = ast::Select { from: vec![table()], group_by, ..bare_select(items) };
        self.over_table(relation, &ast::SetExpr::Select(Box::new(select)))
    }

    /// `relation` with a row for each of these columns.
    pub(super) fn unpivoted(&mut self, relation: Relation, unpivot: &Unpivot<'_>) -> Result<Relation> {
        let ast::Expr::Identifier(value) = unpivot.value else {
            return Err(unsupported("UNPIVOT of several values", "one column of values is there", unpivot.value));
        };
        let read: Vec<&ast::Expr> = unpivot.columns.iter().map(|column| &column.expr).collect();
        let rest = rest_of(&relation.fields, &read)?;
        let keeps_nulls = unpivot.nulls == Some(&ast::NullInclusion::IncludeNulls);
        let of_column = |column: &ast::ExprWithAlias| {
            let label = column.alias.as_ref().map_or_else(|| column.expr.to_string(), |alias| alias.value.clone());
            let label = ast::Expr::Value(ast::Value::SingleQuotedString(label).into());
            let named = |expr, alias: &ast::Ident| ast::SelectItem::ExprWithAlias { expr, alias: alias.clone() };
            let added = [named(label, unpivot.name), named(column.expr.clone(), value)];
            let items = rest.iter().cloned().map(ast::SelectItem::UnnamedExpr).chain(added).collect();
            let selection = (!keeps_nulls).then(|| ast::Expr::IsNotNull(Box::new(column.expr.clone())));
            ast::SetExpr::Select(Box::new(ast::Select { from: vec![table()], selection, ..bare_select(items) }))
        };
        let body = union_of(unpivot.columns.iter().map(of_column)).ok_or_else(|| Error::internal("UNPIVOT of no columns"))?;
        self.over_table(relation, &body)
    }

    /// A query over `relation`, which has a name that nobody can write.
    fn over_table(&mut self, relation: Relation, body: &ast::SetExpr) -> Result<Relation> {
        self.ctes.push((TABLE.to_owned(), Cte::Rows(Box::new(relation))));
        let rows = self.set(body, &mut VecDeque::new());
        self.ctes.pop();
        rows
    }
}

impl<'a> Pivot<'a> {
    /// What it reads of the table.
    fn read(&self) -> Vec<&'a ast::Expr> {
        let calls = self.aggregates.iter().filter_map(|aggregate| match &aggregate.expr {
            ast::Expr::Function(call) => Some(call),
            _ => None,
        });
        calls.flat_map(read_by).chain(self.keys).collect()
    }

    /// An aggregate of the rows whose keys have this value, or these.
    fn of_value(&self, aggregate: &ast::ExprWithAlias, value: &ast::Expr) -> Result<ast::Expr> {
        let ast::Expr::Function(call) = &aggregate.expr else { return Err(Error::internal("an aggregate that is no call")) };
        let values = match value {
            ast::Expr::Tuple(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        if values.len() != self.keys.len() {
            let error = format!("PIVOT is FOR {} columns, this has {} values", self.keys.len(), values.len());
            return Err(Error::sql(error).at(span_of(value)).hint("such as FOR (a, b) IN ((1, 'x'), (2, 'y'))"));
        }
        let binary = |left: &ast::Expr, op, right: &ast::Expr| ast::Expr::BinaryOp {
            left: Box::new(left.clone()),
            op,
            right: Box::new(right.clone()),
        };
        let equal = self.keys.iter().zip(values).map(|(key, value)| binary(key, ast::BinaryOperator::Eq, value));
        let all = call.filter.iter().map(|filter| ast::Expr::Nested(filter.clone())).chain(equal);
        let filter = all.reduce(|left, right| binary(&left, ast::BinaryOperator::And, &right)).map(Box::new);
        let call = ast::Expr::Function(ast::Function { filter, ..call.clone() });
        let Some(default) = self.default else { return Ok(call) };
        let args = [call, default.clone()].map(|arg| ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(arg)));
        let list = ast::FunctionArgumentList { duplicate_treatment: None, args: args.to_vec(), clauses: Vec::new() };
        Ok(ast::Expr::Function(ast::Function {
            name: ast::ObjectName::from(vec![ast::Ident::new("COALESCE")]),
            uses_odbc_syntax: false,
            parameters: ast::FunctionArguments::None,
            args: ast::FunctionArguments::List(list),
            filter: None,
            null_treatment: None,
            over: None,
            within_group: Vec::new(),
        }))
    }
}

/// What a call of an aggregate reads.
fn read_by(call: &ast::Function) -> Vec<&ast::Expr> {
    let mut read: Vec<&ast::Expr> = call.filter.iter().map(|filter| &**filter).collect();
    read.extend(call.within_group.iter().map(|item| &item.expr));
    let ast::FunctionArguments::List(list) = &call.args else { return read };
    for arg in &list.args {
        if let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) = arg {
            read.push(e);
        }
    }
    for clause in &list.clauses {
        match clause {
            ast::FunctionArgumentClause::OrderBy(items) => read.extend(items.iter().map(|item| &item.expr)),
            ast::FunctionArgumentClause::Where(condition) => read.push(condition),
            _ => {}
        }
    }
    read
}

/// Names of the columns that `*` shows and that none of these expressions reads.
fn rest_of(fields: &[ScopeField], read: &[&ast::Expr]) -> Result<Vec<ast::Expr>> {
    let mut named = vec![false; fields.len()];
    for e in read {
        columns_of(&ExprBinder::new(fields).bind(e)?).into_iter().for_each(|column| named[column] = true);
    }
    let rest = fields.iter().zip(named).filter(|(field, is_named)| !is_named && field.is_in_sight());
    let name = |field: &ScopeField| ast::Ident::with_quote('`', field.name.clone());
    let rest: Vec<ast::Ident> = rest.map(|(field, _)| name(field)).collect();
    rest.iter().try_for_each(|name| resolve(fields, None, name).map(|_| ()))?;
    Ok(rest.into_iter().map(ast::Expr::Identifier).collect())
}

/// What the column of an aggregate of a value is called.
fn name_of(value: &ast::ExprWithAlias, aggregate: &ast::ExprWithAlias) -> String {
    let value = match (&value.alias, &value.expr) {
        (Some(alias), _) => alias.value.clone(),
        (None, ast::Expr::Tuple(values)) => values.iter().map(ToString::to_string).collect::<Vec<_>>().join("_"),
        (None, value) => value.to_string(),
    };
    match &aggregate.alias {
        Some(alias) => format!("{value}_{}", alias.value),
        None => value,
    }
}

fn table() -> ast::TableWithJoins {
    let relation = ast::TableFactor::Table {
        name: ast::ObjectName::from(vec![ast::Ident::with_quote('`', TABLE)]),
        alias: None,
        args: None,
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_hints: Vec::new(),
    };
    ast::TableWithJoins { relation, joins: Vec::new() }
}

//! Calls of JSON functions with clauses, in the form that `parse::json` gives them: `RETURNING`, `WRAPPER`, `ON_EMPTY` and `ON_ERROR` are
//! named arguments, where an answer that is a word is a quoted name.
//!
//! JSON_OBJECT, JSON_ARRAY and JSON stand in one another as JSON and are text elsewhere.

use sqlparser::ast;

use super::coercion::cast;
use super::expr::{ExprBinder, negate_if, text};
use super::function::{argument_exprs, library_call};
use super::prepared::checked;
use super::scope::{span_of, unsupported};
use crate::error::{Error, Result, Span};
use crate::expr::{CastFailure, Expr};
use crate::types::{DataType, Value};

/// Whether calls of this name are bound here.
pub fn is_json_call(name: &str) -> bool {
    matches!(name, "JSON_OBJECT" | "JSON_ARRAY" | "JSON_VALUE" | "JSON_QUERY" | "JSON_EXISTS")
}

/// The clauses of a call that takes a path.
#[derive(Default)]
struct Clauses<'a> {
    returning: Option<&'a ast::Expr>,
    wrapper: Option<String>,
    on_empty: Option<&'a ast::Expr>,
    on_error: Option<&'a ast::Expr>,
}

impl ExprBinder<'_> {
    /// A call of a JSON function with clauses.
    pub(super) fn json_call(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        match name {
            "JSON_OBJECT" => self.json_object(call),
            "JSON_ARRAY" => self.json_array(call),
            _ => self.json_path(name, call),
        }
    }

    /// `x IS [NOT] JSON [VALUE | OBJECT | ARRAY | SCALAR]`
    pub(super) fn is_json(&mut self, x: &ast::Expr, kind: Option<ast::JsonPredicateType>, negated: bool) -> Result<Expr> {
        let name = match kind {
            None | Some(ast::JsonPredicateType::Value) => "IS_JSON",
            Some(ast::JsonPredicateType::Object) => "IS_JSON_OBJECT",
            Some(ast::JsonPredicateType::Array) => "IS_JSON_ARRAY",
            Some(ast::JsonPredicateType::Scalar) => "IS_JSON_SCALAR",
        };
        let value = self.bind(x)?;
        let of = value.data_type();
        if !(of.is_text() || matches!(of, DataType::Json | DataType::Null)) {
            let error = Error::sql(format!("IS JSON asks about a text, this is {of}")).at(span_of(x));
            return Err(error.hint(format!("CAST({x} AS STRING) IS JSON")));
        }
        Ok(negate_if(negated, library_call(name, vec![value], span_of(x))?))
    }

    /// Keys in the order of the alphabet, as Flink writes them; of equal keys the last one counts.
    fn json_object(&mut self, call: &ast::Function) -> Result<Expr> {
        let args = argument_exprs(call)?;
        if !args.len().is_multiple_of(2) {
            return Err(Error::sql("JSON_OBJECT takes keys and values in turn")
                .at(span_of(&call.name))
                .hint("JSON_OBJECT(KEY 'k' VALUE v, ...)"));
        }
        let mut fields = std::collections::BTreeMap::new();
        for pair in args.chunks(2) {
            let key = match self.bind(pair[0])? {
                Expr::Literal { value: Value::Str(key), .. } => key.to_string(),
                _ => {
                    let error = Error::sql("a key of JSON_OBJECT is a text constant").at(span_of(pair[0]));
                    return Err(error.hint("JSON_OBJECTAGG(KEY k VALUE v) takes keys of the rows"));
                }
            };
            fields.insert(key, self.json_part(pair[1])?);
        }
        let name = if nulls(call) == Some(&ast::JsonNullClause::AbsentOnNull) { "$JSON_OBJECT_ABSENT" } else { "JSON_OBJECT" };
        let (keys, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        let types = keys.into_iter().zip(values.iter().map(Expr::data_type)).collect();
        Ok(cast(renamed(library_call(name, values, span_of(&call.name))?, DataType::Row(types)), &DataType::STRING))
    }

    fn json_array(&mut self, call: &ast::Function) -> Result<Expr> {
        let values = argument_exprs(call)?.into_iter().map(|value| self.json_part(value)).collect::<Result<Vec<_>>>()?;
        let name = if nulls(call) == Some(&ast::JsonNullClause::NullOnNull) { "$JSON_ARRAY_NULL" } else { "JSON_ARRAY" };
        Ok(cast(library_call(name, values, span_of(&call.name))?, &DataType::STRING))
    }

    /// A value that stands in JSON; JSON that is made there is no text.
    fn json_part(&mut self, e: &ast::Expr) -> Result<Expr> {
        let is_made = |e: &Expr| matches!(e, Expr::Call { function, .. } if function.name().contains("JSON_OBJECT") || function.name().contains("JSON_ARRAY"));
        Ok(match self.bind(e)? {
            Expr::Cast { input, data_type: DataType::Varchar(None), .. } if is_made(&input) => *input,
            value => value,
        })
    }

    /// JSON_VALUE, JSON_QUERY and JSON_EXISTS; the library is told in one text how to answer.
    fn json_path(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let clauses = clauses(call)?;
        let span = span_of(&call.name);
        let plain: Vec<&ast::Expr> = argument_exprs(call)?.into_iter().take(plain_count(call)).collect();
        let places: Vec<Span> = plain.iter().map(|e| span_of(*e)).collect();
        let args = plain.into_iter().map(|e| self.bind(e)).collect::<Result<Vec<_>>>()?;
        let [json, path] = <[Expr; 2]>::try_from(args)
            .map_err(|_| Error::sql(format!("{name} takes JSON and a path")).at(span).hint(format!("{name}(json, '$.name')")))?;
        let (of, by) = (json.data_type(), path.data_type());
        let is_path = by.is_text() || by == DataType::Null;
        if !is_path || !(of.is_text() || matches!(of, DataType::Json | DataType::Null)) {
            return Err(Error::sql(format!("{name} does not take ({of}, {by})")).at(span));
        }
        let (empty, if_empty) = self.answer(name, clauses.on_empty)?;
        let (error, if_error) = self.answer(name, clauses.on_error)?;
        let wrapper = clauses.wrapper.as_deref().unwrap_or("WITHOUT");
        let mut args = vec![json, path, text(&format!("{wrapper} {empty} {error}"))];
        if name == "JSON_VALUE" {
            args.extend([if_empty, if_error]);
        }
        let found = checked(library_call(name, args, span)?, &places)?;
        let Some(returning) = clauses.returning else { return Ok(found) };
        let target = self.bind(returning)?.data_type();
        let on_failure = if error == "NULL" { CastFailure::Null } else { CastFailure::RowError };
        match (name, &target) {
            ("JSON_VALUE", target) if target.is_text() || target.is_numeric() || *target == DataType::Boolean => {
                Ok(Expr::Cast { input: Box::new(found), data_type: target.clone(), on_failure })
            }
            ("JSON_QUERY", DataType::Varchar(_)) => Ok(cast(found, &target)),
            ("JSON_QUERY", DataType::Array(item)) if item.is_text() => {
                Ok(renamed(library_call("$JSON_TEXTS", vec![found], span)?, target))
            }
            _ => Err(unsupported(
                &format!("{name} RETURNING {target}"),
                "JSON_VALUE returns text, numbers and BOOLEAN; JSON_QUERY text and ARRAY<STRING>",
                returning,
            )),
        }
    }

    /// The word of an answer, NULL without a clause, and its default value.
    fn answer(&mut self, name: &str, written: Option<&ast::Expr>) -> Result<(String, Expr)> {
        let no_value = Expr::Literal { value: Value::Null, data_type: DataType::STRING };
        match written {
            None => Ok((if name == "JSON_EXISTS" { "FALSE" } else { "NULL" }.to_owned(), no_value)),
            Some(ast::Expr::Identifier(word)) if word.quote_style == Some('"') => Ok((word.value.clone(), no_value)),
            Some(value) => Ok(("DEFAULT".to_owned(), cast(self.bind(value)?, &DataType::STRING))),
        }
    }
}

/// The same call with a result of another type that is carried alike.
fn renamed(call: Expr, data_type: DataType) -> Expr {
    match call {
        Expr::Call { function, args, .. } => Expr::Call { function, args, data_type },
        other => other,
    }
}

/// The arguments that have no name.
fn plain_count(call: &ast::Function) -> usize {
    let ast::FunctionArguments::List(list) = &call.args else { return 0 };
    list.args.iter().filter(|arg| matches!(arg, ast::FunctionArg::Unnamed(_))).count()
}

/// What is said of values that are NULL.
fn nulls(call: &ast::Function) -> Option<&ast::JsonNullClause> {
    let ast::FunctionArguments::List(list) = &call.args else { return None };
    list.clauses.iter().find_map(|clause| match clause {
        ast::FunctionArgumentClause::JsonNullClause(nulls) => Some(nulls),
        _ => None,
    })
}

fn clauses(call: &ast::Function) -> Result<Clauses<'_>> {
    let mut found = Clauses::default();
    let ast::FunctionArguments::List(list) = &call.args else { return Ok(found) };
    for arg in &list.args {
        let ast::FunctionArg::Named { name, arg: ast::FunctionArgExpr::Expr(value), .. } = arg else { continue };
        match name.value.as_str() {
            "RETURNING" => found.returning = Some(value),
            "WRAPPER" => found.wrapper = Some(value.to_string().replace('"', "")),
            "ON_EMPTY" => found.on_empty = Some(value),
            "ON_ERROR" => found.on_error = Some(value),
            _ => return Err(Error::sql(format!("{} has no argument {name}", call.name)).at(super::scope::name_span(name))),
        }
    }
    Ok(found)
}

//! Functions that give any number of values of a row: UNNEST, GENERATE_SERIES and their kin, in FROM and in the select list.
//!
//! Each makes an array, which is taken apart. In the select list a call is a stand-in column beyond `UNNESTED_BASE` until all else of the
//! SELECT is known; several stand side by side, as in PostgreSQL.

use sqlparser::ast;

use super::coercion::cast;
use super::expr::ExprBinder;
use super::function::{given_call, library_call};
use super::prepared::checked;
use super::record::{makes_records, undeclared};
use super::respelled::populated;
use super::scope::{Relation, span_of};
use super::{access, library};
use crate::error::{Error, Result, Span};
use crate::expr::function::{JSON_TEXTS_OF_FIELDS, JSON_TEXTS_OF_ITEMS};
use crate::expr::{CastFailure, Expr};
use crate::plan::logical::{Plan, Unnest, columns_of, substitute};
use crate::plan::physical::{JoinKind, Nested};
use crate::types::{DataType, Value};

/// Stand-in columns of the select list begin here.
const UNNESTED_BASE: usize = 1 << 45;

/// Whether an expression reads a value of the select list that comes any number of times.
pub fn is_unnested(expr: &Expr) -> bool {
    columns_of(expr).iter().any(|column| *column >= UNNESTED_BASE)
}

impl ExprBinder<'_> {
    /// A call in the select list: collected, and replaced by a stand-in.
    pub(super) fn unnested_call(&mut self, name: &str, args: &[&ast::Expr], span: Span) -> Result<Expr> {
        let column = self.stand_in(name, span, |binder| binder.array_of_call(name, args, span))?;
        Ok(if gives_texts_of_json(name) { cast(column, &DataType::Json) } else { column })
    }

    /// `(JSON_EACH(json)).value` in the select list, of which null is a value like others.
    pub(super) fn json_of_field(&mut self, root: &ast::Expr, field: &ast::Ident) -> Result<Option<Expr>> {
        let ast::Expr::Nested(inner) = root else { return Ok(None) };
        let ast::Expr::Function(call) = &**inner else { return Ok(None) };
        let ast::FunctionArguments::List(list) = &call.args else { return Ok(None) };
        let span = span_of(&call.name);
        match table_call(&call.name, &list.args) {
            Some((name, args)) if gives_fields_of_json(&name) && field.value.eq_ignore_ascii_case("value") => {
                let row = self.stand_in(&name, span, |binder| match binder.array_of_call(&name, &args, span)? {
                    Expr::Call { args, .. } => library_call(JSON_TEXTS_OF_FIELDS, args, span),
                    other => Ok(other),
                })?;
                Ok(Some(cast(access::row_field(row, field)?, &DataType::Json)))
            }
            _ => Ok(None),
        }
    }

    /// A stand-in for the items of the array that `bind` binds.
    fn stand_in(&mut self, name: &str, span: Span, bind: impl FnOnce(&mut Self) -> Result<Expr>) -> Result<Expr> {
        let inside = self.grouping.as_ref().is_some_and(|grouping| grouping.is_inside());
        let Some(unnested) = self.unnested.take().filter(|_| !inside) else {
            let hint = "call it in FROM, or in the select list of a sub-query";
            return Err(Error::sql(format!("{name} gives any number of values, which cannot stand here")).at(span).hint(hint));
        };
        let array = bind(self)?;
        let Some(item) = item_type(&array.data_type()) else {
            let error = format!("{name} in the select list takes an ARRAY, this is {}", array.data_type());
            return Err(Error::sql(error).at(span).hint("a MAP is taken apart in FROM: CROSS JOIN UNNEST(m) AS t (k, v)"));
        };
        unnested.push(array);
        let column = Expr::column(UNNESTED_BASE + unnested.len() - 1, item);
        self.unnested = Some(unnested);
        Ok(column)
    }

    /// What `bind` binds must not give any number of values.
    pub(super) fn once<T>(&mut self, bind: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let unnested = self.unnested.take();
        let bound = bind(self);
        self.unnested = unnested;
        bound
    }

    /// The array, or the map, whose items a call gives.
    pub(super) fn array_of_call(&mut self, name: &str, args: &[&ast::Expr], span: Span) -> Result<Expr> {
        let places: Vec<Span> = args.iter().map(|arg| span_of(*arg)).collect();
        let mut args = args.iter().map(|arg| self.bind(arg)).collect::<Result<Vec<_>>>()?;
        let made = match (name, args.len()) {
            (name, _) if makes_records(name) => Err(undeclared(name).at(span)),
            ("UNNEST", 1) => Ok(args.remove(0)),
            ("RANGE", 1) => {
                args.insert(0, Expr::Literal { value: Value::Int(0), data_type: DataType::Int });
                library_call("RANGE", args, span)
            }
            ("REGEXP_SPLIT_TO_TABLE", _) => library_call("REGEXP_SPLIT_TO_ARRAY", args, span),
            ("STRING_TO_TABLE", _) => library_call("STRING_TO_ARRAY", args, span),
            ("JSONB_POPULATE_RECORDSET", 2) => {
                let json = args.remove(1);
                populated("$POPULATED_ALL", [args.remove(0), json], span)
            }
            (name, 1) if name.contains("_ARRAY_ELEMENTS") => items_of_json(args.remove(0), name, span),
            (name, _) if name.contains("_ARRAY_ELEMENTS") => Err(Error::sql(format!("{name} takes one JSON array")).at(span)),
            (name, _) => match library::function(name) {
                Some(function) => given_call(function, args, span),
                None => library_call(name, args, span),
            },
        };
        checked(made?, &places)
    }
}

/// Whether the items that `array_of_call` gives are texts of JSON, of which null is a value like others.
pub fn gives_texts_of_json(name: &str) -> bool {
    name.ends_with("_ARRAY_ELEMENTS") || name == "JSONB_PATH_QUERY"
}

/// Whether it gives the fields of JSON objects with their values as JSON.
pub fn gives_fields_of_json(name: &str) -> bool {
    matches!(name, "JSON_EACH" | "JSONB_EACH")
}

/// The items of a JSON array, as the texts that say them in JSON or as plain ones.
fn items_of_json(value: Expr, name: &str, span: Span) -> Result<Expr> {
    let data_type = value.data_type();
    if !data_type.is_text() && data_type != DataType::Json {
        return Err(Error::sql(format!("{name} takes a JSON array, this is {data_type}")).at(span));
    }
    if gives_texts_of_json(name) {
        return library_call(JSON_TEXTS_OF_ITEMS, vec![value], span);
    }
    let data_type = DataType::Array(Box::new(DataType::STRING));
    Ok(Expr::Cast { input: Box::new(value), data_type, on_failure: CastFailure::RowError })
}

/// `relation` once for each item of these arrays, the stand-ins of `exprs` being the items; what is shorter than another has NULLs.
pub fn unnested_rows(relation: Relation, mut arrays: Vec<Expr>, exprs: &mut [Expr], span: Span) -> Result<Relation> {
    let plan = relation.plan;
    let width = plan.schema().fields.len();
    let part = Expr::column(width, DataType::STRING);
    let items: Vec<DataType> = arrays.iter().filter_map(|array| item_type(&array.data_type())).collect();
    let (array, values) = match arrays.len() {
        1 => (arrays.remove(0), vec![access::part(part, &items[0], span)?]),
        _ => {
            let field = |(at, item): (usize, &DataType)| access::field_of(part.clone(), &format!("f{at}"), item, span);
            (library_call("UNNEST", arrays, span)?, items.iter().enumerate().map(field).collect::<Result<_>>()?)
        }
    };
    for expr in exprs {
        *expr = substitute(expr, &|column| column.checked_sub(UNNESTED_BASE).map(|at| values[at].clone()));
    }
    let names = plan.schema().fields.iter().map(|field| field.name.clone());
    let columns = names.zip(plan.identity()).chain([("$nested".to_owned(), array)]).collect();
    Ok(Relation { plan: Plan::Unnest(Unnest::new(plan.projected(columns), Nested::Array, JoinKind::Inner)), ..relation })
}

/// A stand-in for the items of one of the arrays that `unnested_rows` is given.
pub fn item_of_array(number: usize, array: &Expr) -> Expr {
    Expr::column(UNNESTED_BASE + number, item_type(&array.data_type()).unwrap_or(DataType::Null))
}

fn item_type(data_type: &DataType) -> Option<DataType> {
    if let DataType::Array(item) = data_type { Some((**item).clone()) } else { None }
}

/// The upper-case name of a function and its arguments, if it is one of these.
pub fn table_call<'a>(name: &ast::ObjectName, args: &'a [ast::FunctionArg]) -> Option<(String, Vec<&'a ast::Expr>)> {
    let name = name.to_string().replace(['`', '"'], "").to_ascii_uppercase();
    let argument = |arg: &'a ast::FunctionArg| match arg {
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => Some(e),
        _ => None,
    };
    let args = args.iter().map(argument).collect::<Option<Vec<_>>>()?;
    if name == "TABLE"
        && let [ast::Expr::Function(call)] = args.as_slice()
        && let ast::FunctionArguments::List(list) = &call.args
    {
        return table_call(&call.name, &list.args);
    }
    library::is_table_function(&name).then_some((name, args))
}

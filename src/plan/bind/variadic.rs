//! `f(a, VARIADIC array)`: the items of an array as the last arguments of a call, as in PostgreSQL. Those of an array that is written out are
//! arguments like others; of another array, functions that have a form for it take it.

use sqlparser::ast;

use super::coercion::{cast, constant_cast, is_text_literal};
use super::expr::{ExprBinder, text};
use super::function::{argument_exprs, bound_call, library_call, upper_name};
use super::scope::span_of;
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::plan::parse::VARIADIC;
use crate::types::DataType;

impl ExprBinder<'_> {
    /// The call of the function whose first name is `known`, if its last argument is such an array.
    pub(super) fn variadic_call(&mut self, known: &str, name: &str, call: &ast::Function) -> Result<Option<Expr>> {
        let args = argument_exprs(call)?;
        let Some((ast::Expr::Function(carried), before)) = args.split_last() else { return Ok(None) };
        if upper_name(carried) != VARIADIC {
            return Ok(None);
        }
        let [array] = argument_exprs(carried)?[..] else { return Ok(None) };
        let (span, place) = (span_of(&call.name), span_of(array));
        let mut args = before.iter().map(|e| self.bind(e)).collect::<Result<Vec<_>>>()?;
        let texts = DataType::Array(Box::new(DataType::STRING));
        let array = match self.bind(array)? {
            text if is_text_literal(&text) => constant_cast(text, &texts, place)?,
            array => array,
        };
        if !matches!(array.data_type(), DataType::Array(_)) {
            let error = Error::sql(format!("VARIADIC stands before an ARRAY, this is {}", array.data_type()));
            return Err(error.at(place).hint(format!("leave it out: {name}(value, ...)")));
        }
        let found = match (known, args.len()) {
            ("CONCAT", 0) => library_call("ARRAY_TO_STRING", vec![array, text("")], span),
            ("CONCAT_WS", 1) => library_call("ARRAY_TO_STRING", vec![array, args.remove(0)], span),
            ("FORMAT", 1) => library_call("$FORMAT_ITEMS", vec![args.remove(0), array], span),
            ("JSON_BUILD_ARRAY", 0) => library_call("TO_JSON", vec![array], span),
            ("JSON_EXTRACT_PATH", 1) => library_call("$JSON_PATH", vec![args.remove(0), cast(array, &texts)], span),
            ("JSON_EXTRACT_PATH_TEXT", 1) => library_call("$JSON_PATH_TEXT", vec![args.remove(0), cast(array, &texts)], span),
            _ => match array {
                Expr::Call { function, args: items, .. } if function.name() == "ARRAY" => {
                    bound_call(known, name, args.into_iter().chain(items).collect(), span)
                }
                _ => {
                    let error = Error::sql(format!("{name} does not take its arguments as an array")).at(place);
                    Err(error.hint("write the items out: VARIADIC ARRAY[a, b]; CONCAT, CONCAT_WS and FORMAT take any array"))
                }
            },
        };
        found.map(Some)
    }
}

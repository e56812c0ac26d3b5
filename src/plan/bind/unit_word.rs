//! Calls that name a unit of time by a word, which is part of the function's name in the library or a text there:
//! TIMESTAMPADD(DAY, n, t), TIMESTAMPDIFF(DAY, a, b), DATE_TRUNC(t, MONTH) and DATE_PART(MONTH, t).

use sqlparser::ast;

use super::expr::{ExprBinder, text};
use super::function::{argument_exprs, library_call};
use super::library;
use super::scope::span_of;
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::types::DataType;

impl ExprBinder<'_> {
    /// A call of this function, if the function takes a word for a unit and has one.
    pub(super) fn call_with_unit(&mut self, name: &str, call: &ast::Function) -> Option<Result<Expr>> {
        match name {
            "TIMESTAMPADD" | "DATEADD" => Some(self.calendar_arithmetic("TIMESTAMPADD", call)),
            "TIMESTAMPDIFF" | "DATEDIFF" => Some(self.calendar_arithmetic("TIMESTAMPDIFF", call)),
            "DATE_TRUNC" | "TIMESTAMP_TRUNC" | "TIME_TRUNC" => {
                let [time, unit] = argument_exprs(call).ok()?.try_into().ok()?;
                let unit = self.unit_word(unit)?;
                Some(self.bind(time).and_then(|time| library_call("FLOOR", vec![time, text(&unit)], span_of(&call.name))))
            }
            "DATE_PART" | "DATEPART" => {
                let [unit, time] = argument_exprs(call).ok()?.try_into().ok()?;
                let unit = self.unit_word(unit)?;
                Some(self.bind(time).and_then(|time| library_call("EXTRACT", vec![text(&unit), time], span_of(&call.name))))
            }
            _ => None,
        }
    }

    /// The unit that a word names where no column has this name.
    fn unit_word(&self, e: &ast::Expr) -> Option<String> {
        let ast::Expr::Identifier(word) = e else { return None };
        let is_column = self.fields.iter().any(|field| field.name.eq_ignore_ascii_case(&word.value));
        let unit = unit_named(&word.value);
        (word.quote_style.is_none() && !is_column && library::wrong_field(&unit, &DataType::Null).is_none()).then_some(unit)
    }

    /// The unit is part of the function's name in the library.
    fn calendar_arithmetic(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        let args = argument_exprs(call)?;
        let Some((ast::Expr::Identifier(unit), rest)) = args.split_first().map(|(unit, rest)| (*unit, rest)) else {
            return Err(Error::sql(format!("{name} takes a unit first"))
                .at(span_of(&call.name))
                .hint(format!("for example {name}(DAY, ...)")));
        };
        let name = format!("{name}_{}", unit_named(&unit.value));
        let args = rest.iter().map(|e| self.bind(e)).collect::<Result<Vec<_>>>()?;
        library_call(&name, args, span_of(&call.name))
    }
}

/// A unit in capitals, without the prefix of its name in ODBC.
fn unit_named(word: &str) -> String {
    let word = word.to_ascii_uppercase();
    word.strip_prefix("SQL_TSI_").map_or(word.clone(), str::to_owned)
}

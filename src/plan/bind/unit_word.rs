//! Calls that name a unit of time by a word, which is part of the function's name in the library or a text there:
//! TIMESTAMPADD(DAY, n, t), TIMESTAMPDIFF(DAY, a, b), DATE_TRUNC(t, MONTH) and DATE_PART(MONTH, t). (b - a) DAY is one of them.

use sqlparser::ast;

use super::expr::{ExprBinder, text};
use super::function::{argument_exprs, library_call};
use super::library;
use super::operator::binary;
use super::scope::{name_span, span_of};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr};
use crate::plan::parse::DIFFERENCE;
use crate::types::{DataType, Value};

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
            _ if name.eq_ignore_ascii_case(DIFFERENCE) => Some(self.difference(call)),
            _ => None,
        }
    }

    /// The difference of two times, in whole units but for seconds.
    fn difference(&mut self, call: &ast::Function) -> Result<Expr> {
        let span = span_of(&call.name);
        let wrong = || Error::internal("a difference without its parts").at(span);
        let [difference, unit] = argument_exprs(call)?.try_into().map_err(|_| wrong())?;
        let unit = self.bind(unit)?;
        let Expr::Literal { value: Value::Str(name), .. } = &unit else { return Err(wrong()) };
        let ast::Expr::BinaryOp { left, op: ast::BinaryOperator::Minus, right } = difference else {
            return Err(no_difference(name, span_of(difference)));
        };
        let (later, earlier) = (self.bind(left)?, self.bind(right)?);
        let is_time = |e: &Expr| e.data_type().is_timestamp() || matches!(e.data_type(), DataType::Date | DataType::Time(_));
        if !is_time(&later) || !is_time(&earlier) {
            return Err(no_difference(name, span_of(difference)));
        }
        let months = match &**name {
            "YEAR" => 12,
            "QUARTER" => 3,
            "MONTH" => 1,
            "SECOND" => return binary(BinaryOp::Subtract, later, earlier, span),
            _ => return library_call("DATE_TRUNC", vec![unit, binary(BinaryOp::Subtract, later, earlier, span)?], span),
        };
        let count = library_call(&format!("TIMESTAMPDIFF_{name}"), vec![earlier, later], span)?;
        let unit = Expr::Literal { value: Value::Int(months), data_type: DataType::IntervalMonth };
        binary(BinaryOp::Multiply, count, unit, span)
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
        let written = unit_named(&unit.value);
        if library::wrong_field(&written, &DataType::Null).is_some() {
            let error = Error::sql(format!("there is no such unit of time: {unit}")).at(name_span(unit));
            return Err(error.hint("YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND and parts of a second"));
        }
        let name = format!("{name}_{written}");
        let args = rest.iter().map(|e| self.bind(e)).collect::<Result<Vec<_>>>()?;
        library_call(&name, args, span_of(&call.name))
    }
}

fn no_difference(unit: &str, span: Span) -> Error {
    Error::sql(format!("{unit} stands behind the difference of two times, such as (b - a) {unit}"))
        .at(span)
        .hint(format!("a column of this name has AS before it: AS {}", unit.to_ascii_lowercase()))
}

/// A unit in capitals, without the prefix of its name in ODBC.
fn unit_named(word: &str) -> String {
    let word = word.to_ascii_uppercase();
    word.strip_prefix("SQL_TSI_").map_or(word.clone(), str::to_owned)
}

//! Calls: functions of the library, and those that are expressions of their own (COALESCE, IF, NULLIF).

use std::sync::Arc;

use sqlparser::ast;

use super::coercion::{assignable, cast, comparable, constant_cast, is_text_literal, read_as, unified, with_conversion};
use super::expr::{ExprBinder, text};
use super::operator::{binary, condition};
use super::prepared::checked;
use super::respelled::respelled;
use super::scope::{span_of, unsupported};
use super::subquery::Asked;
use super::table_function::table_call;
use super::{access, evaluate_constant, json, library, window};
use crate::error::{Error, Result, Span};
use crate::expr::{BinaryOp, Expr, Function, GivenFunction, LambdaFunction, UnaryOp, castable};
use crate::plan::functions::{self, no_function};
use crate::plan::parse::{VARIADIC, check_part};
use crate::types::{DataType, Value};

/// Functions of the clock: the time at which the row arrived, in UTC. `None` for other names.
pub fn clock_function(name: &str) -> Option<Expr> {
    let target = match name {
        "CURRENT_TIMESTAMP" | "CURRENT_ROW_TIMESTAMP" | "NOW" | "PROCTIME" | "CLOCK_TIMESTAMP" => DataType::TimestampLtz(3),
        "LOCALTIMESTAMP" => DataType::Timestamp(3),
        "CURRENT_DATE" | "TODAY" => DataType::Date,
        "CURRENT_TIME" | "LOCALTIME" => DataType::Time(0),
        _ => return None,
    };
    Some(cast(Expr::Arrival, &target))
}

/// Functions of the clock that may be told how many digits there are behind the second.
const TAKE_DIGITS: [&str; 4] = ["CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_TIME", "LOCALTIME"];

/// The type of a time with so many digits behind its second.
fn with_digits(time: &DataType, digits: &Expr) -> Option<DataType> {
    let Expr::Literal { value: Value::Int(digits @ 0..=9), .. } = digits else { return None };
    let digits = *digits as u8;
    Some(match time {
        DataType::TimestampLtz(_) => DataType::TimestampLtz(digits),
        DataType::Timestamp(_) => DataType::Timestamp(digits),
        _ => DataType::Time(digits),
    })
}

/// A call that gives any number of values: its name and its arguments.
fn table_function_of(call: &ast::Function) -> Option<(String, Vec<&ast::Expr>)> {
    let ast::FunctionArguments::List(list) = &call.args else { return None };
    table_call(&call.name, &list.args)
}

impl ExprBinder<'_> {
    /// A call, of whatever kind.
    pub(super) fn function(&mut self, call: &ast::Function) -> Result<Expr> {
        let name = upper_name(call);
        self.named_function(&name, call).map_err(|error| with_usage(error, &name, span_of(&call.name)))
    }

    fn named_function(&mut self, name: &str, call: &ast::Function) -> Result<Expr> {
        if call.over.is_some() {
            return self.over_call(name, call);
        }
        if let Some(read) = self.match_call(name, call)? {
            return Ok(read);
        }
        if let "GROUPING" | "GROUPING_ID" | "GROUP_ID" = name {
            return self.grouping_call(name, call);
        }
        if library::is_aggregate(name) {
            return self.aggregate_call(name, call);
        }
        if let Some(function) = LambdaFunction::named(name) {
            return self.lambda_call(function, call);
        }
        if let Some((name, args)) = table_function_of(call) {
            return self.unnested_call(&name, &args, span_of(&call.name));
        }
        if window::is_auxiliary(name) {
            return self.window_auxiliary(name, call);
        }
        if window::is_window_function(name) {
            if self.grouping.as_ref().is_some_and(|grouping| grouping.window.is_some()) {
                return self.window_struct(name, call);
            }
            return Err(Error::sql(format!("{name} stands in GROUP BY or in FROM only"))
                .at(span_of(&call.name))
                .hint(format!("FROM TABLE({name}(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))")));
        }
        if let Some(made) = self.call_with_unit(name, call) {
            return made;
        }
        if name == "ROW" {
            return self.row_call(call);
        }
        if let ("ARRAY", ast::FunctionArguments::Subquery(query)) = (name, &call.args) {
            refuse_filter(call)?;
            return self.ask(Asked::Array(query), &call.name);
        }
        if json::is_json_call(name) {
            return self.json_call(name, call);
        }
        let span = span_of(&call.name);
        let Some((_, help)) = functions::find(name) else {
            if name == VARIADIC {
                let error = Error::sql("VARIADIC is not allowed here").at(span);
                return Err(error.hint("it stands before the last argument of a function of values: CONCAT(VARIADIC array)"));
            }
            return match library::function(name) {
                Some(function) => given_call(function, self.plain_arguments(call)?, span),
                None => Err(no_function(name, library::given().names()).at(span)),
            };
        };
        let places: Vec<Span> = argument_exprs(call)?.into_iter().map(span_of).collect();
        let bound = match self.variadic_call(help.name, name, call)? {
            Some(bound) => bound,
            None => bound_call(help.name, name, self.plain_arguments(call)?, span)?,
        };
        checked(bound, &places)
    }

    fn plain_arguments(&mut self, call: &ast::Function) -> Result<Vec<Expr>> {
        refuse_filter(call)?;
        if matches!(&call.args, ast::FunctionArguments::List(list) if list.duplicate_treatment.is_some()) {
            return Err(unsupported("DISTINCT within this function", "it stands in aggregates", &call.name));
        }
        argument_exprs(call)?.into_iter().map(|e| self.bind(e)).collect()
    }
}

/// The name of what is called, in capitals.
pub fn upper_name(call: &ast::Function) -> String {
    call.name.to_string().replace(['`', '"'], "").to_ascii_uppercase()
}

/// The call of a function by its first name and the one that is written.
pub fn bound_call(known: &str, name: &str, args: Vec<Expr>, span: Span) -> Result<Expr> {
    match known {
        "COALESCE" if !args.is_empty() => {
            let (args, data_type) = unified(args, name, span)?;
            Ok(Expr::Coalesce { args, data_type })
        }
        "CURRENT_WATERMARK" => match <[Expr; 1]>::try_from(args) {
            Ok([time]) if matches!(&time, Expr::Column { data_type, .. } if data_type.is_timestamp()) => {
                // In milliseconds, as in Flink.
                let target = if matches!(time.data_type(), DataType::Timestamp(_)) {
                    DataType::Timestamp(3)
                } else {
                    DataType::TimestampLtz(3)
                };
                Ok(cast(Expr::SplitWatermark { time: Box::new(time) }, &target))
            }
            _ => Err(Error::sql("CURRENT_WATERMARK takes one event-time column").at(span).hint("CURRENT_WATERMARK(ts)")),
        },
        "NULLIF" => {
            let [value, other] = exactly(args, "NULLIF(value, other)", span)?;
            null_if(value, other, span)
        }
        "NVL2" => {
            let [value, then, otherwise] = exactly(args, "NVL2(value, then, otherwise)", span)?;
            let given = Expr::Unary { op: UnaryOp::IsNotNull, input: Box::new(value) };
            either(given, then, otherwise, "NVL2", span)
        }
        "DATE" | "TIME" | "TIMESTAMP" => {
            let [value] = exactly(args, &format!("{name}(value)"), span)?;
            as_time(name, value, span)
        }
        "CURRENT_CATALOG" if args.is_empty() => Ok(text("default_catalog")),
        "CURRENT_DATABASE" if args.is_empty() => Ok(text("default_database")),
        "VERSION" if args.is_empty() => Ok(text(concat!("Corelane ", env!("CARGO_PKG_VERSION")))),
        "DIV_NULL" => {
            let [dividend, divisor] = exactly(args, "DIV_NULL(dividend, divisor)", span)?;
            let zero = Expr::Literal { value: Value::Int(0), data_type: DataType::Int };
            binary(BinaryOp::Divide, dividend, null_if(divisor, zero, span)?, span)
        }
        "IF" => {
            let [when, then, otherwise] = exactly(args, "IF(condition, then, else)", span)?;
            either(condition(when, span)?, then, otherwise, "IF", span)
        }
        "DATE_ADD" => {
            let [time, interval] = exactly(args, &format!("{name}(time, interval)"), span)?;
            binary(BinaryOp::Add, time, interval, span)
        }
        "DATE_SUB" => {
            let [time, interval] = exactly(args, &format!("{name}(time, interval)"), span)?;
            binary(BinaryOp::Subtract, time, interval, span)
        }
        "ENCODE" if names_format(&args) => {
            let [value, format] = exactly(args, "ENCODE(bytes, format)", span)?;
            let value =
                if is_text_literal(&value) { read_as(value, &DataType::Bytes, span)? } else { cast(value, &DataType::Bytes) };
            library_call("ENCODE", vec![value, format], span)
        }
        "ROUND" | "BROUND" | "TRUNCATE" | "TRUNC" => rounded(name, args, span),
        "UNIX_TIMESTAMP" if args.is_empty() => library_call("EXTRACT_EPOCH", vec![Expr::Arrival], span),
        "MAP" => access::map(args, span),
        "MAKE_ARRAY" => access::array(args, span),
        "STRUCT" => access::numbered_row(args, span),
        "NAMED_STRUCT" => access::named_struct(args, span),
        "ARRAY_CAT" => access::joined_arrays(args, span),
        "ARRAY_PREPEND" => access::prepended(args, span),
        "ELEMENT" | "ARRAY_MIN" | "ARRAY_MAX" | "ARRAY_ELEMENT" | "ARRAY_ANY_VALUE" => access::item_of(name, args, span),
        _ => respelled(known, name, args, span),
    }
}

/// An error about a call, with how the function is called where nothing else helps.
fn with_usage(error: Error, name: &str, span: Span) -> Error {
    match functions::named(name, []) {
        Ok((_, help)) if error.hint_text().is_none() && error.span() == Some(span) => {
            error.hint(format!("usage: {}", help.signature()))
        }
        _ => error,
    }
}

/// Refuses FILTER behind what is no aggregate.
pub fn refuse_filter(call: &ast::Function) -> Result<()> {
    let Some(filter) = &call.filter else { return Ok(()) };
    let error = format!("FILTER stands behind aggregates only, and {} is none", call.name);
    Err(Error::sql(error).at(span_of(&**filter)).hint("CASE WHEN condition THEN value END leaves values out"))
}

/// The arguments of a call as they were written.
pub fn argument_exprs(call: &ast::Function) -> Result<Vec<&ast::Expr>> {
    match &call.args {
        ast::FunctionArguments::None => Ok(Vec::new()),
        ast::FunctionArguments::Subquery(_) => Err(unsupported("a sub-query as an argument", "put it into FROM", &call.name)),
        ast::FunctionArguments::List(list) => list.args.iter().map(|arg| argument_expr(arg, call)).collect(),
    }
}

/// One of them.
pub fn argument_expr<'a>(arg: &'a ast::FunctionArg, call: &ast::Function) -> Result<&'a ast::Expr> {
    match arg {
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e))
        | ast::FunctionArg::Named { arg: ast::FunctionArgExpr::Expr(e), .. }
        | ast::FunctionArg::ExprNamed { arg: ast::FunctionArgExpr::Expr(e), .. } => Ok(e),
        _ => Err(Error::sql(format!("{} does not take '*'", call.name)).at(span_of(&call.name)).hint("only COUNT(*) does")),
    }
}

/// Whether the second argument is a format of bytes, so that the first one, if it is a text, means bytes: a constant those that PostgreSQL
/// reads in it, anything else its own.
fn names_format(args: &[Expr]) -> bool {
    let [value, Expr::Literal { value: Value::Str(format), .. }] = args else { return false };
    value.data_type().is_text() && library::is_format_of_bytes(format)
}

/// So many arguments.
pub fn exactly<const N: usize>(args: Vec<Expr>, usage: &str, span: Span) -> Result<[Expr; N]> {
    args.try_into().map_err(|_| Error::sql(format!("{usage} takes {N} arguments")).at(span))
}

/// A value as the type of time whose name is called.
fn as_time(name: &str, value: Expr, span: Span) -> Result<Expr> {
    let from = value.data_type();
    let target = match name {
        "DATE" => DataType::Date,
        "TIME" => DataType::Time(0),
        _ if matches!(from, DataType::Timestamp(_)) => from.clone(),
        _ => DataType::Timestamp(6),
    };
    match castable(&from, &target) {
        true => constant_cast(value, &target, span),
        false => {
            Err(with_conversion(Error::sql(format!("{from} cannot be converted to {target}")).at(span), &from, &target, "x"))
        }
    }
}

/// A rounded number; of a DECIMAL by a constant only the digits behind the point that are left, as in Flink.
fn rounded(name: &str, args: Vec<Expr>, span: Span) -> Result<Expr> {
    let digits = match args.as_slice() {
        [_, digits] => evaluate_constant(digits)?,
        _ => Some(Value::Int(0)),
    };
    let number = library_call(name, args, span)?;
    Ok(match (number.data_type(), digits) {
        (DataType::Decimal { precision, scale }, Some(Value::Int(digits))) if digits < i64::from(scale) => {
            let left = digits.max(0) as u8;
            cast(number, &DataType::Decimal { precision: precision - scale + left, scale: left })
        }
        _ => number,
    })
}

/// `CASE WHEN when THEN then ELSE otherwise END`
fn either(when: Expr, then: Expr, otherwise: Expr, name: &str, span: Span) -> Result<Expr> {
    let (mut results, data_type) = unified(vec![then, otherwise], name, span)?;
    let otherwise = results.pop().map(Box::new);
    let branches = results.pop().map(|then| (when, then)).into_iter().collect();
    Ok(Expr::Case { branches, otherwise, data_type })
}

/// `CASE WHEN value = other THEN NULL ELSE value END`
fn null_if(value: Expr, other: Expr, span: Span) -> Result<Expr> {
    let data_type = value.data_type();
    let (left, right) = comparable(value.clone(), other, span)?;
    let when = binary(BinaryOp::Eq, left, right, span)?;
    let null = Expr::Literal { value: Value::Null, data_type: data_type.clone() };
    Ok(Expr::Case { branches: vec![(when, null)], otherwise: Some(Box::new(value)), data_type })
}

/// A call of a function of the library.
pub fn library_call(name: &str, args: Vec<Expr>, span: Span) -> Result<Expr> {
    if let Some(clock) = clock_function(name) {
        return match args.as_slice() {
            [] => Ok(clock),
            [digits] if TAKE_DIGITS.contains(&name) => match with_digits(&clock.data_type(), digits) {
                Some(target) => Ok(cast(Expr::Arrival, &target)),
                None => Err(Error::sql(format!("{name} takes the number of digits behind its second, from 0 to 9")).at(span)),
            },
            _ => Err(Error::sql(format!("{name} takes no arguments")).at(span)),
        };
    }
    let function = library::lookup(name).ok_or_else(|| no_function(name, []).at(span))?;
    let types: Vec<DataType> = args.iter().map(Expr::data_type).collect();
    let Some((wanted, data_type)) = (function.resolve)(&types) else {
        if let Some((wanted, data_type)) = (function.resolve)(&untyped(&args, &types)) {
            let args = args.into_iter().zip(&wanted).map(|(arg, target)| constant_cast(arg, target, span));
            return Ok(Expr::Call { function: function.into(), args: args.collect::<Result<_>>()?, data_type });
        }
        let types = types.iter().map(DataType::to_string).collect::<Vec<_>>().join(", ");
        let error = Error::sql(format!("{name} does not take ({types})")).at(span);
        return Err(match &function.help {
            Some(help) => error.hint(format!("usage: {}", help.signature())),
            None => error,
        });
    };
    if !function.unpacks_bitmaps && (data_type.is_nested() || data_type == DataType::Json || name == "JSON_STRING") {
        types.iter().try_for_each(|part| check_part(part, span))?;
    }
    let args = args.into_iter().zip(&wanted).map(|(arg, target)| cast(arg, target)).collect();
    Ok(Expr::Call { function: function.into(), args, data_type })
}

/// Refuses functions of a job whose names are none, or mean something already.
pub fn check_names(given: &library::Given) -> Result<()> {
    for (at, name) in given.names().enumerate() {
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name || library::is_known(name) || given.names().take(at).any(|before| before == name) {
            let error = Error::config(format!("a function of the program cannot be called '{name}'"));
            return Err(error.hint("choose a name of letters, digits and '_' that no other function has"));
        }
    }
    match given.aggregates.iter().find(|aggregate| !aggregate.is_accounted) {
        None => Ok(()),
        Some(aggregate) => {
            let error = Error::config(format!("the states of {} may own memory, and nothing says how much", aggregate.name));
            Err(error.hint("AggregateFunction::bytes says it, for the memory limit of the job"))
        }
    }
}

/// A call of a function of the program.
pub fn given_call(function: Arc<GivenFunction>, args: Vec<Expr>, span: Span) -> Result<Expr> {
    Ok(Expr::Call {
        args: given_arguments(&function.name, &function.args, args, span)?,
        data_type: function.returns.clone(),
        function: Function::Given(function),
    })
}

/// The arguments of a call of the program's: what may be written to a column of a parameter's type goes for it.
pub fn given_arguments(name: &str, wanted: &[DataType], args: Vec<Expr>, span: Span) -> Result<Vec<Expr>> {
    let fits = |(arg, wanted): (&Expr, &DataType)| is_text_literal(arg) || assignable(&arg.data_type(), wanted);
    if args.len() != wanted.len() || !args.iter().zip(wanted).all(fits) {
        let list = |types: &[DataType]| types.iter().map(DataType::to_string).collect::<Vec<_>>().join(", ");
        let types: Vec<DataType> = args.iter().map(Expr::data_type).collect();
        let error = Error::sql(format!("{name} does not take ({})", list(&types))).at(span);
        return Err(error.hint(format!("usage: {name}({})", list(wanted))));
    }
    args.into_iter().zip(wanted).map(|(arg, wanted)| constant_cast(arg, wanted, span)).collect()
}

/// Types of arguments where a text constant may be of any, as in PostgreSQL: it is read as what the function takes there.
fn untyped(args: &[Expr], types: &[DataType]) -> Vec<DataType> {
    let of = |(arg, data_type): (&Expr, &DataType)| if is_text_literal(arg) { DataType::Null } else { data_type.clone() };
    args.iter().zip(types).map(of).collect()
}

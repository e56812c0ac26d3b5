//! Constants that say how all rows are treated (patterns, units, zones): one that is wrong is an error of the statement, at its place.

use super::coercion::is_constant;
use super::library;
use crate::error::{Error, Result, Span, nearest};
use crate::expr::{Expr, Function, Prepared, Reach};
use crate::types::{DataType, Value};

/// `call`, whose arguments stand in these places, unless one of its constants is wrong.
pub fn checked(call: Expr, places: &[Span]) -> Result<Expr> {
    let made = if let Expr::Cast { input, .. } = &call { input } else { &call };
    let Expr::Call { function: Function::Library(function), args, .. } = made else { return Ok(call) };
    let is_null = |arg: &Expr| matches!(arg, Expr::Literal { value: Value::Null, .. });
    if args.iter().take(places.len()).any(is_null) {
        // It is NULL, whatever the others say.
        return Ok(call);
    }
    let types: Vec<DataType> = args.iter().map(Expr::data_type).collect();
    for prepared in function.prepared {
        let count = if prepared.reach == Reach::One { 1 } else { usize::MAX };
        for (arg, place) in args.iter().zip(places).skip(prepared.place).take(count) {
            if let Some(text) = constant_text(arg)
                && let Some(reason) = (prepared.wrong)(&text, &types)
            {
                return Err(wrong(prepared, &text, reason).at(*place));
            }
        }
    }
    Ok(call)
}

/// The text of a constant, or the hexadecimal digits of its bytes.
fn constant_text(arg: &Expr) -> Option<String> {
    let value = if is_constant(arg) { library::evaluate_constant(arg).ok()?? } else { return None };
    match value {
        Value::Str(text) => Some(text.into_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Bytes(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect()),
        _ => None,
    }
}

fn wrong(prepared: &Prepared, text: &str, reason: &str) -> Error {
    let names = (prepared.names)();
    let error = Error::sql(format!("'{text}': {reason}"));
    // A name that is right elsewhere is near to itself.
    match nearest(text, names.iter().map(String::as_str)).filter(|near| !near.eq_ignore_ascii_case(text)) {
        Some(near) => error.hint(format!("did you mean '{near}'?")),
        None => error.hint(prepared.hint),
    }
}

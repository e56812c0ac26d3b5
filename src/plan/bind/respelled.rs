//! Calls of other systems of what is written otherwise here, by operators, casts, rows or other functions.

use super::access;
use super::coercion::{cast, constant_cast, is_text_literal};
use super::expr::converted;
use super::function::{exactly, library_call};
use super::library;
use crate::error::{Error, Result, Span};
use crate::expr::{CastFailure, Expr};
use crate::types::{DataType, Value};

/// The call of the function of this name, under which it was `called` or not; one of the library if it is no such call.
pub fn respelled(name: &str, called: &str, mut args: Vec<Expr>, span: Span) -> Result<Expr> {
    match name {
        "OBJECT_OF" => access::object_of(args, span),
        "OBJECT_UPDATE" => access::object_update(args, span),
        "MAP_ACCESS" => {
            let [map, key] = exactly(args, "MAP_ACCESS(map, key)", span)?;
            access::item(map, key, span)
        }
        "GET_FIELD" if args.len() > 1 => {
            let names = args.split_off(1);
            names.into_iter().try_fold(args.remove(0), |value, name| access::item(value, name, span))
        }
        "ARRAY_CONTAINED" => {
            let [items, array] = exactly(args, "ARRAY_CONTAINED(items, array)", span)?;
            library_call("ARRAY_HAS_ALL", vec![array, items], span)
        }
        "ARRAY_POSITION" if args.len() == 3 => library_call("ARRAY_INDEXOF", args, span),
        "ARRAY_RESIZE" if args.len() == 2 => {
            args.push(Expr::Literal { value: Value::Null, data_type: DataType::Null });
            library_call(called, args, span)
        }
        "ARRAY_SORT" => library_call(called, directions(args, span)?, span),
        "JSON_LENGTH" if leads_by_keys(&args) => library_call("JSON_LENGTH", vec![library_call("JSON_GET", args, span)?], span),
        "ENCRYPT" | "DECRYPT" | "ENCRYPT_IV" | "DECRYPT_IV" => library_call(called, bytes_and_method(args, span)?, span),
        "JSONB_CONTAINED" => {
            let [part, whole] = exactly(args, "JSONB_CONTAINED(json, json)", span)?;
            library_call("JSONB_CONTAINS", vec![whole, part], span)
        }
        "JSONB_TO_ARRAY" => {
            let [json] = exactly(args, "JSONB_TO_ARRAY(json)", span)?;
            converted(json, DataType::Array(Box::new(DataType::Json)), CastFailure::RowError, "json", span)
        }
        "JSONB_OBJECT" => {
            let function = if args.len() == 1 { "$MAP_OF_PAIRS" } else { "MAP_FROM_ARRAYS" };
            let args = args.into_iter().map(|arg| constant_cast(arg, &DataType::Array(Box::new(DataType::STRING)), span));
            Ok(cast(library_call(function, args.collect::<Result<_>>()?, span)?, &DataType::Json))
        }
        "JSONB_POPULATE_RECORD" => populated("$POPULATED", exactly(args, "JSONB_POPULATE_RECORD(row, json)", span)?, span),
        "JSONB_POPULATE_MAP" => populated_map(exactly(args, "JSONB_POPULATE_MAP(map, json)", span)?, span),
        "ARRAYS_ZIP" => zipped(args, span),
        "CAST_TO_TYPE" => as_another(args, CastFailure::RowError, "CAST_TO_TYPE(x, other)", span),
        "TRY_CAST_TO_TYPE" => as_another(args, CastFailure::Null, "TRY_CAST_TO_TYPE(x, other)", span),
        "TO_UNIXTIME" if args.len() == 1 && args[0].data_type().is_numeric() => Ok(cast(args.remove(0), &DataType::BigInt)),
        "TO_UNIXTIME" if args.len() > 1 => library_call("UNIX_TIMESTAMP", args, span),
        "TO_LOCAL_TIME" => {
            let [time] = exactly(args, "TO_LOCAL_TIME(time)", span)?;
            match time.data_type() {
                DataType::TimestampLtz(digits) => Ok(cast(time, &DataType::Timestamp(digits))),
                DataType::Timestamp(_) => Ok(time),
                other => Err(Error::sql(format!("TO_LOCAL_TIME takes a TIMESTAMP_LTZ, this is {other}")).at(span)),
            }
        }
        _ => library_call(called, args, span),
    }
}

/// Constants before the method of a cipher, as bytes that PostgreSQL reads in them; the second is a key.
fn bytes_and_method(args: Vec<Expr>, span: Span) -> Result<Vec<Expr>> {
    let method = args.len().saturating_sub(1);
    let bytes = |(at, arg): (usize, Expr)| match is_text_literal(&arg) && at < method {
        true => constant_cast(arg, &DataType::Bytes, span),
        false => Ok(arg),
    };
    let args = args.into_iter().enumerate().map(bytes).collect::<Result<Vec<_>>>()?;
    match args.get(1) {
        Some(Expr::Literal { value: Value::Bytes(key), .. }) if !library::is_key_length(key.len()) => {
            let error = Error::sql(format!("a key of AES has 16, 24 or 32 bytes, this one has {}", key.len())).at(span);
            Err(error.hint("UNHEX(MD5(text)) makes 16 of any text, UNHEX(SHA256(text)) 32"))
        }
        _ => Ok(args),
    }
}

/// The texts of DataFusion behind an array that is sorted, as truth values; there NULLs come first unless said.
fn directions(mut args: Vec<Expr>, span: Span) -> Result<Vec<Expr>> {
    const WORDS: [[(&str, bool); 2]; 2] = [[("ASC", true), ("DESC", false)], [("NULLS FIRST", true), ("NULLS LAST", false)]];
    if !args.get(1).is_some_and(is_text_literal) {
        return Ok(args);
    }
    for (arg, words) in args[1..].iter_mut().zip(WORDS) {
        let Expr::Literal { value: Value::Str(text), .. } = &*arg else { continue };
        match words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
            Some((_, meant)) => *arg = Expr::boolean(*meant),
            None => {
                let hint = format!("it is '{}' or '{}'", words[0].0, words[1].0);
                return Err(Error::sql(format!("'{text}' is no order of an array")).at(span).hint(hint));
            }
        }
    }
    if args.len() == 2 {
        args.push(Expr::boolean(true));
    }
    Ok(args)
}

/// Whether names and places stand behind JSON, and no path.
fn leads_by_keys(args: &[Expr]) -> bool {
    match args {
        [_, Expr::Literal { value: Value::Str(text), .. }] => {
            !["$", "lax ", "strict "].iter().any(|start| text.trim_start().starts_with(start))
        }
        [_, key] => key.data_type().is_integer(),
        _ => args.len() > 2,
    }
}

/// A value as one of the type of another.
fn as_another(args: Vec<Expr>, on_failure: CastFailure, usage: &str, span: Span) -> Result<Expr> {
    let [value, other] = exactly(args, usage, span)?;
    converted(value, other.data_type(), on_failure, "x", span)
}

/// A row, or an array of them, of the type of the first argument.
pub fn populated(function: &str, args: [Expr; 2], span: Span) -> Result<Expr> {
    let json = args[1].data_type();
    if !(json.is_text() || json.is_nested() || matches!(json, DataType::Json | DataType::Null)) {
        return Err(Error::sql(format!("the fields of a row are taken from JSON, this is {json}")).at(span));
    }
    let target = match args[0].data_type() {
        row @ DataType::Row(_) if function == "$POPULATED" => row,
        row @ DataType::Row(_) => DataType::Array(Box::new(row)),
        other => {
            let error =
                Error::sql(format!("the first argument is a ROW and says the type of the result, this is {other}")).at(span);
            return Err(error.hint("CAST(NULL AS ROW<a INT, b STRING>)"));
        }
    };
    Ok(cast(library_call(function, args.into(), span)?, &target))
}

/// The entries of a map, if it is none that is NULL, and of JSON.
fn populated_map([map, json]: [Expr; 2], span: Span) -> Result<Expr> {
    let target = map.data_type();
    if !matches!(target, DataType::Map(..)) {
        let error = Error::sql(format!("the first argument is a MAP and says the type of the result, this is {target}")).at(span);
        return Err(error.hint("CAST(NULL AS MAP<STRING, INT>)"));
    }
    let nothing = Expr::Literal { value: Value::text("{}"), data_type: target.clone() };
    let own = Expr::Coalesce { args: vec![map, nothing], data_type: target.clone() };
    let json = converted(json, target, CastFailure::RowError, "json", span)?;
    library_call("MAP_UNION", vec![own, json], span)
}

/// Rows of the items in the same place, whose fields are called 1, 2 and so on.
fn zipped(args: Vec<Expr>, span: Span) -> Result<Expr> {
    if args.is_empty() || !args.iter().all(|arg| matches!(arg.data_type(), DataType::Array(_))) {
        return Err(Error::sql("ARRAYS_ZIP takes arrays").at(span));
    }
    let zipped = library_call("UNNEST", args, span)?;
    let DataType::Array(row) = zipped.data_type() else { return Err(Error::internal("what is zipped is no array")) };
    let DataType::Row(fields) = *row else { return Err(Error::internal("what is zipped are no rows")) };
    let fields = fields.into_iter().enumerate().map(|(at, (_, of))| ((at + 1).to_string(), of));
    Ok(cast(zipped, &DataType::Array(Box::new(DataType::Row(fields.collect())))))
}

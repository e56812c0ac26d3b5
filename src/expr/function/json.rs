//! Functions of ARRAY, ROW and MAP, which are carried as JSON text, and what asks whether a text is JSON.
//!
//! What is not there gives NULL, and so does text that is not JSON or is nested too deep.

use std::borrow::Cow;

use super::collection::item_type;
use super::json_text::Json;
use super::kernel::{Call, Outcome, append, kernel};
use super::map::Entries;
use super::signature::Param::{AnyAsText, Integer, Nested, Text};
use super::signature::{Param, function, internal, takes};
use crate::batch::Column;
use crate::batch::text::{write_json_key, write_json_string, write_json_value};
use crate::expr::ScalarFunction;
use crate::types::{DataType, base64};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    internal("IS_JSON", is_json_types, |_, _| is_json(|_| true)),
    internal("IS_JSON_OBJECT", is_json_types, |_, _| is_json(|json| json.text().starts_with('{'))),
    internal("IS_JSON_ARRAY", is_json_types, |_, _| is_json(|json| json.text().starts_with('['))),
    internal("IS_JSON_SCALAR", is_json_types, |_, _| is_json(|json| !json.is_nested())),
    internal("ROW_FIELD", |t| of_nested(t, &[Nested, Text]), |_, _| kernel(|call| row_field(call, &DataType::STRING))),
    internal("ITEM", item_types, |t, _| item(t, DataType::STRING)),
    internal("$JSON_FIELD", |t| of_nested(t, &[Nested, Text]), |_, _| kernel(|call| row_field(call, &DataType::Json))),
    internal("$JSON_ITEM", item_types, |t, _| item(t, DataType::Json)),
    internal("$JSON_NUMBER", number_types, |t, _| number(t[0] == DataType::Json)),
    internal("$BYTES_OF_PART", part_types, |_, _| kernel(bytes_of_part)),
    function("CARDINALITY", "(array or map)", "How many items, or entries, there are")
        .example("CARDINALITY(ARRAY['a', 'b'])", "2")
        .of(cardinality_types, |_, _| kernel(cardinality)),
    function("ARRAY_SIZE", "(array)", "How many items the array has")
        .example("ARRAY_SIZE(ARRAY['a', 'b'])", "2")
        .of(size_types, |_, _| kernel(cardinality)),
    function("ELEMENT", "(array)", "The only item of the array")
        .example("ELEMENT(ARRAY[7])", "7")
        .of(element_types, |t, _| element(&t[0])),
    function("ARRAY", "ARRAY[item, ...]", "An array of these items")
        .example("ARRAY[1, 2, 3]", "[1,2,3]")
        .of(array_types, |t, _| array(t)),
    function("MAP", "MAP[key, value, ...]", "A map of these keys and values")
        .example("MAP['a', 1, 'b', 2]", r#"{"a":1,"b":2}"#)
        .of(map_types, |t, _| map(t)),
    function("ROW", "(value, ...)", "A row of these values")
        .example("ROW(1, 'a')", r#"{"EXPR$0":1,"EXPR$1":"a"}"#)
        .of(row_types, row),
    internal("$JSON_TEXTS", json_texts_types, |_, _| kernel(texts)),
];

/// Said of what stands for BYTES in a nested value and is none.
pub(in crate::expr) const NO_BASE64: &str = "BYTES within a nested value are not in base 64";

type Compiled = crate::error::Result<Box<dyn crate::expr::Kernel>>;
type Resolved = Option<(Vec<DataType>, DataType)>;

fn of_nested(given: &[DataType], params: &[Param]) -> Resolved {
    Some((takes(given, params)?, DataType::STRING))
}

fn is_json_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Nested])?, DataType::Boolean))
}

fn cardinality_types(given: &[DataType]) -> Resolved {
    let [DataType::Array(_) | DataType::Map(..) | DataType::Json | DataType::Null] = given else { return None };
    Some((takes(given, &[Nested])?, DataType::Int))
}

fn size_types(given: &[DataType]) -> Resolved {
    cardinality_types(given).filter(|_| !matches!(given, [DataType::Map(..)]))
}

fn element_types(given: &[DataType]) -> Resolved {
    let [DataType::Array(_) | DataType::Json | DataType::Null] = given else { return None };
    of_nested(given, &[Nested])
}

/// Items are found by position or, where the key is no integer or the value a MAP, by the text of the key.
fn item_types(given: &[DataType]) -> Resolved {
    let [nested, key] = given else { return None };
    let is_position = key.is_integer() && !matches!(nested, DataType::Map(..));
    of_nested(given, &[Nested, if is_position { Integer } else { AnyAsText }])
}

fn part_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text])?, DataType::Bytes))
}

fn number_types(given: &[DataType]) -> Resolved {
    let [text] = given else { return None };
    Some((takes(given, &[Text])?, text.clone()))
}

/// Items of one type.
pub(super) fn array_types(given: &[DataType]) -> Resolved {
    let item = given.first().cloned().unwrap_or(DataType::Null);
    let fits = given.iter().all(|other| *other == item);
    fits.then(|| (given.to_vec(), DataType::Array(Box::new(item))))
}

/// Keys of one type and values of one, in turn.
fn map_types(given: &[DataType]) -> Resolved {
    let [key, value, ..] = given else {
        let map = DataType::Map(Box::new(DataType::Null), Box::new(DataType::Null));
        return given.is_empty().then(|| (Vec::new(), map));
    };
    let fits = given.chunks(2).all(|pair| pair[0] == *key && pair.get(1) == Some(value));
    fits.then(|| (given.to_vec(), DataType::Map(Box::new(key.clone()), Box::new(value.clone()))))
}

/// Fields of any types; their names are those of items without one.
fn row_types(given: &[DataType]) -> Resolved {
    let fields = given.iter().enumerate().map(|(at, data_type)| (format!("EXPR${at}"), data_type.clone()));
    (!given.is_empty()).then(|| (given.to_vec(), DataType::Row(fields.collect())))
}

fn json_texts_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Nested])?, DataType::Row(Vec::new())))
}

/// The fields of a ROW.
pub(super) fn names(row: &DataType) -> &[(String, DataType)] {
    if let DataType::Row(fields) = row { fields } else { &[] }
}

/// Whether it is JSON of the kind that `is_wanted` asks for; FALSE for NULL.
fn is_json(is_wanted: fn(Json<'_>) -> bool) -> Compiled {
    kernel(move |call: Call<'_>| -> Column {
        let (json, column) = (call.strings(0), call.args()[0]);
        call.null_by_first(0).map(|row| Ok(Some(!column.is_null(row) && Json::new(json.text(row)).is_some_and(is_wanted))))
    })
}

fn row_field(call: Call<'_>, form: &DataType) -> Column {
    let (json, name) = (call.strings(0), call.strings(1));
    call.write(|row, out| {
        let value = Json::new(json.text(row)).and_then(|json| json.field(name.text(row)));
        Ok(value.and_then(|value| value.write_as(form, out)))
    })
}

/// Positions count from 1; NULL outside of the array.
fn item(types: &[DataType], form: DataType) -> Compiled {
    if types[1] != DataType::BigInt {
        return kernel(move |call| row_field(call, &form));
    }
    kernel(move |call| {
        let (json, position) = (call.strings(0), call.values::<i64>(1));
        call.write(|row, out| {
            let index = position[row].checked_sub(1).and_then(|index| usize::try_from(index).ok());
            let value = index.and_then(|index| Json::new(json.text(row))?.item(index));
            Ok(value.and_then(|value| value.write_as(&form, out)))
        })
    })
}

/// JSON, or the text of a part of it, that is to be a number: one without a fraction as its digits alone, and `null` of JSON as NULL.
fn number(is_json: bool) -> Compiled {
    kernel(move |call: Call<'_>| {
        let texts = call.strings(0);
        call.write(|row, out| {
            let text = texts.text(row).trim_ascii();
            let whole = whole(text);
            out.extend_from_slice(whole.as_deref().unwrap_or(text).as_bytes());
            Ok((!is_json || text != "null").then_some(()))
        })
    })
}

/// The digits of a number that is written with a point or an exponent and has no fraction.
fn whole(number: &str) -> Option<Cow<'_, str>> {
    const DIGITS_MAX: usize = 38;
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else {
        let (before, fraction) = number.split_once('.')?;
        let digits = before.strip_prefix('-').unwrap_or(before);
        let is_whole = are_digits(digits) && fraction.bytes().all(|digit| digit == b'0');
        return is_whole.then_some(Cow::Borrowed(if are_zeros(digits) { "0" } else { before }));
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (digits, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{digits}{fraction}");
    if !are_digits(&digits) {
        return None;
    }
    let significant = digits.trim_end_matches('0');
    let zeros = exponent.parse::<i64>().ok()? - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
    match usize::try_from(zeros) {
        _ if significant.is_empty() => Some(Cow::Borrowed("0")),
        Ok(zeros) if zeros <= DIGITS_MAX => Some(Cow::Owned(format!("{sign}{significant}{}", "0".repeat(zeros)))),
        _ => None,
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn are_zeros(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'0')
}

/// BYTES of the text that stands for them within a nested value.
fn bytes_of_part(call: Call<'_>) -> Column {
    let texts = call.strings(0);
    call.write(|row, out| base64::decode(texts.bytes(row), out).map(Some).ok_or(NO_BASE64))
}

/// Items of an array or fields of an object; a scalar counts 1.
pub(super) fn count(value: Json<'_>) -> i32 {
    if value.is_nested() { (value.items().count() + value.fields().count()) as i32 } else { 1 }
}

fn cardinality(call: Call<'_>) -> Column {
    let json = call.strings(0);
    call.map(|row| Ok(Json::new(json.text(row)).filter(|json| json.is_nested()).map(count)))
}

/// NULL for an empty array; a row with more than one item fails.
fn element(array: &DataType) -> Compiled {
    let form = item_type(array).unwrap_or(DataType::STRING);
    kernel(move |call: Call<'_>| -> Column {
        let json = call.strings(0);
        call.write(|row, out| {
            let Some(json) = Json::new(json.text(row)) else { return Ok(None) };
            let mut items = json.items();
            let first = items.next();
            if items.next().is_some() {
                return Err("ELEMENT of an array with more than one item");
            }
            Ok(first.and_then(|item| item.write_as(&form, out)))
        })
    })
}

/// Values between brackets, each behind its prefix. NULL stands for itself inside.
fn between(types: &[DataType], [open, close]: [u8; 2], prefixes: Vec<Vec<u8>>) -> Compiled {
    let types = types.to_vec();
    kernel(move |call: Call<'_>| -> Column {
        let args = call.args();
        call.null_by_first(0).write(|row, out| {
            out.push(open);
            for ((column, data_type), prefix) in args.iter().zip(&types).zip(&prefixes) {
                out.extend_from_slice(prefix);
                write_json_value(column, row, data_type, out);
            }
            append(out, &[close])?;
            Ok(Some(()))
        })
    })
}

fn array(types: &[DataType]) -> Compiled {
    let prefixes = (0..types.len()).map(|at| if at > 0 { vec![b','] } else { Vec::new() });
    between(types, *b"[]", prefixes.collect())
}

fn row(types: &[DataType], made: &DataType) -> Compiled {
    let comma = |at: usize| if at > 0 { &b","[..] } else { b"" };
    let prefixes = keys(names(made)).into_iter().enumerate().map(|(at, key)| [comma(at), &key].concat());
    between(types, *b"{}", prefixes.collect())
}

/// What stands before the values of fields of these names.
pub(super) fn keys(names: &[(String, DataType)]) -> Vec<Vec<u8>> {
    let key = |(name, _): &(String, DataType)| {
        let mut key = Vec::new();
        write_json_string(name.as_bytes(), &mut key);
        key.push(b':');
        key
    };
    names.iter().map(key).collect()
}

/// A map that has a key twice, with the later value in the place of the first.
#[cold]
fn merged(out: &mut Vec<u8>) -> Outcome<()> {
    let written = String::from_utf8_lossy(&std::mem::take(out)).into_owned();
    let mut entries = Entries::default();
    entries.put_all(Json::new(&written).unwrap_or(Json::NULL));
    entries.write(out)
}

/// Keys and values in turn. A key that is NULL fails the row.
fn map(types: &[DataType]) -> Compiled {
    let types = types.to_vec();
    kernel(move |call: Call<'_>| -> Column {
        let (args, mut keys) = (call.args(), Vec::new());
        call.null_by_first(0).write(|row, out| {
            out.push(b'{');
            keys.clear();
            for at in (0..args.len()).step_by(2) {
                if args[at].is_null(row) {
                    return Err("a key of a MAP is NULL");
                }
                if at > 0 {
                    out.push(b',');
                }
                let start = out.len();
                write_json_key(args[at], row, &types[at], out);
                keys.push(start..out.len());
                write_json_value(args[at + 1], row, &types[at + 1], out);
            }
            append(out, b"}")?;
            let is_twice = |at: usize| keys[..at].iter().any(|other| out[other.clone()] == out[keys[at].clone()]);
            if (1..keys.len()).any(is_twice) { merged(out) } else { Ok(Some(())) }
        })
    })
}

/// The items of an array as strings, those that are nested as their JSON; NULL for what is no array.
fn texts(call: Call<'_>) -> Column {
    let json = call.strings(0);
    call.write(|row, out| {
        let Some(array) = Json::new(json.text(row)).filter(|json| json.is_array()) else { return Ok(None) };
        let mut text = Vec::new();
        for item in array.items() {
            out.push(if out.is_empty() { b'[' } else { b',' });
            text.clear();
            match item.write(&mut text) {
                Some(()) => write_json_string(&text, out),
                None => out.extend_from_slice(b"null"),
            }
        }
        append(out, if out.is_empty() { b"[]" } else { b"]" }).map(Some)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, null, text};
    use super::*;
    use crate::limits::NESTING_MAX;
    use crate::types::Value;

    const DOCUMENT: &str = r#"{"a": {"b": [1, "zwei\n", null, {"c": 1.50}]}, "tr.ue": true, "é": "ü", "x\"y": 7}"#;

    fn array(json: &str) -> (Value, DataType) {
        (Value::text(json), DataType::Array(Box::new(DataType::Int)))
    }

    #[test]
    fn a_number_is_whole_however_it_is_written() {
        for number in [1, 7, -12, 1500, -100_000, i64::MAX] {
            let (sign, digits) = (if number < 0 { "-" } else { "" }, number.unsigned_abs().to_string());
            for places in 0..digits.len() {
                let (before, behind) = digits.split_at(digits.len() - places);
                for zeros in ["", "0", "000"] {
                    assert_eq!(whole(&format!("{sign}{before}.{behind}{zeros}e{places}")).as_deref(), Some(&*number.to_string()));
                }
            }
            for behind in ["00E-2", ".0", ".000"] {
                assert_eq!(whole(&format!("{number}{behind}")).as_deref(), Some(&*number.to_string()), "{number}{behind}");
            }
            assert_eq!(whole(&format!("{number}1e-1")), None, "{number} and a tenth");
        }
        for zero in ["0.0", "-0.0", "0e5", "0.00e-7"] {
            assert_eq!(whole(zero).as_deref(), Some("0"));
        }
        for other in [
            "7",
            "7.2",
            "7.02",
            ".",
            "-.0",
            "e5",
            "1e-1",
            "1e",
            "x.0",
            "1e400",
            "1e99999999999999999999",
            "1.5e0",
            "true",
            "2026-01-01 10:00:00.0",
        ] {
            assert_eq!(whole(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_not_json_gives_null_and_never_recurses() {
        let deep = "[".repeat(1 << 20);
        for broken in ["", "{", "nul", "{\"a\" 1}", &deep] {
            check("ITEM", &[array(broken), int(1)], "NULL");
            check("ROW_FIELD", &[text(broken), text("a")], "NULL");
            check("IS_JSON", &[text(broken)], "false");
        }
        let nested = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        check("IS_JSON", &[text(&nested(NESTING_MAX))], "true");
        check("IS_JSON", &[text(&nested(NESTING_MAX + 1))], "false");
        check("IS_JSON", &[text(" [\"]\", 1] ")], "true");
        for (json, object, array, scalar) in
            [("{}", "true", "false", "false"), (" [1]", "false", "true", "false"), ("1", "false", "false", "true")]
        {
            check("IS_JSON_OBJECT", &[text(json)], object);
            check("IS_JSON_ARRAY", &[text(json)], array);
            check("IS_JSON_SCALAR", &[text(json)], scalar);
        }
        check("IS_JSON", &[text("1 2")], "false");
        check("IS_JSON", &[null()], "false");
    }

    #[test]
    fn nested_values_are_taken_apart() {
        check("ITEM", &[array("[1, 22, null]"), int(2)], "22");
        for position in [0, 3, 4, -1, i64::MIN, i64::MAX] {
            check("ITEM", &[array("[1, 22, null]"), int(position)], "NULL");
        }
        let map = |json| (Value::text(json), DataType::Map(Box::new(DataType::Int), Box::new(DataType::STRING)));
        check("ITEM", &[map(r#"{"7": "a", "8": [1]}"#), int(7)], "a");
        check("ITEM", &[map(r#"{"7": "a", "8": [1]}"#), text("8")], "[1]");
        check("CARDINALITY", &[map(r#"{"7": "a", "8": [1]}"#)], "2");
        check("CARDINALITY", &[array("[]")], "0");
        check("CARDINALITY", &[array("[1, [2, 3]]")], "2");
        check("ELEMENT", &[array("[5]")], "5");
        check("ELEMENT", &[array("[]")], "NULL");
        check("ELEMENT", &[array("[5, 6]")], "error: ELEMENT of an array with more than one item");
        check("ROW_FIELD", &[text(DOCUMENT), text("é")], "ü");
        check("ROW_FIELD", &[text(DOCUMENT), text("x\"y")], "7");
        check("ROW_FIELD", &[text(DOCUMENT), text("a")], r#"{"b": [1, "zwei\n", null, {"c": 1.50}]}"#);
        check("ROW_FIELD", &[text(DOCUMENT), text("nope")], "NULL");
    }
    #[test]
    fn nested_values_are_put_together() {
        check("ARRAY", &[int(1), int(2)], "[1,2]");
        check("ARRAY", &[text("a\"b"), text("")], r#"["a\"b",""]"#);
        check("ARRAY", &[], "[]");
        check("MAP", &[text("k"), int(1), text("l"), int(2)], r#"{"k":1,"l":2}"#);
        check("MAP", &[text("k"), int(1), text("l"), int(2), text("k"), int(3)], r#"{"k":3,"l":2}"#);
        check("MAP", &[int(7), array("[1]")], r#"{"7":[1]}"#);
        check("MAP", &[(Value::Null, DataType::STRING), int(1)], "error: a key of a MAP is NULL");
        check("ROW", &[int(1), text("x"), (Value::Null, DataType::Int)], r#"{"EXPR$0":1,"EXPR$1":"x","EXPR$2":null}"#);
        check("ROW", &[(Value::Int(0), DataType::Date)], r#"{"EXPR$0":"1970-01-01"}"#);
        assert!(array_types(&[DataType::Int, DataType::STRING]).is_none());
        assert!(map_types(&[DataType::Int]).is_none());
    }
}

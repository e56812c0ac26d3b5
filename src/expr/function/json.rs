//! Functions of JSON text, and of ARRAY, ROW and MAP, which are carried as JSON text.
//!
//! Paths are lax: what is not there, or is of another kind than the path wants, gives NULL (or FALSE), and so does text that
//! is not JSON or is nested too deep.

use super::json_text::Json;
use super::kernel::{Cached, Call, Fallible, append, kernel};
use super::signature::Param::{AnyAsText, Integer, Nested, Text};
use super::signature::{Param, function, takes, takes_some};
use crate::batch::Column;
use crate::batch::text::{write_json_string, write_json_value, write_value};
use crate::expr::ScalarFunction;
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("JSON_VALUE", "JSON_VALUE(json, path): a scalar as text", text_by_path, |_, _| at_path(write_scalar)),
    function("JSON_QUERY", "JSON_QUERY(json, path): an object or array as text", text_by_path, |_, _| at_path(write_nested)),
    function("JSON_EXISTS", "JSON_EXISTS(json, path)", exists_types, |_, _| exists()),
    function("JSON_LENGTH", "JSON_LENGTH(json [, path])", length_types, |_, _| length()),
    function("IS_JSON", "IS_JSON(text)", is_json_types, |_, _| kernel(is_json)),
    function("ROW_FIELD", "row.field", |t| of_nested(t, &[Nested, Text]), |_, _| kernel(row_field)),
    function("ITEM", "array[position] or map[key]", item_types, |t, _| item(t)),
    function("CARDINALITY", "CARDINALITY(array or map)", cardinality_types, |_, _| kernel(cardinality)),
    function("ELEMENT", "ELEMENT(array): its only item", element_types, |_, _| kernel(element)),
    function("ARRAY", "ARRAY[item, ...]", array_types, |t, _| array(t)),
    function("MAP", "MAP[key, value, ...]", map_types, |t, _| map(t)),
    function("ROW", "ROW(value, ...)", row_types, row),
    function("$RENAMED", "a nested value whose fields have other names", renamed_types, |t, made| renamed(&t[0], made)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn of_nested(given: &[DataType], params: &[Param]) -> Resolved {
    Some((takes(given, params)?, DataType::STRING))
}

fn text_by_path(given: &[DataType]) -> Resolved {
    of_nested(given, &[Nested, Text])
}

fn exists_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Nested, Text])?, DataType::Boolean))
}

fn length_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Nested, Text], 1)?, DataType::Int))
}

fn is_json_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Nested])?, DataType::Boolean))
}

fn cardinality_types(given: &[DataType]) -> Resolved {
    let [DataType::Array(_) | DataType::Map(..) | DataType::Json | DataType::Null] = given else { return None };
    Some((takes(given, &[Nested])?, DataType::Int))
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

/// BYTES have no text in JSON that reads back.
fn has_json(data_type: &DataType) -> bool {
    *data_type != DataType::Bytes
}

/// Items of one type.
fn array_types(given: &[DataType]) -> Resolved {
    let item = given.first().cloned().unwrap_or(DataType::Null);
    let fits = has_json(&item) && given.iter().all(|other| *other == item);
    fits.then(|| (given.to_vec(), DataType::Array(Box::new(item))))
}

/// Keys of one type and values of one, in turn.
fn map_types(given: &[DataType]) -> Resolved {
    let [key, value, ..] = given else {
        let map = DataType::Map(Box::new(DataType::Null), Box::new(DataType::Null));
        return given.is_empty().then(|| (Vec::new(), map));
    };
    let fits = has_json(key) && has_json(value) && given.chunks(2).all(|pair| pair[0] == *key && pair.get(1) == Some(value));
    fits.then(|| (given.to_vec(), DataType::Map(Box::new(key.clone()), Box::new(value.clone()))))
}

/// Fields of any types; their names are those of items without one.
fn row_types(given: &[DataType]) -> Resolved {
    let fields = given.iter().enumerate().map(|(at, data_type)| (format!("EXPR${at}"), data_type.clone()));
    (!given.is_empty() && given.iter().all(has_json)).then(|| (given.to_vec(), DataType::Row(fields.collect())))
}

fn renamed_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Nested])?, DataType::Row(Vec::new())))
}

/// The fields of a ROW.
fn names(row: &DataType) -> &[(String, DataType)] {
    if let DataType::Row(fields) = row { fields } else { &[] }
}

/// A step of a path.
enum Step {
    Field(String),
    Item(usize),
}

/// What stands at the path, if anything does. Hot: once per row.
fn find<'a>(json: &'a str, path: &[Step]) -> Option<Json<'a>> {
    path.iter().try_fold(Json::new(json)?, |value, step| match step {
        Step::Field(name) => value.field(name),
        Step::Item(index) => value.item(*index),
    })
}

/// Reads `$.name['name'][0]`, with `lax` or `strict` in front or not.
fn compile_path(text: &str) -> Fallible<Vec<Step>> {
    const MALFORMED: &str =
        "the JSON path is malformed, or of a kind that is not supported; there are $.name, $['name'] and $[0]";
    let text = text.trim();
    let text = text.strip_prefix("lax ").or_else(|| text.strip_prefix("strict ")).unwrap_or(text).trim_start();
    let mut rest = text.strip_prefix('$').ok_or(MALFORMED)?;
    let mut path = Vec::new();
    while !rest.is_empty() {
        let (node, behind) = path_step(rest).ok_or(MALFORMED)?;
        path.push(node);
        rest = behind;
    }
    Ok(path)
}

fn path_step(text: &str) -> Option<(Step, &str)> {
    let key = |name: &str| Step::Field(name.to_owned());
    if let Some(name) = text.strip_prefix(".\"") {
        let (name, rest) = name.split_once('"')?;
        return Some((key(name), rest));
    }
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = &rest[..end];
        let is_plain = !name.is_empty() && !name.contains(['*', '"', '\'', '(', ')', '?', ' ']);
        return is_plain.then(|| (key(name), &rest[end..]));
    }
    let rest = text.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        if let Some(name) = rest.strip_prefix(quote) {
            let (name, rest) = name.split_once(quote)?;
            return Some((key(name), rest.strip_prefix(']')?));
        }
    }
    let (index, rest) = rest.split_once(']')?;
    Some((Step::Item(index.trim().parse().ok()?), rest))
}

fn write_scalar(value: Json<'_>, out: &mut Vec<u8>) -> Option<()> {
    if value.is_nested() { None } else { value.write(out) }
}

fn write_nested(value: Json<'_>, out: &mut Vec<u8>) -> Option<()> {
    if value.is_nested() { value.write(out) } else { None }
}

type Compiled = crate::error::Result<Box<dyn crate::expr::Kernel>>;

fn at_path(write: fn(Json<'_>, &mut Vec<u8>) -> Option<()>) -> Compiled {
    let mut compiled = Cached::new();
    kernel(move |call| {
        let (json, path) = (call.strings(0), call.strings(1));
        call.write(|row, out| {
            let path = compiled.of(path.text(row), compile_path)?;
            Ok(find(json.text(row), path).and_then(|value| write(value, out)))
        })
    })
}

fn exists() -> Compiled {
    let mut compiled = Cached::new();
    kernel(move |call| {
        let (json, path) = (call.strings(0), call.strings(1));
        call.map(|row| Ok(Some(find(json.text(row), compiled.of(path.text(row), compile_path)?).is_some())))
    })
}

/// Items of an array or fields of an object; a scalar counts 1.
fn length() -> Compiled {
    let mut compiled = Cached::new();
    kernel(move |call| {
        let (json, path) = (call.strings(0), call.strings_if_given(1));
        call.map(|row| {
            let path = compiled.of(path.map_or("$", |path| path.text(row)), compile_path)?;
            Ok(find(json.text(row), path).map(count))
        })
    })
}

fn count(value: Json<'_>) -> i32 {
    if value.is_nested() { (value.items().count() + value.fields().count()) as i32 } else { 1 }
}

/// FALSE for NULL.
fn is_json(call: Call<'_>) -> Column {
    let (json, column) = (call.strings(0), call.args()[0]);
    call.null_by_first(0).map(|row| Ok(Some(!column.is_null(row) && Json::new(json.text(row)).is_some())))
}

fn row_field(call: Call<'_>) -> Column {
    let (json, name) = (call.strings(0), call.strings(1));
    call.write(|row, out| {
        let value = Json::new(json.text(row)).and_then(|json| json.field(name.text(row)));
        Ok(value.and_then(|value| value.write(out)))
    })
}

/// Positions count from 1; NULL outside of the array.
fn item(types: &[DataType]) -> Compiled {
    if types[1] != DataType::BigInt {
        return kernel(row_field);
    }
    kernel(|call| {
        let (json, position) = (call.strings(0), call.values::<i64>(1));
        call.write(|row, out| {
            let index = position[row].checked_sub(1).and_then(|index| usize::try_from(index).ok());
            let value = index.and_then(|index| Json::new(json.text(row))?.item(index));
            Ok(value.and_then(|value| value.write(out)))
        })
    })
}

fn cardinality(call: Call<'_>) -> Column {
    let json = call.strings(0);
    call.map(|row| Ok(Json::new(json.text(row)).filter(|json| json.is_nested()).map(count)))
}

/// NULL for an empty array; a row with more than one item fails.
fn element(call: Call<'_>) -> Column {
    let json = call.strings(0);
    call.write(|row, out| {
        let Some(json) = Json::new(json.text(row)) else { return Ok(None) };
        let mut items = json.items();
        let first = items.next();
        if items.next().is_some() {
            return Err("ELEMENT of an array with more than one item");
        }
        Ok(first.and_then(|item| item.write(out)))
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
    between(types, *b"{}", prefixes(names(made)))
}

/// What stands before the values of fields of these names: a comma, but for the first, and the key.
fn prefixes(names: &[(String, DataType)]) -> Vec<Vec<u8>> {
    let prefix = |(at, (name, _)): (usize, &(String, DataType))| {
        let mut prefix = if at > 0 { vec![b','] } else { Vec::new() };
        write_key(name.as_bytes(), &mut prefix);
        prefix
    };
    names.iter().enumerate().map(prefix).collect()
}

fn write_key(name: &[u8], out: &mut Vec<u8>) {
    write_json_string(name, out);
    out.push(b':');
}

/// Keys and values in turn. A key that is NULL fails the row.
fn map(types: &[DataType]) -> Compiled {
    let types = types.to_vec();
    kernel(move |call: Call<'_>| -> Column {
        let (args, mut name) = (call.args(), Vec::new());
        call.null_by_first(0).write(|row, out| {
            out.push(b'{');
            for at in (0..args.len()).step_by(2) {
                if args[at].is_null(row) {
                    return Err("a key of a MAP is NULL");
                }
                name.clear();
                write_value(args[at], row, &types[at], &mut name);
                if at > 0 {
                    out.push(b',');
                }
                write_key(&name, out);
                write_json_value(args[at + 1], row, &types[at + 1], out);
            }
            append(out, b"}")?;
            Ok(Some(()))
        })
    })
}

/// A nested value whose ROWs have their fields in the same order by other names.
fn renamed(from: &DataType, to: &DataType) -> Compiled {
    let (from, to) = (from.clone(), to.clone());
    kernel(move |call: Call<'_>| -> Column {
        let json = call.strings(0);
        call.write(|row, out| match Json::new(json.text(row)) {
            Some(value) => rename(value, &from, &to, out).map(Some),
            None => Ok(None),
        })
    })
}

/// Types nest no deeper than `NESTING_MAX`.
fn rename(value: Json<'_>, from: &DataType, to: &DataType, out: &mut Vec<u8>) -> Fallible<()> {
    match (from, to) {
        _ if from == to || !value.is_nested() => append(out, value.text().as_bytes()),
        (DataType::Row(from), DataType::Row(to)) => {
            out.push(b'{');
            for (at, ((name, from), (by, to))) in from.iter().zip(to).enumerate() {
                out.extend_from_slice(if at > 0 { b"," } else { b"" });
                write_key(by.as_bytes(), out);
                match value.field(name) {
                    Some(field) => rename(field, from, to, out)?,
                    None => out.extend_from_slice(b"null"),
                }
            }
            append(out, b"}")
        }
        (DataType::Array(from), DataType::Array(to)) => {
            out.push(b'[');
            for (at, item) in value.items().enumerate() {
                out.extend_from_slice(if at > 0 { b"," } else { b"" });
                rename(item, from, to, out)?;
            }
            append(out, b"]")
        }
        (DataType::Map(_, from), DataType::Map(_, to)) => {
            out.push(b'{');
            for (at, (key, value)) in value.fields().enumerate() {
                out.extend_from_slice(if at > 0 { b",\"" } else { b"\"" });
                out.extend_from_slice(key.as_bytes());
                out.extend_from_slice(b"\":");
                rename(value, from, to, out)?;
            }
            append(out, b"}")
        }
        _ => append(out, value.text().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, int, null, text};
    use super::*;
    use crate::limits::NESTING_MAX;
    use crate::types::Value;

    const DOCUMENT: &str = r#"{"a": {"b": [1, "zwei\n", null, {"c": 1.50}]}, "tr.ue": true, "é": "ü", "x\"y": 7}"#;

    fn check(name: &str, args: &[(Value, DataType)], expected: &str) {
        assert_eq!(evaluate(name, args), expected, "{name} of {args:?}");
    }

    fn array(json: &str) -> (Value, DataType) {
        (Value::text(json), DataType::Array(Box::new(DataType::Int)))
    }

    #[test]
    fn paths_lead_to_scalars_objects_and_nowhere() {
        for (path, value, query, exists) in [
            ("$.a.b[0]", "1", "NULL", "true"),
            ("lax $.a.b[1]", "zwei\n", "NULL", "true"),
            ("$.a.b[2]", "NULL", "NULL", "true"),
            ("$['a'].b[3].c", "1.50", "NULL", "true"),
            ("$.a.b[3]", "NULL", r#"{"c": 1.50}"#, "true"),
            ("$.a.b[9]", "NULL", "NULL", "false"),
            ("$.\"tr.ue\"", "true", "NULL", "true"),
            ("$.é", "ü", "NULL", "true"),
            ("$.nope.b", "NULL", "NULL", "false"),
            ("strict $", "NULL", DOCUMENT, "true"),
        ] {
            check("JSON_VALUE", &[text(DOCUMENT), text(path)], value);
            check("JSON_QUERY", &[text(DOCUMENT), text(path)], query);
            check("JSON_EXISTS", &[text(DOCUMENT), text(path)], exists);
        }
        for path in ["", "a", "$a", "$.", "$.*", "$[", "$[-1]", "$['a", "$..a", "$[*]"] {
            assert!(evaluate("JSON_VALUE", &[text(DOCUMENT), text(path)]).starts_with("error"), "{path}");
        }
    }

    #[test]
    fn what_is_not_json_gives_null_and_never_recurses() {
        let deep = "[".repeat(1 << 20);
        for broken in ["", "{", "nul", "{\"a\" 1}", &deep] {
            check("JSON_VALUE", &[text(broken), text("$.a")], "NULL");
            check("JSON_EXISTS", &[text(broken), text("$.a")], "false");
            check("JSON_LENGTH", &[text(broken)], "NULL");
            check("ITEM", &[array(broken), int(1)], "NULL");
            check("ROW_FIELD", &[text(broken), text("a")], "NULL");
            check("IS_JSON", &[text(broken)], "false");
        }
        let nested = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        check("IS_JSON", &[text(&nested(NESTING_MAX))], "true");
        check("IS_JSON", &[text(&nested(NESTING_MAX + 1))], "false");
        check("IS_JSON", &[text(" [\"]\", 1] ")], "true");
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
        check("JSON_LENGTH", &[text(DOCUMENT), text("$.a.b")], "4");
        check("JSON_LENGTH", &[text("7")], "1");
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
        check("MAP", &[int(7), array("[1]")], r#"{"7":[1]}"#);
        check("MAP", &[(Value::Null, DataType::STRING), int(1)], "error: a key of a MAP is NULL");
        check("ROW", &[int(1), text("x"), (Value::Null, DataType::Int)], r#"{"EXPR$0":1,"EXPR$1":"x","EXPR$2":null}"#);
        check("ROW", &[(Value::Int(0), DataType::Date)], r#"{"EXPR$0":"1970-01-01"}"#);
        assert!(array_types(&[DataType::Int, DataType::STRING]).is_none() && array_types(&[DataType::Bytes]).is_none());
        assert!(map_types(&[DataType::Int]).is_none());
    }
}

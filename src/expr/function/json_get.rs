//! Parts of JSON by keys, which are names of fields and places of items from 0, as DataFusion has them, and by paths, as Arroyo has them.
//!
//! What is not there, or is of another kind than a function gives, is NULL, and so is what is asked of text that is not JSON.

use super::collection::array_of;
use super::json_path::{Path, path_at};
use super::json_text::Json;
use super::kernel::{Cached, Call, Native, append, kernel};
use super::signature::Param::{Integer, Nested, Text};
use super::signature::{function, takes};
use crate::batch::text::{write_json_parts, write_json_string};
use crate::batch::{Column, StrColumn};
use crate::error::Result;
use crate::expr::{CastFailure, Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("JSON_GET", "(json, name or place, ...)", "The part of JSON that these lead to")
        .example(r#"JSON_GET('{"a":[1,"x"]}', 'a', 1)"#, r#""x""#)
        .of(|t| key_types(t, DataType::Json), |t, _| written(t, write_json)),
    function("JSON_GET_JSON", "(json, name or place, ...)", "The part of JSON that these lead to, as text of JSON")
        .example(r#"JSON_GET_JSON('{"a":[1,"x"]}', 'a')"#, r#"[1,"x"]"#)
        .of(|t| key_types(t, DataType::STRING), |t, _| written(t, write_json)),
    function("JSON_AS_TEXT", "(json, name or place, ...)", "The part of JSON that these lead to, as text")
        .example(r#"JSON_AS_TEXT('{"a":[1,"x"]}', 'a', 1)"#, "x")
        .of(|t| key_types(t, DataType::STRING), |t, _| written(t, |part, out| part.write(out))),
    function("JSON_GET_STR", "(json, name or place, ...)", "The string that these lead to; NULL for other JSON")
        .example(r#"JSON_GET_STR('{"a":"x"}', 'a')"#, "x")
        .of(|t| key_types(t, DataType::STRING), |t, _| written(t, write_string)),
    function("JSON_GET_ARRAY", "(json, name or place, ...)", "The items of the array that these lead to, as texts of JSON")
        .example(r#"JSON_GET_ARRAY('{"a":[1,"x"]}', 'a')"#, r#"["1","\"x\""]"#)
        .of(|t| key_types(t, array_of(&DataType::STRING)), |t, _| written(t, write_texts)),
    function("JSON_GET_INT", "(json, name or place, ...)", "The whole number that these lead to; NULL for other JSON")
        .example(r#"JSON_GET_INT('{"a":7}', 'a')"#, "7")
        .of(|t| key_types(t, DataType::BigInt), |t, _| value::<i64>(t, |part| part?.text().parse().ok())),
    function("JSON_GET_FLOAT", "(json, name or place, ...)", "The number that these lead to; NULL for other JSON")
        .example(r#"JSON_GET_FLOAT('{"a":7}', 'a')"#, "7.0")
        .of(|t| key_types(t, DataType::Double), |t, _| value(t, |part| number(part?))),
    function("JSON_GET_BOOL", "(json, name or place, ...)", "The truth value that these lead to; NULL for other JSON")
        .example(r#"JSON_GET_BOOL('{"a":true}', 'a')"#, "true")
        .of(|t| key_types(t, DataType::Boolean), |t, _| value::<bool>(t, |part| part?.text().parse().ok())),
    function("JSON_CONTAINS", "(json, name or place, ...)", "Whether these lead to something")
        .example(r#"JSON_CONTAINS('{"a":null}', 'a')"#, "true")
        .of(|t| key_types(t, DataType::Boolean), |t, _| value(t, |part| Some(part.is_some()))),
    function("VARIANT_GET", "(json, path)", "The first part of JSON that a path leads to; NULL where it leads nowhere")
        .example(r#"VARIANT_GET('{"a":[1,"x"]}', '$.a[1]')"#, r#""x""#)
        .of(|t| path_types(t, DataType::Json), |_, _| at_path(first, CastFailure::RowError))
        .prepared(&[path_at(1)]),
    function("TRY_VARIANT_GET", "(json, path)", "As VARIANT_GET; NULL for a path that is malformed, too")
        .example(r#"TRY_VARIANT_GET('{"a":[1,"x"]}', 'a[')"#, "NULL")
        .of(|t| path_types(t, DataType::Json), |_, _| at_path(first, CastFailure::Null)),
    function("GET_FIRST_JSON_OBJECT", "(json, path)", "The first part of JSON that a path leads to, as text of JSON")
        .example(r#"GET_FIRST_JSON_OBJECT('{"a":[1,"x"]}', '$.a[*]')"#, "1")
        .of(|t| path_types(t, DataType::STRING), |_, _| at_path(first, CastFailure::RowError))
        .prepared(&[path_at(1)]),
    function("EXTRACT_JSON_STRING", "(json, path)", "The first part of JSON that a path leads to, if it is a string")
        .example(r#"EXTRACT_JSON_STRING('{"a":["x"]}', '$.a[0]')"#, "x")
        .of(
            |t| path_types(t, DataType::STRING),
            |_, _| at_path(|parts, out| parts.first().and_then(|part| write_string(*part, out)), CastFailure::RowError),
        )
        .prepared(&[path_at(1)]),
    function("EXTRACT_JSON", "(json, path)", "All parts of JSON that a path leads to, as texts of JSON")
        .example(r#"EXTRACT_JSON('{"a":[1,"x"]}', '$.a[*]')"#, r#"["1","\"x\""]"#)
        .of(
            |t| path_types(t, array_of(&DataType::STRING)),
            |_, _| at_path(|parts, out| listed(parts.iter().copied(), out), CastFailure::RowError),
        )
        .prepared(&[path_at(1)]),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

fn key_types(given: &[DataType], returns: DataType) -> Resolved {
    let (json, keys) = given.split_first()?;
    let mut args = takes(std::slice::from_ref(json), &[Nested])?;
    for key in keys {
        let key = std::slice::from_ref(key);
        args.extend(takes(key, &[Text]).or_else(|| takes(key, &[Integer]))?);
    }
    Some((args, returns))
}

fn path_types(given: &[DataType], returns: DataType) -> Resolved {
    Some((takes(given, &[Nested, Text])?, returns))
}

/// The names, or the places, of all rows.
enum Key<'a> {
    Names(&'a StrColumn),
    Places(&'a [i64]),
}

/// The arguments behind the first.
fn keys<'a>(call: &Call<'a>, types: &[DataType]) -> Vec<Key<'a>> {
    let key = |(at, data_type): (usize, &DataType)| match data_type {
        DataType::BigInt => Key::Places(call.values(at)),
        _ => Key::Names(call.strings(at)),
    };
    types.iter().enumerate().skip(1).map(key).collect()
}

/// The part to which the keys of a row lead. Hot: once per row.
fn part<'a>(text: &'a str, keys: &[Key<'_>], row: usize) -> Option<Json<'a>> {
    keys.iter().try_fold(Json::new(text)?, |json, key| match key {
        Key::Names(names) => json.field(names.text(row)),
        Key::Places(places) => json.item(usize::try_from(places[row]).ok()?),
    })
}

fn value<T: Native + 'static>(types: &[DataType], of: fn(Option<Json<'_>>) -> Option<T>) -> Compiled {
    let types = types.to_vec();
    kernel(move |call: Call<'_>| -> Column {
        let (texts, keys) = (call.strings(0), keys(&call, &types));
        call.map(|row| Ok(of(part(texts.text(row), &keys, row))))
    })
}

/// Writes what is given of a part; `None` for NULL.
type Write = fn(Json<'_>, &mut Vec<u8>) -> Option<()>;

fn written(types: &[DataType], write: Write) -> Compiled {
    let types = types.to_vec();
    kernel(move |call: Call<'_>| -> Column {
        let (texts, keys) = (call.strings(0), keys(&call, &types));
        call.write(|row, out| {
            let there = part(texts.text(row), &keys, row).and_then(|part| write(part, out));
            append(out, b"").map(|()| there)
        })
    })
}

fn write_json(part: Json<'_>, out: &mut Vec<u8>) -> Option<()> {
    out.extend_from_slice(part.text().as_bytes());
    Some(())
}

fn write_string(part: Json<'_>, out: &mut Vec<u8>) -> Option<()> {
    if part.text().starts_with('"') { part.write(out) } else { None }
}

fn write_texts(part: Json<'_>, out: &mut Vec<u8>) -> Option<()> {
    if part.is_array() { listed(part.items(), out) } else { None }
}

fn listed<'a>(parts: impl Iterator<Item = Json<'a>>, out: &mut Vec<u8>) -> Option<()> {
    write_json_parts(*b"[]", parts, out, |part, out| write_json_string(part.text().as_bytes(), out));
    Some(())
}

fn number(part: Json<'_>) -> Option<f64> {
    lexical_core::parse(part.text().as_bytes()).ok()
}

/// What is made of all that stands at a path.
type Make = fn(&[Json<'_>], &mut Vec<u8>) -> Option<()>;

fn first(parts: &[Json<'_>], out: &mut Vec<u8>) -> Option<()> {
    parts.first().and_then(|part| write_json(*part, out))
}

/// `malformed` says what a path that is none does.
fn at_path(make: Make, malformed: CastFailure) -> Compiled {
    let mut paths = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (texts, path) = (call.strings(0), call.strings(1));
        call.write(|row, out| {
            let path = match paths.of(path.text(row), Path::new) {
                Err(_) if malformed == CastFailure::Null => return Ok(None),
                path => path?,
            };
            let there = path.all(texts.text(row)).and_then(|parts| make(&parts, out));
            append(out, b"").map(|()| there)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, int, text};

    #[test]
    fn parts_are_of_their_kind_or_null() {
        let check =
            |name: &str, json: &str, expected: &str| assert_eq!(evaluate(name, &[text(json)]), expected, "{name} of {json}");
        for (json, number, whole, truth, string) in [
            ("7", "7.0", "7", "NULL", "NULL"),
            ("7.0", "7.0", "NULL", "NULL", "NULL"),
            ("-1e2", "-100.0", "NULL", "NULL", "NULL"),
            ("9223372036854775808", "9.223372036854776e+18", "NULL", "NULL", "NULL"),
            ("\"7\"", "NULL", "NULL", "NULL", "7"),
            ("true", "NULL", "NULL", "true", "NULL"),
            ("null", "NULL", "NULL", "NULL", "NULL"),
            ("[7]", "NULL", "NULL", "NULL", "NULL"),
            ("7 8", "NULL", "NULL", "NULL", "NULL"),
        ] {
            check("JSON_GET_FLOAT", json, number);
            check("JSON_GET_INT", json, whole);
            check("JSON_GET_BOOL", json, truth);
            check("JSON_GET_STR", json, string);
        }
    }

    #[test]
    fn keys_are_names_of_objects_or_places_of_arrays() {
        let json = || text(r#"{"a": {"0": [5, null]}}"#);
        assert_eq!(evaluate("JSON_GET", &[json(), text("a"), text("0"), int(1)]), "null");
        assert_eq!(evaluate("JSON_AS_TEXT", &[json(), text("a"), text("0"), int(1)]), "NULL");
        assert_eq!(evaluate("JSON_CONTAINS", &[json(), text("a"), text("0"), int(1)]), "true");
        assert_eq!(evaluate("JSON_CONTAINS", &[json(), text("a"), int(0)]), "false");
        assert_eq!(evaluate("JSON_GET", &[json(), text("a"), text("0"), int(-1)]), "NULL");
        assert_eq!(evaluate("JSON_CONTAINS", &[text("{"), text("a")]), "false");
        assert_eq!(evaluate("JSON_GET_ARRAY", &[json(), text("a")]), "NULL");
    }

    #[test]
    fn paths_lead_to_any_number_of_parts() {
        let json = || text(r#"{"a": [{"b": "x"}, {"b": 2}, {}]}"#);
        let check = |name: &str, path: &str, expected: &str| assert_eq!(evaluate(name, &[json(), text(path)]), expected);
        check("EXTRACT_JSON", "$.a[*].b", r#"["\"x\"","2"]"#);
        check("EXTRACT_JSON", "$.z", "[]");
        check("GET_FIRST_JSON_OBJECT", "$.a[1]", r#"{"b": 2}"#);
        check("GET_FIRST_JSON_OBJECT", "$.z", "NULL");
        check("EXTRACT_JSON_STRING", "$.a[0].b", "x");
        check("EXTRACT_JSON_STRING", "$.a[1].b", "NULL");
        assert_eq!(evaluate("EXTRACT_JSON", &[text("{"), text("$.a")]), "NULL");
    }
}

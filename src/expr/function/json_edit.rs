//! JSON read, laid out and changed by the functions of PostgreSQL, under their names with JSON and with JSONB, and PARSE_JSON of Flink.
//!
//! Keys stay in their order; what is written has no white space but where it is laid out. Text must be JSON, or the row fails.

use super::json_operator::fits;
use super::json_text::Json;
use super::jsonb::parsed;
use super::kernel::{Call, Fallible, Outcome, append, kernel};
use super::signature::Param::{Nested, Text};
use super::signature::{function, takes};
use crate::batch::{Column, StrColumn};
use crate::error::Result;
use crate::expr::{CastFailure, Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function(
        "PARSE_JSON",
        "(text [, keys twice])",
        "The JSON of a text; with a key twice in one object it fails, or the last counts",
    )
    .example(r#"PARSE_JSON('{"a": [1]}')"#, r#"{"a":[1]}"#)
    .of(parse_types, |_, _| parse(CastFailure::RowError)),
    function("TRY_PARSE_JSON", "(text [, keys twice])", "The JSON of a text; NULL for text that is none")
        .example("TRY_PARSE_JSON('{')", "NULL")
        .of(parse_types, |_, _| parse(CastFailure::Null)),
    function("JSONB_PRETTY", "(json)", "The JSON in lines")
        .example("JSONB_PRETTY('[1]')", "[\n    1\n]")
        .of(|t| Some((takes(t, &[Nested])?, DataType::STRING)), |_, _| written(|json, out| pretty(json, 0, out))),
    function("JSON_STRIP_NULLS", "(json)", "The JSON with objects that lack the fields that are null")
        .example(r#"JSON_STRIP_NULLS('[{"f1":1, "f2":null}, 2, null]')"#, r#"[{"f1":1},2,null]"#)
        .also(&["JSONB_STRIP_NULLS"])
        .of(json_types, |_, _| written(without_nulls)),
    function("JSON_EXTRACT_PATH", "(json, key or index, ...)", "The part of JSON that these lead to")
        .example(r#"JSON_EXTRACT_PATH('{"a":{"b":"foo"}}', 'a', 'b')"#, r#""foo""#)
        .also(&["JSONB_EXTRACT_PATH"])
        .of(|t| path_types(t, DataType::Json), |_, _| extract(write_json)),
    function("JSON_EXTRACT_PATH_TEXT", "(json, key or index, ...)", "The part of JSON that these lead to, as text")
        .example(r#"JSON_EXTRACT_PATH_TEXT('{"a":{"b":"foo"}}', 'a', 'b')"#, "foo")
        .also(&["JSONB_EXTRACT_PATH_TEXT"])
        .of(|t| path_types(t, DataType::STRING), |_, _| extract(|json, out| json.write(out))),
    function(
        "JSONB_SET",
        "(json, '{key or index, ...}' or ARRAY['key', ...], value [, create])",
        "The JSON with another value in a place",
    )
    .example(r#"JSONB_SET('{"a":1}', '{b}', '2')"#, r#"{"a":1,"b":2}"#)
    .of(set_types, |_, _| kernel(set)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn parse_types(given: &[DataType]) -> Resolved {
    let (text, keys_twice) = given.split_at_checked(1)?;
    let mut args = takes(text, &[Text])?;
    args.extend(flag(keys_twice)?);
    Some((args, DataType::Json))
}

/// A truth value, if there is an argument.
fn flag(given: &[DataType]) -> Option<Option<DataType>> {
    match given {
        [] => Some(None),
        [DataType::Boolean | DataType::Null] => Some(Some(DataType::Boolean)),
        _ => None,
    }
}

fn json_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Nested])?, DataType::Json))
}

/// JSON, and at least one step.
fn path_types(given: &[DataType], returns: DataType) -> Resolved {
    let (json, steps) = given.split_first()?;
    let mut args = takes(std::slice::from_ref(json), &[Nested])?;
    args.extend(takes(steps, &vec![Text; steps.len()])?);
    (!steps.is_empty()).then_some((args, returns))
}

fn set_types(given: &[DataType]) -> Resolved {
    let (first, create) = given.split_at_checked(3)?;
    let mut args = takes(first, &[Nested; 3])?;
    args.extend(flag(create)?);
    Some((args, DataType::Json))
}

fn parse(on_failure: CastFailure) -> Result<Box<dyn Kernel>> {
    kernel(move |call: Call<'_>| -> Column {
        let (texts, takes_twice) = (call.strings(0), (call.args().len() > 1).then(|| call.values::<bool>(1)));
        call.write(|row, out| {
            let takes_twice = takes_twice.is_some_and(|takes| takes[row]);
            let json = parsed(texts.text(row)).and_then(|json| match has_key_twice(json) {
                true if !takes_twice => Err("the JSON has an object with a key twice"),
                is_twice => Ok((json, is_twice)),
            });
            match (json, on_failure) {
                (Ok((json, true)), _) => last_of_keys(json, out),
                (Ok((json, false)), _) => json.write_compact(out),
                (Err(_), CastFailure::Null) => return Ok(None),
                (Err(reason), CastFailure::RowError) => return Err(reason),
            }
            Ok(Some(()))
        })
    })
}

/// Whether an object at any depth has a key twice. As deep as `limits::NESTING_MAX`, as all JSON.
fn has_key_twice(json: Json<'_>) -> bool {
    let mut keys: Vec<Vec<u8>> = json.fields().map(|(key, _)| unescaped(key)).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
        || json.fields().map(|(_, value)| value).chain(json.items()).filter(|part| part.is_nested()).any(has_key_twice)
}

/// Of fields with one key the last, at any depth.
fn last_of_keys(json: Json<'_>, out: &mut Vec<u8>) {
    if !json.is_nested() {
        return out.extend_from_slice(json.text().as_bytes());
    }
    let keys: Vec<Vec<u8>> = json.fields().map(|(key, _)| unescaped(key)).collect();
    let mut at = 0;
    write_parts(json, out, |key, value, out| {
        at += 1;
        if key.is_some() && keys[at..].contains(&keys[at - 1]) {
            return Part::LeftOut;
        }
        write_key(key, b"\":", out);
        last_of_keys(value, out);
        Part::Written
    });
}

fn unescaped(key: &str) -> Vec<u8> {
    let mut out = Vec::new();
    Json::write_key(key, &mut out);
    out
}

fn written(write: fn(Json<'_>, &mut Vec<u8>)) -> Result<Box<dyn Kernel>> {
    kernel(move |call: Call<'_>| -> Column {
        let texts = call.strings(0);
        call.write(|row, out| {
            write(parsed(texts.text(row))?, out);
            append(out, b"").map(Some)
        })
    })
}

/// Parts of an object or an array between its brackets, a comma between them.
fn write_parts<'a>(json: Json<'a>, out: &mut Vec<u8>, mut write: impl FnMut(Option<&'a str>, Json<'a>, &mut Vec<u8>) -> Part) {
    let is_object = json.is_object();
    out.push(if is_object { b'{' } else { b'[' });
    let mut any = false;
    let fields = json.fields().map(|(key, value)| (Some(key), value));
    for (key, value) in fields.chain(json.items().map(|item| (None, item))) {
        let before = out.len();
        out.extend_from_slice(if any { b"," } else { b"" });
        match write(key, value, out) {
            Part::Written => any = true,
            Part::LeftOut => out.truncate(before),
        }
    }
    out.push(if is_object { b'}' } else { b']' });
}

enum Part {
    Written,
    LeftOut,
}

fn write_key(escaped: Option<&str>, behind: &[u8], out: &mut Vec<u8>) {
    if let Some(key) = escaped {
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(behind);
    }
}

fn without_nulls(json: Json<'_>, out: &mut Vec<u8>) {
    if !json.is_nested() {
        return out.extend_from_slice(json.text().as_bytes());
    }
    write_parts(json, out, |key, value, out| {
        if key.is_some() && value == Json::NULL {
            return Part::LeftOut;
        }
        write_key(key, b"\":", out);
        without_nulls(value, out);
        Part::Written
    });
}

/// Each part in a line of its own, four spaces further in than what it is of.
fn pretty(json: Json<'_>, depth: usize, out: &mut Vec<u8>) {
    const INDENT: usize = 4;
    if !json.is_nested() {
        return out.extend_from_slice(json.text().as_bytes());
    }
    let line = |depth: usize, out: &mut Vec<u8>| {
        out.push(b'\n');
        out.resize(out.len() + depth * INDENT, b' ');
    };
    write_parts(json, out, |key, value, out| {
        line(depth + 1, out);
        write_key(key, b"\": ", out);
        pretty(value, depth + 1, out);
        Part::Written
    });
    let close = out.pop();
    line(depth, out);
    out.extend(close);
}

/// The item with this number, counted from 0, or from the end where it is negative.
fn index_of(items: usize, step: &str) -> Option<usize> {
    let index: i64 = step.parse().ok()?;
    let from_front = if index < 0 { index + items as i64 } else { index };
    usize::try_from(from_front).ok()
}

fn step<'a>(json: Json<'a>, step: &str) -> Option<Json<'a>> {
    if json.is_array() { json.item(index_of(json.items().count(), step)?) } else { json.field(step) }
}

fn write_json(json: Json<'_>, out: &mut Vec<u8>) -> Option<()> {
    json.write_compact(out);
    Some(())
}

/// NULL where the path leads nowhere.
fn extract(write: fn(Json<'_>, &mut Vec<u8>) -> Option<()>) -> Result<Box<dyn Kernel>> {
    kernel(move |call: Call<'_>| -> Column {
        let texts = call.strings(0);
        let steps: Vec<&StrColumn> = (1..call.args().len()).map(|at| call.strings(at)).collect();
        call.write(|row, out| {
            let root = parsed(texts.text(row))?;
            Ok(steps.iter().try_fold(root, |json, steps| step(json, steps.text(row))).and_then(|json| write(json, out)))
        })
    })
}

/// The steps of a path that is an array of texts, or written as PostgreSQL writes one.
pub(super) fn steps_of(path: &str) -> Fallible<Vec<String>> {
    if let Some(inside) = path.trim().strip_prefix('{').and_then(|path| path.strip_suffix('}')) {
        let steps = inside.split(',').map(|step| step.trim().trim_matches('"').to_owned());
        return Ok(steps.filter(|_| !inside.trim().is_empty()).collect());
    }
    let step = |json: Json<'_>| {
        let mut out = Vec::new();
        json.write(&mut out).and_then(|()| String::from_utf8(out).ok()).ok_or("a step of a JSON path is NULL")
    };
    parsed(path)?.items().map(step).collect()
}

/// The value at a path, which is made there, if its last step is missing, unless `create` is FALSE.
fn set(call: Call<'_>) -> Column {
    let [texts, paths, values] = [0, 1, 2].map(|at| call.strings(at));
    let creates = (call.args().len() > 3).then(|| call.values::<bool>(3));
    call.write(|row, out| -> Outcome<()> {
        let steps = steps_of(paths.text(row))?;
        let (json, value) = (parsed(texts.text(row))?, parsed(values.text(row))?);
        fits(json, &steps)?;
        write_set(json, &steps, value, creates.is_none_or(|creates| creates[row]), out);
        append(out, b"").map(Some)
    })
}

fn write_set(json: Json<'_>, steps: &[String], value: Json<'_>, create: bool, out: &mut Vec<u8>) {
    let Some((first, rest)) = steps.split_first().filter(|_| json.is_nested()) else { return json.write_compact(out) };
    let count = json.items().count();
    let place = index_of(count, first);
    let (mut at, mut found) = (0, false);
    let replaced = |part: Json<'_>, out: &mut Vec<u8>| match rest {
        [] => value.write_compact(out),
        rest => write_set(part, rest, value, create, out),
    };
    let is_before_all = json.is_array() && place.is_none() && first.parse::<i64>().is_ok_and(|index| index < 0);
    write_parts(json, out, |key, part, out| {
        let is_meant = match key {
            Some(key) => unescaped(key) == first.as_bytes(),
            None => place == Some(at),
        };
        if at == 0 && is_before_all && create && rest.is_empty() {
            value.write_compact(out);
            out.push(b',');
            found = true;
        }
        at += 1;
        write_key(key, b"\":", out);
        if is_meant {
            found = true;
            replaced(part, out);
        } else {
            part.write_compact(out);
        }
        Part::Written
    });
    let is_made = create && !found && rest.is_empty() && (json.is_object() || first.parse::<i64>().is_ok());
    if is_made {
        let close = out.pop();
        out.extend_from_slice(if at > 0 { b"," } else { b"" });
        if json.is_object() {
            crate::batch::text::write_json_string(first.as_bytes(), out);
            out.push(b':');
        }
        value.write_compact(out);
        out.extend(close);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_of_texts as check, evaluate, text};
    use super::*;
    use crate::types::Value;

    /// Calls of the documentation of PostgreSQL and RisingWave, without white space.
    #[test]
    fn json_is_taken_out_and_laid_out() {
        let document = r#"{"f2":{"f3":1},"f4":{"f5":99,"f6":"foo"}, "a": ["x", null]}"#;
        check("JSON_EXTRACT_PATH", &[document, "f4", "f6"], "\"foo\"");
        check("JSONB_EXTRACT_PATH_TEXT", &[document, "f4", "f6"], "foo");
        check("JSONB_EXTRACT_PATH", &[document, "f4"], r#"{"f5":99,"f6":"foo"}"#);
        check("JSONB_EXTRACT_PATH", &[document, "a", "-2"], "\"x\"");
        check("JSONB_EXTRACT_PATH", &[document, "a", "1"], "null");
        check("JSON_EXTRACT_PATH_TEXT", &[document, "a", "1"], "NULL");
        check("JSONB_EXTRACT_PATH", &[document, "a", "x"], "NULL");
        check("JSONB_EXTRACT_PATH", &[document, "f9", "x"], "NULL");
        check("JSONB_STRIP_NULLS", &[r#"[{"f1":1, "f2":null}, 2, null, 3]"#], r#"[{"f1":1},2,null,3]"#);
        check("JSON_STRIP_NULLS", &[r#"{"a": {"b": null, "c": null}, "d": {} }"#], r#"{"a":{},"d":{}}"#);
        let laid_out = "[\n    {\n        \"f1\": 1,\n        \"f2\": null\n    },\n    2\n]";
        check("JSONB_PRETTY", &[r#"[{"f1":1,"f2":null}, 2]"#], laid_out);
        check("JSONB_PRETTY", &["{}"], "{\n}");
        check("JSONB_PRETTY", &["{"], "error: the text is not JSON, or nested too deep");
    }

    #[test]
    fn text_becomes_json() {
        check("PARSE_JSON", &[r#" {"a": [1, {"b": 2}]} "#], r#"{"a":[1,{"b":2}]}"#);
        check("PARSE_JSON", &[r#"[{"a": 1, "\u0061": 2}]"#], "error: the JSON has an object with a key twice");
        let twice = [text(r#"{"a": 1, "b": [{"c": 2, "c": 3}], "\u0061": 4}"#), (Value::Bool(true), DataType::Boolean)];
        assert_eq!(evaluate("PARSE_JSON", &twice), r#"{"b":[{"c":3}],"\u0061":4}"#);
        check("PARSE_JSON", &["{"], "error: the text is not JSON, or nested too deep");
        check("TRY_PARSE_JSON", &["{"], "NULL");
        check("TRY_PARSE_JSON", &[r#"{"a": 1, "a": 2}"#], "NULL");
    }

    /// Calls of the documentation of PostgreSQL, and what its tests say of items that are not there.
    #[test]
    fn values_are_set() {
        let document = r#"[{"f1":1,"f2":null},2,null,3]"#;
        check("JSONB_SET", &[document, "{0,f1}", "[2,3,4]"], r#"[{"f1":[2,3,4],"f2":null},2,null,3]"#);
        check("JSONB_SET", &[r#"[{"f1":1,"f2":null},2]"#, "{0,f3}", "[2,3,4]"], r#"[{"f1":1,"f2":null,"f3":[2,3,4]},2]"#);
        check("JSONB_SET", &["[1,2]", "{-1}", "9"], "[1,9]");
        check("JSONB_SET", &["[1,2]", "{7}", "9"], "[1,2,9]");
        check("JSONB_SET", &["[1,2]", "{-7}", "9"], "[9,1,2]");
        check("JSONB_SET", &["[]", "{-7}", "9"], "[9]");
        let no_place = "error: a path leads to an item of an array by something other than its place";
        check("JSONB_SET", &["[1]", "{x}", "9"], no_place);
        check("JSONB_SET", &["{\"a\":1}", "{b,c}", "9"], "{\"a\":1}");
        check("JSONB_SET", &["1", "{a}", "9"], "error: no path leads into JSON that is no object and no array");
        let path = (Value::text("[\"a\"]"), DataType::Array(Box::new(DataType::STRING)));
        let kept = [text("{\"b\":1}"), path, text("9"), (Value::Bool(false), DataType::Boolean)];
        assert_eq!(evaluate("JSONB_SET", &kept), "{\"b\":1}");
        assert_eq!(evaluate("JSONB_SET", &kept[..3]), "{\"b\":1,\"a\":9}");
    }
}

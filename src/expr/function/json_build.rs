//! JSON made of values: JSON_STRING, JSON_OBJECT, JSON_ARRAY, and strings put into quotes and taken out of them.
//!
//! JSON writes times as ISO 8601 and BYTES as Base64; what is JSON already stands in it as it is, without white space. The binder gives
//! JSON_OBJECT its keys in the type of the result.

use super::json::{keys, names};
use super::json_text::{Json, unescape_checked};
use super::kernel::{Call, append, kernel, strings};
use super::signature::Param::Text;
use super::signature::{function, internal, takes};
use super::string::text_to_text;
use crate::batch::Column;
use crate::batch::text::{write_json_value, write_value};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("JSON_QUOTE", "(text)", "The text as a string of JSON")
        .example(r#"JSON_QUOTE('a"b')"#, r#""a\"b""#)
        .of(text_types, |_, _| text_to_text(quote)),
    function("JSON_UNQUOTE", "(text)", "The text that a string of JSON means")
        .example("JSON_UNQUOTE('\"a\\u0062\"')", "ab")
        .of(text_types, |_, _| text_to_text(unquote)),
    function("JSON", "(text)", "The text as a part of JSON_OBJECT or JSON_ARRAY")
        .example(r#"JSON_ARRAY(JSON('{"a":1}'))"#, r#"[{"a":1}]"#)
        .of(json_types, |_, _| kernel(json)),
    function("JSON_STRING", "(value)", "The value as text of JSON")
        .example("JSON_STRING(ARRAY[1, 2])", "[1,2]")
        .of(json_string_types, |t, _| json_string(&t[0])),
    function("JSON_OBJECT", "([[KEY] 'key' VALUE value, ...] [NULL | ABSENT ON NULL])", "An object of JSON")
        .example("JSON_OBJECT(KEY 'a' VALUE 1, KEY 'b' VALUE NULL ABSENT ON NULL)", r#"{"a":1}"#)
        .of(object_types, |t, made| object(t, made, Nulls::Kept)),
    internal("$JSON_OBJECT_ABSENT", object_types, |t, made| object(t, made, Nulls::Absent)),
    function("JSON_ARRAY", "([value, ...] [NULL | ABSENT ON NULL])", "An array of JSON")
        .example("JSON_ARRAY(1, '2', TRUE)", r#"[1,"2",true]"#)
        .of(array_types, |t, _| array(t, Nulls::Absent)),
    internal("$JSON_ARRAY_NULL", array_types, |t, _| array(t, Nulls::Kept)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

/// Whether values that are NULL stand in the JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Kept,
    Absent,
}

fn text_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text])?, DataType::STRING))
}

fn json_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text])?, DataType::Json))
}

fn json_string_types(given: &[DataType]) -> Resolved {
    let [value] = given else { return None };
    let value = if *value == DataType::Null { DataType::STRING } else { value.clone() };
    Some((vec![value], DataType::STRING))
}

/// Fields by the names that items without one have; the binder gives them theirs.
fn object_types(given: &[DataType]) -> Resolved {
    let fields = given.iter().enumerate().map(|(at, data_type)| (format!("EXPR${at}"), data_type.clone()));
    Some((given.to_vec(), DataType::Row(fields.collect())))
}

fn array_types(given: &[DataType]) -> Resolved {
    Some((given.to_vec(), DataType::Json))
}

/// All but printable ASCII as escapes, and the slash too, as Flink does.
fn quote(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' | '\\' | '/' => out.extend_from_slice(&[b'\\', c as u8]),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            ' '..='~' => out.push(c as u8),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write_escape(*unit, out)),
        }
    }
    out.push(b'"');
}

fn write_escape(unit: u16, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\u");
    out.extend([12, 8, 4, 0].map(|shift| DIGITS[usize::from(unit >> shift & 15)]));
}

/// What stands between quotes, without escapes; other text, and what is not escaped well, as it is.
fn unquote(text: &str, out: &mut Vec<u8>) {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|_| Json::starts(text));
    if inside.and_then(|inside| unescape_checked(inside, out)).is_none() {
        out.clear();
        out.extend_from_slice(text.as_bytes());
    }
}

/// NULL for text that is empty.
fn json(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.write(|row, out| {
        let text = text.text(row);
        if text.trim().is_empty() {
            return Ok(None);
        }
        Json::new(text).ok_or("JSON of text that is not JSON")?.write_compact(out);
        Ok(Some(()))
    })
}

/// The value as JSON, a text in quotes.
pub(super) fn json_string(data_type: &DataType) -> Result<Box<dyn Kernel>> {
    let data_type = data_type.clone();
    kernel(move |call: Call<'_>| -> Column {
        let column = call.args()[0];
        call.write(|row, out| {
            write_json(column, row, &data_type, out);
            append(out, b"").map(Some)
        })
    })
}

fn object(types: &[DataType], made: &DataType, nulls: Nulls) -> Result<Box<dyn Kernel>> {
    parts(types, *b"{}", keys(names(made)), nulls)
}

fn array(types: &[DataType], nulls: Nulls) -> Result<Box<dyn Kernel>> {
    parts(types, *b"[]", vec![Vec::new(); types.len()], nulls)
}

/// Values between brackets, each behind its key, with commas between them.
fn parts(types: &[DataType], [open, close]: [u8; 2], keys: Vec<Vec<u8>>, nulls: Nulls) -> Result<Box<dyn Kernel>> {
    let types = types.to_vec();
    kernel(move |call: Call<'_>| -> Column {
        let args = call.args();
        call.null_by_first(0).write(|row, out| {
            out.push(open);
            for ((column, data_type), key) in args.iter().zip(&types).zip(&keys) {
                if nulls == Nulls::Absent && column.is_null(row) {
                    continue;
                }
                out.extend_from_slice(if out.len() > 1 { b"," } else { b"" });
                out.extend_from_slice(key);
                write_json(column, row, data_type, out);
            }
            append(out, &[close]).map(Some)
        })
    })
}

/// Appends a value as JSON. Hot: once per row.
pub(super) fn write_json(column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
    match data_type {
        _ if column.is_null(row) => out.extend_from_slice(b"null"),
        DataType::Timestamp(_) | DataType::TimestampLtz(_) => {
            out.push(b'"');
            let start = out.len();
            write_value(column, row, data_type, out);
            iso(&mut out[start..]);
            out.push(b'"');
        }
        DataType::Array(_) | DataType::Row(_) | DataType::Map(..) | DataType::Json => {
            if let Some(json) = Json::new(strings(column).text(row)) {
                write_nested(json, data_type, out);
            }
        }
        _ => write_json_value(column, row, data_type, out),
    }
}

/// Appends a value that is JSON: times in it become ISO 8601. Types nest no deeper than `NESTING_MAX`.
fn write_nested(json: Json<'_>, data_type: &DataType, out: &mut Vec<u8>) {
    match data_type {
        DataType::Timestamp(_) | DataType::TimestampLtz(_) => {
            let start = out.len();
            json.write_compact(out);
            iso(&mut out[start..]);
        }
        DataType::Array(item) if json.is_array() => {
            out.push(b'[');
            for (at, value) in json.items().enumerate() {
                out.extend_from_slice(if at > 0 { b"," } else { b"" });
                write_nested(value, item, out);
            }
            out.push(b']');
        }
        DataType::Row(_) | DataType::Map(..) if json.is_object() => {
            out.push(b'{');
            for (at, (key, value)) in json.fields().enumerate() {
                out.extend_from_slice(if at > 0 { b",\"" } else { b"\"" });
                out.extend_from_slice(key.as_bytes());
                out.extend_from_slice(b"\":");
                write_nested(value, type_of_field(data_type, key), out);
            }
            out.push(b'}');
        }
        _ => json.write_compact(out),
    }
}

/// The type of the field with this key, of a ROW or a MAP.
fn type_of_field<'t>(nested: &'t DataType, key: &str) -> &'t DataType {
    match nested {
        DataType::Map(_, value) => value,
        DataType::Row(fields) => fields.iter().find(|(name, _)| name == key).map_or(&DataType::Json, |(_, field)| field),
        _ => &DataType::Json,
    }
}

/// `T` between the date and the time of a text.
fn iso(time: &mut [u8]) {
    if let Some(space) = time.iter_mut().find(|byte| **byte == b' ') {
        *space = b'T';
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, evaluate, int, null, text, typed};
    use super::*;
    use crate::types::Value;

    #[test]
    fn quotes_are_put_on_and_taken_off() {
        for plain in ["", "test", "a\"b\\c/d", "\u{8}\u{c}\n\r\t\u{1}", "é≠😀", "{\"k\": [1]}"] {
            let quoted = evaluate("JSON_QUOTE", &[text(plain)]);
            assert_eq!(sonic_rs::from_str::<String>(&quoted).expect("JSON"), plain);
            assert!(quoted.is_ascii());
            check("JSON_UNQUOTE", &[text(&quoted)], plain);
        }
        check("JSON_QUOTE", &[text("a/≠")], r#""a\/\u2260""#);
        for as_it_is in ["", "\"", "1\"", "[1, 2}", "true", r#"{"k":1}"#, r#""\u006z""#, r#""" \uzzzz""#, r#""\q""#] {
            check("JSON_UNQUOTE", &[text(as_it_is)], as_it_is);
        }
    }

    #[test]
    fn values_become_json() {
        let time = typed("1990-06-02 13:37:42.001", DataType::TimestampLtz(3));
        check("JSON_STRING", std::slice::from_ref(&time), r#""1990-06-02T13:37:42.001Z""#);
        check("JSON_STRING", &[(Value::Bytes(Box::new(*b"foo")), DataType::Bytes)], r#""Zm9v""#);
        check("JSON_STRING", &[text("a\"b")], r#""a\"b""#);
        check("JSON_STRING", &[typed("1.50", DataType::Decimal { precision: 5, scale: 2 })], "1.50");
        let row = DataType::Row(vec![("a".to_owned(), DataType::Array(Box::new(DataType::Timestamp(0))))]);
        check(
            "JSON_STRING",
            &[(Value::text(r#"{"a": ["1990-06-02 13:37:42", null]}"#), row)],
            r#"{"a":["1990-06-02T13:37:42",null]}"#,
        );
        check("JSON_ARRAY", &[int(1), null(), text("x")], r#"[1,"x"]"#);
        check("$JSON_ARRAY_NULL", &[int(1), null()], "[1,null]");
        check("JSON_OBJECT", &[int(1), null()], r#"{"EXPR$0":1,"EXPR$1":null}"#);
        check("$JSON_OBJECT_ABSENT", &[null(), int(1)], r#"{"EXPR$1":1}"#);
        check("JSON", &[text(" [1, {\"a b\" : \" \\\" \"}] ")], r#"[1,{"a b":" \" "}]"#);
        check("JSON", &[text(" ")], "NULL");
        check("JSON", &[text("{")], "error: JSON of text that is not JSON");
    }
}

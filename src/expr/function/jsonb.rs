//! The functions of JSON by which PostgreSQL makes it and looks at it, under their names with JSON and with JSONB.
//!
//! Text that is asked what JSON it is must be JSON, or the row fails.

use super::json_build::{json_string, write_json};
use super::json_text::Json;
use super::kernel::{Call, Fallible, append, kernel};
use super::signature::Param::{AnyAsText, Nested};
use super::signature::{function, takes};
use crate::batch::Column;
use crate::batch::text::write_json_string;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("TO_JSON", "(value)", "The value as JSON")
        .example("TO_JSON(ARRAY[1, 2])", "[1,2]")
        .also(&["TO_JSONB", "JSON_FROM_SCALAR", "TO_VARIANT"])
        .of(any_value, |t, _| json_string(&t[0])),
    function("JSON_BUILD_ARRAY", "(value, ...)", "An array of JSON; NULL is an item")
        .example("JSON_BUILD_ARRAY(1, 'foo', NULL)", r#"[1,"foo",null]"#)
        .also(&["JSONB_BUILD_ARRAY"])
        .of(any_values, |t, _| build_array(t)),
    function("JSON_BUILD_OBJECT", "(key, value, ...)", "An object of JSON")
        .example("JSON_BUILD_OBJECT('foo', 1, 'bar', NULL)", r#"{"foo":1,"bar":null}"#)
        .also(&["JSONB_BUILD_OBJECT"])
        .of(keys_and_values, |t, _| build_object(t)),
    function("JSON_TYPEOF", "(json)", "What the JSON is: object, array, string, number, boolean or null")
        .example("JSON_TYPEOF('-123.4')", "number")
        .also(&["JSONB_TYPEOF"])
        .of(|t| of_json(t, DataType::STRING), |_, _| kernel(type_of)),
    function("JSON_ARRAY_LENGTH", "(json)", "How many items the array has")
        .example(r#"JSON_ARRAY_LENGTH('[1, 2, {"a": 3}]')"#, "3")
        .also(&["JSONB_ARRAY_LENGTH"])
        .of(|t| of_json(t, DataType::Int), |_, _| kernel(array_length)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn any_value(given: &[DataType]) -> Resolved {
    let [value] = given else { return None };
    let value = if *value == DataType::Null { DataType::STRING } else { value.clone() };
    Some((vec![value], DataType::Json))
}

fn any_values(given: &[DataType]) -> Resolved {
    Some((given.to_vec(), DataType::Json))
}

/// In turn; keys are texts.
fn keys_and_values(given: &[DataType]) -> Resolved {
    let pairs = given.chunks(2).map(|pair| {
        let [key, value] = pair else { return None };
        let key = takes(std::slice::from_ref(key), &[AnyAsText])?.remove(0);
        Some([key, value.clone()])
    });
    Some((pairs.collect::<Option<Vec<_>>>()?.concat(), DataType::Json))
}

fn of_json(given: &[DataType], returns: DataType) -> Resolved {
    Some((takes(given, &[Nested])?, returns))
}

fn build_array(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    let types = types.to_vec();
    kernel(move |call: Call<'_>| -> Column {
        let args = call.args();
        call.null_by_first(0).write(|row, out| {
            out.push(b'[');
            for (column, data_type) in args.iter().zip(&types) {
                out.extend_from_slice(if out.len() > 1 { b"," } else { b"" });
                write_json(column, row, data_type, out);
            }
            append(out, b"]").map(Some)
        })
    })
}

fn build_object(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    let types = types.to_vec();
    kernel(move |call: Call<'_>| -> Column {
        let args = call.args();
        let keys: Vec<_> = (0..args.len()).step_by(2).map(|at| call.strings(at)).collect();
        call.null_by_first(0).write(|row, out| {
            out.push(b'{');
            for (at, key) in keys.iter().enumerate() {
                if args[2 * at].is_null(row) {
                    return Err("a key of a JSON object is NULL");
                }
                out.extend_from_slice(if at > 0 { b"," } else { b"" });
                write_json_string(key.bytes(row), out);
                out.push(b':');
                write_json(args[2 * at + 1], row, &types[2 * at + 1], out);
            }
            append(out, b"}").map(Some)
        })
    })
}

pub(super) fn parsed(text: &str) -> Fallible<Json<'_>> {
    Json::new(text).ok_or("the text is not JSON, or nested too deep")
}

fn type_of(call: Call<'_>) -> Column {
    let texts = call.strings(0);
    call.write(|row, out| {
        let json = parsed(texts.text(row))?;
        let name: &[u8] = match json.text().as_bytes().first() {
            Some(b'{') => b"object",
            Some(b'[') => b"array",
            Some(b'"') => b"string",
            Some(b't' | b'f') => b"boolean",
            Some(b'n') => b"null",
            _ => b"number",
        };
        out.extend_from_slice(name);
        Ok(Some(()))
    })
}

fn array_length(call: Call<'_>) -> Column {
    let texts = call.strings(0);
    call.map(|row| {
        let json = parsed(texts.text(row))?;
        if json.is_array() { Ok(Some(json.items().count() as i32)) } else { Err("the JSON is no array") }
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{double, evaluate, int, null, text, typed};
    use super::*;
    use crate::types::Value;

    fn check(name: &str, args: &[(Value, DataType)], expected: &str) {
        assert_eq!(evaluate(name, args), expected, "{name} of {args:?}");
        assert_eq!(evaluate(&name.replace("JSON", "JSONB"), args), expected, "{name} of {args:?}");
    }

    /// As PostgreSQL gives them, but for white space.
    #[test]
    fn values_become_json() {
        check("TO_JSON", &[text("Fred said \"Hi.\"")], r#""Fred said \"Hi.\"""#);
        check("TO_JSON", &[double(1.5)], "1.5");
        check("TO_JSON", &[typed("2022-01-02 03:04:05", DataType::Timestamp(0))], r#""2022-01-02T03:04:05""#);
        check("TO_JSON", &[(Value::text("[1, 2]"), DataType::Array(Box::new(DataType::Int)))], "[1,2]");
        check("JSON_BUILD_ARRAY", &[int(1), text("a"), null()], r#"[1,"a",null]"#);
        check("JSON_BUILD_ARRAY", &[], "[]");
        check("JSON_BUILD_OBJECT", &[text("foo"), int(1), int(2), null()], r#"{"foo":1,"2":null}"#);
        check("JSON_BUILD_OBJECT", &[null(), int(1)], "error: a key of a JSON object is NULL");
    }

    #[test]
    fn json_is_looked_at() {
        for (json, name) in [
            (" {}", "object"),
            ("[]", "array"),
            ("\"x\"", "string"),
            ("-123.4", "number"),
            ("true", "boolean"),
            ("null", "null"),
            ("nul", "error: the text is not JSON, or nested too deep"),
        ] {
            check("JSON_TYPEOF", &[text(json)], name);
        }
        check("JSON_ARRAY_LENGTH", &[text("[1, [2, 3], null]")], "3");
        check("JSON_ARRAY_LENGTH", &[text("{}")], "error: the JSON is no array");
    }
}

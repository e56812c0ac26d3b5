//! Functions of FROM that take JSON objects and arrays apart, each of which makes an array of what stands in them.
//!
//! JSON that is no object fails the row, as in PostgreSQL; NULL has nothing.

use super::array::{dimensions, first_of_dimension};
use super::collection::{array_of, item_type, one_array, write_items};
use super::json_text::Json;
use super::kernel::{Call, append, kernel};
use super::signature::Param::{Integer, Text};
use super::signature::{internal, takes};
use crate::batch::Column;
use crate::batch::text::{write_json_parts, write_json_string};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    internal("JSON_EACH", |t| fields_types(t, DataType::Json), |_, _| kernel(fields)),
    internal(JSON_TEXTS_OF_FIELDS, |t| fields_types(t, DataType::STRING), |_, _| kernel(texts_of_fields)),
    internal(JSON_TEXTS_OF_ITEMS, names_types, |_, _| kernel(texts_of_items)),
    internal("JSONB_EACH", |t| fields_types(t, DataType::Json), |_, _| kernel(fields)),
    internal("JSON_EACH_TEXT", |t| fields_types(t, DataType::STRING), |_, _| kernel(fields)),
    internal("JSONB_EACH_TEXT", |t| fields_types(t, DataType::STRING), |_, _| kernel(fields)),
    internal("JSON_OBJECT_KEYS", names_types, |_, _| kernel(names)),
    internal("JSONB_OBJECT_KEYS", names_types, |_, _| kernel(names)),
    internal("GENERATE_SUBSCRIPTS", places_types, |t, _| places(&t[0])),
    internal("_PG_EXPANDARRAY", numbered_types, |_, _| kernel(numbered)),
];

/// JSON_EACH with the texts of the values: what is null there is no NULL.
pub const JSON_TEXTS_OF_FIELDS: &str = "$JSON_TEXTS_OF_FIELDS";

/// The texts of the items of a JSON array, of which null is no NULL.
pub const JSON_TEXTS_OF_ITEMS: &str = "$JSON_TEXTS_OF_ITEMS";

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

fn fields_types(given: &[DataType], value: DataType) -> Resolved {
    let row = DataType::Row(vec![("key".to_owned(), DataType::STRING), ("value".to_owned(), value)]);
    Some((takes(given, &[Text])?, array_of(&row)))
}

fn names_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text])?, array_of(&DataType::STRING)))
}

fn places_types(given: &[DataType]) -> Resolved {
    let (array, rest) = given.split_first()?;
    let (mut args, _) = one_array(std::slice::from_ref(array))?;
    match rest {
        [dimension] => args.extend(takes(std::slice::from_ref(dimension), &[Integer])?),
        [dimension, DataType::Boolean | DataType::Null] => {
            args.extend(takes(std::slice::from_ref(dimension), &[Integer])?);
            args.push(DataType::Boolean);
        }
        _ => return None,
    }
    Some((args, array_of(&DataType::Int)))
}

fn numbered_types(given: &[DataType]) -> Resolved {
    let (args, _) = one_array(given)?;
    let row = DataType::Row(vec![("x".to_owned(), item_type(&args[0])?), ("n".to_owned(), DataType::Int)]);
    Some((args, array_of(&row)))
}

const NO_ARRAY: &str = "what is taken apart by its items is no JSON array";
const NO_OBJECT: &str = "what is taken apart by its fields is no JSON object";

fn object(text: &str) -> std::result::Result<Json<'_>, &'static str> {
    Json::new(text).filter(|json| json.is_object()).ok_or(NO_OBJECT)
}

/// Values stay as they are written: taken out of their row, they are JSON or text as its type says.
fn fields(call: Call<'_>) -> Column {
    rows_of_fields(call, |value, out| out.extend_from_slice(value.text().as_bytes()))
}

fn texts_of_fields(call: Call<'_>) -> Column {
    rows_of_fields(call, |value, out| write_json_string(value.text().as_bytes(), out))
}

fn rows_of_fields(call: Call<'_>, write: fn(Json<'_>, &mut Vec<u8>)) -> Column {
    let values = call.strings(0);
    call.write(|row, out| {
        out.push(b'[');
        for (at, (key, value)) in object(values.text(row))?.fields().enumerate() {
            out.extend_from_slice(if at > 0 { b",{\"key\":\"" } else { b"{\"key\":\"" });
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(b"\",\"value\":");
            write(value, out);
            append(out, b"}")?;
        }
        append(out, b"]").map(Some)
    })
}

fn texts_of_items(call: Call<'_>) -> Column {
    let values = call.strings(0);
    call.write(|row, out| {
        let array = Json::new(values.text(row)).filter(|json| json.is_array()).ok_or(NO_ARRAY)?;
        write_json_parts(*b"[]", array.items(), out, |item, out| write_json_string(item.text().as_bytes(), out));
        append(out, b"").map(Some)
    })
}

fn names(call: Call<'_>) -> Column {
    let values = call.strings(0);
    call.write(|row, out| {
        out.push(b'[');
        let mut name = Vec::new();
        for (at, (key, _)) in object(values.text(row))?.fields().enumerate() {
            out.extend_from_slice(if at > 0 { b"," } else { b"" });
            name.clear();
            Json::write_key(key, &mut name);
            write_json_string(&name, out);
        }
        append(out, b"]").map(Some)
    })
}

/// None for a dimension that there is not.
fn places(array: &DataType) -> Compiled {
    let dimensions = dimensions(array);
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, wanted) = (call.strings(0), call.values::<i64>(1));
        let backwards = call.args().get(2).map(|_| call.values::<bool>(2));
        call.write(|row, out| {
            let is_there = (1..=dimensions).contains(&wanted[row]);
            let array = Json::new(arrays.text(row)).filter(|_| is_there).and_then(|array| first_of_dimension(array, wanted[row]));
            let mut places: Vec<String> = (1..=array.map_or(0, |array| array.items().count())).map(|at| at.to_string()).collect();
            if backwards.is_some_and(|backwards| backwards[row]) {
                places.reverse();
            }
            write_items(places.iter().map(String::as_str), out)
        })
    })
}

fn numbered(call: Call<'_>) -> Column {
    let arrays = call.strings(0);
    call.write(|row, out| {
        let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
        out.push(b'[');
        for (at, item) in array.items().enumerate() {
            out.extend_from_slice(if at > 0 { b",{\"x\":" } else { b"{\"x\":" });
            append(out, item.text().as_bytes())?;
            out.extend_from_slice(format!(",\"n\":{}}}", at + 1).as_bytes());
        }
        append(out, b"]").map(Some)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_of_texts, evaluate, int};
    use super::*;
    use crate::types::Value;

    #[test]
    fn objects_are_taken_apart() {
        check_of_texts(
            "JSONB_EACH",
            &[r#"{"a": 1, "b\u00e9": "x"}"#],
            r#"[{"key":"a","value":1},{"key":"b\u00e9","value":"x"}]"#,
        );
        check_of_texts("JSON_EACH_TEXT", &["{}"], "[]");
        check_of_texts("JSONB_OBJECT_KEYS", &[r#"{"a": {"c": 2}, "\u00e9\"": null}"#], r#"["a","é\""]"#);
        check_of_texts("JSONB_EACH", &["[1]"], "error: what is taken apart by its fields is no JSON object");
        check_of_texts("JSON_OBJECT_KEYS", &["{"], "error: what is taken apart by its fields is no JSON object");
    }

    #[test]
    fn places_of_arrays() {
        let pairs = || (Value::text("[[1, 2, 3], [4, 5, 6]]"), array_of(&array_of(&DataType::Int)));
        let check = |args: &[(Value, DataType)], expected: &str| assert_eq!(evaluate("GENERATE_SUBSCRIPTS", args), expected);
        check(&[pairs(), int(1)], "[1,2]");
        check(&[pairs(), int(2)], "[1,2,3]");
        check(&[pairs(), int(3)], "[]");
        check(&[pairs(), int(0)], "[]");
        check(&[pairs(), int(2), (Value::Bool(true), DataType::Boolean)], "[3,2,1]");
        let texts = (Value::text(r#"["a", null]"#), array_of(&DataType::STRING));
        assert_eq!(evaluate("_PG_EXPANDARRAY", &[texts]), r#"[{"x":"a","n":1},{"x":null,"n":2}]"#);
    }
}

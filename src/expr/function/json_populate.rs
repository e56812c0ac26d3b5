//! Rows of the fields of JSON objects: JSONB_POPULATE_RECORD and JSONB_POPULATE_RECORDSET of PostgreSQL and RisingWave.
//!
//! What is given out is a row of texts, of JSON and of nested values of such, which the binder casts to the row that is asked for.

use super::collection::array_of;
use super::json_text::Json;
use super::jsonb::parsed;
use super::kernel::{Call, Fallible, append, kernel};
use super::signature::Param::Nested;
use super::signature::{internal, takes};
use crate::batch::Column;
use crate::batch::text::write_json_string;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    internal("$POPULATED", |t| populated_types(t, Clone::clone), |t, _| populate(&t[0], write_row)),
    internal("$POPULATED_ALL", |t| populated_types(t, array_of), |t, _| populate(&t[0], write_rows)),
];

fn populated_types(given: &[DataType], returns: fn(&DataType) -> DataType) -> Option<(Vec<DataType>, DataType)> {
    let [base @ DataType::Row(_), json] = given else { return None };
    let json = takes(std::slice::from_ref(json), &[Nested])?.remove(0);
    Some((vec![base.clone(), json], returns(&read_as(base))))
}

/// The type in which the JSON of a value is written.
fn read_as(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Row(fields) => DataType::Row(fields.iter().map(|(name, of)| (name.clone(), read_as(of))).collect()),
        DataType::Array(item) => array_of(&read_as(item)),
        DataType::Map(..) | DataType::Json | DataType::Varchar(_) => data_type.clone(),
        _ => DataType::STRING,
    }
}

/// Writes JSON as a value like this one, of which it may lack fields.
type Write = fn(Json<'_>, Json<'_>, &DataType, &mut Vec<u8>) -> Fallible<()>;

/// JSON that is NULL leaves the row as it is.
fn populate(base: &DataType, write: Write) -> Result<Box<dyn Kernel>> {
    let data_type = base.clone();
    kernel(move |call: Call<'_>| -> Column {
        let (args, bases, texts) = (call.args(), call.strings(0), call.strings(1));
        call.null_by_first(0).write(|row, out| {
            let base = if args[0].is_null(row) { None } else { Json::new(bases.text(row)) };
            match (args[1].is_null(row), base) {
                (true, None) => return Ok(None),
                (true, Some(base)) => out.extend_from_slice(base.text().as_bytes()),
                (false, base) => write(parsed(texts.text(row))?, base.unwrap_or(Json::NULL), &data_type, out)?,
            }
            append(out, b"").map(Some)
        })
    })
}

fn write_rows(json: Json<'_>, base: Json<'_>, data_type: &DataType, out: &mut Vec<u8>) -> Fallible<()> {
    if !json.is_array() {
        return Err("rows are made of an array of JSON");
    }
    write_items(json, out, |item, out| write_row(item, base, data_type, out))
}

fn write_row(json: Json<'_>, base: Json<'_>, data_type: &DataType, out: &mut Vec<u8>) -> Fallible<()> {
    if !json.is_object() {
        return Err("a row is made of an object of JSON");
    }
    write_value(json, base, data_type, out)
}

fn write_items<'a>(
    json: Json<'a>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(Json<'a>, &mut Vec<u8>) -> Fallible<()>,
) -> Fallible<()> {
    out.push(b'[');
    for (at, item) in json.items().enumerate() {
        out.extend_from_slice(if at > 0 { b"," } else { b"" });
        write(item, out)?;
    }
    out.push(b']');
    Ok(())
}

/// As deep as the type is nested.
fn write_value(json: Json<'_>, base: Json<'_>, data_type: &DataType, out: &mut Vec<u8>) -> Fallible<()> {
    match data_type {
        _ if json == Json::NULL => out.extend_from_slice(b"null"),
        DataType::Row(fields) if json.is_object() => {
            out.push(b'{');
            for (at, (name, of)) in fields.iter().enumerate() {
                out.extend_from_slice(if at > 0 { b"," } else { b"" });
                write_json_string(name.as_bytes(), out);
                out.push(b':');
                let own = || base.field(name).unwrap_or(Json::NULL);
                match json.field(name) {
                    Some(value) => write_value(value, Json::NULL, of, out)?,
                    None => out.extend_from_slice(own().text().as_bytes()),
                }
            }
            out.push(b'}');
        }
        DataType::Array(of) if json.is_array() => write_items(json, out, |item, out| write_value(item, Json::NULL, of, out))?,
        DataType::Row(_) | DataType::Array(_) => return Err("the JSON is none of the row that is asked for"),
        DataType::Map(..) | DataType::Json => json.write_compact(out),
        _ if json.text().starts_with('"') => out.extend_from_slice(json.text().as_bytes()),
        _ => write_json_string(json.text().as_bytes(), out),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, text};
    use super::*;
    use crate::types::Value;

    fn row() -> DataType {
        let inner = DataType::Row(vec![("d".to_owned(), DataType::Int)]);
        let fields = [("a", DataType::Int), ("b", array_of(&DataType::STRING)), ("c", inner)];
        DataType::Row(fields.into_iter().map(|(name, of)| (name.to_owned(), of)).collect())
    }

    fn check(base: Value, json: &str, expected: &str) {
        assert_eq!(evaluate("$POPULATED", &[(base, row()), text(json)]), expected, "{json}");
    }

    #[test]
    fn fields_are_taken_by_their_names() {
        check(Value::Null, r#"{"a": 1, "b": ["2", 3], "c": {"d": 4, "e": 5}}"#, r#"{"a":"1","b":["2","3"],"c":{"d":"4"}}"#);
        check(Value::Null, r#"{"x": 1}"#, r#"{"a":null,"b":null,"c":null}"#);
        check(Value::text(r#"{"a":7,"b":["y"],"c":null}"#), r#"{"b": null}"#, r#"{"a":7,"b":null,"c":null}"#);
        check(Value::Null, "[1]", "error: a row is made of an object of JSON");
        check(Value::Null, r#"{"b": 1}"#, "error: the JSON is none of the row that is asked for");
        let all = |json: &str| evaluate("$POPULATED_ALL", &[(Value::Null, row()), text(json)]);
        assert_eq!(all(r#"[{"a": 1}, {}]"#), r#"[{"a":"1","b":null,"c":null},{"a":null,"b":null,"c":null}]"#);
        assert_eq!(all("{}"), "error: rows are made of an array of JSON");
    }
}

//! The one text of a nested value, so that values are equal where their texts are, and groups are of equal values: `{"b": 2, "a": 1.0}` and
//! `{"a":1,"b":2}` are one MAP<STRING, DOUBLE>.
//!
//! There is no white space, fields stand in the order of their type, entries in that of their keys, and numbers and strings are written
//! as this engine writes them. What is equal is said by `collection::Key`, as for comparisons.

use super::collection::{Key, key, key_of};
use super::json_text::Json;
use super::kernel::{Call, kernel};
use super::signature::internal;
use crate::batch::Column;
use crate::batch::text::{write_json_parts, write_json_string, write_json_value};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::{DataType, Value, decimal};

/// The one function.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[internal(CANONICAL, types, |types, _| of_values(&types[0]))];

/// Its name, which nobody can write.
pub const CANONICAL: &str = "$CANONICAL";

fn types(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [nested] = given else { return None };
    nested.is_nested().then(|| (given.to_vec(), nested.clone()))
}

/// What is not well-formed stays as it is.
fn of_values(data_type: &DataType) -> Result<Box<dyn Kernel>> {
    let data_type = data_type.clone();
    kernel(move |call: Call<'_>| -> Column {
        let values = call.strings(0);
        call.write(|row, out| {
            match Json::new(values.text(row)) {
                Some(value) => write(value, &data_type, out),
                None => out.extend_from_slice(values.bytes(row)),
            }
            Ok(Some(()))
        })
    })
}

/// Types nest no deeper than `NESTING_MAX`.
fn write(value: Json<'_>, data_type: &DataType, out: &mut Vec<u8>) {
    match data_type {
        DataType::Array(item) if value.is_array() => {
            write_json_parts(*b"[]", value.items(), out, |value, out| write(value, item, out))
        }
        DataType::Row(fields) if value.is_object() => write_json_parts(*b"{}", fields.iter(), out, |(name, field), out| {
            write_key(name.as_bytes(), out);
            write(value.field(name).unwrap_or(Json::NULL), field, out);
        }),
        DataType::Map(by, item) if value.is_object() => entries(value, by, item, out),
        DataType::Multiset(by) if value.is_object() => entries(value, by, &DataType::Int, out),
        DataType::Json => value.write_compact(out),
        scalar => write_scalar(value, scalar, out),
    }
}

/// In the order of the keys.
fn entries(map: Json<'_>, by: &DataType, item: &DataType, out: &mut Vec<u8>) {
    let entry = |(escaped, value)| {
        let mut name = Vec::new();
        Json::write_key(escaped, &mut name);
        let text = String::from_utf8_lossy(&name).into_owned();
        let place = match (by.is_numeric(), by.is_nested()) {
            (false, false) => Key::Text(name),
            (true, _) => key(&text, by),
            (_, true) => Json::new(&text).map_or(Key::Text(name), |value| key_of(value, by)),
        };
        (place, text, value)
    };
    let mut entries: Vec<(Key, String, Json<'_>)> = map.fields().map(entry).collect();
    entries.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    write_json_parts(*b"{}", entries.into_iter(), out, |(_, text, value), out| {
        let mut name = Vec::new();
        match Json::new(&text).filter(|_| by.is_numeric() || by.is_nested()) {
            Some(json) => write(json, by, &mut name),
            None => name.extend_from_slice(text.as_bytes()),
        }
        write_key(&name, out);
        write(value, item, out);
    });
}

fn write_key(name: &[u8], out: &mut Vec<u8>) {
    write_json_string(name, out);
    out.push(b':');
}

fn write_scalar(value: Json<'_>, data_type: &DataType, out: &mut Vec<u8>) {
    let start = out.len();
    match (key_of(value, data_type), data_type) {
        (Key::Null, _) => out.extend_from_slice(b"null"),
        (Key::Exact(units), DataType::Decimal { scale, .. }) => decimal::write(out, units, *scale),
        (Key::Exact(units), number) if number.is_numeric() => out.extend_from_slice(units.to_string().as_bytes()),
        (Key::Exact(units), other) => {
            let value = if *other == DataType::Uuid { Value::Decimal(units) } else { Value::Int(units as i64) };
            write_json_value(&Column::constant(other, &value, 1), 0, other, out);
        }
        (Key::Double(_), _) => {
            let number = value.text().parse::<f64>().map(|number| zmij::Buffer::new().format(number + 0.0).to_owned());
            match number {
                Ok(number) => out.extend_from_slice(number.as_bytes()),
                Err(_) => out.extend_from_slice(value.text().as_bytes()),
            }
        }
        // Equal bytes have equal texts.
        (Key::Text(_), DataType::Bytes) => write_scalar(value, &DataType::STRING, out),
        (Key::Text(text), _) if value.text().starts_with('"') => write_json_string(&text, out),
        _ => out.extend_from_slice(value.text().as_bytes()),
    }
    debug_assert!(out.len() > start);
}

#[cfg(test)]
mod tests {
    use super::super::order_key::ORDER_KEY;
    use super::super::testing::evaluate;
    use super::*;

    fn check(data_type: &DataType, text: &str, expected: &str) {
        assert_eq!(evaluate(CANONICAL, &[(Value::text(text), data_type.clone())]), expected, "{text} as {data_type}");
        assert_eq!(evaluate(CANONICAL, &[(Value::text(expected), data_type.clone())]), expected, "{text} as {data_type}, again");
    }

    fn array(item: DataType) -> DataType {
        DataType::Array(Box::new(item))
    }

    fn map(key: DataType, value: DataType) -> DataType {
        DataType::Map(Box::new(key), Box::new(value))
    }

    #[test]
    fn values_have_one_text() {
        let row = || DataType::Row(vec![("a".to_owned(), DataType::Int), ("b".to_owned(), DataType::STRING)]);
        check(&array(DataType::Int), "[ 1, null ,3]", "[1,null,3]");
        check(&array(DataType::Double), "[1, 1.0, 1e0, -0.5, -0.0]", "[1.0,1.0,1.0,-0.5,0.0]");
        check(&array(DataType::Timestamp(3)), r#"["2024-01-01T00:00", "x", null]"#, r#"["2024-01-01 00:00:00.000","x",null]"#);
        check(&array(DataType::IntervalMonth), r#"["2 months"]"#, r#"["+0-02"]"#);
        check(&array(DataType::Bytes), r#"["\/+8=", "no"]"#, r#"["/+8=","no"]"#);
        check(&array(DataType::Decimal { precision: 5, scale: 2 }), "[1.5, 2]", "[1.50,2.00]");
        check(&array(DataType::STRING), r#"["\u00e9", "a\/b", "q\""]"#, r#"["é","a/b","q\""]"#);
        check(&array(DataType::Boolean), "[true , false]", "[true,false]");
        check(&row(), r#"{"b": "x", "a": 1}"#, r#"{"a":1,"b":"x"}"#);
        check(&row(), r#"{"a": 1}"#, r#"{"a":1,"b":null}"#);
        check(&map(DataType::STRING, row()), r#"{"k": {"b": null}, "a": null}"#, r#"{"a":null,"k":{"a":null,"b":null}}"#);
        check(&map(DataType::Int, DataType::Double), r#"{"10": 1, "9": 2}"#, r#"{"9":2.0,"10":1.0}"#);
        check(&DataType::Multiset(Box::new(DataType::STRING)), r#"{"b": 1, "a": 2}"#, r#"{"a":2,"b":1}"#);
    }

    #[test]
    fn texts_are_equal_where_values_are() {
        let data_type = map(DataType::STRING, array(DataType::Double));
        let mut random = fastrand::Rng::with_seed(12);
        let numbers = ["1", "1.0", "2", "null", "10e-1"];
        let draw = |random: &mut fastrand::Rng| {
            let mut entries: Vec<String> = ["a", "b"].iter().filter(|_| random.u8(..4) > 0).map(|k| format!("\"{k}\"")).collect();
            random.shuffle(&mut entries);
            let blank = if random.bool() { " " } else { "" };
            let items = |random: &mut fastrand::Rng| {
                let items: Vec<&str> = (0..random.usize(..3)).map(|_| numbers[random.usize(..numbers.len())]).collect();
                format!("[{}]", items.join(&format!(",{blank}")))
            };
            let entries: Vec<String> = entries.iter().map(|key| format!("{key}:{blank}{}", items(random))).collect();
            Value::text(format!("{{{}}}", entries.join(",")))
        };
        for _ in 0..400 {
            let (a, b) = (draw(&mut random), draw(&mut random));
            let of = |name: &str, value: &Value| evaluate(name, &[(value.clone(), data_type.clone())]);
            assert_eq!(of(CANONICAL, &a) == of(CANONICAL, &b), of(ORDER_KEY, &a) == of(ORDER_KEY, &b), "{a:?} {b:?}");
        }
    }
}

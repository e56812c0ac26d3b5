//! The library of scalar functions, with the names and meanings of Flink SQL. One file per family; each lists its functions.
//!
//! A function is told its argument types by `resolve` and makes a kernel for them; NULL in gives NULL out unless its usage says
//! otherwise. No function knows a clock, a file or anything but its arguments, so every one but those of `random` is
//! deterministic; the session's time zone is UTC. A row that fails is reported with its reason; texts longer than 16 MiB fail.

mod array;
mod array_edit;
mod array_some;
mod bitmap;
mod byte_part;
mod bytes;
mod calendar;
mod canonical;
mod cipher;
mod collection;
mod date_parts;
mod datetime;
mod degrees;
mod digest;
mod each;
mod encoding;
mod extreme;
mod float;
mod format;
mod inet;
mod integer;
mod interval;
mod json;
mod json_build;
mod json_edit;
mod json_get;
mod json_operator;
mod json_path;
mod json_populate;
mod json_text;
mod jsonb;
mod kernel;
mod like;
mod map;
mod math;
mod null_count;
mod number_text;
mod order_key;
mod pattern;
mod printf;
mod random;
mod regexp;
mod required;
mod round;
mod secret;
mod series;
mod signature;
mod sized;
mod split;
mod sql_path;
mod string;
mod time_pattern;
mod time_text;
mod type_name;
mod url;
mod vector;
mod zone;
#[cfg(test)]
mod testing;

pub(in crate::expr) use bytes::read_bytea;
pub(in crate::expr) use json::NO_BASE64;
pub(in crate::expr) use kernel::{TEXT_BYTES_MAX, TOO_LONG};
pub(in crate::expr) use map::Entries;

pub use bytes::is_format_of_bytes;
pub use canonical::CANONICAL;
pub use cipher::is_key_length;
pub use datetime::{wrong_field, wrong_rounding};
pub use each::{JSON_TEXTS_OF_FIELDS, JSON_TEXTS_OF_ITEMS};
pub use json_text::Json;
pub use order_key::ORDER_KEY;
pub use pattern::{Case, is_like};
pub use required::REQUIRED;
pub use sized::SIZED;
pub(in crate::expr) use zone::instant_of;

use super::{Family, Help, ScalarFunction};

/// All of them, and what they are about.
static FAMILIES: [(Family, &[ScalarFunction]); 49] = [
    (Family::Condition, null_count::FUNCTIONS),
    (Family::Text, string::FUNCTIONS),
    (Family::Text, split::FUNCTIONS),
    (Family::Text, url::FUNCTIONS),
    (Family::Text, inet::FUNCTIONS),
    (Family::Text, format::FUNCTIONS),
    (Family::Text, printf::FUNCTIONS),
    (Family::Text, pattern::FUNCTIONS),
    (Family::Text, regexp::FUNCTIONS),
    (Family::Bytes, encoding::FUNCTIONS),
    (Family::Bytes, digest::FUNCTIONS),
    (Family::Bytes, bytes::FUNCTIONS),
    (Family::Bytes, secret::FUNCTIONS),
    (Family::Bytes, cipher::FUNCTIONS),
    (Family::Bitmap, bitmap::FUNCTIONS),
    (Family::Number, math::FUNCTIONS),
    (Family::Number, degrees::FUNCTIONS),
    (Family::Number, float::FUNCTIONS),
    (Family::Number, integer::FUNCTIONS),
    (Family::Number, random::FUNCTIONS),
    (Family::Json, json_path::FUNCTIONS),
    (Family::Json, json_build::FUNCTIONS),
    (Family::Json, jsonb::FUNCTIONS),
    (Family::Json, json_edit::FUNCTIONS),
    (Family::Json, json_get::FUNCTIONS),
    (Family::Json, json_populate::FUNCTIONS),
    (Family::Json, sql_path::FUNCTIONS),
    (Family::Nested, json::FUNCTIONS),
    (Family::Nested, collection::FUNCTIONS),
    (Family::Nested, array::FUNCTIONS),
    (Family::Nested, array_edit::FUNCTIONS),
    (Family::Nested, array_some::FUNCTIONS),
    (Family::Nested, vector::FUNCTIONS),
    (Family::Nested, map::FUNCTIONS),
    (Family::Nested, series::FUNCTIONS),
    (Family::Nested, each::FUNCTIONS),
    (Family::Type, type_name::FUNCTIONS),
    (Family::Type, order_key::FUNCTIONS),
    (Family::Type, canonical::FUNCTIONS),
    (Family::Type, required::FUNCTIONS),
    (Family::Type, sized::FUNCTIONS),
    (Family::Time, date_parts::FUNCTIONS),
    (Family::Time, time_text::FUNCTIONS),
    (Family::Time, zone::FUNCTIONS),
    (Family::Time, interval::FUNCTIONS),
    (Family::Time, datetime::FIELDS),
    (Family::Time, datetime::ROUNDING.as_flattened()),
    (Family::Time, datetime::MOVING.as_flattened()),
    (Family::Json, json_operator::FUNCTIONS),
];

fn all() -> impl Iterator<Item = &'static ScalarFunction> {
    FAMILIES.iter().flat_map(|(_, functions)| *functions)
}

/// The function with this name, ignoring case.
pub fn lookup(name: &str) -> Option<&'static ScalarFunction> {
    all().find(|f| f.name.eq_ignore_ascii_case(name) || f.help.is_some_and(|help| help.is_called(name)))
}

/// What users read of the functions that they can call.
pub fn helps() -> impl Iterator<Item = (Family, &'static Help)> {
    FAMILIES.iter().flat_map(|(family, functions)| functions.iter().filter_map(|f| Some((*family, f.help.as_ref()?))))
}

/// Whether `text` is one well-formed JSON value, nested no deeper than `limits::NESTING_MAX`.
pub(in crate::expr) fn is_json_text(text: &str) -> bool {
    json_text::Json::new(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{DataType, Value};

    #[test]
    fn names_are_unique_and_upper_case() {
        let mut seen = std::collections::HashSet::new();
        for function in all() {
            let aliases = function.help.iter().flat_map(|help| help.aliases);
            for name in std::iter::once(&function.name).chain(aliases) {
                assert!(seen.insert(name), "{name} twice");
                assert_eq!(*name, name.to_uppercase());
                assert_eq!(lookup(&name.to_lowercase()), Some(function));
            }
        }
    }

    /// Values at the edges of every type.
    fn edges() -> Vec<(Value, DataType)> {
        use DataType as T;
        let mut edges = vec![testing::null(), (Value::Bool(true), T::Boolean), (Value::Bytes(Box::new([0xff, 0])), T::Bytes)];
        edges.push((Value::Bytes(Box::new([0x3a, 0x30, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 7, 0])), T::Bitmap));
        for number in [0, 1, -1, 3, i64::MIN, i64::MAX] {
            edges.push(testing::int(number));
            edges.push((Value::Int(number), T::Timestamp(9)));
            edges.push((Value::Int(number), T::TimestampLtz(3)));
            edges.push((Value::Int(number), T::IntervalDay));
        }
        for number in [0, -1, i64::from(i32::MIN), i64::from(i32::MAX)] {
            edges.push((Value::Int(number), T::Int));
            edges.push((Value::Int(number), T::Date));
            edges.push((Value::Int(number), T::IntervalMonth));
        }
        edges.extend([0.0, -0.5, 1e300, f64::NAN, f64::NEG_INFINITY].map(testing::double));
        for (units, precision, scale) in [(0, 1, 0), (-99_999, 5, 2), (10i128.pow(38) - 1, 38, 0), (1 - 10i128.pow(38), 38, 38)] {
            edges.push((Value::Decimal(units), T::Decimal { precision, scale }));
        }
        edges.extend([0, -1, i128::MIN].map(|bits| (Value::Decimal(bits), T::Uuid)));
        let texts = [
            "",
            " ",
            "é😀",
            "%",
            "[1,{\"a\":\"\\u00e9\"}]",
            "$.a[0]",
            "(",
            "\\",
            "2024-02-29 23:59:59.9",
            "yyyy 'x'",
            "DAY",
            "'",
        ];
        edges.extend(texts.map(testing::text));
        edges.extend(["[1, \"x\"]", "[]", "[null, 3]", "{}", "["].map(|text| (Value::text(text), T::Array(Box::new(T::Int)))));
        let row = T::Row(vec![("a".to_owned(), T::Int), ("b".to_owned(), T::STRING)]);
        edges.push((Value::text("{\"a\": 1, \"b\": \"x\"}"), row.clone()));
        edges.push((Value::text("[{\"a\": 1, \"b\": \"x\"}, null]"), T::Array(Box::new(row))));
        edges.push((Value::text("{\"1\": 2}"), T::Map(Box::new(T::Int), Box::new(T::Int))));
        edges
    }

    /// Up to six arguments; many are of the type of the one before, so that functions of several numbers are called, too.
    fn some_of(edges: &[(Value, DataType)], random: &mut fastrand::Rng) -> Vec<(Value, DataType)> {
        let mut args: Vec<(Value, DataType)> = Vec::new();
        for _ in 0..random.usize(..7) {
            let before = args.last().map(|(_, data_type)| data_type.clone());
            let alike: Vec<_> = edges.iter().filter(|(_, data_type)| Some(data_type) == before.as_ref()).collect();
            args.push(match random.u8(..3) {
                0 | 1 if !alike.is_empty() => alike[random.usize(..alike.len())].clone(),
                _ => edges[random.usize(..edges.len())].clone(),
            });
        }
        args
    }

    #[test]
    fn no_function_panics_on_any_arguments_it_takes() {
        let edges = edges();
        let mut random = fastrand::Rng::with_seed(17);
        for function in all() {
            let (mut tried, mut taken) = (0, 0);
            // Most calls are of other types than the function takes; what takes few gets more of them.
            while tried < 3_000 || (taken < 10 && tried < 200_000) {
                tried += 1;
                let args = some_of(&edges, &mut random);
                let types: Vec<DataType> = args.iter().map(|(_, t)| t.clone()).collect();
                if (function.resolve)(&types).is_some() {
                    testing::evaluate(function.name, &args);
                    taken += 1;
                }
            }
            assert!(taken > 0, "{} takes nothing of all that", function.name);
        }
    }
}

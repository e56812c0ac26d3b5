//! The library of scalar functions, with the names and meanings of Flink SQL. One file per family; each lists its functions.
//!
//! A function is told its argument types by `resolve` and makes a kernel for them; NULL in gives NULL out unless its usage says
//! otherwise. No function knows a clock, a file or anything but its arguments, so every one but those of `random` is
//! deterministic; the session's time zone is UTC. A row that fails is reported with its reason; texts longer than 16 MiB fail.

mod array;
mod array_edit;
mod byte_part;
mod bytes;
mod calendar;
mod canonical;
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
mod integer;
mod interval;
mod json;
mod json_build;
mod json_edit;
mod json_operator;
mod json_path;
mod json_text;
mod jsonb;
mod kernel;
mod like;
mod map;
mod math;
mod number_text;
mod order_key;
mod pattern;
mod printf;
mod random;
mod regexp;
mod required;
mod round;
mod series;
mod signature;
mod split;
mod string;
mod time_pattern;
mod time_text;
mod type_name;
mod url;
mod zone;
#[cfg(test)]
mod testing;

pub(in crate::expr) use kernel::{TEXT_BYTES_MAX, TOO_LONG};
pub(in crate::expr) use map::Entries;

pub use bytes::is_format_of_bytes;
pub use canonical::CANONICAL;
pub use datetime::{wrong_field, wrong_rounding};
pub use json_text::Json;
pub use order_key::ORDER_KEY;
pub use required::REQUIRED;
pub(in crate::expr) use zone::instant_of;

use super::ScalarFunction;

/// All families.
static FAMILIES: [&[ScalarFunction]; 39] = [
    string::FUNCTIONS,
    split::FUNCTIONS,
    encoding::FUNCTIONS,
    url::FUNCTIONS,
    digest::FUNCTIONS,
    random::FUNCTIONS,
    format::FUNCTIONS,
    printf::FUNCTIONS,
    pattern::FUNCTIONS,
    regexp::FUNCTIONS,
    math::FUNCTIONS,
    degrees::FUNCTIONS,
    float::FUNCTIONS,
    integer::FUNCTIONS,
    bytes::FUNCTIONS,
    datetime::FIELDS,
    datetime::ROUNDING.as_flattened(),
    datetime::MOVING.as_flattened(),
    date_parts::FUNCTIONS,
    time_text::FUNCTIONS,
    zone::FUNCTIONS,
    interval::FUNCTIONS,
    json::FUNCTIONS,
    json_path::FUNCTIONS,
    json_build::FUNCTIONS,
    jsonb::FUNCTIONS,
    json_edit::FUNCTIONS,
    json_operator::PARTS.as_flattened(),
    json_operator::FUNCTIONS,
    collection::FUNCTIONS,
    array::FUNCTIONS,
    array_edit::FUNCTIONS,
    map::FUNCTIONS,
    type_name::FUNCTIONS,
    order_key::FUNCTIONS,
    canonical::FUNCTIONS,
    required::FUNCTIONS,
    series::FUNCTIONS,
    each::FUNCTIONS,
];

/// The function with this name, ignoring case.
pub fn lookup(name: &str) -> Option<&'static ScalarFunction> {
    FAMILIES.iter().copied().flatten().find(|f| f.name.eq_ignore_ascii_case(name))
}

/// Whether `text` is one well-formed JSON value, nested no deeper than `limits::NESTING_MAX`.
pub(in crate::expr) fn is_json_text(text: &str) -> bool {
    json_text::Json::new(text).is_some()
}

/// Names of all functions, upper case.
pub fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().copied().flatten().map(|f| f.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{DataType, Value};

    #[test]
    fn names_are_unique_and_upper_case() {
        let mut seen = std::collections::HashSet::new();
        for name in names() {
            assert!(seen.insert(name), "{name} twice");
            assert_eq!(name, name.to_uppercase());
            assert!(lookup(&name.to_lowercase()).is_some());
        }
    }

    /// Values at the edges of every type.
    fn edges() -> Vec<(Value, DataType)> {
        use DataType as T;
        let mut edges = vec![testing::null(), (Value::Bool(true), T::Boolean), (Value::Bytes(Box::new([0xff, 0])), T::Bytes)];
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
        for function in FAMILIES.iter().copied().flatten() {
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

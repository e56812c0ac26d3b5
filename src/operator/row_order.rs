//! How the rows of a table of rows are ordered: by the keys of an ORDER BY, and where these leave two equal, by all columns.
//!
//! A *place* is a number that stands for a value of a sort key: where one place is behind another, so is the value. Equal places say nothing.

use std::cmp::Ordering;

use crate::batch::{Column, Values};
use crate::state::cell;
use crate::types::relation::SortKey;

/// The order of two rows that differ in some column. Hot: once per comparison.
pub fn order(keys: &[SortKey], columns: &[Column], a: u32, b: u32) -> Ordering {
    let rest = || columns.iter().map(|column| cell::order(column, a as usize, b as usize));
    by_keys(keys, columns, a, b).then_with(|| rest().find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal))
}

/// The order of two rows by the keys alone. Hot: once per comparison.
pub fn by_keys(keys: &[SortKey], columns: &[Column], a: u32, b: u32) -> Ordering {
    let (a, b) = (a as usize, b as usize);
    let by = |key: &SortKey| {
        let column = &columns[key.column];
        match (column.is_null(a), column.is_null(b)) {
            (false, false) if key.descending => cell::order(column, b, a),
            (false, false) => cell::order(column, a, b),
            (a_null, b_null) if key.nulls_first => b_null.cmp(&a_null),
            (a_null, b_null) => a_null.cmp(&b_null),
        }
    };
    keys.iter().map(by).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

/// The places of all values of a column. Hot: once per batch.
pub fn places(key: &SortKey, column: &Column, places: &mut Vec<i64>) {
    fn of<T: Copy>(key: &SortKey, values: &[T], place: impl Fn(T) -> i64, places: &mut Vec<i64>) {
        let turn = if key.descending { -1 } else { 0 };
        places.extend(values.iter().map(|value| place(*value) ^ turn));
    }
    places.clear();
    match &column.values {
        Values::Bool(v) => of(key, v, i64::from, places),
        Values::I8(v) => of(key, v, i64::from, places),
        Values::I16(v) => of(key, v, i64::from, places),
        Values::I32(v) => of(key, v, i64::from, places),
        Values::I64(v) => of(key, v, |number| number, places),
        Values::F32(v) => of(key, v, |number| place_of_double(number.into()), places),
        Values::F64(v) => of(key, v, place_of_double, places),
        Values::I128(v) => of(key, v, |number| number.clamp(i64::MIN.into(), i64::MAX.into()) as i64, places),
        Values::Str(v) => {
            let rows: Vec<u32> = (0..v.len() as u32).collect();
            of(key, &rows, |row| place_of_text(v.bytes(row as usize)), places);
        }
    }
    if column.has_nulls() {
        let null = if key.nulls_first { i64::MIN } else { i64::MAX };
        places.iter_mut().enumerate().filter(|(row, _)| column.is_null(*row)).for_each(|(_, place)| *place = null);
    }
}

/// Orders doubles as numbers are, NaN behind all of them.
#[inline]
fn place_of_double(number: f64) -> i64 {
    let bits = cell::double_bits(number) as i64;
    // Without its sign a negative number is the greater the less it is.
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The first eight bytes of a text.
fn place_of_text(text: &[u8]) -> i64 {
    let mut first = [0; 8];
    let count = text.len().min(8);
    first[..count].copy_from_slice(&text[..count]);
    (u64::from_be_bytes(first) ^ (1 << 63)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{DataType, Value};

    #[test]
    fn values_are_ordered_as_their_places_where_these_differ() {
        let texts = ["", "a", "a\0", "abcdefgh", "abcdefghi", "b", "\u{ff}"].map(Value::text);
        let doubles =
            [0.0, -0.0, 1.5, -1.5, -2.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN];
        let numbers = [0, 1, -1, 127, -128].map(Value::Int);
        let decimals = [0, 1, -1, 1 << 64, -(1 << 64), i128::MAX, i128::MIN].map(Value::Decimal);
        for (data_type, values) in [
            (DataType::STRING, texts.to_vec()),
            (DataType::Double, doubles.map(Value::Double).to_vec()),
            (DataType::Float, doubles.map(Value::Double).to_vec()),
            (DataType::TinyInt, numbers.to_vec()),
            (DataType::BigInt, numbers.to_vec()),
            (DataType::Decimal { precision: 38, scale: 0 }, decimals.to_vec()),
            (DataType::Boolean, vec![Value::Bool(true), Value::Bool(false)]),
        ] {
            let mut column = Column::with_capacity(&data_type, 0);
            values.iter().chain([&Value::Null]).for_each(|value| column.push(value));
            for (descending, nulls_first) in [(false, false), (false, true), (true, false), (true, true)] {
                let key = SortKey { column: 0, descending, nulls_first };
                let mut found = Vec::new();
                places(&key, &column, &mut found);
                for (a, b) in (0..column.len()).flat_map(|a| (0..column.len()).map(move |b| (a, b))) {
                    let order = by_keys(&[key], std::slice::from_ref(&column), a as u32, b as u32);
                    let by_place = found[a].cmp(&found[b]);
                    assert!(by_place == order || by_place.is_eq(), "{data_type:?} {key:?}: rows {a} and {b}");
                    assert!(order.is_ne() || by_place.is_eq(), "{data_type:?}: equal rows {a} and {b}");
                }
            }
        }
    }
}

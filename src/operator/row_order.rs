//! How the rows of a table of rows are ordered: by the keys of an ORDER BY, and where these leave two equal, by all columns.
//!
//! A *place* is a number that stands for a value of a sort key: where one place is behind another, so is the value. Equal places say nothing.

use std::cmp::Ordering;
use std::ops::Range;

use crate::batch::compress::mask_of;
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

/// The place of a value of a column. Hot: once per row.
#[inline]
fn place(key: &SortKey, column: &Column, row: usize) -> i64 {
    if column.is_null(row) {
        return if key.nulls_first { i64::MIN } else { i64::MAX };
    }
    let place = match &column.values {
        Values::Bool(v) => v[row].into(),
        Values::I8(v) => v[row].into(),
        Values::I16(v) => v[row].into(),
        Values::I32(v) => v[row].into(),
        Values::I64(v) => v[row],
        Values::F32(v) => place_of_double(v[row].into()),
        Values::F64(v) => place_of_double(v[row]),
        Values::I128(v) => v[row].clamp(i64::MIN.into(), i64::MAX.into()) as i64,
        Values::Str(v) => place_of_text(v.bytes(row)),
    };
    if key.descending { !place } else { place }
}

/// The places of a row of a batch by the first two sort keys: if they are behind those of another, so is the row. Hot: once per row.
pub fn places(keys: &[SortKey], columns: &[Column], row: usize) -> (i64, i64) {
    let Some(first) = keys.first() else { return (0, 0) };
    let of = |key: &SortKey| place(key, &columns[key.column], row);
    let place = of(first);
    match keys.get(1) {
        // Rows in one place whose values may differ are not told apart by the second key.
        Some(second) if is_of_one_value(place, &columns[first.column]) => (place, of(second)),
        _ => (place, 0),
    }
}

/// Whether all rows in this place have the same value.
fn is_of_one_value(place: i64, column: &Column) -> bool {
    // Where all NULLs are, there may be the least or the greatest number as well.
    place != i64::MIN && place != i64::MAX && !matches!(column.values, Values::I128(_) | Values::Str(_))
}

/// One bit for each of up to 64 rows, the first one lowest: set where the place is not behind `cut`, and for some of which it is. Hot:
/// once per 64 rows.
pub fn not_behind(cut: i64, key: &SortKey, column: &Column, rows: Range<usize>) -> u64 {
    let all = u64::MAX >> (64 - rows.len());
    if cut == i64::MAX || column.has_nulls() {
        return all;
    }
    let mut word = [0];
    let cut = if key.descending { !cut } else { cut };
    match (&column.values, key.descending) {
        (Values::I32(v), true) => mask_of(&v[rows], |n| i64::from(n) >= cut, &mut word),
        (Values::I32(v), false) => mask_of(&v[rows], |n| i64::from(n) <= cut, &mut word),
        (Values::I64(v), true) => mask_of(&v[rows], |n| n >= cut, &mut word),
        (Values::I64(v), false) => mask_of(&v[rows], |n| n <= cut, &mut word),
        // What is no number is before or behind all.
        (Values::F64(v), true) => {
            let cut = double_of_place(cut);
            mask_of(&v[rows], |n| n.partial_cmp(&cut) != Some(Ordering::Less), &mut word);
        }
        (Values::F64(v), false) => {
            let cut = double_of_place(cut);
            mask_of(&v[rows], |n| n.partial_cmp(&cut) != Some(Ordering::Greater), &mut word);
        }
        _ => return all,
    }
    word[0]
}

/// Orders doubles as numbers are, NaN behind all of them.
#[inline]
fn place_of_double(number: f64) -> i64 {
    let bits = cell::double_bits(number) as i64;
    // Without its sign a negative number is the greater the less it is.
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The double in a place.
fn double_of_place(place: i64) -> f64 {
    f64::from_bits((place ^ (((place >> 63) as u64) >> 1) as i64) as u64)
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
                let found: Vec<i64> = (0..column.len()).map(|row| place(&key, &column, row)).collect();
                for (a, b) in (0..column.len()).flat_map(|a| (0..column.len()).map(move |b| (a, b))) {
                    let order = by_keys(&[key], std::slice::from_ref(&column), a as u32, b as u32);
                    let by_place = found[a].cmp(&found[b]);
                    assert!(by_place == order || by_place.is_eq(), "{data_type:?} {key:?}: rows {a} and {b}");
                    assert!(order.is_ne() || by_place.is_eq(), "{data_type:?}: equal rows {a} and {b}");
                }
            }
        }
    }

    #[test]
    fn rows_are_ordered_as_their_two_places_where_these_differ() {
        let numbers = [i64::MIN, -1, 0, 1, i64::MAX].map(Value::Int).to_vec();
        let doubles = [0.0, -0.0, -1.5, f64::INFINITY, f64::NAN].map(Value::Double).to_vec();
        let decimals = [0, -1, 1 << 64, i128::MAX, i128::MIN].map(Value::Decimal).to_vec();
        let texts = ["", "abcdefgh", "abcdefghi", "abcdefghj", "b"].map(Value::text).to_vec();
        let decimal = DataType::Decimal { precision: 38, scale: 0 };
        for (data_type, values) in
            [(DataType::BigInt, &numbers), (DataType::Double, &doubles), (decimal, &decimals), (DataType::STRING, &texts)]
        {
            let (mut first, mut second) = (Column::with_capacity(&data_type, 0), Column::with_capacity(&DataType::BigInt, 0));
            for value in values.iter().chain([&Value::Null]) {
                for other in numbers.iter().chain([&Value::Null]) {
                    first.push(value);
                    second.push(other);
                }
            }
            let columns = [first, second];
            for flags in 0..16 {
                let key = |column, descending, nulls_first| SortKey { column, descending, nulls_first };
                let keys = [key(0, flags & 1 > 0, flags & 2 > 0), key(1, flags & 4 > 0, flags & 8 > 0)];
                let found: Vec<_> = (0..columns[0].len()).map(|row| places(&keys, &columns, row)).collect();
                for (a, b) in (0..found.len()).flat_map(|a| (0..found.len()).map(move |b| (a, b))) {
                    let (order, by_places) = (by_keys(&keys, &columns, a as u32, b as u32), found[a].cmp(&found[b]));
                    assert!(by_places == order || by_places.is_eq(), "{data_type:?} {keys:?}: rows {a} and {b}");
                }
                let told_apart: std::collections::BTreeSet<_> = found.iter().collect();
                let least = if is_of_one_value(1, &columns[0]) { 13 } else { 3 };
                assert!(told_apart.len() >= least, "{data_type:?} {keys:?}: {} places", told_apart.len());
            }
        }
    }

    #[test]
    fn none_is_behind_that_has_its_bit() {
        let mut random = fastrand::Rng::with_seed(5);
        let doubles = [0.0, -0.0, 1.5, -1.5, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN, 1e-300];
        let mut left_out = 0;
        for turn in 0..600 {
            let data_type = [DataType::Double, DataType::BigInt, DataType::Int, DataType::STRING][turn % 4].clone();
            let mut column = Column::with_capacity(&data_type, 0);
            for _ in 0..random.usize(1..200) {
                column.push(&match data_type {
                    _ if turn % 5 == 0 && random.u8(..9) == 0 => Value::Null,
                    DataType::Double => Value::Double(doubles[random.usize(..doubles.len())]),
                    DataType::STRING => Value::text("ab".repeat(random.usize(..9))),
                    _ => Value::Int(random.i64(-9..9)),
                });
            }
            let key = SortKey { column: 0, descending: random.bool(), nulls_first: random.bool() };
            let first = random.usize(..column.len());
            let rows = first..column.len().min(first + random.usize(1..=64));
            let cut = place(&key, &column, random.usize(..column.len()));
            let found = not_behind(cut, &key, &column, rows.clone());
            assert_eq!(found.checked_shr(rows.len() as u32).unwrap_or(0), 0, "there are bits of rows only");
            for row in rows.clone().filter(|row| found >> (row - first) & 1 == 0) {
                assert!(place(&key, &column, row) > cut, "{key:?} row {row} of {data_type:?}");
                left_out += 1;
            }
        }
        assert!(left_out > 2_000, "{left_out} rows are behind");
    }
}

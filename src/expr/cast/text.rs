//! Casts to and from text.

use super::super::RowErrors;
use super::super::operand::{Native, Rows, UnaryKernel, map_strings, strings_of};
use super::time::cut;
use super::{Conversion, array_text, is_json, is_valid};
use crate::batch::text::write_value;
use crate::batch::{Column, Values};
use crate::expr::function::{NO_BASE64, instant_of, is_json_text};
use crate::types::DataType;
use crate::types::time::{DAY, parse_date, parse_time, parse_timestamp};
use crate::types::{base64, decimal, interval, uuid};

/// The kernel from any type to text of at most `length` characters; what is longer is cut.
pub(super) fn write(conversion: Conversion, length: Option<u32>) -> UnaryKernel {
    let from_bytes = conversion.from == DataType::Bytes;
    Box::new(move |column, rows, errors| {
        let validity = column.validity.as_ref();
        let mut any_failed = false;
        let values = map_strings(rows, |row, out| {
            if !is_valid(validity, row) {
                return;
            }
            match &column.values {
                Values::Str(strings) if conversion.from != DataType::Bitmap => out.extend_from_slice(strings.bytes(row)),
                _ => write_value(column, row, &conversion.from, out),
            }
            if from_bytes && simdutf8::basic::from_utf8(out).is_err() {
                any_failed = true;
                out.clear();
            }
            if let Some(length) = length {
                cut_characters(out, length as usize);
            }
        });
        let mut output = Column { values: Values::Str(values), validity: column.validity.clone() };
        if any_failed {
            let strings = strings_of(&column.values);
            conversion.settle(column, &mut output, rows, errors, |row| simdutf8::basic::from_utf8(strings.bytes(row)).is_err());
        }
        output
    })
}

/// Leaves so many characters.
pub(super) fn cut_characters(text: &mut Vec<u8>, length: usize) {
    if text.len() > length {
        // A byte that does not continue a character begins one.
        let starts = text.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80);
        if let Some(end) = starts.map(|(at, _)| at).nth(length) {
            text.truncate(end);
        }
    }
}

/// The kernel from text to another type, if there is one.
pub(super) fn read(conversion: Conversion) -> Option<UnaryKernel> {
    Some(match conversion.to {
        DataType::Boolean => parsed(conversion, boolean),
        DataType::TinyInt => parsed(conversion, |t| lexical_core::parse::<i8>(t).ok()),
        DataType::SmallInt => parsed(conversion, |t| lexical_core::parse::<i16>(t).ok()),
        DataType::Int => parsed(conversion, |t| lexical_core::parse::<i32>(t).ok()),
        DataType::BigInt => parsed(conversion, |t| lexical_core::parse::<i64>(t).ok()),
        DataType::Float => parsed(conversion, |t| lexical_core::parse::<f32>(t).ok().filter(|v| !v.is_infinite() || is_word(t))),
        DataType::Double => parsed(conversion, |t| lexical_core::parse::<f64>(t).ok().filter(|v| !v.is_infinite() || is_word(t))),
        DataType::Decimal { precision, scale } => parsed(conversion, move |t| decimal::parse(t, precision, scale)),
        DataType::Date => parsed(conversion, date),
        DataType::Time(precision) => parsed(conversion, move |t| parse_time(t).and_then(|v| cut(v, precision))),
        DataType::Timestamp(precision) => parsed(conversion, move |t| parse_timestamp(t).and_then(|v| cut(v, precision))),
        DataType::TimestampLtz(precision) => parsed(conversion, move |t| instant(t).and_then(|v| cut(v, precision))),
        DataType::IntervalDay => parsed(conversion, interval::parse_nanos),
        DataType::IntervalMonth => parsed(conversion, interval::parse_months),
        DataType::Uuid => parsed(conversion, uuid::parse),
        DataType::Array(_) => array(conversion),
        ref to if is_json(to) => checked_json(conversion),
        _ => return None,
    })
}

/// The kernel from the texts that stand for BYTES within nested values.
pub(super) fn bytes_of_parts() -> UnaryKernel {
    Box::new(|column, rows, errors| {
        let strings = strings_of(&column.values);
        let values = map_strings(rows, |row, out| {
            if is_valid(column.validity.as_ref(), row) && base64::decode(strings.bytes(row), out).is_none() {
                out.clear();
                errors.push(row, NO_BASE64);
            }
        });
        Column { values: Values::Str(values), validity: column.validity.clone() }
    })
}

/// Whether a float is written in letters, such as `Infinity`, and not as digits too great for it.
fn is_word(text: &[u8]) -> bool {
    !text.iter().any(u8::is_ascii_digit)
}

fn boolean(text: &[u8]) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word.as_bytes());
    match () {
        () if is("true") || is("t") || is("1") => Some(true),
        () if is("false") || is("f") || is("0") => Some(false),
        () => None,
    }
}

/// A date, or the date of a timestamp.
fn date(text: &[u8]) -> Option<i32> {
    parse_date(text).or_else(|| parse_timestamp(text).map(|at| at.div_euclid(DAY) as i32))
}

/// A time in UTC, with its distance to it, or of a place.
fn instant(text: &[u8]) -> Option<i64> {
    parse_timestamp(text).or_else(|| instant_of(std::str::from_utf8(text).ok()?))
}

/// A kernel that reads trimmed text. Hot: once per batch.
fn parsed<U: Native>(conversion: Conversion, parse: impl Fn(&[u8]) -> Option<U> + Send + 'static) -> UnaryKernel {
    Box::new(move |column: &Column, rows: Rows<'_>, errors: &mut RowErrors| {
        let strings = strings_of(&column.values);
        let validity = column.validity.as_ref();
        let mut values = vec![U::default(); rows.len];
        let mut any_failed = false;
        for row in rows.selection.iter().filter(|row| is_valid(validity, *row)) {
            match parse(strings.bytes(row).trim_ascii()) {
                Some(value) => values[row] = value,
                None => any_failed = true,
            }
        }
        let mut output = Column { values: U::values(values), validity: column.validity.clone() };
        if any_failed {
            conversion.settle(column, &mut output, rows, errors, |row| parse(strings.bytes(row).trim_ascii()).is_none());
        }
        output
    })
}

/// A kernel that makes JSON of arrays in braces, and passes others on as `checked_json` does.
fn array(conversion: Conversion) -> UnaryKernel {
    let item = if let DataType::Array(item) = &conversion.to { (**item).clone() } else { DataType::Null };
    let checked = checked_json(conversion.clone());
    Box::new(move |column, rows, errors| {
        let strings = strings_of(&column.values);
        let is_braced = |row: usize| !column.is_null(row) && array_text::is_braced(strings.bytes(row));
        if !rows.selection.iter().any(is_braced) {
            return checked(column, rows, errors);
        }
        let read = |row: usize, out: &mut Vec<u8>| match is_braced(row) {
            true => array_text::write_as_json(strings.bytes(row), &item, out),
            false => {
                out.extend_from_slice(strings.bytes(row));
                std::str::from_utf8(out).is_ok_and(is_json_text).then_some(())
            }
        };
        let mut failed = Vec::new();
        let values = map_strings(rows, |row, out| {
            if is_valid(column.validity.as_ref(), row) && read(row, out).is_none() {
                out.clear();
                failed.push(row);
            }
        });
        let mut output = Column { values: Values::Str(values), validity: column.validity.clone() };
        if !failed.is_empty() {
            conversion.settle(column, &mut output, rows, errors, |row| failed.binary_search(&row).is_ok());
        }
        output
    })
}

/// A kernel that passes text on where it is JSON, nested no deeper than `limits::NESTING_MAX`.
fn checked_json(conversion: Conversion) -> UnaryKernel {
    let is_valid_json = |text: &[u8]| std::str::from_utf8(text).is_ok_and(is_json_text);
    Box::new(move |column, rows, errors| {
        let strings = strings_of(&column.values);
        let mut output = column.clone();
        let failed = |row: usize| !is_valid_json(strings.bytes(row));
        if rows.selection.iter().any(|row| !column.is_null(row) && failed(row)) {
            conversion.settle(column, &mut output, rows, errors, failed);
        }
        output
    })
}

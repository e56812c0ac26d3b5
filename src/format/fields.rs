//! Single fields: text to a value at the end of a column, and back. Shared by the text formats, so that a number or a
//! timestamp means the same in each of them.
//!
//! A value is exact or refused: an integer never wraps, a DECIMAL never passes through binary floating point. Fractions of a
//! second beyond the declared precision are cut, digits of a DECIMAL beyond its scale are rounded.

use std::borrow::Cow;

use super::json::{TimestampStandard, nested, scan};
use super::{DecodeField, kinds};
use crate::batch::{Column, Values};
use crate::error::{Error, Result};
use crate::limits;
use crate::types::{DataType, base64, decimal, interval, time, uuid};

/// Why a text is not a value of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It is no such thing.
    Malformed,
    /// It is a number, but too large or too small.
    OutOfRange,
    /// It has more characters than declared.
    TooLong,
    /// It is NULL or missing where NOT NULL is declared.
    Null,
    /// It is no kind of row.
    NoKind,
}

/// Refuses types that have no text form to read.
pub(super) fn check_readable(name: &str, data_type: &DataType) -> Result<()> {
    match data_type {
        DataType::Null | DataType::IntervalDay | DataType::IntervalMonth => {
            Err(Error::sql(format!("column '{name}' of type {data_type} cannot be read from a record"))
                .hint("read it as a number or STRING and compute the interval from it"))
        }
        _ => Ok(()),
    }
}

/// Appends the value of `text`, which is valid UTF-8, to the column; leaves the column as it was otherwise. Hot: once per value.
#[inline]
pub(super) fn push_text(column: &mut Column, data_type: &DataType, text: &[u8]) -> std::result::Result<(), Misfit> {
    match &mut column.values {
        Values::Bool(v) => v.push(parse_boolean(text)?),
        Values::I8(v) => v.push(match data_type {
            DataType::Varchar(_) => kinds::parse(text)?,
            _ => narrow(parse_integer(text)?)?,
        }),
        Values::I16(v) => v.push(narrow(parse_integer(text)?)?),
        Values::I32(v) => v.push(match data_type {
            DataType::Date => time::parse_date(text).ok_or(Misfit::Malformed)?,
            DataType::IntervalMonth => interval::parse_months(text).ok_or(Misfit::Malformed)?,
            _ => narrow(parse_integer(text)?)?,
        }),
        Values::I64(v) => v.push(match data_type {
            DataType::Time(p) => time::cut(time::parse_time(text).ok_or(Misfit::Malformed)?, *p),
            DataType::Timestamp(p) | DataType::TimestampLtz(p) => {
                time::cut(time::parse_timestamp(text).ok_or(Misfit::Malformed)?, *p)
            }
            DataType::IntervalDay => interval::parse_nanos(text).ok_or(Misfit::Malformed)?,
            _ => parse_integer(text)?,
        }),
        Values::F32(v) => v.push(parse_float(text)?),
        Values::F64(v) => v.push(parse_double(text)?),
        Values::I128(v) => v.push(match data_type {
            DataType::Uuid => uuid::parse(text).ok_or(Misfit::Malformed)?,
            _ => parse_decimal(text, data_type)?,
        }),
        Values::Str(v) => match data_type {
            DataType::Bytes => {
                let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
                base64::decode(text, &mut bytes).ok_or(Misfit::Malformed)?;
                v.push(&bytes);
            }
            DataType::Varchar(None) => v.push(text),
            DataType::Varchar(Some(max)) => {
                check_length(text, *max)?;
                v.push(text);
            }
            nested => {
                check_nested(text, nested)?;
                return push_nested(column, nested, text);
            }
        },
    }
    column.mark_valid();
    Ok(())
}

/// Appends a nested value, whose text is JSON of the right kind.
pub(super) fn push_nested(column: &mut Column, data_type: &DataType, text: &[u8]) -> std::result::Result<(), Misfit> {
    let mut one_form = Vec::with_capacity(text.len());
    let text = match data_type {
        DataType::Json => text,
        _ => {
            nested::write(text, data_type, TimestampStandard::Sql, &mut one_form);
            &one_form
        }
    };
    push_text(column, &DataType::STRING, text)
}

/// Appends a number of milliseconds since 1970-01-01T00:00:00Z to a TIMESTAMP_LTZ column.
pub(super) fn push_epoch_millis(column: &mut Column, text: &[u8]) -> std::result::Result<(), Misfit> {
    let nanos = parse_integer(text)?.checked_mul(1_000_000).ok_or(Misfit::OutOfRange)?;
    if let Values::I64(v) = &mut column.values {
        v.push(nanos);
        column.mark_valid();
    }
    Ok(())
}

/// Appends NULL, or refuses to where NOT NULL is declared.
pub(super) fn push_null(column: &mut Column, field: &DecodeField) -> std::result::Result<(), Misfit> {
    if field.not_null {
        return Err(Misfit::Null);
    }
    column.push_null();
    Ok(())
}

/// The reason of a refused record.
#[cold]
pub(super) fn misfit_reason(field: &DecodeField, text: &[u8], misfit: Misfit) -> Cow<'static, str> {
    let DecodeField { name, data_type, .. } = field;
    let shown = shown(text);
    Cow::Owned(match misfit {
        Misfit::Malformed => format!("field '{name}': {shown} is not a value of {data_type}"),
        Misfit::OutOfRange => format!("field '{name}': {shown} is out of range of {data_type}"),
        Misfit::TooLong => format!("field '{name}': {shown} is too long for {data_type}"),
        Misfit::Null if *field == kinds::field(field.position) => {
            format!("field '{name}' is missing: it says the kind of the row")
        }
        Misfit::Null => format!("field '{name}' is NULL or missing, but declared NOT NULL"),
        Misfit::NoKind => format!("field '{name}': {shown} is no kind of row, which is +I, -U, +U or -D"),
    })
}

/// Text in quotes, cut to a readable length.
fn shown(text: &[u8]) -> String {
    let kept = &text[..text.len().min(limits::ASIDE_FIELD_BYTES_MAX)];
    let more = if kept.len() < text.len() { "..." } else { "" };
    format!("'{}'{more}", String::from_utf8_lossy(kept).trim_end_matches('\u{fffd}'))
}

fn parse_boolean(text: &[u8]) -> std::result::Result<bool, Misfit> {
    match text {
        b"true" => Ok(true),
        b"false" => Ok(false),
        _ if text.eq_ignore_ascii_case(b"true") => Ok(true),
        _ if text.eq_ignore_ascii_case(b"false") => Ok(false),
        _ => Err(Misfit::Malformed),
    }
}

/// Digits that cannot overflow an i64.
const SAFE_DIGITS: usize = 18;

#[inline]
fn parse_integer(text: &[u8]) -> std::result::Result<i64, Misfit> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > SAFE_DIGITS {
        return parse_long_integer(negative, digits);
    }
    let mut number = 0i64;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Misfit::Malformed);
        }
        number = number * 10 + i64::from(digit);
    }
    Ok(if negative { -number } else { number })
}

#[cold]
fn parse_long_integer(negative: bool, digits: &[u8]) -> std::result::Result<i64, Misfit> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Misfit::Malformed);
    }
    let mut number = 0i64;
    for &byte in digits {
        let digit = i64::from(byte - b'0');
        let next = number.checked_mul(10).and_then(|n| if negative { n.checked_sub(digit) } else { n.checked_add(digit) });
        number = next.ok_or(Misfit::OutOfRange)?;
    }
    Ok(number)
}

#[inline]
fn narrow<T: TryFrom<i64>>(number: i64) -> std::result::Result<T, Misfit> {
    T::try_from(number).map_err(|_| Misfit::OutOfRange)
}

fn parse_double(text: &[u8]) -> std::result::Result<f64, Misfit> {
    let number: f64 = lexical_core::parse(text).map_err(|_| Misfit::Malformed)?;
    if number.is_infinite() && names_no_infinity(text) { Err(Misfit::OutOfRange) } else { Ok(number) }
}

fn parse_float(text: &[u8]) -> std::result::Result<f32, Misfit> {
    let number: f32 = lexical_core::parse(text).map_err(|_| Misfit::Malformed)?;
    if number.is_infinite() && names_no_infinity(text) { Err(Misfit::OutOfRange) } else { Ok(number) }
}

/// Whether an infinite result came from digits.
fn names_no_infinity(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_digit)
}

fn parse_decimal(text: &[u8], data_type: &DataType) -> std::result::Result<i128, Misfit> {
    let DataType::Decimal { precision, scale } = data_type else { return Err(Misfit::Malformed) };
    decimal::parse(text, *precision, *scale).ok_or_else(|| match parse_double(text) {
        Ok(number) if !number.is_finite() => Misfit::Malformed,
        Ok(_) | Err(Misfit::OutOfRange) => Misfit::OutOfRange,
        Err(_) => Misfit::Malformed,
    })
}

fn check_length(text: &[u8], max: u32) -> std::result::Result<(), Misfit> {
    let max = max as usize;
    // Bytes that begin a character.
    let fits = text.len() <= max || text.iter().filter(|b| **b & 0xc0 != 0x80).count() <= max;
    if fits { Ok(()) } else { Err(Misfit::TooLong) }
}

/// Nested types are JSON text of the right kind.
fn check_nested(text: &[u8], data_type: &DataType) -> std::result::Result<(), Misfit> {
    let first = text.iter().find(|b| !b.is_ascii_whitespace());
    let right_kind = match data_type {
        DataType::Array(_) => first == Some(&b'['),
        DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_) => first == Some(&b'{'),
        _ => true,
    };
    if right_kind && scan::is_document(text) { Ok(()) } else { Err(Misfit::Malformed) }
}

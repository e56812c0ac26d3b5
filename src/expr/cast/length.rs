//! Texts and bytes brought to the lengths in the name of a type: CHAR(n), BINARY(n) and VARBINARY(n). That of VARCHAR(n) is kept with the type
//! and cut by the cast itself.

use super::super::operand::{UnaryKernel, map_strings, strings_of};
use super::text::cut_characters;
use super::{is_valid, nested};
use crate::batch::{Column, Values};
use crate::expr::function::{TEXT_BYTES_MAX, TOO_LONG};
use crate::types::{DataType, Length, Lengths};

/// The kernel that brings what stands in values of a type to these lengths.
pub(in crate::expr) fn sized(data_type: &DataType, lengths: &Lengths) -> UnaryKernel {
    match lengths.iter().as_slice() {
        [Some(length)] if !data_type.is_nested() => kernel(*length),
        _ => nested::sized(data_type, lengths),
    }
}

/// The kernel that brings texts or bytes to a length.
pub(super) fn kernel(length: Length) -> UnaryKernel {
    Box::new(move |column, rows, errors| {
        let strings = strings_of(&column.values);
        let values = map_strings(rows, |row, out| {
            if is_valid(column.validity.as_ref(), row) {
                out.extend_from_slice(strings.bytes(row));
                bring(out, length);
                if out.len() > TEXT_BYTES_MAX {
                    out.clear();
                    errors.push(row, TOO_LONG);
                }
            }
        });
        Column { values: Values::Str(values), validity: column.validity.clone() }
    })
}

/// What is filled up is no longer than one byte too many.
fn bring(value: &mut Vec<u8>, length: Length) {
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    match length {
        Length::Char(n) => {
            let characters = String::from_utf8_lossy(value).chars().count();
            match size(n).checked_sub(characters) {
                Some(missing) => fill(value, value.len().saturating_add(missing), b' '),
                None => cut_characters(value, size(n)),
            }
        }
        Length::Binary(n) => {
            value.truncate(size(n));
            fill(value, size(n), 0);
        }
        Length::Varbinary(n) => value.truncate(size(n)),
    }
}

fn fill(value: &mut Vec<u8>, size: usize, with: u8) {
    value.resize(size.min(TEXT_BYTES_MAX + 1).max(value.len()), with);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, length: Length, expected: &str) {
        let mut bytes = value.as_bytes().to_vec();
        bring(&mut bytes, length);
        assert_eq!(bytes, expected.as_bytes(), "{value} as {length}");
    }

    #[test]
    fn what_is_short_is_filled_up_and_what_is_long_is_cut() {
        check("a\u{e4}", Length::Char(4), "a\u{e4}  ");
        check("a\u{e4}bcd", Length::Char(2), "a\u{e4}");
        check("", Length::Char(1), " ");
        check("ab", Length::Binary(3), "ab\0");
        check("abcd", Length::Binary(3), "abc");
        check("ab", Length::Varbinary(3), "ab");
        check("abcd", Length::Varbinary(3), "abc");
        let mut endless = Vec::new();
        bring(&mut endless, Length::Char(u64::MAX));
        assert_eq!(endless.len(), TEXT_BYTES_MAX + 1);
    }
}

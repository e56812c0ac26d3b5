//! Values as bytes that are ordered as the values are, one behind the other without anything between: how rows of a group stand in order.

use crate::batch::{Column, Values};
use crate::state::cell::{double_bits, float_bits};

/// A text's byte 0, which would end it.
const ZERO: [u8; 2] = [0, 0xff];
/// The end of a text: before everything that may go on.
const END: [u8; 2] = [0, 0];

/// How a value is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Direction {
    /// From the greatest on.
    pub descending: bool,
    /// Whether NULL stands before all values.
    pub nulls_first: bool,
}

impl Direction {
    /// From the least value on, NULLs before all others.
    pub const ASCENDING: Direction = Direction { descending: false, nulls_first: true };
}

/// Whether -0.0 is written as 0.0, which it equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zeros {
    /// Yes: equal values have equal bytes.
    Alike,
    /// No: the value comes back as it was; -0.0 stands before 0.0.
    Signed,
}

/// Appends the value of a row. Hot: once per value.
pub fn write(out: &mut Vec<u8>, column: &Column, row: usize, direction: Direction, zeros: Zeros) {
    let is_null = column.is_null(row);
    out.push(u8::from(is_null != direction.nulls_first));
    if is_null {
        return;
    }
    let start = out.len();
    match &column.values {
        Values::Bool(v) => out.push(v[row].into()),
        Values::I8(v) => out.push(v[row] as u8 ^ 1 << 7),
        Values::I16(v) => out.extend_from_slice(&(v[row] as u16 ^ 1 << 15).to_be_bytes()),
        Values::I32(v) => out.extend_from_slice(&(v[row] as u32 ^ 1 << 31).to_be_bytes()),
        Values::I64(v) => out.extend_from_slice(&(v[row] as u64 ^ 1 << 63).to_be_bytes()),
        Values::I128(v) => out.extend_from_slice(&(v[row] as u128 ^ 1 << 127).to_be_bytes()),
        Values::F32(v) => {
            let bits = if zeros == Zeros::Signed && v[row] == 0.0 { v[row].to_bits() } else { float_bits(v[row]) };
            out.extend_from_slice(&(if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }).to_be_bytes());
        }
        Values::F64(v) => {
            let bits = if zeros == Zeros::Signed && v[row] == 0.0 { v[row].to_bits() } else { double_bits(v[row]) };
            out.extend_from_slice(&(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }).to_be_bytes());
        }
        Values::Str(v) => {
            for byte in v.bytes(row) {
                match byte {
                    0 => out.extend_from_slice(&ZERO),
                    byte => out.push(*byte),
                }
            }
            out.extend_from_slice(&END);
        }
    }
    if direction.descending {
        out[start..].iter_mut().for_each(|byte| *byte = !*byte);
    }
}

/// Takes a value that was written in `Direction::ASCENDING` off, onto a column of its type.
pub fn read(from: &mut &[u8], column: &mut Column) {
    let [is_there] = take(from);
    if is_there == 0 {
        return column.push_null();
    }
    match &mut column.values {
        Values::Bool(v) => v.push(take(from) == [1]),
        Values::I8(v) => v.push((u8::from_be_bytes(take(from)) ^ 1 << 7) as i8),
        Values::I16(v) => v.push((u16::from_be_bytes(take(from)) ^ 1 << 15) as i16),
        Values::I32(v) => v.push((u32::from_be_bytes(take(from)) ^ 1 << 31) as i32),
        Values::I64(v) => v.push((u64::from_be_bytes(take(from)) ^ 1 << 63) as i64),
        Values::I128(v) => v.push((u128::from_be_bytes(take(from)) ^ 1 << 127) as i128),
        Values::F32(v) => {
            let bits = u32::from_be_bytes(take(from));
            v.push(f32::from_bits(if bits >> 31 == 1 { bits & !(1 << 31) } else { !bits }));
        }
        Values::F64(v) => {
            let bits = u64::from_be_bytes(take(from));
            v.push(f64::from_bits(if bits >> 63 == 1 { bits & !(1 << 63) } else { !bits }));
        }
        Values::Str(v) => {
            let mut text = Vec::new();
            loop {
                match take(from) {
                    [0] if take(from) == [END[1]] => break,
                    [byte] => text.push(byte),
                }
            }
            v.push(&text);
        }
    }
    column.mark_valid();
}

/// The first bytes, which are there, because all was written here.
fn take<const N: usize>(from: &mut &[u8]) -> [u8; N] {
    match from.split_first_chunk() {
        Some((bytes, rest)) => {
            *from = rest;
            *bytes
        }
        None => [0; N],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::StrColumn;
    use crate::state::cell;

    /// Bytes are ordered as the values are, and give the values back.
    fn check(column: &Column) {
        let written = |row: usize, direction| {
            let mut out = Vec::new();
            write(&mut out, column, row, direction, Zeros::Alike);
            out
        };
        let down = Direction { descending: true, nulls_first: false };
        let mut back = column.gather_rows(&[]);
        for a in 0..column.len() {
            read(&mut written(a, Direction::ASCENDING).as_slice(), &mut back);
            assert!(cell::equal(&back, a, column, a), "row {a}");
            for b in 0..column.len() {
                let order = cell::order(column, a, b);
                assert_eq!(written(a, Direction::ASCENDING).cmp(&written(b, Direction::ASCENDING)), order, "{a} {b}");
                assert_eq!(written(a, down).cmp(&written(b, down)), order.reverse(), "{a} {b}");
            }
        }
    }

    #[test]
    fn bytes_are_ordered_as_values_are_and_give_them_back() {
        let mut texts = StrColumn::default();
        for text in ["", "\0", "\0\0", "a", "a\0", "a\0b", "ab", "b", "\u{ff}", "a text of more than twelve bytes"] {
            texts.push(text.as_bytes());
        }
        let mut columns = vec![
            Values::Str(texts),
            Values::Bool(vec![true, false]),
            Values::I8(vec![-128, -1, 0, 1, 127]),
            Values::I16(vec![i16::MIN, -1, 0, 300]),
            Values::I32(vec![i32::MIN, -1, 0, 70_000]),
            Values::I64(vec![i64::MIN, -1, 0, 1 << 40]),
            Values::I128(vec![i128::MIN, -1, 0, 1 << 90]),
            Values::F32(vec![f32::NEG_INFINITY, -1.5, 0.0, 1.5, f32::NAN]),
            Values::F64(vec![f64::NEG_INFINITY, -1.5, -1e-300, 0.0, 1.5, f64::MAX, f64::NAN]),
        ];
        for values in columns.drain(..) {
            let mut column = Column::from_values(values);
            check(&column);
            column.set_null(1);
            check(&column);
        }
    }

    #[test]
    fn zeros_keep_their_signs_where_they_are_not_alike() {
        let column = Column::from_values(Values::F64(vec![0.0, -0.0]));
        let written = |row: usize, zeros| {
            let mut out = Vec::new();
            write(&mut out, &column, row, Direction::ASCENDING, zeros);
            out
        };
        assert_eq!(written(0, Zeros::Alike), written(1, Zeros::Alike));
        assert!(written(1, Zeros::Signed) < written(0, Zeros::Signed));
        let mut back = column.gather_rows(&[]);
        read(&mut written(1, Zeros::Signed).as_slice(), &mut back);
        assert!(matches!(&back.values, Values::F64(v) if v[0].is_sign_negative()));
    }
}

//! Values and counts as bytes: how a state that has no fixed width is given out in one column.

use crate::batch::{Column, Values};

/// Appends a count.
pub fn write_count(out: &mut Vec<u8>, count: i64) {
    out.extend_from_slice(&count.to_le_bytes());
}

/// Takes a count off; 0 at the end.
pub fn read_count(from: &mut &[u8]) -> i64 {
    i64::from_le_bytes(take(from))
}

/// Appends bytes and their length.
pub fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Takes bytes off.
pub fn read_bytes<'a>(from: &mut &'a [u8]) -> &'a [u8] {
    let len = u32::from_le_bytes(take(from)) as usize;
    let (bytes, rest) = from.split_at(len.min(from.len()));
    *from = rest;
    bytes
}

/// Appends the value of a row, or that it is NULL.
pub fn write_value(out: &mut Vec<u8>, column: &Column, row: usize) {
    out.push(u8::from(!column.is_null(row)));
    if column.is_null(row) {
        return;
    }
    match &column.values {
        Values::Bool(v) => out.push(v[row].into()),
        Values::I8(v) => out.extend_from_slice(&v[row].to_le_bytes()),
        Values::I16(v) => out.extend_from_slice(&v[row].to_le_bytes()),
        Values::I32(v) => out.extend_from_slice(&v[row].to_le_bytes()),
        Values::I64(v) => out.extend_from_slice(&v[row].to_le_bytes()),
        Values::F32(v) => out.extend_from_slice(&v[row].to_le_bytes()),
        Values::F64(v) => out.extend_from_slice(&v[row].to_le_bytes()),
        Values::I128(v) => out.extend_from_slice(&v[row].to_le_bytes()),
        Values::Str(v) => write_bytes(out, v.bytes(row)),
    }
}

/// Takes a value off, onto a column of the type that it was written from.
pub fn read_value(from: &mut &[u8], column: &mut Column) {
    let [there] = take(from);
    if there == 0 {
        return column.push_null();
    }
    match &mut column.values {
        Values::Bool(v) => v.push(take::<1>(from) != [0]),
        Values::I8(v) => v.push(i8::from_le_bytes(take(from))),
        Values::I16(v) => v.push(i16::from_le_bytes(take(from))),
        Values::I32(v) => v.push(i32::from_le_bytes(take(from))),
        Values::I64(v) => v.push(i64::from_le_bytes(take(from))),
        Values::F32(v) => v.push(f32::from_le_bytes(take(from))),
        Values::F64(v) => v.push(f64::from_le_bytes(take(from))),
        Values::I128(v) => v.push(i128::from_le_bytes(take(from))),
        Values::Str(v) => v.push(read_bytes(from)),
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

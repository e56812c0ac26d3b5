//! Single values moved between columns of one representation, and compared as keys are: NULL equals NULL, -0.0 equals 0.0 and
//! NaN equals NaN. Keys are stored normalised, so that what comes out does not depend on which of two equal keys came first.

use std::cmp::Ordering;

use crate::batch::{Column, StrColumn, Values};

/// The bits by which two DOUBLEs are equal as keys: -0.0 as 0.0, every NaN alike.
#[inline]
pub fn double_bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

/// The bits by which two FLOATs are equal as keys.
#[inline]
pub fn float_bits(value: f32) -> u32 {
    if value.is_nan() { f32::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

/// Whether two values are equal as keys. Hot: once per row.
#[inline]
pub fn equal(a: &Column, row_a: usize, b: &Column, row_b: usize) -> bool {
    match (a.is_null(row_a), b.is_null(row_b)) {
        (true, true) => true,
        (false, false) => equal_values(&a.values, row_a, &b.values, row_b),
        _ => false,
    }
}

#[inline]
fn equal_values(a: &Values, i: usize, b: &Values, j: usize) -> bool {
    match (a, b) {
        (Values::Bool(a), Values::Bool(b)) => a[i] == b[j],
        (Values::I8(a), Values::I8(b)) => a[i] == b[j],
        (Values::I16(a), Values::I16(b)) => a[i] == b[j],
        (Values::I32(a), Values::I32(b)) => a[i] == b[j],
        (Values::I64(a), Values::I64(b)) => a[i] == b[j],
        (Values::F32(a), Values::F32(b)) => float_bits(a[i]) == float_bits(b[j]),
        (Values::F64(a), Values::F64(b)) => double_bits(a[i]) == double_bits(b[j]),
        (Values::I128(a), Values::I128(b)) => a[i] == b[j],
        (Values::Str(a), Values::Str(b)) => equal_texts(a, i, b, j),
        _ => false,
    }
}

/// By itself, so that the loops over numbers stay small.
#[inline(never)]
fn equal_texts(a: &StrColumn, i: usize, b: &StrColumn, j: usize) -> bool {
    a.same(i, b, j)
}

/// How two values of a column are ordered: NULL before all others, NaN behind all numbers, texts by bytes. Hot: once per comparison.
pub fn order(column: &Column, a: usize, b: usize) -> Ordering {
    fn number(a: f64, b: f64) -> Ordering {
        a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    }
    match (column.is_null(a), column.is_null(b)) {
        (false, false) => {}
        (a_null, b_null) => return b_null.cmp(&a_null),
    }
    match &column.values {
        Values::Bool(v) => v[a].cmp(&v[b]),
        Values::I8(v) => v[a].cmp(&v[b]),
        Values::I16(v) => v[a].cmp(&v[b]),
        Values::I32(v) => v[a].cmp(&v[b]),
        Values::I64(v) => v[a].cmp(&v[b]),
        Values::F32(v) => number(v[a].into(), v[b].into()),
        Values::F64(v) => number(v[a], v[b]),
        Values::I128(v) => v[a].cmp(&v[b]),
        Values::Str(v) => v.order(a, v, b),
    }
}

/// Sets `differs` for each row in which two columns of the same length are not `equal`. Hot: once per column of a batch.
pub fn note_differences(a: &Column, b: &Column, differs: &mut [bool]) {
    fn each<T: Copy>(a: &[T], b: &[T], differs: &mut [bool], equal: impl Fn(T, T) -> bool) {
        a.iter().zip(b).zip(differs).for_each(|((a, b), differs)| *differs |= !equal(*a, *b));
    }
    fn each_row(a: &Column, b: &Column, differs: &mut [bool]) {
        differs.iter_mut().enumerate().for_each(|(row, differs)| *differs |= !equal(a, row, b, row));
    }
    assert!(a.len() == b.len() && a.len() == differs.len());
    match (&a.values, &b.values) {
        _ if a.has_nulls() || b.has_nulls() => each_row(a, b, differs),
        (Values::I64(a), Values::I64(b)) => each(a, b, differs, |a, b| a == b),
        (Values::F64(a), Values::F64(b)) => each(a, b, differs, |a, b| double_bits(a) == double_bits(b)),
        (Values::I128(a), Values::I128(b)) => each(a, b, differs, |a, b| a == b),
        _ => each_row(a, b, differs),
    }
}

/// Appends value `row` of `from`, normalised. Panics if the representations differ.
#[inline]
pub fn push(to: &mut Column, from: &Column, row: usize) {
    if from.is_null(row) {
        return to.push_null();
    }
    match (&mut to.values, &from.values) {
        (Values::Bool(to), Values::Bool(from)) => to.push(from[row]),
        (Values::I8(to), Values::I8(from)) => to.push(from[row]),
        (Values::I16(to), Values::I16(from)) => to.push(from[row]),
        (Values::I32(to), Values::I32(from)) => to.push(from[row]),
        (Values::I64(to), Values::I64(from)) => to.push(from[row]),
        (Values::F32(to), Values::F32(from)) => to.push(f32::from_bits(float_bits(from[row]))),
        (Values::F64(to), Values::F64(from)) => to.push(f64::from_bits(double_bits(from[row]))),
        (Values::I128(to), Values::I128(from)) => to.push(from[row]),
        (Values::Str(to), Values::Str(from)) => to.push(from.bytes(row)),
        (to, from) => panic!("{:?} stored as {:?}", from.representation(), to.representation()),
    }
    to.mark_valid();
}

/// Replaces value `at` by value `row` of `from`, normalised. Panics if the representations differ.
pub fn set(to: &mut Column, at: usize, from: &Column, row: usize) {
    if from.is_null(row) {
        return to.set_null(at);
    }
    match (&mut to.values, &from.values) {
        (Values::Bool(to), Values::Bool(from)) => to[at] = from[row],
        (Values::I8(to), Values::I8(from)) => to[at] = from[row],
        (Values::I16(to), Values::I16(from)) => to[at] = from[row],
        (Values::I32(to), Values::I32(from)) => to[at] = from[row],
        (Values::I64(to), Values::I64(from)) => to[at] = from[row],
        (Values::F32(to), Values::F32(from)) => to[at] = f32::from_bits(float_bits(from[row])),
        (Values::F64(to), Values::F64(from)) => to[at] = f64::from_bits(double_bits(from[row])),
        (Values::I128(to), Values::I128(from)) => to[at] = from[row],
        (Values::Str(to), Values::Str(from)) => to.set(at, from.bytes(row)),
        (to, from) => panic!("{:?} stored as {:?}", from.representation(), to.representation()),
    }
    if let Some(validity) = &mut to.validity {
        validity.set(at, true);
    }
}

//! `+ - * / %` and negation of integers and floats.
//!
//! Integers are checked: what does not fit fails the row and is never wrapped. Integer division goes towards zero. Floats follow
//! IEEE 754, except that division and modulo by zero fail the row for them too, as for every other number.

use super::operand::{BinaryKernel, Native, Reasons, Rows, UnaryKernel, fallible, map, report, total};
use super::{BinaryOp, decimal, temporal};
use crate::batch::Column;
use crate::types::{DataType, Representation};

/// SQL spelling of an arithmetic operator, for messages.
pub(super) fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        _ => "?",
    }
}

/// The kernel of `left op right`, if there is one.
pub(super) fn binary(op: BinaryOp, left: &DataType, right: &DataType, result: &DataType) -> Option<BinaryKernel> {
    if let (DataType::Decimal { .. }, DataType::Decimal { .. }) = (left, right) {
        return decimal::binary(op, left, right, result);
    }
    if !(left.is_numeric() && right.is_numeric()) {
        return temporal::binary(op, left, right, result);
    }
    if left != right || left != result {
        return None;
    }
    match left.representation() {
        Representation::I8 => integer::<i8>(op, left),
        Representation::I16 => integer::<i16>(op, left),
        Representation::I32 => integer::<i32>(op, left),
        Representation::I64 => integer::<i64>(op, left),
        Representation::F32 => float::<f32>(op, left),
        Representation::F64 => float::<f64>(op, left),
        _ => None,
    }
}

/// The kernel of `-input`, if there is one.
pub(super) fn negate(input: &DataType) -> Option<UnaryKernel> {
    match input.representation() {
        Representation::I8 => Some(negate_integer::<i8>(input)),
        Representation::I16 => Some(negate_integer::<i16>(input)),
        Representation::I32 if *input != DataType::Date => Some(negate_integer::<i32>(input)),
        Representation::I64 if matches!(input, DataType::BigInt | DataType::IntervalDay) => Some(negate_integer::<i64>(input)),
        Representation::F32 => Some(negate_float(|v: f32| -v)),
        Representation::F64 => Some(negate_float(|v: f64| -v)),
        Representation::I128 => Some(negate_float(|v: i128| v.wrapping_neg())),
        _ => None,
    }
}

/// What checked arithmetic needs of an integer type: results beside whether they overflowed.
trait Checked: Native {
    fn add(self, other: Self) -> (Self, bool);
    fn subtract(self, other: Self) -> (Self, bool);
    fn multiply(self, other: Self) -> (Self, bool);
    fn divide(self, other: Self) -> (Self, bool);
    fn modulo(self, other: Self) -> (Self, bool);
}

macro_rules! checked {
    ($($type:ty),*) => {$(
        impl Checked for $type {
            #[inline]
            fn add(self, other: Self) -> (Self, bool) { self.overflowing_add(other) }
            #[inline]
            fn subtract(self, other: Self) -> (Self, bool) { self.overflowing_sub(other) }
            #[inline]
            fn multiply(self, other: Self) -> (Self, bool) { self.overflowing_mul(other) }
            #[inline]
            fn divide(self, other: Self) -> (Self, bool) {
                let (quotient, overflowed) = self.overflowing_div(if other == 0 { 1 } else { other });
                (quotient, overflowed | (other == 0))
            }
            #[inline]
            fn modulo(self, other: Self) -> (Self, bool) {
                (self.wrapping_rem(if other == 0 { 1 } else { other }), other == 0)
            }
        }
    )*};
}

checked!(i8, i16, i32, i64);

/// Reasons of a failure of `left op right`.
pub(super) fn reasons(kind: &str, op: BinaryOp, left: &DataType, right: &DataType) -> Reasons {
    let symbol = symbol(op);
    let zero = matches!(op, BinaryOp::Divide | BinaryOp::Modulo).then(|| format!("division by zero in {left} {symbol} {right}"));
    Reasons { overflow: format!("{kind} overflow in {left} {symbol} {right}"), zero }
}

fn integer<T: Checked>(op: BinaryOp, data_type: &DataType) -> Option<BinaryKernel> {
    let reasons = reasons("integer", op, data_type, data_type);
    Some(match op {
        BinaryOp::Add => fallible(reasons, T::add),
        BinaryOp::Subtract => fallible(reasons, T::subtract),
        BinaryOp::Multiply => fallible(reasons, T::multiply),
        BinaryOp::Divide => fallible(reasons, T::divide),
        BinaryOp::Modulo => fallible(reasons, T::modulo),
        _ => return None,
    })
}

trait Float:
    Native
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Rem<Output = Self>
{
}

impl Float for f32 {}
impl Float for f64 {}

fn float<T: Float>(op: BinaryOp, data_type: &DataType) -> Option<BinaryKernel> {
    let reasons = reasons("float", op, data_type, data_type);
    Some(match op {
        BinaryOp::Add => total(|a: T, b: T| a + b),
        BinaryOp::Subtract => total(|a: T, b: T| a - b),
        BinaryOp::Multiply => total(|a: T, b: T| a * b),
        BinaryOp::Divide => fallible(reasons, |a: T, b: T| (a / b, b == T::default())),
        BinaryOp::Modulo => fallible(reasons, |a: T, b: T| (a % b, b == T::default())),
        _ => return None,
    })
}

fn negate_integer<T: Checked>(data_type: &DataType) -> UnaryKernel {
    let reason = format!("integer overflow in -{data_type}");
    Box::new(move |column, rows, errors| {
        let input = T::slice(&column.values);
        let mut any_failed = false;
        let values = map(input, rows, |v| {
            let (value, failed) = T::default().subtract(v);
            any_failed |= failed;
            value
        });
        if any_failed {
            let failed = |row: usize| T::default().subtract(input[row]).1.then(|| reason.clone());
            report(rows, column.validity.as_ref(), errors, failed);
        }
        Column { values: T::values(values), validity: column.validity.clone() }
    })
}

fn negate_float<T: Native>(negate: impl Fn(T) -> T + Send + 'static) -> UnaryKernel {
    Box::new(move |column, rows: Rows<'_>, _| Column {
        values: T::values(map(T::slice(&column.values), rows, &negate)),
        validity: column.validity.clone(),
    })
}

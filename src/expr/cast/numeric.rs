//! Casts between BOOLEAN, integers, floats and decimals.

use super::super::operand::{Native, UnaryKernel};
use super::{Conversion, fixed, fixed_option};
use crate::types::decimal::{POW10, fits, parse, rescale, write};
use crate::types::{DataType, Representation};

/// Greatest power of ten that a double holds exactly.
const EXACT_POW10_MAX: u8 = 22;
/// Whole numbers below this a double holds exactly.
const EXACT_WHOLE_MAX: u128 = 1 << 53;

/// The kernel between two types that are numbers or BOOLEAN.
pub(super) fn kernel(conversion: Conversion) -> Option<UnaryKernel> {
    match conversion.from.representation() {
        Representation::Bool => from_boolean(conversion),
        Representation::I8 => from_integer::<i8>(conversion),
        Representation::I16 => from_integer::<i16>(conversion),
        Representation::I32 => from_integer::<i32>(conversion),
        Representation::I64 => from_integer::<i64>(conversion),
        Representation::F32 => from_float::<f32>(conversion),
        Representation::F64 => from_float::<f64>(conversion),
        Representation::I128 => from_decimal(conversion),
        Representation::Str => None,
    }
}

/// Integers as i64 and back.
trait Integer: Native + Into<i64> {
    /// The number in this width and whether it did not fit.
    fn narrow(wide: i64) -> (Self, bool);
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Integer for $type {
            #[inline]
            fn narrow(wide: i64) -> (Self, bool) {
                (wide as $type, i64::from(wide as $type) != wide)
            }
        }
    )*};
}

integers!(i8, i16, i32, i64);

fn from_boolean(conversion: Conversion) -> Option<UnaryKernel> {
    Some(match conversion.to {
        DataType::TinyInt => fixed(conversion, |v: bool| (i8::from(v), false)),
        DataType::SmallInt => fixed(conversion, |v: bool| (i16::from(v), false)),
        DataType::Int => fixed(conversion, |v: bool| (i32::from(v), false)),
        DataType::BigInt => fixed(conversion, |v: bool| (i64::from(v), false)),
        DataType::Float => fixed(conversion, |v: bool| (f32::from(u8::from(v)), false)),
        DataType::Double => fixed(conversion, |v: bool| (f64::from(u8::from(v)), false)),
        DataType::Decimal { precision, scale } => {
            fixed_option(conversion, move |v: bool| to_decimal(i128::from(v), 0, precision, scale))
        }
        _ => return None,
    })
}

fn from_integer<T: Integer>(conversion: Conversion) -> Option<UnaryKernel> {
    Some(match conversion.to {
        DataType::Boolean => fixed(conversion, |v: T| (v.into() != 0, false)),
        DataType::TinyInt => fixed(conversion, |v: T| i8::narrow(v.into())),
        DataType::SmallInt => fixed(conversion, |v: T| i16::narrow(v.into())),
        DataType::Int => fixed(conversion, |v: T| i32::narrow(v.into())),
        DataType::BigInt => fixed(conversion, |v: T| (v.into(), false)),
        DataType::Float => fixed(conversion, |v: T| (v.into() as f32, false)),
        DataType::Double => fixed(conversion, |v: T| (v.into() as f64, false)),
        DataType::Decimal { precision, scale } => {
            fixed_option(conversion, move |v: T| to_decimal(i128::from(v.into()), 0, precision, scale))
        }
        _ => return None,
    })
}

trait Float: Native + Into<f64> {
    /// The shortest text that reads back as this number, for a finite one.
    fn text(self, buffer: &mut zmij::Buffer) -> &str;
}

impl Float for f32 {
    fn text(self, buffer: &mut zmij::Buffer) -> &str {
        buffer.format(self)
    }
}

impl Float for f64 {
    fn text(self, buffer: &mut zmij::Buffer) -> &str {
        buffer.format(self)
    }
}

fn from_float<T: Float>(conversion: Conversion) -> Option<UnaryKernel> {
    Some(match conversion.to {
        DataType::Boolean => fixed(conversion, |v: T| (v.into() != 0.0, false)),
        DataType::TinyInt => fixed(conversion, |v: T| to_integer::<i8>(v.into())),
        DataType::SmallInt => fixed(conversion, |v: T| to_integer::<i16>(v.into())),
        DataType::Int => fixed(conversion, |v: T| to_integer::<i32>(v.into())),
        DataType::BigInt => fixed(conversion, |v: T| to_integer::<i64>(v.into())),
        DataType::Float => fixed(conversion, |v: T| {
            let (wide, narrow) = (v.into(), v.into() as f32);
            (narrow, narrow.is_infinite() && wide.is_finite())
        }),
        DataType::Double => fixed(conversion, |v: T| (v.into(), false)),
        DataType::Decimal { precision, scale } => fixed_option(conversion, move |v: T| {
            let finite = v.into().is_finite();
            finite.then(|| parse(v.text(&mut zmij::Buffer::new()).as_bytes(), precision, scale)).flatten()
        }),
        _ => return None,
    })
}

/// A float without its fraction, and whether it is NaN or out of range.
#[inline]
fn to_integer<T: Integer>(value: f64) -> (T, bool) {
    // 2^63 itself is the first double past the range of i64.
    const PAST: f64 = 9_223_372_036_854_775_808.0;
    let whole = value.trunc();
    let (narrow, out_of_range) = T::narrow(whole as i64);
    (narrow, out_of_range | !(-PAST..PAST).contains(&whole))
}

fn to_decimal(units: i128, from: u8, precision: u8, scale: u8) -> Option<i128> {
    rescale(units, from, scale).filter(|units| fits(*units, precision))
}

fn from_decimal(conversion: Conversion) -> Option<UnaryKernel> {
    let DataType::Decimal { scale: from, .. } = conversion.from else { return None };
    let whole = move |v: i128| i64::try_from(v / POW10[from as usize]).ok();
    fn narrow<T: Integer>(wide: i64) -> Option<T> {
        let (narrow, failed) = T::narrow(wide);
        (!failed).then_some(narrow)
    }
    Some(match conversion.to {
        DataType::Boolean => fixed(conversion, |v: i128| (v != 0, false)),
        DataType::TinyInt => fixed_option(conversion, move |v| whole(v).and_then(narrow::<i8>)),
        DataType::SmallInt => fixed_option(conversion, move |v| whole(v).and_then(narrow::<i16>)),
        DataType::Int => fixed_option(conversion, move |v| whole(v).and_then(narrow::<i32>)),
        DataType::BigInt => fixed_option(conversion, whole),
        DataType::Float => fixed(conversion, move |v: i128| (decimal_to_float(v, from), false)),
        DataType::Double => fixed(conversion, move |v: i128| (decimal_to_double(v, from), false)),
        DataType::Decimal { precision, scale } => fixed_option(conversion, move |v: i128| to_decimal(v, from, precision, scale)),
        _ => return None,
    })
}

/// The nearest double: one exact division where both parts are exact, else read from its digits.
fn decimal_to_double(units: i128, scale: u8) -> f64 {
    if units.unsigned_abs() <= EXACT_WHOLE_MAX && scale <= EXACT_POW10_MAX {
        return units as f64 / POW10[scale as usize] as f64;
    }
    lexical_core::parse(&digits(units, scale)).unwrap_or(f64::NAN)
}

fn decimal_to_float(units: i128, scale: u8) -> f32 {
    lexical_core::parse(&digits(units, scale)).unwrap_or(f32::NAN)
}

#[cold]
fn digits(units: i128, scale: u8) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, units, scale);
    out
}

//! Casts between DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ, all in UTC, and of BYTES and JSON where nothing is read as text.

use super::super::operand::UnaryKernel;
use super::{Conversion, fixed, fixed_option};
use crate::types::DataType;
use crate::types::time::DAY;

/// Nanoseconds of the last digit of a precision.
pub(super) fn unit(precision: u8) -> i64 {
    10i64.pow(9 - u32::from(precision.min(9)))
}

/// `nanos` with the digits past the precision cut off, towards the past; `None` before the first time that can be told so.
pub(super) fn cut(nanos: i64, precision: u8) -> Option<i64> {
    nanos.checked_sub(nanos.rem_euclid(unit(precision)))
}

/// The kernel between two types of time.
pub(super) fn kernel(conversion: Conversion) -> Option<UnaryKernel> {
    use DataType::{Date, Time, Timestamp, TimestampLtz};
    Some(match (&conversion.from, &conversion.to) {
        (Date, Timestamp(_) | TimestampLtz(_)) => fixed(conversion, |day: i32| i64::from(day).overflowing_mul(DAY)),
        (Timestamp(_) | TimestampLtz(_), Date) => fixed(conversion, |at: i64| (at.div_euclid(DAY) as i32, false)),
        (Timestamp(_) | TimestampLtz(_), Time(precision)) => {
            let precision = *precision;
            fixed_option(conversion, move |at: i64| cut(at.rem_euclid(DAY), precision))
        }
        // A time alone is one of the first day.
        (Timestamp(_) | TimestampLtz(_) | Time(_), Timestamp(precision) | TimestampLtz(precision))
        | (Time(_), Time(precision)) => {
            let precision = *precision;
            fixed_option(conversion, move |at: i64| cut(at, precision))
        }
        _ => return None,
    })
}

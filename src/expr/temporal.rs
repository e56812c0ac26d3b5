//! Arithmetic of dates, times, timestamps and intervals.
//!
//! Adding months keeps the day of the month, or takes the last day of a shorter month. A DATE plus an interval of days is a DATE
//! (of the day that is then reached) or a TIMESTAMP, as the result type says. TIME goes round the clock.

use super::BinaryOp;
use super::arithmetic::reasons;
use super::operand::{BinaryKernel, fallible, total};
use crate::types::DataType;
use crate::types::decimal::{POW10, divide_rounding};
use crate::types::time::{DAY, civil_from_days, days_from_civil, days_in_month};

/// Greatest year, in either direction, whose days fit a DATE.
const YEAR_MAX: i64 = 5_800_000;

/// The kernel of `left op right`, if there is one.
pub(super) fn binary(op: BinaryOp, left: &DataType, right: &DataType, result: &DataType) -> Option<BinaryKernel> {
    use DataType::{BigInt, Date, Decimal, Double, IntervalDay, IntervalMonth, Time};
    let sign = if op == BinaryOp::Subtract { -1 } else { 1 };
    let why = reasons("time", op, left, right);
    match (op, left, right) {
        (BinaryOp::Add, IntervalDay | IntervalMonth, moment) if !is_interval(moment) => {
            let kernel = shift(why, moment, left, result, sign)?;
            Some(Box::new(move |a, b, rows, errors| kernel(b, a, rows, errors)))
        }
        (BinaryOp::Add | BinaryOp::Subtract, moment, IntervalDay | IntervalMonth) if !is_interval(moment) => {
            shift(why, moment, right, result, sign)
        }
        (BinaryOp::Add, IntervalDay, IntervalDay) => Some(fallible(why, i64::overflowing_add)),
        (BinaryOp::Subtract, IntervalDay, IntervalDay) => Some(fallible(why, i64::overflowing_sub)),
        (BinaryOp::Add, IntervalMonth, IntervalMonth) => Some(fallible(why, i32::overflowing_add)),
        (BinaryOp::Subtract, IntervalMonth, IntervalMonth) => Some(fallible(why, i32::overflowing_sub)),
        (BinaryOp::Subtract, a, b) if a.is_timestamp() && b.is_timestamp() && *result == IntervalDay => {
            Some(fallible(why, i64::overflowing_sub))
        }
        (BinaryOp::Subtract, Time(_), Time(_)) if *result == IntervalDay => Some(total(|a: i64, b: i64| a.wrapping_sub(b))),
        (BinaryOp::Subtract, Date, Date) => match result {
            IntervalDay => Some(fallible(why, |a: i32, b: i32| (i64::from(a) - i64::from(b)).overflowing_mul(DAY))),
            BigInt => Some(total(|a: i32, b: i32| i64::from(a) - i64::from(b))),
            DataType::Int => Some(fallible(why, i32::overflowing_sub)),
            _ => None,
        },
        (BinaryOp::Multiply, IntervalDay, BigInt) | (BinaryOp::Multiply, BigInt, IntervalDay) => {
            Some(fallible(why, i64::overflowing_mul))
        }
        (BinaryOp::Multiply, IntervalMonth, BigInt) => Some(fallible(why, times)),
        (BinaryOp::Multiply, BigInt, IntervalMonth) => Some(fallible(why, |n: i64, months: i32| times(months, n))),
        (BinaryOp::Multiply, IntervalDay, Double) => Some(fallible(why, |a: i64, x: f64| whole_nanos(a as f64 * x))),
        (BinaryOp::Divide, IntervalDay, Double) => Some(fallible(why, |a: i64, x: f64| whole_nanos(a as f64 / x))),
        (BinaryOp::Multiply, IntervalDay, Decimal { scale, .. }) => {
            let one = POW10[usize::from(*scale)];
            Some(fallible(why, move |a: i64, units: i128| settled(quotient(i128::from(a).checked_mul(units), one))))
        }
        (BinaryOp::Divide, IntervalDay, Decimal { scale, .. }) => {
            let one = POW10[usize::from(*scale)];
            Some(fallible(why, move |a: i64, units: i128| settled(quotient(i128::from(a).checked_mul(one), units))))
        }
        (BinaryOp::Divide, IntervalDay, BigInt) => Some(fallible(why, |a: i64, b: i64| settled(a.checked_div(b)))),
        (BinaryOp::Divide, IntervalMonth, BigInt) => {
            Some(fallible(why, |a: i32, b: i64| settled(i64::from(a).checked_div(b).and_then(|m| i32::try_from(m).ok()))))
        }
        _ => None,
    }
}

fn is_interval(data_type: &DataType) -> bool {
    matches!(data_type, DataType::IntervalDay | DataType::IntervalMonth)
}

fn settled<T: Default>(value: Option<T>) -> (T, bool) {
    value.map_or((T::default(), true), |value| (value, false))
}

/// Rounded to whole nanoseconds; what is no number, or none that fits, fails.
fn whole_nanos(nanos: f64) -> (i64, bool) {
    let fits = nanos.abs() < i64::MAX as f64;
    (if fits { nanos.round() as i64 } else { 0 }, !fits)
}

fn quotient(dividend: Option<i128>, divisor: i128) -> Option<i64> {
    let dividend = dividend.filter(|_| divisor != 0)?;
    i64::try_from(divide_rounding(dividend * divisor.signum(), divisor.abs())).ok()
}

fn times(months: i32, n: i64) -> (i32, bool) {
    settled(i64::from(months).checked_mul(n).and_then(|months| i32::try_from(months).ok()))
}

/// Moves a point in time by `sign` times an interval.
fn shift(
    why: super::operand::Reasons,
    moment: &DataType,
    interval: &DataType,
    result: &DataType,
    sign: i64,
) -> Option<BinaryKernel> {
    let days = *interval == DataType::IntervalDay;
    Some(match (moment, result) {
        (DataType::Timestamp(_) | DataType::TimestampLtz(_), to) if to.is_timestamp() => match (days, sign) {
            (true, 1) => fallible(why, i64::overflowing_add),
            (true, _) => fallible(why, i64::overflowing_sub),
            (false, _) => fallible(why, move |at: i64, months: i32| settled(add_months(at, i64::from(months) * sign))),
        },
        (DataType::Date, DataType::Date) if days => fallible(why, move |day: i32, nanos: i64| {
            let days = (i128::from(nanos) * i128::from(sign)).div_euclid(i128::from(DAY));
            settled(i32::try_from(i128::from(day) + days).ok())
        }),
        (DataType::Date, DataType::Date) => {
            fallible(why, move |day: i32, months: i32| settled(add_months_to_date(day, i64::from(months) * sign)))
        }
        (DataType::Date, to) if to.is_timestamp() && days => fallible(why, move |day: i32, nanos: i64| {
            let nanos = i128::from(nanos) * i128::from(sign) + i128::from(day) * i128::from(DAY);
            settled(i64::try_from(nanos).ok())
        }),
        (DataType::Date, to) if to.is_timestamp() => fallible(why, move |day: i32, months: i32| {
            let day = add_months_to_date(day, i64::from(months) * sign);
            settled(day.and_then(|day| i64::from(day).checked_mul(DAY)))
        }),
        (DataType::Time(_), DataType::Time(_)) if days => {
            total(move |at: i64, nanos: i64| (at % DAY + nanos % DAY * sign).rem_euclid(DAY))
        }
        _ => return None,
    })
}

/// The date `months` later, or the last day of that month where it is shorter.
pub fn add_months_to_date(day: i32, months: i64) -> Option<i32> {
    let (year, month, day) = civil_from_days(day);
    let months = i64::from(year) * 12 + i64::from(month) - 1 + months;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u32 + 1);
    if year.abs() > YEAR_MAX {
        return None;
    }
    let year = year as i32;
    Some(days_from_civil(year, month, day.min(days_in_month(year, month))))
}

/// The same time of day on the date `months` later.
pub fn add_months(at: i64, months: i64) -> Option<i64> {
    let day = add_months_to_date(at.div_euclid(DAY) as i32, months)?;
    let nanos = i128::from(day) * i128::from(DAY) + i128::from(at.rem_euclid(DAY));
    i64::try_from(nanos).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::time::{parse_timestamp, write_timestamp};

    fn check(from: &str, months: i64, expected: &str) {
        let at = parse_timestamp(from.as_bytes()).expect(from);
        let mut out = Vec::new();
        write_timestamp(&mut out, add_months(at, months).expect(from), 0);
        assert_eq!(String::from_utf8_lossy(&out), expected, "{from} + {months} months");
    }

    #[test]
    fn months_end_on_the_last_day_of_a_shorter_month() {
        check("2024-01-31 10:20:30", 1, "2024-02-29 10:20:30");
        check("2023-01-31 00:00:00", 1, "2023-02-28 00:00:00");
        check("2024-02-29 00:00:00", 12, "2025-02-28 00:00:00");
        check("2024-02-29 00:00:00", -48, "2020-02-29 00:00:00");
        check("2024-03-31 23:59:59", -1, "2024-02-29 23:59:59");
        check("1969-12-31 23:59:59", 2, "1970-02-28 23:59:59");
        check("2024-05-15 00:00:00", -5, "2023-12-15 00:00:00");
    }

    #[test]
    fn months_out_of_range_are_refused() {
        assert_eq!(add_months(0, i64::from(i32::MAX)), None);
        assert_eq!(add_months_to_date(i32::MAX, 1), None);
        assert_eq!(add_months_to_date(0, i64::from(i32::MIN)), None);
    }
}

//! Numbers with fewer digits: CEIL, FLOOR, ROUND, BROUND, TRUNC and TRUNCATE. Halves round away from zero, those of BROUND to the even
//! neighbour; a DOUBLE rounds as its shortest decimal text would, so that 1.005 with two digits is 1.01.

use super::kernel::{Fallible, Native, Outcome, kernel};
use crate::error::Result;
use crate::expr::Kernel;
use crate::types::decimal::{POW10, divide_rounding, fits};
use crate::types::{DataType, Representation};

/// Which neighbour a number goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// CEIL
    Up,
    /// FLOOR
    Down,
    /// ROUND
    Nearest,
    /// BROUND
    NearestEven,
    /// TRUNCATE and TRUNC
    ToZero,
}

/// The kernel that makes numbers whole; DECIMALs lose their scale.
pub(super) fn whole(data_type: &DataType, way: Way) -> Result<Box<dyn Kernel>> {
    match data_type.representation() {
        Representation::F32 => map(move |x: f32| Ok(Some(go(f64::from(x), way) as f32))),
        Representation::F64 => map(move |x: f64| Ok(Some(go(x, way)))),
        Representation::I128 => {
            let unit = POW10[usize::from(scale_of(data_type))];
            map(move |x: i128| Ok(Some(divide(x, unit, way))))
        }
        _ => kernel(|call| call.args()[0].clone()),
    }
}

/// The kernel that rounds to digits behind the point: those of the second argument, which may be negative, or none.
pub(super) fn rounded(types: &[DataType], way: Way) -> Result<Box<dyn Kernel>> {
    let precision = match &types[0] {
        DataType::Decimal { precision, .. } => (precision + 1).min(38),
        _ => 38,
    };
    let scale = scale_of(&types[0]);
    match types[0].representation() {
        Representation::I8 => with_digits(move |x: i8, digits| narrow(exact(x.into(), 0, digits, 38, way)?)),
        Representation::I16 => with_digits(move |x: i16, digits| narrow(exact(x.into(), 0, digits, 38, way)?)),
        Representation::I32 => with_digits(move |x: i32, digits| narrow(exact(x.into(), 0, digits, 38, way)?)),
        Representation::I64 => with_digits(move |x: i64, digits| narrow(exact(x.into(), 0, digits, 38, way)?)),
        Representation::I128 => with_digits(move |x: i128, digits| Ok(Some(exact(x, scale, digits, precision, way)?))),
        Representation::F32 => with_digits(move |x: f32, digits| {
            // The shortest text of a FLOAT, not that of the DOUBLE it widens to, is what is rounded.
            let x: f64 = zmij::Buffer::new().format(x).parse().unwrap_or(f64::from(x));
            Ok(Some(float(x, digits, way) as f32))
        }),
        _ => with_digits(move |x: f64, digits| Ok(Some(float(x, digits, way)))),
    }
}

/// Digits behind the point; an integer has none.
pub(super) fn scale_of(data_type: &DataType) -> u8 {
    if let DataType::Decimal { scale, .. } = data_type { *scale } else { 0 }
}

fn map<T: Native + 'static>(compute: impl Fn(T) -> Outcome<T> + Send + 'static) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let x = call.values::<T>(0);
        call.map(|row| compute(x[row]))
    })
}

fn with_digits<T: Native + 'static>(compute: impl Fn(T, i64) -> Outcome<T> + Send + 'static) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let (x, digits) = (call.values::<T>(0), call.integers_if_given(1));
        call.map(|row| compute(x[row], digits.map_or(0, |d| d[row])))
    })
}

fn narrow<T: TryFrom<i128>>(number: i128) -> Outcome<T> {
    T::try_from(number).map(Some).map_err(|_| "integer overflow in ROUND")
}

fn go(x: f64, way: Way) -> f64 {
    match way {
        Way::Up => x.ceil(),
        Way::Down => x.floor(),
        Way::Nearest => x.round(),
        Way::NearestEven => x.round_ties_even(),
        Way::ToZero => x.trunc(),
    }
}

fn divide(x: i128, unit: i128, way: Way) -> i128 {
    match way {
        Way::Up => -(-x).div_euclid(unit),
        Way::Down => x.div_euclid(unit),
        Way::Nearest => divide_rounding(x, unit),
        Way::NearestEven => {
            let (quotient, rest) = (x / unit, x % unit);
            let is_half = rest.unsigned_abs() * 2 == unit.unsigned_abs();
            if is_half { quotient + quotient % 2 } else { divide_rounding(x, unit) }
        }
        Way::ToZero => x / unit,
    }
}

/// `x` units of `scale` with all behind `digits` digits made zero.
fn exact(x: i128, scale: u8, digits: i64, precision: u8, way: Way) -> Fallible<i128> {
    let dropped = i64::from(scale).saturating_sub(digits);
    let rounded = match usize::try_from(dropped) {
        Err(_) | Ok(0) => return Ok(x),
        Ok(dropped) => match POW10.get(dropped) {
            Some(&unit) => divide(x, unit, way).checked_mul(unit),
            None => Some(0),
        },
    };
    rounded.filter(|units| fits(*units, precision)).ok_or("overflow in ROUND")
}

/// Digits behind the point from which on a DOUBLE of ordinary size has none to lose.
const DIGITS_MAX: i64 = 15;

fn float(x: f64, digits: i64, way: Way) -> f64 {
    if digits == 0 || !x.is_finite() {
        return if x.is_finite() { go(x, way) + 0.0 } else { x };
    }
    if (1..=DIGITS_MAX).contains(&digits) {
        let power = 10f64.powi(digits as i32);
        let scaled = x * power;
        let doubtful = ((scaled * 2.0) - (scaled * 2.0).round()).abs() < 1e-3 || scaled.abs() > 1e12;
        if !doubtful {
            // No negative zero: the decimal number has none.
            return go(scaled, way) / power + 0.0;
        }
    }
    by_text(x, digits, way)
}

/// Rounds the shortest decimal text of `x`, digit by digit.
fn by_text(x: f64, digits: i64, way: Way) -> f64 {
    let text = format!("{:e}", x.abs());
    let Some((mantissa, exponent)) = text.split_once('e') else { return x };
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let mantissa: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let units = mantissa.iter().fold(0i128, |n, digit| n * 10 + i128::from(digit - b'0'));
    // x = units * 10^-scale, of which the last `dropped` digits go.
    let scale = mantissa.len() as i64 - 1 - exponent;
    let dropped = scale.saturating_sub(digits);
    if dropped <= 0 {
        return x;
    }
    let Some(&unit) = POW10.get(usize::try_from(dropped).unwrap_or(usize::MAX)) else { return 0.0 };
    match divide(units, unit, way) {
        0 => 0.0,
        kept => format!("{kept}e{}", digits.saturating_neg()).parse::<f64>().unwrap_or(x).copysign(x),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, double, evaluate, int, typed};
    use super::*;
    use crate::types::{Value, decimal};

    #[test]
    fn digits_are_kept_as_asked() {
        for (x, digits, round, truncate) in [
            (1.005, 2, "1.01", "1.0"),
            (-1.005, 2, "-1.01", "-1.0"),
            (2.5, 0, "3.0", "2.0"),
            (1234.5, -2, "1200.0", "1200.0"),
            (0.29, 2, "0.29", "0.29"),
            (1e300, 3, "1.0e+300", "1.0e+300"),
            (5e-324, 400, "5.0e-324", "5.0e-324"),
            (9.99, 1, "10.0", "9.9"),
            (9.99, i64::MIN, "0.0", "0.0"),
            (-0.001, 2, "0.0", "0.0"),
            (-0.4, 0, "0.0", "0.0"),
        ] {
            let normal = |text: String| text.parse::<f64>().map(|x| x.to_string());
            assert_eq!(normal(evaluate("ROUND", &[double(x), int(digits)])), normal(round.into()), "ROUND({x}, {digits})");
            assert_eq!(
                normal(evaluate("TRUNCATE", &[double(x), int(digits)])),
                normal(truncate.into()),
                "TRUNCATE({x}, {digits})"
            );
        }
        check("ROUND", &[(Value::Double(f64::from(1.005f32)), DataType::Float), int(2)], "1.01");
        let money = |text| typed(text, DataType::Decimal { precision: 4, scale: 2 });
        check("ROUND", &[money("99.95"), int(1)], "100.00");
        check("BROUND", &[money("1.15"), int(1)], "1.20");
        check("BROUND", &[money("-1.25"), int(1)], "-1.20");
        check("BROUND", &[money("1.26"), int(1)], "1.30");
        check("BROUND", &[double(2.5)], "2.0");
        check("BROUND", &[double(1.55), int(1)], "1.6");
        check("BROUND", &[double(0.125), int(2)], "0.12");
        check("BROUND", &[int(15), int(-1)], "20");
        check("BROUND", &[int(-25), int(-1)], "-20");
        check("ROUND", &[money("-0.05"), int(1)], "-0.10");
        check("TRUNCATE", &[money("99.95"), int(1)], "99.90");
        check("ROUND", &[money("49.99"), int(-2)], "0.00");
        check("ROUND", &[money("50.00"), int(-2)], "100.00");
        check("ROUND", &[int(1250), int(-2)], "1300");
        check("ROUND", &[int(1250), int(5)], "1250");
        check("ROUND", &[int(i64::MAX), int(-1)], "error: integer overflow in ROUND");
        check("ROUND", &[(Value::Int(127), DataType::TinyInt), int(-1)], "error: integer overflow in ROUND");
    }

    #[test]
    fn doubles_round_as_their_text_does() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..20_000 {
            let x = random.i64(-100_000_000..100_000_000) as f64 / 10f64.powi(random.i32(0..7));
            let digits = random.u8(0..5);
            let units = decimal::parse(x.to_string().as_bytes(), 38, digits).expect("a number");
            let expected: f64 = format!("{units}e-{digits}").parse().expect("a number");
            assert_eq!(float(x, digits.into(), Way::Nearest), expected, "{x} {digits}");
        }
    }
}

//! Functions of numbers. Those of analysis are over DOUBLE and give what IEEE 754 gives (`SQRT(-1)` is NaN); those that keep the
//! type of their argument are exact, and a result that does not fit fails its row.

use super::datetime;
use super::extreme::{greatest, greatest_given, least, least_given};
use super::kernel::{Call, Native, Reason, kernel};
use super::round::{self, rounded};
use super::signature::Param::{Double, Integer};
use super::signature::{common, function, internal, takes, takes_some};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::decimal::{self, POW10, PRECISION_MAX};
use crate::types::{DataType, Representation};

/// Makes the kernel `$make` for the way in which numbers of the type of the first argument are laid out.
macro_rules! by_number {
    ($types:expr, $make:ident) => {
        match $types[0].representation() {
            Representation::I8 => $make::<i8>(),
            Representation::I16 => $make::<i16>(),
            Representation::I32 => $make::<i32>(),
            Representation::I64 => $make::<i64>(),
            Representation::I128 => $make::<i128>(),
            Representation::F32 => $make::<f32>(),
            _ => $make::<f64>(),
        }
    };
}

/// A kernel maker for a function of DOUBLEs.
macro_rules! doubles {
    (|$($x:ident),+| $result:expr) => {
        |_, _| kernel(|call| {
            let mut index = 0..;
            $(let $x = call.values::<f64>(index.next().unwrap_or(0));)+
            call.map(|row| {
                $(let $x = $x[row];)+
                Ok(Some($result))
            })
        })
    };
}

/// A kernel maker for a function of two BIGINTs.
macro_rules! integers {
    (|$a:ident, $b:ident| $result:expr) => {
        |_, _| {
            kernel(|call| {
                let ($a, $b) = (call.values::<i64>(0), call.values::<i64>(1));
                call.map(|row| {
                    let ($a, $b) = ($a[row], $b[row]);
                    Ok(Some($result))
                })
            })
        }
    };
}

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("ABS", "(x)", "The number without its sign")
        .example("ABS(-17.4)", "17.4")
        .of(same_number, |t, _| by_number!(t, abs)),
    function("SIGN", "(x)", "-1, 0 or 1, as the sign of the number")
        .example("SIGN(-8)", "-1")
        .also(&["SIGNUM"])
        .of(sign_type, sign),
    function("CEIL", "CEIL(x) or CEIL(time TO unit)", "The nearest whole number, or whole time, that is not less")
        .example("CEIL(42.2)", "43")
        .also(&["CEILING"])
        .of(whole_type, |t, _| whole(t, round::Way::Up))
        .prepared(&[datetime::unit_at(1)]),
    function("FLOOR", "FLOOR(x) or FLOOR(time TO unit)", "The nearest whole number, or whole time, that is not greater")
        .example("FLOOR(TIME '12:44:31' TO MINUTE)", "12:44:00")
        .of(whole_type, |t, _| whole(t, round::Way::Down))
        .prepared(&[datetime::unit_at(1)]),
    function("ROUND", "(x [, digits])", "The nearest number of so many digits behind the point")
        .example("ROUND(42.4382, 2)", "42.44")
        .of(rounded_type, |t, _| rounded(t, round::Way::Nearest)),
    function("BROUND", "(x [, digits])", "As ROUND; halves go to the even neighbour")
        .example("BROUND(2.5)", "2")
        .of(rounded_type, |t, _| rounded(t, round::Way::NearestEven)),
    function("TRUNCATE", "(x [, digits])", "The number cut to so many digits behind the point")
        .example("TRUNCATE(42.324, 2)", "42.32")
        .also(&["TRUNC"])
        .of(rounded_type, |t, _| rounded(t, round::Way::ToZero)),
    function("MOD", "(x, divisor)", "The remainder of a division")
        .example("MOD(9, 4)", "1")
        .of(modulo_types, |t, _| by_number!(t, modulo)),
    function("DIV", "(x, divisor)", "The quotient without its fraction")
        .example("DIV(9, 4)", "2")
        .of(quotient_types, |t, _| by_number!(t, quotient)),
    function("SCALE", "(decimal)", "How many digits stand behind the point")
        .example("SCALE(8.4100)", "4")
        .of(scale_types, |t, _| scale(&t[0])),
    function("MIN_SCALE", "(decimal)", "How many digits behind the point are needed")
        .example("MIN_SCALE(8.4100)", "2")
        .of(scale_types, |t, _| min_scale(&t[0])),
    function("GREATEST", "(x, ...)", "The greatest of the values; NULL if one is")
        .example("GREATEST(1, 3, 2)", "3")
        .of(comparable, |t, _| greatest(t)),
    function("LEAST", "(x, ...)", "The least of the values; NULL if one is")
        .example("LEAST(2, 1, 3)", "1")
        .of(comparable, |t, _| least(t)),
    function("GREATEST_IGNORE_NULLS", "(x, ...)", "The greatest of the values that are not NULL")
        .example("GREATEST_IGNORE_NULLS(1, NULL, 2)", "2")
        .of(comparable, |t, _| greatest_given(t)),
    function("LEAST_IGNORE_NULLS", "(x, ...)", "The least of the values that are not NULL")
        .example("LEAST_IGNORE_NULLS(2, NULL, 1)", "1")
        .of(comparable, |t, _| least_given(t)),
    function("SQRT", "(x)", "The square root").example("SQRT(9)", "3.0").of(doubles::<1>, doubles!(|x| x.sqrt())),
    function("CBRT", "(x)", "The cube root").example("CBRT(64)", "4.0").of(doubles::<1>, doubles!(|x| x.cbrt())),
    function("EXP", "(x)", "e to the power of x").example("EXP(0)", "1.0").of(doubles::<1>, doubles!(|x| x.exp())),
    function("LN", "(x)", "The natural logarithm").example("LN(1)", "0.0").of(doubles::<1>, doubles!(|x| x.ln())),
    function("LOG", "([base,] x)", "The logarithm to a base, e unless said")
        .example("LOG(2, 8)", "3.0")
        .of(|t| Some((takes_some(t, &[Double, Double], 1)?, DataType::Double)), |_, _| kernel(log)),
    function("LOG2", "(x)", "The logarithm to base 2").example("LOG2(64)", "6.0").of(doubles::<1>, doubles!(|x| x.log2())),
    function("LOG10", "(x)", "The logarithm to base 10").example("LOG10(100)", "2.0").of(doubles::<1>, doubles!(|x| x.log10())),
    function("SIN", "(x)", "The sine of an angle in radians")
        .example("ROUND(SIN(1), 4)", "0.8415")
        .of(doubles::<1>, doubles!(|x| x.sin())),
    function("COS", "(x)", "The cosine of an angle in radians")
        .example("ROUND(COS(1), 4)", "0.5403")
        .of(doubles::<1>, doubles!(|x| x.cos())),
    function("TAN", "(x)", "The tangent of an angle in radians")
        .example("ROUND(TAN(1), 4)", "1.5574")
        .of(doubles::<1>, doubles!(|x| x.tan())),
    function("COT", "(x)", "The cotangent of an angle in radians")
        .example("ROUND(COT(1), 4)", "0.6421")
        .of(doubles::<1>, doubles!(|x| x.tan().recip())),
    function("SEC", "(x)", "The secant of an angle in radians")
        .example("ROUND(SEC(1), 4)", "1.8508")
        .of(doubles::<1>, doubles!(|x| x.cos().recip())),
    function("CSC", "(x)", "The cosecant of an angle in radians")
        .example("ROUND(CSC(1), 4)", "1.1884")
        .of(doubles::<1>, doubles!(|x| x.sin().recip())),
    function("ASIN", "(x)", "The angle of this sine, in radians")
        .example("ROUND(ASIN(1), 4)", "1.5708")
        .of(doubles::<1>, doubles!(|x| x.asin())),
    function("ACOS", "(x)", "The angle of this cosine, in radians")
        .example("ROUND(ACOS(0), 4)", "1.5708")
        .of(doubles::<1>, doubles!(|x| x.acos())),
    function("ATAN", "(x)", "The angle of this tangent, in radians")
        .example("ROUND(ATAN(1), 4)", "0.7854")
        .of(doubles::<1>, doubles!(|x| x.atan())),
    function("SINH", "(x)", "The hyperbolic sine")
        .example("ROUND(SINH(1), 4)", "1.1752")
        .of(doubles::<1>, doubles!(|x| x.sinh())),
    function("COSH", "(x)", "The hyperbolic cosine")
        .example("ROUND(COSH(1), 4)", "1.5431")
        .of(doubles::<1>, doubles!(|x| x.cosh())),
    function("TANH", "(x)", "The hyperbolic tangent")
        .example("ROUND(TANH(1), 4)", "0.7616")
        .of(doubles::<1>, doubles!(|x| x.tanh())),
    function("COTH", "(x)", "The hyperbolic cotangent")
        .example("ROUND(COTH(1), 4)", "1.313")
        .of(doubles::<1>, doubles!(|x| x.tanh().recip())),
    function("SECH", "(x)", "The hyperbolic secant")
        .example("ROUND(SECH(1), 4)", "0.6481")
        .of(doubles::<1>, doubles!(|x| x.cosh().recip())),
    function("CSCH", "(x)", "The hyperbolic cosecant")
        .example("ROUND(CSCH(1), 4)", "0.8509")
        .of(doubles::<1>, doubles!(|x| x.sinh().recip())),
    function("ASINH", "(x)", "The inverse of the hyperbolic sine")
        .example("ROUND(ASINH(1), 4)", "0.8814")
        .of(doubles::<1>, doubles!(|x| x.asinh())),
    function("ACOSH", "(x)", "The inverse of the hyperbolic cosine")
        .example("ROUND(ACOSH(2), 4)", "1.317")
        .of(doubles::<1>, doubles!(|x| x.acosh())),
    function("ATANH", "(x)", "The inverse of the hyperbolic tangent")
        .example("ROUND(ATANH(0.5), 4)", "0.5493")
        .of(doubles::<1>, doubles!(|x| x.atanh())),
    function("DEGREES", "(x)", "An angle of radians in degrees")
        .example("DEGREES(PI())", "180.0")
        .of(doubles::<1>, doubles!(|x| x.to_degrees())),
    function("RADIANS", "(x)", "An angle of degrees in radians")
        .example("ROUND(RADIANS(45), 4)", "0.7854")
        .of(doubles::<1>, doubles!(|x| x.to_radians())),
    function("POWER", "(x, exponent)", "The number to the power of another")
        .example("POWER(9, 3)", "729.0")
        .also(&["POW"])
        .of(doubles::<2>, doubles!(|x, y| x.powf(y))),
    function("ATAN2", "(y, x)", "The angle of the point (x, y), in radians")
        .example("ROUND(ATAN2(1, 0), 4)", "1.5708")
        .of(doubles::<2>, doubles!(|x, y| x.atan2(y))),
    function("GAMMA", "(x)", "The factorial of x - 1").example("GAMMA(6)", "120.0").of(doubles::<1>, |_, _| kernel(gamma)),
    function("LGAMMA", "(x)", "The logarithm of the magnitude of GAMMA(x)")
        .example("ROUND(LGAMMA(1000), 4)", "5905.2204")
        .of(doubles::<1>, |_, _| kernel(lgamma)),
    function("ERF", "(x)", "The error function")
        .example("ERF(1.0)", "0.8427007929497149")
        .of(doubles::<1>, doubles!(|x| libm::erf(x))),
    function("ERFC", "(x)", "One minus the error function")
        .example("ROUND(ERFC(1.0), 10)", "0.1572992071")
        .of(doubles::<1>, doubles!(|x| libm::erfc(x))),
    function("PI", "()", "The number pi")
        .example("PI()", "3.141592653589793")
        .of(doubles::<0>, |_, _| kernel(|call| call.map(|_| Ok(Some(std::f64::consts::PI))))),
    function("E", "()", "The number e")
        .example("E()", "2.718281828459045")
        .of(doubles::<0>, |_, _| kernel(|call| call.map(|_| Ok(Some(std::f64::consts::E))))),
    internal("$ONE_ROW", one_row_types, |_, _| kernel(one_row)),
    function("BITAND", "(a, b)", "The bits that are 1 in both")
        .example("BITAND(91, 15)", "11")
        .of(integers::<2>, integers!(|a, b| a & b)),
    function("BITOR", "(a, b)", "The bits that are 1 in one or both")
        .example("BITOR(32, 3)", "35")
        .of(integers::<2>, integers!(|a, b| a | b)),
    function("BITXOR", "(a, b)", "The bits that are 1 in one of them")
        .example("BITXOR(17, 5)", "20")
        .of(integers::<2>, integers!(|a, b| a ^ b)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn doubles<const N: usize>(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Double; N])?, DataType::Double))
}

fn one_row_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Integer])?, DataType::Boolean))
}

/// TRUE, but a row of more than one fails.
fn one_row(call: Call<'_>) -> Column {
    let rows = call.values::<i64>(0);
    call.map(
        |row| if rows[row] > 1 { Err("there is more than one row where a single value is asked for") } else { Ok(Some(true)) },
    )
}

fn integers<const N: usize>(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Integer; N])?, DataType::BigInt))
}

/// A number of any type as it is; NULL as DOUBLE.
pub(super) fn number(given: &DataType) -> Option<DataType> {
    match given {
        DataType::Null => Some(DataType::Double),
        _ => given.is_numeric().then(|| given.clone()),
    }
}

fn same_number(given: &[DataType]) -> Resolved {
    let [given] = given else { return None };
    let number = number(given)?;
    Some((vec![number.clone()], number))
}

fn sign_type(given: &[DataType]) -> Resolved {
    let (args, returns) = same_number(given)?;
    Some((args, one_digit_more(returns)))
}

/// A number or, with a unit, a time.
fn whole_type(given: &[DataType]) -> Resolved {
    if let [time, unit] = given {
        return datetime::round_to_named_types(time, unit);
    }
    let (args, returns) = same_number(given)?;
    let returns = match returns {
        DataType::Decimal { precision, scale } => {
            DataType::Decimal { precision: (precision - scale + 1).min(PRECISION_MAX), scale: 0 }
        }
        other => other,
    };
    Some((args, returns))
}

fn whole(types: &[DataType], way: round::Way) -> Result<Box<dyn Kernel>> {
    match (&types[0], way) {
        (number, _) if number.is_numeric() => round::whole(number, way),
        (_, round::Way::Up) => datetime::ceil_to_named(types),
        _ => datetime::floor_to_named(types),
    }
}

fn one_digit_more(data_type: DataType) -> DataType {
    match data_type {
        DataType::Decimal { precision, scale } => DataType::Decimal { precision: (precision + 1).min(PRECISION_MAX), scale },
        other => other,
    }
}

/// A DECIMAL gets a digit more before the point, for 9.9 rounds to 10.
fn rounded_type(given: &[DataType]) -> Resolved {
    let (first, digits) = given.split_first()?;
    let number = number(first)?;
    let mut args = takes_some(digits, &[Integer], 0)?;
    args.insert(0, number.clone());
    Some((args, one_digit_more(number)))
}

/// Both as the type that holds both.
fn modulo_types(given: &[DataType]) -> Resolved {
    let [_, _] = given else { return None };
    let common = number(&common(given)?)?;
    let common = if common == DataType::Float { DataType::Double } else { common };
    Some((vec![common.clone(); 2], common))
}

/// The quotient of two DECIMALs has no digits behind the point.
fn quotient_types(given: &[DataType]) -> Resolved {
    let (args, common) = modulo_types(given)?;
    let returns = match common {
        DataType::Decimal { .. } => DataType::Decimal { precision: PRECISION_MAX, scale: 0 },
        other => other,
    };
    Some((args, returns))
}

/// A DECIMAL or an integer.
fn scale_types(given: &[DataType]) -> Resolved {
    let number = match given {
        [DataType::Null] => DataType::Decimal { precision: PRECISION_MAX, scale: 0 },
        [decimal @ DataType::Decimal { .. }] => decimal.clone(),
        [integer] if integer.is_integer() => DataType::Decimal { precision: 19, scale: 0 },
        _ => return None,
    };
    Some((vec![number], DataType::Int))
}

fn comparable(given: &[DataType]) -> Resolved {
    let common = match common(given)? {
        DataType::Null => DataType::STRING,
        DataType::Array(_) | DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_) | DataType::Json | DataType::Bitmap => {
            return None;
        }
        other => other,
    };
    (!given.is_empty()).then(|| (vec![common.clone(); given.len()], common))
}

/// What is computed the same way for every kind of number.
trait Number: Native + 'static {
    /// `None` on overflow.
    fn magnitude(self) -> Option<Self>;
    /// `None` where the divisor is zero.
    fn remainder(self, divisor: Self) -> Option<Self>;
    /// Without its fraction; `None` where the divisor is zero or the quotient does not fit.
    fn quotient(self, divisor: Self) -> Option<Self>;
    /// -1, 0 or 1; NaN for NaN.
    fn sign(self) -> Self;
}

macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Number for $type {
            fn magnitude(self) -> Option<Self> {
                self.checked_abs()
            }
            fn remainder(self, divisor: Self) -> Option<Self> {
                // The one remainder that overflows is that by -1, and it is 0.
                if divisor == 0 { None } else { Some(self.checked_rem(divisor).unwrap_or(0)) }
            }
            fn quotient(self, divisor: Self) -> Option<Self> {
                self.checked_div(divisor)
            }
            fn sign(self) -> Self {
                self.signum()
            }
        }
    )*};
}

macro_rules! float {
    ($($type:ty),*) => {$(
        impl Number for $type {
            fn magnitude(self) -> Option<Self> {
                Some(self.abs())
            }
            fn remainder(self, divisor: Self) -> Option<Self> {
                (divisor != 0.0).then(|| self % divisor)
            }
            fn quotient(self, divisor: Self) -> Option<Self> {
                (divisor != 0.0).then(|| (self / divisor).trunc())
            }
            fn sign(self) -> Self {
                if self == 0.0 { 0.0 } else { self.signum() }
            }
        }
    )*};
}

integer!(i8, i16, i32, i64, i128);
float!(f32, f64);

fn abs<T: Number>() -> Result<Box<dyn Kernel>> {
    kernel(|call| {
        let x = call.values::<T>(0);
        call.map(|row| x[row].magnitude().map(Some).ok_or("integer overflow in ABS"))
    })
}

fn modulo<T: Number>() -> Result<Box<dyn Kernel>> {
    kernel(|call| {
        let (x, divisor) = (call.values::<T>(0), call.values::<T>(1));
        call.map(|row| x[row].remainder(divisor[row]).map(Some).ok_or(DIVISION_BY_ZERO))
    })
}

fn quotient<T: Number>() -> Result<Box<dyn Kernel>> {
    kernel(|call| {
        let (x, divisor) = (call.values::<T>(0), call.values::<T>(1));
        call.map(|row| x[row].quotient(divisor[row]).map(Some).ok_or("division by zero or overflow in DIV"))
    })
}

fn scale(decimal: &DataType) -> Result<Box<dyn Kernel>> {
    let scale = round::scale_of(decimal);
    kernel(move |call| call.map(|_| Ok(Some(i32::from(scale)))))
}

fn min_scale(decimal: &DataType) -> Result<Box<dyn Kernel>> {
    let scale = round::scale_of(decimal);
    kernel(move |call| {
        let units = call.values::<i128>(0);
        call.map(|row| {
            let is_needed = |dropped: &u8| units[row] % POW10[usize::from(*dropped)] != 0;
            let first = (1..=scale).find(is_needed).unwrap_or(scale + 1);
            Ok(Some(i32::from(scale + 1 - first)))
        })
    })
}

const DIVISION_BY_ZERO: Reason = "division by zero in MOD";

fn sign(types: &[DataType], returns: &DataType) -> Result<Box<dyn Kernel>> {
    let DataType::Decimal { precision, scale } = *returns else { return by_number!(types, plain_sign) };
    let one = POW10[usize::from(scale)];
    kernel(move |call| {
        let x = call.values::<i128>(0);
        call.map(|row| match x[row].signum() * one {
            sign if decimal::fits(sign, precision) => Ok(Some(sign)),
            _ => Err("SIGN does not fit a DECIMAL with 38 digits behind the point"),
        })
    })
}

fn plain_sign<T: Number>() -> Result<Box<dyn Kernel>> {
    kernel(|call| {
        let x = call.values::<T>(0);
        call.map(|row| Ok(Some(x[row].sign())))
    })
}

/// Fails where there is no value, as in PostgreSQL: at 0, at negative whole numbers and at their end.
fn gamma(call: Call<'_>) -> Column {
    let x = call.values::<f64>(0);
    call.map(|row| {
        let x = x[row];
        let is_pole = x == f64::NEG_INFINITY || (x <= 0.0 && x.fract() == 0.0);
        let value = libm::tgamma(x);
        if is_pole || (value.is_infinite() && x.is_finite()) {
            return Err("overflow in GAMMA");
        }
        if value == 0.0 { Err("underflow in GAMMA") } else { Ok(Some(value)) }
    })
}

fn lgamma(call: Call<'_>) -> Column {
    let x = call.values::<f64>(0);
    call.map(|row| match libm::lgamma(x[row]) {
        value if value.is_infinite() && x[row].is_finite() => Err("overflow in LGAMMA"),
        value => Ok(Some(value)),
    })
}

/// Natural logarithm, or that to the base that stands first.
fn log(call: Call<'_>) -> Column {
    let first = call.values::<f64>(0);
    if call.args().len() == 1 {
        return call.map(|row| Ok(Some(first[row].ln())));
    }
    let x = call.values::<f64>(1);
    call.map(|row| Ok(Some(x[row].ln() / first[row].ln())))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, double, evaluate, int, null, text, typed};
    use super::*;
    use crate::types::Value;

    fn number(units: &str, precision: u8, scale: u8) -> (Value, DataType) {
        typed(units, DataType::Decimal { precision, scale })
    }

    #[test]
    fn magnitude_and_sign_keep_the_type() {
        check("ABS", &[int(-5)], "5");
        check("ABS", &[int(i64::MIN)], "error: integer overflow in ABS");
        check("ABS", &[(Value::Int(-128), DataType::TinyInt)], "error: integer overflow in ABS");
        check("ABS", &[(Value::Double(-1.5), DataType::Float)], "1.5");
        check("ABS", &[number("-1.25", 5, 2)], "1.25");
        check("SIGN", &[int(-5)], "-1");
        check("SIGN", &[double(-0.0)], "0.0");
        check("SIGN", &[double(2.5)], "1.0");
        check("SIGN", &[number("-0.25", 2, 2)], "-1.00");
        check("SIGN", &[number("0.25", 38, 38)], "error: SIGN does not fit a DECIMAL with 38 digits behind the point");
    }

    #[test]
    fn remainders_have_the_sign_of_the_dividend() {
        check("MOD", &[int(-7), int(3)], "-1");
        check("MOD", &[int(i64::MIN), int(-1)], "0");
        check("MOD", &[int(1), int(0)], "error: division by zero in MOD");
        check("MOD", &[number("7.5", 5, 1), (Value::Int(2), DataType::Int)], "1.5");
        check("MOD", &[double(7.5), int(2)], "1.5");
    }

    #[test]
    fn quotients_lose_their_fraction() {
        check("DIV", &[int(-9), int(4)], "-2");
        check("DIV", &[number("9.5", 5, 1), number("-0.25", 3, 2)], "-38");
        check("DIV", &[double(9.5), int(2)], "4.0");
        check("DIV", &[int(1), int(0)], "error: division by zero or overflow in DIV");
        check("DIV", &[int(i64::MIN), int(-1)], "error: division by zero or overflow in DIV");
    }

    #[test]
    fn digits_behind_the_point_are_counted() {
        for (x, scale, least) in [("8.4100", "4", "2"), ("0.0000", "4", "0"), ("-10.0000", "4", "0"), ("0.0001", "4", "4")] {
            check("SCALE", &[number(x, 8, 4)], scale);
            check("MIN_SCALE", &[number(x, 8, 4)], least);
        }
        check("SCALE", &[int(10)], "0");
        check("MIN_SCALE", &[int(10)], "0");
    }

    /// Values of the tests of RisingWave, which are those of PostgreSQL 18.
    #[test]
    fn gamma_and_its_logarithm() {
        for (x, gamma, logarithm) in [
            (5.0, "24.0", "3.178053830347945"),
            (1.0, "1.0", "0.0"),
            (f64::INFINITY, "Infinity", "Infinity"),
            (f64::NAN, "NaN", "NaN"),
            (0.0, "error: overflow in GAMMA", "error: overflow in LGAMMA"),
            (-1.0, "error: overflow in GAMMA", "error: overflow in LGAMMA"),
            (f64::NEG_INFINITY, "error: overflow in GAMMA", "Infinity"),
            (-1000.5, "error: underflow in GAMMA", "-5914.437701116853"),
            (1e308, "error: overflow in GAMMA", "error: overflow in LGAMMA"),
        ] {
            for (name, expected) in [("GAMMA", gamma), ("LGAMMA", logarithm)] {
                let found = evaluate(name, &[double(x)]);
                let numbers = found.parse::<f64>().ok().zip(expected.parse::<f64>().ok());
                let is_near = numbers.is_some_and(|(found, expected)| (found - expected).abs() <= 1e-12 * expected.abs());
                assert!(is_near || found == expected, "{name}({x}) is {found}, not {expected}");
            }
        }
    }

    #[test]
    fn numbers_become_whole() {
        for (x, ceil, floor) in [("1.25", "2", "1"), ("-1.25", "-1", "-2"), ("-3.00", "-3", "-3"), ("99.99", "100", "99")] {
            check("CEIL", &[number(x, 4, 2)], ceil);
            check("FLOOR", &[number(x, 4, 2)], floor);
        }
        check("CEILING", &[double(1.2)], "2.0");
        check("FLOOR", &[double(-1.2)], "-2.0");
        check("FLOOR", &[int(7)], "7");
    }

    #[test]
    fn analysis_gives_known_values() {
        for (name, x, expected) in [
            ("SQRT", 9.0, "3.0"),
            ("SQRT", -1.0, "NaN"),
            ("CBRT", 27.0, "3.0"),
            ("EXP", 0.0, "1.0"),
            ("LN", 1.0, "0.0"),
            ("LN", 0.0, "-Infinity"),
            ("LOG", 1.0, "0.0"),
            ("LOG2", 8.0, "3.0"),
            ("LOG10", 1000.0, "3.0"),
            ("SIN", 0.0, "0.0"),
            ("COS", 0.0, "1.0"),
            ("TAN", 0.0, "0.0"),
            ("COT", 0.0, "Infinity"),
            ("ASIN", 2.0, "NaN"),
            ("ACOS", 1.0, "0.0"),
            ("ATAN", 0.0, "0.0"),
            ("SINH", 0.0, "0.0"),
            ("COSH", 0.0, "1.0"),
            ("TANH", 0.0, "0.0"),
            ("COTH", 0.0, "Infinity"),
            ("SEC", 0.0, "1.0"),
            ("CSC", 0.6, "1.7710321966877254"),
            ("SECH", 0.0, "1.0"),
            ("CSCH", 0.0, "Infinity"),
            ("SIGNUM", -42.0, "-1.0"),
            ("ASINH", 0.0, "0.0"),
            ("ACOSH", 1.0, "0.0"),
            ("ACOSH", 0.5, "NaN"),
            ("ATANH", 1.0, "Infinity"),
            ("DEGREES", std::f64::consts::PI, "180.0"),
            ("RADIANS", 180.0, "3.141592653589793"),
        ] {
            check(name, &[double(x)], expected);
        }
        check("PI", &[], "3.141592653589793");
        check("E", &[], "2.718281828459045");
        check("POWER", &[int(2), int(10)], "1024.0");
        check("POW", &[int(2), int(-2)], "0.25");
        check("LOG", &[int(2), int(8)], "3.0");
        check("ATAN2", &[double(0.0), double(1.0)], "0.0");
        check("BITAND", &[int(12), int(10)], "8");
        check("BITOR", &[int(12), int(10)], "14");
        check("BITXOR", &[int(12), int(10)], "6");
    }

    #[test]
    fn the_greatest_and_the_least_are_found_in_every_type() {
        check("GREATEST", &[int(1), int(3), int(2)], "3");
        check("LEAST", &[int(1), number("0.5", 3, 1)], "0.5");
        check("GREATEST", &[int(1), double(1.5)], "1.5");
        check("GREATEST", &[text("a"), text("longer than inline")], "longer than inline");
        check("LEAST", &[text("b"), text("ab")], "ab");
        check("LEAST", &[typed("2024-01-02", DataType::Date), typed("2024-01-01", DataType::Date)], "2024-01-01");
        check("GREATEST", &[int(1), null()], "NULL");
        check("GREATEST_IGNORE_NULLS", &[int(1), null(), int(3)], "3");
        check("LEAST_IGNORE_NULLS", &[int(1), null(), int(3)], "1");
        check("LEAST_IGNORE_NULLS", &[text("b"), null(), text("a")], "a");
        check("LEAST_IGNORE_NULLS", &[null(), null()], "NULL");
    }
}

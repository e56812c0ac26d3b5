//! Functions of whole numbers: divisors, digits in other bases, bits, buckets of a histogram.

use std::io::Write;

use super::kernel::{Call, Native, Reason, kernel};
use super::signature::Param::{Double, Integer};
use super::signature::{function, takes};
use crate::batch::Column;
use crate::batch::text::write_hex;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;
use crate::types::decimal::{PRECISION_MAX, fits};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("GCD", "(a, b)", "The greatest common divisor").example("GCD(1071, 462)", "21").of(two_integers, |_, _| kernel(gcd)),
    function("LCM", "(a, b)", "The least common multiple")
        .example("LCM(1071, 462)", "23562")
        .of(two_integers, |_, _| kernel(lcm)),
    function("FACTORIAL", "(n)", "The product of the integers from 1 to n")
        .example("FACTORIAL(5)", "120")
        .of(factorial_types, |_, _| kernel(factorial)),
    function("WIDTH_BUCKET", "(x, low, high, count)", "Which of so many buckets of equal width a number falls into")
        .example("WIDTH_BUCKET(5.35, 0.024, 10.06, 5)", "3")
        .of(bucket_types, |_, _| kernel(width_bucket)),
    function("BIN", "(integer)", "The binary digits")
        .example("BIN(12)", "1100")
        .of(|t| Some((takes(t, &[Integer])?, DataType::STRING)), |_, _| kernel(bin)),
    function("TO_HEX", "(integer or bytes)", "The hexadecimal digits in lower case")
        .example("TO_HEX(2147483647)", "7fffffff")
        .of(hex_types, |t, _| match t[0] {
            DataType::Bytes => kernel(to_hex_of_bytes),
            DataType::Int => to_hex(|n: i32| u64::from(n as u32)),
            _ => to_hex(|n: i64| n as u64),
        }),
    function("BITNOT", "(a)", "The bits the other way round").example("BITNOT(15)", "-16").of(
        |t| Some((takes(t, &[Integer])?, DataType::BigInt)),
        |_, _| {
            kernel(|call| {
                let a = call.values::<i64>(0);
                call.map(|row| Ok(Some(!a[row])))
            })
        },
    ),
    function("SHIFTLEFT", "(a, bits)", "The bits moved to the left")
        .example("SHIFTLEFT(1, 4)", "16")
        .of(two_integers, |_, _| shifted(|a, bits| a << bits)),
    function("SHIFTRIGHT", "(a, bits)", "The bits moved to the right; the sign stays")
        .example("SHIFTRIGHT(-8, 2)", "-2")
        .of(two_integers, |_, _| shifted(|a, bits| a >> bits)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

fn two_integers(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Integer, Integer])?, DataType::BigInt))
}

fn factorial_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Integer])?, DataType::Decimal { precision: PRECISION_MAX, scale: 0 }))
}

fn bucket_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Double, Double, Double, Integer])?, DataType::Int))
}

/// An integer of up to 32 bits has the digits of so many.
fn hex_types(given: &[DataType]) -> Resolved {
    let args = match given {
        [DataType::TinyInt | DataType::SmallInt | DataType::Int] => vec![DataType::Int],
        [DataType::Bytes] => vec![DataType::Bytes],
        _ => takes(given, &[Integer])?,
    };
    Some((args, DataType::STRING))
}

fn divisor(a: i64, b: i64) -> u64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn to_hex_of_bytes(call: Call<'_>) -> Column {
    let bytes = call.strings(0);
    call.write(|row, out| {
        write_hex(bytes.bytes(row), out);
        Ok(Some(()))
    })
}

/// Never negative; 0 where both are.
fn gcd(call: Call<'_>) -> Column {
    let (a, b) = (call.values::<i64>(0), call.values::<i64>(1));
    call.map(|row| i64::try_from(divisor(a[row], b[row])).map(Some).map_err(|_| "integer overflow in GCD"))
}

/// Never negative; 0 where one of them is.
fn lcm(call: Call<'_>) -> Column {
    let (a, b) = (call.values::<i64>(0), call.values::<i64>(1));
    call.map(|row| {
        let (a, b) = (a[row], b[row]);
        let multiple = match divisor(a, b) {
            0 => Some(0),
            divisor => (a.unsigned_abs() / divisor).checked_mul(b.unsigned_abs()),
        };
        multiple.and_then(|multiple| i64::try_from(multiple).ok()).map(Some).ok_or("integer overflow in LCM")
    })
}

fn factorial(call: Call<'_>) -> Column {
    const OVERFLOW: Reason = "overflow in FACTORIAL: 33 is the largest number that has one";
    let numbers = call.values::<i64>(0);
    call.map(|row| {
        let number = u32::try_from(numbers[row])
            .map_err(|_| if numbers[row] < 0 { "FACTORIAL of a negative number" } else { OVERFLOW })?;
        let product = (1..=i128::from(number)).try_fold(1i128, |product, factor| product.checked_mul(factor));
        product.filter(|product| fits(*product, PRECISION_MAX)).map(Some).ok_or(OVERFLOW)
    })
}

/// Which of `count` buckets of equal width from `low` to `high` the number lies in, from 1 on: 0 before them, one more than there are behind.
fn width_bucket(call: Call<'_>) -> Column {
    let [numbers, lows, highs] = [0, 1, 2].map(|at| call.values::<f64>(at));
    let counts = call.values::<i64>(3);
    call.map(|row| {
        let (number, low, high) = (numbers[row], lows[row], highs[row]);
        let count = i32::try_from(counts[row]).ok().filter(|count| (1..i32::MAX).contains(count));
        let count = count.ok_or("the count of WIDTH_BUCKET is an INT above 0")?;
        if number.is_nan() || !low.is_finite() || !high.is_finite() || low == high {
            return Err("the bounds of WIDTH_BUCKET are two finite numbers, and what lies between them is a number");
        }
        // Halves, so that the distance of two large bounds is finite.
        let (number, low, high) = (number / 2.0, low / 2.0, high / 2.0);
        let share = (number - low) / (high - low);
        Ok(Some(match share {
            _ if share < 0.0 => 0,
            _ if share >= 1.0 => count + 1,
            _ => ((share * f64::from(count)) as i32 + 1).min(count),
        }))
    })
}

/// The two's complement of a negative number.
fn bin(call: Call<'_>) -> Column {
    let number = call.values::<i64>(0);
    call.write(|row, out| Ok(write!(out, "{:b}", number[row]).ok()))
}

/// Bits beyond the 64 of a BIGINT are lost.
fn shifted(shift: fn(i64, u32) -> i64) -> Compiled {
    kernel(move |call| {
        let (a, bits) = (call.values::<i64>(0), call.values::<i64>(1));
        call.map(|row| match u32::try_from(bits[row]).ok().filter(|bits| *bits < i64::BITS) {
            Some(bits) => Ok(Some(shift(a[row], bits))),
            None => Err("bits are shifted by 0 to 63 places"),
        })
    })
}

fn to_hex<T: Native + 'static>(bits: fn(T) -> u64) -> Compiled {
    kernel(move |call| {
        let number = call.values::<T>(0);
        call.write(|row, out| Ok(write!(out, "{:x}", bits(number[row])).ok()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, double, evaluate, int};
    use super::*;
    use crate::types::Value;

    #[test]
    fn divisors_and_multiples() {
        for (a, b, greatest, least) in
            [(1071, 462, "21", "23562"), (-12, 18, "6", "36"), (0, 5, "5", "0"), (0, 0, "0", "0"), (7, -1, "1", "7")]
        {
            check("GCD", &[int(a), int(b)], greatest);
            check("LCM", &[int(a), int(b)], least);
        }
        check("GCD", &[int(i64::MIN), int(0)], "error: integer overflow in GCD");
        check("GCD", &[int(i64::MIN), int(6)], "2");
        check("LCM", &[int(i64::MAX), int(2)], "error: integer overflow in LCM");
        check("FACTORIAL", &[int(0)], "1");
        check("FACTORIAL", &[int(20)], "2432902008176640000");
        check("FACTORIAL", &[int(33)], "8683317618811886495518194401280000000");
        check("FACTORIAL", &[int(34)], "error: overflow in FACTORIAL: 33 is the largest number that has one");
        check("FACTORIAL", &[int(-1)], "error: FACTORIAL of a negative number");
    }

    #[test]
    fn digits_in_other_bases() {
        check("BIN", &[int(12)], "1100");
        check("BIN", &[int(0)], "0");
        check("BIN", &[int(-1)], &"1".repeat(64));
        check("TO_HEX", &[int(2147483647)], "7fffffff");
        check("TO_HEX", &[int(-1)], "ffffffffffffffff");
        check("TO_HEX", &[(Value::Int(-1), DataType::Int)], "ffffffff");
        check("BITNOT", &[int(5)], "-6");
        check("SHIFTLEFT", &[int(1), int(4)], "16");
        check("SHIFTLEFT", &[int(-1), int(63)], &i64::MIN.to_string());
        check("SHIFTRIGHT", &[int(-16), int(2)], "-4");
        check("SHIFTRIGHT", &[int(16), int(64)], "error: bits are shifted by 0 to 63 places");
    }

    #[test]
    fn numbers_fall_into_buckets() {
        let bucket = |x, low, high, count, expected| {
            check("WIDTH_BUCKET", &[double(x), double(low), double(high), int(count)], expected);
        };
        bucket(5.35, 0.024, 10.06, 5, "3");
        bucket(0.0, 0.024, 10.06, 5, "0");
        bucket(10.06, 0.024, 10.06, 5, "6");
        bucket(35.0, 100.0, 0.0, 10, "7");
        bucket(101.0, 100.0, 0.0, 10, "0");
        bucket(-0.0, -f64::MAX, f64::MAX, 2, "2");
        bucket(f64::INFINITY, 0.0, 1.0, 4, "5");
        bucket(
            1.0,
            1.0,
            1.0,
            4,
            "error: the bounds of WIDTH_BUCKET are two finite numbers, and what lies between them is a number",
        );
        bucket(1.0, 0.0, 1.0, 0, "error: the count of WIDTH_BUCKET is an INT above 0");
    }

    #[test]
    fn buckets_agree_with_a_walk_over_their_bounds() {
        let mut random = fastrand::Rng::with_seed(8);
        for _ in 0..2_000 {
            let (low, width, count) = (f64::from(random.i16(..)), f64::from(random.u8(1..)) / 4.0, random.i32(1..50));
            let x = low + f64::from(random.i16(-200..400)) / 8.0;
            let expected = (0..=count).filter(|bound| low + f64::from(*bound) * width <= x).count();
            let high = low + f64::from(count) * width;
            let args = [double(x), double(low), double(high), int(count.into())];
            assert_eq!(evaluate("WIDTH_BUCKET", &args), expected.to_string(), "{args:?}");
        }
    }
}

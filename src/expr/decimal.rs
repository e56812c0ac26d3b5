//! DECIMAL arithmetic, exact on i128 with 256 bits in between: the true result is rounded once, half away from zero, to the scale
//! of the result type; what has more digits than its precision fails the row.

use super::BinaryOp;
use super::arithmetic::reasons;
use super::operand::{BinaryKernel, fallible};
use crate::types::DataType;
use crate::types::decimal::{POW10, fits};

/// Scales of both arguments and of the result.
#[derive(Clone, Copy)]
struct Scales {
    left: u8,
    right: u8,
    result: u8,
}

/// The kernel of `left op right`, if there is one.
pub(super) fn binary(op: BinaryOp, left: &DataType, right: &DataType, result: &DataType) -> Option<BinaryKernel> {
    let (DataType::Decimal { scale: ls, .. }, DataType::Decimal { scale: rs, .. }, DataType::Decimal { precision, scale }) =
        (left, right, result)
    else {
        return None;
    };
    let (scales, precision) = (Scales { left: *ls, right: *rs, result: *scale }, *precision);
    let mut reasons = reasons("decimal", op, left, right);
    reasons.overflow = format!("{}: the result does not fit {result}", reasons.overflow);
    let checked = |f: fn(i128, i128, Scales) -> Option<i128>| -> BinaryKernel {
        fallible(reasons.clone(), move |a: i128, b: i128| match f(a, b, scales) {
            Some(units) if fits(units, precision) => (units, false),
            _ => (0, true),
        })
    };
    let bound = POW10[precision.min(38) as usize];
    let in_bound = move |(units, overflowed): (i128, bool)| (units, overflowed | (units >= bound) | (units <= -bound));
    let same_scale = ls == rs && ls == scale;
    // No digit is cut off: what is missing behind the point is multiplied up.
    let sum_is_exact = ls <= scale && rs <= scale;
    let ups = if sum_is_exact { [POW10[(scale - ls) as usize], POW10[(scale - rs) as usize]] } else { [1, 1] };
    let widened = move |a: i128, b: i128, sum: fn(i128, i128) -> (i128, bool)| {
        let ((a, a_overflowed), (b, b_overflowed)) = (product(a, ups[0]), product(b, ups[1]));
        let (units, overflowed) = sum(a, b);
        in_bound((units, overflowed | a_overflowed | b_overflowed))
    };
    Some(match op {
        BinaryOp::Add if same_scale => fallible(reasons, move |a: i128, b: i128| in_bound(a.overflowing_add(b))),
        BinaryOp::Subtract if same_scale => fallible(reasons, move |a: i128, b: i128| in_bound(a.overflowing_sub(b))),
        BinaryOp::Add if sum_is_exact => fallible(reasons, move |a: i128, b: i128| widened(a, b, i128::overflowing_add)),
        BinaryOp::Subtract if sum_is_exact => fallible(reasons, move |a: i128, b: i128| widened(a, b, i128::overflowing_sub)),
        BinaryOp::Multiply if ls + rs == *scale => fallible(reasons, move |a: i128, b: i128| in_bound(product(a, b))),
        BinaryOp::Add => checked(add),
        BinaryOp::Subtract => checked(|a, b, scales| add(a, b.checked_neg()?, scales)),
        BinaryOp::Multiply => checked(multiply),
        BinaryOp::Divide => checked(divide),
        BinaryOp::Modulo => checked(modulo),
        _ => return None,
    })
}

/// The product and whether it overflowed. Most units have no more than 64 bits: the product of such has room.
#[inline]
fn product(a: i128, b: i128) -> (i128, bool) {
    let (short_a, short_b) = (a as i64, b as i64);
    if i128::from(short_a) == a && i128::from(short_b) == b {
        return (i128::from(short_a) * i128::from(short_b), false);
    }
    a.overflowing_mul(b)
}

fn signed(magnitude: u128, negative: bool) -> Option<i128> {
    let units = i128::try_from(magnitude).ok()?;
    Some(if negative { -units } else { units })
}

/// The quotient rounded half away from zero, for what is left of a division.
fn rounded(quotient: u128, rest: u128, divisor: u128) -> Option<u128> {
    if rest >= divisor - rest { quotient.checked_add(1) } else { Some(quotient) }
}

/// 10^n as u128, n at most 38.
fn pow10(n: u8) -> u128 {
    POW10[n as usize].unsigned_abs()
}

/// The 256-bit product as high and low half.
fn multiply_wide(a: u128, b: u128) -> (u128, u128) {
    if let Some(product) = a.checked_mul(b) {
        return (0, product);
    }
    const LOW: u128 = u64::MAX as u128;
    let (a_high, a_low, b_high, b_low) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 64);
    let middle_low = a_low * b_high + (middle & LOW);
    (a_high * b_high + (middle >> 64) + (middle_low >> 64), (middle_low << 64) | (low & LOW))
}

/// Quotient and rest of a 256-bit number; `None` if the quotient has more than 128 bits. One bit at a time where the number
/// is really wide, which few are.
fn divide_wide((high, low): (u128, u128), divisor: u128) -> Option<(u128, u128)> {
    if high == 0 {
        return Some((low / divisor, low % divisor));
    }
    if high >= divisor {
        return None;
    }
    let (mut rest, mut quotient) = (high, 0u128);
    for bit in (0..128).rev() {
        let carry = rest >> 127;
        rest = (rest << 1) | (low >> bit & 1);
        quotient <<= 1;
        if carry == 1 || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    Some((quotient, rest))
}

/// A 256-bit magnitude of scale `from` (at most 76) at scale `to`.
fn rescale_wide(wide: (u128, u128), from: u8, to: u8) -> Option<u128> {
    match from.checked_sub(to) {
        None => (wide.0 == 0).then_some(wide.1)?.checked_mul(pow10(to - from)),
        Some(0) => (wide.0 == 0).then_some(wide.1),
        Some(drop @ 1..=38) => {
            let (quotient, rest) = divide_wide(wide, pow10(drop))?;
            rounded(quotient, rest, pow10(drop))
        }
        Some(drop) => {
            // What the first division cuts off is less than the last digit and cannot change which half the rest is in.
            let (whole, _) = divide_wide(wide, pow10(38))?;
            let divisor = pow10(drop - 38);
            rounded(whole / divisor, whole % divisor, divisor)
        }
    }
}

/// Sum of two numbers brought to the finer scale.
fn add(a: i128, b: i128, scales: Scales) -> Option<i128> {
    let scale = scales.left.max(scales.right);
    let a = a.checked_mul(POW10[(scale - scales.left) as usize])?;
    let b = b.checked_mul(POW10[(scale - scales.right) as usize])?;
    let (magnitude, negative) = match (a < 0, b < 0) {
        (x, y) if x == y => (a.unsigned_abs().checked_add(b.unsigned_abs())?, x),
        _ => ((a + b).unsigned_abs(), a + b < 0),
    };
    signed(rescale_wide((0, magnitude), scale, scales.result)?, negative)
}

fn multiply(a: i128, b: i128, scales: Scales) -> Option<i128> {
    let product = multiply_wide(a.unsigned_abs(), b.unsigned_abs());
    signed(rescale_wide(product, scales.left + scales.right, scales.result)?, (a < 0) != (b < 0))
}

/// Long division, up to 38 digits of the quotient at a time.
fn divide(a: i128, b: i128, scales: Scales) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let negative = (a < 0) != (b < 0);
    let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
    let mut digits = i16::from(scales.result) + i16::from(scales.right) - i16::from(scales.left);
    if digits < 0 {
        // A divisor beyond 128 bits is more than twice any dividend.
        let quotient = match b.checked_mul(pow10(digits.unsigned_abs() as u8)) {
            Some(divisor) => rounded(a / divisor, a % divisor, divisor)?,
            None => 0,
        };
        return signed(quotient, negative);
    }
    let (mut quotient, mut rest) = (a / b, a % b);
    while digits > 0 {
        let step = digits.min(38) as u8;
        let (more, left) = divide_wide(multiply_wide(rest, pow10(step)), b)?;
        quotient = quotient.checked_mul(pow10(step))?.checked_add(more)?;
        rest = left;
        digits -= i16::from(step);
    }
    signed(rounded(quotient, rest, b)?, negative)
}

/// The rest with the sign of the dividend.
fn modulo(a: i128, b: i128, scales: Scales) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let (magnitude, divisor) = (a.unsigned_abs(), b.unsigned_abs());
    let scale = scales.left.max(scales.right);
    let rest = if scales.left >= scales.right {
        divisor.checked_mul(pow10(scales.left - scales.right)).map_or(magnitude, |divisor| magnitude % divisor)
    } else {
        divide_wide(multiply_wide(magnitude % divisor, pow10(scales.right - scales.left)), divisor)?.1
    };
    signed(rescale_wide((0, rest), scale, scales.result)?, a < 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Column, Selection, Values};
    use crate::expr::RowErrors;
    use crate::expr::operand::{Operand, Rows};

    fn check(f: fn(i128, i128, Scales) -> Option<i128>, a: i128, b: i128, scales: [u8; 3], expected: Option<i128>) {
        let [left, right, result] = scales;
        assert_eq!(f(a, b, Scales { left, right, result }), expected, "{a} {b} {scales:?}");
    }

    /// The kernel of an operation over single values; `None` if it fails.
    fn by_kernel(op: BinaryOp, a: i128, b: i128, [left, right, result]: [u8; 3]) -> Option<i128> {
        let decimal = |scale| DataType::Decimal { precision: 38, scale };
        let kernel = binary(op, &decimal(left), &decimal(right), &decimal(result)).expect("a kernel");
        let operand = |units| Operand::Owned(Column::from_values(Values::I128(vec![units])));
        let mut errors = RowErrors::default();
        let found = kernel(&operand(a), &operand(b), Rows { len: 1, selection: &Selection::All(1) }, &mut errors);
        match &found.values {
            Values::I128(units) if errors.is_empty() => Some(units[0]),
            _ => None,
        }
    }

    #[test]
    fn quick_kernels_give_what_the_careful_functions_give() {
        let mut random = fastrand::Rng::with_seed(9);
        let (mut sound, mut failed) = (0, 0);
        for _ in 0..20_000 {
            let mut units = || {
                let units = random.i128(-POW10[38]..=POW10[38]) / POW10[random.usize(0..38)];
                units.clamp(1 - POW10[38], POW10[38] - 1)
            };
            let (a, b) = (units(), units());
            let (left, right) = (random.u8(0..10), random.u8(0..10));
            let wider = left.max(right);
            for (op, careful, result) in [
                (BinaryOp::Add, add as fn(i128, i128, Scales) -> Option<i128>, wider),
                (BinaryOp::Subtract, |a, b, scales| add(a, -b, scales), wider),
                (BinaryOp::Multiply, multiply, left + right),
            ] {
                let expected = careful(a, b, Scales { left, right, result }).filter(|units| fits(*units, 38));
                assert_eq!(by_kernel(op, a, b, [left, right, result]), expected, "{op:?} {a} {b} {left} {right}");
                if expected.is_some() { sound += 1 } else { failed += 1 }
            }
        }
        assert!(sound > 10_000 && failed > 1_000, "{sound} {failed}");
    }

    #[test]
    fn products_of_38_digits_are_rounded_once() {
        let nines = POW10[38] - 1;
        check(multiply, nines, nines, [38, 38, 38], Some(POW10[38] - 2));
        check(multiply, nines, -nines, [38, 38, 0], Some(-1));
        check(multiply, nines, nines, [0, 0, 0], None);
        check(multiply, nines, 10, [20, 1, 20], Some(nines));
        check(multiply, 5, 1, [1, 0, 0], Some(1));
        check(multiply, -5, 1, [1, 0, 0], Some(-1));
        check(multiply, 7 * POW10[36], POW10[37], [37, 37, 0], Some(1));
        check(multiply, 4 * POW10[36], POW10[37], [37, 37, 0], Some(0));
    }

    #[test]
    fn quotients_have_the_digits_asked_for() {
        check(divide, 1, 3, [0, 0, 38], Some(POW10[38] / 3));
        check(divide, 2, -3, [0, 0, 5], Some(-66_667));
        check(divide, 1, 0, [0, 0, 5], None);
        check(divide, POW10[38] - 1, 1, [38, 38, 38], None);
        check(divide, 1, POW10[38] - 1, [0, 38, 38], Some(POW10[38] + 1));
        check(divide, 15, POW10[37], [38, 0, 0], Some(0));
    }

    #[test]
    fn rests_take_the_sign_of_the_dividend() {
        check(modulo, -75, 2, [1, 0, 1], Some(-15));
        check(modulo, 7, 25, [0, 1, 1], Some(20));
        check(modulo, 5, POW10[37], [38, 0, 38], Some(5));
    }

    #[test]
    fn wide_division_undoes_wide_multiplication() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..2_000 {
            let (a, b) = (random.u128(..) >> random.u32(..100), (random.u128(..) >> random.u32(..100)).max(1));
            assert_eq!(divide_wide(multiply_wide(a, b), b), Some((a, 0)));
        }
    }
}

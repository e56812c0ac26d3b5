//! DECIMAL as an i128 of units of 10^-scale: text to units and back, change of scale. Exact or refused, never wrapped.

/// Most digits a DECIMAL has.
pub const PRECISION_MAX: u8 = 38;

/// 10^n for n = 0..=38.
pub const POW10: [i128; 39] = {
    let mut table = [1i128; 39];
    let mut i = 1;
    while i < 39 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// Whether `units` has at most `precision` digits.
pub fn fits(units: i128, precision: u8) -> bool {
    units.unsigned_abs() < POW10[precision.min(PRECISION_MAX) as usize].unsigned_abs()
}

/// `units` of scale `from` as units of scale `to`, rounding half away from zero; `None` on overflow of i128.
pub fn rescale(units: i128, from: u8, to: u8) -> Option<i128> {
    if to >= from {
        return units.checked_mul(*POW10.get((to - from) as usize)?);
    }
    Some(match POW10.get((from - to) as usize) {
        Some(&divisor) => divide_rounding(units, divisor),
        None => 0,
    })
}

/// `dividend / divisor` rounded half away from zero; `divisor` must be positive.
pub fn divide_rounding(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs() { quotient + dividend.signum() } else { quotient }
}

/// Units of scale `scale` from text such as `-12.345`, `1e3` or `.5`, rounding half away from zero; `None` if it is
/// malformed or has more than `precision` digits then.
pub fn parse(text: &[u8], precision: u8, scale: u8) -> Option<i128> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (mantissa, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(at) => (&text[..at], std::str::from_utf8(&text[at + 1..]).ok()?.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let mut units: i128 = 0;
    let mut point_seen = false;
    let mut digits_seen = false;
    let mut fraction_digits: i32 = 0;
    let mut dropped: i32 = 0;
    for &byte in mantissa {
        match byte {
            b'0'..=b'9' => {
                digits_seen = true;
                fraction_digits += i32::from(point_seen);
                if units < POW10[37] {
                    units = units * 10 + i128::from(byte - b'0');
                } else {
                    dropped += 1;
                }
            }
            b'.' if !point_seen => point_seen = true,
            _ => return None,
        }
    }
    if !digits_seen {
        return None;
    }
    let shift = exponent.checked_sub(fraction_digits)?.checked_add(i32::from(scale))?.checked_add(dropped)?;
    let units = match shift {
        _ if units == 0 => 0,
        0..=38 => units.checked_mul(POW10[shift as usize])?,
        39.. => return None,
        -38..=-1 => divide_rounding(units, POW10[shift.unsigned_abs() as usize]),
        _ => 0,
    };
    let units = if negative { -units } else { units };
    fits(units, precision).then_some(units)
}

/// Writes `units` of scale `scale` with exactly `scale` digits behind the point.
pub fn write(out: &mut Vec<u8>, units: i128, scale: u8) {
    if units < 0 {
        out.push(b'-');
    }
    let digits = format!("{:0width$}", units.unsigned_abs(), width = scale as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
    out.extend_from_slice(whole.as_bytes());
    if scale > 0 {
        out.push(b'.');
        out.extend_from_slice(fraction.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, scale: u8, expected: &str) {
        let units = parse(text.as_bytes(), PRECISION_MAX, scale).expect(text);
        let mut out = Vec::new();
        write(&mut out, units, scale);
        assert_eq!(String::from_utf8_lossy(&out), expected, "{text}");
    }

    #[test]
    fn text_reads_and_writes_exactly() {
        check("12.345", 3, "12.345");
        check("-0.05", 1, "-0.1");
        check("0.04", 1, "0.0");
        check(".5", 0, "1");
        check("1e3", 2, "1000.00");
        check("125e-2", 1, "1.3");
        check("99999999999999999999999999999999999999", 0, "99999999999999999999999999999999999999");
        check("0.12345678901234567890123456789012345678901234567890", 5, "0.12346");
    }

    #[test]
    fn what_does_not_fit_or_is_no_number_is_refused() {
        for text in ["", "-", ".", "1.2.3", "abc", "1e", "1e99", "100000000000000000000000000000000000000"] {
            assert_eq!(parse(text.as_bytes(), PRECISION_MAX, 0), None, "{text}");
        }
        assert_eq!(parse(b"100", 2, 0), None);
    }
}

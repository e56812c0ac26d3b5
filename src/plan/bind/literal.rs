//! Constants: numbers, text, dates, times and intervals in all their spellings.

use sqlparser::ast;

use super::scope::{span_of, unsupported};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::types::time::{DAY, parse_date, parse_time, parse_timestamp};
use crate::types::{DataType, Value, decimal};

/// A constant of the parser; `negative` for one behind a minus.
pub fn bind_value(value: &ast::ValueWithSpan, negative: Sign) -> Result<Expr> {
    use ast::Value as V;
    let (value, data_type) = match &value.value {
        V::Number(digits, _) => return number(digits, negative).map_err(|e| e.at(span_of(value))),
        V::Null => (Value::Null, DataType::Null),
        V::Boolean(b) => (Value::Bool(*b), DataType::Boolean),
        V::SingleQuotedString(s)
        | V::UnicodeStringLiteral(s)
        | V::NationalStringLiteral(s)
        | V::SingleQuotedRawStringLiteral(s)
        | V::TripleSingleQuotedString(s) => (Value::text(s.as_str()), DataType::STRING),
        V::DollarQuotedString(s) => (Value::text(s.value.as_str()), DataType::STRING),
        V::HexStringLiteral(digits) => match bytes_of_hex(digits) {
            Some(bytes) => (Value::Bytes(bytes.into()), DataType::Bytes),
            None => {
                return Err(Error::sql(format!("X'{digits}' is not a byte string"))
                    .at(span_of(value))
                    .hint("pairs of hex digits"));
            }
        },
        other => return Err(unsupported(&format!("the literal {other}"), "text stands in single quotes", value)),
    };
    Ok(Expr::Literal { value, data_type })
}

/// Whether a minus stands before a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// None.
    Plus,
    /// A minus.
    Minus,
}

fn number(digits: &str, sign: Sign) -> Result<Expr> {
    let digits = &digits.replace('_', "");
    let text = if sign == Sign::Minus { format!("-{digits}") } else { digits.clone() };
    let wrong = || Error::sql(format!("{text} is not a number that can be held")).hint("DECIMAL has up to 38 digits");
    if digits.contains(['e', 'E']) {
        let value: f64 = text.parse().map_err(|_| wrong())?;
        return if value.is_finite() {
            Ok(Expr::Literal { value: Value::Double(value), data_type: DataType::Double })
        } else {
            Err(wrong())
        };
    }
    if let Ok(value) = text.parse::<i64>() {
        let data_type = if i32::try_from(value).is_ok() { DataType::Int } else { DataType::BigInt };
        return Ok(Expr::Literal { value: Value::Int(value), data_type });
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    let precision = (whole.len() + fraction.len()).max(1);
    if precision > usize::from(decimal::PRECISION_MAX) {
        return Err(wrong());
    }
    let (precision, scale) = (precision as u8, fraction.len() as u8);
    let units = decimal::parse(text.as_bytes(), precision, scale).ok_or_else(wrong)?;
    Ok(Expr::Literal { value: Value::Decimal(units), data_type: DataType::Decimal { precision, scale } })
}

fn bytes_of_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if digits.len() % 2 == 1 { None } else { digits.chunks(2).map(pair).collect() }
}

/// `DATE '...'`, `TIME '...'`, `TIMESTAMP '...'` and other typed constants.
pub fn bind_typed(typed: &ast::TypedString, target: &DataType) -> Result<Expr> {
    let span = span_of(&typed.value);
    let Some(text) = text_of(&typed.value.value) else {
        return Err(Error::sql("a text in single quotes is expected here").at(span));
    };
    let fraction = text.split_once('.').map_or(0, |(_, f)| f.bytes().take_while(u8::is_ascii_digit).count().min(9)) as u8;
    let (value, data_type) = match target {
        DataType::Date => (parse_date(text.as_bytes()).map(i64::from), DataType::Date),
        DataType::Time(_) => (parse_time(text.as_bytes()), DataType::Time(fraction)),
        DataType::Timestamp(_) => (timestamp(text), DataType::Timestamp(fraction)),
        DataType::TimestampLtz(_) => (timestamp(text), DataType::TimestampLtz(fraction)),
        other => {
            let literal = Expr::Literal { value: Value::text(text), data_type: DataType::STRING };
            return super::coercion::constant_cast(literal, other, span);
        }
    };
    match value {
        Some(n) => Ok(Expr::Literal { value: Value::Int(n), data_type }),
        None => Err(Error::sql(format!("'{text}' is not a {target}"))
            .at(span)
            .hint("such as DATE '2024-01-31', TIMESTAMP '2024-01-31 12:00:00'")),
    }
}

fn timestamp(text: &str) -> Option<i64> {
    parse_timestamp(text.as_bytes()).or_else(|| i64::from(parse_date(text.as_bytes())?).checked_mul(DAY))
}

fn text_of(value: &ast::Value) -> Option<&str> {
    match value {
        ast::Value::SingleQuotedString(s) => Some(s),
        _ => None,
    }
}

/// An INTERVAL constant.
pub fn bind_interval(interval: &ast::Interval) -> Result<Expr> {
    let span = span_of(&*interval.value);
    let wrong = || {
        Error::sql(format!("{interval} is not an interval"))
            .at(span)
            .hint("such as INTERVAL '10' SECOND, INTERVAL '1 02:30' DAY TO MINUTE, INTERVAL '2-6' YEAR TO MONTH or INTERVAL '10 seconds'")
    };
    let text = interval_text(&interval.value).ok_or_else(wrong)?;
    let (negative, body) = match text.trim().strip_prefix('-') {
        // Where units are spelled out each part has its own sign.
        Some(rest) if interval.leading_field.is_some() => (true, rest.trim()),
        _ => (false, text.trim().trim_start_matches('+')),
    };
    let parsed = match (&interval.leading_field, &interval.last_field) {
        (None, _) => match spelled(body) {
            Some(parts) if parts.0 != 0 && parts.1 != 0 => {
                return Err(Error::sql(format!("{interval} has months and days, which have no common measure"))
                    .at(span)
                    .hint("add two intervals to a time, one of months and one of days"));
            }
            parts => parts.map(|(months, nanos)| match months {
                0 => (nanos, DataType::IntervalDay),
                _ => (months, DataType::IntervalMonth),
            }),
        },
        (Some(unit), None) => single(body, &unit.to_string()),
        (Some(first), Some(last)) => ranged(body, &first.to_string(), &last.to_string()),
    };
    let (amount, data_type) = parsed.ok_or_else(wrong)?;
    let amount = if negative { -amount } else { amount };
    let amount = i64::try_from(amount).map_err(|_| wrong())?;
    if data_type == DataType::IntervalMonth && i32::try_from(amount).is_err() {
        return Err(wrong());
    }
    Ok(Expr::Literal { value: Value::Int(amount), data_type })
}

fn interval_text(value: &ast::Expr) -> Option<String> {
    match value {
        ast::Expr::Value(v) => match &v.value {
            ast::Value::SingleQuotedString(s) => Some(s.clone()),
            ast::Value::Number(n, _) => Some(n.clone()),
            _ => None,
        },
        ast::Expr::UnaryOp { op: ast::UnaryOperator::Minus, expr } => match &**expr {
            ast::Expr::Value(_) => interval_text(expr).map(|text| format!("-{text}")),
            _ => None,
        },
        _ => None,
    }
}

/// Nanoseconds, or months, of a unit.
fn unit(name: &str) -> Option<(i128, DataType)> {
    const NANO: i128 = 1_000_000_000;
    let name = name.to_ascii_uppercase();
    let (size, data_type) = match name.strip_suffix('S').unwrap_or(&name) {
        "NANOSECOND" | "N" => (1, DataType::IntervalDay),
        "MICROSECOND" | "U" => (1_000, DataType::IntervalDay),
        "MILLISECOND" | "M" if name != "M" => (1_000_000, DataType::IntervalDay),
        "SECOND" | "SEC" | "" => (NANO, DataType::IntervalDay),
        "MINUTE" | "MIN" => (60 * NANO, DataType::IntervalDay),
        "HOUR" | "HR" | "H" => (3_600 * NANO, DataType::IntervalDay),
        "DAY" | "D" => (86_400 * NANO, DataType::IntervalDay),
        "WEEK" | "W" => (7 * 86_400 * NANO, DataType::IntervalDay),
        "MONTH" | "MON" => (1, DataType::IntervalMonth),
        "QUARTER" => (3, DataType::IntervalMonth),
        "YEAR" | "YR" | "Y" => (12, DataType::IntervalMonth),
        _ => return None,
    };
    Some((size, data_type))
}

/// `amount` (with a fraction, if need be) times `size`, exactly or cut to whole ones.
fn scaled(amount: &str, size: i128) -> Option<i128> {
    let amount = amount.trim();
    if amount.is_empty() || !amount.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    decimal::parse(amount.as_bytes(), 28, 9)?.checked_mul(size).map(|n| n / 1_000_000_000)
}

fn single(body: &str, name: &str) -> Option<(i128, DataType)> {
    let (size, data_type) = unit(name)?;
    Some((scaled(body, size)?, data_type))
}

/// `10 seconds`, `1 hour -30 minutes`, `5s`, `2 days 01:30:00.5` and `P2DT1H30M`, as months and nanoseconds.
fn spelled(body: &str) -> Option<(i128, i128)> {
    if let Some(designated) = body.strip_prefix('P') {
        return designators(designated);
    }
    let mut sum = (0i128, 0i128);
    let mut rest = body.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (sign, unsigned) = signed(rest);
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').unwrap_or(unsigned.len());
        let (amount, tail) = unsigned.split_at(end);
        if amount.contains(':') {
            sum.1 = sum.1.checked_add(sign * clock(amount)?)?;
            rest = tail.trim_start();
            continue;
        }
        let tail = tail.trim_start();
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (name, tail) = tail.split_at(end);
        if name.is_empty() {
            return None;
        }
        add_part(&mut sum, sign, amount, name)?;
        rest = tail.trim_start();
    }
    Some(sum)
}

fn signed(text: &str) -> (i128, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn add_part(sum: &mut (i128, i128), sign: i128, amount: &str, name: &str) -> Option<()> {
    let (size, data_type) = unit(name)?;
    let part = if data_type == DataType::IntervalMonth { &mut sum.0 } else { &mut sum.1 };
    *part = part.checked_add(sign * scaled(amount, size)?)?;
    Some(())
}

/// `01:30`, `01:30:00.5`: hours, minutes and seconds.
fn clock(text: &str) -> Option<i128> {
    let parts: Vec<&str> = text.split(':').collect();
    let units = ["HOUR", "MINUTE", "SECOND"];
    if parts.len() > units.len() {
        return None;
    }
    parts.iter().zip(units).try_fold(0i128, |sum, (part, unit)| sum.checked_add(single(part, unit)?.0))
}

/// `1Y2M3DT4H5M6.7S` behind a P, as ISO 8601 has it: M is months before the T, and minutes behind it.
fn designators(text: &str) -> Option<(i128, i128)> {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let mut sum = (0i128, 0i128);
    let mut found = false;
    for (part, units) in [
        (date, &[('Y', "YEAR"), ('M', "MONTH"), ('W', "WEEK"), ('D', "DAY")][..]),
        (time, &[('H', "HOUR"), ('M', "MINUTE"), ('S', "SECOND")]),
    ] {
        let mut rest = part;
        while !rest.is_empty() {
            let (sign, unsigned) = signed(rest);
            let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let designator = unsigned[end..].chars().next()?;
            let (_, name) = units.iter().find(|(letter, _)| *letter == designator)?;
            add_part(&mut sum, sign, &unsigned[..end], name)?;
            rest = &unsigned[end + 1..];
            found = true;
        }
    }
    found.then_some(sum)
}

/// `'1-6' YEAR TO MONTH`, `'1 02:03:04.5' DAY TO SECOND` and what lies between.
fn ranged(body: &str, first: &str, last: &str) -> Option<(i128, DataType)> {
    const UNITS: [&str; 4] = ["DAY", "HOUR", "MINUTE", "SECOND"];
    if unit(first)?.1 == DataType::IntervalMonth {
        let (years, months) = body.split_once('-')?;
        return Some((single(years, first)?.0.checked_add(single(months, last)?.0)?, DataType::IntervalMonth));
    }
    let position = |name: &str| UNITS.iter().position(|u| *u == name.to_ascii_uppercase().trim_end_matches('S'));
    let (from, to) = (position(first)?, position(last)?);
    let parts: Vec<&str> = body.split([' ', ':']).filter(|p| !p.is_empty()).collect();
    if to < from || parts.len() != to - from + 1 {
        return None;
    }
    let mut total = 0i128;
    for (part, name) in parts.iter().zip(&UNITS[from..]) {
        total = total.checked_add(single(part, name)?.0)?;
    }
    Some((total, DataType::IntervalDay))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_read_in_all_spellings() {
        const S: i128 = 1_000_000_000;
        assert_eq!(single("10", "SECOND"), Some((10 * S, DataType::IntervalDay)));
        assert_eq!(single("0.5", "SECONDS"), Some((S / 2, DataType::IntervalDay)));
        assert_eq!(ranged("1:30", "MINUTE", "SECOND"), Some((90 * S, DataType::IntervalDay)));
        assert_eq!(ranged("1 02:03:04.5", "DAY", "SECOND"), Some((93_784 * S + S / 2, DataType::IntervalDay)));
        assert_eq!(ranged("1-6", "YEAR", "MONTH"), Some((18, DataType::IntervalMonth)));
        assert_eq!(spelled("10 seconds"), Some((0, 10 * S)));
        assert_eq!(spelled("1 hour 30 min"), Some((0, 5_400 * S)));
        assert_eq!(spelled("-1 day 2 hours"), Some((0, -22 * 3_600 * S)));
        assert_eq!(spelled("1 day -2 hours"), Some((0, 22 * 3_600 * S)));
        assert_eq!(spelled("500ms"), Some((0, S / 2)));
        assert_eq!(spelled("1 mon 3 days"), Some((1, 3 * 86_400 * S)));
        assert_eq!(spelled("02:30:00"), Some((0, 9_000 * S)));
        assert_eq!(spelled("1 day -00:00:01.5"), Some((0, 86_400 * S - S - S / 2)));
        assert_eq!(spelled("P1DT2H"), Some((0, 26 * 3_600 * S)));
        assert_eq!(spelled("P1Y2M"), Some((14, 0)));
        assert_eq!(spelled("PT-1.5S"), Some((0, -S - S / 2)));
        assert_eq!(spelled("P"), None);
        assert_eq!(spelled("1:2:3:4"), None);
        assert_eq!(spelled("10"), None);
        assert_eq!(single("x", "SECOND"), None);
    }

    #[test]
    fn numbers_take_the_smallest_type_that_holds_them() {
        let check =
            |digits: &str, sign, expected: DataType| assert_eq!(number(digits, sign).expect(digits).data_type(), expected);
        check("2147483647", Sign::Plus, DataType::Int);
        check("2147483648", Sign::Plus, DataType::BigInt);
        check("2147483648", Sign::Minus, DataType::Int);
        check("9223372036854775808", Sign::Minus, DataType::BigInt);
        check("9223372036854775808", Sign::Plus, DataType::Decimal { precision: 19, scale: 0 });
        check("0.50", Sign::Plus, DataType::Decimal { precision: 2, scale: 2 });
        check("1e3", Sign::Plus, DataType::Double);
        check("3_000_000_000", Sign::Plus, DataType::BigInt);
        assert!(number("1e999", Sign::Plus).is_err());
    }
}

//! Constants: numbers, text, dates, times and intervals in all their spellings.

use sqlparser::ast;

use super::coercion::article;
use super::scope::{span_of, unsupported};
use crate::error::{Error, Result};
use crate::expr::Expr;
use crate::types::time::{DAY, parse_date, parse_time, parse_timestamp};
use crate::types::{DataType, Value, decimal, interval};

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
        V::Placeholder(_) => {
            return Err(unsupported("a parameter without a name", "write :name, and give it a value: --param name=...", value));
        }
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
        DataType::TimestampLtz(_) if timestamp(text).is_some() => (timestamp(text), DataType::TimestampLtz(fraction)),
        other => {
            let literal = Expr::Literal { value: Value::text(text), data_type: DataType::STRING };
            return super::coercion::constant_cast(literal, other, span);
        }
    };
    match value {
        Some(n) => Ok(Expr::Literal { value: Value::Int(n), data_type }),
        None => Err(Error::sql(format!("'{text}' is not {} {target}", article(target)))
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

/// An INTERVAL constant of months and of days at once has two, everything else one.
pub fn bind_intervals(interval: &ast::Interval) -> Result<Vec<Expr>> {
    let span = span_of(&*interval.value);
    let wrong = || {
        Error::sql(format!("{interval} is not an interval"))
            .at(span)
            .hint("such as INTERVAL '10' SECOND, INTERVAL '1 02:30' DAY TO MINUTE, INTERVAL '2-6' YEAR TO MONTH or INTERVAL '10 seconds'")
    };
    let text = interval_text(&interval.value).ok_or_else(wrong)?;
    let parts = match (&interval.leading_field, &interval.last_field) {
        (None, _) => interval::spelled(&text).map(|(months, nanos)| match (months, nanos) {
            (0, nanos) => vec![(nanos, DataType::IntervalDay)],
            (months, 0) => vec![(months, DataType::IntervalMonth)],
            (months, nanos) => vec![(months, DataType::IntervalMonth), (nanos, DataType::IntervalDay)],
        }),
        (Some(first), last) => {
            let last = last.as_ref().map(ToString::to_string);
            interval::of_fields(&text, &first.to_string(), last.as_deref()).map(|part| vec![part])
        }
    };
    let literal = |(amount, data_type): (i128, DataType)| {
        let fits = data_type != DataType::IntervalMonth || i32::try_from(amount).is_ok();
        let amount = i64::try_from(amount).ok().filter(|_| fits).ok_or_else(wrong)?;
        Ok(Expr::Literal { value: Value::Int(amount), data_type })
    };
    parts.ok_or_else(wrong)?.into_iter().map(literal).collect()
}

/// An INTERVAL constant of months or of days.
pub fn bind_interval(interval: &ast::Interval) -> Result<Expr> {
    let [part] = <[Expr; 1]>::try_from(bind_intervals(interval)?).map_err(|_| {
        Error::sql(format!("{interval} has months and days, which have no common measure"))
            .at(span_of(&*interval.value))
            .hint("it can be added to a time or taken from one; elsewhere take one interval of months and one of days")
    })?;
    Ok(part)
}

/// Whether the number of units is no constant.
pub fn is_computed(interval: &ast::Interval) -> bool {
    interval.leading_field.is_some() && interval.last_field.is_none() && interval_text(&interval.value).is_none()
}

/// One unit of an INTERVAL whose number of units is computed.
pub fn one_unit(interval: &ast::Interval) -> Result<Expr> {
    let number = ast::Value::Number("1".to_owned(), false).into();
    bind_interval(&ast::Interval { value: Box::new(ast::Expr::Value(number)), ..interval.clone() })
}

fn interval_text(value: &ast::Expr) -> Option<String> {
    match value {
        ast::Expr::Value(v) => match &v.value {
            ast::Value::SingleQuotedString(s) => Some(s.clone()),
            ast::Value::Number(n, _) => Some(n.clone()),
            _ => None,
        },
        ast::Expr::UnaryOp { op: ast::UnaryOperator::Minus, expr } => match &**expr {
            ast::Expr::Value(_) => interval_text(expr).map(|text| match text.strip_prefix('-') {
                Some(text) => text.to_owned(),
                None => format!("-{text}"),
            }),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

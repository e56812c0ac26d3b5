//! Which types go together: common types, implicit casts, results of arithmetic on DECIMAL.

use super::function::library_call;
use crate::error::{Error, Result, Span};
use crate::expr::{CastFailure, Expr, castable};
use crate::plan::logical::columns_of;
use crate::types::decimal::PRECISION_MAX;
use crate::types::{DataType, Value};

/// The type to which both can be converted without loss of meaning.
pub fn common_type(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType as T;
    Some(match (a, b) {
        _ if a == b => a.clone(),
        (T::Null, other) | (other, T::Null) => other.clone(),
        _ if a.is_numeric() && b.is_numeric() => common_number(a, b),
        (T::Varchar(a), T::Varchar(b)) => T::Varchar(a.zip(*b).map(|(a, b)| a.max(b))),
        (T::Timestamp(a), T::Timestamp(b)) => T::Timestamp(*a.max(b)),
        (T::TimestampLtz(a) | T::Timestamp(a), T::TimestampLtz(b) | T::Timestamp(b)) => T::TimestampLtz(*a.max(b)),
        (T::Time(a), T::Time(b)) => T::Time(*a.max(b)),
        (T::Date, T::Timestamp(p)) | (T::Timestamp(p), T::Date) => T::Timestamp(*p),
        (T::Date, T::TimestampLtz(p)) | (T::TimestampLtz(p), T::Date) => T::TimestampLtz(*p),
        (T::Json | T::Uuid, T::Varchar(_)) | (T::Varchar(_), T::Json | T::Uuid) => T::STRING,
        (T::Array(a), T::Array(b)) => T::Array(Box::new(common_type(a, b)?)),
        (T::Map(k, a), T::Map(l, b)) => T::Map(Box::new(common_type(k, l)?), Box::new(common_type(a, b)?)),
        (T::Row(a), T::Row(b)) if a.len() == b.len() => {
            let common = |((name, a), (_, b)): (&(String, T), &(String, T))| Some((name.clone(), common_type(a, b)?));
            T::Row(a.iter().zip(b).map(common).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn common_number(a: &DataType, b: &DataType) -> DataType {
    use DataType as T;
    match (a, b) {
        (T::Double, _) | (_, T::Double) => T::Double,
        (T::Float, T::Decimal { .. }) | (T::Decimal { .. }, T::Float) => T::Double,
        (T::Float, _) | (_, T::Float) => T::Float,
        (T::Decimal { .. }, _) | (_, T::Decimal { .. }) => {
            let ((p1, s1), (p2, s2)) = (digits(a), digits(b));
            let scale = s1.max(s2);
            bounded(i32::from(scale) + i32::from((p1 - s1).max(p2 - s2)), i32::from(scale))
        }
        _ => [T::BigInt, T::Int, T::SmallInt].into_iter().find(|t| a == t || b == t).unwrap_or(T::TinyInt),
    }
}

/// Precision and scale of a DECIMAL or of an integer taken as one.
pub fn digits(data_type: &DataType) -> (u8, u8) {
    match data_type {
        DataType::Decimal { precision, scale } => (*precision, *scale),
        DataType::TinyInt => (3, 0),
        DataType::SmallInt => (5, 0),
        DataType::Int => (10, 0),
        _ => (19, 0),
    }
}

/// The DECIMAL type of an integer; other types as they are.
pub fn as_decimal(data_type: &DataType) -> DataType {
    if !data_type.is_integer() {
        return data_type.clone();
    }
    let (precision, scale) = digits(data_type);
    DataType::Decimal { precision, scale }
}

/// DECIMAL(precision, scale) cut to 38 digits, of which at least 6 (if there are so many) stay behind the point.
pub fn bounded(precision: i32, scale: i32) -> DataType {
    let max = i32::from(PRECISION_MAX);
    let (precision, scale) =
        if precision <= max { (precision, scale) } else { (max, (scale - (precision - max)).max(scale.min(6))) };
    DataType::Decimal { precision: precision.clamp(1, max) as u8, scale: scale.clamp(0, max) as u8 }
}

/// `expr` as `target`; nothing is done where it is one already. What has the type of NULL has no other value.
pub fn cast(expr: Expr, target: &DataType) -> Expr {
    let own = expr.data_type();
    if own == *target {
        return expr;
    }
    match expr {
        Expr::Literal { value: Value::Null, .. } => Expr::Literal { value: Value::Null, data_type: target.clone() },
        _ if own == DataType::Null => Expr::Literal { value: Value::Null, data_type: target.clone() },
        Expr::Literal { value: Value::Int(n), data_type } if data_type.is_integer() && integer_fits(n, target) => {
            Expr::Literal { value: Value::Int(n), data_type: target.clone() }
        }
        Expr::Call { function, args, .. } if part_types(function.name(), &args, target).is_some() => {
            let parts = part_types(function.name(), &args, target).unwrap_or_default();
            let args = args.into_iter().zip(parts).map(|(arg, part)| cast(arg, part)).collect();
            Expr::Call { function, args, data_type: target.clone() }
        }
        other => Expr::Cast { input: Box::new(other), data_type: target.clone(), on_failure: CastFailure::RowError },
    }
}

/// The types of the arguments with which a constructor of a nested value makes a `target`, if they can be cast to those.
fn part_types<'t>(constructor: &str, args: &[Expr], target: &'t DataType) -> Option<Vec<&'t DataType>> {
    let parts: Vec<&DataType> = match (constructor, target) {
        ("ARRAY", DataType::Array(item)) => args.iter().map(|_| &**item).collect(),
        ("MAP", DataType::Map(key, value)) => (0..args.len()).map(|at| if at % 2 == 0 { &**key } else { &**value }).collect(),
        ("ROW", DataType::Row(fields)) if fields.len() == args.len() => fields.iter().map(|(_, field)| field).collect(),
        _ => return None,
    };
    args.iter().zip(&parts).all(|(arg, part)| castable(&arg.data_type(), part)).then_some(parts)
}

fn integer_fits(n: i64, target: &DataType) -> bool {
    match target {
        DataType::TinyInt => i8::try_from(n).is_ok(),
        DataType::SmallInt => i16::try_from(n).is_ok(),
        DataType::Int => i32::try_from(n).is_ok(),
        DataType::BigInt => true,
        _ => false,
    }
}

/// Whether it is a text constant.
pub fn is_text_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal { value: Value::Str(_), data_type } if data_type.is_text())
}

/// `left` and `right` in the type in which they can be compared.
pub fn comparable(left: Expr, right: Expr, span: Span) -> Result<(Expr, Expr)> {
    let (a, b) = (left.data_type(), right.data_type());
    let target = match () {
        () if is_text_literal(&right) && takes_text(&a) => a.clone(),
        () if is_text_literal(&left) && takes_text(&b) => b.clone(),
        // A UUID has more than one text.
        () if is_uuid_beside(&a, &b) || is_uuid_beside(&b, &a) => DataType::Uuid,
        () => common_type(&a, &b).ok_or_else(|| {
            let error = Error::sql(format!("{a} and {b} cannot be compared")).at(span);
            match (&a, &b) {
                (DataType::Array(item), other) | (other, DataType::Array(item)) if common_type(item, other).is_some() => {
                    error.hint("ARRAY_CONTAINS(array, item) says whether it is one of the items")
                }
                _ if castable(&b, &a) => error.hint(format!("CAST one of them, such as CAST(... AS {a})")),
                _ if castable(&a, &b) => error.hint(format!("CAST one of them, such as CAST(... AS {b})")),
                _ => match conversion(&b, &a, "x").or_else(|| conversion(&a, &b, "x")) {
                    Some(hint) => error.hint(hint),
                    None => error,
                },
            }
        })?,
    };
    Ok((constant_cast(left, &target, span)?, constant_cast(right, &target, span)?))
}

/// Whether one is UUID and the other is read as one.
fn is_uuid_beside(a: &DataType, b: &DataType) -> bool {
    *a == DataType::Uuid && (b.is_text() || *b == DataType::Bytes)
}

/// Types a text constant is read as when it stands beside one.
pub fn takes_text(data_type: &DataType) -> bool {
    use DataType as T;
    data_type.is_numeric() || data_type.is_timestamp() || matches!(data_type, T::Date | T::Time(_) | T::Boolean | T::Uuid)
}

/// What is known to be constant, as `target`: a text is read as PostgreSQL writes bytes, and otherwise as a CAST reads it.
pub fn read_as(constant: Expr, target: &DataType, span: Span) -> Result<Expr> {
    match (target, constant.data_type().is_text()) {
        (DataType::Bytes, true) => library_call("$BYTEA", vec![constant], span),
        _ => Ok(cast(constant, target)),
    }
}

/// As `read_as`, but a text constant that cannot be read is an error at once.
pub fn constant_cast(expr: Expr, target: &DataType, span: Span) -> Result<Expr> {
    let text = match &expr {
        Expr::Literal { value: Value::Str(text), .. } if !target.is_text() => text.clone(),
        _ => return Ok(cast(expr, target)),
    };
    match super::library::evaluate_constant(&read_as(expr, target, span)?)? {
        Some(value) => Ok(Expr::Literal { value, data_type: target.clone() }),
        None => Err(with_example(Error::sql(format!("'{text}' is not {} {target}", article(target))).at(span), target)),
    }
}

/// The article before the name of a type.
pub fn article(data_type: &DataType) -> &'static str {
    if data_type.to_string().starts_with(['A', 'I']) { "an" } else { "a" }
}

/// An error about a constant that is none of `target`, with one that is.
pub fn with_example(error: Error, target: &DataType) -> Error {
    use DataType as T;
    match target {
        T::TinyInt => error.hint("a TINYINT is a whole number from -128 to 127"),
        T::SmallInt => error.hint("a SMALLINT is a whole number from -32768 to 32767"),
        T::Int => error.hint("an INT is a whole number from -2147483648 to 2147483647"),
        T::BigInt => error.hint("a BIGINT is a whole number from -9223372036854775808 to 9223372036854775807"),
        number if number.is_numeric() => error.hint("such as 2.5"),
        time if time.is_timestamp() => error.hint("such as TIMESTAMP '2024-01-31 12:00:00'"),
        T::Boolean => error.hint("TRUE or FALSE"),
        T::Date => error.hint("such as DATE '2024-01-31'"),
        T::Time(_) => error.hint("such as TIME '12:00:00'"),
        T::Bytes => error.hint("such as X'0aff', pairs of hex digits"),
        T::Uuid => error.hint("such as 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
        T::IntervalDay => error.hint("such as INTERVAL '10' SECOND"),
        T::IntervalMonth => error.hint("such as INTERVAL '2' MONTH"),
        _ => error,
    }
}

/// How the value that `text` stands for becomes one of another type, if there is a way.
fn conversion(from: &DataType, to: &DataType, text: &str) -> Option<String> {
    use DataType as T;
    match (from, to) {
        _ if castable(from, to) => Some(format!("write CAST({text} AS {to}) if that is meant")),
        (number, time) if number.is_numeric() && time.is_timestamp() => {
            Some(format!("TO_TIMESTAMP_LTZ({text}, 3) makes a time of milliseconds, TO_TIMESTAMP_LTZ({text}, 0) of seconds"))
        }
        (number, T::IntervalDay) if number.is_numeric() => Some(format!("{text} * INTERVAL '1' SECOND is so many seconds")),
        (number, T::IntervalMonth) if number.is_numeric() => {
            Some(format!("CAST({text} AS INT) * INTERVAL '1' MONTH is so many months"))
        }
        (number, T::Date) if number.is_integer() => Some(format!("TO_DATE({text}) is the date of so many days since 1970")),
        (number, T::Time(_)) if number.is_numeric() => {
            Some(format!("TIME '00:00:00' + {text} * INTERVAL '1' SECOND is so many seconds after midnight"))
        }
        (T::Date, number) if number.is_numeric() => {
            Some(format!("TIMESTAMPDIFF(DAY, DATE '1970-01-01', {text}) gives the days since 1970"))
        }
        (time, number) if time.is_timestamp() && number.is_numeric() => {
            Some(format!("EXTRACT(EPOCH FROM {text}) gives the seconds since 1970"))
        }
        (T::Time(_) | T::IntervalDay, number) if number.is_numeric() => {
            Some(format!("EXTRACT(EPOCH FROM {text}) gives its seconds"))
        }
        (T::IntervalMonth, number) if number.is_numeric() => {
            Some(format!("EXTRACT(YEAR FROM {text}) * 12 + EXTRACT(MONTH FROM {text}) gives its months"))
        }
        (T::IntervalDay | T::IntervalMonth, time) if time.is_timestamp() || *time == T::Date => {
            Some(format!("an interval is a distance: add it to a time, such as CURRENT_TIMESTAMP + {text}"))
        }
        (T::Bytes, number) if number.is_numeric() => Some("CAST it to STRING first, if that is a text of digits".to_owned()),
        (T::Json, to) if castable(&T::STRING, to) => {
            Some(format!("CAST(JSON_VALUE({text}, '$') AS {to}) reads a string of JSON"))
        }
        (T::Bytes, T::Bitmap) => Some(format!("BITMAP_FROM_BYTES({text}) reads it")),
        (T::Array(_), T::Bitmap) => Some(format!("BITMAP_BUILD({text}) makes one of it")),
        (T::Bitmap, T::Array(_)) => Some(format!("BITMAP_TO_ARRAY({text}) gives its integers")),
        (_, T::Bytes) => Some(format!("CAST(CAST({text} AS STRING) AS BYTES) gives the bytes of its text")),
        (_, T::Json) => Some(format!("TO_JSON({text}) makes JSON of it")),
        (T::Row(from), T::Row(to)) => {
            Some(format!("a ROW of {} fields takes the place of one of {}, in this order", to.len(), from.len()))
                .filter(|_| from.len() != to.len())
        }
        (T::Array(_), _) => Some(format!("{text}[1] is the first of its items")),
        (T::Map(..), _) => Some(format!("{text}['key'] is the value of a key")),
        (T::Row(fields), _) => fields.first().map(|(name, _)| format!("{text}.{name} is one of its fields")),
        (_, T::Array(item)) if castable(from, item) => Some(format!("ARRAY[{text}] makes one of it")),
        _ => None,
    }
}

/// An error about a value that is not of the type that is wanted, with the way to one that is.
pub fn with_conversion(error: Error, from: &DataType, to: &DataType, text: &str) -> Error {
    match conversion(from, to, text) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// All of `exprs` in their common type; `what` names the construct in the error.
pub fn unified(exprs: Vec<Expr>, what: &str, span: Span) -> Result<(Vec<Expr>, DataType)> {
    let typed = exprs.iter().filter(|e| !is_text_literal(e)).map(Expr::data_type);
    let mut target = typed.filter(|t| *t != DataType::Null).try_fold(DataType::Null, |a, b| {
        common_type(&a, &b).ok_or_else(|| {
            Error::sql(format!("{what} has values of types {a} and {b}, which have no common type"))
                .at(span)
                .hint(if castable(&a, &b) || castable(&b, &a) { "CAST one of them" } else { "CAST them to STRING" })
        })
    })?;
    if exprs.iter().any(is_text_literal) && !takes_text(&target) {
        target = common_type(&target, &DataType::STRING).ok_or_else(|| {
            let error = format!("{what} has values of types {target} and STRING, which have no common type");
            Error::sql(error).at(span).hint(format!("CAST one of them, such as CAST('...' AS {target})"))
        })?;
    }
    let exprs = exprs.into_iter().map(|e| constant_cast(e, &target, span)).collect::<Result<_>>()?;
    Ok((exprs, target))
}

/// Whether a constant of `from` may be written to a column of `to` without a written CAST: texts in it are read as what the column holds.
pub fn takes_constant(from: &DataType, to: &DataType) -> bool {
    from.is_text() && *to == DataType::Bytes || takes_part(from, to)
}

/// As `takes_constant`, for what stands inside: there, a CAST reads the texts, which gives their own bytes and not those that they may spell.
fn takes_part(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        _ if assignable(from, to) => true,
        (T::Varchar(_), T::IntervalDay | T::IntervalMonth) => true,
        (T::Varchar(_), to) => takes_text(to),
        (T::Array(from), T::Array(to)) => takes_part(from, to),
        (T::Map(key, from), T::Map(to_key, to)) => takes_part(key, to_key) && takes_part(from, to),
        (T::Row(from), T::Row(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|((_, from), (_, to))| takes_part(from, to))
        }
        _ => false,
    }
}

/// Whether an expression reads no column and is always the same.
pub fn is_constant(expr: &Expr) -> bool {
    expr.is_fixed() && columns_of(expr).is_empty()
}

/// Whether a value of `from` may be written to a column of `to` without a written CAST. A number that does not fit sets
/// its row aside.
pub fn assignable(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        _ if from == to || *from == T::Null => true,
        _ if from.is_numeric() && to.is_numeric() => true,
        _ if from.is_timestamp() && to.is_timestamp() => true,
        // Nothing is lost in a text of any length.
        _ if *to == T::STRING && (from.is_numeric() || from.is_timestamp()) => true,
        (T::Boolean | T::Date | T::Time(_) | T::Uuid, T::Varchar(None)) => true,
        (T::Varchar(_), T::Varchar(_) | T::Json | T::Array(_) | T::Row(_) | T::Map(..) | T::Multiset(_)) => true,
        (T::Json | T::Array(_) | T::Row(_) | T::Map(..) | T::Multiset(_), T::Varchar(_) | T::Json) => true,
        (T::Json, T::Array(_) | T::Row(_) | T::Map(..) | T::Multiset(_)) => true,
        (T::Date, T::Timestamp(_) | T::TimestampLtz(_)) | (T::Time(_), T::Time(_)) => true,
        (T::Array(from), T::Array(to)) | (T::Multiset(from), T::Multiset(to)) => assignable(from, to),
        (T::Multiset(from), T::Map(to, count)) => assignable(from, to) && assignable(&T::Int, count),
        (T::Map(key, from), T::Map(to_key, to)) => assignable(key, to_key) && assignable(from, to),
        (T::Row(from), T::Row(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|((_, from), (_, to))| assignable(from, to))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(precision: u8, scale: u8) -> DataType {
        DataType::Decimal { precision, scale }
    }

    #[test]
    fn numbers_widen_to_the_type_that_holds_both() {
        use DataType as T;
        for (a, b, expected) in [
            (T::TinyInt, T::SmallInt, T::SmallInt),
            (T::Int, T::BigInt, T::BigInt),
            (T::Int, decimal(5, 2), decimal(12, 2)),
            (decimal(10, 4), decimal(12, 2), decimal(14, 4)),
            (T::BigInt, T::Float, T::Float),
            (T::Float, T::Double, T::Double),
        ] {
            assert_eq!(common_type(&a, &b), Some(expected.clone()), "{a} {b}");
            assert_eq!(common_type(&b, &a), Some(expected), "{b} {a}");
        }
        assert_eq!(common_type(&T::Boolean, &T::Int), None);
    }

    #[test]
    fn decimals_keep_six_digits_behind_the_point_when_cut() {
        assert_eq!(bounded(45, 10), decimal(38, 6));
        assert_eq!(bounded(40, 4), decimal(38, 4));
        assert_eq!(bounded(12, 2), decimal(12, 2));
    }
}

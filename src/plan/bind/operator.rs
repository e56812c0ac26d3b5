//! Operators of two arguments: which types they take, what they are cast to, what comes out.

use super::coercion::{as_decimal, bounded, cast, common_type, comparable, constant_cast, digits, is_text_literal};
use super::expr::balanced;
use super::function::library_call;
use super::library;
use crate::error::{Error, Result, Span};
use crate::expr::function::ORDER_KEY;
use crate::expr::{BinaryOp, Expr};
use crate::limits::NESTING_MAX;
use crate::types::time::DAY;
use crate::types::{DataType, Value};

/// `left op right`, with the casts that it needs.
pub fn binary(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Result<Expr> {
    use BinaryOp as B;
    match op {
        B::Add | B::Subtract | B::Multiply | B::Divide | B::Modulo => arithmetic(op, left, right, span),
        B::And | B::Or => Ok(made(op, condition(left, span)?, condition(right, span)?, DataType::Boolean)),
        B::Concat => concat(left, right, span),
        _ => match (row_values(&left), row_values(&right)) {
            (Some(a), Some(b)) if a.len() == b.len() => rows(op, a, b, span),
            _ => {
                let (left, right) = comparable(left, right, span)?;
                let key = |value| match op {
                    B::Lt | B::LtEq | B::Gt | B::GtEq => by_order(value, span),
                    _ => Ok(by_value(value)),
                };
                Ok(made(op, key(left)?, key(right)?, DataType::Boolean))
            }
        },
    }
}

/// `expr`, or if it is nested what is equal and ordered as its value is.
pub fn by_value(expr: Expr) -> Expr {
    match library::lookup(ORDER_KEY) {
        Some(function) if expr.data_type().is_nested() => {
            Expr::Call { function: function.into(), args: vec![expr], data_type: DataType::Bytes }
        }
        _ => expr,
    }
}

/// As `by_value`, of what is ordered.
pub fn by_order(expr: Expr, span: Span) -> Result<Expr> {
    match expr.data_type() {
        DataType::Bitmap => {
            let error = Error::sql("BITMAPs have no order: they are equal or not").at(span);
            Err(error.hint("BITMAP_CARDINALITY(x) says how many integers are in one"))
        }
        _ => Ok(by_value(expr)),
    }
}

/// The values of a row that is written out: `(a, b)` or `ROW(a, b)`.
pub fn row_values(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::Call { function, args, .. } if function.name() == "ROW" => Some(args),
        _ => None,
    }
}

/// Rows of values compared value by value, as the standard says: a NULL leaves open what the values before it do not decide.
fn rows(op: BinaryOp, left: &[Expr], right: &[Expr], span: Span) -> Result<Expr> {
    use BinaryOp as B;
    let joined = match op {
        B::Eq | B::IsNotDistinctFrom => B::And,
        B::NotEq | B::IsDistinctFrom => B::Or,
        _ => return ordered_rows(op, left, right, span),
    };
    let parts = left.iter().zip(right).map(|(a, b)| binary(op, a.clone(), b.clone(), span)).collect::<Result<_>>()?;
    Ok(balanced(joined, parts))
}

/// `a < c OR (a = c AND ...)`, from the last values to the first.
fn ordered_rows(op: BinaryOp, left: &[Expr], right: &[Expr], span: Span) -> Result<Expr> {
    use BinaryOp as B;
    if left.len() > NESTING_MAX {
        return Err(Error::limit(format!("rows of more than {NESTING_MAX} values are compared by order")).at(span));
    }
    let strictly = if matches!(op, B::Lt | B::LtEq) { B::Lt } else { B::Gt };
    let mut pairs = left.iter().zip(right).rev();
    let last = pairs.next().map_or(Ok(Expr::boolean(false)), |(a, b)| binary(op, a.clone(), b.clone(), span))?;
    pairs.try_fold(last, |behind, (a, b)| {
        let (before, equal) = (binary(strictly, a.clone(), b.clone(), span)?, binary(B::Eq, a.clone(), b.clone(), span)?);
        binary(B::Or, before, binary(B::And, equal, behind, span)?, span)
    })
}

/// `expr`, which must be a condition.
pub fn condition(expr: Expr, span: Span) -> Result<Expr> {
    match expr.data_type() {
        DataType::Boolean => Ok(expr),
        DataType::Null => Ok(cast(expr, &DataType::Boolean)),
        other => Err(Error::sql(format!("a condition must be BOOLEAN, this is {other}"))
            .at(span)
            .hint("compare it with something, such as x > 0")),
    }
}

fn made(op: BinaryOp, left: Expr, right: Expr, data_type: DataType) -> Expr {
    Expr::Binary { op, left: Box::new(left), right: Box::new(right), data_type }
}

/// Text is joined with what has a text, BYTES with BYTES, JSON with JSON, and an ARRAY with another or with an item.
fn concat(left: Expr, right: Expr, span: Span) -> Result<Expr> {
    let (a, b) = (left.data_type(), right.data_type());
    match (&a, &b) {
        (DataType::Bytes, DataType::Bytes | DataType::Null) | (DataType::Null, DataType::Bytes) => {
            let (left, right) = (cast(left, &DataType::Bytes), cast(right, &DataType::Bytes));
            return Ok(made(BinaryOp::Concat, left, right, DataType::Bytes));
        }
        (DataType::Array(_), _) | (_, DataType::Array(_)) => return concat_arrays(left, right, span),
        (DataType::Json, DataType::Json) => return library_call("JSONB_CONCAT", vec![left, right], span),
        _ => {}
    }
    let text = |e: Expr| match e.data_type() {
        DataType::Bytes | DataType::Bitmap | DataType::Map(..) | DataType::Multiset(_) | DataType::Row(_) => {
            Err(Error::sql(format!("|| joins text, this is {}", e.data_type())).at(span).hint("CAST(... AS STRING)"))
        }
        _ => Ok(cast(e, &DataType::STRING)),
    };
    Ok(made(BinaryOp::Concat, text(left)?, text(right)?, DataType::STRING))
}

/// What is no array of the same kind is an item.
pub fn concat_arrays(left: Expr, right: Expr, span: Span) -> Result<Expr> {
    let (a, b) = (left.data_type(), right.data_type());
    let array_of = |item: Expr| library_call("ARRAY", vec![item], span);
    let (left, right) = match (&a, &b) {
        (DataType::Array(item), _)
            if !matches!(b, DataType::Null) && common_type(&a, &b).is_none() && common_type(item, &b).is_some() =>
        {
            (left, array_of(right)?)
        }
        (_, DataType::Array(item))
            if !matches!(a, DataType::Null) && common_type(&a, &b).is_none() && common_type(item, &a).is_some() =>
        {
            (array_of(left)?, right)
        }
        _ => (left, right),
    };
    match common_type(&left.data_type(), &right.data_type()) {
        Some(array) => library_call("ARRAY_CAT", vec![cast(left, &array), cast(right, &array)], span),
        None => {
            let error =
                Error::sql(format!("|| joins an ARRAY with another of the same items or with an item, these are {a} and {b}"));
            Err(error.at(span).hint("CAST one of them"))
        }
    }
}

fn arithmetic(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Result<Expr> {
    if op == BinaryOp::Subtract && left.data_type() == DataType::Json {
        return library_call("JSONB_DELETE", vec![left, right], span);
    }
    let (left, right) = untyped_constants(left, right, span)?;
    let (a, b) = (left.data_type(), right.data_type());
    if a.is_numeric() && b.is_numeric() {
        return Ok(numbers(op, left, right));
    }
    if let Some(made) = temporal(op, left, right) {
        return Ok(made);
    }
    let error = Error::sql(format!("{a} {} {b} is not defined", symbol(op))).at(span);
    Err(match [&a, &b].into_iter().find_map(|operand| computed(op, operand)) {
        Some(hint) => error.hint(hint),
        None => error,
    })
}

/// How to compute with a value of a type that an operator does not take.
fn computed(op: BinaryOp, operand: &DataType) -> Option<&'static str> {
    use DataType as T;
    Some(match operand {
        text if text.is_text() && op == BinaryOp::Add => "|| joins text; CAST makes a number of it",
        text if text.is_text() => "CAST the text to a number, such as CAST(x AS DOUBLE)",
        T::Array(_) => "TRANSFORM(array, x -> x + 1) computes with each of its items; || appends one",
        T::Map(..) => "compute with its values, such as m['key']",
        T::Row(_) => "compute with its fields, such as r.x",
        T::Boolean => "CAST(x AS INT) makes 1 or 0 of it",
        time if time.is_timestamp() || matches!(time, T::Date | T::Time(_)) => "add an interval, such as INTERVAL '10' SECOND",
        T::IntervalDay if op == BinaryOp::Divide => "EXTRACT(EPOCH FROM x) makes a number of seconds of an interval",
        T::IntervalMonth if op == BinaryOp::Multiply => "months are whole: multiply by an integer, such as CAST(x AS INT)",
        interval if is_interval(interval) => "an interval is added to another or to a time, or multiplied by a number",
        _ => return None,
    })
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        _ => "%",
    }
}

/// A bare NULL or a text constant takes the type of the other side.
fn untyped_constants(left: Expr, right: Expr, span: Span) -> Result<(Expr, Expr)> {
    let (a, b) = (left.data_type(), right.data_type());
    Ok(match (&a, &b) {
        (DataType::Null, DataType::Null) => (cast(left, &DataType::Int), cast(right, &DataType::Int)),
        (DataType::Null, _) => (cast(left, &b), right),
        (_, DataType::Null) => (left, cast(right, &a)),
        _ if b.is_numeric() && is_text_literal(&left) => (constant_cast(left, &b, span)?, right),
        _ if a.is_numeric() && is_text_literal(&right) => (left, constant_cast(right, &a, span)?),
        _ => (left, right),
    })
}

fn numbers(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let (a, b) = (left.data_type(), right.data_type());
    let decimal = |t: &DataType| matches!(t, DataType::Decimal { .. });
    let exact = (decimal(&a) || decimal(&b)) && (decimal(&a) || a.is_integer()) && (decimal(&b) || b.is_integer());
    if !exact {
        let target = common_type(&a, &b).unwrap_or(DataType::Double);
        return made(op, cast(left, &target), cast(right, &target), target);
    }
    let (left, right) = (cast(left, &as_decimal(&a)), cast(right, &as_decimal(&b)));
    let result = decimal_result(op, digits(&a), digits(&b));
    match op {
        BinaryOp::Multiply | BinaryOp::Divide => made(op, left, right, result),
        BinaryOp::Modulo => {
            let target = common_type(&left.data_type(), &right.data_type()).unwrap_or(result);
            made(op, cast(left, &target), cast(right, &target), target)
        }
        _ => made(op, cast(left, &result), cast(right, &result), result),
    }
}

/// Type of an operation on DECIMAL(p1, s1) and DECIMAL(p2, s2).
fn decimal_result(op: BinaryOp, (p1, s1): (u8, u8), (p2, s2): (u8, u8)) -> DataType {
    let (p1, s1, p2, s2) = (i32::from(p1), i32::from(s1), i32::from(p2), i32::from(s2));
    match op {
        BinaryOp::Multiply => bounded(p1 + p2, s1 + s2),
        BinaryOp::Divide => {
            let scale = (s1 + p2 + 1).max(6);
            bounded(p1 - s1 + s2 + scale, scale)
        }
        _ => {
            let scale = s1.max(s2);
            bounded((p1 - s1).max(p2 - s2) + scale + 1, scale)
        }
    }
}

fn is_interval(data_type: &DataType) -> bool {
    matches!(data_type, DataType::IntervalDay | DataType::IntervalMonth)
}

fn temporal(op: BinaryOp, left: Expr, right: Expr) -> Option<Expr> {
    use BinaryOp as B;
    use DataType as T;
    let (a, b) = (left.data_type(), right.data_type());
    Some(match (op, &a, &b) {
        (B::Add, _, _) if is_interval(&a) && !is_interval(&b) => return temporal(op, right, left).filter(|_| !b.is_numeric()),
        (B::Add, _, T::Date) if a.is_integer() => return temporal(op, right, left),
        (B::Add | B::Subtract, T::Date, _) if b.is_integer() => {
            let day = Expr::Literal { value: Value::Int(DAY), data_type: T::IntervalDay };
            made(op, left, made(B::Multiply, day, cast(right, &T::BigInt), T::IntervalDay), a)
        }
        (B::Add | B::Subtract, T::Timestamp(_) | T::TimestampLtz(_), _) if is_interval(&b) => {
            let result = with_fraction_of(a, &right);
            made(op, cast(left, &result), right, result)
        }
        (B::Add | B::Subtract, T::Time(_), T::IntervalDay) => made(op, left, right, a),
        (B::Add | B::Subtract, T::Date, T::IntervalDay) if !whole_days(&right) => {
            made(op, cast(left, &T::Timestamp(3)), right, T::Timestamp(3))
        }
        (B::Add | B::Subtract, T::Date, _) if is_interval(&b) => made(op, left, right, a),
        (B::Add | B::Subtract, _, _) if is_interval(&a) && a == b => made(op, left, right, a),
        (B::Subtract, T::Timestamp(_) | T::TimestampLtz(_) | T::Date, T::Timestamp(_) | T::TimestampLtz(_) | T::Date) => {
            let common = common_type(&a, &b)?;
            let common = if common == T::Date { T::Timestamp(3) } else { common };
            made(op, cast(left, &common), cast(right, &common), T::IntervalDay)
        }
        (B::Subtract, T::Time(p), T::Time(q)) => {
            let common = T::Time(*p.max(q));
            made(op, cast(left, &common), cast(right, &common), T::IntervalDay)
        }
        (B::Add, T::Time(_), T::Date) => return temporal(op, right, left),
        (B::Add, T::Date, T::Time(digits)) => {
            let midnight = Expr::Literal { value: Value::Int(0), data_type: b.clone() };
            let (day, time) = (cast(left, &T::Timestamp(*digits)), made(B::Subtract, right, midnight, T::IntervalDay));
            made(op, day, time, T::Timestamp(*digits))
        }
        (B::Multiply, _, T::IntervalDay) if a.is_numeric() && !a.is_integer() => return temporal(op, right, left),
        (B::Multiply | B::Divide, T::IntervalDay, T::Decimal { .. }) => made(op, left, right, a),
        (B::Multiply | B::Divide, T::IntervalDay, T::Float | T::Double) => made(op, left, cast(right, &T::Double), a),
        (B::Multiply, _, _) if a.is_integer() && is_interval(&b) => made(op, right, cast(left, &T::BigInt), b),
        (B::Multiply | B::Divide, _, _) if is_interval(&a) && b.is_integer() => made(op, left, cast(right, &T::BigInt), a),
        _ => return None,
    })
}

/// A timestamp type with the digits that an interval, if it is a constant, needs behind the second.
fn with_fraction_of(timestamp: DataType, interval: &Expr) -> DataType {
    let Expr::Literal { value: Value::Int(nanos), data_type: DataType::IntervalDay } = interval else { return timestamp };
    let needed = (0..9).find(|digits| nanos % 10i64.pow(9 - digits) == 0).unwrap_or(9) as u8;
    match timestamp {
        DataType::Timestamp(digits) => DataType::Timestamp(digits.max(needed)),
        DataType::TimestampLtz(digits) => DataType::TimestampLtz(digits.max(needed)),
        other => other,
    }
}

fn whole_days(interval: &Expr) -> bool {
    match interval {
        Expr::Literal { value: Value::Int(n), .. } => n % DAY == 0,
        Expr::Binary { op: BinaryOp::Multiply, left, right, .. } => whole_days(left) && right.data_type().is_integer(),
        _ => false,
    }
}

//! Compiled programs against a naive interpreter that looks at one row and one value at a time and shares no code with them:
//! random typed expressions over random columns with NULLs, on all rows and on some.

use super::{BinaryOp, CastFailure, Expr, Program, RowErrors, UnaryOp, evaluate_constant};
use crate::batch::{Batch, Column, Selection};
use crate::types::{DataType, Value};

const DECIMAL: DataType = DataType::Decimal { precision: 10, scale: 2 };
const DECIMAL_UNITS_MAX: i128 = 10_000_000_000;
const TYPES: [DataType; 10] = [
    DataType::Boolean,
    DataType::TinyInt,
    DataType::Int,
    DataType::BigInt,
    DataType::Double,
    DECIMAL,
    DataType::STRING,
    DataType::Timestamp(9),
    DataType::IntervalDay,
    DataType::IntervalMonth,
];
const COMPARISONS: [BinaryOp; 6] = [BinaryOp::Eq, BinaryOp::NotEq, BinaryOp::Lt, BinaryOp::LtEq, BinaryOp::Gt, BinaryOp::GtEq];
const TEXTS: [&str; 9] = ["", "a", "ab", "12", " -7 ", "999999999999", "abcdefghijklmn", "abcdefghijklmo", "true"];

/// The row fails.
#[derive(Debug, PartialEq)]
struct Failed;

type Outcome = Result<Value, Failed>;

fn in_range(number: i128, data_type: &DataType) -> Outcome {
    let bits = match data_type {
        DataType::TinyInt => 8,
        DataType::Int | DataType::IntervalMonth => 32,
        _ => 64,
    };
    if number >= -(1 << (bits - 1)) && number < 1 << (bits - 1) { Ok(Value::Int(number as i64)) } else { Err(Failed) }
}

fn decimal(units: i128) -> Outcome {
    if units.abs() < DECIMAL_UNITS_MAX { Ok(Value::Decimal(units)) } else { Err(Failed) }
}

fn half_away(dividend: i128, divisor: i128) -> i128 {
    let magnitude = (2 * dividend.abs() + divisor.abs()) / (2 * divisor.abs());
    if (dividend < 0) != (divisor < 0) { -magnitude } else { magnitude }
}

fn add_months(at: i64, months: i64) -> Outcome {
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    let Ok(span_months) = jiff::Span::new().try_months(months) else { return Err(Failed) };
    let moved =
        epoch.checked_add(jiff::SignedDuration::from_nanos(at)).and_then(|at| at.checked_add(span_months)).map_err(|_| Failed)?;
    in_range(moved.duration_since(epoch).as_nanos(), &DataType::BigInt)
}

fn arithmetic(op: BinaryOp, a: &Value, b: &Value, types: (&DataType, &DataType), result: &DataType) -> Outcome {
    let zero = matches!(op, BinaryOp::Divide | BinaryOp::Modulo)
        && (*b == Value::Int(0) || *b == Value::Decimal(0) || *b == Value::Double(0.0));
    if zero {
        return Err(Failed);
    }
    match (a, b) {
        (Value::Int(at), Value::Int(months)) if *types.1 == DataType::IntervalMonth && types.0.is_timestamp() => {
            add_months(*at, if op == BinaryOp::Add { *months } else { -*months })
        }
        (Value::Int(a), Value::Int(b)) => {
            let (a, b) = (i128::from(*a), i128::from(*b));
            let number = match op {
                BinaryOp::Add => a + b,
                BinaryOp::Subtract => a - b,
                BinaryOp::Multiply => a * b,
                BinaryOp::Divide => a / b,
                _ => a % b,
            };
            in_range(number, result)
        }
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(match op {
            BinaryOp::Add => a + b,
            BinaryOp::Subtract => a - b,
            BinaryOp::Multiply => a * b,
            BinaryOp::Divide => a / b,
            _ => a % b,
        })),
        (Value::Decimal(a), Value::Decimal(b)) => decimal(match op {
            BinaryOp::Add => a + b,
            BinaryOp::Subtract => a - b,
            BinaryOp::Multiply => half_away(a * b, 100),
            BinaryOp::Divide => half_away(a * 100, *b),
            _ => a % b,
        }),
        other => panic!("{op:?} of {other:?}"),
    }
}

/// Negative, zero or positive, as the first of two values that are not NULL comes before the second.
fn order(a: &Value, b: &Value) -> i32 {
    let sign = |less: bool, greater: bool| i32::from(greater) - i32::from(less);
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => sign(!a & b, a & !b),
        (Value::Int(a), Value::Int(b)) => sign(a < b, a > b),
        (Value::Decimal(a), Value::Decimal(b)) => sign(a < b, a > b),
        (Value::Double(a), Value::Double(b)) if a.is_nan() || b.is_nan() => sign(!a.is_nan(), !b.is_nan()),
        (Value::Double(a), Value::Double(b)) => sign(a < b, a > b),
        (Value::Str(a), Value::Str(b)) => sign(a.as_bytes() < b.as_bytes(), a.as_bytes() > b.as_bytes()),
        other => panic!("order of {other:?}"),
    }
}

fn holds(op: BinaryOp, a: &Value, b: &Value) -> bool {
    let order = order(a, b);
    match op {
        BinaryOp::Eq => order == 0,
        BinaryOp::NotEq => order != 0,
        BinaryOp::Lt => order < 0,
        BinaryOp::LtEq => order <= 0,
        BinaryOp::Gt => order > 0,
        _ => order >= 0,
    }
}

fn cast(value: &Value, to: &DataType) -> Outcome {
    Ok(match (value, to) {
        (Value::Int(n), DataType::Double) => Value::Double(*n as f64),
        (Value::Int(n), DataType::Decimal { .. }) => decimal(i128::from(*n) * 100)?,
        (Value::Int(n), DataType::Varchar(_)) => Value::text(n.to_string()),
        (Value::Int(n), to) => in_range(i128::from(*n), to)?,
        (Value::Double(d), to) if d.is_finite() => in_range(*d as i128, to)?,
        (Value::Decimal(d), to) => in_range(d / 100, to)?,
        (Value::Str(s), to) => in_range(i128::from(s.trim().parse::<i64>().map_err(|_| Failed)?), to)?,
        _ => return Err(Failed),
    })
}

fn naive(expr: &Expr, row: &[Value]) -> Outcome {
    match expr {
        Expr::Arrival | Expr::SplitWatermark { .. } => unreachable!("the oracle makes no clock"),
        Expr::Column { index, .. } => Ok(row[*index].clone()),
        Expr::Literal { value, .. } => Ok(value.clone()),
        Expr::Unary { op, input } => naive_unary(*op, &naive(input, row)?, &input.data_type()),
        Expr::Binary { op, left, right, data_type } => naive_binary(*op, left, right, data_type, row),
        Expr::Cast { input, data_type, on_failure } => match naive(input, row)? {
            Value::Null => Ok(Value::Null),
            value => cast(&value, data_type).or(if *on_failure == CastFailure::Null { Ok(Value::Null) } else { Err(Failed) }),
        },
        Expr::Case { branches, otherwise, .. } => {
            for (when, then) in branches {
                if is_true(when, row)? {
                    return naive(then, row);
                }
            }
            otherwise.as_ref().map_or(Ok(Value::Null), |e| naive(e, row))
        }
        Expr::Coalesce { args, .. } => {
            for arg in args {
                let value = naive(arg, row)?;
                if !value.is_null() {
                    return Ok(value);
                }
            }
            Ok(Value::Null)
        }
        Expr::InList { input, list } => {
            let wanted = naive(input, row)?;
            if wanted.is_null() {
                return Ok(Value::Null);
            }
            let mut outcome = Value::Bool(false);
            for item in list {
                match naive(item, row)? {
                    Value::Null => outcome = Value::Null,
                    item if order(&wanted, &item) == 0 => return Ok(Value::Bool(true)),
                    _ => {}
                }
            }
            Ok(outcome)
        }
        Expr::Call { .. } | Expr::Lambda { .. } => panic!("no calls here"),
    }
}

/// Whether a condition is TRUE; unlike its value, that is decided as soon as one part of an AND is not TRUE.
fn is_true(expr: &Expr, row: &[Value]) -> Result<bool, Failed> {
    match expr {
        Expr::Binary { op: BinaryOp::And, left, right, .. } => Ok(is_true(left, row)? && is_true(right, row)?),
        Expr::Binary { op: BinaryOp::Or, left, right, .. } => Ok(is_true(left, row)? || is_true(right, row)?),
        expr => Ok(naive(expr, row)? == Value::Bool(true)),
    }
}

fn naive_unary(op: UnaryOp, value: &Value, data_type: &DataType) -> Outcome {
    let is = |wanted: bool| *value == Value::Bool(wanted);
    Ok(match (op, value) {
        (UnaryOp::IsNull, v) => Value::Bool(v.is_null()),
        (UnaryOp::IsNotNull, v) => Value::Bool(!v.is_null()),
        (UnaryOp::IsTrue, _) => Value::Bool(is(true)),
        (UnaryOp::IsNotTrue, _) => Value::Bool(!is(true)),
        (UnaryOp::IsFalse, _) => Value::Bool(is(false)),
        (UnaryOp::IsNotFalse, _) => Value::Bool(!is(false)),
        (_, Value::Null) => Value::Null,
        (UnaryOp::Not, Value::Bool(b)) => Value::Bool(!b),
        (_, Value::Int(n)) => in_range(-i128::from(*n), data_type)?,
        (_, Value::Double(d)) => Value::Double(-d),
        (_, Value::Decimal(d)) => Value::Decimal(-d),
        other => panic!("{other:?}"),
    })
}

fn naive_binary(op: BinaryOp, left: &Expr, right: &Expr, result: &DataType, row: &[Value]) -> Outcome {
    let a = naive(left, row)?;
    let absorbing = Value::Bool(op == BinaryOp::Or);
    if matches!(op, BinaryOp::And | BinaryOp::Or) {
        if a == absorbing {
            return Ok(a);
        }
        return Ok(match (a, naive(right, row)?) {
            (_, b) if b == absorbing => b,
            (Value::Null, _) => Value::Null,
            (_, b) => b,
        });
    }
    let b = naive(right, row)?;
    let distinct = a.is_null() != b.is_null() || (!a.is_null() && order(&a, &b) != 0);
    match op {
        BinaryOp::IsDistinctFrom => return Ok(Value::Bool(distinct)),
        BinaryOp::IsNotDistinctFrom => return Ok(Value::Bool(!distinct)),
        _ if a.is_null() || b.is_null() => return Ok(Value::Null),
        _ if COMPARISONS.contains(&op) => return Ok(Value::Bool(holds(op, &a, &b))),
        _ => {}
    }
    match (&a, &b) {
        (Value::Str(a), Value::Str(b)) => Ok(Value::text(format!("{a}{b}"))),
        _ => arithmetic(op, &a, &b, (&left.data_type(), &right.data_type()), result),
    }
}

/// Random values and expressions.
struct Maker(fastrand::Rng);

impl Maker {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.0.usize(..from.len())].clone()
    }

    fn value(&mut self, data_type: &DataType) -> Value {
        if self.0.u8(..6) == 0 {
            return Value::Null;
        }
        let small = self.0.i64(-3..4);
        match data_type {
            DataType::Boolean => Value::Bool(self.0.bool()),
            DataType::TinyInt => Value::Int(self.pick(&[small, -128, 127])),
            DataType::Int | DataType::IntervalMonth => {
                Value::Int(self.pick(&[small, small * 1000, i32::MIN.into(), i32::MAX.into()]))
            }
            DataType::Double => Value::Double(self.pick(&[small as f64, 0.5, -0.0, f64::NAN, f64::INFINITY, -1e300, 2.5e9])),
            DataType::Decimal { .. } => Value::Decimal(self.pick(&[small.into(), 12_345, -250, DECIMAL_UNITS_MAX - 1])),
            DataType::Varchar(_) => Value::text(self.pick(&TEXTS)),
            _ => Value::Int(self.pick(&[small, small * 1_000_000_007, i64::MIN, i64::MAX, 1_709_164_800_000_000_000])),
        }
    }

    fn leaf(&mut self, data_type: &DataType) -> Expr {
        let index = TYPES.iter().position(|t| t == data_type).expect("a type of the test");
        match self.0.u8(..3) {
            0 => Expr::Literal { value: self.value(data_type), data_type: data_type.clone() },
            pick => Expr::column(index * 2 + usize::from(pick - 1), data_type.clone()),
        }
    }

    fn boxed(&mut self, data_type: &DataType, depth: usize) -> Box<Expr> {
        Box::new(self.expr(data_type, depth))
    }

    fn binary(&mut self, op: BinaryOp, left: &DataType, right: &DataType, result: &DataType, depth: usize) -> Expr {
        Expr::Binary { op, left: self.boxed(left, depth), right: self.boxed(right, depth), data_type: result.clone() }
    }

    fn expr(&mut self, data_type: &DataType, depth: usize) -> Expr {
        if depth == 0 {
            return self.leaf(data_type);
        }
        let depth = depth - 1;
        match self.0.u8(..8) {
            0 => Expr::Case {
                branches: (0..self.0.usize(1..3))
                    .map(|_| (self.expr(&DataType::Boolean, depth), self.expr(data_type, depth)))
                    .collect(),
                otherwise: if self.0.bool() { Some(self.boxed(data_type, depth)) } else { None },
                data_type: data_type.clone(),
            },
            1 => Expr::Coalesce {
                args: (0..self.0.usize(1..4)).map(|_| self.expr(data_type, depth)).collect(),
                data_type: data_type.clone(),
            },
            2 => self.leaf(data_type),
            _ => self.operation(data_type, depth),
        }
    }

    fn operation(&mut self, data_type: &DataType, depth: usize) -> Expr {
        use BinaryOp::{Add, And, Divide, IsDistinctFrom, IsNotDistinctFrom, Modulo, Multiply, Or, Subtract};
        use DataType::{BigInt, Boolean, Double, Int, IntervalDay, IntervalMonth, TinyInt};
        match data_type {
            Boolean => match self.0.u8(..6) {
                0 | 1 => {
                    let (side, mut ops) = (self.pick(&TYPES), COMPARISONS.to_vec());
                    ops.extend([IsDistinctFrom, IsNotDistinctFrom]);
                    let op = self.pick(&ops);
                    self.binary(op, &side, &side, &Boolean, depth)
                }
                2 | 3 => {
                    let op = self.pick(&[And, Or]);
                    self.binary(op, &Boolean, &Boolean, &Boolean, depth)
                }
                4 => {
                    let side = self.pick(&TYPES);
                    let constant = self.0.bool();
                    let list = (0..self.0.usize(1..9)).map(|_| match constant {
                        true => Expr::Literal { value: self.value(&side), data_type: side.clone() },
                        false => self.expr(&side, depth.min(1)),
                    });
                    let list = list.collect();
                    Expr::InList { input: self.boxed(&side, depth), list }
                }
                _ => {
                    use UnaryOp::{IsFalse, IsNotFalse, IsNotNull, IsNotTrue, IsNull, IsTrue, Not};
                    let op = self.pick(&[Not, IsNull, IsNotNull, IsTrue, IsNotTrue, IsFalse, IsNotFalse]);
                    Expr::Unary { op, input: self.boxed(&Boolean, depth) }
                }
            },
            DataType::Varchar(_) if self.0.bool() => self.binary(BinaryOp::Concat, data_type, data_type, data_type, depth),
            DataType::Varchar(_) => self.cast(&[TinyInt, Int, BigInt], data_type, depth),
            DataType::Timestamp(_) => {
                let (op, interval) = (self.pick(&[Add, Subtract]), self.pick(&[IntervalDay, IntervalMonth]));
                self.binary(op, data_type, &interval, data_type, depth)
            }
            IntervalDay if self.0.bool() => {
                self.binary(Subtract, &DataType::Timestamp(9), &DataType::Timestamp(9), data_type, depth)
            }
            IntervalDay | IntervalMonth => {
                let op = self.pick(&[Multiply, Divide]);
                self.binary(op, data_type, &BigInt, data_type, depth)
            }
            _ => match self.0.u8(..6) {
                0 => Expr::Unary { op: UnaryOp::Negate, input: self.boxed(data_type, depth) },
                1 if data_type.is_integer() => {
                    self.cast(&[TinyInt, Int, BigInt, Double, DECIMAL, DataType::STRING], data_type, depth)
                }
                1 => self.cast(&[TinyInt, Int, BigInt], data_type, depth),
                _ => {
                    let op = self.pick(&[Add, Subtract, Multiply, Divide, Modulo]);
                    self.binary(op, data_type, data_type, data_type, depth)
                }
            },
        }
    }

    fn cast(&mut self, from: &[DataType], to: &DataType, depth: usize) -> Expr {
        let from = self.pick(from);
        let on_failure = self.pick(&[CastFailure::RowError, CastFailure::Null]);
        Expr::Cast { input: self.boxed(&from, depth), data_type: to.clone(), on_failure }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || matches!((a, b), (Value::Double(a), Value::Double(b)) if a.is_nan() && b.is_nan())
}

/// Compares a program with the naive interpreter on the selected rows.
fn check(expr: &Expr, rows: &[Vec<Value>], batch: &Batch, selection: &Selection) {
    let data_type = expr.data_type();
    let mut program = Program::compile(expr).expect("compiles");
    let mut errors = RowErrors::default();
    let column = program.evaluate(batch, selection, &mut errors);
    assert_eq!(column.len(), batch.rows());
    let failed: Vec<usize> = errors.take().iter().map(|e| e.row as usize).collect();
    for (row, content) in rows.iter().enumerate() {
        let selected = selection.iter().any(|r| r == row);
        match naive(expr, content) {
            _ if !selected => assert!(!failed.contains(&row), "row {row} is not selected: {expr:?}"),
            Err(Failed) => assert!(failed.contains(&row), "{content:?} fails not: {expr:?}"),
            Ok(expected) => {
                assert!(!failed.contains(&row), "{content:?} fails: {expr:?}");
                let found = column.value(row, &data_type);
                assert!(same(&found, &expected), "{found:?}, not {expected:?}, of {content:?}: {expr:?}");
            }
        }
    }
    if data_type == DataType::Boolean {
        let kept = program.select(batch, selection, &mut errors);
        let failed: Vec<usize> = errors.take().iter().map(|e| e.row as usize).collect();
        for row in selection.iter() {
            let kept = kept.iter().any(|r| r == row);
            let expected = is_true(expr, &rows[row]);
            assert_eq!(failed.contains(&row), expected.is_err(), "{:?} fails or not: {expr:?}", rows[row]);
            assert!(expected.is_err() || Ok(kept) == expected, "{:?} is kept or not: {expr:?}", rows[row]);
        }
    }
    if let Some(value) = evaluate_constant(expr).expect("compiles") {
        assert!(same(&value, &naive(expr, &[]).expect("a constant that does not fail")), "{expr:?}");
    }
}

#[test]
fn programs_agree_with_a_row_at_a_time_interpreter() {
    let types: Vec<DataType> = TYPES.iter().flat_map(|t| [t.clone(), t.clone()]).collect();
    for seed in 0..1500 {
        let mut maker = Maker(fastrand::Rng::with_seed(seed));
        let count = maker.0.usize(1..80);
        let mut rows: Vec<Vec<Value>> = (0..count).map(|_| types.iter().map(|t| maker.value(t)).collect()).collect();
        if seed % 3 == 0 {
            // Without NULLs: the columns then have no validity.
            let full: Vec<Vec<Value>> = rows.iter().filter(|r| r.iter().step_by(2).all(|v| !v.is_null())).cloned().collect();
            rows = if full.is_empty() { rows } else { full };
        }
        let columns = types.iter().enumerate().map(|(i, data_type)| {
            let mut column = Column::with_capacity(data_type, rows.len());
            rows.iter().for_each(|row| column.push(&row[i]));
            column
        });
        let batch = Batch::new(columns.collect(), rows.len(), 0);
        let data_type = maker.pick(&TYPES);
        let depth = maker.0.usize(0..5);
        let expr = maker.expr(&data_type, depth);
        check(&expr, &rows, &batch, &Selection::All(rows.len()));
        let some = Selection::All(rows.len()).filter(|_| maker.0.u8(..4) == 0);
        check(&expr, &rows, &batch, &some);
    }
}

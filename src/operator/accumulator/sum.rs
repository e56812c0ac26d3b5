//! SUM and AVG: exact for integers and DECIMAL, f64 for FLOAT and DOUBLE. A sum that does not fit its type fails the row.

use super::{Accumulator, Rows, bytes_of, grow, scale_of};
use crate::batch::{Column, Values};
use crate::types::decimal;
use crate::types::relation::AggregateFunction;
use crate::types::{DataType, Value};

#[derive(Clone, Copy, Default)]
struct Exact {
    sum: i128,
    count: i64,
}

#[derive(Clone, Copy, Default)]
struct Floating {
    sum: f64,
    count: i64,
    /// NaN, infinity and -infinity are counted, so that they can be taken back.
    specials: [i32; 3],
}

/// What becomes of sum and count.
#[derive(Clone, Copy)]
enum Result {
    BigInt,
    Decimal,
    MeanDouble,
    MeanDecimal { up: u8 },
}

struct ExactSum {
    state: Vec<Exact>,
    saved: Vec<Exact>,
    result: Result,
}

struct FloatingSum {
    state: Vec<Floating>,
    mean: bool,
}

/// The accumulator of SUM or AVG for this argument and result.
pub fn sum(function: AggregateFunction, argument: &DataType, result: &DataType) -> Box<dyn Accumulator> {
    let mean = function == AggregateFunction::Avg;
    if matches!(argument, DataType::Float | DataType::Double) {
        return Box::new(FloatingSum { state: Vec::new(), mean });
    }
    let result = match (result, mean) {
        (DataType::Decimal { scale, .. }, true) => Result::MeanDecimal { up: scale.saturating_sub(scale_of(argument)) },
        (DataType::Decimal { .. }, false) => Result::Decimal,
        (_, true) => Result::MeanDouble,
        (_, false) => Result::BigInt,
    };
    Box::new(ExactSum { state: Vec::new(), saved: Vec::new(), result })
}

fn add<T: Copy + Into<i128>>(
    state: &mut [Exact],
    values: &[T],
    rows: &Rows<'_>,
    fits: impl Fn(i128) -> bool,
    failed: &mut Vec<u32>,
) {
    rows.for_each(|row, group, sign| {
        let group = &mut state[group];
        match group.sum.checked_add(i128::from(sign) * values[row].into()).filter(|sum| fits(*sum)) {
            Some(sum) => {
                group.sum = sum;
                group.count += sign;
            }
            None => failed.push(row as u32),
        }
    });
}

impl Accumulator for ExactSum {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.state, bound);
    }
    fn reset(&mut self, group: usize) {
        self.state[group] = Exact::default();
    }
    fn update(&mut self, argument: Option<&Column>, rows: &Rows<'_>, failed: &mut Vec<u32>) {
        let (state, Some(column)) = (self.state.as_mut_slice(), argument) else { return };
        let narrow = |sum: i128| i64::try_from(sum).is_ok();
        match (&column.values, self.result) {
            (Values::I64(v), Result::BigInt) => add(state, v, rows, narrow, failed),
            (Values::I64(v), _) => add(state, v, rows, |_| true, failed),
            (Values::I32(v), Result::BigInt) => add(state, v, rows, narrow, failed),
            (Values::I32(v), _) => add(state, v, rows, |_| true, failed),
            (Values::I16(v), Result::BigInt) => add(state, v, rows, narrow, failed),
            (Values::I16(v), _) => add(state, v, rows, |_| true, failed),
            (Values::I8(v), Result::BigInt) => add(state, v, rows, narrow, failed),
            (Values::I8(v), _) => add(state, v, rows, |_| true, failed),
            (Values::I128(v), result) => {
                // A sum whose digits fit with those of the mean added has a mean that fits.
                let up = if let Result::MeanDecimal { up } = result { up } else { 0 };
                let digits = decimal::PRECISION_MAX.saturating_sub(up);
                add(state, v, rows, |sum| decimal::fits(sum, digits), failed);
            }
            (values, _) => panic!("SUM over {:?}", values.representation()),
        }
    }
    fn write(&self, groups: &[u32], out: &mut Column) {
        for group in groups {
            let Exact { sum, count } = self.state[*group as usize];
            let value = match self.result {
                _ if count == 0 => Value::Null,
                Result::BigInt => Value::Int(sum as i64),
                Result::Decimal => Value::Decimal(sum),
                Result::MeanDouble => Value::Double(sum as f64 / count as f64),
                Result::MeanDecimal { up } => mean(sum, count, up).map_or(Value::Null, Value::Decimal),
            };
            out.push(&value);
        }
    }
    fn failure(&self) -> Option<&'static str> {
        match self.result {
            Result::BigInt => Some("overflow of SUM in BIGINT"),
            Result::Decimal => Some("overflow of SUM in DECIMAL(38)"),
            Result::MeanDecimal { .. } => Some("overflow of AVG in DECIMAL(38)"),
            Result::MeanDouble => None,
        }
    }
    fn save(&mut self, groups: &[u32]) {
        self.saved.clear();
        self.saved.extend(groups.iter().map(|g| self.state[*g as usize]));
    }
    fn restore(&mut self, groups: &[u32]) {
        groups.iter().zip(&self.saved).for_each(|(g, old)| self.state[*g as usize] = *old);
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.state)
    }
}

/// `sum / count` with `up` more digits, rounded half away from zero; `None` if it has more than 38 digits.
fn mean(sum: i128, count: i64, up: u8) -> Option<i128> {
    let (count, sign) = (i128::from(count.unsigned_abs()), i128::from(count.signum()));
    let (whole, rest) = (sum / count, sum % count);
    let power = *decimal::POW10.get(up as usize)?;
    let fraction = decimal::divide_rounding(rest.checked_mul(power)?, count);
    whole
        .checked_mul(power)?
        .checked_add(fraction)
        .map(|units| units * sign)
        .filter(|u| decimal::fits(*u, decimal::PRECISION_MAX))
}

impl Floating {
    #[inline]
    fn add(&mut self, value: f64, sign: i64) {
        self.count += sign;
        if value.is_finite() {
            self.sum += value * sign as f64;
        } else {
            let at = if value.is_nan() { 0 } else { 1 + usize::from(value < 0.0) };
            self.specials[at] += sign as i32;
        }
    }

    fn total(&self) -> f64 {
        match self.specials.map(|n| n != 0) {
            [false, false, false] => self.sum,
            [false, true, false] => f64::INFINITY,
            [false, false, true] => f64::NEG_INFINITY,
            _ => f64::NAN,
        }
    }
}

impl Accumulator for FloatingSum {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.state, bound);
    }
    fn reset(&mut self, group: usize) {
        self.state[group] = Floating::default();
    }
    fn update(&mut self, argument: Option<&Column>, rows: &Rows<'_>, _failed: &mut Vec<u32>) {
        let state = self.state.as_mut_slice();
        match argument.map(|column| &column.values) {
            Some(Values::F64(v)) => rows.for_each(|row, group, sign| state[group].add(v[row], sign)),
            Some(Values::F32(v)) => rows.for_each(|row, group, sign| state[group].add(f64::from(v[row]), sign)),
            _ => {}
        }
    }
    fn write(&self, groups: &[u32], out: &mut Column) {
        for group in groups {
            let state = &self.state[*group as usize];
            let divisor = if self.mean { state.count as f64 } else { 1.0 };
            out.push(&if state.count == 0 { Value::Null } else { Value::Double(state.total() / divisor) });
        }
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.state)
    }
}

//! SUM and AVG: exact for integers and DECIMAL, f64 for FLOAT and DOUBLE. A sum that does not fit its type fails the row.

use super::reversible_sum::ReversibleSum;
use super::row_op::add_f64;
use super::{Accumulator, Offer, RowOp, Rows, Verdict, nulls_where_unfed, scale_of};
use crate::batch::{Column, Values};
use crate::state::{GroupWords, RowStore, put_wide, wide};
use crate::types::DataType;
use crate::types::decimal;
use crate::types::relation::{AggregateCall, AggregateFunction, Retracts};

/// SUM of integers: one word.
struct IntegerSum {
    at: usize,
    /// What the absolute values of all arguments so far add up to: no sum is beyond it.
    bound: u64,
}

/// SUM and AVG of DECIMAL, AVG of integers: two words, the low one first.
struct WideSum {
    at: usize,
    result: WideResult,
    /// As in `IntegerSum`.
    bound: u128,
}

/// What becomes of a wide sum.
#[derive(Clone, Copy)]
enum WideResult {
    Decimal,
    MeanDouble,
    MeanDecimal { up: u8 },
}

/// SUM and AVG of floats that are not taken back: one word.
struct FloatingSum {
    at: usize,
    mean: bool,
}

/// The accumulator of SUM or AVG for this argument and result.
pub fn sum(call: &AggregateCall, retracts: Retracts, next_word: &mut usize) -> Box<dyn Accumulator> {
    let mean = call.function == AggregateFunction::Avg;
    let is_floating = matches!(call.argument_types[0], DataType::Float | DataType::Double);
    if is_floating && retracts == Retracts::Maybe {
        return Box::new(ReversibleSum::new(mean));
    }
    let at = *next_word;
    *next_word += 1;
    if is_floating {
        return Box::new(FloatingSum { at, mean });
    }
    let result = match (&call.data_type, mean) {
        (DataType::Decimal { scale, .. }, true) => {
            WideResult::MeanDecimal { up: scale.saturating_sub(scale_of(&call.argument_types[0])) }
        }
        (DataType::Decimal { .. }, false) => WideResult::Decimal,
        (_, true) => WideResult::MeanDouble,
        (_, false) => return Box::new(IntegerSum { at, bound: 0 }),
    };
    *next_word += 1;
    Box::new(WideSum { at, result, bound: 0 })
}

/// Adds signed values to words; whether some sum wrapped on the way. Hot: once per row.
fn add_integers<T: Copy + Into<i64>>(store: &mut RowStore, at: usize, values: &[T], rows: Rows<'_>) -> bool {
    let stride = store.stride();
    let words = store.words_mut();
    let mut wrapped = false;
    rows.for_each_value(values, |group, value, sign| {
        let word = &mut words[group * stride + at];
        let (old, value) = (*word as i64, value.into());
        let (sum, over) = if sign > 0 { old.overflowing_add(value) } else { old.overflowing_sub(value) };
        wrapped |= over;
        *word = sum as u64;
    });
    wrapped
}

fn each_integer_column(store: &mut RowStore, at: usize, column: &Column, rows: Rows<'_>) -> bool {
    match &column.values {
        Values::I64(v) => add_integers(store, at, v, rows),
        Values::I32(v) => add_integers(store, at, v, rows),
        Values::I16(v) => add_integers(store, at, v, rows),
        Values::I8(v) => add_integers(store, at, v, rows),
        values => panic!("SUM over {:?}", values.representation()),
    }
}

impl Accumulator for IntegerSum {
    fn resize(&mut self, _bound: usize) {}
    fn reset(&mut self, _group: usize) {}
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        self.bound = self.bound.saturating_add(magnitude(arguments[0]));
        let wrapped = arguments.first().is_some_and(|column| each_integer_column(store, self.at, column, rows));
        if wrapped { Verdict::Overflow } else { Verdict::Sound }
    }
    fn row_op<'a>(&mut self, arguments: &[&'a Column]) -> Offer<'a> {
        let Some(column) = arguments.first() else { return Offer::Update };
        let bound = self.bound.saturating_add(magnitude(column));
        let step = match &column.values {
            Values::I64(v) => RowOp::AddI64(self.at, v),
            Values::I32(v) => RowOp::AddI32(self.at, v),
            _ => return Offer::Update,
        };
        if bound > i64::MAX as u64 {
            return Offer::Update;
        }
        self.bound = bound;
        Offer::Step(step)
    }
    fn undo(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) {
        let signs = opposite(&rows);
        let _wraps_back =
            arguments.first().is_some_and(|c| each_integer_column(store, self.at, c, Rows { signs: Some(&signs), ..rows }));
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        vec![Column::from_values(Values::I64(groups.map(self.at, |word| word as i64)))]
    }
    fn state_op<'a>(&mut self, states: &'a [Column]) -> Offer<'a> {
        self.row_op(&[&states[0]])
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        self.update(store, &[&states[0]], rows)
    }
    fn unmerge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) {
        self.undo(store, &[&states[0]], rows);
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let sums = groups.map(self.at, |word| word as i64);
        nulls_where_unfed(Column::from_values(Values::I64(sums)), fed)
    }
    fn failure(&self) -> Option<&str> {
        Some("overflow of SUM in BIGINT")
    }
    fn leaves_room_for(&self, shares: usize) -> bool {
        self.bound.checked_mul(shares as u64).is_some_and(|bound| bound <= i64::MAX as u64)
    }
}

/// What the absolute values of a column add up to, NULL rows and all. Hot: once per row, in a loop without branches.
fn magnitude(column: &Column) -> u64 {
    match &column.values {
        Values::I64(v) => magnitude_wide(v),
        Values::I32(v) => v.iter().map(|n| u64::from(n.unsigned_abs())).sum(),
        Values::I16(v) => v.iter().map(|n| u64::from(n.unsigned_abs())).sum(),
        Values::I8(v) => v.iter().map(|n| u64::from(n.unsigned_abs())).sum(),
        _ => u64::MAX,
    }
}

/// As `magnitude`, in 64 bits where the greatest value leaves room for all.
fn magnitude_wide(values: &[i64]) -> u64 {
    let bits = values.iter().fold(0, |bits, n| bits | n.unsigned_abs());
    match bits.checked_mul(values.len() as u64) {
        Some(_) => values.iter().map(|n| n.unsigned_abs()).sum(),
        None => values.iter().fold(0, |sum, n| n.unsigned_abs().saturating_add(sum)),
    }
}

fn wide_magnitude(column: &Column) -> u128 {
    match &column.values {
        Values::I128(v) => v.iter().fold(0, |sum: u128, n| sum.saturating_add(n.unsigned_abs())),
        _ => magnitude(column).into(),
    }
}

/// The signs by which rows are taken back.
fn opposite(rows: &Rows<'_>) -> Vec<i8> {
    match rows.signs {
        Some(signs) => signs.iter().map(|sign| -sign).collect(),
        None => vec![-1; rows.groups.len()],
    }
}

/// Adds signed values to pairs of words; whether some sum did not fit on the way. Hot: once per row.
fn add_wide<T: Copy + Into<i128>>(
    store: &mut RowStore,
    at: usize,
    values: &[T],
    rows: Rows<'_>,
    fits: impl Fn(i128) -> bool,
) -> bool {
    let stride = store.stride();
    let words = store.words_mut();
    let mut wrapped = false;
    rows.for_each_value(values, |group, value, sign| {
        let pair = &mut words[group * stride + at..][..2];
        let (sum, over) = wide(pair).overflowing_add(i128::from(sign).wrapping_mul(value.into()));
        wrapped |= over || !fits(sum);
        put_wide(pair, sum);
    });
    wrapped
}

impl WideSum {
    /// Digits that a sum may have: one that fits with those of the mean added has a mean that fits.
    fn digits(&self) -> u8 {
        match self.result {
            WideResult::MeanDecimal { up } => decimal::PRECISION_MAX.saturating_sub(up),
            WideResult::Decimal | WideResult::MeanDouble => decimal::PRECISION_MAX,
        }
    }

    fn add(&self, store: &mut RowStore, column: &Column, rows: Rows<'_>) -> bool {
        let (at, digits) = (self.at, self.digits());
        match &column.values {
            Values::I128(v) => add_wide(store, at, v, rows, |sum| decimal::fits(sum, digits)),
            Values::I64(v) => add_wide(store, at, v, rows, |_| true),
            Values::I32(v) => add_wide(store, at, v, rows, |_| true),
            Values::I16(v) => add_wide(store, at, v, rows, |_| true),
            Values::I8(v) => add_wide(store, at, v, rows, |_| true),
            values => panic!("SUM over {:?}", values.representation()),
        }
    }
}

impl Accumulator for WideSum {
    fn resize(&mut self, _bound: usize) {}
    fn reset(&mut self, _group: usize) {}
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        self.bound = self.bound.saturating_add(wide_magnitude(arguments[0]));
        let wrapped = arguments.first().is_some_and(|column| self.add(store, column, rows));
        if wrapped { Verdict::Overflow } else { Verdict::Sound }
    }
    fn row_op<'a>(&mut self, arguments: &[&'a Column]) -> Offer<'a> {
        let Some(Values::I128(values)) = arguments.first().map(|column| &column.values) else { return Offer::Update };
        let bound = self.bound.saturating_add(wide_magnitude(arguments[0]));
        if !i128::try_from(bound).is_ok_and(|bound| decimal::fits(bound, self.digits())) {
            return Offer::Update;
        }
        self.bound = bound;
        Offer::Step(RowOp::AddI128(self.at, values))
    }
    fn undo(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) {
        let signs = opposite(&rows);
        let _wraps_back = arguments.first().is_some_and(|column| self.add(store, column, Rows { signs: Some(&signs), ..rows }));
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        vec![Column::from_values(Values::I128(groups.map_wide(self.at, |sum| sum)))]
    }
    fn state_op<'a>(&mut self, states: &'a [Column]) -> Offer<'a> {
        self.row_op(&[&states[0]])
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        self.update(store, &[&states[0]], rows)
    }
    fn unmerge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) {
        self.undo(store, &[&states[0]], rows);
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let sums = groups.map_wide(self.at, |sum| sum);
        match self.result {
            WideResult::Decimal => nulls_where_unfed(Column::from_values(Values::I128(sums)), fed),
            WideResult::MeanDouble => {
                let means = sums.into_iter().zip(fed).map(|(sum, fed)| sum as f64 / *fed as f64).collect();
                nulls_where_unfed(Column::from_values(Values::F64(means)), fed)
            }
            WideResult::MeanDecimal { up } => {
                let means: Vec<Option<i128>> = sums.into_iter().zip(fed).map(|(sum, fed)| mean(sum, *fed, up)).collect();
                let values = means.iter().map(|mean| mean.unwrap_or_default()).collect();
                let mut column = Column::from_values(Values::I128(values));
                means.iter().enumerate().filter(|(_, mean)| mean.is_none()).for_each(|(row, _)| column.set_null(row));
                column
            }
        }
    }
    fn failure(&self) -> Option<&str> {
        match self.result {
            WideResult::Decimal => Some("overflow of SUM in DECIMAL(38)"),
            WideResult::MeanDecimal { .. } => Some("overflow of AVG in DECIMAL(38)"),
            // Counts are i64, so that no sum of 64-bit values leaves 128 bits.
            WideResult::MeanDouble => None,
        }
    }
    fn leaves_room_for(&self, shares: usize) -> bool {
        let bound = self.bound.checked_mul(shares as u128).and_then(|bound| i128::try_from(bound).ok());
        self.failure().is_none() || bound.is_some_and(|bound| decimal::fits(bound, self.digits()))
    }
}

/// `sum / count` with `up` more digits, rounded half away from zero; `None` for no rows, or if it has more than 38 digits.
pub fn mean(sum: i128, count: i64, up: u8) -> Option<i128> {
    let (count, sign) = (i128::from(count.unsigned_abs()), i128::from(count.signum()));
    let (whole, rest) = (sum.checked_div(count)?, sum.checked_rem(count)?);
    let power = *decimal::POW10.get(up as usize)?;
    let fraction = decimal::divide_rounding(rest.checked_mul(power)?, count);
    whole
        .checked_mul(power)?
        .checked_add(fraction)
        .map(|units| units * sign)
        .filter(|u| decimal::fits(*u, decimal::PRECISION_MAX))
}

impl FloatingSum {
    fn add<T: Copy + Into<f64>>(&self, store: &mut RowStore, values: &[T], rows: Rows<'_>) {
        let (stride, words) = (store.stride(), store.words_mut());
        rows.for_each_value(values, |group, value, _| add_f64(&mut words[group * stride + self.at], value.into()));
    }
}

impl Accumulator for FloatingSum {
    fn resize(&mut self, _bound: usize) {}
    fn reset(&mut self, _group: usize) {}
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        match &arguments[0].values {
            Values::F64(v) => self.add(store, v, rows),
            Values::F32(v) => self.add(store, v, rows),
            _ => {}
        }
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, arguments: &[&'a Column]) -> Offer<'a> {
        match arguments.first().map(|column| &column.values) {
            Some(Values::F64(v)) => Offer::Step(RowOp::AddF64(self.at, v)),
            _ => Offer::Update,
        }
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        vec![Column::from_values(Values::F64(groups.map(self.at, f64::from_bits)))]
    }
    fn state_op<'a>(&mut self, states: &'a [Column]) -> Offer<'a> {
        self.row_op(&[&states[0]])
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        self.update(store, &[&states[0]], rows)
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        sums_or_means(groups.map(self.at, f64::from_bits), fed, self.mean)
    }
}

/// Sums, or what they are divided by the rows.
pub fn sums_or_means(mut sums: Vec<f64>, fed: &[i64], mean: bool) -> Column {
    if mean {
        sums.iter_mut().zip(fed).for_each(|(sum, fed)| *sum /= *fed as f64);
    }
    nulls_where_unfed(Column::from_values(Values::F64(sums)), fed)
}

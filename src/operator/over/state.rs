//! One function over the rows of one partition, row after row: what stands in the frame is added as the frame reaches it and taken back
//! as it leaves it, so that a row costs what its frame moves and not what it holds.
//!
//! Sums of integers and DECIMAL are exact; those of FLOAT and DOUBLE carry what rounding lost along. MIN and MAX keep the rows that can
//! still be the best, in their order. Other aggregates go through their accumulators.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use super::other::Other;
use super::sequence::{Frames, Sequence, double_value, whole_value};
use super::sum::{DoubleSum, RunningSum, WideSum};
use crate::batch::{Column, Values};
use crate::operator::accumulator::mean;
use crate::state::cell;
use crate::types::over::{Exclude, Frame, Number, OverCall, OverFunction, Pick};
use crate::types::relation::{AggregateCall, AggregateFunction, Distinct, Nulls, RankFunction, SortKey};
use crate::types::{DataType, Value, decimal};

/// What a function gave for rows, and which of them failed.
pub struct Answers {
    /// One a row; NULL for rows that failed.
    pub column: Column,
    /// Number of each row that failed, and why.
    pub failed: Vec<(usize, Cow<'static, str>)>,
}

impl Answers {
    /// For no rows.
    pub fn new(data_type: &DataType, rows: usize) -> Answers {
        Answers { column: Column::with_capacity(data_type, rows), failed: Vec::new() }
    }

    /// Adds what is made of the sum of so many whole numbers.
    pub fn push_whole(&mut self, sum: &WideSum, count: i64, result: Total, data_type: &DataType) {
        match count {
            0 => self.column.push_null(),
            _ => match whole_result(sum, count, result, data_type) {
                Some(value) => self.column.push(&value),
                None => self.fail("overflow of an aggregate with OVER"),
            },
        }
    }

    /// Adds what is made of the sum of so many doubles.
    #[inline]
    pub fn push_double(&mut self, sum: &DoubleSum, count: i64, result: Total) {
        if count == 0 {
            return self.column.push_null();
        }
        let answer = double_result(sum, count, result);
        match &mut self.column {
            Column { values: Values::F64(answers), validity: None } => answers.push(answer),
            column => column.push(&Value::Double(answer)),
        }
    }

    fn fail(&mut self, why: impl Into<Cow<'static, str>>) {
        self.failed.push((self.column.len(), why.into()));
        self.column.push_null();
    }
}

/// A function over one partition.
pub struct CallState {
    frames: Frames,
    /// Rows of the frame that were added and not taken back.
    added: Range<usize>,
    /// Column that says which rows count.
    filter: Option<usize>,
    kind: Kind,
}

enum Kind {
    Place(Placing),
    /// Rows and their values, those that are not NULL.
    Count {
        argument: Option<usize>,
        count: i64,
    },
    Whole {
        argument: usize,
        sum: WideSum,
        count: i64,
        result: Total,
    },
    Double {
        argument: usize,
        sum: DoubleSum,
        count: i64,
        result: Total,
    },
    /// Positions of the rows that are better than all behind them; of a frame that never loses a row, the best value alone.
    Extreme {
        argument: usize,
        max: bool,
        best: VecDeque<usize>,
        kept: Option<Column>,
    },
    Other(Box<Other>),
    Pick {
        argument: usize,
        pick: Pick,
        nulls: Nulls,
        /// Of a frame that never loses a row: rows that were looked at, those among them that count, and the values that are picked or may
        /// yet be.
        seen: usize,
        counted: usize,
        kept: Column,
    },
    Shift {
        argument: usize,
        distance: Number,
        default: Option<usize>,
        nulls: Nulls,
    },
    /// An aggregate over a frame without some of its rows, or one that takes no row back over a frame that loses some, made anew for each
    /// row: the same over the rows it is fed.
    Anew(Box<OverCall>),
}

/// Functions of the place of a row.
enum Placing {
    RowNumber,
    /// The group of equals looked at last, and its first row.
    Rank(u64, usize),
    DenseRank,
    PercentRank(u64, usize),
    CumeDist,
    Ntile(Number),
}

/// What is made of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Itself.
    Sum,
    /// With so many digits more.
    Mean(u8),
}

impl Total {
    /// Of values of a type, as another.
    pub fn mean(of: &DataType, result: &DataType) -> Total {
        Total::Mean(scale_of(result).saturating_sub(scale_of(of)))
    }
}

/// Counts and sums of a column, and what is made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Rows, or its values.
    Count(Option<usize>),
    /// Integers or units of a DECIMAL.
    Whole(usize, Total),
    /// FLOAT or DOUBLE.
    Double(usize, Total),
}

fn scale_of(data_type: &DataType) -> u8 {
    if let DataType::Decimal { scale, .. } = data_type { *scale } else { 0 }
}

impl CallState {
    /// Over no rows. Columns of the call are those of the sequence.
    pub fn new(call: &OverCall) -> CallState {
        let kind = match &call.function {
            OverFunction::Aggregate(aggregate) if is_made_anew(aggregate, &call.frame) => {
                Kind::Anew(Box::new(OverCall { frame: Frame::WHOLE, ..call.clone() }))
            }
            OverFunction::Aggregate(aggregate) => aggregate_kind(aggregate, call),
            OverFunction::Rank(RankFunction::RowNumber) => Kind::Place(Placing::RowNumber),
            OverFunction::Rank(RankFunction::Rank) => Kind::Place(Placing::Rank(0, 0)),
            OverFunction::Rank(RankFunction::DenseRank) => Kind::Place(Placing::DenseRank),
            OverFunction::PercentRank => Kind::Place(Placing::PercentRank(0, 0)),
            OverFunction::CumeDist => Kind::Place(Placing::CumeDist),
            OverFunction::Ntile(parts) => Kind::Place(Placing::Ntile(*parts)),
            OverFunction::Pick { pick, argument, nulls } => {
                let kept = Column::with_capacity(&call.data_type, 0);
                Kind::Pick { argument: *argument, pick: *pick, nulls: *nulls, seen: 0, counted: 0, kept }
            }
            OverFunction::Shift { distance, argument, default, nulls } => {
                Kind::Shift { argument: *argument, distance: *distance, default: *default, nulls: *nulls }
            }
        };
        let filter = if let OverFunction::Aggregate(aggregate) = &call.function { aggregate.filter } else { None };
        CallState { frames: Frames::default(), added: 0..0, filter, kind }
    }

    /// What it counts or adds up, where it looks at nothing else.
    pub fn plain(&self) -> Option<Plain> {
        match &self.kind {
            _ if self.filter.is_some() => None,
            Kind::Count { argument, .. } => Some(Plain::Count(*argument)),
            Kind::Whole { argument, result, .. } => Some(Plain::Whole(*argument, *result)),
            Kind::Double { argument, result, .. } => Some(Plain::Double(*argument, *result)),
            _ => None,
        }
    }

    /// The answers for rows of the sequence, which follow those asked for last. `key` says what RANGE counts in.
    pub fn answer(&mut self, call: &OverCall, key: Option<&SortKey>, rows: &Sequence, asked: Range<usize>, out: &mut Answers) {
        match &mut self.kind {
            Kind::Place(Placing::Ntile(parts)) => match told(rows, 0, *parts).map(usize::try_from) {
                None => asked.for_each(|_| out.column.push_null()),
                Some(Ok(parts)) if parts > 0 => asked.for_each(|row| out.column.push(&Value::Int(tile(row, rows.len(), parts)))),
                Some(_) => asked.for_each(|_| out.fail("NTILE counts from 1")),
            },
            Kind::Place(number) => number.answer(rows, asked, out),
            Kind::Shift { argument, distance, default, nulls } => {
                for row in asked {
                    let Some(distance) = told(rows, row, *distance) else {
                        out.column.push_null();
                        continue;
                    };
                    let target = shifted(rows, *argument, row, distance, *nulls);
                    push(out, rows, target.map(|row| (*argument, row)).or(default.map(|column| (column, row))));
                }
            }
            Kind::Pick { argument, pick, nulls, seen, counted, kept } => {
                for row in asked {
                    self.frames.move_to(row, &call.frame, key, rows);
                    let frame = self.frames.start..self.frames.end.max(self.frames.start);
                    match Wanted::of(*pick, rows, row) {
                        Err(why) => out.fail(why),
                        Ok(None) => out.column.push_null(),
                        Ok(Some(wanted)) if call.frame.only_grows() && !matches!(pick, Pick::Nth(Number::Column(_))) => {
                            look_on(rows, *argument, wanted, *nulls, (seen, counted, kept), frame.end);
                            match wanted.among_kept(kept.len()) {
                                Some(at) => cell::push(&mut out.column, kept, at),
                                None => out.column.push_null(),
                            }
                        }
                        Ok(Some(wanted)) => {
                            let frame = Framed { rows: frame, row, exclude: call.frame.exclude };
                            push(out, rows, picked(rows, *argument, wanted, *nulls, &frame).map(|row| (*argument, row)));
                        }
                    }
                }
            }
            Kind::Anew(of_fed) => {
                for row in asked {
                    self.frames.move_to(row, &call.frame, key, rows);
                    let frame = self.frames.start..self.frames.end.max(self.frames.start);
                    let frame = Framed { rows: frame, row, exclude: call.frame.exclude };
                    let mut fresh = CallState::new(of_fed);
                    frame.positions(rows).for_each(|at| fresh.add(rows, at));
                    fresh.result(of_fed, rows, None, out);
                }
            }
            _ => {
                for row in asked {
                    self.frames.move_to(row, &call.frame, key, rows);
                    self.slide(rows);
                    self.result(call, rows, Some(self.added.clone()), out);
                }
            }
        }
    }

    /// The first position that rows from `next` on may still need, besides their own.
    pub fn needs_from(&self, call: &OverCall, next: usize) -> usize {
        let looked_at = self.frames.start.min(self.frames.end);
        let needed = match &self.kind {
            Kind::Place(_) => next,
            Kind::Shift { distance: Number::Constant(distance), .. } => {
                next.saturating_sub(usize::try_from(*distance).unwrap_or(0))
            }
            Kind::Shift { distance: Number::Column(_), .. } => 0,
            Kind::Anew(_) => looked_at,
            Kind::Pick { seen, .. } if call.frame.only_grows() => (*seen).min(self.frames.end),
            _ if call.frame.only_grows() => self.added.end.min(self.frames.end),
            Kind::Pick { .. } => looked_at,
            _ => looked_at.min(self.added.start),
        };
        needed.min(next)
    }

    /// Makes what was added what stands in the frame.
    fn slide(&mut self, rows: &Sequence) {
        let (start, end) = (self.frames.start, self.frames.end);
        let (held, stays) = (self.added.clone(), start.max(self.added.start));
        for row in held.start..stays.min(held.end) {
            self.take_back(rows, row);
        }
        for row in held.end.max(start)..end {
            self.add(rows, row);
        }
        let behind = held.end.max(end).max(start);
        self.added = stays.min(behind)..behind;
    }

    /// Adds a row.
    #[inline]
    pub fn add(&mut self, rows: &Sequence, row: usize) {
        if self.filter.is_some_and(|column| !rows.is_true(column, row)) {
            return;
        }
        match &mut self.kind {
            Kind::Count { argument, count } => *count += i64::from(argument.is_none_or(|column| !rows.is_null(column, row))),
            Kind::Whole { argument, sum, count, .. } => {
                let (column, row) = rows.at(*argument, row);
                if !column.is_null(row) {
                    sum.add(whole_value(column, row));
                    *count += 1;
                }
            }
            Kind::Double { argument, sum, count, .. } => {
                let (column, row) = rows.at(*argument, row);
                if !column.is_null(row) {
                    sum.add(double_value(column, row));
                    *count += 1;
                }
            }
            Kind::Extreme { argument, max, best, kept } => {
                let (column, at) = rows.at(*argument, row);
                if column.is_null(at) {
                    return;
                }
                match kept {
                    Some(kept) => keep_better(kept, column, at, *max),
                    None => {
                        let is_worse = |other: &usize| {
                            let order = cell::order(column, rows.at(*argument, *other).1, at);
                            if *max { order.is_le() } else { order.is_ge() }
                        };
                        while best.back().is_some_and(is_worse) {
                            best.pop_back();
                        }
                        best.push_back(row);
                    }
                }
            }
            Kind::Other(other) => other.add(rows, row),
            Kind::Place(_) | Kind::Pick { .. } | Kind::Shift { .. } | Kind::Anew(_) => {}
        }
    }

    #[inline]
    fn take_back(&mut self, rows: &Sequence, row: usize) {
        if self.filter.is_some_and(|column| !rows.is_true(column, row)) {
            return;
        }
        match &mut self.kind {
            Kind::Count { argument, count } => *count -= i64::from(argument.is_none_or(|column| !rows.is_null(column, row))),
            Kind::Whole { argument, sum, count, .. } => {
                let (column, row) = rows.at(*argument, row);
                if !column.is_null(row) {
                    sum.take_back(whole_value(column, row));
                    *count -= 1;
                }
            }
            Kind::Double { argument, sum, count, .. } => {
                let (column, row) = rows.at(*argument, row);
                if !column.is_null(row) {
                    sum.take_back(double_value(column, row));
                    *count -= 1;
                }
            }
            Kind::Extreme { best, .. } => {
                if best.front() == Some(&row) {
                    best.pop_front();
                }
            }
            Kind::Other(other) => other.take_back(rows, row),
            Kind::Place(_) | Kind::Pick { .. } | Kind::Shift { .. } | Kind::Anew(_) => {}
        }
    }

    /// Adds the result over what was added, which are the rows `added` if they can be told.
    pub fn result(&mut self, call: &OverCall, rows: &Sequence, added: Option<Range<usize>>, out: &mut Answers) {
        match &mut self.kind {
            Kind::Count { count, .. } => out.column.push(&Value::Int(*count)),
            Kind::Whole { sum, count, result, .. } => out.push_whole(sum, *count, *result, &call.data_type),
            Kind::Double { argument, sum, count, result } => {
                if *count == 0 {
                    *sum = DoubleSum::default();
                } else if sum.is_worn(self.added.len()) && !call.frame.only_grows() {
                    let filter = self.filter;
                    let counts = |row: &usize| filter.is_none_or(|column| rows.is_true(column, *row));
                    *sum = sum_of(rows, *argument, self.added.clone().filter(counts));
                }
                out.push_double(sum, *count, *result);
            }
            Kind::Extreme { argument, best, kept, .. } => match kept {
                Some(kept) if !kept.is_empty() => cell::push(&mut out.column, kept, 0),
                _ => push(out, rows, best.front().map(|row| (*argument, *row))),
            },
            Kind::Other(other) => match other.result(rows, added, self.filter) {
                Ok(value) => cell::push(&mut out.column, &value, 0),
                Err(why) => out.fail(why.to_owned()),
            },
            Kind::Place(_) | Kind::Pick { .. } | Kind::Shift { .. } | Kind::Anew(_) => {}
        }
    }

    /// Bytes held behind pointers.
    pub fn state_bytes(&self) -> usize {
        match &self.kind {
            Kind::Extreme { best, kept, .. } => {
                best.capacity() * size_of::<usize>() + kept.as_ref().map_or(0, Column::memory_bytes)
            }
            Kind::Pick { kept, .. } => kept.memory_bytes(),
            Kind::Other(other) => size_of::<Other>() + other.state_bytes(),
            _ => 0,
        }
    }
}

/// Whether it cannot be kept up with its frame from row to row.
fn is_made_anew(aggregate: &AggregateCall, frame: &Frame) -> bool {
    frame.exclude != Exclude::Nothing || !(frame.only_grows() || aggregate.takes_back())
}

fn aggregate_kind(aggregate: &AggregateCall, call: &OverCall) -> Kind {
    use AggregateFunction::{Avg, Count, Max, Min, Sum};
    let argument = aggregate.arguments.first().copied();
    let plain = aggregate.columns().count() <= 1 && aggregate.distinct == Distinct::All && aggregate.nulls == Nulls::Skip;
    let of = aggregate.argument_types.first().unwrap_or(&DataType::BigInt);
    let result = |of: &DataType| match aggregate.function {
        Sum => Total::Sum,
        _ => Total::mean(of, &call.data_type),
    };
    match (&aggregate.function, argument, of) {
        _ if !plain => Kind::Other(Box::new(Other::new(aggregate, &call.frame))),
        (Count, argument, _) => Kind::Count { argument, count: 0 },
        (Sum | Avg, Some(argument), of @ (DataType::Float | DataType::Double)) => {
            Kind::Double { argument, sum: DoubleSum::default(), count: 0, result: result(of) }
        }
        (Sum | Avg, Some(argument), of) => Kind::Whole { argument, sum: WideSum::default(), count: 0, result: result(of) },
        (Min | Max, Some(argument), of) => {
            let kept = call.frame.only_grows().then(|| Column::with_capacity(of, 0));
            Kind::Extreme { argument, max: aggregate.function == Max, best: VecDeque::new(), kept }
        }
        _ => Kind::Other(Box::new(Other::new(aggregate, &call.frame))),
    }
}

/// What the values of these rows add up to.
#[cold]
fn sum_of(rows: &Sequence, argument: usize, added: impl Iterator<Item = usize>) -> DoubleSum {
    let mut sum = DoubleSum::default();
    for row in added.filter(|row| !rows.is_null(argument, *row)) {
        let (column, row) = rows.at(argument, row);
        sum.add(double_value(column, row));
    }
    sum
}

fn keep_better(kept: &mut Column, column: &Column, row: usize, max: bool) {
    cell::push(kept, column, row);
    if kept.len() == 2 {
        let order = cell::order(kept, 0, 1);
        let better = if max { order.is_lt() } else { order.is_gt() };
        match better {
            true => *kept = kept.gather_rows(&[1]),
            false => kept.truncate(1),
        }
    }
}

/// What is made of the sum of so many doubles, of one at least.
#[inline]
pub fn double_result(sum: &DoubleSum, count: i64, result: Total) -> f64 {
    if result == Total::Sum { sum.total() } else { sum.total() / count as f64 }
}

fn whole_result(sum: &WideSum, count: i64, result: Total, data_type: &DataType) -> Option<Value> {
    let total = sum.total()?;
    match (result, data_type) {
        (Total::Sum, DataType::Decimal { precision, .. }) => decimal::fits(total, *precision).then_some(Value::Decimal(total)),
        (Total::Mean(up), DataType::Decimal { .. }) => mean(total, count, up).map(Value::Decimal),
        (Total::Mean(_), DataType::Double | DataType::Float) => Some(Value::Double(total as f64 / count as f64)),
        (Total::Mean(_), _) => fitting(total / i128::from(count), data_type),
        (Total::Sum, _) => fitting(total, data_type),
    }
}

fn fitting(n: i128, data_type: &DataType) -> Option<Value> {
    let fits = match data_type {
        DataType::TinyInt => i8::try_from(n).is_ok(),
        DataType::SmallInt => i16::try_from(n).is_ok(),
        DataType::Int => i32::try_from(n).is_ok(),
        _ => i64::try_from(n).is_ok(),
    };
    fits.then_some(Value::Int(n as i64))
}

/// Adds the value of a column and position, or NULL.
fn push(out: &mut Answers, rows: &Sequence, place: Option<(usize, usize)>) {
    match place {
        Some((column, position)) => {
            let (column, row) = rows.at(column, position);
            cell::push(&mut out.column, column, row);
        }
        None => out.column.push_null(),
    }
}

fn counts(rows: &Sequence, argument: usize, nulls: Nulls, row: usize) -> bool {
    nulls == Nulls::Keep || !rows.is_null(argument, row)
}

/// The row that is wanted of those that count.
#[derive(Clone, Copy)]
enum Wanted {
    /// The one of this number from the front, from 1.
    First(usize),
    /// The one of this number from the end, from 1.
    Last(usize),
}

impl Wanted {
    /// What a row picks of its frame, if it says so.
    fn of(pick: Pick, rows: &Sequence, row: usize) -> Result<Option<Wanted>, &'static str> {
        let number = match pick {
            Pick::First => Some(1),
            Pick::Last => Some(-1),
            Pick::Nth(number) => told(rows, row, number),
        };
        let Some(n) = number else { return Ok(None) };
        let place = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
        match n {
            0 => Err("NTH_VALUE counts from 1, or from -1 at the end"),
            1.. => Ok(Some(Wanted::First(place))),
            _ => Ok(Some(Wanted::Last(place))),
        }
    }

    /// Where it is among so many values that `look_on` keeps.
    fn among_kept(self, kept: usize) -> Option<usize> {
        match self {
            Wanted::First(_) => kept.checked_sub(1),
            Wanted::Last(n) => kept.checked_sub(n),
        }
    }
}

/// The frame of a row.
struct Framed {
    rows: Range<usize>,
    row: usize,
    exclude: Exclude,
}

impl Framed {
    /// The rows that it is over.
    fn positions<'a>(&'a self, rows: &'a Sequence) -> impl DoubleEndedIterator<Item = usize> + 'a {
        let is_equal = |at: usize| rows.peer(at) == rows.peer(self.row);
        self.rows.clone().filter(move |at| match self.exclude {
            Exclude::Nothing => true,
            Exclude::Row => *at != self.row,
            Exclude::Group => !is_equal(*at),
            Exclude::Ties => *at == self.row || !is_equal(*at),
        })
    }
}

/// The row of a frame that is picked.
fn picked(rows: &Sequence, argument: usize, wanted: Wanted, nulls: Nulls, frame: &Framed) -> Option<usize> {
    if let (Nulls::Keep, Exclude::Nothing) = (nulls, frame.exclude) {
        let row = match wanted {
            Wanted::First(n) => frame.rows.start.checked_add(n - 1),
            Wanted::Last(n) => frame.rows.end.checked_sub(n),
        };
        return row.filter(|row| frame.rows.contains(row));
    }
    let mut counted = frame.positions(rows).filter(|row| counts(rows, argument, nulls, *row));
    match wanted {
        Wanted::First(n) => counted.nth(n - 1),
        Wanted::Last(n) => counted.nth_back(n - 1),
    }
}

/// A number as a row says it.
fn told(rows: &Sequence, row: usize, number: Number) -> Option<i64> {
    match number {
        Number::Constant(n) => Some(n),
        Number::Column(column) => {
            let (column, row) = rows.at(column, row);
            (!column.is_null(row)).then(|| i64::try_from(whole_value(column, row)).unwrap_or(i64::MAX))
        }
    }
}

/// Values of the last rows that are kept at least before those that are wanted no more are worth being left out.
const KEPT_MIN: usize = 8;

/// Looks at rows up to `end` of a frame that never loses one, and keeps the values that are picked or may yet be.
fn look_on(
    rows: &Sequence,
    argument: usize,
    wanted: Wanted,
    nulls: Nulls,
    (seen, counted, kept): (&mut usize, &mut usize, &mut Column),
    end: usize,
) {
    let fresh = *seen..end;
    let count = |fresh: Range<usize>| fresh.filter(|row| counts(rows, argument, nulls, *row));
    let keep = |row: usize| {
        let (column, row) = rows.at(argument, row);
        cell::push(kept, column, row);
    };
    match wanted {
        Wanted::First(n) => {
            let is_wanted = |_: &usize| {
                *counted += 1;
                *counted == n
            };
            count(fresh).filter(is_wanted).for_each(keep);
        }
        Wanted::Last(n) => {
            if let Some(first) = count(fresh).rev().take(n).last() {
                count(first..end).for_each(keep);
            }
            if kept.len() >= n.max(KEPT_MIN).saturating_mul(2) {
                *kept = kept.slice(kept.len() - n..kept.len());
            }
        }
    }
    *seen = (*seen).max(end);
}

/// The row so far before `row`.
fn shifted(rows: &Sequence, argument: usize, row: usize, distance: i64, nulls: Nulls) -> Option<usize> {
    if nulls == Nulls::Keep || distance == 0 {
        let target = i64::try_from(row).ok()?.checked_sub(distance)?;
        return usize::try_from(target).ok().filter(|row| *row < rows.len());
    }
    let nth = usize::try_from(distance.unsigned_abs() - 1).ok()?;
    let is_there = |row: &usize| !rows.is_null(argument, *row);
    if distance > 0 { (0..row).rev().filter(is_there).nth(nth) } else { (row + 1..rows.len()).filter(is_there).nth(nth) }
}

impl Placing {
    fn answer(&mut self, rows: &Sequence, asked: Range<usize>, out: &mut Answers) {
        let total = rows.len();
        match (self, &mut out.column.values) {
            (Placing::RowNumber, Values::I64(out)) => out.extend(asked.map(|row| row as i64 + 1)),
            (Placing::DenseRank, Values::I64(out)) => out.extend(asked.map(|row| rows.peer(row) as i64 + 1)),
            (Placing::Rank(peer, first), Values::I64(out)) => {
                out.extend(asked.map(|row| rank(rows, row, peer, first) as i64));
            }
            (Placing::PercentRank(peer, first), Values::F64(out)) => {
                let of = |rank: usize| if total > 1 { (rank - 1) as f64 / (total - 1) as f64 } else { 0.0 };
                out.extend(asked.map(|row| of(rank(rows, row, peer, first))));
            }
            (Placing::CumeDist, Values::F64(out)) => {
                let mut end = 0;
                out.extend(asked.map(|row| {
                    end = end.max(row);
                    while end < total && rows.peer(end) == rows.peer(row) {
                        end += 1;
                    }
                    end as f64 / total as f64
                }));
            }
            (_, values) => panic!("a number in a column of {:?}", values.representation()),
        }
    }
}

/// In which of so many parts of all rows a row is, from 1; the first ones are longer by a row where they cannot be of one length.
fn tile(row: usize, total: usize, parts: usize) -> i64 {
    let (size, longer) = (total / parts, total % parts);
    let part = match row < longer * (size + 1) {
        true => row / (size + 1),
        false => longer + (row - longer * (size + 1)) / size,
    };
    part as i64 + 1
}

/// One more than the rows before the row's group of equals.
fn rank(rows: &Sequence, row: usize, peer: &mut u64, first: &mut usize) -> usize {
    if rows.peer(row) != *peer {
        (*peer, *first) = (rows.peer(row), row);
    }
    *first + 1
}

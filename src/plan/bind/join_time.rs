//! Joins over time: conditions that bound how far the times of two rows may lie apart, or that make their windows the same.
//!
//! `l.ts BETWEEN r.ts - INTERVAL '1' HOUR AND r.ts + INTERVAL '5' MINUTE`, in any arrangement of its terms, is taken out of a condition
//! where both inputs have event time, or PROCTIME() columns, and take no rows back: `l.ts - r.ts` lies between two constants. One bound alone frees no
//! row: such a join stays one that keeps all rows. A condition of WHERE counts as well, over inner joins however deep.
//!
//! Windows whose rows are taken back are joined by changes, but by the same rule: a row that comes or goes too late for its window is late, and what is over
//! is forgotten.

use super::scope::Relation;
use super::window_row::by_bounds;
use crate::expr::{BinaryOp, Expr, UnaryOp};
use crate::plan::deadlines::{deadline_of, length_of_windows};
use crate::plan::logical::{Clock, InTime, Join, Plan, WindowColumns, all_of, columns_of, conjuncts, shifted};
use crate::plan::physical::{JoinKind, JoinTime, TimeBasis, TimeBounds, TimeMeaning, WINDOW_TIME_GAP};
use crate::plan::processing_time;
use crate::plan::processing_time::basis;
use crate::types::{DataType, Value};

/// What a relation says about time.
pub fn clock_of(relation: &Relation) -> Clock {
    let (windows, basis) = (relation.windows.clone(), basis(&relation.plan));
    match relation.plan.retracts() {
        true => Clock { windows, basis, ..Clock::default() },
        false => Clock { times: relation.event_times.clone(), windows, basis, moments: relation.processing_times() },
    }
}

/// Whether rows that meet lie in one window, or not far apart in time.
pub fn is_over_time(join: &Join) -> bool {
    join.time.is_some() || is_of_windows(join)
}

/// Whether rows meet by their windows, which may change.
fn is_of_windows(join: &Join) -> bool {
    join.time.is_none()
        && join.lookup.is_none()
        && windows(join, &join.condition.iter().flat_map(conjuncts).collect::<Vec<_>>()).is_some()
}

/// What the rows that a join gives out say about time.
pub fn clock_behind(join: &Join) -> Clock {
    let [left, right] = &*join.clocks;
    let moments = left.moments.iter().copied().filter(|_| join.lookup.is_some()).collect();
    let Some(time) = &join.time else {
        let windows = if is_of_windows(join) { windows_behind(join) } else { Vec::new() };
        let times = if join.lookup.is_some() { left.times.clone() } else { Vec::new() };
        return Clock { times, windows, basis: left.basis, moments };
    };
    let ([l, r], gives_right) = (time.columns, join.kind.gives_pairs() && !join.has_versions());
    let of_left = left.times.contains(&l).then_some(l);
    let of_right = (gives_right && right.times.contains(&r)).then_some(join.width() + r);
    let windows = if time.meaning == TimeMeaning::Windows { windows_behind(join) } else { Vec::new() };
    let others = time.others.iter().map(|(column, _)| *column);
    let mut times: Vec<usize> = others.chain(of_left).chain(of_right).collect();
    times.sort_unstable();
    Clock { times, windows, basis: left.basis, moments }
}

/// The windows of both inputs, as they stand in the condition of a join.
fn windows_of_both(join: &Join) -> Vec<WindowColumns> {
    let [left, right] = &*join.clocks;
    let moved = |window: &WindowColumns| window.moved(|column| Some(join.width() + column));
    left.windows.iter().copied().chain(right.windows.iter().filter_map(moved)).collect()
}

/// The windows of the rows that a window join gives out: those of an input whose columns are NULL in none of them.
fn windows_behind(join: &Join) -> Vec<WindowColumns> {
    let [left, right] = &*join.clocks;
    let moved = |window: &WindowColumns| window.moved(|column| Some(join.width() + column));
    let left = left.windows.iter().copied().filter(|_| !join.kind.gives_unmatched(1));
    let has_right = join.kind.gives_pairs() && !join.kind.gives_unmatched(0);
    left.chain(right.windows.iter().filter_map(moved).filter(|_| has_right)).collect()
}

/// `join` over windows or an interval of time, if its condition says so.
pub fn timed(mut join: Join) -> Join {
    let Some(condition) = join.condition.take() else { return join };
    let condition = by_bounds(&condition, &windows_of_both(&join), &join.both());
    let parts = conjuncts(&condition);
    let [left, right] = &*join.clocks;
    let found = windows(&join, &parts).or_else(|| match left.basis == right.basis {
        true => interval(&parts, [&left.times, &right.times], join.width()),
        // The clock says nothing of event time.
        false => None,
    });
    match (found, interval(&parts, [&left.moments, &right.moments], join.width())) {
        _ if join.time.is_some() => Join { condition: Some(condition), ..join },
        (Some((time, _)), _) if join.left.retracts() || join.right.retracts() => {
            of_changes(Join { condition: Some(condition), ..join }, time.columns)
        }
        (Some((time, rest)), _) => meeting(Join { condition: all_of(rest), ..join }, time),
        (None, Some((time, rest))) => meeting(by_clock(Join { condition: all_of(rest), ..join }), time),
        (None, None) => Join { condition: Some(condition), ..join },
    }
}

/// `join` by these times. What else is event time in its inputs stays it, where it is known how far it lies from the time by which rows meet.
pub fn meeting(join: Join, time: JoinTime) -> Join {
    let (width, of_versions) = (join.width(), matches!(time.meaning, TimeMeaning::Versions(_)));
    let others = |input: usize, plan: &Plan| {
        let met = time.columns[input];
        let others = join.clocks[input].times.iter().filter(|column| **column != met);
        let older = |column: usize| match time.meaning {
            TimeMeaning::Windows => Some(WINDOW_TIME_GAP),
            TimeMeaning::Rows | TimeMeaning::Versions(_) => plan.may_be_older(column, met),
        };
        others.filter_map(|column| Some((width * input + column, older(*column)?))).collect::<Vec<_>>()
    };
    let mut all = others(0, &join.left);
    if join.kind.gives_pairs() && !of_versions {
        all.extend(others(1, &join.right));
    }
    Join { time: Some(JoinTime { others: all, ..time }), ..join }
}

/// `join` of windows that end at these columns, some of which change: rows that come too late for theirs do not reach it.
fn of_changes(mut join: Join, window_ends: [usize; 2]) -> Join {
    for (input, window_end) in [&mut join.left, &mut join.right].into_iter().zip(window_ends) {
        if deadline_of(input, &[window_end]).is_none() {
            **input = Plan::InTime(InTime::new(std::mem::replace(input, Plan::empty()), window_end));
        }
    }
    join
}

/// `join` with inputs that go by processing time.
fn by_clock(join: Join) -> Join {
    let [left, right] = [*join.left, *join.right].map(|input| Box::new(processing_time::by_clock(input)));
    let clocks = (*join.clocks).map(|Clock { moments, .. }| Clock {
        times: moments.clone(),
        windows: Vec::new(),
        basis: Some(TimeBasis::Processing),
        moments,
    });
    Join { left, right, clocks: Box::new(clocks), ..join }
}

/// `join` with a condition over its result made part of it, if that makes it, or a join below it, one over time.
pub fn timed_by(join: &Join, condition: &Expr) -> Option<Join> {
    if join.kind != JoinKind::Inner || !condition.is_fixed() || join.has_versions() {
        return None;
    }
    let (mut absorbing, before) = (join.clone(), count_timed(join));
    absorb(&mut absorbing, conjuncts(condition));
    (count_timed(&absorbing) > before).then_some(absorbing)
}

fn count_timed(join: &Join) -> usize {
    let below = |plan: &Plan| if let Plan::Join(join) = plan { count_timed(join) } else { 0 };
    usize::from(is_over_time(join)) + below(&join.left) + below(&join.right)
}

/// Makes conditions over an inner join part of it, or of the joins below it that have all of their columns.
fn absorb(join: &mut Join, parts: Vec<Expr>) {
    let width = join.width();
    let (mut own, mut below) = (Vec::new(), [Vec::new(), Vec::new()]);
    for part in parts {
        let columns = columns_of(&part);
        let is_of = |input: usize| !columns.is_empty() && columns.iter().all(|c| (*c >= width) == (input == 1));
        match (is_of(0), is_of(1)) {
            (true, _) if is_inner(&join.left) => below[0].push(part),
            (_, true) if is_inner(&join.right) => below[1].push(shifted(&part, width)),
            _ => own.push(part),
        }
    }
    for (input, (plan, parts)) in [&mut join.left, &mut join.right].into_iter().zip(below).enumerate() {
        if let (Plan::Join(inner), false) = (&mut **plan, parts.is_empty()) {
            absorb(inner, parts);
            join.clocks[input] = clock_behind(inner);
        }
    }
    let taken = std::mem::replace(join, Join::new(Plan::empty(), Plan::empty(), JoinKind::Inner, None));
    let condition = all_of(taken.condition.clone().into_iter().chain(own).collect());
    *join = timed(Join { condition, ..taken });
}

fn is_inner(plan: &Plan) -> bool {
    matches!(plan, Plan::Join(join) if join.kind == JoinKind::Inner && !join.has_versions())
}

/// Their windows are equal: then the ends are their time.
fn windows(join: &Join, parts: &[Expr]) -> Option<(JoinTime, Vec<Expr>)> {
    let [left, right] = &*join.clocks;
    if left.basis != right.basis {
        return None;
    }
    let mut pairs = left.windows.iter().flat_map(|l| right.windows.iter().map(move |r| [l, r]));
    pairs.find_map(|pair| same_window(parts, pair, join))
}

/// Both bounds of two windows are equal; of windows that are equally long, and have no late rows, one bound. Where both are, that the ends are is said by
/// the time of the join; whatever else there is stays a condition.
fn same_window(parts: &[Expr], [left, right]: [&WindowColumns; 2], join: &Join) -> Option<(JoinTime, Vec<Expr>)> {
    let width = join.width();
    let equal = |l: usize, r: usize| {
        parts.iter().position(|part| match part {
            Expr::Binary { op: BinaryOp::Eq, left, right, .. } => match (plain(left), plain(right)) {
                (Some(a), Some(b)) => (a, b) == (l, width + r) || (b, a) == (l, width + r),
                _ => false,
            },
            _ => false,
        })
    };
    let ((left_start, left_end), (right_start, right_end)) = (left.bounds, right.bounds);
    let (starts_equal, ends_equal) = (equal(left_start, right_start), equal(left_end, right_end));
    let bounds_equal = starts_equal.and(ends_equal);
    let length = |plan: &Plan, window: &WindowColumns| length_of_windows(plan, window.bounds);
    let are_as_long = || length(&join.left, left).is_some_and(|l| length(&join.right, right) == Some(l));
    if bounds_equal.is_none() && !(starts_equal.or(ends_equal).is_some() && are_as_long()) {
        return None;
    }
    let (bounds, meaning, columns) = (TimeBounds::window(), TimeMeaning::Windows, [left_end, right_end]);
    let rest = parts.iter().enumerate().filter(|(at, _)| Some(*at) != bounds_equal).map(|(_, part)| part.clone()).collect();
    Some((JoinTime::new(bounds, meaning, columns), rest))
}

/// A column, or one cast to another precision of time.
fn plain(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Column { index, .. } => Some(*index),
        Expr::Cast { input, data_type, .. } if data_type.holds_times_of(&input.data_type()) => plain(input),
        _ => None,
    }
}

/// The difference of two time columns lies between two constants.
fn interval(parts: &[Expr], [left, right]: [&[usize]; 2], width: usize) -> Option<(JoinTime, Vec<Expr>)> {
    let mut pairs = left.iter().flat_map(|l| right.iter().map(move |r| [*l, *r]));
    pairs.find_map(|columns| between(parts, columns, width))
}

fn between(parts: &[Expr], columns: [usize; 2], width: usize) -> Option<(JoinTime, Vec<Expr>)> {
    let (mut least, mut greatest, mut rest) = (None::<i64>, None::<i64>, Vec::new());
    for part in parts {
        match bound(part, columns, width) {
            Some((low, high)) => {
                least = low.into_iter().chain(least).max();
                greatest = high.into_iter().chain(greatest).min();
            }
            None => rest.push(part.clone()),
        }
    }
    let (least, greatest) = (least?, greatest?);
    // Bounds that exclude each other let nothing meet: the condition says so, over rows of one time, of which the fewest are kept.
    let (bounds, rest) = match least <= greatest {
        true => (TimeBounds::interval(least, greatest), rest),
        false => (TimeBounds::interval(0, 0), parts.to_vec()),
    };
    Some((JoinTime::new(bounds, TimeMeaning::Rows, columns), rest))
}

/// The least and the greatest difference of the two times that a comparison allows, if it says nothing else.
fn bound(part: &Expr, [left, right]: [usize; 2], width: usize) -> Option<(Option<i64>, Option<i64>)> {
    let Expr::Binary { op, left: a, right: b, .. } = part else { return None };
    let of = |e: &Expr| linear(e, left, width + right);
    let terms = of(a)?.less(of(b)?)?;
    // The terms are `left - right + constant`, compared with nothing; or the other way round.
    let (op, constant) = match (terms.left, terms.right) {
        (1, -1) => (*op, terms.constant),
        (-1, 1) => (mirrored(*op)?, terms.constant.checked_neg()?),
        _ => return None,
    };
    let bound = constant.checked_neg()?;
    Some(match op {
        BinaryOp::Eq => (Some(bound), Some(bound)),
        BinaryOp::GtEq => (Some(bound), None),
        BinaryOp::Gt => (Some(bound.checked_add(1)?), None),
        BinaryOp::LtEq => (None, Some(bound)),
        BinaryOp::Lt => (None, Some(bound.checked_sub(1)?)),
        _ => return None,
    })
}

fn mirrored(op: BinaryOp) -> Option<BinaryOp> {
    use BinaryOp as B;
    Some(match op {
        B::Eq => B::Eq,
        B::Lt => B::Gt,
        B::LtEq => B::GtEq,
        B::Gt => B::Lt,
        B::GtEq => B::LtEq,
        _ => return None,
    })
}

/// So many times the left time, the right time, and nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Terms {
    left: i8,
    right: i8,
    constant: i64,
}

impl Terms {
    fn plus(self, other: Terms) -> Option<Terms> {
        let constant = self.constant.checked_add(other.constant)?;
        Some(Terms { left: self.left.checked_add(other.left)?, right: self.right.checked_add(other.right)?, constant })
    }

    fn less(self, other: Terms) -> Option<Terms> {
        let negated =
            Terms { left: other.left.checked_neg()?, right: other.right.checked_neg()?, constant: other.constant.checked_neg()? };
        self.plus(negated)
    }
}

/// Sums and differences of the two times and of constant intervals.
fn linear(expr: &Expr, left: usize, right: usize) -> Option<Terms> {
    let of = |e: &Expr| linear(e, left, right);
    let none = Terms { left: 0, right: 0, constant: 0 };
    match expr {
        Expr::Column { index, .. } if *index == left => Some(Terms { left: 1, ..none }),
        Expr::Column { index, .. } if *index == right => Some(Terms { right: 1, ..none }),
        Expr::Literal { value: Value::Int(constant), data_type: DataType::IntervalDay } => {
            Some(Terms { constant: *constant, ..none })
        }
        Expr::Cast { input, data_type, .. } if data_type.holds_times_of(&input.data_type()) => of(input),
        Expr::Unary { op: UnaryOp::Negate, input } => none.less(of(input)?),
        Expr::Binary { op: BinaryOp::Add, left, right, .. } => of(left)?.plus(of(right)?),
        Expr::Binary { op: BinaryOp::Subtract, left, right, .. } => of(left)?.less(of(right)?),
        _ => None,
    }
}

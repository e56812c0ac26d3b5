//! Searches fed row by row against a matcher that tries one way after the other over all rows of a partition.

use std::collections::BTreeMap;

use super::{Condition, RowPattern, RowPatternShape};
use crate::batch::{Batch, Column, Values, Watermark};
use crate::expr::{BinaryOp, Expr, Program};
use crate::operator::over::TimeColumns;
use crate::operator::{Operator, Output, Progress};
use crate::types::pattern::{
    EmptyMatches, End, Greed, Navigation, Pattern, PatternShape, Reference, RowsPerMatch, Skip, Span, Unmatched, Variables,
};
use crate::types::relation::{AggregateCall, AggregateFunction, OnError, SortKey};
use crate::types::{DataType, Value};

/// Partition, time, value, flag.
const TYPES: [DataType; 4] = [DataType::BigInt, DataType::Timestamp(3), DataType::BigInt, DataType::Boolean];
const NAMES: [&str; 3] = ["A", "B", "C"];
const ALL: Variables = Variables::ALL;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    key: i64,
    time: i64,
    value: Option<i64>,
    flag: bool,
}

/// What is asked of a row that is mapped to a variable.
#[derive(Debug, Clone, Copy)]
enum Asks {
    Nothing,
    Flag,
    LessThanPrevious,
    LessThanNext,
    GreaterThanLastOfA,
    SumOfABelow(i64),
    NotLessThanFirst,
    BehindA,
    FewOfB(i64),
    AboveSecondOfA,
}

const ASKS: [Asks; 10] = [
    Asks::Nothing,
    Asks::Flag,
    Asks::LessThanPrevious,
    Asks::LessThanNext,
    Asks::GreaterThanLastOfA,
    Asks::SumOfABelow(9),
    Asks::NotLessThanFirst,
    Asks::BehindA,
    Asks::FewOfB(2),
    Asks::AboveSecondOfA,
];

fn at(of: Variables, end: End, skip: u32, offset: i32, span: Span) -> Navigation {
    Navigation { of, end, skip, offset, span }
}

fn value(at: Navigation) -> Reference {
    Reference::Value { column: 2, at }
}

fn aggregate(function: AggregateFunction, arguments: &[(usize, DataType)], of: Variables, span: Span) -> Reference {
    Reference::Aggregate { call: AggregateCall::new(function, arguments, DataType::BigInt), of, span }
}

fn compare(op: BinaryOp, references: Vec<Reference>, with: Option<Value>) -> Condition {
    let column = |at: usize| Box::new(Expr::column(at, references[at].data_type(&TYPES)));
    let right = match with {
        Some(value) => Box::new(Expr::Literal { value, data_type: references[0].data_type(&TYPES) }),
        None => column(1),
    };
    let expr = Expr::Binary { op, left: column(0), right, data_type: DataType::Boolean };
    Condition { own: None, rest: Some((Program::compile(&expr).unwrap(), references)) }
}

impl Asks {
    fn condition(self) -> Condition {
        use BinaryOp::{Eq, Gt, GtEq, Lt};
        let (own, a) = (value(Navigation::last(ALL)), Variables::one(0));
        let moved = |offset| value(at(ALL, End::Last, 0, offset, Span::Running));
        match self {
            Asks::Nothing => Condition::default(),
            Asks::Flag => Condition { own: Some(3), rest: None },
            Asks::LessThanPrevious => compare(Lt, vec![own, moved(-1)], None),
            Asks::LessThanNext => compare(Lt, vec![own, moved(1)], None),
            Asks::GreaterThanLastOfA => compare(Gt, vec![own, value(at(a, End::Last, 1, 0, Span::Running))], None),
            Asks::SumOfABelow(n) => {
                let sum = aggregate(AggregateFunction::Sum, &[(2, DataType::BigInt)], a, Span::Running);
                compare(Lt, vec![sum], Some(Value::Int(n)))
            }
            Asks::NotLessThanFirst => compare(GtEq, vec![own, value(at(ALL, End::First, 0, 0, Span::Running))], None),
            Asks::BehindA => {
                let before = Reference::Classifier(at(ALL, End::Last, 0, -1, Span::Running));
                compare(Eq, vec![before], Some(Value::text("A")))
            }
            Asks::FewOfB(n) => {
                let count = aggregate(AggregateFunction::Count, &[], Variables::one(1), Span::Running);
                compare(Lt, vec![count], Some(Value::Int(n)))
            }
            Asks::AboveSecondOfA => compare(Gt, vec![own, value(at(a, End::First, 1, 0, Span::Running))], None),
        }
    }

    /// The same of the last of some rows, mapped to `variables`, which begin at row `start` of a partition.
    fn holds(self, rows: &[Row], start: usize, variables: &[usize]) -> bool {
        let last = start + variables.len() - 1;
        let of = |wanted: usize| (0..variables.len()).filter(move |row| variables[*row] == wanted);
        let (own, at) = (rows[last].value, |row: Option<usize>| row.and_then(|row| rows[start + row].value));
        let compared = |other: Option<i64>, holds: fn(&i64, &i64) -> bool| own.zip(other).is_some_and(|(a, b)| holds(&a, &b));
        match self {
            Asks::Nothing => true,
            Asks::Flag => rows[last].flag,
            Asks::LessThanPrevious => compared(last.checked_sub(1).and_then(|row| rows[row].value), i64::lt),
            Asks::LessThanNext => compared(rows.get(last + 1).and_then(|row| row.value), i64::lt),
            Asks::GreaterThanLastOfA => compared(at(of(0).nth_back(1)), i64::gt),
            Asks::SumOfABelow(n) => {
                let values: Vec<i64> = of(0).filter_map(|row| rows[start + row].value).collect();
                !values.is_empty() && values.iter().sum::<i64>() < n
            }
            Asks::NotLessThanFirst => compared(rows[start].value, i64::ge),
            Asks::BehindA => variables.len() > 1 && variables[variables.len() - 2] == 0,
            Asks::FewOfB(n) => (of(1).count() as i64) < n,
            Asks::AboveSecondOfA => compared(at(of(0).nth(1)), i64::gt),
        }
    }
}

fn random_pattern(random: &mut fastrand::Rng, depth: u32) -> Pattern {
    let variable = |random: &mut fastrand::Rng| match random.u8(..9) {
        0 => Pattern::Excluded(random.usize(..3)),
        _ => Pattern::Variable(random.usize(..3)),
    };
    if depth == 0 {
        return variable(random);
    }
    match random.u8(..10) {
        0..=2 => variable(random),
        3..=5 => Pattern::Sequence((0..random.usize(2..4)).map(|_| random_pattern(random, depth - 1)).collect()),
        6 => Pattern::Alternation((0..random.usize(2..4)).map(|_| random_pattern(random, depth - 1)).collect()),
        _ => {
            let inner = random_pattern(random, depth - 1);
            if is_empty(&inner) {
                return inner;
            }
            let min = random.u32(..3);
            let max = random.bool().then(|| min + random.u32(u32::from(min == 0)..3));
            let greed = if random.bool() { Greed::Greedy } else { Greed::Reluctant };
            Pattern::Repetition { inner: Box::new(inner), min, max, greed }
        }
    }
}

/// Whether it may be of no row: what is repeated is not, so that there is one order of ways.
fn is_empty(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Variable(_) | Pattern::Excluded(_) => false,
        Pattern::Start | Pattern::End => true,
        Pattern::Sequence(parts) => parts.iter().all(is_empty),
        Pattern::Alternation(ways) => ways.iter().any(is_empty),
        Pattern::Repetition { inner, min, .. } => *min == 0 || is_empty(inner),
    }
}

/// The ways through a pattern over the rows of a partition, tried one after the other.
struct Naive<'a> {
    rows: &'a [Row],
    asks: &'a [Asks],
    within: Option<i64>,
    start: usize,
}

type Steps = Vec<(usize, bool)>;
type Then<'a> = &'a mut dyn FnMut(&mut Steps) -> bool;

impl Naive<'_> {
    fn find(&self, pattern: &Pattern) -> Option<Steps> {
        let mut found = None;
        self.walk(pattern, &mut Vec::new(), &mut |steps| {
            found = Some(steps.clone());
            true
        });
        found
    }

    fn walk(&self, pattern: &Pattern, steps: &mut Steps, then: Then<'_>) -> bool {
        let at = self.start + steps.len();
        match pattern {
            Pattern::Variable(variable) => self.take((*variable, true), steps, then),
            Pattern::Excluded(variable) => self.take((*variable, false), steps, then),
            Pattern::Start => at == 0 && then(steps),
            Pattern::End => at == self.rows.len() && then(steps),
            Pattern::Sequence(parts) => match parts.split_first() {
                None => then(steps),
                Some((first, rest)) => {
                    let rest = Pattern::Sequence(rest.to_vec());
                    self.walk(first, steps, &mut |steps| self.walk(&rest, steps, then))
                }
            },
            Pattern::Alternation(ways) => ways.iter().any(|way| self.walk(way, steps, then)),
            Pattern::Repetition { inner, min, max, greed } => {
                let rest = |least: u32| Pattern::Repetition {
                    inner: inner.clone(),
                    min: least,
                    max: max.map(|max| max.saturating_sub(1)),
                    greed: *greed,
                };
                let more = |steps: &mut Steps, then: Then<'_>| {
                    let rest = rest(min.saturating_sub(1));
                    *max != Some(0) && self.walk(inner, steps, &mut |steps| self.walk(&rest, steps, then))
                };
                match (min, greed) {
                    (1.., _) => more(steps, then),
                    (0, Greed::Greedy) => more(steps, then) || then(steps),
                    (0, Greed::Reluctant) => then(steps) || more(steps, then),
                }
            }
        }
    }

    fn take(&self, step: (usize, bool), steps: &mut Steps, then: Then<'_>) -> bool {
        let Some(row) = self.rows.get(self.start + steps.len()) else { return false };
        if self.within.is_some_and(|within| row.time - self.rows[self.start].time >= within) {
            return false;
        }
        steps.push(step);
        let variables: Vec<usize> = steps.iter().map(|step| step.0).collect();
        let found = self.asks[step.0].holds(self.rows, self.start, &variables) && then(steps);
        steps.pop();
        found
    }
}

fn measures() -> Vec<Reference> {
    use AggregateFunction::{Count, Max, Sum};
    let (a, b, number) = (Variables::one(0), Variables::one(1), [(2, DataType::BigInt)]);
    vec![
        Reference::MatchNumber,
        value(at(a, End::Last, 0, 0, Span::Running)),
        value(at(b, End::First, 1, 0, Span::Final)),
        Reference::Classifier(Navigation::last(ALL)),
        aggregate(Count, &[], b, Span::Running),
        aggregate(Sum, &number, ALL, Span::Running),
        aggregate(Max, &number, a, Span::Final),
        value(at(ALL, End::Last, 0, 1, Span::Final)),
        value(at(b, End::First, 0, -2, Span::Running)),
    ]
}

fn naive_measures(rows: &[Row], start: usize, steps: &Steps, seen: usize, number: i64) -> Vec<String> {
    let text = |value: Option<i64>| value.map_or("NULL".to_owned(), |n| n.to_string());
    let last = if steps.is_empty() { 0 } else { seen + 1 };
    let of = |wanted: usize, to: usize| (0..to).filter(move |row| steps[*row].0 == wanted);
    let value = |row: Option<i64>| text(row.and_then(|row| rows.get(usize::try_from(row).ok()?)).and_then(|row| row.value));
    let place = |row: Option<usize>, offset: i64| row.map(|row| (start + row) as i64 + offset);
    let there = |rows_of: Vec<usize>| -> Vec<i64> { rows_of.into_iter().filter_map(|row| rows[start + row].value).collect() };
    let sum = there((0..last).collect());
    vec![
        number.to_string(),
        value(place(of(0, last).next_back(), 0)),
        value(place(of(1, steps.len()).nth(1), 0)),
        if last == 0 { "NULL".to_owned() } else { NAMES[steps[last - 1].0].to_owned() },
        of(1, last).count().to_string(),
        text((!sum.is_empty()).then(|| sum.iter().sum())),
        text(there(of(0, steps.len()).collect()).into_iter().max()),
        value(place(steps.len().checked_sub(1), 1)),
        value(place(of(1, last).next(), -2)),
    ]
}

/// The rows given out of a partition, in their order, and how many matches could not go on.
fn naive(rows: &[Row], asks: &[Asks], shape: &PatternShape) -> (Vec<String>, usize) {
    let (mut out, mut start, mut number, mut matched, mut failed) = (Vec::new(), 0, 0, 0, 0);
    let line = |row: &Row, measures: Vec<String>| {
        let value = row.value.map_or("NULL".to_owned(), |n| n.to_string());
        let own = match shape.rows {
            RowsPerMatch::One => vec![row.key.to_string()],
            RowsPerMatch::All { .. } => vec![row.key.to_string(), row.time.to_string(), value, row.flag.to_string()],
        };
        own.into_iter().chain(measures).collect::<Vec<_>>().join(" ")
    };
    while start < rows.len() {
        let found = Naive { rows, asks, within: shape.within, start }.find(&shape.pattern);
        let next = found.as_ref().map(|steps| {
            let of = |variables: Variables| move |step: &(usize, bool)| variables.contains(step.0);
            match shape.skip {
                Skip::PastLastRow => Some(steps.len().max(1)),
                _ if steps.is_empty() => Some(1),
                Skip::ToNextRow => Some(1),
                Skip::To(End::First, variables) => steps.iter().position(of(variables)).filter(|row| *row > 0),
                Skip::To(End::Last, variables) => steps.iter().rposition(of(variables)).filter(|row| *row > 0),
            }
        });
        match (found, next) {
            (Some(steps), Some(Some(next))) => {
                number += 1;
                matched = matched.max(start + steps.len().max(1));
                let shown: Vec<usize> = match shape.rows {
                    RowsPerMatch::One => vec![steps.len().saturating_sub(1)],
                    RowsPerMatch::All { empty: EmptyMatches::Show, .. } if steps.is_empty() => vec![0],
                    RowsPerMatch::All { .. } => (0..steps.len()).filter(|row| steps[*row].1).collect(),
                };
                for row in shown {
                    let is_one = shape.rows == RowsPerMatch::One;
                    let seen = if is_one { steps.len().saturating_sub(1) } else { row };
                    out.push(line(&rows[start + row], naive_measures(rows, start, &steps, seen, number)));
                }
                start += next;
            }
            (Some(_), _) => {
                failed += 1;
                start += 1;
            }
            (None, _) => {
                let shows = matches!(shape.rows, RowsPerMatch::All { unmatched: Unmatched::Show, .. });
                if shows && start >= matched {
                    out.push(line(&rows[start], vec!["NULL".to_owned(); shape.measures.len()]));
                }
                start += 1;
            }
        }
    }
    (out, failed)
}

fn batch(rows: &[Row]) -> Batch {
    let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
    for row in rows {
        let values =
            [Value::Int(row.key), Value::Int(row.time), row.value.map_or(Value::Null, Value::Int), Value::Bool(row.flag)];
        columns.iter_mut().zip(&values).for_each(|(column, value)| column.push(value));
    }
    Batch::new(columns, rows.len(), 1)
}

fn lines(out: &mut Output, shape: &PatternShape) -> Vec<(i64, String)> {
    let given = if shape.rows == RowsPerMatch::One { &TYPES[..1] } else { &TYPES[..] };
    let types: Vec<DataType> = given.iter().cloned().chain(shape.measures.iter().map(|m| m.data_type(&TYPES))).collect();
    let mut found = Vec::new();
    for batch in out.batches.drain(..) {
        for row in 0..batch.rows() {
            let text = |value: &Value| match value {
                Value::Null => "NULL".to_owned(),
                Value::Int(n) => n.to_string(),
                Value::Bool(flag) => flag.to_string(),
                Value::Str(text) => text.to_string(),
                other => panic!("{other:?}"),
            };
            let values = batch.row(row, &types);
            let Value::Int(key) = values[0] else { panic!("a key") };
            found.push((key, values.iter().map(text).collect::<Vec<_>>().join(" ")));
        }
    }
    found
}

/// Event times of rows, where they are given out.
fn times<'a>(batch: &'a Batch, shape: &PatternShape) -> impl Iterator<Item = i64> + 'a {
    let columns = if shape.rows == RowsPerMatch::One { &[] } else { &batch.columns[1..2] };
    columns.iter().flat_map(|column| match &column.values {
        Values::I64(times) => times.iter().copied(),
        other => panic!("times of {:?}", other.representation()),
    })
}

fn random_shape(random: &mut fastrand::Rng, has_time: bool) -> PatternShape {
    let mut pattern = random_pattern(random, 3);
    match random.u8(..12) {
        0 => pattern = Pattern::Sequence(vec![Pattern::Start, pattern]),
        1 => pattern = Pattern::Sequence(vec![pattern, Pattern::End]),
        _ => {}
    }
    let one = Variables::one(random.usize(..3));
    PatternShape {
        variables: NAMES.map(str::to_owned).to_vec(),
        pattern,
        within: (has_time && random.bool()).then(|| random.i64(3..25)),
        measures: measures(),
        rows: match random.u8(..4) {
            0 | 1 => RowsPerMatch::One,
            2 => RowsPerMatch::All { empty: EmptyMatches::Show, unmatched: Unmatched::Show },
            _ => RowsPerMatch::All { empty: EmptyMatches::Omit, unmatched: Unmatched::Omit },
        },
        skip: match random.u8(..6) {
            0 | 1 => Skip::PastLastRow,
            2 | 3 => Skip::ToNextRow,
            4 => Skip::To(End::First, one),
            _ => Skip::To(End::Last, one),
        },
    }
}

fn drive(operator: &mut RowPattern, watermark: i64, out: &mut Output) {
    let watermark = Watermark { time: watermark, stamp: 1 };
    while operator.watermark(watermark, out).unwrap() == Progress::More {}
}

#[test]
fn matches_are_those_found_by_trying_all_ways() {
    let (mut matched, mut left_out) = (0, 0);
    for seed in 0..3000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let has_time = random.u8(..4) > 0;
        let shape = random_shape(&mut random, has_time);
        let asks: Vec<Asks> = (0..3).map(|_| ASKS[random.usize(..ASKS.len())]).collect();
        // Some have a gap that no match spans.
        let gap = if seed % 7 == 0 { 1000 } else { 0 };
        let made = |time: i64, random: &mut fastrand::Rng| Row {
            key: random.i64(0..3),
            time: time + if time > 20 { gap } else { 0 },
            value: (random.u8(..8) > 0).then(|| random.i64(-4..8)),
            flag: random.u8(..3) > 0,
        };
        let rows: Vec<Row> = (0..random.i64(1..40)).map(|time| made(time, &mut random)).collect();
        let mut wanted = BTreeMap::new();
        let mut failed = 0;
        for key in 0..3 {
            let own: Vec<Row> = rows.iter().filter(|row| row.key == key).copied().collect();
            let (lines, failures) = naive(&own, &asks, &shape);
            failed += failures;
            matched += lines.len();
            wanted.insert(key, lines);
        }
        let order = vec![SortKey { column: 1, descending: false, nulls_first: true }];
        let (pattern, types) = (shape.clone(), TYPES.to_vec());
        let built = RowPatternShape { keys: vec![0], order, pattern, ttl: None, on_error: OnError::SetAside, types };
        let time = has_time.then_some(TimeColumns { time: 1, split_watermark: None });
        let mut operator = RowPattern::new(built, asks.iter().map(|asks| asks.condition()).collect(), time);
        let (mut out, mut passed, mut seen) = (Output::default(), None, 0);
        for part in rows.chunks(random.usize(1..12)) {
            let mut part = part.to_vec();
            let first = part[0].time;
            if has_time {
                random.shuffle(&mut part);
            }
            operator.process(batch(&part), &mut out).unwrap();
            let behind = part.iter().map(|row| row.time).max().unwrap_or(first) + 1;
            if has_time {
                let watermark = Watermark { time: if random.bool() { behind } else { first }, stamp: 1 };
                drive(&mut operator, watermark.time, &mut out);
                let (given, from) = (out.batches.len(), passed.replace(operator.passes_on(watermark).time));
                assert!(
                    out.batches[seen..].iter().all(|batch| from.is_none_or(|from| times(batch, &shape).all(|time| time > from)))
                );
                seen = given;
            }
        }
        drive(&mut operator, i64::MAX, &mut out);
        if out.aside.iter().any(|row| row.reason.contains("too many ways")) {
            left_out += 1;
            continue;
        }
        assert_eq!(out.aside.len(), failed, "seed {seed}: {:?}", out.aside);
        let mut given: BTreeMap<i64, Vec<String>> = (0..3).map(|key| (key, Vec::new())).collect();
        for (key, line) in lines(&mut out, &shape) {
            given.entry(key).or_default().push(line);
        }
        assert_eq!(given, wanted, "seed {seed}: {shape:?} {asks:?} {rows:?}");
    }
    assert!(matched > 10_000 && left_out < 5, "{matched} rows are given out, {left_out} patterns left out");
}

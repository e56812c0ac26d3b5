//! Groups against a naive twin that keeps each group's rows apart, batch by batch, with surprises that a flat table cannot take.

use std::collections::BTreeMap;

use super::*;
use crate::batch::RowKind;
use crate::types::relation::{AggregateCall, AggregateFunction, Changes};
use crate::types::{DataType, Value};

const TYPES: [DataType; 3] = [DataType::BigInt, DataType::BigInt, DataType::Double];

type Results = BTreeMap<String, Vec<Value>>;

fn shape(key: &DataType, calls: usize) -> Shape {
    use AggregateFunction::{Count, Max, Min, Sum};
    let call = |function, argument: Option<usize>| {
        let arguments: Vec<_> = argument.map(|a| (a, TYPES[a].clone())).into_iter().collect();
        let data_type = arguments.first().map_or(DataType::BigInt, |(_, t)| t.clone());
        AggregateCall::new(function, &arguments, data_type)
    };
    let mut calls_made = vec![call(Count, None)];
    calls_made.extend([call(Sum, Some(2)), call(Sum, Some(1)), call(Min, Some(1)), call(Max, Some(2))]);
    calls_made.extend([call(Max, Some(1)), call(Min, Some(2)), call(Sum, Some(2))]);
    calls_made.truncate(calls);
    let (retracts, keeps_empty, changes) = (Retracts::Never, Retention::Remove, Changes::AfterOnly);
    Shape { keys: vec![0], key_types: vec![key.clone()], calls: calls_made, retracts, keeps_empty, changes, ttl: None }
}

/// Rows of a group, fed to each call anew; `None` where a sum does not fit.
fn naive(shape: &Shape, rows: &[Vec<Value>]) -> Option<Vec<Value>> {
    let result = |call: &AggregateCall| {
        let arguments = || call.arguments.iter().flat_map(|a| rows.iter().map(|row| row[*a].clone()));
        let whole = || arguments().filter_map(|v| if let Value::Int(n) = v { Some(n) } else { None });
        let doubles = || arguments().filter_map(|v| if let Value::Double(x) = v { Some(x) } else { None });
        let is_double = call.arguments == [2];
        let none = arguments().all(|v| v == Value::Null);
        Some(match call.function {
            AggregateFunction::Count => Value::Int(rows.len() as i64),
            _ if none => Value::Null,
            AggregateFunction::Sum if is_double => Value::Double(doubles().sum()),
            AggregateFunction::Sum => Value::Int(whole().try_fold(0i64, i64::checked_add)?),
            AggregateFunction::Min if is_double => Value::Double(doubles().fold(f64::INFINITY, f64::min)),
            AggregateFunction::Min => Value::Int(whole().min()?),
            _ if is_double => Value::Double(doubles().fold(f64::NEG_INFINITY, f64::max)),
            _ => Value::Int(whole().max()?),
        })
    };
    shape.calls.iter().map(result).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Surprise {
    None,
    NullKey,
    NullArgument,
    Overflow,
    Infinity,
}

fn random_rows(random: &mut fastrand::Rng, keys: i64, surprise: Surprise) -> Vec<Vec<Value>> {
    let count = random.usize(1..60);
    let at = random.usize(..count);
    let mut row = |i: usize| {
        let is_odd = |what: Surprise| surprise == what && i >= at && i <= at + 1;
        let key = if is_odd(Surprise::NullKey) { Value::Null } else { Value::Int(random.i64(-keys..keys)) };
        let whole = match () {
            () if is_odd(Surprise::NullArgument) => Value::Null,
            () if is_odd(Surprise::Overflow) => Value::Int(i64::MAX - 5),
            () => Value::Int(random.i64(-1000..1000)),
        };
        let double = if is_odd(Surprise::Infinity) { f64::INFINITY } else { f64::from(random.i32(-1000..1000)) / 8.0 };
        vec![key, whole, Value::Double(double)]
    };
    (0..count).map(&mut row).collect()
}

fn batch(key: &DataType, rows: &[Vec<Value>]) -> Batch {
    let types = [key.clone(), TYPES[1].clone(), TYPES[2].clone()];
    let mut columns: Vec<Column> = types.iter().map(|t| Column::with_capacity(t, 0)).collect();
    rows.iter().for_each(|row| columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value)));
    Batch::new(columns, rows.len(), 0)
}

fn values(columns: &[Column], types: &[DataType], row: usize) -> Vec<Value> {
    columns.iter().zip(types).map(|(column, data_type)| column.value(row, data_type)).collect()
}

/// Plays a changelog on what is known, and checks that it says rightly what is new.
fn play(known: &mut Results, shape: &Shape, changed: &changes::Changed) {
    let types: Vec<DataType> = shape.calls.iter().map(|c| c.data_type.clone()).collect();
    for (row, kind) in changed.kinds.iter().enumerate() {
        let key = format!("{:?}", values(&changed.keys, &shape.key_types, row));
        let before = known.insert(key, values(&changed.results, &types, row));
        assert_eq!(*kind == RowKind::Insert, before.is_none());
    }
}

fn check(key: &DataType, calls: usize, keys: i64, surprise: Surprise) {
    let shape = shape(key, calls);
    let mut random = fastrand::Rng::with_seed(calls as u64 * 31 + keys as u64);
    let (mut running, mut closed) = (Grouped::new(&shape), Grouped::new(&shape));
    let (mut scratch, mut known) = (Scratch::default(), Results::new());
    let mut twin: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
    assert!(running.flat.is_some());
    for turn in 0..40 {
        let rows = random_rows(&mut random, keys, if turn % 16 == 15 { surprise } else { Surprise::None });
        let all = Selection::All(rows.len());
        let selection = if random.bool() { all } else { all.filter(|row| row % 3 > 0) };
        let mut bad = Vec::new();
        for row in selection.iter() {
            let group = twin.entry(format!("{:?}", &rows[row][..1])).or_default();
            group.push(rows[row].clone());
            if naive(&shape, group).is_none() {
                group.pop();
                bad.push(row);
            }
        }
        twin.retain(|_, rows| !rows.is_empty());
        let batch = batch(key, &rows);
        scratch.prepare(&batch);
        closed.apply(&shape, &batch, &selection, &mut scratch);
        assert_eq!(scratch.errors.drain(..).map(|(row, _)| row).collect::<Vec<_>>(), bad);
        let changed = running.apply_changes(&shape, Intake::Batch(&batch), &selection, &mut scratch);
        play(&mut known, &shape, &changed);
        let expected: Results =
            twin.iter().map(|(key, rows)| (key.clone(), naive(&shape, rows).expect("what does not fit was left out"))).collect();
        assert_eq!(known, expected, "{surprise:?}, batch {turn}");
    }
    let stays = [Surprise::None, Surprise::Infinity].contains(&surprise);
    assert_eq!(running.flat.is_some(), stays, "{surprise:?}");
    assert_eq!(given_out(Closing::all(closed, &shape), &shape), known);
    assert_eq!(given_out(Closing::all(running, &shape), &shape), known);
}

fn given_out(mut closing: Closing, shape: &Shape) -> Results {
    let mut given = Results::new();
    let types: Vec<DataType> = shape.calls.iter().map(|c| c.data_type.clone()).collect();
    while !closing.is_done() {
        let (keys, results, rows) = closing.take(7);
        for row in 0..rows {
            let key = format!("{:?}", values(&keys, &shape.key_types, row));
            assert!(given.insert(key, values(&results, &types, row)).is_none(), "a group is given out once");
        }
    }
    given
}

#[test]
fn groups_are_those_of_a_naive_twin_whatever_comes() {
    use Surprise::{Infinity, NullArgument, NullKey, Overflow};
    for surprise in [Surprise::None, NullKey, NullArgument, Overflow, Infinity] {
        for calls in [3, 4, 5, 8] {
            check(&DataType::BigInt, calls, 40, surprise);
            check(&DataType::Int, calls, 3, surprise);
        }
    }
    for key in [DataType::TinyInt, DataType::SmallInt, DataType::Timestamp(3)] {
        check(&key, 2, 100, Surprise::None);
        check(&key, 1, 100, NullKey);
    }
}

#[test]
fn numbers_of_batches_may_start_again() {
    let shape = shape(&DataType::BigInt, 2);
    let mut groups = Grouped::new(&shape);
    let (mut scratch, mut known) = (Scratch::default(), Results::new());
    groups.flat.as_mut().expect("flat").set_epoch(u64::MAX << 33);
    for turn in 1..6 {
        let rows: Vec<_> = [1, 2, 1].map(|k| vec![Value::Int(k * turn), Value::Int(1), Value::Double(1.0)]).to_vec();
        let batch = batch(&DataType::BigInt, &rows);
        scratch.prepare(&batch);
        let changed = groups.apply_changes(&shape, Intake::Batch(&batch), &Selection::All(3), &mut scratch);
        assert_eq!(changed.kinds.len(), 2, "batch {turn}");
        play(&mut known, &shape, &changed);
    }
    assert_eq!(known.len(), 8);
    assert_eq!(known["[Int(4)]"], [Value::Int(3), Value::Double(3.0)]);
}

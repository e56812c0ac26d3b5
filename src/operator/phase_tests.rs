//! Aggregates in two phases: rows dealt to several shards, whose states one of them adds up, against all rows taken anew and against one phase.

use std::collections::BTreeMap;

use super::tests::{BOTH, Row, TYPES, batch, calls, content, naive, random_rows, remaining};
use super::*;
use crate::types::Value;
use crate::types::relation::{
    AggregateCall, AggregateFunction, Aligned, BitmapResult, BitmapSet, Distinct, Emit, Moment, Partial, Retracts, WindowTimes,
};

/// The first phase on several shards, and the second behind it.
struct Phases {
    partial: Vec<PartialAggregate>,
    last: Aggregate,
    /// States and rows that have come to the last.
    states: usize,
    rows: usize,
}

impl Phases {
    fn new(keys: &[usize], calls: &[AggregateCall], emit: Emit, shards: usize, when: Partial) -> Phases {
        let never = Retracts::Never;
        let partial = || PartialAggregate::new(keys.to_vec(), calls.to_vec(), never, (None, when), TYPES.to_vec(), shards);
        Phases { partial: (0..shards).map(|_| partial()).collect(), last: whole(keys, calls, emit), states: 0, rows: 0 }
    }

    fn feed(&mut self, shard: usize, rows: &[Row], out: &mut Output) {
        let mut sent = Output::default();
        self.partial[shard].process(batch(rows), &mut sent).unwrap();
        for states in sent.states {
            self.states += states.rows();
            self.last.process_input(1, states, out).unwrap();
        }
        for batch in sent.batches {
            self.rows += batch.rows();
            self.last.process_input(0, batch, out).unwrap();
        }
    }
}

fn whole(keys: &[usize], calls: &[AggregateCall], emit: Emit) -> Aggregate {
    let (never, on_error, global) = (Retracts::Never, OnError::SetAside, GlobalGroup::Owned);
    Aggregate::new(keys.to_vec(), calls.to_vec(), emit, BOTH, never, None, on_error, global, TYPES.to_vec())
}

fn end(last: &mut Aggregate, out: &mut Output) {
    while last.watermark(Watermark::MAX, out).unwrap() == Progress::More {}
}

fn given(out: &Output, keys: &[usize], calls: &[AggregateCall]) -> Vec<String> {
    let keys = keys.iter().map(|key| TYPES[*key].clone());
    content(&out.batches, &keys.chain(calls.iter().map(|call| call.data_type.clone())).collect::<Vec<_>>())
}

/// Batches of random length, of which each goes to a random shard.
fn dealt(rows: &[Row], seed: u64, shards: usize, mut to: impl FnMut(usize, &[Row])) {
    let (mut random, mut rest) = (fastrand::Rng::with_seed(seed), rows);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(random.usize(1..12).min(rest.len()));
        to(random.usize(..shards), now);
        rest = later;
    }
}

fn check(keys: &[usize], emit: Emit, seed: u64) {
    let rows = random_rows(seed, 400, Retracts::Never);
    let mut groups: BTreeMap<String, (Vec<Value>, Vec<&Vec<Value>>)> = BTreeMap::new();
    for row in remaining(&rows) {
        let key: Vec<Value> = keys.iter().map(|key| row[*key].clone()).collect();
        groups.entry(format!("{key:?}")).or_insert((key, Vec::new())).1.push(row);
    }
    let mut expected: Vec<String> =
        groups.into_values().map(|(key, rows)| format!("{:?}", [key, naive(&rows)].concat())).collect();
    expected.sort();
    let (mut phases, mut out) = (Phases::new(keys, &calls(), emit, 3, Partial::Always), Output::default());
    dealt(&rows, seed, 3, |shard, rows| phases.feed(shard, rows, &mut out));
    assert!(phases.states > 0 && phases.rows > 0, "single rows go as they are");
    end(&mut phases.last, &mut out);
    assert!(out.aside.is_empty());
    assert_eq!(given(&out, keys, &calls()), expected, "seed {seed}");
    assert!(phases.partial.iter().all(|partial| partial.is_empty()), "no group outlives its batch");
}

#[test]
fn two_phases_give_what_recomputing_gives() {
    for emit in [Emit::OnChange, Emit::OnClose] {
        for seed in 1..5 {
            check(&[], emit, seed);
            check(&[0], emit, seed);
            check(&[0, 3], emit, seed);
        }
    }
}

/// Every function that can be made in two phases, of every column that it takes.
fn all_calls() -> Vec<AggregateCall> {
    use AggregateFunction::*;
    let call = |function, column: usize, data_type: DataType| {
        AggregateCall::new(function, &[(column, TYPES[column].clone())], data_type)
    };
    let mut calls = calls();
    calls.extend([call(BitAnd, 2, DataType::Int), call(BitOr, 2, DataType::Int), call(BitXor, 2, DataType::Int)]);
    calls.extend([call(BoolAnd, 3, DataType::Boolean), call(BoolOr, 3, DataType::Boolean)]);
    calls.extend([call(Min, 3, DataType::Boolean), call(Max, 1, TYPES[1].clone()), call(Sum, 0, DataType::BigInt)]);
    calls.extend([call(ApproxCountDistinct, 2, DataType::BigInt), call(Count, 2, DataType::BigInt)]);
    let bitmap = |set, result, data_type| call(Bitmap(set, result), 2, data_type);
    calls.push(bitmap(BitmapSet::Build, BitmapResult::Bitmap, DataType::Bitmap));
    calls.push(bitmap(BitmapSet::Build, BitmapResult::Cardinality, DataType::BigInt));
    let distinct = |call: &AggregateCall| AggregateCall { distinct: Distinct::Distinct, ..call.clone() };
    let more: Vec<AggregateCall> = calls.iter().filter(|call| !call.arguments.is_empty()).map(distinct).collect();
    calls.extend(more);
    calls
}

#[test]
fn every_state_has_the_columns_that_the_plan_says() {
    let calls = all_calls();
    let rows = random_rows(7, 300, Retracts::Never);
    let (mut phases, mut out) = (Phases::new(&[0], &calls, Emit::OnClose, 2, Partial::Always), Output::default());
    let mut sent = Output::default();
    phases.partial[0].process(batch(&rows[..20]), &mut sent).unwrap();
    let states = calls.iter().map(|call| call.state_types(Retracts::Never).expect("can be added up"));
    let types =
        [DataType::BigInt, DataType::BigInt].into_iter().chain(states.flat_map(|types| [vec![DataType::BigInt], types].concat()));
    let types: Vec<_> = types.map(|data_type| data_type.representation()).collect();
    let found: Vec<_> = sent.states[0].columns.iter().map(|column| column.values.representation()).collect();
    assert_eq!(found, types);
    let (mut one, mut expected) = (whole(&[0], &calls, Emit::OnClose), Output::default());
    dealt(&rows, 1, 2, |shard, rows| {
        phases.feed(shard, rows, &mut out);
        one.process(batch(rows), &mut expected).unwrap();
    });
    end(&mut phases.last, &mut out);
    end(&mut one, &mut expected);
    assert_eq!(given(&out, &[0], &calls), given(&expected, &[0], &calls));
}

#[test]
fn what_depends_on_the_order_of_rows_has_no_states() {
    use AggregateFunction::*;
    let of = |function, data_type: DataType| AggregateCall::new(function, &[(0, data_type.clone())], data_type);
    for call in [of(Sum, DataType::Double), of(Avg, DataType::Float), of(FirstValue, DataType::Int), of(ArrayAgg, DataType::Int)]
    {
        assert_eq!(call.state_types(Retracts::Never), None, "{}", call.function.name());
    }
    for call in [of(Sum, DataType::Double), of(Moment(self::Moment::VarPop), DataType::Double), of(Max, DataType::STRING)] {
        assert_eq!(call.state_types(Retracts::Maybe), Some(vec![DataType::Bytes]), "{}", call.function.name());
    }
}

fn sums() -> Vec<AggregateCall> {
    let count = AggregateCall::new(AggregateFunction::Count, &[], DataType::BigInt);
    vec![count, AggregateCall::new(AggregateFunction::Sum, &[(0, DataType::BigInt)], DataType::BigInt)]
}

fn of_numbers(numbers: &[i64]) -> Vec<Row> {
    numbers.iter().map(|n| (vec![Value::Int(*n), Value::Int(0), Value::Int(1), Value::Null], 1)).collect()
}

#[test]
fn rows_of_one_shard_that_overflow_a_sum_are_set_aside_as_in_one_phase() {
    let numbers = [5, 1, i64::MAX - 9, 2, 2, 2, 2, -7, 1, 1, i64::MAX, i64::MIN, 3, i64::MIN, -1, -1];
    for split in [1, 2, 3, 16] {
        let (mut phases, mut out) = (Phases::new(&[], &sums(), Emit::OnChange, 2, Partial::Always), Output::default());
        let (mut one, mut expected) = (whole(&[], &sums(), Emit::OnChange), Output::default());
        for rows in of_numbers(&numbers).chunks(split) {
            phases.feed(0, rows, &mut out);
            one.process(batch(rows), &mut expected).unwrap();
        }
        assert_eq!(given(&out, &[], &sums()), given(&expected, &[], &sums()));
        assert!(out.aside.len() > 2 && out.aside == expected.aside, "by {split}");
    }
}

#[test]
fn rows_that_overflow_a_sum_with_those_of_another_shard_are_set_aside_one_by_one() {
    let (mut phases, mut out) = (Phases::new(&[], &sums(), Emit::OnChange, 2, Partial::Always), Output::default());
    phases.feed(0, &of_numbers(&[i64::MAX - 2]), &mut out);
    phases.feed(1, &of_numbers(&[1, 1, 1]), &mut out);
    phases.feed(1, &of_numbers(&[1]), &mut out);
    assert_eq!(out.aside.len(), 3);
    assert!(out.aside[0].reason.contains("of 3 rows that were added up"), "{}", out.aside[0].reason);
    assert_eq!(given(&out, &[], &sums()), [format!("{:?}", [Value::Int(2), Value::Int(i64::MAX - 1)])]);
}

/// Random rows with random watermarks of their splits: windows in two phases against windows in one, late rows and all.
fn check_windows(window: Aligned, keys: &[usize], emit: Emit, seed: u64) {
    let (never, on_error, calls) = (Retracts::Never, OnError::SetAside, calls());
    let mut rows = random_rows(seed, 300, never);
    let mut random = fastrand::Rng::with_seed(seed);
    for (row, _) in &mut rows {
        // The watermark of the split, mostly behind the row.
        row[0] = Value::Int(random.i64(-200..40));
        if random.u8(..20) == 0 {
            row[1] = Value::Null;
        }
    }
    let times = WindowTimes { time_column: 1, split_watermark_column: 0, window };
    let of_all = || {
        let (keys, types) = (keys.to_vec(), TYPES.to_vec());
        WindowAggregate::new(1, Some(0), window, keys, calls.clone(), emit, BOTH, never, on_error, types)
    };
    let partial =
        || PartialAggregate::new(keys.to_vec(), calls.clone(), never, (Some(times), Partial::Always), TYPES.to_vec(), 3);
    let (mut first, mut second, mut one) = ([(); 3].map(|()| partial()), of_all(), of_all());
    let (mut out, mut expected, mut states) = (Output::default(), Output::default(), 0);
    dealt(&rows, seed, 3, |shard, rows| {
        let mut sent = Output::default();
        first[shard].process(batch(rows), &mut sent).unwrap();
        assert!(sent.late.is_empty() && sent.aside.is_empty(), "the second phase says what is late");
        out.filtered_rows += sent.filtered_rows;
        states += sent.states.len();
        // As batches of one exchange may come.
        let together = sent.states.into_iter().reduce(|mut all, states| {
            all.append(&states);
            all
        });
        together.into_iter().for_each(|states| second.process_input(1, states, &mut out).unwrap());
        sent.batches.into_iter().for_each(|batch| second.process_input(0, batch, &mut out).unwrap());
        one.process(batch(rows), &mut expected).unwrap();
    });
    for (window, out) in [(&mut second, &mut out), (&mut one, &mut expected)] {
        while window.watermark(Watermark::MAX, out).unwrap() == Progress::More {}
    }
    assert!(states > 0 && expected.late_rows > 0);
    assert_eq!((out.late_rows, out.filtered_rows, out.aside), (expected.late_rows, expected.filtered_rows, expected.aside));
    let late = |late: Vec<(usize, Batch)>| content_of_all(&late.into_iter().map(|(_, batch)| batch).collect::<Vec<_>>());
    assert_eq!(late(out.late), late(expected.late));
    let bounds = if window == Aligned::Given { 2 } else { 3 };
    let types = keys.iter().map(|key| TYPES[*key].clone()).chain(vec![TYPES[1].clone(); bounds]);
    let types: Vec<DataType> = types.chain(calls.iter().map(|call| call.data_type.clone())).collect();
    assert_eq!(content(&out.batches, &types), content(&expected.batches, &types), "{window:?}, seed {seed}");
}

/// Rows as text, sorted.
fn content_of_all(batches: &[Batch]) -> Vec<String> {
    let rows = batches.iter().flat_map(|batch| (0..batch.rows()).map(|row| format!("{:?}", batch.row(row, &TYPES))));
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

#[test]
fn windows_in_two_phases_are_those_in_one_with_the_same_late_rows() {
    for emit in [Emit::OnClose, Emit::OnChange] {
        for keys in [&[][..], &[3]] {
            check_windows(Aligned::Tumble { size: 10, offset: 0 }, keys, emit, 1);
            check_windows(Aligned::Hop { size: 20, slide: 5, offset: 0 }, keys, emit, 2);
            check_windows(Aligned::Hop { size: 4, slide: 10, offset: 0 }, keys, emit, 3);
            check_windows(Aligned::Cumulate { size: 20, step: 5, offset: 0 }, keys, emit, 4);
            check_windows(Aligned::Given, keys, emit, 5);
        }
    }
}

#[test]
fn states_that_come_behind_the_window_are_counted_as_late() {
    let (never, on_error, calls, window) = (Retracts::Never, OnError::SetAside, sums(), Aligned::Tumble { size: 10, offset: 0 });
    let times = (Some(WindowTimes { time_column: 1, split_watermark_column: 2, window }), Partial::Always);
    let mut first = PartialAggregate::new(vec![], calls.clone(), never, times, TYPES.to_vec(), 2);
    let mut last = WindowAggregate::new(1, Some(2), window, vec![], calls, Emit::OnClose, BOTH, never, on_error, TYPES.to_vec());
    let (mut sent, mut out) = (Output::default(), Output::default());
    first.process(batch(&of_numbers(&[5, 6, 7])), &mut sent).unwrap();
    assert_eq!(last.watermark(Watermark { time: 20, stamp: 0 }, &mut out).unwrap(), Progress::Done);
    sent.states.into_iter().for_each(|states| last.process_input(1, states, &mut out).unwrap());
    assert_eq!((out.late_rows, out.batches.len(), last.state_bytes()), (3, 0, 0));
}

#[test]
fn only_batches_in_which_keys_repeat_are_added_up_where_that_is_asked_for() {
    let hot = |rows: usize| {
        let key = |row: usize| if row.is_multiple_of(10) { row as i64 } else { -1 };
        of_numbers(&(0..rows).map(key).collect::<Vec<_>>())
    };
    let different = |rows: i64| of_numbers(&(0..rows).collect::<Vec<_>>());
    for (rows, states) in [(hot(1000), 101), (hot(63), 0), (different(1000), 0)] {
        let mut phases = Phases::new(&[0], &sums(), Emit::OnChange, 2, Partial::WhereKeysRepeat);
        let (mut one, mut out, mut expected) = (whole(&[0], &sums(), Emit::OnChange), Output::default(), Output::default());
        for _ in 0..3 {
            phases.feed(0, &rows, &mut out);
            one.process(batch(&rows), &mut expected).unwrap();
        }
        assert_eq!(phases.states, 3 * states);
        assert_eq!(phases.rows, if states == 0 { 3 * rows.len() } else { 0 });
        assert_eq!(given(&out, &[0], &sums()), given(&expected, &[0], &sums()));
    }
}

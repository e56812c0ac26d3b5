//! Operators against naive twins on seeded random rows.

use std::collections::BTreeMap;

use super::*;
use crate::batch::{Column, RowKind, Selection};
use crate::types::Value;
use crate::types::relation::{AggregateCall, AggregateFunction, Aligned, Changes, Distinct, Emit, Retracts};

pub(super) const TYPES: [DataType; 4] = [DataType::BigInt, DataType::Timestamp(3), DataType::Int, DataType::Boolean];

pub(super) const BOTH: Changes = Changes::BeforeAndAfter;

pub(super) type Row = (Vec<Value>, i64);

pub(super) fn batch(rows: &[Row]) -> Batch {
    let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, 0)).collect();
    for (values, _) in rows {
        columns.iter_mut().zip(values).for_each(|(c, v)| c.push(v));
    }
    let mut batch = Batch::new(columns, rows.len(), 1);
    if rows.iter().any(|(_, sign)| *sign < 0) {
        let kind = |s: i64| if s < 0 { RowKind::Delete } else { RowKind::Insert };
        batch.kinds = Some(rows.iter().map(|(_, s)| kind(*s)).collect());
    }
    batch
}

pub(super) fn random_rows(seed: u64, count: usize, retracts: Retracts) -> Vec<Row> {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut rows, mut live): (Vec<Row>, Vec<Vec<Value>>) = (Vec::new(), Vec::new());
    for _ in 0..count {
        if retracts == Retracts::Maybe && !live.is_empty() && random.u8(..5) < 2 {
            rows.push((live.swap_remove(random.usize(..live.len())), -1));
            continue;
        }
        let time = Value::Int(random.i64(-60..60));
        let mut null = |value: Value, share: u8| if random.u8(..share) == 0 { Value::Null } else { value };
        let (key, arg, flag) =
            (fastrand::Rng::with_seed(rows.len() as u64 + seed).i64(0..7), rows.len() as i64 * 7919 % 13 - 6, rows.len() % 3 > 0);
        let row = vec![null(Value::Int(key), 9), time, null(Value::Int(arg), 5), null(Value::Bool(flag), 6)];
        live.push(row.clone());
        rows.push((row, 1));
    }
    rows
}

pub(super) fn calls() -> Vec<AggregateCall> {
    use AggregateFunction::*;
    let call = |function, argument: Option<usize>, distinct, filter, data_type| {
        let arguments: Vec<_> = argument.map(|a| (a, TYPES[a].clone())).into_iter().collect();
        AggregateCall { distinct, filter, ..AggregateCall::new(function, &arguments, data_type) }
    };
    vec![
        call(Count, None, Distinct::All, None, DataType::BigInt),
        call(Count, Some(2), Distinct::Distinct, None, DataType::BigInt),
        call(Sum, Some(2), Distinct::All, Some(3), DataType::BigInt),
        call(Sum, Some(2), Distinct::Distinct, None, DataType::BigInt),
        call(Avg, Some(2), Distinct::All, None, DataType::Double),
        call(Min, Some(2), Distinct::All, None, DataType::Int),
        call(Max, Some(2), Distinct::All, Some(3), DataType::Int),
    ]
}

pub(super) fn naive(rows: &[&Vec<Value>]) -> Vec<Value> {
    let ints = |filtered: bool| -> Vec<i64> {
        let keep = rows.iter().filter(|r| !filtered || r[3] == Value::Bool(true));
        keep.filter_map(|r| if let Value::Int(n) = r[2] { Some(n) } else { None }).collect()
    };
    let some =
        |list: &[i64], value: Option<i64>| if list.is_empty() { Value::Null } else { value.map_or(Value::Null, Value::Int) };
    let (all, filtered) = (ints(false), ints(true));
    let mut distinct = all.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let mean = if all.is_empty() { Value::Null } else { Value::Double(all.iter().sum::<i64>() as f64 / all.len() as f64) };
    vec![
        Value::Int(rows.len() as i64),
        Value::Int(distinct.len() as i64),
        some(&filtered, Some(filtered.iter().sum())),
        some(&all, Some(distinct.iter().sum())),
        mean,
        some(&all, all.iter().min().copied()),
        some(&filtered, filtered.iter().max().copied()),
    ]
}

/// The rows that remain after all changes, as text, sorted; asserts that nothing is taken back that is not there.
pub(super) fn content(batches: &[Batch], types: &[DataType]) -> Vec<String> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for batch in batches {
        for row in 0..batch.rows() {
            let count = counts.entry(format!("{:?}", batch.row(row, types))).or_default();
            *count += batch.kind(row).sign();
            assert!(*count >= 0, "taken back before it was there");
        }
    }
    counts.into_iter().filter(|(_, n)| *n > 0).inspect(|(_, n)| assert_eq!(*n, 1)).map(|(row, _)| row).collect()
}

fn run(operator: &mut dyn Operator, rows: &[Row], split: usize) -> Output {
    let mut out = Output::default();
    rows.chunks(split).for_each(|chunk| operator.process(batch(chunk), &mut out).unwrap());
    while operator.watermark(Watermark::MAX, &mut out).unwrap() == Progress::More {}
    out
}

pub(super) fn remaining(rows: &[Row]) -> Vec<&Vec<Value>> {
    let mut live: Vec<&Vec<Value>> = Vec::new();
    for (row, sign) in rows {
        match sign {
            1 => live.push(row),
            _ => drop(live.swap_remove(live.iter().position(|r| *r == row).unwrap())),
        }
    }
    live
}

fn check(window: Option<Aligned>, emit: Emit, retracts: Retracts) {
    for (seed, split) in [(1, 1), (2, 3), (3, 400), (4, 50)] {
        let rows = random_rows(seed, 400, retracts);
        let mut groups: BTreeMap<String, (Vec<Value>, Vec<&Vec<Value>>)> = BTreeMap::new();
        for row in remaining(&rows) {
            let Value::Int(time) = row[1] else { continue };
            let ends: Vec<Option<i64>> = match window {
                None => vec![None],
                Some(w) => {
                    let is_window = |end: i64| match w {
                        Aligned::Hop { size, slide, .. } => (end - size) % slide == 0,
                        _ => end % w.step() == 0,
                    };
                    let holds = |end: i64| match w.start_of(end) {
                        Some(start) => start <= time && time < end,
                        None => time == end,
                    };
                    (-200..200).filter(|end| is_window(*end) && holds(*end)).map(Some).collect()
                }
            };
            for end in ends {
                let mut key = vec![row[0].clone()];
                if let Some(end) = end {
                    key.extend(window.unwrap().start_of(end).map(Value::Int));
                    key.extend([Value::Int(end), Value::Int(end - 1_000_000)]);
                }
                groups.entry(format!("{key:?}")).or_insert((key, Vec::new())).1.push(row);
            }
        }
        let mut expected: Vec<String> =
            groups.into_values().map(|(key, rows)| format!("{:?}", [key, naive(&rows)].concat())).collect();
        expected.sort();
        let mut types = vec![DataType::BigInt];
        let window_columns = window.map_or(0, |w| if w == Aligned::Given { 2 } else { 3 });
        types.extend(vec![DataType::BigInt; window_columns]);
        types.extend(calls().into_iter().map(|c| c.data_type));
        let input = TYPES.to_vec();
        let out = match window {
            None => {
                let global = GlobalGroup::Owned;
                run(
                    &mut Aggregate::new(vec![0], calls(), emit, BOTH, retracts, None, OnError::SetAside, global, input),
                    &rows,
                    split,
                )
            }
            Some(w) => {
                let on_error = OnError::SetAside;
                run(&mut WindowAggregate::new(1, None, w, vec![0], calls(), emit, BOTH, retracts, on_error, input), &rows, split)
            }
        };
        assert!(out.aside.is_empty() && out.late_rows == 0);
        assert_eq!(content(&out.batches, &types), expected, "seed {seed}");
    }
}

#[test]
fn aggregates_give_what_recomputing_gives() {
    for emit in [Emit::OnChange, Emit::OnClose] {
        for retracts in [Retracts::Never, Retracts::Maybe] {
            check(None, emit, retracts);
            check(Some(Aligned::Tumble { size: 10, offset: 0 }), emit, retracts);
            check(Some(Aligned::Hop { size: 20, slide: 5, offset: 0 }), emit, retracts);
            check(Some(Aligned::Hop { size: 7, slide: 3, offset: 0 }), emit, retracts);
            check(Some(Aligned::Cumulate { size: 20, step: 5, offset: 0 }), emit, retracts);
            check(Some(Aligned::Given), emit, retracts);
        }
    }
}

#[test]
fn a_row_that_overflows_a_sum_leaves_no_trace() {
    let mut calls = calls();
    calls.truncate(3);
    (calls[2].arguments, calls[2].argument_types, calls[2].filter) = (vec![0], vec![DataType::BigInt], None);
    for split in [1, 3] {
        let (emit, never, global) = (Emit::OnClose, Retracts::Never, GlobalGroup::Owned);
        let mut sum = Aggregate::new(vec![], calls.clone(), emit, BOTH, never, None, OnError::SetAside, global, TYPES.to_vec());
        let row = |n: i64| (vec![Value::Int(n), Value::Int(0), Value::Int(1), Value::Null], 1);
        let out = run(&mut sum, &[row(i64::MAX), row(1), row(-1)], split);
        assert_eq!(out.aside.len(), 1);
        let types = vec![DataType::BigInt; 3];
        assert_eq!(out.batches[0].row(0, &types), [Value::Int(2), Value::Int(1), Value::Int(i64::MAX - 1)]);
    }
}

#[test]
fn state_does_not_grow_with_the_number_of_windows() {
    for window in [Aligned::Tumble { size: 10, offset: 0 }, Aligned::Hop { size: 20, slide: 10, offset: 0 }, Aligned::Given] {
        for emit in [Emit::OnClose, Emit::OnChange] {
            let (never, on_error) = (Retracts::Never, OnError::SetAside);
            let mut windows =
                WindowAggregate::new(1, None, window, vec![0], calls(), emit, BOTH, never, on_error, TYPES.to_vec());
            let (mut out, mut after) = (Output::default(), Vec::new());
            for round in 0..1000 {
                let row = |n: i64| vec![Value::Int(n % 7), Value::Int(round * 10 + 5), Value::Int(n % 5), Value::Null];
                windows.process(batch(&(0..40).map(|n| (row(n), 1)).collect::<Vec<_>>()), &mut out).unwrap();
                windows.watermark(Watermark { time: round * 10 + 5, stamp: 1 }, &mut out).unwrap();
                after.push(windows.state_bytes());
            }
            assert!(after[999] <= after[99], "{window:?} {emit:?}: {} bytes, then {}", after[99], after[999]);
        }
    }
}

#[test]
fn late_rows_are_decided_window_by_window() {
    let window = Aligned::Hop { size: 20, slide: 10, offset: 0 };
    let (emit, never) = (Emit::OnClose, Retracts::Never);
    let calls = calls()[..1].to_vec();
    let mut hop = WindowAggregate::new(1, Some(0), window, vec![], calls, emit, BOTH, never, OnError::SetAside, TYPES.to_vec());
    let row = |mark: i64, time: i64| (vec![Value::Int(mark), Value::Int(time), Value::Null, Value::Null], 1);
    // Windows [0, 20) and [10, 30): the second row comes when the first is closed, the third when both are.
    let out = run(&mut hop, &[row(0, 15), row(19, 15), row(29, 15), row(18, 15)], 4);
    assert_eq!(out.late_rows, 1);
    assert_eq!(out.late[0].1.columns[0].value(0, &DataType::BigInt), Value::Int(29));
    let counts: Vec<Value> = out.batches.iter().map(|b| b.columns[3].value(0, &DataType::BigInt)).collect();
    assert_eq!(counts, [Value::Int(2), Value::Int(3)]);
}

/// Random rows, some of which go again when they are late for some of their windows, by flag; the operator hears of the time some batches later.
fn check_rows_taken_back_late(seed: u64, window: Aligned) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut mark, mut watermark, mut live) = (-60, i64::MIN, Vec::<Vec<Value>>::new());
    let (emit, maybe, on_error) = (Emit::OnClose, Retracts::Maybe, OnError::SetAside);
    let mut windows = WindowAggregate::new(1, Some(0), window, vec![3], calls(), emit, BOTH, maybe, on_error, TYPES.to_vec());
    let (mut out, mut left, mut late) = (Output::default(), BTreeMap::<(i64, String), Vec<Vec<Value>>>::new(), 0);
    let is_window = |end: &i64| match window {
        Aligned::Hop { size, slide, .. } => (end - size) % slide == 0,
        _ => end % window.step() == 0,
    };
    let holds = |end: &i64, time: i64| window.start_of(*end).is_some_and(|start| start <= time && time < *end);
    for _ in 0..60 {
        let mut rows: Vec<Row> = Vec::new();
        for _ in 0..random.usize(1..8) {
            mark += random.i64(0..4);
            let (row, sign) = if !live.is_empty() && random.u8(..5) < 2 {
                let mut row = live.swap_remove(random.usize(..live.len()));
                row[0] = Value::Int(mark);
                (row, -1)
            } else {
                let value = if random.u8(..5) == 0 { Value::Null } else { Value::Int(random.i64(-6..7)) };
                let time = Value::Int(mark + random.i64(-20..20));
                let row = vec![Value::Int(mark), time, value, Value::Bool(random.bool())];
                live.push(row.clone());
                (row, 1)
            };
            let Value::Int(time) = row[1] else { unreachable!("a time") };
            let of: Vec<i64> = (-200..400).filter(is_window).filter(|end| holds(end, time)).collect();
            let open: Vec<i64> = of.iter().copied().filter(|end| mark.max(watermark) < end - 1).collect();
            late += u64::from(open.is_empty() && !of.is_empty());
            for end in open {
                let rows = left.entry((end, format!("{:?}", row[3]))).or_default();
                match sign {
                    1 => rows.push(row.clone()),
                    _ => drop(rows.swap_remove(rows.iter().position(|r| r[1..] == row[1..]).expect("it is there"))),
                }
            }
            rows.push((row, sign));
        }
        windows.process(batch(&rows), &mut out).expect("runs");
        watermark = watermark.max(mark - random.i64(0..12));
        windows.watermark(Watermark { time: watermark, stamp: 1 }, &mut out).expect("runs");
    }
    windows.watermark(Watermark::MAX, &mut out).expect("runs");
    let mut expected: Vec<String> = left
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|((end, _), rows)| {
            let window =
                [rows[0][3].clone(), Value::Int(window.start_of(end).unwrap()), Value::Int(end), Value::Int(end - 1_000_000)];
            format!("{:?}", [window.to_vec(), naive(&rows.iter().collect::<Vec<_>>())].concat())
        })
        .collect();
    expected.sort();
    let window = [DataType::Boolean, DataType::BigInt, DataType::BigInt, DataType::BigInt];
    let types: Vec<DataType> = window.into_iter().chain(calls().into_iter().map(|c| c.data_type)).collect();
    assert_eq!(content(&out.batches, &types), expected, "seed {seed}");
    assert_eq!((out.aside.len(), out.late_rows), (0, late), "seed {seed}");
}

#[test]
fn a_row_taken_back_late_leaves_just_the_windows_that_are_open() {
    for seed in 0..20 {
        check_rows_taken_back_late(seed, Aligned::Tumble { size: 10, offset: 0 });
        check_rows_taken_back_late(seed, Aligned::Hop { size: 20, slide: 5, offset: 0 });
        check_rows_taken_back_late(seed, Aligned::Hop { size: 7, slide: 3, offset: 0 });
        check_rows_taken_back_late(seed, Aligned::Hop { size: 3, slide: 7, offset: 0 });
        check_rows_taken_back_late(seed, Aligned::Cumulate { size: 20, step: 5, offset: 0 });
    }
}

#[test]
fn no_keys_give_a_row_for_no_input_and_only_where_owned() {
    for (global, rows) in [(GlobalGroup::Owned, 1), (GlobalGroup::Elsewhere, 0)] {
        for emit in [Emit::OnChange, Emit::OnClose] {
            let mut all =
                Aggregate::new(vec![], calls(), emit, BOTH, Retracts::Never, None, OnError::Fail, global, TYPES.to_vec());
            assert_eq!(run(&mut all, &[], 1).batches.len(), rows);
        }
    }
}

#[test]
fn a_plain_column_used_twice_is_moved_only_once() {
    use crate::expr::Expr;
    let column = |i: usize| Expr::column(i, TYPES[i].clone());
    let rows = random_rows(9, 20, Retracts::Never);
    let filter = column(3);
    for filter in [None, Some(&filter)] {
        let mut calc = Calc::new(filter, &[column(2), column(0), column(2)], TYPES.to_vec(), OnError::SetAside).unwrap();
        let out = run(&mut calc, &rows, 20);
        let kept: Vec<u32> = (0..20).filter(|r| filter.is_none() || rows[*r as usize].0[3] == Value::Bool(true)).collect();
        assert_eq!(out.filtered_rows as usize, 20 - kept.len());
        let expected = batch(&rows).gather(&Selection::Rows(kept));
        for row in 0..expected.rows() {
            let (got, want) =
                (out.batches[0].row(row, &[DataType::Int, DataType::BigInt, DataType::Int]), expected.row(row, &TYPES));
            assert_eq!(got, [want[2].clone(), want[0].clone(), want[2].clone()]);
        }
    }
}

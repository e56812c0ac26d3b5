//! Both ways of OVER against frames found by looking at all rows from each row.

use std::collections::BTreeMap;

use super::{InOrder, OnChange, OverShape, TimeColumns};
use crate::batch::{Batch, Column, RowKind, Watermark};
use crate::operator::{Operator, Output, Progress};
use crate::types::over::{Bound, Distance, Exclude, Frame, FrameUnit, Number, OverCall, OverFunction, Pick};
use crate::types::relation::{AggregateCall, AggregateFunction, Nulls, OnError, SortKey};
use crate::types::{DataType, Value};

/// Partition, time, value, number.
const TYPES: [DataType; 4] = [DataType::BigInt, DataType::Timestamp(3), DataType::BigInt, DataType::BigInt];

type Row = [Option<i64>; 4];

fn batch(rows: &[(Row, bool)]) -> Batch {
    let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
    for (row, _) in rows {
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(&value.map_or(Value::Null, Value::Int)));
    }
    let mut batch = Batch::new(columns, rows.len(), 1);
    if rows.iter().any(|(_, comes)| !comes) {
        batch.kinds = Some(rows.iter().map(|(_, comes)| if *comes { RowKind::Insert } else { RowKind::Delete }).collect());
    }
    batch
}

fn calls(frame: &Frame) -> Vec<OverCall> {
    use AggregateFunction::{Count, Max, Min, Sum};
    let aggregate = |function| OverFunction::Aggregate(AggregateCall::new(function, &[(2, DataType::BigInt)], DataType::BigInt));
    let pick = |pick, nulls| OverFunction::Pick { pick, argument: 2, nulls };
    let shift = OverFunction::Shift { distance: Number::Constant(2), argument: 2, default: Some(3), nulls: Nulls::Keep };
    let functions = [Sum, Count, Min, Max].map(aggregate).into_iter().chain([
        pick(Pick::First, Nulls::Keep),
        pick(Pick::Last, Nulls::Skip),
        pick(Pick::Nth(Number::Constant(2)), Nulls::Skip),
        pick(Pick::Nth(Number::Constant(-2)), Nulls::Keep),
        pick(Pick::Nth(Number::Constant(-3)), Nulls::Skip),
        shift,
    ]);
    functions.map(|function| OverCall { function, frame: frame.clone(), data_type: DataType::BigInt }).collect()
}

fn shape(frame: &Frame) -> OverShape {
    let order = vec![SortKey { column: 1, descending: false, nulls_first: true }];
    OverShape { keys: vec![0], order, calls: calls(frame), ttl: None, on_error: OnError::SetAside, types: TYPES.to_vec() }
}

/// Each row with what `calls` give, and how often.
fn naive(rows: &[Row], frame: &Frame) -> BTreeMap<String, i64> {
    let mut sorted = rows.to_vec();
    sorted.sort_unstable();
    let mut found = BTreeMap::new();
    for part in sorted.chunk_by(|a, b| a[0] == b[0]) {
        let groups: Vec<i64> =
            part.iter().map(|row| part.chunk_by(|a, b| a[1] == b[1]).filter(|g| g[0][1] < row[1]).count() as i64).collect();
        for (i, row) in part.iter().enumerate() {
            let away = |j: usize| match frame.unit {
                FrameUnit::Rows => j as i64 - i as i64,
                FrameUnit::Groups => groups[j] - groups[i],
                FrameUnit::Range => part[j][1].unwrap_or(0) - row[1].unwrap_or(0),
            };
            let least = |bound: &Bound| match bound {
                Bound::Unbounded => None,
                Bound::Offset(Distance::Whole(n)) => Some(*n as i64),
                _ => Some(0),
            };
            let is_in = |j: &usize| {
                least(&frame.start).is_none_or(|from| away(*j) >= from) && least(&frame.end).is_none_or(|to| away(*j) <= to)
            };
            let is_left_out = |j: usize| match frame.exclude {
                Exclude::Nothing => false,
                Exclude::Row => i == j,
                Exclude::Group => groups[i] == groups[j],
                Exclude::Ties => groups[i] == groups[j] && i != j,
            };
            let inside = (0..part.len()).filter(|j| is_in(j) && !is_left_out(*j)).map(|j| part[j][2]);
            let inside: Vec<Option<i64>> = inside.collect();
            let there: Vec<i64> = inside.iter().flatten().copied().collect();
            let results = [
                (!there.is_empty()).then(|| there.iter().sum()),
                Some(there.len() as i64),
                there.iter().min().copied(),
                there.iter().max().copied(),
                inside.first().copied().flatten(),
                there.last().copied(),
                there.get(1).copied(),
                inside.iter().rev().nth(1).copied().flatten(),
                there.iter().rev().nth(2).copied(),
                if i >= 2 { part[i - 2][2] } else { row[3] },
            ];
            *found.entry(format!("{:?}", row.iter().chain(&results).collect::<Vec<_>>())).or_default() += 1;
        }
    }
    found
}

fn play(known: &mut BTreeMap<String, i64>, out: &mut Output) {
    for batch in out.batches.drain(..) {
        for at in 0..batch.rows() {
            let cell = |column: &Column| if let Value::Int(n) = column.value(at, &DataType::BigInt) { Some(n) } else { None };
            let text = format!("{:?}", batch.columns.iter().map(cell).collect::<Vec<_>>());
            let count = known.entry(text.clone()).or_default();
            *count += batch.kind(at).sign();
            assert!(*count >= 0, "{text} is taken back but not there");
            known.retain(|_, count| *count > 0);
        }
    }
}

fn random_row(random: &mut fastrand::Rng, number: i64, from: i64) -> Row {
    let mut some = |least: i64, most: i64| (random.u8(..6) > 0).then(|| random.i64(least..most));
    let (key, value) = (some(0, 3), some(-9, 9));
    [key, Some(from + random.i64(0..6)), value, Some(number)]
}

fn frames(random: &mut fastrand::Rng, ahead: i128) -> Frame {
    let unit = [FrameUnit::Rows, FrameUnit::Range, FrameUnit::Groups][random.usize(..3)];
    let mut bound = |least: i128| match random.u8(..4) {
        0 => Bound::CurrentRow,
        _ => Bound::Offset(Distance::Whole(random.i128(least..=ahead))),
    };
    let (start, end) = (bound(-4), bound(-2));
    let exclude = [Exclude::Nothing, Exclude::Nothing, Exclude::Row, Exclude::Group, Exclude::Ties][random.usize(..5)];
    Frame { unit, start: if random.u8(..4) == 0 { Bound::Unbounded } else { start }, end, exclude }
}

#[test]
fn results_on_change_are_those_of_all_rows_at_any_point() {
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut frame = frames(&mut random, 3);
        if seed % 5 == 0 {
            frame.end = Bound::Unbounded;
        }
        let mut over = OnChange::new(shape(&frame), None);
        let (mut there, mut known, mut out) = (Vec::<Row>::new(), BTreeMap::new(), Output::default());
        for turn in 0..25 {
            let mut rows = Vec::new();
            for n in 0..random.usize(1..6) {
                if !there.is_empty() && random.usize(..50) < turn {
                    rows.push((there.swap_remove(random.usize(..there.len())), false));
                } else {
                    there.push(random_row(&mut random, (turn * 10 + n) as i64 % 7, -10));
                    rows.push((*there.last().expect("just pushed"), true));
                }
            }
            over.process(batch(&rows), &mut out).expect("takes rows");
            play(&mut known, &mut out);
            assert_eq!(known, naive(&there, &frame), "{frame:?}, seed {seed}, batch {turn}");
        }
        let rest: Vec<_> = there.into_iter().map(|row| (row, false)).collect();
        over.process(batch(&rest), &mut out).expect("takes rows");
        play(&mut known, &mut out);
        assert!(known.is_empty() && out.aside.is_empty());
    }
}

fn advance(over: &mut InOrder, time: i64, out: &mut Output) {
    while over.watermark(Watermark { time, stamp: 1 }, out).expect("takes a watermark") == Progress::More {}
}

#[test]
fn results_in_event_time_are_those_of_all_rows_in_time() {
    for seed in 0..90 {
        let mut random = fastrand::Rng::with_seed(seed);
        let frame = frames(&mut random, if seed % 3 == 0 { 2 } else { 0 });
        let mut over = InOrder::new(shape(&frame), Some(TimeColumns { time: 1, split_watermark: None }));
        let (mut there, mut known, mut out, mut watermark, mut late) =
            (Vec::<Row>::new(), BTreeMap::new(), Output::default(), -12, 0);
        for turn in 0..40 {
            let rows: Vec<_> =
                (0..random.usize(1..6)).map(|n| random_row(&mut random, turn * 10 + n as i64, turn - 12)).collect();
            for row in &rows {
                let is_late = row[1].is_some_and(|time| time < watermark);
                late += u64::from(is_late);
                there.extend((!is_late).then_some(*row));
            }
            over.process(batch(&rows.iter().map(|row| (*row, true)).collect::<Vec<_>>()), &mut out).expect("takes rows");
            watermark = watermark.max(turn - 12 + random.i64(-1..3));
            advance(&mut over, watermark, &mut out);
            play(&mut known, &mut out);
        }
        advance(&mut over, i64::MAX, &mut out);
        play(&mut known, &mut out);
        assert_eq!((known, out.late_rows), (naive(&there, &frame), late), "{frame:?}, seed {seed}");
    }
}

/// Counts, sums and means of all kinds of numbers over the last rows; behind them one function that rings are not for.
fn sums(rows: i128, with_other: bool) -> OverShape {
    use AggregateFunction::{Avg, Count, Min, Sum};
    let frame = Frame {
        unit: FrameUnit::Rows,
        start: Bound::Offset(Distance::Whole(1 - rows)),
        end: Bound::CurrentRow,
        exclude: Exclude::Nothing,
    };
    let decimal = DataType::Decimal { precision: 38, scale: 2 };
    let types = vec![DataType::BigInt, DataType::Double, DataType::Float, DataType::Int, decimal.clone()];
    let call = |function, columns: &[usize], data_type: &DataType| {
        let arguments: Vec<_> = columns.iter().map(|column| (*column, types[*column].clone())).collect();
        let aggregate = AggregateCall::new(function, &arguments, data_type.clone());
        OverCall { function: OverFunction::Aggregate(aggregate), frame: frame.clone(), data_type: data_type.clone() }
    };
    let calls = [
        call(Count, &[], &DataType::BigInt),
        call(Count, &[3], &DataType::BigInt),
        call(Sum, &[1], &DataType::Double),
        call(Avg, &[1], &DataType::Double),
        call(Sum, &[2], &DataType::Float),
        call(Sum, &[3], &DataType::BigInt),
        call(Avg, &[3], &DataType::Double),
        call(Sum, &[4], &decimal),
        call(Avg, &[4], &decimal),
    ];
    let other = with_other.then(|| call(Min, &[3], &DataType::Int));
    OverShape {
        keys: vec![0],
        order: Vec::new(),
        calls: calls.into_iter().chain(other).collect(),
        ttl: None,
        on_error: OnError::SetAside,
        types,
    }
}

fn random_numbers(random: &mut fastrand::Rng, types: &[DataType], rows: usize, key_count: i64) -> Batch {
    let mut columns: Vec<Column> = types.iter().map(|t| Column::with_capacity(t, rows)).collect();
    let doubles = [0.1, -2.5, 1e300, -1e300, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    for _ in 0..rows {
        // Great and strange ones are few.
        let double = doubles[if random.u8(..20) == 0 { random.usize(..8) } else { random.usize(..2) }];
        let decimal = if random.u8(..9) == 0 { 10i128.pow(38) - 1 } else { random.i128(-99..99) };
        let row =
            [Value::Int(random.i64(..key_count)), Value::Double(double), Value::Double(double), Value::Int(random.i64(-9..9))];
        for (column, value) in columns.iter_mut().zip(row.into_iter().chain([Value::Decimal(decimal)])) {
            column.push(if column.len() % 7 != 0 && random.u8(..8) == 0 { &Value::Null } else { &value });
        }
    }
    Batch::new(columns, rows, 1)
}

#[test]
fn rings_give_what_frames_give_to_the_last_bit() {
    for (seed, rows) in [1, 2, 3, 7, 100].into_iter().enumerate() {
        let mut random = fastrand::Rng::with_seed(seed as u64);
        let [mut rings, mut frames] = [false, true].map(|with_other| InOrder::new(sums(rows, with_other), None));
        let (mut given, mut wanted) = (Output::default(), Output::default());
        for _ in 0..60 {
            let count = random.usize(1..80);
            let batch = random_numbers(&mut random, &sums(rows, false).types, count, 3);
            rings.process(batch.clone(), &mut given).expect("takes rows");
            frames.process(batch, &mut wanted).expect("takes rows");
        }
        assert_eq!(given.aside.len(), wanted.aside.len(), "rows that do not fit");
        assert!(rows == 1 || !given.aside.is_empty());
        for (ring, frame) in given.batches.iter().zip(&mut wanted.batches) {
            frame.columns.pop();
            assert_eq!(format!("{:?}", ring.columns), format!("{:?}", frame.columns), "frames of {rows} rows");
        }
    }
}

#[test]
fn ten_times_the_rows_of_the_same_keys_are_held_in_the_same_memory() {
    let offset = |n| Bound::Offset(Distance::Whole(n));
    for (frame, calls_max) in [
        // A sum and a count: kept in rings.
        (Frame { unit: FrameUnit::Rows, start: offset(-20), end: Bound::CurrentRow, exclude: Exclude::Nothing }, 2),
        (Frame { unit: FrameUnit::Rows, start: offset(-20), end: Bound::CurrentRow, exclude: Exclude::Nothing }, 10),
        (Frame { unit: FrameUnit::Range, start: offset(-20), end: Bound::CurrentRow, exclude: Exclude::Nothing }, 10),
        (Frame { unit: FrameUnit::Range, start: Bound::Unbounded, end: Bound::CurrentRow, exclude: Exclude::Nothing }, 10),
        (Frame { unit: FrameUnit::Rows, start: offset(-5), end: offset(3), exclude: Exclude::Nothing }, 10),
    ] {
        let mut with = shape(&frame);
        with.calls.truncate(calls_max);
        let mut over = InOrder::new(with, Some(TimeColumns { time: 1, split_watermark: None }));
        let mut out = Output::default();
        let mut most = |turns: std::ops::Range<i64>| {
            let mut most = 0;
            for turn in turns {
                let rows: Vec<_> =
                    (0..50).map(|n| ([Some(n % 5), Some(turn * 10 + n / 5), Some(n * turn % 17), Some(n)], true)).collect();
                over.process(batch(&rows), &mut out).expect("takes rows");
                advance(&mut over, turn * 10, &mut out);
                out.batches.clear();
                most = most.max(over.state_bytes());
            }
            most
        };
        let (once, tenfold) = (most(0..100), most(100..1000));
        assert!(tenfold <= once + once / 4, "{frame:?}: {once} and then {tenfold} bytes");
    }
}

#[test]
fn keys_out_of_reach_of_their_frames_are_forgotten() {
    let frame = Frame {
        unit: FrameUnit::Range,
        start: Bound::Offset(Distance::Whole(-20)),
        end: Bound::CurrentRow,
        exclude: Exclude::Nothing,
    };
    let mut with = shape(&frame);
    // LAG remembers its key for good.
    with.calls.pop();
    let mut over = InOrder::new(with, Some(TimeColumns { time: 1, split_watermark: None }));
    let (mut out, mut held, mut later) = (Output::default(), 0, 0);
    for turn in 0..12_000 {
        over.process(batch(&[([Some(turn), Some(turn), Some(1), Some(turn)], true)]), &mut out).expect("takes rows");
        advance(&mut over, turn, &mut out);
        let most = if turn < 2000 { &mut held } else { &mut later };
        *most = over.state_bytes().max(*most);
    }
    assert!(later <= held + held / 4, "{held} and then {later} bytes");
}

/// What COUNT over all rows of a key up to its own gives, for a row of each of these keys with its time and stamp; with a time, the watermark
/// that follows.
fn counts(rows: &[(i64, i64, u64, Option<i64>)]) -> Vec<i64> {
    let frame = Frame { unit: FrameUnit::Rows, start: Bound::Unbounded, end: Bound::CurrentRow, exclude: Exclude::Nothing };
    let mut shape = OverShape { ttl: Some(10), ..shape(&frame) };
    shape.calls = vec![shape.calls.remove(1)];
    let waits = rows.iter().any(|(.., watermark)| watermark.is_some());
    let mut over = InOrder::new(shape, waits.then_some(TimeColumns { time: 1, split_watermark: None }));
    let mut out = Output::default();
    for (key, time, stamp, watermark) in rows {
        let columns = batch(&[([Some(*key), Some(*time), Some(1), None], true)]).columns;
        over.process(Batch::new(columns, 1, *stamp), &mut out).expect("takes rows");
        if let Some(time) = watermark {
            over.watermark(Watermark { time: *time, stamp: *stamp }, &mut out).expect("takes a watermark");
        }
    }
    let count = |batch: &Batch| batch.columns.last().expect("a count").clone();
    let value = |column: Column| (0..column.len()).map(|row| column.value(row, &DataType::BigInt)).collect::<Vec<_>>();
    let number = |value| if let Value::Int(number) = value { number } else { panic!("a count") };
    out.batches.iter().flat_map(|batch| value(count(batch))).map(number).collect()
}

#[test]
fn a_key_of_which_no_row_came_for_its_time_to_live_begins_anew() {
    assert_eq!(
        counts(&[(1, 1, 0, None), (1, 2, 9, None), (2, 3, 15, None), (1, 4, 18, None), (1, 5, 28, None)]),
        [1, 2, 1, 3, 1]
    );
    // The second row of key 1 waits, so what came before it is still there.
    let rows = [(1, 1, 0, Some(2)), (1, 50, 9, Some(10)), (2, 20, 30, Some(30)), (2, 60, 35, Some(70)), (1, 80, 60, Some(90))];
    assert_eq!(counts(&rows), [1, 1, 2, 2, 1]);
}

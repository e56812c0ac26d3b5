//! Every aggregate function against a naive twin that looks at all rows of a group again: rows that come and go at random, with NULLs,
//! DISTINCT and FILTER, and groups that take in others.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::batch::RowKind;
use crate::types::relation::{
    AggregateCall, AggregateFunction, BitmapResult, BitmapSet, Changes, Distinct, Moment, Nulls, SortKey,
};
use crate::types::{DataType, Value, bitmap};

const TYPES: [DataType; 9] = [
    DataType::Int,
    DataType::Double,
    DataType::Double,
    DataType::SmallInt,
    DataType::Boolean,
    DataType::STRING,
    DataType::BigInt,
    DataType::Int,
    DataType::Bitmap,
];
const KEY: usize = 0;
const Y: usize = 1;
const X: usize = 2;
const SMALL: usize = 3;
const FLAG: usize = 4;
const TEXT: usize = 5;
const BIG: usize = 6;
const INTEGER: usize = 7;
const BITMAP: usize = 8;

type Row = Vec<Value>;

/// What a function makes of the rows that it is fed, of which there is one or more.
type Twin = fn(&AggregateCall, &[&Row]) -> Value;

fn random_row(random: &mut fastrand::Rng) -> Row {
    // Far from zero, so that a method that subtracts large sums from each other shows it.
    let double = |random: &mut fastrand::Rng| Value::Double(1e7 + f64::from(random.i32(-20..20)) / 8.0);
    let texts = ["", "a", "b", "a text of more than twelve bytes", "ü", "\0", "a\0b"];
    let edges = [i32::MIN, -2, -1, 0, 1, 2, 3, i32::MAX];
    let some = |random: &mut fastrand::Rng| edges.into_iter().filter(|_| random.bool()).map(|n| n as u32).collect();
    let row = [
        Value::Int(random.i64(0..3)),
        double(random),
        double(random),
        Value::Int(random.i64(-9..10)),
        Value::Bool(random.bool()),
        Value::text(texts[random.usize(..texts.len())]),
        Value::Int(random.i64(..)),
        Value::Int(edges[random.usize(..edges.len())].into()),
        bitmap_of(some(random)),
    ];
    let null = |(at, value): (usize, Value)| if at != KEY && random.u8(..8) == 0 { Value::Null } else { value };
    row.into_iter().enumerate().map(null).collect()
}

fn bitmap_of(integers: BTreeSet<u32>) -> Value {
    let mut bytes = Vec::new();
    bitmap::write(integers.into_iter().collect(), &mut bytes);
    Value::Bytes(bytes.into())
}

fn batch(rows: &[(Row, RowKind)]) -> Batch {
    let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, 0)).collect();
    rows.iter().for_each(|(row, _)| columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value)));
    let mut batch = Batch::new(columns, rows.len(), 0);
    batch.kinds = Some(rows.iter().map(|(_, kind)| *kind).collect());
    batch
}

/// The result of a call over the rows of one group.
fn expected(call: &AggregateCall, rows: &[Row], twin: Twin) -> Value {
    let passes = |row: &&Row| call.filter.is_none_or(|f| row[f] == Value::Bool(true));
    let is_fed = |row: &&Row| call.arguments[..call.required()].iter().all(|a| row[*a] != Value::Null);
    let mut fed: Vec<&Row> = rows.iter().filter(passes).filter(is_fed).collect();
    if call.distinct == Distinct::Distinct {
        let values = |row: &Row| format!("{:?}", call.arguments.iter().map(|a| &row[*a]).collect::<Vec<_>>());
        let mut seen = Vec::new();
        fed.retain(|row| {
            let is_new = !seen.contains(&values(row));
            seen.push(values(row));
            is_new
        });
    }
    match fed.is_empty() {
        true if call.function == AggregateFunction::Count => Value::Int(0),
        true => Value::Null,
        false => twin(call, &fed),
    }
}

fn assert_same(call: &AggregateCall, found: &Value, expected: &Value) {
    let close = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0);
    match (found, expected) {
        (Value::Double(a), Value::Double(b)) => assert!(close(*a, *b), "{call:?}: {a} for {b}"),
        _ => assert_eq!(found, expected, "{call:?}"),
    }
}

fn shape_of(call: &AggregateCall, retracts: Retracts) -> Shape {
    let (calls, keeps_empty, changes) = (vec![call.clone()], Retention::Remove, Changes::AfterOnly);
    Shape { keys: vec![KEY], key_types: vec![TYPES[KEY].clone()], calls, retracts, keeps_empty, changes, ttl: None }
}

fn results(groups: &Grouped, call: &AggregateCall) -> BTreeMap<i64, Value> {
    let live = groups.table.in_order();
    let (keys, results) = groups.read(&live);
    let row = |row: usize| match keys[0].value(row, &TYPES[KEY]) {
        Value::Int(key) => (key, results[0].value(row, &call.data_type)),
        key => panic!("a key {key:?}"),
    };
    (0..live.len()).map(row).collect()
}

fn check(call: &AggregateCall, retracts: Retracts, twin: Twin) {
    let shape = shape_of(call, retracts);
    let mut random = fastrand::Rng::with_seed(11);
    let mut scratch = Scratch::default();
    let (mut whole, mut parts) = (Grouped::new(&shape), [0; 2].map(|_| Grouped::new(&shape)));
    let (mut live, mut live_parts) = (BTreeMap::<i64, Vec<Row>>::new(), [0; 2].map(|_| Vec::<Row>::new()));
    whole.leave_flat();
    for _ in 0..40 {
        let (part, mut rows) = (random.usize(..2), Vec::new());
        for _ in 0..random.usize(1..12) {
            let is_gone = retracts == Retracts::Maybe && !live_parts[part].is_empty() && random.u8(..9) < 4;
            let row = match is_gone {
                true => live_parts[part][random.usize(..live_parts[part].len())].clone(),
                false => random_row(&mut random),
            };
            let Value::Int(key) = row[KEY] else { continue };
            let group = live.entry(key).or_default();
            let mut lists = [group, &mut live_parts[part]];
            if is_gone {
                lists.iter_mut().for_each(|list| drop(list.remove(list.iter().position(|r| *r == row).expect("live"))));
            } else {
                lists.iter_mut().for_each(|list| list.push(row.clone()));
            }
            rows.push((row, if is_gone { RowKind::Delete } else { RowKind::Insert }));
        }
        live.retain(|_, rows| !rows.is_empty());
        let batch = batch(&rows);
        for groups in [&mut whole, &mut parts[part]] {
            scratch.prepare(&batch);
            groups.apply(&shape, &batch, &Selection::All(rows.len()), &mut scratch);
            assert!(scratch.errors.is_empty());
        }
        let found = results(&whole, call);
        assert_eq!(found.keys().collect::<Vec<_>>(), live.keys().collect::<Vec<_>>());
        found.iter().for_each(|(key, found)| assert_same(call, found, &expected(call, &live[key], twin)));
    }
    let [mut first, second] = parts;
    first.merge(&shape, &second, &mut scratch);
    first.leave_flat();
    let found = results(&first, call);
    found.iter().for_each(|(key, found)| assert_same(call, found, &expected(call, &live[key], twin)));
    let groups = first.table.in_order();
    groups.iter().for_each(|group| first.remove(*group));
    first.merge_states(&shape, &whole.states(&whole.table.in_order()), &mut scratch);
    assert_eq!(
        format!("{:?}", results(&first, call)),
        format!("{:?}", results(&whole, call)),
        "nothing is left of those removed"
    );
}

/// With and without rows taken back, DISTINCT and FILTER.
fn check_all(call: &AggregateCall, twin: Twin) {
    for retracts in [Retracts::Never, Retracts::Maybe] {
        for distinct in [Distinct::All, Distinct::Distinct] {
            for filter in [None, Some(FLAG)] {
                check(&AggregateCall { distinct, filter, ..call.clone() }, retracts, twin);
            }
        }
    }
}

fn call(function: AggregateFunction, columns: &[usize], data_type: DataType) -> AggregateCall {
    let arguments: Vec<_> = columns.iter().map(|column| (*column, TYPES[*column].clone())).collect();
    AggregateCall::new(function, &arguments, data_type)
}

fn doubles(rows: &[&Row], column: usize) -> Vec<f64> {
    rows.iter().map(|row| if let Value::Double(x) = row[column] { x } else { panic!("{row:?}") }).collect()
}

fn whole(rows: &[&Row], column: usize) -> Vec<i64> {
    rows.iter().map(|row| if let Value::Int(n) = row[column] { n } else { panic!("{row:?}") }).collect()
}

fn mean(values: &[f64]) -> f64 {
    // Around the first, which is near to all.
    values[0] + values.iter().map(|x| x - values[0]).sum::<f64>() / values.len() as f64
}

/// The sum of products of the distances from the means, in two passes.
fn spread(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum()
}

#[test]
fn moments_are_those_of_two_passes() {
    for moment in [Moment::VarPop, Moment::VarSamp, Moment::StddevPop, Moment::StddevSamp] {
        check_all(&call(AggregateFunction::Moment(moment), &[X], DataType::Double), |call, rows| {
            let AggregateFunction::Moment(moment) = call.function else { panic!("{call:?}") };
            let x = doubles(rows, X);
            let (n, sum) = (x.len() as f64, spread(&x, &x));
            let result = match moment {
                Moment::VarPop => sum / n,
                Moment::StddevPop => (sum / n).sqrt(),
                _ if x.len() < 2 => return Value::Null,
                Moment::VarSamp => sum / (n - 1.0),
                _ => (sum / (n - 1.0)).sqrt(),
            };
            Value::Double(result)
        });
    }
}

#[test]
fn moments_of_pairs_are_those_of_two_passes() {
    use Moment as M;
    let moments = [M::CovarPop, M::CovarSamp, M::Corr, M::RegrAvgX, M::RegrAvgY, M::RegrSxx, M::RegrSyy, M::RegrSxy];
    for moment in moments.into_iter().chain([M::RegrSlope, M::RegrIntercept, M::RegrR2]) {
        check_all(&call(AggregateFunction::Moment(moment), &[Y, X], DataType::Double), |call, rows| {
            let AggregateFunction::Moment(moment) = call.function else { panic!("{call:?}") };
            let (y, x) = (doubles(rows, Y), doubles(rows, X));
            let (n, xx, yy, xy) = (x.len() as f64, spread(&x, &x), spread(&y, &y), spread(&x, &y));
            let slope = xy / xx;
            let result = match moment {
                M::CovarPop => xy / n,
                M::CovarSamp if n < 2.0 => return Value::Null,
                M::CovarSamp => xy / (n - 1.0),
                M::RegrAvgX => mean(&x),
                M::RegrAvgY => mean(&y),
                M::RegrSxx => xx,
                M::RegrSyy => yy,
                M::RegrSxy => xy,
                M::Corr if xx == 0.0 || yy == 0.0 => return Value::Null,
                M::Corr => xy / (xx * yy).sqrt(),
                _ if xx == 0.0 => return Value::Null,
                M::RegrSlope => slope,
                M::RegrIntercept => mean(&y) - slope * mean(&x),
                M::RegrR2 if yy == 0.0 => 1.0,
                _ => xy * xy / (xx * yy),
            };
            Value::Double(result)
        });
    }
}

/// The integers of a row: its own, or those of its bitmap.
fn integers(row: &Row, column: usize) -> BTreeSet<u32> {
    match &row[column] {
        Value::Int(integer) => BTreeSet::from([*integer as u32]),
        Value::Bytes(bytes) => bitmap::open(bytes).into_iter().collect(),
        other => panic!("integers of {other:?}"),
    }
}

#[test]
fn bitmaps_are_those_of_sets() {
    use BitmapSet as B;
    for (set, column) in [(B::Build, INTEGER), (B::And, BITMAP), (B::Or, BITMAP), (B::Xor, BITMAP)] {
        for (result, data_type) in [(BitmapResult::Bitmap, DataType::Bitmap), (BitmapResult::Cardinality, DataType::BigInt)] {
            check_all(&call(AggregateFunction::Bitmap(set, result), &[column], data_type), |call, rows| {
                let AggregateFunction::Bitmap(set, result) = call.function else { panic!("{call:?}") };
                let sets = rows.iter().map(|row| integers(row, call.arguments[0]));
                let all = sets.reduce(|a, b| match set {
                    B::And => &a & &b,
                    B::Xor => &a ^ &b,
                    B::Build | B::Or => &a | &b,
                });
                let all = all.unwrap_or_default();
                if result == BitmapResult::Bitmap { bitmap_of(all) } else { Value::Int(all.len() as i64) }
            });
        }
    }
}

#[test]
fn truths_and_bits_are_those_of_folds() {
    check_all(&call(AggregateFunction::BoolAnd, &[FLAG], DataType::Boolean), |_, rows| {
        Value::Bool(rows.iter().all(|row| row[FLAG] == Value::Bool(true)))
    });
    check_all(&call(AggregateFunction::BoolOr, &[FLAG], DataType::Boolean), |_, rows| {
        Value::Bool(rows.iter().any(|row| row[FLAG] == Value::Bool(true)))
    });
    for column in [SMALL, BIG] {
        let bits = |function| call(function, &[column], TYPES[column].clone());
        check_all(&bits(AggregateFunction::BitAnd), |c, rows| {
            Value::Int(whole(rows, c.arguments[0]).into_iter().fold(-1, |a, b| a & b))
        });
        check_all(&bits(AggregateFunction::BitOr), |c, rows| {
            Value::Int(whole(rows, c.arguments[0]).into_iter().fold(0, |a, b| a | b))
        });
        check_all(&bits(AggregateFunction::BitXor), |c, rows| {
            Value::Int(whole(rows, c.arguments[0]).into_iter().fold(0, |a, b| a ^ b))
        });
    }
}

#[test]
fn counts_sums_and_extremes_are_those_of_folds() {
    check_all(&call(AggregateFunction::Count, &[SMALL, TEXT], DataType::BigInt), |_, rows| Value::Int(rows.len() as i64));
    check_all(&call(AggregateFunction::Sum, &[SMALL], DataType::BigInt), |_, rows| Value::Int(whole(rows, SMALL).iter().sum()));
    check_all(&call(AggregateFunction::Sum, &[X], DataType::Double), |_, rows| Value::Double(doubles(rows, X).iter().sum()));
    check_all(&call(AggregateFunction::Avg, &[X], DataType::Double), |_, rows| Value::Double(mean(&doubles(rows, X))));
    check_all(&call(AggregateFunction::Min, &[TEXT], DataType::STRING), |_, rows| {
        let texts = rows.iter().map(|row| if let Value::Str(text) = &row[TEXT] { text.clone() } else { panic!("{row:?}") });
        texts.min().map_or(Value::Null, Value::Str)
    });
}

#[test]
fn a_sum_of_doubles_does_not_keep_what_was_taken_back() {
    let shape = shape_of(&call(AggregateFunction::Sum, &[X], DataType::Double), Retracts::Maybe);
    let mut groups = Grouped::new(&shape);
    let mut scratch = Scratch::default();
    let row = |x: f64, kind| {
        let mut row = vec![Value::Null; TYPES.len()];
        (row[KEY], row[X]) = (Value::Int(1), Value::Double(x));
        (row, kind)
    };
    let huge = [1e300, 1e280, f64::MAX, f64::MAX, f64::INFINITY, f64::NAN, -1e-310];
    let mut rows: Vec<_> = huge.iter().map(|x| row(*x, RowKind::Insert)).collect();
    rows.extend([row(0.1, RowKind::Insert), row(0.2, RowKind::Insert)]);
    rows.extend(huge.iter().map(|x| row(*x, RowKind::Delete)));
    for chunk in rows.chunks(2) {
        let batch = batch(chunk);
        scratch.prepare(&batch);
        groups.apply(&shape, &batch, &Selection::All(chunk.len()), &mut scratch);
    }
    assert_eq!(results(&groups, &shape.calls[0])[&1], Value::Double(0.1 + 0.2));
}

fn sort_key(column: usize, descending: bool) -> SortKey {
    SortKey { column, descending, nulls_first: !descending }
}

fn ordered_call(function: AggregateFunction, column: usize, by: usize, descending: bool, data_type: DataType) -> AggregateCall {
    let (order, order_types) = (vec![sort_key(by, descending)], vec![TYPES[by].clone()]);
    AggregateCall { order, order_types, nulls: Nulls::Keep, ..call(function, &[column], data_type) }
}

/// A value so that it is ordered as text by its bytes, NULL first.
fn place(value: &Value) -> (bool, i64, &str) {
    match value {
        Value::Null => (false, 0, ""),
        Value::Int(n) => (true, *n, ""),
        Value::Str(text) => (true, 0, text),
        Value::Double(x) => (true, (x * 8.0) as i64, ""),
        value => panic!("{value:?}"),
    }
}

/// The arguments in the order of the call, those that it leaves equal in their own.
fn in_order(call: &AggregateCall, rows: &[&Row]) -> Vec<Value> {
    let (argument, key) = (call.arguments[0], call.order[0]);
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| {
        let by = place(&a[key.column]).cmp(&place(&b[key.column]));
        (if key.descending { by.reverse() } else { by }).then(place(&a[argument]).cmp(&place(&b[argument])))
    });
    rows.iter().map(|row| row[argument].clone()).collect()
}

fn json(values: &[Value]) -> Value {
    let one = |value: &Value| match value {
        Value::Null => "null".to_owned(),
        Value::Str(text) => format!("\"{}\"", text.replace('\0', "\\u0000")),
        Value::Int(n) => n.to_string(),
        value => panic!("{value:?}"),
    };
    Value::text(format!("[{}]", values.iter().map(one).collect::<Vec<_>>().join(",")))
}

#[test]
fn rows_in_order_are_those_of_sorting_all() {
    for retracts in [Retracts::Never, Retracts::Maybe] {
        for (by, descending) in [(BIG, false), (SMALL, true), (TEXT, false)] {
            let ordered = |function, data_type| ordered_call(function, TEXT, by, descending, data_type);
            check(&ordered(AggregateFunction::FirstValue, DataType::STRING), retracts, |c, rows| in_order(c, rows)[0].clone());
            check(&ordered(AggregateFunction::LastValue, DataType::STRING), retracts, |c, rows| {
                in_order(c, rows)[rows.len() - 1].clone()
            });
            check(&ordered(AggregateFunction::ArrayAgg, DataType::STRING), retracts, |c, rows| json(&in_order(c, rows)));
            let texts = AggregateCall {
                nulls: Nulls::Skip,
                constants: vec![Value::text("; ")],
                ..ordered(AggregateFunction::StringAgg, DataType::STRING)
            };
            check(&texts, retracts, |c, rows| {
                let texts = in_order(c, rows);
                let texts: Vec<&str> = texts.iter().map(|text| place(text).2).collect();
                Value::text(texts.join("; "))
            });
        }
        let distinct = AggregateCall {
            distinct: Distinct::Distinct,
            ..ordered_call(AggregateFunction::ArrayAgg, TEXT, TEXT, false, DataType::STRING)
        };
        check(&distinct, retracts, |c, rows| json(&in_order(c, rows)));
    }
}

#[test]
fn rows_without_an_order_stand_as_they_came() {
    let arrived = |function| call(function, &[TEXT], DataType::STRING);
    check(&arrived(AggregateFunction::FirstValue), Retracts::Never, |_, rows| rows[0][TEXT].clone());
    check(&arrived(AggregateFunction::LastValue), Retracts::Never, |_, rows| rows[rows.len() - 1][TEXT].clone());
    check(&arrived(AggregateFunction::ArrayAgg), Retracts::Never, |_, rows| {
        json(&rows.iter().map(|row| row[TEXT].clone()).collect::<Vec<_>>())
    });
}

#[test]
fn percentiles_and_modes_are_those_of_sorted_values() {
    for retracts in [Retracts::Never, Retracts::Maybe] {
        for (fraction, descending) in [(0.0, false), (0.3, false), (0.5, true), (0.75, false), (1.0, true)] {
            let constants = vec![Value::Double(fraction)];
            let percentile = |function, column: usize| AggregateCall {
                constants: constants.clone(),
                nulls: Nulls::Skip,
                ..ordered_call(function, column, column, descending, TYPES[column].clone())
            };
            check(&percentile(AggregateFunction::PercentileDisc, SMALL), retracts, |c, rows| {
                let (values, Value::Double(fraction)) = (in_order(c, rows), &c.constants[0]) else { panic!("{c:?}") };
                values[((fraction * values.len() as f64).ceil() as usize).max(1) - 1].clone()
            });
            check(&percentile(AggregateFunction::PercentileCont, X), retracts, |c, rows| {
                let (values, Value::Double(fraction)) = (in_order(c, rows), &c.constants[0]) else { panic!("{c:?}") };
                let way = fraction * (values.len() - 1) as f64;
                let at = |at: f64| if let Value::Double(x) = values[at as usize] { x } else { panic!("{values:?}") };
                Value::Double(at(way.floor()) + (at(way.ceil()) - at(way.floor())) * way.fract())
            });
            check(&percentile(AggregateFunction::Mode, SMALL), retracts, |_, rows| {
                let mut counts = BTreeMap::<i64, usize>::new();
                whole(rows, SMALL).into_iter().for_each(|n| *counts.entry(n).or_default() += 1);
                let most = counts.values().max().copied().unwrap_or_default();
                counts.into_iter().find(|(_, count)| *count == most).map_or(Value::Null, |(n, _)| Value::Int(n))
            });
        }
    }
}

#[test]
fn sketches_are_off_by_as_much_as_they_say() {
    for (retracts, fraction) in [(Retracts::Never, 0.5), (Retracts::Maybe, 0.9), (Retracts::Maybe, 0.0)] {
        let constants = vec![Value::Double(fraction), Value::Double(1e-12)];
        let call = AggregateCall { constants, ..call(AggregateFunction::ApproxPercentile, &[X], DataType::Double) };
        check(&call, retracts, |c, rows| {
            let Value::Double(fraction) = c.constants[0] else { panic!("{c:?}") };
            let mut values = doubles(rows, X);
            values.sort_by(f64::total_cmp);
            Value::Double(values[(fraction * (values.len() - 1) as f64).floor() as usize])
        });
    }
    let call = call(AggregateFunction::ApproxCountDistinct, &[BIG], DataType::BigInt);
    let shape = shape_of(&call, Retracts::Never);
    let (mut groups, mut scratch) = (Grouped::new(&shape), Scratch::default());
    let mut random = fastrand::Rng::with_seed(1);
    for (batches, distinct) in [(1, 100), (2, 300), (40, 20_000), (160, 100_000)] {
        let from = results(&groups, &call).len();
        for _ in 0..batches {
            let rows: Vec<_> = (0..2000)
                .map(|_| {
                    let mut row = vec![Value::Null; TYPES.len()];
                    (row[KEY], row[BIG]) = (Value::Int(distinct), Value::Int(random.i64(0..distinct)));
                    (row, RowKind::Insert)
                })
                .collect();
            let mut batch = batch(&rows);
            batch.kinds = None;
            scratch.prepare(&batch);
            groups.apply(&shape, &batch, &Selection::All(rows.len()), &mut scratch);
        }
        let found = results(&groups, &call);
        assert_eq!(found.len(), from + 1);
        let Value::Int(count) = found[&distinct] else { panic!("{found:?}") };
        // Not all numbers come up.
        let expected = distinct as f64 * (1.0 - (-(f64::from(batches) * 2000.0) / distinct as f64).exp());
        assert!((count as f64 / expected - 1.0).abs() < 0.05, "{count} for {expected}");
    }
}

//! Joins of random rows that come and go against loops over all pairs, after every batch.

use std::collections::BTreeMap;

use super::*;
use crate::batch::{RowKind, StampRun};
use crate::expr::{BinaryOp, Expr, Program};
use crate::types::Value;

const TYPES: [DataType; 3] = [DataType::BigInt, DataType::STRING, DataType::BigInt];
const KINDS: [JoinKind; 6] =
    [JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full, JoinKind::LeftSemi, JoinKind::LeftAnti];

type Row = Vec<Value>;

/// `left.2 < right.2`
fn less() -> PairFilter {
    let column = |index| Box::new(Expr::column(index, DataType::BigInt));
    let less = Expr::Binary { op: BinaryOp::Lt, left: column(0), right: column(1), data_type: DataType::Boolean };
    PairFilter::new(Program::compile(&less).expect("compiles"), &[2, 5], [&TYPES, &TYPES])
}

fn join(kind: JoinKind, keys: &[usize], filtered: bool, retracts: [Retracts; 2]) -> Join {
    let input = || JoinInput { keys: keys.to_vec(), types: TYPES.to_vec(), given: (0..TYPES.len()).collect() };
    Join::new(kind, [input(), input()], filtered.then(less), [None; 2], retracts, OnError::SetAside)
}

fn random_row(random: &mut fastrand::Rng) -> Row {
    let number = |random: &mut fastrand::Rng| if random.u8(..8) == 0 { Value::Null } else { Value::Int(random.i64(0..4)) };
    let text = ["", "a", "a text that does not stand in its view"][random.usize(..3)];
    vec![number(random), Value::text(text), number(random)]
}

fn batch(rows: &[(Row, bool)]) -> Batch {
    let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
    rows.iter().for_each(|(row, _)| columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value)));
    let kinds = rows.iter().map(|(_, comes)| if *comes { RowKind::Insert } else { RowKind::Delete }).collect();
    let stamps = rows.iter().enumerate().map(|(at, _)| StampRun { stamp: at as u64 + 1, count: 1 }).collect();
    Batch::with_stamps(columns, rows.len(), Some(kinds), stamps)
}

fn naive(kind: JoinKind, keys: &[usize], filtered: bool, [left, right]: [&[Row]; 2]) -> BTreeMap<String, i64> {
    let meets = |l: &Row, r: &Row| {
        let equal = keys.iter().all(|key| l[*key] != Value::Null && l[*key] == r[*key]);
        let less = matches!((&l[2], &r[2]), (Value::Int(l), Value::Int(r)) if l < r);
        equal && (!filtered || less)
    };
    let nulls = vec![Value::Null; TYPES.len()];
    let mut found = BTreeMap::new();
    let mut give = |parts: &[&Row]| {
        *found.entry(format!("{:?}", parts.iter().flat_map(|row| row.iter()).collect::<Vec<_>>())).or_default() += 1
    };
    for l in left {
        let met = right.iter().filter(|r| meets(l, r)).count();
        match kind {
            JoinKind::LeftSemi if met > 0 => give(&[l]),
            JoinKind::LeftAnti if met == 0 => give(&[l]),
            JoinKind::LeftSemi | JoinKind::LeftAnti => {}
            JoinKind::Left | JoinKind::Full if met == 0 => give(&[l, &nulls]),
            _ => right.iter().filter(|r| meets(l, r)).for_each(|r| give(&[l, r])),
        }
    }
    if matches!(kind, JoinKind::Right | JoinKind::Full) {
        right.iter().filter(|r| !left.iter().any(|l| meets(l, r))).for_each(|r| give(&[&nulls, r]));
    }
    found
}

/// Adds what was given out to what was before; no row may be there less than no times.
fn play(known: &mut BTreeMap<String, i64>, out: &mut Output) {
    for batch in out.batches.drain(..) {
        let types: Vec<DataType> = TYPES.iter().chain(&TYPES).take(batch.columns.len()).cloned().collect();
        for row in 0..batch.rows() {
            let text = format!("{:?}", batch.row(row, &types));
            let count = known.entry(text.clone()).or_default();
            *count += batch.kind(row).sign();
            assert!(*count >= 0, "{text} is taken back but not there");
            if *count == 0 {
                known.remove(&text);
            }
        }
    }
}

fn check(kind: JoinKind, keys: &[usize], filtered: bool) {
    let mut random = fastrand::Rng::with_seed(keys.len() as u64 + u64::from(filtered) * 10);
    let mut join = join(kind, keys, filtered, [Retracts::Maybe; 2]);
    let (mut there, mut known, mut out) = ([Vec::<Row>::new(), Vec::new()], BTreeMap::new(), Output::default());
    for turn in 0..60 {
        let side = random.usize(..2);
        let mut rows = Vec::new();
        for _ in 0..random.usize(1..12) {
            // More goes than comes towards the end.
            if !there[side].is_empty() && random.usize(..60) < 10 + turn / 2 {
                let at = random.usize(..there[side].len());
                rows.push((there[side].swap_remove(at), false));
            } else {
                let row = random_row(&mut random);
                there[side].push(row.clone());
                rows.push((row, true));
            }
        }
        join.process_input(side, batch(&rows), &mut out).expect("takes rows");
        assert!(out.aside.is_empty());
        play(&mut known, &mut out);
        assert_eq!(known, naive(kind, keys, filtered, [&there[0], &there[1]]), "{kind:?} by {keys:?}, batch {turn}");
    }
    for (side, rows) in there.into_iter().enumerate() {
        let rows: Vec<_> = rows.into_iter().map(|row| (row, false)).collect();
        join.process_input(side, batch(&rows), &mut out).expect("takes rows");
    }
    play(&mut known, &mut out);
    assert!(known.is_empty() && join.keys.is_empty(), "{kind:?}: what is empty keeps nothing");
    assert!(join.sides.iter().all(Side::is_empty));
}

#[test]
fn joins_are_those_of_loops_over_all_pairs_at_any_point() {
    for kind in KINDS {
        for filtered in [false, true] {
            check(kind, &[0], filtered);
            check(kind, &[0, 1], filtered);
            check(kind, &[1], filtered);
            check(kind, &[], filtered);
        }
    }
}

#[test]
fn a_row_that_meets_very_many_and_many_that_meet_some_come_out_whole() {
    let many: Vec<_> =
        (0..PAIRS_AT_ONCE as i64 + 5).map(|n| (vec![Value::Int(1), Value::text("a"), Value::Int(n)], true)).collect();
    let mut join = join(JoinKind::Inner, &[0], false, [Retracts::Never; 2]);
    let mut out = Output::default();
    join.process_input(0, batch(&many), &mut out).expect("takes rows");
    assert!(out.batches.is_empty());
    join.process_input(1, batch(&many[..3]), &mut out).expect("takes rows");
    assert_eq!(out.batches.iter().map(Batch::rows).sum::<usize>(), 3 * many.len());
    assert_eq!(out.batches.len(), 3);
    assert_eq!(out.batches[1].stamps.as_slice(), [StampRun { stamp: 2, count: many.len() as u32 }]);
}

#[test]
fn a_row_taken_back_that_is_not_there_goes_aside() {
    let mut join = join(JoinKind::Full, &[0], false, [Retracts::Maybe; 2]);
    let mut out = Output::default();
    let row = |n: i64| vec![Value::Int(n), Value::text("a"), Value::Null];
    join.process_input(0, batch(&[(row(1), true), (row(2), false), (row(1), false), (row(1), false)]), &mut out)
        .expect("takes rows");
    assert_eq!(out.aside.len(), 2);
    assert_eq!(out.aside[0].reason, "a row is taken back that is not there");
    let mut known = BTreeMap::new();
    play(&mut known, &mut out);
    assert!(known.is_empty() && join.keys.is_empty() && join.sides[0].is_empty());
}

#[test]
fn rows_that_come_and_go_leave_no_state_behind() {
    let mut join = join(JoinKind::Left, &[0], false, [Retracts::Maybe; 2]);
    let mut out = Output::default();
    let mut turn = |join: &mut Join, round: i64| {
        for (side, comes) in [(0, true), (1, true), (0, false), (1, false)] {
            let row =
                |n: i64| vec![Value::Int(round * 100 + n), Value::text("a text that does not stand in its view"), Value::Int(n)];
            let rows: Vec<_> = (0..100).map(|n| (row(n), comes)).collect();
            join.process_input(side, batch(&rows), &mut out).expect("takes rows");
        }
        out.batches.clear();
    };
    (0..50).for_each(|round| turn(&mut join, round));
    let before = join.state_bytes();
    (50..550).for_each(|round| turn(&mut join, round));
    assert!(join.state_bytes() <= before * 2, "{before} bytes became {}", join.state_bytes());
}

/// Rows of both inputs, then of one of them, which never takes any back, once the other has ended.
fn check_ended(kind: JoinKind, ended: usize, keys: &[usize], retracts: Retracts) {
    let mut random = fastrand::Rng::with_seed(ended as u64);
    let mut of_both = [Retracts::Never; 2];
    of_both[ended] = retracts;
    let mut join = join(kind, keys, true, of_both);
    let (mut there, mut known, mut out) = ([Vec::<Row>::new(), Vec::new()], BTreeMap::new(), Output::default());
    let mut bytes = usize::MAX;
    for turn in 0..60 {
        let side = if turn < 10 { turn % 2 } else { 1 - ended };
        if turn == 10 {
            join.input_ended(ended, &mut out).expect("ends");
            assert!(join.sides[1 - ended].is_empty());
        }
        let mut rows = Vec::new();
        for _ in 0..random.usize(1..12) {
            let row = random_row(&mut random);
            there[side].push(row.clone());
            rows.push((row, true));
        }
        if side == ended && retracts == Retracts::Maybe {
            rows.push((there[side].swap_remove(0), false));
        }
        join.process_input(side, batch(&rows), &mut out).expect("takes rows");
        play(&mut known, &mut out);
        assert_eq!(known, naive(kind, keys, true, [&there[0], &there[1]]), "{kind:?}, input {ended} has ended, batch {turn}");
        bytes = if turn == 15 { join.state_bytes() } else { bytes };
        assert!(join.state_bytes() <= bytes, "{} bytes after {bytes}", join.state_bytes());
    }
}

#[test]
fn rows_that_nothing_can_meet_any_more_are_not_kept() {
    for kind in KINDS {
        for (ended, retracts) in [(0, Retracts::Never), (0, Retracts::Maybe), (1, Retracts::Never), (1, Retracts::Maybe)] {
            check_ended(kind, ended, &[0], retracts);
            check_ended(kind, ended, &[], retracts);
        }
    }
}

#[test]
fn rows_that_may_be_taken_back_are_kept_when_the_other_input_has_ended() {
    let mut join = join(JoinKind::Inner, &[0], false, [Retracts::Maybe; 2]);
    let mut out = Output::default();
    let row = |n: i64| vec![Value::Int(n), Value::text("a"), Value::Null];
    join.process_input(0, batch(&[(row(1), true)]), &mut out).expect("takes rows");
    join.input_ended(1, &mut out).expect("ends");
    join.process_input(0, batch(&[(row(1), false), (row(1), false)]), &mut out).expect("takes rows");
    assert_eq!(out.aside.len(), 1);
}

#[test]
fn rows_that_have_not_come_for_too_long_are_forgotten_and_not_taken_back() {
    for kind in [JoinKind::Inner, JoinKind::Full] {
        let input = || JoinInput { keys: vec![0], types: TYPES.to_vec(), given: vec![0] };
        let mut join = Join::new(kind, [input(), input()], None, [Some(100); 2], [Retracts::Maybe; 2], OnError::SetAside);
        let mut out = Output::default();
        let row = |key: i64| vec![Value::Int(key), Value::text("a text that does not stand in its view"), Value::Null];
        let mut take = |join: &mut Join, side: usize, key: i64, comes: bool, now: u64| {
            let mut batch = batch(&[(row(key), comes)]);
            batch.stamps = smallvec::smallvec![StampRun { stamp: now, count: 1 }];
            join.process_input(side, batch, &mut out).expect("takes rows");
            let pairs = |batch: &Batch| (0..batch.rows()).filter(|row| (0..2).all(|c| !batch.columns[c].is_null(*row))).count();
            (out.batches.drain(..).map(|batch| pairs(&batch)).sum::<usize>(), out.aside.drain(..).count())
        };
        assert_eq!(take(&mut join, 0, 1, true, 1_000), (0, 0));
        assert_eq!(take(&mut join, 0, 2, true, 1_050), (0, 0));
        assert_eq!(take(&mut join, 1, 1, true, 1_099), (1, 0), "still there");
        assert_eq!(take(&mut join, 1, 1, true, 1_100), (0, 0), "the left row is forgotten");
        assert_eq!(take(&mut join, 0, 2, true, 1_140), (0, 0), "it has come again");
        assert_eq!(take(&mut join, 1, 2, true, 1_200), (2, 0), "twice");
        assert_eq!(take(&mut join, 0, 1, false, 1_201), (0, 1), "it is not there");
        for round in 0..2_000 {
            take(&mut join, (round % 2) as usize, 10 + round, true, 2_000 + round as u64);
        }
        assert!(join.keys.len() <= 101 && join.state_bytes() < 200_000, "{} bytes", join.state_bytes());
    }
}

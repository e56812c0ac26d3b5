//! What operators hold when ten times the data has gone through, over the same keys and as many windows at once: no more.

use super::over::OverShape;
use super::*;
use crate::batch::{Column, RowKind, Values};
use crate::expr::{BinaryOp, Expr, Program};
use crate::types::Reload;
use crate::types::over::{Bound, Exclude, Frame, FrameUnit, OverCall, OverFunction};
use crate::types::pattern::{End, Greed, Navigation, Pattern, PatternShape, Reference, RowsPerMatch, Skip, Span, Variables};
use crate::types::relation::{
    AggregateCall, AggregateFunction, Aligned, Changes, Deadline, Deletion, Emit, Filling, HoldShape, JoinKind, Lookup,
    LookupRows, Netting, Partial, RankFunction, Recall, Retracts, SortKey, SortTime, Standing, Ties, TimeBounds, VersionTime,
    WindowColumn, WindowTimes,
};

/// key, time, number
const TYPES: [DataType; 3] = [DataType::BigInt, DataType::Timestamp(3), DataType::BigInt];

const ROUNDS: i64 = 1_000;

const ROWS: i64 = 40;

const BOTH: Changes = Changes::BeforeAndAfter;

/// Forty rows of seven keys, whose time is about ten times the round.
fn rows(round: i64, kind: RowKind) -> Batch {
    let column = |of: &dyn Fn(i64) -> i64| Column::from_values(Values::I64((0..ROWS).map(of).collect()));
    let columns = vec![column(&|n| n % 7), column(&|n| round * 10 + n % 5), column(&|n| round * ROWS + n)];
    let mut batch = Batch::new(columns, ROWS as usize, 1);
    batch.kinds = Some(vec![kind; ROWS as usize]);
    batch
}

fn passes(operator: &mut dyn Operator, time: i64, out: &mut Output) {
    while operator.watermark(Watermark { time, stamp: 1 }, out).expect("takes a watermark") == Progress::More {}
}

/// Rows that only come, and a watermark close behind them.
fn flow(operator: &mut dyn Operator, round: i64, out: &mut Output) {
    let mut batch = rows(round, RowKind::Insert);
    batch.kinds = None;
    operator.process(batch, out).expect("takes rows");
    passes(operator, round * 10 + 4, out);
}

/// Rows that come and are taken back in the next round.
fn come_and_go(operator: &mut dyn Operator, round: i64, out: &mut Output) {
    operator.process(rows(round, RowKind::Insert), out).expect("takes rows");
    if round > 0 {
        operator.process(rows(round - 1, RowKind::Delete), out).expect("takes rows");
    }
}

fn check(what: &str, mut operator: Box<dyn Operator>, turn: fn(&mut dyn Operator, i64, &mut Output)) {
    let mut sizes = Vec::new();
    for round in 0..ROUNDS {
        let mut out = Output::default();
        turn(&mut *operator, round, &mut out);
        assert!(out.aside.is_empty() && out.late_rows == 0, "{what}: {:?}", out.aside);
        sizes.push(operator.state_bytes());
    }
    let most = |sizes: &[usize]| sizes.iter().copied().max().unwrap_or(0);
    let (first, all) = (most(&sizes[..ROUNDS as usize / 10]), most(&sizes));
    assert!(all <= first * 3 / 2, "{what}: {first} bytes became {all}");
}

fn calls() -> Vec<AggregateCall> {
    use AggregateFunction::{Count, Max, Sum};
    let over = |function| AggregateCall::new(function, &[(2, DataType::BigInt)], DataType::BigInt);
    vec![AggregateCall::new(Count, &[], DataType::BigInt), over(Sum), over(Max)]
}

fn order() -> Vec<SortKey> {
    vec![SortKey { column: 2, descending: true, nulls_first: false }]
}

#[test]
fn windows_and_their_panes_are_freed() {
    for window in [
        Aligned::Tumble { size: 10, offset: 0 },
        Aligned::Hop { size: 40, slide: 10, offset: 0 },
        Aligned::Hop { size: 5, slide: 10, offset: 0 },
        Aligned::Cumulate { size: 40, step: 10, offset: 0 },
        Aligned::Given,
    ] {
        for emit in [Emit::OnClose, Emit::OnChange] {
            let (never, on_error) = (Retracts::Never, OnError::SetAside);
            let aggregate = WindowAggregate::new(1, None, window, vec![0], calls(), emit, BOTH, never, on_error, TYPES.to_vec());
            check(&format!("{window:?} {emit:?}"), Box::new(aggregate), flow);
        }
    }
}

#[test]
fn sessions_are_freed() {
    let within = |gap| SessionShape { time_column: 1, split_watermark_column: None, split_column: None, keys: vec![0], gap };
    let shape = || within(5);
    for emit in [Emit::OnClose, Emit::OnChange] {
        let aggregate = SessionAggregate::new(shape(), calls(), emit, Retracts::Never, OnError::SetAside, TYPES.to_vec());
        check(&format!("sessions {emit:?}"), Box::new(aggregate), flow);
    }
    check(
        "rows of sessions",
        Box::new(SessionAssign::new(shape(), WindowColumn::ALL.to_vec(), Retracts::Never, OnError::SetAside, TYPES.to_vec())),
        flow,
    );
    // The last session of each key never ends.
    let assign = SessionAssign::new(within(100), WindowColumn::ALL.to_vec(), Retracts::Maybe, OnError::SetAside, TYPES.to_vec());
    check("rows of sessions that come and go", Box::new(assign), come_and_go);
}

#[test]
fn groups_ranks_and_partitions_free_what_is_taken_back() {
    let (emit, retracts, global) = (Emit::OnChange, Retracts::Maybe, GlobalGroup::Owned);
    let (on_error, types) = (OnError::SetAside, TYPES.to_vec());
    let groups = Aggregate::new(vec![2], calls(), emit, BOTH, retracts, None, on_error, global, types.clone());
    check("groups", Box::new(groups), come_and_go);
    let shape = RankShape {
        function: RankFunction::Rank,
        keys: vec![0],
        order: order(),
        ties: Ties::ByColumns,
        limit: Some(3),
        offset: 0,
        gives_rank: true,
        deadline: None,
        split_watermark_column: None,
        emit,
        retracts,
        ttl: None,
    };
    check("ranks", Box::new(Rank::new(shape, on_error, types.clone())), come_and_go);
    let last = LastRow::new(vec![2], (Standing::Last, Deletion::ByRow), BOTH, None, on_error, types.clone());
    check("last rows", Box::new(last), come_and_go);
    let frame = Frame { unit: FrameUnit::Rows, start: Bound::Unbounded, end: Bound::CurrentRow, exclude: Exclude::Nothing };
    let call = OverCall { function: OverFunction::Aggregate(calls().remove(1)), frame, data_type: DataType::BigInt };
    let shape = OverShape { keys: vec![0], order: order(), calls: vec![call], ttl: None, on_error, types };
    check("OVER on change", Box::new(OverOnChange::new(shape, None)), come_and_go);
}

/// Rows that come and are taken back, those of one in eight batches not, and a watermark close behind them.
fn change_within_windows(operator: &mut dyn Operator, round: i64, out: &mut Output) {
    operator.process(rows(round, RowKind::Insert), out).expect("takes rows");
    if round % 8 > 0 {
        operator.process(rows(round, RowKind::Delete), out).expect("takes rows");
    }
    passes(operator, round * 10 + 4, out);
}

#[test]
fn rankings_and_functions_of_windows_are_freed_with_these() {
    let (on_error, types) = (OnError::SetAside, TYPES.to_vec());
    let end = Deadline { column: 1, after: 0 };
    for emit in [Emit::OnChange, Emit::OnClose] {
        let shape = RankShape {
            function: RankFunction::DenseRank,
            keys: vec![0, 1],
            order: order(),
            ties: Ties::ByColumns,
            limit: Some(3),
            offset: 0,
            gives_rank: true,
            deadline: Some(end),
            split_watermark_column: None,
            emit,
            retracts: Retracts::Maybe,
            ttl: None,
        };
        check(&format!("ranks of windows {emit:?}"), Box::new(Rank::new(shape, on_error, types.clone())), change_within_windows);
    }
    let frame = Frame { unit: FrameUnit::Rows, start: Bound::Unbounded, end: Bound::CurrentRow, exclude: Exclude::Nothing };
    let call = OverCall { function: OverFunction::Aggregate(calls().remove(1)), frame, data_type: DataType::BigInt };
    let shape = OverShape { keys: vec![0, 1], order: order(), calls: vec![call], ttl: None, on_error, types };
    check("OVER of windows", Box::new(OverOnChange::new(shape, Some((end, None)))), change_within_windows);
}

fn input() -> JoinInput {
    JoinInput { keys: vec![0, 1], types: TYPES.to_vec(), given: vec![0, 2] }
}

/// As `change_within_windows`, on both sides of a join.
fn both_change_within_windows(join: &mut dyn Operator, round: i64, out: &mut Output) {
    for side in 0..2 {
        join.process_input(side, rows(round, RowKind::Insert), out).expect("takes rows");
    }
    if round % 8 > 0 {
        join.process_input(0, rows(round, RowKind::Delete), out).expect("takes rows");
    }
    passes(join, round * 10 + 4, out);
}

#[test]
fn joins_and_last_rows_of_windows_are_freed_with_these() {
    let (changes, on_error) = ([Retracts::Maybe; 2], OnError::SetAside);
    let keys = || Some(Deadline { column: 1, after: 0 });
    for kind in [JoinKind::Inner, JoinKind::Left, JoinKind::Full, JoinKind::LeftSemi, JoinKind::LeftAnti] {
        let join = Join::new(kind, [input(), input()], None, [None; 2], changes, on_error);
        check(&format!("{kind:?} join of windows"), Box::new(join.until(keys())), both_change_within_windows);
    }
    for standing in [Standing::First, Standing::Last] {
        let last = LastRow::new(vec![0, 1], (standing, Deletion::ByRow), BOTH, None, on_error, TYPES.to_vec());
        check(&format!("{standing:?} rows of windows"), Box::new(last.until(keys())), change_within_windows);
    }
}

#[test]
fn joins_free_what_is_taken_back_and_what_time_has_passed() {
    let on_error = OnError::SetAside;
    let join = Join::new(JoinKind::Full, [input(), input()], None, [None; 2], [Retracts::Maybe; 2], on_error);
    check("a join", Box::new(join), |join, round, out| {
        for (side, kind) in [(0, RowKind::Insert), (1, RowKind::Insert), (0, RowKind::Delete), (1, RowKind::Delete)] {
            join.process_input(side, rows(round, kind), out).expect("takes rows");
        }
    });
    let clocks = || [0, 1].map(|_| JoinClock { time: 1, split_watermark: None });
    let both_flow = |join: &mut dyn Operator, round: i64, out: &mut Output| {
        (0..2).for_each(|side| join.process_input(side, rows(round, RowKind::Insert), out).expect("takes rows"));
        passes(join, round * 10 + 4, out);
    };
    let timed = TimedJoin::new(JoinKind::Full, [input(), input()], clocks(), TimeBounds::interval(-5, 5), None, on_error);
    check("a join over time", Box::new(timed), both_flow);
    let (by_key, when) = (|| JoinInput { keys: vec![0], ..input() }, (VersionTime::At, TimeBounds::interval(0, 0)));
    let versioned = VersionedJoin::new(JoinKind::Left, [by_key(), by_key()], clocks(), when, None, None, on_error);
    check("a join to versions", Box::new(versioned), both_flow);
}

#[test]
fn what_waits_for_time_is_freed_with_it() {
    let (on_error, types) = (OnError::SetAside, TYPES.to_vec());
    let time = Some(SortTime { column: 1, split_watermark_column: None });
    check("a sort by time", Box::new(Sort::new(order(), time, on_error, types.clone())), flow);
    let newest = NewestRow::new(vec![0], order(), 1, None, &TYPES);
    check("the newest rows of keys, and those that have gone", Box::new(newest), flow);
    let shape = HoldShape { interval: 20, until: None, keys: vec![2], changes: BOTH };
    check("what is held", Box::new(Hold::new(shape, &types)), |hold, round, out| {
        come_and_go(hold, round, out);
        passes(hold, round * 10 + 4, out);
    });
}

#[test]
fn what_looks_at_one_batch_keeps_nothing_of_it() {
    let (types, window) = (TYPES.to_vec(), Aligned::Tumble { size: 10, offset: 0 });
    for netting in [Netting::Always, Netting::WhereItPays] {
        check("changes of a batch", Box::new(Consolidate::new(netting, &types)), come_and_go);
    }
    let times = WindowTimes { time_column: 1, split_watermark_column: 1, window };
    for window in [None, Some(times)] {
        let when = (window, Partial::Always);
        let partial = PartialAggregate::new(vec![0], calls(), Retracts::Never, when, types.clone(), 2);
        check("groups of a batch", Box::new(partial), |partial, round, out| {
            let mut batch = rows(round, RowKind::Insert);
            batch.kinds = None;
            partial.process(batch, out).expect("takes rows");
        });
    }
}

/// Rows of keys that never come again, each a round later than the last.
fn new_keys(operator: &mut dyn Operator, round: i64, out: &mut Output) {
    let mut batch = rows(round, RowKind::Insert);
    let keys = Values::I64((0..ROWS).map(|n| round * ROWS + n).collect());
    batch.columns[0] = Column::from_values(keys);
    operator.process(Batch::new(batch.columns, ROWS as usize, round as u64), out).expect("takes rows");
    passes(operator, round * 10 + 5, out);
}

#[test]
fn an_over_in_order_forgets_the_keys_whose_time_to_live_is_over() {
    let order = vec![SortKey { column: 1, descending: false, nulls_first: true }];
    let last_rows = Bound::Offset(crate::types::over::Distance::Whole(-3));
    for (what, start, function) in [("all rows", Bound::Unbounded, 2), ("the last rows", last_rows, 1)] {
        for time in [None, Some(TimeColumns { time: 1, split_watermark: None })] {
            let frame = Frame { unit: FrameUnit::Rows, start, end: Bound::CurrentRow, exclude: Exclude::Nothing };
            let function = OverFunction::Aggregate(calls().remove(function));
            let calls = vec![OverCall { function, frame, data_type: DataType::BigInt }];
            let (keys, order, ttl) = (vec![0], order.clone(), Some(20));
            let shape = OverShape { keys, order, calls, ttl, on_error: OnError::SetAside, types: TYPES.to_vec() };
            check(&format!("OVER {what} {time:?}"), Box::new(OverInOrder::new(shape, time)), new_keys);
        }
    }
}

#[test]
fn partitions_of_one_time_go_with_it() {
    let order = vec![SortKey { column: 1, descending: false, nulls_first: true }];
    for start in [Bound::Unbounded, Bound::Offset(crate::types::over::Distance::Whole(-3))] {
        let frame = Frame { unit: FrameUnit::Rows, start, end: Bound::CurrentRow, exclude: Exclude::Nothing };
        let calls = calls().into_iter().map(OverFunction::Aggregate);
        let calls = calls.map(|function| OverCall { function, frame: frame.clone(), data_type: DataType::BigInt }).collect();
        let (keys, order, on_error) = (vec![0, 1], order.clone(), OnError::SetAside);
        let shape = OverShape { keys, order, calls, ttl: None, on_error, types: TYPES.to_vec() };
        let time = Some(TimeColumns { time: 1, split_watermark: None });
        check("OVER of one time", Box::new(OverInOrder::new(shape, time).of_one_time()), flow);
    }
}

#[test]
fn a_lookup_join_that_remembers_frees_rows_that_go_and_those_of_windows() {
    let lookup = Lookup { rows: LookupRows::Newest, filling: Filling::AsItGoes, recall: Recall::Remembers };
    let by_key = || JoinInput { keys: vec![0], ..input() };
    let join = |kind| LookupJoin::new(kind, [by_key(), by_key()], lookup, None, OnError::SetAside);
    for kind in [JoinKind::Inner, JoinKind::Left] {
        check("rows that come and go", Box::new(join(kind)), |join, round, out| {
            join.process_input(1, rows(round % 3, RowKind::UpdateAfter), out).expect("takes rows");
            come_and_go(join, round, out);
        });
        let of_windows = join(kind).remembering(None, Some(Deadline { column: 1, after: 0 }));
        check("rows of windows", Box::new(of_windows), change_within_windows);
    }
    let aging = join(JoinKind::Left).remembering(Some(20), None);
    check("rows that grow old", Box::new(aging), new_keys);
}

#[test]
fn a_lookup_join_holds_the_table_and_nothing_of_the_rows_that_ask() {
    let input = || JoinInput { keys: vec![0], ..input() };
    let join = |rows, filling| {
        let lookup = Lookup { rows, filling, recall: Recall::Never };
        Box::new(LookupJoin::new(JoinKind::Left, [input(), input()], lookup, None, OnError::SetAside))
    };
    check("the newest rows", join(LookupRows::Newest, Filling::AsItGoes), |join, round, out| {
        join.process_input(1, rows(round, RowKind::UpdateAfter), out).expect("takes rows");
        join.process_input(0, rows(round, RowKind::Insert), out).expect("takes rows");
    });
    check("all rows", join(LookupRows::All, Filling::AsItGoes), |join, round, out| {
        join.process_input(1, rows(round, RowKind::Insert), out).expect("takes rows");
        join.process_input(0, rows(round, RowKind::Insert), out).expect("takes rows");
        join.process_input(1, rows(round, RowKind::Delete), out).expect("takes rows");
    });
    check("a table that is read again", join(LookupRows::All, Filling::Again(Reload::After(1))), |join, round, out| {
        join.process_input(1, rows(round, RowKind::Insert), out).expect("takes rows");
        let load = if round % 3 == 2 { Load::Broken } else { Load::Whole };
        join.table_read(load, out).expect("takes the table");
        join.process_input(0, rows(round, RowKind::Insert), out).expect("takes rows");
    });
}

#[test]
fn rows_that_no_match_can_reach_are_freed() {
    let number = |at| Reference::Value { column: 2, at };
    let first = Navigation { end: End::First, ..Navigation::last(Variables::one(0)) };
    let read = vec![number(Navigation::last(Variables::ALL)), number(first)];
    let column = |at| Box::new(Expr::column(at, DataType::BigInt));
    let greater = Expr::Binary { op: BinaryOp::Gt, left: column(0), right: column(1), data_type: DataType::Boolean };
    let pattern = |within| PatternShape {
        variables: vec!["A".to_owned(), "B".to_owned(), "C".to_owned()],
        pattern: Pattern::Sequence(vec![
            Pattern::Variable(0),
            Pattern::Repetition { inner: Box::new(Pattern::Variable(1)), min: 1, max: None, greed: Greed::Greedy },
            Pattern::Variable(2),
        ]),
        within,
        measures: vec![number(Navigation { span: Span::Final, ..first })],
        rows: RowsPerMatch::One,
        skip: Skip::PastLastRow,
    };
    // A row of the keys of `flow` is mapped to B for ever, and to C never; `new_keys` has one row of each.
    for (what, within, ttl, turn) in [
        ("matches within a time", Some(50), None, flow as fn(&mut dyn Operator, i64, &mut Output)),
        ("matches of new keys within a time", Some(50), None, new_keys),
        ("matches of new keys with a time to live", None, Some(5), new_keys),
    ] {
        let never = Expr::Literal { value: crate::types::Value::Bool(false), data_type: DataType::Boolean };
        let condition = |expr: &Expr| RowPatternCondition {
            own: None,
            rest: Some((Program::compile(expr).expect("a sound expression"), read.clone())),
        };
        let conditions = vec![RowPatternCondition::default(), condition(&greater), condition(&never)];
        let order = vec![SortKey { column: 1, descending: false, nulls_first: true }];
        let (pattern, types) = (pattern(within), TYPES.to_vec());
        let shape = RowPatternShape { keys: vec![0], order, pattern, ttl, on_error: OnError::SetAside, types };
        let time = TimeColumns { time: 1, split_watermark: None };
        check(what, Box::new(RowPattern::new(shape, conditions, Some(time))), turn);
    }
}

//! Changes held back until event time has passed a multiple of an interval: then what they amount to is given out.
//!
//! ```text
//!   +I a   -U a +U b | -U b +U c   -U c +U d |              | a multiple
//!                    +I b                    -U b +U d
//! ```
//! Where the rows have a time, such as the end of their window, they do not wait longer than until it has passed; what changes of them after
//! that waits for the next multiple. A row that comes and goes meanwhile leaves nothing behind, so what is held is at most two rows of each
//! that changed.

use super::row_buckets::RowBuckets;
use super::window_slice::is_passed;
use super::{Operator, Output, Progress};
use crate::batch::{Batch, Column, RowKind, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::state::GroupTable;
use crate::types::relation::{Changes, HoldShape};
use crate::types::{DataType, EventTime};

/// What is given out at once has both halves of each update in it.
const _: () = assert!(TIMER_ROWS_PER_TURN.is_multiple_of(2));

/// Changes held back on one shard.
pub struct Hold {
    shape: HoldShape,
    key_types: Vec<DataType>,
    rows: RowBuckets,
    /// How many multiples of the interval have been passed; `None` before the first watermark.
    passed: Option<i64>,
    /// Changes being given out, the last first.
    giving: Vec<Change>,
}

/// A row on its way out.
#[derive(Debug, Clone, Copy)]
struct Change {
    row: u32,
    kind: RowKind,
    /// Whether it is the last of its row, which can be forgotten then.
    is_last: bool,
}

impl Hold {
    /// Of rows with columns of these types.
    pub fn new(shape: HoldShape, types: &[DataType]) -> Hold {
        let key_types = shape.keys.iter().map(|key| types[*key].clone()).collect();
        Hold { rows: RowBuckets::new(shape.until, types), shape, key_types, passed: None, giving: Vec::new() }
    }

    /// Takes out what is due.
    fn collect(&mut self, time: EventTime) {
        let passed = time.div_euclid(self.shape.interval);
        let ticks = time == EventTime::MAX || self.passed.is_some_and(|before| passed > before);
        self.passed = Some(passed);
        let mut due = Vec::new();
        while let Some(bucket) = self.rows.next_due(|until| ticks || is_passed(until, time)) {
            due.extend(bucket);
        }
        self.rows.pass(time);
        if !due.is_empty() {
            self.changes(&due);
        }
    }

    /// What became of these rows: first those that take the place of others of their key, then those that go, then those that come.
    fn changes(&mut self, due: &[u32]) {
        let counts: Vec<i64> = due.iter().map(|row| self.rows.take_count(*row)).collect();
        let (mut replaced, mut gone, mut come) = (Vec::new(), Vec::new(), Vec::new());
        let mut by_key: Vec<[Option<u32>; 2]> = Vec::new();
        for ((row, count), key) in due.iter().zip(counts).zip(self.keys_of(due)) {
            by_key.resize(by_key.len().max(key as usize + 1), [None; 2]);
            let half = &mut by_key[key as usize][usize::from(count > 0)];
            if count.unsigned_abs() == 1 && !self.shape.keys.is_empty() && half.is_none() {
                *half = Some(*row);
            } else {
                let (list, kind) = if count > 0 { (&mut come, RowKind::Insert) } else { (&mut gone, RowKind::Delete) };
                list.extend((1..=count.unsigned_abs()).rev().map(|left| Change { row: *row, kind, is_last: left == 1 }));
            }
        }
        let last = |row: u32, kind: RowKind| Change { row, kind, is_last: true };
        for halves in by_key {
            match halves {
                [Some(old), Some(new)] => {
                    replaced.push(last(old, RowKind::UpdateBefore));
                    replaced.push(last(new, RowKind::UpdateAfter));
                }
                [old, new] => {
                    gone.extend(old.map(|old| last(old, RowKind::Delete)));
                    come.extend(new.map(|new| last(new, RowKind::Insert)));
                }
            }
        }
        self.giving = replaced.into_iter().chain(gone).chain(come).rev().collect();
    }

    /// Numbers of the keys of these rows.
    fn keys_of(&self, due: &[u32]) -> Vec<u32> {
        let columns: Vec<Column> = self.shape.keys.iter().map(|key| self.rows.columns()[*key].gather_rows(due)).collect();
        let (mut hashes, mut numbers) = (Vec::new(), Vec::new());
        let all = Selection::All(due.len());
        let keys: Vec<&Column> = columns.iter().collect();
        GroupTable::new(&self.key_types).group_ids(&keys, due.len(), &all, &mut hashes, &mut numbers);
        numbers
    }

    /// Gives out changes, at most `TIMER_ROWS_PER_TURN` of them.
    fn give(&mut self, watermark: Watermark, out: &mut Output) {
        let changes = self.giving.split_off(self.giving.len().saturating_sub(TIMER_ROWS_PER_TURN));
        let both = self.shape.changes == Changes::BeforeAndAfter;
        let given: Vec<&Change> = changes.iter().rev().filter(|c| both || c.kind != RowKind::UpdateBefore).collect();
        let rows: Vec<u32> = given.iter().map(|change| change.row).collect();
        let mut batch = Batch::new(self.rows.gather(&rows), rows.len(), watermark.stamp);
        batch.kinds = Some(given.iter().map(|change| change.kind).collect());
        out.emit(batch);
        changes.iter().filter(|change| change.is_last).for_each(|change| self.rows.forget(change.row));
    }
}

impl Operator for Hold {
    fn process(&mut self, batch: Batch, _out: &mut Output) -> Result<()> {
        self.rows.add(&batch, &Selection::All(batch.rows()), i64::MIN);
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        if self.giving.is_empty() {
            self.collect(watermark.time);
        }
        if !self.giving.is_empty() {
            self.give(watermark, out);
        }
        Ok(if self.giving.is_empty() { Progress::Done } else { Progress::More })
    }

    fn state_bytes(&self) -> usize {
        self.rows.state_bytes() + self.giving.capacity() * size_of::<Change>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::types::Value;

    /// A key, a value, and the time until which rows wait at the most.
    const TYPES: [DataType; 3] = [DataType::BigInt, DataType::STRING, DataType::Timestamp(3)];

    type Row = (i64, u8, i64);

    fn batch(rows: &[(Row, RowKind)]) -> Batch {
        let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        for ((key, text, until), _) in rows {
            columns[0].push(&if *key == 0 { Value::Null } else { Value::Int(*key) });
            columns[1].push(&Value::text(format!("a text of some length {text}")));
            columns[2].push(&Value::Int(*until));
        }
        let mut batch = Batch::new(columns, rows.len(), 1);
        batch.kinds = Some(rows.iter().map(|(_, kind)| *kind).collect());
        batch
    }

    fn hold(until: Option<usize>, keys: &[usize], changes: Changes) -> Hold {
        Hold::new(HoldShape { interval: 10, until, keys: keys.to_vec(), changes }, &TYPES)
    }

    fn text(row: &Row) -> String {
        format!("{:?}", batch(&[(*row, RowKind::Insert)]).row(0, &TYPES))
    }

    /// Replays what comes out on what is known; says how many rows it were.
    fn play(out: &mut Output, known: &mut BTreeMap<String, i64>) -> usize {
        let mut rows = 0;
        for batch in out.batches.drain(..) {
            for at in 0..batch.rows() {
                rows += 1;
                *known.entry(format!("{:?}", batch.row(at, &TYPES))).or_default() += batch.kind(at).sign();
            }
        }
        known.retain(|_, count| *count != 0);
        rows
    }

    /// Random updates of the rows of some keys: after a multiple of ten all rows are known, before it those that have waited long enough.
    fn check(seed: u64, until: Option<usize>, keys: &[usize]) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut operator = hold(until, keys, Changes::BeforeAndAfter);
        let (mut there, mut known, mut out) = (BTreeMap::<i64, Row>::new(), BTreeMap::new(), Output::default());
        let (mut at_multiple, mut time) = (BTreeMap::<i64, Row>::new(), -35);
        operator.watermark(Watermark { time, stamp: 1 }, &mut out).expect("takes a watermark");
        for turn in 0..200 {
            let mut rows = Vec::new();
            for _ in 0..random.usize(0..8) {
                let key = random.i64(0..5);
                let new = (key, random.u8(0..3), (time + 30) / 25 * 25);
                let comes = random.u8(..4) > 0;
                rows.extend(there.remove(&key).map(|old| (old, RowKind::UpdateBefore)));
                if comes {
                    rows.push((new, RowKind::UpdateAfter));
                    there.insert(key, new);
                }
            }
            if !rows.is_empty() {
                operator.process(batch(&rows), &mut out).expect("takes rows");
            }
            let before = time;
            time = if turn == 199 { i64::MAX } else { time + random.i64(0..7) };
            operator.watermark(Watermark { time, stamp: 1 }, &mut out).expect("takes a watermark");
            let given = play(&mut out, &mut known);
            let wanted = |rows: &BTreeMap<i64, Row>| rows.values().map(|row| (text(row), 1)).collect::<BTreeMap<_, _>>();
            if turn == 199 || time.div_euclid(10) > before.div_euclid(10) {
                at_multiple.clone_from(&there);
                assert_eq!(known, wanted(&there), "seed {seed} turn {turn}");
                assert_eq!(operator.rows.len(), 0);
            } else if until.is_none() {
                assert_eq!((given, &known), (0, &wanted(&at_multiple)), "seed {seed} turn {turn}");
            } else {
                let passed: Vec<String> = there.values().filter(|row| time >= row.2 - 1).map(text).collect();
                assert!(passed.iter().all(|row| known.contains_key(row)), "seed {seed} turn {turn}");
            }
        }
    }

    #[test]
    fn what_is_known_after_a_multiple_is_what_is_there() {
        for seed in 0..20 {
            for until in [None, Some(2)] {
                check(seed, until, &[0]);
                check(seed, until, &[]);
            }
        }
    }

    #[test]
    fn a_key_is_given_out_as_one_update() {
        for (changes, wanted) in [(Changes::BeforeAndAfter, "-U+U"), (Changes::AfterOnly, "+U")] {
            let (mut operator, mut out) = (hold(None, &[0], changes), Output::default());
            operator.watermark(Watermark { time: 3, stamp: 1 }, &mut out).expect("takes a watermark");
            let row = |text: u8| (1, text, 0);
            let rows = [(row(1), RowKind::UpdateBefore), (row(2), RowKind::UpdateAfter)];
            operator.process(batch(&rows), &mut out).expect("takes rows");
            let rows = [(row(2), RowKind::UpdateBefore), (row(3), RowKind::UpdateAfter)];
            operator.process(batch(&rows), &mut out).expect("takes rows");
            operator.watermark(Watermark { time: 9, stamp: 1 }, &mut out).expect("takes a watermark");
            assert!(out.batches.is_empty());
            operator.watermark(Watermark { time: 10, stamp: 1 }, &mut out).expect("takes a watermark");
            let kinds: String = (0..out.batches[0].rows()).map(|at| out.batches[0].kind(at).symbol()).collect();
            assert_eq!(kinds, wanted);
        }
    }

    #[test]
    fn what_changes_when_its_window_is_over_waits_for_the_next_multiple() {
        let (mut operator, mut out) = (hold(Some(2), &[0], Changes::BeforeAndAfter), Output::default());
        let mut given = |row: Option<Row>, time: i64| {
            if let Some(row) = row {
                operator.process(batch(&[(row, RowKind::Insert)]), &mut out).expect("takes rows");
            }
            operator.watermark(Watermark { time, stamp: 1 }, &mut out).expect("takes a watermark");
            out.batches.drain(..).map(|batch| batch.rows()).sum::<usize>()
        };
        assert_eq!(given(Some((1, 1, 15)), 13), 0);
        assert_eq!(given(None, 14), 1);
        assert_eq!(given(Some((2, 1, 15)), 16), 0);
        assert_eq!(given(Some((3, 1, 18)), 19), 1);
        assert_eq!(given(None, 20), 1);
        assert_eq!(operator.rows.len(), 0);
    }

    #[test]
    fn state_does_not_grow_with_changes_of_the_same_keys() {
        let (mut operator, mut out, mut after) = (hold(None, &[0], Changes::BeforeAndAfter), Output::default(), Vec::new());
        for round in 0..10_000i64 {
            let row = |key: i64, round: i64| (key, (round % 250) as u8, 0);
            let old = (0..20).filter(|_| round > 0).map(|key| (row(key, round - 1), RowKind::UpdateBefore));
            let rows: Vec<_> = old.chain((0..20).map(|key| (row(key, round), RowKind::UpdateAfter))).collect();
            operator.process(batch(&rows), &mut out).expect("takes rows");
            operator.watermark(Watermark { time: round / 50, stamp: 1 }, &mut out).expect("takes a watermark");
            out.batches.clear();
            after.push(operator.state_bytes());
        }
        // Texts that are gone are cleared away from time to time.
        let most = |sizes: &[usize]| sizes.iter().copied().max().unwrap_or_default();
        let (first, last) = (most(&after[..1_000]), most(&after[9_000..]));
        assert!(last <= first * 2, "{first} bytes, then {last}");
    }
}

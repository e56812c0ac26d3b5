//! Running aggregate by key: a changelog after every batch, or all results once at the end of input. Its second input, where there is one, has
//! states of groups that a `PartialAggregate` has made.
//!
//! With a time to live, a group that no row has touched for so long is forgotten without a word when the next batch comes; a row of its key
//! that comes later makes it anew.

use super::grouped::{Closing, Grouped, Intake, Retention, Scratch, Shape, States};
use super::partial_aggregate::set_aside_states;
use super::{Operator, Output, Progress, set_aside};
use crate::batch::{Batch, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::types::relation::{AggregateCall, Changes, Emit, OnError, Retracts};
use crate::types::{DataType, Nanos};

/// Whether this instance owns the one group of an aggregate without keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobalGroup {
    /// It gives out a row even for no input.
    Owned,
    /// Another instance does.
    Elsewhere,
}

/// Keyed running aggregate. Output: keys, then results.
pub struct Aggregate {
    shape: Shape,
    emit: Emit,
    on_error: OnError,
    global: GlobalGroup,
    input_types: Vec<DataType>,
    groups: Grouped,
    scratch: Scratch,
    /// At the end of the input.
    closing: Option<Closing>,
    stamp: Nanos,
}

impl Aggregate {
    /// Over these key columns; DISTINCT without calls.
    #[expect(clippy::too_many_arguments, reason = "one for each field of the plan's node")]
    pub fn new(
        keys: Vec<usize>,
        calls: Vec<AggregateCall>,
        emit: Emit,
        changes: Changes,
        retracts: Retracts,
        ttl: Option<Nanos>,
        on_error: OnError,
        global: GlobalGroup,
        input_types: Vec<DataType>,
    ) -> Self {
        let key_types = keys.iter().map(|k| input_types[*k].clone()).collect();
        let keeps_empty = if keys.is_empty() { Retention::Keep } else { Retention::Remove };
        let shape = Shape { keys, key_types, calls, retracts, keeps_empty, changes, ttl };
        let groups = Grouped::new(&shape);
        let scratch = Scratch::default();
        Self { shape, emit, on_error, global, input_types, groups, scratch, closing: None, stamp: 0 }
    }
}

impl Aggregate {
    /// Takes a prepared intake, and gives out what it changes where that is wanted.
    fn take(&mut self, intake: Intake<'_>, out: &mut Output) {
        let all = Selection::All(intake.rows());
        let Self { shape, groups, scratch, .. } = self;
        match self.emit {
            Emit::OnClose => groups.take_in(shape, intake, &all, scratch),
            Emit::OnChange => {
                groups.forget_old(self.stamp);
                let changes = groups.apply_changes(shape, intake, &all, scratch);
                let rows = changes.kinds.len();
                let columns = changes.keys.into_iter().chain(changes.results).collect();
                let mut result = Batch::new(columns, rows, self.stamp);
                result.kinds = Some(changes.kinds);
                out.emit(result);
            }
        }
    }

    /// What is given out at the end of the input.
    fn close(&mut self) -> Closing {
        let made = self.shape.keys.is_empty() && self.groups.is_empty() && self.global == GlobalGroup::Owned;
        if made {
            self.groups.make_global();
        }
        let groups = std::mem::replace(&mut self.groups, Grouped::new(&self.shape));
        match self.emit {
            Emit::OnChange if !made => Closing::none(groups),
            _ => Closing::all(groups, &self.shape),
        }
    }
}

impl Operator for Aggregate {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        self.scratch.prepare(&batch);
        self.stamp = batch.last_stamp();
        self.take(Intake::Batch(&batch), out);
        for (row, reason) in std::mem::take(&mut self.scratch.errors) {
            set_aside(&batch, row, &self.input_types, reason, self.on_error, out)?;
        }
        Ok(())
    }

    fn process_input(&mut self, input: usize, batch: Batch, out: &mut Output) -> Result<()> {
        if input == 0 {
            return self.process(batch, out);
        }
        self.scratch.prepare_states();
        self.stamp = batch.last_stamp();
        let states = States::of_batch(batch, &self.shape);
        self.take(Intake::States(&states), out);
        let errors = std::mem::take(&mut self.scratch.errors);
        errors.iter().try_for_each(|error| set_aside_states(&states, error, &self.shape, self.on_error, out))
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        if watermark.time != Watermark::MAX.time {
            return Ok(Progress::Done);
        }
        let mut closing = self.closing.take().unwrap_or_else(|| self.close());
        if !closing.is_done() {
            let (keys, results, rows) = closing.take(TIMER_ROWS_PER_TURN);
            out.emit(Batch::new(keys.into_iter().chain(results).collect(), rows, self.stamp));
        }
        let progress = if closing.is_done() { Progress::Done } else { Progress::More };
        self.closing = Some(closing);
        Ok(progress)
    }

    fn state_bytes(&self) -> usize {
        self.groups.state_bytes() + self.closing.as_ref().map_or(0, Closing::state_bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::batch::{Column, RowKind, Values};
    use crate::types::relation::AggregateFunction;

    const TYPES: [DataType; 2] = [DataType::BigInt, DataType::BigInt];
    const TTL: Nanos = 100;

    fn counts(keys: Vec<usize>, retracts: Retracts, changes: Changes) -> Aggregate {
        let sum = AggregateCall::new(AggregateFunction::Sum, &[(1, DataType::BigInt)], DataType::BigInt);
        let calls = vec![AggregateCall::new(AggregateFunction::Count, &[], DataType::BigInt), sum];
        let (owned, ttl) = (GlobalGroup::Owned, Some(TTL));
        Aggregate::new(keys, calls, Emit::OnChange, changes, retracts, ttl, OnError::SetAside, owned, TYPES.to_vec())
    }

    fn batch(rows: &[(i64, i64, bool)], retracts: Retracts, now: Nanos) -> Batch {
        let column = |of: fn(&(i64, i64, bool)) -> i64| Column::from_values(Values::I64(rows.iter().map(of).collect()));
        let mut batch = Batch::new(vec![column(|row| row.0), column(|row| row.1)], rows.len(), now);
        let kind = |row: &(i64, i64, bool)| if row.2 { RowKind::Insert } else { RowKind::Delete };
        batch.kinds = (retracts == Retracts::Maybe).then(|| rows.iter().map(kind).collect());
        batch
    }

    /// What one key has: rows, their sum, and when it was touched.
    type Group = (i64, i64, Nanos);

    /// Random rows at random times against a map whose entries are dropped when they are too old. Rows are taken back that are there, or
    /// are forgotten.
    fn check(seed: u64, retracts: Retracts, changes: Changes) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut operator = counts(vec![0], retracts, changes);
        let (mut now, mut naive, mut there) = (0, BTreeMap::<i64, Group>::new(), Vec::new());
        for _ in 0..300 {
            now += random.u64(..40);
            naive.retain(|_, group| now - group.2 < TTL);
            let before = naive.clone();
            let (mut rows, mut strays) = (Vec::new(), 0);
            for _ in 0..random.usize(1..6) {
                let (key, value, comes) = match retracts == Retracts::Maybe && !there.is_empty() && random.u8(..3) == 0 {
                    true => there.swap_remove(random.usize(..there.len())),
                    false => (random.i64(..12), random.i64(-9..9), true),
                };
                rows.push((key, value, comes));
                let group = naive.entry(key).or_insert((0, 0, now));
                if comes {
                    there.push((key, value, false));
                    *group = (group.0 + 1, group.1 + value, now);
                } else if group.0 > 0 {
                    *group = (group.0 - 1, group.1 - value, now);
                } else {
                    strays += 1;
                }
            }
            naive.retain(|_, group| group.0 > 0);
            let mut out = Output::default();
            operator.process(batch(&rows, retracts, now), &mut out).expect("takes rows");
            assert_eq!(out.aside.len(), strays, "seed {seed} at {now}");
            assert_eq!(given(&out), expected(&before, &naive, changes), "seed {seed} at {now}");
        }
    }

    /// By key: what a batch gave out, by its kind.
    fn given(out: &Output) -> BTreeMap<(i64, i8), (i64, i64)> {
        let mut found = BTreeMap::new();
        for batch in &out.batches {
            let number = |column: usize, row: usize| match &batch.columns[column].values {
                Values::I64(values) => values[row],
                other => panic!("{other:?}"),
            };
            for row in 0..batch.rows() {
                let before = found.insert((number(0, row), batch.kind(row) as i8), (number(1, row), number(2, row)));
                assert_eq!(before, None, "once a key");
            }
        }
        found
    }

    fn expected(
        before: &BTreeMap<i64, Group>,
        after: &BTreeMap<i64, Group>,
        changes: Changes,
    ) -> BTreeMap<(i64, i8), (i64, i64)> {
        let mut found = BTreeMap::new();
        let mut give = |key: &i64, kind: RowKind, group: &Group| found.insert((*key, kind as i8), (group.0, group.1));
        for (key, new) in after {
            match before.get(key) {
                None => drop(give(key, RowKind::Insert, new)),
                Some(old) if (old.0, old.1) == (new.0, new.1) => {}
                Some(old) => {
                    if changes == Changes::BeforeAndAfter {
                        give(key, RowKind::UpdateBefore, old);
                    }
                    give(key, RowKind::UpdateAfter, new);
                }
            }
        }
        for (key, old) in before.iter().filter(|(key, _)| !after.contains_key(key)) {
            give(key, RowKind::Delete, old);
        }
        found
    }

    #[test]
    fn groups_that_no_row_touches_are_forgotten_and_made_anew() {
        for seed in 0..20 {
            check(seed, Retracts::Never, Changes::AfterOnly);
            check(seed, Retracts::Never, Changes::BeforeAndAfter);
            check(seed, Retracts::Maybe, Changes::BeforeAndAfter);
        }
    }

    #[test]
    fn the_one_group_without_keys_begins_anew_too() {
        let mut operator = counts(Vec::new(), Retracts::Never, Changes::BeforeAndAfter);
        let mut take = |now: Nanos| {
            let mut out = Output::default();
            operator.process(batch(&[(1, 1, true)], Retracts::Never, now), &mut out).expect("takes a row");
            let batch = out.batches.remove(0);
            (0..batch.rows()).map(|row| (batch.kind(row), batch.columns[0].value(row, &DataType::BigInt))).collect::<Vec<_>>()
        };
        let one = |kind, count| (kind, crate::types::Value::Int(count));
        assert_eq!(take(0), [one(RowKind::Insert, 1)]);
        assert_eq!(take(99), [one(RowKind::UpdateBefore, 1), one(RowKind::UpdateAfter, 2)]);
        assert_eq!(take(199), [one(RowKind::Insert, 1)]);
    }

    #[test]
    fn state_is_bounded_by_the_keys_of_one_lifetime() {
        let mut operator = counts(vec![0], Retracts::Never, Changes::BeforeAndAfter);
        let mut sizes = Vec::new();
        for now in 0..10_000 {
            let rows: Vec<_> = (0..5).map(|n| (now * 5 + n, 1, true)).collect();
            operator.process(batch(&rows, Retracts::Never, now as Nanos), &mut Output::default()).expect("takes rows");
            sizes.push(operator.state_bytes());
        }
        assert!(sizes[9_999] <= sizes[999], "{} bytes, then {}", sizes[999], sizes[9_999]);
        assert_eq!(operator.groups.len(), 5 * TTL as usize);
    }
}

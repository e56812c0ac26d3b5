//! The newest row of each key by event time, where something above decides by time. Row road.
//!
//! ```text
//!   rows by time, the newest first:   c           b           a
//!   watermark of its split before it:   90     >     70     >     40
//!   a is there from 40 to 70, b from 70 to 90, c from 90 on
//! ```
//! A row comes with the watermark of its split, and goes with the least one of the newer rows of its key: windows that end in between have it for good.
//! So neither splits nor batches nor shards decide in which windows it is, in whatever order rows come: a row that comes behind a newer one is given out
//! and taken back, and one that has gone with a greater watermark than it must goes again. Where a newer row came at a lesser watermark than its own, a row
//! is in no window, and is forgotten at once. So is what has gone with a watermark that all splits have passed, for nothing makes it go sooner then.

use super::partitions::Partitions;
use super::row_buckets::time_of;
use super::{Operator, Output, Progress, row_order};
use crate::batch::{Batch, Column, RowKind, Values, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::state::{Order, Timers};
use crate::types::relation::SortKey;
use crate::types::{DataType, EventTime, Nanos};

/// Nanoseconds between the first and the last time at which rows are looked at, about.
const ALARMS_SPAN: u64 = 60_000_000_000;

/// The newest rows of one shard.
pub struct NewestRow {
    /// The newest first.
    order: Vec<SortKey>,
    /// Hidden column with the watermark of the row's split.
    split_watermark_column: usize,
    /// By key, the newest first, those with less and less of a watermark that are there no longer behind it.
    partitions: Partitions<()>,
    /// Keys, by the watermarks with which their rows have gone.
    alarms: Timers,
    due: Vec<u32>,
}

/// Changes on their way out.
#[derive(Default)]
struct Changed {
    rows: Vec<u32>,
    kinds: Vec<RowKind>,
    marks: Vec<EventTime>,
    /// Rows that are forgotten.
    gone: Vec<u32>,
}

impl Changed {
    fn add(&mut self, row: u32, kind: RowKind, mark: EventTime) {
        self.rows.push(row);
        self.kinds.push(kind);
        self.marks.push(mark);
    }
}

impl NewestRow {
    /// Without rows; the input has columns of these types. A key that no row touches for so long is forgotten.
    pub fn new(
        keys: Vec<usize>,
        order: Vec<SortKey>,
        split_watermark_column: usize,
        ttl: Option<Nanos>,
        types: &[DataType],
    ) -> NewestRow {
        let (alarms, due) = (Timers::new(ALARMS_SPAN, Order::Any), Vec::new());
        NewestRow { order, split_watermark_column, partitions: Partitions::new(keys, types, ttl), alarms, due }
    }

    /// The watermark of its split before a row.
    fn mark(&self, row: u32) -> EventTime {
        time_of(&self.partitions.columns()[self.split_watermark_column], row as usize).unwrap_or(EventTime::MIN)
    }

    /// Takes a row; whether it is in any window. Hot: once per row.
    fn take(&mut self, key: u32, row: u32, changed: &mut Changed) -> bool {
        if self.partitions.count(row) > 0 {
            return false;
        }
        let (columns, list) = (self.partitions.columns(), self.partitions.list(key));
        let place = list.partition_point(|other| row_order::order(&self.order, columns, *other, row).is_lt());
        let newer = place.checked_sub(1).map(|newer| self.mark(list[newer]));
        let mark = self.mark(row);
        if newer.is_some_and(|newer| newer <= mark) {
            return false;
        }
        let has_older = place < list.len();
        self.partitions.step(row, true);
        self.partitions.list_mut(key).insert(place, row);
        match newer {
            None if has_older => {}
            None => changed.add(row, RowKind::Insert, mark),
            Some(newer) => {
                changed.add(row, RowKind::Insert, mark);
                changed.add(row, RowKind::Delete, newer);
                self.alarms.add(newer, key);
            }
        }
        if has_older {
            self.alarms.add(mark, key);
        }
        // Those behind go with this one now.
        let mut went = newer;
        while let Some(older) = self.partitions.list(key).get(place + 1).copied() {
            let own = self.mark(older);
            let goes = mark.max(own);
            match went.map(|went| went.max(own)) {
                Some(went) if went == goes => {}
                Some(went) => {
                    changed.add(older, RowKind::Insert, went);
                    changed.add(older, RowKind::Delete, goes);
                }
                None => {
                    changed.add(older, RowKind::UpdateBefore, goes);
                    changed.add(row, RowKind::UpdateAfter, mark);
                }
            }
            if own < mark {
                break;
            }
            self.partitions.list_mut(key).remove(place + 1);
            self.partitions.step(older, false);
            changed.gone.push(older);
            went = Some(own);
        }
        true
    }

    /// Forgets rows of a key that have gone with a watermark which all splits have passed.
    fn forget_gone(&mut self, key: u32, watermark: EventTime) {
        let list = self.partitions.list(key);
        let kept = list.iter().take_while(|row| self.mark(**row) > watermark).count() + 1;
        if kept >= list.len() {
            return;
        }
        let gone: Vec<u32> = self.partitions.list_mut(key).drain(kept..).collect();
        for row in &gone {
            self.partitions.step(*row, false);
        }
        self.partitions.sweep_rows(gone.into_iter());
    }

    /// The changes as a batch.
    fn given_out(&self, changed: &mut Changed, batch: &Batch) -> Batch {
        let rows = &changed.rows;
        let mut columns: Vec<Column> = self.partitions.columns().iter().map(|column| column.gather_rows(rows)).collect();
        columns[self.split_watermark_column] = Column::from_values(Values::I64(std::mem::take(&mut changed.marks)));
        let mut result = Batch::new(columns, rows.len(), batch.last_stamp());
        result.kinds = Some(std::mem::take(&mut changed.kinds));
        result
    }
}

impl Operator for NewestRow {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let numbers = self.partitions.look_up(&batch);
        let mut changed = Changed::default();
        for at in 0..batch.rows() {
            if !self.take(numbers.partitions[at], numbers.rows[at], &mut changed) {
                out.filtered_rows += 1;
            }
        }
        out.emit(self.given_out(&mut changed, &batch));
        self.partitions.sweep(numbers, changed.gone.into_iter());
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, _out: &mut Output) -> Result<Progress> {
        let mut due = std::mem::take(&mut self.due);
        let is_all = self.alarms.take(watermark.time, TIMER_ROWS_PER_TURN, &mut due);
        due.drain(..).for_each(|key| self.forget_gone(key, watermark.time));
        self.due = due;
        Ok(if is_all { Progress::Done } else { Progress::More })
    }

    fn state_bytes(&self) -> usize {
        self.partitions.state_bytes(|()| 0) + self.alarms.state_bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::types::Value;

    /// Key, time and the watermark of the split.
    const TYPES: [DataType; 3] = [DataType::BigInt, DataType::BigInt, DataType::BigInt];

    type Row = [i64; 3];

    fn operator() -> NewestRow {
        let order = vec![SortKey { column: 1, descending: true, nulls_first: false }];
        NewestRow::new(vec![0], order, 2, None, &TYPES)
    }

    fn batch(rows: &[Row]) -> Batch {
        let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        for row in rows {
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(&Value::Int(*value)));
        }
        Batch::new(columns, rows.len(), 1)
    }

    /// How often each row is there in a window that a watermark of `end` has passed, by what was given out.
    fn in_window(given: &[(Row, i64)], end: i64) -> BTreeMap<[i64; 2], i64> {
        let mut there = BTreeMap::new();
        for ([key, time, _], sign) in given.iter().filter(|(row, _)| row[2] < end) {
            *there.entry([*key, *time]).or_default() += sign;
        }
        there.retain(|_, count| *count != 0);
        there
    }

    /// Rows of three splits, taken in turns, whose watermarks are some way behind; the operator hears of the least one.
    fn check(seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut operator, mut given, mut rows) = (operator(), Vec::<(Row, i64)>::new(), Vec::<Row>::new());
        let (mut now, mut marks) = ([0; 3], [i64::MIN; 3]);
        for _ in 0..40 {
            let mut new = Vec::<Row>::new();
            for _ in 0..random.usize(1..6) {
                let split = random.usize(..3);
                now[split] += random.i64(0..6);
                let time = now[split] + random.i64(-20..5);
                // Which of two rows of one time is newer is left open.
                if rows.iter().chain(&new).all(|row| row[1] != time) {
                    new.push([random.i64(0..2), time, marks[split]]);
                }
                marks[split] = marks[split].max(time - 5);
            }
            let mut out = Output::default();
            operator.process(batch(&new), &mut out).expect("no failure");
            rows.extend(new);
            for batch in &out.batches {
                given.extend((0..batch.rows()).map(|at| {
                    let row: Vec<i64> =
                        batch.row(at, &TYPES).iter().map(|v| if let Value::Int(n) = v { *n } else { 0 }).collect();
                    ([row[0], row[1], row[2]], batch.kind(at).sign())
                }));
            }
            let watermark = *marks.iter().min().expect("three");
            operator.watermark(Watermark { time: watermark, stamp: 1 }, &mut out).expect("no failure");
        }
        for end in -30..300 {
            let comes_in_time = |row: &&Row| row[2] < end;
            let is_newest = |row: &&Row| !rows.iter().any(|other| other[0] == row[0] && other[1] > row[1] && other[2] < end);
            let naive: BTreeMap<[i64; 2], i64> =
                rows.iter().filter(comes_in_time).filter(is_newest).map(|row| ([row[0], row[1]], 1)).collect();
            assert_eq!(in_window(&given, end), naive, "seed {seed}, a window that ends at {end}: {rows:?}");
        }
        operator.watermark(Watermark::MAX, &mut Output::default()).expect("no failure");
        assert!(operator.partitions.rows() <= 2, "more than one row of a key");
    }

    #[test]
    fn every_window_has_the_newest_row_that_came_in_time_for_it() {
        (0..300).for_each(check);
    }
}

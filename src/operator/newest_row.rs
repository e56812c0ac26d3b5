//! The newest row of each key by event time, where something above decides by time. Row road.
//!
//! ```text
//!   rows by the watermark of their split before them:   a 40     b 70     c 90        by time: a < c < b
//!   a is there from 40 to 70, b from 70 on, c never
//! ```
//! A row comes with the watermark of its split, and goes with the least one of the newer rows of its key: windows that end in between have it for good.
//! So rows wait until the watermarks of all splits have passed that of theirs, and are then taken in the order of these: what comes and goes, and how much of
//! it is late above, does not depend on how splits interleave, and one row of each key is kept. A row of a split that was idle, and whose watermark is
//! behind the others, has the one of the operator.

use super::over::Waiting;
use super::partitions::{Numbers, Partitions};
use super::{Operator, Output, Progress, row_order};
use crate::batch::{Batch, Column, RowKind, Values, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::types::relation::SortKey;
use crate::types::{DataType, EventTime, Nanos};

/// The newest rows of one shard.
pub struct NewestRow {
    /// The newest first.
    order: Vec<SortKey>,
    /// Hidden column with the watermark of the row's split.
    split_watermark_column: usize,
    /// Rows that other splits may still send some before.
    waiting: Waiting,
    /// By key, the newest of the rows that have been taken.
    partitions: Partitions<()>,
    watermark: EventTime,
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
        let by_mark = vec![SortKey { column: split_watermark_column, descending: false, nulls_first: true }];
        let (waiting, partitions) = (Waiting::new(split_watermark_column, by_mark), Partitions::new(keys, types, ttl));
        NewestRow { order, split_watermark_column, waiting, partitions, watermark: EventTime::MIN }
    }

    /// The watermarks of the splits of these rows. Hot: once per batch.
    fn marks<'a>(&self, columns: &'a [Column]) -> &'a [EventTime] {
        match &columns[self.split_watermark_column].values {
            Values::I64(marks) => marks,
            _ => unreachable!("a watermark is a BIGINT"),
        }
    }

    /// Takes rows in the order of their watermarks; of those of a key with one watermark only the newest is ever there. Hot: once per batch.
    fn take(&mut self, batch: &Batch, out: &mut Output) {
        let numbers = self.partitions.look_up(batch);
        let (marks, mut changed, mut from) = (self.marks(&batch.columns), Changed::default(), 0);
        while from < batch.rows() {
            let of_one = marks[from..].partition_point(|mark| *mark == marks[from]);
            let newest = self.newest_of(&numbers, from..from + of_one);
            out.filtered_rows += (of_one - newest.len()) as u64;
            for (key, row) in newest {
                if !self.replace(key, row, marks[from], &mut changed) {
                    out.filtered_rows += 1;
                }
            }
            from += of_one;
        }
        out.emit(self.given_out(&mut changed, batch));
        self.partitions.sweep(numbers, changed.gone.into_iter());
    }

    /// By key, the newest of these rows.
    fn newest_of(&self, numbers: &Numbers, rows: std::ops::Range<usize>) -> Vec<(u32, u32)> {
        let mut found: Vec<(u32, u32)> = rows.map(|at| (numbers.partitions[at], numbers.rows[at])).collect();
        let columns = self.partitions.columns();
        found.sort_unstable_by(|(a_key, a), (b_key, b)| {
            a_key.cmp(b_key).then_with(|| row_order::order(&self.order, columns, *a, *b))
        });
        found.dedup_by_key(|(key, _)| *key);
        found
    }

    /// Puts a row in the place of the one that its key has, unless that is newer; whether it did. Hot: once per row.
    fn replace(&mut self, key: u32, row: u32, mark: EventTime, changed: &mut Changed) -> bool {
        let (columns, old) = (self.partitions.columns(), self.partitions.list(key).first().copied());
        match old {
            Some(old) if row_order::order(&self.order, columns, row, old).is_ge() => return false,
            Some(old) => {
                changed.add(old, RowKind::UpdateBefore, mark);
                changed.add(row, RowKind::UpdateAfter, mark);
                self.partitions.step(old, false);
                changed.gone.push(old);
            }
            None => changed.add(row, RowKind::Insert, mark),
        }
        self.partitions.step(row, true);
        let list = self.partitions.list_mut(key);
        list.clear();
        list.push(row);
        true
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
    fn process(&mut self, mut batch: Batch, _out: &mut Output) -> Result<()> {
        let behind = self.marks(&batch.columns).iter().any(|mark| *mark < self.watermark);
        if behind {
            let marks = self.marks(&batch.columns).iter().map(|mark| (*mark).max(self.watermark)).collect();
            batch.columns[self.split_watermark_column] = Column::from_values(Values::I64(marks));
        }
        self.waiting.add(batch.columns);
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let mut room = TIMER_ROWS_PER_TURN;
        while let Some((columns, rows)) = self.waiting.due(self.watermark, &mut room) {
            self.take(&Batch::new(columns, rows, watermark.stamp), out);
        }
        Ok(if room == 0 { Progress::More } else { Progress::Done })
    }

    fn state_bytes(&self) -> usize {
        self.partitions.state_bytes(|()| 0) + self.waiting.state_bytes()
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

    /// The rows of three splits, whose watermarks are some way behind them.
    fn splits(random: &mut fastrand::Rng) -> [Vec<Row>; 3] {
        let mut times = std::collections::BTreeSet::new();
        [0; 3].map(|_| {
            let (mut now, mut mark, pace) = (0, i64::MIN, random.i64(2..9));
            let mut rows = Vec::new();
            for _ in 0..random.usize(0..50) {
                now += random.i64(0..pace);
                let time = now + random.i64(-20..5);
                // Which of two rows of one time is newer is left open.
                if times.insert(time) {
                    rows.push([random.i64(0..2), time, mark]);
                    mark = mark.max(time - 5);
                }
            }
            rows
        })
    }

    /// What comes of these rows, if the splits are read in some order. The operator hears of the least of their watermarks.
    fn given(splits: &[Vec<Row>; 3], random: &mut fastrand::Rng) -> Vec<(Row, i64)> {
        let (mut operator, mut out, mut taken) = (operator(), Output::default(), [0; 3]);
        while (0..3).any(|split| taken[split] < splits[split].len()) {
            let mut rows = Vec::new();
            for _ in 0..random.usize(1..6) {
                let split = random.usize(..3);
                rows.extend(splits[split].get(taken[split]));
                taken[split] = (taken[split] + 1).min(splits[split].len());
            }
            if !rows.is_empty() {
                operator.process(batch(&rows), &mut out).expect("no failure");
            }
            // That of a split is said by its next row.
            let mark = |split: usize| splits[split].get(taken[split]).map_or(i64::MAX, |row| row[2]);
            let time = (0..3).map(mark).min().unwrap_or(i64::MAX);
            while operator.watermark(Watermark { time, stamp: 1 }, &mut out).expect("no failure") == Progress::More {}
            assert!(time < i64::MAX || operator.partitions.rows() <= 2, "more than one row of a key");
        }
        let rows_of = |batch: &Batch| {
            let number = |value: &Value| if let Value::Int(number) = value { *number } else { 0 };
            let row = |at: usize| batch.row(at, &TYPES).iter().map(number).collect::<Vec<i64>>();
            (0..batch.rows()).map(|at| (row(at), batch.kind(at).sign())).collect::<Vec<_>>()
        };
        out.batches.iter().flat_map(rows_of).map(|(row, sign)| ([row[0], row[1], row[2]], sign)).collect()
    }

    fn check(seed: u64) {
        let random = &mut fastrand::Rng::with_seed(seed);
        let splits = splits(random);
        let (mut first, mut second) = (given(&splits, random), given(&splits, random));
        let rows = splits.concat();
        for end in -30..300 {
            let comes_in_time = |row: &&Row| row[2] < end;
            let is_newest = |row: &&Row| !rows.iter().any(|other| other[0] == row[0] && other[1] > row[1] && other[2] < end);
            let naive: BTreeMap<[i64; 2], i64> =
                rows.iter().filter(comes_in_time).filter(is_newest).map(|row| ([row[0], row[1]], 1)).collect();
            assert_eq!(in_window(&first, end), naive, "seed {seed}, a window that ends at {end}: {rows:?}");
        }
        first.sort_unstable();
        second.sort_unstable();
        assert_eq!(first, second, "seed {seed}: whichever split is read first");
    }

    #[test]
    fn every_window_has_the_newest_row_that_came_in_time_for_it() {
        (0..300).for_each(check);
    }

    #[test]
    fn a_row_of_a_split_that_was_idle_is_as_late_as_the_others_are() {
        let (mut operator, mut out) = (operator(), Output::default());
        let pass = |operator: &mut NewestRow, time: i64, out: &mut Output| {
            operator.watermark(Watermark { time, stamp: 1 }, out).expect("no failure");
        };
        operator.process(batch(&[[0, 10, 20]]), &mut out).expect("no failure");
        pass(&mut operator, 30, &mut out);
        operator.process(batch(&[[0, 12, 5]]), &mut out).expect("no failure");
        pass(&mut operator, 31, &mut out);
        let given: Vec<Vec<Value>> = out.batches.iter().flat_map(|b| (0..b.rows()).map(|at| b.row(at, &TYPES))).collect();
        let row = |time: i64, mark: i64| [0, time, mark].map(Value::Int).to_vec();
        assert_eq!(given, [row(10, 20), row(10, 30), row(12, 30)]);
    }
}

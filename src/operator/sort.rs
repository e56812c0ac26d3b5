//! ORDER BY: rows given out in order, once, when no other can come before them: at the end of input, or, where the first key is event
//! time, as the watermark passes.
//!
//! Rows taken back before they are given out are gone, so what comes out only adds. At the end of input all rows stand in one bucket.
//! A row that lies behind the watermark of its own split is late. One at the watermark may have moved it there itself, so a bucket is
//! given out only when the watermark lies behind it.

use super::row_buckets::{RowBuckets, time_of};
use super::{Operator, Output, Progress, row_order, set_aside};
use crate::batch::{Batch, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::types::relation::{OnError, SortKey, SortTime};
use crate::types::{DataType, EventTime, Nanos};

/// ORDER BY on one shard.
pub struct Sort {
    order: Vec<SortKey>,
    /// Where rows are given out as time passes.
    time: Option<SortTime>,
    on_error: OnError,
    types: Vec<DataType>,
    rows: RowBuckets,
    /// Rows being given out, the last first.
    giving: Vec<u32>,
    watermark: EventTime,
    stamp: Nanos,
}

impl Sort {
    /// Without rows; the input has columns of these types.
    pub fn new(order: Vec<SortKey>, time: Option<SortTime>, on_error: OnError, types: Vec<DataType>) -> Sort {
        Sort {
            order,
            time,
            on_error,
            rows: RowBuckets::new(time.map(|time| time.column), &types),
            types,
            giving: Vec::new(),
            watermark: EventTime::MIN,
            stamp: 0,
        }
    }

    /// The rows of a batch that can be taken; late ones are given out, those without a time go aside.
    fn in_time(&self, batch: &Batch, out: &mut Output) -> Result<Selection> {
        let all = Selection::All(batch.rows());
        let Some(SortTime { column, split_watermark_column }) = self.time else { return Ok(all) };
        let times = &batch.columns[column];
        for row in all.iter().filter(|row| time_of(times, *row).is_none()) {
            set_aside(batch, row, &self.types, "event time is NULL", self.on_error, out)?;
        }
        let passed = |row: usize| match split_watermark_column {
            Some(column) => time_of(&batch.columns[column], row).map_or(self.watermark, |own| own.max(self.watermark)),
            None => self.watermark,
        };
        let late = all.filter(|row| time_of(times, row).is_some_and(|time| time < passed(row)));
        if late.is_empty() {
            return Ok(all.filter(|row| !times.is_null(row)));
        }
        out.give_late(0, batch, &late);
        Ok(all.filter(|row| time_of(times, row).is_some_and(|time| time >= passed(row))))
    }

    /// Takes the next bucket that the watermark has passed, in order; whether there is one.
    fn next_bucket(&mut self) -> bool {
        let watermark = self.watermark;
        let Some(mut bucket) = self.rows.next_due(|time| time < watermark || watermark == EventTime::MAX) else { return false };
        let (order, columns) = (&self.order, self.rows.columns());
        bucket.sort_unstable_by(|a, b| row_order::order(order, columns, *b, *a));
        self.giving = bucket;
        true
    }

    /// Gives out rows, at most about `room` of them.
    fn give(&mut self, room: &mut usize, out: &mut Output) {
        let mut rows: Vec<u32> = Vec::new();
        let first_kept = self.giving.len().saturating_sub(*room);
        for number in self.giving.drain(first_kept..).rev() {
            let count = self.rows.take_count(number);
            rows.extend(std::iter::repeat_n(number, count as usize));
        }
        *room = room.saturating_sub(rows.len());
        out.emit(Batch::new(self.rows.gather(&rows), rows.len(), self.stamp));
        rows.dedup();
        rows.into_iter().for_each(|number| self.rows.forget(number));
    }
}

impl Operator for Sort {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let taken = self.in_time(&batch, out)?;
        for at in self.rows.add(&batch, &taken, 0) {
            set_aside(&batch, at, &self.types, "a row is taken back that is not there", self.on_error, out)?;
        }
        self.stamp = self.stamp.max(batch.last_stamp());
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = watermark.time;
        self.stamp = self.stamp.max(watermark.stamp);
        let mut room = TIMER_ROWS_PER_TURN;
        while !self.giving.is_empty() || self.next_bucket() {
            if room == 0 {
                return Ok(Progress::More);
            }
            self.give(&mut room, out);
        }
        Ok(Progress::Done)
    }

    fn state_bytes(&self) -> usize {
        self.rows.state_bytes() + self.giving.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Column, RowKind};
    use crate::types::Value;

    /// A time, a number, a text, and the watermark of the split.
    const TYPES: [DataType; 4] = [DataType::Timestamp(3), DataType::Int, DataType::STRING, DataType::BigInt];

    type Row = Vec<Value>;

    fn batch(rows: &[(Row, bool)]) -> Batch {
        let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        rows.iter().for_each(|(row, _)| columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value)));
        let mut batch = Batch::new(columns, rows.len(), 1);
        batch.kinds = Some(rows.iter().map(|(_, comes)| if *comes { RowKind::Insert } else { RowKind::Delete }).collect());
        batch
    }

    /// The key of a row in the order of time, then of the number, greatest first and NULL last, then of all columns.
    fn key(row: &Row) -> (i64, i64, String) {
        let number = |value: &Value| if let Value::Int(number) = value { *number } else { -100 };
        (number(&row[0]), -number(&row[1]), format!("{:?}", row[2]))
    }

    fn order(time_first: bool) -> Vec<SortKey> {
        let time = SortKey { column: 0, descending: false, nulls_first: true };
        let number = SortKey { column: 1, descending: true, nulls_first: false };
        let keys = [time, number];
        if time_first { keys.to_vec() } else { keys[1..].to_vec() }
    }

    fn given(out: &mut Output) -> Vec<Row> {
        let row = |batch: &Batch, at: usize| batch.row(at, &TYPES);
        out.batches.drain(..).flat_map(|batch| (0..batch.rows()).map(|at| row(&batch, at)).collect::<Vec<_>>()).collect()
    }

    /// Random rows, some taken back, against a list that is sorted anew; with the time first, what the watermark has passed.
    fn check(time: Option<SortTime>, retracts: bool, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut sort = Sort::new(order(time.is_some()), time, OnError::SetAside, TYPES.to_vec());
        let (mut there, mut out, mut mark) = (Vec::<Row>::new(), Output::default(), -50);
        for turn in 0..60 {
            let mut rows = Vec::new();
            for _ in 0..random.usize(1..12) {
                if retracts && !there.is_empty() && random.u8(..3) == 0 {
                    rows.push((there.swap_remove(random.usize(..there.len())), false));
                    continue;
                }
                let number = if random.u8(..6) == 0 { Value::Null } else { Value::Int(random.i64(0..4)) };
                let text = Value::text(["a", "b is a text that does not stand in its view"][random.usize(..2)]);
                let row = vec![Value::Int(mark + random.i64(1..20)), number, text, Value::Int(-1000)];
                there.push(row.clone());
                rows.push((row, true));
            }
            sort.process(batch(&rows), &mut out).expect("takes rows");
            mark += random.i64(0..8);
            let at = if turn == 59 { Watermark::MAX } else { Watermark { time: mark, stamp: 1 } };
            while sort.watermark(at, &mut out).expect("takes a watermark") == Progress::More {}
            let passed = |row: &Row| if time.is_some() { key(row).0 < at.time } else { turn == 59 };
            let (mut wanted, rest): (Vec<Row>, Vec<Row>) = there.into_iter().partition(passed);
            there = rest;
            wanted.sort_by_key(|row| if time.is_some() { key(row) } else { (0, key(row).1, String::new()) });
            let got = given(&mut out);
            let keys = |rows: &[Row]| rows.iter().map(|row| key(row).1).collect::<Vec<_>>();
            assert_eq!(keys(&got), keys(&wanted), "turn {turn}");
            let sorted = |rows: &[Row]| {
                let mut texts: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
                texts.sort();
                texts
            };
            assert_eq!(sorted(&got), sorted(&wanted), "turn {turn}");
            assert_eq!(
                sort.rows.len(),
                there.iter().map(|row| format!("{row:?}")).collect::<std::collections::BTreeSet<_>>().len()
            );
        }
        assert!(out.aside.is_empty() && out.late.is_empty() && sort.rows.len() == 0);
    }

    #[test]
    fn rows_come_out_as_if_sorted_at_once() {
        let by_time = SortTime { column: 0, split_watermark_column: Some(3) };
        for seed in 0..20 {
            check(None, false, seed);
            check(None, true, seed);
            check(Some(by_time), false, seed);
            check(Some(by_time), true, seed);
        }
    }

    #[test]
    fn a_late_row_and_one_without_time_do_not_come_out() {
        let time = SortTime { column: 0, split_watermark_column: Some(3) };
        let mut sort = Sort::new(order(true), Some(time), OnError::SetAside, TYPES.to_vec());
        let mut out = Output::default();
        let row = |time: Value, mark: i64| (vec![time, Value::Int(1), Value::text("a"), Value::Int(mark)], true);
        // The second is late by its own split, though the operator's watermark has not come so far.
        sort.process(batch(&[row(Value::Int(5), 5), row(Value::Int(5), 6), row(Value::Null, 0)]), &mut out).expect("takes rows");
        assert_eq!((out.late_rows, out.aside.len()), (1, 1));
        sort.watermark(Watermark::MAX, &mut out).expect("takes a watermark");
        assert_eq!(given(&mut out).len(), 1);
    }

    #[test]
    fn ten_times_the_rows_over_the_same_times_take_no_more_memory() {
        let time = SortTime { column: 0, split_watermark_column: None };
        let mut sort = Sort::new(order(true), Some(time), OnError::SetAside, TYPES.to_vec());
        let (mut out, mut after_first) = (Output::default(), 0);
        for turn in 0..1000_i64 {
            let row = |at: i64| (vec![Value::Int(turn), Value::Int(at), Value::text("some text"), Value::Null], true);
            sort.process(batch(&(0..20).map(row).collect::<Vec<_>>()), &mut out).expect("takes rows");
            sort.watermark(Watermark { time: turn + 1, stamp: 0 }, &mut out).expect("takes a watermark");
            assert_eq!(given(&mut out).len(), 20);
            if turn == 99 {
                after_first = sort.state_bytes();
            }
        }
        assert!(sort.state_bytes() <= after_first, "{} after {after_first}", sort.state_bytes());
    }

    #[test]
    fn a_row_taken_back_that_is_not_there_goes_aside() {
        let mut sort = Sort::new(order(false), None, OnError::SetAside, TYPES.to_vec());
        let mut out = Output::default();
        let row = vec![Value::Int(1), Value::Null, Value::text("a"), Value::Null];
        sort.process(batch(&[(row.clone(), true), (row.clone(), false), (row, false)]), &mut out).expect("takes rows");
        assert!(out.aside.len() == 1 && sort.rows.len() == 0);
    }
}

//! The rows of a batch by the windows they go to, late ones apart: the step before a window aggregate's groups.
//!
//! Most batches lie between two starts of windows as a whole; they are told by their first and last time, and no row is looked at. In
//! others a row is placed by division only where it does not lie beside the row before.

use super::window_assign::starts;
use crate::batch::order::span;
use crate::batch::{Batch, Column, Selection, Values};
use crate::types::EventTime;
use crate::types::relation::Window;

/// Rows by window, used anew for every batch.
#[derive(Default)]
pub struct WindowRows {
    /// Start and rows of each window, by start.
    pub windows: Vec<(EventTime, Selection)>,
    /// Rows too late for all of their windows.
    pub late: Vec<u32>,
    /// Rows that belong to no window, and why.
    pub failed: Vec<(u32, &'static str)>,
}

/// First and last start of the windows of all times in `from..to`.
#[derive(Clone, Copy)]
struct Slice {
    from: EventTime,
    to: EventTime,
    first: EventTime,
    last: EventTime,
}

impl Slice {
    fn of(time: EventTime, window: &Window) -> Option<Slice> {
        let (first, last) = starts(window, time)?;
        Some(Slice { from: last, to: last.saturating_add(window.slide()), first, last })
    }

    fn holds(&self, time: EventTime) -> bool {
        self.from <= time && time < self.to
    }
}

impl WindowRows {
    /// Sorts the rows of a batch. A row is late for a window that the watermark of its own split, or `watermark`, has passed. Hot:
    /// once per batch.
    pub fn sort(&mut self, batch: &Batch, window: &Window, times: &Column, split: Option<&Column>, watermark: EventTime) {
        self.windows.clear();
        self.late.clear();
        self.failed.clear();
        let Values::I64(values) = &times.values else {
            self.failed = (0..batch.rows() as u32).map(|row| (row, "event time is no timestamp")).collect();
            return;
        };
        if !self.sort_whole(values, times.validity.is_some(), window, split, watermark) {
            self.sort_each(times, values, window, split, watermark);
        }
    }

    /// Takes the batch as a whole, if all of its rows go to the same windows and none is late for one.
    fn sort_whole(
        &mut self,
        times: &[EventTime],
        nullable: bool,
        window: &Window,
        split: Option<&Column>,
        watermark: EventTime,
    ) -> bool {
        if times.is_empty() {
            return true;
        }
        let (low, high) = span(times);
        let Some(slice) = Slice::of(low, window).filter(|slice| !nullable && slice.holds(high)) else { return false };
        let newest = match split.map(|column| &column.values) {
            Some(Values::I64(marks)) => span(marks).1.max(watermark),
            _ => watermark,
        };
        if newest >= slice.first + (window.size() - 1) {
            return false;
        }
        let mut start = slice.first;
        while start <= slice.last {
            self.windows.push((start, Selection::All(times.len())));
            start += window.slide();
        }
        true
    }

    fn sort_each(&mut self, column: &Column, times: &[EventTime], window: &Window, split: Option<&Column>, watermark: EventTime) {
        let own = |row: usize| match split.map(|c| (&c.values, c.is_null(row))) {
            Some((Values::I64(marks), false)) => marks[row].max(watermark),
            _ => watermark,
        };
        let mut slice = Slice { from: 0, to: 0, first: 0, last: 0 };
        for (row, time) in times.iter().enumerate() {
            if column.is_null(row) {
                self.failed.push((row as u32, "event time is NULL"));
                continue;
            }
            if !slice.holds(*time) {
                match Slice::of(*time, window) {
                    Some(found) => slice = found,
                    None => {
                        self.failed.push((row as u32, "event time is out of the range of windows"));
                        continue;
                    }
                }
            }
            self.place(row as u32, slice, window, own(row));
        }
        self.windows.sort_unstable_by_key(|(start, _)| *start);
    }

    fn place(&mut self, row: u32, slice: Slice, window: &Window, watermark: EventTime) {
        let passed = |start: EventTime| watermark >= start + (window.size() - 1);
        if passed(slice.last) {
            return self.late.push(row);
        }
        let mut start = slice.first;
        while start <= slice.last {
            if !passed(start) {
                self.rows_of(start).push(row);
            }
            start += window.slide();
        }
    }

    fn rows_of(&mut self, start: EventTime) -> &mut Vec<u32> {
        // Rows that follow each other mostly go to the same few windows, the one found last first.
        let at = self.windows.iter().rposition(|(known, _)| *known == start).unwrap_or_else(|| {
            self.windows.push((start, Selection::Rows(Vec::new())));
            self.windows.len() - 1
        });
        match &mut self.windows[at].1 {
            Selection::Rows(rows) => rows,
            Selection::All(_) => unreachable!("rows are placed one by one"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::types::{DataType, Value};

    /// Random times with random marks against windows found by trying all.
    fn check(seed: u64, window: Window, spread: i64, nulls: u8) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut sorted = WindowRows::default();
        for _ in 0..200 {
            let rows = random.usize(1..50);
            let base = random.i64(-100..100);
            let mut times = Column::with_capacity(&DataType::BigInt, 0);
            let mut marks = Column::with_capacity(&DataType::BigInt, 0);
            for _ in 0..rows {
                let time = if random.u8(..100) < nulls { Value::Null } else { Value::Int(base + random.i64(0..spread)) };
                times.push(&time);
                marks.push(&Value::Int(base + random.i64(-30..spread)));
            }
            let watermark = base + random.i64(-30..5);
            let batch = Batch::new(vec![times.clone(), marks.clone()], rows, 1);
            sorted.sort(&batch, &window, &times, Some(&marks), watermark);
            let (mut expected, mut late, mut failed) = (BTreeMap::<i64, Vec<usize>>::new(), Vec::new(), Vec::new());
            for row in 0..rows {
                let (Value::Int(time), Value::Int(mark)) =
                    (times.value(row, &DataType::BigInt), marks.value(row, &DataType::BigInt))
                else {
                    failed.push(row as u32);
                    continue;
                };
                let open = |start: &i64| mark.max(watermark) < start + window.size() - 1;
                let holds = |start: &i64| *start <= time && time < start + window.size();
                let of: Vec<i64> = (-500..500).filter(|s| s % window.slide() == 0).filter(holds).collect();
                if !of.iter().any(open) {
                    late.push(row as u32);
                }
                of.iter().filter(|start| open(start)).for_each(|start| expected.entry(*start).or_default().push(row));
            }
            let found: BTreeMap<i64, Vec<usize>> =
                sorted.windows.iter().map(|(start, rows)| (*start, rows.iter().collect())).collect();
            assert_eq!((found, sorted.windows.len()), (expected.clone(), expected.len()));
            assert!(sorted.windows.is_sorted_by_key(|(start, _)| *start));
            assert_eq!((&sorted.late, sorted.failed.iter().map(|f| f.0).collect::<Vec<_>>()), (&late, failed));
        }
    }

    #[test]
    fn rows_go_where_trying_all_windows_puts_them() {
        for spread in [1, 3, 20, 100] {
            check(1, Window::Tumble { size: 10, offset: 0 }, spread, 0);
            check(2, Window::Tumble { size: 10, offset: 0 }, spread, 10);
            check(3, Window::Hop { size: 20, slide: 5, offset: 0 }, spread, 0);
        }
    }
}

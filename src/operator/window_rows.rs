//! The rows of a batch by the windows they go to, late ones apart: the step before a window aggregate's groups.
//!
//! Most batches lie in one slice of time as a whole; they are told by their first and last time, and no row is looked at. In
//! others a row is placed by division only where it does not lie beside the row before.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::window_slice::{Pane, Slice, is_passed};
use crate::batch::order::span;
use crate::batch::{Batch, Column, Selection, Values};
use crate::types::EventTime;
use crate::types::relation::Aligned;

/// The end of a given window that has none: that of input.
const AT_END: EventTime = EventTime::MAX - 1;

/// Rows by window, used anew for every batch.
#[derive(Default)]
pub struct WindowRows {
    /// Rows of each pane, by the end of its last window. A row that is late for some of its windows is in a pane without them.
    pub panes: Vec<(Pane, Selection)>,
    /// Ends of the first windows of rows that are late for those before.
    pub first_open: BTreeSet<EventTime>,
    /// Rows too late for all of their windows.
    pub late: Vec<u32>,
    /// Rows that have no place in time, and why.
    pub failed: Vec<(u32, &'static str)>,
    /// Rows between two windows.
    pub outside: u64,
}

impl WindowRows {
    /// Sorts the rows of a batch. A row is late for a window that the watermark of its own split, or `watermark`, has passed. Hot:
    /// once per batch.
    pub fn sort(&mut self, batch: &Batch, window: &Aligned, times: &Column, split: Option<&Column>, watermark: EventTime) {
        self.panes.clear();
        self.first_open.clear();
        self.late.clear();
        self.failed.clear();
        self.outside = 0;
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
        window: &Aligned,
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
        if slice.pane.is_empty() || is_passed(slice.pane.first, newest) {
            return false;
        }
        self.panes.push((slice.pane, Selection::All(times.len())));
        true
    }

    fn sort_each(
        &mut self,
        column: &Column,
        times: &[EventTime],
        window: &Aligned,
        split: Option<&Column>,
        watermark: EventTime,
    ) {
        let own = |row: usize| match split.map(|c| (&c.values, c.is_null(row))) {
            Some((Values::I64(marks), false)) => marks[row].max(watermark),
            _ => watermark,
        };
        let mut slice = Slice { from: 0, to: 0, pane: Pane { first: 0, last: 0 } };
        for (row, time) in times.iter().enumerate() {
            let time = match (column.is_null(row), window) {
                (false, _) => *time,
                (true, Aligned::Given) => AT_END,
                (true, _) => {
                    self.failed.push((row as u32, "event time is NULL"));
                    continue;
                }
            };
            if !slice.holds(time) {
                match Slice::of(time, window) {
                    Some(found) => slice = found,
                    None => {
                        self.failed.push((row as u32, "event time is out of the range of windows"));
                        continue;
                    }
                }
            }
            if slice.pane.is_empty() {
                self.outside += 1;
                continue;
            }
            match slice.pane.open(own(row), window) {
                Some(pane) => {
                    if pane.first > slice.pane.first {
                        self.first_open.insert(pane.first);
                    }
                    self.rows_of(pane).push(row as u32);
                }
                None => self.late.push(row as u32),
            }
        }
        self.panes.sort_unstable_by_key(|(pane, _)| *pane);
    }

    /// Divides the rows at the windows that are the first for some that are late for those before. So rows of one time are in the same panes as far as
    /// they are in the same windows, in their order: one that comes, goes and comes again is told right, however late it is each time.
    pub fn divide_late(&mut self, window: &Aligned) {
        let cuts = std::mem::take(&mut self.first_open);
        if !cuts.is_empty() {
            self.divide(&cuts, window);
        }
    }

    /// Divides the rows at windows: what is in those before and those from there on is in two panes then.
    pub fn divide(&mut self, cuts: &BTreeSet<EventTime>, window: &Aligned) {
        let whole = std::mem::take(&mut self.panes);
        for (mut pane, rows) in whole {
            for cut in cuts.range((Bound::Excluded(pane.first), Bound::Included(pane.last))).copied() {
                self.panes.push((Pane { last: cut - window.step(), ..pane }, rows.clone()));
                pane.first = cut;
            }
            self.panes.push((pane, rows));
        }
        self.panes.sort_unstable_by_key(|(pane, _)| *pane);
        self.panes.dedup_by(|(pane, rows), (kept, before)| {
            let is_one = pane == kept;
            if is_one {
                // Of the same windows, what came first stays before what came later.
                let mut both: Vec<u32> = before.iter().chain(rows.iter()).map(|row| row as u32).collect();
                both.sort_unstable();
                *before = Selection::Rows(both);
            }
            is_one
        });
    }

    fn rows_of(&mut self, pane: Pane) -> &mut Vec<u32> {
        // Rows that follow each other mostly go to the same few panes, the one found last first.
        let at = self.panes.iter().rposition(|(known, _)| *known == pane).unwrap_or_else(|| {
            self.panes.push((pane, Selection::Rows(Vec::new())));
            self.panes.len() - 1
        });
        match &mut self.panes[at].1 {
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
    fn check(seed: u64, window: Aligned, spread: i64, nulls: u8) {
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
            let (mut expected, mut late, mut failed, mut outside) =
                (BTreeMap::<i64, Vec<usize>>::new(), Vec::new(), Vec::new(), 0);
            for row in 0..rows {
                let (time, mark) = match (times.value(row, &DataType::BigInt), marks.value(row, &DataType::BigInt)) {
                    (Value::Int(time), Value::Int(mark)) => (time, mark),
                    _ if window == Aligned::Given => {
                        expected.entry(AT_END).or_default().push(row);
                        continue;
                    }
                    _ => {
                        failed.push(row as u32);
                        continue;
                    }
                };
                let open = |end: &i64| mark.max(watermark) < end - 1;
                let is_window = |end: &i64| match window {
                    Aligned::Hop { size, slide, .. } => (end - size) % slide == 0,
                    _ => end % window.step() == 0,
                };
                let holds = |end: &i64| match window.start_of(*end) {
                    Some(start) => start <= time && time < *end,
                    None => time == *end,
                };
                let of: Vec<i64> = (-500..500).filter(is_window).filter(holds).collect();
                match of.iter().any(open) {
                    false if of.is_empty() => outside += 1,
                    false => late.push(row as u32),
                    true => of.iter().filter(|end| open(end)).for_each(|end| expected.entry(*end).or_default().push(row)),
                }
            }
            let mut found = BTreeMap::<i64, Vec<usize>>::new();
            for (pane, rows) in &sorted.panes {
                pane.ends(&window).for_each(|end| found.entry(end).or_default().extend(rows.iter()));
            }
            found.values_mut().for_each(|rows| rows.sort_unstable());
            assert_eq!(found, expected);
            assert!(sorted.panes.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let failed_found = sorted.failed.iter().map(|f| f.0).collect::<Vec<_>>();
            assert_eq!((&sorted.late, failed_found, sorted.outside), (&late, failed, outside));
        }
    }

    #[test]
    fn rows_go_where_trying_all_windows_puts_them() {
        for spread in [1, 3, 20, 100] {
            check(1, Aligned::Tumble { size: 10, offset: 0 }, spread, 0);
            check(2, Aligned::Tumble { size: 10, offset: 0 }, spread, 10);
            check(3, Aligned::Hop { size: 20, slide: 5, offset: 0 }, spread, 0);
            check(4, Aligned::Hop { size: 7, slide: 3, offset: 0 }, spread, 10);
            check(5, Aligned::Hop { size: 3, slide: 7, offset: 0 }, spread, 10);
            check(6, Aligned::Cumulate { size: 20, step: 5, offset: 0 }, spread, 10);
            check(7, Aligned::Given, spread, 10);
        }
    }
}

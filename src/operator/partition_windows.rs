//! Partitions that lie in a window each: which rows come too late for theirs, and which partitions are over. Row road.
//!
//! A row of a window that the watermark of its own split has passed is late. Once the watermark of the operator has passed the end of a window, its
//! partitions are given back one by one, to be given out or not, and forgotten.

use std::collections::BTreeMap;

use super::Output;
use super::row_buckets::time_of;
use super::window_slice::is_passed;
use crate::batch::order::span;
use crate::batch::{Batch, Column, Selection, Values};
use crate::state::GroupTable;
use crate::types::EventTime;
use crate::types::relation::SortTime;

/// The windows of the partitions of one shard.
pub struct PartitionWindows {
    /// The column with the end of the window, and the hidden one, which is the last.
    end: SortTime,
    /// Partitions by the end of their window.
    by_end: BTreeMap<EventTime, Vec<u32>>,
    watermark: EventTime,
}

impl PartitionWindows {
    /// Without partitions.
    pub fn new(end: SortTime) -> PartitionWindows {
        PartitionWindows { end, by_end: BTreeMap::new(), watermark: EventTime::MIN }
    }

    /// Rows of windows that are not over, without the hidden column; the others are given out as late. Hot: once per batch.
    pub fn in_time(&self, mut batch: Batch, out: &mut Output) -> Batch {
        let ends = &batch.columns[self.end.column];
        let marks = self.end.split_watermark_column.map(|column| &batch.columns[column]);
        if self.may_be_late(ends, marks) {
            let is_late = |row: usize| {
                let own = marks.and_then(|marks| time_of(marks, row)).unwrap_or(EventTime::MIN);
                is_passed(end_of(ends, row), own.max(self.watermark))
            };
            let all = Selection::All(batch.rows());
            let late = all.filter(is_late);
            if !late.is_empty() {
                out.give_late(0, &batch, &late);
                batch = batch.gather(&all.filter(|row| !is_late(row)));
            }
        }
        batch.columns.truncate(self.end.split_watermark_column.unwrap_or(batch.columns.len()));
        batch
    }

    /// Whether the first window that ends may have been passed by the furthest of the watermarks.
    fn may_be_late(&self, ends: &Column, marks: Option<&Column>) -> bool {
        let own = marks.map_or(Some(EventTime::MIN), |marks| Some(span_of(marks)?.1));
        let first = span_of(ends).zip(own).map(|((first, _), own)| is_passed(first, own.max(self.watermark)));
        first.unwrap_or(true)
    }

    /// Notes the partitions that came with a batch: those of its rows that were made behind `made` others.
    pub fn note_new(&mut self, batch: &Batch, partitions: &[u32], known: &GroupTable, made: u64) {
        let mut next_new = made;
        for (row, partition) in partitions.iter().enumerate() {
            // They are born in the order of their first rows.
            if known.born(*partition) == next_new {
                next_new += 1;
                self.by_end.entry(end_of(&batch.columns[self.end.column], row)).or_default().push(*partition);
            }
        }
    }

    /// The watermark of the operator is now this one.
    pub fn pass(&mut self, watermark: EventTime) {
        self.watermark = self.watermark.max(watermark);
    }

    /// Whether there is a partition whose window is over.
    pub fn has_over(&self) -> bool {
        self.by_end.first_key_value().is_some_and(|(end, _)| is_passed(*end, self.watermark))
    }

    /// A partition whose window is over.
    pub fn next_over(&mut self) -> Option<u32> {
        let mut window = self.by_end.first_entry().filter(|window| is_passed(*window.key(), self.watermark))?;
        let partition = window.get_mut().pop();
        if window.get().is_empty() {
            window.remove();
        }
        partition
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.by_end.values().map(|partitions| partitions.capacity() * size_of::<u32>()).sum()
    }

    /// Whether there is no partition.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.by_end.is_empty()
    }
}

/// The first and the last of some times, if none is NULL.
fn span_of(times: &Column) -> Option<(EventTime, EventTime)> {
    let Column { values: Values::I64(times), validity: None } = times else { return None };
    Some(span(times))
}

/// Where the window of a row ends; one that has none waits for the end of input.
fn end_of(ends: &Column, row: usize) -> EventTime {
    time_of(ends, row).unwrap_or(EventTime::MAX)
}

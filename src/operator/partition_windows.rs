//! Partitions that lie in a window each: which rows come too late for theirs, and which partitions are over. Row road.
//!
//! A row of a window that the watermark of its own split has passed is late. Once the watermark of the operator has passed the end of a window, its
//! partitions are given back one by one, to be given out or not, and forgotten.

use super::Output;
use super::deadlines::{Deadlines, over_at};
use super::row_buckets::time_of;
use super::window_slice::is_passed;
use crate::batch::order::{any_reached, span};
use crate::batch::{Batch, Column, Selection, Values};
use crate::state::GroupTable;
use crate::types::EventTime;
use crate::types::relation::Deadline;

/// The windows of the partitions of one shard.
pub struct PartitionWindows {
    /// The end of the window.
    end: Deadline,
    /// The hidden column, which is the last.
    split_watermark_column: Option<usize>,
    deadlines: Deadlines,
}

impl PartitionWindows {
    /// Without partitions.
    pub fn new(end: Deadline, split_watermark_column: Option<usize>) -> PartitionWindows {
        PartitionWindows { end, split_watermark_column, deadlines: Deadlines::new(end.after) }
    }

    /// Rows of windows that are not over, without the hidden column; the others are given out as late. Hot: once per batch.
    pub fn in_time(&self, mut batch: Batch, out: &mut Output) -> Batch {
        let ends = &batch.columns[self.end.column];
        let marks = self.split_watermark_column.map(|column| &batch.columns[column]);
        if self.may_be_late(ends, marks) {
            let is_late = |row: usize| {
                let own = marks.and_then(|marks| time_of(marks, row)).unwrap_or(EventTime::MIN);
                is_passed(over_at(ends, row, self.end.after), own.max(self.deadlines.watermark()))
            };
            let all = Selection::All(batch.rows());
            let late = all.filter(is_late);
            if !late.is_empty() {
                out.give_late(0, &batch, &late);
                batch = batch.gather(&all.filter(|row| !is_late(row)));
            }
        }
        batch.columns.truncate(self.split_watermark_column.unwrap_or(batch.columns.len()));
        batch
    }

    /// Whether a row may be late. Without NULLs, whether one is.
    fn may_be_late(&self, ends: &Column, marks: Option<&Column>) -> bool {
        let Column { values: Values::I64(ends), validity: None } = ends else { return true };
        let watermark = self.deadlines.watermark();
        match marks {
            None => is_passed(span(ends).0.saturating_add(self.end.after), watermark),
            Some(Column { values: Values::I64(marks), validity: None }) => {
                any_reached(ends, self.end.after - 1, marks, watermark)
            }
            Some(_) => true,
        }
    }

    /// Notes the partitions that came with a batch: those of its rows that were made behind `made` others.
    pub fn note_new(&mut self, batch: &Batch, partitions: &[u32], known: &GroupTable, made: u64) {
        self.deadlines.note_new(&batch.columns[self.end.column], partitions, known, made);
    }

    /// The watermark of the operator is now this one.
    pub fn pass(&mut self, watermark: EventTime) {
        self.deadlines.pass(watermark);
    }

    /// Whether there is a partition whose window is over.
    pub fn has_over(&self) -> bool {
        self.deadlines.has_over()
    }

    /// A partition whose window is over.
    pub fn next_over(&mut self) -> Option<u32> {
        self.deadlines.next_over()
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.deadlines.state_bytes()
    }

    /// Whether there is no partition.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.deadlines.is_empty()
    }
}

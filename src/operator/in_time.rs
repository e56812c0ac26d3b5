//! Rows that come, or go, in time for their windows; the others are given out as late. Row road.
//!
//! It stands where nothing else says which rows of a window are late: below joins of windows whose rows change, and in the place of functions with OVER
//! that nobody reads. It keeps nothing.

use super::partition_windows::PartitionWindows;
use super::{Operator, Output, Progress};
use crate::batch::{Batch, Watermark};
use crate::error::Result;
use crate::types::relation::Deadline;

/// The gate of one shard.
pub struct InTime {
    windows: PartitionWindows,
}

impl InTime {
    /// For windows that end at this column; the hidden last column, if there is one, is not given out.
    pub fn new(window_end: usize, split_watermark_column: Option<usize>) -> InTime {
        let end = Deadline { column: window_end, after: 0 };
        InTime { windows: PartitionWindows::new(end, split_watermark_column) }
    }
}

impl Operator for InTime {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let batch = self.windows.in_time(batch, out);
        out.emit(batch);
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, _: &mut Output) -> Result<Progress> {
        self.windows.pass(watermark.time);
        Ok(Progress::Done)
    }
}

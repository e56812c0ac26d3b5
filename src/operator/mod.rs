//! Relational operators: one file each. They turn batches into batches and know no SQL, no files, no clock and no other shard.
//!
//! An operator is driven by its shard: `process` for every batch, `watermark` when the minimum over its inputs has moved,
//! `end` once. All emit into an `Output`. A row an operator cannot take goes to `Output::aside`, a late one to `Output::late`.

use std::borrow::Cow;

use crate::batch::{Batch, Watermark};
use crate::error::Result;

/// Why a row was taken out of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsideRow {
    /// The reason.
    pub reason: Cow<'static, str>,
    /// The row as text, cut to `limits::ASIDE_TEXT_BYTES_MAX`.
    pub text: String,
}

/// What an operator gives out while it is driven.
#[derive(Debug, Default)]
pub struct Output {
    /// Rows for the operators behind.
    pub batches: Vec<Batch>,
    /// Late rows, with the columns of the operator's input; for the late table, if there is one.
    pub late: Vec<Batch>,
    /// Rows that failed.
    pub aside: Vec<AsideRow>,
    /// Rows filtered out by this operator.
    pub filtered_rows: u64,
    /// Late rows, also where there is no late table.
    pub late_rows: u64,
}

impl Output {
    /// Gives out rows; empty batches are dropped.
    pub fn emit(&mut self, batch: Batch) {
        if !batch.is_empty() {
            self.batches.push(batch);
        }
    }
}

/// Whether a call has done all there was to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Done.
    Done,
    /// The row budget is used up: call again with the same watermark before anything else.
    More,
}

/// One operator instance of one shard.
pub trait Operator: Send {
    /// Takes rows. Hot: once per batch.
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()>;

    /// The watermark of the operator's input is now `watermark` (it never goes back; `Watermark::MAX` is the end of input).
    /// Emits what it completes, at most about `limits::TIMER_ROWS_PER_TURN` rows a call.
    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        let _ = (watermark, out);
        Ok(Progress::Done)
    }

    /// Bytes of state held.
    fn state_bytes(&self) -> usize {
        0
    }
}

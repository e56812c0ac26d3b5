//! Relational operators: one file each. They turn batches into batches and know no SQL, no files, no clock and no other shard.
//!
//! An operator is driven by its shard: `process` for every batch, `watermark` when the minimum over its inputs has moved,
//! `end` once. All emit into an `Output`. A row an operator cannot take goes to `Output::aside`, a late one to `Output::late`.

mod accumulator;
mod aggregate;
mod calc;
mod consolidate;
mod deadlines;
mod expand;
mod grouped;
mod hold;
mod in_time;
mod join;
mod last_row;
mod looks;
mod newest_row;
mod over;
mod partial_aggregate;
mod partition_windows;
mod partitions;
#[cfg(test)]
mod phase_tests;
mod rank;
mod row_buckets;
mod row_order;
mod row_pattern;
mod scan;
mod session;
mod sort;
mod unnest;
mod window_aggregate;
mod window_assign;
mod window_rows;
mod window_slice;
#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;

pub use accumulator::{Accumulator, MakeAccumulator, Offer, Rows, Verdict};
pub use aggregate::{Aggregate, GlobalGroup};
pub use calc::Calc;
pub use consolidate::Consolidate;
pub use expand::Expand;
pub use hold::Hold;
pub use in_time::InTime;
pub use join::{Join, JoinClock, JoinInput, LookupJoin, PairFilter, TimedJoin, VersionedJoin};
pub use last_row::LastRow;
pub use newest_row::NewestRow;
pub use over::{InOrder as OverInOrder, OnChange as OverOnChange, OverShape, TimeColumns};
pub use partial_aggregate::PartialAggregate;
pub use rank::{Rank, RankShape};
pub use row_pattern::{Condition as RowPatternCondition, RowPattern, RowPatternShape};
pub use scan::{EventTimeRows, ScanRows};
pub use session::{SessionAggregate, SessionAssign, SessionShape};
pub use sort::Sort;
pub use unnest::Unnest;
pub use window_aggregate::WindowAggregate;
pub use window_assign::WindowAssign;

use std::borrow::Cow;

use crate::batch::text::row_text;
use crate::batch::{Batch, Load, Selection, Watermark};
use crate::error::{Error, Result};
use crate::limits::ASIDE_TEXT_BYTES_MAX;
use crate::types::DataType;
use crate::types::relation::OnError;

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
    /// Late rows: to which input they came, and they with its columns; for the late table, if there is one.
    pub late: Vec<(usize, Batch)>,
    /// States of groups, for the operator that adds them up.
    pub states: Vec<Batch>,
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

    /// Counts rows of a batch of one input that are too late, and gives them to those who want them.
    pub(crate) fn give_late(&mut self, input: usize, batch: &Batch, rows: &Selection) {
        if !rows.is_empty() {
            self.late_rows += rows.len() as u64;
            self.late.push((input, batch.gather(rows)));
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

    /// Takes rows of one of several inputs, by its number. Hot: once per batch.
    fn process_input(&mut self, input: usize, batch: Batch, out: &mut Output) -> Result<()> {
        debug_assert_eq!(input, 0, "an operator of one input");
        self.process(batch, out)
    }

    /// The watermark of the operator's input is now `watermark` (it never goes back; `Watermark::MAX` is the end of input).
    /// Emits what it completes, at most about `limits::TIMER_ROWS_PER_TURN` rows a call.
    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        let _ = (watermark, out);
        Ok(Progress::Done)
    }

    /// One of its inputs gives no rows any more, whatever the others do. May be said twice.
    fn input_ended(&mut self, input: usize, out: &mut Output) -> Result<()> {
        let _ = (input, out);
        Ok(())
    }

    /// All rows of one reading of the table that is read again and again have come.
    fn table_read(&mut self, load: Load, out: &mut Output) -> Result<()> {
        let _ = (load, out);
        Ok(())
    }

    /// The watermark that goes out once `watermark` has been taken: an operator that still gives out older rows holds it back.
    fn passes_on(&self, watermark: Watermark) -> Watermark {
        watermark
    }

    /// Bytes of state held.
    fn state_bytes(&self) -> usize {
        0
    }
}

/// Takes a row that failed out of the stream, or fails the job. Cold: only for bad rows.
#[cold]
pub(crate) fn set_aside(
    batch: &Batch,
    row: usize,
    types: &[DataType],
    reason: impl Into<Cow<'static, str>>,
    on_error: OnError,
    out: &mut Output,
) -> Result<()> {
    let (reason, mut text) = (reason.into(), row_text(batch, row, types));
    let mut end = text.len().min(ASIDE_TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    match on_error {
        OnError::Fail => Err(Error::data(format!("{reason} in row {text}"))),
        OnError::SetAside => {
            out.aside.push(AsideRow { reason, text });
            Ok(())
        }
    }
}

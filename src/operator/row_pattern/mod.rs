//! MATCH_RECOGNIZE: patterns of rows in their order. Row road.
//!
//! ```text
//!   rows in event time --> waiting (for the watermark) --+
//!   rows as they come -----------------------------------+--> rows of a partition
//!                                                               |  one attempt at a time, from the row where a match may begin
//!   program (the pattern) ------> attempt: threads, each with its path
//!   condition (DEFINE) ---------> which threads take a row      |  decided: matches (MEASURES), and the next attempt
//! ```
//! A partition is one search after the other. A search is fed the rows behind its first one until it is decided; then the next begins where AFTER
//! MATCH SKIP says, over rows that are kept. All partitions that have a row to feed are fed one in a turn, so that a condition is evaluated
//! over the rows of many.

mod attempt;
mod condition;
mod matches;
mod partition;
mod paths;
mod program;
mod search;
mod tally;
#[cfg(test)]
mod tests;

pub use condition::Condition;

use self::partition::Partitions;
use self::search::Search;
use super::over::{Lives, TimeColumns, Waiting, in_time};
use super::{Operator, Output, Progress};
use crate::batch::{Batch, Column, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::types::pattern::PatternShape;
use crate::types::relation::{OnError, SortKey};
use crate::types::{DataType, EventTime, Nanos};

/// What a MATCH_RECOGNIZE does, as the plan has it.
pub struct RowPatternShape {
    /// Columns of the partition.
    pub keys: Vec<usize>,
    /// The order of the rows of a partition.
    pub order: Vec<SortKey>,
    /// The pattern, and what is read of its matches.
    pub pattern: PatternShape,
    /// How long a partition lives of which no row comes.
    pub ttl: Option<Nanos>,
    /// What a row that fails does.
    pub on_error: OnError,
    /// Types of the columns of the input.
    pub types: Vec<DataType>,
}

/// A MATCH_RECOGNIZE on one shard.
pub struct RowPattern {
    time: Option<TimeColumns>,
    waiting: Option<Waiting>,
    /// Where partitions have a time to live.
    lives: Option<Lives>,
    partitions: Partitions,
    search: Search,
    types: Vec<DataType>,
    on_error: OnError,
    watermark: EventTime,
    /// Partitions that have had their end, at the end of input.
    finished: usize,
}

impl RowPattern {
    /// Without rows; they wait for the watermark where `time` says by which columns.
    pub fn new(shape: RowPatternShape, conditions: Vec<Condition>, time: Option<TimeColumns>) -> RowPattern {
        let given = shape.types.len() - usize::from(time.is_some_and(|time| time.split_watermark.is_some()));
        let types = shape.types[..given].to_vec();
        RowPattern {
            waiting: time.map(|time| Waiting::new(time.time, shape.order.clone())),
            lives: shape.ttl.map(Lives::new),
            partitions: Partitions::new(&shape.keys, &types),
            time,
            types: shape.types.clone(),
            on_error: shape.on_error,
            search: Search::new(RowPatternShape { types, ..shape }, conditions, time.map(|time| time.time)),
            watermark: EventTime::MIN,
            finished: 0,
        }
    }

    /// Ends partitions whose time is over, and notes which ones live on because of these rows.
    fn age(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        let Some(lives) = &mut self.lives else { return Ok(()) };
        let old = lives.take_old(batch.last_stamp(), |_| false);
        for partition in &old {
            self.search.finish(*partition, &mut self.partitions, out)?;
            self.partitions.forget(*partition);
        }
        if !old.is_empty() {
            self.search.give(batch.last_stamp(), out)?;
        }
        lives.come(self.partitions.look_up(&batch.columns, batch.rows()));
        Ok(())
    }

    /// Takes rows in their order. Hot: once per batch.
    fn take(&mut self, columns: &[Column], rows: usize, stamp: Nanos, out: &mut Output) -> Result<()> {
        let touched = self.partitions.add(columns, rows);
        if let Some(lives) = &mut self.lives {
            lives.taken(self.partitions.looked_up());
        }
        self.search.run(touched, &mut self.partitions, out)?;
        self.search.give(stamp, out)
    }

    /// Searches on where the watermark has passed what a match may span.
    fn pass(&mut self, stamp: Nanos, out: &mut Output) -> Result<()> {
        self.search.complete(self.watermark);
        let due = self.search.take_due(&mut self.partitions);
        self.search.run(due, &mut self.partitions, out)?;
        self.search.give(stamp, out)
    }

    /// Ends one partition after the other.
    fn finish(&mut self, room: usize, stamp: Nanos, out: &mut Output) -> Result<Progress> {
        while self.finished < self.partitions.len() {
            self.search.finish(self.finished as u32, &mut self.partitions, out)?;
            self.finished += 1;
            if self.search.found() >= room {
                self.search.give(stamp, out)?;
                return Ok(Progress::More);
            }
        }
        self.search.give(stamp, out)?;
        Ok(Progress::Done)
    }
}

impl Operator for RowPattern {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let Some(time) = self.time else {
            self.age(&batch, out)?;
            return self.take(&batch.columns, batch.rows(), batch.last_stamp(), out);
        };
        let batch = in_time(batch, time, self.watermark, (&self.types, self.on_error), out)?;
        self.age(&batch, out)?;
        if let Some(waiting) = &mut self.waiting {
            waiting.add(batch.columns);
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let mut room = TIMER_ROWS_PER_TURN;
        while let Some((columns, rows)) = self.waiting.as_mut().and_then(|waiting| waiting.due(self.watermark, &mut room)) {
            self.take(&columns, rows, watermark.stamp, out)?;
        }
        if room == 0 {
            return Ok(Progress::More);
        }
        if self.watermark == EventTime::MAX {
            return self.finish(room, watermark.stamp, out);
        }
        if self.time.is_some() {
            self.pass(watermark.stamp, out)?;
        }
        Ok(Progress::Done)
    }

    fn passes_on(&self, watermark: Watermark) -> Watermark {
        match self.time {
            // Rows with its very time, and those of matches that are not decided, are still to come.
            Some(_) if watermark.time < EventTime::MAX => {
                Watermark { time: watermark.time.min(self.search.oldest()).saturating_sub(1), ..watermark }
            }
            _ => watermark,
        }
    }

    fn state_bytes(&self) -> usize {
        let waiting = self.waiting.as_ref().map_or(0, Waiting::state_bytes) + self.lives.as_ref().map_or(0, Lives::state_bytes);
        self.partitions.state_bytes() + self.search.state_bytes() + waiting
    }
}

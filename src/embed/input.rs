//! A sender of rows: one split of a table that the program feeds.

use std::sync::Arc;

use super::rows::{IntoRows, Rows, Table};
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::source::channel::{Event, Feed};
use crate::sys::clock::{Clock, HostClock};
use crate::types::{EventTime, Schema};

/// Sends rows of a table, in order. Between it and the job stands a queue of `limits::CHANNEL_BATCHES_MAX` batches; when it is full, whoever
/// sends waits, so nothing is lost and nothing grows. When it is closed or dropped the rows of this sender have come to their end; where its
/// thread panics, the job fails instead.
#[derive(Debug)]
pub struct Input {
    feed: Feed,
    table: Arc<Table>,
}

impl Input {
    pub(super) fn new(feed: Feed, table: Arc<Table>) -> Self {
        Self { feed, table }
    }

    /// Names and types of the columns that rows have.
    pub fn schema(&self) -> &Schema {
        &self.table.schema
    }

    /// Sends rows, and waits while there is no room. They arrive now, also where they wait. An error if they are not rows of the table (then
    /// none is sent), or if the job takes no more.
    pub fn send(&mut self, rows: impl IntoRows) -> Result<()> {
        let batch = self.batch(rows)?;
        if batch.is_empty() { Ok(()) } else { self.feed.send(Event::Batch(batch)) }
    }

    /// Does not wait: gives the rows back, converted, if there is no room.
    pub fn try_send(&mut self, rows: impl IntoRows) -> Result<Option<Rows>> {
        let batch = self.batch(rows)?;
        if batch.is_empty() {
            return Ok(None);
        }
        Ok(match self.feed.try_send(Event::Batch(batch))? {
            Some(Event::Batch(batch)) => Some(Rows { batch, schema: self.table.schema.clone() }),
            _ => None,
        })
    }

    /// Promises that no row at or before this time (nanoseconds since 1970) will follow from this sender; one that does is late. The table's
    /// WATERMARK FOR goes on by itself as rows come: this says more, such as that time passes without rows.
    pub fn watermark(&mut self, time: EventTime) -> Result<()> {
        if !self.table.has_time {
            let error = Error::config("a watermark for a table without event time");
            return Err(error.hint("declare WATERMARK FOR in its CREATE TABLE"));
        }
        self.feed.send(Event::Watermark(time))
    }

    /// Says that no more rows come.
    pub fn close(self) {}

    fn batch(&self, rows: impl IntoRows) -> Result<Batch> {
        rows.batch(&self.table, HostClock::start().now())
    }
}

//! A receiver of rows: what a job writes to a table, or the result of a SELECT.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::rows::Rows;
use crate::batch::Batch;
use crate::types::Schema;

/// Gives rows as the job writes them: those of one shard in order, shards as they come. Where nobody takes them the job stops reading, and
/// with it those who send. It ends with the job; whether that is done or has failed says `Running::wait`. Dropped, it says that nobody
/// wants the rows.
#[derive(Debug)]
pub struct Output {
    schema: Arc<Schema>,
    batches: Receiver<Batch>,
}

/// What came in time.
#[derive(Debug)]
pub enum Next {
    /// Rows.
    Rows(Rows),
    /// Nothing yet.
    Nothing,
    /// No more will come.
    Ended,
}

impl Output {
    pub(super) fn new(schema: Arc<Schema>, batches: Receiver<Batch>) -> Self {
        Self { schema, batches }
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The next rows, if they come within `patience`.
    pub fn next_within(&mut self, patience: Duration) -> Next {
        match self.batches.recv_timeout(patience) {
            Ok(batch) => Next::Rows(self.rows(batch)),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::Ended,
        }
    }

    fn rows(&self, batch: Batch) -> Rows {
        Rows { batch, schema: self.schema.clone() }
    }
}

/// Waits for rows, until the job has ended.
impl Iterator for Output {
    type Item = Rows;

    fn next(&mut self) -> Option<Rows> {
        self.batches.recv().ok().map(|batch| self.rows(batch))
    }
}

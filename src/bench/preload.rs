//! A reader that reads all it will ever give before the clock starts, and starts all shards together.
//!
//! What it read is copied into memory that the shard's own core allocates and touches first, as a decoder's output is: batches made
//! on another core would be freed across cores, which costs more than a small query. No shard gives a row before all are ready,
//! because threads and executors start one after the other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use crate::batch::Column;
use crate::error::Result;
use crate::format::Decoded;
use crate::source::{Polled, Reader};
use crate::types::Nanos;

/// Where the shards of a run wait for each other, and when their work began and ended.
#[derive(Debug)]
pub(super) struct StartLine {
    origin: Instant,
    /// Shards that are not ready yet.
    missing: AtomicUsize,
    began: AtomicU64,
    ended: AtomicU64,
}

impl StartLine {
    /// For a run with this many readers.
    pub fn new(readers: usize) -> Arc<Self> {
        let (missing, began, ended) = (AtomicUsize::new(readers), AtomicU64::new(Nanos::MAX), AtomicU64::new(0));
        Arc::new(Self { origin: Instant::now(), missing, began, ended })
    }

    fn now(&self) -> Nanos {
        self.origin.elapsed().as_nanos() as Nanos
    }

    /// A shard has written its last row.
    pub fn end(&self) {
        self.ended.fetch_max(self.now(), Ordering::Relaxed);
    }

    /// From the first row read to the last writer closed, over all shards.
    pub fn elapsed_ns(&self) -> Nanos {
        self.ended.load(Ordering::Relaxed).saturating_sub(self.began.load(Ordering::Relaxed))
    }
}

/// What a poll of the reader within gave.
#[derive(Clone)]
struct Poll {
    polled: Polled,
    columns: Vec<Column>,
    rows: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Loading,
    Waiting,
    Running,
}

/// Gives what another reader gives, from memory.
pub(super) struct Preloaded {
    inner: Option<Box<dyn Reader>>,
    splits: usize,
    polls: VecDeque<Poll>,
    rows_max: usize,
    line: Arc<StartLine>,
    place: Place,
}

impl Preloaded {
    /// Reads batches of at most `rows_max` rows from `inner`.
    pub fn new(inner: Box<dyn Reader>, rows_max: usize, line: Arc<StartLine>) -> Self {
        Self { splits: inner.splits(), inner: Some(inner), polls: VecDeque::new(), rows_max, line, place: Place::Loading }
    }

    fn load(&mut self, now: Nanos, into: &mut Decoded) -> Result<()> {
        let Some(mut inner) = self.inner.take() else { return Ok(()) };
        let blank = into.columns.clone();
        let mut read = Vec::new();
        loop {
            let polled = inner.poll(now, self.rows_max, into)?;
            if polled == Polled::End {
                break;
            }
            let columns = std::mem::replace(&mut into.columns, blank.clone());
            read.push(Poll { polled, columns, rows: std::mem::take(&mut into.rows) });
        }
        // All are copied before the first is freed: the copies would come to lie in what is freed, out of order.
        self.polls = read.iter().cloned().collect();
        Ok(())
    }
}

impl Reader for Preloaded {
    fn splits(&self) -> usize {
        self.splits
    }

    fn brings_columns(&self) -> bool {
        true
    }

    fn poll(&mut self, now: Nanos, _rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        match self.place {
            Place::Running => {}
            Place::Loading => {
                self.load(now, into)?;
                self.line.missing.fetch_sub(1, Ordering::AcqRel);
                self.place = Place::Waiting;
                return Ok(Polled::Pending { wake_at: Some(now) });
            }
            Place::Waiting if self.line.missing.load(Ordering::Acquire) > 0 => {
                return Ok(Polled::Pending { wake_at: Some(now) });
            }
            Place::Waiting => {
                self.place = Place::Running;
                self.line.began.fetch_min(self.line.now(), Ordering::Relaxed);
            }
        }
        let Some(Poll { polled, columns, rows }) = self.polls.pop_front() else { return Ok(Polled::End) };
        (into.columns, into.rows) = (columns, rows);
        Ok(match polled {
            Polled::Rows { split, .. } => Polled::Rows { split, stamp: now },
            other => other,
        })
    }

    fn stop(&mut self) {
        (self.inner, self.place) = (None, Place::Running);
        self.polls.clear();
    }
}

//! Batches from memory, moved and never copied: for benches. No SQL name; built directly.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::format::Decoded;
use crate::types::Nanos;

/// Reads batches by split and columns.
type Splits = Vec<VecDeque<Batch>>;

/// Which split a reader polls next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turns {
    /// Each in turn.
    Alternate,
    /// One comes to its end before the next begins.
    OneAfterTheOther,
}

/// A bounded source of ready batches. Split i belongs to shard i % shards. A job reads it once: its batches are handed over.
#[derive(Debug)]
pub struct ColumnSource {
    /// The columns that the batches have, as positions in the table.
    projection: Projection,
    splits: Mutex<Splits>,
    turns: Turns,
}

impl ColumnSource {
    /// A source of these batches, whose columns are those of `projection`, in order.
    pub fn new(projection: Projection, splits: Vec<Vec<Batch>>) -> Arc<Self> {
        Self::in_turns(projection, splits, Turns::Alternate)
    }

    /// As `new`, with a word on which split comes next.
    pub fn in_turns(projection: Projection, splits: Vec<Vec<Batch>>, turns: Turns) -> Arc<Self> {
        Arc::new(Self { projection, splits: Mutex::new(splits.into_iter().map(VecDeque::from).collect()), turns })
    }
}

impl Source for ColumnSource {
    fn describe(&self) -> String {
        "batches in memory".to_owned()
    }

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        if *projection != self.projection {
            return Err(Error::internal(format!("batches have columns {:?}, the query reads {projection:?}", self.projection)));
        }
        let mut all = self.splits.lock().unwrap_or_else(PoisonError::into_inner);
        let splits = (shard..all.len()).step_by(shards).map(|i| std::mem::take(&mut all[i])).enumerate().collect::<VecDeque<_>>();
        Ok(Box::new(ColumnReader { count: splits.len(), splits, turns: self.turns, stopped: false }))
    }
}

struct ColumnReader {
    count: usize,
    /// Splits that go on, the next one to poll first.
    splits: VecDeque<(usize, VecDeque<Batch>)>,
    turns: Turns,
    stopped: bool,
}

impl Reader for ColumnReader {
    fn splits(&self) -> usize {
        self.count
    }

    fn brings_columns(&self) -> bool {
        true
    }

    /// Gives a batch as it is, however many rows it has.
    fn poll(&mut self, now: Nanos, _rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        let Some((split, mut batches)) = self.splits.pop_front().filter(|_| !self.stopped) else { return Ok(Polled::End) };
        let Some(batch) = batches.pop_front() else { return Ok(Polled::SplitEnd { split }) };
        into.rows = batch.rows();
        into.columns = batch.columns;
        match self.turns {
            Turns::Alternate => self.splits.push_back((split, batches)),
            Turns::OneAfterTheOther => self.splits.push_front((split, batches)),
        }
        Ok(Polled::Rows { split, stamp: now })
    }

    fn stop(&mut self) {
        self.stopped = true;
    }
}

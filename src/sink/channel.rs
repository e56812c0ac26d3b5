//! Batches to the program around a job, through one bounded queue for all shards: those of a shard come in order.
//!
//! A program that does not keep up stops the job, not the other way round: what the queue does not take stays with the writer, whose
//! shard reads no more once that is too much.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::{Accepts, Flushed, Placement, Sink, Writer};
use crate::batch::{Batch, Column};
use crate::error::Result;
use crate::limits::CHANNEL_BATCHES_MAX;
use crate::types::Schema;

/// The `channel` connector as a sink.
#[derive(Debug)]
pub struct ChannelSink {
    sender: SyncSender<Batch>,
    accepts: Accepts,
}

impl ChannelSink {
    /// The sink and where its batches come out. The receiver ends when the sink and all its writers are dropped.
    pub fn new(accepts: Accepts) -> (Arc<Self>, Receiver<Batch>) {
        let (sender, receiver) = sync_channel(CHANNEL_BATCHES_MAX);
        (Arc::new(Self { sender, accepts }), receiver)
    }
}

impl Sink for ChannelSink {
    fn describe(&self) -> String {
        "channel".to_owned()
    }

    fn delivery(&self) -> &'static str {
        "at-most-once (rows are handed over as they come)"
    }

    fn placement(&self) -> Placement {
        Placement::EachShard
    }

    fn accepts(&self) -> Accepts {
        self.accepts
    }

    fn open(&self, _shard: usize, _shards: usize, _schema: &Schema) -> Result<Box<dyn Writer>> {
        Ok(Box::new(ChannelWriter { sender: self.sender.clone(), waiting: VecDeque::new(), bytes: 0 }))
    }
}

struct ChannelWriter {
    sender: SyncSender<Batch>,
    /// What the queue has not taken yet.
    waiting: VecDeque<Batch>,
    bytes: usize,
}

impl ChannelWriter {
    fn take(&mut self) -> Option<Batch> {
        let batch = self.waiting.pop_front()?;
        self.bytes -= bytes_of(&batch);
        Some(batch)
    }
}

fn bytes_of(batch: &Batch) -> usize {
    batch.columns.iter().map(Column::memory_bytes).sum()
}

impl Writer for ChannelWriter {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let batch = batch.clone();
        self.bytes += bytes_of(&batch);
        self.waiting.push_back(batch);
        Ok(())
    }

    fn flush(&mut self) -> Result<Flushed> {
        while let Some(batch) = self.take() {
            match self.sender.try_send(batch) {
                // A receiver that is gone does not want the rows any more.
                Ok(()) | Err(TrySendError::Disconnected(_)) => {}
                Err(TrySendError::Full(batch)) => {
                    self.bytes += bytes_of(&batch);
                    self.waiting.push_front(batch);
                    return Ok(Flushed::Pending);
                }
            }
        }
        Ok(Flushed::All)
    }

    fn backlog_bytes(&self) -> usize {
        self.bytes
    }

    fn finish(&mut self) -> Result<()> {
        while let Some(batch) = self.take() {
            let _ = self.sender.send(batch);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Values;

    #[test]
    fn what_the_queue_does_not_take_waits_in_order() {
        let (sink, receiver) = ChannelSink::new(Accepts::Changelog);
        let mut writer = sink.open(0, 1, &Schema::default()).expect("open");
        let batches = CHANNEL_BATCHES_MAX as i64 + 3;
        for number in 0..batches {
            writer.write(&Batch::new(vec![Column::from_values(Values::I64(vec![number]))], 1, 1)).expect("takes");
        }
        assert_eq!(writer.flush().expect("flushes"), Flushed::Pending);
        assert!(writer.backlog_bytes() > 0);
        let number = |batch: Batch| if let Values::I64(v) = &batch.columns[0].values { v[0] } else { -1 };
        let mut seen: Vec<i64> = receiver.try_iter().map(number).collect();
        assert_eq!(writer.flush().expect("flushes"), Flushed::All);
        assert_eq!(writer.backlog_bytes(), 0);
        seen.extend(receiver.try_iter().map(number));
        assert_eq!(seen, (0..batches).collect::<Vec<_>>());
        drop(receiver);
        writer.write(&Batch::new(vec![], 0, 1)).expect("takes");
        assert_eq!(writer.flush().expect("flushes"), Flushed::All);
    }
}

//! Rows into a channel without a bound: for tests and benches. No SQL name; built directly.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::{Accepts, Flushed, Placement, Sink, Writer};
use crate::batch::Batch;
use crate::error::Result;
use crate::types::Schema;

/// A sink whose batches come out of a `Receiver`, those of one shard in order. The channel is unbounded: the receiver has
/// to keep up or the job has to be small.
#[derive(Debug)]
pub struct MemorySink {
    sender: Sender<Batch>,
}

impl MemorySink {
    /// The sink and where its batches come out. The receiver ends when the sink and all its writers are dropped.
    #[expect(clippy::new_ret_no_self, reason = "a sink is of use only together with its receiver")]
    pub fn new() -> (Arc<dyn Sink>, Receiver<Batch>) {
        let (sender, receiver) = channel();
        (Arc::new(Self { sender }), receiver)
    }
}

impl Sink for MemorySink {
    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn delivery(&self) -> &'static str {
        "at-most-once (rows are handed over as they come)"
    }

    fn placement(&self) -> Placement {
        Placement::EachShard
    }

    fn accepts(&self) -> Accepts {
        Accepts::Changelog
    }

    fn open(&self, _shard: usize, _shards: usize, _schema: &Schema) -> Result<Box<dyn Writer>> {
        Ok(Box::new(MemoryWriter { sender: self.sender.clone() }))
    }
}

struct MemoryWriter {
    sender: Sender<Batch>,
}

impl Writer for MemoryWriter {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        // A receiver that is gone does not want the rows any more.
        let _ = self.sender.send(batch.clone());
        Ok(())
    }

    fn flush(&mut self) -> Result<Flushed> {
        Ok(Flushed::All)
    }

    fn backlog_bytes(&self) -> usize {
        0
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

//! A sink that forgets: measures a job without its output.

use super::{Accepts, Flushed, Placement, Sink, Writer};
use crate::batch::Batch;
use crate::error::Result;
use crate::types::Schema;

/// The `blackhole` connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blackhole;

impl Sink for Blackhole {
    fn describe(&self) -> String {
        "blackhole".to_owned()
    }

    fn delivery(&self) -> &'static str {
        "none (rows are dropped)"
    }

    fn placement(&self) -> Placement {
        Placement::EachShard
    }

    fn accepts(&self) -> Accepts {
        Accepts::AfterOnly
    }

    fn open(&self, _shard: usize, _shards: usize, _schema: &Schema) -> Result<Box<dyn Writer>> {
        Ok(Box::new(Blackhole))
    }
}

impl Writer for Blackhole {
    fn write(&mut self, _batch: &Batch) -> Result<()> {
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

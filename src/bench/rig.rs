//! One shard without an executor, turned by hand: for what a turn costs by itself.

use super::job::Query;
use super::preload::{Preloaded, StartLine};
use crate::batch::Batch;
use crate::compile::compile;
use crate::config::JobConfig;
use crate::error::Result;
use crate::format::Decoded;
use crate::metrics::Published;
use crate::plan::physical::NodeKind;
use crate::route::mesh::Mesh;
use crate::shard::control::Control;
use crate::shard::gauge::Gauge;
use crate::shard::{Parts, Shard};
use crate::sink::{Flushed, Writer};
use crate::source::columns::ColumnSource;
use crate::source::{Polled, Reader, Source};
use crate::sys::clock::Clock;
use crate::types::{EventTime, Nanos};

/// What the shard of a rig reads.
pub(super) enum Feed {
    /// These batches, then the end. The first turn only loads them.
    Batches(Vec<Batch>),
    /// Nothing, for ever.
    Silence,
}

/// Gives a shard that is alone in the world to `turns`. A batch of `batch_rows` rows counts as full: a turn goes on after it.
pub(super) fn with_shard<R>(
    query: &Query,
    feed: Feed,
    batch_rows: usize,
    turns: impl FnOnce(&mut Shard<'_>) -> Result<R>,
) -> Result<R> {
    let plan = &query.planned().plan;
    let control = Control::new(1, plan.nodes.len())?;
    let mut mesh = Mesh::new(1);
    let config = JobConfig { batch_rows, ..JobConfig::default() };
    let mut ends = mesh.ends(control.bells(), config.batch_rows, config.linger);
    let sinks = plan.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Sink(_)));
    let reader: Box<dyn Reader> = match feed {
        Feed::Silence => Box::new(Silence),
        Feed::Batches(batches) => {
            let source = ColumnSource::new(query.projection(), vec![batches]);
            Box::new(Preloaded::new(source.open(0, 1, &query.projection())?, config.batch_rows, StartLine::new(1)))
        }
    };
    let parts = Parts {
        query: compile(plan, 0, 1)?,
        readers: vec![reader],
        writers: sinks.map(|_| Some(Box::new(Forget) as Box<dyn Writer>)).collect(),
        mesh: ends.swap_remove(0),
        gauge: Gauge::new(0, &config, Published::new(1)),
        control: control.clone(),
    };
    turns(&mut Shard::new(plan, parts, &config))
}

/// A clock that stands still and counts how often it is read.
#[derive(Debug, Default)]
pub(super) struct StoppedClock {
    /// Readings so far.
    pub reads: u64,
}

impl Clock for StoppedClock {
    #[inline]
    fn now(&mut self) -> Nanos {
        self.reads += 1;
        1
    }

    fn wall(&mut self) -> EventTime {
        self.reads += 1;
        0
    }
}

/// Never has anything to read.
struct Silence;

impl Reader for Silence {
    fn splits(&self) -> usize {
        1
    }

    fn poll(&mut self, _now: Nanos, _rows_max: usize, _into: &mut Decoded) -> Result<Polled> {
        Ok(Polled::Pending { wake_at: None })
    }

    fn stop(&mut self) {}
}

/// Takes rows and keeps nothing.
struct Forget;

impl Writer for Forget {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::job::Check;
    use crate::bench::records::{Keys, Records};
    use crate::limits::INGEST_BATCHES_PER_TURN;
    use crate::shard::Turn;

    /// Busy turns that so many batches of one row take where a batch of `full` rows counts as full.
    fn busy_turns(batches: usize, full: usize) -> usize {
        let query = Query::new("SELECT id FROM test", Check::Count).expect("plan");
        let rows = Records::new(batches, Keys::Even(10)).batches(&query.projection(), 1).collect();
        let mut clock = StoppedClock::default();
        let count = with_shard(&query, Feed::Batches(rows), full, |shard| {
            let mut busy = 0;
            loop {
                match shard.step(&mut clock)? {
                    Turn::Busy => busy += 1,
                    Turn::Idle { .. } => {}
                    Turn::Done => return Ok(busy),
                }
            }
        });
        count.expect("runs")
    }

    #[test]
    fn a_turn_reads_on_while_batches_come_full() {
        let turns = 5;
        let batches = turns * INGEST_BATCHES_PER_TURN;
        // The end of the split is a turn of its own.
        assert_eq!(busy_turns(batches, 1), turns + 1);
        assert_eq!(busy_turns(batches, 2), batches + 1, "a batch that is not full ends the reading");
    }
}

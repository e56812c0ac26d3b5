//! The writers of a shard, and the clocking of rows that leave it. Row road.
//!
//! A row has left when its writer has handed it over: only then its end-to-end time is taken.

use super::gauge::Gauge;
use crate::batch::{Batch, Stamps, push_stamp};
use crate::error::Result;
use crate::limits::SINK_BACKLOG_BYTES_MAX;
use crate::metrics::{Part, Stage};
use crate::sink::{Flushed, Writer};
use crate::sys::clock::Clock;
use crate::types::Nanos;

/// All writers of a shard.
pub struct Emitter {
    outlets: Vec<Outlet>,
}

enum Outlet {
    /// Written by another shard: nothing arrives here.
    Elsewhere,
    Here(Box<OpenOutlet>),
}

struct OpenOutlet {
    writer: Box<dyn Writer>,
    /// Rows written and not handed over, by arrival.
    unsent: Stamps,
    /// When the first of them was written.
    since: Nanos,
    rows: u64,
    flushed: Flushed,
}

impl Emitter {
    /// One for each sink of the plan; `None` where another shard writes.
    pub fn new(writers: Vec<Option<Box<dyn Writer>>>) -> Self {
        let outlet = |writer: Option<Box<dyn Writer>>| match writer {
            None => Outlet::Elsewhere,
            Some(writer) => {
                Outlet::Here(Box::new(OpenOutlet { writer, unsent: Stamps::new(), since: 0, rows: 0, flushed: Flushed::All }))
            }
        };
        Self { outlets: writers.into_iter().map(outlet).collect() }
    }

    /// Writes rows to a sink. Hot: once per batch.
    pub(super) fn write(&mut self, sink: usize, batch: &Batch, clock: &mut impl Clock, gauge: &mut Gauge) -> Result<()> {
        let Outlet::Here(outlet) = &mut self.outlets[sink] else { unreachable!("rows at a shard that does not write this sink") };
        gauge.enter(Part::Emit, clock);
        if outlet.unsent.is_empty() {
            outlet.since = gauge.mark();
        }
        outlet.writer.write(batch)?;
        outlet.rows += batch.rows() as u64;
        outlet.flushed = Flushed::Pending;
        for run in &batch.stamps {
            push_stamp(&mut outlet.unsent, run.stamp, run.count);
        }
        Ok(())
    }

    /// Hands over what was written, as far as the sinks take it. Gives whether something is left. Hot: once per turn.
    pub(super) fn flush(&mut self, clock: &mut impl Clock, gauge: &mut Gauge) -> Result<Flushed> {
        let mut all = Flushed::All;
        for outlet in &mut self.outlets {
            let Outlet::Here(outlet) = outlet else { continue };
            if outlet.flushed == Flushed::Pending {
                gauge.enter(Part::Emit, clock);
                outlet.flushed = outlet.writer.flush()?;
                gauge.settle(clock.now());
                if outlet.flushed == Flushed::Pending {
                    all = Flushed::Pending;
                } else {
                    outlet.clock_out(gauge);
                }
            }
        }
        Ok(all)
    }

    /// Hands over everything and closes, waiting if need be.
    pub(super) fn finish(&mut self, clock: &mut impl Clock, gauge: &mut Gauge) -> Result<()> {
        for outlet in &mut self.outlets {
            if let Outlet::Here(outlet) = outlet {
                outlet.writer.finish()?;
                gauge.lap(Part::Emit, Part::Other, clock);
                outlet.clock_out(gauge);
            }
        }
        Ok(())
    }

    /// Whether some writer holds more than it should.
    pub(super) fn is_congested(&self) -> bool {
        self.open().any(|o| o.writer.backlog_bytes() > SINK_BACKLOG_BYTES_MAX)
    }

    /// Descriptors that become writable when a flush can go on.
    pub(super) fn wait_on(&self) -> Vec<std::os::fd::RawFd> {
        self.open().filter(|o| o.flushed == Flushed::Pending).filter_map(|o| o.writer.wait_on()).collect()
    }

    /// Rows written so far.
    pub(super) fn rows(&self) -> u64 {
        self.open().map(|o| o.rows).sum()
    }

    fn open(&self) -> impl Iterator<Item = &OpenOutlet> {
        self.outlets.iter().filter_map(|o| if let Outlet::Here(outlet) = o { Some(&**outlet) } else { None })
    }
}

impl OpenOutlet {
    fn clock_out(&mut self, gauge: &mut Gauge) {
        let now = gauge.mark();
        for run in self.unsent.drain(..) {
            gauge.record(Stage::Emit, now.saturating_sub(self.since), run.count.into());
            // A row that the end of input gave rise to (stamp 0) has waited for nothing that arrived.
            if run.stamp > 0 {
                gauge.record(Stage::EndToEnd, now.saturating_sub(run.stamp), run.count.into());
            }
        }
    }
}

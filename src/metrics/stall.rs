//! The host's own hiccups: a thread that belongs to no shard and notes when it was not run in time.
//!
//! Control core. With a core to spare it reads the clock without pause and notes every gap above 1 us; without, it sleeps 1 ms at a
//! time and notes by how much it woke too late. What it sees, no engine could have avoided.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::LatencyHistogram;
use crate::error::{Error, Result};

/// Gaps between two readings of the clock up to this are the reading itself.
const GAP_MIN: Duration = Duration::from_micros(1);

/// How long the sleeping meter sleeps.
const NAP: Duration = Duration::from_millis(1);

/// How the meter watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// Never leaves the core: for hosts with a core to spare.
    Spin,
    /// Sleeps and notes how late it woke.
    Sleep,
}

/// A meter that is running.
#[derive(Debug)]
pub struct StallMeter {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<LatencyHistogram>,
}

impl StallMeter {
    /// Starts the thread. It inherits the affinity of the caller.
    pub fn start(watch: Watch) -> Result<StallMeter> {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("stall-meter".to_owned())
            .spawn(move || match watch {
                Watch::Spin => spin(&seen),
                Watch::Sleep => sleep(&seen),
            })
            .map_err(|e| Error::io("cannot start the stall meter", e))?;
        Ok(StallMeter { stop, thread })
    }

    /// Stops it and takes what it saw.
    pub fn stop(self) -> LatencyHistogram {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}

fn spin(stop: &AtomicBool) -> LatencyHistogram {
    let mut seen = LatencyHistogram::new();
    let mut last = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let now = Instant::now();
        let gap = now - last;
        if gap > GAP_MIN {
            seen.record_n(gap.as_nanos() as u64, 1);
        }
        last = now;
    }
    seen
}

fn sleep(stop: &AtomicBool) -> LatencyHistogram {
    let mut seen = LatencyHistogram::new();
    while !stop.load(Ordering::Relaxed) {
        let before = Instant::now();
        std::thread::sleep(NAP);
        seen.record_n(before.elapsed().saturating_sub(NAP).as_nanos() as u64, 1);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_meters_start_and_stop() {
        for watch in [Watch::Spin, Watch::Sleep] {
            let meter = StallMeter::start(watch).expect("thread");
            let seen = meter.stop();
            assert!(seen.is_empty() || seen.max() > 0);
        }
    }
}

//! Time as the row road sees it: given to it, never asked for by operators.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::types::{EventTime, Nanos};

/// A source of time. The simulator has one of its own.
pub trait Clock {
    /// Monotonic nanoseconds since some fixed moment of this process, the same for every shard. Never 0.
    fn now(&mut self) -> Nanos;
    /// Wall clock, nanoseconds since 1970-01-01T00:00:00Z.
    fn wall(&mut self) -> EventTime;
}

/// The clocks of the host.
#[derive(Debug, Clone, Copy)]
pub struct HostClock {
    origin: Instant,
}

impl HostClock {
    /// Counts from now. Copies count from the same moment.
    pub fn start() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Clock for HostClock {
    #[inline]
    fn now(&mut self) -> Nanos {
        self.origin.elapsed().as_nanos() as Nanos + 1
    }

    fn wall(&mut self) -> EventTime {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as EventTime)
    }
}

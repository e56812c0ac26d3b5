//! Time as the row road sees it: given to it, never asked for by operators.

use std::sync::LazyLock;
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

/// The moment from which this process counts, on both clocks.
static ORIGIN: LazyLock<(Instant, EventTime)> =
    LazyLock::new(|| (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as EventTime)));

impl HostClock {
    /// Counts from the moment at which this process first asked for a clock.
    pub fn start() -> Self {
        Self { origin: ORIGIN.0 }
    }

    /// The wall clock at 0 of the monotonic one. The two drift apart by what the host's clock is slewed or set meanwhile.
    pub fn wall_of_zero() -> EventTime {
        ORIGIN.1
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

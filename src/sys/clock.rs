//! Time as the row road sees it: given to it, never asked for by operators.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::cycles::{self, Anchor, Cycles};
use crate::types::{EventTime, Nanos};

/// A source of time. The simulator has one of its own.
pub trait Clock {
    /// Monotonic nanoseconds since some fixed moment of this process, the same for every shard. Never 0.
    fn now(&mut self) -> Nanos;
    /// Wall clock, nanoseconds since 1970-01-01T00:00:00Z.
    fn wall(&mut self) -> EventTime;
}

/// The clocks of the host as the kernel gives them.
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

    fn elapsed(&self) -> Nanos {
        self.origin.elapsed().as_nanos() as Nanos + 1
    }
}

/// The clock of one shard, which reads it several times a turn: the kernel's, or where the kernel itself counts by the cycle counter,
/// that counter in step with it. Two shards' clocks differ by some tens of nanoseconds then; none goes back.
#[derive(Debug)]
pub struct ShardClock {
    host: HostClock,
    /// The moment the clock was made, until a second one is known.
    first: Option<Anchor>,
    cycles: Option<Cycles>,
    last: Nanos,
}

impl ShardClock {
    /// Counts from the same moment as `HostClock::start`.
    pub fn start() -> Self {
        let host = HostClock::start();
        Self { host, first: cycles::first_anchor(|| host.elapsed()), cycles: None, last: 0 }
    }

    /// Asks the kernel, and takes that for the next anchor.
    #[cold]
    fn follow(&mut self) -> Nanos {
        let Some(first) = self.first else { return self.host.elapsed() };
        let anchor = cycles::anchor(|| self.host.elapsed());
        self.cycles = match self.cycles {
            None => Cycles::between(first, anchor),
            Some(cycles) => cycles.follow(anchor),
        };
        if self.cycles.is_none() {
            self.first = Some(anchor);
        }
        anchor.ns
    }
}

impl Clock for ShardClock {
    #[inline]
    fn now(&mut self) -> Nanos {
        let now = self.cycles.and_then(|cycles| cycles.at(cycles::count()));
        self.last = now.unwrap_or_else(|| self.follow()).max(self.last);
        self.last
    }

    fn wall(&mut self) -> EventTime {
        self.host.wall()
    }
}

impl Clock for HostClock {
    #[inline]
    fn now(&mut self) -> Nanos {
        self.elapsed()
    }

    fn wall(&mut self) -> EventTime {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as EventTime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shards_clock_keeps_step_with_the_kernels() {
        let (mut host, mut clock) = (HostClock::start(), ShardClock::start());
        let (began, mut before) = (host.now(), 0);
        while host.now() < began + 100_000_000 {
            let (low, now, high) = (host.now(), clock.now(), host.now());
            // Far more than clocks may differ: what is looked for is a wrong rate, and this thread may lose its core anywhere.
            assert!(now + 50_000 >= low && now <= high + 50_000, "{now} is not between {low} and {high}");
            assert!(now >= before);
            before = now;
        }
    }
}

//! Time from the cycle counter of the core: a third of the cost of asking the kernel's clock, which it follows.
//!
//! ```text
//!   kernel's clock   o-----------o-----------o          anchors, at most FOLLOW_NS apart
//!   counter          |==========>|==========>|==> now   between them: last anchor + cycles since, at the rate of the last two
//! ```
//! An extrapolation never reaches further than the distance of the two anchors it rests on, so it is off by no more than
//! they are, which is what passes between two readings that follow each other: some tens of nanoseconds. Row road, one per shard.

use std::sync::LazyLock;

use super::topology::HostFiles;
use crate::types::Nanos;

/// The same moment on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Of the counter.
    pub cycles: u64,
    /// Of the kernel's clock.
    pub ns: Nanos,
}

/// How far readings go on from an anchor. At every new one the kernel's clock is asked.
const FOLLOW_NS: Nanos = 10_000_000;

/// Readings of which the closest is taken: one may be torn apart by the host.
const READINGS: usize = 4;

/// Bits of a rate behind its point.
const RATE_BITS: u32 = 32;

/// A clock of cycles between two anchors.
#[derive(Debug, Clone, Copy)]
pub struct Cycles {
    last: Anchor,
    /// Nanoseconds of a cycle, fixed point.
    rate: u64,
    /// Cycles after the last anchor for which it holds.
    reach: u64,
}

impl Cycles {
    /// From two moments; `None` where they are not apart on both clocks.
    pub fn between(first: Anchor, last: Anchor) -> Option<Self> {
        let (cycles, ns) = (last.cycles.checked_sub(first.cycles)?, last.ns.checked_sub(first.ns)?);
        let rate = u64::try_from((u128::from(ns) << RATE_BITS).checked_div(cycles.into())?).ok().filter(|rate| *rate > 0)?;
        let follow = (u128::from(FOLLOW_NS) << RATE_BITS) / u128::from(rate);
        let reach = u64::try_from(follow).map_or(cycles, |follow| follow.min(cycles));
        Some(Self { last, rate, reach })
    }

    /// The time at this count; `None` where it is too far from the last anchor. Hot: several times a turn.
    #[inline]
    pub fn at(&self, cycles: u64) -> Option<Nanos> {
        let since = cycles.wrapping_sub(self.last.cycles);
        // Fits: a reach is at most FOLLOW_NS in cycles.
        (since <= self.reach).then(|| self.last.ns + ((since * self.rate) >> RATE_BITS))
    }

    /// Goes on from a new anchor; `None` as in `between`.
    pub fn follow(&self, anchor: Anchor) -> Option<Self> {
        Self::between(self.last, anchor)
    }
}

/// The moment at which the counter was first looked at; `None` where it is no clock.
pub fn first_anchor(now: impl Fn() -> Nanos) -> Option<Anchor> {
    static IS_CLOCK: LazyLock<bool> = LazyLock::new(|| cfg!(target_arch = "x86_64") && kernel_trusts_it(&HostFiles::real()));
    IS_CLOCK.then(|| anchor(now))
}

/// The kernel uses the counter itself, and so has found it constant, never halted and the same on all cores.
fn kernel_trusts_it(files: &HostFiles) -> bool {
    files.text("/sys/devices/system/clocksource/clocksource0/current_clocksource").as_deref() == Some("tsc")
}

/// The same moment on both clocks, as closely as can be had.
#[cold]
pub fn anchor(now: impl Fn() -> Nanos) -> Anchor {
    let reading = |_| {
        let (before, ns, after) = (count(), now(), count());
        let apart = after.wrapping_sub(before);
        (apart, Anchor { cycles: before.wrapping_add(apart / 2), ns })
    };
    let closest = (0..READINGS).map(reading).min_by_key(|(apart, _)| *apart);
    closest.map_or(Anchor { cycles: 0, ns: 0 }, |(_, anchor)| anchor)
}

/// The counter. Not ordered with the instructions around it: a few of them more or less belong to a lap.
#[cfg(target_arch = "x86_64")]
#[inline]
#[expect(unsafe_code, reason = "the counter has no safe name")]
pub fn count() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and Linux lets programs use it.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// No counter is known here.
#[cfg(not(target_arch = "x86_64"))]
pub fn count() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A counter of `rate` cycles a nanosecond read against a clock, with anchors that are off by up to `jitter`.
    fn check(seed: u64, rate: f64, jitter: Nanos) {
        let mut random = fastrand::Rng::with_seed(seed);
        let cycles_at = |ns: Nanos| (1e12 + ns as f64 * rate) as u64;
        let mut torn = |ns: Nanos| Anchor { cycles: cycles_at(ns), ns: ns + random.u64(0..=jitter) };
        let cycle = (1.0 / rate).ceil() as Nanos;
        let mut ns = 5_000;
        let mut cycles = Cycles::between(torn(1_000), torn(ns)).expect("apart");
        let mut anchors = 0;
        let mut steps = fastrand::Rng::with_seed(seed + 1);
        for _ in 0..20_000 {
            ns += steps.u64(1..200_000);
            let found = cycles.at(cycles_at(ns)).unwrap_or_else(|| {
                anchors += 1;
                cycles = cycles.follow(torn(ns)).expect("apart");
                cycles.at(cycles_at(ns)).expect("an anchor reaches itself")
            });
            assert!(found.abs_diff(ns) <= 2 * (jitter + cycle), "{found} at {ns}");
        }
        assert!((50..2_000).contains(&anchors), "{anchors}");
    }

    #[test]
    fn cycles_are_off_by_no_more_than_their_anchors() {
        check(1, 2.6, 60);
        check(2, 3.9999, 0);
        check(3, 0.024, 40);
    }

    #[test]
    fn what_cannot_be_a_clock_is_none() {
        let at = |cycles, ns| Anchor { cycles, ns };
        assert!(Cycles::between(at(5, 5), at(5, 9)).is_none(), "a counter that stands");
        assert!(Cycles::between(at(5, 5), at(4, 9)).is_none(), "a counter that goes back");
        assert!(Cycles::between(at(5, 5), at(9, 5)).is_none(), "no time has passed");
        let clock = Cycles::between(at(0, 0), at(1_000, 1_000)).expect("apart");
        assert_eq!((clock.at(2_000), clock.at(2_001), clock.at(999)), (Some(2_000), None, None), "beyond its reach, and before");
    }

    #[test]
    fn the_kernel_says_whether_the_counter_is_a_clock() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("sys/devices/system/clocksource/clocksource0");
        std::fs::create_dir_all(&file).expect("folders");
        for (source, trusted) in [("tsc\n", true), ("kvm-clock\n", false), ("hpet\n", false)] {
            std::fs::write(file.join("current_clocksource"), source).expect("written");
            assert_eq!(kernel_trusts_it(&HostFiles::below(folder.path())), trusted, "{source}");
        }
    }
}

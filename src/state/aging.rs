//! Numbers in the order in which they were last used, so that those which have not been for a time can be forgotten. Row road.
//!
//! ```text
//!   oldest -> 7 <-> 3 <-> 9 <- newest      by number: | used | older | newer |
//! ```
//! A number stands in the list once, however often it is used, so what is held is bounded by the numbers there are. What time it is, the
//! stamps of what comes say; it never goes back.

use crate::types::Nanos;

/// Numbers and when they were last used.
pub struct Aging {
    /// How long a number lives that is not used.
    ttl: Nanos,
    now: Nanos,
    /// By number.
    links: Vec<Link>,
    oldest: u32,
    newest: u32,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    /// `ABSENT` where the number is not in the list.
    used: Nanos,
    older: u32,
    newer: u32,
}

const ABSENT: Nanos = Nanos::MAX;

/// The number of none.
const NONE: u32 = u32::MAX;

impl Aging {
    /// No numbers; each is to be forgotten when it has not been used for so long.
    pub fn new(ttl: Nanos) -> Aging {
        Aging { ttl, now: 0, links: Vec::new(), oldest: NONE, newest: NONE }
    }

    /// Now it is `stamp`, or later.
    pub fn advance(&mut self, stamp: Nanos) {
        self.now = self.now.max(stamp);
    }

    /// The number is used now. Hot: once per row.
    pub fn touch(&mut self, number: u32) {
        if number != self.newest {
            self.remove(number);
            let at = number as usize;
            if at >= self.links.len() {
                self.links.resize(at + 1, Link { used: ABSENT, older: NONE, newer: NONE });
            }
            let older = std::mem::replace(&mut self.newest, number);
            self.links[at] = Link { used: self.now, older, newer: NONE };
            match older {
                NONE => self.oldest = number,
                older => self.links[older as usize].newer = number,
            }
        }
        self.links[number as usize].used = self.now;
    }

    /// The number is gone, if it was there.
    pub fn remove(&mut self, number: u32) {
        let Some(link) = self.links.get_mut(number as usize).filter(|link| link.used != ABSENT) else { return };
        link.used = ABSENT;
        let Link { older, newer, .. } = *link;
        match older {
            NONE => self.oldest = newer,
            older => self.links[older as usize].newer = newer,
        }
        match newer {
            NONE => self.newest = older,
            newer => self.links[newer as usize].older = older,
        }
    }

    /// Takes out a number that has not been used for too long.
    pub fn take_old(&mut self) -> Option<u32> {
        let oldest = self.oldest;
        let used = self.links.get(oldest as usize)?.used;
        if self.now.saturating_sub(used) < self.ttl {
            return None;
        }
        self.remove(oldest);
        Some(oldest)
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.links.capacity() * size_of::<Link>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random use against a list of numbers with their times.
    fn check(seed: u64, ttl: Nanos) {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut aging, mut naive, mut now) = (Aging::new(ttl), Vec::<(u32, Nanos)>::new(), 0);
        for _ in 0..2_000 {
            now += random.u64(..20);
            aging.advance(now - random.u64(..=now.min(3)));
            aging.advance(now);
            while let Some(old) = aging.take_old() {
                assert_eq!(naive.remove(0).0, old);
            }
            assert!(naive.first().is_none_or(|(_, used)| now - used < ttl), "at {now}: {naive:?}");
            let number = random.u32(..30);
            naive.retain(|(other, _)| *other != number);
            if random.u8(..4) == 0 {
                aging.remove(number);
            } else {
                aging.touch(number);
                naive.push((number, now));
            }
        }
    }

    #[test]
    fn numbers_are_forgotten_in_the_order_of_their_last_use() {
        for seed in 0..20 {
            check(seed, [1, 50, 1_000][seed as usize % 3]);
        }
    }

    #[test]
    fn a_number_that_is_used_over_and_over_stands_there_once() {
        let mut aging = Aging::new(1_000);
        (0..10).for_each(|number| aging.touch(number));
        let before = aging.state_bytes();
        for now in 0..10_000 {
            aging.advance(now);
            aging.touch(now as u32 % 10);
        }
        assert_eq!(aging.state_bytes(), before);
    }
}

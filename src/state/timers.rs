//! Numbers that are due at a time, given back in order of their times. Row road; plain values, no clock.
//!
//! Times are sorted into slices; a slice is put in order when it is its turn. So adding costs a push, whatever the order in which
//! times come.

use std::collections::BTreeMap;

use crate::types::EventTime;

/// Numbers by when they are due.
pub struct Timers {
    /// Times with the same bits above this one share a slice.
    shift: u32,
    /// By number of the slice; that of `current` is not among them.
    slices: BTreeMap<i64, Slice>,
    /// The slice added to last, and its number.
    current: (i64, Slice),
}

#[derive(Default)]
struct Slice {
    due: Vec<(EventTime, u32)>,
    /// Whether they are in order, the latest first.
    is_sorted: bool,
}

impl Slice {
    fn memory_bytes(&self) -> usize {
        self.due.capacity() * size_of::<(EventTime, u32)>()
    }
}

impl Timers {
    /// None; they will be about so many nanoseconds apart, from the first to the last of those there are at once.
    pub fn new(span: u64) -> Self {
        // A few dozen slices at once, none shorter than about a millisecond.
        let shift = (span / 32).max(1 << 20).ilog2();
        Self { shift, slices: BTreeMap::new(), current: (i64::MIN, Slice::default()) }
    }

    /// `number` is due at `time`. Hot: once per row.
    #[inline]
    pub fn add(&mut self, time: EventTime, number: u32) {
        let slice = time >> self.shift;
        if slice != self.current.0 {
            self.turn_to(slice);
        }
        self.current.1.due.push((time, number));
        self.current.1.is_sorted = false;
    }

    #[cold]
    fn turn_to(&mut self, number: i64) {
        let slice = self.slices.remove(&number).unwrap_or_default();
        let (left, slice) = std::mem::replace(&mut self.current, (number, slice));
        if !slice.due.is_empty() {
            self.slices.insert(left, slice);
        }
    }

    /// Adds to `out` what is due at `time` or before, the earliest first, at most `most` numbers; whether that was all.
    pub fn take(&mut self, time: EventTime, mut most: usize, out: &mut Vec<u32>) -> bool {
        loop {
            let first = self.slices.first_key_value().map(|(number, _)| *number);
            let current = (!self.current.1.due.is_empty()).then_some(self.current.0);
            let Some(number) = first.into_iter().chain(current).min().filter(|number| *number <= time >> self.shift) else {
                return true;
            };
            let slice = if current == Some(number) { Some(&mut self.current.1) } else { self.slices.get_mut(&number) };
            let Some(slice) = slice else { return true };
            if !slice.is_sorted {
                slice.due.sort_unstable_by(|a, b| b.cmp(a));
                slice.is_sorted = true;
            }
            while let Some((due, number)) = slice.due.last().copied() {
                if due > time {
                    return true;
                }
                if most == 0 {
                    return false;
                }
                slice.due.pop();
                out.push(number);
                most -= 1;
            }
            self.slices.remove(&number);
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.current.1.memory_bytes() + self.slices.values().map(Slice::memory_bytes).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(span: u64, spread: i64, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut timers, mut naive) = (Timers::new(span), Vec::<(i64, u32)>::new());
        let mut now = -spread;
        for number in 0..2_000u32 {
            let due = now + random.i64(-spread / 4..spread);
            timers.add(due, number);
            naive.push((due, number));
            if random.u8(..5) == 0 {
                now += random.i64(0..spread / 8);
                let (mut taken, most) = (Vec::new(), random.usize(1..40));
                let all = timers.take(now, most, &mut taken);
                naive.sort_unstable();
                let count = naive.iter().take_while(|(due, _)| *due <= now).count();
                let wanted: Vec<u32> = naive.drain(..count.min(most)).map(|(_, number)| number).collect();
                assert_eq!((all, taken), (count <= most, wanted));
            }
        }
        let mut rest = Vec::new();
        assert!(timers.take(i64::MAX, usize::MAX, &mut rest));
        assert_eq!(rest.len(), naive.len());
    }

    #[test]
    fn numbers_come_back_in_the_order_of_their_times() {
        check(1, 1 << 10, 1);
        check(1 << 30, 1 << 30, 2);
        check(1 << 30, 1 << 24, 3);
    }
}

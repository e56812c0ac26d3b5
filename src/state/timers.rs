//! Numbers that are due at a time, given back in order of their times. Row road; plain values, no clock.
//!
//! ```text
//!   near:   | first | first + 1 | ... |      a ring of slices of time, from the one in which time stands
//!   far:    what is due before or behind them, by number of the slice
//! ```
//! Times are sorted into slices; a slice is put in order when it is its turn. So adding costs a push, whatever the order in which
//! times come. This is a calendar queue (Brown 1988) whose days are as long as its owner says.

use std::collections::{BTreeMap, VecDeque};

use crate::types::EventTime;

/// Slices in the ring.
const NEAR_SLICES: usize = 256;

/// Numbers by when they are due.
pub struct Timers {
    /// Times with the same bits above this one share a slice.
    shift: u32,
    order: Order,
    /// Number of the first slice in the ring.
    first: i64,
    near: VecDeque<Slice>,
    /// How many are due in the ring.
    near_count: usize,
    /// By number of the slice; none of them is in the ring.
    far: BTreeMap<i64, Slice>,
}

/// How those come that are due when all of their slice are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// In the order of their times.
    ByTime,
    /// As they stand.
    Any,
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

    #[inline]
    fn add(&mut self, time: EventTime, number: u32) {
        self.due.push((time, number));
        self.is_sorted = false;
    }

    /// As `Timers::take`, of one slice: all of it if `is_over`.
    fn take(&mut self, time: EventTime, is_over: bool, most: usize, out: &mut Vec<u32>) {
        let count = if is_over {
            self.due.len()
        } else {
            self.sort();
            self.due.iter().rev().take_while(|(due, _)| *due <= time).count()
        };
        let kept = self.due.len() - count.min(most);
        out.extend(self.due.drain(kept..).rev().map(|(_, number)| number));
        if self.due.is_empty() {
            *self = Slice::default();
        }
    }

    fn sort(&mut self) {
        if !self.is_sorted {
            self.due.sort_unstable_by(|a, b| b.cmp(a));
            self.is_sorted = true;
        }
    }
}

impl Timers {
    /// None; they will be about so many nanoseconds apart, from the first to the last of those there are at once.
    pub fn new(span: u64, order: Order) -> Self {
        // As many slices as are near, none shorter than about a tenth of a millisecond.
        let shift = (span / (NEAR_SLICES as u64 / 2)).max(1 << 17).ilog2();
        let near = (0..NEAR_SLICES).map(|_| Slice::default()).collect();
        Self { shift, order, first: i64::MIN, near, near_count: 0, far: BTreeMap::new() }
    }

    /// `number` is due at `time`. Hot: once per row.
    #[inline]
    pub fn add(&mut self, time: EventTime, number: u32) {
        let slice = time >> self.shift;
        match usize::try_from(slice.wrapping_sub(self.first)) {
            Ok(at) if at < NEAR_SLICES => {
                self.near[at].add(time, number);
                self.near_count += 1;
            }
            _ => self.add_far(slice, time, number),
        }
    }

    #[cold]
    fn add_far(&mut self, slice: i64, time: EventTime, number: u32) {
        if self.near_count == 0 && self.far.is_empty() {
            self.first = slice;
            self.near[0].add(time, number);
            self.near_count = 1;
        } else {
            self.far.entry(slice).or_default().add(time, number);
        }
    }

    /// Adds to `out` what is due at `time` or before, the earliest slice first, at most `most` numbers; whether that was all.
    pub fn take(&mut self, time: EventTime, mut most: usize, out: &mut Vec<u32>) -> bool {
        let until = time >> self.shift;
        loop {
            let near = self.first_near(until);
            let far = self.far.first_key_value().map(|(number, _)| *number).filter(|number| *number <= until);
            let Some(number) = near.into_iter().chain(far).min() else { return true };
            let slice = if near == Some(number) { Some(&mut self.near[0]) } else { self.far.get_mut(&number) };
            let Some(slice) = slice else { return true };
            if self.order == Order::ByTime {
                slice.sort();
            }
            let there = slice.due.len();
            slice.take(time, number < until, most, out);
            let (left, taken) = (slice.due.len(), there - slice.due.len());
            most -= taken;
            if near == Some(number) {
                self.near_count -= taken;
            } else if left == 0 {
                self.far.remove(&number);
            }
            if left > 0 {
                // Of the last slice some are left that are not due, or there were more than wanted.
                let next = if near == Some(number) { self.near[0].due.last() } else { self.far[&number].due.last() };
                return number == until && next.is_some_and(|(due, _)| *due > time);
            }
        }
    }

    /// Number of the first slice of the ring up to `until` in which some are due. Those before it leave the ring.
    fn first_near(&mut self, until: i64) -> Option<i64> {
        loop {
            match self.near[0].due.is_empty() {
                false => return Some(self.first).filter(|first| *first <= until),
                true if self.first >= until => return None,
                true => self.go_on(if self.near_count == 0 { until } else { self.first + 1 }),
            }
        }
    }

    /// The ring begins at slice `first` now; those before it are empty.
    fn go_on(&mut self, first: i64) {
        self.near.rotate_left(usize::try_from(first.saturating_sub(self.first)).map_or(0, |count| count % NEAR_SLICES));
        self.first = first;
        while let Some((number, _)) = self.far.range(first..first.saturating_add(NEAR_SLICES as i64)).next() {
            let number = *number;
            let slice = self.far.remove(&number).unwrap_or_default();
            self.near_count += slice.due.len();
            self.near[(number - first) as usize] = slice;
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let slices = self.near.iter().chain(self.far.values());
        self.near.capacity() * size_of::<Slice>() + slices.map(Slice::memory_bytes).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against a list that is searched from end to end.
    fn check(span: u64, spread: i64, order: Order) {
        let mut random = fastrand::Rng::with_seed(spread as u64);
        let (mut timers, mut naive) = (Timers::new(span, order), Vec::<(i64, u32)>::new());
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
                assert_eq!((all, taken.len()), (count <= most, count.min(most)));
                let is_due = |number: &u32| naive[..count].iter().any(|(_, other)| other == number);
                assert!(taken.iter().all(is_due), "{taken:?} at {now}");
                if order == Order::ByTime {
                    assert!(taken.iter().eq(naive[..taken.len()].iter().map(|(_, number)| number)));
                }
                naive.retain(|(_, number)| !taken.contains(number));
            }
        }
        let mut rest = Vec::new();
        assert!(timers.take(i64::MAX, usize::MAX, &mut rest));
        rest.sort_unstable();
        naive.sort_unstable_by_key(|(_, number)| *number);
        assert!(rest.iter().eq(naive.iter().map(|(_, number)| number)));
    }

    #[test]
    fn numbers_come_back_when_they_are_due() {
        for order in [Order::ByTime, Order::Any] {
            for (span, spread) in [(1, 1 << 10), (1 << 30, 1 << 30), (1 << 30, 1 << 24), (1 << 20, 1 << 34)] {
                check(span, spread, order);
            }
        }
    }

    #[test]
    fn what_is_held_does_not_grow_with_time() {
        let (mut timers, mut after, mut taken) = (Timers::new(1 << 30, Order::Any), Vec::new(), Vec::new());
        for turn in 0..100_000i64 {
            timers.add((turn << 20) + (1 << 30), 0);
            timers.take(turn << 20, usize::MAX, &mut taken);
            after.push(timers.state_bytes());
        }
        assert!(after[99_999] <= after[9_999], "{} bytes, then {}", after[9_999], after[99_999]);
    }
}

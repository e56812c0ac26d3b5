//! Where a row stands among aligned windows: which of them hold it, and which other times lie in just the same ones.

use crate::types::EventTime;
use crate::types::relation::Aligned;

/// Times that lie in the same windows. Windows are known by their ends, which are a step apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// The first of these times.
    pub from: EventTime,
    /// The first one behind them.
    pub to: EventTime,
    /// The windows that hold them.
    pub pane: Pane,
}

/// A row of windows by their ends: `first`, a step on, ... `last`; none if `first` lies behind `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pane {
    /// End of the last of them.
    pub last: EventTime,
    /// End of the first of them.
    pub first: EventTime,
}

impl Slice {
    /// The slice of `time`; `None` if one of its windows leaves the range of time.
    pub fn of(time: EventTime, window: &Aligned) -> Option<Slice> {
        let (size, step) = (window.size(), window.step());
        let floor = |distance: i64| {
            let shifted = time.checked_sub(window.offset())?;
            shifted.checked_sub(shifted.rem_euclid(distance))?.checked_add(window.offset())
        };
        Some(match window {
            Aligned::Tumble { .. } => {
                let (from, to) = (floor(size)?, floor(size)?.checked_add(size)?);
                Slice { from, to, pane: Pane { first: to, last: to } }
            }
            Aligned::Hop { .. } => {
                let newest = floor(step)?;
                let last = newest.checked_add(size)?;
                let first = last - (last - time - 1).div_euclid(step) * step;
                first.checked_sub(size)?;
                Slice { from: newest.max(first - step), to: newest.saturating_add(step).min(first), pane: Pane { first, last } }
            }
            Aligned::Cumulate { .. } => {
                let start = floor(size)?;
                let last = start.checked_add(size)?;
                let first = start + ((time - start) / step + 1) * step;
                Slice { from: first - step, to: first, pane: Pane { first, last } }
            }
            Aligned::Given => {
                time.checked_sub(1)?;
                Slice { from: time, to: time.checked_add(1)?, pane: Pane { first: time, last: time } }
            }
        })
    }

    /// Whether `time` is one of these times.
    pub fn holds(&self, time: EventTime) -> bool {
        self.from <= time && time < self.to
    }
}

impl Pane {
    /// Whether it is in no window.
    pub fn is_empty(&self) -> bool {
        self.first > self.last
    }

    /// The windows that `watermark` has not passed; `None` if there is none.
    pub fn open(mut self, watermark: EventTime, window: &Aligned) -> Option<Pane> {
        if is_passed(self.last, watermark) {
            return None;
        }
        if is_passed(self.first, watermark) {
            let step = window.step();
            self.first += ((watermark + 1 - self.first) / step + 1) * step;
        }
        Some(self)
    }

    /// The ends of its windows.
    pub fn ends(self, window: &Aligned) -> impl Iterator<Item = EventTime> + use<> {
        (self.first..=self.last).step_by(window.step() as usize)
    }
}

/// Whether a window is closed: nothing that comes behind `watermark` lies before its end.
pub fn is_passed(end: EventTime, watermark: EventTime) -> bool {
    watermark >= end - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The windows of each time by trying all, and what all times between the slice's bounds have in common.
    fn check(window: Aligned) {
        let holds = |end: i64, time: i64| match window.start_of(end) {
            Some(start) => start <= time && time < end,
            None => time == end,
        };
        let is_window = |end: i64| match window {
            Aligned::Tumble { size, offset } => (end - offset) % size == 0,
            Aligned::Hop { size, slide, offset } => (end - size - offset) % slide == 0,
            Aligned::Cumulate { step, offset, .. } => (end - offset) % step == 0,
            Aligned::Given => true,
        };
        for time in -60..60 {
            let slice = Slice::of(time, &window).expect("in range");
            let ends: Vec<i64> = (-200..200).filter(|end| is_window(*end) && holds(*end, time)).collect();
            assert_eq!(slice.pane.ends(&window).collect::<Vec<_>>(), ends, "{window:?} at {time}");
            assert_eq!(slice.pane.is_empty(), ends.is_empty());
            assert!(slice.holds(time) && !slice.holds(slice.from - 1) && !slice.holds(slice.to));
            (slice.from..slice.to).for_each(|other| assert_eq!(Slice::of(other, &window), Some(slice)));
            for watermark in time - 40..time + 60 {
                let open: Vec<i64> = ends.iter().copied().filter(|end| watermark < end - 1).collect();
                let found = slice.pane.open(watermark, &window).map(|pane| pane.ends(&window).collect::<Vec<_>>());
                assert_eq!(found.unwrap_or_default(), open, "{window:?} at {time} behind {watermark}");
            }
        }
    }

    #[test]
    fn windows_of_a_time_are_those_that_trying_all_finds() {
        check(Aligned::Given);
        for offset in [0, 3, -4] {
            check(Aligned::Tumble { size: 10, offset });
            for (size, slide) in [(20, 5), (7, 3), (10, 4), (4, 10), (5, 5), (1, 1)] {
                check(Aligned::Hop { size, slide, offset });
            }
            for (size, step) in [(20, 5), (12, 4), (6, 1), (5, 5)] {
                check(Aligned::Cumulate { size, step, offset });
            }
        }
    }

    #[test]
    fn times_at_the_ends_of_time_have_no_windows() {
        let cumulate = Aligned::Cumulate { size: 10, step: 5, offset: 1 };
        for window in [Aligned::Tumble { size: 10, offset: 0 }, cumulate, Aligned::Given] {
            assert!([i64::MIN, i64::MAX].into_iter().all(|time| Slice::of(time, &window).is_none()));
        }
        let hop = Aligned::Hop { size: 10, slide: 4, offset: -2 };
        assert!([i64::MIN, i64::MIN + 2, i64::MAX, i64::MAX - 3].into_iter().all(|time| Slice::of(time, &hop).is_none()));
    }
}

//! The best rows of each tumbling window: ten places in order, into which hardly a row comes once the window has gone on for a while.

use super::{Out, Take, Twin};
use crate::bench::input::Input;
use crate::bench::records::Records;
use crate::types::EventTime;

/// Places of a window.
pub const PLACES: usize = 10;

/// Length of a window: 10 ms, ten thousand records.
const WINDOW: EventTime = 10_000_000;

/// The best rows of the window that is open, in order: the greatest value first, of equal ones the lowest id.
struct Best {
    ids: [i64; PLACES],
    values: [f64; PLACES],
    count: usize,
}

impl Best {
    /// Puts a row where it belongs if it is among the best. Ids rise, so that of equal values the one that is there stays before it.
    /// Hot: once per row.
    #[inline]
    fn add(&mut self, id: i64, value: f64) {
        if self.count < PLACES || value > self.values[PLACES - 1] {
            self.insert(id, value);
        }
    }

    #[cold]
    fn insert(&mut self, id: i64, value: f64) {
        let mut at = self.count.min(PLACES - 1);
        while at > 0 && self.values[at - 1] < value {
            (self.ids[at], self.values[at]) = (self.ids[at - 1], self.values[at - 1]);
            at -= 1;
        }
        (self.ids[at], self.values[at]) = (id, value);
        self.count = (self.count + 1).min(PLACES);
    }

    /// Gives out the window that ends here and empties it; gives how many rows it had.
    fn close(&mut self, end: EventTime, take: Take<'_>) -> u64 {
        let count = std::mem::take(&mut self.count);
        let numbers: [i64; PLACES] = std::array::from_fn(|at| at as i64 + 1);
        let starts = [end.wrapping_sub(WINDOW); PLACES];
        take(Out {
            keys: &self.ids[..count],
            starts: &starts[..count],
            counts: &numbers[..count],
            values: &self.values[..count],
        });
        count as u64
    }
}

/// `SELECT id, window_start, n, value` of the rows with the ten greatest values of each window.
pub fn best(mut input: Input<'_, Records>, take: Take<'_>) -> Twin {
    let mut best = Best { ids: [0; PLACES], values: [0.0; PLACES], count: 0 };
    let (mut end, mut rows) = (EventTime::MIN, 0);
    while let Some(part) = input.next(0) {
        for ((id, value), ts) in part.id.iter().zip(&part.value).zip(&part.ts) {
            if *ts >= end {
                rows += best.close(end, take);
                end = ts - ts.rem_euclid(WINDOW) + WINDOW;
            }
            best.add(*id, *value);
        }
    }
    rows += best.close(end, take);
    Twin { ns: input.elapsed_ns(), rows }
}

//! What is over when: keys by the time that the watermark must pass before no row of theirs comes or goes any more. Row road.
//!
//! Keys are known by the numbers of their owner, which takes each of them back when its time has passed, and gives none of them out again before.

use std::collections::BTreeMap;

use super::row_buckets::time_of;
use super::window_slice::is_passed;
use crate::batch::Column;
use crate::state::GroupTable;
use crate::types::EventTime;

/// The keys of one shard that are not over.
pub struct Deadlines {
    /// How long behind the time of a row its key is over.
    after: i64,
    by_time: BTreeMap<EventTime, Vec<u32>>,
    watermark: EventTime,
}

impl Deadlines {
    /// Of no keys.
    pub fn new(after: i64) -> Deadlines {
        Deadlines { after, by_time: BTreeMap::new(), watermark: EventTime::MIN }
    }

    /// Notes the keys that came with a batch: those of rows with these times that were made behind `made` others. Rows without a key have a number
    /// that none has. Hot: once per batch.
    pub fn note_new(&mut self, times: &Column, numbers: &[u32], known: &GroupTable, made: u64) {
        let mut next_new = made;
        for (row, number) in numbers.iter().enumerate() {
            // They are born in the order of their first rows.
            if (*number as usize) < known.bound() && known.born(*number) == next_new {
                next_new += 1;
                self.by_time.entry(over_at(times, row, self.after)).or_default().push(*number);
            }
        }
    }

    /// The watermark of the operator is now this one.
    pub fn pass(&mut self, watermark: EventTime) {
        self.watermark = self.watermark.max(watermark);
    }

    /// How far the watermark has come.
    pub fn watermark(&self) -> EventTime {
        self.watermark
    }

    /// Whether there is a key that is over.
    pub fn has_over(&self) -> bool {
        self.by_time.first_key_value().is_some_and(|(time, _)| is_passed(*time, self.watermark))
    }

    /// A key that is over.
    pub fn next_over(&mut self) -> Option<u32> {
        let mut first = self.by_time.first_entry().filter(|first| is_passed(*first.key(), self.watermark))?;
        let number = first.get_mut().pop();
        if first.get().is_empty() {
            first.remove();
        }
        number
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.by_time.values().map(|numbers| numbers.capacity() * size_of::<u32>()).sum()
    }

    /// Whether there is no key.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.by_time.is_empty()
    }
}

/// When a row is over, so long behind its time; one without a time waits for the end of input.
pub fn over_at(times: &Column, row: usize, after: i64) -> EventTime {
    time_of(times, row).map_or(EventTime::MAX, |time| time.saturating_add(after))
}

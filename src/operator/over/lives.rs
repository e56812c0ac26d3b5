//! Partitions of an OVER that are forgotten when no row of them has come for a time. Row road.
//!
//! A partition lives on, however old, while rows of it wait to be taken: they would not find what came before them.

use crate::state::Aging;
use crate::types::Nanos;

/// When rows of each partition came.
pub struct Lives {
    aging: Aging,
    /// By partition: rows that have come and have not been taken.
    waiting: Vec<u32>,
}

impl Lives {
    /// No partitions; each lives for so long without a row.
    pub fn new(ttl: Nanos) -> Lives {
        Lives { aging: Aging::new(ttl), waiting: Vec::new() }
    }

    /// Rows of these partitions have come. Hot: once per batch.
    pub fn come(&mut self, partitions: &[u32]) {
        for partition in partitions {
            let at = *partition as usize;
            if at >= self.waiting.len() {
                self.waiting.resize(at + 1, 0);
            }
            self.waiting[at] += 1;
            self.aging.touch(*partition);
        }
    }

    /// Rows that have come are taken. Hot: once per batch.
    pub fn taken(&mut self, partitions: &[u32]) {
        partitions.iter().for_each(|partition| self.waiting[*partition as usize] -= 1);
    }

    /// Takes out partitions that are to be forgotten at `stamp`; those that are still needed live on for as long again.
    pub fn take_old(&mut self, stamp: Nanos, is_needed: impl Fn(u32) -> bool) -> Vec<u32> {
        self.aging.advance(stamp);
        let (mut old, mut needed) = (Vec::new(), Vec::new());
        while let Some(partition) = self.aging.take_old() {
            let lives_on = self.waiting[partition as usize] > 0 || is_needed(partition);
            if lives_on { needed.push(partition) } else { old.push(partition) }
        }
        needed.into_iter().for_each(|partition| self.aging.touch(partition));
        old
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.aging.state_bytes() + self.waiting.capacity() * size_of::<u32>()
    }
}

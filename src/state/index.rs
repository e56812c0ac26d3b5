//! Hashes to group numbers: open addressing with linear probing over slots of eight bytes, so that a probe is one cache line. Row road.
//!
//! A slot holds the low half of the hash and the group number. Who asks says whether the group found has the key meant; the index
//! knows no keys. The low half tells most strangers apart, and its top bits place a slot: of a hash that is a product, as those of
//! numbers are, they are the ones that differ most. (The top bits of the whole hash have chosen the shard already.)

/// Hashes and groups. Groups below `u32::MAX`.
pub struct Index {
    /// A power of two of them, never all in use.
    slots: Vec<u64>,
    /// By how much the low half of a hash is shifted to be a place.
    shift: u32,
    len: usize,
}

const EMPTY: u64 = u64::MAX;

/// Slots of an index that has no groups yet.
const SLOTS_MIN: usize = 16;

/// Up to so many slots, the index is kept three quarters empty: a probe that misses costs more than memory that stays in cache.
const SLOTS_SPARSE_MAX: usize = 1 << 14;

impl Default for Index {
    fn default() -> Self {
        Self { slots: vec![EMPTY; SLOTS_MIN], shift: 32 - SLOTS_MIN.trailing_zeros(), len: 0 }
    }
}

#[inline]
fn slot_of(hash: u64, group: u32) -> u64 {
    (hash << 32) | u64::from(group)
}

impl Index {
    /// Groups there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The group of this hash that `is_meant` says is the one. Hot: once per row.
    #[inline(always)]
    pub fn find(&self, hash: u64, mut is_meant: impl FnMut(u32) -> bool) -> Option<u32> {
        let slots = self.slots.as_slice();
        let mask = slots.len() - 1;
        let tag = hash as u32;
        let mut at = (tag >> self.shift) as usize;
        loop {
            let slot = slots[at & mask];
            if (slot >> 32) as u32 == tag && slot != EMPTY && is_meant(slot as u32) {
                return Some(slot as u32);
            }
            if slot == EMPTY {
                return None;
            }
            at += 1;
        }
    }

    /// Adds a group that is not there.
    pub fn insert(&mut self, hash: u64, group: u32) {
        assert!(group < u32::MAX, "group numbers leave one value for empty slots");
        let share = if self.slots.len() < SLOTS_SPARSE_MAX { 4 } else { 2 };
        if (self.len + 1) * share > self.slots.len() {
            self.grow();
        }
        self.len += 1;
        self.put(slot_of(hash, group));
    }

    #[inline]
    fn place_of(&self, slot: u64) -> usize {
        (slot >> 32) as usize >> self.shift
    }

    fn put(&mut self, slot: u64) {
        let mask = self.slots.len() - 1;
        let mut at = self.place_of(slot);
        while self.slots[at] != EMPTY {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    #[cold]
    fn grow(&mut self) {
        let bigger = vec![EMPTY; self.slots.len() * 2];
        let slots = std::mem::replace(&mut self.slots, bigger);
        self.shift -= 1;
        slots.into_iter().filter(|slot| *slot != EMPTY).for_each(|slot| self.put(slot));
    }

    /// Removes a group. Panics if it is not there. Those behind it move up, so that no slot is ever marked as deleted.
    pub fn remove(&mut self, hash: u64, group: u32) {
        let mask = self.slots.len() - 1;
        let mut hole = self.place_of(slot_of(hash, group));
        while self.slots[hole] != slot_of(hash, group) {
            assert!(self.slots[hole] != EMPTY, "a group that is removed is there");
            hole = (hole + 1) & mask;
        }
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let slot = self.slots[at];
            if slot == EMPTY {
                break;
            }
            let way = |to: usize| to.wrapping_sub(self.place_of(slot)) & mask;
            if way(hole) < way(at) {
                self.slots[hole] = slot;
                hole = at;
            }
        }
        self.slots[hole] = EMPTY;
        self.len -= 1;
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Random inserts and removals against a map; hashes are few, so that they collide.
    #[test]
    fn groups_are_those_of_a_map() {
        let mut random = fastrand::Rng::with_seed(5);
        for hashes in [1u64, 7, 100, u64::MAX] {
            let (mut index, mut naive) = (Index::default(), HashMap::<u32, u64>::new());
            for group in 0..3000u32 {
                let hash = random.u64(..hashes);
                index.insert(hash, group);
                naive.insert(group, hash);
                if random.u8(..3) == 0 {
                    let gone = random.u32(..=group);
                    if let Some(hash) = naive.remove(&gone) {
                        index.remove(hash, gone);
                    }
                }
                let probe = random.u32(..=group);
                let hash = naive.get(&probe).copied().unwrap_or(random.u64(..hashes));
                assert_eq!(index.find(hash, |g| g == probe), naive.get(&probe).map(|_| probe));
            }
            assert_eq!((index.len(), index.is_empty()), (naive.len(), naive.is_empty()));
            assert!(naive.iter().all(|(group, hash)| index.find(*hash, |g| g == *group) == Some(*group)));
        }
    }
}

//! Groups by one number, the key and all that belongs to a group side by side in one slot of an open-addressing table: a row costs one
//! cache line. Row road.
//!
//! ```text
//!   slot: | rows | mark | words of the functions ... | key |      free where it has no rows
//! ```
//! For groups that only gain rows: none is removed but all together. A hash is one multiplication by the golden ratio, whose top
//! bits put numbers that follow each other as far apart as can be (Knuth, The Art of Computer Programming 3, 6.4).

use super::row_store::{MARK, ROWS};
use super::words::Words;
use crate::batch::Selection;
use crate::sys::prefetch::prefetch;

/// The table. A visit makes or finds a slot; slots move when groups are added.
pub struct FlatTable {
    slots: Words,
    stride: usize,
    len: usize,
}

/// What is done with each row's slot of `S` words. A trait and not a closure, so that its method can be told to stand in the loop.
pub trait SlotVisitor<const S: usize> {
    /// Row `row` of the batch, with this key, belongs to the group of `slot`; it must count the row. Hot: once per row.
    fn visit(&mut self, row: usize, key: u64, slot: &mut [u64; S]);
    /// The row visited last made its group.
    fn admitted(&mut self);
}

/// Words of a slot that are no function's: rows, mark and key.
const OWN_WORDS: usize = 3;

/// Words of the largest slot: two cache lines.
pub const SLOT_WORDS_MAX: usize = 16;

/// Slots of a table without groups.
const SLOTS_MIN: usize = 16;

/// From so many words on (the better part of a core's second cache) lines are asked for ahead of their use.
const WORDS_PREFETCHED_MIN: usize = (256 << 10) / size_of::<u64>();

/// How many rows ahead lines are asked for.
const ROWS_AHEAD: usize = 32;

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl FlatTable {
    /// No groups, room for so many, and so many words for functions; `None` if a slot cannot hold them.
    pub fn new(function_words: usize, groups: usize) -> Option<Self> {
        let stride = (function_words + OWN_WORDS).next_power_of_two();
        let slots = (2 * groups).next_power_of_two().max(SLOTS_MIN);
        (stride <= SLOT_WORDS_MAX).then(|| Self { slots: Words::zeros(slots * stride), stride, len: 0 })
    }

    /// Words of a slot: 4, 8 or 16.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Groups there are.
    pub fn groups(&self) -> usize {
        self.len
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.slots.len() * size_of::<u64>()
    }

    /// Shows `visitor` the slot of each selected row, making those that are not there. `S` is the stride. Hot: once per batch.
    #[inline]
    pub fn each_row<const S: usize, V: SlotVisitor<S>>(&mut self, keys: &[i64], selection: &Selection, visitor: V) -> V {
        match selection {
            Selection::All(rows) => self.each(&keys[..*rows], |at| at, *rows, visitor),
            Selection::Rows(rows) => self.each(keys, |at| rows[at] as usize, rows.len(), visitor),
        }
    }

    #[inline]
    fn each<const S: usize, V: SlotVisitor<S>>(
        &mut self,
        keys: &[i64],
        row: impl Fn(usize) -> usize + Copy,
        rows: usize,
        mut visitor: V,
    ) -> V {
        assert_eq!(S, self.stride);
        let mut from = 0;
        loop {
            let room = self.groups_max() - self.len;
            let (words, range) = (self.slots.as_mut_slice(), from..rows);
            // Two calls and not one of a pointer, because both are to be compiled into this loop.
            let run = match words.len() < WORDS_PREFETCHED_MIN {
                true => run::<S, V, _, false>(words, keys, row, range, room, visitor),
                false => run::<S, V, _, true>(words, keys, row, range, room, visitor),
            };
            self.len = self.groups_max() - run.room;
            visitor = run.visitor;
            let Some(at) = run.stopped_at else { return visitor };
            self.grow();
            from = at;
        }
    }

    /// Groups that find room before the table grows: half as many as slots.
    fn groups_max(&self) -> usize {
        self.slots.len() / self.stride / 2
    }

    #[cold]
    fn grow(&mut self) {
        let bigger = Words::zeros(self.slots.len() * 2);
        let old = std::mem::replace(&mut self.slots, bigger);
        let (words, stride) = (self.slots.as_mut_slice(), self.stride);
        let (slots, mask) = (words.len() / stride, words.len() - 1);
        for slot in old.as_slice().chunks_exact(stride).filter(|slot| slot[ROWS] != 0) {
            let mut at = place(slot[stride - 1], slots) * stride;
            while words[at + ROWS] != 0 {
                at = (at + stride) & mask;
            }
            words[at..][..stride].copy_from_slice(slot);
        }
    }

    /// Forgets in which batch a group was met last.
    #[cold]
    pub fn clear_marks(&mut self) {
        self.slots.as_mut_slice().chunks_exact_mut(self.stride).for_each(|slot| slot[MARK] = 0);
    }

    /// Takes groups out, up to `budget` of them, from place `from` on: `put` is given the number and the slot of each, and also slots
    /// that are free, under the number of the group that follows. Gives the place to go on from, `None` at the end, and how many groups
    /// there were. Hot: once per group.
    pub fn take(&mut self, from: usize, budget: usize, put: impl FnMut(usize, &[u64])) -> (Option<usize>, usize) {
        let (next, count) = self.read(from, budget, put);
        let (stride, slots) = (self.stride, self.slots.len() / self.stride);
        self.slots.as_mut_slice()[from * stride..next.unwrap_or(slots) * stride].fill(0);
        self.len -= count;
        (next, count)
    }

    /// As `take`, but the groups stay. Hot: once per group.
    pub fn read(&self, from: usize, budget: usize, mut put: impl FnMut(usize, &[u64])) -> (Option<usize>, usize) {
        let slots = self.slots.len() / self.stride;
        let (mut count, mut at) = (0, from);
        // Without a branch on what is free.
        for slot in self.slots.as_slice()[from * self.stride..].chunks_exact(self.stride) {
            if count == budget {
                break;
            }
            put(count, slot);
            count += usize::from(slot[ROWS] != 0);
            at += 1;
        }
        ((at < slots).then_some(at), count)
    }

    /// Whether so few of the slots were ever in use that a table made anew is better than this one, of which `groups` were.
    pub fn is_oversized_for(&self, groups: usize) -> bool {
        groups * 8 * self.stride < self.slots.len()
    }
}

#[inline(always)]
fn place(key: u64, slots: usize) -> usize {
    (key.wrapping_mul(GOLDEN) >> (u64::BITS - slots.trailing_zeros())) as usize
}

/// What became of rows that were visited.
struct Run<V> {
    /// The row whose group finds no room.
    stopped_at: Option<usize>,
    /// Groups that still find room.
    room: usize,
    visitor: V,
}

/// Visits rows, making groups as long as there is room for them. The visitor comes and goes by value, so that what it counts stands in
/// registers. Asks for the lines of rows to come, if told to. Hot: once per row.
#[inline(always)]
fn run<const S: usize, V: SlotVisitor<S>, R: Fn(usize) -> usize, const PREFETCHES: bool>(
    words: &mut [u64],
    keys: &[i64],
    row: R,
    range: std::ops::Range<usize>,
    mut room: usize,
    mut visitor: V,
) -> Run<V> {
    let (slots, _) = words.as_chunks_mut::<S>();
    let (mask, bits) = (slots.len() - 1, slots.len());
    let end = range.end;
    if PREFETCHES {
        (range.start..end.min(range.start + ROWS_AHEAD))
            .for_each(|at| prefetch(&slots[place(keys[row(at)] as u64, bits) & mask]));
    }
    for at in range {
        if PREFETCHES {
            let ahead = keys[row((at + ROWS_AHEAD).min(end - 1))];
            prefetch(&slots[place(ahead as u64, bits) & mask]);
        }
        let row = row(at);
        let key = keys[row] as u64;
        let mut place = place(key, bits);
        loop {
            let slot = &mut slots[place & mask];
            if slot[S - 1] == key && slot[ROWS] != 0 {
                visitor.visit(row, key, slot);
                break;
            }
            if slot[ROWS] == 0 {
                if room == 0 {
                    return Run { stopped_at: Some(at), room, visitor };
                }
                room -= 1;
                slot[S - 1] = key;
                visitor.visit(row, key, slot);
                visitor.admitted();
                break;
            }
            place += 1;
        }
    }
    Run { stopped_at: None, room, visitor }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    struct Counted<'a>(&'a mut Vec<usize>, usize);

    impl SlotVisitor<4> for Counted<'_> {
        fn visit(&mut self, row: usize, key: u64, slot: &mut [u64; 4]) {
            slot[ROWS] += 1;
            slot[2] = slot[2].wrapping_add(key).wrapping_add(1);
            self.0.push(row);
        }
        fn admitted(&mut self) {
            self.1 += 1;
        }
    }

    /// Random keys against a map: rows, a sum by key, and who was new.
    fn check(seed: u64, batches: usize, key: impl Fn(&mut fastrand::Rng) -> i64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut table = FlatTable::new(1, random.usize(0..100)).expect("one word fits");
        for _ in 0..2 {
            let mut naive = BTreeMap::<u64, u64>::new();
            for _ in 0..batches {
                let keys: Vec<i64> = (0..random.usize(1..200)).map(|_| key(&mut random)).collect();
                let all = Selection::All(keys.len());
                let selection = if random.bool() { all } else { all.filter(|_| random.u8(..4) > 0) };
                let (mut seen, before) = (Vec::new(), naive.len());
                selection.iter().for_each(|row| *naive.entry(keys[row] as u64).or_default() += 1);
                let new = table.each_row(&keys, &selection, Counted(&mut seen, 0)).1;
                assert_eq!((seen, new), (selection.iter().collect(), naive.len() - before));
                assert_eq!(table.groups(), naive.len());
            }
            let (mut out, mut found, mut from) = ([(0, 0, 0); 8], Vec::new(), Some(0));
            while let Some(place) = from {
                let count;
                (from, count) = table.take(place, 7, |at, slot| out[at] = (slot[3], slot[ROWS], slot[2]));
                found.extend_from_slice(&out[..count]);
            }
            found.sort_unstable();
            let sum = |(key, rows): (&u64, &u64)| (*key, *rows, key.wrapping_add(1).wrapping_mul(*rows));
            assert_eq!(found, naive.iter().map(sum).collect::<Vec<_>>());
            assert_eq!(table.groups(), 0);
        }
    }

    #[test]
    fn groups_are_those_of_a_map() {
        check(1, 300, |random| random.i64(0..1000));
        check(2, 20, |random| random.i64(-2..2));
        check(3, 300, |random| random.i64(..));
        check(4, 100, |random| random.i64(0..100) << 40);
    }

    #[test]
    fn tables_large_enough_to_be_asked_for_ahead_have_the_same_groups() {
        check(5, 400, |random| random.i64(0..50_000));
    }

    #[test]
    fn no_slot_holds_more_words_than_the_largest() {
        assert_eq!([0, 1, 2, 5, 6, 13].map(|words| FlatTable::new(words, 0).map(|t| t.stride())), [4, 4, 8, 8, 16, 16].map(Some));
        assert!(FlatTable::new(14, 0).is_none());
    }
}

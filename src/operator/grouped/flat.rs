//! Groups by one whole number whose functions all take steps on words: the quick half of `Grouped`. Each row is found, counted and fed
//! in one go, and where changes are asked for, the group's words are written out beside it. Row road.
//!
//! States of other groups are fed in the same way, each for many rows.
//!
//! What it cannot do (groups that age; a key that is NULL, a row taken back, a sum that might overflow) is left to the other half, to which all groups
//! move then.

use super::super::accumulator::{RowOp, add_f64};
use super::{Listing, Shape};
use crate::batch::{Column, RowKind, Selection, Values};
use crate::state::{FIRST_FUNCTION, FlatTable, GroupWords, MARK, ROWS, SlotVisitor};
use crate::types::Representation;
use crate::types::relation::Retracts;

/// The groups, and a copy of those last read.
pub struct FlatGroups {
    table: FlatTable,
    key: Representation,
    /// Keys that are not 64 bits wide, widened.
    wide: Vec<i64>,
    /// Number of the batch, in the upper half of a word.
    epoch: u64,
    listed: Listed,
}

/// Copies of groups: of those that a batch changed, as they are after it, or of those taken out.
pub struct Listed {
    /// Word by word, as in a slot; those that are not a count or a function's stay empty.
    words: Vec<Vec<u64>>,
    keys: Vec<u64>,
    count: usize,
    /// Which of them came with the batch.
    new: Vec<u32>,
}

/// The upper half of a mark is the number of a batch, the lower the group's place in its list.
const EPOCH: u64 = 1 << 32;

impl FlatGroups {
    /// No groups, and room for so many; `None` where the shape, whose functions need so many words, is not one for it.
    pub fn new(shape: &Shape, function_words: usize, groups: usize) -> Option<Self> {
        let [key] = shape.key_types.as_slice() else { return None };
        let key = key.representation();
        let is_whole = matches!(key, Representation::I64 | Representation::I32 | Representation::I16 | Representation::I8);
        if !is_whole || shape.retracts == Retracts::Maybe || shape.ttl.is_some() {
            return None;
        }
        let table = FlatTable::new(function_words, groups)?;
        let listed = Listed::new(table.stride());
        Some(Self { table, key, wide: Vec::new(), epoch: 0, listed })
    }

    /// Groups there are.
    pub fn groups(&self) -> usize {
        self.table.groups()
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let lists = self.listed.words.iter().chain([&self.listed.keys]);
        self.table.memory_bytes() + lists.map(|list| list.capacity() * size_of::<u64>()).sum::<usize>()
    }

    /// Feeds the selected rows to the functions that take these steps, and lists the groups they change, if asked for. Where they are states,
    /// `counts` says how many rows each stands for. Hot: once per batch. The key has no NULLs.
    pub fn apply(&mut self, key: &Column, selection: &Selection, steps: &[RowOp<'_>], listing: Listing, counts: Option<&[i64]>) {
        if let Some(counts) = counts {
            let count = |row: usize| counts[row] as u64;
            match self.table.stride() {
                4 => self.feed::<4, 1>((key, selection), listing, count, each(steps)),
                8 => self.feed::<8, 5>((key, selection), listing, count, each(steps)),
                _ => self.feed::<16, 13>((key, selection), listing, count, each(steps)),
            }
            return;
        }
        let (rows, one) = ((key, selection), |_| 1);
        match (self.table.stride(), steps) {
            (4, []) => self.feed::<4, 1>(rows, listing, one, |_, _| {}),
            (4, [RowOp::AddF64(_, v)]) => {
                self.feed::<4, 1>(rows, listing, one, |slot, row| add_f64(&mut slot[FIRST_FUNCTION], v[row]));
            }
            (4, [RowOp::AddI64(_, v)]) => self.feed::<4, 1>(rows, listing, one, |slot, row| {
                slot[FIRST_FUNCTION] = slot[FIRST_FUNCTION].wrapping_add_signed(v[row]);
            }),
            (4, steps) => self.feed::<4, 1>(rows, listing, one, each(steps)),
            (8, steps) => self.feed::<8, 5>(rows, listing, one, each(steps)),
            (_, steps) => self.feed::<16, 13>(rows, listing, one, each(steps)),
        }
    }

    /// With slots of `S` words, `W` of them for functions; `count` says how many rows one stands for. A function for each kind of step: in one of all kinds, what the loop counts
    /// would not stand in registers.
    #[inline(never)]
    fn feed<const S: usize, const W: usize>(
        &mut self,
        (key, selection): (&Column, &Selection),
        listing: Listing,
        count: impl Fn(usize) -> u64 + Copy,
        step: impl Fn(&mut [u64; S], usize) + Copy,
    ) {
        let keys = whole_numbers(key, &mut self.wide);
        if listing == Listing::Nothing {
            self.table.each_row(keys, selection, Count { count, step });
            return;
        }
        self.epoch = self.epoch.wrapping_add(EPOCH);
        if self.epoch == 0 {
            self.table.clear_marks();
            self.epoch = EPOCH;
        }
        let room = selection.len();
        self.listed.make_room(room);
        let Listed { words, keys: listed_keys, count: listed, new } = &mut self.listed;
        new.clear();
        let (rows, functions) = words.split_at_mut(FIRST_FUNCTION);
        let mut functions = functions.iter_mut();
        let list = List {
            rows: &mut rows[ROWS][..room],
            functions: [(); W].map(|()| functions.next().map_or(&mut [][..], |list| &mut list[..room])),
            keys: &mut listed_keys[..room],
            epoch: self.epoch,
            listed: 0,
            new,
            count,
            step,
        };
        *listed = self.table.each_row(keys, selection, list).listed;
    }

    /// Goes on as after so many batches.
    #[cfg(test)]
    pub fn set_epoch(&mut self, epoch: u64) {
        self.epoch = epoch;
    }

    /// The groups listed last.
    pub fn listed(&self) -> &Listed {
        &self.listed
    }

    /// Keys of the groups listed last.
    pub fn keys(&self) -> Column {
        self.keys_of(&self.listed)
    }

    /// Keys of these groups.
    pub fn keys_of(&self, listed: &Listed) -> Column {
        let keys = listed.keys[..listed.count].iter();
        Column::from_values(match self.key {
            Representation::I32 => Values::I32(keys.map(|key| *key as i32).collect()),
            Representation::I16 => Values::I16(keys.map(|key| *key as i16).collect()),
            Representation::I8 => Values::I8(keys.map(|key| *key as i8).collect()),
            _ => Values::I64(keys.map(|key| *key as i64).collect()),
        })
    }

    /// Takes out up to `budget` groups from place `from` on, which are then listed. Gives the place to go on from, `None` at the end.
    /// Hot: once per group.
    pub fn take(&mut self, from: usize, budget: usize) -> Option<usize> {
        // One more than there can be, because what is free is written too.
        self.listed.make_room(budget.min(self.table.groups()) + 1);
        let (next, count) = self.table.take(from, budget, |at, slot| self.listed.put(at, slot));
        self.listed.count = count;
        next
    }

    /// As `take`, but the groups stay.
    pub fn read(&self, from: usize, budget: usize) -> (Option<usize>, Listed) {
        let mut listed = Listed::new(self.table.stride());
        listed.make_room(budget.min(self.table.groups()) + 1);
        let (next, count) = self.table.read(from, budget, |at, slot| listed.put(at, slot));
        listed.count = count;
        (next, listed)
    }

    /// Whether the table is larger than `groups` groups are worth.
    pub fn is_oversized_for(&self, groups: usize) -> bool {
        self.table.is_oversized_for(groups)
    }
}

impl Listed {
    fn new(stride: usize) -> Self {
        Self { words: vec![Vec::new(); stride - 1], keys: Vec::new(), count: 0, new: Vec::new() }
    }

    #[inline]
    fn put(&mut self, at: usize, slot: &[u64]) {
        let Self { words, keys, .. } = self;
        words[ROWS][at] = slot[ROWS];
        words[FIRST_FUNCTION..].iter_mut().zip(&slot[FIRST_FUNCTION..]).for_each(|(list, word)| list[at] = *word);
        keys[at] = slot[slot.len() - 1];
    }

    fn make_room(&mut self, groups: usize) {
        if self.keys.len() < groups {
            let lists = self.words.iter_mut().enumerate().filter(|(at, _)| *at != MARK).map(|(_, list)| list);
            lists.chain([&mut self.keys]).for_each(|list| list.resize(groups, 0));
        }
    }

    /// How many groups are listed.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Their words.
    pub fn groups(&self) -> GroupWords<'_> {
        GroupWords::Columns(&self.words, self.count)
    }

    /// How many rows each has.
    pub fn rows(&self) -> Vec<i64> {
        self.groups().map(ROWS, |rows| rows as i64)
    }

    /// Copies the words of one group, as many as `row` has, but for its mark.
    pub fn copy_to(&self, at: usize, row: &mut [u64]) {
        let lists = row.iter_mut().zip(&self.words).enumerate().filter(|(word, _)| *word != MARK);
        lists.for_each(|(_, (word, list))| *word = list[at]);
    }

    /// What the batch did to each: made it or changed it.
    pub fn kinds(&self) -> Vec<RowKind> {
        let mut kinds = vec![RowKind::UpdateAfter; self.count];
        self.new.iter().for_each(|at| kinds[*at as usize] = RowKind::Insert);
        kinds
    }
}

fn each<'a, const S: usize>(steps: &'a [RowOp<'a>]) -> impl Fn(&mut [u64; S], usize) + Copy + 'a {
    |slot, row| steps.iter().for_each(|step| step.apply(slot, row))
}

/// The keys as numbers of 64 bits. Hot: once per row, for those that are not.
fn whole_numbers<'a>(key: &'a Column, wide: &'a mut Vec<i64>) -> &'a [i64] {
    wide.clear();
    match &key.values {
        Values::I64(v) => return v,
        Values::I32(v) => wide.extend(v.iter().map(|n| i64::from(*n))),
        Values::I16(v) => wide.extend(v.iter().map(|n| i64::from(*n))),
        Values::I8(v) => wide.extend(v.iter().map(|n| i64::from(*n))),
        values => unreachable!("keys of whole numbers, not of {:?}", values.representation()),
    }
    wide
}

/// Counts each row, or those that it stands for, and takes a step.
struct Count<C, F> {
    count: C,
    step: F,
}

impl<const S: usize, C: Fn(usize) -> u64, F: Fn(&mut [u64; S], usize)> SlotVisitor<S> for Count<C, F> {
    #[inline(always)]
    fn visit(&mut self, row: usize, _key: u64, slot: &mut [u64; S]) {
        slot[ROWS] += (self.count)(row);
        (self.step)(slot, row);
    }

    fn admitted(&mut self) {}
}

/// As `Count`, and lists the group, once a batch.
struct List<'a, const W: usize, C, F> {
    rows: &'a mut [u64],
    functions: [&'a mut [u64]; W],
    keys: &'a mut [u64],
    epoch: u64,
    listed: usize,
    new: &'a mut Vec<u32>,
    count: C,
    step: F,
}

impl<const S: usize, const W: usize, C, F> SlotVisitor<S> for List<'_, W, C, F>
where
    C: Fn(usize) -> u64,
    F: Fn(&mut [u64; S], usize),
{
    #[inline(always)]
    fn visit(&mut self, row: usize, key: u64, slot: &mut [u64; S]) {
        slot[ROWS] += (self.count)(row);
        (self.step)(slot, row);
        // Without a branch, because whether a group was met before in its batch is anybody's guess: marks of older batches are below.
        let (listed_at, is_unlisted) = slot[MARK].overflowing_sub(self.epoch);
        let at = if is_unlisted { self.listed } else { listed_at as usize };
        self.listed += usize::from(is_unlisted);
        slot[MARK] = self.epoch + at as u64;
        self.rows[at] = slot[ROWS];
        self.functions.iter_mut().zip(&slot[FIRST_FUNCTION..]).for_each(|(list, word)| list[at] = *word);
        self.keys[at] = key;
    }

    // Were it called, the visitor would have an address, and its count would stand in memory.
    #[inline(always)]
    fn admitted(&mut self) {
        self.new.push(self.listed as u32 - 1);
    }
}

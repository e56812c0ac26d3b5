//! One input of a join: its different rows, how often each is there, and the rows of each key as a list.
//!
//! ```text
//!   heads[key] -> row <-> row <-> row        row: | count | matches | next | prev |     values: by number in `rows`
//! ```
//! Rows that are equal in all columns are one row with a count, so that a deletion finds its row by one look into a table.

use super::JoinInput;
use crate::batch::{Column, Selection};
use crate::state::{Aging, GroupTable};
use crate::types::{DataType, Nanos};

/// The number of no row and of no key.
pub const NONE: u32 = u32::MAX;

/// The rows of one input.
pub struct Side {
    /// Key columns of the input.
    pub keys: Vec<usize>,
    /// Types of the columns of the input.
    pub types: Vec<DataType>,
    /// Columns that are given out.
    pub given: Vec<usize>,
    rows: GroupTable,
    /// By number in `rows`.
    entries: Vec<Entry>,
    /// By number of a key: the row that came last.
    heads: Vec<u32>,
    /// Rows in the order in which they last came, where they are forgotten after a time.
    aging: Option<Aging>,
}

/// What belongs to a row.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// How often it is there; 0 for a number that is only reserved.
    count: u64,
    /// Rows of the other input that it meets.
    matches: u64,
    key: u32,
    next: u32,
    prev: u32,
}

const RESERVED: Entry = Entry { count: 0, matches: 0, key: NONE, next: NONE, prev: NONE };

impl Side {
    /// No rows; each is forgotten when it has not come for so long.
    pub fn new(input: JoinInput, ttl: Option<Nanos>) -> Self {
        let JoinInput { keys, types, given } = input;
        let rows = GroupTable::new(&types);
        Self { keys, types, given, rows, entries: Vec::new(), heads: Vec::new(), aging: ttl.map(Aging::new) }
    }

    /// Makes room for keys up to this number.
    pub fn reserve_keys(&mut self, bound: usize) {
        if self.heads.len() < bound {
            self.heads.resize(bound, NONE);
        }
    }

    /// Writes the number of each selected row of a batch to `out[row]`, reserving numbers for rows that are not there. Hot: once per batch.
    pub fn number(&mut self, columns: &[Column], rows: usize, selection: &Selection, hashes: &mut Vec<u64>, out: &mut Vec<u32>) {
        let columns: Vec<&Column> = columns.iter().collect();
        self.rows.group_ids(&columns, rows, selection, hashes, out);
        self.entries.resize(self.rows.bound(), RESERVED);
    }

    /// The rows of a key, the newest first.
    pub fn of_key(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |row: u32| (row != NONE).then_some(row);
        let first = self.heads.get(key as usize).copied().and_then(some);
        std::iter::successors(first, move |row| some(self.entries[*row as usize].next))
    }

    /// How often a row is there.
    pub fn count(&self, row: u32) -> u64 {
        self.entries[row as usize].count
    }

    /// A row of the other input has come that this one meets; says whether it is the first.
    pub fn meet(&mut self, row: u32) -> bool {
        let matches = &mut self.entries[row as usize].matches;
        *matches += 1;
        *matches == 1
    }

    /// A row of the other input has gone that this one met; says whether it was the last.
    pub fn part(&mut self, row: u32) -> bool {
        let matches = &mut self.entries[row as usize].matches;
        *matches -= 1;
        *matches == 0
    }

    /// The row has come, meeting so many.
    pub fn add(&mut self, key: u32, row: u32, matches: u64) {
        let entry = &mut self.entries[row as usize];
        entry.count += 1;
        if let Some(aging) = &mut self.aging {
            aging.touch(row);
        }
        if entry.count > 1 {
            return;
        }
        let next = std::mem::replace(&mut self.heads[key as usize], row);
        (entry.matches, entry.key, entry.next, entry.prev) = (matches, key, next, NONE);
        if next != NONE {
            self.entries[next as usize].prev = row;
        }
    }

    /// The row, which is there, has gone.
    pub fn take(&mut self, row: u32) {
        let entry = &mut self.entries[row as usize];
        entry.count -= 1;
        if entry.count > 0 {
            return;
        }
        let Entry { key, next, prev, .. } = *entry;
        *entry = RESERVED;
        if let Some(aging) = &mut self.aging {
            aging.remove(row);
        }
        match prev {
            NONE => self.heads[key as usize] = next,
            prev => self.entries[prev as usize].next = next,
        }
        if next != NONE {
            self.entries[next as usize].prev = prev;
        }
    }

    /// Now it is `stamp`, or later.
    pub fn advance(&mut self, stamp: Nanos) {
        if let Some(aging) = &mut self.aging {
            aging.advance(stamp);
        }
    }

    /// Forgets a row that has not come for too long, if there is one; gives its key.
    pub fn take_old(&mut self) -> Option<u32> {
        let row = self.aging.as_mut()?.take_old()?;
        let key = self.entries[row as usize].key;
        self.forget_row(row);
        Some(key)
    }

    /// Forgets the rows of a key.
    pub fn forget(&mut self, key: u32) {
        let rows: Vec<u32> = self.of_key(key).collect();
        rows.into_iter().for_each(|row| self.forget_row(row));
    }

    /// Forgets a row, however often it is there.
    fn forget_row(&mut self, row: u32) {
        self.entries[row as usize].count = 1;
        self.take(row);
        self.rows.remove(row);
    }

    /// Forgets all rows, for good.
    pub fn clear(&mut self) {
        self.rows = GroupTable::new(&self.types);
        (self.entries, self.aging) = (Vec::new(), None);
        self.heads.fill(NONE);
    }

    /// Whether no row has this key.
    pub fn is_without(&self, key: u32) -> bool {
        self.heads[key as usize] == NONE
    }

    /// Gives back the numbers of those rows that are not there.
    pub fn sweep(&mut self, rows: impl Iterator<Item = u32>) {
        for row in rows {
            if self.count(row) == 0 && self.rows.is_live(row) {
                self.rows.remove(row);
            }
        }
    }

    /// Whether there is no row.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The values of all rows, by number.
    pub fn columns(&self) -> &[Column] {
        self.rows.keys()
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.rows.state_bytes()
            + self.entries.capacity() * size_of::<Entry>()
            + self.heads.capacity() * size_of::<u32>()
            + self.aging.as_ref().map_or(0, Aging::state_bytes)
    }
}

//! Partitions and their rows, as far as a search can still reach them.

use super::attempt::Attempt;
use crate::batch::{Column, Selection};
use crate::operator::over::Sequence;
use crate::state::GroupTable;
use crate::types::{DataType, EventTime};

/// Idle partitions from which they are worth being looked through, if they are half of all.
const IDLE_MIN: usize = 1024;

/// One partition.
pub struct Partition {
    /// Its rows, columns of the input.
    pub rows: Sequence,
    /// Position where the next search begins.
    pub next: usize,
    /// Position of the next row to be fed to the search there is.
    pub fed: usize,
    /// The search.
    pub attempt: Option<Attempt>,
    /// Matches so far.
    pub matches: i64,
    /// Behind the last row of a match.
    pub matched: usize,
    /// Behind the last row for which a condition failed.
    pub failed: usize,
    /// Time of the row with which the next match can begin, as it was noted last,
    pub since: Option<EventTime>,
    /// and of the end of the search.
    pub end: Option<EventTime>,
}

impl Partition {
    fn new(types: &[DataType]) -> Partition {
        let rows = Sequence::new(types);
        Partition { rows, next: 0, fed: 0, attempt: None, matches: 0, matched: 0, failed: 0, since: None, end: None }
    }

    /// Whether nothing is left of it that a search needs.
    pub fn is_idle(&self) -> bool {
        self.attempt.is_none() && self.next >= self.rows.len()
    }

    fn state_bytes(&self) -> usize {
        let attempt = self.attempt.as_ref().map_or(0, Attempt::state_bytes);
        size_of::<Partition>() + self.rows.state_bytes() + attempt
    }
}

/// The partitions of one shard.
pub struct Partitions {
    keys: Vec<usize>,
    types: Vec<DataType>,
    table: GroupTable,
    by_number: Vec<Partition>,
    hashes: Vec<u64>,
    /// By row of the batch looked up last.
    found: Vec<u32>,
    /// Those that were idle when they were last looked at.
    idle: Vec<u32>,
}

impl Partitions {
    /// None, of rows with columns of these types.
    pub fn new(keys: &[usize], types: &[DataType]) -> Partitions {
        let key_types: Vec<DataType> = keys.iter().map(|key| types[*key].clone()).collect();
        Partitions {
            keys: keys.to_vec(),
            types: types.to_vec(),
            table: GroupTable::new(&key_types),
            by_number: Vec::new(),
            hashes: Vec::new(),
            found: Vec::new(),
            idle: Vec::new(),
        }
    }

    /// Finds the partitions of rows. Hot: once per batch.
    pub fn look_up(&mut self, columns: &[Column], rows: usize) -> &[u32] {
        let keys: Vec<&Column> = self.keys.iter().map(|key| &columns[*key]).collect();
        self.table.group_ids(&keys, rows, &Selection::All(rows), &mut self.hashes, &mut self.found);
        let made = |_| Partition::new(&self.types);
        self.by_number.extend((self.by_number.len()..self.table.bound()).map(made));
        &self.found
    }

    /// The partitions found last, by row.
    pub fn looked_up(&self) -> &[u32] {
        &self.found
    }

    /// Adds rows to their partitions, each of which is named once. Hot: once per batch.
    pub fn add(&mut self, columns: &[Column], rows: usize) -> Vec<u32> {
        self.look_up(columns, rows);
        let columns: Vec<&Column> = columns.iter().collect();
        for (row, partition) in self.found.iter().enumerate() {
            self.by_number[*partition as usize].rows.push(&columns, row, 0);
        }
        let mut touched = self.found.clone();
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    /// One of them.
    pub fn at(&self, number: u32) -> &Partition {
        &self.by_number[number as usize]
    }

    /// One of them.
    pub fn at_mut(&mut self, number: u32) -> &mut Partition {
        &mut self.by_number[number as usize]
    }

    /// Forgets one.
    pub fn forget(&mut self, number: u32) {
        self.by_number[number as usize] = Partition::new(&self.types);
        self.table.remove(number);
    }

    /// Notes which of these are idle, and forgets those that have stayed so once they are many.
    pub fn rest(&mut self, touched: &[u32]) {
        let is_idle = |number: &&u32| self.by_number[**number as usize].is_idle();
        self.idle.extend(touched.iter().filter(is_idle));
        if self.idle.len() < IDLE_MIN.max(self.table.len() / 2) {
            return;
        }
        for number in std::mem::take(&mut self.idle) {
            let this = &self.by_number[number as usize];
            if this.is_idle() && this.rows.len() > 0 && self.table.is_live(number) {
                self.forget(number);
            }
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.table.state_bytes() + self.by_number.iter().map(Partition::state_bytes).sum::<usize>()
    }
}

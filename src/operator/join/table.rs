//! The rows of a table in which others are looked up, by key: all of them, or the newest of each key.

use smallvec::SmallVec;

use super::side::NONE;
use super::{JoinInput, known_keys};
use crate::batch::{Batch, Column, Selection};
use crate::error::Result;
use crate::operator::{Output, set_aside};
use crate::state::{GroupTable, Slab, cell};
use crate::types::DataType;
use crate::types::relation::{LookupRows, OnError};

/// A table on one shard.
pub struct Table {
    held: LookupRows,
    on_error: OnError,
    keys: GroupTable,
    /// By key: places of its rows.
    lists: Vec<SmallVec<[u32; 2]>>,
    rows: Slab,
    hashes: Vec<u64>,
    numbers: Vec<u32>,
}

impl Table {
    /// Without rows, of an input like this one.
    pub fn new(input: &JoinInput, held: LookupRows, on_error: OnError) -> Self {
        let key_types: Vec<DataType> = input.keys.iter().map(|key| input.types[*key].clone()).collect();
        Table {
            held,
            on_error,
            keys: GroupTable::new(&key_types),
            lists: Vec::new(),
            rows: Slab::new(&input.types),
            hashes: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// Takes rows of `input`. Hot: once per batch.
    pub fn learn(&mut self, batch: &Batch, input: &JoinInput, out: &mut Output) -> Result<()> {
        let columns: Vec<&Column> = input.keys.iter().map(|key| &batch.columns[*key]).collect();
        let known = known_keys(&columns, &Selection::All(batch.rows()));
        self.keys.group_ids(&columns, batch.rows(), &known, &mut self.hashes, &mut self.numbers);
        self.lists.resize_with(self.keys.bound(), SmallVec::new);
        let all: Vec<u32> = known.iter().map(|row| row as u32).collect();
        let mut places = Vec::new();
        self.rows.put(batch.columns.iter(), &all, &mut places);
        for (row, place) in known.iter().zip(places) {
            let key = self.numbers[row] as usize;
            let comes = batch.kind(row).sign() > 0;
            if let (LookupRows::Newest, true) = (self.held, comes) {
                self.lists[key].drain(..).for_each(|old| self.rows.remove(old));
            }
            if comes {
                self.lists[key].push(place);
                continue;
            }
            match self.place_of(key, place) {
                Some(at) => self.rows.remove(self.lists[key].swap_remove(at)),
                None => set_aside(batch, row, &input.types, "a row is taken back that is not there", self.on_error, out)?,
            }
            self.rows.remove(place);
        }
        for key in known.iter().map(|row| self.numbers[row]) {
            if self.lists[key as usize].is_empty() && self.keys.is_live(key) {
                self.keys.remove(key);
            }
        }
        Ok(())
    }

    /// Which row of a key the one at `place` takes back.
    fn place_of(&self, key: usize, place: u32) -> Option<usize> {
        let stored = self.rows.columns();
        let same = |other: u32| stored.iter().all(|column| cell::equal(column, other as usize, column, place as usize));
        match self.held {
            LookupRows::Newest => self.lists[key].len().checked_sub(1),
            LookupRows::All => self.lists[key].iter().position(|other| same(*other)),
        }
    }

    /// Finds the keys in these columns of `rows` rows; what they hold is then given by `of_row`. Hot: once per batch.
    pub fn find(&mut self, columns: &[&Column], rows: usize) {
        let known = known_keys(columns, &Selection::All(rows));
        self.numbers.resize(rows, NONE);
        self.keys.find_ids(columns, &known, NONE, &mut self.hashes, &mut self.numbers);
    }

    /// Places of the rows that have the key of this row. Hot: once per row.
    pub fn of_row(&self, row: usize) -> &[u32] {
        match self.numbers[row] {
            NONE => &[],
            key => &self.lists[key as usize],
        }
    }

    /// The columns of its rows, by place.
    pub fn columns(&self) -> &[Column] {
        self.rows.columns()
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let lists = self.lists.capacity() * size_of::<SmallVec<[u32; 2]>>();
        self.keys.state_bytes() + self.rows.state_bytes() + lists
    }
}

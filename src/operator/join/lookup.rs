//! Join of rows with what a table holds when they come: a lookup join, or a temporal join by processing time.
//!
//! The rows of the right input are kept by key: all of them, or, where the table says by its primary key what replaces what, the newest.
//! Rows of the left input are not kept; where the table is read once from its start to its end, they wait until it is there.

use smallvec::SmallVec;

use super::pairs::{Found, PairFilter};
use super::side::NONE;
use super::{JoinInput, PAIRS_AT_ONCE, known_keys};
use crate::batch::{Batch, Column, Selection};
use crate::error::Result;
use crate::operator::{Operator, Output, set_aside};
use crate::state::{GroupTable, Slab, cell};
use crate::types::DataType;
use crate::types::relation::{JoinKind, Lookup, LookupRows, OnError};

/// A lookup join on one shard.
pub struct LookupJoin {
    kind: JoinKind,
    on_error: OnError,
    lookup: Lookup,
    filter: Option<PairFilter>,
    left: JoinInput,
    right: JoinInput,
    keys: GroupTable,
    /// By key: places of its rows.
    lists: Vec<SmallVec<[u32; 2]>>,
    rows: Slab,
    /// Rows of the left input that wait for the table.
    waiting: Vec<Batch>,
    hashes: Vec<u64>,
    numbers: Vec<u32>,
    found: Found,
}

impl LookupJoin {
    /// Without rows. `filter` is over the columns of the left input, followed by those of the right one.
    pub fn new(
        kind: JoinKind,
        [left, right]: [JoinInput; 2],
        lookup: Lookup,
        filter: Option<PairFilter>,
        on_error: OnError,
    ) -> Self {
        let key_types: Vec<DataType> = right.keys.iter().map(|key| right.types[*key].clone()).collect();
        LookupJoin {
            kind,
            on_error,
            lookup,
            filter,
            keys: GroupTable::new(&key_types),
            lists: Vec::new(),
            rows: Slab::new(&right.types),
            left,
            right,
            waiting: Vec::new(),
            hashes: Vec::new(),
            numbers: Vec::new(),
            found: Found::default(),
        }
    }

    /// Takes rows of the table. Hot: once per batch.
    fn learn(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        let columns: Vec<&Column> = self.right.keys.iter().map(|key| &batch.columns[*key]).collect();
        let known = known_keys(&columns, &Selection::All(batch.rows()));
        self.keys.group_ids(&columns, batch.rows(), &known, &mut self.hashes, &mut self.numbers);
        self.lists.resize_with(self.keys.bound(), SmallVec::new);
        let all: Vec<u32> = known.iter().map(|row| row as u32).collect();
        let mut places = Vec::new();
        self.rows.put(batch.columns.iter(), &all, &mut places);
        for (row, place) in known.iter().zip(places) {
            let key = self.numbers[row] as usize;
            let comes = batch.kind(row).sign() > 0;
            if let (LookupRows::Newest, true) = (self.lookup.rows, comes) {
                self.lists[key].drain(..).for_each(|old| self.rows.remove(old));
            }
            if comes {
                self.lists[key].push(place);
                continue;
            }
            let stored = self.rows.columns();
            let same = |other: u32| stored.iter().all(|column| cell::equal(column, other as usize, column, place as usize));
            let at = match self.lookup.rows {
                LookupRows::Newest => self.lists[key].len().checked_sub(1),
                LookupRows::All => self.lists[key].iter().position(|other| same(*other)),
            };
            match at {
                Some(at) => self.rows.remove(self.lists[key].swap_remove(at)),
                None => set_aside(batch, row, &self.right.types, "a row is taken back that is not there", self.on_error, out)?,
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

    /// Gives out rows of the left input beside those of the table. Hot: once per batch.
    fn look_up(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        let columns: Vec<&Column> = self.left.keys.iter().map(|key| &batch.columns[*key]).collect();
        let known = known_keys(&columns, &Selection::All(batch.rows()));
        self.numbers.resize(batch.rows(), NONE);
        self.keys.find_ids(&columns, &known, NONE, &mut self.hashes, &mut self.numbers);
        let mut from = 0;
        while from < batch.rows() {
            self.found.clear();
            let mut to = from;
            while to < batch.rows() && self.found.len() < PAIRS_AT_ONCE {
                if self.numbers[to] != NONE {
                    self.found.extend(to, self.lists[self.numbers[to] as usize].iter().copied());
                }
                to += 1;
            }
            if let Some(filter) = &mut self.filter {
                let mine: Vec<&Column> = batch.columns.iter().collect();
                let other: Vec<&Column> = self.rows.columns().iter().collect();
                filter.keep(0, [&mine, &other], batch.last_stamp(), &mut self.found, self.on_error, out)?;
            }
            self.give(batch, from..to, out);
            from = to;
        }
        Ok(())
    }

    fn give(&mut self, batch: &Batch, rows: std::ops::Range<usize>, out: &mut Output) {
        let (mut left, mut right) = (self.found.own().to_vec(), self.found.other().to_vec());
        if self.kind.gives_unmatched(0) {
            (left, right) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
            for row in rows {
                let before = right.len();
                right.extend(self.found.of_row(row));
                if right.len() == before {
                    right.push(NONE);
                }
                left.resize(right.len(), row as u32);
            }
        }
        let mine = self.left.given.iter().map(|at| batch.columns[*at].gather_rows(&left));
        let given = self.right.given.iter();
        let other = given.map(|at| self.rows.columns()[*at].gather_or_null(&right, NONE, &self.right.types[*at]));
        let columns: Vec<Column> = mine.chain(other).collect();
        out.emit(batch.gather_around(columns, &Selection::Rows(left)));
    }
}

impl Operator for LookupJoin {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.process_input(0, batch, out)
    }

    fn process_input(&mut self, input: usize, batch: Batch, out: &mut Output) -> Result<()> {
        match input {
            1 => self.learn(&batch, out),
            _ if self.lookup.waits => {
                self.waiting.push(batch);
                Ok(())
            }
            _ => self.look_up(&batch, out),
        }
    }

    fn input_ended(&mut self, input: usize, out: &mut Output) -> Result<()> {
        if input == 1 && std::mem::replace(&mut self.lookup.waits, false) {
            for batch in std::mem::take(&mut self.waiting) {
                self.look_up(&batch, out)?;
            }
        }
        Ok(())
    }

    fn state_bytes(&self) -> usize {
        let lists = self.lists.capacity() * size_of::<SmallVec<[u32; 2]>>();
        let waiting = self.waiting.iter().flat_map(|batch| &batch.columns).map(Column::memory_bytes).sum::<usize>();
        self.keys.state_bytes() + self.rows.state_bytes() + lists + waiting
    }
}

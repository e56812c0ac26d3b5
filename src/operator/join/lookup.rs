//! Join of rows with what a table holds when they come: a lookup join, or a temporal join by processing time.
//!
//! Rows of the left input are not kept; where the table is read from its start to its end, they wait until it is there. A table that is read
//! again is gathered beside the one that is there, and takes its place as a whole when all of it has come; nobody waits for that.

use super::pairs::{Found, PairFilter};
use super::side::NONE;
use super::table::Table;
use super::{JoinInput, PAIRS_AT_ONCE};
use crate::batch::{Batch, Column, Load, Selection};
use crate::error::Result;
use crate::operator::{Operator, Output};
use crate::types::relation::{Filling, JoinKind, Lookup, OnError};

/// A lookup join on one shard.
pub struct LookupJoin {
    kind: JoinKind,
    on_error: OnError,
    lookup: Lookup,
    filter: Option<PairFilter>,
    left: JoinInput,
    right: JoinInput,
    /// What rows are looked up in.
    table: Table,
    /// Of a table that is read again and again: what has come of the reading at hand.
    coming: Option<Table>,
    /// Rows of the left input that wait for the table; `None` once it is there.
    waiting: Option<Vec<Batch>>,
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
        let table = Table::new(&right, lookup.rows, on_error);
        let waiting = (lookup.filling != Filling::AsItGoes).then(Vec::new);
        LookupJoin { kind, on_error, lookup, filter, left, right, table, coming: None, waiting, found: Found::default() }
    }

    /// Takes rows of the table. Hot: once per batch.
    fn learn(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        let Self { lookup, right, table, coming, on_error, .. } = self;
        let table = match lookup.filling {
            Filling::AsItGoes | Filling::Once => table,
            Filling::Again(_) => coming.get_or_insert_with(|| Table::new(right, lookup.rows, *on_error)),
        };
        table.learn(batch, right, out)
    }

    /// Gives out rows of the left input beside those of the table. Hot: once per batch.
    fn look_up(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        let columns: Vec<&Column> = self.left.keys.iter().map(|key| &batch.columns[*key]).collect();
        self.table.find(&columns, batch.rows());
        let mut from = 0;
        while from < batch.rows() {
            self.found.clear();
            let mut to = from;
            while to < batch.rows() && self.found.len() < PAIRS_AT_ONCE {
                self.found.extend(to, self.table.of_row(to).iter().copied());
                to += 1;
            }
            if let Some(filter) = &mut self.filter {
                let mine: Vec<&Column> = batch.columns.iter().collect();
                let other: Vec<&Column> = self.table.columns().iter().collect();
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
        let other = given.map(|at| self.table.columns()[*at].gather_or_null(&right, NONE, &self.right.types[*at]));
        let columns: Vec<Column> = mine.chain(other).collect();
        out.emit(batch.gather_around(columns, &Selection::Rows(left)));
    }

    /// The table is there: nobody waits any more.
    fn look_up_waiting(&mut self, out: &mut Output) -> Result<()> {
        for batch in self.waiting.take().unwrap_or_default() {
            self.look_up(&batch, out)?;
        }
        Ok(())
    }
}

impl Operator for LookupJoin {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.process_input(0, batch, out)
    }

    fn process_input(&mut self, input: usize, batch: Batch, out: &mut Output) -> Result<()> {
        match (input, &mut self.waiting) {
            (1, _) => self.learn(&batch, out),
            (_, Some(waiting)) => {
                waiting.push(batch);
                Ok(())
            }
            (_, None) => self.look_up(&batch, out),
        }
    }

    fn input_ended(&mut self, input: usize, out: &mut Output) -> Result<()> {
        match input {
            1 => self.look_up_waiting(out),
            _ => Ok(()),
        }
    }

    fn table_read(&mut self, load: Load, out: &mut Output) -> Result<()> {
        let coming = self.coming.take();
        if load == Load::Broken {
            return Ok(());
        }
        // Without a row it is empty now.
        self.table = coming.unwrap_or_else(|| Table::new(&self.right, self.lookup.rows, self.on_error));
        self.look_up_waiting(out)
    }

    fn state_bytes(&self) -> usize {
        let waiting = self.waiting.iter().flatten().flat_map(|batch| &batch.columns).map(Column::memory_bytes).sum::<usize>();
        self.table.state_bytes() + self.coming.as_ref().map_or(0, Table::state_bytes) + waiting
    }
}

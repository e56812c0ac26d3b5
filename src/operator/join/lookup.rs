//! Join of rows with what a table holds when they come: a lookup join, or a temporal join by processing time.
//!
//! Rows of the left input are not kept; where the table is read from its start to its end, they wait until it is there. A table that is read
//! again is gathered beside the one that is there, and takes its place as a whole when all of it has come; nobody waits for that.
//!
//! Rows of the left input may be taken back: beside what they met when they came (see `remembered`), or, where the table does not change any more, beside
//! what they meet when they go. What is given out for them is +I and -D, since the row that takes the place of another need not meet as many.

use super::pairs::{Found, PairFilter};
use super::remembered::{Remembered, Taken};
use super::side::NONE;
use super::table::Table;
use super::{JoinInput, PAIRS_AT_ONCE};
use crate::batch::{Batch, Column, Load, RowKind, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::operator::{Operator, Output, Progress, set_aside};
use crate::types::relation::{Deadline, Filling, JoinKind, Lookup, OnError, Recall};
use crate::types::{DataType, Nanos};

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
    /// What was given out beside each row of the left input, where it is remembered.
    remembered: Option<Remembered>,
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
        let (coming, found) = (None, Found::default());
        let join = LookupJoin { kind, on_error, lookup, filter, left, right, table, coming, waiting, remembered: None, found };
        if lookup.recall == Recall::Remembers { join.remembering(None, None) } else { join }
    }

    /// The same, which forgets rows of the left input that have not come or gone for so long, or that are over by this column of theirs.
    #[must_use]
    pub fn remembering(self, ttl: Option<Nanos>, deadline: Option<Deadline>) -> Self {
        let met: Vec<DataType> = self.right.given.iter().map(|column| self.right.types[*column].clone()).collect();
        Self { remembered: Some(Remembered::new(&self.left.types, &met, ttl, deadline)), ..self }
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
        if let Some(remembered) = &mut self.remembered {
            remembered.look_up(batch);
        }
        let mut from = 0;
        while from < batch.rows() {
            self.found.clear();
            let mut to = from;
            while to < batch.rows() && self.found.len() < PAIRS_AT_ONCE {
                if self.remembered.is_none() || batch.kind(to).sign() > 0 {
                    self.found.extend(to, self.table.of_row(to).iter().copied());
                }
                to += 1;
            }
            if let Some(filter) = &mut self.filter {
                let mine: Vec<&Column> = batch.columns.iter().collect();
                let other: Vec<&Column> = self.table.columns().iter().collect();
                filter.keep(0, [&mine, &other], batch.last_stamp(), &mut self.found, self.on_error, out)?;
            }
            match self.remembered.is_some() {
                true => self.give_remembered(batch, from..to, out)?,
                false => self.give(batch, from..to, out),
            }
            from = to;
        }
        self.remembered.iter_mut().for_each(Remembered::sweep);
        Ok(())
    }

    /// Gives out what rows meet that come, and takes back what those met that go.
    fn give_remembered(&mut self, batch: &Batch, rows: std::ops::Range<usize>, out: &mut Output) -> Result<()> {
        let Some(remembered) = &mut self.remembered else { return Ok(()) };
        let (mut places, mut taken) = (Vec::new(), Taken::default());
        let met = self.right.given.iter().map(|column| self.table.columns()[*column].gather_rows(self.found.other()));
        remembered.keep(&met.collect::<Vec<Column>>(), self.found.len(), &mut places);
        let (mut places, alone) = (places.as_slice(), if self.kind.gives_unmatched(0) { &[NONE][..] } else { &[] });
        for row in rows {
            if batch.kind(row).sign() < 0 {
                remembered.go(row, &mut taken);
                continue;
            }
            let (met, rest) = places.split_at(self.found.of_row(row).count());
            remembered.come(row, if met.is_empty() { alone } else { met }, &mut taken);
            places = rest;
        }
        let mine = self.left.given.iter().map(|at| batch.columns[*at].gather_rows(&taken.own));
        let types = self.right.given.iter().map(|column| &self.right.types[*column]);
        let other = remembered.columns().iter().zip(types).map(|(column, of)| column.gather_or_null(&taken.others, NONE, of));
        let columns: Vec<Column> = mine.chain(other).collect();
        let mut given = batch.gather_around(columns, &Selection::Rows(taken.own));
        given.kinds = Some(taken.kinds);
        out.emit(given);
        for row in taken.strays {
            set_aside(batch, row, &self.left.types, "a row is taken back that is not there", self.on_error, out)?;
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
        let mut given = batch.gather_around(columns, &Selection::Rows(left));
        for kind in given.kinds.iter_mut().flatten() {
            *kind = if kind.sign() > 0 { RowKind::Insert } else { RowKind::Delete };
        }
        out.emit(given);
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

    fn watermark(&mut self, watermark: Watermark, _out: &mut Output) -> Result<Progress> {
        let all = self.remembered.as_mut().is_none_or(|remembered| remembered.pass(watermark.time, TIMER_ROWS_PER_TURN));
        Ok(if all { Progress::Done } else { Progress::More })
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
        let tables = self.table.state_bytes() + self.coming.as_ref().map_or(0, Table::state_bytes);
        tables + waiting + self.remembered.as_ref().map_or(0, Remembered::state_bytes)
    }
}

//! Join of two inputs that keeps the rows of both: each batch of one meets what is there of the other, and what that does to the
//! result is given out at once. Both inputs may take rows back.
//!
//! A row that some kinds of join give out by itself (of an outer input, of NOT EXISTS) as long as it meets no other is taken back when the
//! first comes that it meets, and given out again when the last of them goes; for that a row counts those it meets. A batch is
//! taken in two steps: all pairs of equal keys that satisfy the rest of the condition, by columns; then row by row what changes.
//!
//! Where one of the keys says when its rows are over (the end of a window), the key is forgotten with them then; nothing is given out for it.
//!
//! Once an input has ended, the rows of the other are kept only if they may be taken back: nothing comes that they could meet.

mod lookup;
mod pairs;
mod remembered;
mod side;
mod table;
mod timed;
mod versioned;
#[cfg(test)]
mod tests;

pub use self::lookup::LookupJoin;
pub use self::pairs::PairFilter;
use self::pairs::{Found, Given};
use self::side::{NONE, Side};
pub use self::timed::{JoinClock, TimedJoin};
pub use self::versioned::VersionedJoin;
use super::deadlines::Deadlines;
use super::{Operator, Output, Progress, set_aside};
use crate::batch::{Batch, Column, Selection, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::state::GroupTable;
use crate::types::relation::{Deadline, JoinKind, OnError, Retracts};
use crate::types::{DataType, Nanos};

/// Pairs that are made at a time. A row that meets more makes them all at once.
const PAIRS_AT_ONCE: usize = 16_384;

/// One input of a join, as the plan has it.
pub struct JoinInput {
    /// Key columns: as many as of the other input, of the same types.
    pub keys: Vec<usize>,
    /// Types of its columns.
    pub types: Vec<DataType>,
    /// Its columns that are given out.
    pub given: Vec<usize>,
}

/// A join on one shard.
pub struct Join {
    kind: JoinKind,
    on_error: OnError,
    /// What must hold besides equal keys.
    filter: Option<PairFilter>,
    /// By input: whether its rows may be taken back.
    retracts: [Retracts; 2],
    /// By input: whether its rows are kept.
    kept: [bool; 2],
    /// Keys of which one of the inputs has rows.
    keys: GroupTable,
    sides: [Side; 2],
    /// Where keys are over when a time has passed, and stay until then: which of the key columns has it.
    until: Option<(usize, Deadlines)>,
    scratch: Scratch,
}

/// Vectors used anew for every batch.
#[derive(Default)]
struct Scratch {
    hashes: Vec<u64>,
    /// By row of the batch.
    keys: Vec<u32>,
    /// By row of the batch.
    rows: Vec<u32>,
    found: Found,
    given: Given,
}

impl Join {
    /// Without rows; those of each input are forgotten when they have not come for so long.
    pub fn new(
        kind: JoinKind,
        [left, right]: [JoinInput; 2],
        filter: Option<PairFilter>,
        ttl: [Option<Nanos>; 2],
        retracts: [Retracts; 2],
        on_error: OnError,
    ) -> Join {
        let key_types: Vec<DataType> = left.keys.iter().map(|key| left.types[*key].clone()).collect();
        Join {
            kind,
            on_error,
            filter,
            retracts,
            kept: [true; 2],
            keys: GroupTable::new(&key_types),
            sides: [Side::new(left, ttl[0]), Side::new(right, ttl[1])],
            until: None,
            scratch: Scratch::default(),
        }
    }

    /// The same, whose keys are over when the watermark has passed this one of them, by its number, and then forgotten with their rows.
    #[must_use]
    pub fn until(self, deadline: Option<Deadline>) -> Join {
        Join { until: deadline.map(|at| (at.column, Deadlines::new(at.after))), ..self }
    }

    /// Takes a batch of one input. Hot: once per batch.
    fn take(&mut self, own: usize, batch: &Batch, out: &mut Output) -> Result<()> {
        let mut scratch = std::mem::take(&mut self.scratch);
        self.age(batch.last_stamp());
        self.look_up(own, batch, &mut scratch);
        let mut from = 0;
        while from < batch.rows() {
            let to = self.find(1 - own, from, batch.rows(), &mut scratch);
            self.filter(own, batch, &mut scratch.found, out)?;
            for row in from..to {
                self.apply(own, batch, row, &mut scratch, out)?;
            }
            out.emit(self.result(own, batch, &mut scratch.given));
            from = to;
        }
        self.sweep(own, &scratch);
        self.scratch = scratch;
        Ok(())
    }

    /// Numbers of the keys and rows of a batch; `NONE` where a key is NULL, which is equal to nothing. Rows that are not kept have no number, and
    /// their keys one only where the other input has it.
    fn look_up(&mut self, own: usize, batch: &Batch, scratch: &mut Scratch) {
        let Scratch { hashes, keys, rows, .. } = scratch;
        let side = &mut self.sides[own];
        let columns: Vec<&Column> = side.keys.iter().map(|key| &batch.columns[*key]).collect();
        let all = Selection::All(batch.rows());
        let known = known_keys(&columns, &all);
        if !self.kept[own] {
            keys.resize(batch.rows(), NONE);
            self.keys.find_ids(&columns, &known, NONE, hashes, keys);
            rows.clear();
            rows.resize(batch.rows(), NONE);
            return;
        }
        let made = self.keys.made();
        self.keys.group_ids(&columns, batch.rows(), &known, hashes, keys);
        side.number(&batch.columns, batch.rows(), &known, hashes, rows);
        if let Selection::Rows(known) = &known {
            let mut known = known.iter().copied().peekable();
            for row in 0..batch.rows() {
                if known.next_if(|next| *next as usize == row).is_none() {
                    (keys[row], rows[row]) = (NONE, NONE);
                }
            }
        }
        if let Some((key, deadlines)) = &mut self.until {
            deadlines.note_new(columns[*key], keys, &self.keys, made);
        }
        self.sides.iter_mut().for_each(|side| side.reserve_keys(self.keys.bound()));
    }

    /// The rows of `other` that the rows from `from` on meet by their keys, until they are enough; gives the row to go on with.
    fn find(&self, other: usize, from: usize, rows: usize, scratch: &mut Scratch) -> usize {
        let Scratch { keys, found, .. } = scratch;
        found.clear();
        let mut row = from;
        while row < rows && found.len() < PAIRS_AT_ONCE {
            if keys[row] != NONE {
                found.extend(row, self.sides[other].of_key(keys[row]));
            }
            row += 1;
        }
        row
    }

    /// Keeps the pairs that satisfy the rest of the condition.
    fn filter(&mut self, own: usize, batch: &Batch, found: &mut Found, out: &mut Output) -> Result<()> {
        let Some(filter) = &mut self.filter else { return Ok(()) };
        let mine: Vec<&Column> = batch.columns.iter().collect();
        let other: Vec<&Column> = self.sides[1 - own].columns().iter().collect();
        filter.keep(own, [&mine, &other], batch.last_stamp(), found, self.on_error, out)
    }

    /// What one row does. Hot: once per row.
    fn apply(&mut self, own: usize, batch: &Batch, row: usize, scratch: &mut Scratch, out: &mut Output) -> Result<()> {
        let Scratch { keys, rows, found, given, .. } = scratch;
        let (key, number, comes) = (keys[row], rows[row], batch.kind(row).sign() > 0);
        let [left, right] = &mut self.sides;
        let (mine, others) = if own == 0 { (left, right) } else { (right, left) };
        if !comes && key != NONE && mine.count(number) == 0 {
            let reason = "a row is taken back that is not there";
            return set_aside(batch, row, &mine.types, reason, self.on_error, out);
        }
        let (alone, once) = (self.kind.gives_unmatched(1 - own), self.kind.gives_matched(1 - own));
        let mut met = 0;
        for other in found.of_row(row) {
            let count = others.count(other);
            met += count;
            if self.kind.gives_pairs() && !comes {
                given.add(row, Some(other), false, count);
            }
            if alone || once {
                let turns = if comes { others.meet(other) } else { others.part(other) };
                if turns {
                    given.add_other(row, other, comes == once, count);
                }
            }
            if self.kind.gives_pairs() && comes {
                given.add(row, Some(other), true, count);
            }
        }
        let by_itself = if met == 0 { self.kind.gives_unmatched(own) } else { self.kind.gives_matched(own) };
        if by_itself {
            given.add(row, None, comes, 1);
        }
        match (number, comes) {
            (NONE, _) => {}
            (_, true) => mine.add(key, number, met),
            (_, false) => mine.take(number),
        }
        Ok(())
    }

    /// The rows given out so far, as a batch.
    fn result(&self, own: usize, batch: &Batch, given: &mut Given) -> Batch {
        let mut columns = Vec::with_capacity(self.sides.iter().map(|side| side.given.len()).sum());
        for side in if self.kind.gives_pairs() { 0..2 } else { 0..1 } {
            let values = if side == own { batch.columns.as_slice() } else { self.sides[side].columns() };
            let rows = if side == own { given.own() } else { given.other() };
            let Side { given, types, .. } = &self.sides[side];
            columns.extend(given.iter().map(|at| values[*at].gather_or_null(rows, NONE, &types[*at])));
        }
        given.take(columns, batch)
    }

    /// Forgets rows that have not come for too long, by the time of the batch that comes now. Nothing is taken back for them.
    fn age(&mut self, now: Nanos) {
        for own in 0..2 {
            self.sides[own].advance(now);
            while let Some(key) = self.sides[own].take_old() {
                self.forget_if_empty(key);
            }
        }
    }

    /// Forgets all rows of an input, and the keys that only they had.
    fn forget_all(&mut self, own: usize) {
        self.sides[own].clear();
        for key in 0..self.keys.bound() as u32 {
            self.forget_if_empty(key);
        }
    }

    /// Forgets a key that no row has, unless it stays until it is over.
    fn forget_if_empty(&mut self, key: u32) {
        if self.until.is_none() && self.keys.is_live(key) && self.sides.iter().all(|side| side.is_without(key)) {
            self.keys.remove(key);
        }
    }

    /// Forgets keys and rows that are there no longer.
    fn sweep(&mut self, own: usize, scratch: &Scratch) {
        let numbers = |of: &[u32]| of.iter().copied().filter(|number| *number != NONE).collect::<Vec<u32>>();
        self.sides[own].sweep(numbers(&scratch.rows).into_iter());
        for key in numbers(&scratch.keys) {
            self.forget_if_empty(key);
        }
    }
}

/// The rows of a selection that have a value for each key.
fn known_keys(keys: &[&Column], rows: &Selection) -> Selection {
    match keys.iter().any(|key| key.has_nulls()) {
        true => rows.filter(|row| keys.iter().all(|key| !key.is_null(row))),
        false => rows.clone(),
    }
}

impl Operator for Join {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.process_input(0, batch, out)
    }

    fn process_input(&mut self, input: usize, batch: Batch, out: &mut Output) -> Result<()> {
        if batch.is_empty() { Ok(()) } else { self.take(input, &batch, out) }
    }

    fn input_ended(&mut self, input: usize, _: &mut Output) -> Result<()> {
        let other = 1 - input;
        if self.retracts[other] == Retracts::Never && std::mem::replace(&mut self.kept[other], false) {
            self.forget_all(other);
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, _out: &mut Output) -> Result<Progress> {
        let Some((_, deadlines)) = &mut self.until else { return Ok(Progress::Done) };
        deadlines.pass(watermark.time);
        for _ in 0..TIMER_ROWS_PER_TURN {
            let Some(key) = deadlines.next_over() else { return Ok(Progress::Done) };
            self.sides.iter_mut().for_each(|side| side.forget(key));
            self.keys.remove(key);
        }
        Ok(Progress::More)
    }

    fn state_bytes(&self) -> usize {
        let until = self.until.as_ref().map_or(0, |(_, deadlines)| deadlines.state_bytes());
        self.keys.state_bytes() + self.sides.iter().map(Side::state_bytes).sum::<usize>() + until
    }
}

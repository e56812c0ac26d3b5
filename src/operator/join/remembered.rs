//! What a lookup join has given out beside each row of its left input, so that it can take back just that when the row goes: the table may hold other
//! rows by then.
//!
//! ```text
//!   given[row]:  [place place] [place]      by number in `rows`; each time that the row is there, what it met then, the last time last
//! ```
//! With a time to live, a row that has not come or gone for so long is forgotten without a word. Where a column says when rows are over, they are
//! forgotten then.

use smallvec::SmallVec;

use super::side::NONE;
use crate::batch::{Batch, Column, RowKind, Selection};
use crate::operator::deadlines::Deadlines;
use crate::state::{Aging, GroupTable, Slab};
use crate::types::relation::Deadline;
use crate::types::{DataType, EventTime, Nanos};

/// Places of the rows that one met, or `NONE` where it was given out by itself.
type Met = SmallVec<[u32; 2]>;

/// Rows of the left input, and what each met.
pub struct Remembered {
    /// Numbers of rows.
    rows: GroupTable,
    /// By row.
    given: Vec<SmallVec<[Met; 1]>>,
    /// What was met, as it was then.
    others: Slab,
    /// Rows in the order in which they last came or went, where they are forgotten after a time.
    aging: Option<Aging>,
    /// The column that says when rows are over, which stay until then.
    until: Option<(usize, Deadlines)>,
    hashes: Vec<u64>,
    /// By row of the batch.
    numbers: Vec<u32>,
    /// Places of rows that have been taken back, and are still to be read.
    gone: Vec<u32>,
}

/// Rows given out: of the batch, beside which place or none, and what they say.
#[derive(Default)]
pub struct Taken {
    pub own: Vec<u32>,
    pub others: Vec<u32>,
    pub kinds: Vec<RowKind>,
    /// Rows of the batch that are taken back and are not there.
    pub strays: Vec<usize>,
}

impl Remembered {
    /// No rows; those of the left input have columns of these types, and what is met of the other.
    pub fn new(left: &[DataType], met: &[DataType], ttl: Option<Nanos>, deadline: Option<Deadline>) -> Remembered {
        Remembered {
            rows: GroupTable::new(left),
            given: Vec::new(),
            others: Slab::new(met),
            aging: ttl.map(Aging::new),
            until: deadline.map(|at| (at.column, Deadlines::new(at.after))),
            hashes: Vec::new(),
            numbers: Vec::new(),
            gone: Vec::new(),
        }
    }

    /// Numbers the rows of a batch. Hot: once per batch.
    pub fn look_up(&mut self, batch: &Batch) {
        self.forget_old(batch.last_stamp());
        let (columns, made) = (batch.columns.iter().collect::<Vec<&Column>>(), self.rows.made());
        self.rows.group_ids(&columns, batch.rows(), &Selection::All(batch.rows()), &mut self.hashes, &mut self.numbers);
        self.given.resize_with(self.rows.bound(), SmallVec::new);
        if let Some((column, deadlines)) = &mut self.until {
            deadlines.note_new(columns[*column], &self.numbers, &self.rows, made);
        }
        if let Some(aging) = &mut self.aging {
            self.numbers.iter().for_each(|row| aging.touch(*row));
        }
    }

    /// Keeps so many rows of what is met; writes the place of each to `places`.
    pub fn keep(&mut self, columns: &[Column], rows: usize, places: &mut Vec<u32>) {
        let all: Vec<u32> = (0..rows as u32).collect();
        self.others.put(columns.iter(), &all, places);
    }

    /// A row of the batch comes, and meets those in these places, or `NONE`. Hot: once per row.
    pub fn come(&mut self, row: usize, met: &[u32], taken: &mut Taken) {
        self.given[self.numbers[row] as usize].push(SmallVec::from_slice(met));
        give(row, met, RowKind::Insert, taken);
    }

    /// A row of the batch goes: what it met when it came last is taken back. Hot: once per row.
    pub fn go(&mut self, row: usize, taken: &mut Taken) {
        match self.given[self.numbers[row] as usize].pop() {
            Some(met) => {
                give(row, &met, RowKind::Delete, taken);
                self.gone.extend(met);
            }
            None => taken.strays.push(row),
        }
    }

    /// The columns of what was met, by place.
    pub fn columns(&self) -> &[Column] {
        self.others.columns()
    }

    /// Forgets what was taken back, and rows that are there no longer.
    pub fn sweep(&mut self) {
        self.gone.drain(..).filter(|place| *place != NONE).for_each(|place| self.others.remove(place));
        if self.until.is_some() {
            return;
        }
        let mut numbers = std::mem::take(&mut self.numbers);
        for row in numbers.drain(..) {
            if self.given[row as usize].is_empty() && self.rows.is_live(row) {
                self.forget(row);
            }
        }
        self.numbers = numbers;
    }

    /// Forgets rows that are over, at most `budget` of them; whether these were all.
    pub fn pass(&mut self, watermark: EventTime, budget: usize) -> bool {
        for _ in 0..budget {
            let Some((_, deadlines)) = &mut self.until else { return true };
            deadlines.pass(watermark);
            let Some(row) = deadlines.next_over() else { return true };
            self.forget(row);
        }
        false
    }

    fn forget_old(&mut self, now: Nanos) {
        self.aging.iter_mut().for_each(|aging| aging.advance(now));
        while let Some(row) = self.aging.as_mut().and_then(Aging::take_old) {
            self.forget(row);
        }
    }

    fn forget(&mut self, row: u32) {
        for place in std::mem::take(&mut self.given[row as usize]).into_iter().flatten().filter(|place| *place != NONE) {
            self.others.remove(place);
        }
        self.rows.remove(row);
        if let Some(aging) = &mut self.aging {
            aging.remove(row);
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let spilled = |met: &Met| if met.spilled() { met.capacity() * size_of::<u32>() } else { 0 };
        let of_row = |times: &SmallVec<[Met; 1]>| {
            let list = if times.spilled() { times.capacity() * size_of::<Met>() } else { 0 };
            list + times.iter().map(spilled).sum::<usize>()
        };
        let given = self.given.capacity() * size_of::<SmallVec<[Met; 1]>>() + self.given.iter().map(of_row).sum::<usize>();
        let aging = self.aging.as_ref().map_or(0, Aging::state_bytes);
        let until = self.until.as_ref().map_or(0, |(_, deadlines)| deadlines.state_bytes());
        self.rows.state_bytes() + self.others.state_bytes() + given + aging + until
    }
}

/// A row beside each that it met.
fn give(row: usize, met: &[u32], kind: RowKind, taken: &mut Taken) {
    for other in met {
        taken.own.push(row as u32);
        taken.others.push(*other);
        taken.kinds.push(kind);
    }
}

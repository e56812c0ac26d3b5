//! What a function is given: rows of a batch, NULLs and those that fail its FILTER kept from it, or states of other groups.

use smallvec::SmallVec;

use super::super::accumulator::{Accumulator, Rows, Verdict};
use super::Shape;
use super::states::States;
use crate::batch::compress::{count_ones, mask_of, rows_of};
use crate::batch::{Batch, Bitmap, Column, Selection, Values};
use crate::state::RowStore;
use crate::types::relation::AggregateCall;

/// What groups take in.
#[derive(Clone, Copy)]
pub enum Intake<'a> {
    /// Rows.
    Batch(&'a Batch),
    /// Groups, one a row.
    States(&'a States),
}

impl<'a> Intake<'a> {
    /// Their keys.
    pub fn keys(&self, shape: &Shape) -> SmallVec<[&'a Column; 2]> {
        match *self {
            Intake::Batch(batch) => shape.keys.iter().map(|key| &batch.columns[*key]).collect(),
            Intake::States(states) => states.keys.iter().collect(),
        }
    }

    /// How many there are.
    pub fn rows(&self) -> usize {
        match self {
            Intake::Batch(batch) => batch.rows(),
            Intake::States(states) => states.rows.len(),
        }
    }
}

/// What a function is given: its arguments, and fewer rows than the batch has where some are NULL or fail its FILTER.
pub struct Fed<'a> {
    source: Source<'a>,
    /// Its rows, where they are not all.
    pub narrowed: Option<Narrowed>,
}

enum Source<'a> {
    Arguments(Arguments<'a>),
    States(&'a [Column]),
}

/// The arguments of a call, and the columns of its order.
pub type Arguments<'a> = SmallVec<[&'a Column; 2]>;

/// The selected rows of a batch in two parts.
pub struct Narrowed {
    /// Those that a function is given.
    pub fed: Selection,
    /// The others.
    pub unfed: Selection,
}

impl<'a> Fed<'a> {
    /// What call number `i` is given of an intake.
    pub fn new(call: &AggregateCall, i: usize, intake: Intake<'a>, rows: Rows<'_>) -> Self {
        match intake {
            Intake::Batch(batch) => {
                let arguments = arguments(call, batch);
                let narrowed = narrow(call, batch, &arguments[..call.required()], rows.selection);
                Self { source: Source::Arguments(arguments), narrowed }
            }
            Intake::States(states) => Self { source: Source::States(&states.calls[i].states), narrowed: None },
        }
    }

    /// The rows it is given.
    fn rows<'s>(&'s self, rows: Rows<'s>) -> Rows<'s> {
        Rows { selection: self.narrowed.as_ref().map_or(rows.selection, |narrowed| &narrowed.fed), ..rows }
    }

    /// Gives them to it.
    pub fn feed(&self, accumulator: &mut dyn Accumulator, store: &mut RowStore, rows: Rows<'_>) -> Verdict {
        match &self.source {
            Source::Arguments(arguments) => accumulator.update(store, arguments, self.rows(rows)),
            Source::States(states) => accumulator.merge(store, states, rows),
        }
    }

    /// Takes them back from it.
    pub fn take_back(&self, accumulator: &mut dyn Accumulator, store: &mut RowStore, rows: Rows<'_>) {
        match &self.source {
            Source::Arguments(arguments) => accumulator.undo(store, arguments, self.rows(rows)),
            Source::States(states) => accumulator.unmerge(store, states, rows),
        }
    }
}

/// The columns that a call reads.
pub fn arguments<'a>(call: &AggregateCall, batch: &'a Batch) -> Arguments<'a> {
    call.columns().map(|column| &batch.columns[column]).collect()
}

/// Tells the rows apart 64 at a time, those that are not selected left to the end.
fn narrow(call: &AggregateCall, batch: &Batch, arguments: &[&Column], selection: &Selection) -> Option<Narrowed> {
    let has_all = |valid: &&Bitmap| valid.count_ones() == valid.len();
    let valid: SmallVec<[&Bitmap; 2]> =
        arguments.iter().filter_map(|column| column.validity.as_ref()).filter(|valid| !has_all(valid)).collect();
    let filter = call.filter.map(|f| &batch.columns[f]);
    if filter.is_none() && valid.is_empty() {
        return None;
    }
    let mut fed = vec![u64::MAX; batch.rows().div_ceil(64)];
    if let Some(Column { values: Values::Bool(values), validity }) = filter {
        mask_of(values, |value| value, &mut fed);
        validity.iter().for_each(|valid| and(&mut fed, valid));
    }
    valid.into_iter().for_each(|valid| and(&mut fed, valid));
    let selected = |at: u32| fed[at as usize / 64] >> (at % 64) & 1 == 1;
    Some(match selection {
        Selection::All(rows) => {
            let mut unfed: Vec<u64> = fed.iter().map(|word| !word).collect();
            if let (Some(last), tail @ 1..) = (unfed.last_mut(), rows % 64) {
                *last &= (1 << tail) - 1;
            }
            let rows = |words: &[u64]| Selection::Rows(rows_of(words, count_ones(words)));
            Narrowed { fed: rows(&fed), unfed: rows(&unfed) }
        }
        Selection::Rows(rows) => {
            let (fed, unfed) = rows.iter().partition(|row| selected(**row));
            Narrowed { fed: Selection::Rows(fed), unfed: Selection::Rows(unfed) }
        }
    })
}

fn and(words: &mut [u64], bits: &Bitmap) {
    words.iter_mut().zip(bits.words()).for_each(|(word, bits)| *word &= bits);
}

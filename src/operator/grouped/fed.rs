//! What a function is given of a batch: NULLs are kept from it, and rows that fail its FILTER.

use super::super::accumulator::Rows;
use crate::batch::compress::{count_ones, mask_of, rows_of};
use crate::batch::{Batch, Bitmap, Column, Selection, Values};
use crate::types::relation::AggregateCall;

/// What a function is given: its argument, and fewer rows than the batch has where some are NULL or fail its FILTER.
pub struct Fed<'a> {
    /// Its argument.
    pub argument: Option<&'a Column>,
    /// Its rows, where they are not all.
    pub narrowed: Option<Narrowed>,
}

/// The selected rows of a batch in two parts.
pub struct Narrowed {
    /// Those that a function is given.
    pub fed: Selection,
    /// The others.
    pub unfed: Selection,
}

impl<'a> Fed<'a> {
    /// Of this batch.
    pub fn new(call: &AggregateCall, batch: &'a Batch, rows: Rows<'_>) -> Self {
        let argument = call.argument.map(|a| &batch.columns[a]);
        Self { argument, narrowed: narrow(call, batch, argument, rows.selection) }
    }

    /// The rows it is given.
    pub fn rows<'s>(&'s self, rows: Rows<'s>) -> Rows<'s> {
        Rows { selection: self.narrowed.as_ref().map_or(rows.selection, |narrowed| &narrowed.fed), ..rows }
    }
}

/// Tells the rows apart 64 at a time, those that are not selected left to the end.
fn narrow(call: &AggregateCall, batch: &Batch, argument: Option<&Column>, selection: &Selection) -> Option<Narrowed> {
    let argument = argument.and_then(|column| column.validity.as_ref());
    let filter = call.filter.map(|f| &batch.columns[f]);
    if filter.is_none() && argument.is_none_or(|valid| valid.count_ones() == valid.len()) {
        return None;
    }
    let mut fed = vec![u64::MAX; batch.rows().div_ceil(64)];
    if let Some(Column { values: Values::Bool(values), validity }) = filter {
        mask_of(values, |value| value, &mut fed);
        validity.iter().for_each(|valid| and(&mut fed, valid));
    }
    argument.iter().for_each(|valid| and(&mut fed, valid));
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

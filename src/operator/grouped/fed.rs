//! What a function is given of a batch: NULLs are kept from it, and rows that fail its FILTER.

use super::super::accumulator::Rows;
use crate::batch::{Batch, Column, Selection, Values};
use crate::types::relation::AggregateCall;

/// What a function is given: its argument, and fewer rows than the batch has where some are NULL or fail its FILTER.
pub struct Fed<'a> {
    /// Its argument.
    pub argument: Option<&'a Column>,
    /// Its rows, where they are not all.
    pub narrowed: Option<Selection>,
}

impl<'a> Fed<'a> {
    /// Of this batch.
    pub fn new(call: &AggregateCall, batch: &'a Batch, rows: Rows<'_>) -> Self {
        let argument = call.argument.map(|a| &batch.columns[a]);
        Self { argument, narrowed: narrow(call, batch, argument, rows.selection) }
    }

    /// The rows it is given.
    pub fn rows<'s>(&'s self, rows: Rows<'s>) -> Rows<'s> {
        Rows { selection: self.narrowed.as_ref().unwrap_or(rows.selection), ..rows }
    }
}

fn narrow(call: &AggregateCall, batch: &Batch, argument: Option<&Column>, selection: &Selection) -> Option<Selection> {
    let argument = argument.filter(|c| c.has_nulls());
    let filter = call.filter.map(|f| &batch.columns[f]);
    if argument.is_none() && filter.is_none() {
        return None;
    }
    let is_true = |c: &Column, row: usize| !c.is_null(row) && matches!(&c.values, Values::Bool(v) if v[row]);
    Some(selection.filter(|row| argument.is_none_or(|c| !c.is_null(row)) && filter.is_none_or(|c| is_true(c, row))))
}

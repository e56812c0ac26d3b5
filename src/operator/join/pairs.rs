//! Rows of a batch side by side with rows of the other input: those that meet, and those that are given out.

use super::side::NONE;
use crate::batch::{Batch, Column, RowKind, Selection};

/// Pairs of rows, in order of those of the batch.
#[derive(Default)]
pub struct Found {
    own: Vec<u32>,
    other: Vec<u32>,
    /// The first pair that `of_row` has not passed yet.
    next: usize,
}

impl Found {
    /// No pairs.
    pub fn clear(&mut self) {
        self.own.clear();
        self.other.clear();
        self.next = 0;
    }

    /// Pairs there are.
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// Adds the pairs of one row.
    pub fn extend(&mut self, row: usize, others: impl Iterator<Item = u32>) {
        self.other.extend(others);
        self.own.resize(self.other.len(), row as u32);
    }

    /// A column of the batch, a value for each pair.
    pub fn own_column(&self, column: &Column) -> Column {
        column.gather_rows(&self.own)
    }

    /// A column of the other input, a value for each pair.
    pub fn other_column(&self, column: &Column) -> Column {
        column.gather_rows(&self.other)
    }

    /// Keeps these pairs.
    pub fn keep(&mut self, kept: &Selection) {
        if let Selection::Rows(kept) = kept {
            let pick = |from: &[u32]| kept.iter().map(|at| from[*at as usize]).collect();
            (self.own, self.other) = (pick(&self.own), pick(&self.other));
        }
    }

    /// The rows that row `row` meets; rows are asked for in ascending order.
    pub fn of_row(&mut self, row: usize) -> impl Iterator<Item = u32> + '_ {
        let from = self.next;
        let count = self.own[from..].iter().take_while(|own| **own as usize == row).count();
        self.next += count;
        self.other[from..from + count].iter().copied()
    }
}

/// Rows given out: of the batch, of the other input or of both, and what they say.
#[derive(Default)]
pub struct Given {
    own: Vec<u32>,
    other: Vec<u32>,
    /// The rows of the batch that gave rise to them, ascending.
    causes: Vec<u32>,
    kinds: Vec<RowKind>,
}

impl Given {
    /// A row of the batch, by itself or beside another, comes or goes `count` times.
    pub fn add(&mut self, row: usize, other: Option<u32>, comes: bool, count: u64) {
        self.push(row as u32, other.unwrap_or(NONE), row, comes, count);
    }

    /// A row of the other input comes or goes by itself, because of a row of the batch.
    pub fn add_other(&mut self, cause: usize, other: u32, comes: bool, count: u64) {
        self.push(NONE, other, cause, comes, count);
    }

    fn push(&mut self, own: u32, other: u32, cause: usize, comes: bool, count: u64) {
        let kind = if comes { RowKind::Insert } else { RowKind::Delete };
        for _ in 0..count {
            self.own.push(own);
            self.other.push(other);
            self.causes.push(cause as u32);
            self.kinds.push(kind);
        }
    }

    /// By row given out: the row of the batch.
    pub fn own(&self) -> &[u32] {
        &self.own
    }

    /// By row given out: the row of the other input.
    pub fn other(&self) -> &[u32] {
        &self.other
    }

    /// A batch of the rows given out, with the stamps of those that gave rise to them; then there are none.
    pub fn take(&mut self, columns: Vec<Column>, batch: &Batch) -> Batch {
        self.own.clear();
        self.other.clear();
        let kinds = std::mem::take(&mut self.kinds);
        let count = kinds.len();
        let kinds = kinds.contains(&RowKind::Delete).then_some(kinds);
        let stamps = batch.stamps_of(&Selection::Rows(std::mem::take(&mut self.causes)));
        Batch::with_stamps(columns, count, kinds, stamps)
    }
}

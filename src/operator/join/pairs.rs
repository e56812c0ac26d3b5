//! Rows of a batch side by side with rows of the other input: those that meet, and those that are given out.

use super::side::NONE;
use crate::batch::{Batch, Column, RowKind, Selection};
use crate::error::Result;
use crate::expr::{Program, RowErrors};
use crate::operator::{Output, set_aside};
use crate::types::relation::OnError;
use crate::types::{DataType, Nanos};

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

    /// Keeps these pairs.
    pub fn keep(&mut self, kept: &Selection) {
        if let Selection::Rows(kept) = kept {
            let pick = |from: &[u32]| kept.iter().map(|at| from[*at as usize]).collect();
            (self.own, self.other) = (pick(&self.own), pick(&self.other));
        }
    }

    /// By pair: the row of the batch.
    pub fn own(&self) -> &[u32] {
        &self.own
    }

    /// By pair: the row of the other input.
    pub fn other(&self) -> &[u32] {
        &self.other
    }

    /// The pairs: the row of the batch, and that of the other input.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.own.iter().copied().zip(self.other.iter().copied())
    }

    /// The rows that row `row` meets; rows are asked for in ascending order.
    pub fn of_row(&mut self, row: usize) -> impl Iterator<Item = u32> + '_ {
        let from = self.next;
        let count = self.own[from..].iter().take_while(|own| **own as usize == row).count();
        self.next += count;
        self.other[from..from + count].iter().copied()
    }
}

/// What must hold of two rows besides equal keys.
pub struct PairFilter {
    program: Program,
    /// The columns it is over: of which input, and which.
    columns: Vec<(usize, usize)>,
    types: Vec<DataType>,
}

impl PairFilter {
    /// Over these columns of inputs whose columns have these types: those of the left one, followed by those of the right one.
    pub fn new(program: Program, columns: &[usize], [left, right]: [&[DataType]; 2]) -> PairFilter {
        let width = left.len();
        let place = |column: &usize| if *column < width { (0, *column) } else { (1, *column - width) };
        let columns: Vec<(usize, usize)> = columns.iter().map(place).collect();
        let types = columns.iter().map(|(input, at)| [left, right][*input][*at].clone()).collect();
        PairFilter { program, columns, types }
    }

    /// The columns of an input that it reads.
    pub fn columns_of(&self, input: usize) -> Vec<usize> {
        self.columns.iter().filter(|(of, _)| *of == input).map(|(_, at)| *at).collect()
    }

    /// The same, over inputs that are left with these columns, in ascending order.
    #[must_use]
    pub fn over(mut self, kept: [&[usize]; 2]) -> PairFilter {
        for (input, at) in &mut self.columns {
            *at = kept[*input].binary_search(at).expect("a column that is read is kept");
        }
        self
    }

    /// Keeps the pairs that satisfy it, of rows with these columns: of the batch, of the other input. A pair for which it fails goes
    /// aside. Hot: once per batch.
    pub fn keep(
        &mut self,
        own: usize,
        [mine, other]: [&[&Column]; 2],
        stamp: Nanos,
        found: &mut Found,
        on_error: OnError,
        out: &mut Output,
    ) -> Result<()> {
        if found.is_empty() {
            return Ok(());
        }
        let made = self.columns.iter().map(|(input, at)| match *input == own {
            true => mine[*at].gather_rows(&found.own),
            false => other[*at].gather_rows(&found.other),
        });
        let pairs = Batch::new(made.collect(), found.len(), stamp);
        let mut errors = RowErrors::default();
        let kept = self.program.select(&pairs, &Selection::All(found.len()), &mut errors);
        for error in if errors.is_empty() { Vec::new() } else { errors.take() } {
            set_aside(&pairs, error.row as usize, &self.types, error.reason, on_error, out)?;
        }
        found.keep(&kept);
        Ok(())
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

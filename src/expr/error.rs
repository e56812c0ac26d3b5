//! What goes wrong with single rows: data, not control flow.

use std::borrow::Cow;

/// Why one row was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Row of the batch.
    pub row: u32,
    /// The reason, such as `integer overflow in BIGINT + BIGINT`.
    pub reason: Cow<'static, str>,
}

/// The failed rows of a batch; a row may stand in it more than once.
#[derive(Debug, Default)]
pub struct RowErrors {
    errors: Vec<RowError>,
}

impl RowErrors {
    /// Reports that `row` failed. Cold: only for bad rows.
    #[cold]
    pub fn push(&mut self, row: usize, reason: impl Into<Cow<'static, str>>) {
        self.errors.push(RowError { row: row as u32, reason: reason.into() });
    }

    /// Whether every row is well.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Takes the errors out, first one of each row only, by ascending row.
    pub fn take(&mut self) -> Vec<RowError> {
        let mut errors = std::mem::take(&mut self.errors);
        errors.sort_by_key(|e| e.row);
        errors.dedup_by_key(|e| e.row);
        errors
    }
}

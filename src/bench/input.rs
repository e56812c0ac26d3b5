//! The tables that a timed query or loop reads, in parts.

use std::time::Instant;

use crate::types::Nanos;

/// Tables whose parts are made when they are asked for, and the clock of whoever reads them, which stands in the meantime.
///
/// So a part that is copied from records lies in the caches, in memory that was used a moment ago, as what a decoder has just written does;
/// parts that are all there before the clock starts lie wherever they were put.
pub struct Input<'a, T> {
    tables: Vec<Box<dyn Iterator<Item = T> + 'a>>,
    /// Since when the clock runs.
    since: Instant,
    /// Nanoseconds that it ran before.
    ran: Nanos,
}

impl<'a, T> Input<'a, T> {
    /// The parts of these tables. The clock runs.
    pub fn new(tables: impl IntoIterator<Item = impl IntoIterator<Item = T> + 'a>) -> Self {
        let tables = tables.into_iter().map(|table| -> Box<dyn Iterator<Item = T> + 'a> { Box::new(table.into_iter()) });
        Self { tables: tables.collect(), since: Instant::now(), ran: 0 }
    }

    /// Number of tables.
    pub fn tables(&self) -> usize {
        self.tables.len()
    }

    /// The next part of a table.
    pub fn next(&mut self, table: usize) -> Option<T> {
        self.ran = self.elapsed_ns();
        let part = self.tables[table].next();
        self.since = Instant::now();
        part
    }

    /// How long the clock has run.
    pub fn elapsed_ns(&self) -> Nanos {
        self.ran + self.since.elapsed().as_nanos() as Nanos
    }
}

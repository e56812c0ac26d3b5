//! Rows in columns, as they move along the row road. A batch belongs to one shard at a time; it is moved, never shared.
//!
//! ```text
//!   columns[0] columns[1] ...   kinds (absent: all +I)   stamps: (arrival, count) runs
//!   +--------+ +--------+       +----+                   +------------+
//!   | v0     | | v0     |       | +I |                   | t=100 x 2  |
//!   | v1     | | v1     |       | -U |                   | t=250 x 1  |
//!   | v2     | | v2     |       | +U |                   +------------+
//!   +--------+ +--------+       +----+
//! ```

mod bitmap;
mod column;
pub mod compress;
mod message;
pub mod order;
mod selection;
mod strings;
pub mod text;
mod vectors;

pub use bitmap::Bitmap;
pub use column::{Column, Values};
pub use message::{Load, Mark, Message, Payload, Watermark};
pub use selection::Selection;
pub use strings::{StrColumn, StrView};

use smallvec::SmallVec;

use crate::types::{DataType, Nanos, Value};

/// What a row says about the result: the four kinds of a changelog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum RowKind {
    /// +I
    Insert,
    /// -U: the old content of a row that changes
    UpdateBefore,
    /// +U: its new content
    UpdateAfter,
    /// -D
    Delete,
}

impl RowKind {
    /// +1 for rows that add, -1 for rows that take back.
    pub fn sign(self) -> i64 {
        match self {
            RowKind::Insert | RowKind::UpdateAfter => 1,
            RowKind::UpdateBefore | RowKind::Delete => -1,
        }
    }

    /// `+I`, `-U`, `+U` or `-D`.
    pub fn symbol(self) -> &'static str {
        match self {
            RowKind::Insert => "+I",
            RowKind::UpdateBefore => "-U",
            RowKind::UpdateAfter => "+U",
            RowKind::Delete => "-D",
        }
    }
}

/// `count` rows in a row that arrived (or were intended to arrive) at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StampRun {
    /// Monotonic nanoseconds.
    pub stamp: Nanos,
    /// Rows of the run.
    pub count: u32,
}

/// Arrival stamps as runs. Most batches have one, which takes no memory of its own.
pub type Stamps = SmallVec<[StampRun; 1]>;

/// Columns of equal length with the kinds and arrival stamps of their rows.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The columns, all of `rows()` values.
    pub columns: Vec<Column>,
    /// Kinds of the rows; `None` when all are `Insert`.
    pub kinds: Option<Vec<RowKind>>,
    /// Arrival stamps as runs; the counts add up to `rows()`.
    pub stamps: Stamps,
    rows: usize,
}

impl Batch {
    /// Append-only rows that all arrived at `stamp`. Panics if the columns differ in length.
    pub fn new(columns: Vec<Column>, rows: usize, stamp: Nanos) -> Self {
        let stamps = if rows == 0 { Stamps::new() } else { one_run(stamp, rows) };
        Self::with_stamps(columns, rows, None, stamps)
    }

    /// Rows with kinds and stamps. Panics if lengths differ.
    pub fn with_stamps(columns: Vec<Column>, rows: usize, kinds: Option<Vec<RowKind>>, stamps: Stamps) -> Self {
        for column in &columns {
            assert_eq!(column.len(), rows, "columns of a batch have equal length");
        }
        assert!(kinds.as_ref().is_none_or(|k| k.len() == rows));
        debug_assert_eq!(stamps.iter().map(|s| s.count as usize).sum::<usize>(), rows);
        Self { columns, kinds, stamps, rows }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Kind of row `row`.
    pub fn kind(&self, row: usize) -> RowKind {
        self.kinds.as_ref().map_or(RowKind::Insert, |k| k[row])
    }

    /// Stamp of the row that arrived last, 0 for an empty batch.
    pub fn last_stamp(&self) -> Nanos {
        self.stamps.last().map_or(0, |s| s.stamp)
    }

    /// The selected rows, in the selection's order, as a new batch. Hot: once per batch.
    pub fn gather(&self, selection: &Selection) -> Batch {
        let columns = self.columns.iter().map(|c| c.gather(selection)).collect();
        self.gather_around(columns, selection)
    }

    /// Without the rows that say what was before an update: for those who know by key what a row takes the place of.
    pub fn after_only(self) -> Batch {
        let Some(kinds) = &self.kinds else { return self };
        let stay: Vec<u32> = (0..self.rows as u32).filter(|row| kinds[*row as usize] != RowKind::UpdateBefore).collect();
        if stay.len() == self.rows {
            return self;
        }
        // An update stays one, whose first half is known: `gather` would make it an insertion.
        let (kinds, selection) = (stay.iter().map(|row| kinds[*row as usize]).collect(), Selection::Rows(stay));
        let columns = self.columns.iter().map(|column| column.gather(&selection)).collect();
        Batch::with_stamps(columns, selection.len(), Some(kinds), self.stamps_of(&selection))
    }

    /// A batch of `columns` that were computed for the selected rows, with those rows' kinds and stamps.
    pub fn gather_around(&self, columns: Vec<Column>, selection: &Selection) -> Batch {
        let kinds = self.kinds.as_ref().map(|kinds| gather_kinds(kinds, selection));
        Batch::with_stamps(columns, selection.len(), kinds, gather_stamps(&self.stamps, selection))
    }

    /// A batch of `columns` that were cut down to the `count` rows of a mask, with those rows' kinds and stamps.
    pub fn compress_around(&self, columns: Vec<Column>, words: &[u64], count: usize) -> Batch {
        match (&self.kinds, &self.stamps[..]) {
            (None, [run]) if count > 0 => Batch::with_stamps(columns, count, None, one_run(run.stamp, count)),
            _ => self.gather_around(columns, &Selection::Rows(compress::rows_of(words, count))),
        }
    }

    /// Arrival stamps of the selected rows, which may be selected several times.
    pub fn stamps_of(&self, selection: &Selection) -> Stamps {
        gather_stamps(&self.stamps, selection)
    }

    /// Appends the rows of a batch with columns of the same types.
    pub fn append(&mut self, other: &Batch) {
        if self.columns.is_empty() && self.rows == 0 {
            *self = other.clone();
            return;
        }
        assert_eq!(self.columns.len(), other.columns.len());
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            mine.append(theirs);
        }
        if self.kinds.is_some() || other.kinds.is_some() {
            let mut kinds = self.kinds.take().unwrap_or_else(|| vec![RowKind::Insert; self.rows]);
            kinds.extend((0..other.rows).map(|row| other.kind(row)));
            self.kinds = Some(kinds);
        }
        for run in &other.stamps {
            push_stamp(&mut self.stamps, run.stamp, run.count);
        }
        self.rows += other.rows;
    }

    /// The values of row `row`, for tests and messages.
    pub fn row(&self, row: usize, types: &[DataType]) -> Vec<Value> {
        self.columns.iter().zip(types).map(|(c, t)| c.value(row, t)).collect()
    }
}

/// The stamps of `rows` rows that arrived together.
fn one_run(stamp: Nanos, rows: usize) -> Stamps {
    Stamps::from_buf([StampRun { stamp, count: rows as u32 }])
}

/// Adds `count` rows of `stamp` to the runs, joining the last run where it has the same stamp.
pub fn push_stamp(stamps: &mut Stamps, stamp: Nanos, count: u32) {
    match stamps.last_mut() {
        _ if count == 0 => {}
        Some(last) if last.stamp == stamp => last.count += count,
        _ => stamps.push(StampRun { stamp, count }),
    }
}

/// The kinds of the selected rows. Half of an update whose other half, the row beside it, is not selected is none any more: it is a row
/// that goes, or one that comes.
fn gather_kinds(kinds: &[RowKind], selection: &Selection) -> Vec<RowKind> {
    let rows = match selection {
        Selection::All(_) => return kinds.to_vec(),
        Selection::Rows(rows) => rows,
    };
    // A row may be selected several times.
    let next = |at: usize, row: u32| rows[at..].iter().find(|other| **other != row).copied();
    let last = |at: usize, row: u32| rows[..at].iter().rfind(|other| **other != row).copied();
    let kind = |(at, &row): (usize, &u32)| match (kinds[row as usize], row as usize) {
        (RowKind::UpdateBefore, before) if kinds.get(before + 1) == Some(&RowKind::UpdateAfter) => match next(at, row) {
            Some(after) if after == row + 1 => RowKind::UpdateBefore,
            _ => RowKind::Delete,
        },
        (RowKind::UpdateAfter, after) if after > 0 && kinds[after - 1] == RowKind::UpdateBefore => match last(at, row) {
            Some(before) if before == row - 1 => RowKind::UpdateAfter,
            _ => RowKind::Insert,
        },
        (kind, _) => kind,
    };
    rows.iter().enumerate().map(kind).collect()
}

/// The runs of the selected rows; the selection must be ascending unless there is a single run.
fn gather_stamps(stamps: &[StampRun], selection: &Selection) -> Stamps {
    if let ([run], true) = (stamps, !selection.is_empty()) {
        return one_run(run.stamp, selection.len());
    }
    let rows = match selection {
        Selection::All(_) => return stamps.into(),
        Selection::Rows(rows) => rows,
    };
    let mut out = Stamps::new();
    let mut runs = stamps.iter();
    let mut end = 0u32;
    let mut stamp = 0;
    for &row in rows.iter() {
        while row >= end {
            let Some(run) = runs.next() else { break };
            end += run.count;
            stamp = run.stamp;
        }
        push_stamp(&mut out, stamp, 1);
    }
    out
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;

    fn ints(values: &[i64]) -> Column {
        Column::from_values(Values::I64(values.to_vec()))
    }

    #[test]
    fn gather_keeps_kinds_and_stamps_with_their_rows() {
        let stamps = smallvec![StampRun { stamp: 10, count: 2 }, StampRun { stamp: 20, count: 2 }];
        let kinds = vec![RowKind::Insert, RowKind::Delete, RowKind::Insert, RowKind::UpdateAfter];
        let batch = Batch::with_stamps(vec![ints(&[1, 2, 3, 4])], 4, Some(kinds), stamps);
        let got = batch.gather(&Selection::Rows(vec![1, 3]));
        assert_eq!(got.columns[0].values, Values::I64(vec![2, 4]));
        assert_eq!(got.kinds, Some(vec![RowKind::Delete, RowKind::UpdateAfter]));
        assert_eq!(got.stamps.as_slice(), [StampRun { stamp: 10, count: 1 }, StampRun { stamp: 20, count: 1 }]);
    }

    #[test]
    fn after_only_leaves_out_what_was_before_and_keeps_kinds() {
        use RowKind::{Delete, Insert, UpdateAfter, UpdateBefore};
        let stamps = smallvec![StampRun { stamp: 10, count: 3 }, StampRun { stamp: 20, count: 2 }];
        let kinds = vec![Insert, UpdateBefore, UpdateAfter, UpdateBefore, Delete];
        let got = Batch::with_stamps(vec![ints(&[1, 2, 3, 4, 5])], 5, Some(kinds), stamps).after_only();
        assert_eq!(got.columns[0].values, Values::I64(vec![1, 3, 5]));
        assert_eq!(got.kinds, Some(vec![Insert, UpdateAfter, Delete]));
        assert_eq!(got.stamps.as_slice(), [StampRun { stamp: 10, count: 2 }, StampRun { stamp: 20, count: 1 }]);
    }

    #[test]
    fn half_of_an_update_alone_comes_or_goes() {
        use RowKind::{Delete, Insert, UpdateAfter, UpdateBefore};
        let check = |kinds: &[RowKind], rows: &[u32], wanted: &[RowKind]| {
            assert_eq!(gather_kinds(kinds, &Selection::Rows(rows.to_vec())), wanted, "{kinds:?} {rows:?}");
        };
        let updates = [UpdateBefore, UpdateAfter, UpdateBefore, UpdateAfter];
        check(&updates, &[0, 1, 2, 3], &updates);
        check(&updates, &[0, 3], &[Delete, Insert]);
        check(&updates, &[1, 2], &[Insert, Delete]);
        check(&updates, &[0, 0, 1, 1, 3], &[UpdateBefore, UpdateBefore, UpdateAfter, UpdateAfter, Insert]);
        // What came without its other half stays as it came.
        check(&[UpdateAfter, Insert, UpdateAfter, UpdateBefore], &[0, 2, 3], &[UpdateAfter, UpdateAfter, UpdateBefore]);
    }

    #[test]
    fn append_joins_runs_of_the_same_stamp() {
        let mut batch = Batch::new(vec![ints(&[1])], 1, 5);
        batch.append(&Batch::new(vec![ints(&[2, 3])], 2, 5));
        assert_eq!(batch.rows(), 3);
        assert_eq!(batch.stamps.as_slice(), [StampRun { stamp: 5, count: 3 }]);
    }
}

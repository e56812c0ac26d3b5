//! Rows of one partition in their order, as far as frames can still reach them, and where the frame of each row begins and ends.
//!
//! ```text
//!   position      0 ... base                    len
//!                 forgotten | columns[..][0] ... |
//! ```
//! Positions count from the first row that the partition ever had. Both ends of a frame only move forward from row to row, so each is
//! found from where it was for the row before.

use crate::batch::{Column, Values};
use crate::expr::{add_months, add_months_to_date};
use crate::state::cell;
use crate::types::DataType;
use crate::types::over::{Bound, Distance, Frame, FrameUnit};
use crate::types::relation::SortKey;

/// Rows from which the forgotten ones in front are worth being moved over.
const FORGOTTEN_MIN: usize = 64;

/// Rows of one partition.
pub struct Sequence {
    /// What functions read of the rows.
    columns: Vec<Column>,
    /// Number of each row's group of equals, from 0.
    peers: Vec<u64>,
    /// Position of the first row in the columns.
    base: usize,
    len: usize,
}

impl Sequence {
    /// Without rows; columns of these types.
    pub fn new(types: &[DataType]) -> Sequence {
        let columns = types.iter().map(|t| Column::with_capacity(t, 0)).collect();
        Sequence { columns, peers: Vec::new(), base: 0, len: 0 }
    }

    /// These rows.
    pub fn of(columns: Vec<Column>, peers: Vec<u64>) -> Sequence {
        Sequence { columns, len: peers.len(), peers, base: 0 }
    }

    /// Position of the first row that is not forgotten.
    pub fn first(&self) -> usize {
        self.base
    }

    /// Behind the position of the last row.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds the last row: these columns of a batch.
    pub fn push(&mut self, columns: &[&Column], row: usize, peer: u64) {
        self.columns.iter_mut().zip(columns).for_each(|(own, from)| cell::push(own, from, row));
        self.peers.push(peer);
        self.len += 1;
    }

    /// The column and the row in it of a position.
    pub fn at(&self, column: usize, position: usize) -> (&Column, usize) {
        (&self.columns[column], position - self.base)
    }

    /// Whether a value is NULL.
    pub fn is_null(&self, column: usize, position: usize) -> bool {
        self.columns[column].is_null(position - self.base)
    }

    /// Whether a value is TRUE.
    pub fn is_true(&self, column: usize, position: usize) -> bool {
        let (column, row) = self.at(column, position);
        matches!(&column.values, Values::Bool(values) if values[row]) && !column.is_null(row)
    }

    /// Number of a row's group of equals.
    pub fn peer(&self, position: usize) -> u64 {
        self.peers[position - self.base]
    }

    /// The last row's, if there was one.
    pub fn last_peer(&self) -> Option<u64> {
        self.peers.last().copied()
    }

    /// Rows of all columns, from one position to another.
    pub fn rows(&self, from: usize, to: usize) -> Vec<Column> {
        self.columns.iter().map(|column| column.slice(from - self.base..to - self.base)).collect()
    }

    /// Forgets the rows before a position, but for the last.
    pub fn forget(&mut self, before: usize) {
        let held = self.len - self.base;
        let gone = before.min(self.len.saturating_sub(1)).saturating_sub(self.base);
        if gone < FORGOTTEN_MIN.max(held / 2) {
            return;
        }
        self.columns.iter_mut().for_each(|column| *column = column.slice(gone..held));
        self.peers.drain(..gone);
        self.peers.shrink_to_fit();
        self.base += gone;
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.columns.iter().map(|column| column.memory_bytes() + size_of::<Column>()).sum::<usize>()
            + self.peers.capacity() * size_of::<u64>()
    }
}

/// A row's place on an axis: that of NULL and NaN before or behind all numbers.
type Place<T> = (i8, T);

/// Where the frames of the rows are, as seen from the row looked at last.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frames {
    /// Position of the first row.
    pub start: usize,
    /// Behind the position of the last.
    pub end: usize,
}

impl Frames {
    /// Moves to the frame of row `row`, which is not before the one looked at last. `key` says what RANGE counts in.
    #[inline]
    pub fn move_to(&mut self, row: usize, frame: &Frame, key: Option<&SortKey>, rows: &Sequence) {
        let len = rows.len();
        self.start = match (&frame.start, frame.unit) {
            (Bound::Unbounded, _) => 0,
            (Bound::CurrentRow, FrameUnit::Rows) => row,
            (Bound::Offset(Distance::Whole(n)), FrameUnit::Rows) => moved(row, *n, len),
            (bound, unit) => seek_bound(self.start, Side::Start, row, bound, unit, key, rows),
        };
        self.end = match (&frame.end, frame.unit) {
            (Bound::Unbounded, _) => len,
            (Bound::CurrentRow, FrameUnit::Rows) => row + 1,
            (Bound::Offset(Distance::Whole(n)), FrameUnit::Rows) => moved(row, n.saturating_add(1), len),
            (bound, unit) => seek_bound(self.end, Side::End, row, bound, unit, key, rows),
        };
    }
}

fn moved(row: usize, by: i128, len: usize) -> usize {
    (row as i128).saturating_add(by).clamp(0, len as i128) as usize
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Start,
    End,
}

/// The end of a frame that is found by the places of rows, looked for from `from` on.
fn seek_bound(
    from: usize,
    side: Side,
    row: usize,
    bound: &Bound,
    unit: FrameUnit,
    key: Option<&SortKey>,
    rows: &Sequence,
) -> usize {
    match (bound, unit, key) {
        (Bound::Offset(Distance::Whole(by)), FrameUnit::Range, Some(key)) => {
            seek(from, side, rows.len(), |at| whole(rows, key, at), at_distance(whole(rows, key, row), |n| n.saturating_add(*by)))
        }
        (Bound::Offset(Distance::Double(by)), FrameUnit::Range, Some(key)) => {
            seek(from, side, rows.len(), |at| double(rows, key, at), at_distance(double(rows, key, row), |n| n + by))
        }
        (Bound::Offset(Distance::Months(by)), FrameUnit::Range, Some(key)) => {
            let target = months_away(rows, key, row, *by);
            seek(from, side, rows.len(), |at| whole(rows, key, at), target)
        }
        (Bound::Offset(Distance::Whole(by)), ..) => {
            let target = i128::from(rows.peer(row)).saturating_add(*by);
            seek(from, side, rows.len(), |at| (0, i128::from(rows.peer(at))), (0, target))
        }
        _ => seek(from, side, rows.len(), |at| (0, rows.peer(at)), (0, rows.peer(row))),
    }
}

/// The place of the time so many months behind that of a row in its order; beyond the years that there are, as far as numbers go.
fn months_away(rows: &Sequence, key: &SortKey, row: usize, by: i32) -> Place<i128> {
    let (column, at) = rows.at(key.column, row);
    if column.is_null(at) {
        return whole(rows, key, row);
    }
    let months = if key.descending { -i64::from(by) } else { i64::from(by) };
    let moved = match &column.values {
        Values::I32(days) => add_months_to_date(days[at], months).map(i128::from),
        Values::I64(nanos) => add_months(nanos[at], months).map(i128::from),
        values => panic!("a time of {:?}", values.representation()),
    };
    let moved = moved.unwrap_or(if months < 0 { i128::MIN + 1 } else { i128::MAX });
    (0, if key.descending { -moved } else { moved })
}

/// The place so far from another; NULL and NaN are far from all but themselves.
fn at_distance<T>((class, place): Place<T>, move_by: impl Fn(T) -> T) -> Place<T> {
    if class == 0 { (0, move_by(place)) } else { (class, place) }
}

/// The first position from `from` on that is not before `target`, or, for the end of a frame, that is behind it.
fn seek<T: PartialOrd>(from: usize, side: Side, len: usize, place: impl Fn(usize) -> Place<T>, target: Place<T>) -> usize {
    let mut at = from;
    match side {
        Side::Start => {
            while at < len && place(at) < target {
                at += 1;
            }
        }
        Side::End => {
            while at < len && place(at) <= target {
                at += 1;
            }
        }
    }
    at
}

fn class_of_null(key: &SortKey) -> i8 {
    if key.nulls_first { -2 } else { 2 }
}

fn whole(rows: &Sequence, key: &SortKey, position: usize) -> Place<i128> {
    let (column, row) = rows.at(key.column, position);
    if column.is_null(row) {
        return (class_of_null(key), 0);
    }
    let n = whole_value(column, row);
    (0, if key.descending { n.saturating_neg() } else { n })
}

fn double(rows: &Sequence, key: &SortKey, position: usize) -> Place<f64> {
    let (column, row) = rows.at(key.column, position);
    if column.is_null(row) {
        return (class_of_null(key), 0.0);
    }
    let d = double_value(column, row);
    match (d.is_nan(), key.descending) {
        (true, descending) => (if descending { -1 } else { 1 }, 0.0),
        (false, true) => (0, -d),
        (false, false) => (0, d),
    }
}

/// An integer, DECIMAL or time as a number.
#[inline]
pub fn whole_value(column: &Column, row: usize) -> i128 {
    match &column.values {
        Values::I8(v) => v[row].into(),
        Values::I16(v) => v[row].into(),
        Values::I32(v) => v[row].into(),
        Values::I64(v) => v[row].into(),
        Values::I128(v) => v[row],
        values => panic!("a whole number of {:?}", values.representation()),
    }
}

/// A FLOAT or DOUBLE.
#[inline]
pub fn double_value(column: &Column, row: usize) -> f64 {
    match &column.values {
        Values::F32(v) => v[row].into(),
        Values::F64(v) => v[row],
        values => panic!("a floating number of {:?}", values.representation()),
    }
}

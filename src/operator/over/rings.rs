//! Counts, sums and means of the last rows of each partition, up to the row itself: the values of a frame stand in a ring, the newest in
//! the place of the oldest. Row road.
//!
//! ```text
//!   rings[partition]:  v7 v8 v4 v5 v6      next = 2: v9 comes there, and v4 goes out of the sum
//! ```
//! So an OVER of such functions only, which are most of them, keeps no rows and asks for no frame. All others go through `Sequence` and
//! `CallState`; what both give is the same to the last bit.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::sequence::{double_value, whole_value};
use super::state::{Answers, CallState, Plain, Total, double_result};
use super::sum::{DoubleSum, RunningSum, WideSum};
use crate::batch::{Bitmap, Column, Values};
use crate::sys::prefetch::prefetch;
use crate::types::over::{Bound, Distance, Frame, FrameUnit, OverCall};
use crate::types::{DataType, Value};

/// The functions of an OVER with their rings.
pub struct Rings {
    calls: Vec<RingCall>,
}

/// A function, with a ring for each partition.
struct RingCall {
    /// Rows of a full frame.
    rows: usize,
    data_type: DataType,
    kind: Kind,
}

enum Kind {
    Count(Option<usize>, Kept<(), ()>),
    Whole(usize, Total, Kept<i64, WideSum>),
    Decimal(usize, Total, Kept<i128, WideSum>),
    Double(usize, Total, Kept<f64, DoubleSum>),
}

/// The rings of a function, by partition.
#[derive(Default)]
struct Kept<T, S> {
    rings: Vec<Ring<T, S>>,
    /// By partition: places of the NULLs in its ring, the oldest first. Empty as long as no row had one.
    nulls: Vec<VecDeque<usize>>,
}

/// The frame of the last row of a partition. One line of the cache, so that a row costs two: this one and the one of its place.
#[derive(Default)]
#[repr(align(64))]
struct Ring<T, S> {
    /// Grows up to the rows of a full frame.
    values: Vec<T>,
    /// Where the next value goes.
    next: usize,
    /// Of those that are not NULL.
    sum: S,
}

/// How many rows ahead the place of a value is asked for.
const ROWS_AHEAD: usize = 8;

const _: () = assert!(size_of::<Ring<f64, DoubleSum>>() == 64);

impl<T: Copy, S: RunningSum<T>> Ring<T, S> {
    /// Takes the value of the next row, where none is NULL and a full frame has so many rows. Hot: once per row.
    #[inline]
    fn slide(&mut self, value: T, rows: usize) {
        match self.put(value, rows) {
            Some(oldest) => self.sum.exchange(oldest, value),
            None => self.sum.add(value),
        }
        if self.sum.is_worn(self.values.len()) {
            self.renew(&VecDeque::new());
        }
    }

    /// As `slide`, of a value that may be NULL, as some of the ring are.
    fn slide_nullable(&mut self, value: T, is_null: bool, nulls: &mut VecDeque<usize>, rows: usize) {
        let place = self.next;
        match self.put(value, rows) {
            Some(_) if nulls.front() == Some(&place) => drop(nulls.pop_front()),
            Some(oldest) => self.sum.take_back(oldest),
            None => {}
        }
        match is_null {
            true => nulls.push_back(place),
            false => self.sum.add(value),
        }
        if nulls.len() == self.values.len() {
            self.sum = S::default();
        } else if self.sum.is_worn(self.values.len()) {
            self.renew(nulls);
        }
    }

    /// Puts a value into the place of the oldest one, which is given back, or into a new one.
    #[inline]
    fn put(&mut self, value: T, rows: usize) -> Option<T> {
        let place = self.next;
        self.next = if place + 1 == rows { 0 } else { place + 1 };
        match self.values.get_mut(place) {
            Some(oldest) => Some(std::mem::replace(oldest, value)),
            None => {
                self.values.push(value);
                None
            }
        }
    }

    /// Adds all values up anew, the oldest first.
    #[cold]
    fn renew(&mut self, nulls: &VecDeque<usize>) {
        self.sum = S::default();
        let (newer, older) = self.values.split_at(if self.next < self.values.len() { self.next } else { 0 });
        let mut nulls = nulls.iter().peekable();
        let places = (newer.len()..self.values.len()).chain(0..newer.len());
        for (place, value) in places.zip(older.iter().chain(newer)) {
            if nulls.next_if_eq(&&place).is_none() {
                self.sum.add(*value);
            }
        }
    }
}

/// The rows of a batch, by partition, and how many of them make a full frame.
struct Asked<'a> {
    partitions: &'a [u32],
    /// All partitions have lower numbers.
    bound: usize,
    rows: usize,
}

impl<T: Copy + Default, S: RunningSum<T>> Kept<T, S> {
    /// Takes rows one after the other, and shows the sum over the frame of each and how many values are in it. Hot: once per batch.
    fn slide(&mut self, asked: &Asked<'_>, values: &[T], validity: Option<&Bitmap>, mut give: impl FnMut(&S, i64)) {
        if !self.has_nulls(validity) {
            return self.slide_values(asked, values, give);
        }
        let Self { rings, nulls } = self;
        rings.resize_with(asked.bound, Ring::default);
        nulls.resize_with(asked.bound, VecDeque::new);
        for (row, (partition, value)) in asked.partitions.iter().zip(values).enumerate() {
            let (ring, nulls) = (&mut rings[*partition as usize], &mut nulls[*partition as usize]);
            ring.slide_nullable(*value, validity.is_some_and(|validity| !validity.get(row)), nulls, asked.rows);
            give(&ring.sum, (ring.values.len() - nulls.len()) as i64);
        }
    }

    /// Whether there is a NULL in a ring, or may be one among new values.
    fn has_nulls(&self, validity: Option<&Bitmap>) -> bool {
        validity.is_some() || !self.nulls.is_empty()
    }

    /// As `slide`, where nothing is NULL: each frame has a value. Hot: once per row.
    fn slide_values(&mut self, asked: &Asked<'_>, values: &[T], mut give: impl FnMut(&S, i64)) {
        let rings = &mut self.rings;
        rings.resize_with(asked.bound, Ring::default);
        for (row, (partition, value)) in asked.partitions.iter().zip(values).enumerate() {
            if let Some(ahead) = asked.partitions.get(row + ROWS_AHEAD)
                && let ring = &rings[*ahead as usize]
                && let Some(oldest) = ring.values.get(ring.next)
            {
                prefetch(oldest);
            }
            let ring = &mut rings[*partition as usize];
            ring.slide(*value, asked.rows);
            give(&ring.sum, ring.values.len() as i64);
        }
    }

    fn forget(&mut self, partition: usize) {
        self.rings.get_mut(partition).into_iter().for_each(|ring| *ring = Ring::default());
        self.nulls.get_mut(partition).into_iter().for_each(|nulls| *nulls = VecDeque::new());
    }

    fn state_bytes(&self) -> usize {
        let values: usize = self.rings.iter().map(|ring| ring.values.capacity() * size_of::<T>()).sum();
        let nulls: usize = self.nulls.iter().map(|nulls| size_of_val(nulls) + nulls.capacity() * size_of::<usize>()).sum();
        self.rings.capacity() * size_of::<Ring<T, S>>() + values + nulls
    }
}

impl Rings {
    /// Without rows, if all functions are such as rings are for. Columns of the calls are those of the batches.
    pub fn of(calls: &[OverCall], types: &[DataType]) -> Option<Rings> {
        calls.iter().map(|call| RingCall::of(call, types)).collect::<Option<_>>().map(|calls| Rings { calls })
    }

    /// The answers for the rows of a batch, which belong to these partitions, numbered below `bound`. Hot: once per batch.
    pub fn answer(&mut self, columns: &[&Column], partitions: &[u32], bound: usize, answers: &mut [Answers]) {
        self.calls.iter_mut().zip(answers).for_each(|(call, out)| call.answer(columns, partitions, bound, out));
    }

    /// Forgets the rows of a partition.
    pub fn forget(&mut self, partition: u32) {
        let at = partition as usize;
        self.calls.iter_mut().for_each(|call| match &mut call.kind {
            Kind::Count(_, kept) => kept.forget(at),
            Kind::Whole(.., kept) => kept.forget(at),
            Kind::Decimal(.., kept) => kept.forget(at),
            Kind::Double(.., kept) => kept.forget(at),
        });
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        let of_call = |call: &RingCall| match &call.kind {
            Kind::Count(_, kept) => kept.state_bytes(),
            Kind::Whole(.., kept) => kept.state_bytes(),
            Kind::Decimal(.., kept) => kept.state_bytes(),
            Kind::Double(.., kept) => kept.state_bytes(),
        };
        self.calls.iter().map(of_call).sum()
    }
}

/// Rows of a full frame that ends with the row itself.
fn last_rows(frame: &Frame) -> Option<usize> {
    match (frame.unit, &frame.start, &frame.end) {
        (FrameUnit::Rows, Bound::CurrentRow, Bound::CurrentRow) => Some(1),
        (FrameUnit::Rows, Bound::Offset(Distance::Whole(n)), Bound::CurrentRow) if *n <= 0 => {
            usize::try_from(n.unsigned_abs()).ok()?.checked_add(1)
        }
        _ => None,
    }
}

impl RingCall {
    fn of(call: &OverCall, types: &[DataType]) -> Option<RingCall> {
        let rows = last_rows(&call.frame)?;
        let kind = match CallState::new(call).plain()? {
            Plain::Count(argument) => Kind::Count(argument, Kept::default()),
            Plain::Double(argument, total) => Kind::Double(argument, total, Kept::default()),
            Plain::Whole(argument, total) => match types[argument] {
                DataType::Decimal { .. } => Kind::Decimal(argument, total, Kept::default()),
                _ => Kind::Whole(argument, total, Kept::default()),
            },
        };
        Some(RingCall { rows, data_type: call.data_type.clone(), kind })
    }

    fn answer(&mut self, columns: &[&Column], partitions: &[u32], bound: usize, out: &mut Answers) {
        let Self { rows, data_type, kind } = self;
        let asked = Asked { partitions, bound, rows: *rows };
        match kind {
            Kind::Count(argument, kept) => {
                let validity = argument.and_then(|argument| columns[argument].validity.as_ref());
                kept.slide(&asked, &vec![(); partitions.len()], validity, |(), count| out.column.push(&Value::Int(count)));
            }
            Kind::Whole(argument, total, kept) => {
                let column = columns[*argument];
                let give = |sum: &WideSum, count| out.push_whole(sum, count, *total, data_type);
                kept.slide(&asked, &whole_values(column), column.validity.as_ref(), give);
            }
            Kind::Decimal(argument, total, kept) => {
                let Column { values: Values::I128(values), validity } = columns[*argument] else { return };
                kept.slide(&asked, values, validity.as_ref(), |sum, count| out.push_whole(sum, count, *total, data_type));
            }
            Kind::Double(argument, total, kept) => {
                let column = columns[*argument];
                let (values, validity) = (double_values(column), column.validity.as_ref());
                match &mut out.column {
                    Column { values: Values::F64(answers), validity: None } if !kept.has_nulls(validity) => {
                        kept.slide_values(&asked, &values, |sum, count| answers.push(double_result(sum, count, *total)));
                    }
                    _ => kept.slide(&asked, &values, validity, |sum, count| out.push_double(sum, count, *total)),
                }
            }
        }
    }
}

/// The integers of a column as wide ones.
fn whole_values(column: &Column) -> Cow<'_, [i64]> {
    match &column.values {
        Values::I64(values) => Cow::Borrowed(values),
        _ => (0..column.len()).map(|row| whole_value(column, row) as i64).collect(),
    }
}

/// The floating numbers of a column as wide ones.
fn double_values(column: &Column) -> Cow<'_, [f64]> {
    match &column.values {
        Values::F64(values) => Cow::Borrowed(values),
        _ => (0..column.len()).map(|row| double_value(column, row)).collect(),
    }
}

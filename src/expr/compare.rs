//! `= <> < <= > >=` of every type, as a column of BOOLEAN or straight as a selection.
//!
//! Integers, decimals, times: by number. Floats: as PostgreSQL orders them, NaN equal to itself and greater than everything
//! else. Text and bytes: by bytes; the prefixes in the string views decide most rows without touching the arena.

use std::cmp::Ordering;

use super::BinaryOp;
use super::operand::{Native, Operand, Rows, Side, StrSide, both_valid, map2};
use crate::batch::compress::{count_ones, mask_of, mask_of_pairs, rows_of};
use crate::batch::{Bitmap, Column, Selection, Values};

/// The order of a native type.
pub(super) trait Comparable: Native {
    /// Whether both are equal.
    fn same(self, other: Self) -> bool;
    /// Whether this one comes first.
    fn before(self, other: Self) -> bool;
}

macro_rules! comparable {
    ($($type:ty),*) => {$(
        impl Comparable for $type {
            #[inline]
            fn same(self, other: Self) -> bool { self == other }
            #[inline]
            fn before(self, other: Self) -> bool { self < other }
        }
    )*};
}

macro_rules! comparable_float {
    ($($type:ty),*) => {$(
        impl Comparable for $type {
            #[inline]
            fn same(self, other: Self) -> bool { (self == other) | (self.is_nan() & other.is_nan()) }
            #[inline]
            fn before(self, other: Self) -> bool { (self < other) | (!self.is_nan() & other.is_nan()) }
        }
    )*};
}

comparable!(bool, i8, i16, i32, i64, i128);
comparable_float!(f32, f64);

/// What becomes of the outcomes of a comparison.
trait Outcome {
    type Out;
    fn pairs<T: Copy>(self, a: Side<'_, T>, b: Side<'_, T>, holds: impl Fn(T, T) -> bool) -> Self::Out;
    fn rows(self, holds: impl Fn(usize) -> bool) -> Self::Out;
}

struct AsBools<'a>(Rows<'a>);

impl Outcome for AsBools<'_> {
    type Out = Vec<bool>;

    fn pairs<T: Copy>(self, a: Side<'_, T>, b: Side<'_, T>, holds: impl Fn(T, T) -> bool) -> Vec<bool> {
        map2(a, b, self.0, holds)
    }

    fn rows(self, holds: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut out = vec![false; self.0.len];
        self.0.selection.iter().for_each(|row| out[row] = holds(row));
        out
    }
}

struct AsSelection<'a> {
    rows: Rows<'a>,
    validity: Option<Bitmap>,
}

impl Outcome for AsSelection<'_> {
    type Out = Selection;

    fn pairs<T: Copy>(self, a: Side<'_, T>, b: Side<'_, T>, holds: impl Fn(T, T) -> bool) -> Selection {
        if let Selection::All(rows) = self.rows.selection {
            let mut words = Vec::new();
            AsMask { validity: self.validity.as_ref(), rows: *rows, words: &mut words }.pairs(a, b, holds);
            return match count_ones(&words) {
                count if count == *rows => Selection::All(count),
                count => Selection::Rows(rows_of(&words, count)),
            };
        }
        match (a, b) {
            (Side::Slice(a), Side::One(b)) => self.rows(|row| holds(a[row], b)),
            (Side::One(a), Side::Slice(b)) => self.rows(|row| holds(a, b[row])),
            _ => self.rows(|row| holds(a.at(row), b.at(row))),
        }
    }

    fn rows(self, holds: impl Fn(usize) -> bool) -> Selection {
        match self.validity {
            None => keep(self.rows.selection, holds),
            Some(validity) => keep(self.rows.selection, |row| validity.get(row) & holds(row)),
        }
    }
}

/// One bit a row, all rows being looked at.
struct AsMask<'a> {
    validity: Option<&'a Bitmap>,
    rows: usize,
    words: &'a mut Vec<u64>,
}

impl Outcome for AsMask<'_> {
    type Out = ();

    fn pairs<T: Copy>(self, a: Side<'_, T>, b: Side<'_, T>, holds: impl Fn(T, T) -> bool) {
        self.words.clear();
        self.words.resize(self.rows.div_ceil(64), 0);
        match (a, b) {
            (Side::Slice(a), Side::One(b)) => mask_of(a, |a| holds(a, b), self.words),
            (Side::One(a), Side::Slice(b)) => mask_of(b, |b| holds(a, b), self.words),
            (Side::Slice(a), Side::Slice(b)) => mask_of_pairs(a, b, holds, self.words),
            (Side::One(a), Side::One(b)) => mask_of(&vec![holds(a, b); self.rows], |holds| holds, self.words),
        }
        if let Some(validity) = self.validity {
            self.words.iter_mut().zip(validity.words()).for_each(|(word, valid)| *word &= valid);
        }
    }

    fn rows(self, holds: impl Fn(usize) -> bool) {
        self.words.clear();
        self.words.resize(self.rows.div_ceil(64), 0);
        for row in 0..self.rows {
            let valid = self.validity.is_none_or(|v| v.get(row));
            self.words[row / 64] |= u64::from(valid & holds(row)) << (row % 64);
        }
    }
}

/// The selected rows for which `holds` says yes, without a branch for each; `Selection::All` where none is lost.
pub(super) fn keep(selection: &Selection, holds: impl Fn(usize) -> bool) -> Selection {
    let mut kept = vec![0u32; selection.len()];
    let mut count = 0;
    for row in selection.iter() {
        kept[count] = row as u32;
        count += usize::from(holds(row));
    }
    if let Selection::All(rows) = selection
        && count == *rows
    {
        return Selection::All(count);
    }
    kept.truncate(count);
    Selection::Rows(kept)
}

fn typed<T: Comparable, O: Outcome>(op: BinaryOp, a: &Operand<'_>, b: &Operand<'_>, outcome: O) -> O::Out {
    let (a, b) = (a.side::<T>(), b.side::<T>());
    match op {
        BinaryOp::Eq => outcome.pairs(a, b, T::same),
        BinaryOp::NotEq => outcome.pairs(a, b, |a, b| !a.same(b)),
        BinaryOp::Lt => outcome.pairs(a, b, T::before),
        BinaryOp::GtEq => outcome.pairs(a, b, |a, b| !a.before(b)),
        BinaryOp::Gt => outcome.pairs(a, b, |a, b| b.before(a)),
        _ => outcome.pairs(a, b, |a, b| !b.before(a)),
    }
}

/// Whether two strings are equal.
#[inline]
fn same_string(a: StrSide<'_>, b: StrSide<'_>, row: usize) -> bool {
    a.strings.same(a.at(row), b.strings, b.at(row))
}

/// The order of two strings by bytes.
#[inline]
fn order_strings(a: StrSide<'_>, b: StrSide<'_>, row: usize) -> Ordering {
    a.strings.order(a.at(row), b.strings, b.at(row))
}

fn strings<O: Outcome>(op: BinaryOp, a: StrSide<'_>, b: StrSide<'_>, outcome: O) -> O::Out {
    match op {
        BinaryOp::Eq => outcome.rows(|row| same_string(a, b, row)),
        BinaryOp::NotEq => outcome.rows(|row| !same_string(a, b, row)),
        BinaryOp::Lt => outcome.rows(|row| order_strings(a, b, row).is_lt()),
        BinaryOp::GtEq => outcome.rows(|row| order_strings(a, b, row).is_ge()),
        BinaryOp::Gt => outcome.rows(|row| order_strings(a, b, row).is_gt()),
        _ => outcome.rows(|row| order_strings(a, b, row).is_le()),
    }
}

fn dispatch<O: Outcome>(op: BinaryOp, a: &Operand<'_>, b: &Operand<'_>, outcome: O) -> O::Out {
    match a.column().values {
        Values::Bool(_) => typed::<bool, O>(op, a, b, outcome),
        Values::I8(_) => typed::<i8, O>(op, a, b, outcome),
        Values::I16(_) => typed::<i16, O>(op, a, b, outcome),
        Values::I32(_) => typed::<i32, O>(op, a, b, outcome),
        Values::I64(_) => typed::<i64, O>(op, a, b, outcome),
        Values::F32(_) => typed::<f32, O>(op, a, b, outcome),
        Values::F64(_) => typed::<f64, O>(op, a, b, outcome),
        Values::I128(_) => typed::<i128, O>(op, a, b, outcome),
        Values::Str(_) => strings(op, a.strings(), b.strings(), outcome),
    }
}

/// The comparison that is TRUE where `op` is FALSE; the order being total, NOT of a comparison is a comparison.
pub(super) fn negated(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Eq => BinaryOp::NotEq,
        BinaryOp::NotEq => BinaryOp::Eq,
        BinaryOp::Lt => BinaryOp::GtEq,
        BinaryOp::GtEq => BinaryOp::Lt,
        BinaryOp::Gt => BinaryOp::LtEq,
        BinaryOp::LtEq => BinaryOp::Gt,
        BinaryOp::IsDistinctFrom => BinaryOp::IsNotDistinctFrom,
        BinaryOp::IsNotDistinctFrom => BinaryOp::IsDistinctFrom,
        _ => return None,
    })
}

/// `a op b` as a column of BOOLEAN; neither side is a constant NULL. Hot: once per batch.
pub(super) fn evaluate(op: BinaryOp, a: &Operand<'_>, b: &Operand<'_>, rows: Rows<'_>) -> Column {
    Column { values: Values::Bool(dispatch(op, a, b, AsBools(rows))), validity: both_valid(a, b) }
}

/// The rows for which `a op b` is TRUE; neither side is a constant NULL. Hot: once per batch.
pub(super) fn select(op: BinaryOp, a: &Operand<'_>, b: &Operand<'_>, rows: Rows<'_>) -> Selection {
    dispatch(op, a, b, AsSelection { rows, validity: both_valid(a, b) })
}

/// The rows of all `rows` for which `a op b` is TRUE, as a mask; neither side is a constant NULL. Hot: once per batch.
pub(super) fn mask(op: BinaryOp, a: &Operand<'_>, b: &Operand<'_>, rows: usize, words: &mut Vec<u64>) {
    let validity = both_valid(a, b);
    dispatch(op, a, b, AsMask { validity: validity.as_ref(), rows, words });
}

/// Whether `a IS DISTINCT FROM b`, as a column without NULLs; either side may be a constant NULL.
pub(super) fn distinct(a: &Operand<'_>, b: &Operand<'_>, rows: Rows<'_>) -> Column {
    let valid = |operand: &Operand<'_>, row: usize| match operand.is_constant() {
        true => !operand.is_constant_null(),
        false => operand.validity().is_none_or(|v| v.get(row)),
    };
    let mut differs = dispatch(BinaryOp::NotEq, a, b, AsBools(rows));
    if a.column().validity.is_some() || b.column().validity.is_some() {
        for row in rows.selection.iter() {
            let (left, right) = (valid(a, row), valid(b, row));
            differs[row] = (left != right) | (left & right & differs[row]);
        }
    }
    Column::from_values(Values::Bool(differs))
}

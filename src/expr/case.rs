//! CASE and COALESCE: each branch is evaluated for the rows that reach it, and its values are laid into one result.
//!
//! Where the conditions are masks, rows are told apart 64 at a time; otherwise by lists of row numbers.

use super::RowErrors;
use super::compare::keep;
use super::node::Node;
use super::operand::{Native, Operand, Side, strings_of};
use crate::batch::compress::{count_ones, rows_of};
use crate::batch::{Batch, Bitmap, Column, Selection, Values};
use crate::types::{DataType, Representation};

/// A compiled CASE.
pub(super) struct Case {
    /// Conditions and results.
    pub branches: Vec<(Node, Node)>,
    /// ELSE; NULL without one.
    pub otherwise: Option<Box<Node>>,
    /// Type of the result.
    pub result: DataType,
}

impl Case {
    /// Evaluates on the selected rows. Hot: once per batch.
    pub fn evaluate(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Column {
        let is_text = self.result.representation() == Representation::Str;
        if !is_text && matches!(selection, Selection::All(_)) && self.branches.iter().all(|(when, _)| when.is_maskable()) {
            return self.evaluate_by_masks(batch, errors);
        }
        let mut merged = Column::nulls(&self.result, batch.rows());
        let mut open = selection.clone();
        for (when, then) in &mut self.branches {
            if open.is_empty() {
                return merged;
            }
            let taken = when.select(batch, &open, errors);
            if !taken.is_empty() {
                lay(&mut merged, &then.evaluate(batch, &taken, errors), &taken);
                open = without(&open, &taken);
            }
        }
        if let (Some(otherwise), false) = (&mut self.otherwise, open.is_empty()) {
            lay(&mut merged, &otherwise.evaluate(batch, &open, errors), &open);
        }
        merged
    }

    /// As `evaluate`, of all rows.
    fn evaluate_by_masks(&mut self, batch: &Batch, errors: &mut RowErrors) -> Column {
        let rows = batch.rows();
        let mut merged = Merged { column: Column::nulls(&self.result, rows), nulls: vec![0; rows.div_ceil(64)] };
        let mut open = vec![u64::MAX; rows.div_ceil(64)];
        if let (Some(last), 1..) = (open.last_mut(), rows % 64) {
            *last = (1 << (rows % 64)) - 1;
        }
        let mut taken = Vec::new();
        for (when, then) in &mut self.branches {
            when.mask(batch, &mut taken);
            for (taken, open) in taken.iter_mut().zip(&mut open) {
                *taken &= *open;
                *open &= !*taken;
            }
            merged.lay(then, &taken, batch, errors);
        }
        match &mut self.otherwise {
            Some(otherwise) => merged.lay(otherwise, &open, batch, errors),
            None => merged.nulls.iter_mut().zip(&open).for_each(|(nulls, open)| *nulls |= open),
        }
        merged.finish()
    }
}

/// The result of a CASE by masks while it is put together.
struct Merged {
    column: Column,
    /// A bit for each row that is NULL.
    nulls: Vec<u64>,
}

impl Merged {
    /// Lays the values of a branch where the mask has a bit.
    fn lay(&mut self, branch: &mut Node, words: &[u64], batch: &Batch, errors: &mut RowErrors) {
        let count = count_ones(words);
        if count == 0 {
            return;
        }
        // What is there already is taken for all rows, what has to be computed, and may fail, only for those that want it.
        let selection = match branch {
            Node::Column(_) | Node::Constant(_) => Selection::All(batch.rows()),
            _ => Selection::Rows(rows_of(words, count)),
        };
        let from = branch.evaluate(batch, &selection, errors);
        if from.is_constant_null() {
            self.nulls.iter_mut().zip(words).for_each(|(nulls, word)| *nulls |= word);
            return;
        }
        match &mut self.column.values {
            Values::Bool(out) => blend(out, from.side(), words),
            Values::I8(out) => blend(out, from.side(), words),
            Values::I16(out) => blend(out, from.side(), words),
            Values::I32(out) => blend(out, from.side(), words),
            Values::I64(out) => blend(out, from.side(), words),
            Values::F32(out) => blend(out, from.side(), words),
            Values::F64(out) => blend(out, from.side(), words),
            Values::I128(out) => blend(out, from.side(), words),
            Values::Str(_) => unreachable!("texts are not laid by masks"),
        }
        if let Some(valid) = from.validity() {
            let bits = words.iter().zip(valid.words());
            self.nulls.iter_mut().zip(bits).for_each(|(nulls, (word, valid))| *nulls |= word & !valid);
        }
    }

    fn finish(mut self) -> Column {
        self.column.validity = None;
        let nulls = rows_of(&self.nulls, count_ones(&self.nulls));
        nulls.into_iter().for_each(|row| self.column.set_null(row as usize));
        self.column
    }
}

/// Replaces the values whose bit is set. Hot: once per row.
fn blend<T: Native>(out: &mut [T], from: Side<'_, T>, words: &[u64]) {
    let pick = |word: u64, at: usize, new: T, old: T| if word >> at & 1 == 1 { new } else { old };
    match from {
        Side::One(value) => {
            for (out, word) in out.chunks_mut(64).zip(words) {
                out.iter_mut().enumerate().for_each(|(at, out)| *out = pick(*word, at, value, *out));
            }
        }
        Side::Slice(values) => {
            for ((out, values), word) in out.chunks_mut(64).zip(values.chunks(64)).zip(words) {
                out.iter_mut().zip(values).enumerate().for_each(|(at, (out, value))| *out = pick(*word, at, *value, *out));
            }
        }
    }
}

/// COALESCE of the arguments. Hot: once per batch.
pub(super) fn coalesce(
    args: &mut [Node],
    result: &DataType,
    batch: &Batch,
    selection: &Selection,
    errors: &mut RowErrors,
) -> Column {
    let mut merged = Column::nulls(result, batch.rows());
    let mut open = selection.clone();
    for arg in args {
        if open.is_empty() {
            break;
        }
        lay(&mut merged, &arg.evaluate(batch, &open, errors), &open);
        open = keep(&open, |row| merged.is_null(row));
    }
    merged
}

/// The rows of `open` that are not in `taken`, a part of it.
fn without(open: &Selection, taken: &Selection) -> Selection {
    let mut taken = taken.iter().peekable();
    open.filter(|row| {
        if taken.peek() == Some(&row) {
            taken.next();
            return false;
        }
        true
    })
}

/// Lays the selected values of `from` into `merged`; where it does not say which rows have values, none has so far.
pub(super) fn lay(merged: &mut Column, from: &Operand<'_>, selection: &Selection) {
    if from.is_constant_null() {
        return;
    }
    let at = |row: usize| if from.is_constant() { 0 } else { row };
    macro_rules! lay_native {
        ($out:expr, $values:expr) => {
            for row in selection.iter() {
                $out[row] = $values[at(row)];
            }
        };
    }
    match (&mut merged.values, &from.column().values) {
        (Values::Bool(out), Values::Bool(v)) => lay_native!(out, v),
        (Values::I8(out), Values::I8(v)) => lay_native!(out, v),
        (Values::I16(out), Values::I16(v)) => lay_native!(out, v),
        (Values::I32(out), Values::I32(v)) => lay_native!(out, v),
        (Values::I64(out), Values::I64(v)) => lay_native!(out, v),
        (Values::F32(out), Values::F32(v)) => lay_native!(out, v),
        (Values::F64(out), Values::F64(v)) => lay_native!(out, v),
        (Values::I128(out), Values::I128(v)) => lay_native!(out, v),
        (Values::Str(out), v) => {
            let strings = strings_of(v);
            selection.iter().for_each(|row| out.set(row, strings.bytes(at(row))));
        }
        (out, v) => panic!("{:?} laid into {:?}", v.representation(), out.representation()),
    }
    let len = from.column().len().max(merged.values.len());
    let validity = merged.validity.get_or_insert_with(|| Bitmap::filled(len, false));
    match from.validity() {
        None => selection.iter().for_each(|row| validity.set(row, true)),
        Some(valid) => selection.iter().for_each(|row| validity.set(row, valid.get(row))),
    }
}

//! CASE and COALESCE: each branch is evaluated for the rows that reach it, and its values are laid into one result.

use super::RowErrors;
use super::compare::keep;
use super::node::Node;
use super::operand::{Operand, strings_of};
use crate::batch::{Batch, Bitmap, Column, Selection, Values};
use crate::types::DataType;

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

/// Lays the selected values of `from` into `merged`, whose rows are NULL so far.
fn lay(merged: &mut Column, from: &Operand<'_>, selection: &Selection) {
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

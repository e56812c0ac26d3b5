//! Three-valued logic: NOT, IS NULL and its like, AND and OR.
//!
//! AND and OR walk their parts from left to right over fewer and fewer rows: a row whose outcome is decided is not looked at
//! again, so it cannot fail in a later part.

use super::RowErrors;
use super::compare::keep;
use super::node::Node;
use super::operand::{Native, Operand, Rows, map};
use crate::batch::{Batch, Bitmap, Column, Selection, Values};

/// A question whose answer is never NULL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Null,
    NotNull,
    True,
    NotTrue,
    False,
    NotFalse,
}

/// The value that decides a chain: FALSE for AND, TRUE for OR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absorbing {
    False,
    True,
}

/// NOT, NULL staying NULL. Hot: once per batch.
pub(super) fn not(column: &Column, rows: Rows<'_>) -> Column {
    Column { values: Values::Bool(map(bool::slice(&column.values), rows, |v| !v)), validity: column.validity.clone() }
}

/// The answers of a test. Hot: once per batch.
pub(super) fn test(test: Test, column: &Column, rows: Rows<'_>) -> Column {
    let answers = match test {
        Test::Null => presence(column, rows, |valid| !valid),
        Test::NotNull => presence(column, rows, |valid| valid),
        Test::True => truth(column, rows, |valid, value| valid & value),
        Test::NotTrue => truth(column, rows, |valid, value| !(valid & value)),
        Test::False => truth(column, rows, |valid, value| valid & !value),
        Test::NotFalse => truth(column, rows, |valid, value| !(valid & !value)),
    };
    Column::from_values(Values::Bool(answers))
}

fn presence(column: &Column, rows: Rows<'_>, answer: impl Fn(bool) -> bool) -> Vec<bool> {
    match &column.validity {
        None => vec![answer(true); rows.len],
        Some(validity) => validity.iter().map(answer).collect(),
    }
}

fn truth(column: &Column, rows: Rows<'_>, answer: impl Fn(bool, bool) -> bool) -> Vec<bool> {
    let values = bool::slice(&column.values);
    match &column.validity {
        None => map(values, rows, |value| answer(true, value)),
        Some(validity) => validity.iter().zip(values).map(|(valid, value)| answer(valid, *value)).collect(),
    }
}

/// AND or OR of the parts as a column. Hot: once per batch.
pub(super) fn chain(
    nodes: &mut [Node],
    absorbing: Absorbing,
    batch: &Batch,
    selection: &Selection,
    errors: &mut RowErrors,
) -> Column {
    let absorbing = absorbing == Absorbing::True;
    let mut outcome = vec![!absorbing; batch.rows()];
    let mut validity: Option<Bitmap> = None;
    let mut open = selection.clone();
    for node in nodes {
        if open.is_empty() {
            break;
        }
        let operand = node.evaluate(batch, &open, errors);
        let (values, known) = (operand.side::<bool>(), Known::of(&operand));
        let decided = |row: usize| known.at(row) & (values.at(row) == absorbing);
        if known.may_be_null() {
            let validity = validity.get_or_insert_with(|| Bitmap::filled(batch.rows(), true));
            open.iter().filter(|row| !known.at(*row)).for_each(|row| validity.set(row, false));
        }
        for row in open.iter().filter(|row| decided(*row)) {
            outcome[row] = absorbing;
            if let Some(validity) = &mut validity {
                validity.set(row, true);
            }
        }
        open = keep(&open, |row| !decided(row));
    }
    Column { values: Values::Bool(outcome), validity }
}

/// Which rows of an operand have a value, constants included.
enum Known<'a> {
    All,
    None,
    Some(&'a Bitmap),
}

impl<'a> Known<'a> {
    fn of(operand: &'a Operand<'_>) -> Self {
        match operand.validity() {
            _ if operand.is_constant_null() => Known::None,
            None => Known::All,
            Some(validity) => Known::Some(validity),
        }
    }

    fn may_be_null(&self) -> bool {
        !matches!(self, Known::All)
    }

    #[inline]
    fn at(&self, row: usize) -> bool {
        match self {
            Known::All => true,
            Known::None => false,
            Known::Some(validity) => validity.get(row),
        }
    }
}

/// The rows for which every part is TRUE. Hot: once per batch.
pub(super) fn select_all(nodes: &mut [Node], batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Selection {
    let Some((first, rest)) = nodes.split_first_mut() else { return selection.clone() };
    let mut selected = first.select(batch, selection, errors);
    for node in rest {
        if selected.is_empty() {
            break;
        }
        selected = node.select(batch, &selected, errors);
    }
    selected
}

/// The rows for which some part is TRUE. Hot: once per batch.
pub(super) fn select_any(nodes: &mut [Node], batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Selection {
    let mut taken = vec![false; batch.rows()];
    let mut open = selection.clone();
    for node in nodes {
        if open.is_empty() {
            break;
        }
        node.select(batch, &open, errors).iter().for_each(|row| taken[row] = true);
        open = keep(&open, |row| !taken[row]);
    }
    keep(selection, |row| taken[row])
}

/// The rows for which a BOOLEAN is TRUE. Hot: once per batch.
pub(super) fn select_true(operand: &Operand<'_>, selection: &Selection) -> Selection {
    let (values, known) = (operand.side::<bool>(), Known::of(operand));
    match known {
        Known::All => keep(selection, |row| values.at(row)),
        known => keep(selection, |row| known.at(row) & values.at(row)),
    }
}

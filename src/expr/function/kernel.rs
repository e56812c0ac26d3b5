//! How library functions run over columns: closures over row numbers, NULL in NULL out, one dispatch per batch.

use crate::batch::{Bitmap, Column, Selection, StrColumn, Values};
use crate::expr::{Kernel, RowErrors};

/// A kernel made of a closure.
pub(super) struct Run<F>(pub F);

impl<F> Kernel for Run<F>
where
    F: FnMut(&[&Column], usize, &Selection, &mut RowErrors) -> Column + Send,
{
    fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, errors: &mut RowErrors) -> Column {
        (self.0)(args, rows, selection, errors)
    }
}

/// The selected rows of which no argument is NULL.
fn present(args: &[&Column], row: usize) -> bool {
    args.iter().all(|a| !a.is_null(row))
}

/// A fixed-width column: `compute` gives the value of a row whose arguments are all there, or `None` for NULL. Hot: once per row.
pub(super) fn map<T: Copy + Default>(
    args: &[&Column],
    rows: usize,
    selection: &Selection,
    wrap: fn(Vec<T>) -> Values,
    mut compute: impl FnMut(usize) -> Option<T>,
) -> Column {
    let mut values = vec![T::default(); rows];
    let mut validity = None;
    let may_be_null = args.iter().any(|a| a.validity.is_some());
    for row in selection.iter() {
        match if may_be_null && !present(args, row) { None } else { compute(row) } {
            Some(value) => values[row] = value,
            None => validity.get_or_insert_with(|| Bitmap::filled(rows, true)).set(row, false),
        }
    }
    Column { values: wrap(values), validity }
}

/// What a text function says of a row.
pub(super) enum Text {
    /// The scratch buffer holds the result.
    Written,
    /// The result is NULL.
    Null,
}

/// A text column: `compute` writes the result of a row whose arguments are all there to an empty buffer. Hot: once per row.
pub(super) fn map_text(
    args: &[&Column],
    rows: usize,
    selection: &Selection,
    mut compute: impl FnMut(usize, &mut Vec<u8>) -> Text,
) -> Column {
    let mut values = StrColumn::with_capacity(rows);
    let mut validity = None;
    let mut scratch = Vec::new();
    for row in selection.iter() {
        values.extend_empty(row - values.len());
        scratch.clear();
        match if present(args, row) { compute(row, &mut scratch) } else { Text::Null } {
            Text::Written => values.push(&scratch),
            Text::Null => {
                values.extend_empty(1);
                validity.get_or_insert_with(|| Bitmap::filled(rows, true)).set(row, false);
            }
        }
    }
    values.extend_empty(rows - values.len());
    Column { values: Values::Str(values), validity }
}

/// The strings of a text argument.
pub(super) fn text<'a>(column: &'a Column) -> &'a StrColumn {
    match &column.values {
        Values::Str(strings) => strings,
        other => unreachable!("a text argument is {:?}", other.representation()),
    }
}

/// The values of a BIGINT-like argument.
pub(super) fn i64s(column: &Column) -> &[i64] {
    match &column.values {
        Values::I64(values) => values,
        other => unreachable!("a 64-bit argument is {:?}", other.representation()),
    }
}

/// The values of an INT-like argument.
pub(super) fn i32s(column: &Column) -> &[i32] {
    match &column.values {
        Values::I32(values) => values,
        other => unreachable!("a 32-bit argument is {:?}", other.representation()),
    }
}

/// The values of a DOUBLE argument.
pub(super) fn f64s(column: &Column) -> &[f64] {
    match &column.values {
        Values::F64(values) => values,
        other => unreachable!("a DOUBLE argument is {:?}", other.representation()),
    }
}

//! CAST and TRY_CAST: which pairs of types convert, and the kernel of each.
//!
//! Numbers are range checked; floats and decimals become integers by dropping the fraction, decimals change scale by rounding half
//! away from zero. Text is trimmed before it is read. TIMESTAMP and TIMESTAMP_LTZ convert in UTC; a lower precision cuts digits
//! off. Numbers never become times or intervals. A value that cannot be converted fails the row (CAST) or is NULL (TRY_CAST).

mod numeric;
mod text;
mod time;

use super::operand::{Native, Rows, UnaryKernel, map, report};
use super::{CastFailure, RowErrors};
use crate::batch::text::write_value;
use crate::batch::{Bitmap, Column};
use crate::types::DataType;

/// Characters of a value that are shown in the reason of a failed cast.
const SHOWN_MAX: usize = 64;

/// Whether values of `from` can be cast to `to`.
pub fn castable(from: &DataType, to: &DataType) -> bool {
    *from == DataType::Null || is_free(from, to) || kernel(from, to, CastFailure::RowError).is_some()
}

/// Whether a cast changes no value, so that no kernel is needed.
pub(super) fn is_free(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Varchar(_), DataType::Varchar(None)) | (DataType::Varchar(_), DataType::Bytes) => true,
        (DataType::Varchar(Some(from)), DataType::Varchar(Some(to))) => from <= to,
        (from, DataType::Varchar(None)) if is_json(from) => true,
        (from, to) if is_json(from) && is_json(to) => true,
        (DataType::Timestamp(from) | DataType::TimestampLtz(from), DataType::Timestamp(to) | DataType::TimestampLtz(to)) => {
            from <= to
        }
        (DataType::Time(from), DataType::Time(to)) => from <= to,
        _ => from == to,
    }
}

/// Types carried as JSON text.
fn is_json(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Json | DataType::Array(_) | DataType::Row(_) | DataType::Map(..))
}

/// The kernel from one type to another that is not free, if there is one.
pub(super) fn kernel(from: &DataType, to: &DataType, on_failure: CastFailure) -> Option<UnaryKernel> {
    let conversion = Conversion { from: from.clone(), to: to.clone(), on_failure };
    match (from, to) {
        (_, DataType::Varchar(length)) => Some(text::write(conversion, *length)),
        (DataType::Varchar(_), _) => text::read(conversion),
        _ if is_number_or_boolean(from) && is_number_or_boolean(to) => numeric::kernel(conversion),
        _ => time::kernel(conversion),
    }
}

fn is_number_or_boolean(data_type: &DataType) -> bool {
    data_type.is_numeric() || *data_type == DataType::Boolean
}

/// What is converted to what, and what a failure does.
struct Conversion {
    from: DataType,
    to: DataType,
    on_failure: CastFailure,
}

impl Conversion {
    /// Reports the rows that failed, or makes them NULL. Cold: only after a failure was seen.
    #[cold]
    fn settle(
        &self,
        input: &Column,
        output: &mut Column,
        rows: Rows<'_>,
        errors: &mut RowErrors,
        failed: impl Fn(usize) -> bool,
    ) {
        match self.on_failure {
            CastFailure::RowError => {
                report(rows, input.validity.as_ref(), errors, |row| failed(row).then(|| self.reason(input, row)))
            }
            CastFailure::Null => {
                rows.selection.iter().filter(|row| !input.is_null(*row) && failed(*row)).for_each(|row| output.set_null(row))
            }
        }
    }

    fn reason(&self, input: &Column, row: usize) -> String {
        let mut text = Vec::new();
        write_value(input, row, &self.from, &mut text);
        let text = String::from_utf8_lossy(&text);
        let shown: String = text.chars().take(SHOWN_MAX).collect();
        let more = if shown.len() < text.len() { "..." } else { "" };
        format!("'{shown}{more}' of type {} cannot be cast to {}", self.from, self.to)
    }
}

/// A kernel from one fixed-width type to another; `f` gives the value and whether it failed.
fn fixed<A: Native, U: Native>(conversion: Conversion, f: impl Fn(A) -> (U, bool) + Send + 'static) -> UnaryKernel {
    Box::new(move |column, rows, errors| {
        let input = A::slice(&column.values);
        let mut any_failed = false;
        let values = map(input, rows, |value| {
            let (value, failed) = f(value);
            any_failed |= failed;
            value
        });
        let mut output = Column { values: U::values(values), validity: column.validity.clone() };
        if any_failed {
            conversion.settle(column, &mut output, rows, errors, |row| f(input[row]).1);
        }
        output
    })
}

/// As `fixed`, for a conversion that gives `None` where it fails.
fn fixed_option<A: Native, U: Native>(conversion: Conversion, f: impl Fn(A) -> Option<U> + Send + 'static) -> UnaryKernel {
    fixed(conversion, move |value: A| f(value).map_or((U::default(), true), |value| (value, false)))
}

/// Whether row `row` has a value.
#[inline]
fn is_valid(validity: Option<&Bitmap>, row: usize) -> bool {
    validity.is_none_or(|v| v.get(row))
}

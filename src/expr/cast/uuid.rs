//! Casts between UUID and BYTES.

use super::super::RowErrors;
use super::super::operand::{Rows, UnaryKernel, map_strings, strings_of};
use super::{Conversion, is_valid};
use crate::batch::{Column, Values};
use crate::types::uuid;

/// The kernel from UUID to its 16 bytes.
pub(super) fn write_bytes() -> UnaryKernel {
    Box::new(|column, rows, _| {
        let Values::I128(uuids) = &column.values else { unreachable!("a UUID is 16 bytes") };
        let values = map_strings(rows, |row, out| {
            if is_valid(column.validity.as_ref(), row) {
                out.extend_from_slice(&uuid::bytes(uuids[row]));
            }
        });
        Column { values: Values::Str(values), validity: column.validity.clone() }
    })
}

/// The kernel from bytes to UUID; other than 16 are a failure.
pub(super) fn read_bytes(conversion: Conversion) -> UnaryKernel {
    Box::new(move |column: &Column, rows: Rows<'_>, errors: &mut RowErrors| {
        let strings = strings_of(&column.values);
        let read = |row: usize| strings.bytes(row).try_into().ok().map(uuid::of_bytes);
        let mut values = vec![0; rows.len];
        let mut any_failed = false;
        for row in rows.selection.iter().filter(|row| is_valid(column.validity.as_ref(), *row)) {
            match read(row) {
                Some(uuid) => values[row] = uuid,
                None => any_failed = true,
            }
        }
        let mut output = Column { values: Values::I128(values), validity: column.validity.clone() };
        if any_failed {
            conversion.settle(column, &mut output, rows, errors, |row| read(row).is_none());
        }
        output
    })
}

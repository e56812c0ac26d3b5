//! How many of their arguments, of any types, are NULL or not.

use super::kernel::{Call, kernel};
use super::signature::function;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("NUM_NULLS", "(value, ...)", "How many of the values are NULL")
        .example("NUM_NULLS(1, NULL, 'a')", "1")
        .of(any_types, |_, _| count(|is_null| is_null)),
    function("NUM_NONNULLS", "(value, ...)", "How many of the values are not NULL")
        .example("NUM_NONNULLS(1, NULL, 'a')", "2")
        .of(any_types, |_, _| count(|is_null| !is_null)),
];

fn any_types(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    (!given.is_empty()).then(|| (given.to_vec(), DataType::Int))
}

fn count(counts: fn(bool) -> bool) -> Result<Box<dyn Kernel>> {
    kernel(move |call: Call<'_>| {
        let args = call.args();
        let count = |row: usize| args.iter().filter(|column| counts(column.is_null(row))).count();
        call.null_by_first(0).map(|row| Ok(Some(count(row) as i32)))
    })
}

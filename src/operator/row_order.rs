//! How the rows of a table of rows are ordered: by the keys of an ORDER BY, and where these leave two equal, by all columns.

use std::cmp::Ordering;

use crate::batch::Column;
use crate::state::cell;
use crate::types::relation::SortKey;

/// The order of two rows that differ in some column. Hot: once per comparison.
pub fn order(keys: &[SortKey], columns: &[Column], a: u32, b: u32) -> Ordering {
    let rest = || columns.iter().map(|column| cell::order(column, a as usize, b as usize));
    by_keys(keys, columns, a, b).then_with(|| rest().find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal))
}

/// The order of two rows by the keys alone. Hot: once per comparison.
pub fn by_keys(keys: &[SortKey], columns: &[Column], a: u32, b: u32) -> Ordering {
    let (a, b) = (a as usize, b as usize);
    let by = |key: &SortKey| {
        let column = &columns[key.column];
        match (column.is_null(a), column.is_null(b)) {
            (false, false) if key.descending => cell::order(column, b, a),
            (false, false) => cell::order(column, a, b),
            (a_null, b_null) if key.nulls_first => b_null.cmp(&a_null),
            (a_null, b_null) => a_null.cmp(&b_null),
        }
    };
    keys.iter().map(by).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

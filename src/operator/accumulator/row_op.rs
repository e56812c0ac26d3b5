//! One step of a function on the words of a group, for loops that find a row's group and feed all functions in one go.
//!
//! Only steps that cannot fail: a function whose sum might overflow with these rows, or whose state is elsewhere, offers none, and the batch
//! goes through the passes that can take it back.

use crate::state::{put_wide, wide};

/// What a function does with a row, by the row's number.
#[derive(Debug, Clone, Copy)]
pub enum RowOp<'a> {
    /// Adds to a double.
    AddF64(usize, &'a [f64]),
    /// Adds to an integer.
    AddI64(usize, &'a [i64]),
    /// Adds to an integer.
    AddI32(usize, &'a [i32]),
    /// Adds to an integer of two words, the low one first.
    AddI128(usize, &'a [i128]),
    /// Raises ranks (see `extreme`) of integers, those of MIN turned round by the mask.
    RaiseI64(usize, &'a [i64], u64),
    /// As `RaiseI64`.
    RaiseI32(usize, &'a [i32], u64),
    /// As `RaiseI64`.
    RaiseF64(usize, &'a [f64], u64),
}

impl RowOp<'_> {
    /// Hot: once per row and function.
    #[inline]
    pub fn apply(&self, words: &mut [u64], row: usize) {
        match *self {
            RowOp::AddF64(at, values) => add_f64(&mut words[at], values[row]),
            RowOp::AddI64(at, values) => words[at] = words[at].wrapping_add_signed(values[row]),
            RowOp::AddI32(at, values) => words[at] = words[at].wrapping_add_signed(values[row].into()),
            RowOp::AddI128(at, values) => {
                let sum = wide(&words[at..]).wrapping_add(values[row]);
                put_wide(&mut words[at..], sum);
            }
            RowOp::RaiseI64(at, values, flip) => words[at] = words[at].max(rank_of_integer(values[row]) ^ flip),
            RowOp::RaiseI32(at, values, flip) => words[at] = words[at].max(rank_of_integer(values[row].into()) ^ flip),
            RowOp::RaiseF64(at, values, flip) => {
                words[at] = words[at].max(rank_of_integer(super::extreme::order_of_double(values[row])) ^ flip);
            }
        }
    }
}

/// With this for a mask, a step that raises ranks of integers takes the ranks themselves.
pub const OF_RANKS: u64 = 1 << 63;

/// Adds to the double that a word holds.
#[inline]
pub fn add_f64(word: &mut u64, value: f64) {
    *word = (f64::from_bits(*word) + value).to_bits();
}

/// Integers as words in their order; 0 is the least.
#[inline]
pub fn rank_of_integer(value: i64) -> u64 {
    value as u64 ^ (1 << 63)
}

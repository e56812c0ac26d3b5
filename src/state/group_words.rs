//! Words of some groups, to be read: where they stand in a store, or copied out column by column. Row road.

use super::row_store::{RowStore, wide};

/// The words of some groups.
#[derive(Clone, Copy)]
pub enum GroupWords<'a> {
    /// Those of a store with these numbers.
    Stored(&'a RowStore, &'a [u32]),
    /// The first so many of columns, one for each word.
    Columns(&'a [Vec<u64>], usize),
}

impl<'a> GroupWords<'a> {
    /// How many groups there are.
    pub fn len(&self) -> usize {
        match self {
            GroupWords::Stored(_, numbers) => numbers.len(),
            GroupWords::Columns(_, count) => *count,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of the groups, for what is kept outside their words. Copied groups have none, and nothing outside their words.
    pub fn numbers(&self) -> &'a [u32] {
        match self {
            GroupWords::Stored(_, numbers) => numbers,
            GroupWords::Columns(..) => &[],
        }
    }

    /// What `of` makes of word `at` of each. Hot: once per group.
    #[inline]
    pub fn map<T>(&self, at: usize, of: impl Fn(u64) -> T) -> Vec<T> {
        match self {
            GroupWords::Stored(store, numbers) => numbers.iter().map(|group| of(store.word(*group as usize, at))).collect(),
            GroupWords::Columns(columns, count) => columns[at][..*count].iter().map(|word| of(*word)).collect(),
        }
    }

    /// What `of` makes of the integer in words `at` and `at + 1` of each. Hot: once per group.
    #[inline]
    pub fn map_wide<T>(&self, at: usize, of: impl Fn(i128) -> T) -> Vec<T> {
        match self {
            GroupWords::Stored(store, numbers) => {
                let (words, stride) = (store.words(), store.stride());
                numbers.iter().map(|group| of(wide(&words[*group as usize * stride + at..]))).collect()
            }
            GroupWords::Columns(columns, count) => {
                let pairs = columns[at][..*count].iter().zip(&columns[at + 1]);
                pairs.map(|(low, high)| of(wide(&[*low, *high]))).collect()
            }
        }
    }
}

//! What belongs to a group besides its key, as words of 64 bits side by side: a group is one cache line, or part of one. Row road.
//!
//! The first two words are those of the operator, the others belong to its aggregate functions, each at a place of its own.

/// Words by group number; all zero at first.
pub struct RowStore {
    words: Vec<u64>,
    stride: usize,
}

/// Word of a group that counts its rows.
pub const ROWS: usize = 0;

/// Word of a group that tells which batch met it last.
pub const MARK: usize = 1;

/// First word of a group that belongs to a function.
pub const FIRST_FUNCTION: usize = 2;

/// The integer of two words, the low one first.
#[inline]
pub fn wide(words: &[u64]) -> i128 {
    (u128::from(words[0]) | (u128::from(words[1]) << 64)) as i128
}

/// Replaces the integer of two words.
#[inline]
pub fn put_wide(words: &mut [u64], value: i128) {
    words[0] = value as u64;
    words[1] = (value >> 64) as u64;
}

/// Words of a cache line.
const LINE_WORDS: usize = 8;

impl RowStore {
    /// Groups of `words` words. They are spread so that none spans more cache lines than it must.
    pub fn new(words: usize) -> Self {
        let stride = if words <= LINE_WORDS { words.next_power_of_two() } else { words.next_multiple_of(LINE_WORDS) };
        Self { words: Vec::new(), stride }
    }

    /// Makes room for groups below `bound`.
    pub fn grow(&mut self, bound: usize) {
        if self.words.len() < bound * self.stride {
            self.words.resize(bound * self.stride, 0);
        }
    }

    /// Words from one group to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// All words, for loops over many groups: word `at` of group g stands at `g * stride + at`.
    #[inline]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// As `words`.
    #[inline]
    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// One word of a group.
    #[inline]
    pub fn word(&self, group: usize, at: usize) -> u64 {
        self.words[group * self.stride + at]
    }

    /// Makes the words of a group zero.
    pub fn clear(&mut self, group: usize) {
        self.words[group * self.stride..][..self.stride].fill(0);
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_keeps_its_words_while_others_come_and_go() {
        let mut store = RowStore::new(3);
        store.grow(2);
        let stride = store.stride();
        store.words_mut()[stride + 2] = 7;
        store.grow(100);
        store.clear(0);
        assert_eq!((store.word(1, 2), store.word(99, 0), stride), (7, 0, 4));
        assert_eq!(RowStore::new(9).stride(), 16);
    }
}

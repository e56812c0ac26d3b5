//! One bit a row, packed in 64-bit words: the validity of a column (1 = there is a value, 0 = NULL).

/// Bits in order of the rows; bits past the length are 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// `len` bits of the same value.
    pub fn filled(len: usize, value: bool) -> Self {
        let mut bitmap = Self { words: vec![if value { u64::MAX } else { 0 }; len.div_ceil(64)], len };
        bitmap.clear_tail();
        bitmap
    }

    /// Number of bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no bit.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bit `index`; panics past the length.
    #[inline]
    pub fn get(&self, index: usize) -> bool {
        debug_assert!(index < self.len);
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// Sets bit `index`.
    #[inline]
    pub fn set(&mut self, index: usize, value: bool) {
        debug_assert!(index < self.len);
        let mask = 1u64 << (index % 64);
        if value {
            self.words[index / 64] |= mask;
        } else {
            self.words[index / 64] &= !mask;
        }
    }

    /// Adds a bit.
    #[inline]
    pub fn push(&mut self, value: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.len += 1;
        if value {
            self.set(self.len - 1, true);
        }
    }

    /// Keeps the first `len` bits.
    pub fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.len = len;
            self.words.truncate(len.div_ceil(64));
            self.clear_tail();
        }
    }

    /// The words, 64 bits each, lowest bit first; bits past the length are 0.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Number of 1 bits.
    pub fn count_ones(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Bitwise AND of two bitmaps of equal length.
    pub fn and(&self, other: &Bitmap) -> Bitmap {
        assert_eq!(self.len, other.len);
        Self { words: self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect(), len: self.len }
    }

    /// The bits of the rows of a mask over as many rows. Hot: once per batch.
    pub fn compress(&self, mask: &[u64]) -> Bitmap {
        let mut out = Bitmap::default();
        for (bits, mask) in self.words.iter().zip(mask) {
            let mut left = *mask;
            while left != 0 {
                out.push(bits >> left.trailing_zeros() & 1 == 1);
                left &= left - 1;
            }
        }
        out
    }

    /// The bits, in order.
    pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.len).map(|i| self.get(i))
    }

    fn clear_tail(&mut self) {
        if let (Some(last), tail @ 1..) = (self.words.last_mut(), self.len % 64) {
            *last &= (1 << tail) - 1;
        }
    }
}

impl FromIterator<bool> for Bitmap {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let mut bitmap = Bitmap::default();
        for bit in bits {
            bitmap.push(bit);
        }
        bitmap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaves_like_a_vector_of_bools() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut naive: Vec<bool> = (0..1000).map(|_| random.bool()).collect();
        let mut bitmap: Bitmap = naive.iter().copied().collect();
        for _ in 0..1000 {
            let (at, value) = (random.usize(..naive.len()), random.bool());
            naive[at] = value;
            bitmap.set(at, value);
        }
        naive.truncate(333);
        bitmap.truncate(333);
        assert_eq!(bitmap.iter().collect::<Vec<_>>(), naive);
        assert_eq!(bitmap.count_ones(), naive.iter().filter(|b| **b).count());
    }
}

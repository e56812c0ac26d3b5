//! Rows of a batch as one bit each, and columns cut down to the rows of such a mask. Row road: loops over slices, once per batch.
//!
//! Bit i of word w stands for row 64 w + i; bits past the last row are 0. With AVX-512 or AVX2 (`x86`) eight or four doubles are
//! compared, or as many values moved together in a register, at once. Which way is taken is found out at run time; the other way is
//! safe code and the one the tests compare with.

#[cfg(target_arch = "x86_64")]
mod x86;

use bytemuck::NoUninit;

use super::vectors::vectorised;

/// What `holds` says of each value, 64 to a word. Hot: once per batch.
pub fn mask_of<T: Copy>(values: &[T], holds: impl Fn(T) -> bool, words: &mut [u64]) {
    assert_eq!(words.len(), values.len().div_ceil(64));
    vectorised(|| mask_each(values, holds, words));
}

#[inline(always)]
fn mask_each<T: Copy>(values: &[T], holds: impl Fn(T) -> bool, words: &mut [u64]) {
    let (whole, rest) = values.as_chunks::<64>();
    for (chunk, word) in whole.iter().zip(words.iter_mut()) {
        *word = chunk.iter().enumerate().fold(0, |bits, (i, value)| bits | u64::from(holds(*value)) << i);
    }
    if let (Some(word), true) = (words.last_mut(), !rest.is_empty()) {
        *word = rest.iter().enumerate().fold(0, |bits, (i, value)| bits | u64::from(holds(*value)) << i);
    }
}

/// As `mask_of`, of pairs.
pub fn mask_of_pairs<T: Copy>(left: &[T], right: &[T], holds: impl Fn(T, T) -> bool, words: &mut [u64]) {
    assert!(left.len() == right.len() && words.len() == left.len().div_ceil(64));
    vectorised(|| mask_each_pair(left, right, holds, words));
}

#[inline(always)]
fn mask_each_pair<T: Copy>(left: &[T], right: &[T], holds: impl Fn(T, T) -> bool, words: &mut [u64]) {
    let bits = |left: &[T], right: &[T]| {
        let pairs = left.iter().zip(right).enumerate();
        pairs.fold(0, |bits, (i, (a, b))| bits | u64::from(holds(*a, *b)) << i)
    };
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks::<64>(), right.as_chunks::<64>());
    for ((left, right), word) in left.iter().zip(right).zip(words.iter_mut()) {
        *word = bits(left, right);
    }
    if let (Some(word), true) = (words.last_mut(), !left_rest.is_empty()) {
        *word = bits(left_rest, right_rest);
    }
}

/// The values whose bit is set, of which there are `count`, in a vector with room for little more. Hot: once per column of a batch.
pub fn compress<T: NoUninit + Default>(values: &[T], words: &[u64], count: usize) -> Vec<T> {
    assert_eq!(words.len(), values.len().div_ceil(64));
    #[cfg(target_arch = "x86_64")]
    if let Some(out) = x86::compress(values, words, count) {
        return out;
    }
    compress_each(values, words, count)
}

fn compress_each<T: NoUninit + Default>(values: &[T], words: &[u64], count: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(count);
    let mut block = [T::default(); 64];
    for (chunk, word) in values.chunks(64).zip(words) {
        if *word == u64::MAX {
            out.extend_from_slice(chunk);
            continue;
        }
        let mut kept = 0;
        for (i, value) in chunk.iter().enumerate() {
            block[kept & 63] = *value;
            kept += (word >> i & 1) as usize;
        }
        out.extend_from_slice(&block[..kept]);
    }
    out
}

/// The numbers of the rows whose bit is set, of which there are `count`. Hot: once per batch.
pub fn rows_of(words: &[u64], count: usize) -> Vec<u32> {
    let all: Vec<u32> = (0..words.len() as u32 * 64).collect();
    compress(&all, words, count)
}

/// Number of 1 bits.
pub fn count_ones(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: NoUninit + Default + PartialEq + std::fmt::Debug>(
        random: &mut fastrand::Rng,
        value: fn(&mut fastrand::Rng) -> T,
    ) {
        for rows in (0usize..70).chain([127, 128, 129, 1000, 1024]) {
            let values: Vec<T> = (0..rows).map(|_| value(random)).collect();
            let share = random.u32(0..5);
            let kept: Vec<bool> = (0..rows).map(|_| random.u32(0..4) < share).collect();
            let mut words = vec![u64::MAX; rows.div_ceil(64)];
            mask_of(&kept, |kept| kept, &mut words);
            let mut each = vec![0; words.len()];
            mask_each(&kept, |kept| kept, &mut each);
            let naive: Vec<usize> = (0..rows).filter(|row| kept[*row]).collect();
            let count = count_ones(&words);
            assert_eq!((&words, count), (&each, naive.len()));
            let expected: Vec<T> = naive.iter().map(|row| values[*row]).collect();
            assert_eq!(compress(&values, &words, count), expected);
            assert_eq!(compress_each(&values, &words, count), expected);
            assert_eq!(rows_of(&words, count), naive.iter().map(|row| *row as u32).collect::<Vec<_>>());
        }
    }

    #[test]
    fn columns_of_every_width_keep_what_a_filter_keeps() {
        let mut random = fastrand::Rng::with_seed(7);
        check(&mut random, |r| r.bool());
        check(&mut random, |r| r.i8(..));
        check(&mut random, |r| r.i16(..));
        check(&mut random, |r| r.i32(..));
        check(&mut random, |r| r.i64(..));
        check(&mut random, |r| r.f64());
        check(&mut random, |r| r.i128(..));
    }

    #[test]
    fn masks_of_pairs_and_of_single_values_agree() {
        let mut random = fastrand::Rng::with_seed(8);
        for rows in [0usize, 1, 63, 64, 65, 1000] {
            let left: Vec<i64> = (0..rows).map(|_| random.i64(0..9)).collect();
            let mut words = [vec![0; rows.div_ceil(64)], vec![0; rows.div_ceil(64)]];
            mask_of(&left, |value| value > 4, &mut words[0]);
            mask_of_pairs(&left, &vec![4; rows], |a, b| a > b, &mut words[1]);
            assert_eq!(words[0], words[1]);
        }
    }
}

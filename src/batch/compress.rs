//! Rows of a batch as one bit each, and columns cut down to the rows of such a mask. Row road: loops over slices, once per batch.
//!
//! Bit i of word w stands for row 64 w + i; bits past the last row are 0. With AVX-512 eight doubles are compared, or eight values
//! moved together in a register and stored whole, by one instruction each (storing straight through the mask is slow on some
//! processors). Which way is taken is found out at run time; the other way is safe code and the one the tests compare with.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "AVX-512 instructions, on processors that have them"))]

use bytemuck::NoUninit;

/// What `holds` says of each value, 64 to a word. Hot: once per batch.
pub fn mask_of<T: Copy>(values: &[T], holds: impl Fn(T) -> bool, words: &mut [u64]) {
    assert_eq!(words.len(), values.len().div_ceil(64));
    #[cfg(target_arch = "x86_64")]
    if values.len() >= 64 && x86::is_available() {
        // SAFETY: the processor has the features that the function is compiled for.
        unsafe { x86::mask_of(values, holds, words) };
        return;
    }
    mask_each(values, holds, words);
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
    for ((left, right), word) in left.chunks(64).zip(right.chunks(64)).zip(words) {
        let pairs = left.iter().zip(right).enumerate();
        *word = pairs.fold(0, |bits, (i, (a, b))| bits | u64::from(holds(*a, *b)) << i);
    }
}

/// The values whose bit is set, of which there are `count`, in a vector with room for little more. Hot: once per column of a batch.
pub fn compress<T: NoUninit + Default>(values: &[T], words: &[u64], count: usize) -> Vec<T> {
    assert_eq!(words.len(), values.len().div_ceil(64));
    #[cfg(target_arch = "x86_64")]
    if values.len() >= 64 && matches!(size_of::<T>(), 1 | 2 | 4 | 8 | 16) && x86::is_available() {
        // SAFETY: the processor has the features that the function is compiled for; `words` covers `values`.
        return unsafe { x86::compress(values, words, count) };
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
    let mut rows = Vec::with_capacity(count);
    for (at, word) in words.iter().enumerate() {
        let base = at as u32 * 64;
        if *word == u64::MAX {
            rows.extend(base..base + 64);
            continue;
        }
        let mut block = [0u32; 64];
        let mut kept = 0;
        for i in 0..64 {
            block[kept & 63] = base + i;
            kept += (word >> i & 1) as usize;
        }
        rows.extend_from_slice(&block[..kept]);
    }
    rows
}

/// Number of 1 bits.
pub fn count_ones(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use bytemuck::NoUninit;

    /// Whether the processor has what the functions here are compiled for.
    #[inline]
    pub fn is_available() -> bool {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt")
    }

    /// # Safety
    /// The processor must have these features.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi2,popcnt")]
    pub unsafe fn mask_of<T: Copy>(values: &[T], holds: impl Fn(T) -> bool, words: &mut [u64]) {
        super::mask_each(values, holds, words);
    }

    /// # Safety
    /// The processor must have these features; a T must have 1, 2, 4, 8 or 16 bytes, and `words` one word for each 64 values begun.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi2,popcnt")]
    pub unsafe fn compress<T: NoUninit>(values: &[T], words: &[u64], count: usize) -> Vec<T> {
        let lanes = 64 / size_of::<T>();
        // Whole registers are stored: one may reach past the last value kept by nearly a register.
        let mut out: Vec<T> = Vec::with_capacity(count + lanes);
        let found: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        assert_eq!(found, count);
        let mut to = out.as_mut_ptr();
        let whole = values.len() / 64;
        for (chunk, word) in values.chunks_exact(64).zip(words) {
            let mut bits = *word;
            let mut from = chunk.as_ptr();
            for _ in 0..64 / lanes {
                let mask = if lanes == 64 { bits } else { bits & ((1 << lanes) - 1) };
                // SAFETY: `from` has `lanes` values left in its chunk. The bits before this mask are those of the values stored, so
                // `to` is at most `count` values into a vector with room for `lanes` more.
                unsafe {
                    let packed = pack(size_of::<T>(), mask, _mm512_loadu_si512(from.cast()));
                    _mm512_storeu_si512(to.cast(), packed);
                    from = from.add(lanes);
                    to = to.add(mask.count_ones() as usize);
                }
                bits = if lanes == 64 { 0 } else { bits >> lanes };
            }
        }
        // SAFETY: `to` came from `out`, and every value before it has been stored, `count` at the most.
        unsafe {
            let stored = to.offset_from(out.as_ptr()) as usize;
            out.set_len(stored);
        }
        if let Some(word) = words.get(whole) {
            out.extend(values[whole * 64..].iter().enumerate().filter(|(i, _)| word >> i & 1 == 1).map(|(_, value)| *value));
        }
        out
    }

    /// The lanes of `bytes` bytes whose bit is set, moved together.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi2,popcnt")]
    fn pack(bytes: usize, mask: u64, lanes: __m512i) -> __m512i {
        match bytes {
            1 => _mm512_maskz_compress_epi8(mask, lanes),
            2 => _mm512_maskz_compress_epi16(mask as u32, lanes),
            4 => _mm512_maskz_compress_epi32(mask as u16, lanes),
            8 => _mm512_maskz_compress_epi64(mask as u8, lanes),
            _ => _mm512_maskz_compress_epi64((_pdep_u64(mask, 0x55) * 3) as u8, lanes),
        }
    }
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

//! Masks and moves of columns by AVX-512 and AVX2, on processors that have them.
#![expect(unsafe_code, reason = "vector instructions, on processors that have them")]

use std::arch::x86_64::*;

use bytemuck::NoUninit;

use crate::batch::vectors::{Vectors, vectors};

/// The values whose bit is set, of which there are `count`, if the processor moves many such values together and there are enough of them.
pub fn compress<T: NoUninit>(values: &[T], words: &[u64], count: usize) -> Option<Vec<T>> {
    assert_eq!((words.len(), super::count_ones(words)), (values.len().div_ceil(64), count));
    match (vectors(), size_of::<T>()) {
        _ if values.len() < 64 => None,
        // SAFETY: the processor has the features; `words` covers `values` and has `count` bits; a value has one of the widths.
        (Vectors::Avx512, 1 | 2 | 4 | 8 | 16) => Some(unsafe { compress_avx512(values, words, count) }),
        // SAFETY: as above.
        (Vectors::Avx2, 1 | 2 | 4 | 8) => Some(unsafe { compress_avx2(values, words, count) }),
        _ => None,
    }
}

/// Values by registers of `lanes` values: `pack` moves those at its first argument whose bit is set together and stores a whole
/// register at its third, because storing straight through the mask is slow on some processors.
///
/// # Safety
/// A register holds `lanes` values, a divisor of 64; `words` is one word for each 64 values begun and has `count` bits.
#[inline(always)]
unsafe fn by_registers<T: NoUninit>(
    (values, words, count): (&[T], &[u64], usize),
    lanes: usize,
    pack: impl Fn(*const T, u64, *mut T),
) -> Vec<T> {
    // A register may reach past the last value kept by nearly its length.
    let mut out: Vec<T> = Vec::with_capacity(count + lanes);
    let mut to = out.as_mut_ptr();
    let (whole, rest) = values.as_chunks::<64>();
    for (chunk, word) in whole.iter().zip(words) {
        for first in (0..64).step_by(lanes) {
            let mask = (word >> first) & (u64::MAX >> (64 - lanes));
            // SAFETY: `first` has `lanes` values in its chunk. The bits before this mask are those of the values stored, so `to` is at
            // most `count` values into a vector with room for `lanes` more.
            unsafe {
                pack(chunk.as_ptr().add(first), mask, to);
                to = to.add(mask.count_ones() as usize);
            }
        }
    }
    // SAFETY: `to` came from `out`, and every value before it has been stored, `count` at the most.
    unsafe {
        let stored = to.offset_from(out.as_ptr()) as usize;
        out.set_len(stored);
    }
    if let Some(word) = words.get(whole.len()) {
        out.extend(rest.iter().enumerate().filter(|(i, _)| word >> i & 1 == 1).map(|(_, value)| *value));
    }
    out
}

/// # Safety
/// As for `by_registers`; the processor must have these features, and a T have 1, 2, 4, 8 or 16 bytes.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi2,popcnt")]
unsafe fn compress_avx512<T: NoUninit>(values: &[T], words: &[u64], count: usize) -> Vec<T> {
    let pack = |from: *const T, mask: u64, to: *mut T| {
        // SAFETY: a whole register is left at `from`, and has room at `to`.
        unsafe {
            let lanes = _mm512_loadu_si512(from.cast());
            let packed = match size_of::<T>() {
                1 => _mm512_maskz_compress_epi8(mask, lanes),
                2 => _mm512_maskz_compress_epi16(mask as u32, lanes),
                4 => _mm512_maskz_compress_epi32(mask as u16, lanes),
                8 => _mm512_maskz_compress_epi64(mask as u8, lanes),
                _ => _mm512_maskz_compress_epi64((_pdep_u64(mask, 0x55) * 3) as u8, lanes),
            };
            _mm512_storeu_si512(to.cast(), packed);
        }
    };
    // SAFETY: promised by the caller; 64 bytes hold so many values.
    unsafe { by_registers((values, words, count), 64 / size_of::<T>(), pack) }
}

/// # Safety
/// As for `by_registers`; the processor must have these features, and a T have 1, 2, 4 or 8 bytes.
#[target_feature(enable = "avx2,bmi2,popcnt")]
unsafe fn compress_avx2<T: NoUninit>(values: &[T], words: &[u64], count: usize) -> Vec<T> {
    let lanes = if size_of::<T>() == 8 { 4 } else { 8 };
    let pack = |from: *const T, mask: u64, to: *mut T| {
        let places = if size_of::<T>() == 8 { PAIRS[mask as usize] } else { KEPT[mask as usize] };
        let places = _mm_cvtsi64_si128(places.cast_signed());
        // SAFETY: `lanes` values are left at `from`, and have room at `to`.
        unsafe {
            match size_of::<T>() {
                1 => _mm_storel_epi64(to.cast(), _mm_shuffle_epi8(_mm_loadl_epi64(from.cast()), places)),
                2 => {
                    let low = _mm_add_epi8(places, places);
                    let places = _mm_unpacklo_epi8(low, _mm_add_epi8(low, _mm_set1_epi8(1)));
                    _mm_storeu_si128(to.cast(), _mm_shuffle_epi8(_mm_loadu_si128(from.cast()), places));
                }
                _ => {
                    let lanes = _mm256_loadu_si256(from.cast());
                    _mm256_storeu_si256(to.cast(), _mm256_permutevar8x32_epi32(lanes, _mm256_cvtepu8_epi32(places)));
                }
            }
        }
    };
    // SAFETY: promised by the caller; what `pack` moves is as long.
    unsafe { by_registers((values, words, count), lanes, pack) }
}

/// The places of the 1 bits of each byte, one to a byte, the first one lowest.
static KEPT: [u64; 256] = {
    let mut all = [0; 256];
    let mut mask = 0;
    while mask < 256 {
        all[mask] = places_of(mask);
        mask += 1;
    }
    all
};

/// The places of the halves of the lanes that four bits keep, as in `KEPT`.
static PAIRS: [u64; 16] = {
    let mut all = [0; 16];
    let mut mask = 0;
    while mask < 16 {
        all[mask] = places_of((mask & 1 | (mask & 2) << 1 | (mask & 4) << 2 | (mask & 8) << 3) * 3);
        mask += 1;
    }
    all
};

const fn places_of(mask: usize) -> u64 {
    let (mut places, mut count, mut bit) = (0, 0, 0);
    while bit < 8 {
        if mask >> bit & 1 == 1 {
            places |= bit << (8 * count);
            count += 1;
        }
        bit += 1;
    }
    places
}

//! Random values that depend only on a key and a row number, so that any split of the rows over readers gives the same rows.
//!
//! A counter is mixed instead of a state being stepped: add a multiple of an odd constant, then shift and multiply until
//! every input bit moves every output bit.

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// 64 random bits for `counter` under `key`. Hot: once per value.
#[inline]
pub(super) fn mix(key: u64, counter: u64) -> u64 {
    let mut bits = key ^ counter.wrapping_add(1).wrapping_mul(STEP);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The key of stream `stream` under `seed`.
pub(super) fn key(seed: u64, stream: u64) -> u64 {
    mix(mix(seed, 0), stream)
}

/// `bits` as a number in 0..bound; `bound` must not be 0. Hot: once per value.
#[inline]
pub(super) fn below(bits: u64, bound: u64) -> u64 {
    ((u128::from(bits) * u128::from(bound)) >> 64) as u64
}

/// `bits` as a number in low..=high. Hot: once per value.
#[inline]
pub(super) fn between(bits: u64, low: i64, high: i64) -> i64 {
    let span = high.wrapping_sub(low) as u64;
    let offset = if span == u64::MAX { bits } else { below(bits, span + 1) };
    low.wrapping_add(offset as i64)
}

/// `bits` as a number in [0, 1). Hot: once per value.
#[inline]
pub(super) fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// Fills `out` with characters of `alphabet`. Hot: once per value.
#[inline]
pub(super) fn letters(key: u64, row: u64, alphabet: &[u8], out: &mut [u8]) {
    let key = mix(key, row);
    for (word, chunk) in out.chunks_mut(8).enumerate() {
        let mut bits = mix(key, word as u64);
        for slot in chunk {
            *slot = alphabet[below(bits << 56, alphabet.len() as u64) as usize];
            bits >>= 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_bounds_and_reach_them() {
        let check = |low: i64, high: i64| {
            let seen: Vec<i64> = (0..1000).map(|i| between(mix(7, i), low, high)).collect();
            assert!(seen.iter().all(|n| (low..=high).contains(n)));
            seen
        };
        let small = check(-2, 2);
        assert!((-2..=2).all(|n| small.contains(&n)));
        check(i64::MIN, i64::MAX);
        check(5, 5);
        let mean = (0..1000).map(|i| unit(mix(key(1, 2), i))).sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}

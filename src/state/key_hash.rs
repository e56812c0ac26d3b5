//! The hash of key columns: one vector loop a column, so that a row is hashed once for routing and once for its group.
//!
//! Depends on content only: the same key gives the same hash on every shard, in every batch and for every run. -0.0 hashes as
//! 0.0 and every NaN alike; NULL hashes as a value of its own. The loops are plain code, compiled a second time for processors with
//! AVX-512; which is taken is found out at run time.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "AVX-512 instructions, on processors that have them"))]

use super::cell::{double_bits, float_bits};
use crate::batch::{Column, StrColumn, Values};

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const MULTIPLIER: u64 = 0xd6e8_feb8_6659_fd93;
const NULL: u64 = 0xa076_1d64_78bd_642f;
const TEXT: u64 = 0xe703_7ed1_a0b4_28db;

/// Multiplications keep the low half only, so that a loop over rows has vector instructions for them.
#[inline]
fn mix(hash: u64, value: u64) -> u64 {
    let hash = (hash.rotate_left(23) ^ value).wrapping_mul(MULTIPLIER);
    hash ^ (hash >> 32)
}

#[inline]
fn finish(hash: u64) -> u64 {
    let hash = hash.wrapping_mul(NULL);
    hash ^ (hash >> 32)
}

/// As `hash_bytes` of a string that is inline.
#[inline]
fn hash_inline(len: usize, [low, high]: [u64; 2]) -> u64 {
    let hash = mix(TEXT ^ len as u64, low);
    if len < 8 { hash } else { mix(hash, high) }
}

#[inline]
fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = TEXT ^ bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        hash = mix(hash, u64::from_le_bytes(word));
    }
    let mut word = [0; 8];
    word[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix(hash, u64::from_le_bytes(word))
}

/// A hash for tables only, of a key that is one number, not NULL: one multiplication by the golden ratio, which puts numbers that
/// follow each other as far apart as can be (Knuth, The Art of Computer Programming 3, 6.4: Fibonacci hashing).
#[inline]
pub fn hash_number(value: i64) -> u64 {
    (value as u64).wrapping_mul(SEED) >> 32
}

#[inline(always)]
fn hash_values<T: Copy>(column: &Column, values: &[T], word: impl Fn(T) -> u64, out: &mut [u64]) {
    match &column.validity {
        None => out.iter_mut().zip(values).for_each(|(hash, value)| *hash = mix(*hash, word(*value))),
        Some(validity) => {
            for (row, (hash, value)) in out.iter_mut().zip(values).enumerate() {
                *hash = mix(*hash, if validity.get(row) { word(*value) } else { NULL });
            }
        }
    }
}

fn hash_strings(column: &Column, strings: &StrColumn, out: &mut [u64]) {
    for (row, (hash, view)) in out.iter_mut().zip(strings.views()).enumerate() {
        let text = || view.inline_words().map_or_else(|| hash_bytes(strings.bytes(row)), |words| hash_inline(view.len(), words));
        *hash = mix(*hash, if column.is_null(row) { NULL } else { text() });
    }
}

/// Hashes the keys of `rows` rows into `out`, which is replaced. Without keys all rows have the same hash. Hot: once per batch.
pub fn hash_columns(keys: &[&Column], rows: usize, out: &mut Vec<u64>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl") {
        // SAFETY: the processor has the features that the function is compiled for.
        return unsafe { x86::hash_columns(keys, rows, out) };
    }
    hash_each(keys, rows, out);
}

#[inline(always)]
fn hash_each(keys: &[&Column], rows: usize, out: &mut Vec<u64>) {
    out.clear();
    out.resize(rows, SEED);
    for column in keys {
        match &column.values {
            Values::Bool(v) => hash_values(column, v, u64::from, out),
            Values::I8(v) => hash_values(column, v, |x| i64::from(x) as u64, out),
            Values::I16(v) => hash_values(column, v, |x| i64::from(x) as u64, out),
            Values::I32(v) => hash_values(column, v, |x| i64::from(x) as u64, out),
            Values::I64(v) => hash_values(column, v, |x| x as u64, out),
            Values::F32(v) => hash_values(column, v, |x| u64::from(float_bits(x)), out),
            Values::F64(v) => hash_values(column, v, double_bits, out),
            Values::I128(v) => hash_values(column, v, |x| mix(x as u64, (x >> 64) as u64), out),
            Values::Str(v) => hash_strings(column, v, out),
        }
    }
    out.iter_mut().for_each(|hash| *hash = finish(*hash));
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use crate::batch::Column;

    /// # Safety
    /// The processor must have these features, which multiply eight numbers of 64 bits at once.
    #[target_feature(enable = "avx512f,avx512dq,avx512vl")]
    pub unsafe fn hash_columns(keys: &[&Column], rows: usize, out: &mut Vec<u64>) {
        super::hash_each(keys, rows, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Selection;
    use crate::limits::KEY_GROUPS;
    use crate::types::{DataType, Value};

    fn hash(keys: &[&Column], rows: usize) -> Vec<u64> {
        let (mut out, mut plain) = (vec![7; 3], Vec::new());
        hash_columns(keys, rows, &mut out);
        hash_each(keys, rows, &mut plain);
        assert_eq!(out, plain, "by whatever instructions");
        out
    }

    /// Over n keys, every key group gets its share within 6 standard deviations, by both ends of the hash.
    fn check_spread(column: Column) {
        let rows = column.len();
        let hashes = hash(&[&column], rows);
        for shift in [0, 54] {
            let mut counts = vec![0f64; KEY_GROUPS];
            hashes.iter().for_each(|h| counts[(h >> shift) as usize % KEY_GROUPS] += 1.0);
            let mean = rows as f64 / KEY_GROUPS as f64;
            let bound = 6.0 * mean.sqrt();
            assert!(counts.iter().all(|c| (c - mean).abs() < bound), "{counts:?}");
        }
    }

    #[test]
    fn keys_spread_over_key_groups() {
        const ROWS: usize = 100_000;
        check_spread(Column::from_values(Values::I64((0..ROWS as i64).collect())));
        check_spread(Column::from_values(Values::I64((0..ROWS as i64).map(|i| i << 32).collect())));
        check_spread(Column::from_values(Values::F64((0..ROWS).map(|i| i as f64).collect())));
        check_spread(Column::from_values(Values::I128((0..ROWS as i128).map(|i| i * 100).collect())));
        let mut strings = StrColumn::default();
        (0..ROWS).for_each(|i| strings.push(format!("customer-number-{i}").as_bytes()));
        check_spread(Column::from_values(Values::Str(strings)));
    }

    #[test]
    fn a_row_hashes_alike_alone_and_in_a_batch() {
        let mut random = fastrand::Rng::with_seed(3);
        let types = [DataType::Int, DataType::STRING, DataType::Double];
        let mut columns: Vec<Column> = types.iter().map(|t| Column::with_capacity(t, 0)).collect();
        for _ in 0..500 {
            let text = "x".repeat(random.usize(..30));
            let values = [Value::Int(random.i64(-5..5)), Value::text(text), Value::Double(random.f64())];
            for (column, value) in columns.iter_mut().zip(values) {
                column.push(if random.u8(..5) == 0 { &Value::Null } else { &value });
            }
        }
        let all = hash(&columns.iter().collect::<Vec<_>>(), 500);
        for (row, expected) in all.iter().enumerate() {
            let one: Vec<Column> = columns.iter().map(|c| c.gather(&Selection::Rows(vec![row as u32]))).collect();
            assert_eq!(hash(&one.iter().collect::<Vec<_>>(), 1), [*expected]);
        }
    }

    #[test]
    fn short_texts_hash_as_their_bytes_do() {
        for len in 0..=12 {
            let mut strings = StrColumn::default();
            let bytes: Vec<u8> = (0..len).map(|i| 0xf0 + i).collect();
            strings.push(&bytes);
            let words = strings.views()[0].inline_words().expect("inline");
            assert_eq!(hash_inline(bytes.len(), words), hash_bytes(&bytes), "{len} bytes");
        }
    }

    #[test]
    fn zeros_and_nans_hash_alike_and_null_apart() {
        let mut column = Column::from_values(Values::F64(vec![0.0, -0.0, f64::NAN, -f64::NAN, 0.0]));
        column.set_null(4);
        let hashes = hash(&[&column], 5);
        assert!(hashes[0] == hashes[1] && hashes[2] == hashes[3] && hashes[0] != hashes[4]);
    }
}

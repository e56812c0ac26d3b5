//! Which shard a row belongs to, and how it gets there: hash, scatter, rings, mesh. Row road.
//!
//! ```text
//!   key columns --hash--> u64 --top 10 bits--> key group (0..1024) --> shard
//! ```
//! The routing rule stands here once; scatter, state and tests all call it.

pub mod doorbell;
pub mod mesh;
pub mod ring;
pub mod scatter;

pub use crate::state::key_hash;

use std::ops::RangeInclusive;

use crate::limits::KEY_GROUPS;

/// The key group of a key's hash: its top bits, so that tables may use the low ones.
#[inline]
pub fn key_group(hash: u64) -> usize {
    (hash >> (64 - KEY_GROUPS.trailing_zeros())) as usize
}

/// The one routing rule: the shard, of `shards`, that owns the keys with this hash. Hot: once per row.
#[inline]
pub fn shard_of(hash: u64, shards: usize) -> usize {
    key_group(hash) * shards / KEY_GROUPS
}

/// The hashes for which `shard_of` is this shard: a range, because key groups are the top bits of a hash.
pub fn hashes_of(shard: usize, shards: usize) -> RangeInclusive<u64> {
    let first_of = |shard: usize| ((shard * KEY_GROUPS).div_ceil(shards) as u64) << (64 - KEY_GROUPS.trailing_zeros());
    let last = if shard + 1 == shards { u64::MAX } else { first_of(shard + 1) - 1 };
    first_of(shard)..=last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_owns_one_range_of_hashes() {
        for shards in [1, 2, 3, 7, 16, 64, 1024] {
            let mut next = 0;
            for shard in 0..shards {
                let (first, last) = hashes_of(shard, shards).into_inner();
                assert_eq!((first, shard_of(first, shards), shard_of(last, shards)), (next, shard, shard));
                next = last.wrapping_add(1);
            }
            assert_eq!(next, 0, "to the last hash");
        }
    }

    #[test]
    fn every_shard_owns_its_share_of_key_groups() {
        for shards in [1, 2, 3, 7, 16, 64] {
            let mut owned = vec![0usize; shards];
            for group in 0..KEY_GROUPS as u64 {
                owned[shard_of(group << 54, shards)] += 1;
            }
            let (least, most) = (owned.iter().min().copied(), owned.iter().max().copied());
            assert!(most <= least.map(|l| l + 1), "{shards} shards: {owned:?}");
        }
    }
}

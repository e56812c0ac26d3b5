//! Routing: from key columns to hashes, and from hashes to the shard that owns them.

pub mod key_hash;

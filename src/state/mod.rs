//! State of operators: on the row road, owned by one shard, never shared.
//!
//! A group is a small number (`u32`); what belongs to it stands in columns indexed by that number, here the keys and in the
//! operators' accumulators the rest.

pub mod cell;
mod group_table;

pub use group_table::GroupTable;

//! State of operators: on the row road, owned by one shard, never shared.
//!
//! A group is a small number (`u32`); what belongs to it stands under that number: the keys in
//! columns, counts and sums in a row store, what has no fixed width in the operators' accumulators.

pub mod cell;
mod group_table;
mod index;
pub mod key_hash;
mod row_store;

pub use group_table::{GroupTable, GroupVisitor};
pub use row_store::RowStore;

//! State of operators: on the row road, owned by one shard, never shared.
//!
//! A group is a small number (`u32`); what belongs to it stands under that number: the keys in
//! columns, counts and sums in a row store, what has no fixed width in the operators' accumulators. Where the one key is
//! a number and groups only gain rows, a flat table holds key and words together, and there are no group numbers.

mod aging;
pub mod cell;
mod flat_table;
mod group_table;
mod group_words;
mod index;
pub mod key_hash;
mod row_store;
mod slab;
mod timers;
mod words;

pub use aging::Aging;
pub use flat_table::{FlatTable, SlotVisitor};
pub use group_table::{GroupTable, GroupVisitor, Run, Runs};
pub use group_words::GroupWords;
pub use row_store::{FIRST_FUNCTION, MARK, ROWS, RowStore, put_wide, wide};
pub use slab::Slab;
pub use timers::{Order, Timers};

//! The query road: SQL text to an immutable `PhysicalPlan` that every shard compiles for itself.

pub mod parse;
pub mod physical;
pub mod statement;

//! Ways of rows from where they are read to the shards that work on them.

use crate::error::Span;

/// What a hint behind the name of a table says of how its rows get to the shards that work on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partitioning {
    /// Which way.
    pub strategy: PartitionStrategy,
    /// Where the hint stands, for errors.
    pub span: Span,
}

/// Ways of rows from where they are read to the shards that work on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionStrategy {
    /// Each to the shard of the hash of these columns, among all columns of the table.
    Hash(Vec<usize>),
    /// Batches to all shards in turn.
    RoundRobin,
    /// They stay on the shard that reads them.
    SourceAligned,
    /// All to one shard.
    FanIn,
}

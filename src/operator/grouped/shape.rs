//! What an aggregate does, as its groups know it.

use crate::types::relation::{AggregateCall, Changes, Retracts};
use crate::types::{DataType, Nanos};

/// Keys and calls of an aggregate.
pub struct Shape {
    /// Key columns of the input.
    pub keys: Vec<usize>,
    /// Their types.
    pub key_types: Vec<DataType>,
    /// The aggregates.
    pub calls: Vec<AggregateCall>,
    /// Whether the input takes rows back.
    pub retracts: Retracts,
    /// Whether the one group without keys stays when its last row is taken back.
    pub keeps_empty: Retention,
    /// Whether changes say what was before.
    pub changes: Changes,
    /// How long a group lives that no row touches.
    pub ttl: Option<Nanos>,
}

impl Shape {
    /// Whether every row changes the results of its group, so that they need not be compared.
    pub fn always_changes(&self) -> bool {
        use crate::types::relation::{AggregateFunction::Count, Distinct::All};
        let counts = |c: &AggregateCall| c.function == Count && c.arguments.is_empty() && c.filter.is_none() && c.distinct == All;
        self.retracts == Retracts::Never && self.calls.iter().any(counts)
    }
}

/// What becomes of a group without rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// It is removed.
    Remove,
    /// It stays.
    Keep,
}

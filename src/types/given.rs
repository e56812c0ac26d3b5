//! Aggregates of the program around a job, as plan and operators speak of them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{DataType, Value};
use crate::error::Span;

/// An aggregate that the program brings along, of one signature.
pub struct GivenAggregate {
    /// Upper-case SQL name.
    pub name: String,
    /// Types of the arguments.
    pub args: Vec<DataType>,
    /// Type of the result.
    pub returns: DataType,
    /// What it gives over no rows.
    pub over_nothing: Value,
    /// Whether it takes rows back.
    pub takes_back: bool,
    /// Whether its states are added up.
    pub adds_up: bool,
    /// Whether it says how many bytes a state holds.
    pub is_accounted: bool,
    /// What makes its accumulators: an `operator::MakeAccumulator`. Nothing below the operators says what these are.
    pub states: Box<dyn Any + Send + Sync>,
}

/// One of them where it is called. Equality is by name: a job has one of each.
#[derive(Clone)]
pub struct GivenCall {
    /// Which.
    pub function: Arc<GivenAggregate>,
    /// Where in the SQL.
    pub span: Span,
}

impl PartialEq for GivenCall {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
    }
}

impl Eq for GivenCall {}

impl fmt::Debug for GivenCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.function.name)
    }
}

impl fmt::Debug for GivenAggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

//! Scalar expressions: typed trees from the query road, compiled to programs that run over columns on the row road.
//!
//! `Expr` is bound and typed: every argument has exactly the type its function takes; coercions are explicit `Cast`s. `Program`
//! is what a shard runs. A row whose evaluation fails (overflow, division by zero, bad cast) is reported in `RowErrors`
//! and has an unspecified value; nothing here panics on data.

mod error;
pub mod function;
mod tree;

pub use error::{RowError, RowErrors};
pub use tree::{BinaryOp, CastFailure, Expr, Kernel, ScalarFunction, Signature, UnaryOp};

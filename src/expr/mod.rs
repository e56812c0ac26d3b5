//! Scalar expressions: typed trees from the query road, compiled to programs that run over columns on the row road.
//!
//! `Expr` is bound and typed: every argument has exactly the type its function takes; coercions are explicit `Cast`s. `Program`
//! is what a shard runs. A row whose evaluation fails (overflow, division by zero, bad cast) is reported in `RowErrors`
//! and has an unspecified value; nothing here panics on data.
//!
//! AND, OR, CASE, COALESCE and IN narrow the selection for what stands behind them, so that a row never fails in a branch it does
//! not take. Numbers divide by zero as an error of the row, DOUBLE and FLOAT included.

mod arithmetic;
mod arrival;
mod case;
mod cast;
mod compare;
mod compile;
mod decimal;
mod error;
pub mod function;
pub mod help;
mod in_list;
mod given;
mod lambda;
mod logic;
mod node;
mod operand;
mod program;
mod temporal;
mod tree;
#[cfg(test)]
mod oracle;

pub use cast::castable;
pub use error::{RowError, RowErrors};
pub use given::{Function, GivenFunction, Gives, row_by_row};
pub use help::{Family, Help};
pub use lambda::{Lambda, LambdaFunction};
pub use program::{Program, evaluate_constant};
pub use temporal::{add_months, add_months_to_date};
pub use tree::{BinaryOp, CastFailure, Expr, Kernel, MakeKernel, Prepared, Reach, Resolve, ScalarFunction, Signature, UnaryOp};

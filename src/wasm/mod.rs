//! Functions of WebAssembly files. A file is read and compiled once, where the job is planned; each shard has an instance of
//! it, made when the first row comes. A module imports nothing: all that it can do is compute, with so much memory and so many
//! steps for a row as the settings allow.
//!
//! What a module and the engine hand each other:
//!
//! | SQL             | as a parameter      | as the result                                         |
//! |-----------------|---------------------|-------------------------------------------------------|
//! | `BOOLEAN`       | `i32`, 0 or 1       | `i32`, FALSE if 0                                     |
//! | `INT`           | `i32`               | `i32`                                                 |
//! | `BIGINT`        | `i64`               | `i64`                                                 |
//! | `FLOAT`         | `f32`               | `f32`                                                 |
//! | `DOUBLE`        | `f64`               | `f64`                                                 |
//! | `STRING`, `BYTES` | `i32, i32`: place and length in bytes | `i64`: place in the upper half, length in the lower |
//!
//! Where a STRING or BYTES is among them the module exports its memory as `memory`. The engine asks the export `alloc(length: i32) -> i32` for
//! the place of each argument, also for one of length 0, and writes it there; texts are UTF-8, both ways. If `dealloc(place: i32, length: i32)` is
//! exported too, it is called with each of those places, and with that of the result, once the result has been read. A row with a NULL among the
//! arguments is NULL, and no module sees it.

#[cfg(not(feature = "wasm"))]
mod absent;
#[cfg(feature = "wasm")]
mod instance;
#[cfg(feature = "wasm")]
mod module;

#[cfg(not(feature = "wasm"))]
pub use absent::Module;
#[cfg(feature = "wasm")]
pub use module::Module;

use crate::types::DataType;

/// Whether this build runs WebAssembly.
pub const IS_BUILT: bool = cfg!(feature = "wasm");

/// What a call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps for a row.
    pub fuel: u64,
    /// Bytes of memory of an instance.
    pub memory_bytes: usize,
}

/// What a declaration says of a function.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Upper-case SQL name.
    pub name: String,
    /// The export that is called.
    pub export: String,
    /// Types of the arguments.
    pub args: Vec<DataType>,
    /// Type of the result.
    pub returns: DataType,
}

/// Whether values of a type can be handed to a module.
pub fn takes(data_type: &DataType) -> bool {
    use DataType as T;
    matches!(data_type, T::Boolean | T::Int | T::BigInt | T::Float | T::Double | T::Varchar(None) | T::Bytes)
}

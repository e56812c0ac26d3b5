//! What a value is: data types, single values, schemas, table definitions, time. Both roads; knows nothing of SQL text.

pub mod base64;
pub mod bitmap;
mod data_type;
pub mod decimal;
mod given;
pub mod interval;
mod length;
mod options;
pub mod over;
pub mod pattern;
pub mod relation;
mod reload;
mod schema;
pub mod time;
pub mod uuid;
mod value;

pub use data_type::{DataType, Representation};
pub use given::{GivenAggregate, GivenCall};
pub use length::{Length, Lengths};
pub use options::{OptionValue, Options, parse_duration, parse_size};
pub use reload::Reload;
pub use schema::{Column, ColumnKind, Field, Schema, TableDef};
pub use value::Value;

/// Nanoseconds; of a monotonic clock unless said otherwise.
pub type Nanos = u64;

/// Event time: nanoseconds since 1970-01-01T00:00:00 (UTC for TIMESTAMP_LTZ, no zone for TIMESTAMP).
pub type EventTime = i64;

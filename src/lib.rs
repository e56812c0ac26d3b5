//! Corelane: streaming SQL on one Linux host, one shard per core.

pub mod cli;
pub mod config;
pub mod plan;
pub mod compile;
pub mod engine;
pub mod shard;
pub mod source;
pub mod sink;
pub mod format;
pub mod route;
pub mod operator;
pub mod expr;
pub mod state;
pub mod progress;
pub mod metrics;
pub mod batch;
pub mod types;
pub mod sys;
pub mod limits;
pub mod error;

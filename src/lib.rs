//! Corelane: streaming SQL on one Linux host, one shard per core.
//!
//! # The two roads
//!
//! The *query road* runs once: config and SQL text become a physical plan, which every shard compiles for itself. The *row road* runs
//! for ever: source, format, route, operator, state, sink. Only [`compile`] sees both.
//!
//! ```text
//!   query road   cli -> config -> plan (parse, bind, optimise, distribute) -> PhysicalPlan
//!                                                                               | compile, once per shard
//!   row road     source -> format -> [operators] -> route -> mesh -> [operators, state] -> sink
//! ```
//!
//! One function shows the whole runtime: [`shard::Shard::step`]. It is synchronous, bounded, never blocks, takes time as an argument
//! and knows nothing of io_uring.
//!
//! # Invariants
//!
//! - No lock on the row road; `Arc` only for what never changes after start.
//! - A row belongs to one shard at a time and changes owner only through a ring.
//! - Every queue is bounded; a full one stops ingest, never receive.
//! - Watermarks never go back.
//! - After warm-up a turn allocates nothing per row, and no clock is read per row.
//! - Operators, state, expressions and routing know no SQL text, no glommio, no files and no clock.
//! - Rows in = rows out + filtered + set aside, for queries that neither aggregate nor copy rows.
//! - The same input gives the same final output at any number of shards, any batch size and any idle strategy.
//!
//! # From another program
//!
//! ```
//! use corelane::cli::job::BuiltIn;
//! use corelane::plan::{Script, explain, plan};
//!
//! let text = "CREATE TABLE t (k INT) WITH ('connector' = 'datagen'); SELECT k, COUNT(*) FROM t GROUP BY k;";
//! let script = Script { text: text.to_owned(), file: "job.sql".to_owned() };
//! let planned = plan(&[script], &[], &BuiltIn)?;
//! assert!(explain(&planned, 2).contains("Exchange hash(k)"));
//! # Ok::<(), corelane::error::Error>(())
//! ```
//!
//! The modules stand in the order in which they are best read; each may use those below it.

pub mod cli;
pub mod bench;
pub mod engine;
pub mod shard;
pub mod compile;
pub mod plan;
pub mod operator;
pub mod source;
pub mod sink;
pub mod route;
pub mod format;
pub mod expr;
pub mod state;
pub mod progress;
pub mod metrics;
pub mod batch;
pub mod config;
pub mod sys;
pub mod types;
pub mod limits;
pub mod error;

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
//! A [`Job`] is planned from SQL. Tables whose connector is `channel` are the program's: it sends the rows of those that the job reads and
//! receives what the job writes to the others, or what a SELECT gives. All other tables do what they say.
//!
//! ```
//! use corelane::{Job, Value};
//!
//! let mut job = Job::from_sql(
//!     "CREATE TABLE trades (symbol STRING, size INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'channel');
//!      SELECT symbol, SUM(size) FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
//!      GROUP BY symbol, window_start, window_end;",
//! )?;
//! let (mut trades, sums) = (job.input("trades")?, job.output("print")?);
//! let running = job.start()?;
//! let second = 1_000_000_000i64;
//! trades.send([("ACME", 100, 0), ("ACME", 50, 59), ("ACME", 7, 61)].map(|(symbol, size, at)| {
//!     vec![symbol.into(), size.into(), Value::Int(at * second)]
//! }))?;
//! trades.close();
//! let lines: Vec<String> = sums.map(|rows| rows.to_string()).collect();
//! assert_eq!(lines.join("\n"), "+I[ACME, 150]\n+I[ACME, 7]");
//! assert_eq!(running.wait()?.rows_in, 3);
//! # Ok::<(), corelane::Error>(())
//! ```
//!
//! Queues between program and job are bounded: a sender waits while the job is behind, and the job reads no more while nobody takes its results.
//! So whoever sends more than a few batches takes the results on another thread.
//!
//! Rows are values, or record batches of Apache Arrow (feature `arrow`, on unless it is left out); those that change others say their
//! kind. What is a [`ScalarFunction`], an [`AggregateFunction`] or a [`TableFunction`] of the program can be called in the SQL.
//!
//! What stands in this page is what a program may rely on. The modules below are open to the command line, the benches and the tests of this
//! package, and change without notice.
//!
//! They stand in the order in which they are best read; each may use those below it.

#[cfg_attr(doc, doc(hidden))]
pub mod cli;
#[cfg_attr(doc, doc(hidden))]
pub mod bench;
mod embed;
#[cfg_attr(doc, doc(hidden))]
pub mod engine;
#[cfg_attr(doc, doc(hidden))]
pub mod shard;
#[cfg_attr(doc, doc(hidden))]
pub mod compile;
#[cfg_attr(doc, doc(hidden))]
pub mod plan;
#[cfg_attr(doc, doc(hidden))]
pub mod operator;
#[cfg_attr(doc, doc(hidden))]
pub mod source;
#[cfg_attr(doc, doc(hidden))]
pub mod sink;
#[cfg_attr(doc, doc(hidden))]
pub mod route;
#[cfg_attr(doc, doc(hidden))]
pub mod wasm;
#[cfg_attr(doc, doc(hidden))]
pub mod format;
#[cfg_attr(doc, doc(hidden))]
pub mod expr;
#[cfg_attr(doc, doc(hidden))]
pub mod state;
#[cfg_attr(doc, doc(hidden))]
pub mod progress;
#[cfg_attr(doc, doc(hidden))]
pub mod metrics;
#[cfg_attr(doc, doc(hidden))]
pub mod batch;
#[cfg_attr(doc, doc(hidden))]
pub mod config;
#[cfg_attr(doc, doc(hidden))]
pub mod sys;
#[cfg_attr(doc, doc(hidden))]
pub mod types;
#[cfg_attr(doc, doc(hidden))]
pub mod limits;
#[cfg_attr(doc, doc(hidden))]
pub mod error;

#[cfg(feature = "arrow")]
pub use {arrow_array, arrow_schema};

pub use batch::RowKind;
pub use embed::{
    AggregateFunction, Argument, Arguments, Columns, GivenRows, Input, IntoRows, Job, JobBuilder, Next, Outcome, Output, Parts,
    Report, Returned, Rows, Running, ScalarFunction, TableFunction,
};
pub use error::{Error, ErrorKind, Result, Span};
pub use types::{DataType, Field, Schema, Value};

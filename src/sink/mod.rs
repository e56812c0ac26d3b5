//! Sinks: one file per connector. The plan holds a `Sink`; every shard that writes opens a `Writer` of its own.

mod blackhole;
pub mod channel;
mod filesystem;
pub mod memory;
pub mod print;
mod tcp;

use std::os::fd::RawFd;
use std::sync::Arc;

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::format::Format;
use crate::source::channel::{CHANNEL, without_program};
use crate::source::unknown_connector;
use crate::types::relation::Changelog;
use crate::types::{Schema, TableDef};

/// What tables can write to.
pub const CONNECTORS: [&str; 4] = ["blackhole", "filesystem", "print", "tcp"];

/// The sink that a table's WITH options describe. Options that nobody has asked for by then are errors.
pub fn create(table: &TableDef) -> Result<Arc<dyn Sink>> {
    let options = &table.options;
    let sink: Arc<dyn Sink> = match options.required("connector").map_err(|e| e.at(table.span))?.trim() {
        "blackhole" => Arc::new(blackhole::Blackhole),
        "filesystem" => Arc::new(filesystem::Filesystem::new(table)?),
        "print" => Arc::new(print::Print::new(options)),
        "tcp" => Arc::new(tcp::Tcp::new(table)?),
        "memory" => {
            let error = Error::sql(format!("nothing reads the memory table '{}'", table.name)).at(table.span);
            return Err(error.hint("SELECT from it, or give the table a connector that writes: WITH ('connector' = ...)"));
        }
        CHANNEL => return Err(without_program(table)),
        other => return Err(unknown_connector(table, other, "sink", &CONNECTORS, &["datagen", "nexmark"])),
    };
    options.finish()?;
    Ok(sink)
}

/// The sink of rows that nobody wants.
pub fn nowhere() -> Arc<dyn Sink> {
    Arc::new(blackhole::Blackhole)
}

/// What a sink of this format takes.
fn accepts(format: &dyn Format) -> Accepts {
    match format.changelog() {
        Changelog::Append => Accepts::AppendOnly,
        Changelog::Retract => Accepts::Changelog,
        Changelog::Upsert => Accepts::Upsert,
    }
}

/// Which shards write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Every shard writes its own output.
    EachShard,
    /// One shard owns the only writer (stdout, one file); the others send it their batches.
    OneShard,
}

/// What kinds of rows a sink can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Only +I.
    AppendOnly,
    /// Every kind.
    Changelog,
    /// Every kind, but nobody need say what a new row replaces (-U before +U).
    AfterOnly,
    /// Every kind but -U: a row takes the place of the one with its PRIMARY KEY before it.
    Upsert,
}

/// A validated sink table. Immutable, shared by all shards.
pub trait Sink: Send + Sync + std::fmt::Debug {
    /// Connector, format and place in one line for EXPLAIN.
    fn describe(&self) -> String;
    /// What it promises: `at-least-once`, `at-most-once (nothing is kept)`, ..., in words for EXPLAIN.
    fn delivery(&self) -> &'static str;
    /// Which shards write.
    fn placement(&self) -> Placement;
    /// What kinds of rows it takes.
    fn accepts(&self) -> Accepts;
    /// A writer for rows of `schema`. Called once per writing shard, on the thread that starts the job.
    fn open(&self, shard: usize, shards: usize, schema: &Schema) -> Result<Box<dyn Writer>>;
}

/// Whether a writer has got rid of what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flushed {
    /// Nothing is left.
    All,
    /// The other side is not taking more now.
    Pending,
}

/// Writes the rows of one shard. Lives on that shard's core.
pub trait Writer: Send {
    /// Takes rows into the writer's buffer. Hot: once per batch.
    fn write(&mut self, batch: &Batch) -> Result<()>;
    /// Hands the buffer over as far as possible without waiting. Called once a turn, when due.
    fn flush(&mut self) -> Result<Flushed>;
    /// Bytes taken and not handed over; above `limits::SINK_BACKLOG_BYTES_MAX` the shard stops ingesting.
    fn backlog_bytes(&self) -> usize;
    /// Descriptor that becomes writable when `flush` can go on.
    fn wait_on(&self) -> Option<RawFd> {
        None
    }
    /// Hands over everything, waiting if need be, and closes. Rows written are durable as far as `delivery` promises.
    fn finish(&mut self) -> Result<()>;
}

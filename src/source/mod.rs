//! Sources: one file per connector. The plan holds a `Source`; every shard opens a `Reader` of its own for its splits.
//!
//! A reader is polled from the shard's turn and never blocks: sockets are read without waiting; where there is nothing to
//! read it says when to ask again and which descriptor to wait on while parked.

pub mod channel;
pub mod columns;
mod datagen;
mod filesystem;
pub mod memory;
mod nexmark;
mod pace;
mod pump;
mod random;
mod range;
mod records;
pub mod reload;
mod tcp;

use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::Arc;

use crate::batch::Load;
use crate::error::{Error, Result, nearest};
use crate::format::Decoded;
use crate::types::{DataType, EventTime, Nanos, TableDef};

/// What tables can read from.
pub const CONNECTORS: [&str; 4] = ["datagen", "filesystem", "nexmark", "tcp"];

/// The source that a table's WITH options describe. Options that nobody has asked for by then are errors.
pub fn create(table: &TableDef) -> Result<Arc<dyn Source>> {
    let options = &table.options;
    let source: Arc<dyn Source> = match options.required("connector").map_err(|e| e.at(table.span))?.trim() {
        "datagen" => Arc::new(datagen::Datagen::new(table)?),
        "filesystem" => Arc::new(filesystem::Filesystem::new(table)?),
        "nexmark" => Arc::new(nexmark::Nexmark::new(table)?),
        "tcp" => Arc::new(tcp::Tcp::new(table)?),
        // Nothing is inserted into it, or the planner had put that in its place.
        "memory" => Arc::new(memory::MemorySource::new(Vec::new())),
        channel::CHANNEL => return Err(channel::without_program(table)),
        other => return Err(unknown_connector(table, other, "source", &CONNECTORS, &["print", "blackhole"])),
    };
    options.finish()?;
    Ok(source)
}

/// The error for a `'connector'` that is not one of `known`, or that works only the other way round.
pub(crate) fn unknown_connector(table: &TableDef, name: &str, role: &str, known: &[&str], opposite: &[&str]) -> Error {
    let span = table.options.value("connector").map_or(table.span, |v| v.span);
    let list = format!("known {role} connectors: {}", known.join(", "));
    let (message, hint) = if opposite.contains(&name) {
        (format!("connector '{name}' of table '{}' cannot be used as a {role}", table.name), list)
    } else {
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean '{near}'? {list}"),
            None => list,
        };
        (format!("unknown connector '{name}' of table '{}'", table.name), hint)
    };
    Error::sql(message).at(span).hint(hint)
}

/// Whether a source ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundedness {
    /// It ends.
    Bounded,
    /// It goes on until the job is stopped.
    Unbounded,
}

/// Whether rows are made now, so that event times far ahead of the clock are faults (`'watermark.max-ahead'`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// Rows are as old as they are: files.
    Replay,
    /// Rows are made while the job runs: sockets, generators.
    Live,
}

/// How many readers of a shard get all rows of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Each does.
    Any,
    /// What one has read is gone: a second would take rows away from the first.
    One,
}

/// Which columns of the table a reader shall make, in which order: positions in `TableDef::columns`.
pub type Projection = Vec<usize>;

/// A validated source table. Immutable, shared by all shards.
pub trait Source: Send + Sync + std::fmt::Debug {
    /// Connector, format and place in one line for EXPLAIN, such as `filesystem json data/trades.jsonl (1 split)`.
    fn describe(&self) -> String;
    /// Whether it ends by itself.
    fn boundedness(&self) -> Boundedness;
    /// Whether rows are made now.
    fn liveness(&self) -> Liveness;
    /// How many readers of a shard get all of its rows.
    fn readers(&self) -> Readers {
        Readers::Any
    }
    /// Bytes that it reads in all, if it knows that beforehand.
    fn bytes(&self) -> Option<u64> {
        None
    }
    /// A reader for the splits of shard `shard` out of `shards` (split i belongs to shard i % shards), making the columns
    /// of `projection`. Called once per shard and scan, on the thread that starts the job, before any shard runs.
    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>>;
    /// A reader for all that is there now, for a table that is read again and again. Called on the shard that reads it.
    fn open_again(&self, projection: &Projection) -> Result<Box<dyn Reader>> {
        self.open(0, 1, projection)
    }
    /// The address it listens on once it is open, for sources that do.
    fn listen_address(&self) -> Option<SocketAddr> {
        None
    }
}

/// What a poll gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polled {
    /// Rows and bad records of this split stand in the buffer; `stamp` is their arrival, for open-loop generators the
    /// intended time, monotonic nanoseconds on the clock that `poll` was given.
    Rows {
        /// The split, counted from 0 within the reader.
        split: usize,
        /// Arrival of these rows.
        stamp: Nanos,
    },
    /// The split itself says that no row at or before this time will follow.
    Watermark {
        /// The split.
        split: usize,
        /// Event time.
        time: EventTime,
    },
    /// This split has ended; others may go on.
    SplitEnd {
        /// The split.
        split: usize,
    },
    /// One of several readings of the table has ended, the rows of which came since the one before.
    Loaded(Load),
    /// Nothing now. Ask again when the descriptor of `wait_on` is readable or at `wake_at`, if given.
    Pending {
        /// Monotonic nanoseconds.
        wake_at: Option<Nanos>,
    },
    /// All splits have ended and no new one can come.
    End,
}

/// Reads the splits of one shard. Lives on that shard's core.
pub trait Reader: Send {
    /// Number of splits known from the start; splits that open later (connections) get the next numbers.
    fn splits(&self) -> usize;
    /// Whether splits may open later; without an open split such a reader counts as idle.
    fn opens_splits(&self) -> bool {
        false
    }
    /// Whether every open split is looked at within a few polls, so that one that gives nothing is silent and does not merely
    /// wait its turn.
    fn looks_at_all(&self) -> bool {
        false
    }
    /// Whether it never ends by itself: it goes on as long as others do, and is stopped then.
    fn goes_on_with_others(&self) -> bool {
        false
    }
    /// Whether `poll` puts columns of its own in place of those it is given, so that there need be none.
    fn brings_columns(&self) -> bool {
        false
    }
    /// Reads at most `rows_max` rows of one split into `into`, which comes empty. Never blocks. Hot: once per batch.
    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled>;
    /// Descriptors that become readable when `poll` has something to do.
    fn wait_on(&self) -> Vec<RawFd> {
        Vec::new()
    }
    /// Stops reading: what was read already is still given out, then `End`.
    fn stop(&mut self);
}

/// Types of the projected columns, in order of the projection.
pub fn projected_types(columns: &[crate::types::Column], projection: &Projection) -> Vec<DataType> {
    projection.iter().map(|&i| columns[i].data_type.clone()).collect()
}

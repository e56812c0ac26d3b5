//! What travels between shards: batches and marks of progress, in one FIFO per ordered pair of shards.

use super::Batch;
use crate::types::{EventTime, Nanos};

/// No row of event time at or before `time` will follow; `stamp` is the arrival of the record that moved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// Event time.
    pub time: EventTime,
    /// Monotonic nanoseconds of the record that caused it; 0 where none did.
    pub stamp: Nanos,
}

impl Watermark {
    /// Before every event time: nothing is known yet.
    pub const MIN: Watermark = Watermark { time: EventTime::MIN, stamp: 0 };
    /// After every event time: the input has ended.
    pub const MAX: Watermark = Watermark { time: EventTime::MAX, stamp: 0 };
}

/// Progress of one sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The sender's watermark has moved (and the sender is not idle).
    Watermark(Watermark),
    /// The sender is idle: leave it out of the minimum until it says otherwise.
    Idle,
    /// The sender will send nothing more; counts as a watermark after every event time.
    End,
}

/// Behind the rows of one reading of a table that is read again and again: what is to become of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// They are the whole table: they take the place of those read before.
    Whole,
    /// The reading failed: they are to be forgotten.
    Broken,
}

/// Content of a message.
#[derive(Debug)]
pub enum Payload {
    /// Rows.
    Batch(Batch),
    /// Progress.
    Mark(Mark),
    /// The end of one reading.
    Load(Load),
}

/// One entry of a ring.
#[derive(Debug)]
pub struct Message {
    /// Number of the exchange in the plan.
    pub exchange: u16,
    /// When it was put into the outbox, monotonic nanoseconds.
    pub sent: Nanos,
    /// What it carries.
    pub payload: Payload,
}

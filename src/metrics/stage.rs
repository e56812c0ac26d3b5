//! The named parts a row's time falls into.

/// A stage of a row's way through a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(usize)]
pub enum Stage {
    /// From the stamp of arrival (or intended time) to the poll that took the rows.
    Ingest,
    /// Making columns out of bytes.
    Decode,
    /// From the outbox of the sender to the turn that took the batch from the inbox.
    ExchangeWait,
    /// Running operators.
    Operators,
    /// Encoding and handing over to the sink.
    Emit,
    /// From the stamp of arrival to the hand-over to the sink.
    EndToEnd,
}

impl Stage {
    /// All, in the order of the row's way.
    pub const ALL: [Stage; 6] =
        [Stage::Ingest, Stage::Decode, Stage::ExchangeWait, Stage::Operators, Stage::Emit, Stage::EndToEnd];

    /// Name in tables: `exchange wait`.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Ingest => "ingest",
            Stage::Decode => "decode",
            Stage::ExchangeWait => "exchange wait",
            Stage::Operators => "operators",
            Stage::Emit => "emit",
            Stage::EndToEnd => "end to end",
        }
    }

    /// Name in tags and file names: `exchange_wait`.
    pub fn tag(self) -> &'static str {
        match self {
            Stage::ExchangeWait => "exchange_wait",
            Stage::EndToEnd => "end_to_end",
            other => other.name(),
        }
    }
}

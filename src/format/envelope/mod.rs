//! `'format' = 'debezium-json'`, `'maxwell-json'`, `'canal-json'` and `'ogg-json'`: changes of a table as JSON, one object a line.
//!
//! ```text
//!   debezium-json  {"before":{..},"after":{..},"op":"u"}            c, r, u, d
//!   ogg-json       {"before":{..},"after":{..},"op_type":"U"}       I, U, D
//!   maxwell-json   {"data":{..},"old":{..},"type":"update"}         insert, update, delete
//!   canal-json     {"data":[{..}],"old":[{..}],"type":"UPDATE"}     INSERT, UPDATE, DELETE
//! ```
//! Reading: an update is the row before it, -U, and the row after it, +U; where `old` has only the fields that changed, the others are
//! those of `data`. The rows are read as `json` reads them. With `'debezium-json.schema-include' = 'true'` all this stands in `payload`.
//! Writing: as Flink does, which knows no updates here: +I and +U are `c`, -U and -D are `d`.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use super::json::{Missing, TimestampStandard};
use super::{DecodeField, Decoder, Encoder, Format, fields, is_true, line_bytes_max, refuse_ignoring_errors};
use crate::error::{Error, Result};
use crate::types::relation::Changelog;
use crate::types::{Options, Schema};

/// Whose way of saying what has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    Debezium,
    Ogg,
    Maxwell,
    Canal,
}

/// What a record says has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Insert,
    Update,
    Delete,
}

impl Envelope {
    /// The one that `'format'` names.
    pub fn of(options: &Options) -> Option<Self> {
        let name = options.text("format")?.trim().replace('_', "-").to_ascii_lowercase();
        [Envelope::Debezium, Envelope::Ogg, Envelope::Maxwell, Envelope::Canal].into_iter().find(|e| e.name() == name)
    }

    /// As it is written in `'format'`.
    fn name(self) -> &'static str {
        match self {
            Envelope::Debezium => "debezium-json",
            Envelope::Ogg => "ogg-json",
            Envelope::Maxwell => "maxwell-json",
            Envelope::Canal => "canal-json",
        }
    }

    /// The fields of a record: what was there before, what is there after, what has happened.
    fn fields(self) -> [&'static str; 3] {
        match self {
            Envelope::Debezium => ["before", "after", "op"],
            Envelope::Ogg => ["before", "after", "op_type"],
            Envelope::Maxwell | Envelope::Canal => ["old", "data", "type"],
        }
    }

    /// Whether the row that is gone stands in a field of its own.
    fn has_whole_rows(self) -> bool {
        matches!(self, Envelope::Debezium | Envelope::Ogg)
    }

    /// What a code says.
    fn change(self, code: &[u8]) -> Option<Change> {
        let codes: [&[&[u8]]; 3] = match self {
            Envelope::Debezium => [&[b"c", b"r"], &[b"u"], &[b"d"]],
            Envelope::Ogg => [&[b"I"], &[b"U"], &[b"D"]],
            Envelope::Maxwell => [&[b"insert", b"bootstrap-insert"], &[b"update"], &[b"delete"]],
            Envelope::Canal => [&[b"INSERT"], &[b"UPDATE"], &[b"DELETE"]],
        };
        let at = codes.iter().position(|codes| codes.contains(&code))?;
        Some([Change::Insert, Change::Update, Change::Delete][at])
    }
}

/// Changes as JSON with validated options.
#[derive(Debug)]
pub struct EnvelopeFormat {
    envelope: Envelope,
    line_bytes_max: usize,
    timestamps: TimestampStandard,
    in_payload: bool,
}

impl EnvelopeFormat {
    /// Reads the options that begin with the name of the format, and `line.max-bytes`.
    pub(super) fn new(options: &Options, envelope: Envelope) -> Result<Self> {
        let key = |name: &str| format!("{}.{name}", envelope.name());
        refuse_ignoring_errors(options, &key("ignore-parse-errors"))?;
        is_true(options, &key("encode.decimal-as-plain-number"))?;
        if let Some(value) = options.value("changelog") {
            let error = Error::sql(format!("option 'changelog' has no meaning with format '{}'", envelope.name())).at(value.span);
            return Err(error.hint("leave it out: its records say themselves what has changed"));
        }
        Ok(Self {
            envelope,
            line_bytes_max: line_bytes_max(options)?,
            timestamps: TimestampStandard::of(options, &key("timestamp-format.standard"))?,
            in_payload: envelope == Envelope::Debezium && is_true(options, &key("schema-include"))?,
        })
    }
}

impl Format for EnvelopeFormat {
    fn decoder(&self, asked: &[DecodeField]) -> Result<Box<dyn Decoder>> {
        for field in asked {
            fields::check_readable(&field.name, &field.data_type)?;
        }
        Ok(Box::new(decode::EnvelopeDecoder::new(self, asked.to_vec(), Missing::Null)))
    }

    fn encoder(&self, schema: &Schema) -> Result<Box<dyn Encoder>> {
        if self.in_payload {
            return Err(Error::sql("option 'debezium-json.schema-include' = 'true' is for tables that are read")
                .hint("leave it out: rows are written without a schema"));
        }
        Ok(Box::new(encode::EnvelopeEncoder::new(self.envelope, schema, self.timestamps)))
    }

    fn changelog(&self) -> Changelog {
        Changelog::Retract
    }
}

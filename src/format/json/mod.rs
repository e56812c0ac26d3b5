//! `'format' = 'json'`: one object a line.
//!
//! Reading: fields that nobody asked for are checked and skipped, missing ones are NULL, of equal keys the last wins. Keys
//! are compared exactly. Numbers may stand in strings. Nested types keep their JSON, in one form.
//! Writing: timestamps as `yyyy-MM-dd HH:mm:ss.fff` (or with a `T`, by `'json.timestamp-format.standard' = 'ISO-8601'`),
//! DECIMAL as a plain number, BYTES as base64, NaN and infinities as strings. With the option `changelog` a last field `op`
//! says the kind of the row (`format/kinds.rs`).

pub(super) mod decode;
pub(super) mod encode;
pub(super) mod nested;
pub(super) mod scan;
mod shape;
#[cfg(test)]
mod tests;

use super::{DecodeField, Decoder, Encoder, Format, fields, kinds, line_bytes_max, physical};
use crate::error::Result;
use crate::types::relation::Changelog;
use crate::types::{self, Options, Schema};

/// What a field does that is not in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It reads as NULL.
    Null,
    /// The record is refused.
    Refused,
}

/// How timestamps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimestampStandard {
    /// With a space between date and time.
    Sql,
    /// With a `T`.
    Iso8601,
}

impl TimestampStandard {
    /// The option `key`.
    pub fn of(options: &Options, key: &str) -> Result<Self> {
        Ok(match options.choice(key, &["SQL", "ISO-8601"])? {
            Some(1) => TimestampStandard::Iso8601,
            _ => TimestampStandard::Sql,
        })
    }
}

/// JSON lines with validated options.
#[derive(Debug)]
pub struct JsonFormat {
    line_bytes_max: usize,
    missing: Missing,
    timestamps: TimestampStandard,
    changelog: Changelog,
    width: usize,
}

impl JsonFormat {
    /// Reads the options `json.*`, `line.max-bytes` and `changelog` for a table of these columns.
    pub fn new(options: &Options, columns: &[types::Column]) -> Result<Self> {
        super::refuse_ignoring_errors(options, "json.ignore-parse-errors")?;
        let missing = if super::is_true(options, "json.fail-on-missing-field")? { Missing::Refused } else { Missing::Null };
        let timestamps = TimestampStandard::of(options, "json.timestamp-format.standard")?;
        // Known from other engines; a DECIMAL is always written plainly here.
        super::is_true(options, "json.encode.decimal-as-plain-number")?;
        let changelog = kinds::of(options, columns)?;
        Ok(Self { line_bytes_max: line_bytes_max(options)?, missing, timestamps, changelog, width: physical(columns).count() })
    }
}

impl Format for JsonFormat {
    fn decoder(&self, asked: &[DecodeField]) -> Result<Box<dyn Decoder>> {
        for field in asked {
            fields::check_readable(&field.name, &field.data_type)?;
        }
        let decoder = |asked| Box::new(decode::JsonDecoder::new(asked, self.line_bytes_max, self.missing));
        Ok(match self.changelog {
            Changelog::Append => decoder(asked.to_vec()),
            _ => Box::new(kinds::KindsDecoder(decoder([asked, &[kinds::field(self.width)]].concat()))),
        })
    }

    fn encoder(&self, schema: &Schema) -> Result<Box<dyn Encoder>> {
        kinds::check(self.changelog, schema)?;
        Ok(Box::new(encode::JsonEncoder::new(schema, self.timestamps, self.changelog)))
    }

    fn changelog(&self) -> Changelog {
        self.changelog
    }
}

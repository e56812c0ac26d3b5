//! `'format' = 'json'`: one object a line.
//!
//! Reading: fields that nobody asked for are checked and skipped, missing ones are NULL, of equal keys the last wins. Keys
//! are compared exactly. Numbers may stand in strings. Nested types keep their JSON text.
//! Writing: timestamps as `yyyy-MM-dd HH:mm:ss.fff` (or with a `T`, by `'json.timestamp-format.standard' = 'ISO-8601'`),
//! DECIMAL as a plain number, BYTES as base64, NaN and infinities as strings. With `'changelog' = 'true'` a last field `op`
//! says the kind of the row.

mod decode;
mod encode;
pub(super) mod scan;
mod shape;
#[cfg(test)]
mod tests;

use super::{DecodeField, Decoder, Encoder, Format, Kinds, fields, line_bytes_max};
use crate::error::Result;
use crate::types::{Options, Schema};

/// What a field does that is not in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// It reads as NULL.
    Null,
    /// The record is refused.
    Refused,
}

/// How timestamps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimestampStandard {
    /// With a space between date and time.
    Sql,
    /// With a `T`.
    Iso8601,
}

/// JSON lines with validated options.
#[derive(Debug)]
pub struct JsonFormat {
    line_bytes_max: usize,
    missing: Missing,
    timestamps: TimestampStandard,
    kinds: Kinds,
}

impl JsonFormat {
    /// Reads the options `json.*`, `line.max-bytes` and `changelog`.
    pub fn new(options: &Options) -> Result<Self> {
        super::refuse_ignoring_errors(options, "json.ignore-parse-errors")?;
        let missing = if super::is_true(options, "json.fail-on-missing-field")? { Missing::Refused } else { Missing::Null };
        let timestamps = match options.choice("json.timestamp-format.standard", &["SQL", "ISO-8601"])? {
            Some(1) => TimestampStandard::Iso8601,
            _ => TimestampStandard::Sql,
        };
        // Known from other engines; a DECIMAL is always written plainly here.
        super::is_true(options, "json.encode.decimal-as-plain-number")?;
        Ok(Self { line_bytes_max: line_bytes_max(options)?, missing, timestamps, kinds: Kinds::of(options)? })
    }
}

impl Format for JsonFormat {
    fn decoder(&self, asked: &[DecodeField]) -> Result<Box<dyn Decoder>> {
        for field in asked {
            fields::check_readable(&field.name, &field.data_type)?;
        }
        Ok(Box::new(decode::JsonDecoder::new(asked.to_vec(), self.line_bytes_max, self.missing)))
    }

    fn encoder(&self, schema: &Schema) -> Result<Box<dyn Encoder>> {
        self.kinds.check(schema)?;
        Ok(Box::new(encode::JsonEncoder::new(schema, self.timestamps, self.kinds)))
    }

    fn carries_kinds(&self) -> bool {
        self.kinds == Kinds::Written
    }
}

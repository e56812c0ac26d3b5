//! Bytes to columns and back: one file per format. A decoder makes only the columns that the query uses.
//!
//! A record that cannot be read is data, not an error: it is reported with its place, reason and bytes, and leaves no trace
//! in the columns.

mod csv;
mod digits;
mod envelope;
mod fields;
mod json;
mod kinds;
mod lines;
mod marks;
mod raw;
mod runs;
#[cfg(test)]
mod testing;

use std::borrow::Cow;
use std::sync::Arc;

pub use csv::CsvFormat;
pub use envelope::EnvelopeFormat;
pub use json::JsonFormat;
pub use raw::RawFormat;

use self::envelope::Envelope;
use crate::batch::{Batch, Column, RowKind};
use crate::error::{Error, Result};
use crate::limits;
use crate::types::relation::Changelog;
use crate::types::{self, ColumnKind, DataType, Options, Schema};

/// The format that the WITH options of a table with these columns name. Marks the options it knows; the connector
/// refuses the rest.
pub fn create(options: &Options, columns: &[types::Column]) -> Result<Arc<dyn Format>> {
    options.required("format")?;
    if let Some(column) = physical(columns).find(|column| column.data_type == DataType::Bitmap) {
        let error = Error::sql(format!("column '{}' of type BITMAP does not stand in records", column.name));
        return Err(error.hint("declare it BYTES: BITMAP_TO_BYTES writes it, BITMAP_FROM_BYTES reads it"));
    }
    if let Some(envelope) = Envelope::of(options) {
        return Ok(Arc::new(EnvelopeFormat::new(options, envelope)?));
    }
    Ok(match options.choice("format", &NAMES)? {
        Some(1) => Arc::new(CsvFormat::new(options, columns)?),
        Some(2) => Arc::new(RawFormat::new(options, columns)?),
        _ => Arc::new(JsonFormat::new(options, columns)?),
    })
}

/// What can stand behind `'format' =`.
const NAMES: [&str; 7] = ["json", "csv", "raw", "debezium-json", "maxwell-json", "canal-json", "ogg-json"];

/// What the rows of a table with these options say of each other: the format says it itself, or `'changelog'` does.
pub fn changelog(options: &Options) -> Result<Changelog> {
    match Envelope::of(options) {
        Some(_) => Ok(Changelog::Retract),
        None => Ok(match options.choice("changelog", &["false", "true", "retract", "upsert"])? {
            Some(1 | 2) => Changelog::Retract,
            Some(3) => Changelog::Upsert,
            _ => Changelog::Append,
        }),
    }
}

/// Appends the value of a text; false if it is none of this type.
pub fn push_text(column: &mut Column, data_type: &DataType, text: &str) -> bool {
    fields::push_text(column, data_type, text.as_bytes()).is_ok()
}

/// `'line.max-bytes'`.
fn line_bytes_max(options: &Options) -> Result<usize> {
    let bytes = options.parse("line.max-bytes", "a number of bytes from 1")?.unwrap_or(limits::LINE_BYTES_DEFAULT);
    if bytes == 0 { Err(Error::sql("option 'line.max-bytes' must be at least 1")) } else { Ok(bytes) }
}

/// An option that is 'true' or 'false'; 'false' if not given.
fn is_true(options: &Options, key: &str) -> Result<bool> {
    Ok(options.choice(key, &["false", "true"])? == Some(1))
}

/// Refuses to drop bad records silently.
fn refuse_ignoring_errors(options: &Options, key: &str) -> Result<()> {
    if !is_true(options, key)? {
        return Ok(());
    }
    let span = options.value(key).map(|v| v.span).unwrap_or_default();
    Err(Error::sql(format!("option '{key}' = 'true' would lose records unseen"))
        .at(span)
        .hint("leave it out: bad records are counted and set aside by 'on.error', and limited by 'max.errors'"))
}

/// Columns that stand in the record, in declared order.
fn physical(columns: &[types::Column]) -> impl Iterator<Item = &types::Column> {
    columns.iter().filter(|c| c.kind == ColumnKind::Physical)
}

/// A column the decoder shall make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeField {
    /// Name of the field in the record.
    pub name: String,
    /// Declared type.
    pub data_type: DataType,
    /// Position among the physical columns of the table, for formats without names.
    pub position: usize,
    /// A NULL or missing field sets the row aside.
    pub not_null: bool,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// Bytes from the start of the split to the record.
    pub offset: u64,
    /// Number of the record's first line from 1; for fixed-width rows the number of the row.
    pub line: u64,
    /// What is wrong, such as `field 'price': '12x' is not a DOUBLE`.
    pub reason: Cow<'static, str>,
    /// The record, cut to `limits::ASIDE_TEXT_BYTES_MAX`.
    pub bytes: Vec<u8>,
}

/// Columns being filled from records, and the records that were refused.
#[derive(Debug, Default)]
pub struct Decoded {
    /// One for each field asked for, all of `rows` values.
    pub columns: Vec<Column>,
    /// Kinds of the rows; `None` when all are `Insert`.
    pub kinds: Option<Vec<RowKind>>,
    /// Rows so far.
    pub rows: usize,
    /// Refused records so far.
    pub bad: Vec<BadRecord>,
}

impl Decoded {
    /// Empty columns of these types.
    pub fn new(types: &[DataType], capacity: usize) -> Self {
        Self { columns: types.iter().map(|t| Column::with_capacity(t, capacity)).collect(), ..Self::default() }
    }

    /// Adds the kind of the row that comes next. Hot: once per row of a changelog.
    fn push_kind(&mut self, kind: RowKind) {
        match &mut self.kinds {
            Some(kinds) => kinds.push(kind),
            None if kind == RowKind::Insert => {}
            None => self.kinds = Some([vec![RowKind::Insert; self.rows], vec![kind]].concat()),
        }
    }
}

/// Whether more bytes of the split may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// More may come: an incomplete record at the end is left for the next call.
    Partial,
    /// These are the last bytes: an incomplete record at the end is a last one without line end, or truncated and bad.
    Complete,
}

/// Turns the bytes of one split into rows. Keeps position (offset, line) between calls.
pub trait Decoder: Send {
    /// Decodes records from the front of `bytes` until `rows_max` rows are in `out` or no whole record is left; a record of several
    /// rows (the old and the new content of one) is taken whole. Returns how many bytes were consumed; the caller presents the rest again, followed by new bytes. Hot: once per batch.
    fn decode(&mut self, bytes: &[u8], input: Input, rows_max: usize, out: &mut Decoded) -> usize;
}

/// A validated choice of format with its options; makes decoders and encoders. Immutable, shared by all shards.
pub trait Format: Send + Sync + std::fmt::Debug {
    /// A decoder for one split that makes these columns.
    fn decoder(&self, fields: &[DecodeField]) -> Result<Box<dyn Decoder>>;
    /// An encoder of rows with this schema.
    fn encoder(&self, schema: &Schema) -> Result<Box<dyn Encoder>>;
    /// What its rows can say of each other, read and written.
    fn changelog(&self) -> Changelog {
        Changelog::Append
    }
}

/// Turns rows into bytes.
pub trait Encoder: Send {
    /// Bytes that stand once at the start of a file or connection, such as a CSV header.
    fn header(&mut self, out: &mut Vec<u8>);
    /// Appends every row of the batch. Hot: once per batch.
    fn encode(&mut self, batch: &Batch, out: &mut Vec<u8>);
}

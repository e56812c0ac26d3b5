//! Columns to CSV records.

use memchr::{memchr, memchr3};

use super::{Dialect, Header};
use crate::batch::text::write_part;
use crate::batch::{Batch, Column, Values};
use crate::format::{Encoder, kinds};
use crate::types::relation::Changelog;
use crate::types::{DataType, Schema};

/// Encoder of one output.
pub(super) struct CsvEncoder {
    names: Vec<String>,
    types: Vec<DataType>,
    dialect: Dialect,
    header: Header,
    changelog: Changelog,
    scratch: Vec<u8>,
}

impl CsvEncoder {
    pub fn new(schema: &Schema, dialect: Dialect, header: Header, changelog: Changelog) -> Self {
        let names = schema.fields.iter().map(|f| f.name.clone()).collect();
        Self { names, types: schema.types(), dialect, header, changelog, scratch: Vec::new() }
    }

    /// Hot: once per value.
    fn value(&mut self, column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
        if column.is_null(row) || *data_type == DataType::Null {
            return out.extend_from_slice(self.dialect.null_literal.as_deref().unwrap_or_default());
        }
        match (&column.values, data_type) {
            (Values::Str(v), t) if !t.is_binary() => write_field(v.bytes(row), &self.dialect, out),
            _ => {
                self.scratch.clear();
                write_part(column, row, data_type, &mut self.scratch);
                write_field(&self.scratch, &self.dialect, out);
            }
        }
    }
}

impl Encoder for CsvEncoder {
    fn header(&mut self, out: &mut Vec<u8>) {
        if self.header == Header::Absent {
            return;
        }
        let op = (self.changelog != Changelog::Append).then_some(kinds::FIELD);
        for (i, name) in self.names.iter().map(String::as_str).chain(op).enumerate() {
            if i > 0 {
                out.push(self.dialect.delimiter);
            }
            write_field(name.as_bytes(), &self.dialect, out);
        }
        out.push(b'\n');
    }

    fn encode(&mut self, batch: &Batch, out: &mut Vec<u8>) {
        let types = std::mem::take(&mut self.types);
        assert_eq!(batch.columns.len(), types.len(), "a batch has the columns of its schema");
        for row in 0..batch.rows() {
            let start = out.len();
            for (i, (column, data_type)) in batch.columns.iter().zip(&types).enumerate() {
                if i > 0 {
                    out.push(self.dialect.delimiter);
                }
                self.value(column, row, data_type, out);
            }
            if self.changelog != Changelog::Append {
                out.push(self.dialect.delimiter);
                write_field(batch.kind(row).symbol().as_bytes(), &self.dialect, out);
            }
            if out.len() == start {
                // A blank line would be skipped by readers: the only field, NULL, stands in quotes.
                out.extend_from_slice(&[self.dialect.quote; 2]);
            }
            out.push(b'\n');
        }
        self.types = types;
    }
}

/// Appends a field, in quotes where it would read as something else without.
fn write_field(text: &[u8], dialect: &Dialect, out: &mut Vec<u8>) {
    if !needs_quotes(text, dialect) {
        return out.extend_from_slice(text);
    }
    out.push(dialect.quote);
    for &byte in text {
        if byte == dialect.quote {
            out.push(dialect.quote);
        } else if Some(byte) == dialect.escape {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(dialect.quote);
}

fn needs_quotes(text: &[u8], dialect: &Dialect) -> bool {
    text.is_empty()
        || dialect.null_literal.as_deref() == Some(text)
        || text.first().copied() == dialect.comment
        || text.starts_with(b"\xef\xbb\xbf")
        || memchr3(b'\n', b'\r', dialect.quote, text).is_some()
        || memchr(dialect.delimiter, text).is_some()
        || dialect.escape.is_some_and(|e| memchr(e, text).is_some())
}

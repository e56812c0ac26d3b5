//! Columns to JSON lines.

use super::{TimestampStandard, nested, scan};
use crate::batch::text::write_part;
use crate::batch::{Batch, Column, Values};
use crate::format::{Encoder, kinds};
use crate::types::relation::Changelog;
use crate::types::{DataType, Schema};

/// Encoder of one output.
pub(in crate::format) struct JsonEncoder {
    types: Vec<DataType>,
    /// Bytes before each value: bracket or comma, key, colon.
    prefixes: Vec<Vec<u8>>,
    kind_prefix: Vec<u8>,
    timestamps: TimestampStandard,
    changelog: Changelog,
    scratch: Vec<u8>,
}

impl JsonEncoder {
    pub fn new(schema: &Schema, timestamps: TimestampStandard, changelog: Changelog) -> Self {
        let prefixes: Vec<_> = schema.fields.iter().enumerate().map(|(i, f)| prefix(i, &f.name)).collect();
        let kind_prefix = prefix(prefixes.len(), kinds::FIELD);
        Self { types: schema.types(), prefixes, kind_prefix, timestamps, changelog, scratch: Vec::new() }
    }

    /// Appends the fields of a row, with the bracket that opens the object, but not the one that closes it. Hot: once per row.
    pub fn fields(&mut self, batch: &Batch, row: usize, out: &mut Vec<u8>) {
        let types = std::mem::take(&mut self.types);
        for (i, (column, data_type)) in batch.columns.iter().zip(&types).enumerate() {
            out.extend_from_slice(&self.prefixes[i]);
            self.value(column, row, data_type, out);
        }
        if types.is_empty() {
            out.push(b'{');
        }
        self.types = types;
    }

    /// Hot: once per value.
    fn value(&mut self, column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
        if column.is_null(row) || *data_type == DataType::Null {
            out.extend_from_slice(b"null");
            return;
        }
        match (&column.values, data_type) {
            (Values::Str(v), DataType::Varchar(_)) => write_string(v.bytes(row), out),
            (Values::Str(_), DataType::Bytes | DataType::Bitmap)
            | (_, DataType::Date | DataType::Time(_) | DataType::IntervalDay | DataType::IntervalMonth | DataType::Uuid) => {
                out.push(b'"');
                write_part(column, row, data_type, out);
                out.push(b'"');
            }
            (Values::Str(v), _) => write_nested(v.bytes(row), data_type, self.timestamps, out),
            (_, DataType::Timestamp(_) | DataType::TimestampLtz(_)) => {
                out.push(b'"');
                let start = out.len();
                write_part(column, row, data_type, out);
                if self.timestamps == TimestampStandard::Iso8601
                    && let Some(space) = memchr::memchr(b' ', &out[start..])
                {
                    out[start + space] = b'T';
                }
                out.push(b'"');
            }
            (Values::F32(v), _) if !v[row].is_finite() => self.quoted(column, row, data_type, out),
            (Values::F64(v), _) if !v[row].is_finite() => self.quoted(column, row, data_type, out),
            _ => write_part(column, row, data_type, out),
        }
    }

    #[cold]
    fn quoted(&mut self, column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
        self.scratch.clear();
        write_part(column, row, data_type, &mut self.scratch);
        write_string(&self.scratch, out);
    }
}

impl Encoder for JsonEncoder {
    fn header(&mut self, _out: &mut Vec<u8>) {}

    fn encode(&mut self, batch: &Batch, out: &mut Vec<u8>) {
        assert_eq!(batch.columns.len(), self.types.len(), "a batch has the columns of its schema");
        for row in 0..batch.rows() {
            self.fields(batch, row, out);
            if self.changelog != Changelog::Append {
                out.extend_from_slice(&self.kind_prefix);
                write_string(batch.kind(row).symbol().as_bytes(), out);
            }
            out.extend_from_slice(b"}\n");
        }
    }
}

fn prefix(position: usize, name: &str) -> Vec<u8> {
    let mut out = vec![if position == 0 { b'{' } else { b',' }];
    write_string(name.as_bytes(), &mut out);
    out.push(b':');
    out
}

/// A nested value stands as it is, on one line; what is not JSON stands as a string.
fn write_nested(text: &[u8], data_type: &DataType, timestamps: TimestampStandard, out: &mut Vec<u8>) {
    if !scan::is_document(text) {
        return write_string(text, out);
    }
    if timestamps == TimestampStandard::Iso8601 && data_type.is_nested() {
        return nested::write(text, data_type, timestamps, out);
    }
    let start = out.len();
    out.extend_from_slice(text);
    // A raw line end in JSON text is white space between values.
    out[start..].iter_mut().filter(|b| matches!(**b, b'\n' | b'\r')).for_each(|b| *b = b' ');
}

fn write_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut start = 0;
    loop {
        let at = scan::special(text, start);
        out.extend_from_slice(&text[start..at]);
        let Some(&byte) = text.get(at) else { break };
        write_escape(byte, out);
        start = at + 1;
    }
    out.push(b'"');
}

#[cold]
fn write_escape(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    }
}

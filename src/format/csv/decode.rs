//! CSV records to columns.

use std::borrow::Cow;

use super::block::{Block, Expected};
use super::record::{self, Record, Search, Sought};
use super::{CsvFormat, Dialect, Header};
use crate::batch::Column;
use crate::error::nearest;
use crate::format::fields::{self, Misfit};
use crate::format::lines::{Framed, Lines, Place, bad_record};
use crate::format::{DecodeField, Decoded, Decoder, Input};
use crate::types::DataType;

/// Decoder of one split.
pub(super) struct CsvDecoder {
    dialect: Dialect,
    lines: Lines,
    machine: csv_core::Reader,
    record: Record,
    search: Search,
    block: Block,
    fields: Vec<DecodeField>,
    /// Position in the record of each field; `None` if the header lacks it.
    positions: Vec<Option<usize>>,
    /// Fields of a record.
    width: usize,
    header: Header,
}

impl CsvDecoder {
    pub fn new(format: &CsvFormat, fields: Vec<DecodeField>, width: usize) -> Self {
        let dialect = format.dialect.clone();
        let machine = csv_core::ReaderBuilder::new()
            .delimiter(dialect.delimiter)
            .quote(dialect.quote)
            .escape(dialect.escape)
            .terminator(csv_core::Terminator::Any(b'\n'))
            .build();
        Self {
            dialect,
            lines: Lines::new(format.line_bytes_max),
            machine,
            record: Record::default(),
            search: Search::default(),
            block: Block::new(),
            positions: fields.iter().map(|f| Some(f.position)).collect(),
            fields,
            width,
            header: format.header,
        }
    }

    /// Reads regular records many at a time.
    fn block(&mut self, bytes: &[u8], rows_max: usize, consumed: &mut usize, out: &mut Decoded) {
        let Self { dialect, lines, block, fields, positions, width, .. } = self;
        let expected = Expected { dialect, width: *width, bytes_max: lines.bytes_max(), fields, positions };
        let (rows, read) = block.read(&bytes[*consumed..], rows_max - out.rows, expected, &mut out.columns);
        lines.pass(rows, read, consumed);
        out.rows += rows;
    }

    /// Whether the next record may be one of a block: the others are to be looked at one by one.
    fn takes_blocks(&self) -> bool {
        self.header == Header::Absent && self.lines.are_plain() && self.search.is_free(self.lines.offset())
    }

    fn record(&mut self, text: &[u8], place: Place, out: &mut Decoded) {
        if let Err(reason) = self.split(text) {
            return out.bad.push(bad_record(place, reason, text));
        }
        if self.header == Header::Present {
            self.header = Header::Absent;
            if let Some(reason) = self.read_header(text) {
                out.bad.push(bad_record(place, Cow::Owned(reason), text));
            }
            return;
        }
        match self.row(text, &mut out.columns) {
            Ok(()) => out.rows += 1,
            Err(reason) => {
                let rows = out.rows;
                out.columns.iter_mut().for_each(|c| c.truncate(rows));
                out.bad.push(bad_record(place, reason, text));
            }
        }
    }

    fn split(&mut self, text: &[u8]) -> Result<(), Cow<'static, str>> {
        if simdutf8::basic::from_utf8(text).is_err() {
            return Err(Cow::Borrowed("the record is not valid UTF-8"));
        }
        self.record.split(text, &self.dialect, &mut self.machine).map_err(Cow::Borrowed)
    }

    /// Hot: once per row.
    fn row(&mut self, text: &[u8], columns: &mut [Column]) -> Result<(), Cow<'static, str>> {
        if self.record.len() != self.width {
            return Err(Cow::Owned(format!("the record has {} fields instead of {}", self.record.len(), self.width)));
        }
        for (i, (field, column)) in self.fields.iter().zip(columns).enumerate() {
            let Some(position) = self.positions[i] else {
                fields::push_null(column, field).map_err(|m| fields::misfit_reason(field, b"", m))?;
                continue;
            };
            let value = self.record.field(position, text);
            push(column, field, value, self.record.is_quoted(position), &self.dialect)
                .map_err(|m| fields::misfit_reason(field, value, m))?;
        }
        Ok(())
    }

    /// Finds the fields in the header line; what is wrong if it lacks one.
    fn read_header(&mut self, text: &[u8]) -> Option<String> {
        let names: Vec<_> =
            (0..self.record.len()).map(|i| String::from_utf8_lossy(self.record.field(i, text)).trim().to_owned()).collect();
        self.width = names.len();
        let mut problem = None;
        for (field, position) in self.fields.iter().zip(&mut self.positions) {
            let exact = names.iter().position(|n| *n == field.name);
            *position = exact.or_else(|| names.iter().position(|n| n.eq_ignore_ascii_case(&field.name)));
            if position.is_none() && problem.is_none() {
                let near = nearest(&field.name, names.iter().map(String::as_str));
                let near = near.map(|n| format!(" (the nearest is '{n}')")).unwrap_or_default();
                problem = Some(format!("the header has no column '{}'{near}; it reads as NULL", field.name));
            }
        }
        problem
    }
}

impl Decoder for CsvDecoder {
    fn decode(&mut self, bytes: &[u8], input: Input, rows_max: usize, out: &mut Decoded) -> usize {
        let mut consumed = 0;
        while out.rows < rows_max {
            if self.takes_blocks() {
                self.block(bytes, rows_max, &mut consumed, out);
                if out.rows >= rows_max {
                    break;
                }
            }
            let search = &mut self.search;
            let sought = Sought { dialect: &self.dialect, input, bytes_max: self.lines.bytes_max() };
            match self.lines.next_record(bytes, input, &mut consumed, |rest, at| search.end_of_record(rest, at, sought)) {
                Framed::Nothing => break,
                Framed::Bad(bad) => {
                    self.search.next();
                    out.bad.push(bad);
                }
                Framed::Record(text, place) => {
                    self.search.next();
                    if !text.is_empty() && !record::is_comment(text, &self.dialect) {
                        self.record(text, place, out);
                    }
                }
            }
        }
        consumed
    }
}

/// Appends a field. Hot: once per value.
#[inline]
pub(super) fn push(column: &mut Column, field: &DecodeField, text: &[u8], quoted: bool, dialect: &Dialect) -> Result<(), Misfit> {
    let is_text = matches!(field.data_type, DataType::Varchar(_));
    let is_null = match &dialect.null_literal {
        Some(literal) if !quoted && text == &**literal => true,
        _ if quoted && field.data_type == DataType::Bytes => false,
        _ => !is_text && text.trim_ascii().is_empty(),
    };
    if is_null {
        fields::push_null(column, field)
    } else if is_text {
        fields::push_text(column, &field.data_type, text)
    } else {
        fields::push_text(column, &field.data_type, text.trim_ascii())
    }
}

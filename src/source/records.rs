//! The way from the bytes of one split to rows, shared by the sources that read bytes: a buffer, a decoder and a name.
//!
//! Bytes are read behind what the decoder left, so a record that a read has cut in two is whole at the next decode. The
//! buffer grows only as far as the decoder lets a record grow. The name of the split (path, peer) stands in front of the
//! reasons of its bad records and is what the metadata column shows.

use std::borrow::Cow;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::sync::Arc;

use rustix::net::{RecvFlags, recv};

use super::Projection;
use crate::batch::{Column, Values};
use crate::error::{Error, Result};
use crate::format::{DecodeField, Decoded, Decoder, Format, Input};
use crate::types::{self, ColumnKind, TableDef};

/// Refuses metadata columns other than a text column FROM `key`.
pub(super) fn check_metadata(table: &TableDef, key: &str) -> Result<()> {
    for column in &table.columns {
        let ColumnKind::Metadata(asked) = &column.kind else { continue };
        if asked != key {
            let error = Error::sql(format!("metadata '{asked}' of column '{}' is not known here", column.name)).at(table.span);
            return Err(error.suggesting(asked, [key], "this connector knows"));
        }
        if !column.data_type.is_text() {
            let message = format!("metadata column '{}' must be a STRING, not {}", column.name, column.data_type);
            return Err(Error::sql(message).at(table.span));
        }
    }
    Ok(())
}

/// Which columns the decoder makes and which ones show the split's name.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    fields: Vec<DecodeField>,
    /// Positions in the projection that show the name, ascending.
    name_slots: Vec<usize>,
}

impl Layout {
    /// The layout of a projection of these columns.
    pub fn new(columns: &[types::Column], projection: &Projection) -> Self {
        let mut layout = Self { fields: Vec::new(), name_slots: Vec::new() };
        for (slot, &index) in projection.iter().enumerate() {
            let column = &columns[index];
            match column.kind {
                ColumnKind::Metadata(_) => layout.name_slots.push(slot),
                ColumnKind::Physical => layout.fields.push(DecodeField {
                    name: column.name.clone(),
                    data_type: column.data_type.clone(),
                    position: columns[..index].iter().filter(|c| c.kind == ColumnKind::Physical).count(),
                    not_null: column.not_null,
                }),
            }
        }
        layout
    }
}

/// What a read gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filled {
    /// Some bytes.
    Bytes,
    /// None now.
    Nothing,
    /// None any more.
    End,
}

/// A socket read without waiting. The socket itself stays in blocking mode: io_uring, asked to wait for bytes of one that is not,
/// answers at once.
pub(super) struct Unwaiting<S>(pub S);

impl<S: AsFd> Read for Unwaiting<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (_, count) = recv(&self.0, buffer, RecvFlags::DONTWAIT)?;
        Ok(count)
    }
}

/// The records of one split.
pub(super) struct Records {
    name: Arc<str>,
    decoder: Box<dyn Decoder>,
    name_slots: Vec<usize>,
    /// Where the split begins in what its name stands for.
    base: u64,
    /// Bytes not decoded yet stand at `start..end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    read_bytes: usize,
    input: Input,
    /// Whether the last decode stopped at the row limit, so that whole records may be left.
    cut_short: bool,
}

impl Records {
    /// The start of a split called `name`, read `read_bytes` at a time.
    pub fn new(name: impl Into<Arc<str>>, format: &dyn Format, layout: &Layout, read_bytes: usize) -> Result<Self> {
        Ok(Self {
            name: name.into(),
            decoder: format.decoder(&layout.fields)?,
            name_slots: layout.name_slots.clone(),
            base: 0,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            read_bytes,
            input: Input::Partial,
            cut_short: false,
        })
    }

    /// The same for a split that begins so many bytes behind the start of its file: its bad records are placed in the file, and their
    /// reasons tell that lines are counted from there.
    pub fn beginning_at(self, base: u64) -> Self {
        Self { base, ..self }
    }

    /// Name of the split.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether decoding can go on without new bytes.
    pub fn has_more(&self) -> bool {
        self.cut_short
    }

    /// Whether all bytes are read.
    pub fn is_complete(&self) -> bool {
        self.input == Input::Complete
    }

    /// Says that no more bytes will be read: what stands at the end of the buffer is the last record.
    pub fn complete(&mut self) {
        self.input = Input::Complete;
    }

    /// Reads once. Hot: once per read.
    pub fn fill(&mut self, from: &mut impl Read) -> io::Result<Filled> {
        self.make_room();
        loop {
            return match from.read(&mut self.buffer[self.end..self.end + self.read_bytes]) {
                Ok(0) => {
                    self.complete();
                    Ok(Filled::End)
                }
                Ok(count) => {
                    self.end += count;
                    Ok(Filled::Bytes)
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => Ok(Filled::Nothing),
                Err(e) => Err(e),
            };
        }
    }

    fn make_room(&mut self) {
        if self.start > 0 && self.end + self.read_bytes > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end + self.read_bytes > self.buffer.len() {
            self.buffer.resize(self.end + self.read_bytes, 0);
        }
    }

    /// Decodes at most `rows_max` rows into the empty `into`; says whether there were rows or bad records. Hot: once per
    /// batch.
    pub fn decode(&mut self, rows_max: usize, into: &mut Decoded) -> bool {
        let shown = self.take_name_columns(into);
        let consumed = self.decoder.decode(&self.buffer[self.start..self.end], self.input, rows_max, into);
        self.start += consumed;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        self.cut_short = into.rows >= rows_max && self.end > 0;
        self.put_name_columns(shown, into);
        for bad in &mut into.bad {
            bad.offset += self.base;
            bad.reason = Cow::Owned(match self.base {
                0 => format!("{}: {}", self.name, bad.reason),
                base => format!("{}, lines from byte {base}: {}", self.name, bad.reason),
            });
        }
        into.rows > 0 || !into.bad.is_empty()
    }

    /// Takes the columns that the decoder does not make out of `into`.
    fn take_name_columns(&self, into: &mut Decoded) -> Vec<Column> {
        self.name_slots.iter().rev().map(|&slot| into.columns.remove(slot)).collect()
    }

    /// Puts them back, filled with the split's name.
    fn put_name_columns(&self, taken: Vec<Column>, into: &mut Decoded) {
        for (&slot, mut column) in self.name_slots.iter().zip(taken.into_iter().rev()) {
            if let Values::Str(values) = &mut column.values {
                (0..into.rows).for_each(|_| values.push(self.name.as_bytes()));
            }
            into.columns.insert(slot, column);
        }
    }
}

//! One CSV record: where it ends, and its fields. A record without quotes is split at its delimiters as it stands; one with
//! quotes goes through the state machine, which also takes the quotes off.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::Dialect;
use crate::format::Input;
use crate::format::lines::End;

const UNCLOSED: &str = "a quoted field is not closed";
const AFTER_QUOTE: &str = "something follows the closing quote of a field";
const UNEQUAL: &str = "the quotes of the record do not match";

/// How far the end of the record at the front was looked for, so that a quoted record that comes in many pieces is walked once.
///
/// A quote that is never closed, or closed by one that opens another field, would swallow the records behind it. So the lines of a record whose
/// quotes are wrong are read once more, each as a record of its own: what is refused is the line with the stray quote.
#[derive(Debug, Default)]
pub(super) struct Search {
    walk: Walk,
    walked: usize,
    inner_lines: u64,
    /// Index of the first line end inside the record.
    first_line_end: usize,
    /// Offset in the split up to which every line is a record.
    lines_until: u64,
}

/// What a record is looked for in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought<'a> {
    pub dialect: &'a Dialect,
    pub input: Input,
    /// Bytes of a record at the most.
    pub bytes_max: usize,
}

impl Search {
    /// Whether a record that begins at this offset may be one of a block: nothing of it was looked at yet, and it need not end with its line.
    pub fn is_free(&self, offset: u64) -> bool {
        self.walked == 0 && offset >= self.lines_until
    }

    /// Goes on to the next record.
    #[inline]
    pub fn next(&mut self) {
        *self = Self { lines_until: self.lines_until, ..Self::default() };
    }

    /// Where the record ends that begins at the front of `bytes`, at `offset` of the split. Hot: once per row.
    #[inline]
    pub fn end_of_record(&mut self, bytes: &[u8], offset: u64, sought: Sought<'_>) -> End {
        if self.walked == 0 {
            let line = memchr(b'\n', bytes);
            let first_line = &bytes[..line.unwrap_or(bytes.len())];
            let plain = is_comment(first_line, sought.dialect) || memchr(sought.dialect.quote, first_line).is_none();
            if plain || offset < self.lines_until {
                return line.map(|at| (at, 0));
            }
        }
        self.walk_on(bytes, offset, sought)
    }

    fn walk_on(&mut self, bytes: &[u8], offset: u64, sought: Sought<'_>) -> End {
        let within = &bytes[..bytes.len().min(sought.bytes_max + 1)];
        for (at, &byte) in within.iter().enumerate().skip(self.walked) {
            if byte == b'\n' {
                if !self.walk.is_inside_quotes() {
                    return if self.walk.junk { self.line_by_line(offset, at) } else { Some((at, self.inner_lines)) };
                }
                if self.inner_lines == 0 {
                    self.first_line_end = at;
                }
                self.inner_lines += 1;
            }
            self.walk.step(byte, sought.dialect);
        }
        self.walked = within.len();
        let is_too_long = bytes.len() > sought.bytes_max;
        let is_unclosed = sought.input == Input::Complete && (self.walk.is_inside_quotes() || self.walk.junk);
        if self.inner_lines > 0 && (is_too_long || is_unclosed) { self.line_by_line(offset, within.len()) } else { None }
    }

    /// Ends the record with its first line, and has the others up to `bytes` read one by one.
    #[cold]
    fn line_by_line(&mut self, offset: u64, bytes: usize) -> End {
        self.lines_until = offset + bytes as u64;
        Some((if self.inner_lines == 0 { bytes } else { self.first_line_end }, 0))
    }
}

/// Whether the line is a comment.
pub(super) fn is_comment(line: &[u8], dialect: &Dialect) -> bool {
    dialect.comment.is_some() && line.first().copied() == dialect.comment
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    FieldStart,
    Bare,
    Quoted,
    /// Behind an escape character inside quotes.
    Escape,
    /// Behind a quote inside quotes: the field is closed, unless another quote follows.
    Closed,
    /// Behind a closing quote stands what must not.
    Junk,
}

/// Follows the quotes of a record byte by byte.
#[derive(Debug, Default)]
struct Walk {
    state: State,
    /// The field at hand began with a quote.
    quoted: bool,
    junk: bool,
}

impl Walk {
    fn is_inside_quotes(&self) -> bool {
        matches!(self.state, State::Quoted | State::Escape)
    }

    fn step(&mut self, byte: u8, dialect: &Dialect) {
        self.state = match self.state {
            State::FieldStart if byte == dialect.quote => {
                self.quoted = true;
                State::Quoted
            }
            State::Quoted if Some(byte) == dialect.escape => State::Escape,
            State::Quoted if byte == dialect.quote => State::Closed,
            State::Quoted | State::Escape => State::Quoted,
            State::Closed if byte == dialect.quote => State::Quoted,
            _ if byte == dialect.delimiter => {
                self.quoted = false;
                State::FieldStart
            }
            State::Closed | State::Junk => {
                self.junk = true;
                State::Junk
            }
            State::FieldStart | State::Bare => State::Bare,
        };
    }
}

/// The fields of a record.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// What the state machine wrote; empty for a record without quotes.
    unquoted: Vec<u8>,
    from_machine: bool,
    fields: Vec<Range<usize>>,
    quoted: Vec<bool>,
    ends: Vec<usize>,
}

impl Record {
    /// Splits a record. Hot: once per row.
    #[inline]
    pub fn split(&mut self, text: &[u8], dialect: &Dialect, machine: &mut csv_core::Reader) -> Result<(), &'static str> {
        self.fields.clear();
        self.from_machine = memchr(dialect.quote, text).is_some();
        if self.from_machine {
            return self.split_quoted(text, dialect, machine);
        }
        let mut start = 0;
        for at in memchr_iter(dialect.delimiter, text) {
            self.fields.push(start..at);
            start = at + 1;
        }
        self.fields.push(start..text.len());
        Ok(())
    }

    fn split_quoted(&mut self, text: &[u8], dialect: &Dialect, machine: &mut csv_core::Reader) -> Result<(), &'static str> {
        self.find_quoted(text, dialect)?;
        self.unquoted.resize(text.len() + 1, 0);
        self.ends.resize(self.quoted.len() + 1, 0);
        machine.reset();
        let (_, read, written, ended) = machine.read_record(text, &mut self.unquoted, &mut self.ends);
        let (last, _, more, closed) = machine.read_record(&[], &mut self.unquoted[written..], &mut self.ends[ended..]);
        let whole = last == csv_core::ReadRecordResult::Record && read == text.len() && more == 0;
        if !whole || ended + closed != self.quoted.len() {
            return Err(UNEQUAL);
        }
        let mut start = 0;
        for &end in &self.ends[..self.quoted.len()] {
            self.fields.push(start..end);
            start = end;
        }
        Ok(())
    }

    /// Which fields begin with a quote, refusing what lax readers let pass.
    fn find_quoted(&mut self, text: &[u8], dialect: &Dialect) -> Result<(), &'static str> {
        self.quoted.clear();
        let mut walk = Walk::default();
        for &byte in text {
            let quoted = walk.quoted;
            walk.step(byte, dialect);
            if walk.state == State::FieldStart {
                self.quoted.push(quoted);
            }
        }
        self.quoted.push(walk.quoted);
        match walk {
            Walk { junk: true, .. } => Err(AFTER_QUOTE),
            walk if walk.is_inside_quotes() => Err(UNCLOSED),
            _ => Ok(()),
        }
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Text of a field without its quotes; `text` is what `split` was given.
    #[inline]
    pub fn field<'a>(&'a self, index: usize, text: &'a [u8]) -> &'a [u8] {
        let bytes = if self.from_machine { self.unquoted.as_slice() } else { text };
        &bytes[self.fields[index].clone()]
    }

    /// Whether a field stood in quotes.
    #[inline]
    pub fn is_quoted(&self, index: usize) -> bool {
        self.from_machine && self.quoted[index]
    }
}

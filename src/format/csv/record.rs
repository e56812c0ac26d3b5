//! One CSV record: where it ends, and its fields. A record without quotes is split at its delimiters as it stands; one with
//! quotes goes through the state machine, which also takes the quotes off.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::Dialect;
use crate::format::lines::End;

const UNCLOSED: &str = "a quoted field is not closed";
const AFTER_QUOTE: &str = "something follows the closing quote of a field";
const UNEQUAL: &str = "the quotes of the record do not match";

/// How far the end of the record at the front was looked for, so that a quoted record that comes in many pieces is walked once.
#[derive(Debug, Default)]
pub(super) struct Search {
    walk: Walk,
    walked: usize,
    inner_lines: u64,
}

impl Search {
    /// Whether nothing was looked at yet.
    pub fn is_new(&self) -> bool {
        self.walked == 0
    }

    /// Where the record at the front of `bytes` ends. Hot: once per row.
    #[inline]
    pub fn end_of_record(&mut self, bytes: &[u8], dialect: &Dialect) -> End {
        if self.walked == 0 {
            let line = memchr(b'\n', bytes);
            let first_line = &bytes[..line.unwrap_or(bytes.len())];
            if is_comment(first_line, dialect) || memchr(dialect.quote, first_line).is_none() {
                return line.map_or(End::Open, |at| End::At(at, 0));
            }
        }
        self.walk_on(bytes, dialect)
    }

    fn walk_on(&mut self, bytes: &[u8], dialect: &Dialect) -> End {
        for (at, &byte) in bytes.iter().enumerate().skip(self.walked) {
            if byte == b'\n' {
                if !self.walk.is_inside_quotes() {
                    return End::At(at, self.inner_lines);
                }
                self.inner_lines += 1;
            }
            self.walk.step(byte, dialect);
        }
        self.walked = bytes.len();
        if self.walk.is_inside_quotes() { End::Unclosed(UNCLOSED) } else { End::Open }
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

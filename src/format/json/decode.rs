//! JSON lines to columns. The keys of a record nearly always come in the order and spelling of the record before, so the
//! bytes between its values are remembered and compared; a record that differs is read again in general and remembered.
//!
//! ```text
//!   {"id": 17, "name": "ann", "x": [1]}
//!   ^^^^^^^    ^^^^^^^^^^     ^^^^^^^   ^     remembered: bytes before each value, whether it is asked for, bytes at the end
//! ```

use std::borrow::Cow;
use std::ops::Range;

use super::Missing;
use super::scan::{self, Fault, Token};
use crate::batch::Column;
use crate::format::fields::{self, Misfit};
use crate::format::lines::{Framed, Lines, Place, bad_record};
use crate::format::{DecodeField, Decoded, Decoder, Input};
use crate::types::DataType;

/// Decoder of one split.
pub(super) struct JsonDecoder {
    lines: Lines,
    fields: Fields,
    shape: Shape,
    /// Last value of each field in the record at hand.
    found: Vec<Option<(Token, Range<usize>)>>,
    scratch: Vec<u8>,
}

/// The fields asked for.
struct Fields {
    fields: Vec<DecodeField>,
    /// Names in order of their bytes, with the position of the field.
    by_name: Vec<(Box<[u8]>, usize)>,
    missing: Missing,
}

/// Bytes before a value, and the field it is for.
struct Slot {
    prefix: Range<usize>,
    field: Option<usize>,
}

/// The bytes between the values of the record before.
#[derive(Default)]
struct Shape {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    tail: Range<usize>,
    absent: Vec<usize>,
    usable: bool,
}

/// Why a record is refused.
enum Refusal {
    Fault(Fault),
    Field { field: usize, at: Range<usize>, misfit: Misfit },
    Missing(usize),
    Text(&'static str),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Fault(fault)
    }
}

impl JsonDecoder {
    pub fn new(fields: Vec<DecodeField>, line_bytes_max: usize, missing: Missing) -> Self {
        let mut by_name: Vec<(Box<[u8]>, usize)> =
            fields.iter().enumerate().map(|(i, f)| (f.name.as_bytes().into(), i)).collect();
        by_name.sort();
        Self {
            lines: Lines::new(line_bytes_max),
            found: vec![None; fields.len()],
            fields: Fields { fields, by_name, missing },
            shape: Shape::default(),
            scratch: Vec::new(),
        }
    }

    fn record(&mut self, text: &[u8], place: Place, out: &mut Decoded) {
        let rows = out.rows;
        if self.shape.usable
            && self.shape.read(text, &self.fields, &mut out.columns, &mut self.scratch)
            && simdutf8::basic::from_utf8(text).is_ok()
        {
            out.rows += 1;
            return;
        }
        out.columns.iter_mut().for_each(|c| c.truncate(rows));
        match self.general(text, &mut out.columns) {
            Ok(()) => out.rows += 1,
            Err(refusal) => {
                out.columns.iter_mut().for_each(|c| c.truncate(rows));
                out.bad.push(bad_record(place, self.fields.reason(text, refusal), text));
            }
        }
    }

    /// Reads a record of any shape and remembers its shape.
    fn general(&mut self, text: &[u8], columns: &mut [Column]) -> Result<(), Refusal> {
        self.shape.clear();
        if simdutf8::basic::from_utf8(text).is_err() {
            return Err(Refusal::Text("the record is not valid UTF-8"));
        }
        self.found.fill(None);
        let repeated = self.locate(text)?;
        for (field, found) in self.found.iter().enumerate() {
            match found {
                Some((token, at)) => {
                    push(&mut columns[field], &self.fields.fields[field], *token, &text[at.clone()], &mut self.scratch)
                        .map_err(|misfit| Refusal::Field { field, at: at.clone(), misfit })?
                }
                None => {
                    if self.fields.missing == Missing::Refused {
                        return Err(Refusal::Missing(field));
                    }
                    self.shape.absent.push(field);
                    fields::push_null(&mut columns[field], &self.fields.fields[field]).map_err(|misfit| Refusal::Field {
                        field,
                        at: 0..0,
                        misfit,
                    })?;
                }
            }
        }
        self.shape.usable = !repeated;
        Ok(())
    }

    /// Checks the whole record and finds the fields' values. Whether any of them came twice.
    fn locate(&mut self, text: &[u8]) -> Result<bool, Refusal> {
        let start = scan::space(text, 0);
        if text.get(start) != Some(&b'{') {
            return Err(Refusal::Text("the record is not a JSON object"));
        }
        let (mut at, mut value_end) = (scan::space(text, start + 1), 0);
        let mut repeated = false;
        if text.get(at) != Some(&b'}') {
            loop {
                let (token, key_end, value_start) = scan::key(text, at)?;
                let field = self.fields.position(&text[at..key_end], token, &mut self.scratch);
                let (token, end) = scan::value(text, value_start)?;
                self.shape.remember(&text[value_end..value_start], field);
                if let Some(field) = field {
                    repeated |= self.found[field].replace((token, value_start..end)).is_some();
                }
                value_end = end;
                at = scan::space(text, end);
                match text.get(at) {
                    Some(b',') => at = scan::space(text, at + 1),
                    Some(b'}') => break,
                    Some(_) => return Err(Fault { at, what: "',' or '}' was expected" }.into()),
                    None => return Err(Fault { at, what: "the record ends inside an object" }.into()),
                }
            }
        }
        let end = scan::space(text, at + 1);
        if end != text.len() {
            return Err(Fault { at: end, what: "something follows the object" }.into());
        }
        self.shape.finish(&text[value_end..]);
        Ok(repeated)
    }
}

impl Decoder for JsonDecoder {
    fn decode(&mut self, bytes: &[u8], input: Input, rows_max: usize, out: &mut Decoded) -> usize {
        let mut consumed = 0;
        while out.rows < rows_max {
            match self.lines.next_line(bytes, input, &mut consumed) {
                Framed::Record(text, place) => {
                    if scan::space(text, 0) < text.len() {
                        self.record(text, place, out);
                    }
                }
                Framed::Bad(bad) => out.bad.push(bad),
                Framed::Nothing => break,
            }
        }
        consumed
    }
}

impl Fields {
    /// The field that a key (with its quotes) names.
    fn position(&self, key: &[u8], token: Token, scratch: &mut Vec<u8>) -> Option<usize> {
        let name = match token {
            Token::Escaped => {
                scratch.clear();
                scan::unescape(key, scratch);
                scratch.as_slice()
            }
            _ => &key[1..key.len() - 1],
        };
        let at = self.by_name.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(self.by_name[at].1)
    }

    #[cold]
    fn reason(&self, text: &[u8], refusal: Refusal) -> Cow<'static, str> {
        match refusal {
            Refusal::Fault(fault) => Cow::Owned(format!("not valid JSON at byte {}: {}", fault.at + 1, fault.what)),
            Refusal::Field { field, at, misfit } => fields::misfit_reason(&self.fields[field], &text[at], misfit),
            Refusal::Missing(field) => Cow::Owned(format!("field '{}' is missing", self.fields[field].name)),
            Refusal::Text(text) => Cow::Borrowed(text),
        }
    }
}

impl Shape {
    fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
        self.absent.clear();
        self.usable = false;
    }

    fn remember(&mut self, prefix: &[u8], field: Option<usize>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(prefix);
        self.slots.push(Slot { prefix: start..self.bytes.len(), field });
    }

    fn finish(&mut self, tail: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(tail);
        self.tail = start..self.bytes.len();
    }

    /// Reads a record of this shape; says no, leaving part of a row in the columns, if it is of another or holds a bad value.
    /// Hot: once per row.
    fn read(&self, text: &[u8], fields: &Fields, columns: &mut [Column], scratch: &mut Vec<u8>) -> bool {
        let mut at = 0;
        for slot in &self.slots {
            let prefix = &self.bytes[slot.prefix.clone()];
            if !text[at..].starts_with(prefix) {
                return false;
            }
            at += prefix.len();
            let Ok((token, end)) = scan::value(text, at) else { return false };
            if let Some(field) = slot.field {
                let pushed = push(&mut columns[field], &fields.fields[field], token, &text[at..end], scratch);
                if pushed.is_err() {
                    return false;
                }
            }
            at = end;
        }
        self.absent.iter().for_each(|&field| columns[field].push_null());
        text[at..] == self.bytes[self.tail.clone()]
    }
}

/// Appends a scanned value. Hot: once per value.
#[inline]
fn push(column: &mut Column, field: &DecodeField, token: Token, raw: &[u8], scratch: &mut Vec<u8>) -> Result<(), Misfit> {
    let data_type = &field.data_type;
    match token {
        Token::Null => fields::push_null(column, field),
        _ if *data_type == DataType::Json => fields::push_text(column, &DataType::STRING, raw),
        Token::Plain => push_string(column, data_type, &raw[1..raw.len() - 1]),
        Token::Escaped => {
            scratch.clear();
            scan::unescape(raw, scratch);
            push_string(column, data_type, scratch)
        }
        Token::Number => match data_type {
            DataType::TimestampLtz(_) => fields::push_epoch_millis(column, raw),
            t if t.is_numeric() || t.is_text() => fields::push_text(column, t, raw),
            _ => Err(Misfit::Malformed),
        },
        Token::Boolean => match data_type {
            DataType::Boolean | DataType::Varchar(_) => fields::push_text(column, data_type, raw),
            _ => Err(Misfit::Malformed),
        },
        Token::Object => match data_type {
            DataType::Row(_) | DataType::Map(..) => fields::push_text(column, &DataType::STRING, raw),
            DataType::Varchar(_) => fields::push_text(column, data_type, raw),
            _ => Err(Misfit::Malformed),
        },
        Token::Array => match data_type {
            DataType::Array(_) => fields::push_text(column, &DataType::STRING, raw),
            DataType::Varchar(_) => fields::push_text(column, data_type, raw),
            _ => Err(Misfit::Malformed),
        },
    }
}

#[inline]
fn push_string(column: &mut Column, data_type: &DataType, text: &[u8]) -> Result<(), Misfit> {
    match data_type {
        DataType::Array(_) | DataType::Row(_) | DataType::Map(..) => Err(Misfit::Malformed),
        _ => fields::push_text(column, data_type, text),
    }
}

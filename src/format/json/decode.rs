//! JSON lines to columns: blocks of lines of the shape of the line before where that can be, and otherwise one line at a time in general,
//! whose shape is then remembered.

use std::borrow::Cow;
use std::ops::Range;

use super::Missing;
use super::scan::{self, Fault, Token};
use super::shape::{Into, Shape};
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
    found: Found,
    scratch: Vec<u8>,
}

/// The last value of each field in the record at hand.
pub(in crate::format) type Found = Vec<Option<(Token, Range<usize>)>>;

/// The fields asked for.
pub(in crate::format) struct Fields {
    fields: Vec<DecodeField>,
    /// Names in order of their bytes, with the position of the field.
    by_name: Vec<(Box<[u8]>, usize)>,
    missing: Missing,
}

/// Why a record is refused.
pub(in crate::format) enum Refusal {
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
        Self {
            lines: Lines::new(line_bytes_max),
            found: vec![None; fields.len()],
            fields: Fields::new(fields, missing),
            shape: Shape::new(),
            scratch: Vec::new(),
        }
    }

    /// Reads lines of the remembered shape.
    fn block(&mut self, bytes: &[u8], rows_max: usize, consumed: &mut usize, out: &mut Decoded) {
        let mut into = Into { fields: &self.fields.fields, columns: &mut out.columns, scratch: &mut self.scratch };
        let (rows, read) = self.shape.read(&bytes[*consumed..], rows_max - out.rows, self.lines.bytes_max(), &mut into);
        self.lines.pass(rows, read, consumed);
        out.rows += rows;
    }

    fn record(&mut self, text: &[u8], place: Place, out: &mut Decoded) {
        let rows = out.rows;
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
        let Self { fields, shape, found, scratch, .. } = self;
        shape.clear();
        let start = begin(text)?;
        let mut last = 0;
        let (end, repeated) = fields.locate(text, start, found, scratch, |gap, field, value_end| {
            shape.remember(&text[gap], field.map(|i| (i, &fields.fields[i])));
            last = value_end;
        })?;
        finish(text, end)?;
        shape.finish(&text[last..]);
        fields.push_found(text, found, columns, scratch, |field| shape.remember_absent(field))?;
        shape.set_usable(!repeated);
        Ok(())
    }
}

/// Where the object begins that is the whole of a record.
pub(in crate::format) fn begin(text: &[u8]) -> Result<usize, Refusal> {
    if simdutf8::basic::from_utf8(text).is_err() {
        return Err(Refusal::Text("the record is not valid UTF-8"));
    }
    let start = scan::space(text, 0);
    if text.get(start) == Some(&b'{') { Ok(start) } else { Err(Refusal::Text("the record is not a JSON object")) }
}

/// Refuses what stands behind that object, whose end this is.
pub(in crate::format) fn finish(text: &[u8], end: usize) -> Result<(), Refusal> {
    let end = scan::space(text, end);
    if end == text.len() { Ok(()) } else { Err(Fault { at: end, what: "something follows the object" }.into()) }
}

impl Decoder for JsonDecoder {
    fn decode(&mut self, bytes: &[u8], input: Input, rows_max: usize, out: &mut Decoded) -> usize {
        let mut consumed = 0;
        while out.rows < rows_max {
            if self.shape.is_usable() && self.lines.are_plain() {
                self.block(bytes, rows_max, &mut consumed, out);
                if out.rows >= rows_max {
                    break;
                }
            }
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
    pub fn new(fields: Vec<DecodeField>, missing: Missing) -> Self {
        let mut by_name: Vec<(Box<[u8]>, usize)> =
            fields.iter().enumerate().map(|(i, f)| (f.name.as_bytes().into(), i)).collect();
        by_name.sort();
        Self { fields, by_name, missing }
    }

    /// Checks the object at `start` and finds the fields' values; gives the index behind it, and whether any of them came twice. `seen` is
    /// told of every value: the bytes between it and the one before, the field it is for, and where it ends.
    pub fn locate(
        &self,
        text: &[u8],
        start: usize,
        found: &mut Found,
        scratch: &mut Vec<u8>,
        mut seen: impl FnMut(Range<usize>, Option<usize>, usize),
    ) -> Result<(usize, bool), Refusal> {
        found.fill(None);
        let (mut at, mut value_end) = (scan::space(text, start + 1), 0);
        let mut repeated = false;
        if text.get(at) == Some(&b'}') {
            return Ok((at + 1, repeated));
        }
        loop {
            let (token, key_end, value_start) = scan::key(text, at)?;
            let field = self.position(&text[at..key_end], token, scratch);
            let (token, end) = scan::value(text, value_start)?;
            seen(value_end..value_start, field, end);
            if let Some(field) = field {
                repeated |= found[field].replace((token, value_start..end)).is_some();
            }
            value_end = end;
            at = scan::space(text, end);
            match text.get(at) {
                Some(b',') => at = scan::space(text, at + 1),
                Some(b'}') => return Ok((at + 1, repeated)),
                Some(_) => return Err(Fault { at, what: "',' or '}' was expected" }.into()),
                None => return Err(Fault { at, what: "the record ends inside an object" }.into()),
            }
        }
    }

    /// Appends a row of the values found; `absent` is told of the fields that have none.
    pub fn push_found(
        &self,
        text: &[u8],
        found: &Found,
        columns: &mut [Column],
        scratch: &mut Vec<u8>,
        mut absent: impl FnMut(usize),
    ) -> Result<(), Refusal> {
        for (field, found) in found.iter().enumerate() {
            let (column, asked) = (&mut columns[field], &self.fields[field]);
            match found {
                Some((token, at)) => push(column, asked, *token, &text[at.clone()], scratch)
                    .map_err(|misfit| Refusal::Field { field, at: at.clone(), misfit })?,
                None if self.missing == Missing::Refused => return Err(Refusal::Missing(field)),
                None => {
                    absent(field);
                    fields::push_null(column, asked).map_err(|misfit| Refusal::Field { field, at: 0..0, misfit })?;
                }
            }
        }
        Ok(())
    }

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
    pub fn reason(&self, text: &[u8], refusal: Refusal) -> Cow<'static, str> {
        match refusal {
            Refusal::Fault(fault) => Cow::Owned(format!("not valid JSON at byte {}: {}", fault.at + 1, fault.what)),
            Refusal::Field { field, at, misfit } => fields::misfit_reason(&self.fields[field], &text[at], misfit),
            Refusal::Missing(field) => Cow::Owned(format!("field '{}' is missing", self.fields[field].name)),
            Refusal::Text(text) => Cow::Borrowed(text),
        }
    }
}

/// Appends a scanned value. Hot: once per value.
#[inline]
pub(super) fn push(
    column: &mut Column,
    field: &DecodeField,
    token: Token,
    raw: &[u8],
    scratch: &mut Vec<u8>,
) -> Result<(), Misfit> {
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
            DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_) => fields::push_nested(column, data_type, raw),
            DataType::Varchar(_) => fields::push_text(column, data_type, raw),
            _ => Err(Misfit::Malformed),
        },
        Token::Array => match data_type {
            DataType::Array(_) => fields::push_nested(column, data_type, raw),
            DataType::Varchar(_) => fields::push_text(column, data_type, raw),
            _ => Err(Misfit::Malformed),
        },
    }
}

#[inline]
fn push_string(column: &mut Column, data_type: &DataType, text: &[u8]) -> Result<(), Misfit> {
    match data_type {
        DataType::Array(_) | DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_) => Err(Misfit::Malformed),
        _ => fields::push_text(column, data_type, text),
    }
}

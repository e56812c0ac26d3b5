//! JSON lines to changes.
//!
//! A record is taken whole or set aside whole: where the row before an update is good and the row after it is not, neither is given out.

use std::borrow::Cow;
use std::ops::Range;

use super::{Change, Envelope, EnvelopeFormat};
use crate::batch::RowKind;
use crate::format::json::Missing;
use crate::format::json::decode::{Fields, Found, Refusal, begin, finish};
use crate::format::json::scan::{self, Token};
use crate::format::lines::{Framed, Lines, Place, bad_record};
use crate::format::{DecodeField, Decoded, Decoder, Input};
use crate::types::DataType;

/// Positions of what `Envelope::fields` names.
const BEFORE: usize = 0;
const AFTER: usize = 1;
const OP: usize = 2;

/// Decoder of one split.
pub(super) struct EnvelopeDecoder {
    envelope: Envelope,
    lines: Lines,
    /// Finds the payload, where there is one.
    outer: Option<Fields>,
    /// Finds what was before, what is after, and what has happened.
    parts: Fields,
    /// Reads rows.
    fields: Fields,
    payload: Found,
    found: Found,
    row: Found,
    old: Found,
    scratch: Vec<u8>,
}

/// What is wrong with a record as a whole, and why its rows are refused.
enum Wrong {
    Outside(Refusal),
    Row(Refusal),
    Said(Cow<'static, str>),
}

impl EnvelopeDecoder {
    pub fn new(format: &EnvelopeFormat, fields: Vec<DecodeField>, missing: Missing) -> Self {
        let part = |name: &str| DecodeField { name: name.to_owned(), data_type: DataType::Json, position: 0, not_null: false };
        let parts = format.envelope.fields().map(part).to_vec();
        let width = fields.len();
        Self {
            envelope: format.envelope,
            lines: Lines::new(format.line_bytes_max),
            outer: format.in_payload.then(|| Fields::new(vec![part("payload")], missing)),
            parts: Fields::new(parts, missing),
            fields: Fields::new(fields, missing),
            payload: vec![None; 1],
            found: vec![None; 3],
            row: vec![None; width],
            old: vec![None; width],
            scratch: Vec::new(),
        }
    }

    fn record(&mut self, text: &[u8], place: Place, out: &mut Decoded) {
        let (rows, kinds) = (out.rows, out.kinds.as_ref().map(Vec::len));
        if let Err(wrong) = self.changes(text, out) {
            out.columns.iter_mut().for_each(|column| column.truncate(rows));
            out.rows = rows;
            match kinds {
                Some(length) => out.kinds.iter_mut().for_each(|kinds| kinds.truncate(length)),
                None => out.kinds = None,
            }
            let reason = match wrong {
                Wrong::Outside(refusal) => self.parts.reason(text, refusal),
                Wrong::Row(refusal) => self.fields.reason(text, refusal),
                Wrong::Said(reason) => reason,
            };
            out.bad.push(bad_record(place, reason, text));
        }
    }

    /// The rows that a record says were and are.
    fn changes(&mut self, text: &[u8], out: &mut Decoded) -> Result<(), Wrong> {
        let change = self.parts_of(text).map_err(Wrong::Outside)?;
        let change = change.ok_or_else(|| self.no_change(text))?;
        if self.envelope.has_whole_rows() {
            if change != Change::Insert {
                let at = self.object(text, BEFORE)?;
                let kind = if change == Change::Update { RowKind::UpdateBefore } else { RowKind::Delete };
                self.push_row(text, at, kind, out)?;
            }
            if change != Change::Delete {
                let at = self.object(text, AFTER)?;
                let kind = if change == Change::Update { RowKind::UpdateAfter } else { RowKind::Insert };
                self.push_row(text, at, kind, out)?;
            }
            return Ok(());
        }
        let (data, old) =
            (self.objects(text, AFTER)?, if change == Change::Update { self.objects(text, BEFORE)? } else { Vec::new() });
        if change == Change::Update && data.len() != old.len() {
            let [old, data, _] = self.envelope.fields();
            return Err(Wrong::Said(Cow::Owned(format!("'{data}' and '{old}' do not have the same number of rows"))));
        }
        for (i, &at) in data.iter().enumerate() {
            match change {
                Change::Insert => self.push_row(text, at, RowKind::Insert, out)?,
                Change::Delete => self.push_row(text, at, RowKind::Delete, out)?,
                Change::Update => {
                    self.push_overlaid(text, at, old[i], out)?;
                    self.push_row(text, at, RowKind::UpdateAfter, out)?;
                }
            }
        }
        Ok(())
    }

    /// Finds the parts of the record; what has happened, if it says so.
    fn parts_of(&mut self, text: &[u8]) -> Result<Option<Change>, Refusal> {
        let mut start = begin(text)?;
        let whole = |_: Range<usize>, _: Option<usize>, _: usize| {};
        if let Some(outer) = &self.outer {
            let (end, _) = outer.locate(text, start, &mut self.payload, &mut self.scratch, whole)?;
            finish(text, end)?;
            match &self.payload[0] {
                Some((Token::Object, at)) => start = at.start,
                _ => return Err(Refusal::Text("'payload' is not an object")),
            }
        }
        let (end, _) = self.parts.locate(text, start, &mut self.found, &mut self.scratch, whole)?;
        if self.outer.is_none() {
            finish(text, end)?;
        }
        Ok(match &self.found[OP] {
            Some((Token::Plain, at)) => self.envelope.change(&text[at.start + 1..at.end - 1]),
            _ => None,
        })
    }

    /// Where the object of a part begins.
    fn object(&self, text: &[u8], part: usize) -> Result<usize, Wrong> {
        match &self.found[part] {
            Some((Token::Object, at)) => Ok(at.start),
            _ => Err(self.no_object(text, part)),
        }
    }

    /// Where the objects of a part begin: of Maxwell one, of Canal several.
    fn objects(&self, text: &[u8], part: usize) -> Result<Vec<usize>, Wrong> {
        let Some((Token::Array, at)) = self.found[part].clone().filter(|_| self.envelope == Envelope::Canal) else {
            return Ok(vec![self.object(text, part)?]);
        };
        let mut objects = Vec::new();
        let mut at = scan::space(text, at.start + 1);
        while text.get(at) != Some(&b']') {
            let (token, end) = scan::value(text, at).map_err(|fault| Wrong::Outside(fault.into()))?;
            if token != Token::Object {
                return Err(self.no_object(text, part));
            }
            objects.push(at);
            at = scan::space(text, end);
            if text.get(at) == Some(&b',') {
                at = scan::space(text, at + 1);
            }
        }
        Ok(objects)
    }

    fn push_row(&mut self, text: &[u8], at: usize, kind: RowKind, out: &mut Decoded) -> Result<(), Wrong> {
        let Self { fields, row, scratch, .. } = self;
        fields.locate(text, at, row, scratch, |_, _, _| {}).map_err(Wrong::Row)?;
        Self::push(fields, text, row, kind, scratch, out)
    }

    /// The row before an update of which only the fields that changed are said.
    fn push_overlaid(&mut self, text: &[u8], data: usize, old: usize, out: &mut Decoded) -> Result<(), Wrong> {
        let Self { fields, row, old: changed, scratch, .. } = self;
        fields.locate(text, data, row, scratch, |_, _, _| {}).map_err(Wrong::Row)?;
        fields.locate(text, old, changed, scratch, |_, _, _| {}).map_err(Wrong::Row)?;
        for (value, old) in row.iter_mut().zip(changed) {
            if old.is_some() {
                *value = old.take();
            }
        }
        Self::push(fields, text, row, RowKind::UpdateBefore, scratch, out)
    }

    fn push(
        fields: &Fields,
        text: &[u8],
        row: &Found,
        kind: RowKind,
        scratch: &mut Vec<u8>,
        out: &mut Decoded,
    ) -> Result<(), Wrong> {
        fields.push_found(text, row, &mut out.columns, scratch, |_| {}).map_err(Wrong::Row)?;
        out.push_kind(kind);
        out.rows += 1;
        Ok(())
    }

    #[cold]
    fn no_change(&self, text: &[u8]) -> Wrong {
        let name = self.envelope.fields()[OP];
        Wrong::Said(match &self.found[OP] {
            Some((_, at)) => Cow::Owned(format!("'{name}' is {}, which says no change of a row", shown(&text[at.clone()]))),
            None => Cow::Owned(format!("'{name}' is missing: it says what has happened to the row")),
        })
    }

    #[cold]
    fn no_object(&self, text: &[u8], part: usize) -> Wrong {
        let name = self.envelope.fields()[part];
        let what = match &self.found[part] {
            Some((Token::Null, _)) => "is null".to_owned(),
            Some((_, at)) => format!("is {}, not a row", shown(&text[at.clone()])),
            None => "is missing".to_owned(),
        };
        let why = match part == BEFORE && self.envelope == Envelope::Debezium {
            true => ": an update or deletion must say which row it was (of PostgreSQL: REPLICA IDENTITY FULL)",
            false => "",
        };
        Wrong::Said(Cow::Owned(format!("'{name}' {what}{why}")))
    }
}

/// A value as it stands, cut to a readable length.
fn shown(text: &[u8]) -> String {
    let kept = &text[..text.len().min(crate::limits::ASIDE_FIELD_BYTES_MAX)];
    let more = if kept.len() < text.len() { "..." } else { "" };
    format!("{}{more}", String::from_utf8_lossy(kept).trim_end_matches('\u{fffd}'))
}

impl Decoder for EnvelopeDecoder {
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

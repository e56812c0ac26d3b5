//! Records whose keys come in the order and spelling of the record before, many at a time. Row road.
//!
//! The bytes between the values of one record are remembered. A block of lines is then read value by value over all its lines: compare the
//! bytes before the value, find its end, and append the run of values to their column.
//!
//! ```text
//!   {"id": 17, "name": "ann", "x": [1]}
//!   ^^^^^^^    ^^^^^^^^^^     ^^^^^^^   ^     remembered: bytes before each value, whether it is asked for, bytes at the end
//! ```
//!
//! A value of another form is read by the strict scanner; a line of another shape, or with a bad value, ends the block and is left to the
//! general reader. Blocks then begin again with one line and double, so that what is read in vain is never more than a part of what was
//! read.

use std::ops::Range;

use super::decode::push;
use super::scan;
use crate::batch::Column;
use crate::format::digits::{eight, first_equal, sixteen};
use crate::format::marks::Marks;
use crate::format::runs::{self, Span};
use crate::format::{DecodeField, lines};

/// Lines of a block at the most: their bytes stay in the first cache while the columns are read.
const ROWS_MAX: usize = 512;

/// Words of eight bytes that a number is looked for in; longer ones are scanned.
const NUMBER_WORDS: usize = 3;

/// The bytes between the values of the record before.
#[derive(Debug)]
pub(super) struct Shape {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    tail: Range<usize>,
    absent: Vec<usize>,
    usable: bool,
    /// Lines to look for next time.
    rows: usize,
    lines: Lines,
}

/// Bytes before a value, and the field it is for.
#[derive(Debug)]
struct Slot {
    prefix: Range<usize>,
    /// The first 16 bytes of the prefix, and which of them count.
    head: u128,
    mask: u128,
    /// The byte that follows the value.
    stop: u8,
    field: Option<usize>,
    form: Form,
}

/// In which form a value is read without the scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A number of digits.
    Number,
    /// A string without escapes.
    Text,
    /// None.
    Scanned,
}

/// How far the lines of a block are read.
#[derive(Debug, Default)]
struct Lines {
    marks: Marks,
    /// Index in each line up to which it is read.
    at: Vec<u32>,
    /// The same behind the value at hand, for lines whose value was found.
    next: Vec<u32>,
    /// Where that value stands.
    values: Vec<Span>,
}

impl Shape {
    pub fn new() -> Self {
        let (bytes, slots, absent) = Default::default();
        Self { bytes, slots, tail: 0..0, absent, usable: false, rows: 1, lines: Lines::default() }
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
        self.absent.clear();
        self.usable = false;
    }

    /// Whether records may be compared with it.
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    /// Adds the bytes before a value for this field.
    pub fn remember(&mut self, prefix: &[u8], field: Option<(usize, &DecodeField)>) {
        if let Some(slot) = self.slots.last_mut() {
            slot.stop = prefix.first().copied().unwrap_or_default();
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(prefix);
        let mut head = [0; 16];
        let len = prefix.len().min(16);
        head[..len].copy_from_slice(&prefix[..len]);
        let form = match field {
            Some((_, field)) if runs::reads_text(&field.data_type) => Form::Text,
            Some((_, field)) if field.data_type.is_numeric() => Form::Number,
            _ => Form::Scanned,
        };
        self.slots.push(Slot {
            prefix: start..self.bytes.len(),
            head: u128::from_le_bytes(head),
            mask: u128::MAX.checked_shr(128 - 8 * len as u32).unwrap_or_default(),
            stop: 0,
            field: field.map(|(index, _)| index),
            form,
        });
    }

    /// Adds a field that the record does not have.
    pub fn remember_absent(&mut self, field: usize) {
        self.absent.push(field);
    }

    /// Adds the bytes behind the last value.
    pub fn finish(&mut self, tail: &[u8]) {
        if let Some(slot) = self.slots.last_mut() {
            slot.stop = tail.first().copied().unwrap_or_default();
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(tail);
        self.tail = start..self.bytes.len();
    }

    /// Says whether it may be used.
    pub fn set_usable(&mut self, usable: bool) {
        self.usable = usable;
    }

    /// Reads lines of this shape from the front of `text`, of at most `bytes_max` bytes, into columns of equal length; gives their number
    /// and bytes. Hot: once per block.
    pub fn read(&mut self, text: &[u8], rows_max: usize, bytes_max: usize, into: &mut Into<'_>) -> (usize, usize) {
        let Self { bytes, slots, tail, absent, lines, .. } = self;
        let wanted = self.rows.min(rows_max);
        let before = into.columns.first().map_or(0, Column::len);
        let found = lines.find(text, wanted, bytes_max);
        let mut rows = found;
        for slot in slots.iter() {
            rows = slot.read(text, rows, bytes, lines, into);
        }
        rows = lines.ending_in(text, &bytes[tail.clone()], rows);
        for &field in absent.iter() {
            (0..rows).for_each(|_| into.columns[field].push_null());
        }
        if rows < found {
            into.columns.iter_mut().for_each(|c| c.truncate(before + rows));
        }
        self.rows = if rows == wanted { (self.rows * 2).min(ROWS_MAX) } else { 1 };
        (rows, lines.end(rows))
    }
}

/// Where values go.
pub(super) struct Into<'a> {
    pub fields: &'a [DecodeField],
    pub columns: &'a mut [Column],
    /// Room for a string without its escapes.
    pub scratch: &'a mut Vec<u8>,
}

impl Slot {
    /// Reads this value of the first `rows` lines; gives how many of them were good.
    fn read(&self, text: &[u8], rows: usize, shape: &[u8], lines: &mut Lines, into: &mut Into<'_>) -> usize {
        let (mut row, mut limit) = (0, rows);
        while row < rows {
            if let (Some(field), Form::Number | Form::Text) = (self.field, self.form) {
                let wanted = limit.min(rows - row);
                let found = match self.form {
                    Form::Number => self.find_numbers(text, shape, row..row + wanted, lines),
                    _ => self.find_texts(text, shape, row..row + wanted, lines),
                };
                let spans = &lines.values[row..row + found];
                let done = runs::push_run(&mut into.columns[field], &into.fields[field].data_type, text, spans);
                row += done;
                if done == wanted {
                    limit *= 2;
                    continue;
                }
                limit = 1;
            }
            let line = &text[..lines.end_of_line(text, row)];
            let Some(end) = self.scan(line, lines.at[row] as usize, shape, into) else { return row };
            lines.next[row] = end as u32;
            row += 1;
        }
        std::mem::swap(&mut lines.at, &mut lines.next);
        rows
    }

    /// Whether the bytes before the value stand at `at`. Hot: once per value.
    #[inline(always)]
    fn begins(&self, text: &[u8], at: usize, shape: &[u8]) -> bool {
        let Some(found) = sixteen(text, at) else { return false };
        let rest = self.prefix.len().saturating_sub(16);
        (found ^ self.head) & self.mask == 0
            && (rest == 0 || text.get(at + 16..at + 16 + rest) == shape.get(self.prefix.start + 16..self.prefix.end))
    }

    /// Finds numbers in these lines up to the first that has none, or one that JSON does not allow.
    fn find_numbers(&self, text: &[u8], shape: &[u8], part: Range<usize>, lines: &mut Lines) -> usize {
        let (wanted, prefix) = (part.len(), self.prefix.len());
        let found = lines.next[part.clone()].iter_mut().zip(&mut lines.values[part.clone()]);
        for (i, (at, (next, value))) in lines.at[part].iter().zip(found).enumerate() {
            let at = *at as usize;
            if !self.begins(text, at, shape) {
                return i;
            }
            let Some(end) = end_of_number(text, at + prefix, self.stop) else { return i };
            (*next, *value) = (end as u32, ((at + prefix) as u32, end as u32));
        }
        wanted
    }

    /// Finds strings without escapes in these lines up to the first that has none.
    fn find_texts(&self, text: &[u8], shape: &[u8], part: Range<usize>, lines: &mut Lines) -> usize {
        let (wanted, prefix) = (part.len(), self.prefix.len());
        let found = lines.next[part.clone()].iter_mut().zip(&mut lines.values[part.clone()]);
        for (i, (at, (next, value))) in lines.at[part].iter().zip(found).enumerate() {
            let at = *at as usize;
            let quote = at + prefix;
            if !self.begins(text, at, shape) || text.get(quote) != Some(&b'"') {
                return i;
            }
            let end = scan::special(text, quote + 1);
            if text.get(end) != Some(&b'"') {
                return i;
            }
            (*next, *value) = (end as u32 + 1, (quote as u32 + 1, end as u32));
        }
        wanted
    }

    /// Reads the value of one line in any form; gives its end if it is good.
    fn scan(&self, line: &[u8], at: usize, shape: &[u8], into: &mut Into<'_>) -> Option<usize> {
        if !line.get(at..)?.starts_with(&shape[self.prefix.clone()]) {
            return None;
        }
        let start = at + self.prefix.len();
        let (token, end) = scan::value(line, start).ok()?;
        if let Some(field) = self.field {
            push(&mut into.columns[field], &into.fields[field], token, &line[start..end], into.scratch).ok()?;
        }
        Some(end)
    }
}

/// Where the number at `start` ends, which `stop` follows; `None` where it is long, or has a 0 in front that JSON does not allow. That the
/// bytes between are digits remains to be seen.
#[inline(always)]
fn end_of_number(text: &[u8], start: usize, stop: u8) -> Option<usize> {
    let word = eight(text, start)?;
    let unsigned = if word as u8 == b'-' { word >> 8 } else { word };
    if unsigned as u8 == b'0' && ((unsigned >> 8) as u8).is_ascii_digit() {
        return None;
    }
    let mut stops = first_equal(word, stop);
    for i in 1..NUMBER_WORDS {
        if stops != 0 {
            return Some(start + 8 * (i - 1) + stops.trailing_zeros() as usize / 8);
        }
        stops = first_equal(eight(text, start + 8 * i)?, stop);
    }
    (stops != 0).then(|| start + 8 * (NUMBER_WORDS - 1) + stops.trailing_zeros() as usize / 8)
}

impl Lines {
    /// Finds at most `wanted` whole lines of valid text at the front.
    fn find(&mut self, text: &[u8], wanted: usize, bytes_max: usize) -> usize {
        self.marks.find_line_ends(text, wanted);
        let mut rows = wanted.min(self.marks.all().len() - 1);
        if self.end(rows) > bytes_max {
            rows = (0..rows).take_while(|row| self.end(row + 1) - self.end(*row) - 1 <= bytes_max).count();
        }
        if let Some(valid) = lines::valid_until(&text[..self.end(rows)]) {
            rows = (0..rows).take_while(|row| self.end(row + 1) <= valid).count();
        }
        self.at.clear();
        self.at.extend(self.marks.all()[..rows].iter().map(|mark| mark.wrapping_add(1)));
        self.next.resize(rows, 0);
        self.values.resize(rows, (0, 0));
        rows
    }

    /// Bytes of the first `rows` lines.
    fn end(&self, rows: usize) -> usize {
        self.marks.all()[rows].wrapping_add(1) as usize
    }

    /// Where the text of a line ends.
    #[inline(always)]
    fn end_of_line(&self, text: &[u8], row: usize) -> usize {
        let (start, end) = (self.marks.all()[row].wrapping_add(1) as usize, self.marks.all()[row + 1] as usize);
        end - usize::from(end > start && text[end - 1] == b'\r')
    }

    /// How many of the first `rows` lines have just these bytes behind their last value.
    fn ending_in(&self, text: &[u8], tail: &[u8], rows: usize) -> usize {
        let ends = |row: &usize| {
            let (at, end) = (self.at[*row] as usize, self.end_of_line(text, *row));
            match tail {
                [byte] => at + 1 == end && text[at] == *byte,
                _ => text.get(at..end) == Some(tail),
            }
        };
        (0..rows).take_while(ends).count()
    }
}

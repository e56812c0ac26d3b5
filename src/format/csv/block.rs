//! Regular CSV records, many at a time: whole lines without quotes that have as many fields as expected. Row road.
//!
//! Delimiters and line ends are found 64 bytes at a time, then the fields are read column by column. The first record that is not regular, or
//! holds a bad value, ends the block and is left to the careful road; blocks then begin again with one record and double, so
//! that what is read in vain is never more than a part of what was read.

use super::Dialect;
use crate::batch::Column;
use crate::format::marks::Marks;
use crate::format::runs::{self, Span};
use crate::format::{DecodeField, fields, lines};

/// Records of a block at the most: their bytes stay in the first cache while the columns are read.
const ROWS_MAX: usize = 512;

/// Where the fields of the regular records at the front of the input end.
#[derive(Debug)]
pub(super) struct Block {
    marks: Marks,
    /// Where the field at hand stands in them.
    spans: Vec<Span>,
    /// Records to look for next time.
    rows: usize,
}

/// What the fields must be like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub dialect: &'a Dialect,
    /// Fields of a record.
    pub width: usize,
    /// Bytes of a record at the most.
    pub bytes_max: usize,
    pub fields: &'a [DecodeField],
    /// Position in the record of each field, if it has one.
    pub positions: &'a [Option<usize>],
}

impl Block {
    pub fn new() -> Self {
        Self { marks: Marks::default(), spans: Vec::new(), rows: 1 }
    }

    /// Reads records from the front of `text` into columns of equal length; gives their number and bytes. Hot: once per block.
    pub fn read(&mut self, text: &[u8], rows_max: usize, expected: Expected<'_>, columns: &mut [Column]) -> (usize, usize) {
        let wanted = self.rows.min(rows_max);
        let Dialect { delimiter, quote, .. } = *expected.dialect;
        self.marks.find_field_ends(text, delimiter, quote, wanted * expected.width);
        let found = self.valid(text, self.regular(text, wanted, expected), expected.width);
        let before = columns.first().map_or(0, Column::len);
        let mut rows = found;
        for (i, column) in columns.iter_mut().enumerate() {
            if rows == 0 {
                break;
            }
            rows = self.read_column(text, rows, expected, i, column);
        }
        if rows < found {
            columns.iter_mut().for_each(|c| c.truncate(before + rows));
        }
        self.rows = if rows == wanted { (self.rows * 2).min(ROWS_MAX) } else { 1 };
        (rows, self.end(rows, expected.width))
    }

    /// Bytes of the first `rows` records.
    fn end(&self, rows: usize, width: usize) -> usize {
        self.marks.all()[rows * width].wrapping_add(1) as usize
    }

    /// How many records at the front, up to `wanted`, are regular.
    fn regular(&self, text: &[u8], wanted: usize, expected: Expected<'_>) -> usize {
        let Expected { dialect, width, bytes_max, .. } = expected;
        if width == 0 {
            return 0;
        }
        let marks = &self.marks.all()[1..];
        // Bits by which the bytes at the marks differ from those of a regular record.
        let differs = |ends: &[u32]| {
            let (last, inner) = (ends[width - 1], &ends[..width - 1]);
            inner.iter().fold(text[last as usize] ^ b'\n', |bits, mark| bits | (text[*mark as usize] ^ dialect.delimiter))
        };
        let found = wanted.min(marks.len() / width);
        let differs = |row: usize| differs(&marks[row * width..(row + 1) * width]);
        let whole = match (0..found).fold(0, |bits, row| bits | differs(row)) {
            0 => found,
            _ => (0..found).take_while(|row| differs(*row) == 0).count(),
        };
        if width > 1 && dialect.comment.is_none() && self.end(whole, width) <= bytes_max {
            return whole;
        }
        let is_record = |row: &usize| {
            let line = &text[self.end(*row, width)..self.end(row + 1, width) - 1];
            let empty = line.is_empty() || line == b"\r";
            !empty && line.len() <= bytes_max && !super::record::is_comment(line, dialect)
        };
        (0..whole).take_while(is_record).count()
    }

    /// How many of the first `rows` records are valid UTF-8, up to the first that is not.
    fn valid(&self, text: &[u8], rows: usize, width: usize) -> usize {
        let invalid = lines::valid_until(&text[..self.end(rows, width)]);
        invalid.map_or(rows, |valid| (0..rows).take_while(|row| self.end(row + 1, width) <= valid).count())
    }

    /// Reads one field of the first `rows` records; gives how many of them were good.
    fn read_column(&mut self, text: &[u8], rows: usize, expected: Expected<'_>, index: usize, column: &mut Column) -> usize {
        let field = &expected.fields[index];
        let Some(position) = expected.positions[index] else {
            return (0..rows).take_while(|_| fields::push_null(column, field).is_ok()).count();
        };
        self.find_field(text, rows, expected.width, position);
        let spans = self.spans.as_slice();
        let bytes = |row: usize| &text[spans[row].0 as usize..spans[row].1 as usize];
        let literal = expected.dialect.null_literal.as_deref();
        let (mut row, mut limit) = (0, rows);
        while row < rows {
            let wanted = limit.min(rows - row);
            // A NULL is for the careful reader.
            let usual = literal.map_or(wanted, |l| (row..row + wanted).take_while(|row| bytes(*row) != l).count());
            let done = runs::push_run(column, &field.data_type, text, &spans[row..row + usual]);
            row += done;
            if done == wanted {
                limit *= 2;
                continue;
            }
            if super::decode::push(column, field, bytes(row), false, expected.dialect).is_err() {
                return row;
            }
            (row, limit) = (row + 1, 1);
        }
        rows
    }

    /// Where one field of the first `rows` records stands.
    fn find_field(&mut self, text: &[u8], rows: usize, width: usize, position: usize) {
        let marks = &self.marks.all()[position..=rows * width];
        self.spans.clear();
        self.spans.extend((0..rows).map(|row| (marks[row * width].wrapping_add(1), marks[row * width + 1])));
        if position + 1 == width {
            for (start, end) in &mut self.spans {
                *end -= u32::from(end > start && text[*end as usize - 1] == b'\r');
            }
        }
    }
}

//! `'format' = 'raw'`: rows of fixed width, fields packed in declared order without padding, little endian.
//!
//! BOOLEAN is one byte of 0 or 1; TINYINT 1, SMALLINT 2, INT and DATE (days) 4, BIGINT, TIME and timestamps (nanoseconds) 8,
//! FLOAT 4, DOUBLE 8, DECIMAL 16 bytes (units of 10^-scale), UUID its 16 bytes in order; CHAR(n) and VARCHAR(n) are n bytes of UTF-8, padded with zeros.
//! The layout has no room for NULL: it is written as zero bytes. Text longer than n bytes is cut at a character when written.

use std::borrow::Cow;
use std::ops::Range;

use super::lines::{Place, bad_record};
use super::{DecodeField, Decoded, Decoder, Encoder, Format, Input, line_bytes_max, physical};
use crate::batch::{Batch, Column, Values};
use crate::error::{Error, Result};
use crate::types::relation::Changelog;
use crate::types::{self, DataType, Options, Schema, decimal, time, uuid};

/// Fixed-width rows of the physical columns.
#[derive(Debug)]
pub struct RawFormat {
    /// Where each physical column begins in the row.
    offsets: Vec<usize>,
    row_bytes: usize,
}

impl RawFormat {
    /// The layout of these columns; refuses types without a fixed width.
    pub fn new(options: &Options, columns: &[types::Column]) -> Result<Self> {
        if super::changelog(options)? != Changelog::Append {
            let span = options.value("changelog").map(|v| v.span).unwrap_or_default();
            return Err(Error::sql("format 'raw' cannot carry the kinds of a changelog").at(span).hint("use 'json' or 'csv'"));
        }
        let mut offsets = Vec::new();
        let mut row_bytes = 0;
        for column in physical(columns) {
            offsets.push(row_bytes);
            row_bytes += width(&column.name, &column.data_type)?;
        }
        if row_bytes == 0 {
            return Err(Error::sql("format 'raw' needs at least one column"));
        }
        let bytes_max = line_bytes_max(options)?;
        if row_bytes > bytes_max {
            return Err(Error::sql(format!(
                "format 'raw': a row has {row_bytes} bytes, more than {bytes_max} ('line.max-bytes')"
            )));
        }
        Ok(Self { offsets, row_bytes })
    }

    /// Bytes of one row.
    pub fn row_bytes(&self) -> usize {
        self.row_bytes
    }
}

impl Format for RawFormat {
    fn decoder(&self, fields: &[DecodeField]) -> Result<Box<dyn Decoder>> {
        let mut slots = Vec::new();
        for field in fields {
            let width = width(&field.name, &field.data_type)?;
            let Some(&offset) = self.offsets.get(field.position).filter(|o| **o + width <= self.row_bytes) else {
                return Err(Error::internal(format!("column '{}' lies outside the row", field.name)));
            };
            slots.push(Slot { name: field.name.clone(), data_type: field.data_type.clone(), at: offset..offset + width });
        }
        Ok(Box::new(RawDecoder { slots, row_bytes: self.row_bytes, rows_seen: 0 }))
    }

    fn encoder(&self, schema: &Schema) -> Result<Box<dyn Encoder>> {
        let mut slots = Vec::new();
        let mut offset = 0;
        for field in &schema.fields {
            let width = width(&field.name, &field.data_type)?;
            slots.push(Slot { name: field.name.clone(), data_type: field.data_type.clone(), at: offset..offset + width });
            offset += width;
        }
        Ok(Box::new(RawEncoder { slots, row_bytes: offset }))
    }
}

/// Bytes of a value.
fn width(name: &str, data_type: &DataType) -> Result<usize> {
    Ok(match data_type {
        DataType::Boolean | DataType::TinyInt => 1,
        DataType::SmallInt => 2,
        DataType::Int | DataType::Date | DataType::Float => 4,
        DataType::BigInt | DataType::Double => 8,
        DataType::Time(_) | DataType::Timestamp(_) | DataType::TimestampLtz(_) => 8,
        DataType::Decimal { .. } | DataType::Uuid => 16,
        DataType::Varchar(Some(bytes)) => *bytes as usize,
        DataType::Varchar(None) => {
            return Err(Error::sql(format!("format 'raw': column '{name}' needs a length"))
                .hint("declare CHAR(n) or VARCHAR(n): n bytes padded with zeros"));
        }
        other => return Err(Error::sql(format!("format 'raw': column '{name}' of type {other} has no fixed width"))),
    })
}

/// A field and its place in the row.
struct Slot {
    name: String,
    data_type: DataType,
    at: Range<usize>,
}

struct RawDecoder {
    slots: Vec<Slot>,
    row_bytes: usize,
    rows_seen: u64,
}

impl RawDecoder {
    fn place(&self, row: usize) -> Place {
        let row = self.rows_seen + row as u64;
        Place { offset: row * self.row_bytes as u64, line: row + 1 }
    }

    /// Takes these whole rows in: runs of good ones column by column, bad ones set aside.
    fn rows(&mut self, bytes: &[u8], out: &mut Decoded) {
        let rows = bytes.len() / self.row_bytes;
        let mut faults: Vec<(usize, usize)> = Vec::new();
        for (i, slot) in self.slots.iter().enumerate() {
            find_faults(bytes, self.row_bytes, slot, |row| faults.push((row, i)));
        }
        faults.sort_unstable();
        faults.dedup_by_key(|(row, _)| *row);
        let mut start = 0;
        for (row, slot) in faults {
            self.good_rows(bytes, start..row, out);
            let record = &bytes[row * self.row_bytes..(row + 1) * self.row_bytes];
            let Slot { name, data_type, .. } = &self.slots[slot];
            let reason = format!("field '{name}': the bytes are not a value of {data_type}");
            out.bad.push(bad_record(self.place(row), Cow::Owned(reason), record));
            start = row + 1;
        }
        self.good_rows(bytes, start..rows, out);
        self.rows_seen += rows as u64;
    }

    fn good_rows(&self, bytes: &[u8], rows: Range<usize>, out: &mut Decoded) {
        let bytes = &bytes[rows.start * self.row_bytes..rows.end * self.row_bytes];
        for (slot, column) in self.slots.iter().zip(&mut out.columns) {
            read_column(bytes, self.row_bytes, slot, column);
        }
        out.rows += rows.len();
    }
}

impl Decoder for RawDecoder {
    fn decode(&mut self, bytes: &[u8], input: Input, rows_max: usize, out: &mut Decoded) -> usize {
        let mut consumed = 0;
        while out.rows < rows_max {
            let rows = ((bytes.len() - consumed) / self.row_bytes).min(rows_max - out.rows);
            if rows == 0 {
                break;
            }
            let end = consumed + rows * self.row_bytes;
            self.rows(&bytes[consumed..end], out);
            consumed = end;
        }
        let rest = &bytes[consumed..];
        if input == Input::Complete && !rest.is_empty() && rest.len() < self.row_bytes {
            let reason = format!("the last row is cut off: {} of {} bytes", rest.len(), self.row_bytes);
            out.bad.push(bad_record(self.place(0), Cow::Owned(reason), rest));
            consumed = bytes.len();
        }
        consumed
    }
}

/// Bytes of one field, row by row.
fn strided<'a>(bytes: &'a [u8], row_bytes: usize, at: &Range<usize>) -> impl Iterator<Item = &'a [u8]> {
    let at = at.clone();
    bytes.chunks_exact(row_bytes).map(move |row| &row[at.clone()])
}

/// Tells the rows whose bytes are not a value. Hot: once per batch and column.
fn find_faults(bytes: &[u8], row_bytes: usize, slot: &Slot, mut tell: impl FnMut(usize)) {
    let fields = strided(bytes, row_bytes, &slot.at).enumerate();
    let tell_where = |bad: &dyn Fn(&[u8]) -> bool| {
        fields.for_each(|(row, field)| {
            if bad(field) {
                tell(row)
            }
        })
    };
    match &slot.data_type {
        DataType::Boolean => tell_where(&|field| field[0] > 1),
        DataType::Time(_) => tell_where(&|field| !(0..time::DAY).contains(&i64::from_le(bytemuck::pod_read_unaligned(field)))),
        DataType::Decimal { precision, .. } => {
            let precision = *precision;
            tell_where(&move |field| !decimal::fits(i128::from_le(bytemuck::pod_read_unaligned(field)), precision));
        }
        DataType::Varchar(_) => tell_where(&|field| simdutf8::basic::from_utf8(unpadded(field)).is_err()),
        _ => {}
    }
}

fn unpadded(field: &[u8]) -> &[u8] {
    let end = field.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
    &field[..end]
}

/// Appends one field of every row. Hot: once per batch and column.
fn read_column(bytes: &[u8], row_bytes: usize, slot: &Slot, column: &mut Column) {
    let fields = strided(bytes, row_bytes, &slot.at);
    match &mut column.values {
        Values::Bool(v) => v.extend(fields.map(|f| f[0] != 0)),
        Values::I8(v) => v.extend(fields.map(|f| f[0] as i8)),
        Values::I16(v) => v.extend(fields.map(|f| i16::from_le(bytemuck::pod_read_unaligned(f)))),
        Values::I32(v) => v.extend(fields.map(|f| i32::from_le(bytemuck::pod_read_unaligned(f)))),
        Values::I64(v) => v.extend(fields.map(|f| i64::from_le(bytemuck::pod_read_unaligned(f)))),
        Values::F32(v) => v.extend(fields.map(|f| f32::from_bits(u32::from_le(bytemuck::pod_read_unaligned(f))))),
        Values::F64(v) => v.extend(fields.map(|f| f64::from_bits(u64::from_le(bytemuck::pod_read_unaligned(f))))),
        Values::I128(v) if slot.data_type == DataType::Uuid => {
            v.extend(fields.map(|f| uuid::of_bytes(bytemuck::pod_read_unaligned(f))));
        }
        Values::I128(v) => v.extend(fields.map(|f| i128::from_le(bytemuck::pod_read_unaligned(f)))),
        Values::Str(v) => fields.for_each(|f| v.push(unpadded(f))),
    }
    let rows = column.values.len();
    if let Some(validity) = &mut column.validity {
        (validity.len()..rows).for_each(|_| validity.push(true));
    }
}

struct RawEncoder {
    slots: Vec<Slot>,
    row_bytes: usize,
}

impl Encoder for RawEncoder {
    fn header(&mut self, _out: &mut Vec<u8>) {}

    fn encode(&mut self, batch: &Batch, out: &mut Vec<u8>) {
        assert_eq!(batch.columns.len(), self.slots.len(), "a batch has the columns of its schema");
        let start = out.len();
        out.resize(start + batch.rows() * self.row_bytes, 0);
        for (slot, column) in self.slots.iter().zip(&batch.columns) {
            write_column(&mut out[start..], self.row_bytes, slot, column);
        }
    }
}

/// Writes one field of every row over zeros. Hot: once per batch and column.
fn write_column(out: &mut [u8], row_bytes: usize, slot: &Slot, column: &Column) {
    let mut put = |bytes_of: &dyn Fn(usize, &mut [u8])| {
        for (row, bytes) in out.chunks_exact_mut(row_bytes).enumerate() {
            if !column.is_null(row) {
                bytes_of(row, &mut bytes[slot.at.clone()]);
            }
        }
    };
    match &column.values {
        Values::Bool(v) => put(&|row, to| to[0] = u8::from(v[row])),
        Values::I8(v) => put(&|row, to| to[0] = v[row] as u8),
        Values::I16(v) => put(&|row, to| to.copy_from_slice(&v[row].to_le_bytes())),
        Values::I32(v) => put(&|row, to| to.copy_from_slice(&v[row].to_le_bytes())),
        Values::I64(v) => put(&|row, to| to.copy_from_slice(&v[row].to_le_bytes())),
        Values::F32(v) => put(&|row, to| to.copy_from_slice(&v[row].to_le_bytes())),
        Values::F64(v) => put(&|row, to| to.copy_from_slice(&v[row].to_le_bytes())),
        Values::I128(v) if slot.data_type == DataType::Uuid => put(&|row, to| to.copy_from_slice(&uuid::bytes(v[row]))),
        Values::I128(v) => put(&|row, to| to.copy_from_slice(&v[row].to_le_bytes())),
        Values::Str(v) => put(&|row, to| {
            let fitting = cut_to(v.text(row), to.len());
            to[..fitting.len()].copy_from_slice(fitting.as_bytes());
        }),
    }
}

/// The front of a text that fits into so many bytes.
fn cut_to(text: &str, bytes_max: usize) -> &str {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const RAW: (&str, &str) = ("format", "raw");

    fn table() -> Vec<(&'static str, DataType)> {
        vec![("ok", DataType::Boolean), ("id", DataType::BigInt), ("name", DataType::Varchar(Some(4)))]
    }

    fn row(ok: u8, id: i64, name: &[u8; 4]) -> Vec<u8> {
        [&[ok], id.to_le_bytes().as_slice(), name].concat()
    }

    #[test]
    fn values_of_every_fixed_width_type_come_back() {
        let mut columns = every_type();
        columns.retain(|(name, data_type)| width(name, data_type).is_ok() && !matches!(data_type, DataType::Varchar(_)));
        assert_round_trip(&[RAW], &columns, 0);
    }

    #[test]
    fn rows_are_packed_in_declared_order() {
        let format = format_of(&[RAW], &table()).expect("options are valid");
        let fields = all_fields(&table());
        let bytes = [row(1, -2, b"ab\0\0"), row(0, 3, b"\xc3\xbccd")].concat();
        let got = decode(&*format, &fields, &bytes);
        let batch = Batch::new(got.columns.clone(), got.rows, 0);
        assert_eq!(rows_of(got, &fields), ["[true, -2, ab]", "[false, 3, ücd]"]);
        let mut out = Vec::new();
        format.encoder(&schema_of(&table())).expect("types can be written").encode(&batch, &mut out);
        assert_eq!(out, bytes);
        let projected = [fields[2].clone()];
        assert_eq!(rows_of(decode(&*format, &projected, &bytes), &projected), ["[ab]", "[ücd]"]);
    }

    #[test]
    fn bad_and_truncated_rows_are_set_aside_with_their_place() {
        let format = format_of(&[RAW], &table()).expect("options are valid");
        let fields = all_fields(&table());
        let bytes = [row(1, 1, b"a\0\0\0"), row(2, 2, b"\xff\0\0\0"), row(0, 3, b"\xffa\0\0"), row(0, 4, b"abcd"), vec![1, 2, 3]]
            .concat();
        let got = decode(&*format, &fields, &bytes);
        let expected = [
            (13, 2, "field 'ok': the bytes are not a value of BOOLEAN"),
            (26, 3, "field 'name': the bytes are not a value of VARCHAR(4)"),
            (52, 5, "the last row is cut off: 3 of 13 bytes"),
        ];
        assert_eq!(bad_of(&got), expected.map(|b| (b.0, b.1, b.2.to_owned())));
        assert_eq!(rows_of(got, &fields), ["[true, 1, a]", "[false, 4, abcd]"]);
        assert_cut_anywhere(&*format, &fields, &bytes);
    }

    #[test]
    fn text_that_does_not_fit_is_cut_at_a_character() {
        assert_eq!(cut_to("aüb", 2), "a");
        assert_eq!(cut_to("ab", 4), "ab");
    }

    #[test]
    fn types_without_a_width_are_refused() {
        let refused = |data_type| format_of(&[RAW], &[("x", data_type)]).expect_err("refused").to_string();
        assert!(refused(DataType::STRING).contains("VARCHAR(n)"));
        assert!(refused(DataType::Bytes).contains("no fixed width"));
        assert!(refused(DataType::Varchar(Some(u32::MAX))).contains("line.max-bytes"));
        assert!(format_of(&[RAW, ("changelog", "true")], &table()).is_err());
        let column = types::Column {
            name: "x".into(),
            data_type: DataType::Decimal { precision: 9, scale: 2 },
            kind: types::ColumnKind::Physical,
            not_null: false,
        };
        assert_eq!(RawFormat::new(&Options::default(), &[column]).expect("types have a width").row_bytes(), 16);
    }
}

//! `'format' = 'csv'`: records of delimited fields, quoted where needed, as in RFC 4180.
//!
//! Reading: fields belong to the physical columns by position, or by the names of a header line (`'csv.header' = 'true'`).
//! An empty field is NULL, except that a text column reads it as the empty string. With `'csv.null-literal'` an
//! unquoted field of that text is NULL in every column. Blank lines are skipped. An escape character counts inside quotes.
//! A quoted field may hold line ends; where its quotes are wrong, each line is read as a record, so that a stray quote costs its line.
//! Writing: NULL is the null literal, or an empty field. With the option `changelog` a last field `op` says the row's kind
//! (`format/kinds.rs`).

mod block;
mod decode;
mod encode;
mod record;
#[cfg(test)]
mod tests;

use super::{DecodeField, Decoder, Encoder, Format, fields, is_true, kinds, line_bytes_max, physical};
use crate::error::{Error, Result};
use crate::types::relation::Changelog;
use crate::types::{self, Options, Schema};

/// Whether the first line names the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    /// It is a record.
    Absent,
    /// It names them.
    Present,
}

/// How records are written down.
#[derive(Debug, Clone)]
struct Dialect {
    delimiter: u8,
    quote: u8,
    escape: Option<u8>,
    comment: Option<u8>,
    null_literal: Option<Box<[u8]>>,
}

/// CSV with validated options.
#[derive(Debug)]
pub struct CsvFormat {
    dialect: Dialect,
    header: Header,
    /// Fields of a record without that of its kind.
    columns: usize,
    line_bytes_max: usize,
    changelog: Changelog,
}

impl CsvFormat {
    /// Reads the options `csv.*`, `line.max-bytes` and `changelog` for a table of these columns.
    pub fn new(options: &Options, columns: &[types::Column]) -> Result<Self> {
        super::refuse_ignoring_errors(options, "csv.ignore-parse-errors")?;
        let dialect = Dialect {
            delimiter: byte_option(options, "csv.field-delimiter")?.unwrap_or(b','),
            quote: byte_option(options, "csv.quote-character")?.unwrap_or(b'"'),
            escape: byte_option(options, "csv.escape-character")?,
            comment: is_true(options, "csv.allow-comments")?.then_some(b'#'),
            null_literal: options.text("csv.null-literal").map(|t| t.as_bytes().into()),
        };
        dialect.check(options)?;
        Ok(Self {
            dialect,
            header: if is_true(options, "csv.header")? { Header::Present } else { Header::Absent },
            columns: physical(columns).count(),
            line_bytes_max: line_bytes_max(options)?,
            changelog: kinds::of(options, columns)?,
        })
    }
}

impl Dialect {
    fn check(&self, options: &Options) -> Result<()> {
        let mut used = vec![self.delimiter, self.quote];
        used.extend(self.escape);
        used.extend(self.comment);
        used.sort_unstable();
        if used.windows(2).any(|pair| pair[0] == pair[1]) {
            let span = options.value("csv.field-delimiter").map(|v| v.span).unwrap_or_default();
            return Err(Error::sql("the delimiter, quote, escape and comment characters of CSV must differ").at(span));
        }
        let special = |b: &u8| used.contains(b) || matches!(b, b'\n' | b'\r');
        match &self.null_literal {
            Some(text) if text.iter().any(special) => {
                Err(Error::sql("option 'csv.null-literal' must not hold a delimiter, quote or line end"))
            }
            _ => Ok(()),
        }
    }
}

/// An option that is one ASCII character; `\t` stands for a tab.
fn byte_option(options: &Options, key: &str) -> Result<Option<u8>> {
    let Some(value) = options.value(key) else { return Ok(None) };
    match value.text.as_bytes() {
        b"\\t" => Ok(Some(b'\t')),
        &[byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Ok(Some(byte)),
        _ => Err(Error::sql(format!("option '{key}' = '{}' is not one ASCII character", value.text)).at(value.span)),
    }
}

impl Format for CsvFormat {
    fn decoder(&self, asked: &[DecodeField]) -> Result<Box<dyn Decoder>> {
        for field in asked {
            fields::check_readable(&field.name, &field.data_type)?;
        }
        Ok(match self.changelog {
            Changelog::Append => Box::new(decode::CsvDecoder::new(self, asked.to_vec(), self.columns)),
            _ => {
                let asked = [asked, &[kinds::field(self.columns)]].concat();
                Box::new(kinds::KindsDecoder(Box::new(decode::CsvDecoder::new(self, asked, self.columns + 1))))
            }
        })
    }

    fn encoder(&self, schema: &Schema) -> Result<Box<dyn Encoder>> {
        kinds::check(self.changelog, schema)?;
        Ok(Box::new(encode::CsvEncoder::new(schema, self.dialect.clone(), self.header, self.changelog)))
    }

    fn changelog(&self) -> Changelog {
        self.changelog
    }
}

//! Rows on standard output, one a line: `+I[a, b, NULL]`, with `'print-identifier'` as a prefix if given.
//!
//! One shard owns standard output, so that lines never mix. Lines are buffered and written once a turn. Writing to a
//! terminal or a full pipe waits for its reader: that is the back-pressure.

use std::io::{self, Write};
use std::sync::Arc;

use super::{Accepts, Flushed, Placement, Sink, Writer};
use crate::batch::{Batch, text};
use crate::error::{Error, Result};
use crate::types::{DataType, Options, Schema};

/// The `print` connector.
#[derive(Debug, Clone, Default)]
pub struct Print {
    prefix: String,
}

/// The sink of a SELECT that stands by itself.
pub fn stdout() -> Arc<dyn Sink> {
    Arc::new(Print::default())
}

impl Print {
    /// Reads the option `print-identifier`.
    pub(super) fn new(options: &Options) -> Self {
        Self { prefix: options.text("print-identifier").map(|name| format!("{name}> ")).unwrap_or_default() }
    }
}

impl Sink for Print {
    fn describe(&self) -> String {
        "print".to_owned()
    }

    fn delivery(&self) -> &'static str {
        "at-least-once (rows are written to standard output as they come)"
    }

    fn placement(&self) -> Placement {
        Placement::OneShard
    }

    fn accepts(&self) -> Accepts {
        Accepts::Changelog
    }

    fn open(&self, _shard: usize, _shards: usize, schema: &Schema) -> Result<Box<dyn Writer>> {
        Ok(Box::new(LineWriter { prefix: self.prefix.clone(), types: schema.types(), out: Buffered::new(io::stdout()) }))
    }
}

/// Text on its way to `out`, in one write a turn.
pub struct Buffered<W> {
    /// What has not been written.
    pub text: Vec<u8>,
    out: W,
}

impl<W: Write> Buffered<W> {
    /// Nothing yet.
    pub fn new(out: W) -> Self {
        Self { text: Vec::new(), out }
    }

    /// Writes all of it, waiting for who reads it.
    pub fn flush(&mut self) -> Result<()> {
        if self.text.is_empty() {
            return Ok(());
        }
        let written = self.out.write_all(&self.text).and_then(|()| self.out.flush());
        self.text.clear();
        written.map_err(|e| Error::io("writing to standard output", e))
    }

    /// Where it went.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// Writes rows as lines to `out`.
struct LineWriter<W> {
    prefix: String,
    types: Vec<DataType>,
    out: Buffered<W>,
}

impl<W: Write + Send> Writer for LineWriter<W> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let lines = &mut self.out.text;
        for row in 0..batch.rows() {
            lines.extend_from_slice(self.prefix.as_bytes());
            lines.extend_from_slice(batch.kind(row).symbol().as_bytes());
            lines.push(b'[');
            write_values(batch, row, &self.types, lines);
            lines.extend_from_slice(b"]\n");
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<Flushed> {
        self.out.flush().map(|()| Flushed::All)
    }

    fn backlog_bytes(&self) -> usize {
        self.out.text.len()
    }

    fn finish(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Appends the values of a row, separated by `, `. Hot: once per row.
fn write_values(batch: &Batch, row: usize, types: &[DataType], out: &mut Vec<u8>) {
    for (i, (column, data_type)) in batch.columns.iter().zip(types).enumerate() {
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        if column.is_null(row) {
            out.extend_from_slice(b"NULL");
        } else {
            text::write_value(column, row, data_type, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Column, RowKind, StampRun};
    use crate::types::Value;

    #[test]
    fn rows_are_lines_with_their_kind() {
        let types = vec![DataType::BigInt, DataType::STRING];
        let mut columns: Vec<Column> = types.iter().map(|t| Column::with_capacity(t, 2)).collect();
        for (column, values) in
            columns.iter_mut().zip([[Value::Int(1), Value::Int(-2)], [Value::text("a longer text, with comma"), Value::Null]])
        {
            values.iter().for_each(|v| column.push(v));
        }
        let kinds = Some(vec![RowKind::Insert, RowKind::UpdateBefore]);
        let batch = Batch::with_stamps(columns, 2, kinds, [StampRun { stamp: 1, count: 2 }].into());
        let mut writer = LineWriter { prefix: "t> ".to_owned(), types, out: Buffered::new(Vec::new()) };
        writer.write(&batch).expect("write");
        assert!(writer.out.out.is_empty() && writer.backlog_bytes() > 0);
        assert_eq!(writer.flush().expect("flush"), Flushed::All);
        assert_eq!(String::from_utf8_lossy(&writer.out.into_inner()), "t> +I[1, a longer text, with comma]\nt> -U[-2, NULL]\n");
    }
}

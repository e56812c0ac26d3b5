//! The rows of a SELECT on standard output, as a table, CSV or JSON lines.
//!
//! Where all input ends, rows that are taken back are not shown: the result is written when it is whole. Otherwise rows are written as they
//! come, each with what it does to the result. One shard writes; a terminal that does not read on holds the query up.

use std::collections::HashMap;
use std::io::{self, Write};

use clap::ValueEnum;

use super::table::Table;
use crate::batch::{Batch, Column, Selection, text};
use crate::error::{Result, Span};
use crate::format::{self, Encoder};
use crate::plan::Row;
use crate::sink::print::Buffered;
use crate::sink::{Accepts, Flushed, Placement, Sink, Writer};
use crate::types::{DataType, Field, Options, Schema, Value};

/// What results look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Columns side by side
    Table,
    /// Comma-separated values below a line with their names
    Csv,
    /// A JSON object a line
    Json,
}

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Showing {
    /// All that come; none is taken back.
    Rows,
    /// Those that are left at the end.
    Result,
    /// All, with what each does to the result.
    Changes,
}

/// What EXPLAIN calls it.
pub(super) const SCREEN: &str = "shell";

/// Standard output as the sink of a SELECT.
#[derive(Debug)]
pub(super) struct Results {
    pub(super) form: Form,
    pub(super) showing: Showing,
}

impl Results {
    /// Rows of texts that are there, as a result of this form.
    pub(super) fn of_rows(form: Form, columns: &[&str], rows: &[Row]) -> Result<String> {
        let schema = Schema::new(columns.iter().map(|name| Field::new(*name, DataType::STRING)).collect());
        let mut texts: Vec<Column> = schema.types().iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        for row in rows {
            for (column, text) in texts.iter_mut().zip(row) {
                column.push(&text.as_deref().map_or(Value::Null, Value::text));
            }
        }
        let mut writer = Results { form, showing: Showing::Rows }.writer(&schema, Vec::new())?;
        writer.write(&Batch::new(texts, rows.len(), 0))?;
        writer.finish()?;
        Ok(String::from_utf8_lossy(&writer.out.into_inner()).into_owned())
    }

    fn writer<W: Write + Send>(&self, schema: &Schema, out: W) -> Result<ResultWriter<W>> {
        let changes = self.showing == Showing::Changes;
        let mut shape = match self.form {
            Form::Table => Shape::Table(Table::new(schema, changes)),
            Form::Csv => Shape::Lines(encoder(&[("format", "csv"), ("csv.header", "true")], changes, schema)?),
            Form::Json => Shape::Lines(encoder(&[("format", "json")], changes, schema)?),
        };
        let mut out = Buffered::new(out);
        shape.encoder().header(&mut out.text);
        let left = (self.showing == Showing::Result).then(Left::default);
        Ok(ResultWriter { shape, types: schema.types(), left, rows: 0, out })
    }
}

/// The encoder of the format that these options name.
fn encoder(named: &[(&str, &str)], changes: bool, schema: &Schema) -> Result<Box<dyn Encoder>> {
    let mut options = Options::default();
    named.iter().for_each(|(key, text)| options.set(*key, *text, Span::default()));
    if changes {
        options.set("changelog", "true", Span::default());
    }
    format::create(&options, &[])?.encoder(schema)
}

impl Sink for Results {
    fn describe(&self) -> String {
        SCREEN.to_owned()
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
        Ok(Box::new(self.writer(schema, io::stdout())?))
    }
}

enum Shape {
    Table(Table),
    Lines(Box<dyn Encoder>),
}

impl Shape {
    fn encoder(&mut self) -> &mut dyn Encoder {
        match self {
            Shape::Table(table) => table,
            Shape::Lines(lines) => lines.as_mut(),
        }
    }
}

/// Writes a result to `out`.
struct ResultWriter<W> {
    shape: Shape,
    types: Vec<DataType>,
    /// Rows that may still be taken back.
    left: Option<Left>,
    rows: usize,
    out: Buffered<W>,
}

impl<W> ResultWriter<W> {
    fn show(&mut self, batch: &Batch) {
        self.rows += batch.rows();
        self.shape.encoder().encode(batch, &mut self.out.text);
    }
}

impl<W: Write + Send> Writer for ResultWriter<W> {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        match &mut self.left {
            Some(left) => left.take(batch, &self.types),
            None => self.show(batch),
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
        for batch in self.left.take().map(Left::rows).unwrap_or_default() {
            self.show(&batch);
        }
        if let Shape::Table(table) = &mut self.shape {
            table.finish(&mut self.out.text);
            let plural = if self.rows == 1 { "row" } else { "rows" };
            self.out.text.extend_from_slice(format!("{} {plural}\n", self.rows).as_bytes());
        }
        self.out.flush()
    }
}

/// The rows of a result as far as they have not been taken back.
#[derive(Default)]
struct Left {
    batches: Vec<Batch>,
    /// Where the rows of a text stand: batch and row.
    places: HashMap<String, Vec<(usize, u32)>>,
}

impl Left {
    fn take(&mut self, batch: &Batch, types: &[DataType]) {
        for row in 0..batch.rows() {
            let same = self.places.entry(text::row_text(batch, row, types)).or_default();
            if batch.kind(row).sign() > 0 {
                same.push((self.batches.len(), row as u32));
            } else {
                same.pop();
            }
        }
        self.batches.push(batch.clone());
    }

    /// What is left, in the order in which it came.
    fn rows(self) -> Vec<Batch> {
        let mut rows = vec![Vec::new(); self.batches.len()];
        self.places.into_values().flatten().for_each(|(batch, row)| rows[batch].push(row));
        let of_batch = |(batch, mut rows): (Batch, Vec<u32>)| {
            rows.sort_unstable();
            let mut left = batch.gather(&Selection::Rows(rows));
            left.kinds = None;
            left
        };
        self.batches.into_iter().zip(rows).map(of_batch).filter(|batch| !batch.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{RowKind, StampRun};

    fn check(form: Form, showing: Showing, rows: &[(RowKind, i64)], expected: &str) {
        let schema = Schema::new(vec![Field::new("n", DataType::BigInt)]);
        let mut writer = Results { form, showing }.writer(&schema, Vec::new()).expect("a writer");
        for (kind, n) in rows {
            let mut column = Column::with_capacity(&DataType::BigInt, 1);
            column.push(&Value::Int(*n));
            let stamps = [StampRun { stamp: 1, count: 1 }].into();
            writer.write(&Batch::with_stamps(vec![column], 1, Some(vec![*kind]), stamps)).expect("write");
        }
        writer.finish().expect("finish");
        assert_eq!(String::from_utf8_lossy(&writer.out.into_inner()), expected, "{form:?}, {showing:?}");
    }

    #[test]
    fn a_result_is_what_is_left_at_the_end() {
        use RowKind::{Delete, Insert, UpdateAfter, UpdateBefore};
        let rows = [(Insert, 1), (Insert, 2), (UpdateBefore, 1), (UpdateAfter, 3), (Insert, 2), (Delete, 2)];
        check(Form::Csv, Showing::Result, &rows, "n\n2\n3\n");
        check(Form::Json, Showing::Result, &rows, "{\"n\":2}\n{\"n\":3}\n");
        check(Form::Table, Showing::Result, &rows[..1], "+---+\n| n |\n+---+\n| 1 |\n+---+\n1 row\n");
        check(Form::Csv, Showing::Changes, &rows[..3], "n,op\n1,+I\n2,+I\n1,-U\n");
        check(Form::Json, Showing::Changes, &rows[2..3], "{\"n\":1,\"op\":\"-U\"}\n");
        check(Form::Table, Showing::Rows, &[], "+---+\n| n |\n+---+\n+---+\n0 rows\n");
    }
}

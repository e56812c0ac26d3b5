//! Rows as a table in a terminal: columns as wide as what they show, numbers to the right. A value of several lines takes as many, with a `+` behind each
//! that goes on, as in psql.

use unicode_width::UnicodeWidthStr;

use crate::batch::{Batch, text};
use crate::format::Encoder;
use crate::types::Schema;

/// Heading of the column that says what a row does to the result.
const KIND: &str = "op";

/// Draws rows as they come. A column becomes wider when a value needs it, for the rows from there on.
pub(super) struct Table {
    schema: Schema,
    changes: bool,
    widths: Vec<usize>,
    has_heading: bool,
}

impl Table {
    /// Of rows of this schema; `changes`: with a column of the kinds of the rows.
    pub(super) fn new(schema: &Schema, changes: bool) -> Table {
        Table { schema: schema.clone(), changes, widths: Vec::new(), has_heading: false }
    }

    fn heading(&self) -> Vec<String> {
        let kind = self.changes.then(|| KIND.to_owned());
        kind.into_iter().chain(self.schema.fields.iter().map(|field| shown(&field.name))).collect()
    }

    fn cells(&self, batch: &Batch, row: usize) -> Vec<String> {
        let kind = self.changes.then(|| batch.kind(row).symbol().to_owned());
        let values = batch.columns.iter().zip(&self.schema.fields).map(|(column, field)| {
            let mut value = Vec::new();
            match column.is_null(row) {
                true => value.extend_from_slice(b"NULL"),
                false => text::write_value(column, row, &field.data_type, &mut value),
            }
            shown(&String::from_utf8_lossy(&value))
        });
        kind.into_iter().chain(values).collect()
    }

    fn widen(&mut self, cells: &[String]) {
        self.widths.resize(cells.len(), 0);
        let widest = |cell: &String| cell.split('\n').map(str::width).max().unwrap_or(0);
        self.widths.iter_mut().zip(cells).for_each(|(width, cell)| *width = (*width).max(widest(cell)));
    }

    fn rule(&self, out: &mut Vec<u8>) {
        out.push(b'+');
        for width in &self.widths {
            out.extend(std::iter::repeat_n(b'-', width + 2));
            out.push(b'+');
        }
        out.push(b'\n');
    }

    fn row(&self, cells: &[String], align: impl Fn(usize) -> Align, out: &mut Vec<u8>) {
        let mut rests: Vec<_> = cells.iter().map(|cell| cell.split('\n').peekable()).collect();
        loop {
            out.push(b'|');
            for (column, (rest, width)) in rests.iter_mut().zip(&self.widths).enumerate() {
                let text = rest.next().unwrap_or_default();
                let fill = || std::iter::repeat_n(b' ', width.saturating_sub(text.width()));
                out.push(b' ');
                match align(column) {
                    Align::Left => out.extend(text.bytes().chain(fill())),
                    Align::Right => out.extend(fill().chain(text.bytes())),
                }
                out.push(if rest.peek().is_some() { b'+' } else { b' ' });
                out.push(b'|');
            }
            out.push(b'\n');
            if rests.iter_mut().all(|rest| rest.peek().is_none()) {
                return;
            }
        }
    }

    fn alignment(&self, column: usize) -> Align {
        let field = column.checked_sub(usize::from(self.changes)).and_then(|at| self.schema.fields.get(at));
        if field.is_some_and(|field| field.data_type.is_numeric()) { Align::Right } else { Align::Left }
    }

    /// The line below the last row; of a table without rows its heading, too.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.begin(out);
        self.rule(out);
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.has_heading, true) {
            let heading = self.heading();
            self.widen(&heading);
            self.rule(out);
            self.row(&heading, |_| Align::Left, out);
            self.rule(out);
        }
    }
}

impl Encoder for Table {
    /// The heading comes with the first rows, which say how wide it is.
    fn header(&mut self, _out: &mut Vec<u8>) {}

    fn encode(&mut self, batch: &Batch, out: &mut Vec<u8>) {
        let rows: Vec<Vec<String>> = (0..batch.rows()).map(|row| self.cells(batch, row)).collect();
        rows.iter().for_each(|cells| self.widen(cells));
        self.begin(out);
        rows.iter().for_each(|cells| self.row(cells, |column| self.alignment(column), out));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

/// A text as it is shown: what else than the end of a line would move the cursor is written as an escape.
fn shown(text: &str) -> String {
    let moves = |c: char| c.is_control() && c != '\n';
    if !text.contains(moves) {
        return text.to_owned();
    }
    text.chars().flat_map(|c| if moves(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Column, RowKind, StampRun};
    use crate::types::{DataType, Field, Value};

    fn batch(schema: &Schema, rows: &[(RowKind, [Value; 2])]) -> Batch {
        let mut columns: Vec<Column> = schema.types().iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        rows.iter().for_each(|(_, values)| columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value)));
        let kinds = rows.iter().map(|(kind, _)| *kind).collect();
        Batch::with_stamps(columns, rows.len(), Some(kinds), [StampRun { stamp: 1, count: rows.len() as u32 }].into())
    }

    fn check(changes: bool, batches: &[&[(RowKind, [Value; 2])]], expected: &str) {
        let schema = Schema::new(vec![Field::new("name", DataType::STRING), Field::new("n", DataType::BigInt)]);
        let (mut table, mut out) = (Table::new(&schema, changes), Vec::new());
        batches.iter().for_each(|rows| table.encode(&batch(&schema, rows), &mut out));
        table.finish(&mut out);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn columns_are_as_wide_as_their_values() {
        let first = (RowKind::Insert, [Value::text("a\tb"), Value::Int(1)]);
        let wide = (RowKind::Insert, [Value::text("日本語"), Value::Null]);
        let expected = "\
+--------+------+
| name   | n    |
+--------+------+
| a\\tb   |    1 |
| 日本語 | NULL |
+--------+------+
";
        check(false, &[&[first, wide]], expected);
        check(false, &[], "+------+---+\n| name | n |\n+------+---+\n+------+---+\n");
    }

    #[test]
    fn a_value_of_several_lines_takes_as_many() {
        let (first, second) = ([Value::text("a\n  bc\nd"), Value::Int(1)], [Value::text(""), Value::Int(2)]);
        let expected = "\
+------+---+
| name | n |
+------+---+
| a   +| 1 |
|   bc+|   |
| d    |   |
|      | 2 |
+------+---+
";
        check(false, &[&[(RowKind::Insert, first), (RowKind::Insert, second)]], expected);
    }

    #[test]
    fn a_column_becomes_wider_when_a_value_needs_it() {
        let (first, longer) = ([Value::text("a"), Value::Int(1)], [Value::text("a"), Value::Int(-20)]);
        let expected = "\
+----+------+---+
| op | name | n |
+----+------+---+
| +I | a    | 1 |
| +U | a    | -20 |
+----+------+-----+
";
        check(true, &[&[(RowKind::Insert, first)], &[(RowKind::UpdateAfter, longer)]], expected);
    }
}

//! Rows as record batches of Apache Arrow, and back. The only home of its crates.
//!
//! | SQL | Arrow, given out | taken besides |
//! |---|---|---|
//! | BOOLEAN, TINYINT to BIGINT, FLOAT, DOUBLE | Boolean, Int8 to Int64, Float32, Float64 | |
//! | DECIMAL(p, s) | Decimal128(p, s) | other precisions of the same scale |
//! | STRING, VARCHAR, JSON | Utf8 | LargeUtf8, Utf8View |
//! | BYTES | Binary | LargeBinary, BinaryView, FixedSizeBinary |
//! | DATE | Date32 | |
//! | TIME | Time64(ns) | other units |
//! | TIMESTAMP, TIMESTAMP_LTZ | Timestamp(ns), Timestamp(ns, "UTC") | other units; other zones of instants |
//! | INTERVAL DAY TO SECOND, YEAR TO MONTH | Duration(ns), Interval(YearMonth) | other units |
//! | UUID | FixedSizeBinary(16) | |
//! | `ARRAY<t>` | List | LargeList, FixedSizeList |
//! | ROW, `MAP<k, v>`, `MULTISET<t>` | Struct, Map, Map to Int32 | |
//!
//! Nothing is converted with loss: a wider integer, a float for a DECIMAL or a timestamp without a zone for an instant is refused.

mod from;
mod function;
mod to;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType as Arrow, Field, Fields, IntervalUnit, Schema as ArrowSchema, TimeUnit};

use super::rows::convert::Convert;
use super::rows::{Rows, Table};
use super::{Input, Output};
use crate::batch::{Batch, RowKind};
use crate::error::{Error, Result};
use crate::types::{DataType, Nanos, Schema};

impl Input {
    /// The schema of the record batches that can be sent.
    pub fn arrow_schema(&self) -> ArrowSchema {
        arrow_schema(self.schema())
    }
}

impl Output {
    /// The schema of the record batches that rows can become.
    pub fn arrow_schema(&self) -> ArrowSchema {
        arrow_schema(self.schema())
    }
}

fn arrow_schema(schema: &Schema) -> ArrowSchema {
    let field = |field: &crate::types::Field| Field::new(&field.name, arrow_type(&field.data_type), true);
    ArrowSchema::new(schema.fields.iter().map(field).collect::<Vec<_>>())
}

#[cold]
fn cannot(column: &str, data_type: &DataType, what: &str) -> Error {
    Error::data(format!("column '{column}' of type {data_type}: {what}"))
}

/// The Arrow type of a column.
fn arrow_type(data_type: &DataType) -> Arrow {
    match data_type {
        DataType::Null => Arrow::Null,
        DataType::Boolean => Arrow::Boolean,
        DataType::TinyInt => Arrow::Int8,
        DataType::SmallInt => Arrow::Int16,
        DataType::Int => Arrow::Int32,
        DataType::BigInt => Arrow::Int64,
        DataType::Float => Arrow::Float32,
        DataType::Double => Arrow::Float64,
        DataType::Decimal { precision, scale } => Arrow::Decimal128(*precision, *scale as i8),
        DataType::Varchar(_) | DataType::Json => Arrow::Utf8,
        DataType::Bytes | DataType::Bitmap => Arrow::Binary,
        DataType::Date => Arrow::Date32,
        DataType::Time(_) => Arrow::Time64(TimeUnit::Nanosecond),
        DataType::Timestamp(_) => Arrow::Timestamp(TimeUnit::Nanosecond, None),
        DataType::TimestampLtz(_) => Arrow::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        DataType::IntervalDay => Arrow::Duration(TimeUnit::Nanosecond),
        DataType::IntervalMonth => Arrow::Interval(IntervalUnit::YearMonth),
        DataType::Uuid => Arrow::FixedSizeBinary(16),
        DataType::Array(item) => Arrow::List(Arc::new(Field::new("item", arrow_type(item), true))),
        DataType::Row(fields) => Arrow::Struct(fields_of(fields)),
        DataType::Map(key, value) => Arrow::Map(entries_of(key, value), false),
        DataType::Multiset(item) => Arrow::Map(entries_of(item, &DataType::Int), false),
    }
}

fn fields_of(fields: &[(String, DataType)]) -> Fields {
    fields.iter().map(|(name, data_type)| Field::new(name, arrow_type(data_type), true)).collect()
}

fn entries_of(key: &DataType, value: &DataType) -> Arc<Field> {
    let fields = vec![Field::new("keys", arrow_type(key), false), Field::new("values", arrow_type(value), true)];
    Arc::new(Field::new("entries", Arrow::Struct(fields.into()), false))
}

impl Rows {
    /// The rows as a record batch of Arrow. Their kinds are not in it.
    pub fn to_arrow(&self) -> Result<RecordBatch> {
        let schema = Arc::new(arrow_schema(&self.schema));
        let mut arrays = Vec::with_capacity(self.batch.columns.len());
        for (column, field) in self.batch.columns.iter().zip(&self.schema.fields) {
            arrays.push(to::array(column, &field.data_type).map_err(|what| cannot(&field.name, &field.data_type, &what))?);
        }
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(self.len()));
        RecordBatch::try_new_with_options(schema, arrays, &options).map_err(|e| Error::internal(format!("record batch: {e}")))
    }
}

/// Its columns are found by name, in any order, and there is one for each of the table.
impl Convert for &RecordBatch {
    fn batch(self, table: &Table, stamp: Nanos) -> Result<Batch> {
        of_arrow(self, None, table, stamp)
    }
}

impl Convert for RecordBatch {
    fn batch(self, table: &Table, stamp: Nanos) -> Result<Batch> {
        of_arrow(&self, None, table, stamp)
    }
}

/// With a kind for each row.
impl Convert for (RecordBatch, Vec<RowKind>) {
    fn batch(self, table: &Table, stamp: Nanos) -> Result<Batch> {
        of_arrow(&self.0, Some(self.1), table, stamp)
    }
}

fn of_arrow(given: &RecordBatch, kinds: Option<Vec<RowKind>>, table: &Table, stamp: Nanos) -> Result<Batch> {
    let (rows, schema) = (given.num_rows(), given.schema());
    if let Some(kinds) = kinds.as_ref().filter(|kinds| kinds.len() != rows) {
        return Err(table.wrong(format!("{} kinds for {rows} rows", kinds.len())));
    }
    let is_known = |name: &str| table.schema.index_of(name).is_some();
    if let Some(field) = schema.fields().iter().find(|field| !is_known(field.name())) {
        return Err(table.wrong(format!("the table has no column '{}'", field.name())));
    }
    let mut columns = Vec::with_capacity(table.schema.fields.len());
    for field in &table.schema.fields {
        let mut named = (0..given.num_columns()).filter(|at| schema.field(*at).name().eq_ignore_ascii_case(&field.name));
        let (Some(at), None) = (named.next(), named.next()) else {
            return Err(table.wrong(format!("column '{}' is not there, or more than once", field.name)));
        };
        let column = from::column(given.column(at), &field.data_type);
        columns.push(column.map_err(|what| table.wrong(format!("column '{}' of type {}: {what}", field.name, field.data_type)))?);
    }
    table.accept(columns, rows, kinds, stamp)
}

//! Rows on their way between the program and a job: columns inside, with the schema that says what they are. What does not fit its column is
//! refused here, with row and column, on the thread that sends it.

use std::fmt;
use std::sync::Arc;

use crate::batch::text::row_text;
use crate::batch::{Batch, Column, RowKind};
use crate::error::{Error, Result};
use crate::format::push_text;
use crate::types::relation::Changelog;
use crate::types::time::{DAY, cut};
use crate::types::{self, DataType, Nanos, Schema, TableDef, Value, decimal};

/// Rows of a table or a result, with their kinds.
#[derive(Debug, Clone)]
pub struct Rows {
    pub(super) batch: Batch,
    pub(super) schema: Arc<Schema>,
}

impl Rows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.batch.rows()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What row `row` says of the result. Panics if there is no such row.
    pub fn kind(&self, row: usize) -> RowKind {
        assert!(row < self.len(), "row {row} of {}", self.len());
        self.batch.kind(row)
    }

    /// What each row says; `None` where all are `Insert`.
    pub fn kinds(&self) -> Option<&[RowKind]> {
        self.batch.kinds.as_deref()
    }

    /// The values of row `row`. Panics if there is no such row.
    pub fn row(&self, row: usize) -> Vec<Value> {
        assert!(row < self.len(), "row {row} of {}", self.len());
        self.batch.row(row, &self.schema.types())
    }

    /// The values of all rows.
    pub fn to_vec(&self) -> Vec<Vec<Value>> {
        let types = self.schema.types();
        (0..self.len()).map(|row| self.batch.row(row, &types)).collect()
    }

    /// The values of all rows with their kinds.
    pub fn changes(&self) -> Vec<(RowKind, Vec<Value>)> {
        self.to_vec().into_iter().enumerate().map(|(row, values)| (self.batch.kind(row), values)).collect()
    }
}

/// A line for each row, as the `print` connector writes it: `+I[ACME, 150]`.
impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types = self.schema.types();
        (0..self.len()).try_for_each(|row| {
            let line_end = if row > 0 { "\n" } else { "" };
            write!(f, "{line_end}{}{}", self.batch.kind(row).symbol(), row_text(&self.batch, row, &types))
        })
    }
}

/// The columns of a table that the program sends.
#[derive(Debug)]
pub struct Table {
    name: String,
    columns: Vec<types::Column>,
    changelog: Changelog,
    pub(super) has_time: bool,
    pub(super) schema: Arc<Schema>,
}

impl Table {
    pub(super) fn new(table: &TableDef, changelog: Changelog) -> Self {
        let fields = table.columns.iter().map(|column| types::Field::new(&*column.name, column.data_type.clone())).collect();
        let (name, columns, schema) = (table.name.clone(), table.columns.clone(), Arc::new(Schema::new(fields)));
        Self { name, columns, changelog, has_time: table.event_time.is_some(), schema }
    }

    /// An error of rows of this table.
    pub(super) fn wrong(&self, what: impl fmt::Display) -> Error {
        Error::data(format!("rows for table '{}': {what}", self.name))
    }

    /// The batch, if its columns may stand in the table; it is said to arrive at `stamp`.
    pub(super) fn accept(&self, columns: Vec<Column>, rows: usize, kinds: Option<Vec<RowKind>>, stamp: Nanos) -> Result<Batch> {
        for (column, def) in columns.iter().zip(&self.columns) {
            if def.not_null
                && let Some(row) = (0..rows).find(|row| column.is_null(*row))
            {
                return Err(self.wrong(format!("row {row}: column '{}' is NULL, but declared NOT NULL", def.name)));
            }
        }
        let kinds = kinds.filter(|kinds| kinds.iter().any(|kind| *kind != RowKind::Insert));
        if let (Some(kinds), Changelog::Append) = (&kinds, self.changelog) {
            let row = kinds.iter().position(|kind| *kind != RowKind::Insert).unwrap_or_default();
            let error = self.wrong(format!("row {row} is {}, and the table takes +I alone", kinds[row].symbol()));
            return Err(error.hint("rows of a table WITH ('changelog' = 'retract') or 'upsert' may change"));
        }
        let mut batch = Batch::new(columns, rows, stamp);
        batch.kinds = kinds;
        Ok(batch)
    }

    fn of_values(&self, rows: impl Iterator<Item = (RowKind, Vec<Value>)>, stamp: Nanos) -> Result<Batch> {
        let mut columns: Vec<Column> = self.columns.iter().map(|column| Column::with_capacity(&column.data_type, 0)).collect();
        let mut kinds = Vec::new();
        for (row, (kind, values)) in rows.enumerate() {
            if values.len() != columns.len() {
                let wanted = self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
                return Err(self.wrong(format!("row {row} has {} values for {} columns: {wanted}", values.len(), columns.len())));
            }
            for ((column, def), value) in columns.iter_mut().zip(&self.columns).zip(&values) {
                if !push(column, &def.data_type, value) {
                    return Err(self.wrong(format!("row {row}: {value:?} is no {} for column '{}'", def.data_type, def.name)));
                }
            }
            kinds.push(kind);
        }
        self.accept(columns, kinds.len(), Some(kinds), stamp)
    }
}

/// Appends a value, if it is one of the type. Fractions of a second beyond its precision are cut, as in every format.
pub(super) fn push(column: &mut Column, data_type: &DataType, value: &Value) -> bool {
    use DataType as T;
    let fits = match (data_type, value) {
        (T::Time(precision), Value::Int(n)) if (0..DAY).contains(n) => {
            column.push(&Value::Int(cut(*n, *precision)));
            return true;
        }
        (T::Timestamp(precision) | T::TimestampLtz(precision), Value::Int(n)) => {
            column.push(&Value::Int(cut(*n, *precision)));
            return true;
        }
        (nested, Value::Str(text)) if nested.is_nested() || *nested == T::Json => return push_text(column, nested, text),
        (_, Value::Null)
        | (T::Boolean, Value::Bool(_))
        | (T::BigInt | T::IntervalDay, Value::Int(_))
        | (T::Float | T::Double, Value::Double(_))
        | (T::Uuid, Value::Decimal(_))
        | (T::Varchar(None), Value::Str(_))
        | (T::Bytes, Value::Bytes(_)) => true,
        (T::TinyInt, Value::Int(n)) => i8::try_from(*n).is_ok(),
        (T::SmallInt, Value::Int(n)) => i16::try_from(*n).is_ok(),
        (T::Int | T::Date | T::IntervalMonth, Value::Int(n)) => i32::try_from(*n).is_ok(),
        (T::Decimal { precision, .. }, Value::Decimal(units)) => decimal::fits(*units, *precision),
        (T::Varchar(Some(max)), Value::Str(text)) => text.chars().count() <= *max as usize,
        _ => false,
    };
    if fits {
        column.push(value);
    }
    fits
}

/// What can be sent: rows of values, the same with kinds, or `Rows`.
pub trait IntoRows: convert::Convert {}

impl<T: convert::Convert> IntoRows for T {}

pub(super) mod convert {
    //! How rows become columns of a table; nobody outside can add a way.

    use super::{Batch, Nanos, Result, RowKind, Rows, Table, Value};

    /// Rows that can become those of a table.
    pub trait Convert {
        /// As a batch of the table that arrives at `stamp`.
        fn batch(self, table: &Table, stamp: Nanos) -> Result<Batch>;
    }

    impl Convert for Vec<Vec<Value>> {
        fn batch(self, table: &Table, stamp: Nanos) -> Result<Batch> {
            table.of_values(self.into_iter().map(|values| (RowKind::Insert, values)), stamp)
        }
    }

    impl<const N: usize> Convert for [Vec<Value>; N] {
        fn batch(self, table: &Table, stamp: Nanos) -> Result<Batch> {
            Vec::from(self).batch(table, stamp)
        }
    }

    impl Convert for Vec<(RowKind, Vec<Value>)> {
        fn batch(self, table: &Table, stamp: Nanos) -> Result<Batch> {
            table.of_values(self.into_iter(), stamp)
        }
    }

    impl Convert for Rows {
        fn batch(self, table: &Table, stamp: Nanos) -> Result<Batch> {
            let (given, wanted) = (self.schema.types(), table.schema.types());
            if given != wanted {
                let list =
                    |types: &[crate::types::DataType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                return Err(table.wrong(format!("their columns are {}, those of the table {}", list(&given), list(&wanted))));
            }
            let rows = self.len();
            table.accept(self.batch.columns, rows, self.batch.kinds, stamp)
        }
    }
}

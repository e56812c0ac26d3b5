//! Names and types of rows, and what a table's definition says.

use super::{DataType, Options};
use crate::error::Span;

/// A named, typed column of a stream of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name as written; look-ups ignore case.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
}

impl Field {
    /// A field.
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), data_type }
    }
}

/// The columns of a stream of rows, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// The columns.
    pub fields: Vec<Field>,
}

impl Schema {
    /// A schema of these fields.
    pub fn new(fields: Vec<Field>) -> Self {
        Self { fields }
    }

    /// Position of the column with this name, ignoring case.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name.eq_ignore_ascii_case(name))
    }

    /// The types, in order.
    pub fn types(&self) -> Vec<DataType> {
        self.fields.iter().map(|f| f.data_type.clone()).collect()
    }
}

/// Where the values of a table's column come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// A field of the record.
    Physical,
    /// `METADATA FROM 'key'`: something the connector knows about the record.
    Metadata(String),
}

/// A column that a connector delivers or takes. Computed columns are the plan's business and do not stand here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name as written.
    pub name: String,
    /// Declared type.
    pub data_type: DataType,
    /// Where it comes from.
    pub kind: ColumnKind,
    /// It takes no NULL: one sets the row aside.
    pub not_null: bool,
}

/// What a connector needs to know of a table.
#[derive(Debug, Clone)]
pub struct TableDef {
    /// Name as written.
    pub name: String,
    /// Place of the name in its CREATE TABLE.
    pub span: Span,
    /// Physical and metadata columns in declared order.
    pub columns: Vec<Column>,
    /// The WITH options.
    pub options: Options,
    /// Names of the PRIMARY KEY columns, empty without one.
    pub primary_key: Vec<String>,
    /// Event-time column (physical, metadata or computed), if a watermark is declared.
    pub event_time: Option<String>,
}

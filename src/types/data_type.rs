//! SQL data types and how each is laid out in memory.

use std::borrow::Cow;
use std::fmt;

/// A SQL type. Nullability is a matter of the column, not of the type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataType {
    /// The type of a bare NULL; coerces to every other.
    Null,
    /// BOOLEAN
    Boolean,
    /// TINYINT, 8 bits
    TinyInt,
    /// SMALLINT, 16 bits
    SmallInt,
    /// INT, 32 bits
    Int,
    /// BIGINT, 64 bits
    BigInt,
    /// FLOAT, 32 bits
    Float,
    /// DOUBLE, 64 bits
    Double,
    /// DECIMAL(precision, scale): an i128 of units of 10^-scale; precision 1..=38, scale 0..=precision.
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits behind the point.
        scale: u8,
    },
    /// VARCHAR / STRING / CHAR: UTF-8 text, with the greatest length in characters if one was declared.
    Varchar(Option<u32>),
    /// BYTES / VARBINARY / BINARY
    Bytes,
    /// DATE: days since 1970-01-01
    Date,
    /// TIME(p): nanoseconds since midnight
    Time(u8),
    /// TIMESTAMP(p): nanoseconds since 1970-01-01T00:00:00 without a zone; p = 0..=9 digits are printed
    Timestamp(u8),
    /// TIMESTAMP_LTZ(p): nanoseconds since 1970-01-01T00:00:00Z
    TimestampLtz(u8),
    /// INTERVAL DAY TO SECOND: nanoseconds
    IntervalDay,
    /// INTERVAL YEAR TO MONTH: months
    IntervalMonth,
    /// `ARRAY<t>`; carried as JSON text
    Array(Box<DataType>),
    /// `ROW<name type, ...>`; carried as JSON text
    Row(Vec<(String, DataType)>),
    /// `MAP<k, v>`; carried as JSON text
    Map(Box<DataType>, Box<DataType>),
    /// `MULTISET<t>`; carried as the JSON text of a MAP that says how often each value is there
    Multiset(Box<DataType>),
    /// JSON text
    Json,
    /// UUID: 16 bytes, an i128 in the order of the bytes
    Uuid,
    /// BITMAP: a set of integers as bytes, see `types::bitmap`
    Bitmap,
}

/// How the values of a type are laid out in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Representation {
    /// one `bool` a row
    Bool,
    /// `i8`
    I8,
    /// `i16`
    I16,
    /// `i32`: INT, DATE, INTERVAL YEAR TO MONTH
    I32,
    /// `i64`: BIGINT, times, timestamps, INTERVAL DAY TO SECOND
    I64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `i128`: DECIMAL, UUID
    I128,
    /// 16-byte string views: text, bytes, bitmaps, JSON and nested types
    Str,
}

impl DataType {
    /// VARCHAR without a declared length.
    pub const STRING: DataType = DataType::Varchar(None);

    /// How values of this type are laid out. A bare NULL is laid out as BOOLEAN.
    pub fn representation(&self) -> Representation {
        match self {
            DataType::Null | DataType::Boolean => Representation::Bool,
            DataType::TinyInt => Representation::I8,
            DataType::SmallInt => Representation::I16,
            DataType::Int | DataType::Date | DataType::IntervalMonth => Representation::I32,
            DataType::BigInt | DataType::Time(_) | DataType::Timestamp(_) | DataType::TimestampLtz(_) | DataType::IntervalDay => {
                Representation::I64
            }
            DataType::Float => Representation::F32,
            DataType::Double => Representation::F64,
            DataType::Decimal { .. } | DataType::Uuid => Representation::I128,
            DataType::Varchar(_)
            | DataType::Bytes
            | DataType::Array(_)
            | DataType::Row(_)
            | DataType::Map(..)
            | DataType::Multiset(_)
            | DataType::Json
            | DataType::Bitmap => Representation::Str,
        }
    }

    /// TINYINT, SMALLINT, INT or BIGINT.
    pub fn is_integer(&self) -> bool {
        matches!(self, DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt)
    }

    /// An integer, FLOAT, DOUBLE or DECIMAL.
    pub fn is_numeric(&self) -> bool {
        self.is_integer() || matches!(self, DataType::Float | DataType::Double | DataType::Decimal { .. })
    }

    /// ARRAY, ROW, MAP or MULTISET: carried as JSON text, of which neither equality nor order is that of the value.
    pub fn is_nested(&self) -> bool {
        matches!(self, DataType::Array(_) | DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_))
    }

    /// BYTES or BITMAP: bytes that are no text.
    pub fn is_binary(&self) -> bool {
        matches!(self, DataType::Bytes | DataType::Bitmap)
    }

    /// VARCHAR of any length.
    pub fn is_text(&self) -> bool {
        matches!(self, DataType::Varchar(_))
    }

    /// TIMESTAMP or TIMESTAMP_LTZ.
    pub fn is_timestamp(&self) -> bool {
        matches!(self, DataType::Timestamp(_) | DataType::TimestampLtz(_))
    }

    /// Whether a cast of timestamps of `from` to this type leaves each the same nanosecond.
    pub fn holds_times_of(&self, from: &DataType) -> bool {
        let digits = |data_type: &DataType| match data_type {
            DataType::Timestamp(digits) | DataType::TimestampLtz(digits) => Some(*digits),
            _ => None,
        };
        digits(from).zip(digits(self)).is_some_and(|(from, to)| from <= to)
    }

    /// Writes the name of the type, those of the types in it that have no parts by `leaf`.
    pub(super) fn write_name<'a>(&'a self, f: &mut fmt::Formatter<'_>, leaf: &mut WriteLeaf<'a>) -> fmt::Result {
        match self {
            DataType::Array(item) => f.write_str("ARRAY<").and_then(|()| item.write_name(f, leaf))?,
            DataType::Multiset(item) => f.write_str("MULTISET<").and_then(|()| item.write_name(f, leaf))?,
            DataType::Map(key, value) => {
                f.write_str("MAP<").and_then(|()| key.write_name(f, leaf))?;
                f.write_str(", ").and_then(|()| value.write_name(f, leaf))?;
            }
            DataType::Row(fields) => {
                f.write_str("ROW<")?;
                for (at, (name, field)) in fields.iter().enumerate() {
                    write!(f, "{}{} ", if at > 0 { ", " } else { "" }, as_name(name))?;
                    field.write_name(f, leaf)?;
                }
            }
            _ => return leaf(self, f),
        }
        f.write_str(">")
    }
}

/// Writes the name of a type without parts.
type WriteLeaf<'a> = dyn FnMut(&'a DataType, &mut fmt::Formatter<'_>) -> fmt::Result + 'a;

/// A name as it is written: in quotes where it is more than letters, digits, `_` and `$`.
fn as_name(name: &str) -> Cow<'_, str> {
    let is_plain = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    if is_plain { Cow::Borrowed(name) } else { Cow::Owned(format!("`{}`", name.replace('`', "``"))) }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataType::Null => f.write_str("NULL"),
            DataType::Boolean => f.write_str("BOOLEAN"),
            DataType::TinyInt => f.write_str("TINYINT"),
            DataType::SmallInt => f.write_str("SMALLINT"),
            DataType::Int => f.write_str("INT"),
            DataType::BigInt => f.write_str("BIGINT"),
            DataType::Float => f.write_str("FLOAT"),
            DataType::Double => f.write_str("DOUBLE"),
            DataType::Decimal { precision, scale } => write!(f, "DECIMAL({precision}, {scale})"),
            DataType::Varchar(None) => f.write_str("STRING"),
            DataType::Varchar(Some(n)) => write!(f, "VARCHAR({n})"),
            DataType::Bytes => f.write_str("BYTES"),
            DataType::Date => f.write_str("DATE"),
            DataType::Time(p) => write!(f, "TIME({p})"),
            DataType::Timestamp(p) => write!(f, "TIMESTAMP({p})"),
            DataType::TimestampLtz(p) => write!(f, "TIMESTAMP_LTZ({p})"),
            DataType::IntervalDay => f.write_str("INTERVAL DAY TO SECOND"),
            DataType::IntervalMonth => f.write_str("INTERVAL YEAR TO MONTH"),
            DataType::Array(_) | DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_) => {
                self.write_name(f, &mut |part, f| part.fmt(f))
            }
            DataType::Json => f.write_str("JSON"),
            DataType::Uuid => f.write_str("UUID"),
            DataType::Bitmap => f.write_str("BITMAP"),
        }
    }
}

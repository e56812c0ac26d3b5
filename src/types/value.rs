//! One value by itself: literals, options, rows in tests. Never on the row road once per row.

/// A value whose exact type is told by its column or literal; the variant tells only its representation family.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL of any type
    Null,
    /// BOOLEAN
    Bool(bool),
    /// Every type laid out as i8, i16, i32 or i64: integers, DATE, TIME, timestamps, intervals
    Int(i64),
    /// FLOAT (exactly representable) and DOUBLE
    Double(f64),
    /// DECIMAL: units of 10^-scale; UUID: see `types::uuid`
    Decimal(i128),
    /// Text, JSON and nested types
    Str(Box<str>),
    /// BYTES
    Bytes(Box<[u8]>),
}

impl Value {
    /// Text value.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Value::Str(text.into())
    }

    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

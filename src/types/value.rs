//! One value by itself: literals, options, rows in tests. Never on the row road once per row.

/// A value whose exact type is told by its column or literal; the variant tells only its representation family.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
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
    /// BYTES and BITMAP
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

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Value::Int(value.into())
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Double(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::text(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::text(value)
    }
}

/// `None` is NULL.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

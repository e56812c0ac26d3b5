//! One column: typed contiguous values and, where there are NULLs, a validity bitmap.
//!
//! A NULL row's value is unspecified but present, so kernels may compute on it and ignore the result.

use std::ops::Range;

use super::compress::compress;
use super::{Bitmap, Selection, StrColumn};
use crate::sys::prefetch::prefetch;
use crate::types::{DataType, Representation, Value};

/// Bytes of a cache line of this class of processors.
const LINE_BYTES: usize = 64;

/// Lines of a column that are asked for ahead: as many as it takes until the processor sees the direction by itself.
const PREFETCH_LINES: usize = 8;

/// The values of a column by representation.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// `bool`
    Bool(Vec<bool>),
    /// `i8`
    I8(Vec<i8>),
    /// `i16`
    I16(Vec<i16>),
    /// `i32`
    I32(Vec<i32>),
    /// `i64`
    I64(Vec<i64>),
    /// `f32`
    F32(Vec<f32>),
    /// `f64`
    F64(Vec<f64>),
    /// `i128`
    I128(Vec<i128>),
    /// strings
    Str(StrColumn),
}

/// Runs `$body` with `$v` bound to the vector of whichever fixed-width variant `$values` is, or `$s` to the strings.
macro_rules! for_values {
    ($values:expr, $v:ident => $body:expr, $s:ident => $strings:expr) => {
        match $values {
            $crate::batch::Values::Bool($v) => $body,
            $crate::batch::Values::I8($v) => $body,
            $crate::batch::Values::I16($v) => $body,
            $crate::batch::Values::I32($v) => $body,
            $crate::batch::Values::I64($v) => $body,
            $crate::batch::Values::F32($v) => $body,
            $crate::batch::Values::F64($v) => $body,
            $crate::batch::Values::I128($v) => $body,
            $crate::batch::Values::Str($s) => $strings,
        }
    };
}

/// A column of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The values; unspecified where the row is NULL.
    pub values: Values,
    /// Which rows have a value; `None` when all have.
    pub validity: Option<Bitmap>,
}

impl Values {
    /// No values, room for `rows`.
    pub fn with_capacity(representation: Representation, rows: usize) -> Self {
        match representation {
            Representation::Bool => Values::Bool(Vec::with_capacity(rows)),
            Representation::I8 => Values::I8(Vec::with_capacity(rows)),
            Representation::I16 => Values::I16(Vec::with_capacity(rows)),
            Representation::I32 => Values::I32(Vec::with_capacity(rows)),
            Representation::I64 => Values::I64(Vec::with_capacity(rows)),
            Representation::F32 => Values::F32(Vec::with_capacity(rows)),
            Representation::F64 => Values::F64(Vec::with_capacity(rows)),
            Representation::I128 => Values::I128(Vec::with_capacity(rows)),
            Representation::Str => Values::Str(StrColumn::with_capacity(rows)),
        }
    }

    /// How the values are laid out.
    pub fn representation(&self) -> Representation {
        match self {
            Values::Bool(_) => Representation::Bool,
            Values::I8(_) => Representation::I8,
            Values::I16(_) => Representation::I16,
            Values::I32(_) => Representation::I32,
            Values::I64(_) => Representation::I64,
            Values::F32(_) => Representation::F32,
            Values::F64(_) => Representation::F64,
            Values::I128(_) => Representation::I128,
            Values::Str(_) => Representation::Str,
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        for_values!(self, v => v.len(), s => s.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn gather_vec<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| values[*row as usize]).collect()
}

fn prefetch_first<T>(values: &[T]) {
    let in_line = (LINE_BYTES / size_of::<T>()).max(1);
    values.chunks(in_line).take(PREFETCH_LINES).for_each(|line| prefetch(&line[0]));
}

fn set_default<T: Copy + Default>(values: &mut Vec<T>, rows: usize) {
    values.resize(values.len() + rows, T::default());
}

impl Column {
    /// A column without NULLs.
    pub fn from_values(values: Values) -> Self {
        Self { values, validity: None }
    }

    /// No rows of this type, room for `rows`.
    pub fn with_capacity(data_type: &DataType, rows: usize) -> Self {
        Self::from_values(Values::with_capacity(data_type.representation(), rows))
    }

    /// `rows` NULLs of this type.
    pub fn nulls(data_type: &DataType, rows: usize) -> Self {
        let mut column = Self::with_capacity(data_type, rows);
        for_values!(&mut column.values, v => set_default(v, rows), s => s.extend_empty(rows));
        column.validity = Some(Bitmap::filled(rows, false));
        column
    }

    /// `rows` times the same value. Panics if the value is of another representation than the type.
    pub fn constant(data_type: &DataType, value: &Value, rows: usize) -> Self {
        let mut column = Self::with_capacity(data_type, rows);
        for _ in 0..rows {
            column.push(value);
        }
        column
    }

    /// Asks for the first lines of the values; those behind them come by themselves once a loop runs over the first.
    pub fn prefetch(&self) {
        for_values!(&self.values, v => prefetch_first(v), _s => ());
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether row `row` is NULL.
    #[inline]
    pub fn is_null(&self, row: usize) -> bool {
        self.validity.as_ref().is_some_and(|v| !v.get(row))
    }

    /// Whether any row is NULL.
    pub fn has_nulls(&self) -> bool {
        self.validity.as_ref().is_some_and(|v| v.count_ones() < v.len())
    }

    /// Marks row `row` as NULL.
    pub fn set_null(&mut self, row: usize) {
        let len = self.len();
        self.validity.get_or_insert_with(|| Bitmap::filled(len, true)).set(row, false);
    }

    /// Adds a NULL.
    pub fn push_null(&mut self) {
        let len = self.len();
        for_values!(&mut self.values, v => set_default(v, 1), s => s.extend_empty(1));
        self.validity.get_or_insert_with(|| Bitmap::filled(len, true)).push(false);
    }

    /// Records that the value just pushed onto `values` is there. Must follow every direct push.
    #[inline]
    pub fn mark_valid(&mut self) {
        if let Some(validity) = &mut self.validity {
            validity.push(true);
        }
    }

    /// Adds the bytes of a text to a column of such.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        match &mut self.values {
            Values::Str(texts) => texts.push(bytes),
            other => panic!("bytes pushed onto a column of {:?}", other.representation()),
        }
        self.mark_valid();
    }

    /// Adds a value, an integer being narrowed to the column's width. Panics if it is of another representation.
    pub fn push(&mut self, value: &Value) {
        match (&mut self.values, value) {
            (_, Value::Null) => return self.push_null(),
            (Values::Bool(v), Value::Bool(b)) => v.push(*b),
            (Values::I8(v), Value::Int(n)) => v.push(*n as i8),
            (Values::I16(v), Value::Int(n)) => v.push(*n as i16),
            (Values::I32(v), Value::Int(n)) => v.push(*n as i32),
            (Values::I64(v), Value::Int(n)) => v.push(*n),
            (Values::F32(v), Value::Double(d)) => v.push(*d as f32),
            (Values::F64(v), Value::Double(d)) => v.push(*d),
            (Values::I128(v), Value::Decimal(d)) => v.push(*d),
            (Values::Str(v), Value::Str(s)) => v.push(s.as_bytes()),
            (Values::Str(v), Value::Bytes(b)) => v.push(b),
            (values, value) => panic!("{value:?} pushed onto a column of {:?}", values.representation()),
        }
        self.mark_valid();
    }

    /// The value of row `row`, for messages, tests and state that is not hot.
    pub fn value(&self, row: usize, data_type: &DataType) -> Value {
        if self.is_null(row) {
            return Value::Null;
        }
        match &self.values {
            Values::Bool(v) => Value::Bool(v[row]),
            Values::I8(v) => Value::Int(v[row].into()),
            Values::I16(v) => Value::Int(v[row].into()),
            Values::I32(v) => Value::Int(v[row].into()),
            Values::I64(v) => Value::Int(v[row]),
            Values::F32(v) => Value::Double(v[row].into()),
            Values::F64(v) => Value::Double(v[row]),
            Values::I128(v) => Value::Decimal(v[row]),
            Values::Str(v) if data_type.is_binary() => Value::Bytes(v.bytes(row).into()),
            Values::Str(v) => Value::text(v.text(row)),
        }
    }

    /// Keeps the first `rows` rows.
    pub fn truncate(&mut self, rows: usize) {
        for_values!(&mut self.values, v => v.truncate(rows), s => s.truncate(rows));
        if let Some(validity) = &mut self.validity {
            validity.truncate(rows);
        }
        if rows == 0 {
            self.validity = None;
        }
    }

    /// The selected rows as a new column. Hot: once per batch.
    pub fn gather(&self, selection: &Selection) -> Column {
        match selection {
            Selection::All(rows) => {
                let mut column = self.clone();
                column.truncate(*rows);
                column
            }
            Selection::Rows(rows) => self.gather_rows(rows),
        }
    }

    /// These rows, in this order, as a new column. Hot: once per batch.
    pub fn gather_rows(&self, rows: &[u32]) -> Column {
        let values = match &self.values {
            Values::Bool(v) => Values::Bool(gather_vec(v, rows)),
            Values::I8(v) => Values::I8(gather_vec(v, rows)),
            Values::I16(v) => Values::I16(gather_vec(v, rows)),
            Values::I32(v) => Values::I32(gather_vec(v, rows)),
            Values::I64(v) => Values::I64(gather_vec(v, rows)),
            Values::F32(v) => Values::F32(gather_vec(v, rows)),
            Values::F64(v) => Values::F64(gather_vec(v, rows)),
            Values::I128(v) => Values::I128(gather_vec(v, rows)),
            Values::Str(v) => Values::Str(v.gather(rows.iter().copied())),
        };
        let validity = self.validity.as_ref().map(|v| rows.iter().map(|row| v.get(*row as usize)).collect());
        Column { values, validity }
    }

    /// The rows of a range as a new column. Hot: once per batch.
    pub fn slice(&self, rows: Range<usize>) -> Column {
        let values = match &self.values {
            Values::Bool(v) => Values::Bool(v[rows.clone()].to_vec()),
            Values::I8(v) => Values::I8(v[rows.clone()].to_vec()),
            Values::I16(v) => Values::I16(v[rows.clone()].to_vec()),
            Values::I32(v) => Values::I32(v[rows.clone()].to_vec()),
            Values::I64(v) => Values::I64(v[rows.clone()].to_vec()),
            Values::F32(v) => Values::F32(v[rows.clone()].to_vec()),
            Values::F64(v) => Values::F64(v[rows.clone()].to_vec()),
            Values::I128(v) => Values::I128(v[rows.clone()].to_vec()),
            Values::Str(v) => Values::Str(v.gather(rows.clone().map(|row| row as u32))),
        };
        Column { values, validity: self.validity.as_ref().map(|v| rows.map(|row| v.get(row)).collect()) }
    }

    /// As `gather_rows`, and NULL where the number is `none`. Hot: once per batch.
    pub fn gather_or_null(&self, rows: &[u32], none: u32, data_type: &DataType) -> Column {
        if !rows.contains(&none) {
            return self.gather_rows(rows);
        }
        if self.is_empty() {
            return Column::nulls(data_type, rows.len());
        }
        // What stands where there is no row is not looked at.
        let places: Vec<u32> = rows.iter().map(|row| if *row == none { 0 } else { *row }).collect();
        let mut column = self.gather_rows(&places);
        (0..rows.len()).filter(|at| rows[*at] == none).for_each(|at| column.set_null(at));
        column
    }

    /// The rows whose bit is set, of which there are `count`, as a new column. Hot: once per batch.
    pub fn compress(&self, words: &[u64], count: usize) -> Column {
        let values = match &self.values {
            Values::Bool(v) => Values::Bool(compress(v, words, count)),
            Values::I8(v) => Values::I8(compress(v, words, count)),
            Values::I16(v) => Values::I16(compress(v, words, count)),
            Values::I32(v) => Values::I32(compress(v, words, count)),
            Values::I64(v) => Values::I64(compress(v, words, count)),
            Values::F32(v) => Values::F32(compress(v, words, count)),
            Values::F64(v) => Values::F64(compress(v, words, count)),
            Values::I128(v) => Values::I128(compress(v, words, count)),
            Values::Str(v) => Values::Str(v.compress(words, count)),
        };
        Column { values, validity: self.validity.as_ref().map(|v| v.compress(words)) }
    }

    /// Appends all rows of a column of the same representation. Panics if it is another.
    pub fn append(&mut self, other: &Column) {
        let len = self.len();
        match (&mut self.values, &other.values) {
            (Values::Bool(a), Values::Bool(b)) => a.extend_from_slice(b),
            (Values::I8(a), Values::I8(b)) => a.extend_from_slice(b),
            (Values::I16(a), Values::I16(b)) => a.extend_from_slice(b),
            (Values::I32(a), Values::I32(b)) => a.extend_from_slice(b),
            (Values::I64(a), Values::I64(b)) => a.extend_from_slice(b),
            (Values::F32(a), Values::F32(b)) => a.extend_from_slice(b),
            (Values::F64(a), Values::F64(b)) => a.extend_from_slice(b),
            (Values::I128(a), Values::I128(b)) => a.extend_from_slice(b),
            (Values::Str(a), Values::Str(b)) => a.append(b),
            (a, b) => panic!("{:?} appended to {:?}", b.representation(), a.representation()),
        }
        if self.validity.is_some() || other.validity.is_some() {
            let validity = self.validity.get_or_insert_with(|| Bitmap::filled(len, true));
            (0..other.len()).for_each(|row| validity.push(!other.is_null(row)));
        }
    }

    /// Bytes held by the column.
    pub fn memory_bytes(&self) -> usize {
        fn bytes_of<T>(values: &Vec<T>) -> usize {
            values.capacity() * size_of::<T>()
        }
        for_values!(&self.values, v => bytes_of(v), s => s.memory_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_follow_their_rows() {
        let mut column = Column::with_capacity(&DataType::BigInt, 4);
        for value in [Value::Int(1), Value::Null, Value::Int(3)] {
            column.push(&value);
        }
        let mut other = column.gather(&Selection::Rows(vec![1, 2]));
        assert_eq!(other, column.slice(1..3));
        other.append(&column);
        let values: Vec<Value> = (0..other.len()).map(|row| other.value(row, &DataType::BigInt)).collect();
        assert_eq!(values, [Value::Null, Value::Int(3), Value::Int(1), Value::Null, Value::Int(3)]);
        other.truncate(1);
        assert!(other.has_nulls() && other.len() == 1);
    }
}

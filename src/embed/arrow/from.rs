//! Arrays to columns, with the checks that the declared type asks for. What is nested becomes the JSON text of its value.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{self, ArrowPrimitiveType, ArrowTimestampType};
use arrow_array::{Array, OffsetSizeTrait};
use arrow_schema::{DataType as Arrow, IntervalUnit, TimeUnit};

use crate::batch::text::{write_json_key, write_json_parts, write_json_string, write_json_value};
use crate::batch::{Column, StrColumn, Values};
use crate::format::push_text;
use crate::types::time::{DAY, cut};
use crate::types::{DataType, decimal, uuid};

/// Why an array is no column of a type.
type Converted<T> = std::result::Result<T, String>;

/// An array as a column of this type.
pub(super) fn column(array: &dyn Array, data_type: &DataType) -> Converted<Column> {
    use {Arrow as A, DataType as T};
    let values = match (data_type, array.data_type()) {
        (T::Null, A::Null) => return Ok(Column::nulls(data_type, array.len())),
        (T::Boolean, A::Boolean) => Values::Bool(array.as_boolean().values().iter().collect()),
        (T::TinyInt, A::Int8) => Values::I8(primitive::<types::Int8Type>(array)),
        (T::SmallInt, A::Int16) => Values::I16(primitive::<types::Int16Type>(array)),
        (T::Int, A::Int32) => Values::I32(primitive::<types::Int32Type>(array)),
        (T::BigInt, A::Int64) => Values::I64(primitive::<types::Int64Type>(array)),
        (T::Float, A::Float32) => Values::F32(primitive::<types::Float32Type>(array)),
        (T::Double, A::Float64) => Values::F64(primitive::<types::Float64Type>(array)),
        (T::Date, A::Date32) => Values::I32(primitive::<types::Date32Type>(array)),
        (T::IntervalMonth, A::Interval(IntervalUnit::YearMonth)) => Values::I32(primitive::<types::IntervalYearMonthType>(array)),
        (T::Decimal { precision, scale }, A::Decimal128(_, given)) if i16::from(*given) == i16::from(*scale) => {
            let fits = |units: i128| decimal::fits(units, *precision).then_some(units);
            Values::I128(checked::<types::Decimal128Type, _>(array, fits)?)
        }
        (T::Time(p), A::Time32(unit) | A::Time64(unit)) => Values::I64(times(array, *unit, *p)?),
        (T::Timestamp(p), A::Timestamp(unit, None)) | (T::TimestampLtz(p), A::Timestamp(unit, Some(_))) => {
            Values::I64(timestamps(array, *unit, *p)?)
        }
        (T::IntervalDay, A::Duration(unit)) => Values::I64(durations(array, *unit)?),
        (T::Uuid, A::FixedSizeBinary(16)) => {
            let bytes = array.as_fixed_size_binary().values().chunks_exact(16).map(<[u8; 16]>::try_from);
            Values::I128(bytes.map(|bytes| bytes.map_or(0, uuid::of_bytes)).collect())
        }
        (T::Varchar(_) | T::Json, A::Utf8 | A::LargeUtf8 | A::Utf8View) => return texts(array, data_type),
        (T::Bytes, A::Binary | A::LargeBinary | A::BinaryView | A::FixedSizeBinary(_)) => Values::Str(bytes(array)),
        (nested, _) if nested.is_nested() => return of_nested(array, nested),
        _ => return Err(wrong(array)),
    };
    Ok(with_nulls(values, array))
}

fn wrong(array: &dyn Array) -> String {
    format!("an array of {} does not fit", array.data_type())
}

fn with_nulls(values: Values, array: &dyn Array) -> Column {
    let validity = array.logical_nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| nulls.iter().collect());
    Column { values, validity }
}

fn primitive<T: ArrowPrimitiveType>(array: &dyn Array) -> Vec<T::Native> {
    array.as_primitive::<T>().values().to_vec()
}

/// The values that are there, each as `convert` gives it; what stands where there is none is 0.
fn checked<T: ArrowPrimitiveType, V: Default>(array: &dyn Array, convert: impl Fn(T::Native) -> Option<V>) -> Converted<Vec<V>> {
    let array = array.as_primitive::<T>();
    let value = |row: usize| match array.is_null(row) {
        true => Ok(V::default()),
        false => convert(array.value(row)).ok_or_else(|| format!("row {row}: {:?} is out of range", array.value(row))),
    };
    (0..array.len()).map(value).collect()
}

fn nanos_of(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

fn times(array: &dyn Array, unit: TimeUnit, precision: u8) -> Converted<Vec<i64>> {
    let nanos = |value: i64| {
        let nanos = value.checked_mul(nanos_of(unit)).filter(|nanos| (0..DAY).contains(nanos))?;
        Some(cut(nanos, precision))
    };
    match unit {
        TimeUnit::Second => checked::<types::Time32SecondType, _>(array, |v| nanos(v.into())),
        TimeUnit::Millisecond => checked::<types::Time32MillisecondType, _>(array, |v| nanos(v.into())),
        TimeUnit::Microsecond => checked::<types::Time64MicrosecondType, _>(array, nanos),
        TimeUnit::Nanosecond => checked::<types::Time64NanosecondType, _>(array, nanos),
    }
}

fn timestamps(array: &dyn Array, unit: TimeUnit, precision: u8) -> Converted<Vec<i64>> {
    fn of<T: ArrowTimestampType>(array: &dyn Array, precision: u8) -> Converted<Vec<i64>> {
        checked::<T, _>(array, |value| Some(cut(value.checked_mul(nanos_of(T::UNIT))?, precision)))
    }
    match unit {
        TimeUnit::Second => of::<types::TimestampSecondType>(array, precision),
        TimeUnit::Millisecond => of::<types::TimestampMillisecondType>(array, precision),
        TimeUnit::Microsecond => of::<types::TimestampMicrosecondType>(array, precision),
        TimeUnit::Nanosecond => of::<types::TimestampNanosecondType>(array, precision),
    }
}

fn durations(array: &dyn Array, unit: TimeUnit) -> Converted<Vec<i64>> {
    let nanos = |value: i64| value.checked_mul(nanos_of(unit));
    match unit {
        TimeUnit::Second => checked::<types::DurationSecondType, _>(array, nanos),
        TimeUnit::Millisecond => checked::<types::DurationMillisecondType, _>(array, nanos),
        TimeUnit::Microsecond => checked::<types::DurationMicrosecondType, _>(array, nanos),
        TimeUnit::Nanosecond => checked::<types::DurationNanosecondType, _>(array, nanos),
    }
}

/// Texts, each as a value of the type.
fn texts(array: &dyn Array, data_type: &DataType) -> Converted<Column> {
    let mut column = Column::with_capacity(data_type, array.len());
    let mut push = |(row, text): (usize, Option<&str>)| match text {
        None => {
            column.push_null();
            Ok(())
        }
        Some(text) if push_text(&mut column, data_type, text) => Ok(()),
        Some(text) => Err(format!("row {row}: {text:?} is none")),
    };
    match array.data_type() {
        Arrow::Utf8 => array.as_string::<i32>().iter().enumerate().try_for_each(&mut push)?,
        Arrow::LargeUtf8 => array.as_string::<i64>().iter().enumerate().try_for_each(&mut push)?,
        _ => array.as_string_view().iter().enumerate().try_for_each(&mut push)?,
    }
    Ok(column)
}

fn bytes(array: &dyn Array) -> StrColumn {
    let mut column = StrColumn::with_capacity(array.len());
    let mut push = |bytes: Option<&[u8]>| column.push(bytes.unwrap_or_default());
    match array.data_type() {
        Arrow::Binary => array.as_binary::<i32>().iter().for_each(&mut push),
        Arrow::LargeBinary => array.as_binary::<i64>().iter().for_each(&mut push),
        Arrow::BinaryView => array.as_binary_view().iter().for_each(&mut push),
        _ => array.as_fixed_size_binary().iter().for_each(&mut push),
    }
    column
}

/// Lists, structs and maps as JSON.
fn of_nested(array: &dyn Array, data_type: &DataType) -> Converted<Column> {
    let mut made = Column::with_capacity(data_type, array.len());
    let nulls = array.logical_nulls();
    let mut texts = |write: &mut dyn FnMut(usize, &mut Vec<u8>)| {
        let mut text = Vec::new();
        for row in 0..array.len() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                made.push_null();
            } else {
                text.clear();
                write(row, &mut text);
                made.push_bytes(&text);
            }
        }
    };
    match (data_type, array.data_type()) {
        (DataType::Array(item), Arrow::List(_)) => {
            let (child, places) = (column(array.as_list::<i32>().values(), item)?, places(array.as_list::<i32>().offsets()));
            texts(&mut |row, out| list(&child, places(row), item, out));
        }
        (DataType::Array(item), Arrow::LargeList(_)) => {
            let (child, places) = (column(array.as_list::<i64>().values(), item)?, places(array.as_list::<i64>().offsets()));
            texts(&mut |row, out| list(&child, places(row), item, out));
        }
        (DataType::Array(item), Arrow::FixedSizeList(_, size)) => {
            let (child, size) = (column(array.as_fixed_size_list().values(), item)?, *size as usize);
            texts(&mut |row, out| list(&child, row * size..(row + 1) * size, item, out));
        }
        (DataType::Row(fields), Arrow::Struct(given)) => {
            if fields.len() != given.len() || !fields.iter().zip(given).all(|((name, _), field)| name == field.name()) {
                return Err(wrong(array));
            }
            let children = array.as_struct().columns().iter().zip(fields).map(|(child, (_, data_type))| column(child, data_type));
            let children = children.collect::<Converted<Vec<_>>>()?;
            texts(&mut |row, out| {
                let parts = fields.iter().zip(&children);
                write_json_parts(*b"{}", parts, out, |((name, data_type), child), out| {
                    write_json_string(name.as_bytes(), out);
                    out.push(b':');
                    write_json_value(child, row, data_type, out);
                });
            });
        }
        (DataType::Map(key, value), Arrow::Map(..)) => maps(array, key, value, &mut texts)?,
        (DataType::Multiset(item), Arrow::Map(..)) => maps(array, item, &DataType::Int, &mut texts)?,
        _ => return Err(wrong(array)),
    }
    Ok(made)
}

fn places<O: OffsetSizeTrait>(offsets: &[O]) -> impl Fn(usize) -> Range<usize> {
    |row| offsets[row].as_usize()..offsets[row + 1].as_usize()
}

fn list(child: &Column, items: Range<usize>, item: &DataType, out: &mut Vec<u8>) {
    write_json_parts(*b"[]", items, out, |at, out| write_json_value(child, at, item, out));
}

type Texts<'a> = dyn FnMut(&mut dyn FnMut(usize, &mut Vec<u8>)) + 'a;

fn maps(array: &dyn Array, key: &DataType, value: &DataType, texts: &mut Texts<'_>) -> Converted<()> {
    let maps = array.as_map();
    let (keys, values, places) = (column(maps.keys(), key)?, column(maps.values(), value)?, places(maps.offsets()));
    texts(&mut |row, out| {
        write_json_parts(*b"{}", places(row), out, |at, out| {
            write_json_key(&keys, at, key, out);
            write_json_value(&values, at, value, out);
        });
    });
    Ok(())
}

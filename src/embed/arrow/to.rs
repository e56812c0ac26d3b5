//! Columns to arrays. Values of a fixed width are taken over as they are; what is nested is read out of its JSON text, one column for each
//! place of the type.

use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, DurationNanosecondType, IntervalYearMonthType, Time64NanosecondType, TimestampNanosecondType,
};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Decimal128Array, ListArray, MapArray, NullArray, PrimitiveArray, StringArray,
    StructArray, types,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as Arrow, Field};

use super::{arrow_type, entries_of, fields_of};
use crate::batch::{Column, StrColumn, Values};
use crate::expr::function::Json;
use crate::format::push_text;
use crate::types::{DataType, uuid};

/// Why a value cannot be converted.
type Converted<T> = std::result::Result<T, String>;

/// A column as an array of its Arrow type.
pub(super) fn array(column: &Column, data_type: &DataType) -> Converted<ArrayRef> {
    let nulls = nulls(column);
    Ok(match (&column.values, data_type) {
        (_, DataType::Null) => Arc::new(NullArray::new(column.len())),
        (Values::Bool(v), _) => Arc::new(BooleanArray::new(v.as_slice().into(), nulls)),
        (Values::I8(v), _) => primitive::<types::Int8Type>(v, nulls),
        (Values::I16(v), _) => primitive::<types::Int16Type>(v, nulls),
        (Values::I32(v), DataType::Date) => primitive::<Date32Type>(v, nulls),
        (Values::I32(v), DataType::IntervalMonth) => primitive::<IntervalYearMonthType>(v, nulls),
        (Values::I32(v), _) => primitive::<types::Int32Type>(v, nulls),
        (Values::I64(v), DataType::Time(_)) => primitive::<Time64NanosecondType>(v, nulls),
        (Values::I64(v), DataType::Timestamp(_)) => primitive::<TimestampNanosecondType>(v, nulls),
        (Values::I64(v), DataType::TimestampLtz(_)) => {
            Arc::new(PrimitiveArray::<TimestampNanosecondType>::new(v.clone().into(), nulls).with_timezone("UTC"))
        }
        (Values::I64(v), DataType::IntervalDay) => primitive::<DurationNanosecondType>(v, nulls),
        (Values::I64(v), _) => primitive::<types::Int64Type>(v, nulls),
        (Values::F32(v), _) => primitive::<types::Float32Type>(v, nulls),
        (Values::F64(v), _) => primitive::<types::Float64Type>(v, nulls),
        (Values::I128(v), DataType::Uuid) => uuids(v, nulls.as_ref())?,
        (Values::I128(v), _) => {
            let decimals = Decimal128Array::new(v.clone().into(), nulls);
            Arc::new(decimals.with_data_type(arrow_type(data_type)))
        }
        (Values::Str(v), DataType::Bytes | DataType::Bitmap) => {
            Arc::new(BinaryArray::from_iter(present(column).map(|row| row.map(|row| v.bytes(row)))))
        }
        (Values::Str(v), nested) if nested.is_nested() => return of_nested(column, v, nested),
        (Values::Str(v), _) => Arc::new(StringArray::from_iter(present(column).map(|row| row.map(|row| v.text(row))))),
    })
}

fn primitive<T: ArrowPrimitiveType>(values: &[T::Native], nulls: Option<NullBuffer>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(values.to_vec().into(), nulls))
}

fn nulls(column: &Column) -> Option<NullBuffer> {
    column.has_nulls().then(|| present(column).map(|row| row.is_some()).collect::<Vec<_>>().into())
}

/// The rows; `None` for those that are NULL.
fn present(column: &Column) -> impl Iterator<Item = Option<usize>> {
    (0..column.len()).map(|row| (!column.is_null(row)).then_some(row))
}

fn uuids(values: &[i128], nulls: Option<&NullBuffer>) -> Converted<ArrayRef> {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(values.len(), 16);
    for (row, value) in values.iter().enumerate() {
        match nulls.is_some_and(|nulls| nulls.is_null(row)) {
            true => builder.append_null(),
            false => builder.append_value(uuid::bytes(*value)).map_err(|e| e.to_string())?,
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// The values of one place within nested values.
struct Place<'a> {
    data_type: &'a DataType,
    column: Column,
    text: Vec<u8>,
}

impl<'a> Place<'a> {
    fn new(data_type: &'a DataType) -> Self {
        Self { data_type, column: Column::with_capacity(data_type, 0), text: Vec::new() }
    }

    /// Takes a value; a field that is missing is NULL.
    fn push(&mut self, value: Option<Json<'_>>) -> Converted<()> {
        let Some(value) = value else {
            self.column.push_null();
            return Ok(());
        };
        self.text.clear();
        let is_json = self.data_type.is_nested() && value.is_nested();
        match if is_json {
            value.write_as(&DataType::Json, &mut self.text)
        } else {
            value.write_as(self.data_type, &mut self.text)
        } {
            None => {
                self.column.push_null();
                Ok(())
            }
            Some(()) => self.read(),
        }
    }

    fn push_key(&mut self, escaped: &str) -> Converted<()> {
        self.text.clear();
        Json::write_key(escaped, &mut self.text);
        self.read()
    }

    fn read(&mut self) -> Converted<()> {
        match std::str::from_utf8(&self.text) {
            Ok(text) if push_text(&mut self.column, self.data_type, text) => Ok(()),
            _ => Err(format!("'{}' is no {}", String::from_utf8_lossy(&self.text), self.data_type)),
        }
    }

    fn array(&self) -> Converted<ArrayRef> {
        array(&self.column, self.data_type)
    }
}

/// Arrays, rows and maps, whose texts are JSON.
fn of_nested(column: &Column, texts: &StrColumn, data_type: &DataType) -> Converted<ArrayRef> {
    let values = || present(column).map(|row| row.and_then(|row| Json::new(texts.text(row))));
    let nulls = nulls(column);
    match data_type {
        DataType::Array(item) => {
            let mut place = Place::new(item);
            let mut lengths = Vec::with_capacity(column.len());
            for value in values() {
                let before = place.column.len();
                value.into_iter().flat_map(Json::items).try_for_each(|item| place.push(Some(item)))?;
                lengths.push(place.column.len() - before);
            }
            let field = Arc::new(Field::new("item", arrow_type(item), true));
            Ok(Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(lengths), place.array()?, nulls)))
        }
        DataType::Row(fields) => {
            let mut arrays = Vec::with_capacity(fields.len());
            for (name, data_type) in fields {
                let mut place = Place::new(data_type);
                values().try_for_each(|value| place.push(value.and_then(|value| value.field(name))))?;
                arrays.push(place.array()?);
            }
            let fields = fields_of(fields);
            StructArray::try_new_with_length(fields, arrays, nulls, column.len())
                .map(|rows| Arc::new(rows) as ArrayRef)
                .map_err(|e| e.to_string())
        }
        DataType::Map(key, value) => maps(values(), nulls, key, value),
        DataType::Multiset(item) => maps(values(), nulls, item, &DataType::Int),
        other => Err(format!("{other} is not nested")),
    }
}

fn maps<'a>(
    maps: impl Iterator<Item = Option<Json<'a>>>,
    nulls: Option<NullBuffer>,
    key: &DataType,
    value: &DataType,
) -> Converted<ArrayRef> {
    let (mut keys, mut values, mut lengths) = (Place::new(key), Place::new(value), Vec::new());
    for map in maps {
        let before = keys.column.len();
        for (name, value) in map.into_iter().flat_map(Json::fields) {
            keys.push_key(name)?;
            values.push(Some(value))?;
        }
        lengths.push(keys.column.len() - before);
    }
    let entries = entries_of(key, value);
    let Arrow::Struct(fields) = entries.data_type() else { return Err("entries are no rows".to_owned()) };
    let arrays = vec![keys.array()?, values.array()?];
    let rows = StructArray::try_new(fields.clone(), arrays, None).map_err(|e| e.to_string())?;
    let maps = MapArray::try_new(entries, OffsetBuffer::from_lengths(lengths), rows, nulls, false);
    maps.map(|maps| Arc::new(maps) as ArrayRef).map_err(|e| e.to_string())
}

//! How the values of a `datagen` column come about: one loop over the rows for each way and representation.

use super::super::pace::{Moment, Rows};
use super::super::random::{below, between, letters, mix, unit};
use crate::batch::text::write_json_string;
use crate::batch::{Column, Values};
use crate::limits;
use crate::types::{DataType, decimal, time, uuid};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// A way to make values. What is random depends on the column's key and the row number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Make {
    /// Always NULL.
    Null,
    /// TRUE or FALSE.
    Boolean,
    /// Any integer representation, bounds included.
    Integer {
        low: i64,
        high: i64,
    },
    /// FLOAT or DOUBLE.
    Float {
        low: f64,
        high: f64,
    },
    /// Units of a DECIMAL, bounds included.
    Decimal {
        low: i128,
        high: i128,
    },
    /// Hexadecimal digits.
    Text {
        length: u64,
        varies: bool,
    },
    /// Any bytes.
    Bytes {
        length: u64,
        varies: bool,
    },
    /// The time of the row less up to `past` nanoseconds, as timestamp or date.
    Time {
        past: i64,
    },
    /// The time of day of the row.
    TimeOfDay,
    /// start, start + step, ... as integers, floats, timestamps or dates. The number of rows keeps it within its type.
    Sequence {
        start: i64,
        step: i64,
    },
    /// start, start + 1, ... as DECIMAL.
    DecimalSequence {
        start: i64,
        scale: u8,
    },
    /// start, start + 1, ... as text.
    Counted {
        start: i64,
    },
    /// JSON text of a nested type.
    Uuid,
    Nested {
        data_type: DataType,
        items: u64,
    },
}

impl Make {
    /// Adds the values of these rows; validity is the caller's business except for `Null`. Hot: once per batch.
    pub fn fill(&self, key: u64, rows: Rows, moment: Moment, column: &mut Column) {
        let random = |row: u64| mix(key, row);
        let values = &mut column.values;
        match (self, values) {
            (Make::Null, _) => rows.iter().for_each(|_| column.push_null()),
            (Make::Boolean, Values::Bool(v)) => v.extend(rows.iter().map(|row| random(row) >> 63 == 1)),
            (Make::Integer { low, high }, values) => {
                let (low, high) = (*low, *high);
                integers(values, rows, |row| between(random(row), low, high));
            }
            (Make::Float { low, high }, values) => {
                let (low, high) = (*low, *high);
                floats(values, rows, |row| {
                    let share = unit(random(row));
                    low * (1.0 - share) + high * share
                });
            }
            (Make::Decimal { low, high }, Values::I128(v)) => {
                let count = high.wrapping_sub(*low) as u128 + 1;
                v.extend(rows.iter().map(|row| low + (wide(random(row)) % count) as i128));
            }
            (Make::Uuid, Values::I128(v)) => {
                let half = |row: u64, which: u64| mix(random(row), which).to_be_bytes();
                v.extend(rows.iter().map(|row| {
                    let mut bytes = [0; 16];
                    bytes[..8].copy_from_slice(&half(row, 0));
                    bytes[8..].copy_from_slice(&half(row, 1));
                    uuid::version_4(bytes)
                }));
            }
            (Make::Text { length, varies }, Values::Str(v)) => {
                let mut buffer = vec![0; *length as usize];
                for row in rows.iter() {
                    let text = &mut buffer[..length_of(*length, *varies, random(row))];
                    letters(key, row, HEX, text);
                    v.push(text);
                }
            }
            (Make::Bytes { length, varies }, Values::Str(v)) => {
                let mut buffer = vec![0; *length as usize];
                for row in rows.iter() {
                    let bits = random(row);
                    let bytes = &mut buffer[..length_of(*length, *varies, bits)];
                    for (word, chunk) in bytes.chunks_mut(8).enumerate() {
                        chunk.copy_from_slice(&mix(bits, word as u64).to_le_bytes()[..chunk.len()]);
                    }
                    v.push(bytes);
                }
            }
            (Make::Time { past }, values) => {
                let past = *past;
                let at = |row: u64| moment.of(row).saturating_sub(if past > 0 { between(random(row), 0, past) } else { 0 });
                times(values, rows, at);
            }
            (Make::TimeOfDay, values) => integers(values, rows, |row| moment.of(row).rem_euclid(time::DAY)),
            (Make::Sequence { start, step }, values @ (Values::F32(_) | Values::F64(_))) => {
                floats(values, rows, |row| start.wrapping_add((row as i64).wrapping_mul(*step)) as f64);
            }
            (Make::Sequence { start, step }, values) => {
                let (start, step) = (*start, *step);
                integers(values, rows, |row| start.wrapping_add((row as i64).wrapping_mul(step)));
            }
            (Make::DecimalSequence { start, scale }, Values::I128(v)) => {
                let one = decimal::POW10[usize::from(*scale)];
                v.extend(rows.iter().map(|row| (i128::from(*start) + i128::from(row)) * one));
            }
            (Make::Counted { start }, Values::Str(v)) => {
                let mut text = itoa::Buffer::new();
                rows.iter().for_each(|row| v.push(text.format(start.wrapping_add(row as i64)).as_bytes()));
            }
            (Make::Nested { data_type, items }, Values::Str(v)) => {
                let mut text = Vec::new();
                for row in rows.iter() {
                    text.clear();
                    let mut nested = Nested { key: random(row), next: 0, items: *items, row, moment };
                    nested.write(data_type, 0, &mut text);
                    v.push(&text);
                }
            }
            (make, values) => unreachable!("{make:?} was chosen for a type laid out as {:?}", values.representation()),
        }
    }
}

fn wide(bits: u64) -> u128 {
    u128::from(bits) << 64 | u128::from(mix(bits, 1))
}

/// A fixed length, or one from 1 on.
fn length_of(length: u64, varies: bool, bits: u64) -> usize {
    if varies && length > 0 { 1 + below(bits, length) as usize } else { length as usize }
}

fn integers(values: &mut Values, rows: Rows, of: impl Fn(u64) -> i64) {
    match values {
        Values::I8(v) => v.extend(rows.iter().map(|row| of(row) as i8)),
        Values::I16(v) => v.extend(rows.iter().map(|row| of(row) as i16)),
        Values::I32(v) => v.extend(rows.iter().map(|row| of(row) as i32)),
        Values::I64(v) => v.extend(rows.iter().map(of)),
        values => unreachable!("integers into {:?}", values.representation()),
    }
}

fn floats(values: &mut Values, rows: Rows, of: impl Fn(u64) -> f64) {
    match values {
        Values::F32(v) => v.extend(rows.iter().map(|row| of(row) as f32)),
        Values::F64(v) => v.extend(rows.iter().map(of)),
        values => unreachable!("floats into {:?}", values.representation()),
    }
}

/// Timestamps as they are, dates as days.
fn times(values: &mut Values, rows: Rows, of: impl Fn(u64) -> i64) {
    match values {
        Values::I32(v) => v.extend(rows.iter().map(|row| of(row).div_euclid(time::DAY) as i32)),
        Values::I64(v) => v.extend(rows.iter().map(of)),
        values => unreachable!("times into {:?}", values.representation()),
    }
}

/// The JSON text of one row's nested value.
struct Nested {
    key: u64,
    next: u64,
    items: u64,
    row: u64,
    moment: Moment,
}

impl Nested {
    fn bits(&mut self) -> u64 {
        self.next += 1;
        mix(self.key, self.next)
    }

    fn write(&mut self, data_type: &DataType, depth: usize, out: &mut Vec<u8>) {
        if depth > limits::NESTING_MAX {
            return out.extend_from_slice(b"null");
        }
        match data_type {
            DataType::Array(item) => {
                out.push(b'[');
                for i in 0..self.items {
                    separate(i, out);
                    self.write(item, depth + 1, out);
                }
                out.push(b']');
            }
            DataType::Row(fields) => {
                out.push(b'{');
                for (i, (name, field)) in fields.iter().enumerate() {
                    separate(i as u64, out);
                    write_json_string(name.as_bytes(), out);
                    out.push(b':');
                    self.write(field, depth + 1, out);
                }
                out.push(b'}');
            }
            DataType::Map(key, value) => {
                self.write_entries(key, depth + 1, out, |nested, out| nested.write(value, depth + 1, out))
            }
            DataType::Multiset(item) => self.write_entries(item, depth + 1, out, |_, out| out.push(b'1')),
            DataType::Json => {
                let value = self.bits() >> 44;
                out.extend_from_slice(format!("{{\"row\":{},\"value\":{value}}}", self.row).as_bytes());
            }
            _ => self.write_plain(data_type, out),
        }
    }

    /// The entries of a map by keys of this type; as in Flink those that are drawn twice are one.
    fn write_entries(&mut self, key: &DataType, depth: usize, out: &mut Vec<u8>, value: impl Fn(&mut Self, &mut Vec<u8>)) {
        let mut keys: Vec<Vec<u8>> = Vec::new();
        out.push(b'{');
        for _ in 0..self.items {
            let mut drawn = Vec::new();
            // A key is a string, whatever it stands for.
            self.write(key, depth, &mut drawn);
            if !keys.contains(&drawn) {
                separate(keys.len() as u64, out);
                match drawn.starts_with(b"\"") {
                    true => out.extend_from_slice(&drawn),
                    false => write_json_string(&drawn, out),
                }
                out.push(b':');
                value(self, out);
                keys.push(drawn);
            }
        }
        out.push(b'}');
    }

    /// A value that is not nested: what a column of the type would hold by default, but short.
    fn write_plain(&mut self, data_type: &DataType, out: &mut Vec<u8>) {
        let quoted = !(data_type.is_numeric() || matches!(data_type, DataType::Boolean | DataType::Null));
        let mut column = Column::with_capacity(data_type, 1);
        let make = match data_type {
            DataType::Null => Make::Null,
            DataType::Boolean => Make::Boolean,
            DataType::Float | DataType::Double => Make::Float { low: 0.0, high: 1000.0 },
            DataType::Decimal { precision, .. } => {
                Make::Decimal { low: 0, high: decimal::POW10[usize::from(*precision).min(6)] - 1 }
            }
            DataType::Varchar(longest) => Make::Text { length: longest.map_or(8, |n| u64::from(n).min(8)), varies: false },
            DataType::Bytes => Make::Bytes { length: 8, varies: false },
            DataType::Uuid => Make::Uuid,
            DataType::Time(_) => Make::TimeOfDay,
            DataType::Date | DataType::Timestamp(_) | DataType::TimestampLtz(_) => Make::Time { past: 0 },
            _ => Make::Integer { low: 0, high: 99 },
        };
        let moment = Moment::Now(self.moment.of(self.row));
        make.fill(self.bits(), Rows { first: self.row, step: 1, count: 1 }, moment, &mut column);
        if quoted {
            out.push(b'"');
        }
        match column.is_null(0) {
            true => out.extend_from_slice(b"null"),
            false => crate::batch::text::write_part(&column, 0, data_type, out),
        }
        if quoted {
            out.push(b'"');
        }
    }
}

fn separate(index: u64, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

//! Values as text: what `print` shows, what CAST to VARCHAR gives, what a set-aside row looks like.

use super::{Batch, Column, Values};
use crate::types::{DataType, base64, bitmap, decimal, time, uuid};

/// Appends the text of one value that is not NULL.
pub fn write_value(column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
    match (&column.values, data_type) {
        (Values::Bool(v), _) => out.extend_from_slice(if v[row] { b"true" } else { b"false" }),
        (Values::I8(v), _) => write_integer(v[row].into(), out),
        (Values::I16(v), _) => write_integer(v[row].into(), out),
        (Values::I32(v), DataType::Date) => time::write_date(out, v[row]),
        (Values::I32(v), DataType::IntervalMonth) => {
            let months = v[row];
            let text =
                format!("{}{}-{:02}", if months < 0 { "-" } else { "+" }, months.unsigned_abs() / 12, months.unsigned_abs() % 12);
            out.extend_from_slice(text.as_bytes());
        }
        (Values::I32(v), _) => write_integer(v[row].into(), out),
        (Values::I64(v), DataType::Time(p)) => time::write_time(out, v[row], *p),
        (Values::I64(v), DataType::Timestamp(p)) => time::write_timestamp(out, v[row], *p),
        (Values::I64(v), DataType::TimestampLtz(p)) => {
            time::write_timestamp(out, v[row], *p);
            out.push(b'Z');
        }
        (Values::I64(v), DataType::IntervalDay) => {
            out.push(if v[row] < 0 { b'-' } else { b'+' });
            let nanos = v[row].unsigned_abs();
            write_integer((nanos / time::DAY as u64) as i64, out);
            out.push(b' ');
            time::write_time(out, (nanos % time::DAY as u64) as i64, if nanos.is_multiple_of(1_000_000) { 3 } else { 9 });
        }
        (Values::I64(v), _) => write_integer(v[row], out),
        (Values::F32(v), _) => write_float(f64::from(v[row]), zmij::Buffer::new().format(v[row]), out),
        (Values::F64(v), _) => write_float(v[row], zmij::Buffer::new().format(v[row]), out),
        (Values::I128(v), DataType::Decimal { scale, .. }) => decimal::write(out, v[row], *scale),
        (Values::I128(v), DataType::Uuid) => uuid::write(out, v[row]),
        (Values::I128(v), _) => out.extend_from_slice(v[row].to_string().as_bytes()),
        (Values::Str(v), DataType::Bytes) => write_hex(v.bytes(row), out),
        (Values::Str(v), DataType::Bitmap) => bitmap::write_text(v.bytes(row), out),
        (Values::Str(v), _) => out.extend_from_slice(v.bytes(row)),
    }
}

/// Appends bytes as hexadecimal digits in lower case.
pub fn write_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend(bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
}

/// Appends the text that stands for a value that is not NULL within a nested value and in a record: as `write_value`, but BYTES in base 64.
pub fn write_part(column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
    match (&column.values, data_type) {
        (Values::Str(v), DataType::Bytes) => base64::encode(v.bytes(row), out),
        _ => write_value(column, row, data_type, out),
    }
}

/// Appends a value that is not NULL as a key of a JSON object, with the colon behind it.
pub fn write_json_key(column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
    write_as_string(column, row, data_type, out);
    out.push(b':');
}

/// Appends the text of a value that is not NULL as a JSON string.
fn write_as_string(column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
    match (&column.values, data_type) {
        (Values::Str(v), text) if !text.is_binary() => write_json_string(v.bytes(row), out),
        _ => {
            // Nothing of these is escaped.
            out.push(b'"');
            write_part(column, row, data_type, out);
            out.push(b'"');
        }
    }
}

/// Appends a value as JSON: numbers and truth values as they are, nested values as the JSON that they are, all else as a string.
pub fn write_json_value(column: &Column, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
    let is_finite = match &column.values {
        Values::F32(v) => v[row].is_finite(),
        Values::F64(v) => v[row].is_finite(),
        _ => true,
    };
    match data_type {
        _ if column.is_null(row) => out.extend_from_slice(b"null"),
        DataType::Array(_) | DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_) | DataType::Json => {
            write_value(column, row, data_type, out);
        }
        t if (t.is_numeric() || *t == DataType::Boolean) && is_finite => write_value(column, row, data_type, out),
        _ => write_as_string(column, row, data_type, out),
    }
}

/// Appends a text as a JSON string.
pub fn write_json_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.push(*byte),
        }
    }
    out.push(b'"');
}

/// Appends parts between brackets, with commas: a JSON array or object.
pub fn write_json_parts<T>(
    [open, close]: [u8; 2],
    parts: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    mut part: impl FnMut(T, &mut Vec<u8>),
) {
    out.push(open);
    for (at, value) in parts.enumerate() {
        out.extend_from_slice(if at > 0 { b"," } else { b"" });
        part(value, out);
    }
    out.push(close);
}

/// A row as `[a, b, NULL]`.
pub fn row_text(batch: &Batch, row: usize, types: &[DataType]) -> String {
    let mut out = vec![b'['];
    for (i, (column, data_type)) in batch.columns.iter().zip(types).enumerate() {
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        if column.is_null(row) {
            out.extend_from_slice(b"NULL");
        } else {
            write_value(column, row, data_type, &mut out);
        }
    }
    out.push(b']');
    String::from_utf8_lossy(&out).into_owned()
}

fn write_integer(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn write_float(number: f64, finite: &str, out: &mut Vec<u8>) {
    let text = match number {
        n if n.is_nan() => "NaN",
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => finite,
    };
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Value;

    #[test]
    fn rows_read_as_people_write_them() {
        let check = |data_type: DataType, value: Value, expected: &str| {
            let batch = Batch::new(vec![Column::constant(&data_type, &value, 1)], 1, 1);
            assert_eq!(row_text(&batch, 0, &[data_type]), format!("[{expected}]"));
        };
        check(DataType::Int, Value::Int(-7), "-7");
        check(DataType::Double, Value::Double(0.1), "0.1");
        check(DataType::Double, Value::Double(f64::NAN), "NaN");
        check(DataType::Decimal { precision: 5, scale: 2 }, Value::Decimal(-5), "-0.05");
        check(DataType::Timestamp(3), Value::Int(1_500_000_000), "1970-01-01 00:00:01.500");
        check(DataType::IntervalMonth, Value::Int(14), "+1-02");
        check(DataType::STRING, Value::Null, "NULL");
    }
}

//! Bytes that are equal and ordered as values of ARRAY, ROW, MAP and MULTISET are, which are carried as JSON text: as text, 10 stands before 9,
//! and two maps with the same entries may differ.
//!
//! ```text
//!   [9, null]  ->  PARTS  EXACT 9  NULL  END
//! ```
//! Items stand one behind the other; what ends first is less. NULLs are equal to each other and less than all else.

use super::collection::{Key, key};
use super::kernel::{Call, kernel};
use super::signature::Param::Nested;
use super::signature::{internal, takes};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The one function.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[internal(ORDER_KEY, types, |types, _| of_values(&types[0]))];

/// Its name, which nobody can write.
pub const ORDER_KEY: &str = "$ORDER_KEY";

const END: u8 = 0;
const NULL: u8 = 1;
const EXACT: u8 = 2;
const DOUBLE: u8 = 3;
const TEXT: u8 = 4;
const PARTS: u8 = 5;

fn types(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    Some((takes(given, &[Nested])?, DataType::Bytes))
}

fn of_values(data_type: &DataType) -> Result<Box<dyn Kernel>> {
    let data_type = data_type.clone();
    kernel(move |call: Call<'_>| -> Column {
        let values = call.strings(0);
        call.write(|row, out| {
            write(&key(values.text(row), &data_type), out);
            Ok(Some(()))
        })
    })
}

/// Appends a key. Types nest no deeper than `NESTING_MAX`.
fn write(key: &Key, out: &mut Vec<u8>) {
    match key {
        Key::Null => out.push(NULL),
        Key::Exact(units) => {
            out.push(EXACT);
            out.extend_from_slice(&(*units as u128 ^ 1 << 127).to_be_bytes());
        }
        Key::Double(bits) => {
            out.push(DOUBLE);
            out.extend_from_slice(&(*bits as u64 ^ 1 << 63).to_be_bytes());
        }
        Key::Text(text) => {
            out.push(TEXT);
            for byte in text {
                out.push(*byte);
                // A zero inside goes on with what no end is.
                out.extend_from_slice(if *byte == 0 { &[0xff] } else { &[] });
            }
            out.extend_from_slice(&[0, 0]);
        }
        Key::Parts(parts) => {
            out.push(PARTS);
            parts.iter().for_each(|part| write(part, out));
            out.push(END);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes are ordered as keys are, of which `collection` says the order.
    #[test]
    fn bytes_have_the_order_of_the_values() {
        let array = DataType::Array(Box::new(DataType::Int));
        let row = DataType::Row(vec![("a".to_owned(), DataType::STRING), ("b".to_owned(), array.clone())]);
        let map = DataType::Map(Box::new(DataType::STRING), Box::new(DataType::Double));
        let arrays = ["[]", "[null]", "[-10]", "[-9,5]", "[9]", "[9,null]", "[9,0]", "[10]", "[100]"];
        let rows = [
            r#"{"a":null,"b":[1]}"#,
            r#"{"a":"","b":null}"#,
            r#"{"a":"a","b":[2]}"#,
            r#"{"a":"a","b":[10]}"#,
            r#"{"a":"a\u0000","b":[1]}"#,
            r#"{"a":"ab","b":[]}"#,
        ];
        let maps = ["{}", r#"{"a":-1.5}"#, r#"{"a":2}"#, r#"{"a":10.0}"#, r#"{"b":1}"#];
        for (data_type, texts) in [(&array, &arrays[..]), (&row, &rows[..]), (&map, &maps[..])] {
            let keys: Vec<Key> = texts.iter().map(|text| key(text, data_type)).collect();
            let bytes = |key: &Key| {
                let mut out = Vec::new();
                write(key, &mut out);
                out
            };
            assert!(keys.is_sorted_by(|a, b| a < b), "{texts:?}: {keys:?}");
            assert!(keys.is_sorted_by(|a, b| bytes(a) < bytes(b)), "{texts:?}");
        }
    }

    #[test]
    fn maps_with_the_same_entries_are_equal() {
        let map = DataType::Map(Box::new(DataType::STRING), Box::new(DataType::Int));
        assert_eq!(key(r#"{"a":1,"b":2}"#, &map), key(r#"{"b":2,"a":1}"#, &map));
    }
}

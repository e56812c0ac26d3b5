//! Functions that make MAPs, and that read and change them by key. A map is JSON text; its keys are told apart by what they are, not by how
//! they are written. Of two values for one key the later one stays, in the place of the first. A key that is NULL fails the row.

use std::collections::HashMap;

use regex::Regex;

use super::collection::{item_type, write_items, written_items};
use super::json_text::Json;
use super::kernel::{Cached, Call, Fallible, Outcome, append, kernel};
use super::regexp::{compile, regex_at};
use super::signature::Param::Text;
use super::signature::{common, function, internal, takes_some};
use crate::batch::Column;
use crate::batch::text::{write_json_string, write_part};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("MAP_FROM_ARRAYS", "(keys, values)", "A map of these keys and values")
        .example("MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", r#"{"a":1,"b":2}"#)
        .also(&["MAP_FROM_KEY_VALUES", "MAKE_MAP"])
        .of(array_types, |_, _| kernel(from_arrays)),
    internal("$MAP_OF_PAIRS", pair_types, |_, _| kernel(from_pairs)),
    function("MAP_FROM_ENTRIES", "(array of rows of key and value)", "A map of these entries")
        .example("MAP_FROM_ENTRIES(ARRAY[ROW('a', 1)])", r#"{"a":1}"#)
        .of(entry_types, |t, _| from_entries(&t[0])),
    function("MAP_UNION", "(map, ...)", "The entries of all maps; of equal keys the last one counts")
        .example("MAP_UNION(MAP['a', 1], MAP['a', 2, 'b', 3])", r#"{"a":2,"b":3}"#)
        .also(&["MAP_CAT", "MAP_CONCAT"])
        .of(union_types, |_, _| kernel(union)),
    function("MAP_CONTAINS_KEY", "(map, key)", "Whether the map has this key")
        .example("MAP_CONTAINS_KEY(MAP['a', 1], 'a')", "true")
        .also(&["MAP_CONTAINS"])
        .of(|t| with_key(t, DataType::Boolean), |t, _| contains(&t[1])),
    function("MAP_INSERT", "(map, key, value)", "The map with this entry")
        .example("MAP_INSERT(MAP['a', 1], 'b', 2)", r#"{"a":1,"b":2}"#)
        .of(insert_types, |t, _| insert(&t[1], &t[2])),
    function("MAP_DELETE", "(map, key)", "The map without this key")
        .example("MAP_DELETE(MAP['a', 1, 'b', 2], 'a')", r#"{"b":2}"#)
        .of(delete_types, |t, _| delete(&t[1])),
    function("MAP_EXTRACT", "(map, key)", "An array of the value of the key, or of nothing")
        .example("MAP_EXTRACT(MAP['a', 1], 'a')", "[1]")
        .also(&["ELEMENT_AT"])
        .of(extract_types, |t, _| extract(&t[1])),
    function("MAP_LENGTH", "(map)", "How many entries the map has")
        .example("MAP_LENGTH(MAP['a', 1, 'b', 2])", "2")
        .of(length_types, |_, _| kernel(length)),
    function(
        "STR_TO_MAP",
        "(text [, regex between entries [, regex behind keys]])",
        "A map of the entries of a text, by , and = unless said",
    )
    .example("STR_TO_MAP('k1=v1,k2=v2')", r#"{"k1":"v1","k2":"v2"}"#)
    .of(text_types, |_, _| str_to_map())
    .prepared(&[regex_at(1), regex_at(2)]),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

fn map_of(key: DataType, value: DataType) -> DataType {
    DataType::Map(Box::new(key), Box::new(value))
}

fn array_types(given: &[DataType]) -> Resolved {
    let [keys, values] = given else { return None };
    let of_array = |array: &DataType| DataType::Array(Box::new(item_type(array).unwrap_or(DataType::Null)));
    let (key, value) = (item_type(keys)?, item_type(values)?);
    Some((vec![of_array(keys), of_array(values)], map_of(key, value)))
}

fn pair_types(given: &[DataType]) -> Resolved {
    let [array] = given else { return None };
    item_type(array).filter(|item| item.is_text() || *item == DataType::Null)?;
    Some((vec![DataType::Array(Box::new(DataType::STRING))], map_of(DataType::STRING, DataType::STRING)))
}

fn entry_types(given: &[DataType]) -> Resolved {
    let [DataType::Array(item)] = given else { return None };
    let DataType::Row(fields) = &**item else { return None };
    let [(_, key), (_, value)] = fields.as_slice() else { return None };
    Some((given.to_vec(), map_of(key.clone(), value.clone())))
}

fn union_types(given: &[DataType]) -> Resolved {
    let map = common(given).filter(|map| matches!(map, DataType::Map(..)))?;
    Some((vec![map.clone(); given.len()], map))
}

fn with_key(given: &[DataType], returns: DataType) -> Resolved {
    let [map @ DataType::Map(key, _), wanted] = given else { return None };
    common(&[(**key).clone(), wanted.clone()]).filter(|common| common == &**key)?;
    Some((vec![map.clone(), (**key).clone()], returns))
}

fn delete_types(given: &[DataType]) -> Resolved {
    with_key(given, given.first()?.clone())
}

fn insert_types(given: &[DataType]) -> Resolved {
    let [map @ DataType::Map(_, item), key, value] = given else { return None };
    let (mut args, returns) = with_key(&[map.clone(), key.clone()], map.clone())?;
    common(&[(**item).clone(), value.clone()]).filter(|common| common == &**item)?;
    args.push((**item).clone());
    Some((args, returns))
}

fn extract_types(given: &[DataType]) -> Resolved {
    let [DataType::Map(_, value), _] = given else { return None };
    with_key(given, DataType::Array(value.clone()))
}

fn length_types(given: &[DataType]) -> Resolved {
    matches!(given, [DataType::Map(..)]).then(|| (given.to_vec(), DataType::Int))
}

fn text_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Text, Text, Text], 1)?, map_of(DataType::STRING, DataType::STRING)))
}

/// Entries in the order in which their keys first came: the key without escapes, and the value as it is written.
#[derive(Default)]
pub(in crate::expr) struct Entries<'a> {
    entries: Vec<(Vec<u8>, &'a str)>,
    places: HashMap<Vec<u8>, usize>,
}

impl<'a> Entries<'a> {
    /// An entry.
    pub fn put(&mut self, key: Vec<u8>, value: &'a str) {
        match self.places.get(&key) {
            Some(place) => self.entries[*place].1 = value,
            None => {
                self.places.insert(key.clone(), self.entries.len());
                self.entries.push((key, value));
            }
        }
    }

    /// Those of a JSON object.
    pub fn put_all(&mut self, map: Json<'a>) {
        map.fields().for_each(|(key, value)| self.put(unescaped(key), value.text()));
    }

    /// As a JSON object.
    pub fn write(&self, out: &mut Vec<u8>) -> Outcome<()> {
        out.push(b'{');
        for (at, (key, value)) in self.entries.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b"," } else { b"" });
            write_json_string(key, out);
            out.push(b':');
            append(out, value.as_bytes())?;
        }
        append(out, b"}").map(Some)
    }
}

fn unescaped(key: &str) -> Vec<u8> {
    let mut plain = Vec::new();
    Json::write_key(key, &mut plain);
    plain
}

const NULL_KEY: &str = "a key of a MAP is NULL";

/// The key that an item is.
fn key_of(item: Json<'_>) -> Fallible<Vec<u8>> {
    let mut key = Vec::new();
    item.write(&mut key).ok_or(NULL_KEY)?;
    Ok(key)
}

fn from_arrays(call: Call<'_>) -> Column {
    let (keys, values) = (call.strings(0), call.strings(1));
    call.write(|row, out| {
        let Some((keys, values)) = Json::new(keys.text(row)).zip(Json::new(values.text(row))) else { return Ok(None) };
        if keys.items().count() != values.items().count() {
            return Err("there are not as many keys as values");
        }
        let mut entries = Entries::default();
        for (key, value) in keys.items().zip(values.items()) {
            entries.put(key_of(key)?, value.text());
        }
        entries.write(out)
    })
}

/// Keys and values in turn.
fn from_pairs(call: Call<'_>) -> Column {
    let texts = call.strings(0);
    call.write(|row, out| {
        let Some(array) = Json::new(texts.text(row)) else { return Ok(None) };
        let (mut items, mut entries) = (array.items(), Entries::default());
        while let Some(key) = items.next() {
            entries.put(key_of(key)?, items.next().ok_or("the last key has no value")?.text());
        }
        entries.write(out)
    })
}

/// NULL where one of the entries is.
fn from_entries(array: &DataType) -> Compiled {
    let names: Vec<String> = match array {
        DataType::Array(item) => match &**item {
            DataType::Row(fields) => fields.iter().map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    kernel(move |call: Call<'_>| -> Column {
        let arrays = call.strings(0);
        call.write(|row, out| {
            let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
            let mut entries = Entries::default();
            for entry in array.items() {
                if !entry.is_object() {
                    return Ok(None);
                }
                let part = |at: usize| names.get(at).and_then(|name| entry.field(name)).unwrap_or(Json::NULL);
                entries.put(key_of(part(0))?, part(1).text());
            }
            entries.write(out)
        })
    })
}

fn union(call: Call<'_>) -> Column {
    let maps: Vec<_> = (0..call.args().len()).map(|at| call.strings(at)).collect();
    call.write(|row, out| {
        let mut entries = Entries::default();
        for map in &maps {
            let Some(map) = Json::new(map.text(row)) else { return Ok(None) };
            entries.put_all(map);
        }
        entries.write(out)
    })
}

/// Keys of all rows as the map has them; `None` for NULL.
fn keys(call: &Call<'_>, data_type: &DataType) -> Vec<Option<Vec<u8>>> {
    let column = call.args()[1];
    let key = |row: usize| {
        let mut key = Vec::new();
        write_part(column, row, data_type, &mut key);
        (!column.is_null(row)).then_some(key)
    };
    (0..column.len()).map(key).collect()
}

fn contains(key: &DataType) -> Compiled {
    let key = key.clone();
    kernel(move |call: Call<'_>| -> Column {
        let (maps, keys) = (call.strings(0), keys(&call, &key));
        call.map(|row| {
            let map = Json::new(maps.text(row));
            Ok(map.zip(keys[row].as_ref()).map(|(map, wanted)| map.fields().any(|(key, _)| unescaped(key) == *wanted)))
        })
    })
}

fn insert(key: &DataType, value: &DataType) -> Compiled {
    let (key, value) = (key.clone(), value.clone());
    kernel(move |call: Call<'_>| -> Column {
        let (maps, keys, values) = (call.strings(0), keys(&call, &key), written_items(&call, 2, &value));
        call.null_by_first(1).write(|row, out| {
            let Some(map) = Json::new(maps.text(row)) else { return Ok(None) };
            let mut entries = Entries::default();
            entries.put_all(map);
            entries.put(keys[row].clone().ok_or(NULL_KEY)?, &values[row]);
            entries.write(out)
        })
    })
}

fn delete(key: &DataType) -> Compiled {
    let key = key.clone();
    kernel(move |call: Call<'_>| -> Column {
        let (maps, keys) = (call.strings(0), keys(&call, &key));
        call.null_by_first(1).write(|row, out| {
            let Some(map) = Json::new(maps.text(row)) else { return Ok(None) };
            let mut entries = Entries::default();
            map.fields().for_each(|(key, value)| {
                let key = unescaped(key);
                if keys[row].as_ref() != Some(&key) {
                    entries.put(key, value.text());
                }
            });
            entries.write(out)
        })
    })
}

fn extract(key: &DataType) -> Compiled {
    let key = key.clone();
    kernel(move |call: Call<'_>| -> Column {
        let (maps, keys) = (call.strings(0), keys(&call, &key));
        call.write(|row, out| {
            let Some((map, wanted)) = Json::new(maps.text(row)).zip(keys[row].as_ref()) else { return Ok(None) };
            let found = map.fields().find(|(key, _)| unescaped(key) == *wanted);
            write_items(found.map(|(_, value)| value.text()), out)
        })
    })
}

fn length(call: Call<'_>) -> Column {
    let maps = call.strings(0);
    call.map(|row| Ok(Json::new(maps.text(row)).map(|map| map.fields().count() as i32)))
}

/// Parts of a text between the matches, without the empty ones at its end, as Java splits.
fn split<'t>(regex: &Regex, text: &'t str) -> Vec<&'t str> {
    let mut parts: Vec<&str> = regex.split(text).collect();
    while parts.len() > 1 && parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    parts
}

/// What has no end of its key is a key of the value NULL.
fn str_to_map() -> Compiled {
    let (mut between, mut behind) = (Cached::new(), Cached::new());
    kernel(move |call: Call<'_>| -> Column {
        let (texts, entry_ends, key_ends) = (call.strings(0), call.strings_if_given(1), call.strings_if_given(2));
        call.write(|row, out| {
            let between: &Regex = between.of(entry_ends.map_or(",", |ends| ends.text(row)), compile)?;
            let behind: &Regex = behind.of(key_ends.map_or("=", |ends| ends.text(row)), compile)?;
            let parts = split(between, texts.text(row));
            let mut written = Vec::with_capacity(parts.len());
            for part in parts {
                let mut halves = behind.splitn(part, 2);
                let key = halves.next().unwrap_or_default();
                let value = halves.next().map(|value| {
                    let mut json = Vec::new();
                    write_json_string(value.as_bytes(), &mut json);
                    String::from_utf8_lossy(&json).into_owned()
                });
                written.push((key, value));
            }
            let mut entries = Entries::default();
            written.iter().for_each(|(key, value)| entries.put(key.as_bytes().to_vec(), value.as_deref().unwrap_or("null")));
            entries.write(out)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, null, text};
    use super::*;
    use crate::types::Value;

    fn array(json: &str, item: DataType) -> (Value, DataType) {
        (Value::text(json), DataType::Array(Box::new(item)))
    }

    fn map(json: &str) -> (Value, DataType) {
        (Value::text(json), map_of(DataType::Int, DataType::STRING))
    }

    fn four() -> (Value, DataType) {
        (Value::Int(4), DataType::Int)
    }

    #[test]
    fn maps_are_made() {
        let keys = |json: &str| array(json, DataType::Int);
        let values = |json: &str| array(json, DataType::STRING);
        check("MAP_FROM_ARRAYS", &[keys("[1, 2]"), values(r#"["a", null]"#)], r#"{"1":"a","2":null}"#);
        check("MAP_FROM_KEY_VALUES", &[keys("[1, 2, 1]"), values(r#"["a", "b", "c"]"#)], r#"{"1":"c","2":"b"}"#);
        check("MAP_FROM_ARRAYS", &[keys("[1]"), values("[]")], "error: there are not as many keys as values");
        check("MAP_FROM_ARRAYS", &[keys("[null]"), values(r#"["a"]"#)], "error: a key of a MAP is NULL");
        let row = DataType::Row(vec![("f0".to_owned(), DataType::Int), ("f1".to_owned(), DataType::STRING)]);
        let entries = |json: &str| array(json, row.clone());
        let doubled = r#"[{"f0":1,"f1":"one"},{"f0":2,"f1":"two"},{"f1":"uno","f0":1}]"#;
        check("MAP_FROM_ENTRIES", &[entries(doubled)], r#"{"1":"uno","2":"two"}"#);
        check("MAP_FROM_ENTRIES", &[entries(r#"[{"f0":1,"f1":"one"},null]"#)], "NULL");
        check("MAP_UNION", &[map(r#"{"1":"a","2":"b"}"#), map(r#"{"2":"c","3":null}"#)], r#"{"1":"a","2":"c","3":null}"#);
    }

    #[test]
    fn maps_are_read_and_changed_by_key() {
        check("MAP_CONTAINS", &[map(r#"{"4":null}"#), four()], "true");
        check("MAP_CONTAINS", &[map(r#"{"5":"a"}"#), four()], "false");
        check("MAP_INSERT", &[map(r#"{"4":"a"}"#), four(), text("b\"")], r#"{"4":"b\""}"#);
        check("MAP_INSERT", &[map("{}"), four(), null()], r#"{"4":null}"#);
        check("MAP_DELETE", &[map(r#"{"4":"a","5":"b"}"#), four()], r#"{"5":"b"}"#);
        check("MAP_DELETE", &[map(r#"{"5":"b"}"#), four()], r#"{"5":"b"}"#);
        check("MAP_EXTRACT", &[map(r#"{"4":null}"#), four()], "[null]");
        check("ELEMENT_AT", &[map(r#"{"5":"b"}"#), four()], "[]");
        check("MAP_LENGTH", &[map(r#"{"5":"b"}"#)], "1");
        let texts = (Value::text(r#"{"\u00e9":1}"#), map_of(DataType::STRING, DataType::BigInt));
        check("MAP_CONTAINS", &[texts.clone(), text("é")], "true");
        check("MAP_INSERT", &[texts, text("é"), int(2)], r#"{"é":2}"#);
    }

    #[test]
    fn texts_become_maps() {
        check("STR_TO_MAP", &[text("k1=v1,k2=v2")], r#"{"k1":"v1","k2":"v2"}"#);
        check("STR_TO_MAP", &[text("k1:v1;k2: v=2 ;;"), text(";"), text(":")], r#"{"k1":"v1","k2":" v=2 "}"#);
        check("STR_TO_MAP", &[text("a$$b"), text("\\$\\$")], r#"{"a":null,"b":null}"#);
        check("STR_TO_MAP", &[text("a=1=2,a=3")], r#"{"a":"3"}"#);
        check("STR_TO_MAP", &[text("a"), text("(")], "error: the regular expression is malformed or too large");
    }
}

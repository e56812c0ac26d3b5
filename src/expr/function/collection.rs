//! Functions of ARRAY and MAP, which are JSON text: items are told apart by their values, not by how they are written.
//!
//! An array that is NULL gives NULL. Items that are NULL are equal to each other, and come first in order.

use std::collections::BTreeSet;

use super::json_text::Json;
use super::kernel::{Call, Fallible, Native, append, kernel};
use super::signature::Param::{Integer, Text};
use super::signature::{common, function, internal, takes, takes_some};
use crate::batch::Column;
use crate::batch::text::{write_json_string, write_json_value};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::relation::Nested;
use crate::types::{DataType, base64, decimal, interval, time, uuid};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("ARRAY_CONTAINS", "(array, item)", "Whether the array has this item")
        .example("ARRAY_CONTAINS(ARRAY[1, 2], 2)", "true")
        .also(&["ARRAY_HAS", "LIST_CONTAINS", "LIST_HAS"])
        .of(|t| with_item(t, DataType::Boolean), |t, _| contains(t)),
    function(
        "ARRAY_POSITION",
        "(array, item [, first])",
        "The place of the item, counted from 1; 0 if there is none, or NULL where the first place to look at is said",
    )
    .example("ARRAY_POSITION(ARRAY['a', 'b'], 'b')", "2")
    .of(|t| with_item(t, DataType::Int), |t, _| position(t)),
    function("ARRAY_REMOVE", "(array, item)", "The array without all that equal the item")
        .example("ARRAY_REMOVE(ARRAY[1, 2, 3, 2], 2)", "[1,3]")
        .also(&["ARRAY_REMOVE_ALL", "LIST_REMOVE_ALL"])
        .of(same_with_item, |t, _| remove(t)),
    function("ARRAY_APPEND", "(array, item)", "The array with the item behind it")
        .example("ARRAY_APPEND(ARRAY[1, 2], 3)", "[1,2,3]")
        .also(&["ARRAY_PUSH_BACK", "LIST_APPEND", "LIST_PUSH_BACK"])
        .of(same_with_item, |t, _| added(t, End::Last)),
    function("ARRAY_PREPEND", "(array, item)", "The array with the item before it")
        .example("ARRAY_PREPEND(ARRAY[2, 3], 1)", "[1,2,3]")
        .also(&["ARRAY_PUSH_FRONT", "LIST_PREPEND", "LIST_PUSH_FRONT"])
        .of(same_with_item, |t, _| added(t, End::First)),
    function("ARRAY_CONCAT", "(array, ...)", "The items of all arrays; NULL if one is")
        .example("ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3])", "[1,2,3]")
        .also(&["LIST_CONCAT", "LIST_CAT"])
        .of(same_arrays, |t, _| of_arrays(t, concat)),
    function("ARRAY_UNION", "(array, array)", "The items of both, each once")
        .example("ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])", "[1,2,3]")
        .also(&["LIST_UNION"])
        .of(two_arrays, |t, _| of_arrays(t, union)),
    function("ARRAY_INTERSECT", "(array, array)", "The items that both have, each once")
        .example("ARRAY_INTERSECT(ARRAY[1, 2], ARRAY[2, 3])", "[2]")
        .also(&["LIST_INTERSECT"])
        .of(two_arrays, |t, _| of_arrays(t, intersect)),
    function("ARRAY_EXCEPT", "(array, array)", "The items that only the first has, each once")
        .example("ARRAY_EXCEPT(ARRAY[1, 2], ARRAY[2, 3])", "[1]")
        .also(&["LIST_EXCEPT"])
        .of(two_arrays, |t, _| of_arrays(t, except)),
    function("ARRAY_DISTINCT", "(array)", "The items, each once")
        .example("ARRAY_DISTINCT(ARRAY[1, 2, 1])", "[1,2]")
        .also(&["LIST_DISTINCT"])
        .of(one_array, |t, _| of_arrays(t, union)),
    function("ARRAY_REVERSE", "(array)", "The items from the last to the first")
        .example("ARRAY_REVERSE(ARRAY[1, 2, 3])", "[3,2,1]")
        .also(&["LIST_REVERSE"])
        .of(one_array, |t, _| of_arrays(t, reverse)),
    function("ARRAY_MIN", "(array)", "The least item")
        .example("ARRAY_MIN(ARRAY[3, 1, 2])", "1")
        .of(item_of_array, |t, _| extreme(t, End::First)),
    function("ARRAY_MAX", "(array)", "The greatest item")
        .example("ARRAY_MAX(ARRAY[3, 1, 2])", "3")
        .also(&["LIST_MAX"])
        .of(item_of_array, |t, _| extreme(t, End::Last)),
    function(
        "ARRAY_SORT",
        "(array [, ascending [, nulls first]]) or (array, 'ASC' | 'DESC' [, 'NULLS FIRST' | 'NULLS LAST'])",
        "The items in their order, where NULL is the least unless said",
    )
    .example("ARRAY_SORT(ARRAY[3, NULL, 1], TRUE, FALSE)", "[1,3,null]")
    .also(&["LIST_SORT"])
    .of(sort_types, |t, _| sort(t)),
    function("SORT_ARRAY", "(array [, ascending])", "The items in their order")
        .example("SORT_ARRAY(ARRAY[3, 1, 2], FALSE)", "[3,2,1]")
        .of(|t| sort_types(t).filter(|_| t.len() < 3), |t, _| sort(t)),
    function(
        "ARRAY_JOIN",
        "(array, delimiter [, text for NULL])",
        "The texts of the items with a delimiter between them; NULLs are left out unless said",
    )
    .example("ARRAY_JOIN(ARRAY['a', NULL, 'b'], '-', '?')", "a-?-b")
    .of(join_types, |_, _| kernel(join)),
    function(
        "ARRAY_SLICE",
        "(array, first [, last [, step]])",
        "The items from one place to another, counted from 1, or from -1 at the end, or each of so many",
    )
    .example("ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, 3)", "[2,3]")
    .also(&["LIST_SLICE"])
    .of(slice_types, |_, _| slice(place_from_an_end)),
    internal("$SLICE", slice_types, |_, _| slice(|place, _| place.saturating_sub(1))),
    function("SPLIT", "(text, delimiter)", "The pieces between delimiters")
        .example("SPLIT('a,b,c', ',')", r#"["a","b","c"]"#)
        .of(split_types, |_, _| kernel(split)),
    function("MAP_KEYS", "(map)", "The keys")
        .example("MAP_KEYS(MAP['a', 1, 'b', 2])", r#"["a","b"]"#)
        .of(|t| of_map(t, |key, _| array_of(key)), |t, _| map_keys(t)),
    function("MAP_VALUES", "(map)", "The values")
        .example("MAP_VALUES(MAP['a', 1, 'b', 2])", "[1,2]")
        .of(|t| of_map(t, |_, value| array_of(value)), |_, _| kernel(map_values)),
    function("MAP_ENTRIES", "(map)", "The entries as rows of key and value")
        .example("MAP_ENTRIES(MAP['a', 1])", r#"[{"key":"a","value":1}]"#)
        .of(|t| of_map(t, entry_rows), |t, _| map_entries(t)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

/// One of two ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// An array of such items.
pub(super) fn array_of(item: &DataType) -> DataType {
    DataType::Array(Box::new(item.clone()))
}

/// The type of the items of an array; NULL has none.
pub(super) fn item_type(array: &DataType) -> Option<DataType> {
    match array {
        DataType::Array(item) => Some((**item).clone()),
        DataType::Null => Some(DataType::Null),
        _ => None,
    }
}

/// An array and an item of it.
pub(super) fn with_item(given: &[DataType], returns: DataType) -> Resolved {
    let [array, item] = given else { return None };
    let item = common(&[item_type(array)?, item.clone()])?;
    Some((vec![array_of(&item), item], returns))
}

fn same_with_item(given: &[DataType]) -> Resolved {
    let (args, _) = with_item(given, DataType::Null)?;
    let returns = args[0].clone();
    Some((args, returns))
}

/// Any number of arrays of one type.
pub(super) fn same_arrays(given: &[DataType]) -> Resolved {
    let items = given.iter().map(item_type).collect::<Option<Vec<_>>>()?;
    let array = array_of(&common(&items)?);
    (!given.is_empty()).then(|| (vec![array.clone(); given.len()], array))
}

fn two_arrays(given: &[DataType]) -> Resolved {
    same_arrays(given).filter(|_| given.len() == 2)
}

/// One array.
pub(super) fn one_array(given: &[DataType]) -> Resolved {
    same_arrays(given).filter(|_| given.len() == 1)
}

/// One array of items that have an order.
pub(super) fn item_of_array(given: &[DataType]) -> Resolved {
    let (args, _) = one_array(given)?;
    let is_ordered =
        |item: &DataType| !matches!(item, DataType::Array(_) | DataType::Map(..) | DataType::Multiset(_) | DataType::Row(_));
    // What is taken out of JSON is text; the binder makes a value of it.
    item_type(&args[0]).filter(is_ordered).map(|_| (args, DataType::STRING))
}

fn sort_types(given: &[DataType]) -> Resolved {
    let (array, flags) = given.split_first()?;
    let (mut args, array) = one_array(std::slice::from_ref(array))?;
    if flags.len() > 2 || !flags.iter().all(|flag| matches!(flag, DataType::Boolean | DataType::Null)) {
        return None;
    }
    args.extend(flags.iter().map(|_| DataType::Boolean));
    Some((args, array))
}

/// An array of items that have texts, alone.
pub(super) fn array_of_texts(given: &DataType) -> Option<Vec<DataType>> {
    fn with_texts(data_type: &DataType) -> DataType {
        match data_type {
            DataType::Array(item) => array_of(&with_texts(item)),
            DataType::Bytes => DataType::STRING,
            other => other.clone(),
        }
    }
    Some(vec![with_texts(&one_array(std::slice::from_ref(given))?.1)])
}

fn join_types(given: &[DataType]) -> Resolved {
    let (array, texts) = given.split_first()?;
    let mut args = array_of_texts(array)?;
    args.extend(takes(texts, &[Text, Text]).or_else(|| takes(texts, &[Text]))?);
    Some((args, DataType::STRING))
}

fn slice_types(given: &[DataType]) -> Resolved {
    let (array, places) = given.split_first()?;
    let (mut args, array) = one_array(std::slice::from_ref(array))?;
    args.extend(takes_some(places, &[Integer; 3], 1)?);
    Some((args, array))
}

fn split_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text, Text])?, array_of(&DataType::STRING)))
}

fn of_map(given: &[DataType], returns: fn(&DataType, &DataType) -> DataType) -> Resolved {
    let [map @ DataType::Map(key, value)] = given else { return None };
    Some((vec![map.clone()], returns(key, value)))
}

fn entry_rows(key: &DataType, value: &DataType) -> DataType {
    array_of(&DataType::Row(vec![("key".to_owned(), key.clone()), ("value".to_owned(), value.clone())]))
}

/// What an item is, for equality and order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// NULL.
    Null,
    /// The units of an integer, a DECIMAL, a time, an interval or a UUID.
    Exact(i128),
    /// The bits of a double, so that they have its order.
    Double(i64),
    /// A text, or what a value of another type is written as.
    Text(Vec<u8>),
    /// Items, fields in the order of their type, or entries in the order of their keys.
    Parts(Vec<Key>),
}

/// An item and how it is written.
pub(super) type Item<'a> = (Key, Json<'a>);

/// Types nest no deeper than `NESTING_MAX`.
pub(super) fn key_of(value: Json<'_>, item: &DataType) -> Key {
    match item {
        _ if !value.is_nested() => {}
        DataType::Array(item) => return Key::Parts(value.items().map(|value| key_of(value, item)).collect()),
        DataType::Row(fields) => {
            let field = |(name, field): &(String, DataType)| value.field(name).map_or(Key::Null, |value| key_of(value, field));
            return Key::Parts(fields.iter().map(field).collect());
        }
        DataType::Map(_, item) => {
            let entry = |(key, value): (&str, Json<'_>)| Key::Parts(vec![Key::Text(key.into()), key_of(value, item)]);
            let mut entries: Vec<Key> = value.fields().map(entry).collect();
            entries.sort_unstable();
            return Key::Parts(entries);
        }
        _ => {}
    }
    let mut text = Vec::new();
    if value.write(&mut text).is_none() {
        return Key::Null;
    }
    units(&text, item).unwrap_or(Key::Text(text))
}

/// What a text is as a value of a type whose texts are not ordered as its values are, or are more than one of a value.
fn units(text: &[u8], data_type: &DataType) -> Option<Key> {
    use DataType as T;
    let exact = |units: Option<i128>| units.map(Key::Exact);
    match data_type {
        T::Float | T::Double => {
            // The zeros are equal.
            let bits = (lexical_core::parse::<f64>(text).ok()? + 0.0).to_bits() as i64;
            Some(Key::Double(bits ^ ((bits >> 63) as u64 >> 1) as i64))
        }
        T::Decimal { scale, .. } => exact(decimal::parse(text, decimal::PRECISION_MAX, *scale)),
        integer if integer.is_integer() => exact(decimal::parse(text, decimal::PRECISION_MAX, 0)),
        T::Date => exact(time::parse_date(text).map(i128::from)),
        T::Time(p) => exact(time::parse_time(text).map(|nanos| time::cut(nanos, *p).into())),
        T::Timestamp(p) | T::TimestampLtz(p) => exact(time::parse_timestamp(text).map(|nanos| time::cut(nanos, *p).into())),
        T::IntervalDay => exact(interval::parse_nanos(text).map(i128::from)),
        T::IntervalMonth => exact(interval::parse_months(text).map(i128::from)),
        T::Uuid => exact(uuid::parse(text)),
        T::Bytes => {
            let mut bytes = Vec::with_capacity(text.len());
            base64::decode(text, &mut bytes).map(|()| Key::Text(bytes))
        }
        _ => None,
    }
}

/// The items of an array; `None` of what is none.
pub(super) fn items<'a>(text: &'a str, item: &DataType) -> Option<Vec<Item<'a>>> {
    let json = Json::new(text)?;
    let members = json.members(Nested::Array)?;
    Some(members.map(|(_, value)| (key_of(value, item), value)).collect())
}

/// Appends a JSON array of items as they are written.
pub(super) fn write_items<'a>(items: impl IntoIterator<Item = &'a str>, out: &mut Vec<u8>) -> Fallible<Option<()>> {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        out.extend_from_slice(if at > 0 { b"," } else { b"" });
        append(out, item.as_bytes())?;
    }
    out.push(b']');
    Ok(Some(()))
}

/// An argument of all rows as JSON.
pub(super) fn written_items(call: &Call<'_>, at: usize, data_type: &DataType) -> Vec<String> {
    let column = call.args()[at];
    let written = |row: usize| {
        let mut text = Vec::new();
        write_json_value(column, row, data_type, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    };
    (0..column.len()).map(written).collect()
}

/// The value that a JSON text is.
pub(super) fn key(text: &str, item: &DataType) -> Key {
    Json::new(text).map_or(Key::Null, |value| key_of(value, item))
}

/// Whether the items of an array have this one: `compute` says what the place of the first, if there is one, gives.
fn found<T: Native + 'static>(types: &[DataType], strict: usize, compute: fn(Option<usize>) -> T) -> Compiled {
    let item = types[1].clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, wanted) = (call.strings(0), written_items(&call, 1, &item));
        call.null_by_first(strict).map(|row| {
            let Some(items) = items(arrays.text(row), &item) else { return Ok(None) };
            let wanted = key(&wanted[row], &item);
            Ok(Some(compute(items.iter().position(|(key, _)| *key == wanted))))
        })
    })
}

fn contains(types: &[DataType]) -> Compiled {
    found(types, 1, |at| at.is_some())
}

/// From 1; 0 where it is not there.
fn position(types: &[DataType]) -> Compiled {
    found(types, 2, |at| at.map_or(0, |at| at as i32 + 1))
}

fn remove(types: &[DataType]) -> Compiled {
    let item = types[1].clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, wanted) = (call.strings(0), written_items(&call, 1, &item));
        call.null_by_first(1).write(|row, out| {
            let Some(items) = items(arrays.text(row), &item) else { return Ok(None) };
            let wanted = key(&wanted[row], &item);
            write_items(items.iter().filter(|(key, _)| *key != wanted).map(|(_, value)| value.text()), out)
        })
    })
}

fn added(types: &[DataType], end: End) -> Compiled {
    let item = types[1].clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, added) = (call.strings(0), written_items(&call, 1, &item));
        call.null_by_first(1).write(|row, out| {
            let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
            let (one, own) = (std::iter::once(added[row].as_str()), array.items().map(Json::text));
            match end {
                End::First => write_items(one.chain(own), out),
                End::Last => write_items(own.chain(one), out),
            }
        })
    })
}

/// The items that a function of arrays gives.
type OfArrays = for<'a> fn(Vec<Vec<Item<'a>>>) -> Vec<Item<'a>>;

fn of_arrays(types: &[DataType], make: OfArrays) -> Compiled {
    let item = item_type(&types[0]).unwrap_or(DataType::Null);
    kernel(move |call: Call<'_>| -> Column {
        let arrays: Vec<_> = (0..call.args().len()).map(|at| call.strings(at)).collect();
        call.write(|row, out| {
            let of_row = arrays.iter().map(|array| items(array.text(row), &item)).collect::<Option<Vec<_>>>();
            let Some(of_row) = of_row else { return Ok(None) };
            write_items(make(of_row).iter().map(|(_, value)| value.text()), out)
        })
    })
}

fn concat(arrays: Vec<Vec<Item<'_>>>) -> Vec<Item<'_>> {
    arrays.into_iter().flatten().collect()
}

/// Of equal items the first.
fn union(arrays: Vec<Vec<Item<'_>>>) -> Vec<Item<'_>> {
    let mut seen = BTreeSet::new();
    arrays.into_iter().flatten().filter(|(key, _)| seen.insert(key.clone())).collect()
}

fn reverse(arrays: Vec<Vec<Item<'_>>>) -> Vec<Item<'_>> {
    arrays.into_iter().flatten().rev().collect()
}

/// Items of the first array that the second has, each once.
fn intersect(arrays: Vec<Vec<Item<'_>>>) -> Vec<Item<'_>> {
    in_second(arrays, |there| there)
}

/// Items of the first array that the second does not have, each once.
fn except(arrays: Vec<Vec<Item<'_>>>) -> Vec<Item<'_>> {
    in_second(arrays, |there| !there)
}

fn in_second(mut arrays: Vec<Vec<Item<'_>>>, keeps: fn(bool) -> bool) -> Vec<Item<'_>> {
    let second: BTreeSet<Key> = arrays.pop().into_iter().flatten().map(|(key, _)| key).collect();
    let kept = arrays.into_iter().map(|items| items.into_iter().filter(|(key, _)| keeps(second.contains(key))).collect());
    union(kept.collect())
}

/// The least or the greatest item that is not NULL.
fn extreme(types: &[DataType], end: End) -> Compiled {
    let item = item_type(&types[0]).unwrap_or(DataType::Null);
    kernel(move |call: Call<'_>| -> Column {
        let arrays = call.strings(0);
        call.write(|row, out| {
            let Some(items) = items(arrays.text(row), &item) else { return Ok(None) };
            let values = items.into_iter().filter(|(key, _)| *key != Key::Null);
            let found = match end {
                End::First => values.min_by(|(a, _), (b, _)| a.cmp(b)),
                End::Last => values.max_by(|(a, _), (b, _)| a.cmp(b)),
            };
            Ok(found.and_then(|(_, value)| value.write_as(&item, out)))
        })
    })
}

/// Ascending unless said otherwise; NULLs stand where the least values do.
fn sort(types: &[DataType]) -> Compiled {
    let item = item_type(&types[0]).unwrap_or(DataType::Null);
    kernel(move |call: Call<'_>| -> Column {
        let arrays = call.strings(0);
        let flag = |at: usize| call.args().get(at).map(|_| call.values::<bool>(at));
        let (ascending, nulls_first) = (flag(1), flag(2));
        call.write(|row, out| {
            let Some(mut items) = items(arrays.text(row), &item) else { return Ok(None) };
            let ascending = ascending.is_none_or(|ascending| ascending[row]);
            let nulls_first = nulls_first.map_or(ascending, |first| first[row]);
            items.sort_by(|(a, _), (b, _)| {
                let nulls = (*b == Key::Null).cmp(&(*a == Key::Null));
                let nulls = if nulls_first { nulls } else { nulls.reverse() };
                nulls.then(if ascending { a.cmp(b) } else { b.cmp(a) })
            });
            write_items(items.iter().map(|(_, value)| value.text()), out)
        })
    })
}

/// NULLs are left out where no text stands for them.
fn join(call: Call<'_>) -> Column {
    let (arrays, delimiter, for_null) = (call.strings(0), call.strings(1), call.strings_if_given(2));
    call.write(|row, out| {
        let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
        let mut item = Vec::new();
        let mut is_first = true;
        for value in array.items() {
            item.clear();
            if value.write(&mut item).is_none() {
                let Some(for_null) = for_null else { continue };
                item.extend_from_slice(for_null.bytes(row));
            }
            append(out, if is_first { b"" } else { delimiter.bytes(row) })?;
            append(out, &item)?;
            is_first = false;
        }
        Ok(Some(()))
    })
}

/// The index of a place that counts from 1, or from the end where it is negative; 0 is the first.
fn place_from_an_end(place: i64, count: i64) -> i64 {
    if place < 0 { count.saturating_add(place) } else { place.max(1) - 1 }
}

/// From the first place to the last, both of which `index` makes indices of, as far as they are there; backwards where the step is negative.
fn slice(index: fn(i64, i64) -> i64) -> Compiled {
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, first) = (call.strings(0), call.values::<i64>(1));
        let (last, steps) = (call.integers_if_given(2), call.integers_if_given(3));
        call.write(|row, out| {
            let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
            let items: Vec<&str> = array.items().map(Json::text).collect();
            let count = items.len() as i64;
            let (first, last) = (index(first[row], count), last.map_or(count - 1, |last| index(last[row], count)));
            let step = steps.map_or(1, |steps| steps[row]);
            let (low, high) = if step < 0 { (last, first) } else { (first, last) };
            let (low, high) = (low.max(0), high.min(count - 1));
            let range = if low <= high { &items[low as usize..high as usize + 1] } else { &[] };
            let step_by = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
            match step {
                0 => Err("the step of ARRAY_SLICE is not 0"),
                1.. => write_items(range.iter().copied().step_by(step_by), out),
                _ => write_items(range.iter().copied().rev().step_by(step_by), out),
            }
        })
    })
}

/// An empty delimiter stands between any two characters.
fn split(call: Call<'_>) -> Column {
    let (texts, delimiters) = (call.strings(0), call.strings(1));
    call.write(|row, out| {
        let (text, delimiter) = (texts.text(row), delimiters.text(row));
        let mut parts = Vec::new();
        let mut add = |part: &str| {
            let mut written = Vec::new();
            write_json_string(part.as_bytes(), &mut written);
            parts.push(String::from_utf8_lossy(&written).into_owned());
        };
        match delimiter.is_empty() {
            true => text.chars().for_each(|c| add(c.encode_utf8(&mut [0; 4]))),
            false => text.split(delimiter).for_each(&mut add),
        }
        write_items(parts.iter().map(String::as_str), out)
    })
}

/// A key as an item: those that are written as JSON stand without quotes.
fn key_text(key: &str, data_type: &DataType) -> String {
    let mut text = Vec::new();
    if data_type.is_numeric() || data_type.is_nested() || matches!(data_type, DataType::Boolean | DataType::Json) {
        Json::write_key(key, &mut text);
    }
    match String::from_utf8(text) {
        // NaN and the infinities are none.
        Ok(text) if Json::new(&text).is_some() => text,
        _ => format!("\"{key}\""),
    }
}

fn map_types(map: &DataType) -> DataType {
    match map {
        DataType::Map(key, _) => (**key).clone(),
        _ => DataType::STRING,
    }
}

fn map_keys(types: &[DataType]) -> Compiled {
    let key_type = map_types(&types[0]);
    kernel(move |call: Call<'_>| -> Column {
        let maps = call.strings(0);
        call.write(|row, out| {
            let Some(map) = Json::new(maps.text(row)) else { return Ok(None) };
            let keys: Vec<String> = map.fields().map(|(key, _)| key_text(key, &key_type)).collect();
            write_items(keys.iter().map(String::as_str), out)
        })
    })
}

fn map_values(call: Call<'_>) -> Column {
    let maps = call.strings(0);
    call.write(|row, out| match Json::new(maps.text(row)) {
        Some(map) => write_items(map.fields().map(|(_, value)| value.text()), out),
        None => Ok(None),
    })
}

fn map_entries(types: &[DataType]) -> Compiled {
    let key_type = map_types(&types[0]);
    kernel(move |call: Call<'_>| -> Column {
        let maps = call.strings(0);
        call.write(|row, out| {
            let Some(map) = Json::new(maps.text(row)) else { return Ok(None) };
            let entry =
                |(key, value): (&str, Json<'_>)| format!("{{\"key\":{},\"value\":{}}}", key_text(key, &key_type), value.text());
            let entries: Vec<String> = map.fields().map(entry).collect();
            write_items(entries.iter().map(String::as_str), out)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{array, check, int, text};
    use super::*;
    use crate::types::Value;

    fn texts(json: &str) -> (Value, DataType) {
        (Value::text(json), array_of(&DataType::STRING))
    }

    #[test]
    fn items_are_found_by_value() {
        check("ARRAY_CONTAINS", &[array("[1, 22, null]"), int(22)], "true");
        check("ARRAY_CONTAINS", &[array("[1, 22, null]"), int(2)], "false");
        check("ARRAY_CONTAINS", &[array("[1, null]"), (Value::Null, DataType::BigInt)], "true");
        check("ARRAY_CONTAINS", &[texts(r#"["\u00e9"]"#), text("é")], "true");
        check("ARRAY_POSITION", &[array("[5, 6, 6]"), int(6)], "2");
        check("ARRAY_POSITION", &[array("[5]"), int(6)], "0");
        check("ARRAY_REMOVE", &[array("[5, 6, 5, null]"), int(5)], "[6,null]");
        let pairs = |json: &str| (Value::text(json), array_of(&array_of(&DataType::Int)));
        check("ARRAY_INTERSECT", &[pairs("[[1, 2], [3]]"), pairs("[[1,2]]")], "[[1, 2]]");
        let row = DataType::Row(vec![("a".to_owned(), DataType::Int), ("b".to_owned(), DataType::STRING)]);
        let rows = (Value::text(r#"[{"b": "x", "a": 1}]"#), array_of(&row));
        check("ARRAY_POSITION", &[rows, (Value::text(r#"{"a":1,"b":"x"}"#), row)], "1");
        let decimals = (Value::text("[1.50, 2]"), array_of(&DataType::Decimal { precision: 5, scale: 2 }));
        check("ARRAY_CONTAINS", &[decimals, (Value::Decimal(150), DataType::Decimal { precision: 5, scale: 2 })], "true");
    }

    #[test]
    fn arrays_are_put_together() {
        check("ARRAY_APPEND", &[array("[1]"), int(2)], "[1,2]");
        check("ARRAY_PREPEND", &[array("[]"), (Value::Null, DataType::BigInt)], "[null]");
        check("ARRAY_CONCAT", &[array("[1]"), array("[]"), array("[1, 2]")], "[1,1,2]");
        check("ARRAY_UNION", &[array("[1, 1]"), array("[2, 1]")], "[1,2]");
        check("ARRAY_INTERSECT", &[array("[1, 2, 2, null]"), array("[null, 2]")], "[2,null]");
        check("ARRAY_EXCEPT", &[array("[3, 1, 3, 2]"), array("[2]")], "[3,1]");
        check("ARRAY_DISTINCT", &[texts(r#"["a", "b", "a"]"#)], r#"["a","b"]"#);
        check("ARRAY_REVERSE", &[array("[1, 2, 3]")], "[3,2,1]");
    }

    #[test]
    fn items_have_an_order() {
        let check_all = |json: &str, least: &str, greatest: &str| {
            check("ARRAY_MIN", &[array(json)], least);
            check("ARRAY_MAX", &[array(json)], greatest);
        };
        check_all("[10, 9, null, -1]", "-1", "10");
        check_all("[null]", "NULL", "NULL");
        check_all("[]", "NULL", "NULL");
        let flag = |flag| (Value::Bool(flag), DataType::Boolean);
        check("ARRAY_SORT", &[array("[10, null, 9]")], "[null,9,10]");
        check("ARRAY_SORT", &[array("[10, null, 9]"), flag(false)], "[10,9,null]");
        check("ARRAY_SORT", &[array("[10, null, 9]"), flag(true), flag(false)], "[9,10,null]");
        let doubles = (Value::text("[1e1, -2.5, 9]"), array_of(&DataType::Double));
        check("ARRAY_SORT", &[doubles], "[-2.5,9,1e1]");
    }

    #[test]
    fn parts_and_texts() {
        for (first, last, expected) in
            [(1, 2, "[1,2]"), (0, 1, "[1]"), (-2, -1, "[2,3]"), (3, 9, "[3]"), (3, 2, "[]"), (5, 9, "[]")]
        {
            check("ARRAY_SLICE", &[array("[1, 2, 3]"), int(first), int(last)], expected);
        }
        check("ARRAY_SLICE", &[array("[1, 2, 3]"), int(2)], "[2,3]");
        for (first, last, step, expected) in [
            (1, 5, 2, "[1,3,5]"),
            (2, -1, 2, "[2,4]"),
            (5, 1, -2, "[5,3,1]"),
            (9, 2, -1, "[5,4,3,2]"),
            (1, 5, -1, "[]"),
            (5, 1, 1, "[]"),
            (1, 5, i64::MAX, "[1]"),
            (5, 1, i64::MIN, "[5]"),
            (1, 5, 0, "error: the step of ARRAY_SLICE is not 0"),
        ] {
            check("ARRAY_SLICE", &[array("[1, 2, 3, 4, 5]"), int(first), int(last), int(step)], expected);
        }
        for (first, last, expected) in
            [(1, 2, "[1,2]"), (-1, 2, "[1,2]"), (1, 0, "[]"), (2, 9, "[2,3]"), (i64::MIN, -1, "[]"), (4, 4, "[]")]
        {
            check("$SLICE", &[array("[1, 2, 3]"), int(first), int(last)], expected);
        }
        check("ARRAY_JOIN", &[texts(r#"["a", null, "b"]"#), text("-")], "a-b");
        check("ARRAY_JOIN", &[texts(r#"["a", null]"#), text("-"), text("?")], "a-?");
        check("SPLIT", &[text("a,b,,"), text(",")], r#"["a","b","",""]"#);
        check("SPLIT", &[text("aé"), text("")], r#"["a","é"]"#);
    }

    #[test]
    fn maps_are_taken_apart() {
        let map = |json: &str| (Value::text(json), DataType::Map(Box::new(DataType::Int), Box::new(DataType::STRING)));
        check("MAP_KEYS", &[map(r#"{"7": "a", "8": null}"#)], "[7,8]");
        check("MAP_VALUES", &[map(r#"{"7": "a", "8": null}"#)], r#"["a",null]"#);
        check("MAP_ENTRIES", &[map(r#"{"7": "a"}"#)], r#"[{"key":7,"value":"a"}]"#);
    }
}

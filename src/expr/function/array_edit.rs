//! Functions of ARRAY that Calcite (so Feldera), Spark and DataFusion have beyond those of Flink and PostgreSQL.

use super::array::of_both;
use super::collection::{array_of, item_type, one_array, same_arrays, write_items, written_items};
use super::json::array_types;
use super::json_text::Json;
use super::kernel::{Call, TEXT_BYTES_MAX, TOO_LONG, kernel};
use super::signature::Param::Integer;
use super::signature::{common, function, takes};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::limits::SERIES_VALUES_MAX;
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("ARRAY_REPEAT", "(item, times)", "An array of the item so many times")
        .example("ARRAY_REPEAT('a', 3)", r#"["a","a","a"]"#)
        .also(&["LIST_REPEAT"])
        .of(repeat_types, |t, _| repeat(&t[0])),
    function(
        "ARRAY_INSERT",
        "(array, place, item)",
        "The array with one more item in a place from 1, or from -1 at the end; NULLs fill a gap",
    )
    .example("ARRAY_INSERT(ARRAY[1, 2, 4], 3, 3)", "[1,2,3,4]")
    .of(insert_types, |t, _| insert(&t[2])),
    function("ARRAY_COMPACT", "(array)", "The array without its NULLs")
        .example("ARRAY_COMPACT(ARRAY[1, NULL, 2])", "[1,2]")
        .also(&["LIST_COMPACT"])
        .of(one_array, |_, _| kernel(compact)),
    function("ARRAY_POP_BACK", "(array)", "The array without its last item")
        .example("ARRAY_POP_BACK(ARRAY[1, 2, 3])", "[1,2]")
        .also(&["LIST_POP_BACK"])
        .of(one_array, |_, _| kernel(|call| without_one(call, 0))),
    function("ARRAY_POP_FRONT", "(array)", "The array without its first item")
        .example("ARRAY_POP_FRONT(ARRAY[1, 2, 3])", "[2,3]")
        .also(&["LIST_POP_FRONT"])
        .of(one_array, |_, _| kernel(|call| without_one(call, 1))),
    function(
        "ARRAY_RESIZE",
        "(array, size [, item])",
        "The array cut to this size, or filled up to it with the item, or with NULL",
    )
    .example("ARRAY_RESIZE(ARRAY[1, 2], 4, 0)", "[1,2,0,0]")
    .also(&["LIST_RESIZE"])
    .of(insert_types, |t, _| resize(&t[2])),
    function("FLATTEN", "(array of arrays)", "The items of the items; an array that is NULL has none")
        .example("FLATTEN(ARRAY[ARRAY[1, 2], ARRAY[3]])", "[1,2,3]")
        .also(&["ARRAY_FLATTEN"])
        .of(nested_types, |_, _| kernel(flatten)),
    function("ARRAYS_OVERLAP", "(array, array)", "Whether they have an item in common; NULL is an item like others")
        .example("ARRAYS_OVERLAP(ARRAY[1, 2], ARRAY[2, 3])", "true")
        .of(overlap_types, |t, _| overlap(t)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

fn repeat_types(given: &[DataType]) -> Resolved {
    let [item, times] = given else { return None };
    let (mut args, array) = array_types(std::slice::from_ref(item))?;
    args.extend(takes(std::slice::from_ref(times), &[Integer])?);
    Some((args, array))
}

fn insert_types(given: &[DataType]) -> Resolved {
    let [array, place, item] = given else { return None };
    let item = common(&[item_type(array)?, item.clone()])?;
    let place = takes(std::slice::from_ref(place), &[Integer])?.remove(0);
    Some((vec![array_of(&item), place, item.clone()], array_of(&item)))
}

fn nested_types(given: &[DataType]) -> Resolved {
    match given {
        [DataType::Array(inner)] if matches!(**inner, DataType::Array(_)) => Some((given.to_vec(), (**inner).clone())),
        [DataType::Null] => Some((vec![array_of(&array_of(&DataType::Null))], array_of(&DataType::Null))),
        _ => None,
    }
}

fn overlap_types(given: &[DataType]) -> Resolved {
    same_arrays(given).filter(|_| given.len() == 2).map(|(args, _)| (args, DataType::Boolean))
}

/// None at all for a negative number of times.
fn repeat(item: &DataType) -> Compiled {
    let item = item.clone();
    kernel(move |call: Call<'_>| -> Column {
        let (items, times) = (written_items(&call, 0, &item), call.values::<i64>(1));
        call.null_by_last(1).write(|row, out| {
            let times = usize::try_from(times[row]).unwrap_or(0);
            if times.saturating_mul(items[row].len()) > TEXT_BYTES_MAX {
                return Err(TOO_LONG);
            }
            write_items(std::iter::repeat_n(items[row].as_str(), times), out)
        })
    })
}

const TOO_FAR: &str = "the place is too far beyond the array";

fn insert(item: &DataType) -> Compiled {
    let item = item.clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, places) = (call.strings(0), call.values::<i64>(1));
        let items = written_items(&call, 2, &item);
        call.null_by_first(2).write(|row, out| {
            let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
            let own: Vec<&str> = array.items().map(Json::text).collect();
            let place = usize::try_from(places[row].unsigned_abs()).map_err(|_| TOO_FAR)?;
            if place == 0 {
                return Err("places of ARRAY_INSERT count from 1, or from -1 at the end");
            }
            // How many items stand before the new one, counted from the side from which the place counts, and how many are missing there.
            let (before, gap) = ((place - 1).min(own.len()), (place - 1).saturating_sub(own.len()));
            if gap > SERIES_VALUES_MAX {
                return Err(TOO_FAR);
            }
            let (new, filling) = (std::iter::once(items[row].as_str()), std::iter::repeat_n("null", gap));
            let (first, last) = if places[row] > 0 { own.split_at(before) } else { own.split_at(own.len() - before) };
            let (first, last) = (first.iter().copied(), last.iter().copied());
            match places[row] > 0 {
                true => write_items(first.chain(filling).chain(new).chain(last), out),
                false => write_items(first.chain(new).chain(filling).chain(last), out),
            }
        })
    })
}

fn compact(call: Call<'_>) -> Column {
    let arrays = call.strings(0);
    call.write(|row, out| match Json::new(arrays.text(row)) {
        Some(array) => write_items(array.items().filter(|item| *item != Json::NULL).map(Json::text), out),
        None => Ok(None),
    })
}

fn without_one(call: Call<'_>, first: usize) -> Column {
    let arrays = call.strings(0);
    call.write(|row, out| {
        let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
        let rest = array.items().count().saturating_sub(1);
        write_items(array.items().skip(first).take(rest).map(Json::text), out)
    })
}

fn resize(item: &DataType) -> Compiled {
    let item = item.clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, sizes) = (call.strings(0), call.values::<i64>(1));
        let items = written_items(&call, 2, &item);
        call.null_by_first(2).write(|row, out| {
            let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
            let size = usize::try_from(sizes[row]).map_err(|_| "the size of an array is not negative")?;
            if size > SERIES_VALUES_MAX {
                return Err(TOO_FAR);
            }
            let filling = std::iter::repeat(items[row].as_str());
            write_items(array.items().map(Json::text).chain(filling).take(size), out)
        })
    })
}

fn flatten(call: Call<'_>) -> Column {
    let arrays = call.strings(0);
    call.write(|row, out| match Json::new(arrays.text(row)) {
        Some(array) => write_items(array.items().flat_map(Json::items).map(Json::text), out),
        None => Ok(None),
    })
}

fn overlap(types: &[DataType]) -> Compiled {
    of_both(types, |left, right| right.iter().any(|(wanted, _)| left.iter().any(|(key, _)| key == wanted)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{array, check, int, null, text};
    use super::*;
    use crate::types::Value;

    #[test]
    fn arrays_are_made_of_one_item() {
        check("ARRAY_REPEAT", &[int(3), int(3)], "[3,3,3]");
        check("ARRAY_REPEAT", &[text("a\""), int(2)], r#"["a\"","a\""]"#);
        check("ARRAY_REPEAT", &[int(3), int(-1)], "[]");
        check("ARRAY_REPEAT", &[(Value::Null, DataType::BigInt), int(2)], "[null,null]");
        check("ARRAY_REPEAT", &[int(1), int(i64::MAX)], "error: the text would be longer than 16 MiB");
    }

    /// Feldera's documented results.
    #[test]
    fn items_are_inserted() {
        for (own, place, item, expected) in [
            ("[1,2,3]", 3, 4, "[1,2,4,3]"),
            ("[2,3,4]", 1, 1, "[1,2,3,4]"),
            ("[1,3,4]", -1, 2, "[1,3,4,2]"),
            ("[1,3,4]", -3, 2, "[1,2,3,4]"),
            ("[2,3,null,4]", -6, 1, "[1,null,2,3,null,4]"),
            ("[1]", 4, 9, "[1,null,null,9]"),
            ("[]", -2, 9, "[9,null]"),
            ("[1]", 0, 9, "error: places of ARRAY_INSERT count from 1, or from -1 at the end"),
            ("[1]", i64::MAX, 9, "error: the place is too far beyond the array"),
            ("[1]", i64::MIN, 9, "error: the place is too far beyond the array"),
        ] {
            check("ARRAY_INSERT", &[array(own), int(place), int(item)], expected);
        }
        check("ARRAY_INSERT", &[array("[1]"), int(1), null()], "[null,1]");
    }

    #[test]
    fn arrays_lose_nulls_and_levels() {
        check("ARRAY_COMPACT", &[array("[1, null, 2, null]")], "[1,2]");
        let nested = |json: &str| (Value::text(json), array_of(&array_of(&DataType::Int)));
        check("FLATTEN", &[nested("[[1, 2], null, [], [null, 3]]")], "[1,2,null,3]");
        check("ARRAY_FLATTEN", &[nested("[]")], "[]");
    }

    #[test]
    fn arrays_are_cut_and_filled() {
        check("ARRAY_POP_BACK", &[array("[1, null]")], "[1]");
        check("ARRAY_POP_FRONT", &[array("[]")], "[]");
        check("ARRAY_RESIZE", &[array("[1, 2, 3]"), int(2), int(9)], "[1,2]");
        check("ARRAY_RESIZE", &[array("[1]"), int(3), null()], "[1,null,null]");
        check("ARRAY_RESIZE", &[array("[1]"), int(-1), int(9)], "error: the size of an array is not negative");
        check("ARRAY_RESIZE", &[array("[1]"), int(i64::MAX), int(9)], "error: the place is too far beyond the array");
    }

    #[test]
    fn nulls_overlap() {
        check("ARRAYS_OVERLAP", &[array("[null, 1]"), array("[2, 3, null]")], "true");
        check("ARRAYS_OVERLAP", &[array("[3]"), array("[1, null]")], "false");
        check("ARRAYS_OVERLAP", &[array("[]"), array("[]")], "false");
    }
}

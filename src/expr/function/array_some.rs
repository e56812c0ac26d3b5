//! Functions of ARRAY that DataFusion has beyond others: of one item, or of the first so many that equal one.

use super::array::{dimensions, first_of_dimension};
use super::collection::{array_of, item_type, items, key, one_array, with_item, write_items, written_items};
use super::json_text::Json;
use super::kernel::{Call, kernel};
use super::signature::Param::Integer;
use super::signature::{common, function, takes};
use crate::batch::Column;
use crate::batch::text::write_json_parts;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("ARRAY_ELEMENT", "(array, place)", "The item in a place from 1, or from -1 at the end")
        .example("ARRAY_ELEMENT(ARRAY[7, 8, 9], -1)", "9")
        .also(&["ARRAY_EXTRACT", "LIST_ELEMENT", "LIST_EXTRACT"])
        .of(element_types, |_, returns| element(returns)),
    function("ARRAY_ANY_VALUE", "(array)", "The first item that is not NULL")
        .example("ARRAY_ANY_VALUE(ARRAY[NULL, 1, 2])", "1")
        .also(&["LIST_ANY_VALUE"])
        .of(|t| Some((one_array(t)?.0, taken_out(&item_type(t.first()?)?))), |_, returns| any_value(returns)),
    function("ARRAY_INDEXOF", "(array, item [, first])", "The place of the item from a first place on; NULL if there is none")
        .example("ARRAY_INDEXOF(ARRAY['a', 'b', 'a'], 'a', 2)", "3")
        .also(&["LIST_INDEXOF", "LIST_POSITION"])
        .of(place_types, |t, _| place(t)),
    function("ARRAY_REMOVE_N", "(array, item, count)", "The array without the first so many that equal the item")
        .example("ARRAY_REMOVE_N(ARRAY[1, 2, 2, 3, 2], 2, 2)", "[1,3,2]")
        .also(&["LIST_REMOVE_N"])
        .of(|t| some_types(t, Count::Given), |t, _| remove(t)),
    function("LIST_REMOVE", "(array, item)", "The array without the first that equals the item; ARRAY_REMOVE takes all")
        .example("LIST_REMOVE(ARRAY[1, 2, 2, 3], 2)", "[1,2,3]")
        .of(|t| some_types(t, Count::One), |t, _| remove(t)),
    function(
        "ARRAY_REPLACE_N",
        "(array, item, by, count)",
        "The array with another in place of the first so many that equal the item",
    )
    .example("ARRAY_REPLACE_N(ARRAY[1, 2, 2, 3, 2], 2, 5, 2)", "[1,5,5,3,2]")
    .also(&["LIST_REPLACE_N"])
    .of(|t| other_types(t, Count::Given), |t, _| replace(t)),
    function("LIST_REPLACE", "(array, item, by)", "The array with another in place of the first that equals the item")
        .example("LIST_REPLACE(ARRAY[1, 2, 2, 3], 2, 5)", "[1,5,2,3]")
        .of(|t| other_types(t, Count::One), |t, _| replace(t)),
    function("LIST_DIMS", "(array)", "How many items there are in each dimension; ARRAY_DIMS gives the bounds")
        .example("LIST_DIMS(ARRAY[ARRAY[1, 2, 3], ARRAY[4, 5, 6]])", "[2,3]")
        .of(|t| Some((one_array(t)?.0, array_of(&DataType::Int))), |t, _| dims(t)),
    function("EMPTY", "(array or map)", "Whether there is nothing in it")
        .example("EMPTY(ARRAY[1])", "false")
        .also(&["ARRAY_EMPTY", "LIST_EMPTY"])
        .of(empty_types, |_, _| kernel(empty)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

/// As what an item is taken out: JSON as it is written, all else as a text that the binder makes a value of.
fn taken_out(item: &DataType) -> DataType {
    if *item == DataType::Json { DataType::Json } else { DataType::STRING }
}

fn element_types(given: &[DataType]) -> Resolved {
    let [array, place] = given else { return None };
    let (mut args, _) = one_array(std::slice::from_ref(array))?;
    args.extend(takes(std::slice::from_ref(place), &[Integer])?);
    Some((args, taken_out(&item_type(array)?)))
}

fn place_types(given: &[DataType]) -> Resolved {
    let (both, first) = given.split_at_checked(2)?;
    let (mut args, returns) = with_item(both, DataType::Int)?;
    args.extend(takes(first, &[Integer]).or_else(|| takes(first, &[]))?);
    Some((args, returns))
}

/// How many items are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    One,
    /// As the last argument says.
    Given,
}

impl Count {
    /// What `resolve` makes of the arguments before the count.
    fn behind(self, given: &[DataType], resolve: impl Fn(&[DataType]) -> Resolved) -> Resolved {
        if self == Count::One {
            return resolve(given);
        }
        let (count, rest) = given.split_last()?;
        let (mut args, returns) = resolve(rest)?;
        args.extend(takes(std::slice::from_ref(count), &[Integer])?);
        Some((args, returns))
    }
}

fn some_types(given: &[DataType], count: Count) -> Resolved {
    count.behind(given, |rest| {
        let (args, _) = with_item(rest, DataType::Null)?;
        let array = args[0].clone();
        Some((args, array))
    })
}

fn other_types(given: &[DataType], count: Count) -> Resolved {
    count.behind(given, |rest| {
        let [array, item, by] = rest else { return None };
        let item = common(&[item_type(array)?, item.clone(), by.clone()])?;
        Some((vec![array_of(&item), item.clone(), item.clone()], array_of(&item)))
    })
}

fn empty_types(given: &[DataType]) -> Resolved {
    let is_of_parts = matches!(given, [DataType::Array(_) | DataType::Map(..)]);
    is_of_parts.then(|| (given.to_vec(), DataType::Boolean))
}

/// NULL for a place that there is not.
fn element(returns: &DataType) -> Compiled {
    let returns = returns.clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, places) = (call.strings(0), call.values::<i64>(1));
        call.write(|row, out| {
            let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
            let place = places[row];
            let at = match usize::try_from(place.unsigned_abs()) {
                Ok(from_end) if place < 0 => array.items().count().checked_sub(from_end),
                Ok(from_start) => from_start.checked_sub(1),
                Err(_) => None,
            };
            Ok(at.and_then(|at| array.item(at)).and_then(|item| item.write_as(&returns, out)))
        })
    })
}

fn any_value(returns: &DataType) -> Compiled {
    let returns = returns.clone();
    kernel(move |call: Call<'_>| -> Column {
        let arrays = call.strings(0);
        call.write(|row, out| {
            let found = Json::new(arrays.text(row)).and_then(|array| array.items().find(|item| *item != Json::NULL));
            Ok(found.and_then(|item| item.write_as(&returns, out)))
        })
    })
}

/// A first place before the array is its start.
fn place(types: &[DataType]) -> Compiled {
    let item = types[1].clone();
    kernel(move |call: Call<'_>| -> Column {
        let (args, arrays, wanted) = (call.args(), call.strings(0), written_items(&call, 1, &item));
        let firsts = call.integers_if_given(2);
        call.null_by_first(1).map(|row| {
            let Some(items) = items(arrays.text(row), &item).filter(|_| args.get(2).is_none_or(|first| !first.is_null(row)))
            else {
                return Ok(None);
            };
            let wanted = key(&wanted[row], &item);
            let before = firsts.map_or(0, |firsts| usize::try_from(firsts[row].saturating_sub(1)).unwrap_or(0));
            let found = items.iter().enumerate().skip(before).find(|(_, (key, _))| *key == wanted);
            Ok(found.map(|(at, _)| at as i32 + 1))
        })
    })
}

/// The items, of which the first `count` that equal one are told as such.
fn told<'a>(array: &'a str, wanted: &str, item: &DataType, count: i64) -> Option<Vec<(bool, Json<'a>)>> {
    let (items, wanted, mut left) = (items(array, item)?, key(wanted, item), count);
    let tell = |(key, value)| {
        let is_one = key == wanted && left > 0;
        left -= i64::from(is_one);
        (is_one, value)
    };
    Some(items.into_iter().map(tell).collect())
}

fn remove(types: &[DataType]) -> Compiled {
    let item = types[1].clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, wanted, counts) = (call.strings(0), written_items(&call, 1, &item), call.integers_if_given(2));
        call.write(|row, out| {
            let count = counts.map_or(1, |counts| counts[row]);
            let Some(items) = told(arrays.text(row), &wanted[row], &item, count) else { return Ok(None) };
            write_items(items.iter().filter(|(is_one, _)| !is_one).map(|(_, value)| value.text()), out)
        })
    })
}

fn replace(types: &[DataType]) -> Compiled {
    let item = types[1].clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, wanted, by) = (call.strings(0), written_items(&call, 1, &item), written_items(&call, 2, &item));
        let (args, counts) = (call.args(), call.integers_if_given(3));
        call.null_by_first(1).write(|row, out| {
            if args.get(3).is_some_and(|count| count.is_null(row)) {
                return Ok(None);
            }
            let count = counts.map_or(1, |counts| counts[row]);
            let Some(items) = told(arrays.text(row), &wanted[row], &item, count) else { return Ok(None) };
            write_items(items.iter().map(|(is_one, value)| if *is_one { by[row].as_str() } else { value.text() }), out)
        })
    })
}

/// NULL where a dimension is empty.
fn dims(types: &[DataType]) -> Compiled {
    let dimensions = dimensions(&types[0]);
    kernel(move |call: Call<'_>| -> Column {
        let arrays = call.strings(0);
        call.write(|row, out| {
            let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
            let count = |dimension| first_of_dimension(array, dimension).map_or(0, |array| array.items().count());
            let counts: Vec<usize> = (1..=dimensions).map(count).collect();
            if counts.contains(&0) {
                return Ok(None);
            }
            write_json_parts(*b"[]", counts.into_iter(), out, |count, out| {
                out.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
            });
            Ok(Some(()))
        })
    })
}

fn empty(call: Call<'_>) -> Column {
    let values = call.strings(0);
    call.map(|row| Ok(Json::new(values.text(row)).map(|value| value.items().next().is_none() && value.fields().next().is_none())))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{array, check, int, null, text};
    use super::*;
    use crate::types::Value;

    #[test]
    fn an_item_is_taken_from_either_end() {
        for (place, expected) in
            [(1, "7"), (3, "NULL"), (4, "NULL"), (0, "NULL"), (-3, "7"), (-2, "8"), (-4, "NULL"), (i64::MIN, "NULL")]
        {
            check("ARRAY_ELEMENT", &[array("[7, 8, null]"), int(place)], expected);
        }
        let of_json = |json: &str| (Value::text(json), array_of(&DataType::Json));
        check("LIST_EXTRACT", &[of_json(r#"["a", [1]]"#), int(1)], r#""a""#);
        check("ARRAY_ANY_VALUE", &[array("[null, 3, 4]")], "3");
        check("ARRAY_ANY_VALUE", &[array("[null]")], "NULL");
    }

    #[test]
    fn a_place_is_looked_for_from_another_on() {
        check("ARRAY_INDEXOF", &[array("[5, 6, 5]"), int(5)], "1");
        check("ARRAY_INDEXOF", &[array("[5, 6, 5]"), int(5), int(2)], "3");
        check("ARRAY_INDEXOF", &[array("[5, 6, 5]"), int(5), int(-9)], "1");
        check("ARRAY_INDEXOF", &[array("[5]"), int(5), int(i64::MAX)], "NULL");
        check("ARRAY_INDEXOF", &[array("[5, null]"), null()], "2");
        check("ARRAY_INDEXOF", &[array("[5]"), int(5), null()], "NULL");
    }

    #[test]
    fn the_first_so_many_are_removed_or_replaced() {
        check("LIST_REMOVE", &[array("[1, 2, null, 2]"), int(2)], "[1,null,2]");
        check("ARRAY_REMOVE_N", &[array("[2, 2, 2]"), int(2), int(0)], "[2,2,2]");
        check("ARRAY_REMOVE_N", &[array("[2, 2, 2]"), int(2), int(9)], "[]");
        check("LIST_REPLACE", &[array("[1, null, null]"), null(), int(4)], "[1,4,null]");
        check("ARRAY_REPLACE_N", &[array("[1, 1]"), int(1), null(), int(1)], "[null,1]");
        check("ARRAY_REPLACE_N", &[array("[1, 1]"), int(1), int(2), null()], "NULL");
    }

    #[test]
    fn what_has_no_part_is_empty() {
        check("EMPTY", &[array("[]")], "true");
        check("ARRAY_EMPTY", &[array("[null]")], "false");
        check(
            "EMPTY",
            &[(Value::text(r#"{"a":1}"#), DataType::Map(Box::new(DataType::STRING), Box::new(DataType::Int)))],
            "false",
        );
        assert!(empty_types(&[text("[]").1]).is_none());
    }
}

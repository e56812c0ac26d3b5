//! Functions of ARRAY that PostgreSQL and RisingWave have beyond those of Flink. Dimensions are those of the type: an array of arrays has
//! two, also where it is empty, as in RisingWave. Unlike for Flink's functions, an item that is NULL is looked for like any other.

use super::collection::{
    Item, Key, array_of, array_of_texts, item_of_array, item_type, items, key, one_array, same_arrays, with_item, write_items,
    written_items,
};
use super::json_text::Json;
use super::kernel::{Call, Fallible, Reason, append, kernel};
use super::signature::Param::{Integer, Text};
use super::signature::{common, function, takes_some};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;
use crate::types::decimal::{self, PRECISION_MAX};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("ARRAY_CAT", "(array, array, ...)", "The items of all; one that is NULL is as empty")
        .example("ARRAY_CAT(ARRAY[1, 2], ARRAY[3])", "[1,2,3]")
        .of(two_arrays, |_, _| kernel(cat)),
    function("ARRAY_SUM", "(array of numbers)", "The sum of the items")
        .example("ARRAY_SUM(ARRAY[1, 2, 3])", "6")
        .of(sum_types, |_, returns| sum(returns)),
    function("ARRAY_POSITIONS", "(array, item)", "All places of the item, counted from 1")
        .example("ARRAY_POSITIONS(ARRAY['A', 'A', 'B', 'A'], 'A')", "[1,2,4]")
        .also(&["LIST_POSITIONS"])
        .of(|t| with_item(t, array_of(&DataType::Int)), |t, _| positions(t)),
    function("ARRAY_REPLACE", "(array, item, by)", "The array with another item in place of all that equal it")
        .example("ARRAY_REPLACE(ARRAY[1, 2, 5, 4], 5, 3)", "[1,2,3,4]")
        .also(&["ARRAY_REPLACE_ALL", "LIST_REPLACE_ALL"])
        .of(replace_types, |t, _| replace(t)),
    function(
        "ARRAY_TO_STRING",
        "(array, delimiter [, text for NULL])",
        "The texts of the items with a delimiter between them; NULLs are left out unless said",
    )
    .example("ARRAY_TO_STRING(ARRAY[1, 2, NULL, 5], ',', '*')", "1,2,*,5")
    .also(&["LIST_TO_STRING", "LIST_JOIN"])
    .of(text_types, |_, _| kernel(to_string)),
    function("ARRAY_LENGTH", "(array [, dimension])", "How many items there are in a dimension, the first unless said")
        .example("ARRAY_LENGTH(ARRAY[1, 2, 3], 1)", "3")
        .also(&["LIST_LENGTH"])
        .of(length_types, |t, _| length(t)),
    function("ARRAY_UPPER", "(array, dimension)", "The last place in a dimension")
        .example("ARRAY_UPPER(ARRAY[1, 8, 3, 7], 1)", "4")
        .of(bound_types, |t, _| length(t)),
    function("ARRAY_LOWER", "(array, dimension)", "The first place in a dimension, which is 1")
        .example("ARRAY_LOWER(ARRAY[1, 8, 3, 7], 1)", "1")
        .of(bound_types, |t, _| lower(t)),
    function("ARRAY_NDIMS", "(array)", "How many dimensions the array has")
        .example("ARRAY_NDIMS(ARRAY[ARRAY[1, 2, 3], ARRAY[4, 5, 6]])", "2")
        .also(&["LIST_NDIMS"])
        .of(ndims_types, |t, _| ndims(t)),
    function("ARRAY_DIMS", "(array)", "The bounds of the dimensions")
        .example("ARRAY_DIMS(ARRAY[ARRAY[1, 2, 3], ARRAY[4, 5, 6]])", "[1:2][1:3]")
        .of(dims_types, |t, _| dims(t)),
    function("TRIM_ARRAY", "(array, count)", "The array without its last items")
        .example("TRIM_ARRAY(ARRAY[1, 2, 3, 4, 5, 6], 2)", "[1,2,3,4]")
        .of(trim_types, |_, _| kernel(trim)),
    function("ARRAY_HAS_ANY", "(array, items)", "Whether the array has one of the items")
        .example("ARRAY_HAS_ANY(ARRAY[1, 2], ARRAY[2, 3])", "true")
        .also(&["ARRAY_OVERLAPS", "ARRAY_IS_OVERLAP", "ARRAY_IS_INTERSECT", "LIST_HAS_ANY"])
        .of(sets_types, |t, _| overlaps(t)),
    function("ARRAY_HAS_ALL", "(array, items)", "Whether the array has all of the items")
        .example("ARRAY_HAS_ALL(ARRAY[1, 2], ARRAY[2, 3])", "false")
        .also(&["LIST_HAS_ALL", "ARRAYCONTAINS"])
        .of(sets_types, |t, _| has_all(t)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

fn two_arrays(given: &[DataType]) -> Resolved {
    same_arrays(given).filter(|_| given.len() == 2)
}

fn sets_types(given: &[DataType]) -> Resolved {
    Some((two_arrays(given)?.0, DataType::Boolean))
}

/// Whole numbers add up to a BIGINT, as SUM does.
fn sum_types(given: &[DataType]) -> Resolved {
    let (args, _) = item_of_array(given)?;
    let returns = match item_type(&args[0])? {
        item if item.is_integer() => DataType::BigInt,
        DataType::Decimal { scale, .. } => DataType::Decimal { precision: PRECISION_MAX, scale },
        DataType::Float | DataType::Double | DataType::Null => DataType::Double,
        _ => return None,
    };
    Some((args, returns))
}

fn replace_types(given: &[DataType]) -> Resolved {
    let [array, item, by] = given else { return None };
    let item = common(&[item_type(array)?, item.clone(), by.clone()])?;
    let array = array_of(&item);
    Some((vec![array.clone(), item.clone(), item], array))
}

fn text_types(given: &[DataType]) -> Resolved {
    let (array, texts) = given.split_first()?;
    let mut args = array_of_texts(array)?;
    args.extend(takes_some(texts, &[Text, Text], 1)?);
    Some((args, DataType::STRING))
}

fn array_and_integers(given: &[DataType], needed: usize, returns: DataType) -> Resolved {
    let (array, integers) = given.split_first()?;
    let (mut args, _) = one_array(std::slice::from_ref(array))?;
    args.extend(takes_some(integers, &[Integer], needed)?);
    Some((args, returns))
}

fn length_types(given: &[DataType]) -> Resolved {
    array_and_integers(given, 0, DataType::Int)
}

fn bound_types(given: &[DataType]) -> Resolved {
    array_and_integers(given, 1, DataType::Int)
}

fn ndims_types(given: &[DataType]) -> Resolved {
    Some((one_array(given)?.0, DataType::Int))
}

fn dims_types(given: &[DataType]) -> Resolved {
    Some((one_array(given)?.0, DataType::STRING))
}

fn trim_types(given: &[DataType]) -> Resolved {
    let (args, _) = array_and_integers(given, 1, DataType::Null)?;
    let returns = args[0].clone();
    Some((args, returns))
}

/// NULL only where both are.
fn cat(call: Call<'_>) -> Column {
    let (args, texts) = (call.args(), [call.strings(0), call.strings(1)]);
    call.null_by_first(0).write(|row, out| {
        let given = [0, 1].map(|at| if args[at].is_null(row) { None } else { Json::new(texts[at].text(row)) });
        if given.iter().all(Option::is_none) {
            return Ok(None);
        }
        write_items(given.into_iter().flatten().flat_map(Json::items).map(Json::text), out)
    })
}

const OVERFLOW: Reason = "overflow in ARRAY_SUM";

/// Of the items that are not NULL; NULL where there are none.
fn sum(returns: &DataType) -> Compiled {
    match *returns {
        DataType::BigInt => kernel(|call| {
            let arrays = call.strings(0);
            call.map(|row| {
                let number = |text: &[u8]| lexical_core::parse::<i64>(text).ok();
                total(arrays.text(row), number, |a, b| i64::checked_add(a, b).ok_or(OVERFLOW))
            })
        }),
        DataType::Decimal { scale, .. } => kernel(move |call| {
            let arrays = call.strings(0);
            call.map(|row| {
                let number = |text: &[u8]| decimal::parse(text, PRECISION_MAX, scale);
                let add = |a: i128, b: i128| a.checked_add(b).filter(|sum| decimal::fits(*sum, PRECISION_MAX)).ok_or(OVERFLOW);
                total(arrays.text(row), number, add)
            })
        }),
        _ => kernel(|call| {
            let arrays = call.strings(0);
            call.map(|row| total(arrays.text(row), |text: &[u8]| lexical_core::parse::<f64>(text).ok(), |a, b| Ok(a + b)))
        }),
    }
}

fn total<T>(array: &str, number: impl Fn(&[u8]) -> Option<T>, add: impl Fn(T, T) -> Fallible<T>) -> Fallible<Option<T>> {
    let Some(array) = Json::new(array) else { return Ok(None) };
    let mut text = Vec::new();
    let mut sum = None;
    for item in array.items() {
        text.clear();
        if item.write(&mut text).is_none() {
            continue;
        }
        let number = number(&text).ok_or("an item of the array is no number")?;
        sum = Some(match sum {
            None => number,
            Some(sum) => add(sum, number)?,
        });
    }
    Ok(sum)
}

/// From 1, all of them.
fn positions(types: &[DataType]) -> Compiled {
    let item = types[1].clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, wanted) = (call.strings(0), written_items(&call, 1, &item));
        call.null_by_first(1).write(|row, out| {
            let Some(items) = items(arrays.text(row), &item) else { return Ok(None) };
            let wanted = key(&wanted[row], &item);
            let places = items.iter().enumerate().filter(|(_, (key, _))| *key == wanted).map(|(at, _)| (at + 1).to_string());
            write_items(places.collect::<Vec<_>>().iter().map(String::as_str), out)
        })
    })
}

fn replace(types: &[DataType]) -> Compiled {
    let item = types[1].clone();
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, wanted, by) = (call.strings(0), written_items(&call, 1, &item), written_items(&call, 2, &item));
        call.null_by_first(1).write(|row, out| {
            let Some(items) = items(arrays.text(row), &item) else { return Ok(None) };
            let wanted = key(&wanted[row], &item);
            write_items(items.iter().map(|(key, value)| if *key == wanted { by[row].as_str() } else { value.text() }), out)
        })
    })
}

/// NULLs are left out where no text stands for them, and arrays in the array are taken apart.
fn to_string(call: Call<'_>) -> Column {
    let (args, arrays, delimiters, for_null) = (call.args(), call.strings(0), call.strings(1), call.strings_if_given(2));
    call.null_by_first(2).write(|row, out| {
        let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
        let for_null = for_null.filter(|_| !args[2].is_null(row)).map(|texts| texts.text(row));
        let mut joined = Joined { delimiter: delimiters.text(row), for_null, is_first: true };
        joined.add(array, out)?;
        Ok(Some(()))
    })
}

/// Items that are joined to a text.
struct Joined<'a> {
    delimiter: &'a str,
    for_null: Option<&'a str>,
    is_first: bool,
}

impl Joined<'_> {
    /// Arrays nest no deeper than `NESTING_MAX`.
    fn add(&mut self, array: Json<'_>, out: &mut Vec<u8>) -> Fallible<()> {
        for value in array.items() {
            if value.is_array() {
                self.add(value, out)?;
                continue;
            }
            let mut item = Vec::new();
            let text = match (value.write(&mut item), self.for_null) {
                (Some(()), _) => item.as_slice(),
                (None, Some(for_null)) => for_null.as_bytes(),
                (None, None) => continue,
            };
            if !self.is_first {
                append(out, self.delimiter.as_bytes())?;
            }
            append(out, text)?;
            self.is_first = false;
        }
        Ok(())
    }
}

/// Arrays in arrays in arrays.
pub(super) fn dimensions(array: &DataType) -> i64 {
    match array {
        DataType::Array(item) => 1 + dimensions(item),
        _ => 0,
    }
}

/// The first items of first items down to this dimension, counted from 1; `None` where there is none.
pub(super) fn first_of_dimension(array: Json<'_>, dimension: i64) -> Option<Json<'_>> {
    (1..dimension).try_fold(array, |array, _| array.item(0))
}

/// Items of a dimension, of the first one unless said; NULL for a dimension that there is not.
fn length(types: &[DataType]) -> Compiled {
    let dimensions = dimensions(&types[0]);
    kernel(move |call: Call<'_>| -> Column {
        let (arrays, wanted) = (call.strings(0), call.integers_if_given(1));
        call.map(|row| {
            let dimension = wanted.map_or(1, |wanted| wanted[row]);
            if !(1..=dimensions).contains(&dimension) {
                return Ok(None);
            }
            let array = Json::new(arrays.text(row)).and_then(|array| first_of_dimension(array, dimension));
            Ok(array.map(|array| array.items().count() as i32))
        })
    })
}

fn lower(types: &[DataType]) -> Compiled {
    let dimensions = dimensions(&types[0]);
    kernel(move |call: Call<'_>| -> Column {
        let wanted = call.values::<i64>(1);
        call.map(|row| Ok((1..=dimensions).contains(&wanted[row]).then_some(1)))
    })
}

fn ndims(types: &[DataType]) -> Compiled {
    let dimensions = dimensions(&types[0]) as i32;
    kernel(move |call: Call<'_>| call.map(|_| Ok(Some(dimensions))))
}

/// NULL where a dimension is empty.
fn dims(types: &[DataType]) -> Compiled {
    let dimensions = dimensions(&types[0]);
    kernel(move |call: Call<'_>| -> Column {
        let arrays = call.strings(0);
        call.write(|row, out| {
            let mut array = Json::new(arrays.text(row));
            for _ in 0..dimensions {
                let Some(count) = array.map(|array| array.items().count()).filter(|count| *count > 0) else { return Ok(None) };
                out.extend_from_slice(format!("[1:{count}]").as_bytes());
                array = array.and_then(|array| array.item(0));
            }
            Ok(Some(()))
        })
    })
}

fn trim(call: Call<'_>) -> Column {
    let (arrays, counts) = (call.strings(0), call.values::<i64>(1));
    call.write(|row, out| {
        let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
        let items: Vec<&str> = array.items().map(Json::text).collect();
        let kept = usize::try_from(counts[row]).ok().and_then(|count| items.len().checked_sub(count));
        let kept = kept.ok_or("TRIM_ARRAY takes away from 0 items to all of them")?;
        write_items(items[..kept].iter().copied(), out)
    })
}

/// What `test` says of the items of two arrays.
pub(super) fn of_both(types: &[DataType], test: fn(&[Item<'_>], &[Item<'_>]) -> bool) -> Compiled {
    let item = item_type(&types[0]).unwrap_or(DataType::Null);
    kernel(move |call: Call<'_>| -> Column {
        let (left, right) = (call.strings(0), call.strings(1));
        call.map(|row| {
            let both = items(left.text(row), &item).zip(items(right.text(row), &item));
            Ok(both.map(|(left, right)| test(&left, &right)))
        })
    })
}

fn has(items: &[Item<'_>], wanted: &Key) -> bool {
    *wanted != Key::Null && items.iter().any(|(key, _)| key == wanted)
}

/// Whether an item of one is one of the other; NULL is none.
fn overlaps(types: &[DataType]) -> Compiled {
    of_both(types, |left, right| right.iter().any(|(key, _)| has(left, key)))
}

/// Whether every item of the second is one of the first; NULL is none.
fn has_all(types: &[DataType]) -> Compiled {
    of_both(types, |left, right| right.iter().all(|(key, _)| has(left, key)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{array, check, int, null, text};
    use super::*;
    use crate::types::Value;

    fn pairs(json: &str) -> (Value, DataType) {
        (Value::text(json), array_of(&array_of(&DataType::Int)))
    }

    #[test]
    fn numbers_add_up() {
        check("ARRAY_SUM", &[array("[1, null, 3]")], "4");
        check("ARRAY_SUM", &[array("[null]")], "NULL");
        check("ARRAY_SUM", &[array("[]")], "NULL");
        check("ARRAY_SUM", &[array("[9223372036854775807, 1]")], "error: overflow in ARRAY_SUM");
        let decimals = |json: &str| (Value::text(json), array_of(&DataType::Decimal { precision: 5, scale: 2 }));
        check("ARRAY_SUM", &[decimals("[1.50, -2.25]")], "-0.75");
        check("ARRAY_SUM", &[(Value::text("[1e1, 0.5]"), array_of(&DataType::Double))], "10.5");
        check("ARRAY_SUM", &[array("[\"x\"]")], "error: an item of the array is no number");
    }

    #[test]
    fn items_are_found_and_replaced() {
        check("ARRAY_POSITIONS", &[array("[5, 6, null, 5]"), int(5)], "[1,4]");
        check("ARRAY_POSITIONS", &[array("[5, null]"), null()], "[2]");
        check("ARRAY_POSITIONS", &[array("[]"), int(5)], "[]");
        check("ARRAY_REPLACE", &[array("[1, 2, 5, 4]"), int(5), int(3)], "[1,2,3,4]");
        check("ARRAY_REPLACE", &[array("[1, null]"), null(), int(3)], "[1,3]");
        check("ARRAY_REPLACE", &[array("[1, 2]"), int(1), null()], "[null,2]");
        check("ARRAY_CAT", &[array("[1]"), array("[2, 3]")], "[1,2,3]");
        check("ARRAY_CAT", &[array("[1]"), null()], "[1]");
        check("ARRAY_CAT", &[null(), array("[1]")], "[1]");
        check("TRIM_ARRAY", &[array("[1, 2, 3]"), int(2)], "[1]");
        check("TRIM_ARRAY", &[array("[1]"), int(1)], "[]");
        check("TRIM_ARRAY", &[array("[1]"), int(2)], "error: TRIM_ARRAY takes away from 0 items to all of them");
        check("TRIM_ARRAY", &[array("[1]"), int(-1)], "error: TRIM_ARRAY takes away from 0 items to all of them");
        for (left, right, any, all) in [
            ("[1, 2]", "[2, 3]", "true", "false"),
            ("[1, 2]", "[2]", "true", "true"),
            ("[1]", "[]", "false", "true"),
            ("[null]", "[null]", "false", "false"),
        ] {
            check("ARRAY_OVERLAPS", &[array(left), array(right)], any);
            check("ARRAY_HAS_ANY", &[array(left), array(right)], any);
            check("ARRAY_HAS_ALL", &[array(left), array(right)], all);
        }
    }

    #[test]
    fn items_are_joined_to_text() {
        let texts = |json: &str| (Value::text(json), array_of(&DataType::STRING));
        check("ARRAY_TO_STRING", &[texts(r#"["a", null, "b"]"#), text(",")], "a,b");
        check("ARRAY_TO_STRING", &[texts(r#"["a", null, "b"]"#), text(","), text("*")], "a,*,b");
        check("ARRAY_TO_STRING", &[texts(r#"["a", null]"#), text(","), null()], "a");
        check("ARRAY_TO_STRING", &[pairs("[[1, 2], [3]]"), text("-")], "1-2-3");
        check("ARRAY_TO_STRING", &[texts("[]"), text("-")], "");
    }

    #[test]
    fn arrays_have_dimensions() {
        check("ARRAY_LENGTH", &[array("[1, 2, null]")], "3");
        check("ARRAY_LENGTH", &[array("[]")], "0");
        for (dimension, length, first) in [(1, "2", "1"), (2, "3", "1"), (3, "NULL", "NULL"), (0, "NULL", "NULL")] {
            check("ARRAY_LENGTH", &[pairs("[[1, 2, 3], [4, 5, 6]]"), int(dimension)], length);
            check("ARRAY_UPPER", &[pairs("[[1, 2, 3], [4, 5, 6]]"), int(dimension)], length);
            check("ARRAY_LOWER", &[pairs("[[1, 2, 3], [4, 5, 6]]"), int(dimension)], first);
        }
        check("ARRAY_NDIMS", &[pairs("[[1]]")], "2");
        check("ARRAY_NDIMS", &[array("[]")], "1");
        check("ARRAY_DIMS", &[pairs("[[1, 2, 3], [4, 5, 6]]")], "[1:2][1:3]");
        check("ARRAY_DIMS", &[array("[7]")], "[1:1]");
        check("ARRAY_DIMS", &[array("[]")], "NULL");
    }
}

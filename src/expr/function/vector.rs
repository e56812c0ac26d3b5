//! Functions of arrays of numbers as vectors, which DataFusion and RisingWave have. An item that is NULL makes the result NULL; two arrays
//! of different lengths fail.

use super::collection::{array_of, item_type, one_array};
use super::json_text::Json;
use super::kernel::{Call, Fallible, kernel};
use super::signature::function;
use crate::batch::text::write_json_value;
use crate::batch::{Column, StrColumn, Values};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("ARRAY_DISTANCE", "(numbers, numbers)", "The distance of two points")
        .example("ARRAY_DISTANCE(ARRAY[1, 2], ARRAY[4, 6])", "5.0")
        .also(&["LIST_DISTANCE", "L2_DISTANCE"])
        .of(two_types, |_, _| of_two(|a, b| Some(sum(a, b, |a, b| (a - b) * (a - b)).sqrt()))),
    function("L1_DISTANCE", "(numbers, numbers)", "The sum of how far the numbers are apart")
        .example("L1_DISTANCE(ARRAY[1, 2], ARRAY[4, 6])", "7.0")
        .of(two_types, |_, _| of_two(|a, b| Some(sum(a, b, |a, b| (a - b).abs())))),
    function("COSINE_DISTANCE", "(numbers, numbers)", "One less the cosine of the angle between; NULL where one has no length")
        .example("COSINE_DISTANCE(ARRAY[1, 0], ARRAY[0, 1])", "1.0")
        .of(two_types, |_, _| of_two(cosine_distance)),
    function("INNER_PRODUCT", "(numbers, numbers)", "The sum of the products of the numbers")
        .example("INNER_PRODUCT(ARRAY[1, 2, 3], ARRAY[4, 5, 6])", "32.0")
        .also(&["DOT_PRODUCT"])
        .of(two_types, |_, _| of_two(|a, b| Some(dot(a, b)))),
    function("VECTOR_NORM", "(numbers)", "The length of the vector")
        .example("VECTOR_NORM(ARRAY[3, 4])", "5.0")
        .also(&["L2_NORM"])
        .of(|t| one_types(t, DataType::Double), |_, _| norm()),
    function("ARRAY_NORMALIZE", "(numbers)", "The vector with a length of 1; NULL where it has no length")
        .example("ARRAY_NORMALIZE(ARRAY[3, 4])", "[0.6,0.8]")
        .also(&["LIST_NORMALIZE", "L2_NORMALIZE"])
        .of(|t| one_types(t, array_of(&DataType::Double)), |_, _| normalize()),
];

type Resolved = Option<(Vec<DataType>, DataType)>;
type Compiled = Result<Box<dyn Kernel>>;

fn one_types(given: &[DataType], returns: DataType) -> Resolved {
    let (args, _) = one_array(given)?;
    let item = item_type(&args[0])?;
    (item.is_numeric() || item == DataType::Null).then(|| (vec![array_of(&DataType::Double)], returns))
}

fn two_types(given: &[DataType]) -> Resolved {
    let [a, b] = given else { return None };
    let (mut args, _) = one_types(std::slice::from_ref(a), DataType::Null)?;
    args.extend(one_types(std::slice::from_ref(b), DataType::Null)?.0);
    Some((args, DataType::Double))
}

fn sum(a: &[f64], b: &[f64], of: fn(f64, f64) -> f64) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + of(*a, *b))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum(a, b, |a, b| a * b)
}

fn cosine_distance(a: &[f64], b: &[f64]) -> Option<f64> {
    let lengths = dot(a, a).sqrt() * dot(b, b).sqrt();
    (lengths != 0.0).then(|| 1.0 - dot(a, b) / lengths)
}

/// The numbers of an array, in place of those before; `None` if one is NULL, or there is no array.
fn read(arrays: &StrColumn, row: usize, text: &mut Vec<u8>, numbers: &mut Vec<f64>) -> Fallible<Option<()>> {
    let Some(array) = Json::new(arrays.text(row)) else { return Ok(None) };
    numbers.clear();
    for item in array.items() {
        text.clear();
        if item.write(text).is_none() {
            return Ok(None);
        }
        numbers.push(lexical_core::parse(text).map_err(|_| "an item of the array is no number")?);
    }
    Ok(Some(()))
}

fn of_two(of: fn(&[f64], &[f64]) -> Option<f64>) -> Compiled {
    let (mut text, mut a, mut b) = (Vec::new(), Vec::new(), Vec::new());
    kernel(move |call: Call<'_>| -> Column {
        let (left, right) = (call.strings(0), call.strings(1));
        call.map(|row| {
            if read(left, row, &mut text, &mut a)?.and(read(right, row, &mut text, &mut b)?).is_none() {
                return Ok(None);
            }
            if a.len() == b.len() { Ok(of(&a, &b)) } else { Err("the arrays are not of one length") }
        })
    })
}

fn norm() -> Compiled {
    let (mut text, mut numbers) = (Vec::new(), Vec::new());
    kernel(move |call: Call<'_>| -> Column {
        let arrays = call.strings(0);
        call.map(|row| Ok(read(arrays, row, &mut text, &mut numbers)?.map(|()| dot(&numbers, &numbers).sqrt())))
    })
}

fn normalize() -> Compiled {
    let (mut text, mut numbers) = (Vec::new(), Vec::new());
    kernel(move |call: Call<'_>| -> Column {
        let arrays = call.strings(0);
        call.write(|row, out| {
            if read(arrays, row, &mut text, &mut numbers)?.is_none() {
                return Ok(None);
            }
            let length = dot(&numbers, &numbers).sqrt();
            if length == 0.0 && !numbers.is_empty() {
                return Ok(None);
            }
            let column = Column { values: Values::F64(numbers.iter().map(|number| number / length).collect()), validity: None };
            out.push(b'[');
            for at in 0..column.len() {
                out.extend_from_slice(if at > 0 { b"," } else { b"" });
                write_json_value(&column, at, &DataType::Double, out);
            }
            out.push(b']');
            Ok(Some(()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::evaluate;
    use super::*;
    use crate::types::Value;

    fn numbers(json: &str) -> (Value, DataType) {
        (Value::text(json), array_of(&DataType::Double))
    }

    fn check(name: &str, args: &[&str], expected: &str) {
        let args: Vec<_> = args.iter().map(|json| numbers(json)).collect();
        assert_eq!(evaluate(name, &args), expected, "{name} of {args:?}");
    }

    #[test]
    fn vectors_without_length_or_of_two_lengths() {
        check("COSINE_DISTANCE", &["[0, 0]", "[1, 0]"], "NULL");
        check("INNER_PRODUCT", &["[]", "[]"], "0.0");
        check("INNER_PRODUCT", &["[1]", "[1, 2]"], "error: the arrays are not of one length");
        check("ARRAY_DISTANCE", &["[1, null]", "[1, 2]"], "NULL");
        check("ARRAY_NORMALIZE", &["[0, 0]"], "NULL");
        check("ARRAY_NORMALIZE", &["[]"], "[]");
        check("VECTOR_NORM", &["[1e300, null]"], "NULL");
    }
}

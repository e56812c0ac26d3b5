//! Numbers that are none: NaN and the infinities of FLOAT and DOUBLE, which no other number is.

use super::kernel::{Native, kernel};
use super::signature::Param::Double;
use super::signature::{function, takes};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::{DataType, Representation};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("IS_NAN", "(x)", "Whether it is not a number")
        .example("IS_NAN(CAST('NaN' AS DOUBLE))", "true")
        .also(&["ISNAN"])
        .of(test_types, |t, _| test(t, f64::is_nan)),
    function("IS_INF", "(x)", "Whether it is infinite, to either side")
        .example("IS_INF(CAST('-Infinity' AS DOUBLE))", "true")
        .of(test_types, |t, _| test(t, f64::is_infinite)),
    function("ISZERO", "(x)", "Whether it is zero").example("ISZERO(0.0)", "true").of(test_types, |t, _| test(t, |x| x == 0.0)),
    function("FINITE_OR_NULL", "(x)", "The number; NULL for NaN and the infinities")
        .example("FINITE_OR_NULL(CAST('NaN' AS DOUBLE))", "NULL")
        .of(finite_types, |t, _| match t[0] {
            DataType::Float => finite_or_null::<f32>(),
            _ => finite_or_null::<f64>(),
        }),
    function("NANVL", "(x, other)", "The number, or another where it is NaN")
        .example("NANVL(CAST('NaN' AS DOUBLE), 3)", "3.0")
        .of(
            |t| Some((takes(t, &[Double; 2])?, DataType::Double)),
            |_, _| {
                kernel(|call| {
                    let (x, other) = (call.values::<f64>(0), call.values::<f64>(1));
                    call.map(|row| Ok(Some(if x[row].is_nan() { other[row] } else { x[row] })))
                })
            },
        ),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

/// A FLOAT as it is, for what is finite as one may not be so as the other; other numbers as DOUBLE.
fn float(given: &[DataType]) -> Option<DataType> {
    match given {
        [DataType::Float] => Some(DataType::Float),
        _ => takes(given, &[Double]).map(|_| DataType::Double),
    }
}

fn test_types(given: &[DataType]) -> Resolved {
    Some((vec![float(given)?], DataType::Boolean))
}

fn finite_types(given: &[DataType]) -> Resolved {
    let float = float(given)?;
    Some((vec![float.clone()], float))
}

fn test(types: &[DataType], holds: fn(f64) -> bool) -> Result<Box<dyn Kernel>> {
    match types[0].representation() {
        Representation::F32 => tested::<f32>(holds),
        _ => tested::<f64>(holds),
    }
}

fn tested<T: Native + Into<f64>>(holds: fn(f64) -> bool) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let x = call.values::<T>(0);
        call.map(|row| Ok(Some(holds(x[row].into()))))
    })
}

fn finite_or_null<T: Native + Into<f64>>() -> Result<Box<dyn Kernel>> {
    kernel(|call| {
        let x = call.values::<T>(0);
        call.map(|row| Ok(x[row].into().is_finite().then_some(x[row])))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{double, evaluate, int};
    use crate::types::{DataType, Value};

    #[test]
    fn numbers_that_are_none_are_found() {
        for (x, is_nan, is_inf, is_zero, finite) in [
            (1.5, "false", "false", "false", "1.5"),
            (-0.0, "false", "false", "true", "-0.0"),
            (f64::NAN, "true", "false", "false", "NULL"),
            (f64::NEG_INFINITY, "false", "true", "false", "NULL"),
        ] {
            for (name, expected) in
                [("IS_NAN", is_nan), ("ISNAN", is_nan), ("IS_INF", is_inf), ("ISZERO", is_zero), ("FINITE_OR_NULL", finite)]
            {
                assert_eq!(evaluate(name, &[double(x)]), expected, "{name} of {x}");
                assert_eq!(evaluate(name, &[(Value::Double(x), DataType::Float)]), expected, "{name} of FLOAT {x}");
            }
        }
        assert_eq!(evaluate("NANVL", &[double(f64::NAN), int(5)]), "5.0");
        assert_eq!(evaluate("NANVL", &[double(2.0), int(5)]), "2.0");
    }
}

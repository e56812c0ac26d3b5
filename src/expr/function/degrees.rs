//! Functions of angles in degrees. Where the result is a whole number of degrees or a simple fraction it is exactly that, as in PostgreSQL:
//! `SIND(30)` is 0.5 and `TAND(45)` is 1.

use std::f64::consts::FRAC_1_SQRT_2;

use super::kernel::kernel;
use super::signature::Param::Double;
use super::signature::{function, takes};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("SIND", "(degrees)", "The sine of an angle in degrees")
        .example("SIND(30)", "0.5")
        .of(doubles::<1>, |_, _| of_one(sine)),
    function("COSD", "(degrees)", "The cosine of an angle in degrees")
        .example("COSD(60)", "0.5")
        .of(doubles::<1>, |_, _| of_one(cosine)),
    function("TAND", "(degrees)", "The tangent of an angle in degrees")
        .example("TAND(45)", "1.0")
        .of(doubles::<1>, |_, _| of_one(|x| sine(x) / cosine(x))),
    function("COTD", "(degrees)", "The cotangent of an angle in degrees")
        .example("COTD(45)", "1.0")
        .of(doubles::<1>, |_, _| of_one(|x| cosine(x) / sine(x))),
    function("ASIND", "(x)", "The angle of this sine, in degrees")
        .example("ASIND(0.5)", "30.0")
        .of(doubles::<1>, |_, _| of_one(arc_sine)),
    function("ACOSD", "(x)", "The angle of this cosine, in degrees")
        .example("ACOSD(0.5)", "60.0")
        .of(doubles::<1>, |_, _| of_one(arc_cosine)),
    function("ATAND", "(x)", "The angle of this tangent, in degrees")
        .example("ATAND(1)", "45.0")
        .of(doubles::<1>, |_, _| of_one(|x| in_degrees(x.atan()))),
    function("ATAN2D", "(y, x)", "The angle of the point (x, y), in degrees").example("ATAN2D(1, 0)", "90.0").of(
        doubles::<2>,
        |_, _| {
            kernel(|call| {
                let (y, x) = (call.values::<f64>(0), call.values::<f64>(1));
                call.map(|row| Ok(Some(in_degrees(y[row].atan2(x[row])))))
            })
        },
    ),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn doubles<const N: usize>(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Double; N])?, DataType::Double))
}

fn of_one(compute: fn(f64) -> f64) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let x = call.values::<f64>(0);
        call.map(|row| Ok(Some(compute(x[row]))))
    })
}

fn sine(degrees: f64) -> f64 {
    let in_circle = degrees.abs() % 360.0;
    let (in_half, sign) = if in_circle > 180.0 { (360.0 - in_circle, -1.0) } else { (in_circle, 1.0) };
    sign * degrees.signum() * of_quadrant(if in_half > 90.0 { 180.0 - in_half } else { in_half })
}

fn cosine(degrees: f64) -> f64 {
    let in_circle = degrees.abs() % 360.0;
    let in_half = if in_circle > 180.0 { 360.0 - in_circle } else { in_circle };
    if in_half > 90.0 { -of_quadrant(in_half - 90.0) } else { of_quadrant(90.0 - in_half) }
}

/// The sine from 0 to 90 degrees.
fn of_quadrant(degrees: f64) -> f64 {
    match degrees {
        30.0 => 0.5,
        45.0 => FRAC_1_SQRT_2,
        _ if degrees < 45.0 => degrees.to_radians().sin(),
        _ => (90.0 - degrees).to_radians().cos(),
    }
}

fn arc_sine(x: f64) -> f64 {
    // asin(0.5) in degrees is the double above 30.
    if x.abs() == 0.5 { 30.0 * x.signum() } else { x.asin().to_degrees() }
}

fn arc_cosine(x: f64) -> f64 {
    if x.abs() == 0.5 { 90.0 - arc_sine(x) } else { x.acos().to_degrees() }
}

/// As a multiple of an eighth of a circle, which is what the angles with whole numbers of degrees are.
fn in_degrees(radians: f64) -> f64 {
    radians / std::f64::consts::FRAC_PI_4 * 45.0
}

#[cfg(test)]
mod tests {
    use super::super::testing::{double, evaluate};
    use super::*;

    #[test]
    fn whole_angles_have_exact_values() {
        for (name, x, expected) in [
            ("SIND", 30.0, 0.5),
            ("SIND", 150.0, 0.5),
            ("SIND", -30.0, -0.5),
            ("SIND", 180.0, 0.0),
            ("SIND", 270.0, -1.0),
            ("SIND", 390.0, 0.5),
            ("COSD", 60.0, 0.5),
            ("COSD", 90.0, 0.0),
            ("COSD", 120.0, -0.5),
            ("COSD", 180.0, -1.0),
            ("COSD", -60.0, 0.5),
            ("TAND", 45.0, 1.0),
            ("TAND", 135.0, -1.0),
            ("TAND", 0.0, 0.0),
            ("TAND", 90.0, f64::INFINITY),
            ("COTD", 45.0, 1.0),
            ("COTD", 0.0, f64::INFINITY),
            ("ASIND", 0.5, 30.0),
            ("ASIND", -0.5, -30.0),
            ("ASIND", 1.0, 90.0),
            ("ACOSD", 0.5, 60.0),
            ("ACOSD", -1.0, 180.0),
            ("ACOSD", -0.5, 120.0),
            ("ATAND", 1.0, 45.0),
            ("ATAND", -1.0, -45.0),
        ] {
            assert_eq!(evaluate(name, &[double(x)]).parse(), Ok(expected), "{name}({x})");
        }
        for (name, x) in [("SIND", f64::INFINITY), ("COSD", f64::NAN), ("ASIND", 1.1), ("ACOSD", -1.1)] {
            assert_eq!(evaluate(name, &[double(x)]), "NaN", "{name}({x})");
        }
        assert_eq!(evaluate("ATAN2D", &[double(-1.0), double(-1.0)]), "-135.0");
    }

    #[test]
    fn all_angles_have_nearly_the_values_that_radians_give() {
        let mut random = fastrand::Rng::with_seed(5);
        for _ in 0..2_000 {
            let degrees = random.f64() * 1_440.0 - 720.0;
            let radians = degrees.to_radians();
            assert!((sine(degrees) - radians.sin()).abs() < 1e-14, "{degrees}");
            assert!((cosine(degrees) - radians.cos()).abs() < 1e-14, "{degrees}");
            let x = random.f64() * 2.0 - 1.0;
            assert!((sine(arc_sine(x)) - x).abs() < 1e-14, "{x}");
            assert!((cosine(arc_cosine(x)) - x).abs() < 1e-14, "{x}");
            assert!((in_degrees(x.atan()) - x.atan().to_degrees()).abs() < 1e-13, "{x}");
        }
    }
}

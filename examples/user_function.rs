//! A job whose SQL calls a function of the program.
//!
//! ```text
//! cargo run --release --example user_function
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use corelane::{Job, Result, ScalarFunction, Value};

const SQL: &str = "
    CREATE TABLE places (name STRING, latitude DOUBLE, longitude DOUBLE) WITH ('connector' = 'channel');

    SELECT name, CAST(distance_km(latitude, longitude, 52.5200, 13.4050) AS DECIMAL(8, 1)) AS from_berlin
    FROM places WHERE distance_km(latitude, longitude, 52.5200, 13.4050) < 1000;";

fn main() -> Result<()> {
    // Types of arguments and result are those of the closure; where an argument is NULL the result is NULL.
    let distance = ScalarFunction::of_row::<(f64, f64, f64, f64), _>("DISTANCE_KM", |(lat, lon, to_lat, to_lon)| {
        if lat.abs() > 90.0 { Err(format!("{lat} is no latitude")) } else { Ok(great_circle([lat, lon], [to_lat, to_lon])) }
    });
    let mut job = Job::builder().function(distance).sql(SQL).plan()?;
    let (mut places, output) = (job.input("places")?, job.output("print")?);
    let running = job.start()?;
    let place = |name: &str, latitude: f64, longitude: f64| vec![name.into(), latitude.into(), longitude.into()];
    places.send([
        place("Paris", 48.8566, 2.3522),
        place("Vienna", 48.2082, 16.3738),
        place("Tokyo", 35.6762, 139.6503),
        vec!["Atlantis".into(), Value::Null, Value::Null],
        place("Nowhere", 91.0, 0.0),
    ])?;
    places.close();
    for rows in output {
        println!("{rows}");
    }
    for row in running.wait()?.aside {
        println!("set aside: {row}");
    }
    Ok(())
}

/// Kilometres between two places on a sphere of the size of the earth.
fn great_circle(from: [f64; 2], to: [f64; 2]) -> f64 {
    let ([lat, lon], [to_lat, to_lon]) = (from.map(f64::to_radians), to.map(f64::to_radians));
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let a = half(to_lat - lat) + lat.cos() * to_lat.cos() * half(to_lon - lon);
    2.0 * 6371.0 * a.sqrt().asin()
}

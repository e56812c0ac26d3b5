//! A job whose SQL calls functions of the program: one of a row, one that gives several rows, and an aggregate.
//!
//! ```text
//! cargo run --release --example user_function
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use corelane::{AggregateFunction, Job, Result, ScalarFunction, TableFunction, Value};

const SQL: &str = "
    CREATE TABLE tours (tour STRING, stops STRING) WITH ('connector' = 'channel');

    CREATE VIEW places AS
    SELECT tour, name, latitude, longitude FROM tours, LATERAL TABLE(stops_of(stops)) AS s (name, latitude, longitude);

    SELECT name, CAST(distance_km(latitude, longitude, 52.5200, 13.4050) AS DECIMAL(8, 1)) AS from_berlin
    FROM places WHERE distance_km(latitude, longitude, 52.5200, 13.4050) < 1000;

    SELECT tour, CAST(spread(latitude) AS DECIMAL(8, 4)) AS degrees_from_south_to_north FROM places GROUP BY tour EMIT FINAL;";

/// How far numbers lie apart.
#[derive(Clone, Default)]
struct Spread(Option<(f64, f64)>);

impl Spread {
    fn add(&mut self, (number,): (f64,)) {
        let (least, greatest) = self.0.unwrap_or((number, number));
        self.0 = Some((least.min(number), greatest.max(number)));
    }

    /// Takes in what another shard knows of the same group.
    fn merge(&mut self, other: Option<(f64, f64)>) {
        other.into_iter().for_each(|(least, greatest)| [least, greatest].into_iter().for_each(|number| self.add((number,))));
    }

    fn result(&self) -> Option<f64> {
        self.0.map(|(least, greatest)| greatest - least)
    }
}

fn main() -> Result<()> {
    // Types of arguments and result are those of the closure; where an argument is NULL the result is NULL.
    let distance = ScalarFunction::of_row::<(f64, f64, f64, f64), _>("DISTANCE_KM", |(lat, lon, to_lat, to_lon)| {
        if lat.abs() > 90.0 { Err(format!("{lat} is no latitude")) } else { Ok(great_circle([lat, lon], [to_lat, to_lon])) }
    });
    // A tuple for each row that it gives.
    let stops = TableFunction::of_row::<(&str,), (String, Option<f64>, Option<f64>), _>(
        "STOPS_OF",
        ["name", "latitude", "longitude"],
        |(stops,), rows| {
            for stop in stops.split("; ") {
                let mut parts = stop.split(' ');
                let name = parts.next().unwrap_or_default().to_owned();
                let mut degrees = || parts.next().and_then(|text| text.parse().ok());
                rows.push((name, degrees(), degrees()));
            }
        },
    );
    // A state for each group. This one cannot take rows back, so it is refused over a table that changes.
    let spread = AggregateFunction::<Spread, (f64,)>::of_rows("SPREAD", Spread::add, Spread::result);
    let spread = spread.merge(|state| state.0, Spread::merge);

    let mut job = Job::builder().function(distance).table_function(stops).aggregate(spread).sql(SQL).plan()?;
    let (mut tours, near, spreads) = (job.input("tours")?, job.output("print")?, job.output("print 2")?);
    let running = job.start()?;
    let tour = |name: &str, stops: &str| vec![name.into(), stops.into()];
    tours.send([
        tour("west", "Paris 48.8566 2.3522; Vienna 48.2082 16.3738; Atlantis"),
        tour("east", "Tokyo 35.6762 139.6503; Nowhere 91.0 0.0; Oslo 59.9139 10.7522"),
        vec!["none".into(), Value::Null],
    ])?;
    tours.close();
    for rows in near.chain(spreads) {
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

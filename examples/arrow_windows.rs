//! Feeds record batches of Apache Arrow to a job, and reads what its windows come to as record batches.
//!
//! ```text
//! cargo run --release --example arrow_windows
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::sync::Arc;

use corelane::arrow_array::cast::AsArray;
use corelane::arrow_array::types::{Decimal128Type, Int64Type, TimestampNanosecondType};
use corelane::arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use corelane::{Input, Job};

const SQL: &str = "
    CREATE TABLE readings (sensor STRING, celsius DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
    WITH ('connector' = 'channel');

    SELECT sensor, window_start, COUNT(*) AS readings, CAST(AVG(celsius) AS DECIMAL(6, 3)) AS celsius
    FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND))
    GROUP BY sensor, window_start, window_end;";

fn main() -> Result<(), Box<dyn Error>> {
    let mut job = Job::from_sql(SQL)?;
    // Two senders, each with a queue of its own: their rows need not be in step.
    let senders = [job.input("readings")?, job.input("readings")?];
    let output = job.output("print")?;
    let running = job.start()?;
    let threads: Vec<_> = (0..).zip(senders).map(|(house, sender)| std::thread::spawn(move || send(house, sender))).collect();
    for rows in output {
        print(&rows.to_arrow()?);
    }
    for thread in threads {
        thread.join().expect("a sender")?;
    }
    let report = running.wait()?;
    assert_eq!((report.rows_in, report.rows_late), (240, 0));
    Ok(())
}

/// Sends 60 seconds of two sensors of a house, ten seconds a batch. The input is closed when it is dropped.
fn send(house: i64, mut readings: Input) -> Result<(), corelane::Error> {
    for batch in 0..6 {
        let seconds = batch * 10..batch * 10 + 10;
        let rows: Vec<(i64, i64)> = seconds.flat_map(|second| [(0, second), (1, second)]).collect();
        let sensors = rows.iter().map(|(sensor, _)| Some(format!("house {house}, sensor {sensor}")));
        let celsius = rows.iter().map(|(sensor, second)| 20.0 + *sensor as f64 + *second as f64 / 60.0);
        let times = rows.iter().map(|(_, second)| second * 1000);
        let columns: [(&str, ArrayRef); 3] = [
            ("sensor", Arc::new(StringArray::from_iter(sensors))),
            ("celsius", Arc::new(Float64Array::from_iter_values(celsius))),
            ("ts", Arc::new(TimestampMillisecondArray::from_iter_values(times))),
        ];
        readings.send(RecordBatch::try_from_iter(columns).expect("columns of one length"))?;
    }
    Ok(())
}

fn print(batch: &RecordBatch) {
    let (sensors, starts) = (batch.column(0).as_string::<i32>(), batch.column(1).as_primitive::<TimestampNanosecondType>());
    let (counts, celsius) = (batch.column(2).as_primitive::<Int64Type>(), batch.column(3).as_primitive::<Decimal128Type>());
    for row in 0..batch.num_rows() {
        let second = starts.value(row) / 1_000_000_000;
        println!(
            "{} from second {second}: {} readings, {} degrees",
            sensors.value(row),
            counts.value(row),
            celsius.value_as_string(row)
        );
    }
}

//! Draws percentile files as an SVG picture: `cargo run --example plot_latency -- out > latency.svg`.
//!
//! Takes the folder that `corelane run --report` wrote.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use corelane::metrics::{Curve, Panel, svg};

const STAGES: [&str; 4] = ["operators", "exchange_wait", "end_to_end", "host_stalls"];

/// Value and 1/(1-percentile) of each line of a percentile file that has both; the files have microseconds.
fn points(text: &str) -> Vec<(f64, f64)> {
    let line = |line: &str| {
        let cells: Vec<f64> = line.split_whitespace().map_while(|cell| cell.parse().ok()).collect();
        (cells.len() == 4 && cells[3].is_finite()).then(|| (cells[0] * 1000.0, cells[3]))
    };
    text.lines().filter_map(line).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder that --report wrote")?;
    let curve = |stage: &&str| {
        let text = std::fs::read_to_string(Path::new(&folder).join(format!("{stage}.hgrm"))).ok()?;
        Some(Curve::through(stage.replace('_', " "), points(&text)))
    };
    let panel = Panel { title: "latency by stage".to_owned(), curves: STAGES.iter().filter_map(curve).collect() };
    std::io::stdout().write_all(svg(&[panel]).as_bytes())?;
    Ok(())
}

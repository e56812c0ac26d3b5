//! Draws percentile files as an SVG picture: `cargo run --example plot_latency -- out > latency.svg`.
//!
//! Takes the folder that `corelane run --report` wrote. Both axes are logarithmic: latency upwards, and rightwards how rare it is.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

const STAGES: [(&str, &str); 4] =
    [("operators", "#3a7ca5"), ("exchange_wait", "#81c14b"), ("end_to_end", "#d1495b"), ("host_stalls", "#8d99ae")];
const WIDTH: f64 = 780.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const BOTTOM: f64 = 50.0;
/// Nines on the x axis: 0 is the median's side, 5 is 99.999 %.
const NINES: f64 = 5.0;
/// Microseconds at the lower and upper end of the y axis, as powers of ten.
const DECADES: (f64, f64) = (-1.0, 6.0);

fn x(rarity: f64) -> f64 {
    LEFT + rarity.log10().clamp(0.0, NINES) / NINES * (WIDTH - LEFT - 40.0)
}

fn y(micros: f64) -> f64 {
    let (low, high) = DECADES;
    let share = (micros.max(1e-3).log10().clamp(low, high) - low) / (high - low);
    HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 20.0)
}

/// Value in microseconds and 1/(1-percentile) of each line of a percentile file that has both.
fn points(text: &str) -> Vec<(f64, f64)> {
    let line = |line: &str| {
        let cells: Vec<f64> = line.split_whitespace().map_while(|cell| cell.parse().ok()).collect();
        (cells.len() == 4 && cells[3].is_finite()).then(|| (cells[0], cells[3]))
    };
    text.lines().filter_map(line).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder that --report wrote")?;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' font-family='sans-serif' font-size='12'>\n\
         <rect width='100%' height='100%' fill='white'/>\n"
    );
    for (nines, label) in ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"].iter().enumerate() {
        let at = x(10f64.powi(nines as i32));
        writeln!(svg, "<path d='M{at} 20V{}' stroke='#ddd'/>", HEIGHT - BOTTOM)?;
        writeln!(svg, "<text x='{at}' y='{}' text-anchor='middle'>{label}</text>", HEIGHT - BOTTOM + 18.0)?;
    }
    for (decade, label) in (DECADES.0 as i32..).zip(["100 ns", "1 us", "10 us", "100 us", "1 ms", "10 ms", "100 ms", "1 s"]) {
        let at = y(10f64.powi(decade));
        writeln!(svg, "<path d='M{LEFT} {at}H{}' stroke='#ddd'/>", WIDTH - 40.0)?;
        writeln!(svg, "<text x='{}' y='{}' text-anchor='end'>{label}</text>", LEFT - 8.0, at + 4.0)?;
    }
    for (index, (stage, colour)) in STAGES.iter().enumerate() {
        let Ok(text) = std::fs::read_to_string(Path::new(&folder).join(format!("{stage}.hgrm"))) else { continue };
        let path: Vec<String> =
            points(&text).iter().map(|(value, rarity)| format!("{:.1} {:.1}", x(*rarity), y(*value))).collect();
        writeln!(svg, "<path d='M{}' fill='none' stroke='{colour}' stroke-width='2'/>", path.join("L"))?;
        let (at, down) = (LEFT + 20.0, 34.0 + 18.0 * index as f64);
        writeln!(svg, "<path d='M{at} {}h18' stroke='{colour}' stroke-width='3'/>", down - 4.0)?;
        writeln!(svg, "<text x='{}' y='{down}'>{}</text>", at + 24.0, stage.replace('_', " "))?;
    }
    writeln!(
        svg,
        "<text x='{}' y='{}' text-anchor='middle'>share of rows that were at least as quick</text>",
        WIDTH / 2.0,
        HEIGHT - 10.0
    )?;
    svg.push_str("</svg>\n");
    std::io::Write::write_all(&mut std::io::stdout(), svg.as_bytes())?;
    Ok(())
}

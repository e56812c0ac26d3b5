//! Percentile plots as SVG: latency upwards, and rightwards how rare it is, both logarithmic as in the plots of the HdrHistogram tools.
//!
//! A picture has one panel below the other, each with curves of its own and axes that fit them.

use std::fmt::Write as _;

use super::LatencyHistogram;

const WIDTH: f64 = 780.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 50.0;
const COLOURS: [&str; 8] = ["#3a7ca5", "#81c14b", "#d1495b", "#edae49", "#66559b", "#2a9d8f", "#b56576", "#8d99ae"];

/// Points of a curve in each halving of the distance to 100 %.
const TICKS: u32 = 5;

/// Powers of ten that the horizontal axis shows at least and at most: 3 ends at 99.9 %.
const NINES: (f64, f64) = (3.0, 8.0);

/// A distribution of latencies.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    name: String,
    /// Nanoseconds, and one in how many is slower.
    points: Vec<(f64, f64)>,
}

impl Curve {
    /// The curve of a histogram.
    pub fn of(name: impl Into<String>, histogram: &LatencyHistogram) -> Self {
        let rarity = |quantile: f64| 1.0 / (1.0 - quantile);
        let below_all = histogram.points(TICKS).into_iter().filter(|point| point.quantile < 1.0);
        let mut points: Vec<(f64, f64)> = below_all.map(|point| (point.value as f64, rarity(point.quantile))).collect();
        if !histogram.is_empty() {
            let last = points.last().map_or(1.0, |point| point.1);
            points.push((histogram.max() as f64, last.max(histogram.count() as f64)));
        }
        Self { name: name.into(), points }
    }

    /// A curve through points of nanoseconds and `1 / (1 - quantile)`.
    pub fn through(name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { name: name.into(), points }
    }
}

/// Curves over one pair of axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Stands above it.
    pub title: String,
    /// In the order of the legend.
    pub curves: Vec<Curve>,
}

/// The picture.
pub fn svg(panels: &[Panel]) -> String {
    let height = HEIGHT * panels.len() as f64;
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' font-family='sans-serif' font-size='12'>\n\
         <rect width='100%' height='100%' fill='white'/>\n"
    );
    for (index, panel) in panels.iter().enumerate() {
        // Writing to a string does not fail.
        let _written = writeln!(out, "<g transform='translate(0 {})'>", HEIGHT * index as f64)
            .and_then(|()| Axes::of(panel).draw(panel, &mut out))
            .and_then(|()| writeln!(out, "</g>"));
    }
    out.push_str("</svg>\n");
    out
}

/// Powers of ten at the ends of the axes.
struct Axes {
    /// Of one in how many, from 0.
    nines: f64,
    /// Of nanoseconds.
    low: f64,
    high: f64,
}

impl Axes {
    fn of(panel: &Panel) -> Self {
        let points = || panel.curves.iter().flat_map(|curve| &curve.points);
        let power = |value: f64| value.max(1.0).log10();
        let nines = points().fold(0.0, |most: f64, point| most.max(power(point.1)));
        let low = points().fold(f64::INFINITY, |least, point| least.min(power(point.0))).floor();
        let high = points().fold(0.0, |most: f64, point| most.max(power(point.0))).ceil();
        let low = if low.is_finite() { low } else { 0.0 };
        Self { nines: nines.ceil().clamp(NINES.0, NINES.1), low, high: high.max(low + 1.0) }
    }

    fn x(&self, rarity: f64) -> f64 {
        LEFT + rarity.log10().clamp(0.0, self.nines) / self.nines * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, nanos: f64) -> f64 {
        let share = (nanos.max(1.0).log10().clamp(self.low, self.high) - self.low) / (self.high - self.low);
        HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)
    }

    fn draw(&self, panel: &Panel, out: &mut String) -> std::fmt::Result {
        let middle = WIDTH / 2.0;
        writeln!(out, "<text x='{middle}' y='18' text-anchor='middle' font-size='14'>{}</text>", escaped(&panel.title))?;
        for nines in 0..=self.nines as i32 {
            let at = self.x(10f64.powi(nines));
            writeln!(out, "<path d='M{at:.1} {TOP}V{}' stroke='#ddd'/>", HEIGHT - BOTTOM)?;
            let label = percent(nines as usize);
            writeln!(out, "<text x='{at:.1}' y='{}' text-anchor='middle'>{label}</text>", HEIGHT - BOTTOM + 18.0)?;
        }
        for decade in self.low as i32..=self.high as i32 {
            let at = self.y(10f64.powi(decade));
            writeln!(out, "<path d='M{LEFT} {at:.1}H{}' stroke='#ddd'/>", WIDTH - RIGHT)?;
            writeln!(out, "<text x='{}' y='{:.1}' text-anchor='end'>{}</text>", LEFT - 8.0, at + 4.0, time(decade as usize))?;
        }
        for (index, curve) in panel.curves.iter().enumerate() {
            self.draw_curve(index, curve, out)?;
        }
        let down = HEIGHT - 10.0;
        writeln!(out, "<text x='{middle}' y='{down}' text-anchor='middle'>share of rows that were at least as quick</text>")
    }

    /// The curve, and its line of the legend.
    fn draw_curve(&self, index: usize, curve: &Curve, out: &mut String) -> std::fmt::Result {
        let colour = COLOURS[index % COLOURS.len()];
        let points = curve.points.iter().map(|(nanos, rarity)| format!("{:.1} {:.1}", self.x(*rarity), self.y(*nanos)));
        let path = points.collect::<Vec<_>>().join("L");
        if !path.is_empty() {
            writeln!(out, "<path d='M{path}' fill='none' stroke='{colour}' stroke-width='2'/>")?;
        }
        let (at, down) = (LEFT + 20.0, TOP + 14.0 + 18.0 * index as f64);
        writeln!(out, "<path d='M{at} {}h18' stroke='{colour}' stroke-width='3'/>", down - 4.0)?;
        writeln!(out, "<text x='{}' y='{down}'>{}</text>", at + 24.0, escaped(&curve.name))
    }
}

/// `0 %`, `90 %`, `99 %`, `99.9 %`, ...
fn percent(nines: usize) -> String {
    match nines {
        0 => "0 %".to_owned(),
        1 => "90 %".to_owned(),
        2 => "99 %".to_owned(),
        _ => format!("99.{} %", "9".repeat(nines - 2)),
    }
}

/// A power of ten of nanoseconds with its unit.
fn time(decade: usize) -> String {
    let unit = ["ns", "us", "ms", "s"][(decade / 3).min(3)];
    format!("1{} {unit}", "0".repeat(decade - (decade / 3).min(3) * 3))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the label with this text stands.
    fn label(svg: &str, text: &str) -> (f64, f64) {
        let line = svg.lines().find(|line| line.contains(&format!(">{text}<"))).unwrap_or_else(|| panic!("no {text}"));
        let number = |key: &str| line.split(key).nth(1).and_then(|rest| rest.split('\'').next()?.parse().ok()).expect("number");
        (number("x='"), number("y='"))
    }

    fn path(svg: &str) -> Vec<(f64, f64)> {
        let line = svg.lines().find(|line| line.contains("fill='none'")).expect("a curve");
        let path = line.split('\'').nth(1).expect("a path").trim_start_matches('M');
        let point = |text: &str| text.split_once(' ').map(|(x, y)| (x.parse().expect("x"), y.parse().expect("y")));
        path.split('L').filter_map(point).collect()
    }

    #[test]
    fn points_stand_where_the_labels_say() {
        let curve = Curve::through("one", vec![(1e3, 1.0), (1e6, 100.0), (1e7, 1000.0)]);
        let svg = svg(&[Panel { title: "a < b".to_owned(), curves: vec![curve] }]);
        let found = path(&svg);
        for (point, (share, latency)) in found.iter().zip([("0 %", "1 us"), ("99 %", "1 ms"), ("99.9 %", "10 ms")]) {
            assert!((point.0 - label(&svg, share).0).abs() < 0.2, "{share}");
            assert!((point.1 + 4.0 - label(&svg, latency).1).abs() < 0.2, "{latency}");
        }
        assert!(svg.contains("a &lt; b") && !svg.contains("a < b"));
    }

    #[test]
    fn curve_of_a_histogram_rises_to_its_greatest_value() {
        let mut histogram = LatencyHistogram::new();
        (1..=10_000).for_each(|n| histogram.record_n(n * 999, 1));
        let found = path(&svg(&[Panel { title: String::new(), curves: vec![Curve::of("all", &histogram)] }]));
        assert!(found.len() > 20 && found.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 >= pair[1].1), "{found:?}");
        let (x, y) = found.last().expect("points");
        assert!((x - (WIDTH - RIGHT)).abs() < 0.2 && (y - TOP).abs() < 1.0, "nearly 10 ms of 10,000 values is nearly a corner");
    }

    #[test]
    fn empty_histograms_and_panels_are_drawn_without_a_curve() {
        let svg = svg(&[Panel { title: "none".to_owned(), curves: vec![Curve::of("empty", &LatencyHistogram::new())] }]);
        assert!(svg.contains(">empty<") && !svg.contains("fill='none'") && !svg.contains("NaN"));
    }
}

//! Least squares: a straight line through points, to tell what a run costs anyway from what each record costs.

/// A line `fixed + each * x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Where it starts.
    pub fixed: f64,
    /// How it rises.
    pub each: f64,
    /// Share of the points' spread that the line explains, up to 1.
    pub explained: f64,
}

/// The line with the least relative error: every point counts alike, however large. Needs two points with different positive `x`.
pub fn fit(points: &[(f64, f64)]) -> Line {
    // A weight of 1/y² makes the squares those of relative errors; otherwise the largest point alone would decide.
    let weight = |y: f64| 1.0 / (y * y).max(f64::MIN_POSITIVE);
    let sum = |term: &dyn Fn(f64, f64) -> f64| points.iter().map(|(x, y)| weight(*y) * term(*x, *y)).sum::<f64>();
    let (w, x, y) = (sum(&|_, _| 1.0), sum(&|x, _| x), sum(&|_, y| y));
    let (xx, xy) = (sum(&|x, _| x * x), sum(&|x, y| x * y));
    let each = (w * xy - x * y) / (w * xx - x * x);
    let fixed = (y - each * x) / w;
    let mean = points.iter().map(|p| p.1).sum::<f64>() / points.len() as f64;
    let spread = |f: &dyn Fn(f64, f64) -> f64| points.iter().map(|(x, y)| f(*x, *y).powi(2)).sum::<f64>();
    let explained = 1.0 - spread(&|x, y| y - fixed - each * x) / spread(&|_, y| y - mean).max(f64::MIN_POSITIVE);
    Line { fixed, each, explained }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_line_give_the_line() {
        let line = fit(&[1.0, 10.0, 100.0, 1000.0].map(|x| (x, 7.0 + 3.0 * x)));
        assert!((line.fixed - 7.0).abs() < 1e-6 && (line.each - 3.0).abs() < 1e-6 && line.explained > 0.999_999);
    }

    #[test]
    fn a_wait_is_fixed_cost_however_few_the_records() {
        let line = fit(&[1e4, 1e5, 1e6, 1e7].map(|x| (x, 600e6 + x)));
        assert!((line.fixed - 600e6).abs() < 1e3 && (line.each - 1.0).abs() < 1e-3);
    }
}

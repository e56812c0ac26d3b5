//! Sums to which values are added and from which they are taken back.

/// A sum of doubles is added up anew when so many times the values of its frame have been taken back,
const FRAMES_TAKEN: usize = 4;

/// and of a frame of few values as if it had so many.
const TAKEN_MIN: usize = 16;

/// A sum of the values of a frame, to which one comes and from which one goes.
pub trait RunningSum<T>: Default {
    /// Adds a value.
    fn add(&mut self, value: T);

    /// Takes a value back that was added.
    fn take_back(&mut self, value: T);

    /// Takes one value back and adds another.
    fn exchange(&mut self, gone: T, value: T) {
        self.take_back(gone);
        self.add(value);
    }

    /// Whether the sum of a frame of so many rows is to be added up anew, because of what was taken back.
    fn is_worn(&self, rows: usize) -> bool {
        let _ = rows;
        false
    }
}

/// Values that are counted only.
impl RunningSum<()> for () {
    fn add(&mut self, (): ()) {}

    fn take_back(&mut self, (): ()) {}
}

/// A sum of integers or units of a DECIMAL, exact whatever lies between: 128 bits, and how often they overflowed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct WideSum {
    sum: i128,
    overflows: i64,
}

impl<T: Into<i128>> RunningSum<T> for WideSum {
    #[inline]
    fn add(&mut self, value: T) {
        let value = value.into();
        let (sum, over) = self.sum.overflowing_add(value);
        self.sum = sum;
        self.overflows += i64::from(over) * if value > 0 { 1 } else { -1 };
    }

    #[inline]
    fn take_back(&mut self, value: T) {
        let value = value.into();
        let (sum, over) = self.sum.overflowing_sub(value);
        self.sum = sum;
        self.overflows += i64::from(over) * if value > 0 { -1 } else { 1 };
    }
}

impl WideSum {
    /// The sum, if it fits.
    pub fn total(&self) -> Option<i128> {
        (self.overflows == 0).then_some(self.sum)
    }
}

/// A sum of doubles with what rounding took from it: Neumaier's, with the error of each addition found by Knuth's TwoSum, which is without
/// branches. NaN and infinities are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DoubleSum {
    sum: f64,
    lost: f64,
    nans: u32,
    infinities: u32,
    negative_infinities: u32,
    /// Values taken back.
    taken: u32,
}

impl RunningSum<f64> for DoubleSum {
    #[inline]
    fn add(&mut self, value: f64) {
        match value.is_finite() {
            true => self.add_finite(value),
            false => *self.special(value) += 1,
        }
    }

    #[inline]
    fn take_back(&mut self, value: f64) {
        self.taken = self.taken.saturating_add(1);
        match value.is_finite() {
            true => self.add_finite(-value),
            false => *self.special(value) -= 1,
        }
    }

    #[inline]
    fn exchange(&mut self, gone: f64, value: f64) {
        let (less, lost) = two_sum(self.sum, -gone);
        let (sum, lost_too) = two_sum(less, value);
        // Then all that went into it is finite.
        if sum.is_finite() {
            self.taken = self.taken.saturating_add(1);
            (self.sum, self.lost) = (sum, self.lost + lost + lost_too);
        } else {
            self.exchange_special(gone, value);
        }
    }

    /// So that what a great value took from small ones goes soon after it, at the cost of a quarter of an addition a row. Where values that
    /// are finite add up to what is not, the sum says nothing of those that are left.
    #[inline]
    fn is_worn(&self, rows: usize) -> bool {
        self.taken as usize > rows.max(TAKEN_MIN) * FRAMES_TAKEN || !self.sum.is_finite()
    }
}

impl DoubleSum {
    #[inline]
    fn add_finite(&mut self, value: f64) {
        let (sum, lost) = two_sum(self.sum, value);
        (self.sum, self.lost) = (sum, self.lost + lost);
    }

    #[cold]
    fn exchange_special(&mut self, gone: f64, value: f64) {
        self.take_back(gone);
        self.add(value);
    }

    #[cold]
    fn special(&mut self, value: f64) -> &mut u32 {
        match (value.is_nan(), value > 0.0) {
            (true, _) => &mut self.nans,
            (false, true) => &mut self.infinities,
            (false, false) => &mut self.negative_infinities,
        }
    }

    /// The sum.
    #[inline]
    pub fn total(&self) -> f64 {
        match (self.nans, self.infinities, self.negative_infinities) {
            (0, 0, 0) if self.sum.is_finite() => self.sum + self.lost,
            // What overflowed has lost a NaN.
            (0, 0, 0) => self.sum,
            (0, _, 0) => f64::INFINITY,
            (0, 0, _) => f64::NEG_INFINITY,
            _ => f64::NAN,
        }
    }
}

/// The sum of two numbers, and what rounding took from it: exact as long as the sum is finite.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_in_sum = sum - a;
    (sum, (a - (sum - b_in_sum)) + (b - b_in_sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_overflows_on_the_way_is_right_again() {
        let mut sum = WideSum::default();
        let values = [i128::MAX, 5, i128::MAX, -7, i128::MIN, i128::MIN, i128::MIN];
        values.iter().for_each(|value| sum.add(*value));
        assert_eq!(sum.total(), None);
        values[1..].iter().for_each(|value| sum.take_back(*value));
        assert_eq!(sum.total(), Some(i128::MAX));
    }

    #[test]
    fn values_exchanged_are_values_taken_back_and_added() {
        let specials = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -f64::MAX, 0.0, -0.0];
        let mut random = fastrand::Rng::with_seed(5);
        let mut value = || match random.u8(..20) {
            0 => specials[random.usize(..specials.len())],
            exponent => (random.f64() - 0.5) * 10f64.powi(i32::from(exponent) * 2),
        };
        for _ in 0..500 {
            let mut frame = std::collections::VecDeque::from([value(), value(), value()]);
            let (mut once, mut apart) = (DoubleSum::default(), DoubleSum::default());
            frame.iter().for_each(|value| [&mut once, &mut apart].into_iter().for_each(|sum| sum.add(*value)));
            for _ in 0..20 {
                let (gone, comes) = (frame.pop_front().expect("a value"), value());
                frame.push_back(comes);
                once.exchange(gone, comes);
                apart.take_back(gone);
                apart.add(comes);
                assert_eq!(format!("{once:?}"), format!("{apart:?}"), "{gone} for {comes}");
            }
        }
    }

    #[test]
    fn great_values_that_are_gone_leave_small_ones_exact() {
        let mut sum = DoubleSum::default();
        for value in [1e300, 0.25, f64::INFINITY, 0.5, f64::NAN] {
            sum.add(value);
        }
        assert!(sum.total().is_nan());
        sum.take_back(f64::NAN);
        assert_eq!(sum.total(), f64::INFINITY);
        for value in [1e300, f64::INFINITY] {
            sum.take_back(value);
        }
        assert_eq!(sum.total(), 0.75);
    }
}

//! Sums of doubles without an error: as lists of doubles that do not overlap (Shewchuk, Adaptive Precision Floating-Point Arithmetic,
//! 1997). What was added can be taken off again and leaves nothing behind, and the order does not matter.

use smallvec::SmallVec;

use super::packed::{read_count, write_count};

/// A sum. Values must be so small that none of the results overflows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExactSum {
    /// From the smallest on; none is zero, and no bits of one are as high as those of the next.
    parts: SmallVec<[f64; 3]>,
}

/// The rounded sum of two doubles, and what rounding took from it.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

impl ExactSum {
    /// Adds a value. Hot: once per row.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let (mut carry, mut kept) = (value, 0);
        for at in 0..self.parts.len() {
            let (sum, rest) = two_sum(carry, self.parts[at]);
            carry = sum;
            if rest != 0.0 {
                self.parts[kept] = rest;
                kept += 1;
            }
        }
        self.parts.truncate(kept);
        if carry != 0.0 {
            self.parts.push(carry);
        }
    }

    /// Adds a product. Hot: once per row.
    #[inline]
    pub fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        self.add(a.mul_add(b, -product));
        self.add(product);
    }

    /// `self * other`, less `minus * by`.
    pub fn determinant(&self, other: &ExactSum, minus: &ExactSum, by: &ExactSum) -> f64 {
        let mut sum = ExactSum::default();
        self.parts.iter().for_each(|a| other.parts.iter().for_each(|b| sum.add_product(*a, *b)));
        minus.parts.iter().for_each(|a| by.parts.iter().for_each(|b| sum.add_product(-*a, *b)));
        sum.value()
    }

    /// The double nearest to it.
    pub fn value(&self) -> f64 {
        let mut parts = self.parts.iter().rev().copied();
        let (mut sum, mut rest) = (parts.next().unwrap_or_default(), 0.0);
        for part in parts.by_ref() {
            (sum, rest) = two_sum(sum, part);
            if rest != 0.0 {
                break;
            }
        }
        // Half a unit is left, and what comes behind it says where to round to.
        if let Some(next) = parts.next()
            && (rest < 0.0) == (next < 0.0)
            && rest != 0.0
        {
            let up = sum + 2.0 * rest;
            if up - sum == 2.0 * rest {
                sum = up;
            }
        }
        sum
    }

    /// Appends it to bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        write_count(out, self.parts.len() as i64);
        self.parts.iter().for_each(|part| write_count(out, part.to_bits() as i64));
    }

    /// Takes a sum off bytes and adds it.
    pub fn add_read(&mut self, from: &mut &[u8]) {
        (0..read_count(from)).for_each(|_| self.add(f64::from_bits(read_count(from) as u64)));
    }

    /// Bytes held behind pointers.
    pub fn heap_bytes(&self) -> usize {
        if self.parts.spilled() { self.parts.capacity() * size_of::<f64>() } else { 0 }
    }
}

impl From<f64> for ExactSum {
    fn from(value: f64) -> Self {
        let mut sum = ExactSum::default();
        sum.add(value);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doubles are integers of these units here, so that a sum of 128 bits is exact.
    const UNIT: f64 = 1.0 / (1u64 << 40) as f64;

    #[test]
    fn sums_are_those_of_whole_numbers_of_128_bits_and_what_is_taken_off_leaves_nothing() {
        let mut random = fastrand::Rng::with_seed(8);
        for _ in 0..200 {
            let (mut sum, mut whole, mut values) = (ExactSum::default(), 0i128, Vec::new());
            for _ in 0..random.usize(1..50) {
                let (units, bits) = (random.i64(-(1 << 53)..(1 << 53)), random.u32(..50));
                values.push(units as f64 * UNIT * f64::from(1u32 << (bits / 2)) * f64::from(1u32 << (bits - bits / 2)));
                whole += i128::from(units) << bits;
                sum.add(values[values.len() - 1]);
            }
            // The cast of an integer rounds to the nearest double, ties to even.
            assert_eq!(sum.value(), whole as f64 * UNIT);
            random.shuffle(&mut values);
            values.iter().for_each(|value| sum.add(-value));
            assert_eq!(sum, ExactSum::default());
        }
    }

    #[test]
    fn ties_are_broken_by_what_comes_far_behind() {
        let mut sum = ExactSum::from(1.0);
        sum.add(2f64.powi(-53));
        assert_eq!(sum.value(), 1.0);
        sum.add(2f64.powi(-200));
        assert_eq!(sum.value(), 1.0 + f64::EPSILON);
        sum.add(-2f64.powi(-199));
        assert_eq!(sum.value(), 1.0);
    }

    #[test]
    fn determinants_have_no_cancellation() {
        let (a, b) = (ExactSum::from(1e15 + 1.0), ExactSum::from(1e15 - 1.0));
        assert_eq!(a.determinant(&b, &ExactSum::from(1e15), &ExactSum::from(1e15)), -1.0);
    }

    #[test]
    fn sums_come_back_from_bytes() {
        let mut sum = ExactSum::from(0.1);
        sum.add(1e30);
        let (mut bytes, mut back) = (Vec::new(), ExactSum::default());
        sum.write(&mut bytes);
        back.add_read(&mut bytes.as_slice());
        assert_eq!(back, sum);
    }
}

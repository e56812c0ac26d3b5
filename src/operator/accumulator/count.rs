//! COUNT(*) and COUNT(x).

use super::{Accumulator, Rows, bytes_of, grow};
use crate::batch::{Column, Values};

/// Rows counted by group.
#[derive(Default)]
pub struct Count {
    counts: Vec<i64>,
    saved: Vec<i64>,
}

impl Accumulator for Count {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.counts, bound);
    }
    fn reset(&mut self, group: usize) {
        self.counts[group] = 0;
    }
    fn update(&mut self, _argument: Option<&Column>, rows: &Rows<'_>, _failed: &mut Vec<u32>) {
        let counts = self.counts.as_mut_slice();
        rows.for_each(|_, group, sign| counts[group] += sign);
    }
    fn write(&self, groups: &[u32], out: &mut Column) {
        for group in groups {
            if let Values::I64(v) = &mut out.values {
                v.push(self.counts[*group as usize]);
            }
            out.mark_valid();
        }
    }
    fn save(&mut self, groups: &[u32]) {
        self.saved.clear();
        self.saved.extend(groups.iter().map(|g| self.counts[*g as usize]));
    }
    fn restore(&mut self, groups: &[u32]) {
        groups.iter().zip(&self.saved).for_each(|(g, old)| self.counts[*g as usize] = *old);
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.counts)
    }
}

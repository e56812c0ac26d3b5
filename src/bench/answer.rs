//! What a query gives in the end, whoever computes it: the latest row of every key, as one sum.
//!
//! A loop by hand gives a row for every record where the engine joins the changes of a batch, so rows are not compared one by one. What
//! stands last for each key has to agree, and so do the sums over all of it. That is looked at in runs of their own, outside of what is timed.

use std::collections::HashMap;

use super::job::sum_of_row;
use super::twin::Out;
use crate::batch::{Batch, Values};
use crate::error::{Error, Result};

/// The latest rows by their keys.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    latest: HashMap<(i64, i64), i64>,
    keys: usize,
}

impl Answer {
    /// Of rows whose first so many columns (1 or 2) tell them apart.
    pub fn by(keys: usize) -> Self {
        Self { latest: HashMap::new(), keys }
    }

    /// Adds rows that a loop by hand gave.
    pub fn add(&mut self, out: Out<'_>) {
        for (row, key) in out.keys.iter().enumerate() {
            let number = |column: &[i64]| column.get(row).copied().unwrap_or(0);
            let (start, count) = (number(out.starts), number(out.counts));
            let sum = (key + start + count).wrapping_mul(2).wrapping_add((out.values[row] * 2.0) as i64);
            self.latest.insert((*key, start), sum);
        }
    }

    /// Adds rows that the engine gave.
    pub fn add_batch(&mut self, batch: &Batch) -> Result<()> {
        let keys = batch.columns.iter().take(self.keys).map(|column| match &column.values {
            Values::I64(values) => Ok(values),
            _ => Err(Error::internal("a key of the bench is no number")),
        });
        let keys: Vec<&Vec<i64>> = keys.collect::<Result<_>>()?;
        for row in 0..batch.rows() {
            let key = |at: usize| keys.get(at).map_or(0, |column| column[row]);
            self.latest.insert((key(0), key(1)), sum_of_row(batch, row));
        }
        Ok(())
    }

    /// Sum over all that stands last, as `Tally::sum` has it.
    pub fn sum(&self) -> i64 {
        self.latest.values().fold(0, |sum, row| sum.wrapping_add(*row))
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.latest.len()
    }

    /// Whether there was no row.
    pub fn is_empty(&self) -> bool {
        self.latest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Column;

    #[test]
    fn the_last_row_of_a_key_counts_whoever_gave_it() {
        let mut by_hand = Answer::by(1);
        by_hand.add(Out { keys: &[7, 8, 7], starts: &[], counts: &[1, 1, 2], values: &[0.5, 1.0, 2.5] });
        let columns = [Values::I64(vec![8, 7]), Values::I64(vec![1, 2]), Values::F64(vec![1.0, 2.5])].map(Column::from_values);
        let mut ours = Answer::by(1);
        ours.add_batch(&Batch::new(columns.into(), 2, 1)).expect("numbers");
        assert_eq!((by_hand.sum(), by_hand.len()), ((7 + 2) * 2 + 5 + (8 + 1) * 2 + 2, 2));
        assert_eq!(by_hand, ours);
        by_hand.add(Out { keys: &[7], starts: &[], counts: &[3], values: &[2.5] });
        assert_ne!(by_hand.sum(), ours.sum());
    }
}

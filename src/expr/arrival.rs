//! The time at which rows arrived: what CURRENT_TIMESTAMP and its kin read. No clock is asked on the row road; a batch carries the
//! stamps of its rows.

use crate::batch::{Batch, Column, Values};
use crate::types::{EventTime, Nanos};

/// Nanoseconds of the precision given: milliseconds.
const PRECISION: EventTime = 1_000_000;

/// Arrival stamps as wall-clock times.
pub struct Arrival {
    /// Wall clock where stamps are 0.
    zero: EventTime,
    /// The last stamp seen: stands for rows that the end of input gave rise to, which have none.
    last: Nanos,
}

impl Arrival {
    /// Where a stamp of 0 is this time; `now` is a stamp.
    pub fn new(zero: EventTime, now: Nanos) -> Self {
        Self { zero, last: now }
    }

    /// One time for each row. Hot: once per batch.
    pub fn evaluate(&mut self, batch: &Batch) -> Column {
        let mut times = Vec::with_capacity(batch.rows());
        for run in batch.stamps.iter() {
            if run.stamp > 0 {
                self.last = run.stamp;
            }
            let time = self.zero.saturating_add_unsigned(self.last);
            times.resize(times.len() + run.count as usize, time - time.rem_euclid(PRECISION));
        }
        Column::from_values(Values::I64(times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::StampRun;

    #[test]
    fn each_run_has_the_time_of_its_stamp_and_the_end_of_input_that_of_the_last() {
        let mut arrival = Arrival::new(1_000 * PRECISION + 7, PRECISION as Nanos);
        let ids = || vec![Column::from_values(Values::I64(vec![1, 2, 3]))];
        let stamps = [(5 * PRECISION, 2), (6 * PRECISION, 1)].map(|(stamp, count)| StampRun { stamp: stamp as Nanos, count });
        let column = arrival.evaluate(&Batch::with_stamps(ids(), 3, None, stamps[..].into()));
        assert_eq!(column.values, Values::I64([1_005, 1_005, 1_006].map(|ms| ms * PRECISION).to_vec()));
        let column = arrival.evaluate(&Batch::new(ids(), 3, 0));
        assert_eq!(column.values, Values::I64([1_006; 3].map(|ms| ms * PRECISION).to_vec()));
    }
}

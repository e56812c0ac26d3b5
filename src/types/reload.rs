//! When a table in which rows are looked up is read again.

use super::Nanos;
use super::time::DAY;

/// When a table is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// So long after it has been read.
    After(Nanos),
    /// So long after it began to be read; at once, where reading takes longer.
    Every(Nanos),
    /// At a time of day (UTC), every so many days.
    Daily {
        /// Since midnight.
        at: Nanos,
        /// Every so many days.
        days: u64,
    },
}

impl Reload {
    /// When a table is read again that was read from `began` to `ended`, where the wall clock showed `wall_of_zero` at 0.
    pub fn next(self, began: Nanos, ended: Nanos, wall_of_zero: i64) -> Nanos {
        match self {
            Reload::After(interval) => ended.saturating_add(interval),
            Reload::Every(interval) => began.saturating_add(interval).max(ended),
            Reload::Daily { at, days } => {
                let wall = wall_of_zero.saturating_add_unsigned(ended);
                let midnight = wall - wall.rem_euclid(DAY);
                let today = midnight.saturating_add_unsigned(at);
                let first = if today > wall { today } else { today.saturating_add(DAY) };
                let further = DAY.saturating_mul(i64::try_from(days).unwrap_or(i64::MAX).saturating_sub(1));
                ended.saturating_add(first.saturating_add(further).saturating_sub(wall).unsigned_abs())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Nanos = 3_600_000_000_000;

    #[test]
    fn an_interval_counts_from_the_end_or_from_the_beginning() {
        assert_eq!(Reload::After(10).next(100, 150, 0), 160);
        assert_eq!(Reload::Every(100).next(100, 150, 0), 200);
        assert_eq!(Reload::Every(10).next(100, 150, 0), 150, "what takes longer than the interval is read again at once");
        assert_eq!(Reload::After(Nanos::MAX).next(1, 2, 0), Nanos::MAX);
    }

    #[test]
    fn a_time_of_day_is_the_next_one_of_the_wall_clock() {
        let daily = |days| Reload::Daily { at: 10 * HOUR, days };
        let day = DAY.unsigned_abs();
        assert_eq!(daily(1).next(0, 9 * HOUR, 0), 10 * HOUR);
        assert_eq!(daily(1).next(0, 10 * HOUR, 0), day + 10 * HOUR);
        assert_eq!(daily(3).next(0, 11 * HOUR, 0), 3 * day + 10 * HOUR);
        // At 0 it was two in the morning of a day before 1970.
        assert_eq!(daily(1).next(0, HOUR, -DAY + 2 * HOUR as i64), 8 * HOUR);
    }
}

//! The mean of the last rows of a key: a ring of values for each key, and their sum.

use super::{Numbers, Out, PART_ROWS, Take, Twin};
use crate::bench::input::Input;
use crate::bench::records::Records;
use crate::types::EventTime;

/// Rows of a frame.
pub const FRAME_ROWS: usize = 100;

/// The last values of one key; those that have not come yet are zeros.
#[derive(Clone)]
struct Ring {
    values: [f64; FRAME_ROWS],
    sum: f64,
    count: u32,
    /// Where the next value goes: the oldest one stands there.
    at: u32,
}

impl Ring {
    const EMPTY: Self = Self { values: [0.0; FRAME_ROWS], sum: 0.0, count: 0, at: 0 };

    /// Takes a value, gives the mean. Hot: once per row.
    #[inline]
    fn slide(&mut self, value: f64) -> f64 {
        let oldest = std::mem::replace(&mut self.values[self.at as usize], value);
        self.at = if self.at as usize + 1 == FRAME_ROWS { 0 } else { self.at + 1 };
        self.count = (self.count + 1).min(FRAME_ROWS as u32);
        // Values are halves: nothing is lost, however often they come and go.
        self.sum += value - oldest;
        self.sum / f64::from(self.count)
    }
}

/// `SELECT id, AVG(value) OVER (the last rows of the key as they come) FROM test`.
pub fn last_rows(mut input: Input<'_, Records>, keys: usize, take: Take<'_>) -> Twin {
    let (mut numbers, mut rings) = (Numbers::new(keys), vec![Ring::EMPTY; keys]);
    let mut means = vec![0f64; PART_ROWS];
    let mut rows = 0;
    while let Some(part) = input.next(0) {
        for ((key, value), mean) in part.key.iter().zip(&part.value).zip(&mut means) {
            *mean = rings[numbers.of(*key)].slide(*value);
        }
        take(Out { keys: &part.id, starts: &[], counts: &[], values: &means[..part.len()] });
        rows += part.len() as u64;
    }
    Twin { ns: input.elapsed_ns(), rows }
}

/// The same in event time, over rows that come in the order of their times: one behind the watermark, which is the greatest time so far,
/// is late and left out.
pub fn last_rows_in_time(mut input: Input<'_, Records>, keys: usize, take: Take<'_>) -> Twin {
    let (mut numbers, mut rings) = (Numbers::new(keys), vec![Ring::EMPTY; keys]);
    let (mut ids, mut means) = (vec![0i64; PART_ROWS], vec![0f64; PART_ROWS]);
    let (mut watermark, mut rows) = (EventTime::MIN, 0);
    while let Some(part) = input.next(0) {
        let mut count = 0;
        for (((id, key), value), ts) in part.id.iter().zip(&part.key).zip(&part.value).zip(&part.ts) {
            if *ts >= watermark {
                watermark = *ts;
                ids[count] = *id;
                means[count] = rings[numbers.of(*key)].slide(*value);
                count += 1;
            }
        }
        take(Out { keys: &ids[..count], starts: &[], counts: &[], values: &means[..count] });
        rows += count as u64;
    }
    Twin { ns: input.elapsed_ns(), rows }
}

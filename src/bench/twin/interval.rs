//! An interval join: two queues of rows for each key, in order of time; what is too old is dropped when its key comes again.

use std::collections::VecDeque;

use super::{Buffer, Numbers, Out, PART_ROWS, Take, Twin};
use crate::bench::input::Input;
use crate::bench::records::Records;
use crate::types::EventTime;

/// How much earlier than a row of the first table one of the second may be: 1 ms.
pub const BEFORE: EventTime = 1_000_000;

/// How much later: 24 ms. Both tables have a record each microsecond, so that with 25,000 keys a row meets one other on average.
pub const AFTER: EventTime = 24_000_000;

/// A row that others may meet.
#[derive(Clone, Copy)]
struct Row {
    ts: EventTime,
    id: i64,
    value: f64,
}

/// Pairs on their way out.
struct Pairs {
    buffer: Box<Buffer>,
    at: usize,
    given: u64,
}

impl Pairs {
    #[inline]
    fn push(&mut self, left: i64, right: i64, value: f64, take: Take<'_>) {
        let Self { buffer, at, given } = self;
        (buffer.keys[*at], buffer.starts[*at], buffer.values[*at]) = (left, right, value);
        (*at, *given) = (*at + 1, *given + 1);
        if *at == PART_ROWS {
            self.flush(take);
        }
    }

    fn flush(&mut self, take: Take<'_>) {
        let Self { buffer, at, .. } = self;
        take(Out { keys: &buffer.keys[..*at], starts: &buffer.starts[..*at], counts: &[], values: &buffer.values[..*at] });
        self.at = 0;
    }
}

/// The rows of both tables, by number of their key.
struct Join {
    numbers: Numbers,
    queues: Vec<[VecDeque<Row>; 2]>,
    /// The time that each table has reached.
    reached: [EventTime; 2],
    pairs: Pairs,
}

impl Join {
    /// Takes rows of one table. Written out for each, so that it is known which one it is.
    #[inline(always)]
    fn take_part(&mut self, own: usize, part: &Records, take: Take<'_>) {
        let Self { numbers, queues, reached, pairs } = self;
        // Rows of the other table that a row of this one meets are so much earlier at the most, or later.
        let (earlier, later) = if own == 0 { (BEFORE, AFTER) } else { (AFTER, BEFORE) };
        for at in 0..part.len() {
            let row = Row { ts: part.ts[at], id: part.id[at], value: part.value[at] };
            let both = &mut queues[numbers.of(part.key[at])];
            drop_before(&mut both[1 - own], row.ts - earlier);
            for met in both[1 - own].iter().take_while(|met| met.ts <= row.ts + later) {
                let (left, right) = if own == 0 { (&row, met) } else { (met, &row) };
                pairs.push(left.id, right.id, right.value, take);
            }
            drop_before(&mut both[own], reached[1 - own].saturating_sub(later));
            both[own].push_back(row);
            reached[own] = row.ts;
        }
    }
}

/// Takes off the front what is before a time.
#[inline]
fn drop_before(rows: &mut VecDeque<Row>, time: EventTime) {
    while rows.front().is_some_and(|row| row.ts < time) {
        rows.pop_front();
    }
}

/// `SELECT l.id, r.id, r.value FROM l JOIN r ON l.key = r.key AND r.ts BETWEEN l.ts - BEFORE AND l.ts + AFTER`, over tables of as many
/// rows, which come in the order of their times, a part of each in turn.
pub fn interval_join(mut input: Input<'_, Records>, keys: usize, take: Take<'_>) -> Twin {
    let mut join = Join {
        numbers: Numbers::new(keys),
        queues: vec![Default::default(); keys],
        reached: [EventTime::MIN; 2],
        pairs: Pairs { buffer: Buffer::new(), at: 0, given: 0 },
    };
    while let (Some(left), Some(right)) = (input.next(0), input.next(1)) {
        join.take_part(0, &left, take);
        join.take_part(1, &right, take);
    }
    join.pairs.flush(take);
    Twin { ns: input.elapsed_ns(), rows: join.pairs.given }
}

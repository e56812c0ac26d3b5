//! Sessions: one open session for each key, all of them in a list by their last rows. The first of the list is the next that ends.

use super::{Buffer, Group, Numbers, PART_ROWS, Take, Twin};
use crate::bench::input::Input;
use crate::bench::records::Records;
use crate::types::EventTime;

/// Time without rows after which a session ends: 20 ms. Rows of one of 10,000 keys come 10 ms after each other on average, at random: so one
/// row of seven ends its session, and 2,000 to 3,000 others end in the time in which a key has 10 rows.
pub const GAP: EventTime = 20_000_000;

/// Beside an open session stands nothing.
const NONE: u32 = u32::MAX;

/// The session of one key; a count of 0 says that there is none.
#[derive(Clone, Copy)]
struct Session {
    group: Group,
    start: EventTime,
    last: EventTime,
    before: u32,
    after: u32,
}

/// Sessions by number of their key.
struct Open {
    sessions: Vec<Session>,
    first: u32,
    last: u32,
}

impl Open {
    fn new(keys: usize) -> Self {
        let none = Session { group: Group::default(), start: 0, last: 0, before: NONE, after: NONE };
        Self { sessions: vec![none; keys], first: NONE, last: NONE }
    }

    #[inline]
    fn unlink(&mut self, at: u32) {
        let Session { before, after, .. } = self.sessions[at as usize];
        match before {
            NONE => self.first = after,
            before => self.sessions[before as usize].after = after,
        }
        match after {
            NONE => self.last = before,
            after => self.sessions[after as usize].before = before,
        }
    }

    #[inline]
    fn append(&mut self, at: u32) {
        let last = std::mem::replace(&mut self.last, at);
        (self.sessions[at as usize].before, self.sessions[at as usize].after) = (last, NONE);
        match last {
            NONE => self.first = at,
            last => self.sessions[last as usize].after = at,
        }
    }

    /// Takes a row. Hot: once per row.
    #[inline]
    fn add(&mut self, at: u32, key: i64, value: f64, ts: EventTime) {
        if self.sessions[at as usize].group.count == 0 {
            self.sessions[at as usize].group.key = key;
            self.sessions[at as usize].start = ts;
            self.append(at);
        } else if at != self.last {
            self.unlink(at);
            self.append(at);
        }
        let session = &mut self.sessions[at as usize];
        session.last = ts;
        session.group.count += 1;
        session.group.sum += value;
    }

    /// Takes out the first session if the watermark has reached its last nanosecond.
    #[inline]
    fn close(&mut self, watermark: EventTime) -> Option<(Group, EventTime)> {
        let Session { group, start, last, .. } = *self.sessions.get(self.first as usize)?;
        if last + GAP - 1 > watermark {
            return None;
        }
        self.sessions[self.first as usize].group = Group::default();
        self.unlink(self.first);
        Some((group, start))
    }
}

/// `SELECT key, window_start, COUNT(*), SUM(value)` by key and sessions, over rows that come in the order of their times: before a row the
/// watermark is the time of the one before it.
pub fn session(mut input: Input<'_, Records>, keys: usize, take: Take<'_>) -> Twin {
    let (mut numbers, mut open) = (Numbers::new(keys), Open::new(keys));
    let (mut out, mut at, mut rows) = (Buffer::new(), 0, 0);
    let mut give = |(group, start): (Group, EventTime), take: Take<'_>| {
        out.put(at, &group);
        out.starts[at] = start;
        (at, rows) = (at + 1, rows + 1);
        if at == PART_ROWS {
            take(out.full(at));
            at = 0;
        }
    };
    let mut watermark = EventTime::MIN;
    while let Some(part) = input.next(0) {
        for ((key, value), ts) in part.key.iter().zip(&part.value).zip(&part.ts) {
            while let Some(closed) = open.close(watermark) {
                give(closed, take);
            }
            open.add(numbers.of(*key) as u32, *key, *value, *ts);
            watermark = *ts;
        }
    }
    while let Some(closed) = open.close(EventTime::MAX) {
        give(closed, take);
    }
    take(out.full(at));
    Twin { ns: input.elapsed_ns(), rows }
}

//! Sessions: windows that rows of the same key make together. A row makes a session of its own, [time, time + gap), and sessions of a
//! key that meet are one. Row road.
//!
//! What is late, and what meets, must not depend on when rows of other splits come. So it is told by the watermark of the row's own split,
//! as it was before the row:
//!
//! - Among themselves, the rows of a split make sessions as if there were no other: a row meets those that the watermark has not passed,
//!   and is late if the watermark has passed what it makes with them.
//! - Rows of different splits meet where both were ahead of their watermarks. No such row can come behind one that closes their session.
//!
//! Timers are lazy: a session that grows leaves its timer where it is, and gets the next one when that is due.

mod aggregate;
mod assign;

pub use aggregate::SessionAggregate;
pub use assign::SessionAssign;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::window_slice::is_passed;
use crate::batch::{Batch, Column, Selection, Values};
use crate::state::GroupTable;
use crate::types::{DataType, EventTime};

/// Where sessions find time and key of a row.
pub struct SessionShape {
    /// Event-time column of the input.
    pub time_column: usize,
    /// Hidden column with the watermark of the row's split.
    pub split_watermark_column: Option<usize>,
    /// Hidden column with the number of the row's split.
    pub split_column: Option<usize>,
    /// Columns that rows of a session have in common.
    pub keys: Vec<usize>,
    /// Time without rows after which a session ends.
    pub gap: i64,
}

/// The sessions of one operator on one shard.
struct Sessions {
    shape: SessionShape,
    keys: GroupTable,
    /// By key: its open sessions.
    open: Vec<Vec<Session>>,
    /// By key: the sessions that each split makes for itself, as far as its own watermark has not passed them.
    own: Vec<Vec<Part>>,
    /// By key: what the rows make that were ahead of their watermarks, of whatever split.
    ahead: Vec<Vec<Part>>,
    /// End, or an earlier one that it had; session and key.
    timers: BinaryHeap<Reverse<(EventTime, i64, u32)>>,
    /// Sessions that a row meets.
    met: Vec<i64>,
    next_id: i64,
    /// Number of the batch.
    epoch: u64,
    hashes: Vec<u64>,
    key_of_row: Vec<u32>,
    sorted: Sorted,
}

/// What a batch does to sessions, used anew for every batch.
#[derive(Default)]
struct Sorted {
    /// Session of each row; unspecified for rows that are not taken.
    ids: Vec<i64>,
    /// Rows that are in a session.
    taken: Vec<u32>,
    /// Rows that are too late.
    late: Vec<u32>,
    /// Rows that have no place in time, and why.
    failed: Vec<(u32, &'static str)>,
    /// Sessions that became part of another, which is older.
    merged: BTreeMap<i64, i64>,
    /// Sessions that were there before the batch and are not what they were, as they were.
    before: Vec<SessionRef>,
    /// Sessions from this one on came with the batch.
    first_new: i64,
}

/// A session and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SessionRef {
    id: i64,
    key: u32,
    start: EventTime,
    end: EventTime,
}

#[derive(Debug, Clone, Copy)]
struct Session {
    /// Sessions that came earlier have lower ones.
    id: i64,
    start: EventTime,
    end: EventTime,
    /// Number of the batch that changed it last.
    epoch: u64,
}

/// Rows that meet, as part of a session.
#[derive(Debug, Clone, Copy)]
struct Part {
    split: i64,
    start: EventTime,
    end: EventTime,
    /// The session.
    id: i64,
}

/// Sessions that are no more, and their keys.
struct Closed {
    ids: Vec<i64>,
    starts: Vec<EventTime>,
    ends: Vec<EventTime>,
    keys: Vec<Column>,
}

impl Part {
    fn meets(&self, (start, end): (EventTime, EventTime)) -> bool {
        self.start <= end && start <= self.end
    }

    fn widen(&mut self, other: &Part) {
        (self.start, self.end) = (self.start.min(other.start), self.end.max(other.end));
    }
}

impl Sorted {
    /// The session that `id` has become part of.
    fn final_id(&self, mut id: i64) -> i64 {
        while let Some(into) = self.merged.get(&id) {
            id = *into;
        }
        id
    }
}

impl Sessions {
    fn new(shape: SessionShape, types: &[DataType]) -> Self {
        let key_types: Vec<DataType> = shape.keys.iter().map(|key| types[*key].clone()).collect();
        Self {
            shape,
            keys: GroupTable::new(&key_types),
            open: Vec::new(),
            own: Vec::new(),
            ahead: Vec::new(),
            met: Vec::new(),
            timers: BinaryHeap::new(),
            next_id: 0,
            epoch: 0,
            hashes: Vec::new(),
            key_of_row: Vec::new(),
            sorted: Sorted::default(),
        }
    }

    /// Finds the session of each row of a batch, which then stand in `sorted`. Hot: once per batch.
    fn sort(&mut self, batch: &Batch, watermark: EventTime) {
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.taken.clear();
        sorted.late.clear();
        sorted.failed.clear();
        sorted.merged.clear();
        sorted.before.clear();
        sorted.ids.resize(batch.rows(), 0);
        sorted.first_new = self.next_id;
        self.epoch += 1;
        self.find_keys(batch);
        let times = &batch.columns[self.shape.time_column];
        let hidden = |column: Option<usize>| match column.map(|c| &batch.columns[c].values) {
            Some(Values::I64(values)) => Some(values.as_slice()),
            _ => None,
        };
        let (marks, splits) = (hidden(self.shape.split_watermark_column), hidden(self.shape.split_column));
        for row in 0..batch.rows() {
            let time = match &times.values {
                _ if times.is_null(row) => Err("event time is NULL"),
                Values::I64(v) => v[row].checked_add(self.shape.gap).map(|end| (v[row], end)).ok_or("event time is out of range"),
                _ => Err("event time is no timestamp"),
            };
            let (start, end) = match time {
                Ok(bounds) => bounds,
                Err(reason) => {
                    sorted.failed.push((row as u32, reason));
                    continue;
                }
            };
            let (key, split) = (self.key_of_row[row], splits.map_or(0, |splits| splits[row]));
            let watermark = marks.map_or(watermark, |marks| watermark.max(marks[row]));
            let found = match batch.kind(row).sign() {
                1.. => self.join(key, split, (start, end), watermark, &mut sorted),
                _ => self.holding(key, start, watermark, &mut sorted),
            };
            match found {
                Some(id) => {
                    sorted.ids[row] = id;
                    sorted.taken.push(row as u32);
                }
                None if is_passed(end, watermark) => sorted.late.push(row as u32),
                None => sorted.failed.push((row as u32, "a row is taken back that is not there")),
            }
        }
        if !sorted.merged.is_empty() {
            for row in &sorted.taken {
                sorted.ids[*row as usize] = sorted.final_id(sorted.ids[*row as usize]);
            }
        }
        let strangers = sorted.late.iter().chain(sorted.failed.iter().map(|(row, _)| row));
        strangers.for_each(|row| self.release(self.key_of_row[*row as usize]));
        self.sorted = sorted;
    }

    fn find_keys(&mut self, batch: &Batch) {
        let keys: Vec<&Column> = self.shape.keys.iter().map(|key| &batch.columns[*key]).collect();
        let all = Selection::All(batch.rows());
        self.keys.group_ids(&keys, batch.rows(), &all, &mut self.hashes, &mut self.key_of_row);
        self.open.resize_with(self.keys.bound(), Vec::new);
        self.own.resize_with(self.keys.bound(), Vec::new);
        self.ahead.resize_with(self.keys.bound(), Vec::new);
    }

    /// The session that a row is part of, made one with all that it meets; `None` if the row is late.
    fn join(
        &mut self,
        key: u32,
        split: i64,
        bounds: (EventTime, EventTime),
        watermark: EventTime,
        sorted: &mut Sorted,
    ) -> Option<i64> {
        let at = key as usize;
        let mut met = std::mem::take(&mut self.met);
        met.clear();
        let mut own = Part { split, start: bounds.0, end: bounds.1, id: 0 };
        self.own[at].retain(|other| {
            let is_open = other.split != split || !is_passed(other.end, watermark);
            let meets = other.split == split && is_open && other.meets(bounds);
            if meets {
                own.widen(other);
                met.push(other.id);
            }
            is_open && !meets
        });
        if is_passed(own.end, watermark) {
            self.met = met;
            return None;
        }
        let is_ahead = !is_passed(bounds.0, watermark);
        let mut ahead = Part { split, start: bounds.0, end: bounds.1, id: 0 };
        if is_ahead {
            self.ahead[at].retain(|other| {
                let meets = other.meets(bounds);
                if meets {
                    ahead.widen(other);
                    met.push(other.id);
                }
                !meets
            });
        }
        let id = self.unite(key, &mut met, bounds, sorted);
        if met.len() > 1 {
            let parts = self.own[at].iter_mut().chain(&mut self.ahead[at]);
            parts.filter(|part| met.contains(&part.id)).for_each(|part| part.id = id);
        }
        self.own[at].push(Part { id, ..own });
        if is_ahead {
            self.ahead[at].push(Part { id, ..ahead });
        }
        self.met = met;
        Some(id)
    }

    /// Makes a row and the sessions that it meets one: the oldest of them, or a new one.
    fn unite(&mut self, key: u32, met: &mut Vec<i64>, (start, end): (EventTime, EventTime), sorted: &mut Sorted) -> i64 {
        met.sort_unstable();
        met.dedup();
        let sessions = &mut self.open[key as usize];
        let Some(into) = sessions.iter().position(|session| Some(&session.id) == met.first()) else {
            let session = Session { id: self.next_id, start, end, epoch: self.epoch };
            self.next_id += 1;
            sessions.push(session);
            self.timers.push(Reverse((end, session.id, key)));
            return session.id;
        };
        let mut whole = sessions.swap_remove(into);
        note_before(&mut whole, key, self.epoch, sorted);
        (whole.start, whole.end) = (whole.start.min(start), whole.end.max(end));
        if met.len() > 1 {
            sessions.retain_mut(|other| {
                let meets = met.contains(&other.id);
                if meets {
                    note_before(other, key, self.epoch, sorted);
                    (whole.start, whole.end) = (whole.start.min(other.start), whole.end.max(other.end));
                    sorted.merged.insert(other.id, whole.id);
                }
                !meets
            });
        }
        sessions.push(whole);
        whole.id
    }

    /// The session that holds a row which is taken back.
    fn holding(&mut self, key: u32, time: EventTime, watermark: EventTime, sorted: &mut Sorted) -> Option<i64> {
        let holds = |s: &&mut Session| s.start <= time && time < s.end && !is_passed(s.end, watermark);
        let session = self.open[key as usize].iter_mut().find(holds)?;
        note_before(session, key, self.epoch, sorted);
        Some(session.id)
    }

    /// Where a session of a key stands now.
    fn current(&self, key: u32, id: i64) -> Option<SessionRef> {
        let session = self.open[key as usize].iter().find(|session| session.id == id)?;
        Some(SessionRef { id, key, start: session.start, end: session.end })
    }

    /// Takes out sessions that `watermark` has passed, at most `budget` of them; none if there are no more. Hot: once per session.
    fn close(&mut self, watermark: EventTime, budget: usize) -> Closed {
        let mut closed: Vec<SessionRef> = Vec::new();
        while closed.len() < budget
            && let Some(Reverse((due, id, key))) = self.timers.peek().copied()
            && is_passed(due, watermark)
        {
            self.timers.pop();
            // A session that has become part of another has left its timer.
            let Some(session) = self.current(key, id) else { continue };
            if !is_passed(session.end, watermark) {
                self.timers.push(Reverse((session.end, id, key)));
                continue;
            }
            self.open[key as usize].retain(|other| other.id != id);
            self.own[key as usize].retain(|part| !is_passed(part.end, watermark));
            self.ahead[key as usize].retain(|part| !is_passed(part.end, watermark));
            closed.push(session);
        }
        let keys: Vec<u32> = closed.iter().map(|session| session.key).collect();
        let result = Closed {
            ids: closed.iter().map(|session| session.id).collect(),
            starts: closed.iter().map(|session| session.start).collect(),
            ends: closed.iter().map(|session| session.end).collect(),
            keys: self.keys_of(&keys),
        };
        keys.into_iter().for_each(|key| self.release(key));
        result
    }

    /// The values of these keys.
    fn keys_of(&self, keys: &[u32]) -> Vec<Column> {
        self.keys.keys().iter().map(|column| column.gather_rows(keys)).collect()
    }

    /// Forgets a key that has no sessions.
    fn release(&mut self, key: u32) {
        let at = key as usize;
        if self.open[at].is_empty() && self.keys.is_live(key) {
            (self.open[at], self.own[at], self.ahead[at]) = (Vec::new(), Vec::new(), Vec::new());
            self.keys.remove(key);
        }
    }

    fn state_bytes(&self) -> usize {
        let open: usize = self.open.iter().map(|sessions| sessions.capacity() * size_of::<Session>()).sum();
        let parts: usize = self.own.iter().chain(&self.ahead).map(|parts| parts.capacity() * size_of::<Part>()).sum();
        let lists = (self.open.capacity() + 2 * self.own.capacity()) * size_of::<Vec<Session>>();
        self.keys.state_bytes() + open + parts + lists + self.timers.capacity() * size_of::<Reverse<(EventTime, i64, u32)>>()
    }
}

/// Notes what a session was before the batch of this number.
fn note_before(session: &mut Session, key: u32, epoch: u64, sorted: &mut Sorted) {
    if session.epoch != epoch {
        session.epoch = epoch;
        sorted.before.push(SessionRef { id: session.id, key, start: session.start, end: session.end });
    }
}

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
//! Alarms are lazy: a session that grows leaves that of its key where it is, and gets the next one when that has rung. So are keys
//! forgotten: those without sessions all at once, when they are more than the others.

mod aggregate;
mod assign;
mod open;

pub use aggregate::SessionAggregate;
pub use assign::SessionAssign;

use std::collections::BTreeMap;

use self::open::{Open, Row};
use crate::batch::{Batch, Column, Selection, Values, Watermark};
use crate::state::{GroupTable, Order, Timers};
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

/// Whether a session is closed: nothing that comes behind `watermark` meets it, as a row at its very end would.
fn is_passed(end: EventTime, watermark: EventTime) -> bool {
    watermark >= end
}

/// The watermark behind sessions: those that end at `watermark` are given out, those that end a nanosecond later are not.
fn passes_on(watermark: Watermark) -> Watermark {
    Watermark { time: watermark.time.saturating_sub(1), ..watermark }
}

/// The sessions of one operator on one shard.
struct Sessions {
    shape: SessionShape,
    keys: GroupTable,
    /// By number of the key.
    by_key: Vec<OfKey>,
    /// Keys that have sessions.
    busy: usize,
    /// Keys by the time at which one of their sessions may end.
    alarms: Timers,
    due: Vec<u32>,
    before: Before,
    hashes: Vec<u64>,
    key_of_row: Vec<u32>,
    sorted: Sorted,
}

/// What belongs to a key.
#[derive(Default)]
struct OfKey {
    open: Open,
    /// The end of a session at which it is looked at next: of the one that ends first, or an earlier one that it had.
    alarm: Option<EventTime>,
}

/// Keys without sessions up to which none is forgotten.
const IDLE_KEYS_MAX: usize = 1024;

/// What a batch does to sessions, used anew for every batch.
#[derive(Default)]
struct Sorted {
    /// Session of each row, `NONE` for rows that are in none.
    ids: Vec<u32>,
    /// Rows that are too late.
    late: Vec<u32>,
    /// Rows that have no place in time, and why.
    failed: Vec<(u32, &'static str)>,
    /// Sessions that became part of another.
    merged: BTreeMap<u32, Merged>,
    /// Sessions that were there before the batch and are not what they were, as they were; none where nobody asks.
    before: Vec<SessionRef>,
    /// How many sessions came with the batch.
    made: usize,
    /// Numbers of sessions that are no more.
    free: Vec<u32>,
    /// One more than the greatest number of a session.
    bound: u32,
    /// Number of the batch; 0 where nobody asks what was before it.
    epoch: u64,
}

/// What a session became part of, and the key of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Merged {
    into: u32,
    key: u32,
}

/// Whether it is noted what sessions were before a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Noted,
    Forgotten,
}

/// The number of no session.
const NONE: u32 = u32::MAX;

/// A session and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SessionRef {
    /// Its number, which is that of another when it is no more.
    id: u32,
    key: u32,
    start: EventTime,
    end: EventTime,
}

/// Sessions that are no more, and their keys.
struct Closed {
    ids: Vec<u32>,
    starts: Vec<EventTime>,
    ends: Vec<EventTime>,
    keys: Vec<Column>,
}

impl Sorted {
    /// The session that `id` has become part of.
    fn final_id(&self, mut id: u32) -> u32 {
        while let Some(merged) = self.merged.get(&id) {
            id = merged.into;
        }
        id
    }

    /// The rows that are in a session.
    fn taken(&self) -> Selection {
        match (self.late.is_empty(), self.failed.is_empty()) {
            (true, true) => Selection::All(self.ids.len()),
            _ => Selection::All(self.ids.len()).filter(|row| self.ids[row] != NONE),
        }
    }
}

impl Sessions {
    fn new(shape: SessionShape, types: &[DataType], before: Before) -> Self {
        let key_types: Vec<DataType> = shape.keys.iter().map(|key| types[*key].clone()).collect();
        Self {
            keys: GroupTable::new(&key_types),
            by_key: Vec::new(),
            busy: 0,
            alarms: Timers::new(shape.gap.unsigned_abs(), Order::Any),
            due: Vec::new(),
            before,
            hashes: Vec::new(),
            key_of_row: Vec::new(),
            sorted: Sorted::default(),
            shape,
        }
    }

    /// Finds the session of each row of a batch, which then stand in `sorted`. Hot: once per batch.
    fn sort(&mut self, batch: &Batch, watermark: EventTime) {
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.late.clear();
        sorted.failed.clear();
        sorted.free.extend(std::mem::take(&mut sorted.merged).into_keys());
        sorted.before.clear();
        sorted.ids.clear();
        sorted.ids.resize(batch.rows(), NONE);
        sorted.made = 0;
        sorted.epoch += u64::from(self.before == Before::Noted);
        self.find_keys(batch);
        let times = &batch.columns[self.shape.time_column];
        let hidden = |column: Option<usize>| match column.map(|c| &batch.columns[c].values) {
            Some(Values::I64(values)) => Some(values.as_slice()),
            _ => None,
        };
        let (marks, splits) = (hidden(self.shape.split_watermark_column), hidden(self.shape.split_column));
        // Without NULLs and rows that are taken back.
        let plain = match &times.values {
            Values::I64(values) if batch.kinds.is_none() && !times.has_nulls() => values.as_slice(),
            _ => &[],
        };
        let mut ids = std::mem::take(&mut sorted.ids);
        for (row, id) in ids.iter_mut().enumerate() {
            let (key, split) = (self.key_of_row[row], splits.map_or(0, |splits| splits[row]));
            let watermark = marks.map_or(watermark, |marks| watermark.max(marks[row]));
            let end = plain.get(row).and_then(|start| start.checked_add(self.shape.gap));
            let alone = end.map(|end| Row { key, split, start: end - self.shape.gap, end, watermark });
            let widened = alone.and_then(|row| self.by_key[key as usize].open.widen_one(&row, sorted.epoch));
            *id = widened.unwrap_or_else(|| self.place(batch, row, (key, split, watermark), &mut sorted));
        }
        sorted.ids = ids;
        if !sorted.merged.is_empty() {
            let mut ids = std::mem::take(&mut sorted.ids);
            ids.iter_mut().for_each(|id| *id = sorted.final_id(*id));
            sorted.ids = ids;
        }
        self.sorted = sorted;
        self.forget_idle();
    }

    fn find_keys(&mut self, batch: &Batch) {
        let keys: Vec<&Column> = self.shape.keys.iter().map(|key| &batch.columns[*key]).collect();
        let all = Selection::All(batch.rows());
        self.keys.group_ids(&keys, batch.rows(), &all, &mut self.hashes, &mut self.key_of_row);
        self.by_key.resize_with(self.keys.bound(), OfKey::default);
    }

    /// The session of a row of this key and split, `NONE` if it is in none, which is noted then. Hot: once per session.
    #[inline(never)]
    fn place(&mut self, batch: &Batch, row: usize, (key, split, watermark): (u32, i64, EventTime), sorted: &mut Sorted) -> u32 {
        let (start, end) = match bounds(&batch.columns[self.shape.time_column], row, self.shape.gap) {
            Ok(bounds) => bounds,
            Err(reason) => {
                sorted.failed.push((row as u32, reason));
                return NONE;
            }
        };
        let alone = Row { key, split, start, end, watermark };
        let found = match batch.kind(row).sign() {
            1.. => self.join(&alone, sorted),
            _ => self.by_key[key as usize].open.holding(&alone, sorted),
        };
        match found {
            Some(id) => return id,
            None if is_passed(end, watermark) => sorted.late.push(row as u32),
            None => sorted.failed.push((row as u32, "a row is taken back that is not there")),
        }
        NONE
    }

    /// The session that a row is part of; `None` if the row is late.
    fn join(&mut self, row: &Row, sorted: &mut Sorted) -> Option<u32> {
        let of_key = &mut self.by_key[row.key as usize];
        let (was_idle, made) = (of_key.open.sessions().is_empty(), sorted.made);
        let id = of_key.open.join(row, sorted);
        if sorted.made > made {
            self.busy += usize::from(was_idle);
            self.set_alarm(row.key, row.end);
        }
        id
    }

    /// Sees to it that a key is looked at when its session ends, or before.
    #[inline]
    fn set_alarm(&mut self, key: u32, end: EventTime) {
        let alarm = &mut self.by_key[key as usize].alarm;
        if alarm.is_none_or(|alarm| end < alarm) {
            *alarm = Some(end);
            self.alarms.add(end, key);
        }
    }

    /// Where a session of a key stands now.
    fn current(&self, key: u32, id: u32) -> Option<SessionRef> {
        let session = self.by_key[key as usize].open.sessions().iter().find(|session| session.id == id)?;
        Some(SessionRef { id, key, start: session.start, end: session.end })
    }

    /// Takes out sessions that `watermark` has passed, at most `budget` of them; none if there are no more. Their numbers are free for those
    /// of the next batch. Hot: once per session.
    fn close(&mut self, watermark: EventTime, budget: usize) -> Closed {
        let (mut closed, mut due) = (Vec::new(), std::mem::take(&mut self.due));
        while closed.len() < budget {
            self.alarms.take(watermark, budget - closed.len(), &mut due);
            if due.is_empty() {
                break;
            }
            closed.reserve(due.len());
            for key in due.drain(..) {
                closed.extend(self.ring(key, watermark));
            }
        }
        self.due = due;
        self.sorted.free.extend(closed.iter().map(|session| session.id));
        let keys: Vec<u32> = closed.iter().map(|session| session.key).collect();
        let result = Closed {
            ids: closed.iter().map(|session| session.id).collect(),
            starts: closed.iter().map(|session| session.start).collect(),
            ends: closed.iter().map(|session| session.end).collect(),
            keys: self.keys_of(&keys),
        };
        self.forget_idle();
        result
    }

    /// Takes out a session of a key whose alarm has rung, if one has ended. Hot: once per alarm.
    #[inline]
    fn ring(&mut self, key: u32, watermark: EventTime) -> Option<SessionRef> {
        let OfKey { open, alarm } = &mut self.by_key[key as usize];
        *alarm = alarm.filter(|end| !is_passed(*end, watermark));
        if let Some(end) = open.only_end().filter(|end| !is_passed(*end, watermark)) {
            self.set_alarm(key, end);
            return None;
        }
        let closed = open.close(key, watermark);
        match open.sessions().iter().map(|session| session.end).min() {
            Some(end) => self.set_alarm(key, end),
            None => self.busy -= usize::from(closed.is_some()),
        }
        closed
    }

    /// The values of these keys.
    fn keys_of(&self, keys: &[u32]) -> Vec<Column> {
        self.keys.keys().iter().map(|column| column.gather_rows(keys)).collect()
    }

    /// Forgets the keys without sessions, if they are many.
    fn forget_idle(&mut self) {
        if self.keys.len() - self.busy <= self.busy.max(IDLE_KEYS_MAX) {
            return;
        }
        for (key, of_key) in self.by_key.iter_mut().enumerate() {
            if of_key.open.sessions().is_empty() && self.keys.is_live(key as u32) {
                *of_key = OfKey::default();
                self.keys.remove(key as u32);
            }
        }
    }

    fn state_bytes(&self) -> usize {
        let open: usize = self.by_key.iter().map(|of_key| of_key.open.memory_bytes()).sum();
        self.keys.state_bytes() + self.by_key.capacity() * size_of::<OfKey>() + open + self.alarms.state_bytes()
    }
}

/// The session that a row would make alone, or why it has none.
fn bounds(times: &Column, row: usize, gap: i64) -> std::result::Result<(EventTime, EventTime), &'static str> {
    match &times.values {
        _ if times.is_null(row) => Err("event time is NULL"),
        Values::I64(v) => v[row].checked_add(gap).map(|end| (v[row], end)).ok_or("event time is out of range"),
        _ => Err("event time is no timestamp"),
    }
}

//! What is open of one key: its sessions, and which rows of which splits made them.
//!
//! Of nearly every key that is one session, of rows of one split that were all ahead of its watermark: such a session is also all that the
//! split made for itself, and all that rows ahead made. So it is kept once, and a row that meets it widens it. Whatever else comes
//! makes `Many` of it, until all but one such session are closed.

use super::{Merged, SessionRef, Sorted, is_passed};
use crate::types::EventTime;

/// The sessions of one key.
#[derive(Debug, Default)]
pub(super) enum Open {
    #[default]
    Nothing,
    One {
        session: Session,
        split: i64,
    },
    Many(Box<Many>),
}

/// Sessions that rows made in any way.
#[derive(Debug, Default)]
pub(super) struct Many {
    sessions: Vec<Session>,
    /// The sessions that each split makes for itself, as far as its own watermark has not passed them.
    own: Vec<Part>,
    /// What the rows make that were ahead of their watermarks, of whatever split.
    ahead: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Session {
    /// Its number.
    pub id: u32,
    pub start: EventTime,
    pub end: EventTime,
    /// Number of the batch that changed it last.
    epoch: u64,
}

/// Rows that meet, as part of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    split: i64,
    start: EventTime,
    end: EventTime,
    /// The session.
    id: u32,
}

/// A row as a session of its own, with the split it came from and the watermark of that before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub key: u32,
    pub split: i64,
    pub start: EventTime,
    pub end: EventTime,
    pub watermark: EventTime,
}

impl Row {
    fn is_ahead(&self) -> bool {
        !is_passed(self.start, self.watermark)
    }

    fn part(&self) -> Part {
        Part { split: self.split, start: self.start, end: self.end, id: 0 }
    }
}

impl Part {
    fn meets(&self, row: &Row) -> bool {
        self.start <= row.end && row.start <= self.end
    }

    fn widen(&mut self, other: &Part) {
        (self.start, self.end) = (self.start.min(other.start), self.end.max(other.end));
    }
}

impl Session {
    /// Whether a row meets it that, like all of its own, was ahead of the watermark of `split`, which has not passed it.
    #[inline]
    fn takes_alone(&self, split: i64, row: &Row) -> bool {
        split == row.split
            && row.is_ahead()
            && self.start <= row.end
            && row.start <= self.end
            && !is_passed(self.end, row.watermark)
    }

    /// Takes in times, and notes what it was before the batch.
    fn widen(&mut self, key: u32, (start, end): (EventTime, EventTime), sorted: &mut Sorted) {
        self.note_before(key, sorted);
        (self.start, self.end) = (self.start.min(start), self.end.max(end));
    }

    fn note_before(&mut self, key: u32, sorted: &mut Sorted) {
        if self.epoch != sorted.epoch {
            self.epoch = sorted.epoch;
            sorted.before.push(self.seen(key));
        }
    }

    fn seen(&self, key: u32) -> SessionRef {
        SessionRef { id: self.id, key, start: self.start, end: self.end }
    }
}

impl Open {
    /// The session that a row is part of, made one with all that it meets; `None` if the row is late.
    pub fn join(&mut self, row: &Row, sorted: &mut Sorted) -> Option<u32> {
        match self {
            Open::One { session, split } if session.takes_alone(*split, row) => {
                session.widen(row.key, (row.start, row.end), sorted);
                Some(session.id)
            }
            Open::Nothing if row.is_ahead() => {
                let session = sorted.make(row);
                *self = Open::One { session, split: row.split };
                Some(session.id)
            }
            _ => self.as_many().join(row, sorted),
        }
    }

    /// As `join`, where the row does nothing but widen the one session, of which the batch has changed something before or nobody asks what it
    /// was. Hot: once per row.
    #[inline]
    pub fn widen_one(&mut self, row: &Row, epoch: u64) -> Option<u32> {
        match self {
            Open::One { session, split } if session.epoch == epoch && session.takes_alone(*split, row) => {
                (session.start, session.end) = (session.start.min(row.start), session.end.max(row.end));
                Some(session.id)
            }
            _ => None,
        }
    }

    /// Where the session ends, if it is the only one and of one split.
    #[inline]
    pub fn only_end(&self) -> Option<EventTime> {
        if let Open::One { session, .. } = self { Some(session.end) } else { None }
    }

    /// The session of a row which is taken back: that of the part that the rows of its split have made around it, if its watermark has not
    /// passed that.
    pub fn holding(&mut self, row: &Row, sorted: &mut Sorted) -> Option<u32> {
        let holds = |split: i64, start: EventTime, end: EventTime| {
            split == row.split && start <= row.start && row.start < end && !is_passed(end, row.watermark)
        };
        let id = match self {
            Open::Nothing => None,
            Open::One { session, split } => holds(*split, session.start, session.end).then_some(session.id),
            Open::Many(many) => many.own.iter().find(|part| holds(part.split, part.start, part.end)).map(|part| part.id),
        }?;
        self.sessions_mut().iter_mut().find(|session| session.id == id)?.note_before(row.key, sorted);
        Some(id)
    }

    pub fn sessions(&self) -> &[Session] {
        match self {
            Open::Nothing => &[],
            Open::One { session, .. } => std::slice::from_ref(session),
            Open::Many(many) => &many.sessions,
        }
    }

    fn sessions_mut(&mut self) -> &mut [Session] {
        match self {
            Open::Nothing => &mut [],
            Open::One { session, .. } => std::slice::from_mut(session),
            Open::Many(many) => &mut many.sessions,
        }
    }

    /// The same, kept as if there could be others.
    pub fn as_many(&mut self) -> &mut Many {
        if let Open::One { session, split } = *self {
            let Session { id, start, end, .. } = session;
            let part = Part { split, start, end, id };
            *self = Open::Many(Box::new(Many { sessions: vec![session], own: vec![part], ahead: vec![part] }));
        } else if let Open::Nothing = self {
            *self = Open::Many(Box::default());
        }
        let Open::Many(many) = self else { unreachable!("made just now") };
        many
    }

    /// Takes out the session that ends first, if `watermark` has passed it. Hot: once per session.
    #[inline]
    pub fn close(&mut self, key: u32, watermark: EventTime) -> Option<SessionRef> {
        let closed = match self {
            Open::Nothing => None,
            Open::One { session, .. } => Some(*session).filter(|session| is_passed(session.end, watermark)),
            Open::Many(many) => many.close(watermark),
        }?;
        *self = match self {
            Open::Many(many) => match (many.sessions.as_slice(), many.own.as_slice(), many.ahead.as_slice()) {
                ([], ..) => Open::Nothing,
                // What is left is kept in the simplest way.
                ([session], [own], [ahead]) if own == ahead && (own.start, own.end) == (session.start, session.end) => {
                    Open::One { session: *session, split: own.split }
                }
                _ => return Some(closed.seen(key)),
            },
            _ => Open::Nothing,
        };
        Some(closed.seen(key))
    }

    /// Bytes held behind the pointer.
    pub fn memory_bytes(&self) -> usize {
        let Open::Many(many) = self else { return 0 };
        let parts = many.own.capacity() + many.ahead.capacity();
        size_of::<Many>() + many.sessions.capacity() * size_of::<Session>() + parts * size_of::<Part>()
    }
}

impl Many {
    /// As `Open::join`.
    fn join(&mut self, row: &Row, sorted: &mut Sorted) -> Option<u32> {
        let mut met = Vec::new();
        let mut own = row.part();
        self.own.retain(|other| {
            let is_open = other.split != row.split || !is_passed(other.end, row.watermark);
            let meets = other.split == row.split && is_open && other.meets(row);
            if meets {
                own.widen(other);
                met.push(other.id);
            }
            is_open && !meets
        });
        if is_passed(own.end, row.watermark) {
            return None;
        }
        let mut ahead = row.part();
        if row.is_ahead() {
            self.ahead.retain(|other| {
                let meets = other.meets(row);
                if meets {
                    ahead.widen(other);
                    met.push(other.id);
                }
                !meets
            });
        }
        let id = self.unite(&mut met, row, sorted);
        if met.len() > 1 {
            let parts = self.own.iter_mut().chain(&mut self.ahead);
            parts.filter(|part| met.contains(&part.id)).for_each(|part| part.id = id);
        }
        self.own.push(Part { id, ..own });
        if row.is_ahead() {
            self.ahead.push(Part { id, ..ahead });
        }
        Some(id)
    }

    /// As `Open::close`.
    fn close(&mut self, watermark: EventTime) -> Option<Session> {
        let first = self.sessions.iter().min_by_key(|session| (session.end, session.id)).copied()?;
        if !is_passed(first.end, watermark) {
            return None;
        }
        self.sessions.retain(|other| other.id != first.id);
        self.own.retain(|part| !is_passed(part.end, watermark));
        self.ahead.retain(|part| !is_passed(part.end, watermark));
        Some(first)
    }

    /// Makes a row and the sessions that it meets one: the first of them, or a new one.
    fn unite(&mut self, met: &mut Vec<u32>, row: &Row, sorted: &mut Sorted) -> u32 {
        met.sort_unstable();
        met.dedup();
        let Some(into) = self.sessions.iter().position(|session| Some(&session.id) == met.first()) else {
            let session = sorted.make(row);
            self.sessions.push(session);
            return session.id;
        };
        let mut whole = self.sessions.swap_remove(into);
        whole.widen(row.key, (row.start, row.end), sorted);
        if met.len() > 1 {
            self.sessions.retain_mut(|other| {
                let meets = met.contains(&other.id);
                if meets {
                    other.note_before(row.key, sorted);
                    whole.widen(row.key, (other.start, other.end), sorted);
                    sorted.merged.insert(other.id, Merged { into: whole.id, key: row.key });
                }
                !meets
            });
        }
        self.sessions.push(whole);
        whole.id
    }
}

impl Sorted {
    /// A new session of one row.
    fn make(&mut self, row: &Row) -> Session {
        self.made += 1;
        let id = self.free.pop().unwrap_or_else(|| {
            self.bound += 1;
            self.bound - 1
        });
        Session { id, start: row.start, end: row.end, epoch: self.epoch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One key as it is kept, and as if there could always be others.
    #[test]
    fn one_session_is_what_many_would_be() {
        let mut kept_as_one = 0;
        for seed in 0..200 {
            let mut random = fastrand::Rng::with_seed(seed);
            let (mut quick, mut general) = (Open::default(), Open::default());
            let (mut here, mut there) = (Sorted::default(), Sorted::default());
            let (mut watermarks, splits) = ([-1_000_000; 3], random.usize(1..4));
            for turn in 0..300 {
                (here.epoch, there.epoch) = (turn / 4, turn / 4);
                let split = random.usize(..splits);
                let start = turn as i64 * 3 + random.i64(-25..8);
                let row = Row { key: 7, split: split as i64, start, end: start + 10, watermark: watermarks[split] };
                general.as_many();
                let (id, wanted) = match random.u8(..8) {
                    0 => (quick.holding(&row, &mut here), general.holding(&row, &mut there)),
                    _ => {
                        let widened = quick.widen_one(&row, here.epoch);
                        (widened.or_else(|| quick.join(&row, &mut here)), general.join(&row, &mut there))
                    }
                };
                assert_eq!(id, wanted, "{row:?}");
                watermarks[split] = watermarks[split].max(start - random.i64(0..6));
                if random.u8(..3) == 0 {
                    let watermark = watermarks[..splits].iter().copied().min().unwrap_or_default();
                    loop {
                        let closed = quick.close(7, watermark);
                        assert_eq!(closed, general.close(7, watermark));
                        general.as_many();
                        if closed.is_none() {
                            break;
                        }
                    }
                }
                kept_as_one += usize::from(matches!(quick, Open::One { .. }));
                let sorted = |open: &Open| {
                    let mut sessions = open.sessions().to_vec();
                    sessions.sort_unstable_by_key(|session| session.id);
                    sessions
                };
                assert_eq!(sorted(&quick), sorted(&general), "seed {seed}, turn {turn}");
            }
            assert_eq!((here.before, here.merged), (there.before, there.merged));
        }
        assert!(kept_as_one > 1_000, "{kept_as_one} times: the quick way is hardly taken");
    }
}

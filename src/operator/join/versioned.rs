//! Join of rows with the version of a table that was valid at their time: a temporal join; or with the nearest earlier row: an ASOF join.
//!
//! ```text
//!   versions[key]:  (time, watermark of its split, place) ...   in order of time; values by place in the right input's slab
//! ```
//! A row of the left input waits until the watermark says that no version of its time is missing; then it meets the last one that is not
//! later than it. A version that comes when its own split is beyond its time is valid from there on, so that what a row meets
//! does not depend on how splits interleave. Of each key the version valid at the watermark and all later ones are kept, also
//! that it is deleted. A row that takes one back has the time of that one, so it meets the same version and takes back what was given out.

use super::pairs::{Found, PairFilter};
use super::side::NONE;
use super::timed::JoinClock;
use super::{JoinInput, known_keys};
use crate::batch::{Batch, Column, RowKind, Selection, Values, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::operator::{Operator, Output, Progress};
use crate::state::{Aging, GroupTable, Order, Slab, Timers};
use crate::types::relation::{JoinKind, OnError, TimeBounds, VersionTime};
use crate::types::{DataType, EventTime, Nanos};

/// A temporal or ASOF join on one shard.
pub struct VersionedJoin {
    kind: JoinKind,
    on_error: OnError,
    which: VersionTime,
    bounds: TimeBounds,
    filter: Option<PairFilter>,
    keys: GroupTable,
    /// Keys in the order in which a row of theirs last came, where they are forgotten after a time.
    aging: Option<Aging>,
    /// By key.
    versions: Vec<Vec<Version>>,
    /// By key: rows of the left input that wait.
    waiting: Vec<u32>,
    inputs: [Input; 2],
    /// By place of a row that waits.
    asked: Vec<Asked>,
    /// The watermark, less what rows at it are let through.
    passed: EventTime,
    scratch: Scratch,
}

/// One input.
struct Input {
    keys: Vec<usize>,
    clock: JoinClock,
    /// Its columns that are kept: those given out and those that the condition reads.
    kept: Vec<usize>,
    /// Where the columns given out stand among those kept, and their types.
    given: Vec<(usize, DataType)>,
    rows: Slab,
    /// Rows of the left input when they are asked for, keys of the right one when a version of theirs becomes valid.
    timers: Timers,
}

/// A row that waits.
#[derive(Debug, Clone, Copy)]
struct Asked {
    key: u32,
    time: EventTime,
    /// `Insert`, or `Delete` for one that takes a row back.
    kind: RowKind,
}

impl Asked {
    const NOBODY: Asked = Asked { key: NONE, time: 0, kind: RowKind::Insert };
}

#[derive(Debug, Clone, Copy)]
struct Version {
    time: EventTime,
    /// Of its split, as it came: rows until there do not meet it.
    watermark: EventTime,
    /// `NONE` where the key is deleted.
    place: u32,
}

impl Version {
    fn valid_from(&self) -> EventTime {
        self.time.max(self.watermark)
    }
}

/// Vectors used anew for every batch.
#[derive(Default)]
struct Scratch {
    hashes: Vec<u64>,
    keys: Vec<u32>,
    marks: Vec<EventTime>,
    places: Vec<u32>,
    due: Vec<u32>,
}

impl Input {
    fn new(input: JoinInput, clock: JoinClock, read: Vec<usize>) -> Self {
        let mut kept: Vec<usize> = input.given.iter().copied().chain(read).collect();
        kept.sort_unstable();
        kept.dedup();
        let place = |column: &usize| (kept.binary_search(column).unwrap_or(0), input.types[*column].clone());
        let given = input.given.iter().map(place).collect();
        let types: Vec<DataType> = kept.iter().map(|column| input.types[*column].clone()).collect();
        Self { keys: input.keys, clock, kept, given, rows: Slab::new(&types), timers: Timers::new(0, Order::ByTime) }
    }

    fn times<'a>(&self, batch: &'a Batch) -> &'a [EventTime] {
        match &batch.columns[self.clock.time].values {
            Values::I64(times) => times,
            _ => unreachable!("event time is a timestamp"),
        }
    }

    fn put(&mut self, batch: &Batch, rows: &[u32], places: &mut Vec<u32>) {
        self.rows.put(self.kept.iter().map(|column| &batch.columns[*column]), rows, places);
    }
}

impl VersionedJoin {
    /// Without rows. `filter` is over the columns of the left input, followed by those of the right one. A key of which no row comes for
    /// so long is forgotten, unless rows of it wait.
    pub fn new(
        kind: JoinKind,
        [left, right]: [JoinInput; 2],
        clocks: [JoinClock; 2],
        (which, bounds): (VersionTime, TimeBounds),
        filter: Option<PairFilter>,
        ttl: Option<Nanos>,
        on_error: OnError,
    ) -> VersionedJoin {
        let key_types: Vec<DataType> = left.keys.iter().map(|key| left.types[*key].clone()).collect();
        let read = |input: usize| filter.as_ref().map_or(Vec::new(), |filter| filter.columns_of(input));
        let inputs = [Input::new(left, clocks[0], read(0)), Input::new(right, clocks[1], read(1))];
        VersionedJoin {
            kind,
            on_error,
            which,
            bounds,
            filter: filter.map(|filter| filter.over([&inputs[0].kept, &inputs[1].kept])),
            keys: GroupTable::new(&key_types),
            aging: ttl.map(Aging::new),
            versions: Vec::new(),
            waiting: Vec::new(),
            inputs,
            asked: Vec::new(),
            passed: EventTime::MIN,
            scratch: Scratch::default(),
        }
    }

    /// The rows of a batch that have key and time; writes keys and watermarks by row. Hot: once per batch.
    fn look_up(&mut self, own: usize, batch: &Batch, scratch: &mut Scratch) -> Selection {
        let Scratch { hashes, keys, marks, .. } = scratch;
        let Input { keys: key_columns, clock, .. } = &self.inputs[own];
        marks.clear();
        match clock.split_watermark.map(|at| &batch.columns[at].values) {
            Some(Values::I64(own)) => marks.extend(own.iter().map(|mark| self.bounds.passed(*mark).max(self.passed))),
            _ => marks.resize(batch.rows(), self.passed),
        }
        let columns: Vec<&Column> = key_columns.iter().map(|key| &batch.columns[*key]).collect();
        let asked: Vec<&Column> = columns.iter().copied().chain([&batch.columns[clock.time]]).collect();
        let known = known_keys(&asked, &Selection::All(batch.rows()));
        self.keys.group_ids(&columns, batch.rows(), &known, hashes, keys);
        self.versions.resize_with(self.keys.bound(), Vec::new);
        self.waiting.resize(self.keys.bound(), 0);
        if let Some(aging) = &mut self.aging {
            known.iter().for_each(|row| aging.touch(keys[row]));
        }
        known
    }

    /// Rows of the left input wait. Late ones are given out as such, those that can meet no version by themselves. Hot: once per batch.
    fn ask(&mut self, batch: &Batch, out: &mut Output) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let known = self.look_up(0, batch, &mut scratch);
        let (times, all) = (self.inputs[0].times(batch), Selection::All(batch.rows()));
        let column = &batch.columns[self.inputs[0].clock.time];
        let is_late = |row: usize| times[row] <= scratch.marks[row] && !column.is_null(row);
        let late = all.filter(is_late);
        out.give_late(0, batch, &late);
        if known.len() < batch.rows() && self.kind.gives_unmatched(0) {
            let mut known = known.iter().peekable();
            let alone = all.filter(|row| known.next_if(|next| *next == row).is_none() && !is_late(row));
            let mine = self.inputs[0].given.iter().map(|(at, _)| batch.columns[self.inputs[0].kept[*at]].gather(&alone));
            let nulls = self.inputs[1].given.iter().map(|(_, data_type)| Column::nulls(data_type, alone.len()));
            out.emit(batch.gather_around(mine.chain(nulls).collect(), &alone));
        }
        let rows: Vec<u32> = known.iter().filter(|row| !is_late(*row)).map(|row| row as u32).collect();
        self.inputs[0].put(batch, &rows, &mut scratch.places);
        self.asked.resize(self.inputs[0].rows.bound(), Asked::NOBODY);
        for (row, place) in rows.iter().zip(&scratch.places) {
            let (key, time) = (scratch.keys[*row as usize], times[*row as usize]);
            let kind = if batch.kind(*row as usize).sign() > 0 { RowKind::Insert } else { RowKind::Delete };
            self.asked[*place as usize] = Asked { key, time, kind };
            self.waiting[key as usize] += 1;
            self.inputs[0].timers.add(time, *place);
        }
        known.iter().filter(|row| is_late(*row)).for_each(|row| self.forget(scratch.keys[row]));
        self.scratch = scratch;
    }

    /// Versions come in order of their times, those of equal times as they come. Hot: once per batch.
    fn renew(&mut self, batch: &Batch) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let known = self.look_up(1, batch, &mut scratch);
        let times = self.inputs[1].times(batch);
        let comes = |row: &usize| batch.kind(*row).sign() > 0;
        let rows: Vec<u32> = known.iter().filter(comes).map(|row| row as u32).collect();
        self.inputs[1].put(batch, &rows, &mut scratch.places);
        let mut places = scratch.places.iter();
        for row in known.iter() {
            let place = match batch.kind(row) {
                RowKind::UpdateBefore => continue,
                RowKind::Delete => NONE,
                _ => places.next().copied().unwrap_or(NONE),
            };
            let version = Version { time: times[row], watermark: scratch.marks[row], place };
            let versions = &mut self.versions[scratch.keys[row] as usize];
            let at = versions.partition_point(|other| other.time <= version.time);
            versions.insert(at, version);
            self.inputs[1].timers.add(version.valid_from(), scratch.keys[row]);
        }
        self.scratch = scratch;
    }

    /// The version that a row of this time meets. Hot: once per row.
    fn version_at(&self, key: u32, time: EventTime) -> u32 {
        let versions = &self.versions[key as usize];
        let before = match self.which {
            VersionTime::At => versions.partition_point(|version| version.time <= time),
            VersionTime::Before => versions.partition_point(|version| version.time < time),
        };
        let valid = versions[..before].iter().rev().find(|version| version.watermark < time);
        valid.map_or(NONE, |version| version.place)
    }

    /// Gives out rows that have waited long enough; whether those were all.
    fn answer(&mut self, watermark: Watermark, out: &mut Output) -> Result<bool> {
        let mut due = std::mem::take(&mut self.scratch.due);
        due.clear();
        let is_done = self.inputs[0].timers.take(self.passed, TIMER_ROWS_PER_TURN, &mut due);
        let found: Vec<u32> =
            due.iter().map(|place| self.asked[*place as usize]).map(|row| self.version_at(row.key, row.time)).collect();
        let pairs = self.meeting(&due, found, watermark, out)?;
        let mut kept: Vec<usize> = match self.kind.gives_unmatched(0) {
            true => (0..due.len()).collect(),
            false => (0..due.len()).filter(|at| pairs[*at] != NONE).collect(),
        };
        let kind = |at: &usize| self.asked[due[*at] as usize].kind;
        let takes_back = kept.iter().any(|at| kind(at) == RowKind::Delete);
        if takes_back {
            // Rows of one time come in any order: what is taken back must be there.
            kept.sort_by_key(kind);
        }
        if !kept.is_empty() {
            let left: Vec<u32> = kept.iter().map(|at| due[*at]).collect();
            let right: Vec<u32> = kept.iter().map(|at| pairs[*at]).collect();
            let [mine, other] = &self.inputs;
            let of = |input: &Input, places: &[u32]| -> Vec<Column> {
                let given = input.given.iter();
                given.map(|(at, t)| input.rows.columns()[*at].gather_or_null(places, NONE, t)).collect()
            };
            let columns = of(mine, &left).into_iter().chain(of(other, &right)).collect();
            let mut given = Batch::new(columns, kept.len(), watermark.stamp);
            given.kinds = takes_back.then(|| kept.iter().map(kind).collect());
            out.emit(given);
        }
        for place in &due {
            let Asked { key, .. } = self.asked[*place as usize];
            self.waiting[key as usize] -= 1;
            self.inputs[0].rows.remove(*place);
            self.forget(key);
        }
        self.scratch.due = due;
        Ok(is_done)
    }

    /// The versions found, without those that do not satisfy the rest of the condition.
    fn meeting(&mut self, left: &[u32], mut right: Vec<u32>, watermark: Watermark, out: &mut Output) -> Result<Vec<u32>> {
        let Some(filter) = &mut self.filter else { return Ok(right) };
        let mut found = Found::default();
        for (at, version) in right.iter().enumerate().filter(|(_, version)| **version != NONE) {
            found.extend(at, std::iter::once(*version));
        }
        let [mine, other] = &self.inputs;
        let waiting: Vec<Column> = mine.rows.columns().iter().map(|column| column.gather_rows(left)).collect();
        let (waiting, versions): (Vec<&Column>, Vec<&Column>) = (waiting.iter().collect(), other.rows.columns().iter().collect());
        filter.keep(0, [&waiting, &versions], watermark.stamp, &mut found, self.on_error, out)?;
        right.fill(NONE);
        found.iter().for_each(|(at, version)| right[at as usize] = version);
        Ok(right)
    }

    /// Frees versions that later ones have taken the place of.
    fn free(&mut self) {
        let mut due = std::mem::take(&mut self.scratch.due);
        due.clear();
        self.inputs[1].timers.take(self.passed, usize::MAX, &mut due);
        for key in &due {
            let versions = &mut self.versions[*key as usize];
            let valid = versions.iter().rposition(|version| version.valid_from() <= self.passed);
            let Some(valid) = valid else { continue };
            // That a key is deleted is kept too: an older version may still come.
            for version in versions.drain(..valid).filter(|version| version.place != NONE) {
                self.inputs[1].rows.remove(version.place);
            }
        }
        self.scratch.due = due;
    }

    /// Forgets keys of which no row has come for too long, now that it is `now`.
    fn forget_old(&mut self, now: Nanos) {
        self.aging.iter_mut().for_each(|aging| aging.advance(now));
        while let Some(key) = self.aging.as_mut().and_then(Aging::take_old) {
            if self.waiting[key as usize] == 0 {
                let versions = std::mem::take(&mut self.versions[key as usize]);
                let places = versions.iter().map(|version| version.place).filter(|place| *place != NONE);
                places.for_each(|place| self.inputs[1].rows.remove(place));
                self.forget(key);
            } else if let Some(aging) = &mut self.aging {
                aging.touch(key);
            }
        }
    }

    /// Forgets a key without versions for which nobody waits.
    fn forget(&mut self, key: u32) {
        let at = key as usize;
        if self.versions[at].is_empty() && self.waiting[at] == 0 && self.keys.is_live(key) {
            self.versions[at] = Vec::new();
            self.keys.remove(key);
            self.aging.iter_mut().for_each(|aging| aging.remove(key));
        }
    }
}

impl Operator for VersionedJoin {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.process_input(0, batch, out)
    }

    fn process_input(&mut self, input: usize, batch: Batch, out: &mut Output) -> Result<()> {
        self.forget_old(batch.last_stamp());
        match input {
            _ if batch.is_empty() => {}
            0 => self.ask(&batch, out),
            _ => self.renew(&batch),
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.passed = self.passed.max(self.bounds.passed(watermark.time));
        if !self.answer(watermark, out)? {
            return Ok(Progress::More);
        }
        self.free();
        Ok(Progress::Done)
    }

    fn passes_on(&self, watermark: Watermark) -> Watermark {
        Watermark { time: self.bounds.passed_on(watermark.time), ..watermark }
    }

    fn state_bytes(&self) -> usize {
        let versions: usize = self.versions.iter().map(|versions| versions.capacity() * size_of::<Version>()).sum();
        let lists = self.versions.capacity() * size_of::<Vec<Version>>() + self.waiting.capacity() * size_of::<u32>();
        let of = |input: &Input| input.rows.state_bytes() + input.timers.state_bytes();
        let aging = self.aging.as_ref().map_or(0, Aging::state_bytes);
        self.keys.state_bytes() + aging + versions + lists + self.inputs.iter().map(of).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, VecDeque};

    use super::*;
    use crate::batch::StampRun;
    use crate::types::Value;

    /// key, time, number, watermark of the split
    const TYPES: [DataType; 4] = [DataType::BigInt, DataType::Timestamp(3), DataType::BigInt, DataType::BigInt];

    #[derive(Debug, Clone, Copy)]
    struct Row {
        key: i64,
        time: i64,
        number: i64,
        mark: i64,
        /// Whether a version says that its key is gone, or a row of the left side takes one back.
        deletes: bool,
    }

    fn batch(rows: &[Row]) -> Batch {
        let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        for row in rows {
            let values = [row.key, row.time, row.number, row.mark].map(Value::Int);
            columns.iter_mut().zip(&values).for_each(|(column, value)| column.push(value));
        }
        let mut batch = Batch::new(columns, rows.len(), 1);
        batch.kinds = Some(rows.iter().map(|row| if row.deletes { RowKind::Delete } else { RowKind::UpdateAfter }).collect());
        batch
    }

    fn join(kind: JoinKind, which: VersionTime) -> VersionedJoin {
        let input = || JoinInput { keys: vec![0], types: TYPES.to_vec(), given: vec![0, 1, 2] };
        let clock = JoinClock { time: 1, split_watermark: Some(3) };
        let when = (which, TimeBounds::interval(0, 0));
        VersionedJoin::new(kind, [input(), input()], [clock; 2], when, None, None, OnError::SetAside)
    }

    /// Rows of a split, some of them late; no two with one key and time, and `used` says which those are.
    fn split(random: &mut fastrand::Rng, used: &mut Vec<(i64, i64)>, deletes: bool) -> VecDeque<Row> {
        let (mut now, mut mark, mut rows) = (random.i64(-40..0), i64::MIN, VecDeque::new());
        for number in 0..60 {
            now += random.i64(0..4);
            let back = if random.u8(..6) == 0 { 30 } else { 5 };
            let (key, time) = (random.i64(0..3), now - random.i64(0..back));
            if !used.contains(&(key, time)) {
                used.push((key, time));
                rows.push_back(Row { key, time, number, mark, deletes: deletes && random.u8(..7) == 0 });
            }
            mark = mark.max(time - 4);
        }
        rows
    }

    fn naive(kind: JoinKind, which: VersionTime, sides: [&[Row]; 2]) -> (BTreeMap<String, i64>, u64) {
        let (mut found, mut late) = (BTreeMap::new(), 0);
        for l in sides[0] {
            if l.time < l.mark {
                late += 1;
                continue;
            }
            let meets = |r: &&Row| {
                r.key == l.key && (r.time < l.time || (which == VersionTime::At && r.time == l.time)) && r.mark <= l.time
            };
            let version = sides[1].iter().filter(meets).max_by_key(|r| r.time).filter(|r| !r.deletes);
            if version.is_some() || kind == JoinKind::Left {
                *found.entry(format!("{} {} {:?}", l.time, l.number, version.map(|r| (r.time, r.number)))).or_default() +=
                    if l.deletes { -1 } else { 1 };
            }
        }
        (found, late)
    }

    fn note(out: &mut Output, passed_on: i64, found: &mut BTreeMap<String, i64>) {
        for batch in out.batches.drain(..) {
            for row in 0..batch.rows() {
                let number = |at: usize| match batch.columns[at].value(row, &DataType::BigInt) {
                    Value::Int(number) => Some(number),
                    _ => None,
                };
                let time = number(1).expect("a time");
                assert!(time > passed_on, "{time} behind {passed_on}");
                let text = format!("{time} {} {:?}", number(2).expect("a number"), number(4).zip(number(5)));
                *found.entry(text).or_default() += batch.kind(row).sign();
            }
        }
    }

    #[test]
    fn rows_meet_the_version_of_their_time_however_splits_interleave() {
        for (seed, (kind, which)) in (0..40).zip(
            [JoinKind::Inner, JoinKind::Left]
                .into_iter()
                .cycle()
                .zip([VersionTime::At, VersionTime::At, VersionTime::Before].into_iter().cycle()),
        ) {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut used = Vec::new();
            let splits: Vec<[VecDeque<Row>; 2]> = (0..2)
                .map(|_| [split(&mut random, &mut Vec::new(), seed % 2 == 1), split(&mut random, &mut used, true)])
                .collect();
            let all = |side: usize| splits.iter().flat_map(|split| split[side].iter().copied()).collect::<Vec<Row>>();
            let (expected, late) = naive(kind, which, [&all(0), &all(1)]);
            for order in 0..4 {
                let mut join = join(kind, which);
                let (mut left, mut marks) = (splits.clone(), [[i64::MIN; 2]; 2]);
                let (mut out, mut found, mut passed_on) = (Output::default(), BTreeMap::new(), i64::MIN);
                while left.iter().flatten().any(|rows| !rows.is_empty()) {
                    let side =
                        if order == 0 { usize::from(left.iter().all(|split| split[0].is_empty())) } else { random.usize(..2) };
                    let split = random.usize(..2);
                    let rows = &mut left[split][side];
                    let taken: Vec<Row> = rows.drain(..rows.len().min(random.usize(1..9))).collect();
                    // What the split says is what its next row carries.
                    marks[split][side] = rows.front().map_or(i64::MAX, |next| next.mark);
                    join.process_input(side, batch(&taken), &mut out).expect("takes rows");
                    let time = marks.iter().flatten().copied().min().unwrap_or(i64::MAX);
                    if random.bool() && time < i64::MAX {
                        let watermark = Watermark { time, stamp: 1 };
                        while join.watermark(watermark, &mut out).expect("takes a watermark") == Progress::More {}
                        note(&mut out, passed_on, &mut found);
                        passed_on = join.passes_on(watermark).time.max(passed_on);
                    }
                }
                while join.watermark(Watermark::MAX, &mut out).expect("ends") == Progress::More {}
                note(&mut out, passed_on, &mut found);
                assert_eq!(found, expected, "{kind:?} {which:?} seed {seed} order {order}");
                assert_eq!(out.late_rows, late);
                assert!(join.inputs[0].rows.is_empty() && join.inputs[1].rows.len() <= 3, "one version per key is left");
            }
        }
    }

    #[test]
    fn state_does_not_grow_with_rows_and_versions_that_have_passed() {
        let mut join = join(JoinKind::Left, VersionTime::At);
        let mut out = Output::default();
        let mut turn = |join: &mut VersionedJoin, round: i64| {
            let rows: Vec<Row> = (0..100)
                .map(|n| Row {
                    key: n % 20,
                    time: round * 10_000_000 + n,
                    number: n,
                    mark: round * 10_000_000 - 1,
                    deletes: false,
                })
                .collect();
            join.process_input(0, batch(&rows), &mut out).expect("takes rows");
            join.process_input(1, batch(&rows), &mut out).expect("takes rows");
            join.watermark(Watermark { time: round * 10_000_000, stamp: 1 }, &mut out).expect("takes a watermark");
            out.batches.clear();
        };
        (0..100).for_each(|round| turn(&mut join, round));
        let before = join.state_bytes();
        (100..1_100).for_each(|round| turn(&mut join, round));
        assert!(join.state_bytes() <= before * 3 / 2, "{before} bytes became {}", join.state_bytes());
    }

    #[test]
    fn a_key_of_which_no_row_comes_is_forgotten_unless_rows_of_it_wait() {
        let input = || JoinInput { keys: vec![0], types: TYPES.to_vec(), given: vec![0, 2] };
        let clock = JoinClock { time: 1, split_watermark: None };
        let when = (VersionTime::At, TimeBounds::interval(0, 0));
        let mut join =
            VersionedJoin::new(JoinKind::Left, [input(), input()], [clock; 2], when, None, Some(100), OnError::SetAside);
        let mut out = Output::default();
        let mut take = |join: &mut VersionedJoin, input: usize, key: i64, time: i64, now: Nanos| {
            let mut batch = batch(&[Row { key, time, number: time, mark: 0, deletes: false }]);
            batch.stamps = smallvec::smallvec![StampRun { stamp: now, count: 1 }];
            join.process_input(input, batch, &mut out).expect("takes rows");
            join.watermark(Watermark { time: time - 1, stamp: now }, &mut out).expect("takes a watermark");
            let met = |batch: &Batch| (0..batch.rows()).filter(|row| !batch.columns[3].is_null(*row)).count();
            out.batches.drain(..).map(|batch| (batch.rows(), met(&batch))).collect::<Vec<_>>()
        };
        assert!(take(&mut join, 1, 1, 10, 1_000).is_empty());
        assert!(take(&mut join, 1, 2, 11, 1_000).is_empty());
        assert!(take(&mut join, 0, 1, 20, 1_050).is_empty(), "it waits");
        assert_eq!(take(&mut join, 0, 2, 30, 1_120), [(1, 1)], "key 1 has met its version, key 2 is forgotten");
        assert_eq!(take(&mut join, 0, 3, 40, 1_121), [(1, 0)]);
        for now in 0..1_000 {
            take(&mut join, 1, 100 + now, 50 + now, 2_000 + now as Nanos);
        }
        assert!(join.keys.len() <= 101 && join.inputs[1].rows.bound() <= 101);
    }
}

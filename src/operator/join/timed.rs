//! Join of two inputs whose rows meet only if their times lie so far apart: an interval join, or, where the times are those of windows, a
//! window join. What it gives out is never taken back, and a row is freed once the watermark has passed all that it could meet.
//!
//! ```text
//!   lists[key][input]:  (time, watermark of its split, place) ...   in order of time; values by place in the input's slab
//! ```
//! Two rows meet only if neither could be gone, by the watermark of its own split, when the other came: so the same rows meet however
//! splits and shards interleave. A row that by its own split comes too late to meet any is a late row. Rows of an outer input that
//! have met none are given out when they are freed.

use smallvec::SmallVec;

use super::pairs::{Found, Given, PairFilter};
use super::side::NONE;
use super::{JoinInput, PAIRS_AT_ONCE, known_keys};
use crate::batch::{Batch, Column, Selection, Values, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::operator::{Operator, Output, Progress};
use crate::state::{GroupTable, Order, Slab, Timers};
use crate::types::relation::{JoinKind, OnError, TimeBounds};
use crate::types::{DataType, EventTime};

/// Entries at the end of a list among which the place of a new one is looked for at once.
const NEAR_END: usize = 16;

/// The time of one input, as the plan has it.
#[derive(Debug, Clone, Copy)]
pub struct JoinClock {
    /// Its event-time column, or the end of its window.
    pub time: usize,
    /// Hidden column with the watermark of the row's own split.
    pub split_watermark: Option<usize>,
}

/// A join over time on one shard.
pub struct TimedJoin {
    kind: JoinKind,
    on_error: OnError,
    bounds: TimeBounds,
    filter: Option<PairFilter>,
    /// Keys of which one of the inputs has rows.
    keys: GroupTable,
    lists: Vec<[List; 2]>,
    inputs: [Input; 2],
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
    /// Types of the columns given out, and where they stand among those kept.
    given: Vec<(usize, DataType)>,
    rows: Slab,
    /// By place: whether it has met a row.
    met: Vec<bool>,
    timers: Timers,
    /// How much later or earlier than a row of this input those of the other are that it meets.
    from: i64,
    to: i64,
}

/// A row in the list of its key.
#[derive(Debug, Clone, Copy)]
struct Entry {
    time: EventTime,
    /// Of its split, as it came.
    watermark: EventTime,
    place: u32,
}

/// The rows of a key, in order of time.
#[derive(Default)]
struct List {
    entries: SmallVec<[Entry; 1]>,
    /// Entries before it are freed.
    start: u32,
    /// Whether one has been added out of order.
    is_mixed: bool,
}

/// Vectors used anew for every batch.
#[derive(Default)]
struct Scratch {
    hashes: Vec<u64>,
    /// By row of the batch.
    keys: Vec<u32>,
    /// By row of the batch: the watermark of its split.
    marks: Vec<EventTime>,
    found: Found,
    given: Given,
    /// By row of the batch: whether it has met a row.
    met: Vec<bool>,
    stored: Vec<u32>,
    places: Vec<u32>,
    due: Vec<u32>,
}

impl List {
    fn live(&self) -> &[Entry] {
        &self.entries[self.start as usize..]
    }

    /// Hot: once per row.
    fn push(&mut self, entry: Entry) {
        let mut at = self.entries.len();
        let floor = at.saturating_sub(NEAR_END).max(self.start as usize);
        while at > floor && self.entries[at - 1].time > entry.time {
            at -= 1;
        }
        if at == self.entries.len() {
            self.entries.push(entry);
        } else if at > floor || at == self.start as usize {
            self.entries.insert(at, entry);
        } else {
            self.entries.push(entry);
            self.is_mixed = true;
        }
    }

    fn settle(&mut self) {
        if std::mem::take(&mut self.is_mixed) {
            let start = self.start as usize;
            self.entries[start..].sort_by_key(|entry| entry.time);
        }
    }

    /// The entries of these times; the list must be settled. Hot: once per row.
    fn between(&self, from: EventTime, to: EventTime) -> &[Entry] {
        debug_assert!(!self.is_mixed);
        let live = self.live();
        let first = live.partition_point(|entry| entry.time < from);
        let count = live[first..].partition_point(|entry| entry.time <= to);
        &live[first..first + count]
    }

    /// Takes out the first entry, if its time is `last` or before.
    fn pop(&mut self, last: EventTime) -> Option<u32> {
        let first = self.live().first().filter(|entry| entry.time <= last)?.place;
        self.start += 1;
        if self.start as usize == self.entries.len() {
            *self = List::default();
        } else if self.start as usize > self.entries.len() / 2 && self.start > 32 {
            self.entries.drain(..self.start as usize);
            self.start = 0;
        }
        Some(first)
    }

    fn memory_bytes(&self) -> usize {
        if self.entries.spilled() { self.entries.capacity() * size_of::<Entry>() } else { 0 }
    }
}

impl Input {
    fn new(input: JoinInput, clock: JoinClock, read: Vec<usize>, from: i64, to: i64) -> Self {
        let mut kept: Vec<usize> = input.given.iter().copied().chain(read).collect();
        kept.sort_unstable();
        kept.dedup();
        let place = |column: &usize| (kept.binary_search(column).unwrap_or(0), input.types[*column].clone());
        let given = input.given.iter().map(place).collect();
        let types: Vec<DataType> = kept.iter().map(|column| input.types[*column].clone()).collect();
        Self {
            keys: input.keys,
            clock,
            kept,
            given,
            rows: Slab::new(&types),
            met: Vec::new(),
            timers: Timers::new(from.abs_diff(to), Order::ByTime),
            from,
            to,
        }
    }

    /// The greatest time that a row of this time can meet.
    fn last_met(&self, time: EventTime) -> EventTime {
        time.saturating_add(self.to)
    }

    /// The columns of these rows that are given out; NULLs where there is no row.
    fn gather(&self, places: &[u32]) -> impl Iterator<Item = Column> {
        self.given.iter().map(|(at, data_type)| self.rows.columns()[*at].gather_or_null(places, NONE, data_type))
    }

    fn gather_batch(&self, batch: &Batch, rows: &[u32]) -> impl Iterator<Item = Column> {
        let given = self.given.iter();
        given.map(|(at, data_type)| batch.columns[self.kept[*at]].gather_or_null(rows, NONE, data_type))
    }

    fn nulls(&self, rows: usize) -> impl Iterator<Item = Column> {
        self.given.iter().map(move |(_, data_type)| Column::nulls(data_type, rows))
    }
}

impl TimedJoin {
    /// Without rows. `filter` is over the columns of the left input, followed by those of the right one.
    pub fn new(
        kind: JoinKind,
        [left, right]: [JoinInput; 2],
        clocks: [JoinClock; 2],
        bounds: TimeBounds,
        filter: Option<PairFilter>,
        on_error: OnError,
    ) -> TimedJoin {
        let key_types: Vec<DataType> = left.keys.iter().map(|key| left.types[*key].clone()).collect();
        let read = |input: usize| filter.as_ref().map_or(Vec::new(), |filter| filter.columns_of(input));
        let TimeBounds { least, greatest, .. } = bounds;
        let inputs =
            [Input::new(left, clocks[0], read(0), -greatest, -least), Input::new(right, clocks[1], read(1), least, greatest)];
        let filter = filter.map(|filter| filter.over([&inputs[0].kept, &inputs[1].kept]));
        let (keys, passed) = (GroupTable::new(&key_types), EventTime::MIN);
        TimedJoin { kind, on_error, bounds, filter, keys, lists: Vec::new(), inputs, passed, scratch: Scratch::default() }
    }

    /// Takes a batch of one input. Hot: once per batch.
    fn take(&mut self, own: usize, batch: &Batch, out: &mut Output) -> Result<()> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let on_time = self.on_time(own, batch, &mut scratch.marks, out);
        self.look_up(own, batch, &on_time, &mut scratch);
        scratch.met.clear();
        scratch.met.resize(batch.rows(), false);
        let Values::I64(times) = &batch.columns[self.inputs[own].clock.time].values else { return Ok(()) };
        let (mut rows, mut is_done) = (on_time.iter(), false);
        while !is_done {
            is_done = self.find(own, times, &mut rows, &mut scratch);
            if let Some(filter) = &mut self.filter {
                let mine: Vec<&Column> = self.inputs[own].kept.iter().map(|column| &batch.columns[*column]).collect();
                let other: Vec<&Column> = self.inputs[1 - own].rows.columns().iter().collect();
                filter.keep(own, [&mine, &other], batch.last_stamp(), &mut scratch.found, self.on_error, out)?;
            }
            self.give(own, batch, &mut scratch, out);
        }
        self.give_alone(own, batch, times, &on_time, &mut scratch, out);
        self.store(own, batch, times, &on_time, &mut scratch);
        self.scratch = scratch;
        Ok(())
    }

    /// The rows that are not late; writes the watermark of each row's split to `marks`. Hot: once per batch.
    fn on_time(&self, own: usize, batch: &Batch, marks: &mut Vec<EventTime>, out: &mut Output) -> Selection {
        let clock = &self.inputs[own].clock;
        let (column, rows) = (&batch.columns[clock.time], batch.rows());
        marks.clear();
        match clock.split_watermark.map(|at| &batch.columns[at].values) {
            Some(Values::I64(own)) => marks.extend(own.iter().map(|mark| self.bounds.passed(*mark).max(self.passed))),
            _ => marks.resize(rows, self.passed),
        }
        let Values::I64(times) = &column.values else { return Selection::Rows(Vec::new()) };
        let reach = self.bounds.greatest - self.bounds.least;
        let is_late = |row: usize| times[row].saturating_add(reach) <= marks[row] && !column.is_null(row);
        let all = Selection::All(rows);
        if !(0..rows).any(is_late) {
            return all;
        }
        let late = all.filter(is_late);
        out.give_late(own, batch, &late);
        all.filter(|row| !is_late(row))
    }

    /// Numbers of the keys of a batch; `NONE` where a key or the time is NULL: such a row meets none.
    fn look_up(&mut self, own: usize, batch: &Batch, rows: &Selection, scratch: &mut Scratch) {
        let Scratch { hashes, keys, .. } = scratch;
        let columns: Vec<&Column> = self.inputs[own].keys.iter().map(|key| &batch.columns[*key]).collect();
        let asked: Vec<&Column> = columns.iter().copied().chain([&batch.columns[self.inputs[own].clock.time]]).collect();
        let known = known_keys(&asked, rows);
        keys.clear();
        keys.resize(batch.rows(), NONE);
        match &known {
            Selection::All(_) => self.keys.group_ids(&columns, batch.rows(), &known, hashes, keys),
            Selection::Rows(some) => {
                let mut found = Vec::new();
                self.keys.group_ids(&columns, batch.rows(), &known, hashes, &mut found);
                some.iter().for_each(|row| keys[*row as usize] = found[*row as usize]);
            }
        }
        self.lists.resize_with(self.keys.bound(), Default::default);
        for key in keys.iter().filter(|key| **key != NONE) {
            self.lists[*key as usize][1 - own].settle();
        }
    }

    /// The rows of the other input that the next rows meet by key and time, until they are enough; whether all rows have been asked.
    /// Hot: once per batch.
    fn find(&self, own: usize, times: &[EventTime], rows: &mut impl Iterator<Item = usize>, scratch: &mut Scratch) -> bool {
        let Scratch { keys, marks, found, .. } = scratch;
        let (mine, other) = (&self.inputs[own], &self.inputs[1 - own]);
        found.clear();
        for row in rows {
            if keys[row] == NONE {
                continue;
            }
            let (time, mark) = (times[row], marks[row]);
            let last = mine.last_met(time);
            let list = &self.lists[keys[row] as usize][1 - own];
            let there = list.between(time.saturating_add(mine.from), last).iter();
            let meets = |entry: &&Entry| other.last_met(entry.time) > mark && last > entry.watermark;
            found.extend(row, there.filter(meets).map(|entry| entry.place));
            if found.len() >= PAIRS_AT_ONCE {
                return false;
            }
        }
        true
    }

    /// Gives out what the pairs found say. Hot: once per batch.
    fn give(&mut self, own: usize, batch: &Batch, scratch: &mut Scratch, out: &mut Output) {
        let Scratch { found, given, met, .. } = scratch;
        if found.is_empty() {
            return;
        }
        let [left, right] = &mut self.inputs;
        let (mine, other) = if own == 0 { (left, right) } else { (right, left) };
        let once = self.kind.gives_matched(1 - own);
        for (row, place) in found.iter() {
            met[row as usize] = true;
            let is_first = !std::mem::replace(&mut other.met[place as usize], true);
            if once && is_first {
                given.add_other(row as usize, place, true, 1);
            }
        }
        if self.kind.gives_pairs() {
            let mine: Vec<Column> = mine.gather_batch(batch, found.own()).collect();
            let other: Vec<Column> = other.gather(found.other()).collect();
            let (first, second) = if own == 0 { (mine, other) } else { (other, mine) };
            let stamps = batch.stamps_of(&Selection::Rows(found.own().to_vec()));
            let columns = first.into_iter().chain(second).collect();
            out.emit(Batch::with_stamps(columns, found.len(), None, stamps));
        } else if once {
            let columns = other.gather(given.other()).collect();
            out.emit(given.take(columns, batch));
        }
    }

    /// Gives out rows of the batch by themselves: those that have met a row, of a semi join; those that never will, of an outer one.
    fn give_alone(
        &mut self,
        own: usize,
        batch: &Batch,
        times: &[EventTime],
        rows: &Selection,
        scratch: &mut Scratch,
        out: &mut Output,
    ) {
        let Scratch { keys, met, .. } = scratch;
        let mine = &self.inputs[own];
        let is_over = |row: usize| keys[row] == NONE || mine.last_met(times[row]) <= self.passed;
        let alone: Vec<u32> = match (self.kind.gives_matched(own), self.kind.gives_unmatched(own)) {
            (true, _) => rows.iter().filter(|row| met[*row]).map(|row| row as u32).collect(),
            (_, true) => rows.iter().filter(|row| !met[*row] && is_over(*row)).map(|row| row as u32).collect(),
            _ => return,
        };
        if !alone.is_empty() {
            let columns = self.beside_nulls(own, mine.gather_batch(batch, &alone).collect(), alone.len());
            out.emit(batch.gather_around(columns, &Selection::Rows(alone)));
        }
    }

    /// Columns of rows of one input, beside NULLs where the join gives out both.
    fn beside_nulls(&self, own: usize, mine: Vec<Column>, rows: usize) -> Vec<Column> {
        match (self.kind.gives_pairs(), own) {
            (false, _) => mine,
            (true, 0) => mine.into_iter().chain(self.inputs[1].nulls(rows)).collect(),
            (true, _) => self.inputs[0].nulls(rows).chain(mine).collect(),
        }
    }

    /// Keeps the rows that others may still meet. Hot: once per batch.
    fn store(&mut self, own: usize, batch: &Batch, times: &[EventTime], rows: &Selection, scratch: &mut Scratch) {
        let Scratch { keys, marks, met, stored, places, .. } = scratch;
        let keys = keys.as_slice();
        let mine = &mut self.inputs[own];
        let is_said = |row: usize| met[row] && own == 0 && !self.kind.gives_pairs();
        stored.clear();
        for row in rows.iter() {
            if keys[row] != NONE && mine.last_met(times[row]) > self.passed && !is_said(row) {
                stored.push(row as u32);
            }
        }
        mine.rows.put(mine.kept.iter().map(|column| &batch.columns[*column]), stored, places);
        mine.met.resize(mine.rows.bound(), false);
        for (row, place) in stored.iter().zip(places.iter()) {
            let row = *row as usize;
            mine.met[*place as usize] = met[row];
            self.lists[keys[row] as usize][own].push(Entry { time: times[row], watermark: marks[row], place: *place });
            mine.timers.add(mine.last_met(times[row]), keys[row]);
        }
        // Keys of rows that are not kept.
        if stored.len() < rows.len() {
            rows.iter().filter(|row| keys[*row] != NONE).for_each(|row| self.forget(keys[row]));
        }
    }

    /// Forgets a key that no row has.
    fn forget(&mut self, key: u32) {
        let is_empty = self.lists[key as usize].iter().all(|list| list.entries.is_empty());
        if is_empty && self.keys.is_live(key) {
            self.keys.remove(key);
        }
    }

    /// Frees rows of one input that can meet no more, and gives out those that have met none; whether that was all.
    fn free(&mut self, own: usize, watermark: Watermark, due: &mut Vec<u32>, out: &mut Output) -> bool {
        due.clear();
        let is_done = self.inputs[own].timers.take(self.passed, TIMER_ROWS_PER_TURN, due);
        let last = self.passed.saturating_sub(self.inputs[own].to);
        let last = if self.passed == EventTime::MAX { EventTime::MAX } else { last };
        let (mut gone, mut alone) = (Vec::with_capacity(due.len()), Vec::new());
        for key in due.drain(..) {
            let list = &mut self.lists[key as usize][own];
            list.settle();
            // Each row is due once.
            if let Some(place) = list.pop(last) {
                gone.push(place);
                if self.kind.gives_unmatched(own) && !self.inputs[own].met[place as usize] {
                    alone.push(place);
                }
            }
            self.forget(key);
        }
        if !alone.is_empty() {
            let columns = self.beside_nulls(own, self.inputs[own].gather(&alone).collect(), alone.len());
            out.emit(Batch::new(columns, alone.len(), watermark.stamp));
        }
        gone.into_iter().for_each(|place| self.inputs[own].rows.remove(place));
        is_done
    }
}

impl Operator for TimedJoin {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        self.process_input(0, batch, out)
    }

    fn process_input(&mut self, input: usize, batch: Batch, out: &mut Output) -> Result<()> {
        if batch.is_empty() { Ok(()) } else { self.take(input, &batch, out) }
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.passed = self.passed.max(self.bounds.passed(watermark.time));
        let mut due = std::mem::take(&mut self.scratch.due);
        let is_done = (0..2).all(|input| self.free(input, watermark, &mut due, out));
        self.scratch.due = due;
        Ok(if is_done { Progress::Done } else { Progress::More })
    }

    fn passes_on(&self, watermark: Watermark) -> Watermark {
        Watermark { time: self.bounds.passed_on(watermark.time), ..watermark }
    }

    fn state_bytes(&self) -> usize {
        let lists: usize = self.lists.iter().flatten().map(List::memory_bytes).sum();
        let of = |input: &Input| input.rows.state_bytes() + input.timers.state_bytes() + input.met.capacity();
        self.keys.state_bytes()
            + self.lists.capacity() * size_of::<[List; 2]>()
            + lists
            + self.inputs.iter().map(of).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, VecDeque};

    use super::*;
    use crate::expr::{BinaryOp, Expr, Program};
    use crate::types::Value;

    /// key, time, value, watermark of the split
    const TYPES: [DataType; 4] = [DataType::BigInt, DataType::Timestamp(3), DataType::BigInt, DataType::BigInt];
    const KINDS: [JoinKind; 6] =
        [JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full, JoinKind::LeftSemi, JoinKind::LeftAnti];

    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Row {
        key: Option<i64>,
        time: i64,
        value: i64,
        mark: i64,
    }

    fn batch(rows: &[Row]) -> Batch {
        let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        for row in rows {
            let values =
                [row.key.map_or(Value::Null, Value::Int), Value::Int(row.time), Value::Int(row.value), Value::Int(row.mark)];
            columns.iter_mut().zip(&values).for_each(|(column, value)| column.push(value));
        }
        Batch::new(columns, rows.len(), 1)
    }

    fn join(kind: JoinKind, bounds: TimeBounds, keyed: bool, filtered: bool) -> TimedJoin {
        let input = || JoinInput { keys: if keyed { vec![0] } else { vec![] }, types: TYPES.to_vec(), given: vec![0, 1, 2] };
        let column = |index| Box::new(Expr::column(index, DataType::BigInt));
        let less = Expr::Binary { op: BinaryOp::Lt, left: column(0), right: column(1), data_type: DataType::Boolean };
        let filter = || PairFilter::new(Program::compile(&less).expect("compiles"), &[2, 6], [&TYPES, &TYPES]);
        let clock = JoinClock { time: 1, split_watermark: Some(3) };
        TimedJoin::new(kind, [input(), input()], [clock; 2], bounds, filtered.then(filter), OnError::SetAside)
    }

    /// Rows of a split whose time goes on by leaps, some of them late; each with the watermark as of itself.
    fn split(random: &mut fastrand::Rng, rows: usize, delay: i64) -> VecDeque<Row> {
        let (mut now, mut mark) = (random.i64(-40..0), i64::MIN);
        let row = |random: &mut fastrand::Rng, value: usize| {
            now += random.i64(0..4);
            let back = if random.u8(..6) == 0 { 40 } else { delay + 1 };
            let time = now - random.i64(0..back);
            mark = mark.max(time - delay);
            let key = (random.u8(..9) > 0).then(|| random.i64(0..3));
            Row { key, time, value: value as i64 * 7 % 11, mark }
        };
        let mut row = row;
        (0..rows).map(|value| row(random, value)).collect()
    }

    fn text(parts: [Option<&Row>; 2], pairs: bool) -> String {
        let of = |row: &&Row| format!("{:?} {} {}", row.key, row.time, row.value);
        let [left, right] = parts.map(|row| row.as_ref().map_or("none".to_owned(), of));
        if pairs { format!("{left} | {right}") } else { left }
    }

    fn naive(
        kind: JoinKind,
        bounds: TimeBounds,
        keyed: bool,
        filtered: bool,
        sides: [&[Row]; 2],
    ) -> (BTreeMap<String, i64>, u64) {
        let reach = bounds.greatest - bounds.least;
        let on_time = |row: &&Row| row.time + reach > bounds.passed(row.mark);
        let [left, right] = sides.map(|rows| rows.iter().filter(on_time).collect::<Vec<&Row>>());
        let late = sides.iter().map(|rows| rows.len()).sum::<usize>() - left.len() - right.len();
        let meets = |l: &Row, r: &Row| {
            (!keyed || (l.key.is_some() && l.key == r.key))
                && (!filtered || l.value < r.value)
                && (bounds.least..=bounds.greatest).contains(&(l.time - r.time))
                && r.time + bounds.greatest > bounds.passed(l.mark)
                && l.time - bounds.least > bounds.passed(r.mark)
        };
        let mut found = BTreeMap::new();
        let mut give = |parts| *found.entry(text(parts, kind.gives_pairs())).or_default() += 1;
        for l in &left {
            let met = right.iter().filter(|r| meets(l, r)).count();
            match kind {
                JoinKind::LeftSemi if met > 0 => give([Some(l), None]),
                JoinKind::LeftAnti if met == 0 => give([Some(l), None]),
                JoinKind::LeftSemi | JoinKind::LeftAnti => {}
                JoinKind::Left | JoinKind::Full if met == 0 => give([Some(l), None]),
                _ => right.iter().filter(|r| meets(l, r)).for_each(|r| give([Some(l), Some(r)])),
            }
        }
        if matches!(kind, JoinKind::Right | JoinKind::Full) {
            right.iter().filter(|r| !left.iter().any(|l| meets(l, r))).for_each(|r| give([None, Some(r)]));
        }
        (found, late as u64)
    }

    /// Adds the rows given out; none may be behind the watermark that was passed on.
    fn note(out: &mut Output, passed_on: i64, pairs: bool, found: &mut BTreeMap<String, i64>) {
        for batch in out.batches.drain(..) {
            for row in 0..batch.rows() {
                let number = |at: usize| match batch.columns[at].value(row, &DataType::BigInt) {
                    Value::Int(number) => Some(number),
                    _ => None,
                };
                let of = |from: usize| {
                    number(from + 1).map(|time| Row { key: number(from), time, value: number(from + 2).unwrap(), mark: 0 })
                };
                let parts = [of(0), if pairs { of(3) } else { None }];
                assert!(parts.iter().flatten().all(|row| row.time > passed_on), "{parts:?} behind {passed_on}");
                *found.entry(text([parts[0].as_ref(), parts[1].as_ref()], pairs)).or_default() += 1;
            }
        }
    }

    fn check(kind: JoinKind, bounds: TimeBounds, keyed: bool, filtered: bool) {
        for seed in 0..3 {
            let mut random = fastrand::Rng::with_seed(seed);
            let delay = random.i64(0..6);
            let splits: Vec<[VecDeque<Row>; 2]> = (0..2).map(|_| [60, 60].map(|rows| split(&mut random, rows, delay))).collect();
            let all = |side: usize| splits.iter().flat_map(|split| split[side].iter().copied()).collect::<Vec<Row>>();
            let (expected, late) = naive(kind, bounds, keyed, filtered, [&all(0), &all(1)]);
            for order in 0..4 {
                let mut join = join(kind, bounds, keyed, filtered);
                let (mut left, mut marks) = (splits.clone(), [[i64::MIN; 2]; 2]);
                let (mut out, mut found, mut passed_on) = (Output::default(), BTreeMap::new(), i64::MIN);
                while left.iter().flatten().any(|rows| !rows.is_empty()) {
                    // The first order takes one side as far as it goes before the other.
                    let side =
                        if order == 0 { usize::from(left.iter().all(|split| split[0].is_empty())) } else { random.usize(..2) };
                    let split = random.usize(..2);
                    let rows = &mut left[split][side];
                    let taken: Vec<Row> = rows.drain(..rows.len().min(random.usize(1..9))).collect();
                    marks[split][side] = match (taken.last(), rows.is_empty()) {
                        (_, true) => i64::MAX,
                        (Some(last), _) => last.mark,
                        (None, _) => marks[split][side],
                    };
                    join.process_input(side, batch(&taken), &mut out).expect("takes rows");
                    note(&mut out, passed_on, kind.gives_pairs(), &mut found);
                    let time = marks.iter().flatten().copied().min().unwrap_or(i64::MAX);
                    if random.bool() && time < i64::MAX {
                        let watermark = Watermark { time, stamp: 1 };
                        while join.watermark(watermark, &mut out).expect("takes a watermark") == Progress::More {}
                        note(&mut out, passed_on, kind.gives_pairs(), &mut found);
                        passed_on = join.passes_on(watermark).time.max(passed_on);
                    }
                }
                while join.watermark(Watermark::MAX, &mut out).expect("ends") == Progress::More {}
                note(&mut out, passed_on, kind.gives_pairs(), &mut found);
                assert_eq!(found, expected, "{kind:?} {bounds:?} keyed {keyed} filtered {filtered} seed {seed} order {order}");
                assert_eq!((out.late_rows, out.aside.len()), (late, 0));
                assert!(join.keys.is_empty() && join.inputs.iter().all(|input| input.rows.is_empty()));
            }
        }
    }

    #[test]
    fn rows_meet_as_loops_over_all_pairs_say_however_splits_interleave() {
        for kind in KINDS {
            for (least, greatest) in [(0, 0), (-5, 5), (0, 10), (-10, 0), (3, 9), (-9, -3)] {
                check(kind, TimeBounds::interval(least, greatest), true, false);
                check(kind, TimeBounds::interval(least, greatest), false, true);
            }
            check(kind, TimeBounds::window(), true, false);
            check(kind, TimeBounds::interval(-20, 20), true, true);
        }
    }

    #[test]
    fn state_does_not_grow_with_what_has_passed() {
        for kind in KINDS {
            let mut join = join(kind, TimeBounds::interval(-50_000_000, 50_000_000), true, false);
            let mut out = Output::default();
            let mut turn = |join: &mut TimedJoin, round: i64| {
                for side in 0..2 {
                    let rows: Vec<Row> = (0..100)
                        .map(|n| Row {
                            key: Some(round % 7 * 100 + n),
                            time: round * 10_000_000 + n,
                            value: n,
                            mark: round * 10_000_000 - 1,
                        })
                        .collect();
                    join.process_input(side, batch(&rows), &mut out).expect("takes rows");
                }
                join.watermark(Watermark { time: round * 10_000_000, stamp: 1 }, &mut out).expect("takes a watermark");
                out.batches.clear();
            };
            (0..100).for_each(|round| turn(&mut join, round));
            let before = join.state_bytes();
            (100..1_100).for_each(|round| turn(&mut join, round));
            assert!(join.state_bytes() <= before * 3 / 2, "{kind:?}: {before} bytes became {}", join.state_bytes());
        }
    }

    #[test]
    fn many_rows_are_freed_a_turn_at_a_time() {
        let mut join = join(JoinKind::Left, TimeBounds::interval(0, 10), true, false);
        let mut out = Output::default();
        let rows: Vec<Row> = (0..40_000).map(|n| Row { key: Some(1), time: n, value: n, mark: -1 }).collect();
        join.process_input(0, batch(&rows), &mut out).expect("takes rows");
        let mut turns = 1;
        while join.watermark(Watermark::MAX, &mut out).expect("ends") == Progress::More {
            turns += 1;
        }
        assert_eq!((turns, out.batches.iter().map(Batch::rows).sum::<usize>()), (3, 40_000));
        assert!(out.batches.iter().all(|batch| batch.rows() <= TIMER_ROWS_PER_TURN));
    }
}

//! OVER of rows that only come, in the order in which they are to be taken: as they arrive, or in event time, once the watermark has
//! passed them. Each row is given out once, at once where its frames need no rows behind it.
//!
//! Of a partition, the rows that frames can still reach are kept, and what functions hold of those that they cannot. Where all frames are
//! bounded in time, or its rows have one time, a partition goes when the watermark is so far behind its last row; elsewhere it goes when no row of it has come for its
//! time to live, if there is one. A row before the watermark of its own split is late; those with the very time of the watermark are not, so
//! that rows of one time are taken together.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::in_time::{TimeColumns, in_time};
use super::lives::Lives;
use super::rings::Rings;
use super::sequence::Sequence;
use super::state::{Answers, CallState};
use super::waiting::Waiting;
use super::{Lanes, OverShape};
use crate::batch::{Batch, Column, Selection, Stamps, Values, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::operator::{Operator, Output, Progress, set_aside};
use crate::state::GroupTable;
use crate::types::over::{Bound, Distance, FrameUnit, Number, OverCall, OverFunction};
use crate::types::time::DAY;
use crate::types::{DataType, EventTime};

/// A month is no longer.
const MONTH_MAX: i128 = 31 * DAY as i128;

/// An OVER on one shard that gives each row out once.
pub struct InOrder {
    shape: OverShape,
    lanes: Lanes,
    lane_types: Vec<DataType>,
    time: Option<TimeColumns>,
    need: Need,
    waiting: Option<Waiting>,
    partitions: GroupTable,
    /// Where these do, `by_partition` stays empty.
    rings: Option<Rings>,
    by_partition: Vec<Partition>,
    /// Where partitions have a time to live.
    lives: Option<Lives>,
    /// Partitions to look at again when the watermark has passed a time.
    alarms: BinaryHeap<Reverse<(EventTime, u32)>>,
    watermark: EventTime,
    /// All rows up to this time have been taken.
    complete: EventTime,
    /// Partitions that have given out their last rows, at the end of input.
    finished: usize,
    scratch: Scratch,
}

/// What the functions need besides the row and those before it.
#[derive(Debug, Clone, Copy, Default)]
struct Need {
    /// Rows behind it.
    rows: usize,
    /// Groups of equals behind it.
    groups: u64,
    /// Time behind it.
    time: Option<EventTime>,
    /// Time before it after which nothing is remembered; `None` where something always is.
    reach: Option<EventTime>,
}

struct Partition {
    rows: Sequence,
    states: Vec<CallState>,
    /// Position of the next row to be given out.
    next: usize,
    last_time: EventTime,
    alarm: bool,
}

/// Vectors used anew for every batch.
#[derive(Default)]
struct Scratch {
    hashes: Vec<u64>,
    /// By row of the batch.
    partitions: Vec<u32>,
    /// The rows of the batch, those of a partition together.
    grouped: Vec<u32>,
    /// Partitions that the batch touches, each with the end of its rows in `grouped`.
    touched: Vec<(u32, u32)>,
    /// By partition: its number among those touched, from 1.
    place: Vec<u32>,
}

impl Scratch {
    /// Puts the rows of each partition together, in their order. Hot: once per batch.
    fn group(&mut self, bound: usize) {
        let Scratch { partitions, grouped, touched, place, .. } = self;
        place.resize(bound, 0);
        touched.clear();
        for partition in partitions.iter() {
            let place = &mut place[*partition as usize];
            if *place == 0 {
                touched.push((*partition, 0));
                *place = touched.len() as u32;
            }
            touched[*place as usize - 1].1 += 1;
        }
        let mut start = 0;
        for (_, end) in touched.iter_mut() {
            // The end is where the next row goes until all are there.
            (start, *end) = (start + *end, start);
        }
        grouped.resize(partitions.len(), 0);
        for (row, partition) in partitions.iter().enumerate() {
            let end = &mut touched[place[*partition as usize] as usize - 1].1;
            grouped[*end as usize] = row as u32;
            *end += 1;
        }
        touched.iter().for_each(|(partition, _)| place[*partition as usize] = 0);
    }
}

/// Rows on their way out: where they come from the partitions, with their columns.
struct Given {
    columns: Vec<Column>,
    answers: Vec<Answers>,
}

impl Need {
    fn of(calls: &[OverCall]) -> Need {
        let mut need = Need { reach: Some(0), ..Need::default() };
        for call in calls {
            let time = |distance: i128| EventTime::try_from(distance).unwrap_or(EventTime::MAX);
            match (&call.function, &call.frame.end, call.frame.unit) {
                (OverFunction::Shift { distance: Number::Constant(distance), .. }, ..) => {
                    need.rows = need.rows.max(usize::try_from(distance.saturating_neg()).unwrap_or(0));
                }
                (OverFunction::Aggregate(_) | OverFunction::Pick { .. }, Bound::Offset(Distance::Months(n)), _) if *n > 0 => {
                    need.time = need.time.max(Some(time(i128::from(*n) * MONTH_MAX)));
                }
                (OverFunction::Aggregate(_) | OverFunction::Pick { .. }, Bound::Offset(Distance::Whole(n)), unit) if *n > 0 => {
                    match unit {
                        FrameUnit::Rows => need.rows = need.rows.max(usize::try_from(*n).unwrap_or(usize::MAX)),
                        FrameUnit::Groups => need.groups = need.groups.max(u64::try_from(*n).unwrap_or(u64::MAX)),
                        FrameUnit::Range => need.time = need.time.max(Some(time(*n))),
                    }
                }
                _ => {}
            }
            let reach = match (&call.function, &call.frame.start, call.frame.unit) {
                (OverFunction::Aggregate(_) | OverFunction::Pick { .. }, bound, FrameUnit::Range) => match bound {
                    Bound::Offset(Distance::Whole(n)) => Some(time(n.saturating_neg()).max(0)),
                    Bound::Offset(Distance::Months(n)) => Some(time(-i128::from(*n) * MONTH_MAX).max(0)),
                    Bound::CurrentRow => Some(0),
                    _ => None,
                },
                _ => None,
            };
            need.reach = need.reach.zip(reach).map(|(a, b)| a.max(b));
        }
        need
    }

    fn is_none(&self) -> bool {
        self.rows == 0 && self.groups == 0 && self.time.is_none()
    }
}

impl InOrder {
    /// Without rows; they wait for the watermark where `time` says by which columns.
    pub fn new(shape: OverShape, time: Option<TimeColumns>) -> InOrder {
        let key_types: Vec<DataType> = shape.keys.iter().map(|key| shape.types[*key].clone()).collect();
        let need = Need::of(&shape.calls);
        let given = shape.types.len() - usize::from(time.is_some_and(|time| time.split_watermark.is_some()));
        // Rows that are given out later are kept whole.
        let lanes = Lanes::of(&shape, if need.is_none() { Vec::new() } else { (0..given).collect() });
        let lane_types = lanes.types(&shape.types);
        InOrder {
            rings: Rings::of(&lanes.calls, &lane_types),
            lane_types,
            lanes,
            time,
            need,
            waiting: time.map(|time| Waiting::new(time.time, shape.order.clone())),
            partitions: GroupTable::new(&key_types),
            by_partition: Vec::new(),
            lives: shape.ttl.map(Lives::new),
            alarms: BinaryHeap::new(),
            watermark: EventTime::MIN,
            complete: EventTime::MIN,
            finished: 0,
            scratch: Scratch::default(),
            shape,
        }
    }

    /// The same where the rows of each partition have one time, and need none behind them: partitions go with it.
    pub fn of_one_time(mut self) -> InOrder {
        self.need.reach = Some(0);
        InOrder { rings: None, ..self }
    }

    /// Finds the partitions of rows. Hot: once per batch.
    fn look_up(&mut self, columns: &[Column], rows: usize) {
        let Scratch { hashes, partitions, .. } = &mut self.scratch;
        let keys: Vec<&Column> = self.shape.keys.iter().map(|key| &columns[*key]).collect();
        self.partitions.group_ids(&keys, rows, &Selection::All(rows), hashes, partitions);
    }

    /// Forgets partitions whose time is over, and notes which ones live on because of these rows.
    fn age(&mut self, batch: &Batch) {
        let Self { lives: Some(lives), by_partition, partitions, rings, lane_types, lanes, .. } = self else { return };
        let waits = |partition: u32| by_partition.get(partition as usize).is_some_and(|this| this.waits());
        for old in lives.take_old(batch.last_stamp(), waits) {
            if let Some(this) = by_partition.get_mut(old as usize) {
                *this = Partition::new(lane_types, &lanes.calls);
            }
            rings.iter_mut().for_each(|rings| rings.forget(old));
            partitions.remove(old);
        }
        self.look_up(&batch.columns, batch.rows());
        if let Some(lives) = &mut self.lives {
            lives.come(&self.scratch.partitions);
        }
    }

    /// Takes rows in their order. Hot: once per batch.
    fn take(&mut self, columns: Vec<Column>, rows: usize, stamps: Stamps, out: &mut Output) -> Result<()> {
        self.look_up(&columns, rows);
        let mut scratch = std::mem::take(&mut self.scratch);
        if let Some(lives) = &mut self.lives {
            lives.taken(&scratch.partitions);
        }
        let lanes: Vec<&Column> = self.lanes.columns.iter().map(|column| &columns[*column]).collect();
        let mut given = self.nothing(rows);
        if let Some(rings) = &mut self.rings {
            rings.answer(&lanes, &scratch.partitions, self.partitions.bound(), &mut given.answers);
            self.scratch = scratch;
            let (answers, failed) = columns_of(given.answers);
            return self.emit_sound(Batch::with_stamps(columns, rows, None, stamps), answers, failed, out);
        }
        scratch.group(self.partitions.bound());
        self.make_partitions();
        if let Some(Values::I64(times)) = self.time.map(|time| &columns[time.time].values) {
            self.complete = times.last().copied().unwrap_or(self.complete);
        }
        let mut start = 0;
        for (partition, end) in &scratch.touched {
            let group = &scratch.grouped[start..*end as usize];
            start = *end as usize;
            let this = &mut self.by_partition[*partition as usize];
            let times = self.time.map(|time| &columns[time.time].values);
            for row in group {
                this.push(&lanes, *row as usize, times);
            }
            self.give(*partition, &mut given, false);
            self.set_alarm(*partition);
        }
        if self.need.is_none() {
            self.emit_with(columns, &scratch.grouped, stamps, given, out)?;
        } else {
            self.emit(given, stamps.last().map_or(0, |run| run.stamp), out)?;
        }
        self.scratch = scratch;
        Ok(())
    }

    fn make_partitions(&mut self) {
        let Self { by_partition, lane_types, lanes, partitions, .. } = self;
        let made = |_| Partition::new(lane_types, &lanes.calls);
        by_partition.extend((by_partition.len()..partitions.bound()).map(made));
    }

    fn nothing(&self, rows: usize) -> Given {
        let kept = if self.need.is_none() { &[] } else { self.lane_types.as_slice() };
        let columns = kept.iter().map(|data_type| Column::with_capacity(data_type, 0)).collect();
        Given { columns, answers: self.lanes.calls.iter().map(|call| Answers::new(&call.data_type, rows)).collect() }
    }

    /// Gives out the rows of a partition that have all they need; all that are left where nothing more comes. Forgets what no row needs.
    fn give(&mut self, partition: u32, given: &mut Given, at_end: bool) {
        let Self { by_partition, lanes, need, complete, time, .. } = self;
        let this = &mut by_partition[partition as usize];
        let to = match at_end || need.is_none() {
            true => this.rows.len(),
            false => this.ready(need, time.map(|time| time.time), *complete),
        };
        let asked = this.next..to;
        for ((call, state), answers) in lanes.calls.iter().zip(&mut this.states).zip(&mut given.answers) {
            state.answer(call, lanes.key.as_ref(), &this.rows, asked.clone(), answers);
        }
        if !need.is_none() {
            let rows = this.rows.rows(asked.start, asked.end);
            given.columns.iter_mut().zip(&rows).for_each(|(own, more)| own.append(more));
        }
        this.next = to;
        let needed = lanes.calls.iter().zip(&this.states).map(|(call, state)| state.needs_from(call, to)).min();
        this.rows.forget(needed.unwrap_or(to));
    }

    /// Notes when a partition is to be looked at again, though no row of it comes. A row whose time ahead is complete waits for other rows.
    fn set_alarm(&mut self, partition: u32) {
        let this = &mut self.by_partition[partition as usize];
        let Some(time) = self.time.filter(|_| !this.alarm) else { return };
        let at = match (this.next < this.rows.len(), self.need.time, self.need.reach) {
            (true, Some(ahead), _) => {
                let at = this.time_at(this.next, time.time).map(|at| at.saturating_add(ahead));
                at.filter(|at| *at > self.complete)
            }
            (false, _, Some(reach)) => Some(this.last_time.saturating_add(reach)),
            _ => None,
        };
        if let Some(at) = at {
            this.alarm = true;
            self.alarms.push(Reverse((at, partition)));
        }
    }

    /// Looks at a partition whose alarm has rung.
    fn ring(&mut self, partition: u32, given: &mut Given) {
        self.give(partition, given, false);
        let this = &mut self.by_partition[partition as usize];
        this.alarm = false;
        let is_over = self.need.reach.is_some_and(|reach| this.last_time.saturating_add(reach) < self.watermark);
        if is_over && this.next == this.rows.len() {
            *this = Partition::new(&self.lane_types, &self.lanes.calls);
            self.partitions.remove(partition);
        } else {
            self.set_alarm(partition);
        }
    }

    /// Gives out rows that partitions kept, with the answers for them.
    fn emit(&self, given: Given, stamp: u64, out: &mut Output) -> Result<()> {
        let rows = given.columns.first().map_or(0, Column::len);
        let (answers, failed) = columns_of(given.answers);
        let input = Batch::new(given.columns, rows, stamp);
        self.emit_sound(input, answers, failed, out)
    }

    /// Gives out rows with the answers for them, which stand in another order.
    fn emit_with(&self, columns: Vec<Column>, order: &[u32], stamps: Stamps, given: Given, out: &mut Output) -> Result<()> {
        let rows = order.len();
        let (mut answers, mut failed) = columns_of(given.answers);
        if !order.is_sorted() {
            let mut places = vec![0; rows];
            order.iter().enumerate().for_each(|(at, row)| places[*row as usize] = at as u32);
            answers.iter_mut().for_each(|column| *column = column.gather_rows(&places));
            failed.iter_mut().for_each(|(at, _)| *at = order[*at] as usize);
        }
        self.emit_sound(Batch::with_stamps(columns, rows, None, stamps), answers, failed, out)
    }

    fn emit_sound(
        &self,
        mut input: Batch,
        answers: Vec<Column>,
        failed: Vec<(usize, Cow<'static, str>)>,
        out: &mut Output,
    ) -> Result<()> {
        let rows = input.rows();
        let sound = match failed.is_empty() {
            true => None,
            false => Some(Selection::All(rows).filter(|row| !failed.iter().any(|(failed, _)| *failed == row))),
        };
        for (at, (row, why)) in failed.iter().enumerate() {
            if !failed[..at].iter().any(|(other, _)| other == row) {
                set_aside(&input, *row, &self.shape.types, why.clone(), self.shape.on_error, out)?;
            }
        }
        input.columns.extend(answers);
        out.emit(match sound {
            Some(sound) => input.gather(&sound),
            None => input,
        });
        Ok(())
    }
}

fn columns_of(answers: Vec<Answers>) -> (Vec<Column>, Vec<(usize, Cow<'static, str>)>) {
    let mut failed = Vec::new();
    let columns = answers.into_iter().map(|answers| {
        failed.extend(answers.failed);
        answers.column
    });
    (columns.collect(), failed)
}

impl Partition {
    fn new(lane_types: &[DataType], calls: &[OverCall]) -> Partition {
        Partition {
            rows: Sequence::new(lane_types),
            states: calls.iter().map(CallState::new).collect(),
            next: 0,
            last_time: EventTime::MIN,
            alarm: false,
        }
    }

    /// Adds a row: without times, no two are equal.
    fn push(&mut self, lanes: &[&Column], row: usize, times: Option<&Values>) {
        let time = match times {
            Some(Values::I64(times)) => Some(times[row]),
            _ => None,
        };
        let peer = match (self.rows.last_peer(), time) {
            (None, _) => 0,
            (Some(peer), Some(time)) if time == self.last_time => peer,
            (Some(peer), _) => peer + 1,
        };
        self.last_time = time.unwrap_or(self.last_time);
        self.rows.push(lanes, row, peer);
    }

    /// Whether rows are still to be given out, or an alarm is to ring.
    fn waits(&self) -> bool {
        self.next < self.rows.len() || self.alarm
    }

    fn time_at(&self, position: usize, time_column: usize) -> Option<EventTime> {
        let (column, row) = self.rows.at(time_column, position);
        if let Values::I64(times) = &column.values { Some(times[row]) } else { None }
    }

    /// Behind the last row that has all it needs. Columns are kept in the order of the input.
    fn ready(&self, need: &Need, time_column: Option<usize>, complete: EventTime) -> usize {
        let len = self.rows.len();
        let last_peer = self.rows.last_peer().unwrap_or(0);
        let is_ready = |row: usize| {
            let in_time = || match (need.time, time_column.and_then(|column| self.time_at(row, column))) {
                (Some(ahead), Some(time)) => time.saturating_add(ahead) <= complete,
                _ => true,
            };
            row.saturating_add(need.rows) < len && self.rows.peer(row).saturating_add(need.groups) <= last_peer && in_time()
        };
        let mut to = self.next;
        while to < len && is_ready(to) {
            to += 1;
        }
        to
    }

    fn state_bytes(&self) -> usize {
        let states: usize = self.states.iter().map(|state| size_of::<CallState>() + state.state_bytes()).sum();
        size_of::<Partition>() + self.rows.state_bytes() + states
    }
}

impl Operator for InOrder {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let Some(time) = self.time else {
            self.age(&batch);
            let rows = batch.rows();
            return self.take(batch.columns, rows, batch.stamps, out);
        };
        let batch = in_time(batch, time, self.watermark, (&self.shape.types, self.shape.on_error), out)?;
        self.age(&batch);
        if let Some(waiting) = &mut self.waiting {
            waiting.add(batch.columns);
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let mut room = TIMER_ROWS_PER_TURN;
        while let Some((columns, rows)) = self.waiting.as_mut().and_then(|waiting| waiting.due(self.watermark, &mut room)) {
            let stamps = Batch::new(Vec::new(), rows, watermark.stamp).stamps;
            self.take(columns, rows, stamps, out)?;
        }
        if room == 0 {
            return Ok(Progress::More);
        }
        if self.time.is_none() {
            return Ok(Progress::Done);
        }
        let is_end = self.watermark == EventTime::MAX;
        self.complete = self.complete.max(self.watermark.saturating_sub(1));
        let mut given = self.nothing(0);
        let count = |given: &Given| given.columns.first().map_or(0, Column::len);
        while !is_end && count(&given) < room {
            let Some(Reverse((_, partition))) = self.alarms.peek().copied().filter(|Reverse((at, _))| *at < self.watermark)
            else {
                break;
            };
            self.alarms.pop();
            self.ring(partition, &mut given);
        }
        while is_end && self.finished < self.by_partition.len() && count(&given) < room {
            self.give(self.finished as u32, &mut given, true);
            self.finished += 1;
        }
        let progress = if count(&given) < room { Progress::Done } else { Progress::More };
        self.emit(given, watermark.stamp, out)?;
        Ok(progress)
    }

    fn passes_on(&self, watermark: Watermark) -> Watermark {
        match self.time {
            // Rows with its very time are still to come.
            Some(_) => Watermark { time: watermark.time.saturating_sub(1), ..watermark },
            None => watermark,
        }
    }

    fn state_bytes(&self) -> usize {
        let partitions: usize = self.by_partition.iter().map(Partition::state_bytes).sum();
        let rings = self.rings.as_ref().map_or(0, Rings::state_bytes);
        let waiting = self.waiting.as_ref().map_or(0, Waiting::state_bytes) + self.lives.as_ref().map_or(0, Lives::state_bytes);
        self.partitions.state_bytes() + partitions + rings + waiting + self.alarms.len() * size_of::<(EventTime, u32)>()
    }
}

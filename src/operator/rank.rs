//! ROW_NUMBER, RANK and DENSE_RANK of rows within partitions, kept up to date as rows come and go; with a limit, the best rows of each
//! partition.
//!
//! ```text
//!   lists[partition]:  row row row ..., total      distinct rows in their order, by number in `rows`; counts[row]: how often each is there
//! ```
//! What a batch changes is the difference of the lists of the partitions that it touches, before and after. Rows that the order leaves
//! equal are ordered by all of their columns, so that the same rows have the same numbers however they came; or by the order in which they
//! came, which is a number that stands behind the columns of each. Where rows only come, those behind the limit are forgotten, and a row whose
//! first sort key puts it behind the last one that is kept is not looked at any further: soon that is nearly every row.
//!
//! Where each partition lies in a window, nothing is given out before the watermark has passed the end of it; then the list is, once, and the
//! partition is forgotten. A row of a window that the watermark of its own split has passed is late.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::window_slice::is_passed;
use super::{Operator, Output, Progress, row_order, set_aside};
use crate::batch::{Batch, Column, RowKind, Selection, Values, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::state::GroupTable;
use crate::types::relation::{OnError, RankFunction, Retracts, SortKey, SortTime, Ties};
use crate::types::{DataType, EventTime, Nanos};

/// What a ranking does, as the plan has it.
pub struct RankShape {
    /// What is counted.
    pub function: RankFunction,
    /// Columns of the partition.
    pub keys: Vec<usize>,
    /// The order of the rows of a partition.
    pub order: Vec<SortKey>,
    /// Which of two that are equal there is first; that they come says something only of rows that are never taken back.
    pub ties: Ties,
    /// Rows with a greater number are not given out,
    pub limit: Option<u64>,
    /// nor are those up to this one.
    pub offset: u64,
    /// Whether the number is given out, as the last column.
    pub gives_rank: bool,
    /// Where rows are given out when a window closes: the column with its end. A hidden column is the last one.
    pub window_end: Option<SortTime>,
    /// Whether the input takes rows back.
    pub retracts: Retracts,
}

/// A ranking on one shard.
pub struct Rank {
    shape: RankShape,
    on_error: OnError,
    /// Types of the columns given out.
    types: Vec<DataType>,
    /// The number of the next row that comes, where that counts.
    arrival: i64,
    partitions: GroupTable,
    lists: Vec<List>,
    /// By partition: the place, by the first sort key, of the last row of a list that is full.
    cuts: Vec<i64>,
    rows: GroupTable,
    counts: Vec<u64>,
    /// Partitions by the end of their window, where it is to close.
    windows: BTreeMap<EventTime, Vec<u32>>,
    watermark: EventTime,
    scratch: Scratch,
}

/// The rows of a partition.
#[derive(Default)]
struct List {
    /// Different ones, in their order.
    rows: Vec<u32>,
    /// How many there are, equal ones counted.
    total: u64,
}

/// Vectors used anew for every batch.
#[derive(Default)]
struct Scratch {
    hashes: Vec<u64>,
    /// By row of the batch.
    partitions: Vec<u32>,
    /// By row of the batch: its place by the first sort key.
    places: Vec<i64>,
    /// By row of the batch.
    rows: Vec<u32>,
    /// Partitions that the batch touches, with what they gave out before.
    touched: Vec<(u32, Vec<Ranked>)>,
    /// By partition: whether it stands among them.
    is_touched: Vec<bool>,
    /// Rows of lists that the limit has cut.
    trimmed: Vec<u32>,
}

/// A row given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    row: u32,
    rank: u64,
}

/// The cut of a list that is not full.
const NO_CUT: i64 = i64::MAX;

/// Rows on their way out.
#[derive(Default)]
struct Changes {
    rows: Vec<u32>,
    ranks: Vec<i64>,
    kinds: Vec<RowKind>,
}

impl Changes {
    fn push(&mut self, ranked: &Ranked, kind: RowKind) {
        self.rows.push(ranked.row);
        self.ranks.push(ranked.rank as i64);
        self.kinds.push(kind);
    }
}

impl Rank {
    /// Without rows; the input has columns of these types.
    pub fn new(mut shape: RankShape, on_error: OnError, mut types: Vec<DataType>) -> Rank {
        if let Some(hidden) = shape.window_end.and_then(|end| end.split_watermark_column) {
            types.truncate(hidden);
        }
        let key_types: Vec<DataType> = shape.keys.iter().map(|key| types[*key].clone()).collect();
        let mut row_types = types.clone();
        if shape.ties != Ties::ByColumns {
            assert!(shape.retracts == Retracts::Never, "a row that is taken back has no number");
            shape.order.push(SortKey { column: types.len(), descending: shape.ties == Ties::LastCome, nulls_first: false });
            row_types.push(DataType::BigInt);
        }
        Rank {
            shape,
            on_error,
            partitions: GroupTable::new(&key_types),
            lists: Vec::new(),
            cuts: Vec::new(),
            rows: GroupTable::new(&row_types),
            counts: Vec::new(),
            types,
            arrival: 0,
            windows: BTreeMap::new(),
            watermark: EventTime::MIN,
            scratch: Scratch::default(),
        }
    }

    /// The batch with the number of each row behind its columns, where that counts.
    fn numbered(&mut self, mut batch: Batch) -> Batch {
        if self.shape.ties != Ties::ByColumns {
            let first = self.arrival;
            self.arrival += batch.rows() as i64;
            batch.columns.push(Column::from_values(Values::I64((first..self.arrival).collect())));
        }
        batch
    }

    /// The rows of a batch that may be among the best, with the numbers of their partitions and of themselves. Hot: once per batch.
    fn look_up(&mut self, batch: Batch, scratch: &mut Scratch) -> Batch {
        let Scratch { hashes, partitions, is_touched, .. } = scratch;
        let keys: Vec<&Column> = self.shape.keys.iter().map(|key| &batch.columns[*key]).collect();
        self.partitions.group_ids(&keys, batch.rows(), &Selection::All(batch.rows()), hashes, partitions);
        self.lists.resize_with(self.partitions.bound(), List::default);
        self.cuts.resize(self.partitions.bound(), NO_CUT);
        is_touched.resize(self.partitions.bound(), false);
        let batch = self.contenders(batch, scratch);
        let columns: Vec<&Column> = batch.columns.iter().collect();
        self.rows.group_ids(&columns, batch.rows(), &Selection::All(batch.rows()), &mut scratch.hashes, &mut scratch.rows);
        self.counts.resize(self.rows.bound(), 0);
        batch
    }

    /// Leaves out the rows behind the cuts. Hot: once per batch.
    fn contenders(&self, batch: Batch, scratch: &mut Scratch) -> Batch {
        let Scratch { partitions, places, .. } = scratch;
        let (Some(first), Some(_)) = (self.shape.order.first(), self.final_limit()) else { return batch };
        row_order::places(first, &batch.columns[first.column], places);
        let kept = Selection::All(batch.rows()).filter(|row| places[row] <= self.cuts[partitions[row] as usize]);
        if kept.len() == batch.rows() {
            return batch;
        }
        *partitions = kept.iter().map(|row| partitions[row]).collect();
        batch.gather(&kept)
    }

    /// The limit, where rows behind it never come before it again. Those of a dense rank stay: their rank is found by counting alone.
    fn final_limit(&self) -> Option<u64> {
        let is_final = self.shape.retracts == Retracts::Never && self.shape.function != RankFunction::DenseRank;
        self.shape.limit.filter(|_| is_final)
    }

    /// The place behind which rows are hopeless.
    fn cut(&self, list: &List, limit: u64) -> i64 {
        match (self.shape.order.first(), list.rows.last()) {
            (Some(first), Some(last)) if list.total >= limit => row_order::place(first, &self.rows.keys()[first.column], *last),
            _ => NO_CUT,
        }
    }

    /// Takes one row. Hot: once per row.
    fn apply(&mut self, batch: &Batch, at: usize, scratch: &mut Scratch, out: &mut Output) -> Result<()> {
        let (partition, row) = (scratch.partitions[at] as usize, scratch.rows[at]);
        let mut list = std::mem::take(&mut self.lists[partition]);
        let count = &mut self.counts[row as usize];
        let mut done = Ok(());
        if batch.kind(at).sign() > 0 {
            *count += 1;
            list.total += 1;
            if *count == 1 {
                let place = list.rows.partition_point(|other| self.compare(*other, row) == Ordering::Less);
                list.rows.insert(place, row);
            }
        } else if *count == 0 {
            done = set_aside(batch, at, &self.types, "a row is taken back that is not there", self.on_error, out);
        } else {
            *count -= 1;
            list.total -= 1;
            if *count == 0 {
                let place = list.rows.partition_point(|other| self.compare(*other, row) == Ordering::Less);
                list.rows.remove(place);
            }
        }
        if let Some(limit) = self.final_limit() {
            self.trim(&mut list, limit, &mut scratch.trimmed);
            self.cuts[partition] = self.cut(&list, limit);
        }
        self.lists[partition] = list;
        done
    }

    /// Forgets rows behind the limit.
    fn trim(&mut self, list: &mut List, limit: u64, trimmed: &mut Vec<u32>) {
        while list.total > limit {
            let Some(last) = list.rows.last().copied() else { return };
            // As many as have the last rank: of a number, each row has its own.
            let equals = match self.shape.function {
                RankFunction::RowNumber => 1,
                _ => {
                    let equal = |row: &&u32| self.compare_order(**row, last) == Ordering::Equal;
                    list.rows.iter().rev().take_while(equal).map(|row| self.counts[*row as usize]).sum()
                }
            };
            if list.total - equals < limit {
                return;
            }
            list.total -= 1;
            self.counts[last as usize] -= 1;
            if self.counts[last as usize] == 0 {
                trimmed.extend(list.rows.pop());
            }
        }
    }

    /// The rows of a list with their ranks, as far as the limit goes.
    fn ranked(&self, list: &[u32], limit: u64) -> Vec<Ranked> {
        let mut ranked: Vec<Ranked> = Vec::new();
        let (mut number, mut rank, mut dense) = (0, 0, 0);
        for (at, row) in list.iter().enumerate() {
            if at == 0 || self.compare_order(list[at - 1], *row) != Ordering::Equal {
                (rank, dense) = (number + 1, dense + 1);
            }
            for _ in 0..self.counts[*row as usize] {
                number += 1;
                let rank = match self.shape.function {
                    RankFunction::RowNumber => number,
                    RankFunction::Rank => rank,
                    RankFunction::DenseRank => dense,
                };
                if rank > limit {
                    return ranked;
                }
                ranked.push(Ranked { row: *row, rank });
            }
        }
        ranked
    }

    /// What a partition gives out.
    fn given(&self, partition: u32) -> Vec<Ranked> {
        self.ranked(&self.lists[partition as usize].rows, self.shape.limit.unwrap_or(u64::MAX))
    }

    /// How two rows are ordered, those that the order leaves equal by all of their columns.
    fn compare(&self, a: u32, b: u32) -> Ordering {
        row_order::order(&self.shape.order, self.rows.keys(), a, b)
    }

    fn compare_order(&self, a: u32, b: u32) -> Ordering {
        row_order::by_keys(&self.shape.order, self.rows.keys(), a, b)
    }

    /// What became of a partition.
    fn note_changes(&self, mut before: Vec<Ranked>, mut after: Vec<Ranked>, changes: &mut Changes) {
        before.retain(|ranked| ranked.rank > self.shape.offset);
        after.retain(|ranked| ranked.rank > self.shape.offset);
        if self.shape.gives_rank {
            let common = before.len().min(after.len());
            for (old, new) in before.iter().zip(&after).filter(|(old, new)| old != new) {
                changes.push(old, RowKind::UpdateBefore);
                changes.push(new, RowKind::UpdateAfter);
            }
            before[common..].iter().for_each(|old| changes.push(old, RowKind::Delete));
            after[common..].iter().for_each(|new| changes.push(new, RowKind::Insert));
            return;
        }
        before.sort_unstable();
        after.sort_unstable();
        let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
        let mut comes = Vec::new();
        loop {
            match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(a), Some(b)) if a.row == b.row => {
                    old.next();
                    new.next();
                }
                (Some(a), Some(b)) if a.row > b.row => comes.extend(new.next()),
                (None, Some(_)) => comes.extend(new.next()),
                (Some(_), _) => old.next().into_iter().for_each(|gone| changes.push(gone, RowKind::Delete)),
            }
        }
        comes.into_iter().for_each(|new| changes.push(new, RowKind::Insert));
    }

    /// Rows of windows that are not closed, without the hidden column; the others are given out as late.
    fn in_time(&self, mut batch: Batch, end: SortTime, out: &mut Output) -> Batch {
        let marks = end.split_watermark_column.map(|column| &batch.columns[column]);
        let is_late = |row: usize| {
            let own = marks.and_then(|marks| time_of(marks, row)).unwrap_or(EventTime::MIN);
            is_passed(end_of(&batch.columns[end.column], row), own.max(self.watermark))
        };
        let all = Selection::All(batch.rows());
        let late = all.filter(is_late);
        if !late.is_empty() {
            out.give_late(0, &batch, &late);
            batch = batch.gather(&all.filter(|row| !is_late(row)));
        }
        batch.columns.truncate(self.types.len());
        batch
    }

    /// Takes rows that wait for the end of their windows.
    fn process_windows(&mut self, batch: Batch, end: SortTime, out: &mut Output) -> Result<()> {
        let batch = self.in_time(batch, end, out);
        let batch = self.numbered(batch);
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut next_new = self.partitions.made();
        let batch = self.look_up(batch, &mut scratch);
        for at in 0..batch.rows() {
            let partition = scratch.partitions[at];
            // New ones are born in the order of their first rows.
            if self.partitions.born(partition) == next_new {
                next_new += 1;
                self.windows.entry(end_of(&batch.columns[end.column], at)).or_default().push(partition);
            }
            self.apply(&batch, at, &mut scratch, out)?;
        }
        self.sweep_rows(&mut scratch);
        self.scratch = scratch;
        Ok(())
    }

    /// A partition whose window is closed.
    fn next_closed(&mut self) -> Option<u32> {
        let mut window = self.windows.first_entry().filter(|window| is_passed(*window.key(), self.watermark))?;
        let partition = window.get_mut().pop();
        if window.get().is_empty() {
            window.remove();
        }
        partition
    }

    /// Forgets a partition with its rows.
    fn forget(&mut self, partition: u32) {
        for row in std::mem::take(&mut self.lists[partition as usize]).rows {
            self.counts[row as usize] = 0;
            self.rows.remove(row);
        }
        self.cuts[partition as usize] = NO_CUT;
        self.partitions.remove(partition);
    }

    fn result(&self, changes: Changes, stamp: Nanos) -> Batch {
        let Changes { rows, ranks, kinds } = changes;
        let given = &self.rows.keys()[..self.types.len()];
        let mut columns: Vec<Column> = given.iter().map(|column| column.gather_rows(&rows)).collect();
        if self.shape.gives_rank {
            columns.push(Column::from_values(Values::I64(ranks)));
        }
        let mut batch = Batch::new(columns, rows.len(), stamp);
        batch.kinds = self.shape.window_end.is_none().then_some(kinds);
        batch
    }

    /// Forgets rows and partitions that are there no longer.
    fn sweep(&mut self, scratch: &mut Scratch) {
        self.sweep_rows(scratch);
        for (partition, _) in scratch.touched.drain(..) {
            scratch.is_touched[partition as usize] = false;
            if self.lists[partition as usize].rows.is_empty() {
                self.lists[partition as usize] = List::default();
                self.cuts[partition as usize] = NO_CUT;
                self.partitions.remove(partition);
            }
        }
    }

    fn sweep_rows(&mut self, scratch: &mut Scratch) {
        for row in scratch.rows.drain(..).chain(scratch.trimmed.drain(..)) {
            if self.counts[row as usize] == 0 && self.rows.is_live(row) {
                self.rows.remove(row);
            }
        }
    }
}

fn time_of(times: &Column, row: usize) -> Option<EventTime> {
    match &times.values {
        Values::I64(values) if !times.is_null(row) => Some(values[row]),
        _ => None,
    }
}

/// Where the window of a row ends; one that has none waits for the end of input.
fn end_of(ends: &Column, row: usize) -> EventTime {
    time_of(ends, row).unwrap_or(EventTime::MAX)
}

impl Operator for Rank {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        if let Some(end) = self.shape.window_end {
            return self.process_windows(batch, end, out);
        }
        let batch = self.numbered(batch);
        let mut scratch = std::mem::take(&mut self.scratch);
        let batch = self.look_up(batch, &mut scratch);
        for at in 0..batch.rows() {
            let partition = scratch.partitions[at];
            if !std::mem::replace(&mut scratch.is_touched[partition as usize], true) {
                scratch.touched.push((partition, self.given(partition)));
            }
        }
        for at in 0..batch.rows() {
            self.apply(&batch, at, &mut scratch, out)?;
        }
        let mut changes = Changes::default();
        for (partition, before) in &mut scratch.touched {
            self.note_changes(std::mem::take(before), self.given(*partition), &mut changes);
        }
        if !changes.rows.is_empty() {
            out.emit(self.result(changes, batch.last_stamp()));
        }
        self.sweep(&mut scratch);
        self.scratch = scratch;
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        self.watermark = self.watermark.max(watermark.time);
        let (mut changes, mut closed) = (Changes::default(), Vec::new());
        while changes.rows.len() < TIMER_ROWS_PER_TURN
            && let Some(partition) = self.next_closed()
        {
            let given = self.given(partition).into_iter().filter(|ranked| ranked.rank > self.shape.offset);
            given.for_each(|ranked| changes.push(&ranked, RowKind::Insert));
            closed.push(partition);
        }
        let is_done = changes.rows.len() < TIMER_ROWS_PER_TURN;
        if !changes.rows.is_empty() {
            out.emit(self.result(changes, watermark.stamp));
        }
        closed.into_iter().for_each(|partition| self.forget(partition));
        Ok(if is_done { Progress::Done } else { Progress::More })
    }

    fn state_bytes(&self) -> usize {
        let lists: usize = self.lists.iter().map(|list| list.rows.capacity() * size_of::<u32>() + size_of::<List>()).sum();
        let windows: usize = self.windows.values().map(|partitions| partitions.capacity() * size_of::<u32>()).sum();
        self.partitions.state_bytes()
            + self.rows.state_bytes()
            + lists
            + windows
            + (self.counts.capacity() + self.cuts.capacity()) * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::types::Value;

    const TYPES: [DataType; 3] = [DataType::BigInt, DataType::BigInt, DataType::STRING];

    type Row = Vec<Value>;

    fn batch(rows: &[(Row, bool)]) -> Batch {
        let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        rows.iter().for_each(|(row, _)| columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value)));
        let mut batch = Batch::new(columns, rows.len(), 1);
        batch.kinds = Some(rows.iter().map(|(_, comes)| if *comes { RowKind::Insert } else { RowKind::Delete }).collect());
        batch
    }

    /// Small numbers and NULLs, which are -1 here: less than all others.
    fn number(value: &Value) -> i64 {
        if let Value::Int(number) = value { *number } else { -1 }
    }

    /// Partitions by the first column, ordered by the second, the greatest first.
    fn naive(shape: &RankShape, rows: &[Row]) -> BTreeMap<String, i64> {
        let mut found = BTreeMap::new();
        for partition in -1..4 {
            let mut own: Vec<&Row> = rows.iter().filter(|row| number(&row[0]) == partition).collect();
            own.sort_by_key(|row| (-number(&row[1]), format!("{:?}", row[2])));
            for (at, row) in own.iter().enumerate() {
                let before: Vec<i64> =
                    own.iter().map(|other| number(&other[1])).filter(|other| *other > number(&row[1])).collect();
                let mut different = before.clone();
                different.dedup();
                let rank = 1 + match shape.function {
                    RankFunction::RowNumber => at,
                    RankFunction::Rank => before.len(),
                    RankFunction::DenseRank => different.len(),
                } as u64;
                if shape.limit.is_none_or(|limit| rank <= limit) && rank > shape.offset {
                    let rank = if shape.gives_rank { format!(" {rank}") } else { String::new() };
                    *found.entry(format!("{row:?}{rank}")).or_default() += 1;
                }
            }
        }
        found
    }

    /// Adds what was given out to what was before; no row may be there less than no times.
    fn play(known: &mut BTreeMap<String, i64>, out: &mut Output, gives_rank: bool) {
        for batch in out.batches.drain(..) {
            for at in 0..batch.rows() {
                let rank = |column: &Column| format!(" {}", number(&column.value(at, &DataType::BigInt)));
                let rank = if gives_rank { rank(&batch.columns[3]) } else { String::new() };
                let text = format!("{:?}{rank}", batch.columns.iter().zip(&TYPES).map(|(c, t)| c.value(at, t)).collect::<Row>());
                let count = known.entry(text.clone()).or_default();
                *count += batch.kind(at).sign();
                assert!(*count >= 0, "{text} is taken back but not there");
                known.retain(|_, count| *count > 0);
            }
        }
    }

    fn ranking(function: RankFunction, limit: Option<u64>, offset: u64, gives_rank: bool, retracts: Retracts) -> Rank {
        let order = vec![SortKey { column: 1, descending: true, nulls_first: false }];
        Rank::new(
            RankShape {
                function,
                keys: vec![0],
                order,
                ties: Ties::ByColumns,
                limit,
                offset,
                gives_rank,
                window_end: None,
                retracts,
            },
            OnError::SetAside,
            TYPES.to_vec(),
        )
    }

    fn check(function: RankFunction, limit: Option<u64>, offset: u64, gives_rank: bool, retracts: Retracts) {
        let mut random = fastrand::Rng::with_seed(limit.unwrap_or(9) + u64::from(gives_rank) * 100);
        let mut rank = ranking(function, limit, offset, gives_rank, retracts);
        let (mut there, mut known, mut out) = (Vec::<Row>::new(), BTreeMap::new(), Output::default());
        for turn in 0..80 {
            let mut rows = Vec::new();
            for _ in 0..random.usize(1..10) {
                if retracts == Retracts::Maybe && !there.is_empty() && random.usize(..80) < turn {
                    rows.push((there.swap_remove(random.usize(..there.len())), false));
                } else {
                    let mut value = || if random.u8(..8) == 0 { Value::Null } else { Value::Int(random.i64(0..4)) };
                    let row = vec![
                        value(),
                        value(),
                        Value::text(["a", "b is a text that does not stand in its view"][random.usize(..2)]),
                    ];
                    there.push(row.clone());
                    rows.push((row, true));
                }
            }
            rank.process(batch(&rows), &mut out).expect("takes rows");
            assert!(out.aside.is_empty());
            play(&mut known, &mut out, gives_rank);
            assert_eq!(known, naive(&rank.shape, &there), "{function:?} up to {limit:?}, {retracts:?}, batch {turn}");
        }
        if retracts == Retracts::Maybe {
            let rest: Vec<_> = there.into_iter().map(|row| (row, false)).collect();
            rank.process(batch(&rest), &mut out).expect("takes rows");
            play(&mut known, &mut out, gives_rank);
            assert!(known.is_empty() && rank.rows.is_empty() && rank.partitions.is_empty());
        }
    }

    #[test]
    fn ranks_are_those_of_sorted_rows_at_any_point() {
        for function in [RankFunction::RowNumber, RankFunction::Rank, RankFunction::DenseRank] {
            for (limit, offset) in [(None, 0), (Some(0), 0), (Some(1), 0), (Some(3), 0), (None, 2), (Some(3), 2)] {
                for gives_rank in [false, true] {
                    check(function, limit, offset, gives_rank, Retracts::Never);
                    check(function, limit, offset, gives_rank, Retracts::Maybe);
                }
            }
        }
    }

    /// Rows of small numbers, many of them equal, ordered as they came.
    fn check_arrival(ties: Ties, limit: Option<u64>) {
        let mut random = fastrand::Rng::with_seed(limit.unwrap_or(9));
        let mut rank = ranking(RankFunction::RowNumber, limit, 0, true, Retracts::Never);
        let shape = RankShape { order: Vec::new(), ties, ..rank.shape };
        rank = Rank::new(shape, OnError::SetAside, TYPES.to_vec());
        let (mut came, mut known, mut out) = (Vec::<Row>::new(), BTreeMap::new(), Output::default());
        for turn in 0..40 {
            let mut value = || if random.u8(..4) == 0 { Value::Null } else { Value::Int(random.i64(0..3)) };
            let rows: Vec<(Row, bool)> = (0..=turn % 7).map(|_| (vec![value(), value(), Value::text("a")], true)).collect();
            came.extend(rows.iter().map(|(row, _)| row.clone()));
            rank.process(batch(&rows), &mut out).expect("takes rows");
            play(&mut known, &mut out, true);
            let mut expected = BTreeMap::new();
            for partition in -1..3 {
                let mut own: Vec<&Row> = came.iter().filter(|row| number(&row[0]) == partition).collect();
                if ties == Ties::LastCome {
                    own.reverse();
                }
                for (at, row) in own.iter().enumerate().take(limit.map_or(usize::MAX, |limit| limit as usize)) {
                    *expected.entry(format!("{row:?} {}", at + 1)).or_default() += 1;
                }
            }
            assert_eq!(known, expected, "{ties:?} up to {limit:?}, batch {turn}");
        }
        assert!(limit.is_none_or(|limit| rank.rows.len() as u64 <= 4 * limit), "{} rows", rank.rows.len());
    }

    #[test]
    fn rows_that_are_ordered_by_arrival_stand_as_they_came() {
        for limit in [None, Some(1), Some(3)] {
            check_arrival(Ties::FirstCome, limit);
            check_arrival(Ties::LastCome, limit);
        }
    }

    #[test]
    fn the_last_rows_that_came_cost_no_more_the_longer_they_come() {
        let mut rank = ranking(RankFunction::RowNumber, Some(2), 0, false, Retracts::Never);
        rank = Rank::new(RankShape { order: Vec::new(), ties: Ties::LastCome, ..rank.shape }, OnError::SetAside, TYPES.to_vec());
        let (mut out, mut after) = (Output::default(), Vec::new());
        for n in 0..1000 {
            let row =
                |at: i64| (vec![Value::Int(at % 4), Value::Int(n), Value::text(format!("a long text in row {n:04}"))], true);
            rank.process(batch(&(0..40).map(row).collect::<Vec<_>>()), &mut out).expect("takes rows");
            after.push(rank.state_bytes());
        }
        let most = |bytes: &[usize]| bytes.iter().copied().max();
        assert!(most(&after[900..]) <= most(&after[..100]), "{:?} bytes, then {:?}", most(&after[..100]), most(&after[900..]));
    }

    #[test]
    fn rows_behind_the_limit_are_forgotten_where_rows_only_come() {
        for function in [RankFunction::RowNumber, RankFunction::Rank] {
            let mut rank = ranking(function, Some(3), 2, false, Retracts::Never);
            let mut out = Output::default();
            for n in 0..1000 {
                let row = |at: i64| {
                    vec![Value::Int(at % 4), Value::Int(n * 7919 % 1009 * 40 + at), Value::text(format!("row {n} of {at}"))]
                };
                let rows: Vec<_> = (0..40).map(|at| (row(at), true)).collect();
                rank.process(batch(&rows), &mut out).expect("takes rows");
                assert!(rank.rows.len() <= 12, "{} rows", rank.rows.len());
            }
        }
    }

    /// Windows that end at a number of the first column, which are given out in turn.
    fn check_windows(function: RankFunction, limit: Option<u64>, offset: u64, gives_rank: bool) {
        let mut random = fastrand::Rng::with_seed(limit.unwrap_or(9) + u64::from(gives_rank) * 100);
        let mut rank = ranking(function, limit, offset, gives_rank, Retracts::Never);
        rank.shape.window_end = Some(SortTime { column: 0, split_watermark_column: None });
        let (mut there, mut known, mut out) = (Vec::<Row>::new(), BTreeMap::new(), Output::default());
        for watermark in 0..4 {
            rank.watermark(Watermark { time: watermark - 1, stamp: 1 }, &mut out).expect("takes a watermark");
            for _ in 0..random.usize(1..8) {
                let mut rows = Vec::new();
                for _ in 0..random.usize(1..10) {
                    let order = if random.u8(..8) == 0 { Value::Null } else { Value::Int(random.i64(0..4)) };
                    rows.push((vec![Value::Int(random.i64(0..4)), order, Value::text(["a", "b"][random.usize(..2)])], true));
                }
                let late = rows.iter().filter(|(row, _)| number(&row[0]) <= watermark).count() as u64;
                there.extend(rows.iter().map(|(row, _)| row.clone()).filter(|row| number(&row[0]) > watermark));
                out.late_rows = 0;
                rank.process(batch(&rows), &mut out).expect("takes rows");
                assert_eq!(out.late_rows, late, "behind {watermark}");
                assert!(out.batches.is_empty());
            }
            rank.watermark(Watermark { time: watermark, stamp: 1 }, &mut out).expect("takes a watermark");
            assert!(out.batches.iter().all(|batch| batch.kinds.is_none()));
            play(&mut known, &mut out, gives_rank);
            let closed: Vec<Row> = there.iter().filter(|row| number(&row[0]) <= watermark + 1).cloned().collect();
            assert_eq!(known, naive(&rank.shape, &closed), "{function:?} up to {limit:?} at {watermark}");
        }
        assert!(rank.rows.is_empty() && rank.partitions.is_empty() && rank.windows.is_empty());
    }

    #[test]
    fn windows_are_given_out_once_when_they_close() {
        for function in [RankFunction::RowNumber, RankFunction::Rank, RankFunction::DenseRank] {
            for (limit, offset) in [(None, 0), (Some(0), 0), (Some(1), 0), (Some(3), 0), (None, 2), (Some(3), 2)] {
                check_windows(function, limit, offset, false);
                check_windows(function, limit, offset, true);
            }
        }
    }

    #[test]
    fn state_does_not_grow_with_the_number_of_windows() {
        let mut rank = ranking(RankFunction::RowNumber, Some(2), 0, true, Retracts::Never);
        rank.shape.window_end = Some(SortTime { column: 0, split_watermark_column: None });
        let (mut out, mut after) = (Output::default(), Vec::new());
        for window in 1..=1000 {
            let row = |n: i64| (vec![Value::Int(window), Value::Int(n * 7919 % 1009), Value::text(format!("row {n}"))], true);
            rank.process(batch(&(0..40).map(row).collect::<Vec<_>>()), &mut out).expect("takes rows");
            rank.watermark(Watermark { time: window - 1, stamp: 1 }, &mut out).expect("takes a watermark");
            after.push(rank.state_bytes());
        }
        assert_eq!(out.batches.iter().map(Batch::rows).sum::<usize>(), 2000);
        assert!(after[999] <= after[99], "{} bytes, then {}", after[99], after[999]);
    }

    #[test]
    fn a_row_taken_back_that_is_not_there_goes_aside() {
        let mut rank = ranking(RankFunction::RowNumber, None, 0, true, Retracts::Maybe);
        let mut out = Output::default();
        let row = vec![Value::Int(1), Value::Null, Value::text("a")];
        rank.process(batch(&[(row.clone(), true), (row.clone(), false), (row, false)]), &mut out).expect("takes rows");
        assert_eq!((out.aside.len(), out.batches.len()), (1, 0));
        assert!(rank.rows.is_empty() && rank.partitions.is_empty());
    }
}

//! ROW_NUMBER, RANK and DENSE_RANK of rows within partitions, kept up to date as rows come and go; with a limit, the best rows of each
//! partition.
//!
//! ```text
//!   partition:  row row row ..., total      different rows in their order (see `partitions`), and how many there are, equal ones counted
//! ```
//! What a batch changes is the difference of the lists of the partitions that it touches, before and after. Rows that the order leaves
//! equal are ordered by all of their columns, so that the same rows have the same numbers however they came; or by the order in which they
//! came, which is a number that stands behind the columns of each. Where rows only come, those behind the limit are forgotten, and a row whose
//! first two sort keys put it behind as many others as the limit allows is not looked at any further: soon that is nearly every row.
//!
//! Where each partition lies in a window (see `partition_windows`), it is forgotten when that is over. Its list is given out then, once, or what
//! changes before. If it is given out once, rows that are among the best of those before them wait without a place in it: soon others come before
//! most of them.

use std::cmp::Ordering;
use std::ops::Range;

use smallvec::SmallVec;

use super::partition_windows::PartitionWindows;
use super::partitions::{Numbers, Partitions, Step};
use super::{Operator, Output, Progress, row_order, set_aside};
use crate::batch::{Batch, Column, RowKind, Selection, Values, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::state::Run;
use crate::types::relation::{Deadline, Emit, OnError, RankFunction, Retracts, SortKey, Ties};
use crate::types::{DataType, Nanos};

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
    /// Where each partition lies in a window, and is forgotten with it: its end.
    pub deadline: Option<Deadline>,
    /// Hidden last column with the watermark of the row's own split, by which rows of windows are late.
    pub split_watermark_column: Option<usize>,
    /// When rows are given out: as they change, or once, when their window closes.
    pub emit: Emit,
    /// Whether the input takes rows back.
    pub retracts: Retracts,
    /// How long a partition lives of which no row comes or goes.
    pub ttl: Option<Nanos>,
}

/// A ranking on one shard.
pub struct Rank {
    shape: RankShape,
    on_error: OnError,
    /// Types of the columns given out.
    types: Vec<DataType>,
    /// The number of the next row that comes, where that counts.
    arrival: i64,
    partitions: Partitions<Best>,
    /// Where each partition lies in a window.
    windows: Option<PartitionWindows>,
    /// Rows that are in no list yet.
    waiting: Waiting,
    /// Rows that the limit has cut off their lists in a batch.
    trimmed: Vec<u32>,
}

/// Rows, and their partitions.
#[derive(Default)]
struct Waiting {
    batch: Batch,
    partitions: Vec<u32>,
}

/// So many rows wait at the most.
const WAITING_ROWS_MAX: usize = 1024;

/// What is known of a partition besides its rows.
#[derive(Default)]
struct Best {
    /// How many rows there are, equal ones counted.
    total: u64,
    /// The least places, by the first two sort keys, of all rows that ever came: as many as the limit allows, the greatest last.
    places: SmallVec<[(i64, i64); 1]>,
}

impl Best {
    /// The place behind which rows are hopeless.
    fn cut(&self, limit: u64) -> (i64, i64) {
        let limit = looked_at(limit);
        self.places.last().copied().filter(|_| self.places.len() == limit).unwrap_or((i64::MAX, i64::MAX))
    }

    /// Notes a row in a place that is not hopeless.
    fn note(&mut self, place: (i64, i64), limit: u64) {
        self.places.truncate(looked_at(limit) - 1);
        self.places.insert(self.places.partition_point(|other| *other <= place), place);
    }
}

/// How many rows are looked at: of a partition that gives none out its first one as well, so that its window is known.
fn looked_at(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).max(1)
}

/// A row given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    row: u32,
    rank: u64,
}

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
        if let Some(hidden) = shape.split_watermark_column {
            types.truncate(hidden);
        }
        let mut row_types = types.clone();
        if shape.ties != Ties::ByColumns {
            assert!(shape.retracts == Retracts::Never, "a row that is taken back has no number");
            shape.order.push(SortKey { column: types.len(), descending: shape.ties == Ties::LastCome, nulls_first: false });
            row_types.push(DataType::BigInt);
        }
        Rank {
            partitions: Partitions::new(shape.keys.clone(), &row_types, shape.ttl),
            windows: shape.deadline.map(|end| PartitionWindows::new(end, shape.split_watermark_column)),
            shape,
            on_error,
            types,
            arrival: 0,
            waiting: Waiting::default(),
            trimmed: Vec::new(),
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

    /// Leaves out the rows that have too many others before them; gives the others with the numbers of their partitions. Hot: once per batch.
    fn contenders(&mut self, batch: Batch) -> (Batch, Numbers) {
        let Some(limit) = self.final_limit().filter(|_| !self.shape.order.is_empty()) else {
            let numbers = self.partitions.partitions_of(&batch);
            return (batch, numbers);
        };
        let (mut rows, mut partitions) = (Vec::new(), Vec::new());
        let numbers = match self.partitions.runs_of(&batch) {
            Some(runs) => {
                let mut from = 0;
                for Run { group, end } in runs {
                    self.contenders_of_run(&batch, from..end, group, limit, &mut rows);
                    partitions.resize(rows.len(), group);
                    from = end;
                }
                self.partitions.numbers_of(partitions)
            }
            None => {
                let mut numbers = self.partitions.partitions_of(&batch);
                for (row, partition) in numbers.partitions.iter().enumerate() {
                    if self.contends(&batch, row, *partition, limit) {
                        rows.push(row as u32);
                        partitions.push(*partition);
                    }
                }
                numbers.partitions = partitions;
                numbers
            }
        };
        if rows.len() == batch.rows() {
            return (batch, numbers);
        }
        (batch.gather(&Selection::Rows(rows)), numbers)
    }

    /// As `contenders`, of rows of one partition, by 64 rows at a time: the cut only comes nearer.
    fn contenders_of_run(&mut self, batch: &Batch, run: Range<usize>, partition: u32, limit: u64, rows: &mut Vec<u32>) {
        for from in run.clone().step_by(64) {
            let first = &self.shape.order[0];
            let cut = self.partitions.more(partition).cut(limit).0;
            let mut bits = row_order::not_behind(cut, first, &batch.columns[first.column], from..run.end.min(from + 64));
            while bits != 0 {
                let row = from + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if self.contends(batch, row, partition, limit) {
                    rows.push(row as u32);
                }
            }
        }
    }

    /// Whether not too many others are before a row; if so, it is noted. Hot: once per row.
    fn contends(&mut self, batch: &Batch, row: usize, partition: u32, limit: u64) -> bool {
        let place = row_order::places(&self.shape.order, &batch.columns, row);
        let best = self.partitions.more_mut(partition);
        let contends = place <= best.cut(limit);
        if contends {
            best.note(place, limit);
        }
        contends
    }

    /// Whether rows wait before they come into a list: where nothing is given out before windows close, and soon others are better.
    fn has_waiting_rows(&self) -> bool {
        self.windows.is_some() && self.shape.emit == Emit::OnClose && self.shape.ttl.is_none() && self.final_limit().is_some()
    }

    /// Puts those of the waiting rows into their lists that are still among the best.
    fn settle(&mut self, out: &mut Output) -> Result<()> {
        let Waiting { mut batch, mut partitions } = std::mem::take(&mut self.waiting);
        if let Some(limit) = self.final_limit() {
            let place = |row: usize| row_order::places(&self.shape.order, &batch.columns, row);
            let is_good = |row: usize| place(row) <= self.partitions.more(partitions[row]).cut(limit);
            let good = Selection::All(batch.rows()).filter(is_good);
            partitions = good.iter().map(|row| partitions[row]).collect();
            batch = batch.gather(&good);
        }
        let numbers = self.partitions.numbers_of(partitions);
        self.put_in(&batch, numbers, out)
    }

    /// Puts rows into the lists of their partitions, and gives out what that changes.
    fn put_in(&mut self, batch: &Batch, mut numbers: Numbers, out: &mut Output) -> Result<()> {
        self.partitions.number_rows(batch, &mut numbers);
        let changing = if self.shape.emit == Emit::OnChange { numbers.touched.as_slice() } else { &[] };
        let before: Vec<Vec<Ranked>> = changing.iter().map(|partition| self.given(*partition)).collect();
        for at in 0..batch.rows() {
            self.apply(batch, at, &numbers, out)?;
        }
        let mut changes = Changes::default();
        for (partition, before) in changing.iter().zip(before) {
            self.note_changes(before, self.given(*partition), &mut changes);
        }
        if !changes.rows.is_empty() {
            out.emit(self.result(changes, batch.last_stamp()));
        }
        self.sweep(numbers);
        Ok(())
    }

    /// The limit, where rows behind it never come before it again. Those of a dense rank stay: their rank is found by counting alone.
    fn final_limit(&self) -> Option<u64> {
        let is_final = self.shape.retracts == Retracts::Never && self.shape.function != RankFunction::DenseRank;
        self.shape.limit.filter(|_| is_final)
    }

    /// Takes one row. Hot: once per row.
    fn apply(&mut self, batch: &Batch, at: usize, numbers: &Numbers, out: &mut Output) -> Result<()> {
        let (partition, row, comes) = (numbers.partitions[at], numbers.rows[at], batch.kind(at).sign() > 0);
        if self.partitions.step_in_order(partition, row, comes, &self.shape.order) == Step::Strays {
            return set_aside(batch, at, &self.types, "a row is taken back that is not there", self.on_error, out);
        }
        let total = &mut self.partitions.more_mut(partition).total;
        *total = if comes { *total + 1 } else { *total - 1 };
        if let Some(limit) = self.final_limit() {
            self.trim(partition, limit);
        }
        Ok(())
    }

    /// Forgets rows behind the limit.
    fn trim(&mut self, partition: u32, limit: u64) {
        while self.partitions.more(partition).total > limit {
            let list = self.partitions.list(partition);
            let Some(last) = list.last().copied() else { return };
            // As many as have the last rank: of a number, each row has its own.
            let equals = match self.shape.function {
                RankFunction::RowNumber => 1,
                _ => {
                    let equal = |row: &&u32| self.compare_order(**row, last) == Ordering::Equal;
                    list.iter().rev().take_while(equal).map(|row| self.partitions.count(*row)).sum()
                }
            };
            if self.partitions.more(partition).total - equals < limit {
                return;
            }
            self.partitions.more_mut(partition).total -= 1;
            if self.partitions.step(last, false) == Step::Goes {
                self.trimmed.extend(self.partitions.list_mut(partition).pop());
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
            for _ in 0..self.partitions.count(*row) {
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
        self.ranked(self.partitions.list(partition), self.shape.limit.unwrap_or(u64::MAX))
    }

    fn compare_order(&self, a: u32, b: u32) -> Ordering {
        row_order::by_keys(&self.shape.order, self.partitions.columns(), a, b)
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

    fn result(&self, changes: Changes, stamp: Nanos) -> Batch {
        let Changes { rows, ranks, kinds } = changes;
        let given = &self.partitions.columns()[..self.types.len()];
        let mut columns: Vec<Column> = given.iter().map(|column| column.gather_rows(&rows)).collect();
        if self.shape.gives_rank {
            columns.push(Column::from_values(Values::I64(ranks)));
        }
        let mut batch = Batch::new(columns, rows.len(), stamp);
        batch.kinds = (self.shape.emit == Emit::OnChange).then_some(kinds);
        batch
    }

    /// Forgets rows that are there no longer, and partitions without rows; those of windows stay until these are over.
    fn sweep(&mut self, numbers: Numbers) {
        match self.windows {
            None => self.partitions.sweep(numbers, self.trimmed.drain(..)),
            Some(_) => self.partitions.sweep_within(numbers, self.trimmed.drain(..)),
        }
    }
}

impl Operator for Rank {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let batch = match &self.windows {
            Some(windows) => windows.in_time(batch, out),
            None => batch,
        };
        let batch = self.numbered(batch);
        let made = self.partitions.known().made();
        let (batch, numbers) = self.contenders(batch);
        if let Some(windows) = &mut self.windows {
            windows.note_new(&batch, &numbers.partitions, self.partitions.known(), made);
        }
        if !self.has_waiting_rows() {
            return self.put_in(&batch, numbers, out);
        }
        self.waiting.batch.append(&batch);
        self.waiting.partitions.extend_from_slice(&numbers.partitions);
        self.partitions.keep(numbers);
        if self.waiting.batch.rows() > WAITING_ROWS_MAX { self.settle(out) } else { Ok(()) }
    }

    fn watermark(&mut self, watermark: Watermark, out: &mut Output) -> Result<Progress> {
        let Some(windows) = &mut self.windows else { return Ok(Progress::Done) };
        windows.pass(watermark.time);
        if windows.has_over() && !self.waiting.partitions.is_empty() {
            self.settle(out)?;
        }
        let (mut changes, mut over) = (Changes::default(), Vec::new());
        while changes.rows.len().max(over.len()) < TIMER_ROWS_PER_TURN
            && let Some(partition) = self.windows.as_mut().and_then(PartitionWindows::next_over)
        {
            if self.shape.emit == Emit::OnClose {
                let given = self.given(partition).into_iter().filter(|ranked| ranked.rank > self.shape.offset);
                given.for_each(|ranked| changes.push(&ranked, RowKind::Insert));
            }
            over.push(partition);
        }
        let is_done = changes.rows.len().max(over.len()) < TIMER_ROWS_PER_TURN;
        if !changes.rows.is_empty() {
            out.emit(self.result(changes, watermark.stamp));
        }
        over.into_iter().for_each(|partition| self.partitions.forget(partition));
        Ok(if is_done { Progress::Done } else { Progress::More })
    }

    fn state_bytes(&self) -> usize {
        let windows = self.windows.as_ref().map_or(0, PartitionWindows::state_bytes);
        let spilled = |best: &Best| if best.places.spilled() { best.places.capacity() * size_of::<(i64, i64)>() } else { 0 };
        let waiting = self.waiting.batch.columns.iter().map(Column::memory_bytes).sum::<usize>();
        self.partitions.state_bytes(spilled) + windows + waiting + self.waiting.partitions.capacity() * size_of::<u32>()
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
                deadline: None,
                split_watermark_column: None,
                emit: Emit::OnChange,
                retracts,
                ttl: None,
            },
            OnError::SetAside,
            TYPES.to_vec(),
        )
    }

    /// The same, of windows that end at the first column.
    fn of_windows(rank: Rank, emit: Emit) -> Rank {
        let deadline = Some(Deadline { column: 0, after: 0 });
        Rank::new(RankShape { deadline, emit, ..rank.shape }, OnError::SetAside, TYPES.to_vec())
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
            assert!(known.is_empty() && rank.partitions.is_empty());
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
        assert!(limit.is_none_or(|limit| rank.partitions.rows() as u64 <= 4 * limit), "{} rows", rank.partitions.rows());
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
                assert!(rank.partitions.rows() <= 12, "{} rows", rank.partitions.rows());
            }
        }
    }

    /// Windows that end at a number of the first column, which are given out in turn.
    fn check_windows(function: RankFunction, limit: Option<u64>, offset: u64, gives_rank: bool) {
        let mut random = fastrand::Rng::with_seed(limit.unwrap_or(9) + u64::from(gives_rank) * 100);
        let mut rank = of_windows(ranking(function, limit, offset, gives_rank, Retracts::Never), Emit::OnClose);
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
        assert!(rank.partitions.is_empty() && rank.windows.is_some_and(|windows| windows.is_empty()));
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
    fn rows_wait_until_they_are_many() {
        for function in [RankFunction::RowNumber, RankFunction::Rank] {
            let mut rank = of_windows(ranking(function, Some(3), 0, true, Retracts::Never), Emit::OnClose);
            let (mut there, mut most, mut out) = (Vec::<Row>::new(), 0, Output::default());
            for n in 0..60 {
                // Each better than all before it, some of them twice.
                let row = |at: i64| vec![Value::Int(at % 3), Value::Int((n * 50 + at) / 6), Value::text("a")];
                let rows: Vec<_> = (0..50).map(|at| (row(at), true)).collect();
                there.extend(rows.iter().map(|(row, _)| row.clone()));
                rank.process(batch(&rows), &mut out).expect("takes rows");
                most = most.max(rank.waiting.batch.rows());
            }
            assert!(most > WAITING_ROWS_MAX / 2 && most <= WAITING_ROWS_MAX, "{most} rows wait");
            rank.watermark(Watermark { time: 3, stamp: 1 }, &mut out).expect("takes a watermark");
            let mut known = BTreeMap::new();
            play(&mut known, &mut out, true);
            assert_eq!(known, naive(&rank.shape, &there), "{function:?}");
            assert!(rank.partitions.is_empty() && rank.waiting.batch.is_empty());
        }
    }

    /// Rows of windows that come and go, given out as they change, until the watermark has passed their windows.
    fn check_changes_of_windows(function: RankFunction, limit: Option<u64>, gives_rank: bool) {
        let mut random = fastrand::Rng::with_seed(limit.unwrap_or(9) + u64::from(gives_rank) * 100);
        let mut rank = of_windows(ranking(function, limit, 0, gives_rank, Retracts::Maybe), Emit::OnChange);
        let (mut there, mut known, mut out) = (Vec::<Row>::new(), BTreeMap::new(), Output::default());
        for turn in 0..60 {
            let over = turn / 15;
            let mut rows = Vec::new();
            for _ in 0..random.usize(1..10) {
                let place = random.usize(..there.len().max(1));
                let goes = there.get(place).is_some_and(|row| number(&row[0]) > over) && random.u8(..3) == 0;
                let order = if random.u8(..8) == 0 { Value::Null } else { Value::Int(random.i64(0..4)) };
                let comes = vec![Value::Int(random.i64(0..4)), order, Value::text(["a", "b"][random.usize(..2)])];
                rows.push(if goes { (there.swap_remove(place), false) } else { (comes, true) });
            }
            let late = rows.iter().filter(|(row, _)| number(&row[0]) <= over).count() as u64;
            there.extend(rows.iter().filter(|(row, comes)| *comes && number(&row[0]) > over).map(|(row, _)| row.clone()));
            out.late_rows = 0;
            rank.watermark(Watermark { time: over - 1, stamp: 1 }, &mut out).expect("takes a watermark");
            rank.process(batch(&rows), &mut out).expect("takes rows");
            assert_eq!((out.late_rows, out.aside.len()), (late, 0), "behind {over}");
            play(&mut known, &mut out, gives_rank);
            assert_eq!(known, naive(&rank.shape, &there), "{function:?} up to {limit:?}, batch {turn}");
        }
        rank.watermark(Watermark { time: 3, stamp: 1 }, &mut out).expect("takes a watermark");
        assert!(out.batches.is_empty() && rank.partitions.is_empty() && rank.windows.is_some_and(|windows| windows.is_empty()));
    }

    #[test]
    fn windows_that_are_given_out_as_they_change_are_forgotten_when_they_are_over() {
        for function in [RankFunction::RowNumber, RankFunction::Rank, RankFunction::DenseRank] {
            for limit in [None, Some(1), Some(3)] {
                check_changes_of_windows(function, limit, false);
                check_changes_of_windows(function, limit, true);
            }
        }
    }

    #[test]
    fn state_does_not_grow_with_the_number_of_windows() {
        let mut rank = of_windows(ranking(RankFunction::RowNumber, Some(2), 0, true, Retracts::Never), Emit::OnClose);
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
        assert!(rank.partitions.is_empty());
    }
}

//! Rows that wait until the watermark has passed them, given out in the order of event time; those of one time by further sort keys, and by all of
//! their columns, so that the order does not depend on how they came.
//!
//! ```text
//!   chunks:  [3 5 8 9]  [4 4 7]  ...     each in order of time; `next`: the first time of each that is left
//! ```
//! Rows that come in order lie in few chunks. What the watermark has passed is taken off the fronts and sorted.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::batch::order::is_ascending;
use crate::batch::{Column, Values};
use crate::operator::row_order;
use crate::types::EventTime;
use crate::types::relation::SortKey;

/// Rows of a chunk from which it takes no more.
const CHUNK_ROWS: usize = 1024;

/// Rows that wait for their time.
pub struct Waiting {
    time_column: usize,
    order: Vec<SortKey>,
    chunks: Vec<Option<Chunk>>,
    free: Vec<usize>,
    /// The chunk made last.
    newest: usize,
    next: BinaryHeap<Reverse<(EventTime, usize)>>,
    /// Rows whose time has come, and how many of them have been given out.
    due: Chunk,
}

#[derive(Default)]
struct Chunk {
    columns: Vec<Column>,
    /// Rows in front that have been given out.
    given: usize,
}

impl Chunk {
    fn len(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// Takes the rows up to number `to`; of these and those behind them, the fewer are copied.
    fn take(&mut self, to: usize) -> Vec<Column> {
        let (from, len) = (std::mem::replace(&mut self.given, to), self.len());
        if from > 0 || to < len / 2 {
            return self.columns.iter().map(|column| column.slice(from..to)).collect();
        }
        self.given = 0;
        let rest = self.columns.iter().map(|column| column.slice(to..len)).collect();
        let mut taken = std::mem::replace(&mut self.columns, rest);
        taken.iter_mut().for_each(|column| column.truncate(to));
        taken
    }

    fn state_bytes(&self) -> usize {
        self.columns.iter().map(Column::memory_bytes).sum()
    }
}

/// The times of a column without NULLs.
fn times(columns: &[Column], time_column: usize) -> &[EventTime] {
    match columns.get(time_column).map(|column| &column.values) {
        Some(Values::I64(times)) => times,
        _ => &[],
    }
}

impl Waiting {
    /// No rows; their times stand in this column, by which they are ordered first.
    pub fn new(time_column: usize, order: Vec<SortKey>) -> Waiting {
        Waiting {
            time_column,
            order,
            chunks: Vec::new(),
            free: Vec::new(),
            newest: 0,
            next: BinaryHeap::new(),
            due: Chunk::default(),
        }
    }

    /// Takes rows, none without a time. Hot: once per batch.
    pub fn add(&mut self, mut columns: Vec<Column>) {
        let own = times(&columns, self.time_column);
        if own.is_empty() {
            return;
        }
        if !is_ascending(own) {
            let mut rows: Vec<u32> = (0..own.len() as u32).collect();
            rows.sort_by_key(|row| own[*row as usize]);
            columns = columns.iter().map(|column| column.gather_rows(&rows)).collect();
        }
        let first = times(&columns, self.time_column)[0];
        if let Some(Some(newest)) = self.chunks.get_mut(self.newest)
            && newest.len() < CHUNK_ROWS
            && times(&newest.columns, self.time_column).last().is_some_and(|last| *last <= first)
        {
            newest.columns.iter_mut().zip(&columns).for_each(|(own, more)| own.append(more));
            return;
        }
        let chunk = Some(Chunk { columns, given: 0 });
        self.newest = match self.free.pop() {
            Some(place) => {
                self.chunks[place] = chunk;
                place
            }
            None => {
                self.chunks.push(chunk);
                self.chunks.len() - 1
            }
        };
        self.next.push(Reverse((first, self.newest)));
    }

    /// The next rows before the watermark, in their order, and how many they are: as many as there is room for, of which they take theirs.
    pub fn due(&mut self, watermark: EventTime, room: &mut usize) -> Option<(Vec<Column>, usize)> {
        self.advance(watermark);
        let columns = if *room > 0 { self.take(*room)? } else { return None };
        let rows = columns.first().map_or(0, Column::len);
        *room = room.saturating_sub(rows);
        Some((columns, rows))
    }

    /// Makes the rows before `watermark` due; at the end of time all are.
    fn advance(&mut self, watermark: EventTime) {
        if self.due.given < self.due.len() {
            // What is due is given out first: the watermark comes again.
            return;
        }
        self.due = Chunk::default();
        let is_due = |time: EventTime| time < watermark || watermark == EventTime::MAX;
        while let Some(Reverse((_, place))) = self.next.peek().copied().filter(|Reverse((time, _))| is_due(*time)) {
            self.next.pop();
            let Some(chunk) = &mut self.chunks[place] else { continue };
            let own = times(&chunk.columns, self.time_column);
            let end = chunk.given + own[chunk.given..].partition_point(|time| is_due(*time));
            match own.get(end) {
                Some(time) => self.next.push(Reverse((*time, place))),
                None => self.free.push(place),
            }
            let is_over = end == own.len();
            let columns = chunk.take(end);
            if is_over {
                self.chunks[place] = None;
            }
            match self.due.columns.is_empty() {
                true => self.due.columns = columns,
                false => self.due.columns.iter_mut().zip(&columns).for_each(|(own, more)| own.append(more)),
            }
        }
        self.sort_due();
    }

    fn sort_due(&mut self) {
        let (columns, own) = (&self.due.columns, times(&self.due.columns, self.time_column));
        if own.windows(2).all(|pair| pair[0] < pair[1]) {
            return;
        }
        let mut rows: Vec<u32> = (0..own.len() as u32).collect();
        rows.sort_by(|a, b| {
            let by_time = own[*a as usize].cmp(&own[*b as usize]);
            by_time.then_with(|| row_order::order(&self.order, columns, *a, *b))
        });
        self.due.columns = columns.iter().map(|column| column.gather_rows(&rows)).collect();
    }

    /// The next rows that are due: about `room` of them, and all that have the time of the last of these.
    fn take(&mut self, room: usize) -> Option<Vec<Column>> {
        let own = times(&self.due.columns, self.time_column);
        if self.due.given >= own.len() {
            return None;
        }
        let mut end = (self.due.given + room.max(1)).min(own.len());
        while end < own.len() && own[end] == own[end - 1] {
            end += 1;
        }
        let columns = self.due.take(end);
        if self.due.given >= self.due.len() {
            self.due = Chunk::default();
        }
        Some(columns)
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.chunks.iter().flatten().map(Chunk::state_bytes).sum::<usize>() + self.due.state_bytes()
    }
}

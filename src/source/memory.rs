//! Rows and watermarks from memory: for tests. No SQL name; built directly.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use crate::batch::RowKind;
use crate::error::Result;
use crate::format::Decoded;
use crate::types::{EventTime, Nanos, Value};

/// What a split gives, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum MemoryEvent {
    /// Rows with a value for every column of the table. Cut where a poll asks for fewer.
    Rows(Vec<Vec<Value>>),
    /// Rows with their kinds, of a table that is a changelog.
    Changes(Vec<(RowKind, Vec<Value>)>),
    /// No row at or before this time will follow in this split.
    Watermark(EventTime),
}

/// A source of events held in memory. Split i belongs to shard i % shards.
#[derive(Debug, Clone)]
pub struct MemorySource {
    splits: Arc<Vec<Vec<MemoryEvent>>>,
    boundedness: Boundedness,
}

impl MemorySource {
    /// A source with these splits. Values must be of the representation of the table's columns.
    pub fn new(splits: Vec<Vec<MemoryEvent>>) -> Self {
        Self { splits: Arc::new(splits), boundedness: Boundedness::Bounded }
    }

    /// The same, for plans that must not count on the end.
    #[must_use]
    pub fn endless(self) -> Self {
        Self { boundedness: Boundedness::Unbounded, ..self }
    }
}

impl Source for MemorySource {
    fn describe(&self) -> String {
        format!("memory ({} splits)", self.splits.len())
    }

    fn boundedness(&self) -> Boundedness {
        self.boundedness
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let cursors = (shard..self.splits.len()).step_by(shards).map(|index| Cursor { index, event: 0, row: 0 });
        let turns: VecDeque<(usize, Cursor)> = cursors.enumerate().collect();
        let (splits, projection) = (self.splits.clone(), projection.clone());
        Ok(Box::new(MemoryReader { splits, projection, count: turns.len(), turns, stopped: false }))
    }
}

/// Place in one split.
#[derive(Debug)]
struct Cursor {
    index: usize,
    event: usize,
    row: usize,
}

impl Cursor {
    /// Moves past at most `rows_max` of the `rows` rows of the event at hand; gives which.
    fn part(&mut self, rows: usize, rows_max: usize) -> Range<usize> {
        let part = self.row..rows.min(self.row + rows_max.max(1));
        self.row = part.end;
        if part.end == rows {
            (self.event, self.row) = (self.event + 1, 0);
        }
        part
    }
}

struct MemoryReader {
    splits: Arc<Vec<Vec<MemoryEvent>>>,
    projection: Projection,
    count: usize,
    /// Splits that go on, the next one to poll first.
    turns: VecDeque<(usize, Cursor)>,
    stopped: bool,
}

impl Reader for MemoryReader {
    fn splits(&self) -> usize {
        self.count
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        if self.stopped {
            return Ok(Polled::End);
        }
        let Some((split, mut cursor)) = self.turns.pop_front() else { return Ok(Polled::End) };
        let polled = match self.splits[cursor.index].get(cursor.event) {
            None => return Ok(Polled::SplitEnd { split }),
            Some(MemoryEvent::Watermark(time)) => {
                cursor.event += 1;
                Polled::Watermark { split, time: *time }
            }
            Some(MemoryEvent::Rows(rows)) => {
                let part = cursor.part(rows.len(), rows_max);
                fill(rows[part].iter(), &self.projection, into);
                Polled::Rows { split, stamp: now }
            }
            Some(MemoryEvent::Changes(changes)) => {
                let part = &changes[cursor.part(changes.len(), rows_max)];
                fill(part.iter().map(|(_, row)| row), &self.projection, into);
                into.kinds = Some(part.iter().map(|(kind, _)| *kind).collect());
                Polled::Rows { split, stamp: now }
            }
        };
        self.turns.push_back((split, cursor));
        Ok(polled)
    }

    fn stop(&mut self) {
        self.stopped = true;
    }
}

fn fill<'a>(rows: impl ExactSizeIterator<Item = &'a Vec<Value>> + Clone, projection: &Projection, into: &mut Decoded) {
    for (column, &index) in into.columns.iter_mut().zip(projection) {
        rows.clone().for_each(|row| column.push(&row[index]));
    }
    into.rows += rows.len();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::DataType;

    #[test]
    fn events_come_in_order_and_cut_to_the_batch() {
        let rows = |from: i64, to: i64| MemoryEvent::Rows((from..to).map(|n| vec![Value::Null, Value::Int(n)]).collect());
        let source = MemorySource::new(vec![vec![rows(0, 5), MemoryEvent::Watermark(9), rows(5, 6)], vec![rows(10, 11)]]);
        let mut reader = source.open(0, 1, &vec![1]).expect("open");
        let (mut seen, mut marks) = (Vec::new(), Vec::new());
        loop {
            let mut into = Decoded::new(&[DataType::BigInt], 4);
            match reader.poll(1, 2, &mut into).expect("poll") {
                Polled::End => break,
                Polled::Watermark { split, time } => marks.push((split, time, seen.len())),
                _ => seen.extend((0..into.rows).map(|row| into.columns[0].value(row, &DataType::BigInt))),
            }
            assert!(into.rows <= 2);
        }
        assert_eq!(seen, [0, 1, 10, 2, 3, 4, 5].map(Value::Int));
        assert_eq!(marks, [(0, 9, 6)]);
    }
}

//! VALUES as a source: constant rows, read once, by shard 0.

use std::sync::Arc;

use crate::error::Result;
use crate::format::Decoded;
use crate::source::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use crate::types::{Nanos, Value};

/// Constant rows.
#[derive(Debug)]
pub struct ValuesSource {
    /// Rows of equal length.
    pub rows: Arc<Vec<Vec<Value>>>,
}

impl Source for ValuesSource {
    fn describe(&self) -> String {
        format!("values ({} rows)", self.rows.len())
    }

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn bytes(&self) -> Option<u64> {
        Some(bytes_of(&self.rows))
    }

    fn open(&self, shard: usize, _shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let row = |row: &Vec<Value>| projection.iter().map(|&c| row[c].clone()).collect();
        let state = if shard == 0 { State::Rows } else { State::Ended };
        Ok(Box::new(ValuesReader { rows: self.rows.iter().map(row).collect(), next: 0, splits: usize::from(shard == 0), state }))
    }
}

/// About as many bytes as rows take.
pub fn bytes_of(rows: &[Vec<Value>]) -> u64 {
    let of = |value: &Value| if let Value::Str(text) = value { text.len() } else { 0 };
    rows.iter().flatten().map(|value| (size_of::<Value>() + of(value)) as u64).sum()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Rows,
    Ended,
}

#[derive(Debug)]
struct ValuesReader {
    rows: Vec<Vec<Value>>,
    next: usize,
    splits: usize,
    state: State,
}

impl Reader for ValuesReader {
    fn splits(&self) -> usize {
        self.splits
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        if self.state == State::Ended {
            return Ok(Polled::End);
        }
        if self.next >= self.rows.len() {
            self.state = State::Ended;
            return Ok(Polled::SplitEnd { split: 0 });
        }
        let end = self.rows.len().min(self.next + rows_max.max(1));
        for row in &self.rows[self.next..end] {
            for (column, value) in into.columns.iter_mut().zip(row) {
                column.push(value);
            }
            into.rows += 1;
        }
        self.next = end;
        Ok(Polled::Rows { split: 0, stamp: now })
    }

    fn stop(&mut self) {
        self.next = self.rows.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::DataType;

    #[test]
    fn rows_come_once_and_on_one_shard() {
        let rows = (0..5).map(|n| vec![Value::Null, Value::Int(n)]).collect();
        let source = ValuesSource { rows: Arc::new(rows) };
        let mut into = Decoded::new(&[DataType::Int], 8);
        let mut reader = source.open(0, 2, &vec![1]).expect("opens");
        while reader.poll(7, 2, &mut into).expect("polls") != Polled::End {}
        assert_eq!(into.rows, 5);
        assert_eq!(into.columns[0].value(4, &DataType::Int), Value::Int(4));
        let mut other = source.open(1, 2, &vec![1]).expect("opens");
        assert_eq!(other.poll(7, 2, &mut into).expect("polls"), Polled::End);
    }
}

//! How the rows of tables come: in splits, each with a watermark, in the order of time or late.

use corelane::source::memory::MemoryEvent;
use corelane::types::Value;
use fastrand::Rng;

use super::query::Query;

const MILLISECOND: i64 = 1_000_000;
/// By how many milliseconds the watermark is behind.
const DELAYS: [i64; 3] = [1, 20_000, 7_200_000];
/// By how many milliseconds rows are later than the watermark allows, where they may be.
const LATENESS: i64 = 40_000;

/// Whether rows may come behind the watermark of their split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    Never,
    NowAndThen,
}

/// The rows of a table in splits.
pub struct Input {
    delay: i64,
    /// By how many milliseconds a row may be out of the order of time.
    disorder: i64,
    splits: Vec<Vec<Vec<Value>>>,
}

impl Input {
    /// These rows in one to three splits.
    pub fn random(rng: &mut Rng, rows: &[Vec<Value>], lateness: Lateness) -> Input {
        let delay = DELAYS[rng.usize(..DELAYS.len())];
        let disorder = if lateness == Lateness::Never { delay } else { delay + LATENESS };
        Input { delay, disorder, splits: random_splits(rng, rows, disorder) }
    }

    /// The same rows in other splits.
    pub fn again(&self, rng: &mut Rng) -> Input {
        let splits = random_splits(rng, &self.splits.concat(), self.disorder);
        Input { splits, ..*self }
    }

    /// The tables that the query reads, as the engine reads them: `t`, and `versions` of its rows by its first column.
    pub fn tables(&self, query: &Query) -> String {
        let columns = query.schema.declared();
        let seconds = format!("{}.{:03}", self.delay / 1000, self.delay % 1000);
        let table = |name: &str, key: &str| {
            let watermark = format!("WATERMARK FOR ts AS ts - INTERVAL '{seconds}' SECOND");
            format!("CREATE TABLE {name} ({columns}, {watermark}{key}) WITH ('connector' = 'memory');\n")
        };
        let key = format!(", PRIMARY KEY ({}) NOT ENFORCED", query.schema.columns[0].name);
        let versions = if query.reads_versions() { table("versions", &key) } else { String::new() };
        table("t", "") + &versions
    }

    /// The splits as a source gives them.
    pub fn events(&self, rng: &mut Rng) -> Vec<Vec<MemoryEvent>> {
        let mut pieces = |mut rest: &[Vec<Value>]| {
            let mut events = Vec::new();
            while !rest.is_empty() {
                let (head, tail) = rest.split_at(rng.usize(1..=rest.len()));
                events.push(MemoryEvent::Rows(head.to_vec()));
                rest = tail;
            }
            events
        };
        self.splits.iter().map(|split| pieces(split)).collect()
    }

    /// The rows, each with the watermark of its split before it.
    pub fn marked(&self) -> Vec<(Vec<Value>, Option<i64>)> {
        let mut rows = Vec::new();
        for split in &self.splits {
            let mut mark = None;
            for row in split {
                rows.push((row.clone(), mark));
                mark = mark.max(time_of(row).map(|time| time - self.delay * MILLISECOND));
            }
        }
        rows
    }
}

/// Rows in splits, in the order of time in each, but for so many milliseconds.
fn random_splits(rng: &mut Rng, rows: &[Vec<Value>], disorder: i64) -> Vec<Vec<Vec<Value>>> {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(|row| match time_of(row) {
        Some(time) => time / MILLISECOND + rng.i64(0..disorder),
        None => rng.i64(-300_000..300_000),
    });
    let mut splits = vec![Vec::new(); rng.usize(1..4)];
    for row in rows {
        let split = rng.usize(..splits.len());
        splits[split].push(row);
    }
    splits
}

/// Its event time, which is the last of its values.
fn time_of(row: &[Value]) -> Option<i64> {
    match row.last() {
        Some(Value::Int(time)) => Some(*time),
        _ => None,
    }
}

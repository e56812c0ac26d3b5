//! What a table of the law is fed: rows that come, change and go, said row by row or by key, in splits, and SQLite's table beside it.
//!
//! All changes of a row come in one split, as those of a key do in a partition of Kafka. Times of some splits run ahead of those of others.

use std::collections::{BTreeMap, HashSet};

use corelane::batch::RowKind;
use corelane::types::Value;
use fastrand::Rng;

use super::SECOND;
use super::run::Steps;
use crate::oracle::{Kind, Query, Schema, database, names, to_sqlite};

/// Changes of an input where none is late; elsewhere up to twice as many.
const CHANGES_MAX: usize = 40;

/// Rows that are changed more often than others where changes may be late.
const RECENT: usize = 5;

/// How the input says what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Rows only come.
    Append,
    /// Rows that go are named as a whole.
    Retract,
    /// A row takes the place of the one with its key.
    Upsert,
}

/// How far the times of the rows lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// The watermark stays behind all of them until the end.
    Close,
    /// They go on, the watermark behind them, and what changes is not behind it.
    Moving,
    /// They go on, and rows come and go behind the watermark of their split.
    Late,
}

/// Whether a table has event time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventTime {
    Declared,
    None,
}

impl Times {
    /// How far the watermark is behind the rows, in seconds.
    pub fn delay(self) -> i64 {
        match self {
            Times::Close => 7_200,
            Times::Moving => 60,
            Times::Late => 10,
        }
    }

    /// How far a row may take its split on, in seconds.
    fn pace(self) -> i64 {
        if self == Times::Late { 5 } else { 14 }
    }

    /// The time of a row of a split that has come so far.
    fn draw(self, rng: &mut Rng, now: i64) -> i64 {
        let far = if self == Times::Late && rng.u8(0..3) == 0 { rng.i64(-100_000..-20_000) } else { rng.i64(-20_000..40_000) };
        now + far * (SECOND / 1000)
    }
}

impl Input {
    /// The table that is read.
    pub fn source(self) -> &'static str {
        if self == Input::Upsert { "keyed" } else { "t" }
    }

    /// The table `t`. The key of an upsert is none of its columns.
    pub fn table(self, schema: &Schema, time: EventTime, times: Times) -> String {
        let columns = schema.declared();
        let watermark = match time {
            EventTime::Declared => format!(", WATERMARK FOR ts AS ts - INTERVAL '{}' SECOND", times.delay()),
            EventTime::None => String::new(),
        };
        match self {
            Input::Append => format!("CREATE TABLE t ({columns}{watermark}) WITH ('connector' = 'memory');\n"),
            Input::Retract => {
                format!("CREATE TABLE t ({columns}{watermark}) WITH ('connector' = 'memory', 'changelog' = 'retract');\n")
            }
            Input::Upsert => format!(
                "CREATE TABLE keyed (id BIGINT, {columns}{watermark}, PRIMARY KEY (id) NOT ENFORCED) \
                 WITH ('connector' = 'memory', 'changelog' = 'upsert');\nCREATE VIEW t AS SELECT {} FROM keyed;\n",
                names(&schema.columns)
            ),
        }
    }

    /// What each of so many splits says of these changes, by batch.
    pub fn said(self, rng: &mut Rng, schema: &Schema, batches: &[Vec<Change>], splits: usize) -> Vec<Steps> {
        let mut said = |batches: &[Vec<Change>]| match self {
            Input::Upsert => batches.iter().map(|batch| batch.iter().map(|change| upsert(schema, change)).collect()).collect(),
            Input::Append | Input::Retract => changelog(rng, batches),
        };
        let of_split = |split: usize| {
            let of_batch = |batch: &Vec<Change>| batch.iter().filter(|change| change.split(splits) == split).cloned().collect();
            said(&batches.iter().map(of_batch).collect::<Vec<_>>())
        };
        (0..splits).map(of_split).collect()
    }
}

/// A row comes, has another content, or goes.
#[derive(Debug, Clone)]
pub enum Change {
    Insert(i64, Vec<Value>),
    Update(i64, Vec<Value>),
    Delete(i64),
}

impl Change {
    fn id(&self) -> i64 {
        let (Change::Insert(id, _) | Change::Update(id, _) | Change::Delete(id)) = self;
        *id
    }

    /// In which of so many splits it is.
    fn split(&self, splits: usize) -> usize {
        split_of(self.id(), splits)
    }
}

fn split_of(id: i64, splits: usize) -> usize {
    (id as usize) % splits
}

/// Rows with different times: which of two of one time is first would be left open.
struct Rows<'a> {
    schema: &'a Schema,
    times: Times,
    seen: HashSet<String>,
    /// Where the times of each split have come to.
    now: Vec<i64>,
    latest: Option<i64>,
}

impl Rows<'_> {
    /// A row of a split.
    fn next(&mut self, rng: &mut Rng, split: usize) -> Vec<Value> {
        self.now[split] += rng.i64(0..=self.times.pace() * (1 + split as i64)) * SECOND;
        loop {
            let mut row = self.schema.random_row(rng);
            if let (Times::Moving | Times::Late, Some(Value::Int(time))) = (self.times, row.last_mut()) {
                *time = self.times.draw(rng, self.now[split]);
            }
            if self.seen.insert(format!("{:?}", row.last())) {
                self.latest = time_of(&row).max(self.latest);
                return row;
            }
        }
    }

    /// Whether this row may change: where none may be late, it is not.
    fn may_change(&self, row: &[Value]) -> bool {
        let watermark = self.latest.map(|latest| latest - self.times.delay() * SECOND);
        self.times == Times::Late || time_of(row).is_none_or(|time| Some(time) > watermark)
    }
}

/// The time of a row, which is the last of its values.
pub fn time_of(row: &[Value]) -> Option<i64> {
    if let Some(Value::Int(time)) = row.last() { Some(*time) } else { None }
}

/// Batches of at most so many changes to rows that are there, which are in so many splits.
pub fn random_changes(
    rng: &mut Rng,
    schema: &Schema,
    (input, times): (Input, Times),
    splits: usize,
    batch_max: usize,
) -> Vec<Vec<Change>> {
    let mut rows = Rows { schema, times, seen: HashSet::new(), now: vec![-300 * SECOND; splits], latest: None };
    let (mut there, mut next, mut batches) = (Vec::<(i64, Vec<Value>)>::new(), 0, Vec::new());
    let (mut left, rest) = match times {
        Times::Late => (rng.usize(CHANGES_MAX..2 * CHANGES_MAX), rng.u8(4..8)),
        Times::Close | Times::Moving => (rng.usize(1..CHANGES_MAX), rng.u8(5..12)),
    };
    while left > 0 {
        let count = rng.usize(1..=batch_max.min(left));
        left -= count;
        let batch = (0..count).map(|_| {
            let what = if input == Input::Append { rest } else { rng.u8(0..rest) };
            // What came last is late for some of its windows.
            let old = if times == Times::Late && rng.bool() { there.len().saturating_sub(RECENT) } else { 0 };
            let place = rng.usize(old..there.len().max(1));
            match there.get_mut(place).filter(|(_, row)| what <= 2 && rows.may_change(row)) {
                None => {
                    there.push((next, rows.next(rng, split_of(next, splits))));
                    next += 1;
                    Change::Insert(next - 1, there[there.len() - 1].1.clone())
                }
                Some((id, row)) if what == 2 => {
                    *row = rows.next(rng, split_of(*id, splits));
                    Change::Update(*id, row.clone())
                }
                Some(_) => Change::Delete(there.swap_remove(place).0),
            }
        });
        batches.push(batch.collect());
    }
    batches
}

/// A row with its key; of one that goes the key alone.
fn upsert(schema: &Schema, change: &Change) -> (RowKind, Vec<Value>) {
    let (kind, id, row) = match change {
        Change::Insert(id, row) => (RowKind::Insert, id, row.clone()),
        Change::Update(id, row) => (RowKind::UpdateAfter, id, row.clone()),
        Change::Delete(id) => (RowKind::Delete, id, vec![Value::Null; schema.columns.len()]),
    };
    (kind, std::iter::once(Value::Int(*id)).chain(row).collect())
}

/// The changelog that says these changes, by batch. An update is -U and +U, or -D and +I.
fn changelog(rng: &mut Rng, batches: &[Vec<Change>]) -> Steps {
    let mut there: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    let mut of_change = |change: &Change| match change {
        Change::Insert(id, row) => {
            there.insert(*id, row.clone());
            vec![(RowKind::Insert, row.clone())]
        }
        Change::Update(id, row) => {
            let before = there.insert(*id, row.clone()).expect("a row that is there");
            let kinds = [[RowKind::UpdateBefore, RowKind::UpdateAfter], [RowKind::Delete, RowKind::Insert]][rng.usize(..2)];
            vec![(kinds[0], before), (kinds[1], row.clone())]
        }
        Change::Delete(id) => vec![(RowKind::Delete, there.remove(id).expect("a row that is there"))],
    };
    batches.iter().map(|batch| batch.iter().flat_map(&mut of_change).collect()).collect()
}

/// SQLite's table with the rows that are there. Windows keep rows that go too late, and a session the bounds that a row gave it: for queries of
/// windows the rows that have gone stay, marked.
pub struct Twin {
    pub database: rusqlite::Connection,
    keeps_gone: bool,
    delay: i64,
    /// The watermark of each split.
    marks: Vec<Option<i64>>,
    /// The row id of each row that is there.
    rows: BTreeMap<i64, i64>,
    next: i64,
}

impl Twin {
    /// Without rows, of a query of this kind over so many splits.
    pub fn of(query: &Query, kind: Kind, times: Times, splits: usize) -> Twin {
        let (database, delay) = (database(&query.schema, &[]), times.delay() * SECOND);
        Twin { database, keeps_gone: kind.is_of_windows(), delay, marks: vec![None; splits], rows: BTreeMap::new(), next: 0 }
    }

    pub fn apply(&mut self, schema: &Schema, change: &Change) {
        let split = change.split(self.marks.len());
        let mark = self.marks[split];
        if let Some(before) = self.rows.remove(&change.id()) {
            let went = if self.keeps_gone {
                let goes = mark.unwrap_or(i64::MIN);
                self.database.execute("UPDATE marks SET goes = ? WHERE number = ?", [goes, before])
            } else {
                self.database.execute("DELETE FROM t WHERE rowid = ?", [before])
            };
            assert_eq!(went, Ok(1), "{change:?}");
        }
        let (Change::Insert(_, row) | Change::Update(_, row)) = change else { return };
        let places = ", ?".repeat(schema.columns.len());
        let sql = format!("INSERT INTO t (rowid, {}) VALUES (?{places})", names(&schema.columns));
        let values = std::iter::once(self.next.into()).chain(row.iter().map(to_sqlite));
        assert_eq!(self.database.execute(&sql, rusqlite::params_from_iter(values)), Ok(1), "{change:?}");
        let marked = self.database.execute("INSERT INTO marks VALUES (?, ?, NULL)", rusqlite::params![self.next, mark]);
        assert_eq!(marked, Ok(1), "{change:?}");
        self.marks[split] = time_of(row).map(|time| time - self.delay).max(mark);
        self.rows.insert(change.id(), self.next);
        self.next += 1;
    }
}

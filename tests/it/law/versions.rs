//! Joins to versions, whose left rows come and go: behind every step the rows that are there, and whose time the watermark of both tables has
//! passed, are beside the version of their time; no others are.
//!
//! The naive side keeps all versions in a list, and looks through it. That a key is gone is said by the row that it had, and holds for the times
//! that the watermark of the table had not passed then, as does a version that comes late. What is at the watermark itself is not passed.

use corelane::batch::RowKind;
use corelane::types::Value;
use fastrand::Rng;

use super::output::{Output, Shown};
use super::run::{Job, Steps};
use super::{Pace, SECOND, queries};
use crate::oracle::{Agreed, check_seeds};

/// How far the watermarks of both tables are behind their rows, in seconds.
const DELAYS: [i64; 2] = [20, 5];

const STEPS: usize = 12;

/// Rows of both tables, and what is known of them so far.
#[derive(Default)]
struct Naive {
    /// Number, key and time of the left rows that are there.
    left: Vec<[i64; 3]>,
    /// Versions as they came.
    versions: Vec<Version>,
    watermarks: [Option<i64>; 2],
}

/// What a key has from a time on.
#[derive(Clone, Copy)]
struct Version {
    key: i64,
    /// None where the key is gone.
    value: Option<i64>,
    time: i64,
    /// The watermark of its table before it.
    mark: Option<i64>,
}

impl Naive {
    fn saw(&mut self, table: usize, time: i64) {
        self.watermarks[table] = Some(time - DELAYS[table]).max(self.watermarks[table]);
    }

    /// Some left rows come, and some go that the watermark has not passed.
    fn change_left(&mut self, rng: &mut Rng, now: i64, next: &mut i64) -> Vec<(RowKind, Vec<Value>)> {
        let mut said = Vec::new();
        for _ in 0..rng.usize(0..4) {
            let place = rng.usize(..self.left.len().max(1));
            let (kind, row) = match self.left.get(place).copied() {
                Some(row) if rng.bool() && Some(row[2]) > self.watermarks[0] => {
                    self.left.swap_remove(place);
                    ([RowKind::Delete, RowKind::UpdateBefore][rng.usize(..2)], row)
                }
                _ => {
                    *next += 1;
                    let row = [*next, rng.i64(0..3), now + rng.i64(-9..10)];
                    self.left.push(row);
                    (RowKind::Insert, row)
                }
            };
            self.saw(0, row[2]);
            said.push((kind, vec![Value::Int(row[0]), Value::Int(row[1]), Value::Int(row[2] * SECOND)]));
        }
        said
    }

    /// Some keys get a version, in order of time, and some go.
    fn change_right(&mut self, rng: &mut Rng, now: i64) -> Vec<(RowKind, Vec<Value>)> {
        let mut said = Vec::new();
        for _ in 0..rng.usize(0..3) {
            let (key, mark) = (rng.i64(0..3), self.watermarks[1]);
            let latest = self.versions.iter().map(|version| version.time).max().unwrap_or(now - 9);
            let current = self.versions.iter().rfind(|version| version.key == key && version.value.is_some());
            let is_there =
                self.versions.iter().rfind(|version| version.key == key).is_some_and(|version| version.value.is_some());
            let (kind, version, value) = match current.filter(|_| is_there && rng.u8(0..3) == 0) {
                Some(current) => (RowKind::Delete, Version { value: None, mark, ..*current }, current.value),
                None => {
                    let value = Some(rng.i64(0..100));
                    let time = (latest + rng.i64(1..4)).max(now - 4);
                    ([RowKind::Insert, RowKind::UpdateAfter][usize::from(is_there)], Version { key, value, time, mark }, value)
                }
            };
            self.versions.push(version);
            self.saw(1, version.time);
            said.push((kind, vec![Value::Int(key), value.map_or(Value::Null, Value::Int), Value::Int(version.time * SECOND)]));
        }
        said
    }

    /// The rows that are to be there, up to the watermark or all.
    fn answer(&self, join: &str, is_over: bool) -> Vec<String> {
        let [left, right] = self.watermarks;
        let watermark = left.min(right);
        let passed = |row: &&[i64; 3]| is_over || Some(row[2]) < watermark;
        let beside = |row: &[i64; 3]| {
            let holds = |version: &&Version| version.key == row[1] && version.time <= row[2] && version.mark <= Some(row[2]);
            match self.versions.iter().filter(holds).max_by_key(|version| version.time).and_then(|version| version.value) {
                Some(value) => Some(format!("[{}, {value}]", row[0])),
                None => (join == "LEFT JOIN").then(|| format!("[{}, NULL]", row[0])),
            }
        };
        let mut lines: Vec<String> = self.left.iter().filter(passed).filter_map(beside).collect();
        lines.sort();
        lines
    }
}

fn check(seed: u64) -> Result<Agreed, String> {
    let rng = &mut Rng::with_seed(seed);
    let join = ["JOIN", "LEFT JOIN"][rng.usize(..2)];
    let [left, right] = DELAYS;
    let sql = format!(
        "CREATE TABLE l (id BIGINT, k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '{left}' SECOND) \
         WITH ('connector' = 'memory', 'changelog' = 'retract');\n\
         CREATE TABLE r (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '{right}' SECOND, \
         PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory', 'changelog' = 'retract');\n\
         SELECT l.id, r.v FROM l {join} r FOR SYSTEM_TIME AS OF l.ts ON l.k = r.k;"
    );
    let (mut naive, mut next, mut inputs, mut answers) = (Naive::default(), 0, [Steps::new(), Steps::new()], Vec::new());
    for step in 0..STEPS {
        let now = step as i64 * 7;
        inputs[0].push(naive.change_left(rng, now, &mut next));
        inputs[1].push(naive.change_right(rng, now));
        answers.push(naive.answer(join, false));
    }
    answers.push(naive.answer(join, true));
    let (shards, batch_rows) = (rng.usize(1..=3), [1, 3, 1024][rng.usize(0..3)]);
    let mut shown = Shown::of(Output::Whole);
    let job = Job::new(&sql, &[("l", &inputs[..1]), ("r", &inputs[1..])], shards)?;
    let ran = job.run((shards, batch_rows), |step, written, _| {
        shown.apply(written, shards == 1)?;
        match shown.is(&answers[step]) {
            true => Ok(()),
            false => Err(format!("behind step {step} {:?} instead of {:?}", shown.lines(), answers[step])),
        }
    });
    match ran {
        Ok((0, 0)) => Ok(Agreed::on(!answers[STEPS].is_empty())),
        other => Err(format!("seed {seed}, {shards} shards, {batch_rows} rows, {join}: {other:?}\n{inputs:?}")),
    }
}

#[test]
fn joins_to_versions_of_rows_that_come_and_go_say_what_changed() {
    check_seeds(queries(Pace::AtOnce), check);
}

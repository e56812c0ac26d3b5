//! Lookup joins whose left rows come and go, in a table that changes: behind every step the rows that are there are beside what the table held when
//! they came.
//!
//! The naive side notes beside each left row what it met. In one step rows of one of the two tables change, so that what a row meets does not depend on
//! how shards interleave.

use corelane::batch::RowKind;
use corelane::types::Value;
use fastrand::Rng;

use super::output::{Output, Shown};
use super::run::{Job, Steps};
use super::{Pace, queries};
use crate::oracle::{Agreed, check_seeds};

const STEPS: usize = 16;

/// What changes of one step say.
type Said = Vec<(RowKind, Vec<Value>)>;

/// Rows of both tables.
#[derive(Default)]
struct Naive {
    /// Number and key of the left rows that are there, and the values that each met.
    left: Vec<(i64, i64, Vec<i64>)>,
    /// Key and value of those of the table.
    table: Vec<(i64, i64)>,
    /// Whether a row of the table takes the place of the one with its key.
    is_keyed: bool,
}

impl Naive {
    /// Some left rows come, now and then one that is there already, and some go.
    fn change_left(&mut self, rng: &mut Rng) -> Said {
        let mut said = Said::new();
        for _ in 0..rng.usize(1..5) {
            let there = rng.usize(..self.left.len().max(1));
            let (kind, (number, key)) = match self.left.get(there) {
                Some((number, key, _)) if rng.u8(0..3) == 0 => {
                    let gone = (*number, *key);
                    // Of equal rows the last one goes.
                    let last = self.left.iter().rposition(|(number, key, _)| (*number, *key) == gone).expect("it is there");
                    self.left.remove(last);
                    ([RowKind::Delete, RowKind::UpdateBefore][rng.usize(..2)], gone)
                }
                _ => {
                    let row = (rng.i64(0..5), rng.i64(0..4));
                    let met = self.table.iter().filter(|(key, _)| *key == row.1).map(|(_, value)| *value).collect();
                    self.left.push((row.0, row.1, met));
                    ([RowKind::Insert, RowKind::UpdateAfter][rng.usize(..2)], row)
                }
            };
            said.push((kind, vec![Value::Int(number), Value::Int(key)]));
        }
        said
    }

    /// Some rows of the table come, and some go if it says so.
    fn change_table(&mut self, rng: &mut Rng) -> Said {
        let mut said = Said::new();
        for _ in 0..rng.usize(1..4) {
            let (kind, (key, value)) = match self.table.len() {
                there @ 1.. if !self.is_keyed && rng.bool() => (RowKind::Delete, self.table.swap_remove(rng.usize(..there))),
                _ => {
                    let row = (rng.i64(0..3), rng.i64(0..100));
                    self.table.retain(|(key, _)| !self.is_keyed || *key != row.0);
                    self.table.push(row);
                    (RowKind::Insert, row)
                }
            };
            said.push((kind, vec![Value::Int(key), Value::Int(value)]));
        }
        said
    }

    /// The rows that are to be there.
    fn answer(&self, join: &str) -> Vec<String> {
        let beside = |(number, _, met): &(i64, i64, Vec<i64>)| match met.as_slice() {
            [] if join == "LEFT JOIN" => vec![format!("[{number}, NULL]")],
            met => met.iter().map(|value| format!("[{number}, {value}]")).collect(),
        };
        let mut lines: Vec<String> = self.left.iter().flat_map(beside).collect();
        lines.sort();
        lines
    }
}

fn check(seed: u64) -> Result<Agreed, String> {
    let rng = &mut Rng::with_seed(seed);
    let join = ["JOIN", "LEFT JOIN"][rng.usize(..2)];
    let mut naive = Naive { is_keyed: rng.bool(), ..Naive::default() };
    let table = if naive.is_keyed { ", PRIMARY KEY (k) NOT ENFORCED) WITH (" } else { ") WITH ('changelog' = 'retract', " };
    let sql = format!(
        "CREATE TABLE l (id BIGINT, k BIGINT, proc AS PROCTIME()) WITH ('connector' = 'memory', 'changelog' = 'retract');\n\
         CREATE TABLE r (k BIGINT, v BIGINT{table}'connector' = 'memory');\n\
         SELECT l.id, r.v FROM l {join} r FOR SYSTEM_TIME AS OF l.proc ON l.k = r.k;"
    );
    let (mut inputs, mut answers) = ([Steps::new(), Steps::new()], Vec::new());
    for _ in 0..STEPS {
        let (left, table) = match rng.bool() {
            true => (naive.change_left(rng), Said::new()),
            false => (Said::new(), naive.change_table(rng)),
        };
        inputs[0].push(left);
        inputs[1].push(table);
        answers.push(naive.answer(join));
    }
    let (shards, batch_rows) = (rng.usize(1..=3), [1, 3, 1024][rng.usize(0..3)]);
    let mut shown = Shown::of(Output::Whole);
    let job = Job::endless(&sql, &[("l", &inputs[..1]), ("r", &inputs[1..])], shards)?;
    let ran = job.run((shards, batch_rows), |step, written, _| {
        shown.apply(written, shards == 1)?;
        let answer = &answers[step.min(STEPS - 1)];
        match shown.is(answer) {
            true => Ok(()),
            false => Err(format!("behind step {step} {:?} instead of {answer:?}", shown.lines())),
        }
    });
    match ran {
        Ok((0, 0)) => Ok(Agreed::on(!answers[STEPS - 1].is_empty())),
        other => Err(format!("seed {seed}, {shards} shards, {batch_rows} rows: {other:?}\n{sql}\n{inputs:?}")),
    }
}

#[test]
fn lookups_of_rows_that_come_and_go_say_what_changed() {
    check_seeds(queries(Pace::AtOnce), check);
}

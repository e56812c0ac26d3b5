//! The changelog law: after every batch of the input, the output so far, applied from the start, is the answer over the input so far.
//!
//! A seed makes a table whose rows come, change and go, in batches of a few changes, said row by row or by key, and a query. All shards are
//! stepped until nothing moves after every batch; then what was written so far is compared with what SQLite answers over the rows that are
//! there now. On one shard no row may ever be there less than zero times, on the way either; several shards agree on that when nothing moves.
//! With EMIT CHANGES EVERY the answer is there when the watermark has passed a multiple of the interval, and stays until the next. Some
//! queries are written by a key: then one row of each key of the answer is there. Rows of windows come and go too late, in several splits, each with a
//! watermark of its own: the answer is made of what did so in time; `shapes` has other queries over such rows. `drawn` says which operators have changes to take or to give.

mod behind;
mod drawn;
mod input;
mod lookups;
mod newest;
mod output;
pub mod run;
mod shapes;
mod versions;

use corelane::batch::RowKind;
use corelane::plan::physical::{NodeKind, PhysicalPlan, Window, WindowAssign};
use corelane::types::Value;
use fastrand::Rng;

pub use self::drawn::declared_kinds;
use self::input::{Change, EventTime, Input, Times, Twin, random_changes, time_of};
use self::output::{Output, Shown};
use self::run::{Job, Steps};
use super::oracle::{Agreed, Kind, Query, check_seeds, expected, is_beyond_sqlite, number};

/// Changes of a batch.
const BATCH_MAX: usize = 7;

const SECOND: i64 = 1_000_000_000;

/// When the answer is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// After every batch.
    AtOnce,
    /// After those with which the watermark passes a multiple of so many seconds.
    Every(i64),
    /// At the end of input, each row once.
    AtEnd(&'static str),
}

/// What is run: these kinds of queries, at this pace.
const LAWS: [(Kind, Pace); 20] = [
    (Kind::Plain, Pace::AtOnce),
    (Kind::Grouped, Pace::AtOnce),
    (Kind::Sets, Pace::AtOnce),
    (Kind::Global, Pace::AtOnce),
    (Kind::Window, Pace::AtOnce),
    (Kind::WindowRows, Pace::AtOnce),
    (Kind::WindowJoins, Pace::AtOnce),
    (Kind::Over, Pace::AtOnce),
    (Kind::IntervalJoin, Pace::AtOnce),
    (Kind::Plain, Pace::Every(1)),
    (Kind::Grouped, Pace::Every(20)),
    (Kind::Sets, Pace::Every(100)),
    (Kind::Global, Pace::Every(400)),
    (Kind::Window, Pace::Every(50)),
    (Kind::Plain, Pace::AtEnd(" ORDER BY 1")),
    (Kind::Grouped, Pace::AtEnd(" EMIT FINAL")),
    (Kind::Window, Pace::AtEnd("")),
    (Kind::Window, Pace::AtEnd(" EMIT FINAL")),
    (Kind::WindowRows, Pace::AtEnd("")),
    (Kind::WindowJoins, Pace::AtEnd("")),
];

/// Queries of each kind at this pace; `LAW_QUERIES=1000 cargo test law` runs more of them.
fn queries(pace: Pace) -> u64 {
    let most = number("LAW_QUERIES").unwrap_or(60);
    if matches!(pace, Pace::Every(_)) { most / 2 } else { most }
}

impl Pace {
    /// What stands behind the query.
    fn emit(self, kind: Kind) -> String {
        match self {
            Pace::AtOnce if kind.is_of_windows() => " EMIT CHANGES".to_owned(),
            Pace::AtOnce => String::new(),
            Pace::Every(seconds) => format!(" EMIT CHANGES EVERY INTERVAL '{seconds}' SECOND"),
            Pace::AtEnd(text) => text.to_owned(),
        }
    }

    /// Changes of a batch: no row may stand behind the one with which a multiple is passed.
    fn batch_max(self) -> usize {
        if matches!(self, Pace::Every(_)) { 1 } else { BATCH_MAX }
    }

    /// Behind which steps the answer is to be there; behind the last it always is.
    fn due(self, splits: &[Steps]) -> Vec<bool> {
        let steps = &splits[0];
        let mut due: Vec<bool> = match self {
            Pace::AtOnce => vec![true; steps.len()],
            Pace::AtEnd(_) => vec![false; steps.len()],
            Pace::Every(seconds) => {
                let (mut latest, mut passed) = (None, None);
                let passes = |step: &Vec<(RowKind, Vec<Value>)>| {
                    latest = step.iter().filter_map(|(_, row)| time_of(row)).chain(latest).max();
                    let watermark = latest.map(|time: i64| time - Times::Close.delay() * SECOND);
                    let multiple = watermark.map(|watermark| watermark.div_euclid(seconds * SECOND));
                    passed.replace(multiple).flatten().is_some_and(|before| multiple > Some(before))
                };
                steps.iter().map(passes).collect()
            }
        };
        due.push(true);
        due
    }
}

/// A query with its input, as a seed makes it.
#[derive(Debug)]
struct Case {
    query: Query,
    input: Input,
    times: Times,
    changes: Vec<Vec<Change>>,
    splits: Vec<Steps>,
    output: Output,
    sql: String,
    /// Shards, and rows of a batch at the most.
    shape: (usize, usize),
}

impl Case {
    fn random(kind: Kind, pace: Pace, seed: u64) -> Case {
        let rng = &mut Rng::with_seed(seed);
        let query = Query::random(rng, kind);
        // Rows that only come are not held back.
        let inputs = [Input::Retract, Input::Upsert, Input::Append];
        let input = inputs[rng.usize(0..if matches!(pace, Pace::Every(_)) { 2 } else { 3 })];
        let times = match (pace, rng.u8(0..3)) {
            (Pace::AtOnce, 0) if kind.is_of_windows() => Times::Moving,
            (Pace::AtOnce, 1) | (Pace::AtEnd(_), _) if kind.is_of_windows() && query.takes_late_rows(kind) => Times::Late,
            _ => Times::Close,
        };
        let splits = if times == Times::Late { rng.usize(1..=3) } else { 1 };
        // A row that comes and goes within a batch is there for some operators, and not for others: a session keeps its bounds.
        let batch_max = if query.text.ours.contains("SESSION(") { 1 } else { pace.batch_max() };
        let changes = random_changes(rng, &query.schema, (input, times), splits, batch_max);
        let shape = (rng.usize(1..=3), [1, 3, 1024][rng.usize(0..3)]);
        let splits = input.said(rng, &query.schema, &changes, splits);
        let output = if pace == Pace::AtOnce { Output::random(rng, &query) } else { Output::Whole };
        // Joins and functions with OVER would wait for the watermark.
        let has_time = kind.is_of_windows() || matches!(pace, Pace::Every(_));
        let time = if has_time { EventTime::Declared } else { EventTime::None };
        let (table, begins) = (input.table(&query.schema, time, times), output.begins(&query));
        let sql = format!("{table}{begins}{}{}{};", query.text.ours, pace.emit(kind), output.ends());
        Case { query, input, times, changes, splits, output, sql, shape }
    }

    fn job(&self) -> Result<Job, String> {
        Job::new(&self.sql, &[(self.input.source(), &self.splits)], self.shape.0)
    }
}

/// Whether rows wait until their window has closed, so that only the end is compared: those of sessions that are not grouped by them, and those
/// that meet others in their window.
fn waits(plan: &PhysicalPlan) -> bool {
    plan.nodes.iter().any(|node| match &node.kind {
        NodeKind::WindowAssign(WindowAssign { window: Window::Session { .. }, .. }) => true,
        NodeKind::Join(join) => join.time.is_some(),
        _ => false,
    })
}

/// Whether the law holds, or where it is broken.
fn check(kind: Kind, pace: Pace, seed: u64) -> Result<Agreed, String> {
    let case = Case::random(kind, pace, seed);
    let Case { query, changes, shape, sql, .. } = &case;
    let explained = |difference: String| {
        let changes: Vec<String> = changes.iter().map(|batch| format!("  {batch:?}")).collect();
        let (theirs, changes) = (&query.text.theirs, changes.join("\n"));
        format!(
            "{kind:?} seed {seed}, {:?} in {} splits, shards and batch rows {shape:?}\n{sql}\n{theirs}\n{changes}\n{difference}",
            case.input,
            case.splits.len()
        )
    };
    let job = case.job().map_err(explained)?;
    let due = if waits(&job.plan) { Pace::AtEnd("").due(&case.splits) } else { pace.due(&case.splits) };
    let held = matches!(pace, Pace::Every(_)) && case.input != Input::Append;
    let (mut twin, mut written, mut telling, mut shown) =
        (Twin::of(query, kind, case.times, case.splits.len()), Shown::of(case.output), false, Vec::new());
    let ran = job.run(*shape, |step, changed, _| {
        changes.get(step).into_iter().flatten().for_each(|change| twin.apply(&query.schema, change));
        written.apply(changed, shape.0 == 1).map_err(|e| format!("in step {step}: {e}"))?;
        let before = std::mem::replace(&mut shown, written.lines());
        if !due[step] {
            return if !held || shown == before { Ok(()) } else { Err(format!("in step {step} something comes: {shown:#?}")) };
        }
        let theirs = match expected(&twin.database, query) {
            Err(error) if is_beyond_sqlite(&error) => return Ok(()),
            theirs => theirs.map_err(|e| format!("SQLite: {e}"))?,
        };
        telling |= !theirs.is_empty();
        if written.is(&theirs) { Ok(()) } else { Err(format!("after step {step}\nSQLite: {theirs:#?}\nCorelane: {shown:#?}")) }
    });
    match ran.map_err(explained)? {
        // Rows without a time are in no window.
        (aside, _) if aside > 0 && kind.takes_rows_without_time() => Err(explained(format!("{aside} rows were set aside"))),
        (_, late) if late > 0 && case.times != Times::Late => Err(explained(format!("{late} rows were late"))),
        _ => Ok(Agreed::on(telling)),
    }
}

/// The law for this kind of queries, at all paces.
fn holds(kind: Kind) {
    for (_, pace) in LAWS.into_iter().filter(|(other, _)| *other == kind) {
        check_seeds(queries(pace), |seed| check(kind, pace, seed));
    }
}

#[test]
fn joins_ranks_and_subqueries_say_what_changed() {
    holds(Kind::Plain);
}

#[test]
fn groupings_say_what_changed() {
    holds(Kind::Grouped);
}

#[test]
fn grouping_sets_say_what_changed() {
    holds(Kind::Sets);
}

#[test]
fn aggregates_over_everything_say_what_changed() {
    holds(Kind::Global);
}

#[test]
fn windows_that_emit_changes_say_what_changed() {
    holds(Kind::Window);
}

#[test]
fn functions_with_over_say_what_changed() {
    holds(Kind::Over);
}

#[test]
fn joins_of_times_and_nearest_rows_say_what_changed() {
    holds(Kind::IntervalJoin);
}

#[test]
fn joins_of_windows_that_emit_changes_say_what_changed() {
    holds(Kind::WindowJoins);
}

#[test]
fn rows_of_windows_that_emit_changes_say_what_changed() {
    holds(Kind::WindowRows);
}

//! Sessions against their definition.
//!
//! Random splits of a few keys, whose rows come out of order and partly late. The naive side never merges anything: it joins rows that
//! belong together, two by two, and looks at what hangs together in the end. Rows of one split belong together where one came while the
//! split's watermark had not passed what the other was part of, as in Flink; rows of two splits where both were ahead of their watermarks.
//! A row that goes leaves its session where the watermark of its split has not passed what the rows of the split have made around it by then.

use corelane::batch::RowKind;
use corelane::source::memory::MemoryEvent;
use corelane::types::Value;
use fastrand::Rng;

use corelane::cli::golden::{Inputs, Outside, Shape, play};

const RUNS: u64 = 60;
const SECOND: i64 = 1_000_000_000;
const GAP: i64 = 5 * SECOND;
const DELAY: i64 = 4 * SECOND;
/// Of so many rows that came last one goes.
const RECENT: usize = 4;

const COLUMNS: &str = "id BIGINT, k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND";
const SESSIONS: &str = "TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND))";

/// Whether rows go again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stay {
    Always,
    OrGo,
}

impl Stay {
    fn table(self) -> String {
        let changelog = if self == Stay::OrGo { ", 'changelog' = 'retract'" } else { "" };
        format!("CREATE TABLE t ({COLUMNS}) WITH ('connector' = 'memory'{changelog});\n")
    }
}

#[derive(Debug, Clone, Copy)]
struct Row {
    id: i64,
    key: i64,
    time: i64,
    split: usize,
    /// The watermark of its split before it.
    mark: i64,
    /// The row of its split behind which it goes.
    goes_behind: Option<usize>,
}

impl Row {
    fn end(&self) -> i64 {
        self.time + GAP
    }

    fn is_ahead(&self) -> bool {
        !is_passed(self.time, self.mark)
    }

    fn is_near(&self, other: &Row) -> bool {
        self.key == other.key && (self.time - other.time).abs() <= GAP
    }
}

fn is_passed(end: i64, watermark: i64) -> bool {
    watermark >= end
}

/// Rows of several splits in the order in which each split has them, in whole seconds, so that they touch now and then.
fn random_rows(rng: &mut Rng, stay: Stay) -> Vec<Row> {
    let mut rows = Vec::<Row>::new();
    for split in 0..rng.usize(1..4) {
        let (mut clock, mut mark) = (rng.i64(-20..20), i64::MIN);
        for _ in 0..rng.usize(0..30) {
            clock += rng.i64(0..4);
            let time = (clock - rng.i64(0..25)) * SECOND;
            rows.push(Row { id: rows.len() as i64, key: rng.i64(0..3), time, split, mark, goes_behind: None });
            mark = mark.max(time - DELAY);
            let last = rows.len() - 1;
            let some = rng.usize(rows.len().saturating_sub(RECENT)..rows.len());
            if stay == Stay::OrGo && rng.u8(0..3) == 0 && rows[some].split == split && rows[some].goes_behind.is_none() {
                rows[some].goes_behind = Some(last);
            }
        }
    }
    // What was late is in no session that it could leave.
    for (at, _) in sessions(&rows).into_iter().enumerate().filter(|(_, part)| part.is_none()) {
        rows[at].goes_behind = None;
    }
    rows
}

/// The rows that have gone, and whether they came too late for that.
fn gone(rows: &[Row]) -> Vec<(i64, bool)> {
    let went = |(row, last): (&Row, usize)| {
        let of_split: Vec<Row> = rows[..=last].iter().filter(|other| other.split == row.split).copied().collect();
        let parts = sessions(&of_split);
        let part = parts[of_split.iter().position(|other| other.id == row.id).expect("it came before")];
        let end = of_split.iter().zip(&parts).filter(|(_, other)| **other == part).map(|(other, _)| other.end()).max();
        let mark = of_split.iter().map(|other| other.time - DELAY).max();
        (row.id, is_passed(end.expect("its own"), mark.expect("its own")))
    };
    rows.iter().filter_map(|row| row.goes_behind.map(|last| (row, last))).map(went).collect()
}

/// The number of the session of each row; `None` for those that are late.
fn sessions(rows: &[Row]) -> Vec<Option<usize>> {
    let mut session: Vec<Option<usize>> = vec![None; rows.len()];
    // Within a split, row by row: what a row is part of is what hangs together so far.
    for at in 0..rows.len() {
        let of_split = |other: usize| rows[other].split == rows[at].split;
        let before: Vec<usize> = (0..at).filter(|other| of_split(*other) && session[*other].is_some()).collect();
        let end_of = |part: Option<usize>| before.iter().filter(|o| session[**o] == part).map(|o| rows[*o].end()).max();
        let meets = |other: &&usize| {
            let end = end_of(session[**other]).unwrap_or(i64::MIN);
            rows[**other].is_near(&rows[at]) && !is_passed(end, rows[at].mark)
        };
        let met: Vec<Option<usize>> = before.iter().filter(meets).map(|other| session[*other]).collect();
        let end = met.iter().filter_map(|part| end_of(*part)).max().unwrap_or(i64::MIN).max(rows[at].end());
        if !is_passed(end, rows[at].mark) {
            session[at] = Some(at);
            met.into_iter().for_each(|part| rename(&mut session, part, Some(at)));
        }
    }
    for (one, other) in (0..rows.len()).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let (a, b) = (&rows[one], &rows[other]);
        if a.is_near(b) && a.is_ahead() && b.is_ahead() {
            let (from, to) = (session[one], session[other]);
            rename(&mut session, from, to);
        }
    }
    session
}

fn rename(session: &mut [Option<usize>], from: Option<usize>, to: Option<usize>) {
    session.iter_mut().filter(|part| **part == from).for_each(|part| *part = to);
}

/// The rows that a session has had.
fn members<'a>(rows: &'a [Row], session: &'a [Option<usize>], of: usize) -> impl Iterator<Item = &'a Row> {
    rows.iter().zip(session).filter(move |(_, part)| **part == Some(of)).map(|(row, _)| row)
}

fn bounds(rows: &[Row], session: &[Option<usize>], of: usize) -> String {
    let start = members(rows, session, of).map(|row| row.time).min().expect("a session has rows");
    let end = members(rows, session, of).map(Row::end).max().expect("a session has rows");
    format!("{}, {}", text(start), text(end))
}

fn text(time: i64) -> String {
    let time = jiff::Timestamp::from_nanosecond(time.into()).expect("a time of the calendar");
    time.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
}

/// The splits, their rows in batches.
fn inputs(rng: &mut Rng, rows: &[Row], stay: Stay) -> Inputs {
    let mut splits = vec![Vec::new(); 3];
    let values = |row: &Row| vec![Value::Int(row.id), Value::Int(row.key), Value::Int(row.time)];
    for (at, row) in rows.iter().enumerate() {
        let events = &mut splits[row.split];
        let goes = rows.iter().filter(|other| other.goes_behind == Some(at));
        let said: Vec<_> =
            std::iter::once((RowKind::Insert, values(row))).chain(goes.map(|gone| (RowKind::Delete, values(gone)))).collect();
        match (events.last_mut(), stay) {
            (Some(MemoryEvent::Changes(batch)), _) if rng.bool() => batch.extend(said),
            (Some(MemoryEvent::Rows(batch)), _) if rng.bool() => batch.push(values(row)),
            (_, Stay::OrGo) => events.push(MemoryEvent::Changes(said)),
            (_, Stay::Always) => events.push(MemoryEvent::Rows(vec![values(row)])),
        }
    }
    Inputs::from([("t".to_owned(), splits)])
}

/// Runs `query` over random rows; what `expected` makes of the rows and their sessions, of which some have gone, has to come out, and all others have
/// to be late.
fn check(query: &str, expected: impl Fn(&[Row], &[Option<usize>], &[i64]) -> Vec<String>) {
    for stay in [Stay::Always, Stay::OrGo] {
        let (mut late, mut went) = (0, 0);
        for seed in 0..RUNS {
            let mut rng = Rng::with_seed(seed);
            let rows = random_rows(&mut rng, stay);
            let session = sessions(&rows);
            let (too_late, gone): (Vec<_>, Vec<_>) = gone(&rows).into_iter().partition(|(_, is_late)| *is_late);
            let gone: Vec<i64> = gone.into_iter().map(|(id, _)| id).collect();
            let shape = Shape { shards: rng.usize(1..=4), batch_rows: rng.choice([1, 3, 1024]).expect("some") };
            let written = play(&format!("{}{query};", stay.table()), &inputs(&mut rng, &rows, stay), Outside::Kept, shape)
                .expect("a sound query");
            let mut wanted = expected(&rows, &session, &gone);
            wanted.sort();
            assert_eq!(written.result("print"), wanted, "{stay:?}, seed {seed}, {shape:?}, gone {gone:?}: {rows:#?}");
            let lost = (session.iter().filter(|part| part.is_none()).count() + too_late.len()) as u64;
            assert_eq!(written.counters.rows_late, lost, "late rows, {stay:?}, seed {seed}, {shape:?}: {rows:#?}");
            assert_eq!(written.counters.rows_aside, 0, "rows set aside, {stay:?}, seed {seed}, {shape:?}: {rows:#?}");
            late += lost;
            went += gone.len() as u64;
        }
        assert!(late > RUNS, "only {late} rows are late");
        assert!(stay == Stay::Always || went > RUNS, "only {went} rows go");
    }
}

#[test]
fn sessions_have_the_rows_of_their_definition() {
    let query = format!(
        "SELECT k, window_start, window_end, COUNT(*), SUM(id), MIN(ts) FROM {SESSIONS} GROUP BY k, window_start, window_end"
    );
    check(&query, |rows, session, gone| {
        let mut numbers: Vec<usize> = session.iter().flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let line = |of: usize| {
            let there = || members(rows, session, of).filter(|row| !gone.contains(&row.id));
            let (key, first) = (rows[of].key, there().map(|row| row.time).min()?);
            let (count, sum) = (there().count(), there().map(|row| row.id).sum::<i64>());
            Some(format!("[{key}, {}, {count}, {sum}, {}]", bounds(rows, session, of), text(first)))
        };
        numbers.into_iter().filter_map(line).collect()
    });
}

#[test]
fn rows_have_the_bounds_of_their_session() {
    check(&format!("SELECT id, window_start, window_end FROM {SESSIONS}"), |rows, session, gone| {
        let there = rows.iter().zip(session).filter(|(row, _)| !gone.contains(&row.id));
        there.filter_map(|(row, part)| part.map(|of| format!("[{}, {}]", row.id, bounds(rows, session, of)))).collect()
    });
}

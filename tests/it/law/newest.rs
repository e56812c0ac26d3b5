//! Windows over the newest row of each key by event time: a row is in a window if it came in time for it, by the watermark of its own split, and no
//! newer row of its key did. Rows of a key come in any split, and late. The naive side looks at all rows for each window.

use std::collections::BTreeSet;

use corelane::source::memory::MemoryEvent;
use corelane::types::Value;
use fastrand::Rng;

use super::{Pace, SECOND, queries};
use crate::oracle::{Agreed, check_seeds};
use corelane::cli::golden::{Inputs, Outside, Shape, play};

/// How far the watermark of a split is behind its rows, in seconds.
const DELAY: i64 = 10;

const VIEW: &str = "CREATE VIEW newest AS SELECT id, k, ts FROM \
                    (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS place FROM t) WHERE place = 1;\n";

/// A row, and the watermark of its split before it. Times are in seconds.
#[derive(Debug, Clone, Copy)]
struct Row {
    id: i64,
    key: i64,
    time: i64,
    split: usize,
    mark: Option<i64>,
}

/// Rows of different times: which of two of one time is newer is left open.
fn random_rows(rng: &mut Rng) -> Vec<Row> {
    let splits = rng.usize(1..4);
    let (mut now, mut marks, mut times, mut rows) = ([0; 3], [None; 3], BTreeSet::new(), Vec::new());
    for id in 0..rng.i64(1..60) {
        let split = rng.usize(..splits);
        now[split] += rng.i64(0..6) * (1 + split as i64);
        let late = if rng.u8(0..3) == 0 { rng.i64(10..60) } else { rng.i64(-5..8) };
        let time = now[split] - late;
        if times.insert(time) {
            rows.push(Row { id, key: rng.i64(0..3), time, split, mark: marks[split] });
            marks[split] = Some(time - DELAY).max(marks[split]);
        }
    }
    rows
}

/// A window function as it is called, and the bounds of its windows.
struct Windows {
    call: &'static str,
    bounds: Vec<(i64, i64)>,
}

fn windows(rng: &mut Rng) -> Windows {
    let every = |slide: i64, sizes: &[i64]| {
        (-200..400)
            .filter(|start| start % slide == 0)
            .flat_map(|start| sizes.iter().map(move |size| (start, start + size)))
            .collect()
    };
    match rng.u8(0..3) {
        0 => Windows { call: "TUMBLE(TABLE newest, DESCRIPTOR(ts), INTERVAL '10' SECOND)", bounds: every(10, &[10]) },
        1 => Windows {
            call: "HOP(TABLE newest, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)",
            bounds: every(5, &[20]),
        },
        _ => Windows {
            call: "CUMULATE(TABLE newest, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '30' SECOND)",
            bounds: every(30, &[10, 20, 30]),
        },
    }
}

/// The ids of the rows in a window.
fn members(rows: &[Row], (start, end): (i64, i64)) -> Vec<i64> {
    let comes_in_time = |row: &&Row| row.mark.is_none_or(|mark| mark < end);
    let is_newest = |row: &&Row| !rows.iter().any(|other| other.key == row.key && other.time > row.time && comes_in_time(&other));
    let within = rows.iter().filter(|row| start <= row.time && row.time < end);
    within.filter(comes_in_time).filter(is_newest).map(|row| row.id).collect()
}

/// How many changes of the newest rows come too late for their window, where a row lies in one: a row that is the newest for some time comes, and goes
/// with the first newer one.
fn late_ones(rows: &[Row], windows: &Windows) -> Option<u64> {
    let end_of = |row: &Row| {
        let mut of = windows.bounds.iter().filter(|(start, end)| *start <= row.time && row.time < *end);
        of.next().filter(|_| of.next().is_none()).map(|(_, end)| *end)
    };
    let ends = rows.iter().map(end_of).collect::<Option<Vec<i64>>>()?;
    let mut late = 0;
    for (row, end) in rows.iter().zip(ends) {
        let newer = rows.iter().filter(|other| other.key == row.key && other.time > row.time);
        let goes = newer.map(|other| other.mark).min();
        if goes.is_none_or(|goes| goes > row.mark) {
            late += [Some(row.mark), goes].iter().flatten().filter(|mark| mark.is_some_and(|mark| mark >= end)).count() as u64;
        }
    }
    Some(late)
}

fn check(seed: u64) -> Result<Agreed, String> {
    let rng = &mut Rng::with_seed(seed);
    let (rows, windows) = (random_rows(rng), windows(rng));
    let seconds = |bound: &str| format!("TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', window_{bound})");
    let (start, end, call) = (seconds("start"), seconds("end"), windows.call);
    let is_ranked = rng.bool();
    let query = match is_ranked {
        true => format!(
            "SELECT {start}, {end}, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY id DESC) AS place \
             FROM TABLE({call})) WHERE place = 1"
        ),
        false => format!("SELECT {start}, {end}, SUM(id) FROM TABLE({call}) GROUP BY window_start, window_end"),
    };
    let emit = if rng.bool() { " EMIT CHANGES" } else { "" };
    let sql = format!(
        "CREATE TABLE t (id BIGINT, k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '{DELAY}' SECOND) \
         WITH ('connector' = 'memory');\n{VIEW}{query}{emit};"
    );
    let line = |bounds: &(i64, i64)| {
        let ids = members(&rows, *bounds);
        let value = if is_ranked { ids.iter().copied().max() } else { ids.iter().copied().reduce(|a, b| a + b) };
        value.map(|value| format!("[{}, {}, {value}]", bounds.0, bounds.1))
    };
    let mut wanted: Vec<String> = windows.bounds.iter().filter_map(line).collect();
    wanted.sort();
    let of_split = |split: usize| {
        let rows = rows.iter().filter(|row| row.split == split);
        vec![MemoryEvent::Rows(
            rows.map(|row| vec![Value::Int(row.id), Value::Int(row.key), Value::Int(row.time * SECOND)]).collect(),
        )]
    };
    let inputs = Inputs::from([("t".to_owned(), (0..3).map(of_split).collect())]);
    let shape = Shape { shards: rng.usize(1..=4), batch_rows: [1, 3, 1024][rng.usize(0..3)] };
    let written = play(&sql, &inputs, Outside::Kept, shape).map_err(|e| e.to_string())?;
    let one_by_one = play(&sql, &inputs, Outside::Kept, Shape { shards: 1, batch_rows: 1 }).map_err(|e| e.to_string())?;
    let late = [&written, &one_by_one].map(|written| written.counters.rows_late);
    if late[0] != late[1] || late_ones(&rows, &windows).is_some_and(|wanted| !is_ranked && wanted != late[0]) {
        return Err(format!("seed {seed}, {shape:?}\n{sql}\n{rows:?}\nlate: {late:?}, not {:?}", late_ones(&rows, &windows)));
    }
    if written.counters.rows_aside > 0 {
        return Err(format!("seed {seed}, {shape:?}\n{sql}\n{rows:?}\n{} rows were set aside", written.counters.rows_aside));
    }
    match written.result("print") {
        ours if ours == wanted => Ok(Agreed::on(!wanted.is_empty())),
        ours => Err(format!("seed {seed}, {shape:?}\n{sql}\n{rows:?}\nnaive: {wanted:#?}\nCorelane: {ours:#?}")),
    }
}

#[test]
fn windows_have_the_newest_row_that_came_in_time() {
    check_seeds(2 * queries(Pace::AtOnce), check);
}

//! What is kept by a time is freed when no row with it comes any more, and not before: behind joins over time, OVER in event time and joins of windows,
//! groups, rankings, functions and joins by that time say of the rows that came out just what a look at all of these says. Rows come in several
//! splits, some late, some with equal times, some without a time; and nothing is late but what was late below.

use std::collections::BTreeMap;

use corelane::cli::golden::{Inputs, Outside, Shape, Written, play};
use corelane::source::memory::MemoryEvent;
use corelane::types::Value;
use fastrand::Rng;

use super::{Pace, SECOND, queries};
use crate::oracle::{Agreed, check_seeds};

/// How far the watermarks of both tables are behind their rows, in seconds.
const DELAYS: [i64; 2] = [10, 3];

/// Whether the time of a row may be NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nulls {
    None,
    Some,
}

/// What gives out rows `(id, k, v, at)`, and whether all have a time. Nothing in it depends on which of two rows of one time is first, and all of it on
/// what decides by time, so that this is there whatever is read above.
const BELOW: [(&str, Nulls); 15] = [
    ("SELECT a.id, a.k, b.v, a.ts AS at FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - #7 AND b.ts + #4", Nulls::None),
    ("SELECT b.id, a.k, b.v, b.ts AS at FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts AND b.ts + #9", Nulls::None),
    ("SELECT a.id, a.k, b.v, a.ts AS at FROM a LEFT JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - #7 AND b.ts - #1", Nulls::Some),
    ("SELECT b.id, b.k, a.v, b.ts AS at FROM a RIGHT JOIN b ON a.k = b.k AND a.ts = b.ts", Nulls::Some),
    (
        "SELECT COALESCE(a.id, b.id) AS id, a.k, b.v, COALESCE(a.ts, b.ts) AS at \
         FROM a FULL JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - #2 AND b.ts + #2",
        Nulls::Some,
    ),
    (
        "SELECT id, k, v, ts AS at FROM a WHERE EXISTS (SELECT 1 FROM b WHERE a.k = b.k AND b.ts BETWEEN a.ts - #3 AND a.ts + #5)",
        Nulls::None,
    ),
    (
        "SELECT id, k, v, ts AS at FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + #5)",
        Nulls::Some,
    ),
    ("SELECT a.id, a.k, b.v, a.ts AS at FROM a LEFT JOIN b FOR SYSTEM_TIME AS OF a.ts ON a.k = b.k", Nulls::Some),
    ("SELECT a.id, a.k, b.v, a.ts AS at FROM a ASOF JOIN b ON a.k = b.k AND a.ts > b.ts", Nulls::None),
    (
        "SELECT id + 0 * s AS id, k + 0 * s AS k, s AS v, ts AS at FROM (SELECT *, SUM(id) OVER (PARTITION BY k ORDER BY ts) AS s FROM a) AS o",
        Nulls::None,
    ),
    (
        "SELECT id, k, v, ts AS at FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id, k, v ORDER BY ts) AS place FROM a) WHERE place = 1",
        Nulls::None,
    ),
    // The times of these are older than those by which rows meet last.
    (
        "SELECT a.id, a.k, b.v, a.ts AS at FROM a JOIN b ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + #6 \
         JOIN a AS c ON b.k = c.k AND c.ts BETWEEN b.ts AND b.ts + #8",
        Nulls::None,
    ),
    (
        "SELECT l.id, l.k, b.v, l.early AS at \
         FROM (SELECT a.id, a.k, a.ts AS early, b.ts FROM a JOIN b ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + #6) AS l \
         JOIN b FOR SYSTEM_TIME AS OF l.ts ON l.k = b.k",
        Nulls::None,
    ),
    (
        "SELECT COALESCE(l.s, r.s) AS id, k, r.s AS v, window_end AS at \
         FROM (SELECT k, window_start, window_end, SUM(id) AS s FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), #5)) GROUP BY k, window_start, window_end) AS l \
         FULL JOIN (SELECT k, window_start, window_end, SUM(id) AS s FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), #5)) GROUP BY k, window_start, window_end) AS r \
         USING (k, window_start, window_end)",
        Nulls::None,
    ),
    (
        "SELECT COALESCE(l.n, r.n) AS id, COALESCE(l.n, -1) AS k, r.n AS v, COALESCE(l.at, r.at) AS at \
         FROM (SELECT at, COUNT(*) AS n FROM (SELECT a.ts AS at FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - #7 AND b.ts + #4) GROUP BY at) AS l \
         FULL JOIN (SELECT at, COUNT(*) AS n FROM (SELECT b.ts AS at FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - #7 AND b.ts + #4) GROUP BY at) AS r \
         ON l.at = r.at",
        Nulls::None,
    ),
];

/// A row that came out below, as it is written; NULL for none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    id: i64,
    k: String,
    v: Option<i64>,
    at: String,
}

impl Row {
    fn read(line: &str) -> Row {
        let parts: Vec<&str> = line.trim_matches(['[', ']']).split(", ").collect();
        let [id, k, v, at] = parts.as_slice() else { panic!("{line}") };
        Row { id: id.parse().expect("a number"), k: (*k).to_owned(), v: v.parse().ok(), at: (*at).to_owned() }
    }
}

/// What is made of the rows by their time.
#[derive(Debug, Clone, Copy)]
enum Above {
    Groups(&'static str),
    Shifted,
    Distinct,
    First,
    Counts(&'static str),
    Meets(&'static str),
}

impl Above {
    fn random(rng: &mut Rng, nulls: Nulls) -> Above {
        match rng.u8(0..7) {
            0 => Above::Groups(["", " EMIT FINAL"][rng.usize(..2)]),
            1 => Above::Shifted,
            2 => Above::Distinct,
            3 => Above::First,
            4 => Above::Counts(""),
            // Rows without a time are in no order of it.
            5 if nulls == Nulls::None => Above::Counts(" ORDER BY at"),
            _ => Above::Meets(["", "LEFT ", "FULL "][rng.usize(..3)]),
        }
    }

    fn query(self) -> String {
        match self {
            Above::Groups(emit) => format!("SELECT at, k, COUNT(*), SUM(v) FROM below GROUP BY at, k{emit}"),
            Above::Shifted => "SELECT COUNT(*), MAX(v) FROM below GROUP BY at + INTERVAL '3' SECOND".to_owned(),
            Above::Distinct => "SELECT DISTINCT at, k FROM below".to_owned(),
            Above::First => "SELECT at, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY at ORDER BY id) AS place FROM below) WHERE place <= 2".to_owned(),
            Above::Counts(order) => format!("SELECT at, id, COUNT(*) OVER (PARTITION BY at{order}) FROM below"),
            Above::Meets(kind) => format!(
                "SELECT l.id, r.n, r.m FROM below AS l {kind}JOIN (SELECT at, COUNT(*) AS n, MAX(v) AS m FROM below GROUP BY at) AS r ON l.at = r.at"
            ),
        }
    }

    /// The same by a look at all rows.
    fn naive(self, rows: &[Row]) -> Vec<String> {
        let shown = |v: Option<i64>| v.map_or("NULL".to_owned(), |v| v.to_string());
        let mut groups = BTreeMap::<(&str, &str), Vec<&Row>>::new();
        let by_key = matches!(self, Above::Groups(_) | Above::Distinct);
        for row in rows {
            groups.entry((&row.at, if by_key { &row.k } else { "" })).or_default().push(row);
        }
        let mut lines = Vec::new();
        for ((at, k), rows) in groups {
            let values = || rows.iter().filter_map(|row| row.v);
            match self {
                Above::Groups(_) => {
                    lines.push(format!("[{at}, {k}, {}, {}]", rows.len(), shown(values().reduce(|a, b| a + b))));
                }
                Above::Shifted => lines.push(format!("[{}, {}]", rows.len(), shown(values().max()))),
                Above::Distinct => lines.push(format!("[{at}, {k}]")),
                Above::First => {
                    let mut ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
                    ids.sort_unstable();
                    lines.extend(ids.iter().take(2).map(|id| format!("[{at}, {id}]")));
                }
                Above::Counts(_) => lines.extend(rows.iter().map(|row| format!("[{at}, {}, {}]", row.id, rows.len()))),
                Above::Meets(_) if at != "NULL" => {
                    let most = shown(values().max());
                    lines.extend(rows.iter().map(|row| format!("[{}, {}, {most}]", row.id, rows.len())));
                }
                Above::Meets(kind) => {
                    let alone = rows.iter().map(|row| format!("[{}, NULL, NULL]", row.id));
                    lines.extend(alone.filter(|_| !kind.is_empty()));
                    lines.extend((kind == "FULL ").then(|| format!("[NULL, {}, {}]", rows.len(), shown(values().max()))));
                }
            }
        }
        lines.sort();
        lines
    }
}

/// Rows of both tables in up to three splits each, whose times go on as far as each split likes.
fn random_inputs(rng: &mut Rng, right_splits: usize) -> Inputs {
    let mut of_table = |delay: i64, splits: usize| {
        let splits: Vec<Vec<MemoryEvent>> = (0..rng.usize(1..=splits))
            .map(|_| {
                let (mut now, pace) = (rng.i64(0..20), rng.i64(1..6));
                let row = |rng: &mut Rng| {
                    now += rng.i64(0..pace);
                    let behind = if rng.u8(0..5) == 0 { rng.i64(0..4 * delay) } else { rng.i64(0..=delay) };
                    let time = if rng.u8(0..20) == 0 { Value::Null } else { Value::Int((now - behind) * SECOND) };
                    vec![Value::Int(rng.i64(0..1000)), Value::Int(rng.i64(0..4)), Value::Int(rng.i64(-9..9)), time]
                };
                let mut row = row;
                vec![MemoryEvent::Rows((0..rng.usize(1..60)).map(|_| row(rng)).collect())]
            })
            .collect();
        splits
    };
    Inputs::from([("a".to_owned(), of_table(DELAYS[0], 3)), ("b".to_owned(), of_table(DELAYS[1], right_splits))])
}

fn check(seed: u64) -> Result<Agreed, String> {
    let rng = &mut Rng::with_seed(seed);
    let (below, nulls) = BELOW[rng.usize(..BELOW.len())];
    // Which of several versions of one time is the last is said by one split, and open between several.
    let splits = if below.contains(" OF ") || below.contains("ASOF") { 1 } else { 3 };
    let (above, inputs) = (Above::random(rng, nulls), random_inputs(rng, splits));
    let [a, b] = DELAYS;
    let columns = "id BIGINT, k BIGINT, v BIGINT";
    let table = |name: &str, delay: i64, key: &str| {
        format!(
            "CREATE TABLE {name} ({columns}, ts TIMESTAMP(3), {key}WATERMARK FOR ts AS ts - INTERVAL '{delay}' SECOND) WITH ('connector' = 'memory');\n"
        )
    };
    let below = below.split('#').enumerate().map(|(at, part)| match (at, part.split_once(|c: char| !c.is_ascii_digit())) {
        (0, _) => part.to_owned(),
        (_, Some((seconds, rest))) => format!("INTERVAL '{seconds}' SECOND{}{rest}", &part[seconds.len()..=seconds.len()]),
        (_, None) => format!("INTERVAL '{part}' SECOND"),
    });
    let below: String = below.collect();
    let begins =
        format!("{}{}CREATE VIEW below AS {below};\n", table("a", a, ""), table("b", b, "PRIMARY KEY (k) NOT ENFORCED, "));
    let sql = format!("{begins}{};", above.query());
    let shape = Shape { shards: rng.usize(1..=4), batch_rows: [1, 3, 1024][rng.usize(0..3)] };
    let failed = |what: String| format!("seed {seed}, {shape:?}\n{sql}\n{inputs:?}\n{what}");
    let ran = |sql: &str| play(sql, &inputs, Outside::Kept, shape).map_err(|e| failed(e.to_string()));
    let (alone, above_it): (Written, Written) = (ran(&format!("{begins}SELECT * FROM below;"))?, ran(&sql)?);
    let counts = |written: &Written| (written.counters.rows_late, written.counters.rows_aside);
    // What reads the rows below twice, sharing some of what makes them, counts some of what is late there twice.
    let ((late, aside), (all_late, all_aside)) = (counts(&alone), counts(&above_it));
    let is_as_late = (late..=2 * late).contains(&all_late) && (aside..=2 * aside).contains(&all_aside);
    if !is_as_late {
        return Err(failed(format!("late and set aside: {:?} below, {:?} in all", counts(&alone), counts(&above_it))));
    }
    let rows: Vec<Row> = alone.result("print").iter().map(|line| Row::read(line)).collect();
    let (naive, mut ours) = (above.naive(&rows), above_it.result("print"));
    ours.sort();
    match ours == naive {
        true => Ok(Agreed::on(!naive.is_empty())),
        false => Err(failed(format!("{rows:#?}\nnaive: {naive:#?}\nCorelane: {ours:#?}"))),
    }
}

#[test]
fn what_is_kept_by_a_time_is_there_as_long_as_rows_with_it_come() {
    check_seeds(6 * queries(Pace::AtOnce), check);
}

//! EMIT CHANGES EVERY gives out the same table as EMIT CHANGES at any number of shards, in fewer changes, and each when its time has come.

use corelane::source::memory::MemoryEvent;
use corelane::types::Value;

use corelane::cli::golden::{Inputs, Outside, Shape, play};

const SECOND: i64 = 1_000_000_000;

const TABLE: &str = "CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');";

const QUERIES: [&str; 10] = [
    "SELECT k, window_end, SUM(v), COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end",
    "SELECT k, SUM(v) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '4' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end",
    "SELECT k, MAX(v) FROM t GROUP BY k, SESSION(ts, INTERVAL '3' SECOND)",
    "SELECT k, SUM(v) FROM t GROUP BY k",
    "SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) GROUP BY n",
    "SELECT a.k, a.n, b.s FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS a LEFT JOIN (SELECT k, SUM(v) AS s FROM t WHERE v > 3 GROUP BY k) AS b ON a.k = b.k",
    "SELECT k, s FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY s DESC, k) AS n FROM (SELECT k, window_start, window_end, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end)) WHERE n <= 2",
    "SELECT a.k, a.s, b.k FROM w AS a FULL JOIN w AS b ON a.window_end = b.window_end AND a.s > b.s",
    "SELECT k, s FROM w UNION ALL SELECT k, -s FROM w WHERE s > 5",
    "SELECT w.k, w.s, d.n FROM w JOIN (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS d ON w.k = d.k",
];

/// Views of windows that change.
const VIEW: &str = "CREATE VIEW w AS SELECT k, window_end, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end EMIT CHANGES; CREATE VIEW started AS SELECT k, window_start, SUM(v) AS s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end EMIT CHANGES;";

fn row(key: &str, value: Option<i64>, seconds: i64) -> MemoryEvent {
    let value = value.map_or(Value::Null, Value::Int);
    MemoryEvent::Rows(vec![vec![Value::text(key), value, Value::Int(seconds * SECOND)]])
}

/// Two splits of rows around 1970, some of them late.
fn random_rows(random: &mut fastrand::Rng) -> Inputs {
    let mut split = || {
        let (mut time, mut rows) = (-20, Vec::new());
        for _ in 0..random.usize(1..60) {
            time += random.i64(0..3);
            let value = (random.u8(..6) > 0).then(|| random.i64(0..9));
            let late = if random.u8(..8) == 0 { 15 } else { 0 };
            rows.push(row(["a", "b", "c"][random.usize(..3)], value, time - late));
        }
        rows
    };
    Inputs::from([("t".to_owned(), vec![split(), split()])])
}

#[test]
fn the_same_table_comes_out_in_fewer_changes() {
    for (number, query) in QUERIES.into_iter().enumerate() {
        for (shards, batch_rows) in [(1, 1), (1, 1024), (2, 3), (3, 1), (4, 7)] {
            let shape = Shape { shards, batch_rows };
            for interval in [1, 7, 3600] {
                let seed = (number * 100 + shards * 10 + interval) as u64;
                let inputs = random_rows(&mut fastrand::Rng::with_seed(seed));
                let written = |emit: &str| {
                    play(&format!("{TABLE} {VIEW} {query} EMIT CHANGES {emit};"), &inputs, Outside::Kept, shape).expect("runs")
                };
                let (changes, every) = (written(""), written(&format!("EVERY INTERVAL '{interval}' SECOND")));
                assert_eq!(every.result("print"), changes.result("print"), "{query} every {interval} s, {shape:?}");
                assert_eq!(every.counters.rows_late, changes.counters.rows_late, "{query}");
                if (shards, batch_rows) == (1, 1) {
                    assert!(every.rows["print"].len() <= changes.rows["print"].len(), "{query} every {interval} s");
                }
            }
        }
    }
}

/// What a query writes over rows of one split that come one by one.
fn written(query: &str, rows: &[(&str, i64, i64)]) -> Vec<String> {
    let rows = rows.iter().map(|(key, value, seconds)| row(key, Some(*value), *seconds)).collect();
    let inputs = Inputs::from([("t".to_owned(), vec![rows])]);
    let written =
        play(&format!("{TABLE} {VIEW} {query}"), &inputs, Outside::Kept, Shape { shards: 1, batch_rows: 1 }).expect("runs");
    written.rows["print"].iter().map(|(sign, row)| format!("{sign}{row}")).collect()
}

#[test]
fn changes_come_when_the_watermark_has_passed_a_multiple_or_the_end_of_a_window() {
    let rows = [("a", 1, 1), ("a", 2, 2), ("b", 4, 3), ("a", 8, 4), ("b", 16, 11), ("a", 32, 12), ("b", 64, 30)];
    let shown = written(&format!("{} EMIT CHANGES EVERY INTERVAL '4' SECOND;", QUERIES[0]), &rows);
    let wanted = [
        // At 4 s the row of that second is there, because its watermark came with it.
        "+[a, 1970-01-01 00:00:10.000, 11, 3]",
        "+[b, 1970-01-01 00:00:10.000, 4, 1]",
        // Behind 8 s, at 11 s, nothing of the first window has changed; of the second one b has.
        "+[b, 1970-01-01 00:00:20.000, 16, 1]",
        // At 12 s a.
        "+[a, 1970-01-01 00:00:20.000, 32, 1]",
        "+[b, 1970-01-01 00:00:40.000, 64, 1]",
    ];
    assert_eq!(shown, wanted);
}

/// Of each window the last change comes at its end, whether the end is shown or not: what follows comes at the end of input only, as the
/// interval is an hour.
#[test]
fn the_last_change_of_a_window_comes_when_it_is_over() {
    let rows = [("a", 1, 1), ("b", 2, 2), ("a", 4, 3), ("b", 8, 11), ("a", 16, 12), ("b", 32, 21), ("c", 64, 22)];
    let first_window = |query: &str, wanted: &[&str]| {
        let shown = written(&format!("{query} EMIT CHANGES EVERY INTERVAL '1' HOUR;"), &rows);
        let mut first = shown[..wanted.len()].to_vec();
        first.sort();
        assert_eq!(first, wanted, "{query}: {shown:#?}");
    };
    let rest_of_window = "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end";
    first_window(&format!("SELECT k, SUM(v) {rest_of_window}"), &["+[a, 5]", "+[b, 2]"]);
    first_window(
        &format!("SELECT SUM(v) AS s, window_end AS e {rest_of_window}"),
        &["+[2, 1970-01-01 00:00:10.000]", "+[5, 1970-01-01 00:00:10.000]"],
    );
    first_window(QUERIES[6], &["+[a, 5]", "+[b, 2]"]);
    first_window(QUERIES[7], &["+[NULL, NULL, a]", "+[a, 5, b]", "+[b, 2, NULL]"]);
    first_window(QUERIES[8], &["+[a, 5]", "+[b, 2]"]);
    first_window(
        "SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY v DESC) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))) WHERE n = 1",
        &["+[a, 4]"],
    );
    // The end of the window is not even selected below the ranking, and its start says which window it is.
    first_window(
        "SELECT k, s FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start ORDER BY s DESC) AS n FROM (SELECT k, s, window_start FROM started)) WHERE n <= 2",
        &["+[a, 5]", "+[b, 2]"],
    );
    first_window(
        "SELECT k, SUM(s) OVER (PARTITION BY window_start ORDER BY s) FROM (SELECT k, s, window_start FROM started)",
        &["+[a, 7]", "+[b, 2]"],
    );
    // Nor is it below the join, on either side.
    let least = "(SELECT k, MIN(v) AS n FROM t GROUP BY k) AS d";
    first_window(
        &format!("SELECT l.k, l.s, d.n FROM (SELECT k, s FROM w) AS l JOIN {least} ON l.k = d.k"),
        &["+[a, 5, 1]", "+[b, 2, 2]"],
    );
    first_window(
        &format!("SELECT d.n, l.s FROM {least} JOIN (SELECT s, k FROM w) AS l ON l.k = d.k AND l.s > 0"),
        &["+[1, 5]", "+[2, 2]"],
    );
    first_window(
        &format!("SELECT l.k, l.s FROM (SELECT k, s FROM w) AS l WHERE EXISTS (SELECT 1 FROM {least} WHERE d.k = l.k)"),
        &["+[a, 5]", "+[b, 2]"],
    );
    first_window("SELECT COUNT(*), SUM(s) FROM w GROUP BY window_end", &["+[2, 7]"]);
    first_window(
        "SELECT w.k, w.s, d.n FROM w JOIN (SELECT k, MIN(v) AS n FROM t GROUP BY k) AS d ON w.k = d.k",
        &["+[a, 5, 1]", "+[b, 2, 2]"],
    );
}

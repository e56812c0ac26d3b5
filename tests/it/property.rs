//! What one shard gives, any number of shards gives, at any batch size.
//!
//! A list of query shapes over random splits whose times are out of order and whose watermarks come at random; each is run as one
//! shard with large batches and then at every other shape, and the final results and the accounts of the rows are compared.

use corelane::metrics::Counters;
use corelane::source::memory::MemoryEvent;
use corelane::types::Value;
use fastrand::Rng;

use corelane::cli::golden::{Inputs, Outside, Shape, Written, play};

const SEEDS: u64 = 3;
const SHARDS: [usize; 5] = [1, 2, 3, 4, 7];
const BATCH_ROWS: [usize; 4] = [1, 3, 7, 1024];

const TABLES: &str = "
CREATE TABLE t (id BIGINT, k INT, s STRING, v BIGINT, d DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND) WITH ('connector' = 'memory');
CREATE TABLE u (id BIGINT, k INT, s STRING, v BIGINT, d DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
";

/// Whether rows in = rows out + filtered + set aside must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    Kept,
    Aggregated,
    /// A filter over results that change sees as many changes as there are batches.
    ChangesFiltered,
}

fn random_row(rng: &mut Rng, id: i64, time: i64) -> Vec<Value> {
    let mut row = vec![
        Value::Int(id),
        Value::Int(rng.i64(0..12)),
        Value::text(["", "a", "bb", "a longer text that is not inlined"][rng.usize(0..4)]),
        Value::Int(rng.i64(-50..50)),
        Value::Double(f64::from(rng.i32(-80..80)) / 8.0),
    ];
    for value in &mut row[1..] {
        if rng.u8(0..10) == 0 {
            *value = Value::Null;
        }
    }
    row.push(Value::Int(time * 1_000_000));
    row
}

/// A split whose clock runs forward while its rows lie up to ten seconds behind it, so that some are late.
fn split(rng: &mut Rng) -> Vec<MemoryEvent> {
    let mut events = Vec::new();
    let mut clock = rng.i64(0..20_000);
    for _ in 0..rng.usize(0..12) {
        let rows = (0..rng.usize(1..20)).map(|_| {
            clock += rng.i64(0..1_500);
            let (id, time) = (rng.i64(0..1000), (clock - rng.i64(0..10_000)).max(0));
            random_row(rng, id, time)
        });
        let rows = rows.collect();
        events.push(MemoryEvent::Rows(rows));
    }
    events
}

fn inputs(seed: u64) -> Inputs {
    let mut rng = Rng::with_seed(seed);
    let mut splits = || {
        let count = rng.usize(1..9);
        (0..count).map(|_| split(&mut rng)).collect::<Vec<_>>()
    };
    Inputs::from([("t".to_owned(), splits()), ("u".to_owned(), splits())])
}

fn outcome(query: &str, inputs: &Inputs, shape: Shape) -> Written {
    let sql = format!("{TABLES}{query};");
    play(&sql, inputs, Outside::Kept, shape).unwrap_or_else(|e| panic!("{shape:?}\n{query}\n{e}"))
}

/// The part of the counters that may not depend on the shape.
fn account(counters: &Counters, rows: Rows) -> [(&'static str, u64); 4] {
    [
        ("in", counters.rows_in),
        ("filtered", if rows == Rows::ChangesFiltered { 0 } else { counters.rows_filtered }),
        ("aside", counters.rows_aside),
        ("late", counters.rows_late),
    ]
}

fn check(query: &str, rows: Rows) {
    for seed in 0..SEEDS {
        let inputs = inputs(seed);
        let one = outcome(query, &inputs, Shape { shards: 1, batch_rows: 1024 });
        for shards in SHARDS {
            for batch_rows in BATCH_ROWS {
                let shape = Shape { shards, batch_rows };
                let many = outcome(query, &inputs, shape);
                let place = format!("seed {seed}, {shape:?}\n{query}");
                assert_eq!(account(&many.counters, rows), account(&one.counters, rows), "account, {place}");
                assert_same(&many.result("print"), &one.result("print"), &place);
                let Counters { rows_in, rows_out, rows_filtered, rows_aside, .. } = many.counters;
                assert!(rows != Rows::Kept || rows_in == rows_out + rows_filtered + rows_aside, "{place}");
            }
        }
    }
}

fn assert_same(many: &[String], one: &[String], place: &str) {
    if many != one {
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|line| !those.contains(line)).cloned().collect()
        };
        panic!("{place}\nonly there: {:#?}\nonly at one shard: {:#?}", only(many, one), only(one, many));
    }
}

#[test]
fn rows_that_are_only_filtered_and_computed_are_the_same() {
    check("SELECT id, v + 1, s || '!' FROM t WHERE v > 0 OR k = 3", Rows::Kept);
    check("SELECT id, 100 / v FROM t WHERE k < 6", Rows::Kept);
    check("SELECT id, ts, CASE WHEN v > 10 THEN s END FROM t", Rows::Kept);
}

#[test]
fn unions_are_the_same() {
    check("SELECT id, k, v FROM t WHERE v > 0 UNION ALL SELECT id, k, -v FROM u WHERE v < 0", Rows::Kept);
    check(
        "SELECT k, COUNT(*), SUM(v) FROM (SELECT k, v FROM t UNION ALL SELECT k, v FROM u WHERE v > 0) GROUP BY k",
        Rows::Aggregated,
    );
}

#[test]
fn running_aggregates_are_the_same() {
    check("SELECT k, COUNT(*), SUM(v), AVG(v), MIN(d), MAX(s) FROM t GROUP BY k", Rows::Aggregated);
    check("SELECT k, s, COUNT(v), SUM(d), COUNT(DISTINCT v) FROM t GROUP BY k, s", Rows::Aggregated);
    check("SELECT COUNT(*), SUM(v), MIN(ts), COUNT(DISTINCT s) FROM t WHERE v <> 7", Rows::Aggregated);
    check("SELECT s, SUM(v) FILTER (WHERE k > 3) FROM t GROUP BY s HAVING COUNT(*) > 4", Rows::ChangesFiltered);
    check("SELECT k, SUM(v), COUNT(*) FROM t GROUP BY k EMIT FINAL", Rows::Aggregated);
}

#[test]
fn distinct_rows_are_the_same() {
    check("SELECT DISTINCT k, s FROM t", Rows::Aggregated);
    check("SELECT DISTINCT k FROM t WHERE v > 0", Rows::Aggregated);
}

#[test]
fn aggregates_over_aggregates_are_the_same() {
    check("SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) GROUP BY n", Rows::Aggregated);
    check(
        "SELECT COUNT(*), SUM(total) FROM (SELECT k, s, SUM(v) AS total FROM t GROUP BY k, s) WHERE total > 0",
        Rows::ChangesFiltered,
    );
}

#[test]
fn tumbling_windows_are_the_same() {
    check(
        "SELECT k, window_start, window_end, COUNT(*), SUM(v), MIN(s) \
         FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end",
        Rows::Aggregated,
    );
    check(
        "SELECT window_start, COUNT(*), COUNT(DISTINCT k) \
         FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '7' SECOND)) WHERE v > 0 GROUP BY window_start, window_end",
        Rows::Aggregated,
    );
}

#[test]
fn hopping_windows_are_the_same() {
    check(
        "SELECT s, window_start, COUNT(*), MAX(v), AVG(d) \
         FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)) \
         GROUP BY s, window_start, window_end",
        Rows::Aggregated,
    );
}

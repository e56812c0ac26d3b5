//! State does not grow with the data, in whole queries: what every operator of their plans holds when ten times the rows have gone through is
//! what it held after the first tenth.
//!
//! Over the same keys this holds for all operators; over keys that never come again for those of which `explain` does not say that they
//! are unbounded; and for all of them again where the rows of a round are taken back in the next.

use std::collections::BTreeMap;

use corelane::batch::RowKind;
use corelane::types::Value;

use super::law::run::{Job, Steps};

const ROUNDS: i64 = 400;
const ROWS: i64 = 60;
const KEYS: i64 = 7;
const SECOND: i64 = 1_000_000_000;

/// What an operator holds more where a batch happens to be larger; less than one byte for each row of the other nine tenths.
const SLACK: usize = 16 * 1024;

/// What the rows of a round are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// Of the same few keys.
    SameKeys,
    /// Of keys that never come again.
    NewKeys,
    /// Of the same keys, and taken back in the next round.
    ComeAndGo,
}

impl Rows {
    fn table(self) -> &'static str {
        match self {
            Rows::SameKeys | Rows::NewKeys => "'connector' = 'memory'",
            Rows::ComeAndGo => "'connector' = 'memory', 'changelog' = 'retract'",
        }
    }

    /// Key, a number that is new each time, and a time; ten seconds a round.
    fn of(self, round: i64) -> Vec<Vec<Value>> {
        let row = |n: i64| {
            let new = round * ROWS + n;
            let key = if self == Rows::NewKeys { new } else { n % KEYS };
            vec![Value::Int(key), Value::Int(new), Value::Int((round * 10 + n % 5) * SECOND)]
        };
        (0..ROWS).map(row).collect()
    }

    fn steps(self) -> Steps {
        let said = |round: i64| {
            let comes = self.of(round).into_iter().map(|row| (RowKind::Insert, row));
            let goes = if self == Rows::ComeAndGo && round > 0 { self.of(round - 1) } else { Vec::new() };
            comes.chain(goes.into_iter().map(|row| (RowKind::Delete, row))).collect()
        };
        (0..ROUNDS).map(said).collect()
    }
}

/// What a node held at the most in the first tenth, and in all.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    first: usize,
    all: usize,
}

/// Runs a query, and notes which kinds of operators with state are bounded.
fn check(query: &str, rows: Rows, bounded: &mut BTreeMap<String, usize>) {
    let sql = format!(
        "CREATE TABLE t (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '15' SECOND) WITH ({});\n{query};",
        rows.table()
    );
    let job = Job::endless(&sql, &[("t", &rows.steps())], 2).unwrap_or_else(|e| panic!("{e}"));
    let plan = job.plan.clone();
    let mut held = vec![Held::default(); plan.nodes.len()];
    let ran = job.run((2, 1024), |step, _, state| {
        for (held, state) in held.iter_mut().zip(state).filter(|_| step < ROUNDS as usize) {
            held.all = held.all.max(*state);
            held.first = if step < ROUNDS as usize / 10 { held.all } else { held.first };
        }
        Ok(())
    });
    assert_eq!(ran, Ok((0, 0)), "rows set aside and late rows: {query}");
    for (node, held) in plan.nodes.iter().zip(held) {
        let is_unbounded = node.state_bound.contains("unbounded");
        let kind = format!("{:?}", node.kind);
        let kind = kind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if !node.state_bound.is_empty() && !is_unbounded {
            *bounded.entry(kind.to_owned()).or_default() += 1;
        }
        if rows != Rows::NewKeys || !is_unbounded {
            let Held { first, all } = held;
            assert!(
                all <= first * 3 / 2 + SLACK,
                "{query}: {kind} ({}) held {first} bytes, then {all}, of {rows:?}",
                node.state_bound
            );
        }
    }
}

const WINDOW: &str = "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '20' SECOND))";
const SESSION: &str = "TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND))";

/// Queries whose state is bounded by time, or by the number of keys.
fn over_keys_and_time() -> Vec<String> {
    let bounds = "window_start, window_end";
    let of_windows = format!("SELECT k, {bounds}, SUM(v) AS s FROM {WINDOW} GROUP BY k, {bounds}");
    let ranked = |of: &str| {
        format!(
            "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY {bounds} ORDER BY v) AS n FROM ({of}) AS r) WHERE n <= 3"
        )
    };
    let plain = format!("SELECT k, v, {bounds} FROM {WINDOW}");
    let joined = format!("SELECT l.k, r.s FROM ({of_windows}) AS l");
    let same_window = "ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end";
    let mut queries = vec![
        format!("{of_windows} EMIT CHANGES"),
        format!("{of_windows} EMIT CHANGES EVERY INTERVAL '30' SECOND"),
        format!(
            "SELECT k, COUNT(DISTINCT v) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '40' SECOND)) GROUP BY k, {bounds}"
        ),
        format!(
            "SELECT k, MAX(v) FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '40' SECOND)) GROUP BY k, {bounds}"
        ),
        format!("SELECT k, MIN(v) FROM {SESSION} GROUP BY k, {bounds}"),
        format!("SELECT k, MIN(v) FROM {SESSION} GROUP BY k, {bounds} EMIT CHANGES"),
        format!("SELECT k, v, window_end FROM {SESSION}"),
        format!("SELECT DISTINCT k, {bounds} FROM {WINDOW}"),
        format!("SELECT window_end, COUNT(*) FROM ({of_windows}) AS w GROUP BY {bounds}"),
        ranked(&plain),
        format!("{} EMIT CHANGES", ranked(&plain)),
        format!("SELECT k, SUM(v) OVER (PARTITION BY {bounds} ORDER BY v) FROM {WINDOW}"),
        format!("{joined} JOIN ({of_windows}) AS r {same_window}"),
        format!("{joined} LEFT JOIN ({of_windows}) AS r {same_window}"),
    ];
    let timed = [
        "SELECT a.k, b.v FROM t AS a JOIN t AS b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '5' SECOND AND b.ts + INTERVAL '5' SECOND",
        "SELECT a.k, b.v FROM t AS a FULL JOIN t AS b ON a.k = b.k AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '5' SECOND",
        "SELECT k, v FROM t AS a WHERE NOT EXISTS (SELECT 1 FROM t AS b WHERE a.k = b.k AND b.ts BETWEEN a.ts + INTERVAL '1' SECOND AND a.ts + INTERVAL '9' SECOND)",
        "WITH versions AS (SELECT k, v, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS n FROM t) WHERE n = 1) SELECT l.v, r.v FROM t AS l LEFT JOIN versions FOR SYSTEM_TIME AS OF l.ts AS r ON l.k = r.k",
        "SELECT l.v, r.v FROM t AS l ASOF JOIN t AS r ON l.k = r.k AND l.ts > r.ts",
        "SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '20' SECOND PRECEDING AND CURRENT ROW) FROM t",
        "SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM t",
        "SELECT k, MAX(v) OVER (PARTITION BY k ORDER BY ts) FROM t",
        "SELECT k, LEAD(v) OVER (PARTITION BY k ORDER BY ts) FROM t",
        "SELECT k, v FROM t ORDER BY ts",
        "SELECT k, COUNT(*), SUM(v), MAX(v) FROM t GROUP BY k",
        "SELECT COUNT(*) FROM t",
        "SELECT DISTINCT k FROM t",
        "SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) GROUP BY n",
        "SELECT k, v FROM t ORDER BY v DESC LIMIT 3",
        "SELECT k, v FROM (SELECT *, RANK() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM t) WHERE n <= 2",
        "SELECT a.k, a.n, b.s FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS a LEFT JOIN (SELECT k, SUM(v) AS s FROM t GROUP BY k) AS b ON a.k = b.k",
        "SELECT k, COUNT(*) FROM t GROUP BY k EMIT CHANGES EVERY INTERVAL '20' SECOND",
        "SELECT k FROM t INTERSECT SELECT k FROM t WHERE v > 5",
        "SELECT k, item, COUNT(*) FROM t CROSS JOIN UNNEST(ARRAY[k, k + 1]) AS x (item) GROUP BY k, item",
        "SELECT k, COUNT(*) FROM t GROUP BY ROLLUP (k)",
    ];
    queries.extend(timed.map(str::to_owned));
    queries
}

/// Queries whose state is bounded by a time to live, whatever comes.
const AGING: [&str; 7] = [
    "SELECT k, COUNT(*), COUNT(DISTINCT v) FROM t GROUP BY k",
    "SELECT DISTINCT k, v FROM t",
    "SELECT a.k, b.v FROM t AS a JOIN t AS b ON a.k = b.k",
    "SELECT a.k, b.v FROM t AS a LEFT JOIN t AS b ON a.v = b.v",
    "SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) AS n FROM t) WHERE n <= 2",
    "SELECT k, MAX(v) OVER (PARTITION BY k ORDER BY ts) FROM t",
    "SELECT k, v FROM t WHERE v NOT IN (SELECT v + 1 FROM t)",
];

/// Queries that keep rows, as long as these are there.
const KEEPING: [&str; 10] = [
    "SELECT a.k, b.v FROM t AS a FULL JOIN t AS b ON a.k = b.k AND a.v < b.v",
    "SELECT k, COUNT(DISTINCT v), LISTAGG(CAST(v AS STRING)), MAX(v) FROM t GROUP BY k",
    "SELECT DISTINCT k, v FROM t",
    "SELECT k, v, RANK() OVER (PARTITION BY k ORDER BY v) FROM t",
    "SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY v ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM t",
    "SELECT k, v FROM t WHERE v IN (SELECT v FROM t WHERE k > 2)",
    "SELECT k, v FROM t WHERE v NOT IN (SELECT v + 1 FROM t)",
    "SELECT k, v FROM t EXCEPT ALL SELECT k, v FROM t WHERE k > 3",
    "SELECT k, v FROM t ORDER BY v LIMIT 3 OFFSET 2",
    "SELECT k, (SELECT MAX(v) FROM t AS u WHERE u.k = t.k) FROM t",
];

#[test]
fn state_does_not_grow_with_the_data() {
    let mut bounded = BTreeMap::new();
    for query in over_keys_and_time() {
        check(&query, Rows::SameKeys, &mut bounded);
        check(&query, Rows::NewKeys, &mut bounded);
    }
    for query in AGING {
        check(&format!("SET 'table.exec.state.ttl' = '20 ms';\n{query}"), Rows::NewKeys, &mut bounded);
    }
    for query in KEEPING {
        check(query, Rows::ComeAndGo, &mut BTreeMap::new());
    }
    let kinds: Vec<&str> = bounded.keys().map(String::as_str).collect();
    let all = ["Aggregate", "Hold", "Join", "Over", "Rank", "Sort", "WindowAggregate", "WindowAssign"];
    assert_eq!(kinds, all, "what is bounded by more than the number of keys");
}

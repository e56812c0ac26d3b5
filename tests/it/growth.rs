//! State does not grow with the data, in whole queries: what every operator of their plans holds when ten times the rows have gone through is
//! what it held after the first tenth.
//!
//! Over the same keys this holds for all operators; over keys that never come again for those of which `explain` does not say that they
//! are unbounded, which must not be said of what the watermark frees; and for all of them again where the rows of a round are taken back in the next.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use corelane::batch::RowKind;
use corelane::types::Value;

use super::law::declared_kinds;
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

/// Which kinds of operators keep state, and how often more than the number of keys bounds it.
#[derive(Debug, Default)]
struct Kinds {
    bounded: BTreeMap<String, usize>,
    unbounded: BTreeMap<String, usize>,
}

/// Runs a query, and notes which kinds of operators with state are bounded.
fn check(query: &str, rows: Rows, kinds: &mut Kinds) {
    let sql = format!(
        "CREATE TABLE t (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '15' SECOND) WITH ({});\n{query};",
        rows.table()
    );
    let job = Job::endless(&sql, &[("t", &[rows.steps()])], 2).unwrap_or_else(|e| panic!("{e}"));
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
        if !node.state_bound.is_empty() {
            let of_kind = if is_unbounded { &mut kinds.unbounded } else { &mut kinds.bounded };
            *of_kind.entry(kind.to_owned()).or_default() += 1;
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
        "SELECT k FROM (SELECT k, MAX(v) OVER (PARTITION BY k ORDER BY ts) FROM t)",
        "SELECT k, LEAD(v) OVER (PARTITION BY k ORDER BY ts) FROM t",
        "SELECT k, n FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES COUNT(*) AS n PATTERN (a b* c) WITHIN INTERVAL '30' SECOND DEFINE b AS b.v > FIRST(v), c AS c.v < a.v)",
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
    queries.push(AGING[7].to_owned());
    queries
}

/// Queries over changes of windows all of whose state the watermark frees, though no window function, and no join or ranking of windows, says so.
fn over_closing_windows() -> Vec<String> {
    let bounds = "window_start, window_end";
    let view = format!("CREATE VIEW w AS SELECT k, {bounds}, SUM(v) AS s FROM {WINDOW} GROUP BY k, {bounds} EMIT CHANGES;\n");
    let joined =
        |kind: &str, on: &str| format!("SELECT l.k, l.window_end, r.s FROM w AS l {kind} JOIN w AS r ON l.k = r.k AND {on}");
    let same_end = "l.window_end = r.window_end";
    let ranked = "ROW_NUMBER() OVER (PARTITION BY window_end ORDER BY s) AS n";
    let changing = format!("SELECT k, {bounds}, SUM(v) OVER (PARTITION BY {bounds} ORDER BY v) AS s FROM {WINDOW}");
    let beside = |columns: &str| {
        let same_window = format!("ON l.k = r.k AND l.window_start = r.window_start AND {same_end}");
        format!("SELECT {columns} FROM (SELECT k, {bounds} FROM {WINDOW}) AS l LEFT JOIN ({changing}) AS r {same_window}")
    };
    let written = |query: &str| {
        let columns = "k BIGINT, e TIMESTAMP(3), s BIGINT, PRIMARY KEY (e, s) NOT ENFORCED";
        format!("CREATE TABLE written ({columns}) WITH ('connector' = 'memory');\nINSERT INTO written {query}")
    };
    let queries = [
        joined("", &format!("l.window_start = r.window_start AND {same_end}")),
        joined("FULL", same_end),
        joined("LEFT", "l.window_start = r.window_start"),
        joined("RIGHT", "l.window_start = r.window_end"),
        joined("", "l.window_end = r.window_end + INTERVAL '20' SECOND"),
        "SELECT k FROM w WHERE s IN (SELECT s + 1 FROM w AS r WHERE r.window_end = w.window_end)".to_owned(),
        "SELECT k FROM w WHERE NOT EXISTS (SELECT 1 FROM w AS r WHERE r.s > w.s AND r.window_end = w.window_end)".to_owned(),
        "SELECT window_end, s, COUNT(*), MAX(k) FROM w GROUP BY window_end, s".to_owned(),
        "SELECT window_start, COUNT(*) FROM w GROUP BY window_start".to_owned(),
        "SELECT window_end, k, COUNT(*) FROM w GROUP BY window_end, k EMIT FINAL".to_owned(),
        "SELECT DISTINCT window_end, k FROM w".to_owned(),
        format!("SELECT window_end, COUNT(*) FROM ({}) AS j GROUP BY window_end", joined("LEFT", same_end)),
        format!("SELECT * FROM (SELECT *, {ranked} FROM w) WHERE n <= 3"),
        "SELECT k, MAX(s) OVER (PARTITION BY window_end ORDER BY k) FROM w".to_owned(),
        "SELECT window_end, k FROM w UNION SELECT window_end, s FROM w".to_owned(),
        beside("l.k, r.s"),
        beside("l.k, r.k"),
        written("SELECT k, window_end, s FROM w"),
        written("SELECT k, window_end, s FROM w ON CONFLICT DO NOTHING"),
    ];
    queries.map(|query| format!("{view}{query}")).into()
}

/// Queries over rows with times of which none is late, and which kinds of operators below keep something of each key for ever. All else that they keep is
/// freed with the time by which it is kept, though no window says so.
fn over_passing_times() -> Vec<(String, Option<&'static str>)> {
    let near = "ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '5' SECOND AND b.ts + INTERVAL '5' SECOND";
    let view = format!("CREATE VIEW j AS SELECT a.k, a.v, a.ts AS at, b.ts AS bt FROM t AS a JOIN t AS b {near};\n");
    let newest = "SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS n FROM t";
    let versions = format!("CREATE VIEW versions AS SELECT k, v, ts FROM ({newest}) WHERE n = 1;\n");
    let by = |time: &str| format!("(SELECT {time}, COUNT(*) AS n FROM j GROUP BY {time})");
    let windows = format!("SELECT k, window_start, window_end, COUNT(*) AS n FROM {WINDOW} GROUP BY k, window_start, window_end");
    let same_window = "l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end";
    let columns = "k BIGINT, e TIMESTAMP(3), s BIGINT, PRIMARY KEY (e, s) NOT ENFORCED";
    let bounded = [
        "SELECT at, COUNT(*) FROM j GROUP BY at".to_owned(),
        "SELECT at, COUNT(*) FROM j GROUP BY at EMIT FINAL".to_owned(),
        "SELECT DISTINCT at + INTERVAL '1' MINUTE, k FROM j".to_owned(),
        "SELECT at, k FROM j UNION SELECT bt, v FROM j".to_owned(),
        "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY at ORDER BY v) AS n FROM j) WHERE n <= 3".to_owned(),
        "SELECT k, SUM(v) OVER (PARTITION BY at ORDER BY v) FROM j".to_owned(),
        "SELECT k, SUM(v) OVER (PARTITION BY at ORDER BY at) FROM j".to_owned(),
        format!("SELECT l.k, r.n FROM j AS l LEFT JOIN {} AS r ON l.at = r.bt", by("bt")),
        format!(
            "SELECT COALESCE(l.at, r.bt), COUNT(*) FROM {} AS l FULL JOIN {} AS r ON l.at = r.bt GROUP BY COALESCE(l.at, r.bt)",
            by("at"),
            by("bt")
        ),
        format!("SELECT COALESCE(a.ts, b.ts), COUNT(*) FROM t AS a FULL JOIN t AS b {near} GROUP BY COALESCE(a.ts, b.ts)"),
        format!(
            "SELECT COALESCE(l.window_end, r.window_end), SUM(r.n) FROM ({windows}) AS l FULL JOIN ({windows}) AS r ON {same_window} GROUP BY COALESCE(l.window_end, r.window_end)"
        ),
        format!(
            "SELECT DISTINCT window_end, r.n FROM ({windows}) AS l FULL JOIN ({windows}) AS r USING (k, window_start, window_end)"
        ),
        "SELECT l.ts, COUNT(*) FROM t AS l WHERE NOT EXISTS (SELECT 1 FROM t AS r WHERE l.k = r.k AND r.ts BETWEEN l.ts + INTERVAL '1' SECOND AND l.ts + INTERVAL '9' SECOND) GROUP BY l.ts"
            .to_owned(),
        "SELECT k, COUNT(*) OVER (PARTITION BY k, ts ORDER BY ts) FROM t".to_owned(),
        format!("CREATE TABLE written ({columns}) WITH ('connector' = 'memory');\nINSERT INTO written SELECT k, at, v FROM j"),
    ];
    let of_each_key = [
        (
            "SELECT l.ts, l.k, COUNT(r.v) FROM t AS l LEFT JOIN versions FOR SYSTEM_TIME AS OF l.ts AS r ON l.k = r.k GROUP BY l.ts, l.k",
            "Join",
        ),
        ("SELECT DISTINCT l.ts, r.v FROM t AS l ASOF JOIN t AS r ON l.k = r.k AND l.ts > r.ts", "Join"),
        (
            "SELECT ts, last, COUNT(*) FROM (SELECT ts, LAG(v) OVER (PARTITION BY k ORDER BY ts) AS last FROM t) AS o GROUP BY ts, last",
            "Over",
        ),
    ];
    let bounded = bounded.map(|query| (format!("{view}{query}"), None));
    bounded.into_iter().chain(of_each_key.map(|(query, kind)| (format!("{versions}{query}"), Some(kind)))).collect()
}

/// Queries whose state is bounded by a time to live, whatever comes.
const AGING: [&str; 9] = [
    "SELECT k, COUNT(*), COUNT(DISTINCT v) FROM t GROUP BY k",
    "SELECT DISTINCT k, v FROM t",
    "SELECT a.k, b.v FROM t AS a JOIN t AS b ON a.k = b.k",
    "SELECT a.k, b.v FROM t AS a LEFT JOIN t AS b ON a.v = b.v",
    "SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) AS n FROM t) WHERE n <= 2",
    "SELECT k, MAX(v) OVER (PARTITION BY k ORDER BY ts) FROM t",
    "SELECT k, v FROM t WHERE v NOT IN (SELECT v + 1 FROM t)",
    "WITH newest AS (SELECT k, v, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS n FROM t) WHERE n = 1) SELECT window_end, SUM(v) FROM TABLE(TUMBLE(TABLE newest, DESCRIPTOR(ts), INTERVAL '20' SECOND)) GROUP BY window_start, window_end",
    "SELECT k, n FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES MATCH_NUMBER() AS n PATTERN (a b+) DEFINE b AS b.v > a.v)",
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
    let mut kinds = Kinds::default();
    for query in over_keys_and_time() {
        check(&query, Rows::SameKeys, &mut kinds);
        check(&query, Rows::NewKeys, &mut kinds);
    }
    for query in over_closing_windows() {
        let mut closing = Kinds::default();
        check(&query, Rows::NewKeys, &mut closing);
        assert!(closing.unbounded.is_empty(), "{query}: {closing:?}");
        kinds.bounded.append(&mut closing.bounded);
    }
    for (query, of_each_key) in over_passing_times() {
        let mut passing = Kinds::default();
        check(&query, Rows::NewKeys, &mut passing);
        assert!(passing.unbounded.keys().eq(of_each_key.iter()), "{query}: {passing:?}");
        kinds.bounded.append(&mut passing.bounded);
    }
    for query in AGING {
        check(&format!("SET 'table.exec.state.ttl' = '20 ms';\n{query}"), Rows::NewKeys, &mut kinds);
    }
    for query in KEEPING {
        check(query, Rows::ComeAndGo, &mut Kinds::default());
    }
    for kind in declared_kinds() {
        let is_bounded = kinds.bounded.contains_key(kind);
        let is_stateless = STATELESS.contains(&kind);
        assert!(
            is_bounded != is_stateless,
            "{kind} keeps state, and there is a query in which that is bounded, or it keeps none"
        );
    }
}

/// Kinds of nodes that keep no rows from one batch to the next.
const STATELESS: [&str; 10] =
    ["Scan", "Calc", "Expand", "Unnest", "InTime", "PartialAggregate", "Consolidate", "Union", "Exchange", "Sink"];

/// Operators without state; the others have a test of their own beside them, in `src/operator/growth.rs`.
const STATELESS_OPERATORS: [&str; 5] = ["Calc", "Expand", "InTime", "Unnest", "WindowAssign"];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}

#[test]
fn every_operator_has_a_test_of_its_own_or_no_state() {
    let tests = include_str!("../../src/operator/growth.rs");
    let mut found = Vec::new();
    for path in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operator")) {
        let source = fs::read_to_string(&path).expect("a source file");
        for behind in source.lines().filter_map(|line| line.strip_prefix("impl Operator for ")) {
            let name = behind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
            let is_stateless = STATELESS_OPERATORS.contains(&name.as_str());
            assert_eq!(is_stateless, !source.contains("fn state_bytes"), "{name} says how many bytes it holds, or holds none");
            // Those of OVER have its name before theirs.
            let is_tested = [format!("({name}::new("), format!(" {name}::new("), format!("(Over{name}::new(")];
            assert!(is_stateless || is_tested.iter().any(|call| tests.contains(call)), "{name} has no test of its growth");
            found.push(name);
        }
    }
    assert!(found.len() > 15, "{found:?}");
}

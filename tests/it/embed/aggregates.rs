//! Aggregates of the program, against recomputations by the program and against aggregates of the library that come to the same.

use super::*;
use corelane::{AggregateFunction, JobBuilder};

/// A mean of values by their weights, cut to a whole number; exact, so that it is the same in any order.
#[derive(Clone, Default)]
struct Weighted {
    sum: i64,
    weight: i64,
}

impl Weighted {
    fn accumulate(&mut self, (value, weight): (i64, Option<i64>)) -> Result<(), String> {
        let weight = weight.unwrap_or(1);
        if weight < 0 {
            return Err(format!("a weight of {weight}"));
        }
        // Half of it is done where the other fails.
        self.weight += weight;
        self.sum = value.checked_mul(weight).and_then(|value| self.sum.checked_add(value)).ok_or("too great")?;
        Ok(())
    }

    fn retract(&mut self, (value, weight): (i64, Option<i64>)) {
        let weight = weight.unwrap_or(1);
        (self.sum, self.weight) = (self.sum - value * weight, self.weight - weight);
    }

    fn merge(&mut self, (sum, weight): (i64, i64)) -> Result<(), String> {
        self.weight += weight;
        self.sum = self.sum.checked_add(sum).ok_or("too great")?;
        Ok(())
    }

    fn result(&self) -> Option<i64> {
        (self.weight > 0).then(|| self.sum / self.weight)
    }
}

/// The longest text, which cannot be taken back.
#[derive(Clone, Default)]
struct Longest(String);

/// A value and its weight.
type Arguments = (Option<i32>, Option<i64>);

fn alone() -> AggregateFunction<Weighted, (i64, Option<i64>)> {
    AggregateFunction::of_rows("weighted_alone", Weighted::accumulate, Weighted::result)
}

fn builder(sql: &str, shards: usize) -> JobBuilder {
    let longest = |state: &mut Longest, (text,): (&str,)| {
        if text.len() > state.0.len() {
            state.0 = text.to_owned();
        }
    };
    let longest = AggregateFunction::<Longest, (&str,)>::of_rows("longest", longest, |state| state.0.len() as i64);
    let weighted = AggregateFunction::<Weighted, (i64, Option<i64>)>::of_rows("weighted", Weighted::accumulate, Weighted::result);
    let weighted = weighted.retract(Weighted::retract).merge(|state| (state.sum, state.weight), Weighted::merge);
    let builder = Job::builder().sql(sql).threads(shards).aggregate(weighted).aggregate(alone());
    builder.aggregate(longest.bytes(|state| state.0.capacity()))
}

#[test]
fn groups_are_those_of_a_recomputation() {
    const SQL: &str = "CREATE TABLE t (k INT, v INT, w BIGINT) WITH ('connector' = 'channel', 'changelog' = 'retract');
        SELECT k, weighted(v, w), weighted(DISTINCT v, w), WEIGHTED(v, w) FILTER (WHERE v > 0), COUNT(*) FROM t GROUP BY k;";
    let appends = SQL.replace(", 'changelog' = 'retract'", "");
    let two_phase = format!("SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE'; {appends}");
    for (shards, sql) in (1..=4).flat_map(|shards| [SQL, &appends, &two_phase].map(|sql| (shards, sql))) {
        let mut random = fastrand::Rng::with_seed(shards as u64);
        let mut job = builder(sql, shards).plan().unwrap_or_else(|e| panic!("{e}"));
        let mut inputs = [0; 2].map(|_| job.input("t").expect("input"));
        let output = job.output("print").expect("output");
        let running = job.start().expect("starts");
        let reader = std::thread::spawn(|| net(output));
        let (mut there, mut bad) = ([Vec::new(), Vec::new()], 0);
        for _ in 0..60 {
            let at = random.usize(..2);
            let mut change = || {
                if sql == SQL && random.bool() && !there[at].is_empty() {
                    let gone = random.usize(..there[at].len());
                    return (RowKind::Delete, there[at].swap_remove(gone));
                }
                let value = (random.u8(..9) > 0).then(|| random.i32(-5..6));
                let row: (i32, Option<i32>, Option<i64>) =
                    (random.i32(0..5), value, (random.u8(..5) > 0).then(|| random.i64(-1..4)));
                match row {
                    (_, Some(_), Some(-1)) => bad += 1,
                    _ => there[at].push(row),
                }
                (RowKind::Insert, row)
            };
            let changes: Vec<_> = (0..9).map(|_| change()).collect();
            let changes = changes.into_iter().map(|(kind, (k, v, w))| (kind, vec![k.into(), v.into(), w.into()]));
            inputs[at].send(changes.collect::<Vec<_>>()).expect("sent");
        }
        inputs.into_iter().for_each(Input::close);
        let mut groups: BTreeMap<i32, Vec<Arguments>> = BTreeMap::new();
        there.iter().flatten().for_each(|(k, v, w)| groups.entry(*k).or_default().push((*v, *w)));
        let mean = |rows: &[Arguments]| -> Option<i64> {
            let rows = rows.iter().filter_map(|(v, w)| Some((i64::from((*v)?), w.unwrap_or(1))));
            let (sum, weight) = rows.fold((0, 0), |(sum, weight), (v, w)| (sum + v * w, weight + w));
            (weight > 0).then(|| sum / weight)
        };
        let wanted = groups.into_iter().map(|(key, mut rows)| {
            let (all, count) = (mean(&rows), rows.len() as i64);
            let positive: Vec<_> = rows.iter().filter(|(v, _)| *v > Some(0)).copied().collect();
            rows.sort_unstable();
            rows.dedup();
            (text(vec![key.into(), all.into(), mean(&rows).into(), mean(&positive).into(), count.into()]), 1)
        });
        assert_eq!(reader.join().expect("reader"), wanted.collect::<BTreeMap<String, i64>>(), "{shards} shards: {sql}");
        assert_eq!(running.wait().expect("done").rows_aside, bad);
    }
}

/// What stands in the last two columns is the same in every row.
fn check(query: &str) {
    const TABLE: &str = "CREATE TABLE t (k INT, v INT, w BIGINT, s STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'channel');";
    for shards in 1..=4 {
        let mut random = fastrand::Rng::with_seed(90 + shards as u64);
        let mut job = builder(&format!("{TABLE} {query};"), shards).plan().unwrap_or_else(|e| panic!("{query}: {e}"));
        let (mut inputs, output) = ([0; 2].map(|_| job.input("t").expect("input")), job.output("print").expect("output"));
        let running = job.start().expect("starts");
        let reader = std::thread::spawn(|| output.flat_map(|rows| rows.to_vec()).collect::<Vec<_>>());
        let mut times = [0; 2];
        for _ in 0..40 {
            let at = random.usize(..2);
            let mut row = || {
                times[at] += random.i64(0..2) * random.i64(0..3 * SECOND);
                let text = "x".repeat(random.usize(..9));
                let numbers = [random.i64(0..4), random.i64(-9..9), random.i64(1..4)].map(Value::Int);
                numbers.into_iter().chain([text.as_str().into(), times[at].into()]).collect()
            };
            inputs[at].send((0..5).map(|_| row()).collect::<Vec<Vec<Value>>>()).expect("sent");
        }
        inputs.into_iter().for_each(Input::close);
        let rows = reader.join().expect("reader");
        assert!(!rows.is_empty(), "{query}");
        for row in rows {
            let [.., own, twin] = row.as_slice() else { panic!("{row:?}") };
            assert_eq!(own, twin, "{shards} shards: {query}: {row:?}");
        }
        let report = running.wait().expect("done");
        assert_eq!((report.rows_aside, report.rows_late), (0, 0), "{query}");
    }
}

/// What `weighted(v, w)` with this behind it comes to.
fn twin(over: &str) -> String {
    format!("CAST(TRUNCATE(CAST(SUM(v * w) {over} AS DOUBLE) / SUM(w) {over}, 0) AS BIGINT)")
}

#[test]
fn windows_of_all_kinds_take_them() {
    for window in ["TUMBLE", "HOP", "CUMULATE"] {
        let size = if window == "TUMBLE" { "INTERVAL '6' SECOND" } else { "INTERVAL '2' SECOND, INTERVAL '6' SECOND" };
        let from = format!("FROM {window}(TABLE t, DESCRIPTOR(ts), {size}) GROUP BY k, window_start, window_end");
        check(&format!("SELECT k, window_end, weighted(v, w), {} {from}", twin("")));
        check(&format!("SELECT k, window_end, longest(s), MAX(CHAR_LENGTH(s)) {from} EMIT CHANGES"));
        check(&format!("SELECT k, window_end, longest(DISTINCT s), MAX(CHAR_LENGTH(s)) {from}"));
    }
    let tumble = "FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '6' SECOND) GROUP BY window_start, window_end";
    check(&format!("SELECT window_end, longest(s), MAX(CHAR_LENGTH(s)) {tumble}"));
    let session =
        "FROM SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '4' SECOND) GROUP BY k, window_start, window_end";
    check(&format!("SELECT k, window_end, weighted(v, w), {} {session}", twin("")));
}

#[test]
fn frames_of_all_kinds_take_them() {
    let orders = [
        "ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW",
        "ORDER BY ts RANGE BETWEEN INTERVAL '3' SECOND PRECEDING AND CURRENT ROW",
        "ORDER BY ts",
        "ORDER BY v ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING",
        "ORDER BY ts ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW",
    ];
    for order in orders {
        let over = format!("OVER (PARTITION BY k {order})");
        check(&format!("SELECT k, v, weighted(v, w) {over}, {} FROM t", twin(&over)));
        check(&format!("SELECT k, longest(s) {over}, COALESCE(MAX(CHAR_LENGTH(s)) {over}, 0) FROM t"));
    }
}

#[test]
fn a_row_for_which_an_aggregate_fails_leaves_no_trace() {
    const SQL: &str = "CREATE TABLE t (v BIGINT, w BIGINT) WITH ('connector' = 'channel');
        SELECT COUNT(*), weighted(v, w), weighted_alone(v, w), SUM(w) FROM t EMIT FINAL;";
    for batch_rows in ["1", "4", "1024"] {
        let mut job = builder(SQL, 1).set("runtime.batch_rows", batch_rows).plan().expect("plans");
        let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
        let running = job.start().expect("starts");
        let rows = [(6, 1), (i64::MAX, 1), (5, -1), (i64::MAX, 3), (9, 2), (-i64::MAX, 1)];
        input.send(rows.map(|(v, w)| vec![v.into(), w.into()])).expect("sent");
        input.close();
        let given: Vec<_> = output.flat_map(|rows| rows.to_vec()).collect();
        let mean = (24 - i64::MAX) / 4;
        assert_eq!(given, [[3, mean, mean, 4].map(Value::Int)], "batches of {batch_rows}");
        let report = running.wait().expect("done");
        let reasons = ["too great", "a weight of -1", "too great"];
        assert_eq!(report.aside.len(), reasons.len());
        report.aside.iter().zip(reasons).for_each(|(row, reason)| assert!(row.contains(reason), "{row}"));
    }
}

#[test]
fn a_frame_whose_rows_fail_fails_until_they_have_left_it() {
    const SQL: &str =
        "CREATE TABLE t (v BIGINT, w BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'channel');
        SELECT v, f(v, w) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t;";
    for function in ["weighted", "weighted_alone"] {
        let mut job = builder(&SQL.replace("f(v", &format!("{function}(v")), 1).plan().expect("plans");
        let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
        let running = job.start().expect("starts");
        let rows = (0..).zip([(4, 1), (7, -2), (8, 1), (1, 1), (6, 4)]);
        input.send(rows.map(|(at, (v, w))| vec![v.into(), w.into(), (at * SECOND).into()]).collect::<Vec<_>>()).expect("sent");
        input.close();
        let given: Vec<_> = output.flat_map(|rows| rows.to_vec()).collect();
        assert_eq!(given, [[4, 4], [1, 4], [6, 5]].map(|row| row.map(Value::Int)), "{function}");
        let report = running.wait().expect("done");
        assert_eq!(report.rows_aside, 2);
        assert!(report.aside.iter().all(|row| row.contains("a weight of -2")), "{:?}", report.aside);
    }
}

#[test]
fn over_nothing_they_give_the_result_of_the_first_state() {
    const SQL: &str = "CREATE TABLE t (k INT, s STRING) WITH ('connector' = 'channel');
        SELECT longest(s), weighted(k, 1) FROM t WHERE k > 5 EMIT FINAL;
        SELECT k, (SELECT longest(s) FROM (VALUES (1, 'abc')) AS o (id, s) WHERE id = k) FROM t;";
    let mut job = builder(SQL, 2).plan().unwrap_or_else(|e| panic!("{e}"));
    let (mut input, first) = (job.input("t").expect("input"), job.output("print").expect("output"));
    let second = job.output("print 2").expect("output");
    let running = job.start().expect("starts");
    let reader = std::thread::spawn(|| net(second));
    input.send([1, 2].map(|k| vec![k.into(), "x".into()])).expect("sent");
    input.close();
    assert_eq!(first.map(|rows| rows.to_string()).collect::<String>(), "+I[0, NULL]");
    let wanted = [[1, 3], [2, 0]].map(|row| (text(row.map(Value::Int).to_vec()), 1));
    assert_eq!(reader.join().expect("reader"), BTreeMap::from(wanted));
    running.wait().expect("done");
}

#[test]
fn what_an_aggregate_cannot_do_is_refused_where_it_is_called() {
    const TABLES: &str = "CREATE TABLE t (k INT, v INT, w BIGINT, s STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
        WITH ('connector' = 'channel'); CREATE TABLE m (n BIGINT);\n";
    let refused = |query: &str| match builder(&format!("{TABLES}{query};"), 2).plan() {
        Ok(_) => panic!("{query} is planned"),
        Err(error) => error.to_string(),
    };
    let check = |query: &str, parts: &[&str]| {
        let error = refused(query);
        parts.iter().for_each(|part| assert!(error.contains(part), "{part}: {error}"));
    };
    let (back, up) = ("takes no rows back, and those of its input change", "adds no states up, of which these windows are made");
    check("SELECT longest(s) FROM (SELECT k, MAX(s) AS s FROM t GROUP BY k)", &[back, "LONGEST", "sql:3:8", "retract"]);
    check("SELECT weighted_alone(n, 1) FROM m; INSERT INTO m SELECT COUNT(*) FROM t", &[back, "sql:3:8"]);
    for window in [
        "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '2' SECOND)",
        "SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND)",
    ] {
        let query = format!("SELECT window_end, longest(s) FROM {window} GROUP BY window_start, window_end");
        check(&query, &[up, "sql:3:20", "AggregateFunction::merge"]);
    }
    check("SELECT longest(s ORDER BY k) FROM t", &["LONGEST takes rows as they come", "sql:3:8"]);
    check("SELECT longest(*) FROM t", &["LONGEST does not take ()", "usage: LONGEST(STRING)"]);
    check(
        "SELECT weighted(v, DATE '2024-01-01') FROM t",
        &["WEIGHTED does not take (INT, DATE)", "usage: WEIGHTED(BIGINT, BIGINT)"],
    );
    check("SELECT longst(s) FROM t", &["did you mean LONGEST?"]);
    check("SELECT k FROM t WHERE longest(s) > 1", &["the aggregate longest is not allowed here"]);
    let error = builder("SELECT 1", 1).aggregate(alone()).plan().expect_err("twice").to_string();
    assert!(error.contains("cannot be called 'WEIGHTED_ALONE'"), "{error}");
    let unsaid =
        AggregateFunction::<Vec<i64>, (i64,)>::of_rows("unsaid", |state, (n,)| state.push(n), |state| state.len() as i64);
    let error = Job::builder().sql("SELECT 1").aggregate(unsaid).plan().expect_err("unsaid").to_string();
    assert!(error.contains("the states of UNSAID may own memory, and nothing says how much"), "{error}");
}

#[test]
fn states_count_towards_the_memory_limit() {
    let kept = AggregateFunction::<Vec<u8>, (i64,)>::of_rows(
        "kept",
        |state, (n,)| state.resize(n as usize, 1),
        |state| state.len() as i64,
    );
    let sql = "CREATE TABLE t (n BIGINT) WITH ('connector' = 'channel'); SELECT kept(n) FROM t EMIT FINAL;";
    let builder = Job::builder().sql(sql).threads(1).set("runtime.memory_limit", "8 MiB");
    let mut job = builder.aggregate(kept.bytes(Vec::capacity)).plan().unwrap_or_else(|e| panic!("{e}"));
    let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
    let running = job.start().expect("starts");
    let reader = std::thread::spawn(|| output.count());
    while input.send([vec![Value::Int(64 << 20)]]).is_ok() {}
    reader.join().expect("reader");
    assert_eq!(running.wait().expect_err("too much").kind(), ErrorKind::Limit);
}

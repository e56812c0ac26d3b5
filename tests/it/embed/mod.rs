//! Jobs within a program: what they are fed and give out, against a recomputation by the program itself; how they are held back, stopped
//! and refused.

mod aggregates;
mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use corelane::arrow_array::cast::AsArray;
use corelane::arrow_array::types::{Float64Type, Int32Type};
use corelane::arrow_array::{Array, ArrayRef, Int32Array, Int64Array, ListArray, RecordBatch, StringArray};
use corelane::{DataType, ErrorKind, Input, Job, Next, Output, RowKind, Rows, ScalarFunction, Value};

const SECOND: i64 = 1_000_000_000;

/// Rows of a batch where jobs are held back.
const BATCH_ROWS: i64 = 8192;

fn job(sql: &str, shards: usize) -> Job {
    Job::builder().sql(sql).threads(shards).plan().unwrap_or_else(|e| panic!("{e}"))
}

/// What is left of the changes that a result gives out.
fn net(output: Output) -> BTreeMap<String, i64> {
    let mut net = BTreeMap::new();
    for (kind, row) in output.flat_map(|rows| rows.changes()) {
        *net.entry(format!("{row:?}")).or_default() += kind.sign();
    }
    net.retain(|_, count| *count != 0);
    net
}

fn text(row: Vec<Value>) -> String {
    format!("{row:?}")
}

#[test]
fn windows_are_those_of_a_recomputation() {
    const SQL: &str =
        "CREATE TABLE events (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'channel');
        SELECT k, window_start, SUM(v), COUNT(*) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND))
        GROUP BY k, window_start, window_end;";
    for shards in 1..=3 {
        let mut random = fastrand::Rng::with_seed(shards as u64);
        let mut job = job(SQL, shards);
        let output = job.output("print").expect("output");
        let inputs: Vec<Input> = (0..4).map(|_| job.input("EVENTS").expect("input")).collect();
        let running = job.start().expect("starts");
        let mut wanted: BTreeMap<(String, i64), (i64, i64)> = BTreeMap::new();
        let mut senders = Vec::new();
        for mut input in inputs {
            let mut time = 0;
            let batches: Vec<Vec<Vec<Value>>> = (0..random.usize(1..30))
                .map(|_| {
                    let rows = random.usize(..20);
                    let row = |_| {
                        let (key, value) = (["a", "b", "c"][random.usize(..3)], random.i64(-9..9));
                        time += random.i64(0..2 * SECOND);
                        // What is finer than milliseconds is cut.
                        let start = (time / 1_000_000 * 1_000_000).div_euclid(5 * SECOND) * 5 * SECOND;
                        let (sum, count) = wanted.entry((key.to_owned(), start)).or_default();
                        (*sum, *count) = (*sum + value, *count + 1);
                        vec![key.into(), value.into(), time.into()]
                    };
                    (0..rows).map(row).collect()
                })
                .collect();
            senders.push(std::thread::spawn(move || {
                batches.into_iter().for_each(|rows| input.send(rows).expect("sent"));
                input.close();
            }));
        }
        let wanted: BTreeMap<String, i64> = wanted
            .into_iter()
            .map(|((key, start), (sum, count))| (text(vec![key.into(), start.into(), sum.into(), count.into()]), 1))
            .collect();
        assert_eq!(net(output), wanted, "{shards} shards");
        senders.into_iter().for_each(|sender| sender.join().expect("sender"));
        let report = running.wait().expect("done");
        assert_eq!((report.rows_late, report.rows_aside), (0, 0));
        assert_eq!(report.rows_out, wanted.len() as u64);
    }
}

#[test]
fn changes_go_in_and_come_out() {
    const SQL: &str = "CREATE TABLE stock (item INT, n BIGINT) WITH ('connector' = 'channel', 'changelog' = 'retract');
        CREATE TABLE levels (n BIGINT, items BIGINT) WITH ('connector' = 'channel');
        INSERT INTO levels SELECT n, COUNT(*) FROM (SELECT item, SUM(n) AS n FROM stock GROUP BY item) GROUP BY n;";
    for shards in 1..=3 {
        let mut random = fastrand::Rng::with_seed(40 + shards as u64);
        let mut job = job(SQL, shards);
        let (mut stock, levels) = (job.input("stock").expect("input"), job.output("levels").expect("output"));
        assert_eq!(levels.schema().types(), [DataType::BigInt, DataType::BigInt]);
        let running = job.start().expect("starts");
        let reader = std::thread::spawn(|| net(levels));
        let mut there: Vec<(i64, i64)> = Vec::new();
        for _ in 0..100 {
            let mut change = || match random.bool() && !there.is_empty() {
                true => (RowKind::Delete, there.swap_remove(random.usize(..there.len()))),
                false => {
                    there.push((random.i64(0..9), random.i64(0..5)));
                    (RowKind::Insert, there[there.len() - 1])
                }
            };
            let changes: Vec<_> = (0..7).map(|_| change()).collect();
            let changes = changes.into_iter().map(|(kind, (item, n))| (kind, vec![item.into(), n.into()]));
            stock.send(changes.collect::<Vec<_>>()).expect("sent");
        }
        stock.close();
        let (mut sums, mut wanted) = (BTreeMap::new(), BTreeMap::new());
        there.iter().for_each(|(item, n)| *sums.entry(*item).or_insert(0) += *n);
        sums.values().for_each(|sum| *wanted.entry(*sum).or_insert(0) += 1);
        let wanted: BTreeMap<String, i64> =
            wanted.into_iter().map(|(sum, items): (i64, i64)| (text(vec![sum.into(), items.into()]), 1)).collect();
        assert_eq!(reader.join().expect("reader"), wanted, "{shards} shards");
        assert_eq!(running.wait().expect("done").rows_in, 700);
    }
}

const PASS: &str = "CREATE TABLE t (v BIGINT) WITH ('connector' = 'channel'); SELECT v FROM t;";

fn numbers(batch: i64) -> Vec<Vec<Value>> {
    (batch * BATCH_ROWS..(batch + 1) * BATCH_ROWS).map(|n| vec![n.into()]).collect()
}

#[test]
fn who_does_not_read_holds_back_who_sends_and_nothing_is_lost() {
    const BATCHES: i64 = 600;
    let mut job = job(PASS, 1);
    let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
    let running = job.start().expect("starts");
    let mut sent = 0;
    while input.try_send(numbers(sent)).expect("open").is_none() {
        sent += 1;
    }
    assert!(sent < BATCHES, "{sent} batches stand nowhere");
    let acknowledged = &AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for batch in sent..BATCHES {
                input.send(numbers(batch)).expect("sent");
                acknowledged.store(batch as u64 + 1, Ordering::SeqCst);
            }
        });
        let mut next = 0;
        for rows in output {
            let on_its_way = acknowledged.load(Ordering::SeqCst).saturating_sub(next as u64 / BATCH_ROWS as u64);
            assert!(on_its_way < BATCHES as u64 / 2, "{on_its_way} batches stand somewhere");
            for row in rows.to_vec() {
                assert_eq!(row, [Value::Int(next)]);
                next += 1;
            }
        }
        assert_eq!(next, BATCHES * BATCH_ROWS);
    });
    assert_eq!(running.wait().expect("done").rows_out, (BATCHES * BATCH_ROWS) as u64);
}

/// Sends until the job takes no more; gives the number of batches that it took.
fn send_for_ever(mut input: Input) -> i64 {
    let refused = (0..).find_map(|batch| input.send(vec![vec![Value::Int(batch)]]).err().map(|error| (batch, error)));
    let (taken, error) = refused.expect("the job ends");
    assert!(error.is_stopped(), "{error}");
    taken
}

#[test]
fn all_that_was_taken_before_a_drain_comes_out() {
    for shards in 1..=3 {
        let mut job = job(PASS, shards);
        let (inputs, output) = ([0; 3].map(|_| job.input("t").expect("input")), job.output("print").expect("output"));
        let running = job.start().expect("starts");
        let senders = inputs.map(|input| std::thread::spawn(|| send_for_ever(input)));
        let mut rows = 0;
        for batch in output {
            rows += batch.len();
            if rows > 1000 {
                running.drain();
            }
        }
        let taken: i64 = senders.into_iter().map(|sender| sender.join().expect("sender")).sum();
        assert_eq!(running.wait().expect("drained").rows_in, taken as u64);
        assert_eq!(rows, taken as usize);
    }
}

#[test]
fn a_job_that_is_stopped_says_so_to_all() {
    let mut job = job(PASS, 2);
    let (input, mut output) = (job.input("t").expect("input"), job.output("print").expect("output"));
    let running = job.start().expect("starts");
    let sender = std::thread::spawn(|| send_for_ever(input));
    assert!(output.next().is_some());
    running.stop();
    assert!(sender.join().expect("sender") > 0);
    assert!(output.count() < 1_000_000, "the output ends");
    assert_eq!(running.wait().expect_err("stopped").kind(), ErrorKind::Stopped);
}

#[test]
fn a_dropped_input_ends_the_table_and_a_panic_fails_the_job() {
    let mut first = job(PASS, 2);
    let (mut input, output) = (first.input("t").expect("input"), first.output("print").expect("output"));
    let running = first.start().expect("starts");
    input.send([vec![7.into()]]).expect("sent");
    drop(input);
    assert_eq!(output.map(|rows| rows.to_string()).collect::<String>(), "+I[7]");
    assert_eq!(running.wait().expect("done").rows_in, 1);

    let mut second = job(PASS, 2);
    let (input, output) = (second.input("t").expect("input"), second.output("print").expect("output"));
    let running = second.start().expect("starts");
    let panics = std::thread::spawn(move || {
        let _input = input;
        panic!("a fault of the program");
    });
    assert!(panics.join().is_err());
    assert_eq!(output.count(), 0);
    assert_eq!(running.wait().expect_err("fails").kind(), ErrorKind::Io);
}

#[test]
fn a_watermark_closes_windows_without_rows() {
    let mut job = job(
        "CREATE TABLE t (v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'channel');
         SELECT SUM(v) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;",
        2,
    );
    let (mut input, mut output) = (job.input("t").expect("input"), job.output("print").expect("output"));
    let running = job.start().expect("starts");
    input.send([vec![3.into(), 0i64.into()], vec![4.into(), 5i64.into()]]).expect("sent");
    assert!(matches!(output.next_within(Duration::ZERO), Next::Nothing), "the window is open");
    input.watermark(SECOND).expect("sent");
    assert_eq!(output.next().map(|rows| rows.to_vec()), Some(vec![vec![Value::Int(7)]]));
    input.send([vec![9.into(), 8i64.into()]]).expect("sent");
    input.close();
    assert!(matches!(output.next_within(Duration::from_secs(20)), Next::Ended));
    assert_eq!(running.wait().expect("done").rows_late, 1);
}

const TYPED: &str = "CREATE TABLE t (id TINYINT NOT NULL, price DECIMAL(5, 2), at TIMESTAMP(3), name VARCHAR(3), tags ARRAY<INT>)
    WITH ('connector' = 'channel'); SELECT * FROM t;";

#[test]
fn rows_that_do_not_fit_are_refused_and_none_of_them_is_sent() {
    let mut job = job(TYPED, 1);
    let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
    let running = job.start().expect("starts");
    let good = || vec![1.into(), Value::Decimal(995), Value::Int(1_999_999), "abc".into(), "[1, 2]".into()];
    let with = |column: usize, value: Value| {
        let mut row = good();
        row[column] = value;
        row
    };
    let mut check = |row: Vec<Value>, part: &str| {
        let error = input.send([good(), row]).expect_err(part);
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(part), "{error}");
    };
    check(vec![1.into()], "row 1 has 1 values for 5 columns: id, price, at, name, tags");
    check(with(0, 128.into()), "row 1: Int(128) is no TINYINT for column 'id'");
    check(with(0, Value::Null), "row 1: column 'id' is NULL, but declared NOT NULL");
    check(with(1, Value::Decimal(100_000)), "is no DECIMAL(5, 2)");
    check(with(1, 1.5.into()), "Double(1.5) is no DECIMAL(5, 2)");
    check(with(3, "abcd".into()), "is no VARCHAR(3)");
    check(with(4, "{}".into()), "is no ARRAY<INT>");
    check(with(4, "[1".into()), "is no ARRAY<INT>");
    let error = input.send(vec![(RowKind::Delete, good())]).expect_err("append-only");
    assert!(error.to_string().contains("row 0 is -D, and the table takes +I alone"), "{error}");
    assert!(input.watermark(1).expect_err("no time").to_string().contains("without event time"));
    input.send([good()]).expect("sent");
    input.close();
    let rows: Vec<Rows> = output.collect();
    assert_eq!(rows[0].to_string(), "+I[1, 9.95, 1970-01-01 00:00:00.001, abc, [1,2]]");
    assert_eq!(running.wait().expect("done").rows_in, 1);
}

#[test]
fn rows_of_one_job_are_those_of_another_if_their_types_are() {
    let mut first = job(TYPED, 1);
    let (mut input, output) = (first.input("t").expect("input"), first.output("print").expect("output"));
    let running = first.start().expect("starts");
    let row = vec![5.into(), Value::Null, 0i64.into(), Value::Null, "[]".into()];
    input.send([row.clone()]).expect("sent");
    input.close();
    let rows: Vec<Rows> = output.collect();
    running.wait().expect("done");

    let mut second = job(TYPED, 1);
    let (mut input, output) = (second.input("t").expect("input"), second.output("print").expect("output"));
    let running = second.start().expect("starts");
    input.send(rows[0].clone()).expect("sent");
    input.close();
    assert_eq!(output.flat_map(|rows| rows.to_vec()).collect::<Vec<_>>(), [row]);
    running.wait().expect("done");

    let mut other = job(PASS, 1);
    let error = other.input("t").expect("input").send(rows[0].clone()).expect_err("other columns").to_string();
    assert!(
        error.contains(
            "their columns are TINYINT, DECIMAL(5, 2), TIMESTAMP(3), VARCHAR(3), ARRAY<INT>, those of the table BIGINT"
        ),
        "{error}"
    );
}

#[test]
fn what_a_job_lacks_is_said_before_it_starts() {
    let refused = |sql: &str| Job::from_sql(sql).expect_err(sql).to_string();
    assert!(refused("SELECT v FROM t").contains("--> sql:1:15"));
    assert!(refused("CREATE TABLE t (v INT) WITH ('connector' = 'channel')").contains("the job writes nothing"));
    let both = "CREATE TABLE t (v INT) WITH ('connector' = 'channel'); INSERT INTO t SELECT v + 1 FROM t;";
    assert!(refused(both).contains("the rows of a channel go one way"));
    let option = "CREATE TABLE t (v INT) WITH ('connector' = 'channel', 'boundd' = 'true'); SELECT v FROM t;";
    assert!(refused(option).contains("did you mean 'bounded'?"));
    let metadata = "CREATE TABLE t (v INT, p STRING METADATA) WITH ('connector' = 'channel'); SELECT v FROM t;";
    assert!(refused(metadata).contains("'p' is METADATA"));

    let mut job = job(PASS, 1);
    assert!(job.input("tt").expect_err("no table").to_string().contains("did you mean 't'?"));
    let output = job.output("print").expect("output");
    assert!(job.output("print").expect_err("taken").to_string().contains("no output 'print' to take"));
    assert!(job.start().expect_err("unfed").to_string().contains("the job reads table 't', and nothing sends its rows"));
    assert_eq!(output.count(), 0);
    let mut job = self::job(PASS, 1);
    let mut input = job.input("t").expect("input");
    assert!(job.start().expect_err("unread").to_string().contains("the job writes 'print', and nothing takes its rows"));
    assert!(input.send([vec![1.into()]]).expect_err("no job").is_stopped());
}

#[test]
fn functions_of_the_program_give_what_it_computes_itself() {
    const SQL: &str = "CREATE TABLE t (k STRING, v INT) WITH ('connector' = 'channel');
        SELECT shouted(k), SUM(scaled(v, 3)), COUNT(*) FROM t WHERE or_zero(v) >= 0 GROUP BY shouted(k) HAVING COUNT(*) > 1;";
    for shards in 1..=3 {
        let mut random = fastrand::Rng::with_seed(70 + shards as u64);
        let builder = Job::builder().sql(SQL).threads(shards);
        let mut job = builder
            .function(ScalarFunction::of_row::<(&str,), _>("Shouted", |(text,)| format!("{}!", text.to_uppercase())))
            .function(ScalarFunction::of_row::<(i64, i64), _>("SCALED", |(value, by)| value.checked_mul(by)))
            .function(ScalarFunction::of_row::<(Option<i32>,), _>("or_zero", |(value,)| value.unwrap_or(0)))
            .plan()
            .unwrap_or_else(|e| panic!("{e}"));
        let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
        let running = job.start().expect("starts");
        let reader = std::thread::spawn(|| net(output));
        let mut groups: BTreeMap<Option<&str>, (Option<i64>, i64)> = BTreeMap::new();
        for _ in 0..20 {
            let keys = [Some("a"), Some("b"), Some("C"), None];
            let rows: Vec<_> =
                (0..9).map(|_| (keys[random.usize(..4)], (random.u8(..4) > 0).then(|| random.i32(-5..20)))).collect();
            for (key, value) in &rows {
                if value.unwrap_or(0) >= 0 {
                    let (sum, count) = groups.entry(*key).or_default();
                    *sum = value.map(|value| sum.unwrap_or(0) + i64::from(value) * 3).or(*sum);
                    *count += 1;
                }
            }
            input.send(rows.into_iter().map(|(key, value)| vec![key.into(), value.into()]).collect::<Vec<_>>()).expect("sent");
        }
        input.close();
        let wanted: BTreeMap<String, i64> = groups
            .into_iter()
            .filter(|(_, (_, count))| *count > 1)
            .map(|(key, (sum, count))| {
                (text(vec![key.map(|key| format!("{key}!").to_uppercase()).into(), sum.into(), count.into()]), 1)
            })
            .collect();
        assert_eq!(reader.join().expect("reader"), wanted, "{shards} shards");
        running.wait().expect("done");
    }
}

#[test]
fn a_row_for_which_a_function_fails_is_set_aside() {
    const SQL: &str = "CREATE TABLE t (v DECIMAL(4, 1)) WITH ('connector' = 'channel');
        SELECT half(v) FROM t WHERE v > 0;";
    let decimal = |precision| DataType::Decimal { precision, scale: 1 };
    let half = ScalarFunction::of_values("HALF", [decimal(4)], decimal(3), |values| match values {
        [Value::Decimal(units)] if units % 2 == 0 => Ok(Value::Decimal(units / 2)),
        [Value::Decimal(units)] => Err(format!("{units} tenths have no half")),
        _ => Ok(Value::Null),
    });
    let mut job = Job::builder().sql(SQL).threads(2).function(half).plan().expect("plans");
    let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
    let running = job.start().expect("starts");
    input.send([4, 5, -1, 2000, 1998].map(|units| vec![Value::Decimal(units)])).expect("sent");
    input.close();
    let lines: Vec<String> = output.map(|rows| rows.to_string()).collect();
    assert_eq!(lines.join("\n"), "+I[0.2]\n+I[99.9]");
    let report = running.wait().expect("done");
    assert_eq!((report.rows_aside, report.rows_filtered), (2, 1));
    assert!(report.aside[0].contains("5 tenths have no half"), "{:?}", report.aside);
    assert!(report.aside[1].contains("the function gives Decimal(1000), no DECIMAL(3, 1)"), "{:?}", report.aside);
}

#[test]
fn wrong_calls_and_names_of_functions_are_refused() {
    let plan = |name: &str, sql: &str| {
        let function = ScalarFunction::of_row::<(f64, &str), _>(name, |(number, text)| format!("{number}{text}"));
        Job::builder().sql(sql).function(function).plan().map(|_| ()).map_err(|e| e.to_string())
    };
    let refused = |name: &str, sql: &str| plan(name, sql).expect_err(sql);
    assert_eq!(plan("joined", "SELECT joined(1, 'a'), JOINED('2.5', NULL)"), Ok(()));
    let error = refused("joined", "SELECT joined('a')");
    assert!(error.contains("JOINED does not take (STRING)") && error.contains("usage: JOINED(DOUBLE, STRING)"), "{error}");
    assert!(error.contains("--> sql:1:8"), "{error}");
    let error = refused("joined", "SELECT joined(DATE '2024-01-01', 'a')");
    assert!(error.contains("JOINED does not take (DATE, STRING)"), "{error}");
    assert!(refused("joined", "SELECT joinde(1, 'a')").contains("did you mean JOINED?"));
    for taken in ["upper", "SUM", "tumble", "now", "COALESCE", "two words", ""] {
        assert!(refused(taken, "SELECT 1").contains("a function of the program cannot be called"), "{taken}");
    }
}

/// A value of a nested type, or its NULL.
fn int_list(rows: &[Option<Vec<Option<i32>>>]) -> ArrayRef {
    Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(rows.iter().cloned()))
}

#[test]
fn record_batches_go_in_and_come_out() {
    const SQL: &str =
        "CREATE TABLE t (k STRING, n BIGINT, tags ARRAY<INT>) WITH ('connector' = 'channel', 'changelog' = 'retract');
        SELECT k, n + 1 AS n, tags FROM t;";
    for shards in 1..=3 {
        let mut job = job(SQL, shards);
        let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
        let schema = output.arrow_schema();
        let running = job.start().expect("starts");
        let keys: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("c")]));
        let (numbers, tags) = (Int64Array::from(vec![1, 2, 3]), int_list(&[Some(vec![Some(1), None]), None, Some(vec![])]));
        // By name, in any order.
        let batch =
            RecordBatch::try_from_iter([("TAGS", tags.clone()), ("n", Arc::new(numbers)), ("k", keys.clone())]).expect("batch");
        input.send((batch, vec![RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter])).expect("sent");
        input.close();
        let given: Vec<Rows> = output.collect();
        assert_eq!(given.len(), 1);
        assert_eq!(given[0].kinds(), Some(&[RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter][..]));
        let columns = vec![keys, Arc::new(Int64Array::from(vec![2, 3, 4])), tags];
        assert_eq!(given[0].to_arrow().expect("arrow"), RecordBatch::try_new(Arc::new(schema), columns).expect("batch"));
        running.wait().expect("done");
    }
}

#[test]
fn record_batches_of_another_schema_are_refused() {
    let mut job = job("CREATE TABLE t (a INT NOT NULL, b STRING) WITH ('connector' = 'channel'); SELECT * FROM t;", 1);
    let mut input = job.input("t").expect("input");
    let ints = |numbers: Vec<Option<i32>>| -> ArrayRef { Arc::new(Int32Array::from(numbers)) };
    let texts = || -> ArrayRef { Arc::new(StringArray::from(vec!["x", "y"])) };
    let mut check = |columns: Vec<(&str, ArrayRef)>, part: &str| {
        let batch = RecordBatch::try_from_iter(columns).expect("batch");
        let error = input.try_send(&batch).expect_err(part).to_string();
        assert!(error.contains(part), "{error}");
    };
    check(vec![("a", ints(vec![Some(1)]))], "column 'b' is not there, or more than once");
    check(
        vec![("a", ints(vec![Some(1)])), ("A", ints(vec![Some(1)])), ("b", texts().slice(0, 1))],
        "column 'a' is not there, or more than once",
    );
    check(vec![("a", ints(vec![Some(1), None])), ("b", texts())], "row 1: column 'a' is NULL, but declared NOT NULL");
    check(vec![("a", texts()), ("b", texts())], "column 'a' of type INT: an array of Utf8 does not fit");
    check(
        vec![("a", ints(vec![Some(1)])), ("b", texts().slice(0, 1)), ("c", texts().slice(0, 1))],
        "the table has no column 'c'",
    );
    let batch = RecordBatch::try_from_iter([("a", ints(vec![Some(1), Some(2)])), ("b", texts())]).expect("batch");
    let error = input.send((batch.clone(), vec![RowKind::Insert])).expect_err("kinds").to_string();
    assert!(error.contains("1 kinds for 2 rows"), "{error}");
    assert!(input.try_send(batch).expect("fits").is_none());
}

#[test]
fn a_function_of_arrays_fails_for_the_rows_that_fail() {
    for batch_rows in ["1", "4", "1024"] {
        let inverse = ScalarFunction::of_arrays("INVERSE", [DataType::Double], DataType::Double, |arrays, rows| {
            let numbers = arrays[0].as_primitive::<Float64Type>();
            assert_eq!(numbers.len(), rows);
            match numbers.iter().flatten().find(|number| *number == 0.0) {
                Some(_) => Err("there is no inverse of 0".to_owned()),
                None => Ok(Arc::new(numbers.unary::<_, Float64Type>(f64::recip))),
            }
        });
        let sql =
            "CREATE TABLE t (v DOUBLE) WITH ('connector' = 'channel'); SELECT v, inverse(v) FROM t WHERE v >= 0 OR v IS NULL;";
        let builder = Job::builder().sql(sql).threads(1).set("runtime.batch_rows", batch_rows);
        let mut job = builder.function(inverse).plan().expect("plans");
        let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
        let running = job.start().expect("starts");
        let numbers = [Some(2.0), Some(0.0), None, Some(-1.0), Some(8.0), Some(0.0), Some(0.5)];
        input.send(numbers.map(|number| vec![number.into()])).expect("sent");
        input.close();
        let given: Vec<Vec<Value>> = output.flat_map(|rows| rows.to_vec()).collect();
        let wanted = [Some((2.0, 0.5)), None, Some((8.0, 0.125)), Some((0.5, 2.0))];
        assert_eq!(
            given,
            wanted.map(|row: Option<(f64, f64)>| vec![row.map(|(v, _)| v).into(), row.map(|(_, inverse)| inverse).into()])
        );
        let report = running.wait().expect("done");
        assert_eq!((report.rows_aside, report.rows_filtered), (2, 1), "batches of {batch_rows}");
        assert!(report.aside[0].contains("there is no inverse of 0"), "{:?}", report.aside);
    }
}

#[test]
fn functions_that_give_several_rows_or_take_them_go_by_arrays() {
    const SQL: &str = "CREATE TABLE lines (line STRING) WITH ('connector' = 'channel');
        SELECT w.word, longest(ARRAY_AGG(line)) FROM lines CROSS JOIN UNNEST(words(line)) AS w (word) GROUP BY w.word;";
    let words = |(line,): (&str,)| line.split(' ').map(str::to_owned).collect::<Vec<String>>();
    for shards in 1..=3 {
        let longest =
            ScalarFunction::of_values("LONGEST", [DataType::Array(Box::new(DataType::STRING))], DataType::BigInt, |values| {
                let [Value::Str(json)] = values else { return Ok(Value::Null) };
                let texts: Vec<String> = sonic_rs::from_str(json).map_err(|e| e.to_string())?;
                Ok(texts.iter().map(|text| text.len() as i64).max().into())
            });
        let builder = Job::builder().sql(SQL).threads(shards);
        let mut job =
            builder.function(ScalarFunction::of_row::<(&str,), _>("WORDS", words)).function(longest).plan().expect("plans");
        let (mut input, output) = (job.input("lines").expect("input"), job.output("print").expect("output"));
        let running = job.start().expect("starts");
        let lines = ["to be or", "not to \"be\"", "be", ""];
        input.send(lines.map(|line| vec![line.into()])).expect("sent");
        input.close();
        let mut wanted: BTreeMap<&str, i64> = BTreeMap::new();
        for line in lines {
            line.split(' ').for_each(|word| {
                _ = wanted.entry(word).and_modify(|n| *n = (*n).max(line.len() as i64)).or_insert(line.len() as i64)
            });
        }
        let wanted: BTreeMap<String, i64> = wanted.into_iter().map(|(word, n)| (text(vec![word.into(), n.into()]), 1)).collect();
        assert_eq!(net(output), wanted, "{shards} shards");
        running.wait().expect("done");
    }
}

#[test]
fn statements_that_print_are_refused() {
    for sql in ["SHOW TABLES; SELECT 1;", "EXPLAIN SELECT 1; SELECT 1;", "EXPLAIN ANALYZE SELECT 1;"] {
        let error = Job::from_sql(sql).expect_err(sql);
        assert!(error.to_string().contains("no place for that"), "{sql}: {error}");
    }
}

#[test]
#[cfg(not(feature = "wasm"))]
fn a_build_without_webassembly_says_so() {
    let sql = "CREATE FUNCTION f(INT) RETURNS INT LANGUAGE wasm AS 'f.wasm'; SELECT f(1);";
    let error = Job::from_sql(sql).expect_err("no WebAssembly").to_string();
    assert!(error.contains("this build runs no WebAssembly\n --> sql:1:45"), "{error}");
    assert!(error.contains("hint: build it with the feature 'wasm': cargo build --release --features wasm"), "{error}");
}

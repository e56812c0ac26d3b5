//! Functions of WebAssembly files: what they give, against the same computed here; what becomes of rows for which they fail; and what is refused.

mod files;
mod refused;
mod texts;

use std::collections::BTreeMap;

use corelane::{Job, Report, RowKind, Value};
use files::Files;

/// The changes of a job's one result, and its report; its table `t` is fed these rows.
fn run(sql: &str, shards: usize, rows: Vec<Vec<Value>>) -> (Vec<(RowKind, Vec<Value>)>, Report) {
    let mut job = Job::builder().sql(sql).threads(shards).plan().unwrap_or_else(|e| panic!("{e}"));
    let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
    let running = job.start().expect("starts");
    let reader = std::thread::spawn(|| output.flat_map(|rows| rows.changes()).collect());
    rows.chunks(7).for_each(|rows| input.send(rows.to_vec()).expect("sent"));
    input.close();
    (reader.join().expect("reader"), running.wait().expect("done"))
}

/// How often each row is there.
fn counted(rows: impl IntoIterator<Item = Vec<Value>>) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    rows.into_iter().for_each(|row| *counts.entry(format!("{row:?}")).or_insert(0) += 1);
    counts
}

const NUMBERS: &str = r#"(module
    (func (export "GCD") (param $a i64) (param $b i64) (result i64)
        (local $rest i64)
        (loop $again
            (if (i64.ne (local.get $b) (i64.const 0)) (then
                (local.set $rest (i64.rem_s (local.get $a) (local.get $b)))
                (local.set $a (local.get $b))
                (local.set $b (local.get $rest))
                (br $again))))
        (local.get $a))
    (func (export "is_even") (param i32) (result i32) (i32.eqz (i32.and (local.get 0) (i32.const 1))))
    (func (export "either") (param i32 i32) (result i32) (i32.shl (i32.or (local.get 0) (local.get 1)) (i32.const 3)))
    (func (export "half") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5)))
    (func (export "hypot") (param f64 f64) (result f64)
        (f64.sqrt (f64.add (f64.mul (local.get 0) (local.get 0)) (f64.mul (local.get 1) (local.get 1)))))
    (func (export "plus_one") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func (export "answer") (result i64) (i64.const 42)))"#;

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a.wrapping_rem(b)) }
}

#[test]
fn numbers_are_what_rust_makes_of_them() {
    let files = Files::new([("numbers", NUMBERS)]);
    let sql = files.sql(
        "CREATE FUNCTION euclid(BIGINT, b BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'numbers', 'GCD';
        CREATE TEMPORARY FUNCTION IF NOT EXISTS is_even(n INT) RETURNS BOOLEAN AS 'numbers' LANGUAGE WASM;
        CREATE FUNCTION either(BOOLEAN, BOOLEAN) RETURNS BOOLEAN LANGUAGE wasm RETURNS NULL ON NULL INPUT AS 'numbers';
        CREATE FUNCTION half(FLOAT) LANGUAGE wasm RETURNS FLOAT AS 'numbers';
        CREATE FUNCTION hypot(DOUBLE PRECISION, DOUBLE) RETURNS DOUBLE LANGUAGE wasm AS 'numbers';
        CREATE FUNCTION successor(INT) RETURNS INT LANGUAGE wasm AS 'numbers', 'plus_one';
        CREATE FUNCTION answer() RETURNS BIGINT LANGUAGE wasm AS 'numbers';
        CREATE FUNCTION if not exists is_even(n INT) RETURNS BOOLEAN AS 'numbers' LANGUAGE wasm;
        CREATE TABLE t (n INT, big BIGINT, flag BOOLEAN, single FLOAT, x DOUBLE) WITH ('connector' = 'channel');
        SELECT euclid(big, n), is_even(n), either(flag, is_even(n)), half(single), hypot(x, single), successor(n), answer() FROM t;",
    );
    for shards in 1..=4 {
        let mut random = fastrand::Rng::with_seed(shards as u64);
        let mut or_null = |value: Value| if random.u8(..5) == 0 { Value::Null } else { value };
        let mut source = fastrand::Rng::with_seed(70 + shards as u64);
        let mut row = || {
            let (n, single) = (source.i32(..), (source.i32(-99..99) as f32) * 0.3);
            let values: [Value; 5] =
                [n.into(), source.i64(..).into(), source.bool().into(), f64::from(single).into(), (source.f64() * 50.0).into()];
            values.map(&mut or_null).to_vec()
        };
        let rows: Vec<Vec<Value>> = (0..300).map(|_| row()).collect();
        let wanted = rows.iter().map(|row| {
            let [n, big, flag, single, x] = row.as_slice() else { panic!("{row:?}") };
            let whole = |value: &Value| if let Value::Int(n) = value { Some(*n) } else { None };
            let double = |value: &Value| if let Value::Double(x) = value { Some(*x) } else { None };
            let flag = if let Value::Bool(flag) = flag { Some(*flag) } else { None };
            let even = whole(n).map(|n| n % 2 == 0);
            let half = double(single).map(|single| f64::from(single as f32 * 0.5));
            let hypot = double(x).zip(double(single)).map(|(x, y)| (x * x + y * y).sqrt());
            let next = whole(n).map(|n| i64::from((n as i32).wrapping_add(1)));
            let gcd = whole(big).zip(whole(n)).map(|(big, n)| gcd(big, n));
            let either = flag.zip(even).map(|(flag, even)| flag || even);
            vec![gcd.into(), even.into(), either.into(), half.into(), hypot.into(), next.into(), Value::Int(42)]
        });
        let wanted = counted(wanted);
        let (given, report) = run(&sql, shards, rows);
        assert_eq!(counted(given.into_iter().map(|(_, row)| row)), wanted, "{shards} shards");
        assert_eq!(report.rows_aside, 0);
    }
}

const FAILING: &str = r#"(module
    (global $calls (mut i64) (i64.const 0))
    (memory (export "memory") 1)
    (func $note (global.set $calls (i64.add (global.get $calls) (i64.const 1))))
    (func (export "checked") (param i32) (result i64)
        (call $note)
        (if (i32.eq (local.get 0) (i32.const 1)) (then (unreachable)))
        (if (i32.eq (local.get 0) (i32.const 2)) (then (loop $for_ever (br $for_ever))))
        (if (i32.eq (local.get 0) (i32.const 3)) (then (drop (i32.div_s (i32.const 1) (i32.const 0)))))
        (if (i32.eq (local.get 0) (i32.const 4)) (then (drop (i32.load (i32.const 65536)))))
        (if (i32.eq (local.get 0) (i32.const 5)) (then (drop (call $deep (i64.const 0)))))
        (global.get $calls))
    (func $deep (param i64) (result i64) (i64.add (local.get 0) (call $deep (i64.add (local.get 0) (i64.const 1)))))
    (func (export "grown") (param i32) (result i32) (memory.grow (local.get 0))))"#;

#[test]
fn a_row_for_which_a_function_fails_is_set_aside_and_the_next_finds_nothing_of_it() {
    let files = Files::new([("failing", FAILING)]);
    let sql = files.sql(
        "SET 'wasm.fuel' = '1000000';
        CREATE FUNCTION checked(INT) RETURNS BIGINT LANGUAGE wasm AS 'failing';
        CREATE TABLE t (n INT) WITH ('connector' = 'channel');
        SELECT n, checked(n) FROM t;",
    );
    let numbers = [0, 0, 1, 0, 2, 3, 0, 0, 4, 5, 0];
    let (given, report) = run(&sql, 1, numbers.map(|n| vec![n.into()]).to_vec());
    // A trap begins anew.
    let calls: Vec<Value> = given.into_iter().map(|(_, row)| row[1].clone()).collect();
    assert_eq!(calls, [1, 2, 1, 1, 2, 1].map(Value::Int));
    let reasons = [
        "CHECKED failed: wasm trap: wasm `unreachable` instruction executed",
        "CHECKED took more than 1000000 steps, which is what 'wasm.fuel' allows",
        "integer divide by zero",
        "out of bounds memory access",
        "call stack exhausted",
    ];
    assert_eq!(report.aside.len(), reasons.len(), "{:?}", report.aside);
    for (row, reason) in report.aside.iter().zip(reasons) {
        assert!(row.contains(reason), "{row}");
    }
}

#[test]
fn functions_of_a_file_share_an_instance() {
    let files = Files::new([("failing", FAILING)]);
    let sql = files.sql(
        "CREATE FUNCTION checked(INT) RETURNS BIGINT LANGUAGE wasm AS 'failing';
        CREATE FUNCTION seen(INT) RETURNS BIGINT LANGUAGE wasm AS 'failing', 'checked';
        CREATE TABLE t (n INT) WITH ('connector' = 'channel');
        SELECT checked(n), seen(n), checked(n + 6) FROM t;",
    );
    let (given, _) = run(&sql, 1, (0..50).map(|_| vec![0.into()]).collect());
    let mut calls: Vec<i64> = given
        .iter()
        .flat_map(|(_, row)| row)
        .map(|value| if let Value::Int(n) = value { *n } else { panic!("{value:?}") })
        .collect();
    calls.sort_unstable();
    assert!(calls.iter().copied().eq(1..=150), "{calls:?}");
}

#[test]
fn memory_has_the_bound_that_is_set() {
    let files = Files::new([("failing", FAILING)]);
    for (setting, least) in [("", 256), ("SET 'wasm.memory' = '192 kib';", 3), ("SET 'wasm.memory' = '64kib';", 1)] {
        let sql = files.sql(&format!(
            "{setting} CREATE FUNCTION grown(INT) RETURNS INT LANGUAGE wasm AS 'failing';
            CREATE TABLE t (n INT) WITH ('connector' = 'channel'); SELECT grown(n) FROM t;"
        ));
        let (given, _) = run(&sql, 1, (0..300).map(|_| vec![1.into()]).collect());
        let pages = given.iter().filter(|(_, row)| row[0] != Value::Int(-1)).count() + 1;
        assert_eq!(pages, least, "{setting}");
    }
}

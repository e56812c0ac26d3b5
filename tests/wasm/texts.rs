//! STRING and BYTES, which stand in the module's memory.

use super::*;

/// `twice` says a text twice, `reversed` turns bytes round. What is given out is taken back: when nothing is out any more, all of it is free.
const TEXTS: &str = r#"(module
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 1024))
    (global $out (mut i32) (i32.const 0))
    (func $alloc (export "alloc") (param $length i32) (result i32)
        (local $place i32)
        (local.set $place (global.get $free))
        (global.set $free (i32.add (global.get $free) (local.get $length)))
        (global.set $out (i32.add (global.get $out) (i32.const 1)))
        (local.get $place))
    (func (export "dealloc") (param i32 i32)
        (global.set $out (i32.sub (global.get $out) (i32.const 1)))
        (if (i32.eqz (global.get $out)) (then (global.set $free (i32.const 1024)))))
    (func $placed (param $place i32) (param $length i32) (result i64)
        (i64.or (i64.shl (i64.extend_i32_u (local.get $place)) (i64.const 32)) (i64.extend_i32_u (local.get $length))))
    (func (export "twice") (param $text i32) (param $length i32) (result i64)
        (local $to i32)
        (local.set $to (call $alloc (i32.mul (local.get $length) (i32.const 2))))
        (memory.copy (local.get $to) (local.get $text) (local.get $length))
        (memory.copy (i32.add (local.get $to) (local.get $length)) (local.get $text) (local.get $length))
        (call $placed (local.get $to) (i32.mul (local.get $length) (i32.const 2))))
    (func (export "reversed") (param $bytes i32) (param $length i32) (result i64)
        (local $to i32) (local $at i32)
        (local.set $to (call $alloc (local.get $length)))
        (block $done (loop $next
            (br_if $done (i32.eq (local.get $at) (local.get $length)))
            (i32.store8
                (i32.add (local.get $to) (local.get $at))
                (i32.load8_u (i32.sub (i32.add (local.get $bytes) (i32.sub (local.get $length) (i32.const 1))) (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $next)))
        (call $placed (local.get $to) (local.get $length)))
    (func (export "shorter") (param i32 i32 i32 i32) (result i32) (i32.lt_u (local.get 1) (local.get 3)))
    (func (export "outside") (param i32) (result i64) (call $placed (local.get 0) (i32.const 100))))"#;

const DECLARED: &str = "CREATE FUNCTION twice(STRING) RETURNS STRING LANGUAGE wasm AS 'texts';
    CREATE FUNCTION turned(BYTES) RETURNS BYTES LANGUAGE wasm AS 'texts', 'reversed';
    CREATE FUNCTION turned_text(STRING) RETURNS STRING LANGUAGE wasm AS 'texts', 'reversed';
    CREATE FUNCTION shorter(STRING, STRING) RETURNS BOOLEAN LANGUAGE wasm AS 'texts';
    CREATE FUNCTION outside(INT) RETURNS STRING LANGUAGE wasm AS 'texts';";

#[test]
fn texts_and_bytes_go_there_and_back() {
    let files = Files::new([("texts", TEXTS)]);
    let sql = files.sql(&format!(
        "{DECLARED} CREATE TABLE t (s STRING, b BYTES) WITH ('connector' = 'channel');
        SELECT twice(s), turned(b), shorter(s, twice(s)) FROM t;"
    ));
    for shards in 1..=4 {
        let mut random = fastrand::Rng::with_seed(shards as u64);
        // More in all than fits into the memory at once.
        let rows: Vec<(Option<String>, Vec<u8>)> = (0..200)
            .map(|_| {
                let text = "aé€𝄞".chars().cycle().skip(random.usize(..4)).take(random.usize(..400)).collect();
                ((random.u8(..9) > 0).then_some(text), (0..random.usize(..300)).map(|_| random.u8(..)).collect())
            })
            .collect();
        let wanted = counted(rows.iter().map(|(text, bytes)| {
            let twice = text.as_ref().map(|text| text.repeat(2));
            let turned: Vec<u8> = bytes.iter().rev().copied().collect();
            vec![twice.into(), Value::Bytes(turned.into()), text.as_ref().map(|text| !text.is_empty()).into()]
        }));
        let rows = rows.into_iter().map(|(text, bytes)| vec![text.into(), Value::Bytes(bytes.into())]).collect();
        let (given, report) = run(&sql, shards, rows);
        assert_eq!(report.rows_aside, 0, "{:?}", report.aside);
        assert_eq!(counted(given.into_iter().map(|(_, row)| row)), wanted, "{shards} shards");
    }
}

/// Gives out memory and takes none back.
const KEEPING: &str = r#"(module
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 1024))
    (func (export "alloc") (param $length i32) (result i32)
        (local $place i32)
        (local.set $place (global.get $free))
        (global.set $free (i32.add (global.get $free) (local.get $length)))
        (local.get $place))
    (func (export "bytes") (param i32 i32) (result i32) (local.get 1)))"#;

#[test]
fn what_earlier_rows_left_behind_fails_no_row() {
    let files = Files::new([("keeping", KEEPING)]);
    let sql = files.sql(
        "CREATE FUNCTION bytes(STRING) RETURNS INT LANGUAGE wasm AS 'keeping';
        CREATE TABLE t (s STRING) WITH ('connector' = 'channel');
        SELECT bytes(s) FROM t;",
    );
    let lengths = || (0..400).map(|row| if row % 100 == 99 { 70_000 } else { 1000 + row });
    for shards in 1..=2 {
        let (given, report) = run(&sql, shards, lengths().map(|length| vec!["x".repeat(length).into()]).collect());
        let wanted = lengths().filter(|length| *length < 70_000).map(|length| vec![Value::Int(length as i64)]);
        assert_eq!(counted(given.into_iter().map(|(_, row)| row)), counted(wanted), "{shards} shards");
        assert_eq!(report.rows_aside, 4, "{:?}", report.aside);
    }
}

#[test]
fn what_is_no_text_or_stands_nowhere_sets_its_row_aside() {
    let files = Files::new([("texts", TEXTS)]);
    let check = |expr: &str, good: [&str; 2], reason: &str| {
        let table = "CREATE TABLE t (s STRING, n INT) WITH ('connector' = 'channel');";
        let sql = files.sql(&format!("{DECLARED} {table} SELECT {expr} FROM t;"));
        let long = "x".repeat(70_000);
        let rows = [("ab", 0), ("é", 65_500), (long.as_str(), -1), ("cd", 8)];
        let (given, report) = run(&sql, 1, rows.map(|(s, n)| vec![s.into(), n.into()]).to_vec());
        let given: Vec<Value> = given.into_iter().map(|(_, row)| row[0].clone()).collect();
        assert_eq!(given, good.map(Value::text), "{expr}");
        assert_eq!(report.rows_aside, 2, "{expr}: {:?}", report.aside);
        assert!(report.aside[0].contains(reason), "{:?}", report.aside);
    };
    check("turned_text(s)", ["ba", "dc"], "TURNED_TEXT gives a text that is no UTF-8");
    let zeros = "\0".repeat(100);
    check("outside(n)", [&zeros, &zeros], "OUTSIDE gives a text outside of its memory");
}

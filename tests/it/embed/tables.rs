//! Functions of the program that give rows, against what the program makes of the same rows itself.

use super::*;
use corelane::{GivenRows, TableFunction};

type Piece = (String, Option<i32>, f64);

/// The words of a line: each with its length, if it is not long, and a number that JSON does not have.
fn pieces(line: &str, least: i64) -> Result<Vec<Piece>, String> {
    if line.contains('!') {
        return Err(format!("'{line}' is too loud"));
    }
    let words = line.split(' ').filter(|word| word.len() as i64 >= least);
    Ok(words.map(|word| (word.to_owned(), (word.len() < 5).then_some(word.len() as i32), 1.0 / word.len() as f64)).collect())
}

fn function() -> TableFunction {
    let give = |(line, least): (&str, i64), rows: &mut GivenRows<Piece>| -> Result<(), String> {
        pieces(line, least)?.into_iter().for_each(|piece| rows.push(piece));
        Ok(())
    };
    TableFunction::of_row::<(&str, i64), Piece, _>("Pieces", ["word", "length", "part"], give)
}

fn value(number: f64) -> Value {
    Value::Double(number)
}

#[test]
fn rows_of_a_function_stand_beside_the_row_that_it_is_of() {
    const TABLE: &str = "CREATE TABLE t (k INT, line STRING) WITH ('connector' = 'channel', 'changelog' = 'retract');";
    let joins = [
        ("SELECT k, word, length, part FROM t, LATERAL TABLE(pieces(line, 1))", false),
        ("SELECT k, p.* FROM t CROSS JOIN LATERAL pieces(line, 1) AS p", false),
        ("SELECT k, a, b, c FROM t LEFT JOIN LATERAL TABLE(pieces(line, 1)) AS p (a, b, c) ON TRUE", true),
    ];
    for (shards, (query, keeps_all)) in (1..=4).flat_map(|shards| joins.map(|join| (shards, join))) {
        let mut random = fastrand::Rng::with_seed(shards as u64);
        let builder = Job::builder().sql(format!("{TABLE} {query};")).threads(shards).table_function(function());
        let mut job = builder.plan().unwrap_or_else(|e| panic!("{query}: {e}"));
        let (mut input, output) = (job.input("t").expect("input"), job.output("print").expect("output"));
        let running = job.start().expect("starts");
        let reader = std::thread::spawn(|| net(output));
        let (mut wanted, mut there, mut loud) = (BTreeMap::new(), Vec::new(), 0);
        for _ in 0..50 {
            let (kind, (key, line)) = match random.bool() && !there.is_empty() {
                true => (RowKind::Delete, there.swap_remove(random.usize(..there.len()))),
                false => {
                    let words = (0..random.usize(..4))
                        .map(|_| ["to", "\"be\"", "x", "question", "or!"][random.usize(..5)])
                        .collect::<Vec<_>>();
                    let row = (random.i64(0..9), (random.u8(..6) > 0).then(|| words.join(" ")));
                    there.push(row);
                    (RowKind::Insert, there[there.len() - 1].clone())
                }
            };
            let pieces = line.as_deref().map_or(Ok(Vec::new()), |line| pieces(line, 1));
            loud += u64::from(pieces.is_err());
            let found =
                pieces.unwrap_or_default().into_iter().map(|(word, length, part)| vec![word.into(), length.into(), value(part)]);
            let mut found: Vec<Vec<Value>> = found.collect();
            let is_sound = line.as_deref().is_none_or(|line| !line.contains('!'));
            if found.is_empty() && keeps_all && is_sound {
                found.push(vec![Value::Null; 3]);
            }
            for row in found {
                *wanted.entry(text([vec![key.into()], row].concat())).or_insert(0) += kind.sign();
            }
            input.send(vec![(kind, vec![key.into(), line.into()])]).expect("sent");
        }
        input.close();
        wanted.retain(|_, count| *count != 0);
        assert_eq!(reader.join().expect("reader"), wanted, "{shards} shards: {query}");
        let report = running.wait().expect("done");
        assert_eq!(report.rows_aside, loud, "{query}");
        assert!(report.aside.iter().all(|row| row.contains("is too loud")), "{:?}", report.aside);
    }
}

#[test]
fn values_of_all_types_come_through() {
    type Row = (bool, i8, i64, f32, f64, Option<String>, Option<i64>, Vec<String>);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    // A name that is refused where the program has no such function.
    let function = TableFunction::of_row::<(i32,), Row, _>("snapshot", names, |(n,), rows| {
        let text = Some("é\"\\\n\u{1}".to_owned());
        (0..n).for_each(|_| rows.push((true, -1, i64::MIN, 0.1, f64::NEG_INFINITY, text.clone(), None, vec!["y".into()])));
    });
    let builder = Job::builder().sql("SELECT r.* FROM (VALUES 1) AS t (n), LATERAL snapshot(n) AS r").threads(1);
    let mut job = builder.table_function(function).plan().unwrap_or_else(|e| panic!("{e}"));
    let output = job.output("print").expect("output");
    let running = job.start().expect("starts");
    let given: Vec<_> = output.flat_map(|rows| rows.to_vec()).collect();
    let numbers = [Value::Bool(true), Value::Int(-1), Value::Int(i64::MIN), value(f64::from(0.1f32)), value(f64::NEG_INFINITY)];
    let rest = [Value::text("é\"\\\n\u{1}"), Value::Null, Value::text("[\"y\"]")];
    assert_eq!(given, [numbers.into_iter().chain(rest).collect::<Vec<_>>()]);
    running.wait().expect("done");
}

#[test]
fn calls_that_do_not_fit_and_floods_of_rows_are_told() {
    let refused = |sql: &str| Job::builder().sql(sql).table_function(function()).plan().expect_err(sql).to_string();
    let error = refused("SELECT * FROM LATERAL TABLE(pieces(x'01', 1))");
    assert!(error.contains("PIECES does not take (BYTES, INT)") && error.contains("usage: PIECES(STRING, BIGINT)"), "{error}");
    let error = refused("SELECT * FROM LATERAL TABLE(pieces('a', 1)) AS t (a, b, c, d)");
    assert!(error.contains("the alias t names 4 columns, but there are 3") && error.contains("--> sql:1:"), "{error}");
    assert!(refused("SELECT 1 WHERE pieces('a', 1) IS NULL").contains("PIECES gives any number of values"));

    let flood = TableFunction::of_row::<(i64,), (i64,), _>("flood", ["n"], |(n,), rows| (0..n).for_each(|n| rows.push((n,))));
    let sql = "SELECT MAX(r.n), COUNT(*) FROM (VALUES 5, 1048577) AS t (n), LATERAL TABLE(flood(n)) AS r EMIT FINAL";
    let mut job = Job::builder().sql(sql).threads(1).table_function(flood).plan().unwrap_or_else(|e| panic!("{e}"));
    let output = job.output("print").expect("output");
    let running = job.start().expect("starts");
    assert_eq!(output.map(|rows| rows.to_string()).collect::<String>(), "+I[4, 5]");
    let report = running.wait().expect("done");
    assert!(report.aside[0].contains("the function gives more than 1048576 rows"), "{:?}", report.aside);
}

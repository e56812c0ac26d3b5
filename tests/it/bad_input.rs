//! Whatever is put in, the engine answers: with a plan or an error, with rows or set-aside rows, never with a panic.
//!
//! Texts that are right are changed at random places (SQL, config); formats read random bytes. A job over bad records ends, and
//! every record is either given out or counted as set aside.

use std::io::Write as _;

use corelane::config::JobConfig;
use corelane::error::ErrorKind;
use fastrand::Rng;

use corelane::cli::golden::{Inputs, Outside, Shape, Written, play};

const SHAPE: Shape = Shape { shards: 2, batch_rows: 7 };

const SQL: [&str; 4] = [
    "SELECT a + 1, CASE WHEN c LIKE 'x%' THEN 1 ELSE 2 END, CAST(b AS STRING) FROM t WHERE a BETWEEN 1 AND 5 OR b IN (1, 2);",
    "SELECT c, COUNT(*), SUM(a) FILTER (WHERE b > 0) FROM t GROUP BY c HAVING COUNT(DISTINCT a) > 1;",
    "SELECT window_start, AVG(b) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;",
    "SELECT x FROM (SELECT a AS x, TIMESTAMP '2024-02-29 01:02:03' AS y FROM t UNION ALL SELECT b, ts FROM t) WHERE x <> -9;",
];

const TABLE: &str = "CREATE TABLE t (a INT, b BIGINT, c STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) \
                     WITH ('connector' = 'memory');\n";

const PARTS: [&str; 24] = [
    "(",
    ")",
    "'",
    "\"",
    "`",
    ",",
    ";",
    "--",
    "/*",
    "99999999999999999999",
    "1e999",
    "-",
    "NULL",
    "SELECT",
    "FROM",
    "GROUP BY",
    "INTERVAL",
    "CAST(",
    " AS ",
    "\u{0}",
    "\u{1F600}",
    "DECIMAL(99, 9)",
    "0",
    "\n",
];

/// `text` with a few places cut, doubled, moved or overwritten.
fn mutated(rng: &mut Rng, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..rng.usize(1..5) {
        let at = rng.usize(0..=chars.len());
        let end = (at + rng.usize(0..12)).min(chars.len());
        match rng.u8(0..4) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let part: Vec<char> = chars[at..end].to_vec();
                let to = rng.usize(0..=chars.len());
                chars.splice(to..to, part);
            }
            2 => drop(chars.splice(at..at, PARTS[rng.usize(0..PARTS.len())].chars())),
            _ => drop(chars.splice(at..end, PARTS[rng.usize(0..PARTS.len())].chars())),
        }
    }
    chars.into_iter().collect()
}

/// Runs `text` over nothing; that it gives an answer is all that is asked. An internal error is a fault of ours.
fn answers(text: &str) {
    match play(text, &Inputs::default(), Outside::Written, Shape { shards: 1, batch_rows: 8 }) {
        Err(error) if error.kind() == ErrorKind::Internal => panic!("{text}\n{error}"),
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(_) => {}
    }
}

#[test]
fn changed_queries_are_planned_or_refused() {
    let mut rng = Rng::with_seed(1);
    for round in 0..400 {
        let query = SQL[round % SQL.len()];
        let text = format!("{TABLE}{query}");
        answers(&if rng.bool() { mutated(&mut rng, &text) } else { format!("{TABLE}{}", mutated(&mut rng, query)) });
    }
}

#[test]
fn changed_configs_are_taken_or_refused() {
    const CONFIG: &str = "[cores]\nshards = 2\npin = true\n[runtime]\ndriver = \"auto\"\nbatch_rows = 1024\nlinger = \"10 us\"\n\
                          memory_limit = \"1 GiB\"\n[latency]\nhistograms = \"all\"\ninterval = \"1 s\"\n[errors]\nshown = 3\n";
    let mut rng = Rng::with_seed(2);
    for _ in 0..2_000 {
        let text = mutated(&mut rng, CONFIG);
        if let Err(error) = JobConfig::default().apply_file("job.toml", &text) {
            assert!(!error.to_string().is_empty(), "{text}");
        }
    }
}

/// Runs `SELECT columns FROM f` over a file of these bytes.
fn read(columns: &str, options: &str, bytes: &[u8]) -> corelane::error::Result<Written> {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("it takes bytes");
    let path = file.path().display();
    let sql =
        format!("CREATE TABLE f ({columns}) WITH ('connector' = 'filesystem', 'path' = '{path}', {options});\nSELECT * FROM f;");
    play(&sql, &Inputs::default(), Outside::Written, SHAPE)
}

const COLUMNS: &str = "a INT, b DOUBLE, c STRING, d TIMESTAMP(3), e BOOLEAN, f DECIMAL(6, 2)";

/// Bytes that look like records now and then.
fn noise(rng: &mut Rng) -> Vec<u8> {
    const PIECES: [&[u8]; 16] = [
        b"{\"a\":",
        b"}",
        b"\n",
        b"\n",
        b"1,2.5,x,2024-01-01 00:00:00,true,1.25\n",
        b"{\"a\":1,\"c\":\"x\"}\n",
        b"\"",
        b",",
        b"\\u12",
        b"\\ud800",
        b"99999999999999999999",
        b"1e400",
        b"null",
        b"\xff\xfe",
        b"[[[[",
        b"\r\n",
    ];
    let mut bytes = Vec::new();
    for _ in 0..rng.usize(0..60) {
        match rng.u8(0..4) {
            0 => bytes.push(rng.u8(..)),
            _ => bytes.extend_from_slice(PIECES[rng.usize(0..PIECES.len())]),
        }
    }
    bytes
}

fn counted(written: &Written, what: &str) {
    let c = &written.counters;
    assert_eq!(c.rows_in, c.rows_out + c.rows_aside + c.rows_filtered, "{what}");
}

#[test]
fn random_bytes_are_read_or_set_aside() {
    let formats = [
        (COLUMNS, "'format' = 'json'"),
        (COLUMNS, "'format' = 'csv'"),
        (COLUMNS, "'format' = 'csv', 'line.max-bytes' = '20'"),
        ("a VARCHAR(5), b BIGINT, c BOOLEAN", "'format' = 'raw'"),
        ("a INT, d DOUBLE", "'format' = 'raw'"),
    ];
    for (columns, options) in formats {
        for seed in 0..60 {
            let bytes = noise(&mut Rng::with_seed(seed));
            let what = format!("{options} seed {seed}: {:?}", String::from_utf8_lossy(&bytes));
            let written = read(columns, options, &bytes).unwrap_or_else(|e| panic!("{what}\n{e}"));
            counted(&written, &what);
        }
    }
}

/// `good` and `bad` records of one file, and that `out` and `aside` come of them.
fn check(options: &str, bytes: &[u8], out: u64, aside: u64) {
    let what = format!("{options} {:?}", String::from_utf8_lossy(bytes));
    let written = read("a INT, c STRING", options, bytes).unwrap_or_else(|e| panic!("{what}\n{e}"));
    counted(&written, &what);
    assert_eq!((written.counters.rows_out, written.counters.rows_aside), (out, aside), "{what}");
}

const JSON: &str = "'format' = 'json'";
const CSV: &str = "'format' = 'csv'";
const RAW: &str = "'format' = 'raw'";

#[test]
fn a_line_over_the_limit_is_set_aside_and_the_next_is_read() {
    let long = "x".repeat(100);
    check("'format' = 'json', 'line.max-bytes' = '40'", format!("{{\"a\":1,\"c\":\"{long}\"}}\n{{\"a\":2}}\n").as_bytes(), 1, 1);
    check("'format' = 'csv', 'line.max-bytes' = '40'", format!("1,{long}\n2,y\n").as_bytes(), 1, 1);
}

#[test]
fn text_that_is_not_utf_8_is_set_aside() {
    check(JSON, b"{\"a\":1,\"c\":\"\xff\"}\n{\"a\":2,\"c\":\"y\"}\n", 1, 1);
    check(CSV, b"1,\xff\n2,y\n", 1, 1);
}

#[test]
fn a_number_out_of_range_is_set_aside() {
    check(JSON, b"{\"a\":2147483648,\"c\":\"x\"}\n{\"a\":2147483647,\"c\":\"y\"}\n", 1, 1);
    check(CSV, b"-2147483649,x\n-2147483648,y\n", 1, 1);
}

#[test]
fn an_unknown_field_is_ignored_and_a_missing_one_is_null() {
    check(JSON, b"{\"a\":1,\"z\":[1,{\"y\":2}]}\n", 1, 0);
    check(CSV, b"1,x,one too many\n2,y\n", 1, 1);
}

#[test]
fn a_truncated_last_record_is_set_aside() {
    check(JSON, b"{\"a\":1,\"c\":\"x\"}\n{\"a\":2,\"c\":\"y", 1, 1);
    check(CSV, b"1,x\n2", 1, 1);
}

/// Fails by `'on.error'`, and by `'max.errors'` when there is one more bad record than that.
fn bad_records_end_the_job(options: &str, bytes: &[u8], bad: u64) {
    for (option, fails) in [
        ("'on.error' = 'fail'".to_owned(), true),
        (format!("'max.errors' = '{}'", bad - 1), true),
        (format!("'max.errors' = '{bad}'"), false),
    ] {
        let kind = read("a INT, c VARCHAR(4)", &format!("{options}, {option}"), bytes).err().map(|e| e.kind());
        assert_eq!(kind, fails.then_some(ErrorKind::Data), "{options}, {option}: {:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn each_kind_of_bad_record_ends_the_job_where_the_table_says_so() {
    let (json, csv) = ("'format' = 'json', 'line.max-bytes' = '40'", "'format' = 'csv', 'line.max-bytes' = '40'");
    let long = "x".repeat(50);
    let bad: [(&str, Vec<u8>); 10] = [
        (json, format!("{{\"a\":1,\"c\":\"{long}\"}}\n{{\"a\":2}}\n").into_bytes()),
        (json, b"{\"a\":1,\"c\":\"\xff\"}\n{\"a\":2}\n".to_vec()),
        (json, b"{\"a\":2147483648}\n{\"a\":2}\n".to_vec()),
        (json, b"{\"a\":2}\n{\"a\":3,\"c\":\"y".to_vec()),
        (csv, format!("1,{long}\n2,y\n").into_bytes()),
        (csv, b"1,\xff\n2,y\n".to_vec()),
        (csv, b"2147483648,x\n2,y\n".to_vec()),
        (csv, b"1,x,one too many\n2,y\n".to_vec()),
        (csv, b"1,x\n2".to_vec()),
        (RAW, b"\x01\0\0\0\xff\xfe\0\0\x02\0\0\0y\0\0\0".to_vec()),
    ];
    for (options, bytes) in bad {
        bad_records_end_the_job(options, &bytes, 1);
    }
    bad_records_end_the_job(RAW, b"\x01\0\0\0x\0\0\0\x02\0", 1);
}

#[test]
fn raw_rows_that_are_bad_are_set_aside() {
    let check = |columns: &str, bytes: &[u8], out: u64, aside: u64| {
        let written = read(columns, RAW, bytes).unwrap_or_else(|e| panic!("{columns} {bytes:?}\n{e}"));
        counted(&written, columns);
        assert_eq!((written.counters.rows_out, written.counters.rows_aside), (out, aside), "{columns} {bytes:?}");
    };
    // Text that is no UTF-8, a boolean that is neither 0 nor 1, a decimal out of range, a last row that is cut.
    check("a INT, c VARCHAR(4)", b"\x01\0\0\0\xff\xfe\0\0\x02\0\0\0y\0\0\0", 1, 1);
    check("a BOOLEAN", b"\0\x01\x02", 2, 1);
    let decimals: Vec<u8> = [999_i128, 1_000, -999, -1_000].iter().flat_map(|units| units.to_le_bytes()).collect();
    check("a DECIMAL(3, 1)", &decimals, 2, 2);
    check("a INT, c VARCHAR(4)", b"\x01\0\0\0x\0\0\0\x02\0", 1, 1);
    let limited = read("a INT, c VARCHAR(4)", "'format' = 'raw', 'line.max-bytes' = '7'", b"").err();
    assert!(limited.is_some_and(|e| e.to_string().contains("8 bytes")), "a row wider than the limit is refused");
}

#[test]
fn bad_records_stop_the_job_where_the_table_says_so() {
    let fails = |option: &str| {
        let error = read("a INT", &format!("'format' = 'json', {option}"), b"{\"a\":1}\n!\n{\"a\":2}\n!\n!\n").err();
        assert_eq!(error.as_ref().map(|e| e.kind()), Some(ErrorKind::Data), "{option}: {error:?}");
    };
    fails("'on.error' = 'fail'");
    fails("'max.errors' = '1'");
    let written = read("a INT", "'format' = 'json', 'max.errors' = '3'", b"{\"a\":1}\n!\n!\n!\n").expect("three are allowed");
    assert_eq!((written.counters.rows_out, written.counters.rows_aside), (1, 3));
}

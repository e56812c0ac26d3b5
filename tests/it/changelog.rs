//! A changelog that is written and read back gives the same table, in every format that can say what has changed, at any number of shards.

use corelane::batch::RowKind;
use corelane::source::memory::MemoryEvent;
use corelane::types::Value;

use corelane::cli::golden::{Inputs, Outside, Shape, play};

/// What writes rows and reads them again, and whether a key says what a row takes the place of.
const FORMATS: [(&str, Keyed); 8] = [
    ("'format' = 'debezium-json'", Keyed::No),
    ("'format' = 'ogg-json'", Keyed::No),
    ("'format' = 'maxwell-json'", Keyed::No),
    ("'format' = 'canal-json'", Keyed::No),
    ("'format' = 'json', 'changelog' = 'retract'", Keyed::No),
    ("'format' = 'csv', 'changelog' = 'retract', 'csv.null-literal' = 'nothing'", Keyed::No),
    ("'format' = 'json', 'changelog' = 'upsert'", Keyed::Yes),
    ("'format' = 'csv', 'changelog' = 'upsert', 'csv.null-literal' = 'nothing'", Keyed::Yes),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyed {
    Yes,
    No,
}

/// Rows that come and go, by split; what is taken back is there.
fn changes(random: &mut fastrand::Rng) -> Inputs {
    let mut splits = vec![Vec::new(), Vec::new()];
    let mut there: Vec<(usize, Vec<Value>)> = Vec::new();
    for _ in 0..random.usize(1..60) {
        if !there.is_empty() && random.u8(..3) == 0 {
            let (split, row) = there.swap_remove(random.usize(..there.len()));
            splits[split].push((if random.bool() { RowKind::Delete } else { RowKind::UpdateBefore }, row));
            continue;
        }
        let split = random.usize(..2);
        let text = ["a", "a \"b\", \\ c", "", "ü\n"][random.usize(..4)];
        let row = vec![
            Value::text(text),
            if random.u8(..5) == 0 { Value::Null } else { Value::Int(random.i64(0..4)) },
            Value::Int(random.i64(-5..5)),
        ];
        there.push((split, row.clone()));
        splits[split].push((if random.bool() { RowKind::Insert } else { RowKind::UpdateAfter }, row));
    }
    let events = splits.into_iter().map(|changes| vec![MemoryEvent::Changes(changes)]).collect();
    Inputs::from([("t".to_owned(), events)])
}

/// A query over the changes with its columns, and the columns that are its key, if it has one.
const QUERIES: [(&str, &str, Option<&str>); 4] = [
    ("SELECT k, n, v FROM t", "k STRING, n INT, v INT", None),
    ("SELECT k, COUNT(*), SUM(v) FROM t GROUP BY k", "k STRING, n BIGINT, v INT", Some("k")),
    // The filter lets the new row of a group fall.
    ("SELECT k, n, s FROM (SELECT k, n, SUM(v) AS s FROM t GROUP BY k, n) WHERE s > 0", "k STRING, n INT, v INT", Some("k, n")),
    // The key of the table is not that of the changes: of each greatest value there is one row.
    (
        "SELECT k, n, v FROM (SELECT k, n, v, ROW_NUMBER() OVER (PARTITION BY v ORDER BY k, n) AS r FROM t) WHERE r = 1",
        "k STRING, n INT, v INT",
        Some("v"),
    ),
];

fn check(seed: u64, (query, columns, key): (&str, &str, Option<&str>), (format, keyed): (&str, Keyed), shape: Shape) {
    let key = match (keyed, key) {
        (Keyed::Yes, None) => return,
        (Keyed::Yes, Some(key)) => format!(", PRIMARY KEY ({key}) NOT ENFORCED"),
        (Keyed::No, _) => String::new(),
    };
    let inputs = changes(&mut fastrand::Rng::with_seed(seed));
    let source = "CREATE TABLE t (k STRING, n INT, v INT) WITH ('connector' = 'memory', 'changelog' = 'retract');";
    let wanted = play(&format!("{source} {query};"), &inputs, Outside::Written, shape).expect("runs").result("print");
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("out");
    let table =
        format!("CREATE TABLE o ({columns}{key}) WITH ('connector' = 'filesystem', 'path' = '{}', {format});", path.display());
    let written = play(&format!("{source} {table} INSERT INTO o {query};"), &inputs, Outside::Written, shape).expect("runs");
    assert_eq!(written.counters.rows_aside, 0, "{query}");
    let other = Shape { shards: 3, batch_rows: 2 };
    let read = play(&format!("{table} SELECT * FROM o;"), &Inputs::new(), Outside::Written, other).expect("runs");
    assert_eq!(read.result("print"), wanted, "seed {seed}: {query} as {format}, {shape:?}");
    assert_eq!(read.counters.rows_aside, 0, "seed {seed}: {query} as {format}, {shape:?}");
}

#[test]
fn a_changelog_written_and_read_gives_the_same_table() {
    for (number, format) in FORMATS.into_iter().enumerate() {
        for (at, query) in QUERIES.into_iter().enumerate() {
            for (shards, batch_rows) in [(1, 1024), (2, 1), (3, 5)] {
                let seed = (number * 1000 + at * 100 + shards * 10) as u64;
                (seed..seed + 3).for_each(|seed| check(seed, query, format, Shape { shards, batch_rows }));
            }
        }
    }
}

#[test]
fn upserts_do_not_say_what_was_before_though_another_reader_asks() {
    let row = |key: &str, n: i64| MemoryEvent::Rows(vec![vec![Value::text(key), Value::Int(n), Value::Null]]);
    let inputs = Inputs::from([("t".to_owned(), vec![vec![row("a", 1), row("b", 2), row("a", 3), row("a", 4)]])]);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("out.csv");
    let sql = format!(
        "CREATE TABLE t (k STRING, n INT, v INT) WITH ('connector' = 'memory'); \
         CREATE TABLE o (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '{}', \
         'format' = 'csv', 'changelog' = 'upsert'); \
         INSERT INTO o SELECT k, SUM(n) FROM t GROUP BY k; SELECT k, SUM(n) FROM t GROUP BY k;",
        path.display()
    );
    let written = play(&sql, &inputs, Outside::Written, Shape { shards: 1, batch_rows: 1 }).expect("runs");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "a,1,+I\nb,2,+I\na,4,+U\na,8,+U\n");
    let printed: String = written.rows["print"].iter().map(|(sign, row)| format!("{sign}{row}")).collect();
    assert_eq!(printed, "+[a, 1]+[b, 2]-[a, 1]+[a, 4]-[a, 4]+[a, 8]");
}

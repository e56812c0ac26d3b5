//! Texts that are deep, long or broken: refused, or read, but never a panic, an overflow or an endless search.

use super::{check, fault, parse};

#[test]
fn deep_texts_are_refused_before_they_overflow_a_stack() {
    let chain = |operator: &str, terms: usize| format!("SELECT {}", vec!["1"; terms].join(operator));
    for text in [
        format!("SELECT {}1{}", "(".repeat(20_000), ")".repeat(20_000)),
        chain("+", 100_000),
        chain(" OR ", 20_000),
        chain("::INT = ", 20_000),
        chain(" UNION ALL SELECT ", 20_000),
        chain(" + limit + ", 20_000),
        format!("SELECT {} 1", "NOT ".repeat(20_000)),
        format!("SELECT {} 1", "- ".repeat(20_000)),
        format!("SELECT {} 1", "CASE WHEN ".repeat(20_000)),
        format!("SELECT 1 {}", "IS NULL ".repeat(20_000)),
        format!("SELECT {}1", "f(1, ".repeat(20_000)),
        format!("SELECT * FROM {}t", "(SELECT * FROM ".repeat(20_000)),
        format!("SELECT {} 1", "INTERVAL ".repeat(20_000)),
        format!("CREATE TABLE t (a {}INT", "ARRAY<".repeat(20_000)),
        format!("SELECT CAST(x AS {}INT", "ROW<a ".repeat(20_000)),
        format!("CREATE TABLE t (a INT{})", " ARRAY".repeat(20_000)),
    ] {
        fault(&text);
    }
}

#[test]
fn texts_at_the_bounds_parse() {
    let levels = crate::limits::NESTING_MAX - 2;
    for (open, close) in [("(", ")"), ("f(1, ", ")"), ("CASE WHEN 1 THEN ", " END"), ("(SELECT ", ")"), ("ARRAY[", "]")] {
        check(&format!("SELECT {}1{}", open.repeat(levels), close.repeat(levels)));
    }
    for (open, close) in [("(SELECT * FROM ", ")"), ("(SELECT 1 UNION ALL SELECT * FROM ", ") AS x"), ("(", " JOIN u ON 1 = 1)")]
    {
        check(&format!("SELECT * FROM {}t{}", open.repeat(levels), close.repeat(levels)));
    }
    check(&format!("SELECT {}", vec!["1"; 250].join(" + ")));
    check(&format!("SELECT {} 1", "NOT ".repeat(250)));
    let levels = levels - 2;
    let open = "(SELECT 1 UNION ALL SELECT NOT NOT NOT f(1, x) FROM ";
    check(&format!("SELECT * FROM {}t{}", open.repeat(levels), ")".repeat(levels)));
    check(&format!("SELECT {}{} 1{}", "(SELECT ".repeat(levels), "NOT ".repeat(250), ")".repeat(levels)));
    check(&format!("SELECT a IN ({})", vec!["1"; 20_000].join(", ")));
    check(&format!("SELECT CASE {} END", "WHEN a = 1 AND b = 2 THEN 'x' ".repeat(2_000)));
    check(&vec!["SELECT 1 + 1 AS a, 2 FROM t WHERE a = b".to_owned(); 200].join(";"));
    check(&format!("SELECT {} FROM t", vec!["a + 1 AS b"; 2_000].join(", ")));
}

#[test]
fn deep_texts_with_a_fault_inside_do_not_take_for_ever() {
    let levels = crate::limits::NESTING_MAX - 3;
    let mut random = fastrand::Rng::with_seed(11);
    let opening = [
        "(",
        "f(",
        "CASE WHEN ",
        "CASE ",
        "(SELECT ",
        "(SELECT * FROM (",
        "CAST(",
        "CAST(CASE (",
        "IF(current_time(",
        "a[",
        "ARRAY[",
        "EXISTS (",
        "INTERVAL (",
        "TRIM(",
        "EXTRACT(DAY FROM ",
        "POSITION(",
        "x IN (",
        "TABLE (",
        "MAP[",
        "ROW(",
        "TUMBLE(",
        "NOT (",
        "date (",
        "SUBSTRING(",
        "CEIL(",
        "OVERLAY(",
        "(WITH a AS (",
        "COUNT(DISTINCT ",
        "TABLE(TUMBLE((SELECT * FROM ",
        "((a JOIN ",
        "VALUES (",
        "ROLLUP(",
    ];
    for open in opening {
        for start in ["SELECT ", "SELECT * FROM ", "SELECT 1 FROM t GROUP BY "] {
            let times = levels / open.matches(['(', '[']).count().max(1);
            let _ = parse(&format!("{start}{} 1 2", open.repeat(times)));
        }
    }
    for _ in 0..300 {
        let mixed: String = (0..levels / 2).map(|_| opening[random.usize(..opening.len())]).collect();
        let _ = parse(&format!("SELECT {mixed} 1 2"));
    }
}

/// Texts that hold every kind of statement, for mutation.
const SEEDS: [&str; 8] = [
    "CREATE TEMPORARY TABLE IF NOT EXISTS t (a INT NOT NULL, b ROW<c ARRAY<MAP<STRING, INT>>>, ts TIMESTAMP(3) METADATA FROM 'x' \
     VIRTUAL, d AS a + 1 COMMENT 'c', WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (a) NOT ENFORCED) WITH ('k' = 'v')",
    "SELECT * FROM TABLE(HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '5' SECONDS, SIZE => INTERVAL '1' DAY)) w",
    "SELECT k, COUNT(*) FILTER (WHERE a > 1) FROM t WINDOW SLIDING(ts, SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY k EMIT FINAL;",
    "SELECT a, SUM(b) FROM tumble(t, ts, INTERVAL '10 seconds') WHERE a IN (1, 2) GROUP BY a HAVING COUNT(*) > 1 ORDER BY a LIMIT 5",
    "WITH x AS (SELECT CAST(a AS MAP<STRING, ROW<f INT>>) m, TRY_CAST(b AS TIMESTAMP_LTZ(3)) FROM t) SELECT m['k'], CASE WHEN 1 = 1 \
     THEN TRIM(BOTH ' ' FROM c) ELSE MAP['a', 1]['a'] END FROM x JOIN (VALUES (1, 'a')) AS y(p, q) ON x.a = y.p UNION ALL SELECT 1, 2",
    "EXECUTE STATEMENT SET BEGIN INSERT INTO a (x, `y`) SELECT 1, 2; INSERT INTO b VALUES (1); END; SET 'a' = 'b'; SET c.d = e",
    "EXPLAIN PLAN FOR INSERT INTO s SELECT EXTRACT(DAY FROM ts), CEIL(ts TO DAY), a[1], r.f, x IS DISTINCT FROM y FROM t EMIT CHANGES",
    "CREATE VIEW v (a) AS SELECT SUBSTRING(x FROM 1 FOR 2) || U&'\\00e9' FROM \"q\" FOR SYSTEM_TIME AS OF o.ts -- done\n/* x */",
];

/// A seed with a few pieces swapped, dropped, doubled or replaced by bytes and words of other seeds.
fn mutated(random: &mut fastrand::Rng, others: &[String]) -> String {
    let mut pieces = pieces(SEEDS[random.usize(..SEEDS.len())]);
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..pieces.len());
        let other = random.usize(..pieces.len());
        match random.u8(..6) {
            0 => pieces.swap(at, other),
            1 => {
                pieces.remove(at);
                pieces.push(String::new());
            }
            2 => pieces.insert(at, pieces[other].clone()),
            3 => pieces[at] = others[random.usize(..others.len())].clone(),
            4 => pieces.truncate(at + 1),
            _ => pieces[at] = random.char(..).to_string(),
        }
    }
    pieces.concat()
}

fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for letter in text.chars() {
        match pieces.last_mut() {
            Some(last) if letter.is_alphanumeric() && last.ends_with(char::is_alphanumeric) => last.push(letter),
            _ => pieces.push(letter.to_string()),
        }
    }
    pieces
}

fn pieces_of_all() -> Vec<String> {
    SEEDS
        .iter()
        .flat_map(|seed| pieces(seed))
        .chain(["9999999999999999999999", "'", "\"", "`", "\u{0}", "é"].map(str::to_owned))
        .collect()
}

#[test]
fn no_mutation_of_a_text_breaks_the_parser() {
    let mut random = fastrand::Rng::with_seed(7);
    let others = pieces_of_all();
    for round in 0..5_000 {
        let text = mutated(&mut random, &others);
        if let Err(error) = parse(&text) {
            assert_eq!(error.kind(), crate::error::ErrorKind::Sql, "round {round}: {text}: {error}");
            let shown = error.in_text("q", &text).to_string();
            assert!(!shown.is_empty());
        }
    }
}

//! Seeded random queries in two dialects, ours and SQLite's: expressions are typed, of bounded depth, and never overflow.

use fastrand::Rng;

use super::oracle::Type;

const DEPTH_MAX: usize = 3;
const SECOND: i64 = 1_000_000_000;

/// Shape of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Grouped,
    Global,
    Window,
}

/// A query in both dialects with the types of its columns.
#[derive(Debug)]
pub struct Query {
    pub kind: Kind,
    pub ours: String,
    pub theirs: String,
    pub types: Vec<Type>,
}

/// An expression in both dialects.
#[derive(Debug, Clone)]
struct Both {
    ours: String,
    theirs: String,
}

impl Both {
    fn same(text: impl Into<String>) -> Both {
        let ours = text.into();
        Both { theirs: ours.clone(), ours }
    }

    /// `template` with each `{}` replaced by the next part.
    fn of(template: &str, parts: &[Both]) -> Both {
        let fill =
            |pick: fn(&Both) -> &String| parts.iter().fold(template.to_owned(), |text, part| text.replacen("{}", pick(part), 1));
        Both { ours: fill(|b| &b.ours), theirs: fill(|b| &b.theirs) }
    }
}

impl Query {
    /// A query over `t (b, i, d, s, ts)`.
    pub fn random(rng: &mut Rng, kind: Kind) -> Query {
        let mut columns: Vec<(Both, Type)> = Vec::new();
        let mut keys: Vec<Both> = Vec::new();
        if kind == Kind::Window {
            columns.push((Both { ours: "window_start".into(), theirs: "ws".into() }, Type::Time));
            keys.push(Both { ours: "window_start, window_end".into(), theirs: "ws".into() });
        }
        if kind == Kind::Grouped || (kind == Kind::Window && rng.bool()) {
            for _ in 0..rng.usize(1..3) {
                let key = key(rng);
                keys.push(key.0.clone());
                columns.push(key);
            }
        }
        for _ in 0..rng.usize(1..4) {
            let column = if kind == Kind::Plain { any(rng, DEPTH_MAX) } else { aggregate(rng) };
            columns.push(column);
        }
        let filter = (rng.u8(0..3) > 0).then(|| expression(rng, Type::Bool, DEPTH_MAX));
        let having = match kind {
            Kind::Global => Some(Both::same("COUNT(*) > 0")),
            Kind::Grouped | Kind::Window if rng.u8(0..3) == 0 => Some(having(rng)),
            _ => None,
        };
        let size = [7, 10, 60][rng.usize(0..3)];
        let write = |pick: fn(&Both) -> &String, from: String| {
            let list = |parts: Vec<&String>| parts.into_iter().cloned().collect::<Vec<_>>().join(", ");
            let mut text = format!("SELECT {} FROM {from}", list(columns.iter().map(|c| pick(&c.0)).collect()));
            filter.iter().for_each(|f| text.push_str(&format!(" WHERE {}", pick(f))));
            if !keys.is_empty() {
                text.push_str(&format!(" GROUP BY {}", list(keys.iter().map(pick).collect())));
            }
            having.iter().for_each(|h| text.push_str(&format!(" HAVING {}", pick(h))));
            text
        };
        let nanos = size * SECOND;
        let from = match kind {
            Kind::Window => (
                format!("TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '{size}' SECOND))"),
                format!("(SELECT *, ts / {nanos} * {nanos} AS ws FROM t WHERE ts IS NOT NULL)"),
            ),
            _ => {
                let from = relation(rng, 2);
                (from.clone(), from)
            }
        };
        let (ours, theirs) = (write(|b| &b.ours, from.0), write(|b| &b.theirs, from.1));
        Query { kind, ours, theirs, types: columns.iter().map(|c| c.1).collect() }
    }
}

/// A relation with the columns of `t` and its name, the same in both dialects: joins, ranks and sub-queries, one over the other.
fn relation(rng: &mut Rng, depth: usize) -> String {
    if depth == 0 {
        return "t".to_owned();
    }
    let of = |rng: &mut Rng, name: &str| format!("{} AS {name}", relation(rng, depth - 1).trim_end_matches(" AS t"));
    let inner = match rng.u8(0..10) {
        0 | 1 => return "t".to_owned(),
        2..=5 => {
            let join = ["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"][rng.usize(0..4)];
            let condition = [
                "l.b = r.b",
                "l.i = r.b",
                "l.s = r.s AND l.b < r.i",
                "l.b = r.b AND l.s = r.s",
                "l.b + 1 = r.b AND (l.d > r.d OR r.d IS NULL)",
                "l.b = r.b OR l.s = r.s",
                "l.d < r.d AND r.b > 3",
            ][rng.usize(0..7)];
            let columns =
                ["l.b AS b, r.i AS i, l.d AS d, r.s AS s, l.ts AS ts", "r.b AS b, l.i AS i, r.d AS d, l.s AS s, r.ts AS ts"];
            let (left, right) = (of(rng, "l"), of(rng, "r"));
            format!("SELECT {} FROM {left} {join} {right} ON {condition}", columns[rng.usize(0..2)])
        }
        6 => {
            let (key, rest) = [("s", "MAX(b) AS b, MIN(i) AS i"), ("b", "MIN(s) AS s, MAX(i) AS i")][rng.usize(0..2)];
            format!("SELECT {key}, {rest}, SUM(d) AS d, MAX(ts) AS ts FROM {} GROUP BY {key}", of(rng, "g"))
        }
        7 => {
            let function = ["ROW_NUMBER()", "RANK()", "DENSE_RANK()"][rng.usize(0..3)];
            let order = if function == "ROW_NUMBER()" { "b DESC, i, d, s, ts" } else { ["b", "d DESC"][rng.usize(0..2)] };
            let partition = ["PARTITION BY s", "PARTITION BY b % 3", ""][rng.usize(0..3)];
            let (of, limit) = (of(rng, "q"), rng.usize(1..4));
            format!(
                "SELECT b, i, d, s, ts FROM (SELECT b, i, d, s, ts, {function} OVER ({partition} ORDER BY {order}) AS place FROM {of}) \
                 AS ranked WHERE place <= {limit}"
            )
        }
        _ => {
            let not = ["", "NOT "][rng.usize(0..2)];
            let condition = [
                format!("o.b {not}IN (SELECT i FROM t WHERE d > 1)"),
                format!("o.s {not}IN (SELECT s FROM t WHERE b > 2 AND s IS NOT NULL)"),
                format!("{not}EXISTS (SELECT 1 FROM t AS u WHERE u.b = o.i)"),
                format!("{not}EXISTS (SELECT 1 FROM t AS u WHERE u.s = o.s AND u.d < o.d)"),
            ];
            format!("SELECT o.b, o.i, o.d, o.s, o.ts FROM {} WHERE {}", of(rng, "o"), condition[rng.usize(0..4)])
        }
    };
    format!("({inner}) AS t")
}

const TYPES: [Type; 6] = [Type::Bool, Type::Int, Type::BigInt, Type::Double, Type::Text, Type::Time];

fn any(rng: &mut Rng, depth: usize) -> (Both, Type) {
    let data_type = TYPES[rng.usize(0..TYPES.len())];
    (expression(rng, data_type, depth), data_type)
}

/// What rows are grouped by: never a bare constant, which would name a column by its position.
fn key(rng: &mut Rng) -> (Both, Type) {
    match rng.u8(0..6) {
        0 => (Both::same("b"), Type::BigInt),
        1 => (Both::same("s"), Type::Text),
        2 => (Both::same("(i % 3)"), Type::Int),
        3 => (Both::of("({} IS NULL)", &[expression(rng, Type::BigInt, 1)]), Type::Bool),
        4 => (Both::of("CASE WHEN {} THEN b ELSE i END", &[expression(rng, Type::Bool, 1)]), Type::BigInt),
        _ => (Both::same("d"), Type::Double),
    }
}

fn having(rng: &mut Rng) -> Both {
    Both::same(["COUNT(*) > 1", "MIN(b) IS NOT NULL", "SUM(i) > 0", "COUNT(DISTINCT s) < 3"][rng.usize(0..4)])
}

fn aggregate(rng: &mut Rng) -> (Both, Type) {
    let (call, data_type) = match rng.u8(0..7) {
        0 => (Both::same("COUNT(*)"), Type::BigInt),
        1 => (Both::of("COUNT({})", &[any(rng, 2).0]), Type::BigInt),
        2 => (Both::of("COUNT(DISTINCT {})", &[any(rng, 2).0]), Type::BigInt),
        3 => {
            let (argument, of) = number(rng);
            (Both::of("SUM({})", &[argument]), if of == Type::Double { Type::Double } else { Type::BigInt })
        }
        4 => (Both::of("AVG({})", &[number(rng).0]), Type::Double),
        n => {
            let of = TYPES[rng.usize(1..TYPES.len())];
            (Both::of(if n == 5 { "MIN({})" } else { "MAX({})" }, &[expression(rng, of, 2)]), of)
        }
    };
    match rng.u8(0..4) {
        0 => (Both::of("{} FILTER (WHERE {})", &[call, expression(rng, Type::Bool, 2)]), data_type),
        _ => (call, data_type),
    }
}

fn number(rng: &mut Rng) -> (Both, Type) {
    let of = [Type::Int, Type::BigInt, Type::Double][rng.usize(0..3)];
    (expression(rng, of, 2), of)
}

fn expression(rng: &mut Rng, of: Type, depth: usize) -> Both {
    if depth == 0 || rng.u8(0..5) == 0 {
        return leaf(rng, of);
    }
    let below = depth - 1;
    match rng.u8(0..12) {
        0 => {
            let when = expression(rng, Type::Bool, below);
            let (then, other) = (expression(rng, of, below), expression(rng, of, below));
            Both::of("CASE WHEN {} THEN {} ELSE {} END", &[when, then, other])
        }
        1 => Both::of("CASE WHEN {} THEN {} END", &[expression(rng, Type::Bool, below), expression(rng, of, below)]),
        2 => Both::of("COALESCE({}, {})", &[expression(rng, of, below), expression(rng, of, below)]),
        3 => Both::of("NULLIF({}, {})", &[expression(rng, of, below), expression(rng, of, below)]),
        _ => operation(rng, of, below),
    }
}

fn operation(rng: &mut Rng, of: Type, below: usize) -> Both {
    match of {
        Type::Bool => condition(rng, below),
        Type::Int | Type::BigInt => {
            let one = expression(rng, of, below);
            match rng.u8(0..6) {
                0 => Both::of(&format!("({{}} * {})", rng.i8(-3..4)), &[one]),
                1 => Both::of(&format!("({{}} / {})", [-7, -2, 2, 3][rng.usize(0..4)]), &[one]),
                2 => Both::of(&format!("({{}} % {})", [-7, 2, 5][rng.usize(0..3)]), &[one]),
                3 => Both::of("(- {})", &[one]),
                4 if of == Type::BigInt => Both::of("CAST({} AS BIGINT)", &[expression(rng, Type::Int, below)]),
                n => Both::of(if n == 4 { "({} + {})" } else { "({} - {})" }, &[one, expression(rng, of, below)]),
            }
        }
        Type::Double => {
            let one = expression(rng, of, below);
            match rng.u8(0..5) {
                0 => Both::of("({} * CAST(0.5 AS DOUBLE))", &[one]),
                1 => Both::of("({} / CAST(4 AS DOUBLE))", &[one]),
                2 => Both::of("CAST({} AS DOUBLE)", &[expression(rng, Type::BigInt, below)]),
                n => Both::of(if n == 3 { "({} + {})" } else { "({} - {})" }, &[one, expression(rng, of, below)]),
            }
        }
        Type::Text => match rng.u8(0..3) {
            0 => Both::of("CAST({} AS VARCHAR)", &[expression(rng, Type::BigInt, below)]),
            _ => Both::of("({} || {})", &[expression(rng, of, below), expression(rng, of, below)]),
        },
        Type::Time => {
            let (seconds, sign) = (rng.i64(0..90), if rng.bool() { '+' } else { '-' });
            let one = expression(rng, of, below);
            Both {
                ours: format!("({} {sign} INTERVAL '{seconds}' SECOND)", one.ours),
                theirs: format!("({} {sign} {})", one.theirs, seconds * SECOND),
            }
        }
    }
}

fn condition(rng: &mut Rng, below: usize) -> Both {
    let of = TYPES[rng.usize(1..TYPES.len())];
    let mut some = |of| expression(rng, of, below);
    let (one, two, three) = (some(of), some(of), some(of));
    let (yes, no) = (some(Type::Bool), some(Type::Bool));
    match rng.u8(0..14) {
        0 | 1 => Both::of("({} AND {})", &[yes, no]),
        2 | 3 => Both::of("({} OR {})", &[yes, no]),
        4 => Both::of("(NOT {})", &[yes]),
        5 => Both::of("({} IS NULL)", &[one]),
        6 => Both::of("({} IS NOT NULL)", &[one]),
        7 => Both::of("({} BETWEEN {} AND {})", &[one, two, three]),
        8 => Both::of("({} IN ({}, {}))", &[one, leaf(rng, of), leaf(rng, of)]),
        9 => Both::of("({} NOT IN ({}, {}))", &[one, leaf(rng, of), leaf(rng, of)]),
        10 => Both::of(["({} IS TRUE)", "({} IS NOT TRUE)", "({} IS FALSE)"][rng.usize(0..3)], &[yes]),
        11 => Both::of(["({} IS DISTINCT FROM {})", "({} IS NOT DISTINCT FROM {})"][rng.usize(0..2)], &[one, two]),
        _ => {
            let operator = ["=", "<>", "<", "<=", ">", ">="][rng.usize(0..6)];
            Both::of(&format!("({{}} {operator} {{}})"), &[one, two])
        }
    }
}

fn leaf(rng: &mut Rng, of: Type) -> Both {
    let constant = rng.u8(0..3) == 0;
    match of {
        Type::Bool if constant => Both::same(["TRUE", "FALSE", "(1 > 2)"][rng.usize(0..3)]),
        Type::Bool => Both::same(["(b > 0)", "(i < 5)", "(s = 'a')", "(d IS NULL)"][rng.usize(0..4)]),
        Type::Int if constant => Both::same(["1", "(-5)", "42", "CAST(NULL AS INT)"][rng.usize(0..4)]),
        Type::Int => Both::same("i"),
        Type::BigInt if constant => {
            Both::same(["CAST(3 AS BIGINT)", "CAST(NULL AS BIGINT)", "CAST(-2 AS BIGINT)"][rng.usize(0..3)])
        }
        Type::BigInt => Both::same("b"),
        Type::Double if constant => Both::same(["CAST(1.5 AS DOUBLE)", "CAST(NULL AS DOUBLE)"][rng.usize(0..2)]),
        Type::Double => Both::same("d"),
        Type::Text if constant => Both::same(["'a'", "''", "'it''s'", "CAST(NULL AS VARCHAR)"][rng.usize(0..4)]),
        Type::Text => Both::same("s"),
        Type::Time if constant => {
            let second = rng.i64(0..60);
            Both { ours: format!("TIMESTAMP '1970-01-01 00:00:{second:02}.000'"), theirs: format!("{}", second * SECOND) }
        }
        Type::Time => Both::same("ts"),
    }
}

//! Random queries that go by time: functions with OVER, joins over intervals, and joins to versions.

use fastrand::Rng;

use super::aggregate::call;
use super::dialect::{Both, SECOND, Type};
use super::expression::{Column, Scope, expression, key, one_of};
use super::query::{filter, given, select};
use super::relation::{condition, names, qualified, relation};

/// Rows that have a time.
const TIMED: &str = "(SELECT * FROM t WHERE ts IS NOT NULL)";

/// Those of them for which this holds, if their split had a watermark before them; for SQLite, with that watermark.
fn timely(condition: &str) -> Both {
    let marked = "SELECT t.*, mark FROM t LEFT JOIN marks ON marks.number = t.rowid";
    Both::new(TIMED, format!("({marked} WHERE ts IS NOT NULL AND (mark IS NULL OR {condition}))"))
}

/// Functions over the rows round each row, in the order of time: over one window or each over its own.
pub fn over(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let mut columns = given(scope);
    let (shared, is_shared) = ((partition(rng, scope), frame(rng)), rng.bool());
    for _ in 0..rng.usize(1..5) {
        let (partition, frame) = if is_shared { shared.clone() } else { (partition(rng, scope), frame(rng)) };
        let (call, data_type) = match rng.u8(0..6) {
            0 => shift(rng, scope),
            1 => {
                let (call, data_type) = call(rng, scope);
                (Both::of("{} FILTER (WHERE {})", &[call, expression(rng, scope, Type::Bool, 1)]), data_type)
            }
            _ => call(rng, scope),
        };
        let frame = if call.ours.starts_with('L') { Both::same("") } else { frame };
        columns.push((Both::of(&format!("{{}} OVER ({partition}ORDER BY ts {{}})"), &[call, frame]), data_type));
    }
    let filter = if rng.bool() { Both::of(" AND {}", &[expression(rng, scope, Type::Bool, 2)]) } else { Both::same("") };
    let rows = Both::new("t", format!("{} AS t", timely("ts >= mark").theirs));
    select(columns, "FROM {} WHERE ts IS NOT NULL{}", &[rows, filter])
}

fn partition(rng: &mut Rng, scope: &Scope) -> String {
    if rng.bool() { format!("PARTITION BY {} ", one_of(rng, &scope.iter().collect::<Vec<_>>()).name) } else { String::new() }
}

/// Which rows a function sees: mostly those up to its own.
fn frame(rng: &mut Rng) -> Both {
    let (rows, seconds) = (rng.usize(0..6), rng.i64(0..90));
    let range = |end: &str, seconds_end: i64| {
        Both::new(
            format!(
                "RANGE BETWEEN INTERVAL '{seconds}' SECOND PRECEDING AND {}",
                end.replace('#', &format!("INTERVAL '{seconds_end}' SECOND"))
            ),
            format!("RANGE BETWEEN {} PRECEDING AND {}", seconds * SECOND, end.replace('#', &(seconds_end * SECOND).to_string())),
        )
    };
    let frame = match rng.u8(0..9) {
        0 => Both::same("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
        1 => Both::same("RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
        2 | 3 => range("CURRENT ROW", 0),
        4 => range("# PRECEDING", rng.i64(0..=seconds)),
        5 => range("# FOLLOWING", rng.i64(0..60)),
        6 => Both::same(format!("ROWS BETWEEN {rows} PRECEDING AND {} FOLLOWING", rng.u8(0..3))),
        7 => Both::same(format!("ROWS BETWEEN {rows} PRECEDING AND {} PRECEDING", rng.usize(0..=rows))),
        _ => Both::same(format!("ROWS BETWEEN {rows} PRECEDING AND CURRENT ROW")),
    };
    let exclude = one_of(rng, &["", "", "", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"]);
    Both::of(&format!("{{}}{exclude}"), &[frame])
}

/// A value of the row so many before or behind.
fn shift(rng: &mut Rng, scope: &Scope) -> (Both, Type) {
    let seen = one_of(rng, &scope.iter().collect::<Vec<_>>());
    (Both::same(format!("{}({}, {})", one_of(rng, &["LAG", "LEAD"]), seen.name, rng.u8(0..4))), seen.data_type)
}

/// Rows of the table that meet rows of it some seconds before or after them, or none, or the nearest one.
pub fn interval_join(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    if rng.u8(0..4) == 0 {
        return nearest(rng, scope);
    }
    let (left, right) = (qualified(scope, "l"), qualified(scope, "r"));
    let both = [left.clone(), right.clone()].concat();
    let (before, after) = (rng.i64(-20..90), rng.i64(20..90));
    let key = &one_of(rng, &scope.iter().collect::<Vec<_>>()).name;
    // Equal times bound the distance too.
    let (before, least, most) = match key == "ts" {
        true => (before.max(0), 0, 0),
        false => (before, before * SECOND, after * SECOND),
    };
    // Neither is gone, by the watermark of its own split, when the other comes.
    let both_there = format!("COALESCE(r.ts + {most} >= l.mark, TRUE) AND COALESCE(l.ts + {least} >= r.mark, TRUE)");
    let within = Both::new(
        format!("l.ts BETWEEN r.ts - INTERVAL '{before}' SECOND AND r.ts + INTERVAL '{after}' SECOND"),
        format!("l.ts BETWEEN r.ts - {least} AND r.ts + {most} AND {both_there}"),
    );
    let equal = format!("l.{key} = r.{key} AND");
    let rest = if rng.u8(0..3) == 0 { Both::of(" AND {}", &[expression(rng, &both, Type::Bool, 2)]) } else { Both::same("") };
    let rows = timely(&format!("ts + {} >= mark", least + most));
    let parts = [rows.clone(), rows, within, rest];
    if rng.u8(0..3) == 0 {
        let not = one_of(rng, &["", "NOT "]);
        let from = format!("FROM {{}} AS l WHERE {not}EXISTS (SELECT 1 FROM {{}} AS r WHERE {equal} {{}}{{}})");
        return select(given(&left), &from, &parts);
    }
    let join = one_of(rng, &["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
    select(given(&both), &format!("FROM {{}} AS l {join} {{}} AS r ON {equal} {{}}{{}}"), &parts)
}

/// For SQLite: the split of a version was not yet beyond the time of the row when it came.
const AND_VALID: &str = " AND (n.mark IS NULL OR n.mark <= l.ts)";

/// ASOF: each row with the last one before it or the first one behind it, where times or a moment made of one are compared.
fn nearest(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let both = [qualified(scope, "l"), qualified(scope, "r")].concat();
    let mut some_key = || one_of(rng, &scope.iter().collect::<Vec<_>>()).name.clone();
    let keys = [some_key(), some_key()];
    let equal = |side: &str| keys.each_ref().map(|key| format!("l.{key} = {side}.{key}")).join(" AND ");
    let (comparison, end) = one_of(rng, &[(">=", "MAX"), (">", "MAX"), ("<=", "MIN"), ("<", "MIN")]);
    let seconds = rng.i64(1..60);
    let moment = match rng.u8(0..3) {
        0 => Both::new(format!("l.ts + INTERVAL '{seconds}' SECOND"), format!("l.ts + {}", seconds * SECOND)),
        _ => Both::same("l.ts"),
    };
    let (asof, join) = match (rng.u8(0..3), equal("r")) {
        (0, equal) => (format!("ASOF JOIN {TIMED} AS r MATCH_CONDITION ({{}} {comparison} r.ts) ON {equal}"), "LEFT JOIN"),
        (1, equal) => (format!("ASOF LEFT JOIN {TIMED} AS r ON {equal} AND {{}} {comparison} r.ts"), "LEFT JOIN"),
        (_, equal) => (format!("ASOF JOIN {TIMED} AS r ON {equal} AND {{}} {comparison} r.ts"), "JOIN"),
    };
    // By event time alone, as a join to versions; else all rows are kept.
    let by_time = end == "MAX" && moment.ours == "l.ts";
    let (left, valid) = if by_time { (timely("ts >= mark"), AND_VALID) } else { (Both::same(TIMED), "") };
    let marked = timely("TRUE").theirs;
    let found = format!("SELECT {end}(n.ts) FROM {marked} AS n WHERE {}{valid} AND {{}} {comparison} n.ts", equal("n"));
    let theirs = format!("{join} {TIMED} AS r ON {} AND r.ts = ({found})", equal("r"));
    select(given(&both), "FROM {} AS l {}", &[left, Both::new(asof, theirs).filled(&[moment])])
}

/// Rows beside others that FOR SYSTEM_TIME AS OF finds.
struct Found {
    /// WITH, where there is one.
    with: Both,
    from: Both,
    /// Names of the relations of FROM.
    sides: Vec<&'static str>,
}

/// Rows of the table beside versions of a table: those valid at their time, or all that it holds in the end; or aggregates of them.
pub fn versions(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let Found { with, from, sides } = if rng.u8(0..3) == 0 { looked_up(rng, scope) } else { as_of(rng, scope) };
    let columns: Vec<Column> = sides.iter().flat_map(|side| qualified(scope, side)).collect();
    let (query, types) = if rng.u8(0..4) == 0 {
        let key = key(rng, &columns);
        let mut given = vec![key.clone()];
        given.extend((0..rng.usize(1..4)).map(|_| call(rng, &columns)));
        select(given, "{} GROUP BY {}", &[from, key.0])
    } else {
        select(given(&columns), "{} {}", &[from, filter(rng, &columns)])
    };
    (Both::of("{}{}", &[with, query]), types)
}

/// One or two joins to the table `versions`, or to the newest row of each key, as of the time of the rows: for SQLite to the last one of the rows of
/// the key that are not later.
fn as_of(rng: &mut Rng, scope: &Scope) -> Found {
    let is_table = rng.bool();
    let key = if is_table { &scope[0].name } else { &one_of(rng, &scope.iter().collect::<Vec<_>>()).name };
    let kept = if is_table { Both::same("TRUE") } else { expression(rng, scope, Type::Bool, 2) };
    let numbered =
        format!("SELECT *, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY ts DESC) AS place FROM {TIMED} AS t WHERE {{}}");
    let newest = format!("WITH versions AS (SELECT {} FROM ({numbered}) AS numbered WHERE place = 1) ", names(scope));
    // The table has its rows in splits of its own.
    let marks = if is_table { "version_marks AS marks ON marks.ts = t.ts" } else { "marks ON marks.number = t.rowid" };
    let marked = format!("(SELECT t.rowid AS row_number, t.*, mark FROM t LEFT JOIN {marks})");
    let all = format!("WITH versions AS (SELECT * FROM {marked} WHERE ts IS NOT NULL AND {{}}) ");
    let with = Both::new(if is_table { "" } else { &newest }, &all).filled(&[kept]);
    let mut from = Both::of("FROM {} AS l", &[timely("ts >= mark")]);
    let sides = &["l", "r", "s"][..rng.usize(2..4)];
    for side in &sides[1..] {
        let join = one_of(rng, &["JOIN", "LEFT JOIN"]);
        let both = [qualified(scope, "l"), qualified(scope, side)].concat();
        let asked = if rng.bool() { Both::of(" AND {}", &[expression(rng, &both, Type::Bool, 1)]) } else { Both::same("") };
        let of_time = format!("n.{key} = l.{key} AND n.ts <= l.ts{AND_VALID}");
        let valid = format!("SELECT n.row_number FROM versions AS n WHERE {of_time} ORDER BY n.ts DESC LIMIT 1");
        from = Both::new(
            format!("{{}} {join} versions FOR SYSTEM_TIME AS OF l.ts AS {side} ON l.{key} = {side}.{key}{{}}"),
            format!("{{}} {join} versions AS {side} ON {side}.row_number = ({valid}){{}}"),
        )
        .filled(&[from, asked]);
    }
    Found { with, from, sides: sides.to_vec() }
}

/// A join to what a table or a query holds when all of it has been read.
fn looked_up(rng: &mut Rng, scope: &Scope) -> Found {
    let (held, on) = (relation(rng, scope, 2), condition(rng, scope, true));
    let join = one_of(rng, &["JOIN", "LEFT JOIN"]);
    let (name, with) = match held.ours.as_str() {
        "t" => ("t", Both::same("")),
        _ => ("held", Both::of("WITH held AS (SELECT * FROM {}) ", &[held])),
    };
    let from = Both::new(
        format!("FROM t AS l {join} {name} FOR SYSTEM_TIME AS OF PROCTIME() AS r ON {{}}"),
        format!("FROM t AS l {join} {name} AS r ON {{}}"),
    );
    Found { with, from: from.filled(&[on]), sides: vec!["l", "r"] }
}

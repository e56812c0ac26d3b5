//! Random tables and random queries over them, in both dialects.

use fastrand::Rng;

use corelane::types::Value;

use super::aggregate::{aggregate, call, having};
use super::dialect::{Both, SECOND, TYPES, Type};
use super::expression::{Column, DEPTH_MAX, Scope, any, expression, key, one_of};
use super::relation::{qualified, relation, total_order};

/// Columns of a table besides its time.
const COLUMNS_MAX: usize = 7;

/// Shape of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Grouped,
    Global,
    Sets,
    Window,
    WindowRows,
    Over,
    IntervalJoin,
}

impl Kind {
    /// Whether rows without a time are like any others.
    pub fn takes_rows_without_time(self) -> bool {
        matches!(self, Kind::Plain | Kind::Grouped | Kind::Global | Kind::Sets)
    }
}

/// A query in both dialects with the table `t` that it reads.
#[derive(Debug)]
pub struct Query {
    pub schema: Schema,
    pub text: Both,
    /// Types of its columns.
    pub types: Vec<Type>,
}

/// Columns of the table `t`, of which the last is `ts`, its event time.
#[derive(Debug)]
pub struct Schema {
    pub columns: Vec<Column>,
}

impl Schema {
    /// Few columns of any types.
    fn random(rng: &mut Rng) -> Schema {
        let mut columns: Vec<Column> =
            (0..rng.usize(1..=COLUMNS_MAX)).map(|at| Column { name: format!("c{at}"), data_type: one_of(rng, &TYPES) }).collect();
        columns.push(Column { name: "ts".to_owned(), data_type: Type::Time });
        Schema { columns }
    }

    /// The columns as they are declared.
    pub fn declared(&self) -> String {
        let column = |c: &Column| format!("{} {}", c.name, c.data_type.name());
        self.columns.iter().map(column).collect::<Vec<_>>().join(", ")
    }

    /// A row of small values.
    pub fn random_row(&self, rng: &mut Rng) -> Vec<Value> {
        self.columns.iter().map(|c| c.data_type.random_value(rng)).collect()
    }
}

impl Query {
    /// A query over a random table.
    pub fn random(rng: &mut Rng, kind: Kind) -> Query {
        let schema = Schema::random(rng);
        let scope = &schema.columns;
        let (text, types) = match kind {
            Kind::Plain => plain(rng, scope),
            Kind::Grouped | Kind::Global => grouped(rng, scope, kind),
            Kind::Sets => grouping_sets(rng, scope),
            Kind::Window => windowed(rng, scope),
            Kind::WindowRows => window_rows(rng, scope),
            Kind::Over => over(rng, scope),
            Kind::IntervalJoin => interval_join(rng, scope),
        };
        Query { schema, text, types }
    }
}

/// A query that gives these columns.
fn select(columns: Vec<(Both, Type)>, rest: &str, parts: &[Both]) -> (Both, Vec<Type>) {
    let (texts, types): (Vec<Both>, Vec<Type>) = columns.into_iter().unzip();
    (Both::of("SELECT {} {}", &[Both::list(&texts, ", "), Both::of(rest, parts)]), types)
}

/// WHERE, mostly.
fn filter(rng: &mut Rng, scope: &Scope) -> Both {
    match rng.u8(0..3) {
        0 => Both::same(""),
        _ => Both::of("WHERE {}", &[expression(rng, scope, Type::Bool, DEPTH_MAX)]),
    }
}

fn plain(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let columns = (0..rng.usize(1..4)).map(|_| any(rng, scope, DEPTH_MAX)).collect();
    let (from, filter) = (relation(rng, scope, 2), filter(rng, scope));
    select(columns, "FROM {} {}", &[from, filter])
}

/// Keys and aggregates; without keys for the whole, of which SQLite gives a row even where there is nothing.
fn grouped(rng: &mut Rng, scope: &Scope, kind: Kind) -> (Both, Vec<Type>) {
    let keys: Vec<(Both, Type)> = match kind {
        Kind::Global => Vec::new(),
        _ => (0..rng.usize(1..3)).map(|_| key(rng, scope)).collect(),
    };
    let mut columns = keys.clone();
    columns.extend((0..rng.usize(1..5)).map(|_| aggregate(rng, scope)));
    let having = match rng.u8(0..3) {
        _ if keys.is_empty() => Both::same("HAVING COUNT(*) > 0"),
        0 => Both::of("HAVING {}", &[having(rng, scope)]),
        _ => Both::same(""),
    };
    let by = match keys.len() {
        0 => Both::same(""),
        _ => Both::of("GROUP BY {}", &[Both::list(&keys.into_iter().map(|key| key.0).collect::<Vec<_>>(), ", ")]),
    };
    let (from, filter) = (relation(rng, scope, 2), filter(rng, scope));
    select(columns, "FROM {} {} {} {}", &[from, filter, by, having])
}

/// Aggregates by several lists of keys at once: for SQLite the groupings by each, with NULL for the keys that a list lacks.
fn grouping_sets(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let mut keys: Vec<(Both, Type)> = (0..rng.usize(1..4)).map(|_| key(rng, scope)).collect();
    keys.sort_by(|one, other| one.0.ours.cmp(&other.0.ours));
    keys.dedup_by(|one, other| one.0.ours == other.0.ours);
    let (spelling, sets) = sets(rng, &keys.iter().map(|key| key.0.ours.as_str()).collect::<Vec<_>>());
    let aggregates: Vec<(Both, Type)> = (0..rng.usize(1..4)).map(|_| aggregate(rng, scope)).collect();
    let having = match rng.u8(0..4) {
        0 => Both::of("COUNT(*) > 0 AND {}", &[having(rng, scope)]),
        _ => Both::same("COUNT(*) > 0"),
    };
    let parts = [relation(rng, scope, 2), filter(rng, scope), having];
    let asked = rng.usize(..keys.len());
    let branch = |set: &[usize], by: &str, grouping: String| {
        let key = |(at, key): (usize, &(Both, Type))| if set.contains(&at) { key.clone() } else { (Both::same("NULL"), key.1) };
        let mut columns: Vec<(Both, Type)> = keys.iter().enumerate().map(key).collect();
        columns.extend(aggregates.iter().cloned());
        columns.push((Both::same(grouping), Type::BigInt));
        select(columns, &format!("FROM {{}} {{}} {by} HAVING {{}}"), &parts)
    };
    let all: Vec<usize> = (0..keys.len()).collect();
    let (ours, types) = branch(&all, &format!("GROUP BY {spelling}"), format!("GROUPING({})", keys[asked].0.ours));
    let of_set = |set: &Vec<usize>| {
        let names: Vec<&str> = set.iter().map(|at| keys[*at].0.theirs.as_str()).collect();
        let by = if set.is_empty() { String::new() } else { format!("GROUP BY {}", names.join(", ")) };
        branch(set, &by, u8::from(!set.contains(&asked)).to_string()).0.theirs
    };
    let theirs: Vec<String> = sets.iter().map(of_set).collect();
    (Both::new(ours.ours, theirs.join(" UNION ALL ")), types)
}

/// Some sets of keys as GROUP BY spells them, and the numbers of the keys of each.
fn sets(rng: &mut Rng, keys: &[&str]) -> (String, Vec<Vec<usize>>) {
    let all: Vec<usize> = (0..keys.len()).collect();
    let prefixes = |least: usize| (least..=keys.len()).map(|length| all[..length].to_vec()).collect();
    let some = |number: usize| all.iter().copied().filter(|at| number & 1 << at > 0).collect::<Vec<_>>();
    match rng.u8(0..5) {
        0 => (format!("ROLLUP ({})", keys.join(", ")), prefixes(0)),
        1 => (format!("CUBE ({})", keys.join(", ")), (0..1 << keys.len()).map(some).collect()),
        2 if keys.len() > 1 => (format!("{}, ROLLUP ({})", keys[0], keys[1..].join(", ")), prefixes(1)),
        _ => {
            let mut sets: Vec<Vec<usize>> = (0..rng.usize(0..3)).map(|_| some(rng.usize(..1 << keys.len()))).collect();
            sets.push(all.clone());
            let named = |set: &Vec<usize>| format!("({})", set.iter().map(|at| keys[*at]).collect::<Vec<_>>().join(", "));
            (format!("GROUPING SETS ({})", sets.iter().map(named).collect::<Vec<_>>().join(", ")), sets)
        }
    }
}

/// A window function over the table: its columns and `window_start` and `window_end`.
fn windows(rng: &mut Rng) -> Both {
    let floor = |nanos: i64| format!("(ts - (ts % {nanos} + {nanos}) % {nanos})");
    let numbers = |count: i64| (0..count).map(|n| format!("SELECT {n} AS n")).collect::<Vec<_>>().join(" UNION ALL ");
    // Starts and ends over the table and the numbers from 0.
    let over = |start: String, end: String, count: i64| {
        let windows =
            format!("SELECT t.*, {start} AS window_start, {end} AS window_end FROM t, ({}) WHERE ts IS NOT NULL", numbers(count));
        format!("(SELECT * FROM ({windows}) WHERE ts >= window_start AND ts < window_end)")
    };
    let size = one_of(rng, &[7, 10, 60]);
    match rng.u8(0..4) {
        0 => {
            let slide = one_of(rng, &[2, 5, 7, 20]);
            let start = format!("{} - n * {}", floor(slide * SECOND), slide * SECOND);
            Both::new(
                format!("TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '{slide}' SECOND, INTERVAL '{size}' SECOND))"),
                over(start.clone(), format!("{start} + {}", size * SECOND), size / slide + 1),
            )
        }
        1 => {
            let (step, count) = (one_of(rng, &[1, 5, 12]), rng.i64(1..5));
            let (size, start) = (step * count, floor(step * count * SECOND));
            Both::new(
                format!("TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '{step}' SECOND, INTERVAL '{size}' SECOND))"),
                over(start.clone(), format!("{start} + (n + 1) * {}", step * SECOND), count),
            )
        }
        _ => {
            let start = floor(size * SECOND);
            Both::new(
                format!("TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '{size}' SECOND))"),
                over(start.clone(), format!("{start} + {}", size * SECOND), 1),
            )
        }
    }
}

/// Sessions of the rows with the same value in a column: it too is grouped by.
fn sessions(rng: &mut Rng, by: &Column) -> Both {
    let (gap, name) = (one_of(rng, &[5, 20, 60]), &by.name);
    let nanos = gap * SECOND;
    let starts = format!(
        "SELECT *, ((ts - LAG(ts) OVER (PARTITION BY {name} ORDER BY ts)) > {nanos}) IS NOT FALSE AS starts FROM t WHERE ts IS NOT NULL"
    );
    let numbered = format!("SELECT *, SUM(starts) OVER (PARTITION BY {name} ORDER BY ts) AS session FROM ({starts})");
    let of_session = |call: &str| format!("{call}(ts) OVER (PARTITION BY {name}, session)");
    let (start, end) = (of_session("MIN"), of_session("MAX"));
    Both::new(
        format!("TABLE(SESSION(TABLE t PARTITION BY {name}, DESCRIPTOR(ts), INTERVAL '{gap}' SECOND))"),
        format!("(SELECT *, {start} AS window_start, {end} + {nanos} AS window_end FROM ({numbered}))"),
    )
}

/// Aggregates over windows.
fn windowed(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let mut columns = vec![(Both::same("window_start"), Type::Time), (Both::same("window_end"), Type::Time)];
    let mut by = vec![Both::same("window_start, window_end")];
    let from = if rng.u8(0..4) == 0 {
        let of = one_of(rng, &scope.iter().collect::<Vec<_>>());
        by.push(Both::same(&of.name));
        columns.push((Both::same(&of.name), of.data_type));
        sessions(rng, of)
    } else {
        windows(rng)
    };
    for _ in 0..rng.usize(0..3) {
        let key = key(rng, scope);
        by.push(key.0.clone());
        columns.push(key);
    }
    columns.extend((0..rng.usize(1..5)).map(|_| aggregate(rng, scope)));
    let having = if rng.u8(0..3) == 0 { Both::of("HAVING {}", &[having(rng, scope)]) } else { Both::same("") };
    let filter = filter(rng, scope);
    select(columns, "FROM {} {} GROUP BY {} {}", &[from, filter, Both::list(&by, ", "), having])
}

/// Columns of `scope` that are given out as they are.
fn given(scope: &Scope) -> Vec<(Both, Type)> {
    scope.iter().map(|c| (Both::same(&c.name), c.data_type)).collect()
}

/// The best rows of each window, or rows of two lists of windows that meet.
fn window_rows(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let window = windows(rng);
    let mut columns = vec![(Both::same("window_start"), Type::Time), (Both::same("window_end"), Type::Time)];
    if rng.bool() {
        columns.extend(given(scope));
        let (order, limit, filter) = (total_order(rng, scope), rng.usize(1..4), filter(rng, scope));
        let by = if rng.bool() { format!(", {}", scope[0].name) } else { String::new() };
        let place = format!("ROW_NUMBER() OVER (PARTITION BY window_start, window_end{by} ORDER BY {order}) AS place");
        let ranked = Both::of(&format!("(SELECT *, {place} FROM {{}} {{}})"), &[window, filter]);
        return select(columns, &format!("FROM {{}} AS ranked WHERE place <= {limit}"), &[ranked]);
    }
    let (left, right) = (qualified(scope, "l"), qualified(scope, "r"));
    columns.iter_mut().for_each(|(text, _)| *text = Both::same(format!("l.{}", text.ours)));
    columns.extend(given(&left));
    columns.extend(given(&right));
    let equal = format!("l.{0} = r.{0}", one_of(rng, &scope.iter().collect::<Vec<_>>()).name);
    let join = one_of(rng, &["JOIN", "LEFT JOIN"]);
    let of_window = "l.window_start = r.window_start AND l.window_end = r.window_end";
    let rest = format!("FROM (SELECT * FROM {{}}) AS l {join} (SELECT * FROM {{}}) AS r ON {of_window} AND {equal}");
    select(columns, &rest, &[window.clone(), window])
}

/// Aggregates over the rows before each row, in the order of time.
fn over(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let partition = if rng.bool() { format!("PARTITION BY {} ", scope[0].name) } else { String::new() };
    let (rows, seconds) = (rng.usize(0..6), rng.i64(0..90));
    let frame = match rng.u8(0..5) {
        0 => Both::same("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
        1 => Both::same("RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
        2 => Both::new(
            format!("RANGE BETWEEN INTERVAL '{seconds}' SECOND PRECEDING AND CURRENT ROW"),
            format!("RANGE BETWEEN {} PRECEDING AND CURRENT ROW", seconds * SECOND),
        ),
        _ => Both::same(format!("ROWS BETWEEN {rows} PRECEDING AND CURRENT ROW")),
    };
    let mut columns = given(scope);
    for _ in 0..rng.usize(1..4) {
        let (call, data_type) = call(rng, scope);
        columns.push((Both::of(&format!("{{}} OVER ({partition}ORDER BY ts {{}})"), &[call, frame.clone()]), data_type));
    }
    select(columns, "FROM t WHERE ts IS NOT NULL", &[])
}

/// Rows of the table that meet rows of it some seconds before or after them, or none, or the nearest one.
fn interval_join(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    if rng.u8(0..4) == 0 {
        return nearest(rng, scope);
    }
    let (left, right) = (qualified(scope, "l"), qualified(scope, "r"));
    let both = [left.clone(), right.clone()].concat();
    let (before, after) = (rng.i64(-20..90), rng.i64(20..90));
    let within = Both::new(
        format!("l.ts BETWEEN r.ts - INTERVAL '{before}' SECOND AND r.ts + INTERVAL '{after}' SECOND"),
        format!("l.ts BETWEEN r.ts - {} AND r.ts + {}", before * SECOND, after * SECOND),
    );
    let equal = format!("l.{0} = r.{0} AND", one_of(rng, &scope.iter().collect::<Vec<_>>()).name);
    let rest = if rng.u8(0..3) == 0 { Both::of(" AND {}", &[expression(rng, &both, Type::Bool, 2)]) } else { Both::same("") };
    let side = |name: &str| format!("(SELECT * FROM t WHERE ts IS NOT NULL) AS {name}");
    let (l, r) = (side("l"), side("r"));
    if rng.u8(0..3) == 0 {
        let not = one_of(rng, &["", "NOT "]);
        let from = format!("FROM {l} WHERE {not}EXISTS (SELECT 1 FROM {r} WHERE {equal} {{}}{{}})");
        return select(given(&left), &from, &[within, rest]);
    }
    let join = one_of(rng, &["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
    select(given(&both), &format!("FROM {l} {join} {r} ON {equal} {{}}{{}}"), &[within, rest])
}

/// ASOF: each row with the last one before it or the first one behind it.
fn nearest(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let both = [qualified(scope, "l"), qualified(scope, "r")].concat();
    let key = &one_of(rng, &scope.iter().collect::<Vec<_>>()).name;
    let (comparison, end) = one_of(rng, &[(">=", "MAX"), (">", "MAX"), ("<=", "MIN"), ("<", "MIN")]);
    let join = one_of(rng, &["JOIN", "LEFT JOIN"]);
    let side = |name: &str| format!("(SELECT * FROM t WHERE ts IS NOT NULL) AS {name}");
    let (l, r, equal) = (side("l"), side("r"), format!("l.{key} = r.{key}"));
    let found = format!("SELECT {end}(n.ts) FROM t AS n WHERE n.{key} = l.{key} AND l.ts {comparison} n.ts");
    let ours = format!("FROM {l} ASOF {join} {r} ON {equal} AND l.ts {comparison} r.ts");
    let theirs = format!("FROM {l} {join} {r} ON {equal} AND r.ts = ({found})");
    select(given(&both), "{}", &[Both::new(ours, theirs)])
}

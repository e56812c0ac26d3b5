//! Random queries over windows: aggregates, rankings, joins and set operations of them, one over the other.

use fastrand::Rng;

use super::aggregate::{aggregate, having};
use super::dialect::{Both, SECOND, Type};
use super::expression::{Column, Scope, column, expression, key, one_of};
use super::query::{filter, given, grouping_sets, select};
use super::relation::{names, of_groups, qualified, total_order};
use super::window_values::window_values;

/// Which rows SQLite finds in windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All that are there.
    All,
    /// Those that came in time and did not go in time: all that is made of windows knows no others.
    InTime,
}

impl Rows {
    /// These of what a window function gives.
    pub fn of(self, window: &Both) -> Both {
        let condition = match self {
            Rows::All => "goes IS NULL",
            Rows::InTime => "(mark IS NULL OR mark < window_end - 1) AND (goes IS NULL OR goes >= window_end - 1)",
        };
        window.filled(&[Both::same(condition)])
    }
}

/// A window function over the table: its columns and `window_start` and `window_end`; SQLite's text has a place for a condition.
pub fn windows(rng: &mut Rng) -> Both {
    let floor = |nanos: i64| format!("(ts - (ts % {nanos} + {nanos}) % {nanos})");
    let numbers = |count: i64| (0..count).map(|n| format!("SELECT {n} AS n")).collect::<Vec<_>>().join(" UNION ALL ");
    // Starts and ends over the table and the numbers from 0.
    let over = |start: String, end: String, count: i64| {
        let marked = "t LEFT JOIN marks ON marks.number = t.rowid";
        let windows =
            format!("SELECT t.*, mark, goes, {start} AS window_start, {end} AS window_end FROM {marked}, ({})", numbers(count));
        format!("(SELECT * FROM ({windows}) WHERE ts >= window_start AND ts < window_end AND {{}})")
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

/// Sessions of the rows with the same value in a column: it too is grouped by. Rows that have gone are in none, but have made them.
fn sessions(rng: &mut Rng, by: &Column) -> Both {
    let (gap, name) = (one_of(rng, &[5, 20, 60]), &by.name);
    let nanos = gap * SECOND;
    let starts = format!(
        "SELECT rowid AS number, *, ((ts - LAG(ts) OVER (PARTITION BY {name} ORDER BY ts)) > {nanos}) IS NOT FALSE AS starts FROM t WHERE ts IS NOT NULL"
    );
    let numbered = format!("SELECT *, SUM(starts) OVER (PARTITION BY {name} ORDER BY ts) AS session FROM ({starts})");
    let of_session = |call: &str| format!("{call}(ts) OVER (PARTITION BY {name}, session)");
    let (start, end) = (of_session("MIN"), of_session("MAX"));
    Both::new(
        format!("TABLE(SESSION(TABLE t PARTITION BY {name}, DESCRIPTOR(ts), INTERVAL '{gap}' SECOND))"),
        format!(
            "(SELECT * FROM (SELECT *, {start} AS window_start, {end} + {nanos} AS window_end FROM ({numbered})) \
             WHERE number NOT IN (SELECT number FROM marks WHERE goes IS NOT NULL))"
        ),
    )
}

/// The columns that say in which window a row is.
const BOUNDS: [&str; 2] = ["window_start", "window_end"];

/// Aggregates over windows.
pub fn windowed(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    if rng.u8(0..4) == 0 {
        let from = Rows::InTime.of(&windows(rng));
        return grouping_sets(rng, scope, &BOUNDS, from);
    }
    let mut columns = vec![(Both::same("window_start"), Type::Time), (Both::same("window_end"), Type::Time)];
    let mut by = vec![Both::same("window_start, window_end")];
    let from = if rng.u8(0..4) == 0 {
        let of = one_of(rng, &scope.iter().collect::<Vec<_>>());
        by.push(Both::same(&of.name));
        columns.push((Both::same(&of.name), of.data_type));
        sessions(rng, of)
    } else {
        Rows::InTime.of(&windows(rng))
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

/// The columns of rows in windows, or aggregates of them, where such rows are made of one list of windows in several steps.
pub fn window_rows(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let (window, depth) = (windows(rng), rng.usize(1..4));
    let mut columns: Vec<(Both, Type)> = BOUNDS.map(|bound| (Both::same(bound), Type::Time)).into();
    let made_of = rng.u8(0..4);
    let rows = if made_of < 2 { Rows::InTime } else { Rows::All };
    let from = Both::of("({}) AS w", &[in_windows(rng, (&window, rows), scope, depth)]);
    match made_of {
        0 => {
            let key = key(rng, scope);
            columns.push(key.clone());
            columns.extend((0..rng.usize(1..4)).map(|_| aggregate(rng, scope)));
            select(columns, "FROM {} GROUP BY window_start, window_end, {}", &[from, key.0])
        }
        1 => grouping_sets(rng, scope, &BOUNDS, from),
        _ => {
            columns.extend(given(scope));
            select(columns, "FROM {} {}", &[from, filter(rng, scope)])
        }
    }
}

/// A query that gives the columns of the schema and the bounds of the window in which each row is.
fn in_windows(rng: &mut Rng, (window, rows): (&Both, Rows), schema: &Scope, depth: usize) -> Both {
    let (bounds, columns) = (BOUNDS.join(", "), names(schema));
    if depth == 0 {
        return Both::of(&format!("SELECT {columns}, {bounds} FROM {{}}"), &[rows.of(window)]);
    }
    let made_of = rng.u8(0..10);
    let rows = if matches!(made_of, 4 | 6) { rows } else { Rows::InTime };
    let below = in_windows(rng, (window, rows), schema, depth - 1);
    match made_of {
        0 | 1 => grouped_by_window(rng, schema, below),
        2 | 3 => best_of_window(rng, schema, below),
        4 => Both::of(&format!("{{}} UNION ALL SELECT {columns}, {bounds} FROM {{}}"), &[below, rows.of(window)]),
        5 => Both::of(&format!("SELECT DISTINCT {columns}, {bounds} FROM ({{}}) AS d"), &[below]),
        6 => {
            let filter = expression(rng, schema, Type::Bool, 2);
            Both::of(&format!("SELECT {columns}, {bounds} FROM ({{}}) AS f WHERE {{}}"), &[below, filter])
        }
        7 => {
            let (order, before) = (total_order(rng, schema), rng.u8(0..3));
            let frame = format!("ROWS BETWEEN {before} PRECEDING AND CURRENT ROW");
            let seen = column(rng, schema, |t| t != Type::Bool).expect("a table has a time").name;
            let over = format!("MAX({seen}) OVER (PARTITION BY {bounds} ORDER BY {order} {frame}) AS {seen}");
            let columns: Vec<&str> = schema.iter().map(|c| if c.name == seen { over.as_str() } else { &c.name }).collect();
            Both::of(&format!("SELECT {}, {bounds} FROM ({{}}) AS o", columns.join(", ")), &[below])
        }
        n => {
            let depth = rng.usize(0..2);
            let other = in_windows(rng, (window, rows), schema, depth);
            if n == 8 { met(rng, schema, below, other) } else { joined(rng, schema, below, other) }
        }
    }
}

/// Groups of the rows in a window.
fn grouped_by_window(rng: &mut Rng, schema: &Scope, below: Both) -> Both {
    let bounds = BOUNDS.join(", ");
    let keys: Vec<usize> = (0..rng.usize(0..3)).map(|_| rng.usize(..schema.len())).collect();
    let by: String = keys.iter().map(|at| format!(", {}", schema[*at].name)).collect();
    let columns = of_groups(rng, schema, &keys);
    Both::of(&format!("SELECT {columns}, {bounds} FROM ({{}}) AS g GROUP BY {bounds}{by}"), &[below])
}

/// The first rows of each window, or of each value in one.
fn best_of_window(rng: &mut Rng, schema: &Scope, below: Both) -> Both {
    let (bounds, columns) = (BOUNDS.join(", "), names(schema));
    let by = if rng.bool() { format!(", {}", schema[rng.usize(..schema.len())].name) } else { String::new() };
    let (order, limit) = (total_order(rng, schema), rng.usize(1..4));
    let place = format!("ROW_NUMBER() OVER (PARTITION BY {bounds}{by} ORDER BY {order}) AS place");
    let ranked = format!("(SELECT {columns}, {bounds}, {place} FROM ({{}}) AS q) AS ranked");
    Both::of(&format!("SELECT {columns}, {bounds} FROM {ranked} WHERE place <= {limit}"), &[below])
}

/// Groups or best rows of windows joined to others, by both bounds or by one of them, of the same window or of the one before; now and then grouped or
/// ranked again. Or windows as values.
pub fn window_joins(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    if rng.u8(0..3) == 0 {
        return window_values(rng, scope);
    }
    let window = windows(rng);
    let mut side = || {
        let below = in_windows(rng, (&window, Rows::InTime), scope, 0);
        if rng.bool() { grouped_by_window(rng, scope, below) } else { best_of_window(rng, scope, below) }
    };
    let (left, right) = (side(), side());
    let key = &scope[rng.usize(..scope.len())].name;
    let mut on = one_of(
        rng,
        &[
            "l.window_start = r.window_start AND l.window_end = r.window_end",
            "l.window_end = r.window_end",
            "l.window_start = r.window_start",
            "l.window_start = r.window_end",
        ],
    )
    .to_owned();
    if rng.bool() {
        on += &format!(" AND l.{key} = r.{key}");
    }
    let (names, l) = (names(scope), names(&qualified(scope, "l")));
    let rows = match rng.u8(0..4) {
        0 => {
            let not = one_of(rng, &["", "NOT "]);
            let columns = format!("{l}, l.window_start, l.window_end");
            let met = format!("SELECT {columns} FROM ({{}}) AS l WHERE {not}EXISTS (SELECT 1 FROM ({{}}) AS r WHERE {on})");
            Both::of(&met, &[left, right])
        }
        _ => {
            let join = one_of(rng, &["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
            let side = if join == "RIGHT JOIN" { "r" } else { "l" };
            let of_side = |column: &Column| format!("{}.{1} AS {1}", one_of(rng, &["l", "r"]), column.name);
            let columns = scope.iter().map(of_side).collect::<Vec<_>>().join(", ");
            let columns = format!("{columns}, {side}.window_start AS window_start, {side}.window_end AS window_end");
            Both::of(&format!("SELECT {columns} FROM ({{}}) AS l {join} ({{}}) AS r ON {on}"), &[left, right])
        }
    };
    let rows = match rng.u8(0..4) {
        0 => grouped_by_window(rng, scope, rows),
        1 => best_of_window(rng, scope, rows),
        2 => {
            let counted = vec![(Both::same("window_end"), Type::Time), (Both::same("COUNT(*)"), Type::BigInt)];
            return select(counted, "FROM ({}) AS j GROUP BY window_end", &[rows]);
        }
        _ => rows,
    };
    let columns = BOUNDS.map(|bound| (Both::same(bound), Type::Time)).into_iter().chain(given(scope)).collect();
    select(columns, &format!("FROM (SELECT window_start, window_end, {names} FROM ({{}}) AS j) AS w"), &[rows])
}

/// Which rows of `l` and `r` are in the same window and agree in a column.
fn same_window(rng: &mut Rng, schema: &Scope) -> String {
    let key = &schema[rng.usize(..schema.len())].name;
    format!("l.window_start = r.window_start AND l.window_end = r.window_end AND l.{key} = r.{key}")
}

/// A join of windows.
fn joined(rng: &mut Rng, schema: &Scope, left: Both, right: Both) -> Both {
    let join = one_of(rng, &["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
    let of_side = |column: &Column| format!("{}.{1} AS {1}", one_of(rng, &["l", "r"]), column.name);
    let columns: Vec<String> = schema.iter().map(of_side).collect();
    // The side that may be missing does not say in which window the row is.
    let bounds = match join {
        "JOIN" | "LEFT JOIN" => BOUNDS.map(|bound| format!("l.{bound} AS {bound}")),
        "RIGHT JOIN" => BOUNDS.map(|bound| format!("r.{bound} AS {bound}")),
        _ => BOUNDS.map(|bound| format!("COALESCE(l.{bound}, r.{bound}) AS {bound}")),
    };
    let on = same_window(rng, schema);
    let columns = format!("{}, {}", columns.join(", "), bounds.join(", "));
    Both::of(&format!("SELECT {columns} FROM ({{}}) AS l {join} ({{}}) AS r ON {on}"), &[left, right])
}

/// Rows whose like is, or is not, among others in the same window.
fn met(rng: &mut Rng, schema: &Scope, left: Both, right: Both) -> Both {
    let (not, columns) = (one_of(rng, &["", "NOT "]), names(&qualified(schema, "l")));
    let key = &schema[rng.usize(..schema.len())].name;
    let condition = match rng.bool() {
        true => format!("{not}EXISTS (SELECT 1 FROM ({{}}) AS r WHERE {})", same_window(rng, schema)),
        false => {
            let same = "l.window_start = r.window_start AND l.window_end = r.window_end";
            format!("l.{key} {not}IN (SELECT r.{key} FROM ({{}}) AS r WHERE {same})")
        }
    };
    Both::of(&format!("SELECT {columns}, l.window_start, l.window_end FROM ({{}}) AS l WHERE {condition}"), &[left, right])
}

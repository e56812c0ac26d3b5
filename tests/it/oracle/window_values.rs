//! Random queries over windows as one value, a ROW of their bounds, and over windows that are not selected at all.

use fastrand::Rng;

use super::dialect::{Both, SECOND, Type};
use super::expression::{Scope, one_of};
use super::query::{filter, select};
use super::windows::{Rows, windows};

/// Groups by window and a column, joined by their windows or grouped by longer ones.
pub fn window_values(rng: &mut Rng, scope: &Scope) -> (Both, Vec<Type>) {
    let (window, key) = (windows(rng), &scope[rng.usize(..scope.len())]);
    let call = window.ours.replace("TABLE(", "").replace("TABLE t, DESCRIPTOR(ts)", "ts").replacen("))", ")", 1);
    let name = &key.name;
    let mut groups = || {
        let bounds = "window_start, window_end".to_owned();
        let (value, by) = (Both::new(format!("{call} AS w"), &bounds), Both::new(&call, &bounds));
        let from = Both::new("t", Rows::InTime.of(&window).theirs);
        let parts = [value, from, filter(rng, scope), by];
        Both::of(&format!("SELECT {{}}, {name}, COUNT(*) AS n FROM {{}} {{}} GROUP BY {{}}, {name}"), &parts)
    };
    let (left, right) = (groups(), groups());
    if rng.u8(0..3) == 0 {
        return longer(rng, &left);
    }
    let starts = ("l.w.start = r.w.start", "l.window_start = r.window_start");
    let ends = ("l.w.end = r.w.end", "l.window_end = r.window_end");
    let both = format!("{} AND {}", starts.1, ends.1);
    let mut on = match rng.u8(0..4) {
        0 => Both::new("l.w = r.w", both),
        1 => Both::new(format!("{} AND {}", ends.0, starts.0), both),
        2 => Both::new(starts.0, starts.1),
        _ => Both::new(ends.0, ends.1),
    };
    if rng.bool() {
        on = Both::of(&format!("{{}} AND l.{name} = r.{name}"), &[on]);
    }
    let join = one_of(rng, &["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
    let columns = vec![
        (Both::new("l.w.start", "l.window_start"), Type::Time),
        (Both::new("r.w.end", "r.window_end"), Type::Time),
        (Both::same(format!("l.{name}")), key.data_type),
        (Both::same("l.n"), Type::BigInt),
        (Both::same("r.n"), Type::BigInt),
    ];
    select(columns, &format!("FROM ({{}}) AS l {join} ({{}}) AS r ON {{}}"), &[left, right, on])
}

/// Groups whose window is not selected, by longer windows of its time.
fn longer(rng: &mut Rng, groups: &Both) -> (Both, Vec<Type>) {
    let (size, time) = (one_of(rng, &[20, 60, 90]), "(window_end - 1000000)");
    let nanos = size * SECOND;
    let by = Both::new(format!("TUMBLE(INTERVAL '{size}' SECOND)"), format!("{time} - ({time} % {nanos} + {nanos}) % {nanos}"));
    let rows = Both::new(format!("SELECT n FROM ({}) AS g", groups.ours), &groups.theirs);
    let columns = vec![(Both::same("COUNT(*)"), Type::BigInt), (Both::same("SUM(n)"), Type::BigInt)];
    select(columns, "FROM ({}) AS s GROUP BY {}", &[rows, by])
}

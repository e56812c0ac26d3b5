//! Random tables and random queries over them, in both dialects.

use fastrand::Rng;

use corelane::types::Value;

use super::aggregate::{aggregate, having};
use super::dialect::{Both, TYPES, Type};
use super::expression::{Column, DEPTH_MAX, Scope, any, expression, key, one_of};
use super::relation::relation;
use super::timed::{interval_join, over, versions};
use super::windows::{window_joins, window_rows, windowed};

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
    WindowJoins,
    Over,
    IntervalJoin,
    Versions,
}

pub const KINDS: [Kind; 10] = [
    Kind::Plain,
    Kind::Grouped,
    Kind::Global,
    Kind::Sets,
    Kind::Window,
    Kind::WindowRows,
    Kind::WindowJoins,
    Kind::Over,
    Kind::IntervalJoin,
    Kind::Versions,
];

impl Kind {
    pub fn is_of_windows(self) -> bool {
        matches!(self, Kind::Window | Kind::WindowRows | Kind::WindowJoins)
    }

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
    /// Whether it reads the table `versions`, which has no WITH of this name.
    pub fn reads_versions(&self) -> bool {
        self.text.ours.contains(" versions FOR") && !self.text.ours.contains("WITH versions")
    }

    /// Whether SQLite's text leaves out rows that come too late.
    pub fn takes_late_rows(&self, kind: Kind) -> bool {
        let has = |text: &str| self.text.ours.contains(text);
        match kind {
            Kind::Window | Kind::Over => !has("SESSION("),
            // Behind FULL JOIN no column says in which window a row is, so that rows which are joined to it there are not late.
            Kind::WindowJoins => true,
            Kind::WindowRows => !has("SESSION(") && !has("FULL JOIN"),
            Kind::IntervalJoin => true,
            // What is looked up is made of all rows.
            Kind::Versions => !has("PROCTIME()"),
            _ => false,
        }
    }

    /// A query over a random table.
    pub fn random(rng: &mut Rng, kind: Kind) -> Query {
        let schema = Schema::random(rng);
        let scope = &schema.columns;
        let (text, types) = match kind {
            Kind::Plain => plain(rng, scope),
            Kind::Grouped | Kind::Global => grouped(rng, scope, kind),
            Kind::Sets => {
                let from = relation(rng, scope, 2);
                grouping_sets(rng, scope, &[], from)
            }
            Kind::Window => windowed(rng, scope),
            Kind::WindowRows => window_rows(rng, scope),
            Kind::WindowJoins => window_joins(rng, scope),
            Kind::Over => over(rng, scope),
            Kind::IntervalJoin => interval_join(rng, scope),
            Kind::Versions => versions(rng, scope),
        };
        Query { schema, text, types }
    }
}

/// A query that gives these columns.
pub fn select(columns: Vec<(Both, Type)>, rest: &str, parts: &[Both]) -> (Both, Vec<Type>) {
    let (texts, types): (Vec<Both>, Vec<Type>) = columns.into_iter().unzip();
    (Both::of("SELECT {} {}", &[Both::list(&texts, ", "), Both::of(rest, parts)]), types)
}

/// Columns of `scope` that are given out as they are.
pub fn given(scope: &Scope) -> Vec<(Both, Type)> {
    scope.iter().map(|c| (Both::same(&c.name), c.data_type)).collect()
}

/// WHERE, now and then.
pub fn filter(rng: &mut Rng, scope: &Scope) -> Both {
    match rng.bool() {
        true => Both::same(""),
        false => Both::of("WHERE {}", &[expression(rng, scope, Type::Bool, DEPTH_MAX)]),
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

/// Aggregates by several lists of keys at once, behind the bounds of windows if there are: for SQLite the groupings by each, with NULL for the
/// keys that a list lacks.
pub fn grouping_sets(rng: &mut Rng, scope: &Scope, bounds: &[&str], from: Both) -> (Both, Vec<Type>) {
    let mut keys: Vec<(Both, Type)> = (0..rng.usize(1..4)).map(|_| key(rng, scope)).collect();
    keys.sort_by(|one, other| one.0.ours.cmp(&other.0.ours));
    keys.dedup_by(|one, other| one.0.ours == other.0.ours);
    let (spelling, sets) = sets(rng, &keys.iter().map(|key| key.0.ours.as_str()).collect::<Vec<_>>());
    let aggregates: Vec<(Both, Type)> = (0..rng.usize(1..4)).map(|_| aggregate(rng, scope)).collect();
    let having = match rng.u8(0..4) {
        0 => Both::of("COUNT(*) > 0 AND {}", &[having(rng, scope)]),
        _ => Both::same("COUNT(*) > 0"),
    };
    let parts = [from, filter(rng, scope), having];
    let asked = rng.usize(..keys.len());
    let branch = |set: &[usize], by: &str, grouping: String| {
        let key = |(at, key): (usize, &(Both, Type))| if set.contains(&at) { key.clone() } else { (Both::same("NULL"), key.1) };
        let mut columns: Vec<(Both, Type)> = bounds.iter().map(|bound| (Both::same(*bound), Type::Time)).collect();
        columns.extend(keys.iter().enumerate().map(key));
        columns.extend(aggregates.iter().cloned());
        columns.push((Both::same(grouping), Type::BigInt));
        select(columns, &format!("FROM {{}} {{}} {by} HAVING {{}}"), &parts)
    };
    let all: Vec<usize> = (0..keys.len()).collect();
    let spelling = bounds.iter().copied().chain([spelling.as_str()]).collect::<Vec<_>>().join(", ");
    let (ours, types) = branch(&all, &format!("GROUP BY {spelling}"), format!("GROUPING({})", keys[asked].0.ours));
    let of_set = |set: &Vec<usize>| {
        let names: Vec<&str> = bounds.iter().copied().chain(set.iter().map(|at| keys[*at].0.theirs.as_str())).collect();
        let by = if names.is_empty() { String::new() } else { format!("GROUP BY {}", names.join(", ")) };
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

//! Random groupings: aggregates of rows by keys, grouping sets and windows.

use fastrand::Rng;

use super::query::{Compared, Item, Query, condition, direction, filter, total_order};
use super::table::{Column, Table, Type};
use super::windows::windows;

/// Statistics, the same of which some have other names.
const STATISTICS: [&str; 7] = ["VAR_POP", "VAR_SAMP", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VAR", "STDDEV"];

const PAIR_STATISTICS: [&str; 12] = [
    "COVAR",
    "COVAR_POP",
    "COVAR_SAMP",
    "CORR",
    "REGR_AVGX",
    "REGR_AVGY",
    "REGR_SXX",
    "REGR_SYY",
    "REGR_SXY",
    "REGR_SLOPE",
    "REGR_INTERCEPT",
    "REGR_R2",
];

/// Aggregates by random keys.
pub fn grouped(rng: &mut Rng, table: &Table) -> Query {
    let keys: Vec<Item> = (0..rng.usize(0..3)).map(|_| key(rng, table)).collect();
    let by = if keys.is_empty() { String::new() } else { format!(" GROUP BY {}", names(&keys)) };
    let rest = Item::same(format!("FROM t{}{by} HAVING COUNT(*) > {}", filter(rng, table), rng.u8(0..2)), Compared::Exactly);
    Query::select(&with_aggregates(rng, table, keys), rest)
}

/// Aggregates by several lists of keys at once.
pub fn by_sets(rng: &mut Rng, table: &Table) -> Query {
    let mut keys = vec![key(rng, table), Item::same("id % 3", Compared::Exactly), Item::same("id % 2", Compared::Exactly)];
    keys.truncate(rng.usize(2..=3));
    let all = names(&keys);
    let sets = match rng.u8(0..4) {
        0 => format!("ROLLUP ({all})"),
        1 => format!("CUBE ({all})"),
        _ => {
            let set = |rng: &mut Rng| names(&keys.iter().filter(|_| rng.bool()).cloned().collect::<Vec<_>>());
            let sets: Vec<String> = (0..rng.usize(1..4)).map(|_| format!("({})", set(rng))).collect();
            format!("GROUPING SETS (({all}), {})", sets.join(", "))
        }
    };
    let grouping = format!("GROUPING({})", if rng.bool() { &all } else { &keys[0].ours });
    let mut columns = keys;
    columns.push(Item::same(grouping, Compared::Exactly));
    let rest = Item::same(format!("FROM t{} GROUP BY {sets} HAVING COUNT(*) > 0", filter(rng, table)), Compared::Exactly);
    Query::select(&with_aggregates(rng, table, columns), rest)
}

/// Aggregates by windows.
pub fn windowed(rng: &mut Rng, table: &Table) -> Query {
    let (from, mut keys) = windows(rng, table);
    keys.extend((0..rng.usize(0..2)).map(|_| key(rng, table)));
    let by = names(&keys);
    Query::select(&with_aggregates(rng, table, keys), from.then(&format!("{} GROUP BY {by}", filter(rng, table))))
}

/// Aggregates of rows in the order in which they come, which is that of `id`, over columns that `is_wanted`.
pub fn as_they_come(rng: &mut Rng, table: &Table, is_wanted: impl Fn(&Column) -> bool) -> Query {
    let wanted: Vec<&Column> = table.columns.iter().filter(|column| is_wanted(column)).collect();
    let mut columns = vec![key(rng, table)];
    let by = names(&columns);
    columns.extend((0..rng.usize(1..5)).map(|_| {
        let column = rng.choice(wanted.iter().copied()).expect("some");
        as_it_comes(rng, column)
    }));
    Query::select(&columns, Item::same(format!("FROM t{} GROUP BY {by}", filter(rng, table)), Compared::Exactly))
}

fn as_it_comes(rng: &mut Rng, Column { name, data_type }: &Column) -> Item {
    let there = format!("FILTER (WHERE {name} IS NOT NULL)");
    match rng.u8(0..4) {
        0 if !data_type.is_double() => {
            Item::new(format!("ARRAY_AGG({name})"), format!("ARRAY_AGG({name} ORDER BY id)"), Compared::Exactly)
        }
        1 if !data_type.is_double() => {
            Item::new(format!("ANY_VALUE({name})"), format!("ARRAY_AGG({name}) {there}"), Compared::AsItem)
        }
        2 if matches!(data_type, Type::Text | Type::Int) => {
            let (call, text) =
                (rng.choice(["STRING_AGG", "LISTAGG", "GROUP_CONCAT"]).expect("some"), format!("CAST({name} AS VARCHAR)"));
            Item::new(format!("{call}({text}, '-')"), format!("STRING_AGG({text}, '-' ORDER BY id)"), Compared::Exactly)
        }
        _ => {
            // DataFusion fails at LAST_VALUE of no rows.
            let (end, order) = rng.choice([("FIRST_VALUE", "id"), ("LAST_VALUE", "id DESC")]).expect("two");
            Item::new(format!("{end}({name})"), format!("FIRST_VALUE({name} ORDER BY {order}) {there}"), Compared::of(*data_type))
        }
    }
}

fn key(rng: &mut Rng, table: &Table) -> Item {
    match table.column(rng, |t| !t.is_double()) {
        Some(column) if column.name != "id" => Item::same(&column.name, Compared::Exactly),
        _ => Item::same(format!("id % {}", rng.u8(4..7)), Compared::Exactly),
    }
}

fn names(keys: &[Item]) -> String {
    keys.iter().map(|key| key.ours.as_str()).collect::<Vec<_>>().join(", ")
}

fn with_aggregates(rng: &mut Rng, table: &Table, mut columns: Vec<Item>) -> Vec<Item> {
    columns.extend((0..rng.usize(1..6)).map(|_| aggregate(rng, table)));
    columns
}

/// An aggregate, perhaps of some rows.
fn aggregate(rng: &mut Rng, table: &Table) -> Item {
    let mut calls = std::iter::repeat_with(|| call(rng, table)).flatten();
    let call = calls.next().expect("some are of all columns");
    match rng.u8(0..4) {
        0 => call.then(&format!(" FILTER (WHERE {})", condition(rng, table))),
        _ => call,
    }
}

/// A random call; `None` where the table has no column for it.
fn call(rng: &mut Rng, table: &Table) -> Option<Item> {
    match rng.u8(0..13) {
        0..4 => simple(rng, table),
        4 => {
            let x = &table.column(rng, is_moderate)?.name;
            let name = rng.choice(STATISTICS)?;
            let theirs = if name == "VARIANCE" { "VAR_SAMP" } else { name };
            Some(Item::new(format!("{name}({x})"), format!("{theirs}({x})"), Compared::Nearly))
        }
        5 | 6 => {
            let (y, x) = (&table.column(rng, is_moderate)?.name, &table.column(rng, is_moderate)?.name);
            Some(match rng.choice(PAIR_STATISTICS) {
                Some(name) if rng.u8(0..12) > 0 => Item::same(format!("{name}({y}, {x})"), Compared::Nearly),
                _ => Item::same(format!("REGR_COUNT({y}, {x})"), Compared::Exactly),
            })
        }
        7 => {
            let b = &table.column(rng, |t| t == Type::Bool)?.name;
            Some(Item::same(format!("{}({b})", rng.choice(["BOOL_AND", "BOOL_OR"])?), Compared::Exactly))
        }
        8 => {
            let x = &table.column(rng, Type::is_whole)?.name;
            Some(Item::same(format!("{}({x})", rng.choice(["BIT_AND", "BIT_OR", "BIT_XOR"])?), Compared::Exactly))
        }
        9 => percentile(rng, table),
        10 => estimate(rng, table),
        _ => in_order(rng, table),
    }
}

/// Whether squares of such values are exact.
fn is_moderate(data_type: Type) -> bool {
    matches!(data_type, Type::SmallInt | Type::Double)
}

fn simple(rng: &mut Rng, table: &Table) -> Option<Item> {
    let any = table.column(rng, |_| true)?;
    let distinct = if rng.bool() { "DISTINCT " } else { "" };
    Some(match rng.u8(0..6) {
        0 => Item::same("COUNT(*)", Compared::Exactly),
        1 => Item::same(format!("COUNT({distinct}{})", any.name), Compared::Exactly),
        2 => {
            let x = table.column(rng, Type::adds_up)?;
            let compared = if x.data_type.is_double() { Compared::Nearly } else { Compared::Exactly };
            Item::same(format!("SUM({distinct}{})", x.name), compared)
        }
        3 => Item::same(format!("AVG({distinct}{})", table.column(rng, Type::adds_up)?.name), Compared::Nearly),
        n => {
            // To DataFusion no group has an extreme beyond that of all finite numbers, nor NaN.
            let x = table.column(rng, |t| t != Type::WildDouble)?;
            Item::same(format!("{}({})", if n == 4 { "MIN" } else { "MAX" }, x.name), Compared::of(x.data_type))
        }
    })
}

/// DataFusion counts fractions in millionths, so they are such that leave no rest.
fn percentile(rng: &mut Rng, table: &Table) -> Option<Item> {
    let x = &table.column(rng, Type::adds_up)?.name;
    let (direction, fraction) = (rng.choice(["", " DESC"])?, rng.choice([0.0, 0.25, 0.5, 0.75, 1.0])?);
    Some(match rng.u8(0..4) {
        0 => Item::new(format!("MEDIAN({x})"), format!("MEDIAN(CAST({x} AS DOUBLE))"), Compared::Nearly),
        1 => {
            let theirs = format!("PERCENTILE_CONT({fraction:?}) WITHIN GROUP (ORDER BY CAST({x} AS DOUBLE))");
            Item::new(format!("PERCENTILE({x}, {fraction:?})"), theirs, Compared::Nearly)
        }
        _ => {
            let ours = format!("PERCENTILE_CONT({fraction:?}) WITHIN GROUP (ORDER BY {x}{direction})");
            let theirs = format!("PERCENTILE_CONT({fraction:?}) WITHIN GROUP (ORDER BY CAST({x} AS DOUBLE){direction})");
            Item::new(ours, theirs, Compared::Nearly)
        }
    })
}

/// What is off by a stated error, and exactly what it is about.
fn estimate(rng: &mut Rng, table: &Table) -> Option<Item> {
    if rng.bool() {
        let x = &table.column(rng, |_| true)?.name;
        return Some(Item::new(format!("APPROX_COUNT_DISTINCT({x})"), format!("COUNT(DISTINCT {x})"), Compared::AsCounts));
    }
    let x = &table.column(rng, Type::adds_up)?.name;
    let fraction = rng.choice([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])?;
    let list = format!("ARRAY_AGG(CAST({x} AS DOUBLE) ORDER BY {x})");
    Some(match rng.u8(0..3) {
        0 => Item::new(format!("APPROX_MEDIAN({x})"), list, Compared::InList(0.5)),
        1 => {
            let ours = format!("APPROX_PERCENTILE_CONT({fraction:?}) WITHIN GROUP (ORDER BY {x})");
            Item::new(ours, list, Compared::InList(fraction))
        }
        _ => Item::new(format!("APPROX_PERCENTILE({x}, {fraction:?})"), list, Compared::InList(fraction)),
    })
}

/// What depends on the order of the rows.
fn in_order(rng: &mut Rng, table: &Table) -> Option<Item> {
    let (any, order) = (table.column(rng, |_| true)?, total_order(rng, table));
    Some(match rng.u8(0..4) {
        0 if rng.bool() => {
            let name = &table.column(rng, |t| !t.is_double())?.name;
            Item::same(format!("ARRAY_AGG(DISTINCT {name} ORDER BY {})", direction(rng, name)), Compared::Exactly)
        }
        0 => {
            let name = &table.column(rng, |t| !t.is_double())?.name;
            Item::same(format!("ARRAY_AGG({name} ORDER BY {order})"), Compared::Exactly)
        }
        1 if rng.bool() => {
            let name = &table.column(rng, |t| t == Type::Text)?.name;
            let ours = format!("LISTAGG({name}, '-') WITHIN GROUP (ORDER BY {order})");
            Item::new(ours, format!("STRING_AGG({name}, '-' ORDER BY {order})"), Compared::Exactly)
        }
        1 => {
            let name = &table.column(rng, |t| t == Type::Text)?.name;
            Item::same(format!("STRING_AGG({name}, '-' ORDER BY {order})"), Compared::Exactly)
        }
        2 => {
            let (name, by) = (&any.name, direction(rng, "id"));
            Item::same(format!("FIRST_VALUE({name} ORDER BY {by})"), Compared::of(any.data_type))
        }
        _ => {
            let end = rng.choice(["FIRST_VALUE", "LAST_VALUE"])?;
            Item::same(format!("{end}({} ORDER BY {order})", any.name), Compared::of(any.data_type))
        }
    })
}

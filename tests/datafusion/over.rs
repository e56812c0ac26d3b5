//! Random functions with OVER: every function, over frames of rows, of values and of groups.

use fastrand::Rng;

use super::query::{Compared, Item, Query, direction, filter, total_order};
use super::table::{Table, Type};

/// Some functions over one window each, for every row or for those that QUALIFY leaves.
pub fn over(rng: &mut Rng, table: &Table) -> Query {
    let mut items = vec![Item::same("id", Compared::Exactly)];
    items.extend((0..rng.usize(1..4)).map(|_| function(rng, table)));
    let filter = filter(rng, table);
    let qualify = match rng.u8(0..4) {
        0 => format!(" QUALIFY {} <= {}", number(rng, table), rng.u8(1..6)),
        _ => String::new(),
    };
    Query::select(&items, Item::same(format!("FROM t{filter}{qualify}"), Compared::Exactly))
}

fn function(rng: &mut Rng, table: &Table) -> Item {
    match rng.u8(0..8) {
        0 => Item::same(number(rng, table), Compared::Exactly),
        1 => {
            let (name, partition, order) =
                (rng.choice(["PERCENT_RANK", "CUME_DIST"]).expect("two"), partition(rng, table), order(rng, table));
            Item::same(format!("{name}() OVER ({partition}ORDER BY {order})"), Compared::Nearly)
        }
        2 => shift(rng, table),
        3 | 4 => pick(rng, table),
        _ => aggregate(rng, table),
    }
}

fn partition(rng: &mut Rng, table: &Table) -> String {
    match table.column(rng, |t| !t.is_double()) {
        Some(column) if column.name != "id" && rng.bool() => format!("PARTITION BY {} ", column.name),
        _ if rng.bool() => "PARTITION BY id % 3 ".to_owned(),
        _ => String::new(),
    }
}

/// An order that may leave rows equal.
fn order(rng: &mut Rng, table: &Table) -> String {
    let name = &table.column(rng, |_| true).expect("a table has columns").name;
    direction(rng, name)
}

/// An order that leaves no two rows equal, often that of time.
fn row_order(rng: &mut Rng, table: &Table) -> String {
    if rng.bool() { "ts".to_owned() } else { total_order(rng, table) }
}

/// A function that numbers the rows.
fn number(rng: &mut Rng, table: &Table) -> String {
    let (partition, order, rows) = (partition(rng, table), order(rng, table), row_order(rng, table));
    match rng.u8(0..4) {
        0 => format!("ROW_NUMBER() OVER ({partition}ORDER BY {rows})"),
        1 => format!("NTILE({}) OVER ({partition}ORDER BY {rows})", rng.u8(1..6)),
        2 => format!("RANK() OVER ({partition}ORDER BY {order})"),
        _ => format!("DENSE_RANK() OVER ({partition}ORDER BY {order})"),
    }
}

fn shift(rng: &mut Rng, table: &Table) -> Item {
    let column = table.column(rng, |_| true).expect("a table has columns");
    let (name, distance) = (rng.choice(["LAG", "LEAD"]).expect("two"), rng.u8(0..4));
    // DataFusion counts NULLs behind the first row that LEAD looks at.
    let nulls = if rng.u8(0..4) == 0 && (name == "LAG" || distance <= 1) { " IGNORE NULLS" } else { "" };
    let (partition, order) = (partition(rng, table), row_order(rng, table));
    let text = format!("{name}({}, {distance}){nulls} OVER ({partition}ORDER BY {order})", column.name);
    Item::same(text, Compared::of(column.data_type))
}

fn pick(rng: &mut Rng, table: &Table) -> Item {
    let column = table.column(rng, |_| true).expect("a table has columns");
    let name = &column.name;
    let call = match rng.u8(0..3) {
        0 => format!("FIRST_VALUE({name})"),
        1 => format!("LAST_VALUE({name})"),
        _ => format!("NTH_VALUE({name}, {})", rng.u8(1..4)),
    };
    let nulls = if rng.u8(0..4) == 0 { " IGNORE NULLS" } else { "" };
    let (partition, order) = (partition(rng, table), row_order(rng, table));
    let frame = frame(rng, "ROWS", |rng| rng.u8(0..4).to_string());
    Item::same(format!("{call}{nulls} OVER ({partition}ORDER BY {order} {frame})"), Compared::of(column.data_type))
}

fn aggregate(rng: &mut Rng, table: &Table) -> Item {
    let mut calls = std::iter::repeat_with(|| call(rng, table)).flatten();
    let call = calls.next().expect("some are of all columns");
    let over = format!(" OVER ({}{})", partition(rng, table), order_and_frame(rng, table));
    // DataFusion's MIN and MAX of a frame that has NULLs only are those of the frame before.
    let theirs = match call.ours.strip_prefix("MIN").or(call.ours.strip_prefix("MAX")) {
        Some(argument) => format!("CASE WHEN COUNT{argument}{over} > 0 THEN {}{over} END", call.theirs),
        None => format!("{}{over}", call.theirs),
    };
    Item::new(call.ours + &over, theirs, call.compared)
}

fn call(rng: &mut Rng, table: &Table) -> Option<Item> {
    let any = table.column(rng, |_| true)?;
    Some(match rng.u8(0..8) {
        0 => Item::same("COUNT(*)", Compared::Exactly),
        1 => Item::same(format!("COUNT({})", any.name), Compared::Exactly),
        2 => {
            let x = table.column(rng, Type::adds_up)?;
            let compared = if x.data_type.is_double() { Compared::Nearly } else { Compared::Exactly };
            Item::same(format!("SUM({})", x.name), compared)
        }
        3 => Item::same(format!("AVG({})", table.column(rng, Type::adds_up)?.name), Compared::Nearly),
        4 => {
            let name = rng.choice(["VAR_POP", "VAR_SAMP", "STDDEV_POP", "STDDEV_SAMP"])?;
            Item::same(format!("{name}({})", table.column(rng, |t| t == Type::Double)?.name), Compared::Nearly)
        }
        5 => {
            let name = rng.choice(["BOOL_AND", "BOOL_OR"])?;
            Item::same(format!("{name}({})", table.column(rng, |t| t == Type::Bool)?.name), Compared::Exactly)
        }
        n => Item::same(format!("{}({})", if n == 6 { "MIN" } else { "MAX" }, any.name), Compared::of(any.data_type)),
    })
}

/// ORDER BY and a frame, counted in rows, in groups or by value.
fn order_and_frame(rng: &mut Rng, table: &Table) -> String {
    match rng.u8(0..7) {
        0 => String::new(),
        1 => format!("ORDER BY {}", order(rng, table)),
        2 => format!("ORDER BY {} {}", order(rng, table), frame(rng, "GROUPS", |rng| rng.u8(0..4).to_string())),
        3 | 4 => {
            // DataFusion takes what is beyond the edge of an integer for the end of the partition.
            let measured = table.column(rng, |t| matches!(t, Type::Decimal | Type::Double | Type::Time));
            let (name, is_time) = measured.map_or(("id % 7", false), |c| (&c.name, c.data_type == Type::Time));
            let distance = |rng: &mut Rng| match is_time {
                true => format!("INTERVAL '{}' SECOND", rng.u8(0..60)),
                false => rng.u8(0..5).to_string(),
            };
            format!("ORDER BY {} {}", direction(rng, name), frame(rng, "RANGE", distance))
        }
        _ => format!("ORDER BY {} {}", row_order(rng, table), frame(rng, "ROWS", |rng| rng.u8(0..4).to_string())),
    }
}

/// A frame whose start is not behind its end.
fn frame(rng: &mut Rng, unit: &str, mut distance: impl FnMut(&mut Rng) -> String) -> String {
    let bounds = ["UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"];
    let start = rng.usize(0..4);
    // Both on the same side would need distances in order.
    let least = if bounds[start] == "CURRENT ROW" || start == 0 { start.max(1) } else { start + 1 };
    let end = rng.usize(least..5);
    let mut bound = |at: usize| match bounds[at] {
        side @ ("PRECEDING" | "FOLLOWING") => format!("{} {side}", distance(rng)),
        bound => bound.to_owned(),
    };
    format!("{unit} BETWEEN {} AND {}", bound(start), bound(end))
}

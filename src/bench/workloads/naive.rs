//! The answers of the workloads by loops over all rows, as texts. Shares no code with the engine but the arrays.

use std::collections::{BTreeMap, HashMap};

use super::tables::{HOUR, MINUTE, START, Table, Tables};

/// Takes the text of a row.
type Add<'a> = &'a mut dyn FnMut(String);

/// Columns of `events`.
mod event {
    pub const ID: usize = 0;
    pub const K: usize = 1;
    pub const G: usize = 2;
    pub const H: usize = 3;
    pub const PRODUCT: usize = 4;
    pub const X: usize = 5;
    pub const TS: usize = 6;
}

pub fn all(tables: &Tables, add: Add<'_>) {
    let e = &tables.events;
    (0..e.len()).for_each(|at| add(format!("{}, {}, {:?}", e.whole(event::ID)[at], e.whole(event::K)[at], e.half(event::X)[at])));
}

/// The mean of a row and the 99 before it of the same key.
pub fn last_hundred(tables: &Tables, add: Add<'_>) {
    let e = &tables.events;
    let mut seen: HashMap<i64, Vec<f64>> = HashMap::new();
    for at in 0..e.len() {
        let of_key = seen.entry(e.whole(event::K)[at]).or_default();
        of_key.push(e.half(event::X)[at]);
        let last = &of_key[of_key.len().saturating_sub(100)..];
        let mean = last.iter().sum::<f64>() / last.len() as f64;
        add(format!("{}, {}, {mean:?}", e.whole(event::ID)[at], e.whole(event::K)[at]));
    }
}

fn values_by_key(events: &Table) -> BTreeMap<i64, Vec<f64>> {
    let mut values: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    let rows = events.whole(event::K).iter().zip(events.half(event::X));
    rows.for_each(|(k, x)| values.entry(*k).or_default().push(*x));
    values
}

pub fn five_aggregates(tables: &Tables, add: Add<'_>) {
    for (k, values) in values_by_key(&tables.events) {
        let (count, sum) = (values.len(), values.iter().sum::<f64>());
        let (least, most) = (values.iter().fold(f64::MAX, |a, b| a.min(*b)), values.iter().fold(f64::MIN, |a, b| a.max(*b)));
        add(format!("{k}, {count}, {sum:?}, {:?}, {least:?}, {most:?}", sum / count as f64));
    }
}

pub fn hot_key(tables: &Tables, add: Add<'_>) {
    let e = &tables.events;
    let mut groups: BTreeMap<i64, (u64, i64, f64, f64)> = BTreeMap::new();
    for at in 0..e.len() {
        let (key, x) = (if e.whole(event::G)[at] > 0 { 0 } else { e.whole(event::K)[at] }, e.half(event::X)[at]);
        let group = groups.entry(key).or_insert((0, 0, f64::MAX, f64::MIN));
        *group = (group.0 + 1, group.1 + e.whole(event::PRODUCT)[at], group.2.min(x), group.3.max(x));
    }
    groups.into_iter().for_each(|(key, (count, sum, least, most))| add(format!("{key}, {count}, {sum}, {least:?}, {most:?}")));
}

pub fn minutes(tables: &Tables, add: Add<'_>) {
    let e = &tables.events;
    let mut windows: BTreeMap<(i64, i64, i64), (u64, f64)> = BTreeMap::new();
    for at in 0..e.len() {
        let minute = e.whole(event::TS)[at].div_euclid(MINUTE);
        let window = windows.entry((e.whole(event::G)[at], e.whole(event::H)[at], minute)).or_default();
        *window = (window.0 + 1, window.1 + e.half(event::X)[at]);
    }
    for ((g, h, minute), (count, sum)) in windows {
        let passed = minute - START / MINUTE;
        let (day, hour) = (2 + passed / 1_440, passed / 60 % 24);
        add(format!("{g}, {h}, 2026-01-{day:02} {hour:02}:{:02}:00.000, {count}, {sum:?}", passed % 60));
    }
}

pub fn having(tables: &Tables, add: Add<'_>) {
    for (k, values) in values_by_key(&tables.events) {
        let sum = values.iter().sum::<f64>();
        if values.len() > 1 && sum > 49.0 * values.len() as f64 {
            add(format!("{k}, {}, {sum:?}", values.len()));
        }
    }
}

pub fn with_products(tables: &Tables, add: Add<'_>) {
    let (e, p) = (&tables.events, &tables.products);
    for at in 0..e.len() {
        // Products are numbered from 0.
        if let Some(price) = p.half(2).get(e.whole(event::PRODUCT)[at] as usize) {
            add(format!("{}, {:?}, {price:?}", e.whole(event::ID)[at], e.half(event::X)[at]));
        }
    }
}

pub fn not_blocked(tables: &Tables, add: Add<'_>) {
    let e = &tables.events;
    let open = (0..e.len()).filter(|at| !tables.blocked.whole(0).contains(&e.whole(event::K)[*at]));
    open.for_each(|at| add(format!("{}, {}", e.whole(event::ID)[at], e.whole(event::K)[at])));
}

pub fn dearest_of_category(tables: &Tables, add: Add<'_>) {
    let (e, p) = (&tables.events, &tables.products);
    let mut dearest = [f64::MIN; 10];
    p.whole(1)
        .iter()
        .zip(p.half(2))
        .for_each(|(category, price)| dearest[*category as usize] = price.max(dearest[*category as usize]));
    for at in 0..e.len() {
        add(format!("{}, {:?}, {:?}", e.whole(event::ID)[at], e.half(event::X)[at], dearest[e.whole(event::G)[at] as usize]));
    }
}

/// Rows that belong to an order and come from `before` it to `after` it.
fn of_orders(orders: &Table, others: &Table, before: i64, after: i64, add: Add<'_>) {
    for at in 0..others.len() {
        // Orders are numbered from 0.
        let order = others.whole(0)[at] as usize;
        let distance = others.whole(2)[at] - orders.whole(3)[order];
        if (-before..=after).contains(&distance) {
            add(format!("{order}, {:?}, {:?}", orders.half(2)[order], others.half(1)[at]));
        }
    }
}

pub fn paid_in_time(tables: &Tables, add: Add<'_>) {
    of_orders(&tables.orders, &tables.payments, 0, 10 * MINUTE, add);
}

pub fn shipped_in_time(tables: &Tables, add: Add<'_>) {
    of_orders(&tables.orders, &tables.shipments, HOUR, 24 * HOUR, add);
}

//! The answers to questions that join and rank, in plain Rust over rows, as `naive` has them.

use std::collections::{BTreeMap, BTreeSet};

use super::naive::moment;
use super::tables::Tables;
use crate::error::Result;
use crate::types::Value;

const SECOND: i64 = 1_000_000_000;

/// The question whose first statement creates the side input.
const SIDE_INPUT: &str = include_str!("../../../examples/nexmark/q13.sql");

/// A row of a table.
struct Row(Vec<Value>);

impl Row {
    fn number(&self, column: usize) -> i64 {
        if let Value::Int(number) = self.0[column] { number } else { 0 }
    }

    /// Some columns, those of `times` as moments.
    fn text(&self, columns: &[usize], times: &[usize]) -> String {
        let cell = |column: &usize| match &self.0[*column] {
            Value::Int(time) if times.contains(column) => moment(*time),
            Value::Int(number) => number.to_string(),
            Value::Str(text) => text.to_string(),
            other => format!("{other:?}"),
        };
        columns.iter().map(cell).collect::<Vec<_>>().join(", ")
    }
}

/// Columns of the tables.
mod person {
    pub const ID: usize = 0;
    pub const NAME: usize = 1;
    pub const CITY: usize = 4;
    pub const STATE: usize = 5;
    pub const TIME: usize = 6;
}

mod auction {
    pub const ID: usize = 0;
    pub const TIME: usize = 5;
    pub const EXPIRES: usize = 6;
    pub const SELLER: usize = 7;
    pub const CATEGORY: usize = 8;
}

mod bid {
    pub const AUCTION: usize = 0;
    pub const BIDDER: usize = 1;
    pub const PRICE: usize = 2;
    pub const TIME: usize = 5;
}

/// The rows of an answer, in any order; `None` where the question is not one of these.
pub fn answer(name: &str, tables: &Tables) -> Result<Option<Vec<String>>> {
    let rows = |name: &str| Ok(tables.rows(name)?.into_iter().map(Row).collect::<Vec<_>>());
    Ok(Some(match name {
        "q3" => local_items(&rows("person")?, &rows("auction")?),
        "q4" => average_prices(&rows("auction")?, &rows("bid")?),
        "q5" => hot_items(&rows("bid")?),
        "q6" => closing_prices(&rows("auction")?, &rows("bid")?),
        "q7" => highest_bids(&rows("bid")?),
        "q8" => new_users(&rows("person")?, &rows("auction")?),
        "q9" => winning_bids(&rows("auction")?, &rows("bid")?),
        "q11" => sessions(&rows("bid")?),
        "q13" => {
            let create = SIDE_INPUT.split(';').next().unwrap_or_default();
            with_side_input(&rows("bid")?, &Tables::rows_of(create, "side_input")?.into_iter().map(Row).collect::<Vec<_>>())
        }
        "q18" => best_bids(&rows("bid")?, |b| vec![b.number(bid::BIDDER), b.number(bid::AUCTION)], 1, |b| -b.number(bid::TIME)),
        "q19" => ten_highest_bids(&rows("bid")?),
        "q20" => bids_with_auctions(&rows("auction")?, &rows("bid")?),
        _ => return Ok(None),
    }))
}

fn local_items(persons: &[Row], auctions: &[Row]) -> Vec<String> {
    let local = |p: &&Row| ["OR", "ID", "CA"].contains(&p.text(&[person::STATE], &[]).as_str());
    let by_id: BTreeMap<i64, &Row> = persons.iter().filter(local).map(|p| (p.number(person::ID), p)).collect();
    let wanted = auctions.iter().filter(|a| a.number(auction::CATEGORY) == 10);
    let pairs = wanted.filter_map(|a| Some((by_id.get(&a.number(auction::SELLER))?, a)));
    pairs
        .map(|(p, a)| format!("{}, {}", p.text(&[person::NAME, person::CITY, person::STATE], &[]), a.number(auction::ID)))
        .collect()
}

fn average_prices(auctions: &[Row], bids: &[Row]) -> Vec<String> {
    let by_id: BTreeMap<i64, &Row> = auctions.iter().map(|a| (a.number(auction::ID), a)).collect();
    let mut closed: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for b in bids {
        let Some(a) = by_id.get(&b.number(bid::AUCTION)) else { continue };
        if (a.number(auction::TIME)..=a.number(auction::EXPIRES)).contains(&b.number(bid::TIME)) {
            let most = closed.entry((a.number(auction::CATEGORY), a.number(auction::ID))).or_insert(i64::MIN);
            *most = b.number(bid::PRICE).max(*most);
        }
    }
    let mut prices: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    closed.into_iter().for_each(|((category, _), price)| prices.entry(category).or_default().push(price));
    let mean = |prices: &[i64]| prices.iter().sum::<i64>() as f64 / prices.len() as f64;
    prices.into_iter().map(|(category, prices)| format!("{category}, {:?}", mean(&prices))).collect()
}

fn hot_items(bids: &[Row]) -> Vec<String> {
    let mut counts: BTreeMap<i64, BTreeMap<i64, u64>> = BTreeMap::new();
    for b in bids {
        let last = b.number(bid::TIME).div_euclid(2 * SECOND) * 2 * SECOND;
        for back in 0..5 {
            *counts.entry(last - back * 2 * SECOND).or_default().entry(b.number(bid::AUCTION)).or_default() += 1;
        }
    }
    let hottest = |window: BTreeMap<i64, u64>| {
        let most = window.values().max().copied().unwrap_or(0);
        window.into_iter().filter(move |(_, count)| *count == most)
    };
    counts.into_values().flat_map(hottest).map(|(auction, count)| format!("{auction}, {count}")).collect()
}

fn highest_bids(bids: &[Row]) -> Vec<String> {
    let window = |b: &Row| b.number(bid::TIME).div_euclid(10 * SECOND);
    let mut highest: BTreeMap<i64, i64> = BTreeMap::new();
    for b in bids {
        let most = highest.entry(window(b)).or_insert(i64::MIN);
        *most = b.number(bid::PRICE).max(*most);
    }
    let of_window = bids.iter().filter(|b| highest[&window(b)] == b.number(bid::PRICE));
    of_window.map(|b| b.text(&[0, 2, 1, 5, 6], &[bid::TIME])).collect()
}

fn new_users(persons: &[Row], auctions: &[Row]) -> Vec<String> {
    let window = |time: i64| time.div_euclid(10 * SECOND) * 10 * SECOND;
    let sellers: BTreeSet<(i64, i64)> =
        auctions.iter().map(|a| (a.number(auction::SELLER), window(a.number(auction::TIME)))).collect();
    let users: BTreeSet<(String, i64, i64)> = persons
        .iter()
        .map(|p| (p.text(&[person::ID, person::NAME], &[]), p.number(person::ID), window(p.number(person::TIME))))
        .collect();
    let new = users.into_iter().filter(|(_, id, window)| sellers.contains(&(*id, *window)));
    new.map(|(user, _, window)| format!("{user}, {}", moment(window))).collect()
}

/// Bids of a bidder no more than ten seconds apart, one after the other.
fn sessions(bids: &[Row]) -> Vec<String> {
    let mut times: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    bids.iter().for_each(|b| times.entry(b.number(bid::BIDDER)).or_default().push(b.number(bid::TIME)));
    let of_bidder = |(bidder, mut times): (i64, Vec<i64>)| {
        times.sort_unstable();
        let of_session = |session: &[i64]| {
            let (first, last) = (session[0], session[session.len() - 1]);
            format!("{bidder}, {}, {}, {}", session.len(), moment(first), moment(last + 10 * SECOND))
        };
        times.chunk_by(|one, next| next - one <= 10 * SECOND).map(of_session).collect::<Vec<_>>()
    };
    times.into_iter().flat_map(of_bidder).collect()
}

fn with_side_input(bids: &[Row], side: &[Row]) -> Vec<String> {
    let values: BTreeMap<i64, String> = side.iter().map(|s| (s.number(0), s.text(&[1], &[]))).collect();
    let pairs = bids.iter().filter_map(|b| Some((b, values.get(&(b.number(bid::AUCTION) % 10_000))?)));
    pairs.map(|(b, value)| format!("{}, {value}", b.text(&[0, 1, 2, bid::TIME], &[bid::TIME]))).collect()
}

/// Auctions with, of the bids that were made while they were open, the highest, and of equal ones the first. Auctions of a bench have no two
/// of these at the same moment.
fn won<'a>(auctions: &'a [Row], bids: &'a [Row]) -> impl Iterator<Item = (&'a Row, &'a Row)> {
    let by_id: BTreeMap<i64, &Row> = auctions.iter().map(|a| (a.number(auction::ID), a)).collect();
    let mut won: BTreeMap<i64, &Row> = BTreeMap::new();
    for b in bids {
        let Some(a) = by_id.get(&b.number(bid::AUCTION)) else { continue };
        if (a.number(auction::TIME)..=a.number(auction::EXPIRES)).contains(&b.number(bid::TIME)) {
            let best = won.entry(a.number(auction::ID)).or_insert(b);
            let order = |b: &Row| (-b.number(bid::PRICE), b.number(bid::TIME), b.text(&(0..7).collect::<Vec<_>>(), &[]));
            if order(b) < order(best) {
                *best = b;
            }
        }
    }
    won.into_iter().filter_map(move |(id, b)| Some((*by_id.get(&id)?, b)))
}

fn winning_bids(auctions: &[Row], bids: &[Row]) -> Vec<String> {
    let text = |(a, b): (&Row, &Row)| {
        let of_auction = a.text(&(0..10).collect::<Vec<_>>(), &[auction::TIME, auction::EXPIRES]);
        format!("{of_auction}, {}", b.text(&[bid::AUCTION, bid::BIDDER, bid::PRICE, bid::TIME, 6], &[bid::TIME]))
    };
    won(auctions, bids).map(text).collect()
}

/// The mean of the last ten prices at which a seller has sold, once for each sale.
fn closing_prices(auctions: &[Row], bids: &[Row]) -> Vec<String> {
    let mut sales: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
    for (a, b) in won(auctions, bids) {
        sales.entry(a.number(auction::SELLER)).or_default().push((b.number(bid::TIME), b.number(bid::PRICE)));
    }
    let of_seller = |(seller, mut sales): (i64, Vec<(i64, i64)>)| {
        sales.sort_unstable();
        let mean = |at: usize| {
            let last = &sales[(at + 1).saturating_sub(10)..=at];
            let total: i64 = last.iter().map(|(_, price)| price).sum();
            format!("{seller}, {:?}", total as f64 / last.len() as f64)
        };
        (0..sales.len()).map(mean).collect::<Vec<_>>()
    };
    sales.into_iter().flat_map(of_seller).collect()
}

/// The first `count` bids of each key, in this order, and of those that it leaves equal in the order of all columns.
fn best(bids: &[Row], key: impl Fn(&Row) -> Vec<i64>, order: impl Fn(&Row) -> i64) -> impl Iterator<Item = Vec<&Row>> {
    let mut by_key: BTreeMap<Vec<i64>, Vec<&Row>> = BTreeMap::new();
    bids.iter().for_each(|b| by_key.entry(key(b)).or_default().push(b));
    let all =
        |b: &Row| (b.number(0), b.number(1), b.number(2), b.text(&[3], &[]), b.text(&[4], &[]), b.number(5), b.text(&[6], &[]));
    by_key.values_mut().for_each(|bids| bids.sort_by_key(|b| (order(b), all(b))));
    by_key.into_values()
}

fn best_bids(bids: &[Row], key: impl Fn(&Row) -> Vec<i64>, count: usize, order: impl Fn(&Row) -> i64) -> Vec<String> {
    let first = best(bids, key, order).flat_map(|bids| bids.into_iter().take(count));
    first.map(|b| b.text(&(0..7).collect::<Vec<_>>(), &[bid::TIME])).collect()
}

fn ten_highest_bids(bids: &[Row]) -> Vec<String> {
    let numbered = best(bids, |b| vec![b.number(bid::AUCTION)], |b| -b.number(bid::PRICE));
    let text = |(at, b): (usize, &Row)| format!("{}, {}", b.text(&(0..7).collect::<Vec<_>>(), &[bid::TIME]), at + 1);
    numbered.flat_map(|bids| bids.into_iter().take(10).enumerate().map(text).collect::<Vec<_>>()).collect()
}

fn bids_with_auctions(auctions: &[Row], bids: &[Row]) -> Vec<String> {
    let wanted = auctions.iter().filter(|a| a.number(auction::CATEGORY) == 10);
    let by_id: BTreeMap<i64, &Row> = wanted.map(|a| (a.number(auction::ID), a)).collect();
    let pairs = bids.iter().filter_map(|b| Some((b, by_id.get(&b.number(bid::AUCTION))?)));
    let text = |(b, a): (&Row, &&Row)| {
        let of_auction = a.text(&(1..10).collect::<Vec<_>>(), &[auction::TIME, auction::EXPIRES]);
        format!("{}, {of_auction}", b.text(&(0..7).collect::<Vec<_>>(), &[bid::TIME]))
    };
    pairs.map(text).collect()
}

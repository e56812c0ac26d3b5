//! The answers in plain Rust over rows, one event after the other, as texts: to compare the engine's answers with.
//!
//! Shares no code with the engine but the generator of the events: numbers, decimals and dates are written here by other means.

use std::collections::{BTreeMap, BTreeSet};

use super::super::job::digest;
use super::tables::{Bid, Tables};
use crate::error::Result;

/// The engine's name for days is `yyyy-MM-dd`; the events of a bench lie within these days of July 2015.
const FIRST_DAY: (i64, i64) = (16_631, 15);

/// What a query gives in the end, as the sum of `digest` over its rows; `None` where nothing is known to compare with.
pub fn answer(name: &str, tables: &Tables) -> Result<Option<i64>> {
    let mut sum = 0i64;
    let mut add = |row: String| sum = sum.wrapping_add(digest(&format!("[{row}]")));
    match name {
        "q15" => ranks(tables, |bid| day(bid.date_time))?.iter().for_each(|(day, (_, ranks))| add(format!("{day}, {ranks}"))),
        "q16" => ranks(tables, |bid| format!("{}, {}", bid.channel, day(bid.date_time)))?
            .iter()
            .for_each(|(key, (minute, ranks))| add(format!("{key}, {minute}, {ranks}"))),
        "q17" => auctions(tables)?.into_iter().for_each(add),
        _ => {
            if let Some(row) = row_of(name) {
                tables.bids(|bid| row(&bid).into_iter().for_each(&mut add))?;
            } else {
                let Some(rows) = super::joins::answer(name, tables)? else { return Ok(None) };
                rows.into_iter().for_each(add);
            }
        }
    }
    Ok(Some(sum))
}

/// What becomes of a bid that no other bid has to do with.
type OfOne = fn(&Bid<'_>) -> Option<String>;

fn row_of(name: &str) -> Option<OfOne> {
    Some(match name {
        "q0" => |b| Some(format!("{}, {}, {}, {}, {}", b.auction, b.bidder, b.price, moment(b.date_time), b.extra)),
        "q1" => |b| {
            let price = euros(b.price);
            Some(format!("{}, {}, {price}, {}, {}", b.auction, b.bidder, moment(b.date_time), b.extra))
        },
        "q2" => |b| (b.auction % 123 == 0).then(|| format!("{}, {}", b.auction, b.price)),
        "q10" => |b| {
            let (at, day, minute) = (moment(b.date_time), day(b.date_time), minute(b.date_time));
            Some(format!("{}, {}, {}, {at}, {}, {day}, {minute}", b.auction, b.bidder, b.price, b.extra))
        },
        "q14" => calculation,
        "q21" => |b| {
            let id = match b.channel {
                "Apple" => "0",
                "Google" => "1",
                "Facebook" => "2",
                "Baidu" => "3",
                _ => b.url.split_once("&channel_id=")?.1,
            };
            Some(format!("{}, {}, {}, {}, {id}", b.auction, b.bidder, b.price, b.channel))
        },
        "q22" => |b| {
            let parts: Vec<&str> = b.url.split('/').collect();
            let [a, c, d] = [3, 4, 5].map(|at| parts.get(at).copied().unwrap_or("NULL"));
            Some(format!("{}, {}, {}, {}, {a}, {c}, {d}", b.auction, b.bidder, b.price, b.channel))
        },
        _ => return None,
    })
}

fn calculation(b: &Bid<'_>) -> Option<String> {
    let thousandths = b.price * 908;
    let kind = match b.date_time / 3_600_000_000_000 % 24 {
        8..=18 => "dayTime",
        0..=6 | 20..=23 => "nightTime",
        _ => "otherTime",
    };
    let letters = b.extra.matches('c').count();
    let (price, at) = (euros(b.price), moment(b.date_time));
    (thousandths > 1_000_000_000 && thousandths < 50_000_000_000)
        .then(|| format!("{}, {}, {price}, {kind}, {at}, {}, {letters}", b.auction, b.bidder, b.extra))
}

/// 0 for prices below 10,000, 1 for those below a million, else 2.
fn rank(price: i64) -> usize {
    usize::from(price >= 10_000) + usize::from(price >= 1_000_000)
}

/// The last minute and the counts of bids, bidders and auctions (of all, then by rank) of each key.
fn ranks(tables: &Tables, key: impl Fn(&Bid<'_>) -> String) -> Result<BTreeMap<String, (String, String)>> {
    #[derive(Default)]
    struct Seen {
        minute: String,
        bids: [u64; 4],
        bidders: [BTreeSet<i64>; 4],
        auctions: [BTreeSet<i64>; 4],
    }
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    tables.bids(|bid| {
        let of_key = seen.entry(key(&bid)).or_default();
        of_key.minute = minute(bid.date_time).max(std::mem::take(&mut of_key.minute));
        for at in [0, 1 + rank(bid.price)] {
            of_key.bids[at] += 1;
            of_key.bidders[at].insert(bid.bidder);
            of_key.auctions[at].insert(bid.auction);
        }
    })?;
    let text = |seen: Seen| {
        let distinct = |sets: [BTreeSet<i64>; 4]| sets.map(|set| set.len() as u64);
        let counts = [seen.bids, distinct(seen.bidders), distinct(seen.auctions)].concat();
        (seen.minute, counts.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
    };
    Ok(seen.into_iter().map(|(key, seen)| (key, text(seen))).collect())
}

/// The prices of each auction and day, summed up.
fn auctions(tables: &Tables) -> Result<Vec<String>> {
    let mut prices: BTreeMap<(i64, String), Vec<i64>> = BTreeMap::new();
    tables.bids(|bid| prices.entry((bid.auction, day(bid.date_time))).or_default().push(bid.price))?;
    let text = |((auction, day), prices): ((i64, String), Vec<i64>)| {
        let of_rank = |wanted| prices.iter().filter(|price| rank(**price) == wanted).count();
        let (all, sum) = (prices.len(), prices.iter().sum::<i64>());
        let (least, most) = (prices.iter().min().copied().unwrap_or(0), prices.iter().max().copied().unwrap_or(0));
        let [low, middle, high] = [0, 1, 2].map(of_rank);
        format!("{auction}, {day}, {all}, {low}, {middle}, {high}, {least}, {most}, {:?}, {sum}", sum as f64 / all as f64)
    };
    Ok(prices.into_iter().map(text).collect())
}

/// 0.908 times a price, with three digits.
fn euros(price: i64) -> String {
    format!("{}.{:03}", price * 908 / 1000, price * 908 % 1000)
}

fn day(time: i64) -> String {
    format!("2015-07-{:02}", time / 86_400_000_000_000 - FIRST_DAY.0 + FIRST_DAY.1)
}

fn minute(time: i64) -> String {
    let minutes = time / 60_000_000_000;
    format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
}

pub(super) fn moment(time: i64) -> String {
    let millis = time / 1_000_000;
    format!("{} {}:{:02}.{:03}", day(time), minute(time), millis / 1000 % 60, millis % 1000)
}

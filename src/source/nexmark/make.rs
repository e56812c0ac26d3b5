//! The values of the columns of persons, auctions and bids. Proportions and ranges are those of the standard benchmark.

use super::super::pace::{Moment, Rows};
use super::super::random::{below, key, letters, mix, unit};
use super::event::{AUCTIONS, Kind, ROUND, auctions_at, persons_at};
use crate::batch::Values;
use crate::error::{Error, Result};
use crate::types::{Column, DataType};

const FIRST_ID: u64 = 1000;
const FIRST_CATEGORY: u64 = 10;
const CATEGORIES: u64 = 5;
/// Persons that are active at a time.
const ACTIVE_PERSONS: u64 = 1000;
/// Auctions that are open at a time.
const OPEN_AUCTIONS: u64 = 100;
/// How far ids run ahead of what exists.
const LEAD: u64 = 10;
/// Every so many persons or auctions one is hot.
const HOT_EVERY: u64 = 100;
const CHANNELS: u64 = 10_000;
/// Bytes that a person, auction or bid has on average; `extra` fills up.
const EXTRA_BYTES: [u64; 3] = [100, 350, 60];

const FIRST_NAMES: [&str; 11] = ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"];
const LAST_NAMES: [&str; 9] = ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"];
const CITIES: [&str; 10] =
    ["Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"];
const STATES: [&str; 6] = ["AZ", "CA", "ID", "OR", "WA", "WY"];
const HOT_CHANNELS: [&str; 4] = ["Google", "Facebook", "Baidu", "Apple"];
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Id,
    Name,
    Email,
    CreditCard,
    City,
    State,
    Title,
    Description,
    InitialBid,
    Reserve,
    Expires,
    Seller,
    Category,
    Auction,
    Bidder,
    Price,
    Channel,
    Url,
    DateTime,
    Extra,
}

const PERSON: [(&str, Item); 8] = [
    ("id", Item::Id),
    ("name", Item::Name),
    ("emailAddress", Item::Email),
    ("creditCard", Item::CreditCard),
    ("city", Item::City),
    ("state", Item::State),
    ("dateTime", Item::DateTime),
    ("extra", Item::Extra),
];
const AUCTION: [(&str, Item); 10] = [
    ("id", Item::Id),
    ("itemName", Item::Title),
    ("description", Item::Description),
    ("initialBid", Item::InitialBid),
    ("reserve", Item::Reserve),
    ("dateTime", Item::DateTime),
    ("expires", Item::Expires),
    ("seller", Item::Seller),
    ("category", Item::Category),
    ("extra", Item::Extra),
];
const BID: [(&str, Item); 7] = [
    ("auction", Item::Auction),
    ("bidder", Item::Bidder),
    ("price", Item::Price),
    ("channel", Item::Channel),
    ("url", Item::Url),
    ("dateTime", Item::DateTime),
    ("extra", Item::Extra),
];

/// Makes one column.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    item: Item,
    key: u64,
}

impl Maker {
    /// Finds the field by the column's name (`dateTime` or `date_time`) and checks its type.
    pub fn new(kind: Kind, column: &Column, seed: u64) -> Result<Self> {
        let fields: &[(&str, Item)] = match kind {
            Kind::Person => &PERSON,
            Kind::Auction => &AUCTION,
            Kind::Bid => &BID,
        };
        let plain = column.name.replace('_', "");
        let Some((name, item)) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(&plain)).copied() else {
            let error = Error::sql(format!("nexmark {} has no field '{}'", kind.name(), column.name));
            let names = fields.iter().map(|(name, _)| *name);
            return Err(error.suggesting(&plain, names, "fields:"));
        };
        let (fits, wanted) = fitting(item, &column.data_type);
        if !fits {
            let message = format!("column '{}' is {}, but {name} of nexmark is {wanted}", column.name, column.data_type);
            return Err(Error::sql(message).hint(format!("declare it as {wanted}")));
        }
        let stream = match kind {
            Kind::Person => 100,
            Kind::Auction => 200,
            Kind::Bid => 300,
        };
        // A url shows its bid's channel, a reserve lies over its auction's initial bid: these share their random bits.
        let shown = match item {
            Item::Url => Item::Channel,
            Item::Reserve => Item::InitialBid,
            _ => item,
        };
        Ok(Self { item, key: key(seed, stream + shown as u64) })
    }
}

/// Whether a field can stand in a column of this type, and which type it wants.
fn fitting(item: Item, data_type: &DataType) -> (bool, &'static str) {
    match item {
        Item::Id | Item::Seller | Item::Auction | Item::Bidder => (*data_type == DataType::BigInt, "BIGINT"),
        Item::InitialBid | Item::Reserve | Item::Category | Item::Price => {
            (matches!(data_type, DataType::BigInt | DataType::Int), "BIGINT")
        }
        Item::DateTime | Item::Expires => (data_type.is_timestamp(), "TIMESTAMP(3)"),
        _ => (*data_type == DataType::STRING, "STRING"),
    }
}

/// Adds the values of these rows. Hot: once per batch.
pub(super) fn fill(maker: &Maker, kind: Kind, rows: Rows, times: Moment, values: &mut Values) {
    let key = maker.key;
    let events = rows.iter().map(|row| kind.event_of(row));
    match values {
        Values::I32(v) => v.extend(events.map(|event| number(maker.item, key, kind, event, times) as i32)),
        Values::I64(v) => v.extend(events.map(|event| number(maker.item, key, kind, event, times))),
        Values::Str(v) => {
            let mut text = Vec::new();
            for event in events {
                text.clear();
                write_text(maker.item, key, kind, event, &mut text);
                v.push(&text);
            }
        }
        values => unreachable!("{:?} into {:?}", maker.item, values.representation()),
    }
}

/// A number of an event. Hot: once per value.
#[inline]
fn number(item: Item, key: u64, kind: Kind, event: u64, times: Moment) -> i64 {
    let bits = mix(key, event);
    let number = match item {
        Item::Id if kind == Kind::Person => FIRST_ID + persons_at(event) - 1,
        Item::Id => FIRST_ID + auctions_at(event) - 1,
        Item::Auction => auction(bits, event),
        Item::Bidder => person(bits, event, 1),
        Item::Seller => person(bits, event, 0),
        Item::Category => FIRST_CATEGORY + below(bits, CATEGORIES),
        Item::Price | Item::InitialBid => price(bits),
        Item::Reserve => price(bits) + price(mix(bits, 1)),
        Item::DateTime => return times.of(event),
        Item::Expires => return expires(bits, event, times),
        _ => unreachable!("{item:?} is text"),
    };
    number.min(i64::MAX as u64) as i64
}

/// Between 1.00 and 1,000,000.00 in cents, evenly over the orders of magnitude.
#[inline]
fn price(bits: u64) -> u64 {
    (10f64.powf(unit(bits) * 6.0) * 100.0).round() as u64
}

/// Every other bid goes to the last hot auction, the others to one of those that are open or come next.
#[inline]
fn auction(bits: u64, event: u64) -> u64 {
    let last = auctions_at(event).saturating_sub(1);
    let index = if bits & 1 == 0 {
        last / HOT_EVERY * HOT_EVERY
    } else {
        let first = last.saturating_sub(OPEN_AUCTIONS);
        first + below(mix(bits, 1), last - first + 1 + LEAD)
    };
    FIRST_ID + index
}

/// Three of four times the last hot person (`shift` keeps hot bidders and hot sellers apart), otherwise an active one.
#[inline]
fn person(bits: u64, event: u64, shift: u64) -> u64 {
    let persons = persons_at(event);
    let index = if bits & 3 != 0 {
        (persons - 1) / HOT_EVERY * HOT_EVERY + shift
    } else {
        let active = persons.min(ACTIVE_PERSONS);
        persons - active + below(mix(bits, 1), active + LEAD)
    };
    FIRST_ID + index
}

/// About when as many auctions as can be open have followed.
#[inline]
fn expires(bits: u64, event: u64, times: Moment) -> i64 {
    const MILLISECOND: i64 = 1_000_000;
    let start = times.of(event);
    let horizon = times.of(event.saturating_add(OPEN_AUCTIONS * ROUND / AUCTIONS)).saturating_sub(start) / MILLISECOND;
    let length = 1 + below(bits, (horizon.max(0) as u64).saturating_mul(2).max(1));
    start.saturating_add((length as i64).saturating_mul(MILLISECOND))
}

/// The text of an event. Hot: once per value.
fn write_text(item: Item, key: u64, kind: Kind, event: u64, out: &mut Vec<u8>) {
    let bits = mix(key, event);
    let pick = |names: &[&'static str], bits: u64| names[below(bits, names.len() as u64) as usize].as_bytes();
    match item {
        Item::Name => {
            out.extend_from_slice(pick(&FIRST_NAMES, bits));
            out.push(b' ');
            out.extend_from_slice(pick(&LAST_NAMES, mix(bits, 1)));
        }
        Item::Email => {
            write_letters(bits, 3 + below(bits, 5), out);
            out.push(b'@');
            write_letters(mix(bits, 1), 3 + below(mix(bits, 2), 3), out);
            out.extend_from_slice(b".com");
        }
        Item::CreditCard => {
            for group in 0..4 {
                if group > 0 {
                    out.push(b' ');
                }
                write_number(below(mix(bits, group), 10_000), 4, out);
            }
        }
        Item::City => out.extend_from_slice(pick(&CITIES, bits)),
        Item::State => out.extend_from_slice(pick(&STATES, bits)),
        Item::Title => write_letters(bits, 3 + below(bits, 18), out),
        Item::Description => write_letters(bits, 3 + below(bits, 98), out),
        Item::Channel => write_channel(&channel(bits), out),
        Item::Url => {
            let channel = channel(bits);
            out.extend_from_slice(b"https://www.nexmark.com/");
            let path = mix(u64::from(channel.hot), channel.number);
            for part in 0..3 {
                write_letters(mix(path, part), 5, out);
                out.push(b'/');
            }
            out.extend_from_slice(b"item.htm?query=1");
            if !channel.hot {
                out.extend_from_slice(b"&channel_id=");
                write_number(channel.number, 1, out);
            }
        }
        Item::Extra => {
            let bytes = EXTRA_BYTES[kind as usize];
            write_letters(bits, bytes * 4 / 5 + below(bits, bytes * 2 / 5 + 1), out);
        }
        _ => unreachable!("{item:?} is a number"),
    }
}

/// Where a bid came in.
struct Channel {
    hot: bool,
    number: u64,
}

/// Every other bid comes in over one of the hot channels.
fn channel(bits: u64) -> Channel {
    let hot = bits & 1 == 0;
    Channel { hot, number: below(mix(bits, 1), if hot { HOT_CHANNELS.len() as u64 } else { CHANNELS }) }
}

fn write_channel(channel: &Channel, out: &mut Vec<u8>) {
    if channel.hot {
        out.extend_from_slice(HOT_CHANNELS[channel.number as usize].as_bytes());
    } else {
        out.extend_from_slice(b"channel-");
        write_number(channel.number, 1, out);
    }
}

fn write_letters(key: u64, count: u64, out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + count as usize, 0);
    letters(key, 0, LETTERS, &mut out[from..]);
}

/// Writes a number with at least `width` digits.
fn write_number(number: u64, width: usize, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number).as_bytes();
    out.resize(out.len() + width.saturating_sub(digits.len()), b'0');
    out.extend_from_slice(digits);
}

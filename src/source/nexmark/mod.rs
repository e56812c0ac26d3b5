//! `nexmark`: the auction-house benchmark. Events in rounds of 50: one person, three auctions, 46 bids; a table shows one
//! kind of them, with the columns it names.
//!
//! ```text
//!   'nexmark.table'       'person', 'auction' or 'bid'
//!   'events-per-second'   events of all kinds a second; without it, 0 or 'unlimited': as fast as possible
//!   'number-of-events'    events of all kinds, without it there is no end
//!   'event-time-rate'     events a second that event times follow, where the rows are made as fast as possible
//!   'seed', 'splits'      as for datagen
//!   'start-time'          time of event 0, or 'now' ('now' with a rate, else 2015-07-15 00:00:00)
//! ```
//! Values depend on seed, column and event number only, so the rows are the same at any number of shards. Without any rate
//! event times run at 10,000 events a second. Tables of one seed belong together: bids name auctions and persons that exist
//! or will shortly.

mod event;
mod make;

use std::sync::Arc;

use self::event::Kind;
use self::make::{Maker, fill};
use super::pace::{Generate, Moment, Pace, PacedReader, Rows, Start};
use super::{Boundedness, Liveness, Projection, Reader, Source};
use crate::error::{Error, Result};
use crate::format::Decoded;
use crate::types::{ColumnKind, EventTime, Options, TableDef, time};

/// Events a second that event times follow where no rate is given.
const EVENT_TIME_RATE: u64 = 10_000;

/// 2015-07-15 00:00:00.
const START_DEFAULT: EventTime = 16_631 * time::DAY;

/// The `nexmark` connector.
#[derive(Debug)]
pub(super) struct Nexmark {
    kind: Kind,
    pace: Pace,
    /// Events a second that event times follow.
    event_time_rate: u64,
    /// `None` is the time at which the job starts.
    start_time: Option<EventTime>,
    makers: Vec<Maker>,
    start: Arc<Start>,
}

impl Nexmark {
    /// Reads the options and finds what each column shows by its name.
    pub fn new(table: &TableDef) -> Result<Self> {
        let options = &table.options;
        options.required("nexmark.table").map_err(|e| e.at(table.span))?;
        let kind = match options.choice("nexmark.table", &["person", "auction", "bid"])? {
            Some(0) => Kind::Person,
            Some(1) => Kind::Auction,
            _ => Kind::Bid,
        };
        let seed = options.parse("seed", "a whole number from 0")?.unwrap_or(0);
        let rate = Pace::rate(options, "events-per-second", None)?;
        let event_time_rate = event_time_rate(options, rate)?;
        let events: Option<u64> = options.parse("number-of-events", "a whole number from 0")?;
        let pace = Pace::new(options, rate, events.map(|events| kind.rows_before(events)))?;
        let start_time = match options.value("start-time") {
            None if rate.is_some() => None,
            None => Some(START_DEFAULT),
            Some(value) if value.text.trim() == "now" => None,
            Some(value) => Some(time::parse_timestamp(value.text.trim().as_bytes()).ok_or_else(|| {
                let message = format!("option 'start-time' = '{}' is not a timestamp or 'now'", value.text);
                Error::sql(message).at(value.span)
            })?),
        };
        let mut makers = Vec::with_capacity(table.columns.len());
        for column in &table.columns {
            if let ColumnKind::Metadata(key) = &column.kind {
                let message = format!("metadata '{key}' of column '{}' is not known here", column.name);
                return Err(Error::sql(message).at(table.span).hint("nexmark has no metadata"));
            }
            makers.push(Maker::new(kind, column, seed).map_err(|e| e.at(table.span))?);
        }
        Ok(Self { kind, pace, event_time_rate, start_time, makers, start: Arc::default() })
    }
}

/// The rate of event times: that of the rows, where they are paced.
fn event_time_rate(options: &Options, rate: Option<u64>) -> Result<u64> {
    const KEY: &str = "event-time-rate";
    let Some(value) = options.value(KEY) else { return Ok(rate.unwrap_or(EVENT_TIME_RATE)) };
    let error = |message: &str| Err(Error::sql(format!("option '{KEY}' {message}")).at(value.span));
    match options.parse(KEY, "a whole number of events a second")? {
        _ if rate.is_some() => {
            error("goes without 'events-per-second': rows that are paced have the times at which they are due")
        }
        Some(0) => error("must be at least 1"),
        given => Ok(given.unwrap_or(EVENT_TIME_RATE)),
    }
}

impl Source for Nexmark {
    fn describe(&self) -> String {
        format!("nexmark {} {}", self.kind.name(), self.pace.describe())
    }

    fn boundedness(&self) -> Boundedness {
        self.pace.boundedness()
    }

    fn liveness(&self) -> Liveness {
        if self.start_time.is_none() { Liveness::Live } else { Liveness::Replay }
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        self.start.note_wall();
        let start = self.start_time.unwrap_or_else(|| self.start.wall());
        let event_times = Moment::Paced { start, rate: self.event_time_rate };
        let makers = projection.iter().map(|&i| self.makers[i].clone()).collect();
        let generator = Generator { kind: self.kind, event_times, makers };
        Ok(Box::new(PacedReader::new(generator, self.pace, self.start.clone(), shard, shards)))
    }
}

struct Generator {
    kind: Kind,
    event_times: Moment,
    makers: Vec<Maker>,
}

impl Generate for Generator {
    fn rows_before(&self, ticks: u64) -> u64 {
        self.kind.rows_before(ticks)
    }

    fn tick(&self, row: u64) -> u64 {
        self.kind.event_of(row)
    }

    fn fill(&mut self, rows: Rows, _moment: Moment, into: &mut Decoded) {
        for (maker, column) in self.makers.iter().zip(&mut into.columns) {
            fill(maker, self.kind, rows, self.event_times, &mut column.values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Span;
    use crate::source::Polled;
    use crate::types::{Column, DataType, Value};

    fn table(kind: &str, columns: &[(&str, DataType)], extra: &[(&str, &str)]) -> TableDef {
        let mut options = Options::default();
        for (key, text) in [("connector", "nexmark"), ("nexmark.table", kind)].iter().chain(extra) {
            options.set(*key, *text, Span::default());
        }
        let column = |(name, data_type): &(&str, DataType)| Column {
            name: (*name).to_owned(),
            data_type: data_type.clone(),
            kind: ColumnKind::Physical,
            not_null: false,
        };
        TableDef {
            name: "t".to_owned(),
            span: Span::default(),
            columns: columns.iter().map(column).collect(),
            options,
            primary_key: Vec::new(),
            event_time: None,
        }
    }

    fn rows(kind: &str, columns: &[(&str, DataType)], shards: usize) -> Vec<Vec<Value>> {
        let table = table(kind, columns, &[("number-of-events", "5000"), ("splits", "3")]);
        let source = crate::source::create(&table).expect("create");
        let types: Vec<DataType> = columns.iter().map(|c| c.1.clone()).collect();
        let mut rows = Vec::new();
        for shard in 0..shards {
            let mut reader = source.open(shard, shards, &(0..types.len()).collect()).expect("open");
            loop {
                let mut into = Decoded::new(&types, 16);
                match reader.poll(1, 100, &mut into).expect("poll") {
                    Polled::End => break,
                    Polled::Rows { .. } => rows.extend(
                        (0..into.rows)
                            .map(|row| into.columns.iter().zip(&types).map(|(c, t)| c.value(row, t)).collect::<Vec<_>>()),
                    ),
                    _ => {}
                }
            }
        }
        rows.sort_by_key(|row| format!("{row:?}"));
        rows
    }

    const BID: [(&str, DataType); 7] = [
        ("auction", DataType::BigInt),
        ("bidder", DataType::BigInt),
        ("price", DataType::BigInt),
        ("channel", DataType::STRING),
        ("url", DataType::STRING),
        ("date_time", DataType::Timestamp(3)),
        ("extra", DataType::STRING),
    ];

    #[test]
    fn same_rows_at_any_number_of_shards() {
        let one = rows("bid", &BID, 1);
        assert_eq!(one.len(), 4600);
        assert_eq!(rows("bid", &BID, 2), one);
        assert_eq!(rows("bid", &BID, 4), one);
    }

    #[test]
    fn kinds_come_in_the_standard_proportions_with_unique_ids() {
        let check = |kind: &str, count: usize| {
            let ids = rows(kind, &[("id", DataType::BigInt), ("dateTime", DataType::Timestamp(3))], 2);
            let mut numbers: Vec<i64> = ids.iter().map(|row| if let Value::Int(n) = row[0] { n } else { -1 }).collect();
            numbers.sort_unstable();
            assert_eq!(numbers, (1000..1000 + count as i64).collect::<Vec<_>>());
        };
        check("person", 100);
        check("auction", 300);
    }

    #[test]
    fn half_of_the_bids_go_to_a_hot_auction() {
        let bids = rows("bid", &BID, 1);
        let hot = bids.iter().filter(|row| matches!(row[0], Value::Int(n) if (n - 1000) % 100 == 0)).count();
        assert!((2200..2700).contains(&hot), "{hot}");
        let known = bids.iter().all(|row| matches!(row[0], Value::Int(n) if (1000..1320).contains(&n)));
        assert!(known, "bids are for auctions that exist or will shortly");
    }

    #[test]
    fn event_times_follow_their_own_rate_where_rows_are_not_paced() {
        let made = |extra: &[(&str, &str)]| crate::source::create(&table("bid", &[("dateTime", DataType::Timestamp(3))], extra));
        let source = made(&[("number-of-events", "1000"), ("event-time-rate", "50")]).expect("create");
        let mut into = Decoded::new(&[DataType::Timestamp(3)], 16);
        source.open(0, 1, &vec![0]).expect("open").poll(1, 2000, &mut into).expect("poll");
        let time = |row: usize| into.columns[0].value(row, &DataType::Timestamp(3));
        let (first, last) = (START_DEFAULT + 4 * time::SECOND / 50, START_DEFAULT + 999 * time::SECOND / 50);
        assert_eq!((time(0), time(into.rows - 1)), (Value::Int(first), Value::Int(last)));
        let refused = made(&[("events-per-second", "10"), ("event-time-rate", "50")]).expect_err("two rates");
        assert!(refused.message().contains("events-per-second"), "{}", refused.message());
        assert!(made(&[("event-time-rate", "0")]).is_err());
    }

    #[test]
    fn unknown_column_names_the_nearest() {
        let error = crate::source::create(&table("bid", &[("prise", DataType::BigInt)], &[])).expect_err("unknown column");
        assert_eq!(error.hint_text(), Some("did you mean 'price'?"));
        assert!(crate::source::create(&table("bid", &[("price", DataType::Double)], &[])).is_err());
    }
}

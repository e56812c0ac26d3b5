//! The benchmark's tables: what the connector `nexmark` makes, as SQL for the engine and as rows for everybody else.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::batch::{Column, StrColumn, Values};
use crate::error::{Error, Result};
use crate::format::Decoded;
use crate::plan::{Connectors, Script, plan};
use crate::sink::{self, Sink};
use crate::source::{self, Polled, Projection, Source};
use crate::types::{DataType, EventTime, Nanos, TableDef, Value};

/// Rows that one poll of a generator is asked for.
const POLL_ROWS: usize = 1024;

/// Splits of each table: more than shards on most hosts.
const SPLITS: usize = 8;

/// Names of the tables.
pub const NAMES: [&str; 3] = ["person", "auction", "bid"];

/// Which events, and when the first happens.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// Persons, auctions and bids together.
    pub events: usize,
    /// Time of the first event.
    pub start: &'static str,
}

/// A bid as plain data.
#[derive(Debug, Clone, Copy)]
pub struct Bid<'a> {
    /// Id of the auction.
    pub auction: i64,
    /// Id of the person.
    pub bidder: i64,
    /// In cents.
    pub price: i64,
    /// Where it came in.
    pub channel: &'a str,
    /// Where it came in, in full.
    pub url: &'a str,
    /// When it was made.
    pub date_time: EventTime,
    /// Anything.
    pub extra: &'a str,
}

impl Tables {
    /// The tables as statements.
    pub fn sql(&self) -> String {
        let columns = [
            "id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, dateTime TIMESTAMP(3), \
             extra STRING",
            "id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3), \
             expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING",
            "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING",
        ];
        let (events, start) = (self.events, self.start);
        let table = |(name, columns): (&str, &str)| {
            format!(
                "CREATE TABLE {name} ({columns}, WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND) WITH (\
                 'connector' = 'nexmark', 'nexmark.table' = '{name}', 'number-of-events' = '{events}', 'splits' = '{SPLITS}', \
                 'seed' = '1', 'start-time' = '{start}')"
            )
        };
        NAMES.into_iter().zip(columns).map(table).collect::<Vec<_>>().join(";\n")
    }

    /// Makes all rows of a table, all columns; gives how many and how long that took, what is done with them included.
    pub fn make(&self, name: &str, take: impl FnMut(&Decoded) -> Result<()>) -> Result<(usize, Nanos)> {
        Self::make_of(&self.sql(), name, take)
    }

    /// As `make`, of a table that these statements create.
    fn make_of(tables: &str, name: &str, mut take: impl FnMut(&Decoded) -> Result<()>) -> Result<(usize, Nanos)> {
        let keep = Keep::default();
        let text = format!("{tables};\nSELECT * FROM {name};");
        plan(&[Script { text, file: "bench".to_owned() }], &[], &keep)?;
        let kept = keep.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Made { source, types } = kept.ok_or_else(|| Error::internal("a table of the bench has no source"))?;
        let mut reader = source.open(0, 1, &(0..types.len()).collect::<Projection>())?;
        let (mut rows, began) = (0, Instant::now());
        loop {
            let mut made = Decoded::new(&types, POLL_ROWS);
            match reader.poll(1, POLL_ROWS, &mut made)? {
                Polled::End => return Ok((rows, began.elapsed().as_nanos() as Nanos)),
                _ => take(&made)?,
            }
            rows += made.rows;
        }
    }

    /// All rows of a table, in any order.
    pub fn rows(&self, name: &str) -> Result<Vec<Vec<Value>>> {
        Self::rows_of(&self.sql(), name)
    }

    /// All rows of a table that these statements create, in any order.
    pub fn rows_of(tables: &str, name: &str) -> Result<Vec<Vec<Value>>> {
        let mut rows = Vec::new();
        Self::make_of(tables, name, |made| {
            // Numbers, times and texts alone: no type says more than its representation.
            let value = |column: &Column, row: usize| column.value(row, &DataType::BigInt);
            rows.extend((0..made.rows).map(|row| made.columns.iter().map(|column| value(column, row)).collect()));
            Ok(())
        })?;
        Ok(rows)
    }

    /// Every bid, in any order.
    pub fn bids(&self, mut take: impl FnMut(Bid<'_>)) -> Result<()> {
        self.make("bid", |made| {
            let columns = &made.columns;
            let [auction, bidder, price, at] = [0, 1, 2, 5].map(|column| numbers(&columns[column]));
            let (auction, bidder, price, at) = (auction?, bidder?, price?, at?);
            let [channel, url, extra] = [3, 4, 6].map(|column| texts(&columns[column]));
            let (channel, url, extra) = (channel?, url?, extra?);
            for row in 0..made.rows {
                take(Bid {
                    auction: auction[row],
                    bidder: bidder[row],
                    price: price[row],
                    channel: channel.text(row),
                    url: url.text(row),
                    date_time: at[row],
                    extra: extra.text(row),
                });
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn numbers(column: &Column) -> Result<&[i64]> {
    let Values::I64(values) = &column.values else { return Err(Error::internal("a column of the bench is not of numbers")) };
    Ok(values)
}

fn texts(column: &Column) -> Result<&StrColumn> {
    let Values::Str(values) = &column.values else { return Err(Error::internal("a column of the bench is not of texts")) };
    Ok(values)
}

/// A source and the types of its table's columns.
struct Made {
    source: Arc<dyn Source>,
    types: Vec<DataType>,
}

/// The built-in connectors; keeps the one source of a query.
#[derive(Default)]
struct Keep(Mutex<Option<Made>>);

impl Connectors for Keep {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        let source = source::create(table)?;
        let types = table.columns.iter().map(|column| column.data_type.clone()).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Made { source: source.clone(), types });
        Ok(source)
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        sink::create(table)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(sink::nowhere())
    }
}

//! `datagen`: rows from a seed, at a rate. Options are those of Flink, and `seed`, `splits`, `fields.<name>.step`.
//!
//! ```text
//!   'rows-per-second'     rows a second (10000); 0 or 'unlimited': as fast as possible
//!   'number-of-rows'      rows in all; without it the rows have no end, unless a sequence has one
//!   'seed'                which random values (0)
//!   'splits'              input streams with an order of their own; row i stands in split i % splits (1; 8 for many rows)
//!   'fields.x.kind'       'random' (default) or 'sequence'
//!   'fields.x.min/.max'   bounds of random numbers, both included
//!   'fields.x.length'     length of random text, bytes and arrays; '.var-len' = 'true': at most that
//!   'fields.x.start/.end' a sequence from .. to (included); timestamps and dates: .start and .step
//!   'fields.x.null-rate'  share of NULLs, 0 to 1
//!   'fields.x.max-past'   timestamps lie up to this far before the row's time
//! ```
//! A value depends on seed, column and row number only, so the rows are the same at any number of shards. The exception are
//! timestamps, dates and times that are not sequences: they show when the row was meant to be made.

mod column;
mod make;

use std::sync::Arc;

use self::column::Maker;
use super::pace::{Generate, Moment, Pace, PacedReader, Rows, Start};
use super::{Boundedness, Liveness, Projection, Reader, Source};
use crate::error::{Error, Result};
use crate::format::Decoded;
use crate::types::{ColumnKind, TableDef};

/// Rows a second unless the table says otherwise, as in Flink.
const RATE_DEFAULT: u64 = 10_000;

/// The `datagen` connector.
#[derive(Debug)]
pub(super) struct Datagen {
    pace: Pace,
    makers: Vec<Maker>,
    start: Arc<Start>,
}

impl Datagen {
    /// Reads and checks the options of every column.
    pub fn new(table: &TableDef) -> Result<Self> {
        let options = &table.options;
        let seed = options.parse("seed", "a whole number from 0")?.unwrap_or(0);
        let mut makers = Vec::with_capacity(table.columns.len());
        for (position, column) in table.columns.iter().enumerate() {
            if let ColumnKind::Metadata(key) = &column.kind {
                let message = format!("metadata '{key}' of column '{}' is not known here", column.name);
                return Err(Error::sql(message).at(table.span).hint("datagen has no metadata"));
            }
            makers.push(Maker::new(column, options, super::random::key(seed, position as u64)).map_err(|e| e.at(table.span))?);
        }
        let number = options.parse("number-of-rows", "a whole number from 0")?;
        let rows = makers.iter().filter_map(|maker| maker.rows_max).chain(number).min();
        let pace = Pace::new(options, Pace::rate(options, "rows-per-second", Some(RATE_DEFAULT))?, rows)?;
        Ok(Self { pace, makers, start: Arc::default() })
    }
}

impl Source for Datagen {
    fn describe(&self) -> String {
        format!("datagen {}", self.pace.describe())
    }

    fn boundedness(&self) -> Boundedness {
        self.pace.boundedness()
    }

    fn liveness(&self) -> Liveness {
        Liveness::Live
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let makers = projection.iter().map(|&i| self.makers[i].clone()).collect();
        Ok(Box::new(PacedReader::new(Generator { makers }, self.pace, self.start.clone(), shard, shards)))
    }
}

struct Generator {
    makers: Vec<Maker>,
}

impl Generate for Generator {
    fn fill(&mut self, rows: Rows, moment: Moment, into: &mut Decoded) {
        for (maker, column) in self.makers.iter().zip(&mut into.columns) {
            maker.fill(rows, moment, column);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Span;
    use crate::source::Polled;
    use crate::types::{Column, DataType, Options};

    fn table(extra: &[(&str, &str)]) -> TableDef {
        let types = [
            DataType::Boolean,
            DataType::TinyInt,
            DataType::BigInt,
            DataType::Float,
            DataType::Double,
            DataType::Decimal { precision: 38, scale: 2 },
            DataType::STRING,
            DataType::Bytes,
            DataType::IntervalDay,
            DataType::IntervalMonth,
            DataType::Array(Box::new(DataType::Row(vec![("a".to_owned(), DataType::Int)]))),
            DataType::Json,
            DataType::Timestamp(3),
            DataType::Int,
            DataType::Uuid,
        ];
        let mut options = Options::default();
        let given = [
            ("connector", "datagen"),
            ("rows-per-second", "unlimited"),
            ("number-of-rows", "1000"),
            ("splits", "5"),
            ("fields.c2.min", "-3"),
            ("fields.c2.max", "3"),
            ("fields.c4.null-rate", "0.5"),
            ("fields.c12.kind", "sequence"),
            ("fields.c12.start", "2026-01-01"),
            ("fields.c13.kind", "sequence"),
            ("fields.c13.start", "7"),
        ];
        given.iter().chain(extra).for_each(|(key, text)| options.set(*key, *text, Span::default()));
        let column = |(i, data_type): (usize, &DataType)| Column {
            name: format!("c{i}"),
            data_type: data_type.clone(),
            kind: ColumnKind::Physical,
            not_null: false,
        };
        let columns = types.iter().enumerate().map(column).collect();
        TableDef { name: "t".to_owned(), span: Span::default(), columns, options, primary_key: Vec::new(), event_time: None }
    }

    fn rows(shards: usize, rows_max: usize) -> Vec<String> {
        let table = table(&[]);
        let types: Vec<DataType> = table.columns.iter().map(|c| c.data_type.clone()).collect();
        let source = crate::source::create(&table).expect("create");
        let mut rows = Vec::new();
        for shard in 0..shards {
            let mut reader = source.open(shard, shards, &(0..types.len()).collect()).expect("open");
            loop {
                let mut into = Decoded::new(&types, 4);
                if reader.poll(1, rows_max, &mut into).expect("poll") == Polled::End {
                    break;
                }
                let batch = crate::batch::Batch::new(into.columns, into.rows, 1);
                rows.extend((0..batch.rows()).map(|row| crate::batch::text::row_text(&batch, row, &types)));
            }
        }
        rows.sort();
        rows
    }

    #[test]
    fn same_rows_at_any_number_of_shards_and_batch_size() {
        let one = rows(1, 1024);
        assert_eq!(one.len(), 1000);
        assert_eq!(rows(2, 7), one);
        assert_eq!(rows(3, 1), one);
        let nulls = one.iter().filter(|row| row.contains("NULL")).count();
        assert!((400..600).contains(&nulls), "{nulls}");
    }

    #[test]
    fn wrong_options_are_errors() {
        let check = |key: &str, text: &str| {
            let error = crate::source::create(&table(&[(key, text)])).expect_err(key);
            assert!(error.to_string().contains(key), "{error}");
        };
        check("fields.c1.max", "200");
        check("fields.c2.max", "-4");
        check("fields.c0.kind", "sequence");
        check("fields.nope.kind", "random");
        check("rows-per-second", "fast");
        check("splits", "0");
    }
}

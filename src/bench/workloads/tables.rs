//! The tables of the workloads: events, orders and what belongs to them, seeded, as plain arrays; the same arrays feed the engine and the
//! loops that it is compared with.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::job::Query;
use super::super::records::Random;
use crate::batch::{Batch, Column, Values};
use crate::error::{Error, Result};
use crate::source::columns::{ColumnSource, Turns};
use crate::types::EventTime;

/// Rows of a batch.
pub const BATCH: usize = 1024;

/// Parts of the input where they come one after the other.
const PARTS: usize = 8;

/// Event time of the first row: 2026-01-02.
pub const START: EventTime = 1_767_312_000_000 * MILLISECOND;

/// Nanoseconds.
pub const MILLISECOND: EventTime = 1_000_000;
pub const MINUTE: EventTime = 60_000 * MILLISECOND;
pub const HOUR: EventTime = 60 * MINUTE;

/// From one event to the next: a minute has 1,200.
const STEP: EventTime = 50 * MILLISECOND;

/// Rows of the table that events are joined with.
const PRODUCTS: usize = 5_000;

/// In which order rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In the order of time, keys mixed, batches dealt out to the shards in turn.
    Interleaved,
    /// All rows of one part of the keys after those of another; each part is a split of its own.
    Sequential,
}

/// One column.
#[derive(Debug, Clone)]
enum Numbers {
    Whole(Vec<i64>),
    /// Whole numbers and halves, so that sums are exact in any order.
    Half(Vec<f64>),
}

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    name: &'static str,
    declared: &'static str,
    columns: Vec<Numbers>,
    /// The column whose values are kept together where parts come one after the other.
    key: usize,
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Tables {
    /// `id`, `k` (1,000 keys), `g` (10), `h` (20), `product`, `x`, `ts`
    pub events: Table,
    /// `id`, `category` (10), `price`
    pub products: Table,
    /// `k`: one key of three
    pub blocked: Table,
    /// `id`, `customer` (1,000), `total`, `ts`
    pub orders: Table,
    /// `order_id`, `paid`, `ts`: for four orders of five, at most 20 minutes after them
    pub payments: Table,
    /// `order_id`, `weight`, `ts`: for every order, from 2 hours before it to 30 hours after
    pub shipments: Table,
}

impl Tables {
    /// With so many events, and as many orders.
    pub fn new(count: usize) -> Self {
        let mut random = Random::new(7);
        let (mut one, mut whole) = (Random::new(8), Vec::new());
        let mut below = |bound: u64| (0..count).map(|_| random.below(bound) as i64).collect::<Vec<i64>>();
        let ids: Vec<i64> = (0..count as i64).collect();
        let times: Vec<i64> = ids.iter().map(|id| START + id * STEP).collect();
        let halves = |numbers: Vec<i64>| Numbers::Half(numbers.into_iter().map(|n| n as f64 / 2.0).collect());
        let events = vec![
            Numbers::Whole(ids.clone()),
            Numbers::Whole(below(1_000)),
            Numbers::Whole(below(10)),
            Numbers::Whole(below(20)),
            Numbers::Whole(below(PRODUCTS as u64 * 6 / 5)),
            halves(below(200)),
            Numbers::Whole(times.clone()),
        ];
        let orders = vec![Numbers::Whole(ids), Numbers::Whole(below(1_000)), halves(below(2_000)), Numbers::Whole(times.clone())];
        for (id, time) in times.iter().enumerate() {
            if one.below(5) > 0 {
                whole.push((time + one.below(20 * 60_000) as i64 * MILLISECOND, id as i64, one.below(2_000) as i64));
            }
        }
        let payments = sorted(whole);
        let shipped = |(id, time): (usize, &i64)| {
            let after = one.below(32 * 3_600_000) as i64 * MILLISECOND - 2 * HOUR;
            (time + after, id as i64, one.below(100) as i64)
        };
        let shipments = sorted(times.iter().enumerate().map(shipped).collect());
        let products = (0..PRODUCTS as i64).collect();
        let prices = (0..PRODUCTS).map(|n| (n * 7_919 % 10_007) as i64).collect();
        Self {
            events: Table {
                name: "events",
                declared: "id BIGINT, k BIGINT, g BIGINT, h BIGINT, product BIGINT, x DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts",
                columns: events,
                key: 1,
            },
            products: Table {
                name: "products",
                declared: "id BIGINT, category BIGINT, price DOUBLE",
                columns: vec![
                    Numbers::Whole(products),
                    Numbers::Whole((0..PRODUCTS as i64).map(|id| id % 10).collect()),
                    halves(prices),
                ],
                key: 0,
            },
            blocked: Table {
                name: "blocked",
                declared: "k BIGINT",
                columns: vec![Numbers::Whole((0..1_000).step_by(3).collect())],
                key: 0,
            },
            orders: Table {
                name: "orders",
                declared: "id BIGINT, customer BIGINT, total DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts",
                columns: orders,
                key: 0,
            },
            payments: Table {
                name: "payments",
                declared: "order_id BIGINT, paid DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts",
                columns: payments,
                key: 0,
            },
            shipments: Table {
                name: "shipments",
                declared: "order_id BIGINT, weight DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts",
                columns: shipments,
                key: 0,
            },
        }
    }

    fn all(&self) -> [&Table; 6] {
        [&self.events, &self.products, &self.blocked, &self.orders, &self.payments, &self.shipments]
    }

    /// The tables as statements.
    pub fn sql(&self) -> String {
        let table = |t: &&Table| format!("CREATE TABLE {} ({}) WITH ('connector' = 'bench')", t.name, t.declared);
        self.all().iter().map(table).collect::<Vec<_>>().join(";\n")
    }

    /// What a query reads, laid out for so many shards.
    pub fn sources(&self, query: &Query, layout: Layout, shards: usize) -> Result<HashMap<String, Arc<ColumnSource>>> {
        let source = |(name, projection): (String, Vec<usize>)| {
            let table = self.all().into_iter().find(|table| table.name == name);
            let table = table.ok_or_else(|| Error::internal(format!("the bench has no table '{name}'")))?;
            let splits = table.splits(&projection, layout, shards);
            let turns = if layout == Layout::Sequential { Turns::OneAfterTheOther } else { Turns::Alternate };
            Ok((name, ColumnSource::in_turns(projection, splits, turns)))
        };
        query.scans().into_iter().map(source).collect()
    }
}

/// Rows of time, order and number in halves as the columns order, number and time, in the order of time.
fn sorted(mut rows: Vec<(i64, i64, i64)>) -> Vec<Numbers> {
    rows.sort_unstable();
    vec![
        Numbers::Whole(rows.iter().map(|row| row.1).collect()),
        Numbers::Half(rows.iter().map(|row| row.2 as f64 / 2.0).collect()),
        Numbers::Whole(rows.iter().map(|row| row.0).collect()),
    ]
}

impl Table {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.columns[0] {
            Numbers::Whole(values) => values.len(),
            Numbers::Half(values) => values.len(),
        }
    }

    /// A column of whole numbers or times.
    pub fn whole(&self, column: usize) -> &[i64] {
        if let Numbers::Whole(values) = &self.columns[column] { values } else { &[] }
    }

    /// A column of halves.
    pub fn half(&self, column: usize) -> &[f64] {
        if let Numbers::Half(values) = &self.columns[column] { values } else { &[] }
    }

    /// Batches of some columns by split.
    fn splits(&self, projection: &[usize], layout: Layout, shards: usize) -> Vec<Vec<Batch>> {
        let batches = |rows: &[usize]| rows.chunks(BATCH).map(|rows| self.batch(projection, rows)).collect::<Vec<_>>();
        let all: Vec<usize> = (0..self.len()).collect();
        match layout {
            Layout::Interleaved => {
                let mut splits = vec![Vec::new(); shards];
                batches(&all).into_iter().enumerate().for_each(|(at, batch)| splits[at % shards].push(batch));
                splits
            }
            Layout::Sequential => {
                let key = self.whole(self.key);
                let part = |part: usize| all.iter().copied().filter(|row| key[*row] as usize % PARTS == part).collect::<Vec<_>>();
                (0..PARTS).map(|number| batches(&part(number))).collect()
            }
        }
    }

    fn batch(&self, projection: &[usize], rows: &[usize]) -> Batch {
        let column = |column: &usize| {
            Column::from_values(match &self.columns[*column] {
                Numbers::Whole(values) => Values::I64(rows.iter().map(|row| values[*row]).collect()),
                Numbers::Half(values) => Values::F64(rows.iter().map(|row| values[*row]).collect()),
            })
        };
        Batch::new(projection.iter().map(column).collect(), rows.len(), 1)
    }
}

//! What a query loses that no quick way covers: pairs of queries with the same number of operators, one over plain numbers, its twin over
//! what is harder (NULLs, texts, decimals, CASE, deep expressions, many columns, rows out of order).
//!
//! Both are called directly over batches in memory. Each gives first, in a run of its own, what a loop over the rows gives.

use std::collections::{HashMap, HashSet};

use super::direct::Direct;
use super::gate::{in_turns, ratio};
use super::input::Input;
use super::job::{Check, Query, sum_of_row};
use super::records::{Keys, Records};
use super::{Figure, Options, Show, Timing, check};
use crate::batch::{Batch, Column, StrColumn, Values};
use crate::error::{Error, Result};
use crate::plan::physical::{Node, NodeKind};
use crate::types::{EventTime, Nanos};

/// Records of a measurement unless asked otherwise.
pub const RECORDS: usize = 1_000_000;

/// How many times longer the harder twin may take.
const LIMIT: f64 = 3.0;

/// Rows of a batch.
const BATCH: usize = 1024;

/// Different keys.
const KEYS: i64 = 1_000;

/// Columns `c0`, `c1`, ...: column j holds id + j.
const SPARE_COLUMNS: usize = 16;

/// Length of a window.
const SECOND: EventTime = 1_000_000_000;

/// Rows of which the last may come first in the table `shaken`.
const SHAKEN_ROWS: usize = 512;

/// One query of a pair.
struct Side {
    sql: &'static str,
    /// Columns that tell the rows of the result apart; 0 where every row counts.
    keys: usize,
    /// Sum over all that stands last, by a loop.
    naive: fn(&Rows) -> i64,
    /// What the time of a record is divided by.
    parts: usize,
}

/// Two queries of as many operators.
struct Pair {
    what: &'static str,
    plain: Side,
    harder: Side,
}

const fn side(sql: &'static str, keys: usize, naive: fn(&Rows) -> i64) -> Side {
    Side { sql, keys, naive, parts: 1 }
}

const FILTERED: Side =
    side("SELECT id, `value` FROM wide WHERE `value` > 50", 0, |r| r.sum(|at| if r.value(at) > 50.0 { r.both(at) } else { 0 }));

const COMPUTED: Side = side("SELECT id + 1, `value` * 2 + 1 FROM wide", 0, |r| {
    r.sum(|at| (r.id(at) + 1) * 2 + ((r.value(at) * 2.0 + 1.0) * 2.0) as i64)
});

const GROUPED: Side = side("SELECT `key`, COUNT(*), SUM(amount) FROM wide GROUP BY `key`", 1, |r| {
    r.keys(|at| r.key(at)) + r.sum(|at| 2 + 2 * r.amount(at))
});

const WINDOWED: Side = side(
    "SELECT `key`, window_start, COUNT(*), SUM(amount) FROM TABLE(TUMBLE(TABLE wide, DESCRIPTOR(ts), INTERVAL '1' SECOND)) \
     GROUP BY `key`, window_start, window_end",
    2,
    windows,
);

const PAIRS: [Pair; 13] = [
    Pair {
        what: "filter, nullable column",
        plain: FILTERED,
        harder: side("SELECT id, value_null FROM wide WHERE value_null > 50", 0, |r| {
            r.sum(|at| if !r.is_null(at) && r.value(at) > 50.0 { r.both(at) } else { 0 })
        }),
    },
    Pair {
        what: "filter, DECIMAL",
        plain: FILTERED,
        harder: side("SELECT id, `value` FROM wide WHERE price > 50", 0, FILTERED.naive),
    },
    Pair {
        what: "filter, text",
        plain: side("SELECT id FROM wide WHERE `key` < 500", 0, |r| r.sum(|at| if r.key(at) < 500 { r.id(at) * 2 } else { 0 })),
        harder: side("SELECT id FROM wide WHERE name < 'customer-500'", 0, |r| {
            r.sum(|at| if r.name(at).as_str() < "customer-500" { r.id(at) * 2 } else { 0 })
        }),
    },
    Pair {
        what: "filter, computed sides",
        plain: side("SELECT id FROM wide WHERE amount > 20 AND `key` > 100 AND id > 5", 0, |r| {
            r.sum(|at| if r.amount(at) > 20 && r.key(at) > 100 && r.id(at) > 5 { r.id(at) * 2 } else { 0 })
        }),
        harder: side("SELECT id FROM wide WHERE (amount + `key`) * 3 > 700 - amount * 2", 0, |r| {
            r.sum(|at| if (r.amount(at) + r.key(at)) * 3 > 700 - r.amount(at) * 2 { r.id(at) * 2 } else { 0 })
        }),
    },
    Pair {
        what: "projection, CASE",
        plain: COMPUTED,
        harder: side("SELECT id + 1, CASE WHEN `value` > 50 THEN `value` ELSE 0 END FROM wide", 0, |r| {
            r.sum(|at| (r.id(at) + 1) * 2 + if r.value(at) > 50.0 { r.doubled(at) } else { 0 })
        }),
    },
    Pair {
        what: "projection, DECIMAL",
        plain: COMPUTED,
        harder: side("SELECT id + 1, price * 2 + 1 FROM wide", 0, |r| {
            r.sum(|at| (r.id(at) + 1) * 2 + (r.cents(at) * 2 + 100) * 2)
        }),
    },
    Pair {
        what: "projection, depth 8",
        plain: side("SELECT id + 1, id * 2, id - 3, id + 4, id * 5, id - 6, id + 7, id * 8 FROM wide", 0, |r| {
            r.sum(|at| 2 * (r.id(at) * 20 + 3))
        }),
        harder: side("SELECT ((((((((id + 1) * 2) - 3) + 4) * 5) - 6) + 7) * 8) FROM wide", 0, |r| {
            r.sum(|at| 2 * (((r.id(at) + 1) * 2 + 1) * 5 + 1) * 8)
        }),
    },
    Pair {
        what: "filter, 16 columns, a value",
        plain: Side { parts: 2, ..FILTERED },
        harder: Side {
            parts: SPARE_COLUMNS,
            ..side(
                "SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15 FROM wide WHERE `value` > 50",
                0,
                |r| r.sum(|at| if r.value(at) > 50.0 { 2 * (16 * r.id(at) + 120) } else { 0 }),
            )
        },
    },
    Pair {
        what: "GROUP BY, text key",
        plain: GROUPED,
        harder: side("SELECT name, COUNT(*), SUM(amount) FROM wide GROUP BY name", 1, |r| r.sum(|at| 2 + 2 * r.amount(at))),
    },
    Pair {
        what: "GROUP BY, nullable key",
        plain: GROUPED,
        harder: side("SELECT key_null, COUNT(*), SUM(amount) FROM wide GROUP BY key_null", 1, |r| {
            r.keys(|at| if r.is_null(at) { 0 } else { r.key(at) }) + r.sum(|at| 2 + 2 * r.amount(at))
        }),
    },
    Pair {
        what: "GROUP BY, SUM of DECIMAL",
        plain: GROUPED,
        harder: side("SELECT `key`, COUNT(*), SUM(price) FROM wide GROUP BY `key`", 1, |r| {
            r.keys(|at| r.key(at)) + r.sum(|at| 2 + 2 * r.cents(at))
        }),
    },
    Pair {
        what: "GROUP BY, no COUNT",
        plain: GROUPED,
        harder: side("SELECT `key`, MAX(id), SUM(value_null) FROM wide GROUP BY `key`", 1, |r| {
            let mut last = HashMap::new();
            (0..r.len()).for_each(|at| *last.entry(r.key(at)).or_default() = r.id(at));
            let ends: i64 = last.iter().map(|(key, id): (&i64, &i64)| 2 * (key + id)).sum();
            ends + r.sum(|at| if r.is_null(at) { 0 } else { r.doubled(at) })
        }),
    },
    Pair {
        what: "tumbling 1 s, rows out of order",
        plain: WINDOWED,
        harder: side(
            "SELECT `key`, window_start, COUNT(*), SUM(amount) FROM TABLE(TUMBLE(TABLE shaken, DESCRIPTOR(ts), INTERVAL '1' SECOND)) \
             GROUP BY `key`, window_start, window_end",
            2,
            windows,
        ),
    },
];

/// Sum over the rows of windows of a second by key.
fn windows(rows: &Rows) -> i64 {
    rows.keys(|at| {
        let time = rows.records.ts[at];
        // A key below 1,000 and a start in whole seconds add up to a number that no other pair has.
        rows.key(at) + (time - time.rem_euclid(SECOND))
    }) + rows.sum(|at| 2 + 2 * rows.amount(at))
}

/// Measures every pair.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    let rows = Rows::new(options.records);
    PAIRS.iter().try_for_each(|pair| compare(pair, &rows, options, show))
}

fn compare(pair: &Pair, rows: &Rows, options: &Options, show: Show<'_>) -> Result<()> {
    let [plain, harder] = [&pair.plain, &pair.harder].map(|side| Query::over(&tables(), side.sql, Check::Count));
    let (plain, harder) = (plain?, harder?);
    for (name, query, side) in [("plain", &plain, &pair.plain), ("harder", &harder, &pair.harder)] {
        let mut answer = Answer { latest: HashMap::new(), sum: 0, keys: side.keys };
        Direct::new(query)?.run(Input::new([rows.batches(query)]), &mut |batch| answer.add(batch))?;
        check(&format!("{}: {name}", pair.what), answer.sum, (side.naive)(rows), show)?;
    }
    let once = |query: &Query| -> Result<Nanos> { Ok(Direct::new(query)?.time(Input::new([rows.batches(query)]))?.0) };
    let times = in_turns(options, [&mut || once(&plain), &mut || once(&harder)])?;
    let each = |timing: Timing, side: &Side| Timing {
        best_ns: timing.best_ns / side.parts as u64,
        median_ns: timing.median_ns / side.parts as u64,
    };
    let (plain, harder) = (each(times[0], &pair.plain), each(times[1], &pair.harder));
    show(Figure::per_record(format!("{}: plain", pair.what), plain, rows.len()));
    show(Figure::per_record(format!("{}: harder", pair.what), harder, rows.len()));
    show(ratio(format!("cliff, {}", pair.what), harder, plain).at_most(LIMIT));
    Ok(())
}

/// The two tables: the same columns, in one of them the rows are out of order.
fn tables() -> String {
    let spare: String = (0..SPARE_COLUMNS).map(|j| format!("c{j} BIGINT, ")).collect();
    let table = |name: &str, watermark: &str| {
        format!(
            "CREATE TABLE {name} (id BIGINT, `key` BIGINT, `value` DOUBLE, ts TIMESTAMP(9), amount BIGINT, price DECIMAL(12, 2), \
             name STRING, key_null BIGINT, value_null DOUBLE, {spare}WATERMARK FOR ts AS {watermark}) WITH ('connector' = 'bench')"
        )
    };
    format!("{};\n{}", table("wide", "ts"), table("shaken", "ts - INTERVAL '1' SECOND"))
}

/// The rows of the tables.
struct Rows {
    records: Records,
    /// In which order the rows of `shaken` come.
    order: Vec<usize>,
}

impl Rows {
    fn new(count: usize) -> Self {
        let mut order: Vec<usize> = (0..count).collect();
        order.chunks_mut(SHAKEN_ROWS).for_each(<[usize]>::reverse);
        Self { records: Records::new(count, Keys::Even(KEYS as u64)), order }
    }

    fn len(&self) -> usize {
        self.records.len()
    }

    fn id(&self, at: usize) -> i64 {
        self.records.id[at]
    }

    fn key(&self, at: usize) -> i64 {
        self.records.key[at]
    }

    fn value(&self, at: usize) -> f64 {
        self.records.value[at]
    }

    fn doubled(&self, at: usize) -> i64 {
        (self.value(at) * 2.0) as i64
    }

    /// Id and value, as a sum over them has it.
    fn both(&self, at: usize) -> i64 {
        2 * self.id(at) + self.doubled(at)
    }

    fn amount(&self, at: usize) -> i64 {
        self.value(at) as i64
    }

    fn cents(&self, at: usize) -> i64 {
        (self.value(at) * 100.0) as i64
    }

    fn name(&self, at: usize) -> String {
        format!("customer-{}", self.key(at))
    }

    /// Whether `key_null` and `value_null` are NULL: one row in ten.
    fn is_null(&self, at: usize) -> bool {
        self.id(at) % 10 == 3
    }

    /// Sum over all rows.
    fn sum(&self, of: impl Fn(usize) -> i64) -> i64 {
        (0..self.len()).fold(0, |sum, at| sum.wrapping_add(of(at)))
    }

    /// Sum over the different keys, each twice.
    fn keys(&self, key: impl Fn(usize) -> i64) -> i64 {
        let keys: HashSet<i64> = (0..self.len()).map(key).collect();
        keys.iter().fold(0, |sum, key| sum.wrapping_add(key.wrapping_mul(2)))
    }

    /// The columns that the query reads, in batches.
    fn batches(&self, query: &Query) -> Vec<Batch> {
        let shaken = |node: &Node| matches!(&node.kind, NodeKind::Scan(scan) if scan.table == "shaken");
        let is_shaken = query.planned().plan.nodes.iter().any(shaken);
        let batch = |rows: &[usize]| {
            let columns = query.projection().iter().map(|column| self.column(*column, rows)).collect();
            Batch::new(columns, rows.len(), 1)
        };
        let in_order: Vec<usize>;
        let order = if is_shaken {
            &self.order
        } else {
            in_order = (0..self.len()).collect();
            &in_order
        };
        order.chunks(BATCH).map(batch).collect()
    }

    fn column(&self, column: usize, rows: &[usize]) -> Column {
        let numbers = |of: &dyn Fn(usize) -> i64| Column::from_values(Values::I64(rows.iter().map(|at| of(*at)).collect()));
        let doubles = || Column::from_values(Values::F64(rows.iter().map(|at| self.value(*at)).collect()));
        let with_nulls = |mut column: Column| {
            rows.iter().enumerate().filter(|(_, at)| self.is_null(**at)).for_each(|(row, _)| column.set_null(row));
            column
        };
        match column {
            0 => numbers(&|at| self.id(at)),
            1 => numbers(&|at| self.key(at)),
            2 => doubles(),
            3 => numbers(&|at| self.records.ts[at]),
            4 => numbers(&|at| self.amount(at)),
            5 => Column::from_values(Values::I128(rows.iter().map(|at| self.cents(*at).into()).collect())),
            6 => {
                let mut names = StrColumn::default();
                rows.iter().for_each(|at| names.push(self.name(*at).as_bytes()));
                Column::from_values(Values::Str(names))
            }
            7 => with_nulls(numbers(&|at| self.key(at))),
            8 => with_nulls(doubles()),
            spare => numbers(&|at| self.id(at) + (spare as i64 - 9)),
        }
    }
}

/// What a query gives in the end: the latest row of every key, as one sum.
struct Answer {
    latest: HashMap<Vec<u8>, i64>,
    sum: i64,
    keys: usize,
}

impl Answer {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        for row in 0..batch.rows() {
            let sum = sum_of_row(batch, row);
            let mut key = Vec::new();
            for column in batch.columns.iter().take(self.keys) {
                key.push(u8::from(column.is_null(row)));
                match &column.values {
                    Values::I64(numbers) => key.extend(numbers[row].to_le_bytes()),
                    Values::Str(texts) => key.extend(texts.bytes(row)),
                    _ => return Err(Error::internal("a key of the bench is neither a number nor a text")),
                }
            }
            let before = if self.keys == 0 { None } else { self.latest.insert(key, sum) };
            self.sum = self.sum.wrapping_add(sum).wrapping_sub(before.unwrap_or_default());
        }
        Ok(())
    }
}

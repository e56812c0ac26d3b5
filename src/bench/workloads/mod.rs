//! What streaming jobs mostly do, as jobs of the whole runtime over tables in memory: filters, running and windowed aggregates, joins of all sorts.
//!
//! Each is run over rows in the order of time and over one part of the keys after the other. It is first run once for its answer: the number of
//! rows left of its changes and the sum over their texts have to be what a loop over the rows gives. A query that the engine refuses is
//! shown with the reason that it gives.

mod naive;
mod tables;

use self::tables::{BATCH, Layout, Tables};
use super::job::{Check, Query, digest, settings};
use super::overhead::{rate, shard_counts};
use super::whole::drivers;
use super::{Figure, Options, Show, check, repeat};
use crate::error::{Error, ErrorKind, Result};
use crate::types::Nanos;

/// Events of a measurement unless asked otherwise.
pub const RECORDS: usize = 1_000_000;

/// One job.
struct Workload {
    name: &'static str,
    sql: &'static str,
    /// Gives the text of every row of the answer.
    naive: fn(&Tables, &mut dyn FnMut(String)),
}

/// Groups of which one has 90 % of the rows.
macro_rules! hot_key {
    ($phases:literal) => {
        concat!(
            "SET 'table.optimizer.agg-phase-strategy' = '",
            $phases,
            "'; SELECT hot, COUNT(*), SUM(product), MIN(x), MAX(x) FROM \
             (SELECT CASE WHEN g > 0 THEN 0 ELSE k END AS hot, product, x FROM events) AS e GROUP BY hot"
        )
    };
}

const WORKLOADS: [Workload; 14] = [
    Workload { name: "filter that all rows pass", sql: "SELECT id, k, x FROM events WHERE x >= 0", naive: naive::all },
    Workload {
        name: "AVG over the last 100 rows of a key",
        sql: "SELECT id, k, AVG(x) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 99 PRECEDING AND CURRENT ROW) FROM events",
        naive: naive::last_hundred,
    },
    Workload {
        name: "five aggregates of 1,000 keys",
        sql: "SELECT k, COUNT(*), SUM(x), AVG(x), MIN(x), MAX(x) FROM events GROUP BY k",
        naive: naive::five_aggregates,
    },
    Workload { name: "90 % of rows of one key, in one phase", sql: hot_key!("ONE_PHASE"), naive: naive::hot_key },
    Workload { name: "90 % of rows of one key, in two phases", sql: hot_key!("TWO_PHASE"), naive: naive::hot_key },
    Workload { name: "90 % of rows of one key", sql: hot_key!("AUTO"), naive: naive::hot_key },
    Workload {
        name: "tumbling minute by two keys, final",
        sql: "SELECT g, h, window_start, COUNT(*), SUM(x) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) \
              GROUP BY g, h, window_start, window_end",
        naive: naive::minutes,
    },
    Workload {
        name: "tumbling minute by two keys, with changes",
        sql: "SELECT g, h, window_start, COUNT(*), SUM(x) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) \
              GROUP BY g, h, window_start, window_end EMIT CHANGES",
        naive: naive::minutes,
    },
    Workload {
        name: "HAVING",
        sql: "SELECT k, COUNT(*), SUM(x) FROM events GROUP BY k HAVING COUNT(*) > 1 AND AVG(x) > 49",
        naive: naive::having,
    },
    Workload {
        name: "join with a table of 5,000 rows",
        sql: "SELECT e.id, e.x, p.price FROM events AS e JOIN products AS p ON e.product = p.id",
        naive: naive::with_products,
    },
    Workload {
        name: "NOT EXISTS",
        sql: "SELECT id, k FROM events AS e WHERE NOT EXISTS (SELECT 1 FROM blocked AS b WHERE b.k = e.k)",
        naive: naive::not_blocked,
    },
    Workload {
        name: "orders and payments within ten minutes",
        sql: "SELECT o.id, o.total, p.paid FROM orders AS o JOIN payments AS p ON o.id = p.order_id \
              AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '10' MINUTE",
        naive: naive::paid_in_time,
    },
    Workload {
        name: "correlated scalar sub-query",
        sql: "SELECT e.id, e.x, (SELECT MAX(p.price) FROM products AS p WHERE p.category = e.g) FROM events AS e",
        naive: naive::dearest_of_category,
    },
    Workload {
        name: "interval join, 1 hour before to 24 hours after",
        sql: "SELECT o.id, o.total, s.weight FROM orders AS o JOIN shipments AS s ON o.id = s.order_id \
              AND s.ts BETWEEN o.ts - INTERVAL '1' HOUR AND o.ts + INTERVAL '24' HOUR",
        naive: naive::shipped_in_time,
    },
];

const LAYOUTS: [(Layout, &str); 2] = [(Layout::Interleaved, "interleaved"), (Layout::Sequential, "part by part")];

/// Measures every workload in both layouts at every number of shards.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    let tables = Tables::new(options.records);
    WORKLOADS.iter().try_for_each(|workload| of_workload(workload, &tables, options, show))
}

fn of_workload(workload: &Workload, tables: &Tables, options: &Options, show: Show<'_>) -> Result<()> {
    let query = match planned(workload, tables, Check::Count) {
        Ok(query) => query,
        Err(why) if why.kind() == ErrorKind::Sql => {
            show(Figure::new(format!("{}: refused, {}", workload.name, why.message()), 0.0, "refused"));
            return Ok(());
        }
        Err(why) => return Err(why),
    };
    let (rows, sum) = answer(workload, tables);
    for (layout, order) in LAYOUTS {
        let name = format!("{}, {order}", workload.name);
        let ran = run(&planned(workload, tables, Check::Digest)?, tables, layout, &options.cores)?;
        if ran.rows_left != rows {
            return Err(Error::internal(format!("{name}: {} rows, a naive computation gives {rows}", ran.rows_left)));
        }
        check(&name, ran.sum, sum, show)?;
        for shards in shard_counts(options.cores.len()) {
            let mut records = 0;
            let timing = repeat(options.repeat, || {
                let ran = run(&query, tables, layout, &options.cores[..shards])?;
                records = ran.rows_in as usize;
                Ok(ran.ns)
            })?;
            let name = format!("{name}, {shards} shard{}", if shards == 1 { "" } else { "s" });
            let (best, median) = (rate(records, timing.best_ns), rate(records, timing.median_ns));
            show(Figure::new(name.clone(), best, "rows/s").with_median(median));
            show(Figure::per_record(name, timing, records));
        }
    }
    Ok(())
}

fn planned(workload: &Workload, tables: &Tables, check: Check) -> Result<Query> {
    Query::over(&tables.sql(), workload.sql, check)
}

/// Number of rows of the right answer, and the sum over their texts.
fn answer(workload: &Workload, tables: &Tables) -> (i64, i64) {
    let (mut rows, mut sum) = (0, 0i64);
    (workload.naive)(tables, &mut |row| {
        rows += 1;
        sum = sum.wrapping_add(digest(&format!("[{row}]")));
    });
    (rows, sum)
}

/// What a run read, gave and took.
struct Ran {
    rows_in: u64,
    rows_left: i64,
    sum: i64,
    ns: Nanos,
}

fn run(query: &Query, tables: &Tables, layout: Layout, cores: &[usize]) -> Result<Ran> {
    let config = settings(drivers(cores.len())[0], BATCH);
    let (outcome, tally) = query.run_over(tables.sources(query, layout, cores.len())?, &config, cores)?;
    let rows_in = outcome.shards.iter().map(|shard| shard.counters.rows_in).sum();
    Ok(Ran { rows_in, rows_left: tally.rows_left(), sum: tally.sum(), ns: tally.elapsed_ns() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Driver, JobConfig, Pinning};

    #[test]
    fn every_workload_gives_what_a_loop_over_rows_gives() {
        let tables = Tables::new(3_000);
        for workload in &WORKLOADS {
            let query = planned(workload, &tables, Check::Digest).unwrap_or_else(|why| panic!("{}: {why}", workload.name));
            let (rows, sum) = answer(workload, &tables);
            assert!(rows > 10, "{} has hardly a row", workload.name);
            for (layout, order) in LAYOUTS {
                for shards in [1, 2] {
                    let config = JobConfig { pinning: Pinning::Free, driver: Driver::Thread, ..JobConfig::default() };
                    let sources = tables.sources(&query, layout, shards).expect("tables");
                    let (_, tally) = query.run_over(sources, &config, &vec![0; shards]).expect("runs");
                    assert_eq!((tally.rows_left(), tally.sum()), (rows, sum), "{}, {order}, {shards} shards", workload.name);
                }
            }
        }
    }
}

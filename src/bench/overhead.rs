//! What the runtime adds to a query: the query called directly, the runtime without a query, and both together; then where the
//! difference goes.
//!
//! Asked at two numbers of records, seven batch sizes and every number of shards, because overhead that does not move when its cause
//! does is a fault of the measurement. A fit over five numbers of records tells fixed cost and cost per record apart, so that a wait
//! can never pass for work.

use super::components::{self, Costs};
use super::direct::Direct;
use super::fit::fit;
use super::input::Input;
use super::job::{Check, Query};
use super::records::{Keys, Records};
use super::whole::{Whole, driver_name, drivers, rows_for};
use super::{Figure, Options, Show, Timing, check, queues};
use crate::error::Result;
use crate::limits::{INGEST_BATCHES_PER_TURN, INGEST_ROWS_PER_TURN};

/// The query whose overhead is measured.
pub const FILTER: &str = "SELECT id, `value` FROM test WHERE `value` > 50";

/// No query at all: every row goes through.
pub const PASS_THROUGH: &str = "SELECT id, `value` FROM test";

/// Records of the small measurement.
const FEW: usize = 10_000;

/// Rows of a batch, from one record at a time to more than any default.
const BATCH_SIZES: [usize; 7] = [1, 10, 50, 100, 500, 1000, 10_000];

/// Rows of a batch where nothing else is said.
const BATCH: usize = 1024;

/// Records of the large measurement unless asked otherwise.
pub const RECORDS: usize = 10_000_000;

/// The analysis, whole.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    let records = Records::new(options.records, Keys::Even(1000));
    checksums(options, &records, show)?;
    let (filter, pass) = (Query::new(FILTER, Check::Count)?, Query::new(PASS_THROUGH, Check::Count)?);
    let bench = Bench { options, records: &records, filter: &filter, pass: &pass };
    for driver in drivers(1) {
        for rows in [FEW.min(records.len()), records.len()] {
            bench.overhead(driver, rows, show)?;
        }
    }
    let costs = components::figures(options, &filter, &records, show)?;
    queues::figures(options, show)?;
    bench.batch_sizes(show)?;
    bench.shards(show)?;
    for batch_rows in [BATCH, 64, 1] {
        bench.account(&costs, batch_rows, show)?;
    }
    bench.fixed_cost(show)
}

/// The engine's results against loops, at one shard and at all.
fn checksums(options: &Options, records: &Records, show: Show<'_>) -> Result<()> {
    let doubled = |value: f64| (value * 2.0) as i64;
    let sum = |passes: &dyn Fn(f64) -> bool| {
        let rows = records.id.iter().zip(&records.value).filter(|(_, value)| passes(**value));
        rows.fold(0i64, |sum, (id, value)| sum.wrapping_add(id * 2 + doubled(*value)))
    };
    for (name, sql, naive) in [("filter", FILTER, sum(&|value| value > 50.0)), ("pass-through", PASS_THROUGH, sum(&|_| true))] {
        let query = Query::new(sql, Check::Sum)?;
        for cores in [&options.cores[..1], &options.cores[..]] {
            let (_, tally) = Whole::new(&query, records, cores).run()?;
            check(&format!("{name}, {} shards", cores.len()), tally.sum(), naive, show)?;
        }
    }
    Ok(())
}

struct Bench<'a> {
    options: &'a Options,
    records: &'a Records,
    filter: &'a Query,
    pass: &'a Query,
}

impl Bench<'_> {
    fn whole<'a>(&'a self, query: &'a Query) -> Whole<'a> {
        Whole::new(query, self.records, &self.options.cores[..1])
    }

    /// The filter called directly, pass-through and filter in the whole runtime, in turns so that the host is the same for all.
    fn three(&self, whole: Whole<'_>) -> Result<[Timing; 3]> {
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        let mut direct = Direct::new(self.filter)?;
        // Few records are soon over: repeat more often.
        let repeats = self.options.repeat.max(1) * if whole.rows <= FEW { 4 } else { 1 };
        for _ in 0..repeats {
            times[0].push(direct.time(Input::new(Whole { query: self.filter, ..whole }.splits()))?.0);
            times[1].push(Whole { query: self.pass, ..whole }.once()?);
            times[2].push(Whole { query: self.filter, ..whole }.once()?);
        }
        Ok(times.map(super::summarise))
    }

    fn overhead(&self, driver: crate::config::Driver, rows: usize, show: Show<'_>) -> Result<()> {
        let [direct, pass, whole] = self.three(Whole { driver, rows, ..self.whole(self.filter) })?;
        let name = |what: &str| format!("{what}, {rows} records, {}", driver_name(driver));
        show(Figure::per_record(name("(1) filter called directly"), direct, rows));
        show(Figure::per_record(name("(2) pass-through, whole runtime"), pass, rows));
        show(Figure::per_record(name("(3) filter, whole runtime"), whole, rows));
        let (direct, whole) = (direct.per_record(rows), whole.per_record(rows));
        show(Figure::new(name("overhead (3 - 1)"), whole - direct, "ns/record"));
        show(Figure::new(name("overhead (3 - 1)"), (whole / direct - 1.0) * 100.0, "%"));
        Ok(())
    }

    fn batch_sizes(&self, show: Show<'_>) -> Result<()> {
        for batch_rows in BATCH_SIZES {
            let rows = rows_for(batch_rows, self.records.len());
            let [direct, _, whole] = self.three(Whole { batch_rows, rows, ..self.whole(self.filter) })?;
            show(Figure::per_record(format!("batches of {batch_rows}, called directly"), direct, rows));
            show(Figure::per_record(format!("batches of {batch_rows}, whole runtime"), whole, rows));
        }
        Ok(())
    }

    fn shards(&self, show: Show<'_>) -> Result<()> {
        for shards in shard_counts(self.options.cores.len()) {
            let whole = Whole::new(self.filter, self.records, &self.options.cores[..shards]);
            let timing = whole.time(self.options.repeat)?;
            show(Figure::new(format!("{shards} shards, filter"), rate(self.records.len(), timing.best_ns), "rows/s"));
            show(Figure::new(
                format!("{shards} shards, filter, a row and core"),
                timing.per_record(self.records.len()) * shards as f64,
                "ns/record",
            ));
        }
        Ok(())
    }

    /// The parts of one record's way, added up, beside the way as it was measured.
    fn account(&self, costs: &Costs, batch_rows: usize, show: Show<'_>) -> Result<()> {
        let rows = rows_for(batch_rows, self.records.len());
        let alone = rows.min(FEW * 10);
        let [one, ..] = self.three(Whole { batch_rows: 1, rows: alone, ..self.whole(self.filter) })?;
        let [direct, _, whole] = self.three(Whole { batch_rows, rows, ..self.whole(self.filter) })?;
        let each_batch = |ns: f64| ns / batch_rows as f64;
        let batches_per_turn = INGEST_BATCHES_PER_TURN.min(INGEST_ROWS_PER_TURN.div_ceil(batch_rows));
        let each_turn = |ns: f64| each_batch(ns) / batches_per_turn as f64;
        let parts = [
            ("the query on its batches", direct.per_record(rows)),
            ("ways of the batches through the shard", each_batch((costs.batch - one.per_record(alone)).max(0.0))),
            ("turns of the shard", each_turn(costs.turn)),
            ("clock reads", each_turn(costs.clock_reads * costs.clock)),
        ];
        let name = |what: &str| format!("account, batches of {batch_rows}: {what}");
        for (what, ns) in parts {
            show(Figure::new(name(what), ns, "ns/record"));
        }
        let (sum, total) = (parts.iter().map(|p| p.1).sum::<f64>(), whole.per_record(rows));
        show(Figure::new(name("sum of the parts"), sum, "ns/record"));
        show(Figure::new(name("measured"), total, "ns/record"));
        show(Figure::new(name("unaccounted"), total - sum, "ns/record"));
        show(Figure::new(name("unaccounted"), (total - sum) / total * 100.0, "%"));
        Ok(())
    }

    fn fixed_cost(&self, show: Show<'_>) -> Result<()> {
        let mut points = Vec::new();
        for divisor in [16, 8, 4, 2, 1] {
            let rows = (self.records.len() / divisor).max(1);
            let timing = Whole { rows, ..self.whole(self.filter) }.time(self.options.repeat)?;
            points.push((rows as f64, timing.best_ns as f64));
            show(
                Figure::new(format!("time of {rows} records"), timing.best_ns as f64, "ns").with_median(timing.median_ns as f64),
            );
        }
        let line = fit(&points);
        show(Figure::new("fit: fixed cost of a run", line.fixed, "ns"));
        show(Figure::new("fit: cost of a record", line.each, "ns/record"));
        show(Figure::new("fit: share explained", line.explained * 100.0, "%"));
        Ok(())
    }
}

/// 1, 2, 4, ... up to the number of cores, and that number.
pub(super) fn shard_counts(cores: usize) -> Vec<usize> {
    let mut counts: Vec<usize> = (0..).map(|power| 1 << power).take_while(|count| *count < cores).collect();
    counts.push(cores);
    counts
}

/// Rows a second.
pub(super) fn rate(rows: usize, ns: crate::types::Nanos) -> f64 {
    rows as f64 * 1e9 / ns.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_double_up_to_all_cores() {
        assert_eq!((shard_counts(1), shard_counts(2), shard_counts(6)), (vec![1], vec![1, 2], vec![1, 2, 4, 6]));
    }
}

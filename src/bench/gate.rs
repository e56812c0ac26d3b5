//! The limits that the engine is to keep, each as a ratio or a time within one run.
//!
//! What is compared is measured in turns, so that the host is the same for both. A limit that needs two cores is left out on one.

use std::time::Instant;

use super::direct::Direct;
use super::input::Input;
use super::job::{Check, Query};
use super::overhead::{FILTER, PASS_THROUGH};
use super::records::{Keys, Records};
use super::whole::{Whole, rows_for};
use super::{Figure, Options, Show, Timing, by_hand, latency, queues, resident, summarise};
use crate::compile::compile;
use crate::config::Histograms;
use crate::error::Result;
use crate::limits::PROFILE_EVERY_DEFAULT;
use crate::types::Nanos;

/// Records of a measurement unless asked otherwise.
pub const RECORDS: usize = 4_000_000;

/// Running aggregate; with an exchange where there are several shards.
pub const GROUPS: &str = "SELECT `key`, COUNT(*) AS n, SUM(`value`) AS total FROM test GROUP BY `key`";

/// Tumbling window.
pub const WINDOWS: &str = "SELECT `key`, window_start, COUNT(*) AS n, SUM(`value`) AS total \
     FROM TABLE(TUMBLE(TABLE test, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY `key`, window_start, window_end";

/// A query of ten operators: a scan, filters and columns in views, two unions, an aggregate behind an exchange, and a sink.
const TEN_OPERATORS: &str = "CREATE VIEW low AS SELECT id, `key`, `value` FROM test WHERE `value` < 30; \
     CREATE VIEW middle AS SELECT id + 1 AS id, `key`, `value` FROM test WHERE `value` BETWEEN 30 AND 60; \
     CREATE VIEW high AS SELECT id, `key` * 2 AS `key`, `value` FROM test WHERE `value` > 60; \
     CREATE VIEW joined AS SELECT * FROM low UNION ALL SELECT * FROM middle UNION ALL SELECT * FROM high; \
     CREATE VIEW grouped AS SELECT `key`, COUNT(*) AS n, SUM(`value`) AS total FROM joined WHERE id >= 0 GROUP BY `key`; \
     SELECT `key` + 1, n * 2, total FROM grouped WHERE n > 1";

/// Measures everything of the runtime that has a limit.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    // First: what other measurements leave behind, memory to be given back above all, would stall it.
    latency::gate(options, show)?;
    by_hand::figures(options, show)?;
    let records = Records::new(options.records, Keys::Even(100_000));
    let (filter, pass) = (Query::new(FILTER, Check::Count)?, Query::new(PASS_THROUGH, Check::Count)?);
    let one = &options.cores[..1];
    for (batch_rows, limit) in [(1024, Some(1.05)), (64, Some(1.3)), (1, None)] {
        let rows = rows_for(batch_rows, records.len());
        let whole = Whole { batch_rows, rows, ..Whole::new(&filter, &records, one) };
        let mut direct = Direct::new(&filter)?;
        let [alone, with] = in_turns(options, [&mut || Ok(direct.time(Input::new(whole.splits()))?.0), &mut || whole.once()])?;
        show(match limit {
            Some(limit) => ratio(format!("whole runtime over direct call, batches of {batch_rows}"), with, alone).at_most(limit),
            None => Figure::per_record("whole runtime, batches of 1", with, rows).at_most(300.0),
        });
    }
    let timing = Whole::new(&pass, &records, one).time(options.repeat)?;
    show(Figure::per_record("pass-through, whole runtime, batches of 1024", timing, records.len()).at_most(1.0));
    let on = Whole::new(&filter, &records, one);
    let off = Whole { histograms: Histograms::Off, ..on };
    let [with, without] = in_turns(options, [&mut || on.once(), &mut || off.once()])?;
    show(ratio("latency histograms on over off", with, without).at_most(1.02));
    let profiled = Whole { profile_every: Some(PROFILE_EVERY_DEFAULT), ..on };
    let [with, without] = in_turns(options, [&mut || profiled.once(), &mut || on.once()])?;
    show(ratio("profile at its default sampling over none", with, without).at_most(1.02));
    two_shards(options, &records, show)?;
    planning(options, show)?;
    resident::gate(options, show)
}

/// What only two cores can show.
fn two_shards(options: &Options, records: &Records, show: Show<'_>) -> Result<()> {
    let Some(two) = options.cores.get(..2) else { return Ok(()) };
    let groups = Query::new(GROUPS, Check::Count)?;
    let (one, both) = (Whole::new(&groups, records, &two[..1]), Whole::new(&groups, records, two));
    let [single, double] = in_turns(options, [&mut || one.once(), &mut || both.once()])?;
    show(ratio("two shards over one, GROUP BY 100 k keys", single, double).at_least(1.7));
    show(queues::ring_hop(options, [two[0], two[1]])?.at_most(1000.0));
    Ok(())
}

fn planning(options: &Options, show: Show<'_>) -> Result<()> {
    let mut once = || -> Result<Nanos> {
        let began = Instant::now();
        let query = Query::new(TEN_OPERATORS, Check::Count)?;
        for shard in 0..options.cores.len() {
            std::hint::black_box(compile(&query.planned().plan, shard, options.cores.len())?);
        }
        Ok(began.elapsed().as_nanos() as Nanos)
    };
    // Short, so often: the first finds every cache cold.
    let timing = super::repeat(options.repeat * 10, &mut once)?;
    let ms = |ns: Nanos| ns as f64 / 1e6;
    show(
        Figure::new("plan and compile of ten operators, all shards", ms(timing.best_ns), "ms")
            .with_median(ms(timing.median_ns))
            .at_most(1.0),
    );
    Ok(())
}

/// Times two things in turns.
pub fn in_turns(options: &Options, mut both: [&mut dyn FnMut() -> Result<Nanos>; 2]) -> Result<[Timing; 2]> {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..options.repeat.max(1) {
        for (once, times) in both.iter_mut().zip(&mut times) {
            times.push(once()?);
        }
    }
    Ok(times.map(summarise))
}

/// How many times longer one thing takes than another.
pub fn ratio(name: impl Into<String>, over: Timing, under: Timing) -> Figure {
    let of = |a: Nanos, b: Nanos| a as f64 / b.max(1) as f64;
    Figure::new(name, of(over.best_ns, under.best_ns), "x").with_median(of(over.median_ns, under.median_ns))
}

//! What more shards give: filter, running GROUP BY and tumbling window over 1, 2, 4, ... shards, beside the loop by hand on one core.

use super::answer::Answer;
use super::gate::{GROUPS, WINDOWS};
use super::input::Input;
use super::job::{Check, Query};
use super::overhead::{FILTER, shard_counts};
use super::records::{Keys, Records};
use super::twin::{self, Take, Twin};
use super::whole::Whole;
use super::{Figure, Options, Show, check, repeat};
use crate::error::Result;

/// Records of a measurement unless asked otherwise.
pub const RECORDS: usize = 4_000_000;

/// A loop by hand over records with so many keys.
type ByHand = fn(Input<'_, Records>, usize, Take<'_>) -> Twin;

/// Measures every query at every number of shards.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    let filter: ByHand = |input, _, take| twin::filter(input, take);
    let cases: [(&str, &str, Keys, ByHand); 6] = [
        ("filter", FILTER, Keys::Even(1_000), filter),
        ("GROUP BY, 1 k keys", GROUPS, Keys::Even(1_000), twin::group),
        ("GROUP BY, 100 k keys", GROUPS, Keys::Even(100_000), twin::group),
        ("GROUP BY, 1 k keys, Zipf", GROUPS, Keys::Zipf(1_000), twin::group),
        ("GROUP BY, 100 k keys, Zipf", GROUPS, Keys::Zipf(100_000), twin::group),
        ("tumbling 1 s, 1 k keys", WINDOWS, Keys::Even(1_000), twin::tumble),
    ];
    for (name, sql, keys, by_hand) in cases {
        let records = Records::new(options.records, keys);
        let (Keys::Even(count) | Keys::Zipf(count)) = keys;
        let query = Query::new(sql, Check::Count)?;
        // All there before the clock starts, as what the shards read is.
        let parts = || Input::new([records.parts(twin::PART_ROWS).collect::<Vec<_>>()]);
        let hand = repeat(options.repeat, || Ok(by_hand(parts(), count as usize, &mut twin::forget).ns))?;
        let mut answer = Answer::by(if sql == WINDOWS { 2 } else { 1 });
        by_hand(parts(), count as usize, &mut |out| answer.add(out));
        let (_, tally) = Whole::new(&Query::new(sql, Check::Sum)?, &records, &options.cores).run()?;
        check(name, tally.sum(), answer.sum(), show)?;
        show(Figure::per_record(format!("{name}, by hand"), hand, records.len()));
        let mut alone = None;
        for shards in shard_counts(options.cores.len()) {
            let timing = Whole::new(&query, &records, &options.cores[..shards]).time(options.repeat)?;
            let ns = timing.per_record(records.len());
            let first = *alone.get_or_insert(ns);
            let label = |what: &str| format!("{name}, {shards} shard{}{what}", if shards == 1 { "" } else { "s" });
            show(Figure::new(label(""), 1e9 / ns, "rows/s"));
            show(Figure::new(label(", time of a core"), ns * shards as f64, "ns/record"));
            show(Figure::new(label(" over by hand, of a core"), ns * shards as f64 / hand.per_record(records.len()), "x"));
            show(Figure::new(label(", efficiency"), first / ns / shards as f64 * 100.0, "%"));
        }
    }
    Ok(())
}

//! NEXMark: the questions of an on-line auction house, q0 to q22, as jobs of the whole runtime over generated events.
//!
//! The events are those of the connector `nexmark`: one person, three auctions and 46 bids in a round of 50, seeded. Every shard makes its
//! rows before the clock starts, only with the columns that the query reads, and keeps them in memory of its own core; what making them costs is
//! shown apart. Each query is first run once with a sum over its rows' texts, which has to be what a loop over rows gives, and
//! then timed. A query that the engine refuses is shown with the reason that it gives.

mod joins;
mod naive;
mod queries;
mod tables;

use self::queries::{QUESTIONS, Question};
use self::tables::{NAMES, Tables};
use super::job::{Check, Query, settings};
use super::overhead::shard_counts;
use super::whole::drivers;
use super::{Figure, Options, Show, check, summarise};
use crate::error::{ErrorKind, Result};
use crate::types::Nanos;

/// Events of a measurement unless asked otherwise.
pub const EVENTS: usize = 1_000_000;

/// A tenth of a second, a thousand events, before midnight: there are two days.
const START: &str = "2015-07-15 23:59:59.9";

/// Rows of a batch.
const BATCH: usize = 1024;

/// Measures every query at every number of shards.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    let tables = Tables { events: options.records, start: START };
    for name in NAMES {
        let (rows, ns) = tables.make(name, |_| Ok(()))?;
        show(Figure::new(
            format!("generator (not in what follows), {name}, all columns"),
            ns as f64 / rows.max(1) as f64,
            "ns/record",
        ));
    }
    QUESTIONS.iter().try_for_each(|question| of_question(question, &tables, options, show))
}

fn of_question(question: &Question, tables: &Tables, options: &Options, show: Show<'_>) -> Result<()> {
    let name = format!("{} {}", question.name, question.asks);
    let query = match planned(question, tables, Check::Count) {
        Ok(query) => query,
        Err(why) if why.kind() == ErrorKind::Sql => {
            show(Figure::new(format!("{name}: refused, {}", why.message()), 0.0, "refused"));
            return Ok(());
        }
        Err(why) => return Err(why),
    };
    match naive::answer(question.name, tables)? {
        Some(naive) => {
            let digest = run(&planned(question, tables, Check::Digest)?, &options.cores)?.sum;
            check(&name, digest, naive, show)?;
        }
        None => show(Figure::new(format!("{name}: runs unchecked"), 1.0, "checksum")),
    }
    for shards in shard_counts(options.cores.len()) {
        let (mut times, mut rows) = (Vec::new(), 0);
        for _ in 0..options.repeat.max(1) {
            let ran = run(&query, &options.cores[..shards])?;
            times.push(ran.ns);
            rows = ran.rows_in as usize;
        }
        let timing = summarise(times);
        let of_core = |ns: Nanos| ns as f64 * shards as f64 / rows.max(1) as f64;
        let (best, median) = (of_core(timing.best_ns), of_core(timing.median_ns));
        let name = format!("{name}, {shards} shard{}", if shards == 1 { "" } else { "s" });
        show(Figure::new(format!("{name}, a core"), 1e9 / best, "rows/s").with_median(1e9 / median));
        show(Figure::new(format!("{name}, time of a core"), best, "ns/record").with_median(median));
    }
    Ok(())
}

fn planned(question: &Question, tables: &Tables, check: Check) -> Result<Query> {
    Query::over(&tables.sql(), question.sql, check)
}

/// What a run read, gave and took.
struct Ran {
    rows_in: u64,
    sum: i64,
    ns: Nanos,
}

fn run(query: &Query, cores: &[usize]) -> Result<Ran> {
    let config = settings(drivers(cores.len())[0], BATCH);
    let (outcome, tally) = query.run(Vec::new(), &config, cores)?;
    let rows_in = outcome.shards.iter().map(|shard| shard.counters.rows_in).sum();
    Ok(Ran { rows_in, sum: tally.sum(), ns: tally.elapsed_ns() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Driver, JobConfig, Pinning};

    fn digest(question: &Question, tables: &Tables, shards: usize, batch_rows: usize) -> i64 {
        let query = planned(question, tables, Check::Digest).expect("plan");
        let config = JobConfig { pinning: Pinning::Free, driver: Driver::Thread, batch_rows, ..JobConfig::default() };
        query.run(Vec::new(), &config, &vec![0; shards]).expect("run").1.sum()
    }

    #[test]
    fn every_query_that_runs_gives_what_a_loop_over_rows_gives() {
        let mut ran = Vec::new();
        // Round midnight, and round the end of the morning that `q14` asks about.
        for start in [START, "2015-07-15 07:59:59.9"] {
            let tables = Tables { events: 4_000, start };
            // The windows of `q12` are by the clock: no two runs agree.
            for question in QUESTIONS.iter().filter(|question| question.name != "q12") {
                if planned(question, &tables, Check::Digest).is_err_and(|why| why.kind() == ErrorKind::Sql) {
                    continue;
                }
                let naive = naive::answer(question.name, &tables).expect("events");
                let naive = naive.unwrap_or_else(|| panic!("{} runs, so it needs something to compare with", question.name));
                for (shards, batch_rows) in [(1, 1024), (2, 7)] {
                    assert_eq!(digest(question, &tables, shards, batch_rows), naive, "{} at {shards} shards", question.name);
                }
                ran.push(question.name);
            }
        }
        let known = [
            "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10", "q11", "q13", "q14", "q15", "q16", "q17", "q18",
            "q19", "q20", "q21", "q22",
        ];
        for name in known {
            assert!(ran.contains(&name), "{name} is refused");
        }
    }

    #[test]
    fn refused_queries_are_shown_with_the_engines_reason() {
        let broken = Question { name: "q99", asks: "nothing", sql: "SELECT nonsense FROM bid" };
        let (mut shown, options) = (Vec::new(), Options { cores: vec![0], records: 100, repeat: 1 });
        let tables = Tables { events: 100, start: START };
        of_question(&broken, &tables, &options, &mut |figure| shown.push(figure.name)).expect("refused, not failed");
        let [line] = &shown[..] else { panic!("{shown:?}") };
        assert!(line.starts_with("q99 nothing: refused, ") && line.contains("nonsense"), "{line}");
    }
}

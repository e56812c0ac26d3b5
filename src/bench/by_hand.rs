//! Compiled queries called directly, over the loops that somebody would write by hand for them.
//!
//! Both get each part of the input as it is made, and give its memory back when they have read it (see `input`): so neither reads from memory
//! that no cache holds, nor does either return the memory of a whole input while the clock runs.
//!
//! Before anything is timed both run once for their results: what stands last for every key must be the same, so that a wrong loop cannot win.

use super::answer::Answer;
use super::direct::Direct;
use super::gate::{GROUPS, WINDOWS, in_turns, ratio};
use super::input::Input;
use super::job::{Check, Query, TABLE};
use super::overhead::FILTER;
use super::records::{Keys, Records};
use super::twin::{self, Take, Twin};
use super::{Figure, Options, Show, check};
use crate::error::{Error, Result};

/// How many times longer a filter, an aggregate or a tumbling window may take.
const LIMIT: f64 = 1.5;

/// How many times longer a query may take that keeps rows, or the order of rows.
const LIMIT_OF_ROWS: f64 = 3.0;

/// Mean of the last `twin::FRAME_ROWS` rows of a key, in event time.
const LAST_ROWS_IN_TIME: &str =
    "SELECT id, AVG(`value`) OVER (PARTITION BY `key` ORDER BY ts ROWS BETWEEN 99 PRECEDING AND CURRENT ROW) AS mean FROM test";

/// The same over the rows as they come.
const LAST_ROWS: &str = "SELECT id, AVG(`value`) OVER (ROWS WINDOW BUFFER 100 ROWS PARTITION BY `key`) AS mean FROM test";

/// Sessions that end after `twin::GAP` without rows.
const SESSIONS: &str = "SELECT `key`, window_start, COUNT(*) AS n, SUM(`value`) AS total \
     FROM TABLE(SESSION(TABLE test PARTITION BY `key`, DESCRIPTOR(ts), INTERVAL '0.02' SECOND)) GROUP BY `key`, window_start, window_end";

/// The best `twin::PLACES` rows of each tumbling window.
const BEST: &str = "SELECT id, window_start, place, `value` FROM (SELECT *, \
     ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY `value` DESC, id) AS place \
     FROM TABLE(TUMBLE(TABLE test, DESCRIPTOR(ts), INTERVAL '0.01' SECOND))) WHERE place <= 10";

/// Rows of two tables from `twin::BEFORE` before to `twin::AFTER` after.
const INTERVAL_JOIN: &str = "SELECT l.id, r.id, r.`value` FROM test AS l JOIN other AS r ON l.`key` = r.`key` \
     AND r.ts BETWEEN l.ts - INTERVAL '0.001' SECOND AND l.ts + INTERVAL '0.024' SECOND";

/// A query and its loop.
struct Pair<'a> {
    name: String,
    sql: &'static str,
    /// Columns that tell the rows of the result apart.
    keys: usize,
    /// Takes the parts of each table.
    by_hand: &'a dyn Fn(Input<'_, Records>, Take<'_>) -> Twin,
    limit: f64,
}

/// Compares filter, running aggregate and window, the latter two with few keys and with many; then queries that keep rows.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    let records = [Records::new(options.records, Keys::Even(1_000))];
    let by_hand = |input: Input<'_, Records>, take: Take<'_>| twin::filter(input, take);
    let name = "filter and projection".to_owned();
    compare(&Pair { name, sql: FILTER, keys: 1, by_hand: &by_hand, limit: LIMIT }, &records, options, show)?;
    for keys in [1_000, 100_000] {
        let records = [Records::new(options.records, Keys::Even(keys as u64))];
        let name = |what: &str| format!("{what}, {} k keys", keys / 1000);
        let by_hand = |input: Input<'_, Records>, take: Take<'_>| twin::group(input, keys, take);
        let pair = Pair { name: name("GROUP BY"), sql: GROUPS, keys: 1, by_hand: &by_hand, limit: LIMIT };
        compare(&pair, &records, options, show)?;
        let by_hand = |input: Input<'_, Records>, take: Take<'_>| twin::tumble(input, keys, take);
        let pair = Pair { name: name("tumbling 1 s"), sql: WINDOWS, keys: 2, by_hand: &by_hand, limit: LIMIT };
        compare(&pair, &records, options, show)?;
    }
    of_rows(options, show)
}

/// Compares OVER, sessions, the best rows of a window and an interval join.
fn of_rows(options: &Options, show: Show<'_>) -> Result<()> {
    let pair = |name: &str, sql, keys, by_hand| Pair { name: name.to_owned(), sql, keys, by_hand, limit: LIMIT_OF_ROWS };
    let records = [Records::new(options.records, Keys::Even(1_000))];
    let by_hand = |input: Input<'_, Records>, take: Take<'_>| twin::last_rows_in_time(input, 1_000, take);
    compare(
        &pair("mean of the last 100 rows of 1 k keys, in event time", LAST_ROWS_IN_TIME, 1, &by_hand),
        &records,
        options,
        show,
    )?;
    let by_hand = |input: Input<'_, Records>, take: Take<'_>| twin::last_rows(input, 1_000, take);
    compare(&pair("mean of the last 100 rows of 1 k keys, as they come", LAST_ROWS, 1, &by_hand), &records, options, show)?;
    let by_hand = |input: Input<'_, Records>, take: Take<'_>| twin::best(input, take);
    compare(&pair("ten best rows of tumbling 10 ms", BEST, 2, &by_hand), &records, options, show)?;
    let records = [Records::new(options.records, Keys::Even(10_000))];
    let by_hand = |input: Input<'_, Records>, take: Take<'_>| twin::session(input, 10_000, take);
    compare(&pair("sessions of 10 k keys", SESSIONS, 2, &by_hand), &records, options, show)?;
    // Rows of both count.
    let half = |seed| Records::seeded(options.records / 2, Keys::Even(25_000), seed);
    let by_hand = |input: Input<'_, Records>, take: Take<'_>| twin::interval_join(input, 25_000, take);
    compare(&pair("interval join of 25 k keys", INTERVAL_JOIN, 2, &by_hand), &[half(1), half(2)], options, show)
}

/// Compares a query and its loop over the tables `test` and, if there are two, `other`.
fn compare(pair: &Pair<'_>, tables: &[Records], options: &Options, show: Show<'_>) -> Result<()> {
    let query = Query::over(&format!("{TABLE};\n{}", TABLE.replacen("test", "other", 1)), pair.sql, Check::Count)?;
    let batches = || {
        let of = |(table, projection): (String, Vec<usize>)| {
            tables[usize::from(table != "test")].batches(&projection, twin::PART_ROWS)
        };
        Input::new(query.scans().into_iter().map(of))
    };
    let parts = || Input::new(tables.iter().map(|records| records.parts(twin::PART_ROWS)));
    let rows: usize = tables.iter().map(Records::len).sum();
    let (mut ours, mut theirs) = (Answer::by(pair.keys), Answer::by(pair.keys));
    Direct::new(&query)?.run(batches(), &mut |batch| ours.add_batch(batch))?;
    (pair.by_hand)(parts(), &mut |out| theirs.add(out));
    if ours.len() != theirs.len() {
        return Err(Error::internal(format!("{}: {} keys, by hand {}", pair.name, ours.len(), theirs.len())));
    }
    check(&pair.name, ours.sum(), theirs.sum(), show)?;
    let [direct, hand] = in_turns(
        options,
        [&mut || Ok(Direct::new(&query)?.time(batches())?.0), &mut || Ok((pair.by_hand)(parts(), &mut twin::forget).ns)],
    )?;
    let Pair { name, .. } = pair;
    show(Figure::per_record(format!("{name}, called directly"), direct, rows));
    show(Figure::per_record(format!("{name}, by hand"), hand, rows));
    show(ratio(format!("{name}, called directly over by hand"), direct, hand).at_most(pair.limit));
    Ok(())
}

//! The compiled query called directly, over the loop that somebody would write by hand for it.
//!
//! Before anything is timed both run once for their results: what stands last for every key must be the same, so that a wrong loop cannot win.

use super::answer::Answer;
use super::direct::Direct;
use super::gate::{GROUPS, WINDOWS, in_turns, ratio};
use super::job::{Check, Query};
use super::overhead::FILTER;
use super::records::{Keys, Records};
use super::twin::{self, Take, Twin};
use super::{Figure, Options, Show, check};
use crate::error::{Error, Result};

/// How many times longer the query may take.
const LIMIT: f64 = 1.5;

/// A query and its loop.
struct Pair<'a> {
    name: String,
    sql: &'static str,
    /// Columns that tell the rows of the result apart.
    keys: usize,
    by_hand: &'a dyn Fn(&[Records], Take<'_>) -> Twin,
}

/// Compares filter, running aggregate and window, the latter two with few keys and with many.
pub fn figures(options: &Options, show: Show<'_>) -> Result<()> {
    let records = Records::new(options.records, Keys::Even(1_000));
    let by_hand = |parts: &[Records], take: Take<'_>| twin::filter(parts, take);
    compare(
        &Pair { name: "filter and projection".to_owned(), sql: FILTER, keys: 1, by_hand: &by_hand },
        &records,
        options,
        show,
    )?;
    for keys in [1_000, 100_000] {
        let records = Records::new(options.records, Keys::Even(keys as u64));
        let name = |what: &str| format!("{what}, {} k keys", keys / 1000);
        let by_hand = |parts: &[Records], take: Take<'_>| twin::group(parts, keys, take);
        compare(&Pair { name: name("GROUP BY"), sql: GROUPS, keys: 1, by_hand: &by_hand }, &records, options, show)?;
        let by_hand = |parts: &[Records], take: Take<'_>| twin::tumble(parts, keys, take);
        compare(&Pair { name: name("tumbling 1 s"), sql: WINDOWS, keys: 2, by_hand: &by_hand }, &records, options, show)?;
    }
    Ok(())
}

fn compare(pair: &Pair<'_>, records: &Records, options: &Options, show: Show<'_>) -> Result<()> {
    let query = Query::new(pair.sql, Check::Count)?;
    let batches = || records.batches(&query.projection(), twin::PART_ROWS);
    let (mut ours, mut theirs) = (Answer::by(pair.keys), Answer::by(pair.keys));
    Direct::new(&query)?.run(batches(), &mut |batch| ours.add_batch(batch))?;
    (pair.by_hand)(&records.parts(twin::PART_ROWS), &mut |out| theirs.add(out));
    if ours.len() != theirs.len() {
        return Err(Error::internal(format!("{}: {} keys, by hand {}", pair.name, ours.len(), theirs.len())));
    }
    check(&pair.name, ours.sum(), theirs.sum(), show)?;
    let [direct, hand] = in_turns(
        options,
        [&mut || Ok(Direct::new(&query)?.time(batches())?.0), &mut || {
            Ok((pair.by_hand)(&records.parts(twin::PART_ROWS), &mut twin::forget).ns)
        }],
    )?;
    let Pair { name, .. } = pair;
    show(Figure::per_record(format!("{name}, called directly"), direct, records.len()));
    show(Figure::per_record(format!("{name}, by hand"), hand, records.len()));
    show(ratio(format!("{name}, called directly over by hand"), direct, hand).at_most(LIMIT));
    Ok(())
}

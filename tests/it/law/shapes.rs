//! Every kind of query over rows that come and go too late, in several splits: the same is left in the end, as many rows are late and as many are set
//! aside, at any number of shards and any size of batches.

use corelane::source::memory::MemoryEvent;
use fastrand::Rng;

use super::input::{EventTime, Input, Times, random_changes};
use super::run::Steps;
use super::{Pace, queries};
use crate::oracle::{Agreed, KINDS, Kind, Query, check_seeds};
use corelane::cli::golden::{Inputs, Outside, Shape, play};

/// Shards and rows of a batch; the first is what the others are compared with.
const SHAPES: [(usize, usize); 6] = [(1, 1024), (1, 1), (1, 3), (2, 3), (3, 1024), (4, 1)];

/// The table that is read with FOR SYSTEM_TIME AS OF.
fn versions(query: &Query) -> String {
    let (columns, seconds, key) = (query.schema.declared(), Times::Late.delay(), &query.schema.columns[0].name);
    format!(
        "CREATE TABLE versions ({columns}, WATERMARK FOR ts AS ts - INTERVAL '{seconds}' SECOND, PRIMARY KEY ({key}) NOT ENFORCED) \
         WITH ('connector' = 'memory');\n"
    )
}

/// Changes of so many splits, as sources give them.
fn events(rng: &mut Rng, query: &Query, input: Input, splits: usize) -> Vec<Vec<MemoryEvent>> {
    let changes = random_changes(rng, &query.schema, (input, Times::Late), splits, 1);
    let of_split = |steps: Steps| vec![MemoryEvent::Changes(steps.concat())];
    input.said(rng, &query.schema, &changes, splits).into_iter().map(of_split).collect()
}

fn check(kind: Kind, seed: u64) -> Result<Agreed, String> {
    let rng = &mut Rng::with_seed(seed);
    let query = Query::random(rng, kind);
    let inputs = [Input::Append, Input::Retract, Input::Upsert];
    let inputs = match &query.text.ours {
        // Rows that are taken back have no event time behind a join to versions, and the newest ones of them no versions.
        text if text.contains(" AS s ON ") || text.contains("WITH versions") => &inputs[..1],
        // Sessions ask in what order the rows of a split come, which is open between the keys of upserts.
        text if text.contains("SESSION(") => &inputs[..2],
        _ => &inputs[..],
    };
    let input = inputs[rng.usize(0..inputs.len())];
    let splits = rng.usize(1..=3);
    let versions = if query.reads_versions() { versions(&query) } else { String::new() };
    let emit = if kind.is_of_windows() && rng.bool() { " EMIT CHANGES" } else { "" };
    let sql = format!("{}{versions}{}{emit};", input.table(&query.schema, EventTime::Declared, Times::Late), query.text.ours);
    let inputs = Inputs::from([
        (input.source().to_owned(), events(rng, &query, input, splits)),
        ("versions".to_owned(), events(rng, &query, Input::Append, 2)),
    ]);
    let ran = |(shards, batch_rows)| {
        let written = play(&sql, &inputs, Outside::Kept, Shape { shards, batch_rows }).map_err(|e| format!("{e}\n{sql}"))?;
        // Where windows are joined on change, upserts that come and go within a batch are left out, before they could be set aside.
        let aside = if input == Input::Upsert { 0 } else { written.counters.rows_aside };
        Ok((written.result("print"), written.counters.rows_late, aside))
    };
    let first: Result<_, String> = ran(SHAPES[0]);
    let first = first?;
    for shape in &SHAPES[1..] {
        let other = ran(*shape)?;
        if other != first {
            return Err(format!(
                "{kind:?} seed {seed}, {input:?} in {splits} splits\n{sql}\n{inputs:?}\nshards and batch rows, rows, late ones, set aside:\n\
                 {:?}: {first:#?}\n{shape:?}: {other:#?}",
                SHAPES[0]
            ));
        }
    }
    Ok(Agreed::on(!first.0.is_empty()))
}

#[test]
fn late_rows_are_the_same_at_any_number_of_shards_and_size_of_batches() {
    for kind in KINDS {
        check_seeds(queries(Pace::AtOnce) / 4, |seed| check(kind, seed));
    }
}

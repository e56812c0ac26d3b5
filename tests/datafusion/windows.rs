//! Windows in both dialects. DataFusion has none: there a row is joined to the distances at which windows that it may be in begin or end, and sessions
//! are counted along the rows.

use fastrand::Rng;

use super::query::{Compared, Item};
use super::table::Table;

/// FROM with the rows of the table in windows, and the columns by which the windows are told apart.
pub fn windows(rng: &mut Rng, table: &Table) -> (Item, Vec<Item>) {
    let mut keys = vec![Item::same("window_start", Compared::Exactly), Item::same("window_end", Compared::Exactly)];
    let from = match rng.u8(0..4) {
        0 => tumble(rng.choice([1, 7, 10, 60]).expect("some")),
        1 => hop(rng.choice([2, 5, 7, 20]).expect("some"), rng.choice([7, 10, 60]).expect("some")),
        2 => cumulate(rng.choice([1, 5, 12]).expect("some"), rng.u64(1..5)),
        _ => {
            let by = table.column(rng, |t| !t.is_double()).map_or("id", |column| &column.name);
            let by = if rng.bool() { Some(by) } else { None };
            keys.extend(by.map(|by| Item::same(by, Compared::Exactly)));
            session(by, rng.choice([1, 5, 20]).expect("some"))
        }
    };
    (from, keys)
}

/// `ts` rounded down to so many seconds.
fn rounded(seconds: u64) -> String {
    format!("date_bin(INTERVAL '{seconds}' SECOND, ts, TIMESTAMP '1970-01-01T00:00:00')")
}

/// FROM with a window function of ours, and the windows as DataFusion computes them of the table and of distances in seconds.
fn over_distances(call: &str, start: &str, end: &str, distances: impl Iterator<Item = u64>) -> Item {
    let distances: Vec<String> = distances.map(|seconds| format!("(INTERVAL '{seconds}' SECOND)")).collect();
    let all = format!(
        "SELECT t.*, {start} AS window_start, {end} AS window_end FROM t, (VALUES {}) AS d (distance)",
        distances.join(", ")
    );
    let theirs = format!("FROM (SELECT * FROM ({all}) AS w WHERE ts >= window_start AND ts < window_end) AS t");
    Item::new(format!("FROM TABLE({call})"), theirs, Compared::Exactly)
}

fn tumble(size: u64) -> Item {
    let start = rounded(size);
    let end = format!("{start} + INTERVAL '{size}' SECOND");
    over_distances(&format!("TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '{size}' SECOND)"), &start, &end, 0..1)
}

fn hop(slide: u64, size: u64) -> Item {
    let start = format!("{} - distance", rounded(slide));
    let end = format!("{start} + INTERVAL '{size}' SECOND");
    let call = format!("HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '{slide}' SECOND, INTERVAL '{size}' SECOND)");
    over_distances(&call, &start, &end, (0..size.div_ceil(slide)).map(|n| n * slide))
}

fn cumulate(step: u64, steps: u64) -> Item {
    let (size, start) = (step * steps, rounded(step * steps));
    let call = format!("CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '{step}' SECOND, INTERVAL '{size}' SECOND)");
    over_distances(&call, &start, &format!("{start} + distance"), (1..=steps).map(|n| n * step))
}

fn session(by: Option<&str>, gap: u64) -> Item {
    let keyed = |words: &str| by.map_or(String::new(), |by| format!("{words} {by}"));
    let (partition, gap) = (keyed("PARTITION BY"), format!("INTERVAL '{gap}' SECOND"));
    let is_near = format!("LAG(ts) OVER ({partition} ORDER BY ts) + {gap} >= ts");
    let starts = format!("SELECT *, CASE WHEN {is_near} THEN 0 ELSE 1 END AS starts FROM t");
    let numbered = format!(
        "SELECT *, SUM(starts) OVER ({partition} ORDER BY ts, id ROWS UNBOUNDED PRECEDING) AS session FROM ({starts}) AS s"
    );
    let of_session = |call: &str| format!("{call}(ts) OVER (PARTITION BY session{})", keyed(","));
    let (start, end) = (of_session("MIN"), of_session("MAX"));
    Item::new(
        format!("FROM TABLE(SESSION(TABLE t {partition}, DESCRIPTOR(ts), {gap}))"),
        format!("FROM (SELECT *, {start} AS window_start, {end} + {gap} AS window_end FROM ({numbered}) AS n) AS t"),
        Compared::Exactly,
    )
}

//! Every loop against maps and plain nested loops.

use std::collections::HashMap;

use super::super::answer::Answer;
use super::*;
use crate::bench::records::Keys;

/// The sum over a map of what a loop gives is that over a map of what is right.
fn check(by_hand: impl FnOnce(Take<'_>) -> Twin, keys: usize, naive: HashMap<(i64, i64), i64>, rows: usize) {
    let mut answer = Answer::by(keys);
    assert_eq!(by_hand(&mut |out| answer.add(out)).rows, rows as u64);
    let sum = naive.values().fold(0i64, |sum, row| sum.wrapping_add(*row));
    assert_eq!((answer.len(), answer.sum()), (naive.len(), sum));
}

#[test]
fn loops_give_what_maps_give() {
    let records = Records::new(30_000, Keys::Even(500));
    let rows = || (0..records.len()).map(|at| (records.id[at], records.key[at], records.value[at], records.ts[at]));
    let doubled = |value: f64| (value * 2.0) as i64;
    let passed: HashMap<_, _> =
        rows().filter(|r| r.2 > 50.0).map(|(id, _, value, _)| ((id, 0), id * 2 + doubled(value))).collect();
    let count = passed.len();
    let input = || Input::new([records.parts(PART_ROWS)]);
    check(|take| filter(input(), take), 1, passed, count);
    let (mut groups, mut windows) = (HashMap::new(), HashMap::new());
    for (_, key, value, ts) in rows() {
        *groups.entry((key, 0)).or_insert(key * 2) += 2 + doubled(value);
        let start = ts / SECOND * SECOND;
        *windows.entry((key, start)).or_insert((key + start) * 2) += 2 + doubled(value);
    }
    let count = windows.len();
    check(|take| group(input(), 500, take), 1, groups, 30_000);
    check(|take| tumble(input(), 500, take), 2, windows, count);
}

#[test]
fn means_of_last_rows_are_those_of_all_rows_looked_at_again() {
    let records = Records::new(5_000, Keys::Even(20));
    let input = || Input::new([records.parts(PART_ROWS)]);
    let mut by_key = HashMap::<i64, Vec<f64>>::new();
    let mean = |at: usize| {
        let all = by_key.entry(records.key[at]).or_default();
        all.push(records.value[at]);
        let last = &all[all.len().saturating_sub(FRAME_ROWS)..];
        ((records.id[at], 0), records.id[at] * 2 + (last.iter().sum::<f64>() / last.len() as f64 * 2.0) as i64)
    };
    let naive: HashMap<_, _> = (0..records.len()).map(mean).collect();
    check(|take| last_rows(input(), 20, take), 1, naive.clone(), 5_000);
    check(|take| last_rows_in_time(input(), 20, take), 1, naive, 5_000);
}

#[test]
fn sessions_are_cut_where_a_key_has_no_row_for_the_gap() {
    let records = Records::new(100_000, Keys::Even(5_000));
    let input = || Input::new([records.parts(PART_ROWS)]);
    let (mut open, mut naive) = (HashMap::<i64, (i64, i64)>::new(), HashMap::new());
    for at in 0..records.len() {
        let (key, ts) = (records.key[at], records.ts[at]);
        let (start, last) = open.entry(key).or_insert((ts, ts));
        if ts > *last + GAP {
            *start = ts;
        }
        *last = ts;
        *naive.entry((key, *start)).or_insert((key + *start) * 2) += 2 + (records.value[at] * 2.0) as i64;
    }
    let count = naive.len();
    assert!(count > 6_000, "{count} sessions: hardly one ends before the input does");
    check(|take| session(input(), 5_000, take), 2, naive, count);
}

#[test]
fn best_rows_are_the_first_of_sorted_windows() {
    let records = Records::new(25_000, Keys::Even(10));
    let input = || Input::new([records.parts(PART_ROWS)]);
    let mut windows = HashMap::<i64, Vec<(i64, i64)>>::new();
    for at in 0..records.len() {
        let start = records.ts[at] / 10_000_000 * 10_000_000;
        windows.entry(start).or_default().push((-(records.value[at] * 2.0) as i64, records.id[at]));
    }
    let mut naive = HashMap::new();
    for (start, mut rows) in windows {
        rows.sort_unstable();
        for (at, (value, id)) in rows.iter().take(PLACES).enumerate() {
            naive.insert((*id, start), (id + start + at as i64 + 1) * 2 - value);
        }
    }
    check(|take| best(input(), take), 2, naive, 30);
}

#[test]
fn rows_of_two_tables_meet_as_in_nested_loops() {
    let (left, right) = (Records::new(3_000, Keys::Even(50)), Records::seeded(3_000, Keys::Even(50), 2));
    let mut naive = HashMap::new();
    for l in 0..left.len() {
        for r in 0..right.len() {
            let distance = right.ts[r] - left.ts[l];
            if left.key[l] == right.key[r] && (-BEFORE..=AFTER).contains(&distance) {
                naive.insert((left.id[l], right.id[r]), (left.id[l] + right.id[r]) * 2 + (right.value[r] * 2.0) as i64);
            }
        }
    }
    let count = naive.len();
    let input = Input::new([left.parts(PART_ROWS), right.parts(PART_ROWS)]);
    check(|take| interval_join(input, 50, take), 2, naive, count);
}

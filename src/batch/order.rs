//! Least, greatest and order of a column's numbers, and how they stand to those of another. Row road: loops over slices, once per batch.

use super::vectors::vectorised;

/// The least and the greatest of some numbers; of none, `(MAX, MIN)`. Hot: once per batch.
pub fn span(values: &[i64]) -> (i64, i64) {
    // The bounds of windows are mostly all the same.
    if let [first, .., last] = values
        && first == last
        && values[1..] == values[..values.len() - 1]
    {
        return (*first, *first);
    }
    span_of_many(values)
}

fn span_of_many(values: &[i64]) -> (i64, i64) {
    vectorised(|| span_each(values))
}

#[inline(always)]
fn span_each(values: &[i64]) -> (i64, i64) {
    values.iter().fold((i64::MAX, i64::MIN), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// Whether no number is less than the one before. Hot: once per batch.
pub fn is_ascending(values: &[i64]) -> bool {
    vectorised(|| is_ascending_each(values))
}

#[inline(always)]
fn is_ascending_each(values: &[i64]) -> bool {
    let later = values.get(1..).unwrap_or_default();
    // Without stopping at the first that is not, so that several are compared at once.
    values.iter().zip(later).fold(true, |all, (value, next)| all & (value <= next))
}

/// Whether the number beside one of `goals` in `reached`, or `floor`, is at least `distance` more than that. Hot: once per batch.
pub fn any_reached(goals: &[i64], distance: i64, reached: &[i64], floor: i64) -> bool {
    vectorised(|| any_reached_each(goals, distance, reached, floor))
}

#[inline(always)]
fn any_reached_each(goals: &[i64], distance: i64, reached: &[i64], floor: i64) -> bool {
    // Without stopping at the first, so that several are compared at once.
    let is_reached = |goal: &i64, by: &i64| (*by).max(floor) >= goal.wrapping_add(distance);
    goals.iter().zip(reached).fold(false, |any, (goal, by)| any | is_reached(goal, by))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the standard library's own, for one order of many lengths.
    fn check(values: &[i64]) {
        let naive = values.iter().min().copied().zip(values.iter().max().copied());
        for found in [span(values), span_of_many(values), span_each(values)] {
            assert_eq!(found, naive.unwrap_or((i64::MAX, i64::MIN)), "{values:?}");
        }
        for found in [is_ascending(values), is_ascending_each(values)] {
            assert_eq!(found, values.is_sorted(), "{values:?}");
        }
    }

    #[test]
    fn a_goal_that_is_reached_is_found_wherever_it_stands() {
        let mut random = fastrand::Rng::with_seed(4);
        for length in 0..100 {
            let goals: Vec<i64> = (0..length).map(|_| random.i64(0..50)).collect();
            let reached: Vec<i64> = goals.iter().map(|goal| goal - random.i64(1..60)).collect();
            let (distance, floor) = (random.i64(-1..3), random.i64(-40..5));
            let naive = (0..length).any(|at| reached[at] - goals[at] >= distance || floor - goals[at] >= distance);
            for found in [any_reached(&goals, distance, &reached, floor), any_reached_each(&goals, distance, &reached, floor)] {
                assert_eq!(found, naive, "{goals:?} {distance} {reached:?} {floor}");
            }
        }
    }

    #[test]
    fn span_and_order_are_those_of_the_standard_library() {
        let mut random = fastrand::Rng::with_seed(3);
        for length in 0..200 {
            let mut values: Vec<i64> = (0..length).map(|_| random.i64(..)).collect();
            check(&values);
            values.sort_unstable();
            check(&values);
            if length > 1 {
                // One pair the wrong way round, anywhere.
                let at = random.usize(1..values.len());
                values.swap(at - 1, at);
                check(&values);
            }
        }
        check(&[7; 33]);
        check(&[i64::MIN, i64::MAX, i64::MIN]);
    }
}

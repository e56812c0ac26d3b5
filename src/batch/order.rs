//! Least, greatest and order of a column's numbers, and how they stand to those of another. Row road: loops over slices, once per batch.
//!
//! The loops are plain code, compiled again for processors with AVX2, which compare four numbers of 64 bits at once, and with AVX-512, which
//! also take the lesser of each four in one instruction; which is taken is found out at run time.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "vector instructions, on processors that have them"))]

/// A function that is `$each`, compiled for every set of vector instructions, of which it takes the best that there is.
macro_rules! by_processor {
    ($(#[$doc:meta])* $vis:vis $name:ident($($of:ident: $kind:ty),*) -> $result:ty, $each:ident) => {
        $(#[$doc])*
        $vis fn $name($($of: $kind),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512dq,avx512vl")]
                fn avx512($($of: $kind),*) -> $result {
                    $each($($of),*)
                }
                #[target_feature(enable = "avx2")]
                fn avx2($($of: $kind),*) -> $result {
                    $each($($of),*)
                }
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl") {
                    // SAFETY: the processor has the features that the function is compiled for.
                    return unsafe { avx512($($of),*) };
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has the feature that the function is compiled for.
                    return unsafe { avx2($($of),*) };
                }
            }
            $each($($of),*)
        }
    };
}

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

by_processor!(span_of_many(values: &[i64]) -> (i64, i64), span_each);

#[inline(always)]
fn span_each(values: &[i64]) -> (i64, i64) {
    values.iter().fold((i64::MAX, i64::MIN), |(low, high), value| (low.min(*value), high.max(*value)))
}

by_processor!(
    /// Whether no number is less than the one before. Hot: once per batch.
    pub is_ascending(values: &[i64]) -> bool, is_ascending_each
);

#[inline(always)]
fn is_ascending_each(values: &[i64]) -> bool {
    let later = values.get(1..).unwrap_or_default();
    // Without stopping at the first that is not, so that several are compared at once.
    values.iter().zip(later).fold(true, |all, (value, next)| all & (value <= next))
}

by_processor!(
    /// Whether the number beside one of `goals` in `reached`, or `floor`, is at least `distance` more than that. Hot: once per batch.
    pub any_reached(goals: &[i64], distance: i64, reached: &[i64], floor: i64) -> bool, any_reached_each
);

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

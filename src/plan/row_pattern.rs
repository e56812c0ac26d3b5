//! What a pattern of rows says by itself: how large it is, how many rows a match has at most, and which variables a match may begin with.

use crate::types::pattern::{End, Pattern, PatternShape, Reference, Skip, Variables};

/// How many steps a pattern has with its repetitions written out.
pub fn steps(pattern: &Pattern) -> usize {
    match pattern {
        Pattern::Variable(_) | Pattern::Excluded(_) | Pattern::Start | Pattern::End => 1,
        Pattern::Sequence(parts) => parts.iter().map(steps).fold(0, usize::saturating_add),
        Pattern::Alternation(parts) => parts.iter().map(|part| steps(part).saturating_add(1)).fold(0, usize::saturating_add),
        Pattern::Repetition { inner, min, max, .. } => {
            // What may be left out is a choice besides.
            let (size, choices) = (steps(inner), max.map_or(1, |max| max.saturating_sub(*min)) as usize);
            size.saturating_mul(*min as usize).saturating_add(size.saturating_add(1).saturating_mul(choices))
        }
    }
}

/// How many rows a match has at most; `None` for any number.
pub fn longest(pattern: &Pattern) -> Option<u64> {
    match pattern {
        Pattern::Variable(_) | Pattern::Excluded(_) => Some(1),
        Pattern::Start | Pattern::End => Some(0),
        Pattern::Sequence(parts) => parts.iter().map(longest).try_fold(0u64, |sum, part| sum.checked_add(part?)),
        Pattern::Alternation(parts) => parts.iter().map(longest).try_fold(0, |most, part| Some(part?.max(most))),
        Pattern::Repetition { inner, max, .. } => longest(inner)?.checked_mul((*max)?.into()),
    }
}

/// Whether a pattern leaves rows of its matches out.
pub fn leaves_out(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Excluded(_) => true,
        Pattern::Variable(_) | Pattern::Start | Pattern::End => false,
        Pattern::Sequence(parts) | Pattern::Alternation(parts) => parts.iter().any(leaves_out),
        Pattern::Repetition { inner, .. } => leaves_out(inner),
    }
}

/// Whether matching would go on for ever at the first row of every match.
pub fn stands_still(pattern: &Pattern, skip: Skip) -> bool {
    let Skip::To(end, of) = skip else { return false };
    let places = Places::of(pattern);
    let begins = !places.is_empty && places.first != NONE && places.first.0 & !of.0 == 0;
    begins && (end == End::First || places.later.0 & of.0 == 0)
}

const NONE: Variables = Variables(0);

/// Which variables the rows of a match may be mapped to.
struct Places {
    /// Whether a match may have no row.
    is_empty: bool,
    first: Variables,
    /// Behind the first row.
    later: Variables,
}

impl Places {
    fn of(pattern: &Pattern) -> Places {
        match pattern {
            Pattern::Variable(variable) | Pattern::Excluded(variable) => {
                Places { is_empty: false, first: Variables::one(*variable), later: NONE }
            }
            Pattern::Start | Pattern::End => Places { is_empty: true, first: NONE, later: NONE },
            Pattern::Sequence(parts) => {
                let none = Places { is_empty: true, first: NONE, later: NONE };
                parts.iter().map(Places::of).fold(none, Places::followed_by)
            }
            Pattern::Alternation(parts) => {
                let none = Places { is_empty: false, first: NONE, later: NONE };
                parts.iter().map(Places::of).fold(none, Places::or)
            }
            Pattern::Repetition { inner, min, max, .. } => {
                let one = Places::of(inner);
                let several = max.is_none_or(|max| max > 1);
                let again = if several { one.first.0 } else { 0 };
                Places { is_empty: one.is_empty || *min == 0, later: Variables(one.later.0 | again), ..one }
            }
        }
    }

    fn followed_by(self, next: Places) -> Places {
        let first = if self.is_empty { self.first.0 | next.first.0 } else { self.first.0 };
        let behind = if self.first == NONE { 0 } else { next.first.0 };
        Places {
            is_empty: self.is_empty && next.is_empty,
            first: Variables(first),
            later: Variables(self.later.0 | next.later.0 | behind),
        }
    }

    fn or(self, other: Places) -> Places {
        Places {
            is_empty: self.is_empty || other.is_empty,
            first: Variables(self.first.0 | other.first.0),
            later: Variables(self.later.0 | other.later.0),
        }
    }
}

/// Whether a pattern asks where a partition begins.
fn asks_for_start(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Start => true,
        Pattern::Variable(_) | Pattern::Excluded(_) | Pattern::End => false,
        Pattern::Sequence(parts) | Pattern::Alternation(parts) => parts.iter().any(asks_for_start),
        Pattern::Repetition { inner, .. } => asks_for_start(inner),
    }
}

/// Whether a pattern asks where a partition ends.
pub fn asks_for_end(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::End => true,
        Pattern::Variable(_) | Pattern::Excluded(_) | Pattern::Start => false,
        Pattern::Sequence(parts) | Pattern::Alternation(parts) => parts.iter().any(asks_for_end),
        Pattern::Repetition { inner, .. } => asks_for_end(inner),
    }
}

/// How many rows before those of a match are read.
pub fn looks_back<'r>(references: impl Iterator<Item = &'r Reference>) -> u64 {
    let back = references.filter_map(Reference::navigation).map(|at| at.offset.min(0).unsigned_abs());
    back.max().unwrap_or(0).into()
}

/// Whether something is known of a partition that has no open match: how many it had, or that it has begun.
pub fn remembers<'r>(shape: &PatternShape, mut references: impl Iterator<Item = &'r Reference>) -> bool {
    asks_for_start(&shape.pattern) || references.any(|read| *read == Reference::MatchNumber)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::pattern::Greed;

    fn again(inner: Pattern, min: u32, max: Option<u32>) -> Pattern {
        Pattern::Repetition { inner: Box::new(inner), min, max, greed: Greed::Greedy }
    }

    const A: Pattern = Pattern::Variable(0);
    const B: Pattern = Pattern::Variable(1);

    #[test]
    fn a_pattern_knows_its_size_and_its_longest_match() {
        let pattern =
            Pattern::Sequence(vec![A, again(B, 2, Some(3)), Pattern::Alternation(vec![A, Pattern::Sequence(vec![A, B])])]);
        assert_eq!((steps(&pattern), longest(&pattern)), (1 + (2 + 2) + 5, Some(1 + 3 + 2)));
        assert_eq!(longest(&again(A, 0, None)), None);
        assert!(steps(&again(again(A, 0, Some(u32::MAX)), 0, Some(u32::MAX))) > 1 << 32);
    }

    #[test]
    fn skipping_to_the_first_row_of_every_match_stands_still() {
        let check = |pattern: Pattern, end, expected| {
            assert_eq!(stands_still(&pattern, Skip::To(end, Variables::one(0))), expected, "{pattern:?} {end:?}");
        };
        check(Pattern::Sequence(vec![A, B]), End::First, true);
        check(Pattern::Sequence(vec![A, B]), End::Last, true);
        check(Pattern::Sequence(vec![B, A]), End::First, false);
        check(again(A, 1, None), End::First, true);
        check(again(A, 1, None), End::Last, false);
        check(Pattern::Sequence(vec![again(B, 0, Some(1)), A]), End::First, false);
        check(Pattern::Sequence(vec![Pattern::Start, A, B]), End::Last, true);
        check(Pattern::Alternation(vec![A, B]), End::First, false);
        check(again(A, 0, None), End::First, false);
    }
}

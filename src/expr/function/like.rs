//! LIKE patterns: compiled once to pieces between `%`, matched leftmost piece by piece, so that a pattern never backtracks over
//! what an earlier `%` took. The time is at most the text's length times that of the longest piece.

use memchr::memmem::Finder;

use super::kernel::Fallible;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Like {
    /// Pieces that are anchored at the start and at the end; the same piece if there is no `%`.
    head: Piece,
    /// Pieces that may stand anywhere behind each other.
    middle: Vec<Piece>,
    tail: Option<Piece>,
}

/// What stands between two `%`.
#[derive(Debug, Default)]
struct Piece {
    items: Vec<Item>,
    /// Finds the bytes of a piece without `_`.
    finder: Option<Finder<'static>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    /// `_`: one character.
    Any,
    /// This character.
    Char(char),
}

impl Like {
    /// Compiles a pattern; `escape` makes the `%`, `_` or escape character behind it mean itself. Where none is given it is the backslash,
    /// which stands for itself before anything else.
    pub fn new(pattern: &str, escape: Option<char>) -> Fallible<Like> {
        let escapes = escape.unwrap_or('\\');
        let mut pieces = vec![Vec::new()];
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let item = match c {
                _ if c == escapes => match chars.clone().next() {
                    Some(next) if matches!(next, '%' | '_') || next == escapes => {
                        chars.next();
                        Item::Char(next)
                    }
                    _ if escape.is_none() => Item::Char(c),
                    _ => return Err("in a LIKE pattern the escape character stands before %, _ or itself only"),
                },
                '%' => {
                    pieces.push(Vec::new());
                    continue;
                }
                '_' => Item::Any,
                c => Item::Char(c),
            };
            if let Some(piece) = pieces.last_mut() {
                piece.push(item);
            }
        }
        let mut pieces = pieces.into_iter().map(Piece::new);
        let head = pieces.next().unwrap_or_default();
        let mut middle: Vec<Piece> = pieces.collect();
        let tail = middle.pop();
        middle.retain(|piece| !piece.items.is_empty());
        Ok(Like { head, middle, tail })
    }

    /// Whether the whole text matches. Hot: once per row.
    pub fn matches(&self, text: &str) -> bool {
        let Some(mut rest) = self.head.strip(text) else { return false };
        let Some(tail) = &self.tail else { return rest.is_empty() };
        for piece in &self.middle {
            match piece.find(rest) {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        tail.ends(rest)
    }
}

impl Piece {
    fn new(items: Vec<Item>) -> Self {
        let literal: Option<String> = items.iter().map(|item| if let Item::Char(c) = item { Some(*c) } else { None }).collect();
        Self { items, finder: literal.map(|literal| Finder::new(literal.as_bytes()).into_owned()) }
    }

    /// What stands behind the piece at the start of `text`.
    fn strip<'a>(&self, text: &'a str) -> Option<&'a str> {
        if let Some(finder) = &self.finder {
            let needle = finder.needle();
            return text.as_bytes().starts_with(needle).then(|| &text[needle.len()..]);
        }
        let mut chars = text.chars();
        for item in &self.items {
            match (item, chars.next()?) {
                (Item::Char(c), found) if *c != found => return None,
                _ => {}
            }
        }
        Some(chars.as_str())
    }

    /// What stands behind the leftmost place of the piece in `text`.
    fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        if let Some(finder) = &self.finder {
            return finder.find(text.as_bytes()).map(|at| &text[at + finder.needle().len()..]);
        }
        text.char_indices().find_map(|(at, _)| self.strip(&text[at..]))
    }

    /// Whether `text` ends with the piece.
    fn ends(&self, text: &str) -> bool {
        if let Some(finder) = &self.finder {
            return text.as_bytes().ends_with(finder.needle());
        }
        let start = text.char_indices().rev().nth(self.items.len() - 1).map(|(at, _)| at);
        start.is_some_and(|at| self.strip(&text[at..]).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twin by definition: every way to split the text is tried.
    fn naive(text: &[char], pattern: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|skipped| naive(&text[skipped..], rest)),
            ['_', rest @ ..] => !text.is_empty() && naive(&text[1..], rest),
            [c, rest @ ..] => text.first() == Some(c) && naive(&text[1..], rest),
        }
    }

    #[test]
    fn agrees_with_the_backtracking_twin() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut matched = 0;
        for _ in 0..40_000 {
            let text: String = (0..random.usize(..9)).map(|_| random.choice(['a', 'b', 'ñ']).expect("it is there")).collect();
            let pattern: String =
                (0..random.usize(..7)).map(|_| random.choice(['a', 'b', 'ñ', '%', '_', '%']).expect("it is there")).collect();
            let expected = naive(&text.chars().collect::<Vec<_>>(), &pattern.chars().collect::<Vec<_>>());
            assert_eq!(Like::new(&pattern, None).expect("it is there").matches(&text), expected, "{text} LIKE {pattern}");
            matched += u32::from(expected);
        }
        assert!(matched > 4_000);
    }

    #[test]
    fn escaped_characters_mean_themselves() {
        let like = |text: &str, pattern: &str| Like::new(pattern, Some('!')).map(|like| like.matches(text));
        assert_eq!(like("10%", "10!%"), Ok(true));
        assert_eq!(like("105", "10!%"), Ok(false));
        assert_eq!(like("a!b_", "a!!b!_"), Ok(true));
        assert!(like("a", "!a").is_err());
        let plain = |text: &str, pattern: &str| Like::new(pattern, None).map(|like| like.matches(text));
        assert_eq!(plain("a_b", "a\\_b"), Ok(true));
        assert_eq!(plain("axb", "a\\_b"), Ok(false));
        assert_eq!(plain("a\\b", "a\\\\b"), Ok(true));
        assert_eq!(plain("c:\\a", "c:\\a"), Ok(true));
        assert_eq!(plain("a\\", "a\\"), Ok(true));
        assert!(like("a", "a!").is_err());
    }

    #[test]
    fn many_wildcards_stay_quick() {
        let pattern = Like::new(&"%a_".repeat(200), None).expect("it is there");
        assert!(!pattern.matches(&"a".repeat(399)));
        assert!(pattern.matches(&"a".repeat(400)));
    }
}

//! What the line editor asks while one types: whether the input is whole, and how a word could go on.

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::command;
use crate::plan::Declared;
use crate::plan::parse::split;

/// Words of the language that are not functions.
const KEYWORDS: [&str; 90] = [
    "ALL",
    "AND",
    "ANTI",
    "AS",
    "ASC",
    "ASOF",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CHANGES",
    "COMMENT",
    "CREATE",
    "CROSS",
    "CUBE",
    "CURRENT",
    "DEFINE",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "EMIT",
    "END",
    "EXCEPT",
    "EXECUTE",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FILTER",
    "FINAL",
    "FOLLOWING",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "GROUPING",
    "HAVING",
    "IN",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTERVAL",
    "INTO",
    "IS",
    "JOIN",
    "KEY",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MATCH_RECOGNIZE",
    "MEASURES",
    "NATURAL",
    "NOT",
    "NULL",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PATTERN",
    "PRECEDING",
    "PRIMARY",
    "QUALIFY",
    "RANGE",
    "RIGHT",
    "ROLLUP",
    "ROWS",
    "SELECT",
    "SET",
    "SETS",
    "SHOW",
    "STATEMENT",
    "SYSTEM_TIME",
    "TABLE",
    "TABLES",
    "THEN",
    "TRUE",
    "UNION",
    "UNNEST",
    "USING",
    "VALUES",
    "VIEW",
    "WATERMARK",
    "WHEN",
    "WHERE",
    "WITH",
];

/// What is known of the session while one types.
#[derive(Default)]
pub(super) struct Prompt {
    /// Words to go on with, in order, without case.
    words: Vec<String>,
}

impl Prompt {
    /// With these tables and views, and what all sessions know.
    pub(super) fn of(declared: &[Declared], functions: impl Iterator<Item = &'static str>) -> Prompt {
        let of_session = declared.iter().flat_map(|one| [&one.name].into_iter().chain(&one.columns)).cloned();
        let known = KEYWORDS.into_iter().chain(functions).map(str::to_owned);
        let mut words: Vec<String> = of_session.chain(known).collect();
        words.sort_unstable_by_key(|word| word.to_ascii_lowercase());
        words.dedup();
        Prompt { words }
    }

    /// Where the word before `at` begins, and how it could go on.
    fn words_at(&self, line: &str, at: usize) -> (usize, Vec<String>) {
        let before = &line[..at];
        if before.trim_start().starts_with('\\') && !before.contains(char::is_whitespace) {
            let names = command::NAMES.iter().filter(|name| name.starts_with(before));
            return (0, names.map(|name| (*name).to_owned()).collect());
        }
        let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
        let begin =
            before.rfind(|c| !is_of_word(c)).map_or(0, |place| place + before[place..].chars().next().map_or(1, char::len_utf8));
        let word = &before[begin..];
        if word.is_empty() {
            return (at, Vec::new());
        }
        let goes_on = |known: &&String| known.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let typed_small = word.chars().all(|c| !c.is_uppercase());
        let spelt = |known: &String| match typed_small && known.chars().all(|c| !c.is_lowercase()) {
            true => known.to_lowercase(),
            false => known.clone(),
        };
        (begin, self.words.iter().filter(goes_on).map(spelt).collect())
    }
}

impl Completer for Prompt {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _context: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (begin, words) = self.words_at(line, at);
        Ok((begin, words.into_iter().map(|word| Pair { display: word.clone(), replacement: word }).collect()))
    }
}

impl Validator for Prompt {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_whole(context.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

/// Whether an input can be run, or more lines of it are to come.
pub(super) fn is_whole(input: &str) -> bool {
    input.trim_start().starts_with('\\') || split(input).rest.is_empty()
}

impl Hinter for Prompt {
    type Hint = String;
}

impl Highlighter for Prompt {}

impl Helper for Prompt {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, begin: usize, words: &[&str]) {
        let declared = [Declared { name: "orders".to_owned(), columns: vec!["orderId".to_owned(), "été".to_owned()] }];
        let prompt = Prompt::of(&declared, ["ORD", "SUBSTRING"].into_iter());
        assert_eq!(prompt.words_at(line, line.len()), (begin, words.iter().map(|w| (*w).to_owned()).collect()), "{line}");
    }

    #[test]
    fn words_go_on_as_what_is_known() {
        check("SELECT or", 7, &["or", "ord", "order", "orderId", "orders"]);
        check("SELECT ORD", 7, &["ORD", "ORDER", "orderId", "orders"]);
        check("SELECT o.orderi", 9, &["orderId"]);
        check("SELECT é.ét", 10, &["été"]);
        check("SELECT ", 7, &[]);
        check("\\fo", 0, &["\\format"]);
    }

    #[test]
    fn an_input_is_whole_behind_its_last_semicolon() {
        assert!(is_whole("SELECT 1;") && is_whole("  ") && is_whole("\\d t") && is_whole("SELECT ';';\n"));
        assert!(!is_whole("SELECT 1") && !is_whole("SELECT 1; SELECT") && !is_whole("SELECT 'a;"));
    }
}

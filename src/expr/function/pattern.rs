//! Functions that match text by a pattern: LIKE and SIMILAR TO. A pattern is compiled once and again only where it changes from one row
//! to the next.

use regex::Regex;

use super::kernel::{Cached, Fallible, kernel};
use super::like::Like;
use super::regexp::compile;
use super::signature::Param::Text;
use super::signature::{function, takes_some};
use crate::batch::StrColumn;
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function(
        "LIKE",
        "text LIKE pattern [ESCAPE character]",
        "Whether the text is of a pattern, where % is any text and _ any character",
    )
    .example("'abc' LIKE 'a%'", "true")
    .of(pattern_types, |_, _| like(Case::Heeded))
    .prepared(&[LIKE, ESCAPE]),
    function("ILIKE", "text ILIKE pattern [ESCAPE character]", "As LIKE; upper and lower case are the same")
        .example("'ABC' ILIKE 'a_c'", "true")
        .of(pattern_types, |_, _| like(Case::Ignored))
        .prepared(&[LIKE, ESCAPE]),
    function(
        "SIMILAR_TO",
        "SIMILAR_TO(text, pattern [, escape]) or text SIMILAR TO pattern [ESCAPE escape]",
        "Whether all of the text is of a pattern of LIKE with | * + ? and brackets",
    )
    .example("SIMILAR_TO('abc', '(a|b)%')", "true")
    .of(pattern_types, |_, _| similar())
    .prepared(&[SIMILAR, ESCAPE]),
];

/// A pattern of LIKE; with an escape character it is known only together with that.
const LIKE: Prepared =
    Prepared::of(1, |pattern, types| Like::new(pattern, None).err().filter(|_| types.len() == 2), "such as 'a%'");

/// A pattern of SIMILAR TO.
const SIMILAR: Prepared =
    Prepared::of(1, |pattern, types| compile_similar(pattern, None).err().filter(|_| types.len() == 2), "such as '(a|b)%'");

const ESCAPE: Prepared = Prepared::of(2, |escape, _| escape_char(escape).err(), "such as ESCAPE '#'");

type Resolved = Option<(Vec<DataType>, DataType)>;

fn pattern_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Text, Text, Text], 2)?, DataType::Boolean))
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// They do.
    Heeded,
    /// They are the same.
    Ignored,
}

/// A pattern together with the escape character it was compiled with.
struct Escaped<T> {
    escape: Option<char>,
    cache: Cached<T>,
}

impl<T> Escaped<T> {
    fn new() -> Self {
        Self { escape: None, cache: Cached::new() }
    }

    /// What `make` makes of the pattern with the escape character of this row.
    fn of(&mut self, pattern: &str, escape: Option<&str>, make: fn(&str, Option<char>) -> Fallible<T>) -> Fallible<&T> {
        let escape = escape.map_or(Ok(None), escape_char)?;
        if self.escape != escape {
            *self = Self { escape, cache: Cached::new() };
        }
        self.cache.of(pattern, |pattern| make(pattern, escape))
    }
}

/// An empty one means none.
fn escape_char(text: &str) -> Fallible<Option<char>> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (c, None) => Ok(c),
        _ => Err("ESCAPE takes one character"),
    }
}

fn like(case: Case) -> Result<Box<dyn Kernel>> {
    let mut compiled = Escaped::new();
    kernel(move |call| {
        let (text, pattern, escape) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        let at = |row: usize| pattern_at(pattern, escape, row);
        match case {
            Case::Heeded => call.map(|row| {
                let (pattern, escape) = at(row);
                Ok(Some(compiled.of(pattern, escape, Like::new)?.matches(text.text(row))))
            }),
            Case::Ignored => call.map(|row| {
                let (pattern, escape) = at(row);
                let folded = text.text(row).to_lowercase();
                Ok(Some(compiled.of(pattern, escape, folded_like)?.matches(&folded)))
            }),
        }
    })
}

fn pattern_at<'a>(pattern: &'a StrColumn, escape: Option<&'a StrColumn>, row: usize) -> (&'a str, Option<&'a str>) {
    (pattern.text(row), escape.map(|e| e.text(row)))
}

fn folded_like(pattern: &str, escape: Option<char>) -> Fallible<Like> {
    let escape = escape.map(|c| c.to_lowercase().next().unwrap_or(c));
    Like::new(&pattern.to_lowercase(), escape)
}

/// Whether a text is LIKE a pattern.
pub fn is_like(text: &str, pattern: &str, case: Case) -> bool {
    match case {
        Case::Heeded => Like::new(pattern, None).is_ok_and(|like| like.matches(text)),
        Case::Ignored => folded_like(pattern, None).is_ok_and(|like| like.matches(&text.to_lowercase())),
    }
}

fn similar() -> Result<Box<dyn Kernel>> {
    let mut compiled = Escaped::new();
    kernel(move |call| {
        let (text, pattern, escape) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        call.map(|row| {
            let (pattern, escape) = pattern_at(pattern, escape, row);
            Ok(Some(compiled.of(pattern, escape, compile_similar)?.is_match(text.text(row))))
        })
    })
}

/// `%` and `_` as in LIKE, `| * + ? {} () []` as in a regular expression, everything else means itself.
fn compile_similar(pattern: &str, escape: Option<char>) -> Fallible<Regex> {
    let mut regex = String::from("^(?s:");
    let mut chars = pattern.chars();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            _ if Some(c) == escape => {
                // A quote behind it only says which part SUBSTRING would take.
                match chars.next().ok_or("a SIMILAR TO pattern ends with its escape character")? {
                    '"' => {}
                    next => push_literal(next, &mut regex),
                }
            }
            '[' if !in_class => {
                in_class = true;
                regex.push(c);
            }
            ']' => {
                in_class = false;
                regex.push(c);
            }
            '^' | '-' if in_class => regex.push(c),
            _ if in_class => push_literal(c, &mut regex),
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '|' | '*' | '+' | '?' | '{' | '}' | '(' | ')' => regex.push(c),
            c => push_literal(c, &mut regex),
        }
    }
    regex.push_str(")$");
    compile(&regex).map_err(|_| "the SIMILAR TO pattern is malformed or too large")
}

fn push_literal(c: char, regex: &mut String) {
    if c.is_ascii_punctuation() {
        regex.push('\\');
    }
    regex.push(c);
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_of_texts as check;

    #[test]
    fn like_and_its_kin_match_whole_texts() {
        check("LIKE", &["Größe", "Gr__e"], "true");
        check("LIKE", &["Größe", "gr%"], "false");
        check("LIKE", &["100%", "%!%", "!"], "true");
        check("LIKE", &["a\\b", "a\\b"], "true");
        check("LIKE", &["a", "a", "xy"], "error: ESCAPE takes one character");
        check("ILIKE", &["GRÖSSE", "grö%"], "true");
        check("SIMILAR_TO", &["abc", "(ab|cd)%"], "true");
        check("SIMILAR_TO", &["xabc", "(ab|cd)%"], "false");
        check("SIMILAR_TO", &["a.c", "a.c"], "true");
        check("SIMILAR_TO", &["abc", "a.c"], "false");
        check("SIMILAR_TO", &["b7", "[a-c][^x]"], "true");
        check("SIMILAR_TO", &["a%", "a!%", "!"], "true");
        check("SIMILAR_TO", &["foobar", "%#\"o_b#\"%", "#"], "true");
        check("SIMILAR_TO", &["foo\\bar", "foo\\%bar", ""], "true");
        check("SIMILAR_TO", &["a", "(a"], "error: the SIMILAR TO pattern is malformed or too large");
    }
}

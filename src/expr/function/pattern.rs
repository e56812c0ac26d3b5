//! Functions that match text: LIKE, SIMILAR TO and regular expressions. A pattern is compiled once and again only where it changes
//! from one row to the next. Regular expressions are those of the `regex` crate: linear time, no look-around, no back-references. One that
//! is malformed fails a row that is asked whether it matches; functions that take something out of a text give NULL then.

use regex::{Regex, RegexBuilder};

use super::kernel::{Cached, Call, Fallible, append, kernel};
use super::like::Like;
use super::signature::Param::{Integer, Text};
use super::signature::{function, takes, takes_some};
use crate::batch::text::write_json_string;
use crate::batch::{Column, StrColumn};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("LIKE", "text LIKE pattern [ESCAPE character]", pattern_types, |_, _| like(Case::Heeded)),
    function("ILIKE", "text ILIKE pattern [ESCAPE character]", pattern_types, |_, _| like(Case::Ignored)),
    function("SIMILAR", "text SIMILAR TO pattern [ESCAPE character]", pattern_types, |_, _| similar()),
    function("SIMILAR_TO", "SIMILAR_TO(text, pattern [, escape])", pattern_types, |_, _| similar()),
    function("REGEXP", "REGEXP(text, regex)", regexp_types, |_, _| regexp()),
    function("REGEXP_LIKE", "REGEXP_LIKE(text, regex)", regexp_types, |_, _| regexp()),
    function("RLIKE", "text RLIKE regex", regexp_types, |_, _| regexp()),
    function("REGEXP_EXTRACT", "REGEXP_EXTRACT(text, regex [, group])", extract_types, |_, _| regexp_extract()),
    function("REGEXP_REPLACE", "REGEXP_REPLACE(text, regex, replacement)", replace_types, |_, _| regexp_replace()),
    function("REGEXP_COUNT", "REGEXP_COUNT(text, regex)", count_types, |_, _| regexp_count()),
    function("REGEXP_MATCH", "REGEXP_MATCH(text, regex)", match_types, |_, _| regexp_match()),
    function("REGEXP_SPLIT_TO_ARRAY", "REGEXP_SPLIT_TO_ARRAY(text, regex)", match_types, |_, _| regexp_split()),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn pattern_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Text, Text, Text], 2)?, DataType::Boolean))
}

fn regexp_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text, Text])?, DataType::Boolean))
}

fn count_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text, Text])?, DataType::Int))
}

fn extract_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Text, Text, Integer], 2)?, DataType::STRING))
}

fn match_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text, Text])?, DataType::Array(Box::new(DataType::STRING))))
}

fn replace_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text, Text, Text])?, DataType::STRING))
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Heeded,
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
        let escape = escape.map(single_char).transpose()?;
        if self.escape != escape {
            *self = Self { escape, cache: Cached::new() };
        }
        self.cache.of(pattern, |pattern| make(pattern, escape))
    }
}

fn single_char(text: &str) -> Fallible<char> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(c),
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
                let next = chars.next().ok_or("a SIMILAR TO pattern ends with its escape character")?;
                push_literal(next, &mut regex);
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

/// Bytes a compiled regular expression may take. More: the row fails.
const REGEX_BYTES_MAX: usize = 1 << 20;

fn compile(regex: &str) -> Fallible<Regex> {
    RegexBuilder::new(regex)
        .size_limit(REGEX_BYTES_MAX)
        .nest_limit(crate::limits::NESTING_MAX as u32)
        .build()
        .map_err(|_| "the regular expression is malformed or too large")
}

fn regexp() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call| {
        let (text, regex) = (call.strings(0), call.strings(1));
        call.map(|row| Ok(Some(compiled.of(regex.text(row), compile)?.is_match(text.text(row)))))
    })
}

fn regexp_count() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call| {
        let (text, regex) = (call.strings(0), call.strings(1));
        call.map(|row| {
            let regex = compiled.of(regex.text(row), compile).ok();
            Ok(regex.map(|regex| regex.find_iter(text.text(row)).count() as i32))
        })
    })
}

/// The whole match, or that of a group; NULL where there is none, or no regular expression.
fn regexp_extract() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, group) = (call.strings(0), call.strings(1), call.integers_if_given(2));
        call.write(|row, out| {
            let Ok(regex) = compiled.of(regex.text(row), compile) else { return Ok(None) };
            let text = text.text(row);
            let found = match group.map_or(0, |g| g[row]) {
                0 => regex.find(text),
                group => {
                    let group = usize::try_from(group).ok();
                    group.and_then(|group| regex.captures(text).and_then(|captures| captures.get(group)))
                }
            };
            Ok(found.map(|found| out.extend_from_slice(found.as_str().as_bytes())))
        })
    })
}

/// The groups of the first match as an array, or the match where the regex has no groups, as in PostgreSQL.
fn regexp_match() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex) = (call.strings(0), call.strings(1));
        call.write(|row, out| {
            let regex: &Regex = compiled.of(regex.text(row), compile)?;
            let Some(captures) = regex.captures(text.text(row)) else { return Ok(None) };
            let first = usize::from(captures.len() > 1);
            out.push(b'[');
            for group in first..captures.len() {
                if group > first {
                    out.push(b',');
                }
                match captures.get(group) {
                    Some(found) => write_json_string(found.as_str().as_bytes(), out),
                    None => out.extend_from_slice(b"null"),
                }
            }
            out.push(b']');
            Ok(Some(()))
        })
    })
}

/// What stands between the matches.
fn regexp_split() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex) = (call.strings(0), call.strings(1));
        call.write(|row, out| {
            let regex: &Regex = compiled.of(regex.text(row), compile)?;
            for (at, piece) in regex.split(text.text(row)).enumerate() {
                out.push(if at == 0 { b'[' } else { b',' });
                write_json_string(piece.as_bytes(), out);
            }
            out.push(b']');
            Ok(Some(()))
        })
    })
}

/// The replacement is taken as it stands, `$` included.
fn regexp_replace() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, by) = (call.strings(0), call.strings(1), call.strings(2));
        call.write(|row, out| {
            let (text, by) = (text.text(row), by.bytes(row));
            let Ok(regex) = compiled.of(regex.text(row), compile) else { return Ok(None) };
            let mut done = 0;
            for found in regex.find_iter(text) {
                append(out, &text.as_bytes()[done..found.start()])?;
                append(out, by)?;
                done = found.end();
            }
            append(out, &text.as_bytes()[done..])?;
            Ok(Some(()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, int, text};

    fn check(name: &str, args: &[&str], expected: &str) {
        let args: Vec<_> = args.iter().map(|arg| text(arg)).collect();
        assert_eq!(evaluate(name, &args), expected, "{name} of {args:?}");
    }

    #[test]
    fn like_and_its_kin_match_whole_texts() {
        check("LIKE", &["Größe", "Gr__e"], "true");
        check("LIKE", &["Größe", "gr%"], "false");
        check("LIKE", &["100%", "%!%", "!"], "true");
        check("LIKE", &["a\\b", "a\\b"], "true");
        check("LIKE", &["a", "a", "xy"], "error: ESCAPE takes one character");
        check("ILIKE", &["GRÖSSE", "grö%"], "true");
        check("SIMILAR", &["abc", "(ab|cd)%"], "true");
        check("SIMILAR", &["xabc", "(ab|cd)%"], "false");
        check("SIMILAR", &["a.c", "a.c"], "true");
        check("SIMILAR", &["abc", "a.c"], "false");
        check("SIMILAR_TO", &["b7", "[a-c][^x]"], "true");
        check("SIMILAR_TO", &["a%", "a!%", "!"], "true");
        check("SIMILAR", &["a", "(a"], "error: the SIMILAR TO pattern is malformed or too large");
    }

    #[test]
    fn regular_expressions_match_anywhere() {
        check("REGEXP", &["foobar", "o+b"], "true");
        check("RLIKE", &["foobar", "^b"], "false");
        check("REGEXP_LIKE", &["ñandú", "^.and.$"], "true");
        check("REGEXP", &["a", "("], "error: the regular expression is malformed or too large");
        check("REGEXP", &["a", &"(".repeat(10_000)], "error: the regular expression is malformed or too large");
        check("REGEXP", &["a", "(a{1000}){1000}"], "error: the regular expression is malformed or too large");
        check("REGEXP_REPLACE", &["foobar", "o+|a", "$1"], "f$1b$1r");
        check("REGEXP_REPLACE", &["añb", "", "-"], "-a-ñ-b-");
        check("REGEXP_COUNT", &["banana", "an"], "2");
        check("REGEXP_COUNT", &["a(b", "("], "NULL");
        check("REGEXP_EXTRACT", &["a(b", "("], "NULL");
        check("REGEXP_REPLACE", &["a(b", "(", "x"], "NULL");
        check("REGEXP_EXTRACT", &["foothebar", "foo(.*?)(bar)"], "foothebar");
    }

    #[test]
    fn extract_gives_a_group_or_null() {
        for (group, expected) in [(0, "foothebar"), (2, "bar"), (3, "NULL"), (-1, "NULL")] {
            assert_eq!(evaluate("REGEXP_EXTRACT", &[text("foothebar"), text("foo(.*?)(bar)"), int(group)]), expected);
        }
        assert_eq!(evaluate("REGEXP_EXTRACT", &[text("x"), text("y")]), "NULL");
    }

    #[test]
    fn match_gives_the_groups_of_the_first_match() {
        for (regex, expected) in
            [("(&|^)id=([^&]*)", "[\"&\",\"a\\\"b\"]"), ("i[de]", "[\"id\"]"), ("(x)|id", "[null]"), ("y", "NULL")]
        {
            assert_eq!(evaluate("REGEXP_MATCH", &[text("n=1&id=a\"b&id=c"), text(regex)]), expected);
        }
    }
}

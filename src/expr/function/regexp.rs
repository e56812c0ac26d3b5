//! Regular expressions: those of the `regex` crate, in linear time, without look-around and back-references. One is compiled once and
//! again only where it changes from one row to the next. A malformed one fails a row that is asked whether it matches; functions of
//! Flink that take something out of a text give NULL then. One that asks for what is not there is not malformed, and fails the row.
//!
//! Flags are letters, as in PostgreSQL: `g` for all matches, not only the first, `i` for any case and `c` for that of the expression, `n` or
//! `m` where the ends of lines count, `s` where they do not, `x` for white space that means nothing; of two that exclude each other the last.
//! In functions with flags, a point matches the end of a line unless a flag says otherwise.

use regex::{Captures, Match, Regex, RegexBuilder};

use super::kernel::{Cached, Call, Fallible, Outcome, Reason, append, kernel};
use super::signature::Param::{Integer, Text};
use super::signature::{Param, function, internal, takes_some};
use super::string::{byte_of, clamp, count_chars};
use crate::batch::text::write_json_string;
use crate::batch::{Column, StrColumn};
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function(
        "REGEXP",
        "REGEXP(text, regex [, flags]) or text RLIKE regex",
        "Whether a part of the text is of a regular expression",
    )
    .example("REGEXP('foobar', 'o+b')", "true")
    .also(&["REGEXP_LIKE", "RLIKE"])
    .of(|t| texts(t, 2, DataType::Boolean), |_, _| regexp())
    .prepared(&[regex_at(1), flags_at(2)]),
    function("REGEXP_EXTRACT", "(text, regex [, group])", "A group of the first match; all of it unless said")
        .example("REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", "bar")
        .of(|t| with_group(t, DataType::STRING), |_, _| extract())
        .prepared(&[regex_at(1)]),
    function(
        "REGEXP_SUBSTR",
        "(text, regex [, start [, number [, flags]]])",
        "The match of this number, from the character at the start on",
    )
    .example("REGEXP_SUBSTR('a1b22', '[0-9]+', 1, 2)", "22")
    .of(|t| numbered_types(t, DataType::STRING), |_, _| numbered_match())
    .prepared(&[lenient_at(1), flags_at(4)]),
    function("REGEXP_EXTRACT_ALL", "(text, regex [, group])", "A group of every match; the first group unless said")
        .example("REGEXP_EXTRACT_ALL('100-200, 300-400', '([0-9]+)-([0-9]+)')", r#"["100","300"]"#)
        .of(array_with_group, |_, _| extract_all())
        .prepared(&[lenient_at(1)]),
    function("REGEXP_INSTR", "(text, regex [, start [, number [, flags]]])", "Where the match of this number begins")
        .example("REGEXP_INSTR('hello world', 'o', 1, 2)", "8")
        .of(|t| numbered_types(t, DataType::Int), |_, _| position())
        .prepared(&[lenient_at(1), flags_at(4)]),
    function(
        "REGEXP_REPLACE",
        "(text, regex [, replacement [, flags]]) or (text, regex, replacement, start [, number [, flags]])",
        "The text with another in place of the matches",
    )
    .example("REGEXP_REPLACE('foobar', 'oo|ar', '')", "fb")
    .of(replace_types, |t, _| match t {
        [_, _] | [_, _, _] => replace(),
        [_, _, _, flags] if flags.is_text() => replace_with_flags(),
        _ => replace_numbered(),
    })
    .prepared(&[regex_at(1), FLAGS_OR_START, flags_at(5)]),
    function("REGEXP_COUNT", "(text, regex [, start [, flags]])", "How many matches there are")
        .example("REGEXP_COUNT('abcabc', 'b.')", "2")
        .of(count_types, |_, _| count())
        .prepared(&[lenient_at(1), flags_at(3)]),
    function("REGEXP_MATCH", "(text, regex [, flags])", "The groups of the first match, or all of it")
        .example("REGEXP_MATCH('foobarbequebaz', '(bar)(beque)')", r#"["bar","beque"]"#)
        .of(|t| texts(t, 2, of_texts()), |_, _| first_match())
        .prepared(&[regex_at(1), flags_at(2)]),
    internal("REGEXP_MATCHES", |t| texts(t, 2, array_of(of_texts())), |_, _| matches()).prepared(&[regex_at(1), flags_at(2)]),
    function("REGEXP_SPLIT_TO_ARRAY", "(text, regex [, flags])", "The pieces between matches")
        .example("REGEXP_SPLIT_TO_ARRAY('hello world', '\\s+')", r#"["hello","world"]"#)
        .of(|t| texts(t, 2, of_texts()), |_, _| split())
        .prepared(&[regex_at(1), flags_at(2)]),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn array_of(item: DataType) -> DataType {
    DataType::Array(Box::new(item))
}

fn of_texts() -> DataType {
    array_of(DataType::STRING)
}

/// So many texts, and flags behind them.
fn texts(given: &[DataType], count: usize, returns: DataType) -> Resolved {
    Some((takes_some(given, &vec![Text; count + 1], count)?, returns))
}

/// From which character on matches are looked for, counted from 1, which of them is meant, and flags.
fn numbered_types(given: &[DataType], returns: DataType) -> Resolved {
    Some((takes_some(given, &[Text, Text, Integer, Integer, Text], 2)?, returns))
}

fn count_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Text, Text, Integer, Text], 2)?, DataType::Int))
}

fn with_group(given: &[DataType], returns: DataType) -> Resolved {
    const PARAMS: [Param; 3] = [Text, Text, Integer];
    Some((takes_some(given, &PARAMS, 2)?, returns))
}

fn array_with_group(given: &[DataType]) -> Resolved {
    with_group(given, of_texts())
}

/// Without a replacement matches are taken out.
fn replace_types(given: &[DataType]) -> Resolved {
    let args = takes_some(given, &[Text; 4], 2).or_else(|| takes_some(given, &[Text, Text, Text, Integer, Integer, Text], 4));
    Some((args?, DataType::STRING))
}

/// Bytes a compiled regular expression may take. More: the row fails.
const REGEX_BYTES_MAX: usize = 1 << 20;

const MALFORMED: Reason = "the regular expression is malformed or too large";
const BEYOND: Reason = "the regular expression asks for look-around or back-references, which are not there";

/// Compiles a regular expression without flags.
pub(super) fn compile(regex: &str) -> Fallible<Regex> {
    build(&mut RegexBuilder::new(regex))
}

/// Compiles one with flags of `like_regex`: `i` leaves case out, `s` lets a dot be a line end, `m` lets `^` and `$` stand at lines, `q` takes signs
/// as they are.
pub(super) fn with_flags(regex: &str, flags: &str) -> Fallible<Regex> {
    let is_known = |flag: char| "ismq".contains(flag);
    if !flags.chars().all(is_known) {
        return Err("the flags of like_regex are i, s, m and q");
    }
    let literal = if flags.contains('q') { regex::escape(regex) } else { regex.to_owned() };
    let mut builder = RegexBuilder::new(&literal);
    build(builder.case_insensitive(flags.contains('i')).dot_matches_new_line(flags.contains('s')).multi_line(flags.contains('m')))
}

fn build(builder: &mut RegexBuilder) -> Fallible<Regex> {
    builder.size_limit(REGEX_BYTES_MAX).nest_limit(crate::limits::NESTING_MAX as u32).build().map_err(|error| {
        let error = error.to_string();
        let is_beyond = ["look-around", "backreferences"].iter().any(|what| error.contains(what));
        if is_beyond { BEYOND } else { MALFORMED }
    })
}

/// The argument in this place is a regular expression.
pub(super) const fn regex_at(place: usize) -> Prepared {
    Prepared::of(
        place,
        |regex, _| compile(regex).err(),
        "such as '[a-z]+[0-9]*'; a backslash before ( ) [ ] { } . * + ? takes it for itself",
    )
}

/// As `regex_at`, where even a constant that is malformed gives NULL in Flink.
const fn lenient_at(place: usize) -> Prepared {
    Prepared { wrong: |regex, _| compile(regex).err().filter(|reason| *reason != MALFORMED), ..regex_at(place) }
}

/// The argument in this place has flags of a regular expression, if it is a text.
const fn flags_at(place: usize) -> Prepared {
    Prepared::of(place, |flags, _| compile_with("", flags).err(), "such as 'gi' for all matches in any case")
}

/// The flags of REGEXP_REPLACE, where no number stands in their place.
const FLAGS_OR_START: Prepared =
    Prepared { wrong: |flags, types| compile_with("", flags).err().filter(|_| types[3].is_text()), ..flags_at(3) };

/// None where the regular expression is malformed.
fn unless_malformed<T>(compiled: Fallible<T>) -> Outcome<T> {
    match compiled {
        Err(MALFORMED) => Ok(None),
        other => other.map(Some),
    }
}

/// Which matches a function with flags is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Matches {
    First,
    All,
}

/// A regular expression together with the flags it was compiled with.
struct Flagged {
    flags: String,
    cache: Cached<(Regex, Matches)>,
}

impl Flagged {
    fn new() -> Self {
        Self { flags: String::new(), cache: Cached::new() }
    }

    /// Hot: once per row.
    fn of(&mut self, regex: &str, flags: Option<&str>) -> Fallible<(&Regex, Matches)> {
        let flags = flags.unwrap_or_default();
        if self.flags != flags {
            *self = Self { flags: flags.to_owned(), cache: Cached::new() };
        }
        self.cache.of(regex, |regex| compile_with(regex, flags)).map(|(regex, matches)| (regex, *matches))
    }
}

fn compile_with(regex: &str, flags: &str) -> Fallible<(Regex, Matches)> {
    let mut builder = RegexBuilder::new(regex);
    let mut matches = Matches::First;
    builder.dot_matches_new_line(true);
    for flag in flags.chars() {
        match flag {
            'g' => matches = Matches::All,
            'i' | 'c' => _ = builder.case_insensitive(flag == 'i'),
            'n' | 'm' => _ = builder.dot_matches_new_line(false).multi_line(true),
            's' => _ = builder.dot_matches_new_line(true).multi_line(false),
            'x' => _ = builder.ignore_whitespace(true),
            _ => return Err("the flags of a regular expression are g, i, c, n, m, s and x"),
        }
    }
    Ok((build(&mut builder)?, matches))
}

fn at(flags: Option<&StrColumn>, row: usize) -> Option<&str> {
    flags.map(|flags| flags.text(row))
}

fn regexp() -> Result<Box<dyn Kernel>> {
    let (mut compiled, mut flagged) = (Cached::new(), Flagged::new());
    kernel(move |call| {
        let (text, regex, flags) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        call.map(|row| {
            let regex = match at(flags, row) {
                None => compiled.of(regex.text(row), compile)?,
                flags => flagged.of(regex.text(row), flags)?.0,
            };
            Ok(Some(regex.is_match(text.text(row))))
        })
    })
}

/// A regular expression of a function of Flink that may have flags: without them a point does not match the end of a line, and what is
/// malformed is NULL.
struct Lenient {
    plain: Cached<Regex>,
    flagged: Flagged,
}

impl Lenient {
    fn new() -> Self {
        Self { plain: Cached::new(), flagged: Flagged::new() }
    }

    /// Hot: once per row.
    fn of(&mut self, regex: &str, flags: Option<&str>) -> Outcome<&Regex> {
        match flags {
            None => unless_malformed(self.plain.of(regex, compile)),
            flags => self.flagged.of(regex, flags).map(|(regex, _)| Some(regex)),
        }
    }
}

/// The byte at which the character `start` begins, counted from 1; `None` behind the end.
fn start_of(text: &str, start: Option<i64>) -> Outcome<usize> {
    match start.unwrap_or(1) {
        1 => Ok(Some(0)),
        start if start < 1 => Err("the characters of a text are counted from 1"),
        start if start > count_chars(text) + 1 => Ok(None),
        start => Ok(Some(byte_of(text, clamp(start - 1)))),
    }
}

/// Where the search goes on behind a match: an empty match right behind another counts, as in Java and PostgreSQL.
fn behind(text: &str, found: Match<'_>) -> Option<usize> {
    let end = found.end();
    if found.is_empty() { text[end..].chars().next().map(|c| end + c.len_utf8()) } else { Some(end) }
}

/// The matches from byte `from` on; what stands before it is seen by `^` and `\b`.
fn matches_from<'t>(regex: &Regex, text: &'t str, from: usize) -> impl Iterator<Item = Captures<'t>> {
    let mut at = Some(from);
    std::iter::from_fn(move || {
        let captures = regex.captures_at(text, at?)?;
        at = behind(text, captures.get_match());
        Some(captures)
    })
}

/// The same of all the text, without groups.
fn found_in<'t>(regex: &Regex, text: &'t str) -> impl Iterator<Item = Match<'t>> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let found = regex.find_at(text, at?)?;
        at = behind(text, found);
        Some(found)
    })
}

fn count() -> Result<Box<dyn Kernel>> {
    let mut compiled = Lenient::new();
    kernel(move |call| {
        let (text, regex) = (call.strings(0), call.strings(1));
        let (starts, flags) = (call.integers_if_given(2), call.strings_if_given(3));
        call.map(|row| {
            let Some(regex) = compiled.of(regex.text(row), at(flags, row))? else { return Ok(None) };
            let text = text.text(row);
            let from = start_of(text, starts.map(|starts| starts[row]))?;
            Ok(Some(from.map_or(0, |from| matches_from(regex, text, from).count() as i32)))
        })
    })
}

/// The arguments by which one of the matches is chosen.
struct Chosen<'a> {
    starts: Option<&'a [i64]>,
    numbers: Option<&'a [i64]>,
    flags: Option<&'a StrColumn>,
}

impl<'a> Chosen<'a> {
    /// Those from argument `first` on.
    fn of(call: &Call<'a>, first: usize) -> Self {
        let [starts, numbers] = [first, first + 1].map(|at| call.integers_if_given(at));
        Self { starts, numbers, flags: call.strings_if_given(first + 2) }
    }

    /// How many matches are passed over; `None` for all matches.
    fn passed(&self, row: usize) -> Fallible<Option<usize>> {
        let number = usize::try_from(self.numbers.map_or(1, |numbers| numbers[row]));
        number.map(|number| number.checked_sub(1)).map_err(|_| "the matches of a regular expression are counted from 1")
    }

    /// The bytes between which the chosen match stands in the text.
    fn find(&self, regex: &Regex, text: &str, row: usize) -> Outcome<(usize, usize)> {
        let Some(from) = start_of(text, self.starts.map(|starts| starts[row]))? else { return Ok(None) };
        let found = matches_from(regex, text, from).nth(self.passed(row)?.unwrap_or(0));
        Ok(found.map(|captures| (captures.get_match().start(), captures.get_match().end())))
    }
}

/// In characters from 1 on; 0 where there is no match.
fn position() -> Result<Box<dyn Kernel>> {
    let mut compiled = Lenient::new();
    kernel(move |call| {
        let (text, regex, chosen) = (call.strings(0), call.strings(1), Chosen::of(&call, 2));
        call.map(|row| {
            let Some(regex) = compiled.of(regex.text(row), at(chosen.flags, row))? else { return Ok(None) };
            let text = text.text(row);
            let found = chosen.find(regex, text, row)?;
            Ok(Some(found.map_or(0, |(start, _)| count_chars(&text[..start]) as i32 + 1)))
        })
    })
}

fn numbered_match() -> Result<Box<dyn Kernel>> {
    let mut compiled = Lenient::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, chosen) = (call.strings(0), call.strings(1), Chosen::of(&call, 2));
        call.write(|row, out| {
            let Some(regex) = compiled.of(regex.text(row), at(chosen.flags, row))? else { return Ok(None) };
            let text = text.text(row);
            Ok(chosen.find(regex, text, row)?.map(|(start, end)| out.extend_from_slice(&text.as_bytes()[start..end])))
        })
    })
}

/// The whole match, or that of a group; NULL where there is none, or no regular expression.
fn extract() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, group) = (call.strings(0), call.strings(1), call.integers_if_given(2));
        call.write(|row, out| {
            let Some(regex) = unless_malformed(compiled.of(regex.text(row), compile))? else { return Ok(None) };
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

/// The matches of a group; NULL where there is no such group, or no regular expression.
fn extract_all() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, groups) = (call.strings(0), call.strings(1), call.integers_if_given(2));
        call.write(|row, out| {
            let Some(regex) = unless_malformed(compiled.of(regex.text(row), compile))? else { return Ok(None) };
            let group = usize::try_from(groups.map_or(1, |groups| groups[row])).ok();
            let Some(group) = group.filter(|group| *group < regex.captures_len()) else { return Ok(None) };
            let found = matches_from(regex, text.text(row), 0).map(|captures| captures.get(group).map(|found| found.as_str()));
            write_texts(found, out)
        })
    })
}

/// Appends a JSON array of texts and NULLs.
fn write_texts<'t>(texts: impl IntoIterator<Item = Option<&'t str>>, out: &mut Vec<u8>) -> Outcome<()> {
    out.push(b'[');
    for (at, text) in texts.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        match text {
            Some(text) => write_json_string(text.as_bytes(), out),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b']');
    append(out, b"").map(Some)
}

/// The groups of a match as an array, or the match where the regex has no groups, as in PostgreSQL.
fn write_groups(captures: &Captures<'_>, out: &mut Vec<u8>) -> Outcome<()> {
    let first = usize::from(captures.len() > 1);
    write_texts((first..captures.len()).map(|group| captures.get(group).map(|found| found.as_str())), out)
}

fn first_match() -> Result<Box<dyn Kernel>> {
    let mut compiled = Flagged::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, flags) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        call.write(|row, out| {
            let regex = match compiled.of(regex.text(row), at(flags, row))? {
                (regex, Matches::First) => regex,
                (_, Matches::All) => return Err("REGEXP_MATCH gives the first match; REGEXP_MATCHES takes the flag g"),
            };
            regex.captures(text.text(row)).map_or(Ok(None), |captures| write_groups(&captures, out))
        })
    })
}

fn matches() -> Result<Box<dyn Kernel>> {
    let mut compiled = Flagged::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, flags) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        call.write(|row, out| {
            let (regex, matches) = compiled.of(regex.text(row), at(flags, row))?;
            let most = if matches == Matches::All { usize::MAX } else { 1 };
            out.push(b'[');
            for (at, captures) in matches_from(regex, text.text(row), 0).take(most).enumerate() {
                out.extend_from_slice(if at > 0 { b"," } else { b"" });
                write_groups(&captures, out)?;
            }
            out.push(b']');
            Ok(Some(()))
        })
    })
}

/// What stands between the matches. An empty match counts only between two characters, and not right behind a match, as in PostgreSQL.
fn split() -> Result<Box<dyn Kernel>> {
    let mut compiled = Flagged::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, flags) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        call.write(|row, out| {
            let (regex, _) = compiled.of(regex.text(row), at(flags, row))?;
            let text = text.text(row);
            let (mut pieces, mut from) = (Vec::new(), 0);
            for found in found_in(regex, text) {
                if !found.is_empty() || (found.start() > from && found.end() < text.len()) {
                    pieces.push(Some(&text[from..found.start()]));
                    from = found.end();
                }
            }
            pieces.push(Some(&text[from..]));
            write_texts(pieces, out)
        })
    })
}

/// All matches by the replacement as it stands, `$` included, as in Flink.
fn replace() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, by) = (call.strings(0), call.strings(1), call.strings_if_given(2));
        call.write(|row, out| {
            let (text, by) = (text.text(row), by.map_or(&b""[..], |by| by.bytes(row)));
            let Some(regex) = unless_malformed(compiled.of(regex.text(row), compile))? else { return Ok(None) };
            let mut done = 0;
            for found in found_in(regex, text) {
                append(out, &text.as_bytes()[done..found.start()])?;
                append(out, by)?;
                done = found.end();
            }
            append(out, &text.as_bytes()[done..])?;
            Ok(Some(()))
        })
    })
}

/// The first match, or all with the flag g, by a replacement in which `\1` is a group and `\&` the match, as in PostgreSQL.
fn replace_with_flags() -> Result<Box<dyn Kernel>> {
    let mut compiled = Flagged::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, by, flags) = (call.strings(0), call.strings(1), call.strings(2), call.strings_if_given(3));
        call.write(|row, out| {
            let (text, by) = (text.text(row), by.text(row));
            let (regex, matches) = compiled.of(regex.text(row), at(flags, row))?;
            let most = if matches == Matches::All { usize::MAX } else { 1 };
            let mut done = 0;
            for captures in matches_from(regex, text, 0).take(most) {
                let found = captures.get_match();
                append(out, &text.as_bytes()[done..found.start()])?;
                write_replacement(by, &captures, out)?;
                done = found.end();
            }
            append(out, &text.as_bytes()[done..])?;
            Ok(Some(()))
        })
    })
}

/// The match of a number, or all where it is 0, from the character at the start on, by a replacement as PostgreSQL has it.
fn replace_numbered() -> Result<Box<dyn Kernel>> {
    let mut compiled = Flagged::new();
    kernel(move |call: Call<'_>| -> Column {
        let (text, regex, by, chosen) = (call.strings(0), call.strings(1), call.strings(2), Chosen::of(&call, 3));
        call.write(|row, out| {
            let (text, by) = (text.text(row), by.text(row));
            let (regex, _) = compiled.of(regex.text(row), at(chosen.flags, row))?;
            let from = start_of(text, chosen.starts.map(|starts| starts[row]))?;
            let (passed, most) = chosen.passed(row)?.map_or((0, usize::MAX), |passed| (passed, 1));
            let mut done = 0;
            for captures in from.into_iter().flat_map(|from| matches_from(regex, text, from)).skip(passed).take(most) {
                let found = captures.get_match();
                append(out, &text.as_bytes()[done..found.start()])?;
                write_replacement(by, &captures, out)?;
                done = found.end();
            }
            append(out, &text.as_bytes()[done..])?;
            Ok(Some(()))
        })
    })
}

fn write_replacement(by: &str, captures: &Captures<'_>, out: &mut Vec<u8>) -> Fallible<()> {
    let mut rest = by;
    while let Some((plain, behind)) = rest.split_once('\\') {
        append(out, plain.as_bytes())?;
        let meant = behind.bytes().next();
        match meant {
            Some(digit @ b'0'..=b'9') => {
                let group = captures.get(usize::from(digit - b'0')).map_or("", |found| found.as_str());
                append(out, group.as_bytes())?;
            }
            Some(b'&') => append(out, captures.get_match().as_str().as_bytes())?,
            _ => append(out, b"\\")?,
        }
        let taken = matches!(meant, Some(b'0'..=b'9' | b'&' | b'\\'));
        rest = &behind[usize::from(taken)..];
    }
    append(out, rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_of_texts as check, evaluate, int, text};

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

    /// Calls of the documentation of Flink.
    #[test]
    fn all_matches_are_taken_out() {
        check("REGEXP_EXTRACT_ALL", &["a1b22", "[a-z]([0-9]+)"], "[\"1\",\"22\"]");
        assert_eq!(evaluate("REGEXP_EXTRACT_ALL", &[text("a1b22"), text("[a-z]([0-9]+)"), int(0)]), "[\"a1\",\"b22\"]");
        assert_eq!(evaluate("REGEXP_EXTRACT_ALL", &[text("a1"), text("[a-z]([0-9]+)"), int(2)]), "NULL");
        check("REGEXP_EXTRACT_ALL", &["a1", "[a-z]"], "NULL");
        check("REGEXP_EXTRACT_ALL", &["a1", "(x)"], "[]");
        check("REGEXP_EXTRACT_ALL", &["a1", "("], "NULL");
        check("REGEXP_INSTR", &["hello world! Hello everyone!", "world"], "7");
        check("REGEXP_INSTR", &["é!", "!"], "2");
        check("REGEXP_INSTR", &["abc", "x"], "0");
        check("REGEXP_INSTR", &["abc", "("], "NULL");
        check("REGEXP_SUBSTR", &["12, 3", "[0-9]+"], "12");
        check("REGEXP_SUBSTR", &["a", "[0-9]+"], "NULL");
    }

    /// Calls of the documentation of PostgreSQL and of the tests of RisingWave.
    #[test]
    fn flags_change_what_matches() {
        check("REGEXP_MATCH", &["abc", "Bc"], "NULL");
        check("REGEXP_MATCH", &["abc", "Bc", "i"], "[\"bc\"]");
        check("REGEXP_MATCH", &["abc", "Bc", "ic"], "NULL");
        check("REGEXP_MATCH", &["abc", "Bc", "ici"], "[\"bc\"]");
        check("REGEXP_MATCH", &["a\nb", "a.b"], "[\"a\\nb\"]");
        check("REGEXP_MATCH", &["a\nb", "^b"], "NULL");
        check("REGEXP_MATCH", &["a\nb", "^b", "n"], "[\"b\"]");
        check("REGEXP_MATCH", &["a", "a", "g"], "error: REGEXP_MATCH gives the first match; REGEXP_MATCHES takes the flag g");
        check("REGEXP_MATCH", &["a", "a", "z"], "error: the flags of a regular expression are g, i, c, n, m, s and x");
        check("REGEXP_MATCHES", &["foobarbequebazilbarfbonk", "(b[^b]+)(b[^b]+)"], "[[\"bar\",\"beque\"]]");
        let all = "[[\"bar\",\"beque\"],[\"bazil\",\"barf\"]]";
        check("REGEXP_MATCHES", &["foobarbequebazilbarfbonk", "(b[^b]+)(b[^b]+)", "g"], all);
        check("REGEXP_MATCHES", &["abc", "x", "g"], "[]");
        check("REGEXP_LIKE", &["Hello World", "world$", "i"], "true");
        check("REGEXP_SPLIT_TO_ARRAY", &["1x2X3", "x", "i"], "[\"1\",\"2\",\"3\"]");
    }

    #[test]
    fn flags_change_what_is_replaced() {
        check("REGEXP_REPLACE", &["foobarbaz", "b..", "X", ""], "fooXbaz");
        check("REGEXP_REPLACE", &["foobarbaz", "b..", "X", "g"], "fooXX");
        check("REGEXP_REPLACE", &["foobarbaz", "b(..)", "X\\1Y", "g"], "fooXarYXazY");
        check("REGEXP_REPLACE", &["foobarbaz", "B(..)", "<\\&|\\2|\\\\|\\x>", "gi"], "foo<bar||\\|\\x><baz||\\|\\x>");
        check("REGEXP_REPLACE", &["ABCABC", "b", "", "i"], "ACABC");
        check("REGEXP_REPLACE", &["abc", "(", "X", "g"], "error: the regular expression is malformed or too large");
        check("REGEXP_REPLACE", &["abc1 def2 ghi3", "[a-z]+"], "1 2 3");
    }

    /// Calls of the tests of PostgreSQL and of the documentation of RisingWave.
    #[test]
    fn matches_are_numbered_from_a_character_on() {
        let check = |regex: &str, start, number, flags: &str, expected: &str| {
            let args = [text("A PostgreSQL function"), text(regex), text("X"), int(start), int(number), text(flags)];
            assert_eq!(evaluate("REGEXP_REPLACE", &args), expected, "{regex} {start} {number} {flags}");
        };
        check("A|e|i|o|u", 1, 2, "", "A PXstgreSQL function");
        check("a|e|i|o|u", 1, 0, "i", "X PXstgrXSQL fXnctXXn");
        check("a|e|i|o|u", 1, 3, "i", "A PostgrXSQL function");
        check("a|e|i|o|u", 1, 9, "i", "A PostgreSQL function");
        check("A|e|i|o|u", 7, 0, "i", "A PostgrXSQL fXnctXXn");
        check("a|e|i|o|u", 1, 1, "g", "A PXstgreSQL function");
        check("^P", 3, 1, "", "A PostgreSQL function");
        check("x*", 20, 0, "", "A PostgreSQL functiXoXnX");
        check("e", 99, 1, "", "A PostgreSQL function");
        check("e", 0, 1, "", "error: the characters of a text are counted from 1");
        check("e", 1, -1, "", "error: the matches of a regular expression are counted from 1");
        let counted = |args: &[_]| evaluate("REGEXP_COUNT", args);
        assert_eq!(counted(&[text("ABCABCAXYaxy"), text("A."), int(2), text("c")]), "2");
        assert_eq!(counted(&[text("ABCABCAXYaxy"), text("A."), int(1), text("i")]), "4");
        assert_eq!(counted(&[text("ABC"), text("A."), int(9)]), "0");
        let at = [text("ABCDEFGHI"), text("[c-f]"), int(4), int(2), text("i")];
        assert_eq!(evaluate("REGEXP_INSTR", &at), "5");
        assert_eq!(evaluate("REGEXP_SUBSTR", &at), "E");
        assert_eq!(evaluate("REGEXP_SUBSTR", &[text("abc"), text("b"), int(3)]), "NULL");
        assert_eq!(evaluate("REGEXP_INSTR", &[text("éa"), text("a"), int(2)]), "2");
    }

    /// As `java.util.regex.Matcher` and PostgreSQL find them.
    #[test]
    fn empty_match_behind_a_match_counts() {
        for (regex, input, expected) in [
            ("a*", "aab", &[(0, 2), (2, 2), (3, 3)][..]),
            ("b|", "abé", &[(0, 0), (1, 2), (2, 2), (4, 4)]),
            ("ab?", "aab", &[(0, 1), (1, 3)]),
            ("^", "é", &[(0, 0)]),
            ("$|c", "cc", &[(0, 1), (1, 2), (2, 2)]),
        ] {
            let compiled = super::compile(regex).expect(regex);
            let found: Vec<_> = super::found_in(&compiled, input).map(|found| (found.start(), found.end())).collect();
            assert_eq!(found, expected, "{regex} in {input}");
            let captured = super::matches_from(&compiled, input, 0).map(|captures| captures.get_match().range());
            assert!(captured.map(|range| (range.start, range.end)).eq(expected.iter().copied()), "{regex} in {input}");
        }
    }
}

//! MATCH_RECOGNIZE in a form that the parser crate hands on whole. What its grammar lacks goes into DEFINE, under names that no user writes:
//!
//! - `PATTERN (A B+?)` becomes ``PATTERN (`$pattern`)`` and an entry `` `$pattern` AS `$sequence`(A, `$reluctant`(B, 1)) `` (see `pattern`);
//! - `WITHIN INTERVAL '1' HOUR` becomes `` `$within` AS INTERVAL '1' HOUR ``;
//! - `SUBSET u = (A, B)` becomes `` `$subset` AS `$subset`(u, A, B) ``;
//! - what stands before MATCH_RECOGNIZE, where it is no name, becomes `` `$input` AS (SELECT * FROM ...) `` and is named `` `$input` ``;
//! - `FINAL LAST(A.x)` becomes `` `$final`(LAST(A.x)) ``, RUNNING likewise;
//! - `AFTER MATCH SKIP TO A` becomes `AFTER MATCH SKIP TO LAST A`.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, bracket, is_word, split_at_commas};
use super::fault::span_of;
use super::pattern;
use super::rewrite::{closing, placed, word};
use crate::error::{Error, Result};

/// Name of the entry of DEFINE that is the pattern.
pub const PATTERN: &str = "$pattern";
/// Name of the entry of DEFINE that is the interval of WITHIN.
pub const WITHIN: &str = "$within";
/// Name of the entries of DEFINE that are those of SUBSET, and of the call in each: its name, then its variables.
pub const SUBSET: &str = "$subset";
/// Name of the entry of DEFINE that is the query whose rows are matched, and of what stands in its place.
pub const INPUT: &str = "$input";
/// Name of the call round what FINAL stands before.
pub const FINAL: &str = "$final";
/// Name of the call round what RUNNING stands before.
pub const RUNNING: &str = "$running";

/// A name that no user writes.
pub(super) fn hidden(name: &str, like: &TokenWithSpan) -> TokenWithSpan {
    placed(Token::make_word(name, Some('`')), like)
}

/// Tokens with every MATCH_RECOGNIZE in that form.
pub(super) fn matches(tokens: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let is_call = is_word(&token.token, "MATCH_RECOGNIZE") && tokens.get(at + 1).is_some_and(|t| t.token == Token::LParen);
        let end = if is_call { closing(tokens, at + 1) } else { None };
        let Some(end) = end else {
            out.push(token.clone());
            at += 1;
            continue;
        };
        let input = input(&mut out, token);
        out.extend_from_slice(&tokens[at..at + 2]);
        clauses(&matches(&tokens[at + 2..end])?, token, input, &mut out)?;
        out.push(tokens[end].clone());
        at = end + 1;
    }
    Ok(out)
}

/// Takes the part of FROM off `out` that stands at its end, if it is no name, and puts one there.
fn input(out: &mut Vec<TokenWithSpan>, here: &TokenWithSpan) -> Option<Vec<TokenWithSpan>> {
    let mut depth = 0;
    let mut begin = out.len();
    while let Some(before) = begin.checked_sub(1) {
        let token = &out[before].token;
        depth -= bracket(token);
        let begins = *token == Token::Comma || ["FROM", "JOIN"].iter().any(|w| is_word(token, w));
        if depth < 0 || (depth == 0 && begins) {
            break;
        }
        begin = before;
    }
    if out[begin..].iter().all(|token| bracket(&token.token) == 0) {
        return None;
    }
    let factor = out.split_off(begin);
    out.push(hidden(INPUT, here));
    Some(factor)
}

/// An entry of DEFINE.
fn entry(name: &str, value: Vec<TokenWithSpan>, like: &TokenWithSpan, out: &mut Vec<TokenWithSpan>) {
    out.extend([placed(Token::Comma, like), hidden(name, like), word("AS", like)]);
    out.extend(value);
}

/// What stands inside the brackets of the MATCH_RECOGNIZE `here`.
fn clauses(
    inside: &[TokenWithSpan],
    here: &TokenWithSpan,
    input: Option<Vec<TokenWithSpan>>,
    out: &mut Vec<TokenWithSpan>,
) -> Result<()> {
    let is_pattern =
        |at: usize| is_word(&inside[at].token, "PATTERN") && inside.get(at + 1).is_some_and(|token| token.token == Token::LParen);
    let begin = outside(inside, is_pattern).and_then(|at| Some((at, closing(inside, at + 1)?)));
    let Some((begin, end)) = begin else {
        let error = Error::sql("MATCH_RECOGNIZE has no PATTERN").at(span_of(here.span));
        return Err(error.hint("MATCH_RECOGNIZE (PARTITION BY ... ORDER BY ... MEASURES ... PATTERN (A B+ C) DEFINE B AS ...)"));
    };
    head(&inside[..begin], out)?;
    let like = &inside[begin];
    out.extend([like.clone(), placed(Token::LParen, like), hidden(PATTERN, like), placed(Token::RParen, like)]);
    out.extend([word("DEFINE", like), hidden(PATTERN, like), word("AS", like)]);
    out.extend(pattern::expression(&inside[begin + 2..end], &inside[end])?);
    let mut rest = Cursor::new(&inside[end + 1..]);
    if let Some(within) = clause(&mut rest, "WITHIN", &["SUBSET", "DEFINE"])? {
        entry(WITHIN, within.to_vec(), like, out);
    }
    if let Some(subsets) = clause(&mut rest, "SUBSET", &["DEFINE"])? {
        for subset in split_at_commas(subsets) {
            entry(SUBSET, union_of(subset, like)?, subset.first().unwrap_or(like), out);
        }
    }
    if let Some(factor) = input {
        let query = [placed(Token::LParen, here), word("SELECT", here), placed(Token::Mul, here), word("FROM", here)];
        entry(INPUT, query.into_iter().chain(factor).chain([placed(Token::RParen, here)]).collect(), here, out);
    }
    match clause(&mut rest, "DEFINE", &[])? {
        Some(conditions) => {
            out.push(placed(Token::Comma, like));
            out.extend(semantics(conditions));
            Ok(())
        }
        None if rest.at_end() => Ok(()),
        None => Err(rest.expected("WITHIN, SUBSET or DEFINE behind the pattern")),
    }
}

/// Position of the first token outside brackets for which `wanted` holds.
fn outside(tokens: &[TokenWithSpan], wanted: impl Fn(usize) -> bool) -> Option<usize> {
    let mut depth = 0;
    (0..tokens.len()).find(|at| {
        let found = depth == 0 && wanted(*at);
        depth += bracket(&tokens[*at].token);
        found
    })
}

/// Takes a clause that begins with a word, up to one of those that may follow; what stands behind the word.
fn clause<'a>(rest: &mut Cursor<'a>, begin: &str, ends: &[&str]) -> Result<Option<&'a [TokenWithSpan]>> {
    if !rest.accept(&[begin]) {
        return Ok(None);
    }
    match rest.take_until_where(|token| ends.iter().any(|end| is_word(token, end))) {
        [] => Err(rest.expected(&format!("something behind {begin}"))),
        inside => Ok(Some(inside)),
    }
}

/// What stands before the pattern.
fn head(tokens: &[TokenWithSpan], out: &mut Vec<TokenWithSpan>) -> Result<()> {
    let words = |at: usize, words: &[&str]| Cursor::new(&tokens[at..]).looks_at(words);
    let is_behind_measures = |at: usize| {
        let forms: [&[&str]; 3] = [&["ONE", "ROW", "PER"], &["ALL", "ROWS", "PER"], &["AFTER", "MATCH"]];
        forms.iter().any(|form| words(at, form))
    };
    let behind = outside(tokens, is_behind_measures).unwrap_or(tokens.len());
    let measures = outside(&tokens[..behind], |at| words(at, &["MEASURES"]));
    out.extend_from_slice(&tokens[..measures.map_or(behind, |at| at + 1)]);
    if let Some(at) = measures {
        let listed = &tokens[at + 1..behind];
        split_at_commas(listed).into_iter().try_for_each(|measure| is_named(measure, &tokens[at]))?;
        out.extend(semantics(listed));
    }
    let mut rest = &tokens[behind..];
    if let Some(skip) = outside(rest, |at| Cursor::new(&rest[at..]).looks_at(&["SKIP", "TO"])) {
        let ways: [&[&str]; 3] = [&["NEXT", "ROW"], &["FIRST"], &["LAST"]];
        out.extend_from_slice(&rest[..skip + 2]);
        rest = &rest[skip + 2..];
        if let (Some(like), false) = (rest.first(), ways.iter().any(|way| Cursor::new(rest).looks_at(way))) {
            out.push(word("LAST", like));
        }
    }
    out.extend_from_slice(rest);
    Ok(())
}

/// Whether a measure says what it is called.
fn is_named(measure: &[TokenWithSpan], measures: &TokenWithSpan) -> Result<()> {
    if let [_, .., before, name] = measure
        && is_word(&before.token, "AS")
        && matches!(name.token, Token::Word(_))
    {
        return Ok(());
    }
    let at = measure.first().unwrap_or(measures);
    Err(Error::sql("a measure has no name").at(span_of(at.span)).hint("MEASURES LAST(A.price) AS last_price"))
}

/// `$subset`(u, A, B) of `u = (A, B)`.
fn union_of(subset: &[TokenWithSpan], like: &TokenWithSpan) -> Result<Vec<TokenWithSpan>> {
    match subset {
        [name, equals, open, variables @ .., close]
            if equals.token == Token::Eq && open.token == Token::LParen && close.token == Token::RParen =>
        {
            let call = [hidden(SUBSET, name), open.clone(), name.clone(), placed(Token::Comma, equals)];
            Ok(call.into_iter().chain(variables.iter().cloned()).chain([close.clone()]).collect())
        }
        other => {
            let at = other.first().unwrap_or(like);
            Err(Error::sql("this is no subset of variables").at(span_of(at.span)).hint("SUBSET u = (A, B), v = (B, C)"))
        }
    }
}

/// Calls with FINAL and RUNNING before them inside calls that say so.
fn semantics(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let [token, behind @ ..] = rest {
        let name = [("FINAL", FINAL), ("RUNNING", RUNNING)].into_iter().find(|(written, _)| is_word(&token.token, written));
        match (name, length_of_call(behind)) {
            (Some((_, name)), Some(length)) => {
                out.extend([hidden(name, token), placed(Token::LParen, token), behind[0].clone()]);
                out.extend(semantics(&behind[1..length]));
                out.push(placed(Token::RParen, &behind[length - 1]));
                rest = &behind[length..];
            }
            _ => {
                out.push(token.clone());
                rest = behind;
            }
        }
    }
    out
}

/// How many tokens a call has that begins here, with the FILTER behind it.
fn length_of_call(tokens: &[TokenWithSpan]) -> Option<usize> {
    let opens = |at: usize| tokens.get(at).is_some_and(|token| token.token == Token::LParen);
    let is_name = matches!(tokens.first().map(|token| &token.token), Some(Token::Word(_)));
    let end = closing(tokens, 1).filter(|_| is_name && opens(1))? + 1;
    let has_filter = tokens.get(end).is_some_and(|token| is_word(&token.token, "FILTER")) && opens(end + 1);
    if has_filter { closing(tokens, end + 1).map(|end| end + 1) } else { Some(end) }
}

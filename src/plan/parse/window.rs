//! Brings every spelling of a window into one of two forms (see the parent module for what the binder gets):
//! the table factor `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size))`, with a call round TUMBLE where it was not written so, and the grouping call `TUMBLE(ts, size)`.
//!
//! Works on tokens, before the parser crate: named arguments are put in order, `FROM tumble(t, ts, size)` is wrapped, and
//! `WINDOW TUMBLING (...)` moves into GROUP BY.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{bracket, first_outside, is_word, split_at_commas};
use super::fault::span_of;
use super::rewrite::{closing, duration_text, interval, interval_parts, placed, word};
use super::window_clause;
use crate::error::{Error, Result};

/// Tokens with every window in normal form.
pub(super) fn normalize(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let mut tokens = window_clause::into_group_by(tokens)?;
    // For each open bracket, whether we are between FROM and the next clause.
    let mut in_from = vec![false];
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at].token;
        match bracket(token) {
            1 => in_from.push(false),
            -1 if in_from.len() > 1 => {
                in_from.pop();
            }
            _ => {}
        }
        if let (Some(known), Some(innermost)) = (clause(token), in_from.last_mut()) {
            *innermost = known;
        }
        if let Some(kind) = window_at(&tokens, at, in_from.last().copied().unwrap_or(false)) {
            let opened = replace_call(&mut tokens, at, kind)?;
            in_from.extend(std::iter::repeat_n(false, opened));
            at += 2 * opened;
        }
        at += 1;
    }
    Ok(tokens)
}

/// Name of the call that carries the keys of sessions, as the last argument.
pub const PARTITION_BY: &str = "PARTITION_BY";

/// A window function and how many durations it takes.
#[derive(Debug)]
struct Kind {
    word: &'static str,
    /// Names of its durations in order; those behind `required` may be missing.
    durations: &'static [&'static str],
    required: usize,
}

const KINDS: [Kind; 4] = [
    Kind { word: "TUMBLE", durations: &["SIZE", "OFFSET"], required: 1 },
    Kind { word: "HOP", durations: &["SLIDE", "SIZE", "OFFSET"], required: 2 },
    Kind { word: "CUMULATE", durations: &["STEP", "SIZE", "OFFSET"], required: 2 },
    Kind { word: "SESSION", durations: &["GAP"], required: 1 },
];

impl Kind {
    fn wrong(&self, at: &TokenWithSpan, what: &str) -> Error {
        let durations: Vec<String> =
            self.durations[..self.required].iter().map(|name| format!("<{}>", name.to_lowercase())).collect();
        Error::sql(format!("{} {what}", self.word)).at(span_of(at.span)).hint(format!(
            "write TABLE({}(TABLE t, DESCRIPTOR(ts), {})), each duration as INTERVAL '10' SECOND",
            self.word,
            durations.join(", ")
        ))
    }
}

/// Whether a word begins a clause, and whether that clause is FROM.
fn clause(token: &Token) -> Option<bool> {
    const OTHERS: [&str; 12] =
        ["SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "ON", "USING"];
    if ["FROM", "JOIN"].iter().any(|w| is_word(token, w)) {
        Some(true)
    } else {
        OTHERS.iter().any(|w| is_word(token, w)).then_some(false)
    }
}

/// The window function called at `at`, if it stands where a table stands.
fn window_at(tokens: &[TokenWithSpan], at: usize, in_from: bool) -> Option<&'static Kind> {
    let kind = KINDS.iter().find(|kind| is_word(&tokens[at].token, kind.word))?;
    if tokens.get(at + 1)?.token != Token::LParen {
        return None;
    }
    let before = &tokens.get(at.checked_sub(1)?)?.token;
    let begins_factor = *before == Token::Comma || ["FROM", "JOIN", "LATERAL"].iter().any(|w| is_word(before, w));
    (is_wrapped(tokens, at) || (in_from && begins_factor)).then_some(kind)
}

fn is_wrapped(tokens: &[TokenWithSpan], at: usize) -> bool {
    at >= 2 && tokens[at - 1].token == Token::LParen && is_word(&tokens[at - 2].token, "TABLE")
}

/// Name of the call round a window function whose time `*` does not show.
pub const BOUNDS_SHOWN: &str = "$bounds";

/// Puts the call at `at` into normal form; how many words, each with a bracket, came before its name.
fn replace_call(tokens: &mut Vec<TokenWithSpan>, at: usize, kind: &Kind) -> Result<usize> {
    let name = tokens[at].clone();
    let Some(end) = closing(tokens, at + 1) else {
        return Err(Error::sql(format!("the '(' behind {} is not closed", kind.word)).at(span_of(name.span)));
    };
    let arguments = arguments(kind, &tokens[at + 2..end], &name)?;
    let mut call = vec![word(kind.word, &name), placed(Token::LParen, &name)];
    call.extend(arguments);
    call.push(placed(Token::RParen, &tokens[end]));
    let wrap = !is_wrapped(tokens, at);
    if wrap {
        let open = placed(Token::LParen, &name);
        let bounds = placed(Token::make_word(BOUNDS_SHOWN, Some('`')), &name);
        call.splice(0..0, [word("TABLE", &name), open.clone(), bounds, open]);
        call.extend(std::iter::repeat_n(placed(Token::RParen, &tokens[end]), 2));
    }
    tokens.splice(at..=end, call);
    Ok(if wrap { 2 } else { 0 })
}

/// `TABLE t, DESCRIPTOR(ts), durations` of a call in any spelling.
fn arguments(kind: &Kind, inside: &[TokenWithSpan], name: &TokenWithSpan) -> Result<Vec<TokenWithSpan>> {
    let mut parts = split_at_commas(inside);
    let partition = match key_descriptor(kind, &mut parts)? {
        Some(keys) => Some(keys),
        None => partition(kind, &mut parts)?,
    };
    if parts.iter().any(|part| named(part).is_some()) {
        parts = in_order(kind, &parts, name)?;
    }
    let mut out = table_argument(kind, parts[0], name)?;
    let mut rest = &parts[1..];
    if let Some(column) = rest.first().and_then(|part| time_column(part)) {
        out.push(placed(Token::Comma, name));
        out.extend(column);
        rest = &rest[1..];
    }
    if rest.len() < kind.required || rest.len() > kind.durations.len() {
        return Err(kind.wrong(name, &format!("has {} durations", rest.len())));
    }
    for part in rest {
        out.push(placed(Token::Comma, name));
        out.extend(duration(part));
    }
    if let Some(keys) = partition {
        out.extend([placed(Token::Comma, name), word(PARTITION_BY, name), placed(Token::LParen, name)]);
        out.extend(keys);
        out.push(placed(Token::RParen, name));
    }
    Ok(out)
}

/// Takes the keys of sessions off where they stand in a second DESCRIPTOR, by its place or as KEY, as in Calcite.
fn key_descriptor(kind: &Kind, parts: &mut Vec<&[TokenWithSpan]>) -> Result<Option<Vec<TokenWithSpan>>> {
    let is_descriptor = |part: &&[TokenWithSpan]| part.first().is_some_and(|token| is_word(&token.token, "DESCRIPTOR"));
    let is_key = |part: &&[TokenWithSpan]| named(part).is_some_and(|(key, _)| key.eq_ignore_ascii_case("KEY"));
    let second = || parts.iter().enumerate().filter(|(_, part)| is_descriptor(part)).map(|(at, _)| at).nth(1);
    let Some(at) = parts.iter().position(is_key).or_else(second).filter(|_| kind.word == "SESSION") else {
        return Ok(None);
    };
    let part = parts.remove(at);
    match named(part).map_or(part, |(_, value)| value) {
        [_, open, keys @ .., close] if open.token == Token::LParen && close.token == Token::RParen && !keys.is_empty() => {
            Ok(Some(keys.to_vec()))
        }
        _ => Err(kind.wrong(&part[0], "has no keys in DESCRIPTOR(...)")),
    }
}

/// Takes `PARTITION BY k, ...` off the argument that is a table: the keys reach to the next named argument or to DESCRIPTOR.
fn partition(kind: &Kind, parts: &mut Vec<&[TokenWithSpan]>) -> Result<Option<Vec<TokenWithSpan>>> {
    let by = |part: &[TokenWithSpan]| {
        let at = first_outside(part, |token| is_word(token, "PARTITION"))?;
        part.get(at + 1).is_some_and(|token| is_word(&token.token, "BY")).then_some(at)
    };
    let Some((table, at)) = parts.iter().enumerate().find_map(|(i, part)| Some((i, by(part)?))) else { return Ok(None) };
    let place = &parts[table][at];
    if kind.word != "SESSION" {
        return Err(Error::sql(format!("PARTITION BY in {} is not supported", kind.word))
            .at(span_of(place.span))
            .hint("only sessions differ by key; GROUP BY the columns"));
    }
    let ends = |part: &&[TokenWithSpan]| named(part).is_some() || part.first().is_some_and(|t| is_word(&t.token, "DESCRIPTOR"));
    let end = (table + 1..parts.len()).find(|i| ends(&parts[*i])).unwrap_or(table + 1);
    let mut keys = parts[table][at + 2..].to_vec();
    for part in &parts[table + 1..end] {
        keys.push(placed(Token::Comma, place));
        keys.extend_from_slice(part);
    }
    if let [TokenWithSpan { token: Token::LParen, .. }, inside @ .., TokenWithSpan { token: Token::RParen, .. }] = keys.as_slice()
    {
        keys = inside.to_vec();
    }
    if keys.is_empty() {
        return Err(Error::sql("PARTITION BY has no columns").at(span_of(place.span)));
    }
    parts[table] = &parts[table][..at];
    parts.drain(table + 1..end);
    Ok(Some(keys))
}

fn named(part: &[TokenWithSpan]) -> Option<(&str, &[TokenWithSpan])> {
    match part {
        [TokenWithSpan { token: Token::Word(w), .. }, TokenWithSpan { token: Token::RArrow, .. }, value @ ..] => {
            Some((w.value.as_str(), value))
        }
        _ => None,
    }
}

/// Named arguments in the order of the positional ones.
fn in_order<'a>(kind: &Kind, parts: &[&'a [TokenWithSpan]], name: &TokenWithSpan) -> Result<Vec<&'a [TokenWithSpan]>> {
    let names: Vec<&str> = ["DATA", "TIMECOL"].into_iter().chain(kind.durations.iter().copied()).collect();
    let mut slots: Vec<Option<&[TokenWithSpan]>> = vec![None; names.len()];
    for part in parts {
        let Some((key, value)) = named(part) else {
            let place = part.first().unwrap_or(name);
            return Err(kind.wrong(place, "mixes named arguments with positional ones"));
        };
        // Calcite calls the gap of sessions their size.
        let key = if kind.word == "SESSION" && key.eq_ignore_ascii_case("SIZE") { "GAP" } else { key };
        let Some(slot) = names.iter().position(|n| key.eq_ignore_ascii_case(n)) else {
            return Err(Error::sql(format!("{} has no argument '{key}'", kind.word))
                .at(span_of(part[0].span))
                .hint(format!("its arguments are {}", names.join(", "))));
        };
        if slots[slot].replace(value).is_some() {
            return Err(kind.wrong(&part[0], &format!("has {} twice", names[slot])));
        }
    }
    if let Some(missing) = (0..2 + kind.required).find(|i| *i != 1 && slots[*i].is_none()) {
        return Err(kind.wrong(name, &format!("lacks {}", names[missing])));
    }
    Ok(slots.into_iter().flatten().collect())
}

fn table_argument(kind: &Kind, part: &[TokenWithSpan], name: &TokenWithSpan) -> Result<Vec<TokenWithSpan>> {
    let Some(first) = part.first() else {
        return Err(kind.wrong(name, "has no table"));
    };
    if is_word(&first.token, "TABLE") {
        return Ok(part.to_vec());
    }
    if !is_column(part) && first.token != Token::LParen {
        return Err(kind.wrong(first, "has no table"));
    }
    Ok([word("TABLE", first)].into_iter().chain(part.iter().cloned()).collect())
}

/// `DESCRIPTOR(ts)` of an argument that names a column.
fn time_column(part: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let first = part.first()?;
    if is_word(&first.token, "DESCRIPTOR") && part.get(1).is_some_and(|t| t.token == Token::LParen) {
        return Some(part.to_vec());
    }
    is_column(part).then(|| {
        let open = [word("DESCRIPTOR", first), placed(Token::LParen, first)];
        open.into_iter().chain(part.iter().cloned()).chain([placed(Token::RParen, first)]).collect()
    })
}

/// Whether tokens are a name, with or without dots.
pub(super) fn is_column(part: &[TokenWithSpan]) -> bool {
    part.len() % 2 == 1
        && part.iter().enumerate().all(|(i, t)| match (i % 2, &t.token) {
            (0, Token::Word(_)) => true,
            (_, token) => i % 2 == 1 && *token == Token::Period,
        })
}

/// A duration in any spelling (`INTERVAL '10' SECOND`, `10 SECONDS`, `10s`, `'10 seconds'`) as an INTERVAL literal;
/// anything else as it stands, for the binder to judge.
pub(super) fn duration(part: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let parts = match part.iter().map(|t| &t.token).collect::<Vec<_>>().as_slice() {
        [Token::Number(number, _), Token::Word(unit)] => interval_parts(number, &unit.value),
        [Token::SingleQuotedString(text)] => duration_text(text),
        _ => None,
    };
    match parts {
        Some((number, unit)) => interval(number, unit, &part[0]).to_vec(),
        None => part.to_vec(),
    }
}

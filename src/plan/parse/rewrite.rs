//! Changes tokens that the parser crate would not understand, or would hand on in several forms, into one that it does:
//!
//! - intervals: `INTERVAL '10 seconds'`, `INTERVAL 10 SECONDS`, `INTERVAL '500' MILLISECONDS` become `INTERVAL '10' SECOND` and
//!   `INTERVAL '0.500' SECOND`, and `INTERVAL t.n DAY` becomes `INTERVAL (t.n) DAY`;
//! - types of CAST and TRY_CAST, and of columns that are declared in FROM (see `record`): those the parser crate does not know are carried as one quoted word (see `data_type`);
//! - `MAP['k', v]` and `MAP{'k': v}` become the call `MAP('k', v)`;
//! - `OVER (ROWS WINDOW BUFFER 100 ROWS ...)` of an older system becomes `OVER (... ORDER BY "$arrival" ROWS 99 PRECEDING)`;
//! - `VALUES 1, 2` becomes `VALUES (1), (2)`;
//! - `ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES` becomes `` ROWS BETWEEN `$exclude`(TIES, 2) PRECEDING AND CURRENT ROW ``;
//! - `TABLE t` where a query stands becomes `SELECT * FROM t`;
//! - `GROUP BY DISTINCT a, b` becomes `` GROUP BY `$distinct`, a, b ``;
//! - `CASE x WHEN 1, 2 THEN` becomes `` CASE x WHEN `$when`(1, 2) THEN ``;
//! - `'1 hour'::INTERVAL` and `CAST('1 hour' AS INTERVAL)` become `INTERVAL '1 hour'`;
//! - a text that goes on in the next line, `'a' 'b'`, becomes `'ab'`, and one with escapes, `E'\t'`, what it stands for;
//! - `TRIM(LEADING FROM x)` becomes `TRIM(LEADING ' ' FROM x)`;
//! - ASOF joins and CORRESPONDING (see `nearest`, `corresponding`), differences in a unit and UESCAPE (see `difference`, `unicode`);
//! - constructors of types with names become casts (see `named_types`), their names what they stand for;
//! - lambdas become calls (see `lambda`), functions of arrays as aggregates those of an array (see `array_aggregate`);
//! - `NTH_VALUE(x, n) FROM LAST OVER w` becomes `NTH_VALUE(x, -(n)) OVER w` (see `from_last`);
//! - `f(VARIADIC x)` becomes `` f(`$VARIADIC`(x)) `` (see `variadic`);
//! - `?`, `?|` and `?&` are operators, not parameters;
//! - clauses of JSON functions become arguments (see `json`);
//! - parts of MATCH_RECOGNIZE become entries of its DEFINE (see `row_pattern`).

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::cursor::{Cursor, bracket, first_outside, is_word};
use super::data_type::{CARRIED, TypeReader, is_plain};
use super::fault::span_of;
use super::named_types::{NamedTypes, constructors};
use super::written::text_of;
use super::{
    array_aggregate, corresponding, difference, from_last, json, lambda, nearest, record, row_pattern, trim, unicode, variadic,
};
use crate::error::{Error, Result};

/// Tokens with the changes made; `types` have names in them.
pub(super) fn normalize(tokens: &[TokenWithSpan], types: &NamedTypes) -> Result<Vec<TokenWithSpan>> {
    let tokens = buffers(&row_pattern::matches(tokens)?)?;
    let tokens = array_aggregate::calls(&texts(&unicode::escapes(tokens)?));
    let tokens = constructors(corresponding::operands(&tokens), types);
    let tokens = variadic::arrays(difference::differences(from_last::counts(tokens)));
    let tokens = distinct_groups(when_lists(exclusions(tables(interval_casts(&lambda::carried(&questions(tokens)))))));
    let tokens = json::clauses(&nearest::joins(trim::trims(&maps(intervals(&rows_of_values(&tokens))))))?;
    carry_types(&record::named(tokens), types)
}

/// Texts that go on in the next line, in one; those with escapes as what they stand for.
fn texts(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let Token::EscapedStringLiteral(text) = &token.token {
            out.push(placed(Token::SingleQuotedString(text.clone()), token));
            continue;
        }
        if let (Token::SingleQuotedString(text), Some(TokenWithSpan { token: Token::SingleQuotedString(before), span })) =
            (&token.token, out.last_mut())
            && token.span.start.line > span.end.line
        {
            before.push_str(text);
            span.end = token.span.end;
            continue;
        }
        out.push(token.clone());
    }
    out
}

/// Question marks as operators, with the sign that stands right behind them.
fn questions(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for mut token in tokens {
        let joined = match (out.last_mut(), &token.token) {
            (Some(before), Token::Pipe | Token::Ampersand)
                if before.token == Token::Question && before.span.end == token.span.start =>
            {
                before.token = if token.token == Token::Pipe { Token::QuestionPipe } else { Token::QuestionAnd };
                true
            }
            _ => false,
        };
        if !joined {
            if token.token == Token::Placeholder("?".to_owned()) {
                token.token = Token::Question;
            }
            out.push(token);
        }
    }
    out
}

/// Texts that are cast to INTERVAL without a unit.
fn interval_casts(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let [first, behind @ ..] = rest {
        let is_text = |token: &TokenWithSpan| matches!(token.token, Token::SingleQuotedString(_));
        let is_unit =
            |token: Option<&TokenWithSpan>| token.is_some_and(|token| UNITS.iter().any(|unit| is_word(&token.token, unit)));
        let (text, length) = match rest {
            [text, colons, interval, behind @ ..]
                if is_text(text)
                    && colons.token == Token::DoubleColon
                    && is_word(&interval.token, "INTERVAL")
                    && !is_unit(behind.first()) =>
            {
                (text, 3)
            }
            [cast, open, text, as_word, interval, close, ..]
                if is_word(&cast.token, "CAST")
                    && open.token == Token::LParen
                    && is_text(text)
                    && is_word(&as_word.token, "AS")
                    && is_word(&interval.token, "INTERVAL")
                    && close.token == Token::RParen =>
            {
                (text, 6)
            }
            _ => {
                out.push(first.clone());
                rest = behind;
                continue;
            }
        };
        out.extend([word("INTERVAL", text), text.clone()]);
        rest = &rest[length..];
    }
    out
}

/// Units of interval types.
const UNITS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

/// Name of the item of GROUP BY that stands for DISTINCT before the others.
pub const GROUP_DISTINCT: &str = "$distinct";

/// GROUP BY DISTINCT, with an item for the word.
fn distinct_groups(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut at = 2;
    while at < tokens.len() {
        if Cursor::new(&tokens[at - 2..]).looks_at(&["GROUP", "BY", "DISTINCT"]) {
            let item = placed(Token::make_word(GROUP_DISTINCT, Some('`')), &tokens[at]);
            let comma = placed(Token::Comma, &item);
            tokens.splice(at..=at, [item, comma]);
        }
        at += 1;
    }
    tokens
}

/// `TABLE t` as a query.
fn tables(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        if is_word(&token.token, "TABLE") && may_begin_query(&tokens, at) && is_whole_query(&tokens[at + 1..]) {
            out.extend([word("SELECT", token), placed(Token::Mul, token), word("FROM", token)]);
        } else {
            out.push(token.clone());
        }
    }
    out
}

/// Whether a name stands here, and behind it what may follow a query.
fn is_whole_query(tokens: &[TokenWithSpan]) -> bool {
    let mut end = 0;
    while let Some(Token::Word(_)) = tokens.get(end).map(|token| &token.token) {
        end += 1;
        match tokens.get(end).map(|token| &token.token) {
            Some(Token::Period) => end += 1,
            None | Some(Token::RParen) => return true,
            Some(behind) => return ends_values(behind),
        }
    }
    false
}

/// Name of the call that carries what EXCLUDE says of a frame, and its start: a distance, or the word UNBOUNDED or CURRENT.
pub const EXCLUDE: &str = "$exclude";

/// Frames with EXCLUDE.
fn exclusions(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // For each open bracket, where the frame in it begins.
    let mut frames: Vec<Option<usize>> = vec![None];
    let mut rest = tokens.as_slice();
    while let [token, behind @ ..] = rest {
        match bracket(&token.token) {
            1 => frames.push(None),
            -1 if frames.len() > 1 => {
                frames.pop();
            }
            _ => {}
        }
        if ["ROWS", "RANGE", "GROUPS"].iter().any(|unit| is_word(&token.token, unit))
            && let Some(innermost) = frames.last_mut()
        {
            *innermost = Some(out.len() + 1);
        }
        let excluded = if is_word(&token.token, "EXCLUDE") { excluded(behind) } else { None };
        match (excluded, frames.last().copied().flatten()) {
            (Some(length), Some(start)) => {
                exclude_by_call(&mut out, start, &behind[0]);
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

/// How many tokens behind EXCLUDE say what a frame is not over, where it ends behind them.
fn excluded(behind: &[TokenWithSpan]) -> Option<usize> {
    const FORMS: [&[&str]; 4] = [&["CURRENT", "ROW"], &["GROUP"], &["TIES"], &["NO", "OTHERS"]];
    let form = FORMS.iter().find(|form| Cursor::new(behind).looks_at(form))?;
    behind.get(form.len()).is_some_and(|token| token.token == Token::RParen).then_some(form.len())
}

/// Puts the start of the frame whose tokens begin at `start` into a call, with the first word behind EXCLUDE.
fn exclude_by_call(out: &mut Vec<TokenWithSpan>, start: usize, what: &TokenWithSpan) {
    let start = start + usize::from(out.get(start).is_some_and(|token| is_word(&token.token, "BETWEEN")));
    let end = first_outside(&out[start..], |token| is_word(token, "AND")).map_or(out.len(), |end| start + end);
    let [distance @ .., side] = &out[start..end] else { return };
    let is_row = is_word(&side.token, "ROW");
    let side = if is_row { word("PRECEDING", side) } else { side.clone() };
    let call = [placed(Token::make_word(EXCLUDE, Some('`')), what), placed(Token::LParen, what)];
    let what = match &what.token {
        Token::Word(word) => placed(Token::make_word(&word.value.to_ascii_uppercase(), Some('`')), what),
        _ => what.clone(),
    };
    let tail = [placed(Token::RParen, &what), side];
    let made: Vec<TokenWithSpan> =
        call.into_iter().chain([what.clone(), placed(Token::Comma, &what)]).chain(distance.iter().cloned()).chain(tail).collect();
    out.splice(start..end, made);
}

/// Name of the call that carries the values behind WHEN, where they are several.
pub const WHEN_LIST: &str = "$when";

/// Lists behind WHEN, as calls.
fn when_lists(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // Of each WHEN without its THEN: where it stands in `out`, the depth of brackets, and whether there is a comma.
    let (mut depth, mut open): (i32, Vec<(usize, i32, bool)>) = (0, Vec::new());
    for token in tokens {
        depth += bracket(&token.token);
        match open.last_mut() {
            Some((_, at, several)) if *at == depth && token.token == Token::Comma => *several = true,
            Some((when, at, several)) if *at == depth && is_word(&token.token, "THEN") => {
                if *several {
                    let like = out[*when].clone();
                    let call = [placed(Token::make_word(WHEN_LIST, Some('`')), &like), placed(Token::LParen, &like)];
                    out.splice(*when + 1..*when + 1, call);
                    out.push(placed(Token::RParen, &token));
                }
                open.pop();
            }
            _ => {}
        }
        if is_word(&token.token, "WHEN") {
            open.push((out.len(), depth, false));
        }
        out.push(token);
    }
    out
}

/// A token with the place of another.
pub(super) fn placed(token: Token, like: &TokenWithSpan) -> TokenWithSpan {
    TokenWithSpan { token, span: like.span }
}

/// An unquoted word with the place of another token.
pub(super) fn word(text: &str, like: &TokenWithSpan) -> TokenWithSpan {
    placed(Token::make_word(text, None), like)
}

/// Position of the bracket that closes the one at `open`.
pub(super) fn closing(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        depth += bracket(&token.token);
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

/// A number and a unit of time as the text and the unit of an INTERVAL literal; `None` if `unit` is no unit of time.
pub(super) fn interval_parts(number: &str, unit: &str) -> Option<(String, &'static str)> {
    let number = number.trim();
    Some(match unit.trim().to_ascii_lowercase().as_str() {
        "ns" | "nanosecond" | "nanoseconds" => (shifted(number, 9)?, "SECOND"),
        "us" | "microsecond" | "microseconds" => (shifted(number, 6)?, "SECOND"),
        "ms" | "millisecond" | "milliseconds" => (shifted(number, 3)?, "SECOND"),
        "s" | "sec" | "secs" | "second" | "seconds" => (number.to_owned(), "SECOND"),
        "m" | "min" | "mins" | "minute" | "minutes" => (number.to_owned(), "MINUTE"),
        "h" | "hour" | "hours" => (number.to_owned(), "HOUR"),
        "d" | "day" | "days" => (number.to_owned(), "DAY"),
        "week" | "weeks" => (times(number, 7)?, "DAY"),
        "month" | "months" => (number.to_owned(), "MONTH"),
        "quarter" | "quarters" => (times(number, 3)?, "MONTH"),
        "year" | "years" => (number.to_owned(), "YEAR"),
        _ => return None,
    })
}

/// The three tokens of an INTERVAL literal with the place of another token.
pub(super) fn interval(number: String, unit: &str, like: &TokenWithSpan) -> [TokenWithSpan; 3] {
    [word("INTERVAL", like), placed(Token::SingleQuotedString(number), like), word(unit, like)]
}

/// `10 seconds`, `10s`: a number and a unit in one text. A part of a month is more than one of either.
pub(super) fn duration_text(text: &str) -> Option<(String, &'static str)> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let parts = if number.is_empty() { None } else { interval_parts(number, unit) };
    parts.filter(|(number, unit)| !(number.contains('.') && ["MONTH", "YEAR"].contains(unit)))
}

/// `number` divided by 10^places, exactly.
fn shifted(number: &str, places: usize) -> Option<String> {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    Some(format!("{sign}{whole}.{fraction}"))
}

fn times(number: &str, factor: i64) -> Option<String> {
    Some(number.parse::<i64>().ok()?.checked_mul(factor)?.to_string())
}

fn intervals(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match interval_at(&tokens[at..]) {
            Some((number, unit, length)) => {
                let like = tokens.get(at + 1).unwrap_or(token);
                let [_, number, unit] = interval(number, unit, like);
                out.extend([token.clone(), number, unit]);
                at += length;
            }
            None => {
                out.push(token.clone());
                at += 1;
                let length = qualified_number(token, &tokens[at..]);
                if length > 0 {
                    out.push(placed(Token::LParen, token));
                    out.extend_from_slice(&tokens[at..at + length]);
                    out.push(placed(Token::RParen, &tokens[at + length - 1]));
                    at += length;
                }
            }
        }
    }
    out
}

/// How many tokens behind INTERVAL are the name of a column with that of its table; none where there are no points.
fn qualified_number(before: &TokenWithSpan, behind: &[TokenWithSpan]) -> usize {
    let is_name = |at: usize| matches!(behind.get(at), Some(TokenWithSpan { token: Token::Word(_), .. }));
    let is_point = |at: usize| behind.get(at).is_some_and(|t| t.token == Token::Period);
    if !is_word(&before.token, "INTERVAL") || !is_name(0) || !is_point(1) {
        return 0;
    }
    let mut length = 1;
    while is_point(length) && is_name(length + 1) {
        length += 2;
    }
    length
}

/// The parts of an INTERVAL literal at the beginning of `tokens` that is to be changed, and how many tokens it has.
fn interval_at(tokens: &[TokenWithSpan]) -> Option<(String, &'static str, usize)> {
    let (sign, value, rest) = match tokens {
        [first, sign, value, rest @ ..] if is_word(&first.token, "INTERVAL") && sign.token == Token::Minus => ("-", value, rest),
        [first, value, rest @ ..] if is_word(&first.token, "INTERVAL") => ("", value, rest),
        _ => return None,
    };
    let (Token::SingleQuotedString(number) | Token::Number(number, _)) = &value.token else { return None };
    let number = match number.trim().strip_prefix('-') {
        Some(number) if !sign.is_empty() => number.to_owned(),
        _ => format!("{sign}{}", number.trim()),
    };
    if rest.get(1).is_some_and(|t| is_word(&t.token, "TO") || t.token == Token::LParen) {
        return None;
    }
    let unit = rest.first().and_then(|t| match &t.token {
        Token::Word(Word { value, quote_style: None, keyword }) if *keyword != Keyword::NoKeyword => Some(value),
        _ => None,
    });
    let length = 2 + sign.len();
    match unit.and_then(|unit| interval_parts(&number, unit)) {
        Some((number, unit)) => Some((number, unit, length + 1)),
        None => duration_text(&number).map(|(number, unit)| (number, unit, length)),
    }
}

/// Name of the column that stands for the order in which rows arrive.
pub const ARRIVAL: &str = "$arrival";

/// The last rows of a key as they came: a frame, and an order that says so.
fn buffers(tokens: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let (Some(rows), Some(end)) = (buffer_rows(&tokens[at..]), closing(tokens, at)) else {
            out.push(tokens[at].clone());
            at += 1;
            continue;
        };
        let (like, inside) = (&tokens[at + 4], &tokens[at + BUFFER_TOKENS..end]);
        let Some(before) = rows.checked_sub(1) else {
            return Err(Error::sql("a buffer of no rows").at(span_of(like.span)).hint("BUFFER 1 ROWS is the row alone"));
        };
        let words = |i: usize, first: &str, second: &str| {
            let is = |at: usize, text: &str| inside.get(at).is_some_and(|t| is_word(&t.token, text));
            is(i, first) && is(i + 1, second)
        };
        if let Some(expiry) = (0..inside.len()).find(|i| words(*i, "EXPIRE", "AFTER")) {
            return Err(Error::sql("EXPIRE AFTER is not supported")
                .at(span_of(inside[expiry].span))
                .hint("the last rows of a key stay"));
        }
        let order = first_outside(inside, |token| is_word(token, "ORDER")).unwrap_or(inside.len());
        out.push(tokens[at].clone());
        out.extend_from_slice(&inside[..order]);
        out.extend([word("ORDER", like), word("BY", like), placed(Token::make_word(ARRIVAL, Some('`')), like)]);
        out.extend([word("ROWS", like), placed(Token::Number(before.to_string(), false), like), word("PRECEDING", like)]);
        at = end;
    }
    Ok(out)
}

/// Tokens of `( ROWS WINDOW BUFFER 100 ROWS`.
const BUFFER_TOKENS: usize = 6;

/// The rows of the buffer that begins with `tokens`.
fn buffer_rows(tokens: &[TokenWithSpan]) -> Option<u64> {
    let [open, rows, window, buffer, number, unit, ..] = tokens else { return None };
    let is_buffer = open.token == Token::LParen
        && [(rows, "ROWS"), (window, "WINDOW"), (buffer, "BUFFER"), (unit, "ROWS")].iter().all(|(t, w)| is_word(&t.token, w));
    match &number.token {
        Token::Number(digits, _) if is_buffer => digits.parse().ok(),
        _ => None,
    }
}

/// Rows of VALUES in brackets, where they are one item without any.
fn rows_of_values(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    // Where items of VALUES begin, and the depth of brackets at which they stand.
    let (mut depth, mut values): (i32, Vec<i32>) = (0, Vec::new());
    let mut close_at = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        while close_at.last() == Some(&at) {
            close_at.pop();
            out.push(placed(Token::RParen, token));
        }
        depth += bracket(&token.token);
        values.retain(|begun| *begun <= depth);
        out.push(token.clone());
        let begins = is_word(&token.token, "VALUES") && may_begin_query(tokens, at);
        if begins {
            values.push(depth);
        } else if values.last() == Some(&depth) && ends_values(&token.token) {
            values.pop();
        }
        let is_next = begins || (values.last() == Some(&depth) && token.token == Token::Comma);
        if is_next && let Some(end) = bare_row(&tokens[at + 1..]) {
            out.push(placed(Token::LParen, token));
            close_at.push(at + 1 + end);
        }
    }
    out.extend(close_at.iter().filter_map(|_| tokens.last().map(|last| placed(Token::RParen, last))));
    out
}

/// Whether the word at `at` stands where a query may begin.
fn may_begin_query(tokens: &[TokenWithSpan], at: usize) -> bool {
    let behind = |token: &TokenWithSpan| {
        token.token == Token::LParen
            || ["UNION", "ALL", "DISTINCT", "EXCEPT", "INTERSECT"].iter().any(|word| is_word(&token.token, word))
    };
    at == 0 || behind(&tokens[at - 1])
}

/// Whether VALUES has no more rows behind this token.
fn ends_values(token: &Token) -> bool {
    ["UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT", "OFFSET", "FETCH"].iter().any(|word| is_word(token, word))
}

/// How many tokens the row of VALUES has that begins here, if it is an item without brackets.
fn bare_row(tokens: &[TokenWithSpan]) -> Option<usize> {
    let end = first_outside(tokens, |token| *token == Token::Comma || ends_values(token)).unwrap_or(tokens.len());
    let is_row = match tokens.first().map(|first| &first.token) {
        Some(Token::LParen) => closing(tokens, 0) == Some(end - 1),
        Some(word) => is_word(word, "ROW"),
        None => true,
    };
    (!is_row && end > 0).then_some(end)
}

fn maps(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    for at in 0..tokens.len() {
        let opening = tokens.get(at + 1).map(|t| &t.token).filter(|_| is_word(&tokens[at].token, "MAP"));
        let (true, Some(end)) = (matches!(opening, Some(Token::LBracket | Token::LBrace)), closing(&tokens, at + 1)) else {
            continue;
        };
        let mut depth = 0;
        for inside in &mut tokens[at + 1..end] {
            depth += bracket(&inside.token);
            if depth == 1 && inside.token == Token::Colon {
                inside.token = Token::Comma;
            }
        }
        tokens[at + 1].token = Token::LParen;
        tokens[end].token = Token::RParen;
    }
    tokens
}

fn carry_types(tokens: &[TokenWithSpan], named: &NamedTypes) -> Result<Vec<TokenWithSpan>> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    let mut types = cast_types(tokens, named)?;
    types.extend(record::declared_types(tokens, named)?);
    types.sort_unstable();
    for (start, end) in types {
        if start < at {
            continue;
        }
        let target = &tokens[start..end];
        let mut reader = TypeReader::new(Cursor::knowing(named, target));
        let data_type = reader.read()?;
        let lengths = std::mem::take(&mut reader.lengths);
        reader.into_cursor()?.expect_end("the data type")?;
        let is_named = target.iter().any(|token| matches!(&token.token, Token::Word(word) if named.find(&word.value).is_some()));
        if is_named || !is_plain(target) {
            let text = if is_named { lengths.name(&data_type).to_string() } else { text_of(target) };
            out.extend_from_slice(&tokens[at..start]);
            out.push(placed(Token::make_word(&text, Some(CARRIED)), &tokens[start]));
            at = end;
        }
    }
    out.extend_from_slice(&tokens[at..]);
    Ok(out)
}

/// Where the type that begins at `start` ends.
pub(super) fn type_at(tokens: &[TokenWithSpan], start: usize, named: &NamedTypes) -> Result<(usize, usize)> {
    let mut reader = TypeReader::new(Cursor::knowing(named, &tokens[start..]));
    reader.read()?;
    Ok((start, tokens.len() - reader.into_cursor()?.rest().len()))
}

/// Where the types of all casts stand: `CAST ( ... AS <start> type <end> )` and `... :: <start> type <end>`.
fn cast_types(tokens: &[TokenWithSpan], named: &NamedTypes) -> Result<Vec<(usize, usize)>> {
    let behind_colons = tokens.iter().enumerate().filter(|(_, t)| t.token == Token::DoubleColon);
    let mut types: Vec<(usize, usize)> = behind_colons.map(|(at, _)| type_at(tokens, at + 1, named)).collect::<Result<_>>()?;
    // For each open bracket: whether it belongs to a cast, and what stands behind its last AS.
    let mut open: Vec<(bool, Option<usize>)> = Vec::new();
    for (i, TokenWithSpan { token, .. }) in tokens.iter().enumerate() {
        match bracket(token) {
            1 => {
                let cast = i > 0 && ["CAST", "TRY_CAST"].iter().any(|w| is_word(&tokens[i - 1].token, w));
                open.push((cast && *token == Token::LParen, None));
            }
            -1 => {
                if let Some((true, Some(start))) = open.pop() {
                    types.push((start, i));
                }
            }
            _ => {
                if let (true, Some(innermost)) = (is_word(token, "AS"), open.last_mut()) {
                    innermost.1 = Some(i + 1);
                }
            }
        }
    }
    Ok(types)
}

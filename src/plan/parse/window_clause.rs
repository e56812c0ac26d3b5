//! `WINDOW TUMBLING (...)`, `WINDOW SLIDING (...)`, `WINDOW SESSION (...)` of an older system, moved into GROUP BY.
//!
//! The clause stands anywhere behind FROM. Inside it stand `SIZE 10 SECONDS`, `ADVANCE BY 5 SECONDS`, or positional
//! `[time column,] size [, advance]`. It becomes the first item of GROUP BY: `TUMBLE(ts, size)`, `HOP(ts, advance, size)`,
//! `SESSION(ts, gap)`. A clause `WINDOW name AS (...)` of OVER is left alone.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{bracket, first_outside, is_word, split_at_commas};
use super::fault::span_of;
use super::rewrite::{closing, placed, word};
use super::window::{duration, is_column};
use crate::error::{Error, Result};

/// Tokens in which every such clause has become an item of GROUP BY.
pub(super) fn into_group_by(mut tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let mut at = 0;
    while at < tokens.len() {
        if let Some(call) = clause_at(&tokens, at)? {
            tokens.drain(at..call.end);
            insert(&mut tokens, at, call.item);
        } else {
            at += 1;
        }
    }
    Ok(tokens)
}

struct Call {
    /// Position behind the clause.
    end: usize,
    /// The item of GROUP BY it becomes.
    item: Vec<TokenWithSpan>,
}

fn clause_at(tokens: &[TokenWithSpan], at: usize) -> Result<Option<Call>> {
    let [first, name, open, ..] = &tokens[at..] else { return Ok(None) };
    if !is_word(&first.token, "WINDOW") || open.token != Token::LParen {
        return Ok(None);
    }
    let Some((_, function)) = FUNCTIONS.iter().find(|(spelling, _)| is_word(&name.token, spelling)) else { return Ok(None) };
    let Some(end) = closing(tokens, at + 2) else {
        return Err(Error::sql("the '(' of WINDOW is not closed").at(span_of(open.span)));
    };
    let item = item(function, &tokens[at + 3..end], name)?;
    Ok(Some(Call { end: end + 1, item }))
}

const FUNCTIONS: [(&str, &str); 5] =
    [("TUMBLING", "TUMBLE"), ("SLIDING", "HOP"), ("HOPPING", "HOP"), ("SESSION", "SESSION"), ("TUMBLE", "TUMBLE")];

/// `TUMBLE(ts, size)` from what stands in the parentheses of the clause.
fn item(function: &str, inside: &[TokenWithSpan], name: &TokenWithSpan) -> Result<Vec<TokenWithSpan>> {
    let mut parts = split_at_commas(inside);
    let column = match parts.first() {
        Some(part) if is_column(part) => Some(parts.remove(0)),
        _ => None,
    };
    let (mut size, mut advance) = (None, None);
    for part in parts {
        let (slot, value) = match part {
            [key, value @ ..] if is_word(&key.token, "SIZE") || is_word(&key.token, "GAP") => (&mut size, value),
            [key, by, value @ ..] if is_word(&key.token, "ADVANCE") && is_word(&by.token, "BY") => (&mut advance, value),
            value if size.is_none() => (&mut size, value),
            value => (&mut advance, value),
        };
        if value.is_empty() || slot.replace(value).is_some() {
            return Err(wrong(function, name));
        }
    }
    let durations = match (function, size, advance) {
        ("HOP", Some(size), Some(advance)) => vec![advance, size],
        // A sliding window that does not say how it advances is a tumbling one in no system; it must say so.
        ("HOP", ..) | (_, _, Some(_)) | (_, None, _) => return Err(wrong(function, name)),
        (_, Some(size), None) => vec![size],
    };
    let mut out = vec![word(function, name), placed(Token::LParen, name)];
    out.extend(column.into_iter().flatten().cloned());
    for (i, part) in durations.into_iter().enumerate() {
        if i > 0 || column.is_some() {
            out.push(placed(Token::Comma, name));
        }
        out.extend(duration(part));
    }
    out.push(placed(Token::RParen, name));
    Ok(out)
}

fn wrong(function: &str, name: &TokenWithSpan) -> Error {
    let hint = match function {
        "HOP" => "write WINDOW SLIDING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS)",
        "SESSION" => "write WINDOW SESSION (10 SECONDS)",
        _ => "write WINDOW TUMBLING (SIZE 10 SECONDS)",
    };
    Error::sql("this WINDOW clause is not understood").at(span_of(name.span)).hint(hint)
}

/// Adds `item` to the GROUP BY of the query in which position `at` stands.
fn insert(tokens: &mut Vec<TokenWithSpan>, at: usize, mut item: Vec<TokenWithSpan>) {
    let like = item[0].clone();
    if let Some(group) = group_before(tokens, at).or_else(|| group_behind(tokens, at)) {
        item.push(placed(Token::Comma, &like));
        tokens.splice(group + 2..group + 2, item);
    } else {
        item.splice(0..0, [word("GROUP", &like), word("BY", &like)]);
        let end = end_of_grouping(tokens, at);
        tokens.splice(end..end, item);
    }
}

/// GROUP BY between the SELECT of this query and `at`.
fn group_before(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    let mut depth = 0;
    for i in (0..at).rev() {
        depth -= bracket(&tokens[i].token);
        if depth < 0 || (depth == 0 && is_word(&tokens[i].token, "SELECT")) {
            return None;
        }
        if depth == 0 && is_group_by(tokens, i) {
            return Some(i);
        }
    }
    None
}

/// GROUP BY between `at` and the end of this query.
fn group_behind(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    let end = end_of_grouping(tokens, at);
    let mut depth = 0;
    (at..end).find(|i| {
        depth += bracket(&tokens[*i].token);
        depth == 0 && is_group_by(tokens, *i)
    })
}

fn is_group_by(tokens: &[TokenWithSpan], at: usize) -> bool {
    is_word(&tokens[at].token, "GROUP") && tokens.get(at + 1).is_some_and(|t| is_word(&t.token, "BY"))
}

const CLAUSES_BEHIND: [&str; 9] = ["HAVING", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "FETCH", "OFFSET", "WINDOW"];

/// Position behind which a GROUP BY cannot stand: the next such clause, the bracket that closes the query, or the end.
fn end_of_grouping(tokens: &[TokenWithSpan], at: usize) -> usize {
    let behind = |token: &Token| CLAUSES_BEHIND.iter().any(|w| is_word(token, w));
    first_outside(&tokens[at..], behind).map_or(tokens.len(), |found| at + found)
}

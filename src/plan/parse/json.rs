//! The clauses of JSON functions, which the parser crate does not know, as arguments that it does:
//!
//! - `JSON_OBJECT(KEY 'k' VALUE v)` becomes `JSON_OBJECT('k', v)`, and JSON_OBJECTAGG the same;
//! - `JSON_VALUE(json, path RETURNING INT DEFAULT 0 ON EMPTY ERROR ON ERROR)` becomes
//!   `JSON_VALUE(json, path, RETURNING => CAST(NULL AS INT), ON_EMPTY => 0, ON_ERROR => "ERROR")`: an answer that is a word is a name,
//!   one that is a value stands behind DEFAULT and is any expression;
//! - `JSON_QUERY(json, path WITH CONDITIONAL ARRAY WRAPPER)` becomes `JSON_QUERY(json, path, WRAPPER => "CONDITIONAL")`.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, first_outside, is_word};
use super::rewrite::{closing, placed, word};
use crate::error::Result;

/// Tokens with the changes made.
pub(super) fn clauses(tokens: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        out.push(token.clone());
        at += 1;
        let is = |names: &[&str]| names.iter().any(|name| is_word(&token.token, name));
        let opens = tokens.get(at).is_some_and(|next| next.token == Token::LParen);
        let Some(end) = closing(tokens, at).filter(|_| opens) else { continue };
        let inside = &tokens[at + 1..end];
        let inside = match () {
            () if is(&["JSON_OBJECT", "JSON_OBJECTAGG"]) => clauses(&pairs(inside))?,
            () if is(&["JSON_VALUE", "JSON_QUERY", "JSON_EXISTS"]) => path_call(inside)?,
            () => continue,
        };
        out.push(tokens[at].clone());
        out.extend(inside);
        at = end;
    }
    Ok(out)
}

/// Keys and values between commas. KEY and VALUE may be names of columns too.
fn pairs(inside: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(inside.len());
    let mut depth = 0;
    for (at, token) in inside.iter().enumerate() {
        depth += super::cursor::bracket(&token.token);
        let begins = out.last().is_none_or(|last| last.token == Token::Comma);
        let ends = inside.get(at + 1).is_none_or(|next| next.token == Token::Comma || is_word(&next.token, "VALUE"));
        match depth == 0 {
            true if begins && !ends && is_word(&token.token, "KEY") => {}
            true if !begins && is_word(&token.token, "VALUE") => out.push(placed(Token::Comma, token)),
            _ => out.push(token.clone()),
        }
    }
    out
}

/// The answers of a JSON function that are words.
const ANSWERS: [&str; 6] = ["NULL", "ERROR", "EMPTY", "TRUE", "FALSE", "UNKNOWN"];

/// Arguments, and clauses as arguments.
fn path_call(inside: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>> {
    let comma = first_outside(inside, |token| *token == Token::Comma).map_or(inside.len(), |at| at + 1);
    let begins = |token: &Token| ["RETURNING", "WITH", "WITHOUT", "DEFAULT"].iter().chain(&ANSWERS).any(|w| is_word(token, w));
    let start = comma + first_outside(&inside[comma..], begins).unwrap_or(inside.len() - comma);
    let mut out = clauses(&inside[..start])?;
    let mut cursor = Cursor::new(&inside[start..]);
    while let Some(first) = cursor.peek() {
        out.extend(clause(&mut cursor, first)?);
    }
    Ok(out)
}

/// One clause as a named argument, behind a comma.
fn clause(cursor: &mut Cursor<'_>, first: &TokenWithSpan) -> Result<Vec<TokenWithSpan>> {
    let (name, value) = match () {
        () if cursor.accept(&["RETURNING"]) => {
            let ends = |t: &Token| ["WITH", "WITHOUT", "DEFAULT"].iter().chain(&ANSWERS).any(|w| is_word(t, w));
            let target = cursor.take_until_where(ends);
            let cast = [word("CAST", first), placed(Token::LParen, first), word("NULL", first), word("AS", first)];
            ("RETURNING", [&cast, target, &[placed(Token::RParen, first)]].concat())
        }
        () if cursor.accept(&["WITHOUT"]) => ("WRAPPER", wrapper(cursor, "WITHOUT", first)?),
        () if cursor.accept(&["WITH", "CONDITIONAL"]) => ("WRAPPER", wrapper(cursor, "CONDITIONAL", first)?),
        () if cursor.accept(&["WITH"]) => {
            cursor.accept(&["UNCONDITIONAL"]);
            ("WRAPPER", wrapper(cursor, "UNCONDITIONAL", first)?)
        }
        () if cursor.accept(&["DEFAULT"]) => {
            let value = clauses(cursor.take_until_where(|token| is_word(token, "ON")))?;
            (place(cursor)?, value)
        }
        () => {
            let answer = answer(cursor)?;
            (place(cursor)?, vec![named(answer, first)])
        }
    };
    let head = [placed(Token::Comma, first), word(name, first), placed(Token::RArrow, first)];
    Ok(head.into_iter().chain(value).collect())
}

fn named(name: &str, like: &TokenWithSpan) -> TokenWithSpan {
    placed(Token::make_word(name, Some('"')), like)
}

fn wrapper(cursor: &mut Cursor<'_>, name: &str, like: &TokenWithSpan) -> Result<Vec<TokenWithSpan>> {
    cursor.accept(&["ARRAY"]);
    cursor.expect(&["WRAPPER"]).map_err(|error| error.hint("WITHOUT WRAPPER, WITH WRAPPER or WITH CONDITIONAL WRAPPER"))?;
    Ok(vec![named(name, like)])
}

fn answer(cursor: &mut Cursor<'_>) -> Result<&'static str> {
    if cursor.accept(&["EMPTY", "OBJECT"]) {
        return Ok("OBJECT");
    }
    if cursor.accept(&["EMPTY"]) {
        cursor.accept(&["ARRAY"]);
        return Ok("ARRAY");
    }
    let found = ANSWERS.into_iter().find(|answer| cursor.accept(&[answer]));
    found.ok_or_else(|| cursor.expected("RETURNING, WITH, WITHOUT, DEFAULT, NULL, ERROR or EMPTY"))
}

fn place(cursor: &mut Cursor<'_>) -> Result<&'static str> {
    if cursor.accept(&["ON", "EMPTY"]) {
        return Ok("ON_EMPTY");
    }
    cursor.expect(&["ON", "ERROR"]).map_err(|error| error.hint("such as NULL ON EMPTY, or DEFAULT 0 ON ERROR"))?;
    Ok("ON_ERROR")
}

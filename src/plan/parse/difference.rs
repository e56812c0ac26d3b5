//! The difference of two times in a unit that is named behind it, as the standard has it: `(b - a) MONTH`, `(b - a) DAY TO HOUR`. It becomes
//! the call `` `$difference`(b - a, 'MONTH') ``, with the smallest of its units.
//!
//! A unit behind such brackets is never the name of a column, as neither in Flink nor in PostgreSQL, which want AS before it.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{first_outside, is_word};
use super::rewrite::{closing, placed};

/// Name of the call.
pub const DIFFERENCE: &str = "$difference";

/// The units, each in the singular.
const UNITS: [&str; 8] = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"];

/// Words before a bracket that begins an expression, not the arguments of a call. FROM is that of EXTRACT.
const BEFORE: [&str; 17] = [
    "SELECT", "DISTINCT", "ALL", "AND", "OR", "NOT", "CASE", "WHEN", "THEN", "ELSE", "WHERE", "HAVING", "ON", "BY", "BETWEEN",
    "QUALIFY", "FROM",
];

/// Tokens in which every such difference is a call.
pub(super) fn differences(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    // Of each difference that is open: where its bracket closes, its smallest unit, and how many tokens name its units.
    let mut open: Vec<(usize, &'static str, usize)> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let Some(found) = difference_at(&tokens, at) {
            out.push(placed(Token::make_word(DIFFERENCE, Some('`')), token));
            open.push(found);
        }
        match open.last() {
            Some(&(close, unit, named)) if close == at => {
                open.pop();
                let unit = placed(Token::SingleQuotedString(unit.to_owned()), token);
                out.extend([placed(Token::Comma, token), unit, token.clone()]);
                at += 1 + named;
            }
            _ => {
                out.push(token.clone());
                at += 1;
            }
        }
    }
    out
}

/// What `differences` keeps of the difference that begins with the bracket at `at`, if there is one.
fn difference_at(tokens: &[TokenWithSpan], at: usize) -> Option<(usize, &'static str, usize)> {
    let begins = match at.checked_sub(1).map(|before| &tokens[before].token) {
        Some(word @ Token::Word(_)) => BEFORE.iter().any(|known| is_word(word, known)),
        Some(Token::RParen | Token::RBracket) => false,
        _ => true,
    };
    if tokens[at].token != Token::LParen || !begins {
        return None;
    }
    let close = closing(tokens, at)?;
    let behind = &tokens[close + 1..];
    let first = unit(behind.first()?)?;
    let (smallest, named) = match behind {
        [_, to, last, ..] if is_word(&to.token, "TO") => (unit(last)?, 3),
        _ => (first, 1),
    };
    subtracts(&tokens[at + 1..close]).then_some((close, smallest, named))
}

/// Whether there is a minus between two values outside brackets, and no table.
fn subtracts(inside: &[TokenWithSpan]) -> bool {
    let outside = |wanted: fn(&Token) -> bool| first_outside(inside, wanted);
    outside(|token| *token == Token::Minus).is_some_and(|at| at > 0)
        && outside(|token| ["SELECT", "WITH", "VALUES", "JOIN"].iter().any(|word| is_word(token, word))).is_none()
}

fn unit(token: &TokenWithSpan) -> Option<&'static str> {
    UNITS.into_iter().find(|unit| is_word(&token.token, unit) || is_word(&token.token, &format!("{unit}S")))
}

//! TRIM in the forms of PostgreSQL that the parser crate does not read: `TRIM(FROM x)`, `TRIM(LEADING FROM x)`, `TRIM(x, characters)` and
//! `TRIM(TRAILING FROM x, characters)` become calls of BTRIM, LTRIM and RTRIM.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{first_outside, is_word};
use super::rewrite::word;

/// The function for each side.
const SIDES: [(&str, &str); 3] = [("BOTH", "BTRIM"), ("LEADING", "LTRIM"), ("TRAILING", "RTRIM")];

/// Tokens in which every such TRIM is a plain call.
pub(super) fn trims(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match plain_call(&tokens[at..]) {
            Some((name, taken)) => {
                out.extend([word(name, token), tokens[at + 1].clone()]);
                at += taken;
            }
            None => {
                out.push(token.clone());
                at += 1;
            }
        }
    }
    out
}

/// The function that a TRIM at the beginning of `tokens` calls, and how many tokens stand before its first argument.
fn plain_call(tokens: &[TokenWithSpan]) -> Option<(&'static str, usize)> {
    let [trim, open, first, ..] = tokens else { return None };
    if !is_word(&trim.token, "TRIM") || open.token != Token::LParen {
        return None;
    }
    let side = SIDES.iter().find(|(side, _)| is_word(&first.token, side));
    let (name, taken) = side.map_or(("BTRIM", 2), |(_, name)| (*name, 3));
    let rest = tokens.get(taken..)?;
    if is_word(&rest.first()?.token, "FROM") {
        return Some((name, taken + 1));
    }
    let next = first_outside(rest, |token| *token == Token::Comma || is_word(token, "FROM"))?;
    (rest[next].token == Token::Comma).then_some((name, taken))
}

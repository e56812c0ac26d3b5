//! The array whose items are the last arguments of a call: `f(a, VARIADIC b)` becomes `` f(a, `$VARIADIC`(b)) ``.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{bracket, is_word};
use super::rewrite::placed;

/// Name of the call that carries the array.
pub const VARIADIC: &str = "$VARIADIC";

/// Tokens in which every such array is a call.
pub(super) fn arrays(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    // For each open bracket whether one more is to be closed with it.
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match bracket(&token.token) {
            1 => open.push(false),
            -1 if open.pop() == Some(true) => out.push(placed(Token::RParen, token)),
            _ => {}
        }
        match open.last_mut() {
            Some(is_carried) if is_variadic(&tokens, at) => {
                *is_carried = true;
                out.push(placed(Token::make_word(VARIADIC, Some('`')), token));
                out.push(placed(Token::LParen, token));
            }
            _ => out.push(token.clone()),
        }
    }
    out
}

/// Whether the word stands here before the last argument of a call, and is no name.
fn is_variadic(tokens: &[TokenWithSpan], at: usize) -> bool {
    let is_before = |token: &Token| matches!(token, Token::Word(_) | Token::LParen | Token::SingleQuotedString(_));
    let is_behind = |token: &Token| matches!(token, Token::Comma | Token::LParen);
    is_word(&tokens[at].token, "VARIADIC")
        && at.checked_sub(1).is_some_and(|before| is_behind(&tokens[before].token))
        && tokens.get(at + 1).is_some_and(|behind| is_before(&behind.token))
        && is_last(&tokens[at + 1..])
}

/// Whether no comma and no FROM stand before the bracket that closes the one around.
fn is_last(tokens: &[TokenWithSpan]) -> bool {
    let mut depth = 0;
    for token in tokens {
        depth += bracket(&token.token);
        if depth < 0 {
            return true;
        }
        if depth == 0 && (token.token == Token::Comma || is_word(&token.token, "FROM")) {
            return false;
        }
    }
    false
}

//! The end of a frame that NTH_VALUE counts from: `NTH_VALUE(x, n) FROM LAST OVER w` becomes `NTH_VALUE(x, -(n)) OVER w`, and FROM FIRST is left
//! out.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, first_outside, is_word};
use super::rewrite::{closing, placed};

/// Tokens in which every such call counts by the sign of its number.
pub(super) fn counts(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    for at in (0..tokens.len()).rev() {
        let Some((close, is_last)) = directed(&tokens[at..]) else { continue };
        let close = at + close;
        tokens.drain(close + 1..close + 3);
        let number = is_last.then(|| number_of(&tokens[at + 2..close])).flatten();
        if let Some((start, end)) = number.map(|(start, end)| (at + 2 + start, at + 2 + end)) {
            let [minus, open, behind] = [Token::Minus, Token::LParen, Token::RParen].map(|token| placed(token, &tokens[start]));
            tokens.insert(end, behind);
            tokens.splice(start..start, [minus, open]);
        }
    }
    tokens
}

/// Of such a call at the beginning of `tokens`: where its bracket closes, and whether it counts from the last row.
fn directed(tokens: &[TokenWithSpan]) -> Option<(usize, bool)> {
    let [name, open, ..] = tokens else { return None };
    if !is_word(&name.token, "NTH_VALUE") || open.token != Token::LParen {
        return None;
    }
    let close = closing(tokens, 1)?;
    let mut behind = Cursor::new(&tokens[close + 1..]);
    let is_last = behind.accept(&["FROM", "LAST"]);
    // What may stand behind a table of this name does not begin so.
    let is_over =
        |behind: Cursor<'_>| [&["OVER"][..], &["IGNORE", "NULLS"], &["RESPECT", "NULLS"]].iter().any(|w| behind.looks_at(w));
    ((is_last || behind.accept(&["FROM", "FIRST"])) && is_over(behind)).then_some((close, is_last))
}

/// Where the second of these arguments begins and ends.
fn number_of(arguments: &[TokenWithSpan]) -> Option<(usize, usize)> {
    let start = first_outside(arguments, |token| *token == Token::Comma)? + 1;
    let is_behind = |token: &Token| *token == Token::Comma || is_word(token, "IGNORE") || is_word(token, "RESPECT");
    let end = first_outside(&arguments[start..], is_behind).map_or(arguments.len(), |end| start + end);
    (start < end).then_some((start, end))
}

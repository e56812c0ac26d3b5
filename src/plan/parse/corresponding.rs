//! `a UNION ALL CORRESPONDING BY (x, y) b`, which the parser crate does not know, becomes an operation of three operands:
//! `` a UNION ALL VALUES (`$corresponding`(x, y)) UNION ALL b ``. The one in the middle says by which columns the others go together.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, is_word};
use super::rewrite::{closing, placed, word};

/// Name of the call that carries what CORRESPONDING says.
pub const CORRESPONDING: &str = "$corresponding";

/// Tokens without the word.
pub(super) fn operands(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        let Some(operator) = operator_before(tokens, at).filter(|_| is_word(&token.token, "CORRESPONDING")) else {
            out.push(token.clone());
            at += 1;
            continue;
        };
        let is_list = tokens.get(at + 2).is_some_and(|open| open.token == Token::LParen);
        let has_names = is_list && Cursor::new(&tokens[at + 1..]).looks_at(&["BY"]);
        let by = has_names.then(|| closing(tokens, at + 2)).flatten();
        let names = by.map_or(&[][..], |end| &tokens[at + 3..end]);
        let open =
            [word("VALUES", token), placed(Token::LParen, token), placed(Token::make_word(CORRESPONDING, Some('`')), token)];
        out.extend(open.into_iter().chain([placed(Token::LParen, token)]).chain(names.iter().cloned()));
        out.extend([placed(Token::RParen, token), placed(Token::RParen, token)]);
        out.extend_from_slice(operator);
        at = by.map_or(at + 1, |end| end + 1);
    }
    out
}

/// The set operation whose words end before `at`.
fn operator_before(tokens: &[TokenWithSpan], at: usize) -> Option<&[TokenWithSpan]> {
    let is = |at: usize, words: &[&str]| words.iter().any(|word| is_word(&tokens[at].token, word));
    let quantifier = usize::from(at > 0 && is(at - 1, &["ALL", "DISTINCT"]));
    let start = at.checked_sub(1 + quantifier)?;
    is(start, &["UNION", "INTERSECT", "EXCEPT", "MINUS"]).then(|| &tokens[start..at])
}

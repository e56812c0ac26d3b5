//! Functions of arrays as aggregates, as RisingWave writes them: `AGGREGATE:array_max(x ORDER BY y) FILTER (WHERE z)` becomes
//! `array_max(ARRAY_AGG(x ORDER BY y) FILTER (WHERE z))`.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::is_word;
use super::rewrite::{closing, placed, word};

/// Tokens in which every such call is written out.
pub(super) fn calls(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    // Where the calls end that are open, the innermost last.
    let mut ends = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match arguments_end(&tokens[at..]) {
            Some(length) => {
                let (name, open) = (&tokens[at + 2], &tokens[at + 3]);
                out.extend([name.clone(), open.clone(), word("ARRAY_AGG", name), open.clone()]);
                ends.push(at + length + filter_length(&tokens[at + length..]));
                at += 4;
            }
            None => {
                out.push(token.clone());
                at += 1;
            }
        }
        while ends.pop_if(|end| *end == at).is_some() {
            out.push(placed(Token::RParen, token));
        }
    }
    out
}

/// How many tokens such a call at the beginning of `tokens` has before the bracket that closes it.
fn arguments_end(tokens: &[TokenWithSpan]) -> Option<usize> {
    let [aggregate, colon, name, open, ..] = tokens else { return None };
    let is_call = is_word(&aggregate.token, "AGGREGATE") && colon.token == Token::Colon && open.token == Token::LParen;
    if is_call && matches!(name.token, Token::Word(_)) { closing(tokens, 3) } else { None }
}

/// How many tokens the bracket and the FILTER behind it have.
fn filter_length(tokens: &[TokenWithSpan]) -> usize {
    match tokens {
        [_, filter, open, ..] if is_word(&filter.token, "FILTER") && open.token == Token::LParen => {
            closing(tokens, 2).map_or(1, |end| end + 1)
        }
        _ => 1,
    }
}

//! The types of columns that are declared behind a function in FROM: `JSONB_TO_RECORD(json) AS x(a INT, b ARRAY<STRING>)`.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::is_word;
use super::named_types::NamedTypes;
use super::rewrite::{closing, type_at};
use crate::error::Result;

/// Functions whose columns are declared.
const FUNCTIONS: [&str; 4] = ["JSON_TO_RECORD", "JSONB_TO_RECORD", "JSON_TO_RECORDSET", "JSONB_TO_RECORDSET"];

/// Where the types begin and end.
pub(super) fn declared_types(tokens: &[TokenWithSpan], named: &NamedTypes) -> Result<Vec<(usize, usize)>> {
    let mut types = Vec::new();
    for at in 0..tokens.len() {
        let is_called = FUNCTIONS.iter().any(|name| is_word(&tokens[at].token, name));
        let list = if is_called { list_behind(tokens, at + 1) } else { None };
        let Some((open, close)) = list else { continue };
        let mut name = open + 1;
        while name + 1 < close {
            let behind = name + 1;
            let end = if tokens[behind].token == Token::Comma { behind } else { type_at(tokens, behind, named)?.1 };
            if end > behind {
                types.push((behind, end));
            }
            name = end + 1;
        }
    }
    Ok(types)
}

/// Where the brackets of the list stand that belongs to the arguments from `open` on.
fn list_behind(tokens: &[TokenWithSpan], open: usize) -> Option<(usize, usize)> {
    tokens.get(open).filter(|token| token.token == Token::LParen)?;
    let behind = closing(tokens, open)? + 1;
    let alias = behind + usize::from(is_word(&tokens.get(behind)?.token, "AS"));
    let (Token::Word(_), Token::LParen) = (&tokens.get(alias)?.token, &tokens.get(alias + 1)?.token) else { return None };
    Some((alias + 1, closing(tokens, alias + 1)?))
}

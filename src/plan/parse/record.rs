//! The types of columns that are declared behind a function in FROM: `JSONB_TO_RECORD(json) AS x(a INT, b ARRAY<STRING>)`. Without a name, as in
//! `JSONB_TO_RECORD(json) AS (a INT)`, the rows have that of the function.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, is_word};
use super::named_types::NamedTypes;
use super::rewrite::{closing, type_at};
use crate::error::Result;

/// Functions whose columns are declared.
const FUNCTIONS: [&str; 4] = ["JSON_TO_RECORD", "JSONB_TO_RECORD", "JSON_TO_RECORDSET", "JSONB_TO_RECORDSET"];

fn is_function(token: &TokenWithSpan) -> bool {
    FUNCTIONS.iter().any(|name| is_word(&token.token, name))
}

/// Tokens in which every list of columns behind such a function has a name.
pub(super) fn named(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    for at in (0..tokens.len()).rev().filter(|at| is_function(&tokens[*at])).collect::<Vec<_>>() {
        if let Some(open) = nameless_list(&tokens, at + 1) {
            tokens.insert(open, tokens[at].clone());
        }
    }
    tokens
}

/// Where the list without a name begins that belongs to the arguments from `open` on; a query there is that of WITH.
fn nameless_list(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    tokens.get(open).filter(|token| token.token == Token::LParen)?;
    let behind = closing(tokens, open)? + 1;
    let mut cursor = Cursor::new(&tokens[behind..]);
    let is_list = cursor.accept(&["AS"]) && cursor.accept_token(&Token::LParen);
    let is_query = ["SELECT", "WITH", "VALUES", "TABLE"].iter().any(|word| cursor.looks_at(&[word]));
    let begins = matches!(cursor.peek()?.token, Token::Word(_)) && !is_query;
    (is_list && begins).then_some(behind + 1)
}

/// Where the types begin and end.
pub(super) fn declared_types(tokens: &[TokenWithSpan], named: &NamedTypes) -> Result<Vec<(usize, usize)>> {
    let mut types = Vec::new();
    for at in 0..tokens.len() {
        let list = if is_function(&tokens[at]) { list_behind(tokens, at + 1) } else { None };
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

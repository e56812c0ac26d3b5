//! From tokens to the parser crate's syntax trees: queries and single expressions, with all of the slice used.

use sqlparser::ast::{Expr, Query};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::is_word;
use super::dialect::FlinkDialect;
use super::fault::fault_of;
use super::named_types::NamedTypes;
use super::{rewrite, window};
use crate::error::{Error, Result};
use crate::limits::NESTING_MAX;

/// Reads `tokens` as a query without EMIT, in which `types` have names.
pub(super) fn query(tokens: &[TokenWithSpan], types: &NamedTypes) -> Result<Box<Query>> {
    whole(tokens, types, Parser::parse_query)
}

/// Reads `tokens` as an expression, in which `types` have names.
pub(super) fn expression(tokens: &[TokenWithSpan], types: &NamedTypes) -> Result<Expr> {
    whole(tokens, types, Parser::parse_expr)
}

fn whole<T>(
    tokens: &[TokenWithSpan],
    types: &NamedTypes,
    read: impl Fn(&mut Parser<'static>) -> std::result::Result<T, ParserError>,
) -> Result<T> {
    let rewritten = window::normalize(rewrite::normalize(tokens, types)?)?;
    let mut parser = Parser::new(&FlinkDialect).with_recursion_limit(RECURSION_MAX).with_tokens_with_locations(rewritten.clone());
    let tree = read(&mut parser).map_err(|fault| within(&rewritten).unwrap_or_else(|| fault_of(fault, &rewritten)))?;
    match parser.peek_token_ref() {
        TokenWithSpan { token: Token::EOF, .. } => Ok(tree),
        found => {
            let fault = parser.expected_ref::<()>("the end of the statement", found);
            Err(within(&rewritten)
                .unwrap_or_else(|| fault_of(fault.err().unwrap_or(ParserError::RecursionLimitExceeded), &rewritten)))
        }
    }
}

/// What is wrong with the innermost sub-query that cannot be read: the parser crate, which then tries to read its brackets as something else, says
/// of them alone that they are wrong.
fn within(tokens: &[TokenWithSpan]) -> Option<Error> {
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::LParen => open.push(at),
            Token::RParen => {
                let inside = &tokens[open.pop()? + 1..at];
                let is_query = inside.first().is_some_and(|first| is_word(&first.token, "SELECT"));
                let fault = if is_query { fault_in(inside) } else { None };
                if fault.is_some() {
                    return fault;
                }
            }
            _ => {}
        }
    }
    None
}

fn fault_in(query: &[TokenWithSpan]) -> Option<Error> {
    let mut parser = Parser::new(&FlinkDialect).with_recursion_limit(RECURSION_MAX).with_tokens_with_locations(query.to_vec());
    match parser.parse_query() {
        Err(fault) => Some(fault_of(fault, query)),
        Ok(_) => None,
    }
}

/// Steps down the parser crate may take: it counts several for one level of brackets, and the levels are counted before.
const RECURSION_MAX: usize = NESTING_MAX * 12;

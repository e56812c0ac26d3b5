//! Bounds the depth of every tree before one is built, because trees are read, bound and dropped by recursion.
//!
//! Two things make a tree deep: nesting (brackets, CASE ... END), and chains of operators, as `1 + 1 + 1 + ...` leans to the
//! left with one level for each operator. Lists between commas are flat and may be as long as they like.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{bracket, is_word};
use super::fault::{span_of, too_deep};
use crate::error::{Error, Result};
use crate::limits::NESTING_MAX;

/// Operators that may stand on one way from the outermost expression to an innermost. More: an error.
const CHAIN_MAX: usize = 256;

/// Checks the tokens of one statement.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<()> {
    // Operators of the present chain for each open bracket or CASE; the first is the statement itself.
    let mut chains = vec![Chain::default()];
    let mut on_the_way = 0;
    let mut after_operator = false;
    for token in tokens {
        let kind = kind(&token.token, after_operator);
        match kind {
            Kind::Open => chains.push(Chain::default()),
            Kind::Close => {
                if chains.len() > 1 {
                    on_the_way -= chains.pop().map_or(0, |chain| chain.all());
                }
            }
            Kind::Operator => {
                innermost(&mut chains).operators += 1;
                on_the_way += 1;
            }
            Kind::SetOperator => {
                innermost(&mut chains).set_operators += 1;
                on_the_way += 1;
            }
            Kind::Break => on_the_way -= std::mem::take(&mut innermost(&mut chains).operators),
            Kind::Operand => {}
        }
        after_operator = kind == Kind::Operator;
        if chains.len() > NESTING_MAX {
            return Err(too_deep().at(span_of(token.span)));
        }
        if on_the_way > CHAIN_MAX {
            return Err(Error::sql(format!("more than {CHAIN_MAX} operators follow one another"))
                .at(span_of(token.span))
                .hint("use IN (...) for many comparisons, or split the expression with a view"));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Chain {
    operators: usize,
    set_operators: usize,
}

impl Chain {
    fn all(&self) -> usize {
        self.operators + self.set_operators
    }
}

fn innermost(chains: &mut [Chain]) -> &mut Chain {
    chains.last_mut().expect("the statement's own chain is never closed")
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Open,
    Close,
    Operator,
    SetOperator,
    Break,
    Operand,
}

/// What a token does to the depth. A keyword right behind an operator can only be a name, so it ends no chain there.
fn kind(token: &Token, after_operator: bool) -> Kind {
    match token {
        _ if bracket(token) > 0 => Kind::Open,
        _ if bracket(token) < 0 => Kind::Close,
        Token::Word(word) if word.quote_style.is_some() => Kind::Operand,
        Token::Word(_) => {
            let one_of = |words: &[&str]| words.iter().any(|w| is_word(token, w));
            match after_operator {
                _ if one_of(&["CASE"]) => Kind::Open,
                _ if one_of(&OPERATORS) => Kind::Operator,
                _ if one_of(&["UNION", "EXCEPT", "INTERSECT", "MINUS"]) => Kind::SetOperator,
                false if one_of(&["END"]) => Kind::Close,
                false if one_of(&BREAKS) => Kind::Break,
                _ => Kind::Operand,
            }
        }
        Token::Comma | Token::SemiColon => Kind::Break,
        Token::Period | Token::Number(..) | Token::SingleQuotedString(_) | Token::EOF => Kind::Operand,
        // Every other sign counts as an operator: rather one too many than one too few.
        _ => Kind::Operator,
    }
}

const OPERATORS: [&str; 22] = [
    "AND", "OR", "XOR", "NOT", "IS", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP", "BETWEEN", "SIMILAR", "AT", "DIV", "MOD",
    "OVERLAPS", "COLLATE", "MEMBER", "NOTNULL", "ISNULL", "INTERVAL", "OPERATOR",
];

const BREAKS: [&str; 14] =
    ["SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "ON", "JOIN", "WHEN", "THEN", "ELSE", "WITH", "INSERT"];

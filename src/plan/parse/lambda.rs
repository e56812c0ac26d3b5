//! Lambdas, which the parser crate would take for operators: `x -> x + 1`, `(k, v) -> v > 1` and `|k, v| v > 1` among the arguments of a function
//! of a lambda become calls that carry the names of the parameters and the body: `` `$lambda`(x, x + 1) ``.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::bracket;
use super::rewrite::placed;
use crate::expr::LambdaFunction;

/// Name of the call that carries a lambda: its parameters, then its body.
pub const LAMBDA: &str = "$lambda";

/// What is open round a token.
struct Open {
    /// Whether it holds the arguments of a function of a lambda.
    takes_lambdas: bool,
    /// Whether a carrying call is to be closed before its next comma or its end.
    in_lambda: bool,
}

/// Lambdas as calls.
pub(super) fn carried(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let innermost = open.last_mut();
        let ends_argument = token.token == Token::Comma || bracket(&token.token) < 0;
        if let Some(innermost) = innermost.filter(|innermost| innermost.in_lambda && ends_argument) {
            innermost.in_lambda = false;
            out.push(placed(Token::RParen, token));
        }
        match bracket(&token.token) {
            1 => open.push(Open { takes_lambdas: token.token == Token::LParen && is_function(out.last()), in_lambda: false }),
            -1 => drop(open.pop()),
            _ => {}
        }
        out.push(token.clone());
        at += 1;
        let begins_argument = token.token == Token::Comma || bracket(&token.token) > 0;
        let innermost = open.last_mut().filter(|innermost| begins_argument && innermost.takes_lambdas);
        if let (Some(innermost), Some((names, length))) = (innermost, parameters(&tokens[at..])) {
            innermost.in_lambda = true;
            let like = &tokens[at];
            out.extend([placed(Token::make_word(LAMBDA, Some('`')), like), placed(Token::LParen, like)]);
            names.iter().for_each(|name| out.extend([(*name).clone(), placed(Token::Comma, name)]));
            at += length;
        }
    }
    out
}

fn is_function(before: Option<&TokenWithSpan>) -> bool {
    matches!(before.map(|token| &token.token), Some(Token::Word(word)) if LambdaFunction::named(&word.value).is_some())
}

/// The names of the parameters with which a lambda begins, and how many tokens stand before its body.
fn parameters(tokens: &[TokenWithSpan]) -> Option<(Vec<&TokenWithSpan>, usize)> {
    let is = |at: usize, wanted: &Token| tokens.get(at).is_some_and(|token| token.token == *wanted);
    let is_name = |at: usize| matches!(tokens.get(at).map(|token| &token.token), Some(Token::Word(_)));
    if is_name(0) && is(1, &Token::Arrow) {
        return Some((vec![&tokens[0]], 2));
    }
    let close = match tokens.first()?.token {
        Token::LParen => Token::RParen,
        Token::Pipe => Token::Pipe,
        _ => return None,
    };
    let (mut names, mut at) = (Vec::new(), 1);
    while is_name(at) {
        names.push(&tokens[at]);
        at += 1;
        if is(at, &close) {
            let behind = at + 1 + usize::from(close == Token::RParen);
            return (close == Token::Pipe || is(at + 1, &Token::Arrow)).then_some((names, behind));
        }
        if !is(at, &Token::Comma) {
            return None;
        }
        at += 1;
    }
    None
}

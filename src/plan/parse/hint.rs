//! Hints: `SELECT /*+ NAME(argument, 'key' = 'value'), NAME */`. Among the tokens they are comments. The parser crate hands on those behind
//! SELECT as texts without a place; so the place goes with the text, in the letters that it allows before the `+`.

use sqlparser::ast;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Whitespace};

use super::cursor::{Cursor, is_word};
use super::fault::{fault_of, span_of};
use super::{means_something, tokenize};
use crate::error::{Error, Result};
use crate::plan::statement::{Hint, HintArgument};

/// Hints that change what a query gives: none of them may pass for a comment.
const WEIGHTY: [&str; 2] = ["STATE_TTL", "OPTIONS"];

/// Tokens without whitespace and comments, but with the hints behind SELECT.
pub(super) fn without_comments(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let mut kept: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match text_of_hint(&token.token) {
            None if means_something(&token) => kept.push(token),
            None => {}
            Some(text) if kept.last().is_some_and(|last| is_word(&last.token, "SELECT") || !means_something(last)) => {
                let Location { line, column } = token.span.start;
                let comment = Whitespace::MultiLineComment(format!("{line}x{column}+{text}"));
                kept.push(TokenWithSpan { token: Token::Whitespace(comment), span: token.span });
            }
            Some(text) => refuse_weighty(text, token.span.start)?,
        }
    }
    Ok(kept)
}

fn text_of_hint(token: &Token) -> Option<&str> {
    match token {
        Token::Whitespace(Whitespace::MultiLineComment(text)) => text.strip_prefix('+'),
        _ => None,
    }
}

/// An error for hints that change what a query gives where nobody reads them.
fn refuse_weighty(text: &str, start: Location) -> Result<()> {
    let hints = match hints(text, start) {
        Err(error) if WEIGHTY.iter().any(|name| text.to_ascii_uppercase().contains(name)) => return Err(error),
        // What cannot be read is a comment.
        hints => hints.unwrap_or_default(),
    };
    match hints.iter().find(|hint| WEIGHTY.iter().any(|name| hint.is(name))) {
        Some(hint) => Err(not_here(hint)),
        None => Ok(()),
    }
}

fn not_here(Hint { name, .. }: &Hint) -> Error {
    Error::sql(format!("the hint {} is not supported here", name.text))
        .at(name.span)
        .hint("STATE_TTL stands behind SELECT; the options of a table stand in WITH")
}

/// The hints behind the SELECT of a query.
pub fn hints_of(select: &ast::Select) -> Result<Vec<Hint>> {
    let read = |hint: &ast::OptimizerHint| {
        let place = hint.prefix.split_once('x').and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
        let (line, column) = place.unwrap_or_default();
        hints(&hint.text, Location { line, column })
    };
    let read = select.optimizer_hints.iter().map(read).collect::<Result<Vec<_>>>()?.concat();
    match read.iter().find(|hint| hint.is("OPTIONS")) {
        Some(options) => Err(not_here(options)),
        None => Ok(read),
    }
}

/// The hints in the text of a comment that begins at `start`.
fn hints(text: &str, start: Location) -> Result<Vec<Hint>> {
    let mut tokens = tokenize(text).map_err(|fault| fault_of(fault, &[]).at(span_of(Span { start, end: start })))?;
    tokens.iter_mut().for_each(|token| token.span = moved(token.span, start));
    let mut cursor = Cursor::new(&tokens);
    let mut found = Vec::new();
    while !cursor.at_end() {
        let name = cursor.name("the name of a hint")?;
        let has_arguments = cursor.peek().is_some_and(|next| next.token == Token::LParen);
        let arguments = if has_arguments { cursor.list(argument)? } else { Vec::new() };
        found.push(Hint { name, arguments });
        cursor.accept_token(&Token::Comma);
    }
    Ok(found)
}

fn argument(cursor: &mut Cursor<'_>) -> Result<HintArgument> {
    let name = match cursor.peek().map(|next| &next.token) {
        Some(Token::Word(_)) => cursor.dotted_name("a name")?,
        _ => cursor.text("a name, or a text in single quotes")?,
    };
    let value = cursor.accept_token(&Token::Eq).then(|| cursor.text("a value in single quotes")).transpose()?;
    Ok(HintArgument { name, value })
}

/// A place within the text of a hint as one of the whole text.
fn moved(span: Span, start: Location) -> Span {
    const OPENING: u64 = "/*+".len() as u64;
    let moved = |place: Location| match place.line {
        1 => Location { line: start.line, column: start.column + OPENING + place.column - 1 },
        line => Location { line: start.line + line - 1, column: place.column },
    };
    Span { start: moved(span.start), end: moved(span.end) }
}

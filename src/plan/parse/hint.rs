//! Hints: `SELECT /*+ NAME(argument, 'key' = 'value'), NAME */`, and behind the name of a table `t /*+ OPTIONS('key' = 'value') */`. Among the
//! tokens they are comments. The parser crate hands on those behind SELECT as texts without a place; so the place goes with the text, in the letters
//! that it allows before the `+`. Those of tables it does not know: they go as a name of the database of the table, in brackets that nobody can write.

use sqlparser::ast;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Whitespace};

use super::cursor::{Cursor, is_word};
use super::fault::{fault_of, span_of};
use super::rewrite::placed;
use super::{means_something, tokenize};
use crate::error::{Error, Result};
use crate::plan::statement::{Hint, HintArgument};
use crate::types::{OptionValue, Options};

/// Hints that change what a query gives: none of them may pass for a comment.
const WEIGHTY: [&str; 2] = ["STATE_TTL", OPTIONS];

/// The hint that stands behind a table.
const OPTIONS: &str = "OPTIONS";

/// Those behind a table that say how its rows get to the shards.
const PARTITIONINGS: [&str; 4] = ["HASH", "ROUND_ROBIN", "SOURCE_ALIGNED", "FAN_IN"];

/// Quotes of the name that carries the hint of a table.
const CARRIER: char = '[';

/// Tokens without whitespace and comments, but with the hints behind SELECT and those of tables.
pub(super) fn without_comments(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let mut kept: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match text_of_hint(&token.token) {
            None if means_something(&token) => kept.push(token),
            None => {}
            Some(text) if kept.last().is_some_and(|last| is_word(&last.token, "SELECT") || !means_something(last)) => {
                let comment = Whitespace::MultiLineComment(with_place(text, token.span.start));
                kept.push(TokenWithSpan { token: Token::Whitespace(comment), span: token.span });
            }
            Some(text) if is_for_table(text, token.span.start) && ends_with_table(&kept) => {
                let carrier = placed(Token::make_word(&with_place(text, token.span.start), Some(CARRIER)), &token);
                let period = placed(Token::Period, &token);
                let name = kept.len() - 1;
                kept.splice(name..name, [carrier, period]);
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

fn with_place(text: &str, Location { line, column }: Location) -> String {
    format!("{line}x{column}+{text}")
}

/// Whether a hint is one for a table.
fn is_for_table(text: &str, start: Location) -> bool {
    hints(text, start).is_ok_and(|hints| hints.iter().any(|hint| hint.is(OPTIONS) || is_partitioning(hint)))
}

fn is_partitioning(hint: &Hint) -> bool {
    PARTITIONINGS.iter().any(|name| hint.is(name))
}

/// Whether the last tokens are the name of a table that is read or written.
fn ends_with_table(tokens: &[TokenWithSpan]) -> bool {
    let [before @ .., TokenWithSpan { token: Token::Word(_), .. }] = tokens else { return false };
    match before {
        [before @ .., TokenWithSpan { token: Token::Period, .. }] => ends_with_table(before),
        [.., last] => {
            matches!(last.token, Token::Comma | Token::LParen)
                || ["FROM", "JOIN", "INTO", "TABLE"].iter().any(|word| is_word(&last.token, word))
        }
        [] => false,
    }
}

/// An error for hints that change what a query gives where nobody reads them.
fn refuse_weighty(text: &str, start: Location) -> Result<()> {
    let hints = match hints(text, start) {
        Err(error) if WEIGHTY.iter().any(|name| text.to_ascii_uppercase().contains(name)) => return Err(error),
        // What cannot be read is a comment.
        hints => hints.unwrap_or_default(),
    };
    match hints.iter().find(|hint| WEIGHTY.iter().any(|name| hint.is(name)) || is_partitioning(hint)) {
        Some(hint) => Err(not_here(hint)),
        None => Ok(()),
    }
}

fn not_here(Hint { name, .. }: &Hint) -> Error {
    Error::sql(format!("the hint {} is not supported here", name.text)).at(name.span).hint(format!(
        "STATE_TTL stands behind SELECT; OPTIONS, and in FROM {}, right behind the name of a table",
        PARTITIONINGS.join(", ")
    ))
}

/// The hints behind the SELECT of a query.
pub fn hints_of(select: &ast::Select) -> Result<Vec<Hint>> {
    let read = |hint: &ast::OptimizerHint| hints(&hint.text, place_of(&hint.prefix));
    let read = select.optimizer_hints.iter().map(read).collect::<Result<Vec<_>>>()?.concat();
    match read.iter().find(|hint| hint.is(OPTIONS) || is_partitioning(hint)) {
        Some(of_table) => Err(not_here(of_table)),
        None => Ok(read),
    }
}

/// The place that was written before a hint.
fn place_of(prefix: &str) -> Location {
    let place = prefix.split_once('x').and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    let (line, column) = place.unwrap_or_default();
    Location { line, column }
}

/// Whether an identifier carries the hint of a table.
pub fn is_carrier(name: &ast::Ident) -> bool {
    name.quote_style == Some(CARRIER)
}

/// The hint of the table whose name comes next but one, as it was written, if the token carries one.
pub(super) fn carried(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) if word.quote_style == Some(CARRIER) => without_place(&word.value),
        _ => None,
    }
}

/// A hint behind SELECT as it was written.
pub(super) fn behind_select(token: &Token) -> Option<&str> {
    match token {
        Token::Whitespace(Whitespace::MultiLineComment(text)) => without_place(text),
        _ => None,
    }
}

/// From the `+` on.
fn without_place(text: &str) -> Option<&str> {
    text.find('+').map(|at| &text[at..])
}

/// What hints behind the name of a table say.
#[derive(Debug, Default)]
pub struct TableHints {
    /// Those of OPTIONS.
    pub options: Option<Options>,
    /// How its rows get to the shards.
    pub partitioning: Option<Hint>,
}

impl TableHints {
    /// The name of one of them.
    pub fn first(&self) -> Option<&str> {
        self.partitioning.as_ref().map(|hint| hint.name.text.as_str()).or_else(|| self.options.as_ref().map(|_| OPTIONS))
    }
}

/// What the hints of a table say, among the parts of its name.
pub fn table_hints_of<'a>(parts: impl IntoIterator<Item = &'a ast::Ident>) -> Result<TableHints> {
    table_hints_in(parts.into_iter().filter(|part| is_carrier(part)).map(|part| part.value.as_str()))
}

/// The options that the hint of a table to be written gives whose name comes next.
pub(super) fn options_ahead(cursor: &Cursor<'_>) -> Result<Option<Options>> {
    let (mut cursor, mut carried) = (cursor.clone(), Vec::new());
    while let Some(TokenWithSpan { token: Token::Word(word), .. }) = cursor.take() {
        carried.extend((word.quote_style == Some(CARRIER)).then_some(word.value.as_str()));
        if !cursor.accept_token(&Token::Period) {
            break;
        }
    }
    match table_hints_in(carried.into_iter())? {
        TableHints { partitioning: Some(hint), .. } => Err(not_here(&hint)),
        TableHints { options, .. } => Ok(options),
    }
}

/// What the hints in texts with their places say.
fn table_hints_in<'a>(texts: impl Iterator<Item = &'a str>) -> Result<TableHints> {
    let mut all = TableHints::default();
    for text in texts {
        let (place, text) = text.split_once('+').unwrap_or_default();
        for hint in hints(text, place_of(place))? {
            match &all.partitioning {
                _ if hint.is(OPTIONS) => set_options(all.options.get_or_insert_default(), hint.arguments)?,
                Some(other) if is_partitioning(&hint) => {
                    let error = Error::sql(format!("{} and {} for one table", other.name.text, hint.name.text));
                    return Err(error.at(hint.name.span).hint("its rows go one way; keep one of the two"));
                }
                None if is_partitioning(&hint) => all.partitioning = Some(hint),
                _ => return Err(not_here(&hint)),
            }
        }
    }
    Ok(all)
}

fn set_options(options: &mut Options, arguments: Vec<HintArgument>) -> Result<()> {
    for HintArgument { name, value } in arguments {
        let Some(value) = value else {
            let error = Error::sql(format!("OPTIONS gives '{}' no value", name.text)).at(name.span);
            return Err(error.hint("such as OPTIONS('path' = 'other.csv')"));
        };
        options.put(name.text, OptionValue { text: value.text, span: value.span, key: name.span });
    }
    Ok(())
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

//! CREATE FUNCTION and DROP FUNCTION.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::Cursor;
use super::data_type::{TypeReader, is_built_in};
use crate::error::{Error, Result, Span};
use crate::plan::statement::{CreateFunction, Statement, Typed};

const USAGE: &str = "CREATE FUNCTION f(BIGINT) RETURNS BIGINT LANGUAGE wasm AS 'file.wasm', 'export'";

/// Reads what stands behind CREATE FUNCTION; RETURNS, LANGUAGE and AS in any order.
pub(super) fn create_function(cursor: &mut Cursor) -> Result<Statement> {
    let if_not_exists = cursor.accept(&["IF", "NOT", "EXISTS"]);
    let name = cursor.table_name("a function name")?;
    let args = arguments(cursor).map_err(|error| error.hint(USAGE))?;
    let (mut returns, mut language, mut body) = (None, None, None);
    loop {
        if cursor.accept(&["RETURNS", "NULL", "ON", "NULL", "INPUT"]) || cursor.accept(&["STRICT"]) {
            // As it is in any case.
        } else if returns.is_none() && cursor.accept(&["RETURNS"]) {
            returns = Some(typed(cursor)?);
        } else if language.is_none() && cursor.accept(&["LANGUAGE"]) {
            language = Some(wasm(cursor)?);
        } else if body.is_none() && cursor.accept(&["AS"]) {
            let file = cursor.text("the name of a file in single quotes")?;
            let export = cursor.accept_token(&Token::Comma).then(|| cursor.text("the name of an export in single quotes"));
            body = Some((file, export.transpose()?));
        } else {
            break;
        }
    }
    match (returns, language, body) {
        (Some(returns), Some(language), Some((file, export))) => {
            cursor.expect_end("CREATE FUNCTION").map_err(|error| error.hint(USAGE))?;
            Ok(Statement::CreateFunction(CreateFunction { name, if_not_exists, args, returns, language, file, export }))
        }
        (returns, language, _) => {
            let missing = match (returns, language) {
                (None, _) => "RETURNS and a type",
                (_, None) => "LANGUAGE wasm",
                _ => "AS 'file.wasm'",
            };
            Err(cursor.expected(missing).hint(USAGE))
        }
    }
}

/// The types of the arguments; names that they have say nothing.
fn arguments(cursor: &mut Cursor) -> Result<Vec<Typed>> {
    let is_named = |rest: &[TokenWithSpan]| match rest {
        [name, next, ..] => !is_built_in(name) && !matches!(next.token, Token::Comma | Token::RParen),
        _ => false,
    };
    if let [_, TokenWithSpan { token: Token::RParen, .. }, ..] = cursor.rest() {
        cursor.expect_token(&Token::LParen)?;
        return cursor.expect_token(&Token::RParen).map(|()| Vec::new());
    }
    cursor.list(|cursor| {
        if is_named(cursor.rest()) {
            cursor.name("the name of an argument")?;
        }
        typed(cursor)
    })
}

fn typed(cursor: &mut Cursor) -> Result<Typed> {
    let span = cursor.span();
    let mut reader = TypeReader::new(cursor.clone());
    let data_type = reader.read()?;
    *cursor = reader.into_cursor()?;
    Ok(Typed { data_type, span })
}

/// Where the one language there is stands.
fn wasm(cursor: &mut Cursor) -> Result<Span> {
    let language = cursor.name("a language")?;
    if language.text.eq_ignore_ascii_case("wasm") {
        return Ok(language.span);
    }
    let error = Error::sql(format!("LANGUAGE {} is not supported", language.text)).at(language.span);
    Err(error.hint("LANGUAGE wasm runs a function of a WebAssembly file, which many languages compile to"))
}

/// Reads what stands behind DROP FUNCTION.
pub(super) fn drop_function(cursor: &mut Cursor) -> Result<Statement> {
    let if_exists = cursor.accept(&["IF", "EXISTS"]);
    let name = cursor.table_name("a function name")?;
    cursor.expect_end("DROP FUNCTION")?;
    Ok(Statement::DropFunction { name, if_exists })
}

//! CREATE TYPE and DROP TYPE: the types that have names, which stand for what they were declared as wherever a type is read.
//!
//! A name is replaced while the text is read, so nothing behind the parser knows it: two types of the same fields are the same
//! type, and `s(1, 'x')`, the constructor of a type with fields, is `CAST(ROW(1, 'x') AS s)`.

use std::collections::BTreeMap;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, is_word};
use super::data_type::{TypeReader, is_built_in};
use super::rewrite::{closing, placed, word};
use crate::error::{Error, Result, nearest};
use crate::limits::{NESTING_MAX, TYPE_PARTS_MAX};
use crate::plan::statement::{Name, Statement};
use crate::types::{DataType, Lengths};

/// Types by their names.
#[derive(Debug, Default)]
pub struct NamedTypes {
    /// By the name in small letters, with the lengths in them.
    types: BTreeMap<String, (DataType, Lengths)>,
}

impl NamedTypes {
    /// No types.
    pub(super) const NONE: &NamedTypes = &NamedTypes { types: BTreeMap::new() };

    /// The type of this name, without case, and the lengths in it.
    pub(super) fn find(&self, name: &str) -> Option<&(DataType, Lengths)> {
        self.types.get(&name.to_lowercase())
    }

    /// All names, in small letters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }

    /// Takes note of a statement that declares or forgets a type.
    pub(super) fn note(&mut self, statement: &Statement) -> Result<()> {
        match statement {
            Statement::CreateType { name, data_type, lengths } => self.add(name, (data_type.clone(), lengths.clone())),
            Statement::DropType { name, if_exists } => match self.types.remove(&name.text.to_lowercase()) {
                None if !if_exists => Err(self.unknown(name)),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn add(&mut self, name: &Name, declared: (DataType, Lengths)) -> Result<()> {
        match self.types.insert(name.text.to_lowercase(), declared) {
            None => Ok(()),
            Some(_) => Err(Error::sql(format!("type '{}' is declared twice", name.text))
                .at(name.span)
                .hint("a job declares each name once; DROP TYPE forgets one")),
        }
    }

    fn unknown(&self, name: &Name) -> Error {
        let error = Error::sql(format!("there is no type '{}' to drop", name.text)).at(name.span);
        match nearest(&name.text, self.names()) {
            Some(near) => error.hint(format!("did you mean '{near}'?")),
            None => error.hint("CREATE TYPE declares one, DROP TYPE IF EXISTS asks for none"),
        }
    }
}

/// Reads what stands behind CREATE TYPE.
pub(super) fn create_type(cursor: &mut Cursor) -> Result<Statement> {
    let token = cursor.peek();
    let name = cursor.table_name("a type name")?;
    if token.is_some_and(is_built_in) {
        return Err(Error::sql(format!("{} is a type already", name.text)).at(name.span).hint("give yours another name"));
    }
    cursor.expect(&["AS"]).map_err(|error| error.hint("CREATE TYPE t AS (x INT, y INT), or CREATE TYPE t AS DECIMAL(10, 2)"))?;
    if cursor.looks_at(&["ENUM"]) {
        let error = Error::sql("a type of listed values is not supported").at(cursor.span());
        return Err(error.hint("declare the columns as STRING; WHERE x IN (...) tells which values there may be"));
    }
    let mut reader = TypeReader::new(cursor.clone()).within(&name);
    let is_row = matches!(cursor.peek(), Some(TokenWithSpan { token: Token::LParen, .. }));
    let data_type = if is_row { reader.row("AS")? } else { reader.read()? };
    let lengths = std::mem::take(&mut reader.lengths);
    *cursor = reader.into_cursor()?;
    cursor.accept(&["NOT", "FINAL"]);
    cursor.expect_end("CREATE TYPE")?;
    let (depth, parts) = extent(&data_type);
    if depth > NESTING_MAX || parts > TYPE_PARTS_MAX {
        let error = Error::sql(format!("type '{}' has {parts} parts, {depth} levels deep", name.text)).at(name.span);
        return Err(error.hint(format!("a type has {TYPE_PARTS_MAX} parts at most, {NESTING_MAX} levels deep")));
    }
    Ok(Statement::CreateType { name, data_type, lengths })
}

/// Reads what stands behind DROP TYPE.
pub(super) fn drop_type(cursor: &mut Cursor) -> Result<Statement> {
    let if_exists = cursor.accept(&["IF", "EXISTS"]);
    let name = cursor.table_name("a type name")?;
    cursor.expect_end("DROP TYPE")?;
    Ok(Statement::DropType { name, if_exists })
}

/// How deep a type is nested, and of how many types it is made, itself among them.
pub(super) fn extent(data_type: &DataType) -> (usize, usize) {
    let inner: Vec<&DataType> = match data_type {
        DataType::Array(item) | DataType::Multiset(item) => vec![item],
        DataType::Map(key, value) => vec![key, value],
        DataType::Row(fields) => fields.iter().map(|(_, field)| field).collect(),
        _ => Vec::new(),
    };
    let deepest = inner.into_iter().map(extent);
    deepest.fold((1, 1), |(depth, parts), (below, more)| (depth.max(below + 1), parts + more))
}

/// Constructors as casts of rows.
pub(super) fn constructors(tokens: Vec<TokenWithSpan>, types: &NamedTypes) -> Vec<TokenWithSpan> {
    if types.types.is_empty() {
        return tokens;
    }
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // Where the constructors end, and the names of their types.
    let mut open: Vec<(usize, &TokenWithSpan)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match constructed(&tokens, at, types) {
            Some(end) => {
                out.extend([word("CAST", token), placed(Token::LParen, token), word("ROW", token)]);
                open.push((end, token));
            }
            None => out.push(token.clone()),
        }
        while let Some((_, name)) = open.pop_if(|(end, _)| *end == at) {
            out.extend([word("AS", name), name.clone(), placed(Token::RParen, token)]);
        }
    }
    out
}

/// Where the constructor ends that begins at `at`, if one does.
fn constructed(tokens: &[TokenWithSpan], at: usize, types: &NamedTypes) -> Option<usize> {
    let [name, open, ..] = &tokens[at..] else { return None };
    let Token::Word(name) = &name.token else { return None };
    let is_row = matches!(types.find(&name.value), Some((DataType::Row(_), _)));
    if open.token != Token::LParen || !is_row || !may_begin_value(&tokens[..at]) {
        return None;
    }
    let end = closing(tokens, at + 1)?;
    let is_common_table =
        matches!(&tokens[end + 1..], [word, open, ..] if is_word(&word.token, "AS") && open.token == Token::LParen);
    (!is_common_table).then_some(end)
}

/// Whether a value may stand behind these tokens, and no name for a table and its columns.
fn may_begin_value(before: &[TokenWithSpan]) -> bool {
    const AHEAD_OF_VALUES: [&str; 19] = [
        "SELECT", "DISTINCT", "ALL", "VALUES", "WHERE", "HAVING", "QUALIFY", "ON", "BY", "AND", "OR", "NOT", "IN", "BETWEEN",
        "LIKE", "CASE", "WHEN", "THEN", "ELSE",
    ];
    match before {
        [] => true,
        [.., distinct, from] if is_word(&distinct.token, "DISTINCT") && is_word(&from.token, "FROM") => true,
        [.., last] => match &last.token {
            Token::Word(_) => AHEAD_OF_VALUES.iter().any(|word| is_word(&last.token, word)),
            Token::RParen | Token::RBracket | Token::RBrace => false,
            _ => true,
        },
    }
}

//! Statements about what the statements before them have made: SHOW, DESCRIBE, DROP and COMMENT ON; and about settings: SET and RESET.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::create_function::drop_function;
use super::cursor::Cursor;
use super::fault::span_of;
use super::named_types::drop_type;
use super::reader::{FUNCTIONS_COME, ONE_DATABASE};
use super::written::text_of;
use crate::error::{Error, Result, Span};
use crate::plan::statement::{Name, NameFilter, RelationKind, Show, Shown, Statement};

/// What a table or a view is called behind DROP, SHOW CREATE and COMMENT ON.
const RELATIONS: [(&[&str], RelationKind); 5] = [
    (&["TEMPORARY", "TABLE"], RelationKind::Table),
    (&["TABLE"], RelationKind::Table),
    (&["SOURCE"], RelationKind::Table),
    (&["TEMPORARY", "VIEW"], RelationKind::View),
    (&["VIEW"], RelationKind::View),
];

/// What a function is called behind DROP.
const FUNCTIONS: [&[&str]; 3] = [&["FUNCTION"], &["TEMPORARY", "FUNCTION"], &["TEMPORARY", "SYSTEM", "FUNCTION"]];

/// What else Flink shows.
const NOT_SHOWN: [(&str, &str); 11] = [
    ("CATALOGS", ONE_DATABASE),
    ("DATABASES", ONE_DATABASE),
    ("SCHEMAS", ONE_DATABASE),
    ("CURRENT", ONE_DATABASE),
    ("MODULES", FUNCTIONS_COME),
    ("FULL", FUNCTIONS_COME),
    ("USER", "SHOW FUNCTIONS lists those of the job too"),
    ("JARS", FUNCTIONS_COME),
    ("JOBS", "all statements of the files are one job"),
    ("MODELS", "there is nothing here that runs one"),
    ("PARTITIONS", "no table here has a directory for each value"),
];

/// Takes the words for a table or a view.
fn relation_kind(cursor: &mut Cursor) -> Option<RelationKind> {
    if cursor.accept(&["MATERIALIZED", "VIEW"]) {
        return Some(RelationKind::View);
    }
    RELATIONS.iter().find(|(words, _)| cursor.accept(words)).map(|(_, kind)| *kind)
}

/// Reads what stands behind SHOW.
pub(super) fn show(cursor: &mut Cursor) -> Result<Statement> {
    let what = shown(cursor)?;
    let filter = if matches!(what, Shown::Create(..)) { None } else { name_filter(cursor)? };
    cursor.expect_end("SHOW")?;
    Ok(Statement::Show(Show { what, filter }))
}

fn shown(cursor: &mut Cursor) -> Result<Shown> {
    let of_database = |cursor: &mut Cursor| match cursor.accept(&["FROM"]) || cursor.accept(&["IN"]) {
        true => cursor.dotted_name("a database name").map(|_| ()),
        false => Ok(()),
    };
    if cursor.accept(&["TABLES"]) {
        return of_database(cursor).map(|()| Shown::Tables);
    }
    if cursor.accept(&["VIEWS"]) {
        return of_database(cursor).map(|()| Shown::Views);
    }
    if cursor.accept(&["CONNECTORS"]) {
        return Ok(Shown::Connectors);
    }
    if cursor.accept(&["FUNCTIONS"]) {
        return of_database(cursor).map(|()| Shown::Functions);
    }
    if cursor.accept(&["COLUMNS"]) {
        return match cursor.accept(&["FROM"]) || cursor.accept(&["IN"]) {
            true => cursor.table_name("a table name").map(Shown::Columns),
            false => Err(cursor.expected("FROM and the name of a table behind SHOW COLUMNS")),
        };
    }
    if cursor.accept(&["CREATE"]) {
        return match relation_kind(cursor) {
            Some(kind) => Ok(Shown::Create(kind, cursor.table_name("a table name")?)),
            None => Err(cursor.expected("TABLE or VIEW behind SHOW CREATE").hint("such as SHOW CREATE TABLE t")),
        };
    }
    match NOT_SHOWN.iter().find(|(word, _)| cursor.looks_at(&[word])) {
        Some((word, hint)) => Err(Error::sql(format!("SHOW {word} is not supported")).at(cursor.span()).hint(*hint)),
        None => Err(cursor.expected("TABLES, VIEWS, CONNECTORS, FUNCTIONS, COLUMNS or CREATE TABLE behind SHOW")),
    }
}

/// Takes `[NOT] LIKE 'pattern'` or `[NOT] ILIKE 'pattern'`.
fn name_filter(cursor: &mut Cursor) -> Result<Option<NameFilter>> {
    let negated = cursor.accept(&["NOT"]);
    let ignores_case = cursor.accept(&["ILIKE"]);
    if !ignores_case && !cursor.accept(&["LIKE"]) {
        return if negated { Err(cursor.expected("LIKE or ILIKE")) } else { Ok(None) };
    }
    let pattern = cursor.text("a pattern in single quotes")?;
    Ok(Some(NameFilter { negated, ignores_case, pattern }))
}

/// Reads what stands behind DESCRIBE.
pub(super) fn describe(cursor: &mut Cursor) -> Result<Statement> {
    if cursor.rest().len() > 1 && cursor.accept(&["FUNCTION"]) {
        cursor.accept(&["EXTENDED"]);
        let what = Shown::Function(cursor.name("the name of a function")?);
        cursor.expect_end("DESCRIBE")?;
        return Ok(Statement::Show(Show { what, filter: None }));
    }
    let extended = cursor.rest().len() > 1 && cursor.accept(&["EXTENDED"]);
    let name = cursor.table_name("the name of a table or view")?;
    cursor.expect_end("DESCRIBE")?;
    Ok(Statement::Describe { name, extended })
}

/// Reads what stands behind DROP.
pub(super) fn drop_statement(cursor: &mut Cursor) -> Result<Statement> {
    if cursor.accept(&["TYPE"]) {
        return drop_type(cursor);
    }
    if FUNCTIONS.iter().any(|words| cursor.accept(words)) {
        return drop_function(cursor);
    }
    let Some(kind) = relation_kind(cursor) else {
        let error = cursor.expected("TABLE, VIEW, FUNCTION or TYPE behind DROP");
        return Err(match ["CATALOG", "DATABASE", "SCHEMA"].iter().any(|word| cursor.looks_at(&[word])) {
            true => error.hint(ONE_DATABASE),
            false if cursor.looks_at(&["SINK"]) => error.hint("a job writes all of its sinks: leave out the CREATE SINK"),
            false => error,
        });
    };
    let if_exists = cursor.accept(&["IF", "EXISTS"]);
    let name = cursor.table_name("a table name")?;
    cursor.expect_end("DROP")?;
    Ok(Statement::Drop { kind, name, if_exists })
}

const COMMENT: &str = "COMMENT ON TABLE t IS 'text', or COMMENT ON COLUMN t.c IS 'text'";

/// Reads what stands behind COMMENT.
pub(super) fn comment_on(cursor: &mut Cursor) -> Result<Statement> {
    cursor.expect(&["ON"]).map_err(|error| error.hint(COMMENT))?;
    let (kind, relation, column) = if cursor.accept(&["COLUMN"]) {
        let mut path = vec![cursor.name("the name of a table")?];
        while cursor.accept_token(&Token::Period) {
            path.push(cursor.name("the name of a column")?);
        }
        match (path.pop(), path.pop()) {
            (Some(column), Some(relation)) => (RelationKind::Table, relation, Some(column)),
            _ => return Err(cursor.expected("'.' and the name of a column").hint(COMMENT)),
        }
    } else {
        let Some(kind) = relation_kind(cursor) else {
            return Err(cursor.expected("TABLE, VIEW or COLUMN behind COMMENT ON").hint(COMMENT));
        };
        (kind, cursor.table_name("a table name")?, None)
    };
    cursor.expect(&["IS"])?;
    let text = if cursor.accept(&["NULL"]) { None } else { Some(cursor.text("a comment in single quotes")?.text) };
    cursor.expect_end("COMMENT ON")?;
    Ok(Statement::Comment { kind, relation, column, text })
}

/// Reads what stands behind SET.
pub(super) fn set(cursor: &mut Cursor) -> Result<Statement> {
    if cursor.at_end() {
        return Ok(Statement::Settings);
    }
    let key = setting(cursor.take_until(&Token::Eq));
    let (true, Some(key)) = (cursor.accept_token(&Token::Eq), key) else {
        return Err(cursor.expected("'key' = 'value' behind SET"));
    };
    match setting(cursor.take_rest()) {
        Some(value) => Ok(Statement::Set { key, value }),
        None => Err(cursor.expected("a value in single quotes")),
    }
}

/// Reads what stands behind RESET.
pub(super) fn reset(cursor: &mut Cursor) -> Result<Statement> {
    Ok(Statement::Reset(setting(cursor.take_rest())))
}

/// A key or value of SET: one text in quotes, or words as they stand.
fn setting(tokens: &[TokenWithSpan]) -> Option<Name> {
    let span = Cursor::new(tokens).span();
    match tokens {
        [] => None,
        [TokenWithSpan { token: Token::SingleQuotedString(text), .. }] => Some(Name { text: text.clone(), span }),
        [.., last] => {
            let end = span_of(last.span);
            let width = if end.line == span.line { (end.column + end.width).saturating_sub(span.column) } else { span.width };
            Some(Name { text: text_of(tokens), span: Span { width, ..span } })
        }
    }
}

//! CREATE TABLE: columns, WATERMARK FOR, PRIMARY KEY, WITH.

use sqlparser::ast::{BinaryOperator, Expr, Ident};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, is_word};
use super::data_type::TypeReader;
use super::syntax;
use super::written::text_of;
use crate::error::{Error, Result, Span};
use crate::plan::physical::Standing;
use crate::plan::statement::{
    ColumnDef, ColumnDefKind, Conflict, CreateTable, Formula, LateRows, Like, Name, Taking, WatermarkFor,
};
use crate::types::{DataType, Lengths, OptionValue, Options};

/// Reads what stands behind `CREATE [TEMPORARY] TABLE`, up to the query of `AS query`.
pub(super) fn create_table(cursor: &mut Cursor) -> Result<CreateTable> {
    let if_not_exists = cursor.accept(&["IF", "NOT", "EXISTS"]);
    let name = cursor.table_name("a table name")?;
    let mut table = CreateTable {
        name,
        if_not_exists,
        columns: Vec::new(),
        watermark: None,
        primary_key: Vec::new(),
        partitioned_by: Vec::new(),
        like: None,
        is_key_enforced: false,
        on_conflict: None,
        comment: None,
        options: Options::default(),
    };
    let has_no_columns = ["COMMENT", "WITH", "AS", "LIKE"].iter().any(|word| cursor.looks_at(&[word]));
    if !has_no_columns {
        cursor.list(|cursor| element(cursor, &mut table))?;
    }
    table.comment = comment(cursor)?;
    cursor.accept(&["APPEND", "ONLY"]);
    table.on_conflict = on_conflict(cursor)?;
    if cursor.looks_at(&["DISTRIBUTED"]) {
        let error = Error::sql("DISTRIBUTED of CREATE TABLE is not supported").at(cursor.span());
        return Err(error.hint("rows are partitioned by the keys of each query, on every core"));
    }
    if cursor.accept(&["PARTITIONED", "BY"]) {
        table.partitioned_by = cursor.list(|cursor| cursor.name("a column name"))?;
    }
    if cursor.accept(&["WITH"]) {
        table.options = options(cursor)?;
    }
    if cursor.accept(&["LIKE"]) {
        table.like = Some(like(cursor)?);
    }
    Ok(table)
}

/// Reads ON CONFLICT, as RisingWave has it, if it is there.
fn on_conflict(cursor: &mut Cursor) -> Result<Option<(Conflict, Span)>> {
    let span = cursor.span();
    if !cursor.accept(&["ON", "CONFLICT"]) {
        return Ok(None);
    }
    let accepts = |cursor: &mut Cursor, forms: [&[&str]; 2]| forms.iter().any(|words| cursor.accept(words));
    let conflict = if accepts(cursor, [&["DO", "UPDATE", "FULL"], &["OVERWRITE"]]) {
        Conflict::Stays(Standing::Last)
    } else if accepts(cursor, [&["DO", "NOTHING"], &["IGNORE"]]) {
        Conflict::Stays(Standing::First)
    } else if cursor.accept(&["DO", "UPDATE", "IF", "NOT", "NULL"]) {
        Conflict::FillsUp
    } else {
        return Err(Error::sql("this form of ON CONFLICT is not supported").at(cursor.span()).hint(CONFLICT_HINT));
    };
    if cursor.looks_at(&["WITH", "VERSION", "COLUMN"]) {
        return Err(Error::sql("WITH VERSION COLUMN is not supported").at(cursor.span()).hint(CONFLICT_HINT));
    }
    Ok(Some((conflict, span)))
}

const CONFLICT_HINT: &str = "DO UPDATE FULL puts a row in the place of the one with its PRIMARY KEY, DO UPDATE IF NOT NULL what is not NULL of \
                             it, DO NOTHING keeps the first; a view with \
                             LAST_VALUE or MAX_BY for each key says anything else";

/// Reads what stands behind LIKE.
fn like(cursor: &mut Cursor) -> Result<Like> {
    let table = cursor.table_name("a table name")?;
    let [mut all, mut options] = [Taking::Including, Taking::Overwriting];
    let mut named = Vec::new();
    if cursor.accept_token(&Token::LParen) {
        while !cursor.accept_token(&Token::RParen) {
            let taking = taking(cursor)?;
            if cursor.accept(&["ALL"]) {
                [all, options] = [taking; 2];
            } else {
                named.push((cursor.name(PARTS)?, taking));
            }
        }
    }
    let mut like = Like { table, constraints: all, partitions: all, generated: all, metadata: all, options, watermarks: all };
    for (name, taking) in named {
        let part = match name.text.to_ascii_uppercase().as_str() {
            "CONSTRAINTS" => &mut like.constraints,
            "PARTITIONS" => &mut like.partitions,
            "GENERATED" => &mut like.generated,
            "METADATA" => &mut like.metadata,
            "OPTIONS" => &mut like.options,
            "WATERMARKS" => &mut like.watermarks,
            // Nothing here is distributed by a table.
            "DISTRIBUTION" => continue,
            _ => return Err(Error::sql(format!("LIKE knows no {}", name.text)).at(name.span).hint(PARTS)),
        };
        *part = taking;
    }
    Ok(like)
}

const PARTS: &str = "ALL, CONSTRAINTS, GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS";

fn taking(cursor: &mut Cursor) -> Result<Taking> {
    let words = [("INCLUDING", Taking::Including), ("EXCLUDING", Taking::Excluding), ("OVERWRITING", Taking::Overwriting)];
    match words.iter().find(|(word, _)| cursor.accept(&[word])) {
        Some((_, taking)) => Ok(*taking),
        None => Err(cursor.expected("INCLUDING, EXCLUDING or OVERWRITING")),
    }
}

/// One element of the parentheses: a column or a constraint, or nothing behind the last comma.
fn element(cursor: &mut Cursor, table: &mut CreateTable) -> Result<()> {
    if closes(cursor) && !table.columns.is_empty() {
        return Ok(());
    }
    if cursor.looks_at(&["WATERMARK", "FOR"]) {
        return watermark(cursor, table);
    }
    if cursor.accept(&["CONSTRAINT"]) {
        cursor.name("a constraint name")?;
        return table_key(cursor, table);
    }
    if cursor.looks_at(&["PRIMARY", "KEY"]) {
        return table_key(cursor, table);
    }
    let is_unique = matches!(cursor.rest(), [u, open, ..] if is_word(&u.token, "UNIQUE") && open.token == Token::LParen);
    if is_unique {
        return Err(Error::sql("UNIQUE is not supported").at(cursor.span()).hint("declare PRIMARY KEY (...)"));
    }
    let name = cursor.name("a column name").map_err(|error| error.hint(COLUMN))?;
    if let Some(twin) = table.columns.iter().find(|c| c.name.text.eq_ignore_ascii_case(&name.text)) {
        let error = Error::sql(format!("column '{}' is declared twice", twin.name.text)).at(name.span);
        return Err(match twin.name.text == name.text {
            true => error,
            false => error.hint("names are the same without regard to case"),
        });
    }
    let (kind, comment) = match cursor.accept(&["AS"]) {
        true => computed(cursor, None)?,
        false => typed_column(cursor, table, &name).map_err(|error| match name.text.eq_ignore_ascii_case("WATERMARK") {
            true => error.hint("for a watermark write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND"),
            false => error,
        })?,
    };
    table.columns.push(ColumnDef { name, kind, comment });
    Ok(())
}

fn watermark(cursor: &mut Cursor, table: &mut CreateTable) -> Result<()> {
    let span = cursor.span();
    cursor.expect(&["WATERMARK", "FOR"])?;
    let named = cursor.rest();
    let column = cursor.name("an event-time column")?;
    let expression = match cursor.accept(&["AS"]) {
        true => expression(cursor)?.0,
        // As Arroyo has it: the column is the watermark.
        false if ends_element(cursor) => formula(&named[..1], cursor)?,
        false => {
            let error = cursor.expected("AS and an expression");
            return Err(error.hint("write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND"));
        }
    };
    set_watermark(table, WatermarkFor { column, expression, late: LateRows::Kept }, span)
}

fn set_watermark(table: &mut CreateTable, watermark: WatermarkFor, span: Span) -> Result<()> {
    match table.watermark.replace(watermark) {
        None => Ok(()),
        Some(_) => Err(Error::sql("a table has one WATERMARK").at(span)),
    }
}

/// LATENESS behind a column, as Feldera has it: a watermark so far behind the column, and no rows behind that.
fn lateness(cursor: &mut Cursor, table: &mut CreateTable, column: &Name) -> Result<()> {
    let span = cursor.span();
    let ends = |token: &Token| {
        *token == Token::Comma
            || ["NOT", "NULL", "PRIMARY", "DEFAULT", "COMMENT", "FOREIGN"].iter().any(|word| is_word(token, word))
    };
    let distance = formula(cursor.take_until_where(ends), cursor)?;
    let name = Expr::Identifier(Ident::with_quote('`', column.text.as_str()));
    let expr = Expr::BinaryOp { left: Box::new(name), op: BinaryOperator::Minus, right: Box::new(distance.expr) };
    let expression = Formula { expr, text: distance.text };
    set_watermark(table, WatermarkFor { column: column.clone(), expression, late: LateRows::LeftOut }, span)
}

fn table_key(cursor: &mut Cursor, table: &mut CreateTable) -> Result<()> {
    let span = cursor.span();
    cursor.expect(&["PRIMARY", "KEY"])?;
    let columns = cursor.list(|cursor| cursor.name("a column name"))?;
    set_key(table, columns, span)?;
    table.is_key_enforced = !cursor.accept(&["NOT", "ENFORCED"]);
    Ok(())
}

fn set_key(table: &mut CreateTable, columns: Vec<Name>, span: Span) -> Result<()> {
    if !table.primary_key.is_empty() {
        return Err(Error::sql("a table has one PRIMARY KEY").at(span).hint("it may have several columns: PRIMARY KEY (a, b)"));
    }
    table.primary_key = columns;
    Ok(())
}

fn computed(cursor: &mut Cursor, data_type: Option<DataType>) -> Result<(ColumnDefKind, Option<String>)> {
    let (expression, comment) = expression(cursor)?;
    Ok((ColumnDefKind::Computed { expression, data_type }, comment))
}

fn typed_column(cursor: &mut Cursor, table: &mut CreateTable, name: &Name) -> Result<(ColumnDefKind, Option<String>)> {
    let (data_type, lengths) = column_type(cursor)?;
    cursor.accept(&["GENERATED", "ALWAYS"]);
    if cursor.accept(&["AS"]) {
        return computed(cursor, Some(data_type));
    }
    let mut said = None;
    let mut not_null = false;
    let mut default = None;
    let mut metadata = None;
    loop {
        if cursor.accept(&["DEFAULT"]) {
            default = Some(constant(cursor)?);
        } else if cursor.accept(&["NOT", "NULL"]) {
            not_null = true;
        } else if cursor.accept(&["NULL"]) {
            not_null = false;
        } else if cursor.accept(&["METADATA"]) {
            metadata = Some(metadata_key(cursor, name)?);
        } else if cursor.accept(&["CONSTRAINT"]) {
            cursor.name("a constraint name")?;
        } else if cursor.accept(&["LATENESS"]) {
            lateness(cursor, table, name)?;
        } else if cursor.accept(&["INTERNED"]) {
            // Says how another engine keeps the values.
        } else if cursor.accept(&["FOREIGN", "KEY", "REFERENCES"]) {
            // Says what rows there are in another table, which nobody checks.
            cursor.table_name("a table name")?;
            cursor.list(|cursor| cursor.name("a column name"))?;
        } else if cursor.looks_at(&["PRIMARY", "KEY"]) {
            let span = cursor.span();
            cursor.expect(&["PRIMARY", "KEY"])?;
            set_key(table, vec![name.clone()], span)?;
            table.is_key_enforced = !cursor.accept(&["NOT", "ENFORCED"]);
        } else if let Some(text) = comment(cursor)? {
            said = Some(text);
        } else {
            break;
        }
    }
    if !ends_element(cursor) {
        let what = format!("',' or ')' behind column '{}'", name.text);
        return Err(cursor.expected(&what).hint(COLUMN));
    }
    let kind = match metadata {
        Some(key) => ColumnDefKind::Metadata { data_type, key },
        None => ColumnDefKind::Physical { data_type, not_null, default, lengths },
    };
    Ok((kind, said))
}

const COLUMN: &str =
    "a column is: name TYPE [NOT NULL] [DEFAULT expression] [METADATA [FROM 'key'] [VIRTUAL]], or name [TYPE] AS expression";

/// Whether nothing stands behind the last comma of a list.
fn closes(cursor: &Cursor) -> bool {
    matches!(cursor.peek(), Some(TokenWithSpan { token: Token::RParen, .. }))
}

/// Whether an element of the parentheses is at its end.
fn ends_element(cursor: &Cursor) -> bool {
    matches!(cursor.peek(), None | Some(TokenWithSpan { token: Token::Comma | Token::RParen, .. }))
}

/// The expression behind DEFAULT, up to what else may be said of a column.
fn constant(cursor: &mut Cursor) -> Result<Formula> {
    let span = cursor.span();
    let ends =
        |token: &Token| *token == Token::Comma || ["COMMENT", "PRIMARY", "CONSTRAINT"].iter().any(|word| is_word(token, word));
    match cursor.take_until_where(ends) {
        [] => Err(Error::sql("an expression is missing").at(span)),
        [expression @ .., not, null] if is_word(&not.token, "NOT") && is_word(&null.token, "NULL") => formula(expression, cursor),
        tokens => formula(tokens, cursor),
    }
}

fn column_type(cursor: &mut Cursor) -> Result<(DataType, Lengths)> {
    let mut reader = TypeReader::new(cursor.clone());
    let data_type = reader.read()?;
    let lengths = std::mem::take(&mut reader.lengths);
    *cursor = reader.into_cursor()?;
    Ok((data_type, lengths))
}

fn metadata_key(cursor: &mut Cursor, name: &Name) -> Result<String> {
    let key = match cursor.accept(&["FROM"]) {
        true => cursor.text("a metadata key in single quotes")?.text,
        false => name.text.clone(),
    };
    cursor.accept(&["VIRTUAL"]);
    Ok(key)
}

/// Takes `COMMENT 'x'` if it comes next.
pub(super) fn comment(cursor: &mut Cursor) -> Result<Option<String>> {
    let found = cursor.accept(&["COMMENT"]);
    found.then(|| cursor.text("a comment in single quotes").map(|comment| comment.text)).transpose()
}

/// An expression up to the next comma or the end of the list, and its COMMENT; how other engines keep the value says nothing.
fn expression(cursor: &mut Cursor) -> Result<(Formula, Option<String>)> {
    let span = cursor.span();
    let (tokens, comment) = match cursor.take_until(&Token::Comma) {
        [expression @ .., word] if ["STORED", "VIRTUAL"].iter().any(|kept| is_word(&word.token, kept)) => (expression, None),
        [expression @ .., word, TokenWithSpan { token: Token::SingleQuotedString(text), .. }]
            if is_word(&word.token, "COMMENT") =>
        {
            (expression, Some(text.clone()))
        }
        tokens => (tokens, None),
    };
    if tokens.is_empty() {
        return Err(Error::sql("an expression is missing").at(span).hint("such as b AS a * 2"));
    }
    Ok((formula(tokens, cursor)?, comment))
}

fn formula(tokens: &[TokenWithSpan], cursor: &Cursor) -> Result<Formula> {
    Ok(Formula { expr: syntax::expression(tokens, cursor.types())?, text: text_of(tokens) })
}

/// Reads what stands behind WITH.
pub(super) fn options(cursor: &mut Cursor) -> Result<Options> {
    let mut options = Options::default();
    cursor.list(|cursor| {
        if closes(cursor) && !options.is_empty() {
            return Ok(());
        }
        let key = option_key(cursor)?;
        cursor.expect_token(&Token::Eq).map_err(|error| error.hint("such as 'connector' = 'datagen'"))?;
        let value = option_value(cursor)?;
        if options.iter().any(|(known, _)| known == key.text) {
            return Err(Error::sql(format!("option '{}' is given twice", key.text)).at(key.span));
        }
        options.put(key.text, OptionValue { text: value.text, span: value.span, key: key.span });
        Ok(())
    })?;
    Ok(options)
}

/// A key in single quotes, or as a name with dots, as other engines write it.
fn option_key(cursor: &mut Cursor) -> Result<Name> {
    match cursor.peek() {
        Some(TokenWithSpan { token: Token::Word(word), .. }) if word.quote_style.is_none() => cursor.dotted_name("an option"),
        _ => cursor.text("an option in single quotes"),
    }
}

/// A value in single quotes, or a number, TRUE or FALSE as it is.
fn option_value(cursor: &mut Cursor) -> Result<Name> {
    let span = cursor.span();
    let bare = match cursor.peek().map(|t| &t.token) {
        Some(Token::Number(text, _)) => Some(text.clone()),
        Some(Token::Word(word)) if ["true", "false"].iter().any(|w| word.value.eq_ignore_ascii_case(w)) => {
            Some(word.value.to_ascii_lowercase())
        }
        _ => None,
    };
    match bare {
        Some(text) => {
            cursor.take();
            Ok(Name { text, span })
        }
        None => cursor.text("a value in single quotes"),
    }
}

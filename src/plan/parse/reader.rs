//! The statement reader: tells statements apart by their first words and reads all that is not a query or an expression.

use sqlparser::ast;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::catalog::{comment_on, describe, drop_statement, reset, set, show};
use super::create_function::create_function;
use super::create_table::{comment, create_table};
use super::cursor::{Cursor, bracket, is_word};
use super::named_types::{NamedTypes, create_type};
use super::written::text_of;
use super::{nesting, syntax};
use crate::error::{Error, Result, Span, nearest};
use crate::plan::physical::{Emit, Standing};
use crate::plan::statement::{CreateTable, Insert, Name, PlanForm, Statement, StreamQuery};
use crate::types::OptionValue;

/// Reads all statements of a text, and notes in `types` which types have names behind them.
pub(super) fn statements(tokens: &[TokenWithSpan], types: &mut NamedTypes) -> Result<Vec<Statement>> {
    let mut cursor = Cursor::new(tokens);
    let mut found = Vec::new();
    while !cursor.at_end() {
        if !cursor.accept_token(&Token::SemiColon) {
            let statement = statement(&mut cursor, types)?;
            types.note(&statement)?;
            found.push(statement);
        }
    }
    Ok(found)
}

/// Reads one statement and the ';' behind it.
fn statement(cursor: &mut Cursor, types: &NamedTypes) -> Result<Statement> {
    if cursor.accept(&["EXPLAIN"]) {
        let analyze = cursor.accept(&["ANALYZE"]);
        let form = match analyze || cursor.accept(&["PLAN", "FOR"]) {
            true => PlanForm::Text,
            false => plan_form(cursor)?,
        };
        if cursor.looks_at(&["EXPLAIN"]) {
            return Err(Error::sql("EXPLAIN cannot be explained").at(cursor.span()).hint("write it once"));
        }
        if matches!(cursor.rest(), [open, inside, ..] if open.token == Token::LParen && !begins_query(Some(inside))) {
            let error = Error::sql("EXPLAIN has no options in brackets").at(cursor.span());
            return Err(
                error.hint("EXPLAIN shows the plans, EXPLAIN ANALYZE runs the statement and says what each operator cost")
            );
        }
        let inner = Box::new(plain_statement(cursor, types)?);
        return Ok(if analyze { Statement::Analyze(inner) } else { Statement::Explain(form, inner) });
    }
    plain_statement(cursor, types)
}

/// Takes what an EXPLAIN of Flink is to say besides the plan, which says of every sink and operator which changes there are.
fn plan_form(cursor: &mut Cursor) -> Result<PlanForm> {
    let mut form = PlanForm::Text;
    loop {
        if cursor.looks_at(&["ESTIMATED_COST"]) {
            let error = Error::sql("EXPLAIN ESTIMATED_COST is not supported").at(cursor.span());
            return Err(error.hint("nothing is estimated; EXPLAIN ANALYZE runs the statement and says what each operator cost"));
        }
        let is_json = cursor.accept(&["JSON_EXECUTION_PLAN"]);
        if is_json {
            form = PlanForm::Json;
        }
        let is_said = is_json || cursor.accept(&["CHANGELOG_MODE"]) || cursor.accept(&["PLAN_ADVICE"]);
        if !is_said || !cursor.accept_token(&Token::Comma) {
            return Ok(form);
        }
    }
}

fn plain_statement(cursor: &mut Cursor, types: &NamedTypes) -> Result<Statement> {
    if cursor.accept(&["BEGIN", "STATEMENT", "SET"]) {
        cursor.expect_token(&Token::SemiColon)?;
        return statement_set(cursor, types);
    }
    cursor.accept(&["EXECUTE"]);
    if cursor.accept(&["STATEMENT", "SET"]) {
        cursor.expect(&["BEGIN"]).map_err(|error| error.hint(STATEMENT_SET))?;
        return statement_set(cursor, types);
    }
    let mut one = Cursor::knowing(types, until_semicolon(cursor));
    if one.at_end() {
        return Err(Error::sql("a statement is missing").at(cursor.span()).hint("such as EXPLAIN SELECT a, b FROM t"));
    }
    nesting::check(one.rest())?;
    let end = one.end();
    single(&mut one).map_err(|error| error.at(end))
}

fn until_semicolon<'a>(cursor: &mut Cursor<'a>) -> &'a [TokenWithSpan] {
    let rest = cursor.rest();
    let length = rest.iter().position(|t| t.token == Token::SemiColon).unwrap_or(rest.len());
    for _ in 0..length {
        cursor.take();
    }
    cursor.accept_token(&Token::SemiColon);
    &rest[..length]
}

fn statement_set(cursor: &mut Cursor, types: &NamedTypes) -> Result<Statement> {
    let mut inserts = Vec::new();
    loop {
        if cursor.at_end() {
            let error = cursor.expected("END behind the statement set");
            return Err(error.hint("each INSERT of the set ends with ';', then END closes it"));
        }
        if cursor.accept_token(&Token::SemiColon) {
            continue;
        }
        if cursor.accept(&["END"]) {
            break;
        }
        let mut one = Cursor::knowing(types, until_semicolon(cursor));
        nesting::check(one.rest())?;
        if !one.accept(&["INSERT"]) {
            return Err(one.expected("INSERT INTO").hint("a statement set holds INSERT INTO statements only"));
        }
        inserts.push(insert(&mut one)?);
    }
    if !cursor.at_end() && !cursor.accept_token(&Token::SemiColon) {
        return Err(cursor.expected("';' behind END"));
    }
    match inserts.is_empty() {
        true => Err(Error::sql("a statement set needs at least one INSERT INTO").at(cursor.span()).hint(STATEMENT_SET)),
        false => Ok(Statement::StatementSet(inserts)),
    }
}

const STATEMENT_SET: &str = "EXECUTE STATEMENT SET BEGIN INSERT INTO ...; INSERT INTO ...; END";

/// Reads one statement that fills `cursor`.
fn single(cursor: &mut Cursor) -> Result<Statement> {
    if begins_query(cursor.peek()) {
        return Ok(Statement::Select(stream_query(cursor)?));
    }
    if cursor.accept(&["INSERT"]) {
        return Ok(Statement::Insert(insert(cursor)?));
    }
    if cursor.accept(&["CREATE"]) {
        return create(cursor);
    }
    match READERS.iter().find(|(word, _)| cursor.accept(&[word])) {
        Some((_, read)) => read(cursor),
        None => Err(unknown(cursor)),
    }
}

/// What reads the statements that begin with one word.
type Reader = fn(&mut Cursor) -> Result<Statement>;

const READERS: [(&str, Reader); 7] = [
    ("SET", set),
    ("RESET", reset),
    ("SHOW", show),
    ("DESCRIBE", describe),
    ("DESC", describe),
    ("DROP", drop_statement),
    ("COMMENT", comment_on),
];

fn begins_query(token: Option<&TokenWithSpan>) -> bool {
    token.is_some_and(|t| t.token == Token::LParen || ["SELECT", "WITH", "VALUES", "TABLE"].iter().any(|w| is_word(&t.token, w)))
}

fn create(cursor: &mut Cursor) -> Result<Statement> {
    if cursor.looks_at(&["OR", "REPLACE"]) {
        return Err(Error::sql("OR REPLACE is not supported").at(cursor.span()).hint(ONE_DECLARATION));
    }
    cursor.accept(&["TEMPORARY"]);
    if cursor.accept(&["TABLE"]) {
        let table = create_table(cursor)?;
        return match cursor.accept(&["AS"]) {
            true => table_of_query(table, cursor),
            false => cursor.expect_end("CREATE TABLE").map(|()| Statement::CreateTable(table)).map_err(|error| {
                match cursor.peek().map(|token| &token.token) {
                    Some(Token::SingleQuotedString(_)) => error.hint("options stand in brackets behind WITH"),
                    _ => error,
                }
            }),
        };
    }
    if VIEWS.iter().any(|words| cursor.accept(words)) {
        return create_view(cursor);
    }
    if cursor.accept(&["SOURCE"]) {
        let table = create_table(cursor)?;
        return cursor.expect_end("CREATE SOURCE").map(|()| Statement::CreateTable(table));
    }
    if cursor.accept(&["SINK"]) {
        return create_sink(cursor);
    }
    if cursor.accept(&["TYPE"]) {
        return create_type(cursor);
    }
    if cursor.accept(&["FUNCTION"]) || cursor.accept(&["SYSTEM", "FUNCTION"]) {
        return create_function(cursor);
    }
    match REFUSED_KINDS.iter().find(|(words, _)| cursor.looks_at(words)) {
        Some((words, hint)) => {
            Err(Error::sql(format!("CREATE {} is not supported", words.join(" "))).at(cursor.span()).hint(*hint))
        }
        None => Err(cursor.expected("TABLE, VIEW, MATERIALIZED VIEW, SOURCE, SINK, FUNCTION or TYPE behind CREATE")),
    }
}

/// A view, by all its names: nothing is stored, and nobody outside the job sees one.
const VIEWS: [&[&str]; 3] = [&["VIEW"], &["MATERIALIZED", "VIEW"], &["LOCAL", "VIEW"]];

/// What else other engines create.
const REFUSED_KINDS: [(&[&str], &str); 8] = [
    (&["CATALOG"], ONE_DATABASE),
    (&["DATABASE"], ONE_DATABASE),
    (&["SCHEMA"], ONE_DATABASE),
    (&["MODEL"], "there is nothing here that runs one"),
    (&["CONNECTION"], "each table has its options: CREATE TABLE ... LIKE t takes over those of another"),
    (&["MATERIALIZED", "TABLE"], "CREATE MATERIALIZED VIEW v AS SELECT ... is as fresh as its last row"),
    (&["INDEX"], NO_INDEX),
    (&["UNIQUE"], NO_INDEX),
];

const ONE_DECLARATION: &str = "a job declares each name once";

const NO_INDEX: &str = "what joins and groups keep is found by their keys as it is";

pub(super) const ONE_DATABASE: &str = "a job has one catalog and one database: their names before that of a table say nothing";

/// Reads the query behind CREATE TABLE ... AS.
fn table_of_query(table: CreateTable, cursor: &mut Cursor) -> Result<Statement> {
    if !table.columns.is_empty() || table.watermark.is_some() {
        let error = Error::sql("a table has the columns of its query, or its own").at(table.name.span);
        return Err(error.hint("between its name and AS stand PRIMARY KEY and WITH; or create it, then fill it with INSERT INTO"));
    }
    let CreateTable { name, primary_key, options, .. } = table;
    Ok(Statement::CreateSink { name, query: stream_query(cursor)?, primary_key, options })
}

/// Reads a table that is written by one query, whose columns it has; or with INTO the INSERT of that query into another table.
fn create_sink(cursor: &mut Cursor) -> Result<Statement> {
    cursor.accept(&["IF", "NOT", "EXISTS"]);
    let name = cursor.table_name("a sink name")?;
    if cursor.accept(&["INTO"]) {
        return sink_into_table(name, cursor);
    }
    let rest = cursor.rest();
    let Some(end) = options_at(rest) else { return Err(cursor.expected("FROM or AS, and WITH ('connector' = ...) at the end")) };
    let query = sink_query(&mut Cursor::knowing(cursor.types(), &rest[..end]))?;
    let mut options = Cursor::new(&rest[end + 1..]);
    cursor.take_rest();
    let read = super::create_table::options(&mut options)?;
    options.expect_end("CREATE SINK")?;
    Ok(Statement::CreateSink { name, query, primary_key: Vec::new(), options: read })
}

/// Where the options behind a query begin: at the last WITH that a list of options follows.
fn options_at(tokens: &[TokenWithSpan]) -> Option<usize> {
    let is_with =
        |at: &usize| is_word(&tokens[*at].token, "WITH") && tokens.get(at + 1).is_some_and(|t| t.token == Token::LParen);
    (0..tokens.len()).rev().find(is_with)
}

/// The options of a sink into a table, which may only say how the rows come; the table shows what the query gives. Where it is said that
/// no row may be taken back.
fn plain_sink(cursor: &mut Cursor) -> Result<Option<Span>> {
    let options = super::create_table::options(cursor)?;
    cursor.expect_end("CREATE SINK")?;
    let is_known = |(key, value): &(&str, &OptionValue)| match *key {
        "type" => ["append-only", "upsert"].contains(&value.text.as_str()),
        "force_append_only" => ["true", "false"].contains(&value.text.as_str()),
        _ => false,
    };
    if let Some((key, value)) = options.iter().find(|option| !is_known(option)) {
        return Err(Error::sql(format!("option '{key}' of a sink into a table is not supported"))
            .at(value.key)
            .hint("the table holds what the query gives, with what it takes back"));
    }
    Ok(options.value("force_append_only").filter(|value| value.text == "true").map(|value| value.span))
}

/// Reads `FROM relation` or `AS query`, to the end.
fn sink_query(cursor: &mut Cursor) -> Result<StreamQuery> {
    if !cursor.accept(&["FROM"]) {
        cursor
            .expect(&["AS"])
            .map_err(|error| error.hint("CREATE SINK s FROM t WITH (...), or CREATE SINK s AS SELECT ... WITH (...)"))?;
        return stream_query(cursor);
    }
    let whole = super::tokenize("SELECT * FROM").map_err(|fault| super::fault::fault_of(fault, &[]))?;
    let span = cursor.span();
    let tokens = [&whole[..], cursor.take_rest()].concat();
    Ok(StreamQuery { query: syntax::query(&tokens, cursor.types())?, emit: None, every: None, span })
}

/// Reads what stands behind CREATE SINK name INTO.
fn sink_into_table(name: Name, cursor: &mut Cursor) -> Result<Statement> {
    let table = cursor.table_name("a table name")?;
    let columns = match cursor.peek() {
        Some(TokenWithSpan { token: Token::LParen, .. }) => cursor.list(|cursor| cursor.name("a column name"))?,
        _ => Vec::new(),
    };
    let rest = cursor.take_rest();
    let end = options_at(rest).unwrap_or(rest.len());
    let query = sink_query(&mut Cursor::knowing(cursor.types(), &rest[..end]))?;
    let adds_only = match &rest[end..] {
        [_, options @ ..] => plain_sink(&mut Cursor::new(options))?,
        [] => None,
    };
    let (options, partition, sink) = (None, Vec::new(), Some(name));
    Ok(Statement::Insert(Insert { table, options, partition, columns, query, on_conflict: None, sink, adds_only }))
}

fn create_view(cursor: &mut Cursor) -> Result<Statement> {
    cursor.accept(&["IF", "NOT", "EXISTS"]);
    let name = cursor.table_name("a view name")?;
    let columns = match cursor.peek() {
        Some(TokenWithSpan { token: Token::LParen, .. }) => cursor.list(|cursor| cursor.name("a column name"))?,
        _ => Vec::new(),
    };
    let comment = comment(cursor)?;
    cursor.expect(&["AS"]).map_err(|error| error.hint("CREATE VIEW v AS SELECT ..."))?;
    let text = text_of(cursor.rest());
    Ok(Statement::CreateView { name, columns, query: stream_query(cursor)?, text, comment })
}

/// Reads what stands behind INSERT.
fn insert(cursor: &mut Cursor) -> Result<Insert> {
    if cursor.looks_at(&["OVERWRITE"]) {
        return Err(Error::sql("INSERT OVERWRITE is not supported").at(cursor.span()).hint("write INSERT INTO"));
    }
    cursor.expect(&["INTO"]).map_err(|error| error.hint("INSERT INTO t SELECT ..., or INSERT INTO t VALUES (...)"))?;
    cursor.accept(&["TABLE"]);
    let options = super::hint::options_ahead(cursor)?;
    let table = cursor.table_name("a table name")?;
    let partition = match cursor.accept(&["PARTITION"]) {
        true => cursor.list(constant_column)?,
        false => Vec::new(),
    };
    let has_columns = matches!(cursor.rest(), [open, inside, ..]
        if open.token == Token::LParen && !begins_query(Some(inside)));
    let columns = match has_columns {
        true => cursor.list(|cursor| cursor.name("a column name"))?,
        false => Vec::new(),
    };
    let rest = cursor.take_rest();
    let (query, conflict) = rest.split_at(conflict_at(rest).unwrap_or(rest.len()));
    let query = stream_query(&mut Cursor::knowing(cursor.types(), query))?;
    let on_conflict = on_conflict(&mut Cursor::new(conflict))?;
    Ok(Insert { table, options, partition, columns, query, on_conflict, sink: None, adds_only: None })
}

/// Reads `column = constant` of PARTITION.
fn constant_column(cursor: &mut Cursor) -> Result<(Name, ast::Expr)> {
    let name = cursor.name("a column name")?;
    if !cursor.accept_token(&Token::Eq) {
        return Err(cursor.expected("= and a constant").hint("columns that the query gives are not named in PARTITION"));
    }
    Ok((name, syntax::expression(cursor.take_until(&Token::Comma), cursor.types())?))
}

/// Where ON CONFLICT begins: the last one outside brackets with what may stand behind it.
fn conflict_at(tokens: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0;
    let mut found = None;
    for (at, token) in tokens.iter().enumerate() {
        depth += bracket(&token.token);
        let mut behind = Cursor::new(&tokens[at..]);
        if depth == 0 && behind.accept(&["ON", "CONFLICT"]) && (behind.looks_at(&["DO"]) || behind.accept_token(&Token::LParen)) {
            found = Some(at);
        }
    }
    found
}

/// Reads ON CONFLICT, if it is there, and all that stands behind it.
fn on_conflict(cursor: &mut Cursor) -> Result<Option<(Standing, Span)>> {
    let span = cursor.span();
    if !cursor.accept(&["ON", "CONFLICT"]) {
        return Ok(None);
    }
    let standing = if cursor.accept(&["DO", "DEDUPLICATE"]) {
        Standing::Last
    } else if cursor.accept(&["DO", "NOTHING"]) {
        Standing::First
    } else {
        let error = Error::sql("this form of ON CONFLICT is not supported").at(cursor.span());
        return Err(error.hint("DO DEDUPLICATE writes the last row of each PRIMARY KEY, DO NOTHING the first one"));
    };
    cursor.expect_end("INSERT INTO")?;
    Ok(Some((standing, span)))
}

/// Reads the query that fills the rest of `cursor`, with its EMIT.
fn stream_query(cursor: &mut Cursor) -> Result<StreamQuery> {
    let span = cursor.span();
    if !begins_query(cursor.peek()) {
        let error = cursor.expected("SELECT, WITH or VALUES");
        return Err(match cursor.rest() {
            [TokenWithSpan { token: Token::Word(name), .. }] if name.keyword == Keyword::NoKeyword => {
                error.hint(format!("write SELECT * FROM {name}"))
            }
            _ => error,
        });
    }
    let tokens = cursor.take_rest();
    if let Some(Emitting { before, emit, every, behind }) = emit(tokens) {
        let query = syntax::query(&[before, behind].concat(), cursor.types())?;
        let every = every.map(|interval| syntax::expression(interval, cursor.types()).map(Box::new)).transpose();
        let every = every.map_err(|error| error.hint("EMIT CHANGES EVERY INTERVAL '5' SECOND"))?;
        return Ok(StreamQuery { query, emit: Some(emit), every, span });
    }
    match (syntax::query(tokens, cursor.types()), tokens) {
        (Err(error), tokens) if is_unknown_emit(tokens) => {
            Err(error.hint("EMIT CHANGES, EMIT CHANGES EVERY interval, EMIT FINAL and EMIT ON WINDOW CLOSE are there"))
        }
        (query, _) => Ok(StreamQuery { query: query?, emit: None, every: None, span }),
    }
}

/// What may stand behind EMIT.
const EMITS: [(&[&str], Emit); 3] =
    [(&["CHANGES"], Emit::OnChange), (&["FINAL"], Emit::OnClose), (&["ON", "WINDOW", "CLOSE"], Emit::OnClose)];

/// A query with EMIT, taken apart.
struct Emitting<'a> {
    before: &'a [TokenWithSpan],
    emit: Emit,
    /// The interval behind EVERY.
    every: Option<&'a [TokenWithSpan]>,
    behind: &'a [TokenWithSpan],
}

/// EMIT and what it says, at the end of a query or before its LIMIT.
fn emit(tokens: &[TokenWithSpan]) -> Option<Emitting<'_>> {
    let at = tokens.iter().rposition(|t| is_word(&t.token, "EMIT"))?;
    let (before, mut behind) = (&tokens[..at], &tokens[at + 1..]);
    let (words, emit) = EMITS.iter().find(|(words, _)| Cursor::new(behind).looks_at(words))?;
    behind = &behind[words.len()..];
    let is_limit = |t: &TokenWithSpan| is_word(&t.token, "LIMIT");
    let mut every = None;
    if let ([word, rest @ ..], Emit::OnChange) = (behind, emit)
        && is_word(&word.token, "EVERY")
    {
        let (interval, limit) = rest.split_at(rest.iter().position(is_limit).unwrap_or(rest.len()));
        (every, behind) = (Some(interval), limit);
    }
    behind.first().is_none_or(is_limit).then_some(Emitting { before, emit: *emit, every, behind })
}

/// Whether EMIT stands near the end, with something behind it that is not understood.
fn is_unknown_emit(tokens: &[TokenWithSpan]) -> bool {
    let at = tokens.iter().rposition(|t| is_word(&t.token, "EMIT"));
    at.is_some_and(|at| tokens[at + 1..].iter().all(|t| bracket(&t.token) == 0))
}

fn unknown(cursor: &Cursor) -> Error {
    let found = match cursor.peek() {
        Some(token) => token.to_string(),
        None => "the end of the text".to_owned(),
    };
    if let Some((word, hint)) = REFUSED.iter().find(|(word, _)| cursor.looks_at(&[word])) {
        return Error::sql(format!("{word} is not supported")).at(cursor.span()).hint(*hint);
    }
    let error = Error::sql(format!("no statement begins with {found}")).at(cursor.span());
    match nearest(&found, SUPPORTED.iter().copied()).filter(|near| !found.eq_ignore_ascii_case(near)) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(
            "supported are CREATE, DROP, INSERT INTO, SELECT, WITH, VALUES, SET, RESET, SHOW, DESCRIBE, COMMENT ON, EXPLAIN and EXECUTE STATEMENT SET",
        ),
    }
}

const SUPPORTED: [&str; 14] = [
    "CREATE", "INSERT", "SELECT", "WITH", "VALUES", "SET", "EXPLAIN", "EXECUTE", "BEGIN", "RESET", "SHOW", "DESCRIBE", "DROP",
    "COMMENT",
];

/// What else other engines do, and what to do here.
const REFUSED: [(&str, &str); 17] = [
    ("ALTER", "declare the table as it is to be; another one takes over what is the same: CREATE TABLE x (...) LIKE t"),
    ("UPDATE", CHANGES),
    ("DELETE", CHANGES),
    ("TRUNCATE", CHANGES),
    ("MERGE", CHANGES),
    ("REPLACE", ONE_DECLARATION),
    ("USE", ONE_DATABASE),
    ("LOAD", FUNCTIONS_COME),
    ("UNLOAD", FUNCTIONS_COME),
    ("ADD", FUNCTIONS_COME),
    ("REMOVE", FUNCTIONS_COME),
    ("ANALYZE", "no statistics are kept; EXPLAIN ANALYZE before a statement says what each operator cost"),
    ("CALL", "there are no procedures"),
    ("COMPILE", "corelane explain shows the plan of a job"),
    ("GRANT", "whoever runs the job may read and write what it reads and writes"),
    ("STOP", "a signal stops a job: what was read is processed and written"),
    ("END", "END closes EXECUTE STATEMENT SET BEGIN"),
];

/// Where functions are from.
pub(super) const FUNCTIONS_COME: &str =
    "functions come with the engine, with the program around the job, or from a file of WebAssembly, by CREATE FUNCTION";
const CHANGES: &str = "rows are changed by a table with PRIMARY KEY that a query is inserted into, or by a format of changes";

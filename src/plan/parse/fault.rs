//! Turns places and faults of the parser crate into ours: `span_of` for positions, `fault_of` for messages with a hint.

use sqlparser::keywords::Keyword;
use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{self, Token, TokenWithSpan};

use super::cursor::{bracket, is_word};
use crate::error::{Error, Span, nearest};
use crate::plan::functions::refusal;

/// A place of the parser crate as one of ours. An unknown place stays unknown (line 0), which `Error::at` ignores.
pub fn span_of(span: tokenizer::Span) -> Span {
    let width = match span.end.line == span.start.line {
        true => span.end.column.saturating_sub(span.start.column).max(1),
        false => 1,
    };
    Span { line: narrow(span.start.line), column: narrow(span.start.column.max(1)), width: narrow(width) }
}

/// The parser's fault over `tokens` as one of ours: message in our words, the token underlined, a near keyword as hint.
pub(super) fn fault_of(fault: ParserError, tokens: &[TokenWithSpan]) -> Error {
    let text = match fault {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        ParserError::RecursionLimitExceeded => return too_deep().at(first_span(tokens)),
    };
    let (text, place) = split_place(&text);
    let error = Error::sql(reworded(text));
    let error = match text.starts_with("Unterminated string") {
        true => error.hint("a quote within a text is written twice: 'it''s'"),
        false => error,
    };
    if let Some(bracket) = unmatched(tokens) {
        return Error::sql(format!("'{}' has no partner", bracket.token)).at(span_of(bracket.span));
    }
    if let Some(case) = without_end(tokens) {
        return Error::sql("CASE has no END").at(span_of(case.span)).hint("CASE WHEN condition THEN value ELSE value END");
    }
    match place.or_else(|| behind_word(text, tokens)) {
        Some((line, column)) => match tokens.iter().position(|t| (t.span.start.line, t.span.start.column) == (line, column)) {
            Some(at) => {
                // The crate points behind a word that it has taken already.
                let is_meant = |at: &usize| text.ends_with(&format!("found: {}", tokens[*at].token));
                let at = if is_meant(&at) { at } else { at.checked_sub(1).filter(is_meant).unwrap_or(at) };
                let hinted = || hinted(error.at(span_of(tokens[at].span)), tokens, at);
                refused_around(tokens, at).unwrap_or_else(hinted)
            }
            None => error.at(Span { line: narrow(line), column: narrow(column.max(1)), width: 1 }),
        },
        None => match tokens.last() {
            Some(last) => hinted(error.at(behind(last)), tokens, tokens.len()),
            None => error,
        },
    }
}

/// The fault of a text that nests deeper than the engine follows.
pub(super) fn too_deep() -> Error {
    Error::sql(format!("nested more than {} levels deep", crate::limits::NESTING_MAX))
        .hint("move inner queries or expressions into views or a WITH clause")
}

/// The first bracket that is not closed, or closes nothing.
fn unmatched(tokens: &[TokenWithSpan]) -> Option<&TokenWithSpan> {
    let mut open = Vec::new();
    for token in tokens {
        match bracket(&token.token) {
            1 => open.push(token),
            -1 if open.pop().is_none() => return Some(token),
            _ => {}
        }
    }
    open.pop()
}

/// What is said of a function of tables in whose brackets `at` lies, if it is refused by its name: there a grammar of its own may stand.
fn refused_around(tokens: &[TokenWithSpan], at: usize) -> Option<Error> {
    let mut open = Vec::new();
    for (place, token) in tokens[..at].iter().enumerate() {
        match bracket(&token.token) {
            1 => open.push(place),
            -1 => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().find_map(|open| {
        let name = tokens.get(open.checked_sub(1)?)?;
        let Token::Word(word) = &name.token else { return None };
        let takes_tables = tokens[open..at].iter().any(|token| is_word(&token.token, "TABLE"));
        let error = if takes_tables { refusal(&word.value) } else { None };
        error.map(|error| error.at(span_of(name.span)))
    })
}

/// The innermost CASE that nothing closes.
fn without_end(tokens: &[TokenWithSpan]) -> Option<&TokenWithSpan> {
    let mut open = Vec::new();
    for token in tokens {
        if is_word(&token.token, "CASE") {
            open.push(token);
        } else if is_word(&token.token, "END") {
            open.pop();
        }
    }
    open.pop()
}

/// The place of what stands behind the last WORD, where a fault has no place but says `after WORD`.
fn behind_word(text: &str, tokens: &[TokenWithSpan]) -> Option<(u64, u64)> {
    let (_, word) = text.rsplit_once(" after ")?;
    let at = tokens.iter().rposition(|token| is_word(&token.token, word))?;
    let next = tokens.get(at + 1)?.span.start;
    Some((next.line, next.column))
}

/// The place right behind a token, where something is missing.
pub(super) fn behind(last: &TokenWithSpan) -> Span {
    let end = last.span.end;
    Span { line: narrow(end.line), column: narrow(end.column.max(1)), width: 1 }
}

fn first_span(tokens: &[TokenWithSpan]) -> Span {
    tokens.first().map(|t| span_of(t.span)).unwrap_or_default()
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Cuts ` at Line: 3, Column: 7` off a message.
fn split_place(text: &str) -> (&str, Option<(u64, u64)>) {
    let Some((head, tail)) = text.rsplit_once(" at Line: ") else { return (text, None) };
    let Some((line, column)) = tail.split_once(", Column: ") else { return (text, None) };
    match (line.trim().parse(), column.trim().parse()) {
        (Ok(line), Ok(column)) => (head, Some((line, column))),
        _ => (text, None),
    }
}

fn reworded(text: &str) -> String {
    if let (true, Some((_, found))) = (text.contains("NORMALIZED FROM after IS"), text.rsplit_once(", found: ")) {
        return reworded(&format!("Expected: [NOT] NULL, TRUE, FALSE, UNKNOWN, JSON or DISTINCT FROM behind IS, found: {found}"));
    }
    let text = text.replace("Expected: ", "expected ").replace("found: EOF", "found the end of the statement");
    let text = text.replace("before EOF.", "before the end").replace("Unexpected EOF while in", "the text ends within");
    let text = text.replace(", found: ", ", found ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "not understood".to_owned(),
    }
}

/// Adds a hint: a keyword, when the word at `at`, or the one before it, looks like a misspelled one, or what is missing there.
fn hinted(error: Error, tokens: &[TokenWithSpan], at: usize) -> Error {
    if tokens.get(at).is_some_and(|token| token.token == Token::Question) {
        return error.hint("a parameter has a name: write :name, and give it a value: --param name=...");
    }
    let around = [at.checked_sub(1), Some(at), at.checked_sub(2)];
    let near = around.into_iter().flatten().filter_map(|i| tokens.get(i)).find_map(misspelled);
    match near {
        Some((word, keyword)) => error.hint(format!("did you mean {keyword} instead of '{word}'?")),
        None => match missing(error.message(), tokens, at.min(tokens.len())) {
            Some(hint) => error.hint(hint),
            None => error,
        },
    }
}

/// What would work at `at`, by what was expected there and what stands before it.
fn missing(expected: &str, tokens: &[TokenWithSpan], at: usize) -> Option<String> {
    let (before, found) = (&tokens[..at].last()?.token, tokens.get(at).map(|token| &token.token));
    if expected.starts_with("expected the end") {
        return found.and_then(|found| separated(found, &tokens[..at]));
    }
    if expected.starts_with("expected AND") {
        let is_frame = |token: &TokenWithSpan| ["ROWS", "RANGE", "GROUPS"].iter().any(|word| is_word(&token.token, word));
        let between = tokens[..at].iter().rposition(|token| is_word(&token.token, "BETWEEN"));
        let in_frame = between.and_then(|at| tokens.get(at.checked_sub(1)?)).is_some_and(is_frame);
        return Some(if in_frame { "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW" } else { "x BETWEEN low AND high" }.to_owned());
    }
    if found.is_some_and(|found| is_word(found, "PARTITION") || is_word(found, "ORDER")) {
        return Some("OVER (PARTITION BY a ORDER BY ts)".to_owned());
    }
    match before {
        // One that was written, and not put in for a word.
        Token::Comma if tokens[at - 1].span.end.column == tokens[at - 1].span.start.column + 1 => {
            Some("leave out the comma before it, or write what comes behind".to_owned())
        }
        Token::LParen if at > 1 && is_word(&tokens[at - 2].token, "IN") => Some("name the values: IN (1, 2)".to_owned()),
        Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => {
            Some(format!("a value stands on each side of {before}"))
        }
        Token::Word(word) if word.quote_style.is_none() => {
            let word = word.value.to_ascii_uppercase();
            let (_, hint) = BEHIND.iter().find(|(words, _)| words.contains(&word.as_str()))?;
            Some(hint.replace("WORD", &word))
        }
        _ => None,
    }
}

/// How what stands behind something whole is told apart from it: statements from statements, columns from columns.
fn separated(found: &Token, before: &[TokenWithSpan]) -> Option<String> {
    const STATEMENTS: [&str; 8] = ["SELECT", "WITH", "INSERT", "CREATE", "DROP", "SET", "SHOW", "EXPLAIN"];
    if STATEMENTS.iter().any(|word| is_word(found, word)) {
        return Some("statements are separated by ';'".to_owned());
    }
    let is_bare_join = |pair: &[TokenWithSpan]| {
        is_word(&pair[1].token, "JOIN") && ["CROSS", "NATURAL"].iter().any(|word| is_word(&pair[0].token, word))
    };
    if is_word(found, "ON") && before.windows(2).rev().find(|pair| is_word(&pair[1].token, "JOIN")).is_some_and(is_bare_join) {
        return Some("CROSS JOIN and NATURAL JOIN have no condition: write JOIN ... ON".to_owned());
    }
    let clause = before.iter().rev().find(|token| ["SELECT", "FROM"].iter().any(|word| is_word(&token.token, word)))?;
    let is_name = matches!(found, Token::Word(word) if word.keyword == Keyword::NoKeyword);
    (is_name && is_word(&clause.token, "SELECT")).then(|| "columns are separated by commas".to_owned())
}

/// What stands behind a WORD.
const BEHIND: [(&[&str], &str); 10] = [
    (&["SELECT"], "name the columns, or write * for all of them"),
    (&["DISTINCT"], "an expression stands behind DISTINCT, such as COUNT(DISTINCT x)"),
    (&["WHERE", "HAVING", "ON", "QUALIFY", "WHEN", "NOT", "OR"], "a condition stands behind WORD, such as x > 0"),
    (&["EXISTS"], "EXISTS (SELECT * FROM t WHERE ...)"),
    (&["UNION", "EXCEPT", "INTERSECT", "ALL"], "a SELECT stands on each side of a set operation"),
    (&["BY"], "expressions stand behind BY, with commas between them"),
    (&["SKIP"], "AFTER MATCH SKIP PAST LAST ROW, TO NEXT ROW, TO FIRST a or TO LAST a"),
    (&["FOR"], "JOIN t FOR SYSTEM_TIME AS OF x.ts ON ..., where t is the name of a table"),
    (&["USING"], "the columns stand in brackets: USING (a, b)"),
    (&["FROM", "JOIN"], "the name of a table stands behind WORD, or a query in brackets"),
];

fn misspelled(token: &TokenWithSpan) -> Option<(String, &'static str)> {
    let Token::Word(word) = &token.token else { return None };
    if word.quote_style.is_some() || word.value.len() < 3 || word.keyword != Keyword::NoKeyword {
        return None;
    }
    nearest(&word.value, CLAUSES.iter().copied()).map(|keyword| (word.value.clone(), keyword))
}

const CLAUSES: [&str; 24] = [
    "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "INSERT", "INTO", "VALUES", "UNION", "JOIN", "LEFT", "INNER",
    "BETWEEN", "INTERVAL", "CASE", "WHEN", "THEN", "ELSE", "DISTINCT", "WITH", "TABLE", "WINDOW",
];

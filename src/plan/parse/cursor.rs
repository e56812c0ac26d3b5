//! A reading position in a slice of tokens, for what our own reader reads word by word: statements, columns, types.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::fault::{behind, span_of};
use super::named_types::NamedTypes;
use crate::error::{Error, Result, Span};
use crate::plan::statement::Name;

/// Reads tokens from left to right; never past the end.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    tokens: &'a [TokenWithSpan],
    at: usize,
    types: &'a NamedTypes,
}

impl<'a> Cursor<'a> {
    /// At the beginning of `tokens`, in which there is no whitespace and no type has a name.
    pub(super) fn new(tokens: &'a [TokenWithSpan]) -> Self {
        Self::knowing(NamedTypes::NONE, tokens)
    }

    /// At the beginning of `tokens`, in which there is no whitespace, with the types that have names there.
    pub(super) fn knowing(types: &'a NamedTypes, tokens: &'a [TokenWithSpan]) -> Self {
        Self { tokens, at: 0, types }
    }

    /// The types that have names here.
    pub(super) fn types(&self) -> &'a NamedTypes {
        self.types
    }

    /// The next token, if there is one.
    pub(super) fn peek(&self) -> Option<&'a TokenWithSpan> {
        self.tokens.get(self.at)
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Option<&'a TokenWithSpan> {
        let token = self.tokens.get(self.at);
        self.at += usize::from(token.is_some());
        token
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a [TokenWithSpan] {
        &self.tokens[self.at..]
    }

    /// Takes everything that has not been read.
    pub(super) fn take_rest(&mut self) -> &'a [TokenWithSpan] {
        let rest = self.rest();
        self.at = self.tokens.len();
        rest
    }

    /// Takes what stands before the next `stop` outside brackets, before a closing bracket too many, or everything.
    pub(super) fn take_until(&mut self, stop: &Token) -> &'a [TokenWithSpan] {
        self.take_until_where(|token| token == stop)
    }

    /// Takes what stands before the next token outside brackets for which `stops` holds, as `take_until` does.
    pub(super) fn take_until_where(&mut self, stops: impl Fn(&Token) -> bool) -> &'a [TokenWithSpan] {
        let rest = self.rest();
        let end = first_outside(rest, stops).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Whether everything is read.
    pub(super) fn at_end(&self) -> bool {
        self.at == self.tokens.len()
    }

    /// Whether the next words are these, without case.
    pub(super) fn looks_at(&self, words: &[&str]) -> bool {
        self.rest().len() >= words.len() && words.iter().zip(self.rest()).all(|(word, token)| is_word(&token.token, word))
    }

    /// Takes these words if they come next.
    pub(super) fn accept(&mut self, words: &[&str]) -> bool {
        let found = self.looks_at(words);
        self.at += if found { words.len() } else { 0 };
        found
    }

    /// Takes this token if it comes next.
    pub(super) fn accept_token(&mut self, token: &Token) -> bool {
        let found = self.peek().is_some_and(|t| t.token == *token);
        self.at += usize::from(found);
        found
    }

    /// Takes these words, or says that they are expected.
    pub(super) fn expect(&mut self, words: &[&str]) -> Result<()> {
        match self.accept(words) {
            true => Ok(()),
            false => Err(self.expected(&words.join(" "))),
        }
    }

    /// Takes this token, or says that it is expected.
    pub(super) fn expect_token(&mut self, token: &Token) -> Result<()> {
        match self.accept_token(token) {
            true => Ok(()),
            false => Err(self.expected(&format!("'{token}'"))),
        }
    }

    /// Takes a name without dots; `what` says what it names.
    pub(super) fn name(&mut self, what: &str) -> Result<Name> {
        match self.peek() {
            Some(TokenWithSpan { token: Token::Word(word), span }) => {
                self.at += 1;
                Ok(Name { text: word.value.clone(), span: span_of(*span) })
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Takes a name with dots, as one text.
    pub(super) fn dotted_name(&mut self, what: &str) -> Result<Name> {
        let mut name = self.name(what)?;
        while self.accept_token(&Token::Period) {
            let part = self.name(what)?;
            name.text = format!("{}.{}", name.text, part.text);
            if part.span.line == name.span.line {
                name.span.width = (part.span.column + part.span.width).saturating_sub(name.span.column);
            }
        }
        Ok(name)
    }

    /// Takes the name of a table or view. A job has one catalog and one database: their names before it say nothing.
    pub(super) fn table_name(&mut self, what: &str) -> Result<Name> {
        let mut name = self.name(what)?;
        while self.accept_token(&Token::Period) {
            name = self.name(what)?;
        }
        Ok(name)
    }

    /// Takes a text in single quotes.
    pub(super) fn text(&mut self, what: &str) -> Result<Name> {
        match self.peek() {
            Some(TokenWithSpan { token: Token::SingleQuotedString(text), span }) => {
                self.at += 1;
                Ok(Name { text: text.clone(), span: span_of(*span) })
            }
            Some(TokenWithSpan { token: Token::Word(word), .. }) if word.quote_style == Some('"') => {
                Err(self.expected(what).hint("texts stand in single quotes; double quotes are for names"))
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Takes a comma-separated list in parentheses.
    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.expect_token(&Token::LParen)?;
        let mut items = vec![item(self)?];
        while self.accept_token(&Token::Comma) {
            items.push(item(self)?);
        }
        if !self.accept_token(&Token::RParen) {
            return Err(self.expected("',' or ')'"));
        }
        Ok(items)
    }

    /// The place behind the last token.
    pub(super) fn end(&self) -> Span {
        self.tokens.last().map(behind).unwrap_or_default()
    }

    /// Where the next token stands, or the place behind the last one.
    pub(super) fn span(&self) -> Span {
        match (self.peek(), self.tokens.last()) {
            (Some(token), _) => span_of(token.span),
            (None, Some(last)) => behind(last),
            (None, None) => Span::default(),
        }
    }

    /// The fault that something else stands where `what` is expected.
    pub(super) fn expected(&self, what: &str) -> Error {
        let found = match self.peek() {
            Some(token) => format!("found {token}"),
            None => "found the end of the statement".to_owned(),
        };
        Error::sql(format!("expected {what}, {found}")).at(self.span())
    }

    /// A fault if anything is left over behind `what`.
    pub(super) fn expect_end(&self, what: &str) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(token) => Err(Error::sql(format!("unexpected {token} behind {what}"))
                .at(self.span())
                .hint("statements are separated by ';'")),
        }
    }
}

/// Whether a token is this unquoted word, without case.
pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(word))
}

/// Position of the first token outside brackets for which `wanted` holds, or of a closing bracket too many.
pub(super) fn first_outside(tokens: &[TokenWithSpan], wanted: impl Fn(&Token) -> bool) -> Option<usize> {
    let mut depth = 0;
    tokens.iter().position(|TokenWithSpan { token, .. }| {
        let found = depth == 0 && (wanted(token) || bracket(token) < 0);
        depth += bracket(token);
        found
    })
}

/// 1 for an opening bracket, -1 for a closing one, 0 for anything else.
pub(super) fn bracket(token: &Token) -> i32 {
    match token {
        Token::LParen | Token::LBracket | Token::LBrace => 1,
        Token::RParen | Token::RBracket | Token::RBrace => -1,
        _ => 0,
    }
}

/// Parts between commas that stand outside brackets.
pub(super) fn split_at_commas(tokens: &[TokenWithSpan]) -> Vec<&[TokenWithSpan]> {
    let mut parts = Vec::new();
    let mut cursor = Cursor::new(tokens);
    loop {
        parts.push(cursor.take_until(&Token::Comma));
        if !cursor.accept_token(&Token::Comma) {
            return parts;
        }
    }
}

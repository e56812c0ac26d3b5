//! Patterns of rows as expressions, which the parser crate hands on with their places:
//!
//! | pattern                  | expression                                              |
//! |--------------------------|---------------------------------------------------------|
//! | `A B`, `()`              | `` `$sequence`(A, B) ``, `` `$sequence`() ``            |
//! | `A \| B`                 | `` `$choice`(A, B) ``                                   |
//! | `PERMUTE(A, B)`          | `` `$permute`(A, B) ``                                  |
//! | `A*`, `A+`, `A?`         | `` `$greedy`(A, 0) ``, `(A, 1)`, `(A, 0, 1)`            |
//! | `A{2}`, `A{2,}`, `A{,3}` | `` `$greedy`(A, 2, 2) ``, `(A, 2)`, `(A, 0, 3)`         |
//! | `A*?`, `A{2,3}?`         | `` `$reluctant`(A, 0) ``, `` `$reluctant`(A, 2, 3) ``   |
//! | `{- A -}`                | `` `$left_out`(A) ``                                    |
//! | `^`, `$`                 | `` `$start`() ``, `` `$end`() ``                        |

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::Cursor;
use super::fault::span_of;
use super::rewrite::placed;
use super::row_pattern::hidden;
use crate::error::{Error, Result};

/// One after the other.
pub const SEQUENCE: &str = "$sequence";
/// One of them.
pub const CHOICE: &str = "$choice";
/// All of them, in any order.
pub const PERMUTE: &str = "$permute";
/// Again and again, as often as can be: what, how often at least, and at most.
pub const GREEDY: &str = "$greedy";
/// Again and again, as seldom as must be.
pub const RELUCTANT: &str = "$reluctant";
/// Matched, and not given out.
pub const LEFT_OUT: &str = "$left_out";
/// Before the first row of the partition.
pub const START: &str = "$start";
/// Behind its last row.
pub const END: &str = "$end";

type Tokens = Vec<TokenWithSpan>;

/// The expression of the pattern that these are; `close` stands behind it.
pub(super) fn expression(tokens: &[TokenWithSpan], close: &TokenWithSpan) -> Result<Tokens> {
    if tokens.is_empty() {
        return Ok(call(SEQUENCE, Vec::new(), close));
    }
    let mut reader = Reader { cursor: Cursor::new(tokens) };
    let read = reader.alternatives()?;
    if reader.cursor.at_end() { Ok(read) } else { Err(reader.expected()) }
}

fn call(name: &str, arguments: Vec<Tokens>, like: &TokenWithSpan) -> Tokens {
    let mut out = vec![hidden(name, like), placed(Token::LParen, like)];
    for (at, argument) in arguments.into_iter().enumerate() {
        out.extend((at > 0).then(|| placed(Token::Comma, like)));
        out.extend(argument);
    }
    out.push(placed(Token::RParen, like));
    out
}

struct Reader<'a> {
    cursor: Cursor<'a>,
}

impl Reader<'_> {
    fn expected(&self) -> Error {
        let error = match self.cursor.peek() {
            Some(_) => self.cursor.expected("a variable of the pattern"),
            None => Error::sql("expected a variable of the pattern, found its end").at(self.cursor.span()),
        };
        error.hint("a pattern is made of A B, A | B, A*, A+, A?, A{2,3}, A*?, (A B), PERMUTE(A, B), {- A -}, ^ and $")
    }

    /// `A B | C`
    fn alternatives(&mut self) -> Result<Tokens> {
        let like = self.cursor.peek();
        let mut found = vec![self.sequence()?];
        while self.cursor.accept_token(&Token::Pipe) {
            found.push(self.sequence()?);
        }
        match (found.len(), like) {
            (2.., Some(like)) => Ok(call(CHOICE, found, like)),
            _ => Ok(found.remove(0)),
        }
    }

    /// `A B+ C`
    fn sequence(&mut self) -> Result<Tokens> {
        let ends = |token: &Token| matches!(token, Token::Pipe | Token::RParen | Token::Comma | Token::Minus);
        let Some(like) = self.cursor.peek() else { return Err(self.expected()) };
        let mut found = vec![self.factor()?];
        while self.cursor.peek().is_some_and(|token| !ends(&token.token)) {
            found.push(self.factor()?);
        }
        Ok(if found.len() == 1 { found.remove(0) } else { call(SEQUENCE, found, like) })
    }

    /// `B{2,3}?`
    fn factor(&mut self) -> Result<Tokens> {
        let inner = self.primary()?;
        let Some(like) = self.cursor.peek() else { return Ok(inner) };
        let Some((min, max)) = self.quantifier()? else { return Ok(inner) };
        let question = Token::Placeholder("?".to_owned());
        let name = if self.cursor.accept_token(&question) { RELUCTANT } else { GREEDY };
        let again = self.cursor.span();
        if self.quantifier()?.is_some() {
            let error = Error::sql("one quantifier follows another").at(again);
            return Err(error.hint("write (A+)* to repeat what is repeated"));
        }
        let number = |n: u32| vec![placed(Token::Number(n.to_string(), false), like)];
        Ok(call(name, [inner, number(min)].into_iter().chain(max.map(number)).collect(), like))
    }

    /// How often at least, and at most.
    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>)>> {
        let before = self.cursor.clone();
        let Some(token) = self.cursor.take() else { return Ok(None) };
        let is_question = token.token == Token::Placeholder("?".to_owned());
        match &token.token {
            Token::Mul => Ok(Some((0, None))),
            Token::Plus => Ok(Some((1, None))),
            _ if is_question => Ok(Some((0, Some(1)))),
            Token::LBrace if self.cursor.peek().is_some_and(|token| token.token != Token::Minus) => self.bounds(token).map(Some),
            _ => {
                self.cursor = before;
                Ok(None)
            }
        }
    }

    /// `2,3}`
    fn bounds(&mut self, open: &TokenWithSpan) -> Result<(u32, Option<u32>)> {
        let wrong = |what: &str| {
            let error = Error::sql(format!("this quantifier {what}")).at(span_of(open.span));
            Err(error.hint("{2} is twice, {2,} twice or more, {,3} three times at most, {2,3} two or three times"))
        };
        let min = self.number();
        let is_range = self.cursor.accept_token(&Token::Comma);
        let max = if is_range { self.number() } else { min };
        if !self.cursor.accept_token(&Token::RBrace) || (min.is_none() && max.is_none()) {
            return wrong("is not understood");
        }
        match max {
            Some(0) => wrong("allows no row"),
            Some(max) if min.unwrap_or(0) > max => wrong("ends below its beginning"),
            max => Ok((min.unwrap_or(0), max)),
        }
    }

    fn number(&mut self) -> Option<u32> {
        let Token::Number(digits, _) = &self.cursor.peek()?.token else { return None };
        let number = digits.parse().ok()?;
        self.cursor.take();
        Some(number)
    }

    /// `A`, `(A B)`, `^`
    fn primary(&mut self) -> Result<Tokens> {
        let before = self.cursor.clone();
        let Some(token) = self.cursor.take() else { return Err(self.expected()) };
        match &token.token {
            Token::Caret => Ok(call(START, Vec::new(), token)),
            Token::Placeholder(sign) if sign == "$" => Ok(call(END, Vec::new(), token)),
            Token::LParen if self.cursor.accept_token(&Token::RParen) => Ok(call(SEQUENCE, Vec::new(), token)),
            Token::LParen => {
                let inner = self.alternatives()?;
                self.close(&Token::RParen)?;
                Ok(inner)
            }
            Token::LBrace if self.cursor.accept_token(&Token::Minus) => {
                let inner = self.alternatives()?;
                self.close(&Token::Minus)?;
                self.close(&Token::RBrace)?;
                Ok(call(LEFT_OUT, vec![inner], token))
            }
            Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("PERMUTE") => {
                self.cursor.expect_token(&Token::LParen)?;
                let mut found = vec![self.alternatives()?];
                while self.cursor.accept_token(&Token::Comma) {
                    found.push(self.alternatives()?);
                }
                self.close(&Token::RParen)?;
                Ok(call(PERMUTE, found, token))
            }
            Token::Word(word) if word.quote_style.is_none() && word.value.ends_with('$') => {
                let name = word.value.trim_end_matches('$');
                let error = Error::sql(format!("is '{}' a variable, or one at the end?", word.value)).at(span_of(token.span));
                Err(error.hint(format!("write {name} $ for a match that ends with the partition")))
            }
            Token::Word(_) => Ok(vec![token.clone()]),
            _ => {
                self.cursor = before;
                Err(self.expected())
            }
        }
    }

    fn close(&mut self, sign: &Token) -> Result<()> {
        if self.cursor.accept_token(sign) { Ok(()) } else { Err(self.expected()) }
    }
}

//! Named parameters: `:day` stands for the literal that the command line gives for `day`.
//!
//! A parameter is replaced among the tokens, by the tokens of one literal, so nothing that it contains is ever read as anything else. `:day` is
//! one where a name follows the colon at once and nothing that a slice or a path could begin with stands right before it: `a[x:y]`, `a[:y]` and
//! `x::INT` are what they always are.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use super::cursor::is_word;
use super::fault::span_of;
use super::rewrite::placed;
use super::tokenize_all;
use crate::error::{Error, Result, Span, nearest};

/// What parameters stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    /// Tokens by the name in small letters.
    given: BTreeMap<String, Vec<Token>>,
    /// The names that stand in the SQL, in small letters.
    asked: BTreeSet<String>,
    /// Whether there is other SQL, which may ask for what this does not.
    are_shared: bool,
}

impl Params {
    /// Reads `name=value`: a value that is written as a literal of SQL is that literal, any other a text.
    pub fn read(arguments: &[String]) -> Result<Params> {
        let mut params = Params::default();
        for argument in arguments {
            let (name, value) = argument.split_once('=').filter(|(name, _)| is_name(name)).ok_or_else(|| {
                Error::config(format!("'--param {argument}' gives no parameter a value")).hint("such as --param day=2026-01-01")
            })?;
            let tokens = literal(value).unwrap_or_else(|| vec![Token::SingleQuotedString(value.to_owned())]);
            if params.given.insert(name.to_lowercase(), tokens).is_some() {
                return Err(Error::config(format!("parameter '{name}' is given twice")));
            }
        }
        Ok(params)
    }

    /// The same for several jobs, of which each asks for some.
    #[must_use]
    pub fn shared(self) -> Params {
        Params { are_shared: true, ..self }
    }

    /// Notes what a text asks for.
    pub fn note(&mut self, text: &str) {
        // What is wrong with it, its job says.
        let _noted = tokenize_all(text).map(|tokens| self.put_in(tokens));
    }

    /// Refuses values that none of the texts noted asks for.
    pub fn check_noted(self) -> Result<()> {
        Params { are_shared: false, ..self }.check_used()
    }

    /// Tokens, whitespace among them, with literals in the place of parameters.
    pub(super) fn put_in(&mut self, tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
        let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
        let mut rest = tokens.as_slice();
        while let [first, behind @ ..] = rest {
            rest = behind;
            match (name_behind(out.last(), first, behind), behind) {
                (Some(name), [word, behind @ ..]) => {
                    rest = behind;
                    let whole = TokenWithSpan { token: first.token.clone(), span: first.span.union(&word.span) };
                    out.extend(self.value(name, span_of(whole.span))?.iter().map(|token| placed(token.clone(), &whole)));
                }
                _ => out.push(first.clone()),
            }
        }
        Ok(out)
    }

    fn value(&mut self, name: &str, span: Span) -> Result<&[Token]> {
        self.asked.insert(name.to_lowercase());
        if let Some(tokens) = self.given.get(&name.to_lowercase()) {
            return Ok(tokens);
        }
        let error = Error::sql(format!("parameter ':{name}' has no value")).at(span);
        Err(match nearest(name, self.given.keys().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean ':{near}'?")),
            None => error.hint(format!("give it one: --param {name}=..., or write a blank behind the colon of a slice")),
        })
    }

    /// Refuses values of parameters that do not stand in the SQL.
    pub fn check_used(&self) -> Result<()> {
        let unused = self.given.keys().find(|name| !self.asked.contains(*name));
        let Some(name) = unused.filter(|_| !self.are_shared) else { return Ok(()) };
        let error = Error::config(format!("the SQL has no parameter ':{name}'"));
        Err(match nearest(name, self.asked.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean '{near}'?")),
            None if self.asked.is_empty() => error.hint("it has none: a parameter is written as a colon and a name"),
            None => {
                error.hint(format!("it has {}", self.asked.iter().map(|name| format!(":{name}")).collect::<Vec<_>>().join(", ")))
            }
        })
    }
}

/// The name of the parameter that begins with `colon`, if one does.
fn name_behind<'a>(before: Option<&TokenWithSpan>, colon: &TokenWithSpan, behind: &'a [TokenWithSpan]) -> Option<&'a str> {
    let (Token::Colon, [TokenWithSpan { token: Token::Word(word), .. }, ..]) = (&colon.token, behind) else { return None };
    let ends_operand = before.is_some_and(|before| {
        matches!(before.token, Token::Word(_) | Token::Number(..) | Token::RParen | Token::RBracket | Token::LBracket)
            || matches!(before.token, Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_))
    });
    (!ends_operand && word.quote_style.is_none()).then_some(&word.value)
}

fn is_name(text: &str) -> bool {
    let tokens = tokenize_all(text).unwrap_or_default();
    matches!(tokens.as_slice(), [TokenWithSpan { token: Token::Word(word), .. }] if word.quote_style.is_none())
}

/// The tokens of a literal: a number, a text, TRUE, FALSE, NULL, DATE '...' and its kin, INTERVAL '...' DAY.
fn literal(text: &str) -> Option<Vec<Token>> {
    let tokens = tokenize_all(text).ok()?.into_iter().map(|token| token.token);
    let tokens: Vec<Token> = tokens.filter(|token| *token != Token::Whitespace(Whitespace::Space)).collect();
    match tokens.as_slice() {
        [Token::Number(_, false)] => Some(tokens),
        // Brackets keep the sign off what stands before the parameter.
        [Token::Minus, number @ Token::Number(_, false)] => {
            Some(vec![Token::LParen, Token::Minus, number.clone(), Token::RParen])
        }
        [text] if is_text(text) => Some(tokens),
        [word] if ["TRUE", "FALSE", "NULL"].iter().any(|constant| is_word(word, constant)) => Some(tokens),
        [word, text] if ["DATE", "TIME", "TIMESTAMP"].iter().any(|name| is_word(word, name)) && is_text(text) => Some(tokens),
        [word, text, units @ ..] if is_word(word, "INTERVAL") && is_text(text) && units.iter().all(is_unit) => Some(tokens),
        _ => None,
    }
}

fn is_text(token: &Token) -> bool {
    matches!(token, Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_) | Token::HexStringLiteral(_))
}

fn is_unit(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none())
}

#[cfg(test)]
mod tests {
    use super::super::means_something;
    use super::super::written::text_of;
    use super::*;

    fn put(text: &str, given: &[&str]) -> Result<String> {
        let mut params = Params::read(&given.iter().map(|&param| param.to_owned()).collect::<Vec<_>>())?;
        let mut tokens = params.put_in(tokenize_all(text).expect("tokens"))?;
        tokens.retain(means_something);
        params.check_used()?;
        Ok(text_of(&tokens))
    }

    #[track_caller]
    fn check(text: &str, given: &[&str], shown: &str) {
        assert_eq!(put(text, given).expect(text), shown);
    }

    #[track_caller]
    fn refused(text: &str, given: &[&str], message: &str) {
        let error = put(text, given).expect_err(text).in_text("q", text).to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn a_value_is_one_literal_whatever_it_contains() {
        for (value, literal) in [
            ("5", "5"),
            ("1.5e3", "1.5e3"),
            ("-5", "( - 5 )"),
            ("2026-01-01", "'2026-01-01'"),
            ("O'Brien", "'O''Brien'"),
            ("x'; DROP TABLE t; --", "'x''; DROP TABLE t; --'"),
            ("1 OR TRUE", "'1 OR TRUE'"),
            ("5 -- five", "'5 -- five'"),
            ("'5'", "'5'"),
            ("", "''"),
            ("NULL", "NULL"),
            ("true", "true"),
            ("DATE '2026-01-01'", "DATE '2026-01-01'"),
            ("INTERVAL '1:30' HOUR TO MINUTE", "INTERVAL '1:30' HOUR TO MINUTE"),
            (":other", "':other'"),
            ("a=b", "'a=b'"),
        ] {
            check("=:p", &[&format!("p={value}")], &format!("={literal}"));
        }
    }

    #[test]
    fn colons_of_casts_slices_and_texts_are_no_parameters() {
        check("a[1:2] a[x:y] a[:y] a[1:] x::INT '1:30' ':x' -- :x", &[], "a[1:2] a[x:y] a[:y] a[1:] x::INT '1:30' ':x'");
        check("(:a,:B , a[ :a : :b]", &["a=1", "b=2"], "(1,2 , a[ 1 : 2]");
    }

    #[test]
    fn missing_and_unused_parameters_are_named() {
        refused(
            "WHERE d = :dya",
            &["day=1"],
            "parameter ':dya' has no value\n --> q:1:11\n  |\n1 | WHERE d = :dya\n  |           ^^^^\nhint: did you mean ':day'?",
        );
        refused("WHERE d = :x", &[], "hint: give it one: --param x=...");
        refused("WHERE d = :day", &["day=1", "dya=2"], "the SQL has no parameter ':dya'\nhint: did you mean 'day'?");
        refused("SELECT 1", &["day=1"], "hint: it has none");
        refused("= :a", &["a=1", "A=2"], "parameter 'A' is given twice");
        refused("= :a", &["a"], "'--param a' gives no parameter a value");
        refused("= :a", &["a b=1"], "such as --param day=2026-01-01");
    }
}

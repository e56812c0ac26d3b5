//! Whether two texts are the same SQL in another layout: the same tokens and comments, with the gaps that mean something.

use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use super::fault::{fault_of, span_of};
use super::tokenize_all;
use crate::error::{Error, Result};

/// A token, and what the gap before it says.
#[derive(Debug, PartialEq)]
struct Placed {
    token: Token,
    gap: Gap,
}

/// A gap between two tokens.
#[derive(Debug, PartialEq, Eq)]
enum Gap {
    /// It says nothing.
    Any,
    /// None beside a colon, which begins a parameter or does not.
    Glued,
    /// A line end between two texts, which makes them one.
    Lines,
}

/// An error at the first token of `text` that `other` does not have.
pub fn check_same(text: &str, other: &str) -> Result<()> {
    let tokens = tokenize_all(text).map_err(|fault| fault_of(fault, &[]))?;
    let others = tokenize_all(other).unwrap_or_default();
    let (wanted, found) = (placed(&tokens), placed(&others));
    match (0..wanted.len().max(found.len())).find(|&at| wanted.get(at).map(|it| &it.0) != found.get(at).map(|it| &it.0)) {
        None => Ok(()),
        Some(at) => {
            let error = Error::sql("another layout would change what is written here");
            let error = wanted.get(at).or(wanted.last()).map_or(error.clone(), |it| error.at(span_of(it.1.span)));
            Err(error.hint("the file stays as it is"))
        }
    }
}

fn placed(tokens: &[TokenWithSpan]) -> Vec<(Placed, &TokenWithSpan)> {
    let mut placed: Vec<(Placed, &TokenWithSpan)> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let Some(shown) = shown(&token.token) {
            let gap = placed.last().map_or(Gap::Any, |(_, last)| gap(last, token));
            placed.push((Placed { token: shown, gap }, token));
        }
    }
    placed
}

fn gap(last: &TokenWithSpan, next: &TokenWithSpan) -> Gap {
    let is_text = |token: &Token| matches!(token, Token::SingleQuotedString(_));
    match (&last.token, &next.token) {
        (Token::Colon, _) | (_, Token::Colon) if last.span.end == next.span.start => Gap::Glued,
        (last_text, text) if is_text(last_text) && is_text(text) && last.span.end.line != next.span.start.line => Gap::Lines,
        _ => Gap::Any,
    }
}

/// A token; a comment without the blanks at the ends of its lines.
fn shown(token: &Token) -> Option<Token> {
    let lines = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    Some(match token {
        Token::EOF => return None,
        Token::Whitespace(Whitespace::SingleLineComment { comment, prefix }) => {
            Token::Whitespace(Whitespace::SingleLineComment { comment: lines(comment), prefix: prefix.clone() })
        }
        Token::Whitespace(Whitespace::MultiLineComment(comment)) => {
            Token::Whitespace(Whitespace::MultiLineComment(lines(comment)))
        }
        Token::Whitespace(_) => return None,
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, other: &str, same: bool) {
        assert_eq!(check_same(text, other).is_ok(), same, "{text}\n{other}");
    }

    #[test]
    fn layout_says_nothing_but_where_gaps_do() {
        check("SELECT a, -- all\n b", "SELECT\n  a, -- all\n  b\n", true);
        check("SELECT a /* x\n  y */", "SELECT a /* x\n y */", true);
        check("SELECT a -- all\n", "SELECT a", false);
        check("SELECT a", "SELECT A", false);
        check("SELECT 'a  b'", "SELECT 'a b'", false);
        check("a->>'b'", "a - >> 'b'", false);
        check(":day", ": day", false);
        check("a[x:y]", "a[x :y]", false);
        check("'a'\n'b'", "'a' 'b'", false);
        check("SELECT 1", "SELECT 'it", false);
    }
}

//! Tokens as the text that they were: what SHOW CREATE TABLE shows of expressions and queries.

use sqlparser::ast;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::hint;

/// Tokens as text again, with a blank where there was a gap. Texts stand in plain quotes, whatever they were written in.
pub(super) fn text_of(tokens: &[TokenWithSpan]) -> String {
    let mut text = String::new();
    let mut rest = tokens;
    let mut end = None;
    while let [first, behind @ ..] = rest {
        // The hint of a table stands before its name, though it was written behind it.
        let (shown, start) = match (hint::carried(&first.token), behind) {
            (Some(hint), [_, name, behind @ ..]) => {
                rest = behind;
                (format!("{} /*{hint}*/", written(&name.token)), name.span.start)
            }
            _ => {
                rest = behind;
                (written(&first.token), first.span.start)
            }
        };
        if end.is_some_and(|end| end != start) {
            text.push(' ');
        }
        text.push_str(&shown);
        end = Some(first.span.end);
    }
    text
}

fn written(token: &Token) -> String {
    match token {
        Token::Word(word) if word.quote_style.is_some() => quoted(&word.value),
        Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) | Token::UnicodeStringLiteral(text) => literal(text),
        Token::Whitespace(_) => hint::behind_select(token).map(|hint| format!("/*{hint}*/")).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// A name in back-ticks.
pub fn quoted(name: &str) -> String {
    ast::Ident::with_quote('`', name).to_string()
}

/// A text in single quotes.
pub fn literal(text: &str) -> String {
    ast::Value::SingleQuotedString(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::parse::{hint, tokenize_all};

    #[track_caller]
    fn check(text: &str, shown: &str) {
        let tokens = hint::without_comments(tokenize_all(text).expect("tokens")).expect("hints");
        assert_eq!(text_of(&tokens), shown);
    }

    #[test]
    fn texts_names_and_hints_are_as_they_were_written() {
        check("a\n  +b", "a +b");
        check("'it''s' || E'a\\tb' || `a``b` || \"c\"", "'it''s' || 'a\tb' || `a``b` || `c`");
        check(
            "SELECT /*+ BROADCAST(u) */ * FROM db.t /*+ OPTIONS('a' = 'b') */, u -- gone",
            "SELECT /*+ BROADCAST(u) */ * FROM db.t /*+ OPTIONS('a' = 'b') */, u",
        );
    }
}

//! Where the statements of a text end, for who gets it line by line.

use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::cursor::{Cursor, is_word};
use super::{means_something, tokenize_all};

/// The statements of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Statements<'a> {
    /// Those that end, each with the `;` behind it.
    pub whole: Vec<&'a str>,
    /// The beginning of one more: empty where only whitespace and comments follow. All of the text, where a literal or comment in it does not end.
    pub rest: &'a str,
}

/// Splits a text into its statements.
pub fn split(text: &str) -> Statements<'_> {
    let Ok(tokens) = tokenize_all(text) else { return Statements { whole: Vec::new(), rest: text } };
    let tokens: Vec<TokenWithSpan> = tokens.into_iter().filter(means_something).collect();
    let offsets = Offsets::of(text);
    let (mut whole, mut from, mut first) = (Vec::new(), 0, 0);
    for (at, token) in tokens.iter().enumerate() {
        if token.token == Token::SemiColon && ends(&tokens[first..=at]) {
            let end = offsets.of_location(token.span.end);
            whole.push(text[from..end].trim_start());
            (from, first) = (end, at + 1);
        }
    }
    let rest = if first == tokens.len() { "" } else { text[from..].trim_start() };
    Statements { whole, rest }
}

/// Whether a statement ends with the last of these tokens, a `;`: one of a statement set only behind END.
fn ends(tokens: &[TokenWithSpan]) -> bool {
    let mut cursor = Cursor::new(tokens);
    let is_set = cursor.accept(&["BEGIN", "STATEMENT", "SET"])
        || cursor.accept(&["EXECUTE", "STATEMENT", "SET"])
        || cursor.accept(&["STATEMENT", "SET"]);
    let behind_end = || matches!(tokens, [.., end, _] if is_word(&end.token, "END"));
    !is_set || behind_end()
}

/// Places of the lines of a text.
struct Offsets<'a> {
    text: &'a str,
    lines: Vec<usize>,
}

impl<'a> Offsets<'a> {
    fn of(text: &'a str) -> Offsets<'a> {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Offsets { text, lines: [0].into_iter().chain(ends).collect() }
    }

    /// The byte at which a token ends that ends there: columns count characters, from 1.
    fn of_location(&self, location: Location) -> usize {
        let line = self.lines[(location.line as usize - 1).min(self.lines.len() - 1)];
        let characters = self.text[line..].char_indices().map(|(at, _)| line + at);
        characters.chain([self.text.len()]).nth(location.column as usize - 1).unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, whole: &[&str], rest: &str) {
        assert_eq!(split(text), Statements { whole: whole.to_vec(), rest }, "{text}");
    }

    #[test]
    fn statements_end_at_a_semicolon_of_their_own() {
        check("", &[], "");
        check("SELECT 1", &[], "SELECT 1");
        check("SELECT 1; SELECT\n 2;\n -- that is all\n", &["SELECT 1;", "SELECT\n 2;"], "");
        check("SELECT ';' AS \"a;b\" /* ; */; SEL", &["SELECT ';' AS \"a;b\" /* ; */;"], "SEL");
        check("SELECT 'é;é';SELECT 2;", &["SELECT 'é;é';", "SELECT 2;"], "");
        check(";;", &[";", ";"], "");
    }

    #[test]
    fn what_does_not_end_may_go_on_in_the_next_line() {
        check("SELECT 1; SELECT 'a;\n", &[], "SELECT 1; SELECT 'a;\n");
        check("SELECT 1 /* ;", &[], "SELECT 1 /* ;");
    }

    #[test]
    fn a_statement_set_is_one_statement() {
        let set = "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;";
        check(set, &[set], "");
        check("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; ", &[], "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; ");
    }
}

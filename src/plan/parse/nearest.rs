//! Brings every spelling of an ASOF join into one of two forms that the parser crate hands on:
//!
//! - `ASOF JOIN t MATCH_CONDITION (c) ON e`, of Snowflake, stays as it is;
//! - all others become `GLOBAL JOIN t ON ...` or `GLOBAL LEFT JOIN t ON ...`, a word that means nothing else here, with the whole condition in
//!   ON: `ASOF JOIN t ON e`, `ASOF LEFT JOIN t ON e`, `LEFT ASOF JOIN t MATCH_CONDITION (c) ON e`, and `ASOF JOIN t MATCH_CONDITION c ON e` without
//!   brackets, of Calcite.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, bracket, is_word};
use super::rewrite::{closing, placed, word};

/// Tokens with every ASOF join in one of the two forms.
pub(super) fn joins(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    // What is to stand in ON.
    let mut moved: Vec<Match> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let here = Cursor::new(&tokens[at..]);
        let of_left = here.looks_at(&["LEFT", "ASOF", "JOIN"]);
        if of_left || joins_nearest(&here) {
            match match_of(&tokens, at) {
                Some(found) if found.in_brackets && here.looks_at(&["ASOF", "JOIN"]) => out.push(token.clone()),
                found => {
                    moved.extend(found);
                    out.push(word("GLOBAL", token));
                    out.extend(of_left.then(|| token.clone()));
                }
            }
            at += 1 + usize::from(of_left);
            continue;
        }
        match moved.iter().find_map(|found| found.part(at)) {
            None => out.push(token.clone()),
            Some(Part::Word) => out.extend([word("ON", token), placed(Token::LParen, token)]),
            Some(Part::Last { and }) => {
                out.extend([token.clone(), placed(Token::RParen, token)]);
                out.extend(and.then(|| word("AND", token)));
            }
            Some(Part::On) => {}
        }
        at += 1;
    }
    out
}

fn joins_nearest(here: &Cursor) -> bool {
    [["ASOF", "JOIN"], ["ASOF", "LEFT"], ["ASOF", "INNER"]].iter().any(|words| here.looks_at(words))
}

/// A MATCH_CONDITION.
struct Match {
    at: usize,
    /// Where its condition ends.
    last: usize,
    in_brackets: bool,
    is_before_on: bool,
}

/// A place where the tokens of a MATCH_CONDITION change.
enum Part {
    /// The word itself.
    Word,
    /// The end of its condition, which others follow in ON.
    Last { and: bool },
    /// ON behind it.
    On,
}

impl Match {
    fn part(&self, at: usize) -> Option<Part> {
        match () {
            () if at == self.at => Some(Part::Word),
            () if at == self.last => Some(Part::Last { and: self.is_before_on }),
            () if at == self.last + 1 && self.is_before_on => Some(Part::On),
            () => None,
        }
    }
}

/// The MATCH_CONDITION of the join that begins at `join`.
fn match_of(tokens: &[TokenWithSpan], join: usize) -> Option<Match> {
    let table = join + tokens[join..].iter().position(|token| is_word(&token.token, "JOIN"))? + 1;
    let (mut depth, mut found) = (0, None);
    let ends = |token: &Token| *token == Token::SemiColon || CLAUSES_BEHIND.iter().any(|word| is_word(token, word));
    let mut end = tokens.len();
    let mut is_before_on = false;
    for (at, token) in tokens.iter().enumerate().skip(table) {
        depth += bracket(&token.token);
        let is_on = is_word(&token.token, "ON");
        if depth < 0 || (depth == 0 && (is_on || ends(&token.token))) {
            (end, is_before_on) = (at, is_on && depth == 0);
            break;
        }
        if depth == 0 && is_word(&token.token, "MATCH_CONDITION") {
            found = Some(at);
        }
    }
    let at = found.filter(|at| at + 1 < end)?;
    let in_brackets = tokens[at + 1].token == Token::LParen && closing(tokens, at + 1) == Some(end - 1);
    Some(Match { at, last: end - 1, in_brackets, is_before_on })
}

/// What ends a join without ON.
const CLAUSES_BEHIND: [&str; 13] = [
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "WINDOW",
    "QUALIFY",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "JOIN",
];

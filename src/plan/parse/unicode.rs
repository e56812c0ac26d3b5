//! `U&'d#0061t' UESCAPE '#'`: a text with the escapes of Unicode behind another sign than the backslash, which the parser crate reads itself.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::is_word;
use super::fault::span_of;
use super::rewrite::placed;
use crate::error::{Error, Result};

/// Tokens in which every such text is a plain one.
pub(super) fn escapes(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    while let [first, behind @ ..] = rest {
        rest = behind;
        let (Token::UnicodeStringLiteral(text), [word, sign, behind @ ..]) = (&first.token, behind) else {
            out.push(first.clone());
            continue;
        };
        if !is_word(&word.token, "UESCAPE") {
            out.push(first.clone());
            continue;
        }
        let read = escape_of(sign).filter(|_| is_as_written(first, text)).and_then(|escape| unescaped(text, escape));
        let read = read.ok_or_else(|| {
            Error::sql("this text with UESCAPE cannot be read")
                .at(span_of(first.span))
                .hint("such as U&'d#0061t' UESCAPE '#': four hexadecimal digits, or + and six, behind a sign; no backslash")
        })?;
        out.push(placed(Token::SingleQuotedString(read), first));
        rest = behind;
    }
    Ok(out)
}

/// One sign that is part of no number and stands neither in quotes nor for a space.
fn escape_of(token: &TokenWithSpan) -> Option<char> {
    let Token::SingleQuotedString(sign) = &token.token else { return None };
    let mut signs = sign.chars();
    let escape = signs.next().filter(|sign| !sign.is_ascii_hexdigit() && !"+'\"".contains(*sign) && !sign.is_whitespace())?;
    signs.next().is_none().then_some(escape)
}

/// Whether the parser crate found nothing to read in the text: it takes a backslash for an escape.
fn is_as_written(token: &TokenWithSpan, text: &str) -> bool {
    let (start, end) = (token.span.start, token.span.end);
    let quotes = text.matches('\'').count() as u64;
    start.line != end.line || end.column - start.column == "U&''".len() as u64 + text.chars().count() as u64 + quotes
}

fn unescaped(text: &str, escape: char) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(escape) {
        out.push_str(before);
        let digits = match behind.strip_prefix(escape) {
            Some(behind) => {
                out.push(escape);
                rest = behind;
                continue;
            }
            None => behind.strip_prefix('+').and_then(|long| long.get(..6)).or_else(|| behind.get(..4))?,
        };
        let sign = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+')).and_then(char::from_u32)?;
        out.push(sign);
        rest = &behind[digits.len() + usize::from(behind.starts_with('+'))..];
    }
    out.push_str(rest);
    Some(out)
}

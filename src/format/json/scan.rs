//! Strict JSON scanner: where a value ends and of what kind it is, without building anything. One grammar for predicted,
//! general and skipped parts, so that no path accepts what another refuses.
//!
//! Works on text that is known to be UTF-8. Nesting is counted in a bit stack, so depth costs no call stack.

use crate::limits;

/// What kind of value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format) enum Token {
    /// null
    Null,
    /// true or false
    Boolean,
    /// A number; its text is the value.
    Number,
    /// A string without escapes; its text stands between the quotes.
    Plain,
    /// A string with escapes.
    Escaped,
    /// An object.
    Object,
    /// An array.
    Array,
}

/// What is wrong and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format) struct Fault {
    /// Index into the text.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

type Scan<T> = Result<T, Fault>;

fn fault<T>(at: usize, what: &'static str) -> Scan<T> {
    Err(Fault { at, what })
}

const _: () = assert!(limits::NESTING_MAX <= 64, "the stack of open brackets is a u64");

/// Whether the whole text is one value with white space round it.
pub(in crate::format) fn is_document(text: &[u8]) -> bool {
    value(text, space(text, 0)).is_ok_and(|(_, end)| space(text, end) == text.len())
}

/// The first index from `at` on that is not white space.
#[inline]
pub(in crate::format) fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// Kind and end of the value that begins at `at`. Hot: once per value.
#[inline]
pub(in crate::format) fn value(text: &[u8], at: usize) -> Scan<(Token, usize)> {
    match text.get(at) {
        Some(b'"') => string(text, at),
        Some(b'-' | b'0'..=b'9') => Ok((Token::Number, number(text, at)?)),
        Some(b'{') => Ok((Token::Object, nested(text, at)?)),
        Some(b'[') => Ok((Token::Array, nested(text, at)?)),
        Some(b't') => word(text, at, b"true", Token::Boolean),
        Some(b'f') => word(text, at, b"false", Token::Boolean),
        Some(b'n') => word(text, at, b"null", Token::Null),
        Some(_) => fault(at, "a value was expected"),
        None => fault(at, "the record ends where a value was expected"),
    }
}

/// Kind of the key string at `at`, the index behind it, and the index where its value begins.
#[inline]
pub(super) fn key(text: &[u8], at: usize) -> Scan<(Token, usize, usize)> {
    if text.get(at) != Some(&b'"') {
        return fault(at, "a key in double quotes was expected");
    }
    let (token, end) = string(text, at)?;
    let colon = space(text, end);
    if text.get(colon) != Some(&b':') {
        return fault(colon, "':' was expected");
    }
    Ok((token, end, space(text, colon + 1)))
}

fn word(text: &[u8], at: usize, expected: &[u8], token: Token) -> Scan<(Token, usize)> {
    if text[at..].starts_with(expected) { Ok((token, at + expected.len())) } else { fault(at, "a value was expected") }
}

#[inline]
fn digits(text: &[u8], mut at: usize) -> usize {
    while let Some(b'0'..=b'9') = text.get(at) {
        at += 1;
    }
    at
}

#[inline]
fn number(text: &[u8], start: usize) -> Scan<usize> {
    let first = start + usize::from(text[start] == b'-');
    let mut at = digits(text, first);
    if at == first {
        return fault(at, "a digit was expected");
    }
    if text[first] == b'0' && at > first + 1 {
        return fault(first, "a number begins with 0");
    }
    if text.get(at) == Some(&b'.') {
        let end = digits(text, at + 1);
        if end == at + 1 {
            return fault(end, "a digit was expected");
        }
        at = end;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let first = at + 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        at = digits(text, first);
        if at == first {
            return fault(at, "a digit was expected");
        }
    }
    Ok(at)
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const TOPS: u64 = u64::from_le_bytes([0x80; 8]);

/// Marks (in the top bits) bytes equal to zero; exact up to and with the first one.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & TOPS
}

/// The first index from `at` on with a quote, a backslash or a control character.
#[inline]
pub(super) fn special(text: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quotes = zero_bytes(word ^ (ONES * b'"' as u64));
        let escapes = zero_bytes(word ^ (ONES * b'\\' as u64));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
        let found = quotes | escapes | controls;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|&b| b != b'"' && b != b'\\' && b >= 0x20) {
        at += 1;
    }
    at
}

#[inline]
fn string(text: &[u8], start: usize) -> Scan<(Token, usize)> {
    let mut at = start + 1;
    let mut token = Token::Plain;
    loop {
        at = special(text, at);
        match text.get(at) {
            Some(b'"') => return Ok((token, at + 1)),
            Some(b'\\') => {
                token = Token::Escaped;
                at = escape(text, at)?.1;
            }
            Some(_) => return fault(at, "a control character stands in a string"),
            None => return fault(at, "a string is not closed"),
        }
    }
}

/// The character that the escape at `at` stands for, and the index behind it.
fn escape(text: &[u8], at: usize) -> Scan<(char, usize)> {
    let simple = match text.get(at + 1) {
        Some(&byte @ (b'"' | b'\\' | b'/')) => byte as char,
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode_escape(text, at),
        _ => return fault(at, "an unknown escape stands in a string"),
    };
    Ok((simple, at + 2))
}

fn unicode_escape(text: &[u8], at: usize) -> Scan<(char, usize)> {
    let high = hex4(text, at + 2)?;
    if let Some(found) = char::from_u32(high) {
        return Ok((found, at + 6));
    }
    let pair = (text.get(at + 6..at + 8) == Some(b"\\u")).then(|| hex4(text, at + 8)).transpose()?;
    match (high, pair) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            char::from_u32(code).map_or_else(|| fault(at, "a lone surrogate stands in a string"), |c| Ok((c, at + 12)))
        }
        _ => fault(at, "a lone surrogate stands in a string"),
    }
}

fn hex4(text: &[u8], at: usize) -> Scan<u32> {
    let Some(digits) = text.get(at..at + 4) else { return fault(at, "an unknown escape stands in a string") };
    digits.iter().try_fold(0, |code, &byte| match (byte as char).to_digit(16) {
        Some(digit) => Ok(code << 4 | digit),
        None => fault(at, "an unknown escape stands in a string"),
    })
}

/// Appends what a scanned string (with its quotes) stands for.
pub(super) fn unescape(string: &[u8], out: &mut Vec<u8>) {
    let inner = &string[..string.len() - 1];
    let mut at = 1;
    while at < inner.len() {
        let next = memchr::memchr(b'\\', &inner[at..]).map_or(inner.len(), |found| at + found);
        out.extend_from_slice(&inner[at..next]);
        at = next;
        if at < inner.len() {
            let Ok((found, end)) = escape(inner, at) else { return };
            out.extend_from_slice(found.encode_utf8(&mut [0; 4]).as_bytes());
            at = end;
        }
    }
}

/// Open brackets: the lowest bit of `objects` says whether the innermost is an object.
#[derive(Default)]
struct Open {
    objects: u64,
    depth: usize,
}

impl Open {
    fn push(&mut self, object: u64, at: usize) -> Scan<()> {
        if self.depth == limits::NESTING_MAX {
            return fault(at, "the value is nested too deep");
        }
        self.objects = self.objects << 1 | object;
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) {
        self.objects >>= 1;
        self.depth -= 1;
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }
}

/// End of the object or array that begins at `at`.
fn nested(text: &[u8], mut at: usize) -> Scan<usize> {
    let mut open = Open::default();
    loop {
        at = match text.get(at) {
            Some(&bracket @ (b'{' | b'[')) => {
                open.push(u64::from(bracket == b'{'), at)?;
                let inside = space(text, at + 1);
                match (bracket, text.get(inside)) {
                    (b'{', Some(b'}')) | (b'[', Some(b']')) => inside,
                    (b'{', _) => {
                        at = key(text, inside)?.2;
                        continue;
                    }
                    _ => {
                        at = inside;
                        continue;
                    }
                }
            }
            _ => space(text, value(text, at)?.1),
        };
        match close(text, at, &mut open)? {
            Next::Value(next) => at = next,
            Next::End(end) => return Ok(end),
        }
    }
}

/// What follows a nested value.
enum Next {
    /// Another value, at this index.
    Value(usize),
    /// The end of the outermost bracket.
    End(usize),
}

/// Closes brackets from `at` on until another value begins or none is open.
fn close(text: &[u8], mut at: usize, open: &mut Open) -> Scan<Next> {
    loop {
        match (text.get(at), open.in_object()) {
            (Some(b','), true) => return Ok(Next::Value(key(text, space(text, at + 1))?.2)),
            (Some(b','), false) => return Ok(Next::Value(space(text, at + 1))),
            (Some(b'}'), true) | (Some(b']'), false) => open.pop(),
            (Some(_), true) => return fault(at, "',' or '}' was expected"),
            (Some(_), false) => return fault(at, "',' or ']' was expected"),
            (None, _) => return fault(at, "the record ends inside an object or array"),
        }
        if open.depth == 0 {
            return Ok(Next::End(at + 1));
        }
        at = space(text, at + 1);
    }
}

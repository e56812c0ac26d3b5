//! JSON text taken apart without building a tree: one value is a slice of the text. Nothing recurses; open brackets stand in a
//! word of bits, so text nested deeper than `NESTING_MAX` is refused as if it were malformed.

use crate::limits::NESTING_MAX;
use crate::types::DataType;
use crate::types::relation::Nested;

const _: () = assert!(NESTING_MAX <= 64, "the stack of open brackets is a u64");

/// A well-formed JSON value without white space round it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// The value that `text` is; `None` if it is none. Hot: once per row.
    pub fn new(text: &'a str) -> Option<Json<'a>> {
        let text = text.trim_matches(is_space_char);
        let mut scanner = Scanner { text, at: 0 };
        scanner.skip_value()?;
        (scanner.at == text.len()).then_some(Json(text))
    }

    /// The value `null`.
    pub const NULL: Json<'static> = Json("null");

    /// Whether `text` begins with a well-formed value, whatever stands behind it.
    pub fn starts(text: &str) -> bool {
        Scanner { text, at: 0 }.skip_value().is_some()
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    /// Whether it is an object or array.
    pub fn is_nested(self) -> bool {
        self.0.starts_with(['{', '['])
    }

    /// The first field of this name.
    pub fn field(self, name: &str) -> Option<Json<'a>> {
        self.fields().find(|(key, _)| is_key(key, name)).map(|(_, value)| value)
    }

    /// Item `index`, from 0.
    pub fn item(self, index: usize) -> Option<Json<'a>> {
        self.items().nth(index)
    }

    /// The items of an array, none of another value.
    pub fn items(self) -> impl Iterator<Item = Json<'a>> {
        self.members(Nested::Array).into_iter().flatten().map(|(_, value)| value)
    }

    /// Keys (still escaped) and values of an object, none of another value.
    pub fn fields(self) -> impl Iterator<Item = (&'a str, Json<'a>)> {
        self.members(Nested::Map).into_iter().flatten()
    }

    /// The items of an array, behind empty keys, or the keys (still escaped) and values of an object; `None` of another value.
    pub fn members(self, of: Nested) -> Option<impl Iterator<Item = (&'a str, Json<'a>)>> {
        let has_keys = of != Nested::Array;
        let members = Members { scanner: Scanner { text: self.0, at: 1 }, has_keys };
        self.0.starts_with(if has_keys { '{' } else { '[' }).then_some(members)
    }

    /// The value as it is written.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// Writes a key without escapes.
    pub fn write_key(escaped: &str, out: &mut Vec<u8>) {
        unescape(escaped, out);
    }

    /// Writes the value, a string without quotes and escapes; `None` for null.
    pub fn write(self, out: &mut Vec<u8>) -> Option<()> {
        match self.0.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(escaped) => unescape(escaped, out),
            None if self.0 == "null" => return None,
            None => out.extend_from_slice(self.0.as_bytes()),
        }
        Some(())
    }

    /// Writes the value as the text of a value of this type: JSON as it is written, all else as `write` does; `None` for null.
    pub fn write_as(self, data_type: &DataType, out: &mut Vec<u8>) -> Option<()> {
        match data_type {
            DataType::Json if self.0 == "null" => None,
            DataType::Json => {
                out.extend_from_slice(self.0.as_bytes());
                Some(())
            }
            _ => self.write(out),
        }
    }

    /// Writes the value as JSON without white space round its parts.
    pub fn write_compact(self, out: &mut Vec<u8>) {
        let (mut in_string, mut is_escaped) = (false, false);
        for byte in self.0.bytes() {
            if in_string || !is_space(byte) {
                out.push(byte);
            }
            in_string ^= byte == b'"' && !is_escaped;
            is_escaped = in_string && byte == b'\\' && !is_escaped;
        }
    }
}

struct Members<'a> {
    scanner: Scanner<'a>,
    has_keys: bool,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Json<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let scanner = &mut self.scanner;
        scanner.skip_space();
        scanner.take(b',');
        scanner.skip_space();
        let key = if self.has_keys { scanner.key()? } else { "" };
        scanner.skip_space();
        let start = scanner.at;
        scanner.skip_value()?;
        Some((key, Json(&scanner.text[start..scanner.at])))
    }
}

fn is_key(escaped: &str, name: &str) -> bool {
    if !escaped.contains('\\') {
        return escaped == name;
    }
    let mut key = Vec::new();
    unescape(escaped, &mut key);
    key == name.as_bytes()
}

/// Half a surrogate pair becomes U+FFFD.
fn unescape(escaped: &str, out: &mut Vec<u8>) {
    let mut rest = escaped;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let mut chars = rest[at + 1..].chars();
        let c = match chars.next() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('u') => {
                let (c, behind) = unicode_escape(chars.as_str());
                chars = behind.chars();
                c
            }
            other => other.unwrap_or('\\'),
        };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
}

/// As `unescape`, for what need not be JSON; `None` where an escape is none that JSON has.
pub(super) fn unescape_checked(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut done = 0;
    for (at, _) in text.match_indices('\\') {
        if at < done {
            continue;
        }
        let escaped = text.as_bytes().get(at + 1)?;
        let digits = if *escaped == b'u' { text.get(at + 2..at + 6)? } else { "" };
        let is_known = b"\"\\/bfnrtu".contains(escaped) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_known.then_some(())?;
        done = at + 2;
    }
    unescape(text, out);
    Some(())
}

fn unicode_escape(text: &str) -> (char, &str) {
    let code = |text: &str| text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let (Some(high), behind) = (code(text), text.get(4..).unwrap_or_default()) else {
        return (char::REPLACEMENT_CHARACTER, text);
    };
    let low = behind.strip_prefix("\\u").and_then(code);
    match (high, low) {
        (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) => {
            let c = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            (c.unwrap_or(char::REPLACEMENT_CHARACTER), &behind[6..])
        }
        _ => (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), behind),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_space_char(c: char) -> bool {
    u8::try_from(c).is_ok_and(is_space)
}

/// A place in a text.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Passes over one value, open brackets kept as bits: 1 for an object, 0 for an array.
    fn skip_value(&mut self) -> Option<()> {
        let (mut objects, mut depth) = (0u64, 0);
        loop {
            self.skip_space();
            let open = self.peek().filter(|byte| matches!(byte, b'{' | b'['));
            if let Some(open) = open {
                if depth == NESTING_MAX {
                    return None;
                }
                self.at += 1;
                objects = objects << 1 | u64::from(open == b'{');
                depth += 1;
                self.skip_space();
                if !matches!(self.peek()?, b'}' | b']') {
                    if open == b'{' {
                        self.key()?;
                    }
                    continue;
                }
            } else {
                self.skip_scalar()?;
            }
            loop {
                if depth == 0 {
                    return Some(());
                }
                self.skip_space();
                let in_object = objects & 1 == 1;
                if self.take(b',') {
                    self.skip_space();
                    if in_object {
                        self.key()?;
                    }
                    break;
                }
                self.expect(if in_object { b'}' } else { b']' })?;
                objects >>= 1;
                depth -= 1;
            }
        }
    }

    /// A key, still escaped, and the colon behind it.
    fn key(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        self.skip_string()?;
        let key = &self.text[start..self.at - 1];
        self.skip_space();
        self.expect(b':')?;
        Some(key)
    }

    fn skip_scalar(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.skip_string(),
            b'-' | b'0'..=b'9' => self.skip_number(),
            _ => {
                let rest = &self.text.as_bytes()[self.at..];
                let literal = [&b"true"[..], b"false", b"null"].into_iter().find(|literal| rest.starts_with(literal))?;
                self.at += literal.len();
                Some(())
            }
        }
    }

    fn skip_string(&mut self) -> Option<()> {
        self.expect(b'"')?;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    let is_unicode = self.peek()? == b'u';
                    let digits = if is_unicode { self.text.as_bytes().get(self.at + 1..self.at + 5)? } else { &[] };
                    let is_known = matches!(self.peek()?, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u');
                    if !is_known || !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    self.at += 1 + digits.len();
                }
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    fn skip_number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.skip_digits()?;
        }
        if self.take(b'.') {
            self.skip_digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.skip_digits()?;
        }
        Some(())
    }

    fn skip_digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use sonic_rs::{JsonContainerTrait, JsonValueTrait};

    use super::*;

    const DOCUMENT: &str =
        r#"{"a" : [1, -2.5e+3, 0, "x\"\\\n\u00e9\ud83d\ude00", {}, [ ], true], "é": null, "k\u0041": {"n": false}}"#;

    #[test]
    fn spoilt_documents_are_judged_as_the_json_library_does() {
        let mut random = fastrand::Rng::with_seed(5);
        let mut well_formed = 0;
        for _ in 0..30_000 {
            let mut text: Vec<char> = DOCUMENT.chars().collect();
            for _ in 0..random.usize(..3) {
                let at = random.usize(..text.len());
                match random.u8(..3) {
                    0 => drop(text.remove(at)),
                    1 => text[at] = random.choice([' ', '"', ',', '0', '\\', '}', '[', 'e', '.', 'u']).expect("it is there"),
                    _ => text.insert(at, random.choice([' ', '"', ',', '0', ':', ']', '{', '-']).expect("it is there")),
                }
            }
            let text: String = text.into_iter().collect();
            let expected = sonic_rs::from_str::<sonic_rs::Value>(&text);
            let got = Json::new(&text);
            // The library refuses half a surrogate pair, which is well-formed by the grammar.
            if expected.is_err() && text.contains("\\ud") || text.contains("\\ude") && expected.is_err() {
                continue;
            }
            assert_eq!(got.is_some(), expected.is_ok(), "{text}");
            let (Some(got), Ok(expected)) = (got, expected) else { continue };
            well_formed += 1;
            assert_eq!(got.fields().count(), expected.as_object().map_or(0, |o| o.iter().count()), "{text}");
            let mut out = Vec::new();
            let item = got.field("a").and_then(|a| a.item(3)).and_then(|item| item.write(&mut out));
            let expected = expected.get("a").and_then(|a| a.get(3)).filter(|item| item.is_str());
            if let Some(expected) = expected.and_then(|item| item.as_str()) {
                assert!(item.is_some());
                assert_eq!(String::from_utf8_lossy(&out), expected, "{text}");
            }
        }
        assert!(well_formed > 5_000);
    }

    #[test]
    fn depth_is_bounded_and_keys_are_unescaped() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::new(&nested(NESTING_MAX)).is_some());
        assert!(Json::new(&nested(NESTING_MAX + 1)).is_none());
        assert!(Json::new(&"{\"a\":".repeat(1 << 20)).is_none());
        let document = Json::new(DOCUMENT).expect("it is there");
        assert_eq!(document.field("kA").and_then(|k| k.field("n")), Some(Json("false")));
        assert_eq!(document.field("é"), Some(Json("null")));
    }
}

//! Arrays as PostgreSQL writes them, `{1,2}` or `{"a b",NULL,{c}}`, to the JSON that arrays are here.
//!
//! Blanks round an item do not count, and a backslash takes the character behind it as it is. NULL without quotes is NULL. Arrays in it are
//! as deep as the type says.

use crate::batch::text::write_json_string;
use crate::expr::function::{is_json_text, read_bytea};
use crate::types::{DataType, base64};

/// Whether a text is an array written so, right or wrong: JSON arrays begin with another bracket.
pub(super) fn is_braced(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"{")
}

/// Appends the JSON of an array of such items; `None` where the text is none.
pub(super) fn write_as_json(text: &[u8], item: &DataType, out: &mut Vec<u8>) -> Option<()> {
    let mut reader = Reader { text: text.trim_ascii(), at: 0 };
    reader.array(item, out)?;
    (reader.at == reader.text.len()).then_some(())
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        self.text[self.at..].iter().take_while(|byte| byte.is_ascii_whitespace()).for_each(|_| self.at += 1);
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Recursion follows the type.
    fn array(&mut self, item: &DataType, out: &mut Vec<u8>) -> Option<()> {
        self.take(b'{').then_some(())?;
        out.push(b'[');
        if !self.take(b'}') {
            loop {
                match item {
                    DataType::Array(item) => self.array(item, out)?,
                    item => self.scalar(item, out)?,
                }
                if self.take(b'}') {
                    break;
                }
                self.take(b',').then_some(())?;
                out.push(b',');
            }
        }
        out.push(b']');
        Some(())
    }

    fn scalar(&mut self, item: &DataType, out: &mut Vec<u8>) -> Option<()> {
        let is_quoted = self.take(b'"');
        let mut said = Vec::new();
        loop {
            match self.peek()? {
                b'"' if is_quoted => break,
                b',' | b'}' if !is_quoted => break,
                b'"' | b'{' if !is_quoted => return None,
                b'\\' => {
                    self.at += 1;
                    said.push(self.peek()?);
                }
                byte => said.push(byte),
            }
            self.at += 1;
        }
        self.at += usize::from(is_quoted);
        let said = if is_quoted { said.as_slice() } else { said.trim_ascii() };
        if !is_quoted && said.is_empty() {
            return None;
        }
        let is = |word: &str| said.eq_ignore_ascii_case(word.as_bytes());
        match item {
            _ if !is_quoted && is("null") => out.extend_from_slice(b"null"),
            DataType::Boolean if is("t") || is("true") => out.extend_from_slice(b"true"),
            DataType::Boolean if is("f") || is("false") => out.extend_from_slice(b"false"),
            DataType::Boolean => return None,
            item if item.is_numeric() => {
                let is_number = said.last()?.is_ascii_digit() && is_json_text(std::str::from_utf8(said).ok()?);
                out.extend_from_slice(is_number.then_some(said)?);
            }
            DataType::Array(_) | DataType::Row(_) | DataType::Map(..) | DataType::Multiset(_) | DataType::Json => return None,
            DataType::Bytes => {
                let mut bytes = Vec::new();
                read_bytea(said, &mut bytes).ok()?;
                out.push(b'"');
                base64::encode(&bytes, out);
                out.push(b'"');
            }
            _ => write_json_string(said, out),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, item: DataType, expected: Option<&str>) {
        let mut out = Vec::new();
        let read = write_as_json(text.as_bytes(), &item, &mut out).map(|()| String::from_utf8_lossy(&out).into_owned());
        assert_eq!(read.as_deref(), expected, "{text} as items of {item}");
    }

    #[test]
    fn arrays_in_braces_become_json() {
        let pairs = || DataType::Array(Box::new(DataType::Int));
        check("{1,2,3}", DataType::Int, Some("[1,2,3]"));
        check(" { 1 , NULL,-3 } ", DataType::BigInt, Some("[1,null,-3]"));
        check("{}", DataType::Int, Some("[]"));
        check("{1.5,2e3}", DataType::Double, Some("[1.5,2e3]"));
        check("{t,false}", DataType::Boolean, Some("[true,false]"));
        check(r#"{a b,"c,d","NULL",null,"e\"f",g\}}"#, DataType::STRING, Some(r#"["a b","c,d","NULL",null,"e\"f","g}"]"#));
        check("{{1,2},{3}}", pairs(), Some("[[1,2],[3]]"));
        check("{2024-02-29}", DataType::Date, Some(r#"["2024-02-29"]"#));
        check(r#"{"\\x00ff",ab,NULL}"#, DataType::Bytes, Some(r#"["AP8=","YWI=",null]"#));
    }

    #[test]
    fn what_is_no_array_is_refused() {
        for text in
            ["{", "{1", "{1}}", "{1,}", "{,1}", "{x}", "{1 2}", "{\"1\"2}", "{{1}}", "1", "{\\", "{[1]}", "{true}", "{\"1\""]
        {
            check(text, DataType::Int, None);
        }
        check("{1,2}", DataType::Array(Box::new(DataType::Int)), None);
        check("{2}", DataType::Boolean, None);
        check(r#"{"\\x0"}"#, DataType::Bytes, None);
        check("{{}}", DataType::Row(Vec::new()), None);
    }
}

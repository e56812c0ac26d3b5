//! Nested values in one form, so that equal values are equal texts, whoever wrote them: without white space, strings with those escapes alone
//! that they need, the fields of a ROW in the order of its type, those that are missing as null, a blank before the time of day of a timestamp.
//! Numbers stand as they are written.

use super::TimestampStandard;
use super::scan::{self, Token};
use crate::batch::text::write_json_string;
use crate::types::DataType;

/// Appends `text`, a document that the scanner takes, as a value of this type, with timestamps as `times` has them. Hot: once per value.
pub(in crate::format) fn write(text: &[u8], data_type: &DataType, times: TimestampStandard, out: &mut Vec<u8>) {
    let written = value(text, scan::space(text, 0), data_type, times, out);
    debug_assert!(written.is_some(), "the scanner has taken the document");
}

/// Appends the value that begins at `at`; gives the index behind it.
fn value(text: &[u8], at: usize, data_type: &DataType, times: TimestampStandard, out: &mut Vec<u8>) -> Option<usize> {
    let (token, end) = scan::value(text, at).ok()?;
    match (token, data_type) {
        (Token::Array, DataType::Array(item)) => items(text, at, item, times, out)?,
        (Token::Array, _) => items(text, at, &DataType::Json, times, out)?,
        (Token::Object, DataType::Row(fields)) => row(text, at, fields, times, out)?,
        (Token::Object, DataType::Map(_, value)) => entries(text, at, value, times, out)?,
        (Token::Object, _) => entries(text, at, &DataType::Json, times, out)?,
        (Token::Plain, DataType::Timestamp(_) | DataType::TimestampLtz(_)) => timestamp(&text[at..end], times, out),
        (Token::Escaped, _) => string(&text[at..end], out),
        _ => out.extend_from_slice(&text[at..end]),
    }
    Some(end)
}

/// A timestamp in quotes.
fn timestamp(text: &[u8], times: TimestampStandard, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(text);
    if let Some(between) = out[start..].iter_mut().find(|byte| matches!(byte, b' ' | b'T')) {
        *between = if times == TimestampStandard::Iso8601 { b'T' } else { b' ' };
    }
}

/// The array that begins at `at`.
fn items(text: &[u8], at: usize, item: &DataType, times: TimestampStandard, out: &mut Vec<u8>) -> Option<()> {
    out.push(b'[');
    let first = scan::space(text, at + 1);
    let mut at = first;
    while *text.get(at)? != b']' {
        if at > first {
            out.push(b',');
        }
        at = behind(text, value(text, at, item, times, out)?);
    }
    out.push(b']');
    Some(())
}

/// The object that begins at `at`, with its keys as they come.
fn entries(text: &[u8], at: usize, item: &DataType, times: TimestampStandard, out: &mut Vec<u8>) -> Option<()> {
    out.push(b'{');
    let first = scan::space(text, at + 1);
    let mut at = first;
    while *text.get(at)? != b'}' {
        if at > first {
            out.push(b',');
        }
        let (token, end, value_at) = scan::key(text, at).ok()?;
        match token {
            Token::Escaped => string(&text[at..end], out),
            _ => out.extend_from_slice(&text[at..end]),
        }
        out.push(b':');
        at = behind(text, value(text, value_at, item, times, out)?);
    }
    out.push(b'}');
    Some(())
}

/// The object that begins at `at`, as a ROW of these fields.
fn row(text: &[u8], at: usize, fields: &[(String, DataType)], times: TimestampStandard, out: &mut Vec<u8>) -> Option<()> {
    let first = scan::space(text, at + 1);
    // Where the field behind the one before stands, which is the next one as a rule.
    let mut next = first;
    out.push(b'{');
    for (i, (name, data_type)) in fields.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write_json_string(name.as_bytes(), out);
        out.push(b':');
        match field(text, next, name).or_else(|| field(text, first, name)) {
            Some(at) => next = behind(text, value(text, at, data_type, times, out)?),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
    Some(())
}

/// Where the value of the first field of this name begins, from the key at `at` on.
fn field(text: &[u8], mut at: usize, name: &str) -> Option<usize> {
    loop {
        let (token, end, value_at) = scan::key(text, at).ok()?;
        let is_meant = match token {
            Token::Escaped => unescaped(&text[at..end]) == name.as_bytes(),
            _ => &text[at + 1..end - 1] == name.as_bytes(),
        };
        if is_meant {
            return Some(value_at);
        }
        at = behind(text, scan::value(text, value_at).ok()?.1);
    }
}

/// Where what follows a value begins: its neighbour, or the bracket that closes.
fn behind(text: &[u8], end: usize) -> usize {
    let at = scan::space(text, end);
    if text.get(at) == Some(&b',') { scan::space(text, at + 1) } else { at }
}

/// A string with escapes, written anew.
#[cold]
fn string(escaped: &[u8], out: &mut Vec<u8>) {
    write_json_string(&unescaped(escaped), out);
}

fn unescaped(escaped: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(escaped.len());
    scan::unescape(escaped, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data_type: &DataType, text: &str, wanted: &str) {
        let mut out = Vec::new();
        write(text.as_bytes(), data_type, TimestampStandard::Sql, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), wanted, "{text} as {data_type}");
        let mut again = Vec::new();
        write(&out, data_type, TimestampStandard::Sql, &mut again);
        assert_eq!(out, again, "{text} as {data_type} is written once and for all");
    }

    fn array(item: DataType) -> DataType {
        DataType::Array(Box::new(item))
    }

    fn map(value: DataType) -> DataType {
        DataType::Map(Box::new(DataType::STRING), Box::new(value))
    }

    #[test]
    fn white_space_and_needless_escapes_go() {
        check(&array(DataType::Int), " [ 1 ,2,\n\t-3e1 , null ] ", "[1,2,-3e1,null]");
        check(&array(DataType::Int), "[ ]", "[]");
        check(&array(DataType::STRING), r#"["a b", "\u00e9\/", "\"\n\u0001", ""]"#, r#"["a b","é/","\"\n\u0001",""]"#);
        check(&map(DataType::Boolean), r#"{ "x y" : true , "\u0041":false }"#, r#"{"x y":true,"A":false}"#);
        check(&map(array(DataType::Int)), r#"{"a": [ 1 ], "b": [ ]}"#, r#"{"a":[1],"b":[]}"#);
        check(&DataType::Json, r#"{"a": [ {"b": 1} ]}"#, r#"{"a":[{"b":1}]}"#);
    }

    #[test]
    fn a_row_has_the_fields_of_its_type() {
        let row = |fields: &[(&str, DataType)]| {
            DataType::Row(fields.iter().map(|(name, data_type)| ((*name).to_owned(), data_type.clone())).collect())
        };
        let pair = row(&[("a", DataType::Int), ("b", DataType::STRING)]);
        check(&pair, r#"{"a": 1, "b": "x"}"#, r#"{"a":1,"b":"x"}"#);
        check(&pair, r#"{"b": "x", "other": [1, {"a": 7}], "\u0061": 1}"#, r#"{"a":1,"b":"x"}"#);
        check(&pair, r#"{"a": 1, "a": 2}"#, r#"{"a":1,"b":null}"#);
        check(&pair, "{ }", r#"{"a":null,"b":null}"#);
        let list = array(row(&[("p", pair), ("n", DataType::Double)]));
        check(&list, r#"[{"n": 1.50, "p": {"b": "y"}}, null]"#, r#"[{"p":{"a":null,"b":"y"},"n":1.50},null]"#);
        check(&row(&[]), r#"{"a": 1}"#, "{}");
    }
}

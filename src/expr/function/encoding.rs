//! Text written in other alphabets: Base64, hexadecimal digits, URL escapes.

use std::io::Write;

use super::kernel::{Call, Outcome, kernel};
use super::signature::Param::{Text, TextOrBytes};
use super::signature::{function, takes};
use super::string::text_to_text;
use crate::batch::Column;
use crate::expr::ScalarFunction;
use crate::types::{DataType, base64};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("TO_BASE64", "(text or bytes)", "The bytes in base 64")
        .example("TO_BASE64('hello world')", "aGVsbG8gd29ybGQ=")
        .of(bytes_to_text, |_, _| kernel(to_base64)),
    function("FROM_BASE64", "(text)", "The text that is written in base 64")
        .example("FROM_BASE64('aGVsbG8gd29ybGQ=')", "hello world")
        .of(text_to_text_types, |_, _| kernel(from_base64)),
    function("HEX", "(integer, text or bytes)", "The hexadecimal digits in upper case")
        .example("HEX('hello,world')", "68656C6C6F2C776F726C64")
        .of(hex_types, |t, _| if t[0] == DataType::BigInt { kernel(hex_of_integer) } else { kernel(hex) }),
    function("UNHEX", "(text)", "The bytes of hexadecimal digits; NULL for what is none")
        .example("UNHEX('4D61')", "4d61")
        .of(unhex_types, |_, _| kernel(unhex)),
    function("URL_ENCODE", "(text)", "The text as it stands in a URL")
        .example("URL_ENCODE('a b&c')", "a+b%26c")
        .of(text_to_text_types, |_, _| text_to_text(url_encode)),
    function("URL_DECODE", "(text)", "The text that stands so in a URL; NULL for what is not encoded")
        .example("URL_DECODE('a+b%26c')", "a b&c")
        .of(text_to_text_types, |_, _| kernel(url_decode)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn text_to_text_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text])?, DataType::STRING))
}

fn bytes_to_text(given: &[DataType]) -> Resolved {
    Some((takes(given, &[TextOrBytes])?, DataType::STRING))
}

fn unhex_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text])?, DataType::Bytes))
}

fn hex_types(given: &[DataType]) -> Resolved {
    match given {
        [integer] if integer.is_integer() => Some((vec![DataType::BigInt], DataType::STRING)),
        _ => bytes_to_text(given),
    }
}

/// Four digits for three bytes, padded with `=`.
fn to_base64(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.write(|row, out| {
        base64::encode(text.bytes(row), out);
        Ok(Some(()))
    })
}

fn from_base64(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.write(|row, out| {
        decode_base64(text.bytes(row), out).ok_or("FROM_BASE64 of text that is not Base64")?;
        checked_utf8(out, "FROM_BASE64 gives bytes that are not UTF-8")
    })
}

fn checked_utf8(bytes: &[u8], reason: &'static str) -> Outcome<()> {
    std::str::from_utf8(bytes).map(|_| Some(())).map_err(|_| reason)
}

/// Takes text with or without its padding.
pub(super) fn decode_base64(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let padding = text.iter().rev().take_while(|b| **b == b'=').count();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) {
        return None;
    }
    for chunk in text[..text.len() - padding].chunks(4) {
        let mut bits = 0;
        for &digit in chunk {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        bits <<= 6 * (4 - chunk.len());
        match chunk.len() {
            1 => return None,
            n => out.extend_from_slice(&bits.to_be_bytes()[1..n]),
        }
    }
    Some(())
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

fn hex(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.write(|row, out| {
        out.extend(text.bytes(row).iter().flat_map(|b| [HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]));
        Ok(Some(()))
    })
}

/// The two's complement of a negative number.
fn hex_of_integer(call: Call<'_>) -> Column {
    let number = call.values::<i64>(0);
    call.write(|row, out| Ok(write!(out, "{:X}", number[row]).ok()))
}

/// A digit that stands alone is the first byte.
fn unhex(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.write(|row, out| {
        let digits = text.bytes(row);
        let (alone, pairs) = digits.split_at(digits.len() % 2);
        let mut decode = |high: u8, low: u8| {
            out.push(hex_digit(high)? << 4 | hex_digit(low)?);
            Some(())
        };
        let alone = alone.iter().try_for_each(|digit| decode(b'0', *digit));
        Ok(alone.and_then(|()| pairs.chunks_exact(2).try_for_each(|pair| decode(pair[0], pair[1]))))
    })
}

/// The value of a hexadecimal digit.
pub(super) fn hex_digit(digit: u8) -> Option<u8> {
    (digit as char).to_digit(16).map(|digit| digit as u8)
}

/// As HTML forms do: a space becomes `+`.
fn url_encode(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => out.push(byte),
            b' ' => out.push(b'+'),
            _ => out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
    }
}

fn url_decode(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.write(|row, out| {
        let is_well = decode_url(text.bytes(row), out).is_some() && std::str::from_utf8(out).is_ok();
        Ok(is_well.then_some(()))
    })
}

fn decode_url(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => out.push(hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?),
            byte => out.push(byte),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, text};

    #[test]
    fn base64_goes_both_ways() {
        for (plain, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobé", "Zm9vYsOp")] {
            check("TO_BASE64", &[text(plain)], encoded);
            check("FROM_BASE64", &[text(encoded)], plain);
            check("FROM_BASE64", &[text(encoded.trim_end_matches('='))], plain);
        }
        for broken in ["Z", "Zg=", "Z===", "Zg==Zg==", "Z!==", "=", "===="] {
            check("FROM_BASE64", &[text(broken)], "error: FROM_BASE64 of text that is not Base64");
        }
        check("FROM_BASE64", &[text("/w==")], "error: FROM_BASE64 gives bytes that are not UTF-8");
    }

    #[test]
    fn hexadecimal_digits_go_both_ways() {
        check("HEX", &[text("aé")], "61C3A9");
        check("HEX", &[int(255)], "FF");
        check("HEX", &[int(-1)], "FFFFFFFFFFFFFFFF");
        check("UNHEX", &[text("61c3A9")], "61c3a9");
        check("UNHEX", &[text("f61")], "0f61");
        check("UNHEX", &[text("g1")], "NULL");
        check("UNHEX", &[text("é")], "NULL");
    }

    #[test]
    fn urls_are_escaped_and_back() {
        check("URL_ENCODE", &[text("a b/é*~")], "a+b%2F%C3%A9*%7E");
        check("URL_DECODE", &[text("a+b%2f%C3%A9*%7E")], "a b/é*~");
        for broken in ["%", "%2", "%zz", "%FF"] {
            check("URL_DECODE", &[text(broken)], "NULL");
        }
    }
}

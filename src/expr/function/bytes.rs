//! Bytes: bits and bytes by their place, and bytes as text in a character set or in one of PostgreSQL's formats.
//!
//! ENCODE and DECODE are Flink's where text is encoded into bytes and bytes are decoded into text by a character set, and PostgreSQL's the
//! other way round, where bytes are written as text in the format hex, base64 or escape.

use super::encoding::{decode_base64, hex_digit};
use super::kernel::{Cached, Call, Fallible, Reason, kernel};
use super::signature::Param::{Integer, Text, TextOrBytes};
use super::signature::{function, internal, takes};
use crate::batch::Column;
use crate::batch::text::write_hex;
use crate::error::Result;
use crate::expr::{CastFailure, Kernel, Prepared, ScalarFunction};
use crate::types::{DataType, base64};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("GET_BIT", "(bytes, place)", "A bit; the lowest one of the first byte has place 0")
        .example("GET_BIT(X'1234567890', 30)", "1")
        .of(part_types, |_, _| kernel(get_bit)),
    function("SET_BIT", "(bytes, place, bit)", "The bytes with another bit in a place")
        .example("SET_BIT(X'1234567890', 30, 0)", "1234563890")
        .of(changed_types, |_, _| kernel(set_bit)),
    function("GET_BYTE", "(bytes, place)", "A byte; the first one has place 0")
        .example("GET_BYTE(X'1234567890', 4)", "144")
        .of(part_types, |_, _| kernel(get_byte)),
    function("SET_BYTE", "(bytes, place, byte)", "The bytes with another byte in a place")
        .example("SET_BYTE(X'1234567890', 4, 64)", "1234567840")
        .of(changed_types, |_, _| kernel(set_byte)),
    function("BIT_COUNT", "(integer or bytes)", "How many bits are 1").example("BIT_COUNT(X'1234567890')", "15").of(
        count_types,
        |t, _| match t[0] {
            DataType::BigInt => kernel(bit_count_of_integer),
            _ => kernel(bit_count),
        },
    ),
    function("BIT_LENGTH", "(text or bytes)", "How many bits it has, a text in UTF-8")
        .example("BIT_LENGTH('jose')", "32")
        .of(|t| Some((takes(t, &[TextOrBytes])?, DataType::BigInt)), |_, _| kernel(bit_length)),
    function(
        "ENCODE",
        "ENCODE(text, charset) or ENCODE(bytes, format)",
        "A text as bytes, or bytes as a text in hex, base64 or escape",
    )
    .example("ENCODE('ab', 'UTF-16BE')", "00610062")
    .of(encode_types, |t, _| match t[0] {
        DataType::Bytes => formatted(Format::write),
        _ => encoded(Malformed::Replaced),
    })
    .prepared(&[Prepared { wrong: |name, t| wrong_encoding(name, t[0] == DataType::Bytes), ..CHARSET }]),
    function(
        "DECODE",
        "DECODE(bytes, charset) or DECODE(text, format)",
        "Bytes as the text that they are, or the bytes that are written so",
    )
    .example("DECODE(X'00610062', 'UTF-16BE')", "ab")
    .of(decode_types, |t, _| match t[0] {
        DataType::Bytes => decoded(Malformed::Replaced),
        _ => formatted(Format::read),
    })
    .prepared(&[Prepared { wrong: |name, t| wrong_encoding(name, t[0] != DataType::Bytes), ..CHARSET }]),
    function("CONVERT_TO", "(text, charset)", "The bytes of a text; a character that there is not fails")
        .example("CONVERT_TO('é', 'UTF8')", "c3a9")
        .of(to_types, |_, _| encoded(Malformed::Fails))
        .prepared(&[CHARSET]),
    function("CONVERT_FROM", "(bytes, charset)", "The text of bytes; what is none fails")
        .example("CONVERT_FROM(X'c3a9', 'UTF8')", "é")
        .of(from_types, |_, _| decoded(Malformed::Fails))
        .prepared(&[CHARSET]),
    function("BIN2UTF8", "(bytes)", "The text in UTF-8; NULL for what is none")
        .example("BIN2UTF8(X'6162')", "ab")
        .of(utf8_types, |_, _| kernel(utf8)),
    internal("$BYTEA", bytea_types, |_, _| bytea(CastFailure::RowError)),
    internal("$TRY_BYTEA", bytea_types, |_, _| bytea(CastFailure::Null)),
];

/// The name of a character set.
const CHARSET: Prepared = Prepared::of(
    1,
    |name, _| Charset::named(name).err(),
    "such as 'UTF-8' between texts and bytes; 'hex', 'base64' or 'escape' where bytes are written as texts",
)
.named(|| {
    ["US-ASCII", "ISO-8859-1", "UTF-8", "UTF-16BE", "UTF-16LE", "UTF-16", "hex", "base64", "escape"].map(str::to_owned).to_vec()
});

fn wrong_encoding(name: &str, is_format: bool) -> Option<Reason> {
    if is_format { Format::named(name).err() } else { Charset::named(name).err() }
}

type Resolved = Option<(Vec<DataType>, DataType)>;

fn bytes_and(given: &[DataType], integers: usize, returns: DataType) -> Resolved {
    let (bytes, rest) = given.split_first()?;
    let mut args = bytes_only(bytes)?;
    args.extend(takes(rest, &vec![Integer; integers])?);
    Some((args, returns))
}

fn bytes_only(given: &DataType) -> Option<Vec<DataType>> {
    matches!(given, DataType::Bytes | DataType::Null).then(|| vec![DataType::Bytes])
}

fn part_types(given: &[DataType]) -> Resolved {
    bytes_and(given, 1, DataType::Int)
}

fn changed_types(given: &[DataType]) -> Resolved {
    bytes_and(given, 2, DataType::Bytes)
}

fn count_types(given: &[DataType]) -> Resolved {
    let args = match given {
        [DataType::Bytes] => vec![DataType::Bytes],
        _ => takes(given, &[Integer])?,
    };
    Some((args, DataType::BigInt))
}

fn from_types(given: &[DataType]) -> Resolved {
    let [bytes, charset] = given else { return None };
    let mut args = bytes_only(bytes)?;
    args.extend(takes(std::slice::from_ref(charset), &[Text])?);
    Some((args, DataType::STRING))
}

fn to_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text, Text])?, DataType::Bytes))
}

fn encode_types(given: &[DataType]) -> Resolved {
    to_types(given).or_else(|| from_types(given))
}

fn decode_types(given: &[DataType]) -> Resolved {
    from_types(given).or_else(|| to_types(given))
}

fn utf8_types(given: &[DataType]) -> Resolved {
    let [bytes] = given else { return None };
    Some((bytes_only(bytes)?, DataType::STRING))
}

fn bytea_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text])?, DataType::Bytes))
}

const NO_SUCH_BIT: Reason = "there is no bit at this place";
const NO_SUCH_BYTE: Reason = "there is no byte at this place";

/// The byte that has this bit, and the bit in it.
fn place_of_bit(bytes: &[u8], place: i64) -> Fallible<(usize, u32)> {
    let byte = usize::try_from(place / 8).ok().filter(|byte| place >= 0 && *byte < bytes.len()).ok_or(NO_SUCH_BIT)?;
    Ok((byte, place as u32 % 8))
}

fn place_of_byte(bytes: &[u8], place: i64) -> Fallible<usize> {
    usize::try_from(place).ok().filter(|place| *place < bytes.len()).ok_or(NO_SUCH_BYTE)
}

fn get_bit(call: Call<'_>) -> Column {
    let (values, places) = (call.strings(0), call.values::<i64>(1));
    call.map(|row| {
        let (byte, bit) = place_of_bit(values.bytes(row), places[row])?;
        Ok(Some(i32::from(values.bytes(row)[byte] >> bit & 1)))
    })
}

fn set_bit(call: Call<'_>) -> Column {
    let (values, places, bits) = (call.strings(0), call.values::<i64>(1), call.values::<i64>(2));
    call.write(|row, out| {
        let (byte, bit) = place_of_bit(values.bytes(row), places[row])?;
        out.extend_from_slice(values.bytes(row));
        match bits[row] {
            0 => out[byte] &= !(1 << bit),
            1 => out[byte] |= 1 << bit,
            _ => return Err("a bit is 0 or 1"),
        }
        Ok(Some(()))
    })
}

fn get_byte(call: Call<'_>) -> Column {
    let (values, places) = (call.strings(0), call.values::<i64>(1));
    call.map(|row| Ok(Some(i32::from(values.bytes(row)[place_of_byte(values.bytes(row), places[row])?]))))
}

/// Of a number that is no byte the lowest eight bits.
fn set_byte(call: Call<'_>) -> Column {
    let (values, places, bytes) = (call.strings(0), call.values::<i64>(1), call.values::<i64>(2));
    call.write(|row, out| {
        let place = place_of_byte(values.bytes(row), places[row])?;
        out.extend_from_slice(values.bytes(row));
        out[place] = bytes[row] as u8;
        Ok(Some(()))
    })
}

fn bit_count(call: Call<'_>) -> Column {
    let values = call.strings(0);
    call.map(|row| Ok(Some(values.bytes(row).iter().map(|byte| i64::from(byte.count_ones())).sum::<i64>())))
}

fn bit_count_of_integer(call: Call<'_>) -> Column {
    let numbers = call.values::<i64>(0);
    call.map(|row| Ok(Some(i64::from(numbers[row].count_ones()))))
}

fn bit_length(call: Call<'_>) -> Column {
    let values = call.strings(0);
    call.map(|row| Ok(Some(values.bytes(row).len() as i64 * 8)))
}

/// What becomes of a character that the set does not have, or of bytes that are no character of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Malformed {
    /// `?` or U+FFFD stands for it, as in Java.
    Replaced,
    /// The row fails.
    Fails,
}

/// A character set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Charset {
    Ascii,
    Latin1,
    Utf8,
    Utf16Be,
    Utf16Le,
    /// With its byte order in front; big-endian without.
    Utf16,
}

impl Charset {
    fn named(name: &str) -> Fallible<Charset> {
        const NAMES: [(&str, Charset); 12] = [
            ("US-ASCII", Charset::Ascii),
            ("ASCII", Charset::Ascii),
            ("SQL_ASCII", Charset::Ascii),
            ("ISO-8859-1", Charset::Latin1),
            ("ISO_8859_1", Charset::Latin1),
            ("LATIN1", Charset::Latin1),
            ("UTF-8", Charset::Utf8),
            ("UTF8", Charset::Utf8),
            ("UTF_8", Charset::Utf8),
            ("UTF-16BE", Charset::Utf16Be),
            ("UTF-16LE", Charset::Utf16Le),
            ("UTF-16", Charset::Utf16),
        ];
        let found = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .map(|(_, charset)| *charset)
            .ok_or("there is no such character set; there are US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE and UTF-16")
    }

    fn write(self, text: &str, malformed: Malformed, out: &mut Vec<u8>) -> Fallible<()> {
        let mut narrow = |code_max: u32| {
            text.chars().try_for_each(|c| {
                let is_in_set = u32::from(c) <= code_max;
                if !is_in_set && malformed == Malformed::Fails {
                    return Err("the text has a character that is not in the character set");
                }
                out.push(if is_in_set { u32::from(c) as u8 } else { b'?' });
                Ok(())
            })
        };
        match self {
            Charset::Ascii => narrow(0x7f)?,
            Charset::Latin1 => narrow(0xff)?,
            Charset::Utf8 => out.extend_from_slice(text.as_bytes()),
            Charset::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            Charset::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Charset::Utf16 if text.is_empty() => {}
            Charset::Utf16 => out.extend(std::iter::once(BYTE_ORDER).chain(text.encode_utf16()).flat_map(u16::to_be_bytes)),
        }
        Ok(())
    }

    fn read(self, bytes: &[u8], malformed: Malformed, out: &mut Vec<u8>) -> Fallible<()> {
        let mut push = |c: Option<char>| match (c, malformed) {
            (None, Malformed::Fails) => Err("the bytes are no text in the character set"),
            (c, _) => {
                out.extend_from_slice(c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]).as_bytes());
                Ok(())
            }
        };
        match self {
            Charset::Ascii => bytes.iter().try_for_each(|byte| push(byte.is_ascii().then_some(char::from(*byte)))),
            Charset::Latin1 => bytes.iter().try_for_each(|byte| push(Some(char::from(*byte)))),
            Charset::Utf8 => bytes.utf8_chunks().try_for_each(|chunk| {
                chunk.valid().chars().try_for_each(|c| push(Some(c)))?;
                if chunk.invalid().is_empty() { Ok(()) } else { push(None) }
            }),
            Charset::Utf16Be => units(bytes, u16::from_be_bytes).try_for_each(push),
            Charset::Utf16Le => units(bytes, u16::from_le_bytes).try_for_each(push),
            Charset::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes).try_for_each(push),
                [0xfe, 0xff, rest @ ..] | rest => units(rest, u16::from_be_bytes).try_for_each(push),
            },
        }
    }
}

/// The character that says by the order of its bytes in which order those behind it are.
const BYTE_ORDER: u16 = 0xfeff;

/// The characters of UTF-16; half a unit at the end is none.
fn units(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> impl Iterator<Item = Option<char>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let whole = char::decode_utf16(pairs.iter().map(move |pair| unit(*pair))).map(std::result::Result::ok);
    whole.chain(rest.iter().map(|_| None))
}

fn encoded(malformed: Malformed) -> Result<Box<dyn Kernel>> {
    let mut charsets = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (texts, names) = (call.strings(0), call.strings(1));
        call.write(|row, out| charsets.of(names.text(row), Charset::named)?.write(texts.text(row), malformed, out).map(Some))
    })
}

fn decoded(malformed: Malformed) -> Result<Box<dyn Kernel>> {
    let mut charsets = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (values, names) = (call.strings(0), call.strings(1));
        call.write(|row, out| charsets.of(names.text(row), Charset::named)?.read(values.bytes(row), malformed, out).map(Some))
    })
}

fn utf8(call: Call<'_>) -> Column {
    let values = call.strings(0);
    call.write(|row, out| {
        let text = simdutf8::basic::from_utf8(values.bytes(row)).ok();
        Ok(text.map(|text| out.extend_from_slice(text.as_bytes())))
    })
}

/// How PostgreSQL writes bytes as text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Hex,
    Base64,
    /// Zero bytes and those that are not ASCII as `\` and three octal digits, and two backslashes for one.
    Escape,
}

/// Whether this names a way to write bytes as text.
pub fn is_format_of_bytes(name: &str) -> bool {
    Format::named(name).is_ok()
}

/// Characters of a line of Base64.
const BASE64_LINE: usize = 76;

impl Format {
    fn named(name: &str) -> Fallible<Format> {
        const NAMES: [(&str, Format); 3] = [("hex", Format::Hex), ("base64", Format::Base64), ("escape", Format::Escape)];
        let found = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, format)| *format).ok_or("there is no such format of bytes; there are hex, base64 and escape")
    }

    fn write(self, bytes: &[u8], out: &mut Vec<u8>) -> Fallible<()> {
        match self {
            Format::Hex => write_hex(bytes, out),
            Format::Base64 => bytes.chunks(BASE64_LINE / 4 * 3).enumerate().for_each(|(line, bytes)| {
                out.extend_from_slice(if line > 0 { b"\n" } else { b"" });
                base64::encode(bytes, out);
            }),
            Format::Escape => bytes.iter().for_each(|byte| match byte {
                b'\\' => out.extend_from_slice(b"\\\\"),
                1..=0x7f => out.push(*byte),
                _ => out.extend_from_slice(&[b'\\', b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)]),
            }),
        }
        Ok(())
    }

    fn read(self, text: &[u8], out: &mut Vec<u8>) -> Fallible<()> {
        match self {
            Format::Hex => read_hex(text, out).ok_or("the text is not of pairs of hexadecimal digits"),
            Format::Base64 => {
                let digits: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                decode_base64(&digits, out).ok_or("the text is not Base64")
            }
            Format::Escape => {
                read_escapes(text, out).ok_or("the text has a backslash before neither another one nor three octal digits")
            }
        }
    }
}

/// White space may stand between two bytes, but not in one.
fn read_hex(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut digits = text.iter().copied();
    while let Some(high) = digits.find(|byte| !byte.is_ascii_whitespace()) {
        out.push(hex_digit(high)? << 4 | hex_digit(digits.next()?)?);
    }
    Some(())
}

fn read_escapes(mut text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    while let [first, rest @ ..] = text {
        text = match (first, rest) {
            (b'\\', [b'\\', rest @ ..]) => {
                out.push(b'\\');
                rest
            }
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', rest @ ..]) => {
                out.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest
            }
            (b'\\', _) => return None,
            (byte, rest) => {
                out.push(*byte);
                rest
            }
        };
    }
    Some(())
}

/// Appends the bytes of a text as PostgreSQL writes them: hexadecimal digits behind `\x`, or escapes.
pub(in crate::expr) fn read_bytea(text: &[u8], out: &mut Vec<u8>) -> Fallible<()> {
    match text.strip_prefix(b"\\x") {
        Some(digits) => Format::Hex.read(digits, out),
        None => Format::Escape.read(text, out),
    }
}

fn bytea(on_failure: CastFailure) -> Result<Box<dyn Kernel>> {
    kernel(move |call: Call<'_>| -> Column {
        let texts = call.strings(0);
        call.write(|row, out| match (read_bytea(texts.bytes(row), out), on_failure) {
            (Ok(()), _) => Ok(Some(())),
            (Err(_), CastFailure::Null) => Ok(None),
            (Err(reason), CastFailure::RowError) => Err(reason),
        })
    })
}

/// Bytes to text in a format, or back.
fn formatted(convert: fn(Format, &[u8], &mut Vec<u8>) -> Fallible<()>) -> Result<Box<dyn Kernel>> {
    let mut formats = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (values, names) = (call.strings(0), call.strings(1));
        call.write(|row, out| convert(*formats.of(names.text(row), Format::named)?, values.bytes(row), out).map(Some))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, evaluate, int, text};
    use super::*;
    use crate::types::Value;

    fn bytes(bytes: &[u8]) -> (Value, DataType) {
        (Value::Bytes(bytes.into()), DataType::Bytes)
    }

    const FIVE: [u8; 5] = [0x12, 0x34, 0x56, 0x78, 0x90];

    /// Values of the tests of RisingWave, which are those of PostgreSQL.
    #[test]
    fn bits_and_bytes_have_places() {
        for (place, bit) in [(30, "1"), (11, "0"), (4, "1"), (23, "0")] {
            check("GET_BIT", &[bytes(&FIVE), int(place)], bit);
        }
        for (place, bit, changed) in [(30, 0, "1234563890"), (4, 0, "0234567890"), (11, 1, "123c567890"), (34, 1, "1234567894")] {
            check("SET_BIT", &[bytes(&FIVE), int(place), int(bit)], changed);
        }
        check("GET_BYTE", &[bytes(&FIVE), int(4)], "144");
        check("SET_BYTE", &[bytes(&FIVE), int(2), int(37)], "1234257890");
        check("SET_BYTE", &[bytes(&FIVE), int(4), int(-300)], "12345678d4");
        check("GET_BIT", &[bytes(&FIVE), int(40)], "error: there is no bit at this place");
        check("GET_BIT", &[bytes(&FIVE), int(-1)], "error: there is no bit at this place");
        check("SET_BIT", &[bytes(&FIVE), int(0), int(2)], "error: a bit is 0 or 1");
        check("GET_BYTE", &[bytes(&FIVE), int(5)], "error: there is no byte at this place");
        check("BIT_COUNT", &[bytes(&[0x42, 0x94, 0x96, 0x72, 0x95])], "17");
        check("BIT_COUNT", &[int(7)], "3");
        check("BIT_LENGTH", &[text("é")], "16");
        check("$BYTEA", &[text("\\x1234 5678AB")], "12345678ab");
        check("$BYTEA", &[text("a\\303\\261\\\\")], "61c3b15c");
        check("$BYTEA", &[text("\\x123")], "error: the text is not of pairs of hexadecimal digits");
        check("$TRY_BYTEA", &[text("\\x12g0")], "NULL");
    }

    #[test]
    fn text_is_encoded_in_character_sets() {
        for (charset, expected) in [
            ("US-ASCII", "613f3f"),
            ("iso-8859-1", "61e93f"),
            ("UTF-8", "61c3a9f09f988a"),
            ("UTF-16BE", "006100e9d83dde0a"),
            ("UTF-16LE", "6100e9003dd80ade"),
            ("UTF-16", "feff006100e9d83dde0a"),
        ] {
            check("ENCODE", &[text("aé😊"), text(charset)], expected);
        }
        check("ENCODE", &[text(""), text("UTF-16")], "");
        let no_such =
            "error: there is no such character set; there are US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE and UTF-16";
        check("ENCODE", &[text("a"), text("EBCDIC")], no_such);
        check("CONVERT_TO", &[text("é"), text("utf8")], "c3a9");
        check("CONVERT_TO", &[text("é"), text("ascii")], "error: the text has a character that is not in the character set");
    }

    #[test]
    fn bytes_are_decoded_from_character_sets() {
        for (charset, encoded) in [
            ("UTF-8", &b"a\xc3\xa9"[..]),
            ("ISO-8859-1", b"a\xe9"),
            ("UTF-16", b"\xff\xfea\0\xe9\0"),
            ("UTF-16", b"\xfe\xff\0a\0\xe9"),
            ("UTF-16", b"\0a\0\xe9"),
            ("UTF-16LE", b"a\0\xe9\0"),
        ] {
            check("DECODE", &[bytes(encoded), text(charset)], "aé");
        }
        check("DECODE", &[bytes(b"a\xffb\xc3"), text("UTF-8")], "a\u{fffd}b\u{fffd}");
        check("DECODE", &[bytes(b"\0a\xd8"), text("UTF-16BE")], "a\u{fffd}");
        check("DECODE", &[bytes(b"a\xe9"), text("US-ASCII")], "a\u{fffd}");
        check("CONVERT_FROM", &[bytes(b"\xf0\x9f\x8d\x8b"), text("uTF-8")], "🍋");
        check("BIN2UTF8", &[bytes(b"\xf0\x9f\x91\x8b")], "👋");
        check("BIN2UTF8", &[bytes(b"\xff")], "NULL");
        check("CONVERT_FROM", &[bytes(b"\xff"), text("UTF8")], "error: the bytes are no text in the character set");
    }

    #[test]
    fn bytes_are_written_in_formats_and_read_back() {
        for (format, plain, written) in [
            ("hex", &b"joanna"[..], "6a6f616e6e61"),
            ("base64", b"123\0\x01", "MTIzAAE="),
            ("escape", b"\xc3\xb1\\\0 \x01", "\\303\\261\\\\\\000 \u{1}"),
        ] {
            check("ENCODE", &[bytes(plain), text(format)], written);
            let hex = evaluate("ENCODE", &[bytes(plain), text("hex")]);
            check("DECODE", &[text(written), text(format)], &hex);
        }
        check("ENCODE", &[bytes(&[0; 58]), text("base64")], &format!("{}\nAA==", "A".repeat(76)));
        check("DECODE", &[text("AAAA\nAA=="), text("BASE64")], "00000000");
        check("DECODE", &[text(" 6a\n6b "), text("hex")], "6a6b");
        check("DECODE", &[text("6 a"), text("hex")], "error: the text is not of pairs of hexadecimal digits");
        check("DECODE", &[text("6a6"), text("hex")], "error: the text is not of pairs of hexadecimal digits");
        check("DECODE", &[text("!"), text("base64")], "error: the text is not Base64");
        let no_escape = "error: the text has a backslash before neither another one nor three octal digits";
        check("DECODE", &[text("\\4"), text("escape")], no_escape);
        check("DECODE", &[text("a"), text("hexa")], "error: there is no such format of bytes; there are hex, base64 and escape");
    }

    #[test]
    fn random_bytes_survive_every_format() {
        let mut random = fastrand::Rng::with_seed(21);
        for _ in 0..300 {
            let plain: Vec<u8> = (0..random.usize(..200)).map(|_| random.u8(..)).collect();
            for format in [Format::Hex, Format::Base64, Format::Escape] {
                let (mut written, mut read) = (Vec::new(), Vec::new());
                format.write(&plain, &mut written).expect("any bytes are written");
                format.read(&written, &mut read).expect("what was written");
                assert_eq!(read, plain);
            }
        }
    }
}

//! Functions of text that look at characters: case, parts, padding, search. Positions count characters from 1.
//!
//! Text that is ASCII is worked on as bytes. Results are bounded by `TEXT_BYTES_MAX`.

use super::byte_part;
use super::kernel::{Call, TEXT_BYTES_MAX, TOO_LONG, append, kernel};
use super::signature::Param::{AnyAsText, Integer, Text, TextOrBytes};
use super::signature::{Param, function, takes, takes_some};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("UPPER", "(text)", "The text in upper case")
        .example("UPPER('Corelane')", "CORELANE")
        .of(to_text::<1>, |_, _| text_to_text(upper)),
    function("LOWER", "(text)", "The text in lower case")
        .example("LOWER('Corelane')", "corelane")
        .of(to_text::<1>, |_, _| text_to_text(lower)),
    function("INITCAP", "(text)", "The first letter of each word in upper case, the others in lower case")
        .example("INITCAP('hi THOMAS o''neil')", "Hi Thomas O'Neil")
        .of(to_text::<1>, |_, _| text_to_text(|text, out| initcap(text, char::is_alphanumeric, out))),
    function("INITCAP_SPACES", "(text)", "As INITCAP, but words end at white space only")
        .example("INITCAP_SPACES('hi THOMAS o''neil')", "Hi Thomas O'neil")
        .of(to_text::<1>, |_, _| text_to_text(|text, out| initcap(text, |c| !c.is_whitespace(), out))),
    function("REVERSE", "(text or bytes)", "The characters, or the bytes, from the last to the first")
        .example("REVERSE('abc')", "cba")
        .of(same_text_or_bytes, |t, _| match t[0] {
            DataType::Bytes => kernel(reverse_bytes),
            _ => text_to_text(reverse),
        }),
    function("CHAR_LENGTH", "(text)", "How many characters the text has")
        .example("CHAR_LENGTH('Zürich')", "6")
        .also(&["CHARACTER_LENGTH", "LENGTH", "LEN"])
        .of(to_int::<1>, |_, _| kernel(char_length)),
    function("OCTET_LENGTH", "(text or bytes)", "How many bytes it has, a text in UTF-8")
        .example("OCTET_LENGTH('Zürich')", "7")
        .of(|t| Some((takes(t, &[TextOrBytes])?, DataType::Int)), |_, _| kernel(octet_length)),
    function("ASCII", "(text)", "The code of the first character")
        .example("ASCII('abc')", "97")
        .of(to_int::<1>, |_, _| kernel(ascii)),
    function("CHR", "(code)", "The character of a code")
        .example("CHR(97)", "a")
        .of(|t| Some((takes(t, &[Integer])?, DataType::STRING)), |_, _| kernel(chr)),
    function(
        "TRIM",
        "([BOTH | LEADING | TRAILING] [characters FROM] text)",
        "The text without these characters, blanks unless said, at its ends",
    )
    .example("TRIM(BOTH 'xy' FROM 'yxTomxx')", "Tom")
    .of(trim_types, |t, _| trimmed(t, true, true)),
    function("BTRIM", "(text or bytes [, characters])", "Without these characters, blanks unless said, at both ends")
        .example("BTRIM('yxTomxx', 'xy')", "Tom")
        .of(trim_types, |t, _| trimmed(t, true, true)),
    function("LTRIM", "(text or bytes [, characters])", "Without these characters, blanks unless said, at the beginning")
        .example("LTRIM('zzzytest', 'xyz')", "test")
        .of(trim_types, |t, _| trimmed(t, true, false)),
    function("RTRIM", "(text or bytes [, characters])", "Without these characters, blanks unless said, at the end")
        .example("RTRIM('testxxzx', 'xyz')", "test")
        .of(trim_types, |t, _| trimmed(t, false, true)),
    function(
        "SUBSTRING",
        "SUBSTRING(text or bytes, start [, length]) or SUBSTRING(text FROM start [FOR length])",
        "The part that begins at this place, counted from 1",
    )
    .example("SUBSTRING('Thomas', 2, 3)", "hom")
    .also(&["SUBSTR"])
    .of(substring_types, |t, _| of_either(t, substring, byte_part::substring)),
    function("LEFT", "(text or bytes, length)", "The first characters")
        .example("LEFT('abcde', 2)", "ab")
        .of(side_types, |t, _| of_either(t, left, byte_part::left)),
    function("RIGHT", "(text or bytes, length)", "The last characters")
        .example("RIGHT('abcde', 2)", "de")
        .of(side_types, |t, _| of_either(t, right, byte_part::right)),
    function("REPEAT", "(text, count)", "The text so many times")
        .example("REPEAT('Pg', 4)", "PgPgPgPg")
        .of(text_and_integer, |_, _| kernel(repeat)),
    function("LPAD", "(text, length [, padding])", "The text filled up to this length at its beginning, or cut to it")
        .example("LPAD('hi', 5, 'xy')", "xyxhi")
        .of(pad_types, |_, _| kernel(lpad)),
    function("RPAD", "(text, length [, padding])", "The text filled up to this length at its end, or cut to it")
        .example("RPAD('hi', 5, 'xy')", "hixyx")
        .of(pad_types, |_, _| kernel(rpad)),
    function("REPLACE", "(text, search, replacement)", "The text with another in place of what is searched")
        .example("REPLACE('abcdefabcdef', 'cd', 'XX')", "abXXefabXXef")
        .of(to_text::<3>, |_, _| kernel(replace)),
    function("TRANSLATE", "(text, from, to)", "The text with each character of one list replaced by that of the other")
        .example("TRANSLATE('12345', '143', 'ax')", "a2x5")
        .of(to_text::<3>, |_, _| kernel(translate)),
    function(
        "OVERLAY",
        "(text PLACING replacement FROM start [FOR length])",
        "The text with another in the place of a part of it",
    )
    .example("OVERLAY('Txxxxas' PLACING 'hom' FROM 2 FOR 4)", "Thomas")
    .of(overlay_types, |t, _| of_either(t, overlay, byte_part::overlay)),
    function("CONCAT", "CONCAT(value, ...) or CONCAT(VARIADIC array)", "The texts of the values, one behind the other")
        .example("CONCAT('AA', 'BB', 'CC')", "AABBCC")
        .of(|t| any_as_text(t, 1), |_, _| kernel(concat)),
    function(
        "CONCAT_WS",
        "(separator, value, ... or VARIADIC array)",
        "The texts of the values with a separator between them; NULLs are left out",
    )
    .example("CONCAT_WS('~', 'AA', NULL, 'BB')", "AA~BB")
    .of(|t| any_as_text(t, 1), |_, _| kernel(concat_ws)),
    function("POSITION", "(search IN text)", "Where a text is found first, counted from 1; 0 if it is not")
        .example("POSITION('om' IN 'Thomas')", "3")
        .of(position_types, |t, _| of_either(t, locate, byte_part::position)),
    function("LOCATE", "(search, text [, start])", "Where a text is found first from a place on; 0 if it is not")
        .example("LOCATE('b', 'abcb', 3)", "4")
        .of(locate_types, |_, _| kernel(locate)),
    function("INSTR", "(text, search)", "Where a text is found first, counted from 1; 0 if it is not")
        .example("INSTR('high', 'ig')", "2")
        .also(&["STRPOS"])
        .of(to_int::<2>, |_, _| kernel(instr)),
    function("CONTAINS", "(text or bytes, search)", "Whether it has this part")
        .example("CONTAINS('Thomas', 'hom')", "true")
        .of(to_boolean, |_, _| kernel(contains)),
    function("STARTSWITH", "(text or bytes, prefix)", "Whether it begins so")
        .example("STARTSWITH('alphabet', 'alph')", "true")
        .also(&["STARTS_WITH"])
        .of(to_boolean, |_, _| kernel(starts_with)),
    function("ENDSWITH", "(text or bytes, suffix)", "Whether it ends so")
        .example("ENDSWITH('alphabet', 'bet')", "true")
        .also(&["ENDS_WITH"])
        .of(to_boolean, |_, _| kernel(ends_with)),
    function("LEVENSHTEIN", "(text, text)", "How many characters are to be changed to make one of the other")
        .example("LEVENSHTEIN('kitten', 'sitting')", "3")
        .of(to_int::<2>, |_, _| kernel(levenshtein)),
    function("ELT", "(number, text or bytes, ...)", "The one of this number, counted from 1")
        .example("ELT(2, 'scala', 'java')", "java")
        .of(elt_types, |_, _| kernel(elt)),
    function("IS_ALPHA", "(text)", "Whether it is all letters")
        .example("IS_ALPHA('ab1')", "false")
        .of(is_types, |_, _| is(|c| c.is_alphabetic())),
    function("IS_DIGIT", "(text)", "Whether it is all digits")
        .example("IS_DIGIT('123')", "true")
        .of(is_types, |_, _| is(|c| c.is_numeric())),
    function("IS_DECIMAL", "(text)", "Whether it is a number")
        .example("IS_DECIMAL('-1.5')", "true")
        .of(is_types, |_, _| kernel(is_decimal)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn to_text<const N: usize>(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text; N])?, DataType::STRING))
}

fn to_int<const N: usize>(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text; N])?, DataType::Int))
}

fn to_boolean(given: &[DataType]) -> Resolved {
    let (args, _) = alike(takes(given, &[TextOrBytes, TextOrBytes])?, &[0, 1])?;
    Some((args, DataType::Boolean))
}

fn text_and_integer(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text, Integer])?, DataType::STRING))
}

fn pad_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Text, Integer, Text], 2)?, DataType::STRING))
}

/// All of these arguments are BYTES or none is; the result is of the same.
fn alike(args: Vec<DataType>, of: &[usize]) -> Resolved {
    let is_bytes = args[of[0]] == DataType::Bytes;
    let are_alike = of.iter().all(|at| (args[*at] == DataType::Bytes) == is_bytes);
    are_alike.then_some((args, if is_bytes { DataType::Bytes } else { DataType::STRING }))
}

/// Bytes are trimmed of bytes that are named.
fn trim_types(given: &[DataType]) -> Resolved {
    let args = takes_some(given, &[TextOrBytes, TextOrBytes], 1)?;
    let of: &[usize] = if args.len() == 1 { &[0] } else { &[0, 1] };
    alike(args, of).filter(|(args, returns)| args.len() == 2 || *returns != DataType::Bytes)
}

fn substring_types(given: &[DataType]) -> Resolved {
    alike(takes_some(given, &[TextOrBytes, Integer, Integer], 2)?, &[0])
}

fn side_types(given: &[DataType]) -> Resolved {
    alike(takes(given, &[TextOrBytes, Integer])?, &[0])
}

fn overlay_types(given: &[DataType]) -> Resolved {
    alike(takes_some(given, &[TextOrBytes, TextOrBytes, Integer, Integer], 3)?, &[0, 1])
}

fn position_types(given: &[DataType]) -> Resolved {
    let (args, _) = alike(takes(given, &[TextOrBytes, TextOrBytes])?, &[0, 1])?;
    Some((args, DataType::Int))
}

/// The kernel for text or for bytes.
fn of_either(types: &[DataType], of_text: fn(Call<'_>) -> Column, of_bytes: fn(Call<'_>) -> Column) -> Result<Box<dyn Kernel>> {
    kernel(if types[0] == DataType::Bytes { of_bytes } else { of_text })
}

fn trimmed(types: &[DataType], start: bool, end: bool) -> Result<Box<dyn Kernel>> {
    match types[0] {
        DataType::Bytes => kernel(move |call| byte_part::trim(call, start, end)),
        _ => kernel(move |call| trim(call, start, end)),
    }
}

fn same_text_or_bytes(given: &[DataType]) -> Resolved {
    let args = takes(given, &[TextOrBytes])?;
    let returns = if args[0] == DataType::Bytes { DataType::Bytes } else { DataType::STRING };
    Some((args, returns))
}

fn elt_types(given: &[DataType]) -> Resolved {
    let (number, values) = given.split_first()?;
    let mut args = takes(std::slice::from_ref(number), &[Integer])?;
    args.extend(takes(values, &vec![TextOrBytes; values.len()])?);
    let of: Vec<usize> = (1..args.len()).collect();
    if values.is_empty() { None } else { alike(args, &of) }
}

/// A number is text, too.
fn is_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[AnyAsText])?, DataType::Boolean))
}

fn locate_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Text, Text, Integer], 2)?, DataType::Int))
}

fn any_as_text(given: &[DataType], needed: usize) -> Resolved {
    let params: Vec<Param> = given.iter().map(|_| AnyAsText).collect();
    (given.len() >= needed).then_some(())?;
    Some((takes(given, &params)?, DataType::STRING))
}

/// A function of one text that never fails and never gives NULL.
pub(super) fn text_to_text(write: fn(&str, &mut Vec<u8>)) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let text = call.strings(0);
        call.write(|row, out| {
            write(text.text(row), out);
            Ok(Some(()))
        })
    })
}

fn push_char(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn upper(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|b| b.to_ascii_uppercase()));
    } else {
        out.extend_from_slice(text.to_uppercase().as_bytes());
    }
}

fn lower(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|b| b.to_ascii_lowercase()));
    } else {
        out.extend_from_slice(text.to_lowercase().as_bytes());
    }
}

fn initcap(text: &str, is_of_word: fn(char) -> bool, out: &mut Vec<u8>) {
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            c.to_lowercase().for_each(|c| push_char(c, out));
        } else {
            c.to_uppercase().for_each(|c| push_char(c, out));
        }
        in_word = is_of_word(c);
    }
}

fn reverse(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        out.extend(text.bytes().rev());
    } else {
        text.chars().rev().for_each(|c| push_char(c, out));
    }
}

fn reverse_bytes(call: Call<'_>) -> Column {
    let values = call.strings(0);
    call.write(|row, out| {
        out.extend(values.bytes(row).iter().rev());
        Ok(Some(()))
    })
}

/// Number of characters.
pub(super) fn count_chars(text: &str) -> i64 {
    text.chars().count() as i64
}

/// Byte at which character `index` starts, or the end of the text.
pub(super) fn byte_of(text: &str, index: usize) -> usize {
    if text.is_ascii() {
        return index.min(text.len());
    }
    text.char_indices().nth(index).map_or(text.len(), |(at, _)| at)
}

/// The part of `text` from character `from` (counted from 0) on, of `count` characters.
fn part(text: &str, from: usize, count: usize) -> &str {
    let rest = &text[byte_of(text, from)..];
    &rest[..byte_of(rest, count)]
}

/// A count or position as far as it matters for text.
pub(super) fn clamp(number: i64) -> usize {
    usize::try_from(number.max(0)).unwrap_or(usize::MAX)
}

fn char_length(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.map(|row| Ok(Some(count_chars(text.text(row)) as i32)))
}

fn octet_length(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.map(|row| Ok(Some(text.bytes(row).len() as i32)))
}

fn ascii(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.map(|row| Ok(Some(text.bytes(row).first().map_or(0, |b| i32::from(*b as i8)))))
}

/// The character of the code modulo 256; nothing for a negative one.
fn chr(call: Call<'_>) -> Column {
    let code = call.values::<i64>(0);
    call.write(|row, out| {
        if code[row] >= 0 {
            push_char(char::from(code[row] as u8), out);
        }
        Ok(Some(()))
    })
}

fn trim(call: Call<'_>, start: bool, end: bool) -> Column {
    let (text, set) = (call.strings(0), call.strings_if_given(1));
    call.write(|row, out| {
        let set = set.map_or(" ", |set| set.text(row));
        let mut rest = text.text(row);
        if start {
            rest = rest.trim_start_matches(|c| set.contains(c));
        }
        if end {
            rest = rest.trim_end_matches(|c| set.contains(c));
        }
        out.extend_from_slice(rest.as_bytes());
        Ok(Some(()))
    })
}

/// A start of 0 is 1; a negative one counts from the end. A start outside of the text gives the empty text, a negative length NULL.
fn substring(call: Call<'_>) -> Column {
    let (text, start, length) = (call.strings(0), call.values::<i64>(1), call.integers_if_given(2));
    call.write(|row, out| {
        let (text, start, length) = (text.text(row), start[row], length.map_or(i64::MAX, |l| l[row]));
        if length < 0 {
            return Ok(None);
        }
        let from = match start {
            0 => 0,
            1.. => start - 1,
            _ => count_chars(text).saturating_add(start),
        };
        if from >= 0 {
            out.extend_from_slice(part(text, clamp(from), clamp(length)).as_bytes());
        }
        Ok(Some(()))
    })
}

fn left(call: Call<'_>) -> Column {
    let (text, count) = (call.strings(0), call.values::<i64>(1));
    call.write(|row, out| {
        out.extend_from_slice(part(text.text(row), 0, clamp(count[row])).as_bytes());
        Ok(Some(()))
    })
}

fn right(call: Call<'_>) -> Column {
    let (text, count) = (call.strings(0), call.values::<i64>(1));
    call.write(|row, out| {
        let text = text.text(row);
        let skipped = count_chars(text).saturating_sub(count[row].max(0));
        out.extend_from_slice(&text.as_bytes()[byte_of(text, clamp(skipped))..]);
        Ok(Some(()))
    })
}

fn repeat(call: Call<'_>) -> Column {
    let (text, count) = (call.strings(0), call.values::<i64>(1));
    call.write(|row, out| {
        let (bytes, count) = (text.bytes(row), clamp(count[row]));
        if bytes.len().saturating_mul(count) > TEXT_BYTES_MAX {
            return Err(TOO_LONG);
        }
        if !bytes.is_empty() {
            (0..count).for_each(|_| out.extend_from_slice(bytes));
        }
        Ok(Some(()))
    })
}

/// What pads `text` to `length` characters, written by `fill`, with spaces unless said; NULL for a negative length or empty padding.
fn pad(call: Call<'_>, fill: fn(&str, &mut dyn Iterator<Item = char>, &mut Vec<u8>)) -> Column {
    let (text, length, padding) = (call.strings(0), call.values::<i64>(1), call.strings_if_given(2));
    call.write(|row, out| {
        let (text, length, padding) = (text.text(row), length[row], padding.map_or(" ", |padding| padding.text(row)));
        if length < 0 || padding.is_empty() {
            return Ok(None);
        }
        if length > TEXT_BYTES_MAX as i64 {
            return Err(TOO_LONG);
        }
        let missing = length - count_chars(text);
        if missing <= 0 {
            out.extend_from_slice(part(text, 0, clamp(length)).as_bytes());
        } else {
            fill(text, &mut padding.chars().cycle().take(clamp(missing)), out);
        }
        if out.len() > TEXT_BYTES_MAX { Err(TOO_LONG) } else { Ok(Some(())) }
    })
}

fn lpad(call: Call<'_>) -> Column {
    pad(call, |text, padding, out| {
        padding.for_each(|c| push_char(c, out));
        out.extend_from_slice(text.as_bytes());
    })
}

fn rpad(call: Call<'_>) -> Column {
    pad(call, |text, padding, out| {
        out.extend_from_slice(text.as_bytes());
        padding.for_each(|c| push_char(c, out));
    })
}

/// An empty search text is found nowhere.
fn replace(call: Call<'_>) -> Column {
    let (text, search, by) = (call.strings(0), call.strings(1), call.strings(2));
    call.write(|row, out| {
        let (bytes, search, by) = (text.bytes(row), search.bytes(row), by.bytes(row));
        let mut done = 0;
        if !search.is_empty() {
            for at in memchr::memmem::find_iter(bytes, search) {
                append(out, &bytes[done..at])?;
                append(out, by)?;
                done = at + search.len();
            }
        }
        append(out, &bytes[done..])?;
        Ok(Some(()))
    })
}

/// Each character of `from` becomes the one at its place in `to`, or vanishes where `to` is shorter. A list that is NULL is empty.
fn translate(call: Call<'_>) -> Column {
    let (args, text, from, to) = (call.args(), call.strings(0), call.strings(1), call.strings(2));
    let list = |at: usize, row: usize| if args[at].is_null(row) { "" } else { [from, to][at - 1].text(row) };
    call.null_by_first(1).write(|row, out| {
        let (from, to) = (list(1, row), list(2, row));
        for c in text.text(row).chars() {
            match from.chars().position(|f| f == c) {
                None => push_char(c, out),
                Some(at) => to.chars().nth(at).into_iter().for_each(|c| push_char(c, out)),
            }
        }
        Ok(Some(()))
    })
}

/// A start outside of the text changes nothing; a negative length replaces the rest.
fn overlay(call: Call<'_>) -> Column {
    let (text, by, start, length) = (call.strings(0), call.strings(1), call.values::<i64>(2), call.integers_if_given(3));
    call.write(|row, out| {
        let (text, by, start) = (text.text(row), by.text(row), start[row]);
        if start <= 0 || start > count_chars(text) {
            out.extend_from_slice(text.as_bytes());
            return Ok(Some(()));
        }
        let head = byte_of(text, clamp(start - 1));
        let length = length.map_or_else(|| count_chars(by), |l| l[row]);
        let length = if length < 0 { usize::MAX } else { clamp(length) };
        let rest = &text[head..];
        append(out, &text.as_bytes()[..head])?;
        append(out, by.as_bytes())?;
        append(out, &rest.as_bytes()[byte_of(rest, length)..])?;
        Ok(Some(()))
    })
}

fn concat(call: Call<'_>) -> Column {
    let texts: Vec<_> = (0..call.args().len()).map(|i| call.strings(i)).collect();
    call.write(|row, out| {
        texts.iter().try_for_each(|text| append(out, text.bytes(row)))?;
        Ok(Some(()))
    })
}

/// NULL only where the separator is; arguments that are NULL are left out with their separator.
fn concat_ws(call: Call<'_>) -> Column {
    let texts: Vec<_> = (0..call.args().len()).map(|i| call.strings(i)).collect();
    let args = call.args();
    call.null_by_first(1).write(|row, out| {
        let mut separator: &[u8] = b"";
        for (text, _) in texts.iter().zip(args).skip(1).filter(|(_, arg)| !arg.is_null(row)) {
            append(out, separator)?;
            append(out, text.bytes(row))?;
            separator = texts[0].bytes(row);
        }
        Ok(Some(()))
    })
}

/// Position of `search` in `text` from character `start` on, 0 without one.
fn position(text: &str, search: &str, start: i64) -> i32 {
    if start < 1 || start > count_chars(text) + 1 {
        return 0;
    }
    let skipped = byte_of(text, clamp(start - 1));
    match memchr::memmem::find(&text.as_bytes()[skipped..], search.as_bytes()) {
        Some(at) => count_chars(&text[..skipped + at]) as i32 + 1,
        None => 0,
    }
}

fn locate(call: Call<'_>) -> Column {
    let (search, text, start) = (call.strings(0), call.strings(1), call.integers_if_given(2));
    call.map(|row| Ok(Some(position(text.text(row), search.text(row), start.map_or(1, |s| s[row])))))
}

fn instr(call: Call<'_>) -> Column {
    let (text, search) = (call.strings(0), call.strings(1));
    call.map(|row| Ok(Some(position(text.text(row), search.text(row), 1))))
}

fn contains(call: Call<'_>) -> Column {
    let (text, search) = (call.strings(0), call.strings(1));
    call.map(|row| Ok(Some(memchr::memmem::find(text.bytes(row), search.bytes(row)).is_some())))
}

fn starts_with(call: Call<'_>) -> Column {
    let (text, prefix) = (call.strings(0), call.strings(1));
    call.map(|row| Ok(Some(text.bytes(row).starts_with(prefix.bytes(row)))))
}

fn ends_with(call: Call<'_>) -> Column {
    let (text, suffix) = (call.strings(0), call.strings(1));
    call.map(|row| Ok(Some(text.bytes(row).ends_with(suffix.bytes(row)))))
}

/// Characters of a text of which the distance is computed. More: the row fails.
const DISTANCE_CHARS_MAX: usize = 4_096;

fn levenshtein(call: Call<'_>) -> Column {
    let (a, b) = (call.strings(0), call.strings(1));
    call.map(|row| {
        let (a, b) = (a.text(row), b.text(row));
        if a.len().max(b.len()) > DISTANCE_CHARS_MAX && count_chars(a).max(count_chars(b)) > DISTANCE_CHARS_MAX as i64 {
            return Err("LEVENSHTEIN of a text of more than 4096 characters");
        }
        Ok(Some(strsim::levenshtein(a, b) as i32))
    })
}

/// NULL where there is no text of this number, or it is NULL; the others do not count.
fn elt(call: Call<'_>) -> Column {
    let (args, numbers) = (call.args(), call.values::<i64>(0));
    let texts: Vec<_> = (1..args.len()).map(|at| call.strings(at)).collect();
    call.null_by_first(1).write(|row, out| {
        let place =
            usize::try_from(numbers[row]).ok().filter(|place| (1..args.len()).contains(place) && !args[*place].is_null(row));
        Ok(place.map(|place| out.extend_from_slice(texts[place - 1].bytes(row))))
    })
}

/// Whether all characters, and at least one, are such.
fn is(such: fn(char) -> bool) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let text = call.strings(0);
        call.map(|row| Ok(Some(!text.text(row).is_empty() && text.text(row).chars().all(such))))
    })
}

fn is_decimal(call: Call<'_>) -> Column {
    let text = call.strings(0);
    call.map(|row| {
        let (text, mut has_digits) = (text.text(row), false);
        let is_of_number = |c: char| {
            has_digits |= c.is_ascii_digit();
            c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E')
        };
        let is_number = text.chars().all(is_of_number) && lexical_core::parse::<f64>(text.as_bytes()).is_ok();
        Ok(Some(is_number && has_digits))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, null, text, typed};
    use super::*;
    use crate::types::Value;

    #[test]
    fn one_text_in_gives_what_its_name_says() {
        for (name, input, expected) in [
            ("UPPER", "straße é1", "STRASSE É1"),
            ("UPPER", "abc", "ABC"),
            ("LOWER", "ÄBC D", "äbc d"),
            ("INITCAP", "hELLO wORLD-élan x2Y", "Hello World-Élan X2y"),
            ("INITCAP_SPACES", "hi THOMAS-SON", "Hi Thomas-son"),
            ("REVERSE", "añb", "bña"),
            ("CHAR_LENGTH", "añ😀", "3"),
            ("LENGTH", "", "0"),
            ("OCTET_LENGTH", "añ😀", "7"),
            ("ASCII", "abc", "97"),
            ("ASCII", "", "0"),
            ("TRIM", "  a b  ", "a b"),
            ("LTRIM", "  a ", "a "),
            ("RTRIM", "  a ", "  a"),
        ] {
            check(name, &[text(input)], expected);
        }
        check("CHR", &[int(65)], "A");
        check("CHR", &[int(256 + 97)], "a");
        check("CHR", &[int(-1)], "");
        check("BTRIM", &[text("xyaxbyx"), text("xy")], "axb");
        check("LTRIM", &[text("ññan"), text("ñ")], "an");
    }

    #[test]
    fn parts_count_characters_from_one() {
        let substring = |input, start, length: Option<i64>, expected| {
            let mut args = vec![text(input), int(start)];
            args.extend(length.map(int));
            check("SUBSTRING", &args, expected);
        };
        substring("Größe", 3, None, "öße");
        substring("Größe", 3, Some(2), "öß");
        substring("Größe", -2, None, "ße");
        substring("Größe", 0, Some(2), "Gr");
        substring("Größe", 9, None, "");
        substring("Größe", -9, None, "");
        substring("Größe", 1, Some(-1), "NULL");
        substring("Größe", i64::MIN, Some(i64::MAX), "");
        substring("Größe", i64::MAX, Some(i64::MAX), "");
        check("LEFT", &[text("Größe"), int(3)], "Grö");
        check("LEFT", &[text("Größe"), int(-3)], "");
        check("RIGHT", &[text("Größe"), int(3)], "öße");
        check("RIGHT", &[text("Größe"), int(99)], "Größe");
        check("RIGHT", &[text("Größe"), int(i64::MIN)], "");
    }

    #[test]
    fn padding_and_repeating_are_bounded() {
        check("LPAD", &[text("hi"), int(5), text("äb")], "äbähi");
        check("LPAD", &[text("hello"), int(2), text("x")], "he");
        check("RPAD", &[text("hi"), int(5), text("ab")], "hiaba");
        check("RPAD", &[text("hi"), int(-1), text("ab")], "NULL");
        check("RPAD", &[text("hi"), int(4), text("")], "NULL");
        check("REPEAT", &[text("ab"), int(3)], "ababab");
        check("REPEAT", &[text("ab"), int(-3)], "");
        check("REPEAT", &[text(""), int(i64::MAX)], "");
        let too_long = format!("error: {TOO_LONG}");
        check("REPEAT", &[text("ab"), int(i64::MAX)], &too_long);
        check("LPAD", &[text("a"), int(i64::MAX), text("x")], &too_long);
        check("RPAD", &[text("a"), int(TEXT_BYTES_MAX as i64), text("é")], &too_long);
        check("REPLACE", &[text(&"a".repeat(5000)), text("a"), text(&"b".repeat(5000))], &too_long);
    }

    #[test]
    fn texts_are_replaced_joined_and_found() {
        check("REPLACE", &[text("aXbXc"), text("X"), text("--")], "a--b--c");
        check("REPLACE", &[text("abc"), text(""), text("-")], "abc");
        check("TRANSLATE", &[text("añc"), text("ñc"), text("n")], "an");
        check("TRANSLATE", &[text("añc"), null(), text("n")], "añc");
        check("TRANSLATE", &[text("añc"), text("ñ"), null()], "ac");
        check("TRANSLATE", &[null(), text("ñ"), text("n")], "NULL");
        check("OVERLAY", &[text("Größe"), text("XX"), int(2)], "GXXße");
        check("OVERLAY", &[text("Größe"), text("XX"), int(2), int(1)], "GXXöße");
        check("OVERLAY", &[text("Größe"), text("X"), int(9)], "Größe");
        check("OVERLAY", &[text("Größe"), text("X"), int(2), int(-1)], "GX");
        check("CONCAT", &[text("a"), int(1), typed("2024-01-02", DataType::Date)], "a12024-01-02");
        check("CONCAT", &[text("a"), null()], "NULL");
        check("CONCAT_WS", &[text("~"), text("a"), null(), text(""), int(2)], "a~~2");
        check("CONCAT_WS", &[null(), text("a")], "NULL");
        check("POSITION", &[text("ß"), text("Größe")], "4");
        check("POSITION", &[text("x"), text("Größe")], "0");
        check("LOCATE", &[text("a"), text("banana"), int(3)], "4");
        check("LOCATE", &[text("a"), text("banana"), int(-3)], "0");
        check("INSTR", &[text("Größe"), text("e")], "5");
        check("STARTSWITH", &[text("abc"), text("ab")], "true");
        check("ENDSWITH", &[text("abc"), text("ab")], "false");
    }

    #[test]
    fn texts_are_chosen_compared_and_recognised() {
        check("ELT", &[int(2), text("a"), text("b")], "b");
        check("ELT", &[int(3), text("a"), text("b")], "NULL");
        check("ELT", &[int(0), text("a")], "NULL");
        check("ELT", &[int(1), text("a"), null()], "a");
        check("LEVENSHTEIN", &[text("kitten"), text("sitting")], "3");
        check("LEVENSHTEIN", &[text("é"), text("")], "1");
        let long = "a".repeat(DISTANCE_CHARS_MAX + 1);
        check("LEVENSHTEIN", &[text(&long), text("a")], "error: LEVENSHTEIN of a text of more than 4096 characters");
        for (input, is_alpha, is_digit, is_decimal) in [
            ("abcÉ", "true", "false", "false"),
            ("123", "false", "true", "true"),
            ("-1.5e3", "false", "false", "true"),
            ("1a", "false", "false", "false"),
            ("", "false", "false", "false"),
            ("e", "true", "false", "false"),
            ("NaN", "true", "false", "false"),
        ] {
            check("IS_ALPHA", &[text(input)], is_alpha);
            check("IS_DIGIT", &[text(input)], is_digit);
            check("IS_DECIMAL", &[text(input)], is_decimal);
        }
        check("IS_DECIMAL", &[int(5)], "true");
        check("STRPOS", &[text("high"), text("ig")], "2");
        check("CONTAINS", &[text("alphabet"), text("hab")], "true");
        check("CONTAINS", &[text("alphabet"), text("bah")], "false");
        let bytes = |bytes: &[u8]| (Value::Bytes(bytes.into()), DataType::Bytes);
        check("STARTSWITH", &[bytes(&[0xff, 1]), bytes(&[0xff])], "true");
        check("ENDSWITH", &[bytes(&[0xff, 1]), bytes(&[0xff])], "false");
        check("CONTAINS", &[bytes(&[0xff, 1]), bytes(&[1])], "true");
        check("ELT", &[int(2), bytes(&[0xff]), bytes(&[1, 2])], "0102");
        check("STARTS_WITH", &[text("alphabet"), text("alph")], "true");
        check("ENDS_WITH", &[text("alphabet"), text("alph")], "false");
        check("LPAD", &[text("hi"), int(4)], "  hi");
        check("RPAD", &[text("hi"), int(3)], "hi ");
        check("REVERSE", &[(Value::Bytes(Box::new([0xab, 0xcd])), DataType::Bytes)], "cdab");
    }
}

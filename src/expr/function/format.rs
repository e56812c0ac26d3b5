//! FORMAT and quotes, as PostgreSQL has them.

use std::ops::Range;

use super::collection::array_of_texts;
use super::json_text::Json;
use super::kernel::{Cached, Call, Fallible, Reason, append, kernel};
use super::signature::Param::{AnyAsText, Text};
use super::signature::{function, internal, takes};
use super::string::text_to_text;
use crate::batch::{Column, StrColumn};
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function(
        "FORMAT",
        "('%s %1$-10s %I %L %%', value, ... or VARIADIC array)",
        "A text with values in its places, as in PostgreSQL",
    )
    .example("FORMAT('Hello %s, %1$s', 'World')", "Hello World, World")
    .of(format_types, |_, _| format())
    .prepared(&[Prepared::of(0, |format, _| Format::new(format).err(), "such as '%s of %s'; %% is a percent sign")]),
    internal("$FORMAT_ITEMS", items_types, |_, _| format_items()),
    function("QUOTE_IDENT", "(text)", "The text as a name in SQL")
        .example("QUOTE_IDENT('Foo bar')", r#""Foo bar""#)
        .of(text_types, |_, _| text_to_text(quote_name)),
    function("QUOTE_LITERAL", "(value)", "The value as a text in SQL")
        .example("QUOTE_LITERAL('O''Reilly')", "'O''Reilly'")
        .of(any_types, |_, _| text_to_text(quote_literal)),
    function("QUOTE_NULLABLE", "(value)", "The value as a text in SQL, or the word NULL")
        .example("QUOTE_NULLABLE(42.5)", "'42.5'")
        .of(any_types, |_, _| kernel(quote_nullable)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn text_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text])?, DataType::STRING))
}

fn any_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[AnyAsText])?, DataType::STRING))
}

fn format_types(given: &[DataType]) -> Resolved {
    let (format, values) = given.split_first()?;
    let mut args = takes(std::slice::from_ref(format), &[Text])?;
    args.extend(takes(values, &vec![AnyAsText; values.len()])?);
    Some((args, DataType::STRING))
}

/// A format, and an array of what has texts.
fn items_types(given: &[DataType]) -> Resolved {
    let [format, array] = given else { return None };
    let mut args = takes(std::slice::from_ref(format), &[Text])?;
    args.extend(array_of_texts(array)?);
    Some((args, DataType::STRING))
}

/// A format, taken apart.
#[derive(Debug, Default)]
struct Format {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    /// A value, named by its place among those behind the format.
    Value {
        place: usize,
        kind: Kind,
        width: Width,
        side: Side,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `%s`: nothing for NULL.
    Plain,
    /// `%I`
    Name,
    /// `%L`
    Literal,
}

/// Characters at the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    Fixed(i64),
    /// That of the value at this place; to the left if it is negative.
    Value(usize),
}

/// Where a value stands that is shorter than its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Reads a format from its front.
struct Reader<'a> {
    rest: &'a str,
    /// The place of the next value without a place of its own.
    next: usize,
}

impl<'a> Reader<'a> {
    fn taken(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn number(&mut self) -> Fallible<Option<i64>> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        match number {
            "" => Ok(None),
            number => number.parse().map(Some).map_err(|_| "a number in the format is too large"),
        }
    }

    /// A place that is written as `n$`; without one, the text is not touched.
    fn written_place(&mut self) -> Fallible<Option<usize>> {
        let before = self.rest;
        match self.number()? {
            Some(number) if self.taken('$') => {
                let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
                place.map(Some).ok_or("the values of a format are counted from 1")
            }
            _ => {
                self.rest = before;
                Ok(None)
            }
        }
    }

    /// This place, or the next.
    fn place(&mut self, written: Option<usize>) -> usize {
        let place = written.unwrap_or(self.next);
        self.next = place + 1;
        place
    }

    /// What stands behind a `%`.
    fn value(&mut self) -> Fallible<Piece> {
        let written = self.written_place()?;
        let side = if self.taken('-') { Side::Left } else { Side::Right };
        let width = if self.taken('*') {
            let written = self.written_place()?;
            Width::Value(self.place(written))
        } else {
            Width::Fixed(self.number()?.unwrap_or(0))
        };
        let kind = match self.rest.chars().next() {
            Some('s') => Kind::Plain,
            Some('I') => Kind::Name,
            Some('L') => Kind::Literal,
            _ => return Err("a % in the format has neither s nor I nor L behind it; %% is a single one"),
        };
        self.rest = &self.rest[1..];
        Ok(Piece::Value { place: self.place(written), kind, width, side })
    }
}

impl Format {
    fn new(text: &str) -> Fallible<Format> {
        let mut format = Format::default();
        let mut reader = Reader { rest: text, next: 0 };
        while let Some((plain, behind)) = reader.rest.split_once('%') {
            let (literal, rest) = match behind.strip_prefix('%') {
                Some(rest) => (format!("{plain}%"), Some(rest)),
                None => (plain.to_owned(), None),
            };
            format.pieces.push(Piece::Text(literal));
            reader.rest = rest.unwrap_or(behind);
            if rest.is_none() {
                format.pieces.push(reader.value()?);
            }
        }
        format.pieces.push(Piece::Text(reader.rest.to_owned()));
        Ok(format)
    }

    /// `value` gives what stands at a place: a text, or `None` for NULL.
    fn write<'v>(&self, value: impl Fn(usize) -> Fallible<Option<&'v str>>, out: &mut Vec<u8>) -> Fallible<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => append(out, text.as_bytes())?,
                Piece::Value { place, kind, width, side } => {
                    let (width, side) = match *width {
                        Width::Fixed(width) => (width, *side),
                        Width::Value(place) => {
                            let text = value(place)?.unwrap_or("0");
                            let width: i64 = text.parse().map_err(|_| "the width in a format is no integer")?;
                            (width.saturating_abs(), if width < 0 { Side::Left } else { *side })
                        }
                    };
                    let from = out.len();
                    match (kind, value(*place)?) {
                        (Kind::Plain, text) => append(out, text.unwrap_or_default().as_bytes())?,
                        (Kind::Literal, None) => append(out, b"NULL")?,
                        (Kind::Literal, Some(text)) => quote_literal(text, out),
                        (Kind::Name, None) => return Err("NULL is no name"),
                        (Kind::Name, Some(text)) => quote_name(text, out),
                    }
                    pad(from, width, side, out)?;
                }
            }
        }
        append(out, b"")
    }
}

/// Brings what stands from `from` on to its width.
fn pad(from: usize, width: i64, side: Side, out: &mut Vec<u8>) -> Fallible<()> {
    let chars = String::from_utf8_lossy(&out[from..]).chars().count();
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(chars);
    if missing > super::kernel::TEXT_BYTES_MAX {
        return Err(super::kernel::TOO_LONG);
    }
    let end = out.len();
    out.resize(end + missing, b' ');
    if side == Side::Right {
        out[from..].rotate_right(missing);
    }
    Ok(())
}

const TOO_FEW: Reason = "the format has more places than there are values";

fn format() -> Result<Box<dyn Kernel>> {
    let mut formats = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let args = call.args();
        let texts: Vec<&StrColumn> = (0..args.len()).map(|at| call.strings(at)).collect();
        call.null_by_first(1).write(|row, out| {
            let value = |place: usize| match args.get(place + 1) {
                None => Err(TOO_FEW),
                Some(arg) if arg.is_null(row) => Ok(None),
                Some(_) => Ok(Some(texts[place + 1].text(row))),
            };
            formats.of(texts[0].text(row), Format::new)?.write(value, out).map(Some)
        })
    })
}

/// A format whose values are the items of an array, of which one that is NULL has none.
fn format_items() -> Result<Box<dyn Kernel>> {
    let (mut formats, mut text, mut items) = (Cached::new(), Vec::new(), Vec::<Option<Range<usize>>>::new());
    kernel(move |call: Call<'_>| -> Column {
        let (args, texts, arrays) = (call.args(), call.strings(0), call.strings(1));
        call.null_by_first(1).write(|row, out| {
            let array = if args[1].is_null(row) { Json::NULL } else { Json::new(arrays.text(row)).unwrap_or(Json::NULL) };
            text.clear();
            items.clear();
            for item in array.items() {
                let from = text.len();
                items.push(item.write(&mut text).map(|()| from..text.len()));
            }
            let text_of = |span: Range<usize>| std::str::from_utf8(&text[span]).map_err(|_| "an item of the array is no text");
            let value = |place: usize| items.get(place).ok_or(TOO_FEW)?.clone().map(text_of).transpose();
            formats.of(texts.text(row), Format::new)?.write(value, out).map(Some)
        })
    })
}

/// Between double quotes, each of which in the name is doubled, unless it is a name without them.
fn quote_name(name: &str, out: &mut Vec<u8>) {
    let is_plain = |byte: u8| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if name.bytes().all(is_plain) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit()) {
        out.extend_from_slice(name.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in name.bytes() {
        if byte == b'"' {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Between single quotes, each of which in the text is doubled; with backslashes, as a text with escapes.
fn quote_literal(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(if text.contains('\\') { b"E'" } else { b"'" });
    for byte in text.bytes() {
        if matches!(byte, b'\'' | b'\\') {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'\'');
}

fn quote_nullable(call: Call<'_>) -> Column {
    let (arg, text) = (call.args()[0], call.strings(0));
    call.null_by_first(0).write(|row, out| {
        if arg.is_null(row) {
            out.extend_from_slice(b"NULL");
        } else {
            quote_literal(text.text(row), out);
        }
        Ok(Some(()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, int, null, text};

    fn check(args: &[&str], expected: &str) {
        let args: Vec<_> = args.iter().map(|arg| text(arg)).collect();
        assert_eq!(evaluate("FORMAT", &args), expected, "{args:?}");
    }

    /// Calls of the documentation of PostgreSQL, and some of its tests.
    #[test]
    fn values_take_their_places() {
        check(&["Hello %s", "World"], "Hello World");
        check(&["Testing %s, %s, %s, %%", "one", "two", "three"], "Testing one, two, three, %");
        check(&["INSERT INTO %I VALUES(%L)", "Foo bar", "O'Reilly"], "INSERT INTO \"Foo bar\" VALUES('O''Reilly')");
        check(
            &["INSERT INTO %I VALUES(%L)", "locations", "C:\\Program Files"],
            "INSERT INTO locations VALUES(E'C:\\\\Program Files')",
        );
        check(&["|%10s|", "foo"], "|       foo|");
        check(&["|%-10s|", "foo"], "|foo       |");
        check(&["|%*s|", "10", "foo"], "|       foo|");
        check(&["|%*s|", "-10", "foo"], "|foo       |");
        check(&["|%-*s|", "10", "foo"], "|foo       |");
        check(&["Testing %3$s, %2$s, %1$s", "one", "two", "three"], "Testing three, two, one");
        check(&["|%*2$s|", "foo", "10", "bar"], "|       bar|");
        check(&["|%1$*2$s|", "foo", "10", "bar"], "|       foo|");
        check(&["Testing %3$s, %2$s, %s", "one", "two", "three"], "Testing three, two, three");
        check(&["%5s|é%%%%|", "öä"], "   öä|é%%|");
        check(&["no places", "one"], "no places");
        assert_eq!(evaluate("FORMAT", &[text("%s%s|%L"), int(-5), null(), null()]), "-5|NULL");
        assert_eq!(evaluate("FORMAT", &[text("%I"), null()]), "error: NULL is no name");
    }

    #[test]
    fn what_is_no_format_fails() {
        check(&["%s %s", "Hello"], "error: the format has more places than there are values");
        for broken in ["%", "%x", "%1$", "50% off", "%-"] {
            check(&[broken, "a"], "error: a % in the format has neither s nor I nor L behind it; %% is a single one");
        }
        check(&["%0$s", "a"], "error: the values of a format are counted from 1");
        check(&["%99999999999999999999s", "a"], "error: a number in the format is too large");
        check(&["%99999999999s", "a"], "error: the text would be longer than 16 MiB");
        check(&["%*s", "wide", "a"], "error: the width in a format is no integer");
    }

    #[test]
    fn quotes_make_sql_of_text() {
        for (name, input, expected) in [
            ("QUOTE_IDENT", "foo_1", "foo_1"),
            ("QUOTE_IDENT", "Foo", "\"Foo\""),
            ("QUOTE_IDENT", "1a", "\"1a\""),
            ("QUOTE_IDENT", "a\"b", "\"a\"\"b\""),
            ("QUOTE_IDENT", "", "\"\""),
            ("QUOTE_LITERAL", "O'Reilly", "'O''Reilly'"),
            ("QUOTE_LITERAL", "a\\b'", "E'a\\\\b'''"),
            ("QUOTE_NULLABLE", "x", "'x'"),
        ] {
            assert_eq!(evaluate(name, &[text(input)]), expected);
        }
        assert_eq!(evaluate("QUOTE_LITERAL", &[int(42)]), "'42'");
    }
}

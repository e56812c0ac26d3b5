//! Patterns of time as the C library has them in `strftime`, such as `%Y-%m-%d %H:%M:%S`, with the fractions of a second that DataFusion adds:
//! `%f` (nine digits), `%3f`, `%6f`, `%9f`, the same behind a point (`%.3f`), and `%.f` for as many as there are. `%-d` is a number
//! without what fills it up, `%_d` one with spaces, `%0d` one with zeros; `%#z` a distance to
//! UTC in any form.

use super::{Digits, Field, Form, Item, Letters, OffsetPart, Pattern};
use crate::expr::function::kernel::{Fallible, Reason};

const NO_SUCH: Reason = "the time pattern has a letter behind % that is not supported";

impl Pattern {
    /// Compiles a pattern.
    pub fn of_strftime(text: &str) -> Fallible<Pattern> {
        let mut items = Vec::new();
        compile(text, &mut items)?;
        Ok(Pattern { items, digits: Digits::Any })
    }
}

fn compile(text: &str, items: &mut Vec<Item>) -> Fallible<()> {
    let mut rest = text;
    while let Some((plain, behind)) = rest.split_once('%') {
        items.extend(plain.chars().map(Item::Literal));
        rest = match fraction(behind, items).or_else(|| offset(behind, items)) {
            Some(rest) => rest,
            None => {
                let (fill, behind) = Fill::taken_off(behind);
                let (offset_colon, behind) = behind.strip_prefix(':').map_or((false, behind), |behind| (true, behind));
                let letter = behind.chars().next().ok_or("the time pattern ends with a %")?;
                match letter {
                    'z' => {
                        items.push(Item::Offset(OffsetPart::Hours));
                        items.extend(offset_colon.then_some(Item::Literal(':')));
                        items.push(Item::Offset(OffsetPart::Minutes));
                    }
                    _ if offset_colon => return Err(NO_SUCH),
                    letter => match several(letter) {
                        Some(pattern) => compile(pattern, items)?,
                        None => items.push(one(letter, fill)?),
                    },
                }
                &behind[letter.len_utf8()..]
            }
        };
    }
    items.extend(rest.chars().map(Item::Literal));
    Ok(())
}

/// What brings a number to its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    Nothing,
    Spaces,
    Zeros,
}

impl Fill {
    /// What stands before the letter, and the text behind that.
    fn taken_off(text: &str) -> (Option<Fill>, &str) {
        let fills = [('-', Fill::Nothing), ('_', Fill::Spaces), ('0', Fill::Zeros)];
        let taken = fills.into_iter().find_map(|(sign, fill)| Some((Some(fill), text.strip_prefix(sign)?)));
        taken.unwrap_or((None, text))
    }

    fn item(self, field: Field, width: usize) -> Item {
        match self {
            Fill::Nothing => Item::Number(field, 1),
            Fill::Spaces => Item::Padded(field, width),
            Fill::Zeros => Item::Number(field, width),
        }
    }
}

/// Takes `f`, `3f`, `.f` or `.3f` off the front.
fn fraction<'a>(text: &'a str, items: &mut Vec<Item>) -> Option<&'a str> {
    let (point, behind) = text.strip_prefix('.').map_or((false, text), |behind| (true, behind));
    let count = behind.bytes().next().filter(|digit| matches!(digit, b'3' | b'6' | b'9')).map(|digit| usize::from(digit - b'0'));
    let rest = behind[usize::from(count.is_some())..].strip_prefix('f')?;
    match (point, count) {
        (true, None) => items.push(Item::PointAndFraction),
        (true, Some(count)) => items.extend([Item::Literal('.'), Item::Fraction(count)]),
        (false, count) => items.push(Item::Fraction(count.unwrap_or(9))),
    }
    Some(rest)
}

/// Takes `#z` off the front, a distance to UTC in any form.
fn offset<'a>(text: &'a str, items: &mut Vec<Item>) -> Option<&'a str> {
    let rest = text.strip_prefix("#z")?;
    items.push(Item::OffsetOrZ(0));
    Some(rest)
}

/// The pattern that a letter stands for.
fn several(letter: char) -> Option<&'static str> {
    Some(match letter {
        '+' => "%Y-%m-%dT%H:%M:%S%.f%:z",
        'c' => "%a %b %e %H:%M:%S %Y",
        'D' | 'x' => "%m/%d/%y",
        'F' => "%Y-%m-%d",
        'R' => "%H:%M",
        'T' | 'X' => "%H:%M:%S",
        'r' => "%I:%M:%S %p",
        'v' => "%e-%b-%Y",
        _ => return None,
    })
}

fn one(letter: char, fill: Option<Fill>) -> Fallible<Item> {
    let number = |field, width| fill.unwrap_or(Fill::Zeros).item(field, width);
    let padded = |field, width| fill.unwrap_or(Fill::Spaces).item(field, width);
    Ok(match letter {
        'A' => Item::Name(Field::Weekday, Form::Full),
        'a' => Item::Name(Field::Weekday, Form::Short),
        'B' => Item::Name(Field::Month, Form::Full),
        'b' | 'h' => Item::Name(Field::Month, Form::Short),
        'C' => number(Field::Hundreds, 2),
        'd' => number(Field::Day, 2),
        'e' => padded(Field::Day, 2),
        'G' => number(Field::IsoYear, 4),
        'g' => Item::ShortYear(Field::IsoYear),
        'H' => number(Field::Hour, 2),
        'I' => number(Field::HalfHourFromOne, 2),
        'j' => number(Field::DayOfYear, 3),
        'k' => padded(Field::Hour, 2),
        'l' => padded(Field::HalfHourFromOne, 2),
        'M' => number(Field::Minute, 2),
        'm' => number(Field::Month, 2),
        'n' => Item::Literal('\n'),
        'P' => Item::Word(Field::Half, Form::Full, Letters::None, 0),
        'p' => Item::Name(Field::Half, Form::Full),
        'Q' | 'q' => number(Field::Quarter, 1),
        'S' => number(Field::Second, 2),
        's' => number(Field::Seconds, 1),
        't' => Item::Literal('\t'),
        'U' => number(Field::WeekFromSunday, 2),
        'u' => number(Field::Weekday, 1),
        'V' => number(Field::IsoWeek, 2),
        'W' => number(Field::WeekFromMonday, 2),
        'w' => number(Field::WeekdayFromZero, 1),
        'Y' => number(Field::Year, 4),
        'y' => Item::ShortYear(Field::Year),
        'Z' => Item::Zone,
        '%' => Item::Literal('%'),
        _ => return Err(NO_SUCH),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::time::{SECOND, parse_timestamp};

    fn written(pattern: &str, nanos: i64) -> String {
        let mut out = Vec::new();
        Pattern::of_strftime(pattern).expect(pattern).write(nanos, &mut out);
        String::from_utf8(out).expect("text")
    }

    /// As the documentation of the C library has it; the line with all dates is one of the tests of Feldera.
    #[test]
    fn letters_stand_for_fields() {
        let nanos = |time: &str| parse_timestamp(time.as_bytes()).expect(time);
        let time = nanos("2024-02-07 13:04:05.678901");
        for (pattern, expected) in [
            (
                "%A,%a,%B,%b,%C,%D,%d,%e,%F,%G,%g,%h,%j,%m,%U,%u,%V,%W,%w,%x,%Y,%y,%t,%%",
                "Wednesday,Wed,February,Feb,20,02/07/24,07, 7,2024-02-07,2024,24,Feb,038,02,05,3,06,06,3,02/07/24,2024,24,\t,%",
            ),
            (
                "%c|%H %k %I %l %M %S %p %P|%T %R %r",
                "Wed Feb  7 13:04:05 2024|13 13 01  1 04 05 PM pm|13:04:05 13:04 01:04:05 PM",
            ),
            ("%-d.%-m.%Y %:z %z %Z", "7.2.2024 +00:00 +0000 UTC"),
            ("%_d %_m %0e %0l %_j|%v|%+", " 7  2 07 01  38| 7-Feb-2024|2024-02-07T13:04:05.678901+00:00"),
            ("%f %3f %6f %.3f %.f %s", "678901000 678 678901 .678 .678901 1707311045"),
        ] {
            assert_eq!(written(pattern, time), expected);
        }
        assert_eq!(written("%G %g %V %U %W|%.f", nanos("2021-01-01 00:00:00")), "2020 20 53 00 00|");
        assert_eq!(written("%U %W", nanos("2023-01-01 00:00:00")), "01 00");
    }

    /// Calls of the tests of Feldera and of the documentation of DataFusion.
    #[test]
    fn times_are_read() {
        for (pattern, text, time) in [
            ("%A %b %e %Y", "Thursday Dec 25 2008", "2008-12-25"),
            ("%x", "12/25/08", "2008-12-25"),
            ("%Y%m%d", "20081225", "2008-12-25"),
            ("%I:%M:%S %p", "2:23:38 pm", "1970-01-01 14:23:38"),
            ("%c", "Thu Dec 25 07:30:00 2008", "2008-12-25 07:30:00"),
            (" %F ", " 2000-12-30 ", "2000-12-30"),
            ("%Y-%m-%dT%H:%M:%S%.f", "2023-01-31T09:26:56.123456789", "2023-01-31 09:26:56.123456789"),
            ("%Y-%m-%d %H:%M:%S%.f", "2023-01-31 09:26:56", "2023-01-31 09:26:56"),
            ("%Y-%m-%d %H:%M %z", "2023-01-31 00:26 +0130", "2023-01-30 22:56:00"),
            ("%s", "1707311045", "2024-02-07 13:04:05"),
            ("%F %R%#z", "2023-01-31 00:26+01:30", "2023-01-30 22:56:00"),
            ("%F %R%#z", "2023-01-31 00:26-0130", "2023-01-31 01:56:00"),
            ("%F %R%#z", "2023-01-31 00:26+01", "2023-01-30 23:26:00"),
            ("%+", "2024-02-07T13:04:05.5+01:00", "2024-02-07 12:04:05.5"),
        ] {
            assert_eq!(
                Pattern::of_strftime(pattern).expect(pattern).read(text),
                parse_timestamp(time.as_bytes()),
                "{pattern} {text}"
            );
        }
        for (pattern, text) in [("%A %b %e", "Thursday Dec 25 2008"), ("%S:%I:%M", "07:30:00"), ("%U", "5"), ("%.f", ".")] {
            assert_eq!(Pattern::of_strftime(pattern).expect(pattern).read(text), None, "{pattern} {text}");
        }
        for pattern in ["%", "%E", "%:d", "%5f", "%é"] {
            assert!(Pattern::of_strftime(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn random_times_survive() {
        let mut random = fastrand::Rng::with_seed(31);
        for _ in 0..2_000 {
            let nanos = random.i64(-8_000_000_000 * SECOND..9_000_000_000 * SECOND);
            for pattern in ["%Y-%m-%d %H:%M:%S.%f", "%e %B %Y, %l:%M:%S%.f %P", "%j/%Y %T%.9f %:z", "%Y%m%d%H%M%S%9f"] {
                let text = written(pattern, nanos);
                assert_eq!(Pattern::of_strftime(pattern).expect(pattern).read(&text), Some(nanos), "{text} by {pattern}");
            }
        }
    }
}

//! Patterns of time as text, such as `yyyy-MM-dd HH:mm:ss.SSS`: compiled to a list of fields and literals, then written or read.
//!
//! Letters: y u (year), M L (month), d (day), D (day of the year), E (name of the weekday), H k (hour of the day from 0 or 1), K h (hour of
//! the half day from 0 or 1), a (AM or PM), m, s, S (digits of the second's fraction). Text in `'quotes'` stands for itself.
//!
//! Patterns of PostgreSQL (`postgres`) are of other letters, such as `YYYY-MM-DD HH24:MI:SS`, and those of strftime (`strftime`) have a `%` before
//! each; what is read by one of these may have fewer digits and spaces than it says.

mod postgres;
mod span;
mod strftime;

use super::calendar::{JULIAN_OF_1970, Unit, field_of_days, split};
use super::kernel::Fallible;
use crate::types::time::{DAY, SECOND, civil_from_days, days_from_civil, days_in_month};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HALVES: [&str; 2] = ["AM", "PM"];

/// Characters of a name in its short form.
const SHORT: usize = 3;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    items: Vec<Item>,
    digits: Digits,
}

/// How many digits a number of several letters has when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digits {
    /// At least as many as letters.
    AsWritten,
    /// At least one.
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    /// This character.
    Literal(char),
    /// A number of at least so many digits.
    Number(Field, usize),
    /// A number that spaces bring to so many characters.
    Padded(Field, usize),
    /// The last two digits of a year, from 2000 to 2099.
    ShortYear(Field),
    /// A name in full or in short.
    Name(Field, Form),
    /// A name in letters of its own, with spaces behind it up to so many characters.
    Word(Field, Form, Letters, usize),
    /// Hours, with their sign, or minutes of the distance to UTC, which is 0 where times are written.
    Offset(OffsetPart),
    /// The letter Z, or the distance to UTC as so many letters X of Java have it; in any form if there are none.
    OffsetOrZ(usize),
    /// `UTC`, the zone of the session.
    Zone,
    /// What makes an ordinal of the number before it: st, nd, rd or th.
    Ordinal(Field, Letters),
    /// So many digits of the second's fraction.
    Fraction(usize),
    /// A point and as many thousands of the second's fraction as it has; nothing where it is 0.
    PointAndFraction,
}

/// Which letters of a name are capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    All,
    First,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OffsetPart {
    Hours,
    Minutes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Full,
    Short,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Year,
    Month,
    Day,
    DayOfYear,
    /// Monday is 1.
    Weekday,
    WeekdayFromSunday,
    DayOfIsoYear,
    IsoYear,
    IsoWeek,
    /// The first seven days of the year are the first.
    WeekOfYear,
    WeekOfMonth,
    Quarter,
    Century,
    Julian,
    Hour,
    HourFromOne,
    HalfHour,
    HalfHourFromOne,
    Half,
    Minute,
    Second,
    SecondOfDay,
    /// Sunday is 0.
    WeekdayFromZero,
    /// Weeks begin on Sunday; days before the first one are of week 0.
    WeekFromSunday,
    /// Weeks begin on Monday; days before the first one are of week 0.
    WeekFromMonday,
    /// The first two digits of the year.
    Hundreds,
    /// Since 1970.
    Seconds,
}

/// What was read so far.
#[derive(Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: Option<i64>,
    half_hour: Option<i64>,
    half: Option<i64>,
    minute: i64,
    second: i64,
    nanos: i64,
    /// Minutes before UTC, and whether they are behind it.
    offset: i64,
    offset_sign: i64,
}

impl Pattern {
    /// Compiles a pattern.
    pub fn new(text: &str) -> Fallible<Pattern> {
        let mut items = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c == '\'' {
                rest = quoted(&rest[1..], &mut items)?;
                continue;
            }
            let run = rest.len() - rest.trim_start_matches(c).len();
            if c.is_ascii_alphabetic() {
                letters(c, run, &mut items)?;
            } else {
                items.extend(std::iter::repeat_n(Item::Literal(c), run / c.len_utf8()));
            }
            rest = &rest[run..];
        }
        Ok(Pattern { items, digits: Digits::AsWritten })
    }

    /// Compiles a pattern of strftime, where it has a `%`, or one of Java.
    pub fn of_java(text: &str) -> Fallible<Pattern> {
        if text.contains('%') { Pattern::of_strftime(text) } else { Pattern::new(text) }
    }

    /// Compiles a pattern of strftime, where it has a `%`, or one of PostgreSQL.
    pub fn of_sql(text: &str) -> Fallible<Pattern> {
        if text.contains('%') { Pattern::of_strftime(text) } else { Pattern::of_postgres(text) }
    }

    /// Compiles a pattern of strftime or Java or, where it has letters that mean nothing there, such as `YYYY` or `MI`, one of PostgreSQL.
    pub fn of_any(text: &str) -> Fallible<Pattern> {
        Pattern::of_java(text)
            .or_else(|reason| if text.contains('%') { Err(reason) } else { Pattern::of_postgres(text).map_err(|_| reason) })
    }

    /// Appends the time as text. Hot: once per row.
    pub fn write(&self, nanos: i64, out: &mut Vec<u8>) {
        let (days, time) = split(nanos);
        self.write_moment(days, time, out);
    }

    /// Appends a day and the nanoseconds of a day as text. Hot: once per row.
    pub fn write_moment(&self, days: i32, time: i64, out: &mut Vec<u8>) {
        for item in &self.items {
            match *item {
                Item::Literal(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Item::Number(field, width) => push_number(field.of(days, time), width, out),
                Item::Padded(field, width) => push_padded(field.of(days, time), width, out),
                Item::ShortYear(year) => push_number(year.of(days, time).rem_euclid(100), 2, out),
                Item::Name(field, form) => out.extend_from_slice(field.name(field.of(days, time), form).as_bytes()),
                Item::Word(field, form, letters, width) => {
                    push_word(field.name(field.of(days, time), form), letters, width, out);
                }
                Item::Offset(OffsetPart::Hours) => out.extend_from_slice(b"+00"),
                Item::Offset(OffsetPart::Minutes) => out.extend_from_slice(b"00"),
                Item::OffsetOrZ(_) => out.push(b'Z'),
                Item::Zone => out.extend_from_slice(b"UTC"),
                Item::Ordinal(field, letters) => push_word(ordinal(field.of(days, time)), letters, 0, out),
                Item::Fraction(digits) => {
                    let known = digits.min(9);
                    push_number(time % SECOND / 10i64.pow(9 - known as u32), known, out);
                    out.resize(out.len() + digits - known, b'0');
                }
                Item::PointAndFraction => push_fraction(time % SECOND, out),
            }
        }
    }

    /// The day and the nanoseconds of the day of a text written so; a part that the pattern does not have is that of 1970-01-01T00:00:00.
    pub fn read_moment(&self, text: &str) -> Option<(i32, i64)> {
        let mut parts = Parts::default();
        let mut rest = text;
        for (index, item) in self.items.iter().enumerate() {
            let is_followed_by_digits = self.items.get(index + 1).is_some_and(|next| next.is_of_digits());
            rest = item.read(rest, is_followed_by_digits, self.digits, &mut parts)?;
        }
        rest.is_empty().then(|| parts.moment()).flatten()
    }
}

/// Nanoseconds since 1970 of a day and the nanoseconds of the day, if a timestamp holds so many.
pub(super) fn nanos_of((days, time): (i32, i64)) -> Option<i64> {
    i64::try_from(i128::from(days) * i128::from(DAY) + i128::from(time)).ok()
}

/// Takes text up to the closing quote, two quotes being one; returns what stands behind.
fn quoted<'a>(text: &'a str, items: &mut Vec<Item>) -> Fallible<&'a str> {
    if let Some(rest) = text.strip_prefix('\'') {
        items.push(Item::Literal('\''));
        return Ok(rest);
    }
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\'' {
            match chars.as_str().strip_prefix('\'') {
                Some(rest) => chars = rest.chars(),
                None => return Ok(chars.as_str()),
            }
        }
        items.push(Item::Literal(c));
    }
    Err("the time pattern has a quote without its partner")
}

fn letters(letter: char, count: usize, items: &mut Vec<Item>) -> Fallible<()> {
    let number = |field| Item::Number(field, count.min(10));
    let offset = [Item::Offset(OffsetPart::Hours), Item::Literal(':'), Item::Offset(OffsetPart::Minutes)];
    items.push(match (letter, count) {
        ('y' | 'u', 2) => Item::ShortYear(Field::Year),
        ('y' | 'u', _) => number(Field::Year),
        ('M' | 'L', 3) => Item::Name(Field::Month, Form::Short),
        ('M' | 'L', 4) => Item::Name(Field::Month, Form::Full),
        ('M' | 'L', 1 | 2) => number(Field::Month),
        ('d', _) => number(Field::Day),
        ('D', _) => number(Field::DayOfYear),
        ('E', 1..=3) => Item::Name(Field::Weekday, Form::Short),
        ('E', 4) => Item::Name(Field::Weekday, Form::Full),
        ('H', _) => number(Field::Hour),
        ('k', _) => number(Field::HourFromOne),
        ('K', _) => number(Field::HalfHour),
        ('h', _) => number(Field::HalfHourFromOne),
        ('a', _) => Item::Name(Field::Half, Form::Full),
        ('m', _) => number(Field::Minute),
        ('s', _) => number(Field::Second),
        ('S', 1..=18) => Item::Fraction(count),
        ('Q' | 'q', 1 | 2) => number(Field::Quarter),
        ('X', 1..=3) => Item::OffsetOrZ(count),
        ('x', 3) => {
            items.extend(offset);
            return Ok(());
        }
        ('x', 2) | ('Z', 1..=3) => {
            items.extend([offset[0], offset[2]]);
            return Ok(());
        }
        _ => return Err("the time pattern has a letter that is not supported"),
    });
    Ok(())
}

fn push_number(number: i64, width: usize, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number.unsigned_abs());
    out.resize(out.len() + width.saturating_sub(digits.len()), b'0');
    out.extend_from_slice(digits.as_bytes());
}

fn push_padded(number: i64, width: usize, out: &mut Vec<u8>) {
    let from = out.len();
    push_number(number, 1, out);
    let missing = width.saturating_sub(out.len() - from);
    out.resize(out.len() + missing, b' ');
    out[from..].rotate_right(missing);
}

/// Three, six or nine digits behind a point.
fn push_fraction(nanos: i64, out: &mut Vec<u8>) {
    let (digits, number) = match nanos {
        0 => return,
        nanos if nanos % 1_000_000 == 0 => (3, nanos / 1_000_000),
        nanos if nanos % 1_000 == 0 => (6, nanos / 1_000),
        nanos => (9, nanos),
    };
    out.push(b'.');
    push_number(number, digits, out);
}

fn push_word(name: &str, letters: Letters, width: usize, out: &mut Vec<u8>) {
    let from = out.len();
    out.extend_from_slice(name.as_bytes());
    match letters {
        Letters::All => out[from..].make_ascii_uppercase(),
        Letters::First => out[from + 1..].make_ascii_lowercase(),
        Letters::None => out[from..].make_ascii_lowercase(),
    }
    out.resize(out.len().max(from + width), b' ');
}

/// What makes an ordinal of a number.
fn ordinal(number: i64) -> &'static str {
    match (number / 10 % 10, number % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// The day on which the ISO year begins that a day belongs to.
fn first_of_iso_year(days: i32) -> i64 {
    i64::from(days) - (field_of_days(Unit::Week, days) - 1) * 7 - (field_of_days(Unit::IsoDow, days) - 1)
}

impl Field {
    fn of(self, days: i32, time: i64) -> i64 {
        let hour = time / (3600 * SECOND);
        let one_more = |hour: i64, hours: i64| if hour == 0 { hours } else { hour };
        match self {
            Field::Year => civil_from_days(days).0.into(),
            Field::Month => civil_from_days(days).1.into(),
            Field::Day => civil_from_days(days).2.into(),
            Field::DayOfYear => field_of_days(Unit::Doy, days),
            Field::Weekday => field_of_days(Unit::IsoDow, days),
            Field::WeekdayFromSunday => field_of_days(Unit::Dow, days),
            Field::DayOfIsoYear => i64::from(days) - first_of_iso_year(days) + 1,
            Field::IsoYear => field_of_days(Unit::IsoYear, days),
            Field::IsoWeek => field_of_days(Unit::Week, days),
            Field::WeekOfYear => (field_of_days(Unit::Doy, days) - 1) / 7 + 1,
            Field::WeekOfMonth => (field_of_days(Unit::Day, days) - 1) / 7 + 1,
            Field::Quarter => field_of_days(Unit::Quarter, days),
            Field::Century => field_of_days(Unit::Century, days),
            Field::Julian => field_of_days(Unit::Julian, days),
            Field::Hour => hour,
            Field::HourFromOne => one_more(hour, 24),
            Field::HalfHour => hour % 12,
            Field::HalfHourFromOne => one_more(hour % 12, 12),
            Field::Half => hour / 12 + 1,
            Field::Minute => time / (60 * SECOND) % 60,
            Field::Second => time / SECOND % 60,
            Field::SecondOfDay => time / SECOND,
            Field::WeekdayFromZero => field_of_days(Unit::Dow, days) - 1,
            Field::WeekFromSunday => (field_of_days(Unit::Doy, days) + 7 - field_of_days(Unit::Dow, days)) / 7,
            Field::WeekFromMonday => (field_of_days(Unit::Doy, days) + 7 - field_of_days(Unit::IsoDow, days)) / 7,
            Field::Hundreds => i64::from(civil_from_days(days).0).div_euclid(100),
            Field::Seconds => i64::from(days) * (DAY / SECOND) + time / SECOND,
        }
    }

    /// The names, that of the value 1 first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Field::Month => &MONTHS,
            Field::Weekday => &WEEKDAYS,
            _ => &HALVES,
        }
    }

    fn name(self, value: i64, form: Form) -> &'static str {
        let name = usize::try_from(value - 1).ok().and_then(|index| self.names().get(index)).copied().unwrap_or_default();
        if form == Form::Short { &name[..SHORT] } else { name }
    }

    /// Takes a name off the front of `text`, in upper or lower case.
    fn read_name<'a>(self, text: &'a str, form: Form, parts: &mut Parts) -> Option<&'a str> {
        let (index, length) = self.names().iter().enumerate().find_map(|(index, name)| {
            let name = if form == Form::Short { &name[..SHORT] } else { name };
            text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)).then_some((index, name.len()))
        })?;
        self.keep(index as i64 + 1, parts)?;
        Some(&text[length..])
    }

    /// Keeps a value; `None` if there is no such one.
    fn keep(self, value: i64, parts: &mut Parts) -> Option<()> {
        let within = |most: i64| (0..=most).contains(&value).then_some(value);
        let from_one = |most: i64| (1..=most).contains(&value).then_some(value);
        match self {
            Field::Year => parts.year = Some(within(9_999)?),
            Field::Month => parts.month = Some(from_one(12)?),
            Field::Day => parts.day = Some(from_one(31)?),
            Field::DayOfYear => parts.day_of_year = Some(from_one(366)?),
            Field::Weekday | Field::WeekdayFromSunday | Field::WeekdayFromZero | Field::Quarter => {}
            Field::IsoYear | Field::IsoWeek | Field::DayOfIsoYear | Field::WeekOfYear | Field::WeekOfMonth | Field::Century => {
                return None;
            }
            Field::WeekFromSunday | Field::WeekFromMonday | Field::Hundreds => return None,
            Field::Seconds => {
                let (days, second) = (value.div_euclid(86_400), value.rem_euclid(86_400));
                let (year, month, day) = civil_from_days(i32::try_from(days).ok()?);
                (parts.year, parts.month, parts.day) = (Some(year.into()), Some(month.into()), Some(day.into()));
                Field::SecondOfDay.keep(second, parts)?;
            }
            Field::Julian => {
                let days = i32::try_from(value - JULIAN_OF_1970).ok()?;
                let (year, month, day) = civil_from_days(days);
                (parts.year, parts.month, parts.day) = (Some(year.into()), Some(month.into()), Some(day.into()));
            }
            Field::SecondOfDay => {
                let second = within(86_399)?;
                (parts.hour, parts.minute, parts.second) = (Some(second / 3_600), second / 60 % 60, second % 60);
            }
            Field::Hour => parts.hour = Some(within(23)?),
            Field::HourFromOne => parts.hour = Some(from_one(24)? % 24),
            Field::HalfHour => parts.half_hour = Some(within(11)?),
            Field::HalfHourFromOne => parts.half_hour = Some(from_one(12)? % 12),
            Field::Half => parts.half = Some(value - 1),
            Field::Minute => parts.minute = within(59)?,
            Field::Second => parts.second = within(59)?,
        }
        Some(())
    }
}

impl Item {
    fn is_of_digits(self) -> bool {
        matches!(self, Item::Number(..) | Item::ShortYear(_) | Item::Fraction(_) | Item::Offset(OffsetPart::Minutes))
    }

    /// Takes the item off the front of `text`. A number with a number behind it has exactly its width.
    fn read<'a>(self, text: &'a str, is_followed_by_digits: bool, least: Digits, parts: &mut Parts) -> Option<&'a str> {
        match self {
            // Where numbers may be shorter, names may, too, and what fills them up.
            Item::Literal(' ') if least == Digits::Any => Some(text.trim_start_matches(' ')),
            Item::Literal(c) => text.strip_prefix(c),
            Item::Number(field, width) => {
                // One letter takes as many digits as there are, two or more at least that many (a year may have more).
                let most = if is_followed_by_digits || (width > 1 && field != Field::Year) { width } else { 10 };
                let (number, rest) = digits(text, if least == Digits::Any && !is_followed_by_digits { 1 } else { width }, most)?;
                field.keep(number, parts)?;
                Some(rest)
            }
            Item::Padded(field, width) => {
                let (number, rest) = digits(text.trim_start_matches(' '), 1, width)?;
                field.keep(number, parts)?;
                Some(rest)
            }
            Item::ShortYear(year) => {
                let (number, rest) = digits(text, 2, 2)?;
                year.keep(2000 + number, parts)?;
                Some(rest)
            }
            Item::Fraction(width) => {
                let (number, rest) = digits(text, width, width)?;
                parts.nanos =
                    if width <= 9 { number * 10i64.pow(9 - width as u32) } else { number / 10i64.pow(width as u32 - 9) };
                Some(rest)
            }
            Item::PointAndFraction => match text.strip_prefix('.') {
                None => Some(text),
                Some(behind) => {
                    let (number, rest) = digits(behind, 1, 9)?;
                    parts.nanos = number * 10i64.pow(9 - (behind.len() - rest.len()) as u32);
                    Some(rest)
                }
            },
            Item::Name(field, form) => field.read_name(text, form, parts),
            Item::Word(field, form, ..) => field.read_name(text, form, parts),
            Item::Offset(OffsetPart::Hours) => {
                parts.offset_sign = match text.as_bytes().first()? {
                    b'+' => 1,
                    b'-' => -1,
                    _ => return None,
                };
                let (hours, rest) = digits(&text[1..], 2, 2)?;
                parts.offset += hours * 60;
                Some(rest)
            }
            Item::Offset(OffsetPart::Minutes) => {
                let (minutes, rest) = digits(text, 2, 2)?;
                parts.offset += minutes;
                Some(rest)
            }
            Item::OffsetOrZ(letters) => {
                if let Some(rest) = text.strip_prefix('Z') {
                    return Some(rest);
                }
                let rest = Item::Offset(OffsetPart::Hours).read(text, true, least, parts)?;
                let rest = match letters {
                    0 => rest.strip_prefix(':').unwrap_or(rest),
                    3 => rest.strip_prefix(':')?,
                    _ => rest,
                };
                let are_left_out = letters < 2 && !rest.starts_with(|c: char| c.is_ascii_digit());
                if are_left_out { Some(rest) } else { Item::Offset(OffsetPart::Minutes).read(rest, false, least, parts) }
            }
            Item::Zone => text.strip_prefix("UTC"),
            Item::Ordinal(..) => text.get(2..),
        }
    }
}

fn digits(text: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    (count >= least).then_some(())?;
    Some((text[..count].parse().ok()?, &text[count..]))
}

impl Parts {
    fn moment(self) -> Option<(i32, i64)> {
        let year = self.year.unwrap_or(1970) as i32;
        let days = match self.day_of_year {
            Some(day) => {
                let days = days_from_civil(year, 1, 1) + day as i32 - 1;
                (civil_from_days(days).0 == year).then_some(days)?
            }
            None => {
                let (month, day) = (self.month.unwrap_or(1) as u32, self.day.unwrap_or(1) as u32);
                (day <= days_in_month(year, month)).then(|| days_from_civil(year, month, day))?
            }
        };
        let hour = self.hour.or(self.half_hour.map(|hour| hour + 12 * self.half.unwrap_or(0))).unwrap_or(0);
        let minutes = hour * 60 + self.minute - self.offset_sign * self.offset;
        let time = (minutes * 60 + self.second) * SECOND + self.nanos;
        // The distance to UTC may reach into the day before or behind.
        Some((days + time.div_euclid(DAY) as i32, time.rem_euclid(DAY)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::time::parse_timestamp;

    impl Pattern {
        /// Nanoseconds of a text written so.
        pub(super) fn read(&self, text: &str) -> Option<i64> {
            self.read_moment(text).and_then(nanos_of)
        }
    }

    fn check(pattern: &str, time: &str, text: &str) {
        let pattern = Pattern::new(pattern).expect(pattern);
        let nanos = parse_timestamp(time.as_bytes()).expect(time);
        let mut out = Vec::new();
        pattern.write(nanos, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), text);
        assert_eq!(pattern.read(text), Some(nanos), "{text} read by {pattern:?}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        check("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS", "2024-02-29 23:59:58.000000001", "2024-02-29T23:59:58.000000001");
        check("yyyyMMddHHmmssSSS", "2024-02-09 03:04:05.006", "20240209030405006");
        check("EEEE, MMMM d yyyy h a", "2024-05-09 12:00:00", "Thursday, May 9 2024 12 PM");
        check("EEE MMM dd yy KK:mm a", "2024-05-09 00:30:00", "Thu May 09 24 00:30 AM");
        check("yyyy.D 'o''clock' k", "2024-12-31 00:00:00", "2024.366 o'clock 24");
        check("ü yyyy S", "1999-01-01 00:00:00.5", "ü 1999 5");
        check("yyyy-MM-dd'T'HH:mmXXX", "2024-05-09 01:02:00", "2024-05-09T01:02Z");
        check("yyyy-MM-dd HH:mm xxx Z", "2024-05-09 01:02:00", "2024-05-09 01:02 +00:00 +0000");
    }

    #[test]
    fn distance_to_utc_is_read_as_letters_say() {
        for (pattern, text, minutes) in [
            ("HH:mmX", "12:00Z", 720),
            ("HH:mmX", "12:00-01", 780),
            ("HH:mmX", "12:00+0130", 630),
            ("HH:mmXX", "12:00+0130", 630),
            ("HH:mmXXX", "12:00+01:30", 630),
            ("HH:mm Z", "12:00 -0100", 780),
        ] {
            assert_eq!(Pattern::new(pattern).expect(pattern).read(text), Some(minutes * 60 * SECOND), "{pattern} {text}");
        }
        for (pattern, text) in [("HH:mmXXX", "12:00+0130"), ("HH:mmXX", "12:00+01"), ("HH:mmX", "12:00")] {
            assert_eq!(Pattern::new(pattern).expect(pattern).read(text), None, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (pattern, text) in [
            ("yyyy-MM-dd", "2023-02-29"),
            ("yyyy-MM-dd", "2023-02-2"),
            ("yyyy-MM-dd", "2023-02-20 "),
            ("yyyy-MM-dd", "2023-13-20"),
            ("yyyy D", "2023 366"),
            ("HH", "24"),
            ("MMM", "Mäx"),
            ("yyyy", "123456789012345678901234567890"),
            ("yyyy", "9999"),
            ("HH", ""),
        ] {
            assert_eq!(Pattern::new(pattern).expect(pattern).read(text), None, "{pattern} {text}");
        }
        for pattern in ["'open", "ZZZZ", "n", "SSSSSSSSSSSSSSSSSSS"] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn random_times_survive_every_pattern() {
        let mut random = fastrand::Rng::with_seed(9);
        let patterns = [
            "yyyy-MM-dd HH:mm:ss.SSSSSSSSS",
            "d/M/yyyy h:m:s.SSSSSSSSS a",
            "SSSSSSSSS ss mm kk DDD yyyy",
            "yyyyMMddHHmmssSSSSSSSSS",
        ];
        for _ in 0..2_000 {
            let nanos = random.i64(-8_000_000_000 * SECOND..9_000_000_000 * SECOND);
            for pattern in patterns {
                let pattern = Pattern::new(pattern).expect(pattern);
                let mut out = Vec::new();
                pattern.write(nanos, &mut out);
                assert_eq!(pattern.read(std::str::from_utf8(&out).expect("text")), Some(nanos));
            }
        }
    }
}

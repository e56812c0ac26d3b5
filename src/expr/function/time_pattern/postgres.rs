//! Patterns of time as PostgreSQL has them, such as `YYYY-MM-DD HH24:MI:SS.MS`, in upper or lower case.

use super::{Digits, Field, Form, Item, Letters, OffsetPart, Pattern};
use crate::expr::function::kernel::Fallible;

/// Fields of a pattern of PostgreSQL that are numbers, in upper or lower case; one that begins as another does stands before it.
const POSTGRES: [(&str, Item); 33] = [
    ("YYYY", Item::Number(Field::Year, 4)),
    ("YY", Item::ShortYear(Field::Year)),
    ("IYYY", Item::Number(Field::IsoYear, 4)),
    ("IW", Item::Number(Field::IsoWeek, 2)),
    ("IDDD", Item::Number(Field::DayOfIsoYear, 3)),
    ("ID", Item::Number(Field::Weekday, 1)),
    ("MM", Item::Number(Field::Month, 2)),
    ("DDD", Item::Number(Field::DayOfYear, 3)),
    ("DD", Item::Number(Field::Day, 2)),
    ("D", Item::Number(Field::WeekdayFromSunday, 1)),
    ("HH24", Item::Number(Field::Hour, 2)),
    ("HH12", Item::Number(Field::HalfHourFromOne, 2)),
    ("HH", Item::Number(Field::HalfHourFromOne, 2)),
    ("MI", Item::Number(Field::Minute, 2)),
    ("SSSSS", Item::Number(Field::SecondOfDay, 1)),
    ("SSSS", Item::Number(Field::SecondOfDay, 1)),
    ("SS", Item::Number(Field::Second, 2)),
    ("MS", Item::Fraction(3)),
    ("US", Item::Fraction(6)),
    ("FF1", Item::Fraction(1)),
    ("FF2", Item::Fraction(2)),
    ("FF3", Item::Fraction(3)),
    ("FF4", Item::Fraction(4)),
    ("FF5", Item::Fraction(5)),
    ("FF6", Item::Fraction(6)),
    ("CC", Item::Number(Field::Century, 2)),
    ("Q", Item::Number(Field::Quarter, 1)),
    ("WW", Item::Number(Field::WeekOfYear, 2)),
    ("W", Item::Number(Field::WeekOfMonth, 1)),
    ("J", Item::Number(Field::Julian, 1)),
    ("TZH", Item::Offset(OffsetPart::Hours)),
    ("TZM", Item::Offset(OffsetPart::Minutes)),
    ("TZ", Item::Zone),
];

/// Characters of the longest names of months and of weekdays, to which PostgreSQL fills the shorter ones up.
const NAME_WIDTH: usize = 9;

/// Names in a pattern of PostgreSQL, which has their capitals.
const POSTGRES_WORDS: [(&str, Field, Form, usize); 6] = [
    ("MONTH", Field::Month, Form::Full, NAME_WIDTH),
    ("MON", Field::Month, Form::Short, 0),
    ("DAY", Field::Weekday, Form::Full, NAME_WIDTH),
    ("DY", Field::Weekday, Form::Short, 0),
    ("AM", Field::Half, Form::Full, 0),
    ("PM", Field::Half, Form::Full, 0),
];

/// The name that a pattern of PostgreSQL begins with, and the letters that it takes.
fn postgres_word(pattern: &str, fill: Fill) -> Option<(Item, usize)> {
    let (name, field, form, width) = POSTGRES_WORDS
        .into_iter()
        .find(|(name, ..)| pattern.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))?;
    let letters = match (pattern.as_bytes()[0].is_ascii_uppercase(), pattern.as_bytes()[1].is_ascii_uppercase()) {
        (true, true) => Letters::All,
        (true, false) => Letters::First,
        (false, _) => Letters::None,
    };
    let width = if fill == Fill::Omitted { 0 } else { width };
    Some((Item::Word(field, form, letters, width), name.len()))
}

/// The number that a pattern of PostgreSQL begins with, and the letters that it takes.
fn postgres_number(pattern: &str, fill: Fill) -> Option<(Item, usize)> {
    let starts = |name: &str| pattern.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let (name, item) = POSTGRES.iter().find(|(name, _)| starts(name))?;
    let item = match *item {
        Item::Number(field, _) if fill == Fill::Omitted => Item::Number(field, 1),
        item => item,
    };
    Some((item, name.len()))
}

/// The letters of an ordinal that stands next in a pattern.
fn ordinal(pattern: &str) -> Option<Letters> {
    match pattern.get(..2)? {
        "TH" => Some(Letters::All),
        "th" => Some(Letters::None),
        _ => None,
    }
}

/// Whether zeros before a number and spaces behind a name are written; `FM` before them leaves them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    Written,
    Omitted,
}

impl Pattern {
    /// Compiles a pattern as PostgreSQL has them, such as `YYYY-MM-DD HH24:MI:SS.MS`, in upper or lower case. Text in `"quotes"` stands
    /// for itself, as does all that is no letter. `FM` before a field leaves out what fills it up; `TH` or `th` behind a number makes an ordinal of it.
    pub fn of_postgres(text: &str) -> Fallible<Pattern> {
        let mut items = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(quoted) = rest.strip_prefix('"') {
                let (literal, behind) = quoted.split_once('"').ok_or("the time pattern has a quote without its partner")?;
                items.extend(literal.chars().map(Item::Literal));
                rest = behind;
                continue;
            }
            if !c.is_ascii_alphabetic() {
                items.push(Item::Literal(c));
                rest = &rest[c.len_utf8()..];
                continue;
            }
            let fill = match rest.get(..2) {
                Some(start) if start.eq_ignore_ascii_case("FM") => Fill::Omitted,
                _ => Fill::Written,
            };
            rest = if fill == Fill::Omitted { &rest[2..] } else { rest };
            let found = postgres_word(rest, fill).or_else(|| postgres_number(rest, fill));
            let (item, taken) = found.ok_or("the time pattern has a letter that is not supported")?;
            items.push(item);
            rest = &rest[taken..];
            if let (Item::Number(field, _) | Item::ShortYear(field), Some(letters)) = (item, ordinal(rest)) {
                items.push(Item::Ordinal(field, letters));
                rest = &rest[2..];
            }
        }
        Ok(Pattern { items, digits: Digits::Any })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::time::parse_timestamp;

    fn check_postgres(pattern: &str, time: &str, text: &str) {
        let nanos = parse_timestamp(time.as_bytes()).expect(time);
        let mut out = Vec::new();
        Pattern::of_postgres(pattern).expect(pattern).write(nanos, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), text, "{pattern}");
    }

    /// As PostgreSQL 15 writes them.
    #[test]
    fn patterns_of_postgres_write_names_and_weeks() {
        let time = "2024-02-09 13:04:05.678901";
        check_postgres("Day, DD Month YYYY", time, "Friday   , 09 February  2024");
        check_postgres("FMDay, FMDD FMMonth YYYY", time, "Friday, 9 February 2024");
        check_postgres("DY dy Dy MON mon Mon HH12 am AM", time, "FRI fri Fri FEB feb Feb 01 pm PM");
        check_postgres("IYYY-IW-ID IDDD", time, "2024-06-5 040");
        check_postgres("CC Q WW W D DDD J SSSS FF1 FF6", time, "21 1 06 2 6 040 2460350 47045 6 678901");
        check_postgres("HH24:MI:SS TZH:TZM TZ", time, "13:04:05 +00:00 UTC");
        check_postgres("IYYY-IW-ID IDDD", "2021-01-01", "2020-53-5 369");
        check_postgres("\"T\"HH:mi", "2021-01-01", "T12:00");
    }

    #[test]
    fn patterns_of_postgres_are_read_with_any_digits() {
        for (pattern, text, time) in [
            ("YYYY-MM-DD", "2022-2-5", "2022-02-05"),
            ("YYYY-Mon-DD", "2022-dec-25", "2022-12-25"),
            ("Month DD, YYYY", "May 9, 2024", "2024-05-09"),
            ("YYYY/MM/DD HH12:MI:SS PM", "2022/12/25 10:24:33 pm", "2022-12-25 22:24:33"),
            ("YYYYMMDD", "20221225", "2022-12-25"),
            ("YYYY-MM-DD HH24:MI:SS.US", "2001-04-17 00:00:00.900006", "2001-04-17 00:00:00.900006"),
            ("YYYY/MM/DD HH24:MI:SS TZH:TZM", "2021/12/30 14:52:49 +03:30", "2021-12-30 11:22:49"),
            ("YYYY/MM/DD HH24:MI:SS TZH", "2021/12/30 14:52:49 -03", "2021-12-30 17:52:49"),
            ("J SSSS", "2460350 47045", "2024-02-09 13:04:05"),
        ] {
            let nanos = parse_timestamp(time.as_bytes());
            assert_eq!(Pattern::of_any(pattern).expect(pattern).read(text), nanos, "{pattern} {text}");
        }
        for (pattern, text) in [("YYYY-MM-DD", "2022-13-05"), ("IYYY", "2022"), ("TZH", "0330"), ("Mon", "Foo")] {
            assert_eq!(Pattern::of_postgres(pattern).expect(pattern).read(text), None, "{pattern} {text}");
        }
    }
}

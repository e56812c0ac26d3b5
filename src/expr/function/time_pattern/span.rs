//! Intervals by patterns of PostgreSQL: the numbers of an interval, each with its sign. What only a calendar has, such as the name of a month,
//! an interval does not have.

use super::{Field, Item, Pattern, push_number, push_padded, push_word};
use crate::expr::function::kernel::Fallible;
use crate::types::time::{DAY, SECOND};

impl Pattern {
    /// Compiles a pattern.
    pub fn of_interval(text: &str) -> Fallible<Pattern> {
        let pattern = Pattern::of_sql(text)?;
        match pattern.items.iter().all(|item| is_of_intervals(*item)) {
            true => Ok(pattern),
            false => Err("the time pattern has a letter of dates, which intervals and times of day are none of"),
        }
    }

    /// Appends months, or nanoseconds, as text. Hot: once per row.
    pub fn write_interval(&self, months: i64, nanos: i64, out: &mut Vec<u8>) {
        let of = |field: Field| field.of_interval(months, nanos);
        for item in &self.items {
            match *item {
                Item::Literal(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                // As PostgreSQL, whose sign of a day takes the place of a digit.
                Item::Number(Field::Day, width) if of(Field::Day) < 0 => push_number(of(Field::Day), width - 1, out),
                Item::Number(field, width) => push_number(of(field), width, out),
                Item::Padded(field, width) => push_padded(of(field), width, out),
                Item::ShortYear(year) => push_number(of(year) % 100, 2, out),
                Item::Name(field, form) => out.extend_from_slice(field.name(of(field), form).as_bytes()),
                Item::Word(field, form, letters, width) => push_word(field.name(of(field), form), letters, width, out),
                Item::Fraction(digits) => {
                    let known = digits.min(9);
                    push_number(nanos % SECOND / 10i64.pow(9 - known as u32), known, out);
                    out.resize(out.len() + digits - known, b'0');
                }
                _ => {}
            }
        }
    }
}

fn is_of_intervals(item: Item) -> bool {
    match item {
        Item::Literal(_) | Item::Fraction(_) => true,
        Item::Number(field, _) | Item::Padded(field, _) | Item::ShortYear(field) => matches!(
            field,
            Field::Year
                | Field::Month
                | Field::Day
                | Field::Hour
                | Field::HalfHourFromOne
                | Field::Minute
                | Field::Second
                | Field::SecondOfDay
        ),
        Item::Name(field, _) | Item::Word(field, ..) => field == Field::Half,
        Item::Offset(_) | Item::OffsetOrZ(_) | Item::Zone | Item::Ordinal(..) | Item::PointAndFraction => false,
    }
}

impl Field {
    /// What the field is in so many months and nanoseconds; hours are those beyond the days.
    fn of_interval(self, months: i64, nanos: i64) -> i64 {
        let time = nanos % DAY;
        let hour = time / (3600 * SECOND);
        match self {
            Field::Year => months / 12,
            Field::Month => months % 12,
            Field::Day => nanos / DAY,
            Field::HalfHourFromOne if hour % 12 == 0 => 12,
            Field::HalfHourFromOne => hour % 12,
            Field::Half => i64::from(hour >= 12) + 1,
            Field::Minute => time / (60 * SECOND) % 60,
            Field::Second => time / SECOND % 60,
            Field::SecondOfDay => time / SECOND,
            _ => hour,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PostgreSQL gives.
    #[test]
    fn numbers_have_signs_of_their_own() {
        let check = |pattern: &str, months: i64, nanos: i64, expected: &str| {
            let mut out = Vec::new();
            Pattern::of_interval(pattern).expect(pattern).write_interval(months, nanos, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected, "{pattern} of {months} months and {nanos} ns");
        };
        let time = ((15 * 60 + 2) * 60 + 12) * SECOND;
        check("HH24:MI:SS", 0, time, "15:02:12");
        check("DD \"days\" HH12 AM, FMMI", 0, 3 * DAY + time, "03 days 03 PM, 2");
        check("DD HH24:MI:SS.MS", 0, -(DAY + time + SECOND / 2), "-1 -15:-02:-12.-500");
        check("YYYY-MM, YY", 26, 0, "0002-02, 02");
        check("FMYYYY FMMM", -26, 0, "-2 -2");
        check("HH AM", 0, -2 * 3600 * SECOND, "-02 AM");
        check("SSSS US", 0, DAY + time + 7_000, "54132 000007");
        check("HH", 0, DAY, "12");
        for pattern in ["Month", "Dy", "J", "WW", "TZ", "DDth", "bb"] {
            assert!(Pattern::of_interval(pattern).is_err(), "{pattern}");
        }
    }
}

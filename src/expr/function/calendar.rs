//! Units of time over the proleptic Gregorian calendar: what a field of a time is, where its unit began, times moved by units
//! and counted in units. Weeks are those of ISO 8601 when they are numbered; FLOOR and CEIL begin a week on Sunday, as Flink does.

use crate::types::time::{DAY, SECOND, civil_from_days, days_from_civil, days_in_month};

/// A unit or field of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Nanosecond,
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    /// Day of the year, from 1.
    Doy,
    /// Day of the week, Sunday = 1.
    Dow,
    /// Day of the week, Monday = 1.
    IsoDow,
    /// The year to which the ISO week belongs.
    IsoYear,
    /// Seconds since 1970.
    Epoch,
    /// Days since the beginning of the Julian calendar's count.
    Julian,
}

/// How long a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Nanos(i64),
    Months(i64),
}

/// All units with their names.
const NAMES: [(&str, Unit); 20] = [
    ("NANOSECOND", Unit::Nanosecond),
    ("MICROSECOND", Unit::Microsecond),
    ("MILLISECOND", Unit::Millisecond),
    ("SECOND", Unit::Second),
    ("MINUTE", Unit::Minute),
    ("HOUR", Unit::Hour),
    ("DAY", Unit::Day),
    ("WEEK", Unit::Week),
    ("MONTH", Unit::Month),
    ("QUARTER", Unit::Quarter),
    ("YEAR", Unit::Year),
    ("DECADE", Unit::Decade),
    ("CENTURY", Unit::Century),
    ("MILLENNIUM", Unit::Millennium),
    ("DOY", Unit::Doy),
    ("DOW", Unit::Dow),
    ("ISODOW", Unit::IsoDow),
    ("ISOYEAR", Unit::IsoYear),
    ("EPOCH", Unit::Epoch),
    ("JULIAN", Unit::Julian),
];

/// Days from the beginning of the Julian calendar's count to 1970.
pub(super) const JULIAN_OF_1970: i64 = 2_440_588;

/// Years beyond which no date is made: far outside of what a timestamp holds, far inside of what an i32 of days holds.
const YEARS_MAX: i64 = 5_000_000;

impl Unit {
    /// The unit of this name, singular or plural, ignoring case.
    pub fn named(name: &str) -> Option<Unit> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let singular = name.strip_suffix(['s', 'S']).unwrap_or(name);
        NAMES.iter().find(|(known, _)| is(known) || singular.eq_ignore_ascii_case(known)).map(|(_, unit)| *unit)
    }

    /// The names of those that are wanted.
    pub fn names(wanted: impl Fn(Unit) -> bool) -> Vec<String> {
        NAMES.iter().filter(|(_, unit)| wanted(*unit)).map(|(name, _)| name.to_ascii_lowercase()).collect()
    }

    /// Whether it is a day or a whole number of days.
    pub fn is_of_days(self) -> bool {
        !matches!(self, Unit::Epoch)
            && match self.length() {
                None | Some(Length::Months(_)) => true,
                Some(Length::Nanos(nanos)) => nanos >= DAY,
            }
    }

    /// Whether times can be rounded to it and moved by it.
    pub fn has_length(self) -> bool {
        self.length().is_some()
    }

    fn length(self) -> Option<Length> {
        Some(match self {
            Unit::Nanosecond => Length::Nanos(1),
            Unit::Microsecond => Length::Nanos(1_000),
            Unit::Millisecond => Length::Nanos(1_000_000),
            Unit::Second => Length::Nanos(SECOND),
            Unit::Minute => Length::Nanos(60 * SECOND),
            Unit::Hour => Length::Nanos(3_600 * SECOND),
            Unit::Day => Length::Nanos(DAY),
            Unit::Week => Length::Nanos(7 * DAY),
            Unit::Month => Length::Months(1),
            Unit::Quarter => Length::Months(3),
            Unit::Year => Length::Months(12),
            Unit::Decade => Length::Months(120),
            Unit::Century => Length::Months(1_200),
            Unit::Millennium => Length::Months(12_000),
            Unit::Doy | Unit::Dow | Unit::IsoDow | Unit::IsoYear | Unit::Epoch | Unit::Julian => return None,
        })
    }
}

/// Day and nanoseconds of the day of a timestamp.
pub(super) fn split(nanos: i64) -> (i32, i64) {
    (nanos.div_euclid(DAY) as i32, nanos.rem_euclid(DAY))
}

fn join(days: i64, nanos_of_day: i64) -> Option<i64> {
    i64::try_from(i128::from(days) * i128::from(DAY) + i128::from(nanos_of_day)).ok()
}

/// A field of a date. Hot: once per row.
#[inline]
pub(super) fn field_of_days(unit: Unit, days: i32) -> i64 {
    let year = |days| i64::from(civil_from_days(days).0);
    match unit {
        Unit::Year => year(days),
        Unit::Quarter => i64::from(civil_from_days(days).1.div_ceil(3)),
        Unit::Month => civil_from_days(days).1.into(),
        Unit::Day => civil_from_days(days).2.into(),
        Unit::Doy => i64::from(days) - i64::from(days_from_civil(civil_from_days(days).0, 1, 1)) + 1,
        Unit::Dow => (i64::from(days) + 4).rem_euclid(7) + 1,
        Unit::IsoDow => (i64::from(days) + 3).rem_euclid(7) + 1,
        Unit::Week => (field_of_days(Unit::Doy, thursday(days)) - 1) / 7 + 1,
        Unit::IsoYear => year(thursday(days)),
        Unit::Decade => year(days).div_euclid(10),
        Unit::Century => hundreds(year(days), 100),
        Unit::Millennium => hundreds(year(days), 1_000),
        Unit::Epoch => i64::from(days) * 86_400,
        Unit::Julian => i64::from(days) + JULIAN_OF_1970,
        Unit::Nanosecond | Unit::Microsecond | Unit::Millisecond | Unit::Second | Unit::Minute | Unit::Hour => 0,
    }
}

/// The Thursday of the ISO week, which decides to which year the week belongs.
fn thursday(days: i32) -> i32 {
    let from_monday = (i64::from(days) + 3).rem_euclid(7);
    (i64::from(days) - from_monday + 3) as i32
}

/// Centuries and the like are counted from the year 1, and there is none with the number 0.
fn hundreds(year: i64, years: i64) -> i64 {
    let counted = (year - 1).div_euclid(years);
    if year > 0 { counted + 1 } else { counted }
}

/// A field of a time of day. Hot: once per row.
#[inline]
pub(super) fn field_of_time(unit: Unit, nanos: i64) -> i64 {
    match unit {
        Unit::Hour => nanos / (3_600 * SECOND),
        Unit::Minute => nanos / (60 * SECOND) % 60,
        Unit::Second => nanos / SECOND % 60,
        Unit::Millisecond => nanos % SECOND / 1_000_000,
        Unit::Microsecond => nanos % SECOND / 1_000,
        Unit::Nanosecond => nanos % SECOND,
        _ => nanos / SECOND,
    }
}

/// A field of a timestamp. Hot: once per row.
#[inline]
pub(super) fn field_of_timestamp(unit: Unit, nanos: i64) -> i64 {
    match unit {
        Unit::Epoch => nanos.div_euclid(SECOND),
        _ if unit.is_of_days() => field_of_days(unit, split(nanos).0),
        _ => field_of_time(unit, split(nanos).1),
    }
}

/// Months since the year 0.
fn month_index(days: i32) -> i64 {
    let (year, month, _) = civil_from_days(days);
    i64::from(year) * 12 + i64::from(month) - 1
}

/// Year and month (1..=12) of a month index.
fn year_and_month(index: i64) -> Option<(i32, u32)> {
    let year = index.div_euclid(12);
    (year.abs() <= YEARS_MAX).then(|| (year as i32, index.rem_euclid(12) as u32 + 1))
}

fn first_of_month(index: i64) -> Option<i64> {
    let (year, month) = year_and_month(index)?;
    Some(days_from_civil(year, month, 1).into())
}

/// The month in which the unit of so many months began that `index` lies in.
fn floor_month(index: i64, months: i64) -> i64 {
    // Centuries and millennia begin with the year 1.
    let origin = if months >= 1_200 { 12 } else { 0 };
    index - (index - origin).rem_euclid(months)
}

/// The first day of the unit that the day lies in; units below a day leave it. `None` if there is no such day.
pub(super) fn floor_days(unit: Unit, days: i32) -> Option<i32> {
    let floor = match unit.length()? {
        Length::Months(months) => first_of_month(floor_month(month_index(days), months))?,
        Length::Nanos(_) if unit == Unit::Week => i64::from(days) - (i64::from(days) + 4).rem_euclid(7),
        Length::Nanos(_) => days.into(),
    };
    i32::try_from(floor).ok()
}

/// The day itself if a unit begins with it, or else the first day of the next unit.
pub(super) fn ceil_days(unit: Unit, days: i32) -> Option<i32> {
    let floor = floor_days(unit, days)?;
    if floor == days { Some(days) } else { next_days(unit, floor) }
}

fn next_days(unit: Unit, floor: i32) -> Option<i32> {
    let next = match unit.length()? {
        Length::Months(months) => first_of_month(month_index(floor) + months)?,
        Length::Nanos(nanos) => i64::from(floor) + (nanos / DAY).max(1),
    };
    i32::try_from(next).ok()
}

/// When the unit began that the time lies in.
pub(super) fn floor_nanos(unit: Unit, nanos: i64) -> Option<i64> {
    match unit.length()? {
        Length::Nanos(length) if length <= DAY => nanos.checked_sub(nanos.rem_euclid(length)),
        _ => join(floor_days(unit, split(nanos).0)?.into(), 0),
    }
}

/// As `floor_nanos`, but weeks begin on Monday, as in ISO 8601.
pub(super) fn truncate_nanos(unit: Unit, nanos: i64) -> Option<i64> {
    match unit {
        Unit::Week => join(i64::from(thursday(split(nanos).0)) - 3, 0),
        _ => floor_nanos(unit, nanos),
    }
}

/// Whole units of an interval, towards zero; months have no part that is shorter.
pub(super) fn truncate_months(unit: Unit, months: i32) -> Option<i32> {
    match unit.length()? {
        Length::Months(length) => i32::try_from(i64::from(months) / length * length).ok(),
        Length::Nanos(_) => Some(months),
    }
}

/// Whole units of an interval, towards zero; an interval of days has no months.
pub(super) fn truncate_interval(unit: Unit, nanos: i64) -> Option<i64> {
    match unit.length()? {
        Length::Months(_) => Some(0),
        Length::Nanos(length) => Some(nanos / length * length),
    }
}

/// The time itself if a unit begins with it, or else when the next unit begins.
pub(super) fn ceil_nanos(unit: Unit, nanos: i64) -> Option<i64> {
    let floor = floor_nanos(unit, nanos)?;
    match unit.length()? {
        _ if floor == nanos => Some(nanos),
        Length::Nanos(length) if length <= DAY => floor.checked_add(length),
        _ => join(next_days(unit, split(floor).0)?.into(), 0),
    }
}

/// The day `count` units later; the day of the month is cut to the month's length.
pub(super) fn add_to_days(unit: Unit, days: i32, count: i64) -> Option<i32> {
    let days = match unit.length()? {
        Length::Months(months) => {
            let (year, month) = year_and_month(month_index(days).checked_add(count.checked_mul(months)?)?)?;
            let day = civil_from_days(days).2.min(days_in_month(year, month));
            days_from_civil(year, month, day).into()
        }
        Length::Nanos(nanos) => i64::from(days).checked_add(count.checked_mul(nanos / DAY)?)?,
    };
    i32::try_from(days).ok()
}

/// The time `count` units later.
pub(super) fn add_to_nanos(unit: Unit, nanos: i64, count: i64) -> Option<i64> {
    match unit.length()? {
        Length::Nanos(length) => nanos.checked_add(count.checked_mul(length)?),
        Length::Months(_) => {
            let (days, rest) = split(nanos);
            join(add_to_days(unit, days, count)?.into(), rest)
        }
    }
}

/// Whole units from one time to another; negative if the other is earlier.
pub(super) fn units_between(unit: Unit, from: i64, to: i64) -> Option<i64> {
    match unit.length()? {
        Length::Nanos(length) => i64::try_from((i128::from(to) - i128::from(from)) / i128::from(length)).ok(),
        Length::Months(_) if to < from => units_between(unit, to, from).map(|units| -units),
        Length::Months(months) => {
            let whole = month_index(split(to).0) - month_index(split(from).0);
            let is_over = add_to_nanos(Unit::Month, from, whole).is_none_or(|reached| reached > to);
            Some((whole - i64::from(is_over)) / months)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::time::parse_timestamp;

    fn at(text: &str) -> i64 {
        parse_timestamp(text.as_bytes()).expect(text)
    }

    /// Walks back day by day, or down by remainder, until a unit begins: no closed formula.
    fn naive_floor(unit: Unit, nanos: i64) -> i64 {
        let begins = |days: i32| {
            let (year, month, day) = civil_from_days(days);
            match unit {
                Unit::Week => jiff_date(days).weekday() == jiff::civil::Weekday::Sunday,
                Unit::Month => day == 1,
                Unit::Quarter => day == 1 && [1, 4, 7, 10].contains(&month),
                Unit::Year => (month, day) == (1, 1),
                Unit::Decade => (month, day) == (1, 1) && year % 10 == 0,
                Unit::Century => (month, day) == (1, 1) && year % 100 == 1,
                _ => true,
            }
        };
        let mut days = split(nanos).0;
        while !begins(days) {
            days -= 1;
        }
        i64::from(days) * DAY
    }

    fn jiff_date(days: i32) -> jiff::civil::Date {
        jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(i64::from(days))
    }

    #[test]
    fn floors_and_fields_agree_with_a_walk_over_the_calendar() {
        let mut random = fastrand::Rng::with_seed(11);
        for _ in 0..300 {
            let nanos = random.i64(at("1810-01-01")..at("2190-01-01"));
            for unit in [Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year, Unit::Decade, Unit::Century] {
                let floor = floor_nanos(unit, nanos).expect("in range");
                assert_eq!(floor, naive_floor(unit, nanos), "{unit:?} {nanos}");
                let ceil = ceil_nanos(unit, nanos).expect("in range");
                assert_eq!(floor_nanos(unit, ceil), Some(ceil));
                assert_eq!(floor_nanos(unit, ceil - 1), Some(floor), "{unit:?} {nanos}: nothing begins in between");
                assert_eq!(floor_days(unit, split(nanos).0), Some(split(floor).0));
            }
            let days = split(nanos).0;
            let date = jiff_date(days);
            let week = date.iso_week_date();
            for (unit, expected) in [
                (Unit::Doy, i64::from(date.day_of_year())),
                (Unit::Week, week.week().into()),
                (Unit::IsoYear, week.year().into()),
                (Unit::IsoDow, date.weekday().to_monday_one_offset().into()),
                (Unit::Dow, date.weekday().to_sunday_one_offset().into()),
                (Unit::Epoch, nanos.div_euclid(SECOND)),
            ] {
                assert_eq!(field_of_timestamp(unit, nanos), expected, "{unit:?} {nanos}");
            }
        }
    }

    #[test]
    fn months_are_added_and_counted_to_the_end_of_the_month() {
        let check = |unit, from: &str, count, to: &str| {
            assert_eq!(add_to_nanos(unit, at(from), count), Some(at(to)), "{from} + {count} {unit:?}");
            assert_eq!(units_between(unit, at(from), at(to)), Some(count), "{from} to {to} in {unit:?}");
        };
        check(Unit::Month, "2024-01-31 10:00:00", 1, "2024-02-29 10:00:00");
        check(Unit::Year, "2024-02-29", 1, "2025-02-28");
        check(Unit::Quarter, "2024-01-15", -1, "2023-10-15");
        check(Unit::Week, "2024-01-15", 2, "2024-01-29");
        check(Unit::Hour, "2024-01-15 00:00:00", -1, "2024-01-14 23:00:00");
        assert_eq!(units_between(Unit::Month, at("2024-01-31 10:00:00"), at("2024-02-29 09:59:59")), Some(0));
        assert_eq!(units_between(Unit::Day, at("2024-01-02"), at("2024-01-01 00:00:01")), Some(0));
        assert_eq!(add_to_nanos(Unit::Year, 0, i64::MAX), None);
        assert_eq!(add_to_nanos(Unit::Year, 0, 1_000), None);
        assert_eq!(add_to_days(Unit::Millennium, 0, 4_999), None);
        assert_eq!(floor_nanos(Unit::Day, i64::MIN), None);
        assert_eq!(ceil_nanos(Unit::Second, i64::MAX), None);
    }

    #[test]
    fn units_are_known_by_name() {
        assert_eq!(Unit::named("day"), Some(Unit::Day));
        assert_eq!(Unit::named("HOURS"), Some(Unit::Hour));
        assert_eq!(Unit::named("fortnight"), None);
        assert_eq!([hundreds(2000, 100), hundreds(2001, 100), hundreds(0, 100), hundreds(-100, 100)], [20, 21, -1, -2]);
    }
}

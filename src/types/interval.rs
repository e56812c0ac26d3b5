//! Intervals as text, in the spellings of the SQL standard, of PostgreSQL and of ISO 8601. Months and nanoseconds have no common measure.

use super::time::{DAY, parse_time};
use super::{DataType, decimal};

const NANOS_OF_SECOND: i128 = 1_000_000_000;

/// The amount that `text` says in these fields, and the type of interval that has it: `10` of SECOND, `1-6` of YEAR TO MONTH,
/// `1 02:03:04.5` of DAY TO SECOND. A sign in front is that of all.
pub fn of_fields(text: &str, first: &str, last: Option<&str>) -> Option<(i128, DataType)> {
    let (sign, body) = signed(text.trim());
    let (amount, data_type) = match last.filter(|last| !last.eq_ignore_ascii_case(first)) {
        None => single(body, first)?,
        Some(last) => ranged(body, first, last)?,
    };
    Some((sign * amount, data_type))
}

/// Nanoseconds, or months, of a unit.
fn unit(name: &str) -> Option<(i128, DataType)> {
    let name = name.to_ascii_uppercase();
    let (size, data_type) = match name.strip_suffix('S').unwrap_or(&name) {
        "NANOSECOND" | "N" => (1, DataType::IntervalDay),
        "MICROSECOND" | "U" => (1_000, DataType::IntervalDay),
        "MILLISECOND" | "M" if name != "M" => (1_000_000, DataType::IntervalDay),
        "SECOND" | "SEC" | "" => (NANOS_OF_SECOND, DataType::IntervalDay),
        "MINUTE" | "MIN" | "M" => (60 * NANOS_OF_SECOND, DataType::IntervalDay),
        "HOUR" | "HR" | "H" => (3_600 * NANOS_OF_SECOND, DataType::IntervalDay),
        "DAY" | "D" => (86_400 * NANOS_OF_SECOND, DataType::IntervalDay),
        "WEEK" | "W" => (7 * 86_400 * NANOS_OF_SECOND, DataType::IntervalDay),
        "MONTH" | "MON" => (1, DataType::IntervalMonth),
        "QUARTER" => (3, DataType::IntervalMonth),
        "YEAR" | "YR" | "Y" => (12, DataType::IntervalMonth),
        "DECADE" | "DEC" => (120, DataType::IntervalMonth),
        "CENTURY" | "CENTURIE" | "CENT" => (1_200, DataType::IntervalMonth),
        "MILLENNIUM" | "MILLENNIA" | "MIL" => (12_000, DataType::IntervalMonth),
        _ => return None,
    };
    Some((size, data_type))
}

/// What a fraction of a unit is counted in: as fine as nanoseconds of a thousand years need it.
const PARTS: i128 = 10i128.pow(FRACTION_DIGITS as u32);
const FRACTION_DIGITS: u8 = 18;

/// A month as it is counted where a part of one is meant, as in PostgreSQL.
const MONTH_DAYS: i128 = 30;

/// `amount` (with a fraction, if need be) times `size`: whole ones, and what is left over in `PARTS`.
fn scaled(amount: &str, size: i128) -> Option<(i128, i128)> {
    let amount = amount.trim();
    if amount.is_empty() || !amount.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let whole = if whole.is_empty() && !fraction.is_empty() { 0 } else { whole.parse::<i128>().ok()? };
    let parts = match fraction {
        "" => 0,
        digits => decimal::parse(format!("0.{digits}").as_bytes(), FRACTION_DIGITS + 1, FRACTION_DIGITS)?,
    };
    let parts = parts.checked_mul(size)?;
    Some((whole.checked_mul(size)?.checked_add(parts / PARTS)?, parts % PARTS))
}

/// A number of units; part of a month is none.
fn single(body: &str, name: &str) -> Option<(i128, DataType)> {
    let (size, data_type) = unit(name)?;
    let (whole, left) = scaled(body, size)?;
    (left == 0 || data_type != DataType::IntervalMonth).then_some((whole, data_type))
}

/// Months and nanoseconds of `10 seconds`, `1 hour -30 minutes`, `5s`, `2 days 01:30:00.5`, `2 01:30`, `1-6`, `6` (seconds), `1 day ago` and
/// `P2DT1H30M`. Each part has its own sign. Part of a month is so much of 30 days, and part of a longer unit is rounded to months.
pub fn spelled(text: &str) -> Option<(i128, i128)> {
    let text = text.trim();
    if let Some(designated) = text.strip_prefix('P') {
        return designators(designated);
    }
    if let Some(before) = text.strip_suffix("ago") {
        return spelled(before).map(|(months, nanos)| (-months, -nanos));
    }
    let mut sum = (0i128, 0i128);
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (sign, unsigned) = signed(rest);
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').unwrap_or(unsigned.len());
        let (amount, tail) = unsigned.split_at(end);
        if amount.contains(':') {
            sum.1 = sum.1.checked_add(sign * clock(amount)?)?;
            rest = tail.trim_start();
            continue;
        }
        if let Some(behind) = tail.strip_prefix('-').filter(|behind| behind.starts_with(|c: char| c.is_ascii_digit())) {
            let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
            add_part(&mut sum, sign, amount, "YEAR")?;
            add_part(&mut sum, sign, &behind[..end], "MONTH")?;
            rest = behind[end..].trim_start();
            continue;
        }
        let tail = tail.trim_start();
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (name, tail) = tail.split_at(end);
        let name = match name {
            // A number without a unit is of days before a time of day, and of seconds at the end.
            "" if tail.split(' ').next().is_some_and(|next| next.contains(':')) => "DAY",
            "" if tail.is_empty() => "SECOND",
            "" => return None,
            name => name,
        };
        add_part(&mut sum, sign, amount, name)?;
        rest = tail.trim_start();
    }
    Some(sum)
}

/// Nanoseconds of an INTERVAL DAY TO SECOND as it is written, `[+-]days[ HH:MM[:SS[.fraction]]]`, or spelled out.
pub fn parse_nanos(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let as_written = || {
        let (sign, body) = signed(text);
        let (days, time) = body.split_once(' ').unwrap_or((body, "00:00"));
        let days = days.parse::<u32>().ok()?;
        Some(sign * (i128::from(days) * i128::from(DAY) + i128::from(parse_time(time.as_bytes())?)))
    };
    let nanos = as_written().or_else(|| spelled(text).filter(|(months, _)| *months == 0).map(|(_, nanos)| nanos));
    i64::try_from(nanos?).ok()
}

/// Months of an INTERVAL YEAR TO MONTH as it is written, `[+-]years-months`, or spelled out.
pub fn parse_months(text: &[u8]) -> Option<i32> {
    let text = std::str::from_utf8(text).ok()?;
    let as_written = || {
        let (sign, body) = signed(text);
        let (years, months) = body.split_once('-')?;
        let (years, months) = (years.parse::<u32>().ok()?, months.parse::<u32>().ok().filter(|months| *months < 12)?);
        Some(sign * (i128::from(years) * 12 + i128::from(months)))
    };
    let months = as_written().or_else(|| spelled(text).filter(|(_, nanos)| *nanos == 0).map(|(months, _)| months));
    i32::try_from(months?).ok()
}

fn signed(text: &str) -> (i128, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn add_part(sum: &mut (i128, i128), sign: i128, amount: &str, name: &str) -> Option<()> {
    let (size, data_type) = unit(name)?;
    let (whole, left) = scaled(amount, size)?;
    let (months, nanos) = match data_type {
        DataType::IntervalMonth if size == 1 => (whole, left * MONTH_DAYS * (DAY as i128 / 1_000_000) / (PARTS / 1_000_000)),
        DataType::IntervalMonth => (whole + i128::from(left * 2 >= PARTS), 0),
        _ => (0, whole),
    };
    *sum = (sum.0.checked_add(sign * months)?, sum.1.checked_add(sign * nanos)?);
    Some(())
}

/// `01:30`, `01:30:00.5`: hours, minutes and seconds.
fn clock(text: &str) -> Option<i128> {
    let parts: Vec<&str> = text.split(':').collect();
    let units = ["HOUR", "MINUTE", "SECOND"];
    if parts.len() > units.len() {
        return None;
    }
    parts.iter().zip(units).try_fold(0i128, |sum, (part, unit)| sum.checked_add(single(part, unit)?.0))
}

/// `1Y2M3DT4H5M6.7S` behind a P, as ISO 8601 has it: M is months before the T, and minutes behind it.
fn designators(text: &str) -> Option<(i128, i128)> {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let mut sum = (0i128, 0i128);
    let mut found = false;
    for (part, units) in [
        (date, &[('Y', "YEAR"), ('M', "MONTH"), ('W', "WEEK"), ('D', "DAY")][..]),
        (time, &[('H', "HOUR"), ('M', "MINUTE"), ('S', "SECOND")]),
    ] {
        let mut rest = part;
        while !rest.is_empty() {
            let (sign, unsigned) = signed(rest);
            let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let designator = unsigned[end..].chars().next()?;
            let (_, name) = units.iter().find(|(letter, _)| *letter == designator)?;
            add_part(&mut sum, sign, &unsigned[..end], name)?;
            rest = &unsigned[end + 1..];
            found = true;
        }
    }
    found.then_some(sum)
}

/// `1-6` of YEAR TO MONTH, `1 02:03:04.5` of DAY TO SECOND and what lies between.
fn ranged(body: &str, first: &str, last: &str) -> Option<(i128, DataType)> {
    const UNITS: [&str; 4] = ["DAY", "HOUR", "MINUTE", "SECOND"];
    if unit(first)?.1 == DataType::IntervalMonth {
        let (years, months) = body.split_once('-')?;
        return Some((single(years, first)?.0.checked_add(single(months, last)?.0)?, DataType::IntervalMonth));
    }
    let position = |name: &str| UNITS.iter().position(|u| *u == name.to_ascii_uppercase().trim_end_matches('S'));
    let (from, to) = (position(first)?, position(last)?);
    let parts: Vec<&str> = body.split([' ', ':']).filter(|p| !p.is_empty()).collect();
    if to < from || parts.len() != to - from + 1 {
        return None;
    }
    let mut total = 0i128;
    for (part, name) in parts.iter().zip(&UNITS[from..]) {
        total = total.checked_add(single(part, name)?.0)?;
    }
    Some((total, DataType::IntervalDay))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i128 = NANOS_OF_SECOND;

    #[test]
    fn fields_say_what_numbers_are_of() {
        for (text, first, last, expected) in [
            ("10", "SECOND", None, Some(10 * S)),
            ("0.5", "SECONDS", None, Some(S / 2)),
            ("-1", "DAY", Some("DAY"), Some(-86_400 * S)),
            ("1:30", "MINUTE", Some("SECOND"), Some(90 * S)),
            ("-100:1", "HOURS", Some("MINUTES"), Some(-360_060 * S)),
            ("100 1", "DAY", Some("HOUR"), Some(8_643_600 * S)),
            ("1 02:03:04.5", "DAY", Some("SECOND"), Some(93_784 * S + S / 2)),
            ("1 02:03", "DAY", Some("SECOND"), None),
            ("x", "SECOND", None, None),
        ] {
            assert_eq!(of_fields(text, first, last), expected.map(|amount| (amount, DataType::IntervalDay)), "{text}");
        }
        // More digits than PostgreSQL keeps; recomputed with whole numbers.
        assert_eq!(of_fields("0.49999999999", "DAY", None), Some((43_199_999_999_136, DataType::IntervalDay)));
        assert_eq!(of_fields("0.5", "MONTH", None), None);
        assert_eq!(of_fields("1.", "DAY", None), Some((86_400 * S, DataType::IntervalDay)));
        assert_eq!(of_fields(".", "DAY", None), None);
        assert_eq!(of_fields("1-6", "YEAR", Some("MONTH")), Some((18, DataType::IntervalMonth)));
        assert_eq!(of_fields("-2", "YEARS", None), Some((-24, DataType::IntervalMonth)));
    }

    /// As PostgreSQL 15 reads them.
    #[test]
    fn intervals_read_in_all_spellings() {
        for (text, expected) in [
            ("10 seconds", Some((0, 10 * S))),
            ("1 hour 30 min", Some((0, 5_400 * S))),
            ("2 m", Some((0, 120 * S))),
            ("-1 day 2 hours", Some((0, -22 * 3_600 * S))),
            ("1 day -2 hours", Some((0, 22 * 3_600 * S))),
            ("500ms", Some((0, S / 2))),
            ("1 mon 3 days", Some((1, 3 * 86_400 * S))),
            ("- 1 year -1 months -       1 days 4 hours", Some((-13, -20 * 3_600 * S))),
            ("02:30:00", Some((0, 9_000 * S))),
            ("1 day -00:00:01.5", Some((0, 86_400 * S - S - S / 2))),
            ("3 4:05:06", Some((0, 273_906 * S))),
            ("1-2 3 4:05:06", Some((14, 273_906 * S))),
            ("-1-2", Some((-14, 0))),
            ("6", Some((0, 6 * S))),
            ("1 year 1 day 1", Some((12, 86_401 * S))),
            ("1 mon 2 days ago", Some((-1, -2 * 86_400 * S))),
            ("0.5 month", Some((0, 15 * 86_400 * S))),
            ("-1.5 months", Some((-1, -15 * 86_400 * S))),
            ("0.25 mon", Some((0, 648_000 * S))),
            ("1.75 years", Some((21, 0))),
            ("2 decades 1 century", Some((1_440, 0))),
            ("3 centuries", Some((3_600, 0))),
            ("1 millennium", Some((12_000, 0))),
            ("P0.5M", Some((0, 15 * 86_400 * S))),
            (".5 minute", Some((0, 30 * S))),
            ("200000000 weeks", Some((0, 200_000_000 * 7 * 86_400 * S))),
            ("P1DT2H", Some((0, 26 * 3_600 * S))),
            ("P1Y2M3DT4H5M6S", Some((14, 273_906 * S))),
            ("PT-1.5S", Some((0, -S - S / 2))),
            ("P", None),
            ("ago", None),
            ("1:2:3:4", None),
            ("1 2 days", None),
            ("soon", None),
        ] {
            assert_eq!(spelled(text), expected, "{text}");
        }
    }
}

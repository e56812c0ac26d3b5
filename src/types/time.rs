//! Civil time to nanoseconds and back, without tables of zones: dates, times of day and timestamps as ISO 8601 text.
//!
//! The calendar arithmetic counts days in 400-year cycles that begin on 1 March, so that leap days fall at the end.

use super::EventTime;

/// Nanoseconds of a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds of a day.
pub const DAY: i64 = 86_400 * SECOND;

/// Days since 1970-01-01 of a proleptic Gregorian date; the date must be valid.
pub fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = i64::from(year) - i64::from(month <= 2);
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    (cycle * 146_097 + day_of_cycle - 719_468) as i32
}

/// Year, month and day of a number of days since 1970-01-01.
pub fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = i64::from(days) + 719_468;
    let cycle = days.div_euclid(146_097);
    let day_of_cycle = days.rem_euclid(146_097);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
    ((cycle * 400 + year_of_cycle + i64::from(month <= 2)) as i32, month, day)
}

/// Days in a month of a year.
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Takes `count` digits (or between 1 and 9 when `count` is 0) off the front.
fn digits(text: &[u8], count: usize) -> Option<(u32, &[u8])> {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let take = if count == 0 { end.min(9) } else { count };
    if take == 0 || end < take {
        return None;
    }
    let number = text[..take].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    Some((number, &text[take..]))
}

/// Takes a number of one digit or two off the front.
fn field(text: &[u8]) -> Option<(u32, &[u8])> {
    digits(text, 2).or_else(|| digits(text, 1))
}

fn expect(text: &[u8], byte: u8) -> Option<&[u8]> {
    (text.first() == Some(&byte)).then(|| &text[1..])
}

fn date_prefix(text: &[u8]) -> Option<(i32, &[u8])> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = field(expect(rest, b'-')?)?;
    let (day, rest) = field(expect(rest, b'-')?)?;
    let year = year as i32;
    ((1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month))
        .then(|| (days_from_civil(year, month, day), rest))
}

fn time_prefix(text: &[u8]) -> Option<(i64, &[u8])> {
    let (hour, rest) = field(text)?;
    let (minute, mut rest) = field(expect(rest, b':')?)?;
    let mut second = 0;
    let mut nanos = 0;
    if let Some(after) = expect(rest, b':') {
        (second, rest) = field(after)?;
        if let Some(after) = expect(rest, b'.') {
            let (fraction, tail) = digits(after, 0)?;
            nanos = fraction * 10u32.pow(9 - (after.len() - tail.len()) as u32);
            rest = &tail[tail.iter().position(|b| !b.is_ascii_digit()).unwrap_or(tail.len())..];
        }
    }
    (hour < 24 && minute < 60 && second < 60)
        .then(|| (i64::from(hour * 3600 + minute * 60 + second) * SECOND + i64::from(nanos), rest))
}

/// Cuts what is finer than `precision` digits of a second.
#[inline]
pub fn cut(nanos: i64, precision: u8) -> i64 {
    if precision >= 9 {
        return nanos;
    }
    let unit = 10i64.pow(9 - u32::from(precision));
    nanos.div_euclid(unit).saturating_mul(unit)
}

/// Days of `YYYY-MM-DD`; a month or a day may have one digit, as each part of a time of day may.
pub fn parse_date(text: &[u8]) -> Option<i32> {
    date_prefix(text).and_then(|(days, rest)| rest.is_empty().then_some(days))
}

/// Nanoseconds since midnight of `HH:MM[:SS[.fraction]]`.
pub fn parse_time(text: &[u8]) -> Option<i64> {
    time_prefix(text).and_then(|(nanos, rest)| rest.is_empty().then_some(nanos))
}

/// Nanoseconds of `YYYY-MM-DD[(T| )HH:MM[:SS[.fraction]]][ ][Z|+HH[:]MM|-HH[:]MM]`, an offset being taken off. ` AD`, which all years are,
/// may stand before an offset and at the end. `None` if malformed or outside the range of i64 nanoseconds (1677 to 2262).
pub fn parse_timestamp(text: &[u8]) -> Option<EventTime> {
    let text = match text {
        [text @ .., b' ', b'A' | b'a', b'D' | b'd'] => text,
        _ => text,
    };
    let (days, rest) = date_prefix(text)?;
    let (time, rest) = match rest.first() {
        None => (0, rest),
        Some(b'T' | b't' | b' ') => time_prefix(&rest[1..])?,
        Some(_) => return None,
    };
    let rest = match rest {
        [b' ', b'A' | b'a', b'D' | b'd', offset @ ..] if offset.starts_with(b" ") => offset,
        _ => rest,
    };
    let rest = match rest {
        [b' ', offset @ ..] if !offset.is_empty() => offset,
        _ => rest,
    };
    let offset = match rest {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let (hours, zone) = digits(zone, 2)?;
            let zone = expect(zone, b':').unwrap_or(zone);
            let (minutes, zone) = if zone.is_empty() { (0, zone) } else { digits(zone, 2)? };
            if !zone.is_empty() || hours > 18 || minutes > 59 {
                return None;
            }
            let nanos = i64::from(hours * 3600 + minutes * 60) * SECOND;
            if *sign == b'-' { -nanos } else { nanos }
        }
        _ => return None,
    };
    let nanos = i128::from(days) * i128::from(DAY) + i128::from(time) - i128::from(offset);
    i64::try_from(nanos).ok()
}

fn push_padded(out: &mut Vec<u8>, number: u32, width: usize) {
    let mut buffer = [b'0'; 10];
    let mut n = number;
    for slot in buffer.iter_mut().rev() {
        *slot = b'0' + (n % 10) as u8;
        n /= 10;
    }
    let needed = 10 - buffer.iter().position(|b| *b != b'0').unwrap_or(9).min(10 - width);
    out.extend_from_slice(&buffer[10 - needed..]);
}

/// Writes `YYYY-MM-DD`.
pub fn write_date(out: &mut Vec<u8>, days: i32) {
    let (year, month, day) = civil_from_days(days);
    if year < 0 {
        out.push(b'-');
    }
    push_padded(out, year.unsigned_abs(), 4);
    out.push(b'-');
    push_padded(out, month, 2);
    out.push(b'-');
    push_padded(out, day, 2);
}

/// Writes `HH:MM:SS` with `precision` digits of a second's fraction.
pub fn write_time(out: &mut Vec<u8>, nanos: i64, precision: u8) {
    let seconds = (nanos / SECOND) as u32;
    push_padded(out, seconds / 3600, 2);
    out.push(b':');
    push_padded(out, seconds / 60 % 60, 2);
    out.push(b':');
    push_padded(out, seconds % 60, 2);
    if precision > 0 {
        out.push(b'.');
        let fraction = (nanos % SECOND) as u32 / 10u32.pow(9 - u32::from(precision));
        push_padded(out, fraction, precision as usize);
    }
}

/// Writes `YYYY-MM-DD HH:MM:SS` with `precision` digits of a second's fraction.
pub fn write_timestamp(out: &mut Vec<u8>, nanos: EventTime, precision: u8) {
    write_date(out, nanos.div_euclid(DAY) as i32);
    out.push(b' ');
    write_time(out, nanos.rem_euclid(DAY), precision);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, nanos: i64, precision: u8, back: &str) {
        assert_eq!(parse_timestamp(text.as_bytes()), Some(nanos), "{text}");
        let mut out = Vec::new();
        write_timestamp(&mut out, nanos, precision);
        assert_eq!(String::from_utf8_lossy(&out), back);
    }

    #[test]
    fn timestamps_read_and_write() {
        check("1970-01-01T00:00:00Z", 0, 0, "1970-01-01 00:00:00");
        check("2024-02-29 23:59:59.123456789", 1_709_251_199_123_456_789, 9, "2024-02-29 23:59:59.123456789");
        check("1969-12-31T23:59:59.5", -500_000_000, 3, "1969-12-31 23:59:59.500");
        check("2026-01-01T01:00:00+01:00", 1_767_225_600 * SECOND, 0, "2026-01-01 00:00:00");
        check("2026-01-01", 1_767_225_600 * SECOND, 0, "2026-01-01 00:00:00");
        check("2026-01-01 AD", 1_767_225_600 * SECOND, 0, "2026-01-01 00:00:00");
        for text in
            ["2026-01-01 01:00:00 +01:00", "2026-01-01 00:00:00 ad", "2026-01-01 01:00 AD +01", "2026-01-01 01:00+01:00 AD"]
        {
            check(text, 1_767_225_600 * SECOND, 0, "2026-01-01 00:00:00");
        }
        check("2026-1-1 1:2:3.5", (1_767_225_600 + 3_723) * SECOND + SECOND / 2, 1, "2026-01-01 01:02:03.5");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2024-02-30",
            "2024-13-01",
            "2024-01-01T24:00:00",
            "2024-01-01x",
            "2024-001-01",
            "2024-01-",
            "2024-01-01 1:002",
            "2024-01-01T10:00:00.",
            "9999-01-01",
            "2024-01-01T10:00:00+1",
            "2024-01-01 10:00:00 ",
            "2024-01-01 10:00:00 AD AD",
            "2024-01-01 10:00:00  +01:00",
            "2024-01-01 10:00:00 BC",
            "2024-01-01AD",
        ] {
            assert_eq!(parse_timestamp(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn days_agree_with_the_calendar_library() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for step in -2_000..2_000 {
            let date = epoch + jiff::Span::new().days(i64::from(step) * 61);
            let days = days_from_civil(i32::from(date.year()), date.month() as u32, date.day() as u32);
            assert_eq!(days, step * 61);
            assert_eq!(civil_from_days(days), (i32::from(date.year()), date.month() as u32, date.day() as u32));
        }
    }
}

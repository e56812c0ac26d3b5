//! Times as text by patterns of letters, as Java writes them: `yyyy-MM-dd HH:mm:ss.SSS`. A pattern is compiled once and again only
//! where it changes from one row to the next. Without a pattern, ISO 8601 is read and `yyyy-MM-dd HH:mm:ss` written. UTC. Where times are
//! read, a pattern that has letters of PostgreSQL, such as `YYYY-MM-DD HH24:MI:SS`, is one of its; a pattern with a `%` is one of strftime.
//! FORMAT_DATE and PARSE_DATE with their kin take the pattern first, and it is one of strftime.

use super::calendar::split;
use super::kernel::{Cached, Call, Fallible, Native, kernel, strings};
use super::number_text::{write_decimals, write_doubles, wrong_number_pattern};
use super::signature::Param::{Integer, Text, Timestamp};
use super::signature::{function, takes, takes_some};
use super::time_pattern::{Pattern, nanos_of};
use super::zone::{Zone, zone_at};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction, castable};
use crate::types::DataType;
use crate::types::time::{SECOND, days_from_civil, parse_date, parse_time, parse_timestamp};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("DATE_FORMAT", "(timestamp, pattern)", "The text of a time by a pattern of Java")
        .example("DATE_FORMAT(TIMESTAMP '2024-03-05 06:07:08', 'yyyy/MM/dd HH:mm')", "2024/03/05 06:07")
        .of(format_types, |_, _| date_format(Pattern::of_java))
        .prepared(&[JAVA]),
    function(
        "TO_CHAR",
        "TO_CHAR(timestamp, time or interval, pattern) or TO_CHAR(number, '9,990.00')",
        "The text of a time, an interval or a number by a pattern of PostgreSQL",
    )
    .example("TO_CHAR(TIMESTAMP '2002-04-20 17:31:12', 'HH12:MI:SS')", "05:31:12")
    .of(char_types, |t, _| match t[0] {
        DataType::Double => write_doubles(),
        DataType::Decimal { scale, .. } => write_decimals(scale),
        DataType::IntervalMonth => interval_format(|months: i32| (months.into(), 0)),
        // As in PostgreSQL, which takes a time of day for an interval.
        DataType::IntervalDay | DataType::Time(_) => interval_format(|nanos: i64| (0, nanos)),
        _ => date_format(Pattern::of_sql),
    })
    .prepared(&[CHARS]),
    function("FROM_UNIXTIME", "(seconds [, pattern])", "The text of a time by its seconds since 1970")
        .example("FROM_UNIXTIME(44)", "1970-01-01 00:00:44")
        .of(from_unixtime_types, |_, _| from_unixtime())
        .prepared(&[JAVA]),
    function(
        "TO_TIMESTAMP",
        "TO_TIMESTAMP(text [, pattern, ...]) or TO_TIMESTAMP(seconds)",
        "The timestamp of a text, or of seconds since 1970",
    )
    .example("TO_TIMESTAMP('05.03.2024 06:07', 'dd.MM.yyyy HH:mm')", "2024-03-05 06:07:00.000")
    .of(timestamp_types, |t, _| match t[0] {
        DataType::Double => kernel(timestamp_of_seconds),
        _ => to_timestamp(1_000_000),
    })
    .prepared(&[READ.and_behind()]),
    function("TO_TIMESTAMP_SECONDS", "(number, timestamp or text [, pattern, ...])", "The timestamp of seconds since 1970")
        .example("TO_TIMESTAMP_SECONDS(86400)", "1970-01-02 00:00:00")
        .of(|t| count_types(t, 0), |t, _| timestamp_of(t, SECOND))
        .prepared(&[READ.and_behind()]),
    function("TO_TIMESTAMP_MILLIS", "(number, timestamp or text [, pattern, ...])", "The timestamp of milliseconds since 1970")
        .example("TO_TIMESTAMP_MILLIS(1500)", "1970-01-01 00:00:01.500")
        .of(|t| count_types(t, 3), |t, _| timestamp_of(t, 1_000_000))
        .prepared(&[READ.and_behind()]),
    function("TO_TIMESTAMP_MICROS", "(number, timestamp or text [, pattern, ...])", "The timestamp of microseconds since 1970")
        .example("TO_TIMESTAMP_MICROS(1500000)", "1970-01-01 00:00:01.500000")
        .of(|t| count_types(t, 6), |t, _| timestamp_of(t, 1_000))
        .prepared(&[READ.and_behind()]),
    function("TO_TIMESTAMP_NANOS", "(number, timestamp or text [, pattern, ...])", "The timestamp of nanoseconds since 1970")
        .example("TO_TIMESTAMP_NANOS(1500000000)", "1970-01-01 00:00:01.500000000")
        .of(|t| count_types(t, 9), |t, _| timestamp_of(t, 1))
        .prepared(&[READ.and_behind()]),
    function(
        "TO_DATE",
        "TO_DATE(text [, pattern, ...]) or TO_DATE(days)",
        "The date of a text, by the first pattern that it is of, or of days since 1970",
    )
    .example("TO_DATE('27/09/1994', 'dd/MM/yyyy')", "1994-09-27")
    .of(date_types, |t, _| if t[0].is_text() { to_date() } else { kernel(date_of_days) })
    .prepared(&[READ.and_behind()]),
    function(
        "UNIX_TIMESTAMP",
        "([text [, pattern, ...]])",
        "The seconds since 1970 of a text, or of the time at which the row arrived",
    )
    .example("UNIX_TIMESTAMP('1970-01-02 00:00:00')", "86400")
    .of(|t| read_types(t, DataType::BigInt), |_, _| unix_timestamp())
    .prepared(&[READ.and_behind()]),
    function("TO_TIME", "(text [, pattern, ...])", "The time of day of a text, by the first pattern that it is of")
        .example("TO_TIME('13:14:15')", "13:14:15.000000000")
        .of(|t| read_types(t, DataType::Time(9)), |_, _| to_time())
        .prepared(&[READ.and_behind()]),
    function("FORMAT_DATE", "('%Y-%m-%d', date)", "The text of a date by a pattern of strftime")
        .example("FORMAT_DATE('%d.%m.%Y', DATE '2024-03-05')", "05.03.2024")
        .of(|t| strftime_types(t, DataType::Date), |_, _| formatted(|day: i32| (day, 0)))
        .prepared(&[STRFTIME]),
    function("FORMAT_TIME", "('%H:%M', time)", "The text of a time of day by a pattern of strftime")
        .example("FORMAT_TIME('%H:%M', TIME '06:07:08')", "06:07")
        .of(|t| strftime_types(t, DataType::Time(9)), |_, _| formatted(|time: i64| (0, time)))
        .prepared(&[STRFTIME]),
    function("FORMAT_TIMESTAMP", "('%Y-%m-%d %H:%M', timestamp)", "The text of a timestamp by a pattern of strftime")
        .example("FORMAT_TIMESTAMP('%j, %H h', TIMESTAMP '2024-03-05 06:07:08')", "065, 06 h")
        .of(|t| strftime_types(t, DataType::Timestamp(9)), |_, _| formatted(split))
        .prepared(&[STRFTIME]),
    function("PARSE_DATE", "('%Y-%m-%d', text)", "The date of a text; NULL for text that is not so")
        .example("PARSE_DATE('%d.%m.%Y', '05.03.2024')", "2024-03-05")
        .of(|t| Some((takes(t, &[Text, Text])?, DataType::Date)), |_, _| parsed(|(day, _)| Some(day)))
        .prepared(&[STRFTIME]),
    function("PARSE_TIME", "('%H:%M', text)", "The time of day of a text; NULL for text that is not so")
        .example("PARSE_TIME('%H:%M', '06:07')", "06:07:00.000000")
        .of(|t| Some((takes(t, &[Text, Text])?, DataType::Time(6))), |_, _| parsed(|(_, time)| Some(time - time % 1_000)))
        .prepared(&[STRFTIME]),
    function("PARSE_TIMESTAMP", "('%Y-%m-%d %H:%M', text)", "The timestamp of a text; NULL for text that is not so")
        .example("PARSE_TIMESTAMP('%Y-%m-%d %H:%M', '2024-03-05 06:07')", "2024-03-05 06:07:00.000000")
        .of(
            |t| Some((takes(t, &[Text, Text])?, DataType::Timestamp(6))),
            |_, _| parsed(|moment| nanos_of(moment).map(|nanos| nanos - nanos.rem_euclid(1_000))),
        )
        .prepared(&[STRFTIME]),
    function(
        "TO_TIMESTAMP_LTZ",
        "TO_TIMESTAMP_LTZ(number [, digits]) or TO_TIMESTAMP_LTZ(text [, pattern [, zone]])",
        "The moment of milliseconds since 1970, or of a unit of so many digits, or of a text in a zone",
    )
    .example("TO_TIMESTAMP_LTZ(100, 0)", "1970-01-01 00:01:40.000Z")
    .of(ltz_types, |t, _| if t[0].is_text() { to_timestamp_ltz() } else { kernel(ltz_of_number) })
    .prepared(&[READ, zone_at(2)]),
];

const OF_JAVA: &str = "such as 'yyyy-MM-dd HH:mm:ss', with text between single quotes, or '%Y-%m-%d' of strftime";

/// A pattern that times are written by.
const JAVA: Prepared = Prepared::of(1, |pattern, _| Pattern::of_java(pattern).err(), OF_JAVA);

/// A pattern that texts are read by, or how many digits seconds have.
const READ: Prepared = Prepared::of(
    1,
    |given, types| match types[0].is_text() {
        true => Pattern::of_any(given).err(),
        false => (!["0", "3", "6", "9"].contains(&given)).then_some(DIGITS),
    },
    "such as 'yyyy-MM-dd HH:mm:ss', 'YYYY-MM-DD HH24:MI:SS' or '%Y-%m-%d %H:%M:%S'; 0, 3, 6 or 9 behind a number",
);

/// A pattern of TO_CHAR.
const CHARS: Prepared = Prepared::of(
    1,
    |pattern, types| match &types[0] {
        number if number.is_numeric() => wrong_number_pattern(pattern),
        DataType::IntervalMonth | DataType::IntervalDay | DataType::Time(_) => Pattern::of_interval(pattern).err(),
        _ => Pattern::of_sql(pattern).err(),
    },
    "such as 'YYYY-MM-DD HH24:MI:SS' for a time, '9,990.00' for a number",
);

/// A pattern that stands first.
const STRFTIME: Prepared = Prepared::of(0, |pattern, _| Pattern::of_strftime(pattern).err(), "such as '%Y-%m-%d %H:%M:%S'");

type Resolved = Option<(Vec<DataType>, DataType)>;

fn format_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Timestamp, Text], 2)?, DataType::STRING))
}

/// A time, an interval or a number; integers as DECIMAL.
fn char_types(given: &[DataType]) -> Resolved {
    let [number, pattern] = given else { return None };
    let number = match number {
        DataType::Decimal { .. } | DataType::IntervalMonth | DataType::IntervalDay | DataType::Time(_) => number.clone(),
        DataType::Float | DataType::Double => DataType::Double,
        number if number.is_integer() => DataType::Decimal { precision: 19, scale: 0 },
        _ => return format_types(given),
    };
    let pattern = takes(std::slice::from_ref(pattern), &[Text])?.remove(0);
    Some((vec![number, pattern], DataType::STRING))
}

fn from_unixtime_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Integer, Text], 1)?, DataType::STRING))
}

/// A text and patterns of it.
fn read_types(given: &[DataType], returns: DataType) -> Resolved {
    Some((takes_some(given, &vec![Text; given.len()], 1)?, returns))
}

/// A pattern, and what is written by it; text is read as that.
fn strftime_types(given: &[DataType], written: DataType) -> Resolved {
    let [pattern, time] = given else { return None };
    let mut args = takes(std::slice::from_ref(pattern), &[Text])?;
    args.push(match time {
        DataType::TimestampLtz(_) if matches!(written, DataType::Timestamp(_)) => time.clone(),
        time if castable(time, &written) && (time.is_text() || !time.is_nested()) => written,
        DataType::Null => written,
        _ => return None,
    });
    Some((args, DataType::STRING))
}

/// Seconds are counted from 1970 in UTC, as in PostgreSQL.
fn timestamp_types(given: &[DataType]) -> Resolved {
    match given {
        [number] if number.is_numeric() => Some((vec![DataType::Double], DataType::TimestampLtz(6))),
        _ => read_types(given, DataType::Timestamp(3)),
    }
}

fn date_types(given: &[DataType]) -> Resolved {
    match given {
        [days] if days.is_integer() => Some((vec![DataType::Int], DataType::Date)),
        _ => read_types(given, DataType::Date),
    }
}

fn count_types(given: &[DataType], precision: u8) -> Resolved {
    let target = DataType::Timestamp(precision);
    match given {
        [DataType::Timestamp(_) | DataType::TimestampLtz(_)] => Some((vec![target.clone()], target)),
        [text, ..] if text.is_text() => read_types(given, target),
        _ => Some((takes(given, &[Integer])?, target)),
    }
}

fn ltz_types(given: &[DataType]) -> Resolved {
    let args = match given.first()?.is_text() {
        true => takes_some(given, &[Text; 3], 1),
        false => takes_some(given, &[Integer; 2], 1),
    };
    Some((args?, DataType::TimestampLtz(3)))
}

const DEFAULT_PATTERN: &str = "yyyy-MM-dd HH:mm:ss";
const DIGITS: &str = "TO_TIMESTAMP_LTZ takes 0, 3, 6 or 9 digits";
const OUT_OF_RANGE: &str = "the time is out of range";

fn date_format(compile: fn(&str) -> Fallible<Pattern>) -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call| {
        let (nanos, pattern) = (call.values::<i64>(0), call.strings(1));
        call.write(|row, out| {
            compiled.of(pattern.text(row), compile)?.write(nanos[row], out);
            Ok(Some(()))
        })
    })
}

/// `parts` gives the months and the nanoseconds of an interval.
fn interval_format<T: Native + 'static>(parts: fn(T) -> (i64, i64)) -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call| {
        let (intervals, pattern) = (call.values::<T>(0), call.strings(1));
        call.write(|row, out| {
            let (months, nanos) = parts(intervals[row]);
            compiled.of(pattern.text(row), Pattern::of_interval)?.write_interval(months, nanos, out);
            Ok(Some(()))
        })
    })
}

fn from_unixtime() -> Result<Box<dyn Kernel>> {
    let mut compiled = Cached::new();
    kernel(move |call| {
        let (seconds, pattern) = (call.values::<i64>(0), call.strings_if_given(1));
        call.write(|row, out| {
            let pattern = pattern.map_or(DEFAULT_PATTERN, |pattern| pattern.text(row));
            let nanos = seconds[row].checked_mul(SECOND).ok_or(OUT_OF_RANGE)?;
            compiled.of(pattern, Pattern::of_java)?.write(nanos, out);
            Ok(Some(()))
        })
    })
}

/// Reads the first argument by the patterns behind it.
struct Reader(Vec<Cached<Pattern>>);

impl Reader {
    fn new() -> Self {
        Self(Vec::new())
    }

    /// The moment of a text by the first of these patterns that it is of; `None` if it is of none. Hot: once per row.
    fn read(&mut self, text: &str, patterns: &[&Column], row: usize) -> Fallible<Option<(i32, i64)>> {
        self.0.resize_with(patterns.len(), Cached::new);
        for (compiled, pattern) in self.0.iter_mut().zip(patterns) {
            let moment = compiled.of(strings(pattern).text(row), Pattern::of_any)?.read_moment(text);
            if moment.is_some() {
                return Ok(moment);
            }
        }
        Ok(None)
    }

    /// Nanoseconds of a text, which is ISO 8601 where there are no patterns.
    fn nanos(&mut self, text: &str, patterns: &[&Column], row: usize) -> Fallible<Option<i64>> {
        match patterns {
            [] => Ok(parse_timestamp(text.trim().as_bytes())),
            _ => Ok(self.read(text, patterns, row)?.and_then(nanos_of)),
        }
    }
}

/// Nanoseconds of a text in the one form that needs no pattern, `YYYY-MM-DD[ HH:MM:SS[.fraction]]`.
fn plain_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-: .".contains(&byte));
    is_plain.then(|| parse_timestamp(text.as_bytes())).flatten()
}

/// NULL for text that is no time; digits below the unit are cut off. Text that is not as the patterns say is read without them, as Flink does.
fn to_timestamp(unit: i64) -> Result<Box<dyn Kernel>> {
    let mut reader = Reader::new();
    kernel(move |call| {
        let (text, patterns) = (call.strings(0), &call.args()[1..]);
        call.map(|row| {
            let text = text.text(row);
            let nanos = reader.nanos(text, patterns, row)?.or_else(|| plain_time(text));
            Ok(nanos.and_then(|nanos| nanos.checked_sub(nanos.rem_euclid(unit))))
        })
    })
}

/// As `to_timestamp`, to the millisecond in a zone.
fn to_timestamp_ltz() -> Result<Box<dyn Kernel>> {
    let (mut reader, mut zones) = (Reader::new(), Cached::new());
    kernel(move |call| {
        let (text, places) = (call.strings(0), call.strings_if_given(2));
        let patterns = &call.args()[1..call.args().len().min(2)];
        call.map(|row| {
            let text = text.text(row);
            let nanos = reader.nanos(text, patterns, row)?.or_else(|| plain_time(text));
            let local = nanos.and_then(|nanos| nanos.checked_sub(nanos.rem_euclid(1_000_000)));
            let zone: Option<&Zone> = places.map(|places| zones.of(places.text(row), Zone::named)).transpose()?;
            match (local, zone) {
                (Some(local), Some(zone)) => zone.instant(local).map(Some),
                _ => Ok(local),
            }
        })
    })
}

/// To the microsecond.
fn timestamp_of_seconds(call: Call<'_>) -> Column {
    /// Microseconds of times that a timestamp holds lie below.
    const MICROS_MAX: f64 = i64::MAX as f64 / 1e3;
    let seconds = call.values::<f64>(0);
    call.map(|row| {
        let micros = (seconds[row] * 1e6).round();
        if micros.abs() < MICROS_MAX { Ok((micros as i64).checked_mul(1_000)) } else { Err(OUT_OF_RANGE) }
    })
}

/// So many units after 1970; a time is one already, and a text is read.
fn timestamp_of(given: &[DataType], unit: i64) -> Result<Box<dyn Kernel>> {
    if given[0].is_text() {
        return to_timestamp(unit);
    }
    let unit = if given[0].is_timestamp() { 1 } else { unit };
    kernel(move |call| {
        let numbers = call.values::<i64>(0);
        call.map(|row| numbers[row].checked_mul(unit).map(Some).ok_or(OUT_OF_RANGE))
    })
}

/// NULL for text that is no date.
fn to_date() -> Result<Box<dyn Kernel>> {
    let mut reader = Reader::new();
    kernel(move |call| {
        let (text, patterns) = (call.strings(0), &call.args()[1..]);
        call.map(|row| match patterns {
            [] => Ok(date_of(text.text(row))),
            _ => Ok(reader.read(text.text(row), patterns, row)?.map(|(day, _)| day)),
        })
    })
}

/// In the years from 0 to 9999, as MAKE_DATE.
fn date_of_days(call: Call<'_>) -> Column {
    let days = call.values::<i32>(0);
    call.map(|row| match days_from_civil(0, 1, 1)..days_from_civil(10_000, 1, 1) {
        dates if dates.contains(&days[row]) => Ok(Some(days[row])),
        _ => Err(OUT_OF_RANGE),
    })
}

/// The day of a date or of a timestamp.
fn date_of(text: &str) -> Option<i32> {
    let text = text.trim().as_bytes();
    parse_date(text).or_else(|| parse_timestamp(text).map(|nanos| split(nanos).0))
}

/// NULL for text that is no time of a day.
fn to_time() -> Result<Box<dyn Kernel>> {
    let mut reader = Reader::new();
    kernel(move |call| {
        let (text, patterns) = (call.strings(0), &call.args()[1..]);
        call.map(|row| match patterns {
            [] => Ok(parse_time(text.text(row).trim().as_bytes())),
            _ => Ok(reader.read(text.text(row), patterns, row)?.map(|(_, time)| time)),
        })
    })
}

/// What stands second, written by the pattern that stands first.
fn formatted<T: Native + 'static>(moment: fn(T) -> (i32, i64)) -> Result<Box<dyn Kernel>> {
    let mut patterns = Cached::new();
    kernel(move |call| {
        let (pattern, times) = (call.strings(0), call.values::<T>(1));
        call.write(|row, out| {
            let (day, time) = moment(times[row]);
            patterns.of(pattern.text(row), Pattern::of_strftime)?.write_moment(day, time, out);
            Ok(Some(()))
        })
    })
}

/// What is read of the text that stands second by the pattern that stands first.
fn parsed<T: Native + 'static>(value: fn((i32, i64)) -> Option<T>) -> Result<Box<dyn Kernel>> {
    let mut patterns = Cached::new();
    kernel(move |call| {
        let (pattern, text) = (call.strings(0), call.strings(1));
        call.map(|row| Ok(patterns.of(pattern.text(row), Pattern::of_strftime)?.read_moment(text.text(row)).and_then(value)))
    })
}

/// Seconds since 1970; NULL for text that is no time.
fn unix_timestamp() -> Result<Box<dyn Kernel>> {
    let mut reader = Reader::new();
    kernel(move |call| {
        let (text, patterns) = (call.strings(0), &call.args()[1..]);
        call.map(|row| Ok(reader.nanos(text.text(row), patterns, row)?.map(|nanos| nanos.div_euclid(SECOND))))
    })
}

/// A number of seconds (0 digits), milliseconds (3, also without a second argument), microseconds (6) or nanoseconds (9).
fn ltz_of_number(call: Call<'_>) -> Column {
    let (number, digits) = (call.values::<i64>(0), call.integers_if_given(1));
    call.map(|row| {
        let unit = match digits.map_or(3, |digits| digits[row]) {
            0 => SECOND,
            3 => 1_000_000,
            6 => 1_000,
            9 => 1,
            _ => return Err(DIGITS),
        };
        let nanos = number[row].checked_mul(unit).ok_or(OUT_OF_RANGE)?;
        nanos.checked_sub(nanos.rem_euclid(1_000_000)).map(Some).ok_or(OUT_OF_RANGE)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, double, int, text, typed};
    use super::*;

    #[test]
    fn times_are_written() {
        let time = typed("2024-02-09 13:04:05.678901234", DataType::Timestamp(9));
        check("DATE_FORMAT", &[time.clone(), text("yyyy-MM-dd HH:mm:ss.SSS")], "2024-02-09 13:04:05.678");
        check("DATE_FORMAT", &[time.clone(), text("EEE, d MMM yy 'at' h:mm a''")], "Fri, 9 Feb 24 at 1:04 PM'");
        check("TO_CHAR", &[time.clone(), text("YYYY-MM-DD hh24:mi:ss.MS")], "2024-02-09 13:04:05.678");
        check("TO_CHAR", &[time.clone(), text("HH:mm AM \"at\" DDD")], "01:02 PM at 040");
        check("TO_CHAR", &[time.clone(), text("FMDD. Month Q")], "9. February  1");
        check("TO_CHAR", &[time.clone(), text("bb")], "error: the time pattern has a letter that is not supported");
        check("DATE_FORMAT", &[time, text("bb")], "error: the time pattern has a letter that is not supported");
        check("DATE_FORMAT", &[text("2024-02-09 13:04:05"), text("HH")], "13");
        let hours = typed("+1 02:03:04.5", DataType::IntervalDay);
        check("TO_CHAR", &[hours.clone(), text("FMDD \"d\", HH24:MI:SS.MS")], "1 d, 02:03:04.500");
        check("TO_CHAR", &[typed("-1-02", DataType::IntervalMonth), text("FMYYYY \"y\" FMMM")], "-1 y -2");
        check(
            "TO_CHAR",
            &[hours, text("Mon")],
            "error: the time pattern has a letter of dates, which intervals and times of day are none of",
        );
        let at = typed("13:04:05.678", DataType::Time(3));
        check("TO_CHAR", &[at.clone(), text("HH24.MI, HH:MI:SS.MS AM")], "13.04, 01:04:05.678 PM");
        check("TO_CHAR", &[at.clone(), text("%H-%M-%S")], "13-04-05");
        check(
            "TO_CHAR",
            &[at, text("%A")],
            "error: the time pattern has a letter of dates, which intervals and times of day are none of",
        );
        check("TO_CHAR", &[int(-1485), text("9,999")], "-1,485");
        check("TO_CHAR", &[double(-12.346), text("FM990.00")], "-12.35");
        check("TO_CHAR", &[double(f64::NAN), text("9")], "error: NaN and the infinities have no digits");
        check("TO_CHAR", &[text("2024-02-09 13:04:05"), text("%d-%m-%Y %H:%M")], "09-02-2024 13:04");
        check("FORMAT_DATE", &[text("%A %d %B %Y"), typed("0001-02-28", DataType::Date)], "Wednesday 28 February 0001");
        check("FORMAT_TIME", &[text("%I:%M %p"), typed("13:04:05", DataType::Time(0))], "01:04 PM");
        check("FORMAT_TIMESTAMP", &[text("%F %R"), typed("2024-02-09 13:04:05", DataType::TimestampLtz(3))], "2024-02-09 13:04");
        check("DATE_FORMAT", &[typed("2024-02-09", DataType::Date), text("dd.MM.yyyy")], "09.02.2024");
        check("FROM_UNIXTIME", &[int(1_707_483_845)], "2024-02-09 13:04:05");
        check("FROM_UNIXTIME", &[int(-1), text("yyyy/MM/dd")], "1969/12/31");
        check("FROM_UNIXTIME", &[int(i64::MAX)], "error: the time is out of range");
    }

    #[test]
    fn times_are_read_or_null() {
        check("TO_TIMESTAMP", &[text("2024-02-09 13:04:05.6789")], "2024-02-09 13:04:05.678");
        check("TO_TIMESTAMP", &[text("2024-02-30 13:04:05")], "NULL");
        check("TO_TIMESTAMP", &[text("09.02.2024 1:04 PM"), text("dd.MM.yyyy h:mm a")], "2024-02-09 13:04:00.000");
        check("TO_TIMESTAMP", &[text("09.02.2024"), text("dd.MM.yyyy HH")], "NULL");
        check("TO_TIMESTAMP", &[text("2022/12/25 15"), text("YYYY/MM/DD HH24")], "2022-12-25 15:00:00.000");
        check("TO_DATE", &[text("12/5/2022"), text("MM/DD/YYYY")], "2022-12-05");
        let patterns = ["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S%.f", "yyyyMMdd"].map(text);
        let by_patterns = |written: &str| [&[text(written)], &patterns[..]].concat();
        check("TO_TIMESTAMP", &by_patterns("31/01/2023 07:08"), "2023-01-31 07:08:00.000");
        check("TO_TIMESTAMP_NANOS", &by_patterns("2023-01-31 07:08:09.123456789"), "2023-01-31 07:08:09.123456789");
        check("TO_TIMESTAMP_SECONDS", &by_patterns("2023-01-31 07:08:09.9"), "2023-01-31 07:08:09");
        check("TO_DATE", &by_patterns("20230131"), "2023-01-31");
        check("TO_TIME", &by_patterns("1/1/1970 23:59"), "23:59:00.000000000");
        check("UNIX_TIMESTAMP", &by_patterns("1/1/1970 00:01"), "60");
        check("TO_DATE", &by_patterns("January"), "NULL");
        check(
            "TO_DATE",
            &[text("x"), text("yyyy"), text("%E")],
            "error: the time pattern has a letter behind % that is not supported",
        );
        check("TO_DATE", &[int(-1)], "1969-12-31");
        check("TO_DATE", &[int(2_932_896)], "9999-12-31");
        check("TO_DATE", &[int(2_932_897)], "error: the time is out of range");
        check("TO_TIMESTAMP_MICROS", &[text("2020-09-08 12:00:00.1234567")], "2020-09-08 12:00:00.123456");
        check("TO_TIMESTAMP", &[int(1_284_352_323)], "2010-09-13 04:32:03.000000Z");
        check("TO_TIMESTAMP", &[double(1_284_352_323.5)], "2010-09-13 04:32:03.500000Z");
        check("TO_TIMESTAMP", &[double(f64::NAN)], "error: the time is out of range");
        check("TO_TIMESTAMP", &[double(1e300)], "error: the time is out of range");
        check("TO_TIMESTAMP_SECONDS", &[int(-1)], "1969-12-31 23:59:59");
        check("TO_TIMESTAMP_MILLIS", &[int(1_500)], "1970-01-01 00:00:01.500");
        check("TO_TIMESTAMP_MICROS", &[int(1)], "1970-01-01 00:00:00.000001");
        check("TO_TIMESTAMP_NANOS", &[int(1)], "1970-01-01 00:00:00.000000001");
        check("TO_TIMESTAMP_SECONDS", &[int(i64::MAX)], "error: the time is out of range");
        check("TO_TIMESTAMP_SECONDS", &[typed("2020-02-11 15:44:17.123456", DataType::Timestamp(6))], "2020-02-11 15:44:17");
        check("TO_TIMESTAMP_MILLIS", &[typed("1969-12-31 23:59:59.123456", DataType::Timestamp(6))], "1969-12-31 23:59:59.123");
        check("TO_TIMESTAMP", &[text("x"), text("bbb")], "error: the time pattern has a letter that is not supported");
        check("TO_DATE", &[text("2024-02-09")], "2024-02-09");
        check("TO_DATE", &[text("20240209"), text("yyyyMMdd")], "2024-02-09");
        check("TO_DATE", &[text("soon")], "NULL");
        check("TO_DATE", &[text("0001-02-03")], "0001-02-03");
        check("TO_DATE", &[text("0001-02-03"), text("YYYY-MM-DD")], "0001-02-03");
        check("TO_DATE", &[text("31/01/2023"), text("%d/%m/%Y")], "2023-01-31");
        check("TO_TIME", &[text("09:05:01.5")], "09:05:01.500000000");
        check("TO_TIME", &[text("2:23 PM"), text("%I:%M %p")], "14:23:00.000000000");
        check("PARSE_DATE", &[text("%A %b %e %Y"), text("Thursday Dec 25 2008")], "2008-12-25");
        check("PARSE_DATE", &[text("%F"), text("soon")], "NULL");
        check("PARSE_TIME", &[text("%I:%M:%S %p"), text("2:23:38 pm")], "14:23:38.000000");
        check("PARSE_TIMESTAMP", &[text("%c"), text("Thu Dec 25 07:30:00 2008")], "2008-12-25 07:30:00.000000");
        check("PARSE_TIMESTAMP", &[text("%F"), text("0001-01-01")], "NULL");
        check("PARSE_DATE", &[text("%E"), text("x")], "error: the time pattern has a letter behind % that is not supported");
        check("UNIX_TIMESTAMP", &[text("1970-01-02 00:00:01")], "86401");
        check("UNIX_TIMESTAMP", &[text("1970"), text("yyyy")], "0");
        check("UNIX_TIMESTAMP", &[text("never")], "NULL");
        check("TO_TIMESTAMP_LTZ", &[int(1_500), int(3)], "1970-01-01 00:00:01.500Z");
        check("TO_TIMESTAMP_LTZ", &[int(-1), int(0)], "1969-12-31 23:59:59.000Z");
        check("TO_TIMESTAMP_LTZ", &[int(1), int(2)], "error: TO_TIMESTAMP_LTZ takes 0, 3, 6 or 9 digits");
        check("TO_TIMESTAMP_LTZ", &[int(i64::MAX), int(0)], "error: the time is out of range");
        // By the offsets of summer time in Berlin and of Tokyo.
        check("TO_TIMESTAMP_LTZ", &[text("2023-06-01 10:30:00")], "2023-06-01 10:30:00.000Z");
        let berlin = [text("01.06.2023 10:30"), text("dd.MM.yyyy HH:mm"), text("Europe/Berlin")];
        check("TO_TIMESTAMP_LTZ", &berlin, "2023-06-01 08:30:00.000Z");
        let tokyo = [text("2023-01-01 00:00:00.25"), text("yyyy-MM-dd HH:mm:ss.SS"), text("Asia/Tokyo")];
        check("TO_TIMESTAMP_LTZ", &tokyo, "2022-12-31 15:00:00.250Z");
        check("TO_TIMESTAMP_LTZ", &[text("never")], "NULL");
        check("TO_TIMESTAMP_LTZ", &[text("2023-01-01"), text("yyyy-MM-dd"), text("Mars")], "error: there is no such time zone");
    }
}

//! Dates and times as PostgreSQL takes them apart and puts them together: DATE_TRUNC, DATE_PART, DATE_BIN and MAKE_DATE with its kin.
//!
//! Unlike in EXTRACT and FLOOR, which are Flink's, weeks begin on Monday, Sunday is day 0 of the week, and seconds have their fraction.

use super::calendar::{self, Unit};
use super::datetime::{
    NO_SUCH_FIELD, NO_SUCH_UNIT, OUT_OF_RANGE, field_at, field_of_interval, field_of_months, has_field, in_range, unit_at,
};
use super::kernel::{Cached, Call, Fallible, Native, Reason, kernel};
use super::signature::Param::{Double, Integer, Text};
use super::signature::{Param, function, takes, takes_some};
use super::zone::{Zone, zone_at};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;
use crate::types::time::{DAY, SECOND, days_from_civil, days_in_month};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("DATE_TRUNC", "('unit', time or interval [, zone])", "The time with all below a unit cut off")
        .example("DATE_TRUNC('hour', TIMESTAMP '2001-02-16 20:38:40')", "2001-02-16 20:00:00")
        .also(&["DATETRUNC"])
        .of(truncated_types, |t, _| match t.len() {
            2 => truncated(&t[1]),
            _ => truncated_in_zone(),
        })
        .prepared(&[unit_at(0), zone_at(2)]),
    function("DATE_PART", "('field', time or interval)", "A field of a time as a DOUBLE")
        .example("DATE_PART('hour', TIMESTAMP '2001-02-16 20:38:40')", "20.0")
        .also(&["DATEPART"])
        .of(part_types, |t, _| part(&t[1]))
        .prepared(&[field_at(0)]),
    function(
        "DATE_BIN",
        "(interval, time [, origin])",
        "The beginning of the interval that the time is in, counted from 1970 unless said",
    )
    .example("DATE_BIN(INTERVAL '15' MINUTE, TIMESTAMP '2020-02-11 15:44:17')", "2020-02-11 15:30:00")
    .of(bin_types, |_, _| kernel(bin)),
    function("MAKE_DATE", "(year, month, day)", "The date of these fields")
        .example("MAKE_DATE(2013, 7, 15)", "2013-07-15")
        .of(|t| Some((takes(t, &[Integer; 3])?, DataType::Date)), |_, _| kernel(make_date)),
    function("MAKE_TIME", "(hour, minute, seconds)", "The time of day of these fields")
        .example("MAKE_TIME(8, 15, 23.5)", "08:15:23.500000")
        .of(|t| Some((takes(t, &[Integer, Integer, Double])?, DataType::Time(6))), |_, _| kernel(make_time)),
    function("MAKE_TIMESTAMP", "(year, month, day, hour, minute, seconds)", "The timestamp of these fields")
        .example("MAKE_TIMESTAMP(2013, 7, 15, 8, 15, 23.5)", "2013-07-15 08:15:23.500000")
        .of(timestamp_types, |_, _| kernel(make_timestamp)),
    function(
        "MAKE_TIMESTAMPTZ",
        "(year, month, day, hour, minute, seconds [, zone])",
        "The moment of these fields in a zone, UTC unless said",
    )
    .example("MAKE_TIMESTAMPTZ(2013, 7, 15, 8, 15, 23.5, 'Europe/Berlin')", "2013-07-15 06:15:23.500000Z")
    .of(instant_types, |_, _| make_instant())
    .prepared(&[zone_at(6)]),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

/// Text for the name of a unit, and a time: that of text is a TIMESTAMP.
fn unit_and_time(given: &[DataType], takes_time: fn(&DataType) -> bool) -> Option<Vec<DataType>> {
    let [unit, time] = given else { return None };
    let mut args = takes(std::slice::from_ref(unit), &[Text])?;
    args.push(match time {
        time if takes_time(time) => time.clone(),
        time => takes(std::slice::from_ref(time), &[Param::Timestamp])?.remove(0),
    });
    Some(args)
}

fn truncated_types(given: &[DataType]) -> Resolved {
    if let [unit, instant @ DataType::TimestampLtz(_), zone] = given {
        let texts = takes(&[unit.clone(), zone.clone()], &[Text, Text])?;
        return Some((vec![texts[0].clone(), instant.clone(), texts[1].clone()], instant.clone()));
    }
    let is_interval = |time: &DataType| matches!(time, DataType::IntervalDay | DataType::IntervalMonth);
    let args = unit_and_time(given, is_interval)?;
    let returns = args[1].clone();
    Some((args, returns))
}

/// The unit of a name that is mostly the same in every row.
struct Named(Cached<Unit>);

impl Named {
    fn new() -> Self {
        Self(Cached::new())
    }

    /// Hot: once per row.
    fn of(&mut self, name: &str) -> Fallible<Unit> {
        self.0.of(name, |name| Unit::named(name).ok_or(NO_SUCH_UNIT)).copied()
    }
}

fn truncated(time: &DataType) -> Result<Box<dyn Kernel>> {
    match time {
        DataType::IntervalMonth => truncate(calendar::truncate_months),
        DataType::IntervalDay => truncate(calendar::truncate_interval),
        _ => truncate(calendar::truncate_nanos),
    }
}

fn truncate<T: Native + 'static>(truncate: fn(Unit, T) -> Option<T>) -> Result<Box<dyn Kernel>> {
    let mut units = Named::new();
    kernel(move |call| {
        let (names, times) = (call.strings(0), call.values::<T>(1));
        call.map(|row| {
            let unit = units.of(names.text(row))?;
            if unit.has_length() { in_range(truncate(unit, times[row])) } else { Err(NO_SUCH_UNIT) }
        })
    })
}

/// Where the unit began by the clocks of a place. Clocks that are put back show an hour twice: the part of a day began in the one that the instant is in.
fn truncated_in_zone() -> Result<Box<dyn Kernel>> {
    let (mut units, mut zones) = (Named::new(), Cached::new());
    kernel(move |call: Call<'_>| -> Column {
        let (names, instants, places) = (call.strings(0), call.values::<i64>(1), call.strings(2));
        call.map(|row| {
            let unit = units.of(names.text(row))?;
            let zone: &Zone = zones.of(places.text(row), Zone::named)?;
            let local = zone.local(instants[row])?;
            let began = if unit.has_length() { calendar::truncate_nanos(unit, local) } else { return Err(NO_SUCH_UNIT) };
            let began = began.ok_or(OUT_OF_RANGE)?;
            if unit.is_of_days() { zone.instant(began).map(Some) } else { in_range(instants[row].checked_sub(local - began)) }
        })
    })
}

fn part_types(given: &[DataType]) -> Resolved {
    let has_parts =
        |time: &DataType| matches!(time, DataType::Date | DataType::Time(_) | DataType::IntervalDay | DataType::IntervalMonth);
    Some((unit_and_time(given, has_parts)?, DataType::Double))
}

fn part(time: &DataType) -> Result<Box<dyn Kernel>> {
    match time {
        DataType::IntervalMonth => part_of(time, |unit, months: i32| field_of_months(unit, months) as f64),
        DataType::Date => part_of(time, |unit, days: i32| match unit {
            Unit::Dow => calendar::field_of_days(unit, days) as f64 - 1.0,
            _ => calendar::field_of_days(unit, days) as f64,
        }),
        DataType::IntervalDay => {
            part_of(time, |unit, nanos: i64| with_fraction(unit, nanos).unwrap_or_else(|| field_of_interval(unit, nanos) as f64))
        }
        DataType::Time(_) => part_of(time, |unit, nanos: i64| {
            with_fraction(unit, nanos).unwrap_or_else(|| calendar::field_of_time(unit, nanos) as f64)
        }),
        _ => part_of(time, |unit, nanos: i64| match unit {
            Unit::Epoch => nanos as f64 / SECOND as f64,
            Unit::Julian => calendar::field_of_timestamp(unit, nanos) as f64 + nanos.rem_euclid(DAY) as f64 / DAY as f64,
            Unit::Dow => calendar::field_of_timestamp(unit, nanos) as f64 - 1.0,
            _ => with_fraction(unit, nanos.rem_euclid(DAY)).unwrap_or_else(|| calendar::field_of_timestamp(unit, nanos) as f64),
        }),
    }
}

fn part_of<T: Native + 'static>(time: &DataType, part: fn(Unit, T) -> f64) -> Result<Box<dyn Kernel>> {
    let (mut units, time) = (Named::new(), time.clone());
    kernel(move |call| {
        let (names, times) = (call.strings(0), call.values::<T>(1));
        call.map(|row| {
            let unit = units.of(names.text(row))?;
            if has_field(unit, &time) { Ok(Some(part(unit, times[row]))) } else { Err(NO_SUCH_FIELD) }
        })
    })
}

/// The seconds of a minute, or all of them, in this unit; `None` for other fields.
fn with_fraction(unit: Unit, nanos: i64) -> Option<f64> {
    let in_minute = (nanos % (60 * SECOND)) as f64;
    Some(match unit {
        Unit::Second => in_minute / 1e9,
        Unit::Millisecond => in_minute / 1e6,
        Unit::Microsecond => in_minute / 1e3,
        Unit::Nanosecond => in_minute,
        Unit::Epoch => nanos as f64 / 1e9,
        _ => return None,
    })
}

fn bin_types(given: &[DataType]) -> Resolved {
    let (stride, times) = given.split_first()?;
    let mut args = match stride {
        DataType::IntervalDay | DataType::Null => vec![DataType::IntervalDay],
        _ => return None,
    };
    args.extend(takes_some(times, &[Param::Timestamp, Param::Timestamp], 1)?);
    let returns = args[1].clone();
    Some((args, returns))
}

/// The last multiple of the interval, counted from the origin, that is not after the time.
fn bin(call: Call<'_>) -> Column {
    let (strides, times, origins) = (call.values::<i64>(0), call.values::<i64>(1), call.integers_if_given(2));
    call.map(|row| {
        if strides[row] <= 0 {
            return Err("the interval of DATE_BIN is not longer than 0");
        }
        let time = i128::from(times[row]);
        let since = time - origins.map_or(0, |origins| i128::from(origins[row]));
        in_range(i64::try_from(time - since.rem_euclid(i128::from(strides[row]))).ok())
    })
}

const NO_SUCH_DATE: Reason = "there is no such date";
const NO_SUCH_TIME: Reason = "there is no such time of the day";

fn days_of(year: i64, month: i64, day: i64) -> Fallible<i32> {
    /// Years of a DATE.
    const YEARS: std::ops::RangeInclusive<i64> = 1..=9_999;
    if !YEARS.contains(&year) || !(1..=12).contains(&month) {
        return Err(NO_SUCH_DATE);
    }
    let (year, month) = (year as i32, month as u32);
    let day = u32::try_from(day).ok().filter(|day| (1..=days_in_month(year, month)).contains(day)).ok_or(NO_SUCH_DATE)?;
    Ok(days_from_civil(year, month, day))
}

/// Rounded to microseconds; 60 seconds are the next minute, as in PostgreSQL.
fn nanos_of(hour: i64, minute: i64, seconds: f64) -> Fallible<i64> {
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0.0..=60.0).contains(&seconds) {
        return Err(NO_SUCH_TIME);
    }
    let nanos = (hour * 3_600 + minute * 60) * SECOND + (seconds * 1e6).round() as i64 * 1_000;
    if nanos < DAY { Ok(nanos) } else { Err(NO_SUCH_TIME) }
}

fn make_date(call: Call<'_>) -> Column {
    let [year, month, day] = [0, 1, 2].map(|at| call.values::<i64>(at));
    call.map(|row| days_of(year[row], month[row], day[row]).map(Some))
}

fn make_time(call: Call<'_>) -> Column {
    let ([hour, minute], seconds) = ([0, 1].map(|at| call.values::<i64>(at)), call.values::<f64>(2));
    call.map(|row| nanos_of(hour[row], minute[row], seconds[row]).map(Some))
}

const PARTS: [Param; 7] = [Integer, Integer, Integer, Integer, Integer, Double, Text];

fn timestamp_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &PARTS[..6])?, DataType::Timestamp(6)))
}

fn instant_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &PARTS, 6)?, DataType::TimestampLtz(6)))
}

/// The six parts of a timestamp.
struct Parts<'a> {
    whole: [&'a [i64]; 5],
    seconds: &'a [f64],
}

impl<'a> Parts<'a> {
    fn of(call: &Call<'a>) -> Self {
        Self { whole: [0, 1, 2, 3, 4].map(|at| call.values(at)), seconds: call.values(5) }
    }

    fn nanos(&self, row: usize) -> Fallible<i64> {
        let [year, month, day, hour, minute] = self.whole.map(|values| values[row]);
        let days = days_of(year, month, day)?;
        let nanos = nanos_of(hour, minute, self.seconds[row])?;
        i64::from(days).checked_mul(DAY).and_then(|midnight| midnight.checked_add(nanos)).ok_or(OUT_OF_RANGE)
    }
}

fn make_timestamp(call: Call<'_>) -> Column {
    let parts = Parts::of(&call);
    call.map(|row| parts.nanos(row).map(Some))
}

/// By the clocks of a place, or those of UTC.
fn make_instant() -> Result<Box<dyn Kernel>> {
    let mut zones = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (parts, places) = (Parts::of(&call), call.strings_if_given(6));
        call.map(|row| {
            let local = parts.nanos(row)?;
            let zone = places.map(|places| zones.of(places.text(row), Zone::named)).transpose()?;
            zone.map_or(Ok(local), |zone: &Zone| zone.instant(local)).map(Some)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, double, int, text, typed};
    use super::*;
    use crate::types::Value;

    fn ts(text: &str) -> (Value, DataType) {
        typed(text, DataType::Timestamp(6))
    }

    fn interval(seconds: i64) -> (Value, DataType) {
        (Value::Int(seconds * SECOND), DataType::IntervalDay)
    }

    /// Values of the documentation of PostgreSQL and RisingWave.
    #[test]
    fn times_are_cut_to_a_unit() {
        for (unit, expected) in [
            ("microseconds", "2202-02-16 20:38:40.123456"),
            ("milliseconds", "2202-02-16 20:38:40.123000"),
            ("second", "2202-02-16 20:38:40.000000"),
            ("MINUTE", "2202-02-16 20:38:00.000000"),
            ("hour", "2202-02-16 20:00:00.000000"),
            ("day", "2202-02-16 00:00:00.000000"),
            ("week", "2202-02-15 00:00:00.000000"),
            ("month", "2202-02-01 00:00:00.000000"),
            ("quarter", "2202-01-01 00:00:00.000000"),
            ("year", "2202-01-01 00:00:00.000000"),
            ("decade", "2200-01-01 00:00:00.000000"),
            ("century", "2201-01-01 00:00:00.000000"),
            ("millennium", "2001-01-01 00:00:00.000000"),
        ] {
            check("DATE_TRUNC", &[text(unit), ts("2202-02-16 20:38:40.123456")], expected);
        }
        check("DATE_TRUNC", &[text("week"), typed("2024-02-11", DataType::Date)], "2024-02-05 00:00:00");
        check("DATE_TRUNC", &[text("week"), ts("1969-12-28 23:00:00")], "1969-12-22 00:00:00.000000");
        check("DATE_TRUNC", &[text("hour"), typed("2024-02-11 10:30:00Z", DataType::TimestampLtz(0))], "2024-02-11 10:00:00Z");
        let utc = |time: &str| typed(time, DataType::TimestampLtz(0));
        for (unit, expected) in [
            ("hour", "2202-02-16 20:00:00Z"),
            ("day", "2202-02-16 13:00:00Z"),
            ("week", "2202-02-14 13:00:00Z"),
            ("century", "2200-12-31 13:00:00Z"),
        ] {
            check("DATE_TRUNC", &[text(unit), utc("2202-02-16 20:38:40Z"), text("Australia/Sydney")], expected);
        }
        // Clocks that showed an hour, or half of one, twice.
        for (time, place, expected) in [
            ("2023-11-05 08:40:00Z", "US/Pacific", "2023-11-05 08:00:00Z"),
            ("2023-11-05 09:40:00Z", "US/Pacific", "2023-11-05 09:00:00Z"),
            ("2023-04-01 15:58:00Z", "Australia/South", "2023-04-01 15:30:00Z"),
            ("2023-04-01 16:58:00Z", "Australia/South", "2023-04-01 16:30:00Z"),
            ("2023-04-01 14:45:00Z", "Australia/Lord_Howe", "2023-04-01 14:00:00Z"),
            ("2023-04-01 15:15:00Z", "Australia/Lord_Howe", "2023-04-01 14:30:00Z"),
        ] {
            check("DATE_TRUNC", &[text("hour"), utc(time), text(place)], expected);
        }
        check("DATE_TRUNC", &[text("dow"), ts("2024-02-11")], "error: there is no such unit of time");
        check("DATE_TRUNC", &[text("hour"), interval(-5_400)], "-0 01:00:00.000");
        check("DATE_TRUNC", &[text("year"), (Value::Int(27), DataType::IntervalMonth)], "+2-00");
    }

    #[test]
    fn times_are_taken_apart() {
        for (field, expected) in [
            ("century", "21.0"),
            ("day", "16.0"),
            ("decade", "200.0"),
            ("dow", "5.0"),
            ("isodow", "5.0"),
            ("doy", "47.0"),
            ("epoch", "982355920.25"),
            ("hour", "20.0"),
            ("second", "40.25"),
            ("milliseconds", "40250.0"),
            ("microseconds", "40250000.0"),
            ("week", "7.0"),
        ] {
            check("DATE_PART", &[text(field), ts("2001-02-16 20:38:40.25")], expected);
        }
        check("DATE_PART", &[text("dow"), typed("2024-02-11", DataType::Date)], "0.0");
        check("DATE_PART", &[text("second"), interval(-90)], "-30.0");
        check("DATE_PART", &[text("month"), (Value::Int(27), DataType::IntervalMonth)], "3.0");
        check("DATE_PART", &[text("hour"), typed("13:14:15", DataType::Time(0))], "13.0");
        check("DATE_PART", &[text("year"), typed("13:14:15", DataType::Time(0))], "error: the time has no such field");
        check("DATE_PART", &[text("fortnight"), ts("2001-02-16")], "error: there is no such unit of time");
    }

    #[test]
    fn times_are_put_into_bins() {
        let bin = |seconds, time, origin, expected| check("DATE_BIN", &[interval(seconds), ts(time), ts(origin)], expected);
        bin(900, "2020-02-11 15:44:17", "2001-01-01", "2020-02-11 15:30:00.000000");
        bin(900, "2020-02-11 15:44:17", "2001-01-01 00:02:30", "2020-02-11 15:32:30.000000");
        bin(10_800, "2021-01-01 05:45:00", "2021-01-01", "2021-01-01 03:00:00.000000");
        bin(3_600, "2020-02-11 15:44:17", "2030-01-01 00:30:00", "2020-02-11 15:30:00.000000");
        bin(0, "2020-02-11 15:44:17", "2001-01-01", "error: the interval of DATE_BIN is not longer than 0");
        check("DATE_BIN", &[interval(7_200), ts("1969-12-31 23:30:00")], "1969-12-31 22:00:00.000000");
        let ever = (Value::Int(i64::MAX), DataType::IntervalDay);
        check("DATE_BIN", &[ever, ts("1677-09-22"), ts("1970-01-02")], "error: the time is out of range");
    }

    #[test]
    fn times_are_put_together() {
        check("MAKE_DATE", &[int(2013), int(7), int(15)], "2013-07-15");
        check("MAKE_DATE", &[int(2023), int(2), int(29)], "error: there is no such date");
        check("MAKE_DATE", &[int(2024), int(13), int(1)], "error: there is no such date");
        check("MAKE_TIME", &[int(8), int(15), double(23.5)], "08:15:23.500000");
        check("MAKE_TIME", &[int(9), int(4), double(60.0)], "09:05:00.000000");
        check("MAKE_TIME", &[int(23), int(59), double(60.0)], "error: there is no such time of the day");
        check("MAKE_TIME", &[int(24), int(0), double(0.0)], "error: there is no such time of the day");
        check("MAKE_TIME", &[int(1), int(0), double(f64::NAN)], "error: there is no such time of the day");
        let at = |year, seconds| [int(year), int(7), int(15), int(8), int(15), double(seconds)];
        check("MAKE_TIMESTAMP", &at(2013, 23.5), "2013-07-15 08:15:23.500000");
        check("MAKE_TIMESTAMP", &at(2013, 1.1), "2013-07-15 08:15:01.100000");
        check("MAKE_TIMESTAMP", &at(9999, 0.0), "error: the time is out of range");
        check("MAKE_TIMESTAMPTZ", &at(2013, 23.5), "2013-07-15 08:15:23.500000Z");
        let in_zone = |zone| [at(2013, 23.5).as_slice(), &[text(zone)]].concat();
        check("MAKE_TIMESTAMPTZ", &in_zone("Europe/Berlin"), "2013-07-15 06:15:23.500000Z");
        check("MAKE_TIMESTAMPTZ", &in_zone("Atlantis"), "error: there is no such time zone");
    }
}

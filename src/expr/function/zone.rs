//! Time zones: the time of a place as an instant, and an instant as the time of a place. Zones are those of the IANA database by their
//! names, in any case, and distances to UTC such as `+05:30` or `GMT-8`. A zone is looked up once and again only where it changes.
//!
//! A time that a place had twice is taken for the later instant, and one that it skipped for what clocks would have shown without the skip.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::kernel::{Cached, Call, Fallible, Reason, kernel};
use super::signature::Param::Text;
use super::signature::{Param, function, takes};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;
use crate::types::time::{SECOND, parse_timestamp, write_timestamp};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function(
        "TIMEZONE",
        "TIMEZONE(zone, timestamp) or timestamp AT TIME ZONE zone",
        "The moment at which it is this time in a zone, or the time there at a moment",
    )
    .example("TIMEZONE('America/Denver', TIMESTAMP '2001-02-16 20:38:40')", "2001-02-17 03:38:40Z")
    .of(zone_types, |t, _| at_zone(&t[1]))
    .prepared(&[zone_at(0)]),
    function("CONVERT_TZ", "(text, from zone, to zone)", "The time in another zone, as a text")
        .example("CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')", "1969-12-31 16:00:00")
        .of(|t| Some((takes(t, &[Text; 3])?, DataType::STRING)), |_, _| convert())
        .prepared(&[zone_at(1), zone_at(2)]),
    function("CONVERT_TIMEZONE", "(from zone, to zone, timestamp)", "The time in another zone")
        .example("CONVERT_TIMEZONE('UTC', 'Asia/Tokyo', TIMESTAMP '2024-01-01 00:00:00')", "2024-01-01 09:00:00")
        .of(moved_types, |_, _| moved())
        .prepared(&[zone_at(0), zone_at(1)]),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

/// A TIMESTAMP is the time of the place, and becomes an instant; an instant becomes the time of the place.
fn zone_types(given: &[DataType]) -> Resolved {
    let args = takes(given, &[Text, Param::Timestamp])?;
    let returns = match args[1] {
        DataType::TimestampLtz(digits) => DataType::Timestamp(digits),
        DataType::Timestamp(digits) => DataType::TimestampLtz(digits),
        _ => return None,
    };
    Some((args, returns))
}

fn moved_types(given: &[DataType]) -> Resolved {
    let args = takes(given, &[Text, Text, Param::Timestamp])?;
    let returns = args[2].clone();
    matches!(returns, DataType::Timestamp(_)).then_some((args, returns))
}

const OUT_OF_RANGE: Reason = "the time is out of range";

/// A place, or a distance to UTC.
pub(super) struct Zone(TimeZone);

impl Zone {
    /// The zone of this name.
    pub fn named(name: &str) -> Fallible<Zone> {
        let fixed = fixed_offset(name).map(TimeZone::fixed);
        fixed.map_or_else(|| TimeZone::get(name).map_err(|_| "there is no such time zone"), Ok).map(Zone)
    }

    /// What clocks show at an instant. Hot: once per row.
    pub fn local(&self, instant: i64) -> Fallible<i64> {
        let offset = self.0.to_offset(timestamp(instant)?);
        instant.checked_add(i64::from(offset.seconds()) * SECOND).ok_or(OUT_OF_RANGE)
    }

    /// When clocks show this. Hot: once per row.
    pub fn instant(&self, local: i64) -> Fallible<i64> {
        let shown = Offset::UTC.to_datetime(timestamp(local)?);
        let instant = self.0.to_ambiguous_timestamp(shown).later().map_err(|_| OUT_OF_RANGE)?;
        i64::try_from(instant.as_nanosecond()).map_err(|_| OUT_OF_RANGE)
    }
}

/// The instant of a time of a place that is named behind it, such as `2024-11-20 20:00:00 Asia/Shanghai`.
#[cold]
pub(in crate::expr) fn instant_of(text: &str) -> Option<i64> {
    let (time, place) = text.rsplit_once(' ')?;
    Zone::named(place).ok()?.instant(parse_timestamp(time.trim_end().as_bytes())?).ok()
}

fn timestamp(nanos: i64) -> Fallible<Timestamp> {
    Timestamp::from_nanosecond(nanos.into()).map_err(|_| OUT_OF_RANGE)
}

/// `Z`, or hours and minutes behind `+` or `-`, with `GMT` or `UTC` in front or not.
fn fixed_offset(name: &str) -> Option<Offset> {
    let upper = name.to_ascii_uppercase();
    let plain = ["GMT", "UTC"].into_iter().find_map(|prefix| upper.strip_prefix(prefix)).unwrap_or(&upper);
    if plain == "Z" || (plain.is_empty() && !name.is_empty()) {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match plain.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let number = |text: &str, most: i32| {
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &i32| is_number && *number <= most)
    };
    Offset::from_seconds(sign * (number(hours, 18)? * 3_600 + number(minutes, 59)? * 60)).ok()
}

fn at_zone(time: &DataType) -> Result<Box<dyn Kernel>> {
    let mut zones = Cached::new();
    let convert = if matches!(time, DataType::TimestampLtz(_)) { Zone::local } else { Zone::instant };
    kernel(move |call| {
        let (names, times) = (call.strings(0), call.values::<i64>(1));
        call.map(|row| convert(zones.of(names.text(row), Zone::named)?, times[row]).map(Some))
    })
}

/// The argument in this place is a zone.
pub(super) const fn zone_at(place: usize) -> Prepared {
    Prepared::of(
        place,
        |name, _| Zone::named(name).err(),
        "zones are called as in the IANA database, such as 'Europe/Berlin', or are distances to UTC such as '+05:30'",
    )
    .named(|| jiff::tz::db().available().map(|name| name.to_string()).collect())
}

/// What clocks of one place show as those of another do; NULL where there is no such place.
fn moved() -> Result<Box<dyn Kernel>> {
    let (mut from_zones, mut to_zones) = (Cached::new(), Cached::new());
    kernel(move |call| {
        let (from, to, times) = (call.strings(0), call.strings(1), call.values::<i64>(2));
        call.map(|row| {
            let zones = (from_zones.of(from.text(row), Zone::named), to_zones.of(to.text(row), Zone::named));
            let (Ok(from), Ok(to)) = zones else { return Ok(None) };
            to.local(from.instant(times[row])?).map(Some)
        })
    })
}

/// NULL for text that is no time.
fn convert() -> Result<Box<dyn Kernel>> {
    let (mut from_zones, mut to_zones) = (Cached::new(), Cached::new());
    kernel(move |call: Call<'_>| -> Column {
        let [texts, from, to] = [0, 1, 2].map(|at| call.strings(at));
        call.write(|row, out| {
            let (from, to): (&Zone, &Zone) =
                (from_zones.of(from.text(row), Zone::named)?, to_zones.of(to.text(row), Zone::named)?);
            let Some(time) = parse_timestamp(texts.bytes(row)) else { return Ok(None) };
            write_timestamp(out, to.local(from.instant(time)?)?, 0);
            Ok(Some(()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, text, typed};
    use super::*;

    /// Values of the tests of RisingWave and of the documentation of Flink.
    #[test]
    fn times_of_places_are_instants() {
        let instant = |zone, time, expected| check("TIMEZONE", &[text(zone), typed(time, DataType::Timestamp(0))], expected);
        instant("us/pacific", "2021-12-31 16:00:00", "2022-01-01 00:00:00Z");
        instant("us/pacific", "2022-03-13 02:00:00", "2022-03-13 10:00:00Z");
        instant("us/pacific", "2022-11-06 01:00:00", "2022-11-06 09:00:00Z");
        instant("Europe/Moscow", "2011-03-27 02:59:59", "2011-03-26 23:59:59Z");
        instant("Europe/Moscow", "2011-03-27 03:00:00", "2011-03-26 23:00:00Z");
        instant("Europe/Moscow", "2014-10-26 01:00:00", "2014-10-25 22:00:00Z");
        instant("Europe/Moscow", "2014-10-26 00:59:59", "2014-10-25 20:59:59Z");
        instant("+05:30", "2024-01-01 05:30:00", "2024-01-01 00:00:00Z");
        instant("Atlantis/Capital", "2024-01-01 05:30:00", "error: there is no such time zone");
        let local = |zone, time, expected| check("TIMEZONE", &[text(zone), typed(time, DataType::TimestampLtz(0))], expected);
        local("US/Pacific", "2022-01-01 00:00:00Z", "2021-12-31 16:00:00");
        local("Asia/Shanghai", "2024-02-28 20:00:00Z", "2024-02-29 04:00:00");
        local("Europe/Moscow", "2014-10-25 22:00:00Z", "2014-10-26 01:00:00");
        let convert = |time, from, to, expected| check("CONVERT_TZ", &[text(time), text(from), text(to)], expected);
        convert("1970-01-01 00:00:00", "UTC", "America/Los_Angeles", "1969-12-31 16:00:00");
        convert("1970-01-01 00:00:00", "GMT-08:00", "UTC", "1970-01-01 08:00:00");
        convert("soon", "UTC", "America/Los_Angeles", "NULL");
    }

    #[test]
    fn distances_to_utc_are_zones() {
        for (name, seconds) in [
            ("UTC", Some(0)),
            ("gmt", Some(0)),
            ("Z", Some(0)),
            ("+0530", Some(19_800)),
            ("GMT-8", Some(-28_800)),
            ("UTC+14:00", Some(50_400)),
            ("", None),
            ("+", None),
            ("+24", None),
            ("+1:60", None),
            ("+1:-5", None),
            ("+12345", None),
        ] {
            assert_eq!(fixed_offset(name).map(Offset::seconds), seconds, "{name}");
        }
    }

    #[test]
    fn instants_come_back_from_every_place() {
        let mut random = fastrand::Rng::with_seed(13);
        for name in ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"] {
            let zone = Zone::named(name).expect(name);
            for _ in 0..500 {
                let instant = random.i64(-3_000_000_000 * SECOND..4_000_000_000 * SECOND);
                let local = zone.local(instant).expect("in range");
                let back = zone.instant(local).expect("in range");
                // Another instant only where clocks showed the same twice, and then a later one.
                assert!(back >= instant && zone.local(back) == Ok(local), "{name} {instant}");
            }
        }
    }
}

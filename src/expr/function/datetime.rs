//! Functions of dates and times: fields, rounding to a unit, times moved by units and counted in them. The session's zone is UTC.

use super::calendar::{self, Unit};
use super::kernel::{Cached, Call, Fallible, Outcome, Reason, kernel};
use super::signature::Param::{Integer, Text, Timestamp};
use super::signature::{function, internal, takes};
use crate::batch::StrColumn;
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;
use crate::types::time::{DAY, SECOND};

/// A function of one time that gives a field of it: `EXTRACT_<UNIT>`, and one with a name and a meaning of its own.
macro_rules! field {
    ($name:literal, $unit:ident) => {
        internal($name, |t| field_types(t, Unit::$unit), |t, _| field(&t[0], UnitOf::Function(Unit::$unit), 0))
    };
    ($name:literal, $unit:ident, $meaning:literal, $example:literal, $result:literal) => {
        function($name, "(time)", $meaning)
            .example($example, $result)
            .of(|t| field_types(t, Unit::$unit), |t, _| field(&t[0], UnitOf::Function(Unit::$unit), 0))
    };
}

macro_rules! floor {
    ($unit:ident, $floor:literal, $ceil:literal) => {
        [
            internal($floor, round_types, |t, _| rounded(&t[0], &FLOOR, UnitOf::Function(Unit::$unit))),
            internal($ceil, round_types, |t, _| rounded(&t[0], &CEIL, UnitOf::Function(Unit::$unit))),
        ]
    };
}

macro_rules! moved {
    ($unit:ident, $add:literal, $between:literal) => {
        [
            internal($add, |t| add_types(t, Unit::$unit), |t, _| add(&t[1], Unit::$unit)),
            internal($between, |t| between_types(t, Unit::$unit), |_, returns| between(returns, Unit::$unit)),
        ]
    };
}

/// The fields.
pub(super) static FIELDS: &[ScalarFunction] = &[
    function("EXTRACT", "(field FROM time or interval)", "A field of a time")
        .example("EXTRACT(DAY FROM DATE '2006-06-05')", "5")
        .of(extract_types, |t, _| extract(t)),
    field!("EXTRACT_YEAR", Year),
    field!("EXTRACT_QUARTER", Quarter),
    field!("EXTRACT_MONTH", Month),
    field!("EXTRACT_WEEK", Week),
    field!("EXTRACT_DAY", Day),
    field!("EXTRACT_DOY", Doy),
    field!("EXTRACT_DOW", Dow),
    field!("EXTRACT_ISODOW", IsoDow),
    field!("EXTRACT_ISOYEAR", IsoYear),
    field!("EXTRACT_HOUR", Hour),
    field!("EXTRACT_MINUTE", Minute),
    field!("EXTRACT_SECOND", Second),
    field!("EXTRACT_MILLISECOND", Millisecond),
    field!("EXTRACT_MICROSECOND", Microsecond),
    field!("EXTRACT_NANOSECOND", Nanosecond),
    field!("EXTRACT_EPOCH", Epoch),
    field!("EXTRACT_DECADE", Decade),
    field!("EXTRACT_CENTURY", Century),
    field!("EXTRACT_MILLENNIUM", Millennium),
    field!("YEAR", Year, "The year", "YEAR(DATE '1994-09-27')", "1994"),
    field!("QUARTER", Quarter, "The quarter of the year, from 1 to 4", "QUARTER(DATE '1994-09-27')", "3"),
    field!("MONTH", Month, "The month, from 1 to 12", "MONTH(DATE '1994-09-27')", "9"),
    field!("WEEK", Week, "The week of the year in ISO 8601, from 1 to 53", "WEEK(DATE '1994-09-27')", "39"),
    field!("DAYOFYEAR", Doy, "The day of the year, from 1 to 366", "DAYOFYEAR(DATE '1994-09-27')", "270"),
    field!("DAYOFMONTH", Day, "The day of the month, from 1 to 31", "DAYOFMONTH(DATE '1994-09-27')", "27"),
    field!("DAYOFWEEK", Dow, "The day of the week, from 1 on Sunday to 7", "DAYOFWEEK(DATE '1994-09-27')", "3"),
    field!("HOUR", Hour, "The hour, from 0 to 23", "HOUR(TIMESTAMP '1994-09-27 13:14:15')", "13"),
    field!("MINUTE", Minute, "The minute, from 0 to 59", "MINUTE(TIMESTAMP '1994-09-27 13:14:15')", "14"),
    field!("SECOND", Second, "The second, from 0 to 59", "SECOND(TIMESTAMP '1994-09-27 13:14:15')", "15"),
    function("TO_UNIXTIME", "TO_UNIXTIME(time or seconds) or TO_UNIXTIME(text, pattern, ...)", "The seconds since 1970")
        .example("TO_UNIXTIME(TIMESTAMP '1970-01-02 00:00:00')", "86400")
        .of(|t| field_types(t, Unit::Epoch), |t, _| field(&t[0], UnitOf::Function(Unit::Epoch), 0)),
];

/// Rounding.
pub(super) static ROUNDING: [[ScalarFunction; 2]; 12] = [
    floor!(Millisecond, "FLOOR_TO_MILLISECOND", "CEIL_TO_MILLISECOND"),
    floor!(Second, "FLOOR_TO_SECOND", "CEIL_TO_SECOND"),
    floor!(Minute, "FLOOR_TO_MINUTE", "CEIL_TO_MINUTE"),
    floor!(Hour, "FLOOR_TO_HOUR", "CEIL_TO_HOUR"),
    floor!(Day, "FLOOR_TO_DAY", "CEIL_TO_DAY"),
    floor!(Week, "FLOOR_TO_WEEK", "CEIL_TO_WEEK"),
    floor!(Month, "FLOOR_TO_MONTH", "CEIL_TO_MONTH"),
    floor!(Quarter, "FLOOR_TO_QUARTER", "CEIL_TO_QUARTER"),
    floor!(Year, "FLOOR_TO_YEAR", "CEIL_TO_YEAR"),
    floor!(Decade, "FLOOR_TO_DECADE", "CEIL_TO_DECADE"),
    floor!(Century, "FLOOR_TO_CENTURY", "CEIL_TO_CENTURY"),
    floor!(Millennium, "FLOOR_TO_MILLENNIUM", "CEIL_TO_MILLENNIUM"),
];

/// Moving and counting.
pub(super) static MOVING: [[ScalarFunction; 2]; 11] = [
    moved!(Nanosecond, "TIMESTAMPADD_NANOSECOND", "TIMESTAMPDIFF_NANOSECOND"),
    moved!(Microsecond, "TIMESTAMPADD_MICROSECOND", "TIMESTAMPDIFF_MICROSECOND"),
    moved!(Millisecond, "TIMESTAMPADD_MILLISECOND", "TIMESTAMPDIFF_MILLISECOND"),
    moved!(Second, "TIMESTAMPADD_SECOND", "TIMESTAMPDIFF_SECOND"),
    moved!(Minute, "TIMESTAMPADD_MINUTE", "TIMESTAMPDIFF_MINUTE"),
    moved!(Hour, "TIMESTAMPADD_HOUR", "TIMESTAMPDIFF_HOUR"),
    moved!(Day, "TIMESTAMPADD_DAY", "TIMESTAMPDIFF_DAY"),
    moved!(Week, "TIMESTAMPADD_WEEK", "TIMESTAMPDIFF_WEEK"),
    moved!(Month, "TIMESTAMPADD_MONTH", "TIMESTAMPDIFF_MONTH"),
    moved!(Quarter, "TIMESTAMPADD_QUARTER", "TIMESTAMPDIFF_QUARTER"),
    moved!(Year, "TIMESTAMPADD_YEAR", "TIMESTAMPDIFF_YEAR"),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

pub(super) const OUT_OF_RANGE: Reason = "the time is out of range";
pub(super) const NO_SUCH_FIELD: Reason = "the time has no such field";
pub(super) const NO_SUCH_UNIT: Reason = "there is no such unit of time";

/// Whether a time of this type has this field.
pub(super) fn has_field(unit: Unit, data_type: &DataType) -> bool {
    use DataType as T;
    let is_of_time = !unit.is_of_days();
    match data_type {
        T::Date | T::Timestamp(_) | T::TimestampLtz(_) => true,
        T::Time(_) => is_of_time,
        T::IntervalDay | T::IntervalMonth => is_of_time || unit == Unit::Day || is_of_months(unit),
        _ => false,
    }
}

/// Whether it is a field of an interval of months.
fn is_of_months(unit: Unit) -> bool {
    use Unit::{Century, Decade, Millennium, Month, Quarter, Year};
    matches!(unit, Month | Quarter | Year | Decade | Century | Millennium)
}

/// What is wrong with taking this field of a time, if anything is.
pub fn wrong_field(unit: &str, time: &DataType) -> Option<Reason> {
    match Unit::named(unit) {
        None => Some(NO_SUCH_UNIT),
        Some(unit) => (*time != DataType::Null && !has_field(unit, time)).then_some(NO_SUCH_FIELD),
    }
}

/// The argument in this place is a unit that times are rounded to.
pub(super) const fn unit_at(place: usize) -> Prepared {
    Prepared::of(
        place,
        |unit, _| wrong_rounding(unit),
        "units are nanosecond to second, minute, hour, day, week, month, quarter, year, decade, century and millennium",
    )
    .named(|| Unit::names(Unit::has_length))
}

/// The argument in this place is a field of the time behind it.
pub(super) const fn field_at(place: usize) -> Prepared {
    Prepared::of(place, |unit, types| wrong_field(unit, types.get(1).unwrap_or(&DataType::Null)), "fields are units such as year, month, day, hour and second, of which a TIME has those below a day, and dow, doy, isoyear, epoch").named(|| Unit::names(|_| true))
}

/// What is wrong with rounding to this unit, if anything is.
pub fn wrong_rounding(unit: &str) -> Option<Reason> {
    (!Unit::named(unit).is_some_and(Unit::has_length)).then_some(NO_SUCH_UNIT)
}

fn field_types(given: &[DataType], unit: Unit) -> Resolved {
    let [given] = given else { return None };
    let time = if *given == DataType::Null { DataType::Timestamp(9) } else { given.clone() };
    has_field(unit, &time).then(|| (vec![time], DataType::BigInt))
}

fn extract_types(given: &[DataType]) -> Resolved {
    let [unit, time] = given else { return None };
    let mut args = takes(std::slice::from_ref(unit), &[Text])?;
    args.extend(field_types(std::slice::from_ref(time), Unit::Second)?.0);
    Some((args, DataType::BigInt))
}

/// `EXTRACT(unit FROM time)`, the unit as text in front.
fn extract(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    field(&types[1], UnitOf::Named(Cached::new()), 1)
}

/// From where a kernel knows its unit.
enum UnitOf {
    /// From its name.
    Function(Unit),
    /// From a text argument.
    Named(Cached<Unit>),
}

impl UnitOf {
    /// The argument that names the unit, if one does.
    fn names<'a>(&self, call: &Call<'a>, index: usize) -> Option<&'a StrColumn> {
        matches!(self, UnitOf::Named(_)).then(|| call.strings(index))
    }

    /// The unit of a row. Hot: once per row.
    #[inline]
    fn at(&mut self, names: Option<&StrColumn>, row: usize) -> Fallible<Unit> {
        match (self, names) {
            (UnitOf::Function(unit), _) => Ok(*unit),
            (UnitOf::Named(cache), Some(names)) => {
                cache.of(names.text(row), |name| Unit::named(name).ok_or(NO_SUCH_UNIT)).copied()
            }
            (UnitOf::Named(_), None) => Err(NO_SUCH_UNIT),
        }
    }
}

/// The kernel of a field of the time at argument `index`.
fn field(time: &DataType, mut unit: UnitOf, index: usize) -> Result<Box<dyn Kernel>> {
    let data_type = time.clone();
    kernel(move |call| {
        let names = unit.names(&call, 0);
        let mut unit_at = |row: usize| {
            let unit = unit.at(names, row)?;
            if has_field(unit, &data_type) { Ok(unit) } else { Err(NO_SUCH_FIELD) }
        };
        match data_type {
            DataType::Date => {
                let days = call.values::<i32>(index);
                call.map(|row| Ok(Some(calendar::field_of_days(unit_at(row)?, days[row]))))
            }
            DataType::IntervalMonth => {
                let months = call.values::<i32>(index);
                call.map(|row| Ok(Some(field_of_months(unit_at(row)?, months[row]))))
            }
            DataType::Time(_) => {
                let nanos = call.values::<i64>(index);
                call.map(|row| Ok(Some(calendar::field_of_time(unit_at(row)?, nanos[row]))))
            }
            DataType::IntervalDay => {
                let nanos = call.values::<i64>(index);
                call.map(|row| Ok(Some(field_of_interval(unit_at(row)?, nanos[row]))))
            }
            _ => {
                let nanos = call.values::<i64>(index);
                call.map(|row| Ok(Some(calendar::field_of_timestamp(unit_at(row)?, nanos[row]))))
            }
        }
    })
}

/// Fields of a negative interval are negative; days and less are 0. For EPOCH a year has 365.25 days and a month 30, as in PostgreSQL.
pub(super) fn field_of_months(unit: Unit, months: i32) -> i64 {
    let months = i64::from(months);
    match unit {
        Unit::Millennium => months / 12_000,
        Unit::Century => months / 1_200,
        Unit::Decade => months / 120,
        Unit::Year => months / 12,
        Unit::Quarter => months % 12 / 3 + 1,
        Unit::Month => months % 12,
        Unit::Epoch => months / 12 * 31_557_600 + months % 12 * 30 * 86_400,
        _ => 0,
    }
}

/// Fields of a negative interval are negative; months and more are 0.
pub(super) fn field_of_interval(unit: Unit, nanos: i64) -> i64 {
    match unit {
        unit if is_of_months(unit) => field_of_months(unit, 0),
        Unit::Day => nanos / DAY,
        Unit::Epoch => nanos / SECOND,
        _ => calendar::field_of_time(unit, nanos % DAY),
    }
}

/// DATE and timestamps as they are; NULL as TIMESTAMP.
fn date_or_timestamp(given: &DataType) -> Option<DataType> {
    match given {
        DataType::Null => Some(DataType::Timestamp(3)),
        _ => (given.is_timestamp() || *given == DataType::Date).then(|| given.clone()),
    }
}

/// What can be rounded to a unit.
fn rounded_time(given: &DataType) -> Option<DataType> {
    if let DataType::Time(_) = given { Some(given.clone()) } else { date_or_timestamp(given) }
}

fn round_types(given: &[DataType]) -> Resolved {
    let [given] = given else { return None };
    let time = rounded_time(given)?;
    Some((vec![time.clone()], time))
}

/// Types of `FLOOR(time TO unit)` and `CEIL(time TO unit)`.
pub(super) fn round_to_named_types(time: &DataType, unit: &DataType) -> Resolved {
    let time = rounded_time(time)?;
    let mut args = takes(std::slice::from_ref(unit), &[Text])?;
    args.insert(0, time.clone());
    Some((args, time))
}

/// `FLOOR(time TO unit)`, the unit as text behind.
pub(super) fn floor_to_named(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    rounded(&types[0], &FLOOR, UnitOf::Named(Cached::new()))
}

/// `CEIL(time TO unit)`, the unit as text behind.
pub(super) fn ceil_to_named(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    rounded(&types[0], &CEIL, UnitOf::Named(Cached::new()))
}

/// How days and timestamps are rounded.
struct Rounding {
    days: fn(Unit, i32) -> Option<i32>,
    nanos: fn(Unit, i64) -> Option<i64>,
}

static FLOOR: Rounding = Rounding { days: calendar::floor_days, nanos: calendar::floor_nanos };
static CEIL: Rounding = Rounding { days: calendar::ceil_days, nanos: calendar::ceil_nanos };

fn rounded(time: &DataType, rounding: &'static Rounding, mut unit: UnitOf) -> Result<Box<dyn Kernel>> {
    let (is_date, is_time) = (*time == DataType::Date, matches!(time, DataType::Time(_)));
    kernel(move |call| {
        let names = unit.names(&call, 1);
        let mut unit_at = |row: usize| {
            let unit = unit.at(names, row)?;
            if unit.has_length() && !(is_time && unit.is_of_days()) { Ok(unit) } else { Err(NO_SUCH_UNIT) }
        };
        if is_date {
            let days = call.values::<i32>(0);
            return call.map(|row| in_range((rounding.days)(unit_at(row)?, days[row])));
        }
        let nanos = call.values::<i64>(0);
        // What is rounded up to the end of a day of a TIME is its beginning.
        let wrapped = |nanos: i64| if is_time { nanos % DAY } else { nanos };
        call.map(|row| in_range((rounding.nanos)(unit_at(row)?, nanos[row]).map(wrapped)))
    })
}

pub(super) fn in_range<T>(time: Option<T>) -> Outcome<T> {
    time.map(Some).ok_or(OUT_OF_RANGE)
}

/// A DATE moved by days stays one; moved by less it becomes a timestamp, with the digits that the unit needs.
fn add_types(given: &[DataType], unit: Unit) -> Resolved {
    let [count, time] = given else { return None };
    let mut args = takes(std::slice::from_ref(count), &[Integer])?;
    let precision = |p: u8| match unit {
        Unit::Millisecond => p.max(3),
        Unit::Microsecond => p.max(6),
        Unit::Nanosecond => 9,
        _ => p,
    };
    let (time, returns) = match date_or_timestamp(time)? {
        DataType::Date if unit.is_of_days() => (DataType::Date, DataType::Date),
        DataType::TimestampLtz(p) => (DataType::TimestampLtz(p), DataType::TimestampLtz(precision(p))),
        DataType::Timestamp(p) => (DataType::Timestamp(p), DataType::Timestamp(precision(p))),
        _ => (DataType::Timestamp(0), DataType::Timestamp(precision(0))),
    };
    args.push(time);
    Some((args, returns))
}

fn add(time: &DataType, unit: Unit) -> Result<Box<dyn Kernel>> {
    let is_date = *time == DataType::Date;
    kernel(move |call| {
        let count = call.values::<i64>(0);
        if is_date {
            let days = call.values::<i32>(1);
            return call.map(|row| in_range(calendar::add_to_days(unit, days[row], count[row])));
        }
        let nanos = call.values::<i64>(1);
        call.map(|row| in_range(calendar::add_to_nanos(unit, nanos[row], count[row])))
    })
}

/// INT for a second and more, BIGINT for less.
fn between_types(given: &[DataType], unit: Unit) -> Resolved {
    let returns = match unit {
        Unit::Nanosecond | Unit::Microsecond | Unit::Millisecond => DataType::BigInt,
        _ => DataType::Int,
    };
    Some((takes(given, &[Timestamp, Timestamp])?, returns))
}

fn between(returns: &DataType, unit: Unit) -> Result<Box<dyn Kernel>> {
    const OVERFLOW: Reason = "integer overflow in TIMESTAMPDIFF";
    let is_int = *returns == DataType::Int;
    kernel(move |call| {
        let (from, to) = (call.values::<i64>(0), call.values::<i64>(1));
        let units = |row: usize| calendar::units_between(unit, from[row], to[row]).ok_or(OVERFLOW);
        if is_int {
            return call.map(|row| i32::try_from(units(row)?).map(Some).map_err(|_| OVERFLOW));
        }
        call.map(|row| units(row).map(Some))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, null, text, typed};
    use super::*;
    use crate::types::Value;

    fn ts(text: &str) -> (Value, DataType) {
        typed(text, DataType::Timestamp(9))
    }

    fn date(text: &str) -> (Value, DataType) {
        typed(text, DataType::Date)
    }

    #[test]
    fn fields_of_every_kind_of_time() {
        let sunday = "2023-01-01 13:14:15.123456789";
        for (unit, expected) in [
            ("YEAR", "2023"),
            ("QUARTER", "1"),
            ("MONTH", "1"),
            ("WEEK", "52"),
            ("DAY", "1"),
            ("DOY", "1"),
            ("DOW", "1"),
            ("ISODOW", "7"),
            ("ISOYEAR", "2022"),
            ("HOUR", "13"),
            ("MINUTE", "14"),
            ("SECOND", "15"),
            ("MILLISECOND", "123"),
            ("MICROSECOND", "123456"),
            ("NANOSECOND", "123456789"),
            ("EPOCH", "1672578855"),
            ("DECADE", "202"),
            ("CENTURY", "21"),
            ("MILLENNIUM", "3"),
        ] {
            check(&format!("EXTRACT_{unit}"), &[ts(sunday)], expected);
            check("EXTRACT", &[text(unit), ts(sunday)], expected);
        }
        check("EXTRACT_HOUR", &[typed("13:14:15", DataType::Time(0))], "13");
        check("EXTRACT_DAY", &[(Value::Int(-36 * 3600 * SECOND), DataType::IntervalDay)], "-1");
        check("EXTRACT_HOUR", &[(Value::Int(-36 * 3600 * SECOND), DataType::IntervalDay)], "-12");
        check("EXTRACT_MONTH", &[(Value::Int(14), DataType::IntervalMonth)], "2");
        check("EXTRACT", &[text("YEAR"), (Value::Int(14), DataType::IntervalMonth)], "1");
        check("EXTRACT", &[text("YEAR"), typed("13:14:15", DataType::Time(0))], "error: the time has no such field");
        check("EXTRACT", &[text("FORTNIGHT"), ts(sunday)], "error: there is no such unit of time");
        check("EXTRACT_SECOND", &[ts("1969-12-31 23:59:58.5")], "58");
        for (name, expected) in [("YEAR", "2024"), ("DAYOFYEAR", "60"), ("DAYOFMONTH", "29"), ("DAYOFWEEK", "5"), ("HOUR", "0")] {
            check(name, &[date("2024-02-29")], expected);
        }
        check("YEAR", &[null()], "NULL");
    }

    #[test]
    fn times_round_to_units() {
        for (unit, floor, ceil) in [
            ("MILLISECOND", "2024-05-15 13:14:15.123000000", "2024-05-15 13:14:15.124000000"),
            ("SECOND", "2024-05-15 13:14:15.000000000", "2024-05-15 13:14:16.000000000"),
            ("HOUR", "2024-05-15 13:00:00.000000000", "2024-05-15 14:00:00.000000000"),
            ("WEEK", "2024-05-12 00:00:00.000000000", "2024-05-19 00:00:00.000000000"),
            ("QUARTER", "2024-04-01 00:00:00.000000000", "2024-07-01 00:00:00.000000000"),
            ("CENTURY", "2001-01-01 00:00:00.000000000", "2101-01-01 00:00:00.000000000"),
        ] {
            let time = ts("2024-05-15 13:14:15.123456789");
            check(&format!("FLOOR_TO_{unit}"), std::slice::from_ref(&time), floor);
            check("FLOOR", &[time.clone(), text(unit)], floor);
            check(&format!("CEIL_TO_{unit}"), std::slice::from_ref(&time), ceil);
            check("CEIL", &[time, text(unit)], ceil);
        }
        let time = |text| typed(text, DataType::Time(0));
        check("FLOOR_TO_MINUTE", &[time("12:44:31")], "12:44:00");
        check("CEIL", &[time("12:44:31"), text("MINUTE")], "12:45:00");
        check("CEIL_TO_HOUR", &[time("23:00:01")], "00:00:00");
        check("FLOOR_TO_DAY", &[time("12:44:31")], "error: there is no such unit of time");
        check("CEIL_TO_MONTH", &[date("2024-02-01")], "2024-02-01");
        check("CEIL_TO_MONTH", &[date("2024-02-02")], "2024-03-01");
        check("FLOOR_TO_HOUR", &[date("2024-02-02")], "2024-02-02");
        check("FLOOR_TO_MILLENNIUM", &[ts("2024-02-02")], "2001-01-01 00:00:00.000000000");
        check("CEIL_TO_MILLENNIUM", &[ts("2024-02-02")], "error: the time is out of range");
        check("FLOOR", &[date("2024-02-02"), text("DOW")], "error: there is no such unit of time");
    }

    #[test]
    fn times_move_and_are_counted() {
        check("TIMESTAMPADD_MONTH", &[int(1), date("2024-01-31")], "2024-02-29");
        check("TIMESTAMPADD_HOUR", &[int(-1), date("2024-01-31")], "2024-01-30 23:00:00");
        check("TIMESTAMPADD_MILLISECOND", &[int(5), date("2024-01-31")], "2024-01-31 00:00:00.005");
        check("TIMESTAMPADD_YEAR", &[int(i64::MAX), date("2024-01-31")], "error: the time is out of range");
        check("TIMESTAMPDIFF_DAY", &[date("2024-01-31"), ts("2024-03-01 12:00:00")], "30");
        check("TIMESTAMPDIFF_MONTH", &[date("2024-03-31"), date("2024-02-29")], "-1");
        check("TIMESTAMPDIFF_SECOND", &[date("1900-01-01"), date("2000-01-01")], "error: integer overflow in TIMESTAMPDIFF");
        check("TIMESTAMPDIFF_MILLISECOND", &[date("1900-01-01"), date("2000-01-01")], "3155673600000");
    }
}

//! The options that say when a table in which rows are looked up is read again: `'lookup.cache' = 'FULL'` with those behind it, or
//! `'lookup.join.cache.ttl'`. Without one it is read once.

use crate::error::{Error, Result, Span};
use crate::types::time::{DAY, parse_timestamp};
use crate::types::{Options, Reload};

const CACHE: &str = "lookup.cache";
const STRATEGY: &str = "lookup.full-cache.reload-strategy";
const INTERVAL: &str = "lookup.full-cache.periodic-reload.interval";
const MODE: &str = "lookup.full-cache.periodic-reload.schedule-mode";
const TIME_OF_DAY: &str = "lookup.full-cache.timed-reload.iso-time";
const DAYS: &str = "lookup.full-cache.timed-reload.interval-in-days";
const TTL: &str = "lookup.join.cache.ttl";

/// All of them.
pub const RELOAD_OPTIONS: [&str; 7] = [CACHE, STRATEGY, INTERVAL, MODE, TIME_OF_DAY, DAYS, TTL];

/// When the table is read again.
pub fn reload(options: &Options) -> Result<Option<Reload>> {
    let is_full = options.choice(CACHE, &["NONE", "PARTIAL", "FULL"])?;
    if is_full.is_some_and(|choice| choice < 2) {
        let error = Error::sql(format!("'{CACHE}' is FULL: a table is read as a whole")).at(place(options, CACHE));
        return Err(error.hint("leave it out to read the table once, or say when it is read again"));
    }
    let strategy = options.choice(STRATEGY, &["PERIODIC", "TIMED"])?;
    let (ttl, at) = (interval(options, TTL)?, time_of_day(options)?);
    let periodic = match options.choice(MODE, &["FIXED_DELAY", "FIXED_RATE"])? {
        Some(1) => interval(options, INTERVAL)?.map(Reload::Every),
        _ => interval(options, INTERVAL)?.map(Reload::After),
    };
    let days = options.parse(DAYS, "a number of days")?.unwrap_or(1).max(1);
    let timed = at.map(|at| Reload::Daily { at, days });
    match (strategy, ttl.map(Reload::After), periodic, timed) {
        (None, None, None, None) if is_full.is_none() => refuse_alone(options, &[MODE, DAYS]),
        (None, Some(reload), None, None) if is_full.is_none() => Ok(Some(reload)),
        (None | Some(0), None, Some(reload), None) | (Some(1), None, None, Some(reload)) => Ok(Some(reload)),
        (None | Some(0), None, None, None) => Err(missing(options, INTERVAL)),
        (Some(1), None, None, None) => Err(missing(options, TIME_OF_DAY)),
        _ => {
            let key = RELOAD_OPTIONS.into_iter().rev().find(|key| options.value(key).is_some()).unwrap_or(CACHE);
            let error = Error::sql(format!("'{key}' contradicts another option that says when the table is read again"));
            Err(error
                .at(place(options, key))
                .hint(format!("give '{INTERVAL}', or '{TIME_OF_DAY}' with '{STRATEGY}' = 'TIMED', or '{TTL}'")))
        }
    }
}

/// Refuses options that say how, where none says that the table is read again.
fn refuse_alone(options: &Options, keys: &[&str]) -> Result<Option<Reload>> {
    match keys.iter().find(|key| options.value(key).is_some()) {
        Some(key) => Err(missing(options, if *key == MODE { INTERVAL } else { TIME_OF_DAY })),
        None => Ok(None),
    }
}

fn missing(options: &Options, key: &str) -> Error {
    let asks = RELOAD_OPTIONS.into_iter().find(|key| options.value(key).is_some()).unwrap_or(CACHE);
    let error = Error::sql(format!("'{asks}' needs '{key}'")).at(place(options, asks));
    error.hint(format!(
        "such as '{key}' = '{}'; without these options the table is read once",
        if key == INTERVAL { "10 min" } else { "06:00" }
    ))
}

fn interval(options: &Options, key: &str) -> Result<Option<u64>> {
    let Some(interval) = options.duration(key)? else { return Ok(None) };
    match u64::try_from(interval.as_nanos()) {
        Ok(0) => Err(Error::sql(format!("'{key}' is longer than 0")).at(place(options, key))),
        interval => Ok(Some(interval.unwrap_or(u64::MAX))),
    }
}

/// `10:15`, `10:15:30Z`, `10:15+02:00`: nanoseconds since midnight, UTC.
fn time_of_day(options: &Options) -> Result<Option<u64>> {
    let Some(value) = options.value(TIME_OF_DAY) else { return Ok(None) };
    let parsed = parse_timestamp(format!("1970-01-01T{}", value.text.trim()).as_bytes());
    match parsed {
        Some(time) => Ok(Some(time.rem_euclid(DAY).unsigned_abs())),
        None => {
            let error = Error::sql(format!("'{TIME_OF_DAY}' is a time of day, not '{}'", value.text)).at(value.span);
            Err(error.hint("such as '06:00' or '06:00+02:00'"))
        }
    }
}

fn place(options: &Options, key: &str) -> Span {
    options.value(key).map(|value| value.span).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[(&str, &str)]) -> Result<Option<Reload>> {
        let mut options = Options::default();
        given.iter().for_each(|(key, text)| options.set(*key, *text, Span::default()));
        reload(&options)
    }

    #[test]
    fn options_say_when_a_table_is_read_again() {
        let minutes = |n: u64| n * 60_000_000_000;
        let full = (CACHE, "FULL");
        assert_eq!(check(&[]).expect("none"), None);
        assert_eq!(check(&[full, (STRATEGY, "periodic"), (INTERVAL, "10 min")]).expect("read"), Some(Reload::After(minutes(10))));
        assert_eq!(check(&[full, (INTERVAL, "1 h"), (MODE, "FIXED_RATE")]).expect("read"), Some(Reload::Every(minutes(60))));
        assert_eq!(check(&[(TTL, "5 min")]).expect("read"), Some(Reload::After(minutes(5))));
        let daily = |at, days| Some(Reload::Daily { at, days });
        let timed = (STRATEGY, "TIMED");
        assert_eq!(check(&[full, timed, (TIME_OF_DAY, "10:15")]).expect("read"), daily(minutes(615), 1));
        assert_eq!(check(&[timed, (TIME_OF_DAY, "00:15+01:00"), (DAYS, "2")]).expect("read"), daily(minutes(23 * 60 + 15), 2));
    }

    #[test]
    fn what_does_not_say_when_is_an_error() {
        for (given, said) in [
            (&[(CACHE, "PARTIAL")][..], "'lookup.cache' is FULL"),
            (&[(CACHE, "FULL")], "'lookup.cache' needs 'lookup.full-cache.periodic-reload.interval'"),
            (&[(MODE, "FIXED_RATE")], "needs 'lookup.full-cache.periodic-reload.interval'"),
            (&[(DAYS, "2")], "needs 'lookup.full-cache.timed-reload.iso-time'"),
            (&[(STRATEGY, "TIMED")], "needs 'lookup.full-cache.timed-reload.iso-time'"),
            (&[(STRATEGY, "TIMED"), (INTERVAL, "1 h")], "contradicts"),
            (&[(TTL, "1 h"), (INTERVAL, "1 h")], "contradicts"),
            (&[(TTL, "0 s")], "longer than 0"),
            (&[(STRATEGY, "TIMED"), (TIME_OF_DAY, "25:00")], "is a time of day"),
        ] {
            let error = check(given).expect_err(said).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}

//! A config file, or one `key=value`, into the settings of a job.
//!
//! Files are flattened into dotted keys whose values are text, so that a file, `--set` and SET share one table of keys and one set
//! of checks. An unknown key or wrong value of a file is shown with its line.

use std::ops::Range;
use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

use super::{CoreWish, Driver, Histograms, Idle, JobConfig, Pinning, Progress, parse_cpulist};
use crate::error::{Error, Result, Span, nearest};
use crate::limits;
use crate::types::{Nanos, parse_duration, parse_size};

/// Every key, in the order of the documentation.
pub const KEYS: [&str; 15] = [
    "cores.shards",
    "cores.control",
    "cores.pin",
    "runtime.driver",
    "runtime.idle",
    "runtime.spin_time",
    "runtime.batch_rows",
    "runtime.linger",
    "runtime.memory_limit",
    "latency.histograms",
    "latency.interval",
    "profile.every",
    "report.dir",
    "progress.mode",
    "errors.shown",
];

/// Tables within tables a file may have; the known keys have two levels.
const DEPTH_MAX: usize = 4;

/// Applies a whole file.
pub(super) fn file(config: &mut JobConfig, name: &str, text: &str) -> Result<()> {
    let table = DeTable::parse(text).map_err(|e| {
        Error::config(e.message().to_owned()).at(e.span().map(|r| span_of(text, r)).unwrap_or_default()).in_text(name, text)
    })?;
    let mut found = Vec::new();
    flatten(table.get_ref(), "", 0, &mut found)
        .map_err(|(message, range)| Error::config(message).at(span_of(text, range)).in_text(name, text))?;
    // In the order of the file, so that the first wrong line is the one that is reported.
    found.sort_by_key(|entry| entry.range.start);
    for entry in found {
        assign(config, &entry.key, &entry.value).map_err(|e| e.at(span_of(text, entry.range.clone())).in_text(name, text))?;
    }
    Ok(())
}

struct Entry {
    key: String,
    value: String,
    range: Range<usize>,
}

fn flatten(
    table: &DeTable<'_>,
    prefix: &str,
    depth: usize,
    out: &mut Vec<Entry>,
) -> std::result::Result<(), (String, Range<usize>)> {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        match value.get_ref() {
            DeValue::Table(inner) if depth < DEPTH_MAX => flatten(inner, &name, depth + 1, out)?,
            other => match text_of(other) {
                Some(value) => out.push(Entry { key: name, value, range: key.span() }),
                None => return Err((format!("'{name}' cannot have a value of this kind"), key.span())),
            },
        }
    }
    Ok(())
}

/// A scalar, or a list of scalars, as the text `--set` would take.
fn text_of(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => {
            i128::from_str_radix(number.as_str(), number.radix()).map_or_else(|_| number.as_str().to_owned(), |n| n.to_string())
        }
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> = items
                .iter()
                .map(|item| match item.get_ref() {
                    DeValue::Array(_) | DeValue::Table(_) => None,
                    scalar => text_of(scalar),
                })
                .collect();
            // The brackets tell a list of one core from a count.
            format!("[{}]", texts?.join(","))
        }
        DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}

/// Where a range of bytes stands.
fn span_of(text: &str, range: Range<usize>) -> Span {
    let start = boundary(text, range.start);
    let end = boundary(text, range.end.max(start));
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    Span {
        line: before.matches('\n').count() as u32 + 1,
        column: before[line_start..].chars().count() as u32 + 1,
        width: text[start..end].lines().next().map_or(1, |l| l.chars().count().max(1)) as u32,
    }
}

/// The nearest start of a character at or before a byte.
fn boundary(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len())).rev().find(|b| text.is_char_boundary(*b)).unwrap_or(0)
}

/// Sets one key from text.
pub(super) fn assign(config: &mut JobConfig, key: &str, value: &str) -> Result<()> {
    let text = value.trim();
    match key {
        "cores.shards" => config.shards = CoreWish::parse(key, text)?,
        "cores.control" => config.control = control_cores(key, text)?,
        "cores.pin" => config.pinning = choice(key, text, &SWITCH, [Pinning::Pinned, Pinning::Free])?,
        "runtime.driver" => {
            config.driver = choice(key, text, &["auto", "glommio", "thread"], [Driver::Auto, Driver::Glommio, Driver::Thread])?;
        }
        "runtime.idle" => {
            config.idle = choice(key, text, &["spin", "backoff", "park"], [Idle::Spin, Idle::Backoff, Idle::Park])?;
        }
        "runtime.spin_time" => config.spin_time = duration(key, text)?,
        "runtime.batch_rows" => config.batch_rows = integer(key, text, 1, limits::BATCH_ROWS_MAX as u64)? as usize,
        "runtime.linger" => config.linger = duration(key, text)?,
        "runtime.memory_limit" => config.memory_limit = memory_limit(key, text)?,
        "latency.histograms" => config.histograms = choice(key, text, &SWITCH, [Histograms::On, Histograms::Off])?,
        "latency.interval" => config.interval = positive(key, text)?,
        "profile.every" => config.profile_every = Some(integer(key, text, 0, u64::from(u32::MAX))?).filter(|n| *n > 0),
        "report.dir" => config.report_dir = (!text.is_empty()).then(|| PathBuf::from(text)),
        "progress.mode" => {
            config.progress = choice(key, text, &["auto", "on", "off"], [Progress::Auto, Progress::On, Progress::Off])?;
        }
        "errors.shown" => config.errors_shown = integer(key, text, 0, u64::from(u32::MAX))? as usize,
        _ => return Err(unknown_key(key)),
    }
    Ok(())
}

const SWITCH: [&str; 2] = ["true", "false"];

fn unknown_key(key: &str) -> Error {
    let error = Error::config(format!("unknown key '{key}'"));
    let by_last_part = || KEYS.into_iter().find(|k| key.rsplit('.').next().is_some_and(|last| k.ends_with(&format!(".{last}"))));
    match nearest(key, KEYS).or_else(by_last_part) {
        Some(near) => error.hint(format!("did you mean '{near}'?")),
        None => error.hint(format!("known keys: {}", KEYS.join(", "))),
    }
}

fn wrong(key: &str, text: &str, what: &str) -> Error {
    Error::config(format!("'{key}' = '{text}' is not {what}"))
}

fn choice<T, const N: usize>(key: &str, text: &str, names: &[&str; N], values: [T; N]) -> Result<T> {
    let found = names.iter().zip(values).find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, value)| value).ok_or_else(|| {
        let error = wrong(key, text, &format!("one of {}", names.join(", ")));
        match nearest(text, names.iter().copied()) {
            Some(near) => error.hint(format!("did you mean '{near}'?")),
            None => error,
        }
    })
}

fn integer(key: &str, text: &str, low: u64, high: u64) -> Result<u64> {
    match text.parse::<u64>() {
        Ok(number) if (low..=high).contains(&number) => Ok(number),
        _ => Err(wrong(key, text, &format!("a whole number from {low} to {high}"))),
    }
}

fn duration(key: &str, text: &str) -> Result<Nanos> {
    parse_duration(text)
        .and_then(|d| Nanos::try_from(d.as_nanos()).ok())
        .ok_or_else(|| wrong(key, text, "a duration such as '100us', '5ms' or '1s'"))
}

fn positive(key: &str, text: &str) -> Result<Nanos> {
    match duration(key, text)? {
        0 => Err(wrong(key, text, "a duration above zero")),
        nanos => Ok(nanos),
    }
}

fn memory_limit(key: &str, text: &str) -> Result<Option<u64>> {
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    match parse_size(text) {
        Some(bytes) if bytes > 0 => Ok(Some(bytes)),
        _ => Err(wrong(key, text, "a size such as '512mib', '2gib' or 'none'")),
    }
}

fn control_cores(key: &str, text: &str) -> Result<Vec<usize>> {
    match placement_list(text) {
        "" => Ok(Vec::new()),
        list => parse_cpulist(key, list),
    }
}

/// A list without the brackets of a TOML array.
fn placement_list(text: &str) -> &str {
    text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<JobConfig> {
        let mut config = JobConfig::default();
        config.apply_file("job.toml", text)?;
        Ok(config)
    }

    #[test]
    fn every_key_can_be_set_in_a_file() {
        let config = check(
            "[cores]\nshards = \"2-3\"\ncontrol = [0, 1]\npin = false\n[runtime]\ndriver = \"thread\"\nidle = \"spin\"\n\
             spin_time = \"5us\"\nbatch_rows = 0x10\nlinger = \"2ms\"\nmemory_limit = \"2gib\"\n\
             [latency]\nhistograms = false\ninterval = \"500ms\"\n[profile]\nevery = 5\n[report]\ndir = \"out\"\n[progress]\nmode = \"off\"\n\
             [errors]\nshown = 3\n",
        )
        .expect("valid");
        let expected = JobConfig {
            shards: CoreWish::List(vec![2, 3]),
            control: vec![0, 1],
            pinning: Pinning::Free,
            driver: Driver::Thread,
            idle: Idle::Spin,
            spin_time: 5_000,
            batch_rows: 16,
            linger: 2_000_000,
            memory_limit: Some(2 << 30),
            histograms: Histograms::Off,
            profile_every: Some(5),
            interval: 500_000_000,
            report_dir: Some(PathBuf::from("out")),
            progress: Progress::Off,
            errors_shown: 3,
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn every_listed_key_is_known_and_its_default_differs_from_unknown() {
        for key in KEYS {
            let error = assign(&mut JobConfig::default(), key, "\u{1}nonsense");
            let unknown = matches!(&error, Err(e) if e.message().starts_with("unknown key"));
            assert!(!unknown, "{key}");
        }
    }

    #[test]
    fn unknown_key_names_its_line_and_the_nearest() {
        let error = check("[runtime]\n\nidel = \"spin\"\n").expect_err("unknown");
        assert_eq!(error.span().map(|s| (s.line, s.column, s.width)), Some((3, 1, 4)));
        assert_eq!(error.hint_text(), Some("did you mean 'runtime.idle'?"));
        assert_eq!(
            error.to_string(),
            "unknown key 'runtime.idel'\n --> job.toml:3:1\n  |\n3 | idel = \"spin\"\n  | ^^^^\nhint: did you mean 'runtime.idle'?"
        );
    }

    #[test]
    fn key_in_the_wrong_section_is_found() {
        let error = check("idle = \"spin\"\n").expect_err("unknown");
        assert_eq!(error.hint_text(), Some("did you mean 'runtime.idle'?"));
    }

    #[test]
    fn wrong_values_are_errors_that_name_them() {
        for (text, part) in [
            ("runtime.batch_rows = 0", "from 1 to 65536"),
            ("runtime.batch_rows = 65537", "from 1 to 65536"),
            ("runtime.batch_rows = -1", "'-1' is not a whole number"),
            ("runtime.idle = \"spni\"", "one of spin, backoff, park"),
            ("runtime.linger = \"soon\"", "a duration"),
            ("runtime.memory_limit = \"99999999999gib\"", "a size"),
            ("runtime.memory_limit = \"5 parsecs\"", "a size"),
            ("latency.interval = \"0s\"", "above zero"),
            ("cores.shards = \"2-\"", "'2-'"),
            ("cores.pin = 1979-05-27", "value of this kind"),
            ("report.dir = [[1]]", "value of this kind"),
            ("cores = 5", "unknown key 'cores'"),
        ] {
            let error = check(text).expect_err(text);
            assert!(error.message().contains(part), "{text}: {error}");
            assert_eq!(error.span().map(|s| s.line), Some(1), "{text}");
        }
    }

    #[test]
    fn text_that_is_not_toml_is_an_error_with_its_line() {
        for text in ["[runtime\n", "a = \n", "\u{0}", "a = 1\na = 2", "é = é"] {
            let error = check(text).expect_err(text);
            assert!(error.span().is_some(), "{text:?}");
        }
    }

    #[test]
    fn later_settings_win() {
        let overrides = [("runtime.idle", "spin"), ("runtime.idle", "park")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(JobConfig::load(None, &overrides).expect("valid").idle, Idle::Park);
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut rng = fastrand::Rng::with_seed(7);
        let alphabet: Vec<char> = "[]=\".\n#ab0-9 é'{},runtime.idle".chars().collect();
        for _ in 0..2_000 {
            let text: String = (0..rng.usize(0..40)).map(|_| alphabet[rng.usize(0..alphabet.len())]).collect();
            let _ = check(&text);
            for key in KEYS {
                let _ = assign(&mut JobConfig::default(), key, &text);
            }
        }
    }
}

//! The WITH options of a table: text by key, each with its place, each to be taken exactly by whoever understands it.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::Duration;

use crate::error::{Error, Result, Span, nearest};

/// One option's text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionValue {
    /// The text of the value.
    pub text: String,
    /// Where the value stands in the SQL.
    pub span: Span,
    /// Where its key stands.
    pub key: Span,
}

/// Options by key. A reader asks for what it knows and, at the end, `finish` refuses what nobody asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    values: BTreeMap<String, OptionValue>,
    known: std::cell::RefCell<BTreeSet<String>>,
}

impl Options {
    /// Sets an option; a later one of the same key wins.
    pub fn set(&mut self, key: impl Into<String>, text: impl Into<String>, span: Span) {
        self.put(key, OptionValue { text: text.into(), span, key: span });
    }

    /// The same with the places of both.
    pub fn put(&mut self, key: impl Into<String>, value: OptionValue) {
        self.values.insert(key.into(), value);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All of them, in order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &OptionValue)> {
        self.values.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// The text of `key`, if given. Marks the key as known.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key).map(|v| v.text.as_str())
    }

    /// The text and place of `key`, if given. Marks the key as known.
    pub fn value(&self, key: &str) -> Option<&OptionValue> {
        self.known.borrow_mut().insert(key.to_owned());
        self.values.get(key)
    }

    /// The text of `key`, or an error that says it is required.
    pub fn required(&self, key: &str) -> Result<&str> {
        self.text(key)
            .ok_or_else(|| Error::sql(format!("option '{key}' is required")).hint(format!("add '{key}' = '...' to WITH")))
    }

    /// `key` parsed as `T`; `what` names the expected form in the error.
    pub fn parse<T: FromStr>(&self, key: &str, what: &str) -> Result<Option<T>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        value.text.trim().parse().map(Some).map_err(|_| Self::wrong(key, value, what))
    }

    /// `key` as one of `choices`, compared without case; the index of the choice.
    pub fn choice(&self, key: &str, choices: &[&str]) -> Result<Option<usize>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match choices.iter().position(|c| c.eq_ignore_ascii_case(value.text.trim())) {
            Some(index) => Ok(Some(index)),
            None => {
                let error = Self::wrong(key, value, &format!("one of {}", choices.join(", ")));
                Err(match nearest(&value.text, choices.iter().copied()) {
                    Some(near) => error.hint(format!("did you mean '{near}'?")),
                    None => error,
                })
            }
        }
    }

    /// `key` as a duration such as `500ms`, `10 s`, `1 min`, `2 h`, `1 d`; a bare number means milliseconds, as in Flink.
    pub fn duration(&self, key: &str) -> Result<Option<Duration>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        parse_duration(&value.text)
            .map(Some)
            .ok_or_else(|| Self::wrong(key, value, "a duration such as '500 ms', '10 s' or '1 h'"))
    }

    /// Refuses every option that nobody asked for.
    pub fn finish(&self) -> Result<()> {
        let known = self.known.borrow();
        for (key, value) in &self.values {
            if !known.contains(key) {
                let error = Error::sql(format!("unknown option '{key}'")).at(value.key);
                return Err(error.suggesting(key, known.iter().map(String::as_str), "known options here:"));
            }
        }
        Ok(())
    }

    fn wrong(key: &str, value: &OptionValue, what: &str) -> Error {
        Error::sql(format!("option '{key}' = '{}' is not {what}", value.text)).at(value.span)
    }
}

/// A duration from text such as `30s`, `5 min`, `250us`; a bare number is milliseconds. `None` if it is not one.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let seconds = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "ns" | "nano" | "nanosecond" | "nanoseconds" => number * 1e-9,
        "us" | "µs" | "micro" | "microsecond" | "microseconds" => number * 1e-6,
        "" | "ms" | "milli" | "millisecond" | "milliseconds" => number * 1e-3,
        "s" | "sec" | "second" | "seconds" => number,
        "m" | "min" | "minute" | "minutes" => number * 60.0,
        "h" | "hour" | "hours" => number * 3600.0,
        "d" | "day" | "days" => number * 86_400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

/// A number of bytes from text such as `512mib`, `2 GB`, `100`; units are powers of 1,024. `None` if it is not one.
pub fn parse_size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let shift = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_option_names_the_nearest() {
        let mut options = Options::default();
        options.set("rows-per-secnd", "5", Span::default());
        assert_eq!(options.text("rows-per-second"), None);
        assert_eq!(options.finish().expect_err("unknown").hint_text(), Some("did you mean 'rows-per-second'?"));
    }

    #[test]
    fn durations_read_as_in_flink() {
        assert_eq!(parse_duration("5"), Some(Duration::from_millis(5)));
        assert_eq!(parse_duration("1 min"), Some(Duration::from_secs(60)));
        assert_eq!(parse_duration("250us"), Some(Duration::from_micros(250)));
        assert_eq!(parse_duration("soon"), None);
    }
}

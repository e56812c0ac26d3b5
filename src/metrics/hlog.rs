//! Interval logs in the text format of the HdrHistogram tools: `Tag=..,start,length,max,base64(V2)`, one line per interval and tag.
//!
//! Written once at the end of a job from the intervals of all shards; read back by the `latency` verb, which also takes logs of
//! other programs. Times are seconds since `BaseTime`, the value in `max` milliseconds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Interval, LatencyHistogram};
use crate::error::{Error, Result};
use crate::types::{EventTime, Nanos};

/// The tag of a shard's stage: `shard-0/operators`.
pub fn tag(shard: usize, stage: &str) -> String {
    format!("shard-{shard}/{stage}")
}

/// The text of a log. `origin` is the monotonic moment that `origin_wall` names on the wall clock.
pub fn write(intervals: &[(usize, Interval)], origin: Nanos, origin_wall: EventTime) -> String {
    let base = origin_wall as f64 / 1e9;
    let mut text = format!(
        "#[Histogram log format version 1.3]\n#[StartTime: {base:.3} (seconds since epoch)]\n\
         #[BaseTime: {base:.3} (seconds since epoch)]\n#[MaxValueDivisor: 1000000.0]\n\
         \"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"
    );
    let mut order: Vec<&(usize, Interval)> = intervals.iter().collect();
    order.sort_by_key(|(shard, interval)| (interval.start, *shard, interval.stage));
    for (shard, interval) in order {
        let histogram = interval.histogram();
        let start = interval.start.saturating_sub(origin) as f64 / 1e9;
        let (length, max) = (interval.length as f64 / 1e9, histogram.max() as f64 / 1e6);
        let encoded = encode_base64(&histogram.to_v2());
        let _ = writeln!(text, "Tag={},{start:.3},{length:.3},{max:.3},{encoded}", tag(*shard, interval.stage.tag()));
    }
    text
}

/// Reads a log: the sum of all intervals of each tag; lines without one count as tag `all`. `name` is for messages.
pub fn read(name: &str, bytes: &[u8]) -> Result<BTreeMap<String, LatencyHistogram>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::data(format!("{name}: not a histogram log: it is not text")).hint("give a .hlog file"))?;
    let mut tags: BTreeMap<String, LatencyHistogram> = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with('"') {
            continue;
        }
        let (tag, histogram) = read_line(line).map_err(|reason| {
            Error::data(format!("{name}, line {}: {reason}", index + 1))
                .hint("an interval log has lines 'Tag=name,start,length,max,data'")
        })?;
        tags.entry(tag).or_default().merge(&histogram);
    }
    if tags.is_empty() {
        return Err(Error::data(format!("{name}: no interval in it")));
    }
    Ok(tags)
}

fn read_line(line: &str) -> std::result::Result<(String, LatencyHistogram), String> {
    let mut fields = line.split(',').peekable();
    let tag = match fields.peek().and_then(|f| f.strip_prefix("Tag=")) {
        Some(tag) => {
            fields.next();
            tag.to_owned()
        }
        None => "all".to_owned(),
    };
    for what in ["start", "length", "max"] {
        let field = fields.next().ok_or_else(|| format!("the {what} is missing"))?;
        field.trim().parse::<f64>().map_err(|_| format!("the {what} is not a number"))?;
    }
    let data = fields.next().ok_or("the histogram is missing")?;
    if fields.next().is_some() {
        return Err("too many fields".to_owned());
    }
    let bytes = decode_base64(data.trim()).ok_or("the histogram is not base64")?;
    let histogram = LatencyHistogram::from_v2(&bytes).map_err(|e| format!("the histogram cannot be read: {e}"))?;
    Ok((tag, histogram))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0u32, |word, (i, byte)| word | u32::from(*byte) << (16 - 8 * i));
        for i in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * i)) as usize & 63];
            text.push(if i <= chunk.len() { digit as char } else { '=' });
        }
    }
    text
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let mut word = 0u32;
        for (i, digit) in chunk.iter().enumerate() {
            let value = ALPHABET.iter().position(|a| a == digit)? as u32;
            word |= value << (18 - 6 * i);
        }
        bytes.extend_from_slice(&word.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Stage;

    fn interval(stage: Stage, start: Nanos, values: Vec<(Nanos, u64)>) -> Interval {
        Interval { stage, start, length: 1_000_000_000, values }
    }

    #[test]
    fn log_is_read_back_as_written() {
        let intervals = [
            (1, interval(Stage::ExchangeWait, 2_000_000_005, vec![(900, 4), (1_000_000, 1)])),
            (0, interval(Stage::Operators, 1_000_000_005, vec![(10, 2)])),
            (0, interval(Stage::Operators, 2_000_000_005, vec![(30, 3)])),
        ];
        let text = write(&intervals, 5, 1_700_000_000_000_000_000);
        assert!(text.contains("#[BaseTime: 1700000000.000"));
        assert!(text.contains("\nTag=shard-0/operators,1.000,1.000,"), "{text}");
        let tags = read("x.hlog", text.as_bytes()).expect("own log");
        assert_eq!(tags.keys().collect::<Vec<_>>(), ["shard-0/operators", "shard-1/exchange_wait"]);
        assert_eq!(tags["shard-0/operators"].count(), 5);
        assert_eq!(tags["shard-1/exchange_wait"].values(), intervals[0].1.histogram().values());
    }

    #[test]
    fn base64_agrees_with_known_texts() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(encode_base64(plain.as_bytes()), coded);
            assert_eq!(decode_base64(coded).expect("valid"), plain.as_bytes());
        }
        assert_eq!(decode_base64("Zg="), None);
        assert_eq!(decode_base64("Z!=="), None);
    }

    #[test]
    fn damaged_logs_are_errors_that_name_the_line() {
        for (text, part) in [
            (&b""[..], "no interval"),
            (b"#only a comment\n", "no interval"),
            (b"\xff\xfe", "not text"),
            (b"SELECT 1", "the start is not a number"),
            (b"#\nTag=a,1.0,1.0", "line 2: the max is missing"),
            (b"1,2,3,!!!!", "not base64"),
            (b"1,2,3,AAAA", "cannot be read"),
            (b"1,2,3,AAAA,5", "too many fields"),
        ] {
            let error = read("x.hlog", text).expect_err("damaged");
            assert!(error.message().contains(part), "{error}");
        }
    }
}

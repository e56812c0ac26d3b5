//! JSON lines and CSV to columns, beside what a program written for just these records would do with the usual crates.
//!
//! Records of four fields, as in the trades of the examples: two BIGINT, one DOUBLE with two decimals, and a short STRING or a
//! TIMESTAMP with milliseconds. Ours goes through `Format` and `Decoder` as every source does, 256 KiB and 1,024 rows at a time. Beside it:
//! `sonic_rs::from_slice` into a struct for each line, or `csv_core` and `lexical_core` for each field, pushed onto columns that are
//! used again; timestamps there are digits at fixed places. All three checksums (theirs, ours, the generator's) must be equal.

use std::hint::black_box;
use std::time::Instant;

use serde::Deserialize;

use super::records::Random;
use super::{Figure, Options, Show, Timing, summarise};
use crate::batch::{Column, Values};
use crate::error::{Error, Result, Span};
use crate::format::{self, DecodeField, Decoded, Format, Input};
use crate::limits;
use crate::types::{self, ColumnKind, DataType, Nanos};

/// Records of a measurement at the most: beyond the caches, and still small beside memory.
const RECORDS_MAX: usize = 1 << 20;

/// Milliseconds from 1970 to 2026-01-05T09:30:00, the time of the first record.
const START_MS: i64 = 1_767_605_400_000;

const SYMBOLS: [&str; 8] = ["ALFA", "BOLT", "CRUX", "DUNE", "ECHO", "FERN", "GALE", "HAVEN"];

/// Measures both formats with either kind of fourth field.
pub fn figures(options: &Options, show: Show) -> Result<()> {
    let records = options.records.min(RECORDS_MAX);
    for last in [Last::Symbol, Last::Time] {
        for (name, kind, limit) in [("json", Kind::Json, 0.5), ("csv", Kind::Csv, 0.6)] {
            let input = Records::new(records, kind, last);
            let compared = compare(&input, kind, last, options.repeat)?;
            let fields = format!("{name} decode, 3 numbers and a {}", last.name());
            let beside = if kind == Kind::Json { "sonic-rs" } else { "csv-core" };
            show(Figure::new(fields.clone(), compared.ours.per_record(records), "ns/record"));
            show(Figure::new(format!("{fields}: {beside}"), compared.theirs.per_record(records), "ns/record"));
            let ratio = compared.ours.best_ns as f64 / compared.theirs.best_ns.max(1) as f64;
            show(Figure::new(format!("{fields}, over {beside}"), ratio, "x").at_most(limit));
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Csv,
}

/// What the fourth field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Symbol,
    Time,
}

impl Last {
    fn name(self) -> &'static str {
        match self {
            Last::Symbol => "symbol",
            Last::Time => "time",
        }
    }

    fn data_type(self) -> DataType {
        match self {
            Last::Symbol => DataType::STRING,
            Last::Time => DataType::Timestamp(3),
        }
    }
}

/// Order-dependent checksum over all values.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Checksum(u64);

impl Checksum {
    fn row(&mut self, numbers: [i64; 2], value: f64, last: u64) {
        for part in [numbers[0] as u64, numbers[1] as u64, value.to_bits(), last] {
            self.0 = (self.0.rotate_left(7) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
}

fn text_sum(text: &[u8]) -> u64 {
    text.iter().fold(7, |sum, byte| sum * 31 + u64::from(*byte))
}

/// Encoded records and the checksum of what they hold.
struct Records {
    bytes: Vec<u8>,
    checksum: Checksum,
}

impl Records {
    fn new(count: usize, kind: Kind, last: Last) -> Self {
        let (mut random, mut bytes, mut checksum) = (Random::new(2), Vec::new(), Checksum::default());
        for id in 0..count as i64 {
            let (key, cents) = (random.below(1000) as i64, random.below(100_000));
            let symbol = SYMBOLS[random.below(SYMBOLS.len() as u64) as usize];
            let time = (START_MS + id * 7) * 1_000_000;
            let mut text = symbol.as_bytes().to_vec();
            if last == Last::Time {
                text.clear();
                types::time::write_timestamp(&mut text, time, 3);
                text[10] = b'T';
            }
            let text = String::from_utf8_lossy(&text);
            let value = format!("{}.{:02}", cents / 100, cents % 100);
            let line = match kind {
                Kind::Json => format!("{{\"id\":{id},\"key\":{key},\"value\":{value},\"{}\":\"{text}\"}}\n", last.name()),
                Kind::Csv => format!("{id},{key},{value},{text}\n"),
            };
            bytes.extend_from_slice(line.as_bytes());
            let sum = if last == Last::Symbol { text_sum(symbol.as_bytes()) } else { time as u64 };
            checksum.row([id, key], cents as f64 / 100.0, sum);
        }
        Self { bytes, checksum }
    }
}

struct Compared {
    ours: Timing,
    theirs: Timing,
}

/// Runs both in turn.
fn compare(input: &Records, kind: Kind, last: Last, repeat: usize) -> Result<Compared> {
    let ours = Ours::new(kind, last)?;
    let mut sums = [Checksum::default(); 2];
    ours.decode(&input.bytes, |columns, rows| add_columns(&mut sums[0], columns, rows))?;
    let mut plain = Plain::default();
    theirs(&input.bytes, kind, last, &mut plain, |plain| plain.add_to(&mut sums[1]))?;
    if sums != [input.checksum; 2] {
        return Err(Error::internal("decoders of the bench disagree on the records"));
    }
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..repeat.max(1) {
        our_times.push(timed(|| ours.decode(&input.bytes, |columns, _| drop(black_box(columns))))?);
        their_times.push(timed(|| {
            theirs(&input.bytes, kind, last, &mut plain, |plain| {
                black_box(&plain.id);
            })
        })?);
    }
    Ok(Compared { ours: summarise(our_times), theirs: summarise(their_times) })
}

fn timed(run: impl FnOnce() -> Result<()>) -> Result<Nanos> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed().as_nanos() as Nanos)
}

/// Our decoder with all four fields asked for.
struct Ours {
    format: std::sync::Arc<dyn Format>,
    fields: Vec<DecodeField>,
    types: Vec<DataType>,
}

impl Ours {
    fn new(kind: Kind, last: Last) -> Result<Self> {
        let types = vec![DataType::BigInt, DataType::BigInt, DataType::Double, last.data_type()];
        let columns: Vec<_> = ["id", "key", "value", last.name()]
            .into_iter()
            .zip(&types)
            .map(|(name, data_type)| types::Column {
                name: name.to_owned(),
                data_type: data_type.clone(),
                kind: ColumnKind::Physical,
                not_null: false,
            })
            .collect();
        let mut options = types::Options::default();
        options.set("format", if kind == Kind::Json { "json" } else { "csv" }, Span::default());
        let fields = columns
            .iter()
            .enumerate()
            .map(|(position, c)| DecodeField { name: c.name.clone(), data_type: c.data_type.clone(), position, not_null: false })
            .collect();
        Ok(Self { format: format::create(&options, &columns)?, fields, types })
    }

    fn decode(&self, bytes: &[u8], mut take: impl FnMut(Vec<Column>, usize)) -> Result<()> {
        let mut decoder = self.format.decoder(&self.fields)?;
        let (mut start, mut end) = (0, 0);
        loop {
            end = if end - start < limits::READ_BYTES / 2 { (start + limits::READ_BYTES).min(bytes.len()) } else { end };
            let input = if end == bytes.len() { Input::Complete } else { Input::Partial };
            let mut out = Decoded::new(&self.types, limits::BATCH_ROWS_DEFAULT);
            start += decoder.decode(&bytes[start..end], input, limits::BATCH_ROWS_DEFAULT, &mut out);
            if let Some(bad) = out.bad.first() {
                return Err(Error::internal(format!("a record of the bench is refused: {}", bad.reason)));
            }
            if out.rows == 0 {
                return Ok(());
            }
            take(out.columns, out.rows);
        }
    }
}

fn add_columns(sum: &mut Checksum, columns: Vec<Column>, rows: usize) {
    let [Values::I64(id), Values::I64(key), Values::F64(value), last] = [0, 1, 2, 3].map(|i| &columns[i].values) else { return };
    for row in 0..rows {
        let last = match last {
            Values::Str(texts) => text_sum(texts.bytes(row)),
            Values::I64(times) => times[row] as u64,
            _ => 0,
        };
        sum.row([id[row], key[row]], value[row], last);
    }
}

/// Columns as a program for these records only would have them.
#[derive(Debug, Default)]
struct Plain {
    id: Vec<i64>,
    key: Vec<i64>,
    value: Vec<f64>,
    text: Vec<u8>,
    text_ends: Vec<usize>,
    time: Vec<i64>,
}

impl Plain {
    fn clear(&mut self) {
        self.id.clear();
        self.key.clear();
        self.value.clear();
        self.text.clear();
        self.text_ends.clear();
        self.time.clear();
    }

    fn push(&mut self, numbers: [i64; 2], value: f64, last: Last, text: &[u8]) -> Result<()> {
        self.id.push(numbers[0]);
        self.key.push(numbers[1]);
        self.value.push(value);
        match last {
            Last::Symbol => {
                self.text.extend_from_slice(text);
                self.text_ends.push(self.text.len());
            }
            Last::Time => self.time.push(time_at_fixed_places(text).ok_or_else(unreadable)?),
        }
        Ok(())
    }

    fn add_to(&self, sum: &mut Checksum) {
        let mut start = 0;
        for row in 0..self.id.len() {
            let last = match self.text_ends.get(row) {
                Some(&end) => text_sum(&self.text[std::mem::replace(&mut start, end)..end]),
                None => self.time[row] as u64,
            };
            sum.row([self.id[row], self.key[row]], self.value[row], last);
        }
    }
}

#[derive(Deserialize)]
struct Line<'a> {
    id: i64,
    key: i64,
    value: f64,
    #[serde(alias = "symbol", alias = "time", borrow)]
    last: &'a str,
}

fn theirs(bytes: &[u8], kind: Kind, last: Last, plain: &mut Plain, take: impl FnMut(&Plain)) -> Result<()> {
    match kind {
        Kind::Json => json_by_crate(bytes, last, plain, take),
        Kind::Csv => csv_by_crate(bytes, last, plain, take),
    }
}

fn json_by_crate(mut bytes: &[u8], last: Last, plain: &mut Plain, mut take: impl FnMut(&Plain)) -> Result<()> {
    plain.clear();
    while let Some(end) = memchr::memchr(b'\n', bytes) {
        let line: Line = sonic_rs::from_slice(&bytes[..end]).map_err(|_| unreadable())?;
        plain.push([line.id, line.key], line.value, last, line.last.as_bytes())?;
        bytes = &bytes[end + 1..];
        if plain.id.len() == limits::BATCH_ROWS_DEFAULT {
            take(plain);
            plain.clear();
        }
    }
    take(plain);
    Ok(())
}

fn csv_by_crate(mut bytes: &[u8], last: Last, plain: &mut Plain, mut take: impl FnMut(&Plain)) -> Result<()> {
    plain.clear();
    let mut reader = csv_core::Reader::new();
    let (mut text, mut ends) = ([0; 1024], [0; 16]);
    loop {
        let (result, read, _, count) = reader.read_record(bytes, &mut text, &mut ends);
        bytes = &bytes[read..];
        match result {
            csv_core::ReadRecordResult::Record if count == 4 => {
                let number = |field: std::ops::Range<usize>| lexical_core::parse(&text[field]).map_err(|_| unreadable());
                let value = lexical_core::parse(&text[ends[1]..ends[2]]).map_err(|_| unreadable())?;
                plain.push([number(0..ends[0])?, number(ends[0]..ends[1])?], value, last, &text[ends[2]..ends[3]])?;
            }
            csv_core::ReadRecordResult::End => break,
            csv_core::ReadRecordResult::InputEmpty => continue,
            _ => return Err(unreadable()),
        }
        if plain.id.len() == limits::BATCH_ROWS_DEFAULT {
            take(plain);
            plain.clear();
        }
    }
    take(plain);
    Ok(())
}

/// Nanoseconds since 1970 of `2026-01-05T09:30:00.063`.
fn time_at_fixed_places(text: &[u8]) -> Option<i64> {
    let text: &[u8; 23] = text.try_into().ok()?;
    let at = |range: std::ops::Range<usize>| text[range].iter().fold(0, |n, byte| n * 10 + i64::from(byte.wrapping_sub(b'0')));
    let days = types::time::days_from_civil(at(0..4) as i32, at(5..7) as u32, at(8..10) as u32);
    let seconds = ((i64::from(days) * 24 + at(11..13)) * 60 + at(14..16)) * 60 + at(17..19);
    Some((seconds * 1000 + at(20..23)) * 1_000_000)
}

#[cold]
fn unreadable() -> Error {
    Error::internal("a record of the bench cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decoder_reads_what_was_written() {
        let options = Options { cores: vec![0], records: 3000, repeat: 1 };
        let mut shown = Vec::new();
        figures(&options, &mut |figure| shown.push(figure)).expect("figures");
        assert_eq!(shown.len(), 12);
        assert_eq!(shown.iter().filter(|f| f.limit.is_some()).count(), 4);
    }
}

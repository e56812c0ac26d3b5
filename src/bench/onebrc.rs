//! The One Billion Row Challenge as a job: MIN, AVG and MAX per station over a file of `station;temperature` lines, beside a reader
//! written by hand for just that file.
//!
//! The file is generated once per size, seeded, from station names of our own; it is read twice before anything is timed, so that it
//! comes from the page cache. The reader by hand is one thread with plain reads, `memchr`, integers of tenths and an open hash table of
//! its own. Both must give the same stations and the same exact decimals.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::records::Random;
use super::{Figure, Options, Show, Timing, summarise};
use crate::config::{JobConfig, Pinning};
use crate::engine;
use crate::error::{Error, Result};
use crate::metrics::Published;
use crate::plan::{Connectors, Planned, Script, plan};
use crate::shard::control::Control;
use crate::sink::memory::MemorySink;
use crate::sink::{self, Sink};
use crate::source::{self, Source};
use crate::types::{DataType, Nanos, TableDef, Value, decimal};

/// Stations of a file.
const STATIONS: usize = 413;

const FIRSTS: [&str; 21] = [
    "Al", "Bre", "Cor", "Dun", "Esk", "Fal", "Gra", "Hol", "Is", "Jor", "Kal", "Lun", "Mor", "Nor", "Os", "Pel", "Quin", "Rav",
    "Sel", "Tor", "Ul",
];
const SECONDS: [&str; 20] = [
    "a", "berg", "dal", "en", "ford", "gard", "ham", "ia", "kirk", "lund", "mouth", "ness", "oria", "polis", "rück", "stad",
    "ton", "vik", "wick", " del Mar",
];

/// Bytes one read of the reader by hand asks for.
const CHUNK_BYTES: usize = 512 << 10;

/// Splits that the file is cut into: so many that the shards end at nearly the same time.
const SPLITS: u64 = 32;

/// Bytes of a split at the least.
const SPLIT_BYTES_MIN: u64 = 8 << 10;

/// Digits of AVG behind the point.
const MEAN_SCALE: u8 = 6;

/// What is known of a station: least, mean (of `MEAN_SCALE` digits) and greatest.
type Summary = BTreeMap<String, (i128, i128, i128)>;

/// Measures a file of so many rows in this folder, on 1, 2, 4, ... of the cores.
pub fn figures(options: &Options, rows: usize, dir: &Path, show: Show) -> Result<()> {
    let path = file(rows, dir)?;
    let job = Job::new(&path)?;
    let expected = by_hand(&path)?;
    let mut counts: Vec<usize> = (0..).map(|i| 1 << i).take_while(|n| *n < options.cores.len()).collect();
    counts.push(options.cores.len());
    for shards in counts {
        let Some(cores) = options.cores.get(..shards) else { continue };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..options.repeat.max(1) {
            let (summary, elapsed_ns) = job.run(cores, Pinning::Pinned)?;
            ours.push(elapsed_ns);
            let start = Instant::now();
            let again = by_hand(&path)?;
            theirs.push(start.elapsed().as_nanos() as Nanos);
            if summary != expected || again != expected {
                return Err(Error::internal("the job and the reader by hand disagree on the stations"));
            }
        }
        report(rows, shards, summarise(ours), summarise(theirs), show);
    }
    Ok(())
}

fn report(rows: usize, shards: usize, ours: Timing, theirs: Timing, show: Show) {
    let name = format!("1brc, {shards} core{}", if shards == 1 { "" } else { "s" });
    let per_core = |timing: Timing, cores: usize| rows as f64 / (timing.best_ns.max(1) as f64 * cores as f64 / 1e9);
    show(Figure::new(format!("{name}: rows per core"), per_core(ours, shards), "rows/s"));
    show(Figure::new(format!("{name}: reader by hand"), per_core(theirs, 1), "rows/s"));
    show(Figure::new(format!("{name}, over reader by hand"), per_core(theirs, 1) / per_core(ours, shards), "x").at_most(2.0));
}

/// The file of so many rows, made if it is not there.
fn file(rows: usize, dir: &Path) -> Result<PathBuf> {
    let path = dir.join(format!("stations-{rows}.csv"));
    if path.is_file() {
        return Ok(path);
    }
    let unfinished = path.with_extension("unfinished");
    let failed = |e| Error::io(format!("writing {}", unfinished.display()), e);
    let mut out = BufWriter::new(File::create(&unfinished).map_err(failed)?);
    write_rows(rows, &mut out).and_then(|()| out.flush()).map_err(failed)?;
    std::fs::rename(&unfinished, &path).map_err(failed)?;
    Ok(path)
}

fn write_rows(rows: usize, out: &mut impl Write) -> std::io::Result<()> {
    let mut random = Random::new(413);
    let stations: Vec<(String, i64)> = (0..STATIONS)
        .map(|i| (format!("{}{}", FIRSTS[i % FIRSTS.len()], SECONDS[i / FIRSTS.len()]), random.below(400) as i64 - 80))
        .collect();
    for _ in 0..rows {
        let (name, mean) = &stations[random.below(STATIONS as u64) as usize];
        let spread: i64 = (0..4).map(|_| random.below(151) as i64 - 75).sum();
        let tenths = (mean + spread).clamp(-999, 999);
        let sign = if tenths < 0 { "-" } else { "" };
        writeln!(out, "{name};{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)?;
    }
    Ok(())
}

/// The query over one file, planned.
struct Job {
    planned: Planned,
    written: std::sync::mpsc::Receiver<crate::batch::Batch>,
}

struct BuiltIn {
    out: Arc<dyn Sink>,
}

impl Connectors for BuiltIn {
    fn source(&self, table: &TableDef) -> Result<Arc<dyn Source>> {
        source::create(table)
    }

    fn sink(&self, table: &TableDef) -> Result<Arc<dyn Sink>> {
        sink::create(table)
    }

    fn print(&self) -> Result<Arc<dyn Sink>> {
        Ok(self.out.clone())
    }
}

impl Job {
    fn new(path: &Path) -> Result<Self> {
        let len = std::fs::metadata(path).map_err(|e| Error::io(format!("looking at {}", path.display()), e))?.len();
        let split_bytes = (len / SPLITS).max(SPLIT_BYTES_MIN);
        let path = path.display().to_string().replace('\'', "''");
        let text = format!(
            "CREATE TABLE measurements (station STRING, temperature DECIMAL(3, 1)) WITH ('connector' = 'filesystem', \
             'path' = '{path}', 'format' = 'csv', 'csv.field-delimiter' = ';', 'scan.split-bytes' = '{split_bytes}');
             SELECT station, MIN(temperature) AS least, AVG(temperature) AS mean, MAX(temperature) AS greatest \
             FROM measurements GROUP BY station EMIT FINAL;"
        );
        let (out, written) = MemorySink::new();
        let planned = plan(&[Script { text, file: "bench".to_owned() }], &[], &BuiltIn { out })?;
        Ok(Self { planned, written })
    }

    fn run(&self, cores: &[usize], pinning: Pinning) -> Result<(Summary, Nanos)> {
        let control = Control::new(cores.len(), self.planned.plan.nodes.len())?;
        let config = JobConfig { pinning, ..JobConfig::default() };
        let outcome = engine::run(&self.planned.plan, &config, cores, &control, &Published::new(cores.len()))?;
        let mut summary = Summary::new();
        for batch in self.written.try_iter() {
            let decimal = |column: usize, row: usize| match batch.columns[column].value(row, &DataType::Null) {
                Value::Decimal(units) => units,
                _ => i128::MAX,
            };
            for row in 0..batch.rows() {
                let Value::Str(name) = batch.columns[0].value(row, &DataType::STRING) else { continue };
                summary.insert(name.to_string(), (decimal(1, row), decimal(2, row), decimal(3, row)));
            }
        }
        Ok((summary, outcome.elapsed_ns))
    }
}

/// Temperatures of one station, in tenths.
struct Station {
    name: Box<[u8]>,
    least: i64,
    greatest: i64,
    sum: i64,
    count: i64,
}

/// Stations by name: positions in an open table, at most half full.
struct Stations {
    slots: Vec<u32>,
    stations: Vec<Station>,
}

const EMPTY: u32 = u32::MAX;

impl Stations {
    fn add(&mut self, name: &[u8], tenths: i64) {
        let mask = self.slots.len() - 1;
        let mut slot = hash(name) as usize & mask;
        loop {
            let found = self.slots[slot];
            if found == EMPTY {
                return self.insert(slot, name, tenths);
            }
            let station = &mut self.stations[found as usize];
            if *station.name == *name {
                station.least = station.least.min(tenths);
                station.greatest = station.greatest.max(tenths);
                station.sum += tenths;
                station.count += 1;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    #[cold]
    fn insert(&mut self, slot: usize, name: &[u8], tenths: i64) {
        self.slots[slot] = self.stations.len() as u32;
        self.stations.push(Station { name: name.into(), least: tenths, greatest: tenths, sum: tenths, count: 1 });
        if self.stations.len() * 2 > self.slots.len() {
            let mask = self.slots.len() * 2 - 1;
            self.slots = vec![EMPTY; mask + 1];
            for (at, station) in self.stations.iter().enumerate() {
                let mut slot = hash(&station.name) as usize & mask;
                while self.slots[slot] != EMPTY {
                    slot = (slot + 1) & mask;
                }
                self.slots[slot] = at as u32;
            }
        }
    }
}

/// The first and last eight bytes and the length, mixed: names differ there.
#[inline]
fn hash(name: &[u8]) -> u64 {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
    let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (word(name), 0),
    };
    let mixed = u128::from(first ^ 0x9e37_79b9_7f4a_7c15) * u128::from(last ^ 0x94d0_49bb_1331_11eb ^ name.len() as u64);
    mixed as u64 ^ (mixed >> 64) as u64
}

/// What the job computes, by a program for this file only.
fn by_hand(path: &Path) -> Result<Summary> {
    let failed = |e| Error::io(format!("reading {}", path.display()), e);
    let mut file = File::open(path).map_err(failed)?;
    let mut found = Stations { slots: vec![EMPTY; 1024], stations: Vec::new() };
    let (mut buffer, mut left) = (vec![0; 2 * CHUNK_BYTES], 0);
    loop {
        let count = file.read(&mut buffer[left..left + CHUNK_BYTES]).map_err(failed)?;
        if count == 0 {
            break;
        }
        let filled = left + count;
        let whole = memchr::memrchr(b'\n', &buffer[..filled]).map_or(0, |at| at + 1);
        add_lines(&buffer[..whole], &mut found)?;
        buffer.copy_within(whole..filled, 0);
        left = filled - whole;
    }
    let mean =
        |s: &Station| decimal::divide_rounding(i128::from(s.sum) * decimal::POW10[MEAN_SCALE as usize - 1], s.count.into());
    let name = |s: &Station| String::from_utf8_lossy(&s.name).into_owned();
    Ok(found.stations.iter().map(|s| (name(s), (s.least.into(), mean(s), s.greatest.into()))).collect())
}

fn add_lines(mut lines: &[u8], found: &mut Stations) -> Result<()> {
    let unreadable = || Error::internal("a line of the bench cannot be read");
    while let Some(end) = memchr::memchr(b';', lines) {
        let (name, rest) = (&lines[..end], &lines[end + 1..]);
        let negative = rest.first() == Some(&b'-');
        let rest = &rest[usize::from(negative)..];
        let digit = |byte: u8| i64::from(byte.wrapping_sub(b'0'));
        let (tenths, len) = match rest {
            [a, b'.', b, b'\n', ..] => (digit(*a) * 10 + digit(*b), 4),
            [a, b, b'.', c, b'\n', ..] => (digit(*a) * 100 + digit(*b) * 10 + digit(*c), 5),
            _ => return Err(unreadable()),
        };
        found.add(name, if negative { -tenths } else { tenths });
        lines = &rest[len..];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_and_reader_by_hand_give_what_a_naive_loop_gives() {
        let folder = tempfile::tempdir().expect("folder");
        let path = file(10_000, folder.path()).expect("file");
        let mut naive: BTreeMap<String, Vec<i128>> = BTreeMap::new();
        for line in std::fs::read_to_string(&path).expect("read").lines() {
            let (name, temperature) = line.split_once(';').expect("line");
            naive.entry(name.to_owned()).or_default().push(temperature.replace('.', "").parse().expect("number"));
        }
        let expected: Summary = naive
            .into_iter()
            .map(|(name, tenths)| {
                let mean = decimal::divide_rounding(tenths.iter().sum::<i128>() * 100_000, tenths.len() as i128);
                (name, (*tenths.iter().min().expect("one"), mean, *tenths.iter().max().expect("one")))
            })
            .collect();
        assert!(expected.len() == STATIONS && expected.contains_key("Quinrück"));
        assert_eq!(by_hand(&path).expect("by hand"), expected);
        let job = Job::new(&path).expect("plan");
        for cores in [&[0][..], &[0, 0, 0]] {
            assert_eq!(job.run(cores, Pinning::Free).expect("run").0, expected);
        }
    }
}

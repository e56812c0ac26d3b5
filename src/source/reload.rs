//! A table in which rows are looked up, read again and again while the job runs. Shard 0 reads all of it, so that every reading is one
//! for all shards.
//!
//! ```text
//!   rows of the table .. Loaded(Whole)   (time passes)   rows of the table .. Loaded(Whole)   ..
//! ```
//! A reading that fails is reported and ends with `Loaded(Broken)`; the first one must not fail. The readings go on as long as something else
//! is read, and the first one is always finished.

use std::os::fd::RawFd;
use std::sync::Arc;

use super::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use crate::batch::Load;
use crate::error::{Error, Result};
use crate::format::Decoded;
use crate::sys::clock::HostClock;
use crate::types::{DataType, Nanos, Reload};

/// A source that ends, read again and again.
#[derive(Debug)]
pub struct Reloaded {
    /// What is read.
    pub source: Arc<dyn Source>,
    /// When.
    pub reload: Reload,
    /// Name of the table, for reports.
    pub table: String,
    /// Types of all of its columns.
    pub types: Vec<DataType>,
}

impl Source for Reloaded {
    fn describe(&self) -> String {
        self.source.describe()
    }

    fn boundedness(&self) -> Boundedness {
        self.source.boundedness()
    }

    fn liveness(&self) -> Liveness {
        self.source.liveness()
    }

    fn bytes(&self) -> Option<u64> {
        self.source.bytes()
    }

    fn open(&self, shard: usize, _shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let reading = match shard {
            0 => Reading::First(self.source.open(0, 1, projection)?),
            _ => Reading::Over,
        };
        let (source, projection, table) = (self.source.clone(), projection.clone(), self.table.clone());
        let types = projection.iter().map(|column| self.types[*column].clone()).collect();
        Ok(Box::new(ReloadingReader {
            source,
            projection,
            types,
            table,
            reload: self.reload,
            reading,
            began: None,
            stops: false,
        }))
    }
}

/// Where a reader stands.
enum Reading {
    /// The table is read for the first time.
    First(Box<dyn Reader>),
    /// It has been read, and is read again.
    Again(Box<dyn Reader>),
    /// It is read again at this time.
    Until(Nanos),
    /// It is read no more.
    Over,
}

struct ReloadingReader {
    source: Arc<dyn Source>,
    projection: Projection,
    types: Vec<DataType>,
    table: String,
    reload: Reload,
    reading: Reading,
    /// When the reading at hand began.
    began: Option<Nanos>,
    stops: bool,
}

impl ReloadingReader {
    /// A reading is over.
    fn end(&mut self, load: Load, now: Nanos) -> Polled {
        let began = self.began.take().unwrap_or(now);
        self.reading = match self.stops {
            true => Reading::Over,
            false => Reading::Until(self.reload.next(began, now, HostClock::wall_of_zero())),
        };
        Polled::Loaded(load)
    }

    #[cold]
    fn fail(&mut self, error: &Error, now: Nanos, into: &mut Decoded) -> Polled {
        tracing::warn!(table = self.table, %error, "the table could not be read again, and stays as it was");
        *into = Decoded::new(&self.types, 0);
        self.end(Load::Broken, now)
    }
}

impl Reader for ReloadingReader {
    fn splits(&self) -> usize {
        usize::from(matches!(self.reading, Reading::First(_)))
    }

    fn goes_on_with_others(&self) -> bool {
        true
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        loop {
            let polled = match &mut self.reading {
                Reading::Over => return Ok(Polled::End),
                Reading::Until(time) if now < *time => return Ok(Polled::Pending { wake_at: Some(*time) }),
                Reading::Until(_) => match self.source.open_again(&self.projection) {
                    Ok(reader) => {
                        (self.reading, self.began) = (Reading::Again(reader), Some(now));
                        continue;
                    }
                    Err(error) => return Ok(self.fail(&error, now, into)),
                },
                Reading::First(reader) => {
                    self.began.get_or_insert(now);
                    reader.poll(now, rows_max, into)?
                }
                Reading::Again(reader) => match reader.poll(now, rows_max, into) {
                    Ok(polled) => polled,
                    Err(error) => return Ok(self.fail(&error, now, into)),
                },
            };
            match polled {
                Polled::Rows { stamp, .. } => return Ok(Polled::Rows { split: 0, stamp }),
                Polled::Pending { .. } => return Ok(polled),
                Polled::End => return Ok(self.end(Load::Whole, now)),
                // Nobody asks for the time of such a table, and what its splits are is different each time.
                Polled::Watermark { .. } | Polled::SplitEnd { .. } | Polled::Loaded(_) => {}
            }
        }
    }

    fn wait_on(&self) -> Vec<RawFd> {
        match &self.reading {
            Reading::First(reader) | Reading::Again(reader) => reader.wait_on(),
            Reading::Until(_) | Reading::Over => Vec::new(),
        }
    }

    fn stop(&mut self) {
        self.stops = true;
        if !matches!(self.reading, Reading::First(_)) {
            self.reading = Reading::Over;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::source::memory::{MemoryEvent, MemorySource};
    use crate::types::Value;

    /// A table of one row, the number of the reading; each third one breaks off behind it.
    #[derive(Debug, Default)]
    struct Counted(AtomicI64);

    struct Breaking(Box<dyn Reader>);

    impl Source for Counted {
        fn describe(&self) -> String {
            "counted".to_owned()
        }
        fn boundedness(&self) -> Boundedness {
            Boundedness::Bounded
        }
        fn liveness(&self) -> Liveness {
            Liveness::Replay
        }
        fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            let rows = vec![vec![MemoryEvent::Rows(vec![vec![Value::Int(number)]])], vec![]];
            let reader = MemorySource::new(rows).open(shard, shards, projection)?;
            Ok(if number % 3 == 2 { Box::new(Breaking(reader)) } else { reader })
        }
    }

    impl Reader for Breaking {
        fn splits(&self) -> usize {
            self.0.splits()
        }
        fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
            match self.0.poll(now, rows_max, into)? {
                Polled::End => Err(Error::data("the file is gone")),
                polled => Ok(polled),
            }
        }
        fn stop(&mut self) {}
    }

    fn open(shard: usize) -> Box<dyn Reader> {
        let (source, table) = (Arc::new(Counted::default()), "t".to_owned());
        let reloaded = Reloaded { source, reload: Reload::After(100), table, types: vec![DataType::BigInt] };
        reloaded.open(shard, 2, &vec![0]).expect("opens")
    }

    /// What the reader gives at this time, until it wants to wait.
    fn given(reader: &mut dyn Reader, now: Nanos) -> Vec<String> {
        let mut given = Vec::new();
        loop {
            let mut into = Decoded::new(&[DataType::BigInt], 1);
            given.push(match reader.poll(now, 10, &mut into).expect("polls") {
                Polled::Rows { split: 0, .. } => format!("{:?}", into.columns[0].value(0, &DataType::BigInt)),
                Polled::Loaded(load) => format!("{load:?}"),
                Polled::Pending { wake_at } => format!("until {}", wake_at.expect("a time")),
                Polled::End => "end".to_owned(),
                other => panic!("{other:?}"),
            });
            assert_eq!(into.columns[0].len(), into.rows);
            if given.last().is_some_and(|last| last == "end" || last.starts_with("until")) {
                return given;
            }
        }
    }

    #[test]
    fn the_table_is_read_again_after_each_interval_and_what_breaks_off_is_said_so() {
        let mut reader = open(0);
        assert_eq!(given(&mut *reader, 1000), ["Int(0)", "Whole", "until 1100"]);
        assert_eq!(given(&mut *reader, 1099), ["until 1100"]);
        assert_eq!(given(&mut *reader, 1105), ["Int(1)", "Whole", "until 1205"]);
        assert_eq!(given(&mut *reader, 1205), ["Int(2)", "Broken", "until 1305"]);
        assert_eq!(given(&mut *reader, 1400), ["Int(3)", "Whole", "until 1500"]);
        reader.stop();
        assert_eq!(given(&mut *reader, 1600), ["end"]);
        assert_eq!(given(&mut *open(1), 1000), ["end"], "another shard reads nothing");
    }

    #[test]
    fn the_first_reading_is_finished_whatever_stops() {
        let mut reader = open(0);
        reader.stop();
        assert_eq!(given(&mut *reader, 1000), ["Int(0)", "Whole", "end"]);
    }
}

//! Batches that the program around a job sends: a bounded queue for each of its senders, which is a split.
//!
//! ```text
//!   a thread of the program                        the shard
//!   Feed::send --> queue of CHANNEL_BATCHES_MAX --> ChannelReader::poll
//!        `------> doorbell, if the shard sleeps --> wait_on
//! ```
//! A full queue stops the sender, never the shard: `poll` takes what is there and goes. What `send` has taken is read, also when the job is
//! told to read no more: the reader then first lets a sender finish that is in the middle of it. The batches come with the moment of their
//! sending, so the time that they wait is theirs.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Boundedness, Liveness, Polled, Projection, Reader, Readers, Source};
use crate::batch::{Batch, Column};
use crate::error::{Error, ErrorKind, Result};
use crate::format::Decoded;
use crate::limits::CHANNEL_BATCHES_MAX;
use crate::route::doorbell::Doorbell;
use crate::types::{EventTime, Nanos, TableDef};

/// Name of the connector.
pub const CHANNEL: &str = "channel";

/// The error where there is no program that could send or receive.
pub(crate) fn without_program(table: &TableDef) -> Error {
    let span = table.options.value("connector").map_or(table.span, |value| value.span);
    let error = Error::sql(format!("the rows of table '{}' are those of a program that runs the job by the library", table.name));
    error.at(span).hint("give the table a connector of files or sockets, or none: then it holds what the job inserts into it")
}

/// What a sender gives.
#[derive(Debug)]
pub enum Event {
    /// Rows with a column for each of the table, which arrive at the last stamp of the batch.
    Batch(Batch),
    /// No row at or before this time will follow.
    Watermark(EventTime),
}

/// The ends of a table's queues that no shard has taken yet. Split i belongs to shard i % shards.
#[derive(Debug, Default)]
pub struct Ends(Mutex<Vec<End>>);

impl Ends {
    /// One more split, and who feeds it.
    pub fn feed(&self) -> Result<Feed> {
        let (sender, receiver) = sync_channel(CHANNEL_BATCHES_MAX);
        let line = Arc::new(Line { bell: Doorbell::new()?, sending: false.into(), closed: false.into(), broken: false.into() });
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, part, ahead, announced) = (ends.len(), None, RefCell::default(), Cell::new(false));
        ends.push(End { number, receiver, line: line.clone(), part, ahead, announced });
        Ok(Feed { sender: Some(sender), line })
    }

    /// Those of a shard, numbered as its splits.
    fn take(&self, shard: usize, shards: usize) -> VecDeque<End> {
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = ends.extract_if(.., |end| end.number % shards == shard);
        own.enumerate().map(|(number, end)| End { number, ..end }).collect()
    }
}

/// What the two ends of a queue tell each other beside it.
#[derive(Debug)]
struct Line {
    bell: Doorbell,
    /// The sender is about to put something into the queue.
    sending: AtomicBool,
    /// The shard reads what is there, and nothing that comes later.
    closed: AtomicBool,
    /// The thread of the sender has panicked.
    broken: AtomicBool,
}

/// The sender of one split. The split ends when it is dropped; if that is because its thread panics, the job fails.
#[derive(Debug)]
pub struct Feed {
    /// Gone only while it is dropped.
    sender: Option<SyncSender<Event>>,
    line: Arc<Line>,
}

impl Feed {
    /// Waits until there is room. An error if the job reads no more.
    pub fn send(&mut self, event: Event) -> Result<()> {
        self.while_open(|sender| sender.send(event).map_err(|_| gone()))
    }

    /// Does not wait: gives the event back if there is no room.
    pub fn try_send(&mut self, event: Event) -> Result<Option<Event>> {
        self.while_open(|sender| match sender.try_send(event) {
            Ok(()) => Ok(None),
            Err(TrySendError::Full(event)) => Ok(Some(event)),
            Err(TrySendError::Disconnected(_)) => Err(gone()),
        })
    }

    /// Between the two stores the reader does not take the queue for finished; it has closed it before it looks whether somebody sends.
    fn while_open<T>(&mut self, send: impl FnOnce(&SyncSender<Event>) -> Result<T>) -> Result<T> {
        self.line.sending.store(true, Ordering::SeqCst);
        let sent = match &self.sender {
            Some(sender) if !self.line.closed.load(Ordering::SeqCst) => send(sender),
            _ => Err(gone()),
        };
        self.line.sending.store(false, Ordering::SeqCst);
        self.line.bell.notify();
        sent
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.line.broken.store(std::thread::panicking(), Ordering::Release);
        self.sender = None;
        self.line.bell.notify();
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Stopped, "the job takes no more rows: it has ended, or was told to stop")
}

/// The `channel` connector as a source.
#[derive(Debug)]
pub struct ChannelSource {
    ends: Arc<Ends>,
    boundedness: Boundedness,
}

impl ChannelSource {
    /// Reads the option `bounded`.
    pub fn new(table: &TableDef, ends: Arc<Ends>) -> Result<Self> {
        let boundedness = match table.options.choice("bounded", &["false", "true"])? {
            Some(1) => Boundedness::Bounded,
            _ => Boundedness::Unbounded,
        };
        Ok(Self { ends, boundedness })
    }
}

impl Source for ChannelSource {
    fn describe(&self) -> String {
        "channel (a split per sender)".to_owned()
    }

    fn boundedness(&self) -> Boundedness {
        self.boundedness
    }

    fn liveness(&self) -> Liveness {
        Liveness::Live
    }

    fn readers(&self) -> Readers {
        Readers::One
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let splits = self.ends.take(shard, shards);
        Ok(Box::new(ChannelReader { projection: projection.clone(), count: splits.len(), splits, stopped: false }))
    }

    fn open_again(&self, _projection: &Projection) -> Result<Box<dyn Reader>> {
        let error = Error::config("rows that the program sends cannot be read again");
        Err(error.hint("take the 'lookup.' options off: rows are looked up among those that have come"))
    }
}

/// The shard's end of a queue.
#[derive(Debug)]
struct End {
    number: usize,
    receiver: Receiver<Event>,
    line: Arc<Line>,
    /// A batch larger than was asked for, and how many of its rows have been given.
    part: Option<(Batch, usize)>,
    /// What came while the shard was about to sleep.
    ahead: RefCell<Option<Event>>,
    /// The sender was asked to ring.
    announced: Cell<bool>,
}

/// What an end has to give.
enum Next {
    Event(Event),
    Nothing,
    Ended,
}

impl End {
    fn next(&self, stopped: bool) -> Next {
        let is_quiet = stopped && !self.line.sending.load(Ordering::SeqCst);
        match self.ahead.take().map_or_else(|| self.receiver.try_recv(), Ok) {
            Ok(event) => Next::Event(event),
            Err(TryRecvError::Empty) if !is_quiet => Next::Nothing,
            Err(_) => Next::Ended,
        }
    }

    /// Asks the sender to ring, and rings itself if something has come meanwhile: so the sleep is none.
    fn announce(&self, stopped: bool) -> RawFd {
        self.announced.set(true);
        self.line.bell.flag().announce();
        match self.next(stopped) {
            _ if self.part.is_some() => self.line.bell.ring(),
            Next::Nothing => {}
            Next::Ended => self.line.bell.ring(),
            Next::Event(event) => {
                self.ahead.replace(Some(event));
                self.line.bell.ring();
            }
        }
        self.line.bell.ear().as_raw_fd()
    }

    fn awake(&self) {
        if self.announced.take() {
            self.line.bell.flag().awake();
            self.line.bell.silence();
        }
    }

    /// Gives at most `rows_max` rows of a batch, of which `given` are gone. Hot: once per batch.
    fn give(&mut self, batch: Batch, given: usize, rows_max: usize, projection: &Projection, into: &mut Decoded) {
        let rows = given..batch.rows().min(given + rows_max.max(1));
        into.rows = rows.len();
        if rows.len() == batch.rows() {
            let mut columns: Vec<Option<Column>> = batch.columns.into_iter().map(Some).collect();
            into.columns = projection.iter().filter_map(|&column| columns[column].take()).collect();
            into.kinds = batch.kinds;
            return;
        }
        into.columns = projection.iter().map(|&column| batch.columns[column].slice(rows.clone())).collect();
        into.kinds = batch.kinds.as_ref().map(|kinds| kinds[rows.clone()].to_vec());
        self.part = (rows.end < batch.rows()).then_some((batch, rows.end));
    }
}

/// Reads the queues of one shard in turn.
struct ChannelReader {
    projection: Projection,
    count: usize,
    splits: VecDeque<End>,
    stopped: bool,
}

impl Reader for ChannelReader {
    fn splits(&self) -> usize {
        self.count
    }

    fn looks_at_all(&self) -> bool {
        true
    }

    fn brings_columns(&self) -> bool {
        true
    }

    fn poll(&mut self, _now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        for _ in 0..self.splits.len() {
            let Some(mut end) = self.splits.pop_front() else { break };
            let split = end.number;
            end.awake();
            let (batch, given) = match end.part.take() {
                Some(part) => part,
                None => match end.next(self.stopped) {
                    Next::Event(Event::Batch(batch)) => (batch, 0),
                    Next::Event(Event::Watermark(time)) => {
                        self.splits.push_back(end);
                        return Ok(Polled::Watermark { split, time });
                    }
                    Next::Nothing => {
                        self.splits.push_back(end);
                        continue;
                    }
                    Next::Ended if end.line.broken.load(Ordering::Acquire) => {
                        return Err(Error::new(ErrorKind::Io, "a thread of the program panicked while it fed the job"));
                    }
                    Next::Ended => return Ok(Polled::SplitEnd { split }),
                },
            };
            let stamp = batch.last_stamp();
            end.give(batch, given, rows_max, &self.projection, into);
            self.splits.push_back(end);
            return Ok(Polled::Rows { split, stamp });
        }
        Ok(if self.splits.is_empty() { Polled::End } else { Polled::Pending { wake_at: None } })
    }

    fn wait_on(&self) -> Vec<RawFd> {
        self.splits.iter().map(|end| end.announce(self.stopped)).collect()
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.splits.iter().for_each(|end| end.line.closed.store(true, Ordering::SeqCst));
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;
    use crate::batch::{RowKind, Values};
    use crate::error::Span;
    use crate::types::Options;

    fn source(ends: &Arc<Ends>) -> ChannelSource {
        let (options, columns, primary_key) = (Options::default(), Vec::new(), Vec::new());
        let table = TableDef { name: "t".to_owned(), span: Span::default(), columns, options, primary_key, event_time: None };
        ChannelSource::new(&table, ends.clone()).expect("source")
    }

    fn rows(numbers: std::ops::Range<i64>) -> Event {
        let (count, column) =
            (numbers.clone().count(), |sign: i64| Column::from_values(Values::I64(numbers.clone().map(|n| n * sign).collect())));
        let mut batch = Batch::new(vec![column(1), column(-1)], count, 7);
        batch.kinds = Some(numbers.clone().map(|n| if n % 2 == 0 { RowKind::Insert } else { RowKind::Delete }).collect());
        Event::Batch(batch)
    }

    /// All that a reader gives until it has nothing, its rows as the numbers of the second column.
    fn drain(reader: &mut dyn Reader, rows_max: usize) -> (Vec<i64>, Polled) {
        let mut numbers = Vec::new();
        loop {
            let mut into = Decoded::default();
            match reader.poll(1, rows_max, &mut into).expect("polls") {
                Polled::Rows { stamp, .. } => assert!(stamp == 7 && into.rows <= rows_max && into.columns.len() == 1),
                Polled::SplitEnd { .. } => {}
                other => return (numbers, other),
            }
            let Some(Column { values: Values::I64(given), .. }) = into.columns.first() else { continue };
            for (number, kind) in given.iter().zip(into.kinds.expect("kinds")) {
                assert_eq!(kind == RowKind::Insert, number % 2 == 0, "kinds stay with their rows");
                numbers.push(*number);
            }
        }
    }

    #[test]
    fn batches_come_in_order_cut_to_what_is_asked_for() {
        let ends = Arc::default();
        let source = source(&ends);
        let mut feed = ends.feed().expect("feed");
        let mut reader = source.open(0, 1, &vec![1]).expect("open");
        assert_eq!(drain(&mut *reader, 3), (vec![], Polled::Pending { wake_at: None }));
        feed.send(rows(0..7)).expect("sent");
        feed.send(rows(7..8)).expect("sent");
        assert_eq!(drain(&mut *reader, 3), ((0..8).map(|n| -n).collect(), Polled::Pending { wake_at: None }));
        feed.send(Event::Watermark(5)).expect("sent");
        assert_eq!(drain(&mut *reader, 3), (vec![], Polled::Watermark { split: 0, time: 5 }));
        drop(feed);
        assert_eq!(drain(&mut *reader, 3), (vec![], Polled::End));
    }

    #[test]
    fn a_full_queue_gives_back_and_what_was_taken_is_read_after_the_stop() {
        let ends = Arc::default();
        let source = source(&ends);
        let mut feed = ends.feed().expect("feed");
        let mut reader = source.open(0, 1, &vec![0]).expect("open");
        let taken = (0..).take_while(|n| feed.try_send(rows(*n..n + 1)).expect("open").is_none()).count();
        assert_eq!(taken, CHANNEL_BATCHES_MAX);
        reader.stop();
        assert!(feed.send(rows(0..1)).expect_err("closed").is_stopped());
        assert_eq!(drain(&mut *reader, 10), ((0..taken as i64).collect(), Polled::End));
    }

    #[test]
    fn splits_are_dealt_to_shards_and_read_in_turn() {
        let ends = Arc::default();
        let source = source(&ends);
        let mut feeds: Vec<Feed> = (0..5).map(|_| ends.feed().expect("feed")).collect();
        let mut readers: Vec<_> = (0..2).map(|shard| source.open(shard, 2, &vec![0]).expect("open")).collect();
        assert_eq!([readers[0].splits(), readers[1].splits()], [3, 2]);
        for (number, feed) in (0..).zip(&mut feeds) {
            feed.send(rows(number * 10..number * 10 + 2)).expect("sent");
        }
        drop(feeds);
        assert_eq!(drain(&mut *readers[0], 1).0, [0, 20, 40, 1, 21, 41]);
        assert_eq!(drain(&mut *readers[1], 9).0, [10, 11, 30, 31]);
    }

    #[test]
    fn a_shard_that_is_about_to_sleep_hears_of_what_came() {
        let is_rung = |end: &End| {
            let ear = end.line.bell.ear();
            let rung = poll(&mut [PollFd::new(&ear, PollFlags::IN)], Some(&Timespec::default())).expect("polls");
            rung > 0
        };
        let ends = Ends::default();
        let mut feed = ends.feed().expect("feed");
        let mut splits = ends.take(0, 1);
        let end = &mut splits[0];
        feed.send(Event::Watermark(1)).expect("sent");
        assert!(!is_rung(end), "a shard that looks needs no bell");
        end.announce(false);
        assert!(is_rung(end), "what came before is found");
        end.awake();
        assert!(matches!(end.next(false), Next::Event(Event::Watermark(1))) && !is_rung(end));
        end.announce(false);
        assert!(!is_rung(end));
        feed.send(Event::Watermark(2)).expect("sent");
        assert!(is_rung(end), "what comes then rings");
        end.awake();
        assert!(matches!(end.next(false), Next::Event(Event::Watermark(2))));
        end.announce(false);
        drop(feed);
        assert!(is_rung(end), "so does the end");
        assert!(matches!(end.next(false), Next::Ended));
    }

    #[test]
    fn a_sender_that_panics_fails_the_job() {
        let ends = Arc::default();
        let source = source(&ends);
        let feed = ends.feed().expect("feed");
        let mut reader = source.open(0, 1, &vec![0]).expect("open");
        let sender = std::thread::spawn(move || {
            let _feed = feed;
            panic!("in the program");
        });
        assert!(sender.join().is_err());
        let error = reader.poll(1, 1, &mut Decoded::default()).expect_err("fails");
        assert!(error.message().contains("panicked"), "{error}");
    }
}

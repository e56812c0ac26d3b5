//! Files, standard input: every file is a split, read front to end, a block a poll, files of a shard in turn.
//!
//! With `'scan.split-bytes'` a file is cut at line starts into splits of about that size, so that several shards read it. The rows of a
//! file are then in order within each of its splits only, which is why it is to be asked for.
//!
//! The list of files is made once, when the job is planned, in order of their names, so that split numbers do not change
//! with the number of shards. At most `OPEN_MAX` files of a shard are open at a time.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::pump::Pump;
use super::range::{Piece, Range};
use super::records::{Filled, Layout, Records, check_metadata};
use super::{Boundedness, Liveness, Polled, Projection, Reader, Source};
use crate::error::{Error, Result, Span};
use crate::format::{self, Decoded, Format};
use crate::limits;
use crate::types::relation::Changelog;
use crate::types::{Column, Nanos, Options, TableDef};

/// Files of one shard that are open at a time. More wait until one has ended.
const OPEN_MAX: usize = 64;

/// The least `'scan.split-bytes'`. Less: an error.
const SPLIT_BYTES_MIN: u64 = 4 << 10;

/// Name of the metadata that holds the path of a row's file.
const PATH_KEY: &str = "file.path";

/// Where the bytes come from.
#[derive(Debug)]
enum Input {
    Files(Vec<Piece>),
    /// Standard input; whether a scan has it already.
    Stdin(AtomicBool),
}

/// The `filesystem` connector as a source.
#[derive(Debug)]
pub(super) struct Filesystem {
    path: String,
    format_name: String,
    format: Arc<dyn Format>,
    columns: Vec<Column>,
    input: Input,
}

impl Filesystem {
    /// Reads the options `path` and those of the format, and lists the files.
    pub fn new(table: &TableDef) -> Result<Self> {
        let options = &table.options;
        let path = options.required("path").map_err(|e| e.at(table.span))?.to_owned();
        let span = options.value("path").map_or(table.span, |v| v.span);
        // What only the sink of the same table reads.
        options.text("sink.single-file");
        check_metadata(table, PATH_KEY)?;
        let format = format::create(options, &table.columns).map_err(|e| e.at(table.span))?;
        let split_bytes = split_bytes(options)?;
        let input = match path.as_str() {
            "-" => Input::Stdin(AtomicBool::new(false)),
            _ => Input::Files(pieces(list(&path, span)?, split_bytes)?),
        };
        let format_name = options.text("format").unwrap_or_default().to_owned();
        Ok(Self { path, format_name, format, columns: table.columns.clone(), input })
    }

    /// A reader without files.
    fn reader(&self, projection: &Projection) -> FileReader {
        let layout = Layout::new(&self.columns, projection);
        let (waiting, open) = (VecDeque::new(), VecDeque::new());
        FileReader { format: self.format.clone(), layout, splits: 0, waiting, open, stopped: false }
    }

    fn stdin(&self, taken: &AtomicBool) -> Result<Bytes> {
        if taken.swap(true, Ordering::Relaxed) {
            let error = Error::sql("standard input can be read by one scan only");
            return Err(error.hint("read it in one query, or write it to a file first"));
        }
        Ok(Bytes::Stdin(Pump::start(io::stdin())?))
    }
}

impl Source for Filesystem {
    fn describe(&self) -> String {
        let splits = match &self.input {
            Input::Files(files) => files.len(),
            Input::Stdin(_) => 1,
        };
        let plural = if splits == 1 { "" } else { "s" };
        format!("filesystem {} {} ({splits} split{plural})", self.format_name, self.path)
    }

    fn boundedness(&self) -> Boundedness {
        match self.input {
            Input::Files(_) => Boundedness::Bounded,
            Input::Stdin(_) => Boundedness::Unbounded,
        }
    }

    fn liveness(&self) -> Liveness {
        Liveness::Replay
    }

    fn bytes(&self) -> Option<u64> {
        match &self.input {
            Input::Files(files) => files.iter().map(|piece| piece.bytes().ok()).sum(),
            Input::Stdin(_) => None,
        }
    }

    fn open(&self, shard: usize, shards: usize, projection: &Projection) -> Result<Box<dyn Reader>> {
        let mut reader = self.reader(projection);
        match &self.input {
            Input::Files(files) => reader.waiting = files.iter().skip(shard).step_by(shards).cloned().enumerate().collect(),
            Input::Stdin(taken) if shard == 0 => {
                let records = reader.records("stdin")?;
                reader.open.push_back(OpenFile { split: 0, bytes: self.stdin(taken)?, records });
            }
            Input::Stdin(_) => {}
        }
        reader.splits = reader.waiting.len() + reader.open.len();
        Ok(Box::new(reader))
    }

    fn open_again(&self, projection: &Projection) -> Result<Box<dyn Reader>> {
        let mut reader = self.reader(projection);
        // What the path names may be other files by now.
        let files = list(&self.path, Span::default())?;
        reader.waiting = files.into_iter().map(Piece::whole).enumerate().collect();
        reader.splits = reader.waiting.len();
        Ok(Box::new(reader))
    }
}

/// `'scan.split-bytes'`, which only formats allow whose records are lines.
fn split_bytes(options: &Options) -> Result<Option<u64>> {
    let Some(bytes) = options.parse("scan.split-bytes", "a number of bytes")? else { return Ok(None) };
    let span = options.value("scan.split-bytes").map(|v| v.span).unwrap_or_default();
    let refused = |why: &str, hint: &str| Err(Error::sql(format!("option 'scan.split-bytes' {why}")).at(span).hint(hint));
    let is = |key: &str, wanted: &str| options.text(key).is_some_and(|text| text.trim().eq_ignore_ascii_case(wanted));
    if bytes < SPLIT_BYTES_MIN {
        return refused(&format!("must be at least {SPLIT_BYTES_MIN}"), "good sizes are some megabytes");
    }
    if is("format", "raw") {
        return refused("cuts at line ends, which 'raw' does not have", "leave it out, or write several files");
    }
    if format::changelog(options)? != Changelog::Append {
        return refused("would take the changes of a row out of their order", "leave it out: a changelog is read front to end");
    }
    if is("csv.header", "true") {
        return refused("leaves splits without the header", "take the header off, or leave 'scan.split-bytes' out");
    }
    Ok(Some(bytes))
}

/// The files, or the pieces they are to be cut into.
fn pieces(files: Vec<PathBuf>, split_bytes: Option<u64>) -> Result<Vec<Piece>> {
    let Some(bytes) = split_bytes else { return Ok(files.into_iter().map(Piece::whole).collect()) };
    let mut pieces = Vec::new();
    for file in files {
        pieces.extend(Piece::cut(&file, bytes).map_err(|e| Error::io(format!("looking at {}", file.display()), e))?);
    }
    Ok(pieces)
}

/// The regular files that `path` names: itself, those in the folder it is, or those that match it as a pattern.
fn list(path: &str, span: Span) -> Result<Vec<PathBuf>> {
    let place = Path::new(path);
    let mut files = match std::fs::metadata(place) {
        Ok(found) if found.is_dir() => files_in(place)?,
        Ok(found) if found.is_file() => vec![place.to_owned()],
        Ok(_) => {
            let error = Error::sql(format!("'{path}' is neither a file nor a directory")).at(span);
            return Err(error.hint("to read a pipe, use 'path' = '-' and redirect it to standard input"));
        }
        Err(_) if path.contains(['*', '?', '[']) => matching(path, span)?,
        Err(e) => return Err(missing(path, span, &e)),
    };
    files.sort();
    if files.is_empty() {
        return Err(Error::sql(format!("no files at '{path}'"))
            .at(span)
            .hint("files whose names begin with . or _ are left out"));
    }
    Ok(files)
}

fn missing(path: &str, span: Span, fault: &io::Error) -> Error {
    let error = Error::sql(format!("cannot read '{path}': {fault}")).at(span);
    match std::env::current_dir() {
        Ok(folder) if Path::new(path).is_relative() => error.hint(format!("relative paths start at {}", folder.display())),
        _ => error,
    }
}

/// The regular files of a folder that are not hidden.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |e| Error::io(format!("listing {}", folder.display()), e);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().as_encoded_bytes().first().is_some_and(|b| matches!(b, b'.' | b'_'));
        if !hidden && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

fn matching(pattern: &str, span: Span) -> Result<Vec<PathBuf>> {
    let paths = glob::glob(pattern).map_err(|e| Error::sql(format!("'{pattern}' is not a path pattern: {e}")).at(span))?;
    let mut files = Vec::new();
    for path in paths {
        let path = path.map_err(|e| Error::io(format!("reading {}", e.path().display()), e.into()))?;
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

/// An open input.
enum Bytes {
    File(Range),
    Stdin(Pump),
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Bytes::File(file) => file.read(buffer),
            Bytes::Stdin(pump) => pump.read(buffer),
        }
    }
}

struct OpenFile {
    split: usize,
    bytes: Bytes,
    records: Records,
}

/// What a turn of one file gave.
enum Turn {
    Rows,
    /// Bytes, but no whole record yet.
    Going,
    /// No bytes now.
    Nothing,
    End,
}

impl OpenFile {
    fn turn(&mut self, reading: bool, rows_max: usize, into: &mut Decoded) -> Result<Turn> {
        // Where only what was left over is decoded, there may be bytes to read all the same.
        let mut filled = Filled::Bytes;
        if reading && !self.records.has_more() && !self.records.is_complete() {
            let read = self.records.fill(&mut self.bytes);
            filled = read.map_err(|e| Error::io(format!("reading {}", self.records.name()), e))?;
        }
        if self.records.decode(rows_max, into) {
            return Ok(Turn::Rows);
        }
        Ok(match filled {
            _ if !reading || self.records.is_complete() => Turn::End,
            Filled::Nothing => Turn::Nothing,
            _ => Turn::Going,
        })
    }
}

/// Reads the files of one shard in turn.
struct FileReader {
    format: Arc<dyn Format>,
    layout: Layout,
    splits: usize,
    waiting: VecDeque<(usize, Piece)>,
    open: VecDeque<OpenFile>,
    stopped: bool,
}

impl FileReader {
    fn records(&self, name: &str) -> Result<Records> {
        Records::new(name, &*self.format, &self.layout, limits::READ_BYTES)
    }

    fn open_waiting(&mut self) -> Result<()> {
        while self.open.len() < OPEN_MAX && !self.stopped {
            let Some((split, piece)) = self.waiting.pop_front() else { break };
            let name = piece.path.display().to_string();
            let file = piece.open().map_err(|e| Error::io(format!("opening {name}"), e))?;
            let records = self.records(&name)?.beginning_at(file.start());
            self.open.push_back(OpenFile { split, bytes: Bytes::File(file), records });
        }
        Ok(())
    }
}

impl Reader for FileReader {
    fn splits(&self) -> usize {
        self.splits
    }

    fn poll(&mut self, now: Nanos, rows_max: usize, into: &mut Decoded) -> Result<Polled> {
        self.open_waiting()?;
        let mut going = false;
        for _ in 0..self.open.len() {
            let Some(mut file) = self.open.pop_front() else { break };
            let split = file.split;
            match file.turn(!self.stopped, rows_max, into)? {
                Turn::Rows => {
                    self.open.push_back(file);
                    return Ok(Polled::Rows { split, stamp: now });
                }
                Turn::End => return Ok(Polled::SplitEnd { split }),
                Turn::Going => going = true,
                Turn::Nothing => {}
            }
            self.open.push_back(file);
        }
        if self.open.is_empty() {
            return Ok(Polled::End);
        }
        Ok(Polled::Pending { wake_at: going.then_some(now) })
    }

    fn wait_on(&self) -> Vec<RawFd> {
        let stdin = |file: &OpenFile| match &file.bytes {
            Bytes::Stdin(pump) => Some(pump.stream().as_raw_fd()),
            Bytes::File(_) => None,
        };
        self.open.iter().filter_map(stdin).collect()
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ColumnKind, DataType, Options, Value};

    fn table(path: &Path) -> TableDef {
        let mut options = Options::default();
        let path = path.to_string_lossy().into_owned();
        for (key, text) in [("connector", "filesystem"), ("format", "json"), ("path", path.as_str())] {
            options.set(key, text, Span::default());
        }
        let column = |name: &str, data_type, kind| Column { name: name.to_owned(), data_type, kind, not_null: false };
        let columns = vec![
            column("a", DataType::BigInt, ColumnKind::Physical),
            column("file", DataType::STRING, ColumnKind::Metadata(PATH_KEY.to_owned())),
            column("b", DataType::STRING, ColumnKind::Physical),
        ];
        TableDef { name: "t".to_owned(), span: Span::default(), columns, options, primary_key: Vec::new(), event_time: None }
    }

    #[test]
    fn every_file_is_a_split_and_bad_records_name_their_file() {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("2.json"), "{\"a\":3,\"b\":\"z\"}").expect("write");
        std::fs::write(folder.path().join("1.json"), "{\"a\":1,\"b\":\"x\"}\nbroken\n{\"a\":2,\"b\":\"y\"}\n").expect("write");
        let source = crate::source::create(&table(folder.path())).expect("create");
        let (mut rows, mut bad) = (Vec::new(), Vec::new());
        for shard in 0..2 {
            let mut reader = source.open(shard, 2, &vec![2, 1, 0]).expect("open");
            assert_eq!(reader.splits(), 1);
            loop {
                let mut into = Decoded::new(&[DataType::STRING, DataType::STRING, DataType::BigInt], 4);
                if reader.poll(1, 1, &mut into).expect("poll") == Polled::End {
                    break;
                }
                assert!(into.columns.iter().all(|c| c.len() == into.rows));
                for row in 0..into.rows {
                    let file = into.columns[1].value(row, &DataType::STRING);
                    let Value::Str(file) = file else { panic!("no path") };
                    rows.push((
                        shard,
                        file.ends_with(&format!("{}.json", shard + 1)),
                        into.columns[2].value(row, &DataType::BigInt),
                    ));
                }
                bad.append(&mut into.bad);
            }
        }
        assert_eq!(rows, [(0, true, Value::Int(1)), (0, true, Value::Int(2)), (1, true, Value::Int(3))]);
        assert_eq!(bad.len(), 1);
        assert!(bad[0].line == 2 && bad[0].reason.contains("1.json: "), "{:?}", bad[0]);
    }

    #[test]
    fn what_is_opened_again_are_the_files_of_then() {
        let folder = tempfile::tempdir().expect("folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("write");
        write("1.json", "{\"a\":1}\n");
        let source = crate::source::create(&table(folder.path())).expect("create");
        let numbers = |source: &dyn Source| {
            let (mut reader, mut found) = (source.open_again(&vec![0]).expect("open"), Vec::new());
            loop {
                let mut into = Decoded::new(&[DataType::BigInt], 4);
                if reader.poll(1, 4, &mut into).expect("poll") == Polled::End {
                    return found;
                }
                found.extend((0..into.rows).map(|row| into.columns[0].value(row, &DataType::BigInt)));
            }
        };
        assert_eq!(numbers(&*source), [Value::Int(1)]);
        write("1.json", "{\"a\":2}\n");
        write("2.json", "{\"a\":3}\n");
        assert_eq!(numbers(&*source), [2, 3].map(Value::Int));
        drop(folder);
        assert!(source.open_again(&vec![0]).is_err());
    }

    #[test]
    fn a_file_that_is_cut_is_read_once_by_all_shards() {
        let folder = tempfile::tempdir().expect("folder");
        let line = |i: usize| if i % 1000 == 999 { format!("bad {i}\n") } else { format!("{{\"a\":{i},\"b\":\"x\"}}\n") };
        let lines: Vec<String> = (0..3000).map(line).collect();
        std::fs::write(folder.path().join("1.json"), lines.concat()).expect("write");
        let mut cut = table(folder.path());
        cut.options.set("scan.split-bytes", "5000", Span::default());
        let source = crate::source::create(&cut).expect("create");
        let (mut seen, mut bad) = (Vec::new(), Vec::new());
        for shard in 0..3 {
            let mut reader = source.open(shard, 3, &vec![0]).expect("open");
            assert!(reader.splits() >= 3);
            loop {
                let mut into = Decoded::new(&[DataType::BigInt], 64);
                if reader.poll(1, 64, &mut into).expect("poll") == Polled::End {
                    break;
                }
                seen.extend((0..into.rows).map(|row| into.columns[0].value(row, &DataType::BigInt)));
                bad.extend(into.bad.iter().map(|b| b.offset as usize));
            }
        }
        let known = |value: &Value| if let Value::Int(i) = value { *i as usize } else { 0 };
        seen.sort_by_key(known);
        assert!(seen.iter().map(known).eq((0..3000).filter(|i| i % 1000 != 999)));
        bad.sort();
        let offset = |row: usize| lines[..row].iter().map(String::len).sum::<usize>();
        assert_eq!(bad, [999, 1999, 2999].map(offset), "places are those in the file");
    }

    #[test]
    fn files_that_cannot_be_cut_are_refused() {
        for (key, text) in [("scan.split-bytes", "10"), ("format", "raw"), ("csv.header", "true")] {
            let folder = tempfile::tempdir().expect("folder");
            let mut cut = table(folder.path());
            cut.options.set("scan.split-bytes", "5000", Span::default());
            cut.options.set(key, text, Span::default());
            assert!(split_bytes(&cut.options).expect_err(text).to_string().contains("'scan.split-bytes'"));
        }
    }

    #[test]
    fn missing_path_is_an_error_that_names_it() {
        let error = crate::source::create(&table(Path::new("no/such/file.json"))).expect_err("missing");
        assert!(error.to_string().contains("no/such/file.json"), "{error}");
    }
}

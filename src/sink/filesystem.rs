//! Files: one part a shard in a directory, or one file. Written under a temporary name and renamed when the job ends well,
//! so that a reader never sees half a result. A file of the same name is replaced.
//!
//! ```text
//!   'path' = 'out'             out/.part-0.json.tmp -> out/part-0.json, out/part-1.json, ...
//!   'path' = 'out/all.json'    out/.all.json.tmp    -> out/all.json
//! ```

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Accepts, Flushed, Placement, Sink, Writer};
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::format::{self, Encoder, Format};
use crate::types::{Schema, TableDef};

/// Bytes that are written at once; fewer wait for more until the job ends.
const WRITE_BYTES: usize = 256 << 10;

/// The `filesystem` connector as a sink.
#[derive(Debug)]
pub(super) struct Filesystem {
    path: PathBuf,
    placement: Placement,
    extension: &'static str,
    format_name: String,
    format: Arc<dyn Format>,
}

impl Filesystem {
    /// Reads the options `path`, `sink.single-file` and those of the format. A path that has an extension and is no
    /// directory is one file.
    pub fn new(table: &TableDef) -> Result<Self> {
        let options = &table.options;
        let path = PathBuf::from(options.required("path").map_err(|e| e.at(table.span))?);
        if path.as_os_str() == "-" || path.file_name().is_none() {
            let span = options.value("path").map_or(table.span, |v| v.span);
            let error = Error::sql(format!("'{}' is not a place to write files to", path.display())).at(span);
            return Err(error.hint("give a directory or a file; to see rows on standard output use 'connector' = 'print'"));
        }
        let single = match options.choice("sink.single-file", &["false", "true"])? {
            Some(choice) => choice == 1,
            None => path.extension().is_some() && !path.is_dir(),
        };
        let format = format::create(options, &table.columns).map_err(|e| e.at(table.span))?;
        let format_name = options.text("format").unwrap_or_default().trim().to_ascii_lowercase();
        let extension = match format_name.as_str() {
            "csv" => "csv",
            "raw" => "bin",
            _ => "json",
        };
        let placement = if single { Placement::OneShard } else { Placement::EachShard };
        Ok(Self { path, placement, extension, format_name, format })
    }

    fn target(&self, shard: usize) -> PathBuf {
        match self.placement {
            Placement::OneShard => self.path.clone(),
            Placement::EachShard => self.path.join(format!("part-{shard}.{}", self.extension)),
        }
    }
}

impl Sink for Filesystem {
    fn describe(&self) -> String {
        let parts = if self.placement == Placement::OneShard { "one file" } else { "one file per shard" };
        format!("filesystem {} {} ({parts})", self.format_name, self.path.display())
    }

    fn delivery(&self) -> &'static str {
        "all-or-nothing per file (renamed into place when the job ends; a job that fails leaves no new file)"
    }

    fn placement(&self) -> Placement {
        self.placement
    }

    fn accepts(&self) -> Accepts {
        super::accepts(&*self.format)
    }

    fn open(&self, shard: usize, _shards: usize, schema: &Schema) -> Result<Box<dyn Writer>> {
        let encoder = self.format.encoder(schema)?;
        Ok(Box::new(FileWriter::create(self.target(shard), encoder)?))
    }
}

/// Writes one file; removes what it wrote if it is dropped before `finish`.
struct FileWriter {
    file: Option<File>,
    temporary: PathBuf,
    target: PathBuf,
    encoder: Box<dyn Encoder>,
    bytes: Vec<u8>,
}

impl FileWriter {
    fn create(target: PathBuf, mut encoder: Box<dyn Encoder>) -> Result<Self> {
        let folder = folder_of(&target);
        fs::create_dir_all(folder).map_err(|e| Error::io(format!("making the directory {}", folder.display()), e))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.tmp"));
        let file = File::create(&temporary).map_err(|e| Error::io(format!("creating {}", temporary.display()), e))?;
        let mut bytes = Vec::new();
        encoder.header(&mut bytes);
        Ok(Self { file: Some(file), temporary, target, encoder, bytes })
    }

    fn hand_over(&mut self) -> Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(&self.bytes).map_err(|e| Error::io(format!("writing {}", self.temporary.display()), e))?;
        }
        self.bytes.clear();
        Ok(())
    }
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

impl Writer for FileWriter {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        self.encoder.encode(batch, &mut self.bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<Flushed> {
        if self.bytes.len() >= WRITE_BYTES {
            self.hand_over()?;
        }
        Ok(Flushed::All)
    }

    fn backlog_bytes(&self) -> usize {
        self.bytes.len()
    }

    fn finish(&mut self) -> Result<()> {
        self.hand_over()?;
        let Some(file) = self.file.take() else { return Ok(()) };
        let finished = file.sync_all().and_then(|()| fs::rename(&self.temporary, &self.target));
        finished.map_err(|e| Error::io(format!("finishing {}", self.target.display()), e))?;
        // The rename is durable once the directory is.
        let synced = File::open(folder_of(&self.target)).and_then(|folder| folder.sync_all());
        synced.map_err(|e| Error::io(format!("finishing {}", self.target.display()), e))
    }
}

impl Drop for FileWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Nothing is left to tell about a failure to clean up.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Column, Values};
    use crate::error::Span;
    use crate::types::{DataType, Field, Options};

    fn sink(path: &Path) -> Arc<dyn Sink> {
        let mut options = Options::default();
        let path = path.to_string_lossy().into_owned();
        for (key, text) in [("connector", "filesystem"), ("format", "json"), ("path", path.as_str())] {
            options.set(key, text, Span::default());
        }
        let (span, columns, primary_key) = (Span::default(), Vec::new(), Vec::new());
        crate::sink::create(&TableDef { name: "t".to_owned(), span, columns, options, primary_key, event_time: None })
            .expect("create")
    }

    fn open(sink: &dyn Sink, shard: usize, number: i64) -> Box<dyn Writer> {
        let schema = Schema::new(vec![Field::new("a", DataType::BigInt)]);
        let mut writer = sink.open(shard, 2, &schema).expect("open");
        let column = Column::from_values(Values::I64(vec![number]));
        writer.write(&Batch::new(vec![column], 1, 1)).expect("write");
        writer
    }

    #[test]
    fn parts_appear_when_finished_and_one_file_replaces_the_last() {
        let folder = tempfile::tempdir().expect("folder");
        let parts = sink(&folder.path().join("out"));
        assert_eq!(parts.placement(), Placement::EachShard);
        for shard in 0..2 {
            open(&*parts, shard, shard as i64).finish().expect("finish");
            let text = fs::read_to_string(folder.path().join(format!("out/part-{shard}.json"))).expect("read");
            assert_eq!(text, format!("{{\"a\":{shard}}}\n"));
        }
        let target = folder.path().join("all.json");
        let single = sink(&target);
        assert_eq!(single.placement(), Placement::OneShard);
        open(&*single, 0, 5).finish().expect("finish");
        open(&*single, 0, 6).finish().expect("finish");
        drop(open(&*single, 0, 7));
        assert_eq!(fs::read_to_string(&target).expect("read"), "{\"a\":6}\n");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 2, "nothing temporary is left");
    }
}

//! Ranges of a file that begin and end at line starts, so that one large file can be read by several shards.
//!
//! A range that is asked for from byte a to byte b holds the lines that begin there: its start and end move on to the next line start.
//! Neighbours move to the same place, so that every line belongs to just one of them.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes that are looked at at once for the start of a line.
const SEARCH_BYTES: usize = 4 << 10;

/// A file, or the lines of it that begin in a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub path: PathBuf,
    /// Where it begins, before it moves to a line start.
    pub from: u64,
    /// Where it ends; `None` at the end of the file.
    pub to: Option<u64>,
}

impl Piece {
    /// The whole file.
    pub fn whole(path: PathBuf) -> Self {
        Self { path, from: 0, to: None }
    }

    /// The file cut into pieces of so many bytes, the last one to the end.
    pub fn cut(path: &Path, bytes: u64) -> io::Result<Vec<Self>> {
        let count = std::fs::metadata(path)?.len().div_ceil(bytes).max(1);
        let piece = |i: u64| Self { path: path.to_owned(), from: i * bytes, to: (i + 1 < count).then(|| (i + 1) * bytes) };
        Ok((0..count).map(piece).collect())
    }

    /// Bytes that are in it, as far as it is cut where it was asked for.
    pub fn bytes(&self) -> io::Result<u64> {
        let end = self.to.map_or_else(|| Ok(std::fs::metadata(&self.path)?.len()), Ok::<u64, io::Error>)?;
        Ok(end.saturating_sub(self.from))
    }

    /// Opens it for reading.
    pub fn open(&self) -> io::Result<Range> {
        let file = File::open(&self.path)?;
        let at = line_start(&file, self.from)?;
        let end = self.to.map_or(Ok(u64::MAX), |to| line_start(&file, to))?;
        Ok(Range { file, at, end })
    }
}

/// The first line start at or after `from`; the end of the file if there is none.
fn line_start(file: &File, from: u64) -> io::Result<u64> {
    let Some(mut at) = from.checked_sub(1) else { return Ok(0) };
    let mut buffer = [0; SEARCH_BYTES];
    loop {
        let count = match file.read_at(&mut buffer, at) {
            Ok(0) => return Ok(at.max(from)),
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        if let Some(found) = memchr::memchr(b'\n', &buffer[..count]) {
            return Ok(at + found as u64 + 1);
        }
        at += count as u64;
    }
}

/// The bytes of a piece, front to end.
#[derive(Debug)]
pub(super) struct Range {
    file: File,
    at: u64,
    end: u64,
}

impl Range {
    /// Index in the file of the next byte.
    pub fn start(&self) -> u64 {
        self.at
    }
}

impl Read for Range {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let count = self.file.read_at(&mut buffer[..wanted], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_lines_and_make_up_the_file() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("lines");
        let mut random = fastrand::Rng::with_seed(7);
        for round in 0..40 {
            let len_max = if round % 8 == 0 { 3 * SEARCH_BYTES } else { 30 };
            let mut text = Vec::new();
            for _ in 0..random.usize(..30) {
                text.extend(std::iter::repeat_n(b'x', random.usize(..len_max)));
                text.push(b'\n');
            }
            text.truncate(text.len() - usize::from(!text.is_empty() && random.bool()));
            std::fs::write(&path, &text).expect("write");
            for bytes in [1, 7, 64, 5000, 1 << 20] {
                let mut all = Vec::new();
                for piece in Piece::cut(&path, bytes).expect("cut") {
                    assert!(all.is_empty() || all.ends_with(b"\n") || all.len() == text.len());
                    piece.open().expect("open").read_to_end(&mut all).expect("read");
                }
                assert_eq!(all, text, "pieces of {bytes}");
            }
        }
    }
}

//! Record framing: where the records of a text format begin and end, at which offset and line, and which are too long.
//!
//! The caller presents bytes that were not consumed again, followed by new ones. A record over the size limit is set aside
//! once; the bytes up to the next line end are then consumed as they come, so that memory stays bounded however long it is.
//! What comes out does not depend on how the bytes were cut into pieces.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::{BadRecord, Input};
use crate::limits;

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Bytes from the start of the split.
    pub offset: u64,
    /// Line from 1.
    pub line: u64,
}

/// What the front of the input is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framed<'a> {
    /// A record without its line end.
    Record(&'a [u8], Place),
    /// A record that is refused as it stands.
    Bad(BadRecord),
    /// No whole record is left.
    Nothing,
}

/// The line end that closes a record: its index, and how many line ends the record itself holds. `None` where the bytes end before
/// the record does.
pub(super) type End = Option<(usize, u64)>;

/// Position in a split and the state of skipping a record that is too long.
#[derive(Debug)]
pub(super) struct Lines {
    place: Place,
    bytes_max: usize,
    skipping: bool,
    /// Bytes at the front of the next input that are known to hold no line end.
    searched: usize,
}

impl Lines {
    /// The start of a split whose records have at most `bytes_max` bytes.
    pub fn new(bytes_max: usize) -> Self {
        Self { place: Place { offset: 0, line: 1 }, bytes_max, skipping: false, searched: 0 }
    }

    /// Whether a record begins here that may be read in any way: nothing is being skipped, and no byte order mark can stand here.
    #[inline]
    pub fn are_plain(&self) -> bool {
        !self.skipping && self.place.offset > 0
    }

    /// Bytes of the split that are read.
    pub fn offset(&self) -> u64 {
        self.place.offset
    }

    /// The greatest length of a record.
    pub fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// Moves past so many lines of so many bytes that were read otherwise.
    pub fn pass(&mut self, lines: usize, bytes: usize, consumed: &mut usize) {
        *consumed += bytes;
        self.place.offset += bytes as u64;
        self.place.line += lines as u64;
        self.searched = 0;
    }

    /// The next line of `bytes[*consumed..]`; moves `consumed` past it. Hot: once per row.
    #[inline]
    pub fn next_line<'a>(&mut self, bytes: &'a [u8], input: Input, consumed: &mut usize) -> Framed<'a> {
        let searched = self.searched;
        let framed = self.next_record(bytes, input, consumed, |rest, _| {
            let from = searched.min(rest.len());
            memchr(b'\n', &rest[from..]).map(|at| (from + at, 0))
        });
        self.searched = if matches!(framed, Framed::Nothing) { bytes.len() - *consumed } else { 0 };
        framed
    }

    /// The next record of `bytes[*consumed..]`, whose end `find` looks for in bytes that stand at an offset in the split; moves
    /// `consumed` past it. Hot: once per row.
    #[inline]
    pub fn next_record<'a>(
        &mut self,
        bytes: &'a [u8],
        input: Input,
        consumed: &mut usize,
        find: impl FnOnce(&[u8], u64) -> End,
    ) -> Framed<'a> {
        if self.skipping {
            self.skip(bytes, consumed, 0);
        }
        let rest = &bytes[*consumed..];
        if rest.is_empty() || self.skipping {
            return Framed::Nothing;
        }
        let place = self.place;
        let found = find(rest, place.offset);
        if found.map_or(rest.len(), |(at, _)| at) > self.bytes_max {
            return self.too_long(bytes, consumed);
        }
        match (found, input) {
            (Some((end, inner_lines)), _) => {
                *consumed += end + 1;
                self.place.offset += end as u64 + 1;
                self.place.line += inner_lines + 1;
                Framed::Record(trim(&rest[..end], place), place)
            }
            (None, Input::Partial) => Framed::Nothing,
            (None, Input::Complete) => {
                self.advance(rest, consumed);
                Framed::Record(trim(rest, place), place)
            }
        }
    }

    #[cold]
    fn too_long<'a>(&mut self, bytes: &'a [u8], consumed: &mut usize) -> Framed<'a> {
        let rest = &bytes[*consumed..];
        let reason = format!("record is longer than {} bytes ('line.max-bytes')", self.bytes_max);
        let bad = bad_record(self.place, Cow::Owned(reason), &rest[..self.bytes_max]);
        self.skip(bytes, consumed, self.bytes_max);
        Framed::Bad(bad)
    }

    /// Consumes up to and with the first line end at or after `from`, or everything if there is none.
    fn skip(&mut self, bytes: &[u8], consumed: &mut usize, from: usize) {
        let rest = &bytes[*consumed..];
        let end = memchr(b'\n', &rest[from..]);
        self.skipping = end.is_none();
        self.advance(end.map_or(rest, |at| &rest[..=from + at]), consumed);
    }

    fn advance(&mut self, eaten: &[u8], consumed: &mut usize) {
        *consumed += eaten.len();
        self.place.offset += eaten.len() as u64;
        self.place.line += memchr_iter(b'\n', eaten).count() as u64;
    }
}

/// The length of the front that is valid UTF-8, if not all of it is.
#[inline]
pub(super) fn valid_until(text: &[u8]) -> Option<usize> {
    if simdutf8::basic::from_utf8(text).is_ok() {
        return None;
    }
    std::str::from_utf8(text).err().map(|fault| fault.valid_up_to())
}

/// Takes off the `\r` of a line end and the byte order mark at the start of a split.
#[inline]
fn trim(record: &[u8], place: Place) -> &[u8] {
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    if place.offset == 0 { record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record) } else { record }
}

/// A refused record with the front of its bytes.
#[cold]
pub(super) fn bad_record(place: Place, reason: Cow<'static, str>, bytes: &[u8]) -> BadRecord {
    let kept = bytes.len().min(limits::ASIDE_TEXT_BYTES_MAX);
    BadRecord { offset: place.offset, line: place.line, reason, bytes: bytes[..kept].to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a split gives when its bytes come in the given pieces.
    fn frames(bytes: &[u8], cuts: &[usize], bytes_max: usize) -> Vec<(u64, u64, Result<Vec<u8>, String>)> {
        let mut lines = Lines::new(bytes_max);
        let (mut out, mut start) = (Vec::new(), 0);
        for (i, &end) in cuts.iter().chain([&bytes.len()]).enumerate() {
            let input = if i == cuts.len() { Input::Complete } else { Input::Partial };
            let mut consumed = 0;
            loop {
                match lines.next_line(&bytes[start..end], input, &mut consumed) {
                    Framed::Record(text, place) => out.push((place.offset, place.line, Ok(text.to_vec()))),
                    Framed::Bad(bad) => out.push((bad.offset, bad.line, Err(bad.reason.into_owned()))),
                    Framed::Nothing => break,
                }
            }
            start += consumed;
            assert!(end - start <= bytes_max, "what is left is bounded");
        }
        assert_eq!(start, bytes.len());
        out
    }

    #[test]
    fn lines_have_offset_number_and_no_line_end() {
        let got = frames(b"\xef\xbb\xbfa\r\n\nbc", &[], 100);
        assert_eq!(got, vec![(0, 1, Ok(b"a".to_vec())), (6, 2, Ok(vec![])), (7, 3, Ok(b"bc".to_vec()))]);
    }

    #[test]
    fn too_long_line_is_set_aside_once_however_it_is_cut() {
        let bytes = b"ok\n123456\nlonger than the limit by far\nok2\r\nat the very end it is too long again";
        let whole = frames(bytes, &[], 6);
        assert_eq!(whole.iter().filter(|f| f.2.is_err()).count(), 2);
        assert_eq!(whole[1], (3, 2, Ok(b"123456".to_vec())));
        for a in 0..=bytes.len() {
            for b in a..=bytes.len() {
                assert_eq!(frames(bytes, &[a, b], 6), whole, "cut at {a} and {b}");
            }
        }
    }
}

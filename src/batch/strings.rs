//! Strings of a column as 16-byte views: up to 12 bytes inline, longer ones in the column's arena.
//!
//! ```text
//!   len <= 12:  | len: u32 | 12 bytes of content, zero padded            |
//!   len >  12:  | len: u32 | first 4 bytes | offset in the arena: u64 LE |
//! ```
//! Equal short strings are equal views; unequal prefixes decide most comparisons without touching the arena.

use std::cmp::Ordering;

use bytemuck::{Pod, Zeroable};

use super::compress::{compress, rows_of};

/// One string: its length and content, or length, prefix and place in the arena.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StrView {
    len: u32,
    rest: [u8; 12],
}

const INLINE_MAX: usize = 12;

/// The lowest n bytes, for n up to `INLINE_MAX`.
const INLINE_MASKS: [u128; INLINE_MAX + 1] = {
    let mut masks = [0; INLINE_MAX + 1];
    let mut n = 1;
    while n <= INLINE_MAX {
        masks[n] = masks[n - 1] << 8 | 0xff;
        n += 1;
    }
    masks
};

impl StrView {
    /// Length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether it is the empty string.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first 4 bytes as a number that orders as they do; shorter strings are padded with zeros.
    #[inline]
    pub fn prefix(&self) -> u32 {
        u32::from_be_bytes([self.rest[0], self.rest[1], self.rest[2], self.rest[3]])
    }

    /// The bytes of an inline string as two numbers, zero padded, the first 8 bytes lowest byte first; `None` for a longer one.
    #[inline]
    pub fn inline_words(&self) -> Option<[u64; 2]> {
        let whole: u128 = bytemuck::cast(*self);
        let [_, a, b, c]: [u32; 4] = bytemuck::cast(whole);
        (self.len() <= INLINE_MAX)
            .then(|| [u64::from(u32::from_le(a)) | u64::from(u32::from_le(b)) << 32, u32::from_le(c).into()])
    }

    #[inline]
    fn offset(&self) -> usize {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.rest[4..]);
        u64::from_le_bytes(bytes) as usize
    }
}

/// A column of byte strings (UTF-8 where the column's type is text).
#[derive(Debug, Clone, Default)]
pub struct StrColumn {
    views: Vec<StrView>,
    arena: Vec<u8>,
}

impl StrColumn {
    /// Room for `rows` short strings.
    pub fn with_capacity(rows: usize) -> Self {
        Self { views: Vec::with_capacity(rows), arena: Vec::new() }
    }

    /// Number of strings.
    pub fn len(&self) -> usize {
        self.views.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.views.is_empty()
    }

    /// The views, for hashing and comparing without the arena where they are inline.
    pub fn views(&self) -> &[StrView] {
        &self.views
    }

    /// The bytes of string `row`. Hot: once per row.
    #[inline]
    pub fn bytes(&self, row: usize) -> &[u8] {
        let view = &self.views[row];
        let len = view.len();
        if len <= INLINE_MAX { &view.rest[..len] } else { &self.arena[view.offset()..view.offset() + len] }
    }

    /// Whether string `row` has the bytes of string `at` of `other`. Hot: once per row.
    #[inline]
    pub fn same(&self, row: usize, other: &StrColumn, at: usize) -> bool {
        let (x, y) = (self.views[row], other.views[at]);
        match x.len() <= INLINE_MAX {
            true => bytemuck::cast::<StrView, u128>(x) == bytemuck::cast::<StrView, u128>(y),
            false => x.len == y.len && x.prefix() == y.prefix() && self.bytes(row) == other.bytes(at),
        }
    }

    /// How string `row` is ordered against string `at` of `other`, by bytes. Hot: once per row.
    #[inline]
    pub fn order(&self, row: usize, other: &StrColumn, at: usize) -> Ordering {
        let (x, y) = (self.views[row], other.views[at]);
        match (x.inline_words(), y.inline_words()) {
            // Padded with zeros, which are before every byte; the shorter of what is equal then is first.
            (Some(a), Some(b)) => (a.map(u64::swap_bytes), x.len).cmp(&(b.map(u64::swap_bytes), y.len)),
            _ => x.prefix().cmp(&y.prefix()).then_with(|| self.bytes(row).cmp(other.bytes(at))),
        }
    }

    /// String `row` as text; bytes that are not UTF-8 read as the empty string (text columns are validated where they are made).
    #[inline]
    pub fn text(&self, row: usize) -> &str {
        std::str::from_utf8(self.bytes(row)).unwrap_or_default()
    }

    /// Adds a string. Hot: once per row.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        let view = view_of(&mut self.arena, bytes);
        self.views.push(view);
    }

    /// Adds the strings that stand in `text` at these places. What stands behind them is read too if there is enough, so that a short
    /// string is one load and not a copy of variable length. Hot: once per row.
    #[inline]
    pub fn extend_parts(&mut self, text: &[u8], spans: impl Iterator<Item = (usize, usize)>) {
        let Self { views, arena } = self;
        views.extend(spans.map(|(start, end)| {
            let len = end - start;
            match text.get(start..).and_then(|rest| rest.first_chunk::<16>()) {
                Some(chunk) if len <= INLINE_MAX => {
                    let content = u128::from_le_bytes(*chunk) & INLINE_MASKS[len];
                    let [rest @ .., _, _, _, _] = content.to_le_bytes();
                    StrView { len: len as u32, rest }
                }
                _ => view_of(arena, &text[start..end]),
            }
        }));
    }

    /// Replaces string `row`; the old content's arena bytes stay until the column is cleared.
    pub fn set(&mut self, row: usize, bytes: &[u8]) {
        self.views[row] = view_of(&mut self.arena, bytes);
    }

    /// Keeps the first `rows` strings.
    pub fn truncate(&mut self, rows: usize) {
        self.views.truncate(rows);
        if rows == 0 {
            self.arena.clear();
        }
    }

    /// The strings whose bit is set, of which there are `count`. Hot: once per column of a batch.
    pub fn compress(&self, words: &[u64], count: usize) -> StrColumn {
        if self.arena.is_empty() {
            return Self { views: compress(&self.views, words, count), arena: Vec::new() };
        }
        self.gather(rows_of(words, count).into_iter())
    }

    /// The strings of these rows. Hot: once per column of a batch.
    pub fn gather(&self, rows: impl ExactSizeIterator<Item = u32>) -> StrColumn {
        if self.arena.is_empty() {
            return Self { views: rows.map(|row| self.views[row as usize]).collect(), arena: Vec::new() };
        }
        let mut out = StrColumn::with_capacity(rows.len());
        rows.for_each(|row| out.push(self.bytes(row as usize)));
        out
    }

    /// Appends all of `other`.
    pub fn append(&mut self, other: &StrColumn) {
        if other.arena.is_empty() {
            return self.views.extend_from_slice(&other.views);
        }
        self.views.reserve(other.len());
        for row in 0..other.len() {
            self.push(other.bytes(row));
        }
    }

    /// Adds `rows` empty strings.
    pub fn extend_empty(&mut self, rows: usize) {
        self.views.resize(self.views.len() + rows, StrView::zeroed());
    }

    /// Bytes held by views and arena.
    pub fn memory_bytes(&self) -> usize {
        self.views.capacity() * size_of::<StrView>() + self.arena.capacity()
    }
}

#[inline]
fn view_of(arena: &mut Vec<u8>, bytes: &[u8]) -> StrView {
    let mut rest = [0; INLINE_MAX];
    if bytes.len() <= INLINE_MAX {
        rest[..bytes.len()].copy_from_slice(bytes);
    } else {
        rest[..4].copy_from_slice(&bytes[..4]);
        rest[4..].copy_from_slice(&(arena.len() as u64).to_le_bytes());
        arena.extend_from_slice(bytes);
    }
    StrView { len: bytes.len() as u32, rest }
}

impl PartialEq for StrColumn {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|row| self.bytes(row) == other.bytes(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_compared_as_their_bytes_are() {
        let mut random = fastrand::Rng::with_seed(5);
        let mut texts: Vec<Vec<u8>> =
            ["", "\0", "a", "a\0", "a\0\0", "ab", "abcdefgh", "abcdefghijkl", "abcdefghijklm", "\u{ff}"]
                .map(|text| text.as_bytes().to_vec())
                .into();
        texts.extend(
            (0..200).map(|_| (0..random.usize(0..20)).map(|_| *random.choice(&[0, 1, b'a', 0xff]).expect("some")).collect()),
        );
        let (mut one, mut other) = (StrColumn::default(), StrColumn::default());
        texts.iter().for_each(|text| one.push(text));
        other.push(b"something that moves the arena along");
        texts.iter().for_each(|text| other.push(text));
        for (row, a) in texts.iter().enumerate() {
            for (at, b) in texts.iter().enumerate() {
                assert_eq!(one.same(row, &other, at + 1), a == b, "{a:?} {b:?}");
                assert_eq!(one.order(row, &other, at + 1), a.cmp(b), "{a:?} {b:?}");
            }
            let words = one.views()[row].inline_words();
            let padded =
                |range: std::ops::Range<usize>| range.fold(0, |word, i| word | u64::from(*a.get(i).unwrap_or(&0)) << (i % 8 * 8));
            assert_eq!(words, (a.len() <= INLINE_MAX).then(|| [padded(0..8), padded(8..12)]));
        }
    }

    #[test]
    fn short_and_long_strings_come_back() {
        let mut column = StrColumn::default();
        let texts = ["", "a", "twelve bytes", "thirteen byte", "a much longer string than fits inline"];
        for text in texts {
            column.push(text.as_bytes());
        }
        let mut copy = StrColumn::default();
        copy.append(&column);
        for (row, text) in texts.iter().enumerate() {
            assert_eq!(copy.text(row), *text);
        }
        assert_eq!(copy, column);
        let whole = texts.concat();
        let mut parts = StrColumn::default();
        let mut end = 0;
        let spans = texts.map(|text| {
            end += text.len();
            (end - text.len(), end)
        });
        parts.extend_parts(whole.as_bytes(), spans.into_iter());
        assert!(parts == column && parts.views()[..3] == column.views()[..3]);
        copy.set(0, b"changed");
        assert_ne!(copy, column);
    }
}

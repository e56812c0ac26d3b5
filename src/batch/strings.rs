//! Strings of a column as 16-byte views: up to 12 bytes inline, longer ones in the column's arena.
//!
//! ```text
//!   len <= 12:  | len: u32 | 12 bytes of content, zero padded            |
//!   len >  12:  | len: u32 | first 4 bytes | offset in the arena: u64 LE |
//! ```
//! Equal short strings are equal views; unequal prefixes decide most comparisons without touching the arena.

use bytemuck::{Pod, Zeroable};

/// One string: its length and content, or length, prefix and place in the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
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

    /// Appends all of `other`.
    pub fn append(&mut self, other: &StrColumn) {
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

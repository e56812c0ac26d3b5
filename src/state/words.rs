//! Words that begin as zeros: from a size on in huge pages, so that a table of many groups costs few page faults and few misses of
//! the translation cache. Row road.
//!
//! Memory comes from the kernel zeroed and is touched first by who uses it, which places it on the memory node of that core.

use memmap2::{Advice, MmapMut, MmapOptions};

/// A fixed number of words, all zero at first.
pub struct Words {
    memory: Memory,
    len: usize,
}

enum Memory {
    Heap(Vec<u64>),
    /// The words stand behind so many bytes.
    Pages(MmapMut, usize),
}

/// A huge page of x86-64 and of aarch64 with small pages of 4 KiB.
const HUGE_PAGE_BYTES: usize = 2 << 20;

impl Words {
    /// So many zeros.
    pub fn zeros(len: usize) -> Self {
        let bytes = len * size_of::<u64>();
        let memory = match pages(bytes) {
            Some((map, skipped_bytes)) => Memory::Pages(map, skipped_bytes),
            None => Memory::Heap(vec![0; len]),
        };
        Self { memory, len }
    }

    /// All words.
    #[inline]
    pub fn as_slice(&self) -> &[u64] {
        match &self.memory {
            Memory::Heap(words) => words,
            Memory::Pages(map, skipped) => &bytemuck::cast_slice(&map[*skipped..])[..self.len],
        }
    }

    /// All words.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [u64] {
        match &mut self.memory {
            Memory::Heap(words) => words,
            Memory::Pages(map, skipped) => &mut bytemuck::cast_slice_mut(&mut map[*skipped..])[..self.len],
        }
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.len
    }
}

/// A mapping of huge pages with the bytes to skip to its first one; `None` for less than a huge page, and where the kernel gives no
/// mapping (the heap then has it, or ends the process). That the pages are huge is asked for, not promised.
fn pages(bytes: usize) -> Option<(MmapMut, usize)> {
    if bytes < HUGE_PAGE_BYTES {
        return None;
    }
    let map = MmapOptions::new().len(bytes.next_multiple_of(HUGE_PAGE_BYTES) + HUGE_PAGE_BYTES).map_anon().ok()?;
    let _refused_where_switched_off = map.advise(Advice::HugePage);
    let skipped = map.as_ptr().align_offset(HUGE_PAGE_BYTES);
    Some((map, skipped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_all_sizes_are_zero_and_keep_what_is_written() {
        for len in [0, 1, 100, HUGE_PAGE_BYTES / 8 - 1, HUGE_PAGE_BYTES / 8, HUGE_PAGE_BYTES / 4 + 3] {
            let mut words = Words::zeros(len);
            assert_eq!((words.len(), words.as_slice().len(), words.as_slice().iter().all(|word| *word == 0)), (len, len, true));
            words.as_mut_slice().iter_mut().enumerate().for_each(|(at, word)| *word = at as u64);
            assert!(words.as_slice().iter().enumerate().all(|(at, word)| *word == at as u64));
        }
    }
}

//! Where given bytes stand in a text, found for 64 bytes at a time as the bits of a number. Row road.
//!
//! The comparison is a loop over 64 bytes that compilers turn into a few vector instructions on every processor.

/// Bytes of a block.
const BLOCK: usize = 64;

/// Indexes of marks in a text, the first of them `u32::MAX`: the place before the text, so that what lies between two marks always
/// begins one behind the first.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Marks, and room behind them.
    at: Vec<u32>,
    count: usize,
}

impl Marks {
    /// Finds line ends, at least `enough` of them if there are so many. Hot: once per line.
    #[inline]
    pub fn find_line_ends(&mut self, text: &[u8], enough: usize) {
        self.find(text, enough, [b'\n']);
    }

    /// Finds delimiters, line ends and quotes, at least `enough` of them if there are so many. Hot: once per field.
    #[inline]
    pub fn find_field_ends(&mut self, text: &[u8], delimiter: u8, quote: u8, enough: usize) {
        self.find(text, enough, [delimiter, quote, b'\n']);
    }

    /// The place before the text, and the marks.
    pub fn all(&self) -> &[u32] {
        &self.at[..=self.count]
    }

    #[inline(always)]
    fn find<const N: usize>(&mut self, text: &[u8], enough: usize, asked: [u8; N]) {
        let room = 1 + enough + 2 * BLOCK;
        if self.at.len() < room {
            self.at.resize(room, 0);
        }
        self.at[0] = u32::MAX;
        self.count = 0;
        for_blocks(text, |base, block| {
            let mut bits = mask(block, asked);
            let Some(slots) = self.at[1 + self.count..].first_chunk_mut::<BLOCK>() else { return false };
            let mut found = 0;
            while bits != 0 {
                slots[found % BLOCK] = base + bits.trailing_zeros();
                found += 1;
                bits &= bits - 1;
            }
            self.count += found;
            self.count < enough
        });
    }
}

/// Calls `see` with the blocks of `text` and their index until it says no; the last one is filled up with zeros.
#[inline(always)]
fn for_blocks(text: &[u8], mut see: impl FnMut(u32, &[u8; BLOCK]) -> bool) {
    // Indexes are u32; what lies behind is looked at when it has moved to the front.
    let text = &text[..text.len().min(1 << 30)];
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    for (i, block) in blocks.iter().enumerate() {
        if !see((i * BLOCK) as u32, block) {
            return;
        }
    }
    if !rest.is_empty() {
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        see((blocks.len() * BLOCK) as u32, &block);
    }
}

/// For each byte of a block the bit that says it is found: that of its eighth of the block.
const BITS: [u8; BLOCK] = {
    let mut bits = [0; BLOCK];
    let mut i = 0;
    while i < BLOCK {
        bits[i] = 1 << (i / 8);
        i += 1;
    }
    bits
};

/// Bit i says whether byte i is asked for. Hot: once per block.
#[inline(always)]
fn mask<const N: usize>(block: &[u8; BLOCK], asked: [u8; N]) -> u64 {
    let mut found = [0u8; BLOCK];
    for i in 0..BLOCK {
        let mut any = false;
        for one in asked {
            any |= block[i] == one;
        }
        found[i] = if any { BITS[i] } else { 0 };
    }
    transpose(found.as_chunks::<8>().0.iter().fold(0, |all, eight| all | u64::from_le_bytes(*eight)))
}

/// Bit 8 i + j of the eight rows of eight bits becomes bit 8 j + i: squares of one, two and four bits change places.
#[inline(always)]
fn transpose(bits: u64) -> u64 {
    let swap = |bits: u64, by: u32, which: u64| {
        let differs = (bits ^ (bits >> by)) & which;
        bits ^ differs ^ (differs << by)
    };
    let bits = swap(bits, 7, 0x00aa_00aa_00aa_00aa);
    let bits = swap(bits, 14, 0x0000_cccc_0000_cccc);
    swap(bits, 28, 0x0000_0000_f0f0_f0f0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(text: &[u8], wanted: &[u8]) -> Vec<u32> {
        (0..text.len()).filter(|i| wanted.contains(&text[*i])).map(|i| i as u32).collect()
    }

    #[test]
    fn marks_are_those_that_a_loop_over_bytes_finds() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..500 {
            let alphabet: &[u8] = if random.bool() { b",\n\xacx\x8a-." } else { b",\n\"x" };
            let text: Vec<u8> = (0..random.usize(..300)).map(|_| alphabet[random.usize(..alphabet.len())]).collect();
            let mut marks = Marks::default();
            marks.find_line_ends(&text, 7);
            let (line_ends, found) = (naive(&text, b"\n"), marks.all());
            assert_eq!((found[0], &found[1..]), (u32::MAX, &line_ends[..found.len() - 1]));
            assert!(found.len() > 7.min(line_ends.len()));
            marks.find_field_ends(&text, b',', b'"', 1000);
            assert_eq!(marks.all()[1..], naive(&text, b",\n\""));
        }
    }
}

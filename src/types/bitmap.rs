//! Bitmaps: sets of integers of 32 bits, carried as bytes in the portable format of Roaring. Of the forms that the format has for a set, a
//! column holds one: the shortest, and without runs where those are no shorter. So equal sets are equal bytes, and keys, joins and DISTINCT
//! need to know nothing of them.
//!
//! An INT stands for the number with the same bits: -1 is 4294967295, the greatest.

pub use roaring::RoaringBitmap;

/// Bytes of a text behind which it ends with `...`, as in Flink.
const TEXT_BYTES_MAX: usize = 1 << 19;

/// The bitmap that these bytes begin with, whoever wrote them; `None` if they begin with none.
pub fn parse(bytes: &[u8]) -> Option<RoaringBitmap> {
    RoaringBitmap::deserialize_from(bytes).ok()
}

/// The bitmap of bytes of a column. Hot: once per value.
pub fn open(bytes: &[u8]) -> RoaringBitmap {
    match RoaringBitmap::deserialize_unchecked_from(bytes) {
        Ok(bitmap) => bitmap,
        Err(e) => panic!("a column of BITMAP holds something else: {e}"),
    }
}

/// Appends the bytes of a bitmap, in the one form. Hot: once per value.
pub fn write(mut bitmap: RoaringBitmap, out: &mut Vec<u8>) {
    // Runs that are no shorter stay runs otherwise.
    bitmap.remove_run_compression();
    bitmap.optimize();
    out.reserve(bitmap.serialized_size());
    if let Err(e) = bitmap.serialize_into(out) {
        unreachable!("memory takes all bytes: {e}");
    }
}

/// Appends the text of a bitmap of a column, such as `{1,2,4294967295}`.
pub fn write_text(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.push(b'{');
    for (at, integer) in open(bytes).into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if out.len() - start > TEXT_BYTES_MAX {
            out.extend_from_slice(b"...");
            break;
        }
        out.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn bytes_of(integers: impl IntoIterator<Item = u32>) -> Vec<u8> {
        let mut out = Vec::new();
        write(integers.into_iter().collect(), &mut out);
        out
    }

    /// Worked out by hand from the specification of the format.
    #[test]
    fn bytes_are_those_of_the_specification() {
        let check = |integers: &[u32], expected: &[&[u8]]| assert_eq!(bytes_of(integers.iter().copied()), expected.concat());
        // The cookie 12346, and no container.
        check(&[], &[&[0x3a, 0x30, 0, 0], &[0, 0, 0, 0]]);
        // Two containers: keys 0 and 0xffff, one less than how many they hold, where they begin, and what they hold.
        check(
            &[1, 3, u32::MAX],
            &[
                &[0x3a, 0x30, 0, 0, 2, 0, 0, 0],
                &[0, 0, 1, 0, 0xff, 0xff, 0, 0],
                &[24, 0, 0, 0, 28, 0, 0, 0],
                &[1, 0, 3, 0, 0xff, 0xff],
            ],
        );
        // The cookie 12347 and one less than how many containers, a bit for each of them: it is one of runs; its key and its 100 integers;
        // one run: from 5 on, 99 more.
        let hundred: Vec<u32> = (5..105).collect();
        check(&hundred, &[&[0x3b, 0x30, 0, 0], &[1], &[0, 0, 99, 0], &[1, 0, 5, 0, 99, 0]]);
    }

    #[test]
    fn a_set_has_one_form_whatever_it_was_read_from() {
        // Three integers that follow each other: six bytes as a list and as a run.
        let of_runs = [0x3b, 0x30, 0, 0, 1, 0, 0, 2, 0, 1, 0, 7, 0, 2, 0];
        let bitmap = parse(&of_runs).expect("a bitmap");
        assert_eq!(bitmap.iter().collect::<Vec<_>>(), [7, 8, 9]);
        let mut out = Vec::new();
        write(bitmap, &mut out);
        assert_eq!(out, bytes_of([9, 8, 7]));
        assert_eq!(out.len(), 22);
    }

    #[test]
    fn random_sets_come_back_and_broken_bytes_do_not() {
        let mut random = fastrand::Rng::with_seed(7);
        for round in 0..200 {
            let mut set = BTreeSet::new();
            for _ in 0..random.usize(..6) {
                let from = if random.bool() { random.u32(..) } else { random.u32(..1 << 18) };
                let step = [1, 1, 2, 70_000][random.usize(..4)];
                set.extend((0..random.u32(..9_000)).map(|n| from.saturating_add(n * step)));
            }
            let bytes = bytes_of(set.iter().copied());
            assert!(open(&bytes).into_iter().eq(set.iter().copied()), "round {round}");
            assert!(parse(&bytes).is_some_and(|bitmap| bitmap.into_iter().eq(set.iter().copied())));
            assert_eq!(parse(&bytes[..random.usize(..bytes.len())]), None);
            assert_eq!(parse(&[&bytes[..], &[0]].concat()), parse(&bytes));
        }
        assert_eq!(parse(b""), None);
        assert_eq!(parse(b"no bitmap"), None);
    }

    #[test]
    fn a_text_is_of_unsigned_numbers_and_ends_somewhere() {
        let text = |integers: &[u32]| {
            let mut out = Vec::new();
            write_text(&bytes_of(integers.iter().copied()), &mut out);
            String::from_utf8(out).expect("text")
        };
        assert_eq!(text(&[]), "{}");
        assert_eq!(text(&[u32::MAX, 2, 1, 1 << 31]), "{1,2,2147483648,4294967295}");
        let long = text(&(0..200_000).collect::<Vec<_>>());
        assert!(long.ends_with(",...}") && (TEXT_BYTES_MAX..TEXT_BYTES_MAX + 12).contains(&long.len()), "{}", long.len());
    }
}

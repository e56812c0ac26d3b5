//! Functions that text and bytes share, for bytes: parts, what is trimmed off, what is put in, where something is. Bytes count from 1, as
//! characters do.

use super::kernel::{Call, append};
use super::string::clamp;
use crate::batch::Column;

/// The bytes from `from` (counted from 0) on, so many of them.
fn part(bytes: &[u8], from: usize, count: usize) -> &[u8] {
    let rest = &bytes[from.min(bytes.len())..];
    &rest[..count.min(rest.len())]
}

/// A start of 0 is 1; a negative one counts from the end. A negative length gives NULL.
pub(super) fn substring(call: Call<'_>) -> Column {
    let (bytes, start, length) = (call.strings(0), call.values::<i64>(1), call.integers_if_given(2));
    call.write(|row, out| {
        let (bytes, start, length) = (bytes.bytes(row), start[row], length.map_or(i64::MAX, |l| l[row]));
        if length < 0 {
            return Ok(None);
        }
        let from = match start {
            0 => 0,
            1.. => start - 1,
            _ => (bytes.len() as i64).saturating_add(start),
        };
        if from >= 0 {
            out.extend_from_slice(part(bytes, clamp(from), clamp(length)));
        }
        Ok(Some(()))
    })
}

pub(super) fn left(call: Call<'_>) -> Column {
    let (bytes, count) = (call.strings(0), call.values::<i64>(1));
    call.write(|row, out| {
        out.extend_from_slice(part(bytes.bytes(row), 0, clamp(count[row])));
        Ok(Some(()))
    })
}

pub(super) fn right(call: Call<'_>) -> Column {
    let (bytes, count) = (call.strings(0), call.values::<i64>(1));
    call.write(|row, out| {
        let bytes = bytes.bytes(row);
        out.extend_from_slice(&bytes[bytes.len().saturating_sub(clamp(count[row]))..]);
        Ok(Some(()))
    })
}

/// A start outside of the bytes changes nothing; a negative length replaces the rest.
pub(super) fn overlay(call: Call<'_>) -> Column {
    let (bytes, by, start, length) = (call.strings(0), call.strings(1), call.values::<i64>(2), call.integers_if_given(3));
    call.write(|row, out| {
        let (bytes, by, start) = (bytes.bytes(row), by.bytes(row), start[row]);
        if start <= 0 || clamp(start) > bytes.len() {
            out.extend_from_slice(bytes);
            return Ok(Some(()));
        }
        let (head, rest) = bytes.split_at(clamp(start - 1));
        let length = length.map_or(by.len() as i64, |l| l[row]);
        let replaced = if length < 0 { rest.len() } else { clamp(length).min(rest.len()) };
        append(out, head)?;
        append(out, by)?;
        append(out, &rest[replaced..])?;
        Ok(Some(()))
    })
}

/// Without the bytes at the ends that are among those of the second argument.
pub(super) fn trim(call: Call<'_>, start: bool, end: bool) -> Column {
    let (bytes, set) = (call.strings(0), call.strings(1));
    call.write(|row, out| {
        let set = set.bytes(row);
        let mut rest = bytes.bytes(row);
        while start
            && let [first, behind @ ..] = rest
            && set.contains(first)
        {
            rest = behind;
        }
        while end
            && let [before @ .., last] = rest
            && set.contains(last)
        {
            rest = before;
        }
        out.extend_from_slice(rest);
        Ok(Some(()))
    })
}

/// Of the first argument in the second; 0 where it is not there.
pub(super) fn position(call: Call<'_>) -> Column {
    let (search, bytes) = (call.strings(0), call.strings(1));
    call.map(|row| {
        let found = memchr::memmem::find(bytes.bytes(row), search.bytes(row));
        Ok(Some(found.map_or(0, |at| at as i32 + 1)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, int};
    use crate::types::{DataType, Value};

    fn bytes(bytes: &[u8]) -> (Value, DataType) {
        (Value::Bytes(bytes.into()), DataType::Bytes)
    }

    /// Calls of the tests of RisingWave and of Calcite; a negative start is that of text.
    #[test]
    fn bytes_are_cut_and_put_together() {
        for (name, args, expected) in [
            ("SUBSTRING", vec![int(2), int(7)], "34567890"),
            ("SUBSTR", vec![int(-2)], "7890"),
            ("SUBSTRING", vec![int(0), int(1)], "12"),
            ("SUBSTRING", vec![int(9)], ""),
            ("SUBSTRING", vec![int(1), int(-1)], "NULL"),
            ("LEFT", vec![int(2)], "1234"),
            ("LEFT", vec![int(-1)], ""),
            ("RIGHT", vec![int(2)], "7890"),
            ("RIGHT", vec![int(i64::MAX)], "1234567890"),
            ("OVERLAY", vec![bytes(&[2, 3]), int(2), int(3)], "12020390"),
            ("OVERLAY", vec![bytes(&[2, 3]), int(5)], "123456780203"),
            ("OVERLAY", vec![bytes(&[2]), int(6)], "1234567890"),
            ("OVERLAY", vec![bytes(&[2]), int(2), int(-1)], "1202"),
            ("TRIM", vec![bytes(&[0x90, 0x12])], "345678"),
            ("BTRIM", vec![bytes(&[0x90, 0x12])], "345678"),
            ("LTRIM", vec![bytes(&[0x90, 0x12])], "34567890"),
            ("RTRIM", vec![bytes(&[0x90, 0x12])], "12345678"),
        ] {
            let mut all = vec![bytes(&[0x12, 0x34, 0x56, 0x78, 0x90])];
            all.extend(args);
            assert_eq!(evaluate(name, &all), expected, "{name} of {all:?}");
        }
        assert_eq!(evaluate("POSITION", &[bytes(&[0x20]), bytes(&[0x10, 0x20, 0x23])]), "2");
        assert_eq!(evaluate("POSITION", &[bytes(&[0x21]), bytes(&[0x10, 0x20])]), "0");
        assert_eq!(evaluate("BTRIM", &[bytes(b"1"), bytes(b"1")]), "");
    }
}

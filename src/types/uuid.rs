//! UUIDs: 16 bytes, carried as the number whose order is that of the bytes.
//!
//! A text is one with 32 hexadecimal digits of either case, in braces or not, with a hyphen behind any fourth digit or none, as PostgreSQL
//! reads it; written is always `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`.

/// Turns the order of signed numbers into that of bytes.
const SIGN: u128 = 1 << 127;

/// Hexadecimal digits of a UUID.
const DIGITS: u32 = 32;

/// The UUID of these bytes.
pub fn of_bytes(bytes: [u8; 16]) -> i128 {
    (u128::from_be_bytes(bytes) ^ SIGN) as i128
}

/// The UUID of version 4, variant of RFC 9562, that these random bytes make.
pub fn version_4(mut random: [u8; 16]) -> i128 {
    random[6] = random[6] & 0x0f | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    of_bytes(random)
}

/// The bytes of a UUID.
pub fn bytes(uuid: i128) -> [u8; 16] {
    (uuid as u128 ^ SIGN).to_be_bytes()
}

/// Reads a UUID.
pub fn parse(text: &[u8]) -> Option<i128> {
    let text = match text {
        [b'{', inside @ .., b'}'] => inside,
        [b'{', ..] => return None,
        text => text,
    };
    let (mut bits, mut digits, mut may_be_hyphen) = (0u128, 0, false);
    for byte in text {
        if *byte == b'-' && may_be_hyphen {
            may_be_hyphen = false;
            continue;
        }
        let digit = char::from(*byte).to_digit(16).filter(|_| digits < DIGITS)?;
        bits = bits << 4 | u128::from(digit);
        digits += 1;
        may_be_hyphen = digits % 4 == 0 && digits < DIGITS;
    }
    (digits == DIGITS).then_some((bits ^ SIGN) as i128)
}

/// Appends the text of a UUID. Hot: once per value.
pub fn write(out: &mut Vec<u8>, uuid: i128) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for (at, byte) in bytes(uuid).into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(uuid: i128) -> String {
        let mut out = Vec::new();
        write(&mut out, uuid);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// The forms that the documentation of PostgreSQL shows.
    #[test]
    fn every_form_is_read_as_the_same() {
        let canonical = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
        for form in [
            canonical,
            "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
            "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
        ] {
            assert_eq!(parse(form.as_bytes()).map(text).as_deref(), Some(canonical), "{form}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in [
            "",
            "{}",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
            "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11",
            "-a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
            "a0eebc9-99c0b-4ef8-bb6d-6bb9bd380a11",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
        ] {
            assert_eq!(parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn the_order_is_that_of_bytes_and_texts() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut all: Vec<[u8; 16]> = (0..200).map(|_| random.u128(..).to_be_bytes()).collect();
        all.extend([[0; 16], [0xff; 16]]);
        all.sort_unstable();
        let uuids: Vec<i128> = all.iter().map(|bytes| of_bytes(*bytes)).collect();
        assert!(uuids.is_sorted() && uuids.iter().map(|uuid| text(*uuid)).is_sorted());
        assert!(uuids.iter().zip(&all).all(|(uuid, of)| bytes(*uuid) == *of && parse(text(*uuid).as_bytes()) == Some(*uuid)));
    }
}

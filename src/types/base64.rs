//! BYTES as text in records and within nested values: base64 with padding in the standard alphabet, strict when reading, so that equal bytes
//! have equal texts.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Digit of each byte, or `NO_DIGIT`.
const DIGITS: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut i = 0;
    while i < 64 {
        table[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    table
};
const NO_DIGIT: u8 = 0xff;

/// Appends the text of `bytes`.
pub fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.chunks(3) {
        let mut three = [0u8; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) as usize & 63;
            out.push(if digit <= chunk.len() { ALPHABET[index] } else { b'=' });
        }
    }
}

/// Appends the bytes of `text`; `None` if it is not base64, `out` being unspecified then.
pub fn decode(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take(2).take_while(|b| **b == b'=').count();
    let digits = &text[..text.len() - padding];
    for chunk in digits.chunks(4) {
        let mut bits = 0u32;
        for &byte in chunk {
            let digit = DIGITS[byte as usize];
            if digit == NO_DIGIT {
                return None;
            }
            bits = bits << 6 | u32::from(digit);
        }
        let unused_bits = 6 * (4 - chunk.len());
        bits <<= unused_bits;
        let kept = chunk.len() - 1;
        if bits & (0x00ff_ffff >> (8 * kept)) != 0 && kept < 3 {
            return None;
        }
        out.extend_from_slice(&bits.to_be_bytes()[1..=kept]);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        decode(text.as_bytes(), &mut out).map(|()| out)
    }

    #[test]
    fn bytes_come_back_and_known_texts_agree() {
        let mut random = fastrand::Rng::with_seed(7);
        for len in 0..200 {
            let bytes: Vec<u8> = (0..len).map(|_| random.u8(..)).collect();
            let mut text = Vec::new();
            encode(&bytes, &mut text);
            assert_eq!(decoded(std::str::from_utf8(&text).expect("base64 is text")), Some(bytes));
        }
        assert_eq!(decoded("Zm9vYmE="), Some(b"fooba".to_vec()));
        assert_eq!(decoded("Zm9vYg=="), Some(b"foob".to_vec()));
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for text in ["a", "ab", "abc", "ab=c", "a===", "====", "Zm9vYh==", "ab-_", "Zm9v\n"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}

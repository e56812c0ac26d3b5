//! ENCRYPT and DECRYPT of pgcrypto and RisingWave: AES alone. It hides what bytes say, and does not prove who wrote them.
//!
//! In CBC each block is mixed with the one before it, the first with zeros, or with what ENCRYPT_IV is given; in ECB none is. The padding pkcs
//! fills the last block up with bytes that say how many they are.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};

use super::kernel::{Cached, Call, Fallible, Reason, kernel};
use super::signature::Param::{Text, TextOrBytes};
use super::signature::{function, takes};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("ENCRYPT", "(bytes, key, 'aes[-cbc | -ecb][/pad:pkcs | /pad:none]')", "The bytes encrypted by a key of 16, 24 or 32 bytes")
        .example("HEX(ENCRYPT('Hello, World!', 'my_secret_key111', 'aes-cbc/pad:pkcs'))", "9CF6A49F90B3AC816AEEEED286606FDB")
        .of(|t| Some((takes(t, &[TextOrBytes, TextOrBytes, Text])?, DataType::Bytes)), |_, _| run(Method::encrypt))
        .prepared(&[method_at(2)]),
    function("DECRYPT", "(bytes, key, 'aes[-cbc | -ecb][/pad:pkcs | /pad:none]')", "What ENCRYPT made of the bytes that it gives")
        .example(r"BIN2UTF8(DECRYPT('\x9cf6a49f90b3ac816aeeeed286606fdb', 'my_secret_key111', 'aes'))", "Hello, World!")
        .of(|t| Some((takes(t, &[TextOrBytes, TextOrBytes, Text])?, DataType::Bytes)), |_, _| run(Method::decrypt))
        .prepared(&[method_at(2)]),
    function("ENCRYPT_IV", "(bytes, key, first, 'aes-cbc')", "As ENCRYPT, the first block mixed with 16 bytes instead of zeros")
        .example(r"LEFT(HEX(ENCRYPT_IV('a', '0123456789abcdef', 'fedcba9876543210', 'aes')), 8)", "30AEF88F")
        .of(types_with_first, |_, _| run(Method::encrypt))
        .prepared(&[method_at(3)]),
    function("DECRYPT_IV", "(bytes, key, first, 'aes-cbc')", "What ENCRYPT_IV made of the bytes that it gives")
        .example(
            r"BIN2UTF8(DECRYPT_IV(ENCRYPT_IV('a', '0123456789abcdef', 'fedcba9876543210', 'aes'), '0123456789abcdef', 'fedcba9876543210', 'aes'))",
            "a",
        )
        .of(types_with_first, |_, _| run(Method::decrypt))
        .prepared(&[method_at(3)]),
];

fn types_with_first(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    Some((takes(given, &[TextOrBytes, TextOrBytes, TextOrBytes, Text])?, DataType::Bytes))
}

/// Bytes of a block.
const BLOCK: usize = 16;

const NO_SUCH: Reason = "there is the cipher aes, with the modes cbc and ecb and the paddings pkcs and none";
const WRONG_KEY: Reason = "a key of AES has 16, 24 or 32 bytes";
const WRONG_FIRST: Reason = "the first block is mixed with 16 bytes";
const NO_BLOCKS: Reason = "the bytes are no whole blocks of 16, as they are without padding";
const DAMAGED: Reason = "the key is another one, or the bytes are damaged";

/// The argument in this place is the name of a method.
const fn method_at(place: usize) -> Prepared {
    Prepared::of(place, |name, _| Method::named(name).err(), "such as 'aes', which is 'aes-cbc/pad:pkcs', or 'aes-ecb/pad:none'")
}

/// Whether a key can be of so many bytes.
pub fn is_key_length(bytes: usize) -> bool {
    matches!(bytes, 16 | 24 | 32)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Cbc,
    Ecb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Padding {
    Pkcs,
    None,
}

/// How blocks are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Method {
    mode: Mode,
    padding: Padding,
}

impl Method {
    fn named(name: &str) -> Fallible<Method> {
        let name = name.to_ascii_lowercase();
        let (cipher, padding) = match name.split_once('/') {
            None => (name.as_str(), Padding::Pkcs),
            Some((cipher, "pad:pkcs")) => (cipher, Padding::Pkcs),
            Some((cipher, "pad:none")) => (cipher, Padding::None),
            Some(_) => return Err(NO_SUCH),
        };
        match cipher {
            "aes" | "aes-cbc" => Ok(Method { mode: Mode::Cbc, padding }),
            "aes-ecb" => Ok(Method { mode: Mode::Ecb, padding }),
            _ => Err(NO_SUCH),
        }
    }

    /// Appends `bytes` encrypted to `out`, which is empty.
    fn encrypt(self, aes: &Aes, first: [u8; BLOCK], bytes: &[u8], out: &mut Vec<u8>) -> Fallible<()> {
        out.extend_from_slice(bytes);
        if self.padding == Padding::Pkcs {
            let more = BLOCK - bytes.len() % BLOCK;
            out.resize(bytes.len() + more, more as u8);
        }
        let (blocks, []) = out.as_chunks_mut::<BLOCK>() else { return Err(NO_BLOCKS) };
        let mut before = first;
        for block in blocks {
            self.mix(block, before);
            aes.encrypt(block);
            before = *block;
        }
        Ok(())
    }

    /// Appends `bytes` decrypted to `out`, which is empty.
    fn decrypt(self, aes: &Aes, first: [u8; BLOCK], bytes: &[u8], out: &mut Vec<u8>) -> Fallible<()> {
        out.extend_from_slice(bytes);
        let (blocks, []) = out.as_chunks_mut::<BLOCK>() else { return Err(NO_BLOCKS) };
        let mut before = first;
        for block in blocks {
            let encrypted = *block;
            aes.decrypt(block);
            self.mix(block, before);
            before = encrypted;
        }
        if self.padding == Padding::Pkcs {
            let more = out.last().copied().filter(|more| (1..=BLOCK as u8).contains(more)).ok_or(DAMAGED)?;
            let end = out.len() - usize::from(more);
            if out[end..].iter().any(|byte| *byte != more) {
                return Err(DAMAGED);
            }
            out.truncate(end);
        }
        Ok(())
    }

    fn mix(self, block: &mut [u8; BLOCK], before: [u8; BLOCK]) {
        if self.mode == Mode::Cbc {
            block.iter_mut().zip(before).for_each(|(byte, before)| *byte ^= before);
        }
    }
}

/// AES with a key.
enum Aes {
    Of16(Aes128),
    Of24(Aes192),
    Of32(Aes256),
}

impl Aes {
    fn new(key: &[u8]) -> Fallible<Aes> {
        let made = match key.len() {
            16 => Aes128::new_from_slice(key).map(Aes::Of16),
            24 => Aes192::new_from_slice(key).map(Aes::Of24),
            _ => Aes256::new_from_slice(key).map(Aes::Of32),
        };
        made.map_err(|_| WRONG_KEY)
    }

    fn encrypt(&self, block: &mut [u8; BLOCK]) {
        match self {
            Aes::Of16(aes) => aes.encrypt_block(block.into()),
            Aes::Of24(aes) => aes.encrypt_block(block.into()),
            Aes::Of32(aes) => aes.encrypt_block(block.into()),
        }
    }

    fn decrypt(&self, block: &mut [u8; BLOCK]) {
        match self {
            Aes::Of16(aes) => aes.decrypt_block(block.into()),
            Aes::Of24(aes) => aes.decrypt_block(block.into()),
            Aes::Of32(aes) => aes.decrypt_block(block.into()),
        }
    }
}

/// What is done with the bytes of a row.
type Apply = fn(Method, &Aes, [u8; BLOCK], &[u8], &mut Vec<u8>) -> Fallible<()>;

/// A key is made ready again only where it changes.
fn run(apply: Apply) -> Result<Box<dyn Kernel>> {
    let (mut methods, mut ready): (_, Option<(Vec<u8>, Aes)>) = (Cached::new(), None);
    kernel(move |call: Call<'_>| -> Column {
        let (bytes, keys, last) = (call.strings(0), call.strings(1), call.args().len() - 1);
        let (firsts, names) = (if last == 3 { call.strings_if_given(2) } else { None }, call.strings(last));
        call.write(|row, out| {
            let method = *methods.of(names.text(row), Method::named)?;
            let first = firsts.map_or(Ok([0; BLOCK]), |firsts| firsts.bytes(row).try_into().map_err(|_| WRONG_FIRST))?;
            let key = keys.bytes(row);
            let (_, aes) = match ready.take() {
                Some(known) if known.0 == key => ready.insert(known),
                _ => ready.insert((key.to_vec(), Aes::new(key)?)),
            };
            apply(method, aes, first, bytes.bytes(row), out).map(Some)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, text};
    use super::*;
    use crate::types::Value;

    fn bytes(hex: &str) -> (Value, DataType) {
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect(hex);
        (Value::Bytes((0..hex.len()).step_by(2).map(byte).collect()), DataType::Bytes)
    }

    #[track_caller]
    fn check(plain: &str, key: &str, first: Option<&str>, method: &str, encrypted: &str) {
        let (name, first): (_, Vec<_>) = (if first.is_some() { "_IV" } else { "" }, first.into_iter().map(bytes).collect());
        let args = |given: &str| [&[bytes(given), bytes(key)], &first[..], &[text(method)]].concat();
        assert_eq!(evaluate(&format!("ENCRYPT{name}"), &args(plain)), encrypted);
        assert_eq!(evaluate(&format!("DECRYPT{name}"), &args(encrypted)), plain);
    }

    const KEY: &str = "2b7e151628aed2a6abf7158809cf4f3c";
    const PLAIN: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";

    /// The first blocks of appendix F of NIST SP 800-38A.
    #[test]
    fn blocks_are_those_of_the_standard() {
        let ecb = "aes-ecb/pad:none";
        check(&PLAIN[..32], KEY, None, ecb, "3ad77bb40d7a3660a89ecaf32466ef97");
        check(&PLAIN[..32], "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", None, ecb, "bd334f1d6e45f25ff712a214571fa5cc");
        let long = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
        check(&PLAIN[..32], long, None, ecb, "f3eed1bdb5d2a03c064b5a7e3db181f8");
        let first = Some("000102030405060708090a0b0c0d0e0f");
        let blocks = "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2";
        check(PLAIN, KEY, first, "aes-cbc/pad:none", blocks);
        let blocks = "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d";
        check(PLAIN, long, first, "AES/pad:none", blocks);
    }

    /// By openssl.
    #[test]
    fn the_last_block_is_filled_up() {
        check("", KEY, None, "aes", "a254be88e037ddd9d79fb6411c3f9df8");
        check("00112233", KEY, None, "aes-ecb", "4813381ab2bb752dce04f7c78c40b77d");
        check(&PLAIN[..32], KEY, None, "aes-cbc/pad:pkcs", "3ad77bb40d7a3660a89ecaf32466ef974b0673d23da20679744afa8e3d589236");
    }

    #[test]
    fn what_is_wrong_fails_the_row() {
        let check = |name: &str, args: &[(Value, DataType)], reason: &str| {
            assert_eq!(evaluate(name, args), format!("error: {reason}"));
        };
        check("ENCRYPT", &[text("x"), text("short"), text("aes")], WRONG_KEY);
        check("ENCRYPT", &[text("x"), bytes(KEY), text("aes-cbc/pad:none")], NO_BLOCKS);
        check("DECRYPT", &[text("x"), bytes(KEY), text("aes")], NO_BLOCKS);
        check("DECRYPT", &[text(""), bytes(KEY), text("aes")], DAMAGED);
        check("DECRYPT", &[bytes(PLAIN), bytes(KEY), text("aes")], DAMAGED);
        check("ENCRYPT_IV", &[text("x"), bytes(KEY), text("y"), text("aes")], WRONG_FIRST);
        for method in ["", "cbc", "aes-cbc/pad:zero", "aes/cbc", "bf", "aes-ctr", "aes-cbc/pad"] {
            assert!(Method::named(method).is_err(), "{method}");
        }
    }
}

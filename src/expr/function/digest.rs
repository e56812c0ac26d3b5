//! Digests of text and bytes as hexadecimal digits in lower case, and checksums as numbers.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::kernel::{Call, kernel};
use super::signature::Param::{Integer, Text, TextOrBytes};
use super::signature::{function, takes};
use crate::batch::Column;
use crate::batch::text::write_hex;
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("MD5", "(text or bytes)", "The MD5 digest as hexadecimal digits")
        .example("MD5('abc')", "900150983cd24fb0d6963f7d28e17f72")
        .of(digest_types, |_, _| digest::<Md5>()),
    function("SHA1", "(text or bytes)", "The SHA-1 digest as hexadecimal digits")
        .example("SHA1('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d")
        .of(digest_types, |_, _| digest::<Sha1>()),
    function("SHA224", "(text or bytes)", "The SHA-224 digest as hexadecimal digits")
        .example("LEFT(SHA224('abc'), 16)", "23097d223405d822")
        .of(digest_types, |_, _| digest::<Sha224>()),
    function("SHA256", "(text or bytes)", "The SHA-256 digest as hexadecimal digits")
        .example("LEFT(SHA256('abc'), 16)", "ba7816bf8f01cfea")
        .of(digest_types, |_, _| digest::<Sha256>()),
    function("SHA384", "(text or bytes)", "The SHA-384 digest as hexadecimal digits")
        .example("LEFT(SHA384('abc'), 16)", "cb00753f45a35e8b")
        .of(digest_types, |_, _| digest::<Sha384>()),
    function("SHA512", "(text or bytes)", "The SHA-512 digest as hexadecimal digits")
        .example("LEFT(SHA512('abc'), 16)", "ddaf35a193617aba")
        .of(digest_types, |_, _| digest::<Sha512>()),
    function("SHA2", "(text or bytes, bits)", "The SHA-2 digest of 224, 256, 384 or 512 bits as hexadecimal digits")
        .example("LEFT(SHA2('abc', 256), 16)", "ba7816bf8f01cfea")
        .of(sha2_types, |_, _| kernel(sha2))
        .prepared(&[BITS]),
    function("DIGEST", "(text or bytes, name)", "The digest as bytes, by md5, sha1, sha224, sha256, sha384 or sha512")
        .example("DIGEST('abc', 'md5')", "900150983cd24fb0d6963f7d28e17f72")
        .of(named_types, |_, _| kernel(named_digest))
        .prepared(&[digest_at(1)]),
    function("CRC32", "(text or bytes)", "The CRC-32 checksum")
        .example("CRC32('123456789')", "3421780262")
        .of(checksum_types, |_, _| checksum(&CRC32)),
    function("CRC32C", "(text or bytes)", "The CRC-32C checksum")
        .example("CRC32C('123456789')", "3808858755")
        .of(checksum_types, |_, _| checksum(&CRC32C)),
];

/// Of SHA2.
const BITS: Prepared =
    Prepared::of(1, |bits, _| (!["224", "256", "384", "512"].contains(&bits)).then_some(NO_SUCH_BITS), "SHA2(x, 256)");
const NO_SUCH_BITS: &str = "SHA2 makes 224, 256, 384 or 512 bits";

/// The argument in this place is the name of a digest.
pub(super) const fn digest_at(place: usize) -> Prepared {
    Prepared::of(
        place,
        |name, _| (!NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))).then_some(NO_SUCH_DIGEST),
        "such as 'sha256'",
    )
    .named(|| NAMES.map(str::to_owned).to_vec())
}

const NAMES: [&str; 6] = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
pub(super) const NO_SUCH_DIGEST: &str = "there are md5, sha1, sha224, sha256, sha384 and sha512";

type Resolved = Option<(Vec<DataType>, DataType)>;

fn digest_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[TextOrBytes])?, DataType::STRING))
}

fn sha2_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[TextOrBytes, Integer])?, DataType::STRING))
}

fn named_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[TextOrBytes, Text])?, DataType::Bytes))
}

fn checksum_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[TextOrBytes])?, DataType::BigInt))
}

fn digest<D: Digest + 'static>() -> Result<Box<dyn Kernel>> {
    kernel(|call| {
        let values = call.strings(0);
        call.write(|row, out| {
            write_hex(&D::digest(values.bytes(row)), out);
            Ok(Some(()))
        })
    })
}

fn sha2(call: Call<'_>) -> Column {
    let (values, bits) = (call.strings(0), call.values::<i64>(1));
    call.write(|row, out| {
        let bytes = values.bytes(row);
        match bits[row] {
            224 => write_hex(&Sha224::digest(bytes), out),
            256 => write_hex(&Sha256::digest(bytes), out),
            384 => write_hex(&Sha384::digest(bytes), out),
            512 => write_hex(&Sha512::digest(bytes), out),
            _ => return Err(NO_SUCH_BITS),
        }
        Ok(Some(()))
    })
}

fn named_digest(call: Call<'_>) -> Column {
    let (values, names) = (call.strings(0), call.strings(1));
    call.write(|row, out| {
        let bytes = values.bytes(row);
        match names.text(row).to_ascii_lowercase().as_str() {
            "md5" => out.extend_from_slice(&Md5::digest(bytes)),
            "sha1" => out.extend_from_slice(&Sha1::digest(bytes)),
            "sha224" => out.extend_from_slice(&Sha224::digest(bytes)),
            "sha256" => out.extend_from_slice(&Sha256::digest(bytes)),
            "sha384" => out.extend_from_slice(&Sha384::digest(bytes)),
            "sha512" => out.extend_from_slice(&Sha512::digest(bytes)),
            _ => return Err(NO_SUCH_DIGEST),
        }
        Ok(Some(()))
    })
}

/// The remainders of all bytes by a polynomial of degree 32, lowest bit first.
type Remainders = [u32; 256];

static CRC32: Remainders = remainders(0xedb8_8320);
static CRC32C: Remainders = remainders(0x82f6_3b78);

const fn remainders(polynomial: u32) -> Remainders {
    let mut all = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut rest = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            rest = if rest & 1 == 1 { rest >> 1 ^ polynomial } else { rest >> 1 };
            bit += 1;
        }
        all[byte] = rest;
        byte += 1;
    }
    all
}

fn checksum(remainders: &'static Remainders) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let values = call.strings(0);
        call.map(|row| {
            let next = |rest: u32, byte: &u8| rest >> 8 ^ remainders[usize::from(rest as u8 ^ byte)];
            Ok(Some(i64::from(!values.bytes(row).iter().fold(!0, next))))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, text};
    use super::*;
    use crate::types::Value;

    /// The digests of `abc` in RFC 1321 and FIPS 180.
    #[test]
    fn digests_are_those_of_their_standards() {
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let sha224 = "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7";
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let sha384 = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";
        let sha512 = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                      2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        for (name, expected) in
            [("MD5", md5), ("SHA1", sha1), ("SHA224", sha224), ("SHA256", sha256), ("SHA384", sha384), ("SHA512", sha512)]
        {
            check(name, &[text("abc")], expected);
            check(name, &[(Value::Bytes(Box::new(*b"abc")), DataType::Bytes)], expected);
        }
        for (bits, expected) in [(224, sha224), (256, sha256), (384, sha384), (512, sha512)] {
            check("SHA2", &[text("abc"), int(bits)], expected);
        }
        check("SHA2", &[text("abc"), int(1)], "error: SHA2 makes 224, 256, 384 or 512 bits");
        check("MD5", &[text("")], "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[test]
    fn checksums_have_their_check_values() {
        check("CRC32", &[text("123456789")], &0xcbf4_3926_u32.to_string());
        check("CRC32C", &[text("123456789")], &0xe306_9283_u32.to_string());
        check("CRC32", &[text("The quick brown fox jumps over the lazy dog")], "1095738169");
        check("CRC32", &[(Value::Bytes(Box::new([0])), DataType::Bytes)], "3523407757");
        check("CRC32C", &[(Value::Bytes(Box::new([0])), DataType::Bytes)], "1383945041");
        check("CRC32", &[text("")], "0");
    }
}

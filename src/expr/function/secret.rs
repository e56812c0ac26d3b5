//! What proves that a text comes from who knows a secret: signatures, and comparison in a time that tells nothing of the secret.

use md5::Md5;
use md5::digest::Digest;
use md5::digest::block_api::BlockSizeUser;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::digest::{NO_SUCH_DIGEST, digest_at};
use super::kernel::{Cached, Call, Fallible, kernel};
use super::signature::Param::{Text, TextOrBytes};
use super::signature::{function, takes};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("HMAC", "(secret, text or bytes, name)", "The signature as bytes, by md5, sha1, sha224, sha256, sha384 or sha512")
        .example("LEFT(HEX(HMAC('key', 'The quick brown fox jumps over the lazy dog', 'sha256')), 16)", "F7BC83F430538424")
        .of(|t| Some((takes(t, &[TextOrBytes, TextOrBytes, Text])?, DataType::Bytes)), |_, _| hmac())
        .prepared(&[digest_at(2)]),
    function("SECURE_COMPARE", "(text, text)", "Whether both are the same, in a time that does not tell where they differ")
        .example("SECURE_COMPARE('abc', 'abd')", "false")
        .of(|t| Some((takes(t, &[TextOrBytes, TextOrBytes])?, DataType::Boolean)), |_, _| kernel(secure_compare)),
];

/// Signs a text with a secret.
type Sign = fn(&[u8], &[u8], &mut Vec<u8>);

fn sign_of(name: &str) -> Fallible<Sign> {
    match name.to_ascii_lowercase().as_str() {
        "md5" => Ok(sign::<Md5>),
        "sha1" => Ok(sign::<Sha1>),
        "sha224" => Ok(sign::<Sha224>),
        "sha256" => Ok(sign::<Sha256>),
        "sha384" => Ok(sign::<Sha384>),
        "sha512" => Ok(sign::<Sha512>),
        _ => Err(NO_SUCH_DIGEST),
    }
}

/// RFC 2104: the digest of the secret in one mask and the digest of the secret in another mask and the text.
fn sign<D: Digest + BlockSizeUser>(secret: &[u8], text: &[u8], out: &mut Vec<u8>) {
    let mut block = [0; 128];
    match secret.len() <= D::block_size() {
        true => block[..secret.len()].copy_from_slice(secret),
        false => block[..<D as Digest>::output_size()].copy_from_slice(&D::digest(secret)),
    }
    let block = &mut block[..D::block_size()];
    let mut mask = |mask: u8| {
        block.iter_mut().for_each(|byte| *byte ^= mask);
        D::new().chain_update(&*block)
    };
    let (inner, outer) = (mask(0x36), mask(0x36 ^ 0x5c));
    out.extend_from_slice(&outer.chain_update(inner.chain_update(text).finalize()).finalize());
}

fn hmac() -> Result<Box<dyn Kernel>> {
    let mut signs = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (secrets, texts, names) = (call.strings(0), call.strings(1), call.strings(2));
        call.write(|row, out| {
            signs.of(names.text(row), sign_of)?(secrets.bytes(row), texts.bytes(row), out);
            Ok(Some(()))
        })
    })
}

/// All bytes are looked at, wherever they differ; only how long the texts are is told.
fn secure_compare(call: Call<'_>) -> Column {
    let (left, right) = (call.strings(0), call.strings(1));
    call.map(|row| {
        let (left, right) = (left.bytes(row), right.bytes(row));
        let differing = left.iter().zip(right).fold(0, |bits, (a, b)| std::hint::black_box(bits | (a ^ b)));
        Ok(Some(left.len() == right.len() && differing == 0))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_of_texts;
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_4231() {
        let (mut out, long) = (Vec::new(), [0xaa; 131]);
        sign::<Sha256>(b"Jefe", b"what do ya want for nothing?", &mut out);
        sign::<Sha384>(&long, b"Test Using Larger Than Block-Size Key - Hash Key First", &mut out);
        let hex: String = out.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(&hex[..32], "5bdcc146bf60754e6a042426089575c7");
        assert_eq!(&hex[64..96], "4ece084485813e9088d2c63a041bc5b4");
    }

    #[test]
    fn names_and_differences() {
        check_of_texts("HMAC", &["k", "x", "crc32"], "error: there are md5, sha1, sha224, sha256, sha384 and sha512");
        check_of_texts("SECURE_COMPARE", &["abc", "ab"], "false");
        check_of_texts("SECURE_COMPARE", &["é", "é"], "true");
    }
}

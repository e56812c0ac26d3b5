//! Functions of BITMAP, as Flink has them: sets of integers, made of arrays and bytes, combined and taken apart. What they give out is in the one
//! form of `types::bitmap`.

use super::collection::array_of;
use super::encoding::hex_digit;
use super::json_text::Json;
use super::kernel::{Call, Outcome, TEXT_BYTES_MAX, TOO_LONG, append, kernel};
use super::signature::function;
use crate::batch::Column;
use crate::batch::text::write_json_parts;
use crate::error::Result;
use crate::expr::{Kernel, Prepared, ScalarFunction};
use crate::types::DataType;
use crate::types::bitmap::{self, RoaringBitmap};

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("BITMAP_BUILD", "(array of INT)", "The set of the integers; NULLs are left out")
        .example("BITMAP_BUILD(ARRAY[3, 1, 3])", "{1,3}")
        .of(build_types, |_, _| kernel(build)),
    function("BITMAP_CARDINALITY", "(bitmap)", "How many integers are in it")
        .example("BITMAP_CARDINALITY(BITMAP_BUILD(ARRAY[3, 1, 3]))", "2")
        .of(|t| bitmaps(t, 1, DataType::BigInt), |_, _| kernel(cardinality)),
    function("BITMAP_AND", "(bitmap, bitmap)", "The integers that are in both")
        .example("BITMAP_AND(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3]))", "{2}")
        .of(two_bitmaps, |_, _| combined(|a, b| *a &= b)),
    function("BITMAP_OR", "(bitmap, bitmap)", "The integers that are in one of them")
        .example("BITMAP_OR(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3]))", "{1,2,3}")
        .of(two_bitmaps, |_, _| combined(|a, b| *a |= b)),
    function("BITMAP_XOR", "(bitmap, bitmap)", "The integers that are in one of them and not in the other")
        .example("BITMAP_XOR(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3]))", "{1,3}")
        .of(two_bitmaps, |_, _| combined(|a, b| *a ^= b)),
    function("BITMAP_ANDNOT", "(bitmap, bitmap)", "The integers of the first that are not in the second")
        .example("BITMAP_ANDNOT(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3]))", "{1}")
        .of(two_bitmaps, |_, _| combined(|a, b| *a -= b)),
    function("BITMAP_FROM_BYTES", "(bytes)", "The set that the bytes begin with in the portable format of Roaring")
        .example("BITMAP_FROM_BYTES(X'3A30000001000000000001001000000001000300')", "{1,3}")
        .of(from_bytes_types, |_, _| kernel(from_bytes))
        .prepared(&[Prepared::of(0, wrong_bytes, "BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[1, 3])) gives such bytes")]),
    function("BITMAP_TO_BYTES", "(bitmap)", "The set in the portable format of Roaring")
        .example("BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[1, 3]))", "3a30000001000000000001001000000001000300")
        .of(|t| bitmaps(t, 1, DataType::Bytes), |_, _| kernel(to_bytes)),
    function("BITMAP_TO_ARRAY", "(bitmap)", "The integers in the order in which none is negative: -1 is the last")
        .example("BITMAP_TO_ARRAY(BITMAP_BUILD(ARRAY[-1, 2, 1]))", "[1,2,-1]")
        .of(|t| bitmaps(t, 1, array_of(&DataType::Int)), |_, _| kernel(to_array))
        .unpacking(),
    function(
        "BITMAP_TO_STRING",
        "(bitmap)",
        "The integers as a text, none of them negative; three dots stand for what would make it longer than 512 KiB",
    )
    .example("BITMAP_TO_STRING(BITMAP_BUILD(ARRAY[-1, 2, 1]))", "{1,2,4294967295}")
    .of(|t| bitmaps(t, 1, DataType::STRING), |_, _| kernel(to_string)),
];

const NO_BITMAP: &str = "the bytes are no bitmap";

type Resolved = Option<(Vec<DataType>, DataType)>;

fn bitmaps(given: &[DataType], count: usize, returns: DataType) -> Resolved {
    let are_bitmaps = given.iter().all(|given| matches!(given, DataType::Bitmap | DataType::Null));
    (are_bitmaps && given.len() == count).then(|| (vec![DataType::Bitmap; count], returns))
}

fn two_bitmaps(given: &[DataType]) -> Resolved {
    bitmaps(given, 2, DataType::Bitmap)
}

/// An array of integers that are no greater than an INT.
fn build_types(given: &[DataType]) -> Resolved {
    use DataType as T;
    let are_ints = match given {
        [T::Null] => true,
        [T::Array(item)] => matches!(**item, T::TinyInt | T::SmallInt | T::Int | T::Null),
        _ => false,
    };
    are_ints.then(|| (vec![array_of(&T::Int)], T::Bitmap))
}

fn from_bytes_types(given: &[DataType]) -> Resolved {
    matches!(given, [DataType::Bytes | DataType::Null]).then(|| (vec![DataType::Bytes], DataType::Bitmap))
}

/// Of bytes as hexadecimal digits.
fn wrong_bytes(digits: &str, _: &[DataType]) -> Option<&'static str> {
    let byte = |pair: &[u8]| Some(hex_digit(pair[0])? << 4 | hex_digit(pair[1])?);
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks_exact(2).map(byte).collect();
    bytes.and_then(|bytes| bitmap::parse(&bytes)).is_none().then_some(NO_BITMAP)
}

/// Writes a bitmap, unless it is too long.
fn write(made: RoaringBitmap, out: &mut Vec<u8>) -> Outcome<()> {
    bitmap::write(made, out);
    if out.len() > TEXT_BYTES_MAX { Err("the bitmap would be longer than 16 MiB") } else { Ok(Some(())) }
}

fn build(call: Call<'_>) -> Column {
    let (arrays, mut text) = (call.strings(0), Vec::new());
    call.write(|row, out| {
        let mut made = RoaringBitmap::new();
        for item in Json::new(arrays.text(row)).into_iter().flat_map(Json::items) {
            text.clear();
            if item.write(&mut text).is_some() {
                let integer = lexical_core::parse::<i32>(&text).map_err(|_| "an item of the array is no INT")?;
                made.insert(integer as u32);
            }
        }
        write(made, out)
    })
}

fn cardinality(call: Call<'_>) -> Column {
    let bitmaps = call.strings(0);
    call.map(|row| Ok(Some(bitmap::open(bitmaps.bytes(row)).len() as i64)))
}

fn combined(combine: fn(&mut RoaringBitmap, &RoaringBitmap)) -> Result<Box<dyn Kernel>> {
    kernel(move |call: Call<'_>| {
        let (left, right) = (call.strings(0), call.strings(1));
        call.write(|row, out| {
            let mut made = bitmap::open(left.bytes(row));
            combine(&mut made, &bitmap::open(right.bytes(row)));
            write(made, out)
        })
    })
}

fn from_bytes(call: Call<'_>) -> Column {
    let bytes = call.strings(0);
    call.write(|row, out| write(bitmap::parse(bytes.bytes(row)).ok_or(NO_BITMAP)?, out))
}

fn to_bytes(call: Call<'_>) -> Column {
    let bitmaps = call.strings(0);
    call.write(|row, out| append(out, bitmaps.bytes(row)).map(Some))
}

fn to_array(call: Call<'_>) -> Column {
    let bitmaps = call.strings(0);
    call.write(|row, out| {
        let integers = bitmap::open(bitmaps.bytes(row));
        // Each takes a digit and a comma at least.
        if integers.len() > TEXT_BYTES_MAX as u64 / 2 {
            return Err(TOO_LONG);
        }
        write_json_parts(*b"[]", integers.into_iter(), out, |integer, out| {
            out.extend_from_slice(itoa::Buffer::new().format(integer as i32).as_bytes());
        });
        if out.len() > TEXT_BYTES_MAX { Err(TOO_LONG) } else { Ok(Some(())) }
    })
}

fn to_string(call: Call<'_>) -> Column {
    let bitmaps = call.strings(0);
    call.write(|row, out| {
        bitmap::write_text(bitmaps.bytes(row), out);
        Ok(Some(()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, evaluate, null, typed};
    use super::*;
    use crate::types::Value;
    use std::collections::BTreeSet;

    fn array_of_ints(json: &str) -> (Value, DataType) {
        (Value::text(json), array_of(&DataType::Int))
    }

    fn value(integers: &BTreeSet<u32>) -> (Value, DataType) {
        let mut out = Vec::new();
        bitmap::write(integers.iter().copied().collect(), &mut out);
        (Value::Bytes(out.into()), DataType::Bitmap)
    }

    fn text<T: ToString>([open, close]: [char; 2], parts: impl Iterator<Item = T>) -> String {
        format!("{open}{}{close}", parts.map(|part| part.to_string()).collect::<Vec<_>>().join(","))
    }

    /// Few integers of any size, or many that are near to each other.
    fn random_set(random: &mut fastrand::Rng) -> BTreeSet<u32> {
        let mut set: BTreeSet<u32> = (0..random.u32(..4)).map(|_| random.u32(..)).collect();
        let edges = [0, 1, i32::MAX as u32, 1 << 31, u32::MAX];
        set.extend(edges.into_iter().filter(|_| random.bool()));
        if random.u8(..3) == 0 {
            let from = random.u32(..1 << 17);
            set.extend(from..from + random.u32(..6_000));
        }
        set
    }

    #[test]
    fn functions_give_what_sets_give() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..60 {
            let (a, b) = (random_set(&mut random), random_set(&mut random));
            let mut shuffled: Vec<i32> = a.iter().chain(&a).map(|integer| *integer as i32).collect();
            random.shuffle(&mut shuffled);
            let json = text(['[', ']'], shuffled.iter());
            check("BITMAP_BUILD", &[array_of_ints(&json)], &text(['{', '}'], a.iter()));
            check("BITMAP_CARDINALITY", &[value(&a)], &a.len().to_string());
            check("BITMAP_TO_ARRAY", &[value(&a)], &text(['[', ']'], a.iter().map(|integer| *integer as i32)));
            check("BITMAP_TO_STRING", &[value(&a)], &text(['{', '}'], a.iter()));
            let (Value::Bytes(bytes), _) = value(&a) else { unreachable!("made above") };
            check("BITMAP_FROM_BYTES", &[(Value::Bytes(bytes), DataType::Bytes)], &text(['{', '}'], a.iter()));
            for (name, both) in
                [("BITMAP_AND", &a & &b), ("BITMAP_OR", &a | &b), ("BITMAP_XOR", &a ^ &b), ("BITMAP_ANDNOT", &a - &b)]
            {
                check(name, &[value(&a), value(&b)], &text(['{', '}'], both.iter()));
                check(name, &[value(&a), null()], "NULL");
                check(name, &[null(), value(&b)], "NULL");
            }
        }
    }

    #[test]
    fn nulls_among_the_items_are_left_out() {
        check("BITMAP_BUILD", &[array_of_ints("[null, 7, null]")], "{7}");
        check("BITMAP_BUILD", &[array_of_ints("[null]")], "{}");
        check("BITMAP_BUILD", &[typed("[]", array_of(&DataType::SmallInt))], "{}");
        check("BITMAP_BUILD", &[null()], "NULL");
    }

    #[test]
    fn bytes_that_are_no_bitmap_fail() {
        for bytes in [&b""[..], b"no bitmap", &[0x3a, 0x30, 0, 0, 1, 0, 0, 0]] {
            check("BITMAP_FROM_BYTES", &[(Value::Bytes(bytes.into()), DataType::Bytes)], "error: the bytes are no bitmap");
        }
    }

    #[test]
    fn what_is_too_long_fails() {
        let (all, _) = value(&BTreeSet::from([0]));
        assert!(matches!(all, Value::Bytes(_)));
        let mut whole = RoaringBitmap::new();
        whole.insert_range(..);
        let mut out = Vec::new();
        bitmap::write(whole, &mut out);
        let whole = (Value::Bytes(out.into()), DataType::Bitmap);
        check("BITMAP_CARDINALITY", std::slice::from_ref(&whole), "4294967296");
        check("BITMAP_TO_ARRAY", std::slice::from_ref(&whole), "error: the text would be longer than 16 MiB");
        assert!(evaluate("BITMAP_TO_STRING", &[whole]).ends_with(",...}"));
    }
}

//! Numbers and times of usual length and form, read eight bytes at a time. Row road. Hot: once per value.
//!
//! Every function gives the value of `text[start..end]`, or `None` where it does not know: the text may then still be a good value
//! in an unusual form, and the careful reader of `fields` decides. Bytes of `text` behind the value are looked at, but do not count.

use crate::types::time;

/// Eight times the digit 0.
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
const ONES: u64 = u64::from_le_bytes([1; 8]);
const TOPS: u64 = u64::from_le_bytes([0x80; 8]);
/// What lifts a byte above 9 to the top bit.
const ABOVE_NINE: u64 = u64::from_le_bytes([0x76; 8]);

/// Powers of ten that are exact as f64.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
    1e22,
];

/// The eight bytes from `at` on, the first one lowest.
#[inline(always)]
pub(super) fn eight(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..)?.first_chunk::<8>().map(|chunk| u64::from_le_bytes(*chunk))
}

/// The sixteen bytes from `at` on, the first one lowest.
#[inline(always)]
pub(super) fn sixteen(text: &[u8], at: usize) -> Option<u128> {
    text.get(at..)?.first_chunk::<16>().map(|chunk| u128::from_le_bytes(*chunk))
}

/// The top bit of the first byte that is `byte` (and perhaps of later ones); 0 if none is.
#[inline(always)]
pub(super) fn first_equal(word: u64, byte: u8) -> u64 {
    let differs = word ^ (ONES * u64::from(byte));
    differs.wrapping_sub(ONES) & !differs & TOPS
}

/// Whether every byte is a digit's value.
#[inline(always)]
fn are_digits(digits: u64) -> bool {
    (digits.wrapping_add(ABOVE_NINE) | digits) & TOPS == 0
}

/// The number that eight digits' values make, the first digit in the lowest byte.
#[inline(always)]
fn join(digits: u64) -> u64 {
    const PAIR: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let upper = (pairs & PAIR).wrapping_mul(100 + (1_000_000 << 32));
    let lower = ((pairs >> 16) & PAIR).wrapping_mul(1 + (10_000 << 32));
    upper.wrapping_add(lower) >> 32
}

/// `count` (1 to 8) digits at the front of `word`, which holds digits' values there.
#[inline(always)]
fn number(word: u64, count: usize) -> Option<u64> {
    let digits = word << (64 - 8 * count);
    are_digits(digits).then(|| join(digits))
}

/// Digits' values of a text that may begin with a minus, which counts as a 0; and whether it does.
#[inline(always)]
fn unsigned(word: u64) -> (u64, bool) {
    let negative = word as u8 == b'-';
    ((word ^ ZEROS) & !(u64::from(negative) * 0xff), negative)
}

/// An integer of at most 16 digits and sign.
#[inline(always)]
pub(super) fn integer(text: &[u8], (start, end): (usize, usize)) -> Option<i64> {
    let count = end.wrapping_sub(start);
    let (digits, negative) = unsigned(eight(text, start)?);
    if count <= usize::from(negative) {
        return None;
    }
    let units = match count {
        1..=8 => number(digits, count)?,
        9..=16 => {
            let lower = number(eight(text, start + 8)? ^ ZEROS, count - 8)?;
            number(digits, 8)? * POWERS_OF_TEN[count - 8] + lower
        }
        _ => return None,
    } as i64;
    Some(if negative { -units } else { units })
}

const POWERS_OF_TEN: [u64; 18] = {
    let mut table = [1u64; 18];
    let mut i = 1;
    while i < 18 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// A number with or without a point: `units` by ten to the power of `fraction`, at most 15 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed {
    pub negative: bool,
    pub units: u64,
    pub fraction: usize,
}

/// A number of at most 15 digits and sign, with digits on both sides of its point if it has one.
#[inline(always)]
pub(super) fn fixed(text: &[u8], (start, end): (usize, usize)) -> Option<Fixed> {
    match end.wrapping_sub(start) {
        count @ 1..=8 => short(eight(text, start)?, count),
        count @ 9..=16 => long(sixteen(text, start)?, count),
        _ => None,
    }
}

#[inline(always)]
fn short(word: u64, count: usize) -> Option<Fixed> {
    let point = first_equal(word, b'.').trailing_zeros() as usize / 8;
    let (digits, negative) = unsigned(word);
    if point >= count {
        return (count > usize::from(negative)).then_some(Fixed { negative, units: number(digits, count)?, fraction: 0 });
    }
    let fraction = count - 1 - point;
    if point <= usize::from(negative) || fraction == 0 {
        return None;
    }
    let before = (1 << (8 * point)) - 1;
    let joined = (digits & before) | ((digits >> 8) & !before);
    Some(Fixed { negative, units: number(joined, count - 1)?, fraction })
}

fn long(word: u128, count: usize) -> Option<Fixed> {
    let point = match (first_equal(word as u64, b'.'), first_equal((word >> 64) as u64, b'.')) {
        (0, 0) => 16,
        (0, upper) => 8 + upper.trailing_zeros() as usize / 8,
        (lower, _) => lower.trailing_zeros() as usize / 8,
    };
    let (lower, negative) = unsigned(word as u64);
    let digits = u128::from((word >> 64) as u64 ^ ZEROS) << 64 | u128::from(lower);
    let (joined, digits_count, fraction) = if point >= count {
        (digits, count, 0)
    } else {
        let fraction = count - 1 - point;
        if point <= usize::from(negative) || fraction == 0 {
            return None;
        }
        let before = (1u128 << (8 * point)) - 1;
        ((digits & before) | ((digits >> 8) & !before), count - 1, fraction)
    };
    if digits_count > 15 + usize::from(negative) {
        return None;
    }
    let aligned = joined << (128 - 8 * digits_count);
    let (upper, lower) = (aligned as u64, (aligned >> 64) as u64);
    let units = (are_digits(upper) && are_digits(lower)).then(|| join(upper) * 100_000_000 + join(lower))?;
    Some(Fixed { negative, units, fraction })
}

/// A DOUBLE, correctly rounded: both parts of the quotient are exact.
#[inline(always)]
pub(super) fn double(text: &[u8], (start, end): (usize, usize)) -> Option<f64> {
    let Fixed { negative, units, fraction } = fixed(text, (start, end))?;
    let value = units as i64 as f64 / POWERS[fraction];
    Some(f64::from_bits(value.to_bits() | u64::from(negative) << 63))
}

/// Units of a DECIMAL of this scale, less than `bound`; none where digits would be rounded off.
#[inline(always)]
pub(super) fn decimal(text: &[u8], (start, end): (usize, usize), scale: usize, bound: u64) -> Option<i128> {
    let Fixed { negative, units, fraction } = fixed(text, (start, end))?;
    let up = *POWERS_OF_TEN.get(scale.checked_sub(fraction)?)?;
    let units = units.checked_mul(up).filter(|units| *units < bound)? as i64;
    Some(i128::from(if negative { -units } else { units }))
}

/// The bound for `decimal` that a precision means; `None` for those beyond its reach.
pub(super) fn decimal_bound(precision: u8) -> Option<u64> {
    POWERS_OF_TEN.get(usize::from(precision)).copied()
}

/// The date that a timestamp before had, since those of neighbours are nearly always equal.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Date {
    text: (u64, u64),
    nanos: i64,
}

/// The bytes of a word that hold a two-digit number, after `pairs`.
#[inline(always)]
fn pair(pairs: u64, at: usize) -> i64 {
    (pairs >> (8 * at)) as u8 as i64
}

/// Two-digit numbers in place of their first digits, of a text whose other bytes are those of `form`.
#[inline(always)]
fn pairs(word: u64, form: &[u8; 8]) -> Option<u64> {
    let form = u64::from_le_bytes(*form);
    let digits = word ^ form;
    // Where the form has a 0 stands a digit, elsewhere the same byte.
    let places = {
        let others = form ^ ZEROS;
        // The top bit where a byte of the form is another than '0' (all of them are below 0x80).
        let others = (others + u64::from_le_bytes([0x7f; 8])) & TOPS;
        (others >> 7) * 0xff
    };
    (are_digits(digits) && digits & places == 0).then(|| digits.wrapping_mul(10).wrapping_add(digits >> 8))
}

/// Nanoseconds of `yyyy-MM-dd HH:mm:ss`, with `T` or a space between, and with milliseconds, microseconds or nanoseconds or without; a Z may
/// follow. Tells how many digits of a second's fraction there were.
#[inline(always)]
pub(super) fn timestamp(text: &[u8], (start, end): (usize, usize), date: &mut Date) -> Option<(i64, usize)> {
    let [a, b] = [eight(text, start)?, eight(text, start + 8)?];
    let between = (b >> 16) as u8;
    if !matches!(between, b'T' | b' ') || end.wrapping_sub(start) < 19 {
        return None;
    }
    let of_date = (a, b & 0xffff);
    if date.text != of_date {
        *date = Date { text: of_date, nanos: date_nanos(a, b)? };
    }
    // The day and what follows it are left out, and the second comes apart.
    let time = pairs((b >> 24) | ZEROS << 40, b"00:00000")?;
    let (hour, minute) = (pair(time, 0), pair(time, 3));
    let zoned = usize::from(text.get(end - 1) == Some(&b'Z'));
    let (second, nanos, count) = match end - start - zoned {
        23 => {
            // The byte behind the three digits becomes a fourth.
            let word = eight(text, start + 16)?;
            let pairs = pairs((word << 8 >> 8) | u64::from(b'0') << 56, b":00.0000")?;
            (pair(pairs, 1), (pair(pairs, 4) * 100 + pair(pairs, 6)) * 100_000, 3)
        }
        _ => second(text, (start + 16, end - zoned))?,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some((date.nanos + ((hour * 60 + minute) * 60 + second) * time::SECOND + nanos, count))
}

/// The second, and nanoseconds and count of the digits of its fraction, of `:ss`, `:ss.123` and longer ones of 6 or 9 digits.
fn second(text: &[u8], (start, end): (usize, usize)) -> Option<(i64, i64, usize)> {
    if text[start] != b':' {
        return None;
    }
    let second = integer_digits(text, (start + 1, start + 3))?;
    let (nanos, count) = fraction(text, (start + 3, end))?;
    Some((second, nanos, count))
}

/// Nanoseconds and count of the digits of `.123`, with 3, 6 or 9 of them, or of nothing.
fn fraction(text: &[u8], (start, end): (usize, usize)) -> Option<(i64, usize)> {
    if end == start {
        return Some((0, 0));
    }
    if text[start] != b'.' {
        return None;
    }
    let digits = integer_digits(text, (start + 1, end))?;
    match end - start - 1 {
        3 => Some((digits * 1_000_000, 3)),
        6 => Some((digits * 1000, 6)),
        9 => Some((digits, 9)),
        _ => None,
    }
}

fn integer_digits(text: &[u8], (start, end): (usize, usize)) -> Option<i64> {
    let digits = text.get(start..end)?;
    if digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| number * 10 + i64::from(digit))
    })
}

/// Midnight of the date at the front of these words, for the years that fit in nanoseconds whatever the time of day.
#[cold]
fn date_nanos(a: u64, b: u64) -> Option<i64> {
    let year_month = pairs(a, b"0000-00-")?;
    let day = pairs(b & 0xffff | ZEROS << 16, b"00000000")?;
    let (year, month, day) = (pair(year_month, 0) * 100 + pair(year_month, 2), pair(year_month, 5), pair(day, 0));
    let (year, month, day) = (year as i32, month as u32, day as u32);
    let is_date =
        (1700..2200).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= time::days_in_month(year, month);
    is_date.then(|| i64::from(time::days_from_civil(year, month, day)) * time::DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::decimal as exact;

    /// Texts near numbers of every length: digits, points, signs and now and then something else.
    fn random_number(random: &mut fastrand::Rng) -> Vec<u8> {
        let mut text: Vec<u8> = (0..random.usize(..19)).map(|_| b'0' + random.u8(..10)).collect();
        if random.u8(..3) > 0 {
            text.insert(random.usize(..=text.len()), b'.');
        }
        if random.u8(..3) == 0 {
            text.insert(0, b'-');
        }
        if random.u8(..6) == 0 && !text.is_empty() {
            let at = random.usize(..text.len());
            text[at] = b"/:.-+e \x00\xb0\xff"[random.usize(..10)];
        }
        text
    }

    #[test]
    fn numbers_are_those_of_the_careful_readers() {
        let mut random = fastrand::Rng::with_seed(5);
        let mut quick = 0;
        for _ in 0..200_000 {
            let text = random_number(&mut random);
            let front = random.usize(..3);
            let around = [&b"17,"[..front], &text, b",12345678.9012345"].concat();
            let (start, end) = (front, front + text.len());
            let shown = String::from_utf8_lossy(&text);
            if let Some(found) = integer(&around, (start, end)) {
                assert_eq!(shown.parse(), Ok(found), "{shown}");
                quick += 1;
            }
            if let Some(found) = double(&around, (start, end)) {
                assert_eq!(shown.parse().map(f64::to_bits), Ok(found.to_bits()), "{shown}");
                quick += 1;
            }
            let (precision, scale) = (random.u8(1..18), random.u8(..6));
            let bound = decimal_bound(precision).expect("a bound");
            if let Some(found) = decimal(&around, (start, end), scale.into(), bound) {
                assert_eq!(exact::parse(&text, precision, scale), Some(found), "{shown}");
                quick += 1;
            }
        }
        assert!(quick > 150_000, "{quick}");
    }

    #[test]
    fn usual_numbers_are_read_quickly() {
        let read = |text: &str| fixed(format!("{text}, and something behind").as_bytes(), (0, text.len()));
        assert_eq!(read("75.93"), Some(Fixed { negative: false, units: 7593, fraction: 2 }));
        assert_eq!(read("-123456789.12345"), Some(Fixed { negative: true, units: 12_345_678_912_345, fraction: 5 }));
        assert_eq!(integer(b"-123456789012345\n........", (0, 16)), Some(-123_456_789_012_345));
    }

    #[test]
    fn timestamps_are_those_of_the_careful_reader() {
        let mut random = fastrand::Rng::with_seed(6);
        let (mut quick, mut date) = (0, Date::default());
        for _ in 0..100_000 {
            let at = random.i64(-9_000_000_000_000..9_000_000_000_000) * 1_000_000 + random.i64(0..1_000_000);
            let at = if random.bool() { at } else { 1_767_605_400_000_000_000 };
            let mut text = Vec::new();
            time::write_timestamp(&mut text, at, random.u8(..10));
            if random.bool() {
                text[10] = b'T';
            }
            if random.u8(..4) == 0 {
                text.extend_from_slice([&b"Z"[..], b"z", b"+01:00", b"1"][random.usize(..4)]);
            }
            for _ in 0..random.usize(..3).saturating_sub(1) {
                let at = random.usize(..text.len());
                text[at] = b"0123456789-:T. /;\xb0"[random.usize(..18)];
            }
            let around = [&text, &b"\"}, and something behind"[..]].concat();
            if let Some((nanos, _)) = timestamp(&around, (0, text.len()), &mut date) {
                assert_eq!(time::parse_timestamp(&text), Some(nanos), "{}", String::from_utf8_lossy(&text));
                quick += 1;
            }
        }
        assert!(quick > 20_000, "{quick}");
    }
}

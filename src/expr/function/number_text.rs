//! Numbers as text by patterns of PostgreSQL, such as `FM9,990.00`, for TO_CHAR.
//!
//! `9` is a digit and `0` one that is always there, `.` or `D` the point, `,` or `G` between thousands, `S` the sign beside the number, `MI` a
//! minus, `PL` a plus and `SG` either at their places, `PR` angle brackets round a negative number, `FM` leaves out what fills up; `"text"` and
//! whatever else stands for itself. Without any of the signs a minus stands before the first digit. A number with more digits than the pattern
//! is shown as `#`.

use std::fmt::Write;

use super::kernel::{Cached, Call, Fallible, Native, Reason, kernel};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::Kernel;
use crate::types::decimal::{POW10, divide_rounding};

/// A compiled pattern.
#[derive(Debug)]
struct NumberPattern {
    items: Vec<Item>,
    sign: Sign,
    /// What is not there is filled up with blanks.
    filled: bool,
    /// Places of digits before the point.
    whole: usize,
    /// Places of digits behind the point.
    fraction: usize,
    /// The place of the first `0` before the point, and that behind the last one behind it.
    first_zero: usize,
    last_zero: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Digit,
    Point,
    Comma,
    Literal(char),
    /// What stands at a place of its own for a negative number and for others.
    Sign(char, char),
}

/// What stands before the first digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A minus, or a blank.
    Minus,
    /// A minus, or nothing.
    OnlyMinus,
    /// A minus or a plus.
    Either,
    /// `<`, or a blank; and `>` behind the last digit.
    Brackets,
    /// Nothing: the pattern says where the sign stands.
    Nothing,
}

/// Parts of a pattern of more than one letter.
const WORDS: [&str; 9] = ["FM", "MI", "PL", "SG", "PR", "RN", "TH", "SP", "EEEE"];

/// Letters and words of PostgreSQL that are not there.
const REFUSED: Reason = "the number pattern has a part that is not supported; there are 9 0 . , D G S MI PL SG PR and FM";

impl NumberPattern {
    fn new(text: &str) -> Fallible<NumberPattern> {
        let (items, sign) = (Vec::new(), Sign::Minus);
        let mut pattern =
            NumberPattern { items, sign, filled: true, whole: 0, fraction: 0, first_zero: usize::MAX, last_zero: 0 };
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let word = WORDS.iter().find(|word| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
            rest = match (word, letter) {
                (Some(word), _) => {
                    pattern.add_word(word)?;
                    &rest[word.len()..]
                }
                (None, '"') => {
                    let (quoted, behind) = rest[1..].split_once('"').unwrap_or((&rest[1..], ""));
                    pattern.items.extend(quoted.chars().map(Item::Literal));
                    behind
                }
                (None, letter) => {
                    pattern.add_letter(letter)?;
                    &rest[letter.len_utf8()..]
                }
            };
        }
        Ok(pattern)
    }

    fn add_word(&mut self, word: &str) -> Fallible<()> {
        match word {
            "FM" => self.filled = false,
            "PR" => self.sign = Sign::Brackets,
            "PL" => {
                self.items.push(Item::Sign(' ', '+'));
                if self.sign == Sign::Minus {
                    self.sign = Sign::OnlyMinus;
                }
            }
            "MI" | "SG" => {
                self.items.push(Item::Sign('-', if word == "MI" { ' ' } else { '+' }));
                self.sign = Sign::Nothing;
            }
            _ => return Err(REFUSED),
        }
        Ok(())
    }

    fn add_letter(&mut self, letter: char) -> Fallible<()> {
        let behind_point = self.items.contains(&Item::Point);
        let item = match letter.to_ascii_uppercase() {
            digit @ ('9' | '0') => {
                let place = if behind_point { &mut self.fraction } else { &mut self.whole };
                *place += 1;
                match (digit, behind_point) {
                    ('0', true) => self.last_zero = self.fraction,
                    ('0', false) => self.first_zero = self.first_zero.min(self.whole - 1),
                    _ => {}
                }
                Item::Digit
            }
            '.' | 'D' if behind_point => return Err("the number pattern has two points"),
            '.' | 'D' => Item::Point,
            ',' | 'G' => Item::Comma,
            'S' if self.whole + self.fraction == 0 => {
                self.sign = Sign::Either;
                return Ok(());
            }
            'S' => {
                self.sign = Sign::Nothing;
                Item::Sign('-', '+')
            }
            'B' | 'C' | 'L' | 'V' => return Err(REFUSED),
            _ => Item::Literal(letter),
        };
        self.items.push(item);
        Ok(())
    }

    /// What stands before the first digit.
    fn front(&self, negative: bool) -> &'static str {
        let blank = if self.filled { " " } else { "" };
        match (self.sign, negative) {
            (Sign::Nothing, _) | (Sign::OnlyMinus, false) => "",
            (Sign::Brackets, true) => "<",
            (Sign::Minus | Sign::OnlyMinus | Sign::Either, true) => "-",
            (Sign::Either, false) => "+",
            (Sign::Minus | Sign::Brackets, false) => blank,
        }
    }

    /// Appends a number: whether it is negative, and its digits before and behind the point, which are as many as the pattern has.
    fn write(&self, negative: bool, whole: &str, fraction: &str, out: &mut Vec<u8>) {
        // Without what fills it up, zeros at the end that are not asked for are left out.
        let last = fraction.trim_end_matches('0').len();
        let shown_to = if self.filled { self.fraction } else { self.last_zero.max(last) };
        let whole = match whole.trim_start_matches('0') {
            "" if shown_to == 0 => "0",
            digits => digits,
        };
        let too_long = whole.len() > self.whole;
        let shown_from = if too_long { 0 } else { self.first_zero.min(self.whole - whole.len()) };
        let (mut place, mut behind_point) = (0, false);
        let mut front = Some(self.front(negative));
        let mut signed = |out: &mut Vec<u8>| out.extend_from_slice(front.take().unwrap_or_default().as_bytes());
        for item in &self.items {
            match *item {
                Item::Literal(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Item::Sign(minus, plus) => match if negative { minus } else { plus } {
                    ' ' if !self.filled => {}
                    sign => out.push(sign as u8),
                },
                Item::Digit if behind_point => {
                    if place < shown_to {
                        out.push(if too_long { b'#' } else { fraction.as_bytes().get(place).copied().unwrap_or(b'0') });
                    }
                    place += 1;
                }
                Item::Digit => {
                    if place >= shown_from {
                        signed(out);
                        let digit = (place + whole.len()).checked_sub(self.whole).and_then(|at| whole.as_bytes().get(at));
                        out.push(if too_long { b'#' } else { digit.copied().unwrap_or(b'0') });
                    } else if self.filled {
                        out.push(b' ');
                    }
                    place += 1;
                }
                Item::Comma if place > shown_from && !behind_point => out.push(b','),
                Item::Comma if self.filled => out.push(b' '),
                Item::Comma => {}
                Item::Point => {
                    signed(out);
                    out.push(b'.');
                    (behind_point, place) = (true, 0);
                }
            }
        }
        signed(out);
        match (self.sign, negative) {
            (Sign::Brackets, true) => out.push(b'>'),
            (Sign::Brackets, false) if self.filled => out.push(b' '),
            _ => {}
        }
    }
}

/// The kernel for DECIMALs of a scale.
pub(super) fn write_decimals(scale: u8) -> Result<Box<dyn Kernel>> {
    write_numbers(move |units: i128, wanted, digits| {
        let (scale, magnitude) = (usize::from(scale), units.unsigned_abs().cast_signed());
        let rescaled = match scale.checked_sub(wanted) {
            Some(dropped) => Some(divide_rounding(magnitude, POW10[dropped])),
            None => POW10.get(wanted - scale).and_then(|power| magnitude.checked_mul(*power)),
        };
        let rescaled = rescaled.ok_or("the number pattern has too many digits behind the point")?;
        _ = write!(digits, "{rescaled:0>width$}", width = wanted + 1);
        Ok(units < 0)
    })
}

/// The kernel for DOUBLEs.
pub(super) fn write_doubles() -> Result<Box<dyn Kernel>> {
    write_numbers(|x: f64, wanted, digits| {
        if !x.is_finite() {
            return Err("NaN and the infinities have no digits");
        }
        _ = write!(digits, "{:.wanted$}", x.abs());
        digits.retain(|c| c != '.');
        Ok(x < 0.0)
    })
}

/// What is wrong with a pattern of numbers, if anything is.
pub(super) fn wrong_number_pattern(pattern: &str) -> Option<Reason> {
    NumberPattern::new(pattern).err()
}

/// `take_apart` writes the digits of a number with so many behind the point, and says whether it is negative.
fn write_numbers<T: Native + 'static>(
    take_apart: impl Fn(T, usize, &mut String) -> Fallible<bool> + Send + 'static,
) -> Result<Box<dyn Kernel>> {
    let (mut patterns, mut digits) = (Cached::new(), String::new());
    kernel(move |call: Call<'_>| -> Column {
        let (numbers, texts) = (call.values::<T>(0), call.strings(1));
        call.write(|row, out| {
            let pattern = patterns.of(texts.text(row), NumberPattern::new)?;
            digits.clear();
            let negative = take_apart(numbers[row], pattern.fraction, &mut digits)?;
            let (whole, fraction) = digits.split_at(digits.len() - pattern.fraction);
            let is_zero = digits.bytes().all(|digit| digit == b'0');
            pattern.write(negative && !is_zero, whole, fraction, out);
            Ok(Some(()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: &str, pattern: &str, expected: &str) {
        let compiled = NumberPattern::new(pattern).expect(pattern);
        let (negative, digits) = number.strip_prefix('-').map_or((false, number), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = format!("{fraction:0<width$}", width = compiled.fraction);
        let mut out = Vec::new();
        compiled.write(negative, whole, &fraction, &mut out);
        assert_eq!(String::from_utf8_lossy(&out), expected, "{number} by {pattern}");
    }

    /// Examples of the documentation of PostgreSQL.
    #[test]
    fn numbers_are_written_as_postgres_does() {
        for (number, pattern, expected) in [
            ("-0.1", "99.99", "  -.10"),
            ("-0.1", "FM9.99", "-.1"),
            ("0.1", "0.9", " 0.1"),
            ("12", "9990999.9", "    0012.0"),
            ("12", "FM9990999.9", "0012."),
            ("485", "999", " 485"),
            ("-485", "999", "-485"),
            ("1485", "9,999", " 1,485"),
            ("1485", "9G999", " 1,485"),
            ("148.5", "999.999", " 148.500"),
            ("148.5", "FM999.999", "148.5"),
            ("148.5", "FM999.990", "148.500"),
            ("3148.5", "9G999D999", " 3,148.500"),
            ("-485", "999S", "485-"),
            ("-485", "999MI", "485-"),
            ("485", "999MI", "485 "),
            ("485", "FM999MI", "485"),
            ("485", "PL999", "+485"),
            ("485", "SG999", "+485"),
            ("-485", "SG999", "-485"),
            ("-485", "9SG99", "4-85"),
            ("-485", "999PR", "<485>"),
            ("485.8", "\"Pre:\"999\" Post:\" .999", "Pre: 485 Post: .800"),
            ("-12", "S9999", "  -12"),
            ("12", "S9999", "  +12"),
        ] {
            check(number, pattern, expected);
        }
    }

    #[test]
    fn what_the_documentation_leaves_open_loses_nothing() {
        check("0", "999", "   0");
        check("0", "FM999.99", "0.");
        check("-485", "PL999", " -485");
        check("48", "999,999", "      48");
        check("1234", "999", " ###");
        check("-1234.5", "9.9", "-#.#");
        check("5", "9 \u{20ac}", " 5 \u{20ac}");
        assert!(NumberPattern::new("9.9.9").is_err());
        assert!(["RN", "9th", "L9", "9.9EEEE", "9V9"].iter().all(|pattern| NumberPattern::new(pattern).is_err()));
    }
}

//! PRINTF: text by a format of `java.util.Formatter`, as in Flink. There are the conversions b, c, d, e, f, g, n, o, s, x and %, and their
//! flags. A format that is malformed, or has a conversion that does not take its argument, gives NULL.
//!
//! Numbers with a fraction are rounded half up in decimal, a DOUBLE in the shortest digits that mean it, as Java does.

use super::kernel::{Cached, Call, Fallible, TEXT_BYTES_MAX, TOO_LONG, append, kernel};
use super::round::scale_of;
use super::signature::Param::{AnyAsText, Text};
use super::signature::{function, takes};
use crate::batch::text::write_value;
use crate::batch::{Column, Values};
use crate::error::Result;
use crate::expr::{Kernel, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] =
    &[function("PRINTF", "('%d %5.2f %s', value, ...)", "A text with values in its places, as in Java")
        .example("PRINTF('%05d|%.1f|%s', 42, 2.25, 'a')", "00042|2.3|a")
        .of(printf_types, |t, _| printf(t))];

/// Integers of up to 32 bits are INT, for their digits in other bases; what has no conversion but to text is text.
fn printf_types(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (format, values) = given.split_first()?;
    let mut args = takes(std::slice::from_ref(format), &[Text])?;
    for value in values {
        args.push(match value {
            DataType::TinyInt | DataType::SmallInt | DataType::Int => DataType::Int,
            DataType::Float | DataType::Double => DataType::Double,
            DataType::BigInt | DataType::Decimal { .. } | DataType::Boolean => value.clone(),
            _ => takes(std::slice::from_ref(value), &[AnyAsText])?.remove(0),
        });
    }
    Some((args, DataType::STRING))
}

/// A piece of a format.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value { place: usize, conversion: Conversion },
}

/// What is written of a value, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Conversion {
    letter: char,
    /// Those of `-#+ 0,(`.
    flags: String,
    width: usize,
    precision: Option<usize>,
}

const LETTERS: &str = "bcdefgosxBCEGSX";
const FLAGS: &str = "-#+ 0,(";

/// Pieces of a format; `None` if it is malformed.
fn pieces(format: &str) -> Option<Vec<Piece>> {
    let (mut pieces, mut rest, mut next, mut last) = (Vec::new(), format, 0, None);
    while let Some((plain, behind)) = rest.split_once('%') {
        pieces.push(Piece::Text(plain.to_owned()));
        rest = behind;
        let before = rest;
        let place = match number(&mut rest) {
            Some(number) if rest.starts_with('$') => {
                rest = &rest[1..];
                Some(number.checked_sub(1)?)
            }
            _ => {
                rest = before.strip_prefix('<').unwrap_or(before);
                if rest.len() < before.len() { Some(last?) } else { None }
            }
        };
        let is_next = place.is_none();
        let flags: String = rest.chars().take_while(|c| FLAGS.contains(*c)).collect();
        rest = &rest[flags.len()..];
        let width = number(&mut rest);
        let precision = match rest.strip_prefix('.') {
            Some(behind) => {
                rest = behind;
                Some(number(&mut rest)?)
            }
            None => None,
        };
        let letter = rest.chars().next()?;
        rest = &rest[letter.len_utf8()..];
        let conversion = Conversion { letter, flags, width: width.unwrap_or(0), precision };
        match letter {
            'n' => pieces.push(Piece::Text("\n".to_owned())),
            '%' => {
                let mut text = b"%".to_vec();
                conversion.pad(0, 0, &mut text).ok()?;
                pieces.push(Piece::Text(String::from_utf8(text).ok()?));
            }
            _ if conversion.is_well_formed(width) => {
                let place = place.unwrap_or(next);
                next += usize::from(is_next);
                last = Some(place);
                pieces.push(Piece::Value { place, conversion });
            }
            _ => return None,
        }
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Some(pieces)
}

/// Takes the digits off the front of a text.
fn number(rest: &mut &str) -> Option<usize> {
    let (digits, behind) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
    let number = digits.parse().ok()?;
    *rest = behind;
    Some(number)
}

/// A value of a row; all that is text is written as its text.
enum Value {
    Null,
    Boolean(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    Decimal(i128, u8),
    Text,
}

fn value(column: &Column, data_type: &DataType, row: usize) -> Value {
    match &column.values {
        _ if column.is_null(row) => Value::Null,
        Values::Bool(values) => Value::Boolean(values[row]),
        Values::I32(values) => Value::Int(values[row]),
        Values::I64(values) => Value::Long(values[row]),
        Values::F64(values) => Value::Double(values[row]),
        Values::I128(values) => Value::Decimal(values[row], scale_of(data_type)),
        Values::Str(_) => Value::Text,
        other => panic!("an argument bound for PRINTF is {:?}", other.representation()),
    }
}

fn printf(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    let types = types.to_vec();
    let mut formats = Cached::new();
    kernel(move |call: Call<'_>| -> Column {
        let (args, formats_of_rows) = (call.args(), call.strings(0));
        call.null_by_first(1).write(|row, out| {
            let format: &Option<Vec<Piece>> = formats.of(formats_of_rows.text(row), |format| Ok(pieces(format)))?;
            for piece in format.iter().flatten() {
                match piece {
                    Piece::Text(text) => append(out, text.as_bytes())?,
                    Piece::Value { place, conversion } => {
                        let Some(arg) = args.get(place + 1) else { return Ok(None) };
                        let mut text = Vec::new();
                        write_value(arg, row, &types[place + 1], &mut text);
                        let from = out.len();
                        if conversion.write(&value(arg, &types[place + 1], row), &text, out)?.is_none() {
                            return Ok(None);
                        }
                        if conversion.letter.is_ascii_uppercase() {
                            let upper = String::from_utf8_lossy(&out[from..]).to_uppercase();
                            out.truncate(from);
                            append(out, upper.as_bytes())?;
                        }
                    }
                }
            }
            Ok(format.as_ref().map(|_| ()))
        })
    })
}

impl Conversion {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// Whether flags, width and precision go together, and with the letter.
    fn is_well_formed(&self, width: Option<usize>) -> bool {
        let allowed = match self.letter.to_ascii_lowercase() {
            'd' => "-+ 0,(",
            'x' | 'o' => "-#0",
            'f' => "-#+ 0,(",
            'e' => "-#+ 0(",
            'g' => "-+ 0,(",
            _ => "-",
        };
        let is_once = |flag: char| self.flags.matches(flag).count() <= 1;
        let needs_width = self.has('-') || self.has('0');
        let has_fraction = matches!(self.letter.to_ascii_lowercase(), 'e' | 'f' | 'g' | 's' | 'b');
        LETTERS.contains(self.letter)
            && self.flags.chars().all(|flag| allowed.contains(flag) && is_once(flag))
            && !(self.has('-') && self.has('0'))
            && !(self.has('+') && self.has(' '))
            && (!needs_width || width.is_some())
            && (self.precision.is_none() || has_fraction)
    }

    /// Appends a value, whose text is `text`; `None` if the conversion does not take it.
    fn write(&self, value: &Value, text: &[u8], out: &mut Vec<u8>) -> Fallible<Option<()>> {
        let from = out.len();
        let mut start_of_digits = from;
        match (self.letter.to_ascii_lowercase(), value) {
            ('b', Value::Boolean(false) | Value::Null) => self.cut("false", out)?,
            ('b', _) => self.cut("true", out)?,
            (_, Value::Null) => self.cut("null", out)?,
            ('s', _) => self.cut(&String::from_utf8_lossy(text), out)?,
            ('c', Value::Int(code)) => match u32::try_from(*code).ok().and_then(char::from_u32) {
                Some(c) => append(out, c.encode_utf8(&mut [0; 4]).as_bytes())?,
                None => return Ok(None),
            },
            ('d', Value::Int(number)) => start_of_digits = self.write_integer((*number).into(), out),
            ('d', Value::Long(number)) => start_of_digits = self.write_integer(*number, out),
            ('x' | 'o', Value::Int(number)) => start_of_digits = self.write_bits(u64::from(*number as u32), out),
            ('x' | 'o', Value::Long(number)) => start_of_digits = self.write_bits(*number as u64, out),
            ('e' | 'f' | 'g', Value::Double(number)) if !number.is_finite() => {
                let sign = if *number < 0.0 {
                    "-"
                } else if self.has('+') && !number.is_nan() {
                    "+"
                } else {
                    ""
                };
                append(out, format!("{sign}{}", if number.is_nan() { "NaN" } else { "Infinity" }).as_bytes())?;
                return self.pad(from, out.len(), out).map(Some);
            }
            ('e' | 'f' | 'g', Value::Double(number)) => {
                start_of_digits = self.write_fraction(number.is_sign_negative(), Digits::of_double(*number), out)?;
            }
            ('e' | 'f' | 'g', Value::Decimal(units, scale)) => {
                start_of_digits = self.write_fraction(*units < 0, Digits::of_decimal(*units, *scale), out)?;
            }
            _ => return Ok(None),
        }
        self.pad(from, start_of_digits, out).map(Some)
    }

    /// As many characters as the precision says, at most.
    fn cut(&self, text: &str, out: &mut Vec<u8>) -> Fallible<()> {
        let end = text.char_indices().nth(self.precision.unwrap_or(usize::MAX)).map_or(text.len(), |(at, _)| at);
        append(out, &text.as_bytes()[..end])
    }

    /// What stands before the digits; where they begin.
    fn write_sign(&self, is_negative: bool, out: &mut Vec<u8>) -> usize {
        out.extend_from_slice(match is_negative {
            true if self.has('(') => b"(",
            true => b"-",
            false if self.has('+') => b"+",
            false if self.has(' ') => b" ",
            false => b"",
        });
        out.len()
    }

    fn write_integer(&self, number: i64, out: &mut Vec<u8>) -> usize {
        let start = self.write_sign(number < 0, out);
        self.write_grouped(number.unsigned_abs().to_string().as_bytes(), out);
        if number < 0 && self.has('(') {
            out.push(b')');
        }
        start
    }

    fn write_grouped(&self, digits: &[u8], out: &mut Vec<u8>) {
        for (at, digit) in digits.iter().enumerate() {
            if at > 0 && self.has(',') && (digits.len() - at).is_multiple_of(3) {
                out.push(b',');
            }
            out.push(*digit);
        }
    }

    fn write_bits(&self, bits: u64, out: &mut Vec<u8>) -> usize {
        let is_hex = self.letter.eq_ignore_ascii_case(&'x');
        if self.has('#') {
            out.extend_from_slice(if is_hex { b"0x" } else { b"0" });
        }
        let start = out.len();
        let digits = if is_hex { format!("{bits:x}") } else { format!("{bits:o}") };
        out.extend_from_slice(digits.as_bytes());
        start
    }

    fn write_fraction(&self, is_negative: bool, digits: Digits, out: &mut Vec<u8>) -> Fallible<usize> {
        let precision = self.precision.unwrap_or(6);
        if precision > TEXT_BYTES_MAX {
            return Err(TOO_LONG);
        }
        let start = self.write_sign(is_negative, out);
        match self.letter.to_ascii_lowercase() {
            'f' => self.write_fixed(digits, precision, out),
            'e' => self.write_scientific(digits, precision, out),
            _ => {
                // The one or the other, with as many digits in all as the precision says.
                let precision = precision.max(1);
                let rounded = digits.rounded(precision as i64);
                match rounded.point - 1 {
                    exponent if rounded.digits.is_empty() || (-4..precision as i64).contains(&exponent) => {
                        let whole = if rounded.digits.is_empty() { 1 } else { rounded.point };
                        self.write_fixed(rounded, (precision as i64 - whole).max(0) as usize, out);
                    }
                    _ => self.write_scientific(rounded, precision - 1, out),
                }
            }
        }
        if is_negative && self.has('(') {
            out.push(b')');
        }
        Ok(start)
    }

    fn write_fixed(&self, digits: Digits, precision: usize, out: &mut Vec<u8>) {
        let keep = digits.point.saturating_add(precision as i64);
        let digits = digits.rounded(keep);
        let whole: Vec<u8> = if digits.point <= 0 { vec![b'0'] } else { (0..digits.point).map(|at| digits.at(at)).collect() };
        self.write_grouped(&whole, out);
        if precision > 0 || self.has('#') {
            out.push(b'.');
        }
        out.extend((0..precision as i64).map(|at| digits.at(digits.point + at)));
    }

    fn write_scientific(&self, digits: Digits, precision: usize, out: &mut Vec<u8>) {
        let digits = digits.rounded(precision as i64 + 1);
        out.push(digits.at(0));
        if precision > 0 || self.has('#') {
            out.push(b'.');
        }
        out.extend((1..=precision as i64).map(|at| digits.at(at)));
        let exponent = if digits.digits.is_empty() { 0 } else { digits.point - 1 };
        out.extend_from_slice(format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()).as_bytes());
    }

    /// Brings what stands from `from` on to the width, by zeros before the digits or by spaces.
    fn pad(&self, from: usize, start_of_digits: usize, out: &mut Vec<u8>) -> Fallible<()> {
        let missing = self.width.saturating_sub(String::from_utf8_lossy(&out[from..]).chars().count());
        if out.len().saturating_add(missing) > TEXT_BYTES_MAX {
            return Err(TOO_LONG);
        }
        let (at, fill) = match (self.has('-'), self.has('0')) {
            (true, _) => (out.len(), b' '),
            (false, true) if start_of_digits < out.len() => (start_of_digits, b'0'),
            _ => (from, b' '),
        };
        out.splice(at..at, std::iter::repeat_n(fill, missing));
        Ok(())
    }
}

/// A number without its sign: `0.digits * 10^point`, the first digit not zero; none for 0.
struct Digits {
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    fn new(digits: &[u8], point: i64) -> Self {
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        if zeros == digits.len() {
            return Self { digits: Vec::new(), point: 0 };
        }
        Self { digits: digits[zeros..].to_vec(), point: point - zeros as i64 }
    }

    fn of_double(number: f64) -> Self {
        let text = format!("{:e}", number.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        Self::new(&digits, exponent.parse::<i64>().unwrap_or(0) + 1)
    }

    fn of_decimal(units: i128, scale: u8) -> Self {
        let digits = units.unsigned_abs().to_string();
        Self::new(digits.as_bytes(), digits.len() as i64 - i64::from(scale))
    }

    /// Digit `at`, 0 where there is none.
    fn at(&self, at: i64) -> u8 {
        usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(b'0')
    }

    /// With at most so many digits; half of a digit that is dropped counts as a whole.
    fn rounded(mut self, keep: i64) -> Self {
        let Ok(keep) = usize::try_from(keep) else { return Self { digits: Vec::new(), point: 0 } };
        if keep >= self.digits.len() {
            return self;
        }
        let is_up = self.digits[keep] >= b'5';
        self.digits.truncate(keep);
        if !is_up {
            return if keep == 0 { Self { digits: Vec::new(), point: 0 } } else { self };
        }
        for digit in self.digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return self;
            }
            *digit = b'0';
        }
        self.digits.insert(0, b'1');
        self.digits.truncate(keep.max(1));
        self.point += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{double, evaluate, int, null, text, typed};
    use super::*;
    use crate::types::Value;

    fn check(format: &str, value: (Value, DataType), expected: &str) {
        let args = [text(format), value];
        assert_eq!(evaluate("PRINTF", &args), expected, "{args:?}");
    }

    fn small(number: i64) -> (Value, DataType) {
        (Value::Int(number), DataType::Int)
    }

    fn decimal(number: &str) -> (Value, DataType) {
        typed(number, DataType::Decimal { precision: 20, scale: 4 })
    }

    // The expected texts of the next three are those that `String.format` of OpenJDK 17 gives for the same arguments.

    #[test]
    fn integers_are_written_as_java_does() {
        check("%d", small(-1234), "-1234");
        check("%5d|", small(-1234), "-1234|");
        check("%-5d|", small(-1234), "-1234|");
        check("%05d", small(-1234), "-1234");
        check("%+d", small(-1234), "-1234");
        check("% d", small(-1234), "-1234");
        check("%,d", small(-1234), "-1,234");
        check("%(d", small(-1234), "(1234)");
        check("%(,d", small(-1234), "(1,234)");
        check("%x", small(-1234), "fffffb2e");
        check("%X", small(-1234), "FFFFFB2E");
        check("%#x", small(-1234), "0xfffffb2e");
        check("%o", small(-1234), "37777775456");
        check("%08x", small(-1234), "fffffb2e");
        check("%c", small(-1234), "NULL");
        check("%s", small(-1234), "-1234");
        check("%S", small(-1234), "-1234");
        check("%5s|", small(-1234), "-1234|");
        check("%.1s", small(-1234), "-");
        check("%b", small(-1234), "true");
        check("%d", int(1234567), "1234567");
        check("%+06d", int(1234567), "+1234567");
        check("%,d", int(1234567), "1,234,567");
        check("%(d", int(1234567), "1234567");
        check("%x", int(1234567), "12d687");
        check("%#x", int(1234567), "0x12d687");
        check("%o", int(1234567), "4553207");
        check("% 5d", int(1234567), " 1234567");
        check("%x", int(-1), "ffffffffffffffff");
        check("%o", int(-1), "1777777777777777777777");
        check("%d", int(-1), "-1");
        check("%c", small(98), "b");
        check("%C|%1$3c", small(98), "B|  b");
        check("%d", small(0), "0");
    }

    #[test]
    fn fractions_are_written_as_java_does() {
        check("%f", double(3.25678), "3.256780");
        check("%.2f", double(3.25678), "3.26");
        check("%.0f", double(3.25678), "3");
        check("%10.1f|", double(3.25678), "       3.3|");
        check("%-10.1f|", double(3.25678), "3.3       |");
        check("%010.1f", double(3.25678), "00000003.3");
        check("%+.1f", double(3.25678), "+3.3");
        check("%,.2f", double(3.25678), "3.26");
        check("%(.1f", double(3.25678), "3.3");
        check("%e", double(3.25678), "3.256780e+00");
        check("%.2e", double(3.25678), "3.26e+00");
        check("%.0e", double(3.25678), "3e+00");
        check("%E", double(3.25678), "3.256780E+00");
        check("%g", double(3.25678), "3.25678");
        check("%.3g", double(3.25678), "3.26");
        check("%#.0f", double(3.25678), "3.");
        check("%012.3e", double(3.25678), "0003.257e+00");
        check("%f", double(-1_234_567.895), "-1234567.895000");
        check("%.2f", double(-1_234_567.895), "-1234567.90");
        check("%.0f", double(-1_234_567.895), "-1234568");
        check("%10.1f|", double(-1_234_567.895), "-1234567.9|");
        check("%-10.1f|", double(-1_234_567.895), "-1234567.9|");
        check("%010.1f", double(-1_234_567.895), "-1234567.9");
        check("%+.1f", double(-1_234_567.895), "-1234567.9");
        check("%,.2f", double(-1_234_567.895), "-1,234,567.90");
        check("%(.1f", double(-1_234_567.895), "(1234567.9)");
        check("%e", double(-1_234_567.895), "-1.234568e+06");
        check("%.2e", double(-1_234_567.895), "-1.23e+06");
        check("%.0e", double(-1_234_567.895), "-1e+06");
        check("%E", double(-1_234_567.895), "-1.234568E+06");
        check("%g", double(-1_234_567.895), "-1.23457e+06");
        check("%.3g", double(-1_234_567.895), "-1.23e+06");
        check("%#.0f", double(-1_234_567.895), "-1234568.");
        check("%012.3e", double(-1_234_567.895), "-001.235e+06");
        check("%f", double(0.0), "0.000000");
        check("%.2f", double(0.0), "0.00");
        check("%.0f", double(0.0), "0");
        check("%10.1f|", double(0.0), "       0.0|");
        check("%-10.1f|", double(0.0), "0.0       |");
        check("%010.1f", double(0.0), "00000000.0");
        check("%+.1f", double(0.0), "+0.0");
        check("%,.2f", double(0.0), "0.00");
        check("%(.1f", double(0.0), "0.0");
        check("%e", double(0.0), "0.000000e+00");
        check("%.2e", double(0.0), "0.00e+00");
        check("%.0e", double(0.0), "0e+00");
        check("%E", double(0.0), "0.000000E+00");
        check("%g", double(0.0), "0.00000");
        check("%.3g", double(0.0), "0.00");
        check("%#.0f", double(0.0), "0.");
        check("%012.3e", double(0.0), "0000.000e+00");
        check("%f", double(1e-5), "0.000010");
        check("%.2f", double(1e-5), "0.00");
        check("%.0f", double(1e-5), "0");
        check("%10.1f|", double(1e-5), "       0.0|");
        check("%-10.1f|", double(1e-5), "0.0       |");
        check("%010.1f", double(1e-5), "00000000.0");
        check("%+.1f", double(1e-5), "+0.0");
        check("%,.2f", double(1e-5), "0.00");
        check("%(.1f", double(1e-5), "0.0");
        check("%e", double(1e-5), "1.000000e-05");
        check("%.2e", double(1e-5), "1.00e-05");
        check("%.0e", double(1e-5), "1e-05");
        check("%E", double(1e-5), "1.000000E-05");
        check("%g", double(1e-5), "1.00000e-05");
        check("%.3g", double(1e-5), "1.00e-05");
        check("%#.0f", double(1e-5), "0.");
        check("%012.3e", double(1e-5), "0001.000e-05");
        check("%f", double(2.5), "2.500000");
        check("%.2f", double(2.5), "2.50");
        check("%.0f", double(2.5), "3");
        check("%10.1f|", double(2.5), "       2.5|");
        check("%-10.1f|", double(2.5), "2.5       |");
        check("%010.1f", double(2.5), "00000002.5");
        check("%+.1f", double(2.5), "+2.5");
        check("%,.2f", double(2.5), "2.50");
        check("%(.1f", double(2.5), "2.5");
        check("%e", double(2.5), "2.500000e+00");
        check("%.2e", double(2.5), "2.50e+00");
        check("%.0e", double(2.5), "3e+00");
        check("%E", double(2.5), "2.500000E+00");
        check("%g", double(2.5), "2.50000");
        check("%.3g", double(2.5), "2.50");
        check("%#.0f", double(2.5), "3.");
        check("%012.3e", double(2.5), "0002.500e+00");
        check("%f", double(0.5), "0.500000");
        check("%.2f", double(0.5), "0.50");
        check("%.0f", double(0.5), "1");
        check("%10.1f|", double(0.5), "       0.5|");
        check("%-10.1f|", double(0.5), "0.5       |");
        check("%010.1f", double(0.5), "00000000.5");
        check("%+.1f", double(0.5), "+0.5");
        check("%,.2f", double(0.5), "0.50");
        check("%(.1f", double(0.5), "0.5");
        check("%e", double(0.5), "5.000000e-01");
        check("%.2e", double(0.5), "5.00e-01");
        check("%.0e", double(0.5), "5e-01");
        check("%E", double(0.5), "5.000000E-01");
        check("%g", double(0.5), "0.500000");
        check("%.3g", double(0.5), "0.500");
        check("%#.0f", double(0.5), "1.");
        check("%012.3e", double(0.5), "0005.000e-01");
        check("%f", double(9.995), "9.995000");
        check("%.2f", double(9.995), "10.00");
        check("%.0f", double(9.995), "10");
        check("%10.1f|", double(9.995), "      10.0|");
        check("%-10.1f|", double(9.995), "10.0      |");
        check("%010.1f", double(9.995), "00000010.0");
        check("%+.1f", double(9.995), "+10.0");
        check("%,.2f", double(9.995), "10.00");
        check("%(.1f", double(9.995), "10.0");
        check("%e", double(9.995), "9.995000e+00");
        check("%.2e", double(9.995), "1.00e+01");
        check("%.0e", double(9.995), "1e+01");
        check("%E", double(9.995), "9.995000E+00");
        check("%g", double(9.995), "9.99500");
        check("%.3g", double(9.995), "10.0");
        check("%#.0f", double(9.995), "10.");
        check("%012.3e", double(9.995), "0009.995e+00");
        check("%f", double(1e22), "10000000000000000000000.000000");
        check("%.2f", double(1e22), "10000000000000000000000.00");
        check("%.0f", double(1e22), "10000000000000000000000");
        check("%10.1f|", double(1e22), "10000000000000000000000.0|");
        check("%-10.1f|", double(1e22), "10000000000000000000000.0|");
        check("%010.1f", double(1e22), "10000000000000000000000.0");
        check("%+.1f", double(1e22), "+10000000000000000000000.0");
        check("%,.2f", double(1e22), "10,000,000,000,000,000,000,000.00");
        check("%(.1f", double(1e22), "10000000000000000000000.0");
        check("%e", double(1e22), "1.000000e+22");
        check("%.2e", double(1e22), "1.00e+22");
        check("%.0e", double(1e22), "1e+22");
        check("%E", double(1e22), "1.000000E+22");
        check("%g", double(1e22), "1.00000e+22");
        check("%.3g", double(1e22), "1.00e+22");
        check("%#.0f", double(1e22), "10000000000000000000000.");
        check("%012.3e", double(1e22), "0001.000e+22");
        check("%5.1f|", double(f64::NAN), "  NaN|");
        check("%f", double(f64::NEG_INFINITY), "-Infinity");
        check("%+012f", double(f64::INFINITY), "   +Infinity");
        check("%f", decimal("12.3456"), "12.345600");
        check("%.2f", decimal("12.3456"), "12.35");
        check("%.0f", decimal("12.3456"), "12");
        check("%,.1f", decimal("12.3456"), "12.3");
        check("%e", decimal("12.3456"), "1.234560e+01");
        check("%(.3f", decimal("12.3456"), "12.346");
        check("%f", decimal("-0.0050"), "-0.005000");
        check("%.2f", decimal("-0.0050"), "-0.01");
        check("%.0f", decimal("-0.0050"), "-0");
        check("%,.1f", decimal("-0.0050"), "-0.0");
        check("%e", decimal("-0.0050"), "-5.000000e-03");
        check("%(.3f", decimal("-0.0050"), "(0.005)");
        check("%f", decimal("99999.9999"), "99999.999900");
        check("%.2f", decimal("99999.9999"), "100000.00");
        check("%.0f", decimal("99999.9999"), "100000");
        check("%,.1f", decimal("99999.9999"), "100,000.0");
        check("%e", decimal("99999.9999"), "1.000000e+05");
        check("%(.3f", decimal("99999.9999"), "100000.000");
        check("%f", decimal("0.0000"), "0.000000");
        check("%.2f", decimal("0.0000"), "0.00");
        check("%.0f", decimal("0.0000"), "0");
        check("%,.1f", decimal("0.0000"), "0.0");
        // Java gives the scale of a DECIMAL as its exponent: 0.000000e-04.
        check("%e", decimal("0.0000"), "0.000000e+00");
        check("%(.3f", decimal("0.0000"), "0.000");
    }

    #[test]
    fn texts_and_truth_values_are_written_as_java_does() {
        check("%s", text("añb"), "añb");
        check("%6s|", text("añb"), "   añb|");
        check("%-6s|", text("añb"), "añb   |");
        check("%.2s", text("añb"), "añ");
        check("%S", text("añb"), "AÑB");
        check("%b", text("añb"), "true");
        check("%b|%1$B|%1$s", (Value::Bool(true), DataType::Boolean), "true|TRUE|true");
        check("%6b", (Value::Bool(false), DataType::Boolean), " false");
    }

    #[test]
    fn what_is_no_format_gives_null() {
        for format in ["%", "%z", "%-d", "%05.1d", "%+ d", "%d %d", "%2$d", "%0$d", "%.d", "%,s", "%--5d", "%d %5", "%<d"] {
            check(format, int(1), "NULL");
        }
        check("%d", text("1"), "NULL");
        check("%d", double(1.0), "NULL");
        check("%f", int(1), "NULL");
        check("%c", text("a"), "NULL");
        check("%99999999d", int(1), "error: the text would be longer than 16 MiB");
        check("%.99999999f", double(1.0), "error: the text would be longer than 16 MiB");
    }

    #[test]
    fn several_values_have_places() {
        let args = [text("%2$s-%1$s-%<s|%s%%%n"), int(1), text("b")];
        assert_eq!(evaluate("PRINTF", &args), "b-1-1|1%\n");
        assert_eq!(evaluate("PRINTF", &[text("%s %b %5s"), null(), null(), null()]), "null false  null");
        assert_eq!(evaluate("PRINTF", &[text("plain"), int(1)]), "plain");
    }
}

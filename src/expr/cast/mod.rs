//! CAST and TRY_CAST: which pairs of types convert, and the kernel of each.
//!
//! Numbers are range checked; floats and decimals become integers by dropping the fraction, decimals change scale by rounding half
//! away from zero. Text is trimmed before it is read; an ARRAY is read from JSON, or from braces as PostgreSQL writes it. TIMESTAMP and
//! TIMESTAMP_LTZ convert in UTC; a TIME becomes one of 1970-01-01, as in Flink; a lower precision cuts digits off. Numbers never become times. A UUID is read
//! from 16 bytes too; a BITMAP becomes its bytes, but bytes a BITMAP only in BITMAP_FROM_BYTES. What stands in a nested value is converted as if it stood alone; JSON that is a number or a truth value becomes one. A value that cannot be converted fails the row (CAST) or is NULL (TRY_CAST).

mod array_text;
mod length;
mod nested;
mod numeric;
mod text;
mod time;
mod uuid;

pub(super) use length::sized;

use super::operand::{Native, Rows, UnaryKernel, map, report};
use super::{CastFailure, RowErrors};
use crate::batch::text::write_value;
use crate::batch::{Bitmap, Column};
use crate::types::DataType;

/// Characters of a value that are shown in the reason of a failed cast.
const SHOWN_MAX: usize = 64;

/// Whether values of `from` can be cast to `to`.
pub fn castable(from: &DataType, to: &DataType) -> bool {
    *from == DataType::Null || is_free(from, to) || kernel(from, to, CastFailure::RowError).is_some()
}

/// Whether a cast changes no value, so that no kernel is needed.
pub(super) fn is_free(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Varchar(_), DataType::Varchar(None)) | (DataType::Varchar(_) | DataType::Bitmap, DataType::Bytes) => true,
        (DataType::Varchar(Some(from)), DataType::Varchar(Some(to))) => from <= to,
        (from, DataType::Varchar(None)) if is_json(from) => true,
        (from, to) if is_json(from) && is_json(to) => nested::is_same(from, to),
        (DataType::Timestamp(from) | DataType::TimestampLtz(from), DataType::Timestamp(to) | DataType::TimestampLtz(to)) => {
            from <= to
        }
        (DataType::Time(from), DataType::Time(to)) => from <= to,
        (DataType::Decimal { precision: from, scale: a }, DataType::Decimal { precision: to, scale: b }) => a == b && from <= to,
        _ => from == to,
    }
}

/// Types carried as JSON text.
fn is_json(data_type: &DataType) -> bool {
    use DataType as T;
    matches!(data_type, T::Json | T::Array(_) | T::Row(_) | T::Map(..) | T::Multiset(_))
}

/// The kernel that makes values of the texts that stand for them within nested values, where it is not the texts that are the values; `None`
/// if there is no way.
pub(super) fn part_kernel(to: &DataType) -> Option<Option<UnaryKernel>> {
    match to {
        DataType::Bytes => Some(Some(text::bytes_of_parts())),
        _ if *to == DataType::Null || is_free(&DataType::STRING, to) => Some(None),
        _ => kernel(&DataType::STRING, to, CastFailure::RowError).map(Some),
    }
}

/// The kernel from one type to another that is not free, if there is one.
pub(super) fn kernel(from: &DataType, to: &DataType, on_failure: CastFailure) -> Option<UnaryKernel> {
    let conversion = Conversion { from: from.clone(), to: to.clone(), on_failure };
    match (from, to) {
        (_, DataType::Varchar(length)) => Some(text::write(conversion, *length)),
        (DataType::Varchar(_), _) if has_lengths(to) => {
            let (read, cut) = (text::read(conversion)?, nested::kernel(&nested::unlimited(to), to, on_failure)?);
            Some(Box::new(move |column, rows, errors| cut(&read(column, rows, errors), rows, errors)))
        }
        (DataType::Varchar(_), _) => text::read(conversion),
        (DataType::Json, _) if has_lengths(to) => nested::kernel(&nested::unlimited(to), to, on_failure),
        (DataType::Json, _) if is_number_or_boolean(to) => text::read(conversion),
        (DataType::Uuid, DataType::Bytes) => Some(uuid::write_bytes()),
        (DataType::Bytes, DataType::Uuid) => Some(uuid::read_bytes(conversion)),
        _ if from.is_nested() && to.is_nested() => nested::kernel(from, to, on_failure),
        _ if is_number_or_boolean(from) && is_number_or_boolean(to) => numeric::kernel(conversion),
        _ => time::kernel(conversion),
    }
}

/// Whether texts within nested values of the type have lengths, which JSON and text know nothing of.
fn has_lengths(data_type: &DataType) -> bool {
    data_type.is_nested() && nested::unlimited(data_type) != *data_type
}

fn is_number_or_boolean(data_type: &DataType) -> bool {
    data_type.is_numeric() || *data_type == DataType::Boolean
}

/// What is converted to what, and what a failure does.
#[derive(Clone)]
struct Conversion {
    from: DataType,
    to: DataType,
    on_failure: CastFailure,
}

impl Conversion {
    /// Reports the rows that failed, or makes them NULL. Cold: only after a failure was seen.
    #[cold]
    fn settle(
        &self,
        input: &Column,
        output: &mut Column,
        rows: Rows<'_>,
        errors: &mut RowErrors,
        failed: impl Fn(usize) -> bool,
    ) {
        match self.on_failure {
            CastFailure::RowError => {
                report(rows, input.validity.as_ref(), errors, |row| failed(row).then(|| self.reason(input, row)))
            }
            CastFailure::Null => {
                rows.selection.iter().filter(|row| !input.is_null(*row) && failed(*row)).for_each(|row| output.set_null(row))
            }
        }
    }

    fn reason(&self, input: &Column, row: usize) -> String {
        let mut text = Vec::new();
        write_value(input, row, &self.from, &mut text);
        let text = String::from_utf8_lossy(&text);
        let shown: String = text.chars().take(SHOWN_MAX).collect();
        let more = if shown.len() < text.len() { "..." } else { "" };
        format!("'{shown}{more}' of type {} cannot be cast to {}", self.from, self.to)
    }
}

/// A kernel from one fixed-width type to another; `f` gives the value and whether it failed.
fn fixed<A: Native, U: Native>(conversion: Conversion, f: impl Fn(A) -> (U, bool) + Send + 'static) -> UnaryKernel {
    Box::new(move |column, rows, errors| {
        let input = A::slice(&column.values);
        let mut any_failed = false;
        let values = map(input, rows, |value| {
            let (value, failed) = f(value);
            any_failed |= failed;
            value
        });
        let mut output = Column { values: U::values(values), validity: column.validity.clone() };
        if any_failed {
            conversion.settle(column, &mut output, rows, errors, |row| f(input[row]).1);
        }
        output
    })
}

/// As `fixed`, for a conversion that gives `None` where it fails.
fn fixed_option<A: Native, U: Native>(conversion: Conversion, f: impl Fn(A) -> Option<U> + Send + 'static) -> UnaryKernel {
    fixed(conversion, move |value: A| f(value).map_or((U::default(), true), |value| (value, false)))
}

/// Whether row `row` has a value.
#[inline]
fn is_valid(validity: Option<&Bitmap>, row: usize) -> bool {
    validity.is_none_or(|v| v.get(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Selection;
    use crate::types::Value;

    /// Casts one value there and reads it as text; `None` where it fails, which TRY_CAST must make NULL.
    fn cast(value: &Value, from: &DataType, to: &DataType) -> Option<String> {
        let input = Column::constant(from, value, 3);
        let selection = Selection::Rows(vec![1]);
        let rows = Rows { len: 3, selection: &selection };
        let run = |on_failure| {
            let mut errors = RowErrors::default();
            let output = match is_free(from, to) {
                true => input.clone(),
                false => kernel(from, to, on_failure).expect("castable")(&input, rows, &mut errors),
            };
            assert_eq!(output.len(), 3);
            (output, errors.take())
        };
        let (output, errors) = run(CastFailure::RowError);
        let (tried, no_errors) = run(CastFailure::Null);
        assert!(no_errors.is_empty());
        assert_eq!(tried.is_null(1), !errors.is_empty(), "{value:?} to {to}");
        if let Some(error) = errors.first() {
            assert!(error.reason.contains(&to.to_string()) && error.row == 1, "{error:?}");
            return None;
        }
        let mut text = Vec::new();
        write_value(&output, 1, to, &mut text);
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    fn check(value: Value, from: DataType, to: DataType, expected: &str) {
        assert_eq!(cast(&value, &from, &to).as_deref(), Some(expected), "{value:?} of {from} to {to}");
    }

    fn check_fails(value: Value, from: DataType, to: DataType) {
        assert_eq!(cast(&value, &from, &to), None, "{value:?} of {from} to {to}");
    }

    fn decimal(precision: u8, scale: u8) -> DataType {
        DataType::Decimal { precision, scale }
    }

    #[test]
    fn numbers_are_range_checked() {
        check(Value::Int(127), DataType::BigInt, DataType::TinyInt, "127");
        check_fails(Value::Int(128), DataType::BigInt, DataType::TinyInt);
        check(Value::Double(-2.9), DataType::Double, DataType::Int, "-2");
        check_fails(Value::Double(f64::NAN), DataType::Double, DataType::Int);
        check_fails(Value::Double(9_223_372_036_854_775_808.0), DataType::Double, DataType::BigInt);
        check(Value::Double(-9_223_372_036_854_775_808.0), DataType::Double, DataType::BigInt, "-9223372036854775808");
        check_fails(Value::Double(1e300), DataType::Double, DataType::Float);
        check(Value::Double(0.1), DataType::Double, decimal(10, 5), "0.10000");
        check_fails(Value::Double(1e10), DataType::Double, decimal(10, 5));
        check(Value::Decimal(-125), decimal(10, 2), decimal(10, 1), "-1.3");
        check(Value::Decimal(199), decimal(10, 2), DataType::Int, "1");
        check_fails(Value::Decimal(10i128.pow(37)), decimal(38, 0), DataType::BigInt);
        check(Value::Decimal(10i128.pow(37) + 1), decimal(38, 37), DataType::Double, "1.0");
        check(Value::Int(5), DataType::Int, DataType::Boolean, "true");
        check(Value::Bool(true), DataType::Boolean, decimal(3, 2), "1.00");
    }

    #[test]
    fn text_is_trimmed_and_read() {
        let text = DataType::STRING;
        check(Value::text(" -42 "), text.clone(), DataType::SmallInt, "-42");
        check(Value::text("T"), text.clone(), DataType::Boolean, "true");
        check(Value::text("1.005"), text.clone(), decimal(5, 2), "1.01");
        check(Value::text("1e3"), text.clone(), DataType::Double, "1000.0");
        check(Value::text("NaN"), text.clone(), DataType::Double, "NaN");
        check(Value::text("2024-02-29 10:11:12.987654"), text.clone(), DataType::Timestamp(3), "2024-02-29 10:11:12.987");
        check(Value::text("2024-02-29T10:00:00+01:00"), text.clone(), DataType::TimestampLtz(0), "2024-02-29 09:00:00Z");
        check(Value::text("2024-02-29"), text.clone(), DataType::Date, "2024-02-29");
        check(Value::text("10:11"), text.clone(), DataType::Time(0), "10:11:00");
        check(Value::text("-1 02:03:04"), text.clone(), DataType::IntervalDay, "-1 02:03:04.000");
        check(Value::text("-1-02"), text.clone(), DataType::IntervalMonth, "-1-02");
        check(Value::text("{\"a\": [1]}"), text.clone(), DataType::Json, "{\"a\": [1]}");
        for to in [DataType::Int, DataType::Double, DataType::Date, DataType::Boolean, DataType::IntervalMonth, DataType::Json] {
            for bad in ["", "x", "12x", "1e999", "2024-02-30", "9999999999999999999999", "-", "{\"a\":"] {
                if !(bad == "9999999999999999999999" && matches!(to, DataType::Double | DataType::Json)
                    || bad == "1e999" && to == DataType::Json)
                {
                    check_fails(Value::text(bad), text.clone(), to.clone());
                }
            }
        }
    }

    #[test]
    fn text_is_cut_to_characters() {
        check(Value::text("h\u{e4}llo"), DataType::STRING, DataType::Varchar(Some(3)), "h\u{e4}l");
        check(Value::text("h\u{e4}"), DataType::STRING, DataType::Varchar(Some(2)), "h\u{e4}");
        check(Value::Int(12_345), DataType::Int, DataType::Varchar(Some(2)), "12");
        check(Value::Bytes(Box::from(*b"ok")), DataType::Bytes, DataType::STRING, "ok");
        check_fails(Value::Bytes(Box::from([0xff])), DataType::Bytes, DataType::STRING);
        check(Value::Int(14), DataType::IntervalMonth, DataType::STRING, "+1-02");
    }

    #[test]
    fn times_convert_in_utc_and_cut_digits_off() {
        let at = Value::Int(-1);
        check(at.clone(), DataType::Timestamp(9), DataType::Date, "1969-12-31");
        check(at.clone(), DataType::Timestamp(9), DataType::Time(3), "23:59:59.999");
        check(at, DataType::Timestamp(9), DataType::TimestampLtz(0), "1969-12-31 23:59:59Z");
        check(Value::Int(-1), DataType::Date, DataType::Timestamp(0), "1969-12-31 00:00:00");
        check_fails(Value::Int(i32::MAX.into()), DataType::Date, DataType::Timestamp(0));
        check_fails(Value::Int(i64::MIN), DataType::Timestamp(9), DataType::Timestamp(0));
    }

    #[test]
    fn uuids_have_texts_and_bytes() {
        let uuid = || Value::Decimal(crate::types::uuid::of_bytes(*b"0123456789abcdef"));
        let text = "30313233-3435-3637-3839-616263646566";
        check(uuid(), DataType::Uuid, DataType::STRING, text);
        check(Value::text(format!(" {{{text}}} ")), DataType::STRING, DataType::Uuid, text);
        check(Value::Bytes(Box::from(*b"0123456789abcdef")), DataType::Bytes, DataType::Uuid, text);
        check(uuid(), DataType::Uuid, DataType::Bytes, "30313233343536373839616263646566");
        check_fails(Value::text(&text[1..]), DataType::STRING, DataType::Uuid);
        check_fails(Value::Bytes(Box::from(*b"0123456789abcde")), DataType::Bytes, DataType::Uuid);
        assert!(!castable(&DataType::Uuid, &DataType::BigInt) && !castable(&decimal(38, 0), &DataType::Uuid));
    }

    #[test]
    fn numbers_and_times_do_not_mix() {
        for (from, to) in [
            (DataType::BigInt, DataType::IntervalDay),
            (DataType::IntervalDay, DataType::BigInt),
            (DataType::BigInt, DataType::Timestamp(3)),
            (DataType::Date, DataType::Int),
            (DataType::Boolean, DataType::Date),
            (DataType::Bytes, DataType::Int),
        ] {
            assert!(!castable(&from, &to), "{from} to {to}");
        }
        assert!(castable(&DataType::Null, &DataType::Date) && castable(&DataType::Date, &DataType::Date));
    }
}

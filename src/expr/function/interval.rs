//! Text as an interval of fields that the type of a CAST names, such as `INTERVAL HOUR TO MINUTE`: the type of the value does not tell them.

use super::kernel::{Native, kernel};
use super::signature::Param::Text;
use super::signature::{internal, takes};
use crate::error::Result;
use crate::expr::{CastFailure, Kernel, ScalarFunction};
use crate::types::{DataType, interval};

/// The functions: their names nobody can write.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    internal("$DAYS", |t| read_types(t, DataType::IntervalDay), |_, _| read::<i64>(DataType::IntervalDay, CastFailure::RowError)),
    internal("$TRY_DAYS", |t| read_types(t, DataType::IntervalDay), |_, _| read::<i64>(DataType::IntervalDay, CastFailure::Null)),
    internal(
        "$MONTHS",
        |t| read_types(t, DataType::IntervalMonth),
        |_, _| read::<i32>(DataType::IntervalMonth, CastFailure::RowError),
    ),
    internal(
        "$TRY_MONTHS",
        |t| read_types(t, DataType::IntervalMonth),
        |_, _| read::<i32>(DataType::IntervalMonth, CastFailure::Null),
    ),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn read_types(given: &[DataType], returns: DataType) -> Resolved {
    Some((takes(given, &[Text, Text])?, returns))
}

/// Text that is not of these fields may be an interval as it is printed, or in words.
fn read<T: Native + TryFrom<i128>>(returns: DataType, on_failure: CastFailure) -> Result<Box<dyn Kernel>> {
    let is_of_months = returns == DataType::IntervalMonth;
    kernel(move |call| {
        let (texts, fields) = (call.strings(0), call.strings(1));
        call.map(|row| {
            let text = texts.text(row);
            let (first, last) = fields.text(row).split_once(" TO ").map_or((fields.text(row), None), |(a, b)| (a, Some(b)));
            let of_fields = interval::of_fields(text, first, last).map(|(amount, _)| amount);
            let in_words = || match interval::spelled(text)? {
                (amount, 0) if is_of_months => Some(amount),
                (0, amount) if !is_of_months => Some(amount),
                _ => None,
            };
            match (of_fields.or_else(in_words).and_then(|amount| T::try_from(amount).ok()), on_failure) {
                (None, CastFailure::RowError) => Err("the text is not an interval of these fields"),
                (amount, _) => Ok(amount),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_of_texts as check;

    /// Casts of the tests of Calcite that Feldera runs.
    #[test]
    fn texts_are_of_the_fields_that_are_named() {
        check("$DAYS", &["100:1", "HOURS TO MINUTES"], "+4 04:01:00.000");
        check("$DAYS", &["-1:1.1", "MINUTES TO SECONDS"], "-0 00:01:01.100");
        check("$DAYS", &["-1", "HOUR"], "-0 01:00:00.000");
        check("$DAYS", &["+1 02:03:04.5", "HOUR"], "+1 02:03:04.500");
        check("$MONTHS", &["-1", "YEAR"], "-1-00");
        check("$MONTHS", &["+1-06", "YEAR TO MONTH"], "+1-06");
        check("$DAYS", &["1 month", "DAY"], "error: the text is not an interval of these fields");
        check("$MONTHS", &["soon", "YEAR"], "error: the text is not an interval of these fields");
        check("$MONTHS", &["99999999999", "YEAR"], "error: the text is not an interval of these fields");
        check("$TRY_DAYS", &["soon", "HOUR"], "NULL");
        check("$TRY_MONTHS", &["2", "MONTHS"], "+0-02");
    }
}

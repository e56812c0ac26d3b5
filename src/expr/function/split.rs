//! Parts of texts between separators.

use super::kernel::{Call, kernel};
use super::signature::Param::{Integer, Text};
use super::signature::{function, takes};
use super::string::clamp;
use crate::batch::Column;
use crate::expr::ScalarFunction;
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    function("SPLIT_INDEX", "(text, separator, index)", "The piece between separators of this index, counted from 0")
        .example("SPLIT_INDEX('a,b,c', ',', 1)", "b")
        .of(split_types, |_, _| kernel(split_index)),
    function(
        "SPLIT_PART",
        "(text, separator, number)",
        "The piece between separators of this number, counted from 1, or from -1 at the end",
    )
    .example("SPLIT_PART('abc~@~def~@~ghi', '~@~', 2)", "def")
    .of(split_types, |_, _| kernel(split_part)),
    function("SUBSTRING_INDEX", "(text, separator, count)", "What stands before so many separators, or behind them from the end")
        .example("SUBSTRING_INDEX('www.apache.org', '.', 2)", "www.apache")
        .also(&["SUBSTR_INDEX"])
        .of(split_types, |_, _| kernel(before_separator)),
    function("FIND_IN_SET", "(text, 'a,b,c')", "The number of a text in a list, or 0")
        .example("FIND_IN_SET('b', 'a,b,c')", "2")
        .of(|t| Some((takes(t, &[Text, Text])?, DataType::Int)), |_, _| kernel(find_in_set)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn split_types(given: &[DataType]) -> Resolved {
    Some((takes(given, &[Text, Text, Integer])?, DataType::STRING))
}

/// NULL for an index outside of the parts; an empty separator splits at white space.
fn split_index(call: Call<'_>) -> Column {
    let (text, separator, index) = (call.strings(0), call.strings(1), call.values::<i64>(2));
    call.write(|row, out| {
        let (text, separator) = (text.text(row), separator.text(row));
        if index[row] < 0 || text.is_empty() {
            return Ok(None);
        }
        let found = match separator {
            "" => text.split(char::is_whitespace).nth(clamp(index[row])),
            _ => text.split(separator).nth(clamp(index[row])),
        };
        Ok(found.map(|part| out.extend_from_slice(part.as_bytes())))
    })
}

/// As in PostgreSQL: counted from 1, from the end where negative; empty where there is none.
fn split_part(call: Call<'_>) -> Column {
    let (text, separator, number) = (call.strings(0), call.strings(1), call.values::<i64>(2));
    call.write(|row, out| {
        let (text, separator, number) = (text.text(row), separator.text(row), number[row]);
        let place = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX);
        let place = place.checked_sub(1).ok_or("the number of a part of a text is not 0")?;
        let found = match (separator, number > 0) {
            ("", _) => (place == 0).then_some(text),
            (_, true) => text.split(separator).nth(place),
            (_, false) => text.rsplit(separator).nth(place),
        };
        out.extend_from_slice(found.unwrap_or_default().as_bytes());
        Ok(Some(()))
    })
}

/// The text before separator number `count`, or behind that number from the end; all of it where there are fewer.
fn before_separator(call: Call<'_>) -> Column {
    let (text, separator, count) = (call.strings(0), call.strings(1), call.values::<i64>(2));
    call.write(|row, out| {
        let (text, separator) = (text.text(row), separator.text(row));
        let skipped = usize::try_from(count[row].unsigned_abs()).unwrap_or(usize::MAX).checked_sub(1);
        if let Some(skipped) = skipped.filter(|_| !separator.is_empty()) {
            let part = if count[row] > 0 {
                text.match_indices(separator).nth(skipped).map(|(at, _)| &text[..at])
            } else {
                text.rmatch_indices(separator).nth(skipped).map(|(at, _)| &text[at + separator.len()..])
            };
            out.extend_from_slice(part.unwrap_or(text).as_bytes());
        }
        Ok(Some(()))
    })
}

fn find_in_set(call: Call<'_>) -> Column {
    let (text, list) = (call.strings(0), call.strings(1));
    call.map(|row| {
        let (text, list) = (text.text(row), list.text(row));
        let place = list.split(',').position(|item| item == text).filter(|_| !list.is_empty());
        Ok(Some(place.map_or(0, |place| place as i32 + 1)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, text};

    #[test]
    fn parts_are_numbered() {
        check("SPLIT_INDEX", &[text("a,b,,c"), text(","), int(2)], "");
        check("SPLIT_INDEX", &[text("a,b,,c"), text(","), int(4)], "NULL");
        check("SPLIT_INDEX", &[text("a,b"), text(","), int(-1)], "NULL");
        check("SPLIT_PART", &[text("a//b/c"), text("/"), int(3)], "b");
        check("SPLIT_PART", &[text("a//b/c"), text("/"), int(9)], "");
        check("SPLIT_PART", &[text("a//b/c"), text("/"), int(-1)], "c");
        check("SPLIT_PART", &[text("abc"), text(""), int(1)], "abc");
        check("SPLIT_PART", &[text("abc"), text("b"), int(0)], "error: the number of a part of a text is not 0");
    }

    /// Calls of the documentation of DataFusion.
    #[test]
    fn separators_are_counted_from_both_ends() {
        let check_count = |count, expected| check("SUBSTRING_INDEX", &[text("www.apache.org"), text("."), int(count)], expected);
        check_count(1, "www");
        check_count(2, "www.apache");
        check_count(-1, "org");
        check_count(-2, "apache.org");
        check_count(9, "www.apache.org");
        check_count(-9, "www.apache.org");
        check_count(0, "");
        check_count(i64::MIN, "www.apache.org");
        check("SUBSTR_INDEX", &[text("a"), text(""), int(1)], "");
        check("FIND_IN_SET", &[text("b"), text("a,b,c,d")], "2");
        check("FIND_IN_SET", &[text("x"), text("a,b")], "0");
        check("FIND_IN_SET", &[text(""), text("")], "0");
        check("FIND_IN_SET", &[text(""), text("a,,b")], "2");
    }
}

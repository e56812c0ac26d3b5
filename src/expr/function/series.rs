//! Functions behind those of FROM, each of which makes an array: series of values, pieces of a text, several arrays side by side.

use super::json_text::Json;
use super::kernel::{Call, Fallible, Native, append, kernel};
use super::signature::Param::Text;
use super::signature::{function, internal, takes_some};
use crate::batch::text::{write_json_string, write_json_value};
use crate::batch::{Column, Values};
use crate::error::Result;
use crate::expr::temporal::add_months;
use crate::expr::{Kernel, ScalarFunction};
use crate::limits::SERIES_VALUES_MAX;
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[
    internal("GENERATE_SERIES", series_types, |t, _| series(t, End::Inside)),
    function("SEQUENCE", "(first, last [, step])", "An array of all numbers, or times, from one to another")
        .example("SEQUENCE(1, 7, 3)", "[1,4,7]")
        .of(series_types, |t, _| series(t, End::Inside)),
    internal("RANGE", series_types, |t, _| series(t, End::Outside)),
    internal("UNNEST", zip_types, |_, _| kernel(zip)),
    function(
        "STRING_TO_ARRAY",
        "(text, delimiter [, text for NULL])",
        "The pieces between delimiters; the characters where the delimiter is NULL",
    )
    .example("STRING_TO_ARRAY('xx~~yy~~zz', '~~', 'yy')", r#"["xx",null,"zz"]"#)
    .also(&["STRING_TO_LIST"])
    .of(pieces_types, |_, _| kernel(pieces)),
];

type Resolved = Option<(Vec<DataType>, DataType)>;

fn array_of(item: DataType) -> DataType {
    DataType::Array(Box::new(item))
}

/// Whether a series has its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Inside,
    Outside,
}

/// Integers with an integer as step, or times with an interval.
fn series_types(given: &[DataType]) -> Resolved {
    use DataType as T;
    let (first, last, step) = match given {
        [first, last] => (first, last, None),
        [first, last, step] => (first, last, Some(step)),
        _ => return None,
    };
    let is_whole = |t: &T| t.is_integer() || *t == T::Null;
    if given.iter().all(is_whole) {
        let item = if given.contains(&T::BigInt) { T::BigInt } else { T::Int };
        return Some((vec![T::BigInt; given.len()], array_of(item)));
    }
    let moment = |t: &T| match t {
        T::Date | T::Null => Some(T::Timestamp(3)),
        _ => t.is_timestamp().then(|| t.clone()),
    };
    let step = step.filter(|step| matches!(step, T::IntervalDay | T::IntervalMonth))?;
    let (first, last) = (moment(first)?, moment(last)?);
    Some((vec![first.clone(), last, step.clone()], array_of(first)))
}

fn zip_types(given: &[DataType]) -> Resolved {
    let field = |(at, array): (usize, &DataType)| match array {
        DataType::Array(item) => Some((format!("f{at}"), (**item).clone())),
        _ => None,
    };
    let fields = given.iter().enumerate().map(field).collect::<Option<Vec<_>>>()?;
    (!fields.is_empty()).then(|| (given.to_vec(), array_of(DataType::Row(fields))))
}

fn pieces_types(given: &[DataType]) -> Resolved {
    Some((takes_some(given, &[Text, Text, Text], 2)?, array_of(DataType::STRING)))
}

/// The next value of a series; none where there is no such value.
type Step = fn(i64, i64) -> Option<i64>;

fn series(types: &[DataType], end: End) -> Result<Box<dyn Kernel>> {
    let item = types[0].clone();
    let by_months = types.get(2) == Some(&DataType::IntervalMonth);
    kernel(move |call: Call<'_>| -> Column {
        let (firsts, lasts) = (call.values::<i64>(0), call.values::<i64>(1));
        let steps: Option<Vec<i64>> = match (call.args().get(2), by_months) {
            (None, _) => None,
            (Some(months), true) => Some(i32::open(months).iter().map(|months| i64::from(*months)).collect()),
            (Some(steps), false) => Some(i64::open(steps).to_vec()),
        };
        let next: Step = if by_months { add_months } else { i64::checked_add };
        call.write(|row, out| {
            let step = steps.as_ref().map_or(1, |steps| steps[row]);
            write_series(values_between(firsts[row], lasts[row], step, next, end)?, &item, out)
        })
    })
}

fn values_between(first: i64, last: i64, step: i64, next: Step, end: End) -> Fallible<Vec<i64>> {
    if step == 0 {
        return Err("the step of a series is 0");
    }
    let is_inside = |at: i64| (at == last && end == End::Inside) || if step > 0 { at < last } else { at > last };
    let mut values = Vec::new();
    let mut rest = Some(first);
    while let Some(at) = rest.filter(|at| is_inside(*at)) {
        if values.len() == SERIES_VALUES_MAX {
            return Err("a series has too many values");
        }
        values.push(at);
        rest = next(at, step);
    }
    Ok(values)
}

fn write_series(values: Vec<i64>, item: &DataType, out: &mut Vec<u8>) -> Fallible<Option<()>> {
    let column = Column { values: Values::I64(values), validity: None };
    let mut text = Vec::new();
    write_list(column.len(), out, |row| {
        text.clear();
        write_json_value(&column, row, item, &mut text);
        text.clone()
    })
}

/// A list of so many items, each as JSON.
fn write_list(count: usize, out: &mut Vec<u8>, mut item: impl FnMut(usize) -> Vec<u8>) -> Fallible<Option<()>> {
    out.push(b'[');
    for at in 0..count {
        out.extend_from_slice(if at > 0 { b"," } else { b"" });
        append(out, &item(at))?;
    }
    out.push(b']');
    Ok(Some(()))
}

fn items_of(array: &str) -> Vec<Json<'_>> {
    Json::new(array).map_or_else(Vec::new, |array| array.items().collect())
}

/// As many rows as the longest array has items; what is shorter, or NULL, has NULLs there.
fn zip(call: Call<'_>) -> Column {
    let arrays: Vec<_> = (0..call.args().len()).map(|at| call.strings(at)).collect();
    let args = call.args();
    call.null_by_first(0).write(|row, out| {
        let there = arrays.iter().zip(args).map(|(array, column)| Some(array.text(row)).filter(|_| !column.is_null(row)));
        let columns: Vec<Vec<Json<'_>>> = there.map(|array| array.map_or_else(Vec::new, items_of)).collect();
        let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
        write_list(rows, out, |at| {
            let field = |(place, items): (usize, &Vec<Json<'_>>)| {
                let value = items.get(at).map_or("null", |item| item.text());
                format!("\"f{place}\":{value}")
            };
            let fields: Vec<String> = columns.iter().enumerate().map(field).collect();
            format!("{{{}}}", fields.join(",")).into_bytes()
        })
    })
}

/// As in PostgreSQL: of an empty text nothing, by an empty delimiter the whole.
fn pieces(call: Call<'_>) -> Column {
    let (args, texts, delimiters, nulls) = (call.args(), call.strings(0), call.strings(1), call.strings_if_given(2));
    call.null_by_first(1).write(|row, out| {
        let (text, delimiter) = (texts.text(row), (!args[1].is_null(row)).then(|| delimiters.text(row)));
        let pieces: Vec<&str> = match (text, delimiter) {
            ("", _) => Vec::new(),
            (text, None) => text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).collect(),
            (text, Some("")) => vec![text],
            (text, Some(delimiter)) => text.split(delimiter).collect(),
        };
        let null = nulls.filter(|_| !args[2].is_null(row)).map(|nulls| nulls.text(row));
        write_list(pieces.len(), out, |at| match Some(pieces[at]) == null {
            true => b"null".to_vec(),
            false => json_text(pieces[at]),
        })
    })
}

fn json_text(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    write_json_string(text.as_bytes(), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, int, null, text, typed};
    use super::*;
    use crate::types::Value;

    #[test]
    fn series_of_numbers_go_up_and_down() {
        check("GENERATE_SERIES", &[int(1), int(4)], "[1,2,3,4]");
        check("GENERATE_SERIES", &[int(1), int(6), int(2)], "[1,3,5]");
        check("GENERATE_SERIES", &[int(3), int(1), int(-1)], "[3,2,1]");
        check("GENERATE_SERIES", &[int(3), int(1)], "[]");
        check("GENERATE_SERIES", &[int(i64::MAX - 1), int(i64::MAX)], &format!("[{},{}]", i64::MAX - 1, i64::MAX));
        check("RANGE", &[int(1), int(4)], "[1,2,3]");
        check("RANGE", &[int(4), int(0), int(-2)], "[4,2]");
        check("GENERATE_SERIES", &[int(1), null()], "NULL");
        check("GENERATE_SERIES", &[int(1), int(2), int(0)], "error: the step of a series is 0");
        check("GENERATE_SERIES", &[int(0), int(i64::MAX)], "error: a series has too many values");
    }

    #[test]
    fn series_of_times_take_intervals() {
        let at = |text: &str| typed(text, DataType::Timestamp(0));
        let hours = (Value::Int(12 * 3_600_000_000_000), DataType::IntervalDay);
        let half_days = r#"["1969-12-31 00:00:00","1969-12-31 12:00:00","1970-01-01 00:00:00"]"#;
        check("GENERATE_SERIES", &[at("1969-12-31 00:00:00"), at("1970-01-01 00:00:00"), hours], half_days);
        let month = (Value::Int(1), DataType::IntervalMonth);
        let months = r#"["2026-01-31 00:00:00","2026-02-28 00:00:00"]"#;
        check("RANGE", &[at("2026-01-31 00:00:00"), at("2026-03-28 00:00:00"), month], months);
    }

    #[test]
    fn arrays_stand_side_by_side() {
        let numbers = (Value::text("[1, 2]"), array_of(DataType::Int));
        let texts = (Value::text(r#"["a"]"#), array_of(DataType::STRING));
        check("UNNEST", &[numbers.clone(), texts], r#"[{"f0":1,"f1":"a"},{"f0":2,"f1":null}]"#);
        check("UNNEST", &[(Value::Null, array_of(DataType::Int)), numbers], r#"[{"f0":null,"f1":1},{"f0":null,"f1":2}]"#);
    }

    #[test]
    fn texts_are_cut_into_pieces() {
        check("STRING_TO_ARRAY", &[text("a,b,,"), text(",")], r#"["a","b","",""]"#);
        check("STRING_TO_ARRAY", &[text(""), text(",")], "[]");
        check("STRING_TO_ARRAY", &[text("a b"), text("")], r#"["a b"]"#);
        check("STRING_TO_ARRAY", &[text("a,-"), text(","), text("-")], r#"["a",null]"#);
    }
}

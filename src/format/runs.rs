//! Runs of values of one column: the type is looked at once for the run, and every value of usual form is read by `digits`. Row road.
//!
//! A run ends before the first value that needs the careful reader of `fields`, so that what is accepted, and why something is not,
//! is said in one place.

use super::digits::{self, Date};
use super::kinds;
use crate::batch::{Column, StrColumn, Values};
use crate::types::{DataType, time};

/// Where a value begins and ends in a text.
pub(super) type Span = (u32, u32);

/// Appends the values at these places; says how many it could. Hot: once per run.
pub(super) fn push_run(column: &mut Column, data_type: &DataType, text: &[u8], spans: &[Span]) -> usize {
    let done = match (&mut column.values, data_type) {
        (Values::I64(v), DataType::BigInt) => fill(v, spans, |span| digits::integer(text, span)),
        (Values::I64(v), DataType::Timestamp(p) | DataType::TimestampLtz(p)) => {
            let mut date = Date::default();
            fill(v, spans, |span| {
                let (nanos, digits) = digits::timestamp(text, span, &mut date)?;
                Some(if digits > usize::from(*p) { time::cut(nanos, *p) } else { nanos })
            })
        }
        (Values::I32(v), DataType::Int) => fill(v, spans, |span| digits::integer(text, span)?.try_into().ok()),
        (Values::I16(v), _) => fill(v, spans, |span| digits::integer(text, span)?.try_into().ok()),
        (Values::I8(v), DataType::Varchar(_)) => fill(v, spans, |(start, end)| kinds::parse(&text[start..end]).ok()),
        (Values::I8(v), _) => fill(v, spans, |span| digits::integer(text, span)?.try_into().ok()),
        (Values::F64(v), _) => fill(v, spans, |span| digits::double(text, span)),
        (Values::I128(v), DataType::Decimal { precision, scale }) => match digits::decimal_bound(*precision) {
            None => 0,
            Some(bound) => fill(v, spans, |span| digits::decimal(text, span, usize::from(*scale), bound)),
        },
        (Values::Str(v), DataType::Varchar(max)) => push_texts(v, *max, text, spans),
        _ => 0,
    };
    if let Some(validity) = &mut column.validity {
        (0..done).for_each(|_| validity.push(true));
    }
    done
}

/// Whether values of the type are read from text between quotes, rather than from bare numbers.
pub(super) fn reads_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Varchar(_) | DataType::Timestamp(_) | DataType::TimestampLtz(_))
}

/// Hot: once per value. A function for each way of reading, so that its few numbers stay in registers.
#[inline(never)]
fn fill<T: Copy + Default>(values: &mut Vec<T>, spans: &[Span], mut read: impl FnMut((usize, usize)) -> Option<T>) -> usize {
    let before = values.len();
    values.resize(before + spans.len(), T::default());
    let mut done = spans.len();
    for (i, (slot, (start, end))) in values[before..].iter_mut().zip(spans).enumerate() {
        let Some(value) = read((*start as usize, *end as usize)) else {
            done = i;
            break;
        };
        *slot = value;
    }
    values.truncate(before + done);
    done
}

#[inline(never)]
fn push_texts(values: &mut StrColumn, max: Option<u32>, text: &[u8], spans: &[Span]) -> usize {
    // As many characters as allowed may take more bytes: the careful reader counts them.
    let fits = |max: u32| spans.iter().take_while(|(start, end)| end - start <= max).count();
    let count = max.map_or(spans.len(), fits);
    values.extend_parts(text, spans[..count].iter().map(|(start, end)| (*start as usize, *end as usize)));
    count
}

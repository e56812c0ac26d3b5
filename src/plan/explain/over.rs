//! Functions with OVER and their frames as text.

use super::expression::{calls, columns};
use super::span;
use crate::plan::physical::{Nulls, SortKey};
use crate::types::over::{Bound, Distance, Exclude, FrameUnit, Number, OverCall, OverFunction, Pick};
use crate::types::{DataType, Schema};

/// One function with its frame.
pub fn over_call(call: &OverCall, order: &[SortKey], below: &Schema) -> String {
    let column = |column: &usize| columns(&[*column], below);
    let number = |number: &Number| match number {
        Number::Constant(n) => n.to_string(),
        Number::Column(at) => column(at),
    };
    let skipping = |nulls: &Nulls| if *nulls == Nulls::Skip { " IGNORE NULLS" } else { "" };
    match &call.function {
        OverFunction::Aggregate(aggregate) => {
            let text = calls(std::slice::from_ref(aggregate), below);
            format!("{} {}", text.trim_start_matches('[').trim_end_matches(']'), frame(call, order, below))
        }
        OverFunction::Rank(function) => format!("{}()", function.name()),
        OverFunction::PercentRank => "PERCENT_RANK()".to_owned(),
        OverFunction::CumeDist => "CUME_DIST()".to_owned(),
        OverFunction::Ntile(parts) => format!("NTILE({})", number(parts)),
        OverFunction::Pick { pick, argument, nulls } => {
            let (name, nth) = match pick {
                Pick::First => ("FIRST_VALUE", String::new()),
                Pick::Last => ("LAST_VALUE", String::new()),
                Pick::Nth(n) => ("NTH_VALUE", format!(", {}", number(n))),
            };
            format!("{name}({}{nth}){} {}", column(argument), skipping(nulls), frame(call, order, below))
        }
        OverFunction::Shift { distance, argument, default, nulls } => {
            let (name, distance) = match distance {
                Number::Constant(distance) if *distance < 0 => ("LEAD", distance.unsigned_abs().to_string()),
                distance => ("LAG", number(distance)),
            };
            let default = default.as_ref().map(|default| format!(", {}", column(default))).unwrap_or_default();
            format!("{name}({}, {distance}{default}){}", column(argument), skipping(nulls))
        }
    }
}

fn frame(call: &OverCall, order: &[SortKey], below: &Schema) -> String {
    let unit = match call.frame.unit {
        FrameUnit::Rows => "ROWS",
        FrameUnit::Range => "RANGE",
        FrameUnit::Groups => "GROUPS",
    };
    let in_time = call.frame.unit == FrameUnit::Range
        && order
            .first()
            .and_then(|key| below.fields.get(key.column))
            .is_some_and(|field| field.data_type.is_timestamp() || matches!(field.data_type, DataType::Time(_)));
    let distance = |of: &Distance| match of {
        Distance::Whole(n) => match (in_time, i64::try_from(n.unsigned_abs())) {
            (true, Ok(nanos)) => span(nanos),
            _ => n.unsigned_abs().to_string(),
        },
        Distance::Double(d) => d.abs().to_string(),
        Distance::Months(n) => format!("{} months", n.unsigned_abs()),
    };
    let is_before = |of: &Distance| match of {
        Distance::Whole(n) => *n <= 0,
        Distance::Double(d) => *d <= 0.0,
        Distance::Months(n) => *n <= 0,
    };
    let bound = |bound: &Bound, side: &str| match bound {
        Bound::Unbounded => format!("UNBOUNDED {side}"),
        Bound::CurrentRow => "CURRENT ROW".to_owned(),
        Bound::Offset(of) => format!("{} {}", distance(of), if is_before(of) { "PRECEDING" } else { "FOLLOWING" }),
    };
    let exclude = match call.frame.exclude {
        Exclude::Nothing => "",
        Exclude::Row => " EXCLUDE CURRENT ROW",
        Exclude::Group => " EXCLUDE GROUP",
        Exclude::Ties => " EXCLUDE TIES",
    };
    format!("{unit} BETWEEN {} AND {}{exclude}", bound(&call.frame.start, "PRECEDING"), bound(&call.frame.end, "FOLLOWING"))
}

//! Frames of OVER: which rows of a partition a function is over.

use sqlparser::ast;

use super::coercion::cast;
use super::expr::ExprBinder;
use super::function::argument_exprs;
use super::over::OrderItem;
use super::scope::span_of;
use crate::error::{Error, Result, Span};
use crate::plan::bind::evaluate_constant;
use crate::plan::parse::EXCLUDE;
use crate::types::over::{Bound, Distance, Exclude, Frame, FrameUnit};
use crate::types::time::DAY;
use crate::types::{DataType, Value, decimal};

/// What a frame is counted in.
pub struct FrameOrder<'a> {
    /// ORDER BY.
    pub items: &'a [OrderItem],
    /// Where the call stands.
    pub span: Span,
}

/// The frame as written; without one, up to the row and its equals, or all rows where there is no order.
pub fn frame(written: Option<&ast::WindowFrame>, order: &FrameOrder<'_>) -> Result<Frame> {
    use ast::WindowFrameBound as B;
    let Some(written) = written else {
        let end = if order.items.is_empty() { Bound::Unbounded } else { Bound::CurrentRow };
        return Ok(Frame { unit: FrameUnit::Range, start: Bound::Unbounded, end, exclude: Exclude::Nothing });
    };
    let (start_bound, exclude) = excluding(&written.start_bound);
    let unit = match written.units {
        ast::WindowFrameUnits::Rows => FrameUnit::Rows,
        ast::WindowFrameUnits::Range => FrameUnit::Range,
        ast::WindowFrameUnits::Groups => FrameUnit::Groups,
    };
    let end = written.end_bound.as_ref().unwrap_or(&B::CurrentRow);
    let wrong = |what: &str| Err(Error::sql(what).at(order.span).hint("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW"));
    match (&start_bound, end) {
        (B::Following(None), _) => return wrong("a frame cannot start with UNBOUNDED FOLLOWING"),
        (_, B::Preceding(None)) => return wrong("a frame cannot end with UNBOUNDED PRECEDING"),
        (B::CurrentRow, B::Preceding(_)) => return wrong("a frame that starts with the row cannot end before it"),
        (B::Following(_), B::Preceding(_) | B::CurrentRow) => {
            return wrong("a frame that starts behind the row cannot end with it or before it");
        }
        _ => {}
    }
    if unit == FrameUnit::Groups && order.items.is_empty() {
        return Err(Error::sql("GROUPS without ORDER BY").at(order.span).hint("groups are rows that ORDER BY leaves equal"));
    }
    if order.items.is_empty() && matches!(exclude, Exclude::Group | Exclude::Ties) {
        let error = Error::sql("EXCLUDE GROUP and EXCLUDE TIES without ORDER BY").at(order.span);
        return Err(error.hint("groups and ties are rows that ORDER BY leaves equal"));
    }
    Ok(Frame { unit, start: bound(&start_bound, unit, order)?, end: bound(end, unit, order)?, exclude })
}

/// The start of a frame, and what its EXCLUDE says: the parser hands both on as a call in the place of the start.
fn excluding(written: &ast::WindowFrameBound) -> (ast::WindowFrameBound, Exclude) {
    use ast::WindowFrameBound as B;
    let none = || (written.clone(), Exclude::Nothing);
    let (B::Preceding(Some(e)) | B::Following(Some(e))) = written else { return none() };
    let ast::Expr::Function(call) = &**e else { return none() };
    let args = argument_exprs(call).ok().filter(|_| call.name.to_string() == format!("`{EXCLUDE}`"));
    let Some([ast::Expr::Identifier(what), start]) = args.as_deref() else { return none() };
    let exclude = match what.value.as_str() {
        "CURRENT" => Exclude::Row,
        "GROUP" => Exclude::Group,
        "TIES" => Exclude::Ties,
        _ => Exclude::Nothing,
    };
    let start = match (start, written) {
        (ast::Expr::Identifier(word), _) if word.value.eq_ignore_ascii_case("UNBOUNDED") => B::Preceding(None),
        (ast::Expr::Identifier(word), _) if word.value.eq_ignore_ascii_case("CURRENT") => B::CurrentRow,
        (start, B::Preceding(_)) => B::Preceding(Some(Box::new((*start).clone()))),
        (start, _) => B::Following(Some(Box::new((*start).clone()))),
    };
    (start, exclude)
}

fn bound(written: &ast::WindowFrameBound, unit: FrameUnit, order: &FrameOrder<'_>) -> Result<Bound> {
    use ast::WindowFrameBound as B;
    let (e, negative) = match written {
        B::CurrentRow => return Ok(Bound::CurrentRow),
        B::Preceding(None) | B::Following(None) => return Ok(Bound::Unbounded),
        B::Preceding(Some(e)) => (e, true),
        B::Following(Some(e)) => (e, false),
    };
    let found = match unit {
        FrameUnit::Range => range(e, order)?,
        FrameUnit::Rows | FrameUnit::Groups => {
            constant(e, &DataType::BigInt, |own| own.is_integer()).and_then(whole).ok_or_else(|| {
                Error::sql("a frame counts in whole numbers").at(span_of(&**e)).hint("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW")
            })?
        }
    };
    let is_negative = match found {
        Distance::Whole(n) => n < 0,
        Distance::Double(d) => d.is_nan() || d < 0.0,
        Distance::Months(n) => n < 0,
    };
    if is_negative {
        return Err(Error::sql("a frame cannot be a negative distance away")
            .at(span_of(&**e))
            .hint("PRECEDING and FOLLOWING say the side"));
    }
    Ok(Bound::Offset(match (found, negative) {
        (Distance::Whole(n), true) => Distance::Whole(-n),
        (Distance::Double(d), true) => Distance::Double(-d),
        (Distance::Months(n), true) => Distance::Months(-n),
        (found, false) => found,
    }))
}

/// A distance by the value that rows are ordered by.
fn range(e: &ast::Expr, order: &FrameOrder<'_>) -> Result<Distance> {
    let [item] = order.items else {
        return Err(Error::sql("RANGE with a distance needs one column of ORDER BY")
            .at(span_of(e))
            .hint("count in ROWS, or order by one"));
    };
    let of = item.expr.data_type();
    let interval = |own: &DataType| *own == DataType::IntervalDay;
    let months = || {
        constant(e, &DataType::IntervalMonth, |own| *own == DataType::IntervalMonth).and_then(|value| match value {
            Value::Int(months) => i32::try_from(months).ok().map(Distance::Months),
            _ => None,
        })
    };
    let found = match &of {
        DataType::Timestamp(_) | DataType::TimestampLtz(_) | DataType::Time(_) => {
            constant(e, &DataType::IntervalDay, interval).and_then(whole)
        }
        DataType::Date => constant(e, &DataType::IntervalDay, interval).and_then(|value| match value {
            Value::Int(nanos) if nanos % DAY == 0 => Some(Distance::Whole((nanos / DAY).into())),
            _ => None,
        }),
        DataType::Float | DataType::Double => {
            constant(e, &DataType::Double, DataType::is_numeric).and_then(|value| match value {
                Value::Double(d) => Some(Distance::Double(d)),
                _ => None,
            })
        }
        DataType::Decimal { scale, .. } => {
            let target = DataType::Decimal { precision: decimal::PRECISION_MAX, scale: *scale };
            let fits = |own: &DataType| match own {
                DataType::Decimal { scale: own, .. } => own <= scale,
                own => own.is_integer(),
            };
            constant(e, &target, fits).and_then(whole)
        }
        of if of.is_integer() => constant(e, &DataType::BigInt, DataType::is_integer).and_then(whole),
        _ => None,
    };
    let found = match &of {
        DataType::Timestamp(_) | DataType::TimestampLtz(_) | DataType::Date => found.or_else(months),
        _ => found,
    };
    found.ok_or_else(|| {
        let hint = match &of {
            DataType::Timestamp(_) | DataType::TimestampLtz(_) | DataType::Time(_) | DataType::Date => {
                "it is an interval, of a DATE of whole days, such as RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW"
            }
            _ => "it is a number of the kind that rows are ordered by, such as RANGE BETWEEN 10 PRECEDING AND CURRENT ROW",
        };
        Error::sql(format!("this is no distance of {of}")).at(span_of(e)).hint(hint)
    })
}

/// The value of a constant whose own type will do, as `target`.
fn constant(e: &ast::Expr, target: &DataType, will_do: impl Fn(&DataType) -> bool) -> Option<Value> {
    let bound = ExprBinder::new(&[]).bind(e).ok()?;
    if !will_do(&bound.data_type()) {
        return None;
    }
    evaluate_constant(&cast(bound, target)).ok()?.filter(|value| *value != Value::Null)
}

fn whole(value: Value) -> Option<Distance> {
    match value {
        Value::Int(n) => Some(Distance::Whole(n.into())),
        Value::Decimal(units) => Some(Distance::Whole(units)),
        _ => None,
    }
}

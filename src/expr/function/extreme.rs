//! GREATEST and LEAST over arguments of one type. NaN is greater than every other number, as in ORDER BY.

use std::cmp::Ordering;

use super::kernel::{Call, Native, kernel};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::Kernel;
use crate::types::{DataType, Representation};

/// The kernel of GREATEST.
pub(super) fn greatest(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    extreme(types, Ordering::Greater, Nulls::Win)
}

/// The kernel of LEAST.
pub(super) fn least(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    extreme(types, Ordering::Less, Nulls::Win)
}

/// The kernel of GREATEST_IGNORE_NULLS.
pub(super) fn greatest_given(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    extreme(types, Ordering::Greater, Nulls::LeftOut)
}

/// The kernel of LEAST_IGNORE_NULLS.
pub(super) fn least_given(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    extreme(types, Ordering::Less, Nulls::LeftOut)
}

/// What an argument that is NULL does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// The result is NULL.
    Win,
    /// It does not count.
    LeftOut,
}

impl Nulls {
    fn apply(self, call: Call<'_>) -> Call<'_> {
        if self == Nulls::LeftOut { call.null_by_first(0) } else { call }
    }
}

fn extreme(types: &[DataType], wanted: Ordering, nulls: Nulls) -> Result<Box<dyn Kernel>> {
    match types[0].representation() {
        Representation::Bool => fixed(wanted, nulls, bool::cmp),
        Representation::I8 => fixed(wanted, nulls, i8::cmp),
        Representation::I16 => fixed(wanted, nulls, i16::cmp),
        Representation::I32 => fixed(wanted, nulls, i32::cmp),
        Representation::I64 => fixed(wanted, nulls, i64::cmp),
        Representation::I128 => fixed(wanted, nulls, i128::cmp),
        Representation::F32 => fixed(wanted, nulls, |a: &f32, b| nan_last(f64::from(*a), f64::from(*b))),
        Representation::F64 => fixed(wanted, nulls, |a: &f64, b| nan_last(*a, *b)),
        Representation::Str => kernel(move |call| strings(call, wanted, nulls)),
    }
}

fn nan_last(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn fixed<T: Native + 'static>(wanted: Ordering, nulls: Nulls, order: fn(&T, &T) -> Ordering) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let args = call.args();
        let columns: Vec<&[T]> = (0..args.len()).map(|index| call.values::<T>(index)).collect();
        nulls.apply(call).map(|row| {
            let values = columns.iter().zip(args).filter(|(_, arg)| !arg.is_null(row)).map(|(column, _)| column[row]);
            Ok(values.reduce(|best, next| if order(&next, &best) == wanted { next } else { best }))
        })
    })
}

fn strings(call: Call<'_>, wanted: Ordering, nulls: Nulls) -> Column {
    let args = call.args();
    let columns: Vec<_> = (0..args.len()).map(|index| call.strings(index)).collect();
    nulls.apply(call).write(|row, out| {
        let values = columns.iter().zip(args).filter(|(_, arg)| !arg.is_null(row)).map(|(column, _)| column.bytes(row));
        let best = values.reduce(|best, next| if next.cmp(best) == wanted { next } else { best });
        Ok(best.map(|best| out.extend_from_slice(best)))
    })
}

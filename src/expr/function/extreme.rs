//! GREATEST and LEAST over arguments of one type. NaN is greater than every other number, as in ORDER BY.

use std::cmp::Ordering;

use super::kernel::{Call, Native, kernel};
use crate::batch::Column;
use crate::error::Result;
use crate::expr::Kernel;
use crate::types::{DataType, Representation};

/// The kernel of GREATEST.
pub(super) fn greatest(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    extreme(types, Ordering::Greater)
}

/// The kernel of LEAST.
pub(super) fn least(types: &[DataType]) -> Result<Box<dyn Kernel>> {
    extreme(types, Ordering::Less)
}

fn extreme(types: &[DataType], wanted: Ordering) -> Result<Box<dyn Kernel>> {
    match types[0].representation() {
        Representation::Bool => fixed(wanted, bool::cmp),
        Representation::I8 => fixed(wanted, i8::cmp),
        Representation::I16 => fixed(wanted, i16::cmp),
        Representation::I32 => fixed(wanted, i32::cmp),
        Representation::I64 => fixed(wanted, i64::cmp),
        Representation::I128 => fixed(wanted, i128::cmp),
        Representation::F32 => fixed(wanted, |a: &f32, b| nan_last(f64::from(*a), f64::from(*b))),
        Representation::F64 => fixed(wanted, |a: &f64, b| nan_last(*a, *b)),
        Representation::Str => kernel(move |call| strings(call, wanted)),
    }
}

fn nan_last(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn fixed<T: Native + 'static>(wanted: Ordering, order: fn(&T, &T) -> Ordering) -> Result<Box<dyn Kernel>> {
    kernel(move |call| {
        let columns: Vec<&[T]> = (0..call.args().len()).map(|index| call.values::<T>(index)).collect();
        call.map(|row| {
            let values = columns.iter().map(|column| column[row]);
            Ok(values.reduce(|best, next| if order(&next, &best) == wanted { next } else { best }))
        })
    })
}

fn strings(call: Call<'_>, wanted: Ordering) -> Column {
    let columns: Vec<_> = (0..call.args().len()).map(|index| call.strings(index)).collect();
    call.write(|row, out| {
        let values = columns.iter().map(|column| column.bytes(row));
        let best = values.reduce(|best, next| if next.cmp(best) == wanted { next } else { best });
        Ok(best.map(|best| out.extend_from_slice(best)))
    })
}

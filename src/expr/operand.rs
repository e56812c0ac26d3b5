//! What a kernel works on: a column of the batch, a column just computed, or a constant kept as one row.
//!
//! Kernels are closures chosen once at compile time. Inside, `map` and `map2` run one loop a batch, over slices where every row is
//! selected (so that the compiler can vectorise it), by row number otherwise. A kernel that can fail computes all rows
//! without a branch, collecting whether any failed; only then a second, cold pass finds out which of the rows that count.

use crate::batch::{Bitmap, Column, Selection, StrColumn, Values};

use super::RowErrors;

/// The rows a kernel works on.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    /// Rows of the batch, and of every result.
    pub len: usize,
    /// Those that count.
    pub selection: &'a Selection,
}

/// An argument of a kernel.
pub(super) enum Operand<'a> {
    /// A column of the batch.
    Borrowed(&'a Column),
    /// A result.
    Owned(Column),
    /// A constant: a column of one row.
    Constant(&'a Column),
}

/// A kernel of one argument, which is never a constant.
pub(super) type UnaryKernel = Box<dyn Fn(&Column, Rows<'_>, &mut RowErrors) -> Column + Send>;

/// A kernel of two arguments, neither of which is a constant NULL.
pub(super) type BinaryKernel = Box<dyn Fn(&Operand<'_>, &Operand<'_>, Rows<'_>, &mut RowErrors) -> Column + Send>;

impl Operand<'_> {
    /// The column; of one row if it is a constant.
    pub fn column(&self) -> &Column {
        match self {
            Operand::Borrowed(column) | Operand::Constant(column) => column,
            Operand::Owned(column) => column,
        }
    }

    /// Whether it is one value for all rows.
    pub fn is_constant(&self) -> bool {
        matches!(self, Operand::Constant(_))
    }

    /// Whether it is NULL for all rows.
    pub fn is_constant_null(&self) -> bool {
        self.is_constant() && self.column().is_null(0)
    }

    /// Which rows have a value; `None` when all have. Not for a constant NULL.
    pub fn validity(&self) -> Option<&Bitmap> {
        if self.is_constant() { None } else { self.column().validity.as_ref() }
    }

    /// The values as a slice or a scalar.
    pub fn side<T: Native>(&self) -> Side<'_, T> {
        let values = T::slice(&self.column().values);
        if self.is_constant() { Side::One(values[0]) } else { Side::Slice(values) }
    }

    /// The strings and whether there is only one for all rows.
    pub fn strings(&self) -> StrSide<'_> {
        StrSide { strings: strings_of(&self.column().values), constant: self.is_constant() }
    }

    /// A column of `rows` rows.
    pub fn into_column(self, rows: usize) -> Column {
        match self {
            Operand::Borrowed(column) => column.clone(),
            Operand::Owned(column) => column,
            Operand::Constant(column) => broadcast(column, rows),
        }
    }
}

/// `rows` times the one row of `constant`.
pub(super) fn broadcast(constant: &Column, rows: usize) -> Column {
    constant.gather(&Selection::Rows(vec![0; rows]))
}

/// The strings of a column of text.
pub(super) fn strings_of(values: &Values) -> &StrColumn {
    match values {
        Values::Str(strings) => strings,
        other => panic!("a column of {:?} where strings are bound", other.representation()),
    }
}

/// Strings of an operand.
#[derive(Clone, Copy)]
pub(super) struct StrSide<'a> {
    /// The column.
    pub strings: &'a StrColumn,
    constant: bool,
}

impl<'a> StrSide<'a> {
    /// Position in the column of the string of row `row`.
    #[inline]
    pub fn at(self, row: usize) -> usize {
        if self.constant { 0 } else { row }
    }

    /// The bytes of row `row`.
    #[inline]
    pub fn bytes(self, row: usize) -> &'a [u8] {
        self.strings.bytes(self.at(row))
    }
}

/// Types that columns hold natively.
pub(super) trait Native: Copy + Default + PartialEq + Send + 'static {
    /// The slice in a column of this type; panics on another, which is a fault of the binder.
    fn slice(values: &Values) -> &[Self];
    /// A column of these.
    fn values(values: Vec<Self>) -> Values;
}

macro_rules! native {
    ($($type:ty => $variant:ident),*) => {$(
        impl Native for $type {
            #[inline]
            fn slice(values: &Values) -> &[Self] {
                match values {
                    Values::$variant(values) => values,
                    other => panic!("a column of {:?} where {} is bound", other.representation(), stringify!($type)),
                }
            }
            fn values(values: Vec<Self>) -> Values {
                Values::$variant(values)
            }
        }
    )*};
}

native!(bool => Bool, i8 => I8, i16 => I16, i32 => I32, i64 => I64, f32 => F32, f64 => F64, i128 => I128);

/// One value a row, or one for all.
#[derive(Clone, Copy)]
pub(super) enum Side<'a, T> {
    /// By row.
    Slice(&'a [T]),
    /// For all rows.
    One(T),
}

impl<T: Copy> Side<'_, T> {
    /// The value of row `row`.
    #[inline]
    pub fn at(self, row: usize) -> T {
        match self {
            Side::Slice(values) => values[row],
            Side::One(value) => value,
        }
    }
}

/// `f` of every selected row. Hot: once per batch.
pub(super) fn map<A: Copy, U: Copy + Default>(a: &[A], rows: Rows<'_>, mut f: impl FnMut(A) -> U) -> Vec<U> {
    match rows.selection {
        Selection::All(len) => a[..*len].iter().map(|a| f(*a)).collect(),
        Selection::Rows(selected) => {
            let mut out = vec![U::default(); rows.len];
            for row in selected {
                out[*row as usize] = f(a[*row as usize]);
            }
            out
        }
    }
}

/// `f` of both sides of every selected row. Hot: once per batch.
pub(super) fn map2<A: Copy, B: Copy, U: Copy + Default>(
    a: Side<'_, A>,
    b: Side<'_, B>,
    rows: Rows<'_>,
    mut f: impl FnMut(A, B) -> U,
) -> Vec<U> {
    match (rows.selection, a, b) {
        (_, Side::One(a), Side::One(b)) => vec![f(a, b); rows.len],
        (_, Side::Slice(a), Side::One(b)) => map(a, rows, |a| f(a, b)),
        (_, Side::One(a), Side::Slice(b)) => map(b, rows, |b| f(a, b)),
        (Selection::All(len), Side::Slice(a), Side::Slice(b)) => {
            a[..*len].iter().zip(&b[..*len]).map(|(a, b)| f(*a, *b)).collect()
        }
        (Selection::Rows(selected), Side::Slice(a), Side::Slice(b)) => {
            let mut out = vec![U::default(); rows.len];
            for row in selected {
                let row = *row as usize;
                out[row] = f(a[row], b[row]);
            }
            out
        }
    }
}

/// A column of `rows.len` strings, those of the selected rows written by `write` into a buffer that is empty at each call.
pub(super) fn map_strings(rows: Rows<'_>, mut write: impl FnMut(usize, &mut Vec<u8>)) -> StrColumn {
    let mut buffer = Vec::new();
    let mut out = StrColumn::with_capacity(rows.len);
    for row in rows.selection.iter() {
        out.extend_empty(row - out.len());
        buffer.clear();
        write(row, &mut buffer);
        out.push(&buffer);
    }
    out.extend_empty(rows.len - out.len());
    out
}

/// Rows of which both arguments have a value.
pub(super) fn both_valid(a: &Operand<'_>, b: &Operand<'_>) -> Option<Bitmap> {
    match (a.validity(), b.validity()) {
        (None, None) => None,
        (Some(v), None) | (None, Some(v)) => Some(v.clone()),
        (Some(a), Some(b)) => Some(a.and(b)),
    }
}

/// Reports every selected row that has a value and for which `reason` gives one. Cold: only after a failure was seen.
#[cold]
pub(super) fn report(
    rows: Rows<'_>,
    validity: Option<&Bitmap>,
    errors: &mut RowErrors,
    mut reason: impl FnMut(usize) -> Option<String>,
) {
    for row in rows.selection.iter() {
        if validity.is_none_or(|v| v.get(row))
            && let Some(reason) = reason(row)
        {
            errors.push(row, reason);
        }
    }
}

/// Why a row of an arithmetic kernel fails.
#[derive(Clone)]
pub(super) struct Reasons {
    /// Any failure but the next.
    pub overflow: String,
    /// The right argument is zero; `None` where that is no fault.
    pub zero: Option<String>,
}

/// A kernel that cannot fail.
pub(super) fn total<A: Native, B: Native, U: Native>(f: impl Fn(A, B) -> U + Send + 'static) -> BinaryKernel {
    Box::new(move |a, b, rows, _| {
        let values = map2(a.side::<A>(), b.side::<B>(), rows, &f);
        Column { values: U::values(values), validity: both_valid(a, b) }
    })
}

/// A kernel of which single rows can fail: `f` says so beside a value that does not matter then.
pub(super) fn fallible<A: Native, B: Native, U: Native>(
    reasons: Reasons,
    f: impl Fn(A, B) -> (U, bool) + Send + 'static,
) -> BinaryKernel {
    Box::new(move |a, b, rows, errors| {
        let validity = both_valid(a, b);
        let (left, right) = (a.side::<A>(), b.side::<B>());
        let mut any_failed = false;
        let values = map2(left, right, rows, |a, b| {
            let (value, failed) = f(a, b);
            any_failed |= failed;
            value
        });
        if any_failed {
            report(rows, validity.as_ref(), errors, |row| {
                let (_, failed) = f(left.at(row), right.at(row));
                failed.then(|| match &reasons.zero {
                    Some(reason) if right.at(row) == B::default() => reason.clone(),
                    _ => reasons.overflow.clone(),
                })
            });
        }
        Column { values: U::values(values), validity }
    })
}

//! How library functions run over columns: a closure is called once per batch and opens its arguments there, so that the
//! representation is looked at once; the loops over rows stand here.
//!
//! A row of which an argument is NULL is NULL and its closure is not called, unless the function asks for NULLs. A closure
//! gives `Ok(Some(value))`, `Ok(None)` for NULL, or the reason why the row failed.

use crate::batch::{Bitmap, Column, Selection, StrColumn, Values};
use crate::error::Result;
use crate::expr::{Kernel, RowErrors};

/// Bytes of the longest text a function makes. Longer: the row fails.
pub(in crate::expr) const TEXT_BYTES_MAX: usize = 16 << 20;

/// Why a row failed.
pub(in crate::expr) type Reason = &'static str;

/// A value or the reason why there is none.
pub(in crate::expr) type Fallible<T> = std::result::Result<T, Reason>;

/// What a row gives.
pub(in crate::expr) type Outcome<T> = Fallible<Option<T>>;

/// Said of a row whose result would be longer than `TEXT_BYTES_MAX`.
pub(in crate::expr) const TOO_LONG: Reason = "the text would be longer than 16 MiB";

/// A fixed-width value of a column.
pub(super) trait Native: Copy + Default {
    /// The values as those of a column.
    fn wrap(values: Vec<Self>) -> Values;
    /// The values of a column that has this representation.
    fn open(column: &Column) -> &[Self];
}

macro_rules! native {
    ($($type:ty => $variant:ident),*) => {$(
        impl Native for $type {
            fn wrap(values: Vec<Self>) -> Values {
                Values::$variant(values)
            }
            fn open(column: &Column) -> &[Self] {
                match &column.values {
                    Values::$variant(values) => values,
                    other => panic!("an argument bound as {} is {:?}", stringify!($variant), other.representation()),
                }
            }
        }
    )*};
}

native!(bool => Bool, i8 => I8, i16 => I16, i32 => I32, i64 => I64, f32 => F32, f64 => F64, i128 => I128);

/// One evaluation: the arguments of a batch and the rows to compute.
pub(super) struct Call<'a> {
    args: &'a [&'a Column],
    /// The arguments whose NULL makes the result NULL.
    strict: &'a [&'a Column],
    rows: usize,
    selection: &'a Selection,
    errors: &'a mut RowErrors,
    scratch: &'a mut Vec<u8>,
}

impl<'a> Call<'a> {
    /// Argument `index` as fixed-width values.
    pub fn values<T: Native>(&self, index: usize) -> &'a [T] {
        T::open(self.args[index])
    }

    /// Argument `index` as strings.
    pub fn strings(&self, index: usize) -> &'a StrColumn {
        strings(self.args[index])
    }

    /// Argument `index` as strings, if the call has so many.
    pub fn strings_if_given(&self, index: usize) -> Option<&'a StrColumn> {
        self.args.get(index).map(|column| strings(column))
    }

    /// Argument `index` as BIGINT, if the call has so many.
    pub fn integers_if_given(&self, index: usize) -> Option<&'a [i64]> {
        self.args.get(index).map(|column| i64::open(column))
    }

    /// All arguments.
    pub fn args(&self) -> &'a [&'a Column] {
        self.args
    }

    /// From here on only the first `count` arguments make the result NULL by being NULL.
    pub fn null_by_first(mut self, count: usize) -> Self {
        self.strict = &self.args[..count];
        self
    }

    /// From here on only the last `count` arguments make the result NULL by being NULL.
    pub fn null_by_last(mut self, count: usize) -> Self {
        self.strict = &self.args[self.args.len() - count..];
        self
    }

    /// The rows where no strict argument is NULL; `None` when that is all of them.
    fn present(&self) -> Option<Bitmap> {
        let mut given = self.strict.iter().filter(|column| column.has_nulls()).filter_map(|column| column.validity.as_ref());
        let first = given.next()?.clone();
        Some(given.fold(first, |all, one| all.and(one)))
    }

    /// A fixed-width column of what `compute` gives. Hot: once per row.
    pub fn map<T: Native>(self, mut compute: impl FnMut(usize) -> Outcome<T>) -> Column {
        let mut values = vec![T::default(); self.rows];
        let mut validity = self.present();
        let mut settle = |row: usize, outcome: Outcome<T>, validity: &mut Option<Bitmap>| match outcome {
            Ok(Some(value)) => values[row] = value,
            Ok(None) => set_null(validity, self.rows, row),
            Err(reason) => self.errors.push(row, reason),
        };
        match validity.clone() {
            None => self.selection.iter().for_each(|row| settle(row, compute(row), &mut validity)),
            Some(present) => {
                self.selection.iter().filter(|row| present.get(*row)).for_each(|row| settle(row, compute(row), &mut validity))
            }
        }
        Column { values: T::wrap(values), validity }
    }

    /// A column of what `compute` writes to the empty buffer it is given. Hot: once per row.
    pub fn write(self, mut compute: impl FnMut(usize, &mut Vec<u8>) -> Outcome<()>) -> Column {
        let mut values = StrColumn::with_capacity(self.rows);
        let present = self.present();
        let mut validity = present.clone();
        for row in self.selection.iter() {
            values.extend_empty(row - values.len());
            if present.as_ref().is_some_and(|present| !present.get(row)) {
                continue;
            }
            self.scratch.clear();
            match compute(row, self.scratch) {
                Ok(Some(())) => values.push(self.scratch),
                Ok(None) => set_null(&mut validity, self.rows, row),
                Err(reason) => self.errors.push(row, reason),
            }
        }
        values.extend_empty(self.rows - values.len());
        Column { values: Values::Str(values), validity }
    }
}

/// A column that was bound as text.
pub(super) fn strings(column: &Column) -> &StrColumn {
    match &column.values {
        Values::Str(strings) => strings,
        other => panic!("an argument bound as text is {:?}", other.representation()),
    }
}

fn set_null(validity: &mut Option<Bitmap>, rows: usize, row: usize) {
    validity.get_or_insert_with(|| Bitmap::filled(rows, true)).set(row, false);
}

struct Batchwise<F> {
    run: F,
    scratch: Vec<u8>,
}

impl<F: FnMut(Call<'_>) -> Column + Send> Kernel for Batchwise<F> {
    fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, errors: &mut RowErrors) -> Column {
        (self.run)(Call { args, strict: args, rows, selection, errors, scratch: &mut self.scratch })
    }
}

/// A kernel that calls `run` once per batch.
pub(super) fn kernel(run: impl FnMut(Call<'_>) -> Column + Send + 'static) -> Result<Box<dyn Kernel>> {
    Ok(Box::new(Batchwise { run, scratch: Vec::new() }))
}

/// Bytes appended to a result, unless it grows too long.
pub(super) fn append(out: &mut Vec<u8>, bytes: &[u8]) -> Fallible<()> {
    if out.len() + bytes.len() > TEXT_BYTES_MAX {
        return Err(TOO_LONG);
    }
    out.extend_from_slice(bytes);
    Ok(())
}

/// Something made from a text argument that is mostly the same in every row: made again only where the text changes.
pub(super) struct Cached<T> {
    text: String,
    made: Option<Fallible<T>>,
}

impl<T> Cached<T> {
    /// Nothing made yet.
    pub fn new() -> Self {
        Self { text: String::new(), made: None }
    }

    /// What `make` makes of `text`. Hot: once per row.
    pub fn of(&mut self, text: &str, make: impl FnOnce(&str) -> Fallible<T>) -> Fallible<&T> {
        if self.text != text {
            self.made = None;
        }
        let made = self.made.get_or_insert_with(|| {
            text.clone_into(&mut self.text);
            make(text)
        });
        made.as_ref().map_err(|reason| *reason)
    }
}

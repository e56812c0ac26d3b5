//! Functions that the program brings along: its closures as kernels of expressions. They run on the shards in the middle of a turn, so what
//! blocks in them holds the shard up.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::rows::push;
use crate::batch::text::{write_json_parts, write_json_string};
use crate::batch::{Column, Selection, Values};
use crate::expr::{GivenFunction, Gives, Kernel, RowErrors, row_by_row};
use crate::types::{DataType, Value};

/// What SHOW FUNCTIONS says of them.
pub(super) const OF_PROGRAM: &str = "A function of the program";

/// A function of a row, called by its name in the SQL of a job.
///
/// Arguments are converted to the types of the signature where an INSERT would convert them. A row for which the function fails is set aside
/// with the reason.
///
/// A function that gives several rows gives an ARRAY, which UNNEST takes apart: `FROM lines CROSS JOIN UNNEST(words(line)) AS w (word)`. One
/// of several rows takes an ARRAY, which ARRAY_AGG makes: `spread(ARRAY_AGG(price))`.
///
/// ```
/// use corelane::{Job, ScalarFunction};
///
/// let repeated = ScalarFunction::of_row::<(&str, i32), _>("REPEATED", |(text, times)| {
///     usize::try_from(times).map(|times| text.repeat(times))
/// });
/// let mut job = Job::builder().function(repeated).sql("SELECT repeated('ab', n) FROM (VALUES 2, NULL) AS t (n)").plan()?;
/// let output = job.output("print")?;
/// let running = job.start()?;
/// let lines: Vec<String> = output.map(|rows| rows.to_string()).collect();
/// assert_eq!(lines.join("\n"), "+I[abab]\n+I[NULL]");
/// running.wait()?;
/// # Ok::<(), corelane::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScalarFunction(pub(super) Arc<GivenFunction>);

impl ScalarFunction {
    /// Of typed arguments, a tuple of up to four: `bool`, `i8` to `i64`, `f32`, `f64`, `&str`, `&[u8]`, and `Option` of these. Where an argument
    /// that is no `Option` is NULL, so is the result, and the function is not called. The result is one of the same types, with `String`,
    /// `Vec<u8>` and `Vec<String>` (`ARRAY<STRING>`), or a `Result` of one whose error is the reason.
    pub fn of_row<A: Arguments, R: Returned>(
        name: &str,
        function: impl for<'a> Fn(A::Of<'a>) -> R + Send + Sync + 'static,
    ) -> ScalarFunction {
        let function = Arc::new(function);
        let kernel =
            move || -> Box<dyn Kernel> { Box::new(OfRow { function: function.clone(), types: PhantomData::<fn(A) -> R> }) };
        Self::new(name, A::types(), R::data_type(), Arc::new(kernel))
    }

    /// Of arguments of any types, as values; it is called for NULLs too.
    pub fn of_values(
        name: &str,
        args: impl Into<Vec<DataType>>,
        returns: DataType,
        function: impl Fn(&[Value]) -> Result<Value, String> + Send + Sync + 'static,
    ) -> ScalarFunction {
        let (args, function) = (args.into(), Arc::new(function));
        let (types, result) = (args.clone(), returns.clone());
        let kernel = move || -> Box<dyn Kernel> {
            Box::new(OfValues { function: function.clone(), args: types.clone(), returns: result.clone() })
        };
        Self::new(name, args, returns, Arc::new(kernel))
    }

    /// The same, for a function that may give another result for the same arguments: no call is made once for several.
    #[must_use]
    pub fn varying(self) -> ScalarFunction {
        let GivenFunction { name, args, returns, gives, meaning, kernel, .. } = &*self.0;
        let (name, args, returns, kernel) = (name.clone(), args.clone(), returns.clone(), kernel.clone());
        ScalarFunction(Arc::new(GivenFunction {
            name,
            args,
            returns,
            gives: *gives,
            deterministic: false,
            meaning: meaning.clone(),
            kernel,
        }))
    }

    pub(super) fn new(
        name: &str,
        args: Vec<DataType>,
        returns: DataType,
        kernel: Arc<dyn Fn() -> Box<dyn Kernel> + Send + Sync>,
    ) -> ScalarFunction {
        let (name, gives, meaning) = (name.to_uppercase(), Gives::Value, OF_PROGRAM.to_owned());
        ScalarFunction(Arc::new(GivenFunction { name, args, returns, gives, deterministic: true, meaning, kernel }))
    }
}

/// Calls a function row by row.
struct OfRow<A, R, F> {
    function: Arc<F>,
    types: PhantomData<fn(A) -> R>,
}

impl<A: Arguments, R: Returned, F: for<'a> Fn(A::Of<'a>) -> R + Send + Sync> Kernel for OfRow<A, R, F> {
    fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, errors: &mut RowErrors) -> Column {
        row_by_row(&R::data_type(), rows, selection, errors, |row, output| match A::read(args, row) {
            Some(values) => (self.function)(values).append_to(output),
            None => {
                output.push_null();
                Ok(())
            }
        })
    }
}

struct OfValues<F> {
    function: Arc<F>,
    args: Vec<DataType>,
    returns: DataType,
}

impl<F: Fn(&[Value]) -> Result<Value, String> + Send + Sync> Kernel for OfValues<F> {
    fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, errors: &mut RowErrors) -> Column {
        let mut values = Vec::with_capacity(args.len());
        row_by_row(&self.returns, rows, selection, errors, |row, output| {
            values.clear();
            values.extend(args.iter().zip(&self.args).map(|(column, data_type)| column.value(row, data_type)));
            let value = (self.function)(&values)?;
            if push(output, &self.returns, &value) {
                Ok(())
            } else {
                Err(format!("the function gives {value:?}, no {}", self.returns))
            }
        })
    }
}

/// The arguments of a function: a tuple of types that a column has.
pub trait Arguments: 'static {
    /// The values of a row.
    type Of<'a>;
    /// The SQL types.
    fn types() -> Vec<DataType>;
    #[doc(hidden)]
    fn read<'a>(columns: &[&'a Column], row: usize) -> Option<Self::Of<'a>>;
}

/// A type of an argument.
pub trait Argument: 'static {
    /// A value of a row.
    type Of<'a>;
    /// The SQL type.
    fn data_type() -> DataType;
    #[doc(hidden)]
    fn read(column: &Column, row: usize) -> Option<Self::Of<'_>>;
}

/// What a function may give.
pub trait Returned: 'static {
    #[doc(hidden)]
    const CAN_FAIL: bool = false;
    /// Whether it can stand within a row, which travels as JSON.
    #[doc(hidden)]
    const IS_JSON: bool = true;
    /// The SQL type.
    fn data_type() -> DataType;
    #[doc(hidden)]
    fn append_to(self, column: &mut Column) -> Result<(), String>;
}

macro_rules! tuples {
    ($($($name:ident $at:tt),+;)+) => {$(
        impl<$($name: Argument),+> Arguments for ($($name,)+) {
            type Of<'a> = ($($name::Of<'a>,)+);

            fn types() -> Vec<DataType> {
                vec![$($name::data_type()),+]
            }

            fn read<'a>(columns: &[&'a Column], row: usize) -> Option<Self::Of<'a>> {
                Some(($($name::read(columns[$at], row)?,)+))
            }
        }
    )+};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
}

macro_rules! fixed {
    ($($rust:ty, $values:ident, $sql:ident;)+) => {$(
        impl Argument for $rust {
            type Of<'a> = $rust;

            fn data_type() -> DataType {
                DataType::$sql
            }

            fn read(column: &Column, row: usize) -> Option<$rust> {
                match &column.values {
                    Values::$values(values) if !column.is_null(row) => Some(values[row]),
                    _ => None,
                }
            }
        }

        impl Returned for $rust {
            fn data_type() -> DataType {
                DataType::$sql
            }

            fn append_to(self, column: &mut Column) -> Result<(), String> {
                if let Values::$values(values) = &mut column.values {
                    values.push(self);
                    column.mark_valid();
                }
                Ok(())
            }
        }
    )+};
}

fixed! {
    bool, Bool, Boolean;
    i8, I8, TinyInt;
    i16, I16, SmallInt;
    i32, I32, Int;
    i64, I64, BigInt;
    f32, F32, Float;
    f64, F64, Double;
}

impl Argument for &'static str {
    type Of<'a> = &'a str;

    fn data_type() -> DataType {
        DataType::STRING
    }

    fn read(column: &Column, row: usize) -> Option<&str> {
        match &column.values {
            Values::Str(texts) if !column.is_null(row) => Some(texts.text(row)),
            _ => None,
        }
    }
}

impl Argument for &'static [u8] {
    type Of<'a> = &'a [u8];

    fn data_type() -> DataType {
        DataType::Bytes
    }

    fn read(column: &Column, row: usize) -> Option<&[u8]> {
        match &column.values {
            Values::Str(bytes) if !column.is_null(row) => Some(bytes.bytes(row)),
            _ => None,
        }
    }
}

/// NULL is `None`, and the function is called.
impl<T: Argument> Argument for Option<T> {
    type Of<'a> = Option<T::Of<'a>>;

    fn data_type() -> DataType {
        T::data_type()
    }

    fn read(column: &Column, row: usize) -> Option<Self::Of<'_>> {
        Some(T::read(column, row))
    }
}

impl Returned for String {
    fn data_type() -> DataType {
        DataType::STRING
    }

    fn append_to(self, column: &mut Column) -> Result<(), String> {
        column.push_bytes(self.as_bytes());
        Ok(())
    }
}

impl Returned for Vec<u8> {
    const IS_JSON: bool = false;

    fn data_type() -> DataType {
        DataType::Bytes
    }

    fn append_to(self, column: &mut Column) -> Result<(), String> {
        column.push_bytes(&self);
        Ok(())
    }
}

/// An array of texts.
impl Returned for Vec<String> {
    fn data_type() -> DataType {
        DataType::Array(Box::new(DataType::STRING))
    }

    fn append_to(self, column: &mut Column) -> Result<(), String> {
        let mut json = Vec::new();
        write_json_parts(*b"[]", self.iter(), &mut json, |text, json| write_json_string(text.as_bytes(), json));
        column.push_bytes(&json);
        Ok(())
    }
}

/// `None` is NULL.
impl<T: Returned> Returned for Option<T> {
    const CAN_FAIL: bool = T::CAN_FAIL;
    const IS_JSON: bool = T::IS_JSON;

    fn data_type() -> DataType {
        T::data_type()
    }

    fn append_to(self, column: &mut Column) -> Result<(), String> {
        match self {
            Some(value) => value.append_to(column),
            None => {
                column.push_null();
                Ok(())
            }
        }
    }
}

/// The error is the reason for which the row is set aside.
impl<T: Returned, E: fmt::Display + 'static> Returned for Result<T, E> {
    const CAN_FAIL: bool = true;
    const IS_JSON: bool = T::IS_JSON;

    fn data_type() -> DataType {
        T::data_type()
    }

    fn append_to(self, column: &mut Column) -> Result<(), String> {
        self.map_err(|reason| reason.to_string()).and_then(|value| value.append_to(column))
    }
}

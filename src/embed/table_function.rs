//! Functions of the program that give any number of rows for a row. They make an array, as those of the library do, which is taken apart.

use std::marker::PhantomData;
use std::sync::Arc;

use super::aggregate::Outcome;
use super::function::{Arguments, OF_PROGRAM, Returned};
use crate::batch::text::{write_json_parts, write_json_string, write_json_value};
use crate::batch::{Column, Selection};
use crate::expr::{GivenFunction, Gives, Kernel, RowErrors, row_by_row};
use crate::limits::SERIES_VALUES_MAX;
use crate::types::DataType;

/// A function that gives any number of rows for a row, called by its name in the SQL of a job: `FROM t, LATERAL TABLE(f(x)) AS r (a, b)`, or
/// `LEFT JOIN LATERAL TABLE(f(x)) AS r (a, b) ON TRUE` for a row with NULLs where it gives none.
///
/// ```
/// use corelane::{Job, TableFunction};
///
/// let words = TableFunction::of_row::<(&str,), (String, i32), _>("WORDS", ["word", "length"], |(line,), rows| {
///     for word in line.split_whitespace() {
///         rows.push((word.to_owned(), word.len() as i32));
///     }
/// });
/// let sql = "SELECT n, word, length FROM (VALUES (1, 'to be'), (2, '')) AS t (n, line)
///            LEFT JOIN LATERAL TABLE(words(line)) ON TRUE";
/// let mut job = Job::builder().table_function(words).sql(sql).plan()?;
/// let output = job.output("print")?;
/// let running = job.start()?;
/// let lines: Vec<String> = output.map(|rows| rows.to_string()).collect();
/// assert_eq!(lines.join("\n"), "+I[1, to, 2]\n+I[1, be, 2]\n+I[2, NULL, NULL]");
/// running.wait()?;
/// # Ok::<(), corelane::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TableFunction(pub(super) Arc<GivenFunction>);

impl TableFunction {
    /// Of what it gives for the arguments of a row, pushed one after the other: tuples with a value for each of these columns. For a row where an
    /// argument that is no `Option` is NULL it gives none. A row for which it fails is set aside, and so is one for which it gives more than
    /// 1,048,576.
    pub fn of_row<A: Arguments, C: Columns, O: Outcome>(
        name: &str,
        columns: C::Names<'_>,
        function: impl for<'a> Fn(A::Of<'a>, &mut GivenRows<C>) -> O + Send + Sync + 'static,
    ) -> TableFunction {
        const { assert!(C::ARE_JSON, "BYTES do not travel within rows: give them as text") };
        let (names, function) = (C::names(columns), Arc::new(function));
        let fields: Vec<(String, DataType)> = names.into_iter().zip(C::types()).collect();
        let item = DataType::Row(fields.clone());
        let kernel = move || -> Box<dyn Kernel> {
            Box::new(OfRow { function: function.clone(), fields: fields.clone(), types: PhantomData::<fn(A) -> (C, O)> })
        };
        TableFunction(Arc::new(GivenFunction {
            name: name.to_uppercase(),
            args: A::types(),
            returns: DataType::Array(Box::new(item)),
            gives: Gives::Rows,
            deterministic: true,
            meaning: OF_PROGRAM.to_owned(),
            kernel: Arc::new(kernel),
        }))
    }
}

/// The rows that a call gives.
#[derive(Debug)]
pub struct GivenRows<C> {
    columns: Vec<Column>,
    rows: usize,
    /// Why they are not all there.
    failed: Option<String>,
    row: PhantomData<fn(C)>,
}

impl<C: Columns> GivenRows<C> {
    fn new() -> Self {
        let columns = C::types().iter().map(|data_type| Column::with_capacity(data_type, 0)).collect();
        Self { columns, rows: 0, failed: None, row: PhantomData }
    }

    fn clear(&mut self) {
        self.columns.iter_mut().for_each(|column| column.truncate(0));
        (self.rows, self.failed) = (0, None);
    }

    /// Gives one more.
    pub fn push(&mut self, row: C) {
        if self.failed.is_none() {
            self.failed = match self.rows < SERIES_VALUES_MAX {
                true => row.append_to(&mut self.columns).err(),
                false => Some(format!("the function gives more than {SERIES_VALUES_MAX} rows")),
            };
            self.rows += 1;
        }
    }

    /// Their JSON, or why there is none.
    fn write(&self, fields: &[(String, DataType)], out: &mut Vec<u8>) -> Result<(), String> {
        if let Some(reason) = &self.failed {
            return Err(reason.clone());
        }
        let field = |row: usize, ((name, data_type), column): (&(String, DataType), &Column), out: &mut Vec<u8>| {
            write_json_string(name.as_bytes(), out);
            out.push(b':');
            write_json_value(column, row, data_type, out);
        };
        write_json_parts(*b"[]", 0..self.rows, out, |row, out| {
            write_json_parts(*b"{}", fields.iter().zip(&self.columns), out, |part, out| field(row, part, out));
        });
        Ok(())
    }
}

struct OfRow<A, C, O, F> {
    function: Arc<F>,
    fields: Vec<(String, DataType)>,
    types: PhantomData<fn(A) -> (C, O)>,
}

impl<A: Arguments, C: Columns, O: Outcome, F> Kernel for OfRow<A, C, O, F>
where
    F: for<'a> Fn(A::Of<'a>, &mut GivenRows<C>) -> O + Send + Sync,
{
    fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, errors: &mut RowErrors) -> Column {
        let (mut given, mut json) = (GivenRows::new(), Vec::new());
        row_by_row(&DataType::STRING, rows, selection, errors, |row, output| {
            let Some(values) = A::read(args, row) else {
                output.push_null();
                return Ok(());
            };
            given.clear();
            json.clear();
            (self.function)(values, &mut given).settled()?;
            given.write(&self.fields, &mut json)?;
            output.push_bytes(&json);
            Ok(())
        })
    }
}

/// The columns that a function gives: a tuple of up to eight types of values, other than `Vec<u8>`.
pub trait Columns: 'static {
    /// A name for each.
    type Names<'a>;
    #[doc(hidden)]
    const ARE_JSON: bool;
    #[doc(hidden)]
    fn names(names: Self::Names<'_>) -> Vec<String>;
    /// The SQL types.
    fn types() -> Vec<DataType>;
    /// Appends a value to each, up to the first that fails.
    #[doc(hidden)]
    fn append_to(self, columns: &mut [Column]) -> Result<(), String>;
}

macro_rules! tuples {
    ($($count:literal: $($name:ident $at:tt),+;)+) => {$(
        impl<$($name: Returned),+> Columns for ($($name,)+) {
            type Names<'a> = [&'a str; $count];

            const ARE_JSON: bool = $($name::IS_JSON &&)+ true;

            fn names(names: Self::Names<'_>) -> Vec<String> {
                names.map(str::to_owned).into()
            }

            fn types() -> Vec<DataType> {
                vec![$($name::data_type()),+]
            }

            fn append_to(self, columns: &mut [Column]) -> Result<(), String> {
                $(self.$at.append_to(&mut columns[$at])?;)+
                Ok(())
            }
        }
    )+};
}

tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}

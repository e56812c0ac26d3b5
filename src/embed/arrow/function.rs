//! Functions over whole columns, as arrays of Arrow.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef};

use super::super::ScalarFunction;
use super::{from, to};
use crate::batch::{Column, Selection};
use crate::expr::{Kernel, RowErrors};
use crate::types::DataType;

/// Stands for a row that was not computed.
const NONE: u32 = u32::MAX;

impl ScalarFunction {
    /// Of columns: it is given the rows of a batch as an array for each argument, with their number, and gives an array of as many, each of the
    /// Arrow type that goes with its SQL type. NULLs are its own affair. If it fails it is asked again for each row alone, so that those are set
    /// aside for which it fails, however rows come together.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use corelane::arrow_array::cast::AsArray;
    /// use corelane::arrow_array::types::Int64Type;
    /// use corelane::{DataType, Job, ScalarFunction};
    ///
    /// let doubled = ScalarFunction::of_arrays("DOUBLED", [DataType::BigInt], DataType::BigInt, |arrays, _rows| {
    ///     Ok(Arc::new(arrays[0].as_primitive::<Int64Type>().unary::<_, Int64Type>(|n| n.wrapping_mul(2))))
    /// });
    /// let mut job = Job::builder().function(doubled).sql("SELECT doubled(n) FROM (VALUES 3, NULL) AS t (n)").plan()?;
    /// let output = job.output("print")?;
    /// let running = job.start()?;
    /// let lines: Vec<String> = output.map(|rows| rows.to_string()).collect();
    /// assert_eq!(lines.join("\n"), "+I[6]\n+I[NULL]");
    /// running.wait()?;
    /// # Ok::<(), corelane::Error>(())
    /// ```
    pub fn of_arrays(
        name: &str,
        args: impl Into<Vec<DataType>>,
        returns: DataType,
        function: impl Fn(&[ArrayRef], usize) -> Result<ArrayRef, String> + Send + Sync + 'static,
    ) -> ScalarFunction {
        let (args, function) = (args.into(), Arc::new(function));
        let (types, result) = (args.clone(), returns.clone());
        let kernel = move || -> Box<dyn Kernel> {
            Box::new(OfArrays { function: function.clone(), args: types.clone(), returns: result.clone() })
        };
        Self::new(name, args, returns, Arc::new(kernel))
    }
}

struct OfArrays<F> {
    function: Arc<F>,
    args: Vec<DataType>,
    returns: DataType,
}

impl<F: Fn(&[ArrayRef], usize) -> Result<ArrayRef, String>> OfArrays<F> {
    /// What the function gives for the selected rows.
    fn call(&self, args: &[&Column], selection: &Selection) -> Result<Column, String> {
        let arrays = args.iter().zip(&self.args).map(|(column, data_type)| to::array(&column.gather(selection), data_type));
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let array = (self.function)(&arrays, selection.len())?;
        if array.len() != selection.len() {
            return Err(format!("the function gives {} rows for {}", array.len(), selection.len()));
        }
        from::column(&array, &self.returns)
    }

    /// The same, row by row.
    #[cold]
    fn call_one_by_one(&self, args: &[&Column], selection: &Selection, errors: &mut RowErrors) -> Column {
        let mut output = Column::with_capacity(&self.returns, selection.len());
        for row in selection.iter() {
            match self.call(args, &Selection::Rows(vec![row as u32])) {
                Ok(value) => output.append(&value),
                Err(reason) => {
                    output.push_null();
                    errors.push(row, reason);
                }
            }
        }
        output
    }
}

impl<F: Fn(&[ArrayRef], usize) -> Result<ArrayRef, String> + Send + Sync> Kernel for OfArrays<F> {
    fn evaluate(&mut self, args: &[&Column], rows: usize, selection: &Selection, errors: &mut RowErrors) -> Column {
        if selection.is_empty() {
            return Column::nulls(&self.returns, rows);
        }
        let computed = self.call(args, selection).unwrap_or_else(|_| self.call_one_by_one(args, selection, errors));
        let Selection::Rows(selected) = selection else { return computed };
        let mut places = vec![NONE; rows];
        (0..).zip(selected).for_each(|(place, row)| places[*row as usize] = place);
        computed.gather_or_null(&places, NONE, &self.returns)
    }
}

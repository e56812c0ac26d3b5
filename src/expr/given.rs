//! What a call calls: a function of the library, or one that the program around a job brings along, whose kernels are the program's.

use std::fmt;
use std::sync::Arc;

use super::{Kernel, RowErrors, ScalarFunction};
use crate::batch::{Column, Selection};
use crate::error::Result;
use crate::types::DataType;

/// A function of the program, of one signature.
pub struct GivenFunction {
    /// Upper-case SQL name.
    pub name: String,
    /// Types of the arguments.
    pub args: Vec<DataType>,
    /// Type of the result.
    pub returns: DataType,
    /// What it gives for a row.
    pub gives: Gives,
    /// Whether the same arguments always give the same result.
    pub deterministic: bool,
    /// What it is, for SHOW FUNCTIONS.
    pub meaning: String,
    /// Makes a kernel, once per compiled expression.
    pub kernel: Arc<dyn Fn() -> Box<dyn Kernel> + Send + Sync>,
}

/// What a function gives for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// A value.
    Value,
    /// An array whose items are rows of their own.
    Rows,
}

/// A column of what `compute` appends for each selected row. Hot: once per row.
pub fn row_by_row(
    returns: &DataType,
    rows: usize,
    selection: &Selection,
    errors: &mut RowErrors,
    mut compute: impl FnMut(usize, &mut Column) -> std::result::Result<(), String>,
) -> Column {
    let mut output = Column::with_capacity(returns, rows);
    let fill = |output: &mut Column, rows: usize| (output.len()..rows).for_each(|_| output.push_null());
    for row in selection.iter() {
        fill(&mut output, row);
        if let Err(reason) = compute(row, &mut output) {
            errors.push(row, reason);
            fill(&mut output, row + 1);
        }
    }
    fill(&mut output, rows);
    output
}

/// What a call calls. Equality is by name: a job has one of each.
#[derive(Clone)]
pub enum Function {
    /// A function of the library.
    Library(&'static ScalarFunction),
    /// One of the program.
    Given(Arc<GivenFunction>),
}

impl Function {
    /// Upper-case SQL name.
    pub fn name(&self) -> &str {
        match self {
            Function::Library(function) => function.name,
            Function::Given(function) => &function.name,
        }
    }

    /// Whether the same arguments always give the same result.
    pub fn is_deterministic(&self) -> bool {
        match self {
            Function::Library(function) => function.deterministic,
            Function::Given(function) => function.deterministic,
        }
    }

    /// A kernel for arguments of these types.
    pub(super) fn kernel(&self, args: &[DataType], returns: &DataType) -> Result<Box<dyn Kernel>> {
        match self {
            Function::Library(function) => (function.kernel)(args, returns),
            Function::Given(function) => Ok((function.kernel)()),
        }
    }
}

impl From<&'static ScalarFunction> for Function {
    fn from(function: &'static ScalarFunction) -> Self {
        Function::Library(function)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for GivenFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

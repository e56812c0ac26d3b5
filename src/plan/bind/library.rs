//! The seam to what stands outside of binding: the functions that there are, constant evaluation, types as they are written.
//!
//! Expressions are bound in many places that know columns and nothing else. So the functions of a job are not handed down to all of them: they
//! are those of the thread while it binds the statements of the job.

use std::cell::RefCell;
use std::sync::Arc;

use crate::expr::GivenFunction;
pub use crate::expr::evaluate_constant;
pub use crate::expr::function::{is_format_of_bytes, lookup, wrong_field, wrong_rounding};
pub use crate::plan::parse::data_type;

/// Functions that the program around a job brings along.
pub type Given = Vec<Arc<GivenFunction>>;

thread_local! {
    static OF_JOB: RefCell<Given> = const { RefCell::new(Vec::new()) };
}

/// Does something with the functions of a job beside those of the library.
pub fn with_functions<T>(given: &Given, bind: impl FnOnce() -> T) -> T {
    let before = OF_JOB.replace(given.clone());
    let bound = bind();
    OF_JOB.set(before);
    bound
}

/// Those of the job.
pub fn given() -> Given {
    OF_JOB.with_borrow(Clone::clone)
}

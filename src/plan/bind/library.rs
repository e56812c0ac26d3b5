//! The seam to what stands outside of binding: the functions that there are, constant evaluation, types as they are written.
//!
//! Expressions are bound in many places that know columns and nothing else. So the functions of a job are not handed down to all of them: they
//! are those of the thread while it binds the statements of the job.

use std::cell::RefCell;
use std::sync::Arc;

pub use crate::expr::evaluate_constant;
pub use crate::expr::function::{is_format_of_bytes, is_key_length, lookup, wrong_field, wrong_rounding};
use crate::expr::{GivenFunction, Gives};
use crate::plan::functions;
pub use crate::plan::parse::{data_type, declared};
use crate::types::GivenAggregate;

/// Functions that the program around a job brings along.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Of a row.
    pub functions: Vec<Arc<GivenFunction>>,
    /// Of groups.
    pub aggregates: Vec<Arc<GivenAggregate>>,
}

impl Given {
    /// The names of all.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let aggregates = self.aggregates.iter().map(|aggregate| aggregate.name.as_str());
        self.functions.iter().map(|function| function.name.as_str()).chain(aggregates)
    }
}

thread_local! {
    static OF_JOB: RefCell<Given> = RefCell::default();
}

/// Does something with the functions of a job beside those of the library; they may become others.
pub fn with_functions<T>(given: &mut Given, bind: impl FnOnce() -> T) -> T {
    let before = OF_JOB.replace(std::mem::take(given));
    let bound = bind();
    *given = OF_JOB.replace(before);
    bound
}

/// Adds a function to those of the job.
pub fn declare(function: Arc<GivenFunction>) {
    OF_JOB.with_borrow_mut(|given| given.functions.push(function));
}

/// Takes one out, by its upper-case name, if it is there.
pub fn forget(name: &str) -> bool {
    OF_JOB.with_borrow_mut(|given| {
        let before = given.functions.len();
        given.functions.retain(|function| function.name != name);
        given.functions.len() < before
    })
}

/// Whether this upper-case name means something without the functions of the job.
pub fn is_known(name: &str) -> bool {
    lookup(name).is_some() || functions::names().any(|known| known == name)
}

/// Those of the job.
pub fn given() -> Given {
    OF_JOB.with_borrow(Given::clone)
}

/// The function of the job, of a row, that has this upper-case name.
pub fn function(name: &str) -> Option<Arc<GivenFunction>> {
    OF_JOB.with_borrow(|given| given.functions.iter().find(|function| function.name == name).cloned())
}

/// The aggregate of the job that has this upper-case name.
pub fn aggregate(name: &str) -> Option<Arc<GivenAggregate>> {
    OF_JOB.with_borrow(|given| given.aggregates.iter().find(|aggregate| aggregate.name == name).cloned())
}

/// Whether this upper-case name is that of an aggregate.
pub fn is_aggregate(name: &str) -> bool {
    functions::is_aggregate(name) || aggregate(name).is_some()
}

/// Whether a function of this upper-case name gives any number of values.
pub fn is_table_function(name: &str) -> bool {
    functions::is_table_function(name) || function(name).is_some_and(|function| function.gives == Gives::Rows)
}

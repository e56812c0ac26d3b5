//! What DEFINE asks of a row besides itself: evaluated over all rows of a turn that may be mapped to the same variable, of all partitions.

use super::attempt::Attempt;
use super::paths::{Asked, Paths};
use super::program::Program as Steps;
use crate::batch::{Batch, Column, Selection};
use crate::expr::{Program, RowError, RowErrors};
use crate::operator::over::{Answers, Sequence};
use crate::state::cell;
use crate::types::pattern::{Navigation, Reference};
use crate::types::{DataType, Value};

/// What must hold of a row that is mapped to a variable.
#[derive(Default)]
pub struct Condition {
    /// A BOOLEAN column of the input.
    pub own: Option<usize>,
    /// A BOOLEAN over other rows, and what it reads of them.
    pub rest: Option<(Program, Vec<Reference>)>,
}

/// A row that is tested: the path that it makes, and whose.
#[derive(Clone, Copy)]
pub struct Tested<'a> {
    /// Rows of the partition.
    pub rows: &'a Sequence,
    /// The search.
    pub attempt: &'a Attempt,
    /// Which match of the partition it would be.
    pub number: i64,
    /// With the row as its last.
    pub path: u32,
}

/// What a pattern is, as conditions see it.
pub struct Lookup<'a> {
    /// Its steps.
    pub steps: &'a Steps,
    /// What conditions ask of paths.
    pub asked: &'a Asked,
    /// Names of its variables.
    pub variables: &'a [String],
    /// Types of the columns of the input.
    pub types: &'a [DataType],
}

/// The tests for which a condition is TRUE, by their numbers, and those that failed.
pub fn select(rest: &mut (Program, Vec<Reference>), tests: &[Tested<'_>], lookup: &Lookup<'_>) -> (Selection, Vec<RowError>) {
    let (program, references) = rest;
    let mut errors = RowErrors::default();
    let columns = references.iter().map(|reference| column(reference, tests, lookup, &mut errors)).collect();
    let batch = Batch::new(columns, tests.len(), 0);
    let held = program.select(&batch, &Selection::All(tests.len()), &mut errors);
    let failed = if errors.is_empty() { Vec::new() } else { errors.take() };
    let is_sound = |test: usize| failed.iter().all(|error| error.row as usize != test);
    (if failed.is_empty() { held } else { held.filter(is_sound) }, failed)
}

fn column(reference: &Reference, tests: &[Tested<'_>], lookup: &Lookup<'_>, errors: &mut RowErrors) -> Column {
    let data_type = reference.data_type(lookup.types);
    let mut answers = Answers::new(&data_type, tests.len());
    for test in tests {
        match reference {
            Reference::Value { column, at } => match position(test, *at, lookup.asked) {
                Some(position) => {
                    let (column, row) = test.rows.at(*column, position);
                    cell::push(&mut answers.column, column, row);
                }
                None => answers.column.push_null(),
            },
            Reference::Classifier(at) => match classifier(test, *at, lookup) {
                Some(name) => answers.column.push_bytes(name.as_bytes()),
                None => answers.column.push_null(),
            },
            Reference::MatchNumber => answers.column.push(&Value::Int(test.number)),
            Reference::Aggregate { .. } => {
                let tally = lookup.asked.tally(reference).expect("what is asked for is known");
                let paths: &Paths = &test.attempt.paths;
                paths.tally(test.path, tally, lookup.asked).result(&lookup.asked.tallies()[tally], test.rows, &mut answers);
            }
        }
    }
    answers.failed.into_iter().for_each(|(test, why)| errors.push(test, why));
    answers.column
}

/// Position of the row of the partition that is meant, if it is there.
fn position(test: &Tested<'_>, at: Navigation, asked: &Asked) -> Option<usize> {
    let row = test.attempt.paths.find(test.path, at, asked)?;
    let position = (test.attempt.start + row as usize).checked_add_signed(at.offset as isize)?;
    (position < test.rows.len()).then_some(position)
}

fn classifier<'a>(test: &Tested<'_>, at: Navigation, lookup: &Lookup<'a>) -> Option<&'a str> {
    let row = test.attempt.paths.find(test.path, at, lookup.asked)?.checked_add_signed(at.offset)?;
    let step = test.attempt.paths.step_of(test.path, row)?;
    Some(&lookup.variables[lookup.steps.taken(step).0])
}

//! Rows made of matches: columns of the partition or of the rows of the match, and what MEASURES read of it.

use std::borrow::Cow;

use super::program::{At, Program, Shown};
use crate::batch::{Batch, Column, Selection};
use crate::error::Result;
use crate::operator::over::{Answers, CallState, Sequence};
use crate::operator::{Output, set_aside};
use crate::state::cell;
use crate::types::over::{Frame, OverCall, OverFunction};
use crate::types::pattern::{EmptyMatches, End, Navigation, PatternShape, Reference, RowsPerMatch, Span, Variables};
use crate::types::relation::OnError;
use crate::types::{DataType, Nanos, Value};

/// A match: steps that took rows of a partition, one after the other.
#[derive(Clone, Copy)]
pub struct Match<'a> {
    /// Rows of the partition.
    pub rows: &'a Sequence,
    /// Position of the first one.
    pub start: usize,
    /// Of the match; none where it is empty.
    pub steps: &'a [At],
    /// Which match of the partition it is, from 1.
    pub number: i64,
}

/// Rows to be given out.
pub struct Matches {
    /// Columns of the input that are given out.
    given: Vec<usize>,
    columns: Vec<Column>,
    measures: Vec<Answers>,
    calls: Vec<Option<OverCall>>,
    rows: usize,
    types: Vec<DataType>,
}

impl Matches {
    /// No rows, of an input with columns of these types.
    pub fn new(shape: &PatternShape, keys: &[usize], input: &[DataType]) -> Matches {
        let given = match shape.rows {
            RowsPerMatch::One => keys.to_vec(),
            RowsPerMatch::All { .. } => (0..input.len()).collect(),
        };
        let measured = shape.measures.iter().map(|measure| measure.data_type(input));
        let types: Vec<DataType> = given.iter().map(|column| input[*column].clone()).chain(measured).collect();
        let calls = shape.measures.iter().map(|measure| match measure {
            Reference::Aggregate { call, .. } => {
                let function = OverFunction::Aggregate(call.clone());
                Some(OverCall { function, frame: Frame::WHOLE, data_type: call.data_type.clone() })
            }
            _ => None,
        });
        let mut matches = Matches { calls: calls.collect(), columns: Vec::new(), measures: Vec::new(), rows: 0, given, types };
        matches.empty();
        matches
    }

    fn empty(&mut self) {
        let (columns, measures) = self.types.split_at(self.given.len());
        self.columns = columns.iter().map(|data_type| Column::with_capacity(data_type, 0)).collect();
        self.measures = measures.iter().map(|data_type| Answers::new(data_type, 0)).collect();
        self.rows = 0;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Adds the rows that a match gives out.
    pub fn add(&mut self, found: Match<'_>, shape: &PatternShape, program: &Program) {
        let len = found.steps.len();
        let shown: Vec<usize> = match shape.rows {
            RowsPerMatch::One => vec![len.saturating_sub(1)],
            RowsPerMatch::All { empty: EmptyMatches::Omit, .. } if len == 0 => Vec::new(),
            RowsPerMatch::All { .. } if len == 0 => vec![0],
            RowsPerMatch::All { .. } => (0..len).filter(|at| program.taken(found.steps[*at]).1 == Shown::Yes).collect(),
        };
        shown.iter().for_each(|at| self.add_columns(found.rows, found.start + at));
        let variables: Vec<usize> = found.steps.iter().map(|step| program.taken(*step).0).collect();
        let read = Read { found, variables: &variables, is_one: shape.rows == RowsPerMatch::One };
        for ((measure, call), out) in shape.measures.iter().zip(&self.calls).zip(&mut self.measures) {
            match (measure, call) {
                (Reference::Aggregate { of, span, .. }, Some(call)) => read.aggregate(call, *of, *span, &shown, out),
                _ => shown.iter().for_each(|at| read.value(measure, *at, &shape.variables, &mut out.column)),
            }
        }
    }

    /// Adds a row of no match.
    pub fn add_unmatched(&mut self, rows: &Sequence, position: usize) {
        self.add_columns(rows, position);
        self.measures.iter_mut().for_each(|measure| measure.column.push_null());
    }

    fn add_columns(&mut self, rows: &Sequence, position: usize) {
        for (column, given) in self.columns.iter_mut().zip(&self.given) {
            let (from, row) = rows.at(*given, position);
            cell::push(column, from, row);
        }
        self.rows += 1;
    }

    /// Gives them out; one for which a measure fails goes aside.
    pub fn give(&mut self, stamp: Nanos, on_error: OnError, out: &mut Output) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut failed: Vec<(usize, Cow<'static, str>)> =
            self.measures.iter_mut().flat_map(|measure| std::mem::take(&mut measure.failed)).collect();
        failed.sort_by_key(|(row, _)| *row);
        failed.dedup_by_key(|(row, _)| *row);
        let measured = std::mem::take(&mut self.measures).into_iter().map(|measure| measure.column);
        let columns = std::mem::take(&mut self.columns).into_iter().chain(measured).collect();
        let batch = Batch::new(columns, self.rows, stamp);
        for (row, why) in &failed {
            set_aside(&batch, *row, &self.types, why.clone(), on_error, out)?;
        }
        let is_sound = |row: usize| failed.binary_search_by_key(&row, |(row, _)| *row).is_err();
        out.emit(match failed.is_empty() {
            true => batch,
            false => batch.gather(&Selection::All(self.rows).filter(is_sound)),
        });
        self.empty();
        Ok(())
    }
}

/// What is read of a match.
struct Read<'a> {
    found: Match<'a>,
    /// By row.
    variables: &'a [usize],
    /// Whether all is read from its last row.
    is_one: bool,
}

impl Read<'_> {
    /// Rows of the match that count, seen from one of them.
    fn counted(&self, at: usize, span: Span) -> &[usize] {
        match span {
            Span::Running if !self.is_one => &self.variables[..self.variables.len().min(at + 1)],
            _ => self.variables,
        }
    }

    /// The row that is meant, counted from the first one of the match, its offset left out.
    fn row(&self, at: usize, to: Navigation) -> Option<usize> {
        let counted = self.counted(at, to.span);
        let mut rows = (0..counted.len()).filter(|row| to.of.contains(counted[*row]));
        match to.end {
            End::First => rows.nth(to.skip as usize),
            End::Last => rows.nth_back(to.skip as usize),
        }
    }

    fn value(&self, measure: &Reference, at: usize, names: &[String], out: &mut Column) {
        match measure {
            Reference::Value { column, at: to } => {
                let position = self.row(at, *to).and_then(|row| (self.found.start + row).checked_add_signed(to.offset as isize));
                match position.filter(|position| *position < self.found.rows.len()) {
                    Some(position) => {
                        let (column, row) = self.found.rows.at(*column, position);
                        cell::push(out, column, row);
                    }
                    None => out.push_null(),
                }
            }
            Reference::Classifier(to) => {
                let row = self.row(at, *to).and_then(|row| row.checked_add_signed(to.offset as isize));
                match row.and_then(|row| self.counted(at, to.span).get(row)) {
                    Some(variable) => out.push_bytes(names[*variable].as_bytes()),
                    None => out.push_null(),
                }
            }
            Reference::MatchNumber => out.push(&Value::Int(self.found.number)),
            Reference::Aggregate { .. } => unreachable!("aggregates are added up"),
        }
    }

    /// The results of an aggregate for rows of the match, in ascending order.
    fn aggregate(&self, call: &OverCall, of: Variables, span: Span, shown: &[usize], out: &mut Answers) {
        let mut state = CallState::new(call);
        let mut fed = 0;
        for at in shown {
            let counted = self.counted(*at, span);
            for row in (fed..counted.len()).filter(|row| of.contains(counted[*row])) {
                state.add(self.found.rows, self.found.start + row);
            }
            fed = counted.len();
            state.result(call, self.found.rows, None, out);
        }
    }
}

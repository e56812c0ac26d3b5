//! Filters, then computes columns: stateless, on the core that holds the rows.
//!
//! A row whose predicate or column fails goes aside; it is not a filtered row. A plain column reference is moved where all rows pass.

use super::{Operator, Output, set_aside};
use crate::batch::{Batch, Column, Selection};
use crate::error::Result;
use crate::expr::{Expr, Program, RowErrors};
use crate::types::DataType;
use crate::types::relation::OnError;

/// A filter and output columns.
pub struct Calc {
    filter: Option<Program>,
    columns: Vec<Program>,
    /// Whether the output column is the last that reads its plain input column, and no computed column reads it later.
    last_use: Vec<bool>,
    input_types: Vec<DataType>,
    on_error: OnError,
}

impl Calc {
    /// Compiles the filter and the columns.
    pub fn new(filter: Option<&Expr>, columns: &[Expr], input_types: Vec<DataType>, on_error: OnError) -> Result<Calc> {
        let programs: Vec<Program> = columns.iter().map(Program::compile).collect::<Result<_>>()?;
        let last_use = (0..programs.len())
            .map(|i| programs[i].as_column().is_some_and(|c| programs[i + 1..].iter().all(|p| p.as_column() != Some(c))))
            .collect();
        Ok(Calc { filter: filter.map(Program::compile).transpose()?, columns: programs, last_use, input_types, on_error })
    }

    /// The computed columns over all rows of the batch; plain references stay `None`.
    fn computed(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Vec<Option<Column>> {
        let plain = |p: &Program| p.as_column().is_some();
        self.columns.iter_mut().map(|p| if plain(p) { None } else { Some(p.evaluate(batch, selection, errors)) }).collect()
    }
}

impl Operator for Calc {
    fn process(&mut self, mut batch: Batch, out: &mut Output) -> Result<()> {
        let rows = batch.rows();
        let mut errors = RowErrors::default();
        let mut selection = match &mut self.filter {
            None => Selection::All(rows),
            Some(filter) => filter.select(&batch, &Selection::All(rows), &mut errors),
        };
        let failed = errors.take();
        let kept = selection.iter().filter(|row| failed.binary_search_by_key(&(*row as u32), |e| e.row).is_err()).count();
        out.filtered_rows += (rows - kept - failed.len()) as u64;
        if kept < selection.len() {
            selection = selection.filter(|row| failed.binary_search_by_key(&(row as u32), |e| e.row).is_err());
        }
        for error in failed {
            set_aside(&batch, error.row as usize, &self.input_types, error.reason, self.on_error, out)?;
        }
        let computed = self.computed(&batch, &selection, &mut errors);
        let failed = errors.take();
        if !failed.is_empty() {
            selection = selection.filter(|row| failed.binary_search_by_key(&(row as u32), |e| e.row).is_err());
        }
        for error in failed {
            set_aside(&batch, error.row as usize, &self.input_types, error.reason, self.on_error, out)?;
        }
        let all = selection.len() == rows;
        let columns = computed.into_iter().enumerate().map(|(i, column)| match (column, self.columns[i].as_column()) {
            (Some(column), _) if all => column,
            (Some(column), _) => column.gather(&selection),
            (None, Some(index)) if all && self.last_use[i] => {
                std::mem::replace(&mut batch.columns[index], Column::with_capacity(&DataType::Null, 0))
            }
            (None, index) => batch.columns[index.expect("a column that is not computed is plain")].gather(&selection),
        });
        let columns: Vec<Column> = columns.collect();
        let result = if all {
            Batch::with_stamps(columns, rows, batch.kinds.take(), std::mem::take(&mut batch.stamps))
        } else {
            batch.gather_around(columns, &selection)
        };
        out.emit(result);
        Ok(())
    }
}

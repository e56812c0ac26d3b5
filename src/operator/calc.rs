//! Filters, then computes columns: stateless, on the core that holds the rows.
//!
//! A row whose predicate or column fails goes aside; it is not a filtered row. A plain column reference is moved where all rows pass.

use super::{Operator, Output, set_aside};
use crate::batch::compress::count_ones;
use crate::batch::{Batch, Column, Selection};
use crate::error::Result;
use crate::expr::{Expr, Program, RowError, RowErrors};
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
    /// Whether the filter is a mask and all columns are plain: nothing can fail and no selection is made.
    is_mask: bool,
    /// The mask of the batch at hand.
    words: Vec<u64>,
}

impl Calc {
    /// Compiles the filter and the columns.
    pub fn new(filter: Option<&Expr>, columns: &[Expr], input_types: Vec<DataType>, on_error: OnError) -> Result<Calc> {
        let programs: Vec<Program> = columns.iter().map(Program::compile).collect::<Result<_>>()?;
        let last_use = (0..programs.len())
            .map(|i| programs[i].as_column().is_some_and(|c| programs[i + 1..].iter().all(|p| p.as_column() != Some(c))))
            .collect();
        let filter = filter.map(Program::compile).transpose()?;
        let is_mask = filter.as_ref().is_some_and(Program::is_maskable) && programs.iter().all(|p| p.as_column().is_some());
        Ok(Calc { filter, columns: programs, last_use, input_types, on_error, is_mask, words: Vec::new() })
    }

    /// Filters by a mask and cuts the columns down to it. Hot: once per batch.
    fn process_by_mask(&mut self, mut batch: Batch, out: &mut Output) {
        let rows = batch.rows();
        if let Some(filter) = &mut self.filter {
            filter.mask(&batch, &mut self.words);
        }
        let count = count_ones(&self.words);
        out.filtered_rows += (rows - count) as u64;
        if count == rows {
            let columns = (0..self.columns.len()).map(|i| self.plain(i, &mut batch)).collect();
            out.emit(Batch::with_stamps(columns, rows, batch.kinds.take(), std::mem::take(&mut batch.stamps)));
        } else if count > 0 {
            let inputs = self.columns.iter().filter_map(Program::as_column);
            let columns = inputs.map(|index| batch.columns[index].compress(&self.words, count)).collect();
            out.emit(batch.compress_around(columns, &self.words, count));
        }
    }

    /// Plain output column `at` over all rows: the input column itself where nobody reads it later.
    fn plain(&self, at: usize, batch: &mut Batch) -> Column {
        let index = self.columns[at].as_column().expect("a column that is not computed is plain");
        if self.last_use[at] {
            return std::mem::replace(&mut batch.columns[index], Column::with_capacity(&DataType::Null, 0));
        }
        batch.columns[index].clone()
    }

    /// Takes failed rows out of the selection and puts them aside; gives how many there are. Cold: only for bad rows.
    #[cold]
    fn set_aside(&self, batch: &Batch, selection: &mut Selection, failed: Vec<RowError>, out: &mut Output) -> Result<usize> {
        *selection = selection.filter(|row| failed.binary_search_by_key(&(row as u32), |e| e.row).is_err());
        let count = failed.len();
        for error in failed {
            set_aside(batch, error.row as usize, &self.input_types, error.reason, self.on_error, out)?;
        }
        Ok(count)
    }

    /// The computed columns over all rows of the batch; plain references stay `None`.
    fn computed(&mut self, batch: &Batch, selection: &Selection, errors: &mut RowErrors) -> Vec<Option<Column>> {
        let plain = |p: &Program| p.as_column().is_some();
        self.columns.iter_mut().map(|p| if plain(p) { None } else { Some(p.evaluate(batch, selection, errors)) }).collect()
    }
}

impl Operator for Calc {
    fn process(&mut self, mut batch: Batch, out: &mut Output) -> Result<()> {
        if self.is_mask {
            self.process_by_mask(batch, out);
            return Ok(());
        }
        let rows = batch.rows();
        let mut errors = RowErrors::default();
        let mut selection = match &mut self.filter {
            None => Selection::All(rows),
            Some(filter) => filter.select(&batch, &Selection::All(rows), &mut errors),
        };
        let mut failed = 0;
        if !errors.is_empty() {
            failed = self.set_aside(&batch, &mut selection, errors.take(), out)?;
        }
        out.filtered_rows += (rows - selection.len() - failed) as u64;
        let computed = self.computed(&batch, &selection, &mut errors);
        if !errors.is_empty() {
            self.set_aside(&batch, &mut selection, errors.take(), out)?;
        }
        let all = selection.len() == rows;
        let columns = computed.into_iter().enumerate().map(|(i, column)| match (column, self.columns[i].as_column()) {
            (Some(column), _) if all => column,
            (Some(column), _) => column.gather(&selection),
            (None, _) if all => self.plain(i, &mut batch),
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

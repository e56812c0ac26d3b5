//! Gives every row out once for each grouping set: behind its columns stand copies of the keys, NULL where the set lacks them, and the number
//! of the set. Stateless, on the core that holds the rows.

use super::{Operator, Output};
use crate::batch::{Batch, Column, Values};
use crate::error::Result;
use crate::types::DataType;

/// Copies rows for grouping sets.
pub struct Expand {
    keys: Vec<usize>,
    sets: Vec<Vec<bool>>,
    input_types: Vec<DataType>,
}

impl Expand {
    /// Of these key columns; each set says which of them it has.
    pub fn new(keys: Vec<usize>, sets: Vec<Vec<bool>>, input_types: Vec<DataType>) -> Self {
        Self { keys, sets, input_types }
    }
}

impl Operator for Expand {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let rows = batch.rows();
        for (number, set) in self.sets.iter().enumerate() {
            let mut columns = batch.columns.clone();
            columns.extend(self.keys.iter().zip(set).map(|(key, there)| match there {
                true => batch.columns[*key].clone(),
                false => Column::nulls(&self.input_types[*key], rows),
            }));
            columns.push(Column::from_values(Values::I32(vec![number as i32; rows])));
            out.emit(Batch::with_stamps(columns, rows, batch.kinds.clone(), batch.stamps.clone()));
        }
        Ok(())
    }
}

//! COUNT(*) and COUNT(x): how many rows a group was fed, which is known outside.

use super::{Accumulator, Offer, Rows, Verdict};
use crate::batch::{Column, Values};
use crate::state::{GroupWords, RowStore};

/// Has no state.
pub struct Count;

impl Accumulator for Count {
    fn resize(&mut self, _bound: usize) {}
    fn reset(&mut self, _group: usize) {}
    fn update(&mut self, _store: &mut RowStore, _arguments: &[&Column], _rows: Rows<'_>) -> Verdict {
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Nothing
    }
    fn states(&self, _groups: GroupWords<'_>) -> Vec<Column> {
        Vec::new()
    }
    fn state_op<'a>(&mut self, _states: &'a [Column]) -> Offer<'a> {
        Offer::Nothing
    }
    fn merge(&mut self, _store: &mut RowStore, _states: &[Column], _rows: Rows<'_>) -> Verdict {
        Verdict::Sound
    }
    fn results(&self, _groups: GroupWords<'_>, fed: &[i64]) -> Column {
        Column::from_values(Values::I64(fed.to_vec()))
    }
}

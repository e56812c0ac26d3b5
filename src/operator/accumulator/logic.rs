//! BOOL_AND and BOOL_OR: a word that counts the rows which decide.

use super::{Accumulator, Offer, Rows, Verdict, nulls_where_unfed};
use crate::batch::{Column, Values};
use crate::state::{GroupWords, RowStore};

/// BOOL_AND is decided by a FALSE, BOOL_OR by a TRUE.
pub struct Decision {
    /// Its word.
    pub at: usize,
    /// What decides.
    pub by: bool,
}

impl Accumulator for Decision {
    fn resize(&mut self, _bound: usize) {}
    fn reset(&mut self, _group: usize) {}
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        if let Values::Bool(values) = &arguments[0].values {
            let (stride, words) = (store.stride(), store.words_mut());
            rows.for_each_value(values, |group, value, sign| {
                let word = &mut words[group * stride + self.at];
                *word = word.wrapping_add_signed(i64::from(value == self.by) * sign);
            });
        }
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        vec![Column::from_values(Values::I64(groups.map(self.at, |count| count as i64)))]
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        if let Values::I64(counts) = &states[0].values {
            let (stride, words) = (store.stride(), store.words_mut());
            rows.for_each_value(counts, |group, count, _| {
                let word = &mut words[group * stride + self.at];
                *word = word.wrapping_add_signed(count);
            });
        }
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let results = groups.map(self.at, |count| (count as i64 > 0) == self.by);
        nulls_where_unfed(Column::from_values(Values::Bool(results)), fed)
    }
}

//! Changes of one batch that come to nothing are left out: a row that comes and goes, or goes and comes. Before sinks that take changes, where
//! what stands before them can give out such rows: joins, changelogs as they are read, projections of what aggregates give out. Before operators
//! too, but there only while much comes to nothing: to look a row up here costs about what it costs them.
//!
//! ```text
//!   +I a   -U a +U b   -U c +U c   -D d   +I d        +I b
//! ```
//! A row whose other half is left out is no update any more, but a row that comes or goes.

use super::looks::Looks;
use super::{Operator, Output};
use crate::batch::{Batch, Column, RowKind, Selection};
use crate::error::Result;
use crate::state::GroupTable;
use crate::types::DataType;
use crate::types::relation::Netting;

/// Leaves out what comes to nothing.
pub struct Consolidate {
    netting: Netting,
    /// Whether much comes to nothing.
    looks: Looks,
    /// The different rows of the batch at hand; empty between batches.
    rows: GroupTable,
    hashes: Vec<u64>,
    /// By row of the batch.
    numbers: Vec<u32>,
    /// By number: how many more have come than gone.
    left: Vec<i64>,
}

/// It pays where one in so many rows is left out: each spares an exchange, a look-up, and what would come of it.
const PAYS_IF_ONE_IN: usize = 4;

impl Consolidate {
    /// For columns of these types.
    pub fn new(netting: Netting, types: &[DataType]) -> Self {
        let rows = GroupTable::new(types);
        Self { netting, looks: Looks::default(), rows, hashes: Vec::new(), numbers: Vec::new(), left: Vec::new() }
    }

    /// The rows that are not outweighed by others, of equal ones the last; all of them where nothing is left out.
    fn kept(&mut self, batch: &Batch, kinds: &[RowKind]) -> Selection {
        let all = Selection::All(batch.rows());
        let columns: Vec<&Column> = batch.columns.iter().collect();
        self.rows.group_ids(&columns, batch.rows(), &all, &mut self.hashes, &mut self.numbers);
        self.left.clear();
        self.left.resize(self.rows.bound(), 0);
        for (number, kind) in self.numbers.iter().zip(kinds) {
            self.left[*number as usize] += kind.sign();
        }
        let mut kept = Vec::with_capacity(batch.rows());
        for row in (0..batch.rows()).rev() {
            let (left, sign) = (&mut self.left[self.numbers[row] as usize], kinds[row].sign());
            if left.signum() == sign {
                *left -= sign;
                kept.push(row as u32);
            }
        }
        for number in self.numbers.drain(..) {
            if self.rows.is_live(number) {
                self.rows.remove(number);
            }
        }
        if kept.len() == batch.rows() {
            return all;
        }
        kept.reverse();
        Selection::Rows(kept)
    }
}

impl Operator for Consolidate {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let Some(kinds) = batch.kinds.as_ref().filter(|kinds| kinds.iter().any(|kind| kind.sign() < 0)) else {
            out.emit(batch);
            return Ok(());
        };
        let is_due = self.looks.is_due();
        if self.netting == Netting::WhereItPays && !is_due && !self.looks.pays() {
            out.emit(batch);
            return Ok(());
        }
        let kept = self.kept(&batch, kinds);
        let left_out = batch.rows() - kept.len();
        if is_due {
            self.looks.found(left_out * PAYS_IF_ONE_IN >= batch.rows());
        }
        if self.netting == Netting::Always {
            // Between operators it depends on the batches, as what an aggregate gives out does.
            out.filtered_rows += left_out as u64;
        }
        out.emit(if left_out == 0 { batch } else { batch.gather(&kept) });
        Ok(())
    }

    fn state_bytes(&self) -> usize {
        self.rows.state_bytes() + self.left.capacity() * size_of::<i64>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::batch::Values;

    use RowKind::{Delete, Insert, UpdateAfter, UpdateBefore};

    fn consolidated(operator: &mut Consolidate, rows: &[(RowKind, i64)]) -> (Vec<(RowKind, i64)>, u64) {
        let column = Column::from_values(Values::I64(rows.iter().map(|(_, value)| *value).collect()));
        let mut batch = Batch::new(vec![column], rows.len(), 1);
        batch.kinds = Some(rows.iter().map(|(kind, _)| *kind).collect());
        let mut out = Output::default();
        operator.process(batch, &mut out).expect("no failure");
        let mut given = Vec::new();
        for batch in &out.batches {
            let Values::I64(values) = &batch.columns[0].values else { unreachable!() };
            given.extend(values.iter().enumerate().map(|(row, value)| (batch.kind(row), *value)));
        }
        (given, out.filtered_rows)
    }

    #[test]
    fn what_comes_and_goes_is_left_out() {
        let mut operator = Consolidate::new(Netting::Always, &[DataType::BigInt]);
        let mut check = |rows: &[(RowKind, i64)], wanted: &[(RowKind, i64)]| {
            let (given, left_out) = consolidated(&mut operator, rows);
            assert_eq!((given.as_slice(), left_out as usize), (wanted, rows.len() - wanted.len()), "{rows:?}");
        };
        check(&[(Insert, 1), (UpdateBefore, 1), (UpdateAfter, 2)], &[(Insert, 2)]);
        check(&[(UpdateBefore, 1), (UpdateAfter, 1), (Insert, 3)], &[(Insert, 3)]);
        check(&[(UpdateBefore, 1), (UpdateAfter, 2)], &[(UpdateBefore, 1), (UpdateAfter, 2)]);
        check(&[(UpdateBefore, 1), (UpdateAfter, 2), (UpdateBefore, 2), (UpdateAfter, 3)], &[(Delete, 1), (Insert, 3)]);
        check(&[(Delete, 4), (Insert, 4)], &[]);
        check(&[(Insert, 5), (Insert, 5), (Delete, 5)], &[(Insert, 5)]);
        check(&[(Insert, 6), (Insert, 6)], &[(Insert, 6), (Insert, 6)]);
    }

    #[test]
    fn what_is_left_is_the_sum_of_all_changes() {
        let mut operator = Consolidate::new(Netting::Always, &[DataType::BigInt]);
        for seed in 0..300 {
            let mut random = fastrand::Rng::with_seed(seed);
            let kinds = [Insert, UpdateBefore, UpdateAfter, Delete];
            let rows: Vec<_> = (0..random.usize(1..30)).map(|_| (kinds[random.usize(..4)], random.i64(0..6))).collect();
            let (given, left_out) = consolidated(&mut operator, &rows);
            let net = |rows: &[(RowKind, i64)]| {
                let mut net: BTreeMap<i64, i64> = BTreeMap::new();
                rows.iter().for_each(|(kind, value)| *net.entry(*value).or_default() += kind.sign());
                net.retain(|_, count| *count != 0);
                net
            };
            assert_eq!(net(&given), net(&rows), "{rows:?}");
            assert_eq!(given.len(), net(&rows).values().map(|count| count.unsigned_abs() as usize).sum::<usize>());
            assert_eq!(given.len() + left_out as usize, rows.len());
            assert!(operator.rows.is_empty());
        }
    }

    #[test]
    fn batches_are_looked_through_while_much_comes_to_nothing() {
        let mut operator = Consolidate::new(Netting::WhereItPays, &[DataType::BigInt]);
        let (nothing, all) = ([(Delete, 1), (Insert, 1)], [(Delete, 1), (Insert, 2)]);
        let mut left_out = |rows: &[(RowKind, i64)]| rows.len() - consolidated(&mut operator, rows).0.len();
        let looked: Vec<usize> = (0..17).map(|batch| left_out(if batch == 16 { &all } else { &nothing })).collect();
        assert_eq!(looked.iter().sum::<usize>(), 32);
        let passed: Vec<usize> = (0..16).map(|_| left_out(&nothing)).collect();
        assert_eq!(passed, [vec![0; 15], vec![2]].concat());
    }
}

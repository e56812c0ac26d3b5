//! The changelog of a batch: what it did to the results of the groups it touched.

use super::fed::Intake;
use super::{Applied, Grouped, Listing, NEVER, Retention, Scratch, Shape};
use crate::batch::{Column, RowKind, Selection};
use crate::state::{Aging, cell};
use crate::types::Nanos;
use crate::types::relation::Changes;

/// A batch's changes to results: keys, results, kinds.
pub struct Changed {
    /// Key columns.
    pub keys: Vec<Column>,
    /// Result columns.
    pub results: Vec<Column>,
    /// Kinds of the rows.
    pub kinds: Vec<RowKind>,
}

impl Grouped {
    /// Takes the selected rows or states of a prepared intake, and gives the changes of results. Hot: once per batch.
    pub fn apply_changes(&mut self, shape: &Shape, intake: Intake<'_>, selection: &Selection, scratch: &mut Scratch) -> Changed {
        let changed = self.changes(shape, intake, selection, scratch);
        if let Some(aging) = &mut self.aging {
            let there = scratch.touched.iter().copied().filter(|group| self.table.is_live(*group));
            there.for_each(|group| aging.touch(group));
        }
        changed
    }

    /// Forgets groups that no row has touched for too long, now that it is `now`.
    pub fn forget_old(&mut self, now: Nanos) {
        self.aging.iter_mut().for_each(|aging| aging.advance(now));
        while let Some(group) = self.aging.as_mut().and_then(Aging::take_old) {
            self.remove(group);
        }
    }

    fn changes(&mut self, shape: &Shape, intake: Intake<'_>, selection: &Selection, scratch: &mut Scratch) -> Changed {
        let compares = shape.changes == Changes::BeforeAndAfter || !shape.always_changes();
        if !compares && self.apply_at_once(shape, intake, selection, scratch, Listing::Touched) == Applied::All {
            if let Some(flat) = &self.flat {
                let (keys, results) = self.read_listed(flat);
                return Changed { keys, results, kinds: flat.listed().kinds() };
            }
            let (keys, results) = self.read(&scratch.touched);
            return self.upserts(scratch, keys, results);
        }
        self.leave_flat();
        self.find_groups(shape, intake, selection, scratch);
        self.groups.touch(selection, scratch);
        let old = compares.then(|| self.groups.results(&scratch.touched, &scratch.rows_before));
        let failed_before = scratch.errors.len();
        let kept = self.groups.refuse_strays(selection, scratch);
        self.groups.update(shape, intake, kept.as_ref().unwrap_or(selection), scratch);
        let (keys, new) = self.read(&scratch.touched);
        let changed = match old {
            Some(old) => self.compared(shape, scratch, keys, (old, new)),
            None => {
                scratch.is_new.clear();
                scratch.is_new.extend(scratch.rows_before.iter().map(|rows| *rows <= 0));
                self.upserts(scratch, keys, new)
            }
        };
        self.leave(shape, scratch, failed_before);
        changed
    }

    /// The changes where all touched groups have changed, nothing is taken back and nobody asks what was before.
    fn upserts(&self, scratch: &Scratch, mut keys: Vec<Column>, mut results: Vec<Column>) -> Changed {
        let kind = |is_new: &bool| if *is_new { RowKind::Insert } else { RowKind::UpdateAfter };
        let mut kinds: Vec<RowKind> = scratch.is_new.iter().map(kind).collect();
        if !scratch.errors.is_empty() {
            let there = Selection::All(kinds.len()).filter(|i| self.groups.rows_of(scratch.touched[i]) > 0);
            keys.iter_mut().chain(&mut results).for_each(|column| *column = column.gather(&there));
            kinds = there.iter().map(|i| kinds[i]).collect();
        }
        Changed { keys, results, kinds }
    }

    /// The changes of those touched groups whose results differ.
    fn compared(
        &self,
        shape: &Shape,
        scratch: &Scratch,
        keys: Vec<Column>,
        (mut old, new): (Vec<Column>, Vec<Column>),
    ) -> Changed {
        let groups = scratch.touched.len() as u32;
        let (mut kinds, mut order) =
            (Vec::with_capacity(2 * scratch.touched.len()), Vec::with_capacity(2 * scratch.touched.len()));
        let mut differs = vec![shape.always_changes(); scratch.touched.len()];
        if !shape.always_changes() {
            old.iter().zip(&new).for_each(|(old, new)| cell::note_differences(old, new, &mut differs));
        }
        let was_there = |at: usize| self.exists(shape, scratch.rows_before[at]);
        let is_there = |at: usize| self.exists(shape, self.groups.rows_of(scratch.touched[at]));
        let is_new_row = |at: usize| is_there(at) && (differs[at] || !was_there(at));
        if shape.changes == Changes::AfterOnly && (0..differs.len()).all(is_new_row) {
            let kind = |at: usize| if was_there(at) { RowKind::UpdateAfter } else { RowKind::Insert };
            return Changed { keys, results: new, kinds: (0..differs.len()).map(kind).collect() };
        }
        for i in 0..groups {
            let at = i as usize;
            match (was_there(at), is_there(at)) {
                (false, true) => {
                    kinds.push(RowKind::Insert);
                    order.push(i + groups);
                }
                (true, true) if differs[at] => {
                    if shape.changes == Changes::BeforeAndAfter {
                        kinds.push(RowKind::UpdateBefore);
                        order.push(i);
                    }
                    kinds.push(RowKind::UpdateAfter);
                    order.push(i + groups);
                }
                (true, false) => {
                    kinds.push(RowKind::Delete);
                    order.push(i);
                }
                _ => {}
            }
        }
        old.iter_mut().zip(&new).for_each(|(old, new)| old.append(new));
        let results = old.iter().map(|c| c.gather_rows(&order)).collect();
        let keyed: Vec<u32> = order.iter().map(|i| if *i < groups { *i } else { i - groups }).collect();
        Changed { keys: keys.iter().map(|c| c.gather_rows(&keyed)).collect(), results, kinds }
    }

    /// Whether a group with so many rows is one that others know of. The one group without keys is made by its first row.
    fn exists(&self, shape: &Shape, rows: i64) -> bool {
        rows > 0 || (shape.keeps_empty == Retention::Keep && rows != NEVER)
    }
}

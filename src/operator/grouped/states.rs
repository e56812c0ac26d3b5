//! States of groups as columns, and groups that take in those of others: panes into a window, one session into another, what was
//! aggregated before an exchange behind it.

use super::fed::Intake;
use super::{Applied, Grouped, Listing, MOVED_GROUPS, Scratch, Shape};
use crate::batch::{Batch, Column, Selection, Values};
use crate::operator::accumulator::Accumulator;
use crate::types::Nanos;
use crate::types::relation::AggregateCall;

/// The states of some groups of a shape, one a row.
pub struct States {
    /// Their keys.
    pub keys: Vec<Column>,
    /// How many rows each has.
    pub rows: Vec<i64>,
    /// By call.
    pub calls: Vec<CallStates>,
}

impl States {
    /// As a batch, with columns as `physical::PartialAggregate` has them.
    pub fn into_batch(self, stamp: Nanos) -> Batch {
        let rows = self.rows.len();
        let counts = |counts: Vec<i64>| Column::from_values(Values::I64(counts));
        let unfed = |unfed: Vec<i64>| counts(if unfed.is_empty() { vec![0; rows] } else { unfed });
        let of_call = |call: CallStates| [unfed(call.unfed)].into_iter().chain(call.states);
        let calls = self.calls.into_iter().flat_map(of_call);
        let columns = self.keys.into_iter().chain([counts(self.rows)]).chain(calls);
        Batch::new(columns.collect(), rows, stamp)
    }

    /// Of a batch that such states were made.
    pub fn of_batch(batch: Batch, shape: &Shape) -> States {
        let mut columns = batch.columns.into_iter();
        let keys = columns.by_ref().take(shape.keys.len()).collect();
        let rows = columns.next().map_or(Vec::new(), counts_of);
        let call = |call: &AggregateCall| {
            let unfed = columns.next().map_or(Vec::new(), counts_of);
            let width = call.state_types(shape.retracts).map_or(0, |types| types.len());
            let unfed = if unfed.iter().all(|rows| *rows == 0) { Vec::new() } else { unfed };
            CallStates { unfed, states: columns.by_ref().take(width).collect() }
        };
        let calls = shape.calls.iter().map(call).collect();
        States { keys, rows, calls }
    }
}

/// A column of BIGINT without NULLs.
pub fn counts_of(column: Column) -> Vec<i64> {
    if let Values::I64(counts) = column.values { counts } else { Vec::new() }
}

/// What one function knows of some groups.
pub struct CallStates {
    /// Rows of each group that the function was not fed; empty where it was fed all.
    pub unfed: Vec<i64>,
    /// What it keeps.
    pub states: Vec<Column>,
}

impl Grouped {
    /// The states of these groups, none of which is in a flat table.
    pub fn states(&self, groups: &[u32]) -> States {
        let keys = self.table.keys().iter().map(|c| c.gather_rows(groups)).collect();
        States { keys, ..self.groups.states(groups) }
    }

    /// Takes all groups out. None is in a flat table.
    pub fn take_states(&mut self) -> States {
        let groups = self.table.in_order();
        let states = self.states(&groups);
        groups.into_iter().for_each(|group| self.remove(group));
        states
    }

    /// Forgets all groups, none of which is in a flat table.
    pub fn remove_all(&mut self) {
        self.table.in_order().into_iter().for_each(|group| self.remove(group));
    }

    /// Adds all groups of `other`, which has the same shape, each to that of the same key. A group that makes a function overflow is left
    /// out; its number among those taken in stands in `scratch.errors` then.
    pub fn merge(&mut self, shape: &Shape, other: &Grouped, scratch: &mut Scratch) {
        let mut each = |states: &States| self.merge_states(shape, states, scratch);
        if let Some(flat) = &other.flat {
            let mut from = Some(0);
            while let Some(place) = from {
                let (next, listed) = flat.read(place, MOVED_GROUPS);
                let state = |a: &dyn Accumulator| CallStates { unfed: Vec::new(), states: a.states(listed.groups()) };
                let calls = other.groups.accumulators.iter().map(|a| state(&**a)).collect();
                each(&States { keys: vec![flat.keys_of(&listed)], rows: listed.rows(), calls });
                from = next;
            }
            return;
        }
        for groups in other.table.in_order().chunks(MOVED_GROUPS) {
            each(&other.states(groups));
        }
    }

    /// Adds groups by their states, as `merge` does.
    pub fn merge_states(&mut self, shape: &Shape, states: &States, scratch: &mut Scratch) {
        scratch.signs = None;
        self.take_states_in(shape, states, &Selection::All(states.rows.len()), scratch);
    }

    /// Takes the selected ones of prepared states, each into the group of its key. Hot: once per batch.
    pub(super) fn take_states_in(&mut self, shape: &Shape, states: &States, selection: &Selection, scratch: &mut Scratch) {
        let intake = Intake::States(states);
        if self.apply_at_once(shape, intake, selection, scratch, Listing::Nothing) == Applied::All {
            return;
        }
        self.leave_flat();
        self.find_groups(shape, intake, selection, scratch);
        let failed_before = scratch.errors.len();
        self.groups.add_states(shape, states, selection, scratch);
        if scratch.errors.len() > failed_before {
            self.groups.touch(selection, scratch);
            self.leave(shape, scratch, failed_before);
        }
    }

    /// Forgets a group, which must be there and not in a flat table.
    pub fn remove(&mut self, group: u32) {
        self.groups.reset(group);
        self.table.remove(group);
        if let Some(aging) = &mut self.aging {
            aging.remove(group);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Closing, Retention};
    use super::*;
    use crate::batch::{Batch, RowKind};
    use crate::types::relation::{AggregateCall, AggregateFunction, Changes, Distinct, Retracts};
    use crate::types::{DataType, Value};

    const TYPES: [DataType; 6] = [
        DataType::BigInt,
        DataType::Int,
        DataType::Double,
        DataType::Decimal { precision: 10, scale: 2 },
        DataType::STRING,
        DataType::Boolean,
    ];

    /// Every function over every column that it takes, some with DISTINCT and FILTER; `plain` leaves those out that a flat table cannot hold.
    fn shape(keys: &[usize], retracts: Retracts, plain: bool) -> Shape {
        use AggregateFunction::{Avg, Count, Max, Min, Sum};
        let call = |function, column: usize, data_type: &DataType| {
            AggregateCall::new(function, &[(column, TYPES[column].clone())], data_type.clone())
        };
        let wide = DataType::Decimal { precision: 38, scale: 6 };
        let mut calls = vec![AggregateCall::new(Count, &[], DataType::BigInt), call(Sum, 1, &DataType::BigInt)];
        calls.extend([call(Sum, 2, &DataType::Double), call(Max, 2, &TYPES[2])]);
        if !plain {
            calls.extend([
                call(Avg, 3, &wide),
                call(Min, 3, &TYPES[3]),
                call(Max, 4, &TYPES[4]),
                call(Count, 4, &DataType::BigInt),
            ]);
            let distinct = |call: &AggregateCall| AggregateCall { distinct: Distinct::Distinct, ..call.clone() };
            calls.extend(calls[1..].iter().map(distinct).collect::<Vec<_>>());
            let filtered = |call: &AggregateCall| AggregateCall { filter: Some(5), ..call.clone() };
            calls.extend(calls.iter().map(filtered).collect::<Vec<_>>());
        }
        let key_types = keys.iter().map(|k| TYPES[*k].clone()).collect();
        let keeps_empty = if keys.is_empty() { Retention::Keep } else { Retention::Remove };
        Shape { keys: keys.to_vec(), key_types, calls, retracts, keeps_empty, changes: Changes::AfterOnly, ttl: None }
    }

    fn random_row(random: &mut fastrand::Rng, nulls: u8) -> Vec<Value> {
        let n = random.i64(-4..5);
        let text = Value::text(["", "a", "text of more than twelve bytes", "b"][random.usize(..4)]);
        let double = Value::Double([0.5, -2.0, f64::NAN, f64::INFINITY, 1e6][random.usize(..5)]);
        let flag = Value::Bool(random.bool());
        let row = [Value::Int(n), Value::Int(n * random.i64(1..9)), double, Value::Decimal(n.into()), text, flag];
        row.into_iter().map(|value| if random.u8(..20) < nulls { Value::Null } else { value }).collect()
    }

    fn batch(rows: &[(Vec<Value>, RowKind)]) -> Batch {
        let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, 0)).collect();
        rows.iter().for_each(|(row, _)| columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value)));
        let kinds = rows.iter().map(|(_, kind)| *kind).collect::<Vec<_>>();
        let mut batch = Batch::new(columns, rows.len(), 0);
        batch.kinds = kinds.contains(&RowKind::Delete).then_some(kinds);
        batch
    }

    fn results(groups: Grouped, shape: &Shape) -> BTreeMap<String, Vec<Value>> {
        let mut closing = Closing::all(groups, shape);
        let mut found = BTreeMap::new();
        while !closing.is_done() {
            let (keys, results, rows) = closing.take(usize::MAX);
            for row in 0..rows {
                let key = keys.iter().zip(&shape.key_types).map(|(c, t)| format!("{:?}", c.value(row, t))).collect();
                found.insert(key, results.iter().zip(&shape.calls).map(|(c, call)| c.value(row, &call.data_type)).collect());
            }
        }
        found
    }

    /// Rows dealt to three, which one of them takes in, against one that is fed all rows. A row is taken back where it was put.
    fn check(shape: &Shape, nulls: u8) {
        let mut random = fastrand::Rng::with_seed(shape.calls.len() as u64 + u64::from(nulls));
        let mut scratch = Scratch::default();
        let (mut all, mut parts) = (Grouped::new(shape), [0; 3].map(|_| Grouped::new(shape)));
        let mut live: [Vec<Vec<Value>>; 3] = Default::default();
        for _ in 0..30 {
            let at = random.usize(..3);
            let mut rows = Vec::new();
            for _ in 0..random.usize(..20) {
                if shape.retracts == Retracts::Maybe && !live[at].is_empty() && random.u8(..5) < 2 {
                    let gone = random.usize(..live[at].len());
                    rows.push((live[at].swap_remove(gone), RowKind::Delete));
                } else {
                    let row = random_row(&mut random, nulls);
                    live[at].push(row.clone());
                    rows.push((row, RowKind::Insert));
                }
            }
            let batch = batch(&rows);
            for groups in [&mut all, &mut parts[at]] {
                scratch.prepare(&batch);
                groups.apply(shape, &batch, &Selection::All(rows.len()), &mut scratch);
                assert!(scratch.errors.is_empty());
            }
        }
        let [mut merged, second, third] = parts;
        let is_plain = shape.keys == [0] && shape.calls.len() < 5 && nulls == 0 && shape.retracts == Retracts::Never;
        assert!(second.flat.is_some() == is_plain, "where it can, a flat table is merged");
        merged.merge(shape, &second, &mut scratch);
        let mut whole = Grouped::new(shape);
        whole.merge(shape, &merged, &mut scratch);
        whole.merge(shape, &third, &mut scratch);
        assert!(whole.flat.is_some() == is_plain, "a flat table takes states in");
        assert!(scratch.errors.is_empty());
        let (found, expected) = (results(whole, shape), results(all, shape));
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    }

    #[test]
    fn merged_groups_are_those_that_were_fed_all_rows() {
        for retracts in [Retracts::Never, Retracts::Maybe] {
            for keys in [&[0][..], &[4], &[4, 1], &[]] {
                for nulls in [0, 3] {
                    check(&shape(keys, retracts, true), nulls);
                    check(&shape(keys, retracts, false), nulls);
                }
            }
        }
    }

    #[test]
    fn a_group_takes_in_another_of_the_same_table() {
        let shape = shape(&[4], Retracts::Never, false);
        let (mut groups, mut scratch) = (Grouped::new(&shape), Scratch::default());
        let mut random = fastrand::Rng::with_seed(3);
        let mut rows: Vec<_> = (0..50).map(|_| (random_row(&mut random, 0), RowKind::Insert)).collect();
        rows.iter_mut().enumerate().for_each(|(i, (row, _))| row[4] = Value::text(["a", "b"][i % 2]));
        let one = batch(&rows);
        scratch.prepare(&one);
        groups.apply(&shape, &one, &Selection::All(50), &mut scratch);
        groups.groups.merge(&shape, (&[1], &[0]), &mut scratch);
        groups.table.remove(1);
        rows.iter_mut().for_each(|(row, _)| row[4] = Value::text("a"));
        let (mut twin, one) = (Grouped::new(&shape), batch(&rows));
        scratch.prepare(&one);
        twin.apply(&shape, &one, &Selection::All(50), &mut scratch);
        let (mut found, mut expected) = (results(groups, &shape), results(twin, &shape));
        // The key is an argument too.
        let of_key = |call: &AggregateCall| call.arguments == [4];
        for (at, _) in shape.calls.iter().enumerate().filter(|(_, call)| of_key(call)) {
            found.values_mut().chain(expected.values_mut()).for_each(|results| results[at] = Value::Null);
        }
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    }

    #[test]
    fn a_group_that_makes_a_sum_overflow_is_left_out() {
        let call = |function| AggregateCall::new(function, &[(0, DataType::BigInt)], DataType::BigInt);
        let calls = vec![call(AggregateFunction::Count), call(AggregateFunction::Sum)];
        let distinct = AggregateCall { distinct: Distinct::Distinct, ..calls[1].clone() };
        let shape = Shape { calls: [calls, vec![distinct]].concat(), ..shape(&[4], Retracts::Never, true) };
        let row = |key: &str, n: i64| {
            let row = [Value::Int(n), Value::Null, Value::Null, Value::Null, Value::text(key), Value::Null];
            (row.to_vec(), RowKind::Insert)
        };
        let mut scratch = Scratch::default();
        let mut made = |rows: &[(Vec<Value>, RowKind)]| {
            let (mut groups, batch) = (Grouped::new(&shape), batch(rows));
            scratch.prepare(&batch);
            groups.apply(&shape, &batch, &Selection::All(rows.len()), &mut scratch);
            groups
        };
        let (mut one, other) = (made(&[row("a", i64::MAX), row("b", 2)]), made(&[row("a", 1), row("b", 3), row("c", 4)]));
        one.merge(&shape, &other, &mut scratch);
        assert_eq!(scratch.errors.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0]);
        let found = results(one, &shape).into_values().map(|results| format!("{results:?}")).collect::<Vec<_>>();
        let expected =
            [(1, i64::MAX), (2, 5), (1, 4)].map(|(count, sum)| vec![Value::Int(count), Value::Int(sum), Value::Int(sum)]);
        assert_eq!(found, expected.map(|results| format!("{results:?}")));
    }
}

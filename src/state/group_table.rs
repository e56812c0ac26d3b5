//! Keys to group numbers: an index over hashes, the keys themselves in columns.
//!
//! Numbers are dense from 0; those of removed groups are given out again. What else belongs to a group stands with its owner
//! under the same number. Keys are hashed by `key_hash`: as they are for routing, or, where the one key
//! is a number and none is NULL, by a quicker hash of its own.

use smallvec::SmallVec;

use super::cell;
use super::index::Index;
use super::key_hash::{hash_columns, hash_number};
use crate::batch::order::span;
use crate::batch::{Column, Selection, Values};
use crate::types::DataType;

/// Dead bytes of removed text keys from which the text is written anew, once they are half of all.
const DEAD_BYTES_MIN: usize = 64 << 10;

/// Length from which a text stands outside its view.
const INLINE_BYTES: usize = 12;

/// The groups of one operator (or one of its panes) on one shard.
pub struct GroupTable {
    index: Index,
    /// Low halves of the hashes, by group.
    hashes: Vec<u32>,
    keys: Vec<Column>,
    /// When each group came, counted in groups; `VACANT` where the number is free.
    born: Vec<u64>,
    born_next: u64,
    free: Vec<u32>,
    dead_bytes: usize,
}

const VACANT: u64 = u64::MAX;

/// Runs of equal keys up to which their first rows are looked up for all of them.
const RUNS_MAX: usize = 16;

/// Rows of one group that stand beside each other.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Their group.
    pub group: u32,
    /// The row behind the last; the first is that in which the run before ends.
    pub end: usize,
}

/// The runs of a batch.
pub type Runs = SmallVec<[Run; RUNS_MAX]>;

/// The hash of NULL where keys are numbers.
const HASH_OF_NULL: u64 = 0x9b05_688c;

impl GroupTable {
    /// No groups, with keys of these types; without keys there is one group at the most.
    pub fn new(key_types: &[DataType]) -> Self {
        Self {
            index: Index::default(),
            hashes: Vec::new(),
            keys: key_types.iter().map(|t| Column::with_capacity(t, 0)).collect(),
            born: Vec::new(),
            born_next: 0,
            free: Vec::new(),
            dead_bytes: 0,
        }
    }

    /// Groups there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// One more than the greatest group number ever in use: the length of columns by group number.
    pub fn bound(&self) -> usize {
        self.hashes.len()
    }

    /// Groups made so far, also those removed since; a group with `born(g) >= made()` of before is new since then.
    pub fn made(&self) -> u64 {
        self.born_next
    }

    /// When group `group` was made, counted in groups.
    pub fn born(&self, group: u32) -> u64 {
        self.born[group as usize]
    }

    /// Whether there is a group of this number.
    pub fn is_live(&self, group: u32) -> bool {
        self.born[group as usize] != VACANT
    }

    /// The groups in the order in which they came.
    pub fn in_order(&self) -> Vec<u32> {
        let mut groups: Vec<u32> = (0..self.bound() as u32).filter(|g| self.born(*g) != VACANT).collect();
        if self.born_next != self.bound() as u64 {
            groups.sort_unstable_by_key(|g| self.born(*g));
        }
        groups
    }

    /// The keys, by group number.
    pub fn keys(&self) -> &[Column] {
        &self.keys
    }

    /// Writes the group of every selected row to `out[row]`, making groups for new keys. `out` gets `rows` values; what stands there
    /// for rows not selected is unspecified. Hot: once per batch.
    pub fn group_ids(&mut self, keys: &[&Column], rows: usize, selection: &Selection, hashes: &mut Vec<u64>, out: &mut Vec<u32>) {
        if *selection == Selection::All(rows)
            && let Some(runs) = self.group_runs(keys, rows, hashes)
        {
            out.clear();
            runs.iter().for_each(|run| out.resize(run.end, run.group));
            return;
        }
        out.resize(rows, 0);
        self.find_or_make(keys, selection, hashes, out);
    }

    /// The groups of all rows, made where keys are new, if rows of equal keys stand beside each other in few runs, as those of windows do.
    /// Hot: once per batch.
    pub fn group_runs(&mut self, keys: &[&Column], rows: usize, hashes: &mut Vec<u64>) -> Option<Runs> {
        let starts = if rows > RUNS_MAX { runs(keys, rows)? } else { return None };
        let firsts: Vec<Column> = keys.iter().map(|key| key.gather_rows(&starts)).collect();
        let mut groups = [0; RUNS_MAX];
        let groups = &mut groups[..starts.len()];
        self.find_or_make(&firsts.iter().collect::<Vec<_>>(), &Selection::All(starts.len()), hashes, groups);
        let ends = starts.iter().skip(1).map(|start| *start as usize).chain([rows]);
        Some(groups.iter().zip(ends).map(|(group, end)| Run { group: *group, end }).collect())
    }

    fn find_or_make(&mut self, keys: &[&Column], selection: &Selection, hashes: &mut Vec<u64>, out: &mut [u32]) {
        let mut from = 0;
        while let (Some(stranger), _) = self.each_group(keys, out.len(), selection, hashes, from, GroupsInto(out)) {
            self.admit(keys, selection, hashes, stranger);
            from = stranger;
        }
    }

    /// As `group_ids`, but `none` where there is no group, and for rows not selected. Hot: once per batch.
    pub fn find_ids(&self, keys: &[&Column], selection: &Selection, none: u32, hashes: &mut Vec<u64>, out: &mut [u32]) {
        out.fill(none);
        let mut from = 0;
        while let (Some(stranger), _) = self.each_group(keys, out.len(), selection, hashes, from, GroupsInto(out)) {
            from = stranger + 1;
        }
    }

    /// Shows `visitor` the group of each selected row of a batch of `rows`, from number `from` of the selection on, up to the first
    /// whose key has no group; gives the number of that one, and the visitor back. `hashes` is scratch memory that is filled where
    /// `from` is 0. Hot: once per batch.
    #[inline]
    pub fn each_group<V: GroupVisitor>(
        &self,
        keys: &[&Column],
        rows: usize,
        selection: &Selection,
        hashes: &mut Vec<u64>,
        from: usize,
        visitor: V,
    ) -> (Option<usize>, V) {
        assert_eq!(keys.len(), self.keys.len());
        let probe = Probe { index: &self.index, selection, from };
        if let ([key], [stored]) = (keys, self.keys.as_slice())
            && key.validity.is_none()
            && stored.validity.is_none()
        {
            // A number is hashed in the loop that looks it up: so that memory is waited for once.
            match (&key.values, &stored.values) {
                (Values::I64(v), Values::I64(s)) => {
                    hashes.clear();
                    return probe.run(|row| hash_number(v[row]), |g, row| s[g] == v[row], visitor);
                }
                (Values::I32(v), Values::I32(s)) => {
                    hashes.clear();
                    return probe.run(|row| hash_number(v[row].into()), |g, row| s[g] == v[row], visitor);
                }
                _ => {}
            }
        }
        if from == 0 || hashes.len() != rows {
            hash_keys(keys, rows, hashes);
        }
        let hash = |row: usize| hashes[row];
        if let ([key], [stored]) = (keys, self.keys.as_slice())
            && key.validity.is_none()
            && stored.validity.is_none()
            && let (Values::Str(v), Values::Str(s)) = (&key.values, &stored.values)
        {
            return probe.run(hash, |g, row| s.same(g, v, row), visitor);
        }
        let same = |group: usize, row: usize| self.keys.iter().zip(keys).all(|(s, key)| cell::equal(s, group, key, row));
        probe.run(hash, same, visitor)
    }

    /// Makes a group for the key of selected row number `at`, which has none.
    #[cold]
    pub fn admit(&mut self, keys: &[&Column], selection: &Selection, hashes: &[u64], at: usize) {
        let row = match selection {
            Selection::All(_) => at,
            Selection::Rows(rows) => rows[at] as usize,
        };
        let hash = match (hashes.get(row), keys.first().map(|key| &key.values)) {
            (Some(hash), _) => *hash,
            (None, Some(Values::I64(v))) => hash_number(v[row]),
            (None, Some(Values::I32(v))) => hash_number(v[row].into()),
            (None, _) => unreachable!("keys that are not numbers have been hashed"),
        };
        self.insert(keys, hash, row);
    }

    fn insert(&mut self, keys: &[&Column], hash: u64, row: usize) {
        let group = match self.free.pop() {
            Some(group) => {
                let at = group as usize;
                self.hashes[at] = hash as u32;
                self.born[at] = self.born_next;
                self.keys.iter_mut().zip(keys).for_each(|(stored, key)| cell::set(stored, at, key, row));
                group
            }
            None => {
                self.hashes.push(hash as u32);
                self.born.push(self.born_next);
                self.keys.iter_mut().zip(keys).for_each(|(stored, key)| cell::push(stored, key, row));
                (self.hashes.len() - 1) as u32
            }
        };
        self.born_next += 1;
        self.index.insert(hash, group);
    }

    /// Removes a group; its number may be given out again. Panics if it is not there.
    pub fn remove(&mut self, group: u32) {
        let at = group as usize;
        self.index.remove(self.hashes[at].into(), group);
        self.born[at] = VACANT;
        self.free.push(group);
        for column in &mut self.keys {
            if let Values::Str(strings) = &mut column.values {
                let len = strings.bytes(at).len();
                if len > INLINE_BYTES {
                    self.dead_bytes += len;
                    strings.set(at, b"");
                }
            }
        }
        if self.dead_bytes > DEAD_BYTES_MIN && self.dead_bytes > self.state_bytes() / 2 {
            let all: Vec<u32> = (0..self.bound() as u32).collect();
            self.keys.iter_mut().for_each(|column| *column = column.gather_rows(&all));
            self.dead_bytes = 0;
        }
    }

    /// Bytes held.
    pub fn state_bytes(&self) -> usize {
        self.index.memory_bytes()
            + self.hashes.capacity() * size_of::<u32>()
            + self.born.capacity() * size_of::<u64>()
            + self.free.capacity() * size_of::<u32>()
            + self.keys.iter().map(Column::memory_bytes).sum::<usize>()
    }
}

/// The first rows of runs of equal keys, if they are few: as the bounds of windows are. Keys that are not whole numbers are not looked
/// at. Hot: once per batch.
fn runs(keys: &[&Column], rows: usize) -> Option<SmallVec<[u32; RUNS_MAX]>> {
    let mut starts = SmallVec::new();
    starts.extend((rows > 0).then_some(0));
    for key in keys {
        let Column { values: Values::I64(values), validity: None } = key else { return None };
        if values.first() == values.last() && is_constant(values) {
            continue;
        }
        for (row, _) in values.windows(2).enumerate().filter(|(_, pair)| pair[0] != pair[1]) {
            if starts.len() == RUNS_MAX {
                return None;
            }
            starts.push(row as u32 + 1);
        }
    }
    starts.sort_unstable();
    starts.dedup();
    Some(starts)
}

/// Whether all of some numbers are the same. Hot: once per batch.
fn is_constant(values: &[i64]) -> bool {
    let (least, greatest) = span(values);
    least == greatest
}

/// The hashes of keys as this table has them: the same key has the same hash whether or not others of its batch are NULL.
fn hash_keys(keys: &[&Column], rows: usize, hashes: &mut Vec<u64>) {
    let of_number = |key: &Column, row: usize, number: i64| if key.is_null(row) { HASH_OF_NULL } else { hash_number(number) };
    match keys {
        [key] if matches!(key.values, Values::I64(_) | Values::I32(_)) => {
            hashes.clear();
            match &key.values {
                Values::I64(v) => hashes.extend(v.iter().enumerate().map(|(row, n)| of_number(key, row, *n))),
                Values::I32(v) => hashes.extend(v.iter().enumerate().map(|(row, n)| of_number(key, row, (*n).into()))),
                _ => {}
            }
        }
        keys => hash_columns(keys, rows, hashes),
    }
}

/// Takes rows with their groups. A trait and not a closure, so that its one method can be told to stand in the loop.
pub trait GroupVisitor {
    /// Row `row` of the batch belongs to `group`. Hot: once per row.
    fn visit(&mut self, row: usize, group: u32);
}

/// Writes groups by row.
struct GroupsInto<'a>(&'a mut [u32]);

impl GroupVisitor for GroupsInto<'_> {
    #[inline(always)]
    fn visit(&mut self, row: usize, group: u32) {
        self.0[row] = group;
    }
}

/// Looks up rows one after the other.
struct Probe<'a> {
    index: &'a Index,
    selection: &'a Selection,
    from: usize,
}

impl Probe<'_> {
    /// The visitor comes and goes by value, so that what it counts stands in registers. Hot: once per row.
    #[inline]
    fn run<V: GroupVisitor>(
        self,
        hash: impl Fn(usize) -> u64,
        same: impl Fn(usize, usize) -> bool,
        mut visitor: V,
    ) -> (Option<usize>, V) {
        let find = |row: usize| self.index.find(hash(row), |group| same(group as usize, row));
        match self.selection {
            Selection::All(rows) => {
                for row in self.from..*rows {
                    let Some(group) = find(row) else { return (Some(row), visitor) };
                    visitor.visit(row, group);
                }
            }
            Selection::Rows(rows) => {
                for (at, row) in rows.iter().enumerate().skip(self.from) {
                    let Some(group) = find(*row as usize) else { return (Some(at), visitor) };
                    visitor.visit(*row as usize, group);
                }
            }
        }
        (None, visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Value;
    use std::collections::HashMap;

    /// Random keys against a map from their text; groups are removed at random.
    fn check(types: &[DataType], seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut table = GroupTable::new(types);
        let mut naive: HashMap<String, u32> = HashMap::new();
        let (mut hashes, mut groups) = (Vec::new(), Vec::new());
        for _ in 0..50 {
            let mut columns: Vec<Column> = types.iter().map(|t| Column::with_capacity(t, 0)).collect();
            for _ in 0..100 {
                for (column, data_type) in columns.iter_mut().zip(types) {
                    column.push(&random_value(&mut random, data_type));
                }
            }
            let keys: Vec<&Column> = columns.iter().collect();
            let selection = Selection::All(100).filter(|_| random.u8(..4) > 0);
            table.group_ids(&keys, 100, &selection, &mut hashes, &mut groups);
            for row in selection.iter() {
                let key: Vec<Value> = keys.iter().zip(types).map(|(c, t)| c.value(row, t)).collect();
                let group = *naive.entry(format!("{key:?}").replace("-0.0", "0.0")).or_insert(groups[row]);
                assert_eq!(group, groups[row], "{key:?}");
            }
            let removed: Vec<String> = naive.keys().filter(|_| random.u8(..5) == 0).cloned().collect();
            for key in removed {
                table.remove(naive.remove(&key).expect("a key just listed"));
            }
            assert_eq!(table.len(), naive.len());
            assert_eq!(table.in_order().len(), naive.len());
        }
    }

    fn random_value(random: &mut fastrand::Rng, data_type: &DataType) -> Value {
        match data_type {
            _ if random.u8(..8) == 0 => Value::Null,
            DataType::Double => Value::Double([0.0, -0.0, f64::NAN, 1.5, f64::INFINITY][random.usize(..5)]),
            DataType::Varchar(_) => Value::text("key".repeat(random.usize(..12))),
            DataType::Decimal { .. } => Value::Decimal(random.i128(-3..3)),
            _ => Value::Int(random.i64(-40..40)),
        }
    }

    #[test]
    fn groups_are_those_of_a_map() {
        check(&[DataType::BigInt], 1);
        check(&[DataType::Int], 2);
        check(&[DataType::STRING], 3);
        check(&[DataType::Double], 4);
        check(&[DataType::STRING, DataType::BigInt, DataType::Decimal { precision: 9, scale: 1 }], 5);
        check(&[], 6);
    }

    #[test]
    fn runs_of_equal_keys_have_the_groups_of_their_rows() {
        let mut random = fastrand::Rng::with_seed(7);
        let types = [DataType::BigInt, DataType::BigInt];
        let (mut table, mut naive, mut hashes) = (GroupTable::new(&types), GroupTable::new(&types), Vec::new());
        for (rows, longest) in [(0, 1), (1, 1), (40, 2), (40, 9), (1000, 90), (1000, 400), (40, 9), (1000, 2000)] {
            let mut columns = [Vec::new(), Vec::new()];
            while columns[0].len() < rows {
                let length = random.usize(1..=longest).min(rows - columns[0].len());
                let key = [random.i64(..3), random.i64(..3)];
                columns.iter_mut().zip(key).for_each(|(column, value)| column.resize(column.len() + length, value));
            }
            let columns = columns.map(|values| Column::from_values(Values::I64(values)));
            let (keys, mut found, mut wanted) = ([&columns[0], &columns[1]], Vec::new(), Vec::new());
            table.group_ids(&keys, rows, &Selection::All(rows), &mut hashes, &mut found);
            let each = Selection::Rows((0..rows as u32).collect());
            naive.group_ids(&keys, rows, &each, &mut hashes, &mut wanted);
            assert_eq!(found, wanted, "{rows} rows, runs of up to {longest}");
        }
        assert_eq!(table.in_order(), naive.in_order());
    }

    #[test]
    fn groups_come_in_order_of_their_making_also_after_reuse() {
        let mut table = GroupTable::new(&[DataType::BigInt]);
        let (mut hashes, mut groups) = (Vec::new(), Vec::new());
        let mut add = |table: &mut GroupTable, keys: &[i64]| {
            let column = Column::from_values(Values::I64(keys.to_vec()));
            table.group_ids(&[&column], keys.len(), &Selection::All(keys.len()), &mut hashes, &mut groups);
        };
        add(&mut table, &[1, 2, 3]);
        table.remove(0);
        add(&mut table, &[4]);
        assert_eq!(table.in_order(), [1, 2, 0]);
    }
}

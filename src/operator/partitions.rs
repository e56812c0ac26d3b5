//! Rows by partition, as rankings, last rows and OVER on change keep them. Row road.
//!
//! ```text
//!   lists[partition]:  row row row ...      by number in `rows`; counts[row]: how often each is there
//! ```
//! With a time to live, a partition of which no row has come or gone for so long is forgotten without a word when the next batch comes.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::row_order;
use crate::batch::{Batch, Column, Selection};
use crate::state::{Aging, GroupTable, Runs};
use crate::types::relation::SortKey;
use crate::types::{DataType, Nanos};

/// The partitions of one shard; `T` is what an operator knows of one besides its rows.
pub struct Partitions<T> {
    /// Columns of the partition.
    keys: Vec<usize>,
    /// Numbers of partitions.
    known: GroupTable,
    /// By partition: its rows by number, in the order that the operator gives them.
    lists: Vec<RowList>,
    /// By partition.
    more: Vec<T>,
    /// Numbers of rows.
    rows: GroupTable,
    /// By row.
    counts: Vec<u64>,
    /// Partitions in the order in which they were last touched, where they are forgotten after a time.
    aging: Option<Aging>,
    numbers: Numbers,
}

/// Rows by number; of most partitions there are few.
pub type RowList = SmallVec<[u32; 4]>;

/// Numbers of the partitions and rows of a batch.
#[derive(Default)]
pub struct Numbers {
    hashes: Vec<u64>,
    /// By row of the batch.
    pub partitions: Vec<u32>,
    /// By row of the batch.
    pub rows: Vec<u32>,
    /// Partitions that the batch touches, each once.
    pub touched: Vec<u32>,
    /// By partition: whether it stands among them.
    is_touched: Vec<bool>,
}

/// What a row of a batch does to how often the row is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is there now.
    Comes,
    /// It is there once more or once less.
    Stays,
    /// It is there no longer.
    Goes,
    /// It is taken back, but not there.
    Strays,
}

impl<T: Default> Partitions<T> {
    /// Without rows, which have columns of these types.
    pub fn new(keys: Vec<usize>, types: &[DataType], ttl: Option<Nanos>) -> Self {
        let key_types: Vec<DataType> = keys.iter().map(|key| types[*key].clone()).collect();
        Self {
            keys,
            known: GroupTable::new(&key_types),
            lists: Vec::new(),
            more: Vec::new(),
            rows: GroupTable::new(types),
            counts: Vec::new(),
            aging: ttl.map(Aging::new),
            numbers: Numbers::default(),
        }
    }

    /// Numbers of the partitions and rows of a batch; `sweep` or `sweep_within` takes them back. Hot: once per batch.
    pub fn look_up(&mut self, batch: &Batch) -> Numbers {
        let mut numbers = self.partitions_of(batch);
        self.number_rows(batch, &mut numbers);
        numbers
    }

    /// The first half of `look_up`: forgets partitions that are too old by the time of a batch, and finds or makes those of its rows.
    pub fn partitions_of(&mut self, batch: &Batch) -> Numbers {
        self.forget_old(batch.last_stamp());
        let mut numbers = std::mem::take(&mut self.numbers);
        let keys: Vec<&Column> = self.keys.iter().map(|key| &batch.columns[*key]).collect();
        let (all, Numbers { hashes, partitions, .. }) = (Selection::All(batch.rows()), &mut numbers);
        self.known.group_ids(&keys, batch.rows(), &all, hashes, partitions);
        self.make_room();
        if let Some(aging) = &mut self.aging {
            numbers.partitions.iter().for_each(|partition| aging.touch(*partition));
        }
        numbers
    }

    /// The first half of `look_up` where the rows of each partition stand beside each other, in few runs; otherwise none is made.
    pub fn runs_of(&mut self, batch: &Batch) -> Option<Runs> {
        self.forget_old(batch.last_stamp());
        let keys: SmallVec<[&Column; 4]> = self.keys.iter().map(|key| &batch.columns[*key]).collect();
        let runs = self.known.group_runs(&keys, batch.rows(), &mut self.numbers.hashes)?;
        self.make_room();
        if let Some(aging) = &mut self.aging {
            runs.iter().for_each(|run| aging.touch(run.group));
        }
        Some(runs)
    }

    /// For what is known of the partitions there are.
    fn make_room(&mut self) {
        self.lists.resize_with(self.known.bound(), RowList::default);
        self.more.resize_with(self.known.bound(), T::default);
    }

    /// Of rows whose partitions are known.
    pub fn numbers_of(&mut self, partitions: Vec<u32>) -> Numbers {
        Numbers { partitions, ..std::mem::take(&mut self.numbers) }
    }

    /// The second half: what is left of the batch touches these partitions, and has these rows.
    pub fn number_rows(&mut self, batch: &Batch, numbers: &mut Numbers) {
        let Numbers { hashes, partitions, rows, touched, is_touched } = numbers;
        let columns: Vec<&Column> = batch.columns.iter().collect();
        self.rows.group_ids(&columns, batch.rows(), &Selection::All(batch.rows()), hashes, rows);
        self.counts.resize(self.rows.bound(), 0);
        touched.clear();
        is_touched.resize(self.known.bound(), false);
        for partition in partitions.iter() {
            if !std::mem::replace(&mut is_touched[*partition as usize], true) {
                touched.push(*partition);
            }
        }
    }

    /// Numbers of partitions.
    pub fn known(&self) -> &GroupTable {
        &self.known
    }

    /// The rows of a partition.
    pub fn list(&self, partition: u32) -> &RowList {
        &self.lists[partition as usize]
    }

    /// The rows of a partition, for an operator that keeps them in an order of its own.
    pub fn list_mut(&mut self, partition: u32) -> &mut RowList {
        &mut self.lists[partition as usize]
    }

    /// What else is known of a partition.
    pub fn more(&self, partition: u32) -> &T {
        &self.more[partition as usize]
    }

    /// What else is known of a partition.
    pub fn more_mut(&mut self, partition: u32) -> &mut T {
        &mut self.more[partition as usize]
    }

    /// The values of all rows, by number.
    pub fn columns(&self) -> &[Column] {
        self.rows.keys()
    }

    /// How often a row is there.
    pub fn count(&self, row: u32) -> u64 {
        self.counts[row as usize]
    }

    /// Counts a row that comes or goes. Hot: once per row.
    pub fn step(&mut self, row: u32, comes: bool) -> Step {
        let count = &mut self.counts[row as usize];
        match (comes, *count) {
            (false, 0) => return Step::Strays,
            (true, _) => *count += 1,
            (false, _) => *count -= 1,
        }
        match (comes, *count) {
            (true, 1) => Step::Comes,
            (false, 0) => Step::Goes,
            _ => Step::Stays,
        }
    }

    /// As `step`, for a partition whose rows stand in this order, and in that of all of their columns. Hot: once per row.
    pub fn step_in_order(&mut self, partition: u32, row: u32, comes: bool, order: &[SortKey]) -> Step {
        let step = self.step(row, comes);
        let (columns, list) = (self.rows.keys(), &mut self.lists[partition as usize]);
        let before = |other: &u32| row_order::order(order, columns, *other, row) == Ordering::Less;
        match step {
            Step::Comes => {
                let place = match list.last() {
                    Some(last) if before(last) => list.len(),
                    _ => list.partition_point(before),
                };
                list.insert(place, row);
            }
            Step::Goes => drop(list.remove(list.partition_point(before))),
            Step::Stays | Step::Strays => {}
        }
        step
    }

    /// Forgets rows that are there no longer, of the batch and of `others`, and partitions without rows.
    pub fn sweep(&mut self, numbers: Numbers, others: impl Iterator<Item = u32>) {
        self.sweep_rows(numbers.rows.iter().copied().chain(others));
        for partition in &numbers.touched {
            if self.list(*partition).is_empty() {
                self.forget(*partition);
            }
        }
        self.keep(numbers);
    }

    /// As `sweep`, but partitions without rows stay.
    pub fn sweep_within(&mut self, numbers: Numbers, others: impl Iterator<Item = u32>) {
        self.sweep_rows(numbers.rows.iter().copied().chain(others));
        self.keep(numbers);
    }

    /// Forgets these rows, as far as they are there no longer.
    pub fn sweep_rows(&mut self, rows: impl Iterator<Item = u32>) {
        for row in rows {
            if self.counts[row as usize] == 0 && self.rows.is_live(row) {
                self.rows.remove(row);
            }
        }
    }

    /// Takes the vectors of `look_up` back.
    pub fn keep(&mut self, mut numbers: Numbers) {
        numbers.touched.iter().for_each(|partition| numbers.is_touched[*partition as usize] = false);
        self.numbers = numbers;
    }

    /// Forgets a partition with its rows.
    pub fn forget(&mut self, partition: u32) {
        self.more[partition as usize] = T::default();
        for row in std::mem::take(&mut self.lists[partition as usize]) {
            self.counts[row as usize] = 0;
            if self.rows.is_live(row) {
                self.rows.remove(row);
            }
        }
        self.known.remove(partition);
        if let Some(aging) = &mut self.aging {
            aging.remove(partition);
        }
    }

    fn forget_old(&mut self, now: Nanos) {
        self.aging.iter_mut().for_each(|aging| aging.advance(now));
        while let Some(partition) = self.aging.as_mut().and_then(Aging::take_old) {
            self.forget(partition);
        }
    }

    /// Whether there is no row and no partition.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.known.is_empty()
    }

    /// Different rows there are.
    #[cfg(test)]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Bytes held; `more` says what the rest that is known of a partition holds.
    pub fn state_bytes(&self, more: impl Fn(&T) -> usize) -> usize {
        let spilled = |list: &RowList| if list.spilled() { list.capacity() * size_of::<u32>() } else { 0 };
        let lists: usize = self.lists.iter().map(spilled).sum::<usize>() + self.more.iter().map(more).sum::<usize>();
        let fixed = self.lists.capacity() * size_of::<RowList>() + self.more.capacity() * size_of::<T>();
        let aging = self.aging.as_ref().map_or(0, Aging::state_bytes);
        let counts = self.counts.capacity() * size_of::<u64>();
        self.known.state_bytes() + self.rows.state_bytes() + lists + fixed + counts + aging
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::batch::{RowKind, Values};

    const TTL: Nanos = 100;

    /// Rows of a key, in their order, and when one came or went last.
    type Naive = BTreeMap<i64, (Vec<i64>, Nanos)>;

    fn batch(rows: &[(i64, i64, bool)], now: Nanos) -> Batch {
        let column = |of: fn(&(i64, i64, bool)) -> i64| Column::from_values(Values::I64(rows.iter().map(of).collect()));
        let mut batch = Batch::new(vec![column(|row| row.0), column(|row| row.1)], rows.len(), now);
        let kind = |row: &(i64, i64, bool)| if row.2 { RowKind::Insert } else { RowKind::Delete };
        batch.kinds = Some(rows.iter().map(kind).collect());
        batch
    }

    /// The rows of all partitions, each as often as it is there.
    fn lists(partitions: &Partitions<()>) -> BTreeMap<i64, Vec<i64>> {
        let number = |column: &Column, at: u32| match &column.values {
            Values::I64(values) => values[at as usize],
            other => panic!("{other:?}"),
        };
        let values = |row: &u32| vec![number(&partitions.columns()[1], *row); partitions.count(*row) as usize];
        let of = |partition: u32| {
            let rows = partitions.list(partition).iter().flat_map(values).collect();
            (number(&partitions.known().keys()[0], partition), rows)
        };
        partitions.known().in_order().into_iter().map(of).collect()
    }

    /// Random rows that come and go against a map whose entries are dropped when they are too old.
    fn check(seed: u64, ttl: Option<Nanos>) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut partitions = Partitions::<()>::new(vec![0], &[DataType::BigInt, DataType::BigInt], ttl);
        let order = [SortKey { column: 1, descending: true, nulls_first: false }];
        let (mut now, mut naive) = (0, Naive::new());
        for _ in 0..400 {
            now += random.u64(..40);
            naive.retain(|_, (_, touched)| ttl.is_none_or(|ttl| now - *touched < ttl));
            let rows: Vec<_> = (0..random.usize(1..6)).map(|_| (random.i64(..8), random.i64(..4), random.u8(..5) < 3)).collect();
            let batch = batch(&rows, now);
            let numbers = partitions.look_up(&batch);
            for (at, (key, value, comes)) in rows.iter().enumerate() {
                let (list, touched) = naive.entry(*key).or_default();
                *touched = now;
                let there = list.iter().position(|other| other == value);
                match (comes, there) {
                    (true, _) => list.push(*value),
                    (false, Some(at)) => drop(list.remove(at)),
                    (false, None) => {}
                }
                list.sort_by_key(|value| -value);
                let step = partitions.step_in_order(numbers.partitions[at], numbers.rows[at], *comes, &order);
                assert_eq!(step == Step::Strays, !comes && there.is_none(), "seed {seed} at {now}");
            }
            partitions.sweep(numbers, std::iter::empty());
            naive.retain(|_, (list, _)| !list.is_empty());
            let expected: BTreeMap<i64, Vec<i64>> = naive.iter().map(|(key, (list, _))| (*key, list.clone())).collect();
            assert_eq!(lists(&partitions), expected, "seed {seed} at {now}");
        }
    }

    #[test]
    fn partitions_are_those_of_a_map_that_forgets_what_is_old() {
        for seed in 0..20 {
            check(seed, None);
            check(seed, Some(TTL));
        }
    }

    #[test]
    fn state_is_bounded_by_the_rows_of_one_lifetime() {
        let mut partitions = Partitions::<()>::new(vec![0], &[DataType::BigInt, DataType::BigInt], Some(TTL));
        let mut sizes = Vec::new();
        for now in 0..10_000 {
            let rows: Vec<_> = (0..5).map(|n| (now * 5 + n, now, true)).collect();
            let numbers = partitions.look_up(&batch(&rows, now as Nanos));
            for at in 0..rows.len() {
                partitions.step_in_order(numbers.partitions[at], numbers.rows[at], true, &[]);
            }
            partitions.sweep(numbers, std::iter::empty());
            sizes.push(partitions.state_bytes(|()| 0));
        }
        assert!(sizes[9_999] <= sizes[999], "{} bytes, then {}", sizes[999], sizes[9_999]);
        assert_eq!(partitions.rows(), 5 * TTL as usize);
    }
}

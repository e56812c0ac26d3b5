//! The last row of each key: makes changes that say what was before of rows that take the place of others. Of a table of upserts where it
//! is read, and before a sink of upserts whose key is not that of the changes. Or the first one, where a conflict is to change nothing.
//!
//! ```text
//!   by key   {1,a} {1,b} -D{1}         +I{1,a}  -U{1,a} +U{1,b}  -D{1,b}
//!   by row   +{1,a} +{1,b} -{1,b}      the row that came last of those that are there: +I{1,a}  -U +U{1,b}  -U +U{1,a}
//! ```
//! What a batch changes is one change of a key at the most: its row before the batch, and after it. Where something above decides what is late,
//! every change counts, because a row may be in a window that has closed when its successor comes: then each is given out, and a row that goes
//! has the watermark of its split from the row that made it go. So neither batches nor shards decide what is late. Where keys lie in windows, they
//! are forgotten with these.

use super::deadlines::Deadlines;
use super::partitions::Partitions;
use super::{Operator, Output, Progress, set_aside};
use crate::batch::{Batch, Column, RowKind, Watermark};
use crate::error::Result;
use crate::limits::TIMER_ROWS_PER_TURN;
use crate::types::relation::{Changes, Deadline, Deletion, OnError, Standing};
use crate::types::{DataType, Nanos};

/// The last rows of one shard.
pub struct LastRow {
    standing: Standing,
    deletion: Deletion,
    changes: Changes,
    /// Hidden column with the watermark of the row's split.
    split_watermark_column: Option<usize>,
    on_error: OnError,
    types: Vec<DataType>,
    /// By key, in the order in which rows came. A row stands there as often as it is there.
    partitions: Partitions<()>,
    /// Where keys are over when a time has passed: the column with it.
    until: Option<(usize, Deadlines)>,
}

/// Changes of the rows of keys.
#[derive(Default)]
struct Changed {
    rows: Vec<u32>,
    kinds: Vec<RowKind>,
    /// The row of the batch behind each of them.
    causes: Vec<u32>,
}

impl Changed {
    /// The row of a key was another one before.
    fn add(&mut self, before: Option<u32>, after: Option<u32>, changes: Changes, cause: usize) {
        let both = changes == Changes::BeforeAndAfter;
        let (old, new) = match (before, after) {
            (Some(old), Some(new)) if old == new => return,
            (Some(old), Some(new)) => (both.then_some((old, RowKind::UpdateBefore)), Some((new, RowKind::UpdateAfter))),
            (old, new) => (old.map(|old| (old, RowKind::Delete)), new.map(|new| (new, RowKind::Insert))),
        };
        for (row, kind) in old.into_iter().chain(new) {
            self.rows.push(row);
            self.kinds.push(kind);
            self.causes.push(cause as u32);
        }
    }
}

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It comes, or takes one back.
    Counts,
    /// Nothing: another one says it all.
    PassedOver,
    /// It takes back what is not there.
    Strays,
}

impl LastRow {
    /// Without rows; the input has columns of these types. A key that no row touches for so long is forgotten.
    pub fn new(
        keys: Vec<usize>,
        (standing, deletion): (Standing, Deletion),
        changes: Changes,
        ttl: Option<Nanos>,
        on_error: OnError,
        types: Vec<DataType>,
    ) -> Self {
        let (split_watermark_column, partitions) = (None, Partitions::new(keys, &types, ttl));
        Self { standing, deletion, changes, split_watermark_column, on_error, partitions, types, until: None }
    }

    /// The same, whose keys are over when the watermark has passed this, and then forgotten; for rows that do not age.
    #[must_use]
    pub fn until(self, deadline: Option<Deadline>) -> Self {
        Self { until: deadline.map(|at| (at.column, Deadlines::new(at.after))), ..self }
    }

    /// The same over rows that have the watermark of their split in this column.
    #[must_use]
    pub fn marked_by(self, split_watermark_column: Option<usize>) -> Self {
        Self { split_watermark_column, ..self }
    }

    /// The row that stands for a key.
    fn standing(&self, key: u32) -> Option<u32> {
        let list = self.partitions.list(key);
        match self.standing {
            Standing::First => list.first().copied(),
            Standing::Last => list.last().copied(),
        }
    }

    /// Takes one row. Hot: once per row.
    fn apply(&mut self, key: u32, row: u32, kind: RowKind) -> Taken {
        let (standing, list) = (self.standing, self.partitions.list_mut(key));
        let gone = match (self.deletion, kind.sign() > 0) {
            // The row that takes its place says it all.
            (Deletion::ByKey, false) if kind == RowKind::UpdateBefore => return Taken::PassedOver,
            (Deletion::ByKey, true) if standing == Standing::First && !list.is_empty() => return Taken::PassedOver,
            (Deletion::ByKey, true) => list.pop(),
            (Deletion::ByRow, true) => None,
            (Deletion::ByKey, false) => match list.pop() {
                Some(last) => Some(last),
                None => return Taken::Strays,
            },
            (Deletion::ByRow, false) => match list.iter().rposition(|other| *other == row) {
                Some(at) => Some(list.remove(at)),
                None => return Taken::Strays,
            },
        };
        if kind.sign() > 0 {
            list.push(row);
            self.partitions.step(row, true);
        }
        if let Some(gone) = gone {
            self.partitions.step(gone, false);
        }
        Taken::Counts
    }

    /// The changes as a batch.
    fn given_out(&self, changed: Changed, batch: &Batch) -> Batch {
        let Changed { rows, kinds, causes } = changed;
        let mut columns: Vec<Column> = self.partitions.columns().iter().map(|column| column.gather_rows(&rows)).collect();
        if let Some(column) = self.split_watermark_column {
            columns[column] = batch.columns[column].gather_rows(&causes);
        }
        let mut result = Batch::new(columns, rows.len(), batch.last_stamp());
        result.kinds = Some(kinds);
        result
    }
}

impl Operator for LastRow {
    fn process(&mut self, batch: Batch, out: &mut Output) -> Result<()> {
        let made = self.partitions.known().made();
        let numbers = self.partitions.look_up(&batch);
        if let Some((column, deadlines)) = &mut self.until {
            deadlines.note_new(&batch.columns[*column], &numbers.partitions, self.partitions.known(), made);
        }
        let before: Vec<Option<u32>> = numbers.touched.iter().map(|key| self.standing(*key)).collect();
        let every = self.split_watermark_column.is_some();
        let mut changed = Changed::default();
        for at in 0..batch.rows() {
            let key = numbers.partitions[at];
            let stood = if every { self.standing(key) } else { None };
            match self.apply(key, numbers.rows[at], batch.kind(at)) {
                Taken::Counts if every => changed.add(stood, self.standing(key), self.changes, at),
                Taken::Counts => {}
                Taken::PassedOver => out.filtered_rows += 1,
                Taken::Strays => {
                    set_aside(&batch, at, &self.types, "a row is taken back that is not there", self.on_error, out)?;
                }
            }
        }
        if !every {
            for (key, before) in numbers.touched.iter().zip(&before) {
                changed.add(*before, self.standing(*key), self.changes, 0);
            }
        }
        out.emit(self.given_out(changed, &batch));
        let replaced = before.into_iter().flatten();
        match self.until {
            None => self.partitions.sweep(numbers, replaced),
            // Keys stay until they are over.
            Some(_) => self.partitions.sweep_within(numbers, replaced),
        }
        Ok(())
    }

    fn watermark(&mut self, watermark: Watermark, _out: &mut Output) -> Result<Progress> {
        let Some((_, deadlines)) = &mut self.until else { return Ok(Progress::Done) };
        deadlines.pass(watermark.time);
        for _ in 0..TIMER_ROWS_PER_TURN {
            let Some(key) = deadlines.next_over() else { return Ok(Progress::Done) };
            self.partitions.forget(key);
        }
        Ok(Progress::More)
    }

    fn state_bytes(&self) -> usize {
        self.partitions.state_bytes(|()| 0) + self.until.as_ref().map_or(0, |(_, deadlines)| deadlines.state_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::batch::Column;
    use crate::types::Value;

    const TYPES: [DataType; 2] = [DataType::BigInt, DataType::STRING];

    type Row = (i64, u8);

    fn batch(rows: &[(Row, RowKind)]) -> Batch {
        let mut columns: Vec<Column> = TYPES.iter().map(|t| Column::with_capacity(t, rows.len())).collect();
        for ((key, text), _) in rows {
            columns[0].push(&Value::Int(*key));
            columns[1].push(&if *text == 0 { Value::Null } else { Value::text(format!("a text of some length {text}")) });
        }
        let mut batch = Batch::new(columns, rows.len(), 1);
        batch.kinds = Some(rows.iter().map(|(_, kind)| *kind).collect());
        batch
    }

    /// Feeds random changes and compares what is left of the output after every batch with lists kept plainly.
    fn check(seed: u64, (standing, deletion): (Standing, Deletion), changes: Changes) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut operator = LastRow::new(vec![0], (standing, deletion), changes, None, OnError::SetAside, TYPES.to_vec());
        let (mut lists, mut given): (BTreeMap<i64, Vec<Row>>, BTreeMap<i64, Vec<Value>>) = Default::default();
        let mut strays = 0;
        let mut aside = 0;
        for _ in 0..60 {
            let mut rows = Vec::new();
            for _ in 0..random.usize(1..8) {
                let row = (random.i64(0..5), random.u8(0..4));
                let kind = [RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete, RowKind::UpdateBefore][random.usize(..4)];
                let list = lists.entry(row.0).or_default();
                match (deletion, kind.sign() > 0) {
                    (Deletion::ByKey, true) if standing == Standing::First && !list.is_empty() => {}
                    (Deletion::ByKey, true) => *list = vec![row],
                    (Deletion::ByRow, true) => list.push(row),
                    (Deletion::ByKey, false) if kind == RowKind::UpdateBefore => {}
                    (Deletion::ByKey, false) if list.is_empty() => strays += 1,
                    (Deletion::ByKey, false) => list.clear(),
                    (Deletion::ByRow, false) => match list.iter().rposition(|other| *other == row) {
                        Some(at) => drop(list.remove(at)),
                        None => strays += 1,
                    },
                }
                rows.push((row, kind));
            }
            let mut out = Output::default();
            operator.process(batch(&rows), &mut out).expect("no failure");
            aside += out.aside.len();
            for batch in &out.batches {
                for at in 0..batch.rows() {
                    let row = batch.row(at, &TYPES);
                    let Value::Int(key) = row[0] else { unreachable!() };
                    match batch.kind(at) {
                        RowKind::Insert => assert_eq!(given.insert(key, row), None),
                        RowKind::UpdateAfter if changes == Changes::AfterOnly => assert!(given.insert(key, row).is_some()),
                        RowKind::UpdateAfter => assert_eq!(given.insert(key, row), None),
                        _ => assert_eq!(given.remove(&key), Some(row)),
                    }
                }
            }
            let last = lists.values().filter_map(|list| if standing == Standing::First { list.first() } else { list.last() });
            let last: Vec<Vec<Value>> = last.map(|row| batch(&[(*row, RowKind::Insert)]).row(0, &TYPES)).collect();
            assert_eq!(given.values().cloned().collect::<Vec<_>>(), last, "seed {seed}");
            assert_eq!(aside, strays, "seed {seed}");
        }
    }

    #[test]
    fn the_first_or_last_row_of_each_key_is_what_lists_say() {
        for seed in 0..40 {
            for standing in [Standing::First, Standing::Last] {
                for deletion in [Deletion::ByKey, Deletion::ByRow] {
                    check(seed, (standing, deletion), Changes::BeforeAndAfter);
                    check(seed, (standing, deletion), Changes::AfterOnly);
                }
            }
        }
    }

    #[test]
    fn every_change_has_the_watermark_of_the_row_behind_it() {
        use RowKind::{Delete, Insert, UpdateAfter, UpdateBefore};
        let types = [DataType::BigInt, DataType::Int, DataType::BigInt];
        let (which, both) = ((Standing::Last, Deletion::ByKey), Changes::BeforeAndAfter);
        let mut operator = LastRow::new(vec![0], which, both, None, OnError::Fail, types.to_vec()).marked_by(Some(2));
        let mut columns: Vec<Column> = types.iter().map(|t| Column::with_capacity(t, 4)).collect();
        for row in [[1, 10, 100], [1, 20, 200], [1, 20, 300], [1, 0, 400]] {
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(&Value::Int(value)));
        }
        let mut batch = Batch::new(columns, 4, 1);
        batch.kinds = Some(vec![Insert, Insert, UpdateAfter, Delete]);
        let mut out = Output::default();
        operator.process(batch, &mut out).expect("no failure");
        let given = (0..out.batches[0].rows()).map(|at| {
            let row = out.batches[0].row(at, &types).into_iter().map(|value| if let Value::Int(n) = value { n } else { -1 });
            (out.batches[0].kind(at), row.collect::<Vec<_>>())
        });
        let wanted = [
            (Insert, vec![1, 10, 100]),
            (UpdateBefore, vec![1, 10, 200]),
            (UpdateAfter, vec![1, 20, 200]),
            (UpdateBefore, vec![1, 20, 300]),
            (UpdateAfter, vec![1, 20, 300]),
            (Delete, vec![1, 20, 400]),
        ];
        assert_eq!(given.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn state_does_not_grow_with_rows_of_the_same_keys() {
        for deletion in [Deletion::ByKey, Deletion::ByRow] {
            let which = (Standing::Last, deletion);
            let mut operator = LastRow::new(vec![0], which, Changes::BeforeAndAfter, None, OnError::Fail, TYPES.to_vec());
            let mut sizes = Vec::new();
            for round in 0..1100u32 {
                let row = |key: i64| (key, (round % 250 + 1) as u8);
                let comes: Vec<_> = (0..20).map(|key| (row(key), RowKind::UpdateAfter)).collect();
                operator.process(batch(&comes), &mut Output::default()).expect("no failure");
                if deletion == Deletion::ByRow {
                    let goes: Vec<_> = (0..20).map(|key| (row(key), RowKind::UpdateBefore)).collect();
                    operator.process(batch(&goes), &mut Output::default()).expect("no failure");
                }
                sizes.push(operator.state_bytes());
            }
            assert!(sizes[1099] <= sizes[109] * 2, "{} after 110 rounds, {} after 1,100", sizes[109], sizes[1099]);
        }
    }
}

//! SUM and AVG of floats where rows are taken back: exact, so that a sum does not drift away from its rows.

use super::exact::ExactSum;
use super::packed::{read_count, write_count};
use super::sum::sums_or_means;
use super::{Accumulator, Offer, Rows, Verdict, bytes_of, grow};
use crate::batch::{Column, StrColumn, Values};
use crate::state::{GroupWords, RowStore};

/// The accumulator.
pub struct ReversibleSum {
    mean: bool,
    groups: Vec<Group>,
}

#[derive(Clone, Default)]
struct Group {
    /// Of finite values times `SCALE`.
    sum: ExactSum,
    /// How many are NaN, infinity and -infinity.
    specials: [i64; 3],
}

/// So small that no sum of doubles overflows; what it cuts off, far below the smallest normal double, it cuts off again when the value is
/// taken back.
const SCALE: f64 = 1.0 / (1u64 << 62) as f64;

impl ReversibleSum {
    /// Of no groups.
    pub fn new(mean: bool) -> Self {
        Self { mean, groups: Vec::new() }
    }

    fn add<T: Copy + Into<f64>>(&mut self, values: &[T], rows: Rows<'_>) {
        let groups = &mut self.groups;
        rows.for_each_value(values, |group, value, sign| groups[group].add(value.into(), sign));
    }
}

impl Group {
    /// Hot: once per row.
    fn add(&mut self, value: f64, sign: i64) {
        match value.is_finite() {
            true => self.sum.add(value * SCALE * sign as f64),
            false => self.specials[if value.is_nan() { 0 } else { 1 + usize::from(value < 0.0) }] += sign,
        }
    }

    fn total(&self) -> f64 {
        match self.specials.map(|count| count != 0) {
            [false, false, false] => self.sum.value() / SCALE,
            [false, true, false] => f64::INFINITY,
            [false, false, true] => f64::NEG_INFINITY,
            _ => f64::NAN,
        }
    }
}

impl Accumulator for ReversibleSum {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.groups, bound);
    }
    fn reset(&mut self, group: usize) {
        self.groups[group] = Group::default();
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        match &arguments[0].values {
            Values::F64(v) => self.add(v, rows),
            Values::F32(v) => self.add(v, rows),
            values => panic!("a sum of floats over {:?}", values.representation()),
        }
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers().iter().map(|group| &self.groups[*group as usize]) {
            bytes.clear();
            group.specials.iter().for_each(|count| write_count(&mut bytes, *count));
            group.sum.write(&mut bytes);
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let Values::Str(packed) = &states[0].values else { return Verdict::Sound };
        rows.for_each(|row, group, _| {
            let (group, mut bytes) = (&mut self.groups[group], packed.bytes(row));
            group.specials.iter_mut().for_each(|count| *count += read_count(&mut bytes));
            group.sum.add_read(&mut bytes);
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let totals = groups.numbers().iter().map(|group| self.groups[*group as usize].total());
        sums_or_means(totals.collect(), fed, self.mean)
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.groups) + self.groups.iter().map(|group| group.sum.heap_bytes()).sum::<usize>()
    }
}

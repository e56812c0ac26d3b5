//! BITMAP_BUILD_AGG, BITMAP_AND_AGG, BITMAP_OR_AGG and BITMAP_XOR_AGG, and how many integers are in what they make. XOR takes a bitmap back as
//! it takes it. Where AND and OR must, the bitmaps with each integer are counted; where BUILD must, its rows are, as for DISTINCT.

use std::collections::BTreeMap;

use super::distinct::DistinctValues;
use super::{Accumulator, Offer, Rows, Verdict, bytes_of, grow, nulls_where_unfed};
use crate::batch::{Column, StrColumn, Values};
use crate::state::{GroupWords, RowStore};
use crate::types::bitmap::{self, RoaringBitmap};
use crate::types::relation::{AggregateCall, BitmapResult, BitmapSet, Retracts};

/// The accumulator of such a call. DISTINCT changes what XOR gives and nothing else.
pub fn bitmaps(call: &AggregateCall, set: BitmapSet, result: BitmapResult, retracts: Retracts) -> Box<dyn Accumulator> {
    let bitmaps = Box::new(Bitmaps { set, result, groups: Vec::new() });
    match (set, retracts) {
        (BitmapSet::Build, Retracts::Maybe) => Box::new(DistinctValues::new(bitmaps, &call.argument_types)),
        (BitmapSet::And | BitmapSet::Or, Retracts::Maybe) => Box::new(CountedIntegers { set, result, groups: Vec::new() }),
        _ => bitmaps,
    }
}

/// By group, the bitmap so far; `None` before the first row.
struct Bitmaps {
    set: BitmapSet,
    result: BitmapResult,
    groups: Vec<Option<RoaringBitmap>>,
}

/// By group, how many of its bitmaps have each integer.
struct CountedIntegers {
    set: BitmapSet,
    result: BitmapResult,
    groups: Vec<BTreeMap<u32, i64>>,
}

/// The column of what these bitmaps give, NULL where there was no row.
fn column(result: BitmapResult, bitmaps: impl Iterator<Item = RoaringBitmap>, fed: &[i64]) -> Column {
    let values = match result {
        BitmapResult::Cardinality => Values::I64(bitmaps.map(|bitmap| bitmap.len() as i64).collect()),
        BitmapResult::Bitmap => {
            let (mut column, mut bytes) = (StrColumn::with_capacity(fed.len()), Vec::new());
            for bitmap in bitmaps {
                bytes.clear();
                bitmap::write(bitmap, &mut bytes);
                column.push(&bytes);
            }
            Values::Str(column)
        }
    };
    nulls_where_unfed(Column::from_values(values), fed)
}

/// A column of bytes.
fn bytes_in(column: &Column) -> &StrColumn {
    match &column.values {
        Values::Str(bytes) => bytes,
        values => panic!("bitmaps of {:?}", values.representation()),
    }
}

impl Bitmaps {
    fn take(&mut self, group: usize, bitmap: RoaringBitmap) {
        let slot = &mut self.groups[group];
        match (self.set, slot.as_mut()) {
            (_, None) => *slot = Some(bitmap),
            (BitmapSet::And, Some(own)) => *own &= bitmap,
            (BitmapSet::Xor, Some(own)) => *own ^= bitmap,
            (BitmapSet::Build | BitmapSet::Or, Some(own)) => *own |= bitmap,
        }
    }
}

impl Accumulator for Bitmaps {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.groups, bound);
    }
    fn reset(&mut self, group: usize) {
        self.groups[group] = None;
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        match &arguments[0].values {
            Values::I32(integers) => rows.for_each_value(integers, |group, integer, sign| {
                let bitmap = self.groups[group].get_or_insert_default();
                if sign > 0 {
                    bitmap.insert(integer as u32)
                } else {
                    bitmap.remove(integer as u32)
                };
            }),
            _ => {
                let bitmaps = bytes_in(arguments[0]);
                rows.for_each(|row, group, _| self.take(group, bitmap::open(bitmaps.bytes(row))));
            }
        }
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    /// The bytes of a bitmap, none for a group without rows.
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            if let Some(bitmap) = &self.groups[*group as usize] {
                bitmap::write(bitmap.clone(), &mut bytes);
            }
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let bitmaps = bytes_in(&states[0]);
        rows.for_each(|row, group, _| match bitmaps.bytes(row) {
            [] => {}
            bytes => self.take(group, bitmap::open(bytes)),
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let bitmap = |group: &u32| self.groups[*group as usize].clone().unwrap_or_default();
        column(self.result, groups.numbers().iter().map(bitmap), fed)
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.groups) + self.groups.iter().flatten().map(RoaringBitmap::serialized_size).sum::<usize>()
    }
}

/// Bytes of an integer and its count in a state.
const COUNT_BYTES: usize = size_of::<u32>() + size_of::<i64>();

impl CountedIntegers {
    fn add(&mut self, group: usize, integer: u32, added: i64) {
        let counts = &mut self.groups[group];
        let count = counts.entry(integer).or_default();
        *count += added;
        if *count == 0 {
            counts.remove(&integer);
        }
    }
}

impl Accumulator for CountedIntegers {
    fn resize(&mut self, bound: usize) {
        grow(&mut self.groups, bound);
    }
    fn reset(&mut self, group: usize) {
        self.groups[group] = BTreeMap::new();
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        let bitmaps = bytes_in(arguments[0]);
        rows.for_each(|row, group, sign| {
            bitmap::open(bitmaps.bytes(row)).into_iter().for_each(|integer| self.add(group, integer, sign));
        });
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let (mut column, mut bytes) = (StrColumn::with_capacity(groups.len()), Vec::new());
        for group in groups.numbers() {
            bytes.clear();
            for (integer, count) in &self.groups[*group as usize] {
                bytes.extend_from_slice(&integer.to_le_bytes());
                bytes.extend_from_slice(&count.to_le_bytes());
            }
            column.push(&bytes);
        }
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let packed = bytes_in(&states[0]);
        rows.for_each(|row, group, _| {
            let (counts, _) = packed.bytes(row).as_chunks::<COUNT_BYTES>();
            for [a, b, c, d, count @ ..] in counts {
                self.add(group, u32::from_le_bytes([*a, *b, *c, *d]), i64::from_le_bytes(*count));
            }
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let bitmap = |(group, fed): (&u32, &i64)| {
            let is_in = |count: i64| if self.set == BitmapSet::And { count == *fed } else { count > 0 };
            let counts = self.groups[*group as usize].iter();
            counts.filter(|(_, count)| is_in(**count)).map(|(integer, _)| *integer).collect()
        };
        column(self.result, groups.numbers().iter().zip(fed).map(bitmap), fed)
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.groups) + self.groups.iter().map(|counts| counts.len() * size_of::<(u32, i64)>()).sum::<usize>()
    }
}

//! BIT_AND, BIT_OR and BIT_XOR of integers. XOR takes a value back as it takes it; where AND and OR must, the values with each bit are
//! counted.

use super::{Accumulator, Offer, Rows, Verdict, bytes_of, nulls_where_unfed};
use crate::batch::{Column, StrColumn, Values};
use crate::state::{GroupWords, RowStore};
use crate::types::Representation;
use crate::types::relation::{AggregateCall, AggregateFunction, Retracts};

/// The accumulator of BIT_AND, BIT_OR or BIT_XOR.
pub fn bits(call: &AggregateCall, retracts: Retracts, next_word: &mut usize) -> Box<dyn Accumulator> {
    let representation = call.data_type.representation();
    // AND of bits is what OR of their opposites is not.
    let flip = if call.function == AggregateFunction::BitAnd { u64::MAX } else { 0 };
    if retracts == Retracts::Maybe && call.function != AggregateFunction::BitXor {
        return Box::new(CountedBits { counts: Vec::new(), representation, flip });
    }
    let at = *next_word;
    *next_word += 1;
    Box::new(BitWord { at, representation, xor: call.function == AggregateFunction::BitXor, flip })
}

/// Bits in one word.
struct BitWord {
    at: usize,
    representation: Representation,
    xor: bool,
    flip: u64,
}

/// By group, how many values have each bit.
struct CountedBits {
    counts: Vec<[i64; 64]>,
    representation: Representation,
    flip: u64,
}

/// Calls `apply(group, bits, sign)` for each row. Hot: once per row.
fn each_row(column: &Column, rows: Rows<'_>, mut apply: impl FnMut(usize, u64, i64)) {
    match &column.values {
        Values::I8(v) => rows.for_each_value(v, |group, value, sign| apply(group, i64::from(value) as u64, sign)),
        Values::I16(v) => rows.for_each_value(v, |group, value, sign| apply(group, i64::from(value) as u64, sign)),
        Values::I32(v) => rows.for_each_value(v, |group, value, sign| apply(group, i64::from(value) as u64, sign)),
        Values::I64(v) => rows.for_each_value(v, |group, value, sign| apply(group, value as u64, sign)),
        values => panic!("bits of {:?}", values.representation()),
    }
}

/// Words as integers of a width, NULL where there was no row.
fn integers(words: Vec<u64>, representation: Representation, fed: &[i64]) -> Column {
    let words = words.into_iter();
    let values = match representation {
        Representation::I8 => Values::I8(words.map(|word| word as i8).collect()),
        Representation::I16 => Values::I16(words.map(|word| word as i16).collect()),
        Representation::I32 => Values::I32(words.map(|word| word as i32).collect()),
        _ => Values::I64(words.map(|word| word as i64).collect()),
    };
    nulls_where_unfed(Column::from_values(values), fed)
}

impl BitWord {
    fn add(&self, store: &mut RowStore, column: &Column, rows: Rows<'_>, flip: u64) {
        let (stride, words) = (store.stride(), store.words_mut());
        each_row(column, rows, |group, bits, _| {
            let word = &mut words[group * stride + self.at];
            *word = if self.xor { *word ^ bits } else { *word | (bits ^ flip) };
        });
    }
}

impl Accumulator for BitWord {
    fn resize(&mut self, _bound: usize) {}
    fn reset(&mut self, _group: usize) {}
    fn update(&mut self, store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        self.add(store, arguments[0], rows, self.flip);
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        vec![Column::from_values(Values::I64(groups.map(self.at, |word| word as i64)))]
    }
    fn merge(&mut self, store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        self.add(store, &states[0], rows, 0);
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        integers(groups.map(self.at, |word| word ^ self.flip), self.representation, fed)
    }
}

impl Accumulator for CountedBits {
    fn resize(&mut self, bound: usize) {
        if self.counts.len() < bound {
            self.counts.resize(bound, [0; 64]);
        }
    }
    fn reset(&mut self, group: usize) {
        self.counts[group] = [0; 64];
    }
    fn update(&mut self, _store: &mut RowStore, arguments: &[&Column], rows: Rows<'_>) -> Verdict {
        let (counts, flip) = (&mut self.counts, self.flip);
        each_row(arguments[0], rows, |group, bits, sign| {
            let bits = bits ^ flip;
            counts[group].iter_mut().enumerate().for_each(|(bit, count)| *count += (bits >> bit & 1) as i64 * sign);
        });
        Verdict::Sound
    }
    fn row_op<'a>(&mut self, _arguments: &[&'a Column]) -> Offer<'a> {
        Offer::Update
    }
    fn states(&self, groups: GroupWords<'_>) -> Vec<Column> {
        let mut column = StrColumn::with_capacity(groups.len());
        let bytes_of_group = |group: &u32| self.counts[*group as usize].iter().flat_map(|count| count.to_le_bytes());
        groups.numbers().iter().for_each(|group| column.push(&bytes_of_group(group).collect::<Vec<u8>>()));
        vec![Column::from_values(Values::Str(column))]
    }
    fn merge(&mut self, _store: &mut RowStore, states: &[Column], rows: Rows<'_>) -> Verdict {
        let Values::Str(packed) = &states[0].values else { return Verdict::Sound };
        rows.for_each(|row, group, _| {
            let (added, _) = packed.bytes(row).as_chunks();
            self.counts[group].iter_mut().zip(added).for_each(|(count, added)| *count += i64::from_le_bytes(*added));
        });
        Verdict::Sound
    }
    fn results(&self, groups: GroupWords<'_>, fed: &[i64]) -> Column {
        let word = |group: &u32| {
            let counts = self.counts[*group as usize].iter().enumerate();
            counts.fold(0, |word, (bit, count)| word | u64::from(*count > 0) << bit) ^ self.flip
        };
        integers(groups.numbers().iter().map(word).collect(), self.representation, fed)
    }
    fn state_bytes(&self) -> usize {
        bytes_of(&self.counts)
    }
}
